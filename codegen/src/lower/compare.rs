//! Comparisons and conditional branches.
//!
//! Both go through [`Condition`]: operands and one of few relations. A branch emits the condition or its inverse, so that the
//! block which follows in the layout is the fallthrough. Integers narrower than 64 bits compare as signed 64-bit numbers
//! whatever their signedness: that is what their normal form is for.

use super::{Lowering, immediate};
use crate::CodegenError;
use crate::code::{Extension, Field};
use regno_bytecode::op::Op as ByteOp;
use regno_bytecode::types::Repr;
use regno_ir::entity::Reg;
use regno_ir::function::{Arg, InstData};
use regno_ir::op::Op;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Relation {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

impl Relation {
    /// The relation with operands exchanged.
    fn swapped(self) -> Relation {
        match self {
            Relation::Lt => Relation::Gt,
            Relation::Le => Relation::Ge,
            Relation::Gt => Relation::Lt,
            Relation::Ge => Relation::Le,
            other => other,
        }
    }

    /// The relation that holds exactly when this one does not, for total orders.
    fn inverse(self) -> Relation {
        match self {
            Relation::Eq => Relation::Ne,
            Relation::Ne => Relation::Eq,
            Relation::Lt => Relation::Ge,
            Relation::Le => Relation::Gt,
            Relation::Gt => Relation::Le,
            Relation::Ge => Relation::Lt,
        }
    }
}

/// How operands compare.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    /// 64 bits, signed.
    Signed,
    /// 64 bits, unsigned.
    Unsigned,
    F64,
    F32,
    Str,
    Ptr,
}

#[derive(Clone, Copy)]
struct Condition {
    order: Order,
    relation: Relation,
    a: Arg,
    b: Arg,
}

impl Condition {
    fn new(op: Op, repr: Repr, a: Arg, b: Arg) -> Option<Condition> {
        let relation = match op {
            Op::Eq | Op::BranchEq => Relation::Eq,
            Op::Ne | Op::BranchNe => Relation::Ne,
            Op::Lt | Op::BranchLt => Relation::Lt,
            Op::Le | Op::BranchLe => Relation::Le,
            Op::Gt | Op::BranchGt => Relation::Gt,
            Op::Ge | Op::BranchGe => Relation::Ge,
            _ => return None,
        };
        let order = match repr {
            Repr::F64 => Order::F64,
            Repr::F32 => Order::F32,
            Repr::Str => Order::Str,
            Repr::U64 => Order::Unsigned,
            Repr::Ptr => Order::Ptr,
            _ => Order::Signed,
        };
        Some(Condition { order, relation, a, b }.canonical())
    }

    /// Constant on the right; equality of plain bits is signed equality; no "greater" between registers.
    fn canonical(mut self) -> Condition {
        if let (Arg::Bits(_), Arg::Reg(_)) = (self.a, self.b) {
            (self.a, self.b) = (self.b, self.a);
            self.relation = self.relation.swapped();
        }
        let equality = matches!(self.relation, Relation::Eq | Relation::Ne);
        let nil_test = self.order == Order::Ptr && self.b == Arg::Bits(0);
        if equality && (self.order == Order::Unsigned || nil_test) {
            self.order = Order::Signed;
        }
        // An unsigned number is below 1 or not above 0 exactly when it is 0.
        if self.order == Order::Unsigned {
            let zero_test = match (self.relation, self.b) {
                (Relation::Lt, Arg::Bits(1)) | (Relation::Le, Arg::Bits(0)) => Some(Relation::Eq),
                (Relation::Ge, Arg::Bits(1)) | (Relation::Gt, Arg::Bits(0)) => Some(Relation::Ne),
                _ => None,
            };
            if let Some(relation) = zero_test {
                self = Condition { order: Order::Signed, relation, a: self.a, b: Arg::Bits(0) };
            }
        }
        let greater = matches!(self.relation, Relation::Gt | Relation::Ge);
        if greater && self.immediate().is_none() {
            (self.a, self.b) = (self.b, self.a);
            self.relation = self.relation.swapped();
        }
        self
    }

    /// The right operand as an immediate, where the order has immediate forms.
    fn immediate(&self) -> Option<Field> {
        match self.b {
            Arg::Bits(bits) if self.order == Order::Signed => immediate(bits),
            _ => None,
        }
    }

    fn inverse(self) -> Condition {
        Condition { relation: self.relation.inverse(), ..self }.canonical()
    }

    /// Operations giving a bool. `Gt` and `Ge` exist only with immediates.
    fn value_op(&self) -> Option<ByteOp> {
        use Relation::{Eq, Ge, Gt, Le, Lt, Ne};
        let imm = self.immediate().is_some();
        Some(match (self.order, self.relation) {
            (Order::Signed, Eq) => {
                if imm {
                    ByteOp::EqI64Imm
                } else {
                    ByteOp::EqI64
                }
            }
            (Order::Signed, Ne) => {
                if imm {
                    ByteOp::NeI64Imm
                } else {
                    ByteOp::NeI64
                }
            }
            (Order::Signed, Lt) => {
                if imm {
                    ByteOp::LtI64Imm
                } else {
                    ByteOp::LtI64
                }
            }
            (Order::Signed, Le) => {
                if imm {
                    ByteOp::LeI64Imm
                } else {
                    ByteOp::LeI64
                }
            }
            (Order::Signed, Gt) => ByteOp::GtI64Imm,
            (Order::Signed, Ge) => ByteOp::GeI64Imm,
            (Order::Unsigned, Lt) => ByteOp::LtU64,
            (Order::Unsigned, Le) => ByteOp::LeU64,
            (Order::F64, Eq) => ByteOp::EqF64,
            (Order::F64, Ne) => ByteOp::NeF64,
            (Order::F64, Lt) => ByteOp::LtF64,
            (Order::F64, Le) => ByteOp::LeF64,
            (Order::F32, Eq) => ByteOp::EqF32,
            (Order::F32, Ne) => ByteOp::NeF32,
            (Order::F32, Lt) => ByteOp::LtF32,
            (Order::F32, Le) => ByteOp::LeF32,
            (Order::Str, Eq) => ByteOp::EqStr,
            (Order::Str, Ne) => ByteOp::NeStr,
            (Order::Str, Lt) => ByteOp::LtStr,
            (Order::Str, Le) => ByteOp::LeStr,
            (Order::Ptr, Eq) => ByteOp::EqPtr,
            (Order::Ptr, Ne) => ByteOp::NePtr,
            _ => return None,
        })
    }

    /// Operations that branch if the condition holds.
    fn branch_op(&self) -> Option<ByteOp> {
        use Relation::{Eq, Ge, Gt, Le, Lt, Ne};
        let imm = self.immediate().is_some();
        Some(match (self.order, self.relation) {
            (Order::Signed, Eq) => {
                if imm {
                    ByteOp::JumpEqI64Imm
                } else {
                    ByteOp::JumpEqI64
                }
            }
            (Order::Signed, Ne) => {
                if imm {
                    ByteOp::JumpNeI64Imm
                } else {
                    ByteOp::JumpNeI64
                }
            }
            (Order::Signed, Lt) => {
                if imm {
                    ByteOp::JumpLtI64Imm
                } else {
                    ByteOp::JumpLtI64
                }
            }
            (Order::Signed, Le) => {
                if imm {
                    ByteOp::JumpLeI64Imm
                } else {
                    ByteOp::JumpLeI64
                }
            }
            (Order::Signed, Gt) => ByteOp::JumpGtI64Imm,
            (Order::Signed, Ge) => ByteOp::JumpGeI64Imm,
            (Order::Unsigned, Lt) => ByteOp::JumpLtU64,
            (Order::Unsigned, Le) => ByteOp::JumpLeU64,
            (Order::F64, Eq) => ByteOp::JumpEqF64,
            (Order::F64, Ne) => ByteOp::JumpNeF64,
            (Order::F64, Lt) => ByteOp::JumpLtF64,
            (Order::F64, Le) => ByteOp::JumpLeF64,
            _ => return None,
        })
    }

    /// Operations that branch if the condition does not hold; for floats that is not the opposite relation.
    fn inverse_branch_op(&self) -> Option<ByteOp> {
        match (self.order, self.relation) {
            (Order::F64, Relation::Eq) => Some(ByteOp::JumpNeF64),
            (Order::F64, Relation::Ne) => Some(ByteOp::JumpEqF64),
            (Order::F64, Relation::Lt) => Some(ByteOp::JumpNotLtF64),
            (Order::F64, Relation::Le) => Some(ByteOp::JumpNotLeF64),
            _ => None,
        }
    }
}

/// The branch operation that is taken exactly when `op` is not, and whether its operands are exchanged.
pub(crate) fn inverted_branch(op: ByteOp) -> Option<(ByteOp, bool)> {
    Some(match op {
        ByteOp::JumpIf => (ByteOp::JumpIfNot, false),
        ByteOp::JumpIfNot => (ByteOp::JumpIf, false),
        ByteOp::JumpEqI64 => (ByteOp::JumpNeI64, false),
        ByteOp::JumpNeI64 => (ByteOp::JumpEqI64, false),
        ByteOp::JumpLtI64 => (ByteOp::JumpLeI64, true),
        ByteOp::JumpLeI64 => (ByteOp::JumpLtI64, true),
        ByteOp::JumpLtU64 => (ByteOp::JumpLeU64, true),
        ByteOp::JumpLeU64 => (ByteOp::JumpLtU64, true),
        ByteOp::JumpEqI64Imm => (ByteOp::JumpNeI64Imm, false),
        ByteOp::JumpNeI64Imm => (ByteOp::JumpEqI64Imm, false),
        ByteOp::JumpLtI64Imm => (ByteOp::JumpGeI64Imm, false),
        ByteOp::JumpLeI64Imm => (ByteOp::JumpGtI64Imm, false),
        ByteOp::JumpGtI64Imm => (ByteOp::JumpLeI64Imm, false),
        ByteOp::JumpGeI64Imm => (ByteOp::JumpLtI64Imm, false),
        ByteOp::JumpEqF64 => (ByteOp::JumpNeF64, false),
        ByteOp::JumpNeF64 => (ByteOp::JumpEqF64, false),
        ByteOp::JumpLtF64 => (ByteOp::JumpNotLtF64, false),
        ByteOp::JumpLeF64 => (ByteOp::JumpNotLeF64, false),
        ByteOp::JumpNotLtF64 => (ByteOp::JumpLtF64, false),
        ByteOp::JumpNotLeF64 => (ByteOp::JumpLeF64, false),
        _ => return None,
    })
}

impl<'f> Lowering<'f> {
    pub(super) fn comparison(&mut self, data: &'f InstData) -> Result<(), CodegenError> {
        let (a, b) = self.args2(data)?;
        let dst = self.result(data, 0)?;
        let condition = self.condition(data, a, b)?;
        self.compare(dst, condition)
    }

    fn condition(&self, data: &InstData, a: Arg, b: Arg) -> Result<Condition, CodegenError> {
        Condition::new(data.op, data.repr, a, b).ok_or_else(|| CodegenError::malformed("no comparison", self.function))
    }

    fn compare(&mut self, dst: Reg, condition: Condition) -> Result<(), CodegenError> {
        let op = condition.value_op();
        let op =
            op.ok_or_else(|| CodegenError::malformed("comparison not defined for the representation", self.function))?;
        let a = self.materialize(condition.a);
        let b = condition.immediate().unwrap_or_else(|| Field::Reg(self.materialize(condition.b)));
        self.push(op, [Field::Reg(dst), Field::Reg(a), b], Extension::None);
        Ok(())
    }

    pub(super) fn branch(&mut self, data: &'f InstData) -> Result<(), CodegenError> {
        let (yes, no) = (self.target(data, 0)?, self.target(data, 1)?);
        if yes == no {
            self.jump(yes);
            return Ok(());
        }
        // Branch on the inverse if the first target follows.
        let inverted = yes == self.next_block;
        let (target, other) = if inverted { (no, yes) } else { (yes, no) };
        if data.op == Op::Branch {
            match self.arg(data, 0)? {
                Arg::Bits(bits) => {
                    self.jump(if bits != 0 { yes } else { no });
                    return Ok(());
                }
                Arg::Reg(reg) => self.branch_on_bool(reg, !inverted, target),
            }
        } else {
            let (a, b) = self.args2(data)?;
            let condition = self.condition(data, a, b)?;
            self.branch_on(condition, inverted, target)?;
        }
        self.jump(other);
        Ok(())
    }

    fn branch_on(&mut self, condition: Condition, inverted: bool, target: usize) -> Result<(), CodegenError> {
        let total = matches!(condition.order, Order::Signed | Order::Unsigned);
        let condition = if inverted && total { condition.inverse() } else { condition };
        let op = if inverted && !total { condition.inverse_branch_op() } else { condition.branch_op() };
        let Some(op) = op else {
            let value = self.new_reg();
            self.compare(value, condition)?;
            self.branch_on_bool(value, !inverted, target);
            return Ok(());
        };
        let a = self.materialize(condition.a);
        let b = condition.immediate().unwrap_or_else(|| Field::Reg(self.materialize(condition.b)));
        self.push(op, [Field::Reg(a), b, Field::None], Extension::None);
        self.aim(target);
        Ok(())
    }

    fn branch_on_bool(&mut self, reg: Reg, when: bool, target: usize) {
        let op = if when { ByteOp::JumpIf } else { ByteOp::JumpIfNot };
        self.push(op, [Field::Reg(reg), Field::None, Field::None], Extension::None);
        self.aim(target);
    }

    fn aim(&mut self, target: usize) {
        if let Some(inst) = self.code.insts.last_mut() {
            inst.target = Some(target);
        }
    }
}
