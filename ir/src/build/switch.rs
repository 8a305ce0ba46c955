//! Expression and type switches (spec/02 §8.3-8.4).

use super::emit::{Exits, FunctionBuilder};
use super::place::Target;
use super::value::Value;
use crate::entity::{Block, Reg, ScopeRef};
use crate::function::{Arg, FallsFrom};
use crate::op::Op;
use regno_bytecode::event::{OpClass, size};
use regno_bytecode::types::Repr;
use regno_frontend::typed::{BinaryOp, BranchKind, Clause, ExprId, ScopeId, StmtId, StmtKind, TypeClause, VarId};
use regno_frontend::types::TypeId;

/// How a clause is entered from the one before.
#[derive(Clone, Copy)]
struct FallsIn {
    /// Where `fallthrough` leads.
    entry: Block,
    /// Scope of the clause before.
    clause: ScopeRef,
    /// Its number of slots.
    slots: usize,
    /// Clauses left by `fallthrough` so far: each charges one more `Body` at the end (spec/02 Q15).
    depth: Reg,
}

impl FunctionBuilder<'_, '_> {
    pub(super) fn switch_statement(
        &mut self,
        id: StmtId,
        scope: ScopeId,
        init: Option<StmtId>,
        tag: ExprId,
        clauses: &[Clause],
    ) {
        let outer = self.open_scope(scope);
        self.exec(init);
        let tag = self.eval(tag);
        let tag = Value { arg: self.snapshot(tag.arg), ..tag };
        let depth = clauses.iter().any(|clause| self.falls_through(clause)).then(|| {
            let depth = self.hidden(Repr::I64);
            self.copy_to(depth, Arg::Bits(0), Repr::I64);
            depth
        });
        let (end, done) = (self.block(), self.block());
        self.exits.insert(id, Exits { break_to: done, continue_to: None });
        let bodies: Vec<Block> = clauses.iter().map(|_| self.block()).collect();
        self.dispatch_clauses(tag, clauses, &bodies, end);
        let present = self.cx.package.scopes[scope].slots.len();
        let enclosing = self.fallthrough.take();
        let mut falls_in: Option<FallsIn> = None;
        for (clause, &body) in clauses.iter().zip(&bodies) {
            self.fallthrough = self.falls_through(clause).then(|| self.block());
            self.switch_to(body);
            let scope = self.clause_body(clause, present, falls_in, end);
            let slots = self.cx.package.scopes[clause.scope].slots.len();
            falls_in = match (self.fallthrough, depth) {
                (Some(entry), Some(depth)) => Some(FallsIn { entry, clause: scope, slots, depth }),
                _ => None,
            };
        }
        self.fallthrough = enclosing;
        self.end_switch(end, done);
        self.close_scope(outer);
    }

    /// The clause ends in `fallthrough`.
    fn falls_through(&self, clause: &Clause) -> bool {
        clause
            .body
            .last()
            .is_some_and(|&last| matches!(self.cx.package.stmts[last].kind, StmtKind::Branch(BranchKind::Fallthrough)))
    }

    /// Tries the cases in order; `default` is the last clause.
    fn dispatch_clauses(&mut self, tag: Value, clauses: &[Clause], bodies: &[Block], end: Block) {
        let mut otherwise = end;
        for (clause, &body) in clauses.iter().zip(bodies) {
            if clause.is_default {
                otherwise = body;
                continue;
            }
            self.op(OpClass::SwitchClause);
            for &case in &clause.cases {
                if tag.ty == TypeId::BOOL && tag.arg == Arg::Bits(1) && self.cx.package.exprs[case].ty == TypeId::BOOL {
                    let next = self.block();
                    self.condition(case, body, next, &[OpClass::SwitchClauseCase]);
                    self.switch_to(next);
                    continue;
                }
                let value = self.eval(case);
                self.op(OpClass::SwitchClauseCase);
                let equal = self.compare(BinaryOp::Equal, tag, value);
                let next = self.block();
                self.branch(equal, body, next);
                self.switch_to(next);
            }
        }
        self.op(OpClass::SwitchClause);
        self.jump(otherwise);
    }

    /// Builds a clause; gives its scope.
    fn clause_body(&mut self, clause: &Clause, present: usize, falls_in: Option<FallsIn>, end: Block) -> ScopeRef {
        // A jump back would leave open which names have their values: then all slots are the clause's own from the start.
        let straight = !clause.body.iter().any(|statement| self.goto_targets.contains(statement));
        self.falls_in = falls_in.filter(|_| straight).map(|from| FallsFrom { clause: from.clause, depth: from.depth });
        let outer = self.grow_scope(clause.scope, present);
        let scope = self.scope;
        if let Some(from) = falls_in {
            let start = self.block();
            self.jump(start);
            let entered = self.state;
            self.state = self.scope_states.get(&from.clause).copied().unwrap_or(entered);
            self.switch_to(from.entry);
            self.grow_from_clause(clause.scope, present, from, entered);
            if self.is_open() {
                self.jump(start);
            }
            self.state = entered;
            self.switch_to(start);
        }
        self.statements(&clause.body, OpClass::Body, true);
        if self.is_open() {
            self.op(OpClass::Body);
            match falls_in {
                Some(from) => self.charge_left_clauses(from.depth, end),
                None => self.jump(end),
            }
        }
        self.close_scope(outer);
        scope
    }

    /// The block of the clause before becomes that of the next clause (spec/03 §4.2): only slots beyond its own are new, the others
    /// keep their values ([`FallsFrom`]).
    fn grow_from_clause(&mut self, scope: ScopeId, present: usize, from: FallsIn, entered: u32) {
        let vars = self.cx.package.scopes[scope].slots.clone();
        if vars.len() < from.slots {
            let text = format!("unexpected block size shrinkage: {} vs {}", from.slots, vars.len());
            self.abort(&text);
            return;
        }
        let added = vars.get(from.slots..).unwrap_or_default().to_vec();
        self.alloc(u64::from(size::SLOT) * added.len() as u64);
        self.charge_cells(&added);
        let more = self.value(Op::Add, Repr::I64, Repr::I64, &[from.depth.into(), Arg::Bits(1)]);
        self.copy_to(from.depth, more.into(), Repr::I64);
        let own: Vec<VarId> = vars.get(present..).unwrap_or_default().to_vec();
        self.define_slots(&own);
        self.go_to_state(entered);
    }

    /// One more `Body` for each clause that was left by `fallthrough`.
    fn charge_left_clauses(&mut self, depth: Reg, end: Block) {
        let left = self.hidden(Repr::I64);
        self.copy_to(left, depth.into(), Repr::I64);
        let (test, more) = (self.block(), self.block());
        self.jump(test);
        self.switch_to(test);
        self.end(Op::BranchGt, Repr::I64, &[left.into(), Arg::Bits(0)], &[more, end]);
        self.switch_to(more);
        self.op(OpClass::Body);
        let less = self.value(Op::Sub, Repr::I64, Repr::I64, &[left.into(), Arg::Bits(1)]);
        self.copy_to(left, less.into(), Repr::I64);
        self.jump(test);
    }

    pub(super) fn fallthrough_statement(&mut self) {
        match self.fallthrough {
            Some(entry) => self.jump(entry),
            None => self.abort("fallthrough statement out of place"),
        }
    }

    fn end_switch(&mut self, end: Block, done: Block) {
        self.switch_to(end);
        self.ops(&[OpClass::PopBlock, OpClass::PopFrameAndReset]);
        self.jump(done);
        self.switch_to(done);
    }

    pub(super) fn type_switch_statement(
        &mut self,
        id: StmtId,
        scope: ScopeId,
        init: Option<StmtId>,
        operand: ExprId,
        clauses: &[TypeClause],
    ) {
        let outer = self.open_scope(scope);
        self.exec(init);
        let operand = self.eval(operand);
        self.op(OpClass::TypeSwitch);
        let arg = self.converted(operand, TypeId::ANY);
        let operand = Value::shared(self.snapshot(arg), operand.ty);
        let (end, done) = (self.block(), self.block());
        self.exits.insert(id, Exits { break_to: done, continue_to: None });
        let bodies: Vec<Block> = clauses.iter().map(|_| self.block()).collect();
        let mut otherwise = end;
        for (clause, &body) in clauses.iter().zip(&bodies) {
            if clause.is_default {
                otherwise = body;
            }
            for &ty in &clause.types {
                let matches = self.is_type(operand.arg, ty);
                let next = self.block();
                self.branch(matches, body, next);
                self.switch_to(next);
            }
        }
        self.jump(otherwise);
        let present = self.cx.package.scopes[scope].slots.len();
        let enclosing = self.fallthrough.take();
        for (clause, &body) in clauses.iter().zip(&bodies) {
            self.switch_to(body);
            self.type_clause_body(clause, operand, present, end);
        }
        self.fallthrough = enclosing;
        self.end_switch(end, done);
        self.close_scope(outer);
    }

    /// Whether an interface holds the type, or nothing for `None`.
    fn is_type(&mut self, operand: Arg, ty: Option<TypeId>) -> Arg {
        match ty {
            None => self.value(Op::Eq, Repr::Iface, Repr::Bool, &[operand, Arg::Bits(0)]).into(),
            Some(ty) => {
                let desc = self.cx.type_ref(ty);
                self.typed(Op::IsIface, Repr::Iface, Repr::Bool, &[operand], desc).into()
            }
        }
    }

    /// An empty clause charges nothing, not even its variable (spec/02 Q14).
    fn type_clause_body(&mut self, clause: &TypeClause, operand: Value, present: usize, end: Block) {
        if clause.body.is_empty() {
            self.jump(end);
            return;
        }
        let outer = self.grow_scope(clause.scope, present);
        if let Some(var) = clause.var {
            let ty = self.cx.package.vars[var].ty;
            let value = if self.cx.is_interface(ty) || self.cx.is_nil_type(ty) {
                Value::shared(operand.arg, if self.cx.is_interface(ty) { ty } else { operand.ty })
            } else {
                let repr = self.cx.repr(ty);
                let desc = self.cx.type_ref(ty);
                Value::shared(self.typed(Op::UnboxIface, repr, repr, &[operand.arg], desc), ty)
            };
            let content = self.copied(value, value.ty);
            self.write_var(var, content, true);
            self.store_type(&Target::Local(var), value);
        }
        self.statements(&clause.body, OpClass::Body, true);
        if self.is_open() {
            self.op(OpClass::Body);
            self.jump(end);
        }
        self.close_scope(outer);
    }
}
