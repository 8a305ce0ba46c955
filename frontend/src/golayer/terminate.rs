//! Terminating statements, by Go's rules.

use super::package::unparen;
use super::{Checker, deep};
use crate::syntax::ast::{BranchKind, CaseClause, ExprKind, Stmt, StmtKind, StmtRef};

impl<'a> Checker<'a> {
    /// Whether a statement list ends in a terminating statement.
    pub(super) fn terminates_list(&self, stmts: &[StmtRef<'a>]) -> bool {
        let last = stmts.iter().rfind(|stmt| !matches!(stmt.kind, StmtKind::Empty));
        last.is_some_and(|last| deep(|| self.terminates(last, None)))
    }

    fn terminates(&self, stmt: &'a Stmt<'a>, label: Option<&str>) -> bool {
        match stmt.kind {
            StmtKind::Return(_) => true,
            StmtKind::Branch(branch) => matches!(branch.kind, BranchKind::Goto | BranchKind::Fallthrough),
            StmtKind::Expr(expr) => match unparen(expr).kind {
                ExprKind::Call(call) => self.panics.contains(&std::ptr::from_ref(call).addr()),
                _ => false,
            },
            StmtKind::Block(block) => self.terminates_list(block.stmts),
            StmtKind::If(s) => {
                s.els.is_some_and(|els| self.terminates_list(s.then.stmts) && deep(|| self.terminates(els, None)))
            }
            StmtKind::Switch(s) => self.clauses_terminate(s.clauses, label),
            StmtKind::TypeSwitch(s) => self.clauses_terminate(s.clauses, label),
            StmtKind::Select(s) => s
                .clauses
                .iter()
                .all(|clause| self.terminates_list(clause.body) && !breaks_list(clause.body, label, true)),
            StmtKind::For(s) => s.cond.is_none() && !breaks_list(s.body.stmts, label, true),
            StmtKind::Labeled(s) => deep(|| self.terminates(s.stmt, Some(s.label.name))),
            _ => false,
        }
    }

    fn clauses_terminate(&self, clauses: &'a [CaseClause<'a>], label: Option<&str>) -> bool {
        clauses.iter().any(|clause| clause.exprs.is_none())
            && clauses.iter().all(|clause| self.terminates_list(clause.body) && !breaks_list(clause.body, label, true))
    }
}

/// Whether a list contains a `break` out of the statement with the label, or out of the innermost one if `implicit`.
fn breaks_list(stmts: &[StmtRef<'_>], label: Option<&str>, implicit: bool) -> bool {
    stmts.iter().any(|stmt| deep(|| breaks(stmt, label, implicit)))
}

fn breaks(stmt: &Stmt<'_>, label: Option<&str>, implicit: bool) -> bool {
    // Inside another breakable statement only the label counts.
    let inner = |stmts: &[StmtRef<'_>]| label.is_some() && breaks_list(stmts, label, false);
    match stmt.kind {
        StmtKind::Branch(branch) if branch.kind == BranchKind::Break => match branch.label {
            None => implicit,
            Some(target) => label == Some(target.name),
        },
        StmtKind::Block(block) => breaks_list(block.stmts, label, implicit),
        StmtKind::If(s) => {
            breaks_list(s.then.stmts, label, implicit) || s.els.is_some_and(|els| deep(|| breaks(els, label, implicit)))
        }
        StmtKind::Labeled(s) => deep(|| breaks(s.stmt, label, implicit)),
        StmtKind::Switch(s) => s.clauses.iter().any(|clause| inner(clause.body)),
        StmtKind::TypeSwitch(s) => s.clauses.iter().any(|clause| inner(clause.body)),
        StmtKind::Select(s) => s.clauses.iter().any(|clause| inner(clause.body)),
        StmtKind::For(s) => inner(s.body.stmts),
        StmtKind::Range(s) => inner(s.body.stmts),
        _ => false,
    }
}
