//! Switches (spec/02 §8.3, §8.4). `default` becomes the last clause (spec/01 §1.3 row 4).

use super::expr::unparen;
use super::scope::{Entity, TargetKind};
use super::{Checker, Result};
use crate::finding::VmError;
use crate::source::Span;
use crate::syntax::ast::{self, CaseClause, ExprKind};
use crate::typed::{BranchKind, Clause, ScopeKind, Stmt, StmtId, StmtKind, TypeClause, VarId, VarKind};
use crate::types::TypeId;

/// A checked case of a type switch: the type, or `nil`.
type Case = Option<TypeId>;

impl<'a> Checker<'a> {
    /// `switch` over values.
    pub(super) fn switch_stmt(
        &mut self,
        stmt: &'a ast::SwitchStmt<'a>,
        id: StmtId,
        label: Option<&'a str>,
        span: Span,
    ) -> Result<StmtKind> {
        let (scope, init) = self.enter_with_init(ScopeKind::Switch, &stmt.init, span)?;
        let tag = self.switch_tag(stmt.tag, span)?;
        let ordered = self.ordered(stmt.clauses);
        let mut clauses = Vec::with_capacity(ordered.len());
        for (index, clause) in ordered.iter().enumerate() {
            let mut cases = Vec::new();
            let clause_scope = self.enter(ScopeKind::Clause, clause.span)?;
            for e in clause.exprs.unwrap_or_default() {
                cases.push(self.switch_case(tag, e, clause.span)?);
            }
            let last = index + 1 == ordered.len();
            let body = self.targeted(label, id, TargetKind::Switch, |checker| checker.clause_body(clause, last))?;
            self.leave();
            clauses.push(Clause { cases, is_default: clause.exprs.is_none(), scope: clause_scope, body });
        }
        self.leave();
        Ok(StmtKind::Switch { scope, init, tag: tag.id, clauses })
    }

    /// The clauses with `default` last.
    fn ordered(&self, clauses: &'a [CaseClause<'a>]) -> Vec<&'a CaseClause<'a>> {
        let cases = clauses.iter().filter(|clause| clause.exprs.is_some());
        cases.chain(clauses.iter().filter(|clause| clause.exprs.is_none())).collect()
    }

    /// The body of a clause; `fallthrough` may be its last statement.
    fn clause_body(&mut self, clause: &'a CaseClause<'a>, last: bool) -> Result<Vec<StmtId>> {
        let Some((end, before)) = clause.body.split_last() else { return Ok(Vec::new()) };
        if !is_fallthrough(end) {
            return self.body(clause.body);
        }
        if last {
            return Err(self.error(end.span, VmError::FallthroughLast));
        }
        let mut body = self.body(before)?;
        let kind = StmtKind::Branch(BranchKind::Fallthrough);
        body.push(self.stmts.push(Stmt { kind, span: end.span }));
        Ok(body)
    }

    /// `switch` over types.
    pub(super) fn type_switch_stmt(
        &mut self,
        stmt: &'a ast::TypeSwitchStmt<'a>,
        id: StmtId,
        label: Option<&'a str>,
        span: Span,
    ) -> Result<StmtKind> {
        let (scope, init) = self.enter_with_init(ScopeKind::Switch, &stmt.init, span)?;
        let operand = self.interface_operand(stmt.x, span)?;
        let operand_type = operand.ty.unwrap_or(TypeId::ANY);
        let mut seen: Vec<Case> = Vec::new();
        let mut clauses = Vec::new();
        for clause in self.ordered(stmt.clauses) {
            let clause_scope = self.enter(ScopeKind::Clause, clause.span)?;
            let types = self.type_cases(clause, &mut seen, span)?;
            let var = self.type_switch_variable(stmt, &types, clause, operand_type)?;
            if let Some(end) = clause.body.last().filter(|end| is_fallthrough(end)) {
                return Err(self.error(end.span, VmError::FallthroughType));
            }
            let body = self.targeted(label, id, TargetKind::Switch, |checker| checker.body(clause.body))?;
            self.leave();
            let is_default = clause.exprs.is_none();
            clauses.push(TypeClause { types, is_default, var, scope: clause_scope, body });
        }
        self.leave();
        Ok(StmtKind::TypeSwitch { scope, init, operand: operand.id, clauses })
    }

    fn type_cases(&mut self, clause: &'a CaseClause<'a>, seen: &mut Vec<Case>, at: Span) -> Result<Vec<Case>> {
        let mut types = Vec::new();
        for e in clause.exprs.unwrap_or_default() {
            if let ExprKind::Ident(name) = unparen(e).kind
                && matches!(self.lookup(name, e.span)?, Entity::Nil)
            {
                if seen.contains(&None) {
                    return Err(self.error(at, VmError::DuplicateNilCase));
                }
                seen.push(None);
                types.push(None);
                continue;
            }
            let outer = self.at.case.replace(clause.span);
            let t = self.resolve_whole(e);
            self.at.case = outer;
            let t = t?;
            if seen.iter().flatten().any(|&other| self.types.identical(other, t)) {
                return Err(self.error(at, VmError::DuplicateTypeCase { of: self.type_arg(t) }));
            }
            seen.push(Some(t));
            types.push(Some(t));
        }
        Ok(types)
    }

    /// The variable of the guard in one clause: of the case's type if there is one, else of the operand's. In a clause of
    /// `nil` alone it has a slot but cannot be named (spec/01 §1.2).
    fn type_switch_variable(
        &mut self,
        stmt: &'a ast::TypeSwitchStmt<'a>,
        types: &[Case],
        clause: &CaseClause<'a>,
        operand: TypeId,
    ) -> Result<Option<VarId>> {
        let Some(binding) = stmt.binding.filter(|binding| binding.name != "_") else { return Ok(None) };
        let t = match types {
            [Some(t)] => *t,
            [None] if clause.exprs.is_some() => {
                return self.slot(binding.name.to_owned(), operand, operand, VarKind::Variable).map(Some);
            }
            _ => operand,
        };
        self.declare(binding.name, t, t, VarKind::Variable).map(Some)
    }
}

fn is_fallthrough(stmt: &ast::Stmt<'_>) -> bool {
    matches!(stmt.kind, ast::StmtKind::Branch(branch) if branch.kind == ast::BranchKind::Fallthrough)
}
