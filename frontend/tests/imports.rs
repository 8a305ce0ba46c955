//! Packages that import others: names, members, stand-ins, and what is refused (spec/01 §2.4).

use bumpalo::Bump;
use regno_frontend::check::{Options, World};
use regno_frontend::limits::Limits;
use regno_frontend::source::SourceFile;
use regno_frontend::syntax::parse_file;
use regno_frontend::typed::{Callee, ExprKind, FuncKind, FuncUse, MethodRef, Package};

const LIBRARY: &str = "package shapes

const Pi = 3
const Big Size = 9

var Origin = Point{}
var hidden = 1

type Size int

func (s Size) Double() Size { return s * 2 }

type Point struct {
	X, Y int
	name string
}

func (p *Point) Move(dx int) { p.X += dx }

type Mover interface {
	Move(dx int)
	private()
}

func New(x, y int) *Point { return &Point{X: x, Y: y} }

func native(x int) int
";

fn check_in(world: &mut World, path: &str, text: &str, natives: bool) -> Result<Package, String> {
    let arena = Bump::new();
    let name = format!("{}.gno", path.rsplit('/').next().unwrap_or(path));
    let files = [SourceFile::new(name, text)];
    let parsed = [parse_file(&arena, &files[0], &Limits::default())];
    assert!(parsed[0].errors.is_empty(), "{:?}", parsed[0].errors);
    world.check(path, &parsed, &files, Options { natives, ..Options::default() }).map_err(|error| error.to_string())
}

fn world() -> World {
    let mut world = World::new();
    check_in(&mut world, "lib/shapes", LIBRARY, true).unwrap_or_else(|error| panic!("{error}"));
    world
}

fn check(text: &str) -> Result<Package, String> {
    check_in(&mut world(), "main", text, false)
}

fn program(body: &str) -> String {
    format!("package main\n\nimport \"lib/shapes\"\n\n{body}\n")
}

fn accepted(body: &str) -> Package {
    check(&program(body)).unwrap_or_else(|error| panic!("{error}\n{body}"))
}

fn refused(body: &str) -> String {
    match check(&program(body)) {
        Ok(_) => panic!("accepted: {body}"),
        Err(error) => error.split_once(": ").map_or(error.clone(), |(_, message)| message.to_owned()),
    }
}

#[test]
fn functions_variables_and_methods_have_stand_ins() {
    let package = accepted(
        "func main() {\n\tp := shapes.New(1, shapes.Pi)\n\tp.Move(2)\n\tq := shapes.Origin\n\tq.Move(1)\n\tprintln(shapes.Big.Double(), q.X)\n}",
    );
    let mut imported: Vec<&str> = package
        .funcs
        .values()
        .filter_map(|func| match &func.kind {
            FuncKind::Imported(imported) => Some(imported.name.as_str()),
            _ => None,
        })
        .collect();
    imported.sort_unstable();
    assert_eq!(imported, ["New", "Point.Move", "Size.Double"]);
    let globals: Vec<_> = package.globals.values().filter_map(|global| global.imported.as_ref()).collect();
    assert_eq!(globals.len(), 1);
    assert_eq!((globals[0].package.as_str(), globals[0].name.as_str()), ("lib/shapes", "Origin"));
    assert_eq!(package.imports, ["lib/shapes"]);
    assert_eq!(package.file_imports, [vec![0]]);
}

#[test]
fn a_member_costs_what_a_selector_costs() {
    let package = accepted("func main() { shapes.New(1, 2) }");
    let dear = package
        .exprs
        .values()
        .any(|expr| matches!(&expr.kind, ExprKind::Call { callee: Callee::Func { named: FuncUse::Member, .. }, .. }));
    assert!(dear);
}

#[test]
fn embedded_types_of_other_packages_promote_their_methods() {
    let package =
        accepted("type T struct { *shapes.Point }\nfunc main() { t := T{shapes.New(1, 2)}; t.Move(3); println(t.X) }");
    let concrete = package.exprs.values().any(|expr| {
        matches!(&expr.kind, ExprKind::Call { callee: Callee::Method { method: MethodRef::Concrete { .. }, .. }, .. })
    });
    assert!(concrete);
    accepted("type M interface { Move(dx int) }\nvar m M = shapes.New(1, 2)\nfunc main() {}");
}

#[test]
fn members_that_cannot_be_used() {
    for (body, message) in [
        ("func main() { println(shapes.Missing) }", "name Missing not declared"),
        ("func main() { println(shapes.hidden) }", "cannot access lib/shapes.hidden from main"),
        ("func main() { shapes.Origin = shapes.Point{} }", "cannot directly mutate lib/shapes.Origin from main"),
        ("func main() { println(shapes) }", "package shapes cannot only be referred to in a selector expression"),
        ("func main() { println(shapes.New(1, 2).name) }", "cannot access *lib/shapes.Point.name from main"),
        ("func main() { shapes.New(1) }", "wrong argument count in call to shapes<VPBlock(2,0)>.New; want 2 got 1"),
        (
            "type T struct{}\nfunc (T) Move(dx int) {}\nfunc (T) private() {}\nfunc main() { var m shapes.Mover = T{} }",
            "main.T does not implement lib/shapes.Mover (missing method private)",
        ),
    ] {
        assert_eq!(refused(body), message, "{body}");
    }
}

#[test]
fn the_name_of_an_import() {
    accepted("var shapes = 1\nfunc main() { var shapes = \"x\"; println(shapes) }");
    let error = |imports: &str| {
        let text = format!("package main\n\nimport (\n{imports}\n)\n\nfunc main() {{}}\n");
        check(&text).err().unwrap_or_default()
    };
    assert_eq!(error("a \"lib/shapes\"\nb \"lib/shapes\""), "");
    assert_eq!(error("_ \"lib/shapes\""), "");
    assert_eq!(error(". \"lib/shapes\""), "main/main.gno:4:1-15: dot imports not allowed in gno");
    assert_eq!(error("\"lib/none\""), "main/main.gno:4:1-11: unknown import path lib/none");
    assert_eq!(error("int \"lib/shapes\""), "main/main.gno:4:1-17: builtin identifiers cannot be shadowed: int");
}

#[test]
fn the_name_of_a_package_is_the_end_of_its_path() {
    let mut world = World::new();
    let text = "package other\n";
    assert!(check_in(&mut world, "lib/odd", text, false).is_ok());
    let main = "package main\n\nimport \"lib/odd\"\n\nfunc main() {}\n";
    let error = check_in(&mut world.clone(), "main", main, false).err().unwrap_or_default();
    assert_eq!(
        error,
        "main/main.gno:3:8-17: package name for \"lib/odd\" (\"other\") doesn't match its expected identifier \"odd\"; the import declaration must specify an identifier"
    );
    let named = "package main\n\nimport odd \"lib/odd\"\n\nfunc main() {}\n";
    assert!(check_in(&mut world, "main", named, false).is_ok());
}

#[test]
fn functions_without_body_are_for_the_library() {
    let text = "package p\n\nfunc f() int\n";
    let package = check_in(&mut World::new(), "p", text, true).unwrap_or_else(|error| panic!("{error}"));
    assert!(package.funcs.values().any(|func| func.native && func.body.is_empty()));
    let error = check_in(&mut World::new(), "p", text, false).err().unwrap_or_default();
    assert!(error.contains("function f does not have a body but is not natively defined"), "{error}");
}

#[test]
fn a_type_is_the_same_in_every_package() {
    let mut world = world();
    let user = "package user\n\nimport \"lib/shapes\"\n\nfunc At(p *shapes.Point) *shapes.Point { return p }\n";
    assert!(check_in(&mut world, "lib/user", user, false).is_ok());
    let main = "package main\n\nimport (\n\t\"lib/shapes\"\n\t\"lib/user\"\n)\n\nfunc main() { user.At(shapes.New(1, 2)).Move(1) }\n";
    assert_eq!(check_in(&mut world, "main", main, false).err(), None);
}
