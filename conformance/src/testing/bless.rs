//! Writing results into the directives of filetests (spec/05 §10.1, `-update-golden-tests`).

use crate::filetest::Row;

/// The text of a filetest with `Output:` and `Error:` as the run gave them. Directives without content are left out; missing
/// ones are appended.
pub(super) fn updated(text: &str, row: &Row) -> String {
    let mut kept: Vec<String> = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let name = line.strip_prefix("//").map(|rest| rest.strip_prefix(' ').unwrap_or(rest));
        if matches!(name, Some("Output:" | "Error:")) {
            while lines.next_if(|line| line.starts_with("//")).is_some() {}
            while kept.last().is_some_and(String::is_empty) {
                kept.pop();
            }
        } else {
            kept.push(line.to_owned());
        }
    }
    while kept.last().is_some_and(String::is_empty) {
        kept.pop();
    }
    let output: Vec<&str> = row.output.lines().map(str::trim_end).collect();
    for (name, content) in [("Output", output.join("\n")), ("Error", row.error.clone())] {
        let content = content.trim_end();
        if content.is_empty() {
            continue;
        }
        kept.extend([String::new(), format!("// {name}:")]);
        kept.extend(content.lines().map(|line| if line.is_empty() { "//".to_owned() } else { format!("// {line}") }));
    }
    kept.push(String::new());
    kept.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives_are_replaced_and_added() {
        let row = Row { output: "a\n\nb \n".to_owned(), ..Row::default() };
        let text = "package main\n\nfunc main() {}\n\n// Error:\n// old\n";
        assert_eq!(updated(text, &row), "package main\n\nfunc main() {}\n\n// Output:\n// a\n//\n// b\n");
        assert_eq!(updated(&updated(text, &row), &row), updated(text, &row));
    }
}
