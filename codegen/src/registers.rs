//! Where virtual registers are.

use cranelift_entity::EntityRef;
use regno_ir::entity::Reg;

/// The register of each virtual register; unbounded numbers, emission rejects those that do not fit 16 bits.
#[derive(Clone, Debug)]
pub struct Registers {
    of: Vec<Option<u32>>,
}

impl Registers {
    /// No register for any of this many virtual registers.
    pub(crate) fn new(count: usize) -> Registers {
        Registers { of: vec![None; count] }
    }

    /// The register, if the virtual register occurs.
    pub fn get(&self, reg: Reg) -> Option<u32> {
        self.of.get(reg.index()).copied().flatten()
    }

    /// Gives the virtual register its place.
    pub(crate) fn set(&mut self, reg: Reg, register: u32) {
        if let Some(slot) = self.of.get_mut(reg.index()) {
            *slot = Some(register);
        }
    }

    /// One more than the highest register in use.
    pub fn count(&self) -> u32 {
        self.of.iter().flatten().max().map_or(0, |highest| highest.saturating_add(1))
    }
}
