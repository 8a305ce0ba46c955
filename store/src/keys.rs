//! Keys of stored entries (spec/04 §5.2).

use crate::ids::{ObjectId, PkgId};

/// Key of the number of packages.
pub const PACKAGE_COUNTER: &str = "pkgidx:counter";
/// What the keys of the package index start with.
pub const PACKAGE_INDEX: &str = "pkgidx:0";
/// What the keys of objects start with.
pub const OBJECTS: &str = "oid:";
/// What the keys of types start with.
pub const TYPES: &str = "tid:";
/// What the keys of package sources start with.
pub const SOURCES: &str = "pkg:";
/// What the key of a realm record ends with.
pub const REALM_SUFFIX: &str = "#realm";

/// Key of an object.
pub fn object(id: ObjectId) -> String {
    let mut key = Vec::with_capacity(64);
    key.extend_from_slice(OBJECTS.as_bytes());
    id.put(&mut key);
    String::from_utf8(key).unwrap_or_default()
}

/// The object that an entry with this key is.
pub fn object_of(key: &str) -> Option<ObjectId> {
    ObjectId::parse(key.strip_prefix(OBJECTS)?)
}

/// Key of a realm record.
pub fn realm(pkg: PkgId) -> String {
    format!("{OBJECTS}{pkg}:1{REALM_SUFFIX}")
}

/// Key of a type.
pub fn ty(id: &str) -> String {
    format!("{TYPES}{id}")
}

/// Key of the `number`th package, counted from 1.
pub fn package_index(number: u64) -> String {
    format!("pkgidx:{number:020}")
}

/// Key of an escaped object's hash, in the merkle space.
pub fn escaped(id: ObjectId) -> String {
    id.to_string()
}

/// Key of a package's source, in the merkle space; `library`: a path of the standard library.
pub fn source(path: &str, library: bool) -> String {
    if library { format!("{SOURCES}_/{path}") } else { format!("{SOURCES}{path}") }
}
