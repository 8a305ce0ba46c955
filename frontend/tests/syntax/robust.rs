//! Any input ends in a tree or in errors, in bounded time, on a small stack.

use bumpalo::Bump;
use proptest::prelude::*;
use regno_frontend::limits::Limits;
use regno_frontend::source::SourceFile;
use regno_frontend::syntax::parse_file;

fn parse(text: impl Into<Vec<u8>>, limits: &Limits) -> Vec<String> {
    let (arena, source) = (Bump::new(), SourceFile::new("a.gno", text));
    let parsed = parse_file(&arena, &source, limits);
    parsed.errors.into_iter().map(|error| error.error.to_string()).collect()
}

fn on_a_small_stack(test: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(256 * 1024).spawn(test).expect("thread").join().expect("no panic");
}

/// Texts that nest `n` deep, and how many levels one step takes.
fn nestings(n: usize) -> Vec<(&'static str, String)> {
    let pair = |open: &str, middle: &str, close: &str| format!("{}{middle}{}", open.repeat(n), close.repeat(n));
    let value = |text: String| format!("package p\nvar x = {text}\n");
    let body = |text: String| format!("package p\nfunc f() {{ {text} }}\n");
    vec![
        ("parentheses", value(pair("(", "1", ")"))),
        ("signs", value(pair("- ", "1", ""))),
        ("arrows", value(pair("<-", "c", ""))),
        ("sum", value(pair("1+", "1", ""))),
        ("falling precedence", value(pair("a||b&&c==d+e*", "1", ""))),
        ("selectors", value(pair("", "x", ".y"))),
        ("calls", value(pair("", "f", "()"))),
        ("indices", value(pair("a[", "1", "]"))),
        ("slice types", value(pair("[]", "int", "{}"))),
        ("channels", value(pair("<-chan ", "int", ""))),
        ("function types", format!("package p\ntype T {}\n", pair("func(", "", ")"))),
        ("structs", format!("package p\ntype T {}\n", pair("struct{a ", "int", "}"))),
        ("type parameters", format!("package p\ntype T[P {}] int\n", pair("*", "C", "|C"))),
        ("literals", value(pair("{", "", "}").replacen('{', "T{", 1))),
        ("function literals", value(pair("func(){ _ = ", "1", " }"))),
        ("blocks", body(pair("{", "", "}"))),
        ("else", body(pair("if a {} else ", "{}", ""))),
        ("ifs", body(pair("if a {", "", "}"))),
        ("labels", body(pair("L:", "", ""))),
        ("switches", body(pair("switch { case a: ", "", "}"))),
        ("maps", value(pair("map[", "int", "]int"))),
    ]
}

#[test]
fn deep_nesting_ends_in_a_tree_or_an_error() {
    on_a_small_stack(|| {
        for n in [1000, 30_000, 200_000] {
            for (name, text) in nestings(n) {
                let errors = parse(text, &Limits::default());
                let too_deep = errors.iter().any(|error| error == "exceeded max nesting depth");
                if n == 200_000 {
                    assert!(too_deep, "{name} at {n}: {errors:?}");
                } else if n == 1000 {
                    assert!(!too_deep, "{name} at {n}: {errors:?}");
                }
            }
        }
    });
}

#[test]
fn fifty_thousand_parentheses_parse() {
    on_a_small_stack(|| {
        let text = format!("package p\nvar x = {}1{}\n", "(".repeat(50_000), ")".repeat(50_000));
        assert_eq!(parse(text, &Limits::default()), Vec::<String>::new());
    });
}

#[test]
fn the_nesting_limit_holds_at_n_and_not_at_n_plus_one() {
    // The last of n operands is read n levels deep, and the look for its suffixes is one deeper.
    let sum = |operands: usize| format!("package p\nvar x = {}1\n", "1+".repeat(operands - 1));
    let limits = Limits { nesting: 50, ..Limits::default() };
    assert_eq!(parse(sum(49), &limits), Vec::<String>::new());
    assert_eq!(parse(sum(50), &limits), ["exceeded max nesting depth"]);
}

#[test]
fn the_size_limit_holds_at_n_and_not_at_n_plus_one() {
    let limits = Limits { source_bytes: 10, ..Limits::default() };
    assert_eq!(parse("package p\n", &limits), Vec::<String>::new());
    assert_eq!(parse("package p\n\n", &limits), ["source file is larger than 10 bytes"]);
}

#[test]
fn large_files_take_linear_time() {
    on_a_small_stack(|| {
        let line = "var x = []int{1, 2, 3, f(a, b)[0].c} // comment\n";
        let size = 10 << 20;
        assert_eq!(
            parse(format!("package p\n{}", line.repeat(size / line.len())), &Limits::default()),
            Vec::<String>::new()
        );
        for junk in ["x ", "\0", "}\n", "(", "if ", "var (\n", "\u{feff}", "/*", "'", "func f() {\n"] {
            let text = format!("package p\n{}", junk.repeat(size / junk.len()));
            assert!(!parse(text, &Limits::default()).is_empty(), "{junk:?}");
        }
    });
}

const PIECES: &[&str] = &[
    "package",
    "p",
    "func",
    "f",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    ",",
    ";",
    ":",
    "\n",
    ".",
    "...",
    ":=",
    "=",
    "==",
    "+",
    "-",
    "*",
    "&",
    "<-",
    "|",
    "~",
    "!",
    "++",
    "if",
    "else",
    "for",
    "range",
    "switch",
    "case",
    "default",
    "select",
    "type",
    "struct",
    "interface",
    "map",
    "chan",
    "const",
    "var",
    "import",
    "return",
    "go",
    "defer",
    "goto",
    "break",
    "fallthrough",
    "x",
    "T",
    "1",
    "0x",
    "1.5e",
    "'a'",
    "\"s\"",
    "`r`",
    "\"",
    "'",
    "/*",
    "*/",
    "// c\n",
    "\u{e9}",
    "\u{feff}",
    "\0",
    "any",
    "_",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn random_bytes_do_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        parse(bytes, &Limits::default());
    }

    #[test]
    fn random_tokens_do_not_panic(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..120), low in any::<bool>()) {
        let limits = Limits { nesting: if low { 12 } else { 100_000 }, ..Limits::default() };
        let text = pieces.join(" ");
        parse(format!("package p\n{text}"), &limits);
        parse(format!("package p\nfunc f() {{\n{text}"), &limits);
        parse(format!("package p\ntype T [{text}"), &limits);
        let errors = parse(format!("package p\nvar x = {text}"), &limits);
        prop_assert!(errors.len() <= 1000);
    }
}
