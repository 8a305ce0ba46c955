//! Removes instructions without effect whose results are never read, and blocks that cannot be reached.

use super::{is_temporary, remove_insts, use_counts};
use crate::entity::{Block, Inst, Reg};
use crate::function::Function;
use cranelift_entity::{EntitySet, SecondaryMap};

/// Runs the pass.
pub fn run(function: &mut Function) -> bool {
    let changed = drop_unreachable(function);
    let dead = dead_insts(function);
    if dead.is_empty() {
        return changed;
    }
    for block in function.layout.clone() {
        remove_insts(function, block, |inst| dead.contains(inst));
    }
    true
}

/// Removable instructions whose results only dead instructions read.
fn dead_insts(function: &Function) -> EntitySet<Inst> {
    let mut uses = use_counts(function);
    let mut definitions: SecondaryMap<Reg, Option<Inst>> = SecondaryMap::new();
    let mut work: Vec<Inst> = Vec::new();
    for &block in &function.layout {
        for &inst in &function.blocks[block].insts {
            let data = &function.insts[inst];
            if data.op.removable() && data.results.iter().all(|&reg| is_temporary(function, reg)) {
                data.results.iter().for_each(|&reg| definitions[reg] = Some(inst));
                work.push(inst);
            }
        }
    }
    let mut dead = EntitySet::new();
    while let Some(inst) = work.pop() {
        let data = &function.insts[inst];
        if dead.contains(inst) || data.results.iter().any(|&reg| uses[reg] != 0) {
            continue;
        }
        dead.insert(inst);
        for reg in data.args.iter().filter_map(|arg| arg.reg()) {
            uses[reg] -= 1;
            work.extend(definitions[reg].filter(|_| uses[reg] == 0));
        }
    }
    dead
}

/// Takes blocks out of the layout that no path from an entry reaches. Their instructions stay in the tables.
fn drop_unreachable(function: &mut Function) -> bool {
    let mut reached: SecondaryMap<Block, bool> = SecondaryMap::new();
    let mut work: Vec<Block> =
        [Some(function.entry), Some(function.defer_entry), function.recovery].into_iter().flatten().collect();
    while let Some(block) = work.pop() {
        if std::mem::replace(&mut reached[block], true) {
            continue;
        }
        if let Some(last) = function.blocks[block].insts.last() {
            work.extend(function.insts[*last].targets.iter().copied());
        }
    }
    let before = function.layout.len();
    function.layout.retain(|&block| reached[block]);
    before != function.layout.len()
}
