//! Values: their bits, types, copies and comparisons.
//!
//! Nothing here recurses over guest data on the host stack: nested structs and interfaces are walked with explicit stacks.

pub mod copy;
pub mod equal;
pub mod iface;
mod plan;
pub mod select;
pub mod slot;
#[cfg(test)]
pub(crate) mod testing;
pub mod types;
mod unnamed;
pub mod zero;

pub use types::{FuncIndex, NameIndex, TypeIndex, Types};

#[cfg(test)]
mod tests;
