//! Constants as messages show them.

use super::Constant;
use std::fmt::Write;

impl Constant {
    /// The bare value: integers and runes in decimal, decimals in scientific-string form, floats as printed
    /// (spec/01 §1.12), strings quoted, `nil` as `undefined`.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Nil => "undefined".to_string(),
            Self::Bool(value) => value.to_string(),
            Self::Str(bytes) => quote(bytes),
            Self::Int(value) => value.to_string(),
            Self::Dec(value) => value.to_string(),
            Self::Rune(value) => value.to_string(),
            Self::Fixed(value) => value.value().to_string(),
            Self::Float32(bits) => {
                let value = f32::from_bits(*bits);
                float_text(value.is_nan(), value.is_infinite(), value.is_sign_negative(), &format!("{value:e}"))
            }
            Self::Float64(bits) => {
                let value = f64::from_bits(*bits);
                float_text(value.is_nan(), value.is_infinite(), value.is_sign_negative(), &format!("{value:e}"))
            }
        }
    }
}

/// The shortest digits, in exponent form if the decimal exponent is below -4 or at least 6 (spec/01 §1.12).
fn float_text(nan: bool, infinite: bool, negative: bool, scientific: &str) -> String {
    if nan {
        return "NaN".to_string();
    }
    if infinite {
        return if negative { "-Inf" } else { "+Inf" }.to_string();
    }
    let sign = if negative { "-" } else { "" };
    let (mantissa, exponent) = scientific.trim_start_matches('-').split_once('e').unwrap_or((scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    if !(-4..6).contains(&exponent) {
        let point = if digits.len() > 1 { "." } else { "" };
        let exponent_sign = if exponent < 0 { '-' } else { '+' };
        return format!("{sign}{}{point}{}e{exponent_sign}{:02}", &digits[..1], &digits[1..], exponent.unsigned_abs());
    }
    if exponent < 0 {
        let width = digits.len() + exponent.unsigned_abs() as usize - 1;
        return format!("{sign}0.{digits:0>width$}");
    }
    let whole = exponent.unsigned_abs() as usize + 1;
    if digits.len() <= whole {
        return format!("{sign}{digits:0<whole$}");
    }
    format!("{sign}{}.{}", &digits[..whole], &digits[whole..])
}

/// A double-quoted Go string literal of the bytes, with everything escaped that is not printable.
#[must_use]
pub fn quote(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() + 2);
    out.push('"');
    for chunk in bytes.utf8_chunks() {
        chunk.valid().chars().for_each(|char| push_quoted(&mut out, char));
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out.push('"');
    out
}

fn push_quoted(out: &mut String, char: char) {
    match char {
        '\x07' => out.push_str("\\a"),
        '\x08' => out.push_str("\\b"),
        '\x0c' => out.push_str("\\f"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\x0b' => out.push_str("\\v"),
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        _ if is_printable(char) => out.push(char),
        _ => {
            // Writing to a string cannot fail.
            let _ = match u32::from(char) {
                code @ (0..0x20 | 0x7f) => write!(out, "\\x{code:02x}"),
                code @ ..0x10000 => write!(out, "\\u{code:04x}"),
                code => write!(out, "\\U{code:08x}"),
            };
        }
    }
}

/// Letters, marks, numbers, punctuation, symbols and the ASCII space.
fn is_printable(char: char) -> bool {
    if char.is_ascii() {
        return (' '..='~').contains(&char);
    }
    // Behind another character the library escapes exactly what is not printable, marks excepted.
    let mut text = String::from("a");
    text.push(char);
    text.escape_debug().nth(1) == Some(char)
}
