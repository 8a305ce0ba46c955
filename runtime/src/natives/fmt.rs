//! `fmt` of the test overlay: looking into values (spec/06 §5.10).
//!
//! The reference prints host addresses for pointers, functions, maps and slices; here an address is made from the index of
//! the object, so that a run can be repeated.

use super::{Call, NativeFn, Outcome};
use crate::heap::{ITEM_KEY, ITEM_VALUE, Kind as ObjectKind, Ref, SliceHeader, SlotClass, Trap};
use crate::map;
use crate::ops::view;
use crate::value::types::Kind;
use crate::value::{TypeIndex, iface, select, slot};
use regno_bytecode::types::Repr;
use std::cmp::Ordering;

pub(super) const NATIVES: &[(&str, NativeFn)] = &[
    ("typeString", type_string),
    ("valueOfInternal", value_of_internal),
    ("getAddr", get_addr),
    ("getPtrElem", get_ptr_elem),
    ("mapKeyValues", map_key_values),
    ("arrayIndex", array_index),
    ("fieldByIndex", field_by_index),
    ("asByteSlice", as_byte_slice),
];

/// Where the addresses of objects begin.
const ADDRESSES: u64 = 0xc0_0000_0000;

fn type_string(call: &mut Call<'_>) -> Outcome {
    let name = match call.interface(0) {
        Some((ty, value)) => name_of(call, ty, value),
        None => "<nil>".to_owned(),
    };
    call.give_string(name)
}

/// Printed form of the type of a value.
fn name_of(call: &Call<'_>, ty: TypeIndex, value: u64) -> String {
    let info = call.types().get(ty);
    if let &Kind::Pointer { elem } = &info.kind
        && call.types().get(elem).repr == Repr::Iface
        && let Some(seen) = view::dynamic_type(&call.cx.heap, value)
    {
        return format!("*{}", call.types().get(seen).name);
    }
    // The slice of variadic arguments has the same type as any other slice, but may have been met first.
    match info.name.strip_prefix("...") {
        Some(elem) => format!("[]{elem}"),
        None => info.name.clone(),
    }
}

fn value_of_internal(call: &mut Call<'_>) -> Outcome {
    let argument = call.bits(0);
    let Some((ty, value)) = call.interface(0) else {
        call.give_string("nil")?;
        call.give_string("")?;
        call.give(0);
        call.give(0);
        call.give_int(0);
        return Ok(());
    };
    let info = call.types().get(ty);
    let (repr, underlying) = (info.repr, info.underlying);
    let kind = kind_name(call, underlying)?;
    let declared = if info.declared { info.name.clone() } else { String::new() };
    let len = length(call, ty, value);
    call.give_string(kind)?;
    call.give_string(declared)?;
    call.give(if is_number(repr) { repr.number(value) } else { 0 });
    // The forms of a value and of the same value with its underlying type differ in the type only.
    let kept = argument & (slot::BOXED | slot::TAINT);
    call.give(slot::iface(underlying, slot::iface_payload(argument)) | kept);
    call.give_int(len);
    Ok(())
}

/// Name of the kind of an underlying type as Go spells it.
fn kind_name(call: &Call<'_>, underlying: TypeIndex) -> Result<String, Trap> {
    let info = call.types().get(underlying);
    Ok(match info.repr {
        Repr::Ptr => "pointer".to_owned(),
        Repr::Slice => "slice".to_owned(),
        Repr::Map => "map".to_owned(),
        Repr::Func => "func".to_owned(),
        Repr::Struct => "struct".to_owned(),
        Repr::Array => "array".to_owned(),
        Repr::Iface => "interface".to_owned(),
        Repr::Chan | Repr::Cell | Repr::Raw => return Err(Trap::abort("unexpected gnolang.Kind")),
        _ => info.name.clone(),
    })
}

fn is_number(repr: Repr) -> bool {
    matches!(repr, Repr::Bool | Repr::F32 | Repr::F64) || repr.is_int()
}

/// Length of a string, list or map, number of fields; 0 for others.
fn length(call: &Call<'_>, ty: TypeIndex, value: u64) -> i64 {
    let heap = &call.cx.heap;
    match &call.types().get(ty).kind {
        Kind::Basic if call.types().get(ty).repr == Repr::Str => heap.string(value).len() as i64,
        Kind::Array { len, .. } => i64::try_from(*len).unwrap_or(i64::MAX),
        Kind::Slice { .. } => heap.slice_or_nil(value).map_or(0, |slice| i64::from(slice.count())),
        Kind::Map { .. } if Ref::of(value).is_nil() => 0,
        Kind::Map { .. } => i64::from(map::len(heap, Ref::of(value))),
        Kind::Struct { fields } => fields.len() as i64,
        Kind::Interface { methods } => methods.len() as i64,
        _ => 0,
    }
}

fn get_addr(call: &mut Call<'_>) -> Outcome {
    let address = match call.interface(0) {
        None => 0,
        Some((ty, value)) => match call.types().get(ty).repr {
            Repr::Ptr | Repr::Func | Repr::Map | Repr::Slice if Ref::of(value).is_nil() => 0,
            Repr::Ptr => ADDRESSES + (u64::from(value as u32) + u64::from(slot::pointer_index(value))) * 8,
            Repr::Func | Repr::Map | Repr::Slice => ADDRESSES + u64::from(value as u32) * 8,
            _ => return Err(Trap::abort("invalid type")),
        },
    };
    call.give(address);
    Ok(())
}

/// An interface with a value of a static type.
fn packed(call: &mut Call<'_>, ty: TypeIndex, value: u64) -> Result<u64, Trap> {
    let cx = &mut *call.cx;
    iface::pack(&mut cx.heap, &cx.linked.types, ty, value)
}

fn give_packed(call: &mut Call<'_>, ty: TypeIndex, value: u64) -> Outcome {
    let value = packed(call, ty, value)?;
    call.give(value);
    Ok(())
}

fn get_ptr_elem(call: &mut Call<'_>) -> Outcome {
    let Some((ty, value)) = call.interface(0) else { return Err(Trap::abort("invalid type")) };
    let &Kind::Pointer { elem } = &call.types().get(ty).kind else { return Err(Trap::abort("invalid type")) };
    if Ref::of(value).is_nil() {
        return Err(Trap::raise("nil pointer dereference"));
    }
    let value = match call.types().get(elem).repr {
        Repr::Iface => view::load(&call.cx.heap, value)?,
        _ => select::load_pointer(&call.cx.heap, value),
    };
    give_packed(call, elem, value)
}

fn array_index(call: &mut Call<'_>) -> Outcome {
    const WRONG: &str = "invalid type to arrayIndex";
    let Some((ty, value)) = call.interface(0) else { return Err(Trap::abort(WRONG)) };
    let (elem, (base, offset, len)) = match call.types().get(ty).kind {
        Kind::Array { elem, .. } => (elem, (Ref::of(value), 0, call.cx.heap.header(Ref::of(value)).len())),
        Kind::Slice { elem, .. } => {
            let slice = call.cx.heap.slice_or_nil(value);
            (elem, slice.map_or((Ref::NIL, 0, 0), |slice| (slice.base, slice.offset, slice.count())))
        }
        _ => return Err(Trap::abort(WRONG)),
    };
    let index = u32::try_from(call.int(1)).ok().filter(|&index| index < len);
    let Some(index) = index else { return Err(Trap::abort("index out of range")) };
    let value = match call.cx.heap.header(base).is(ObjectKind::Data) {
        true => u64::from(call.cx.heap.byte(base, offset + index)),
        false => call.cx.heap.element(base, offset + index),
    };
    give_packed(call, elem, value)
}

fn field_by_index(call: &mut Call<'_>) -> Outcome {
    const WRONG: &str = "invalid kind to fieldByIndex";
    let Some((ty, value)) = call.interface(0) else { return Err(Trap::abort(WRONG)) };
    let Kind::Struct { fields } = &call.types().get(ty).kind else { return Err(Trap::abort(WRONG)) };
    let index = call.int(1);
    let field = usize::try_from(index).ok().and_then(|index| fields.get(index));
    let Some(field) = field else { return Err(Trap::abort("index out of range")) };
    let (name, ty) = (field.name.clone(), field.ty);
    let value = call.cx.heap.slot(Ref::of(value), index as u32);
    call.give_string(name)?;
    give_packed(call, ty, value)
}

fn as_byte_slice(call: &mut Call<'_>) -> Outcome {
    let found = call.interface(0).and_then(|(ty, value)| match call.types().get(ty).kind {
        Kind::Slice { bytes: true, .. } => Some((value, None)),
        Kind::Array { bytes: true, len, .. } => Some((value, Some(len))),
        _ => None,
    });
    let Some((value, array)) = found else {
        call.give(0);
        call.give_bool(false);
        return Ok(());
    };
    match array {
        None => call.give(slot::untaint(value)),
        Some(len) => call.give_slice(Ref::of(value), len as usize, len as usize)?,
    }
    call.give_bool(true);
    Ok(())
}

fn map_key_values(call: &mut Call<'_>) -> Outcome {
    let Some((ty, value)) = call.interface(0) else { return Err(Trap::abort("invalid type")) };
    let &Kind::Map { key, elem } = &call.types().get(ty).kind else { return Err(Trap::abort("invalid type")) };
    if Ref::of(value).is_nil() {
        call.give(0);
        call.give(0);
        return Ok(());
    }
    let mut entries = Vec::new();
    let mut iterator = map::start(&call.cx.heap, Ref::of(value));
    while let Some(entry) = map::next(&call.cx.heap, iterator) {
        iterator = entry.iterator;
        entries.push(Ref::of(iterator));
    }
    let mut items = Vec::with_capacity(entries.len());
    for &item in &entries {
        let name = packed(call, key, call.cx.heap.slot(item, ITEM_KEY))?;
        items.push((sort_key(call, name), name, item));
    }
    stable_sort(&mut items, |a, b| less(&a.0, &b.0));
    let count = items.len();
    let mut lists = [Ref::NIL; 2];
    for list in &mut lists {
        *list = call.cx.heap.new_list(SlotClass::Ifaces, count)?;
    }
    for (index, (_, name, item)) in (0..).zip(&items) {
        let content = packed(call, elem, call.cx.heap.slot(*item, ITEM_VALUE))?;
        call.cx.heap.set_element(lists[0], index, *name);
        call.cx.heap.set_element(lists[1], index, content);
    }
    for base in lists {
        let header = SliceHeader::whole(base, count as u32);
        let slice = call.cx.heap.new_slice(header)?;
        call.give(slice.slot());
    }
    Ok(())
}

/// What keys are compared by: keys of different kinds are not ordered.
#[derive(PartialEq, Debug)]
enum SortKey {
    Bool(bool),
    Signed(TypeIndex, i64),
    Unsigned(TypeIndex, u64),
    Float(TypeIndex, f64),
    Text(Vec<u8>),
    None,
}

fn sort_key(call: &Call<'_>, key: u64) -> SortKey {
    if slot::iface_is_nil(key) {
        return SortKey::None;
    }
    let (ty, value) = iface::unpack(&call.cx.heap, call.types(), key);
    let kind = call.types().get(ty).underlying;
    let value = call.types().get(ty).repr.number(value);
    match call.types().get(ty).repr {
        Repr::Bool => SortKey::Bool(value != 0),
        Repr::Str => SortKey::Text(call.cx.heap.string(value).to_vec()),
        Repr::F64 => SortKey::Float(kind, f64::from_bits(value)),
        Repr::F32 => SortKey::Float(kind, f64::from(f32::from_bits(value as u32))),
        repr if repr.is_signed() => SortKey::Signed(kind, value.cast_signed()),
        repr if repr.is_int() => SortKey::Unsigned(kind, value),
        _ => SortKey::None,
    }
}

fn less(a: &SortKey, b: &SortKey) -> bool {
    match (a, b) {
        (SortKey::Bool(a), SortKey::Bool(b)) => !a & b,
        (SortKey::Signed(kind, a), SortKey::Signed(other, b)) => kind == other && a < b,
        (SortKey::Unsigned(kind, a), SortKey::Unsigned(other, b)) => kind == other && a < b,
        (SortKey::Float(kind, a), SortKey::Float(other, b)) => {
            kind == other && a.partial_cmp(b) == Some(Ordering::Less)
        }
        (SortKey::Text(a), SortKey::Text(b)) => a < b,
        _ => false,
    }
}

/// Length of the blocks that are sorted by insertion.
const BLOCK: usize = 20;

/// A stable sort that keeps going where `less` is no order: insertion in blocks, then merging.
fn stable_sort<T>(items: &mut [T], less: impl Fn(&T, &T) -> bool) {
    for block in items.chunks_mut(BLOCK) {
        for end in 1..block.len() {
            let mut at = end;
            while at > 0 && less(&block[at], &block[at - 1]) {
                block.swap(at, at - 1);
                at -= 1;
            }
        }
    }
    let mut width = BLOCK;
    while width < items.len() {
        for pair in items.chunks_mut(width * 2) {
            merge(pair, width, &less);
        }
        width *= 2;
    }
}

/// Merges `items[..middle]` and `items[middle..]`; of equal items those of the first part come first.
fn merge<T>(items: &mut [T], middle: usize, less: &impl Fn(&T, &T) -> bool) {
    if middle >= items.len() {
        return;
    }
    let mut order = Vec::with_capacity(items.len());
    let (mut left, mut right) = (0, middle);
    while left < middle || right < items.len() {
        if left == middle || right < items.len() && less(&items[right], &items[left]) {
            order.push(right);
            right += 1;
        } else {
            order.push(left);
            left += 1;
        }
    }
    // `order[i]` is where the item for place i stands; what was swapped away is found by following the places.
    for place in 0..order.len() {
        let mut source = order[place];
        while source < place {
            source = order[source];
        }
        items.swap(place, source);
        order[place] = source;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorting_is_stable_and_keeps_what_cannot_be_ordered() {
        let mut items: Vec<(u64, usize)> = (0..200).map(|at| ((at as u64 * 7919) % 13, at)).collect();
        let mut expected = items.clone();
        expected.sort_by_key(|item| item.0);
        stable_sort(&mut items, |a, b| a.0 < b.0);
        assert_eq!(items, expected);

        let mut mixed = vec![SortKey::Text(b"s".to_vec()), SortKey::Signed(7, 2), SortKey::Bool(true)];
        stable_sort(&mut mixed, less);
        assert_eq!(mixed[1], SortKey::Signed(7, 2));
    }
}
