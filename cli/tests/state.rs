//! `state` and `call`: a local chain in a folder.

mod common;

use common::Folder;
use std::process::Command;

const COUNTER: &str = "package counter

import (
	\"chain\"
	\"chain/banker\"
	\"chain/runtime\"
)

type Kind uint8

var (
	count    int
	anything any
)

func init() { count = 10 }

func Add(cur realm, n int) int {
	count += n
	return count
}

func Types(cur realm, b bool, s string, i int8, k Kind, f float64, data []byte, four [4]byte, who address) (bool, string, int8, Kind, float64, []byte, [4]byte, address, error) {
	return b, s, i, k, f, data, four, who, nil
}

func Origin(cur realm) string {
	runtime.AssertOriginCall()
	return runtime.PreviousRealm().String() + \" calls \" + runtime.CurrentRealm().PkgPath()
}

func Indirect(cur realm) { assert() }

func assert() { runtime.AssertOriginCall() }

func Keep(cur realm, value any) { anything = value }

func Kept() any { return anything }

func Describe(cur realm) string {
	return anything.(interface{ Describe() string }).Describe()
}

func Pay(cur realm, to address, amount int64) {
	bank := banker.NewBanker(banker.BankerTypeRealmSend)
	bank.SendCoins(runtime.CurrentRealm().Address(), to, chain.NewCoins(chain.NewCoin(\"ugnot\", amount)))
	chain.Emit(\"Paid\", \"to\", string(to))
}

func Variadic(cur realm, more ...int) {}

func Slice(cur realm, list []int) {}

func Fail(cur realm) { panic(\"no \" + \"way\") }

func Refuse(cur realm, text string, n int8, f float64, data []byte) { panic(text) }

func Render(path string) string { return \"count at \" + path }

func hidden(cur realm) {}
";

const PATH: &str = "gno.land/r/x/counter";
const OTHER: &str = "g1u7y667z64x2h7vc6fmpcprgey4ck233jaww9zq";

fn counter(name: &str) -> Folder {
    let folder = Folder::new(name, &[("counter/counter.gno", COUNTER), ("counter/README.md", "A counter.\n")]);
    let (code, out, error) = folder.run(&["state", "add", "s", PATH, "counter"]);
    assert_eq!((code, out.as_str(), error.as_str()), (0, "", ""));
    folder
}

impl Folder {
    fn good(&self, arguments: &[&str]) -> String {
        let (code, out, error) = self.run(arguments);
        assert_eq!((code, error.as_str()), (0, ""), "{arguments:?}");
        out
    }

    fn bad(&self, arguments: &[&str]) -> String {
        let (code, out, error) = self.run(arguments);
        assert_ne!(code, 0, "{arguments:?}");
        assert_eq!(out, "", "{arguments:?}");
        error
    }

    fn call(&self, arguments: &[&str]) -> String {
        self.good(&[&["call", "s", PATH], arguments].concat())
    }

    /// The error of a call, without the trace that may follow it.
    fn refused(&self, arguments: &[&str]) -> String {
        let error = self.bad(&[&["call", "s", PATH], arguments].concat());
        error.split_once("Stacktrace:\n").map_or(error.as_str(), |(text, _)| text).to_owned()
    }

    /// What a call reports as JSON.
    fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let (_, out, error) = self.run(&[&["call", "s", PATH, "--json"], arguments].concat());
        serde_json::from_str(&out).unwrap_or_else(|wrong| panic!("{wrong}: {out}{error}"))
    }
}

#[test]
fn calls_change_what_is_stored_and_queries_do_not() {
    let folder = counter("state-calls");
    assert_eq!(folder.call(&["Add", "5"]), "(15 int)\n");
    assert_eq!(folder.call(&["--simulate", "Add", "5"]), "(20 int)\n");
    assert_eq!(folder.call(&["Add", "-1"]), "(14 int)\n");
    assert_eq!(folder.call(&["--eval", "count"]), "(14 int)\n");
    assert_eq!(folder.call(&["--eval", "count + len(Render(\"\"))"]), "(23 int)\n");
    assert_eq!(folder.call(&["--eval", "Render(\"home\")"]), "(\"count at home\" string)\n");
    assert_eq!(folder.call(&["--eval", "Kept()"]), "(undefined)\n");
    assert_eq!(folder.call(&["--eval", "func() { count = 1 }()"]), "");
    assert_eq!(folder.call(&["--eval", "count"]), "(14 int)\n");
    let what = "(true bool)\n(\"a \\\"b\\\"\" string)\n(-8 int8)\n(3 gno.land/r/x/counter.Kind)\n(0.5 float64)\n(slice[0x6869] []uint8)\n(array[0x01020304] [4]uint8)\n";
    let types = folder.call(&["Types", "true", "a \"b\"", "-8", "3", ".5", "aGk=", "AQIDBA==", OTHER]);
    assert_eq!(types, format!("{what}(\"{OTHER}\" .uverse.address)\n(undefined)\n"));
    assert_eq!(
        folder.call(&["Origin"]),
        format!("(\"UserRealm{{ {} }} calls {PATH}\" string)\n", "g1wymu47drhr0kuq2098m792lytgtj2nyx77yrsm")
    );
}

#[test]
fn what_makes_no_sense_gets_a_clear_error() {
    let folder = counter("state-errors");
    let cases: [(&[&str], &str); 13] = [
        (&["Add"], "wrong number of arguments in call to Add: want 2 got 1\n"),
        (&["Add", "1", "2"], "wrong number of arguments in call to Add: want 2 got 3\n"),
        (&["Add", "+1"], "numbers cannot start with +\n"),
        (&["Add", "x"], "error parsing int \"x\": strconv.ParseInt: parsing \"x\": invalid syntax\n"),
        (&["Nothing"], "name Nothing not declared\n"),
        (
            &["Render", "x"],
            "function Render is non-crossing and cannot be called with MsgCall; query with vm/qeval or use MsgRun\n",
        ),
        (&["Slice", "x"], "unexpected slice type in contract arg\n"),
        (&["Keep", "x"], "unexpected type in contract arg: interface {}\n"),
        (&["Fail"], "no way\n"),
        (&["Indirect"], "invalid non-origin call\n"),
        (&["--eval", "nothing"], "name nothing not declared\n"),
        (&["--caller", "me", "Add", "1"], "invalid address: \"me\"\n"),
        (&["--gas-limit", "1000", "Add", "1"], "out of gas in location: GetObjectPerByte\n"),
    ];
    for (arguments, text) in cases {
        let error = folder.refused(arguments);
        assert!(error.ends_with(text), "{arguments:?}: {error}");
    }
    assert!(folder.refused(&["hidden"]).starts_with(":0:0: cannot access gno.land/r/x/counter.hidden from "));
    assert!(folder.refused(&["Add", "1", "--send", "5"]).contains("invalid coin expression: 5"));
    assert!(folder.refused(&["Add", "1", "--send", "5ugnot,5ugnot"]).contains("invalid coins"));
    for (arguments, text) in [
        (&["call", "none", PATH, "Add", "1"][..], "no state in none"),
        (&["call", "s", "gno.land/r/x/none", "Add"], "package not found: gno.land/r/x/none"),
        (&["call", "s", "gno.land/p/x", "Add"], "pkgpath must be of a realm"),
        (&["state", "add", "s", PATH, "counter"], "package already exists: gno.land/r/x/counter"),
        (&["state", "add", "s", "gno.land/r/x/empty", "s"], "invalid package name"),
        (&["state", "add", "s", "other.land/r/x", "counter"], "invalid domain: other.land/r/x"),
        (&["state", "add", "s", "nonsense", "counter"], "invalid package path \"nonsense\""),
        (&["state", "list", "s", "gno.land/r/x/none"], "package \"gno.land/r/x/none\" is not available"),
        (&["state", "list", "s", PATH, "none"], "file \"none\" is not available"),
        (&["state", "storage", "s", "gno.land/r/x/none"], "realm not found: gno.land/r/x/none"),
        (&["state", "credit", "s", "me", "1ugnot"], "invalid address"),
        (&["state", "credit", "s", OTHER, "many"], "invalid coin expression"),
        (&["state", "inspect", "s", "none"], "no entry none"),
        (&["state", "import", "new", "counter/counter.gno"], "this program uses format regno-state 1"),
        (&["call", "new", PATH, "Add", "1"], "no state in new"),
    ] {
        let error = folder.bad(arguments);
        assert!(error.contains(text), "{arguments:?}: {error}");
    }
    assert_eq!(folder.call(&["--eval", "count"]), "(10 int)\n");
}

#[test]
fn coins_move_and_storage_is_paid_for() {
    let folder = counter("state-coins");
    let coins = |address: &str| folder.good(&["state", "coins", "s", address]);
    let storage = folder.good(&["state", "storage", "s", PATH]);
    let (bytes, deposit) =
        storage.trim().strip_prefix("storage: ").and_then(|rest| rest.split_once(", deposit: ")).expect("storage");
    let (bytes, deposit): (u64, u64) = (bytes.parse().expect("bytes"), deposit.parse().expect("deposit"));
    assert!(bytes > 3000 && deposit == 100 * bytes, "{storage}");
    assert_eq!(coins("g1wymu47drhr0kuq2098m792lytgtj2nyx77yrsm"), format!("{}ugnot\n", 10_000_000_000 - deposit));
    folder.good(&["state", "credit", "s", OTHER, "1000foo,7000000ugnot"]);
    assert_eq!(coins(OTHER), "1000foo,7000000ugnot\n");
    folder.call(&["--caller", OTHER, "--send", "300ugnot,10foo", "Add", "0"]);
    assert_eq!(coins(OTHER), "990foo,6999700ugnot\n");
    let events = folder.run(&["call", "s", PATH, "--metrics", "Pay", OTHER, "200"]);
    assert!(events.0 == 0 && events.2.contains(&format!("event Paid of {PATH} to={OTHER}\n")), "{events:?}");
    assert_eq!(coins(OTHER), "990foo,6999900ugnot\n");
    assert_eq!(folder.refused(&["Pay", OTHER, "200"]), "insufficient coins error\n");
    assert_eq!(folder.refused(&["--send", "1bar", "Add", "1"]), "insufficient coins error\n");
    let script = "package main\n\nimport \"gno.land/r/x/counter\"\n\nfunc main() { counter.Keep(cross, []string{\"a\", \"b\"}) }\n";
    std::fs::write(folder.0.join("keep.gno"), script).expect("file");
    let poor = folder.bad(&["state", "run", "s", "keep.gno", "--max-deposit", "50"]);
    assert!(poor.contains("not enough deposit to cover the storage usage: requires "), "{poor}");
    folder.good(&["state", "run", "s", "keep.gno"]);
    let total = folder.good(&["state", "storage", "s"]);
    assert!(total.starts_with(&format!("{PATH}: storage: ")), "{total}");
    assert_eq!(folder.good(&["state", "verify", "s"]).split(", ").nth(1), Some("0 damaged\n"));
}

#[test]
fn events_are_reported_as_a_chain_does() {
    let folder = counter("state-events");
    let paid = folder.json(&["--send", "9ugnot", "Pay", OTHER, "9"]);
    let emitted = serde_json::json!([
        {"type": "Paid", "attrs": [{"key": "to", "value": OTHER}], "pkg_path": PATH},
    ]);
    assert_eq!(paid["events"], emitted);
    let script = |text: &str| {
        let text = format!(
            "package main\n\nimport (\n\t\"chain/runtime\"\n\n\t\"gno.land/r/x/counter\"\n)\n\nfunc main() {{\n\truntime.ChainID()\n\tcounter.Keep(cross, {text})\n}}\n"
        );
        std::fs::write(folder.0.join("keep.gno"), text).expect("file");
        let out = folder.good(&["state", "run", "s", "keep.gno", "--json"]);
        let outcome: serde_json::Value = serde_json::from_str(&out).expect("JSON");
        (outcome["storage"][PATH].clone(), outcome["events"][0].clone())
    };
    let (bytes, deposit) = script("[]string{\"a\", \"b\"}");
    let fee = bytes.as_i64().expect("bytes") * 100;
    let coin = |amount: i64| serde_json::json!({"denom": "ugnot", "amount": amount});
    assert_eq!(deposit, serde_json::json!({"bytes_delta": bytes, "fee_delta": coin(fee), "pkg_path": PATH}));
    let (bytes, unlock) = script("nil");
    let freed = bytes.as_i64().map_or(0, |bytes| -bytes);
    let refund = serde_json::json!({
        "bytes_delta": bytes, "fee_refund": coin(freed * 100), "pkg_path": PATH, "refund_withheld": false,
    });
    assert_eq!((freed > 0, unlock), (true, refund));
}

#[test]
fn failures_show_where_and_what_they_cost() {
    let folder = counter("state-failures");
    let error = folder.bad(&["call", "s", PATH, "Fail"]);
    assert!(error.starts_with("no way\nStacktrace:\npanic: no way\npkg<VPBlock(1,0)>.Fail(undefined)\n"), "{error}");
    assert!(error.contains("    gno.land/r/x/counter/counter.gno:"), "{error}");
    let error = folder.bad(&["call", "s", PATH, "Refuse", "a b", "-3", ".5", "aGk="]);
    assert!(error.contains("\npkg<VPBlock(1,0)>.Refuse(undefined,a b,-3,0.5,slice[0x6869])\n"), "{error}");
    let failure = folder.json(&["Fail"]);
    assert_eq!((&failure["error"], failure["results"].is_null()), (&"no way".into(), true));
    assert!(failure["gas"].as_u64().is_some_and(|gas| gas > 1000), "{failure}");
    assert!(failure["stacktrace"].as_str().is_some_and(|trace| trace.starts_with("panic: no way\npkg<")), "{failure}");
}

#[test]
fn stored_values_need_no_import() {
    // The realm keeps values of types that it does not know: of a package, of a realm, of the script itself.
    let folder = counter("state-missing");
    let shape = "package shape\n\ntype Shape struct{ name string }\n\nfunc New(name string) *Shape { return &Shape{name} }\n\nfunc (s *Shape) Describe() string { return \"shape \" + s.name }\n";
    let owner = "package owner\n\nimport (\n\t\"gno.land/p/x/shape\"\n\t\"gno.land/r/x/counter\"\n)\n\ntype mine struct{ calls int }\n\nvar kept = &mine{}\n\nfunc (m *mine) Describe() string {\n\tm.calls++\n\treturn \"mine\"\n}\n\nfunc Calls() int { return kept.calls }\n\nfunc Give(cur realm) { counter.Keep(cross, kept) }\n\nfunc GiveShape(cur realm) { counter.Keep(cross, shape.New(\"round\")) }\n";
    for (path, text) in [("shape.gno", shape), ("owner.gno", owner)] {
        std::fs::write(folder.0.join(path), text).expect("file");
    }
    folder.good(&["state", "add", "s", "gno.land/p/x/shape", "shape.gno"]);
    folder.good(&["state", "add", "s", "gno.land/r/x/owner", "owner.gno"]);
    folder.good(&["call", "s", "gno.land/r/x/owner", "GiveShape"]);
    assert_eq!(folder.call(&["Describe"]), "(\"shape round\" string)\n");
    let kept = folder.call(&["--eval", "Kept()"]);
    assert!(kept.contains("gno.land/p/x/shape.Shape"), "{kept}");
    folder.good(&["call", "s", "gno.land/r/x/owner", "Give"]);
    assert_eq!(folder.call(&["Describe"]), "(\"mine\" string)\n");
    assert_eq!(folder.good(&["call", "s", "gno.land/r/x/owner", "--eval", "Calls()"]), "(1 int)\n");
    let script = "package main\n\nimport \"gno.land/r/x/counter\"\n\nfunc main() {\n\tcounter.Keep(cross, map[int16][]uint32{-3: {1, 2}})\n\tprintln(\"kept\")\n}\n";
    std::fs::write(folder.0.join("script.gno"), script).expect("file");
    assert_eq!(folder.good(&["state", "run", "s", "script.gno"]), "kept\n");
    let kept = folder.call(&["--eval", "Kept()"]);
    assert!(kept.contains("map[int16][]uint32"), "{kept}");
    assert_eq!(folder.call(&["Add", "1"]), "(11 int)\n");
}

#[test]
fn private_realms_can_be_replaced_and_others_not() {
    let version = |number: u32| format!("package secret\n\nfunc Version(cur realm) int {{ return {number} }}\n");
    let module = "module = \"gno.land/r/x/secret\"\ngno = \"0.9\"\nprivate = true\n";
    let folder = Folder::new("state-private", &[("p/secret.gno", &version(1)), ("p/gnomod.toml", module)]);
    let path = "gno.land/r/x/secret";
    folder.good(&["state", "add", "s", path, "p"]);
    let stored = folder.good(&["state", "list", "s", path, "gnomod.toml"]);
    let head = format!("module = \"{path}\"\ngno = \"0.9\"\nprivate = true\n\n[addpkg]\n  creator = ");
    assert!(stored.starts_with(&head) && stored.ends_with("  height = 123\n"), "{stored}");
    assert_eq!(folder.good(&["call", "s", path, "Version"]), "(1 int)\n");
    std::fs::write(folder.0.join("p/secret.gno"), version(2)).expect("file");
    folder.good(&["state", "add", "s", path, "p"]);
    assert_eq!(folder.good(&["call", "s", path, "Version"]), "(2 int)\n");
    assert_eq!(folder.good(&["state", "list", "s"]), format!("{path}\n"));
    std::fs::remove_file(folder.0.join("p/gnomod.toml")).expect("file");
    let error = folder.bad(&["state", "add", "s", path, "p"]);
    assert_eq!(error, "a private package cannot be overridden by a public package\n");
    let user = "package user\n\nimport \"gno.land/r/x/secret\"\n\nvar V = secret.Version\n";
    std::fs::write(folder.0.join("user.gno"), user).expect("file");
    let error = folder.bad(&["state", "add", "s", "gno.land/r/x/user", "user.gno"]);
    assert!(error.contains("private"), "{error}");
}

/// A divergence: the reference refuses both, because the type is written in the private package.
#[test]
fn a_type_that_the_keeper_writes_too_is_that_of_the_keeper() {
    let keeper = "package keeper\n\nvar kept any\n\nvar own map[string]interface{}\n\nfunc Keep(cur realm, value any) { kept = value }\n";
    let secret = "package secret\n\nimport \"gno.land/r/x/keeper\"\n\nfunc Same(cur realm) { keeper.Keep(cross, map[string]interface{}{\"a\": 1}) }\n\nfunc Other(cur realm) { keeper.Keep(cross, []interface{}{1}) }\n";
    let module = "module = \"gno.land/r/x/secret\"\ngno = \"0.9\"\nprivate = true\n";
    let files = [("keeper.gno", keeper), ("p/secret.gno", secret), ("p/gnomod.toml", module)];
    let folder = Folder::new("state-types", &files);
    let path = "gno.land/r/x/secret";
    folder.good(&["state", "add", "s", "gno.land/r/x/keeper", "keeper.gno"]);
    folder.good(&["state", "add", "s", path, "p"]);
    assert_eq!(folder.good(&["call", "s", path, "Same"]), "");
    let error = folder.bad(&["call", "s", path, "Other"]);
    assert!(
        error.starts_with("cannot persist object of type defined in the private realm gno.land/r/x/secret"),
        "{error}"
    );
}

#[test]
fn drafts_belong_to_genesis() {
    let module = "module = \"gno.land/p/x/idea\"\ngno = \"0.9\"\ndraft = true\n";
    let user = "package main\n\nimport \"gno.land/p/x/idea\"\n\nvar V = idea.V\n\nfunc main() { println(V) }\n";
    let files = [("p/idea.gno", "package idea\n\nvar V = 5\n"), ("p/gnomod.toml", module), ("user.gno", user)];
    let folder = Folder::new("state-drafts", &files);
    let add = |path: &str, what: &str, height: &str| {
        folder.run(&["state", "add", "s", &format!("gno.land/{path}"), what, "--height", height])
    };
    assert_eq!(add("p/x/idea", "p", "1").2, "draft packages can only be deployed at genesis time\n");
    assert_eq!(add("p/x/idea", "p", "0").0, 0);
    let refused = "gno.land/r/x/main/user.gno:3:8: could not import gno.land/p/x/idea (import path \"gno.land/p/x/idea\" is a draft package and can only be imported at genesis)\n";
    assert_eq!(add("r/x/main", "user.gno", "1").2, refused);
    assert_eq!(add("r/x/main", "user.gno", "0").0, 0);
    assert_eq!(folder.good(&["state", "run", "s", "user.gno"]), "5\n");
}

#[test]
fn packages_files_functions_and_entries_are_shown() {
    let folder = counter("state-lists");
    assert_eq!(folder.good(&["state", "list", "s"]), format!("{PATH}\n"));
    assert!(folder.good(&["state", "list", "s", "--library"]).lines().any(|path| path == "chain/runtime"));
    assert_eq!(folder.good(&["state", "list", "s", PATH]), "README.md\ncounter.gno\ngnomod.toml\n");
    assert_eq!(folder.good(&["state", "list", "s", PATH, "counter.gno"]), COUNTER);
    let functions = folder.good(&["state", "functions", "s", PATH]);
    assert!(functions.starts_with("func Add(cur realm, n int) int\n"), "{functions}");
    assert!(
        functions.contains("func Variadic(cur realm, more ...int)\n") && !functions.contains("hidden"),
        "{functions}"
    );
    assert!(folder.good(&["state", "inspect", "s", PATH]).contains("path: \"gno.land/r/x/counter\""));
    folder.good(&["state", "export", "s", "file"]);
    folder.good(&["state", "import", "copy", "file"]);
    folder.good(&["state", "export", "copy", "again"]);
    let read = |name: &str| std::fs::read(folder.0.join(name)).expect("file");
    assert!(read("file") == read("again"));
    let json = folder.call(&["--json", "Add", "1"]);
    assert!(json.ends_with(",\"events\":[]}\n") && json.contains("\"results\":[\"(11 int)\"]"), "{json}");
}

/// Go's rules hold for test files, too, and for each kind of them with what it can see (spec/07 §5.3).
#[test]
fn test_files_of_packages_are_checked() {
    let folder = Folder::new(
        "state-tests",
        &[
            ("p/gnomod.toml", "module = \"gno.land/r/x/tested\"\ngno = \"0.9\"\n"),
            ("p/tested.gno", "package tested\n\nfunc Add(a, b int) int { return a + b }\n"),
        ],
    );
    let path = "gno.land/r/x/tested";
    let write = |name: &str, text: &str| std::fs::write(folder.0.join("p").join(name), text).expect("file");
    let refused = || folder.bad(&["state", "add", "s", path, "p"]);
    write(
        "tested_test.gno",
        "package tested\n\nimport \"testing\"\n\nfunc TestAdd(t *testing.T) { var unused = add }\n",
    );
    assert_eq!(
        refused(),
        format!(
            "{path}/tested_test.gno:5:43: undefined: add; {path}/tested_test.gno:5:34: declared and not used: unused\n"
        )
    );
    write("tested_test.gno", "package tested\n\nfunc Add(n int) int { return n }\n");
    let twice =
        "{path}/tested_test.gno:3:6: Add redeclared in this block; {path}/tested.gno:3:6: \tother declaration of Add\n";
    assert_eq!(refused(), twice.replace("{path}", path));
    write("tested_test.gno", "package tested\n\nfunc Twice(n int) int { return Add(n, n) }\n");
    write(
        "outside_test.gno",
        "package tested_test\n\nimport (\n\t\"gno.land/r/x/tested\"\n\t\"testing\"\n)\n\nfunc TestTwice(t *testing.T) { tested.Thrice(tested.Twice(1)) }\n",
    );
    write("z_filetest.gno", "package main\n\nfunc main() { missing() }\n");
    assert_eq!(
        refused(),
        format!(
            "{path}/outside_test.gno:8:39: undefined: tested.Thrice; {path}/z_filetest.gno:3:15: undefined: missing\n"
        )
    );
    write("z_filetest.gno", "package main\n\nfunc main() {\n");
    assert_eq!(refused(), format!("{path}/z_filetest.gno:3:15: expected '}}', found 'EOF'\n"));
    write(
        "z_filetest.gno",
        "package main\n\nimport \"gno.land/r/x/tested\"\n\nfunc main() { println(tested.Add(1, 2)) }\n",
    );
    write(
        "outside_test.gno",
        "package tested_test\n\nimport (\n\t\"gno.land/r/x/tested\"\n\t\"testing\"\n)\n\nfunc TestTwice(t *testing.T) { tested.Add(tested.Twice(1), 2) }\n",
    );
    folder.good(&["state", "add", "s", path, "p"]);
    assert_eq!(folder.good(&["state", "list", "s", path]).lines().count(), 5);
}

/// A type check reads the sources of what a package imports, each once (spec/07 §5.3).
#[test]
fn sources_of_imports_are_paid_for() {
    let folder = counter("state-sources");
    let user = |name: &str, imports: &str| {
        format!("package {name}\n\nimport (\n\t\"strconv\"\n{imports})\n\nvar Text = strconv.Itoa(counter.Kind(1)) \n")
    };
    let one = user("one", "\t\"gno.land/r/x/counter\"\n").replace("counter.Kind(1)", "int(counter.Kind(1))");
    std::fs::write(folder.0.join("one.gno"), &one).expect("file");
    std::fs::write(
        folder.0.join("two.gno"),
        one.replace("package one", "package two")
            .replace("\t\"strconv\"\n", "\t\"strconv\"\n\t_ \"gno.land/r/x/one\"\n"),
    )
    .expect("file");
    let added = |name: &str| {
        let path = format!("gno.land/r/x/{name}");
        let (code, _, figures) = folder.run(&["state", "add", "s", &path, &format!("{name}.gno"), "--metrics"]);
        assert_eq!(code, 0, "{figures}");
        let cost = |what: &str| -> u64 {
            let line = figures.lines().find_map(|line| line.trim().strip_prefix(what)).unwrap_or("0");
            line.trim_start_matches(": ").parse().expect("gas")
        };
        (cost("GetMemPackagePerByte"), cost("AddMemPackagePerByte"))
    };
    let (counter_read, one_written) = added("one");
    let (both_read, _) = added("two");
    assert!(counter_read > 8 * 1000, "{counter_read}");
    assert_eq!(both_read, counter_read + one_written);
}

/// Files may not grow beyond a limit: the message fails, and what was written before is whole.
#[cfg(unix)]
#[test]
fn a_full_disk_ends_in_an_error_and_loses_nothing() {
    let folder = counter("state-full");
    let size = std::fs::metadata(folder.0.join("s/state.redb")).expect("state").len();
    let big = "package big\n\nvar all []string\n\nfunc Grow(cur realm) int {\n\tfor i := 0; i < 300; i++ {\n\t\tall = append(all, \"a text of some length that is stored with its slice\")\n\t}\n\treturn len(all)\n}\n";
    std::fs::write(folder.0.join("big.gno"), big).expect("file");
    folder.good(&["state", "add", "s", "gno.land/r/x/big", "big.gno"]);
    // Blocks of 512 bytes; the signal is ignored, so that writing fails instead.
    let limit = size / 512 + 64;
    let script = format!("trap '' XFSZ; ulimit -f {limit}; exec \"$0\" call s gno.land/r/x/big Grow");
    let mut whole = 0;
    let mut failed = None;
    for _ in 0..40 {
        let output = Command::new("sh")
            .current_dir(&folder.0)
            .args(["-c", &script, env!("CARGO_BIN_EXE_regno")])
            .output()
            .expect("sh runs");
        match output.status.code() {
            Some(0) => whole += 300,
            code => {
                failed = Some((code, String::from_utf8_lossy(&output.stderr).into_owned()));
                break;
            }
        }
    }
    let (code, error) = failed.expect("the limit is reached");
    assert_eq!(code, Some(2), "{error}");
    assert!(error.starts_with("regno: state: "), "{error}");
    assert_eq!(folder.good(&["call", "s", "gno.land/r/x/big", "--eval", "len(all)"]), format!("({whole} int)\n"));
    assert!(folder.good(&["state", "verify", "s"]).ends_with(" 0 damaged\n"));
}

/// Gas and bytes of messages are those that a chain charges for its own part, without transaction and accounts (spec/07 §14.3): the
/// programs have the sizes of those that were measured.
#[test]
fn messages_cost_what_they_cost_on_a_chain() {
    let hello = |text: &str| format!("package simulate\n\nfunc Hello(cur realm) string {{\n\treturn {text}\n}}\n");
    let folder = Folder::new("state-gas", &[("simulate.gno", &hello("\"Salut\""))]);
    folder.good(&["state", "add", "s", "gno.land/r/simulate", "simulate.gno"]);
    let (code, _, figures) = folder.run(&["call", "s", "gno.land/r/simulate", "Hello", "--metrics"]);
    let want = "gas: 66053\n  CPUCycles: 822\n  memory allocation: 1192\n  parsing: 23\n  GetObjectPerByte: 26288\n  GetPackageRealmPerByte: 37728\n";
    assert!(code == 0 && figures.starts_with(want), "{figures}");
    let variable = "package hello\n\nvar s = \"salut\"\n\nfunc Hello(cur realm) string {\n\treturn s\n}\n";
    std::fs::write(folder.0.join("hello.gno"), variable).expect("file");
    let (code, _, figures) =
        folder.run(&["state", "add", "s", "gno.land/r/hello", "hello.gno", "--metrics", "--height", "1"]);
    let want = "gas: 201152\n  CPUCycles: 168\n  memory allocation: 920\n  parsing: 28\n  SetObjectPerByte: 31632\n  GetPackageRealmPerByte: 32488\n  SetPackageRealmPerByte: 133620\n  AddMemPackagePerByte: 2296\n";
    assert!(code == 0 && figures.starts_with(want), "{figures}");
    assert_eq!(folder.good(&["state", "storage", "s", "gno.land/r/hello"]), "storage: 2077, deposit: 207700\n");
    let package = "package shape\n\ntype Shape struct {\n\tname string\n}\n\nvar kept Shape\n\nfunc init() {\n\tset(\"round\")\n}\n\nfunc set(name string) {\n\tkept = Shape{name}\n}\n";
    std::fs::write(folder.0.join("shape.gno"), package).expect("file");
    folder.good(&["state", "add", "s", "gno.land/p/shape", "shape.gno"]);
    let stored = folder.good(&["state", "storage", "s", "gno.land/p/shape"]);
    assert!(stored.starts_with("storage: 3"), "{stored}");
}
