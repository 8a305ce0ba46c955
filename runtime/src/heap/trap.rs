//! How an operation ends when it does not give a value.

use super::Heap;

/// Why an operation stopped.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(clippy::box_collection)] // Keeps `Result<u64, Trap>` at two words.
pub enum Trap {
    /// A recoverable panic whose value is a string (spec/05 §6.2).
    Raise(Box<String>),
    /// A fatal condition with its text (spec/05 §6.3).
    Abort(Box<String>),
    /// A charge ended the machine; the machine has recorded why (out of gas, allocation limit).
    Stop,
}

impl Trap {
    /// A recoverable panic.
    #[cold]
    pub fn raise(text: impl Into<String>) -> Trap {
        Trap::Raise(Box::new(text.into()))
    }

    /// A fatal condition.
    #[cold]
    pub fn abort(text: impl Into<String>) -> Trap {
        Trap::Abort(Box::new(text.into()))
    }

    /// Text of every access through a nil pointer (spec/05 §6.2).
    #[cold]
    pub fn nil_pointer() -> Trap {
        Trap::raise("nil pointer dereference")
    }
}

/// `Allocate(n)` of the reference (spec/03 §1), implemented by whoever keeps the counters.
pub trait Charge {
    /// Whether it counts nothing, so that objects can be made all at once.
    const FREE: bool = false;

    /// Counts `bytes`, which may be 0 or negative (spec/03 §10 Q6).
    ///
    /// # Errors
    ///
    /// [`Trap::Stop`] when gas or the allocation limit is exhausted; [`Trap::Abort`] with `addition overflow`.
    fn alloc(&mut self, heap: &mut Heap, bytes: i64) -> Result<(), Trap>;
}

/// Counts nothing: for effects whose charges are static events, and for machines without an allocator.
#[derive(Clone, Copy, Default, Debug)]
pub struct NoCharge;

impl Charge for NoCharge {
    const FREE: bool = true;

    #[inline(always)]
    fn alloc(&mut self, _heap: &mut Heap, _bytes: i64) -> Result<(), Trap> {
        Ok(())
    }
}
