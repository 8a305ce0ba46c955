//! Instruction selection.
//!
//! Blocks are taken in layout order; unreachable ones are dropped. Temporaries that only hold a constant disappear: each use
//! becomes an immediate where the operation has one ([`arith`], [`compare`]), else a constant loaded for this use, or in a loop
//! a register that the entry blocks load once. Operations without a choice are filled in by rote from the operation table
//! ([`direct`]). Short blocks are copied to where they are jumped to from ([`mod@layout`]).

mod arith;
mod compare;
mod convert;
mod direct;
mod facts;
mod layout;

use crate::CodegenError;
use crate::code::{Block as CodeBlock, Code, Extension, Field, Inst, Window};
pub(crate) use compare::inverted_branch;
use cranelift_entity::EntityRef;
use facts::Facts;
use indexmap::IndexMap;
use layout::Layout;
use regno_bytecode::op::Op as ByteOp;
use regno_bytecode::op::call;
use regno_ir::entity::{Block, Reg};
use regno_ir::function::{Arg, Entity, Function, InstData};
use regno_ir::op::Op;
use smallvec::SmallVec;
use std::cmp::Reverse;
use std::collections::HashMap;

/// Selects instructions for a function.
///
/// # Errors
///
/// When an index does not fit its field, or the function is malformed.
pub fn lower(function: &Function) -> Result<Code, CodegenError> {
    let layout = Layout::of(function);
    let entries = [Some(function.entry), Some(function.defer_entry), function.recovery];
    if entries.into_iter().flatten().any(|block| layout.index_of[block].is_none()) {
        return Err(CodegenError::malformed("an entry block is not in the layout", function));
    }
    let facts = Facts::of(function);
    let in_loops = layout.in_loops(function);
    let select = |hoisted: &[u64]| {
        let mut lowering = Lowering {
            function,
            facts: &facts,
            layout: &layout,
            code: Code { regs: function.regs.len(), ..Code::default() },
            current: None,
            next_block: 0,
            renamed: HashMap::new(),
            looping: false,
            hoisted: IndexMap::new(),
            wanted: IndexMap::new(),
        };
        for &bits in hoisted {
            let reg = lowering.new_reg();
            lowering.hoisted.insert(bits, reg);
        }
        for (index, &block) in layout.order.iter().enumerate() {
            lowering.looping = in_loops.get(index) == Some(&true);
            lowering.block(block, index)?;
        }
        Ok((lowering.code, lowering.wanted))
    };
    let (mut code, wanted) = select(&[])?;
    if !wanted.is_empty() {
        code = select(&most_wanted(wanted))?.0;
    }
    code.entry = layout.index_of[function.entry].unwrap_or(0);
    code.defer_entry = layout.index_of[function.defer_entry].unwrap_or(0);
    code.recovery = function.recovery.and_then(|block| layout.index_of[block]);
    Ok(code)
}

/// Registers that hoisted constants may occupy.
const MAX_HOISTED: usize = 12;

/// The constants that loops load most often, in order of first occurrence among equals.
fn most_wanted(wanted: IndexMap<u64, u32>) -> Vec<u64> {
    let mut wanted: Vec<(u64, u32)> = wanted.into_iter().collect();
    wanted.sort_by_key(|&(_, count)| Reverse(count));
    wanted.truncate(MAX_HOISTED);
    wanted.into_iter().map(|(bits, _)| bits).collect()
}

struct Lowering<'f> {
    function: &'f Function,
    facts: &'f Facts,
    layout: &'f Layout,
    code: Code,
    /// The IR instruction being lowered.
    current: Option<&'f InstData>,
    /// Index of the block that follows in emission order.
    next_block: usize,
    /// Temporaries of the tail being copied under the names they have in this copy.
    renamed: HashMap<Reg, Reg>,
    /// The block lies in a loop.
    looping: bool,
    /// Constants that the entry blocks load once for all loops.
    hoisted: IndexMap<u64, Reg>,
    /// How often instructions in loops load each constant.
    wanted: IndexMap<u64, u32>,
}

impl<'f> Lowering<'f> {
    fn block(&mut self, block: Block, index: usize) -> Result<(), CodegenError> {
        let start = self.code.insts.len();
        self.next_block = index.saturating_add(1);
        let function = self.function;
        let Some(&last) = function.blocks[block].insts.last() else {
            return Err(CodegenError::malformed("empty block", function));
        };
        if !function.insts[last].op.info().terminates {
            return Err(CodegenError::malformed("block without terminator", function));
        }
        if block == function.entry || block == function.defer_entry {
            self.current = function.blocks[block].insts.first().map(|&inst| &function.insts[inst]);
            for (bits, reg) in self.hoisted.clone() {
                self.load_bits(reg, bits);
            }
        }
        let tail = self.layout.tail(block);
        self.insts(block, tail.is_some())?;
        if let Some(tail) = tail {
            self.rename(tail);
            self.insts(tail, false)?;
            self.renamed.clear();
        }
        let successors = self.layout.successors(function, block);
        let successors = successors.iter().filter_map(|&target| self.layout.index_of[target]).collect();
        self.code.blocks.push(CodeBlock { insts: start..self.code.insts.len(), successors });
        Ok(())
    }

    /// Gives the temporaries that a block keeps to itself new names, for a copy of the block.
    fn rename(&mut self, block: Block) {
        let function = self.function;
        for &inst in &function.blocks[block].insts {
            for &reg in &function.insts[inst].results {
                let reg = self.facts.merged(reg);
                if self.facts.local(reg) && !self.renamed.contains_key(&reg) {
                    let copy = self.new_reg();
                    self.renamed.insert(reg, copy);
                }
            }
        }
    }

    /// The register that stands for this one: merged temporaries and copied blocks seen through.
    fn standing_for(&self, reg: Reg) -> Reg {
        let reg = self.facts.merged(reg);
        self.renamed.get(&reg).copied().unwrap_or(reg)
    }

    /// Selects the instructions of a block; with `open_end` its final jump gives only its events.
    fn insts(&mut self, block: Block, open_end: bool) -> Result<(), CodegenError> {
        let function = self.function;
        for &inst in &function.blocks[block].insts {
            let data = &function.insts[inst];
            self.current = Some(data);
            self.code.events.extend(data.events.iter().copied());
            if let Some((source, count)) = self.facts.rotation(inst) {
                let fields = [self.result(data, 0)?, self.standing_for(source)].map(Field::Reg);
                self.push(ByteOp::RotlU32Imm, [fields[0], fields[1], Field::Value(count)], Extension::None);
            } else if !(self.facts.folded(data) || open_end && data.op == Op::Jump) {
                self.inst(data)?;
            }
        }
        Ok(())
    }

    fn inst(&mut self, data: &'f InstData) -> Result<(), CodegenError> {
        match data.op {
            Op::Const => self.load_bits(self.result(data, 0)?, data.index),
            Op::Copy | Op::AddrCell => {
                let dst = self.result(data, 0)?;
                match self.arg(data, 0)? {
                    Arg::Reg(src) => self.copy(dst, src),
                    Arg::Bits(bits) => self.load_bits(dst, bits),
                }
            }
            op if op.is_arithmetic() => return self.arithmetic(data),
            op if op.is_comparison() => return self.comparison(data),
            Op::Convert => return self.conversion(data),
            Op::FromWord | Op::ToWord => return self.word(data),
            Op::Jump => {
                let target = self.target(data, 0)?;
                self.jump(target);
            }
            Op::Branch | Op::BranchEq | Op::BranchNe | Op::BranchLt | Op::BranchLe | Op::BranchGt | Op::BranchGe => {
                return self.branch(data);
            }
            Op::SliceStr | Op::SliceSlice | Op::SliceArray | Op::SlicePtr => return self.slice(data),
            Op::MakeSlice => {
                let (dst, len) = (self.result(data, 0)?, self.arg_reg(data, 0)?);
                let cap = if data.index == 1 { len } else { self.arg_reg(data, 1)? };
                let ext = Extension::Bits(self.entity(data)? | (data.index & 1) << 32);
                self.push(ByteOp::MakeSlice, [Field::Reg(dst), Field::Reg(len), Field::Reg(cap)], ext);
            }
            Op::NextMapIter => {
                let (next, ok) = (self.result(data, 0)?, self.result(data, 1)?);
                let (key, value) = (self.result(data, 2)?, self.result(data, 3)?);
                let (iter, map) = (self.arg_reg(data, 0)?, self.arg_reg(data, 1)?);
                self.copy(next, iter);
                let fields = [Field::Reg(next), Field::Reg(map), Field::Reg(ok)];
                self.push(ByteOp::NextMapIter, fields, Extension::DstDst(key, value));
            }
            Op::Stringify => {
                let (result, value) = (self.result(data, 0)?, self.arg_reg(data, 0)?);
                self.copy(result, value);
                self.push(ByteOp::Stringify, [Field::Reg(result), Field::None, Field::None], Extension::None);
            }
            Op::MakeClosure
            | Op::NewKeyedSlice
            | Op::Call
            | Op::CallNative
            | Op::CallValue
            | Op::CallSelected
            | Op::Defer
            | Op::DeferValue
            | Op::DeferSelected
            | Op::Print
            | Op::Return => return self.windowed(data),
            _ => return self.direct(data),
        }
        Ok(())
    }

    /// Operations with operands in consecutive registers.
    fn windowed(&mut self, data: &'f InstData) -> Result<(), CodegenError> {
        // The flags of calls.
        let flag = Field::Value(u16::try_from(data.index).unwrap_or(u16::MAX) & call::ALL);
        let func = |this: &Self| this.entity(data).map(Extension::Bits);
        let dynamic = matches!(data.op, Op::CallValue | Op::CallSelected | Op::DeferValue | Op::DeferSelected);
        let callee = if dynamic { Field::Reg(self.arg_reg(data, 0)?) } else { Field::None };
        let args = (usize::from(dynamic)..data.args.len()).map(|index| self.arg(data, index));
        let args = args.collect::<Result<Vec<_>, _>>()?;
        let count = u16::try_from(args.len()).map_err(|_| CodegenError::too_many("operands", self.function))?;
        let count = Field::Value(count);
        let (op, fields, ext) = match data.op {
            Op::Call => (ByteOp::Call, [Field::None, flag, Field::None], func(self)?),
            Op::CallNative => {
                let results = u16::try_from(data.results.len());
                let results = results.map_err(|_| CodegenError::too_many("results", self.function))?;
                (ByteOp::CallNative, [Field::None, count, Field::Value(results)], func(self)?)
            }
            Op::CallValue => (ByteOp::CallValue, [Field::None, flag, callee], Extension::None),
            Op::CallSelected => (ByteOp::CallSelected, [Field::None, flag, callee], Extension::None),
            Op::Defer => (ByteOp::Defer, [Field::None, count, Field::None], func(self)?),
            Op::DeferValue => (ByteOp::DeferValue, [Field::None, count, callee], Extension::None),
            Op::DeferSelected => (ByteOp::DeferSelected, [Field::None, count, callee], Extension::None),
            Op::Print => (ByteOp::Print, [Field::None, count, Field::Value(data.index as u16)], Extension::None),
            Op::NewKeyedSlice => {
                let dst = Field::Reg(self.result(data, 0)?);
                (ByteOp::NewKeyedSlice, [dst, Field::None, count], Extension::Bits(data.repr as u64))
            }
            Op::MakeClosure => {
                let dst = Field::Reg(self.result(data, 0)?);
                (ByteOp::MakeClosure, [dst, Field::None, count], func(self)?)
            }
            _ => return self.return_values(&args),
        };
        let calls = matches!(data.op, Op::Call | Op::CallNative | Op::CallValue | Op::CallSelected);
        let results = if calls {
            (0..data.results.len()).map(|index| self.result(data, index)).collect()
        } else {
            Ok(Vec::new())
        };
        let inst = self.code.insts.len();
        self.code.windows.push(Window { inst, args, results: results?, clobbers: calls });
        self.push_windowed(op, fields, ext);
        Ok(())
    }

    fn return_values(&mut self, args: &[Arg]) -> Result<(), CodegenError> {
        match *args {
            [] => self.push(ByteOp::Return0, [Field::None; 3], Extension::None),
            [value] => {
                let value = self.materialize(value);
                self.push(ByteOp::Return1, [Field::Reg(value), Field::None, Field::None], Extension::None);
            }
            _ => {
                let count = u16::try_from(args.len()).map_err(|_| CodegenError::too_many("results", self.function))?;
                let inst = self.code.insts.len();
                self.code.windows.push(Window { inst, args: args.to_vec(), results: Vec::new(), clobbers: false });
                self.push_windowed(ByteOp::ReturnN, [Field::None, Field::Value(count), Field::None], Extension::None);
            }
        }
        Ok(())
    }

    fn slice(&mut self, data: &'f InstData) -> Result<(), CodegenError> {
        let op = match data.op {
            Op::SliceStr => ByteOp::SliceStr,
            Op::SliceSlice => ByteOp::SliceSlice,
            Op::SliceArray => ByteOp::SliceArray,
            _ => ByteOp::SlicePtr,
        };
        let (dst, base) = (self.result(data, 0)?, self.arg_reg(data, 0)?);
        let mut bounds = [None; 3];
        let mut next = 1;
        for (bit, bound) in bounds.iter_mut().enumerate() {
            if data.index >> bit & 1 == 1 {
                *bound = Some(self.arg_reg(data, next)?);
                next += 1;
            }
        }
        self.push(op, [Field::Reg(dst), Field::Reg(base), Field::None], Extension::Bounds(bounds));
        Ok(())
    }

    fn jump(&mut self, target: usize) {
        self.push(ByteOp::Jump, [Field::None; 3], Extension::None);
        if let Some(inst) = self.code.insts.last_mut() {
            inst.target = Some(target);
        }
    }

    /// Appends an instruction; it takes all events of the IR function up to here.
    fn push(&mut self, op: ByteOp, [a, b, c]: [Field; 3], ext: Extension) {
        let (position, scope, text) = match self.current {
            Some(data) => (data.position, data.scope, data.text),
            None => (Default::default(), EntityRef::new(0), 0),
        };
        let events_end = self.code.events.len();
        self.code.insts.push(Inst { op, a, b, c, ext, window: None, target: None, events_end, position, scope, text });
    }

    /// Appends the instruction of the newest window.
    fn push_windowed(&mut self, op: ByteOp, fields: [Field; 3], ext: Extension) {
        let window = self.code.windows.len().checked_sub(1);
        self.push(op, fields, ext);
        if let Some(inst) = self.code.insts.last_mut() {
            inst.window = window;
        }
    }

    fn new_reg(&mut self) -> Reg {
        let reg = Reg::new(self.code.regs);
        self.code.regs += 1;
        reg
    }

    fn copy(&mut self, dst: Reg, src: Reg) {
        if dst != src {
            self.push(ByteOp::Move, [Field::Reg(dst), Field::Reg(src), Field::None], Extension::None);
        }
    }

    fn load_bits(&mut self, dst: Reg, bits: u64) {
        match immediate(bits) {
            Some(imm) => self.push(ByteOp::LoadImm, [Field::Reg(dst), imm, Field::None], Extension::None),
            None => self.push(ByteOp::LoadBits, [Field::Reg(dst), Field::None, Field::None], Extension::Bits(bits)),
        }
    }

    /// A register with the value of the operand.
    fn materialize(&mut self, arg: Arg) -> Reg {
        match arg {
            Arg::Reg(reg) => reg,
            Arg::Bits(bits) => {
                if let Some(&reg) = self.hoisted.get(&bits).filter(|_| self.looping) {
                    return reg;
                }
                if self.looping {
                    let count = self.wanted.entry(bits).or_default();
                    *count = count.saturating_add(1);
                }
                let reg = self.new_reg();
                self.load_bits(reg, bits);
                reg
            }
        }
    }

    /// Operand `index`, constants seen through.
    fn arg(&self, data: &InstData, index: usize) -> Result<Arg, CodegenError> {
        let arg =
            data.args.get(index).copied().ok_or_else(|| CodegenError::malformed("operand missing", self.function))?;
        Ok(match self.facts.resolve(arg) {
            Arg::Reg(reg) => Arg::Reg(self.standing_for(reg)),
            constant => constant,
        })
    }

    fn arg_reg(&mut self, data: &InstData, index: usize) -> Result<Reg, CodegenError> {
        let arg = self.arg(data, index)?;
        Ok(self.materialize(arg))
    }

    /// Result `index`.
    fn result(&self, data: &InstData, index: usize) -> Result<Reg, CodegenError> {
        let reg = data.results.get(index).copied();
        let reg = reg.ok_or_else(|| CodegenError::malformed("result missing", self.function))?;
        Ok(self.standing_for(reg))
    }

    fn target(&self, data: &InstData, index: usize) -> Result<usize, CodegenError> {
        let target = data.targets.get(index).and_then(|&block| self.layout.index_of[block]);
        target.ok_or_else(|| CodegenError::malformed("branch target missing", self.function))
    }

    /// The number of the entity that the instruction refers to.
    fn entity(&self, data: &InstData) -> Result<u64, CodegenError> {
        let index = match data.entity {
            Entity::None => return Err(CodegenError::malformed("entity missing", self.function)),
            Entity::Type(ty) => ty.index(),
            Entity::Func(func) => func.index(),
            Entity::Str(string) => string.index(),
            Entity::Global(global) => global.index(),
        };
        u64::try_from(index).map_err(|_| CodegenError::malformed("entity out of range", self.function))
    }

    fn args2(&self, data: &InstData) -> Result<(Arg, Arg), CodegenError> {
        Ok((self.arg(data, 0)?, self.arg(data, 1)?))
    }
}

/// The bits as a sign-extended 16-bit immediate.
fn immediate(bits: u64) -> Option<Field> {
    i16::try_from(bits.cast_signed()).ok().map(|imm| Field::Value(imm.cast_unsigned()))
}

/// Registers and at most one constant.
type Fields = SmallVec<[Field; 3]>;
