//! A machine's store, from outside.

use super::{RealmState, store_failed};
use crate::heap::Heap;
use crate::load::Program;
use crate::machine::{Machine, RunError};
use crate::meter::StoreOp;
use regno_store::log::Log;
use regno_store::model::MemPackage;
use regno_store::{Snapshot, Write};
use std::cell::Cell;
use std::sync::Arc;

impl Machine {
    /// Whether the program has realms, or is one: its objects can be stored.
    pub fn has_realms(&self) -> bool {
        self.cx.roots.realm.is_some()
    }

    /// Forgets every object and goes on with what is stored: packages are loaded when they are needed. Figures, output and limits
    /// go on. A program without realms is left as it is.
    ///
    /// # Errors
    ///
    /// The heap limit; then the machine cannot run any more.
    pub fn reopen(&mut self, below: Box<dyn Snapshot>) -> Result<(), RunError> {
        self.reopen_over(Some(below))
    }

    fn reopen_over(&mut self, below: Option<Box<dyn Snapshot>>) -> Result<(), RunError> {
        if !self.has_realms() {
            return Ok(());
        }
        let linked = Arc::clone(&self.cx.linked);
        let cx = &mut *self.cx;
        cx.heap = Heap::collected(cx.max_heap_words, cx.collection);
        for table in [&mut cx.strings, &mut cx.roots.globals, &mut cx.roots.functions, &mut cx.roots.defer_args] {
            table.clear();
        }
        cx.roots.defers.clear();
        cx.roots.exceptions.clear();
        cx.roots.activations.clear();
        cx.roots.remembered = Default::default();
        (cx.callee, cx.roots.exception) = (0, 0);
        cx.roots.realm = Some(Box::new(RealmState::new(&linked, below)));
        cx.roots.loaded = vec![Cell::new(false); linked.packages.len()];
        cx.roots.stored = Default::default();
        cx.forget_calls();
        cx.clear();
        self.all_initialised();
        self.refill_tables()
    }

    /// Goes on with another instance of the machine's program, right after [`Machine::reopen`].
    ///
    /// # Errors
    ///
    /// As [`Machine::reopen`].
    pub fn replace_program(&mut self, program: &Program) -> Result<(), RunError> {
        let cx = &mut *self.cx;
        cx.replace_program(Arc::clone(&program.linked));
        self.string_type = program.linked.types.by_id("string").unwrap_or(0);
        let below = cx.roots.realm.as_mut().map(|realm| realm.tx.take_below());
        self.reopen_over(below.flatten())
    }

    /// Accesses to the store and loads cost nothing from now on, or cost what they cost (spec/05 §10.2).
    pub fn set_store_free(&mut self, free: bool) {
        if let Some(realm) = &mut self.cx.roots.realm {
            realm.free = free;
        }
    }

    /// Loads a package, unless that was done.
    ///
    /// # Errors
    ///
    /// What the store or a limit says; then the machine cannot run any more.
    pub fn load_package(&mut self, package: u32) -> Result<(), RunError> {
        self.cx.roots.stored.import(package);
        self.cx.ensure_package(package).map_err(|trap| self.end(trap))
    }

    /// Whether a package with this path is stored.
    ///
    /// # Errors
    ///
    /// As [`Machine::load_package`].
    pub fn is_stored(&mut self, path: &str) -> Result<bool, RunError> {
        self.cx.package_exists(path).map_err(|trap| self.end(trap))
    }

    /// Charges for reading the source of a package, of so many bytes, during a type check (spec/04 §6).
    ///
    /// # Errors
    ///
    /// The gas limit.
    pub fn charge_source(&mut self, bytes: usize) -> Result<(), RunError> {
        self.cx.charge_store(StoreOp::GetSource, bytes).map_err(|trap| self.end(trap))
    }

    /// Stores the source of a package and enters it in the list of packages.
    ///
    /// # Errors
    ///
    /// As [`Machine::load_package`].
    pub fn add_source(&mut self, source: &MemPackage) -> Result<(), RunError> {
        self.cx.add_source(source).map_err(|trap| self.end(trap))
    }

    /// What the machine has changed in the store since this was called last, to be written as one batch.
    pub fn take_writes(&mut self) -> Vec<Write> {
        self.cx.roots.realm.as_deref_mut().map(RealmState::take_writes).unwrap_or_default()
    }

    /// As [`Machine::take_writes`], and the snapshot below is let go of: the machine must be reopened before it runs again.
    pub fn close_store(&mut self) -> Vec<Write> {
        let writes = self.take_writes();
        if let Some(realm) = self.cx.roots.realm.as_deref_mut() {
            drop(realm.tx.take_below());
        }
        writes
    }

    /// Begins a new operation log.
    pub fn start_log(&mut self) {
        if let Some(realm) = &mut self.cx.roots.realm {
            realm.log = Some(Log::default());
        }
    }

    /// The operation log since it was begun or taken last.
    pub fn take_log(&mut self) -> String {
        self.cx.roots.realm.as_deref_mut().and_then(|realm| realm.log.as_mut()).map(Log::take).unwrap_or_default()
    }

    /// Bytes that finalizations have added, by path of the realm, realms that were finalized without effect included.
    pub fn storage(&self) -> Vec<(String, i64)> {
        let realm = self.cx.roots.realm.as_deref();
        realm.map(|realm| realm.storage().map(|(path, diff)| (path.to_owned(), diff)).collect()).unwrap_or_default()
    }

    /// Forgets what [`Machine::storage`] tells.
    pub fn forget_storage(&mut self) {
        if let Some(realm) = &mut self.cx.roots.realm {
            realm.diffs.clear();
        }
    }

    /// A machine that cannot go on because of its store.
    pub(crate) fn store_error(&self, error: &regno_store::StoreError) -> RunError {
        self.end(store_failed(error))
    }
}
