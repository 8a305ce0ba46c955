//! What must hold of a function between all passes.

use crate::entity::{Block, Inst, Reg};
use crate::function::{Entity, Function, FunctionKind, InstData};
use crate::module::Module;
use crate::op::{Op, Refers};
use cranelift_entity::{EntitySet, SecondaryMap};
use regno_bytecode::types::Repr;
use std::fmt;

/// A broken rule: a defect of the builder or of a pass.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VerifyError {
    /// Name of the function.
    pub function: String,
    /// The instruction.
    pub inst: Option<Inst>,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.function)?;
        if let Some(inst) = self.inst {
            write!(f, " {inst}")?;
        }
        write!(f, ": {}", self.message)
    }
}

impl std::error::Error for VerifyError {}

/// Verifies all functions of a module and the entities they refer to.
///
/// # Errors
///
/// The first broken rule.
pub fn verify_module(module: &Module) -> Result<(), VerifyError> {
    for function in module.functions.values() {
        if matches!(function.kind, FunctionKind::Imported(_)) {
            continue;
        }
        verify_function(function)?;
        for &block in &function.layout {
            for &inst in &function.blocks[block].insts {
                let exists = match function.insts[inst].entity {
                    Entity::None => true,
                    Entity::Type(ty) => module.types.is_valid(ty),
                    Entity::Func(func) => module.functions.is_valid(func),
                    Entity::Str(string) => module.strings.is_valid(string),
                    Entity::Global(global) => module.globals.is_valid(global),
                };
                Checker { function }.ensure(exists, Some(inst), || "entity does not exist".to_owned())?;
            }
        }
    }
    Ok(())
}

/// Verifies a function: block structure, operation shapes, representations, definitions before uses.
///
/// # Errors
///
/// The first broken rule.
pub fn verify_function(function: &Function) -> Result<(), VerifyError> {
    let checker = Checker { function };
    checker.blocks()?;
    for &block in &function.layout {
        for &inst in &function.blocks[block].insts {
            checker.shape(inst)?;
            checker.representations(inst)?;
        }
    }
    checker.single_definitions()?;
    checker.definitions_reach_uses()
}

struct Checker<'f> {
    function: &'f Function,
}

impl Checker<'_> {
    fn ensure(&self, holds: bool, inst: Option<Inst>, message: impl FnOnce() -> String) -> Result<(), VerifyError> {
        if holds {
            return Ok(());
        }
        Err(VerifyError { function: self.function.name.clone(), inst, message: message() })
    }

    fn blocks(&self) -> Result<(), VerifyError> {
        let function = self.function;
        let mut laid_out = EntitySet::new();
        for &block in &function.layout {
            self.ensure(laid_out.insert(block), None, || format!("{block} is laid out twice"))?;
        }
        let entries = [Some(function.entry), Some(function.defer_entry), function.recovery];
        for block in entries.into_iter().flatten() {
            self.ensure(laid_out.contains(block), None, || format!("entry {block} is not laid out"))?;
        }
        for &block in &function.layout {
            let insts = &function.blocks[block].insts;
            let terminators = insts.iter().filter(|&&inst| function.insts[inst].op.info().terminates).count();
            let ends = insts.last().is_some_and(|&inst| function.insts[inst].op.info().terminates);
            self.ensure(ends && terminators == 1, insts.last().copied(), || {
                format!("{block} does not end in its only terminator")
            })?;
            for &inst in insts {
                let targets = &function.insts[inst].targets;
                let exist = targets.iter().all(|&target| laid_out.contains(target));
                self.ensure(exist, Some(inst), || "target is not laid out".to_owned())?;
            }
        }
        Ok(())
    }

    fn shape(&self, inst: Inst) -> Result<(), VerifyError> {
        let data = &self.function.insts[inst];
        let info = data.op.info();
        let count = |want: Option<u8>, have: usize| want.is_none_or(|want| usize::from(want) == have);
        self.ensure(count(info.results, data.results.len()), Some(inst), || "wrong number of results".to_owned())?;
        self.ensure(count(info.args, data.args.len()), Some(inst), || "wrong number of operands".to_owned())?;
        self.ensure(usize::from(info.targets) == data.targets.len(), Some(inst), || {
            "wrong number of targets".to_owned()
        })?;
        let refers = match data.entity {
            Entity::None => Refers::None,
            Entity::Type(_) => Refers::Type,
            Entity::Func(_) => Refers::Func,
            Entity::Str(_) => Refers::Str,
            Entity::Global(_) => Refers::Global,
        };
        self.ensure(refers == info.refers, Some(inst), || "wrong kind of entity".to_owned())?;
        let needs_recovery = data.op == Op::RunDefers && self.function.recovery.is_none();
        self.ensure(!needs_recovery, Some(inst), || "no recovery block".to_owned())?;
        self.ensure(self.function.scopes.is_valid(data.scope), Some(inst), || "scope does not exist".to_owned())
    }

    fn repr(&self, reg: Reg) -> Repr {
        self.function.regs[reg].repr
    }

    /// Operand and result representations of operations whose representation is that of all of them.
    fn representations(&self, inst: Inst) -> Result<(), VerifyError> {
        let data = &self.function.insts[inst];
        let exist = |reg: Reg| self.function.regs.is_valid(reg);
        let all_exist = data.results.iter().copied().chain(data.args.iter().filter_map(|arg| arg.reg())).all(exist);
        self.ensure(all_exist, Some(inst), || "register does not exist".to_owned())?;
        let uniform = uniform_operands(data.op);
        let skipped = if matches!(data.op, Op::Shl | Op::Shr) { 1 } else { data.args.len() };
        if uniform {
            for reg in data.args.iter().take(skipped).filter_map(|arg| arg.reg()) {
                self.ensure(self.repr(reg) == data.repr, Some(inst), || {
                    format!("{reg} is {}, not {}", self.repr(reg).name(), data.repr.name())
                })?;
            }
        }
        if let ([result], Some(expected)) = (data.results.as_slice(), result_repr(data)) {
            self.ensure(self.repr(*result) == expected, Some(inst), || {
                format!("{result} is {}, not {}", self.repr(*result).name(), expected.name())
            })?;
        }
        Ok(())
    }

    /// A temporary has at most one definition.
    fn single_definitions(&self) -> Result<(), VerifyError> {
        let mut defined: EntitySet<Reg> = EntitySet::new();
        for &reg in &self.function.params {
            defined.insert(reg);
        }
        for &block in &self.function.layout {
            for &inst in &self.function.blocks[block].insts {
                for &reg in &self.function.insts[inst].results {
                    let fresh = defined.insert(reg) || self.function.regs[reg].variable.is_some();
                    self.ensure(fresh, Some(inst), || format!("temporary {reg} is defined twice"))?;
                }
            }
        }
        Ok(())
    }

    /// Every use of a temporary is reached by its definition on all paths.
    fn definitions_reach_uses(&self) -> Result<(), VerifyError> {
        let function = self.function;
        let mut available: SecondaryMap<Block, Option<EntitySet<Reg>>> = SecondaryMap::new();
        let mut work: Vec<Block> = Vec::new();
        let mut start: EntitySet<Reg> = EntitySet::new();
        for &reg in &function.params {
            start.insert(reg);
        }
        for entry in [Some(function.entry), Some(function.defer_entry), function.recovery].into_iter().flatten() {
            available[entry] = Some(start.clone());
            work.push(entry);
        }
        while let Some(block) = work.pop() {
            let Some(mut live) = available[block].clone() else { continue };
            for &inst in &function.blocks[block].insts {
                function.insts[inst].results.iter().for_each(|&reg| {
                    live.insert(reg);
                });
            }
            let Some(&last) = function.blocks[block].insts.last() else { continue };
            for &target in &function.insts[last].targets {
                let merged = match &available[target] {
                    None => live.clone(),
                    Some(known) => intersection(known, &live),
                };
                if available[target].as_ref().is_none_or(|known| size(known) != size(&merged)) {
                    available[target] = Some(merged);
                    work.push(target);
                }
            }
        }
        for &block in &function.layout {
            let Some(mut live) = available[block].clone() else { continue };
            for &inst in &function.blocks[block].insts {
                let data = &function.insts[inst];
                for reg in data.args.iter().filter_map(|arg| arg.reg()) {
                    let known = live.contains(reg) || function.regs[reg].variable.is_some();
                    self.ensure(known, Some(inst), || format!("{reg} is used before its definition"))?;
                }
                data.results.iter().for_each(|&reg| {
                    live.insert(reg);
                });
            }
        }
        Ok(())
    }
}

fn intersection(a: &EntitySet<Reg>, b: &EntitySet<Reg>) -> EntitySet<Reg> {
    let mut both = EntitySet::new();
    for reg in a.keys().filter(|&reg| b.contains(reg)) {
        both.insert(reg);
    }
    both
}

fn size(set: &EntitySet<Reg>) -> usize {
    set.keys().count()
}

/// All register operands have the instruction's representation (shift counts excepted).
fn uniform_operands(op: Op) -> bool {
    let branch = matches!(op, Op::BranchEq | Op::BranchNe | Op::BranchLt | Op::BranchLe | Op::BranchGt | Op::BranchGe);
    branch || op.is_arithmetic() || op.is_comparison()
}

/// Representation of the single result, where the operation fixes it.
fn result_repr(data: &InstData) -> Option<Repr> {
    match data.op {
        op if op.is_comparison() => Some(Repr::Bool),
        Op::EqIface | Op::NeIface | Op::EqValue | Op::NeValue | Op::Not | Op::HasDefers => Some(Repr::Bool),
        Op::Convert => u8::try_from(data.index).ok().and_then(Repr::from_code),
        Op::StrConst | Op::Concat | Op::StrFromBytes | Op::StrFromInt | Op::StrFromRunes | Op::SliceStr => {
            Some(Repr::Str)
        }
        Op::MakeIface | Op::RetypeIface | Op::CopyIface | Op::Recover | Op::Stringify => Some(Repr::Iface),
        Op::NewCell | Op::LoadCapture => Some(Repr::Cell),
        Op::AddrCell
        | Op::AddrElem
        | Op::AddrField
        | Op::AddrGlobal
        | Op::AddrIndex
        | Op::AddrMap
        | Op::AddrPtrField => Some(Repr::Ptr),
        Op::Const => Some(data.repr),
        op if op.is_arithmetic() => Some(data.repr),
        _ => None,
    }
}
