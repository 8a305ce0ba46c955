//! IEEE-754 helpers: arithmetic as the reference does it (spec/01 §1.9) and conversion from and to integers.
//!
//! The operations of the host on `f32` and `f64` round to nearest even, so only the NaN that comes out is made
//! canonical.

use crate::typed::BinaryOp;
use num_bigint::{BigInt, Sign};
use num_traits::{FromPrimitive, ToPrimitive};

const NAN64: u64 = 0x7FF8_0000_0000_0000;
const NAN32: u32 = 0x7FC0_0000;

/// Bits of a `float64` with every NaN made the same.
pub(super) fn bits64(value: f64) -> u64 {
    if value.is_nan() { NAN64 } else { value.to_bits() }
}

/// Bits of a `float64` rounded to `float32`.
pub(super) fn round32(value: f64) -> u32 {
    if value.is_nan() { NAN32 } else { (value as f32).to_bits() }
}

/// Arithmetic on two `float64`; `None` if the operator has no meaning on floats.
pub(super) fn arith64(op: BinaryOp, x: u64, y: u64) -> Option<u64> {
    let (x, y) = (f64::from_bits(x), f64::from_bits(y));
    Some(bits64(match op {
        BinaryOp::Add => x + y,
        BinaryOp::Sub => x - y,
        BinaryOp::Mul => x * y,
        BinaryOp::Quo => x / y,
        _ => return None,
    }))
}

/// Arithmetic on two `float32`: widened, computed and rounded back.
pub(super) fn arith32(op: BinaryOp, x: u32, y: u32) -> Option<u32> {
    let wide = |bits| f64::from(f32::from_bits(bits)).to_bits();
    arith64(op, wide(x), wide(y)).map(|bits| round32(f64::from_bits(bits)))
}

/// The integer nearest to `value`, ties to even, as a float of the given precision; infinite if too large.
fn scaled(value: &BigInt, convert: impl Fn(u64) -> f64, max_bits: u64) -> f64 {
    let bits = value.bits();
    if bits > max_bits {
        return if value.sign() == Sign::Minus { f64::NEG_INFINITY } else { f64::INFINITY };
    }
    let magnitude = value.magnitude();
    let shift = bits.saturating_sub(64);
    let mut top = (magnitude >> shift).to_u64().unwrap_or(0);
    // The bits below only matter as "not zero": they decide ties.
    if magnitude.trailing_zeros().is_some_and(|zeros| zeros < shift) {
        top |= 1;
    }
    let result = convert(top) * 2f64.powi(i32::try_from(shift).unwrap_or(i32::MAX));
    if value.sign() == Sign::Minus { -result } else { result }
}

/// An integer as `float64`, correctly rounded; infinite if it is too large.
pub(super) fn int_to_f64(value: &BigInt) -> f64 {
    scaled(value, |top| top as f64, 1024)
}

/// An integer as `float32`, correctly rounded; infinite if it is too large.
pub(super) fn int_to_f32(value: &BigInt) -> f32 {
    scaled(value, |top| f64::from(top as f32), 128) as f32
}

/// The value of an integral float.
pub(super) fn to_int(value: f64) -> Option<BigInt> {
    if value.is_finite() && value.fract() == 0.0 { BigInt::from_f64(value) } else { None }
}
