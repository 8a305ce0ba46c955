//! The store as one message sees it: a snapshot under the message's own writes.

use indexmap::IndexMap;
use regno_store::store::Space;
use regno_store::{Snapshot, StoreError, Write};

/// A snapshot with writes that nobody else sees.
pub(crate) struct Transaction {
    below: Option<Box<dyn Snapshot>>,
    writes: IndexMap<(Space, String), Option<Vec<u8>>>,
}

impl std::fmt::Debug for Transaction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Transaction").field("writes", &self.writes.len()).finish_non_exhaustive()
    }
}

impl Transaction {
    /// A transaction over a snapshot; without one, over nothing.
    pub fn new(below: Option<Box<dyn Snapshot>>) -> Transaction {
        Transaction { below, writes: IndexMap::new() }
    }

    /// Whether there is a snapshot.
    pub fn is_on_store(&self) -> bool {
        self.below.is_some()
    }

    /// The snapshot; afterwards there is none.
    pub fn take_below(&mut self) -> Option<Box<dyn Snapshot>> {
        self.below.take()
    }

    /// The value of an entry.
    pub fn get(&self, space: Space, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        match (self.writes.get(&(space, key.to_owned())), &self.below) {
            (Some(value), _) => Ok(value.clone()),
            (None, Some(below)) => below.get(space, key),
            (None, None) => Ok(None),
        }
    }

    /// Replaces the value of an entry.
    pub fn set(&mut self, space: Space, key: String, value: Vec<u8>) {
        self.writes.insert((space, key), Some(value));
    }

    /// Deletes an entry.
    pub fn delete(&mut self, space: Space, key: String) {
        self.writes.insert((space, key), None);
    }

    /// All changes, to be written to the store as one batch.
    pub fn take_writes(&mut self) -> Vec<Write> {
        let writes = std::mem::take(&mut self.writes);
        writes.into_iter().map(|((space, key), value)| Write { space, key, value }).collect()
    }
}
