//! Arithmetic: immediates, fused 32-bit forms, normalisation of narrow integers.

use super::{Lowering, immediate};
use crate::CodegenError;
use crate::code::{Extension, Field};
use regno_bytecode::op::Op as ByteOp;
use regno_bytecode::types::Repr;
use regno_ir::entity::Reg;
use regno_ir::function::{Arg, InstData};
use regno_ir::op::Op;

/// The operation that brings the low bits of a register to the representation's normal form; none for 64 bits.
pub(super) fn normalization(repr: Repr) -> Option<ByteOp> {
    Some(match repr {
        Repr::I8 => ByteOp::Sext8,
        Repr::I16 => ByteOp::Sext16,
        Repr::I32 => ByteOp::Sext32,
        Repr::U8 => ByteOp::Zext8,
        Repr::U16 => ByteOp::Zext16,
        Repr::U32 => ByteOp::Zext32,
        _ => return None,
    })
}

/// `k` if the bits are 2^k.
fn power_of_two(bits: u64) -> Option<u16> {
    (bits.is_power_of_two()).then(|| u16::try_from(bits.trailing_zeros()).unwrap_or(0))
}

impl<'f> Lowering<'f> {
    pub(super) fn arithmetic(&mut self, data: &'f InstData) -> Result<(), CodegenError> {
        let dst = self.result(data, 0)?;
        let repr = data.repr;
        if matches!(data.op, Op::Neg | Op::Complement) {
            let operand = self.arg_reg(data, 0)?;
            return self.unary(data.op, repr, dst, operand);
        }
        let (a, b) = self.args2(data)?;
        if repr.is_float() {
            return self.float(data.op, repr, dst, a, b);
        }
        match data.op {
            Op::Add => self.add(repr, dst, a, b),
            Op::Sub => match b {
                Arg::Bits(bits) if immediate(bits.wrapping_neg()).is_some() => {
                    self.add(repr, dst, a, Arg::Bits(bits.wrapping_neg()));
                }
                _ => self.fused(repr, dst, a, b, [ByteOp::SubI64, ByteOp::SubI32, ByteOp::SubU32]),
            },
            Op::Mul => self.multiply(repr, dst, a, b),
            Op::Div | Op::Rem => self.divide(data.op == Op::Div, repr, dst, a, b),
            Op::And => self.mask(dst, a, b),
            Op::Or => self.bitwise(dst, a, b, ByteOp::Or64, Some(ByteOp::Or64Imm)),
            Op::Xor => self.bitwise(dst, a, b, ByteOp::Xor64, Some(ByteOp::Xor64Imm)),
            Op::AndNot => match b {
                Arg::Bits(bits) => self.mask(dst, a, Arg::Bits(!bits)),
                Arg::Reg(_) => self.binary(ByteOp::AndNot64, dst, a, b),
            },
            Op::Shl => self.shift_left(repr, dst, a, b),
            _ => self.shift_right(repr, dst, a, b),
        }
        Ok(())
    }

    fn unary(&mut self, op: Op, repr: Repr, dst: Reg, operand: Reg) -> Result<(), CodegenError> {
        let op = match (op, repr) {
            (Op::Neg, Repr::F64) => ByteOp::NegF64,
            (Op::Neg, Repr::F32) => ByteOp::NegF32,
            (Op::Neg, _) => ByteOp::NegI64,
            (_, Repr::U32) => ByteOp::NotU32,
            _ => ByteOp::Not64,
        };
        self.push(op, [Field::Reg(dst), Field::Reg(operand), Field::None], Extension::None);
        // The complement of a sign-extended value is sign-extended.
        let normal = op == ByteOp::NotU32 || op == ByteOp::Not64 && repr.is_signed();
        if !normal {
            self.normalize(repr, dst);
        }
        Ok(())
    }

    fn float(&mut self, op: Op, repr: Repr, dst: Reg, a: Arg, b: Arg) -> Result<(), CodegenError> {
        let op = match (op, repr) {
            (Op::Add, Repr::F64) => ByteOp::AddF64,
            (Op::Sub, Repr::F64) => ByteOp::SubF64,
            (Op::Mul, Repr::F64) => ByteOp::MulF64,
            (Op::Div, Repr::F64) => ByteOp::DivF64,
            (Op::Add, Repr::F32) => ByteOp::AddF32,
            (Op::Sub, Repr::F32) => ByteOp::SubF32,
            (Op::Mul, Repr::F32) => ByteOp::MulF32,
            (Op::Div, Repr::F32) => ByteOp::DivF32,
            _ => return Err(CodegenError::malformed("operation not defined for floats", self.function)),
        };
        self.binary(op, dst, a, b);
        Ok(())
    }

    fn add(&mut self, repr: Repr, dst: Reg, a: Arg, b: Arg) {
        let (a, b) = constant_second(a, b);
        match (a, b) {
            (Arg::Reg(a), Arg::Bits(bits)) if immediate(bits).is_some() => {
                self.with_immediate(ByteOp::AddI64Imm, dst, a, bits);
                self.normalize(repr, dst);
            }
            _ => self.fused(repr, dst, a, b, [ByteOp::AddI64, ByteOp::AddI32, ByteOp::AddU32]),
        }
    }

    fn multiply(&mut self, repr: Repr, dst: Reg, a: Arg, b: Arg) {
        let (a, b) = constant_second(a, b);
        match (a, b) {
            (Arg::Reg(a), Arg::Bits(bits)) if immediate(bits).is_some() => {
                self.with_immediate(ByteOp::MulI64Imm, dst, a, bits);
                self.normalize(repr, dst);
            }
            _ => self.fused(repr, dst, a, b, [ByteOp::MulI64, ByteOp::MulI32, ByteOp::MulU32]),
        }
    }

    /// An operation with forms for 64 bits and for both 32-bit representations.
    fn fused(&mut self, repr: Repr, dst: Reg, a: Arg, b: Arg, [wide, signed, unsigned]: [ByteOp; 3]) {
        match repr {
            Repr::I32 => self.binary(signed, dst, a, b),
            Repr::U32 => self.binary(unsigned, dst, a, b),
            _ => {
                self.binary(wide, dst, a, b);
                self.normalize(repr, dst);
            }
        }
    }

    /// Quotient or remainder. A zero-extended narrow operand is a non-negative 64-bit number, so only `u64` needs unsigned forms.
    fn divide(&mut self, quotient: bool, repr: Repr, dst: Reg, a: Arg, b: Arg) {
        if let (Arg::Reg(a), Arg::Bits(bits)) = (a, b)
            && bits != 0
        {
            if let (false, Some(shift)) = (repr.is_signed(), power_of_two(bits)) {
                if quotient {
                    self.push(
                        ByteOp::ShrU64Imm,
                        [Field::Reg(dst), Field::Reg(a), Field::Value(shift)],
                        Extension::None,
                    );
                } else {
                    self.mask(dst, Arg::Reg(a), Arg::Bits(bits - 1));
                }
                return;
            }
            if repr != Repr::U64 && immediate(bits).is_some() {
                self.with_immediate(if quotient { ByteOp::DivI64Imm } else { ByteOp::RemI64Imm }, dst, a, bits);
                if quotient && repr.is_signed() {
                    self.normalize(repr, dst);
                }
                return;
            }
        }
        let op = match (quotient, repr.is_signed()) {
            (true, true) => ByteOp::DivI64,
            (false, true) => ByteOp::RemI64,
            (true, false) => ByteOp::DivU64,
            (false, false) => ByteOp::RemU64,
        };
        self.binary(op, dst, a, b);
        // Only the quotient of the least number by -1 leaves the range.
        if quotient && repr.is_signed() {
            self.normalize(repr, dst);
        }
    }

    /// `&`: masks of 16 and 32 bits are zero extensions.
    fn mask(&mut self, dst: Reg, a: Arg, b: Arg) {
        let (a, b) = constant_second(a, b);
        let extension = match b {
            Arg::Bits(0xffff) => Some(ByteOp::Zext16),
            Arg::Bits(0xffff_ffff) => Some(ByteOp::Zext32),
            _ => None,
        };
        match (a, extension) {
            (Arg::Reg(a), Some(op)) => self.push(op, [Field::Reg(dst), Field::Reg(a), Field::None], Extension::None),
            _ => self.bitwise(dst, a, b, ByteOp::And64, Some(ByteOp::And64Imm)),
        }
    }

    /// `&`, `|`, `^`: they keep both normal forms.
    fn bitwise(&mut self, dst: Reg, a: Arg, b: Arg, op: ByteOp, with_immediate: Option<ByteOp>) {
        match (constant_second(a, b), with_immediate) {
            ((Arg::Reg(a), Arg::Bits(bits)), Some(op)) if immediate(bits).is_some() => {
                self.with_immediate(op, dst, a, bits);
            }
            ((a, b), _) => self.binary(op, dst, a, b),
        }
    }

    fn shift_left(&mut self, repr: Repr, dst: Reg, a: Arg, count: Arg) {
        let fused = repr == Repr::U32;
        match (a, count) {
            (_, Arg::Bits(count)) if count >= u64::from(repr.bits()) => return self.load_bits(dst, 0),
            (Arg::Reg(a), Arg::Bits(count)) => {
                let op = if fused { ByteOp::ShlU32Imm } else { ByteOp::Shl64Imm };
                self.push(op, [Field::Reg(dst), Field::Reg(a), small(count)], Extension::None);
            }
            _ => self.binary(if fused { ByteOp::ShlU32 } else { ByteOp::Shl64 }, dst, a, count),
        }
        if !fused {
            self.normalize(repr, dst);
        }
    }

    fn shift_right(&mut self, repr: Repr, dst: Reg, a: Arg, count: Arg) {
        let signed = repr.is_signed();
        match (a, count) {
            (_, Arg::Bits(count)) if !signed && count >= u64::from(repr.bits()) => self.load_bits(dst, 0),
            (Arg::Reg(a), Arg::Bits(count)) => {
                let op = if signed { ByteOp::ShrI64Imm } else { ByteOp::ShrU64Imm };
                self.push(op, [Field::Reg(dst), Field::Reg(a), small(count.min(63))], Extension::None);
            }
            _ => self.binary(if signed { ByteOp::ShrI64 } else { ByteOp::ShrU64 }, dst, a, count),
        }
    }

    pub(super) fn binary(&mut self, op: ByteOp, dst: Reg, a: Arg, b: Arg) {
        let (a, b) = (self.materialize(a), self.materialize(b));
        self.push(op, [Field::Reg(dst), Field::Reg(a), Field::Reg(b)], Extension::None);
    }

    fn with_immediate(&mut self, op: ByteOp, dst: Reg, a: Reg, bits: u64) {
        let imm = immediate(bits).unwrap_or_default();
        self.push(op, [Field::Reg(dst), Field::Reg(a), imm], Extension::None);
    }

    pub(super) fn normalize(&mut self, repr: Repr, reg: Reg) {
        if let Some(op) = normalization(repr) {
            self.push(op, [Field::Reg(reg), Field::Reg(reg), Field::None], Extension::None);
        }
    }
}

/// Operands of a commutative operation with a constant moved to the right.
fn constant_second(a: Arg, b: Arg) -> (Arg, Arg) {
    match (a, b) {
        (Arg::Bits(_), Arg::Reg(_)) => (b, a),
        _ => (a, b),
    }
}

/// A shift count below 64.
fn small(count: u64) -> Field {
    Field::Value(u16::try_from(count).unwrap_or(63))
}
