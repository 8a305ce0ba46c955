//! From the store into the heap (spec/04 §7).

use super::save::damaged;
use super::{Missing, store_failed};
use crate::heap::{FUNC_CAPTURES, Header, Kind, Ref, SliceHeader, SlotClass, Trap};
use crate::interp::Cx;
use crate::load::PlaceOf;
use crate::map;
use crate::meter::StoreOp;
use crate::value::slot::TAINT;
use crate::value::types::Kind as TypeKind;
use crate::value::{TypeIndex, iface, slot};
use regno_bytecode::event::size;
use regno_bytecode::module::FunctionKind;
use regno_bytecode::stored::Extent;
use regno_bytecode::types::Repr;
use regno_store::model::{Elements, Func, Location};
use regno_store::typeid::type_id;
use regno_store::{Object, ObjectId, ObjectInfo, RefValue, StoredObject, Type, TypedValue, Value, keys};
use std::sync::Arc;

/// Bytes that a load counts for each value that is left in the store.
const REFERENCE: i64 = 96;
/// Bytes that a load counts for a reference to a syntax node.
const NODE_IN_BLOCK: i64 = 96;
const NODE_IN_FUNC: i64 = 112;

/// What is known of an object before it is loaded, from the slot that refers to it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Expected {
    /// Type of a struct, map or function.
    pub own: TypeIndex,
    /// Type of the content of a heap item, of the elements of an array, or of the slot of a struct that a pointer points to.
    pub content: TypeIndex,
    /// Slots that there are at least: those up to the one that a pointer points to, or up to the end of a slice.
    pub extent: u32,
    /// It is an array.
    pub elements: bool,
}

/// In the length of a stub's header: the object is an array.
const ELEMENTS: u32 = 1 << 31;

impl Expected {
    /// The object is of this type.
    pub fn own(own: TypeIndex) -> Expected {
        Expected { own, ..Expected::default() }
    }

    /// The object holds a value of this type in its only slot.
    pub fn content(content: TypeIndex) -> Expected {
        Expected::slot(content, 0)
    }

    /// The object holds a value of this type in this slot.
    fn slot(content: TypeIndex, index: u32) -> Expected {
        Expected { own: 0, content, extent: index.saturating_add(1), elements: false }
    }

    /// The object is an array of at least so many elements of this type.
    fn elements(content: TypeIndex, extent: u32) -> Expected {
        Expected { own: 0, content, extent, elements: true }
    }

    /// What a stub's header has as its length: 0 for the type of the object itself, else one more than the extent.
    fn mark(self) -> u32 {
        if self.own != 0 {
            return 0;
        }
        let extent = self.extent.saturating_add(1).min(ELEMENTS - 1);
        if self.elements { extent | ELEMENTS } else { extent }
    }

    fn of_stub(header: Header) -> Expected {
        match header.len() {
            0 => Expected::own(header.aux()),
            mark => Expected {
                own: 0,
                content: header.aux(),
                extent: (mark & !ELEMENTS).saturating_sub(1),
                elements: mark & ELEMENTS != 0,
            },
        }
    }
}

/// Bytes that the load of an object counts: itself, then what refers to objects left in the store (spec/04 §7.1).
fn load_sizes(object: &Object) -> (i64, i64) {
    let slot = i64::from(size::SLOT);
    let references = |values: &[TypedValue]| {
        REFERENCE * values.iter().filter(|value| matches!(value.value, Some(Value::Ref(_)))).count() as i64
    };
    match object {
        Object::Package(package) => {
            let shallow = if package.path == ".uverse" { 0 } else { i64::from(size::PACKAGE) };
            let blocks = package.file_blocks.iter().flatten().count() + usize::from(package.block.is_some());
            (shallow, REFERENCE * blocks as i64)
        }
        Object::Block(block) => {
            let node = if block.source.is_some() { NODE_IN_BLOCK } else { 0 };
            let parent = if block.parent.is_some() { REFERENCE } else { 0 };
            let values = i64::from(size::BLOCK) + slot * block.values.len() as i64;
            (values + node, references(&block.values) + parent)
        }
        Object::HeapItem { value, .. } => (i64::from(size::HEAP_ITEM), references(std::slice::from_ref(value))),
        Object::Struct { fields, .. } => (i64::from(size::STRUCT) + slot * fields.len() as i64, references(fields)),
        Object::Array { elements: Elements::List(list), .. } => {
            (i64::from(size::ARRAY) + slot * list.len() as i64, references(list))
        }
        Object::Array { elements: Elements::Data(data), .. } => (i64::from(size::ARRAY) + data.len() as i64, 0),
        Object::Map { items, .. } => {
            let references = |value: &TypedValue| i64::from(matches!(value.value, Some(Value::Ref(_))));
            let left: i64 = items.iter().map(|(key, value)| references(key) + references(value)).sum();
            (i64::from(size::MAP) + i64::from(size::MAP_ITEM) * items.len() as i64, REFERENCE * left)
        }
        Object::Func(func) => {
            let node = if func.source.is_some() { NODE_IN_FUNC } else { 0 };
            let parent = if func.parent.is_some() { REFERENCE } else { 0 };
            (i64::from(size::FUNC) + node, references(&func.captures) + parent)
        }
        Object::BoundMethod { receiver, .. } => {
            (i64::from(size::BOUND_METHOD), references(std::slice::from_ref(receiver)))
        }
    }
}

impl Cx {
    /// The object of a stub, loaded; other references are returned as they are.
    pub fn load(&mut self, object: Ref) -> Result<Ref, Trap> {
        if object.is_nil() {
            return Ok(object);
        }
        let header = self.heap.header(object);
        if !header.is(Kind::Stub) {
            return Ok(object);
        }
        let at = self.heap.slot(object, 0);
        let Some(id) = self.realm_state()?.stub(at).map(|stub| stub.id) else {
            return Err(Trap::abort("unexpected unreal object"));
        };
        self.load_object(id, Expected::of_stub(header))
    }

    /// An object by its identity.
    ///
    /// # Errors
    ///
    /// Fatal if there is no such object.
    pub(super) fn load_object(&mut self, id: ObjectId, expected: Expected) -> Result<Ref, Trap> {
        match self.find_object(id, expected)? {
            Some(object) => Ok(object),
            None => Err(Trap::abort(format!("unexpected object with id {id}"))),
        }
    }

    /// A recount takes what it has not reached for gone: who refers to it loads it again, and has another instance (spec/04 Q29).
    /// Functions that are loaded again count as not called.
    pub(super) fn forget_unreached(&mut self) {
        let Some(reached) = self.meter.reached.take() else { return };
        let Some(realm) = self.roots.realm.as_deref_mut() else { return };
        let heap = &self.heap;
        realm.objects.retain_instances(|object| {
            let header = heap.header(object);
            match header.kind() {
                Kind::Package => reached.package(header.aux()),
                Kind::Block => reached.block(header.aux(), header.len()),
                _ => reached.object(object),
            }
        });
        let linked = Arc::clone(&self.linked);
        for (index, code) in linked.functions.iter().enumerate() {
            let value = Ref::of(self.roots.functions.get(index).copied().unwrap_or(0));
            if !reached.package(code.package) && !code.synthetic && (value.is_nil() || !reached.object(value)) {
                self.forget_call(code.entry as usize);
                self.roots.stored.forget_call(index as u32);
            }
            let table = linked.tables.get(index).filter(|_| !code.synthetic);
            let Some(table) = table else { continue };
            let method = matches!(table.kind, FunctionKind::Method(_)) && reached.package(code.package);
            if !method && !reached.block(code.package, table.declared_at.0 + 1) {
                let end = linked.functions.get(index + 1).map_or(linked.code.len(), |next| next.start as usize);
                self.forget_reads(code.start as usize..end, code.entry as usize);
            }
        }
    }

    fn find_object(&mut self, id: ObjectId, expected: Expected) -> Result<Option<Ref>, Trap> {
        let found = self.find_any(id, expected)?;
        match found {
            Some(object) if !self.fits(object, expected) => {
                Err(damaged(keys::object(id), "it is not what another object says that it is"))
            }
            _ => Ok(found),
        }
    }

    fn find_any(&mut self, id: ObjectId, expected: Expected) -> Result<Option<Ref>, Trap> {
        self.forget_unreached();
        if let Some(object) = self.realm_state()?.objects.instance(id) {
            self.settle_shape(object, expected)?;
            return Ok(Some(object));
        }
        if id.time == 1 {
            let package = self.linked_package(id.pkg)?;
            self.ensure_package(package)?;
            return Ok(Some(self.package_object(package)?));
        }
        if let Some(block) = self.block_with_id(id) {
            return self.load_block_alone(id, block).map(Some);
        }
        let Some(stored) = self.fetch_object(id)? else { return Ok(None) };
        let made = self.make(&stored.object, expected)?;
        self.enter(made, *stored.object.info())?;
        self.touch_types(&stored)?;
        Ok(Some(made))
    }

    /// Reads an object and charges for it.
    pub(super) fn fetch_object(&mut self, id: ObjectId) -> Result<Option<Arc<StoredObject>>, Trap> {
        let found = self.realm_state()?.tx.object(id).map_err(|error| store_failed(&error))?;
        let Some(stored) = found else { return Ok(None) };
        self.charge_store(StoreOp::GetObject, stored.size)?;
        let (shallow, expanded) = load_sizes(&stored.object);
        self.charge_load(shallow)?;
        self.charge_load(expanded)?;
        self.roots.stored.object_loaded();
        Ok(Some(stored))
    }

    /// Makes an object the loaded instance of what its info says.
    pub(super) fn enter(&mut self, object: Ref, info: ObjectInfo) -> Result<(), Trap> {
        self.forget_unreached();
        let record = self.record(object)?;
        record.info = info;
        self.realm_state()?.objects.set_instance(info.id, object);
        Ok(())
    }

    /// Reads the records of all declared types that an object mentions, in order (spec/04 §7.3).
    pub(super) fn touch_types(&mut self, stored: &StoredObject) -> Result<(), Trap> {
        stored.types.iter().try_for_each(|id| self.get_type(id))
    }

    fn make(&mut self, object: &Object, expected: Expected) -> Result<Ref, Trap> {
        match object {
            Object::HeapItem { value, .. } => {
                let ty = self.content_of(expected, std::slice::from_ref(value))?;
                let slot = self.slot_of(value, ty)?;
                let class = SlotClass::of(self.linked.types.get(ty).repr);
                let cell = self.heap.new_cell(class, slot)?;
                self.record(cell)?.content = ty;
                self.restore_type(cell, 0, value, ty);
                Ok(cell)
            }
            Object::Array { elements: Elements::Data(data), .. } => {
                let array = self.heap.new_data(data.len())?;
                self.heap.bytes_mut(array).copy_from_slice(data);
                Ok(array)
            }
            Object::Array { elements: Elements::List(list), .. } => {
                let ty = self.content_of(expected, list)?;
                let class = SlotClass::of(self.linked.types.get(ty).repr);
                let array = self.heap.new_list(class, list.len())?;
                self.record(array)?.content = ty;
                for (index, value) in list.iter().enumerate() {
                    let slot = self.slot_of(value, ty)?;
                    self.heap.set_slot(array, index as u32, slot);
                    self.restore_type(array, index as u32, value, ty);
                }
                Ok(array)
            }
            Object::Struct { fields, .. } => self.make_struct(fields, expected),
            Object::Map { items, .. } => self.make_map(items, expected),
            Object::Func(func) => self.make_func(func),
            Object::BoundMethod { func, receiver, .. } => {
                let function = self.function_at(func)?;
                let ty = self.linked.stored.function(function).map_or(0, |form| form.receiver);
                let value = self.slot_of(receiver, ty)?;
                let class = SlotClass::of(self.linked.types.get(ty).repr);
                let bound = self.heap.new_bound(function, class, value)?;
                let inner = self.make_func(func)?;
                self.record(inner)?.info = func.info;
                self.record(bound)?.part = inner;
                Ok(bound)
            }
            Object::Package(_) | Object::Block(_) => {
                Err(damaged(keys::object(object.info().id), "a package or block where a value should be"))
            }
        }
    }

    /// Type of the content of an object, from where it is referred to or else from what it holds.
    fn content_of(&mut self, expected: Expected, values: &[TypedValue]) -> Result<TypeIndex, Trap> {
        if expected.content != 0 {
            return Ok(expected.content);
        }
        match values.iter().find_map(|value| value.ty.as_ref()) {
            Some(ty) => self.type_index(ty),
            None => Ok(0),
        }
    }

    /// The program's type of this form.
    pub(super) fn type_index(&mut self, ty: &Type) -> Result<TypeIndex, Trap> {
        let id = type_id(ty);
        match self.linked.types.by_id(&id) {
            Some(index) => Ok(index),
            None => Err(self.lacks_type(ty, &id)),
        }
    }

    fn make_struct(&mut self, fields: &[TypedValue], expected: Expected) -> Result<Ref, Trap> {
        let ty = match expected.own {
            0 => self.struct_like(fields, expected)?,
            ty => ty,
        };
        let info = self.linked.types.get(ty);
        let TypeKind::Struct { fields: known } = &info.kind else {
            return Err(Trap::abort("unexpected struct"));
        };
        let types: Vec<TypeIndex> = known.iter().map(|field| field.ty).collect();
        let object = self.heap.new_struct(info.class, ty, types.len())?;
        if types.len() != fields.len() {
            return Err(Trap::abort("unexpected number of fields"));
        }
        for (index, (value, ty)) in fields.iter().zip(types).enumerate() {
            let slot = self.slot_of(value, ty)?;
            self.heap.set_slot(object, index as u32, slot);
            self.restore_type(object, index as u32, value, ty);
        }
        Ok(object)
    }

    /// A stored value of another type than that of its place (`heap/dynamic.rs`).
    fn restore_type(&mut self, object: Ref, index: u32, value: &TypedValue, place: TypeIndex) {
        let info = self.linked.types.get(place);
        let Some(ty) = value.ty.as_ref().filter(|_| info.repr != Repr::Iface) else { return };
        let differs = match ty {
            Type::Ref(id) => *id != info.id,
            _ => info.declared,
        };
        if differs
            && let Some(held) = self.linked.types.by_id(&type_id(ty))
            && held != place
            && self.linked.types.get(held).repr == info.repr
        {
            self.heap.set_dynamic_type(object, index, Some(held));
        }
    }

    fn make_map(&mut self, items: &[(TypedValue, TypedValue)], expected: Expected) -> Result<Ref, Trap> {
        let TypeKind::Map { key, elem } = self.linked.types.get(expected.own).kind else {
            return Err(Trap::abort("unexpected map"));
        };
        let object = map::new(&mut self.heap, &self.linked.types, expected.own)?;
        let class = |cx: &Cx, ty| SlotClass::of(cx.linked.types.get(ty).repr);
        let lazy = class(self, key) != SlotClass::Scalars || class(self, elem) != SlotClass::Scalars;
        let deep = matches!(self.linked.types.get(key).repr, Repr::Struct | Repr::Array | Repr::Iface);
        for (key_form, value_form) in items {
            let mut key_slot = self.slot_of(key_form, key)?;
            if deep || self.linked.types.get(key).repr == Repr::Ptr {
                key_slot = self.fill_deep(class(self, key), key_slot)?;
            }
            let value = self.slot_of(value_form, elem)?;
            let number = self.linked.types.get(key).repr.number(key_slot);
            let hashed = map::hashed(&self.heap, &self.linked.types, object, number)?;
            let item = map::insert(&mut self.heap, object, hashed)?;
            if number != key_slot {
                map::keep_key(&mut self.heap, &self.linked.types, object, number, key_slot);
            }
            self.heap.set_slot(item, crate::heap::ITEM_VALUE, value);
            if lazy {
                self.heap.track(item);
            }
        }
        Ok(object)
    }

    /// Loads what a key consists of.
    pub(crate) fn fill_deep(&mut self, class: SlotClass, value: u64) -> Result<u64, Trap> {
        let filled = self.fill(class, value, 0)?;
        let first = match class {
            SlotClass::Ifaces if slot::iface_is_nil(filled) => return Ok(filled),
            SlotClass::Ifaces => match iface::unpack(&self.heap, &self.linked.types, filled) {
                (ty, value) if self.linked.types.get(ty).repr.is_ref() => value,
                _ => return Ok(filled),
            },
            SlotClass::Refs => filled,
            _ => return Ok(filled),
        };
        let (top, mut seen) = (Ref::of(first), std::collections::HashSet::new());
        let mut todo = vec![top];
        while let Some(object) = todo.pop() {
            if object.is_nil() || !seen.insert(object) {
                continue;
            }
            let header = self.heap.header(object);
            if header.is(Kind::Slice) && object == top {
                let base = self.own_base(object)?;
                todo.push(base);
                continue;
            }
            if !matches!(header.kind(), Kind::Struct | Kind::List) {
                continue;
            }
            for index in 0..header.len() {
                let class = self.slot_class(object, index);
                if class == SlotClass::Scalars {
                    continue;
                }
                let value = self.heap.slot(object, index);
                let filled = self.fill(class, value, 0)?;
                self.heap.set_slot(object, index, filled);
                if class == SlotClass::Refs {
                    todo.push(Ref::of(filled));
                }
            }
        }
        Ok(filled)
    }

    /// The function that a function value stands for.
    fn function_at(&mut self, func: &Func) -> Result<u32, Trap> {
        let unknown = || Trap::abort(format!("unexpected function {} of {}", func.name, func.pkg_path));
        let Some(Location { pkg_path, file, span }) = &func.source else { return Err(unknown()) };
        let Some(package) = self.linked.paths.get(pkg_path).copied() else {
            let text = format!("unexpected function {} of {}", func.name, func.pkg_path);
            return Err(self.lacks(Missing::Path(pkg_path.clone()), text));
        };
        let number = |value: i64| u32::try_from(value).unwrap_or(u32::MAX);
        let extent = Extent {
            line: number(span.pos.line),
            column: number(span.pos.column),
            end_line: number(span.end.line),
            end_column: number(span.end.column),
        };
        let place = PlaceOf { package, file, name: &func.name, extent };
        self.linked.stored.function_at(place).ok_or_else(unknown)
    }

    fn make_func(&mut self, func: &Func) -> Result<Ref, Trap> {
        let function = self.function_at(func)?;
        let types = self.linked.stored.function(function).map(|form| form.captures.clone()).unwrap_or_default();
        let declared = !func.is_method && !func.file.is_empty();
        let object = if declared {
            Ref::of(self.roots.functions.get(function as usize).copied().unwrap_or(0))
        } else {
            Ref::of(self.new_func(function, &vec![0; func.captures.len()])?)
        };
        if object.is_nil() {
            return Err(Trap::abort("unexpected function"));
        }
        if !declared && types.len() != func.captures.len() {
            return Err(Trap::abort("unexpected number of captured variables"));
        }
        for (index, (capture, ty)) in func.captures.iter().zip(types).enumerate().filter(|_| !declared) {
            let Some(Value::Ref(reference)) = &capture.value else {
                return Err(Trap::abort("unexpected captured variable"));
            };
            let stub = self.new_stub(reference, Expected::content(ty))?;
            self.heap.set_slot(object, FUNC_CAPTURES + index as u32, stub.slot());
        }
        if let Some(parent) = &func.parent {
            let stub = self.new_stub(parent, Expected::default())?;
            self.record(object)?.part = stub;
        }
        Ok(object)
    }

    /// A stub for an object.
    pub(super) fn new_stub(&mut self, reference: &RefValue, expected: Expected) -> Result<Ref, Trap> {
        let realm = self.realm_state()?;
        let at = realm.stubs.len() as u64;
        realm.stubs.push(reference.clone());
        self.heap.stubs.push(reference.id);
        let ty = if expected.own != 0 { expected.own } else { expected.content };
        let stub = self.heap.alloc(Kind::Stub, SlotClass::Scalars, ty, expected.mark(), 1)?;
        self.heap.set_slot(stub, 0, at);
        self.heap.track(stub);
        Ok(stub)
    }

    /// The slot of a stored value, of a static type; 0: of its own type.
    pub(super) fn slot_of(&mut self, value: &TypedValue, expected: TypeIndex) -> Result<u64, Trap> {
        let boxed = expected == 0 || self.linked.types.get(expected).repr == Repr::Iface;
        let ty = match (&value.ty, boxed) {
            (None, true) => return Ok(0),
            (Some(ty), true) => self.type_index(ty)?,
            (_, false) => expected,
        };
        let info = self.linked.types.get(ty);
        let (repr, kind) = (info.repr, info.kind.clone());
        let taint = if value.n == slot::READ_ONLY.to_le_bytes() && value.value.is_some() { TAINT } else { 0 };
        let raw = match (&value.value, repr) {
            (Some(Value::String(text)), Repr::Str) => self.heap.new_string(text)?,
            (None, Repr::Str | Repr::Ptr | Repr::Slice | Repr::Map | Repr::Func) => 0,
            (None, Repr::Struct | Repr::Array) => {
                return Err(Trap::abort(format!("unexpected nil of type {}", self.linked.types.get(ty).name)));
            }
            (_, Repr::Chan | Repr::Raw) => 0,
            (Some(Value::Pointer { base, index }), Repr::Ptr) => {
                let content = match kind {
                    TypeKind::Pointer { elem } => elem,
                    _ => 0,
                };
                let index = u32::try_from(*index).unwrap_or(0);
                let stub = self.new_stub(base, Expected::slot(content, index))?;
                slot::pointer(stub, index) | taint
            }
            (Some(Value::Slice { base, offset, len, cap }), Repr::Slice) => {
                let content = match kind {
                    TypeKind::Slice { elem, .. } => elem,
                    _ => 0,
                };
                let number = |value: i64| u32::try_from(value).ok().filter(|&number| number < ELEMENTS - 2);
                let (Some(offset), Some(length), Some(cap)) = (number(*offset), number(*len), number(*cap)) else {
                    return Err(Trap::abort("unexpected slice"));
                };
                let end = offset.checked_add(cap).filter(|_| length <= cap);
                let end = end.ok_or_else(|| Trap::abort("unexpected slice"))?;
                let base = self.new_stub(base, Expected::elements(content, end))?;
                let variadic = matches!(value.ty, Some(Type::Slice { variadic: true, .. }));
                let header = SliceHeader { base, offset, len: length as i32, cap, variadic };
                self.heap.new_slice(header)?.slot() | taint
            }
            (Some(Value::Ref(reference)), Repr::Map | Repr::Func | Repr::Struct | Repr::Array) => {
                let stub = match kind {
                    TypeKind::Array { elem, len, .. } => {
                        let len = u32::try_from(len).unwrap_or(u32::MAX);
                        self.new_stub(reference, Expected::elements(elem, len))?
                    }
                    _ => {
                        let own = value.ty.as_ref().map_or(ty, |form| self.linked.stored.made_as(ty, form));
                        self.new_stub(reference, Expected::own(own))?
                    }
                };
                stub.slot() | taint
            }
            (None, _) => u64::from_le_bytes(value.n),
            (Some(_), _) => return Err(Trap::abort(format!("unexpected value of type {}", repr.name()))),
        };
        if boxed { iface::pack(&mut self.heap, &self.linked.types, ty, raw) } else { Ok(raw) }
    }
}
