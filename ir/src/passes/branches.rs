//! Fuses a comparison with the branch that is its only use, drops negations before branches, and decides constant conditions.

use super::{is_temporary, remove_insts, use_counts};
use crate::entity::{Block, Inst, Reg};
use crate::function::{Arg, Function};
use crate::op::Op;
use cranelift_entity::SecondaryMap;
use regno_bytecode::types::Repr;

/// Runs the pass.
pub fn run(function: &mut Function) -> bool {
    let uses = use_counts(function);
    let mut changed = false;
    for block in function.layout.clone() {
        while fold_once(function, block, &uses) {
            changed = true;
        }
    }
    changed
}

/// One simplification of the block's branch.
fn fold_once(function: &mut Function, block: Block, uses: &SecondaryMap<Reg, u32>) -> bool {
    let Some(&last) = function.blocks[block].insts.last() else { return false };
    if function.insts[last].op != Op::Branch {
        return false;
    }
    match function.insts[last].args.first().copied() {
        Some(Arg::Bits(bits)) => {
            decide(function, last, bits != 0);
            true
        }
        Some(Arg::Reg(condition)) if is_temporary(function, condition) && uses[condition] == 1 => {
            let Some(definition) = definition_before(function, block, condition) else { return false };
            fuse(function, block, last, definition)
        }
        _ => false,
    }
}

/// Turns a branch on a constant into a jump.
fn decide(function: &mut Function, branch: Inst, taken: bool) {
    let data = &mut function.insts[branch];
    let target = data.targets.get(usize::from(!taken)).copied();
    data.op = Op::Jump;
    data.args.clear();
    data.targets.clear();
    data.targets.extend(target);
}

/// The instruction of the block that defines the register, if nothing between it and the branch changes its operands.
fn definition_before(function: &Function, block: Block, condition: Reg) -> Option<Inst> {
    let insts = &function.blocks[block].insts;
    let at = insts.iter().rposition(|&inst| function.insts[inst].results.contains(&condition))?;
    let definition = *insts.get(at)?;
    let operands = &function.insts[definition].args;
    let changed = insts
        .get(at + 1..)?
        .iter()
        .any(|&inst| function.insts[inst].results.iter().any(|reg| operands.contains(&Arg::Reg(*reg))));
    (!changed).then_some(definition)
}

fn fuse(function: &mut Function, block: Block, branch: Inst, definition: Inst) -> bool {
    let source = function.insts[definition].clone();
    if source.op == Op::Not {
        let data = &mut function.insts[branch];
        data.args = source.args;
        data.targets.reverse();
        return remove_insts(function, block, |inst| inst == definition);
    }
    let fused = match source.op {
        Op::Eq => Op::BranchEq,
        Op::Ne => Op::BranchNe,
        Op::Lt => Op::BranchLt,
        Op::Le => Op::BranchLe,
        Op::Gt => Op::BranchGt,
        Op::Ge => Op::BranchGe,
        _ => return false,
    };
    // Strings have no compare-and-branch operation: comparing them is work of its own. Pointers ignore the taint bit.
    if matches!(source.repr, Repr::Str | Repr::Ptr | Repr::F32) {
        return false;
    }
    let data = &mut function.insts[branch];
    data.op = fused;
    data.repr = source.repr;
    data.args = source.args;
    remove_insts(function, block, |inst| inst == definition)
}
