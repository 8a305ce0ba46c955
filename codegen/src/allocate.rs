//! Linear scan over intervals: registers of parameters, variables and ordinary temporaries.
//!
//! Parameter `i` is in register `i`. Every other interval, in order of its start, takes the lowest register that is free; the
//! destination of a move prefers the register of a source that ends there, so that the move disappears. Arguments and results
//! of calls that the plan puts into windows are placed afterwards ([`crate::window::place`]).

use crate::code::{Code, Field};
use crate::liveness::Interval;
use crate::registers::Registers;
use crate::window::Plan;
use cranelift_entity::EntityRef;
use regno_bytecode::op::Op;
use regno_ir::entity::Reg;
use regno_ir::function::Function;
use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

/// Allocates everything that the plan does not put into windows.
pub fn allocate(function: &Function, code: &Code, intervals: &[Interval], plan: &Plan) -> Registers {
    let mut registers = Registers::new(code.regs);
    let mut pool = Pool::default();
    for (index, &param) in function.params.iter().enumerate() {
        let register = u32::try_from(index).unwrap_or(u32::MAX);
        if registers.get(param).is_none() {
            registers.set(param, register);
            let end = intervals.get(param.index()).map_or(1, |interval| interval.end);
            pool.occupied.push(Reverse((end, register)));
        }
        pool.fresh = register.saturating_add(1);
    }
    let sources = move_sources(code);
    let mut order: Vec<usize> = (0..intervals.len()).collect();
    order.retain(|&reg| {
        let planned = plan.in_window(Reg::new(reg));
        intervals.get(reg).is_some_and(Interval::occupied) && !planned && registers.get(Reg::new(reg)).is_none()
    });
    order.sort_by_key(|&reg| (intervals.get(reg).map_or(0, |interval| interval.start), reg));
    for reg in order {
        let Some(interval) = intervals.get(reg) else { continue };
        pool.expire(interval.start);
        let wish = sources.get(reg).copied().flatten().and_then(|source| registers.get(source));
        let register = pool.take(wish);
        pool.occupied.push(Reverse((interval.end, register)));
        registers.set(Reg::new(reg), register);
    }
    registers
}

/// For each register that a move writes, the source of the first such move.
fn move_sources(code: &Code) -> Vec<Option<Reg>> {
    let mut sources = vec![None; code.regs];
    for inst in &code.insts {
        if let (Op::Move, Field::Reg(dst), Field::Reg(src)) = (inst.op, inst.a, inst.b)
            && let Some(slot @ None) = sources.get_mut(dst.index())
        {
            *slot = Some(src);
        }
    }
    sources
}

/// Free registers, and when the others become free.
#[derive(Default)]
struct Pool {
    free: BTreeSet<u32>,
    /// Lowest register never used.
    fresh: u32,
    /// End of the interval and register.
    occupied: BinaryHeap<Reverse<(usize, u32)>>,
}

impl Pool {
    fn expire(&mut self, start: usize) {
        while let Some(&Reverse((end, register))) = self.occupied.peek() {
            if end > start {
                break;
            }
            self.occupied.pop();
            self.free.insert(register);
        }
    }

    fn take(&mut self, wish: Option<u32>) -> u32 {
        if let Some(register) = wish
            && self.free.remove(&register)
        {
            return register;
        }
        self.free.pop_first().unwrap_or_else(|| {
            let register = self.fresh;
            self.fresh = self.fresh.saturating_add(1);
            register
        })
    }
}
