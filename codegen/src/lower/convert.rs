//! Conversions between integer and float representations (spec/01 §1.10).

use super::Lowering;
use super::arith::normalization;
use crate::CodegenError;
use crate::code::{Extension, Field};
use regno_bytecode::op::Op as ByteOp;
use regno_bytecode::types::Repr;
use regno_ir::entity::Reg;
use regno_ir::function::{Arg, InstData};
use regno_ir::op::Op;

impl<'f> Lowering<'f> {
    pub(super) fn conversion(&mut self, data: &'f InstData) -> Result<(), CodegenError> {
        let to = u8::try_from(data.index).ok().and_then(Repr::from_code);
        let to = to.ok_or_else(|| CodegenError::malformed("conversion to an unknown representation", self.function))?;
        let (dst, src) = (self.result(data, 0)?, self.arg_reg(data, 0)?);
        let from = data.repr;
        match (from, to) {
            (Repr::F64, Repr::F32) => self.one(ByteOp::ConvF64F32, dst, src),
            (Repr::F32, Repr::F64) => self.one(ByteOp::ConvF32F64, dst, src),
            (Repr::U64, Repr::F64) => self.one(ByteOp::ConvU64F64, dst, src),
            (Repr::U64, Repr::F32) => self.one(ByteOp::ConvU64F32, dst, src),
            // Narrow unsigned integers are non-negative 64-bit numbers.
            (_, Repr::F64) if from.is_int() => self.one(ByteOp::ConvI64F64, dst, src),
            (_, Repr::F32) if from.is_int() => self.one(ByteOp::ConvI64F32, dst, src),
            _ if from.is_float() && to.is_int() => self.float_to_int(from, to, dst, src),
            _ if from.is_int() && to.is_int() => match normalization(to) {
                Some(op) if !contains(to, from) => self.one(op, dst, src),
                _ => self.copy(dst, src),
            },
            _ => self.copy(dst, src),
        }
        Ok(())
    }

    /// The number in a word, or the word of a number.
    pub(super) fn word(&mut self, data: &'f InstData) -> Result<(), CodegenError> {
        let (dst, src) = (self.result(data, 0)?, self.arg_reg(data, 0)?);
        let (zero_extension, merge) = match data.repr.width() {
            8 => (ByteOp::Zext8, ByteOp::Merge8),
            16 => (ByteOp::Zext16, ByteOp::Merge16),
            _ => (ByteOp::Zext32, ByteOp::Merge32),
        };
        if data.op == Op::FromWord {
            // Nobody looks behind the width.
            if dst == src {
                return Ok(());
            }
            self.one(normalization(data.repr).unwrap_or(zero_extension), dst, src);
            return Ok(());
        }
        match self.arg(data, 1)? {
            Arg::Bits(0) if data.repr.is_signed() => self.one(zero_extension, dst, src),
            Arg::Bits(0) => self.copy(dst, src),
            upper => self.binary(merge, dst, Arg::Reg(src), upper),
        }
        Ok(())
    }

    fn one(&mut self, op: ByteOp, dst: Reg, src: Reg) {
        self.push(op, [Field::Reg(dst), Field::Reg(src), Field::None], Extension::None);
    }

    fn float_to_int(&mut self, from: Repr, to: Repr, dst: Reg, src: Reg) {
        let wide = if from == Repr::F32 {
            let wide = self.new_reg();
            self.one(ByteOp::ConvF32F64, wide, src);
            wide
        } else {
            src
        };
        self.one(if to.is_signed() { ByteOp::ConvF64I64 } else { ByteOp::ConvF64U64 }, dst, wide);
        self.normalize(to, dst);
    }
}

/// Whether every value of `from` has the same 64 bits in `to`.
fn contains(to: Repr, from: Repr) -> bool {
    match (to.is_signed(), from.is_signed()) {
        (true, true) | (false, false) => to.bits() >= from.bits(),
        (true, false) => to.bits() > from.bits(),
        (false, true) => false,
    }
}
