//! Canonical formatting of Gno source, in the layout of gofmt.
//!
//! The tree is printed token by token; the comments of the source are put in between by their places. The printer decides
//! what may be on one line and where cells end, from the line breaks of the source; the writer decides what becomes of
//! pending whitespace, above all around comments; the aligner makes columns of the cells.
//!
//! ```text
//! source ── parse ── imports sorted ── printer ──tokens, whitespace──> writer ──cells──> aligner ──> text
//! ```
//!
//! | file | |
//! |---|---|
//! | `imports` | order of imports |
//! | `printer`, `lists`, `expr`, `operators`, `fields`, `stmt`, `decl` | the walk over the tree |
//! | `shape` | which operators an expression has, and which of them get blanks |
//! | `writer`, `comments`, `doc` | whitespace and comments; the form of documentation comments |
//! | `align` | columns |
//! | `text`, `tokens` | tables over the source; the check that nothing but layout changed |
//!
//! Formatting takes time linear in the source but for expressions nested within composite literals on one line, which are
//! measured once for each level.

mod align;
mod comments;
mod decl;
mod doc;
mod expr;
mod fields;
mod imports;
mod lists;
mod operators;
mod printer;
mod shape;
mod stmt;
mod text;
mod tokens;
mod writer;

use bumpalo::Bump;

use self::printer::Printer;
use self::text::Text;
use crate::diagnostic::Diagnostic;
use crate::limits::Limits;
use crate::source::SourceFile;
use crate::syntax::parse_file;

/// Passes after the first until the text is taken as it is.
const MAX_PASSES: usize = 8;

/// The canonical form of a file: same tree, same comments, the layout of gofmt. Formatting the result changes nothing.
///
/// A file with comments in places where the layout would make them part of something else is returned as it is.
///
/// # Errors
///
/// The syntax errors of the file, sorted by position; such a file has no canonical form.
pub fn format_file(source: &SourceFile, limits: &Limits) -> Result<String, Vec<Diagnostic>> {
    let mut text = format_once(source, limits)?;
    // A moved comment can be the reason for another break, and imports that shared a line can be sorted only when they have
    // lines of their own. Practically every file is stable after the first pass.
    for _ in 0..MAX_PASSES {
        let again = SourceFile::new(source.name(), text.as_bytes());
        match format_once(&again, limits) {
            Ok(next) if next != text => text = next,
            Ok(_) if tokens::same(source, &again) => return Ok(text),
            _ => break,
        }
    }
    Ok(String::from_utf8_lossy(source.bytes()).into_owned())
}

fn format_once(source: &SourceFile, limits: &Limits) -> Result<String, Vec<Diagnostic>> {
    let arena = Bump::new();
    let parsed = parse_file(&arena, source, limits);
    if !parsed.errors.is_empty() {
        return Err(parsed.errors);
    }
    if let Some(sorted) = imports::sorted(source, &parsed.file) {
        let sorted = SourceFile::new(source.name(), sorted);
        let again = parse_file(&arena, &sorted, limits);
        if again.errors.is_empty() {
            return Ok(print(&sorted, &again.file));
        }
    }
    Ok(print(source, &parsed.file))
}

fn print(source: &SourceFile, file: &crate::syntax::ast::File<'_>) -> String {
    let text = Text::new(source);
    let mut printer = Printer::new(&text);
    printer.file(file);
    printer.out.finish()
}
