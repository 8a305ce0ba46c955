//! Emission: code words with their segments and events, branch offsets, line and scope tables.
//!
//! A segment word is written lazily: a block that is a branch target or entry asks for one, and so does every call and every
//! conditional branch for the word after it. A block that is only reached by falling out of its predecessor continues the
//! predecessor's segment. A jump to the block that follows is no instruction; its events are charged by what comes next.
//!
//! Branches start out short. If offsets do not fit, emission is repeated with those branches in their long form: the inverse
//! branch over a jump.

mod scopes;

use crate::CodegenError;
use crate::code::{Code, Extension, Field, Inst, Window};
use crate::lower::inverted_branch;
use crate::registers::Registers;
use regno_bytecode::event::Event;
use regno_bytecode::module::{self as bytecode, LineEntry, Segment, StateEntry, TextEntry};
use regno_bytecode::op::{Op, Operand, encode, encode_long};
use regno_ir::entity::{Reg, ScopeRef};
use regno_ir::function::{Arg, Function, Position};

/// Emits a function: fills in what its header leaves empty.
///
/// # Errors
///
/// When a register or offset does not fit the encoding.
pub fn emit(
    header: &bytecode::Function,
    function: &Function,
    code: &Code,
    registers: &Registers,
    bases: &[u32],
) -> Result<bytecode::Function, CodegenError> {
    let mut long = vec![false; code.insts.len()];
    loop {
        let mut emitter = Emitter::new(header, function, code, registers, bases, &long);
        emitter.blocks()?;
        let too_far = emitter.resolve()?;
        if too_far.is_empty() {
            return emitter.finish();
        }
        // Branches only ever become longer, so this ends.
        for inst in too_far {
            if let Some(flag) = long.get_mut(inst) {
                *flag = true;
            }
        }
    }
}

/// A branch whose offset is filled in when all blocks have their place.
struct Fixup {
    word: usize,
    inst: usize,
    target: usize,
}

struct Emitter<'e> {
    function: &'e Function,
    code: &'e Code,
    registers: &'e Registers,
    bases: &'e [u32],
    /// Branches to be emitted in their long form.
    long: &'e [bool],
    /// Blocks that need a segment of their own.
    labelled: Vec<bool>,
    out: bytecode::Function,
    /// The next word must be a segment.
    segment_due: bool,
    /// Word of each block.
    places: Vec<usize>,
    fixups: Vec<Fixup>,
    /// Events of [`Code::events`] that are in `out.events`.
    charged: usize,
    position: Position,
    scope: Option<ScopeRef>,
}

impl<'e> Emitter<'e> {
    fn new(
        header: &bytecode::Function,
        function: &'e Function,
        code: &'e Code,
        registers: &'e Registers,
        bases: &'e [u32],
        long: &'e [bool],
    ) -> Emitter<'e> {
        Emitter {
            function,
            code,
            registers,
            bases,
            long,
            labelled: labelled_blocks(code),
            out: header.clone(),
            segment_due: true,
            places: Vec::new(),
            fixups: Vec::new(),
            charged: 0,
            position: Position::default(),
            scope: None,
        }
    }

    fn blocks(&mut self) -> Result<(), CodegenError> {
        let code = self.code;
        for (index, block) in code.blocks.iter().enumerate() {
            if self.labelled.get(index) == Some(&true) {
                if let Some(inst) = code.insts.get(block.insts.start) {
                    self.locate(inst);
                }
                self.segment();
            }
            // A due segment becomes the start of the block, so that both are one.
            self.places.push(self.out.code.len().saturating_sub(usize::from(self.labelled.get(index) == Some(&true))));
            for number in block.insts.clone() {
                let Some(inst) = code.insts.get(number) else { continue };
                let follows = inst.op == Op::Jump && inst.target == index.checked_add(1);
                if follows && number + 1 == block.insts.end {
                    self.charge(inst);
                } else {
                    self.inst(number, inst)?;
                }
            }
        }
        Ok(())
    }

    /// Records position and scope of what is emitted next.
    fn locate(&mut self, inst: &Inst) {
        let pc = index(self.out.code.len());
        if inst.position.line != 0 && inst.position != self.position {
            let Position { file, line, column } = inst.position;
            self.out.lines.push(LineEntry { pc, file, line, column });
            self.position = inst.position;
        }
        if self.scope != Some(inst.scope) {
            self.out.scope_map.push((pc, inst.scope.as_u32()));
            self.scope = Some(inst.scope);
        }
    }

    /// Adds the instruction's events to the open segment.
    fn charge(&mut self, inst: &Inst) {
        let events = self.code.events.get(self.charged..inst.events_end).unwrap_or_default();
        if events.is_empty() {
            return;
        }
        if self.segment_due && events.iter().any(|event| !matches!(event, Event::State(_))) {
            self.locate(inst);
            self.segment();
        }
        for event in events {
            match event {
                Event::State(state) => self.state(*state),
                event => self.out.events.push(event.pack()),
            }
        }
        self.charged = inst.events_end;
    }

    /// From here on the reference's block stack is as the state says.
    fn state(&mut self, state: u32) {
        let entry = StateEntry { pc: index(self.out.code.len()), event: index(self.out.events.len()), state };
        match self.out.state_map.last_mut() {
            Some(last) if last.state == state => {}
            Some(last) if (last.pc, last.event) == (entry.pc, entry.event) => *last = entry,
            _ => self.out.state_map.push(entry),
        }
    }

    fn segment(&mut self) {
        self.segment_due = false;
        let number = index(self.out.segments.len());
        let pc = index(self.out.code.len());
        let events = index(self.out.events.len());
        self.out.segments.push(Segment { pc, events_start: events, events_end: events });
        self.word(encode_long(Op::Segment, 0, number));
    }

    fn word(&mut self, word: u64) {
        if self.segment_due {
            self.segment();
        }
        self.out.code.push(word);
        self.out.event_ends.push(index(self.out.events.len()));
    }

    fn inst(&mut self, number: usize, inst: &Inst) -> Result<(), CodegenError> {
        self.charge(inst);
        self.locate(inst);
        let window = inst.window.and_then(|window| Some((self.code.windows.get(window)?, *self.bases.get(window)?)));
        if let Some((window, base)) = window {
            self.arguments(window, base)?;
        }
        let base = window.map(|(_, base)| base);
        if let Some(text) = inst.text.checked_sub(1).and_then(|at| self.function.texts.get(at as usize)) {
            let pc = index(self.out.code.len()) + u32::from(self.segment_due);
            self.out.texts.push(TextEntry { pc, text: text.text.clone(), in_place: text.in_place });
        }
        if inst.op.properties().branches {
            self.branch(number, inst)?;
        } else if let (Op::Move, Field::Reg(dst), Field::Reg(src)) = (inst.op, inst.a, inst.b) {
            self.move_register(self.register(dst)?, self.register(src)?);
        } else {
            let format = inst.op.format();
            let [a, b, c] = [(format.a, inst.a), (format.b, inst.b), (format.c, inst.c)]
                .map(|(role, field)| self.field(role, field, base));
            self.word(encode(inst.op, a?, b?, c?));
            self.extension(inst.ext)?;
        }
        let properties = inst.op.properties();
        self.segment_due |= (properties.calls || properties.branches) && !properties.terminates;
        if let Some((window, base)) = window {
            self.results(window, base)?;
        }
        Ok(())
    }

    fn field(&self, role: Operand, field: Field, base: Option<u32>) -> Result<u16, CodegenError> {
        match (role, field, base) {
            (Operand::Base, _, Some(base)) => self.encodable(base),
            (_, Field::Reg(reg), _) => self.register(reg),
            (_, Field::Value(value), _) => Ok(value),
            (_, Field::None, _) => Ok(0),
        }
    }

    fn extension(&mut self, ext: Extension) -> Result<(), CodegenError> {
        let bits = match ext {
            Extension::None => return Ok(()),
            Extension::Bits(bits) => bits,
            Extension::TypeDst(ty, dst) => u64::from(ty) | u64::from(self.register(dst)?) << 32,
            Extension::DstDst(first, second) => {
                u64::from(self.register(first)?) | u64::from(self.register(second)?) << 16
            }
            Extension::Src(reg) => u64::from(self.register(reg)?),
            Extension::Bounds(bounds) => {
                let mut bits = 0;
                for (bound, number) in bounds.into_iter().zip(0_u32..) {
                    if let Some(reg) = bound {
                        bits |= u64::from(self.register(reg)?) << (16 * number) | 1 << (48 + number);
                    }
                }
                bits
            }
        };
        self.word(bits);
        Ok(())
    }

    /// Moves arguments that are not computed in their place.
    fn arguments(&mut self, window: &Window, base: u32) -> Result<(), CodegenError> {
        for (&arg, offset) in window.args.iter().zip(0_u32..) {
            let slot = self.encodable(base.saturating_add(offset))?;
            match arg {
                Arg::Reg(reg) => self.move_register(slot, self.register(reg)?),
                Arg::Bits(bits) => match i16::try_from(bits.cast_signed()) {
                    Ok(imm) => self.word(encode(Op::LoadImm, slot, imm.cast_unsigned(), 0)),
                    Err(_) => {
                        self.word(encode(Op::LoadBits, slot, 0, 0));
                        self.word(bits);
                    }
                },
            }
        }
        Ok(())
    }

    fn results(&mut self, window: &Window, base: u32) -> Result<(), CodegenError> {
        for (&reg, offset) in window.results.iter().zip(0_u32..) {
            let slot = self.encodable(base.saturating_add(offset))?;
            self.move_register(self.register(reg)?, slot);
        }
        Ok(())
    }

    fn move_register(&mut self, dst: u16, src: u16) {
        if dst != src {
            self.word(encode(Op::Move, dst, src, 0));
        }
    }

    fn branch(&mut self, number: usize, inst: &Inst) -> Result<(), CodegenError> {
        let Some(target) = inst.target else {
            return Err(CodegenError::malformed("branch without target", self.function));
        };
        let [a, b] = [inst.a, inst.b].map(|field| self.field(Operand::None, field, None));
        let (a, b) = (a?, b?);
        if self.long.get(number) != Some(&true) {
            self.word(encode(inst.op, a, b, 0));
            self.fixups.push(Fixup { word: self.out.code.len() - 1, inst: number, target });
            return Ok(());
        }
        let Some((inverse, exchanged)) = inverted_branch(inst.op) else {
            return Err(CodegenError::malformed("branch without inverse", self.function));
        };
        let (a, b) = if exchanged { (b, a) } else { (a, b) };
        // Over a segment word and the jump.
        self.word(encode(inverse, a, b, 2));
        self.segment_due = true;
        self.word(encode_long(Op::Jump, 0, 0));
        self.fixups.push(Fixup { word: self.out.code.len() - 1, inst: number, target });
        self.segment_due = true;
        Ok(())
    }

    /// Fills in offsets; returns the branches that need their long form.
    fn resolve(&mut self) -> Result<Vec<usize>, CodegenError> {
        let mut too_far = Vec::new();
        for fixup in &self.fixups {
            let Some(&place) = self.places.get(fixup.target) else {
                return Err(CodegenError::malformed("branch to an unknown block", self.function));
            };
            let too_long = || CodegenError::too_long(self.function);
            let (from, to) = (i64::try_from(fixup.word), i64::try_from(place));
            let offset = to.map_err(|_| too_long())? - from.map_err(|_| too_long())? - 1;
            let Some(word) = self.out.code.get_mut(fixup.word) else { continue };
            let op = Op::from_code(regno_bytecode::op::code_of(*word));
            if op.is_some_and(|op| op.format().c == Operand::Off) {
                match i16::try_from(offset) {
                    Ok(offset) => *word |= u64::from(offset.cast_unsigned()) << 48,
                    Err(_) => too_far.push(fixup.inst),
                }
            } else {
                let offset = i32::try_from(offset).map_err(|_| too_long())?;
                *word |= u64::from(offset.cast_unsigned()) << 32;
            }
        }
        Ok(too_far)
    }

    fn finish(mut self) -> Result<bytecode::Function, CodegenError> {
        if i32::try_from(self.out.code.len()).is_err() || u32::try_from(self.out.events.len()).is_err() {
            return Err(CodegenError::too_long(self.function));
        }
        let ends: Vec<u32> = self.out.segments.iter().skip(1).map(|segment| segment.events_start).collect();
        let last = index(self.out.events.len());
        for (segment, end) in self.out.segments.iter_mut().zip(ends.into_iter().chain([last])) {
            segment.events_end = end;
        }
        let place = |block: usize| index(self.places.get(block).copied().unwrap_or(0));
        self.out.entry = place(self.code.entry);
        self.out.defer_entry = place(self.code.defer_entry);
        self.out.recovery = self.code.recovery.map(place);
        self.out.frame_size = self.frame_size();
        self.out.scopes = scopes::describe(self.function, self.registers)?;
        self.out.states = scopes::states(self.function, self.registers)?;
        Ok(self.out)
    }

    fn frame_size(&self) -> u32 {
        let windows = self.code.windows.iter().zip(self.bases).map(|(window, &base)| {
            let operands = window.args.len().max(window.results.len()).max(1);
            base.saturating_add(index(operands))
        });
        let params = index(self.function.params.len());
        // A function that never returns has results all the same.
        let results = index(self.function.results.len());
        windows.max().unwrap_or(0).max(self.registers.count()).max(params).max(results)
    }

    fn register(&self, reg: Reg) -> Result<u16, CodegenError> {
        let register = self.registers.get(reg);
        self.encodable(register.ok_or_else(|| CodegenError::malformed("register without a place", self.function))?)
    }

    fn encodable(&self, register: u32) -> Result<u16, CodegenError> {
        u16::try_from(register).map_err(|_| CodegenError::too_many("registers", self.function))
    }
}

/// An index as it is stored; [`Emitter::finish`] rejects functions for which it saturates.
fn index(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// Blocks that control is transferred to otherwise than by falling out of the block before.
fn labelled_blocks(code: &Code) -> Vec<bool> {
    let mut labelled = vec![false; code.blocks.len()];
    let mut label = |block: usize| {
        if let Some(flag) = labelled.get_mut(block) {
            *flag = true;
        }
    };
    [Some(code.entry), Some(code.defer_entry), code.recovery].into_iter().flatten().for_each(&mut label);
    for (index, block) in code.blocks.iter().enumerate() {
        for number in block.insts.clone() {
            let Some(inst) = code.insts.get(number) else { continue };
            let Some(target) = inst.target else { continue };
            let falls = inst.op == Op::Jump && target == index + 1 && number + 1 == block.insts.end;
            if !falls {
                label(target);
            }
        }
    }
    labelled
}
