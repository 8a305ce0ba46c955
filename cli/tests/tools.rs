//! Exit codes and files of `fmt`, `lint` and `explain`.

mod common;

use common::Folder;
use std::fs;

impl Folder {
    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.0.join(path)).expect("file")
    }
}

#[test]
fn fmt_prints_lists_compares_and_writes() {
    let folder = Folder::new(
        "fmt",
        &[("a/a.gno", "package a\nvar  x=1\n"), ("a/b/b.gno", "package b\n"), ("bad.gno", "package\n")],
    );
    let formatted = "package a\n\nvar x = 1\n";
    assert_eq!(folder.run(&["fmt", "a/a.gno"]), (0, formatted.to_owned(), String::new()));
    assert_eq!(folder.run(&["fmt", "-l", "a/..."]), (1, "a/a.gno\n".to_owned(), String::new()));
    assert_eq!(folder.run(&["fmt", "-l", "a/b"]).0, 0);
    let (code, diff, _) = folder.run(&["fmt", "-d", "a"]);
    assert_eq!(code, 1);
    assert!(
        diff.starts_with("--- a/a.gno.orig\n+++ a/a.gno\n@@ -1,2 +1,3 @@\n package a\n-var  x=1\n+\n+var x = 1\n"),
        "{diff}"
    );
    let (code, _, errors) = folder.run(&["fmt", "-w", "bad.gno", "a/..."]);
    assert_eq!((code, errors.as_str()), (1, "bad.gno:1:9: expected 'IDENT', found 'EOF'\n"));
    assert_eq!((folder.read("a/a.gno").as_str(), folder.read("bad.gno").as_str()), (formatted, "package\n"));
    assert_eq!(folder.run(&["fmt", "none.gno"]).0, 2);
}

#[test]
fn lint_looks_at_a_package_with_its_tests() {
    let folder = Folder::new(
        "lint",
        &[
            ("gnomod.toml", "module = \"gno.land/r/a/b\"\ngno = \"0.9\"\n"),
            ("b.gno", "package b\n\nfunc Render() string { return \"\" }\n"),
            ("b_test.gno", "package b\n\nfunc help() int { return missing }\n"),
            ("ok/ok.gno", "package ok\n\nfunc F() {}\n"),
            ("bad/gnomod.toml", "module = \"\"\n"),
            ("bad/x.gno", "package x\n"),
        ],
    );
    let (code, out, lines) = folder.run(&["lint", "--short", "."]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert_eq!(
        lines,
        "gno.land/r/a/b/b.gno:3: invalid signature for the realm's Render function; must be of the form: func \
         Render(string) string (code=gnoLintError)\nb_test.gno:3:26: undefined: missing (code=gnoTypeCheckError)\n"
    );
    assert_eq!(folder.run(&["lint", "ok"]), (0, String::new(), String::new()));
    let (code, _, lines) = folder.run(&["lint", "--short", "bad"]);
    assert_eq!(code, 1);
    assert!(lines.starts_with("bad/gnomod.toml: ") && lines.ends_with("(code=gnoGnoModError)\n"), "{lines}");
    let (_, json, _) = folder.run(&["lint", "--json", "."]);
    assert!(json.lines().all(|line| line.starts_with("{\"code\":")), "{json}");
    assert_eq!(folder.run(&["lint", "none"]).0, 2);
}

#[test]
fn explain_knows_every_code() {
    let folder = Folder::new("explain", &[("x", "")]);
    let (code, text, _) = folder.run(&["explain", "g026"]);
    assert_eq!(code, 0);
    assert!(
        text.starts_with("G026: Nothing of this name") && text.ends_with("\n\n    Undefined  undefined: <name>\n"),
        "{text}"
    );
    assert!(folder.run(&["explain"]).1.lines().count() > 200);
    assert_eq!(folder.run(&["explain", "X1"]).0, 2);
}

/// The path of the package ends in a version, its tests stand beside it, and the realm at the bottom is the tested one.
#[test]
fn test_runs_tests_in_the_package_that_they_test() {
    let folder = Folder::new(
        "test-versions",
        &[
            ("gnomod.toml", "module = \"gno.land/r/test/shop/v2\"\ngno = \"0.9\"\n"),
            (
                "shop.gno",
                "package shop\n\nimport \"chain/runtime\"\n\nvar n int\n\nfunc Sell(cur realm, to address) string {\n\tn++\n\
                 \treturn runtime.PreviousRealm().PkgPath()\n}\n\nfunc Here() string { return runtime.CurrentRealm().PkgPath() }\n",
            ),
            (
                "inside_test.gno",
                "package shop\n\nimport \"testing\"\n\nfunc TestInside(t *testing.T) {\n\tif Here() != \"gno.land/r/test/shop/v2\" {\n\
                 \t\tt.Error(Here())\n\t}\n\tif from := Sell(cross, address(\"x\")); from != Here() || n != 1 {\n\t\tt.Error(from, n)\n\t}\n}\n",
            ),
            (
                "outside_test.gno",
                "package shop_test\n\nimport (\n\t\"testing\"\n\n\t\"gno.land/r/test/shop/v2\"\n)\n\nfunc TestOutside(t *testing.T) {\n\
                 \tvar a address = \"x\"\n\tif from := shop.Sell(cross, a); from != \"gno.land/r/test/shop/v2_test\" {\n\t\tt.Error(from)\n\t}\n}\n",
            ),
        ],
    );
    let (code, _, errors) = folder.run(&["test", "--no-cache", "."]);
    assert_eq!(code, 0, "{errors}");
    assert!(errors.lines().last().is_some_and(|line| line.starts_with("ok      . ")), "{errors}");
}

/// Go's checker looks at filetests before they are run; what Gno's own checker says is a result that a filetest can expect.
#[test]
fn test_checks_filetests_before_it_runs_them() {
    let module = ("gnomod.toml", "module = \"gno.land/p/x/a\"\ngno = \"0.9\"\n");
    let expected = "package main\n\nfunc main() {\n\tgo println(1)\n}\n\n// Error:\n// expected.gno:4:2: goroutines are not permitted\n";
    let folder = Folder::new("test-filetests", &[module, ("expected_filetest.gno", expected)]);
    let (code, _, errors) = folder.run(&["test", "--no-cache", "."]);
    assert_eq!(code, 0, "{errors}");
    let wrong = "package main\n\nfunc main() {\n\tx := 1\n\tprintln(2)\n}\n\n// Output:\n// 2\n";
    fs::create_dir(folder.0.join("filetests")).expect("folder");
    fs::write(folder.0.join("filetests/wrong_filetest.gno"), wrong).expect("file");
    let (code, _, errors) = folder.run(&["test", "--no-cache", "."]);
    let line = "filetests/wrong_filetest.gno:4:2: declared and not used: x (code=gnoTypeCheckError)";
    assert!(code == 1 && errors.lines().filter(|found| *found == line).count() == 1, "{errors}");
    assert!(errors.lines().last().is_some_and(|line| line.starts_with("FAIL")), "{errors}");
}

#[test]
fn test_updates_filetests_whole_or_not_at_all() {
    // Nothing is checked before the tests of a package that tools leave out.
    let module = ("gnomod.toml", "module = \"gno.land/p/x/a\"\ngno = \"0.9\"\nignore = true\n");
    let text = "package main\n\nfunc main() { println(2) }\n\n// Output:\n// 1\n";
    let folder = Folder::new("test-update", &[module, ("a_filetest.gno", text)]);
    // A byte that no text has, in a comment.
    let mut broken = text.as_bytes().to_vec();
    broken.extend(b"\n// \xff\n");
    fs::write(folder.0.join("b_filetest.gno"), &broken).expect("file");
    let (code, _, errors) = folder.run(&["test", "--no-cache", "--update-golden-tests", "."]);
    let refused =
        |line: &str| line.starts_with("b_filetest.gno is not valid UTF-8") && line.ends_with("are not updated");
    assert!(code == 1 && errors.lines().any(refused), "{errors}");
    assert_eq!(fs::read(folder.0.join("b_filetest.gno")).expect("file"), broken);
    assert_eq!(fs::read_to_string(folder.0.join("a_filetest.gno")).expect("file"), text.replace("// 1", "// 2"));
    assert_eq!(fs::read_dir(&folder.0).expect("folder").count(), 3);
}

#[test]
fn lint_finds_imports_in_the_workspace_and_leaves_workspaces_in_it_out() {
    let module = |path: &str| format!("module = \"gno.land/p/x/{path}\"\ngno = \"0.9\"\n");
    let (a, b, c) = (module("a"), module("b"), module("c"));
    let user = "package b\n\nimport \"gno.land/p/x/a\"\n\nfunc B() int { return a.A() }\n";
    let stranger = "package b\n\nimport \"gno.land/p/x/c\"\n\nfunc C() int { return c.C() }\n";
    let folder = Folder::new(
        "workspace",
        &[
            ("gnowork.toml", ""),
            ("a/gnomod.toml", &a),
            ("a/a.gno", "package a\n\nfunc A() int { return 1 }\n"),
            ("b/gnomod.toml", &b),
            ("b/b.gno", user),
            ("inner/gnowork.toml", ""),
            ("inner/c/gnomod.toml", &c),
            ("inner/c/c.gno", "package c\n\nfunc C() int { return 1 }\n"),
        ],
    );
    assert_eq!(folder.run(&["lint", "b"]), (0, String::new(), String::new()));
    fs::write(folder.0.join("b/c.gno"), stranger).expect("file");
    let (code, _, errors) = folder.run(&["lint", "--short", "b"]);
    assert_eq!(
        (code, errors.as_str()),
        (1, "b/c.gno:3:8: unknown import path \"gno.land/p/x/c\" (code=gnoImportError)\n")
    );
}
