//! Records of tracked objects.

use crate::heap::Ref;
use crate::value::TypeIndex;
use foldhash::fast::FixedState;
use indexmap::IndexMap;
use regno_store::{ObjectId, ObjectInfo};
use std::collections::HashMap;

/// What realms know of an object (spec/04 §1.2).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ObjectRecord {
    /// The part that is stored.
    pub info: ObjectInfo,
    /// The object that owns it, if that was set since it was made or loaded (spec/04 Q1).
    pub owner: Ref,
    /// Type of the content of a heap item or of the elements of an array; not used for other objects.
    pub content: TypeIndex,
    /// Of a function value: the stub of its file's block, if it was loaded; else the block is the file's own. Of a bound method: its
    /// function value.
    pub part: Ref,
    /// Changed since it was stored.
    pub dirty: bool,
    /// Deleted.
    pub deleted: bool,
    /// Attached and not yet stored.
    pub new_real: bool,
    /// Referred to more than once since the last finalization.
    pub new_escaped: bool,
    /// Not referred to any more since the last finalization.
    pub new_deleted: bool,
}

impl ObjectRecord {
    /// It has an identity.
    pub fn is_real(&self) -> bool {
        !self.info.id.pkg.is_zero()
    }
}

/// All records of a machine. Every object of a realm is looked up; of references and identities programs choose no part freely, so that
/// the cheap hash does.
#[derive(Debug, Default)]
pub(crate) struct Objects {
    records: IndexMap<Ref, ObjectRecord, FixedState>,
    /// The instance of each identity: the one made or loaded last (spec/04 §1.5).
    instances: HashMap<ObjectId, Ref, FixedState>,
}

impl Objects {
    /// The record of an object.
    pub fn get(&self, object: Ref) -> Option<&ObjectRecord> {
        self.records.get(&object)
    }

    /// The record of an object, to be changed.
    pub fn get_mut(&mut self, object: Ref) -> Option<&mut ObjectRecord> {
        self.records.get_mut(&object)
    }

    /// The record of an object, made if it has none. The caller marks the object as tracked.
    pub fn entry(&mut self, object: Ref) -> &mut ObjectRecord {
        self.records.entry(object).or_default()
    }

    /// All objects with a record, and those that only records refer to.
    pub fn refs(&self) -> impl Iterator<Item = Ref> {
        let held = self.records.values().flat_map(|record| [record.owner, record.part]);
        self.records.keys().copied().chain(held.filter(|object| !object.is_nil()))
    }

    /// The instance of an identity.
    pub fn instance(&self, id: ObjectId) -> Option<Ref> {
        self.instances.get(&id).copied()
    }

    /// Makes an object the instance of an identity.
    pub fn set_instance(&mut self, id: ObjectId, object: Ref) {
        self.instances.insert(id, object);
    }

    /// Keeps the instances that `keep` names.
    pub fn retain_instances(&mut self, mut keep: impl FnMut(Ref) -> bool) {
        self.instances.retain(|_, object| keep(*object));
    }

    /// The identity has no instance any more.
    pub fn forget_instance(&mut self, id: ObjectId) {
        self.instances.remove(&id);
    }
}
