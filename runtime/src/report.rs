//! Figures of a machine at one moment.

use crate::meter::StoreOp;

/// Gas, cycles and bytes so far. Differences of two reports give the figures of a part of the run.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Report {
    /// Total gas, not clamped to the limit (spec/02 §1.4).
    pub gas: u64,
    /// Gas of operations and printing.
    pub cpu_gas: u64,
    /// Gas of bytes above the previous peak.
    pub memory_gas: u64,
    /// Gas of scanning the sources (spec/02 §12).
    pub parse_gas: u64,
    /// Gas of collections.
    pub gc_gas: u64,
    /// Gas of accesses to the store, by [`StoreOp`].
    pub store_gas: [u64; StoreOp::ALL.len()],
    /// Gas of completed operations, printing excluded (spec/02 §1.3).
    pub cycles: u64,
    /// Allocation counter; can be negative (spec/03 §10 Q6).
    pub alloc_bytes: i64,
    /// Its peak.
    pub alloc_peak: i64,
}

impl Report {
    /// Gas by the reference's descriptors, zero ones included.
    pub fn by_category(&self) -> impl Iterator<Item = (&'static str, u64)> {
        [
            ("CPUCycles", self.cpu_gas),
            ("memory allocation", self.memory_gas),
            ("parsing", self.parse_gas),
            ("GC", self.gc_gas),
        ]
        .into_iter()
        .chain(StoreOp::ALL.into_iter().map(StoreOp::name).zip(self.store_gas))
    }

    /// What was spent since the earlier report; the allocation counters are those of this report.
    pub fn since(&self, earlier: &Report) -> Report {
        Report {
            gas: self.gas.saturating_sub(earlier.gas),
            cpu_gas: self.cpu_gas.saturating_sub(earlier.cpu_gas),
            memory_gas: self.memory_gas.saturating_sub(earlier.memory_gas),
            parse_gas: self.parse_gas.saturating_sub(earlier.parse_gas),
            gc_gas: self.gc_gas.saturating_sub(earlier.gc_gas),
            store_gas: std::array::from_fn(|op| {
                let of = |report: &Report| report.store_gas.get(op).copied().unwrap_or(0);
                of(self).saturating_sub(of(earlier))
            }),
            cycles: self.cycles.saturating_sub(earlier.cycles),
            alloc_bytes: self.alloc_bytes,
            alloc_peak: self.alloc_peak,
        }
    }
}
