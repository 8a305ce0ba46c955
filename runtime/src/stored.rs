//! Library packages as they come from the reference's store (spec/03 §5.2, §8.3).
//!
//! In tests the packages that a program imports are loaded from a store: the import charges their objects one level deep, and until
//! parts of them are used, a recount finds references and unresolved sources in their place. What is charged and counted here is that
//! of a package whose values nobody has read yet.

use crate::heap::Trap;
use crate::interp::Cx;
use crate::meter::{ALLOCATION_LIMIT, Stop};
use crate::recount::Reached;
use std::cell::{Cell, RefCell};

/// A reference to an object that is not loaded.
pub(crate) const REFERENCE: u32 = 96;
/// A function that has not been called since it was loaded refers to its source.
pub(crate) const SOURCE_OF_FUNC: u32 = 112;
/// So does a block that nothing has resolved.
pub(crate) const SOURCE_OF_BLOCK: u32 = 96;

/// Which packages a machine has imported, which of their natives it has called, and what collections have let go of them.
#[derive(Debug, Default)]
pub(crate) struct Stored {
    imported: Vec<u32>,
    called: Vec<u32>,
    /// The package that is being loaded, and how many of its objects have been.
    loading: Option<(u32, usize)>,
    /// Package of a function that is about to be called: it is the current one before its frame stands here.
    pub calling: Option<u32>,
    /// Packages and files whose block is not found by its identity although the package has it; `true` if it has been loaded once
    /// more since.
    apart: RefCell<Vec<(u32, u32, bool)>>,
    /// A collection has let something go.
    let_go: Cell<bool>,
}

impl Stored {
    /// Whether a native has been called.
    #[inline]
    pub fn has_called(&self, function: u32) -> bool {
        self.called.contains(&function)
    }

    /// A native counts as not called.
    pub fn forget_call(&mut self, function: u32) {
        self.called.retain(|&called| called != function);
    }

    /// Functions that have been called, as far as that is kept.
    pub fn called(&self) -> &[u32] {
        &self.called
    }

    /// A package is imported.
    pub fn import(&mut self, package: u32) {
        if !self.imported.contains(&package) {
            self.imported.push(package);
        }
    }

    /// Whether an import has resolved the source of a package's block.
    pub fn is_imported(&self, package: u32) -> bool {
        self.imported.contains(&package)
    }

    /// A package is loaded from now on.
    pub fn begin_load(&mut self, package: u32) {
        self.loading = Some((package, 0));
    }

    /// No package is being loaded.
    pub fn end_load(&mut self) {
        self.loading = None;
    }

    /// The package that is being loaded once its own value has been, and how many of its objects have been.
    pub fn loading(&self) -> Option<(u32, usize)> {
        self.loading.filter(|&(_, objects)| objects > 0)
    }

    /// One more object of the package that is being loaded has been.
    pub fn object_loaded(&mut self) {
        if let Some((_, objects)) = &mut self.loading {
            *objects += 1;
        }
    }

    /// Whether a collection has let something go.
    #[inline(always)]
    pub fn has_let_go(&self) -> bool {
        self.let_go.get()
    }

    /// Whether a look-up of a file's block does not find the one that the package has.
    pub fn is_apart(&self, package: u32, file: u32) -> bool {
        self.apart.borrow().iter().any(|&(p, f, _)| (p, f) == (package, file))
    }

    /// A collection lets go of packages and blocks of files that it has not reached.
    pub fn let_go(&self, reached: &Reached, loaded: &[Cell<bool>]) {
        let mut apart = self.apart.borrow_mut();
        for (package, files) in (0..).zip(&reached.files) {
            let Some(loaded) = loaded.get(package as usize).filter(|loaded| loaded.get()) else { continue };
            if !reached.package(package) {
                loaded.set(false);
                apart.retain(|&(other, ..)| other != package);
                self.let_go.set(true);
                continue;
            }
            for (file, _) in (0..).zip(files).filter(|&(_, &seen)| !seen) {
                self.let_go.set(true);
                match apart.iter_mut().find(|&&mut (p, f, _)| (p, f) == (package, file)) {
                    Some((_, _, again)) => *again = false,
                    None => apart.push((package, file, false)),
                }
            }
        }
    }

    /// The package has the block of a file that a look-up finds: a collection while the package was loaded did not know it yet.
    pub fn in_memory(&mut self, package: u32, file: u32) {
        self.apart.get_mut().retain(|&(p, f, _)| (p, f) != (package, file));
    }

    /// The block of a file is looked up: whether it must be loaded for that.
    pub fn take(&mut self, package: u32, file: u32) -> bool {
        let found = self.apart.get_mut().iter_mut().find(|&&mut (p, f, again)| (p, f) == (package, file) && !again);
        found.is_some_and(|(_, _, again)| !std::mem::replace(again, true))
    }
}

impl Cx {
    /// Whether the native of a function is resolved (spec/06 §4.1).
    pub fn native_resolved(&self, function: u32) -> bool {
        let package = self.linked.functions.get(function as usize).map_or(0, |code| code.package);
        !self.is_from_store(package) || self.roots.stored.has_called(function)
    }

    /// Whether a package has been loaded from a store.
    fn is_from_store(&self, package: u32) -> bool {
        let state = self.roots.realm.as_deref().and_then(|realm| realm.packages.get(package as usize));
        state.is_some_and(|state| state.from_store)
    }

    /// The import of a package: charges its objects, unless they are in memory already.
    pub fn load_package(&mut self, package: u32) -> Result<(), Trap> {
        self.roots.stored.import(package);
        self.ensure_package(package).map_err(|trap| self.while_importing(trap))
    }

    /// A failure while an import is resolved says where the import stands (spec/03 §9).
    fn while_importing(&self, trap: Trap) -> Trap {
        let text = match &trap {
            Trap::Abort(text) => text.as_str(),
            Trap::Stop if self.meter.stopped == Some(Stop::AllocationLimit) => ALLOCATION_LIMIT,
            _ => return trap,
        };
        match self.linked.text_at(self.meter.pc) {
            Some(location) => Trap::abort(format!("{}: {text}", location.text)),
            None => trap,
        }
    }

    /// A native is called.
    pub fn resolve_native(&mut self, function: u32) {
        if !self.roots.stored.has_called(function) {
            self.roots.stored.called.push(function);
        }
    }
}
