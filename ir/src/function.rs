//! A function of the IR.
//!
//! Blocks hold instructions in order; the last one is the only terminator. Registers are of two sorts: a *temporary* has exactly
//! one defining instruction, which dominates its uses; a *variable* ([`RegData::variable`]) may be assigned anywhere and keeps
//! its value, and its register, until its scope ends. Assignments to variables are never removed or delayed: the virtual
//! collector, the debugger and deferred functions see them.
//!
//! Every instruction carries the metering events that the reference charges *before* the instruction takes effect and after the
//! previous instruction of the block. A pass that removes an instruction moves its events to the next one; a block always has a
//! next one. The concatenation of events along a block never changes (`passes`).

use crate::entity::{Block, FuncRef, GlobalRef, Inst, Reg, ScopeRef, StrRef, TypeRef};
use crate::op::Op;
use cranelift_entity::PrimaryMap;
use regno_bytecode::event::Event;
pub use regno_bytecode::module::FunctionKind;
use regno_bytecode::types::Repr;
use smallvec::SmallVec;

/// An operand: a register or constant bits of the instruction's representation.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Arg {
    /// A register.
    Reg(Reg),
    /// Slot bits.
    Bits(u64),
}

impl Arg {
    /// The register, if it is one.
    pub fn reg(self) -> Option<Reg> {
        match self {
            Arg::Reg(reg) => Some(reg),
            Arg::Bits(_) => None,
        }
    }
}

impl From<Reg> for Arg {
    fn from(reg: Reg) -> Arg {
        Arg::Reg(reg)
    }
}

/// What an instruction refers to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Entity {
    /// Nothing.
    #[default]
    None,
    /// A type descriptor.
    Type(TypeRef),
    /// A function.
    Func(FuncRef),
    /// A string constant.
    Str(StrRef),
    /// A package-level variable.
    Global(GlobalRef),
}

/// Source position: file index, line, column, 1-based; line 0 is none.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Position {
    /// File index.
    pub file: u32,
    /// Line.
    pub line: u32,
    /// Column in bytes.
    pub column: u32,
}

/// An instruction.
#[derive(Clone, PartialEq, Debug)]
pub struct InstData {
    /// Operation.
    pub op: Op,
    /// Operating representation: of the result for loads and values, of the operands for comparisons and conversions,
    /// of the stored value for stores.
    pub repr: Repr,
    /// Results.
    pub results: SmallVec<[Reg; 1]>,
    /// Operands.
    pub args: SmallVec<[Arg; 3]>,
    /// Number, see [`crate::op::Index`].
    pub index: u64,
    /// Entity, see [`crate::op::Refers`].
    pub entity: Entity,
    /// Successors.
    pub targets: SmallVec<[Block; 2]>,
    /// Events charged before the effect.
    pub events: SmallVec<[Event; 4]>,
    /// Position in the source.
    pub position: Position,
    /// Innermost scope in which it executes.
    pub scope: ScopeRef,
    /// Its text in [`Function::texts`], one-based; 0 for none.
    pub text: u32,
}

impl InstData {
    /// An instruction at a place in the source, without results, entity, targets and events.
    pub fn new(op: Op, repr: Repr, args: &[Arg], position: Position, scope: ScopeRef) -> InstData {
        InstData {
            op,
            repr,
            results: SmallVec::new(),
            args: args.into(),
            index: 0,
            entity: Entity::None,
            targets: SmallVec::new(),
            events: SmallVec::new(),
            position,
            scope,
            text: 0,
        }
    }
}

/// How the reference shows an instruction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TextData {
    /// Text.
    pub text: String,
    /// The instruction writes what an operation made of the place itself.
    pub in_place: bool,
}

/// A register.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RegData {
    /// Representation.
    pub repr: Repr,
    /// The variable it holds (boxed variables: the register of the heap item); `None` for a temporary. An empty name: made by
    /// the builder, assigned in several places, in no scope's slots, live as far as it is read.
    pub variable: Option<String>,
}

/// A basic block.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct BlockData {
    /// Instructions in order.
    pub insts: Vec<Inst>,
}

/// Where a slot's value is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SlotPlace {
    /// In a variable's register.
    Reg(Reg),
    /// In the heap item that a variable's register refers to.
    Cell(Reg),
    /// A constant or type: bytes and visit that a collection counts (spec/00 addendum 2).
    Static {
        /// Bytes.
        bytes: u64,
        /// Visited.
        visited: bool,
    },
}

/// A slot of a block of the reference.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SlotData {
    /// Name.
    pub name: String,
    /// Type.
    pub ty: Option<TypeRef>,
    /// Place.
    pub place: SlotPlace,
}

/// How a switch clause is entered by `fallthrough`; see [`regno_bytecode::module::FallsFrom`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FallsFrom {
    /// Scope of the clause before.
    pub clause: ScopeRef,
    /// Register of the number of clauses that the block has been through before this one.
    pub depth: Reg,
}

/// A block of the reference (spec/03 §3).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ScopeData {
    /// Enclosing scope.
    pub parent: Option<ScopeRef>,
    /// Grows its parent's block instead of being a block of its own.
    pub grows_parent: bool,
    /// That of a `for`, `range` or `switch` statement.
    pub has_frame: bool,
    /// A clause that the clause before may lead to by `fallthrough`.
    pub falls_from: Option<FallsFrom>,
    /// Slots in the reference's order.
    pub slots: Vec<SlotData>,
}

/// The blocks that the reference's block stack holds for a call, at one moment; [`Event::State`] says when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StateData {
    /// State of the enclosing blocks.
    pub outer: Option<u32>,
    /// The innermost block.
    pub block: BlockKind,
}

/// A block on the reference's block stack; arguments by register and type.
pub type BlockKind = regno_bytecode::module::BlockKind<ScopeRef, (Reg, TypeRef)>;

/// A function.
#[derive(Clone, Debug)]
pub struct Function {
    /// Bare name; empty for literals.
    pub name: String,
    /// Kind.
    pub kind: FunctionKind,
    /// Type without receiver.
    pub signature: Option<TypeRef>,
    /// Registers.
    pub regs: PrimaryMap<Reg, RegData>,
    /// Blocks; block 0 need not be the entry.
    pub blocks: PrimaryMap<Block, BlockData>,
    /// Instructions.
    pub insts: PrimaryMap<Inst, InstData>,
    /// Scopes; the first is the function's own.
    pub scopes: PrimaryMap<ScopeRef, ScopeData>,
    /// States that events refer to.
    pub states: Vec<StateData>,
    /// Texts of instructions ([`regno_bytecode::module::TextEntry`]).
    pub texts: Vec<TextData>,
    /// Order in which codegen lays the blocks out.
    pub layout: Vec<Block>,
    /// Parameters, receiver first: the registers that hold the arguments on entry, whatever the entry block makes of them.
    pub params: Vec<Reg>,
    /// Representation of each result.
    pub results: Vec<Repr>,
    /// Entry of an ordinary call.
    pub entry: Block,
    /// Entry of a deferred call; often the same.
    pub defer_entry: Block,
    /// Where execution continues after the defers ran.
    pub recovery: Option<Block>,
    /// Number of captured heap items.
    pub captures: u32,
    /// It contains `defer`.
    pub has_defers: bool,
    /// Position of the declaration.
    pub position: Position,
}

impl Function {
    /// An empty function whose entry is a new empty block.
    pub fn new(name: &str, kind: FunctionKind) -> Function {
        let mut blocks = PrimaryMap::new();
        let entry = blocks.push(BlockData::default());
        let mut scopes = PrimaryMap::new();
        scopes.push(ScopeData::default());
        Function {
            name: name.to_owned(),
            kind,
            signature: None,
            regs: PrimaryMap::new(),
            blocks,
            insts: PrimaryMap::new(),
            scopes,
            states: Vec::new(),
            texts: Vec::new(),
            layout: vec![entry],
            params: Vec::new(),
            results: Vec::new(),
            entry,
            defer_entry: entry,
            recovery: None,
            captures: 0,
            has_defers: false,
            position: Position::default(),
        }
    }
}
