//! Simplifications that never touch metering events.
//!
//! A pass may remove or fuse instructions, but the sequence of events along every path stays as the builder made it: the events
//! of a removed instruction move to its successor in the block, and a duplicated block duplicates its events. Each pass that keeps
//! the blocks is checked for exactly that in debug builds ([`events_by_block`]); the one that changes control flow,
//! [`threading`], only ever appends a whole block to a predecessor.

pub mod branches;
pub mod constants;
pub mod copies;
pub mod dead;
pub mod threading;

use crate::entity::{Block, Inst, Reg};
use crate::function::{Arg, Function, FunctionKind};
use cranelift_entity::SecondaryMap;
use regno_bytecode::event::Event;

/// A pass: its name for dumps and timing, and what it does. Returns whether it changed anything.
pub struct Pass {
    /// Name.
    pub name: &'static str,
    /// Whether the pass keeps blocks and their order, so that events must stay equal block by block.
    pub keeps_blocks: bool,
    /// The transformation.
    pub run: fn(&mut Function) -> bool,
}

/// The passes in the order in which they run.
pub const PIPELINE: &[Pass] = &[
    Pass { name: "constants", keeps_blocks: true, run: constants::run },
    Pass { name: "copies", keeps_blocks: true, run: copies::run },
    Pass { name: "branches", keeps_blocks: true, run: branches::run },
    Pass { name: "threading", keeps_blocks: false, run: threading::run },
    Pass { name: "dead", keeps_blocks: true, run: dead::run },
];

/// Runs all passes on a function.
///
/// # Panics
///
/// In debug builds, if a pass breaks the metering contract or the function's structure: that is a defect of the pass.
pub fn optimize(function: &mut Function) {
    if matches!(function.kind, FunctionKind::Imported(_)) {
        return;
    }
    check(function, "builder");
    for pass in PIPELINE {
        let before = (cfg!(debug_assertions) && pass.keeps_blocks).then(|| events_by_block(function));
        (pass.run)(function);
        if let Some(before) = before {
            assert!(
                before == events_by_block(function),
                "pass {} changed metering events of {}",
                pass.name,
                function.name
            );
        }
        check(function, pass.name);
    }
}

/// Functions above this product of blocks and registers are not verified between passes: the verifier keeps a set of
/// registers per block.
const VERIFY_LIMIT: usize = 1 << 22;

/// In debug builds: the function is well-formed after the pass.
fn check(function: &Function, pass: &str) {
    if cfg!(debug_assertions) && function.layout.len().saturating_mul(function.regs.len()) <= VERIFY_LIMIT {
        let verified = crate::verify::verify_function(function);
        assert!(verified.is_ok(), "after {pass}: {verified:?}");
    }
}

/// The events of each block in order.
pub fn events_by_block(function: &Function) -> Vec<Vec<Event>> {
    let events_of = |inst: &Inst| function.insts.get(*inst).map(|data| data.events.to_vec()).unwrap_or_default();
    function.blocks.values().map(|block| block.insts.iter().flat_map(events_of).collect()).collect()
}

/// How often each register is read.
pub(crate) fn use_counts(function: &Function) -> SecondaryMap<Reg, u32> {
    let mut counts = SecondaryMap::new();
    for &block in &function.layout {
        for &inst in &function.blocks[block].insts {
            for reg in function.insts[inst].args.iter().filter_map(|arg| arg.reg()) {
                counts[reg] += 1;
            }
        }
    }
    counts
}

/// A temporary: it has one definition and nobody but its uses sees it.
pub(crate) fn is_temporary(function: &Function, reg: Reg) -> bool {
    function.regs[reg].variable.is_none()
}

/// Replaces every use of the registers in `replacement`, following chains.
pub(crate) fn replace_uses(function: &mut Function, replacement: &SecondaryMap<Reg, Option<Arg>>) {
    for inst in function.insts.values_mut() {
        for arg in &mut inst.args {
            while let Arg::Reg(reg) = *arg {
                match replacement[reg] {
                    Some(new) => *arg = new,
                    None => break,
                }
            }
        }
    }
}

/// Removes the instructions of a block for which `remove` holds; their events go to the next instruction that stays.
///
/// Terminators are never removed, so there always is one.
pub(crate) fn remove_insts(function: &mut Function, block: Block, mut remove: impl FnMut(Inst) -> bool) -> bool {
    let old = std::mem::take(&mut function.blocks[block].insts);
    let mut kept = Vec::with_capacity(old.len());
    let mut pending: Vec<Event> = Vec::new();
    let mut changed = false;
    for inst in old {
        if !function.insts[inst].op.info().terminates && remove(inst) {
            pending.extend(function.insts[inst].events.drain(..));
            changed = true;
            continue;
        }
        if !pending.is_empty() {
            function.insts[inst].events.insert_many(0, pending.drain(..));
        }
        kept.push(inst);
    }
    function.blocks[block].insts = kept;
    changed
}
