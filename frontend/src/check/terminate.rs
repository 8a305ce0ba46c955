//! Whether functions with results end in a return: the reference's analysis, which looks at last statements only and has
//! gaps (spec/01 §4.8).

use super::expr::unparen;
use super::{Checker, Result, deep};
use crate::finding::VmError;
use crate::source::Span;
use crate::syntax::ast::{self, BranchKind, CaseClause, ExprKind, ExprRef, StmtKind, StmtRef};

/// A statement list whose end is analysed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Context<'a> {
    Function,
    Literal,
    Loop { label: Option<&'a str>, left: bool },
    Switch { label: Option<&'a str>, left: bool },
}

#[derive(Default)]
struct Analysis<'a> {
    contexts: Vec<Context<'a>>,
    /// Ranges of literals that do not terminate.
    literals: Vec<Span>,
    /// The reference fails on a context that a literal left behind: what it expected.
    failure: Option<&'static str>,
}

impl<'a> Checker<'a> {
    /// Refuses a function with results that does not end in a terminating statement.
    pub(super) fn check_termination(&self, decl: &'a ast::FuncDecl<'a>, body: &'a ast::Block<'a>) -> Result<()> {
        if decl.ty.results.is_none_or(|results| results.fields.is_empty()) {
            return Ok(());
        }
        let mut analysis = Analysis { contexts: vec![Context::Function], ..Analysis::default() };
        let ends = analysis.list(body.stmts);
        if let Some(expected) = analysis.failure {
            return Err(self.error_bare(VmError::LiteralContext { expected: expected.into() }));
        }
        let mut entries: Vec<String> = analysis
            .literals
            .iter()
            .map(|&span| format!("lambda at {} does not terminate", self.location(span)))
            .collect();
        if !ends {
            entries.push(format!("function \"{}\" does not terminate", decl.name.name));
        }
        if entries.is_empty() {
            return Ok(());
        }
        Err(self.error(decl.span, VmError::MissingReturn { functions: entries.join(" ").into() }))
    }
}

impl<'a> Analysis<'a> {
    fn list(&mut self, list: &'a [StmtRef<'a>]) -> bool {
        list.last().is_some_and(|last| deep(|| self.statement(last, None)))
    }

    fn statement(&mut self, stmt: StmtRef<'a>, label: Option<&'a str>) -> bool {
        match stmt.kind {
            StmtKind::Labeled(labeled) => self.statement(labeled.stmt, label.or(Some(labeled.label.name))),
            StmtKind::Return(_) => true,
            StmtKind::Expr(e) => match unparen(e).kind {
                ExprKind::Call(call) => matches!(unparen(call.fun).kind, ExprKind::Ident("panic")),
                _ => false,
            },
            StmtKind::Branch(branch) => match branch.kind {
                BranchKind::Fallthrough => true,
                BranchKind::Break => {
                    self.record_break(branch.label.map(|label| label.name));
                    false
                }
                _ => false,
            },
            StmtKind::Block(block) => self.list(block.stmts),
            StmtKind::If(stmt) => {
                let then = self.list(stmt.then.stmts);
                let els = match stmt.els {
                    None => false,
                    Some(els) => self.statement(els, None),
                };
                then && els
            }
            StmtKind::For(stmt) => {
                self.contexts.push(Context::Loop { label, left: false });
                self.list(stmt.body.stmts);
                let left = match self.contexts.pop() {
                    Some(Context::Loop { left, .. }) => left,
                    _ => return self.fail("ForContext"),
                };
                stmt.cond.is_none() && !left
            }
            StmtKind::Switch(stmt) => self.clauses(stmt.clauses, label),
            StmtKind::TypeSwitch(stmt) => self.clauses(stmt.clauses, label),
            StmtKind::Assign(assign) => {
                if let Some(value) = assign.rhs.first() {
                    self.literal_in(value);
                }
                false
            }
            _ => false,
        }
    }

    fn fail(&mut self, expected: &'static str) -> bool {
        self.failure = self.failure.or(Some(expected));
        false
    }

    fn clauses(&mut self, clauses: &'a [CaseClause<'a>], label: Option<&'a str>) -> bool {
        self.contexts.push(Context::Switch { label, left: false });
        let cases = clauses.iter().filter(|clause| clause.exprs.is_some());
        let default = clauses.iter().filter(|clause| clause.exprs.is_none());
        let mut ends = false;
        for clause in cases.chain(default) {
            ends = self.list(clause.body);
        }
        let left = match self.contexts.pop() {
            Some(Context::Switch { left, .. }) => left,
            _ => return self.fail("SwitchContext"),
        };
        clauses.iter().any(|clause| clause.exprs.is_none()) && !left && ends
    }

    /// A `break` as last statement: the innermost context, or the labelled one, does not terminate.
    fn record_break(&mut self, wanted: Option<&'a str>) {
        for context in self.contexts.iter_mut().rev() {
            match context {
                Context::Loop { label, left } | Context::Switch { label, left } => {
                    if wanted.is_none() || *label == wanted {
                        *left = true;
                        return;
                    }
                }
                Context::Function | Context::Literal => {}
            }
        }
    }

    /// Analyses a literal that is assigned, or the first argument of a call that is; its context stays behind if it
    /// terminates.
    fn literal_in(&mut self, e: ExprRef<'a>) {
        let mut e = unparen(e);
        while let ExprKind::Call(call) = e.kind {
            let Some(first) = call.args.first() else { return };
            e = unparen(first);
        }
        if let ExprKind::FuncLit(literal) = e.kind {
            self.contexts.push(Context::Literal);
            if !self.list(literal.body.stmts) {
                self.contexts.pop();
                self.literals.push(e.span);
            }
        }
    }
}
