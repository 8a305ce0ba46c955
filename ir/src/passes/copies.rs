//! Writes results straight into variables: `t = add a, b; x = copy t` becomes `x = add a, b`.
//!
//! Only when the copy directly follows the definition and is the only use, and no allocation event lies between them: an
//! allocation can start a collection of the reference, which would see the variable's slot too early.

use super::{is_temporary, remove_insts, use_counts};
use crate::entity::Inst;
use crate::function::{Arg, Function};
use crate::op::Op;
use cranelift_entity::EntitySet;
use regno_bytecode::event::Event;

/// Runs the pass.
pub fn run(function: &mut Function) -> bool {
    let uses = use_counts(function);
    let mut changed = false;
    for block in function.layout.clone() {
        let mut merged: EntitySet<Inst> = EntitySet::new();
        for pair in function.blocks[block].insts.clone().windows(2) {
            let [definition, copy] = *pair else { continue };
            let data = &function.insts[copy];
            let (Op::Copy, [Arg::Reg(source)], [target]) = (data.op, data.args.as_slice(), data.results.as_slice())
            else {
                continue;
            };
            let (source, target) = (*source, *target);
            let defines = function.insts[definition].results.as_slice() == [source];
            let allocates = data.events.iter().any(|event| matches!(event, Event::Alloc(_)));
            let same_repr = function.regs[source].repr == function.regs[target].repr;
            if defines && !allocates && same_repr && is_temporary(function, source) && uses[source] == 1 {
                if let Some(slot) = function.insts[definition].results.first_mut() {
                    *slot = target;
                }
                merged.insert(copy);
            }
        }
        if !merged.is_empty() {
            changed |= remove_insts(function, block, |inst| merged.contains(inst));
        }
    }
    changed
}
