//! Classes of characters, and how messages show them.

/// The first character of `bytes`, if they start with valid UTF-8.
pub(super) fn decode(bytes: &[u8]) -> Option<char> {
    let head = bytes.get(..4).unwrap_or(bytes);
    let valid = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(head.get(..error.valid_up_to())?).ok()?,
    };
    valid.chars().next()
}

/// Whether a name may start with `c`: `_` or a character of a Unicode category L.
pub(super) fn is_letter(c: char) -> bool {
    if c.is_ascii() {
        return c == '_' || c.is_ascii_alphabetic();
    }
    // Category L is what starts an identifier, without letter-like numbers and two marks, and with the letters whose
    // compatibility form does not start one.
    let starts = unicode_ident::is_xid_start(c) && c.is_alphabetic() && !c.is_numeric();
    (starts && !matches!(c, '\u{1885}' | '\u{1886}'))
        || matches!(
            c,
            '\u{37a}' | '\u{e33}' | '\u{eb3}' | '\u{fc5e}'
                ..='\u{fc63}' | '\u{fdfa}' | '\u{fdfb}' | '\u{ff9e}' | '\u{ff9f}'
        )
        || (matches!(c, '\u{fe70}'..='\u{fe7e}') && c.is_alphabetic())
}

/// Whether a name may continue with `c` beside letters: Unicode category Nd.
pub(super) fn is_digit(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_digit();
    }
    unicode_ident::is_xid_continue(c)
        && c.is_numeric()
        && !c.is_alphabetic()
        && !matches!(c, '\u{1369}'..='\u{1371}' | '\u{19da}')
}

/// `U+0041 'A'`; without the character where it cannot be shown.
pub(super) fn unicode_name(c: char) -> String {
    let code = u32::from(c);
    if is_shown(c) { format!("U+{code:04X} '{c}'") } else { format!("U+{code:04X}") }
}

/// The character in single quotes, escaped if need be.
pub(super) fn quoted(c: char) -> String {
    match c {
        '\'' => "'\\''".to_owned(),
        '\\' => "'\\\\'".to_owned(),
        _ if is_shown(c) => format!("'{c}'"),
        _ => format!("'\\u{:04x}'", u32::from(c)),
    }
}

fn is_shown(c: char) -> bool {
    c == ' '
        || !(c.is_control()
            || c.is_whitespace()
            || matches!(c, '\u{fffe}'.. | '\u{e000}'..='\u{f8ff}' | '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{ad}')
                && u32::from(c) < 0x1_0000)
}
