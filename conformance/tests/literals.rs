//! Slice literals with keys that are known only when they are evaluated: Go refuses them, the reference runs them.

use regno_conformance::compile::Source;
use regno_conformance::execute::{Execution, Settings, execute};
use regno_conformance::session::compile_package;

fn run(text: String) -> Execution {
    let source = Source { name: "literal.gno".to_owned(), text: text.into_bytes() };
    let module = compile_package("main", &[source]).unwrap_or_else(|error| panic!("{}", error.text));
    let settings = Settings { max_alloc: Some(1 << 20), ..Settings::default() };
    execute(module, settings).unwrap_or_else(|error| panic!("{error}"))
}

fn in_main(body: &str) -> String {
    format!(
        "package main\ntype T struct{{ a, b int }}\nfunc f(n int) int {{ println(n); return n }}\nfunc main() {{\n{body}\n}}\n"
    )
}

fn output(body: &str) -> String {
    let execution = run(in_main(body));
    assert_eq!(execution.error, None, "{body}");
    String::from_utf8_lossy(&execution.output).into_owned()
}

#[test]
fn they_give_and_cost_what_constant_keys_do() {
    for (elem, first, second) in [
        ("int", "7", "8"),
        ("T", "{1, 2}", "{3, 4}"),
        ("string", "\"x\"", "\"y\""),
        ("*T", "{1, 2}", "nil"),
        ("byte", "1", "2"),
    ] {
        let literal = |low: &str, high: &str| {
            let declared = "const c1, c3 = 1, 3\nv1, v3 := 1, 3\n_, _ = v1, v3\n";
            let printed = if elem == "*T" { "println(len(x), x[1].a, x[3] == nil)" } else { "println(x)" };
            run(in_main(&format!("{declared}x := []{elem}{{{high}: {second}, {low}: {first}}}\n{printed}")))
        };
        let (constant, computed) = (literal("c1", "c3"), literal("v1", "v3"));
        assert_eq!(constant.error, computed.error, "{elem}");
        assert_eq!(constant.output, computed.output, "{elem}");
        assert_eq!(constant.total.gas, computed.total.gas, "{elem}");
        assert_eq!(constant.total.alloc_bytes, computed.total.alloc_bytes, "{elem}");
    }
}

#[test]
fn keys_and_values_are_evaluated_in_turn() {
    assert_eq!(output("x := []int{f(2): f(5), f(0): f(6)}; println(len(x), x[0], x[2])"), "2\n5\n0\n6\n3 6 5\n");
    assert_eq!(output("type I int8; x := []int{I(f(1)): 4}; println(len(x), x[1])"), "1\n2 4\n");
}

#[test]
fn keys_that_do_not_fit_end_the_program() {
    let error = |body: &str| run(in_main(body)).error.unwrap_or_default();
    assert!(error("k := -2; _ = []int{k: 1}").contains("runtime error: index out of range [-2]"));
    assert!(error("k := 1; _ = []int{k: 1, 1: 2}").contains("duplicate index 1 in array or slice literal"));
    assert!(error("k := 1 << 62; _ = []int{k: 1}").contains("multiplication overflow"));
    assert!(error("k := 100000; _ = []int{k: 1}").contains("allocation limit exceeded"));
}

#[test]
fn a_variable_can_be_main() {
    let execution = run("package main\nvar main = func() { println(\"here\") }\n".to_owned());
    assert_eq!(String::from_utf8_lossy(&execution.output), "here\n");
}
