//! Gno source to checked, typed syntax tree.

pub mod check;
pub mod constant;
pub mod diagnostic;
pub mod finding;
pub mod format;
pub mod golayer;
pub mod limits;
pub mod package;
pub mod source;
pub mod syntax;
pub mod typed;
pub mod types;
