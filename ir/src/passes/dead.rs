//! Removes instructions without effect whose results are never read, and blocks that cannot be reached.

use super::{is_temporary, remove_insts, use_counts};
use crate::entity::Block;
use crate::function::Function;
use cranelift_entity::SecondaryMap;

/// Runs the pass.
pub fn run(function: &mut Function) -> bool {
    let mut changed = drop_unreachable(function);
    loop {
        let uses = use_counts(function);
        let mut round = false;
        for block in function.layout.clone() {
            let dead: Vec<_> = function.blocks[block]
                .insts
                .iter()
                .copied()
                .filter(|&inst| {
                    let data = &function.insts[inst];
                    data.op.removable() && data.results.iter().all(|&reg| is_temporary(function, reg) && uses[reg] == 0)
                })
                .collect();
            if !dead.is_empty() {
                round |=
                    remove_insts(function, block, |inst| dead.binary_search(&inst).is_ok() || dead.contains(&inst));
            }
        }
        if !round {
            return changed;
        }
        changed = true;
    }
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
