//! The comment directives of a filetest (spec/05 §10.1).

use indexmap::IndexMap;

/// Directives whose names stand alone on a line and whose content follows in comment lines.
const KNOWN: &[&str] = &[
    "PKGPATH",
    "MAXALLOC",
    "SEND",
    "Output",
    "Error",
    "Realm",
    "Events",
    "Preprocessed",
    "Stacktrace",
    "Gas",
    "Storage",
    "TypeCheckError",
];

/// The directives of one file, by name, in order of appearance. Empty ones are dropped; the first of a name wins.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Directives {
    values: IndexMap<String, String>,
}

impl Directives {
    /// Reads the directives of a source text.
    pub fn parse(source: &str) -> Directives {
        let mut found = Directives::default();
        let mut open: Option<(String, Vec<String>)> = None;
        for line in source.lines() {
            let Some(comment) = line.strip_prefix("//") else {
                found.close(open.take());
                continue;
            };
            let text = comment.strip_prefix(' ').unwrap_or(comment);
            if let Some((_, lines)) = &mut open {
                lines.push(text.to_owned());
            } else if let Some(name) = opening(text) {
                open = Some((name.to_owned(), Vec::new()));
            } else if let Some((name, value)) = single_line(text) {
                found.insert(name, value);
            }
        }
        found.close(open);
        found
    }

    /// The content of a directive.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    fn close(&mut self, directive: Option<(String, Vec<String>)>) {
        if let Some((name, lines)) = directive {
            self.insert(&name, &lines.join("\n"));
        }
    }

    fn insert(&mut self, name: &str, value: &str) {
        let value = value.trim_end_matches(['\n', ' ']);
        if !value.is_empty() && !self.values.contains_key(name) {
            self.values.insert(name.to_owned(), value.to_owned());
        }
    }
}

/// `Name:` alone.
fn opening(text: &str) -> Option<&str> {
    let name = text.strip_suffix(':')?;
    KNOWN.contains(&name).then_some(name)
}

/// `NAME: value` with an upper-case name.
fn single_line(text: &str) -> Option<(&str, &str)> {
    let (name, value) = text.split_once(':')?;
    let upper = !name.is_empty() && name.bytes().all(|b| b.is_ascii_uppercase());
    (upper && KNOWN.contains(&name)).then(|| (name, value.strip_prefix(' ').unwrap_or(value)))
}

#[cfg(test)]
mod tests {
    use super::Directives;

    #[test]
    fn multi_line_and_single_line_directives() {
        let found = Directives::parse(
            "// MAXALLOC: 100\npackage main\n\n// Output:\n// a\n//  b\n//\n\nfunc main() {}\n// Error:\n// x\n",
        );
        assert_eq!(found.get("MAXALLOC"), Some("100"));
        assert_eq!(found.get("Output"), Some("a\n b"));
        assert_eq!(found.get("Error"), Some("x"));
    }

    #[test]
    fn a_directive_directly_after_another_is_its_content() {
        let found = Directives::parse("// Output:\n// a\n// Error:\n// x\n");
        assert_eq!(found.get("Output"), Some("a\nError:\nx"));
        assert_eq!(found.get("Error"), None);
    }

    #[test]
    fn empty_and_unknown_directives_are_ignored() {
        let found = Directives::parse("// Output:\n\n// Nothing:\n// y\n");
        assert_eq!(found, Directives::default());
    }
}
