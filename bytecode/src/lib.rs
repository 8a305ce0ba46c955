//! What compiler and runtime share: operations, instruction encoding, artifact layout, type descriptors, metering events, the rules
//! of package paths.
//!
//! Everything here is data. The compiler crates produce a [`module::Module`], the runtime executes one; neither needs
//! the other.

pub mod artifact;
pub mod disasm;
pub mod event;
pub mod module;
pub mod op;
pub mod path;
pub mod stored;
pub mod types;
