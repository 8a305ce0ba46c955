//! What a realm stores: the persisted form of objects and types, its bytes, and the places where the bytes are kept.
//!
//! ```text
//! heap objects <-> Object, Type (model) <-> bytes (encode, decode) <-> Store (memory, disk)
//!                        |
//!                        +-> JSON (json) -> operation log (log, diff)
//! ```
//!
//! The model is plain data without identity: an object refers to others by [`RefValue`] only. Encoding follows spec/04 §3
//! to the byte, because hashes and gas are computed from the bytes. Nothing here knows the heap or charges gas.

pub mod base64;
pub mod cache;
pub mod decode;
pub mod diff;
pub mod disk;
pub mod encode;
pub mod export;
pub mod ids;
pub mod json;
pub mod keys;
pub mod log;
pub mod memory;
pub mod model;
pub mod sink;
pub mod store;
pub mod stored;
pub mod typeid;
pub mod verify;
mod wire;

pub use ids::{Hash, ObjectId, PkgId};
pub use model::{Object, ObjectInfo, RefValue, Type, TypedValue, Value};
pub use store::{Snapshot, Space, Store, StoreError, Write};
pub use stored::{StoredObject, StoredType};
