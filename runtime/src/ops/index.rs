//! Element access of arrays, slices and strings, and the texts of what goes wrong (spec/01 §1.4).

use crate::heap::{Heap, Kind, Ref, Trap};
use crate::value::select::load_pointer;
use crate::value::slot;

/// What an index outside a slice raises; nil slices abort.
#[cold]
#[inline(never)]
pub fn slice_trap(heap: &Heap, slice: u64, index: u64) -> Trap {
    let Some(header) = heap.slice_or_nil(slice) else { return Trap::abort("nil slice index (out of bounds)") };
    let index = index as i64;
    if index < 0 {
        return Trap::raise(format!("slice index out of bounds: {index}"));
    }
    Trap::raise(format!("slice index out of bounds: {index} (len={})", header.len))
}

/// What an index outside an array aborts with.
#[cold]
#[inline(never)]
pub fn array_trap(heap: &Heap, array: u64, index: u64) -> Trap {
    let index = index as i64;
    if index < 0 {
        return Trap::abort(format!("runtime error: index out of range [{index}]"));
    }
    let len = heap.header(Ref::of(array)).len();
    Trap::abort(format!("runtime error: index out of range [{index}] with length {len}"))
}

/// What an index outside a string raises.
#[cold]
#[inline(never)]
pub fn string_trap(string: u64, index: u64) -> Trap {
    let index = index as i64;
    if index < 0 {
        return Trap::raise(format!("invalid slice index {index} (index must be non-negative)"));
    }
    Trap::raise(format!("index out of range [{index}] with length {}", slot::string_len(string)))
}

/// Array and index in it of element `index` of a slice.
///
/// # Errors
///
/// As [`slice_trap`].
#[inline]
pub fn place(heap: &Heap, slice: u64, index: u64) -> Result<(Ref, u32), Trap> {
    if let Some(header) = heap.slice_or_nil(slice)
        && index < u64::from(header.count())
    {
        return Ok((header.base, header.offset + index as u32));
    }
    Err(slice_trap(heap, slice, index))
}

/// Checks an index of an array object.
///
/// # Errors
///
/// As [`array_trap`].
#[inline]
pub fn array_place(heap: &Heap, array: u64, index: u64) -> Result<(Ref, u32), Trap> {
    let object = Ref::of(array);
    if index < u64::from(heap.header(object).len()) {
        return Ok((object, index as u32));
    }
    Err(array_trap(heap, array, index))
}

/// `s[i]` of a slice of either form.
///
/// # Errors
///
/// As [`slice_trap`].
#[inline]
pub fn load_index(heap: &Heap, slice: u64, index: u64) -> Result<u64, Trap> {
    let (array, index) = place(heap, slice, index)?;
    Ok(heap.element(array, index))
}

/// `s[i] = v` of a slice of either form.
///
/// # Errors
///
/// As [`slice_trap`].
#[inline]
pub fn store_index(heap: &mut Heap, slice: u64, index: u64, value: u64) -> Result<(), Trap> {
    heap.own_array(Ref::of(slice))?;
    let (array, index) = place(heap, slice, index)?;
    heap.set_element(array, index, value);
    Ok(())
}

/// `&s[i]` of a slice.
///
/// # Errors
///
/// As [`slice_trap`].
pub fn addr_index(heap: &mut Heap, slice: u64, index: u64) -> Result<u64, Trap> {
    heap.own_array(Ref::of(slice))?;
    place(heap, slice, index).map(|(array, index)| slot::pointer(array, index))
}

/// `a[i]` of an array object of either form.
///
/// # Errors
///
/// As [`array_trap`].
#[inline]
pub fn load_elem(heap: &Heap, array: u64, index: u64) -> Result<u64, Trap> {
    let (array, index) = array_place(heap, array, index)?;
    Ok(heap.element(array, index))
}

/// `a[i] = v` of an array object of either form.
///
/// # Errors
///
/// As [`array_trap`].
#[inline]
pub fn store_elem(heap: &mut Heap, array: u64, index: u64, value: u64) -> Result<(), Trap> {
    let (array, index) = array_place(heap, array, index)?;
    heap.set_element(array, index, value);
    Ok(())
}

/// `&a[i]` of an array object.
///
/// # Errors
///
/// As [`array_trap`].
pub fn addr_elem(heap: &Heap, array: u64, index: u64) -> Result<u64, Trap> {
    array_place(heap, array, index).map(|(array, index)| slot::pointer(array, index))
}

/// `s[i]` of a string.
///
/// # Errors
///
/// As [`string_trap`].
#[inline]
pub fn load_str_byte(heap: &Heap, string: u64, index: u64) -> Result<u64, Trap> {
    match usize::try_from(index).ok().and_then(|index| heap.string(string).get(index)) {
        Some(&byte) => Ok(u64::from(byte)),
        None => Err(string_trap(string, index)),
    }
}

/// `*p`.
///
/// # Errors
///
/// Recoverable `nil pointer dereference`, as for every access through a pointer.
#[inline]
pub fn load_ptr(heap: &Heap, pointer: u64) -> Result<u64, Trap> {
    if Ref::of(pointer).is_nil() {
        return Err(Trap::nil_pointer());
    }
    Ok(load_pointer(heap, pointer))
}

/// `*p = v`.
///
/// # Errors
///
/// As [`load_ptr`].
#[inline]
pub fn store_ptr(heap: &mut Heap, pointer: u64, value: u64) -> Result<(), Trap> {
    let object = Ref::of(pointer);
    if object.is_nil() {
        return Err(Trap::nil_pointer());
    }
    heap.set_element(object, slot::pointer_index(pointer), value);
    Ok(())
}

/// Whether the array under a slice is data.
#[inline]
pub fn is_data(heap: &Heap, array: Ref) -> bool {
    heap.header(array).is(Kind::Data)
}
