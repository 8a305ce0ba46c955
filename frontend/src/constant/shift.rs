//! Constant shifts (spec/01 §1.8).

use super::{ConstError, Constant, FixedInt};
use crate::finding::{Expr, VmError};
use crate::limits::Limits;
use crate::typed::BinaryOp;
use crate::types::Kind;
use num_bigint::BigInt;
use num_traits::{ToPrimitive, Zero};

/// Why a constant is no shift count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShiftCountError {
    /// It is not a number.
    NotNumeric,
    /// It is not an integer.
    NotIntegral,
    /// It is below zero.
    Negative,
}

impl ShiftCountError {
    /// What it is as a finding.
    #[must_use]
    pub fn finding(self, count: Expr) -> VmError {
        match self {
            Self::NotNumeric => VmError::CountToUint { count },
            Self::NotIntegral => VmError::ShiftCount { count },
            Self::Negative => VmError::NegativeShift { count },
        }
    }
}

/// The value of a constant shift count; counts beyond 64 bits are reported as `u64::MAX`.
///
/// # Errors
///
/// The constant is no shift count.
pub fn shift_count(count: &Constant) -> Result<u64, ShiftCountError> {
    if !count.is_numeric() {
        return Err(ShiftCountError::NotNumeric);
    }
    if count.is_negative() {
        let integral = count.to_int().is_some();
        return Err(if integral { ShiftCountError::Negative } else { ShiftCountError::NotIntegral });
    }
    let value = count.to_int().ok_or(ShiftCountError::NotIntegral)?;
    Ok(value.to_u64().unwrap_or(u64::MAX))
}

/// Folds `x << count` or `x >> count`. An integral untyped decimal becomes an untyped integer.
///
/// # Errors
///
/// [`ConstError::Undefined`] if `x` is not an integer (for an untyped operand the reference says
/// `invalid operation: shifted operand X (TYPE) must be integer` instead), [`ConstError::Overflows`] for a typed left shift whose result exceeds the
/// maximum of its type, [`ConstError::TooLarge`] for an untyped result beyond the limit.
pub fn shift(op: BinaryOp, x: &Constant, count: u64) -> Result<Constant, ConstError> {
    let left = op == BinaryOp::Shl;
    let undefined = || ConstError::Undefined(if left { "<<" } else { ">>" }, x.kind());
    match x {
        Constant::Int(value) => shift_int(value, left, count).map(Constant::Int),
        Constant::Dec(value) => shift_int(&value.to_int().ok_or_else(undefined)?, left, count).map(Constant::Int),
        Constant::Rune(value) => {
            let value = shift_fixed(i128::from(*value), left, count);
            Ok(Constant::Rune(FixedInt::wrap(Kind::Int32, value).bits() as i32))
        }
        Constant::Fixed(value) => {
            let result = shift_fixed(value.value(), left, count);
            let exceeds = left && value.value() > 0 && {
                let bits = 128 - value.value().leading_zeros();
                let room = value.kind().bits().unwrap_or(64) - u32::from(value.kind().is_signed());
                u64::from(bits) + count.min(1 << 32) > u64::from(room)
            };
            if exceeds {
                return Err(ConstError::Overflows);
            }
            Ok(Constant::Fixed(FixedInt::wrap(value.kind(), result)))
        }
        _ => Err(undefined()),
    }
}

fn shift_int(value: &BigInt, left: bool, count: u64) -> Result<BigInt, ConstError> {
    if value.is_zero() {
        return Ok(BigInt::ZERO);
    }
    if left {
        if count > Limits::INTEGER_BITS || value.bits() + count > Limits::INTEGER_BITS {
            return Err(ConstError::TooLarge);
        }
        return Ok(value << count);
    }
    Ok(value >> count.min(Limits::INTEGER_BITS + 1))
}

/// Shifts a value of at most 64 bits; only the low 64 bits of the result count.
fn shift_fixed(value: i128, left: bool, count: u64) -> i128 {
    let count = count.min(127) as u32;
    if !left {
        value >> count
    } else if count >= 64 {
        0
    } else {
        value.wrapping_shl(count)
    }
}
