//! Messages of the parser (spec/01 §A.1), their places and their number.

use crate::show::errors;

#[track_caller]
fn refused(body: &str, wanted: &[&str]) {
    let shown = errors(format!("package main\n{body}\n").as_bytes());
    let wanted: Vec<String> = wanted.iter().map(|error| format!("a.gno:{error}")).collect();
    assert_eq!(shown, wanted, "{body}");
}

#[test]
fn messages_say_what_was_expected_and_found() {
    refused("x := 1", &["2:1: expected declaration, found x"]);
    refused("var x", &["2:6: expected type, found newline"]);
    refused("var 1 int", &["2:5: expected 'IDENT', found 1"]);
    refused("func f() { x := }", &["2:17: expected operand, found '}'"]);
    refused("func f() { a b }", &["2:14: expected ';', found b"]);
    refused("func f() { x. }", &["2:15: expected selector or type assertion, found '}'"]);
    refused("func f() { a, b++ }", &["2:12: expected 1 expression"]);
    refused(
        "func f() { if a = b {} }",
        &["2:15: expected boolean expression, found assignment (missing parentheses around composite literal?)"],
    );
    refused("func f() { _ = a = b }", &["2:18: expected '==', found '='"]);
    refused("type T struct { 1 }", &["2:17: expected '}', found 1"]);
}

#[test]
fn lists_want_commas() {
    refused("var x = f(a b)", &["2:13: missing ',' in argument list"]);
    refused("var x = []int{1\n}", &["2:16: missing ',' before newline in composite literal"]);
    refused("func f(a int b int) {}", &["2:14: missing ',' in parameter list"]);
}

#[test]
fn parameters_are_named_all_or_none() {
    refused("func f(a int, []string) {}", &["2:15: missing parameter name"]);
    refused("func f(a int, string) {}", &["2:21: missing parameter type"]);
    refused("func f(a, b int, c) {}", &["2:19: missing parameter type"]);
    refused("func f[]() {}", &["2:8: empty type parameter list"]);
    refused("func (t T) m[P any]() {}", &["2:13: method must have no type parameters"]);
    refused("type F func[P any]()", &["2:12: function type must have no type parameters"]);
}

#[test]
fn constructs_that_parse_and_may_not_stand_there() {
    refused("var x int\nimport \"a\"", &["3:1: imports must appear before other declarations"]);
    refused("func f()\n{ }", &["3:1: unexpected semicolon or newline before {"]);
    refused("func f() { defer (g()) }", &["2:18: expression in defer must not be parenthesized"]);
    refused("func f() { defer g }", &["2:19: expression in defer must be function call"]);
    refused("func f() { if { } }", &["2:15: missing condition in if statement"]);
    refused("func f() { switch x = y.(type) {} }", &["2:21: expected ':=', found '='"]);
    refused("func f() { _ = x[1::2] }", &["2:19: middle index required in 3-index slice"]);
    refused("func f() { 1: }", &["2:13: illegal label declaration"]);
    refused("type T struct { (A) }", &["2:17: cannot parenthesize embedded type"]);
    refused("var x = (T){}", &["2:10: cannot parenthesize type in composite literal"]);
    refused("func f() { for a, b, c = range x {} }", &["2:22: expected at most 2 expressions"]);
}

#[test]
fn a_broken_package_clause_ends_the_parse() {
    assert_eq!(errors(b""), ["a.gno:1:1: expected 'package', found 'EOF'"]);
    assert_eq!(errors(b"func main() {}\nx"), ["a.gno:1:1: expected 'package', found 'func'"]);
    assert_eq!(errors(b"package _\nx"), ["a.gno:1:10: invalid package name _"]);
}

#[test]
fn at_most_eleven_errors_one_a_line_sorted() {
    let body: String = (0..30).map(|i| format!("var {i} {i}\n")).collect();
    let shown = errors(format!("package main\n{body}").as_bytes());
    assert_eq!(shown.len(), 11);
    assert_eq!(shown[10], "a.gno:12:5: expected 'IDENT', found 10");
}
