//! Looking at every entry of a state.

use crate::ids::{Hash, ObjectId};
use crate::model::{Elements, Object, RefValue, TypedValue, Value};
use crate::store::{Snapshot, Space, StoreError};
use crate::{decode, keys};

/// Identities that an object refers to.
fn references(object: &Object) -> Vec<ObjectId> {
    let mut found = Vec::new();
    let mut put = |reference: &RefValue| {
        if !reference.id.is_zero() {
            found.push(reference.id);
        }
    };
    let value = |typed: &TypedValue, put: &mut dyn FnMut(&RefValue)| match &typed.value {
        Some(Value::Ref(reference)) => put(reference),
        Some(Value::Pointer { base, .. } | Value::Slice { base, .. }) => put(base),
        _ => {}
    };
    match object {
        Object::Package(package) => {
            package.block.iter().chain(package.file_blocks.iter().flatten()).for_each(&mut put);
        }
        Object::Block(block) => {
            block.values.iter().for_each(|typed| value(typed, &mut put));
            block.parent.iter().for_each(&mut put);
        }
        Object::HeapItem { value: typed, .. } => value(typed, &mut put),
        Object::Struct { fields, .. } => fields.iter().for_each(|typed| value(typed, &mut put)),
        Object::Array { elements: Elements::List(list), .. } => list.iter().for_each(|typed| value(typed, &mut put)),
        Object::Array { .. } => {}
        Object::Map { items, .. } => items.iter().for_each(|(key, item)| {
            value(key, &mut put);
            value(item, &mut put);
        }),
        Object::Func(func) => {
            func.parent.iter().for_each(&mut put);
            func.captures.iter().for_each(|typed| value(typed, &mut put));
        }
        Object::BoundMethod { receiver, .. } => value(receiver, &mut put),
    }
    found
}

fn check(state: &dyn Snapshot, key: &str, value: &[u8]) -> Result<Result<(), String>, StoreError> {
    let text = |error: decode::DecodeError| error.to_string();
    if let Some(rest) = key.strip_prefix(keys::OBJECTS) {
        if rest.ends_with(keys::REALM_SUFFIX) {
            return Ok(decode::realm(value).map(drop).map_err(text));
        }
        let (Some(id), Some((hash, bytes))) = (ObjectId::parse(rest), value.split_at_checked(20)) else {
            return Ok(Err("malformed entry".to_owned()));
        };
        if Hash::of(bytes).0 != *hash {
            return Ok(Err("the hash does not fit".to_owned()));
        }
        let object = match decode::object(bytes) {
            Ok(object) => object,
            Err(error) => return Ok(Err(text(error))),
        };
        if object.info().id != id {
            return Ok(Err(format!("it says that it is {}", object.info().id)));
        }
        for target in references(&object) {
            if state.get(Space::Base, &keys::object(target))?.is_none() {
                return Ok(Err(format!("it refers to {target}, which is missing")));
            }
        }
        return Ok(Ok(()));
    }
    if key.starts_with(keys::TYPES) {
        return Ok(decode::ty(value).map(drop).map_err(text));
    }
    Ok(Ok(()))
}

/// Checks every object, type, realm record and source: the number of entries, and what is wrong with which.
///
/// # Errors
///
/// The store cannot be read.
pub fn verify(state: &dyn Snapshot) -> Result<(u64, Vec<StoreError>), StoreError> {
    let (mut count, mut damage, mut failed) = (0, Vec::new(), None);
    state.scan(Space::Base, "", &mut |key, value| {
        count += 1;
        match check(state, key, value) {
            Ok(Ok(())) => true,
            Ok(Err(reason)) => {
                damage.push(StoreError::Damaged { key: key.to_owned(), reason });
                true
            }
            Err(error) => {
                failed = Some(error);
                false
            }
        }
    })?;
    state.scan(Space::Merkle, keys::SOURCES, &mut |key, value| {
        count += 1;
        if let Err(error) = decode::mem_package(value) {
            damage.push(StoreError::Damaged { key: key.to_owned(), reason: error.to_string() });
        }
        true
    })?;
    match failed {
        Some(error) => Err(error),
        None => Ok((count, damage)),
    }
}
