//! Statements and bodies: dispatch, `if`, `for`, `range`, `return` (spec/02 §8).

use super::assign::Checked;
use super::expr::{Operand, PlaceOperand, Values, unparen};
use super::scope::{BranchTarget, TargetKind};
use super::{Checker, Result, deep};
use crate::finding::{Count, VmError};
use crate::source::Span;
use crate::syntax::ast::{self, ExprKind, ExprRef, StmtRef};
use crate::typed::{self, Place, RangeKind, ScopeId, ScopeKind, Stmt, StmtId, StmtKind, VarId, VarKind};
use crate::types::{Kind, NilContext, Type, TypeId};

impl<'a> Checker<'a> {
    /// A list of statements: a body. Its labels can be reached by `goto` from here and from inside.
    pub(super) fn body(&mut self, list: &'a [StmtRef<'a>]) -> Result<Vec<StmtId>> {
        self.announce(list);
        let mut ids = Vec::with_capacity(list.len());
        let mut labels = Vec::new();
        for stmt in list {
            let id = self.new_stmt(stmt.span);
            if let ast::StmtKind::Labeled(labeled) = stmt.kind {
                labels.push((labeled.label.name, id));
            }
            ids.push(id);
        }
        if let Some(frame) = self.at.frames.last_mut() {
            frame.bodies.push(labels);
        }
        let mut body = Vec::with_capacity(list.len());
        for (&stmt, id) in list.iter().zip(ids) {
            body.push(id);
            let (kind, next) = deep(|| self.labeled(stmt, id))?;
            self.stmts[id].kind = kind;
            if let Some(kind) = next {
                body.push(self.stmts.push(Stmt { kind, span: stmt.span }));
            }
        }
        if let Some(frame) = self.at.frames.last_mut() {
            frame.bodies.pop();
        }
        Ok(body)
    }

    fn new_stmt(&mut self, span: Span) -> StmtId {
        self.stmts.push(Stmt { kind: StmtKind::Empty, span })
    }

    /// A statement with its labels; of several the outermost counts.
    fn labeled(&mut self, stmt: StmtRef<'a>, id: StmtId) -> Result<Checked> {
        let mut stmt = stmt;
        let mut label = None;
        while let ast::StmtKind::Labeled(labeled) = stmt.kind {
            label = label.or(Some(labeled.label.name));
            stmt = labeled.stmt;
        }
        self.statement(stmt, id, label)
    }

    /// A statement that is part of another: `init`, `post`.
    fn part(&mut self, stmt: Option<StmtRef<'a>>) -> Result<Option<StmtId>> {
        let Some(stmt) = stmt else { return Ok(None) };
        let id = self.new_stmt(stmt.span);
        self.stmts[id].kind = self.statement(stmt, id, None)?.0;
        Ok(Some(id))
    }

    fn statement(&mut self, stmt: StmtRef<'a>, id: StmtId, label: Option<&'a str>) -> Result<Checked> {
        let outer = std::mem::replace(&mut self.nodes.stmt, stmt.span);
        let checked = self.statement_kind(stmt, id, label);
        self.nodes.stmt = outer;
        checked
    }

    fn statement_kind(&mut self, stmt: StmtRef<'a>, id: StmtId, label: Option<&'a str>) -> Result<Checked> {
        let span = stmt.span;
        let kind = match stmt.kind {
            ast::StmtKind::Assign(assign) => return self.assignment(assign, id, span),
            ast::StmtKind::Empty => StmtKind::Empty,
            ast::StmtKind::Decl(group) => self.declaration(group)?,
            ast::StmtKind::Expr(e) => StmtKind::Call(self.call_statement(e)?),
            ast::StmtKind::IncDec(step) => self.step(step, span)?,
            ast::StmtKind::Defer(e) => StmtKind::Defer(self.defer_call(e, span)?),
            ast::StmtKind::Return(values) => self.return_stmt(values, span)?,
            ast::StmtKind::Branch(branch) => StmtKind::Branch(self.branch(branch, span)?),
            ast::StmtKind::Block(block) => {
                let scope = self.enter(ScopeKind::Block, span)?;
                let body = self.targeted(label, id, TargetKind::Other, |checker| checker.body(block.stmts))?;
                self.leave();
                StmtKind::Block { scope, body }
            }
            ast::StmtKind::If(stmt) => {
                self.targeted(label, id, TargetKind::Other, |checker| checker.if_stmt(stmt, span))?
            }
            ast::StmtKind::For(stmt) => self.for_stmt(stmt, id, label, span)?,
            ast::StmtKind::Range(stmt) => self.range_stmt(stmt, id, label, span)?,
            ast::StmtKind::Switch(stmt) => self.switch_stmt(stmt, id, label, span)?,
            ast::StmtKind::TypeSwitch(stmt) => self.type_switch_stmt(stmt, id, label, span)?,
            ast::StmtKind::Labeled(_) => return self.labeled(stmt, id),
            ast::StmtKind::Go(_) => {
                return Err(self.error(span, VmError::Goroutine));
            }
            ast::StmtKind::Send(_) => {
                return Err(self.error(span, VmError::Unsupported { node: "SendStmt".into() }));
            }
            ast::StmtKind::Select(_) => {
                return Err(self.error(span, VmError::Unsupported { node: "SelectStmt".into() }));
            }
            ast::StmtKind::Bad => return Err(self.error(span, VmError::BadSyntax)),
        };
        Ok((kind, None))
    }

    /// Runs `f` inside a statement that branches can name.
    pub(super) fn targeted<R>(
        &mut self,
        label: Option<&'a str>,
        stmt: StmtId,
        kind: TargetKind,
        f: impl FnOnce(&mut Self) -> R,
    ) -> R {
        if let Some(frame) = self.at.frames.last_mut() {
            frame.targets.push(BranchTarget { label, stmt, kind });
        }
        let result = f(self);
        if let Some(frame) = self.at.frames.last_mut() {
            frame.targets.pop();
        }
        result
    }

    /// Enters the block of an `if` or switch and checks its init part.
    pub(super) fn enter_with_init(
        &mut self,
        kind: ScopeKind,
        init: &'a Option<StmtRef<'a>>,
        span: Span,
    ) -> Result<(ScopeId, Option<StmtId>)> {
        let scope = self.enter(kind, span)?;
        // The variables of a `for` have names of their own.
        if kind != ScopeKind::For {
            self.announce(init.as_slice());
        }
        Ok((scope, self.part(*init)?))
    }

    fn if_stmt(&mut self, stmt: &'a ast::IfStmt<'a>, span: Span) -> Result<StmtKind> {
        let (scope, init) = self.enter_with_init(ScopeKind::If, &stmt.init, span)?;
        let condition = self.condition(stmt.cond)?;
        let then_scope = self.enter(ScopeKind::IfPart, stmt.then.span)?;
        let then_body = self.body(stmt.then.stmts)?;
        self.leave();
        let else_scope = self.enter(ScopeKind::IfPart, stmt.els.map_or(span, |els| els.span))?;
        let else_body = match &stmt.els {
            None => Vec::new(),
            Some(els) => match els.kind {
                ast::StmtKind::Block(block) => self.body(block.stmts)?,
                _ => self.body(std::slice::from_ref(els))?,
            },
        };
        self.leave();
        self.leave();
        Ok(StmtKind::If { scope, init, condition, then_scope, then_body, else_scope, else_body })
    }

    fn for_stmt(
        &mut self,
        stmt: &'a ast::ForStmt<'a>,
        id: StmtId,
        label: Option<&'a str>,
        span: Span,
    ) -> Result<StmtKind> {
        let (scope, init) = self.enter_with_init(ScopeKind::For, &stmt.init, span)?;
        let variables = init.map_or_else(Vec::new, |init| self.defined_by(init));
        let condition = stmt.cond.map(|condition| self.condition(condition)).transpose()?;
        let post = self.part(stmt.post)?;
        let body = self.targeted(label, id, TargetKind::Loop, |checker| checker.body(stmt.body.stmts))?;
        self.leave();
        self.loops.push((id, variables));
        Ok(StmtKind::For { scope, init, condition, post, body, per_iteration: Vec::new() })
    }

    fn defined_by(&self, stmt: StmtId) -> Vec<VarId> {
        let StmtKind::Define { targets, .. } = &self.stmts[stmt].kind else { return Vec::new() };
        targets
            .iter()
            .filter_map(|target| match target {
                Place::Local(var) => Some(*var),
                _ => None,
            })
            .collect()
    }

    // --------------------------------------------------------------------------------------------------------- range

    fn range_stmt(
        &mut self,
        stmt: &'a ast::RangeStmt<'a>,
        id: StmtId,
        label: Option<&'a str>,
        span: Span,
    ) -> Result<StmtKind> {
        let scope = self.enter(ScopeKind::Range, span)?;
        let operand = self.range_operand(stmt.x)?;
        let (kind, key_type, value_type) = self.range_types(operand, span)?;
        let mut aborts = None;
        let (key, value) = if stmt.define {
            (self.range_variable(stmt.key, key_type, span)?, self.range_variable(stmt.value, value_type, span)?)
        } else {
            let key = stmt.key.map(|key| self.place(key)).transpose()?;
            let value = stmt.value.map(|value| self.place(value)).transpose()?;
            self.check_range_targets(kind, operand, key.as_ref(), value.as_ref(), (key_type, value_type), span)?;
            if [&key, &value].into_iter().flatten().any(|place| !is_plain(&place.place)) {
                aborts = Some("unexpected type for len(): int".to_owned());
            }
            (key.map(|place| place.place), value.map(|place| place.place))
        };
        let body = self.targeted(label, id, TargetKind::Loop, |checker| checker.body(stmt.body.stmts))?;
        self.leave();
        let operand = operand.id;
        Ok(StmtKind::Range(typed::RangeStmt { kind, operand, key, value, define: stmt.define, aborts, scope, body }))
    }

    /// What is ranged over, and the types of key and value.
    fn range_types(&self, operand: Operand, at: Span) -> Result<(RangeKind, TypeId, TypeId)> {
        let t = operand.ty.unwrap_or(TypeId::INVALID);
        match self.types.base(t) {
            Type::Slice { elem, .. } => Ok((RangeKind::Slice, TypeId::INT, *elem)),
            Type::Array { elem, .. } => Ok((RangeKind::Array, TypeId::INT, *elem)),
            Type::Map { key, value } => Ok((RangeKind::Map, *key, *value)),
            Type::Pointer(array) => match self.types.base(*array) {
                Type::Array { elem, .. } => Ok((RangeKind::ArrayPointer, TypeId::INT, *elem)),
                _ => Err(self.error(at, VmError::RangePointer)),
            },
            _ if self.types.kind(t) == Kind::String => Ok((RangeKind::String, TypeId::INT, TypeId::INT32)),
            _ => Err(self.error(at, VmError::RangeKind { got: self.types.kind(t).name().into() })),
        }
    }

    fn range_variable(&mut self, target: Option<ExprRef<'a>>, t: TypeId, span: Span) -> Result<Option<Place>> {
        let Some(target) = target else { return Ok(None) };
        let ExprKind::Ident(name) = unparen(target).kind else {
            return Err(self.non_name(target));
        };
        // The blank target copies what it is given (spec/03 §4.2).
        if name == "_" {
            return Ok(Some(Place::Blank));
        }
        let name = self.renamed(name, target.span);
        let var = match self.redefined(&name, t, span)? {
            Some(var) => var,
            None => self.declare(&name, t, t, VarKind::Variable)?,
        };
        Ok(Some(Place::Local(var)))
    }

    fn check_range_targets(
        &self,
        kind: RangeKind,
        operand: Operand,
        key: Option<&PlaceOperand>,
        value: Option<&PlaceOperand>,
        (key_type, value_type): (TypeId, TypeId),
        span: Span,
    ) -> Result<()> {
        let blank = |place: Option<&PlaceOperand>| place.is_some_and(|place| matches!(place.place, Place::Blank));
        let unnamed = operand.ty.is_some_and(|t| !self.types.is_named(t));
        let listed = matches!(kind, RangeKind::Array | RangeKind::Slice);
        if blank(key) && !blank(value) && unnamed && listed {
            return Err(self.error_bare(VmError::NilDereference));
        }
        let recorded = |place: Option<&PlaceOperand>| place.and_then(|place| place.recorded);
        if kind != RangeKind::Map
            && let Some(t) = recorded(key)
            && !self.types.identical(t, TypeId::INT)
        {
            return Err(self.error(span, VmError::RangeIndex { got: self.type_arg(t) }));
        }
        if kind == RangeKind::Map
            && let Some(t) = recorded(key)
            && let Err(error) = self.types.check_assignable(Some(key_type), Some(t))
        {
            return Err(self.error(span, error.finding_in(&self.types, &NilContext::Assignment)));
        }
        if let Some(t) = recorded(value)
            && let Err(error) = self.types.check_assignable(Some(value_type), Some(t))
        {
            if kind == RangeKind::String {
                let got = self.types.type_string_or_nil(recorded(key)).into();
                return Err(self.error(span, VmError::RangeValue { got }));
            }
            return Err(self.error(span, error.finding_in(&self.types, &NilContext::Assignment)));
        }
        Ok(())
    }

    // -------------------------------------------------------------------------------------------------------- return

    fn return_stmt(&mut self, exprs: &'a [ExprRef<'a>], span: Span) -> Result<StmtKind> {
        let (results, named) = match self.at.frames.last() {
            Some(frame) => (frame.results.clone(), self.funcs[frame.func].named_results),
            None => (Vec::new(), false),
        };
        if exprs.is_empty() {
            if !results.is_empty() && !named {
                return Err(self.error(span, VmError::ReturnCount { want: results.len().into(), got: Count(0) }));
            }
            return Ok(StmtKind::Return { values: Vec::new() });
        }
        match self.values_for(results.len(), exprs)? {
            Values::Each(operands) if !results.is_empty() => {
                let mut values = Vec::with_capacity(operands.len());
                for (operand, t) in operands.into_iter().zip(results) {
                    values.push(self.coerce_in(operand.id, Some(t), span, NilContext::Other)?);
                }
                Ok(StmtKind::Return { values })
            }
            Values::Tuple(value, types) => {
                for (from, to) in types.into_iter().zip(results) {
                    if let Err(error) = self.types.check_assignable(Some(from), Some(to)) {
                        return Err(self.error(span, error.finding(&self.types)));
                    }
                }
                Ok(StmtKind::Return { values: vec![value] })
            }
            _ => {
                let (want, got) = (results.len().into(), exprs.len().into());
                Err(self.error(span, VmError::ReturnCount { want, got }))
            }
        }
    }
}

/// Whether a target of `range … =` is a plain name to the reference.
fn is_plain(place: &Place) -> bool {
    matches!(place, Place::Blank | Place::Local(_) | Place::Global { via_package: false, .. })
}
