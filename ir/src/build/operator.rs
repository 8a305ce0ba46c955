//! Unary and binary operators, comparisons.

use super::emit::FunctionBuilder;
use super::value::Value;
use crate::function::{Arg, Entity};
use crate::op::Op;
use regno_bytecode::event::OpClass;
use regno_bytecode::types::Repr;
use regno_frontend::typed::{BinaryOp, ExprId, ExprKind, UnaryOp};
use regno_frontend::types::{Kind, TypeId};

/// The op class of a binary operator that is not short-circuit.
pub(super) fn class(op: BinaryOp) -> OpClass {
    match op {
        BinaryOp::Add => OpClass::Add,
        BinaryOp::Sub => OpClass::Sub,
        BinaryOp::Mul => OpClass::Mul,
        BinaryOp::Quo => OpClass::Quo,
        BinaryOp::Rem => OpClass::Rem,
        BinaryOp::And => OpClass::Band,
        BinaryOp::Or => OpClass::Bor,
        BinaryOp::Xor => OpClass::Xor,
        BinaryOp::AndNot => OpClass::Bandn,
        BinaryOp::Shl => OpClass::Shl,
        BinaryOp::Shr => OpClass::Shr,
        BinaryOp::Equal => OpClass::Eql,
        BinaryOp::NotEqual => OpClass::Neq,
        BinaryOp::Less => OpClass::Lss,
        BinaryOp::LessEqual => OpClass::Leq,
        BinaryOp::Greater => OpClass::Gtr,
        BinaryOp::GreaterEqual => OpClass::Geq,
        BinaryOp::LogicalAnd => OpClass::Land,
        BinaryOp::LogicalOr => OpClass::Lor,
    }
}

/// The op class of `op=`.
pub(super) fn assign_class(op: BinaryOp) -> OpClass {
    match op {
        BinaryOp::Sub => OpClass::SubAssign,
        BinaryOp::Mul => OpClass::MulAssign,
        BinaryOp::Quo => OpClass::QuoAssign,
        BinaryOp::Rem => OpClass::RemAssign,
        BinaryOp::And => OpClass::BandAssign,
        BinaryOp::AndNot => OpClass::BandnAssign,
        BinaryOp::Or => OpClass::BorAssign,
        BinaryOp::Xor => OpClass::XorAssign,
        BinaryOp::Shl => OpClass::ShlAssign,
        BinaryOp::Shr => OpClass::ShrAssign,
        _ => OpClass::AddAssign,
    }
}

/// The operation of an arithmetic or bitwise operator.
fn arithmetic(op: BinaryOp) -> Op {
    match op {
        BinaryOp::Sub => Op::Sub,
        BinaryOp::Mul => Op::Mul,
        BinaryOp::Quo => Op::Div,
        BinaryOp::Rem => Op::Rem,
        BinaryOp::And => Op::And,
        BinaryOp::Or => Op::Or,
        BinaryOp::Xor => Op::Xor,
        BinaryOp::AndNot => Op::AndNot,
        BinaryOp::Shl => Op::Shl,
        BinaryOp::Shr => Op::Shr,
        _ => Op::Add,
    }
}

impl FunctionBuilder<'_, '_> {
    pub(super) fn unary(&mut self, op: UnaryOp, operand: ExprId) -> Value {
        let value = self.eval(operand);
        let repr = self.cx.repr(value.ty);
        let (class, op) = match op {
            UnaryOp::Plus => {
                self.op(OpClass::Upos);
                return value;
            }
            UnaryOp::Neg => (OpClass::Uneg, Op::Neg),
            UnaryOp::Not => (OpClass::Unot, Op::Not),
            UnaryOp::Xor => (OpClass::Uxor, Op::Complement),
        };
        self.op(class);
        Value { dynamic: value.dynamic, ..Value::shared(self.value(op, repr, repr, &[value.arg]), value.ty) }
    }

    pub(super) fn binary(&mut self, op: BinaryOp, left: ExprId, right: ExprId, ty: TypeId) -> Value {
        if matches!(op, BinaryOp::LogicalAnd | BinaryOp::LogicalOr) {
            return self.logical(op, left, right);
        }
        let left = self.eval(left);
        let right = if op.is_shift() { self.shift_count(right) } else { self.eval(right) };
        self.op(class(op));
        if op.is_comparison() {
            let ty = if self.cx.is_interface(ty) { TypeId::BOOL } else { ty };
            return Value::shared(self.compare(op, left, right), ty);
        }
        self.combine(op, left, right)
    }

    /// The right operand of a shift. The reference checks the sign of a count that it converts to `uint` before it converts
    /// (spec/02 §5.5).
    fn shift_count(&mut self, right: ExprId) -> Value {
        let package = self.cx.package;
        let expr = &package.exprs[right];
        if let ExprKind::Convert { target, operand } = &expr.kind
            && package.types.kind(expr.ty) == Kind::Uint
            && self.cx.repr(package.exprs[*operand].ty).is_signed()
        {
            self.op(OpClass::Eval);
            return self.convert(*target, *operand, expr.ty, true);
        }
        self.eval(right)
    }

    /// Aborts if a signed shift count is negative.
    pub(super) fn check_shift(&mut self, count: Value) {
        let repr = self.cx.repr(count.ty);
        if !repr.is_signed() || matches!(count.arg, Arg::Bits(bits) if bits >> 63 == 0) {
            return;
        }
        let desc = self.cx.type_ref(count.ty);
        self.effect_of(Op::CheckShift, repr, &[count.arg], Entity::Type(desc), 0);
    }

    /// An arithmetic operation, its op already charged.
    pub(super) fn combine(&mut self, op: BinaryOp, left: Value, right: Value) -> Value {
        let repr = self.cx.repr(left.ty);
        let op = if repr == Repr::Str { Op::Concat } else { arithmetic(op) };
        Value { dynamic: left.dynamic, ..Value::shared(self.value(op, repr, repr, &[left.arg, right.arg]), left.ty) }
    }

    /// `&&` and `||` as a value.
    fn logical(&mut self, op: BinaryOp, left: ExprId, right: ExprId) -> Value {
        let left = self.eval(left);
        self.op(OpClass::Binary1);
        let result = self.hidden(Repr::Bool);
        self.copy_to(result, left.arg, Repr::Bool);
        let (more, done) = (self.block(), self.block());
        match op {
            BinaryOp::LogicalAnd => self.branch(result.into(), more, done),
            _ => self.branch(result.into(), done, more),
        }
        self.switch_to(more);
        let right = self.eval(right);
        self.op(class(op));
        // The right operand decides, the left one is where the result is computed (spec/04 Q20).
        let right = self.over(right.arg, result.into(), Repr::Bool);
        self.copy_to(result, right, Repr::Bool);
        self.jump(done);
        self.switch_to(done);
        Value { dynamic: left.dynamic, ..Value::shared(result, left.ty) }
    }

    /// A comparison of two values, its op already charged. Where one is an interface the other is boxed, uncopied.
    pub(super) fn compare(&mut self, op: BinaryOp, left: Value, right: Value) -> Arg {
        let negate = op == BinaryOp::NotEqual;
        let nil = self.cx.is_nil_type(left.ty) || self.cx.is_nil_type(right.ty);
        let (left_iface, right_iface) = (self.cx.is_interface(left.ty), self.cx.is_interface(right.ty));
        // Pointers to interfaces refer to views, which their bits do not identify.
        let elem = self.cx.package.types.elem(left.ty).filter(|_| self.cx.repr(left.ty) == Repr::Ptr);
        let views = elem.is_some_and(|elem| self.cx.is_interface(elem));
        if (left_iface || right_iface || views) && !nil {
            let to = match (left_iface, right_iface) {
                (true, _) => left.ty,
                (_, true) => right.ty,
                _ => TypeId::ANY,
            };
            let args = [self.converted(left, to), self.converted(right, to)];
            // A nil constant: only nil has its bits.
            let with_nil = args.contains(&Arg::Bits(0));
            let op = match (negate, with_nil) {
                (false, false) => Op::EqIface,
                (true, false) => Op::NeIface,
                (false, true) => Op::Eq,
                (true, true) => Op::Ne,
            };
            return self.value(op, Repr::Iface, Repr::Bool, &args).into();
        }
        let repr = self.cx.repr(if self.cx.is_nil_type(left.ty) { right.ty } else { left.ty });
        let args = [left.arg, right.arg];
        if matches!(repr, Repr::Struct | Repr::Array) {
            let desc = self.cx.type_ref(left.ty);
            let equal = self.typed(if negate { Op::NeValue } else { Op::EqValue }, repr, Repr::Bool, &args, desc);
            return self.of_same_type(equal.into(), left, right, negate);
        }
        let equality = matches!(op, BinaryOp::Equal | BinaryOp::NotEqual);
        let op = match op {
            BinaryOp::NotEqual => Op::Ne,
            BinaryOp::Less => Op::Lt,
            BinaryOp::LessEqual => Op::Le,
            BinaryOp::Greater => Op::Gt,
            BinaryOp::GreaterEqual => Op::Ge,
            _ => Op::Eq,
        };
        let result = self.value(op, repr, Repr::Bool, &args).into();
        if equality && !nil { self.of_same_type(result, left, right, negate) } else { result }
    }
}
