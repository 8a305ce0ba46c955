//! The order of blocks, and which blocks end in a copy of the block they jump to.
//!
//! A jump to a short block that ends in a branch or return takes a copy of it: the test of a loop then costs one branch an iteration,
//! and a join of two paths no jump and no segment word. Blocks that nothing leads to any more are dropped.

use cranelift_entity::{EntitySet, SecondaryMap};
use regno_ir::entity::{Block, Inst};
use regno_ir::function::Function;
use regno_ir::op::Op;

/// Longest test of a loop, terminator included, that is copied to the end of the iteration.
const MAX_LOOP_TEST: usize = 8;

/// Longest block that other jumps copy.
const MAX_TAIL: usize = 4;

/// Reachable blocks in order of emission.
pub(super) struct Layout {
    /// The blocks.
    pub(super) order: Vec<Block>,
    /// Index of each block in the order.
    pub(super) index_of: SecondaryMap<Block, Option<usize>>,
    tails: SecondaryMap<Block, Option<Block>>,
}

impl Layout {
    pub(super) fn of(function: &Function) -> Layout {
        let mut position = SecondaryMap::new();
        for (index, &block) in function.layout.iter().enumerate() {
            position[block] = index;
        }
        let mut layout = Layout { order: Vec::new(), index_of: SecondaryMap::new(), tails: SecondaryMap::new() };
        for &block in &function.layout {
            layout.tails[block] = tail(function, block, &position);
        }
        let reached = layout.reached(function);
        layout.order = function.layout.iter().copied().filter(|&block| reached.contains(block)).collect();
        for (index, &block) in layout.order.iter().enumerate() {
            layout.index_of[block] = Some(index);
        }
        layout
    }

    /// The block whose instructions replace the final jump of this one.
    pub(super) fn tail(&self, block: Block) -> Option<Block> {
        self.tails[block]
    }

    /// The blocks at which a block continues, after its tail if it has one.
    pub(super) fn successors<'f>(&self, function: &'f Function, block: Block) -> &'f [Block] {
        let last = function.blocks[self.tails[block].unwrap_or(block)].insts.last();
        last.map(|&inst| function.insts[inst].targets.as_slice()).unwrap_or_default()
    }

    fn reached(&self, function: &Function) -> EntitySet<Block> {
        let mut reached = EntitySet::new();
        let entries = [Some(function.entry), Some(function.defer_entry), function.recovery];
        let mut work: Vec<Block> = entries.into_iter().flatten().collect();
        while let Some(block) = work.pop() {
            if function.blocks.is_valid(block) && reached.insert(block) {
                work.extend_from_slice(self.successors(function, block));
            }
        }
        reached
    }

    /// For each block of the order whether it lies between the target and the source of a backward branch.
    pub(super) fn in_loops(&self, function: &Function) -> Vec<bool> {
        // The last block that branches back to each block, then one sweep.
        let mut ends: Vec<Option<usize>> = vec![None; self.order.len()];
        for (index, &block) in self.order.iter().enumerate() {
            for &target in self.successors(function, block) {
                let back = self.index_of[target].filter(|&target| target <= index);
                if let Some(end) = back.and_then(|target| ends.get_mut(target)) {
                    *end = Some(index);
                }
            }
        }
        let mut until = None;
        let covered = ends.into_iter().enumerate().map(|(index, end)| {
            until = until.max(end);
            until.is_some_and(|until| index <= until)
        });
        covered.collect()
    }
}

/// The target of the block's final jump, if it is worth copying.
fn tail(function: &Function, block: Block, position: &SecondaryMap<Block, usize>) -> Option<Block> {
    let terminator = |block: Block| function.blocks[block].insts.last().map(|&inst: &Inst| &function.insts[inst]);
    let jump = terminator(block).filter(|data| data.op == Op::Jump)?;
    let &target = jump.targets.first().filter(|&&target| function.blocks.is_valid(target))?;
    let end = terminator(target)?;
    let backward = position[target] <= position[block];
    let length = function.blocks[target].insts.len();
    let branches = end.targets.len() == 2;
    let worthwhile = match backward {
        true => branches && length <= MAX_LOOP_TEST,
        false => (branches || end.op == Op::Return) && length <= MAX_TAIL,
    };
    worthwhile.then_some(target)
}
