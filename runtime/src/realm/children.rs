//! The objects that an object refers to, in the order of spec/04 §2.7.

use super::access::content_type;
use crate::heap::{BOUND_RECEIVER, FUNC_CAPTURES, Kind, Ref, SlotClass, Trap};
use crate::interp::Cx;
use crate::map;
use crate::value::types::Kind as TypeKind;
use crate::value::{TypeIndex, slot};
use cranelift_entity::EntityRef;
use regno_bytecode::module::PackageSlot;

/// An object, or the stub of one, that another object refers to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Child {
    /// The object.
    pub object: Ref,
    /// Type of the content of a heap item or of the elements of an array; 0 for others and where it is not known.
    pub content: TypeIndex,
}

impl Cx {
    /// The children of an object; nothing is loaded.
    pub(super) fn children(&mut self, object: Ref) -> Result<Vec<Child>, Trap> {
        let header = self.heap.header(object);
        let mut out = Vec::new();
        match header.kind() {
            Kind::Package => {
                let (block, files) = self.package_blocks(header.aux())?;
                out.extend([block].into_iter().chain(files).map(|object| Child { object, content: 0 }));
            }
            Kind::Block if header.is_empty() => self.package_block_children(header.aux(), &mut out),
            // The imported packages are passed over.
            Kind::Block => out.push(Child { object: self.package_blocks(header.aux())?.0, content: 0 }),
            Kind::Cell => self.slot_child(object, 0, &mut out)?,
            Kind::Struct | Kind::List => {
                out.reserve(header.len() as usize);
                for index in 0..header.len() {
                    self.slot_child(object, index, &mut out)?;
                }
            }
            Kind::Map => self.map_children(object, &mut out)?,
            Kind::Func => self.func_children(object, &mut out)?,
            Kind::Bound => {
                let func = self.bound_func(object)?;
                out.push(Child { object: func, content: 0 });
                let ty = self.linked.stored.function(self.heap.func_index(object)).map_or(0, |form| form.receiver);
                let value = self.heap.slot(object, BOUND_RECEIVER);
                self.value_child(header.class(), ty, value, &mut out)?;
            }
            _ => {}
        }
        Ok(out)
    }

    fn package_block_children(&self, package: u32, out: &mut Vec<Child>) {
        let linked = &self.linked;
        let Some(package) = linked.packages.get(package as usize) else { return };
        for slot in &package.slots {
            match *slot {
                PackageSlot::Global(global) => {
                    let Some(&index) = package.globals.get(global.index()) else { continue };
                    let content = linked.globals.get(index as usize).map_or(0, |global| global.ty);
                    let cell = self.roots.globals.get(index as usize).copied().unwrap_or(0);
                    out.push(Child { object: Ref::of(cell), content });
                }
                PackageSlot::Func(func) => {
                    let Some(&index) = package.map.funcs.get(func.index()) else { continue };
                    let value = self.roots.functions.get(index as usize).copied().unwrap_or(0);
                    out.push(Child { object: Ref::of(value), content: 0 });
                }
                PackageSlot::Static { .. } => {}
            }
        }
    }

    fn slot_child(&mut self, object: Ref, index: u32, out: &mut Vec<Child>) -> Result<(), Trap> {
        let class = self.slot_class(object, index);
        if class == SlotClass::Scalars {
            return Ok(());
        }
        let value = self.heap.slot(object, index);
        let ty = self.slot_type(object, index);
        self.value_child(class, ty, value, out)
    }

    /// The object that a value refers to.
    fn value_child(&mut self, class: SlotClass, ty: TypeIndex, value: u64, out: &mut Vec<Child>) -> Result<(), Trap> {
        let value = match class {
            SlotClass::Ifaces if slot::iface_is_nil(value) => return Ok(()),
            SlotClass::Ifaces => {
                let (ty, inner) = crate::value::iface::unpack(&self.heap, &self.linked.types, value);
                let class = SlotClass::of(self.linked.types.get(ty).repr);
                return if class == SlotClass::Refs { self.value_child(class, ty, inner, out) } else { Ok(()) };
            }
            SlotClass::Refs => value,
            _ => return Ok(()),
        };
        let target = Ref::of(value);
        if target.is_nil() {
            return Ok(());
        }
        let content = if ty == 0 { 0 } else { content_type(self, ty, value) };
        match self.heap.header(target).kind() {
            Kind::String => {}
            Kind::Slice => {
                self.heap.own_array(target)?;
                let base = self.heap.slice(target).base;
                if !base.is_nil() {
                    out.push(Child { object: base, content });
                }
            }
            Kind::View => out.push(Child { object: Ref::of(self.heap.slot(target, 0)), content }),
            _ => out.push(Child { object: target, content }),
        }
        Ok(())
    }

    fn map_children(&mut self, object: Ref, out: &mut Vec<Child>) -> Result<(), Trap> {
        let TypeKind::Map { key, elem } = self.linked.types.get(self.heap.header(object).aux()).kind else {
            return Ok(());
        };
        let class = |cx: &Cx, ty| SlotClass::of(cx.linked.types.get(ty).repr);
        let (key_class, elem_class) = (class(self, key), class(self, elem));
        if (key_class, elem_class) == (SlotClass::Scalars, SlotClass::Scalars) {
            return Ok(());
        }
        let mut iterator = map::start(&self.heap, object);
        while let Some(entry) = map::next(&self.heap, iterator) {
            iterator = entry.iterator;
            self.value_child(key_class, key, entry.key, out)?;
            self.value_child(elem_class, elem, entry.value, out)?;
        }
        Ok(())
    }

    fn func_children(&mut self, object: Ref, out: &mut Vec<Child>) -> Result<(), Trap> {
        let parent = self.func_parent(object)?;
        if !parent.is_nil() && !self.heap.header(parent).is(Kind::Stub) {
            out.push(Child { object: parent, content: 0 });
        }
        let types = self.linked.stored.function(self.heap.func_index(object)).map(|form| form.captures.clone());
        let types = types.unwrap_or_default();
        for index in 0..self.heap.header(object).len() {
            let cell = Ref::of(self.heap.slot(object, FUNC_CAPTURES + index));
            if !cell.is_nil() {
                out.push(Child { object: cell, content: types.get(index as usize).copied().unwrap_or(0) });
            }
        }
        Ok(())
    }

    /// The block, or its stub, that a function value refers to; [`Ref::NIL`] for function literals.
    pub(super) fn func_parent(&mut self, object: Ref) -> Result<Ref, Trap> {
        let part = self.realm_state()?.objects.get(object).map_or(Ref::NIL, |record| record.part);
        if !part.is_nil() {
            return Ok(part);
        }
        let function = self.heap.func_index(object);
        let Some(file) = self.linked.stored.function(function).and_then(|form| form.file) else { return Ok(Ref::NIL) };
        let Some(package) = self.linked.functions.get(function as usize).map(|code| code.package) else {
            return Ok(Ref::NIL);
        };
        let (_, files) = self.package_blocks(package)?;
        Ok(files.get(file as usize).copied().unwrap_or_default())
    }

    /// A bound method is called: from now on its function refers to the block of its file itself, not to a stub (spec/04 Q11).
    pub(super) fn find_parent(&mut self, bound: u64) {
        let Some(realm) = self.roots.realm.as_deref_mut() else { return };
        let part = realm.objects.get(Ref::of(bound)).map_or(Ref::NIL, |record| record.part);
        if let Some(record) = realm.objects.get_mut(part) {
            record.part = Ref::NIL;
        }
    }

    /// The function value in a bound method.
    pub(super) fn bound_func(&mut self, object: Ref) -> Result<Ref, Trap> {
        let known = self.record(object)?.part;
        if !known.is_nil() {
            return Ok(known);
        }
        let function = self.heap.func_index(object);
        let func = Ref::of(self.new_func(function, &[])?);
        self.record(func)?;
        self.record(object)?.part = func;
        Ok(func)
    }
}
