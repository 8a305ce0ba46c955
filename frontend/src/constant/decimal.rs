//! Arbitrary-precision decimals: the values of untyped floating-point constants (spec/01 §1.8).
//!
//! A value is coefficient × 10^exponent; trailing zeros of the coefficient are kept, because messages show them. Sums
//! are exact, products have up to 1024 digits, quotients and negative powers of two exactly 1024, trailing zeros included;
//! they round half up. The exponent of the leading digit stays within ±100000, and so do the digits that a
//! sum can have, which bounds the work of every operation.

use crate::limits::Limits;
use num_bigint::{BigInt, BigUint, Sign};
use num_integer::Integer;
use num_traits::{One, Signed, Zero};
use std::cmp::Ordering;

/// Digits of a product or quotient.
const PRECISION: i64 = 1024;

/// Largest magnitude of an exponent.
const MAX_EXPONENT: i64 = Limits::DECIMAL_EXPONENT;

/// A decimal value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Decimal {
    coefficient: BigInt,
    exponent: i32,
}

/// Why an operation on decimals has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecimalError {
    /// An exponent leaves ±100000.
    ExponentOutOfRange,
    /// Division of zero by zero.
    Undefined,
    /// Division by zero.
    DivisionByZero,
}

impl DecimalError {
    /// The reason as messages give it.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::ExponentOutOfRange => "exponent out of range",
            Self::Undefined => "division undefined",
            Self::DivisionByZero => "division by zero",
        }
    }
}

impl Decimal {
    /// An integer.
    #[must_use]
    pub fn from_int(value: BigInt) -> Self {
        Self { coefficient: value, exponent: 0 }
    }

    /// coefficient × 10^(sum of `exponents`).
    ///
    /// # Errors
    ///
    /// An exponent, or that of the leading digit, leaves ±100000.
    pub fn new(coefficient: BigInt, exponents: &[i64]) -> Result<Self, DecimalError> {
        let in_range = |exponent: i64| (-MAX_EXPONENT..=MAX_EXPONENT).contains(&exponent);
        let exponent = exponents.iter().sum::<i64>();
        let leading = exponent + digits(coefficient.magnitude()) - 1;
        if !exponents.iter().all(|&part| in_range(part)) || !in_range(leading) {
            return Err(DecimalError::ExponentOutOfRange);
        }
        let exponent = i32::try_from(exponent).map_err(|_| DecimalError::ExponentOutOfRange)?;
        Ok(Self { coefficient, exponent })
    }

    /// The coefficient.
    #[must_use]
    pub fn coefficient(&self) -> &BigInt {
        &self.coefficient
    }

    /// The exponent of the last digit of the coefficient.
    #[must_use]
    pub fn exponent(&self) -> i32 {
        self.exponent
    }

    /// Whether the value is zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.coefficient.is_zero()
    }

    /// Whether the value is below zero.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        self.coefficient.is_negative()
    }

    /// The negated value.
    #[must_use]
    pub fn negate(&self) -> Self {
        Self { coefficient: -&self.coefficient, exponent: self.exponent }
    }

    /// Exponent of the leading digit.
    fn leading(&self) -> i64 {
        i64::from(self.exponent) + digits(self.coefficient.magnitude()) - 1
    }

    /// Both coefficients at the lower of the two exponents.
    fn align(&self, other: &Self) -> (BigInt, BigInt, i64) {
        let exponent = self.exponent.min(other.exponent);
        let at = |value: &Self| {
            let shift = value.exponent.abs_diff(exponent);
            if shift == 0 { value.coefficient.clone() } else { &value.coefficient * BigInt::from(pow10(shift)) }
        };
        (at(self), at(other), i64::from(exponent))
    }

    fn aligned(&self, other: &Self) -> Result<(BigInt, BigInt, i64), DecimalError> {
        if i64::from(self.exponent.abs_diff(other.exponent)) > MAX_EXPONENT {
            return Err(DecimalError::ExponentOutOfRange);
        }
        Ok(self.align(other))
    }

    /// The exact sum.
    ///
    /// # Errors
    ///
    /// The operands are too far apart.
    pub fn add(&self, other: &Self) -> Result<Self, DecimalError> {
        let (x, y, exponent) = self.aligned(other)?;
        Self::new(x + y, &[exponent])
    }

    /// The exact difference.
    ///
    /// # Errors
    ///
    /// The operands are too far apart.
    pub fn sub(&self, other: &Self) -> Result<Self, DecimalError> {
        self.add(&other.negate())
    }

    /// The product, rounded to 1024 digits.
    ///
    /// # Errors
    ///
    /// The result is out of range.
    pub fn mul(&self, other: &Self) -> Result<Self, DecimalError> {
        let exponent = i64::from(self.exponent) + i64::from(other.exponent);
        Self::rounded(&self.coefficient * &other.coefficient, exponent)
    }

    /// The quotient, rounded to 1024 digits.
    ///
    /// # Errors
    ///
    /// The divisor is zero or the result is out of range.
    pub fn div(&self, other: &Self) -> Result<Self, DecimalError> {
        if other.is_zero() {
            return Err(if self.is_zero() { DecimalError::Undefined } else { DecimalError::DivisionByZero });
        }
        let ideal = i64::from(self.exponent) - i64::from(other.exponent);
        if self.is_zero() {
            return Self::new(BigInt::ZERO, &[ideal]);
        }
        let missing = digits(other.coefficient.magnitude()) - digits(self.coefficient.magnitude());
        // One digit more than wanted is enough to round half up.
        let shift = (PRECISION + 1 + missing).max(0);
        let dividend = &self.coefficient * BigInt::from(pow10(u32::try_from(shift).unwrap_or(u32::MAX)));
        Self::rounded(dividend / &other.coefficient, ideal - shift)
    }

    /// 2^`exponent`, rounded to 1024 digits.
    ///
    /// # Errors
    ///
    /// The result is out of range.
    pub fn power_of_two(exponent: i64) -> Result<Self, DecimalError> {
        // 2^±332193 are the powers of two next to 10^±100000.
        let magnitude = u32::try_from(exponent.unsigned_abs()).unwrap_or(u32::MAX);
        if magnitude > 340_000 {
            return Err(DecimalError::ExponentOutOfRange);
        }
        if exponent >= 0 {
            Self::rounded(BigInt::one() << magnitude, 0)
        } else {
            let fives = BigInt::from(BigUint::from(5u32).pow(magnitude));
            let zeros = (PRECISION - digits(fives.magnitude())).max(0);
            let padded = fives * BigInt::from(pow10(u32::try_from(zeros).unwrap_or(0)));
            Self::rounded(padded, exponent - zeros)
        }
    }

    fn rounded(coefficient: BigInt, mut exponent: i64) -> Result<Self, DecimalError> {
        let excess = digits(coefficient.magnitude()) - PRECISION;
        if excess <= 0 {
            return Self::new(coefficient, &[]).and_then(|value| value.scaled(exponent));
        }
        let unit = pow10(u32::try_from(excess).unwrap_or(u32::MAX));
        let (sign, magnitude) = coefficient.into_parts();
        let (mut quotient, remainder) = magnitude.div_rem(&unit);
        exponent += excess;
        if remainder * 2u32 >= unit {
            quotient += 1u32;
            if digits(&quotient) > PRECISION {
                quotient /= 10u32;
                exponent += 1;
            }
        }
        Self { coefficient: BigInt::from_biguint(sign, quotient), exponent: 0 }.scaled(exponent)
    }

    /// The value × 10^`exponent`, for a value with exponent 0.
    fn scaled(self, exponent: i64) -> Result<Self, DecimalError> {
        let leading = exponent + digits(self.coefficient.magnitude()) - 1;
        if !(-MAX_EXPONENT..=MAX_EXPONENT).contains(&leading) {
            return Err(DecimalError::ExponentOutOfRange);
        }
        let exponent = i32::try_from(exponent).map_err(|_| DecimalError::ExponentOutOfRange)?;
        Ok(Self { coefficient: self.coefficient, exponent })
    }

    /// Compares by value.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Ordering {
        let sign = |value: &Self| match value.coefficient.sign() {
            Sign::Minus => -1,
            Sign::NoSign => 0,
            Sign::Plus => 1,
        };
        let by_sign = sign(self).cmp(&sign(other));
        if by_sign != Ordering::Equal || self.is_zero() {
            return by_sign;
        }
        let by_size = self.leading().cmp(&other.leading());
        if by_size != Ordering::Equal {
            return if self.is_negative() { by_size.reverse() } else { by_size };
        }
        let (x, y, _) = self.align(other);
        x.cmp(&y)
    }

    /// The value as an integer, if it is one.
    #[must_use]
    pub fn to_int(&self) -> Option<BigInt> {
        let unit = || BigInt::from(pow10(self.exponent.unsigned_abs()));
        if self.is_zero() {
            return Some(BigInt::ZERO);
        }
        if self.exponent >= 0 {
            return Some(&self.coefficient * unit());
        }
        if self.leading() < 0 {
            return None;
        }
        let (quotient, remainder) = self.coefficient.div_rem(&unit());
        remainder.is_zero().then_some(quotient)
    }

    /// The value as `float64`, correctly rounded; infinite if it is too large.
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        self.to_string().parse().unwrap_or(f64::NAN)
    }
}

/// The scientific-string form: plain from 10^-6 to the last digit, else `D.DDDE±X` (spec/01 §1.8).
impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = self.coefficient.magnitude().to_string();
        if self.is_negative() {
            f.write_str("-")?;
        }
        let exponent = i64::from(self.exponent);
        let leading = exponent + text.len() as i64 - 1;
        if exponent > 0 || leading < -6 {
            let (first, rest) = text.split_at(1);
            f.write_str(first)?;
            if !rest.is_empty() {
                write!(f, ".{rest}")?;
            }
            return write!(f, "E{leading:+}");
        }
        let fraction = usize::try_from(-exponent).unwrap_or(0);
        if fraction == 0 {
            f.write_str(&text)
        } else if fraction < text.len() {
            let (whole, rest) = text.split_at(text.len() - fraction);
            write!(f, "{whole}.{rest}")
        } else {
            write!(f, "0.{text:0>fraction$}")
        }
    }
}

/// 10^`power`.
pub(super) fn pow10(power: u32) -> BigUint {
    BigUint::from(10u32).pow(power)
}

/// Number of decimal digits; 1 for zero.
fn digits(value: &BigUint) -> i64 {
    if value.is_zero() {
        return 1;
    }
    // log10(2) from below and above, in units of 10^-12: the two estimates differ only next to a power of ten.
    let below = digits_estimate(value.bits() - 1, 301_029_995_663);
    let above = digits_estimate(value.bits(), 301_029_995_664);
    let mut count = below;
    while count < above && value >= &pow10(u32::try_from(count).unwrap_or(u32::MAX)) {
        count += 1;
    }
    count
}

fn digits_estimate(bits: u64, log: u128) -> i64 {
    (u128::from(bits) * log / 1_000_000_000_000) as i64 + 1
}
