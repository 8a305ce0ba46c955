//! What an embedder decides before a machine runs: limits and the way of metering.

pub use crate::heap::Collection;

/// How gas and bytes are charged. `Auto` and `Exact` give the same figures.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Metering {
    /// A segment at a time where the budget covers it, else event by event.
    #[default]
    Auto,
    /// Event by event throughout.
    Exact,
    /// Nothing is charged and no limit holds; only for measuring what metering costs.
    Off,
}

/// Bounds on what a program can make the host allocate. None of them belongs to the reference: within its own limits a program
/// meets the reference's allocation limit long before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Registers of all frames together, 8 bytes each.
    pub max_registers: usize,
    /// Nested calls.
    pub max_frames: usize,
    /// Words of the heap, 8 bytes each; at most 2^32.
    pub max_heap_words: usize,
    /// Bytes of captured output.
    pub max_output: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { max_registers: 1 << 28, max_frames: 1 << 26, max_heap_words: 1 << 31, max_output: 1 << 30 }
    }
}

/// Settings of a machine.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Config {
    /// Gas limit; `None` only counts (spec/02 §1.6).
    pub gas_limit: Option<u64>,
    /// Limit of the reference's allocator in bytes; `None` is the nil allocator: nothing is counted, no memory gas (spec/03 §1).
    pub max_alloc: Option<u64>,
    /// Way of metering.
    pub metering: Metering,
    /// Host limits.
    pub limits: Limits,
    /// When dead objects are freed.
    pub collection: Collection,
}
