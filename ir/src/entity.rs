//! Typed indices of the IR.

use cranelift_entity::entity_impl;

/// A virtual register: a temporary with one definition, or a named variable.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reg(u32);
entity_impl!(Reg, "v");

/// A basic block.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Block(u32);
entity_impl!(Block, "block");

/// An instruction.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Inst(u32);
entity_impl!(Inst, "inst");

/// A block of the reference, as seen by metering and the debugger.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ScopeRef(u32);
entity_impl!(ScopeRef, "scope");

pub use regno_bytecode::types::{FuncRef, GlobalRef, PackageRef, StrRef, TypeRef};
