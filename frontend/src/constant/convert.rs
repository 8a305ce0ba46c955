//! Conversion of constants (tables of spec/01 §1.8 and §1.10).

use super::{ConstError, Constant, Decimal, FixedInt, float};
use crate::types::{Basic, Kind};
use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive, Zero};

/// Gives an untyped constant another type: a typed target, or the untyped type of the other operand. Booleans, strings
/// and values that already have the target's representation are unchanged.
///
/// # Errors
///
/// The constant has no value of the type, or the reference does not implement the combination.
pub fn convert_untyped(x: &Constant, to: Basic) -> Result<Constant, ConstError> {
    match x {
        Constant::Int(value) => from_int(value, to),
        Constant::Dec(value) => from_decimal(value, to),
        Constant::Rune(value) => from_rune(*value, to),
        Constant::Bool(_) if to.kind() == Kind::Bool => Ok(x.clone()),
        Constant::Bool(_) => Err(ConstError::Unconvertible(Basic::UntypedBool, to.kind())),
        Constant::Str(_) if to.kind() == Kind::String => Ok(x.clone()),
        Constant::Str(_) => Err(ConstError::Unconvertible(Basic::UntypedString, to.kind())),
        Constant::Nil => Err(ConstError::NotImplemented),
        Constant::Fixed(_) | Constant::Float32(_) | Constant::Float64(_) => convert_typed(x, to),
    }
}

/// The failure of giving an untyped constant a type that is not primitive.
#[must_use]
pub fn not_primitive(x: &Constant, to: Kind) -> ConstError {
    x.untyped().map_or(ConstError::NotImplemented, |basic| ConstError::Unconvertible(basic, to))
}

/// Folds the explicit conversion `T(x)` to a primitive type, once the static checks of spec/01 §1.10 have passed.
///
/// # Errors
///
/// The value does not fit.
pub fn convert_explicit(x: &Constant, to: Basic) -> Result<Constant, ConstError> {
    let to_integer = to.kind().is_fixed_integer();
    match x {
        Constant::Dec(value) if to_integer => {
            convert_untyped(&Constant::Int(value.to_int().ok_or(ConstError::NotIntegerOperand)?), to)
        }
        Constant::Int(_) | Constant::Rune(_) | Constant::Str(_) | Constant::Bool(_) if to_integer => {
            convert_untyped(x, to)
        }
        Constant::Int(_) => convert_typed(&convert_untyped(x, Basic::Int)?, to),
        Constant::Rune(_) => convert_typed(&convert_untyped(x, Basic::Int32)?, to),
        Constant::Dec(_) => convert_typed(&convert_untyped(x, Basic::Float64)?, to),
        _ => convert_typed(x, to),
    }
}

/// Converts a typed constant to another primitive type, checking that the value survives: integers by range, floats to
/// integers exactly. `float64` to `float32` rounds. Integers become strings as code points.
///
/// # Errors
///
/// [`ConstError::NotRepresentable`].
pub fn convert_typed(x: &Constant, to: Basic) -> Result<Constant, ConstError> {
    let kind = to.kind();
    let failed = || ConstError::NotRepresentable(x.kind(), kind);
    match x {
        Constant::Fixed(value) => from_fixed(*value, kind).ok_or_else(failed),
        Constant::Float32(bits) => from_float(f64::from(f32::from_bits(*bits)), kind).ok_or_else(failed),
        Constant::Float64(bits) => from_float(f64::from_bits(*bits), kind).ok_or_else(failed),
        Constant::Bool(_) if kind == Kind::Bool => Ok(x.clone()),
        Constant::Str(_) if kind == Kind::String => Ok(x.clone()),
        _ => Err(failed()),
    }
}

fn from_fixed(value: FixedInt, kind: Kind) -> Option<Constant> {
    let number = value.value();
    Some(match kind {
        Kind::Float64 => Constant::Float64(to_f64(number).to_bits()),
        Kind::Float32 => Constant::Float32(to_f32(number).to_bits()),
        // The low 32 bits as a code point (spec/01 §1.10).
        Kind::String => {
            let char = char::from_u32(value.bits() as u32).unwrap_or(char::REPLACEMENT_CHARACTER);
            Constant::str(char.encode_utf8(&mut [0; 4]))
        }
        _ if kind.is_fixed_integer() => Constant::Fixed(FixedInt::exact(kind, number)?),
        _ => return None,
    })
}

/// Typed integers have at most 64 bits, so both conversions round once.
fn to_f64(number: i128) -> f64 {
    number as f64
}

fn to_f32(number: i128) -> f32 {
    number as f32
}

fn from_float(value: f64, kind: Kind) -> Option<Constant> {
    match kind {
        Kind::Float64 => Some(Constant::Float64(float::bits64(value))),
        // **Quirk**: out of range gives an infinity.
        Kind::Float32 => Some(Constant::Float32(float::round32(value))),
        _ if kind.is_fixed_integer() => {
            let number = float::to_int(value)?.to_i128()?;
            FixedInt::exact(kind, number).map(Constant::Fixed)
        }
        _ => None,
    }
}

fn ranged(what: &'static str, value: &BigInt, kind: Kind) -> Result<Constant, ConstError> {
    let exact = value.to_i128().and_then(|number| FixedInt::exact(kind, number));
    exact.map(Constant::Fixed).ok_or(ConstError::OutOfRange { what, above: value.is_positive() })
}

fn from_int(value: &BigInt, to: Basic) -> Result<Constant, ConstError> {
    let kind = to.kind();
    match to {
        Basic::UntypedBigint => Ok(Constant::Int(value.clone())),
        Basic::UntypedBigdec => Ok(Constant::Dec(Decimal::from_int(value.clone()))),
        Basic::UntypedRune => {
            let number = value.to_i32();
            number.map(Constant::Rune).ok_or(ConstError::OutOfRange { what: "bigint", above: value.is_positive() })
        }
        Basic::Float32 => match float::int_to_f32(value) {
            number if number.is_finite() => Ok(Constant::Float32(number.to_bits())),
            _ => Err(ConstError::IntOverflowsFloat(kind)),
        },
        Basic::Float64 => match float::int_to_f64(value) {
            number if number.is_finite() => Ok(Constant::Float64(number.to_bits())),
            _ => Err(ConstError::IntOverflowsFloat(kind)),
        },
        _ if kind.is_fixed_integer() => ranged("bigint", value, kind),
        Basic::Bool | Basic::UntypedBool | Basic::String | Basic::UntypedString => Err(ConstError::NotImplemented),
        _ => Err(ConstError::Unconvertible(Basic::UntypedBigint, kind)),
    }
}

fn from_rune(value: i32, to: Basic) -> Result<Constant, ConstError> {
    let kind = to.kind();
    match to {
        Basic::UntypedRune => Ok(Constant::Rune(value)),
        Basic::UntypedBigint => Ok(Constant::int(i64::from(value))),
        Basic::UntypedBigdec => Ok(Constant::Dec(Decimal::from_int(BigInt::from(value)))),
        Basic::String | Basic::UntypedString => Err(ConstError::RuneAsString(kind)),
        // The reference does not check negative runes here (**Quirk**, spec/01 §1.8).
        Basic::Uint64 => Ok(Constant::Fixed(FixedInt::wrap(kind, i128::from(value)))),
        _ if kind.is_fixed_integer() => ranged("rune", &BigInt::from(value), kind),
        _ => Err(ConstError::Unconvertible(Basic::UntypedRune, kind)),
    }
}

fn from_decimal(value: &Decimal, to: Basic) -> Result<Constant, ConstError> {
    let kind = to.kind();
    match to {
        Basic::UntypedBigdec => Ok(Constant::Dec(value.clone())),
        Basic::Float64 => match value.to_f64() {
            number if number.is_finite() => Ok(Constant::Float64(positive_zero(value, number).to_bits())),
            _ => Err(ConstError::DecOverflowsFloat64(value.to_string())),
        },
        // Through float64: rounded twice (spec/01 §1.8).
        Basic::Float32 => match positive_zero(value, value.to_f64()) as f32 {
            number if number.is_finite() => Ok(Constant::Float32(number.to_bits())),
            _ => Err(ConstError::DecOverflowsFloat32),
        },
        _ if kind.is_fixed_integer() || matches!(to, Basic::UntypedBigint | Basic::UntypedRune) => {
            let integer = value.to_int().ok_or_else(|| ConstError::NotExactInteger(value.to_string()))?;
            from_int(&integer, to)
        }
        _ => Err(ConstError::Unconvertible(Basic::UntypedBigdec, kind)),
    }
}

/// A decimal zero has no sign; only an underflow keeps it.
fn positive_zero(value: &Decimal, number: f64) -> f64 {
    if value.coefficient().is_zero() { 0.0 } else { number }
}
