//! The function under construction: blocks, registers, and the events that wait for their instruction.

use super::Context;
use super::scope::Home;
use crate::entity::{Block, Reg, ScopeRef, TypeRef};
use crate::function::{
    Arg, BlockData, BlockKind, Entity, FallsFrom, Function, FunctionKind, InstData, Position, RegData, StateData,
};
use crate::op::Op;
use cranelift_entity::{EntityRef, SecondaryMap};
use regno_bytecode::event::{Event, MAX_ALLOC_EVENT, OpClass};
use regno_bytecode::types::Repr;
use regno_frontend::source::Span;
use regno_frontend::typed::{ScopeId, StmtId, VarId};
use std::collections::{HashMap, HashSet};

/// Builds one function.
pub(super) struct FunctionBuilder<'m, 'a> {
    pub cx: &'m mut Context<'a>,
    pub function: Function,
    /// Index of the source file.
    pub file: u32,
    pub position: Position,
    pub scope: ScopeRef,
    block: Block,
    /// The current block has its terminator: what follows cannot be reached.
    terminated: bool,
    pending: Vec<Event>,
    pub homes: HashMap<VarId, Home>,
    pub results: Vec<VarId>,
    pub named_results: bool,
    pub result_types: Vec<regno_frontend::types::TypeId>,
    pub exits: HashMap<StmtId, Exits>,
    pub goto_targets: HashSet<StmtId>,
    pub goto_blocks: HashMap<StmtId, Block>,
    /// Where `fallthrough` leads in the clause being built.
    pub fallthrough: Option<Block>,
    /// What the next scope keeps of the clause before.
    pub falls_in: Option<FallsFrom>,
    /// Every variable gets a value at the start of its scope, because jumps may pass its definition.
    pub initialise: bool,
    /// Current state of the reference's block stack.
    pub state: u32,
    /// The last state of each scope.
    pub scope_states: HashMap<ScopeRef, u32>,
    /// Scopes of loops.
    pub repeats: HashSet<ScopeRef>,
    /// The scope of the tree that each scope stands for.
    pub scope_ids: HashMap<ScopeRef, ScopeId>,
    /// Text of the target of the writes that follow; 0 for none.
    pub target_text: u32,
    /// Text of the call of a predeclared function that is being built; 0 for none.
    pub native_text: u32,
    /// Number of the slot of each variable.
    pub slot_numbers: HashMap<VarId, usize>,
    /// Where the dynamic types of variables in registers are.
    pub type_registers: HashMap<VarId, Reg>,
}

/// Where `break` and `continue` of a statement go.
#[derive(Clone, Copy)]
pub(super) struct Exits {
    pub break_to: Block,
    pub continue_to: Option<Block>,
}

impl<'m, 'a> FunctionBuilder<'m, 'a> {
    pub fn new(cx: &'m mut Context<'a>, name: &str, kind: FunctionKind, file: u32) -> FunctionBuilder<'m, 'a> {
        let mut function = Function::new(name, kind);
        function.states.push(StateData { outer: None, block: BlockKind::Called });
        FunctionBuilder {
            cx,
            block: function.entry,
            function,
            file,
            position: Position::default(),
            scope: ScopeRef::new(0),
            terminated: false,
            pending: vec![Event::State(0)],
            homes: HashMap::new(),
            results: Vec::new(),
            named_results: false,
            result_types: Vec::new(),
            exits: HashMap::new(),
            goto_targets: HashSet::new(),
            goto_blocks: HashMap::new(),
            fallthrough: None,
            falls_in: None,
            initialise: false,
            state: 0,
            scope_states: HashMap::new(),
            repeats: HashSet::new(),
            scope_ids: HashMap::new(),
            target_text: 0,
            native_text: 0,
            slot_numbers: HashMap::new(),
            type_registers: HashMap::new(),
        }
    }

    /// The finished function: blocks that no path reaches are not laid out.
    pub fn finish(mut self) -> Function {
        if !self.terminated {
            self.end(Op::Halt, Repr::Raw, &[], &[]);
        }
        self.define_type_registers();
        let mut reached: SecondaryMap<Block, bool> = SecondaryMap::new();
        let mut pending = vec![self.function.entry, self.function.defer_entry];
        pending.extend(self.function.recovery);
        while let Some(block) = pending.pop() {
            if std::mem::replace(&mut reached[block], true) {
                continue;
            }
            if let Some(&last) = self.function.blocks[block].insts.last() {
                pending.extend(self.function.insts[last].targets.iter().copied());
            }
        }
        self.function.layout.retain(|&block| reached[block]);
        if self.cx.guarded {
            crate::residue::run(&mut self.function);
        }
        self.function
    }

    /// The position of a node, for the instructions that follow.
    pub fn at(&mut self, span: Span) {
        if let Some(file) = self.cx.files.get(self.file as usize) {
            let position = file.position(span.start);
            self.position = Position { file: self.file, line: position.line, column: position.column };
        }
    }

    // Events.

    /// An operation of the reference.
    pub fn op(&mut self, class: OpClass) {
        self.pending.push(Event::Op(class));
    }

    /// An event that is no charge.
    pub fn note(&mut self, event: Event) {
        self.pending.push(event);
    }

    /// Several operations in order.
    pub fn ops(&mut self, classes: &[OpClass]) {
        classes.iter().for_each(|&class| self.op(class));
    }

    /// `Allocate(bytes)`; nothing for 0.
    pub fn alloc(&mut self, bytes: u64) {
        match u32::try_from(bytes) {
            Ok(0) => {}
            Ok(bytes) if bytes <= MAX_ALLOC_EVENT => self.pending.push(Event::Alloc(bytes)),
            _ => {
                let mut data = self.data(Op::ChargeAlloc, Repr::Raw, &[]);
                data.index = bytes;
                self.push(data);
            }
        }
    }

    /// Allocations in order.
    pub fn allocs(&mut self, sizes: &[u32]) {
        sizes.iter().for_each(|&bytes| self.alloc(u64::from(bytes)));
    }

    // Registers.

    /// A new temporary.
    pub fn temp(&mut self, repr: Repr) -> Reg {
        self.function.regs.push(RegData { repr, variable: None })
    }

    /// A new register that may be assigned in several places and holds no variable of the program.
    pub fn hidden(&mut self, repr: Repr) -> Reg {
        self.variable(repr, "")
    }

    /// A new variable.
    pub fn variable(&mut self, repr: Repr, name: &str) -> Reg {
        self.function.regs.push(RegData { repr, variable: Some(name.to_owned()) })
    }

    /// Whether the operand may be assigned again.
    pub fn is_variable(&self, arg: Arg) -> bool {
        arg.reg().is_some_and(|reg| self.function.regs[reg].variable.is_some())
    }

    /// An operand that later assignments to variables do not change.
    pub fn snapshot(&mut self, arg: Arg) -> Arg {
        match arg {
            Arg::Reg(reg) if self.is_variable(arg) => {
                let repr = self.function.regs[reg].repr;
                self.value(Op::Copy, repr, repr, &[arg]).into()
            }
            _ => arg,
        }
    }

    // Instructions.

    /// The fields of an instruction here.
    pub fn data(&self, op: Op, repr: Repr, args: &[Arg]) -> InstData {
        InstData::new(op, repr, args, self.position, self.scope)
    }

    /// Appends an instruction; it takes the pending events.
    pub fn push(&mut self, mut data: InstData) {
        if self.terminated {
            let dead = self.block();
            self.switch_to(dead);
        }
        if self.target_text != 0 && super::text::writes(data.op) {
            data.text = self.target_text;
        }
        if self.native_text != 0 && super::text::fails_in_native(data.op) {
            data.text = self.native_text;
        }
        data.events = self.pending.drain(..).collect();
        self.terminated = data.op.info().terminates;
        let inst = self.function.insts.push(data);
        self.function.blocks[self.block].insts.push(inst);
    }

    /// An instruction with one result.
    pub fn value(&mut self, op: Op, repr: Repr, result: Repr, args: &[Arg]) -> Reg {
        self.value_of(op, repr, result, args, Entity::None, 0)
    }

    /// An instruction with one result that refers to an entity or has an index.
    pub fn value_of(&mut self, op: Op, repr: Repr, result: Repr, args: &[Arg], entity: Entity, index: u64) -> Reg {
        let reg = self.temp(result);
        let mut data = self.data(op, repr, args);
        data.results.push(reg);
        data.entity = entity;
        data.index = index;
        self.push(data);
        reg
    }

    /// An instruction with one result that refers to a type.
    pub fn typed(&mut self, op: Op, repr: Repr, result: Repr, args: &[Arg], ty: TypeRef) -> Reg {
        self.value_of(op, repr, result, args, Entity::Type(ty), 0)
    }

    /// A narrow value whose word has what `upper` leaves behind its width; only where words are kept.
    pub fn over(&mut self, value: Arg, upper: Arg, repr: Repr) -> Arg {
        if self.cx.guarded { self.value(Op::Over, repr, repr, &[value, upper]).into() } else { value }
    }

    /// An instruction without result.
    pub fn effect(&mut self, op: Op, repr: Repr, args: &[Arg]) {
        self.effect_of(op, repr, args, Entity::None, 0);
    }

    /// An instruction without result that refers to an entity or has an index.
    pub fn effect_of(&mut self, op: Op, repr: Repr, args: &[Arg], entity: Entity, index: u64) {
        let mut data = self.data(op, repr, args);
        data.entity = entity;
        data.index = index;
        self.push(data);
    }

    /// `reg = arg`
    pub fn copy_to(&mut self, reg: Reg, arg: Arg, repr: Repr) {
        let mut data = match arg {
            Arg::Bits(bits) => {
                let mut data = self.data(Op::Const, repr, &[]);
                data.index = bits;
                data
            }
            Arg::Reg(_) => self.data(Op::Copy, repr, &[arg]),
        };
        data.results.push(reg);
        self.push(data);
    }

    // Control flow.

    /// A new block.
    pub fn block(&mut self) -> Block {
        self.function.blocks.push(BlockData::default())
    }

    /// Continues in `block`, which comes next in the layout. Code after a terminator is not reached; events of an open block
    /// would be lost, so the caller ends it first.
    pub fn switch_to(&mut self, block: Block) {
        debug_assert!(self.terminated, "block left open");
        self.pending.clear();
        self.note_state();
        self.function.layout.push(block);
        self.block = block;
        self.terminated = false;
    }

    /// Whether the code that follows can be reached.
    pub fn is_open(&self) -> bool {
        !self.terminated
    }

    /// Appends a terminator.
    pub fn end(&mut self, op: Op, repr: Repr, args: &[Arg], targets: &[Block]) {
        let mut data = self.data(op, repr, args);
        data.targets.extend_from_slice(targets);
        self.push(data);
    }

    /// Goes to `target`.
    pub fn jump(&mut self, target: Block) {
        self.end(Op::Jump, Repr::Raw, &[], &[target]);
    }

    /// Goes to `yes` if the bool is true, else to `no`.
    pub fn branch(&mut self, condition: Arg, yes: Block, no: Block) {
        self.end(Op::Branch, Repr::Bool, &[condition], &[yes, no]);
    }

    /// Ends the machine with a fatal text.
    pub fn abort(&mut self, text: &str) {
        self.stop(Op::Abort, text);
    }

    /// Raises a recoverable panic with a text.
    pub fn raise(&mut self, text: &str) {
        self.stop(Op::Raise, text);
    }

    fn stop(&mut self, op: Op, text: &str) {
        let mut data = self.data(op, Repr::Raw, &[]);
        data.entity = Entity::Str(self.cx.string(text.as_bytes()));
        self.push(data);
    }
}
