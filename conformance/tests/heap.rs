//! The heap frees what a program cannot reach, and nothing else; when it does cannot be seen.

use regno_conformance::compile::Source;
use regno_conformance::execute::{Execution, Settings, execute};
use regno_conformance::session::compile_package;
use regno_runtime::{Collection, Metering};

fn run(text: &str, settings: Settings) -> Execution {
    let source = Source { name: "heap.gno".to_owned(), text: text.as_bytes().to_vec() };
    match compile_package("main", &[source]) {
        Ok(module) => execute(module, settings).unwrap_or_else(|error| panic!("{error}")),
        Err(error) => panic!("refused: {}", error.text),
    }
}

/// The same in every mode; gives the output.
fn output(text: &str) -> String {
    let base = Settings { max_alloc: Some(1 << 30), ..Settings::default() };
    let first = run(text, base);
    assert_eq!(first.error, None);
    for metering in [Metering::Auto, Metering::Exact] {
        for collection in [Collection::Always, Collection::AfterWords(500)] {
            assert_eq!(run(text, Settings { metering, collection, ..base }), first);
        }
    }
    String::from_utf8_lossy(&first.output).into_owned()
}

#[test]
fn everything_reachable_survives() {
    let text = output(include_str!("heap/churn.gno"));
    assert_eq!(text.lines().count(), 4, "{text}");
}

#[test]
fn arrays_that_grow_are_apart_as_if_copied() {
    assert_eq!(output(include_str!("heap/arrays.gno")), include_str!("heap/arrays.txt"));
}

#[test]
fn a_long_list_needs_no_host_stack() {
    let program = "package main\n\ntype node struct {\n\tnext *node\n\tvalue int\n}\n\nfunc main() {\n\tvar head *node\n\tfor i := 0; i < 1000000; i++ {\n\t\thead = &node{head, i}\n\t}\n\tsum := 0\n\tfor p := head; p != nil; p = p.next {\n\t\tsum += p.value\n\t}\n\tprintln(sum)\n}\n";
    let text = regno_conformance::stack::on_small_stack(move || run(program, Settings::default()).output);
    assert_eq!(text.unwrap_or_default(), b"499999500000\n");
}
