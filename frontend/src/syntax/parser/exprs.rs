//! Expressions.

use super::Parser;
use crate::source::Span;
use crate::syntax::ast::{
    BinaryExpr, BinaryOp, CallExpr, CompositeLit, ExprKind, ExprRef, FuncLit, IndexExpr, KeyValueExpr, Literal,
    LiteralKind, SelectorExpr, SliceExpr, TypeAssertExpr, UnaryOp,
};
use crate::syntax::token::Token;

/// The operator of a binary token.
pub(super) fn binary_op(token: Token) -> Option<BinaryOp> {
    Some(match token {
        Token::Add | Token::AddAssign => BinaryOp::Add,
        Token::Sub | Token::SubAssign => BinaryOp::Sub,
        Token::Mul | Token::MulAssign => BinaryOp::Mul,
        Token::Quo | Token::QuoAssign => BinaryOp::Quo,
        Token::Rem | Token::RemAssign => BinaryOp::Rem,
        Token::And | Token::AndAssign => BinaryOp::And,
        Token::Or | Token::OrAssign => BinaryOp::Or,
        Token::Xor | Token::XorAssign => BinaryOp::Xor,
        Token::AndNot | Token::AndNotAssign => BinaryOp::AndNot,
        Token::Shl | Token::ShlAssign => BinaryOp::Shl,
        Token::Shr | Token::ShrAssign => BinaryOp::Shr,
        Token::LogicalAnd => BinaryOp::LogicalAnd,
        Token::LogicalOr => BinaryOp::LogicalOr,
        Token::Equal => BinaryOp::Equal,
        Token::NotEqual => BinaryOp::NotEqual,
        Token::Less => BinaryOp::Less,
        Token::LessEqual => BinaryOp::LessEqual,
        Token::Greater => BinaryOp::Greater,
        Token::GreaterEqual => BinaryOp::GreaterEqual,
        _ => return None,
    })
}

impl<'a> Parser<'a, '_> {
    /// An expression or type.
    pub(super) fn expression(&mut self) -> ExprRef<'a> {
        let left = self.unary();
        self.binary_rest(left, 1)
    }

    pub(super) fn expr_list(&mut self) -> Vec<ExprRef<'a>> {
        let mut list = vec![self.expression()];
        while self.accept(Token::Comma) {
            list.push(self.expression());
        }
        list
    }

    /// Operators of at least the precedence after a left operand. Each round of the loop is one level deeper.
    pub(super) fn binary_rest(&mut self, mut left: ExprRef<'a>, precedence: u8) -> ExprRef<'a> {
        let before = self.level;
        loop {
            self.deepen();
            let found = self.current.token.precedence();
            let Some(op) = binary_op(self.current.token).filter(|_| found >= precedence) else { break };
            let op_span = self.current.span;
            self.next();
            let operand = self.unary();
            let right = stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.binary_rest(operand, found + 1));
            let binary = self.arena.alloc(BinaryExpr { x: left, op, op_span, y: right });
            left = self.expr(left.span.to(right.span), ExprKind::Binary(binary));
        }
        self.level = before;
        left
    }

    fn unary(&mut self) -> ExprRef<'a> {
        self.nested(Self::unary_here)
    }

    fn unary_here(&mut self) -> ExprRef<'a> {
        let start = self.current.span.start;
        let op = match self.current.token {
            Token::Add => UnaryOp::Plus,
            Token::Sub => UnaryOp::Minus,
            Token::Not => UnaryOp::Not,
            Token::Xor => UnaryOp::Xor,
            Token::And => UnaryOp::Addr,
            Token::Tilde => UnaryOp::Tilde,
            Token::Mul => {
                self.next();
                let operand = self.unary();
                return self.expr(Span::new(start, operand.span.end), ExprKind::Star(operand));
            }
            Token::Arrow => {
                self.next();
                let operand = self.unary();
                // `<-chan T` is a type, not a receive from the value `chan T`.
                if let ExprKind::ChanType(_, value) = operand.kind {
                    let kind = ExprKind::ChanType(crate::syntax::ast::ChanDir::Recv, value);
                    return self.expr(Span::new(start, operand.span.end), kind);
                }
                return self.expr(Span::new(start, operand.span.end), ExprKind::Unary(UnaryOp::Recv, operand));
            }
            _ => {
                let operand = self.operand();
                return self.primary_suffixes(operand);
            }
        };
        self.next();
        let operand = self.unary();
        self.expr(Span::new(start, operand.span.end), ExprKind::Unary(op, operand))
    }

    fn operand(&mut self) -> ExprRef<'a> {
        let span = self.current.span;
        match self.current.token {
            Token::Ident => {
                let ident = self.ident();
                self.ident_expr(ident)
            }
            Token::Int => self.literal(LiteralKind::Int),
            Token::Float => self.literal(LiteralKind::Float),
            Token::Imag => self.literal(LiteralKind::Imaginary),
            Token::Char => self.literal(LiteralKind::Rune),
            Token::String => self.literal(LiteralKind::String),
            Token::LParen => {
                self.next();
                self.expr_level += 1;
                let inner = self.expression();
                self.expr_level -= 1;
                self.expect(Token::RParen);
                self.expr(self.since(span.start), ExprKind::Paren(inner))
            }
            Token::Func => self.func_literal_or_type(),
            _ => match self.try_type() {
                Some(ty) => ty,
                None => {
                    self.expected("operand");
                    self.skip_to_statement();
                    self.expr(span, ExprKind::Bad)
                }
            },
        }
    }

    fn literal(&mut self, kind: LiteralKind) -> ExprRef<'a> {
        let span = self.current.span;
        let written = self.text(span);
        let text = if written.starts_with('`') && written.contains('\r') {
            let cleaned = written.replace('\r', "");
            self.arena.alloc_str(&cleaned)
        } else {
            self.arena_text(span)
        };
        self.next();
        self.expr(span, ExprKind::Literal(Literal { kind, text }))
    }

    fn func_literal_or_type(&mut self) -> ExprRef<'a> {
        let ty = self.func_type();
        if !self.at(Token::LBrace) {
            return self.expr(ty.span, ExprKind::FuncType(ty));
        }
        self.expr_level += 1;
        let body = self.body();
        self.expr_level -= 1;
        let literal = self.arena.alloc(FuncLit { ty, body });
        self.expr(ty.span.to(body.span), ExprKind::FuncLit(literal))
    }

    /// Selectors, indices, calls, assertions, literals after an operand; each is one level deeper than the one before.
    pub(super) fn primary_suffixes(&mut self, mut x: ExprRef<'a>) -> ExprRef<'a> {
        let before = self.level;
        loop {
            self.deepen();
            match self.current.token {
                Token::Period => x = self.selector_or_assertion(x),
                Token::LBrack => x = self.index_or_slice(x),
                Token::LParen => x = self.call(x),
                Token::LBrace if self.starts_literal(x) => {
                    if let ExprKind::Paren(_) = x.kind {
                        self.fail("cannot parenthesize type in composite literal".to_owned());
                    }
                    x = self.composite(Some(x));
                }
                _ => break,
            }
        }
        self.level = before;
        x
    }

    /// Whether `{` after the operand starts a composite literal.
    fn starts_literal(&self, x: ExprRef<'a>) -> bool {
        let mut inner = x;
        while let ExprKind::Paren(next) = inner.kind {
            inner = next;
        }
        match inner.kind {
            ExprKind::Bad | ExprKind::Ident(_) | ExprKind::Selector(_) => self.expr_level >= 0,
            ExprKind::Index(_) => self.expr_level >= 0,
            ExprKind::ArrayType(_) | ExprKind::StructType(_) | ExprKind::MapType(_) => true,
            _ => false,
        }
    }

    fn selector_or_assertion(&mut self, x: ExprRef<'a>) -> ExprRef<'a> {
        let start = x.span.start;
        self.next();
        match self.current.token {
            Token::Ident => {
                let sel = self.ident();
                let selector = self.arena.alloc(SelectorExpr { x, sel });
                self.expr(Span::new(start, sel.span.end), ExprKind::Selector(selector))
            }
            Token::LParen => {
                self.next();
                let ty = if self.accept(Token::Type) { None } else { Some(self.parse_type()) };
                self.expect(Token::RParen);
                let assertion = self.arena.alloc(TypeAssertExpr { x, ty });
                self.expr(self.since(start), ExprKind::TypeAssert(assertion))
            }
            _ => {
                self.expected("selector or type assertion");
                if !self.at(Token::RParen) && !self.at(Token::Eof) {
                    self.next();
                }
                self.expr(self.since(start), ExprKind::Bad)
            }
        }
    }

    fn index_or_slice(&mut self, x: ExprRef<'a>) -> ExprRef<'a> {
        let lbrack = self.current.span.start;
        self.next();
        if self.at(Token::RBrack) {
            self.expected("operand");
            self.next();
            return self.expr(self.since(x.span.start), ExprKind::Bad);
        }
        self.expr_level += 1;
        let mut parts: [Option<ExprRef<'a>>; 3] = [None; 3];
        let mut colons = 0_usize;
        let mut indices = Vec::new();
        if !self.at(Token::Colon) {
            let first = self.expression();
            parts[0] = Some(first);
            indices.push(first);
        }
        if self.at(Token::Comma) {
            while self.accept(Token::Comma) {
                if self.at(Token::RBrack) || self.at(Token::Eof) {
                    break;
                }
                indices.push(self.parse_type());
            }
        }
        while self.at(Token::Colon) && colons < 2 {
            self.next();
            colons += 1;
            if !matches!(self.current.token, Token::Colon | Token::RBrack | Token::Eof) {
                let bound = self.expression();
                if let Some(slot) = parts.get_mut(colons) {
                    *slot = Some(bound);
                }
            }
        }
        self.expr_level -= 1;
        let closing = self.expect(Token::RBrack);
        let span = self.since(x.span.start);
        if colons == 0 {
            let index = self.arena.alloc(IndexExpr { x, lbrack, indices: self.slice(&indices) });
            return self.expr(span, ExprKind::Index(index));
        }
        let [lo, hi, max] = parts;
        if colons == 2 && hi.is_none() {
            self.fail_at(closing, "middle index required in 3-index slice".to_owned());
        } else if colons == 2 && max.is_none() {
            self.fail_at(closing, "final index required in 3-index slice".to_owned());
        }
        let slice = self.arena.alloc(SliceExpr { x, lo, hi, max, three_index: colons == 2 });
        self.expr(span, ExprKind::Slice(slice))
    }

    fn call(&mut self, fun: ExprRef<'a>) -> ExprRef<'a> {
        self.next();
        self.expr_level += 1;
        let mut args = Vec::new();
        let mut ellipsis = None;
        while !matches!(self.current.token, Token::RParen | Token::Eof) && ellipsis.is_none() {
            args.push(self.expression());
            if self.at(Token::Ellipsis) {
                ellipsis = Some(self.current.span);
                self.next();
            }
            if !self.at_comma("argument list", Token::RParen) {
                break;
            }
            self.next();
        }
        self.expr_level -= 1;
        let rparen = self.expect_closing(Token::RParen, "argument list").start;
        let call = self.arena.alloc(CallExpr { fun, args: self.slice(&args), ellipsis, rparen });
        self.expr(self.since(fun.span.start), ExprKind::Call(call))
    }

    /// `{elements}` with the type before it, one level deeper.
    fn composite(&mut self, ty: Option<ExprRef<'a>>) -> ExprRef<'a> {
        self.nested(|parser| parser.composite_here(ty))
    }

    fn composite_here(&mut self, ty: Option<ExprRef<'a>>) -> ExprRef<'a> {
        let lbrace = self.expect(Token::LBrace).start;
        let start = ty.map_or(lbrace, |ty| ty.span.start);
        let mut elements = Vec::new();
        self.expr_level += 1;
        while !matches!(self.current.token, Token::RBrace | Token::Eof) {
            elements.push(self.element());
            if !self.at_comma("composite literal", Token::RBrace) {
                break;
            }
            self.next();
        }
        self.expr_level -= 1;
        let rbrace = self.expect_closing(Token::RBrace, "composite literal").start;
        let literal = self.arena.alloc(CompositeLit { ty, lbrace, rbrace, elements: self.slice(&elements) });
        self.expr(self.since(start), ExprKind::CompositeLit(literal))
    }

    fn element(&mut self) -> ExprRef<'a> {
        let key = self.element_part();
        if !self.at(Token::Colon) {
            return key;
        }
        let colon = self.current.span.start;
        self.next();
        let value = self.element_part();
        let pair = self.arena.alloc(KeyValueExpr { key, colon, value });
        self.expr(key.span.to(value.span), ExprKind::KeyValue(pair))
    }

    fn element_part(&mut self) -> ExprRef<'a> {
        if self.at(Token::LBrace) { self.composite(None) } else { self.expression() }
    }
}
