//! Bodies of structs and interfaces.
//!
//! A field is a row of cells: names, type, tag, comment. A body on one line with one short field stays there.

use super::printer::Printer;
use super::writer::Space;
use crate::syntax::ast::{ExprKind, Field, FieldList};
use crate::syntax::token::TokenKind;

/// The longest type of a field on one line with its braces, one blank after a name included.
const ONE_LINE_FIELD: usize = 30;

impl Printer<'_> {
    /// Prints the fields of a struct with their braces.
    pub(super) fn struct_body(&mut self, list: &FieldList<'_>) {
        if self.short_body(list, true) {
            return;
        }
        let stop = if list.fields.len() == 1 { Space::Blank } else { Space::Cell };
        self.long_body(list, |printer, field| printer.struct_field(field, stop));
    }

    fn struct_field(&mut self, field: &Field<'_>, stop: Space) {
        let mut stops_to_comment = 2;
        if !field.names.is_empty() {
            self.names(field.names, true);
            self.out.space(stop);
            stops_to_comment = 1;
        }
        self.expr(field.ty);
        if let Some(tag) = field.tag {
            if !field.names.is_empty() && stop == Space::Cell {
                self.out.space(stop);
            }
            self.out.space(stop);
            self.out.at(tag.span.start);
            self.out.literal(tag.name, crate::syntax::ast::LiteralKind::String);
            stops_to_comment = 0;
        }
        if self.out.text.has_remark(field.span.end) {
            for _ in 0..stops_to_comment {
                self.out.space(stop);
            }
        }
    }

    /// Prints the elements of an interface with their braces.
    pub(super) fn interface_body(&mut self, list: &FieldList<'_>) {
        if self.short_body(list, false) {
            return;
        }
        self.long_body(list, Self::element);
    }

    /// Prints a body with a line for each field.
    fn long_body(&mut self, list: &FieldList<'_>, print: impl Fn(&mut Self, &Field<'_>)) {
        self.open_body(list);
        let mut mark = None;
        for field in list.fields {
            if self.out.overflow {
                return;
            }
            self.next_line(field.span.start, mark);
            mark = Some(self.out.mark());
            print(self, field);
        }
        self.close_body(list);
    }

    fn element(&mut self, field: &Field<'_>) {
        match (field.names, field.ty.kind) {
            ([name], ExprKind::FuncType(ty)) => {
                self.ident(*name);
                self.signature(ty);
            }
            _ => self.expr(field.ty),
        }
    }

    /// Starts the line of the next spec, field or statement of a list. What took more than one line ends a section.
    pub(super) fn next_line(&mut self, start: u32, previous: Option<super::writer::Mark>) {
        if let Some(previous) = previous {
            let line = self.line(start);
            let section = self.out.lines_since(previous) > 0;
            self.out.line_break(line, 1, Space::None, section);
        }
    }

    /// Prints the whole body if it fits on the line where the source has it.
    fn short_body(&mut self, list: &FieldList<'_>, is_struct: bool) -> bool {
        let closing = list.span.end.saturating_sub(1);
        if self.has_comments_before(closing) || self.line(list.span.start) != self.line(closing) {
            return false;
        }
        match list.fields {
            [] => {
                self.out.token_at(list.span.start, TokenKind::Lbrace);
                self.out.token_at(closing, TokenKind::Rbrace);
            }
            [field] if self.is_short(field) => {
                self.out.token_at(list.span.start, TokenKind::Lbrace);
                self.out.blank();
                if is_struct {
                    for (index, name) in field.names.iter().enumerate() {
                        if index > 0 {
                            self.out.token(TokenKind::Comma);
                            self.out.blank();
                        }
                        self.ident(*name);
                    }
                    if !field.names.is_empty() {
                        self.out.blank();
                    }
                    self.expr(field.ty);
                } else {
                    self.element(field);
                }
                self.out.blank();
                self.out.token_at(closing, TokenKind::Rbrace);
            }
            _ => return false,
        }
        true
    }

    fn is_short(&mut self, field: &Field<'_>) -> bool {
        if field.tag.is_some() || self.out.text.has_remark(field.span.end) {
            return false;
        }
        let blank = usize::from(!field.names.is_empty());
        self.expr_size(field.ty, ONE_LINE_FIELD).is_some_and(|size| blank + size <= ONE_LINE_FIELD)
    }

    fn has_comments_before(&self, offset: u32) -> bool {
        self.out.has_comment_before(self.out.text.place(offset))
    }

    fn open_body(&mut self, list: &FieldList<'_>) {
        let comments = self.has_comments_before(list.span.end.saturating_sub(1));
        self.out.blank();
        self.out.token_at(list.span.start, TokenKind::Lbrace);
        self.out.space(Space::Indent);
        if comments || !list.fields.is_empty() {
            self.out.space(Space::Section);
        }
    }

    fn close_body(&mut self, list: &FieldList<'_>) {
        self.out.space(Space::Dedent);
        self.out.space(Space::Section);
        self.out.token_at(list.span.end.saturating_sub(1), TokenKind::Rbrace);
    }
}
