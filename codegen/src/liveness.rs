//! The interval of positions in which each virtual register must keep its value.
//!
//! An interval is the hull, in emission order, of all positions where the register is live; a register that is live around a
//! loop covers the loop. Widened further are
//!
//! - named variables: from the first to the last instruction of their scope, because the virtual collector and the debugger read
//!   them there (design.md §3.5); those of the function's own scope: the whole function;
//! - registers that the recovery block reads: the whole function, since any panic can lead there;
//! - parameters: from position 0, where all of them arrive;
//! - arguments of `print` and `println`: over the printing methods of the arguments after them, as the collector counts them there.
//!
//! Only registers that are live across a block boundary take part in the data flow analysis, so its bit sets stay small.

use crate::code::{Access, Code, reads_at, writes_at};
use cranelift_entity::{EntityRef, SecondaryMap};
use regno_bytecode::event::Event;
use regno_bytecode::op::Op;
use regno_ir::entity::{Reg, ScopeRef};
use regno_ir::function::{BlockKind, Function, SlotPlace};

/// Largest bit matrix (registers times blocks) for which data flow is computed; beyond it, registers that cross blocks keep
/// their place for the whole function.
const MAX_MATRIX_BITS: usize = 1 << 28;

/// Positions `start..end` in which a register is occupied, and how often it is accessed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Interval {
    /// First position.
    pub start: usize,
    /// One past the last position; equal to `start` if the register never occurs.
    pub end: usize,
    /// Number of reads.
    pub uses: u32,
    /// Number of writes.
    pub defs: u32,
    /// The register belongs to a variable with a scope, a parameter, or the recovery block: it is never placed in a window.
    pub pinned: bool,
}

impl Interval {
    const EMPTY: Interval = Interval { start: usize::MAX, end: 0, uses: 0, defs: 0, pinned: false };

    /// Whether the register occurs at all.
    pub fn occupied(&self) -> bool {
        self.start < self.end
    }

    fn cover(&mut self, start: usize, end: usize) {
        self.start = self.start.min(start);
        self.end = self.end.max(end);
    }
}

/// Computes the interval of every virtual register.
pub fn intervals(function: &Function, code: &Code) -> Vec<Interval> {
    let mut intervals = vec![Interval::EMPTY; code.regs];
    let whole = 0..reads_at(code.insts.len()).max(1);
    for (index, inst) in code.insts.iter().enumerate() {
        let wide = inst.window.is_none() && definitions(code, index) > 1;
        code.operands(inst, |reg, access| {
            let Some(interval) = intervals.get_mut(reg.index()) else { return };
            match access {
                // An operation with several results may write one before it has read everything.
                Access::Use if wide => interval.cover(reads_at(index), writes_at(index) + 1),
                Access::Use => interval.cover(reads_at(index), writes_at(index)),
                Access::Def => interval.cover(writes_at(index), writes_at(index) + 1),
            }
            match access {
                Access::Use => interval.uses = interval.uses.saturating_add(1),
                Access::Def => interval.defs = interval.defs.saturating_add(1),
            }
        });
    }
    for reg in across_blocks(code, &mut intervals) {
        if let Some(interval) = intervals.get_mut(reg) {
            interval.cover(whole.start, whole.end);
            interval.pinned = true;
        }
    }
    for &param in &function.params {
        if let Some(interval) = intervals.get_mut(param.index()) {
            interval.cover(0, 1);
            interval.pinned = true;
        }
    }
    for (reg, start, end) in scoped(function, code) {
        if let Some(interval) = intervals.get_mut(reg.index())
            && interval.occupied()
        {
            interval.cover(start, end);
            interval.pinned = true;
        }
    }
    keep_printed(function, code, &mut intervals);
    intervals
}

/// Printing methods run while all arguments stand in the block of the predeclared function that prints them.
fn keep_printed(function: &Function, code: &Code, intervals: &mut [Interval]) {
    let (mut state, mut seen) = (None, 0);
    for (index, inst) in code.insts.iter().enumerate() {
        for event in code.events.get(seen..inst.events_end).unwrap_or_default() {
            if let Event::State(number) = event {
                state = function.states.get(*number as usize);
            }
        }
        seen = inst.events_end;
        let Some(BlockKind::Native { args, .. }) = state.map(|state| &state.block) else { continue };
        for (reg, _) in args.iter().filter(|_| inst.op == Op::Stringify) {
            if let Some(interval) = intervals.get_mut(reg.index()).filter(|interval| interval.occupied()) {
                interval.cover(reads_at(index), writes_at(index) + 1);
            }
        }
    }
}

fn definitions(code: &Code, index: usize) -> usize {
    let mut count = 0;
    if let Some(inst) = code.insts.get(index) {
        code.operands(inst, |_, access| count += usize::from(access == Access::Def));
    }
    count
}

/// The hull of the scopes in which each named variable is a slot.
fn scoped(function: &Function, code: &Code) -> Vec<(Reg, usize, usize)> {
    let mut hulls: SecondaryMap<ScopeRef, Option<(usize, usize)>> = SecondaryMap::new();
    let widen = |hull: &mut Option<(usize, usize)>, (start, end): (usize, usize)| {
        *hull = Some(hull.map_or((start, end), |(first, last)| (first.min(start), last.max(end))));
    };
    let whole = (0, reads_at(code.insts.len()));
    for (index, inst) in code.insts.iter().enumerate() {
        // A pending defer keeps the block in which it was registered (spec/03 §8.4).
        let defers = matches!(inst.op, Op::Defer | Op::DeferValue | Op::DeferSelected);
        let hull = if defers { whole } else { (reads_at(index), reads_at(index + 1)) };
        widen(&mut hulls[inst.scope], hull);
    }
    if let Some(own) = function.scopes.keys().next() {
        widen(&mut hulls[own], (0, reads_at(code.insts.len())));
    }
    // Scopes are created before the scopes they contain.
    for scope in function.scopes.keys().rev() {
        if let (Some(hull), Some(parent)) = (hulls[scope], function.scopes[scope].parent) {
            widen(&mut hulls[parent], hull);
        }
    }
    let mut result = Vec::new();
    // Values of a clause that was left by `fallthrough` stay in the block of the clauses after it, which come later.
    for (scope, data) in function.scopes.iter().rev() {
        if let (Some(falls), Some((start, end))) = (data.falls_from, hulls[scope]) {
            result.push((falls.depth, start, end));
            widen(&mut hulls[falls.clause], (start, end));
        }
    }
    for (scope, data) in function.scopes.iter() {
        for slot in &data.slots {
            if let (SlotPlace::Reg(reg) | SlotPlace::Cell(reg), Some((start, end))) = (slot.place, hulls[scope]) {
                result.push((reg, start, end));
            }
        }
    }
    result
}

/// Widens the intervals of registers that are live across block boundaries; returns those that the recovery block reads, which
/// must survive from anywhere.
fn across_blocks(code: &Code, intervals: &mut [Interval]) -> Vec<usize> {
    let flow = Flow::new(code);
    if flow.regs.len().saturating_mul(code.blocks.len()) > MAX_MATRIX_BITS {
        return flow.regs.iter().map(|reg| reg.index()).collect();
    }
    let live_in = flow.solve(code);
    for (index, block) in code.blocks.iter().enumerate() {
        let start = reads_at(block.insts.start);
        let end = reads_at(block.insts.end);
        for number in live_in.row(index) {
            if let Some(interval) = flow.regs.get(number).and_then(|reg| intervals.get_mut(reg.index())) {
                interval.cover(start, start + 1);
            }
        }
        for &successor in &block.successors {
            for number in live_in.row(successor) {
                if let Some(interval) = flow.regs.get(number).and_then(|reg| intervals.get_mut(reg.index())) {
                    interval.cover(end.saturating_sub(1), end);
                }
            }
        }
    }
    let recovered = code.recovery.into_iter().flat_map(|block| live_in.row(block));
    recovered.filter_map(|number| flow.regs.get(number).map(|reg| reg.index())).collect()
}

/// Registers that are live at the end of each block, exactly; nothing is widened.
pub(crate) fn live_out(code: &Code) -> Vec<Vec<Reg>> {
    let flow = Flow::new(code);
    let live_in = flow.solve(code);
    let regs = |row: usize| live_in.row(row).filter_map(|number| flow.regs.get(number).copied()).collect::<Vec<_>>();
    code.blocks.iter().map(|block| block.successors.iter().flat_map(|&successor| regs(successor)).collect()).collect()
}

/// A bit for each register that crosses blocks, for each block.
struct Matrix {
    words: usize,
    bits: Vec<u64>,
}

impl Matrix {
    fn new(rows: usize, columns: usize) -> Matrix {
        let words = columns.div_ceil(64);
        Matrix { words, bits: vec![0; rows.saturating_mul(words)] }
    }

    fn set(&mut self, row: usize, column: usize) {
        let at = row * self.words + column / 64;
        if let Some(word) = self.bits.get_mut(at) {
            *word |= 1 << (column % 64);
        }
    }

    fn contains(&self, row: usize, column: usize) -> bool {
        self.bits.get(row * self.words + column / 64).is_some_and(|word| word >> (column % 64) & 1 == 1)
    }

    fn words(&self, row: usize) -> &[u64] {
        self.bits.get(row * self.words..(row + 1) * self.words).unwrap_or_default()
    }

    /// Columns that are set in a row.
    fn row(&self, row: usize) -> impl Iterator<Item = usize> + '_ {
        self.words(row).iter().enumerate().flat_map(|(index, &word)| {
            let mut rest = word;
            std::iter::from_fn(move || {
                (rest != 0).then(|| {
                    let bit = usize::try_from(rest.trailing_zeros()).unwrap_or(0);
                    rest &= rest - 1;
                    index * 64 + bit
                })
            })
        })
    }
}

/// The data flow problem: registers read in a block before it writes them, and those it writes.
struct Flow {
    /// Registers that cross blocks; their index here is their column.
    regs: Vec<Reg>,
    reads: Matrix,
    writes: Matrix,
}

impl Flow {
    fn new(code: &Code) -> Flow {
        let mut column: SecondaryMap<Reg, Option<usize>> = SecondaryMap::new();
        let mut written_in: SecondaryMap<Reg, Option<usize>> = SecondaryMap::new();
        let mut regs = Vec::new();
        for (index, block) in code.blocks.iter().enumerate() {
            for inst in code.insts.get(block.insts.clone()).unwrap_or_default() {
                code.operands(inst, |reg, access| match access {
                    Access::Use if written_in[reg] != Some(index) => {
                        if column[reg].is_none() {
                            column[reg] = Some(regs.len());
                            regs.push(reg);
                        }
                    }
                    Access::Use => {}
                    Access::Def => written_in[reg] = Some(index),
                });
            }
        }
        let mut flow = Flow { regs, reads: Matrix::new(0, 0), writes: Matrix::new(0, 0) };
        if flow.regs.len().saturating_mul(code.blocks.len()) > MAX_MATRIX_BITS {
            return flow;
        }
        flow.reads = Matrix::new(code.blocks.len(), flow.regs.len());
        flow.writes = Matrix::new(code.blocks.len(), flow.regs.len());
        for (index, block) in code.blocks.iter().enumerate() {
            for inst in code.insts.get(block.insts.clone()).unwrap_or_default() {
                code.operands(inst, |reg, access| {
                    let Some(column) = column[reg] else { return };
                    match access {
                        Access::Use if !flow.writes.contains(index, column) => flow.reads.set(index, column),
                        Access::Use => {}
                        Access::Def => flow.writes.set(index, column),
                    }
                });
            }
        }
        flow
    }

    /// Registers live at the start of each block.
    fn solve(&self, code: &Code) -> Matrix {
        let mut live_in = Matrix { words: self.reads.words, bits: self.reads.bits.clone() };
        let mut predecessors: Vec<Vec<usize>> = vec![Vec::new(); code.blocks.len()];
        for (index, block) in code.blocks.iter().enumerate() {
            for &successor in &block.successors {
                if let Some(list) = predecessors.get_mut(successor) {
                    list.push(index);
                }
            }
        }
        let mut queued = vec![true; code.blocks.len()];
        let mut work: Vec<usize> = (0..code.blocks.len()).collect();
        while let Some(index) = work.pop() {
            if let Some(flag) = queued.get_mut(index) {
                *flag = false;
            }
            if self.update(code, index, &mut live_in) {
                for &predecessor in predecessors.get(index).into_iter().flatten() {
                    if let Some(flag @ false) = queued.get_mut(predecessor) {
                        *flag = true;
                        work.push(predecessor);
                    }
                }
            }
        }
        live_in
    }

    /// Adds what the successors need and the block does not write; whether that was more than before.
    fn update(&self, code: &Code, index: usize, live_in: &mut Matrix) -> bool {
        let mut changed = false;
        let successors = code.blocks.get(index).map(|block| block.successors.clone()).unwrap_or_default();
        for word in 0..live_in.words {
            let at = |row: usize| row * live_in.words + word;
            let out = successors.iter().fold(0, |out, &row| out | live_in.bits.get(at(row)).copied().unwrap_or(0));
            let kept = out & !self.writes.bits.get(at(index)).copied().unwrap_or(0);
            let position = at(index);
            if let Some(bits) = live_in.bits.get_mut(position)
                && kept & !*bits != 0
            {
                *bits |= kept;
                changed = true;
            }
        }
        changed
    }
}
