//! Events of straight-line programs against the rows that the reference was measured with (spec/02 §15, spec/03 §13).

use bumpalo::Bump;
use regno_bytecode::event::{Event, GasSchedule, OpClass};
use regno_frontend::check::check_package;
use regno_frontend::limits::Limits;
use regno_frontend::source::SourceFile;
use regno_frontend::syntax::parse_file;
use regno_ir::entity::FuncRef;
use regno_ir::function::{Entity, InstData};
use regno_ir::module::Module;
use regno_ir::op::Op;
use std::collections::HashSet;

/// Gas of `func main() {}`: what every row is a difference to.
const EMPTY_MAIN: u64 = 652;

const TYPES: &str = "
type S0 struct{}
type S2 struct{ a, b int }
type SN struct{ a int; s S2 }
type SA struct{ a int; arr [4]int }
func (s S2) M() int { return s.a }
func (s *S2) P() int { return s.a }
type E struct{ S2 }
func fs(s S2) {}
func fsr() S2 { return S2{} }
func fsn2() (s S2) { return S2{} }
func fheap(a int) *int { return &a }
func fdefers() { defer fs(S2{}) }
";

fn build(source: &str) -> Module {
    let files = [SourceFile::new("a.gno", source)];
    let (arena, limits) = (Bump::new(), Limits::default());
    let parsed = files.iter().map(|file| parse_file(&arena, file, &limits)).collect::<Vec<_>>();
    let package = check_package("main", &parsed, &files, &limits).unwrap_or_else(|error| panic!("{error}\n{source}"));
    let module = regno_ir::build::build_package(&package, &files, Vec::new()).unwrap_or_else(|error| panic!("{error}"));
    if let Err(error) = regno_ir::verify::verify_module(&module) {
        panic!("{error}\n{source}");
    }
    module
}

/// The events of one path: direct calls are taken, branches go to their first target, or to the last one if the first has been
/// visited. Instructions with charges of their own contribute nothing.
fn walk(module: &Module, func: FuncRef, deferred: bool, events: &mut Vec<Event>) {
    let function = &module.functions[func];
    let mut block = if deferred { function.defer_entry } else { function.entry };
    let mut defers = Vec::new();
    let mut visited = HashSet::new();
    loop {
        visited.insert(block);
        let mut next = None;
        for &inst in &function.blocks[block].insts {
            let data: &InstData = &function.insts[inst];
            events.extend(data.events.iter().copied());
            match (data.op, data.entity) {
                (Op::Call, Entity::Func(callee)) => walk(module, callee, false, events),
                (Op::Defer, Entity::Func(callee)) => defers.push(callee),
                (Op::RunDefers, _) => {
                    for callee in defers.drain(..).rev() {
                        events.push(Event::Op(OpClass::ReturnCallDefers));
                        walk(module, callee, true, events);
                    }
                    events.push(Event::Op(OpClass::ReturnCallDefers));
                    next = function.recovery;
                }
                (Op::ChargeAlloc, _) => panic!("large allocation"),
                _ => {
                    let fresh = data.targets.iter().find(|target| !visited.contains(*target));
                    next = fresh.or(data.targets.last()).copied();
                }
            }
        }
        match next {
            Some(target) => block = target,
            None => return,
        }
    }
}

fn main_events(source: &str) -> Vec<Event> {
    let module = build(source);
    let mut events = Vec::new();
    for runner in [module.init, module.inits, module.main].into_iter().flatten() {
        walk(&module, runner, false, &mut events);
    }
    events
}

fn gas(events: &[Event]) -> u64 {
    let schedule = GasSchedule::reference();
    events.iter().map(|event| if let Event::Op(class) = event { u64::from(schedule.op(*class)) } else { 0 }).sum()
}

fn allocs(events: &[Event]) -> Vec<u32> {
    events.iter().filter_map(|event| if let Event::Alloc(bytes) = event { Some(*bytes) } else { None }).collect()
}

/// Gas of a body of `main` above that of an empty one.
fn body_gas(body: &str) -> u64 {
    gas(&main_events(&format!("package main\n\nfunc main() {{\n{body}\n}}\n"))) - EMPTY_MAIN
}

/// Allocations of `statement` after `context`; main's own block has all their slots.
fn statement_allocs(context: &str, statement: &str) -> Vec<u32> {
    // The call between the two has a block of a size that nothing else has.
    let body = format!("{context}\nmark(0, 0, 0, 0, 0, 0, 0)\n{statement}");
    let mark = "func mark(a, b, c, d, e, f, g int) {}";
    let all = allocs(&main_events(&format!("package main\n{TYPES}\n{mark}\nfunc main() {{\n{body}\n}}\n")));
    let at = all.iter().position(|&bytes| bytes == 504 + 7 * 40).expect("the mark was called");
    all.get(at + 1..).unwrap_or_default().to_vec()
}

#[test]
fn statements_cost_the_gas_of_the_measured_rows() {
    let rows: &[(&str, u64)] = &[
        ("", 0),
        (";", 43),
        ("x, y := 1, 2; x, y = y, x", 392),
        ("var x, y = 1, 2; _, _ = x, y", 419),
        ("var m map[string][]*int; _ = m", 631),
        ("a, b := 1, 2; _ = a == b", 862),
        ("x, n := 1, 2; _ = x << n", 724),
        ("if true { ; }", 199),
        ("{ }", 89),
        ("switch 1 { case 1: }", 343),
        ("switch 1 { case 1: fallthrough; case 2: }", 429),
        ("s := []int{1}; s[0] = 2", 683),
        ("m := map[string]int{}; v, ok := m[\"a\"]; _, _ = v, ok", 1353),
        ("x := 1; p := &x; *p = 2", 671),
        ("_ = []int{0: 1, 3: 2}", 813),
        ("_ = make([]int, 3)", 1247),
        ("f := func() { }; _ = f", 61 + 29 + 29 + 81 + 43 + 111 + 151),
        ("type T struct{ a int }; _ = []*T{{1}}", 1080),
        ("x := 1; _ = -x", 388),
        ("x := 5; x -= 2; x *= 3; x /= 2; x %= 2; x |= 1; x ^= 1; x >>= 1", 1074),
    ];
    for (body, expected) in rows {
        assert_eq!(body_gas(body), *expected, "{body}");
    }
}

#[test]
fn programs_cost_the_gas_of_the_measured_rows() {
    let rows: &[(&str, u64)] = &[
        ("func f() { return }; func main() { f() }", 644),
        ("func f() (x int) { return 3 }; func main() { f() }", 675),
        ("func f(a ...int) {}; func main() { f(1, 2, 3) }", 756),
        ("func g() (int, int) { return 1, 2 }; func f(a, b int) {}; func main() { f(g()) }", 1329),
        ("type T struct{}; func (t *T) M() {}; func main() { var t T; t.M() }", 1220),
        ("func g() {}; func f() { defer g() }; func main() { f() }", 1065),
        ("func g() {}; func f() int { defer g(); return 3 }; func main() { f() }", 1092),
        ("func f() { defer recover() }; func main() { f() }", 1055),
        ("var z = x; var x, y = 1, 2; func main() { }", 562),
        ("func init() { }; func main() { }", 652),
        ("type E struct{}; func (e *E) M() {}; type T struct{ E }; func main() { var t T; t.M() }", 1404),
    ];
    for (program, expected) in rows {
        let source = format!("package main\n{}\n", program.replace("; ", "\n"));
        assert_eq!(gas(&main_events(&source)) - EMPTY_MAIN, *expected, "{program}");
    }
}

#[test]
fn statements_allocate_what_the_measured_rows_did() {
    let rows: &[(&str, &str, &[u32])] = &[
        ("", "var x S2; _ = x.a", &[80, 184, 80, 184]),
        ("", "x := SN{a:1}; _ = x.a", &[80, 80, 184, 184, 80, 80, 184, 184]),
        ("", "x := SN{1,S2{}}; _ = x.a", &[80, 184, 80, 80, 184, 184, 80, 80, 184, 184]),
        ("", "x := SA{}; _ = x.a", &[80, 368, 184, 80, 368, 184]),
        ("x := S2{}", "_ = x", &[80, 184]),
        ("x := S2{}; y := S2{}", "x, y = y, x", &[80, 184, 80, 184]),
        ("", "p := &S2{1,2}; _ = p", &[80, 184, 72, 24, 232]),
        ("", "p := new(S2); _ = p", &[584, 80, 184, 24, 72, 232]),
        ("", "a := [2]S2{}; _ = a[0].a", &[288, 80, 184, 80, 184, 288]),
        ("", "x := []S2{2:{1,2}}; _ = x", &[80, 184, 328, 80, 184, 80, 184, 80, 184, 72]),
        ("a := [3]int{}", "farr(a)\n}\nfunc farr(a [3]int) {", &[544, 328]),
        ("", "fs(S2{})", &[80, 184, 544, 80, 184]),
        ("", "x := fsr(); _ = x.a", &[544, 80, 184, 80, 184, 80, 184]),
        ("", "x := fsn2(); _ = x.a", &[544, 80, 184, 80, 184, 80, 184, 80, 184]),
        ("", "_ = fheap(1)", &[584, 72, 24, 232]),
        ("", "fdefers()", &[504, 80, 184, 80, 184, 544]),
        ("s := S2{}", "_ = s.M()", &[344, 80, 184, 208, 584]),
        ("s := S2{}", "_ = s.P()", &[24, 232, 344, 208, 584]),
        ("e := E{}", "_ = e.P()", &[24, 232, 344, 208, 584]),
        ("b := true", "if b { x := 1; f := func() int { return x }; _ = f }", &[504, 80, 72, 344]),
        ("x := 2", "switch z := x; z { case 2: y := 1; _ = y }", &[544, 40]),
        ("x := [3]int{1,2,3}", "for k := range x { _ = k }", &[544, 328]),
        ("", "println(1,2)", &[544, 72, 288]),
        ("", "x := 1; f := func() int { return x }; _ = f", &[344]),
    ];
    for (context, statement, expected) in rows {
        assert_eq!(statement_allocs(context, statement), *expected, "{context} | {statement}");
    }
}

#[test]
fn zero_values_of_long_arrays_charge_in_a_loop() {
    let module =
        build("package main\n\ntype T struct{ a, b int }\n\nfunc main() {\n\tvar x [1000]T\n\t_ = x[0].a\n}\n");
    let main = module.functions.values().find(|function| function.name == "main").expect("main exists");
    let events: usize = main.insts.values().map(|inst| inst.events.len()).sum();
    assert!(events < 100, "{events} events");
}

#[test]
fn deep_expressions_need_no_deep_stack() {
    let sum = "x + ".repeat(20_000) + "x";
    build(&format!("package main\n\nfunc main() {{\n\tx := 1\n\t_ = {sum}\n}}\n"));
}
