//! Character and string literals.

use super::Lexer;
use super::characters::unicode_name;
use crate::finding::SyntaxError;
use crate::syntax::ast::LiteralKind;
use crate::syntax::token::TokenKind;

impl Lexer<'_> {
    /// The rest of `'x'`; `start` is the offset of the quote.
    pub(super) fn rune(&mut self, start: usize) -> TokenKind {
        let mut valid = true;
        let mut count = 0_u64;
        loop {
            match self.current {
                None | Some('\n') => {
                    if valid {
                        self.error(start, SyntaxError::Unterminated { literal: "rune".into() });
                        valid = false;
                    }
                    break;
                }
                Some('\'') => {
                    self.bump();
                    break;
                }
                Some(c) => {
                    self.bump();
                    count += 1;
                    if c == '\\' && !self.escape('\'') {
                        valid = false;
                    }
                }
            }
        }
        if valid && count != 1 {
            self.error(start, SyntaxError::IllegalRune);
        }
        TokenKind::Literal(LiteralKind::Rune)
    }

    /// The rest of `"…"`; `start` is the offset of the quote.
    pub(super) fn string(&mut self, start: usize) -> TokenKind {
        loop {
            match self.current {
                None | Some('\n') => {
                    self.error(start, SyntaxError::Unterminated { literal: "string".into() });
                    break;
                }
                Some('"') => {
                    self.bump();
                    break;
                }
                Some('\\') => {
                    self.bump();
                    self.escape('"');
                }
                Some(_) => self.bump(),
            }
        }
        TokenKind::Literal(LiteralKind::String)
    }

    /// The rest of a raw string; `start` is the offset of the quote.
    pub(super) fn raw_string(&mut self, start: usize) -> TokenKind {
        while let Some(c) = self.current {
            self.bump();
            if c == '`' {
                return TokenKind::Literal(LiteralKind::String);
            }
        }
        self.error(start, SyntaxError::Unterminated { literal: "raw string".into() });
        TokenKind::Literal(LiteralKind::String)
    }

    /// The rest of an escape sequence after the backslash; false if it is malformed.
    fn escape(&mut self, quote: char) -> bool {
        let start = self.offset;
        let (count, radix, max) = match self.current {
            Some('a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' | '\\') => {
                self.bump();
                return true;
            }
            Some(c) if c == quote => {
                self.bump();
                return true;
            }
            Some('0'..='7') => (3, 8, 255),
            Some('x') => (2, 16, 255),
            Some('u') => (4, 16, u32::from(char::MAX)),
            Some('U') => (8, 16, u32::from(char::MAX)),
            Some(_) => {
                self.error(start, SyntaxError::UnknownEscape);
                return false;
            }
            None => {
                self.error(start, SyntaxError::UnterminatedEscape);
                return false;
            }
        };
        if radix == 16 {
            self.bump();
        }
        let mut value = 0_u32;
        for _ in 0..count {
            let Some(digit) = self.current.and_then(|c| c.to_digit(radix)) else {
                let error = match self.current {
                    Some(c) => SyntaxError::EscapeCharacter { character: unicode_name(c).into() },
                    None => SyntaxError::UnterminatedEscape,
                };
                self.error(self.offset, error);
                return false;
            };
            value = value.wrapping_mul(radix).wrapping_add(digit);
            self.bump();
        }
        if value > max || (0xd800..0xe000).contains(&value) {
            self.error(start, SyntaxError::EscapeCodePoint);
            return false;
        }
        true
    }
}
