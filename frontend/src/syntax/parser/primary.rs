//! Operands and their suffixes.

use super::{Parser, starts_statement};
use crate::finding::SyntaxError;
use crate::source::Span;
use crate::syntax::ast::{
    CallExpr, CompositeLit, ExprKind, ExprRef, FuncLit, Ident, KeyValueExpr, Literal, LiteralKind, SelectorExpr,
    SliceExpr, TypeAssertExpr,
};
use crate::syntax::token::TokenKind;

impl<'a> Parser<'a, '_> {
    pub(super) fn primary(&mut self) -> ExprRef<'a> {
        let x = self.operand();
        self.suffixes(x)
    }

    fn operand(&mut self) -> ExprRef<'a> {
        let start = self.token.span;
        match self.token.kind {
            TokenKind::Ident => {
                let name = self.ident();
                return self.expr_node(name.span, ExprKind::Ident(name.name));
            }
            TokenKind::Literal(kind) => return self.literal(kind),
            TokenKind::Lparen => {
                self.advance();
                let x = self.bracketed(Self::right_side);
                let end = self.expect(TokenKind::Rparen);
                return self.expr_node(start.to(end), ExprKind::Paren(x));
            }
            TokenKind::Func => return self.func_type_or_literal(),
            _ => {}
        }
        if let Some(ty) = self.try_type() {
            return ty;
        }
        self.expected_construct("operand");
        self.recover(starts_statement);
        self.expr_node(Span::new(start.start, self.position()), ExprKind::Bad)
    }

    fn literal(&mut self, kind: LiteralKind) -> ExprRef<'a> {
        let mut span = self.token.span;
        let mut text = self.token_text();
        if kind == LiteralKind::String && text.starts_with('`') && text.contains('\r') {
            // The reference drops carriage returns from the literal and measures what is left.
            text = self.arena.alloc_str(&text.replace('\r', ""));
            span.end = span.start.saturating_add(u32::try_from(text.len()).unwrap_or(u32::MAX));
        }
        self.advance();
        self.expr_node(span, ExprKind::Literal(Literal { kind, text }))
    }

    fn func_type_or_literal(&mut self) -> ExprRef<'a> {
        let ty = self.func_type();
        if !self.at(TokenKind::Lbrace) {
            return self.expr_node(ty.span, ExprKind::FuncType(ty));
        }
        let body = self.bracketed(Self::block);
        let literal = &*self.arena.alloc(FuncLit { ty, body });
        self.expr_node(ty.span.to(body.span), ExprKind::FuncLit(literal))
    }

    /// The suffixes after an operand. Each stands one level deeper than the one before.
    pub(super) fn suffixes(&mut self, mut x: ExprRef<'a>) -> ExprRef<'a> {
        let outer = self.level;
        loop {
            self.deepen();
            x = match self.token.kind {
                TokenKind::Period => self.selector_or_assertion(x),
                TokenKind::Lbrack => self.index_or_slice(x),
                TokenKind::Lparen => self.call(x),
                TokenKind::Lbrace => {
                    if !self.starts_composite(x) {
                        break;
                    }
                    self.composite(Some(x))
                }
                _ => break,
            };
        }
        self.level = outer;
        x
    }

    fn selector_or_assertion(&mut self, x: ExprRef<'a>) -> ExprRef<'a> {
        self.expect(TokenKind::Period);
        let sel = match self.token.kind {
            TokenKind::Ident => self.ident(),
            TokenKind::Lparen => return self.type_assertion(x),
            _ => {
                let at = self.position();
                self.expected_construct("selector or type assertion");
                if !self.at(TokenKind::Rbrace) {
                    self.advance();
                }
                Ident { name: "_", span: Span::new(at, at.saturating_add(1)) }
            }
        };
        let selector = &*self.arena.alloc(SelectorExpr { x, sel });
        self.expr_node(x.span.to(sel.span), ExprKind::Selector(selector))
    }

    fn type_assertion(&mut self, x: ExprRef<'a>) -> ExprRef<'a> {
        self.expect(TokenKind::Lparen);
        let ty = if self.accept(TokenKind::Type) { None } else { Some(self.ty()) };
        let end = self.expect(TokenKind::Rparen);
        let assertion = &*self.arena.alloc(TypeAssertExpr { x, ty });
        self.expr_node(x.span.to(end), ExprKind::TypeAssert(assertion))
    }

    fn index_or_slice(&mut self, x: ExprRef<'a>) -> ExprRef<'a> {
        let lbrack = self.expect(TokenKind::Lbrack);
        if self.at(TokenKind::Rbrack) {
            self.expected_construct("operand");
            let rbrack = self.token.span;
            self.advance();
            let bad = self.expr_node(Span::at(rbrack.start), ExprKind::Bad);
            return self.index_node(x, lbrack, vec![bad], rbrack);
        }
        let mut bounds = [None; 3];
        let mut colons: Vec<Span> = Vec::new();
        let mut args = Vec::new();
        self.bracketed(|parser| {
            if !parser.at(TokenKind::Colon) {
                let first = parser.right_side();
                bounds[0] = Some(first);
                args.push(first);
            }
            if parser.at(TokenKind::Colon) {
                parser.slice_bounds(&mut bounds, &mut colons);
            } else {
                parser.more_indices(&mut args);
            }
        });
        let rbrack = self.expect(TokenKind::Rbrack);
        if colons.is_empty() {
            return self.index_node(x, lbrack, args, rbrack);
        }
        let three_index = colons.len() == 2;
        if three_index {
            for (at, index) in ["middle", "final"].into_iter().enumerate() {
                if let (Some(None), Some(&colon)) = (bounds.get(at + 1), colons.get(at)) {
                    self.error(colon, SyntaxError::MissingSliceIndex { index: index.into() });
                }
            }
        }
        let [lo, hi, max] = bounds;
        let slice = &*self.arena.alloc(SliceExpr { x, lo, hi, max, three_index });
        self.expr_node(x.span.to(rbrack), ExprKind::Slice(slice))
    }

    fn slice_bounds(&mut self, bounds: &mut [Option<ExprRef<'a>>; 3], colons: &mut Vec<Span>) {
        for bound in bounds.iter_mut().skip(1) {
            if !self.at(TokenKind::Colon) {
                break;
            }
            colons.push(self.token.span);
            self.advance();
            if !matches!(self.token.kind, TokenKind::Colon | TokenKind::Rbrack | TokenKind::Eof) {
                *bound = Some(self.right_side());
            }
        }
    }

    fn more_indices(&mut self, args: &mut Vec<ExprRef<'a>>) {
        while self.accept(TokenKind::Comma) {
            if !matches!(self.token.kind, TokenKind::Rbrack | TokenKind::Eof) {
                args.push(self.ty());
            }
        }
    }

    fn call(&mut self, fun: ExprRef<'a>) -> ExprRef<'a> {
        self.expect(TokenKind::Lparen);
        let mut args = Vec::new();
        let mut ellipsis = None;
        self.bracketed(|parser| {
            while !matches!(parser.token.kind, TokenKind::Rparen | TokenKind::Eof) && ellipsis.is_none() {
                args.push(parser.right_side());
                if parser.at(TokenKind::Ellipsis) {
                    ellipsis = Some(parser.token.span);
                    parser.advance();
                }
                if !parser.at_comma("argument list", TokenKind::Rparen) {
                    break;
                }
                parser.advance();
            }
        });
        let end = self.expect_closing(TokenKind::Rparen, "argument list");
        let call = CallExpr { fun, args: self.list(args), ellipsis, rparen: end.start };
        let call = &*self.arena.alloc(call);
        self.expr_node(fun.span.to(end), ExprKind::Call(call))
    }

    // ---------------------------------------------------------------------------------------- composite literals

    /// Whether `{` after `x` starts a composite literal rather than the block of a control statement.
    fn starts_composite(&mut self, x: ExprRef<'a>) -> bool {
        let mut ty = x;
        while let ExprKind::Paren(inner) = ty.kind {
            ty = inner;
        }
        let starts = match ty.kind {
            ExprKind::Bad | ExprKind::Ident(_) | ExprKind::Selector(_) | ExprKind::Index(_) => self.expr_level >= 0,
            ExprKind::ArrayType(_) | ExprKind::StructType(_) | ExprKind::MapType(_) => true,
            _ => false,
        };
        if starts && !std::ptr::eq(ty, x) {
            let place = "type in composite literal".into();
            self.error(Span::at(ty.span.start), SyntaxError::ParenthesizedType { place });
        }
        starts
    }

    /// The brace part of a composite literal.
    fn composite(&mut self, ty: Option<ExprRef<'a>>) -> ExprRef<'a> {
        self.nested(|parser| {
            let lbrace = parser.expect(TokenKind::Lbrace);
            let elements = parser.bracketed(Self::elements);
            let rbrace = parser.expect_closing(TokenKind::Rbrace, "composite literal");
            let span = ty.map_or(lbrace, |ty| ty.span).to(rbrace);
            let elements = parser.list(elements);
            let literal = CompositeLit { ty, lbrace: lbrace.start, rbrace: rbrace.start, elements };
            let literal = &*parser.arena.alloc(literal);
            parser.expr_node(span, ExprKind::CompositeLit(literal))
        })
    }

    fn elements(&mut self) -> Vec<ExprRef<'a>> {
        let mut elements = Vec::new();
        while !matches!(self.token.kind, TokenKind::Rbrace | TokenKind::Eof) {
            elements.push(self.element_pair());
            if !self.at_comma("composite literal", TokenKind::Rbrace) {
                break;
            }
            self.advance();
        }
        elements
    }

    fn element_pair(&mut self) -> ExprRef<'a> {
        let key = self.element_value();
        let colon = self.token.span.start;
        if !self.accept(TokenKind::Colon) {
            return key;
        }
        let value = self.element_value();
        let pair = &*self.arena.alloc(KeyValueExpr { key, colon, value });
        self.expr_node(key.span.to(value.span), ExprKind::KeyValue(pair))
    }

    fn element_value(&mut self) -> ExprRef<'a> {
        if self.at(TokenKind::Lbrace) { self.composite(None) } else { self.expr() }
    }
}
