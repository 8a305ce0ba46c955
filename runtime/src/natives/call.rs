//! A call of a native: its arguments, its results, the machine it runs on.
//!
//! Arguments are read without charge. Results are given in order; each charges what the reference's conversion allocates
//! (spec/06 §4.4), in its order: an array, then its elements, then the slice.

use super::{Context, Outcome};
use crate::heap::{Charge, Kind, Ref, SliceHeader, SlotClass, Trap};
use crate::interp::Cx;
use crate::recount::charger;
use crate::value::slot;
use crate::value::types::Kind as TypeKind;
use crate::value::{TypeIndex, Types};
use regno_bytecode::event::size;
use smallvec::SmallVec;

/// A call in progress.
pub(crate) struct Call<'c> {
    /// The machine's context.
    pub cx: &'c mut Cx,
    /// The function whose body this is.
    pub function: u32,
    args: SmallVec<[u64; 12]>,
    results: SmallVec<[u64; 4]>,
}

impl<'c> Call<'c> {
    /// A call with the slots of its arguments.
    pub fn new(cx: &'c mut Cx, function: u32, args: &[u64]) -> Call<'c> {
        Call { cx, function, args: args.into(), results: SmallVec::new() }
    }

    /// The results, as many as the function has.
    pub fn finish(self) -> SmallVec<[u64; 4]> {
        self.results
    }

    /// The execution context.
    pub fn context(&mut self) -> &mut Context {
        &mut self.cx.context
    }

    /// Path of the package whose code made the `n`-th call from the top: for `n` = 1 the caller of the native, as the reference's
    /// `LastPackage` of a frame says. Empty beyond the bottom.
    pub fn caller_package(&mut self, n: usize) -> String {
        let pc = self.cx.pc_of(self.cx.ip);
        let frame = n.checked_sub(1).and_then(|at| self.cx.call_frames(pc).get(at).copied());
        frame.map_or_else(String::new, |frame| self.cx.last_package(&frame))
    }

    /// The type table.
    pub fn types(&self) -> &Types {
        &self.cx.linked.types
    }

    // Arguments.

    /// The slot of argument `index`: the bits of a number or bool.
    pub fn bits(&self, index: usize) -> u64 {
        self.args.get(index).copied().unwrap_or(0)
    }

    /// A signed integer.
    pub fn int(&self, index: usize) -> i64 {
        self.bits(index).cast_signed()
    }

    /// A bool.
    pub fn bool(&self, index: usize) -> bool {
        self.bits(index) != 0
    }

    /// A string.
    pub fn bytes_of_string(&self, index: usize) -> Vec<u8> {
        self.cx.heap.string(self.bits(index)).to_vec()
    }

    /// A string as text; invalid UTF-8 becomes U+FFFD.
    pub fn string(&self, index: usize) -> String {
        String::from_utf8_lossy(self.cx.heap.string(self.bits(index))).into_owned()
    }

    /// A `[]byte`; empty for nil.
    pub fn bytes(&self, index: usize) -> Vec<u8> {
        self.elements(self.bits(index)).map(|bits| bits as u8).collect()
    }

    /// A slice is nil.
    pub fn is_nil(&self, index: usize) -> bool {
        Ref::of(self.bits(index)).is_nil()
    }

    /// A `[]string`.
    pub fn strings(&self, index: usize) -> Vec<String> {
        let text = |bits| String::from_utf8_lossy(self.cx.heap.string(bits)).into_owned();
        self.elements(self.bits(index)).map(text).collect()
    }

    /// A `[]int64`.
    pub fn ints(&self, index: usize) -> Vec<i64> {
        self.elements(self.bits(index)).map(u64::cast_signed).collect()
    }

    /// The slots of a slice's elements.
    pub fn elements(&self, slice: u64) -> impl Iterator<Item = u64> {
        let heap = &self.cx.heap;
        let header = heap.slice_or_nil(slice);
        header.into_iter().flat_map(move |slice| {
            let data = !slice.base.is_nil() && heap.header(slice.base).is(Kind::Data);
            (slice.offset..slice.offset + slice.count())
                .map(move |at| if data { u64::from(heap.byte(slice.base, at)) } else { heap.element(slice.base, at) })
        })
    }

    // Results.

    /// A number or bool as its slot's bits.
    pub fn give(&mut self, bits: u64) {
        self.results.push(bits);
    }

    /// A signed integer.
    pub fn give_int(&mut self, value: i64) {
        self.give(value.cast_unsigned());
    }

    /// A bool.
    pub fn give_bool(&mut self, value: bool) {
        self.give(u64::from(value));
    }

    /// A string: 24 + len.
    pub fn give_string(&mut self, bytes: impl AsRef<[u8]>) -> Outcome {
        let string = self.new_string(bytes.as_ref())?;
        self.give(string);
        Ok(())
    }

    /// `[N]byte`: 208 + N.
    pub fn give_byte_array(&mut self, bytes: &[u8]) -> Outcome {
        self.charge(i64::from(size::ARRAY) + bytes.len() as i64)?;
        let array = self.cx.heap.new_data(bytes.len())?;
        self.cx.heap.bytes_mut(array).copy_from_slice(bytes);
        self.give(array.slot());
        Ok(())
    }

    /// `[]byte` with a capacity: a *list* array of 40 bytes an element (spec/06 §4.4).
    pub fn give_bytes(&mut self, bytes: &[u8], capacity: usize) -> Outcome {
        let capacity = capacity.max(bytes.len());
        let array = self.new_array(SlotClass::Scalars, capacity)?;
        for (index, &byte) in bytes.iter().enumerate() {
            self.cx.heap.set_element(array, index as u32, u64::from(byte));
        }
        self.give_slice(array, bytes.len(), capacity)
    }

    /// `[]string` with exact capacity.
    pub fn give_strings<S: AsRef<[u8]>>(&mut self, strings: &[S]) -> Outcome {
        let array = self.new_array(SlotClass::Refs, strings.len())?;
        for (index, string) in strings.iter().enumerate() {
            let string = self.new_string(string.as_ref())?;
            self.cx.heap.set_element(array, index as u32, string);
        }
        self.give_slice(array, strings.len(), strings.len())
    }

    /// `[]int64` with exact capacity.
    pub fn give_ints(&mut self, values: &[i64]) -> Outcome {
        let array = self.new_array(SlotClass::Scalars, values.len())?;
        for (index, &value) in values.iter().enumerate() {
            self.cx.heap.set_element(array, index as u32, value.cast_unsigned());
        }
        self.give_slice(array, values.len(), values.len())
    }

    /// A slice over a new array: 72.
    pub fn give_slice(&mut self, array: Ref, len: usize, capacity: usize) -> Outcome {
        self.charge(i64::from(size::SLICE))?;
        let header = SliceHeader { len: len as i32, ..SliceHeader::whole(array, capacity as u32) };
        let slice = self.cx.heap.new_slice(header)?;
        self.give(slice.slot());
        Ok(())
    }

    /// A list array of zero slots: 208 + 40 an element.
    pub fn new_array(&mut self, class: SlotClass, len: usize) -> Result<Ref, Trap> {
        self.charge(i64::from(size::ARRAY) + i64::from(size::SLOT) * len as i64)?;
        self.cx.heap.new_list(class, len)
    }

    /// A string: 24 + len.
    pub fn new_string(&mut self, bytes: &[u8]) -> Result<u64, Trap> {
        self.charge(i64::from(size::STRING) + bytes.len() as i64)?;
        self.cx.heap.new_string(bytes)
    }

    /// `Allocate(bytes)`.
    pub fn charge(&mut self, bytes: i64) -> Outcome {
        charger!(self.cx).alloc(&mut self.cx.heap, bytes)
    }

    /// Index of the type of result `index`.
    pub fn result_type(&self, index: usize) -> TypeIndex {
        let types = self.types();
        let signature = types.func(self.function).and_then(|func| func.signature);
        match signature.map(|ty| &types.get(ty).kind) {
            Some(TypeKind::Func { results, .. }) => results.get(index).copied().unwrap_or(0),
            _ => 0,
        }
    }

    /// Dynamic type and value of an interface argument; `None` for nil.
    pub fn interface(&self, index: usize) -> Option<(TypeIndex, u64)> {
        let value = self.bits(index);
        (!slot::iface_is_nil(value)).then(|| crate::value::iface::unpack(&self.cx.heap, self.types(), value))
    }

    /// The counters as the reference has them now: what of the segment lies ahead is given back.
    pub fn settle(&mut self) {
        self.cx.meter.leave_segment();
    }
}
