//! Gno source to checked, typed syntax tree.

pub mod constant;
pub mod source;
pub mod syntax;
pub mod typed;
pub mod types;
