//! Source files, byte spans, and their translation to lines and columns.
//!
//! A [`Span`] is two byte offsets into one file; everything that prints a position asks the file for it. Lines and
//! columns count from 1 and columns count bytes (spec/01 §3.3 rule 5).

use std::fmt;

/// A half-open range of byte offsets in one source file: `start` is the first byte, `end` the byte after the last.
///
/// The offsets are those that the reference derives from its own tree, so `end` of a broken or synthesised node may equal
/// `start`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte.
    pub end: u32,
}

impl Span {
    /// The span from `start` up to and without `end`.
    #[must_use]
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// The empty span at `offset`.
    #[must_use]
    pub const fn at(offset: u32) -> Self {
        Self { start: offset, end: offset }
    }

    /// From the start of `self` to the end of `last`.
    #[must_use]
    pub const fn to(self, last: Self) -> Self {
        Self { start: self.start, end: last.end }
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

/// A place in a file as people read it. Both numbers count from 1, the column in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    /// Line number, from 1.
    pub line: u32,
    /// Column in bytes, from 1.
    pub column: u32,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// One source file: its name, its bytes and the table of its lines.
///
/// The bytes need not be UTF-8: the lexer reports what is not, and a tree never refers to a byte that was refused.
#[derive(Clone, Debug)]
pub struct SourceFile {
    name: String,
    bytes: Vec<u8>,
    /// Offset of the first byte of every line; the first entry is 0. No line starts at the end of the file: the reference
    /// places the end on the last line that has bytes, after its line feed.
    lines: Vec<u32>,
}

impl SourceFile {
    /// A file with the given name (as messages print it) and content.
    ///
    /// Content beyond `u32::MAX` bytes has no positions; [`crate::syntax::parse_file`] refuses such files long before.
    pub fn new(name: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        let bytes = content.into();
        let mut lines = vec![0];
        for (offset, &byte) in bytes.iter().enumerate() {
            if byte == b'\n' && offset + 1 < bytes.len() {
                lines.push(u32::try_from(offset + 1).unwrap_or(u32::MAX));
            }
        }
        Self { name: name.into(), bytes, lines }
    }

    /// The name that messages print.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The content.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The text of `span`, if it lies inside the file on character boundaries.
    #[must_use]
    pub fn text(&self, span: Span) -> Option<&str> {
        std::str::from_utf8(self.bytes.get(span.start as usize..span.end as usize)?).ok()
    }

    /// Number of lines; an empty file has one, and a line feed at the end starts none.
    #[must_use]
    pub fn line_count(&self) -> usize {
        self.lines.len()
    }

    /// Line and column of a byte offset. An offset past the end is placed on the last line.
    #[must_use]
    pub fn position(&self, offset: u32) -> Position {
        let index = self.lines.partition_point(|&start| start <= offset).saturating_sub(1);
        let start = self.lines.get(index).copied().unwrap_or(0);
        Position {
            line: u32::try_from(index + 1).unwrap_or(u32::MAX),
            column: offset.saturating_sub(start).saturating_add(1),
        }
    }

    /// Line number of a byte offset, from 1.
    #[must_use]
    pub fn line(&self, offset: u32) -> u32 {
        self.position(offset).line
    }
}

#[cfg(test)]
mod tests {
    use super::{Position, SourceFile, Span};

    #[test]
    fn a_span_is_eight_bytes() {
        assert_eq!(size_of::<Span>(), 8);
    }

    #[test]
    fn positions_count_from_one_in_bytes() {
        let file = SourceFile::new("a.gno", "ab\n\u{e9}x\n");
        let at = |offset| file.position(offset);
        assert_eq!(at(0), Position { line: 1, column: 1 });
        assert_eq!(at(2), Position { line: 1, column: 3 });
        assert_eq!(at(3), Position { line: 2, column: 1 });
        assert_eq!(at(5), Position { line: 2, column: 3 });
        // The end of the file stays on the last line.
        assert_eq!(at(7), Position { line: 2, column: 5 });
        assert_eq!(file.line_count(), 2);
        assert_eq!(file.text(Span::new(3, 6)), Some("\u{e9}x"));
        assert_eq!(file.text(Span::new(4, 6)), None);
    }
}
