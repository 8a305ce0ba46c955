//! Slices whose array is not an object yet.
//!
//! The reference's `append` makes a new array of exactly the new length whenever the capacity is exceeded, so appending one by one
//! copies everything each time. Here the slice that comes of it is *pending*: its elements stand at the start of a *vector*, an
//! array with spare room, and the next append to it writes into that room instead of copying. The pending slices of one vector,
//! each with one length more, stand for different arrays that happen to have the same elements. They stop having them at the
//! first write, so whatever could write to such an array or refer to it beside its header (a store, `&s[i]`, a slice expression,
//! `copy` to it) first makes it an object of its own ([`Heap::own_array`]): then nothing can see that it was none before.
//!
//! ```text
//! slice header   slot 1 bit 63   pending; it starts at element 0, and its capacity is its length
//! vector         aux             VECTOR
//!                last slot       number of elements that pending slices have (32..64)
//! ```
//!
//! A pending slice is only ever copied as a reference to its one header, so the header is the array's identity.

use super::{Header, Heap, Kind, MAX_LEN, Ref, SliceHeader, SlotClass, Trap, out_of_memory};

/// Bit of slot 1 of a slice header.
const PENDING: u64 = 1 << 63;
/// `aux` of a list or data array with spare room.
const VECTOR: u32 = 1;
/// Lengths from which growing arrays are vectors: below, an exact copy is as cheap.
pub(crate) const LEAST: usize = 8;

impl Heap {
    /// Whether the array of a slice is not an object yet. The reference must not be nil.
    #[inline]
    pub fn is_pending(&self, slice: Ref) -> bool {
        self.slot(slice, 1) & PENDING != 0
    }

    /// Makes the array of a slice an object of its own, if it is none.
    ///
    /// # Errors
    ///
    /// Fatal at the heap limit.
    pub fn own_array(&mut self, slice: Ref) -> Result<(), Trap> {
        if slice.is_nil() || !self.is_pending(slice) {
            return Ok(());
        }
        let SliceHeader { base: vector, cap, .. } = self.slice(slice);
        let header = self.header(vector);
        let array = if header.is(Kind::Data) {
            let array = self.new_data(cap as usize)?;
            self.copy_bytes((vector, 0), (array, 0), cap as usize);
            array
        } else {
            let array = self.new_list(header.class(), cap as usize)?;
            self.copy_slots((vector, 0), (array, 0), cap);
            array
        };
        self.set_slot(slice, 0, array.slot());
        let sizes = self.slot(slice, 1);
        self.set_slot(slice, 1, sizes & !PENDING);
        Ok(())
    }

    /// A pending slice of `len` elements, of which the first are those of `old`; the others are still zero. `bytes`: its array is data.
    ///
    /// # Errors
    ///
    /// Fatal at the heap limit.
    pub(crate) fn grow_pending(
        &mut self,
        old: Ref,
        (class, bytes): (SlotClass, bool),
        len: usize,
    ) -> Result<Ref, Trap> {
        if len > MAX_LEN {
            return Err(out_of_memory());
        }
        let header = if old.is_nil() { None } else { Some(self.slice(old)) };
        let claimed = header.filter(|_| self.is_pending(old)).and_then(|header| self.claim(header, len));
        let vector = match claimed {
            Some(vector) => vector,
            None => {
                // Half as much again, so that all copies together are a few times the final length.
                let capacity = (len + len / 2 + 8).min(MAX_LEN);
                let vector = self.new_vector((class, bytes), capacity)?;
                if let Some(header) = header {
                    self.copy_elements((header.base, header.offset), (vector, 0), header.count());
                }
                self.set_elements(vector, len);
                vector
            }
        };
        let variadic = header.is_some_and(|old| old.variadic);
        let header = SliceHeader { variadic, ..SliceHeader::whole(vector, len as u32) };
        let slice = self.new_slice(header)?;
        let sizes = self.slot(slice, 1);
        self.set_slot(slice, 1, sizes | PENDING);
        Ok(slice)
    }

    /// The vector of a pending slice, if its spare room starts where the slice ends and is large enough; the room up to
    /// `len` is taken then.
    fn claim(&mut self, slice: SliceHeader, len: usize) -> Option<Ref> {
        let vector = slice.base;
        let header = self.header(vector);
        let last = self.slot(vector, Self::last_slot(header));
        let room = if header.is(Kind::Data) { header.len() as usize - 8 } else { header.len() as usize - 1 };
        if (last >> 32) as u32 != slice.count() || len > room {
            return None;
        }
        self.set_elements(vector, len);
        Some(vector)
    }

    fn last_slot(header: Header) -> u32 {
        if header.is(Kind::Data) { header.len() / 8 - 1 } else { header.len() - 1 }
    }

    fn set_elements(&mut self, vector: Ref, count: usize) {
        let last = Self::last_slot(self.header(vector));
        // The low half stays 0: no reference, whatever the class.
        self.set_slot(vector, last, (count as u64) << 32);
    }

    fn new_vector(&mut self, (class, bytes): (SlotClass, bool), capacity: usize) -> Result<Ref, Trap> {
        let (kind, class, slots) = match bytes {
            true => (Kind::Data, SlotClass::Scalars, capacity.div_ceil(8) + 1),
            false => (Kind::List, class, capacity + 1),
        };
        let len = if bytes { slots * 8 } else { slots };
        let len = u32::try_from(len).map_err(|_| out_of_memory())?;
        self.alloc(kind, class, VECTOR, len, slots)
    }

    /// Copies elements between arrays of either form, which are not the same one.
    fn copy_elements(&mut self, from: (Ref, u32), to: (Ref, u32), count: u32) {
        match (self.header(from.0).is(Kind::Data), self.header(to.0).is(Kind::Data)) {
            (false, false) => self.copy_slots(from, to, count),
            (true, true) => self.copy_bytes((from.0, from.1 as usize), (to.0, to.1 as usize), count as usize),
            _ => {
                for index in 0..count {
                    let value = self.element(from.0, from.1 + index);
                    self.set_element(to.0, to.1 + index, value);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used)]

    use super::*;

    fn filled(heap: &mut Heap, old: Ref, len: usize, value: u64) -> Ref {
        let slice = heap.grow_pending(old, (SlotClass::Scalars, false), len).unwrap();
        let base = heap.slice(slice).base;
        heap.set_slot(base, len as u32 - 1, value);
        slice
    }

    #[test]
    fn the_latest_end_claims_the_spare_room() {
        let mut heap = Heap::new(1 << 16);
        let eight = filled(&mut heap, Ref::NIL, 8, 8);
        let nine = filled(&mut heap, eight, 9, 9);
        let other = filled(&mut heap, eight, 9, 10);
        assert_eq!(heap.slice(eight).base, heap.slice(nine).base);
        assert_ne!(heap.slice(nine).base, heap.slice(other).base);
        assert_eq!([heap.slice(nine).cap, heap.slice(other).cap], [9, 9]);
        let elements = |heap: &Heap, slice| heap.slots(heap.slice(slice).base, 7, 2).to_vec();
        assert_eq!([elements(&heap, nine), elements(&heap, other)], [[8, 9], [8, 10]]);
    }

    #[test]
    fn an_array_of_its_own_is_exact_and_apart() {
        let mut heap = Heap::new(1 << 16);
        let eight = filled(&mut heap, Ref::NIL, 8, 8);
        let nine = filled(&mut heap, eight, 9, 9);
        heap.own_array(nine).unwrap();
        let header = heap.slice(nine);
        assert_eq!((header.cap, heap.header(header.base).len(), heap.is_pending(nine)), (9, 9, false));
        heap.set_slot(header.base, 7, 1);
        assert_eq!(heap.slot(heap.slice(eight).base, 7), 8);
    }
}
