//! Expression and type switches (spec/02 §8.3-8.4).

use super::emit::{Exits, FunctionBuilder};
use super::place::Target;
use super::value::Value;
use crate::entity::{Block, Reg};
use crate::function::Arg;
use crate::op::Op;
use regno_bytecode::event::{OpClass, size};
use regno_bytecode::types::Repr;
use regno_frontend::typed::{BinaryOp, BranchKind, Clause, ExprId, ScopeId, StmtId, StmtKind, TypeClause, VarId};
use regno_frontend::types::TypeId;

/// Where `fallthrough` goes in the clause being built.
#[derive(Clone, Copy)]
pub(super) struct Fallthrough {
    target: Block,
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
        // The block that `fallthrough` of the clause before leads to, and the number of slots that clause has.
        let mut falls_in: Option<(Block, usize)> = None;
        for (clause, &body) in clauses.iter().zip(&bodies) {
            let falls_out = match depth {
                Some(depth) if self.falls_through(clause) => Some(Fallthrough { target: self.block(), depth }),
                _ => None,
            };
            self.fallthrough = falls_out;
            self.switch_to(body);
            self.clause_body(clause, present, falls_in, depth, end);
            let slots = self.cx.package.scopes[clause.scope].slots.len();
            falls_in = falls_out.map(|out| (out.target, slots));
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

    fn clause_body(
        &mut self,
        clause: &Clause,
        present: usize,
        falls_in: Option<(Block, usize)>,
        depth: Option<Reg>,
        end: Block,
    ) {
        let outer = self.grow_scope(clause.scope, present);
        if let Some((entry, before)) = falls_in {
            let start = self.block();
            self.jump(start);
            let entered = self.state;
            self.switch_to(entry);
            self.grow_from_clause(clause.scope, present, before);
            if self.is_open() {
                self.jump(start);
            }
            self.state = entered;
            self.switch_to(start);
        }
        self.statements(&clause.body, OpClass::Body, true);
        if self.is_open() {
            self.op(OpClass::Body);
            match (falls_in, depth) {
                (Some(_), Some(depth)) => self.charge_left_clauses(depth, end),
                _ => self.jump(end),
            }
        }
        self.close_scope(outer);
    }

    /// The block of a clause with `before` slots becomes that of the next clause (spec/03 §4.2).
    fn grow_from_clause(&mut self, scope: ScopeId, present: usize, before: usize) {
        let vars = self.cx.package.scopes[scope].slots.clone();
        if vars.len() < before {
            let text = format!("unexpected block size shrinkage: {before} vs {}", vars.len());
            self.abort(&text);
            return;
        }
        let added = vars.get(before..).unwrap_or_default().to_vec();
        self.alloc(u64::from(size::SLOT) * added.len() as u64);
        self.charge_cells(&added);
        let own: Vec<VarId> = vars.get(present..).unwrap_or_default().to_vec();
        self.define_slots(&own);
    }

    /// One more `Body` for each clause that was left by `fallthrough`.
    fn charge_left_clauses(&mut self, depth: Reg, end: Block) {
        let (test, more) = (self.block(), self.block());
        self.jump(test);
        self.switch_to(test);
        self.end(Op::BranchGt, Repr::I64, &[depth.into(), Arg::Bits(0)], &[more, end]);
        self.switch_to(more);
        self.op(OpClass::Body);
        let less = self.value(Op::Sub, Repr::I64, Repr::I64, &[depth.into(), Arg::Bits(1)]);
        self.copy_to(depth, less.into(), Repr::I64);
        self.jump(test);
    }

    pub(super) fn fallthrough_statement(&mut self) {
        match self.fallthrough {
            Some(Fallthrough { target, depth }) => {
                let more = self.value(Op::Add, Repr::I64, Repr::I64, &[depth.into(), Arg::Bits(1)]);
                self.copy_to(depth, more.into(), Repr::I64);
                self.jump(target);
            }
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
