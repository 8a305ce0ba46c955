//! Formatting: layout, comments, and that it changes nothing else.

use std::path::Path;

use regno_frontend::format::format_file;
use regno_frontend::limits::Limits;
use regno_frontend::source::SourceFile;
use regno_frontend::syntax::lexer::Lexer;
use regno_frontend::syntax::token::TokenKind;

use super::show;

fn formatted(text: &str) -> String {
    let source = SourceFile::new("a.gno", text);
    format_file(&source, &Limits::default()).unwrap_or_else(|errors| panic!("{text}\n{errors:?}"))
}

/// `body` is formatted as the body of a function, given and wanted without its indentation.
fn body(given: &str, wanted: &str) {
    let indent = |text: &str| text.lines().map(|line| format!("\t{line}\n")).collect::<String>().replace("\t\n", "\n");
    let wrap = |text: &str| format!("package p\n\nfunc f() {{\n{text}}}\n");
    assert_eq!(formatted(&wrap(&format!("{given}\n"))), wrap(&indent(wanted)), "{given}");
}

fn top(given: &str, wanted: &str) {
    assert_eq!(formatted(&format!("package p\n{given}")), format!("package p\n\n{wanted}\n"), "{given}");
}

#[test]
fn blanks_around_operators_show_how_an_expression_groups() {
    body("x=a+b*c", "x = a + b*c");
    body("x=a*b", "x = a * b");
    body("f(a+b,c)", "f(a+b, c)");
    body("x=a[i+1:]", "x = a[i+1:]");
    body("x=a[i+1:n]", "x = a[i+1 : n]");
    body("x=a&&b==c||!d", "x = a && b == c || !d");
    body("x=a / *p", "x = a / *p");
    body("x=a- -b", "x = a - -b");
    body("x,y=a+b,c", "x, y = a+b, c");
    body("x=1<<a+2 == 3", "x = 1<<a+2 == 3");
}

#[test]
fn headers_lose_needless_parentheses() {
    body("if (a) {}", "if a {\n}");
    body("if (a == (T{})) {}", "if a == (T{}) {\n}");
    body("if (a == T{}) {}", "if (a == T{}) {\n}");
    body("for ;a; {}", "for a {\n}");
    body("for i:=0;i<n; {}", "for i := 0; i < n; {\n}");
    body("x = ((a))", "x = (a)");
}

#[test]
fn neighbouring_rows_form_columns() {
    top(
        "type T struct {\na int // one\nlong, b string `tag`\n\nc T // two\n}",
        "type T struct {\n\ta       int    // one\n\tlong, b string `tag`\n\n\tc T // two\n}",
    );
    top(
        "var (\na int = 1 // x\nbbb = 2\nc string // y\n)",
        "var (\n\ta   int    = 1 // x\n\tbbb        = 2\n\tc   string // y\n)",
    );
    top("const (\nA = iota // a\nBBBB\n)", "const (\n\tA = iota // a\n\tBBBB\n)");
    body("x := T{\na: 1,\nbbb: 2,\n}", "x := T{\n\ta:   1,\n\tbbb: 2,\n}");
    body("a() // x\nbbbbb() // y\n\nc() // z", "a()     // x\nbbbbb() // y\n\nc() // z");
}

#[test]
fn short_functions_stay_on_their_line() {
    top(
        "func f(){return}\nfunc (x T) g() int {return 1}",
        "func f()           { return }\nfunc (x T) g() int { return 1 }",
    );
    top("func f(){if x {}}", "func f() {\n\tif x {\n\t}\n}");
    body("x(func(){y()})", "x(func() { y() })");
}

#[test]
fn lists_keep_their_line_breaks() {
    body("f(a,\nb)", "f(a,\n\tb)");
    body("f(\na,\nb,\n)", "f(\n\ta,\n\tb,\n)");
    body("x.\na().\nb()", "x.\n\ta().\n\tb()");
    body("return a,\nb", "return a,\n\tb");
    body("x := a +\nb", "x := a +\n\tb");
    top("func f(a int,\nb int) {}", "func f(a int,\n\tb int) {\n}");
}

#[test]
fn labels_stand_one_level_out() {
    body("for {\nL:\nfor {}\nM:\n}", "\tfor {\n\tL:\n\t\tfor {\n\t\t}\n\tM:\n\t}".replace("\n\t", "\n").trim_start());
    body("{a();b()}", "{\n\ta()\n\tb()\n}");
}

#[test]
fn comments_keep_their_place() {
    body("// a\nx() /* b */ // c\n\n\n// d", "// a\nx() /* b */ // c\n\n// d");
    body(
        "switch x {\n// a\ncase 1: // b\n// c\ny()\n// d\ncase 2:\n}",
        "switch x {\n// a\ncase 1: // b\n\t// c\n\ty()\n// d\ncase 2:\n}",
    );
    body("f(a /* b */, d /* c */)", "f(a /* b */, d /* c */)");
    body("x := T{ // a\nb, // c\n// d\n}", "x := T{ // a\n\tb, // c\n\t// d\n}");
    body(" /*\n   a\n     b\n */", "/*\n   a\n     b\n*/");
    assert_eq!(formatted("// c\n\n// d\npackage p // e\n\n\n// f"), "// c\n\n// d\npackage p // e\n\n// f\n");
}

#[test]
fn imports_are_sorted_within_runs() {
    top(
        "import (\n\"c\" // x\n\"b\"\na \"b\"\n\"b\"\n\n\"a\"\n)",
        "import (\n\t\"b\"\n\ta \"b\"\n\t\"c\" // x\n\n\t\"a\"\n)",
    );
    top("import (\"b\";\"a\")", "import (\n\t\"a\"\n\t\"b\"\n)");
}

#[test]
fn a_file_with_errors_is_refused() {
    let source = SourceFile::new("a.gno", "package p\nfunc {");
    let errors = format_file(&source, &Limits::default()).expect_err("refused");
    assert_eq!(errors[0].render(&source), "a.gno:2:6: expected 'IDENT', found '{'");
}

/// The comments of a text without their layout.
fn comments(text: &str) -> Vec<String> {
    let mut lexer = Lexer::new(text.as_bytes(), 0);
    let mut found = Vec::new();
    loop {
        let token = lexer.next_token();
        match token.kind {
            TokenKind::Eof => break,
            TokenKind::Comment => {
                let text = &text[token.span.start as usize..token.span.end as usize];
                found.push(text.split_whitespace().collect::<String>());
            }
            _ => {}
        }
    }
    found.sort();
    found
}

/// Checks what must hold for every text that parses.
fn check(name: &str, text: &str) {
    let source = SourceFile::new("a.gno", text);
    let Ok(once) = format_file(&source, &Limits::default()) else { return };
    let again = SourceFile::new("a.gno", once.as_bytes());
    assert!(show::errors(once.as_bytes()).is_empty(), "{name}: does not parse\n{text}\n----\n{once}");
    assert_eq!(show::file(&source), show::file(&again), "{name}: another tree\n{text}\n----\n{once}");
    assert_eq!(comments(text), comments(&once), "{name}: other comments\n{text}\n----\n{once}");
    assert_eq!(once, formatted(&once), "{name}: not stable\n{text}");
}

fn corpora() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance/corpora");
    let mut files = Vec::new();
    for suite in ["meter", "memory", "apps", "random"] {
        let mut paths: Vec<_> =
            std::fs::read_dir(root.join(suite)).expect("suite").map(|entry| entry.expect("entry").path()).collect();
        paths.sort();
        for path in paths.iter().filter(|path| path.extension().is_some_and(|extension| extension == "gno")) {
            files.push((path.display().to_string(), std::fs::read_to_string(path).expect("file")));
        }
    }
    files
}

#[test]
fn formatting_keeps_tree_and_comments_and_is_stable() {
    for (name, text) in corpora() {
        check(&name, &text);
    }
}

/// The text with blanks, line ends and comments put between its tokens, wherever `choose` says so.
fn disturbed(text: &str, mut choose: impl FnMut() -> u32) -> String {
    let mut lexer = Lexer::new(text.as_bytes(), 0);
    let (mut out, mut end) = (String::new(), 0);
    loop {
        let token = lexer.next_token();
        let start = token.span.start as usize;
        let between = &text[end..start];
        match choose() % 40 {
            0 => out.push_str(&between.replace('\n', " \n\n\n ")),
            1 => out.push_str(&between.replace(['\t', ' '], "")),
            2 => out.push_str(&format!("{between}\n")),
            3 => out.push_str(&format!("{between} /* x */ ")),
            4 => out.push_str(&format!(" /* y */ {between}")),
            5 => out.push_str(&format!(" // z\n{between}")),
            6 => out.push_str(&format!("{between}/* u\n  v */")),
            7 => out.push_str(&format!("{between}\n// w\n")),
            _ => out.push_str(between),
        }
        if token.kind == TokenKind::Eof {
            return out;
        }
        end = token.span.end as usize;
        out.push_str(&text[start..end]);
    }
}

#[test]
fn formatting_withstands_any_layout() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        u32::try_from(state >> 40).expect("24 bits")
    };
    let rounds = std::env::var("REGNO_FORMAT_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(1);
    for round in 0..rounds {
        for (name, text) in corpora() {
            // Functions one by one, so that a change that does not parse costs one of them only.
            for (index, part) in text.split("\n}\n").enumerate() {
                let part = format!("{}{part}\n}}\n", if index == 0 { "" } else { "package main\n" });
                check(&format!("{name} {round}"), &disturbed(&part, &mut random));
            }
        }
    }
}
