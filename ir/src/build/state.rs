//! What the reference's block stack holds, for the virtual collector (spec/03 §8.4).
//!
//! A block is on the stack from the charge of its creation to the end of its scope, and its slots get their values one by one. In
//! a scope that runs once per block which slots are defined follows from the place in the program, so nothing is initialised
//! at run time; the slots of loops, whose bodies run again over the same block, hold nil from the start. The current
//! state is an event among the charges ([`Event::State`]): passes keep their order, so each charge has the state it was made in.

use super::emit::FunctionBuilder;
use super::value::Value;
use crate::entity::ScopeRef;
use crate::function::{Arg, BlockKind, StateData};
use regno_bytecode::event::{Event, size};
use regno_frontend::typed::{Builtin, VarId, VarKind};

impl FunctionBuilder<'_, '_> {
    /// Makes a state current.
    pub fn set_state(&mut self, outer: Option<u32>, block: BlockKind) {
        let number = u32::try_from(self.function.states.len()).unwrap_or(u32::MAX);
        self.function.states.push(StateData { outer, block });
        self.go_to_state(number);
    }

    /// Makes a known state current.
    pub fn go_to_state(&mut self, state: u32) {
        self.state = state;
        self.note_state();
    }

    /// What comes next happens in the current state.
    pub fn note_state(&mut self) {
        self.note(Event::State(self.state));
    }

    /// The block of the current scope is on the stack, with the slots `0..defined` defined.
    pub fn enter_block(&mut self, outer: Option<u32>, defined: usize) {
        self.block_state(outer, 0, defined, false);
        self.scope_states.insert(self.scope, self.state);
    }

    /// The block of the current scope, with the slots `from..to` defined.
    pub fn block_state(&mut self, outer: Option<u32>, from: usize, to: usize, entering: bool) {
        let bound = |slot: usize| u32::try_from(slot).unwrap_or(u32::MAX);
        let repeats = self.repeats.contains(&self.scope);
        let (scope, from, to) = (self.scope, bound(from), bound(to));
        self.set_state(outer, BlockKind::Scope { scope, from, to, entering, repeats });
    }

    /// State of the blocks around the current one.
    pub fn outer_state(&self) -> Option<u32> {
        self.function.states.get(self.state as usize).and_then(|state| state.outer)
    }

    /// The variable of the current scope has got its value.
    pub fn defined(&mut self, var: VarId) {
        let Some(&slot) = self.slot_numbers.get(&var) else { return };
        let Some(state) = self.function.states.get(self.state as usize) else { return };
        if let BlockKind::Scope { scope, from: 0, to, entering: false, .. } = state.block
            && scope == self.scope
            && slot >= to as usize
        {
            self.enter_block(state.outer, slot + 1);
        }
    }

    /// Constants or types of the current scope have been declared: only after that do their slots hold them where the clause before
    /// has left its values.
    pub fn statics_declared(&mut self, count: usize) {
        let BlockKind::Scope { scope, to, .. } = self.function.states[self.state as usize].block else { return };
        if scope != self.scope || self.function.scopes[scope].falls_from.is_none() {
            return;
        }
        let Some(vars) = self.scope_ids.get(&scope).map(|&scope| &self.cx.package.scopes[scope].slots) else { return };
        let kinds = vars.iter().map(|&var| &self.cx.package.vars[var].kind).enumerate();
        let mut statics =
            kinds.skip(to as usize).filter(|(_, kind)| matches!(kind, VarKind::Const { .. } | VarKind::Type));
        let last =
            count.checked_sub(1).and_then(|last| statics.nth(last)).and_then(|(slot, _)| vars.get(slot).copied());
        if let Some(last) = last {
            self.defined(last);
        }
    }

    /// Back to an enclosing scope.
    pub fn close_scope(&mut self, outer: ScopeRef) {
        self.scope = outer;
        if let Some(&state) = self.scope_states.get(&outer) {
            self.go_to_state(state);
        }
    }

    /// A predeclared function is called from the state `outer`: its frame is there, and its block if it has `slots`.
    pub fn native_state(&mut self, outer: Option<u32>, slots: Option<u64>, args: &[Value]) {
        let mut places = Vec::new();
        for value in args {
            if let Arg::Reg(reg) = value.arg {
                places.push((reg, self.cx.type_ref(value.ty)));
            }
        }
        let slots = slots.map(|slots| u32::try_from(slots).unwrap_or(0));
        self.set_state(outer, BlockKind::Native { slots, bytes: 0, visits: 0, args: places, copies: false });
    }

    /// The arguments of the current predeclared function are in its block.
    pub fn native_args(&mut self, builtin: Builtin, packed: Option<usize>, args: &[Value]) {
        let Some(state) = self.function.states.get(self.state as usize) else { return };
        let (outer, BlockKind::Native { slots, .. }) = (state.outer, &state.block) else { return };
        self.native_state(outer, slots.map(u64::from), args);
        // A type that is an argument is a value, counted as a visit.
        let types = u32::from(matches!(builtin, Builtin::Make | Builtin::New));
        if builtin == Builtin::Append {
            if let Some(StateData { block: BlockKind::Native { copies, .. }, .. }) = self.function.states.last_mut() {
                *copies = packed.is_some();
            }
            return;
        }
        let pack =
            packed.map_or(0, |count| u64::from(size::SLICE + size::ARRAY) + u64::from(size::SLOT) * count as u64);
        if let Some(StateData { block: BlockKind::Native { bytes, visits, .. }, .. }) = self.function.states.last_mut()
        {
            *bytes = pack;
            *visits = types + if packed.is_some() { 2 } else { 0 };
        }
    }
}
