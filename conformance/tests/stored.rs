//! What is stored of types, and what is loaded when: op logs and store gas of small realms.

use regno_conformance::execute::Settings;
use regno_conformance::filetest::{Row, run};
use regno_conformance::packages::PackageFolders;
use regno_conformance::session::Session;
use regno_conformance::store::SourceStore;
use std::fs;
use std::path::{Path, PathBuf};

/// Runs a realm whose declarations are those above, and whose `main` has this body.
fn realm(library: Option<PathBuf>, head: &str, body: &str) -> Row {
    let text = format!("// PKGPATH: gno.land/r/test/x\npackage x\n\n{head}\n\nfunc main(cur realm) {{\n{body}\n}}\n");
    let packages = PackageFolders::new(library, &[], true).unwrap_or_else(|(path, error)| panic!("{path:?}: {error}"));
    let store = SourceStore::default();
    let row = run(&mut Session::new(&store, &packages), "x.gno", text.as_bytes(), Settings::default());
    assert_eq!(row.error, "");
    row
}

fn log(head: &str, body: &str) -> String {
    realm(None, head, body).realm
}

/// Gas of loads of objects in `main`.
fn loads(row: &Row) -> u64 {
    row.main_gas_by.get("GetObjectPerByte").and_then(|gas| gas.as_u64()).unwrap_or(0)
}

#[test]
fn tags_are_stored_without_quotes() {
    let log = log("var v any", "v = struct{ A int `json:\"a\"`; B int \"b\" }{}");
    assert!(log.contains(r#""Tag": "json:\"a\"""#) && log.contains(r#""Tag": "b""#), "{log}");
}

#[test]
fn arrays_are_stored_as_they_are_written() {
    let (open, closed) = (r#""Vrd": true"#, r#""Vrd": false"#);
    let open_log = log("var v any", "v = [...]int{1, 2}");
    assert!(open_log.contains(open) && !open_log.contains(closed), "{open_log}");
    let closed_log = log("var v any", "v = [2]int{1, 2}");
    assert!(!closed_log.contains(open) && closed_log.contains(closed), "{closed_log}");
}

#[test]
fn embedded_interfaces_are_stored_as_such() {
    let log = log("var v any", "v = []interface{ error; Size() int }{}");
    let (embedded, method) = (r#""Embedded": true,"#, r#""Embedded": false,"#);
    assert!(log.contains(embedded) && log.contains(method), "{log}");
}

#[test]
fn a_written_empty_interface_belongs_to_its_package() {
    let own = r#""PkgPath": "gno.land/r/test/x""#;
    let any = log("var v any", "v = []any{}");
    assert!(any.contains("InterfaceType") && !any.contains(own), "{any}");
    let written = log("var v any", "v = []interface{}{}");
    assert!(written.contains("InterfaceType") && written.contains(own), "{written}");
}

#[test]
fn taking_the_address_of_a_variable_loads_its_value() {
    let head = "type point struct{ X, Y int }\n\nvar p = point{1, 2}";
    let none = loads(&realm(None, head, "\tprintln(true)"));
    let read = loads(&realm(None, head, "\tprintln(p.X)"));
    let address = loads(&realm(None, head, "\tprintln(&p != nil)"));
    assert!(none < read);
    assert_eq!(address, read);
}

#[test]
fn printing_a_predeclared_type_loads_no_package() {
    let head = "import \"chain\"\n\nvar a = chain.PackageAddress(\"x\")";
    assert_eq!(loads(&realm(None, head, "\tprintln(a)")), 0);
}

fn write(folder: &Path, name: &str, text: &str) {
    fs::create_dir_all(folder).and_then(|()| fs::write(folder.join(name), text)).unwrap_or_else(|e| panic!("{e}"));
}

#[test]
fn tests_of_a_library_package_belong_to_it_in_tests() {
    let body = "\tprintln(lib.F())";
    let run = |tests: &[(&str, &str)]| {
        let root = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
        let folder = root.path().join("lib");
        write(&folder, "lib.gno", "package lib\n\nfunc F() int { return 7 }\n");
        tests.iter().for_each(|(name, text)| write(&folder, name, text));
        loads(&realm(Some(root.path().to_owned()), "import \"lib\"", body))
    };
    let (plain, own) = (run(&[]), run(&[("a_test.gno", "package lib\n\nfunc G() int { return F() }\n")]));
    assert!(plain < own);
    assert_eq!(run(&[("a_test.gno", "package lib_test\n\nimport \"lib\"\n\nvar X = lib.F()\n")]), plain);
    assert_eq!(run(&[("a_filetest.gno", "package main\n\nfunc main() {}\n")]), plain);
}

#[test]
fn a_package_that_a_collection_does_not_reach_is_loaded_again() {
    let gas = |body: &str| {
        let text = format!(
            "// PKGPATH: gno.land/r/test/x\n// MAXALLOC: 100000000\npackage x\n\nimport (\n\t\"runtime\"\n\t\"strings\"\n)\n\n\
             func main(cur realm) {{\n\t{body}\n\tif false {{\n\t\tstrings.Repeat(\"\", 1)\n\t\truntime.GC()\n\t}}\n}}\n"
        );
        let packages = PackageFolders::new(None, &[], true).unwrap_or_else(|(path, error)| panic!("{path:?}: {error}"));
        let store = SourceStore::default();
        let row = run(&mut Session::new(&store, &packages), "x.gno", text.as_bytes(), Settings::default());
        assert_eq!(row.error, "");
        loads(&row)
    };
    let (call, collect) = ("strings.Repeat(\"a\", 3); ", "runtime.GC(); ");
    let (collected, once) = (gas(collect), gas(&format!("{collect}{call}")));
    assert!(once > collected);
    // Without a collection the package stays.
    assert_eq!(gas(&format!("{call}{call}{collect}")), once);
    assert_eq!(gas(&format!("{call}{collect}{call}")) - once, once - collected);
}
