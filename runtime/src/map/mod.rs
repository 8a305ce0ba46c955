//! Maps (spec/01 §1.13): insertion order, hash index, iteration that survives changes.
//!
//! ```text
//! map     slot 0   first item (0..32), last item (32..64)
//!         slot 1   number of items (0..32), index object (32..64)
//!         slot 2   capacity of the index - 1 (0..32), key class (32..64)
//! item    slot 0   key
//!         slot 1   value
//!         slot 2   next item (0..32), previous item (32..64)
//! index   slots    item (0..32, 0: free), hash (32..64); a power of two of them, probed linearly
//! ```
//!
//! Items are objects of their own, linked in insertion order, so a pointer to a value slot and an iterator stay valid whatever
//! happens to the map. A deleted item keeps the link to its successor; that is what gives iteration the reference's
//! behaviour after deleting the current entry (spec/01 §1.3 row 19). The hash is a fixed function: nothing of it can be
//! observed, as order comes from the links.

mod hash;
pub mod iter;

pub use iter::{Entry, next, start};

use crate::heap::{Heap, ITEM_KEY, ITEM_VALUE, Kind as ObjectKind, Ref, SlotClass, Trap};
use crate::value::types::Kind;
use crate::value::{TypeIndex, Types, equal, slot};
use regno_bytecode::types::Repr;

const ENDS: u32 = 0;
const COUNT: u32 = 1;
const SHAPE: u32 = 2;
const LINKS: u32 = 2;
const MAP_SLOTS: usize = 3;
const ITEM_SLOTS: usize = 3;
const FIRST_CAPACITY: u32 = 8;

/// How keys of a map are hashed and compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
enum KeyClass {
    /// By their bits: integers, bools.
    Bits,
    /// By their bytes.
    Str,
    /// By their bits without the taint.
    Pointer,
    /// By their type: floats, structs, arrays, interfaces.
    Typed,
    /// By the numbers in their words, of which some have more behind their width: until one has, keys are compared by their bits.
    Words,
}

impl KeyClass {
    fn of(repr: Repr) -> KeyClass {
        match repr {
            Repr::Str => KeyClass::Str,
            Repr::Ptr => KeyClass::Pointer,
            Repr::F32 | Repr::F64 | Repr::Struct | Repr::Array | Repr::Iface => KeyClass::Typed,
            _ => KeyClass::Bits,
        }
    }
}

const BITS: u32 = KeyClass::Bits as u32;
const STR: u32 = KeyClass::Str as u32;
const POINTER: u32 = KeyClass::Pointer as u32;
const WORDS: u32 = KeyClass::Words as u32;

#[inline(always)]
fn low(word: u64) -> u32 {
    word as u32
}

#[inline(always)]
fn high(word: u64) -> u32 {
    (word >> 32) as u32
}

#[inline(always)]
fn pair(low: u32, high: u32) -> u64 {
    u64::from(low) | u64::from(high) << 32
}

/// What a map refers to, from its first two slots: the first item and the index. Items lead to each other.
pub(crate) fn references(ends: u64, count: u64) -> [u64; 2] {
    [u64::from(low(ends)), u64::from(high(count))]
}

/// The item after an item, from its link slot. The link back is never followed from an item that is no more in a map.
pub(crate) fn successor(links: u64) -> u64 {
    u64::from(low(links))
}

/// A new empty map of a map type, uncharged.
///
/// # Errors
///
/// Fatal at the heap limit.
pub fn new(heap: &mut Heap, types: &Types, ty: TypeIndex) -> Result<Ref, Trap> {
    let class = match types.get(ty).kind {
        Kind::Map { key, .. } => KeyClass::of(types.get(key).repr),
        _ => KeyClass::Bits,
    };
    let map = heap.alloc(ObjectKind::Map, SlotClass::Mixed, ty, 0, MAP_SLOTS)?;
    heap.set_slot(map, SHAPE, pair(0, class as u32));
    Ok(map)
}

/// Number of items; 0 for nil.
#[inline(always)]
pub fn len(heap: &Heap, map: Ref) -> u32 {
    if map.is_nil() { 0 } else { low(heap.slot(map, COUNT)) }
}

/// Key of an item.
#[inline(always)]
pub fn key(heap: &Heap, item: Ref) -> u64 {
    heap.slot(item, ITEM_KEY)
}

/// Value of an item.
#[inline(always)]
pub fn value(heap: &Heap, item: Ref) -> u64 {
    heap.slot(item, ITEM_VALUE)
}

/// A key with its hash, ready for the operations of one map.
#[derive(Clone, Copy, Debug)]
pub struct Hashed {
    key: u64,
    hash: u32,
}

/// What a search found.
#[derive(Clone, Copy, Debug)]
pub enum Search {
    /// The item.
    Found(Ref),
    /// There is no item; the key is ready to be inserted.
    Missing(Hashed),
    /// The keys are of a kind that needs their type.
    Typed,
}

/// Whether keys are compared by their bits.
#[inline(always)]
pub fn has_integer_keys(heap: &Heap, map: Ref) -> bool {
    high(heap.slot(map, SHAPE)) == BITS
}

/// Looks for a key that is compared by its bits or bytes.
#[inline(always)]
pub fn search(heap: &Heap, map: Ref, key: u64) -> Search {
    let shape = heap.slot(map, SHAPE);
    match high(shape) {
        BITS => {
            let hash = hash::bits(key);
            let found = probe(heap, map, low(shape), hash, |other| other == key);
            found.map_or(Search::Missing(Hashed { key, hash }), |(_, item)| Search::Found(item))
        }
        STR => match search_string(heap, map, key) {
            (Ref::NIL, hash) => Search::Missing(Hashed { key, hash }),
            (item, _) => Search::Found(item),
        },
        _ => Search::Typed,
    }
}

/// The item of a string, nil if there is none, and the string's hash. Out of line, and in registers: handlers call it.
#[inline(never)]
fn search_string(heap: &Heap, map: Ref, key: u64) -> (Ref, u32) {
    let hash = hash::string(heap, key);
    let mask = low(heap.slot(map, SHAPE));
    let item = probe(heap, map, mask, hash, |other| other == key || same_text(heap, other, key));
    (item.map_or(Ref::NIL, |(_, item)| item), hash)
}

/// Out of line: most keys that are found are the very strings that the map has.
#[inline(never)]
fn same_text(heap: &Heap, a: u64, b: u64) -> bool {
    equal::equal_string(heap, a, b)
}

/// Prepares a key for a map.
///
/// # Errors
///
/// Fatal for keys whose dynamic type has no hash (spec/05 §6.3).
#[inline]
pub fn hashed(heap: &Heap, types: &Types, map: Ref, key: u64) -> Result<Hashed, Trap> {
    match high(heap.slot(map, SHAPE)) {
        BITS | WORDS => Ok(Hashed { key, hash: hash::bits(key) }),
        POINTER => {
            let key = slot::untaint(key);
            Ok(Hashed { key, hash: hash::bits(key) })
        }
        STR => Ok(Hashed { key, hash: hash::string(heap, key) }),
        _ => Ok(Hashed { key, hash: hash::typed(heap, types, key_type(heap, types, map), key)? }),
    }
}

fn key_type(heap: &Heap, types: &Types, map: Ref) -> TypeIndex {
    match types.get(heap.header(map).aux()).kind {
        Kind::Map { key, .. } => key,
        _ => 0,
    }
}

/// The item with a key.
#[inline]
pub fn find(heap: &Heap, types: &Types, map: Ref, key: Hashed) -> Option<Ref> {
    position(heap, types, map, key).map(|(_, item)| item)
}

/// `word` becomes the word of the number `key`, a key that the map has (spec/04 Q20).
pub fn keep_key(heap: &mut Heap, types: &Types, map: Ref, key: u64, word: u64) {
    let shape = heap.slot(map, SHAPE);
    let class = high(shape);
    if class == BITS && key == word {
        return;
    }
    let Ok(hashed) = hashed(heap, types, map, key) else { return };
    if let Some(item) = find(heap, types, map, hashed) {
        heap.set_slot(item, ITEM_KEY, word);
        if class == BITS {
            heap.set_slot(map, SHAPE, pair(low(shape), WORDS));
        }
    }
}

/// Place in the index and item of a key.
#[inline]
fn position(heap: &Heap, types: &Types, map: Ref, key: Hashed) -> Option<(u32, Ref)> {
    let shape = heap.slot(map, SHAPE);
    match high(shape) {
        BITS | POINTER => probe(heap, map, low(shape), key.hash, |other| other == key.key),
        STR => probe(heap, map, low(shape), key.hash, |other| equal::equal_string(heap, other, key.key)),
        WORDS => {
            let repr = types.get(key_type(heap, types, map)).repr;
            probe(heap, map, low(shape), key.hash, |other| repr.number(other) == key.key)
        }
        _ => {
            let ty = key_type(heap, types, map);
            probe(heap, map, low(shape), key.hash, |other| equal::equal(heap, types, ty, other, key.key))
        }
    }
}

#[inline(always)]
fn probe(heap: &Heap, map: Ref, mask: u32, hash: u32, matches: impl Fn(u64) -> bool) -> Option<(u32, Ref)> {
    let index = Ref::of(heap.slot(map, COUNT) >> 32);
    if index.is_nil() {
        return None;
    }
    let mut at = hash & mask;
    loop {
        let entry = heap.slot(index, at);
        if entry == 0 {
            return None;
        }
        if high(entry) == hash {
            let item = Ref::of(entry);
            if matches(heap.slot(item, ITEM_KEY)) {
                return Some((at, item));
            }
        }
        at = (at + 1) & mask;
    }
}

/// Appends an item for a key that the map does not have, with value bits 0.
///
/// # Errors
///
/// Fatal at the heap limit.
#[inline]
pub fn insert(heap: &mut Heap, map: Ref, key: Hashed) -> Result<Ref, Trap> {
    let count = low(heap.slot(map, COUNT));
    let mask = low(heap.slot(map, SHAPE));
    // At most half full, as probes meet other keys; a new map has no index (mask 0).
    if u64::from(count) * 2 >= u64::from(mask) {
        grow(heap, map)?;
    }
    let ty = heap.header(map).aux();
    let item = heap.alloc(ObjectKind::MapItem, SlotClass::Mixed, ty, 0, ITEM_SLOTS)?;
    heap.set_slot(item, ITEM_KEY, key.key);
    let ends = heap.slot(map, ENDS);
    let (first, last) = (Ref::of(ends), Ref::of(ends >> 32));
    heap.set_slot(item, LINKS, ends >> 32 << 32);
    if last.is_nil() {
        heap.set_slot(map, ENDS, pair(low(item.slot()), low(item.slot())));
    } else {
        let links = heap.slot(last, LINKS);
        heap.set_slot(last, LINKS, pair(low(item.slot()), high(links)));
        heap.set_slot(map, ENDS, pair(low(first.slot()), low(item.slot())));
    }
    let counts = heap.slot(map, COUNT);
    heap.set_slot(map, COUNT, pair(count + 1, high(counts)));
    let mask = low(heap.slot(map, SHAPE));
    place(heap, Ref::of(counts >> 32), mask, pair(low(item.slot()), key.hash));
    Ok(item)
}

/// Puts an entry into the first free place of its probe sequence.
#[inline]
fn place(heap: &mut Heap, index: Ref, mask: u32, entry: u64) {
    let mut at = high(entry) & mask;
    while heap.slot(index, at) != 0 {
        at = (at + 1) & mask;
    }
    heap.set_slot(index, at, entry);
}

#[cold]
#[inline(never)]
fn grow(heap: &mut Heap, map: Ref) -> Result<(), Trap> {
    let (counts, shape) = (heap.slot(map, COUNT), heap.slot(map, SHAPE));
    let old = Ref::of(counts >> 32);
    let capacity = if old.is_nil() { FIRST_CAPACITY } else { (low(shape) + 1).saturating_mul(2) };
    let index = heap.alloc(ObjectKind::MapIndex, SlotClass::Refs, 0, capacity, capacity as usize)?;
    let mask = capacity - 1;
    if !old.is_nil() {
        for at in 0..=low(shape) {
            let entry = heap.slot(old, at);
            if entry != 0 {
                place(heap, index, mask, entry);
            }
        }
    }
    heap.set_slot(map, COUNT, pair(low(counts), low(index.slot())));
    heap.set_slot(map, SHAPE, pair(mask, high(shape)));
    Ok(())
}

/// Removes the item with a key, if there is one. The item keeps its content and its link to the next.
pub fn delete(heap: &mut Heap, types: &Types, map: Ref, key: Hashed) {
    let Some((at, item)) = position(heap, types, map, key) else { return };
    let counts = heap.slot(map, COUNT);
    vacate(heap, Ref::of(counts >> 32), low(heap.slot(map, SHAPE)), at);
    heap.set_slot(map, COUNT, pair(low(counts) - 1, high(counts)));
    let (next, previous) = (low(heap.slot(item, LINKS)), high(heap.slot(item, LINKS)));
    let ends = heap.slot(map, ENDS);
    let (mut first, mut last) = (low(ends), high(ends));
    if previous == 0 {
        first = next;
    } else {
        let object = Ref::of(u64::from(previous));
        heap.set_slot(object, LINKS, pair(next, high(heap.slot(object, LINKS))));
    }
    if next == 0 {
        last = previous;
    } else {
        let object = Ref::of(u64::from(next));
        heap.set_slot(object, LINKS, pair(low(heap.slot(object, LINKS)), previous));
    }
    heap.set_slot(map, ENDS, pair(first, last));
}

/// Frees a place of the index and moves later entries of its cluster up, so that no probe meets a gap.
fn vacate(heap: &mut Heap, index: Ref, mask: u32, at: u32) {
    let mut gap = at;
    let mut from = at;
    loop {
        from = (from + 1) & mask;
        let entry = heap.slot(index, from);
        if entry == 0 {
            break;
        }
        // The entry may move into the gap if its own place is not inside (gap, from].
        let home = high(entry) & mask;
        if (from.wrapping_sub(home) & mask) >= (from.wrapping_sub(gap) & mask) {
            heap.set_slot(index, gap, entry);
            gap = from;
        }
    }
    heap.set_slot(index, gap, 0);
}

#[cfg(test)]
mod tests;
