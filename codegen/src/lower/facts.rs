//! Facts about a function that selection asks for: which temporaries are constants, which can share a register.

use cranelift_entity::{EntitySet, SecondaryMap};
use regno_ir::entity::{Block, Reg};
use regno_ir::function::{Arg, Function, InstData};
use regno_ir::op::Op;

/// Facts about registers.
pub(super) struct Facts {
    /// Bits of temporaries that are constants.
    constants: SecondaryMap<Reg, Option<u64>>,
    /// A temporary that is only read to become another one.
    merged_into: SecondaryMap<Reg, Option<Reg>>,
}

impl Facts {
    pub(super) fn of(function: &Function, order: &[Block]) -> Facts {
        let insts = || order.iter().flat_map(|&block| &function.blocks[block].insts).map(|&inst| &function.insts[inst]);
        let mut uses: SecondaryMap<Reg, u32> = SecondaryMap::new();
        let mut definitions: SecondaryMap<Reg, u32> = SecondaryMap::new();
        for &param in &function.params {
            definitions[param] = 1;
        }
        for data in insts() {
            for reg in data.args.iter().filter_map(|arg| arg.reg()) {
                uses[reg] = uses[reg].saturating_add(1);
            }
            for &reg in &data.results {
                definitions[reg] = definitions[reg].saturating_add(1);
            }
        }
        let temporary =
            |reg: Reg| definitions[reg] == 1 && function.regs.get(reg).is_some_and(|data| data.variable.is_none());
        let mut facts = Facts { constants: SecondaryMap::new(), merged_into: SecondaryMap::new() };
        let params = function.params.to_vec();
        for data in insts() {
            match (data.op, data.results.first(), data.args.first()) {
                (Op::Const, Some(&result), _) if temporary(result) => facts.constants[result] = Some(data.index),
                // The operation updates its operand in place.
                (Op::Stringify | Op::NextMapIter, Some(&result), Some(&Arg::Reg(source)))
                    if temporary(result) && temporary(source) && uses[source] == 1 && !params.contains(&source) =>
                {
                    facts.merged_into[source] = Some(result);
                }
                _ => {}
            }
        }
        facts
    }

    /// Whether the instruction only defines a constant that every use sees through.
    pub(super) fn folded(&self, data: &InstData) -> bool {
        data.op == Op::Const && data.results.first().is_some_and(|&reg| self.constants[reg].is_some())
    }

    /// The operand with constants and merged temporaries seen through.
    pub(super) fn resolve(&self, arg: Arg) -> Arg {
        match arg {
            Arg::Reg(reg) => match self.constants[reg] {
                Some(bits) => Arg::Bits(bits),
                None => Arg::Reg(self.merged(reg)),
            },
            Arg::Bits(_) => arg,
        }
    }

    /// The register that stands for this one.
    pub(super) fn merged(&self, mut reg: Reg) -> Reg {
        // Each step leads to a register that is defined later, so the walk ends.
        while let Some(next) = self.merged_into[reg] {
            reg = next;
        }
        reg
    }
}

/// Blocks of the layout that can be reached, in layout order.
pub(super) fn reachable_layout(function: &Function) -> Vec<Block> {
    let mut reached = EntitySet::new();
    let mut work: Vec<Block> =
        [Some(function.entry), Some(function.defer_entry), function.recovery].into_iter().flatten().collect();
    while let Some(block) = work.pop() {
        if !function.blocks.is_valid(block) || !reached.insert(block) {
            continue;
        }
        if let Some(&last) = function.blocks[block].insts.last() {
            work.extend(function.insts[last].targets.iter().copied());
        }
    }
    function.layout.iter().copied().filter(|&block| reached.contains(block)).collect()
}

/// For each block of the order whether it lies between the target and the source of a backward branch.
pub(super) fn blocks_in_loops(
    function: &Function,
    order: &[Block],
    index_of: &SecondaryMap<Block, Option<usize>>,
) -> Vec<bool> {
    // The last block that branches back to each block, then one sweep.
    let mut ends: Vec<Option<usize>> = vec![None; order.len()];
    for (index, &block) in order.iter().enumerate() {
        let last = function.blocks[block].insts.last();
        for target in last.into_iter().flat_map(|&inst| &function.insts[inst].targets) {
            if let Some(end) =
                index_of[*target].filter(|&target| target <= index).and_then(|target| ends.get_mut(target))
            {
                *end = Some(index);
            }
        }
    }
    let mut until = None;
    ends.into_iter()
        .enumerate()
        .map(|(index, end)| {
            until = until.max(end);
            until.is_some_and(|until| index <= until)
        })
        .collect()
}
