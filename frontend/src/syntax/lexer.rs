//! The lexer: bytes to tokens, with automatic semicolons.
//!
//! Comments are tokens, because each costs parse gas (spec/02 §12): a `//` comment comes before the semicolon that its line end
//! inserts, a `/* */` comment that contains a newline before the semicolon that it triggers.

use super::token::Token;
use crate::source::Span;

/// One token.
#[derive(Clone, Copy, Debug)]
pub struct Lexeme {
    /// Kind.
    pub token: Token,
    /// Bytes; empty at the newline or end of file for an automatic semicolon.
    pub span: Span,
    /// A semicolon that a newline or the end of file inserted.
    pub automatic: bool,
}

/// A lexical error: where, and what.
#[derive(Clone, Debug)]
pub struct LexError {
    /// Offset of the offending byte or token.
    pub offset: u32,
    /// Message.
    pub message: String,
}

/// Reads tokens from a source.
pub struct Lexer<'s> {
    source: &'s [u8],
    at: usize,
    insert_semicolon: bool,
    /// A comment with a newline has been delivered: the semicolon comes next.
    semicolon_due: bool,
    /// Errors so far.
    pub errors: Vec<LexError>,
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

impl<'s> Lexer<'s> {
    /// A lexer at the start of the source. A byte order mark there is skipped.
    pub fn new(source: &'s [u8]) -> Lexer<'s> {
        let at = if source.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        Lexer { source, at, insert_semicolon: false, semicolon_due: false, errors: Vec::new() }
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.source.get(self.at + ahead).copied()
    }

    fn error(&mut self, at: usize, message: impl Into<String>) {
        self.errors.push(LexError { offset: offset(at), message: message.into() });
    }

    /// The next character and its width; invalid UTF-8 is reported and read as U+FFFD.
    fn char_at(&mut self, at: usize) -> Option<(char, usize)> {
        let first = *self.source.get(at)?;
        if first < 0x80 {
            return Some((char::from(first), 1));
        }
        let bytes = self.source.get(at..(at + 4).min(self.source.len())).unwrap_or_default();
        let valid = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => std::str::from_utf8(bytes.get(..error.valid_up_to()).unwrap_or_default()).unwrap_or(""),
        };
        match valid.chars().next() {
            Some(c) => Some((c, c.len_utf8())),
            None => {
                self.error(at, "illegal UTF-8 encoding");
                Some(('\u{fffd}', 1))
            }
        }
    }

    /// The next token.
    pub fn next_token(&mut self) -> Lexeme {
        if self.semicolon_due {
            return self.automatic_semicolon();
        }
        while let Some(byte) = self.byte(0) {
            match byte {
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'\n' if !self.insert_semicolon => self.at += 1,
                b'\n' => {
                    let lexeme = self.automatic_semicolon();
                    self.at += 1;
                    return lexeme;
                }
                _ => break,
            }
        }
        let start = self.at;
        let Some(first) = self.byte(0) else {
            if self.insert_semicolon {
                return self.automatic_semicolon();
            }
            return self.lexeme(Token::Eof, start);
        };
        if first == b'/' && matches!(self.byte(1), Some(b'/' | b'*')) {
            return self.comment();
        }
        let token = match first {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.identifier(),
            b'0'..=b'9' => self.number(),
            b'.' if self.byte(1).is_some_and(|b| b.is_ascii_digit()) => self.number(),
            b'"' => self.string(),
            b'`' => self.raw_string(),
            b'\'' => self.rune(),
            0x80.. => self.unicode(),
            _ => self.operator(first),
        };
        self.insert_semicolon = token.ends_statement() || (token == Token::Illegal && self.insert_semicolon);
        self.lexeme(token, start)
    }

    fn lexeme(&self, token: Token, start: usize) -> Lexeme {
        Lexeme { token, span: Span::new(offset(start), offset(self.at)), automatic: false }
    }

    fn automatic_semicolon(&mut self) -> Lexeme {
        self.insert_semicolon = false;
        self.semicolon_due = false;
        Lexeme { token: Token::Semicolon, span: Span::at(offset(self.at)), automatic: true }
    }

    fn comment(&mut self) -> Lexeme {
        let start = self.at;
        if self.byte(1) == Some(b'/') {
            while self.byte(0).is_some_and(|byte| byte != b'\n') {
                self.at += 1;
            }
            return self.lexeme(Token::Comment, start);
        }
        self.at += 2;
        let mut newline = false;
        loop {
            match self.byte(0) {
                None => {
                    self.error(start, "comment not terminated");
                    break;
                }
                Some(b'*') if self.byte(1) == Some(b'/') => {
                    self.at += 2;
                    break;
                }
                Some(byte) => {
                    newline |= byte == b'\n';
                    self.at += 1;
                }
            }
        }
        self.semicolon_due = newline && self.insert_semicolon;
        self.lexeme(Token::Comment, start)
    }

    fn identifier(&mut self) -> Token {
        let start = self.at;
        while let Some(byte) = self.byte(0) {
            if byte.is_ascii_alphanumeric() || byte == b'_' {
                self.at += 1;
            } else if byte >= 0x80 {
                match self.char_at(self.at) {
                    Some((c, width)) if is_letter(c) || is_digit(c) => self.at += width,
                    _ => break,
                }
            } else {
                break;
            }
        }
        let text = self.source.get(start..self.at).and_then(|bytes| std::str::from_utf8(bytes).ok());
        text.and_then(Token::keyword).unwrap_or(Token::Ident)
    }

    fn unicode(&mut self) -> Token {
        let Some((c, width)) = self.char_at(self.at) else { return Token::Eof };
        if is_letter(c) {
            return self.identifier();
        }
        let at = self.at;
        self.at += width;
        match c {
            '\u{fffd}' if width == 1 => {}
            '\u{feff}' => self.error(at, "illegal byte order mark"),
            '\u{201c}' | '\u{201d}' => self.error(at, format!("curly quotation mark {c:?} (use neutral '\"')")),
            _ => self.error(at, format!("illegal character U+{:04X} '{c}'", u32::from(c))),
        }
        Token::Illegal
    }

    fn digits(&mut self, base: u32, invalid: &mut Option<usize>) -> (bool, bool) {
        let (mut any, mut separators) = (false, false);
        while let Some(byte) = self.byte(0) {
            let valid = if base <= 10 { byte.is_ascii_digit() } else { byte.is_ascii_hexdigit() };
            if byte == b'_' {
                separators = true;
            } else if valid {
                any = true;
                if base <= 10 && u32::from(byte - b'0') >= base && invalid.is_none() {
                    *invalid = Some(self.at);
                }
            } else {
                break;
            }
            self.at += 1;
        }
        (any, separators)
    }

    fn number(&mut self) -> Token {
        let start = self.at;
        let mut token = Token::Int;
        let (mut base, mut prefix) = (10, 0_u8);
        let mut invalid = None;
        let (mut any, mut separators) = (false, false);
        if self.byte(0) != Some(b'.') {
            if self.byte(0) == Some(b'0') {
                self.at += 1;
                let (radix, letter) = match self.byte(0).map(|byte| byte.to_ascii_lowercase()) {
                    Some(b'x') => (16, b'x'),
                    Some(b'o') => (8, b'o'),
                    Some(b'b') => (2, b'b'),
                    _ => (8, b'0'),
                };
                if letter == b'0' {
                    any = true;
                } else {
                    self.at += 1;
                }
                (base, prefix) = (radix, letter);
            }
            let (more, seps) = self.digits(base, &mut invalid);
            any |= more;
            separators |= seps;
        }
        if self.byte(0) == Some(b'.') {
            token = Token::Float;
            if prefix == b'o' || prefix == b'b' {
                self.error(self.at, format!("invalid radix point in {}", literal_name(prefix)));
            }
            self.at += 1;
            let (more, seps) = self.digits(base, &mut invalid);
            any |= more;
            separators |= seps;
        }
        if !any {
            self.error(start, format!("{} has no digits", literal_name(prefix)));
        }
        if let Some(exponent @ (b'e' | b'E' | b'p' | b'P')) = self.byte(0) {
            let hex = exponent.eq_ignore_ascii_case(&b'p');
            if !hex && prefix != 0 && prefix != b'0' {
                self.error(self.at, format!("'{}' exponent requires decimal mantissa", char::from(exponent)));
            } else if hex && prefix != b'x' {
                self.error(self.at, format!("'{}' exponent requires hexadecimal mantissa", char::from(exponent)));
            }
            token = Token::Float;
            self.at += 1;
            if matches!(self.byte(0), Some(b'+' | b'-')) {
                self.at += 1;
            }
            let (more, seps) = self.digits(10, &mut None);
            separators |= seps;
            if !more {
                self.error(start, "exponent has no digits");
            }
        } else if prefix == b'x' && token == Token::Float {
            self.error(start, "hexadecimal mantissa requires a 'p' exponent");
        }
        if self.byte(0) == Some(b'i') {
            token = Token::Imag;
            self.at += 1;
        }
        if let (Token::Int, Some(at)) = (token, invalid) {
            let digit = self.source.get(at).copied().map_or(' ', char::from);
            self.error(at, format!("invalid digit '{digit}' in {}", literal_name(prefix)));
        }
        if separators && !separators_fit(self.source.get(start..self.at).unwrap_or_default()) {
            self.error(start, "'_' must separate successive digits");
        }
        token
    }

    fn string(&mut self) -> Token {
        let start = self.at;
        self.at += 1;
        loop {
            match self.byte(0) {
                None | Some(b'\n') => {
                    self.error(start, "string literal not terminated");
                    break;
                }
                Some(b'"') => {
                    self.at += 1;
                    break;
                }
                Some(b'\\') => {
                    self.at += 1;
                    self.escape(b'"');
                }
                Some(_) => self.skip_char(),
            }
        }
        Token::String
    }

    fn skip_char(&mut self) {
        if self.byte(0) == Some(0) {
            self.error(self.at, "illegal character NUL");
        }
        let width = self.char_at(self.at).map_or(1, |(_, width)| width);
        self.at += width;
    }

    fn raw_string(&mut self) -> Token {
        let start = self.at;
        self.at += 1;
        loop {
            match self.byte(0) {
                None => {
                    self.error(start, "raw string literal not terminated");
                    break;
                }
                Some(b'`') => {
                    self.at += 1;
                    break;
                }
                Some(_) => self.skip_char(),
            }
        }
        Token::String
    }

    fn rune(&mut self) -> Token {
        let start = self.at;
        self.at += 1;
        let errors = self.errors.len();
        let mut count = 0_u32;
        loop {
            match self.byte(0) {
                None | Some(b'\n') => {
                    if self.errors.len() == errors {
                        self.error(start, "rune literal not terminated");
                    }
                    return Token::Char;
                }
                Some(b'\'') => {
                    self.at += 1;
                    break;
                }
                Some(b'\\') => {
                    self.at += 1;
                    self.escape(b'\'');
                }
                Some(_) => self.skip_char(),
            }
            count = count.saturating_add(1);
        }
        if count != 1 && self.errors.len() == errors {
            self.error(start, "illegal rune literal");
        }
        Token::Char
    }

    /// What follows a backslash.
    fn escape(&mut self, quote: u8) {
        let at = self.at - 1;
        let Some(byte) = self.byte(0) else {
            return self.error(at, "escape sequence not terminated");
        };
        let (mut digits, base, max) = match byte {
            b'a' | b'b' | b'f' | b'n' | b'r' | b't' | b'v' | b'\\' => {
                self.at += 1;
                return;
            }
            _ if byte == quote => {
                self.at += 1;
                return;
            }
            b'0'..=b'7' => (3, 8, 255),
            b'x' => (2, 16, 255),
            b'u' => (4, 16, 0x10_ffff),
            b'U' => (8, 16, 0x10_ffff_u64),
            _ => return self.error(at, "unknown escape sequence"),
        };
        if base == 16 {
            self.at += 1;
        }
        let mut value = 0_u64;
        while digits > 0 {
            let digit = self.byte(0).and_then(|byte| char::from(byte).to_digit(base));
            let Some(digit) = digit else {
                let message = match self.char_at(self.at) {
                    None => "escape sequence not terminated".to_owned(),
                    Some((c, _)) => format!("illegal character U+{:04X} '{c}' in escape sequence", u32::from(c)),
                };
                return self.error(self.at, message);
            };
            value = value * u64::from(base) + u64::from(digit);
            self.at += 1;
            digits -= 1;
        }
        if value > max || (0xd800..0xe000).contains(&value) && max > 255 {
            self.error(at, "escape sequence is invalid Unicode code point");
        }
    }

    fn operator(&mut self, first: u8) -> Token {
        let at = self.at;
        self.at += 1;
        let mut pick = |candidates: &[(&[u8], Token)], otherwise: Token| {
            for (text, token) in candidates {
                if self.source.get(self.at..).is_some_and(|rest| rest.starts_with(text)) {
                    self.at += text.len();
                    return *token;
                }
            }
            otherwise
        };
        match first {
            b':' => pick(&[(b"=", Token::Define)], Token::Colon),
            b'.' => pick(&[(b"..", Token::Ellipsis)], Token::Period),
            b',' => Token::Comma,
            b';' => Token::Semicolon,
            b'(' => Token::LParen,
            b')' => Token::RParen,
            b'[' => Token::LBrack,
            b']' => Token::RBrack,
            b'{' => Token::LBrace,
            b'}' => Token::RBrace,
            b'+' => pick(&[(b"+", Token::Inc), (b"=", Token::AddAssign)], Token::Add),
            b'-' => pick(&[(b"-", Token::Dec), (b"=", Token::SubAssign)], Token::Sub),
            b'*' => pick(&[(b"=", Token::MulAssign)], Token::Mul),
            b'/' => pick(&[(b"=", Token::QuoAssign)], Token::Quo),
            b'%' => pick(&[(b"=", Token::RemAssign)], Token::Rem),
            b'^' => pick(&[(b"=", Token::XorAssign)], Token::Xor),
            b'~' => Token::Tilde,
            b'<' => pick(
                &[
                    (b"<=", Token::ShlAssign),
                    (b"<", Token::Shl),
                    (b"-", Token::Arrow),
                    (b"=", Token::LessEqual),
                ],
                Token::Less,
            ),
            b'>' => pick(
                &[(b">=", Token::ShrAssign), (b">", Token::Shr), (b"=", Token::GreaterEqual)],
                Token::Greater,
            ),
            b'=' => pick(&[(b"=", Token::Equal)], Token::Assign),
            b'!' => pick(&[(b"=", Token::NotEqual)], Token::Not),
            b'&' => pick(
                &[
                    (b"^=", Token::AndNotAssign),
                    (b"^", Token::AndNot),
                    (b"&", Token::LogicalAnd),
                    (b"=", Token::AndAssign),
                ],
                Token::And,
            ),
            b'|' => pick(&[(b"|", Token::LogicalOr), (b"=", Token::OrAssign)], Token::Or),
            0 => {
                self.error(at, "illegal character NUL");
                Token::Illegal
            }
            _ => {
                self.error(at, format!("illegal character U+{first:04X} '{}'", char::from(first)));
                Token::Illegal
            }
        }
    }
}

fn is_letter(c: char) -> bool {
    c == '_' || c.is_alphabetic()
}

fn is_digit(c: char) -> bool {
    c.is_numeric() && c.is_alphanumeric()
}

fn literal_name(prefix: u8) -> &'static str {
    match prefix {
        b'x' => "hexadecimal literal",
        b'o' | b'0' => "octal literal",
        b'b' => "binary literal",
        _ => "decimal literal",
    }
}

/// Every `_` stands between digits, or between a base prefix and a digit.
fn separators_fit(text: &[u8]) -> bool {
    let mut previous = b'.';
    let mut rest = text;
    if let [b'0', letter, tail @ ..] = text {
        if matches!(letter.to_ascii_lowercase(), b'x' | b'o' | b'b') {
            previous = b'0';
            rest = tail;
        }
    }
    let hex = rest.len() != text.len() && text.get(1).is_some_and(|b| b.eq_ignore_ascii_case(&b'x'));
    for &byte in rest {
        let kind = match byte {
            b'_' => b'_',
            b'0'..=b'9' => b'0',
            _ if hex && byte.is_ascii_hexdigit() => b'0',
            _ => b'.',
        };
        let misplaced = match (previous, kind) {
            (b'_', b'0') => false,
            (b'_', _) => true,
            (before, b'_') => before != b'0',
            _ => false,
        };
        if misplaced {
            return false;
        }
        previous = kind;
    }
    previous != b'_'
}
