//! Errors of the lexer and the parser, as data.
//!
//! A [`Diagnostic`] says what and where. Positions become text only when it is rendered.

use crate::finding::SyntaxError;
use crate::source::{SourceFile, Span};

/// One error in a source file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What.
    pub error: SyntaxError,
    /// Where. The start is the position that the reference reports.
    pub span: Span,
}

impl Diagnostic {
    /// `FILE:L:C: message` (spec/01 §3.3).
    #[must_use]
    pub fn render(&self, file: &SourceFile) -> String {
        format!("{}:{}: {}", file.name(), file.position(self.span.start), self.error)
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
    use super::{Diagnostic, render_first};
    use crate::finding::SyntaxError;
    use crate::source::{SourceFile, Span};

    #[test]
    fn a_list_shows_its_first_entry_and_the_rest_as_a_number() {
        let file = SourceFile::new("a.gno", "x\ny");
        let at = |offset| Diagnostic { error: SyntaxError::IllegalLabel, span: Span::at(offset) };
        let render = |errors: &[Diagnostic]| render_first(errors, &file);
        assert_eq!(render(&[]), None);
        assert_eq!(render(&[at(2)]).as_deref(), Some("a.gno:2:1: illegal label declaration"));
        assert_eq!(
            render(&[at(0), at(2)]).as_deref(),
            Some("a.gno:1:1: illegal label declaration (and 1 more errors)")
        );
    }
}
