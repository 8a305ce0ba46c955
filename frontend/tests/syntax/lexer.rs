//! Tokens, automatic semicolons, malformed tokens.

use regno_frontend::syntax::lexer::Lexer;
use regno_frontend::syntax::token::TokenKind;

/// The tokens of `text` as written, `⏎` for an automatic semicolon; errors follow as `offset message`.
fn tokens(text: &[u8]) -> (String, Vec<String>) {
    let mut lexer = Lexer::new(text, 100);
    let mut shown = Vec::new();
    loop {
        let token = lexer.next_token();
        let bytes = &text[token.span.start as usize..token.span.end as usize];
        match token.kind {
            TokenKind::Eof => break,
            TokenKind::AutoSemicolon => shown.push("⏎".to_owned()),
            _ => shown.push(String::from_utf8_lossy(bytes).into_owned()),
        }
    }
    let errors = lexer.errors().iter().map(|error| format!("{} {}", error.span.start, error.error)).collect();
    (shown.join(" "), errors)
}

#[track_caller]
fn clean(text: &str, wanted: &str) {
    assert_eq!(tokens(text.as_bytes()), (wanted.to_owned(), Vec::new()), "{text:?}");
}

#[track_caller]
fn refused(text: &[u8], wanted: &[&str]) {
    assert_eq!(tokens(text).1, wanted, "{:?}", String::from_utf8_lossy(text));
}

#[test]
fn operators_take_the_longest_match() {
    clean("a&^=b&^c&&d<<=e<<f<-g<=h...i..j", "a &^= b &^ c && d <<= e << f <- g <= h ... i . . j ⏎");
    clean("x+++y--", "x ++ + y -- ⏎");
    clean(":=:==!!=|||~", ":= := = ! != || | ~");
}

#[test]
fn a_line_end_is_a_semicolon_after_tokens_that_can_end_a_statement() {
    clean("a\n1\n'x'\n\"s\"\n`r`\n", "a ⏎ 1 ⏎ 'x' ⏎ \"s\" ⏎ `r` ⏎");
    clean(
        "break\ncontinue\nfallthrough\nreturn\n++\n--\n)\n]\n}\n",
        "break ⏎ continue ⏎ fallthrough ⏎ return ⏎ ++ ⏎ -- ⏎ ) ⏎ ] ⏎ } ⏎",
    );
    clean("+\n(\n{\n,\n.\nif\ngoto\n", "+ ( { , . if goto");
    clean("a", "a ⏎");
}

#[test]
fn comments_come_before_the_semicolon_they_stand_in_front_of() {
    clean("a // c\nb", "a // c ⏎ b ⏎");
    clean("a /* c */ b", "a /* c */ b ⏎");
    clean("a /* c */\nb", "a /* c */ ⏎ b ⏎");
    clean("a /* c\n */ b", "a /* c\n */ ⏎ b ⏎");
    clean("a // c", "a // c ⏎");
    clean("+ // c\nb", "+ // c b ⏎");
}

#[test]
fn numbers_and_their_errors() {
    clean(
        "0 017 0x1F 0b10 0o17 1_000 0x_f .5 1. 1e3 1E-3 0x1p-2 0x.8p1 09.5 08i 1i",
        "0 017 0x1F 0b10 0o17 1_000 0x_f .5 1. 1e3 1E-3 0x1p-2 0x.8p1 09.5 08i 1i ⏎",
    );
    refused(b"08", &["1 invalid digit '8' in octal literal"]);
    refused(b"0b12", &["3 invalid digit '2' in binary literal"]);
    refused(b"0x", &["2 hexadecimal literal has no digits"]);
    refused(b"0b1.0", &["3 invalid radix point in binary literal"]);
    refused(b"1e", &["2 exponent has no digits"]);
    refused(b"1p3", &["1 'p' exponent requires hexadecimal mantissa"]);
    refused(b"0b1e3", &["3 'e' exponent requires decimal mantissa"]);
    refused(b"0x1.8", &["5 hexadecimal mantissa requires a 'p' exponent"]);
    refused(b"1__0", &["2 '_' must separate successive digits"]);
    refused(b"1_", &["1 '_' must separate successive digits"]);
}

#[test]
fn characters_and_strings_and_their_errors() {
    clean("'\\'' '\\x41' '\\u00e9' \"\\\"\\101\" 'é'", "'\\'' '\\x41' '\\u00e9' \"\\\"\\101\" 'é' ⏎");
    refused(b"''", &["0 illegal rune literal"]);
    refused(b"'ab'", &["0 illegal rune literal"]);
    refused(b"'a\n", &["0 rune literal not terminated"]);
    refused(b"\"a\n", &["0 string literal not terminated"]);
    refused(b"`a", &["0 raw string literal not terminated"]);
    refused(b"\"\\q\"", &["2 unknown escape sequence"]);
    refused(b"\"\\x4g\"", &["4 illegal character U+0067 'g' in escape sequence"]);
    refused(b"\"\\400\"", &["2 escape sequence is invalid Unicode code point"]);
    refused(b"'\\ud800'", &["2 escape sequence is invalid Unicode code point"]);
    refused(b"/* a", &["0 comment not terminated"]);
}

#[test]
fn characters_that_may_stand_nowhere() {
    refused(b"a \x00", &["2 illegal character NUL", "2 illegal character U+0000"]);
    refused(b"\"\x00\"", &["1 illegal character NUL"]);
    refused(b"// \xff", &["3 illegal UTF-8 encoding"]);
    refused("a \u{feff}".as_bytes(), &["2 illegal byte order mark"]);
    refused("\u{201c}".as_bytes(), &["0 curly quotation mark '\u{201c}' (use neutral '\"')"]);
    refused(b"#", &["0 illegal character U+0023 '#'"]);
    clean("\u{feff}a", "a ⏎");
    clean("größe _1 π٣", "größe _1 π٣ ⏎");
    refused("a\u{0301}".as_bytes(), &["1 illegal character U+0301 '\u{301}'"]);
}
