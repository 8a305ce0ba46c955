//! Every limit of the front end at its value and one beyond.

use bumpalo::Bump;
use regno_frontend::check::check_package;
use regno_frontend::golayer;
use regno_frontend::limits::{Limits, MAX_TOML_DEPTH};
use regno_frontend::package::GnoMod;
use regno_frontend::source::SourceFile;
use regno_frontend::syntax::parse_file;

/// Messages of the parser, else of the checker.
fn messages(text: &str, limits: &Limits) -> Vec<String> {
    let arena = Bump::new();
    let files = [SourceFile::new("main.gno", text)];
    let parsed = [parse_file(&arena, &files[0], limits)];
    if !parsed[0].errors.is_empty() {
        return parsed[0].errors.iter().map(|error| error.error.to_string()).collect();
    }
    check_package("main", &parsed, &files, limits).err().into_iter().map(|error| error.message()).collect()
}

/// `text(n)` is accepted and `text(n + 1)` refused with a message that contains `refusal`.
fn holds(limits: Limits, n: usize, text: impl Fn(usize) -> String, refusal: &str) {
    assert_eq!(messages(&text(n), &limits), Vec::<String>::new(), "{refusal}: {n}");
    let refused = messages(&text(n + 1), &limits);
    assert!(refused.iter().any(|message| message.contains(refusal)), "{refusal}: {refused:?}");
}

#[test]
fn source_bytes() {
    let text = |n| format!("package main{}", "\n".repeat(n - "package main".len()));
    holds(Limits { source_bytes: 40, ..Limits::default() }, 40, text, "source file is larger than 40 bytes");
}

#[test]
fn nesting() {
    // The declaration and the operand take two levels.
    let text = |n| format!("package main\nvar x = {}1{}\n", "(".repeat(n), ")".repeat(n));
    let limits = |nesting| Limits { nesting, ..Limits::default() };
    let deepest = (1..100).take_while(|&n| messages(&text(n), &limits(50)).is_empty()).count();
    assert!((20..=50).contains(&deepest), "{deepest}");
    holds(limits(50), deepest, text, "exceeded max nesting depth");
    assert_eq!(messages(&text(deepest + 1), &limits(51 + 1)), Vec::<String>::new());
}

#[test]
fn errors() {
    let text = |n| format!("package main\n{}", "var x = 1e\n".repeat(n));
    let limits = Limits { lexical_errors: 5, ..Limits::default() };
    assert_eq!(messages(&text(5), &limits).len(), 5);
    assert_eq!(messages(&text(6), &limits).len(), 5);
    let text = |n| format!("package main\nfunc f() {{\n{}}}\n", "var 1\n".repeat(n));
    let limits = Limits { syntax_errors: 5, ..Limits::default() };
    assert_eq!(messages(&text(5), &limits).len(), 5);
    assert_eq!(messages(&text(6), &limits).len(), 5);
}

#[test]
fn names_of_a_block() {
    let names = |n: usize| (0..n).map(|i| format!("a{i} := {i}; _ = a{i}\n")).collect::<String>();
    let text = |n| format!("package main\nfunc f() {{\nfor {{\n{}}}\n}}\n", names(n));
    holds(Limits { names_per_block: 7, ..Limits::default() }, 7, text, "too many variables in block");
}

#[test]
fn blocks_in_each_other() {
    let text = |n| format!("package main\nfunc f() {{\n{}{}}}\n", "{\n".repeat(n), "}\n".repeat(n));
    let refusal = "block node depth reached maximum MaxUint8";
    let limits = Limits { block_depth: 20, ..Limits::default() };
    let deepest = (1..100).take_while(|&n| messages(&text(n), &limits).is_empty()).count();
    assert!((10..=20).contains(&deepest), "{deepest}");
    holds(limits, deepest, text, refusal);
    assert_eq!(messages(&text(deepest + 1), &Limits { block_depth: 21, ..limits }), Vec::<String>::new());
}

#[test]
fn blocks_between_name_and_declaration() {
    let text = |n| format!("package main\nfunc f() {{\nx := 1\n{}_ = x\n{}}}\n", "{\n".repeat(n), "}\n".repeat(n));
    let refusal = "exceeded maximum VPBlock depth";
    let limits = Limits { path_depth: 20, ..Limits::default() };
    let deepest = (1..100).take_while(|&n| messages(&text(n), &limits).is_empty()).count();
    assert!((10..=20).contains(&deepest), "{deepest}");
    holds(limits, deepest, text, refusal);
    assert_eq!(messages(&text(deepest + 1), &Limits { path_depth: 21, ..limits }), Vec::<String>::new());
}

#[test]
fn tables_in_each_other() {
    let text = |n| format!("module = \"a.b/p/c\"\nx = {}{}\n", "[".repeat(n), "]".repeat(n));
    let parse = |n| GnoMod::parse(text(n).as_bytes()).err().map(|error| error.to_string()).unwrap_or_default();
    let n = MAX_TOML_DEPTH as usize;
    assert!(!parse(n).contains("too deep"), "{}", parse(n));
    assert!(parse(n + 1).contains("nested too deep"), "{}", parse(n + 1));
}

#[test]
fn types_in_each_other() {
    let text = |n| format!("package main\nvar x {}int\n", "[]".repeat(n - 1));
    holds(Limits { type_depth: 9, ..Limits::default() }, 9, text, "type is nested deeper than 9 levels");
}

#[test]
fn instances_of_generic_types() {
    let count = |n: usize| {
        let uses: String = (0..n).map(|i| format!("var x{i} T[[{i}]int]\n")).collect();
        let files = [SourceFile::new("main.gno", format!("package main\ntype T[P any] struct{{ p P }}\n{uses}"))];
        let arena = Bump::new();
        let limits = Limits { type_instances: 6, ..Limits::default() };
        let parsed = [parse_file(&arena, &files[0], &limits)];
        golayer::check_package("main", &parsed, &files, &limits).len()
    };
    assert_eq!(count(6), 0);
    assert!(count(7) > 0);
}

#[test]
fn instances_of_generic_types_for_each_other() {
    let count = |n: u32| {
        let types: String = (1..n).map(|i| format!("type T{i}[P any] struct{{ next *T{}[P] }}\n", i + 1)).collect();
        let text = format!("package main\n{types}type T{n}[P any] struct{{ p P }}\nvar x T1[int]\n");
        let files = [SourceFile::new("main.gno", text)];
        let arena = Bump::new();
        let limits = Limits { instance_nesting: 6, ..Limits::default() };
        let parsed = [parse_file(&arena, &files[0], &limits)];
        golayer::check_package("main", &parsed, &files, &limits).len()
    };
    let most = (1..20).take_while(|&n| count(n) == 0).count();
    assert!((5..=7).contains(&most), "{most}");
}
