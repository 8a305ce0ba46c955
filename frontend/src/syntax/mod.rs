//! Lexer, parser and syntax tree.

pub mod ast;
