//! Constant values of the Go layer: exact integers, exact rationals, strings, booleans (spec/01 §3.1).
//!
//! They differ from [`crate::constant`], which folds as the virtual machine does: here floats are exact until they get a
//! type, integers are limited to 512 bits by the checker, and typed results are checked instead of wrapped.

use super::types::Basic;
use crate::constant::quote;
use num_bigint::{BigInt, BigUint, Sign};
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive, Zero};
use std::rc::Rc;

/// Bits of numerator or denominator beyond which a float is rounded.
const EXACT_BITS: u64 = 4096;
/// Bits that rounding keeps.
const MANTISSA_BITS: u64 = 512;
/// Decimal or binary exponents of literals beyond this have no value.
const MAX_EXPONENT: i64 = 50_000;

/// A constant value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Value {
    /// No value, after an error.
    Unknown,
    Bool(bool),
    Str(Rc<[u8]>),
    Int(BigInt),
    /// A float: numerator and positive denominator without common factor.
    Float(BigInt, BigInt),
}

impl Value {
    pub(super) fn int(value: i64) -> Self {
        Self::Int(BigInt::from(value))
    }

    /// A float from a fraction.
    pub(super) fn ratio(num: BigInt, den: BigInt) -> Self {
        if den.is_zero() {
            return Self::Unknown;
        }
        // Finding the common factor of very long numbers takes too long; these are rounded anyway.
        let long = num.bits().max(den.bits()) > 4 * EXACT_BITS;
        let factor = if long { BigInt::one() } else { num.gcd(&den) };
        let sign = if den.is_negative() { -BigInt::one() } else { BigInt::one() };
        let (num, den) = (num / &factor * &sign, den / &factor * &sign);
        if num.bits() < EXACT_BITS && den.bits() < EXACT_BITS {
            return Self::Float(num, den);
        }
        // Keep the leading bits only, as a multiple of a power of two.
        let exponent = i64::try_from(num.bits()).unwrap_or(0) - i64::try_from(den.bits()).unwrap_or(0);
        let shift = i64::try_from(MANTISSA_BITS).unwrap_or(0) - exponent;
        let (scaled_num, scaled_den) = if shift >= 0 { (num << shift, den) } else { (num, den << -shift) };
        let doubled: BigInt = scaled_num * 2 + &scaled_den;
        let rounded = doubled.div_floor(&(scaled_den * 2));
        let (num, den) =
            if shift >= 0 { (rounded, BigInt::one() << shift) } else { (rounded << -shift, BigInt::one()) };
        if shift < 0 {
            return Self::Float(num, den);
        }
        // The denominator is a power of two.
        let zeros = num.trailing_zeros().unwrap_or(0).min(shift.unsigned_abs());
        Self::Float(num >> zeros, den >> zeros)
    }

    /// The value as an integer, if it is one.
    pub(super) fn to_int(&self) -> Option<BigInt> {
        match self {
            Self::Int(value) => Some(value.clone()),
            Self::Float(num, den) if den.is_one() => Some(num.clone()),
            _ => None,
        }
    }

    fn to_ratio(&self) -> Option<(BigInt, BigInt)> {
        match self {
            Self::Int(value) => Some((value.clone(), BigInt::one())),
            Self::Float(num, den) => Some((num.clone(), den.clone())),
            _ => None,
        }
    }

    /// The value as `int64`.
    pub(super) fn to_i64(&self) -> Option<i64> {
        self.to_int()?.to_i64()
    }

    pub(super) fn is_negative(&self) -> bool {
        matches!(self, Self::Int(num) | Self::Float(num, _) if num.is_negative())
    }

    pub(super) fn is_zero(&self) -> bool {
        matches!(self, Self::Int(num) | Self::Float(num, _) if num.is_zero())
    }

    /// The value as a type of kind `basic` holds it; `None` if it does not fit.
    pub(super) fn represent(&self, basic: Basic) -> Option<Self> {
        if *self == Self::Unknown {
            return Some(Self::Unknown);
        }
        if basic.is_integer() {
            let value = self.to_int()?;
            let fits = match basic.integer_range() {
                Some((bits, true)) => {
                    let limit = BigInt::one() << (bits - 1);
                    value >= -limit.clone() && value < limit
                }
                Some((bits, false)) => !value.is_negative() && value < (BigInt::one() << bits),
                None => true,
            };
            return fits.then_some(Self::Int(value));
        }
        if basic.is_float() || basic.is_complex() {
            let (num, den) = self.to_ratio()?;
            return match basic {
                Basic::Float32 | Basic::Complex64 => round_to(&num, &den, 24, -149, 128),
                Basic::Float64 | Basic::Complex128 => round_to(&num, &den, 53, -1074, 1024),
                _ => Some(self.clone()),
            };
        }
        let fits = match self {
            Self::Str(_) => basic.is_string(),
            Self::Bool(_) => basic.is_boolean(),
            _ => false,
        };
        fits.then(|| self.clone())
    }

    /// The value as messages show it.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Unknown => "unknown".to_owned(),
            Self::Bool(value) => value.to_string(),
            Self::Str(bytes) => {
                let quoted = quote(bytes);
                const MAX: usize = 72;
                if quoted.chars().count() > MAX {
                    let head: String = quoted.chars().take(MAX - 3).collect();
                    format!("{head}...")
                } else {
                    quoted
                }
            }
            Self::Int(value) => value.to_string(),
            Self::Float(num, den) => float_text(num, den),
        }
    }
}

/// Rounds a fraction to a binary float of `precision` bits, with `min_exponent` the exponent of the smallest bit and
/// `max_exponent` the first power of two that is too large.
fn round_to(num: &BigInt, den: &BigInt, precision: i64, min_exponent: i64, max_exponent: i64) -> Option<Value> {
    if num.is_zero() {
        return Some(Value::Float(BigInt::ZERO, BigInt::one()));
    }
    let magnitude = num.abs();
    let mut exponent = i64::try_from(magnitude.bits()).ok()? - i64::try_from(den.bits()).ok()?;
    let reaches = if exponent >= 0 { magnitude >= (den << exponent) } else { (&magnitude << -exponent) >= *den };
    if !reaches {
        exponent -= 1;
    }
    // The value is in [2^exponent, 2^(exponent+1)).
    let unit = (exponent - precision + 1).max(min_exponent);
    let (scaled_num, scaled_den) =
        if unit <= 0 { (&magnitude << -unit, den.clone()) } else { (magnitude, den << unit) };
    let (mut quotient, rest) = scaled_num.div_rem(&scaled_den);
    let twice: BigInt = rest * 2;
    if twice > scaled_den || (twice == scaled_den && quotient.is_odd()) {
        quotient += 1;
    }
    if i64::try_from(quotient.bits()).ok()? + unit > max_exponent {
        return None;
    }
    let quotient = if num.is_negative() { -quotient } else { quotient };
    Some(if unit >= 0 {
        Value::ratio(quotient << unit, BigInt::one())
    } else {
        Value::ratio(quotient, BigInt::one() << -unit)
    })
}

/// `%.6g` of the nearest `float64`; digits and exponent directly when it is out of that range.
fn float_text(num: &BigInt, den: &BigInt) -> String {
    if num.is_zero() {
        return "0".to_owned();
    }
    let negative = if num.is_negative() { "-" } else { "" };
    let magnitude = num.abs();
    // Six significant digits by exact arithmetic.
    let estimate = (magnitude.bits() as f64 - den.bits() as f64) * std::f64::consts::LOG10_2;
    let mut exponent = estimate.floor() as i64;
    let scaled = |exponent: i64| -> BigInt {
        let shift = 5 - exponent;
        let (a, b) = if shift >= 0 {
            (&magnitude * pow10(shift), den.clone())
        } else {
            (magnitude.clone(), den * pow10(-shift))
        };
        let (quotient, rest) = a.div_rem(&b);
        let twice: BigInt = rest * 2;
        if twice > b || (twice == b && quotient.is_odd()) { quotient + 1 } else { quotient }
    };
    let mut digits = scaled(exponent);
    for _ in 0..4 {
        if digits >= BigInt::from(1_000_000) {
            exponent += 1;
        } else if digits < BigInt::from(100_000) {
            exponent -= 1;
        } else {
            break;
        }
        digits = scaled(exponent);
    }
    let digits = digits.to_string();
    let trimmed = digits.trim_end_matches('0');
    if !(-4..6).contains(&exponent) {
        let (first, rest) = trimmed.split_at(1.min(trimmed.len()));
        let point = if rest.is_empty() { "" } else { "." };
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{negative}{first}{point}{rest}e{sign}{:02}", exponent.unsigned_abs());
    }
    if exponent < 0 {
        let zeros = "0".repeat(usize::try_from(-exponent - 1).unwrap_or(0));
        return format!("{negative}0.{zeros}{trimmed}");
    }
    let whole = usize::try_from(exponent + 1).unwrap_or(1).min(digits.len());
    let (head, tail) = digits.split_at(whole);
    let tail = tail.trim_end_matches('0');
    let point = if tail.is_empty() { "" } else { "." };
    format!("{negative}{head}{point}{tail}")
}

fn pow10(exponent: i64) -> BigInt {
    BigInt::from(10).pow(u32::try_from(exponent).unwrap_or(0))
}

/// The value of an integer literal.
pub(super) fn int_literal(text: &str) -> Value {
    match crate::constant::parse_int(text) {
        Ok(crate::constant::Constant::Int(value)) => Value::Int(value),
        _ => Value::Unknown,
    }
}

/// The value of a floating-point literal, decimal or hexadecimal.
pub(super) fn float_literal(text: &str) -> Value {
    let clean: String = text.chars().filter(|&c| c != '_').collect::<String>().to_ascii_lowercase();
    let (radix, body, marker) = match clean.strip_prefix("0x") {
        Some(rest) => (16, rest, 'p'),
        None => (10, clean.as_str(), 'e'),
    };
    let (mantissa, exponent) = body.split_once(marker).unwrap_or((body, "0"));
    let Ok(exponent) = exponent.parse::<i64>() else { return Value::Unknown };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let digits = if digits.is_empty() { "0" } else { &digits };
    let Some(num) = BigUint::parse_bytes(digits.as_bytes(), radix) else { return Value::Unknown };
    let num = BigInt::from_biguint(Sign::Plus, num);
    if num.is_zero() {
        return Value::Float(num, BigInt::one());
    }
    let fraction = i64::try_from(fraction.len()).unwrap_or(i64::MAX);
    let scale = if radix == 16 {
        exponent.saturating_sub(fraction.saturating_mul(4))
    } else {
        exponent.saturating_sub(fraction)
    };
    if scale.abs() > MAX_EXPONENT {
        return Value::Unknown;
    }
    let factor = if radix == 16 { BigInt::one() << scale.abs() } else { pow10(scale.abs()) };
    if scale >= 0 { Value::ratio(num * factor, BigInt::one()) } else { Value::ratio(num, factor) }
}

/// Folds `x op y` for two values of one kind; `integer` asks for integer division.
pub(super) fn binary(op: crate::syntax::ast::BinaryOp, x: &Value, y: &Value, integer: bool) -> Value {
    use crate::syntax::ast::BinaryOp as B;
    match (x, y) {
        (Value::Bool(x), Value::Bool(y)) => match op {
            B::LogicalAnd => Value::Bool(*x && *y),
            B::LogicalOr => Value::Bool(*x || *y),
            _ => Value::Unknown,
        },
        (Value::Str(x), Value::Str(y)) if op == B::Add => {
            if x.len().saturating_add(y.len()) > crate::limits::Limits::STRING_BYTES {
                return Value::Unknown;
            }
            Value::Str([&**x, &**y].concat().into())
        }
        (Value::Int(x), Value::Int(y)) => match op {
            B::Add => Value::Int(x + y),
            B::Sub => Value::Int(x - y),
            B::Mul => Value::Int(x * y),
            B::Quo if y.is_zero() => Value::Unknown,
            B::Quo if integer => Value::Int(x / y),
            B::Quo => Value::ratio(x.clone(), y.clone()),
            B::Rem if !y.is_zero() => Value::Int(x % y),
            B::And => Value::Int(x & y),
            B::Or => Value::Int(x | y),
            B::Xor => Value::Int(x ^ y),
            B::AndNot => Value::Int(x & !y.clone()),
            _ => Value::Unknown,
        },
        _ => {
            let (Some((a, b)), Some((c, d))) = (x.to_ratio(), y.to_ratio()) else { return Value::Unknown };
            match op {
                B::Add => Value::ratio(a * &d + c * &b, b * d),
                B::Sub => Value::ratio(a * &d - c * &b, b * d),
                B::Mul => Value::ratio(a * c, b * d),
                B::Quo => Value::ratio(a * d, b * c),
                _ => Value::Unknown,
            }
        }
    }
}

/// Compares two values of one kind; `None` if one of them is unknown.
pub(super) fn compare(op: crate::syntax::ast::BinaryOp, x: &Value, y: &Value) -> Option<bool> {
    use crate::syntax::ast::BinaryOp as B;
    let order = match (x, y) {
        (Value::Bool(x), Value::Bool(y)) => x.cmp(y),
        (Value::Str(x), Value::Str(y)) => x.cmp(y),
        _ => {
            let ((a, b), (c, d)) = (x.to_ratio()?, y.to_ratio()?);
            (a * d).cmp(&(c * b))
        }
    };
    Some(match op {
        B::Equal => order.is_eq(),
        B::NotEqual => order.is_ne(),
        B::Less => order.is_lt(),
        B::LessEqual => order.is_le(),
        B::Greater => order.is_gt(),
        B::GreaterEqual => order.is_ge(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{Value, float_literal, int_literal};
    use crate::golayer::types::Basic;

    #[test]
    fn floats_print_six_digits() {
        for (text, shown) in [
            ("1e400", "1e+400"),
            ("6.0", "6"),
            ("2.5", "2.5"),
            ("1e39", "1e+39"),
            ("0.00001", "1e-05"),
            ("1234567.0", "1.23457e+06"),
            ("0x1p-2", "0.25"),
        ] {
            assert_eq!(float_literal(text).text(), shown, "{text}");
        }
    }

    #[test]
    fn ranges_of_types() {
        assert!(int_literal("127").represent(Basic::Int8).is_some());
        assert!(int_literal("128").represent(Basic::Int8).is_none());
        assert!(float_literal("1e400").represent(Basic::Float64).is_none());
        assert!(float_literal("1e39").represent(Basic::Float32).is_none());
        assert_eq!(float_literal("2.0").represent(Basic::Int), Some(Value::int(2)));
        assert!(float_literal("2.5").represent(Basic::Int).is_none());
    }
}
