//! Lines of the operation log (spec/04 §8.1).

use crate::diff;
use crate::ids::ObjectId;
use crate::json::{self, Origin};
use crate::model::Object;
use std::fmt::Write;

/// What one finalization after the other did to the store, as text.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Log {
    text: String,
}

impl Log {
    /// A realm is finalized.
    pub fn finalize(&mut self, path: &str) {
        let _ = writeln!(self.text, "finalizerealm[{path:?}]");
    }

    /// A new object is stored; `size` is the change of the bytes stored.
    pub fn created(&mut self, object: &Object, size: i64) {
        let id = object.info().id;
        let _ = writeln!(self.text, "c[{id}]({size})={}", json::object(object, Origin::Made));
    }

    /// An object is stored again; both versions come from their bytes.
    pub fn updated(&mut self, old: &Object, new: &Object, size: i64) {
        let id = new.info().id;
        let (old, new) = (json::object(old, Origin::Decoded), json::object(new, Origin::Decoded));
        if old == new {
            let _ = writeln!(self.text, "u[{id}]=(noop)");
            return;
        }
        let indented = diff::unified(&old, &new).replace('\n', "\n    ");
        let _ = writeln!(self.text, "u[{id}]({size})=\n    {}", indented.trim());
    }

    /// An object is deleted; `size` is what it had taken.
    pub fn deleted(&mut self, id: ObjectId, size: i64) {
        let _ = writeln!(self.text, "d[{id}]({})", -size);
    }

    /// The text up to now; the log starts again.
    pub fn take(&mut self) -> String {
        std::mem::take(&mut self.text)
    }
}
