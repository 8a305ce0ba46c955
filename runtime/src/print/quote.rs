//! Quoting of strings inside composite values, as `strconv.Quote` of Go.

/// The string in double quotes with everything escaped that is not printable.
pub fn quote(bytes: &[u8]) -> String {
    let mut out = String::from("\"");
    for chunk in bytes.utf8_chunks() {
        chunk.valid().chars().for_each(|c| push_char(&mut out, c));
        for byte in chunk.invalid() {
            out.push_str(&format!("\\x{byte:02x}"));
        }
    }
    out.push('"');
    out
}

fn push_char(out: &mut String, c: char) {
    let escape = match c {
        '"' | '\\' => {
            out.push('\\');
            out.push(c);
            return;
        }
        '\x07' => "\\a",
        '\x08' => "\\b",
        '\x0c' => "\\f",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\x0b' => "\\v",
        _ if is_printable(c) => {
            out.push(c);
            return;
        }
        _ => {
            let code = c as u32;
            out.push_str(&match code {
                0..0x20 | 0x7f => format!("\\x{code:02x}"),
                0x80..0x1_0000 => format!("\\u{code:04x}"),
                _ => format!("\\U{code:08x}"),
            });
            return;
        }
    };
    out.push_str(escape);
}

/// Letters, marks, numbers, punctuation, symbols and the ASCII space.
fn is_printable(c: char) -> bool {
    if c.is_ascii() {
        return (' '..='~').contains(&c);
    }
    // The standard library's debug form escapes the same characters, and marks only at the start.
    ['a', c].iter().collect::<String>().escape_debug().count() == 2
}

#[cfg(test)]
mod tests {
    use super::quote;

    #[test]
    fn strings_are_quoted_as_go_does() {
        assert_eq!(quote(b"plain"), "\"plain\"");
        assert_eq!(quote(b"a\"b\\c\n\t\x00\x7f\x1b"), r#""a\"b\\c\n\t\x00\x7f\x1b""#);
        assert_eq!(quote(b"\xff\xe2\x82"), r#""\xff\xe2\x82""#);
        assert_eq!(quote("é€e\u{301}'\u{a0}\u{feff}\u{e000}".as_bytes()), "\"é€e\u{301}'\\u00a0\\ufeff\\ue000\"");
        assert_eq!(quote("\u{10ffff}\u{1f600}\u{fffd}".as_bytes()), "\"\\U0010ffff\u{1f600}\u{fffd}\"");
    }
}
