//! Tokens.

use super::ast::{BinaryOp, LiteralKind};
use crate::source::Span;

/// A token with its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// Which token.
    pub kind: TokenKind,
    /// Its bytes. Empty for [`TokenKind::Eof`] and for an automatic semicolon.
    pub span: Span,
}

/// Declares the tokens with a fixed text, and how each is written.
macro_rules! tokens {
    ($($(#[$doc:meta])* $name:ident $text:literal)*) => {
        /// The kinds of tokens.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum TokenKind {
            /// End of the file; repeats for ever.
            Eof,
            /// A character that starts no token; an error was reported.
            Illegal,
            /// `// …` or `/* … */`.
            Comment,
            /// A name.
            Ident,
            /// A number, character or string.
            Literal(LiteralKind),
            /// The semicolon that a line end stands for.
            AutoSemicolon,
            $($(#[$doc])* #[doc = concat!("`", $text, "`")] $name,)*
        }

        impl TokenKind {
            /// The name by which error messages call the token (spec/01 §A.1).
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self {
                    Self::Eof => "EOF",
                    Self::Illegal => "ILLEGAL",
                    Self::Comment => "COMMENT",
                    Self::Ident => "IDENT",
                    Self::Literal(LiteralKind::Int) => "INT",
                    Self::Literal(LiteralKind::Float) => "FLOAT",
                    Self::Literal(LiteralKind::Imaginary) => "IMAG",
                    Self::Literal(LiteralKind::Rune) => "CHAR",
                    Self::Literal(LiteralKind::String) => "STRING",
                    Self::AutoSemicolon => ";",
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

tokens! {
    Add "+" Sub "-" Mul "*" Quo "/" Rem "%" And "&" Or "|" Xor "^" Shl "<<" Shr ">>" AndNot "&^"
    AddAssign "+=" SubAssign "-=" MulAssign "*=" QuoAssign "/=" RemAssign "%=" AndAssign "&=" OrAssign "|="
    XorAssign "^=" ShlAssign "<<=" ShrAssign ">>=" AndNotAssign "&^="
    LogicalAnd "&&" LogicalOr "||" Arrow "<-" Inc "++" Dec "--"
    Equal "==" Less "<" Greater ">" Assign "=" Not "!" NotEqual "!=" LessEqual "<=" GreaterEqual ">="
    Define ":=" Ellipsis "..." Lparen "(" Lbrack "[" Lbrace "{" Comma "," Period "."
    Rparen ")" Rbrack "]" Rbrace "}" Semicolon ";" Colon ":" Tilde "~"
    Break "break" Case "case" Chan "chan" Const "const" Continue "continue" Default "default" Defer "defer"
    Else "else" Fallthrough "fallthrough" For "for" Func "func" Go "go" Goto "goto" If "if" Import "import"
    Interface "interface" Map "map" Package "package" Range "range" Return "return" Select "select"
    Struct "struct" Switch "switch" Type "type" Var "var"
}

impl TokenKind {
    /// The keyword spelled `name`, if it is one.
    #[must_use]
    pub fn keyword(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"break" => Self::Break,
            b"case" => Self::Case,
            b"chan" => Self::Chan,
            b"const" => Self::Const,
            b"continue" => Self::Continue,
            b"default" => Self::Default,
            b"defer" => Self::Defer,
            b"else" => Self::Else,
            b"fallthrough" => Self::Fallthrough,
            b"for" => Self::For,
            b"func" => Self::Func,
            b"go" => Self::Go,
            b"goto" => Self::Goto,
            b"if" => Self::If,
            b"import" => Self::Import,
            b"interface" => Self::Interface,
            b"map" => Self::Map,
            b"package" => Self::Package,
            b"range" => Self::Range,
            b"return" => Self::Return,
            b"select" => Self::Select,
            b"struct" => Self::Struct,
            b"switch" => Self::Switch,
            b"type" => Self::Type,
            b"var" => Self::Var,
            _ => return None,
        })
    }

    /// Whether a line end after this token stands for a semicolon.
    #[must_use]
    pub const fn ends_line(self) -> bool {
        matches!(
            self,
            Self::Ident
                | Self::Literal(_)
                | Self::Break
                | Self::Continue
                | Self::Fallthrough
                | Self::Return
                | Self::Inc
                | Self::Dec
                | Self::Rparen
                | Self::Rbrack
                | Self::Rbrace
        )
    }

    /// Whether this is a semicolon, written or automatic.
    #[must_use]
    pub const fn is_semicolon(self) -> bool {
        matches!(self, Self::Semicolon | Self::AutoSemicolon)
    }

    /// The binary operator and its precedence, 1 (`||`) to 5 (`*`).
    #[must_use]
    pub const fn binary(self) -> Option<(BinaryOp, u8)> {
        Some(match self {
            Self::LogicalOr => (BinaryOp::LogicalOr, 1),
            Self::LogicalAnd => (BinaryOp::LogicalAnd, 2),
            Self::Equal => (BinaryOp::Equal, 3),
            Self::NotEqual => (BinaryOp::NotEqual, 3),
            Self::Less => (BinaryOp::Less, 3),
            Self::LessEqual => (BinaryOp::LessEqual, 3),
            Self::Greater => (BinaryOp::Greater, 3),
            Self::GreaterEqual => (BinaryOp::GreaterEqual, 3),
            Self::Add => (BinaryOp::Add, 4),
            Self::Sub => (BinaryOp::Sub, 4),
            Self::Or => (BinaryOp::Or, 4),
            Self::Xor => (BinaryOp::Xor, 4),
            Self::Mul => (BinaryOp::Mul, 5),
            Self::Quo => (BinaryOp::Quo, 5),
            Self::Rem => (BinaryOp::Rem, 5),
            Self::Shl => (BinaryOp::Shl, 5),
            Self::Shr => (BinaryOp::Shr, 5),
            Self::And => (BinaryOp::And, 5),
            Self::AndNot => (BinaryOp::AndNot, 5),
            _ => return None,
        })
    }

    /// The operator of `op=`.
    #[must_use]
    pub const fn compound_assignment(self) -> Option<BinaryOp> {
        Some(match self {
            Self::AddAssign => BinaryOp::Add,
            Self::SubAssign => BinaryOp::Sub,
            Self::MulAssign => BinaryOp::Mul,
            Self::QuoAssign => BinaryOp::Quo,
            Self::RemAssign => BinaryOp::Rem,
            Self::AndAssign => BinaryOp::And,
            Self::OrAssign => BinaryOp::Or,
            Self::XorAssign => BinaryOp::Xor,
            Self::ShlAssign => BinaryOp::Shl,
            Self::ShrAssign => BinaryOp::Shr,
            Self::AndNotAssign => BinaryOp::AndNot,
            _ => return None,
        })
    }
}
