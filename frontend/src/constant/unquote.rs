//! Character and string literals: Go's rules of quoting.

/// What one element of a quoted text stands for.
enum Element {
    /// A character, encoded as UTF-8 in strings.
    Char(char),
    /// `\x` and octal escapes: a byte in strings, a number in characters.
    Byte(u8),
}

/// The value of a character literal.
pub(super) fn char_literal(text: &str) -> Option<i32> {
    let inner = text.strip_prefix('\'')?.strip_suffix('\'')?;
    let (element, rest) = element(inner, '\'')?;
    if !rest.is_empty() {
        return None;
    }
    Some(match element {
        Element::Char(value) => value as i32,
        Element::Byte(value) => i32::from(value),
    })
}

/// The bytes of a string literal.
pub(super) fn string_literal(text: &str) -> Option<Vec<u8>> {
    if let Some(raw) = text.strip_prefix('`') {
        let raw = raw.strip_suffix('`')?;
        let valid = !raw.contains('`');
        return valid.then(|| raw.bytes().filter(|&byte| byte != b'\r').collect());
    }
    let mut rest = text.strip_prefix('"')?.strip_suffix('"')?;
    let mut bytes = Vec::with_capacity(rest.len());
    while !rest.is_empty() {
        // Everything up to the next special character at once.
        let plain = rest.find(['\\', '"', '\n']).unwrap_or(rest.len());
        bytes.extend_from_slice(&rest.as_bytes()[..plain]);
        rest = &rest[plain..];
        if rest.is_empty() {
            break;
        }
        let (element, after) = element(rest, '"')?;
        match element {
            Element::Char(value) => bytes.extend_from_slice(value.encode_utf8(&mut [0; 4]).as_bytes()),
            Element::Byte(value) => bytes.push(value),
        }
        rest = after;
    }
    Some(bytes)
}

/// The first character or escape of `text`, and what follows it.
fn element(text: &str, quote: char) -> Option<(Element, &str)> {
    let mut chars = text.chars();
    let first = chars.next()?;
    if first == quote || first == '\n' {
        return None;
    }
    if first != '\\' {
        return Some((Element::Char(first), chars.as_str()));
    }
    let escape = chars.next()?;
    let rest = chars.as_str();
    let simple = |value: char| Some((Element::Char(value), rest));
    match escape {
        'a' => simple('\x07'),
        'b' => simple('\x08'),
        'f' => simple('\x0c'),
        'n' => simple('\n'),
        'r' => simple('\r'),
        't' => simple('\t'),
        'v' => simple('\x0b'),
        '\\' => simple('\\'),
        '\'' | '"' if escape == quote => simple(quote),
        'x' => {
            let (value, rest) = number(rest, 2, 16)?;
            Some((Element::Byte(u8::try_from(value).ok()?), rest))
        }
        'u' | 'U' => {
            let (value, rest) = number(rest, if escape == 'u' { 4 } else { 8 }, 16)?;
            Some((Element::Char(char::from_u32(value)?), rest))
        }
        '0'..='7' => {
            let (value, rest) = number(&text[1..], 3, 8)?;
            Some((Element::Byte(u8::try_from(value).ok()?), rest))
        }
        _ => None,
    }
}

/// A number of exactly `len` digits.
fn number(text: &str, len: usize, radix: u32) -> Option<(u32, &str)> {
    let digits = text.get(..len)?;
    let valid = digits.bytes().all(|digit| char::from(digit).is_digit(radix));
    let value = u32::from_str_radix(digits, radix).ok().filter(|_| valid)?;
    Some((value, &text[len..]))
}
