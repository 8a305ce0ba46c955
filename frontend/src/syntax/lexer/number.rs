//! Number literals.

use super::Lexer;
use super::characters::quoted;
use crate::finding::SyntaxError;
use crate::syntax::ast::LiteralKind;
use crate::syntax::token::TokenKind;

/// What the start of a number says about its digits.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Prefix {
    None,
    /// A leading `0` alone: octal, unless the number turns out to be a float.
    Zero,
    Binary,
    Octal,
    Hex,
}

impl Prefix {
    fn radix(self) -> u32 {
        match self {
            Self::None => 10,
            Self::Zero | Self::Octal => 8,
            Self::Binary => 2,
            Self::Hex => 16,
        }
    }

    fn literal_name(self) -> &'static str {
        match self {
            Self::None => "decimal literal",
            Self::Zero | Self::Octal => "octal literal",
            Self::Binary => "binary literal",
            Self::Hex => "hexadecimal literal",
        }
    }
}

/// What a run of digits contained.
#[derive(Clone, Copy, Default)]
struct Digits {
    any: bool,
    separators: bool,
    /// Offset of the first digit that is too large for the radix.
    invalid: Option<usize>,
}

impl Digits {
    fn and(self, other: Self) -> Self {
        Self {
            any: self.any || other.any,
            separators: self.separators || other.separators,
            invalid: self.invalid.or(other.invalid),
        }
    }
}

impl Lexer<'_> {
    pub(super) fn number(&mut self) -> TokenKind {
        let start = self.offset;
        let mut kind = LiteralKind::Int;
        let mut prefix = Prefix::None;
        let mut digits = Digits::default();
        if self.current != Some('.') {
            prefix = self.number_prefix();
            digits.any = prefix == Prefix::Zero;
            digits = digits.and(self.digits(prefix.radix()));
        }
        if self.current == Some('.') {
            kind = LiteralKind::Float;
            if matches!(prefix, Prefix::Binary | Prefix::Octal) {
                self.error(self.offset, SyntaxError::RadixPoint { literal: prefix.literal_name().into() });
            }
            self.bump();
            digits = digits.and(self.digits(prefix.radix()));
        }
        if !digits.any {
            self.error(self.offset, SyntaxError::NoDigits { literal: prefix.literal_name().into() });
        }
        if let Some(letter) = self.current.filter(|c| matches!(c, 'e' | 'E' | 'p' | 'P')) {
            kind = LiteralKind::Float;
            digits.separators |= self.exponent(letter, prefix);
        } else if prefix == Prefix::Hex && kind == LiteralKind::Float {
            self.error(self.offset, SyntaxError::NoHexExponent);
        }
        if self.accept('i') {
            kind = LiteralKind::Imaginary;
        }
        if let (LiteralKind::Int, Some(offset)) = (kind, digits.invalid) {
            let digit = self.bytes.get(offset).map_or('0', |&byte| char::from(byte));
            let (digit, literal) = (quoted(digit).into(), prefix.literal_name().into());
            self.error(offset, SyntaxError::InvalidDigit { digit, literal });
        }
        if digits.separators {
            self.check_separators(start);
        }
        TokenKind::Literal(kind)
    }

    fn number_prefix(&mut self) -> Prefix {
        if !self.accept('0') {
            return Prefix::None;
        }
        let prefix = match self.current {
            Some('b' | 'B') => Prefix::Binary,
            Some('o' | 'O') => Prefix::Octal,
            Some('x' | 'X') => Prefix::Hex,
            _ => return Prefix::Zero,
        };
        self.bump();
        prefix
    }

    fn digits(&mut self, radix: u32) -> Digits {
        let mut found = Digits::default();
        while let Some(c) = self.current {
            if c == '_' {
                found.separators = true;
            } else if c.is_ascii_digit() || (radix == 16 && c.is_ascii_hexdigit()) {
                found.any = true;
                if c.to_digit(16).is_some_and(|value| value >= radix) && found.invalid.is_none() {
                    found.invalid = Some(self.offset);
                }
            } else {
                break;
            }
            self.bump();
        }
        found
    }

    /// Reads an exponent and says whether it contains separators.
    fn exponent(&mut self, letter: char, prefix: Prefix) -> bool {
        let binary = matches!(letter, 'p' | 'P');
        let wanted = match (binary, prefix) {
            (true, Prefix::Hex) | (false, Prefix::None | Prefix::Zero) => None,
            (true, _) => Some("hexadecimal"),
            (false, _) => Some("decimal"),
        };
        if let Some(mantissa) = wanted {
            let (letter, mantissa) = (quoted(letter).into(), mantissa.into());
            self.error(self.offset, SyntaxError::ExponentMantissa { letter, mantissa });
        }
        self.bump();
        if matches!(self.current, Some('+' | '-')) {
            self.bump();
        }
        let digits = self.digits(10);
        if !digits.any {
            self.error(self.offset, SyntaxError::EmptyExponent);
        }
        digits.separators
    }

    /// Reports the first `_` that does not stand between two digits, or between a prefix and a digit.
    fn check_separators(&mut self, start: usize) {
        let text = self.bytes.get(start..self.offset).unwrap_or_default();
        let hex = matches!(text.get(1), Some(b'x' | b'X'));
        let prefixed =
            text.first() == Some(&b'0') && matches!(text.get(1), Some(b'x' | b'X' | b'o' | b'O' | b'b' | b'B'));
        let is_digit = |at: usize| match text.get(at) {
            Some(byte) if hex => byte.is_ascii_hexdigit(),
            Some(byte) => byte.is_ascii_digit(),
            None => false,
        };
        let bad = (0..text.len()).find(|&at| {
            if text.get(at) != Some(&b'_') {
                return false;
            }
            let before = at.checked_sub(1).is_some_and(|previous| is_digit(previous) || (prefixed && previous == 1));
            !before || !(is_digit(at + 1) || text.get(at + 1) == Some(&b'_'))
        });
        if let Some(at) = bad {
            self.error(start + at, SyntaxError::Separator);
        }
    }
}
