//! The store as one message sees it: a snapshot under the message's own writes.

use foldhash::fast::FixedState;
use indexmap::IndexMap;
use regno_store::{ObjectId, Snapshot, Space, StoreError, StoredObject, StoredType, Write, keys};
use std::sync::Arc;

/// An object and the bytes of its entry.
type Saved = (Arc<StoredObject>, Vec<u8>);

/// A snapshot with writes that nobody else sees.
pub(crate) struct Transaction {
    below: Option<Box<dyn Snapshot>>,
    /// Objects and the bytes of their entries; none of those that are deleted.
    objects: IndexMap<ObjectId, Option<Saved>, FixedState>,
    /// New values of all other entries.
    writes: IndexMap<(Space, String), Vec<u8>>,
}

impl std::fmt::Debug for Transaction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let writes = self.objects.len() + self.writes.len();
        f.debug_struct("Transaction").field("writes", &writes).finish_non_exhaustive()
    }
}

impl Transaction {
    /// A transaction over a snapshot; without one, over nothing.
    pub fn new(below: Option<Box<dyn Snapshot>>) -> Transaction {
        Transaction { below, objects: IndexMap::default(), writes: IndexMap::new() }
    }

    /// Whether there is a snapshot.
    pub fn is_on_store(&self) -> bool {
        self.below.is_some()
    }

    /// The snapshot; afterwards there is none.
    pub fn take_below(&mut self) -> Option<Box<dyn Snapshot>> {
        self.below.take()
    }

    /// An object.
    pub fn object(&self, id: ObjectId) -> Result<Option<Arc<StoredObject>>, StoreError> {
        match (self.objects.get(&id), &self.below) {
            (Some(Some((object, _))), _) => Ok(Some(Arc::clone(object))),
            (None, Some(below)) => below.object(id),
            (Some(None), _) | (None, None) => Ok(None),
        }
    }

    /// The record of a declared type.
    pub fn ty(&self, id: &str) -> Result<Option<Arc<StoredType>>, StoreError> {
        let own = if self.writes.is_empty() { None } else { self.writes.get(&(Space::Base, keys::ty(id))) };
        match (own, &self.below) {
            (Some(entry), _) => StoredType::read(id, entry).map(|ty| Some(Arc::new(ty))),
            (None, Some(below)) => below.ty(id),
            (None, None) => Ok(None),
        }
    }

    /// The value of an entry that is neither an object nor a type.
    pub fn get(&self, space: Space, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let own = if self.writes.is_empty() { None } else { self.writes.get(&(space, key.to_owned())) };
        match (own, &self.below) {
            (Some(value), _) => Ok(Some(value.clone())),
            (None, Some(below)) => below.get(space, key),
            (None, None) => Ok(None),
        }
    }

    /// Replaces an object; the bytes are those of its entry.
    pub fn set_object(&mut self, id: ObjectId, object: Arc<StoredObject>, entry: Vec<u8>) {
        self.objects.insert(id, Some((object, entry)));
    }

    /// Deletes an object.
    pub fn delete_object(&mut self, id: ObjectId) {
        self.objects.insert(id, None);
    }

    /// Replaces the value of an entry that is not an object.
    pub fn set(&mut self, space: Space, key: String, value: Vec<u8>) {
        self.writes.insert((space, key), value);
    }

    /// All changes, to be written to the store as one batch.
    pub fn take_writes(&mut self) -> Vec<Write> {
        let (objects, writes) = (std::mem::take(&mut self.objects), std::mem::take(&mut self.writes));
        let objects = objects.into_iter().map(|(id, object)| {
            let (object, value) = object.unzip();
            Write { object, ..Write::new(Space::Base, keys::object(id), value) }
        });
        let writes = writes.into_iter().map(|((space, key), value)| Write::new(space, key, Some(value)));
        objects.chain(writes).collect()
    }
}
