//! `Copy` of the reference (spec/01 §1.16) and its charges (spec/03 §4).
//!
//! Structs are copied with their fields, deeply; arrays copy their element slots, so element objects stay shared; an
//! interface copies the struct or array that it holds. Everything else is its own copy.

use super::types::Kind;
use super::zero::{array_bytes, free};
use super::{TypeIndex, Types, slot};
use crate::heap::{Charge, Heap, Kind as ObjectKind, Ref, Trap};
use regno_bytecode::event::size;
use regno_bytecode::types::Repr;

/// A struct whose fields from `next` on are still to be copied.
struct Open {
    /// The copy; its slots hold the original's values until they are replaced.
    copy: Ref,
    ty: TypeIndex,
    next: u32,
    len: u32,
}

/// A copy of a value of a type, charged as `copy(v)`.
///
/// # Errors
///
/// [`Trap::Stop`] from a charge, fatal at the heap limit.
#[inline]
pub fn copy(heap: &mut Heap, types: &Types, ty: TypeIndex, value: u64, charge: &mut impl Charge) -> Result<u64, Trap> {
    let info = types.get(ty);
    if let Some(plan) = info.copy.as_ref().filter(|_| free(charge)) {
        return Ok(plan.copy(heap, value)? | value & slot::TAINT);
    }
    match info.repr {
        Repr::Struct | Repr::Array if is_shared(heap, value) => Ok(value),
        Repr::Struct => Ok(copy_struct(heap, types, ty, value, charge)? | value & slot::TAINT),
        Repr::Array => Ok(copy_array(heap, value, charge)? | value & slot::TAINT),
        Repr::Iface => copy_iface(heap, types, value, charge),
        _ => Ok(value),
    }
}

/// A struct or array without an object of its own to copy: it is not loaded, so that the first access through the copy will load it
/// (spec/04 Q25), or there is none (spec/05 §2.3 `prev`).
#[inline]
fn is_shared(heap: &Heap, value: u64) -> bool {
    matches!(heap.header(Ref::of(value)).kind(), ObjectKind::Stub | ObjectKind::None)
}

/// Whether copying values of the representation can do anything.
#[inline]
pub fn copies(repr: Repr) -> bool {
    matches!(repr, Repr::Struct | Repr::Array | Repr::Iface)
}

/// A copy of an interface value.
///
/// # Errors
///
/// As [`copy`].
pub fn copy_iface(heap: &mut Heap, types: &Types, value: u64, charge: &mut impl Charge) -> Result<u64, Trap> {
    let Some(ty) = held(types, value) else { return Ok(value) };
    let object = u64::from(slot::iface_payload(value));
    if is_shared(heap, object) {
        return Ok(value);
    }
    let copied = copy(heap, types, ty, object, charge)?;
    Ok(repacked(value, copied))
}

/// Whether copying an interface value copies its content.
#[inline(always)]
pub fn copies_content(types: &Types, value: u64) -> bool {
    held(types, value).is_some()
}

/// Type of the struct or array that an interface holds.
fn held(types: &Types, value: u64) -> Option<TypeIndex> {
    let ty = slot::iface_type(value);
    (ty != 0 && matches!(types.get(ty).repr, Repr::Struct | Repr::Array)).then_some(ty)
}

fn repacked(iface: u64, object: u64) -> u64 {
    (iface >> 32 << 32) | (object & 0xffff_ffff)
}

fn copy_array(heap: &mut Heap, value: u64, charge: &mut impl Charge) -> Result<u64, Trap> {
    let array = Ref::of(value);
    let header = heap.header(array);
    let len = header.len();
    let bytes = header.is(ObjectKind::Data);
    charge.alloc(heap, array_bytes(i64::from(len), bytes)?)?;
    let payload = if bytes { len.div_ceil(8) } else { len };
    Ok(heap.duplicate(array, payload as usize)?.slot())
}

fn copy_struct(
    heap: &mut Heap,
    types: &Types,
    ty: TypeIndex,
    value: u64,
    charge: &mut impl Charge,
) -> Result<u64, Trap> {
    let first = open(heap, types, ty, value, charge)?;
    if first.len == 0 {
        charge.alloc(heap, i64::from(size::STRUCT))?;
        return Ok(first.copy.slot());
    }
    copy_fields(heap, types, first, charge)
}

/// Copies the fields of a struct that has fields to copy.
#[inline(never)]
fn copy_fields(heap: &mut Heap, types: &Types, first: Open, charge: &mut impl Charge) -> Result<u64, Trap> {
    let result = first.copy.slot();
    let mut stack = smallvec::SmallVec::<[Open; 8]>::new();
    stack.push(first);
    while let Some(top) = stack.last_mut() {
        if top.next == top.len {
            charge.alloc(heap, i64::from(size::STRUCT))?;
            stack.pop();
            continue;
        }
        let (object, index) = (top.copy, top.next);
        top.next += 1;
        let Kind::Struct { fields } = &types.get(top.ty).kind else { continue };
        let Some(field) = fields.get(index as usize) else { continue };
        if !copies(field.repr) {
            continue;
        }
        let old = heap.slot(object, index);
        let (ty, source) = match field.repr {
            Repr::Iface => match held(types, old) {
                Some(ty) => (ty, u64::from(slot::iface_payload(old))),
                None => continue,
            },
            _ => (field.ty, old),
        };
        if is_shared(heap, source) {
            continue;
        }
        let is_iface = field.repr == Repr::Iface;
        let placed = |copied: u64| if is_iface { repacked(old, copied) } else { copied | old & slot::TAINT };
        if types.get(ty).repr == Repr::Array {
            let copied = copy_array(heap, source, charge)?;
            heap.set_slot(object, index, placed(copied));
        } else {
            let inner = open(heap, types, ty, source, charge)?;
            heap.set_slot(object, index, placed(inner.copy.slot()));
            stack.push(inner);
        }
    }
    Ok(result)
}

/// Makes the new struct as a plain copy of the old one and charges its fields.
#[inline]
fn open(heap: &mut Heap, types: &Types, ty: TypeIndex, value: u64, charge: &mut impl Charge) -> Result<Open, Trap> {
    let info = types.get(ty);
    let old = Ref::of(value);
    let fields = heap.header(old).len();
    charge.alloc(heap, i64::from(size::SLOT) * i64::from(fields))?;
    let copy = heap.duplicate(old, fields as usize)?;
    Ok(Open { copy, ty, next: 0, len: if info.flat { 0 } else { fields } })
}
