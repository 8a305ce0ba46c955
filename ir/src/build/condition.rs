//! Expressions as conditions: short-circuit operators become branches.

use super::emit::FunctionBuilder;
use crate::entity::Block;
use regno_bytecode::event::OpClass;
use regno_bytecode::types::Repr;
use regno_frontend::typed::{BinaryOp, ExprId, ExprKind, UnaryOp};

impl FunctionBuilder<'_, '_> {
    /// Evaluates a condition and goes to `yes` or `no`. The ops in `tail` are charged after it, on either way.
    pub fn condition(&mut self, id: ExprId, yes: Block, no: Block, tail: &[OpClass]) {
        let position = self.position;
        self.at(self.cx.package.exprs[id].span);
        super::deeper(|| self.condition_node(id, yes, no, tail));
        self.position = position;
    }

    fn condition_node(&mut self, id: ExprId, yes: Block, no: Block, tail: &[OpClass]) {
        let package = self.cx.package;
        match &package.exprs[id].kind {
            ExprKind::Binary { op: BinaryOp::LogicalAnd, left, right } => {
                self.op(OpClass::Eval);
                let more = self.block();
                let stop = self.tail_block(no, tail);
                self.condition(*left, more, stop, &[OpClass::Binary1]);
                self.fill_tail(stop, no, tail);
                self.switch_to(more);
                self.condition(*right, yes, no, &with(OpClass::Land, tail));
            }
            ExprKind::Binary { op: BinaryOp::LogicalOr, left, right } => {
                self.op(OpClass::Eval);
                let more = self.block();
                let stop = self.tail_block(yes, tail);
                self.condition(*left, stop, more, &[OpClass::Binary1]);
                self.fill_tail(stop, yes, tail);
                self.switch_to(more);
                self.condition(*right, yes, no, &with(OpClass::Lor, tail));
            }
            ExprKind::Unary { op: UnaryOp::Not, operand } => {
                self.op(OpClass::Eval);
                self.condition(*operand, no, yes, &with(OpClass::Unot, tail));
            }
            // A comparison wrapped in `bool(...)` by the front end (spec/02 Q3).
            ExprKind::Convert { target, operand } if self.cx.repr(package.exprs[*operand].ty) == Repr::Bool => {
                self.op(OpClass::Eval);
                self.type_expr(*target);
                let mut ops = vec![OpClass::Precall, OpClass::Convert];
                ops.extend_from_slice(tail);
                self.condition(*operand, yes, no, &ops);
            }
            _ => {
                let value = self.eval(id);
                self.ops(tail);
                self.branch(value.arg, yes, no);
            }
        }
    }

    /// Where a decided operand goes: to the target itself if nothing is left to charge.
    fn tail_block(&mut self, target: Block, tail: &[OpClass]) -> Block {
        if tail.is_empty() { target } else { self.block() }
    }

    fn fill_tail(&mut self, block: Block, target: Block, tail: &[OpClass]) {
        if block != target {
            self.switch_to(block);
            self.ops(tail);
            self.jump(target);
        }
    }
}

fn with(first: OpClass, rest: &[OpClass]) -> Vec<OpClass> {
    let mut ops = vec![first];
    ops.extend_from_slice(rest);
    ops
}
