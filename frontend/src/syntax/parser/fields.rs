//! Bodies of struct and interface types.

use super::{Parser, ends_expression};
use crate::finding::SyntaxError;
use crate::source::Span;
use crate::syntax::ast::{BinaryExpr, BinaryOp, ExprKind, ExprRef, Field, FuncType, Ident, LiteralKind, UnaryOp};
use crate::syntax::token::TokenKind;

impl<'a> Parser<'a, '_> {
    // ----------------------------------------------------------------------------------------------------- structs

    pub(super) fn struct_type(&mut self) -> ExprRef<'a> {
        let start = self.expect(TokenKind::Struct);
        let lbrace = self.expect(TokenKind::Lbrace);
        let mut fields = Vec::new();
        while matches!(self.token.kind, TokenKind::Ident | TokenKind::Mul | TokenKind::Lparen) {
            fields.push(self.struct_field());
        }
        let rbrace = self.expect(TokenKind::Rbrace);
        let list = self.field_list(lbrace.to(rbrace), fields);
        self.expr_node(start.to(rbrace), ExprKind::StructType(list))
    }

    fn struct_field(&mut self) -> Field<'a> {
        let (names, ty) = match self.token.kind {
            TokenKind::Ident => self.named_field(),
            _ => (Vec::new(), self.embedded_pointer()),
        };
        let mut span = names.first().map_or(ty.span, |name| name.span.to(ty.span));
        let mut tag = None;
        if self.at(TokenKind::Literal(LiteralKind::String)) {
            tag = Some(Ident { name: self.token_text(), span: self.token.span });
            span = span.to(self.token.span);
            self.advance();
        }
        self.expect_semicolon();
        Field { span, names: self.list(names), ty, tag }
    }

    /// A field that starts with a name: `a, b T`, `a [n]T`, or embedded `T`, `p.T`, `T[A]`.
    fn named_field(&mut self) -> (Vec<Ident<'a>>, ExprRef<'a>) {
        let name = self.ident();
        let embedded = matches!(
            self.token.kind,
            TokenKind::Period
                | TokenKind::Literal(LiteralKind::String)
                | TokenKind::Semicolon
                | TokenKind::AutoSemicolon
                | TokenKind::Rbrace
        );
        if embedded {
            return (Vec::new(), if self.at(TokenKind::Period) { self.named_type(name) } else { self.qualified(name) });
        }
        let mut names = vec![name];
        while self.accept(TokenKind::Comma) {
            names.push(self.ident());
        }
        if names.len() == 1 && self.at(TokenKind::Lbrack) {
            let (named, ty) = self.array_field_or_instance(name);
            return (if named { names } else { Vec::new() }, ty);
        }
        let ty = self.ty();
        (names, ty)
    }

    /// Embedded `*T`; accepts parentheses and complains.
    fn embedded_pointer(&mut self) -> ExprRef<'a> {
        let outer = self.embedded_paren();
        let star = self.token.span;
        let pointer = self.accept(TokenKind::Mul);
        let inner = pointer && !outer && self.embedded_paren();
        let name = self.ident();
        let base = self.named_type(name);
        if outer || inner {
            self.accept(TokenKind::Rparen);
        }
        if pointer { self.expr_node(star.to(base.span), ExprKind::Star(base)) } else { base }
    }

    fn embedded_paren(&mut self) -> bool {
        let found = self.at(TokenKind::Lparen);
        if found {
            self.error_here(SyntaxError::ParenthesizedType { place: "embedded type".into() });
            self.advance();
        }
        found
    }

    /// After a name, at `[`: the name of a field or parameter of array or slice type (true), or a generic type (false).
    pub(super) fn array_field_or_instance(&mut self, name: Ident<'a>) -> (bool, ExprRef<'a>) {
        let lbrack = self.expect(TokenKind::Lbrack);
        let mut trailing_comma = None;
        let mut args = Vec::new();
        if !self.at(TokenKind::Rbrack) {
            self.bracketed(|parser| {
                args.push(parser.right_side());
                while parser.at(TokenKind::Comma) {
                    let comma = parser.token.span;
                    parser.advance();
                    if parser.at(TokenKind::Rbrack) {
                        trailing_comma = Some(comma);
                        break;
                    }
                    args.push(parser.right_side());
                }
            });
        }
        let rbrack = self.expect(TokenKind::Rbrack);
        if args.is_empty() {
            let elem = self.ty();
            return (true, self.array_node(lbrack, None, elem));
        }
        if let [len] = args[..]
            && let Some(elem) = self.try_type()
        {
            if let Some(comma) = trailing_comma {
                self.error(comma, SyntaxError::UnexpectedComma);
            }
            return (true, self.array_node(lbrack, Some(len), elem));
        }
        let x = self.expr_node(name.span, ExprKind::Ident(name.name));
        (false, self.index_node(x, lbrack, args, rbrack))
    }

    // -------------------------------------------------------------------------------------------------- interfaces

    pub(super) fn interface_type(&mut self) -> ExprRef<'a> {
        let start = self.expect(TokenKind::Interface);
        let lbrace = self.expect(TokenKind::Lbrace);
        let mut fields = Vec::new();
        loop {
            let field = match self.token.kind {
                TokenKind::Ident => self.method_or_embedded(),
                TokenKind::Tilde => {
                    let ty = self.element(None);
                    self.embedded_field(ty)
                }
                _ => {
                    let Some(first) = self.try_type() else { break };
                    let ty = self.element(Some(first));
                    self.embedded_field(ty)
                }
            };
            self.expect_semicolon();
            fields.push(field);
        }
        let rbrace = self.expect(TokenKind::Rbrace);
        let list = self.field_list(lbrace.to(rbrace), fields);
        self.expr_node(start.to(rbrace), ExprKind::InterfaceType(list))
    }

    fn embedded_field(&self, ty: ExprRef<'a>) -> Field<'a> {
        Field { span: ty.span, names: &[], ty, tag: None }
    }

    fn method_or_embedded(&mut self) -> Field<'a> {
        let name = self.ident();
        let ty = match self.token.kind {
            TokenKind::Lparen => {
                let signature = self.signature(None);
                return self.method(name, signature);
            }
            TokenKind::Lbrack => match self.generic_method_or_instance(name) {
                Ok(method) => return method,
                Err(instance) => instance,
            },
            _ => self.named_type(name),
        };
        let ty = self.element(Some(ty));
        self.embedded_field(ty)
    }

    fn method(&mut self, name: Ident<'a>, signature: &'a FuncType<'a>) -> Field<'a> {
        let ty = self.expr_node(signature.span, ExprKind::FuncType(signature));
        Field { span: name.span.to(ty.span), names: self.list(vec![name]), ty, tag: None }
    }

    /// After a name, at `[`: a method with type parameters, which is an error, or an embedded generic type (`Err`).
    fn generic_method_or_instance(&mut self, name: Ident<'a>) -> Result<Field<'a>, ExprRef<'a>> {
        let lbrack = self.expect(TokenKind::Lbrack);
        let first = self.bracketed(Self::expr);
        if let ExprKind::Ident(param) = first.kind
            && !matches!(self.token.kind, TokenKind::Comma | TokenKind::Rbrack)
        {
            self.params_after(Ident { name: param, span: first.span }, None, TokenKind::Rbrack);
            self.expect(TokenKind::Rbrack);
            self.error(lbrack, SyntaxError::TypeParameters { of: "interface method".into() });
            let signature = self.signature(None);
            return Ok(self.method(name, signature));
        }
        let mut args = vec![first];
        if self.at_comma("type argument list", TokenKind::Rbrack) {
            self.bracketed(|parser| {
                parser.advance();
                parser.more_type_args(&mut args);
            });
        }
        let x = self.expr_node(name.span, ExprKind::Ident(name.name));
        Err(self.finish_instance(x, lbrack, args))
    }

    /// A union of types and `~T`s, whose first member may already be read.
    pub(super) fn element(&mut self, first: Option<ExprRef<'a>>) -> ExprRef<'a> {
        let mut x = match first {
            Some(first) => first,
            None => self.element_term(),
        };
        while self.at(TokenKind::Or) {
            let op_span = self.token.span;
            self.advance();
            let y = self.element_term();
            let binary = &*self.arena.alloc(BinaryExpr { x, op: BinaryOp::Or, op_span, y });
            x = self.expr_node(x.span.to(y.span), ExprKind::Binary(binary));
        }
        x
    }

    fn element_term(&mut self) -> ExprRef<'a> {
        let start = self.token.span;
        if self.accept(TokenKind::Tilde) {
            let ty = self.ty();
            return self.expr_node(start.to(ty.span), ExprKind::Unary(UnaryOp::Tilde, ty));
        }
        if let Some(ty) = self.try_type() {
            return ty;
        }
        self.expected_construct("~ term or type");
        self.recover(ends_expression);
        self.expr_node(Span::new(start.start, self.position()), ExprKind::Bad)
    }
}
