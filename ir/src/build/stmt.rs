//! Statements and their dispatch (spec/02 §4, §8).

use super::assign::Declared;
use super::emit::FunctionBuilder;
use regno_bytecode::event::OpClass;
use regno_frontend::typed::{BranchKind, DeclSpec, ScopeId, StmtId, StmtKind};

impl FunctionBuilder<'_, '_> {
    /// The statements of a body that the op `dispatch` drives. Each statement is started by one dispatch, the first one only
    /// with `first`: loops start it in the dispatch that tests the condition. The final dispatch is the caller's.
    pub fn statements(&mut self, body: &[StmtId], dispatch: OpClass, first: bool) {
        for (index, &id) in body.iter().enumerate() {
            let charge = first || index > 0;
            if self.goto_targets.contains(&id) {
                self.label(id, dispatch, charge);
            } else if charge {
                self.op(dispatch);
            }
            self.statement(id);
        }
    }

    /// The start of a statement that `goto` leads to: a jump pays for one dispatch.
    fn label(&mut self, id: StmtId, dispatch: OpClass, charge: bool) {
        let entry = self.goto_block(id);
        if charge {
            self.jump(entry);
            self.switch_to(entry);
            self.op(dispatch);
            return;
        }
        let start = self.block();
        self.jump(start);
        self.switch_to(entry);
        self.op(dispatch);
        self.jump(start);
        self.switch_to(start);
    }

    fn goto_block(&mut self, id: StmtId) -> crate::entity::Block {
        if let Some(&block) = self.goto_blocks.get(&id) {
            return block;
        }
        let block = self.block();
        self.goto_blocks.insert(id, block);
        block
    }

    /// A statement that the caller's `Exec` starts.
    pub fn exec(&mut self, id: Option<StmtId>) {
        if let Some(id) = id {
            self.op(OpClass::Exec);
            self.statement(id);
        }
    }

    /// A statement, its dispatch charged.
    pub fn statement(&mut self, id: StmtId) {
        self.at(self.cx.package.stmts[id].span);
        super::deeper(|| self.statement_node(id));
    }

    fn statement_node(&mut self, id: StmtId) {
        let package = self.cx.package;
        match &package.stmts[id].kind {
            StmtKind::Empty => {}
            StmtKind::Call(call) => {
                self.eval_multi(*call);
                self.op(OpClass::PopResults);
            }
            StmtKind::Define { targets, fresh, values, aborts } => {
                self.define_statement(targets, fresh, values, *aborts)
            }
            StmtKind::Assign { targets, values } => self.assign_statement(targets, values),
            StmtKind::OpAssign { op, target, value, .. } => self.op_assign(*op, target, *value),
            StmtKind::IncDec { target, increment, .. } => self.inc_dec(target, *increment),
            StmtKind::Var(specs) => specs.iter().for_each(|spec| self.local_var(spec)),
            StmtKind::Const(specs) => {
                for spec in specs {
                    self.const_spec(spec);
                    self.statics_declared(spec.names.iter().flatten().count());
                }
            }
            StmtKind::Type(specs) => {
                for &evaluated in specs {
                    self.type_declaration(evaluated);
                    self.statics_declared(1);
                }
            }
            StmtKind::Block { scope, body } => self.block_statement(*scope, body),
            StmtKind::If { .. } => self.if_statement(id),
            StmtKind::For { .. } => self.for_statement(id),
            StmtKind::Range(range) => self.range_statement(id, range),
            StmtKind::Switch { scope, init, tag, clauses } => self.switch_statement(id, *scope, *init, *tag, clauses),
            StmtKind::TypeSwitch { scope, init, operand, clauses } => {
                self.type_switch_statement(id, *scope, *init, *operand, clauses);
            }
            StmtKind::Return { values } => self.return_statement(values),
            StmtKind::Defer(call) => self.defer_statement(*call),
            StmtKind::Branch(branch) => self.branch_statement(*branch),
            StmtKind::Abort { operands, text } => {
                operands.iter().for_each(|&operand| {
                    self.eval_multi(operand);
                });
                self.abort(text);
            }
        }
    }

    fn local_var(&mut self, spec: &DeclSpec) {
        let names: Vec<Declared> =
            spec.names.iter().map(|name| name.map_or(Declared::Blank, Declared::Local)).collect();
        self.var_spec(spec, &names);
    }

    fn block_statement(&mut self, scope: ScopeId, body: &[StmtId]) {
        let outer = self.open_scope(scope);
        self.statements(body, OpClass::Body, true);
        self.ops(&[OpClass::Body, OpClass::PopBlock]);
        self.close_scope(outer);
    }

    /// Leaving constructs by a branch charges nothing (spec/02 §4.5).
    fn branch_statement(&mut self, branch: BranchKind) {
        match branch {
            BranchKind::Break(id) => match self.exits.get(&id) {
                Some(exits) => self.jump(exits.break_to),
                None => self.abort("break statement out of place"),
            },
            BranchKind::Continue(id) => match self.exits.get(&id).and_then(|exits| exits.continue_to) {
                Some(to) => self.jump(to),
                None => self.abort("continue statement out of place"),
            },
            BranchKind::Goto(id) => {
                let block = self.goto_block(id);
                self.jump(block);
            }
            BranchKind::Fallthrough => self.fallthrough_statement(),
            BranchKind::Abort(text) => self.abort(text),
        }
    }
}
