//! From the heap to the stored form (spec/04 §2.8, §3.4).

use super::PackageIndex;
use crate::heap::{BOUND_RECEIVER, FUNC_CAPTURES, Kind, Ref, SlotClass, Trap};
use crate::interp::Cx;
use crate::map;
use crate::value::slot::{READ_ONLY, TAINT};
use crate::value::types::Kind as TypeKind;
use crate::value::{TypeIndex, iface, slot};
use regno_bytecode::types::Repr;
use regno_store::model::{Elements, Func};
use regno_store::{Object, ObjectInfo, RefValue, Type, TypedValue, Value};

impl Cx {
    /// The stored form of an object.
    pub(super) fn encode_object(&mut self, object: Ref) -> Result<Object, Trap> {
        let info = self.realm_state()?.known(object)?.info;
        let home = self.realm_state()?.package_of(info.id.pkg).unwrap_or(PackageIndex::MAX);
        let header = self.heap.header(object);
        Ok(match header.kind() {
            Kind::Package => self.encode_package(header.aux(), info)?,
            Kind::Block => self.encode_block(header.aux(), header.len(), info)?,
            Kind::Cell => {
                let ty = self.known_content(object)?;
                let ty = self.heap.dynamic_type(object, 0).unwrap_or(ty);
                let mut value = self.encode_value(home, ty, self.heap.slot(object, 0))?;
                if self.has_declared_type(ty, &value)
                    && let Some(global) = self.roots.globals.iter().position(|&cell| Ref::of(cell) == object)
                    && let Some(declared) = self.linked.stored.globals.get(&(global as u32))
                {
                    value.ty = Some(declared.clone());
                }
                Object::HeapItem { info, value }
            }
            Kind::Struct => Object::Struct { info, fields: self.encode_fields(home, object)? },
            Kind::Data => Object::Array { info, elements: Elements::Data(self.heap.bytes(object).to_vec()) },
            Kind::List => {
                let ty = if header.is_empty() { 0 } else { self.known_content(object)? };
                let mut list = Vec::with_capacity(header.len() as usize);
                for index in 0..header.len() {
                    let ty = self.heap.dynamic_type(object, index).unwrap_or(ty);
                    list.push(self.encode_value(home, ty, self.heap.slot(object, index))?);
                }
                Object::Array { info, elements: Elements::List(list) }
            }
            Kind::Map => Object::Map { info, items: self.encode_items(home, object)? },
            Kind::Func => Object::Func(Box::new(self.encode_func(object)?)),
            Kind::Bound => {
                let func = self.bound_func(object)?;
                let func = Box::new(self.encode_func(func)?);
                let ty = self.linked.stored.function(self.heap.func_index(object)).map_or(0, |form| form.receiver);
                let receiver = self.encode_value(home, ty, self.heap.slot(object, BOUND_RECEIVER))?;
                Object::BoundMethod { info, func, receiver }
            }
            kind => return Err(Trap::abort(format!("unexpected object of kind {kind:?}"))),
        })
    }

    fn known_content(&mut self, object: Ref) -> Result<TypeIndex, Trap> {
        match self.realm_state()?.known(object)?.content {
            0 => Err(Trap::abort("the type of an object's content is not known")),
            ty => Ok(ty),
        }
    }

    fn encode_fields(&mut self, home: PackageIndex, object: Ref) -> Result<Vec<TypedValue>, Trap> {
        let header = self.heap.header(object);
        let mut out = Vec::with_capacity(header.len() as usize);
        for index in 0..header.len() {
            let ty = self.slot_type(object, index);
            let ty = self.heap.dynamic_type(object, index).unwrap_or(ty);
            let mut value = self.encode_value(home, ty, self.heap.slot(object, index))?;
            if self.is_nil_func(ty, &value)
                && let Some(declared) = self.linked.stored.fields.get(&(header.aux(), index))
            {
                value.ty = Some(declared.clone());
            }
            out.push(value);
        }
        Ok(out)
    }

    /// Whether the value of a variable has the type as the variable was declared, and that can differ from how others write it.
    fn has_declared_type(&self, ty: TypeIndex, value: &TypedValue) -> bool {
        self.linked.stored.varied.contains(&ty)
            && match self.linked.types.get(ty).repr {
                Repr::Iface => false,
                Repr::Func => value.value.is_none(),
                _ => true,
            }
    }

    /// Whether a nil function: its type is that of the place, names of parameters included, while other functions have their own.
    fn is_nil_func(&self, ty: TypeIndex, value: &TypedValue) -> bool {
        self.linked.types.get(ty).repr == Repr::Func && value.value.is_none()
    }

    fn encode_items(&mut self, home: PackageIndex, object: Ref) -> Result<Vec<(TypedValue, TypedValue)>, Trap> {
        let TypeKind::Map { key, elem } = self.linked.types.get(self.heap.header(object).aux()).kind else {
            return Ok(Vec::new());
        };
        let mut items = Vec::with_capacity(map::len(&self.heap, object) as usize);
        let mut iterator = map::start(&self.heap, object);
        while let Some(entry) = map::next(&self.heap, iterator) {
            iterator = entry.iterator;
            items.push((self.encode_value(home, key, entry.key)?, self.encode_value(home, elem, entry.value)?));
        }
        Ok(items)
    }

    /// The stored form of a function value.
    pub(super) fn encode_func(&mut self, object: Ref) -> Result<Func, Trap> {
        let info = self.realm_state()?.known(object)?.info;
        let parent = self.func_parent(object)?;
        let parent = if parent.is_nil() { None } else { Some(self.reference_to(parent)?) };
        let function = self.heap.func_index(object);
        let mut captures = Vec::new();
        for index in 0..self.heap.header(object).len() {
            let cell = Ref::of(self.heap.slot(object, FUNC_CAPTURES + index));
            let value = Some(Value::Ref(self.reference_to(cell)?));
            captures.push(TypedValue { ty: Some(Type::HeapItem), value, n: [0; 8] });
        }
        let form = self.linked.stored.function(function).filter(|form| form.func.source.is_some());
        let Some(form) = form else {
            return Err(Trap::abort("cannot copy function value with native body when there is no native package"));
        };
        Ok(Func { info: ObjectInfo { hash: info.hash, ..info }, parent, captures, ..form.func.clone() })
    }

    /// What is stored of a reference to an object (spec/04 §2.8).
    pub(super) fn reference_to(&mut self, object: Ref) -> Result<RefValue, Trap> {
        if object.is_nil() {
            return Err(Trap::abort("should not happen"));
        }
        let header = self.heap.header(object);
        match header.kind() {
            Kind::Stub => {
                let at = self.heap.slot(object, 0);
                return self.realm_state()?.stub(at).cloned().ok_or_else(|| Trap::abort("unexpected unreal object"));
            }
            Kind::Package => {
                let path = self.realm_state()?.realm(header.aux())?.realm.path.clone();
                return Ok(RefValue { pkg_path: path, ..RefValue::default() });
            }
            _ => {}
        }
        let record = *self.realm_state()?.known(object)?;
        if !record.is_real() {
            return Err(Trap::abort("unexpected unreal object"));
        }
        let escaped = record.info.escaped || record.new_escaped;
        let hash = if escaped { regno_store::Hash::ZERO } else { record.info.hash };
        Ok(RefValue { id: record.info.id, escaped, pkg_path: String::new(), hash })
    }

    /// The stored form of a value of a static type, in an object of the package `home`.
    fn encode_value(&mut self, home: PackageIndex, ty: TypeIndex, value: u64) -> Result<TypedValue, Trap> {
        let (ty, value) = match self.linked.types.get(ty).repr {
            Repr::Iface if slot::iface_is_nil(value) => return Ok(TypedValue::default()),
            Repr::Iface => iface::unpack(&self.heap, &self.linked.types, value),
            _ => (ty, value),
        };
        let repr = self.linked.types.get(ty).repr;
        let info = self.linked.types.get(ty);
        let form = self.written_form(ty, value).or_else(|| self.linked.stored.ty_in(home, ty));
        let form = form.or_else(|| info.declared.then(|| Type::Ref(info.id.clone())));
        let mut out = TypedValue { ty: form, ..TypedValue::default() };
        if out.ty.is_none() {
            return Err(Trap::abort("cannot copy nil types"));
        }
        let object = Ref::of(value);
        match repr {
            Repr::Str => {
                if !object.is_nil() {
                    out.value = Some(Value::String(self.heap.string(value).to_vec()));
                }
                return Ok(out);
            }
            Repr::Ptr | Repr::Slice | Repr::Map | Repr::Func | Repr::Struct | Repr::Array | Repr::Cell => {
                if object.is_nil() {
                    return Ok(out);
                }
            }
            Repr::Chan | Repr::Raw | Repr::Iface => return Ok(out),
            _ => {
                out.n = value.to_le_bytes();
                return Ok(out);
            }
        }
        out.value = Some(match repr {
            Repr::Ptr => {
                let value = if self.heap.header(object).is(Kind::View) { self.heap.slot(object, 0) } else { value };
                let base = self.reference_to(Ref::of(value))?;
                Value::Pointer { base, index: i64::from(slot::pointer_index(value)) }
            }
            Repr::Slice => {
                self.heap.own_array(object)?;
                let header = self.heap.slice(object);
                if let Some(Type::Slice { variadic, .. }) = &mut out.ty {
                    *variadic = header.variadic;
                }
                Value::Slice {
                    base: self.reference_to(header.base)?,
                    offset: i64::from(header.offset),
                    len: i64::from(header.len),
                    cap: i64::from(header.cap),
                }
            }
            _ => Value::Ref(self.reference_to(object)?),
        });
        if repr == Repr::Func && !self.linked.types.get(ty).declared {
            self.func_type(object, &mut out);
        }
        if value & TAINT != 0 && SlotClass::of(repr) == SlotClass::Refs && repr != Repr::Func {
            out.n = READ_ONLY.to_le_bytes();
        }
        Ok(out)
    }

    /// The form of an unnamed struct or map type that the object itself knows.
    pub(super) fn written_form(&self, ty: TypeIndex, value: u64) -> Option<Type> {
        let info = self.linked.types.get(ty);
        let object = Ref::of(value);
        if info.declared || !matches!(info.repr, Repr::Struct | Repr::Map) || object.is_nil() {
            return None;
        }
        let header = self.heap.header(object);
        let made = matches!(header.kind(), Kind::Struct | Kind::Map | Kind::Stub).then(|| header.aux())?;
        let written = made != ty && self.linked.types.get(made).id == info.id;
        if written { self.linked.stored.ty(made) } else { None }
    }

    /// A function value has the type that its declaration or literal wrote, names of parameters included.
    fn func_type(&self, object: Ref, out: &mut TypedValue) {
        let kind = self.heap.header(object).kind();
        if !matches!(kind, Kind::Func | Kind::Bound) {
            return;
        }
        let form = self.linked.stored.function(self.heap.func_index(object));
        let Some(Type::Func { params, results }) = form.and_then(|form| form.func.ty.clone()) else { return };
        let skip = usize::from(kind == Kind::Bound);
        out.ty = Some(Type::Func { params: params.into_iter().skip(skip).collect(), results });
    }
}
