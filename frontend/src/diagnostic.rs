//! Findings of the front end as data, and their rendering in the reference's form.

use crate::source::{SourceFile, Span};

/// Where a finding comes from; stable, used by tools.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DiagnosticCode {
    /// The text does not scan or parse.
    Syntax,
}

impl DiagnosticCode {
    /// Stable id.
    pub const fn id(self) -> &'static str {
        match self {
            DiagnosticCode::Syntax => "E0001",
        }
    }
}

/// One finding.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// What kind.
    pub code: DiagnosticCode,
    /// Where.
    pub span: Span,
    /// The reference's words.
    pub message: String,
}

impl Diagnostic {
    /// A syntax error.
    pub fn syntax(span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic { code: DiagnosticCode::Syntax, span, message: message.into() }
    }

    /// `file:line:column: message` (spec/01 §3.3).
    pub fn render(&self, file: &SourceFile) -> String {
        format!("{}:{}: {}", file.name(), file.position(self.span.start), self.message)
    }
}

/// The text of a file's findings: the first, and how many more there are. `None` if there are none.
pub fn render_first(findings: &[Diagnostic], file: &SourceFile) -> Option<String> {
    let (first, rest) = findings.split_first()?;
    let text = first.render(file);
    Some(if rest.is_empty() { text } else { format!("{text} (and {} more errors)", rest.len()) })
}
