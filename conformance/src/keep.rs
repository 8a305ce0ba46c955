//! Where a filetest's packages are between making them and `main`.

use regno_runtime::Program;
use regno_store::memory::MemoryStore;
use regno_store::{Snapshot, Store, StoreError, Write};

/// Keeps what was made and gives it back.
pub trait Keep {
    /// Stores the writes and gives a view of everything that was stored; whatever lies between may have been closed and opened again.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn reopen(&mut self, writes: &[Write]) -> Result<Box<dyn Snapshot>, StoreError>;

    /// The same program, compiled or read once more, to go on with after the main package was stored.
    fn program(&mut self) -> Option<Program> {
        None
    }
}

/// Keeps in memory.
#[derive(Debug, Default)]
pub struct Memory(MemoryStore);

impl Keep for Memory {
    fn reopen(&mut self, writes: &[Write]) -> Result<Box<dyn Snapshot>, StoreError> {
        self.0.write(writes)?;
        self.0.snapshot()
    }
}
