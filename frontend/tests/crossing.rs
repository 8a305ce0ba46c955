//! Which functions may cross realms, and how they may be called (spec/01 §5).

mod common;

use common::check_at;

const REALM: &str = "gno.land/r/x";

/// The error of a package, without its location.
fn refused(path: &str, text: &str) -> String {
    match check_at(path, text) {
        Ok(_) => panic!("accepted: {text}"),
        Err(error) => error.split_once(": ").map_or(error.clone(), |(_, message)| message.to_owned()),
    }
}

fn accepted(path: &str, text: &str) {
    if let Err(error) = check_at(path, text) {
        panic!("{error}\n{text}");
    }
}

/// A realm with a crossing function `f` and a body.
fn calling(body: &str) -> String {
    format!("package x\nfunc f(cur realm, n int) int {{ return n }}\n{body}\n")
}

#[test]
fn the_first_realm_parameter_is_named_cur_or_not_at_all() {
    let first = "a crossing function's first realm argument must have name `cur`";
    let other = "only the first realm type argument of a crossing function may have name `cur`";
    for (text, message) in [
        ("func f(r realm) {}", first),
        ("func f(r (realm), n int) {}", first),
        ("type h func(r realm)", first),
        ("type i interface{ m(r realm) }", first),
        ("func f(n int, cur realm) {}", other),
    ] {
        assert_eq!(refused(REALM, &format!("package x\n{text}\n")), message, "{text}");
    }
    for text in [
        "func f(realm) {}",
        "func f(_ realm) {}",
        "func f(cur realm, other realm) {}",
        "type r = realm\nfunc f(x r) {}",
    ] {
        accepted(REALM, &format!("package x\n{text}\n"));
    }
}

#[test]
fn crossing_functions_are_declared_in_realms() {
    let text = "package x\nfunc f(cur realm, n int) int { for i := 0; i < n; i++ { println(i) }; return n }\n";
    accepted(REALM, text);
    let shown = "func f(cur (const-type .uverse.realm), n (const-type int)) .res.0 (const-type int) \
                 { for i.loopvar<!VPInvalid(0)> := 0; i.loopvar<VPInvalid(0)> < n<VPInvalid(0)>; i.loopvar<VPInvalid(0)>++ \
                 { println<VPInvalid(0)>(i.loopvar<VPInvalid(0)>) }; return n<VPInvalid(0)> }";
    let expected = format!("crossing function (realm first argument) declared in non-realm package: {shown}");
    assert_eq!(refused("gno.land/p/x", text), expected);
    assert_eq!(
        refused("gno.land/p/x", "package x\nfunc f() { g := func(cur realm) {}; _ = g }\n"),
        "crossing function literal (realm first argument) declared in non-realm package: \
         func func(cur (const-type .uverse.realm)){  }"
    );
    accepted("gno.land/p/x", "package x\ntype h func(cur realm)\nfunc f(g h) { g(cross) }\n");
}

#[test]
fn a_crossing_function_is_called_with_cur_or_cross() {
    let only = "only `cur` and `cross` are allowed as the first argument to a crossing function but got";
    for (body, message) in [
        (
            "func g() { f() }",
            "missing realm argument in calling crossing function call f<VPBlock(3,0)>() (expected cur or cross)"
                .to_owned(),
        ),
        ("func g() { f(nil, 1) }", format!("{only} (const (undefined))")),
        ("func g(cur realm) { r := cur; f(r, 1) }", format!("{only} r<VPBlock(1,1)>")),
        ("var v = f\nfunc g(cur realm) { v(cur, 1) }", "expected function or bound method but got <nil>".to_owned()),
        (
            "var m map[int]func(cur realm)\nfunc g(cur realm) { m[1](cur) }",
            "expected function or bound method but got <nil>".to_owned(),
        ),
        (
            "func g(cur realm) { if true { cur := cur; f(cur, 1) } }",
            "only the `cur` argument of a containing crossing function maybe passed by cross-call".to_owned(),
        ),
        (
            "func g() { x := cross; _ = x }",
            "cross can only be used as the first argument to a crossing function (since gno 0.9)".to_owned(),
        ),
    ] {
        assert_eq!(refused(REALM, &calling(body)), message, "{body}");
    }
    for body in [
        "func g() { f(cross, 1) }",
        "func g(cur realm) { f(cur, 1); f((cur), 2); f(realm(cur), 3) }",
        "func g(cur realm) { func() { _ = cur; f(cross, 1) }() }",
        "func g() { func(cur realm) { f(cur, 1) }(cross) }",
        "type t struct{ h func(cur realm) }\nfunc g(cur realm, v t) { v.h(cur) }",
    ] {
        accepted(REALM, &calling(body));
    }
}

#[test]
fn cur_is_not_passed_on_by_a_closure() {
    let body = "func g(cur realm) { func() { println(f(cur, 1)) }() }";
    assert_eq!(
        refused(REALM, &calling(body)),
        "`cur realm` cannot be used as a closure capture, but found func func(){ \
         (const (println func(...interface {})))(f<VPBlock(4,0)>(cur<VPBlock(2,0)>, 1)) }"
    );
}
