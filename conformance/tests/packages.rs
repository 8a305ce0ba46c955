//! Programs of several packages: linking, initialisation in dependency order, natives.

use regno_conformance::compile::Source;
use regno_conformance::execute::{Execution, Settings, execute_linked};
use regno_conformance::session::compile_program;
use regno_frontend::package::{PackageFile, PackageSource, Packages};
use std::rc::Rc;

struct Library(&'static [(&'static str, &'static str)]);

impl Packages for Library {
    fn package(&self, path: &str) -> Option<Rc<PackageSource>> {
        let &(_, text) = self.0.iter().find(|(known, _)| *known == path)?;
        let file = PackageFile { name: "lib.gno".to_owned(), text: text.as_bytes().into(), overlay: false };
        let library = !path.contains('.');
        Some(Rc::new(PackageSource { path: path.to_owned(), files: vec![file], library, private: false, draft: false }))
    }
}

fn run(packages: &'static [(&'static str, &'static str)], main: &str, settings: Settings) -> Execution {
    let source = Source { name: "main.gno".to_owned(), text: main.as_bytes().to_owned() };
    let program = compile_program("main", &[source], &Library(packages)).unwrap_or_else(|error| panic!("{error}"));
    let no_main = program.no_main.clone();
    execute_linked(program.into_modules(), no_main, settings).unwrap_or_else(|error| panic!("{error}"))
}

fn output(packages: &'static [(&'static str, &'static str)], main: &str) -> String {
    let execution = run(packages, main, Settings::default());
    assert_eq!(execution.error, None);
    String::from_utf8_lossy(&execution.output).into_owned()
}

const SHAPES: &[(&str, &str)] = &[
    (
        "base",
        r#"package base

type Point struct{ X, Y int }

func (p Point) Sum() int { return p.X + p.Y }
func (p *Point) Move(d int) { p.X += d }
func (p *Point) hidden() int { return -p.X }

type Summer interface{ Sum() int }

var Origin = Point{1, 2}
var Count = start()

func start() int {
	println("not part of the run")
	return 40
}

func Next() int {
	Count++
	return Count
}
func Peek() int { return Count }
func Hidden(p *Point) int { return p.hidden() }
"#,
    ),
    (
        "middle",
        r#"package middle

import "base"

type Named struct {
	base.Point
	Name string
}

func New(name string) *Named { return &Named{base.Origin, name} }

var First = base.Next()

func Each(points []base.Point, f func(base.Point)) {
	for _, p := range points {
		f(p)
	}
}
"#,
    ),
];

#[test]
fn functions_methods_and_variables_cross_packages() {
    let text = r#"package main

import (
	"base"
	m "middle"
)

func main() {
	n := m.New("n")
	n.Move(10)
	println(n.Sum(), n.Point.Sum(), base.Hidden(&n.Point), n.Name)
	var s base.Summer = n
	println(s.Sum())
	s = *n
	println(s.Sum())
	f := base.Peek
	println(m.First, f(), base.Count)
	p := &base.Count
	println(*p, base.Peek(), base.Origin.X)
	m.Each([]base.Point{{1, 1}, {2, 3}}, func(p base.Point) { println(p.Sum()) })
	g := base.Point.Sum
	println(g(base.Point{5, 6}))
	var v any = base.Origin
	_, ok := v.(base.Point)
	println(ok)
	defer base.Peek()
	defer func() { println(recover().(string)) }()
	var nilp *base.Point
	nilp.Move(1)
}
"#;
    let want = "13 13 -11 n\n13\n13\n41 41 41\n41 41 1\n2\n5\n11\ntrue\nnil pointer dereference\n";
    assert_eq!(output(SHAPES, text), want);
}

#[test]
fn libraries_cost_nothing_before_the_run() {
    let with = run(SHAPES, "package main\n\nimport _ \"middle\"\n\nfunc main() {}\n", Settings::default());
    let without = run(&[], "package main\n\nfunc main() {}\n", Settings::default());
    assert_eq!(with.total.cpu_gas, without.total.cpu_gas);
    assert_eq!(with.output, b"");
}

#[test]
fn natives_run_and_charge_as_calls() {
    let math: &[_] =
        &[("math", "package math\n\nfunc Float64bits(f float64) uint64\n\nfunc Float32bits(f float32) uint32\n")];
    let text = |statement: &str| format!("package main\n\nimport \"math\"\n\nfunc main() {{\n\t{statement}\n}}\n");
    assert_eq!(
        output(math, &text("println(math.Float64bits(1.0), math.Float32bits(2))")),
        "4607182418800017408 1073741824\n"
    );
    // A measured statement (spec/06 §4.2).
    let settings = Settings { max_alloc: Some(1 << 30), ..Settings::default() };
    let call = run(math, &text("math.Float64bits(1.0)"), settings);
    let nothing = run(math, &text("_ = math.Float64bits"), settings);
    assert_eq!(call.error, None);
    assert_eq!(call.total.alloc_bytes - nothing.total.alloc_bytes, 584);
    let deferred = run(math, &text("defer math.Float64bits(1.0)"), settings);
    assert_eq!(deferred.error, None);
}
