//! Tests of the lexer and the parser.

mod errors;
mod format;
mod gas;
mod lexer;
mod robust;
mod show;
mod tree;
