//! Artifact reader and verifier, interpreter, heap, metering, embedding API.

pub mod heap;
pub mod map;
pub mod ops;
pub mod print;
pub mod value;
