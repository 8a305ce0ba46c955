//! Parse gas: what the reference was measured to charge (spec/02 §12, §15).

use bumpalo::Bump;
use regno_frontend::limits::Limits;
use regno_frontend::source::SourceFile;
use regno_frontend::syntax::parse_file;

fn gas(text: &[u8]) -> u64 {
    let (arena, source) = (Bump::new(), SourceFile::new("a.gno", text));
    let parsed = parse_file(&arena, &source, &Limits::default());
    assert!(parsed.errors.is_empty(), "{:?}", parsed.errors);
    parsed.gas
}

#[test]
fn the_measured_rows_cost_what_was_measured() {
    let mut failures = Vec::new();
    let mut count = 0;
    for row in include_str!("gas_rows.txt").split("--- ").skip(1) {
        let (head, text) = row.split_once('\n').expect("row");
        let (number, wanted) = head.split_once(' ').expect("head");
        let found = gas(format!("package main\n\n{text}").as_bytes());
        count += 1;
        if found.to_string() != wanted {
            failures.push(format!("row {number}: {found}, measured {wanted}"));
        }
    }
    assert_eq!(count, 158);
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn comments_cost_like_tokens_except_before_the_first() {
    assert_eq!(gas(b"package main\n"), 3);
    assert_eq!(gas(b"// a\n/* b */ package main\n"), 3);
    assert_eq!(gas(b"package main // c\n// d\n"), 5);
    assert_eq!(gas(b"package main\nvar x T // c\n"), 3 + 1 + 1 + 2 * 2 + 1);
}

#[test]
fn recorded_programs_cost_what_was_recorded() {
    let corpora = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance/corpora");
    let mut failures = Vec::new();
    let mut count = 0;
    for name in ["apps", "meter", "random"] {
        let records = std::fs::read_to_string(corpora.join(format!("{name}.jsonl"))).expect("records");
        for record in records.lines() {
            let field = |key: &str| record.split_once(&format!("\"{key}\":")).map(|(_, rest)| rest.trim_start());
            let file = field("file").and_then(|rest| rest.split('"').nth(1)).expect("file");
            let wanted: String = field("parsing").expect("gas").chars().take_while(char::is_ascii_digit).collect();
            let found = gas(&std::fs::read(corpora.join(name).join(file)).expect("program"));
            count += 1;
            if found.to_string() != wanted {
                failures.push(format!("{name}/{file}: {found}, recorded {wanted}"));
            }
        }
    }
    assert!(count > 0, "no programs found");
    assert!(failures.is_empty(), "{} of {count}:\n{}", failures.len(), failures.join("\n"));
}
