//! A store in memory.

use crate::store::{Snapshot, Space, Store, StoreError, Write};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

type Entries = BTreeMap<(Space, String), Vec<u8>>;

/// A store that lives as long as the process. Snapshots share the entries until the next write.
#[derive(Clone, Default, Debug)]
pub struct MemoryStore {
    entries: Arc<RwLock<Arc<Entries>>>,
}

impl MemoryStore {
    /// A store without entries.
    pub fn new() -> MemoryStore {
        MemoryStore::default()
    }
}

struct View(Arc<Entries>);

impl Snapshot for View {
    fn get(&self, space: Space, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.0.get(&(space, key.to_owned())).cloned())
    }

    fn scan(&self, space: Space, prefix: &str, each: &mut dyn FnMut(&str, &[u8]) -> bool) -> Result<(), StoreError> {
        for ((of, key), value) in self.0.range((space, prefix.to_owned())..) {
            if *of != space || !key.starts_with(prefix) || !each(key, value) {
                break;
            }
        }
        Ok(())
    }
}

impl Store for MemoryStore {
    fn snapshot(&self) -> Result<Box<dyn Snapshot>, StoreError> {
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        Ok(Box::new(View(Arc::clone(&entries))))
    }

    fn write(&self, writes: &[Write]) -> Result<(), StoreError> {
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        let entries = Arc::make_mut(&mut entries);
        for write in writes {
            let key = (write.space, write.key.clone());
            match &write.value {
                Some(value) => entries.insert(key, value.clone()),
                None => entries.remove(&key),
            };
        }
        Ok(())
    }
}
