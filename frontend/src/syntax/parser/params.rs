//! Parameter lists.
//!
//! `(a, b int)` and `(A, B)` look the same until a name is followed by a type, so the entries are collected first and
//! [`Parser::distribute`] decides at the end whether names are parameters or types.

use super::{Parser, ends_expression};
use crate::finding::SyntaxError;
use crate::source::Span;
use crate::syntax::ast::{ExprKind, ExprRef, Field, FieldList, Ident};
use crate::syntax::token::TokenKind;

/// One entry of a list as written: a lone name may turn out to be a type.
#[derive(Clone, Copy)]
struct Entry<'a> {
    name: Option<Ident<'a>>,
    ty: Option<ExprRef<'a>>,
}

impl<'a> Parser<'a, '_> {
    pub(super) fn field_list(&mut self, span: Span, fields: Vec<Field<'a>>) -> &'a FieldList<'a> {
        let fields = self.list(fields);
        self.arena.alloc(FieldList { span, fields })
    }

    /// `[T any, …]`, if it is there.
    pub(super) fn type_params(&mut self) -> Option<&'a FieldList<'a>> {
        let start = self.token.span;
        if !self.accept(TokenKind::Lbrack) {
            return None;
        }
        let fields = self.param_fields(TokenKind::Rbrack);
        let end = self.expect(TokenKind::Rbrack);
        if fields.is_empty() {
            self.error(end, SyntaxError::EmptyTypeParameters);
            return None;
        }
        Some(self.field_list(start.to(end), fields))
    }

    /// `(…)`.
    pub(super) fn params(&mut self) -> &'a FieldList<'a> {
        let start = self.expect(TokenKind::Lparen);
        let fields = if self.at(TokenKind::Rparen) { Vec::new() } else { self.param_fields(TokenKind::Rparen) };
        let end = self.expect(TokenKind::Rparen);
        self.field_list(start.to(end), fields)
    }

    /// Results in parentheses or a single type, if there are any.
    pub(super) fn results(&mut self) -> Option<&'a FieldList<'a>> {
        if self.at(TokenKind::Lparen) {
            return Some(self.params());
        }
        let ty = self.try_type()?;
        Some(self.field_list(ty.span, vec![Field { span: ty.span, names: &[], ty, tag: None }]))
    }

    fn param_fields(&mut self, closing: TokenKind) -> Vec<Field<'a>> {
        let start = self.position();
        self.param_entries(Vec::new(), start, closing)
    }

    /// Type parameters whose first name, and perhaps the start of its constraint, are already read.
    pub(super) fn params_after(
        &mut self,
        name: Ident<'a>,
        constraint: Option<ExprRef<'a>>,
        closing: TokenKind,
    ) -> Vec<Field<'a>> {
        let entry = match constraint {
            Some(first) => Entry { name: Some(name), ty: Some(self.element(Some(first))) },
            None => self.entry_after_name(name, true),
        };
        let entries = vec![entry];
        if self.at_comma("parameter list", closing) {
            self.advance();
            self.param_entries(entries, name.span.start, closing)
        } else {
            self.distribute(entries, name.span.start, true)
        }
    }

    fn param_entries(&mut self, mut entries: Vec<Entry<'a>>, start: u32, closing: TokenKind) -> Vec<Field<'a>> {
        let type_params = closing == TokenKind::Rbrack;
        while !self.at(closing) && !self.at(TokenKind::Eof) {
            let entry = self.entry(type_params);
            if entry.name.is_some() || entry.ty.is_some() {
                entries.push(entry);
            }
            if !self.at_comma("parameter list", closing) {
                break;
            }
            self.advance();
        }
        self.distribute(entries, start, type_params)
    }

    fn entry(&mut self, type_params: bool) -> Entry<'a> {
        use TokenKind as T;
        let ty = match self.token.kind {
            T::Ident => {
                let name = self.ident();
                return self.entry_after_name(name, type_params);
            }
            T::Tilde if type_params => return Entry { name: None, ty: Some(self.element(None)) },
            T::Ellipsis => return Entry { name: None, ty: Some(self.variadic()) },
            kind if starts_type(kind) || kind == T::Lbrack => self.ty(),
            _ => {
                self.expected_token("')'");
                self.recover(ends_expression);
                return Entry { name: None, ty: None };
            }
        };
        Entry { name: None, ty: Some(self.union_rest(ty, type_params)) }
    }

    fn entry_after_name(&mut self, name: Ident<'a>, type_params: bool) -> Entry<'a> {
        use TokenKind as T;
        let (named, ty) = match self.token.kind {
            T::Lbrack => self.array_field_or_instance(name),
            T::Ellipsis => return Entry { name: Some(name), ty: Some(self.variadic()) },
            T::Period => (false, self.named_type(name)),
            T::Tilde if type_params => return Entry { name: Some(name), ty: Some(self.element(None)) },
            T::Or if type_params => {
                let first = self.qualified(name);
                return Entry { name: None, ty: Some(self.element(Some(first))) };
            }
            kind if starts_type(kind) || kind == T::Ident => (true, self.ty()),
            _ => return Entry { name: Some(name), ty: None },
        };
        Entry { name: named.then_some(name), ty: Some(self.union_rest(ty, type_params)) }
    }

    fn union_rest(&mut self, first: ExprRef<'a>, type_params: bool) -> ExprRef<'a> {
        if type_params && self.at(TokenKind::Or) { self.element(Some(first)) } else { first }
    }

    fn variadic(&mut self) -> ExprRef<'a> {
        let start = self.expect(TokenKind::Ellipsis);
        let ty = self.ty();
        self.expr_node(start.to(ty.span), ExprKind::Ellipsis(Some(ty)))
    }

    /// Turns entries into fields: all are types, or all are names and take the next type to the right.
    fn distribute(&mut self, mut entries: Vec<Entry<'a>>, start: u32, type_params: bool) -> Vec<Field<'a>> {
        let count = |wanted: fn(&Entry<'a>) -> bool| entries.iter().filter(|entry| wanted(entry)).count();
        let named = count(|entry| entry.name.is_some() && entry.ty.is_some());
        let typed = count(|entry| entry.ty.is_some());
        if entries.is_empty() {
            return Vec::new();
        }
        if named == 0 {
            if type_params {
                self.type_param_error(named == typed, start, entries.len());
            }
            return entries.into_iter().map(|entry| self.type_field(entry)).collect();
        }
        if named != entries.len() {
            let mut error_at = None;
            let mut ty: Option<ExprRef<'a>> = None;
            for entry in entries.iter_mut().rev() {
                match (entry.ty, entry.name, ty) {
                    (Some(own), name, _) => {
                        ty = Some(own);
                        if name.is_none() {
                            error_at = Some(own.span.start);
                            entry.name = Some(Ident { name: "_", span: Span::at(own.span.start) });
                        }
                    }
                    (None, _, Some(next)) => entry.ty = Some(next),
                    (None, name, None) => {
                        let at = name.map_or(start, |name| name.span.start);
                        error_at = Some(at);
                        entry.ty = Some(self.expr_node(Span::new(at, self.position()), ExprKind::Bad));
                    }
                }
            }
            match error_at {
                Some(at) if type_params => self.type_param_error(named == typed, at, entries.len()),
                Some(at) => self.param_error(named == typed, at),
                None => {}
            }
        }
        self.group(entries)
    }

    fn type_field(&mut self, entry: Entry<'a>) -> Field<'a> {
        let ty = match (entry.ty, entry.name) {
            (Some(ty), _) => ty,
            (None, Some(name)) => self.expr_node(name.span, ExprKind::Ident(name.name)),
            (None, None) => self.expr_node(Span::at(self.position()), ExprKind::Bad),
        };
        Field { span: ty.span, names: &[], ty, tag: None }
    }

    /// Joins neighbours that share a type, all of which have names.
    fn group(&mut self, entries: Vec<Entry<'a>>) -> Vec<Field<'a>> {
        let mut fields = Vec::new();
        let mut names: Vec<Ident<'a>> = Vec::new();
        let mut entries = entries.into_iter().peekable();
        while let Some(Entry { name: Some(name), ty: Some(ty) }) = entries.next() {
            names.push(name);
            let shared = entries.peek().and_then(|next| next.ty).is_some_and(|next| std::ptr::eq(next, ty));
            if !shared {
                let names = self.list(std::mem::take(&mut names));
                let span = names.first().map_or(ty.span, |first| first.span.to(ty.span));
                fields.push(Field { span, names, ty, tag: None });
            }
        }
        fields
    }

    fn param_error(&mut self, type_missing: bool, at: u32) {
        if type_missing {
            self.error_here(SyntaxError::MissingParameterType);
        } else {
            self.error(Span::at(at), SyntaxError::MissingParameterName);
        }
    }

    fn type_param_error(&mut self, constraint_missing: bool, at: u32, count: usize) {
        if constraint_missing {
            self.error_here(SyntaxError::MissingConstraint);
        } else {
            let hint = if count == 1 { " or invalid array length" } else { "" };
            self.error(Span::at(at), SyntaxError::MissingTypeParameterName { hint: hint.into() });
        }
    }
}

/// Whether a type starts here, other than by a name or `[`.
fn starts_type(kind: TokenKind) -> bool {
    use TokenKind as T;
    matches!(kind, T::Mul | T::Arrow | T::Func | T::Chan | T::Map | T::Struct | T::Interface | T::Lparen)
}
