//! Printing.

use crate::entity::{Block, Inst, ScopeRef};
use crate::function::{Arg, Entity, Function, FunctionKind, InstData, ScopeData, SlotPlace};
use crate::op::Index;
use cranelift_entity::EntityRef;
use regno_bytecode::event::Event;
use std::fmt::{self, Write};

/// The text of a function.
pub fn print_function(function: &Function) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write_function(&mut text, function);
    text
}

fn write_function(out: &mut String, function: &Function) -> fmt::Result {
    write!(out, "function {}", quoted(&function.name))?;
    match function.kind {
        FunctionKind::Declared => {}
        FunctionKind::Method(receiver) => write!(out, " method={receiver}")?,
        FunctionKind::Literal => write!(out, " literal")?,
        FunctionKind::Synthetic => write!(out, " synthetic")?,
        FunctionKind::Native => write!(out, " native")?,
        FunctionKind::Imported(package) => write!(out, " imported={package}")?,
    }
    if let Some(signature) = function.signature {
        write!(out, " signature={signature}")?;
    }
    if function.captures > 0 {
        write!(out, " captures={}", function.captures)?;
    }
    if function.has_defers {
        write!(out, " defers")?;
    }
    writeln!(out, " {{")?;
    writeln!(out, "  params{}", list(function.params.iter(), |reg| format!(" {reg}")))?;
    writeln!(out, "  results{}", list(function.results.iter(), |repr| format!(" {}", repr.name())))?;
    for (reg, data) in &function.regs {
        let name = data.variable.as_ref().map(|name| format!(" = {}", quoted(name))).unwrap_or_default();
        writeln!(out, "  reg {reg}: {}{name}", data.repr.name())?;
    }
    for (scope, data) in &function.scopes {
        write_scope(out, scope, data)?;
    }
    write!(out, "  entry {}", function.entry)?;
    if function.defer_entry != function.entry {
        write!(out, " deferred {}", function.defer_entry)?;
    }
    if let Some(recovery) = function.recovery {
        write!(out, " recovery {recovery}")?;
    }
    writeln!(out)?;
    function.layout.iter().try_for_each(|&block| write_block(out, function, block))?;
    writeln!(out, "}}")
}

fn write_scope(out: &mut String, scope: ScopeRef, data: &ScopeData) -> fmt::Result {
    write!(out, "  scope {scope}")?;
    if let Some(parent) = data.parent {
        write!(out, " in {parent}")?;
    }
    if data.grows_parent {
        write!(out, " grows")?;
    }
    if let Some(falls) = data.falls_from {
        write!(out, " after {} {}", falls.clause, falls.depth)?;
    }
    for slot in &data.slots {
        write!(out, " ({}", quoted(&slot.name))?;
        if let Some(ty) = slot.ty {
            write!(out, " {ty}")?;
        }
        match slot.place {
            SlotPlace::Reg(reg) => write!(out, " {reg})")?,
            SlotPlace::Cell(reg) => write!(out, " cell {reg})")?,
            SlotPlace::Static { bytes, visited } => {
                write!(out, " static {bytes}{})", if visited { " visited" } else { "" })?;
            }
        }
    }
    writeln!(out)
}

fn write_block(out: &mut String, function: &Function, block: Block) -> fmt::Result {
    writeln!(out, "{block}:")?;
    function.blocks[block].insts.iter().try_for_each(|&inst| write_inst(out, function, inst))
}

fn write_inst(out: &mut String, function: &Function, inst: Inst) -> fmt::Result {
    let data = &function.insts[inst];
    write!(out, "  ")?;
    if !data.results.is_empty() {
        write!(out, "{} = ", separated(data.results.iter(), |reg| reg.to_string()))?;
    }
    write!(out, "{}.{}", data.op.info().name, data.repr.name())?;
    if !data.args.is_empty() {
        write!(out, " {}", separated(data.args.iter(), arg))?;
    }
    write_rest(out, data)?;
    writeln!(out)
}

fn write_rest(out: &mut String, data: &InstData) -> fmt::Result {
    if data.op.info().index == Index::Number && data.index != 0 {
        write!(out, " #{}", data.index)?;
    }
    match data.entity {
        Entity::None => {}
        Entity::Type(ty) => write!(out, " @{ty}")?,
        Entity::Func(func) => write!(out, " @{func}")?,
        Entity::Str(string) => write!(out, " @{string}")?,
        Entity::Global(global) => write!(out, " @{global}")?,
    }
    if !data.targets.is_empty() {
        write!(out, " -> {}", separated(data.targets.iter(), |block| block.to_string()))?;
    }
    // States are no part of the text: they say what only the virtual collector reads.
    let events: Vec<String> = data.events.iter().filter(|event| !matches!(event, Event::State(_))).map(event).collect();
    if !events.is_empty() {
        write!(out, " [{}]", events.join(" "))?;
    }
    if data.scope.index() != 0 {
        write!(out, " {}", data.scope)?;
    }
    Ok(())
}

fn arg(arg: &Arg) -> String {
    match arg {
        Arg::Reg(reg) => reg.to_string(),
        Arg::Bits(bits) => bits.to_string(),
    }
}

fn event(event: &Event) -> String {
    match event {
        Event::Op(class) => class.name().to_owned(),
        Event::Alloc(bytes) => format!("+{bytes}"),
        Event::State(_) => String::new(),
    }
}

/// Names are quoted when they would not read back as one word.
fn quoted(name: &str) -> String {
    let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '~' | '$'));
    if plain { name.to_owned() } else { format!("{name:?}") }
}

fn list<T>(items: impl Iterator<Item = T>, show: impl Fn(T) -> String) -> String {
    items.map(show).collect()
}

fn separated<T>(items: impl Iterator<Item = T>, show: impl Fn(T) -> String) -> String {
    items.map(show).collect::<Vec<_>>().join(", ")
}
