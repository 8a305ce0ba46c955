//! Which narrow registers need more than their number.

use super::source::{Source, is_kept_key, is_narrow, source, takes_word};
use crate::entity::{Inst, Reg};
use crate::function::{Arg, Function};
use cranelift_entity::{EntitySet, SecondaryMap};

/// Facts about the narrow registers of a function.
pub(super) struct Needs {
    /// Their words are wanted somewhere.
    pub words: EntitySet<Reg>,
    /// Their numbers are wanted somewhere.
    pub numbers: EntitySet<Reg>,
    /// Number of definitions; being a parameter is one.
    pub definitions: SecondaryMap<Reg, u32>,
}

impl Needs {
    pub(super) fn of(function: &Function) -> Needs {
        let mut needs = Needs { words: EntitySet::new(), numbers: EntitySet::new(), definitions: SecondaryMap::new() };
        let mut defined_by: SecondaryMap<Reg, Vec<Inst>> = SecondaryMap::new();
        let mut wanted: Vec<Reg> = Vec::new();
        for &param in &function.params {
            needs.definitions[param] += 1;
        }
        for &block in &function.layout {
            for &inst in &function.blocks[block].insts {
                let data = &function.insts[inst];
                for (index, arg) in data.args.iter().enumerate() {
                    let Some(reg) = arg.reg().filter(|&reg| is_narrow(function, reg)) else { continue };
                    let word = takes_word(data, index);
                    if word || is_kept_key(data, index) {
                        wanted.push(reg);
                    }
                    if !word {
                        needs.numbers.insert(reg);
                    }
                }
                for &reg in data.results.iter().filter(|&&reg| is_narrow(function, reg)) {
                    needs.definitions[reg] += 1;
                    defined_by[reg].push(inst);
                }
            }
        }
        while let Some(reg) = wanted.pop() {
            if !needs.words.insert(reg) {
                continue;
            }
            for &inst in &defined_by[reg] {
                let data = &function.insts[inst];
                let index = data.results.iter().position(|&result| result == reg).unwrap_or(0);
                if let Source::Operand(Arg::Reg(operand)) = source(data, index)
                    && is_narrow(function, operand)
                {
                    wanted.push(operand);
                }
            }
        }
        needs
    }
}
