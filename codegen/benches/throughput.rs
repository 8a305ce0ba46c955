//! Throughput of the compiler: generated programs of 1, 2, 4 and 8 MB through parser, checker, IR, code generation, the Go layer and
//! the formatter, in lines a second on one core.
//!
//! `cargo bench -p regno-codegen --bench throughput [-- MEGABYTES...]`; the table goes to `docs/performance.md`. If a phase were
//! not linear, its column would fall from row to row.
//!
//! `… -- shapes` measures one-sided programs, each at a size and at twice the size: a ratio near 2 means linear.

use bumpalo::Bump;
use regno_frontend::check::{Options, World};
use regno_frontend::format::format_file;
use regno_frontend::golayer;
use regno_frontend::limits::Limits;
use regno_frontend::source::SourceFile;
use regno_frontend::syntax::parse_file;
use std::fmt::Write;
use std::hint::black_box;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// A program of at least this many bytes.
fn program(bytes: usize) -> String {
    let mut text = String::from("package main\n\ntype shape interface {\n\tarea() int\n}\n");
    let mut count = 0;
    while text.len() < bytes {
        unit(&mut text, count);
        count += 1;
    }
    text.push_str("\nfunc main() {\n\ttotal := 0\n");
    for index in (0..count).step_by(100) {
        let _ = writeln!(text, "\ttotal += work{index}({index}, \"n\")");
    }
    text.push_str("\tprintln(total)\n}\n");
    text
}

/// Declarations as people write them: a type, methods, a function with control flow, a table.
fn unit(text: &mut String, n: usize) {
    let previous = n.saturating_sub(1);
    // Writing to a string cannot fail.
    let _ = write!(
        text,
        r#"
// box{n} is a box.
type box{n} struct {{
	width, height int
	name          string
	parts         []int
}}

func (b *box{n}) area() int {{
	return b.width * b.height
}}

func (b *box{n}) grow(by int) {{
	b.width += by
	b.height += by
	b.parts = append(b.parts, by)
}}

const limit{n} = {n} + 10

var table{n} = map[string]int{{
	"one":   1,
	"two":   2,
	"three": limit{n},
}}

func work{n}(count int, name string) int {{
	b := &box{n}{{width: count, height: 2, name: name}}
	sum := 0
	for i := 0; i < 3; i++ {{
		b.grow(i)
		switch {{
		case i%2 == 0 && b.width > 3:
			sum += b.area()
		case b.name == "x":
			continue
		default:
			sum -= i
		}}
	}}
	for key, value := range table{n} {{
		if len(key) > 3 {{
			sum += value << 1
		}} else {{
			sum ^= value
		}}
	}}
	var s shape = b
	if big, ok := s.(*box{n}); ok && big.width != {previous} {{
		sum += s.area() + len(big.parts)
	}}
	add := func(x int) int {{
		return x + sum
	}}
	return add(count) + table{previous}["one"]
}}
"#
    );
}

struct Phases {
    names: Vec<&'static str>,
    times: Vec<Duration>,
}

impl Phases {
    fn time<T>(&mut self, name: &'static str, work: impl FnOnce() -> T) -> T {
        let start = used();
        let result = black_box(work());
        self.names.push(name);
        self.times.push(used().saturating_sub(start));
        result
    }
}

/// Time that this thread has had a core, where the system says so: others may share the machine. Else time.
fn used() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let on_core = text.split(' ').next().and_then(|time| time.parse().ok());
    on_core.map_or_else(|| START.get_or_init(Instant::now).elapsed(), Duration::from_nanos)
}

fn measure(text: &str) -> Phases {
    let limits = Limits::default();
    let mut phases = Phases { names: Vec::new(), times: Vec::new() };
    let files = [SourceFile::new("main.gno", text)];
    let arena = Bump::new();
    let parsed = phases.time("parse", || [parse_file(&arena, &files[0], &limits)]);
    let options = Options { limits, natives: false };
    let package = phases.time("check", || World::new().check("main", &parsed, &files, options));
    let package = package.unwrap_or_else(|error| panic!("{error}"));
    let charges = Vec::new();
    let mut ir = phases.time("IR", || regno_ir::build::build_package(&package, &files, charges)).expect("IR");
    phases.time("passes", || ir.functions.values_mut().for_each(regno_ir::passes::optimize));
    phases.time("code", || regno_codegen::compile_module(&ir)).expect("code");
    let findings = phases.time("Go layer", || golayer::check_package("main", &parsed, &files, &limits));
    assert!(findings.is_empty(), "{:?}", findings.first());
    phases.time("format", || format_file(&files[0], &limits)).expect("format");
    phases
}

/// A program by name, and its text for a count.
type Shape = (&'static str, fn(usize) -> String);

/// One-sided programs.
const SHAPES: &[Shape] = &[
    ("statements in one function", |n| in_main("\tx := 0\n", "\tx = x + 1\n", "\tprintln(x)\n", n)),
    ("variables in one function", |n| {
        let lines: String = (0..n.min(60_000)).map(|i| format!("\tv{i} := {i}\n\t_ = v{i}\n")).collect();
        in_main("", &lines, "", 1)
    }),
    ("operands of one sum", |n| {
        format!("package main\n\nvar a = 1\n\nfunc main() {{ println(a{}) }}\n", " + a".repeat(n))
    }),
    ("constants of one sum", |n| format!("package main\n\nfunc main() {{ println(1{}) }}\n", " + 1".repeat(n))),
    ("elements of a slice", |n| format!("package main\n\nvar t = []int{{{}}}\n\nfunc main() {{}}\n", numbers(n, ""))),
    ("elements of a map", |n| {
        format!("package main\n\nvar t = map[int]int{{{}}}\n\nfunc main() {{}}\n", numbers(n, ": 1"))
    }),
    ("cases of a switch", |n| {
        let cases: String = (0..n).map(|i| format!("\tcase {i}:\n\t\tx++\n")).collect();
        in_main("\tx := 0\n\tswitch x {\n", &cases, "\t}\n", 1)
    }),
    ("variables in a chain", |n| {
        let n = n.min(60_000);
        let chain: String = (0..n).map(|i| format!("var v{i} = v{}\n", i + 1)).collect();
        format!("package main\n\n{chain}var v{n} = 1\n\nfunc main() {{}}\n")
    }),
    ("functions in a chain", |n| {
        let n = n.min(60_000);
        let chain: String = (0..n).map(|i| format!("func f{i}() int {{ return f{}() }}\n", i + 1)).collect();
        format!("package main\n\n{chain}func f{n}() int {{ return 1 }}\n\nvar x = f0()\n\nfunc main() {{}}\n")
    }),
    ("methods of a type", |n| {
        let methods: String = (0..n.min(60_000)).map(|i| format!("func (t T) m{i}() int {{ return {i} }}\n")).collect();
        format!("package main\n\ntype T struct{{}}\n\n{methods}\nfunc main() {{ println(T{{}}.m1()) }}\n")
    }),
    ("fields of a struct", |n| {
        let fields: String = (0..n.min(60_000)).map(|i| format!("\tf{i} int\n")).collect();
        format!("package main\n\ntype T struct {{\n{fields}}}\n\nfunc main() {{\n\tvar t T\n\tprintln(t.f1)\n}}\n")
    }),
    ("methods of an interface", |n| {
        let n = n.min(20_000);
        let wanted: String = (0..n).map(|i| format!("\tm{i}() int\n")).collect();
        let methods: String = (0..n).map(|i| format!("func (t T) m{i}() int {{ return {i} }}\n")).collect();
        format!(
            "package main\n\ntype I interface {{\n{wanted}}}\n\ntype T struct{{}}\n\n{methods}\nvar x I = T{{}}\n\nfunc main() {{}}\n"
        )
    }),
    ("literals in one function", |n| in_main("\tx := 0\n", "\tfunc() { x++ }()\n", "\tprintln(x)\n", n)),
    ("labels in one function", |n| {
        let lines: String = (0..n).map(|i| format!("L{i}:\n\tfor x < {i} {{\n\t\tbreak L{i}\n\t}}\n")).collect();
        in_main("\tx := 0\n", &lines, "", 1)
    }),
    ("comments", |n| format!("package main\n\nfunc main() {{\n{}}}\n", "\t// a comment\n".repeat(n))),
];

fn numbers(n: usize, after: &str) -> String {
    (0..n).map(|i| format!("{i}{after}, ")).collect()
}

fn in_main(before: &str, line: &str, after: &str, n: usize) -> String {
    format!("package main\n\nfunc main() {{\n{before}{}{after}}}\n", line.repeat(n))
}

fn shapes(count: usize) {
    print("| shape | bytes | ms | at half the size | ratio | slowest phase |");
    for (name, text) in SHAPES {
        let (half, whole) = (text(count / 2), text(count));
        let times = |text: &str| {
            let mut phases = measure(text);
            let total: Duration = phases.times.iter().sum();
            let slowest = phases.times.iter().zip(phases.names.drain(..)).max().map_or("", |(_, name)| name);
            (total.as_secs_f64() * 1e3, slowest)
        };
        let ((less, _), (more, slowest)) = (times(&half), times(&whole));
        print(&format!("| {name} | {} | {more:.0} | {less:.0} | {:.1} | {slowest} |", whole.len(), more / less));
    }
}

fn main() {
    if std::env::args().any(|argument| argument == "shapes") {
        return shapes(20_000);
    }
    let sizes: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let sizes = if sizes.is_empty() { vec![1, 2, 4, 8] } else { sizes };
    let mut header = true;
    for size in sizes {
        let text = program(size << 20);
        let lines = text.lines().count();
        // The best of three: others share the machine.
        let mut best = measure(&text);
        for _ in 0..2 {
            let next = measure(&text);
            best.times.iter_mut().zip(next.times).for_each(|(best, next)| *best = next.min(*best));
        }
        let rate = |time: Duration| lines as f64 / time.as_secs_f64() / 1000.0;
        let compile: Duration = best.times.iter().take(5).sum();
        if std::mem::take(&mut header) {
            print(&format!("thousand lines a second\n\n| MB | lines | {} | parse to code |", best.names.join(" | ")));
        }
        let cells: Vec<String> = best.times.iter().map(|&time| format!("{:.0}", rate(time))).collect();
        print(&format!("| {size} | {lines} | {} | **{:.0}** |", cells.join(" | "), rate(compile)));
    }
}

#[allow(clippy::print_stdout, reason = "a benchmark reports on standard output")]
fn print(line: &str) {
    println!("{line}");
}
