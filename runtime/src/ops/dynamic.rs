//! Dynamic types of variables, fields and elements (`heap/dynamic.rs`), as numbers: 0 where it is the type of the place.

use crate::heap::{Heap, Ref};
use crate::value::{TypeIndex, select};

/// Dynamic type of a slot of an object.
pub fn of_slot(heap: &Heap, object: u64, index: u32, place: TypeIndex) -> u64 {
    let ty = heap.dynamic_type(Ref::of(object), index);
    u64::from(ty.filter(|&ty| ty != place).unwrap_or(0))
}

/// Dynamic type of a slot of the object that a pointer points to; the pointer may be nil.
pub fn of_pointed(heap: &Heap, pointer: u64, index: u32, place: TypeIndex) -> u64 {
    if Ref::of(pointer).is_nil() {
        return 0;
    }
    of_slot(heap, select::load_pointer(heap, pointer), index, place)
}

/// Dynamic type of an element of a slice.
pub fn of_element(heap: &Heap, slice: u64, index: u32, place: TypeIndex) -> u64 {
    let slice = Ref::of(slice);
    if slice.is_nil() {
        return 0;
    }
    let header = heap.slice(slice);
    of_slot(heap, header.base.slot(), header.offset + index, place)
}
