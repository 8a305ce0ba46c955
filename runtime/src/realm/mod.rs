//! Realms: which objects are stored, who owns them, and what a finalization writes (spec/04).
//!
//! Objects that realms know carry [`Header::TRACKED`](crate::heap::Header::TRACKED) in their header and stand in a side table with
//! their identity, owner, reference count and marks; all others pay nothing. An object that is in the store and not
//! loaded is represented by a *stub*; reading the slot that refers to it loads it and replaces the stub in that slot.

mod frames;
mod guard;
pub(crate) use frames::CallFrame;
mod objects;
pub(crate) mod path;

pub(crate) use objects::Objects;

use crate::heap::{Kind, Ref, Trap};
use crate::interp::Cx;
use crate::load::Linked;
use regno_bytecode::types::Repr;
use regno_store::{PkgId, RefValue};
use std::collections::HashMap;

/// Index of a package in the program.
pub(crate) type PackageIndex = u32;

/// Bit of the extension word of operations on variables of other packages.
pub(crate) const IMPORTED: u64 = 1 << 32;

/// Whether values of the representation refer to objects of realms.
#[inline(always)]
pub(crate) const fn is_reference(repr: Repr) -> bool {
    matches!(repr, Repr::Ptr | Repr::Slice | Repr::Map | Repr::Func | Repr::Struct | Repr::Array)
}

/// Where an object lives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Resident {
    /// In no package: it has no identity yet.
    Unreal,
    /// In the realm of this package.
    In(PkgId),
}

/// What a machine with realms keeps beside the heap.
#[derive(Debug, Default)]
pub(crate) struct RealmState {
    /// The active realm; none is the nil realm (spec/05 §0.1).
    pub active: Option<PackageIndex>,
    /// Ids of the packages.
    pub ids: Vec<PkgId>,
    /// What the test context says of frames, by index (spec/05 §9.3).
    pub overrides: HashMap<usize, (String, String)>,
    /// Records of tracked objects.
    pub objects: Objects,
    /// What stubs stand for.
    stubs: Vec<RefValue>,
}

impl RealmState {
    /// The state of a machine that has done nothing.
    pub fn of(linked: &Linked) -> Box<RealmState> {
        let mut state: Box<RealmState> = Box::default();
        state.learn(linked);
        state
    }

    /// Learns the packages of a program.
    pub fn learn(&mut self, linked: &Linked) {
        let known = self.ids.len();
        let new = linked.packages.iter().skip(known);
        self.ids.extend(new.map(|package| PkgId::of_path(&package.path)));
    }

    /// Objects that must not be freed: those with a record (the reference keeps every object that it has loaded).
    pub fn roots(&self) -> impl Iterator<Item = Ref> {
        self.objects.refs()
    }

    /// What the stub with this slot stands for.
    pub fn stub(&self, slot: u64) -> Option<&RefValue> {
        self.stubs.get(slot as usize)
    }
}

impl Cx {
    /// Where an object or stub lives; nothing is loaded.
    pub fn resident(&self, object: Ref) -> Resident {
        let Some(realm) = self.realm.as_deref().filter(|_| !object.is_nil()) else { return Resident::Unreal };
        let header = self.heap.header(object);
        if !header.is_tracked() {
            return Resident::Unreal;
        }
        let id = if header.is(Kind::Stub) {
            realm.stub(self.heap.slot(object, 0)).map(|stub| stub.id)
        } else {
            realm.objects.get(object).map(|record| record.info.id)
        };
        id.filter(|id| !id.pkg.is_zero()).map_or(Resident::Unreal, |id| Resident::In(id.pkg))
    }

    /// Slot of a tracked object after loading what it refers to (spec/04 §7.2, one fill).
    pub fn read_slot(&mut self, object: Ref, index: u32) -> Result<u64, Trap> {
        Ok(self.heap.slot(object, index))
    }

    /// Content of a variable's tracked heap item after the two fills of a block slot (spec/04 §7.2).
    pub fn read_variable(&mut self, cell: Ref) -> Result<u64, Trap> {
        self.read_slot(cell, 0)
    }

    /// Replaces a slot of a tracked object; its realm learns of it (spec/04 §2.4 pointer assignment).
    pub fn write_slot(&mut self, object: Ref, index: u32, value: u64) -> Result<(), Trap> {
        self.heap.set_slot(object, index, value);
        Ok(())
    }

    /// A tracked object is changed: it loses `old` and gets `new`, first objects or [`Ref::NIL`] (spec/04 §2.1).
    pub fn did_update(&mut self, _object: Ref, _old: Ref, _new: Ref) -> Result<(), Trap> {
        Ok(())
    }

    /// The object of a stub, loaded; other references are returned as they are.
    pub fn load(&mut self, object: Ref) -> Result<Ref, Trap> {
        Ok(object)
    }

    /// The array of a slice, loaded.
    pub fn own_base(&mut self, slice: Ref) -> Result<Ref, Trap> {
        self.heap.own_array(slice)?;
        Ok(self.heap.slice(slice).base)
    }

    /// Loads a package that the machine has not touched yet (spec/04 §7.4).
    pub fn ensure_package(&mut self, _package: PackageIndex) -> Result<(), Trap> {
        Ok(())
    }

    /// Finalizes the transaction of a package's realm (spec/04 §2.6).
    pub fn finalize(&mut self, _package: PackageIndex) -> Result<(), Trap> {
        Ok(())
    }

    /// One of the two finalizations of a package's initialisation (spec/04 §9): before its `init` functions, or after.
    pub fn save_package(&mut self, _package: PackageIndex, _after_init: bool) -> Result<(), Trap> {
        Ok(())
    }
}
