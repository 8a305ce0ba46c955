//! Hashes of keys: equal keys have equal hashes.

use crate::heap::{Heap, Ref, Trap};
use crate::value::types::Kind;
use crate::value::{TypeIndex, Types, iface, slot};
use regno_bytecode::types::Repr;

const SEED: u64 = 0x9e37_79b9_7f4a_7c15;
const FACTOR: u64 = 0xd6e8_feb8_6659_fd93;

/// Multiplies to 128 bits and folds the halves.
#[inline(always)]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

#[inline(always)]
fn finish(state: u64) -> u32 {
    (state ^ (state >> 32)) as u32
}

/// Hash of a slot compared by its bits. Eight neighbouring keys get neighbouring hashes, which share a cache line of the
/// index: walks over dense keys are common. Keys a multiple of eight apart fill such a line one after another.
#[inline(always)]
pub(super) fn bits(key: u64) -> u32 {
    (finish(fold((key >> 3) ^ SEED, FACTOR)) & !7) | (key as u32 & 7)
}

/// Hash of a string.
#[inline]
pub(super) fn string(heap: &Heap, key: u64) -> u32 {
    finish(mix_string(heap, SEED, key))
}

/// Mixes a string in word by word; what is behind its last byte is zero.
#[inline]
fn mix_string(heap: &Heap, state: u64, key: u64) -> u64 {
    let start = state ^ u64::from(slot::string_len(key));
    heap.string_words(key).iter().fold(start, |state, &word| fold(state ^ word, FACTOR))
}

/// Hash of a key of a type.
///
/// # Errors
///
/// Fatal for dynamic types without a hash.
pub(super) fn typed(heap: &Heap, types: &Types, ty: TypeIndex, key: u64) -> Result<u32, Trap> {
    let mut state = SEED;
    let mut pending = smallvec::SmallVec::<[(TypeIndex, u64); 8]>::new();
    pending.push((ty, key));
    while let Some((ty, key)) = pending.pop() {
        let info = types.get(ty);
        match (info.repr, &info.kind) {
            (Repr::Str, _) => state = mix_string(heap, state, key),
            (Repr::F64, _) => state = fold(state ^ normal_f64(key), FACTOR),
            (Repr::F32, _) => state = fold(state ^ normal_f64(f64::from(f32::from_bits(key as u32)).to_bits()), FACTOR),
            (Repr::Iface, _) => {
                let dynamic = slot::iface_type(key);
                state = fold(state ^ u64::from(dynamic), FACTOR);
                if dynamic != 0 {
                    pending.push(iface::unpack(heap, types, key));
                }
            }
            (Repr::Struct, Kind::Struct { fields }) => {
                let fields = fields.iter().enumerate().rev();
                pending.extend(fields.map(|(index, field)| (field.ty, heap.slot(Ref::of(key), index as u32))));
            }
            (Repr::Array, &Kind::Array { elem, .. }) => {
                let array = Ref::of(key);
                let len = heap.header(array).len();
                pending.extend((0..len).rev().map(|index| (elem, heap.element(array, index))));
            }
            (Repr::Slice, _) => return Err(Trap::abort("slice type cannot be used as map key")),
            (Repr::Map | Repr::Func, _) => {
                return Err(Trap::abort(format!("unexpected map key type {}", info.name)));
            }
            (Repr::Ptr, _) => state = fold(state ^ slot::untaint(key), FACTOR),
            (Repr::I64 | Repr::U64, _) => state = fold(state ^ key, FACTOR),
            (repr, _) => state = fold(state ^ repr.number(key), FACTOR),
        }
    }
    Ok(finish(state))
}

/// Bits of a float with -0 as 0, as they are equal.
fn normal_f64(bits: u64) -> u64 {
    if bits == 1 << 63 { 0 } else { bits }
}
