//! The last step: constants that no context converted get a run-time type.

use super::Checker;
use crate::typed::{BinaryOp, ExprId, ExprKind};
use crate::types::Kind;

/// What an operation on a big number and another ends in.
const NOT_BIG: &str = "interface conversion: gnolang.Value is nil, not gnolang.BigintValue";

/// What an ordering of truth values ends in.
const fn not_for_bool(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Less => "comparison operator < not defined for BoolKind",
        BinaryOp::LessEqual => "comparison operator <= not defined for BoolKind",
        BinaryOp::Greater => "comparison operator > not defined for BoolKind",
        _ => "comparison operator >= not defined for BoolKind",
    }
}

impl Checker<'_> {
    /// After everything is checked: untyped constants that no context converted. Next to a variable whose recorded type
    /// stayed untyped, a big number is read as 0 on the right and aborts on the left (spec/02 Q5); others take their
    /// default type.
    pub(super) fn finish_expressions(&mut self) {
        for id in self.nodes.take_watched() {
            let ExprKind::Binary { op, left, right } = self.exprs[id].kind else { continue };
            if op.is_ordering() && self.types.kind(self.exprs[left].ty) == Kind::Bool {
                // Accepted where the other operand decides.
                self.exprs[id].kind = ExprKind::FailingBinary { op, left, right, text: not_for_bool(op) };
            } else if !op.is_shift() && self.is_big_constant(right) && !self.is_const(left) && !self.stays_big(left) {
                self.zero_constant(right, self.exprs[left].ty);
            } else if !op.is_shift() && self.stays_big(left) && !self.stays_big(right) {
                self.exprs[id].kind = ExprKind::FailingBinary { op, left, right, text: NOT_BIG };
            }
            if !op.is_comparison() && self.stays_big(left) {
                self.nodes.mark_big(id);
            }
            self.settle_any(left);
            self.settle_any(right);
            if !op.is_comparison() {
                self.exprs[id].ty = self.exprs[left].ty;
            }
        }
        let untyped: Vec<ExprId> =
            self.exprs.iter().filter(|(_, node)| self.types.is_untyped(node.ty)).map(|(id, _)| id).collect();
        for id in untyped {
            match self.exprs[id].kind {
                ExprKind::Const(_) => self.settle_any(id),
                ExprKind::Binary { left: operand, .. }
                | ExprKind::FailingBinary { left: operand, .. }
                | ExprKind::Unary { operand, .. }
                | ExprKind::Convert { operand, .. } => {
                    self.exprs[id].ty = self.exprs[operand].ty;
                }
                _ => {}
            }
        }
    }

    fn is_big_constant(&self, id: ExprId) -> bool {
        matches!(self.exprs[id].kind, ExprKind::Const(_))
            && matches!(self.recorded(id).map(|t| self.types.kind(t)), Some(Kind::Bigint | Kind::Bigdec))
    }

    /// Whether a non-constant node computes with big numbers: its leftmost operand is an untyped constant, as in
    /// `1<<n < 3`.
    fn stays_big(&self, id: ExprId) -> bool {
        let mut at = id;
        loop {
            match self.exprs[at].kind {
                // Noted when it was looked at, before the nodes that it is an operand of.
                ExprKind::Binary { .. } | ExprKind::FailingBinary { .. } => return self.nodes.was_big(at),
                ExprKind::Unary { operand, .. } => at = operand,
                ExprKind::Convert { operand, .. } if self.recorded(at).is_some_and(|t| self.types.is_untyped(t)) => {
                    at = operand;
                }
                _ => return self.nodes.was_big(at) || self.is_big_constant(at),
            }
        }
    }

    /// Gives a constant that is still untyped its default type.
    pub(super) fn settle(&mut self, id: ExprId) {
        if self.is_const(id) {
            self.settle_any(id);
        }
    }

    /// The same for a constant that is read as a variable.
    fn settle_any(&mut self, id: ExprId) {
        if !matches!(self.exprs[id].kind, ExprKind::Const(_)) {
            return;
        }
        if self.is_big_constant(id) {
            self.nodes.mark_big(id);
        }
        if self.recorded(id).is_some_and(|t| self.types.is_untyped(t)) {
            let at = self.exprs[id].span;
            // A value that does not fit its default type stays as it is.
            let _ = self.convert_constant(id, None, at);
        }
    }
}
