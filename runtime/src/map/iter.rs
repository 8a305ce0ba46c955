//! Iteration.
//!
//! An iterator is the item last visited, or, with the fresh bit, the one to visit first. The successor is read when it is
//! needed, so appended items are visited and removed ones are not, unless the item last visited was itself removed.

use super::{ENDS, LINKS};
use crate::heap::{Heap, ITEM_KEY, ITEM_VALUE, Ref};

const FRESH: u64 = 1 << 32;

/// A visited item.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry {
    /// The iterator for the next step.
    pub iterator: u64,
    /// Key.
    pub key: u64,
    /// Value.
    pub value: u64,
}

/// Iterator at the first item of a map, which may be nil. Its low half is a reference (0: none).
#[inline]
pub fn start(heap: &Heap, map: Ref) -> u64 {
    let first = if map.is_nil() { Ref::NIL } else { Ref::of(heap.slot(map, ENDS)) };
    first.slot() | FRESH
}

/// The next item.
#[inline]
pub fn next(heap: &Heap, iterator: u64) -> Option<Entry> {
    let current = Ref::of(iterator);
    if current.is_nil() {
        return None;
    }
    let item = if iterator & FRESH != 0 { current } else { Ref::of(heap.slot(current, LINKS)) };
    if item.is_nil() {
        return None;
    }
    Some(Entry { iterator: item.slot(), key: heap.slot(item, ITEM_KEY), value: heap.slot(item, ITEM_VALUE) })
}
