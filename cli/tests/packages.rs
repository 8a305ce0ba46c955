//! `doc`, `list` and `mod` on packages of the library, of `--packages` and of folders.

mod common;

use common::Folder;
use std::fs;

impl Folder {
    fn output(&self, arguments: &[&str]) -> String {
        let (code, out, errors) = self.run(arguments);
        assert_eq!((code, errors.as_str()), (0, ""), "{arguments:?}");
        out
    }
}

const SHAPES: &str =
    "// Package shapes measures\n// things.\n//\n//\tcode\n//\n// It has:\n//   - one\n//   - two\npackage shapes

// Kind is a kind.
type Kind int

// The kinds.
const (
	Round Kind = iota // without corners
	hidden
	Square
)

// Limit bounds areas.
var Limit = 10

var secret int

// Shape has a name.
type Shape struct {
	// Name is shown.
	Name string // short
	area int
}

// Sized can be measured.
type Sized interface {
	Area() int
	Scale(by int) Sized
}

// New makes a shape.
func New(
	name string,
) *Shape {
	return &Shape{Name: name}
}

// Area returns the area.
func (s *Shape) Area() int { return s.area }

func (s *Shape) grow() {}

// Max returns the larger one.
func Max(a, b int) int {
	if a > b {
		return a
	}
	return b
}
";

fn shapes(name: &str) -> Folder {
    let module = "module = \"gno.land/p/a/shapes\"\n";
    Folder::new(name, &[("s/gnomod.toml", module), ("s/shapes.gno", SHAPES), ("s/x_test.gno", "package shapes\n")])
}

#[test]
fn doc_shows_a_package_in_short_and_in_full() {
    let folder = shapes("doc-package");
    let head = "package shapes // import \"gno.land/p/a/shapes\"\n\nPackage shapes measures things.\n\n    code\n\nIt has:\n\n  - one\n  - two\n\n";
    let short = "var Limit = 10
func Max(a, b int) int
type Kind int
    const Round Kind = iota ...
type Shape struct{ ... }
    func New(name string) *Shape
type Sized interface{ ... }
";
    assert_eq!(folder.output(&["doc", "./s"]), format!("{head}{short}"));
    assert_eq!(folder.output(&["doc", "--packages", ".", "gno.land/p/a/shapes"]), format!("{head}{short}"));
    let full = folder.output(&["doc", "s", "--all"]);
    let variables = "VARIABLES\n\nvar Limit = 10\n    Limit bounds areas.\n\nFUNCTIONS\n\nfunc Max(a, b int) int\n    Max returns the larger one.\n\nTYPES\n\n";
    let kind = "type Kind int\n    Kind is a kind.\n\nconst (\n\tRound Kind = iota // without corners\n\thidden\n\tSquare\n)\n    The kinds.\n\n";
    assert!(full.starts_with(&format!("{head}{variables}{kind}type Shape struct {{")), "{full}");
    assert!(!full.contains("secret") && !full.contains("grow"), "{full}");
    let hidden = folder.output(&["doc", "s", "-u"]);
    assert!(hidden.contains("var secret int\n"), "{hidden}");
}

#[test]
fn doc_shows_names_and_members() {
    let folder = shapes("doc-names");
    let head = "package shapes // import \"gno.land/p/a/shapes\"\n\n";
    let shown = |arguments: &[&str]| {
        let text = folder.output(arguments);
        text.strip_prefix(head).expect("package clause").to_owned()
    };
    assert_eq!(
        shown(&["doc", "s.shape"]),
        "type Shape struct {\n\t// Name is shown.\n\tName string // short\n\n\t// Has unexported fields.\n}\n    Shape has a name.\n\nfunc New(name string) *Shape\nfunc (s *Shape) Area() int\n"
    );
    assert_eq!(shown(&["doc", "s.Shape.Area"]), "func (s *Shape) Area() int\n    Area returns the area.\n");
    assert_eq!(shown(&["doc", "s.Area"]), "func (s *Shape) Area() int\n    Area returns the area.\n");
    assert_eq!(
        shown(&["doc", "s.Sized.Scale"]),
        "type Sized interface {\n\tScale(by int) Sized\n\n\t// ... other methods elided ...\n}\n"
    );
    assert_eq!(
        shown(&["doc", "--src", "s.Max"]),
        "// Max returns the larger one.\nfunc Max(a, b int) int {\n\tif a > b {\n\t\treturn a\n\t}\n\treturn b\n}\n"
    );
    assert_eq!(shown(&["doc", "-u", "s.Shape.grow"]), "func (s *Shape) grow()\n");
    let (code, _, error) = folder.run(&["doc", "s.Shape.grow"]);
    assert_eq!((code, error.as_str()), (2, "regno: no symbol Shape.grow in package gno.land/p/a/shapes\n"));
    assert_eq!(folder.run(&["doc", "nothing"]).0, 2);
    let builder = folder.output(&["doc", "strings.Builder.Len"]);
    assert!(builder.starts_with("package strings // import \"strings\"\n\nfunc (b *Builder) Len() int\n"), "{builder}");
    assert!(folder.output(&["doc", "testing.T"]).contains("type T struct {"));
    fs::write(folder.0.join("s/bad.gno"), "package shapes\nfunc\n").expect("file");
    assert_eq!(folder.run(&["doc", "s"]).0, 1);
}

#[test]
fn list_names_packages_with_files_and_imports() {
    let folder = Folder::new(
        "list",
        &[
            ("a/gnomod.toml", "module = \"gno.land/p/x/a\"\n"),
            ("a/a.gno", "package a\n\nimport \"errors\"\n\nvar E = errors.New(\"e\")\n"),
            ("b/gnomod.toml", "module = \"gno.land/r/x/b\"\nignore = true\n"),
            ("b/b.gno", "package b\n\nimport \"gno.land/p/x/a\"\n\nvar E = a.E\n"),
            ("b/b_test.gno", "package b_test\n\nimport \"path\"\n\nvar J = path.Join()\n"),
            ("c/c.gno", "package c\n\nimport \"gno.land/p/x/none\"\n"),
        ],
    );
    assert_eq!(folder.output(&["list", "./a", "b"]), "gno.land/p/x/a\ngno.land/r/x/b\n");
    assert_eq!(folder.output(&["list", "crypto/sha256", "encoding/..."]).lines().next(), Some("crypto/sha256"));
    let arguments = ["list", "--packages", ".", "gno.land/r/...", "--deps"];
    assert_eq!(folder.output(&arguments), "gno.land/r/x/b\ngno.land/p/x/a\nerrors\n");
    let with_tests = folder.output(&[&arguments[..], &["--test"]].concat());
    assert!(with_tests.lines().any(|line| line == "path"), "{with_tests}");
    let json = folder.output(&["list", "--json", "./b"]);
    let dir = fs::canonicalize(&folder.0).expect("folder");
    assert_eq!(
        json,
        format!(
            "{{\n\t\"Dir\": \"{}/b\",\n\t\"ImportPath\": \"gno.land/r/x/b\",\n\t\"Name\": \"b\",\n\t\"Match\": [\n\t\t\"./b\"\n\t],\n\t\"Ignore\": true,\n\t\"Files\": {{\n\t\t\"Other\": [\n\t\t\t\"gnomod.toml\"\n\t\t],\n\t\t\"PackageSource\": [\n\t\t\t\"b.gno\"\n\t\t],\n\t\t\"XTest\": [\n\t\t\t\"b_test.gno\"\n\t\t]\n\t}},\n\t\"Imports\": {{\n\t\t\"PackageSource\": [\n\t\t\t\"gno.land/p/x/a\"\n\t\t],\n\t\t\"XTest\": [\n\t\t\t\"path\"\n\t\t]\n\t}}\n}}\n",
            dir.display()
        )
    );
    let (code, _, error) = folder.run(&["list", "--deps", "./c"]);
    assert_eq!((code, error.as_str()), (1, "gno.land/r/test: package gno.land/p/x/none is not found\n"));
    assert_eq!(folder.run(&["list", "nothing"]).0, 2);
}

#[test]
fn mod_writes_tidies_and_draws() {
    let folder = Folder::new("mod", &[("old/gno.mod", "// Ignore\n\nmodule gno.land/p/x/old\n\ngno 0.9\n")]);
    let file = folder.0.join("gnomod.toml");
    for (path, reason) in [
        ("a b", "malformed import path \"a b\": invalid char ' '"),
        ("strings", "\"strings\" is not a valid package path URL"),
    ] {
        let error = format!("create gnomod.toml: {reason}\n");
        assert_eq!(folder.run(&["mod", "init", path]), (1, String::new(), error));
    }
    assert_eq!(folder.run(&["mod", "tidy"]), (1, String::new(), "gnomod.toml doesn't exist\n".to_owned()));
    folder.output(&["mod", "init", "gno.land/r/x/y"]);
    let standard = "module = \"gno.land/r/x/y\"\ngno = \"0.9\"\n";
    assert_eq!(fs::read_to_string(&file).expect("file"), standard);
    let error = "create gnomod.toml: file already exists\n".to_owned();
    assert_eq!(folder.run(&["mod", "init", "gno.land/r/x/y"]), (1, String::new(), error));
    fs::write(&file, "# mine\ngno = '0.9'\nmodule = 'gno.land/r/x/y'\n").expect("file");
    folder.output(&["mod", "tidy", "--recursive"]);
    assert_eq!(fs::read_to_string(&file).expect("file"), standard);
    let migrated = fs::read_to_string(folder.0.join("old/gnomod.toml")).expect("file");
    assert_eq!(migrated, "module = \"gno.land/p/x/old\"\ngno = \"0.9\"\nignore = true\n");
    assert!(!folder.0.join("old/gno.mod").exists());
    fs::write(folder.0.join("y.gno"), "package y\n\nimport \"errors\"\n\nvar E = errors.New(\"\")\n").expect("file");
    assert_eq!(folder.output(&["mod", "graph"]), "gno.land/r/x/y errors\n");
    let dot = folder.output(&["mod", "graph", "--format", "dot"]);
    assert_eq!(dot, "digraph gno {\n    \"gno.land/r/x/y\" -> \"errors\";\n}\n");
}
