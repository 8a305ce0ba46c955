//! Objects and types as loads need them: checked, decoded, and with the types that they mention.
//!
//! What is charged for a load follows from this form alone, so it may be kept and shared: a load from a cache costs what one from the
//! disk costs.

use crate::ids::{Hash, ObjectId};
use crate::model::{Elements, Object, Type, TypedValue, Value};
use crate::store::StoreError;
use crate::{decode, encode, keys};

/// Bytes of the hash before an object.
const HASH: usize = 20;

/// A stored object.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredObject {
    /// The object; its info has its hash and the size of its entry.
    pub object: Object,
    /// Bytes that it is encoded in, without the hash before them.
    pub size: usize,
    /// Identity strings of the declared types that it mentions, in the order of spec/04 §7.3.
    pub types: Vec<String>,
}

fn damaged(key: String, reason: impl ToString) -> StoreError {
    StoreError::Damaged { key, reason: reason.to_string() }
}

impl StoredObject {
    /// An object from the bytes of its entry.
    ///
    /// # Errors
    ///
    /// [`StoreError::Damaged`]: they are not what was written.
    pub fn read(id: ObjectId, entry: &[u8]) -> Result<StoredObject, StoreError> {
        let fail = |reason: &str| Err(damaged(keys::object(id), reason));
        let Some((hash, bytes)) = entry.split_at_checked(HASH) else { return fail("too short") };
        let found = Hash::of(bytes);
        if found.0 != *hash {
            return fail("the hash does not fit");
        }
        let object = decode::object(bytes).map_err(|error| damaged(keys::object(id), error))?;
        let written = object.info().id;
        if written != id {
            return fail(&format!("it says that it is {written}"));
        }
        Ok(StoredObject::with(object, found, bytes.len()))
    }

    /// Encodes an object: what a store would read, and the bytes of the entry.
    pub fn write(object: Object) -> (StoredObject, Vec<u8>) {
        let mut entry = vec![0; HASH];
        encode::put_object(&object, &mut entry);
        let (place, bytes) = entry.split_at_mut(HASH);
        let (hash, size) = (Hash::of(bytes), bytes.len());
        place.copy_from_slice(&hash.0);
        (StoredObject::with(object, hash, size), entry)
    }

    fn with(mut object: Object, hash: Hash, size: usize) -> StoredObject {
        let info = object.info_mut();
        (info.hash, info.last_size) = (hash, (size + HASH) as i64);
        let types = types_of_object(&object);
        StoredObject { object, size, types }
    }
}

/// The record of a declared type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredType {
    /// The type.
    pub ty: Type,
    /// Bytes of the record.
    pub size: usize,
    /// Identity strings of the declared types that it mentions, in order.
    pub types: Vec<String>,
}

impl StoredType {
    /// A type from its record.
    ///
    /// # Errors
    ///
    /// As [`StoredObject::read`].
    pub fn read(id: &str, entry: &[u8]) -> Result<StoredType, StoreError> {
        let ty = decode::ty(entry).map_err(|error| damaged(keys::ty(id), error))?;
        let mut types = Vec::new();
        types_of(&ty, &mut types);
        Ok(StoredType { ty, size: entry.len(), types })
    }
}

/// Adds the identity strings of the declared types that a type mentions, in order.
pub fn types_of(ty: &Type, out: &mut Vec<String>) {
    let mut todo = vec![ty];
    while let Some(ty) = todo.pop() {
        let first = todo.len();
        match ty {
            Type::Ref(id) => out.push(id.clone()),
            Type::Pointer(elem) | Type::Slice { elem, .. } | Type::Array { elem, .. } | Type::Chan { elem, .. } => {
                todo.extend(elem.as_deref());
            }
            Type::Map { key, elem } => todo.extend(key.as_deref().into_iter().chain(elem.as_deref())),
            Type::Struct { fields, .. } | Type::Interface { methods: fields, .. } => {
                todo.extend(fields.iter().filter_map(|field| field.ty.as_ref()));
            }
            Type::Func { params, results } => {
                todo.extend(params.iter().chain(results).filter_map(|field| field.ty.as_ref()));
            }
            Type::Declared(declared) => {
                todo.extend(declared.base.as_ref());
                for method in &declared.methods {
                    todo.extend(method.ty.as_ref());
                    if let Some(Value::Func(func)) = &method.value {
                        todo.extend(func.ty.as_ref());
                    }
                }
            }
            Type::Tuple(elems) => todo.extend(elems.iter().flatten()),
            Type::Primitive(_) | Type::TypeType | Type::Package | Type::Block | Type::HeapItem => {}
        }
        if let Some(added) = todo.get_mut(first..) {
            added.reverse();
        }
    }
}

/// The declared types that an object mentions, in the order in which a load reads them (spec/04 §7.3).
fn types_of_object(object: &Object) -> Vec<String> {
    let mut ids = Vec::new();
    let mut value = |value: &TypedValue| {
        if let Some(ty) = &value.ty {
            types_of(ty, &mut ids);
        }
        match &value.value {
            Some(Value::Type(Type::Declared(declared))) => {
                ids.push(format!("{}.{}", declared.pkg_path, declared.name));
            }
            Some(Value::Type(ty)) => types_of(ty, &mut ids),
            _ => {}
        }
    };
    match object {
        Object::Package(_) | Object::Array { elements: Elements::Data(_), .. } => {}
        Object::Block(block) => block.values.iter().for_each(&mut value),
        Object::HeapItem { value: content, .. } => value(content),
        Object::Struct { fields, .. } => fields.iter().for_each(&mut value),
        Object::Array { elements: Elements::List(list), .. } => list.iter().for_each(&mut value),
        Object::Map { items, .. } => items.iter().for_each(|(key, item)| {
            value(key);
            value(item);
        }),
        Object::Func(func) => func.ty.iter().for_each(|ty| types_of(ty, &mut ids)),
        Object::BoundMethod { func, receiver, .. } => {
            func.ty.iter().chain(&receiver.ty).for_each(|ty| types_of(ty, &mut ids));
        }
    }
    ids
}
