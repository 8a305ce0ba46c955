//! What is refused and what is only going to abort, in the places where the reference is odd (spec/01 §1.2, §1.3, §3.4).

mod common;

use common::check;
use regno_frontend::typed::{ExprKind, InitStep, Package};

/// The error of a program, without its location.
fn refused(text: &str) -> String {
    match check(&format!("package main\n{text}\nfunc main() {{}}\n")) {
        Ok(_) => panic!("accepted: {text}"),
        Err(error) => error.split_once(": ").map_or(error.clone(), |(_, message)| message.to_owned()),
    }
}

fn accepted(text: &str) -> Package {
    check(&format!("package main\n{text}\n")).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

#[test]
fn numbers_of_values_that_do_not_fit() {
    for (text, message) in [
        ("const a, b = 1", "unexpected value expression type *gnolang.ConstExpr"),
        ("const a, b = 1, 2, 3", "Machine.EvalStaticTypeOf(x) expression not yet preprocessed: 3"),
        (
            "func f() { var a, b int; a, b = 1, 2, a }",
            "Machine.EvalStaticTypeOf(x) expression not yet preprocessed: a<VPInvalid(0)>",
        ),
        ("const (\na, b = iota, iota\nc\n)\nvar x = c", "name not defined: c"),
        ("func f() { const (\na, b = iota, iota\nc\n)\n_ = c }", "name not defined: c"),
        ("var a, b, c = 1, 2", "assignment mismatch: 3 variable(s) but 2 value(s)"),
        ("func f() { var a, b, c = 1, a }", "missing init expr for c<!VPInvalid(0)>"),
        ("func f() { var a, b = 1, 2, f(3) }", "extra init expr f<VPInvalid(0)>(3)"),
        ("func f() { a, b, c := 1, a }", "assignment mismatch: 3 variable(s) but 2 value(s)"),
        (
            "func f() int { var a, b = f(); return 0 }",
            "assignment mismatch: 2 variable(s) but f<VPBlock(3,0)>() returns 1 value(s)",
        ),
        (
            "func g() (int, bool) { return 1, true }\nfunc f() { a, b := 2, g() }",
            "multiple-value g<VPBlock(3,0)> (value of type [int bool]) in single-value context",
        ),
        ("func f() { _, _ = &int(9) }", "RHS should not be &((const (9 int))) when len(Lhs) > len(Rhs)"),
    ] {
        assert_eq!(refused(text), message, "{text}");
    }
    accepted("const (\na, b = iota, iota\nc\n)\nfunc main() {}");
    accepted("func main() { const t int }");
    accepted("var a, b = 1, a + 1\nfunc main() {}");
}

#[test]
fn the_part_of_a_value_that_is_not_constant() {
    for (text, message) in [
        ("var x = 1\nconst a = 2 < x", "x<VPBlock(2,0)> (variable of type int) is not constant"),
        ("var x = 1\nconst a = -(1 << x)", "x<VPBlock(2,0)> (variable of type int) is not constant"),
        (
            "type T struct { s, t []int }\nconst a = len(T{t: []int{}}.t)",
            "(const-type main.T){t<VPField(0,1,t)>: (const-type []int){}}.t (variable of type []int) is not constant",
        ),
        (
            "const a = func() { println(1) }",
            "func func(){ println<VPInvalid(0)>(1) } (variable of type func()) is not constant",
        ),
        ("func f() { t := *int }", "*int (type) is not an expression"),
        ("func f() { var s []int; s = append(s, nil) }", "cannot convert (const (undefined)) to IntKind"),
    ] {
        assert_eq!(refused(text), message, "{text}");
    }
}

#[test]
fn names_are_at_most_127_blocks_away() {
    let nested = |depth: usize| format!("var v = 1\nfunc f() {{ {} v++ {} }}", "{ ".repeat(depth), "}".repeat(depth));
    assert!(check(&format!("package main\n{}\nfunc main() {{}}\n", nested(124))).is_ok());
    assert_eq!(refused(&nested(125)), "exceeded maximum VPBlock depth (127)");
}

#[test]
fn declarations_that_need_themselves() {
    for (text, message) in [
        ("type a b\ntype b a", "should not happen"),
        ("type a b\ntype b c\ntype c a", "should not happen"),
        ("type t t", "invalid recursive type: t -> t"),
        ("var a [len(a)]int", "invalid recursive type: a -> a"),
        ("const a = a", "invalid recursive value: a -> a"),
    ] {
        assert_eq!(refused(text), message, "{text}");
    }
}

#[test]
fn predeclared_names_and_types_under_a_later_variable_of_their_name() {
    let used = "expected block value path type; check this is not shadowing a builtin type";
    for (text, message) in [
        ("func f() { rune := rune('a'); _ = rune }", used),
        ("func f(s string) { if len := len(s); len > 0 {} }", used),
        ("func f() { { _ = len(\"a\") }; len := 2; _ = len }", used),
        ("func f() { len := 2; _ = len }", "builtin identifiers cannot be shadowed: len"),
        ("type T int\nfunc f() { T := T(3); _ = T }", "unexpected func type main.T (*gnolang.DeclaredType)"),
        ("type T nil", "nil is not a type"),
        ("func f() { _++ }", "cannot use _ as value or type"),
    ] {
        assert_eq!(refused(text), message, "{text}");
    }
    accepted(
        "func f(len int, rune string) (cap int) { for i := range []int{1} { cap = i + len }; return }\nfunc main() {}",
    );
}

#[test]
fn fields_methods_and_parameters_are_declared_once() {
    let twice = "a redeclared in this block\n\tprevious declaration at a.gno:";
    for text in ["type t struct { a int; a string }", "type t interface { a(); a() }", "var v func(a int, a string)"] {
        assert!(refused(text).starts_with(twice), "{text}");
    }
}

#[test]
fn elements_of_one_append_have_one_type() {
    assert_eq!(
        refused("func f(l []any, n int8) { l = append(l, \"a\", n) }"),
        "incompatible varg types: expected interface {}, got int8"
    );
    accepted("func main() { var l []any; l = append(l, \"a\", nil, 2.5); l = append(l, int8(1)) }");
}

#[test]
fn a_program_without_a_main_to_call_is_accepted() {
    for (text, message) in [
        ("func f() {}", "main:0:0: name main not declared"),
        ("var main = 1", "main:0:0: unexpected func type int (gnolang.PrimitiveType)"),
        ("func main(x int) {}", "main:0:0: wrong argument count in call to main<VPBlock(1,0)>; want 1 got 0"),
    ] {
        let package = accepted(text);
        assert_eq!((package.no_main.as_deref(), package.main), (Some(message), None), "{text}");
    }
    let package = accepted("func init() {}\nfunc init(x int) {}\nfunc init() {}\nfunc main() {}");
    assert_eq!(package.inits.len(), 1);
    let text = "main/a.gno:1:1-5:15: wrong argument count in call to init.1<VPBlock(2,1)>; want 1 got 0";
    assert_eq!(package.init_abort.as_deref(), Some(text));
}

#[test]
fn a_loop_of_initialisers_aborts_when_it_is_reached() {
    let package =
        accepted("var a = f()\nvar b int = func() int { return a + b }()\nfunc f() int { return b }\nfunc main() {}");
    assert!(matches!(package.init_steps.last(), Some(InitStep::Abort(text)) if text.contains("circularly depends on")));
}

#[test]
fn a_constant_under_a_later_variable_is_read_like_a_variable() {
    let package = accepted("const c = 1\nfunc main() { c := c + 1; _ = c }");
    assert!(package.exprs.values().any(|node| matches!(node.kind, ExprKind::FailingBinary { .. })));
    let package = accepted("const c = 1\nfunc main() { d := c + 1; _ = d }");
    assert!(!package.exprs.values().any(|node| matches!(node.kind, ExprKind::FailingBinary { .. })));
}

#[test]
fn a_big_left_operand_fails_with_a_small_right_one() {
    for (body, fails) in
        [("x := 1<<n + 1; _ = x", true), ("var x int = 1<<n + 1; _ = x", false), ("println(1<<n < 3)", false)]
    {
        let package = accepted(&format!("func main() {{ n := uint(1); {body} }}"));
        let found = package.exprs.values().any(|node| matches!(node.kind, ExprKind::FailingBinary { .. }));
        assert_eq!(found, fails, "{body}");
    }
}

/// Whether some literal of the program aborts when it is evaluated.
fn breaks(body: &str) -> bool {
    let package = accepted(&format!("type H func() int\nfunc main() {{}}\nfunc f(v int) {{ {body} }}"));
    package.exprs.values().any(|node| matches!(node.kind, ExprKind::FuncLit { aborts: Some(_), .. }))
}

#[test]
fn a_literal_that_is_converted_two_literals_deep_breaks_the_inner_one() {
    let nested = |inner: &str| format!("func() {{ func() {{ {inner} }}() }}()");
    for (inner, broken) in [
        ("var h H = func() int { return v }; _ = h", true),
        ("var i any = func() int { return v }; _ = i", true),
        ("b := func() int { return v }() == 3; _ = b", true),
        ("h := H(func() int { return v }); _ = h", false),
        ("h := func() int { return v }; _ = h", false),
        ("if func() int { return v }() == 3 { println(1) }", false),
        ("println(func() int { return v })", false),
        ("var h H = func() int { return 1 }; _ = h", false),
    ] {
        assert_eq!(breaks(&nested(inner)), broken, "{inner}");
    }
    assert!(!breaks("func() { var h H = func() int { return v }; _ = h }()"));
}
