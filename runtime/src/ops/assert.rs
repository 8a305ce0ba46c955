//! Type assertions and type switches (spec/01 §1.4, spec/05 §6.2).

use crate::heap::{Charge, Heap, Trap};
use crate::value::select::{Satisfied, is_interface, missing};
use crate::value::zero::zero;
use crate::value::{TypeIndex, Types, iface, slot};

/// Whether the dynamic type of an interface is the concrete type, or implements the interface type. Nil never is.
#[inline]
pub fn is(types: &Types, satisfied: &mut Satisfied, value: u64, ty: TypeIndex) -> bool {
    let dynamic = slot::iface_type(value);
    if is_interface(types, ty) { dynamic != 0 && satisfied.implements(types, dynamic, ty) } else { dynamic == ty }
}

/// `x.(T)`.
///
/// # Errors
///
/// Recoverable, with the reference's texts.
#[inline]
pub fn assert(heap: &Heap, types: &Types, satisfied: &mut Satisfied, value: u64, ty: TypeIndex) -> Result<u64, Trap> {
    if is(types, satisfied, value, ty) {
        return Ok(content(heap, types, value, ty));
    }
    Err(failure(types, value, ty))
}

/// `v, ok = x.(T)`; a failing concrete type gives a charged zero value.
///
/// # Errors
///
/// [`Trap::Stop`] from the charge, fatal at the heap limit.
#[inline]
pub fn assert_ok(
    heap: &mut Heap,
    types: &Types,
    satisfied: &mut Satisfied,
    value: u64,
    ty: TypeIndex,
    charge: &mut impl Charge,
) -> Result<(u64, bool), Trap> {
    if is(types, satisfied, value, ty) {
        return Ok((content(heap, types, value, ty), true));
    }
    Ok((zero(heap, types, ty, charge)?, false))
}

fn content(heap: &Heap, types: &Types, value: u64, ty: TypeIndex) -> u64 {
    iface::unpack_repr(heap, types.get(ty).repr, value)
}

#[cold]
#[inline(never)]
fn failure(types: &Types, value: u64, ty: TypeIndex) -> Trap {
    let (dynamic, wanted) = (slot::iface_type(value), types.get(ty));
    let has = &types.get(dynamic).name;
    if !is_interface(types, ty) {
        return Trap::raise(format!("{has} is not of type {}", wanted.name));
    }
    if dynamic == 0 {
        return Trap::raise(format!("interface conversion: interface is nil, not {}", wanted.name));
    }
    let rendered = &types.get(wanted.underlying).name;
    let reason = missing(types, dynamic, ty).unwrap_or_default();
    Trap::raise(format!("{has} doesn't implement {rendered} ({reason})"))
}
