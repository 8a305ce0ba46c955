//! Library packages as they come from the reference's store (spec/03 §5.2, §8.3).
//!
//! In tests the packages that a program imports are loaded from a store: the import charges their objects one level deep, and until
//! parts of them are used, a recount finds references and unresolved sources in their place. What is charged and counted here is that
//! of a package whose values nobody has read yet.

use crate::heap::{Charge, Trap};
use crate::interp::Cx;
use crate::meter::{ALLOCATION_LIMIT, Stop};
use crate::recount::charger;
use regno_bytecode::event::size;
use std::cell::RefCell;

/// A reference to an object that is not loaded.
pub(crate) const REFERENCE: u32 = 96;
/// A function that has not been called since it was loaded refers to its source.
pub(crate) const SOURCE_OF_FUNC: u32 = 112;
/// So does a block that nothing has resolved.
pub(crate) const SOURCE_OF_BLOCK: u32 = 96;

/// Which packages a machine has loaded, and which of their natives it has called.
#[derive(Debug, Default)]
pub(crate) struct Stored {
    loaded: Vec<u32>,
    called: Vec<u32>,
    /// The package that is being loaded, and how many of its objects have been.
    loading: Option<(u32, usize)>,
    /// Packages and files whose blocks a collection has not reached: they are loaded again when they are needed.
    evicted: RefCell<Vec<(u32, u32)>>,
}

impl Stored {
    /// Whether a native has been called.
    #[inline]
    pub fn has_called(&self, function: u32) -> bool {
        self.called.contains(&function)
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

    /// A collection has not reached the blocks of these files.
    pub fn evict(&self, files: impl Iterator<Item = (u32, u32)>) {
        *self.evicted.borrow_mut() = files.filter(|(package, _)| self.loaded.contains(package)).collect();
    }

    /// Functions that have been called, as far as that is kept.
    pub fn called(&self) -> &[u32] {
        &self.called
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
        if self.lacks_package(package as usize) {
            self.roots.stored.loaded.push(package);
            self.roots.stored.loading = Some((package, 0));
            let result = self.ensure_package(package).map_err(|trap| self.while_importing(trap));
            self.roots.stored.loading = None;
            return result;
        }
        Ok(())
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

    /// The two charges of loading an object: itself and its direct references (spec/03 §5.2).
    fn charge_object(&mut self, (object, references): (u32, u32)) -> Result<(), Trap> {
        charger!(self).alloc(&mut self.heap, i64::from(object))?;
        charger!(self).alloc(&mut self.heap, i64::from(REFERENCE) * i64::from(references))
    }

    /// A native is called. The first time the block of its file is looked up, and loaded if a collection has evicted it.
    pub fn resolve_native(&mut self, function: u32) -> Result<(), Trap> {
        if self.roots.stored.has_called(function) {
            return Ok(());
        }
        self.roots.stored.called.push(function);
        let package = self.linked.functions.get(function as usize).map_or(0, |code| code.package);
        let file = self.linked.tables.get(function as usize).map_or(0, |function| function.declared_at.0);
        let evicted = self.roots.stored.evicted.get_mut();
        let Some(at) = evicted.iter().position(|&block| block == (package, file)) else { return Ok(()) };
        evicted.swap_remove(at);
        let files = self.linked.packages.get(package as usize).map_or(&[][..], |package| &package.files);
        let imports = files.get(file as usize).map_or(0, Vec::len);
        self.charge_object(file_block(imports))
    }
}

/// A block as it is loaded.
fn block(slots: usize) -> u32 {
    SOURCE_OF_BLOCK + size::BLOCK + size::SLOT * slots as u32
}

/// The block of a file: its imports and its parent are references.
fn file_block(imports: usize) -> (u32, u32) {
    (block(imports), imports as u32 + 1)
}
