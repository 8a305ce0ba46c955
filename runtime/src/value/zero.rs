//! Zero values (spec/01 §1.15) and their charges (spec/03 §4).

use super::types::Kind;
use super::{TypeIndex, Types};
use crate::heap::{Charge, Heap, Ref, Trap};
use regno_bytecode::event::size;
use regno_bytecode::types::Repr;

/// Bytes of an array of `len` list elements (negative lengths give a negative product, as in the reference).
///
/// # Errors
///
/// Fatal `multiplication overflow` or `addition overflow`.
pub fn list_bytes(len: i64) -> Result<i64, Trap> {
    let product = len.checked_mul(i64::from(size::SLOT)).ok_or_else(|| Trap::abort("multiplication overflow"))?;
    product.checked_add(i64::from(size::ARRAY)).ok_or_else(|| Trap::abort("addition overflow"))
}

/// Bytes of an array of `len` data elements.
///
/// # Errors
///
/// Fatal `addition overflow`.
pub fn data_bytes(len: i64) -> Result<i64, Trap> {
    len.checked_add(i64::from(size::ARRAY)).ok_or_else(|| Trap::abort("addition overflow"))
}

/// Bytes of an array of `len` elements in the given form.
///
/// # Errors
///
/// As [`list_bytes`] and [`data_bytes`].
pub fn array_bytes(len: i64, bytes: bool) -> Result<i64, Trap> {
    if bytes { data_bytes(len) } else { list_bytes(len) }
}

/// An array or struct of which some elements are still to be filled.
struct Open {
    object: Ref,
    ty: TypeIndex,
    next: u32,
    len: u32,
}

/// The zero value of a type, charged as `zero(T)`.
///
/// # Errors
///
/// [`Trap::Stop`] from a charge, fatal at the heap limit and for sizes beyond 64 bits.
#[inline]
pub fn zero(heap: &mut Heap, types: &Types, ty: TypeIndex, charge: &mut impl Charge) -> Result<u64, Trap> {
    let info = types.get(ty);
    if !matches!(info.repr, Repr::Struct | Repr::Array) {
        return Ok(0);
    }
    if let Some(plan) = info.zero.as_ref().filter(|_| free(charge)) {
        return plan.zero(heap);
    }
    let first = open(heap, types, ty, charge)?;
    if first.len == 0 {
        if types.get(ty).repr == Repr::Struct {
            charge.alloc(heap, i64::from(size::STRUCT))?;
        }
        return Ok(first.object.slot());
    }
    fill(heap, types, first, charge)
}

/// Whether the charge counts nothing.
#[inline(always)]
pub(super) fn free<C: Charge>(_charge: &C) -> bool {
    C::FREE
}

/// Gives an object the zero values of its elements.
#[inline(never)]
fn fill(heap: &mut Heap, types: &Types, first: Open, charge: &mut impl Charge) -> Result<u64, Trap> {
    let result = first.object.slot();
    let mut stack = smallvec::SmallVec::<[Open; 8]>::new();
    stack.push(first);
    while let Some(top) = stack.last_mut() {
        let Some(child) = next_child(types, top) else {
            if types.get(top.ty).repr == Repr::Struct {
                charge.alloc(heap, i64::from(size::STRUCT))?;
            }
            stack.pop();
            continue;
        };
        let (object, index) = (top.object, top.next - 1);
        let inner = open(heap, types, child, charge)?;
        heap.set_slot(object, index, inner.object.slot());
        stack.push(inner);
    }
    Ok(result)
}

/// Makes the object and charges what comes before its elements.
fn open(heap: &mut Heap, types: &Types, ty: TypeIndex, charge: &mut impl Charge) -> Result<Open, Trap> {
    let info = types.get(ty);
    match &info.kind {
        Kind::Struct { fields } => {
            charge.alloc(heap, i64::from(size::SLOT) * fields.len() as i64)?;
            let object = heap.new_struct(info.class, ty, fields.len())?;
            Ok(Open { object, ty, next: 0, len: if info.flat { 0 } else { fields.len() as u32 } })
        }
        &Kind::Array { elem, len, bytes } => {
            let signed = i64::try_from(len).unwrap_or(i64::MAX);
            charge.alloc(heap, array_bytes(signed, bytes)?)?;
            let len = usize::try_from(len).unwrap_or(usize::MAX);
            let object = if bytes { heap.new_data(len)? } else { heap.new_list(info.class, len)? };
            let deep = matches!(types.get(elem).repr, Repr::Struct | Repr::Array);
            Ok(Open { object, ty, next: 0, len: if deep { len as u32 } else { 0 } })
        }
        _ => Ok(Open { object: Ref::NIL, ty, next: 0, len: 0 }),
    }
}

/// Type of the next element that needs an object; `open.next` is then one past it.
fn next_child(types: &Types, open: &mut Open) -> Option<TypeIndex> {
    while open.next < open.len {
        let index = open.next;
        open.next += 1;
        match &types.get(open.ty).kind {
            &Kind::Array { elem, .. } => return Some(elem),
            Kind::Struct { fields } => {
                let field = fields.get(index as usize)?;
                if matches!(field.repr, Repr::Struct | Repr::Array) {
                    return Some(field.ty);
                }
            }
            _ => return None,
        }
    }
    None
}
