//! A package's files, parsed once for everything that looks at them.

use crate::compile::CompileError;
use bumpalo::Bump;
use regno_frontend::check::syntax_failure;
use regno_frontend::limits::Limits;
use regno_frontend::source::SourceFile;
use regno_frontend::syntax::{self, ParsedFile};

/// The files of a package and their syntax trees, index by index.
pub struct Unit<'a> {
    /// The texts.
    pub(crate) sources: &'a [SourceFile],
    /// The trees, with errors where there are any.
    pub(crate) files: Vec<ParsedFile<'a>>,
    limits: Limits,
}

impl<'a> Unit<'a> {
    /// Parses files in the reference's order, by name.
    #[must_use]
    pub fn parse(arena: &'a Bump, sources: &'a [SourceFile], limits: &Limits) -> Self {
        let files = sources.iter().map(|file| syntax::parse_file(arena, file, limits)).collect();
        Self { sources, files, limits: *limits }
    }

    /// Whether any file has an error of syntax.
    #[must_use]
    pub(crate) fn has_syntax_errors(&self) -> bool {
        self.files.iter().any(|file| !file.errors.is_empty())
    }

    /// The gas of the parse, token by token.
    ///
    /// # Errors
    ///
    /// The first file with syntax errors; the charges up to there.
    pub(crate) fn charges(&self) -> Result<Vec<u32>, CompileError> {
        let mut charges = Vec::new();
        for (parsed, file) in self.files.iter().zip(self.sources) {
            charges.extend_from_slice(&parsed.charges);
            if let Some(text) = syntax_failure(parsed, file, &self.limits) {
                // The reference looks for the package name first, and charges nothing for that.
                let clause = syntax::fails_before_declarations(parsed, file);
                let parse_charges = if clause { Vec::new() } else { charges };
                return Err(CompileError { text, parse_charges, program: None });
            }
        }
        Ok(charges)
    }
}
