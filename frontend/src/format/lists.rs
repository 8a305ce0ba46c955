//! Comma-separated lists.
//!
//! A list keeps the line breaks of the source; what follows the first is indented once. Keys of neighbouring `key: value`
//! lines form a column as long as their sizes are similar.

use super::printer::Printer;
use super::writer::Space;
use crate::syntax::ast::{ExprKind, ExprRef, FieldList, Ident};
use crate::syntax::token::TokenKind;

/// Nothing on one line is longer for the purpose of alignment.
const ANY_SIZE: usize = 1_000_000;
/// Keys up to this size align with one another.
const SMALL_KEY: usize = 40;
/// A longer key aligns with those before it if it differs from their geometric mean by less than this factor.
const KEY_RATIO: f64 = 2.5;

/// How a list of expressions is laid out.
#[derive(Clone, Copy, Default)]
pub(super) struct ListStyle {
    /// A line break before the closing token needs a comma.
    pub(super) final_comma: bool,
    /// The caller has indented already.
    pub(super) indented: bool,
}

/// The sizes of the keys in the current column.
#[derive(Default)]
struct KeyColumn {
    last: usize,
    log_sum: f64,
    count: u32,
}

impl KeyColumn {
    /// Whether a key of this size ends the column; 0 means that there is no key.
    fn is_ended_by(&self, size: usize) -> bool {
        if self.last == 0 || size == 0 {
            return true;
        }
        if self.count == 0 || (self.last <= SMALL_KEY && size <= SMALL_KEY) {
            return false;
        }
        let mean = (self.log_sum / f64::from(self.count)).exp();
        #[allow(clippy::cast_precision_loss, reason = "sizes are far below 2^52")]
        let ratio = size as f64 / mean;
        KEY_RATIO * ratio <= 1.0 || KEY_RATIO <= ratio
    }

    fn add(&mut self, size: usize) {
        if size > 0 {
            #[allow(clippy::cast_precision_loss, reason = "sizes are far below 2^52")]
            let size = size as f64;
            self.log_sum += size.ln();
            self.count += 1;
        }
    }
}

impl Printer<'_> {
    /// Prints a list of expressions between the tokens at `before` and `after`, where these are known.
    pub(super) fn expr_list(
        &mut self,
        before: Option<u32>,
        list: &[ExprRef<'_>],
        depth: usize,
        style: ListStyle,
        after: Option<u32>,
    ) {
        let (Some(first), Some(last)) = (list.first(), list.last()) else { return };
        let before_line = before.map_or(0, |offset| self.line(offset));
        let first_line = self.line(first.span.start);
        if before.is_some() && before_line == first_line && first_line == self.line(last.span.end) {
            for (index, x) in list.iter().enumerate() {
                if index > 0 {
                    self.out.token_at(x.span.start, TokenKind::Comma);
                    self.out.blank();
                }
                self.expr_at(x, depth);
            }
            return;
        }
        self.multi_line_list(before_line, list, depth, style, before.and(after), after);
    }

    fn multi_line_list(
        &mut self,
        before_line: u32,
        list: &[ExprRef<'_>],
        depth: usize,
        style: ListStyle,
        bounded: Option<u32>,
        after: Option<u32>,
    ) {
        let mut indent = if style.indented { Space::None } else { Space::Indent };
        let mut last_break = None;
        let mut previous_line = before_line;
        let mut keys = KeyColumn::default();
        if let Some(first) = list.first() {
            // A section of its own, so that the list does not depend on what stands before it.
            let line = self.line(first.span.start);
            if 0 < previous_line && previous_line < line && self.out.line_break(line, 0, indent, true) > 0 {
                indent = Space::None;
                last_break = Some(0);
            }
        }
        for (index, &x) in list.iter().enumerate() {
            if self.out.overflow {
                return;
            }
            let line = self.line(x.span.start);
            let size = if bounded.is_some() { self.key_size(x) } else { 0 };
            let ends_column = keys.is_ended_by(size);
            keys.last = size;
            let breaks = 0 < previous_line && previous_line < line;
            if index > 0 {
                if !breaks {
                    self.out.at(x.span.start);
                }
                self.out.token(TokenKind::Comma);
                // Elements that share a line do not align with the next one.
                let section = ends_column || last_break.is_none_or(|last: usize| last + 1 < index);
                let count = if breaks { self.out.line_break(line, 0, indent, section) } else { 0 };
                if count > 0 {
                    indent = Space::None;
                    last_break = Some(index);
                    if count > 1 {
                        keys.log_sum = 0.0;
                        keys.count = 0;
                    }
                } else {
                    self.out.blank();
                }
            }
            match x.kind {
                ExprKind::KeyValue(pair) if list.len() > 1 && size > 0 && breaks => {
                    self.expr(pair.key);
                    self.out.token_at(pair.colon, TokenKind::Colon);
                    self.out.space(Space::Cell);
                    self.expr(pair.value);
                }
                _ => self.expr_at(x, depth),
            }
            keys.add(size);
            previous_line = line;
        }
        let closes_below = after.is_some_and(|after| self.out.cursor.line < self.line(after));
        if style.final_comma && closes_below {
            self.out.token(TokenKind::Comma);
        }
        if indent == Space::None && !style.indented {
            self.out.space(Space::Dedent);
        }
        if style.final_comma && closes_below {
            self.out.space(Space::Section);
        }
    }

    /// The size by which an element takes part in alignment: that of its key, or its own; 0 if it needs several lines.
    fn key_size(&mut self, x: ExprRef<'_>) -> usize {
        let Some(size) = self.expr_size(x, ANY_SIZE) else { return 0 };
        match x.kind {
            ExprKind::KeyValue(pair) => self.expr_size(pair.key, ANY_SIZE).unwrap_or(0),
            _ => size,
        }
    }

    /// Prints declared names. Further lines are indented unless they are `indented` already, or stay at the level of the
    /// first, as in fields.
    pub(super) fn names(&mut self, names: &[Ident<'_>], indented: bool) {
        let mut indent = if indented { Space::None } else { Space::Indent };
        let mut previous_line = 0;
        for (index, name) in names.iter().enumerate() {
            let line = self.line(name.span.start);
            if index > 0 {
                let breaks = previous_line < line;
                if !breaks {
                    self.out.at(name.span.start);
                }
                self.out.token(TokenKind::Comma);
                if breaks && self.out.line_break(line, 0, indent, true) > 0 {
                    indent = Space::None;
                } else {
                    self.out.blank();
                }
            }
            self.ident(*name);
            previous_line = line;
        }
        if indent == Space::None && !indented {
            self.out.space(Space::Dedent);
        }
    }

    /// Prints a name where it is declared or selected.
    pub(super) fn ident(&mut self, name: Ident<'_>) {
        self.out.at(name.span.start);
        self.out.name(name.name);
    }

    /// Prints parameters with their brackets.
    pub(super) fn params(&mut self, list: &FieldList<'_>, open: TokenKind, close: TokenKind) {
        let closing = list.span.end.saturating_sub(1);
        self.out.token_at(list.span.start, open);
        let mut indent = Space::Indent;
        let mut previous_line = self.line(list.span.start);
        for (index, field) in list.fields.iter().enumerate() {
            let line = self.line(field.span.start);
            let breaks = previous_line < line;
            if index > 0 {
                if !breaks {
                    self.out.at(field.span.start);
                }
                self.out.token(TokenKind::Comma);
            }
            if breaks && self.out.line_break(line, 0, indent, true) > 0 {
                indent = Space::None;
            } else if index > 0 {
                self.out.blank();
            }
            if !field.names.is_empty() {
                // Indents and steps back by itself unless a line break has indented already.
                self.names(field.names, indent == Space::None);
                self.out.blank();
            }
            self.expr(without_parens(field.ty));
            previous_line = self.line(field.ty.span.end);
        }
        if !list.fields.is_empty() && previous_line < self.line(closing) {
            self.out.token(TokenKind::Comma);
            let line = self.line(closing);
            self.out.line_break(line, 0, Space::None, true);
        }
        if indent == Space::None {
            self.out.space(Space::Dedent);
        }
        self.out.token_at(closing, close);
    }
}

/// A type without parentheses around it.
pub(super) fn without_parens(mut x: ExprRef<'_>) -> ExprRef<'_> {
    while let ExprKind::Paren(inner) = x.kind {
        x = inner;
    }
    x
}
