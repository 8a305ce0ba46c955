//! Map operations with their charges (spec/03 §4.2, §4.4) and traps (spec/01 §1.4).

use crate::heap::{Charge, Heap, ITEM_KEY, ITEM_VALUE, NoCharge, Ref, Trap};
use crate::map::{self, Search};
use crate::value::types::Kind;
use crate::value::zero::zero;
use crate::value::{TypeIndex, Types, copy, slot};
use regno_bytecode::event::size;
use regno_bytecode::types::Repr;

fn key_and_elem(types: &Types, ty: TypeIndex) -> (TypeIndex, TypeIndex) {
    match types.get(ty).kind {
        Kind::Map { key, elem } => (key, elem),
        _ => (0, 0),
    }
}

/// A new empty map, uncharged.
///
/// # Errors
///
/// Fatal at the heap limit.
pub fn new(heap: &mut Heap, types: &Types, ty: TypeIndex) -> Result<u64, Trap> {
    Ok(map::new(heap, types, ty)?.slot())
}

/// `make(map, hint)`: charges MP + 120 × hint at once; a negative hint lowers the counter (spec/03 §10 Q6).
///
/// # Errors
///
/// Fatal overflow, [`Trap::Stop`].
pub fn make(heap: &mut Heap, types: &Types, ty: TypeIndex, hint: i64, charge: &mut impl Charge) -> Result<u64, Trap> {
    let items = hint.checked_mul(i64::from(size::MAP_ITEM)).ok_or_else(|| Trap::abort("multiplication overflow"))?;
    let bytes = items.checked_add(i64::from(size::MAP)).ok_or_else(|| Trap::abort("addition overflow"))?;
    charge.alloc(heap, bytes)?;
    new(heap, types, ty)
}

/// `len(m)`.
#[inline]
pub fn len(heap: &Heap, map: u64) -> u64 {
    u64::from(map::len(heap, Ref::of(map)))
}

/// Whether there is a map, whose keys are integers.
#[inline(always)]
pub fn has_integer_keys(heap: &Heap, map: u64) -> bool {
    let object = Ref::of(map);
    !object.is_nil() && map::has_integer_keys(heap, object)
}

/// Looks for a key without charges and failures; `Typed` where they are possible or there is no map.
#[inline(always)]
pub fn look(heap: &Heap, map: u64, key: u64) -> Search {
    let object = Ref::of(map);
    if object.is_nil() { Search::Typed } else { map::search(heap, object, key) }
}

/// Whether zero values of the map's elements are objects.
#[inline]
pub fn holds_objects(types: &Types, ty: TypeIndex) -> bool {
    matches!(types.get(key_and_elem(types, ty).1).repr, Repr::Struct | Repr::Array)
}

#[inline(always)]
fn lookup(heap: &Heap, types: &Types, map: u64, key: u64) -> Result<Option<u64>, Trap> {
    let map = Ref::of(map);
    if map.is_nil() {
        return Ok(None);
    }
    let item = match map::search(heap, map, key) {
        Search::Found(item) => Some(item),
        Search::Missing(_) => None,
        Search::Typed => {
            let hashed = map::hashed(heap, types, map, key)?;
            map::find(heap, types, map, hashed)
        }
    };
    Ok(item.map(|item| map::value(heap, item)))
}

/// `m[k]`; a missing key gives a charged zero value.
///
/// # Errors
///
/// Fatal for unhashable keys; [`Trap::Stop`].
#[inline]
pub fn load(
    heap: &mut Heap,
    types: &Types,
    ty: TypeIndex,
    (map, key): (u64, u64),
    charge: &mut impl Charge,
) -> Result<u64, Trap> {
    load_ok(heap, types, ty, (map, key), charge).map(|(value, _)| value)
}

/// `v, ok = m[k]`, as [`load`].
///
/// # Errors
///
/// As [`load`].
#[inline]
pub fn load_ok(
    heap: &mut Heap,
    types: &Types,
    ty: TypeIndex,
    (map, key): (u64, u64),
    charge: &mut impl Charge,
) -> Result<(u64, bool), Trap> {
    if let Some(value) = lookup(heap, types, map, key)? {
        return Ok((value, true));
    }
    Ok((zero(heap, types, key_and_elem(types, ty).1, charge)?, false))
}

/// The item of a key for a store: charges the copy of the key, and MI if the item is new.
#[inline(always)]
fn item_to_store(
    heap: &mut Heap,
    types: &Types,
    ty: TypeIndex,
    (map, key): (u64, u64),
    charge: &mut impl Charge,
) -> Result<(Ref, bool), Trap> {
    let object = Ref::of(map);
    if object.is_nil() {
        return Err(Trap::raise("uninitialized map index"));
    }
    match map::search(heap, object, key) {
        Search::Found(item) => {
            heap.set_slot(item, ITEM_KEY, key);
            Ok((item, false))
        }
        Search::Missing(hashed) => {
            charge.alloc(heap, i64::from(size::MAP_ITEM))?;
            Ok((map::insert(heap, object, hashed)?, true))
        }
        Search::Typed => item_to_store_typed(heap, types, ty, (object, key), charge),
    }
}

/// [`item_to_store`] for keys that need their type.
#[inline(never)]
fn item_to_store_typed(
    heap: &mut Heap,
    types: &Types,
    ty: TypeIndex,
    (map, key): (Ref, u64),
    charge: &mut impl Charge,
) -> Result<(Ref, bool), Trap> {
    let hashed = map::hashed(heap, types, map, key)?;
    let (key_type, _) = key_and_elem(types, ty);
    let stored = copy::copy(heap, types, key_type, key, charge)?;
    if let Some(item) = map::find(heap, types, map, hashed) {
        heap.set_slot(item, ITEM_KEY, stored);
        return Ok((item, false));
    }
    charge.alloc(heap, i64::from(size::MAP_ITEM))?;
    let item = map::insert(heap, map, hashed)?;
    heap.set_slot(item, ITEM_KEY, stored);
    Ok((item, true))
}

/// `m[k] = v`: charges copy(k), MI if new, copy(v). An existing key is replaced by the new one.
///
/// # Errors
///
/// Recoverable `uninitialized map index`, fatal for unhashable keys, [`Trap::Stop`].
#[inline]
pub fn store(
    heap: &mut Heap,
    types: &Types,
    ty: TypeIndex,
    (map, key, value): (u64, u64, u64),
    charge: &mut impl Charge,
) -> Result<(), Trap> {
    let (item, _) = item_to_store(heap, types, ty, (map, key), charge)?;
    let value = copy::copy(heap, types, key_and_elem(types, ty).1, value, charge)?;
    heap.set_slot(item, ITEM_VALUE, value);
    Ok(())
}

/// Pointer to the slot of `m[k]`, made with a zero value if the key is new: charges copy(k), MI if new.
///
/// # Errors
///
/// As [`store`].
#[inline]
pub fn addr(
    heap: &mut Heap,
    types: &Types,
    ty: TypeIndex,
    (map, key): (u64, u64),
    charge: &mut impl Charge,
) -> Result<u64, Trap> {
    let (item, new) = item_to_store(heap, types, ty, (map, key), charge)?;
    if new {
        let value = zero(heap, types, key_and_elem(types, ty).1, &mut NoCharge)?;
        heap.set_slot(item, ITEM_VALUE, value);
    }
    Ok(slot::pointer(item, ITEM_VALUE))
}

/// `delete(m, k)`.
///
/// # Errors
///
/// Fatal for nil maps and unhashable keys.
pub fn delete(heap: &mut Heap, types: &Types, map: u64, key: u64) -> Result<(), Trap> {
    let map = Ref::of(map);
    if map.is_nil() {
        return Err(Trap::abort("interface conversion: gnolang.Value is nil, not *gnolang.MapValue"));
    }
    let hashed = map::hashed(heap, types, map, key)?;
    map::delete(heap, types, map, hashed);
    Ok(())
}
