//! The spacing of operators.
//!
//! Blanks show how an expression groups: in `a + b*c` the weaker operator has them and the stronger not. Which operators
//! get blanks depends on the depth of the expression (arguments and indices are deeper than statements) and on the
//! operators that occur in it; operators that would run into the next token always get them.

use super::printer::Printer;
use super::shape::Shape;
use super::writer::Space;
use crate::syntax::ast::{BinaryExpr, BinaryOp, Expr, ExprKind, ExprRef, UnaryOp};
use crate::syntax::token::TokenKind;

impl Printer<'_> {
    /// Prints `x op y`.
    pub(super) fn binary(&mut self, x: ExprRef<'_>, binary: &BinaryExpr<'_>, depth: usize) {
        let (token, precedence) = operator(binary.op);
        let mut blanks = precedence < self.shape(x, binary).cutoff(depth);
        let deeper = match binary.x.kind {
            ExprKind::Binary(left) if operator(left.op).1 == precedence => depth,
            _ => depth + 1,
        };
        self.expr_at(binary.x, deeper);
        if blanks {
            self.out.blank();
        }
        let operator_line = self.out.cursor.line;
        let operand_line = self.line(binary.y.span.start);
        self.out.token_at(binary.op_span.start, token);
        let mut indented = false;
        if operator_line != operand_line && self.out.line_break(operand_line, 1, Space::Indent, true) > 0 {
            indented = true;
            blanks = false;
        }
        if blanks {
            self.out.blank();
        }
        self.expr_at(binary.y, depth + 1);
        if indented {
            self.out.space(Space::Dedent);
        }
    }

    fn shape(&mut self, x: &Expr<'_>, binary: &BinaryExpr<'_>) -> Shape {
        if let Some(&shape) = self.memo.shapes.get(&x.id) {
            return shape;
        }
        let (_, precedence) = operator(binary.op);
        let mut shape = Shape { additive: precedence == 4, multiplicative: precedence == 5, must_separate: 0 };
        if let ExprKind::Binary(left) = binary.x.kind {
            shape = shape.and(self.deeper(|printer| printer.shape(binary.x, left)));
        }
        match (binary.op, binary.y.kind) {
            (_, ExprKind::Binary(right)) => {
                shape = shape.and(self.deeper(|printer| printer.shape(binary.y, right)));
            }
            (BinaryOp::Quo, ExprKind::Star(_)) | (BinaryOp::And, ExprKind::Unary(UnaryOp::Addr | UnaryOp::Xor, _)) => {
                shape.must_separate = 5
            }
            (BinaryOp::Add, ExprKind::Unary(UnaryOp::Plus, _))
            | (BinaryOp::Sub, ExprKind::Unary(UnaryOp::Minus, _)) => {
                shape.must_separate = shape.must_separate.max(4);
            }
            _ => {}
        }
        self.memo.shapes.insert(x.id, shape);
        shape
    }
}

/// The token and the precedence of a binary operator, 1 (`||`) to 5 (`*`).
pub(super) fn operator(op: BinaryOp) -> (TokenKind, u8) {
    use TokenKind as T;
    match op {
        BinaryOp::LogicalOr => (T::LogicalOr, 1),
        BinaryOp::LogicalAnd => (T::LogicalAnd, 2),
        BinaryOp::Equal => (T::Equal, 3),
        BinaryOp::NotEqual => (T::NotEqual, 3),
        BinaryOp::Less => (T::Less, 3),
        BinaryOp::LessEqual => (T::LessEqual, 3),
        BinaryOp::Greater => (T::Greater, 3),
        BinaryOp::GreaterEqual => (T::GreaterEqual, 3),
        BinaryOp::Add => (T::Add, 4),
        BinaryOp::Sub => (T::Sub, 4),
        BinaryOp::Or => (T::Or, 4),
        BinaryOp::Xor => (T::Xor, 4),
        BinaryOp::Mul => (T::Mul, 5),
        BinaryOp::Quo => (T::Quo, 5),
        BinaryOp::Rem => (T::Rem, 5),
        BinaryOp::And => (T::And, 5),
        BinaryOp::AndNot => (T::AndNot, 5),
        BinaryOp::Shl => (T::Shl, 5),
        BinaryOp::Shr => (T::Shr, 5),
    }
}

/// The token of `op=`.
pub(super) fn assignment(op: BinaryOp) -> TokenKind {
    use TokenKind as T;
    match op {
        BinaryOp::Add => T::AddAssign,
        BinaryOp::Sub => T::SubAssign,
        BinaryOp::Mul => T::MulAssign,
        BinaryOp::Quo => T::QuoAssign,
        BinaryOp::Rem => T::RemAssign,
        BinaryOp::And => T::AndAssign,
        BinaryOp::Or => T::OrAssign,
        BinaryOp::Xor => T::XorAssign,
        BinaryOp::Shl => T::ShlAssign,
        BinaryOp::Shr => T::ShrAssign,
        BinaryOp::AndNot => T::AndNotAssign,
        // No other operator has an assignment form.
        _ => T::Assign,
    }
}
