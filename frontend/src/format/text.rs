//! What the printer asks about the source: lines, comment groups, places of tokens that the tree does not record.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::source::{SourceFile, Span};
use crate::syntax::lexer::Lexer;
use crate::syntax::token::TokenKind;

/// A place in the source or, while whitespace is written, a place that counts on from one.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) offset: u32,
    /// From 1; 0 for no place.
    pub(super) line: u32,
    /// From 1, in bytes.
    pub(super) column: u32,
}

/// One comment.
#[derive(Clone, Debug)]
pub(super) struct Comment {
    /// Its text without carriage returns.
    pub(super) text: String,
    /// Where it starts.
    pub(super) start: Place,
    /// Offset after its last byte.
    pub(super) end: u32,
}

impl Comment {
    pub(super) fn is_line(&self) -> bool {
        self.text.starts_with("//")
    }
}

/// Comments with no token and no empty line between them.
#[derive(Clone, Debug)]
pub(super) struct Group {
    /// Index range in [`Text::comments`].
    pub(super) comments: Range<usize>,
    /// Offset of the first comment.
    pub(super) start: u32,
    /// Whether a line ends inside, which would end a statement.
    pub(super) has_line_end: bool,
}

/// The source with its tables.
pub(super) struct Text<'s> {
    source: &'s SourceFile,
    pub(super) comments: Vec<Comment>,
    pub(super) groups: Vec<Group>,
    /// Offsets of tokens that have a comment group on the lines directly above.
    documented: HashSet<u32>,
    /// Ends of tokens that are the last of their line but for a comment group.
    remarked: HashSet<u32>,
    /// For the end of every token the kind and the start of the next one, semicolons left out.
    next_token: HashMap<u32, (TokenKind, u32)>,
}

impl<'s> Text<'s> {
    pub(super) fn new(source: &'s SourceFile) -> Self {
        let mut text = Self {
            source,
            comments: Vec::new(),
            groups: Vec::new(),
            documented: HashSet::new(),
            remarked: HashSet::new(),
            next_token: HashMap::new(),
        };
        text.scan();
        text
    }

    /// Line and column of an offset.
    pub(super) fn place(&self, offset: u32) -> Place {
        let position = self.source.position(offset);
        Place { offset, line: position.line, column: position.column }
    }

    /// Line of an offset.
    pub(super) fn line(&self, offset: u32) -> u32 {
        self.source.line(offset)
    }

    /// The bytes of a span, without carriage returns.
    pub(super) fn slice(&self, span: Span) -> String {
        let bytes = self.source.bytes().get(span.start as usize..span.end as usize).unwrap_or_default();
        String::from_utf8_lossy(bytes).replace('\r', "")
    }

    /// Whether a comment group stands on the lines directly above the token at `start`.
    pub(super) fn is_documented(&self, start: u32) -> bool {
        self.documented.contains(&start)
    }

    /// Whether the token that ends at `end` is followed by nothing but comments on its line.
    pub(super) fn has_remark(&self, end: u32) -> bool {
        self.remarked.contains(&end)
    }

    /// The start of the token that follows the one that ends at `end`.
    pub(super) fn token_after(&self, end: u32) -> u32 {
        self.next_token.get(&end).map_or(end, |&(_, start)| start)
    }

    /// The start of the first token of `kind` at or after the token that follows the one that ends at `end`.
    pub(super) fn find_after(&self, end: u32, kind: TokenKind) -> u32 {
        let mut from = end;
        while let Some(&(found, start)) = self.next_token.get(&from) {
            if found == kind {
                return start;
            }
            from = start.saturating_add(u32::try_from(found.text().len()).unwrap_or(1));
        }
        end
    }

    fn scan(&mut self) {
        let mut lexer = Lexer::new(self.source.bytes(), 0);
        let mut previous = Span::default();
        // The last token that is no semicolon.
        let mut previous_end = 0;
        let mut pending: Vec<Span> = Vec::new();
        loop {
            let token = lexer.next_token();
            if token.kind == TokenKind::Comment {
                pending.push(token.span);
                continue;
            }
            if !pending.is_empty() {
                let ends = token.kind.is_semicolon() || token.kind == TokenKind::Eof;
                self.group(&pending, previous, previous_end, token.span.start, ends);
                pending.clear();
            }
            if token.kind == TokenKind::Eof {
                return;
            }
            previous = token.span;
            if !token.kind.is_semicolon() {
                self.next_token.insert(previous_end, (token.kind, token.span.start));
                previous_end = token.span.end;
            }
        }
    }

    /// Makes groups of the comments between two tokens.
    fn group(&mut self, spans: &[Span], previous: Span, previous_end: u32, next: u32, ends: bool) {
        let previous_line = if previous == Span::default() { 0 } else { self.line(previous.start) };
        let next_line = self.line(next);
        let first_group = self.groups.len();
        let mut end_line = 0_u32;
        let mut beside = false;
        for &span in spans {
            let start = self.place(span.start);
            let text = self.slice(span);
            let line_end = start.line.saturating_add(u32::try_from(text.matches('\n').count()).unwrap_or(0));
            // Beside a token only the comments of its own line belong together; else also those of the next line.
            let joins = self.groups.len() > first_group && start.line <= end_line.saturating_add(u32::from(!beside));
            let index = self.comments.len();
            let breaks = text.starts_with("//") || text.contains('\n');
            match self.groups.last_mut().filter(|_| joins) {
                Some(group) => {
                    group.comments.end = index + 1;
                    group.has_line_end |= breaks || start.line > end_line;
                }
                None => {
                    if beside {
                        self.remark(end_line != start.line, previous_end);
                    }
                    beside = self.groups.len() == first_group && start.line == previous_line;
                    let comments = index..index + 1;
                    self.groups.push(Group { comments, start: span.start, has_line_end: breaks });
                }
            }
            end_line = line_end;
            self.comments.push(Comment { text, start, end: span.end });
        }
        if beside {
            self.remark(ends || next_line != end_line, previous_end);
        } else if end_line.saturating_add(1) == next_line {
            self.documented.insert(next);
        }
    }

    fn remark(&mut self, last_of_line: bool, end: u32) {
        if last_of_line {
            self.remarked.insert(end);
        }
    }
}
