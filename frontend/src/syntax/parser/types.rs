//! Types, parameters, results, fields.

use super::Parser;
use crate::source::Span;
use crate::syntax::ast::{
    ArrayType, BinaryExpr, BinaryOp, ChanDir, ExprKind, ExprRef, Field, FieldList, FuncType, Ident, IndexExpr, MapType,
    SelectorExpr, UnaryOp,
};
use crate::syntax::token::Token;

/// One entry of a parameter list before it is known whether names or types are meant.
#[derive(Clone, Copy)]
struct Entry<'a> {
    name: Option<Ident<'a>>,
    ty: Option<ExprRef<'a>>,
}

impl<'a> Parser<'a, '_> {
    /// A type, or an error.
    pub(super) fn parse_type(&mut self) -> ExprRef<'a> {
        match self.try_type() {
            Some(ty) => ty,
            None => {
                let span = self.current.span;
                self.expected("type");
                self.next_if_stuck();
                self.expr(span, ExprKind::Bad)
            }
        }
    }

    /// Error recovery must make progress.
    fn next_if_stuck(&mut self) {
        if !matches!(
            self.current.token,
            Token::RParen | Token::RBrack | Token::RBrace | Token::Semicolon | Token::Comma | Token::LBrace
        ) {
            self.next();
        }
    }

    /// A type if one starts here.
    pub(super) fn try_type(&mut self) -> Option<ExprRef<'a>> {
        self.nested(Self::type_here)
    }

    /// A type at the current level.
    pub(super) fn type_here(&mut self) -> Option<ExprRef<'a>> {
        let start = self.current.span.start;
        Some(match self.current.token {
            Token::Ident => {
                let name = self.type_name(None);
                if self.at(Token::LBrack) { self.type_instance(name) } else { name }
            }
            Token::LBrack => {
                self.next();
                self.array_type(start, None)
            }
            Token::Struct => self.struct_type(),
            Token::Mul => {
                self.next();
                let base = self.parse_type();
                self.expr(Span::new(start, base.span.end), ExprKind::Star(base))
            }
            Token::Func => self.func_type_expr(),
            Token::Interface => self.interface_type(),
            Token::Map => {
                self.next();
                self.expect(Token::LBrack);
                let key = self.parse_type();
                self.expect(Token::RBrack);
                let value = self.parse_type();
                let map = self.arena.alloc(MapType { key, value });
                self.expr(Span::new(start, value.span.end), ExprKind::MapType(map))
            }
            Token::Chan | Token::Arrow => self.chan_type(),
            Token::LParen => {
                self.next();
                let inner = self.parse_type();
                self.expect(Token::RParen);
                self.expr(self.since(start), ExprKind::Paren(inner))
            }
            _ => return None,
        })
    }

    /// `T` or `p.T`, at the current level.
    pub(super) fn type_name(&mut self, first: Option<Ident<'a>>) -> ExprRef<'a> {
        let ident = match first {
            Some(ident) => ident,
            None => self.ident(),
        };
        let name = self.ident_expr(ident);
        if !self.at(Token::Period) {
            return name;
        }
        self.next();
        let sel = self.ident();
        let selector = self.arena.alloc(SelectorExpr { x: name, sel });
        self.expr(ident.span.to(sel.span), ExprKind::Selector(selector))
    }

    /// `T[A, B]` after `T`.
    fn type_instance(&mut self, x: ExprRef<'a>) -> ExprRef<'a> {
        let lbrack = self.current.span.start;
        self.next();
        self.expr_level += 1;
        let mut indices = Vec::new();
        while !self.at(Token::RBrack) && !self.at(Token::Eof) {
            indices.push(self.parse_type());
            if !self.at_comma("type argument list", Token::RBrack) {
                break;
            }
            self.next();
        }
        self.expr_level -= 1;
        self.expect_closing(Token::RBrack, "type argument list");
        if indices.is_empty() {
            self.fail("expected type argument list".to_owned());
            indices.push(x);
        }
        let index = self.arena.alloc(IndexExpr { x, lbrack, indices: self.slice(&indices) });
        self.expr(self.since(x.span.start), ExprKind::Index(index))
    }

    /// An array or slice type after its `[`, whose length may have been read already.
    pub(super) fn array_type(&mut self, lbrack: u32, len: Option<ExprRef<'a>>) -> ExprRef<'a> {
        let len = len.or_else(|| self.array_length());
        if self.at(Token::Comma) {
            self.fail("unexpected comma; expecting ]".to_owned());
            self.next();
        }
        self.expect(Token::RBrack);
        let elem = self.parse_type();
        let array = self.arena.alloc(ArrayType { len, elem });
        self.expr(Span::new(lbrack, elem.span.end), ExprKind::ArrayType(array))
    }

    fn array_length(&mut self) -> Option<ExprRef<'a>> {
        self.expr_level += 1;
        let len = match self.current.token {
            Token::RBrack => None,
            Token::Ellipsis => {
                let span = self.current.span;
                self.next();
                Some(self.expr(span, ExprKind::Ellipsis(None)))
            }
            _ => Some(self.expression()),
        };
        self.expr_level -= 1;
        len
    }

    fn struct_type(&mut self) -> ExprRef<'a> {
        let start = self.current.span.start;
        self.next();
        let lbrace = self.expect(Token::LBrace).start;
        let mut fields = Vec::new();
        while matches!(self.current.token, Token::Ident | Token::Mul | Token::LParen) {
            fields.push(self.struct_field());
        }
        self.expect(Token::RBrace);
        let list = self.field_list(self.since(lbrace), &fields);
        self.expr(self.since(start), ExprKind::StructType(list))
    }

    fn struct_field(&mut self) -> &'a Field<'a> {
        let start = self.current.span.start;
        let (names, ty) = match self.current.token {
            Token::Ident => self.named_or_embedded(),
            Token::Mul => {
                self.next();
                let base = self.embedded_name();
                (Vec::new(), self.expr(Span::new(start, base.span.end), ExprKind::Star(base)))
            }
            _ => {
                self.fail("cannot parenthesize embedded type".to_owned());
                self.next();
                let name = self.embedded_name();
                self.accept(Token::RParen);
                (Vec::new(), name)
            }
        };
        let mut tag = None;
        if self.at(Token::String) {
            let span = self.current.span;
            tag = Some(Ident { name: self.arena_text(span), span });
            self.next();
        }
        let span = Span::new(start, tag.map_or(ty.span.end, |tag| tag.span.end));
        self.expect_semicolon();
        self.arena.alloc(Field { span, names: self.slice(&names), ty, tag })
    }

    fn embedded_name(&mut self) -> ExprRef<'a> {
        if self.at(Token::LParen) {
            self.fail("cannot parenthesize embedded type".to_owned());
            self.next();
        }
        if self.at(Token::Mul) {
            self.next();
        }
        let name = self.type_name(None);
        let name = if self.at(Token::LBrack) { self.type_instance(name) } else { name };
        self.accept(Token::RParen);
        name
    }

    fn named_or_embedded(&mut self) -> (Vec<Ident<'a>>, ExprRef<'a>) {
        let name = self.ident();
        if matches!(self.current.token, Token::Period | Token::String | Token::Semicolon | Token::RBrace) {
            let ty = self.type_name(Some(name));
            let ty = if self.at(Token::LBrack) { self.type_instance(ty) } else { ty };
            return (Vec::new(), ty);
        }
        let mut names = vec![name];
        while self.accept(Token::Comma) {
            names.push(self.ident());
        }
        if names.len() == 1 && self.at(Token::LBrack) {
            return self.array_field_or_instance(name);
        }
        let ty = self.parse_type();
        (names, ty)
    }

    /// `name [N]T`, `name []T`, or the embedded instance `name[T]`; brackets at the current level (spec/02 §12).
    fn array_field_or_instance(&mut self, name: Ident<'a>) -> (Vec<Ident<'a>>, ExprRef<'a>) {
        let lbrack = self.current.span.start;
        self.next();
        let mut args = Vec::new();
        if !self.at(Token::RBrack) {
            self.expr_level += 1;
            if self.at(Token::Ellipsis) {
                let span = self.current.span;
                self.next();
                args.push(self.expr(span, ExprKind::Ellipsis(None)));
            } else {
                args.push(self.expression());
            }
            while self.accept(Token::Comma) {
                if self.at(Token::RBrack) || self.at(Token::Eof) {
                    break;
                }
                args.push(self.expression());
            }
            self.expr_level -= 1;
        }
        self.expect(Token::RBrack);
        let bracket_end = self.last_end;
        if args.len() <= 1 {
            if let Some(elem) = self.try_type() {
                let array = self.arena.alloc(ArrayType { len: args.first().copied(), elem });
                return (vec![name], self.expr(Span::new(lbrack, elem.span.end), ExprKind::ArrayType(array)));
            }
        }
        if args.is_empty() {
            self.expected("type");
        }
        let x = self.ident_expr(name);
        let index = self.arena.alloc(IndexExpr { x, lbrack, indices: self.slice(&args) });
        (Vec::new(), self.expr(Span::new(name.span.start, bracket_end), ExprKind::Index(index)))
    }

    fn func_type_expr(&mut self) -> ExprRef<'a> {
        let ty = self.func_type();
        self.expr(ty.span, ExprKind::FuncType(ty))
    }

    /// `func(...) ...` from the keyword on.
    pub(super) fn func_type(&mut self) -> &'a FuncType<'a> {
        let start = self.current.span.start;
        self.next();
        if self.at(Token::LBrack) {
            self.fail("function type must have no type parameters".to_owned());
            while !matches!(self.current.token, Token::LParen | Token::Eof) {
                self.next();
            }
        }
        self.signature(start)
    }

    fn signature(&mut self, start: u32) -> &'a FuncType<'a> {
        let params = self.params();
        let results = self.results();
        let end = results.map_or(params.span.end, |list| list.span.end);
        self.arena.alloc(FuncType { span: Span::new(start, end), type_params: None, params, results })
    }

    fn interface_type(&mut self) -> ExprRef<'a> {
        let start = self.current.span.start;
        self.next();
        let lbrace = self.expect(Token::LBrace).start;
        let mut fields: Vec<&'a Field<'a>> = Vec::new();
        loop {
            match self.current.token {
                Token::Ident => fields.push(self.method_or_embedded()),
                Token::Tilde
                | Token::Mul
                | Token::LBrack
                | Token::Struct
                | Token::Func
                | Token::Interface
                | Token::Map
                | Token::Chan
                | Token::LParen
                | Token::Arrow => {
                    let ty = self.embedded_element(None);
                    fields.push(self.arena.alloc(Field { span: ty.span, names: &[], ty, tag: None }));
                }
                _ => break,
            }
            self.expect_semicolon();
        }
        self.expect(Token::RBrace);
        let list = self.field_list(self.since(lbrace), &fields);
        self.expr(self.since(start), ExprKind::InterfaceType(list))
    }

    fn method_or_embedded(&mut self) -> &'a Field<'a> {
        let name = self.ident();
        if self.at(Token::LParen) {
            let signature = self.signature(self.current.span.start);
            let ty = self.expr(signature.span, ExprKind::FuncType(signature));
            let span = name.span.to(ty.span);
            return self.arena.alloc(Field { span, names: self.slice(&[name]), ty, tag: None });
        }
        let ty = self.type_name(Some(name));
        let ty = if self.at(Token::LBrack) { self.type_instance(ty) } else { ty };
        let ty = self.embedded_element(Some(ty));
        self.arena.alloc(Field { span: ty.span, names: &[], ty, tag: None })
    }

    /// A union of terms.
    pub(super) fn embedded_element(&mut self, first: Option<ExprRef<'a>>) -> ExprRef<'a> {
        let mut x = match first {
            Some(x) => x,
            None => self.embedded_term(),
        };
        while self.at(Token::Or) {
            let op_span = self.current.span;
            self.next();
            let y = self.embedded_term();
            let binary = self.arena.alloc(BinaryExpr { x, op: BinaryOp::Or, op_span, y });
            x = self.expr(x.span.to(y.span), ExprKind::Binary(binary));
        }
        x
    }

    fn embedded_term(&mut self) -> ExprRef<'a> {
        let start = self.current.span.start;
        if self.accept(Token::Tilde) {
            let ty = self.parse_type();
            return self.expr(Span::new(start, ty.span.end), ExprKind::Unary(UnaryOp::Tilde, ty));
        }
        self.parse_type()
    }

    fn chan_type(&mut self) -> ExprRef<'a> {
        let start = self.current.span.start;
        let direction = if self.accept(Token::Arrow) {
            self.expect(Token::Chan);
            ChanDir::Recv
        } else {
            self.next();
            if self.accept(Token::Arrow) { ChanDir::Send } else { ChanDir::Both }
        };
        let value = self.parse_type();
        self.expr(Span::new(start, value.span.end), ExprKind::ChanType(direction, value))
    }

    // -------------------------------------------------------------------------------------------- parameters, results

    /// `(...)`.
    pub(super) fn params(&mut self) -> &'a FieldList<'a> {
        let lparen = self.expect(Token::LParen).start;
        let mut entries: Vec<Entry<'a>> = Vec::new();
        while !self.at(Token::RParen) && !self.at(Token::Eof) {
            entries.push(self.param());
            if !self.at_comma("parameter list", Token::RParen) {
                break;
            }
            self.next();
        }
        self.expect_closing(Token::RParen, "parameter list");
        let span = self.since(lparen);
        let fields = self.param_fields(&entries);
        self.field_list(span, &fields)
    }

    fn param(&mut self) -> Entry<'a> {
        match self.current.token {
            Token::Ident => {
                let name = self.ident();
                self.param_after_name(name)
            }
            Token::Ellipsis => Entry { name: None, ty: Some(self.dots_type()) },
            _ => {
                let ty = self.parse_type();
                Entry { name: None, ty: Some(ty) }
            }
        }
    }

    fn param_after_name(&mut self, name: Ident<'a>) -> Entry<'a> {
        match self.current.token {
            Token::LBrack => {
                let (names, ty) = self.array_field_or_instance(name);
                Entry { name: names.first().copied(), ty: Some(ty) }
            }
            Token::Period => {
                let ty = self.type_name(Some(name));
                let ty = if self.at(Token::LBrack) { self.type_instance(ty) } else { ty };
                Entry { name: None, ty: Some(ty) }
            }
            Token::Ellipsis => Entry { name: Some(name), ty: Some(self.dots_type()) },
            Token::Ident
            | Token::Mul
            | Token::Arrow
            | Token::Func
            | Token::Chan
            | Token::Map
            | Token::Struct
            | Token::Interface
            | Token::LParen => Entry { name: Some(name), ty: Some(self.parse_type()) },
            _ => Entry { name: Some(name), ty: None },
        }
    }

    /// `...T`.
    fn dots_type(&mut self) -> ExprRef<'a> {
        let start = self.current.span;
        self.next();
        match self.try_type() {
            Some(ty) => self.expr(start.to(ty.span), ExprKind::Ellipsis(Some(ty))),
            None => {
                self.fail("expected type".to_owned());
                self.expr(start, ExprKind::Bad)
            }
        }
    }

    /// Entries to fields: either all are named (names before a type share it), or all are types.
    fn param_fields(&mut self, entries: &[Entry<'a>]) -> Vec<&'a Field<'a>> {
        let named = entries.iter().any(|entry| entry.name.is_some() && entry.ty.is_some());
        let mut fields: Vec<&'a Field<'a>> = Vec::new();
        if !named {
            for entry in entries {
                let ty = match (entry.name, entry.ty) {
                    (_, Some(ty)) => ty,
                    (Some(name), None) => self.ident_expr(name),
                    (None, None) => continue,
                };
                fields.push(self.arena.alloc(Field { span: ty.span, names: &[], ty, tag: None }));
            }
            return fields;
        }
        let mut names: Vec<Ident<'a>> = Vec::new();
        for entry in entries {
            match (entry.name, entry.ty) {
                (Some(name), None) => names.push(name),
                (Some(name), Some(ty)) => {
                    names.push(name);
                    let start = names.first().map_or(name.span.start, |first| first.span.start);
                    let span = Span::new(start, ty.span.end);
                    fields.push(self.arena.alloc(Field { span, names: self.slice(&names), ty, tag: None }));
                    names.clear();
                }
                (None, Some(ty)) => {
                    self.fail_at(ty.span, "missing parameter name".to_owned());
                    return fields;
                }
                (None, None) => {}
            }
        }
        if let Some(name) = names.first() {
            self.fail_at(name.span, "missing parameter type".to_owned());
        }
        fields
    }

    /// Results, if any.
    pub(super) fn results(&mut self) -> Option<&'a FieldList<'a>> {
        if self.at(Token::LParen) {
            return Some(self.params());
        }
        let ty = self.try_type()?;
        let field = self.arena.alloc(Field { span: ty.span, names: &[], ty, tag: None });
        Some(self.field_list(ty.span, &[field]))
    }
}
