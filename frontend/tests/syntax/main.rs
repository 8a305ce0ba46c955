//! Tests of the lexer and the parser.

mod errors;
mod gas;
mod lexer;
mod robust;
mod show;
mod tree;
