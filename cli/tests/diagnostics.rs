//! `docs/diagnostics.md` shows what the command prints. `REGNO_BLESS=1` rewrites its examples.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

const PROGRAM: &str = "```gno\n";
const JSON: &str = "```json\n";
const END: &str = "```\n";

fn document() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/diagnostics.md")
}

/// What `regno lint` prints about a program: on standard error, with `--json` on standard output.
fn lint(program: &str, options: &[&str]) -> String {
    let folder = env::temp_dir().join(format!("regno-diagnostics-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("folder");
    fs::write(folder.join("main.gno"), program).expect("program");
    let output = Command::new(env!("CARGO_BIN_EXE_regno"))
        .current_dir(&folder)
        .arg("lint")
        .args(options)
        .arg("main.gno")
        .output()
        .expect("regno runs");
    fs::remove_dir_all(&folder).expect("clean up");
    assert_eq!(output.status.code(), Some(1), "{program}");
    let (shown, silent) =
        if options == ["--json"] { (output.stdout, output.stderr) } else { (output.stderr, output.stdout) };
    assert!(silent.is_empty());
    String::from_utf8(shown).expect("UTF-8")
}

/// The document with what follows each program replaced by the current output.
fn renewed(text: &str) -> String {
    let mut parts = text.split(PROGRAM);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (program, rest) = part.split_once(END).expect("the end of a program");
        let next = rest.find("\n### ").map_or("", |at| &rest[at..]);
        let excerpts = lint(program, &[]);
        let excerpts = excerpts.rsplit_once("\n\n").map_or("", |(findings, _)| findings);
        let lines = lint(program, &["--short"]);
        out.push_str(&format!(
            "{PROGRAM}{program}{END}\nThe reference:\n\n```text\n{lines}{END}\nRegno:\n\n```text\n{excerpts}\n{END}{next}"
        ));
    }
    with_json(&out)
}

/// The document with the current form of its finding in JSON.
fn with_json(text: &str) -> String {
    let (before, rest) = text.split_once(JSON).expect("an example");
    let (_, after) = rest.split_once(END).expect("its end");
    let program = "package main\n\nfunc helper() {}\n\nfunc main() { helper() }\n\nfunc helper() {}\n";
    format!("{before}{JSON}{}{END}{after}", lint(program, &["--json"]))
}

#[test]
fn the_document_shows_what_is_printed() {
    let text = fs::read_to_string(document()).expect("document");
    let renewed = renewed(&text);
    if env::var_os("REGNO_BLESS").is_some() {
        fs::write(document(), renewed).expect("document");
    } else {
        assert!(text == renewed, "docs/diagnostics.md is out of date; REGNO_BLESS=1 rewrites it");
    }
}
