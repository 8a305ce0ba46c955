//! Types.

use super::{Parser, ends_expression};
use crate::finding::SyntaxError;
use crate::source::Span;
use crate::syntax::ast::{ArrayType, ChanDir, ExprKind, ExprRef, FuncType, Ident, IndexExpr, MapType, SelectorExpr};
use crate::syntax::token::TokenKind;

impl<'a> Parser<'a, '_> {
    /// A type; anything else is an error.
    pub(super) fn ty(&mut self) -> ExprRef<'a> {
        if let Some(ty) = self.try_type() {
            return ty;
        }
        let start = self.position();
        self.expected_construct("type");
        self.recover(ends_expression);
        self.expr_node(Span::new(start, self.position()), ExprKind::Bad)
    }

    /// A type if one starts here, else nothing and no token is consumed.
    pub(super) fn try_type(&mut self) -> Option<ExprRef<'a>> {
        self.nested(|parser| {
            let start = parser.token.span;
            Some(match parser.token.kind {
                TokenKind::Ident => {
                    let name = parser.ident();
                    parser.named_type(name)
                }
                TokenKind::Lbrack => {
                    parser.advance();
                    parser.array_type_after_bracket(start, None)
                }
                TokenKind::Struct => parser.struct_type(),
                TokenKind::Mul => {
                    parser.advance();
                    let base = parser.ty();
                    parser.expr_node(start.to(base.span), ExprKind::Star(base))
                }
                TokenKind::Func => {
                    let ty = parser.func_type();
                    parser.expr_node(ty.span, ExprKind::FuncType(ty))
                }
                TokenKind::Interface => parser.interface_type(),
                TokenKind::Map => parser.map_type(),
                TokenKind::Chan | TokenKind::Arrow => parser.chan_type(),
                TokenKind::Lparen => {
                    parser.advance();
                    let inner = parser.ty();
                    let end = parser.expect(TokenKind::Rparen);
                    parser.expr_node(start.to(end), ExprKind::Paren(inner))
                }
                _ => return None,
            })
        })
    }

    /// The rest of `T`, `p.T`, `T[A]` or `p.T[A]` after the first name.
    pub(super) fn named_type(&mut self, name: Ident<'a>) -> ExprRef<'a> {
        let ty = self.qualified(name);
        if self.at(TokenKind::Lbrack) { self.instance(ty) } else { ty }
    }

    /// `name` or the rest of `name.sel`.
    pub(super) fn qualified(&mut self, name: Ident<'a>) -> ExprRef<'a> {
        let x = self.expr_node(name.span, ExprKind::Ident(name.name));
        if !self.accept(TokenKind::Period) {
            return x;
        }
        let sel = self.ident();
        let selector = &*self.arena.alloc(SelectorExpr { x, sel });
        self.expr_node(name.span.to(sel.span), ExprKind::Selector(selector))
    }

    /// The rest of `T[A, B]`; the current token is `[`.
    fn instance(&mut self, ty: ExprRef<'a>) -> ExprRef<'a> {
        let lbrack = self.expect(TokenKind::Lbrack);
        let args = self.bracketed(|parser| {
            let mut args = Vec::new();
            parser.more_type_args(&mut args);
            args
        });
        self.finish_instance(ty, lbrack, args)
    }

    /// Type arguments up to `]`.
    pub(super) fn more_type_args(&mut self, args: &mut Vec<ExprRef<'a>>) {
        while !matches!(self.token.kind, TokenKind::Rbrack | TokenKind::Eof) {
            args.push(self.ty());
            if !self.at_comma("type argument list", TokenKind::Rbrack) {
                break;
            }
            self.advance();
        }
    }

    /// Consumes `]` and builds `x[args]`.
    pub(super) fn finish_instance(&mut self, x: ExprRef<'a>, lbrack: Span, args: Vec<ExprRef<'a>>) -> ExprRef<'a> {
        let rbrack = self.expect_closing(TokenKind::Rbrack, "type argument list");
        self.index_node(x, lbrack, args, rbrack)
    }

    pub(super) fn index_node(
        &mut self,
        x: ExprRef<'a>,
        lbrack: Span,
        mut indices: Vec<ExprRef<'a>>,
        rbrack: Span,
    ) -> ExprRef<'a> {
        if indices.is_empty() {
            indices.push(self.expr_node(Span::at(rbrack.start), ExprKind::Bad));
            self.error(rbrack, SyntaxError::ExpectedTypeArguments);
        }
        let index = IndexExpr { x, lbrack: lbrack.start, indices: self.list(indices) };
        let index = &*self.arena.alloc(index);
        self.expr_node(x.span.to(rbrack), ExprKind::Index(index))
    }

    /// The rest of an array or slice type after `[`, or after its length.
    pub(super) fn array_type_after_bracket(&mut self, lbrack: Span, len: Option<ExprRef<'a>>) -> ExprRef<'a> {
        let len = len.or_else(|| self.bracketed(Self::array_length));
        if self.at(TokenKind::Comma) {
            self.error_here(SyntaxError::UnexpectedComma);
            self.advance();
        }
        self.expect(TokenKind::Rbrack);
        let elem = self.ty();
        self.array_node(lbrack, len, elem)
    }

    pub(super) fn array_node(&mut self, lbrack: Span, len: Option<ExprRef<'a>>, elem: ExprRef<'a>) -> ExprRef<'a> {
        let array = &*self.arena.alloc(ArrayType { len, elem });
        self.expr_node(lbrack.to(elem.span), ExprKind::ArrayType(array))
    }

    fn array_length(&mut self) -> Option<ExprRef<'a>> {
        match self.token.kind {
            TokenKind::Ellipsis => {
                let span = self.token.span;
                self.advance();
                Some(self.expr_node(span, ExprKind::Ellipsis(None)))
            }
            TokenKind::Rbrack => None,
            _ => Some(self.right_side()),
        }
    }

    /// `func(…) …`; the current token is `func`.
    pub(super) fn func_type(&mut self) -> &'a FuncType<'a> {
        let start = self.expect(TokenKind::Func);
        if let Some(list) = self.type_params() {
            self.error(Span::at(list.span.start), SyntaxError::TypeParameters { of: "function type".into() });
        }
        self.signature(Some(start))
    }

    /// Parameters and results; the span starts at `func` if there is one.
    pub(super) fn signature(&mut self, func: Option<Span>) -> &'a FuncType<'a> {
        let params = self.params();
        let results = self.results();
        let span = func.unwrap_or(params.span).to(results.unwrap_or(params).span);
        self.arena.alloc(FuncType { span, type_params: None, params, results })
    }

    fn map_type(&mut self) -> ExprRef<'a> {
        let start = self.expect(TokenKind::Map);
        self.expect(TokenKind::Lbrack);
        let key = self.ty();
        self.expect(TokenKind::Rbrack);
        let value = self.ty();
        let map = &*self.arena.alloc(MapType { key, value });
        self.expr_node(start.to(value.span), ExprKind::MapType(map))
    }

    fn chan_type(&mut self) -> ExprRef<'a> {
        let start = self.token.span;
        let dir = if self.accept(TokenKind::Chan) {
            if self.accept(TokenKind::Arrow) { ChanDir::Send } else { ChanDir::Both }
        } else {
            self.expect(TokenKind::Arrow);
            self.expect(TokenKind::Chan);
            ChanDir::Recv
        };
        let value = self.ty();
        self.expr_node(start.to(value.span), ExprKind::ChanType(dir, value))
    }
}
