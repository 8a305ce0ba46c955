//! Write protection: the read-only rules and the updates that realms must learn of (spec/05 §5).

use super::{RealmState, Resident, is_reference};
use crate::heap::{Heap, ITEM_KEY, ITEM_VALUE, Kind, NoCharge, Ref, SlotClass, Trap};
use crate::interp::Cx;
use crate::map;
use crate::ops;
use crate::recount::charger;
use crate::value::copy::{copies, copy};
use crate::value::slot::{self, TAINT};
use crate::value::types::Kind as TypeKind;
use crate::value::{iface, zero};
use regno_bytecode::path;
use regno_bytecode::types::Repr;
use regno_store::PkgId;

/// Pointers to pointers that the read-only rule follows; the reference would not come back from a cycle.
const MAX_POINTERS: usize = 1000;

/// How the slots of an object are read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Content {
    /// A reference or a string.
    Reference,
    /// An interface.
    Interface,
    /// Neither.
    Scalar,
}

impl Content {
    fn of(class: SlotClass) -> Content {
        match class {
            SlotClass::Refs => Content::Reference,
            SlotClass::Ifaces => Content::Interface,
            SlotClass::Scalars | SlotClass::Mixed => Content::Scalar,
        }
    }
}

impl Cx {
    /// The state of realms, in machines that have them.
    fn realms(&self) -> Option<&RealmState> {
        self.roots.realm.as_deref()
    }

    /// The active realm.
    pub(crate) fn active_realm(&self) -> Option<u32> {
        self.realms().and_then(|realms| realms.active)
    }

    /// Makes a realm the active one.
    pub(crate) fn set_active_realm(&mut self, active: Option<u32>) {
        if let Some(realms) = &mut self.roots.realm {
            realms.active = active;
        }
    }

    /// Path of the active realm.
    pub(crate) fn active_path(&self) -> Option<&str> {
        let package = self.linked.packages.get(self.active_realm()? as usize)?;
        Some(&package.path)
    }

    /// Id of a package.
    pub(crate) fn package_id(&self, package: u32) -> Option<PkgId> {
        self.realms()?.packages.get(package as usize).map(|package| package.realm.id)
    }

    /// Whether the object has a mark of realms.
    pub(crate) fn is_tracked(&self, object: Ref) -> bool {
        !object.is_nil() && self.heap.header(object).is_tracked()
    }

    /// Whether an object is real in another realm than the active one (spec/05 §5.2 steps 4 and 5).
    pub(crate) fn is_foreign(&self, object: Ref) -> bool {
        let Some(active) = self.active_realm() else { return false };
        match self.resident(object) {
            Resident::Unreal => false,
            Resident::In(id) => self.package_id(active) != Some(id),
        }
    }

    /// Whether the value of a reference-like type is read-only (spec/05 §5.2).
    pub(crate) fn is_readonly(&self, value: u64) -> bool {
        if self.active_realm().is_none() {
            return false;
        }
        let mut value = value;
        for _ in 0..MAX_POINTERS {
            if value & TAINT != 0 {
                return true;
            }
            let object = Ref::of(value);
            if object.is_nil() {
                return false;
            }
            let header = self.heap.header(object);
            match header.kind() {
                Kind::Slice => return self.is_foreign(self.heap.slice(object).base),
                Kind::View => value = self.heap.slot(object, 0),
                Kind::Cell => {
                    if self.is_foreign(object) {
                        return true;
                    }
                    // A heap item also has the state of what it holds.
                    let content = self.heap.slot(object, 0);
                    value = match header.class() {
                        SlotClass::Refs => content,
                        SlotClass::Ifaces => self.iface_reference(content) | content & TAINT,
                        SlotClass::Scalars | SlotClass::Mixed => return false,
                    };
                    if header.class() == SlotClass::Refs && self.is_immutable(Ref::of(value)) {
                        return false;
                    }
                }
                _ => return self.is_foreign(object),
            }
        }
        false
    }

    /// Strings are no objects of realms.
    fn is_immutable(&self, object: Ref) -> bool {
        !object.is_nil() && self.heap.header(object).is(Kind::String)
    }

    /// The taint, if the value is read-only.
    pub(crate) fn readonly_bit(&self, value: u64) -> u64 {
        if self.is_readonly(value) { TAINT } else { 0 }
    }

    /// Text of the target of the write at the current instruction.
    pub(crate) fn target_text(&self) -> Option<String> {
        let text = &self.linked.text_at(self.meter.pc)?.text;
        Some(format!("cannot directly modify readonly tainted object (w/o method): {text}"))
    }

    /// Refuses a write into something read-only; only writes that the source shows as such have a text.
    pub(crate) fn refuse_readonly(&self, container: u64) -> Result<(), Trap> {
        if self.is_readonly(container)
            && let Some(text) = self.target_text()
        {
            return Err(Trap::raise(text));
        }
        Ok(())
    }

    fn content(&self, object: Ref, index: u32) -> Content {
        let header = self.heap.header(object);
        match (header.kind(), header.class()) {
            (Kind::Data | Kind::String, _) => Content::Scalar,
            (Kind::Struct, SlotClass::Mixed) => match &self.linked.types.get(header.aux()).kind {
                TypeKind::Struct { fields } => {
                    let repr = fields.get(index as usize).map_or(Repr::Raw, |field| field.repr);
                    Content::of(SlotClass::of(repr))
                }
                _ => Content::Scalar,
            },
            (Kind::MapItem, _) => {
                let (key, elem) = self.map_parts(header.aux());
                let ty = if index == ITEM_KEY { key } else { elem };
                Content::of(SlotClass::of(self.linked.types.get(ty).repr))
            }
            (_, class) => Content::of(class),
        }
    }

    /// What was read from a slot of something read-only (spec/05 §5.3).
    pub(crate) fn tainted(&self, object: Ref, index: u32, value: u64) -> u64 {
        match self.content(object, index) {
            Content::Scalar => value,
            Content::Reference => self.tainted_reference(value),
            Content::Interface => self.tainted_iface(value),
        }
    }

    /// A reference with the taint, unless it is nil or of an immutable type.
    fn tainted_reference(&self, value: u64) -> u64 {
        let object = Ref::of(value);
        if object.is_nil() || matches!(self.heap.header(object).kind(), Kind::String | Kind::Func | Kind::Bound) {
            return value;
        }
        value | TAINT
    }

    fn tainted_iface(&self, value: u64) -> u64 {
        let ty = slot::iface_type(value);
        let mutable = ty != 0 && slot::iface_payload(value) != 0 && {
            matches!(self.linked.types.get(ty).repr, Repr::Ptr | Repr::Slice | Repr::Map | Repr::Struct | Repr::Array)
        };
        if mutable { value | TAINT } else { value }
    }

    fn tainted_repr(&self, repr: Repr, value: u64) -> u64 {
        match repr {
            Repr::Iface => self.tainted_iface(value),
            _ if is_reference(repr) => self.tainted_reference(value),
            _ => value,
        }
    }

    /// A slot of any object, loaded.
    pub(crate) fn read_any(&mut self, object: Ref, index: u32) -> Result<u64, Trap> {
        let object = self.loaded(object)?;
        let header = self.heap.header(object);
        if header.is_tracked() && !header.is(Kind::Data) {
            return self.read_slot(object, index);
        }
        Ok(self.heap.element(object, index))
    }

    /// A field or element that is going to be written or pointed to: it is filled as by a read (spec/04 §7.2).
    pub(crate) fn fill_place(&mut self, object: Ref, index: u32) -> Result<(), Trap> {
        self.read_any(object, index).map(drop)
    }

    /// An object, loaded.
    pub(crate) fn loaded(&mut self, object: Ref) -> Result<Ref, Trap> {
        if self.heap.header(object).is(Kind::Stub) { self.load(object) } else { Ok(object) }
    }

    /// Replaces a slot of any object.
    pub(crate) fn write_any(&mut self, object: Ref, index: u32, value: u64) -> Result<(), Trap> {
        let object = self.loaded(object)?;
        let header = self.heap.header(object);
        if header.is(Kind::Data) {
            self.heap.set_byte(object, index, value as u8);
            // **Quirk**: realms do not learn of assignments to bytes, only of changes in place (spec/04 Q6).
            let in_place = self.linked.text_at(self.meter.pc).is_some_and(|text| text.in_place);
            return if in_place && header.is_tracked() { self.touched(object) } else { Ok(()) };
        }
        if header.is_tracked() && !header.is(Kind::MapItem) {
            return self.write_slot(object, index, value);
        }
        self.heap.set_slot(object, index, value);
        Ok(())
    }

    /// A slot of an object reached through `container`, which taints it if it is read-only.
    pub(crate) fn read_element(&mut self, container: u64, object: Ref, index: u32) -> Result<u64, Trap> {
        let readonly = self.is_readonly(container);
        let value = self.read_any(object, index)?;
        Ok(if readonly { self.tainted(object, index, value) } else { value })
    }

    /// Key or value of a map's item, loaded.
    pub(crate) fn read_item(&mut self, item: Ref, index: u32) -> Result<u64, Trap> {
        if self.heap.header(item).is_tracked() { self.read_slot(item, index) } else { Ok(self.heap.slot(item, index)) }
    }

    fn find_item(&mut self, map: u64, key: u64) -> Result<Option<Ref>, Trap> {
        let object = Ref::of(map);
        if object.is_nil() {
            return Ok(None);
        }
        let hashed = map::hashed(&self.heap, &self.linked.types, object, key)?;
        Ok(map::find(&self.heap, &self.linked.types, object, hashed))
    }

    /// `m[k]`
    pub(crate) fn read_map(&mut self, ty: u32, map: u64, key: u64) -> Result<(u64, bool), Trap> {
        let (_, elem) = self.map_parts(ty);
        let readonly = self.is_readonly(map);
        let (value, found) = match self.find_item(map, key)? {
            Some(item) => (self.read_item(item, ITEM_VALUE)?, true),
            None => (zero::zero(&mut self.heap, &self.linked.types, elem, &mut charger!(self))?, false),
        };
        let repr = self.linked.types.get(elem).repr;
        Ok((if readonly { self.tainted_repr(repr, value) } else { value }, found))
    }

    /// `m[k] = v`
    pub(crate) fn write_map(&mut self, ty: u32, (map, key, value): (u64, u64, u64)) -> Result<(), Trap> {
        self.refuse_readonly(map)?;
        let old = match self.find_item(map, key)? {
            Some(item) => Some((self.heap.slot(item, ITEM_KEY), self.heap.slot(item, ITEM_VALUE))),
            None => None,
        };
        ops::maps::store(&mut self.heap, &self.linked.types, ty, (map, key, value), &mut charger!(self))?;
        let object = Ref::of(map);
        let Some(item) = self.find_item(map, key)?.filter(|_| self.is_tracked(object)) else { return Ok(()) };
        let (old_key, old_value) = old.unwrap_or_default();
        if old.is_some() {
            self.replace_key(item, ty, key)?;
        }
        let new_key = self.heap.slot(item, ITEM_KEY);
        // The realm learns of keys that are other objects only.
        let (key_type, _) = self.map_parts(ty);
        let changed = self.first_object(key_type, old_key) != self.first_object(key_type, new_key);
        let new_value = self.heap.slot(item, ITEM_VALUE);
        self.map_changed(object, changed.then_some((old_key, new_key)), Some((old_value, new_value)))
    }

    /// The place of `m[k]` for an operation of an assignment.
    pub(crate) fn map_place(&mut self, ty: u32, (map, key): (u64, u64)) -> Result<u64, Trap> {
        let old = self.find_item(map, key)?;
        let old_key = old.map_or(0, |item| self.heap.slot(item, ITEM_KEY));
        if let Some(item) = old {
            self.read_item(item, ITEM_VALUE)?;
        }
        let pointer = ops::maps::addr(&mut self.heap, &self.linked.types, ty, (map, key), &mut charger!(self))?;
        let (object, item) = (Ref::of(map), Ref::of(pointer));
        if self.is_tracked(object) && !item.is_nil() {
            if old.is_some() {
                self.replace_key(item, ty, key)?;
            }
            let new_key = self.heap.slot(item, ITEM_KEY);
            let (key_type, _) = self.map_parts(ty);
            let changed = self.first_object(key_type, old_key) != self.first_object(key_type, new_key);
            self.map_changed(object, changed.then_some((old_key, new_key)), None)?;
            self.touched(object)?;
        }
        Ok(pointer)
    }

    /// The key of an item that is assigned to becomes the new key, which is a copy where that is another object (spec/04 §2.4).
    fn replace_key(&mut self, item: Ref, ty: u32, key: u64) -> Result<(), Trap> {
        let (key_type, _) = self.map_parts(ty);
        if copies(self.linked.types.get(key_type).repr) {
            let key = copy(&mut self.heap, &self.linked.types, key_type, key, &mut NoCharge)?;
            self.heap.set_slot(item, ITEM_KEY, key);
        }
        Ok(())
    }

    /// `delete(m, k)`
    pub(crate) fn delete_map(&mut self, _ty: u32, map: u64, key: u64) -> Result<(), Trap> {
        if self.is_readonly(map) {
            return Err(Trap::raise("cannot delete from readonly tainted map"));
        }
        let old = match self.find_item(map, key)? {
            Some(item) => Some(self.read_item(item, ITEM_VALUE)?),
            None => None,
        };
        ops::maps::delete(&mut self.heap, &self.linked.types, map, key)?;
        let object = Ref::of(map);
        let Some(value) = old.filter(|_| self.is_tracked(object)) else { return Ok(()) };
        self.map_changed(object, Some((key, 0)), Some((value, 0)))
    }

    /// The object that a value of a type refers to first (spec/04 §2.3); [`Ref::NIL`] for none.
    pub(crate) fn first_object(&self, ty: u32, value: u64) -> Ref {
        self.first_of(self.linked.types.get(ty).repr, value)
    }

    fn first_of(&self, repr: Repr, value: u64) -> Ref {
        let heap: &Heap = &self.heap;
        let mut object = Ref::of(match repr {
            Repr::Iface => self.iface_reference(value),
            _ if is_reference(repr) => value,
            _ => 0,
        });
        while !object.is_nil() {
            match heap.header(object).kind() {
                Kind::Slice => return heap.slice(object).base,
                Kind::View => object = Ref::of(heap.slot(object, 0)),
                _ => break,
            }
        }
        object
    }

    fn elem_of(&self, slice_type: u32) -> u32 {
        match self.linked.types.get(slice_type).kind {
            TypeKind::Slice { elem, .. } => elem,
            _ => 0,
        }
    }

    /// Loads the elements of a slice that is going to be copied from.
    fn load_elements(&mut self, slice: u64, repr: Repr) -> Result<(), Trap> {
        let Some(_) = self.heap.slice_or_nil(slice) else { return Ok(()) };
        self.own_base(Ref::of(slice))?;
        let header = self.heap.slice(Ref::of(slice));
        if copies(repr) && self.is_tracked(header.base) {
            for index in 0..header.count() {
                self.read_any(header.base, header.offset + index)?;
            }
        }
        Ok(())
    }

    /// `append(slice, more...)`
    pub(crate) fn append_guarded(&mut self, ty: u32, slice: u64, more: u64) -> Result<u64, Trap> {
        let present = self.heap.slice_or_nil(slice);
        // The arrays are loaded whatever becomes of them.
        for part in [slice, more] {
            if self.heap.slice_or_nil(part).is_some() {
                self.own_base(Ref::of(part))?;
            }
        }
        let Some(added) = self.heap.slice_or_nil(more).filter(|header| header.count() != 0) else {
            return Ok(slot::untaint(slice));
        };
        let elem = self.elem_of(ty);
        let repr = self.linked.types.get(elem).repr;
        let fits = present.is_some_and(|old| u64::from(old.count()) + u64::from(added.count()) <= u64::from(old.cap));
        if fits && self.is_readonly(slice) {
            return Err(Trap::raise("cannot append to readonly tainted slice"));
        }
        if !fits {
            self.load_elements(slice, repr)?;
        }
        self.load_elements(more, repr)?;
        let base = present.map_or(Ref::NIL, |_| self.heap.slice(Ref::of(slice)).base);
        let added_base = self.heap.slice(Ref::of(more)).base;
        let tracked = fits && self.is_tracked(base);
        let data = |cx: &Cx, object: Ref| cx.heap.header(object).is(Kind::Data);
        let first = present.map_or(0, |old| old.offset + old.count());
        let mut old = Vec::new();
        if tracked && data(self, base) {
            self.did_update(base, Ref::NIL, Ref::NIL)?;
        } else if tracked && !data(self, added_base) {
            for index in 0..added.count() {
                let value = self.heap.slot(base, first + index);
                old.push(self.loaded_object(SlotClass::of(repr), value)?);
            }
        }
        let result = ops::append::append(&mut self.heap, &self.linked.types, ty, (slice, more), &mut charger!(self))?;
        for (index, old) in old.into_iter().enumerate() {
            let value = self.heap.slot(base, first + index as u32);
            let new = self.loaded_object(SlotClass::of(repr), value)?;
            self.did_update(base, old, new)?;
            self.note_content(new, elem, value)?;
        }
        if !fits && (self.is_tracked(base) || self.is_tracked(added_base)) {
            self.heap.own_array(Ref::of(result))?;
            self.track_copied(self.heap.slice(Ref::of(result)).base);
        }
        Ok(slot::untaint(result))
    }

    /// An array has got slots of a tracked one, which may refer to objects that are not loaded.
    fn track_copied(&mut self, array: Ref) {
        if matches!(self.heap.header(array).class(), SlotClass::Refs | SlotClass::Ifaces) {
            self.heap.track(array);
        }
    }

    /// `copy(dst, src)`
    pub(crate) fn copy_guarded(&mut self, ty: u32, dst: u64, src: u64) -> Result<u64, Trap> {
        let count = |slice: u64| self.heap.slice_or_nil(slice).map_or(0, |header| header.count());
        let count = count(dst).min(count(src));
        if count == 0 {
            return ops::slice::copy(&mut self.heap, &self.linked.types, ty, (dst, src), &mut charger!(self));
        }
        if self.is_readonly(dst) {
            return Err(Trap::raise("cannot copy to readonly tainted slice"));
        }
        let repr = self.linked.types.get(self.elem_of(ty)).repr;
        self.own_base(Ref::of(dst))?;
        let to = self.heap.slice(Ref::of(dst));
        let tracked = self.is_tracked(to.base);
        if tracked {
            self.did_update(to.base, Ref::NIL, Ref::NIL)?;
        }
        self.own_base(Ref::of(src))?;
        let from = self.heap.slice(Ref::of(src));
        if self.is_tracked(from.base) {
            for index in 0..count {
                self.read_any(from.base, from.offset + index)?;
            }
        }
        let mut old = Vec::new();
        if tracked && !self.heap.header(to.base).is(Kind::Data) {
            for index in 0..count {
                let value = self.read_any(to.base, to.offset + index)?;
                old.push(self.loaded_object(SlotClass::of(repr), value)?);
            }
        }
        let copied = ops::slice::copy(&mut self.heap, &self.linked.types, ty, (dst, src), &mut charger!(self))?;
        for (index, old) in old.into_iter().enumerate() {
            let value = self.heap.slot(to.base, to.offset + index as u32);
            let new = self.loaded_object(SlotClass::of(repr), value)?;
            self.did_update(to.base, old, new)?;
            self.note_content(new, self.elem_of(ty), value)?;
        }
        if self.is_tracked(self.heap.slice(Ref::of(src)).base) {
            self.track_copied(to.base);
        }
        Ok(copied)
    }

    /// A variable gets a value of a type: a slice's array is loaded (spec/04 §2.4).
    pub(crate) fn load_assigned(&mut self, value: u64, ty: u32) -> Result<(), Trap> {
        if self.active_realm().is_none() {
            return Ok(());
        }
        let types = &self.linked.types;
        let slice = match types.get(ty).repr {
            Repr::Iface if slot::iface_is_nil(value) => return Ok(()),
            Repr::Iface => match types.get(slot::iface_type(value)).repr {
                Repr::Slice => u64::from(slot::iface_payload(value)),
                _ => return Ok(()),
            },
            _ => value,
        };
        if self.heap.slice_or_nil(slice).is_some_and(|header| self.heap.stub_id(header.base).is_some()) {
            self.own_base(Ref::of(slice))?;
        }
        Ok(())
    }

    /// The rules for conversions (spec/05 §5.5): from a type, or `to` a type.
    pub(crate) fn check_convert(&self, value: u64, ty: u32, to: bool) -> Result<(), Trap> {
        let Some(active) = self.active_path() else { return Ok(()) };
        let types = &self.linked.types;
        if to {
            let package = path::package_of_type(&types.get(ty).id);
            if package.is_some_and(|package| package != active && path::is_realm(package)) {
                return Err(Trap::abort("illegal conversion to external realm type"));
            }
            return Ok(());
        }
        let (ty, value) = match types.get(ty).repr {
            Repr::Iface if slot::iface_is_nil(value) => return Ok(()),
            Repr::Iface => {
                let (ty, inner) = iface::unpack(&self.heap, types, value);
                let mutable = is_reference(types.get(ty).repr) && types.get(ty).repr != Repr::Func;
                (ty, if mutable { inner | value & TAINT } else { 0 })
            }
            _ => (ty, value),
        };
        let readonly = match types.get(ty).repr {
            // Structs and arrays have been copied.
            Repr::Struct | Repr::Array => value & TAINT != 0,
            Repr::Ptr | Repr::Slice | Repr::Map => self.is_readonly(value),
            _ => false,
        };
        if readonly && path::package_of_type(&types.get(ty).id) != Some(active) {
            return Err(Trap::abort("illegal conversion of readonly or externally stored value"));
        }
        Ok(())
    }
}
