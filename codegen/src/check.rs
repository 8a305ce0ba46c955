//! A check of register allocation that shares nothing with the allocator: exact liveness is followed backwards through each
//! block, and no register may be asked to hold two values at once. Runs in debug builds.

use crate::code::{Access, Code, Inst};
use crate::liveness::{Interval, live_out};
use crate::registers::Registers;
use cranelift_entity::EntityRef;
use regno_ir::entity::Reg;
use std::collections::HashMap;

/// The first conflict found, if any.
pub fn conflict(code: &Code, intervals: &[Interval], registers: &Registers, bases: &[u32]) -> Option<String> {
    overlap(intervals, registers).or_else(|| {
        let live_out = live_out(code);
        code.blocks.iter().zip(live_out).find_map(|(block, live)| {
            let mut held = Held { registers, by: HashMap::new() };
            let ends = live.into_iter().find_map(|reg| held.hold(reg).err());
            ends.or_else(|| {
                let range = code.insts.get(block.insts.clone()).unwrap_or_default();
                range.iter().zip(block.insts.clone()).rev().find_map(|(inst, index)| {
                    held.before(code, inst, bases).err().map(|text| format!("instruction {index}: {text}"))
                })
            })
        })
    })
}

/// Two intervals that share a register and a position.
fn overlap(intervals: &[Interval], registers: &Registers) -> Option<String> {
    let mut placed: Vec<(u32, usize, usize, usize)> = intervals
        .iter()
        .enumerate()
        .filter_map(|(index, interval)| Some((registers.get(Reg::new(index))?, interval.start, interval.end, index)))
        .filter(|&(_, start, end, _)| start < end)
        .collect();
    placed.sort_unstable();
    placed.windows(2).find_map(|pair| match pair {
        [(a, _, end, first), (b, start, _, second)] if a == b && start < end => {
            Some(format!("v{first} and v{second} overlap in r{a}"))
        }
        _ => None,
    })
}

/// Which value each register must hold at a position.
struct Held<'r> {
    registers: &'r Registers,
    by: HashMap<u32, Reg>,
}

impl Held<'_> {
    fn place(&self, reg: Reg) -> Result<u32, String> {
        self.registers.get(reg).ok_or_else(|| format!("{reg} has no register"))
    }

    fn hold(&mut self, reg: Reg) -> Result<(), String> {
        let place = self.place(reg)?;
        match self.by.insert(place, reg) {
            Some(other) if other != reg => Err(format!("r{place} holds both {reg} and {other}")),
            _ => Ok(()),
        }
    }

    /// Goes from after the instruction to before it.
    fn before(&mut self, code: &Code, inst: &Inst, bases: &[u32]) -> Result<(), String> {
        let mut defs = Vec::new();
        let mut uses = Vec::new();
        code.operands(inst, |reg, access| match access {
            Access::Use => uses.push(reg),
            Access::Def => defs.push(reg),
        });
        for (index, &def) in defs.iter().enumerate() {
            let place = self.place(def)?;
            if let Some(&holder) = self.by.get(&place)
                && holder != def
            {
                return Err(format!("{def} overwrites {holder} in r{place}"));
            }
            let others = defs.iter().skip(index + 1).chain(&uses);
            if inst.window.is_none() && defs.len() > 1 {
                for &other in others.filter(|&&other| other != def) {
                    if self.place(other)? == place {
                        return Err(format!("{def} and {other} share r{place} in one instruction"));
                    }
                }
            }
        }
        for def in defs {
            let place = self.place(def)?;
            self.by.remove(&place);
        }
        let window = inst.window.and_then(|index| Some((code.windows.get(index)?, *bases.get(index)?)));
        if let Some((window, base)) = window {
            let destroyed = self.by.iter().find(|&(&place, _)| window.clobbers && place >= base);
            if let Some((place, reg)) = destroyed {
                return Err(format!("the call at r{base} destroys {reg} in r{place}"));
            }
            for (arg, offset) in window.args.iter().zip(0_u32..) {
                let slot = base.saturating_add(offset);
                let own = arg.reg().map(|reg| self.place(reg)).transpose()? == Some(slot);
                let read = uses.iter().any(|&reg| self.registers.get(reg) == Some(slot));
                if !own && (read || self.by.contains_key(&slot)) {
                    return Err(format!("moving an argument into r{slot} destroys a value"));
                }
            }
        }
        uses.into_iter().try_for_each(|reg| self.hold(reg))
    }
}
