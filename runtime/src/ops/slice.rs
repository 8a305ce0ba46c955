//! Slice expressions, `make`, `copy`, variadic packing (spec/01 §1.4, spec/03 §4.4-4.5).

use crate::heap::{Charge, Heap, Kind as ObjectKind, MAX_LEN, Ref, SliceHeader, SlotClass, Trap, out_of_memory};
use crate::value::types::Kind;
use crate::value::zero::{array_bytes, list_bytes, zero};
use crate::value::{TypeIndex, Types, copy};
use regno_bytecode::event::size;
use regno_bytecode::op::new_slice;
use regno_bytecode::types::Repr;
use std::collections::HashSet;

/// Operands of a slice expression that are present.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Bounds {
    /// `x[low:]`
    pub low: Option<i64>,
    /// `x[:high]`
    pub high: Option<i64>,
    /// `x[::max]`
    pub max: Option<i64>,
}

impl Bounds {
    /// Low and high of a form with two indices, checked against a length or capacity.
    ///
    /// # Errors
    ///
    /// Recoverable, in the reference's order and words; a negative high prints low.
    pub fn two(self, limit: u32, beyond: impl Fn(i64, i64) -> String) -> Result<(u32, u32), Trap> {
        self.two_from(limit, limit, beyond)
    }

    /// As [`Bounds::two`] where the default of high differs from the limit.
    fn two_from(self, len: u32, limit: u32, beyond: impl Fn(i64, i64) -> String) -> Result<(u32, u32), Trap> {
        let low = self.low.unwrap_or(0);
        let high = self.high.unwrap_or(i64::from(len));
        if low < 0 || high < 0 {
            return Err(Trap::raise(format!("invalid slice index {low} (index must be non-negative)")));
        }
        if low > high {
            return Err(Trap::raise(format!("invalid slice index {low} > {high}")));
        }
        if high > i64::from(limit) {
            return Err(Trap::raise(beyond(low, high)));
        }
        Ok((low as u32, high as u32))
    }

    /// Low, high and max of the form with three indices.
    ///
    /// # Errors
    ///
    /// Fatal.
    fn three(self, max: i64, len: u32, cap: u32) -> Result<(u32, u32, u32), Trap> {
        let low = self.low.unwrap_or(0);
        let high = self.high.unwrap_or(i64::from(len));
        if let Some(negative) = [low, high, max].into_iter().find(|&index| index < 0) {
            return Err(Trap::abort(format!("invalid slice index {negative} (index must be non-negative)")));
        }
        for (left, right) in [(low, high), (high, max)] {
            if left > right {
                return Err(Trap::abort(format!("invalid slice index {left} > {right}")));
            }
        }
        if max > i64::from(cap) {
            return Err(Trap::abort(format!("slice bounds out of range [{low}:{high}:{max}] with capacity {cap}")));
        }
        Ok((low as u32, high as u32, max as u32))
    }
}

/// `s[low:high:max]` of a slice: charges SL; a nil slice stays nil, uncharged.
///
/// # Errors
///
/// Bound errors: recoverable with two indices, fatal with three.
pub fn slice_slice(heap: &mut Heap, slice: u64, bounds: Bounds, charge: &mut impl Charge) -> Result<u64, Trap> {
    let Some(old) = heap.slice_or_nil(slice) else {
        return match bounds.max {
            None => bounds.two(0, |low, high| capacity_text(low, high, 0)).map(|_| 0),
            Some(0) if bounds.low.unwrap_or(0) == 0 && bounds.high.unwrap_or(0) == 0 => Ok(0),
            Some(max) => {
                Err(bounds.three(max, 0, 0).err().unwrap_or_else(|| Trap::abort("nil slice index out of range")))
            }
        };
    };
    let (low, high, max) = match bounds.max {
        None => {
            let (low, high) = bounds.two_from(old.count(), old.cap, |low, high| capacity_text(low, high, old.cap))?;
            (low, high, old.cap)
        }
        Some(max) => bounds.three(max, old.count(), old.cap)?,
    };
    charge.alloc(heap, i64::from(size::SLICE))?;
    heap.own_array(Ref::of(slice))?;
    let base = heap.slice(Ref::of(slice)).base;
    let header = SliceHeader { base, offset: old.offset + low, len: (high - low) as i32, cap: max - low, ..old };
    Ok(heap.new_slice(header)?.slot())
}

fn capacity_text(low: i64, high: i64, cap: u32) -> String {
    format!("slice bounds out of range [{low}:{high}] with capacity {cap}")
}

/// `a[low:high:max]` of an array object: charges TY, SL.
///
/// # Errors
///
/// As [`slice_slice`].
pub fn slice_array(heap: &mut Heap, array: u64, bounds: Bounds, charge: &mut impl Charge) -> Result<u64, Trap> {
    let base = Ref::of(array);
    let len = heap.header(base).len();
    let (low, high, max) = match bounds.max {
        None => {
            let beyond = |low, high| format!("slice bounds out of range [{low}:{high}] with array length {len}");
            let (low, high) = bounds.two(len, beyond)?;
            (low, high, len)
        }
        Some(max) => bounds.three(max, len, len)?,
    };
    charge.alloc(heap, i64::from(size::TYPE))?;
    charge.alloc(heap, i64::from(size::SLICE))?;
    let header = SliceHeader { base, offset: low, len: (high - low) as i32, cap: max - low, variadic: false };
    Ok(heap.new_slice(header)?.slot())
}

/// `p[low:high:max]` of a pointer to an array: charges TY, SL.
///
/// # Errors
///
/// Recoverable nil dereference, else as [`slice_array`].
pub fn slice_ptr(heap: &mut Heap, pointer: u64, bounds: Bounds, charge: &mut impl Charge) -> Result<u64, Trap> {
    let array = super::index::load_ptr(heap, pointer)?;
    slice_array(heap, array, bounds, charge)
}

/// A slice over a new list array of zero slots, uncharged: slice literals and packed variadic arguments, whose `len` has
/// [`new_slice::VARIADIC`].
///
/// # Errors
///
/// Fatal at the heap limit.
pub fn new_slice(heap: &mut Heap, class: SlotClass, len: u64) -> Result<u64, Trap> {
    let variadic = len & new_slice::VARIADIC != 0;
    let len = len & !new_slice::VARIADIC;
    let len = usize::try_from(len).ok().filter(|&len| len <= MAX_LEN).ok_or_else(out_of_memory)?;
    let base = heap.new_list(class, len)?;
    Ok(heap.new_slice(SliceHeader { variadic, ..SliceHeader::whole(base, len as u32) })?.slot())
}

/// A slice over a new list array of zero slots up to the largest of `keys`: a slice literal with evaluated keys. Charges A(n).
///
/// # Errors
///
/// Fatal for a key below 0 or given twice, for a size beyond what can be counted, and at the heap limit; [`Trap::Stop`].
pub fn new_keyed(heap: &mut Heap, class: SlotClass, keys: &[u64], charge: &mut impl Charge) -> Result<u64, Trap> {
    let largest = keys.iter().map(|key| key.cast_signed()).max().unwrap_or(0).max(0);
    let len = largest.wrapping_add(1);
    charge.alloc(heap, list_bytes(len)?)?;
    let mut given = HashSet::new();
    for key in keys.iter().map(|key| key.cast_signed()) {
        if key < 0 {
            return Err(Trap::abort(format!("runtime error: index out of range [{key}]")));
        }
        if !given.insert(key) && class != SlotClass::Ifaces {
            return Err(given_twice(key));
        }
    }
    new_slice(heap, class, u64::try_from(len).unwrap_or(u64::MAX))
}

/// Refuses an index of a literal of interfaces that has a value already. One that is nil is not seen (spec/01 §1.4).
///
/// # Errors
///
/// Fatal if the element is not nil.
pub fn check_unset(heap: &Heap, slice: u64, index: u64) -> Result<(), Trap> {
    let header = heap.slice(Ref::of(slice));
    match heap.slot(header.base, index as u32) {
        0 => Ok(()),
        _ => Err(given_twice(index.cast_signed())),
    }
}

fn given_twice(index: i64) -> Trap {
    Trap::abort(format!("duplicate index {index} in array or slice literal"))
}

/// Element `index` of the array under a slice made by [`new_slice`] becomes `value`.
#[inline]
pub fn init_elem(heap: &mut Heap, slice: u64, index: u64, value: u64) {
    let header = heap.slice(Ref::of(slice));
    heap.set_slot(header.base, index as u32, value);
}

/// Element type of a slice type and whether its arrays are data.
pub(super) fn elem_of(types: &Types, ty: TypeIndex) -> (TypeIndex, bool) {
    match types.get(ty).kind {
        Kind::Slice { elem, bytes } | Kind::Array { elem, bytes, .. } => (elem, bytes),
        _ => (0, false),
    }
}

/// `make(T, len, cap)` of a slice type: charges A(cap) or D(cap), zero values, SL. With `one_size`, `cap` equals `len`.
///
/// # Errors
///
/// Recoverable `len out of range` and `makeslice: cap out of range`; fatal overflow of the size; [`Trap::Stop`].
pub fn make(
    heap: &mut Heap,
    types: &Types,
    ty: TypeIndex,
    (len, cap): (i64, i64),
    one_size: bool,
    charge: &mut impl Charge,
) -> Result<u64, Trap> {
    let cap = if one_size { len } else { cap };
    if cap < len {
        return Err(Trap::raise("makeslice: cap out of range"));
    }
    if cap < 0 {
        return Err(Trap::raise("len out of range"));
    }
    let (elem, bytes) = elem_of(types, ty);
    charge.alloc(heap, array_bytes(cap, bytes)?)?;
    let count = usize::try_from(cap).ok().filter(|&cap| cap <= MAX_LEN).ok_or_else(out_of_memory)?;
    let base = if bytes { heap.new_data(count)? } else { heap.new_list(types.get(ty).class, count)? };
    if matches!(types.get(elem).repr, Repr::Struct | Repr::Array) {
        for index in 0..count as u32 {
            let value = zero(heap, types, elem, charge)?;
            heap.set_slot(base, index, value);
        }
    }
    charge.alloc(heap, i64::from(size::SLICE))?;
    let len = i32::try_from(len).unwrap_or(i32::MIN);
    Ok(heap.new_slice(SliceHeader { len, ..SliceHeader::whole(base, count as u32) })?.slot())
}

/// `copy(dst, src)`: number of elements; struct and array elements are copied and charged.
///
/// # Errors
///
/// [`Trap::Stop`] from a charge, fatal at the heap limit.
pub fn copy(
    heap: &mut Heap,
    types: &Types,
    ty: TypeIndex,
    (dst, src): (u64, u64),
    charge: &mut impl Charge,
) -> Result<u64, Trap> {
    heap.own_array(Ref::of(dst))?;
    let (Some(to), Some(from)) = (heap.slice_or_nil(dst), heap.slice_or_nil(src)) else { return Ok(0) };
    let count = to.count().min(from.count());
    if count != 0 {
        let places = ((from.base, from.offset), (to.base, to.offset));
        move_elements(heap, types, elem_of(types, ty).0, places, count, charge)?;
    }
    Ok(u64::from(count))
}

/// Array object and index of its first element concerned.
pub(super) type Place = (Ref, u32);

/// Copies elements between arrays, which may be the same and of either form, as the reference's element-wise copy: overlapping
/// regions back to front where needed, each element by `Copy`.
pub(super) fn move_elements(
    heap: &mut Heap,
    types: &Types,
    elem: TypeIndex,
    (from, to): (Place, Place),
    count: u32,
    charge: &mut impl Charge,
) -> Result<(), Trap> {
    if !copy::copies(types.get(elem).repr) {
        move_plain(heap, from, to, count);
        return Ok(());
    }
    let backwards = from.0 == to.0 && to.1 > from.1;
    for step in 0..count {
        let index = if backwards { count - 1 - step } else { step };
        let value = heap.slot(from.0, from.1 + index);
        let value = copy::copy(heap, types, elem, value, charge)?;
        heap.set_slot(to.0, to.1 + index, value);
    }
    Ok(())
}

/// Moves elements that are their own copies.
fn move_plain(heap: &mut Heap, from: Place, to: Place, count: u32) {
    let data = |array: Ref| heap.header(array).is(ObjectKind::Data);
    match (data(from.0), data(to.0)) {
        (false, false) => heap.copy_slots(from, to, count),
        (true, true) => heap.copy_bytes((from.0, from.1 as usize), (to.0, to.1 as usize), count as usize),
        // Different forms are different objects: no overlap.
        _ => {
            for index in 0..count {
                let value = heap.element(from.0, from.1 + index);
                heap.set_element(to.0, to.1 + index, value);
            }
        }
    }
}

/// Prologue of a variadic function whose caller packed its arguments into a slice: charges and makes the copies of the
/// arguments, then charges SL and A(count) (spec/03 §4.1).
///
/// # Errors
///
/// [`Trap::Stop`] from a charge, fatal at the heap limit.
pub fn enter_variadic(
    heap: &mut Heap,
    types: &Types,
    ty: TypeIndex,
    slice: u64,
    charge: &mut impl Charge,
) -> Result<(), Trap> {
    let (elem, _) = elem_of(types, ty);
    let header = heap.slice_or_nil(slice);
    if let Some(header) = header
        && copy::copies(types.get(elem).repr)
    {
        let place = (header.base, header.offset);
        move_elements(heap, types, elem, (place, place), header.count(), charge)?;
    }
    charge.alloc(heap, i64::from(size::SLICE))?;
    charge.alloc(heap, list_bytes(header.map_or(0, |header| i64::from(header.count())))?)
}
