//! `if` and `for` (spec/02 §8, §8.1).

use super::emit::{Exits, FunctionBuilder};
use super::place::Target;
use super::value::Value;
use crate::entity::Block;
use crate::op::Op;
use regno_bytecode::event::OpClass;
use regno_bytecode::types::Repr;
use regno_frontend::typed::{ExprId, ScopeId, StmtId, StmtKind, VarId};

impl FunctionBuilder<'_, '_> {
    pub(super) fn if_statement(&mut self, id: StmtId) {
        let package = self.cx.package;
        let StmtKind::If { scope, init, condition, then_scope, then_body, else_scope, else_body } =
            &package.stmts[id].kind
        else {
            return;
        };
        let outer = self.open_scope(*scope);
        self.exec(*init);
        let (yes, no, done) = (self.block(), self.block(), self.block());
        self.condition(*condition, yes, no, &[OpClass::IfCond]);
        let present = package.scopes[*scope].slots.len();
        self.switch_to(yes);
        self.if_part(*then_scope, then_body, present, done);
        self.switch_to(no);
        self.if_part(*else_scope, else_body, present, done);
        self.switch_to(done);
        self.op(OpClass::PopBlock);
        self.close_scope(outer);
    }

    /// An empty part charges nothing (spec/02 Q14).
    fn if_part(&mut self, scope: ScopeId, body: &[StmtId], present: usize, done: Block) {
        if !body.is_empty() {
            let outer = self.grow_scope(scope, present);
            self.statements(body, OpClass::Body, true);
            self.op(OpClass::Body);
            if self.is_open() {
                self.jump(done);
            }
            self.close_scope(outer);
            return;
        }
        self.jump(done);
    }

    pub(super) fn for_statement(&mut self, id: StmtId) {
        let package = self.cx.package;
        let StmtKind::For { scope, init, condition, post, body, per_iteration } = &package.stmts[id].kind else {
            return;
        };
        let outer = self.open_scope(*scope);
        self.exec(*init);
        let (start, next, done) = (self.block(), self.block(), self.block());
        self.exits.insert(id, Exits { break_to: done, continue_to: Some(next) });
        self.loop_test(*condition, start, done);
        self.switch_to(start);
        self.statements(body, OpClass::ForLoop, false);
        if self.is_open() {
            self.jump(next);
        }
        self.switch_to(next);
        if !body.is_empty() {
            self.op(OpClass::ForLoop);
        }
        self.copy_loop_variables(per_iteration);
        if let Some(post) = post {
            self.statement(*post);
        }
        self.loop_test(*condition, start, done);
        self.switch_to(done);
        self.close_scope(outer);
    }

    /// The condition is evaluated before the dispatch that tests it.
    fn loop_test(&mut self, condition: Option<ExprId>, start: Block, done: Block) {
        match condition {
            Some(condition) => self.condition(condition, start, done, &[OpClass::ForLoop]),
            None => {
                self.op(OpClass::ForLoop);
                self.jump(start);
            }
        }
    }

    /// Boxed variables of the init part are new in each iteration, uncharged (spec/01 §4.4).
    fn copy_loop_variables(&mut self, vars: &[VarId]) {
        for &var in vars {
            let ty = self.cx.package.vars[var].ty;
            let repr = self.cx.repr(ty);
            let home = self.home(var);
            if home.boxed {
                let content = self.value(Op::LoadCell, repr, repr, &[home.reg.into()]);
                let content = Value { dynamic: self.variable_type(var), ..Value::shared(content, ty) };
                self.set_cell(home.reg, content.arg, repr);
                self.init_type(&Target::Local(var), content);
            }
        }
    }

    /// `Repr` of loop counters.
    pub(super) const COUNTER: Repr = Repr::I64;
}
