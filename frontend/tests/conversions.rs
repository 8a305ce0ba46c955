//! Quirks of the implicit conversions that no measured row covers alone (spec/02 Q3-Q8, spec/01 §4.5).

mod common;

use regno_frontend::constant::Constant;
use regno_frontend::typed::{BinaryOp, ExprKind, Package};
use regno_frontend::types::TypeId;
use std::collections::HashSet;

fn check_body(body: &str) -> Result<Package, String> {
    common::check(&format!("package main\n\nfunc main() {{\n{body}\n}}\n"))
}

fn checked(body: &str) -> Package {
    check_body(body).unwrap_or_else(|error| panic!("{body}: {error}"))
}

/// Conversions that something refers to: the ones made for a temporary stay in the table.
fn conversions(package: &Package) -> usize {
    let nodes = package.exprs.values().map(|node| format!("{:?}", node.kind));
    let statements = package.stmts.values().map(|stmt| format!("{:?}", stmt.kind));
    let text: String = nodes.chain(statements).collect();
    let words: HashSet<&str> = text.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let is_conversion = |kind: &ExprKind| matches!(kind, ExprKind::Convert { .. });
    package
        .exprs
        .iter()
        .filter(|(id, node)| is_conversion(&node.kind) && words.contains(id.to_string().as_str()))
        .count()
}

/// The right operands of all comparisons with a constant there, as text.
fn compared_with(package: &Package) -> Vec<(BinaryOp, String)> {
    let constant = |node: &regno_frontend::typed::Expr| match &node.kind {
        ExprKind::Binary { op, right, .. } => match &package.exprs[*right].kind {
            ExprKind::Const(value) => Some((*op, value.text())),
            _ => None,
        },
        _ => None,
    };
    package.exprs.values().filter_map(constant).collect()
}

#[test]
fn ordering_against_a_variable_of_an_untyped_shift_reads_zero() {
    let package = checked("n := uint(1); x := 1 << n; println(x < 3, x > 3, x <= 2, x == 2)");
    use BinaryOp::{Equal, Greater, Less, LessEqual};
    let expected =
        [(Less, "0"), (Greater, "0"), (LessEqual, "0"), (Equal, "2")].map(|(op, text)| (op, text.to_owned()));
    assert_eq!(compared_with(&package), expected);
}

#[test]
fn ordering_of_an_unstored_shift_keeps_its_constants() {
    let package = checked("n := uint(1); if 1<<n < 3 { println(n) }");
    assert_eq!(compared_with(&package), [(BinaryOp::Less, "3".to_owned())]);
}

#[test]
fn a_negated_comparison_leaves_its_variable_untyped() {
    let error = check_body("a, b := 1, 2\nx := !(a == b)\n_ = x").err().unwrap_or_default();
    let expected = "main/a.gno:3:1-7:2: cannot convert x<VPBlock(1,2)> (of type <untyped> bool) to type bool";
    assert_eq!(error, expected);
    checked("a, b := 1, 2; x := !(a == b); if x { println(a) }");
}

#[test]
fn comparisons_are_wrapped_where_they_are_values() {
    for (body, expected) in [
        ("a, b := 1, 2; c := a == b; println(c)", 0),
        ("a, b := 1, 2; var c = a == b; println(c)", 0),
        ("a, b := 1, 2; if a == b { println(a) }", 0),
        ("a, b := 1, 2; for a == b { a++ }", 0),
        ("a, b := 1, 2; println(a == b)", 1),
        ("a, b := 1, 2; _ = []bool{a == b}", 1),
        ("a, b := 1, 2; var c bool = a == b; println(c)", 1),
        ("a, b := 1, 2; c := (a == b) == true; println(c)", 1),
        ("a, b := 1, 2; c := a == b && a != b; println(c)", 2),
        ("a, b := 1, 2; m := map[bool]int{}; m[a == b] = 1", 1),
        ("a, b := 1, 2; switch { case a == b: println(a) }", 1),
    ] {
        assert_eq!(conversions(&checked(body)), expected, "{body}");
    }
}

#[test]
fn values_move_between_named_and_unnamed_types_by_conversion() {
    for (body, expected) in [
        ("type F func(); f := F(func() {}); f()", 1),
        ("type F func(); var f F = func() {}; f()", 1),
        ("type S []int; s := S{1}; s = append(s, 2); println(len(s), cap(s))", 0),
        ("type S []int; s := S{1}; copy(s, s); s = append(s, s...)", 1),
        ("type S []int; var x any = S{}; _, ok := x.(S); println(ok)", 0),
        ("type M map[string]int; m := M{}; delete(m, \"a\"); m[\"a\"]++", 1),
        ("var s []byte; s = append(s, \"abc\"...); copy(s, \"x\")", 2),
        ("type P *int; x := 1; var p P = &x; *p = 2", 1),
    ] {
        assert_eq!(conversions(&checked(body)), expected, "{body}");
    }
}

#[test]
fn shift_counts_become_uint_except_in_assignments() {
    assert_eq!(conversions(&checked("x, n := 1, int8(2); println(x<<n, x>>n)")), 2);
    assert_eq!(conversions(&checked("x, n := 1, uint(2); println(x<<n, x>>n)")), 0);
    assert_eq!(conversions(&checked("x, n := 1, int8(2); x <<= n; x >>= n; println(x)")), 0);
}

#[test]
fn a_shift_takes_the_type_of_its_context() {
    let package = checked("n := uint(2); var x int8 = 1<<n + 1; println(x, 1<<n)");
    let types: Vec<TypeId> = package
        .exprs
        .values()
        .filter(|node| matches!(node.kind, ExprKind::Binary { op: BinaryOp::Shl, .. }))
        .map(|node| node.ty)
        .collect();
    assert_eq!(types, [TypeId::INT8, TypeId::INT]);
    let error = check_body("n := uint(2); var x float64 = 1 << n; println(x)").err().unwrap_or_default();
    assert_eq!(error, "main/a.gno:4:19-37: operator << not defined on: Float64Kind");
}

#[test]
fn no_untyped_constant_reaches_a_value() {
    let body = "var x any = 'a'; y := 1.5; z := []any{1, \"b\", 2.5, nil}; println(x, y, z[0], 7, true, 'c' + 1)";
    let package = checked(body);
    let values = package.exprs.values().filter_map(|node| match &node.kind {
        ExprKind::Call { args, .. } => Some(args),
        _ => None,
    });
    for &arg in values.flatten() {
        assert!(!package.types.is_untyped(package.exprs[arg].ty), "{:?}", package.exprs[arg]);
        assert!(!matches!(&package.exprs[arg].kind, ExprKind::Const(Constant::Int(_) | Constant::Dec(_))));
    }
}

#[test]
fn long_chains_need_no_host_stack() {
    let mut text = String::from("package main\n\nfunc main() {\n\tx := 1\n\ty := x");
    for _ in 0..20_000 {
        text.push_str(" + x");
    }
    text.push_str("\n\tprintln(y)\n}\n");
    let run = move || common::check(&text).map(|package| package.exprs.len());
    let handle = std::thread::Builder::new().stack_size(256 * 1024).spawn(run);
    let outcome = handle.map(std::thread::JoinHandle::join);
    assert!(matches!(outcome, Ok(Ok(Ok(count))) if count > 40_000), "{outcome:?}");
}
