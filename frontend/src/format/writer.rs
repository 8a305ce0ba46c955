//! Tokens and whitespace to aligned text, with the comments of the source in between.
//!
//! Whitespace is *pending* until the next token arrives: only then it is known whether comments come first, and these
//! decide which of it is used, moved or dropped (see `comments`). The writer follows two places at once: the *cursor* in
//! the source, which tells how many line ends separate a token from the next node, and line and column of the output.

use super::align::{Aligner, Stop};
use super::text::{Place, Text};
use crate::syntax::ast::LiteralKind;
use crate::syntax::token::TokenKind;

/// At most this many line ends in a row: one empty line.
const MAX_LINE_ENDS: u32 = 2;

/// Pending whitespace and changes of indentation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Space {
    /// Nothing; also what was used up by comments.
    None,
    /// A blank.
    Blank,
    /// The end of a cell.
    Cell,
    /// The end of a line.
    Line,
    /// The end of a line, and of the columns above it.
    Section,
    /// One level deeper from here on.
    Indent,
    /// One level back.
    Dedent,
}

/// Where the written text goes.
enum Sink {
    Aligned(Aligner),
    /// Counts bytes, and gives up at the first line end or beyond the limit.
    Measure {
        size: usize,
        limit: usize,
    },
}

/// How a comment that stands before a closing brace is separated from it.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tight {
    /// No blank after a `/* */` comment.
    pub(super) blank: bool,
    /// No line end.
    pub(super) line: bool,
}

/// A line of the output that is not known before the next token is written.
#[derive(Clone, Copy)]
pub(super) struct Mark(usize);

/// See the module.
pub(super) struct Writer<'t> {
    pub(super) text: &'t Text<'t>,
    sink: Sink,
    /// Whether a measured text no longer fits, so that nothing more needs to be written.
    pub(super) overflow: bool,
    pub(super) pending: Vec<Space>,
    /// The place in the source of what is written next.
    pub(super) cursor: Place,
    /// The place in the source after what was written last.
    pub(super) last: Place,
    out_line: u32,
    out_column: usize,
    pub(super) indent: usize,
    /// Whether anything was written.
    pub(super) started: bool,
    /// The next comment group.
    pub(super) group: usize,
    /// Whether a line end after the last token would be a semicolon.
    pub(super) line_ends_statement: bool,
    /// The last token, unless whitespace followed it.
    last_token: Option<TokenKind>,
    /// The opening bracket, if it is the last token before the current one.
    pub(super) opening: Option<TokenKind>,
    pub(super) tight: Tight,
    /// Depth of composite literals in the current function.
    pub(super) literal_depth: u32,
    /// A literal with a line end was written on this line: its rest is not aligned.
    unaligned: bool,
    marks: Vec<u32>,
    awaited: Option<Mark>,
}

impl<'t> Writer<'t> {
    /// A writer of aligned text.
    pub(super) fn new(text: &'t Text<'t>) -> Self {
        Self::with_sink(text, Sink::Aligned(Aligner::default()), 0)
    }

    /// A writer that only measures, ignores comments, and gives up beyond `limit` bytes.
    pub(super) fn measuring(text: &'t Text<'t>, limit: usize) -> Self {
        Self::with_sink(text, Sink::Measure { size: 0, limit }, text.groups.len())
    }

    fn with_sink(text: &'t Text<'t>, sink: Sink, group: usize) -> Self {
        let start = Place { offset: 0, line: 1, column: 1 };
        Self {
            text,
            sink,
            overflow: false,
            pending: Vec::new(),
            cursor: start,
            last: start,
            out_line: 1,
            out_column: 1,
            indent: 0,
            started: false,
            group,
            line_ends_statement: false,
            last_token: None,
            opening: None,
            tight: Tight::default(),
            literal_depth: 0,
            unaligned: false,
            marks: Vec::new(),
            awaited: None,
        }
    }

    /// The aligned text.
    pub(super) fn finish(mut self) -> String {
        self.line_ends_statement = false;
        let end = Place { offset: u32::MAX, line: u32::MAX, column: 1 };
        self.flush(end, TokenKind::Eof);
        match self.sink {
            Sink::Aligned(aligner) => aligner.finish(),
            Sink::Measure { .. } => String::new(),
        }
    }

    /// The measured size, if the text fits on one line within the limit.
    pub(super) fn size(&mut self) -> Option<usize> {
        // Whitespace at the end counts: a line end there means that the text does not fit.
        let count = self.pending.len();
        self.write_pending(count);
        match self.sink {
            Sink::Measure { size, .. } if !self.overflow => Some(size),
            _ => None,
        }
    }

    // ----------------------------------------------------------------------------------------------------- tokens

    /// Moves the cursor to a source offset: the next token stands there.
    pub(super) fn at(&mut self, offset: u32) {
        if !self.overflow {
            self.cursor = self.text.place(offset);
        }
    }

    /// Writes a keyword, operator or delimiter.
    pub(super) fn token(&mut self, kind: TokenKind) {
        let text = kind.text();
        if self.last_token.is_some_and(|last| would_combine(last, text)) {
            self.pending.clear();
            self.pending.push(Space::Blank);
        }
        let ends = matches!(
            kind,
            TokenKind::Break
                | TokenKind::Continue
                | TokenKind::Fallthrough
                | TokenKind::Return
                | TokenKind::Inc
                | TokenKind::Dec
                | TokenKind::Rparen
                | TokenKind::Rbrack
                | TokenKind::Rbrace
        );
        self.put(text, kind, ends, false);
    }

    /// Writes a keyword, operator or delimiter that stands at `offset`.
    pub(super) fn token_at(&mut self, offset: u32, kind: TokenKind) {
        self.at(offset);
        self.token(kind);
    }

    /// Writes a name.
    pub(super) fn name(&mut self, name: &str) {
        self.put(name, TokenKind::Ident, true, false);
    }

    /// Writes a literal.
    pub(super) fn literal(&mut self, text: &str, kind: LiteralKind) {
        self.put(text, TokenKind::Literal(kind), true, true);
    }

    fn put(&mut self, text: &str, kind: TokenKind, ends_statement: bool, literal: bool) {
        if self.overflow {
            return;
        }
        self.note_opening();
        self.last_token = Some(kind);
        let next = self.cursor;
        let (wrote_line, dropped_section) = self.flush(next, kind);
        let mut ends_statement = ends_statement;
        if !self.line_ends_statement {
            let mut count = next.line.saturating_sub(self.cursor.line).min(MAX_LINE_ENDS);
            if wrote_line && count == MAX_LINE_ENDS {
                count -= 1;
            }
            if count > 0 {
                self.end_lines(if dropped_section { Space::Section } else { Space::Line }, count);
                ends_statement = false;
            }
        }
        if let Some(Mark(mark)) = self.awaited.take()
            && let Some(line) = self.marks.get_mut(mark)
        {
            *line = self.out_line;
        }
        self.write(Some(next), text, literal);
        self.line_ends_statement = ends_statement;
    }

    /// Writes comments and pending whitespace before a token at `next`. Says whether a line end was written, and whether
    /// the end of a section was left out.
    fn flush(&mut self, next: Place, kind: TokenKind) -> (bool, bool) {
        if self.has_comment_before(next) {
            self.write_comments(next, kind)
        } else {
            let count = self.pending.len();
            self.write_pending(count);
            (false, false)
        }
    }

    fn note_opening(&mut self) {
        match self.last_token {
            None => {}
            Some(kind @ (TokenKind::Lparen | TokenKind::Lbrack)) => self.opening = Some(kind),
            Some(_) => self.opening = None,
        }
    }

    // ------------------------------------------------------------------------------------------------- whitespace

    /// Adds pending whitespace.
    pub(super) fn space(&mut self, space: Space) {
        if space == Space::None || self.overflow {
            return;
        }
        self.note_opening();
        self.pending.push(space);
        if matches!(space, Space::Line | Space::Section) {
            self.line_ends_statement = false;
        }
        self.last_token = None;
    }

    /// A blank.
    pub(super) fn blank(&mut self) {
        self.space(Space::Blank);
    }

    /// Adds as many line ends as separate the cursor from source line `line`, at most one empty line and at least `min`
    /// of them, the first a section's end on request. `before` comes first if there are any. Returns their number, counting
    /// a section's end twice.
    pub(super) fn line_break(&mut self, line: u32, min: u32, before: Space, section: bool) -> u32 {
        let count = line.saturating_sub(self.cursor.line).min(MAX_LINE_ENDS).max(min);
        if count == 0 {
            return 0;
        }
        self.space(before);
        self.space(if section { Space::Section } else { Space::Line });
        for _ in 1..count {
            self.space(Space::Line);
        }
        count + u32::from(section)
    }

    /// Uses up the first `count` pending entries.
    pub(super) fn write_pending(&mut self, count: usize) {
        let mut spaces: Vec<Space> = self.pending.drain(..count.min(self.pending.len())).collect();
        let mut index = 0;
        while let Some(&space) = spaces.get(index) {
            match space {
                Space::None => {}
                Space::Indent => self.indent += 1,
                Space::Dedent => self.indent = self.indent.saturating_sub(1),
                Space::Line | Space::Section if spaces.get(index + 1) == Some(&Space::Dedent) => {
                    // The step back applies to this line end already, which puts labels where they belong. The section
                    // ends, so that a long label does not move the lines above it.
                    spaces.swap(index, index + 1);
                    if let Some(after) = spaces.get_mut(index + 1) {
                        *after = Space::Section;
                    }
                    continue;
                }
                Space::Line | Space::Section => self.end_lines(space, 1),
                Space::Blank => self.write_blank(),
                Space::Cell => self.write_stop(Stop::Soft),
            }
            index += 1;
        }
    }

    // ----------------------------------------------------------------------------------------------------- output

    /// Writes text of the source place `place`, or of the place that was reached.
    pub(super) fn write(&mut self, place: Option<Place>, text: &str, literal: bool) {
        self.write_indentation();
        if let Some(place) = place {
            self.cursor = place;
        }
        self.started = true;
        match &mut self.sink {
            Sink::Aligned(aligner) => aligner.push(text),
            Sink::Measure { size, limit } => {
                *size += text.len();
                self.overflow |= *size > *limit || text.contains('\n');
            }
        }
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
        self.cursor.offset = self.cursor.offset.saturating_add(length);
        match text.rfind('\n').filter(|_| literal) {
            Some(line_end) => {
                let lines = u32::try_from(text.matches('\n').count()).unwrap_or(u32::MAX);
                let column = text.len() - line_end;
                self.cursor.line = self.cursor.line.saturating_add(lines);
                self.cursor.column = u32::try_from(column).unwrap_or(u32::MAX);
                self.out_line = self.out_line.saturating_add(lines);
                self.out_column = column;
                self.unaligned = true;
            }
            None => {
                self.cursor.column = self.cursor.column.saturating_add(length);
                self.out_column += text.len();
            }
        }
        self.last = self.cursor;
    }

    /// Writes a blank.
    pub(super) fn write_blank(&mut self) {
        self.write_indentation();
        match &mut self.sink {
            Sink::Aligned(aligner) => aligner.push(" "),
            Sink::Measure { size, .. } => *size += 1,
        }
        self.advance_one();
    }

    /// Ends a cell.
    pub(super) fn write_stop(&mut self, stop: Stop) {
        if self.unaligned {
            return self.write_blank();
        }
        self.write_indentation();
        match &mut self.sink {
            Sink::Aligned(aligner) => aligner.stop(stop),
            Sink::Measure { size, .. } => *size += 1,
        }
        self.advance_one();
    }

    fn advance_one(&mut self) {
        self.cursor.offset = self.cursor.offset.saturating_add(1);
        self.cursor.column = self.cursor.column.saturating_add(1);
        self.out_column += 1;
    }

    /// Ends `count` lines.
    pub(super) fn end_lines(&mut self, kind: Space, count: u32) {
        let count = count.min(MAX_LINE_ENDS);
        let section = kind == Space::Section || self.unaligned;
        self.unaligned = false;
        self.write_indentation();
        match &mut self.sink {
            Sink::Aligned(aligner) => {
                for _ in 0..count {
                    if section { aligner.end_section() } else { aligner.end_line() }
                }
            }
            Sink::Measure { .. } => self.overflow = true,
        }
        self.cursor.offset = self.cursor.offset.saturating_add(count);
        self.cursor.line = self.cursor.line.saturating_add(count);
        self.cursor.column = 1;
        self.out_line = self.out_line.saturating_add(count);
        self.out_column = 1;
    }

    fn write_indentation(&mut self) {
        if self.out_column != 1 {
            return;
        }
        match &mut self.sink {
            Sink::Aligned(aligner) => (0..self.indent).for_each(|_| aligner.stop(Stop::Hard)),
            Sink::Measure { size, .. } => *size += self.indent,
        }
        self.out_column += self.indent;
        let indent = u32::try_from(self.indent).unwrap_or(u32::MAX);
        self.cursor.offset = self.cursor.offset.saturating_add(indent);
        self.cursor.column = self.cursor.column.saturating_add(indent);
    }

    // ---------------------------------------------------------------------------------------------------- measures

    /// Notes the output line of the next token.
    pub(super) fn mark(&mut self) -> Mark {
        self.marks.push(0);
        let mark = Mark(self.marks.len() - 1);
        self.awaited = Some(mark);
        mark
    }

    /// Output lines since a mark.
    pub(super) fn lines_since(&self, Mark(mark): Mark) -> u32 {
        self.out_line.saturating_sub(self.marks.get(mark).copied().unwrap_or(0))
    }

    /// Column of the output, from 1, a tab counting one.
    pub(super) fn column(&self) -> usize {
        self.out_column
    }
}

/// Whether an operator written directly after a token would make another token of both.
fn would_combine(last: TokenKind, next: &str) -> bool {
    let first = next.as_bytes().first();
    match last {
        TokenKind::Literal(LiteralKind::Int) => first == Some(&b'.'),
        TokenKind::Add => first == Some(&b'+'),
        TokenKind::Sub => first == Some(&b'-'),
        TokenKind::Quo => first == Some(&b'*'),
        TokenKind::Less => matches!(first, Some(b'-' | b'<')),
        TokenKind::And => matches!(first, Some(b'&' | b'^')),
        _ => false,
    }
}
