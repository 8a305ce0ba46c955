//! Pointers to interface variables.
//!
//! **Quirk.** The reference gives `&x` the type "pointer to the dynamic type that x has at this moment", and reading through a pointer
//! sets the type of what it reads to the pointer's element type. So `p := &err` taken while `err` is nil reads nil for ever,
//! whatever is stored in `err` later, directly or through `p`. A pointer to an interface slot therefore refers to a view: the
//! slot, and the dynamic type at the moment of the `&`. Where the slot later holds a value of another type the reference would read its bits
//! as the old type; here the value itself is read (`conformance/DIVERGENCES.md`).

use crate::heap::{Heap, Kind, Ref, Trap};
use crate::value::{select, slot};

/// The pointer that `&` makes of a pointer to an interface slot.
///
/// # Errors
///
/// Fatal at the heap limit.
pub fn freeze(heap: &mut Heap, pointer: u64) -> Result<u64, Trap> {
    let ty = slot::iface_type(select::load_pointer(heap, pointer));
    Ok(heap.new_view(pointer, ty)?.slot())
}

/// What a pointer to an interface reads.
///
/// # Errors
///
/// Recoverable nil dereference.
pub fn load(heap: &Heap, pointer: u64) -> Result<u64, Trap> {
    let object = Ref::of(pointer);
    if object.is_nil() {
        return Err(Trap::nil_pointer());
    }
    if !heap.header(object).is(Kind::View) {
        return Ok(select::load_pointer(heap, pointer));
    }
    let value = select::load_pointer(heap, heap.slot(object, 0));
    Ok(if heap.slot(object, 1) == 0 { 0 } else { value })
}

/// Dynamic type that the variable had when its address was taken, where that was not nil.
pub fn dynamic_type(heap: &Heap, pointer: u64) -> Option<u32> {
    let object = Ref::of(pointer);
    let view = !object.is_nil() && heap.header(object).is(Kind::View);
    view.then(|| heap.slot(object, 1) as u32).filter(|&ty| ty != 0)
}

/// Writes through a pointer to an interface.
///
/// # Errors
///
/// Recoverable nil dereference.
pub fn store(heap: &mut Heap, pointer: u64, value: u64) -> Result<(), Trap> {
    let object = Ref::of(pointer);
    if object.is_nil() {
        return Err(Trap::nil_pointer());
    }
    let target = if heap.header(object).is(Kind::View) { heap.slot(object, 0) } else { pointer };
    heap.set_slot(Ref::of(target), slot::pointer_index(target), value);
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used)]

    use super::*;
    use crate::heap::SlotClass;

    #[test]
    fn a_view_keeps_the_type_of_its_birth() {
        let mut heap = Heap::new(1 << 12);
        let cell = heap.new_cell(SlotClass::Ifaces, 0).unwrap();
        let of_nil = freeze(&mut heap, cell.slot()).unwrap();
        store(&mut heap, of_nil, slot::iface(3, 7)).unwrap();
        assert_eq!(heap.slot(cell, 0), slot::iface(3, 7));
        assert_eq!(load(&heap, of_nil), Ok(0));
        let of_three = freeze(&mut heap, cell.slot()).unwrap();
        assert_eq!(load(&heap, of_three), Ok(slot::iface(3, 7)));
        assert_eq!(load(&heap, cell.slot()), Ok(slot::iface(3, 7)));
        assert_eq!(load(&heap, 0), Err(Trap::nil_pointer()));
    }
}
