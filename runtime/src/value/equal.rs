//! Run-time equality (spec/01 §1.11). It never panics: dynamic types that cannot be compared are equal by reference.

use super::types::Kind;
use super::{TypeIndex, Types, iface, slot};
use crate::heap::{Heap, Kind as ObjectKind, Ref};
use regno_bytecode::types::Repr;

/// `a == b` for values of a type.
pub fn equal(heap: &Heap, types: &Types, ty: TypeIndex, a: u64, b: u64) -> bool {
    match shallow(heap, types, ty, a, b) {
        Some(result) => result,
        None => deep(heap, types, ty, a, b),
    }
}

/// `a == b` for interfaces.
pub fn equal_iface(heap: &Heap, types: &Types, a: u64, b: u64) -> bool {
    let ty = slot::iface_type(a);
    if ty != slot::iface_type(b) {
        return false;
    }
    if ty == 0 {
        return true;
    }
    let repr = types.get(ty).repr;
    equal(heap, types, ty, iface::unpack_repr(heap, repr, a), iface::unpack_repr(heap, repr, b))
}

/// `a == b` for strings.
#[inline]
pub fn equal_string(heap: &Heap, a: u64, b: u64) -> bool {
    a == b || slot::string_len(a) == slot::string_len(b) && equal_words(heap.string_words(a), heap.string_words(b))
}

/// Whether texts of one length are the same. Most differ in the first word, if they differ.
#[inline]
fn equal_words(a: &[u64], b: &[u64]) -> bool {
    match (a, b) {
        ([a, rest_a @ ..], [b, rest_b @ ..]) => a == b && (rest_a.is_empty() || rest_a == rest_b),
        _ => true,
    }
}

/// `a == b` for float64 bits.
#[inline(always)]
pub fn equal_f64(a: u64, b: u64) -> bool {
    f64::from_bits(a) == f64::from_bits(b)
}

/// `a == b` for float32 bits.
#[inline(always)]
pub fn equal_f32(a: u64, b: u64) -> bool {
    f32::from_bits(a as u32) == f32::from_bits(b as u32)
}

/// `a == b` for pointers. Two views are equal if their variable is one and had the same dynamic type both times (`ops/view.rs`).
fn equal_pointer(heap: &Heap, a: u64, b: u64) -> bool {
    let view = |pointer: u64| !Ref::of(pointer).is_nil() && heap.header(Ref::of(pointer)).is(ObjectKind::View);
    let (a, b) = (slot::untaint(a), slot::untaint(b));
    a == b
        || view(a) && view(b) && [0, 1].iter().all(|&part| heap.slot(Ref::of(a), part) == heap.slot(Ref::of(b), part))
}

/// Whether two slots of places of a type hold values of the same one (`heap/dynamic.rs`).
fn same_type(heap: &Heap, place: TypeIndex, left: (Ref, u32), right: (Ref, u32)) -> bool {
    let of = |(object, index)| heap.dynamic_type(object, index).unwrap_or(place);
    of(left) == of(right)
}

/// Equality without looking into objects; `None` where that is needed.
fn shallow(heap: &Heap, types: &Types, ty: TypeIndex, a: u64, b: u64) -> Option<bool> {
    Some(match types.get(ty).repr {
        Repr::F64 => equal_f64(a, b),
        Repr::F32 => equal_f32(a, b),
        Repr::Str => equal_string(heap, a, b),
        Repr::Struct | Repr::Array | Repr::Iface => return None,
        Repr::Ptr => equal_pointer(heap, a, b),
        repr if repr.is_ref() => slot::untaint(a) == slot::untaint(b),
        // Words of narrow numbers can differ behind their width.
        repr => a == b || repr.number(a) == repr.number(b),
    })
}

fn deep(heap: &Heap, types: &Types, ty: TypeIndex, a: u64, b: u64) -> bool {
    let mut pending = smallvec::SmallVec::<[(TypeIndex, u64, u64); 8]>::new();
    pending.push((ty, a, b));
    while let Some((ty, a, b)) = pending.pop() {
        if let Some(result) = shallow(heap, types, ty, a, b) {
            if !result {
                return false;
            }
            continue;
        }
        match &types.get(ty).kind {
            Kind::Struct { fields } => {
                let (left, right) = (Ref::of(a), Ref::of(b));
                for (index, field) in fields.iter().enumerate() {
                    let (a, b) = (heap.slot(left, index as u32), heap.slot(right, index as u32));
                    if !same_type(heap, field.ty, (left, index as u32), (right, index as u32)) {
                        return false;
                    }
                    pending.push((field.ty, a, b));
                }
            }
            &Kind::Array { elem, .. } => {
                let (left, right) = (Ref::of(a), Ref::of(b));
                for index in 0..heap.header(left).len() {
                    let (a, b) = (heap.element(left, index), heap.element(right, index));
                    if !same_type(heap, elem, (left, index), (right, index)) {
                        return false;
                    }
                    match shallow(heap, types, elem, a, b) {
                        Some(false) => return false,
                        Some(true) => {}
                        None => pending.push((elem, a, b)),
                    }
                }
            }
            _ => {
                let ty = slot::iface_type(a);
                if ty != slot::iface_type(b) {
                    return false;
                }
                if ty != 0 {
                    let repr = types.get(ty).repr;
                    pending.push((ty, iface::unpack_repr(heap, repr, a), iface::unpack_repr(heap, repr, b)));
                }
            }
        }
    }
    true
}
