//! Slots, captures, loop variables, branch targets and the order of initialisation.

mod common;

use common::check;
use regno_frontend::limits::Limits;
use regno_frontend::typed::{FuncKind, InitStep, Package, ScopeKind, StmtKind, VarKind};

fn checked(text: &str) -> Package {
    check(text).unwrap_or_else(|error| panic!("{error}"))
}

/// Names of the slots of the first scope of a kind.
fn slots(package: &Package, kind: ScopeKind) -> Vec<&str> {
    let scope = package.scopes.values().find(|scope| scope.kind == kind).expect("scope");
    scope.slots.iter().map(|&var| package.vars[var].name.as_str()).collect()
}

fn boxed(package: &Package, name: &str) -> Vec<bool> {
    let own = |kind: VarKind| !matches!(kind, VarKind::Capture(_));
    package.vars.values().filter(|var| var.name == name && own(var.kind)).map(|var| var.boxed).collect()
}

#[test]
fn function_slots_are_receiver_parameters_results_names_captures() {
    let package = checked(
        "package main\ntype T int\nfunc (T) m(a int, _ string) (int, error) { b, c := 1, 2\n{ d := 3; _ = d }\n\
         const e = 4\ntype f int\nreturn a + b + c, nil }\nfunc main() {}\n",
    );
    let method = package.funcs.values().find(|func| func.name == "m").expect("method");
    let names: Vec<&str> =
        package.scopes[method.scope].slots.iter().map(|&var| package.vars[var].name.as_str()).collect();
    assert_eq!(names, [".recv", "a", ".arg_1", ".res.0", ".res.1", "b", "c", "e", "f"]);
    assert_eq!(slots(&package, ScopeKind::Block), ["d"]);
}

#[test]
fn captures_follow_the_other_slots_through_every_literal() {
    let package = checked(
        "package main\nfunc main() { x, y := 1, 2\nf := func(p int) { q := 1; _ = func() int { return x + q + y } }\n_ = f }\n",
    );
    let outer = package.funcs.values().find(|func| func.params.len() == 1).expect("literal");
    let names: Vec<&str> =
        package.scopes[outer.scope].slots.iter().map(|&var| package.vars[var].name.as_str()).collect();
    assert_eq!(names, ["p", "q", "~x", "~y"]);
    let FuncKind::Literal { captures, .. } = &outer.kind else { panic!("literal") };
    let captured: Vec<&str> = captures.iter().map(|&var| package.vars[var].name.as_str()).collect();
    assert_eq!(captured, ["x", "y"]);
    assert_eq!(boxed(&package, "x"), [true]);
    assert_eq!(boxed(&package, "p"), [false]);
}

#[test]
fn branches_share_the_block_of_their_statement() {
    let package =
        checked("package main\nfunc main() { if x := 1; x > 0 { x := 2; y := x; _ = y } else { z := x; _ = z } }\n");
    assert_eq!(slots(&package, ScopeKind::If), ["x"]);
    let parts: Vec<usize> =
        package.scopes.values().filter(|s| s.kind == ScopeKind::IfPart).map(|s| s.slots.len()).collect();
    assert_eq!(parts, [2, 2]);
}

#[test]
fn a_blank_range_key_leaves_the_value_its_name() {
    let package = checked("package main\nfunc main() { for _, v := range []int{1} { v := v; _ = v } }\n");
    assert_eq!(slots(&package, ScopeKind::Range), ["v"]);
    let package = checked("package main\nfunc main() { for i, v := range []int{1} { v := v; _, _ = i, v } }\n");
    assert_eq!(slots(&package, ScopeKind::Range), ["i.loopvar", "v.loopvar", "v"]);
}

#[test]
fn captured_loop_variables_are_fresh_per_iteration() {
    let package =
        checked("package main\nfunc main() { for i, j := 0, 0; i < 2; i++ { _ = func() int { return i }; _ = j } }\n");
    let found = package.stmts.values().find_map(|stmt| match &stmt.kind {
        StmtKind::For { per_iteration, .. } => Some(per_iteration.clone()),
        _ => None,
    });
    let names: Vec<&str> = found.expect("for").iter().map(|&var| package.vars[var].name.as_str()).collect();
    assert_eq!(names, ["i.loopvar"]);
}

#[test]
fn redefining_a_boxed_variable_aborts() {
    let text = |capture: &str| {
        format!(
            "package main\nfunc f() (int, error) {{ return 0, nil }}\nfunc main() {{ a, err := f()\nb, err := f()\n_, _ = a, b\n{capture} }}\n"
        )
    };
    let aborting = |package: &Package| {
        let aborts = |stmt: &StmtKind| matches!(stmt, StmtKind::Define { aborts: Some(_), .. });
        package.stmts.values().filter(|stmt| aborts(&stmt.kind)).count()
    };
    assert_eq!(aborting(&checked(&text("_ = err"))), 0);
    assert_eq!(aborting(&checked(&text("_ = &err"))), 1);
    assert_eq!(aborting(&checked(&text("_ = func() error { return err }"))), 1);
}

#[test]
fn a_declaration_that_an_earlier_one_needs_runs_twice() {
    let steps = |text: &str| {
        let package = checked(text);
        let kind = |step: &InitStep| match step {
            InitStep::Var { .. } => 'v',
            InitStep::Const(_) => 'c',
            InitStep::Abort(_) => 'a',
            InitStep::Type(_) => 't',
        };
        package.init_steps.iter().map(kind).collect::<String>()
    };
    assert_eq!(steps("package main\nvar b = a\nvar a = 1\nfunc main() {}\n"), "vvv");
    assert_eq!(steps("package main\nvar a = 1\nvar b = a\nfunc main() {}\n"), "vv");
    // Constants and types count only where a body names them.
    assert_eq!(steps("package main\nvar a = c\nconst c = 1\nfunc main() {}\n"), "vc");
    assert_eq!(steps("package main\nfunc main() { _ = T(c) }\nconst c = 1\ntype T int\n"), "tcct");
    // Methods are not followed.
    assert_eq!(
        steps(
            "package main\nvar a = T{}.m()\ntype T struct{}\nfunc (T) m() int { return b }\nvar b = 3\nfunc main() {}\n"
        ),
        "vtvv"
    );
    // A declaration of several names is split unless it is needed early.
    assert_eq!(steps("package main\nvar a, b = 1, 2\nfunc main() {}\n"), "vv");
    assert_eq!(steps("package main\nvar c = a\nvar a, b = 1, 2\nfunc main() {}\n"), "vvv");
}

#[test]
fn messages_and_locations() {
    let cases = [
        (
            "func main() { x := 1 }\nfunc f() int { for { break } }",
            "main/a.gno:3:1-31: [function \"f\" does not terminate]\n",
        ),
        (
            "type A struct { b B }\ntype B struct { a A }\nfunc main() {}",
            "main/a.gno:2:6-22: invalid recursive type: A -> B -> A",
        ),
        ("var a = b\nvar b = a\nfunc main() {}", "main/a.gno:2:5-10: invalid recursive value: a -> b -> a"),
        ("func main() { len := 1 }", "main/a.gno:2:15-18: builtin identifiers cannot be shadowed: len"),
        ("func main() { a := 1; a := 2 }", "a.gno:2:23: no new variables on left side of :="),
        ("func main() { go main() }", "a.gno:2:15: goroutines are not permitted"),
        (
            "func main() { if x := 1; x > 0 { x := \"s\"; _ = x } }",
            "main/a.gno:2:34-42: StaticBlock.Define2(x) cannot change .T; was int, new string",
        ),
        (
            "func main() { switch 1 { case 1: fallthrough } }",
            "main/a.gno:2:34-45: cannot fallthrough final case in switch",
        ),
        (
            "func f() int { return 1 }\nfunc main() { a, b := f() }",
            "main/a.gno:3:15-26: assignment mismatch: 2 variables but f<VPBlock(3,0)> returns 1 values",
        ),
        (
            "func main() { a, b := int8(1) }",
            "main/a.gno:2:15-30: RHS should not be (const (1 int8)) when len(Lhs) > len(Rhs)",
        ),
        ("func main() { { type T int } }", "main/a.gno:2:22-27: expected type expr but got *gnolang.BlockStmt"),
    ];
    for (body, text) in cases {
        let error = check(&format!("package main\n{body}\n")).err().unwrap_or_default();
        assert_eq!(error, text, "{body}");
    }
}

/// A name means what it means, and is a constant if the nearest block that declares it, even further down, declares one.
#[test]
fn a_function_is_constant_under_a_constant_of_its_name() {
    let text = |body: &str| {
        let functions = "func pair() (int, string) { return 1, \"\" }\nfunc one(n int) int { return n }\n";
        check(&format!("package main\n{functions}func main() {{ {body} }}\n")).err().unwrap_or_default()
    };
    let message = |body: &str| text(body).split_once(": ").map_or_else(String::new, |(_, words)| words.to_owned());
    assert_eq!(
        text("const n, pair = pair()"),
        "main/a.gno:4:21-37: (const (pair func() (int, string)))() (variable of type (int,string)) is not constant"
    );
    assert_eq!(
        message("one(1, 2); type one int"),
        "wrong argument count in call to (const (one func(int) int)); want 1 got 2"
    );
    assert_eq!(
        message("{ one(1, 2) }; const one = 1"),
        "wrong argument count in call to (const (one func(int) int)); want 1 got 2"
    );
    // Without one, under a variable, and where the constant belongs to an inner block, it is a name.
    let named = "wrong argument count in call to one<VPBlock(3,1)>; want 1 got 2";
    assert_eq!(message("one(1, 2)"), named);
    assert_eq!(message("one(1, 2); var one = 1"), named);
    assert_eq!(message("one(1, 2); { const one = 1 }"), named);
    let inner = "wrong argument count in call to one<VPBlock(4,1)>; want 1 got 2";
    assert_eq!(message("{ one(1, 2); one := 1 }; const one = 1"), inner);
    // A predeclared name has no meaning before the constant that hides it.
    let shadowed = "expected block value path type; check this is not shadowing a builtin type";
    assert_eq!(message("println(len(\"\")); const len = 1"), shadowed);
}

#[test]
fn deep_input_needs_little_stack() {
    let run = |text: String| {
        let thread = std::thread::Builder::new().stack_size(256 * 1024);
        thread.spawn(move || check(&text).map(|_| ())).expect("thread").join().expect("no overflow")
    };
    let sum = vec!["a"; 20_000].join(" + ");
    assert_eq!(run(format!("package main\nvar a = 1\nfunc main() {{ println({sum}) }}\n")), Ok(()));
    let parens = format!("{}a{}", "(".repeat(5_000), ")".repeat(5_000));
    assert_eq!(run(format!("package main\nvar a = 1\nfunc main() {{ println({parens}) }}\n")), Ok(()));
    let types = |depth: usize| format!("package main\nvar a {}int\nfunc main() {{}}\n", "[]".repeat(depth));
    let limit = Limits::default().type_depth as usize;
    assert_eq!(run(types(limit - 1)), Ok(()));
    assert!(run(types(limit)).is_err_and(|error| error.ends_with("type is nested deeper than 1000 levels")));
    let chain: String = (0..5_000).map(|i| format!("var v{i} = v{}\n", i + 1)).collect();
    assert_eq!(run(format!("package main\n{chain}var v5000 = 1\nfunc main() {{}}\n")), Ok(()));
    let blocks = |n: usize| format!("package main\nfunc main() {{ {} {} }}\n", "{".repeat(n), "}".repeat(n));
    assert_eq!(run(blocks(253)), Ok(()));
    assert!(run(blocks(254)).is_err());
}
