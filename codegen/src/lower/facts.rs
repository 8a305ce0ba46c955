//! Facts about a function that selection asks for: which temporaries are constants, which can share a register.

use cranelift_entity::{EntitySet, SecondaryMap};
use regno_bytecode::event::Event;
use regno_bytecode::types::Repr;
use regno_ir::entity::{Block, Inst, Reg};
use regno_ir::function::{Arg, BlockKind, Function, InstData};
use regno_ir::op::Op;
use std::collections::HashMap;

/// Instructions over which the uses of a copy are followed, so that the search stays linear.
const MAX_DISTANCE: usize = 256;

/// Copies between the definition of several results and their copy into variables.
const MAX_COPIES: usize = 4;

/// Facts about registers.
pub(super) struct Facts {
    /// Bits of temporaries that are constants.
    constants: SecondaryMap<Reg, Option<u64>>,
    /// A temporary that is only read to become another one.
    merged_into: SecondaryMap<Reg, Option<Reg>>,
    /// Instructions that are a 32-bit rotation to the left: what is rotated and by how much.
    rotations: SecondaryMap<Inst, Option<(Reg, u16)>>,
    /// Shifts that are only a part of a rotation.
    parts: EntitySet<Reg>,
    /// Temporaries that occur in one block only.
    local: EntitySet<Reg>,
}

impl Facts {
    pub(super) fn of(function: &Function) -> Facts {
        let order = &function.layout;
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
        let mut facts = Facts {
            constants: SecondaryMap::new(),
            merged_into: SecondaryMap::new(),
            rotations: SecondaryMap::new(),
            parts: EntitySet::new(),
            local: EntitySet::new(),
        };
        let params = function.params.to_vec();
        let mut printed = EntitySet::new();
        for state in &function.states {
            if let BlockKind::Native { args, .. } = &state.block {
                printed.extend(args.iter().map(|&(reg, _)| reg));
            }
        }
        for data in insts() {
            match (data.op, data.results.first(), data.args.first()) {
                (Op::Const, Some(&result), _) if temporary(result) => facts.constants[result] = Some(data.index),
                // The operation updates its operand in place, unless the collector still looks for it there.
                (Op::Stringify | Op::NextMapIter, Some(&result), Some(&Arg::Reg(source)))
                    if !printed.contains(source)
                        && temporary(result)
                        && temporary(source)
                        && uses[source] == 1
                        && !params.contains(&source) =>
                {
                    facts.merged_into[source] = Some(result);
                }
                _ => {}
            }
        }
        for &block in order {
            let single = |reg: Reg| temporary(reg) && uses[reg] == 1 && !params.contains(&reg);
            facts.merge_copies_of_variables(function, block, |reg| temporary(reg).then_some(uses[reg]));
            facts.merge_into_variables(function, block, single);
            facts.find_rotations(function, block, single);
        }
        facts.read_words(function, |reg| temporary(reg).then_some(uses[reg]));
        let mut home: SecondaryMap<Reg, Option<Block>> = SecondaryMap::new();
        for &block in order {
            for data in function.blocks[block].insts.iter().map(|&inst| &function.insts[inst]) {
                let args = data.args.iter().filter_map(|arg| arg.reg());
                for reg in args.chain(data.results.iter().copied()) {
                    let reg = facts.merged(reg);
                    match home[reg] {
                        None if temporary(reg) && !params.contains(&reg) => {
                            facts.local.insert(reg);
                        }
                        Some(other) if other != block => {
                            facts.local.remove(reg);
                        }
                        _ => {}
                    }
                    home[reg] = Some(block);
                }
            }
        }
        facts
    }

    /// Lets the uses of `t = copy x` read the variable `x` itself, if all are in the block and `x` keeps its value until the last.
    /// `uses` gives the number of uses of a temporary.
    fn merge_copies_of_variables(&mut self, function: &Function, block: Block, uses: impl Fn(Reg) -> Option<u32>) {
        let insts = &function.blocks[block].insts;
        for (at, &inst) in insts.iter().enumerate() {
            let data = &function.insts[inst];
            let (Op::Copy | Op::AddrCell, &[Arg::Reg(source)], &[copy]) =
                (data.op, data.args.as_slice(), data.results.as_slice())
            else {
                continue;
            };
            let Some(mut left) = uses(copy).filter(|_| self.merged_into[copy].is_none() && uses(source).is_none())
            else {
                continue;
            };
            for &inst in insts.iter().skip(at.saturating_add(1)).take(MAX_DISTANCE) {
                let data = &function.insts[inst];
                let read = data.args.iter().filter(|&&arg| arg == Arg::Reg(copy)).count();
                left = left.saturating_sub(u32::try_from(read).unwrap_or(u32::MAX));
                let assigned = data.results.contains(&source);
                if left == 0 {
                    // An operation with several results may write one before it has read everything.
                    if !assigned || data.results.len() == 1 {
                        self.merged_into[copy] = Some(source);
                    }
                    break;
                }
                if assigned {
                    break;
                }
            }
        }
    }

    /// Lets the uses of a number read the word it is taken from, if they all ignore what is behind its width. `uses` gives the number of
    /// uses of a temporary.
    fn read_words(&mut self, function: &Function, uses: impl Fn(Reg) -> Option<u32>) {
        let blocks = || function.layout.iter().flat_map(|&block| &function.blocks[block].insts);
        let insts = || blocks().map(|&inst| &function.insts[inst]);
        let mut ignoring: HashMap<Reg, u32> = HashMap::new();
        for data in insts() {
            for (index, arg) in data.args.iter().enumerate() {
                if let Some(reg) = arg.reg().filter(|_| self.ignores_upper(data, index)) {
                    let count = ignoring.entry(reg).or_default();
                    *count = count.saturating_add(1);
                }
            }
        }
        for data in insts() {
            if let (Op::FromWord, &[Arg::Reg(word)], &[number]) =
                (data.op, data.args.as_slice(), data.results.as_slice())
                && uses(word).is_some()
                && uses(number).is_some_and(|uses| ignoring.get(&number).copied() == Some(uses))
                && self.merged_into[number].is_none()
                && self.merged_into[word].is_none()
            {
                self.merged_into[number] = Some(word);
            }
        }
    }

    /// Whether the instruction takes only the bits of operand `index` that its representation has.
    fn ignores_upper(&self, data: &InstData, index: usize) -> bool {
        let repr = data.repr;
        let narrow = repr.is_int() && repr.is_narrow();
        match data.op {
            Op::Add | Op::Sub | Op::Mul => narrow || repr == Repr::F32,
            Op::Neg => narrow,
            Op::Shl => narrow && index == 0,
            // The mask clears what is behind, and leaves no sign.
            Op::And => {
                let other = data.args.get(1 ^ index).map(|&arg| self.resolve(arg));
                let width = repr.width().saturating_sub(u32::from(repr.is_signed()));
                narrow && matches!(other, Some(Arg::Bits(mask)) if mask >> width == 0)
            }
            Op::Convert => {
                let to = u8::try_from(data.index).ok().and_then(Repr::from_code);
                narrow && to.is_some_and(|to| to.is_int() && to != repr && to.bits() <= repr.bits())
            }
            Op::ToWord => index == 0 && (repr.is_signed() || data.args.get(1) != Some(&Arg::Bits(0))),
            Op::StoreElem => index == 2 && repr == Repr::U8,
            Op::Branch => true,
            _ => false,
        }
    }

    /// Makes `t = op ...; x = copy t` define `x` at once, also with other copies between (`x, ok = m[k]`), and likewise for the
    /// address of a heap item. Not across an allocation event, which can start a collection of the reference that would see a
    /// variable too early.
    fn merge_into_variables(&mut self, function: &Function, block: Block, single: impl Fn(Reg) -> bool) {
        let insts = &function.blocks[block].insts;
        for (at, &inst) in insts.iter().enumerate() {
            let data = &function.insts[inst];
            let (Op::Copy | Op::AddrCell, &[Arg::Reg(source)], &[target]) =
                (data.op, data.args.as_slice(), data.results.as_slice())
            else {
                continue;
            };
            if !single(source) || self.merged_into[source].is_some() {
                continue;
            }
            let mut between = insts.iter().take(at.saturating_add(1)).rev().map(|&inst| &function.insts[inst]);
            let mut later = between.next();
            for data in between.take(MAX_COPIES) {
                let allocates = |data: &InstData| data.events.iter().any(|event| matches!(event, Event::Alloc(_)));
                if later.is_some_and(allocates) {
                    break;
                }
                let reads = data.args.iter().filter_map(|arg| arg.reg()).any(|reg| self.merged(reg) == target);
                if data.results.contains(&source) {
                    if data.results.len() == 1 || !reads {
                        self.merged_into[source] = Some(target);
                    }
                    break;
                }
                let writes = data.results.iter().any(|&reg| self.merged(reg) == target);
                if data.op != Op::Copy || reads || writes {
                    break;
                }
                later = Some(data);
            }
        }
    }

    /// Finds `x << k | x >> (32 - k)` (also with `+` and `^`) of 32-bit unsigned integers.
    fn find_rotations(&mut self, function: &Function, block: Block, single: impl Fn(Reg) -> bool) {
        let insts = &function.blocks[block].insts;
        let mut shifts: HashMap<Reg, Shift> = HashMap::new();
        let mut assigned: HashMap<Reg, usize> = HashMap::new();
        for (at, &inst) in insts.iter().enumerate() {
            let data = &function.insts[inst];
            if let (Some(shift), [result]) = (self.shift(function, inst, at), data.results.as_slice())
                && single(*result)
            {
                shifts.insert(*result, shift);
            }
            if let (Op::Or | Op::Add | Op::Xor, Repr::U32, &[Arg::Reg(a), Arg::Reg(b)]) =
                (data.op, data.repr, data.args.as_slice())
                && let (Some(first), Some(second)) = (shifts.get(&a), shifts.get(&b))
                && let Some(count) = first.complements(second)
                && assigned.get(&first.source).is_none_or(|&last| last < first.at.min(second.at))
            {
                self.rotations[inst] = Some((first.source, count));
                self.parts.insert(a);
                self.parts.insert(b);
            }
            for &reg in &data.results {
                assigned.insert(self.merged(reg), at);
            }
        }
    }

    /// A shift of a 32-bit register by a constant.
    fn shift(&self, function: &Function, inst: Inst, at: usize) -> Option<Shift> {
        let data = &function.insts[inst];
        let (left, &[Arg::Reg(source), count]) = (data.op == Op::Shl, data.args.as_slice()) else { return None };
        let (true, Arg::Bits(count @ 1..32)) =
            (data.repr == Repr::U32 && matches!(data.op, Op::Shl | Op::Shr), self.resolve(count))
        else {
            return None;
        };
        Some(Shift { source: self.merged(source), left, count, at })
    }

    /// The operand and count if the instruction is a rotation.
    pub(super) fn rotation(&self, inst: Inst) -> Option<(Reg, u16)> {
        self.rotations[inst]
    }

    /// Whether the instruction only defines what its uses see through: a constant or a part of a rotation.
    pub(super) fn folded(&self, data: &InstData) -> bool {
        data.results.first().is_some_and(|&reg| self.constants[reg].is_some() || self.parts.contains(reg))
    }

    /// Whether the register is a temporary of which other blocks know nothing.
    pub(super) fn local(&self, reg: Reg) -> bool {
        self.local.contains(reg)
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

/// A shift by a constant.
struct Shift {
    source: Reg,
    left: bool,
    count: u64,
    /// Its position in the block.
    at: usize,
}

impl Shift {
    /// The count to the left if both together are a rotation.
    fn complements(&self, other: &Shift) -> Option<u16> {
        let rotation = self.source == other.source && self.left != other.left && self.count + other.count == 32;
        let left = if self.left { self.count } else { other.count };
        rotation.then(|| u16::try_from(left).ok())?
    }
}
