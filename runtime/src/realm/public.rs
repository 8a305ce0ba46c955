//! What belongs to a private package stays in it (spec/04 §2.9, spec/05 §1.5).

use super::{Missing, PackageIndex};
use crate::heap::{Kind, Ref, Trap};
use crate::interp::Cx;
use crate::value::{iface, slot};
use regno_bytecode::path::PathKind;
use regno_bytecode::types::Repr;
use regno_store::model::{Elements, FieldType, Func};
use regno_store::typeid::type_id;
use regno_store::{Object, Type, TypedValue, Value};
use std::cell::Cell;
use std::collections::HashSet;

impl Cx {
    /// Whether [`Cx::assert_public`] has nothing to do for any object: all packages are loaded, and none is private.
    pub(super) fn nothing_is_private(&mut self) -> Result<bool, Trap> {
        let loaded = self.roots.loaded.iter().all(Cell::get);
        Ok(loaded && self.realm_state()?.packages.iter().all(|package| !package.private))
    }

    /// Fails if an object that `package`'s realm is about to save belongs to a private package, or has a type of one.
    /// Packages that were not touched yet are loaded.
    pub(super) fn assert_public(
        &mut self,
        package: PackageIndex,
        object: Ref,
        visited: &mut HashSet<String>,
    ) -> Result<(), Trap> {
        let realm = self.realm_state()?;
        let own = realm.realm(package)?.realm.clone();
        let id = realm.known(object)?.info.id;
        if id.pkg != own.id {
            let other = self.linked_package(id.pkg)?;
            self.ensure_package(other)?;
            if self.realm_state()?.realm(other)?.private {
                return Err(Trap::abort(format!(
                    "cannot persist reference of object from the private realm {}",
                    self.realm_state()?.realm(other)?.realm.path
                )));
            }
        }
        if matches!(self.heap.header(object).kind(), Kind::Package) {
            return Ok(());
        }
        let form = self.encode_types(object)?;
        for check in form {
            match check {
                Check::Package(path, what) => self.assert_package(&own.path, &path, what)?,
                Check::Type(ty) => self.assert_type(&own.path, &ty, visited)?,
            }
        }
        Ok(())
    }

    /// What must be checked of an object's direct contents, in order.
    fn encode_types(&mut self, object: Ref) -> Result<Vec<Check>, Trap> {
        let mut out = Vec::new();
        let form = self.types_form(object)?;
        let mut typed = |value: &TypedValue| out.extend(value.ty.clone().map(Check::Type));
        match &form {
            Object::HeapItem { value, .. } => typed(value),
            Object::Struct { fields, .. } => fields.iter().for_each(typed),
            Object::Array { elements: Elements::List(list), .. } => list.iter().for_each(typed),
            Object::Array { .. } | Object::Package(_) => {}
            Object::Map { items, .. } => items.iter().for_each(|(key, value)| {
                typed(key);
                typed(value);
            }),
            Object::Block(block) => block.values.iter().for_each(typed),
            Object::Func(func) => func_checks(func, &mut out),
            Object::BoundMethod { func, receiver, .. } => {
                out.push(Check::Package(func.pkg_path.clone(), "bound method"));
                out.extend(receiver.ty.clone().map(Check::Type));
            }
        }
        Ok(out)
    }

    /// The stored form with the types of its contents; references may be missing yet.
    fn types_form(&mut self, object: Ref) -> Result<Object, Trap> {
        let info = self.realm_state()?.known(object)?.info;
        let header = self.heap.header(object);
        match header.kind() {
            Kind::Cell => {
                let ty = self.realm_state()?.known(object)?.content;
                let value = self.type_of_slot(ty, self.heap.slot(object, 0));
                Ok(Object::HeapItem { info, value })
            }
            Kind::Struct => {
                let fields = (0..header.len()).map(|index| {
                    let ty = self.slot_type(object, index);
                    self.type_of_slot(ty, self.heap.slot(object, index))
                });
                Ok(Object::Struct { info, fields: fields.collect() })
            }
            Kind::List => {
                let ty = self.realm_state()?.known(object)?.content;
                let list = (0..header.len()).map(|index| self.type_of_slot(ty, self.heap.slot(object, index)));
                let list: Vec<TypedValue> = list.collect();
                Ok(Object::Array { info, elements: Elements::List(list) })
            }
            Kind::Map => {
                let ty = &self.linked.types.get(header.aux()).kind;
                let &crate::value::types::Kind::Map { key, elem } = ty else {
                    return Ok(Object::Map { info, items: Vec::new() });
                };
                let mut items = Vec::new();
                let mut iterator = crate::map::start(&self.heap, object);
                while let Some(entry) = crate::map::next(&self.heap, iterator) {
                    iterator = entry.iterator;
                    items.push((self.type_of_slot(key, entry.key), self.type_of_slot(elem, entry.value)));
                }
                Ok(Object::Map { info, items })
            }
            Kind::Func => {
                let form = self.linked.stored.function(self.heap.func_index(object));
                Ok(Object::Func(Box::new(form.map(|form| form.func.clone()).unwrap_or_default())))
            }
            Kind::Bound => {
                let function = self.heap.func_index(object);
                let form = self.linked.stored.function(function);
                let func = Box::new(form.map(|form| form.func.clone()).unwrap_or_default());
                let ty = self.linked.stored.function(function).map_or(0, |form| form.receiver);
                let receiver = self.type_of_slot(ty, self.heap.slot(object, crate::heap::BOUND_RECEIVER));
                Ok(Object::BoundMethod { info, func, receiver })
            }
            _ => Ok(Object::Array { info, elements: Elements::Data(Vec::new()) }),
        }
    }

    fn type_of_slot(&self, ty: u32, value: u64) -> TypedValue {
        let (ty, value) = match self.linked.types.get(ty).repr {
            Repr::Iface if slot::iface_is_nil(value) => return TypedValue::default(),
            Repr::Iface => iface::unpack(&self.heap, &self.linked.types, value),
            _ => (ty, value),
        };
        let ty = if ty == 0 { None } else { self.written_form(ty, value).or_else(|| self.linked.stored.ty(ty)) };
        TypedValue { ty, value: None, n: [0; 8] }
    }

    fn assert_package(&mut self, own: &str, path: &str, what: &str) -> Result<(), Trap> {
        if path != own && self.is_private(path)? {
            return Err(Trap::abort(format!("cannot persist {what} from the private realm {path}")));
        }
        Ok(())
    }

    fn is_private(&mut self, path: &str) -> Result<bool, Trap> {
        if path == ".uverse" {
            return Ok(false);
        }
        let Some(package) = self.linked.paths.get(path).copied() else {
            let text = format!("cannot find package value from store for path {path}");
            return Err(self.lacks(Missing::Path(path.to_owned()), text));
        };
        self.ensure_package(package)?;
        let state = self.realm_state()?.realm(package)?;
        Ok(state.private && state.kind != PathKind::Library)
    }

    fn assert_type(&mut self, own: &str, ty: &Type, visited: &mut HashSet<String>) -> Result<(), Trap> {
        enum Step {
            Type(Type),
            Field(FieldType),
            Path(String),
        }
        let mut todo = vec![Step::Type(ty.clone())];
        while let Some(step) = todo.pop() {
            let ty = match step {
                Step::Path(path) => {
                    if !path.is_empty() && path != own && self.is_private(&path)? {
                        return Err(Trap::abort(format!(
                            "cannot persist object of type defined in the private realm {path}"
                        )));
                    }
                    continue;
                }
                // **Quirk**: a parameter or field counts as a type of its own. The id of one without name is that of its type, which
                // is therefore never looked at.
                Step::Field(FieldType { name, ty: Some(ty), .. }) => {
                    if !name.is_empty() && visited.insert(format!("{name} {}", type_id(&ty))) {
                        todo.push(Step::Type(ty));
                    } else if name.is_empty() {
                        visited.insert(type_id(&ty));
                    }
                    continue;
                }
                Step::Field(_) => continue,
                Step::Type(ty) => ty,
            };
            if matches!(ty, Type::Primitive(_) | Type::TypeType | Type::Package | Type::Block | Type::HeapItem) {
                continue;
            }
            if !visited.insert(type_id(&ty)) {
                continue;
            }
            let first = todo.len();
            let fields = |todo: &mut Vec<Step>, fields: Vec<FieldType>| {
                todo.extend(fields.into_iter().map(Step::Field));
            };
            match ty {
                Type::Pointer(elem) | Type::Slice { elem, .. } | Type::Array { elem, .. } | Type::Chan { elem, .. } => {
                    todo.extend(elem.map(|elem| Step::Type(*elem)));
                }
                Type::Map { key, elem } => {
                    todo.extend(key.into_iter().chain(elem).map(|part| Step::Type(*part)));
                }
                Type::Func { params, results } => {
                    fields(&mut todo, params);
                    fields(&mut todo, results);
                }
                Type::Struct { pkg_path, fields: parts } | Type::Interface { pkg_path, methods: parts, .. } => {
                    fields(&mut todo, parts);
                    todo.push(Step::Path(pkg_path));
                }
                Type::Tuple(elems) => todo.extend(elems.into_iter().flatten().map(Step::Type)),
                Type::Ref(id) => {
                    let record = self.linked.types.by_id(&id).and_then(|ty| self.linked.stored.records.get(&ty));
                    if let Some(Type::Declared(declared)) = record.cloned() {
                        todo.extend(declared.base.map(Step::Type));
                        for method in declared.methods {
                            todo.extend(method.ty.map(Step::Type));
                            if let Some(Value::Func(func)) = method.value {
                                todo.extend(func.ty.map(Step::Type));
                            }
                        }
                        todo.push(Step::Path(declared.pkg_path));
                    }
                }
                _ => {}
            }
            if let Some(added) = todo.get_mut(first..) {
                added.reverse();
            }
        }
        Ok(())
    }
}

/// A part of an object that is checked.
enum Check {
    /// The package of a function, and what is said of it.
    Package(String, &'static str),
    Type(Type),
}

fn func_checks(func: &Func, out: &mut Vec<Check>) {
    out.push(Check::Package(func.pkg_path.clone(), "function or method"));
    out.extend(func.ty.clone().map(Check::Type));
    out.extend(func.captures.iter().filter_map(|capture| capture.ty.clone()).map(Check::Type));
}
