//! The bytes of objects, types and records (spec/04 §3).

use crate::ids::{Hash, ObjectId};
use crate::model::{MemPackage, Object, Realm, Type};
use crate::sink::{Absent, Any, Bare, Field, Sink};
use crate::wire::{Kind, put_bytes, put_key, put_varint, zigzag};

/// Writes fields one after the other, leaving out defaults.
#[derive(Default)]
struct Bytes {
    out: Vec<u8>,
}

impl Bytes {
    /// Writes a structure as a field, unless `omit` says so of its bytes. Its length stands before it and is known after it.
    fn nested(&mut self, number: u32, omit: impl FnOnce(&[u8]) -> bool, walk: impl FnOnce(&mut Self)) {
        let start = self.out.len();
        walk(self);
        let end = self.out.len();
        if self.out.get(start..).is_none_or(omit) {
            self.out.truncate(start);
            return;
        }
        put_key(&mut self.out, number, Kind::Bytes);
        put_varint(&mut self.out, (end - start) as u64);
        let moved = self.out.len() - end;
        if let Some(field) = self.out.get_mut(start..) {
            field.rotate_right(moved);
        }
    }

    fn put_any(&mut self, any: Any<'_>) {
        put_bytes(&mut self.out, 1, any.url().as_bytes());
        let only = Field(1, "", crate::sink::Omit::Never);
        let empty = |content: &[u8]| matches!(content, [] | [0]);
        self.nested(2, empty, |inner| match any.bare() {
            Some(Bare::Text(text)) => inner.text(only, text),
            Some(Bare::Int(value)) => inner.int(only, value),
            None => any.walk(inner),
        });
    }
}

/// Nothing is left out.
fn never(_: &[u8]) -> bool {
    false
}

impl Sink for Bytes {
    fn text(&mut self, field: Field, text: &[u8]) {
        if !text.is_empty() {
            put_bytes(&mut self.out, field.0, text);
        }
    }

    fn object_id(&mut self, field: Field, id: ObjectId) {
        self.nested(field.0, never, |inner| id.put(&mut inner.out));
    }

    fn hash(&mut self, field: Field, hash: Hash) {
        put_bytes(&mut self.out, field.0, &hash.digits());
    }

    fn bytes(&mut self, field: Field, bytes: Option<&[u8]>) {
        self.text(field, bytes.unwrap_or_default());
    }

    fn payload(&mut self, field: Field, payload: [u8; 8]) {
        put_bytes(&mut self.out, field.0, &payload);
    }

    fn int(&mut self, field: Field, value: i64) {
        self.uint(field, zigzag(value));
    }

    fn uint(&mut self, field: Field, value: u64) {
        if value != 0 {
            put_key(&mut self.out, field.0, Kind::Varint);
            put_varint(&mut self.out, value);
        }
    }

    fn bool(&mut self, field: Field, value: bool) {
        self.uint(field, u64::from(value));
    }

    fn structure(&mut self, field: Field, pointer: bool, walk: impl FnOnce(&mut Self)) {
        self.nested(field.0, |content| content.is_empty() && !pointer, walk);
    }

    fn list<T>(&mut self, field: Field, _: Absent, items: &[T], walk: impl Fn(&T, &mut Self)) {
        for item in items {
            self.nested(field.0, never, |inner| walk(item, inner));
        }
    }

    fn texts(&mut self, field: Field, texts: &[String]) {
        for text in texts {
            put_bytes(&mut self.out, field.0, text.as_bytes());
        }
    }

    fn any(&mut self, field: Field, any: Option<Any<'_>>) {
        if let Some(any) = any {
            self.nested(field.0, never, |inner| inner.put_any(any));
        }
    }

    fn anys<T>(&mut self, field: Field, items: &[T], any: impl Fn(&T) -> Option<Any<'_>>) {
        for item in items {
            self.nested(field.0, never, |inner| {
                if let Some(any) = any(item) {
                    inner.put_any(any);
                }
            });
        }
    }
}

fn encode_any(any: Any<'_>) -> Vec<u8> {
    let mut bytes = Bytes::default();
    bytes.put_any(any);
    bytes.out
}

/// The bytes of an object, without the hash that stores put before them.
pub fn object(object: &Object) -> Vec<u8> {
    encode_any(Any::Object(object))
}

/// Appends the bytes of an object.
pub(crate) fn put_object(object: &Object, out: &mut Vec<u8>) {
    let mut bytes = Bytes { out: std::mem::take(out) };
    bytes.put_any(Any::Object(object));
    *out = bytes.out;
}

/// The bytes of a type record.
pub fn ty(ty: &Type) -> Vec<u8> {
    encode_any(Any::Type(ty))
}

/// The bytes of a realm record.
pub fn realm(realm: &Realm) -> Vec<u8> {
    let mut out = Vec::new();
    put_bytes(&mut out, 1, &realm.id.digits());
    if !realm.path.is_empty() {
        put_bytes(&mut out, 2, realm.path.as_bytes());
    }
    for (number, value) in [(3, realm.time), (4, realm.deposit), (5, realm.storage)] {
        if value != 0 {
            put_key(&mut out, number, Kind::Varint);
            put_varint(&mut out, value);
        }
    }
    out
}

/// The bytes of a package's source.
pub fn mem_package(package: &MemPackage) -> Vec<u8> {
    let mut out = Bytes::default();
    out.text(Field(1, "Name", crate::sink::Omit::Never), package.name.as_bytes());
    out.text(Field(2, "Path", crate::sink::Omit::Never), package.path.as_bytes());
    for (name, text) in &package.files {
        let mut file = Bytes::default();
        file.text(Field(1, "Name", crate::sink::Omit::Never), name.as_bytes());
        file.text(Field(2, "Body", crate::sink::Omit::Never), text);
        put_bytes(&mut out.out, 3, &file.out);
    }
    if !package.kind.is_empty() {
        put_bytes(&mut out.out, 4, &encode_any(Any::PackageKind(&package.kind)));
    }
    out.out
}

#[cfg(test)]
#[path = "examples.rs"]
mod examples;
