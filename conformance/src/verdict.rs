//! A filetest's result beside its directives (spec/05 §10.1).

use crate::directives::Directives;
use crate::execute::Settings;
use crate::filetest::{self, GoCheck, Row, event_json};
use crate::session::Session;
use regno_runtime::Event;
use serde_json::Value;
use similar::TextDiff;

/// Runs a source text and compares the result with the file's directives; what Go's checker refuses needs its directive.
pub fn run_checked(session: &mut Session<'_>, file: &str, text: &[u8], settings: Settings) -> Row {
    let directives = Directives::parse(&String::from_utf8_lossy(text));
    let mut row = filetest::run_with(session, file, text, &directives, settings, GoCheck::Made);
    row.mismatch = mismatches(&directives, &row);
    if !row.typecheck_error.is_empty() && directives.get("TypeCheckError").is_none() {
        row.mismatch.push("TypeCheckError".to_owned());
    }
    row.ok = Some(row.mismatch.is_empty());
    row
}

/// What a run gave for a directive; `None` for those that are no results.
#[must_use]
pub fn observed(row: &Row, name: &str) -> Option<String> {
    let text = match name {
        "Output" => row.output.lines().map(|line| line.trim_end_matches(' ')).collect::<Vec<_>>().join("\n"),
        "Error" => row.error.clone(),
        "TypeCheckError" => row.typecheck_error.clone(),
        "Stacktrace" => row.stacktrace.clone(),
        "Events" => events(&row.events, serde_json::to_string_pretty),
        "Realm" => row.realm.clone(),
        "Storage" => row.storage.clone(),
        "Gas" => row.gas.to_string(),
        _ => return None,
    };
    Some(text.trim_end_matches('\n').to_owned())
}

/// Events on one line, as `gno test -print-events` shows them.
#[must_use]
pub fn events_line(emitted: &[Event]) -> String {
    let emitted: Vec<Value> = emitted.iter().map(event_json).collect();
    events(&emitted, serde_json::to_string)
}

/// Events with escapes for what HTML could take for markup (spec/05 §8.4).
fn events(emitted: &[Value], render: fn(&[Value]) -> serde_json::Result<String>) -> String {
    if emitted.is_empty() {
        return "null".to_owned();
    }
    let text = render(emitted).unwrap_or_default();
    let escapes = [('<', "u003c"), ('>', "u003e"), ('&', "u0026"), ('\u{2028}', "u2028"), ('\u{2029}', "u2029")];
    escapes.iter().fold(text, |text, (char, escape)| text.replace(*char, &format!("\\{escape}")))
}

/// The directive that has to be there: `Error` after an error, else `Output` after output.
fn wanted(row: &Row) -> Option<&'static str> {
    match (row.error.is_empty(), row.output.is_empty()) {
        (false, _) => Some("Error"),
        (true, false) => Some("Output"),
        (true, true) => None,
    }
}

/// Names of the directives that a row does not satisfy.
#[must_use]
pub fn mismatches(directives: &Directives, row: &Row) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let missing = wanted(row).filter(|name| directives.get(name).is_none());
    found.extend(missing.map(str::to_owned));
    for (name, want) in directives.all() {
        let differs = observed(row, name).is_some_and(|got| got != want.trim_end_matches('\n'));
        if differs && !found.iter().any(|known| known == name) {
            found.push(name.to_owned());
        }
    }
    found
}

/// What differs between a file's directives and its result, as `gno test` shows it; empty if nothing does.
#[must_use]
pub fn explain(directives: &Directives, row: &Row) -> String {
    let Row { error, output, stacktrace, .. } = row;
    match wanted(row).filter(|name| directives.get(name).is_none()) {
        Some("Error") => {
            return format!("unexpected panic: {error}\noutput:\n{output}\nstacktrace:\n{stacktrace}");
        }
        Some(_) => return format!("unexpected output:\n{output}"),
        None => {}
    }
    let mut parts = Vec::new();
    for (name, want) in directives.all() {
        let want = want.trim_end_matches('\n');
        let Some(got) = observed(row, name).filter(|got| got != want) else { continue };
        let mut text = format!("{name} diff:\n{}", difference(want, &got));
        if name == "Error" {
            text.push_str(&format!("\nstacktrace:\n{stacktrace}"));
        }
        parts.push(text);
    }
    parts.join("\n")
}

fn difference(want: &str, got: &str) -> String {
    let (want, got) = (format!("{want}\n"), format!("{got}\n"));
    let diff = TextDiff::from_lines(&want, &got);
    diff.unified_diff().context_radius(1).header("Expected", "Actual").to_string()
}

/// The filetest with its directives as the run gave them (`-update-golden-tests`).
#[must_use]
pub fn updated(directives: Directives, row: &Row) -> String {
    directives.updated(wanted(row), |name| observed(row, name)).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn row() -> Row {
        Row {
            output: "a \nb\n".to_owned(),
            events: vec![json!({ "type": "T", "attrs": [], "pkg_path": "gno.land/r/x<y>" })],
            ..Row::default()
        }
    }

    #[test]
    fn every_directive_is_compared_and_what_differs_is_shown() {
        let directives =
            Directives::parse("package main\n\n// Output:\n// a\n// c\n\n// Events:\n// null\n\n// Realm:\n// x\n");
        assert_eq!(mismatches(&directives, &row()), ["Output", "Events", "Realm"]);
        let text = explain(&directives, &row());
        assert!(text.starts_with("Output diff:\n--- Expected\n+++ Actual\n@@ -1,2 +1,2 @@\n a\n-c\n+b\n"), "{text}");
        assert!(text.contains("\nEvents diff:\n") && text.contains("x\\u003cy\\u003e"), "{text}");
    }

    #[test]
    fn output_needs_its_directive_unless_there_is_an_error() {
        let none = Directives::parse("package main\n");
        assert_eq!(mismatches(&none, &row()), ["Output"]);
        assert_eq!(explain(&none, &row()), "unexpected output:\na \nb\n");
        let failed = Row { error: "boom".to_owned(), ..row() };
        assert_eq!(mismatches(&Directives::parse("// Error:\n// boom\n"), &failed), [""; 0]);
        assert_eq!(mismatches(&none, &failed), ["Error"]);
    }

    #[test]
    fn an_updated_file_passes() {
        let text = "package main\n\nfunc main() {}\n\n// Events:\n// old\n\n// Error:\n// old\n";
        let now = updated(Directives::parse(text), &row());
        assert!(now.contains("// Output:\n// a\n// b\n") && !now.contains("old"), "{now}");
        assert_eq!(mismatches(&Directives::parse(&now), &row()), [""; 0]);
    }
}
