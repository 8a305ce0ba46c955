//! Inputs and programs that ask for depth or size: a result or a clean error, in bounded time, on a 256 KiB host stack.

use regno_conformance::compile::Source;
use regno_conformance::execute::{Execution, Settings, execute};
use regno_conformance::session::compile_package;
use regno_conformance::stack::on_small_stack;
use std::time::{Duration, Instant};

/// Far above what any of these needs, far below a hang.
const PATIENCE: Duration = Duration::from_secs(60);

fn run(text: String) -> Result<Execution, String> {
    let start = Instant::now();
    let result = on_small_stack(move || {
        let source = Source { name: "bounds.gno".to_owned(), text: text.into_bytes() };
        let module = compile_package("main", &[source]).map_err(|error| error.text)?;
        Ok(execute(module, Settings::default()).unwrap_or_else(|error| panic!("{error}")))
    });
    assert!(start.elapsed() < PATIENCE, "took {:?}", start.elapsed());
    match result {
        Ok(result) => result,
        Err(panic) => panic!("host panic: {panic}"),
    }
}

fn output(text: String) -> String {
    match run(text) {
        Ok(execution) => {
            assert_eq!(execution.error, None);
            String::from_utf8_lossy(&execution.output).into_owned()
        }
        Err(error) => panic!("refused: {error}"),
    }
}

fn refusal(text: String) -> String {
    match run(text) {
        Ok(execution) => panic!("accepted: {execution:?}"),
        Err(error) => error,
    }
}

/// Either is fine; a crash or a hang is not.
fn survives(text: String) {
    let _ = run(text);
}

fn in_main(body: &str) -> String {
    format!("package main\n\nfunc main() {{\n{body}\n}}\n")
}

#[test]
fn guest_recursion_of_a_million_calls() {
    let program = "package main\n\nfunc f(n int) int {\n\tif n == 0 {\n\t\treturn 0\n\t}\n\treturn f(n-1) + 1\n}\n\nfunc main() { println(f(1000000)) }\n";
    assert_eq!(output(program.to_owned()), "1000000\n");
}

#[test]
fn guest_recursion_through_closures_and_defers() {
    let program = "package main\n\nvar depth int\n\nfunc main() {\n\tvar f func(n int)\n\tf = func(n int) {\n\t\tdefer func() { depth++ }()\n\t\tif n > 0 {\n\t\t\tf(n - 1)\n\t\t}\n\t}\n\tf(100000)\n\tprintln(depth)\n}\n";
    assert_eq!(output(program.to_owned()), "100001\n");
}

#[test]
fn endless_recursion_ends_at_a_limit() {
    let program =
        "package main\n\nfunc f(n int) int { return f(n+1) + 1 }\n\nfunc main() { println(f(0)) }\n".to_owned();
    match run(program) {
        Ok(execution) => assert!(execution.error.is_some()),
        Err(error) => panic!("refused: {error}"),
    }
}

#[test]
fn panic_through_a_hundred_thousand_frames() {
    let program = "package main\n\nfunc f(n int) {\n\tif n == 0 {\n\t\tpanic(\"deep\")\n\t}\n\tf(n - 1)\n}\n\nfunc main() {\n\tdefer func() { println(recover()) }()\n\tf(100000)\n}\n";
    assert_eq!(output(program.to_owned()), "deep\n");
}

#[test]
fn linked_list_of_a_million_nodes() {
    let program = "package main\n\ntype node struct {\n\tnext *node\n\tv    int\n}\n\nfunc main() {\n\tvar head *node\n\tfor i := 0; i < 1000000; i++ {\n\t\thead = &node{head, i}\n\t}\n\tsum := 0\n\tfor n := head; n != nil; n = n.next {\n\t\tsum += n.v\n\t}\n\tprintln(sum)\n}\n";
    assert_eq!(output(program.to_owned()), "499999500000\n");
}

#[test]
fn nested_interfaces_are_compared_without_recursion() {
    let program = "package main\n\ntype box struct{ v interface{} }\n\nfunc nest(n int) interface{} {\n\tvar x interface{} = n\n\tfor i := 0; i < n; i++ {\n\t\tx = box{x}\n\t}\n\treturn x\n}\n\nfunc main() { println(nest(300) == nest(300)) }\n";
    assert_eq!(output(program.to_owned()), "true\n");
}

#[test]
fn expression_of_200_000_terms() {
    let text = refusal(in_main(&format!("println(1{})", " + 1".repeat(200_000))));
    assert!(text.contains("exceeded max nesting depth"), "{text}");
}

#[test]
fn expression_of_20_000_terms() {
    let program = in_main(&format!("x := 1\nprintln(x{})", " + x".repeat(20_000)));
    assert_eq!(output(program), "20001\n");
}

#[test]
fn fifty_thousand_parentheses() {
    let program = in_main(&format!("println({}1{})", "(".repeat(50_000), ")".repeat(50_000)));
    assert_eq!(output(program), "1\n");
}

#[test]
fn fifty_thousand_blocks() {
    survives(in_main(&format!("{}{}", "{".repeat(50_000), "}".repeat(50_000))));
}

#[test]
fn nesting_of_every_construct() {
    for (open, close) in [
        ("if true {", "}"),
        ("for {", "}"),
        ("switch { default: ", "}"),
        ("func() {", "}()"),
        ("_ = []int{", "}"),
        ("_ = -", "1"),
        ("_ = f(", ")"),
        ("var _ []", "int"),
        ("var _ func(", ")"),
        ("var _ struct { x ", "}"),
        ("x.(", ")"),
        ("x[", "]"),
    ] {
        survives(in_main(&format!("{}{}", open.repeat(30_000), close.repeat(30_000))));
    }
    survives(in_main(&format!("_ = {}1", "-".repeat(50_000))));
    survives(in_main(&format!("_ = x{}", ".f".repeat(50_000))));
    survives(in_main(&format!("var x {}int", "[]".repeat(50_000))));
    survives(in_main(&format!("var x {}int", "*".repeat(50_000))));
    survives(in_main(&format!("var x {}int", "map[int]".repeat(50_000))));
    survives(in_main(&format!("if true {{}} {}", "else if true {}".repeat(20_000))));
}

#[test]
fn source_of_ten_megabytes() {
    let program = in_main(&format!("x := 0\n{}println(x)", "x = x + 1\n".repeat(1_000_000)));
    assert_eq!(output(program), "1000000\n");
}

#[test]
fn garbage_is_refused() {
    for text in ["", "package", "package main", "\u{feff}", "func main() {}", "package main\nfunc main() {", "\0\0\0"] {
        survives(text.to_owned());
    }
    survives("{".repeat(1 << 20));
    survives("package main\nvar x = \"".to_owned() + &"a".repeat(1 << 20));
    survives("package main\nconst x = 1".to_owned() + &"0".repeat(1 << 20) + "\nfunc main() { println(x) }");
    survives("package main\nconst x = 1 << 1000000000000\nfunc main() { println(x) }".to_owned());
    survives("package main\nconst x = 1e1000000000\nfunc main() { println(x) }".to_owned());
}

#[test]
fn huge_types_and_sizes_are_clean_errors() {
    survives(in_main("var x [1 << 40]int\nprintln(len(x))"));
    survives(in_main("x := make([]int, 1 << 40)\nprintln(len(x))"));
    survives(in_main("x := make([]byte, 1 << 62)\nprintln(len(x))"));
    survives(in_main("x := make(map[int]int, 1 << 62)\nprintln(len(x))"));
    survives(
        "package main\n\ntype t [1000][1000][1000]int\n\nfunc main() {\n\tvar x t\n\tprintln(len(x))\n}\n".to_owned(),
    );
}
