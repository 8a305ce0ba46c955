//! Executes the part of the bytecode that the random programs need, charging event by event.

use crate::Trace;
use regno_bytecode::event::Event;
use regno_bytecode::module::{Function, Module};
use regno_bytecode::op::{Op, Operand, code_of, field_a, field_b, field_c, field_long};

pub fn run(module: &Module, function: usize, args: &[u64], fuel: usize) -> Option<Trace> {
    let mut machine =
        Machine { module, stack: vec![0xdead; 1 << 12], garbage: 0, trace: Trace { fuel, ..Trace::default() } };
    machine.stack[..args.len()].copy_from_slice(args);
    let results = machine.call(function, 0)?;
    machine.trace.results = machine.stack[..results].to_vec();
    machine.trace.fuel = 0;
    Some(machine.trace)
}

struct Machine<'m> {
    module: &'m Module,
    stack: Vec<u64>,
    garbage: u64,
    trace: Trace,
}

impl Machine<'_> {
    /// Executes a function whose frame starts at `base`; gives the number of results left there.
    fn call(&mut self, index: usize, base: usize) -> Option<usize> {
        let function = &self.module.functions[index];
        for slot in base + usize::from(function.params)..base + 64 + function.frame_size as usize {
            self.garbage += 0x1_0000_0001;
            self.stack[slot] = self.garbage;
        }
        let mut pc = function.entry as usize;
        let mut cursor = segment(function, pc);
        loop {
            let word = function.code[pc];
            let op = Op::from_code(code_of(word))?;
            self.trace.fuel = self.trace.fuel.checked_sub(1)?;
            self.charge(function, &mut cursor, function.event_ends[pc] as usize);
            let (a, b, c) = (usize::from(field_a(word)), usize::from(field_b(word)), usize::from(field_c(word)));
            let next = pc + op.words();
            let ext = function.code.get(pc + 1).copied().unwrap_or(0);
            let reg = |register: usize| {
                assert!(register < function.frame_size as usize);
                base + register
            };
            match op {
                Op::Segment => {}
                Op::Return0 => return Some(0),
                Op::Return1 => {
                    self.stack[base] = self.stack[reg(a)];
                    return Some(1);
                }
                Op::ReturnN => {
                    let values = self.stack[reg(a)..reg(a + b - 1) + 1].to_vec();
                    self.stack[base..base + b].copy_from_slice(&values);
                    return Some(b);
                }
                Op::Print => {
                    let values = self.stack[reg(a)..reg(a + b - 1) + 1].to_vec();
                    self.trace.printed.extend(values);
                }
                Op::Call => {
                    let results = self.call(ext as usize, base + a)?;
                    for slot in base + a + results..base + function.frame_size as usize {
                        self.garbage += 0x1_0000_0001;
                        self.stack[slot] = self.garbage;
                    }
                    cursor = segment(function, next);
                }
                _ if op.properties().branches => {
                    let long = i64::from(field_long(word).cast_signed());
                    let offset =
                        if op.format().c == Operand::Off { i64::from(field_c(word).cast_signed()) } else { long };
                    let right = if op.format().b == Operand::Src { self.stack[reg(b)] } else { imm(field_b(word)) };
                    let taken = op == Op::Jump || condition(op, self.stack[reg(a)], right);
                    let target = if taken { (next as i64 + offset) as usize } else { next };
                    cursor = segment(function, target);
                    pc = target;
                    continue;
                }
                _ => {
                    let left = if op.format().b == Operand::Src { self.stack[reg(b)] } else { imm(field_b(word)) };
                    let right = match op.format().c {
                        Operand::Src => self.stack[reg(c)],
                        Operand::Num => c as u64,
                        _ => imm(field_c(word)),
                    };
                    self.stack[reg(a)] = value(op, left, right, ext);
                }
            }
            pc = next;
        }
    }

    fn charge(&mut self, function: &Function, cursor: &mut usize, end: usize) {
        let events = function.events[*cursor..end].iter().filter_map(|&word| Event::unpack(word));
        self.trace.events.extend(events);
        *cursor = end;
    }
}

/// First event of the segment that starts at the word.
fn segment(function: &Function, pc: usize) -> usize {
    assert_eq!(code_of(function.code[pc]), Op::Segment as u16);
    function.segments[field_long(function.code[pc]) as usize].events_start as usize
}

fn imm(field: u16) -> u64 {
    field.cast_signed() as u64
}

fn value(op: Op, a: u64, b: u64, ext: u64) -> u64 {
    let (x, y) = (a as i64, b as i64);
    match op {
        Op::Move | Op::LoadImm => a,
        Op::LoadBits => ext,
        Op::AddI64 | Op::AddI64Imm => a.wrapping_add(b),
        Op::SubI64 => a.wrapping_sub(b),
        Op::MulI64 | Op::MulI64Imm => a.wrapping_mul(b),
        Op::DivI64 | Op::DivI64Imm => x.wrapping_div(y) as u64,
        Op::RemI64 | Op::RemI64Imm => x.wrapping_rem(y) as u64,
        Op::DivU64 => a / b,
        Op::RemU64 => a % b,
        Op::And64 | Op::And64Imm => a & b,
        Op::Or64 | Op::Or64Imm => a | b,
        Op::Xor64 | Op::Xor64Imm => a ^ b,
        Op::AndNot64 => a & !b,
        Op::Shl64 | Op::Shl64Imm => u32::try_from(b).ok().and_then(|b| a.checked_shl(b)).unwrap_or(0),
        Op::ShrI64 | Op::ShrI64Imm => (x >> b.min(63)) as u64,
        Op::ShrU64 | Op::ShrU64Imm => u32::try_from(b).ok().and_then(|b| a.checked_shr(b)).unwrap_or(0),
        Op::NegI64 => a.wrapping_neg(),
        Op::Not64 => !a,
        Op::NotU32 => u64::from(!a as u32),
        Op::AddI32 => a.wrapping_add(b) as i32 as u64,
        Op::SubI32 => a.wrapping_sub(b) as i32 as u64,
        Op::MulI32 => a.wrapping_mul(b) as i32 as u64,
        Op::AddU32 => u64::from(a.wrapping_add(b) as u32),
        Op::SubU32 => u64::from(a.wrapping_sub(b) as u32),
        Op::MulU32 => u64::from(a.wrapping_mul(b) as u32),
        Op::ShlU32 | Op::ShlU32Imm => u32::try_from(b).ok().and_then(|b| a.checked_shl(b)).unwrap_or(0) & 0xffff_ffff,
        Op::RotlU32Imm => u64::from((a as u32).rotate_left(b as u32)),
        Op::Sext8 => a as i8 as u64,
        Op::Sext16 => a as i16 as u64,
        Op::Sext32 => a as i32 as u64,
        Op::Zext8 => u64::from(a as u8),
        Op::Zext16 => u64::from(a as u16),
        Op::Zext32 => u64::from(a as u32),
        Op::EqI64 | Op::EqI64Imm => u64::from(a == b),
        Op::NeI64 | Op::NeI64Imm => u64::from(a != b),
        Op::LtI64 | Op::LtI64Imm => u64::from(x < y),
        Op::LeI64 | Op::LeI64Imm => u64::from(x <= y),
        Op::GtI64Imm => u64::from(x > y),
        Op::GeI64Imm => u64::from(x >= y),
        Op::LtU64 => u64::from(a < b),
        Op::LeU64 => u64::from(a <= b),
        other => panic!("{} does not occur in random programs", other.name()),
    }
}

fn condition(op: Op, a: u64, b: u64) -> bool {
    let (x, y) = (a as i64, b as i64);
    match op {
        Op::JumpIf => a != 0,
        Op::JumpIfNot => a == 0,
        Op::JumpEqI64 | Op::JumpEqI64Imm => a == b,
        Op::JumpNeI64 | Op::JumpNeI64Imm => a != b,
        Op::JumpLtI64 | Op::JumpLtI64Imm => x < y,
        Op::JumpLeI64 | Op::JumpLeI64Imm => x <= y,
        Op::JumpGtI64Imm => x > y,
        Op::JumpGeI64Imm => x >= y,
        Op::JumpLtU64 => a < b,
        Op::JumpLeU64 => a <= b,
        other => panic!("{} does not occur in random programs", other.name()),
    }
}
