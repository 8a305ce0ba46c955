//! The syntax layer: bytes to tokens to the syntax tree, with parse gas.

pub mod ast;
pub mod lexer;
pub mod parser;
pub mod token;

pub use parser::{ParsedFile, parse_file};
