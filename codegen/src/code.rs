//! Bytecode operations on virtual registers: the form between instruction selection and emission.
//!
//! Which fields an instruction reads and writes follows from the operation table; nothing here repeats it. Positions are
//! numbered: instruction `i` reads at `2i` and writes at `2i + 1`.

use regno_bytecode::event::Event;
use regno_bytecode::op::{Op, Operand};
use regno_ir::entity::{Reg, ScopeRef};
use regno_ir::function::{Arg, Position};
use smallvec::SmallVec;
use std::ops::Range;

/// An operand field before registers are allocated.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Field {
    /// Unused, or filled at emission (window base, branch offset).
    #[default]
    None,
    /// A virtual register.
    Reg(Reg),
    /// 16 bits as they are encoded.
    Value(u16),
}

/// The extension word before registers are allocated.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Extension {
    /// No extension word.
    #[default]
    None,
    /// Final bits: immediates and entity indices.
    Bits(u64),
    /// Type index and destination.
    TypeDst(u32, Reg),
    /// Low, high, max.
    Bounds([Option<Reg>; 3]),
    /// Two destinations.
    DstDst(Reg, Reg),
    /// A source.
    Src(Reg),
}

/// An instruction.
#[derive(Clone, Debug)]
pub struct Inst {
    /// Operation.
    pub op: Op,
    /// Field `a`.
    pub a: Field,
    /// Field `b`.
    pub b: Field,
    /// Field `c`.
    pub c: Field,
    /// Extension word.
    pub ext: Extension,
    /// Index of its outgoing window in [`Code::windows`].
    pub window: Option<usize>,
    /// Index of the block it can transfer control to.
    pub target: Option<usize>,
    /// End of the prefix of [`Code::events`] charged before its effect.
    pub events_end: usize,
    /// Source position.
    pub position: Position,
    /// Innermost scope.
    pub scope: ScopeRef,
    /// One-based index of its text, 0 for none.
    pub text: u32,
}

/// Operands in consecutive registers.
#[derive(Clone, Debug)]
pub struct Window {
    /// The instruction.
    pub inst: usize,
    /// Arguments: the first goes to the base.
    pub args: Vec<Arg>,
    /// Results: the first is left at the base.
    pub results: Vec<Reg>,
    /// The instruction destroys every register from the base on.
    pub clobbers: bool,
}

/// A basic block.
#[derive(Clone, Debug)]
pub struct Block {
    /// Its instructions.
    pub insts: Range<usize>,
    /// Indices of the blocks it can continue at.
    pub successors: SmallVec<[usize; 2]>,
}

/// A function's code.
#[derive(Clone, Debug, Default)]
pub struct Code {
    /// Instructions in order of emission.
    pub insts: Vec<Inst>,
    /// Reachable blocks in order of emission.
    pub blocks: Vec<Block>,
    /// Outgoing windows in order of their instructions.
    pub windows: Vec<Window>,
    /// Events of all instructions in order.
    pub events: Vec<Event>,
    /// Number of virtual registers: those of the IR function, then those made by lowering.
    pub regs: usize,
    /// Index of the entry block.
    pub entry: usize,
    /// Index of the entry block of deferred calls.
    pub defer_entry: usize,
    /// Index of the recovery block.
    pub recovery: Option<usize>,
}

/// How an instruction uses a register.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// Reads it.
    Use,
    /// Writes it.
    Def,
}

impl Code {
    /// Calls `visit` for every register operand of the instruction, all uses before all definitions.
    pub fn operands(&self, inst: &Inst, mut visit: impl FnMut(Reg, Access)) {
        let format = inst.op.format();
        let fields = [(format.a, inst.a), (format.b, inst.b), (format.c, inst.c)];
        let window = inst.window.and_then(|index| self.windows.get(index));
        for (role, field) in fields {
            if let (Operand::Src | Operand::Mut, Field::Reg(reg)) = (role, field) {
                visit(reg, Access::Use);
            }
        }
        match inst.ext {
            Extension::Src(reg) => visit(reg, Access::Use),
            Extension::Bounds(bounds) => bounds.into_iter().flatten().for_each(|reg| visit(reg, Access::Use)),
            Extension::None | Extension::Bits(_) | Extension::TypeDst(..) | Extension::DstDst(..) => {}
        }
        for arg in window.iter().flat_map(|window| &window.args) {
            if let Arg::Reg(reg) = *arg {
                visit(reg, Access::Use);
            }
        }
        for (role, field) in fields {
            if let (Operand::Dst | Operand::Mut, Field::Reg(reg)) = (role, field) {
                visit(reg, Access::Def);
            }
        }
        match inst.ext {
            Extension::TypeDst(_, reg) => visit(reg, Access::Def),
            Extension::DstDst(first, second) => {
                visit(first, Access::Def);
                visit(second, Access::Def);
            }
            Extension::None | Extension::Bits(_) | Extension::Src(_) | Extension::Bounds(_) => {}
        }
        for &reg in window.iter().flat_map(|window| &window.results) {
            visit(reg, Access::Def);
        }
    }
}

/// The position at which instruction `index` reads; it writes one later.
pub fn reads_at(index: usize) -> usize {
    index.saturating_mul(2)
}

/// The position at which instruction `index` writes.
pub fn writes_at(index: usize) -> usize {
    reads_at(index).saturating_add(1)
}
