//! Reading and writing slots of tracked objects (spec/04 §2.3-2.4, §7.2).

use crate::heap::{BOUND_RECEIVER, Header, Heap, ITEM_KEY, ITEM_VALUE, Kind, Ref, SlotClass, Trap};
use crate::interp::Cx;
use crate::value::types::Kind as TypeKind;
use crate::value::{TypeIndex, slot};
use regno_bytecode::types::Repr;

/// Longest chain of pointers that one read follows.
const MAX_CHAIN: u32 = 64;

/// Where a reference stands in a slot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Place {
    /// In its low half.
    Low,
    /// In the low half of the box that the interface's payload is.
    Boxed(Ref),
}

impl Cx {
    /// Class of a slot of an object.
    pub(super) fn slot_class(&self, object: Ref, index: u32) -> SlotClass {
        let header = self.heap.header(object);
        let of = |ty: TypeIndex| SlotClass::of(self.linked.types.get(ty).repr);
        match header.kind() {
            Kind::Struct if header.class() == SlotClass::Mixed => match &self.linked.types.get(header.aux()).kind {
                TypeKind::Struct { fields } => {
                    fields.get(index as usize).map_or(SlotClass::Scalars, |field| SlotClass::of(field.repr))
                }
                _ => SlotClass::Scalars,
            },
            Kind::MapItem => match self.linked.types.get(header.aux()).kind {
                TypeKind::Map { key, elem } => match index {
                    ITEM_KEY => of(key),
                    ITEM_VALUE => of(elem),
                    _ => SlotClass::Scalars,
                },
                _ => SlotClass::Scalars,
            },
            Kind::Struct | Kind::List | Kind::Cell | Kind::Box => header.class(),
            Kind::Bound if index == BOUND_RECEIVER => header.class(),
            Kind::Func if index > 0 => SlotClass::Refs,
            _ => SlotClass::Scalars,
        }
    }

    /// The reference in a slot and where it stands.
    fn reference(&self, class: SlotClass, value: u64) -> Option<(Ref, Place)> {
        match class {
            SlotClass::Refs => Some((Ref::of(value), Place::Low)),
            SlotClass::Ifaces if !slot::iface_is_nil(value) => {
                let payload = Ref::of(value);
                let repr = self.linked.types.get(slot::iface_type(value)).repr;
                if SlotClass::of(repr) != SlotClass::Refs {
                    None
                } else if value & slot::BOXED != 0 {
                    Some((Ref::of(self.heap.slot(payload, 0)), Place::Boxed(payload)))
                } else {
                    Some((payload, Place::Low))
                }
            }
            _ => None,
        }
        .filter(|(object, _)| !object.is_nil())
    }

    /// The slot with another reference.
    fn replaced(&mut self, value: u64, place: Place, object: Ref) -> Result<u64, Trap> {
        match place {
            Place::Low => Ok(value >> 32 << 32 | object.slot()),
            Place::Boxed(old) => {
                let inner = self.heap.slot(old, 0) >> 32 << 32 | object.slot();
                let new = self.heap.new_box(SlotClass::Refs, inner)?;
                Ok(value >> 32 << 32 | new.slot())
            }
        }
    }

    /// Slot of a tracked object after loading what it refers to (spec/04 §7.2, one fill). The object may be a stub.
    pub fn read_slot(&mut self, object: Ref, index: u32) -> Result<u64, Trap> {
        let object = self.load(object)?;
        if self.heap.header(object).is(Kind::Data) {
            return Ok(u64::from(self.heap.byte(object, index)));
        }
        self.fill_slot(object, index, 0)
    }

    fn fill_slot(&mut self, object: Ref, index: u32, depth: u32) -> Result<u64, Trap> {
        let value = self.heap.slot(object, index);
        let class = self.slot_class(object, index);
        let filled = self.fill(class, value, depth)?;
        if filled != value {
            self.heap.set_slot(object, index, filled);
        }
        Ok(filled)
    }

    /// The value of a slot after one fill.
    pub(super) fn fill(&mut self, class: SlotClass, value: u64, depth: u32) -> Result<u64, Trap> {
        let Some((target, place)) = self.reference(class, value) else { return Ok(value) };
        let header = self.heap.header(target);
        if !header.is_tracked() || depth > MAX_CHAIN {
            return Ok(value);
        }
        if header.is(Kind::Cell) {
            self.fill_slot(target, 0, depth + 1)?;
            return Ok(value);
        }
        if !header.is(Kind::Stub) {
            return Ok(value);
        }
        let object = self.load(target)?;
        let filled = self.replaced(value, place, object)?;
        // A pointer into an object needs the slot that it points to.
        let pointer = match place {
            Place::Low if class == SlotClass::Refs => slot::pointer_index(value),
            Place::Low => 0,
            Place::Boxed(old) => slot::pointer_index(self.heap.slot(old, 0)),
        };
        let loaded = self.heap.header(object);
        if pointer != 0 && (loaded.is(Kind::Struct) || loaded.is(Kind::List)) && pointer < loaded.len() {
            self.fill_slot(object, pointer, depth + 1)?;
        }
        Ok(filled)
    }

    /// An interface value after one fill.
    pub fn fill_iface(&mut self, value: u64) -> Result<u64, Trap> {
        self.fill(SlotClass::Ifaces, value, 0)
    }

    /// Content of a variable's tracked heap item after the two fills of a block slot (spec/04 §7.2).
    pub fn read_variable(&mut self, cell: Ref) -> Result<u64, Trap> {
        let cell = self.load(cell)?;
        self.fill_slot(cell, 0, 0)?;
        self.fill_slot(cell, 0, 0)
    }

    /// The array of a slice, loaded and an object of its own.
    pub fn own_base(&mut self, slice: Ref) -> Result<Ref, Trap> {
        self.heap.own_array(slice)?;
        let base = self.heap.slice(slice).base;
        if base.is_nil() || !self.heap.header(base).is(Kind::Stub) {
            return Ok(base);
        }
        let array = self.load(base)?;
        let place = self.heap.slot(slice, 0);
        self.heap.set_slot(slice, 0, place >> 32 << 32 | array.slot());
        Ok(array)
    }

    /// The first object of a value (spec/04 §2.3), loaded; [`Ref::NIL`] for none.
    pub(super) fn loaded_object(&mut self, class: SlotClass, value: u64) -> Result<Ref, Trap> {
        let Some((target, _)) = self.reference(class, value) else { return Ok(Ref::NIL) };
        match self.heap.header(target).kind() {
            Kind::String => Ok(Ref::NIL),
            Kind::Slice => self.own_base(target),
            Kind::View => self.load(Ref::of(self.heap.slot(target, 0))),
            Kind::Stub => self.load(target),
            _ => Ok(target),
        }
    }

    /// Replaces a slot of a tracked object; its realm learns of it (spec/04 §2.4 pointer assignment). The object may be a stub.
    ///
    /// # Errors
    ///
    /// Recoverable, after the slot was replaced, if the object lives in another realm than the active one.
    pub fn write_slot(&mut self, object: Ref, index: u32, value: u64) -> Result<(), Trap> {
        let object = self.load(object)?;
        let header = self.heap.header(object);
        if header.is(Kind::Data) {
            // Never marked (spec/04 Q6).
            self.heap.set_byte(object, index, value as u8);
            return Ok(());
        }
        if self.realm_state()?.active.is_none() {
            self.heap.set_slot(object, index, value);
            return Ok(());
        }
        let class = self.slot_class(object, index);
        let old_value = self.heap.slot(object, index);
        let old = self.loaded_object(class, old_value)?;
        self.heap.set_slot(object, index, value);
        let new = self.loaded_object(class, value)?;
        self.did_update(object, old, new)?;
        let ty = self.slot_type(object, index);
        self.note_content(new, ty, value)
    }

    /// A map has got or lost an item, or an item another value: slots before and after, 0 for none (spec/04 §2.4). Called after
    /// the change.
    ///
    /// # Errors
    ///
    /// As [`Cx::write_slot`].
    pub fn map_changed(&mut self, map: Ref, key: Option<(u64, u64)>, value: Option<(u64, u64)>) -> Result<(), Trap> {
        if self.realm_state()?.active.is_none() {
            return Ok(());
        }
        let TypeKind::Map { key: key_type, elem } = self.linked.types.get(self.heap.header(map).aux()).kind else {
            return Ok(());
        };
        for (ty, change) in [(key_type, key), (elem, value)] {
            let Some((old, new)) = change else { continue };
            let class = SlotClass::of(self.linked.types.get(ty).repr);
            let (old, new_object) = (self.loaded_object(class, old)?, self.loaded_object(class, new)?);
            self.did_update(map, old, new_object)?;
            self.note_content(new_object, ty, new)?;
        }
        Ok(())
    }

    /// A tracked object was changed in place: by an operation of an assignment, `++`, or bytes put into an array (spec/04 §2.4).
    ///
    /// # Errors
    ///
    /// As [`Cx::write_slot`].
    pub fn touched(&mut self, object: Ref) -> Result<(), Trap> {
        let object = self.load(object)?;
        self.did_update(object, Ref::NIL, Ref::NIL)
    }

    /// Type of a slot, 0 if it is not known.
    pub(super) fn slot_type(&self, object: Ref, index: u32) -> TypeIndex {
        let header = self.heap.header(object);
        let content = || {
            self.roots.realm.as_deref().and_then(|realm| realm.objects.get(object)).map_or(0, |record| record.content)
        };
        match header.kind() {
            Kind::Struct => match &self.linked.types.get(header.aux()).kind {
                TypeKind::Struct { fields } => fields.get(index as usize).map_or(0, |field| field.ty),
                _ => 0,
            },
            Kind::Cell | Kind::List => content(),
            _ => 0,
        }
    }

    /// Keeps the type of what a new object holds, if its kind does not say it: `value` of type `ty` refers to it.
    pub(super) fn note_content(&mut self, object: Ref, ty: TypeIndex, value: u64) -> Result<(), Trap> {
        if object.is_nil() || ty == 0 || !self.heap.header(object).is_tracked() {
            return Ok(());
        }
        let content = content_type(self, ty, value);
        if let Some(record) = self.realm_state()?.objects.get_mut(object).filter(|record| record.content == 0) {
            record.content = content;
        }
        Ok(())
    }
}

/// Type of the content of the heap item, or of the elements of the array, that a value of a type refers to; 0 for other values.
pub(super) fn content_type(cx: &Cx, ty: TypeIndex, value: u64) -> TypeIndex {
    let types = &cx.linked.types;
    let mut info = types.get(ty);
    if info.repr == Repr::Iface {
        if slot::iface_is_nil(value) {
            return 0;
        }
        info = types.get(slot::iface_type(value));
    }
    match info.kind {
        TypeKind::Pointer { elem } | TypeKind::Slice { elem, .. } | TypeKind::Array { elem, .. } => elem,
        _ => 0,
    }
}

/// Whether an object is one that the store knows, other than a stub.
pub(super) fn is_object(heap: &Heap, object: Ref) -> bool {
    let header: Header = heap.header(object);
    matches!(
        header.kind(),
        Kind::List
            | Kind::Data
            | Kind::Struct
            | Kind::Map
            | Kind::Func
            | Kind::Bound
            | Kind::Cell
            | Kind::Package
            | Kind::Block
    )
}
