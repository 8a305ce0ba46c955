//! Packing values into interface slots and back. The form is canonical (`docs/values.md`).

use super::slot::{self, BOXED, TAINT};
use super::{TypeIndex, Types};
use crate::heap::{Heap, Ref, SlotClass, Trap};
use regno_bytecode::types::Repr;

/// The interface slot of a value of a concrete type.
///
/// # Errors
///
/// Fatal at the heap limit.
#[inline]
pub fn pack(heap: &mut Heap, types: &Types, ty: TypeIndex, value: u64) -> Result<u64, Trap> {
    pack_repr(heap, types.get(ty).repr, ty, value)
}

/// [`pack`] with the representation of the type given.
///
/// # Errors
///
/// Fatal at the heap limit.
#[inline]
pub fn pack_repr(heap: &mut Heap, repr: Repr, ty: TypeIndex, value: u64) -> Result<u64, Trap> {
    match repr {
        Repr::Str => Ok(slot::iface(ty, value as u32)),
        Repr::Iface => Ok(value),
        Repr::Slice | Repr::Map | Repr::Func | Repr::Struct | Repr::Array => {
            Ok(slot::iface(ty, value as u32) | (value & TAINT))
        }
        Repr::Ptr if slot::pointer_index(value) == 0 => Ok(slot::iface(ty, value as u32) | (value & TAINT)),
        Repr::Ptr => {
            let object = heap.new_box(SlotClass::Refs, slot::untaint(value))?;
            Ok(slot::iface(ty, object.slot() as u32) | BOXED | (value & TAINT))
        }
        _ if value >> 32 == 0 => Ok(slot::iface(ty, value as u32)),
        _ => Ok(slot::iface(ty, heap.new_box(SlotClass::Scalars, value)?.slot() as u32) | BOXED),
    }
}

/// The value in an interface slot, whose dynamic type has representation `repr`.
#[inline]
pub fn unpack_repr(heap: &Heap, repr: Repr, value: u64) -> u64 {
    let payload = u64::from(slot::iface_payload(value));
    match repr {
        Repr::Iface => value,
        Repr::Str if payload == 0 => 0,
        Repr::Str => slot::string(Ref::of(payload), heap.header(Ref::of(payload)).len()),
        Repr::Slice | Repr::Map | Repr::Func | Repr::Struct | Repr::Array => payload | (value & TAINT),
        Repr::Ptr if value & BOXED == 0 => payload | (value & TAINT),
        Repr::Ptr => heap.slot(Ref::of(payload), 0) | (value & TAINT),
        _ if value & BOXED == 0 => payload,
        _ => heap.slot(Ref::of(payload), 0),
    }
}

/// Dynamic type and value of an interface slot that is not nil.
#[inline]
pub fn unpack(heap: &Heap, types: &Types, value: u64) -> (TypeIndex, u64) {
    let ty = slot::iface_type(value);
    (ty, unpack_repr(heap, types.get(ty).repr, value))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn every_scalar_has_one_spelling() {
        let mut heap = Heap::new(1 << 12);
        let cases = [
            (Repr::I64, 5),
            (Repr::I64, u64::MAX),
            (Repr::U64, 1 << 32),
            (Repr::F64, 1.5f64.to_bits()),
            (Repr::Bool, 1),
            (Repr::Ptr, 9),
            (Repr::Ptr, slot::pointer(Ref::of(9), 3)),
            (Repr::Slice, 7 | TAINT),
            (Repr::Str, 0),
        ];
        for (repr, value) in cases {
            let packed = pack_repr(&mut heap, repr, 3, value).unwrap();
            assert_eq!(slot::iface_type(packed), 3);
            assert_eq!(unpack_repr(&heap, repr, packed), value, "{repr:?}");
        }
        let text = heap.new_string(b"text").unwrap();
        let packed = pack_repr(&mut heap, Repr::Str, 3, text).unwrap();
        assert_eq!(unpack_repr(&heap, Repr::Str, packed), text);
    }
}
