//! Lexer, parser and syntax tree.
//!
//! [`parse_file`] turns the bytes of one file into an [`ast::File`] in an arena, with the gas that the reference charges
//! for parsing and the errors it reports. It accepts any bytes: malformed input gives errors and a partial tree, never a
//! panic, and takes time linear in its length.

pub mod ast;
pub mod lexer;
mod parser;
pub mod token;
pub mod visit;

pub use parser::{ParsedFile, fails_before_declarations, parse_file};
