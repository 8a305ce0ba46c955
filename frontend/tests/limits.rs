//! Every limit of the front end at its value and one beyond.

use bumpalo::Bump;
use regno_frontend::check::check_package;
use regno_frontend::golayer;
use regno_frontend::limits::Limits;
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
fn errors_of_names() {
    let text = |n| format!("package main\nfunc f() {{\n{}}}\n", "a := 1; a := 2\n".repeat(n));
    let limits = Limits { syntax_errors: 5, ..Limits::default() };
    let shown = |n: usize| messages(&text(n), &limits).concat();
    assert!(shown(5).ends_with(" (and 4 more errors)") && shown(6) == shown(5), "{}", shown(6));
}

#[test]
fn scopes_in_each_other() {
    // The scopes of the package and of the function are two.
    let text = |n| format!("package main\nfunc f() {{\n{}{}}}\n", "{\n".repeat(n - 2), "}\n".repeat(n - 2));
    let refusal = "exceeded max scope depth during object resolution";
    holds(Limits { scope_depth: 9, ..Limits::default() }, 9, text, refusal);
    // Without a first part the header of a type switch has one scope, not two.
    let text = |init: &str| format!("package main\nfunc f(x any) {{\nswitch {init}x.(type) {{\ncase int:\n}}\n}}\n");
    let limits = Limits { scope_depth: 4, ..Limits::default() };
    assert_eq!(messages(&text(""), &limits), Vec::<String>::new());
    assert_eq!(messages(&text("y := 1; "), &limits), [refusal]);
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
    let n = Limits::MODULE_FILE_DEPTH as usize;
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
    assert_eq!(count(6), 0);
    assert!(count(7) > 0);
}

/// As [`holds`], for a constant declaration and a limit that cannot be set.
fn constant_holds(n: usize, value: impl Fn(usize) -> String, refusal: &str) {
    holds(Limits::default(), n, |n| format!("package main\nconst x = {}\n", value(n)), refusal);
}

#[test]
fn bits_of_integers() {
    let bits = Limits::INTEGER_BITS as usize;
    constant_holds(bits, |n| format!("1 << {}", n - 1), "constant is too large");
    constant_holds(bits / 4, |n| format!("0x{}", "f".repeat(n)), "constant is too large");
}

#[test]
fn bytes_of_constant_strings() {
    let doubled: String = (1..27).map(|i| format!("const s{i} = s{0} + s{0}\n", i - 1)).collect();
    let text = |n: usize| {
        let more = if n > Limits::STRING_BYTES { "const more = s26 + s0\n" } else { "" };
        format!("package main\nconst s0 = \"a\"\n{doubled}{more}")
    };
    holds(Limits::default(), Limits::STRING_BYTES, text, "constant is too large");
}

#[test]
fn digits_and_exponents_of_decimals() {
    let exponent = Limits::DECIMAL_EXPONENT as usize;
    constant_holds(exponent, |n| format!("1e{n}"), "invalid decimal constant");
    constant_holds(exponent, |n| format!("1e-{n}"), "invalid decimal constant");
    let whole = "1".repeat(exponent + 1);
    let text = |n: usize| format!("{whole}.{}", "1".repeat(n - whole.len()));
    constant_holds(Limits::MANTISSA_DIGITS, text, "invalid decimal constant");
}

/// `text(n)` has no finding of the Go layer, and `text(n + 1)` one that contains `refusal`.
fn go_holds(n: usize, value: impl Fn(usize) -> String, refusal: &str) {
    let findings = |n: usize| {
        let arena = Bump::new();
        let files = [SourceFile::new("main.gno", format!("package main\nconst x = {}\n", value(n)))];
        let parsed = [parse_file(&arena, &files[0], &Limits::default())];
        let entries = golayer::check_package("main", &parsed, &files, &Limits::default());
        entries.into_iter().map(|entry| entry.error.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(findings(n), Vec::<String>::new(), "{refusal}: {n}");
    assert!(findings(n + 1).iter().any(|message| message.contains(refusal)), "{:?}", findings(n + 1));
}

#[test]
fn constants_of_the_go_layer() {
    go_holds(Limits::GO_INTEGER_BITS as usize, |n| format!("1 << {}", n - 1), "constant shift overflow");
    go_holds(Limits::GO_SHIFT_COUNT as usize, |n| format!("0 << {n}"), "invalid shift count");
    go_holds(Limits::GO_NUMBER_LENGTH, |n| format!("1.{}", "0".repeat(n - 2)), "excessively long constant");
}
