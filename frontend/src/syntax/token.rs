//! Tokens.

/// The kinds of tokens of Go's grammar.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[allow(missing_docs)]
pub enum Token {
    Eof,
    Comment,
    Illegal,
    Ident,
    Int,
    Float,
    Imag,
    Char,
    String,
    Add,
    Sub,
    Mul,
    Quo,
    Rem,
    And,
    Or,
    Xor,
    Shl,
    Shr,
    AndNot,
    AddAssign,
    SubAssign,
    MulAssign,
    QuoAssign,
    RemAssign,
    AndAssign,
    OrAssign,
    XorAssign,
    ShlAssign,
    ShrAssign,
    AndNotAssign,
    LogicalAnd,
    LogicalOr,
    Arrow,
    Inc,
    Dec,
    Equal,
    Less,
    Greater,
    Assign,
    Not,
    Tilde,
    NotEqual,
    LessEqual,
    GreaterEqual,
    Define,
    Ellipsis,
    LParen,
    LBrack,
    LBrace,
    Comma,
    Period,
    RParen,
    RBrack,
    RBrace,
    Semicolon,
    Colon,
    Break,
    Case,
    Chan,
    Const,
    Continue,
    Default,
    Defer,
    Else,
    Fallthrough,
    For,
    Func,
    Go,
    Goto,
    If,
    Import,
    Interface,
    Map,
    Package,
    Range,
    Return,
    Select,
    Struct,
    Switch,
    Type,
    Var,
}

impl Token {
    /// The keyword with this spelling.
    pub fn keyword(name: &str) -> Option<Token> {
        Some(match name {
            "break" => Token::Break,
            "case" => Token::Case,
            "chan" => Token::Chan,
            "const" => Token::Const,
            "continue" => Token::Continue,
            "default" => Token::Default,
            "defer" => Token::Defer,
            "else" => Token::Else,
            "fallthrough" => Token::Fallthrough,
            "for" => Token::For,
            "func" => Token::Func,
            "go" => Token::Go,
            "goto" => Token::Goto,
            "if" => Token::If,
            "import" => Token::Import,
            "interface" => Token::Interface,
            "map" => Token::Map,
            "package" => Token::Package,
            "range" => Token::Range,
            "return" => Token::Return,
            "select" => Token::Select,
            "struct" => Token::Struct,
            "switch" => Token::Switch,
            "type" => Token::Type,
            "var" => Token::Var,
            _ => return None,
        })
    }

    /// A newline after the token ends the statement.
    pub const fn ends_statement(self) -> bool {
        matches!(
            self,
            Token::Ident
                | Token::Int
                | Token::Float
                | Token::Imag
                | Token::Char
                | Token::String
                | Token::Break
                | Token::Continue
                | Token::Fallthrough
                | Token::Return
                | Token::Inc
                | Token::Dec
                | Token::RParen
                | Token::RBrack
                | Token::RBrace
        )
    }

    /// An identifier, literal: messages show its text instead of its kind.
    pub const fn is_literal(self) -> bool {
        matches!(self, Token::Ident | Token::Int | Token::Float | Token::Imag | Token::Char | Token::String)
    }

    /// Binary operator precedence, 0 for everything else.
    pub const fn precedence(self) -> u8 {
        match self {
            Token::LogicalOr => 1,
            Token::LogicalAnd => 2,
            Token::Equal
            | Token::NotEqual
            | Token::Less
            | Token::LessEqual
            | Token::Greater
            | Token::GreaterEqual => 3,
            Token::Add | Token::Sub | Token::Or | Token::Xor => 4,
            Token::Mul | Token::Quo | Token::Rem | Token::Shl | Token::Shr | Token::And | Token::AndNot => 5,
            _ => 0,
        }
    }

    /// Spelling in messages.
    pub const fn text(self) -> &'static str {
        match self {
            Token::Eof => "EOF",
            Token::Comment => "COMMENT",
            Token::Illegal => "ILLEGAL",
            Token::Ident => "IDENT",
            Token::Int => "INT",
            Token::Float => "FLOAT",
            Token::Imag => "IMAG",
            Token::Char => "CHAR",
            Token::String => "STRING",
            Token::Add => "+",
            Token::Sub => "-",
            Token::Mul => "*",
            Token::Quo => "/",
            Token::Rem => "%",
            Token::And => "&",
            Token::Or => "|",
            Token::Xor => "^",
            Token::Shl => "<<",
            Token::Shr => ">>",
            Token::AndNot => "&^",
            Token::AddAssign => "+=",
            Token::SubAssign => "-=",
            Token::MulAssign => "*=",
            Token::QuoAssign => "/=",
            Token::RemAssign => "%=",
            Token::AndAssign => "&=",
            Token::OrAssign => "|=",
            Token::XorAssign => "^=",
            Token::ShlAssign => "<<=",
            Token::ShrAssign => ">>=",
            Token::AndNotAssign => "&^=",
            Token::LogicalAnd => "&&",
            Token::LogicalOr => "||",
            Token::Arrow => "<-",
            Token::Inc => "++",
            Token::Dec => "--",
            Token::Equal => "==",
            Token::Less => "<",
            Token::Greater => ">",
            Token::Assign => "=",
            Token::Not => "!",
            Token::Tilde => "~",
            Token::NotEqual => "!=",
            Token::LessEqual => "<=",
            Token::GreaterEqual => ">=",
            Token::Define => ":=",
            Token::Ellipsis => "...",
            Token::LParen => "(",
            Token::LBrack => "[",
            Token::LBrace => "{",
            Token::Comma => ",",
            Token::Period => ".",
            Token::RParen => ")",
            Token::RBrack => "]",
            Token::RBrace => "}",
            Token::Semicolon => ";",
            Token::Colon => ":",
            Token::Break => "break",
            Token::Case => "case",
            Token::Chan => "chan",
            Token::Const => "const",
            Token::Continue => "continue",
            Token::Default => "default",
            Token::Defer => "defer",
            Token::Else => "else",
            Token::Fallthrough => "fallthrough",
            Token::For => "for",
            Token::Func => "func",
            Token::Go => "go",
            Token::Goto => "goto",
            Token::If => "if",
            Token::Import => "import",
            Token::Interface => "interface",
            Token::Map => "map",
            Token::Package => "package",
            Token::Range => "range",
            Token::Return => "return",
            Token::Select => "select",
            Token::Struct => "struct",
            Token::Switch => "switch",
            Token::Type => "type",
            Token::Var => "var",
        }
    }
}
