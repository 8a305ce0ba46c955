//! Bytes to tokens.
//!
//! The lexer reads one character ahead and never backtracks. It reports a malformed token and still delivers it, so that
//! the parser sees the structure the author meant. Comments are tokens: parse gas counts them (spec/02 §12). A line end
//! after certain tokens is a semicolon; a comment at the end of a line comes before that semicolon, also one that contains
//! the line end.

mod characters;
mod number;
mod text;

use self::characters::{is_digit, is_letter, quoted, unicode_name};
use super::token::{Token, TokenKind};
use crate::diagnostic::Diagnostic;
use crate::finding::SyntaxError;
use crate::source::Span;

const BYTE_ORDER_MARK: char = '\u{feff}';

/// A lexer over the bytes of one file.
pub struct Lexer<'s> {
    bytes: &'s [u8],
    /// The character at `offset`; `None` at the end of the file. An invalid byte reads as U+FFFD.
    current: Option<char>,
    offset: usize,
    /// Offset after `current`.
    next_offset: usize,
    /// Whether a line end here is a semicolon.
    line_end_is_semicolon: bool,
    /// Where the semicolon stands that follows a comment with a line end inside.
    pending_semicolon: Option<usize>,
    /// All errors of the file so far, in the order found; the parser adds its own.
    pub(super) errors: Vec<Diagnostic>,
    max_errors: usize,
}

impl<'s> Lexer<'s> {
    /// A lexer at the start of `bytes` that records at most `max_errors` errors.
    ///
    /// Offsets are 32 bits wide; the caller refuses longer files.
    #[must_use]
    pub fn new(bytes: &'s [u8], max_errors: usize) -> Self {
        let mut lexer = Self {
            bytes,
            current: None,
            offset: 0,
            next_offset: 0,
            line_end_is_semicolon: false,
            pending_semicolon: None,
            errors: Vec::new(),
            max_errors,
        };
        lexer.bump();
        if lexer.current == Some(BYTE_ORDER_MARK) {
            lexer.bump();
        }
        lexer
    }

    /// The errors recorded so far.
    #[must_use]
    pub fn errors(&self) -> &[Diagnostic] {
        &self.errors
    }

    /// The next token. After the end of the file it is [`TokenKind::Eof`] for ever.
    pub fn next_token(&mut self) -> Token {
        if let Some(offset) = self.pending_semicolon.take() {
            return token(TokenKind::AutoSemicolon, offset, offset);
        }
        self.skip_blanks();
        let start = self.offset;
        let Some(first) = self.current else {
            let kind = if self.take_line_end() { TokenKind::AutoSemicolon } else { TokenKind::Eof };
            return token(kind, start, start);
        };
        if first == '\n' {
            // Only reached where a line end counts.
            self.line_end_is_semicolon = false;
            self.bump();
            return token(TokenKind::AutoSemicolon, start, start);
        }
        let kind = self.scan(first);
        if !matches!(kind, TokenKind::Comment | TokenKind::Illegal) {
            self.line_end_is_semicolon = kind.ends_line();
        }
        token(kind, start, self.offset)
    }

    fn scan(&mut self, first: char) -> TokenKind {
        if is_letter(first) {
            return self.identifier();
        }
        if first.is_ascii_digit() || (first == '.' && self.peek().is_some_and(|byte| byte.is_ascii_digit())) {
            return self.number();
        }
        let start = self.offset;
        self.bump();
        match first {
            '"' => self.string(start),
            '\'' => self.rune(start),
            '`' => self.raw_string(start),
            '/' if self.current == Some('/') => self.line_comment(),
            '/' if self.current == Some('*') => self.block_comment(start),
            _ => match self.operator(first) {
                Some(kind) => kind,
                None => self.illegal(first, start),
            },
        }
    }

    fn identifier(&mut self) -> TokenKind {
        let start = self.offset;
        while self.current.is_some_and(|c| is_letter(c) || is_digit(c)) {
            self.bump();
        }
        self.bytes.get(start..self.offset).and_then(TokenKind::keyword).unwrap_or(TokenKind::Ident)
    }

    /// The operator or delimiter that starts with `first`, which is already consumed.
    fn operator(&mut self, first: char) -> Option<TokenKind> {
        use TokenKind as T;
        Some(match first {
            '(' => T::Lparen,
            ')' => T::Rparen,
            '[' => T::Lbrack,
            ']' => T::Rbrack,
            '{' => T::Lbrace,
            '}' => T::Rbrace,
            ',' => T::Comma,
            ';' => T::Semicolon,
            '~' => T::Tilde,
            ':' => self.choose(&[('=', T::Define)], T::Colon),
            '+' => self.choose(&[('=', T::AddAssign), ('+', T::Inc)], T::Add),
            '-' => self.choose(&[('=', T::SubAssign), ('-', T::Dec)], T::Sub),
            '*' => self.choose(&[('=', T::MulAssign)], T::Mul),
            '/' => self.choose(&[('=', T::QuoAssign)], T::Quo),
            '%' => self.choose(&[('=', T::RemAssign)], T::Rem),
            '^' => self.choose(&[('=', T::XorAssign)], T::Xor),
            '=' => self.choose(&[('=', T::Equal)], T::Assign),
            '!' => self.choose(&[('=', T::NotEqual)], T::Not),
            '|' => self.choose(&[('=', T::OrAssign), ('|', T::LogicalOr)], T::Or),
            '<' if self.accept('<') => self.choose(&[('=', T::ShlAssign)], T::Shl),
            '<' => self.choose(&[('=', T::LessEqual), ('-', T::Arrow)], T::Less),
            '>' if self.accept('>') => self.choose(&[('=', T::ShrAssign)], T::Shr),
            '>' => self.choose(&[('=', T::GreaterEqual)], T::Greater),
            '&' if self.accept('^') => self.choose(&[('=', T::AndNotAssign)], T::AndNot),
            '&' => self.choose(&[('=', T::AndAssign), ('&', T::LogicalAnd)], T::And),
            '.' if self.current == Some('.') && self.peek() == Some(b'.') => {
                self.bump();
                self.bump();
                T::Ellipsis
            }
            '.' => T::Period,
            _ => return None,
        })
    }

    /// The token whose second character comes next, else `single`.
    fn choose(&mut self, pairs: &[(char, TokenKind)], single: TokenKind) -> TokenKind {
        for &(second, kind) in pairs {
            if self.accept(second) {
                return kind;
            }
        }
        single
    }

    fn accept(&mut self, wanted: char) -> bool {
        let found = self.current == Some(wanted);
        if found {
            self.bump();
        }
        found
    }

    fn illegal(&mut self, found: char, start: usize) -> TokenKind {
        // The misplaced mark was reported when it was read.
        if found != BYTE_ORDER_MARK {
            let error = match found {
                '\u{201c}' | '\u{201d}' => SyntaxError::CurlyQuote { character: quoted(found).into() },
                _ => SyntaxError::IllegalCharacter { character: unicode_name(found).into() },
            };
            self.error(start, error);
        }
        TokenKind::Illegal
    }

    fn line_comment(&mut self) -> TokenKind {
        while !matches!(self.current, None | Some('\n')) {
            self.bump();
        }
        TokenKind::Comment
    }

    fn block_comment(&mut self, start: usize) -> TokenKind {
        self.bump();
        let mut line_end = None;
        loop {
            match self.current {
                None => {
                    self.error(start, SyntaxError::UnterminatedComment);
                    break;
                }
                Some('*') if self.peek() == Some(b'/') => {
                    self.bump();
                    self.bump();
                    break;
                }
                Some('\n') if line_end.is_none() => line_end = Some(self.offset),
                Some(_) => {}
            }
            self.bump();
        }
        if line_end.is_some() && self.take_line_end() {
            self.pending_semicolon = line_end;
        }
        TokenKind::Comment
    }

    fn skip_blanks(&mut self) {
        while let Some(c) = self.current {
            match c {
                ' ' | '\t' | '\r' => {}
                '\n' if !self.line_end_is_semicolon => {}
                _ => break,
            }
            self.bump();
        }
    }

    fn take_line_end(&mut self) -> bool {
        std::mem::take(&mut self.line_end_is_semicolon)
    }

    /// The byte after the current character.
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.next_offset).copied()
    }

    /// Moves to the next character and reports it if it may stand nowhere.
    fn bump(&mut self) {
        self.offset = self.next_offset;
        let rest = self.bytes.get(self.offset..).unwrap_or_default();
        let Some(&first) = rest.first() else {
            self.current = None;
            return;
        };
        if first.is_ascii() {
            self.current = Some(char::from(first));
            self.next_offset += 1;
            if first == 0 {
                self.error(self.offset, SyntaxError::IllegalCharacter { character: "NUL".into() });
            }
            return;
        }
        let Some(c) = characters::decode(rest) else {
            self.current = Some(char::REPLACEMENT_CHARACTER);
            self.next_offset += 1;
            self.error(self.offset, SyntaxError::IllegalEncoding);
            return;
        };
        self.current = Some(c);
        self.next_offset += c.len_utf8();
        if c == BYTE_ORDER_MARK && self.offset > 0 {
            self.error(self.offset, SyntaxError::IllegalByteOrderMark);
        }
    }

    fn error(&mut self, offset: usize, error: SyntaxError) {
        if self.errors.len() < self.max_errors {
            self.errors.push(Diagnostic { error, span: Span::at(narrow(offset)) });
        }
    }
}

fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

fn token(kind: TokenKind, start: usize, end: usize) -> Token {
    Token { kind, span: Span::new(narrow(start), narrow(end)) }
}
