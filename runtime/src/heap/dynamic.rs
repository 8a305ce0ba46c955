//! Dynamic types of slots.
//!
//! **Quirk.** In the reference every slot carries the type of the value stored last, and after a store through a converted pointer
//! (`p := (*T)(&x); *p = v`) that is not the type of the place. Here a slot is untyped, and what differs stands in a table by the
//! address of the slot. Only operations that the compiler emits for types of such conversions, and for named bool types, ask it.

use super::{Heap, Kind, Ref};
use foldhash::fast::FixedState;
use std::collections::HashMap;

/// Number of the dynamic type by reference and index of the slot.
pub(super) type DynamicTypes = HashMap<(u32, u32), u32, FixedState>;

impl Heap {
    /// Whether any slot has a recorded type.
    #[inline(always)]
    pub(super) fn has_dynamic_types(&self) -> bool {
        !self.dynamic.is_empty()
    }

    /// The dynamic type recorded for a slot, by its number.
    #[inline]
    pub fn dynamic_type(&self, object: Ref, index: u32) -> Option<u32> {
        if !self.has_dynamic_types() {
            return None;
        }
        self.dynamic.get(&(object.0, index)).copied()
    }

    /// Records the dynamic type of a slot; with `None` it is that of the place. Bytes of data arrays have no types of their own.
    pub fn set_dynamic_type(&mut self, object: Ref, index: u32, ty: Option<u32>) {
        match ty {
            Some(ty) if !object.is_nil() && !self.header(object).is(Kind::Data) => {
                self.dynamic.insert((object.0, index), ty);
            }
            _ if !self.has_dynamic_types() => {}
            _ => {
                self.dynamic.remove(&(object.0, index));
            }
        }
    }

    /// Slots that get the content of others get their types too; the ranges may overlap.
    #[cold]
    #[inline(never)]
    pub(super) fn copy_dynamic_types(&mut self, from: (Ref, u32), to: (Ref, u32), count: u32) {
        let types: Vec<Option<u32>> = (0..count).map(|index| self.dynamic_type(from.0, from.1 + index)).collect();
        for (index, ty) in (0..).zip(types) {
            self.set_dynamic_type(to.0, to.1 + index, ty);
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used)]

    use super::super::{Heap, SlotClass};
    use crate::value::Types;

    #[test]
    fn entries_go_with_their_objects() {
        let mut heap = Heap::new(1 << 12);
        let kept = heap.new_cell(SlotClass::Scalars, 1).unwrap();
        let dead = heap.new_cell(SlotClass::Scalars, 2).unwrap();
        heap.set_dynamic_type(kept, 0, Some(7));
        heap.set_dynamic_type(dead, 0, Some(8));
        heap.collect(&Types::new(), |marker| marker.reference(kept.slot()));
        let again = heap.new_cell(SlotClass::Scalars, 3).unwrap();
        assert_eq!((again, heap.dynamic_type(again, 0)), (dead, None));
        assert_eq!(heap.dynamic_type(kept, 0), Some(7));
        heap.set_dynamic_type(kept, 0, None);
        assert_eq!(heap.dynamic_type(kept, 0), None);
        let data = heap.new_data(1).unwrap();
        heap.set_dynamic_type(data, 0, Some(7));
        assert_eq!(heap.dynamic_type(data, 0), None);
    }
}
