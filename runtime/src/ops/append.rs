//! `append` (spec/03 §4.5): capacities are exact, so every growth makes a new array of exactly the new length; how that does not
//! become quadratic is said in `heap::vector`.

use super::slice::{elem_of, move_elements};
use crate::heap::{Charge, Heap, MAX_LEN, Ref, SliceHeader, Trap, out_of_memory, vector};
use crate::value::copy;
use crate::value::zero::array_bytes;
use crate::value::{TypeIndex, Types};
use regno_bytecode::event::size;

/// `append(slice, more...)`, both of the slice type `ty`.
///
/// * nothing to add: the same slice;
/// * within the capacity: elements copied in place, SL;
/// * else, also to nil: A(n) or D(n), copies of the old and the new elements, SL.
///
/// # Errors
///
/// [`Trap::Stop`] from a charge, fatal at the heap limit.
pub fn append(
    heap: &mut Heap,
    types: &Types,
    ty: TypeIndex,
    (slice, more): (u64, u64),
    charge: &mut impl Charge,
) -> Result<u64, Trap> {
    let Some(added) = heap.slice_or_nil(more).filter(|header| header.count() != 0) else { return Ok(slice) };
    let nothing = SliceHeader::whole(Ref::NIL, 0);
    let old = heap.slice_or_nil(slice).unwrap_or(nothing);
    let len = u64::from(old.count()) + u64::from(added.count());
    if len <= u64::from(old.cap) {
        append_in_place(heap, types, ty, (old, added), charge)?;
        charge.alloc(heap, i64::from(size::SLICE))?;
        return Ok(heap.new_slice(SliceHeader { len: old.len + added.len, ..old })?.slot());
    }
    let (elem, _) = elem_of(types, ty);
    if len >= vector::LEAST as u64 && !copy::copies(types.get(elem).repr) {
        return append_pending(heap, types, ty, (Ref::of(slice), added), len, charge);
    }
    append_grown(heap, types, ty, (old, added), charge)
}

/// Growth where elements are their own copies: the new array is pending.
fn append_pending(
    heap: &mut Heap,
    types: &Types,
    ty: TypeIndex,
    (old, added): (Ref, SliceHeader),
    len: u64,
    charge: &mut impl Charge,
) -> Result<u64, Trap> {
    let (elem, bytes) = elem_of(types, ty);
    charge.alloc(heap, array_bytes(len as i64, bytes)?)?;
    charge.alloc(heap, i64::from(size::SLICE))?;
    let slice = heap.grow_pending(old, (types.get(ty).class, bytes), len as usize)?;
    let first = len as u32 - added.count();
    let place = (heap.slice(slice).base, first);
    move_elements(heap, types, elem, ((added.base, added.offset), place), added.count(), charge)?;
    Ok(slice.slot())
}

fn new_array(
    heap: &mut Heap,
    types: &Types,
    ty: TypeIndex,
    len: usize,
    charge: &mut impl Charge,
) -> Result<SliceHeader, Trap> {
    let (_, bytes) = elem_of(types, ty);
    charge.alloc(heap, array_bytes(len as i64, bytes)?)?;
    if len > MAX_LEN {
        return Err(out_of_memory());
    }
    let base = if bytes { heap.new_data(len)? } else { heap.new_list(types.get(ty).class, len)? };
    Ok(SliceHeader::whole(base, len as u32))
}

fn append_in_place(
    heap: &mut Heap,
    types: &Types,
    ty: TypeIndex,
    (old, added): (SliceHeader, SliceHeader),
    charge: &mut impl Charge,
) -> Result<(), Trap> {
    let (elem, _) = elem_of(types, ty);
    let from = (added.base, added.offset);
    let to = (old.base, old.offset + old.count());
    if !copy::copies(types.get(elem).repr) {
        return move_elements(heap, types, elem, (from, to), added.count(), charge);
    }
    // Every element is read before the first is written: the regions may overlap.
    let mut copies = smallvec::SmallVec::<[u64; 16]>::new();
    for index in 0..added.count() {
        let value = heap.slot(from.0, from.1 + index);
        copies.push(copy::copy(heap, types, elem, value, charge)?);
    }
    heap.slots_mut(to.0, to.1, added.count()).copy_from_slice(&copies);
    Ok(())
}

fn append_grown(
    heap: &mut Heap,
    types: &Types,
    ty: TypeIndex,
    (old, added): (SliceHeader, SliceHeader),
    charge: &mut impl Charge,
) -> Result<u64, Trap> {
    let (elem, _) = elem_of(types, ty);
    let (first, second) = (old.count(), added.count());
    let result = new_array(heap, types, ty, first as usize + second as usize, charge)?;
    if first != 0 {
        move_elements(heap, types, elem, ((old.base, old.offset), (result.base, 0)), first, charge)?;
    }
    move_elements(heap, types, elem, ((added.base, added.offset), (result.base, first)), second, charge)?;
    charge.alloc(heap, i64::from(size::SLICE))?;
    Ok(heap.new_slice(SliceHeader { variadic: old.variadic, ..result })?.slot())
}
