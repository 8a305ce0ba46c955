//! Making and reading each kind of object.

use super::{Heap, Kind, MAX_LEN, Ref, SlotClass, Trap, out_of_memory};
use crate::value::slot;

/// Slot of a [`Kind::Func`] object from which on its captures stand; slot 0 is the function's index.
pub const FUNC_CAPTURES: u32 = 1;
/// Slot of a [`Kind::Bound`] object with the function's index.
pub const BOUND_FUNC: u32 = 0;
/// Slot of a [`Kind::Bound`] object with the receiver.
pub const BOUND_RECEIVER: u32 = 1;
/// Slot of a [`Kind::MapItem`] object with the key.
pub const ITEM_KEY: u32 = 0;
/// Slot of a [`Kind::MapItem`] object with the value.
pub const ITEM_VALUE: u32 = 1;

/// Content of a slice header.
///
/// ```text
/// header word   length as int32 in bits 32..64 (negative after `make([]T, -1, c)`, spec/03 §4.5); aux: 1 if variadic
/// slot 0        base (0..32), offset (32..64)
/// slot 1        length, 0 if negative (0..32), capacity (32..63), pending (63, see `vector`)
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SliceHeader {
    /// The array.
    pub base: Ref,
    /// Index of the first element in it.
    pub offset: u32,
    /// Number of elements; negative only where `make` accepted it.
    pub len: i32,
    /// Capacity.
    pub cap: u32,
    /// Whether it was made of the variadic arguments of a call, or from such a slice. **Quirk**: the reference's type of these slices is
    /// `...T`, which is identical to `[]T`, but printed and stored as it is.
    pub variadic: bool,
}

impl SliceHeader {
    /// All of a new array.
    #[inline]
    pub const fn whole(base: Ref, len: u32) -> SliceHeader {
        SliceHeader { base, offset: 0, len: len as i32, cap: len, variadic: false }
    }

    /// Length to iterate over: never negative.
    #[inline]
    pub fn count(&self) -> u32 {
        self.len.max(0) as u32
    }
}

fn checked_len(len: usize) -> Result<u32, Trap> {
    if len > MAX_LEN { Err(out_of_memory()) } else { Ok(len as u32) }
}

impl Heap {
    /// The slot of an assigned empty string.
    pub fn empty_string(&self) -> u64 {
        self.empty.slot()
    }

    /// A new string; its slot.
    ///
    /// # Errors
    ///
    /// Fatal at the heap limit, as for every constructor here.
    pub fn new_string(&mut self, bytes: &[u8]) -> Result<u64, Trap> {
        let string = self.new_string_uninit(bytes.len())?;
        self.bytes_mut(string).copy_from_slice(bytes);
        Ok(slot::string(string, bytes.len() as u32))
    }

    /// A new string of `len` zero bytes, to be filled at once.
    pub(crate) fn new_string_uninit(&mut self, len: usize) -> Result<Ref, Trap> {
        if len == 0 {
            return Ok(self.empty);
        }
        self.alloc(Kind::String, SlotClass::Scalars, 0, checked_len(len)?, len.div_ceil(8))
    }

    /// A new list array of zero slots.
    ///
    /// # Errors
    ///
    /// Fatal at the heap limit.
    pub fn new_list(&mut self, class: SlotClass, len: usize) -> Result<Ref, Trap> {
        self.alloc(Kind::List, class, 0, checked_len(len)?, len)
    }

    /// A new data array of zero bytes.
    ///
    /// # Errors
    ///
    /// Fatal at the heap limit.
    pub fn new_data(&mut self, len: usize) -> Result<Ref, Trap> {
        self.alloc(Kind::Data, SlotClass::Scalars, 0, checked_len(len)?, len.div_ceil(8))
    }

    /// A new struct of zero slots.
    ///
    /// # Errors
    ///
    /// Fatal at the heap limit.
    #[inline]
    pub fn new_struct(&mut self, class: SlotClass, ty: u32, fields: usize) -> Result<Ref, Trap> {
        self.alloc(Kind::Struct, class, ty, checked_len(fields)?, fields)
    }

    /// A new heap item.
    ///
    /// # Errors
    ///
    /// Fatal at the heap limit.
    #[inline]
    pub fn new_cell(&mut self, class: SlotClass, content: u64) -> Result<Ref, Trap> {
        let cell = self.alloc(Kind::Cell, class, 0, 1, 1)?;
        self.set_slot(cell, 0, content);
        Ok(cell)
    }

    /// A new box for 64 bits of an interface payload; `class` is that of the boxed slot.
    ///
    /// # Errors
    ///
    /// Fatal at the heap limit.
    pub fn new_box(&mut self, class: SlotClass, bits: u64) -> Result<Ref, Trap> {
        let object = self.alloc(Kind::Box, class, 0, 1, 1)?;
        self.set_slot(object, 0, bits);
        Ok(object)
    }

    /// A new view: a pointer to an interface slot with the dynamic type that reading through it gives. Slot 0 is the pointer.
    ///
    /// # Errors
    ///
    /// Fatal at the heap limit.
    pub fn new_view(&mut self, pointer: u64, ty: u32) -> Result<Ref, Trap> {
        let object = self.alloc(Kind::View, SlotClass::Mixed, 0, 2, 2)?;
        self.set_slot(object, 0, pointer);
        self.set_slot(object, 1, u64::from(ty));
        Ok(object)
    }

    /// A new slice header.
    ///
    /// # Errors
    ///
    /// Fatal at the heap limit.
    #[inline]
    pub fn new_slice(&mut self, slice: SliceHeader) -> Result<Ref, Trap> {
        let object = self.alloc(Kind::Slice, SlotClass::Refs, u32::from(slice.variadic), slice.len as u32, 2)?;
        self.set_slot(object, 0, slice.base.slot() | u64::from(slice.offset) << 32);
        self.set_slot(object, 1, u64::from(slice.count()) | u64::from(slice.cap) << 32);
        Ok(object)
    }

    /// A new function value of function `func` over captured heap items.
    ///
    /// # Errors
    ///
    /// Fatal at the heap limit.
    pub fn new_func(&mut self, func: u32, captures: &[u64]) -> Result<Ref, Trap> {
        let count = checked_len(captures.len())?;
        let object = self.alloc(Kind::Func, SlotClass::Refs, 0, count, captures.len() + 1)?;
        self.set_slot(object, 0, u64::from(func));
        self.slots_mut(object, FUNC_CAPTURES, count).copy_from_slice(captures);
        Ok(object)
    }

    /// A new bound method; `class` is that of the receiver's slot.
    ///
    /// # Errors
    ///
    /// Fatal at the heap limit.
    pub fn new_bound(&mut self, func: u32, class: SlotClass, receiver: u64) -> Result<Ref, Trap> {
        let object = self.alloc(Kind::Bound, class, 0, 2, 2)?;
        self.set_slot(object, BOUND_FUNC, u64::from(func));
        self.set_slot(object, BOUND_RECEIVER, receiver);
        Ok(object)
    }

    /// Function index of a function value or bound method.
    #[inline(always)]
    pub fn func_index(&self, func: Ref) -> u32 {
        self.slot(func, 0) as u32
    }

    /// Content of a slice header. The reference must not be nil.
    #[inline(always)]
    pub fn slice(&self, object: Ref) -> SliceHeader {
        let (place, size) = (self.slot(object, 0), self.slot(object, 1));
        let header = self.header(object);
        SliceHeader {
            base: Ref::of(place),
            offset: (place >> 32) as u32,
            len: header.len() as i32,
            cap: (size >> 32) as u32 & MAX_LEN as u32,
            variadic: header.aux() != 0,
        }
    }

    /// Content of a slice header, `None` for nil.
    #[inline]
    pub fn slice_or_nil(&self, slot: u64) -> Option<SliceHeader> {
        let object = Ref::of(slot);
        if object.is_nil() { None } else { Some(self.slice(object)) }
    }

    /// Slots `first..first + count` of an object.
    #[inline]
    pub fn slots(&self, object: Ref, first: u32, count: u32) -> &[u64] {
        self.space.memory.slice(object.index() + 1 + first as usize, count as usize)
    }

    /// Slots `first..first + count` of an object, to be written.
    #[inline]
    pub fn slots_mut(&mut self, object: Ref, first: u32, count: u32) -> &mut [u64] {
        self.space.memory.slice_mut(object.index() + 1 + first as usize, count as usize)
    }

    /// Copies slots between objects or inside one; the ranges may overlap.
    #[inline]
    pub fn copy_slots(&mut self, from: (Ref, u32), to: (Ref, u32), count: u32) {
        let at = |(object, first): (Ref, u32)| object.index() + 1 + first as usize;
        self.space.memory.copy(at(from), at(to), count as usize);
        if self.has_dynamic_types() {
            self.copy_dynamic_types(from, to, count);
        }
    }

    fn byte_range(&self, object: Ref) -> core::ops::Range<usize> {
        let first = (object.index() + 1) * 8;
        first..first + self.header(object).len() as usize
    }

    /// Bytes of a string or data array.
    #[inline]
    pub fn bytes(&self, object: Ref) -> &[u8] {
        &self.space.memory.bytes()[self.byte_range(object)]
    }

    /// Bytes of a string or data array, to be written.
    #[inline]
    pub fn bytes_mut(&mut self, object: Ref) -> &mut [u8] {
        let range = self.byte_range(object);
        &mut self.space.memory.bytes_mut()[range]
    }

    /// Bytes of a string slot; empty for a string never assigned.
    #[inline]
    pub fn string(&self, slot: u64) -> &[u8] {
        let object = Ref::of(slot);
        if object.is_nil() {
            return &[];
        }
        let first = (object.index() + 1) * 8;
        &self.space.memory.bytes()[first..first + slot::string_len(slot) as usize]
    }

    /// The bytes of a string slot as whole words; behind the last byte they are zero.
    #[inline]
    pub fn string_words(&self, slot: u64) -> &[u64] {
        self.slots(Ref::of(slot), 0, (slot::string_len(slot) + 7) >> 3)
    }

    /// Copies bytes between strings and data arrays or inside one; the ranges may overlap.
    ///
    /// Both ranges must lie in their objects.
    #[inline]
    pub fn copy_bytes(&mut self, from: (Ref, usize), to: (Ref, usize), count: usize) {
        let at = |(object, first): (Ref, usize)| (object.index() + 1) * 8 + first;
        let (from, to) = (at(from), at(to));
        self.space.memory.bytes_mut().copy_within(from..from + count, to);
    }

    /// Byte `index` of a data array.
    #[inline(always)]
    pub fn byte(&self, data: Ref, index: u32) -> u8 {
        self.space.memory.bytes()[(data.index() + 1) * 8 + index as usize]
    }

    /// Replaces byte `index` of a data array.
    #[inline(always)]
    pub fn set_byte(&mut self, data: Ref, index: u32, value: u8) {
        let at = (data.index() + 1) * 8 + index as usize;
        self.space.memory.bytes_mut()[at] = value;
    }

    /// Element `index` of an array object of either form.
    #[inline]
    pub fn element(&self, array: Ref, index: u32) -> u64 {
        if self.header(array).is(Kind::Data) { u64::from(self.byte(array, index)) } else { self.slot(array, index) }
    }

    /// Replaces element `index` of an array object of either form.
    #[inline]
    pub fn set_element(&mut self, array: Ref, index: u32, value: u64) {
        if self.header(array).is(Kind::Data) {
            self.set_byte(array, index, value as u8);
        } else {
            self.set_slot(array, index, value);
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn strings_and_bytes() {
        let mut heap = Heap::new(1 << 10);
        let text = heap.new_string(b"hello, world").unwrap();
        assert_eq!(heap.string(text), b"hello, world");
        assert_eq!(heap.string(0), b"");
        assert_ne!(heap.empty_string(), 0);
        let data = heap.new_data(5).unwrap();
        heap.set_byte(data, 4, 9);
        heap.copy_bytes((Ref::of(text), 0), (data, 0), 4);
        heap.copy_bytes((data, 0), (data, 1), 4);
        assert_eq!(heap.bytes(data), b"hhell");
    }

    #[test]
    fn slice_headers_keep_negative_lengths() {
        let mut heap = Heap::new(1 << 10);
        let header = SliceHeader { base: Ref::of(5), offset: 7, len: -1, cap: 3, variadic: true };
        let slice = heap.new_slice(header).unwrap();
        assert_eq!(heap.slice(slice), header);
        assert_eq!(heap.slot(slice, 1) as u32, 0);
    }

    #[test]
    fn closures_and_bound_methods() {
        let mut heap = Heap::new(1 << 10);
        let cell = heap.new_cell(SlotClass::Scalars, 3).unwrap();
        let func = heap.new_func(12, &[cell.slot()]).unwrap();
        assert_eq!((heap.func_index(func), heap.slot(func, FUNC_CAPTURES)), (12, cell.slot()));
        let bound = heap.new_bound(4, SlotClass::Refs, cell.slot()).unwrap();
        assert_eq!((heap.func_index(bound), heap.slot(bound, BOUND_RECEIVER)), (4, cell.slot()));
    }
}
