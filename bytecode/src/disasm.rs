//! Disassembly: the text of a function.
//!
//! ```text
//! func fib: 1 parameters, 1 results, 3 registers
//!   main.gno:4
//!    0  Segment 0                  ; gas 407, bytes 584: Alloc 584, Exec, IfCond, Eval 3, Lss
//!    1  JumpGeI64Imm r0, 2, ->4
//! ```
//!
//! The operand syntax follows from the operation table: `r` registers, plain numbers, `->` branch targets, entities by kind and
//! number with their name. A segment shows its events summed; amounts are those of a gas schedule.

use crate::event::{Event, GasSchedule, OpClass};
use crate::module::{Function, FunctionKind, Module, Segment, SlotPlace, text_of};
use crate::op::{Ext, Op, Operand, code_of, field_a, field_b, field_c, field_long};
use crate::types::{StrRef, TypeRef};
use std::fmt::Write;

/// The text of a function: header, code by source line, scopes.
pub fn function(module: &Module, function: &Function, schedule: &GasSchedule) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write_function(&mut text, module, function, schedule);
    text
}

/// The text of one instruction, without its address.
pub fn instruction(module: &Module, function: &Function, pc: usize) -> String {
    let mut text = String::new();
    let _ = write_instruction(&mut text, module, function, pc);
    text
}

fn write_function(
    out: &mut String,
    module: &Module,
    function: &Function,
    schedule: &GasSchedule,
) -> Result<(), std::fmt::Error> {
    let Function { params, results, frame_size, entry, defer_entry, .. } = function;
    let (file, line) = function.declared_at;
    let name = name_of(module, function);
    writeln!(
        out,
        "func {name}: {params} parameters, {results} results, {frame_size} registers; {}",
        place(module, file, line)
    )?;
    if entry != defer_entry || *entry != 0 || function.recovery.is_some() {
        write!(out, "  entry {entry}, deferred entry {defer_entry}")?;
        match function.recovery {
            Some(recovery) => writeln!(out, ", recovery {recovery}")?,
            None => writeln!(out)?,
        }
    }
    let mut lines = function.lines.iter().peekable();
    let mut shown = None;
    let mut pc = 0;
    while let Some(&word) = function.code.get(pc) {
        let mut current = None;
        while let Some(entry) = lines.next_if(|entry| index(entry.pc) <= pc) {
            current = Some((entry.file, entry.line));
        }
        if let Some((file, line)) = current
            && shown != current
        {
            writeln!(out, "  {}", place(module, file, line))?;
            shown = current;
        }
        write!(out, "{pc:6}  ")?;
        write_instruction(out, module, function, pc)?;
        if code_of(word) == Op::Segment as u16
            && let Some(segment) = function.segments.iter().find(|segment| index(segment.pc) == pc)
        {
            write_events(out, function, segment, schedule)?;
        }
        writeln!(out)?;
        pc = pc.saturating_add(Op::from_code(code_of(word)).map_or(1, Op::words));
    }
    write_scopes(out, function)
}

fn name_of(module: &Module, function: &Function) -> String {
    match function.kind {
        FunctionKind::Method(receiver) => format!("({}).{}", type_name(module, receiver), function.name),
        FunctionKind::Literal => "literal".to_owned(),
        FunctionKind::Synthetic => format!("{} (synthetic)", function.name),
        FunctionKind::Declared => function.name.clone(),
        FunctionKind::Native => format!("{} (native)", function.name),
        FunctionKind::Imported(package) => {
            use cranelift_entity::EntityRef;
            let path = module.imports.get(package.index()).map_or("", String::as_str);
            format!("{path}.{} (imported)", function.name)
        }
    }
}

fn place(module: &Module, file: u32, line: u32) -> String {
    let file = module.files.get(index(file)).map_or("?", String::as_str);
    format!("{file}:{line}")
}

/// Sums of a segment, and its events with repetitions counted, in order of first occurrence.
fn write_events(out: &mut String, function: &Function, segment: &Segment, schedule: &GasSchedule) -> std::fmt::Result {
    let events = function.events.get(index(segment.events_start)..index(segment.events_end)).unwrap_or_default();
    let mut gas = 0_u64;
    let mut bytes = 0_u64;
    let mut counts: Vec<(OpClass, u32)> = Vec::new();
    for event in events.iter().filter_map(|&word| Event::unpack(word)) {
        match event {
            Event::State(_) => {}
            Event::Alloc(size) => bytes = bytes.saturating_add(u64::from(size)),
            Event::Op(class) => {
                gas = gas.saturating_add(u64::from(schedule.op(class)));
                match counts.iter_mut().find(|(counted, _)| *counted == class) {
                    Some((_, count)) => *count = count.saturating_add(1),
                    None => counts.push((class, 1)),
                }
            }
        }
    }
    write!(out, "  ; gas {gas}, bytes {bytes}")?;
    for (position, (class, count)) in counts.into_iter().enumerate() {
        write!(out, "{} {}", if position == 0 { ":" } else { "," }, class.name())?;
        if count > 1 {
            write!(out, " {count}")?;
        }
    }
    Ok(())
}

fn write_instruction(out: &mut String, module: &Module, function: &Function, pc: usize) -> std::fmt::Result {
    let word = function.code.get(pc).copied().unwrap_or(0);
    let Some(op) = Op::from_code(code_of(word)) else { return write!(out, "unknown operation {}", code_of(word)) };
    let format = op.format();
    let mut operands: Vec<String> = Vec::new();
    for (role, value) in [(format.a, field_a(word)), (format.b, field_b(word)), (format.c, field_c(word))] {
        match role {
            Operand::None | Operand::Long => {}
            Operand::Dst | Operand::Src | Operand::Mut => operands.push(format!("r{value}")),
            Operand::Base => operands.push(format!("window r{value}")),
            Operand::Imm => operands.push(value.cast_signed().to_string()),
            // Segment words keep a reserved field.
            Operand::Num if op == Op::Segment => {}
            Operand::Num => operands.push(value.to_string()),
            Operand::Off => operands.push(target(pc, op, i64::from(value.cast_signed()))),
        }
    }
    if format.b == Operand::Long {
        let long = field_long(word);
        operands.push(match op {
            Op::Segment => long.to_string(),
            _ => target(pc, op, i64::from(long.cast_signed())),
        });
    }
    let ext = function.code.get(pc.saturating_add(1)).copied().unwrap_or(0);
    extension(&mut operands, module, format.ext, ext);
    write!(out, "{:<16} {}", op.name(), operands.join(", "))
}

fn target(pc: usize, op: Op, offset: i64) -> String {
    let next = i64::try_from(pc.saturating_add(op.words())).unwrap_or(i64::MAX);
    format!("->{}", next.saturating_add(offset))
}

fn extension(operands: &mut Vec<String>, module: &Module, ext: Ext, word: u64) {
    let low = u32::try_from(word & 0xffff_ffff).unwrap_or(u32::MAX);
    let register = |number: u32| format!("r{}", word.checked_shr(number.saturating_mul(16)).unwrap_or(0) & 0xffff);
    match ext {
        Ext::None => {}
        Ext::Bits => operands.push(format!("{}", word.cast_signed())),
        Ext::Type => operands.push(format!("type {}", type_name(module, TypeRef::from_u32(low)))),
        Ext::TypeDst => {
            operands.push(register(2));
            operands.push(format!("type {}", type_name(module, TypeRef::from_u32(low))));
        }
        Ext::Func => {
            let callee = module.functions.get(index(low));
            operands.push(
                callee
                    .map_or_else(|| format!("func {low}"), |callee| format!("func {low} {}", name_of(module, callee))),
            );
        }
        Ext::Str => operands.push(format!("{:?}", text_of(&module.strings, StrRef::from_u32(low)))),
        Ext::Global => {
            let name = module.globals.get(index(low)).map_or("?", |global| global.name.as_str());
            operands.push(format!("global {name}"));
        }
        Ext::Bounds => {
            let bounds = ["low", "high", "max"].into_iter().zip(0_u32..);
            let present = bounds.filter(|&(_, bit)| word.checked_shr(48 + bit).unwrap_or(0) & 1 == 1);
            operands.extend(present.map(|(name, bit)| format!("{name} {}", register(bit))));
        }
        Ext::DstDst => operands.extend([register(0), register(1)]),
        Ext::Src => operands.push(register(0)),
    }
}

fn type_name(module: &Module, ty: TypeRef) -> &str {
    module.types.get(index(ty.as_u32())).map_or("?", |desc| desc.name.as_str())
}

fn write_scopes(out: &mut String, function: &Function) -> std::fmt::Result {
    for (number, scope) in function.scopes.iter().enumerate() {
        if scope.slots.is_empty() {
            continue;
        }
        write!(out, "  scope {number}")?;
        if let Some(parent) = scope.parent {
            write!(out, " {} {parent}", if scope.grows_parent { "grows" } else { "in" })?;
        }
        if let Some(falls) = scope.falls_from {
            write!(out, " after {} by r{}", falls.clause, falls.depth)?;
        }
        for (position, slot) in scope.slots.iter().enumerate() {
            let name = if slot.name.is_empty() { "_" } else { &slot.name };
            write!(out, "{} {name} ", if position == 0 { ":" } else { "," })?;
            match slot.place {
                SlotPlace::Register(register) => write!(out, "r{register}")?,
                SlotPlace::Cell(register) => write!(out, "cell r{register}")?,
                SlotPlace::Static { bytes, .. } => write!(out, "static {bytes}")?,
                SlotPlace::Never => write!(out, "never")?,
            }
        }
        writeln!(out)?;
    }
    Ok(())
}

fn index(value: u32) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::op::{encode, encode_long};

    #[test]
    fn operands_are_written_by_role() {
        let mut module = Module { strings: vec![b"hi".to_vec()], ..Module::default() };
        let code = vec![
            encode_long(Op::Segment, 0, 0),
            encode(Op::JumpLtI64Imm, 0, 0xffff, 0xfffe),
            encode_long(Op::Segment, 0, 1),
            encode(Op::LoadStr, 2, 0, 0),
            0,
            encode(Op::SliceStr, 1, 2, 0),
            3 | 1 << 48 | 1 << 50,
            encode(Op::Return1, 1, 0, 0),
        ];
        let function = Function {
            frame_size: 4,
            code,
            segments: vec![
                Segment { pc: 0, events_start: 0, events_end: 2 },
                Segment { pc: 2, events_start: 2, events_end: 2 },
            ],
            events: vec![Event::Op(OpClass::Eval).pack(), Event::Alloc(40).pack()],
            declared_at: (0, 1),
            ..Function::new("f", FunctionKind::Declared)
        };
        let text = super::function(&module, &function, &GasSchedule::reference());
        module.functions.push(function);
        for part in
            ["Segment          0  ; gas 29, bytes 40: Eval", "r0, -1, ->0", "r2, \"hi\"", "r1, r2, low r3, max r0"]
        {
            assert!(text.contains(part), "{part} in\n{text}");
        }
    }
}
