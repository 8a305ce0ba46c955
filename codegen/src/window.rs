//! Outgoing windows: the operands of calls in consecutive registers.
//!
//! The callee's frame covers every register from the base on, so a base lies above all registers that are live across the call.
//! To save moves, a temporary that is only an argument of one call is computed in its place in the window, and a result stays
//! where the call leaves it, which can in turn be its place as an argument of an outer call.
//!
//! [`plan`] decides, from intervals alone, which registers live in windows. Windows then behave like a stack: a register of one
//! window that is live across another call must have been placed before that call's window is, so a register that crosses a
//! call whose window was opened earlier is left to [`crate::allocate`] and moved. [`place`] takes the windows in the order in
//! which they are opened and puts each just above everything that overlaps it. Since nothing that is read by the moves into a
//! window lies inside the window, except in its own place, the moves of a call can be made in any order; likewise those of its
//! results.

use crate::code::{Code, Window, reads_at, writes_at};
use crate::liveness::Interval;
use crate::registers::Registers;
use cranelift_entity::{EntityRef, EntitySet};
use regno_ir::entity::Reg;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Registers whose place is in a window, and when each window opens.
#[derive(Debug, Default)]
pub struct Plan {
    resident: EntitySet<Reg>,
    /// Position at which the first register of each window is written.
    opens: Vec<usize>,
}

impl Plan {
    /// Whether the register is placed with a window.
    pub fn in_window(&self, reg: Reg) -> bool {
        self.resident.contains(reg)
    }
}

/// Decides which registers live in windows.
pub fn plan(code: &Code, intervals: &[Interval]) -> Plan {
    let mut candidates = EntitySet::new();
    let mut earliest: Vec<usize> = Vec::new();
    for window in &code.windows {
        let mut opens = reads_at(window.inst);
        for reg in window.args.iter().filter_map(|arg| arg.reg()) {
            if let Some(interval) = single_use_at(intervals, reg, window.inst) {
                candidates.insert(reg);
                opens = opens.min(interval.start);
            }
        }
        for &reg in &window.results {
            if single_definition_at(intervals, reg, window.inst) {
                candidates.insert(reg);
            }
        }
        earliest.push(opens);
    }
    let crossing = RangeMax::new(earliest.iter().map(|&opens| Reverse(opens)));
    let mut plan = Plan::default();
    let accepted = |reg: Reg| {
        let Some(interval) = intervals.get(reg.index()) else { return false };
        // Calls at which the register is live before and after.
        let first = code.windows.partition_point(|window| reads_at(window.inst) < interval.start);
        let last = code.windows.partition_point(|window| writes_at(window.inst) < interval.end);
        candidates.contains(reg) && crossing.most(first, last).is_none_or(|Reverse(opens)| opens > interval.start)
    };
    for window in &code.windows {
        let mut opens = reads_at(window.inst);
        for reg in window.args.iter().filter_map(|arg| arg.reg()) {
            if single_use_at(intervals, reg, window.inst).is_some() && accepted(reg) {
                plan.resident.insert(reg);
                opens = opens.min(intervals.get(reg.index()).map_or(opens, |interval| interval.start));
            }
        }
        for &reg in &window.results {
            if accepted(reg) {
                plan.resident.insert(reg);
            }
        }
        plan.opens.push(opens);
    }
    plan
}

/// The interval of a register that is read once, by this instruction, and is dead afterwards.
fn single_use_at(intervals: &[Interval], reg: Reg, inst: usize) -> Option<Interval> {
    let interval = *intervals.get(reg.index())?;
    let single = interval.uses == 1 && interval.defs > 0 && interval.end == writes_at(inst);
    (single && !interval.pinned && interval.start < reads_at(inst)).then_some(interval)
}

fn single_definition_at(intervals: &[Interval], reg: Reg, inst: usize) -> bool {
    intervals
        .get(reg.index())
        .is_some_and(|interval| interval.defs == 1 && interval.start == writes_at(inst) && !interval.pinned)
}

/// Maximum over ranges of a sequence: a complete binary tree.
struct RangeMax<T> {
    leaves: usize,
    tree: Vec<Option<T>>,
}

impl<T: Ord + Copy> RangeMax<T> {
    fn new(values: impl ExactSizeIterator<Item = T>) -> RangeMax<T> {
        let leaves = values.len().next_power_of_two();
        let mut tree = vec![None; leaves * 2];
        for (slot, value) in tree.iter_mut().skip(leaves).zip(values) {
            *slot = Some(value);
        }
        for index in (1..leaves).rev() {
            let most = tree.get(index * 2..index * 2 + 2).and_then(|pair| pair.iter().max().copied()).flatten();
            if let Some(slot) = tree.get_mut(index) {
                *slot = most;
            }
        }
        RangeMax { leaves, tree }
    }

    /// The maximum of elements `first..last`; `None` for an empty range.
    fn most(&self, first: usize, last: usize) -> Option<T> {
        let (mut low, mut high) = (first.min(self.leaves) + self.leaves, last.min(self.leaves) + self.leaves);
        let mut most = None;
        while low < high {
            if low % 2 == 1 {
                most = most.max(self.tree.get(low).copied().flatten());
                low += 1;
            }
            if high % 2 == 1 {
                high -= 1;
                most = most.max(self.tree.get(high).copied().flatten());
            }
            low /= 2;
            high /= 2;
        }
        most
    }
}

/// Places all windows and the registers in them. Returns the base of each window.
pub fn place(code: &Code, intervals: &[Interval], plan: &Plan, registers: &mut Registers) -> Vec<u32> {
    let mut order: Vec<usize> = (0..code.windows.len()).collect();
    order.sort_by_key(|&window| (plan.opens.get(window).copied().unwrap_or(0), window));
    let mut placement = Placement {
        intervals,
        heights: RangeMax::new(heights(code, intervals, registers).into_iter()),
        residents: Vec::new(),
        registers,
    };
    let mut bases = vec![0; code.windows.len()];
    for index in order {
        let (Some(window), Some(&opens)) = (code.windows.get(index), plan.opens.get(index)) else { continue };
        let base = placement.window(window, opens);
        if let Some(slot) = bases.get_mut(index) {
            *slot = base;
        }
    }
    bases
}

struct Placement<'c> {
    intervals: &'c [Interval],
    /// One more than the highest ordinary register at each position.
    heights: RangeMax<u32>,
    /// Placed registers of windows that are still open or used later than the newest window's opening.
    residents: Vec<(Reg, Interval, u32)>,
    registers: &'c mut Registers,
}

impl Placement<'_> {
    fn window(&mut self, window: &Window, opens: usize) -> u32 {
        self.residents.retain(|(_, interval, _)| interval.end > opens);
        let base = self.base(window, opens);
        let args = window.args.iter().map(|arg| arg.reg());
        for (reg, offset) in args.zip(0_u32..).chain(window.results.iter().map(|&reg| Some(reg)).zip(0_u32..)) {
            if let Some(reg) = reg
                && self.registers.get(reg).is_none()
                && let Some(&interval) = self.intervals.get(reg.index())
            {
                let register = base.saturating_add(offset);
                self.registers.set(reg, register);
                self.residents.push((reg, interval, register));
            }
        }
        base
    }

    /// The lowest legal base, or the one that fits operands which already have a place, if legal.
    fn base(&self, window: &Window, opens: usize) -> u32 {
        let reads = reads_at(window.inst);
        let args =
            || window.args.iter().map(|arg| arg.reg()).zip(0_u32..).filter_map(|(reg, offset)| Some((reg?, offset)));
        // An argument may be in its place already, unless the call would destroy what is read later.
        let ends = |reg: Reg| self.intervals.get(reg.index()).is_some_and(|reg| reg.end <= writes_at(window.inst));
        let own = |reg: Reg| args().any(|(arg, _)| arg == reg) && (!window.clobbers || ends(reg));
        if !window.clobbers
            && let Some(base) = self.consecutive(window)
        {
            return base;
        }
        let mut least = self.above(opens, reads + 1, own);
        for &reg in window.results.iter().filter(|&&reg| self.registers.get(reg).is_none()) {
            let end = self.intervals.get(reg.index()).map_or(reads + 2, |interval| interval.end);
            least = least.max(self.above(reads + 1, end, |_| false));
        }
        // Arguments in ordinary registers lie below `least`, so they only take part in form.
        let placed: Vec<(u32, u32)> = args()
            .chain(window.results.iter().copied().zip(0_u32..))
            .filter_map(|(reg, offset)| Some((self.registers.get(reg)?, offset)))
            .collect();
        let fits = |base: u32| {
            let in_place =
                |&(register, offset): &(u32, u32)| register < base || register == base.saturating_add(offset);
            base >= least && placed.iter().all(in_place)
        };
        let wishes = placed.iter().filter_map(|&(register, offset)| register.checked_sub(offset));
        let wished = wishes.into_iter().find(|&base| fits(base));
        wished.unwrap_or_else(|| placed.iter().fold(least, |base, &(register, _)| base.max(register.saturating_add(1))))
    }

    /// The base of a window that destroys nothing, if its operands happen to be in consecutive registers.
    fn consecutive(&self, window: &Window) -> Option<u32> {
        let mut registers = window.args.iter().map(|arg| arg.reg().and_then(|reg| self.registers.get(reg)));
        let base = registers.next()??;
        let mut offsets = 1_u32..;
        registers.all(|register| register == offsets.next().map(|offset| base.saturating_add(offset))).then_some(base)
    }

    /// One more than the highest register that is occupied at some position of the range.
    fn above(&self, start: usize, end: usize, excluded: impl Fn(Reg) -> bool) -> u32 {
        let overlapping = |interval: &Interval| interval.start < end && interval.end > start;
        let residents = self.residents.iter().filter(|(reg, interval, _)| overlapping(interval) && !excluded(*reg));
        let ordinary = self.heights.most(start, end).unwrap_or(0);
        residents.fold(ordinary, |above, &(.., register)| above.max(register.saturating_add(1)))
    }
}

/// One more than the highest ordinary register occupied at each position.
fn heights(code: &Code, intervals: &[Interval], registers: &Registers) -> Vec<u32> {
    let mut order: Vec<(&Interval, u32)> = intervals
        .iter()
        .enumerate()
        .filter(|(_, interval)| interval.occupied())
        .filter_map(|(index, interval)| Some((interval, registers.get(Reg::new(index))?.saturating_add(1))))
        .collect();
    order.sort_by_key(|(interval, _)| interval.start);
    let mut starting = order.into_iter().peekable();
    let mut occupied = BinaryHeap::new();
    let positions = 0..reads_at(code.insts.len());
    positions
        .map(|position| {
            while let Some((interval, height)) = starting.next_if(|(interval, _)| interval.start <= position) {
                occupied.push((height, interval.end));
            }
            while occupied.peek().is_some_and(|&(_, end)| end <= position) {
                occupied.pop();
            }
            occupied.peek().map_or(0, |&(height, _)| height)
        })
        .collect()
}
