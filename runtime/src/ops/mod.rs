//! Bodies of the operations that are more than a machine instruction or two.
//!
//! Each is a function over the heap, the type table and a [`crate::heap::Charge`], named as its operation of
//! [`regno_bytecode::op`]. Errors are [`crate::heap::Trap`]s; charges come in the reference's order, each before its effect.

pub mod address;
pub mod append;
pub mod assert;
pub mod dynamic;
pub mod float;
pub mod index;
pub mod maps;
pub mod slice;
pub mod string;
pub mod view;

#[cfg(test)]
mod tests;
