//! Operators.

use super::Parser;
use crate::finding::SyntaxError;
use crate::source::Span;
use crate::syntax::ast::{BinaryExpr, BinaryOp, ChanDir, ExprKind, ExprRef, UnaryOp};
use crate::syntax::token::TokenKind;

impl<'a> Parser<'a, '_> {
    /// An expression.
    pub(super) fn expr(&mut self) -> ExprRef<'a> {
        self.binary(1)
    }

    /// An expression where `=` can only be meant as `==`.
    pub(super) fn right_side(&mut self) -> ExprRef<'a> {
        let outer = std::mem::replace(&mut self.on_right_side, true);
        let x = self.expr();
        self.on_right_side = outer;
        x
    }

    /// Expressions separated by commas.
    pub(super) fn expr_list(&mut self, on_right_side: bool) -> Vec<ExprRef<'a>> {
        let outer = std::mem::replace(&mut self.on_right_side, on_right_side);
        let mut list = vec![self.expr()];
        while self.accept(TokenKind::Comma) {
            list.push(self.expr());
        }
        self.on_right_side = outer;
        list
    }

    fn binary(&mut self, min_precedence: u8) -> ExprRef<'a> {
        let x = self.unary();
        self.operators(x, min_precedence)
    }

    /// The rest of a binary expression after its first operand. Each operator stands one level deeper than the one before.
    pub(super) fn operators(&mut self, mut x: ExprRef<'a>, min_precedence: u8) -> ExprRef<'a> {
        let outer = self.level;
        loop {
            self.deepen();
            let Some((op, precedence)) = self.operator() else { break };
            if precedence < min_precedence {
                break;
            }
            let op_span = self.token.span;
            if self.at(TokenKind::Assign) {
                self.expected_token("'=='");
            }
            self.advance();
            let y = self.binary(precedence + 1);
            let binary = &*self.arena.alloc(BinaryExpr { x, op, op_span, y });
            x = self.expr_node(x.span.to(y.span), ExprKind::Binary(binary));
        }
        self.level = outer;
        x
    }

    fn operator(&self) -> Option<(BinaryOp, u8)> {
        if self.on_right_side && self.at(TokenKind::Assign) {
            return Some((BinaryOp::Equal, 3));
        }
        self.token.kind.binary()
    }

    fn unary(&mut self) -> ExprRef<'a> {
        self.nested(|parser| {
            let op = match parser.token.kind {
                TokenKind::Add => UnaryOp::Plus,
                TokenKind::Sub => UnaryOp::Minus,
                TokenKind::Not => UnaryOp::Not,
                TokenKind::Xor => UnaryOp::Xor,
                TokenKind::And => UnaryOp::Addr,
                TokenKind::Tilde => UnaryOp::Tilde,
                TokenKind::Arrow => return parser.receive(),
                TokenKind::Mul => {
                    let star = parser.token.span;
                    parser.advance();
                    let x = parser.unary();
                    return parser.expr_node(star.to(x.span), ExprKind::Star(x));
                }
                _ => return parser.primary(),
            };
            let start = parser.token.span;
            parser.advance();
            let x = parser.unary();
            parser.expr_node(start.to(x.span), ExprKind::Unary(op, x))
        })
    }

    /// `<-x`, or `<-chan T` as a type in an expression; the current token is the arrow.
    fn receive(&mut self) -> ExprRef<'a> {
        let arrow = self.token.span;
        self.advance();
        let x = self.unary();
        if matches!(x.kind, ExprKind::ChanType(..)) {
            self.receive_channel(arrow, x)
        } else {
            self.expr_node(arrow.to(x.span), ExprKind::Unary(UnaryOp::Recv, x))
        }
    }

    /// An arrow binds to the leftmost `chan`: `<-chan<- chan T` is `<-chan (<-chan T)`.
    fn receive_channel(&mut self, arrow: Span, x: ExprRef<'a>) -> ExprRef<'a> {
        let mut chain = Vec::new();
        let mut ty = x;
        let mut needs_chan = true;
        while let (true, ExprKind::ChanType(dir, value)) = (needs_chan, ty.kind) {
            if dir == ChanDir::Recv {
                self.error(Span::at(ty.span.start), SyntaxError::ExpectedChan);
            }
            needs_chan = dir == ChanDir::Send;
            chain.push(ty);
            ty = value;
        }
        if needs_chan {
            self.error(Span::at(ty.span.start), SyntaxError::ExpectedChannelType);
        }
        // Every arrow moves one channel inwards: the outermost takes this one, each other the one of its parent, which
        // stands directly before it.
        for (index, link) in chain.iter().enumerate().rev() {
            let start = if index == 0 { arrow.start } else { link.span.start.saturating_sub(2) };
            ty = self.expr_node(Span::new(start, link.span.end), ExprKind::ChanType(ChanDir::Recv, ty));
        }
        ty
    }
}
