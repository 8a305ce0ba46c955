//! Scopes of the tree as blocks of the reference, and where variables live.

use super::emit::FunctionBuilder;
use crate::entity::{Reg, ScopeRef};
use crate::function::{Arg, ScopeData, SlotData, SlotPlace};
use crate::op::Op;
use regno_bytecode::event::size;
use regno_bytecode::types::Repr;
use regno_frontend::typed::{ScopeId, ScopeKind, VarId, VarKind};
use regno_frontend::types::{Kind, Type, TypeId};

/// Where a variable lives.
#[derive(Clone, Copy)]
pub(super) struct Home {
    /// The register of the value, or of the heap item.
    pub reg: Reg,
    /// The register holds the heap item.
    pub boxed: bool,
}

impl FunctionBuilder<'_, '_> {
    /// Enters a block of its own: charges it and its heap items, and gives its variables their places. Returns the scope to
    /// restore at the end.
    pub fn open_scope(&mut self, scope: ScopeId) -> ScopeRef {
        let outer_state = self.state;
        let outer = self.enter_scope(scope, false);
        let vars = self.cx.package.scopes[scope].slots.clone();
        self.alloc(u64::from(size::BLOCK) + u64::from(size::SLOT) * vars.len() as u64);
        self.charge_cells(&vars);
        self.enter_scope_state(Some(outer_state), scope, &vars, 0);
        outer
    }

    /// Grows the current block to the slots of `scope`; it has `present` slots now.
    pub fn grow_scope(&mut self, scope: ScopeId, present: usize) -> ScopeRef {
        let outer_state = self.outer_state();
        let outer = self.enter_scope(scope, true);
        let vars = self.cx.package.scopes[scope].slots.get(present..).unwrap_or_default().to_vec();
        self.alloc(u64::from(size::SLOT) * vars.len() as u64);
        self.charge_cells(&vars);
        self.enter_scope_state(outer_state, scope, &vars, present);
        outer
    }

    /// The block of the current scope has been charged: `vars` are its new slots after `present` others.
    fn enter_scope_state(&mut self, outer: Option<u32>, scope: ScopeId, vars: &[VarId], present: usize) {
        // The body of a loop runs again and again over the same block.
        let repeats = matches!(self.cx.package.scopes[scope].kind, ScopeKind::For | ScopeKind::Range);
        if repeats {
            self.repeats.insert(self.scope);
        }
        if repeats || self.initialise && self.function.scopes[self.scope].falls_from.is_none() {
            self.define_all(vars);
            self.enter_block(outer, present + vars.len());
        } else {
            self.define_slots(vars);
            self.enter_block(outer, present);
        }
    }

    /// Variables that a collection would look at hold nothing before their definitions run.
    fn define_all(&mut self, vars: &[VarId]) {
        self.define_slots(vars);
        if self.initialise {
            return;
        }
        for &id in vars {
            let var = &self.cx.package.vars[id];
            let repr = self.cx.repr(var.ty);
            if !matches!(var.kind, VarKind::Variable) || var.boxed || !(repr.is_ref() || repr == Repr::Iface) {
                continue;
            }
            let home = self.home(id);
            self.copy_to(home.reg, Arg::Bits(0), repr);
        }
    }

    /// Adds the scope under the current one and makes it current.
    fn enter_scope(&mut self, scope: ScopeId, grows_parent: bool) -> ScopeRef {
        let slots = self.slots(scope);
        let kind = self.cx.package.scopes[scope].kind;
        let has_frame = matches!(kind, ScopeKind::For | ScopeKind::Range | ScopeKind::Switch);
        let falls_from = self.falls_in.take();
        let data = ScopeData { parent: Some(self.scope), grows_parent, has_frame, falls_from, slots };
        let inner = self.function.scopes.push(data);
        self.scope_ids.insert(inner, scope);
        std::mem::replace(&mut self.scope, inner)
    }

    /// The slots of a scope; variables without a home get one.
    pub fn slots(&mut self, scope: ScopeId) -> Vec<SlotData> {
        let vars = &self.cx.package.scopes[scope].slots;
        self.slot_numbers.extend(vars.iter().enumerate().map(|(number, &var)| (var, number)));
        vars.iter().map(|&var| self.slot(var)).collect()
    }

    fn slot(&mut self, id: VarId) -> SlotData {
        let var = &self.cx.package.vars[id];
        let place = match &var.kind {
            VarKind::Const { untyped_numeric, string_len } => {
                let bytes = match string_len {
                    Some(len) => u64::from(size::STRING) + len,
                    None if *untyped_numeric => u64::from(size::TYPE),
                    None => 0,
                };
                SlotPlace::Static { bytes, visited: bytes != 0 }
            }
            VarKind::Type => SlotPlace::Static { bytes: 0, visited: true },
            VarKind::Result(_) => match self.unused_result(id) {
                Some(place) => place,
                None => self.slot_place(id),
            },
            _ => self.slot_place(id),
        };
        SlotData { name: var.name.clone(), ty: Some(self.cx.type_ref(var.ty)), place }
    }

    fn slot_place(&mut self, var: VarId) -> SlotPlace {
        let home = self.home(var);
        if home.boxed { SlotPlace::Cell(home.reg) } else { SlotPlace::Reg(home.reg) }
    }

    /// The slot of a result that the program can never read: unnamed, and no deferred function can recover. Only a collection
    /// counts its zero value.
    fn unused_result(&self, id: VarId) -> Option<SlotPlace> {
        let var = &self.cx.package.vars[id];
        if self.named_results || self.function.has_defers || var.boxed {
            return None;
        }
        match self.cx.package.types.base(var.ty) {
            Type::Struct(structure) => {
                let simple = structure.fields.iter().all(|field| !self.is_object(field.ty));
                let bytes = u64::from(size::STRUCT) + u64::from(size::SLOT) * structure.fields.len() as u64;
                simple.then_some(SlotPlace::Static { bytes, visited: true })
            }
            Type::Array { len, elem, .. } if !self.is_object(*elem) => {
                self.cx.array_bytes(*len, *elem).map(|bytes| SlotPlace::Static { bytes, visited: true })
            }
            Type::Array { .. } => None,
            _ => Some(SlotPlace::Static { bytes: 0, visited: false }),
        }
    }

    fn is_object(&self, ty: TypeId) -> bool {
        matches!(self.cx.package.types.kind(ty), Kind::Struct | Kind::Array)
    }

    /// The home of a variable, made at the first request.
    pub fn home(&mut self, id: VarId) -> Home {
        if let Some(&home) = self.homes.get(&id) {
            return home;
        }
        let var = &self.cx.package.vars[id];
        let repr = if var.boxed { Repr::Cell } else { self.cx.repr(var.ty) };
        let home = Home { reg: self.variable(repr, &var.name), boxed: var.boxed };
        self.homes.insert(id, home);
        home
    }

    /// Charges a heap item for each boxed variable but captures (spec/03 §3).
    pub fn charge_cells(&mut self, vars: &[VarId]) {
        for &id in vars {
            let var = &self.cx.package.vars[id];
            if var.boxed && !matches!(var.kind, VarKind::Capture(_)) {
                self.alloc(u64::from(size::HEAP_ITEM));
            }
        }
    }

    /// Makes the variables of a block valid before their definitions run.
    pub fn define_slots(&mut self, vars: &[VarId]) {
        for &id in vars {
            let var = &self.cx.package.vars[id];
            if !matches!(var.kind, VarKind::Variable) || !(var.boxed || self.initialise) {
                continue;
            }
            let repr = self.cx.repr(var.ty);
            let home = self.home(id);
            let zero = if self.initialise { self.zero(var.ty) } else { Arg::Bits(0) };
            if home.boxed {
                self.set_cell(home.reg, zero, repr);
            } else {
                self.copy_to(home.reg, zero, repr);
            }
        }
    }

    /// `cell` becomes a new heap item holding `content`.
    pub fn set_cell(&mut self, cell: Reg, content: Arg, repr: Repr) {
        let mut data = self.data(Op::NewCell, repr, &[content]);
        data.results.push(cell);
        self.push(data);
    }

    /// Reads a variable.
    pub fn read_var(&mut self, id: VarId) -> Arg {
        let repr = self.cx.repr(self.cx.package.vars[id].ty);
        let home = self.home(id);
        if home.boxed { self.value(Op::LoadCell, repr, repr, &[home.reg.into()]).into() } else { home.reg.into() }
    }

    /// Assigns a variable. A definition of a boxed one makes a new heap item (spec/03 §3).
    pub fn write_var(&mut self, id: VarId, content: Arg, define: bool) {
        let repr = self.cx.repr(self.cx.package.vars[id].ty);
        let home = self.home(id);
        match (home.boxed, define) {
            (true, true) => self.set_cell(home.reg, content, repr),
            (true, false) => self.effect(Op::StoreCell, repr, &[home.reg.into(), content]),
            (false, _) => self.copy_to(home.reg, content, repr),
        }
        if define {
            self.defined(id);
        }
    }
}
