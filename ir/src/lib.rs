//! Typed intermediate representation with metering events.
//!
//! The way of the data: [`build`] turns a checked package into a [`module::Module`] of functions, one at a time; [`passes`]
//! simplify each function without touching its metering events; `regno-codegen` turns the result into bytecode.
//!
//! | module | concept |
//! |---|---|
//! | [`entity`] | typed indices |
//! | [`op`] | the operations and their properties |
//! | [`function`] | functions: blocks, instructions, registers, scopes, events |
//! | [`module`] | a package: functions, type descriptors, strings |
//! | [`mod@text`] | the text form: prints and parses |
//! | [`verify`] | the checks that hold between all passes |
//! | [`passes`] | simplifications |
//! | [`build`] | typed tree to IR, with events |
//! | `residue` | what is behind the width of narrow numbers, where it can be stored |

pub mod build;
pub mod entity;
pub mod function;
pub mod module;
pub mod op;
pub mod passes;
mod residue;
pub mod text;
pub mod verify;
