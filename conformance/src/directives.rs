//! The comment directives of a filetest (spec/05 §10.1).

use std::fmt;

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

/// A piece of a filetest.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Chunk {
    /// Source text, without blank space at its end.
    Source(String),
    /// A directive, without blank space at the end of its content.
    Directive {
        /// Its name.
        name: String,
        /// Its content, without comment signs.
        content: String,
    },
}

/// A filetest as the sequence of its source text and directives. Empty pieces are dropped.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Directives {
    chunks: Vec<Chunk>,
}

/// The piece that lines are being added to.
#[derive(Default)]
struct Open {
    /// Name of the directive; `None` for source text.
    name: Option<String>,
    content: String,
    /// The last line was a comment: comments that follow belong to it, whatever they look like.
    comment: bool,
}

impl Open {
    fn add(&mut self, text: &str, comment: bool) {
        self.content.push_str(text);
        self.content.push('\n');
        self.comment = comment;
    }
}

impl Directives {
    /// Reads a filetest.
    #[must_use]
    pub fn parse(source: &str) -> Directives {
        let mut found = Directives::default();
        let mut open: Option<Open> = None;
        for line in source.lines() {
            let comment = line.strip_prefix("//").map(|text| text.strip_prefix(' ').unwrap_or(text));
            match (comment, &mut open) {
                (None, Some(piece @ Open { name: None, .. })) => piece.add(line, false),
                (Some(_), Some(piece @ Open { name: None, comment: true, .. })) => piece.add(line, true),
                (Some(text), Some(piece @ Open { comment: true, .. })) => piece.add(text, true),
                (Some(text), _) if opening(text).is_some() => {
                    found.close(open.take());
                    open = Some(Open { name: opening(text).map(str::to_owned), comment: true, ..Open::default() });
                }
                (Some(text), _) if single_line(text).is_some() => {
                    found.close(open.take());
                    if let Some((name, value)) = single_line(text) {
                        found.add(Some(name.to_owned()), value);
                    }
                }
                (Some(_), Some(piece)) => piece.add(line, true),
                (_, None | Some(Open { name: Some(_), .. })) => {
                    found.close(open.take());
                    open.insert(Open::default()).add(line, comment.is_some());
                }
            }
        }
        found.close(open);
        found
    }

    /// The content of the first directive of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all().find(|(known, _)| *known == name).map(|(_, content)| content)
    }

    /// Names and contents of all directives.
    pub fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.chunks.iter().filter_map(|chunk| match chunk {
            Chunk::Source(_) => None,
            Chunk::Directive { name, content } => Some((name.as_str(), content.as_str())),
        })
    }

    /// Gives directives another content: where `content` answers for a name. A directive `wanted` that is missing is added at the end.
    #[must_use]
    pub fn updated(mut self, wanted: Option<&str>, content: impl Fn(&str) -> Option<String>) -> Directives {
        if let Some(name) = wanted.filter(|name| self.get(name).is_none()) {
            self.chunks.push(Chunk::Directive { name: name.to_owned(), content: String::new() });
        }
        for chunk in &mut self.chunks {
            if let Chunk::Directive { name, content: present } = chunk
                && let Some(now) = content(name)
            {
                *present = now;
            }
        }
        self
    }

    fn close(&mut self, open: Option<Open>) {
        if let Some(Open { name, content, .. }) = open {
            self.add(name, &content);
        }
    }

    fn add(&mut self, name: Option<String>, content: &str) {
        let content = content.trim_end_matches(['\n', ' ']).to_owned();
        if !content.is_empty() {
            self.chunks.push(match name {
                Some(name) => Chunk::Directive { name, content },
                None => Chunk::Source(content),
            });
        }
    }
}

/// The filetest again: pieces separated by blank lines, directives without content left out.
impl fmt::Display for Directives {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, chunk) in self.chunks.iter().enumerate() {
            let blank = if index + 1 < self.chunks.len() { "\n" } else { "" };
            match chunk {
                Chunk::Source(text) => write!(f, "{text}\n{blank}")?,
                Chunk::Directive { name, content } if is_single_line(name) => writeln!(f, "// {name}: {content}")?,
                Chunk::Directive { content, .. } if content.trim().is_empty() => {}
                Chunk::Directive { name, content } => {
                    writeln!(f, "// {name}:")?;
                    for line in content.trim_end_matches(['\n', ' ']).split('\n') {
                        writeln!(f, "{}", if line.is_empty() { "//".to_owned() } else { format!("// {line}") })?;
                    }
                    f.write_str(blank)?;
                }
            }
        }
        Ok(())
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
    (is_single_line(name) && KNOWN.contains(&name)).then(|| (name, value.strip_prefix(' ').unwrap_or(value)))
}

fn is_single_line(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_uppercase())
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
        assert_eq!(found.all().count(), 0);
    }

    #[test]
    fn a_comment_that_goes_on_holds_no_directive() {
        let found = Directives::parse("package main\n// prints\n// Output:\n// x\n");
        assert_eq!(found.get("Output"), None);
    }

    #[test]
    fn results_take_the_place_of_what_was_there() {
        let text = "// PKGPATH: gno.land/r/x\npackage x\n\nfunc main() {}\n\n// Output:\n// old\n\n// Gas:\n// 7\n";
        let update = |text: &str| {
            Directives::parse(text)
                .updated(Some("Output"), |name| (name == "Output").then(|| "a\n\nb".to_owned()))
                .to_string()
        };
        assert_eq!(update(text), text.replace("// old", "// a\n//\n// b"));
        assert_eq!(update(&update(text)), update(text));
        assert_eq!(update("package main\n"), "package main\n\n// Output:\n// a\n//\n// b\n");
    }
}
