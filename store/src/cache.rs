//! A bounded cache of entries over a store.
//!
//! Entries that were read or written last are kept in memory until their bytes exceed the limit; those used longest ago go first. A cache
//! never changes what a snapshot shows: it serves only snapshots of the newest state, all others read the store below.

use crate::store::{Snapshot, Space, Store, StoreError, Write};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Bytes that an entry takes beside its key and value.
const OVERHEAD: usize = 64;

/// A store with a cache.
pub struct CachedStore<S> {
    below: S,
    cache: Arc<Mutex<Cache>>,
}

impl<S> std::fmt::Debug for CachedStore<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CachedStore").finish_non_exhaustive()
    }
}

type Key = (Space, String);

#[derive(Default)]
struct Cache {
    limit: usize,
    bytes: usize,
    /// Value and time of the last use.
    entries: HashMap<Key, (Arc<[u8]>, u64)>,
    /// Keys by the time of their last use.
    order: BTreeMap<u64, Key>,
    time: u64,
    /// The state that the entries are of; none while it changes.
    version: Option<u64>,
    versions: u64,
    hits: u64,
    misses: u64,
}

fn weight(key: &Key, value: &[u8]) -> usize {
    key.1.len() + value.len() + OVERHEAD
}

impl Cache {
    fn get(&mut self, key: &Key) -> Option<Arc<[u8]>> {
        let Some((value, used)) = self.entries.get_mut(key) else {
            self.misses += 1;
            return None;
        };
        self.hits += 1;
        self.time += 1;
        if let Some(key) = self.order.remove(used) {
            self.order.insert(self.time, key);
        }
        *used = self.time;
        Some(Arc::clone(value))
    }

    fn remove(&mut self, key: &Key) {
        if let Some((value, used)) = self.entries.remove(key) {
            self.bytes -= weight(key, &value);
            self.order.remove(&used);
        }
    }

    fn put(&mut self, key: Key, value: &[u8]) {
        self.remove(&key);
        self.time += 1;
        self.bytes += weight(&key, value);
        self.order.insert(self.time, key.clone());
        self.entries.insert(key, (value.into(), self.time));
        while self.bytes > self.limit {
            let Some((_, oldest)) = self.order.first_key_value() else { break };
            let oldest = oldest.clone();
            self.remove(&oldest);
        }
    }
}

fn lock(cache: &Mutex<Cache>) -> MutexGuard<'_, Cache> {
    cache.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<S: Store> CachedStore<S> {
    /// A cache of at most `limit` bytes over a store. With a limit of 0 every entry is evicted as soon as it has been read.
    pub fn new(below: S, limit: usize) -> CachedStore<S> {
        let cache = Cache { limit, version: Some(0), ..Cache::default() };
        CachedStore { below, cache: Arc::new(Mutex::new(cache)) }
    }

    /// Reads every entry, as far as the limit allows.
    ///
    /// # Errors
    ///
    /// [`StoreError::Io`].
    pub fn warm(&self) -> Result<(), StoreError> {
        let view = self.below.snapshot()?;
        for space in [Space::Base, Space::Merkle] {
            view.scan(space, "", &mut |key, value| {
                lock(&self.cache).put((space, key.to_owned()), value);
                true
            })?;
        }
        Ok(())
    }

    /// Reads that were served and that were not.
    pub fn figures(&self) -> (u64, u64) {
        let cache = lock(&self.cache);
        (cache.hits, cache.misses)
    }
}

struct View {
    below: Box<dyn Snapshot>,
    cache: Arc<Mutex<Cache>>,
    /// The state that this shows; none if the cache cannot serve it.
    version: Option<u64>,
}

impl View {
    /// The cache, if it is of the state that this view shows.
    fn cache(&self) -> Option<MutexGuard<'_, Cache>> {
        let cache = lock(&self.cache);
        (self.version.is_some() && cache.version == self.version).then_some(cache)
    }
}

impl Snapshot for View {
    fn get(&self, space: Space, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let key = (space, key.to_owned());
        if let Some(value) = self.cache().and_then(|mut cache| cache.get(&key)) {
            return Ok(Some(value.to_vec()));
        }
        let value = self.below.get(space, &key.1)?;
        if let (Some(value), Some(mut cache)) = (&value, self.cache()) {
            cache.put(key, value);
        }
        Ok(value)
    }

    fn scan(&self, space: Space, prefix: &str, each: &mut dyn FnMut(&str, &[u8]) -> bool) -> Result<(), StoreError> {
        self.below.scan(space, prefix, each)
    }
}

impl<S: Store> Store for CachedStore<S> {
    fn snapshot(&self) -> Result<Box<dyn Snapshot>, StoreError> {
        // A write that begins after this line makes the view one that the cache does not serve.
        let version = lock(&self.cache).version;
        Ok(Box::new(View { below: self.below.snapshot()?, cache: Arc::clone(&self.cache), version }))
    }

    fn write(&self, writes: &[Write]) -> Result<(), StoreError> {
        lock(&self.cache).version = None;
        let result = self.below.write(writes);
        let mut cache = lock(&self.cache);
        for write in writes {
            let key = (write.space, write.key.clone());
            match &write.value {
                Some(value) if result.is_ok() => cache.put(key, value),
                _ => cache.remove(&key),
            }
        }
        cache.versions += 1;
        cache.version = Some(cache.versions);
        result
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used)]

    use super::*;
    use crate::memory::MemoryStore;

    fn put(key: &str, value: &[u8]) -> Write {
        Write { space: Space::Base, key: key.to_owned(), value: Some(value.to_vec()) }
    }

    #[test]
    fn old_snapshots_stay_as_they_are() {
        let store = CachedStore::new(MemoryStore::new(), 10_000);
        store.write(&[put("a", b"1"), put("b", b"1")]).unwrap();
        let old = store.snapshot().unwrap();
        assert_eq!(old.get(Space::Base, "a").unwrap().unwrap(), b"1");
        let gone = Write { value: None, ..put("b", b"") };
        store.write(&[put("a", b"2"), gone]).unwrap();
        let new = store.snapshot().unwrap();
        for _ in 0..2 {
            assert_eq!(old.get(Space::Base, "a").unwrap().unwrap(), b"1");
            assert_eq!(new.get(Space::Base, "a").unwrap().unwrap(), b"2");
            assert_eq!(old.get(Space::Base, "b").unwrap().unwrap(), b"1");
            assert_eq!(new.get(Space::Base, "b").unwrap(), None);
        }
        assert_eq!(store.figures(), (3, 2));
    }

    #[test]
    fn what_was_used_longest_ago_goes_first_and_nothing_stays_without_room() {
        let store = CachedStore::new(MemoryStore::new(), 3 * (OVERHEAD + 2));
        store.write(&[put("a", b"1"), put("b", b"1"), put("c", b"1")]).unwrap();
        let view = store.snapshot().unwrap();
        view.get(Space::Base, "a").unwrap();
        store.write(&[put("d", b"1")]).unwrap();
        let cache = lock(&store.cache);
        let mut kept: Vec<&str> = cache.entries.keys().map(|(_, key)| key.as_str()).collect();
        kept.sort_unstable();
        assert_eq!(kept, ["a", "c", "d"]);
        drop(cache);
        let store = CachedStore::new(store, 0);
        let view = store.snapshot().unwrap();
        for _ in 0..3 {
            assert_eq!(view.get(Space::Base, "b").unwrap().unwrap(), b"1");
        }
        assert_eq!(store.figures(), (0, 3));
    }
}
