//! The 64 bits of a slot, by representation (`docs/values.md`).

use crate::heap::Ref;

/// The read-only property of a value (spec/05 §5).
pub const TAINT: u64 = 1 << 63;
/// The word of a read-only value (spec/04 Q21).
pub const READ_ONLY: u64 = u64::from_le_bytes(*b"ReaDoNLY");
/// An interface whose payload is a box object.
pub const BOXED: u64 = 1 << 62;
/// Largest index of a type.
pub const MAX_TYPE: u32 = (1 << 24) - 1;

/// A string of `len` bytes.
#[inline(always)]
pub const fn string(object: Ref, len: u32) -> u64 {
    object.slot() | (len as u64) << 32
}

/// Length of a string in bytes.
#[inline(always)]
pub const fn string_len(slot: u64) -> u32 {
    (slot >> 32) as u32 & 0x7fff_ffff
}

/// A pointer to slot `index` of an object (byte index for data arrays).
#[inline(always)]
pub const fn pointer(object: Ref, index: u32) -> u64 {
    object.slot() | (index as u64) << 32
}

/// Slot or byte index of a pointer.
#[inline(always)]
pub const fn pointer_index(slot: u64) -> u32 {
    (slot >> 32) as u32 & 0x7fff_ffff
}

/// A value without its taint.
#[inline(always)]
pub const fn untaint(slot: u64) -> u64 {
    slot & !TAINT
}

/// An interface of dynamic type `ty` with a payload.
#[inline(always)]
pub const fn iface(ty: u32, payload: u32) -> u64 {
    payload as u64 | (ty as u64) << 32
}

/// Dynamic type of an interface; 0 for nil.
#[inline(always)]
pub const fn iface_type(slot: u64) -> u32 {
    (slot >> 32) as u32 & 0x3fff_ffff
}

/// An interface with another dynamic type of the same representation; 0 leaves it as it is.
#[inline(always)]
pub const fn retyped(slot: u64, ty: u32) -> u64 {
    if ty == 0 { slot } else { slot & !(0x3fff_ffff << 32) | (ty as u64) << 32 }
}

/// Payload of an interface.
#[inline(always)]
pub const fn iface_payload(slot: u64) -> u32 {
    slot as u32
}

/// Whether an interface holds nothing.
#[inline(always)]
pub const fn iface_is_nil(slot: u64) -> bool {
    iface_type(slot) == 0
}
