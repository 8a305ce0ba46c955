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

/// What an entry is found by: objects by their identity.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Key {
    Object(ObjectId),
    Base(Arc<str>),
    Merkle(Arc<str>),
}

impl Key {
    fn of(space: Space, key: &str) -> Key {
        match space {
            Space::Base => keys::object_of(key).map_or_else(|| Key::Base(key.into()), Key::Object),
            Space::Merkle => Key::Merkle(key.into()),
        }
    }

    fn len(&self) -> usize {
        match self {
            Key::Object(_) => size_of::<ObjectId>(),
            Key::Base(key) | Key::Merkle(key) => key.len(),
        }
    }
}

struct Slot {
    key: Key,
    form: Form,
    weight: usize,
    /// Asked for since the hand was here.
    used: bool,
}

/// Where entries are; each is kept in one form.
#[derive(Default)]
struct Places {
    objects: HashMap<ObjectId, usize, RandomState>,
    base: HashMap<Arc<str>, usize, RandomState>,
    merkle: HashMap<Arc<str>, usize, RandomState>,
}

impl Places {
    fn get(&self, key: &Key) -> Option<usize> {
        match key {
            Key::Object(id) => self.objects.get(id),
            Key::Base(key) => self.base.get(key),
            Key::Merkle(key) => self.merkle.get(key),
        }
        .copied()
    }

    fn set(&mut self, key: &Key, place: usize) {
        match key {
            Key::Object(id) => self.objects.insert(*id, place),
            Key::Base(key) => self.base.insert(Arc::clone(key), place),
            Key::Merkle(key) => self.merkle.insert(Arc::clone(key), place),
        };
    }

    fn remove(&mut self, key: &Key) {
        match key {
            Key::Object(id) => self.objects.remove(id),
            Key::Base(key) => self.base.remove(key),
            Key::Merkle(key) => self.merkle.remove(key),
        };
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
        self.places.remove(&slot.key);
        if let Some(moved) = self.slots.get(place) {
            self.places.set(&moved.key, place);
        }
    }

    fn forget(&mut self, key: &Key) {
        if let Some(place) = self.places.get(key) {
            self.remove(place);
        }
    }

    fn put(&mut self, key: Key, form: Form) {
        let bytes = match &form {
            Form::Bytes(bytes) => bytes.len(),
            Form::Object(object) => object.size.saturating_mul(DECODED),
            Form::Type(ty) => ty.size.saturating_mul(DECODED),
        };
        let weight = key.len() + bytes + OVERHEAD;
        self.bytes += weight;
        match self.places.get(&key).and_then(|place| self.slots.get_mut(place)) {
            Some(slot) => {
                self.bytes -= slot.weight;
                (slot.form, slot.weight) = (form, weight);
            }
            None => {
                self.places.set(&key, self.slots.len());
                self.slots.push(Slot { key, form, weight, used: false });
            }
        }
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
                lock(&self.cache).put(Key::of(space, key), Form::Bytes(value.into()));
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

    fn keep(&self, key: Key, form: Form) {
        if let Some(mut cache) = self.cache() {
            cache.put(key, form);
        }
    }
}

impl Snapshot for View {
    fn get(&self, space: Space, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let kept = self.kept(|places| match (space, keys::object_of(key)) {
            (Space::Base, Some(id)) => places.objects.get(&id).copied(),
            (Space::Base, None) => places.base.get(key).copied(),
            (Space::Merkle, _) => places.merkle.get(key).copied(),
        });
        if let Some(Form::Bytes(value)) = kept {
            return Ok(Some(value.to_vec()));
        }
        let value = self.below.get(space, key)?;
        if let Some(value) = &value {
            self.keep(Key::of(space, key), Form::Bytes(value.as_slice().into()));
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
            self.keep(Key::Object(id), Form::Object(Arc::clone(object)));
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
            self.keep(Key::Base(key.into()), Form::Type(Arc::clone(ty)));
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
            let key = Key::of(write.space, &write.key);
            match (&write.value, &write.object) {
                (Some(_), Some(object)) if result.is_ok() => cache.put(key, Form::Object(Arc::clone(object))),
                (Some(value), None) if result.is_ok() => cache.put(key, Form::Bytes(value.as_slice().into())),
                _ => cache.forget(&key),
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
        Write::new(Space::Base, key, Some(value.to_vec()))
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
        let mut kept: Vec<&str> = cache
            .slots
            .iter()
            .map(|slot| match &slot.key {
                Key::Base(key) => &**key,
                _ => "",
            })
            .collect();
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
