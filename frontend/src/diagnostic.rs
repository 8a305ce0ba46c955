//! Errors of the lexer and the parser, as data.
//!
//! A [`Diagnostic`] says what (a stable code), where (a span) and how the reference words it. Positions become text only
//! when it is rendered.

use crate::source::{SourceFile, Span};

/// Stable identity of a kind of error; messages may change, these do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DiagnosticCode {
    /// The file is larger than the limit.
    SourceTooLarge,
    /// A byte or character that may not occur there.
    IllegalCharacter,
    /// A malformed number.
    MalformedNumber,
    /// A malformed character or string, escapes included.
    MalformedText,
    /// A comment without end.
    UnterminatedComment,
    /// Another token was required.
    ExpectedToken,
    /// Another construct was required.
    ExpectedConstruct,
    /// A list element without the comma after it.
    MissingComma,
    /// A construct that parses but may not stand there.
    Misplaced,
    /// A parameter list whose names and types do not fit.
    MalformedParameters,
    /// A malformed statement header.
    MalformedHeader,
    /// Deeper than the limit.
    TooDeep,
}

impl DiagnosticCode {
    /// The code as printed, e.g. `S006`.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::SourceTooLarge => "S001",
            Self::IllegalCharacter => "S002",
            Self::MalformedNumber => "S003",
            Self::MalformedText => "S004",
            Self::UnterminatedComment => "S005",
            Self::ExpectedToken => "S006",
            Self::ExpectedConstruct => "S007",
            Self::MissingComma => "S008",
            Self::Misplaced => "S009",
            Self::MalformedParameters => "S010",
            Self::MalformedHeader => "S011",
            Self::TooDeep => "S012",
        }
    }
}

/// One error in a source file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of error.
    pub code: DiagnosticCode,
    /// Where. The start is the position that the reference reports.
    pub span: Span,
    /// The reference's text without position.
    pub message: String,
}

impl Diagnostic {
    /// `FILE:L:C: message` (spec/01 §3.3).
    #[must_use]
    pub fn render(&self, file: &SourceFile) -> String {
        format!("{}:{}: {}", file.name(), file.position(self.span.start), self.message)
    }
}

/// The text of a file's error list: the first error, and how many others there are (spec/01 §3.3). `None` for no errors.
#[must_use]
pub fn render_first(errors: &[Diagnostic], file: &SourceFile) -> Option<String> {
    let (first, rest) = errors.split_first()?;
    let text = first.render(file);
    Some(if rest.is_empty() { text } else { format!("{text} (and {} more errors)", rest.len()) })
}

#[cfg(test)]
mod tests {
    use super::{Diagnostic, DiagnosticCode, render_first};
    use crate::source::{SourceFile, Span};

    #[test]
    fn a_list_shows_its_first_entry_and_the_rest_as_a_number() {
        let file = SourceFile::new("a.gno", "x\ny");
        let at = |offset| Diagnostic { code: DiagnosticCode::Misplaced, span: Span::at(offset), message: "no".into() };
        let render = |errors: &[Diagnostic]| render_first(errors, &file);
        assert_eq!(render(&[]), None);
        assert_eq!(render(&[at(2)]).as_deref(), Some("a.gno:2:1: no"));
        assert_eq!(render(&[at(0), at(2)]).as_deref(), Some("a.gno:1:1: no (and 1 more errors)"));
    }
}
