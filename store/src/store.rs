//! Where entries are kept: snapshots to read from, batches of writes that happen as a whole or not at all.

use crate::ids::ObjectId;
use crate::keys;
use crate::stored::{StoredObject, StoredType};
use std::fmt;
use std::sync::Arc;

/// Which of the two key spaces an entry is in (spec/04 §5.2).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Space {
    /// Objects, types, realm records, the package index.
    Base,
    /// Hashes of escaped objects, sources of packages: what a chain puts under its root hash.
    Merkle,
}

/// A change of one entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Write {
    /// Key space.
    pub space: Space,
    /// Key.
    pub key: String,
    /// New value; none to delete the entry.
    pub value: Option<Vec<u8>>,
    /// The object that the value is the entry of, if the writer has it: a cache need not decode it.
    pub object: Option<Arc<StoredObject>>,
}

impl Write {
    /// A new value of an entry; none to delete it.
    pub fn new(space: Space, key: impl Into<String>, value: Option<Vec<u8>>) -> Write {
        Write { space, key: key.into(), value, object: None }
    }
}

/// Why a store failed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StoreError {
    /// The storage below failed: text of its error.
    Io(String),
    /// The state was written in another format.
    Version {
        /// What the state says.
        found: String,
        /// What this program reads and writes.
        expected: String,
    },
    /// An entry cannot be what was written: its key, and what is wrong.
    Damaged {
        /// Key; for objects, `oid:` and the identity.
        key: String,
        /// What is wrong.
        reason: String,
    },
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreError::Io(text) => write!(f, "state: {text}"),
            StoreError::Version { found, expected } => {
                write!(f, "state has format {found}, this program uses format {expected}")
            }
            StoreError::Damaged { key, reason } => write!(f, "state is damaged at {key}: {reason}"),
        }
    }
}

impl std::error::Error for StoreError {}

/// A consistent view of all entries; later writes do not change it.
pub trait Snapshot: Send {
    /// The value of an entry.
    ///
    /// # Errors
    ///
    /// [`StoreError::Io`].
    fn get(&self, space: Space, key: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// Hands every entry whose key starts with `prefix` to `each`, in the order of the keys' bytes, until it returns `false`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Io`].
    fn scan(&self, space: Space, prefix: &str, each: &mut dyn FnMut(&str, &[u8]) -> bool) -> Result<(), StoreError>;

    /// An object, checked and decoded.
    ///
    /// # Errors
    ///
    /// [`StoreError::Io`], [`StoreError::Damaged`].
    fn object(&self, id: ObjectId) -> Result<Option<Arc<StoredObject>>, StoreError> {
        let entry = self.get(Space::Base, &keys::object(id))?;
        entry.map(|entry| StoredObject::read(id, &entry).map(Arc::new)).transpose()
    }

    /// The record of the declared type with this identity string.
    ///
    /// # Errors
    ///
    /// As [`Snapshot::object`].
    fn ty(&self, id: &str) -> Result<Option<Arc<StoredType>>, StoreError> {
        let entry = self.get(Space::Base, &keys::ty(id))?;
        entry.map(|entry| StoredType::read(id, &entry).map(Arc::new)).transpose()
    }
}

/// A place where entries are kept.
pub trait Store: Send + Sync {
    /// A view of what was written up to now.
    ///
    /// # Errors
    ///
    /// [`StoreError::Io`].
    fn snapshot(&self) -> Result<Box<dyn Snapshot>, StoreError>;

    /// Makes all changes, or none if it fails; they are durable and visible to new snapshots when it returns.
    ///
    /// # Errors
    ///
    /// [`StoreError::Io`]; then nothing was changed.
    fn write(&self, writes: &[Write]) -> Result<(), StoreError>;
}
