//! A bounded cache over a store.
//!
//! Entries that were read or written are kept in memory, objects and types that were read in the form that loads need, so that they are
//! checked and decoded once. When the bytes exceed the limit, entries go that nobody has asked for since the hand of the clock was at
//! them last. A cache never changes what a snapshot shows: it serves only snapshots of the newest state, all others read the store below.

use crate::ids::ObjectId;
use crate::keys;
use crate::store::{Snapshot, Space, Store, StoreError, Write};
use crate::stored::{StoredObject, StoredType};
use foldhash::fast::RandomState;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Bytes that an entry takes beside its key and value.
const OVERHEAD: usize = 96;
/// Bytes that a decoded form takes for each byte of its entry, about.
const DECODED: usize = 3;

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

/// What is kept of an entry.
#[derive(Clone)]
enum Form {
    Bytes(Arc<[u8]>),
    Object(Arc<StoredObject>),
    Type(Arc<StoredType>),
}

struct Slot {
    space: Space,
    key: Arc<str>,
    form: Form,
    weight: usize,
    /// Asked for since the hand was here.
    used: bool,
}

/// Places of objects by identity, of all other entries by key: an entry is kept in one form.
#[derive(Default)]
struct Places {
    objects: HashMap<ObjectId, usize, RandomState>,
    base: HashMap<Arc<str>, usize, RandomState>,
    merkle: HashMap<Arc<str>, usize, RandomState>,
}

impl Places {
    fn object(space: Space, key: &str) -> Option<ObjectId> {
        if space == Space::Base { ObjectId::parse(key.strip_prefix(keys::OBJECTS)?) } else { None }
    }

    fn get(&self, space: Space, key: &str) -> Option<usize> {
        match (Places::object(space, key), space) {
            (Some(id), _) => self.objects.get(&id),
            (None, Space::Base) => self.base.get(key),
            (None, Space::Merkle) => self.merkle.get(key),
        }
        .copied()
    }

    fn set(&mut self, space: Space, key: &Arc<str>, place: Option<usize>) {
        fn put<K: std::hash::Hash + Eq>(map: &mut HashMap<K, usize, RandomState>, key: K, place: Option<usize>) {
            match place {
                Some(place) => map.insert(key, place),
                None => map.remove(&key),
            };
        }
        match (Places::object(space, key), space) {
            (Some(id), _) => put(&mut self.objects, id, place),
            (None, Space::Base) => put(&mut self.base, Arc::clone(key), place),
            (None, Space::Merkle) => put(&mut self.merkle, Arc::clone(key), place),
        }
    }
}

#[derive(Default)]
struct Cache {
    limit: usize,
    bytes: usize,
    slots: Vec<Slot>,
    places: Places,
    hand: usize,
    /// The state that the entries are of; none while it changes.
    version: Option<u64>,
    versions: u64,
    hits: u64,
    misses: u64,
}

impl Cache {
    fn at(&mut self, place: Option<usize>) -> Option<&Form> {
        let slot = place.and_then(|place| self.slots.get_mut(place));
        match slot {
            Some(slot) => {
                self.hits += 1;
                slot.used = true;
                Some(&slot.form)
            }
            None => {
                self.misses += 1;
                None
            }
        }
    }

    fn remove(&mut self, place: usize) {
        if place >= self.slots.len() {
            return;
        }
        let slot = self.slots.swap_remove(place);
        self.bytes -= slot.weight;
        self.places.set(slot.space, &slot.key, None);
        if let Some(moved) = self.slots.get(place) {
            self.places.set(moved.space, &moved.key, Some(place));
        }
    }

    fn forget(&mut self, space: Space, key: &str) {
        if let Some(place) = self.places.get(space, key) {
            self.remove(place);
        }
    }

    fn put(&mut self, space: Space, key: &str, form: Form) {
        self.forget(space, key);
        let bytes = match &form {
            Form::Bytes(bytes) => bytes.len(),
            Form::Object(object) => object.size.saturating_mul(DECODED),
            Form::Type(ty) => ty.size.saturating_mul(DECODED),
        };
        let weight = key.len() + bytes + OVERHEAD;
        let key: Arc<str> = key.into();
        self.bytes += weight;
        self.places.set(space, &key, Some(self.slots.len()));
        self.slots.push(Slot { space, key, form, weight, used: false });
        while self.bytes > self.limit {
            if self.hand >= self.slots.len() {
                self.hand = 0;
            }
            match self.slots.get_mut(self.hand) {
                Some(slot) if slot.used => {
                    slot.used = false;
                    self.hand += 1;
                }
                Some(_) => self.remove(self.hand),
                None => break,
            }
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
                lock(&self.cache).put(space, key, Form::Bytes(value.into()));
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

    /// What is kept of an entry.
    fn kept(&self, place: impl FnOnce(&Places) -> Option<usize>) -> Option<Form> {
        let mut cache = self.cache()?;
        let place = place(&cache.places);
        cache.at(place).cloned()
    }

    fn keep(&self, space: Space, key: &str, form: Form) {
        if let Some(mut cache) = self.cache() {
            cache.put(space, key, form);
        }
    }
}

impl Snapshot for View {
    fn get(&self, space: Space, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        if let Some(Form::Bytes(value)) = self.kept(|places| places.get(space, key)) {
            return Ok(Some(value.to_vec()));
        }
        let value = self.below.get(space, key)?;
        if let Some(value) = &value {
            self.keep(space, key, Form::Bytes(value.as_slice().into()));
        }
        Ok(value)
    }

    fn scan(&self, space: Space, prefix: &str, each: &mut dyn FnMut(&str, &[u8]) -> bool) -> Result<(), StoreError> {
        self.below.scan(space, prefix, each)
    }

    fn object(&self, id: ObjectId) -> Result<Option<Arc<StoredObject>>, StoreError> {
        let kept = self.kept(|places| places.objects.get(&id).copied());
        let object = match kept {
            Some(Form::Object(object)) => return Ok(Some(object)),
            Some(Form::Bytes(entry)) => Some(Arc::new(StoredObject::read(id, &entry)?)),
            _ => self.below.object(id)?,
        };
        if let Some(object) = &object {
            self.keep(Space::Base, &keys::object(id), Form::Object(Arc::clone(object)));
        }
        Ok(object)
    }

    fn ty(&self, id: &str) -> Result<Option<Arc<StoredType>>, StoreError> {
        let key = keys::ty(id);
        let ty = match self.kept(|places| places.base.get(key.as_str()).copied()) {
            Some(Form::Type(ty)) => return Ok(Some(ty)),
            Some(Form::Bytes(entry)) => Some(Arc::new(StoredType::read(id, &entry)?)),
            _ => self.below.ty(id)?,
        };
        if let Some(ty) = &ty {
            self.keep(Space::Base, &key, Form::Type(Arc::clone(ty)));
        }
        Ok(ty)
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
            match &write.value {
                Some(value) if result.is_ok() => {
                    cache.put(write.space, &write.key, Form::Bytes(value.as_slice().into()));
                }
                _ => cache.forget(write.space, &write.key),
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
    fn what_nobody_asks_for_goes_first_and_nothing_stays_without_room() {
        let store = CachedStore::new(MemoryStore::new(), 3 * (OVERHEAD + 2));
        store.write(&[put("a", b"1"), put("b", b"1"), put("c", b"1")]).unwrap();
        let view = store.snapshot().unwrap();
        view.get(Space::Base, "a").unwrap();
        store.write(&[put("d", b"1")]).unwrap();
        let cache = lock(&store.cache);
        let mut kept: Vec<&str> = cache.slots.iter().map(|slot| &*slot.key).collect();
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
