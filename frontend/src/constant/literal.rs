//! Values of literals (spec/01 §1.8). The texts come from a scanner that has accepted them, so failures are rare.

use super::decimal::pow10;
use super::{ConstError, Constant, Decimal, unquote};
use crate::limits::Limits;
use num_bigint::{BigInt, BigUint};
use std::borrow::Cow;
use std::rc::Rc;

/// Digits up to which the library's quadratic conversion is used.
const DIRECT_DIGITS: usize = 2000;

/// The value of an integer literal: binary, octal (also with a leading 0), decimal or hexadecimal, with underscores.
///
/// # Errors
///
/// The text is no such literal, or longer than [`Limits::INTEGER_BITS`].
pub fn parse_int(text: &str) -> Result<Constant, ConstError> {
    let clean = without_underscores(text);
    let invalid = || ConstError::InvalidInteger(clean.to_string());
    let (radix, bits_per_digit, digits) = match clean.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, 4, &clean[2..]),
        [b'0', b'b' | b'B', ..] => (2, 1, &clean[2..]),
        [b'0', b'o' | b'O', ..] => (8, 3, &clean[2..]),
        [b'0', _, ..] => (8, 3, &clean[1..]),
        _ => (10, 3, &clean[..]),
    };
    if digits.is_empty() || !digits.bytes().all(|digit| char::from(digit).is_digit(radix)) {
        return Err(invalid());
    }
    let digits = digits.trim_start_matches('0');
    if digits.len() as u64 * bits_per_digit > Limits::INTEGER_BITS {
        return Err(ConstError::TooLarge);
    }
    let value = if digits.is_empty() {
        BigUint::ZERO
    } else if radix == 10 {
        decimal_digits(digits)
    } else {
        BigUint::parse_bytes(digits.as_bytes(), radix).ok_or_else(invalid)?
    };
    Ok(Constant::Int(BigInt::from(value)))
}

/// The value of a floating-point literal, decimal or hexadecimal, with underscores.
///
/// # Errors
///
/// The text is no such literal or its exponent is out of range.
pub fn parse_float(text: &str) -> Result<Constant, ConstError> {
    let clean = without_underscores(text);
    if clean.starts_with("0x") || clean.starts_with("0X") {
        hex_float(&clean).map(Constant::Dec)
    } else {
        decimal_float(&clean).map(Constant::Dec)
    }
}

/// The value of a character literal, quotes included.
///
/// # Errors
///
/// The text is no such literal.
pub fn parse_char(text: &str) -> Result<Constant, ConstError> {
    unquote::char_literal(text).map(Constant::Rune).ok_or(ConstError::InvalidQuoted)
}

/// The bytes of a string literal, interpreted or raw, quotes included.
///
/// # Errors
///
/// The text is no such literal.
pub fn parse_string(text: &str) -> Result<Rc<[u8]>, ConstError> {
    unquote::string_literal(text).map(Rc::from).ok_or(ConstError::InvalidQuoted)
}

fn without_underscores(text: &str) -> Cow<'_, str> {
    if text.contains('_') { Cow::Owned(text.replace('_', "")) } else { Cow::Borrowed(text) }
}

/// The value of decimal digits, split in halves so that long texts cost what their multiplications cost.
fn decimal_digits(digits: &str) -> BigUint {
    if digits.len() <= DIRECT_DIGITS {
        return BigUint::parse_bytes(digits.as_bytes(), 10).unwrap_or_default();
    }
    // The depth is the logarithm of the length.
    let (high, low) = digits.split_at(digits.len() / 2);
    decimal_digits(high) * pow10(low.len() as u32) + decimal_digits(low)
}

/// Digits before and after the point, and the exponent's text.
fn split_float(text: &str, markers: [char; 2]) -> (&str, &str, Option<&str>) {
    let (mantissa, exponent) = match text.split_once(markers) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    (whole, fraction, exponent)
}

/// A decimal exponent; beyond 64 bits the largest of its sign.
fn exponent(text: Option<&str>) -> Option<i64> {
    let Some(text) = text else { return Some(0) };
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    // Half the range, so that the sum with a fraction's length does not overflow.
    let value = digits.parse::<i64>().unwrap_or(i64::MAX).min(i64::MAX / 2);
    Some(if negative { -value } else { value })
}

fn decimal_float(text: &str) -> Result<Decimal, ConstError> {
    let invalid = || ConstError::InvalidDecimal(text.to_string());
    let (whole, fraction, exponent_text) = split_float(text, ['e', 'E']);
    let exponent = exponent(exponent_text).ok_or_else(invalid)?;
    let digits = [whole, fraction].concat();
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(invalid());
    }
    let significant = digits.trim_start_matches('0');
    if significant.len() > Limits::MANTISSA_DIGITS {
        return Err(invalid());
    }
    let coefficient = BigInt::from(decimal_digits(significant));
    Decimal::new(coefficient, &[-(fraction.len() as i64), exponent]).map_err(|_| invalid())
}

fn hex_float(text: &str) -> Result<Decimal, ConstError> {
    let invalid = |why| ConstError::InvalidHexFloat(text.to_string(), why);
    let (whole, fraction, exponent_text) = split_float(&text[2..], ['p', 'P']);
    if fraction.contains('.') {
        return Err(invalid("too many .s"));
    }
    let exponent = exponent(exponent_text).ok_or_else(|| invalid("exponent is not numeric"))?;
    let digits = [whole, fraction].concat();
    if digits.len() > Limits::MANTISSA_DIGITS {
        return Err(ConstError::TooLarge);
    }
    let mantissa = BigInt::parse_bytes(digits.as_bytes(), 16).ok_or_else(|| invalid(""))?;
    // **Quirk**: a digit after the point counts as one bit, not four.
    let power = Decimal::power_of_two(exponent.saturating_sub(fraction.len() as i64));
    let power = power.map_err(ConstError::HexExponent)?;
    Decimal::from_int(mantissa).mul(&power).map_err(ConstError::HexProduct)
}
