//! The rewriting, one instruction after the other in the order of the layout, which is that of the builder: definitions of temporaries
//! come before their uses.

use super::needs::Needs;
use super::source::{Source, is_kept_key, is_narrow, is_wide, source, takes_word};
use crate::entity::{Inst, Reg};
use crate::function::{Arg, Function, InstData, RegData};
use crate::op::Op;
use cranelift_entity::SecondaryMap;
use regno_bytecode::types::Repr;
use smallvec::SmallVec;

/// A rewriting in progress.
pub(super) struct Rewrite<'f> {
    function: &'f mut Function,
    needs: Needs,
    /// The word of a register, where one stands somewhere.
    words: SecondaryMap<Reg, Option<Arg>>,
    /// What stands for the upper bytes of the other registers; `None`: zeros.
    uppers: SecondaryMap<Reg, Option<Arg>>,
    /// The instructions of the current block.
    out: Vec<Inst>,
}

impl Rewrite<'_> {
    pub(super) fn new(function: &mut Function, needs: Needs) -> Rewrite<'_> {
        Rewrite { function, needs, words: SecondaryMap::new(), uppers: SecondaryMap::new(), out: Vec::new() }
    }

    pub(super) fn run(mut self) {
        let incoming = self.parameters();
        for block in self.function.layout.clone() {
            let insts = std::mem::take(&mut self.function.blocks[block].insts);
            self.out = Vec::with_capacity(insts.len());
            if block == self.function.entry || block == self.function.defer_entry {
                self.receive(&incoming, insts.first().copied());
            }
            insts.into_iter().for_each(|inst| self.inst(inst));
            self.function.blocks[block].insts = std::mem::take(&mut self.out);
        }
    }

    /// Words of narrow parameters arrive in registers of their own: word and number.
    fn parameters(&mut self) -> Vec<(Reg, Reg)> {
        let mut incoming = Vec::new();
        for index in 0..self.function.params.len() {
            let Some(&number) = self.function.params.get(index) else { continue };
            if !is_narrow(self.function, number) {
                continue;
            }
            let word = self.temp();
            if let Some(param) = self.function.params.get_mut(index) {
                *param = word;
            }
            // Both entries define it.
            self.function.regs[number].variable.get_or_insert_default();
            if self.is_single(number) {
                self.words[number] = Some(word.into());
            }
            incoming.push((word, number));
        }
        incoming
    }

    fn receive(&mut self, incoming: &[(Reg, Reg)], first: Option<Inst>) {
        let Some(like) = first.map(|inst| self.function.insts[inst].clone()) else { return };
        for &(word, number) in incoming {
            self.take_number(&like, number, word);
        }
    }

    /// One definition, and every use comes after it. Where the defers of a function lead back into it, variables may be read that no
    /// path has defined.
    fn is_single(&self, reg: Reg) -> bool {
        let variable = self.function.regs[reg].variable.is_some();
        self.needs.definitions[reg] == 1 && !(variable && self.function.recovery.is_some())
    }

    fn inst(&mut self, inst: Inst) {
        let data = self.function.insts[inst].clone();
        let mut args = data.args.clone();
        let mut kept_key = None;
        for (index, arg) in args.iter_mut().enumerate() {
            let Some(reg) = arg.reg().filter(|&reg| is_narrow(self.function, reg)) else { continue };
            if takes_word(&data, index) {
                *arg = self.word_of(&data, reg);
            } else if is_kept_key(&data, index) {
                kept_key = Some(self.word_of(&data, reg)).filter(|&word| word != *arg);
            }
        }
        self.function.insts[inst].args = args;
        let uppers = self.uppers_of_results(&data);
        if data.op == Op::Over {
            self.plain(inst);
        }
        self.out.push(inst);
        for (index, &reg) in data.results.iter().enumerate() {
            if !is_narrow(self.function, reg) {
                continue;
            }
            if source(&data, index) == Source::Word {
                // Elements of slices of bytes are there in both forms.
                if data.op == Op::LoadIndex && data.repr == Repr::U8 && !self.needs.words.contains(reg) {
                    continue;
                }
                let word = self.temp();
                if let Some(result) = self.function.insts[inst].results.get_mut(index) {
                    *result = word;
                }
                self.take_number(&data, reg, word);
            } else if self.needs.words.contains(reg) {
                self.define(&data, reg, uppers.get(index).copied().flatten());
            }
        }
        if let (Some(word), [map, key, ..]) = (kept_key, data.args.as_slice()) {
            let mut keep = like(&data, Op::KeepKey, Repr::Raw, &[*map, *key, word]);
            keep.entity = data.entity;
            self.emit(keep);
        }
    }

    /// `over` becomes the number it gives.
    fn plain(&mut self, inst: Inst) {
        let data = &mut self.function.insts[inst];
        let number = data.args.first().copied();
        data.args.clear();
        match number {
            Some(Arg::Bits(bits)) => (data.op, data.index) = (Op::Const, bits),
            number => {
                data.op = Op::Copy;
                data.args.extend(number);
            }
        }
    }

    /// What stands for the upper bytes of each result that has them from an operand, fixed before the instruction.
    fn uppers_of_results(&mut self, data: &InstData) -> SmallVec<[Option<Arg>; 1]> {
        let mut uppers = SmallVec::new();
        for (index, &reg) in data.results.iter().enumerate() {
            let wanted = is_narrow(self.function, reg) && self.needs.words.contains(reg);
            let Source::Operand(operand) = source(data, index) else {
                uppers.push(None);
                continue;
            };
            uppers.push(if wanted { self.upper_of(data, operand) } else { None });
        }
        uppers
    }

    /// What stands for the upper bytes of an operand; `None` for zeros.
    fn upper_of(&mut self, data: &InstData, operand: Arg) -> Option<Arg> {
        let Arg::Reg(reg) = operand else { return Some(operand).filter(|&bits| bits != Arg::Bits(0)) };
        let repr = self.function.regs[reg].repr;
        if repr.is_narrow() {
            let upper = self.words[reg].or_else(|| self.upper(reg));
            return upper.map(|upper| self.fixed(data, upper));
        }
        if is_wide(repr) {
            return Some(self.fixed(data, operand));
        }
        if matches!(repr, Repr::Iface | Repr::Ptr | Repr::Slice | Repr::Map | Repr::Struct | Repr::Array) {
            let word = self.temp();
            let mut of = like(data, Op::WordOf, repr, &[operand]);
            // The number of the representation goes into the code.
            of.index = repr as u64;
            of.results.push(word);
            self.emit(of);
            return Some(word.into());
        }
        None
    }

    /// An operand that later assignments do not change.
    fn fixed(&mut self, data: &InstData, arg: Arg) -> Arg {
        if !self.is_variable(arg) {
            return arg;
        }
        let copy = self.temp();
        let mut inst = like(data, Op::Copy, Repr::U64, &[arg]);
        inst.results.push(copy);
        self.emit(inst);
        copy.into()
    }

    /// The register has been defined: notes what stands for its upper bytes.
    fn define(&mut self, data: &InstData, reg: Reg, upper: Option<Arg>) {
        if self.is_single(reg) {
            let copied = data.args.first().and_then(|arg| arg.reg()).and_then(|arg| self.words[arg]);
            match copied.filter(|&word| data.op == Op::Copy && !self.is_variable(word)) {
                Some(word) => self.words[reg] = Some(word),
                None => self.uppers[reg] = upper,
            }
            if let (Op::Over, [Arg::Bits(number), Arg::Bits(bits)]) = (data.op, data.args.as_slice()) {
                self.words[reg] = Some(Arg::Bits(merge(self.function.regs[reg].repr, *number, *bits)));
            }
            return;
        }
        self.assign_upper(data, reg, upper.unwrap_or(Arg::Bits(0)));
    }

    /// A word gives the register its number.
    fn take_number(&mut self, data: &InstData, reg: Reg, word: Reg) {
        let shown = self.function.regs[reg].variable.as_ref().is_some_and(|name| !name.is_empty());
        if shown || self.needs.numbers.contains(reg) {
            let mut from = like(data, Op::FromWord, self.function.regs[reg].repr, &[word.into()]);
            from.results.push(reg);
            self.emit(from);
        }
        if self.is_single(reg) {
            self.words[reg] = Some(word.into());
        } else if self.needs.words.contains(reg) {
            self.assign_upper(data, reg, word.into());
        }
    }

    /// Assigns the upper register of a register with several definitions.
    fn assign_upper(&mut self, data: &InstData, reg: Reg, upper: Arg) {
        let variable = self.upper_variable(reg);
        let mut copy = match upper {
            Arg::Bits(bits) => {
                let mut constant = like(data, Op::Const, Repr::U64, &[]);
                constant.index = bits;
                constant
            }
            Arg::Reg(_) => like(data, Op::Copy, Repr::U64, &[upper]),
        };
        copy.results.push(variable);
        self.emit(copy);
    }

    /// What stands for the upper bytes of a register without a word.
    fn upper(&mut self, reg: Reg) -> Option<Arg> {
        if self.is_single(reg) { self.uppers[reg] } else { Some(self.upper_variable(reg).into()) }
    }

    /// The upper register of a register with several definitions.
    fn upper_variable(&mut self, reg: Reg) -> Reg {
        if let Some(Arg::Reg(known)) = self.uppers[reg] {
            return known;
        }
        let new = self.function.regs.push(RegData { repr: Repr::U64, variable: Some(String::new()) });
        self.uppers[reg] = Some(new.into());
        new
    }

    /// The word of a register, made if need be.
    fn word_of(&mut self, data: &InstData, reg: Reg) -> Arg {
        if let Some(word) = self.words[reg] {
            return word;
        }
        let repr = self.function.regs[reg].repr;
        let upper = self.upper(reg);
        if upper.is_none() && !repr.is_signed() {
            return reg.into();
        }
        let word = self.temp();
        let mut to = like(data, Op::ToWord, repr, &[reg.into(), upper.unwrap_or(Arg::Bits(0))]);
        to.results.push(word);
        self.emit(to);
        word.into()
    }

    fn is_variable(&self, arg: Arg) -> bool {
        arg.reg().is_some_and(|reg| self.function.regs[reg].variable.is_some())
    }

    fn temp(&mut self) -> Reg {
        self.function.regs.push(RegData { repr: Repr::U64, variable: None })
    }

    fn emit(&mut self, data: InstData) {
        let inst = self.function.insts.push(data);
        self.out.push(inst);
    }
}

/// An instruction at the place of another one.
fn like(data: &InstData, op: Op, repr: Repr, args: &[Arg]) -> InstData {
    InstData::new(op, repr, args, data.position, data.scope)
}

/// The word of a constant over the bytes of another word.
fn merge(repr: Repr, number: u64, upper: u64) -> u64 {
    let width = repr.width();
    repr.word(number) | if width < 64 { upper >> width << width } else { 0 }
}
