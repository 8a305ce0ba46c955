//! Blocks of the reference's block stack, read off the tables of a function and the registers of a call.

use crate::load::Linked;
use crate::value::TypeIndex;
use regno_bytecode::module::{BlockKind, BlockState, Function, SlotDesc, SlotPlace};

/// A place in the execution of a function.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum At {
    /// While the instruction at this word takes effect.
    Pc(u32),
    /// While this event is charged, before the instruction at the word.
    Event {
        /// Word of the instruction.
        pc: u32,
        /// Index of the event.
        event: u32,
    },
}

/// What a slot holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Held {
    /// A value of the type.
    Value(TypeIndex, u64),
    /// A heap item with content of the type.
    Cell(TypeIndex, u64),
    /// A slice of the type whose elements are copies in the reference.
    Copies(TypeIndex, u64),
}

/// A block with the values that its slots hold.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Block {
    /// Number of slots; `None` if it is still to come, or belongs to no call.
    pub slots: Option<u32>,
    /// The block of a predeclared function.
    pub native: bool,
    /// Bytes of slot contents that exist in the reference only.
    pub bytes: u64,
    /// Visits of them.
    pub visits: u64,
    /// What the slots hold.
    pub held: Vec<Held>,
    /// Scope of the function; none for predeclared functions.
    pub scope: Option<u32>,
    /// Scopes of the clauses that the block has been through before by `fallthrough`, the last one first.
    pub passed: Vec<u32>,
    /// One block for all iterations of a loop.
    pub repeats: bool,
    /// No block of a call: the package is being made, and so many of its files have their block.
    pub making: Option<u32>,
}

/// The blocks of one call, the innermost first, and what they say of its frame.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct CallBlocks {
    /// Blocks, the innermost first; those still to come included.
    pub blocks: Vec<Block>,
}

impl Block {
    /// Whether the block is of this scope, or was before a `fallthrough`.
    pub fn is_of(&self, scope: Option<u32>) -> bool {
        self.scope == scope || scope.is_some_and(|scope| self.passed.contains(&scope))
    }
}

impl CallBlocks {
    /// A predeclared function is being called: the innermost frame is its own.
    pub fn in_native(&self) -> bool {
        self.blocks.first().is_some_and(|block| block.native)
    }
}

/// State of a function at a place.
fn state_at<'a>(linked: &Linked, function: &'a Function, start: u32, at: At) -> Option<&'a BlockState> {
    let after = match at {
        At::Pc(pc) => function.state_map.partition_point(|entry| entry.pc <= pc.wrapping_sub(start)),
        At::Event { event, .. } => {
            let first = linked.segments.get(linked.segment_at(start)).map_or(0, |segment| segment.start);
            function.state_map.partition_point(|entry| entry.event <= event.wrapping_sub(first))
        }
    };
    let entry = function.state_map.get(after.checked_sub(1)?)?;
    function.states.get(entry.state as usize)
}

/// Whether the instruction at `pc` runs in a block that is not its function's own.
pub(crate) fn nested(linked: &Linked, pc: u32) -> bool {
    let Some(index) = linked.function_at(pc) else { return false };
    let Some(function) = linked.tables.get(index as usize) else { return false };
    let start = linked.functions.get(index as usize).map_or(0, |code| code.start);
    state_at(linked, function, start, At::Pc(pc)).is_some_and(|state| state.outer.is_some())
}

/// The blocks of a call of the function that the place is in; `register` reads the call's registers.
pub(crate) fn blocks_of(linked: &Linked, at: At, register: impl Fn(u16) -> u64) -> CallBlocks {
    let (At::Pc(pc) | At::Event { pc, .. }) = at;
    let mut call = CallBlocks::default();
    let Some(index) = linked.function_at(pc) else { return call };
    let Some(function) = linked.tables.get(index as usize) else { return call };
    let start = linked.functions.get(index as usize).map_or(0, |code| code.start);
    let mut next = state_at(linked, function, start, at);
    while let Some(state) = next {
        call.blocks.push(block_of(linked, index, function, state, &register));
        next = state.outer.and_then(|outer| function.states.get(outer as usize));
    }
    call
}

/// The arguments in the block of the predeclared function that this function runs deferred; `argument` gives each.
pub(crate) fn native_body(linked: &Linked, function: u32, argument: impl Fn(u16) -> u64) -> Option<Block> {
    let index = function;
    let function = linked.tables.get(index as usize)?;
    let state = function.states.iter().rev().find(|state| matches!(state.block, BlockKind::Native { .. }))?;
    Some(block_of(linked, index, function, state, &argument))
}

fn block_of(
    linked: &Linked,
    index: u32,
    function: &Function,
    state: &BlockState,
    register: &impl Fn(u16) -> u64,
) -> Block {
    let mut block = Block::default();
    match &state.block {
        BlockKind::Called => {}
        &BlockKind::Package { files } => block.making = Some(files),
        BlockKind::Native { slots, bytes, visits, args, copies } => {
            (block.slots, block.native) = (*slots, true);
            (block.bytes, block.visits) = (*bytes, u64::from(*visits));
            args.iter().for_each(|arg| block.add(linked, index, arg, register));
            if let (true, Some(Held::Value(ty, value))) = (*copies, block.held.last().copied()) {
                block.held.pop();
                block.held.push(Held::Copies(ty, value));
            }
        }
        &BlockKind::Scope { scope, from, to, entering, repeats } => {
            let Some(desc) = function.scopes.get(scope as usize) else { return block };
            (block.scope, block.repeats) = (Some(scope), repeats);
            block.passed = passed(function, scope, register);
            let before = block.passed.first().and_then(|&clause| function.scopes.get(clause as usize));
            let left = before.map_or(&[] as &[_], |before| before.slots.as_slice());
            let count = desc.slots.len();
            block.slots = Some(count as u32);
            let own = state.outer.is_none();
            let signature = usize::from(function.params) + usize::from(function.results);
            let captures = if own { count.saturating_sub(usize::from(function.captures)) } else { count };
            for (number, slot) in desc.slots.iter().enumerate() {
                let defined = (from as usize..to as usize).contains(&number) || number >= captures;
                if let (false, Some(left)) = (defined, left.get(number)) {
                    block.add(linked, index, left, register);
                    continue;
                }
                match slot.place {
                    SlotPlace::Static { visited, .. } => {
                        let result = own && number < signature;
                        if visited && (defined || !result) {
                            block.add(linked, index, slot, register);
                        }
                    }
                    SlotPlace::Cell(_) if entering && !defined => {
                        block.bytes = block.bytes.saturating_add(u64::from(regno_bytecode::event::size::HEAP_ITEM));
                        block.visits += 1;
                    }
                    SlotPlace::Register(_) if !defined => {}
                    _ => block.add(linked, index, slot, register),
                }
            }
        }
    }
    block
}

/// The clauses that a block has been through before the one of `scope`, the last one first.
fn passed(function: &Function, scope: u32, register: &impl Fn(u16) -> u64) -> Vec<u32> {
    let mut clauses = Vec::new();
    let falls_from = |scope: u32| function.scopes.get(scope as usize).and_then(|scope| scope.falls_from);
    let depth = falls_from(scope).map_or(0, |falls| register(falls.depth));
    let mut next = falls_from(scope);
    while let Some(falls) = next.filter(|_| (clauses.len() as u64) < depth) {
        clauses.push(falls.clause);
        next = falls_from(falls.clause);
    }
    clauses
}

impl Block {
    fn add(&mut self, linked: &Linked, function: u32, slot: &SlotDesc, register: &impl Fn(u16) -> u64) {
        let ty = slot.ty.map_or(0, |ty| linked.type_in(function, ty));
        match slot.place {
            SlotPlace::Register(at) => self.held.push(Held::Value(ty, register(at))),
            SlotPlace::Cell(at) => self.held.push(Held::Cell(ty, register(at))),
            SlotPlace::Static { bytes, visited: true } => {
                self.bytes = self.bytes.saturating_add(bytes);
                self.visits += 1;
            }
            SlotPlace::Static { .. } | SlotPlace::Never => {}
        }
    }
}
