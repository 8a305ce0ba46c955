//! What trees the grammar gives.

use crate::show::{at, decl, expr, stmt, with_file};
use regno_frontend::syntax::ast::{Decl, ExprKind, StmtKind};

#[track_caller]
fn all(shown: fn(&str) -> String, cases: &[(&str, &str)]) {
    for &(text, wanted) in cases {
        assert_eq!(shown(text), wanted, "{text}");
    }
}

#[test]
fn operators_bind_by_precedence_and_to_the_left() {
    all(
        expr,
        &[
            ("a - b - c", "(- (- a b) c)"),
            ("a + b*c", "(+ a (* b c))"),
            ("a*b + c", "(+ (* a b) c)"),
            ("a || b && c == d + e<<f", "(|| a (&& b (== c (+ d (<< e f)))))"),
            ("a &^ b | c ^ d", "(^ (| (&^ a b) c) d)"),
            ("-a.b[0]", "(- (index (. a b) 0))"),
            ("*&p", "(* (& p))"),
            ("!a == b", "(== (! a) b)"),
        ],
    );
}

#[test]
fn suffixes_chain() {
    all(
        expr,
        &[
            ("f(a, b...)(c)", "(call (call f a b...) c)"),
            ("x[1:2:3][:][a:][:b]", "(slice (slice (slice (slice x 1 2 3) - -) a -) - b)"),
            ("x.(T).y", "(. (assert x T) y)"),
            ("[]int{1, 2: 3}[0]", "(index (lit []int 1 2: 3) 0)"),
            ("map[string][]T{\"a\": {{1}}}", "(lit map[string][]T \"a\": (lit - (lit - 1)))"),
            ("[...]*T{&x}", "(lit [...](* T) (& x))"),
            (
                "func(a, b int, c ...T) (x T) { return }()",
                "(call (func (a b: int, c: ...T) -> (x: T) (block (return))))",
            ),
            ("struct{ A; *p.B; c, d int `t` }{}", "(lit struct{A, (* (. p B)), c d: int `t`})"),
            (
                "interface{ M(); p.I; N(int) error }(nil)",
                "(call interface{M: func(), (. p I), N: func(int) -> (error)} nil)",
            ),
            ("G[int, string](x)", "(call (index G int string) x)"),
            ("(<-chan int)(c)", "(call (paren (Recv int)) c)"),
            ("<-c", "(<- c)"),
        ],
    );
}

#[test]
fn a_brace_in_a_header_starts_the_block_unless_bracketed() {
    all(
        stmt,
        &[
            ("if x == T {}", "(if - (== x T) (block))"),
            ("if x == (T{}) {}", "(if - (== x (paren (lit T))) (block))"),
            ("if f(T{}) {}", "(if - (call f (lit T)) (block))"),
            ("if a[T{}.x] {}", "(if - (index a (. (lit T) x)) (block))"),
            ("for range []int{1} {}", "(range = - - (lit []int 1) (block))"),
            ("for _, x := range T {}", "(range := _ x T (block))"),
            ("switch x := f(); x {}", "(switch (:= x (call f)) x )"),
            (
                "if g := func() bool { return T{} == t }; g() {}",
                "(if (:= g (func () -> (bool) (block (return (== (lit T) t))))) (call g) (block))",
            ),
            ("switch T {}", "(switch - T )"),
            ("for T {}", "(for - T - (block))"),
        ],
    );
}

#[test]
fn statements() {
    all(
        stmt,
        &[
            ("a, b = b, a", "(= a b b a)"),
            ("x &^= 1", "(&^= x 1)"),
            ("x++", "(++ x)"),
            ("c <- v", "(send c v)"),
            ("L: for { break L }", "(L: (for - - - (block (Break L))))"),
            ("L: }\nfunc f() {", "(L: empty)"),
            ("goto L", "(Goto L)"),
            ("for i := 0; i < n; i++ {}", "(for (:= i 0) (< i n) (++ i) (block))"),
            ("for ;; {}", "(for - - - (block))"),
            ("for i = range x {}", "(range = i - x (block))"),
            ("if a {} else if b {} else {}", "(if - a (block) (if - b (block) (block)))"),
            (
                "switch x := y.(type) { case int, nil: default: f() }",
                "(typeswitch - x y (case int nil) (case default (call f)))",
            ),
            ("switch z; y.(type) {}", "(typeswitch z - y )"),
            ("switch { case a: fallthrough; default: }", "(switch - - (case a (Fallthrough)) (case default))"),
            ("select { case v, ok := <-c: case d <- 1: default: }", "(select (:= v ok (<- c)) (send d 1) default)"),
            ("go f()", "(go (call f))"),
            ("defer func() {}()", "(defer (call (func () (block))))"),
            (";", "empty"),
            ("{ ; }", "(block empty)"),
        ],
    );
}

#[test]
fn declarations() {
    all(
        decl,
        &[
            ("import ( . \"a\"; b \"c/d\" )", "(import a c/d)"),
            ("const ( a = iota; b; c, d T = 1, 2 )", "(values (a = iota)0 (b)1 (c d T = 1 2)2)"),
            ("var x, y int", "(values (x y int)0)"),
            ("type A = []B", "(type A = []B)"),
            ("type A [n]B", "(type A [n]B)"),
            ("type A [n * 2]B", "(type A [(* n 2)]B)"),
            ("type A [p.n]B", "(type A [(. p n)]B)"),
            ("type A []B", "(type A []B)"),
            ("type A[P any] []P", "(type A[P: any] []P)"),
            ("type A[P *C, Q any] B", "(type A[P: (* C), Q: any] B)"),
            ("type A[P interface{ ~int | string }] B", "(type A[P: interface{(| (~ int) string)}] B)"),
            ("func f(int, string)", "(func f (int, string))"),
            ("func f(a, b int, c ...string) (error)", "(func f (a b: int, c: ...string) -> (error))"),
            ("func f(a [3]int, b []int, c p.T)", "(func f (a: [3]int, b: []int, c: (. p T)))"),
            ("func f(p.T, []int, ...int)", "(func f ((. p T), []int, ...int))"),
            ("func (t *T) m() {}", "(func (t: (* T)) m ())"),
            ("func f[K comparable, V any](m map[K]V) {}", "(func f [K: comparable, V: any](m: map[K]V))"),
        ],
    );
}

#[test]
fn spans_run_from_the_first_to_the_last_token() {
    let text = "package main // c\n\nimport s \"strings\"\n\nfunc (t *T) M(a int) (b int) {\n\tx := a.b(1)[2 : 3].(T) ; /* d */ if x { y++ } else { }\n\tL: f()\n}\n";
    with_file(text, |source, file| {
        assert_eq!(at(source, file.span), text.trim_end());
        assert_eq!(file.comments.iter().map(|&c| at(source, c)).collect::<Vec<_>>(), ["// c", "/* d */"]);
        assert_eq!(at(source, file.imports[0].span), "s \"strings\"");
        let Decl::Func(func) = file.decls[1] else { panic!("no function") };
        assert_eq!(at(source, func.ty.span), "func (t *T) M(a int) (b int)");
        assert_eq!(at(source, func.ty.params.span), "(a int)");
        assert_eq!(at(source, func.receiver.expect("receiver").fields[0].span), "t *T");
        let body = func.body.expect("body");
        let spans: Vec<&str> = body.stmts.iter().map(|s| at(source, s.span)).collect();
        assert_eq!(spans, ["x := a.b(1)[2 : 3].(T)", "if x { y++ } else { }", "L: f()"]);
        let StmtKind::Assign(assign) = body.stmts[0].kind else { panic!("no assignment") };
        assert_eq!(at(source, assign.op_span), ":=");
        let ExprKind::TypeAssert(assertion) = assign.rhs[0].kind else { panic!("no assertion") };
        assert_eq!(at(source, assertion.x.span), "a.b(1)[2 : 3]");
    });
}

#[test]
fn a_raw_string_is_measured_without_its_carriage_returns() {
    with_file("package p\nvar x = `a\r\nb`\n", |source, file| {
        let Decl::Gen(decl) = file.decls[0] else { panic!("no declaration") };
        assert_eq!(at(source, decl.span), "var x = `a\r\nb");
    });
}
