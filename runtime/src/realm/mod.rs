//! Realms: which objects are stored, who owns them, and what a finalization writes (spec/04).
//!
//! Objects that realms know carry [`Header::TRACKED`](crate::heap::Header::TRACKED) in their header and stand in a side table with
//! their identity, owner, reference count and marks; all others pay nothing. An object that is in the store and not
//! loaded is represented by a *stub*; reading the slot that refers to it loads it and replaces the stub in that slot. A stub
//! is the state of one slot, as the reference's unloaded value is: it has the hash and the escape mark that the slot was stored with.
//!
//! | file | what |
//! |---|---|
//! | `objects` | the side table |
//! | `tx` | the store under a message's own writes |
//! | `access` | reading and writing slots of tracked objects |
//! | `update` | what a change does to owners, counts and marks |
//! | `children` | the objects that an object refers to, in order |
//! | `finalize` | the end of a realm's transaction |
//! | `save` | one object, type or record into the store |
//! | `encode`, `load` | between heap and stored form |
//! | `shape` | types of structs, which the stored form does not say |
//! | `package` | packages and their blocks |
//! | `message`, `missing` | calls and queries from outside, and what they find that is not linked |
//! | `public` | objects and types of private packages stay in them |

mod access;
mod children;
mod encode;
mod finalize;
mod frames;
mod guard;
mod load;
mod machine;
mod message;
mod missing;
mod objects;
mod package;
mod public;
mod save;
mod shape;
mod tx;
mod update;

pub(crate) use frames::CallFrame;
pub use missing::Missing;
pub(crate) use objects::{ObjectRecord, Objects};
pub(crate) use package::PackageState;
pub(crate) use tx::Transaction;

use crate::heap::{Kind, Ref, Trap};
use crate::interp::Cx;
use crate::load::Linked;
use foldhash::fast::FixedState;
use regno_bytecode::types::Repr;
use regno_store::log::Log;
use regno_store::{ObjectId, PkgId, RefValue, Snapshot, StoreError, Write};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Index of a package in the program.
pub(crate) type PackageIndex = u32;

/// Bit of the extension word of operations on variables of other packages.
pub(crate) const IMPORTED: u64 = 1 << 32;

/// Whether values of the representation refer to objects of realms.
#[inline(always)]
pub(crate) const fn is_reference(repr: Repr) -> bool {
    repr.is_owned()
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
#[derive(Debug)]
pub(crate) struct RealmState {
    /// The active realm; none is the nil realm (spec/05 §0.1).
    pub active: Option<PackageIndex>,
    /// What the test context says of frames, by index (spec/05 §9.3).
    pub overrides: HashMap<usize, (String, String)>,
    /// Records of tracked objects.
    pub objects: Objects,
    /// By package index.
    pub packages: Vec<PackageState>,
    /// Package indices by identity.
    pub ids: HashMap<PkgId, PackageIndex, FixedState>,
    /// The store.
    pub tx: Transaction,
    /// The operation log, if one is kept.
    pub log: Option<Log>,
    /// Bytes that finalizations added, by path of the realm (spec/04 §2.6 step 10).
    pub diffs: BTreeMap<String, i64>,
    /// A package that has more names in the program than it has in the store, for a query.
    pub extended: Option<PackageIndex>,
    /// What is stored and not linked, if that ended the machine.
    pub missing: Option<Missing>,
    /// Accesses to the store cost nothing: initialisation in tests (spec/05 §10.2).
    pub free: bool,
    /// Identity strings of the types that were read or written (spec/04 §6.1).
    types: HashSet<String, FixedState>,
    /// What stubs stand for.
    stubs: Vec<RefValue>,
}

impl RealmState {
    /// The state of a machine that has touched nothing of the store.
    pub fn new(linked: &Linked, below: Option<Box<dyn Snapshot>>) -> RealmState {
        let mut state = RealmState {
            active: None,
            overrides: HashMap::new(),
            objects: Objects::default(),
            packages: Vec::new(),
            ids: HashMap::default(),
            tx: Transaction::new(below),
            log: None,
            diffs: BTreeMap::new(),
            extended: None,
            missing: None,
            free: false,
            types: HashSet::default(),
            stubs: Vec::new(),
        };
        state.add_packages(linked);
        state
    }

    /// [`RealmState::new`] over nothing, for machines whose objects are never stored.
    pub fn of(linked: &Linked) -> Box<RealmState> {
        Box::new(RealmState::new(linked, None))
    }

    /// Learns the packages that a program has got since.
    pub fn learn(&mut self, linked: &Linked) {
        self.add_packages(linked);
    }

    /// Objects that must not be freed: those with a record (the reference keeps every object that it has loaded).
    pub fn roots(&self) -> impl Iterator<Item = Ref> {
        self.objects.refs().chain(self.packages.iter().flat_map(PackageState::refs))
    }

    /// What the stub with this slot stands for.
    pub fn stub(&self, slot: u64) -> Option<&RefValue> {
        self.stubs.get(slot as usize)
    }

    /// Bytes that finalizations added, by path of the realm.
    pub fn storage(&self) -> impl Iterator<Item = (&str, i64)> {
        self.diffs.iter().map(|(path, &diff)| (path.as_str(), diff))
    }

    /// The changes of the message, to be written as one batch.
    pub fn take_writes(&mut self) -> Vec<Write> {
        self.tx.take_writes()
    }

    /// The package that lives under an identity.
    pub fn package_of(&self, id: PkgId) -> Option<PackageIndex> {
        self.ids.get(&id).copied()
    }

    /// Path of the active realm.
    pub fn active_path(&self) -> Option<&str> {
        let package = self.packages.get(self.active? as usize)?;
        Some(package.realm.path.as_str())
    }
}

/// The machine cannot go on because the store cannot be read.
#[cold]
pub(crate) fn store_failed(error: &StoreError) -> Trap {
    Trap::abort(error.to_string())
}

impl Cx {
    /// Where an object or stub lives; nothing is loaded.
    pub fn resident(&self, object: Ref) -> Resident {
        let id = self.object_id(object).filter(|id| !id.pkg.is_zero());
        id.map_or(Resident::Unreal, |id| Resident::In(id.pkg))
    }

    /// Identity of an object or of what a stub stands for; none without a record.
    pub fn object_id(&self, object: Ref) -> Option<ObjectId> {
        let realm = self.roots.realm.as_deref().filter(|_| !object.is_nil())?;
        let header = self.heap.header(object);
        if !header.is_tracked() {
            return None;
        }
        if header.is(Kind::Stub) {
            return realm.stub(self.heap.slot(object, 0)).map(|stub| stub.id);
        }
        realm.objects.get(object).map(|record| record.info.id)
    }

    /// The state of the realms.
    ///
    /// # Errors
    ///
    /// Fatal in a machine without realms, where nothing is tracked.
    pub fn realm_state(&mut self) -> Result<&mut RealmState, Trap> {
        self.roots.realm.as_deref_mut().ok_or_else(|| Trap::abort("the machine has no realms"))
    }

    /// The record of an object, made if it has none.
    pub(super) fn record(&mut self, object: Ref) -> Result<&mut ObjectRecord, Trap> {
        self.heap.track(object);
        Ok(self.realm_state()?.objects.entry(object))
    }
}
