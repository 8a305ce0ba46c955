//! Unary and binary operators on constants of one type (spec/01 §1.7, §1.8, §1.9).

use super::{ConstError, Constant, Decimal, FixedInt, float};
use crate::limits::Limits;
use crate::typed::{BinaryOp, UnaryOp};
use crate::types::Kind;
use num_bigint::BigInt;
use std::cmp::Ordering;

/// Folds `op x`.
///
/// # Errors
///
/// The operator is not defined on the value (spec/01 §1.2, §3.4).
pub fn unary(op: UnaryOp, x: &Constant) -> Result<Constant, ConstError> {
    match (op, x) {
        (UnaryOp::Plus, _) if x.is_numeric() => Ok(x.clone()),
        (UnaryOp::Neg | UnaryOp::Xor, Constant::Rune(_)) => Err(ConstError::RuneOperation),
        (UnaryOp::Neg, Constant::Int(value)) => Ok(Constant::Int(-value)),
        (UnaryOp::Neg, Constant::Dec(value)) => Ok(Constant::Dec(value.negate())),
        (UnaryOp::Neg, Constant::Fixed(value)) => Ok(wrap(value.kind(), -value.value())),
        (UnaryOp::Neg, Constant::Float32(bits)) => Ok(Constant::Float32(bits ^ (1 << 31))),
        (UnaryOp::Neg, Constant::Float64(bits)) => Ok(Constant::Float64(bits ^ (1 << 63))),
        (UnaryOp::Xor, Constant::Int(value)) => Ok(Constant::Int(!value)),
        (UnaryOp::Xor, Constant::Fixed(value)) => Ok(wrap(value.kind(), !value.value())),
        (UnaryOp::Not, Constant::Bool(value)) => Ok(Constant::Bool(!value)),
        _ => {
            let operator = match op {
                UnaryOp::Plus => "+",
                UnaryOp::Neg => "-",
                UnaryOp::Not => "!",
                UnaryOp::Xor => "^",
            };
            Err(ConstError::Undefined(operator, x.kind()))
        }
    }
}

/// Folds `x op y` for two values of one type, every operator except shifts. Comparisons give a boolean.
///
/// # Errors
///
/// The operator is not defined on the values, a divisor is zero, or the result is out of range.
pub fn binary(op: BinaryOp, x: &Constant, y: &Constant) -> Result<Constant, ConstError> {
    if matches!(op, BinaryOp::Quo | BinaryOp::Rem) && y.is_zero() {
        return Err(ConstError::DivisionByZero);
    }
    if op.is_comparison() {
        return compare(op, x, y).map(Constant::Bool);
    }
    let undefined = || ConstError::Undefined(op.text(), x.kind());
    match (x, y) {
        (Constant::Bool(x), Constant::Bool(y)) => match op {
            BinaryOp::LogicalAnd => Ok(Constant::Bool(*x && *y)),
            BinaryOp::LogicalOr => Ok(Constant::Bool(*x || *y)),
            _ => Err(undefined()),
        },
        (Constant::Str(x), Constant::Str(y)) if op == BinaryOp::Add => concat(x, y),
        (Constant::Str(_), Constant::Str(_)) => Err(undefined()),
        (Constant::Int(x), Constant::Int(y)) => int(op, x, y)?.map(Constant::Int).ok_or_else(undefined),
        (Constant::Dec(x), Constant::Dec(y)) => decimal(op, x, y)?.map(Constant::Dec).ok_or_else(undefined),
        (Constant::Rune(x), Constant::Rune(y)) => {
            let value = fixed(op, i128::from(*x), i128::from(*y)).ok_or_else(undefined)?;
            Ok(Constant::Rune(FixedInt::wrap(Kind::Int32, value).bits() as i32))
        }
        (Constant::Fixed(x), Constant::Fixed(y)) if x.kind() == y.kind() => {
            fixed(op, x.value(), y.value()).map(|value| wrap(x.kind(), value)).ok_or_else(undefined)
        }
        (Constant::Float32(x), Constant::Float32(y)) => {
            float::arith32(op, *x, *y).map(Constant::Float32).ok_or_else(undefined)
        }
        (Constant::Float64(x), Constant::Float64(y)) => {
            float::arith64(op, *x, *y).map(Constant::Float64).ok_or_else(undefined)
        }
        _ => Err(ConstError::Mismatched),
    }
}

fn wrap(kind: Kind, value: i128) -> Constant {
    Constant::Fixed(FixedInt::wrap(kind, value))
}

fn compare(op: BinaryOp, x: &Constant, y: &Constant) -> Result<bool, ConstError> {
    let ordering = match (x, y) {
        (Constant::Bool(x), Constant::Bool(y)) if matches!(op, BinaryOp::Equal | BinaryOp::NotEqual) => Some(x.cmp(y)),
        (Constant::Bool(_), Constant::Bool(_)) | (Constant::Nil, Constant::Nil) => {
            return Err(ConstError::Undefined(op.text(), x.kind()));
        }
        (Constant::Str(x), Constant::Str(y)) => Some(x.cmp(y)),
        (Constant::Int(x), Constant::Int(y)) => Some(x.cmp(y)),
        (Constant::Dec(x), Constant::Dec(y)) => Some(x.compare(y)),
        (Constant::Rune(x), Constant::Rune(y)) => Some(x.cmp(y)),
        (Constant::Fixed(x), Constant::Fixed(y)) if x.kind() == y.kind() => Some(x.value().cmp(&y.value())),
        (Constant::Float32(x), Constant::Float32(y)) => f32::from_bits(*x).partial_cmp(&f32::from_bits(*y)),
        (Constant::Float64(x), Constant::Float64(y)) => f64::from_bits(*x).partial_cmp(&f64::from_bits(*y)),
        _ => return Err(ConstError::Mismatched),
    };
    Ok(match op {
        BinaryOp::Equal => ordering == Some(Ordering::Equal),
        BinaryOp::NotEqual => ordering != Some(Ordering::Equal),
        BinaryOp::Less => ordering == Some(Ordering::Less),
        BinaryOp::LessEqual => matches!(ordering, Some(Ordering::Less | Ordering::Equal)),
        BinaryOp::Greater => ordering == Some(Ordering::Greater),
        _ => matches!(ordering, Some(Ordering::Greater | Ordering::Equal)),
    })
}

fn concat(x: &[u8], y: &[u8]) -> Result<Constant, ConstError> {
    if x.len() + y.len() > Limits::STRING_BYTES {
        return Err(ConstError::TooLarge);
    }
    Ok(Constant::Str([x, y].concat().into()))
}

fn int(op: BinaryOp, x: &BigInt, y: &BigInt) -> Result<Option<BigInt>, ConstError> {
    if op == BinaryOp::Mul && x.bits() + y.bits() > Limits::INTEGER_BITS {
        return Err(ConstError::TooLarge);
    }
    let value = match op {
        BinaryOp::Add => x + y,
        BinaryOp::Sub => x - y,
        BinaryOp::Mul => x * y,
        BinaryOp::Quo => x / y,
        BinaryOp::Rem => x % y,
        BinaryOp::And => x & y,
        BinaryOp::Or => x | y,
        BinaryOp::Xor => x ^ y,
        BinaryOp::AndNot => x & !y,
        _ => return Ok(None),
    };
    if value.bits() > Limits::INTEGER_BITS { Err(ConstError::TooLarge) } else { Ok(Some(value)) }
}

fn decimal(op: BinaryOp, x: &Decimal, y: &Decimal) -> Result<Option<Decimal>, ConstError> {
    let (what, value) = match op {
        BinaryOp::Add => ("addition", x.add(y)),
        BinaryOp::Sub => ("subtraction", x.sub(y)),
        BinaryOp::Mul => ("multiplication", x.mul(y)),
        BinaryOp::Quo => ("division", x.div(y)),
        _ => return Ok(None),
    };
    value.map(Some).map_err(|error| ConstError::Decimal(what, error))
}

/// Integer arithmetic before wrapping; operands have at most 64 bits, so products fit.
fn fixed(op: BinaryOp, x: i128, y: i128) -> Option<i128> {
    Some(match op {
        BinaryOp::Add => x + y,
        BinaryOp::Sub => x - y,
        // Only the low 64 bits count: a product of two unsigned 64-bit values may exceed i128.
        BinaryOp::Mul => x.wrapping_mul(y),
        BinaryOp::Quo => x.checked_div(y)?,
        BinaryOp::Rem => x.checked_rem(y)?,
        BinaryOp::And => x & y,
        BinaryOp::Or => x | y,
        BinaryOp::Xor => x ^ y,
        BinaryOp::AndNot => x & !y,
        _ => return None,
    })
}
