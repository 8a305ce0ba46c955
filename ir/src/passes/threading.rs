//! Jump threading: a predecessor that jumps to a block holding nothing but a terminator takes a copy of the terminator.
//!
//! The copy carries the block's events after the jump's own, so each path keeps its sequence. A jump to an event-free jump is
//! redirected, which also shortens branches.

use crate::entity::{Block, Inst};
use crate::function::{Arg, Function};
use crate::op::Op;
use regno_bytecode::event::Event;

/// Terminators worth copying: they cost no more than the jump they replace.
fn copyable(op: Op) -> bool {
    matches!(
        op,
        Op::Jump
            | Op::Branch
            | Op::BranchEq
            | Op::BranchNe
            | Op::BranchLt
            | Op::BranchLe
            | Op::BranchGt
            | Op::BranchGe
            | Op::Return
    )
}

/// Runs the pass.
pub fn run(function: &mut Function) -> bool {
    let mut changed = false;
    for block in function.layout.clone() {
        // Bounded by the number of blocks: a cycle of empty jumps is an infinite loop of the program and stays one.
        for _ in 0..function.layout.len().min(64) {
            if !thread_jump(function, block) {
                break;
            }
            changed = true;
        }
        changed |= shorten_targets(function, block);
    }
    changed
}

/// Replaces the block's final jump by the only instruction of its target.
fn thread_jump(function: &mut Function, block: Block) -> bool {
    let Some((last, target)) = final_jump(function, block) else { return false };
    let Some(only) = only_instruction(function, target) else { return false };
    if target == block || !copyable(function.insts[only].op) {
        return false;
    }
    let mut copy = function.insts[only].clone();
    let mut events = std::mem::take(&mut function.insts[last].events);
    events.extend(copy.events.drain(..));
    copy.events = events;
    decide_by_last_assignment(function, block, &mut copy);
    function.insts[last] = copy;
    true
}

/// A branch on a register that the block has just set to a constant is decided.
fn decide_by_last_assignment(function: &Function, block: Block, branch: &mut crate::function::InstData) {
    let (Op::Branch, [Arg::Reg(condition)]) = (branch.op, branch.args.as_slice()) else { return };
    let assignment = function.blocks[block]
        .insts
        .iter()
        .rev()
        .map(|&inst| &function.insts[inst])
        .find(|data| data.results.contains(condition));
    let bits = match assignment {
        Some(data) if data.op == Op::Const => data.index,
        Some(data) if data.op == Op::Copy => match data.args.first() {
            Some(Arg::Bits(bits)) => *bits,
            _ => return,
        },
        _ => return,
    };
    let target = branch.targets.get(usize::from(bits == 0)).copied();
    branch.op = Op::Jump;
    branch.args.clear();
    branch.targets.clear();
    branch.targets.extend(target);
}

/// Points branches that lead to an event-free jump at its target.
fn shorten_targets(function: &mut Function, block: Block) -> bool {
    let Some(&last) = function.blocks[block].insts.last() else { return false };
    let mut changed = false;
    for index in 0..function.insts[last].targets.len() {
        let Some(&target) = function.insts[last].targets.get(index) else { continue };
        let Some(only) = only_instruction(function, target) else { continue };
        let data = &function.insts[only];
        // The target begins with its own state.
        let charges = data.events.iter().any(|event| !matches!(event, Event::State(_)));
        if data.op != Op::Jump || charges || data.targets.first() == Some(&target) {
            continue;
        }
        let Some(&next) = data.targets.first() else { continue };
        if let Some(slot) = function.insts[last].targets.get_mut(index) {
            *slot = next;
            changed = true;
        }
    }
    changed
}

fn final_jump(function: &Function, block: Block) -> Option<(Inst, Block)> {
    let &last = function.blocks[block].insts.last()?;
    let data = &function.insts[last];
    (data.op == Op::Jump).then(|| data.targets.first().map(|&target| (last, target)))?
}

fn only_instruction(function: &Function, block: Block) -> Option<Inst> {
    match function.blocks[block].insts.as_slice() {
        [only] => Some(*only),
        _ => None,
    }
}
