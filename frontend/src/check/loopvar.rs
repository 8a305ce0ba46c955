//! Which names mean a loop's own variables (spec/01 §4.4).
//!
//! The reference renames the variables of every `for` and `range` with `:=` before it looks at scopes, by a walk that gives
//! up parts of the tree where a name is redefined. The walk is repeated here; it notes the places of the renamed names, and
//! scopes ask for them. A name that the walk did not reach keeps its plain meaning, which may then be another variable or
//! none: that is what the reference does. The walk's other effect, block parents that are one level too deep, is not
//! reproduced.

use super::{CheckError, Checker, Result, deep};
use crate::finding::VmError;
use crate::source::Span;
use crate::syntax::ast::{self, AssignOp, Decl, Expr, ExprKind, FieldList, FuncType, Specs, Stmt, StmtKind, StmtRef};
use crate::syntax::visit;
use std::collections::HashSet;

/// What a statement means for what follows it in the enclosing node.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    Next,
    Abandon,
}

/// One walk over a tree: for all loops if there is no target, else for one variable of one loop.
struct Walk<'w, 'a> {
    file: u32,
    target: Option<&'a str>,
    found: &'w mut HashSet<(u32, u32)>,
    /// The first form that the reference does not convert.
    refused: &'w mut Option<(Span, VmError)>,
}

impl Checker<'_> {
    /// Notes the names that mean loop variables, in all files. The walk sees every node, so that it also refuses what the
    /// reference's conversion of the syntax tree refuses (spec/01 §3.4).
    pub(super) fn mark_loop_names(&mut self) -> Result<()> {
        for (index, (file, source)) in self.files.iter().zip(self.sources).enumerate() {
            let file_index = u32::try_from(index).unwrap_or(u32::MAX);
            let mut refused = None;
            let mut walk = Walk { file: file_index, target: None, found: &mut self.loop_names, refused: &mut refused };
            for decl in file.decls {
                match decl {
                    Decl::Gen(group) => walk.group(&group.specs),
                    Decl::Func(func) => {
                        if let Some(receiver) = func.receiver
                            && receiver.fields.len() != 1
                        {
                            let got = if receiver.fields.is_empty() { "no receiver" } else { "multiple receivers" };
                            walk.refuse(func.span, VmError::ReceiverCount { got: got.into() });
                        }
                        if let Some(body) = func.body {
                            walk.list(body.stmts);
                        }
                    }
                    Decl::Bad(_) => {}
                }
            }
            if let Some((span, finding)) = refused {
                // The one refusal that has no location.
                let located = finding != VmError::TwoDefaults;
                let location = located.then(|| format!("{}:{}", source.name(), source.position(span.start)));
                let error = CheckError::new(finding, span);
                return Err(CheckError { location, file: file_index, while_reading: true, ..error });
            }
        }
        Ok(())
    }
}

impl<'a> Walk<'_, 'a> {
    fn refuse(&mut self, span: Span, finding: VmError) {
        if self.refused.is_none() {
            *self.refused = Some((span, finding));
        }
    }

    fn check_defaults(&mut self, clauses: &[ast::CaseClause<'a>]) {
        if let Some(second) = clauses.iter().filter(|clause| clause.exprs.is_none()).nth(1) {
            self.refuse(second.span, VmError::TwoDefaults);
        }
    }

    fn mark(&mut self, span: Span) {
        self.found.insert((self.file, span.start));
    }

    /// Whether a name is the one that is looked for, and has not been renamed for another loop.
    fn is_target(&self, name: &str, span: Span) -> bool {
        self.target == Some(name) && !self.found.contains(&(self.file, span.start))
    }

    fn defines(&self, e: &Expr<'a>) -> bool {
        matches!(e.kind, ExprKind::Ident(name) if self.is_target(name, e.span))
    }

    fn list(&mut self, list: &'a [StmtRef<'a>]) {
        for stmt in list {
            if deep(|| self.stmt(stmt)) == Flow::Abandon {
                return;
            }
        }
    }

    fn exprs(&mut self, list: &'a [&'a Expr<'a>]) {
        for e in list {
            self.expr(e);
        }
    }

    fn optional(&mut self, e: Option<&'a Expr<'a>>) {
        if let Some(e) = e {
            self.expr(e);
        }
    }

    fn init(&mut self, stmt: Option<StmtRef<'a>>) -> Flow {
        stmt.map_or(Flow::Next, |stmt| self.stmt(stmt))
    }

    fn stmt(&mut self, stmt: &'a Stmt<'a>) -> Flow {
        match stmt.kind {
            StmtKind::Bad | StmtKind::Empty | StmtKind::Branch(_) => {}
            StmtKind::Select(_) => self.refuse(stmt.span, VmError::Unsupported { node: "SelectStmt".into() }),
            StmtKind::Decl(group) => self.group(&group.specs),
            StmtKind::Go(_) => self.refuse(stmt.span, VmError::Goroutine),
            StmtKind::Expr(e) | StmtKind::Defer(e) => self.expr(e),
            StmtKind::Send(_) => self.refuse(stmt.span, VmError::Unsupported { node: "SendStmt".into() }),
            StmtKind::IncDec(step) => self.expr(step.x),
            StmtKind::Return(values) => self.exprs(values),
            StmtKind::Labeled(labeled) => return self.stmt(labeled.stmt),
            StmtKind::Block(block) => self.list(block.stmts),
            StmtKind::Assign(assign) => return self.assign(assign),
            StmtKind::If(stmt) => self.if_stmt(stmt),
            StmtKind::Switch(stmt) => {
                self.check_defaults(stmt.clauses);
                if self.init(stmt.init) == Flow::Next {
                    self.optional(stmt.tag);
                    self.clauses(stmt.clauses);
                }
            }
            StmtKind::TypeSwitch(stmt) => {
                self.check_defaults(stmt.clauses);
                if self.init(stmt.init) == Flow::Next {
                    self.expr(stmt.x);
                    self.clauses(stmt.clauses);
                    if stmt.binding.is_some_and(|binding| self.target == Some(binding.name)) {
                        return Flow::Abandon;
                    }
                }
            }
            StmtKind::For(stmt) => self.for_stmt(stmt),
            StmtKind::Range(stmt) => self.range_stmt(stmt),
        }
        Flow::Next
    }

    fn assign(&mut self, assign: &'a ast::AssignStmt<'a>) -> Flow {
        if assign.op != AssignOp::Define {
            self.exprs(assign.lhs);
            self.exprs(assign.rhs);
            return Flow::Next;
        }
        self.exprs(assign.rhs);
        if assign.lhs.iter().any(|e| self.defines(e)) { Flow::Abandon } else { Flow::Next }
    }

    fn if_stmt(&mut self, stmt: &'a ast::IfStmt<'a>) {
        if self.init(stmt.init) == Flow::Abandon {
            return;
        }
        self.expr(stmt.cond);
        self.list(stmt.then.stmts);
        if let Some(els) = &stmt.els {
            match els.kind {
                StmtKind::Block(block) => self.list(block.stmts),
                _ => self.list(std::slice::from_ref(els)),
            }
        }
    }

    fn clauses(&mut self, clauses: &'a [ast::CaseClause<'a>]) {
        for clause in clauses {
            self.exprs(clause.exprs.unwrap_or_default());
            self.list(clause.body);
        }
    }

    fn for_stmt(&mut self, stmt: &'a ast::ForStmt<'a>) {
        if self.target.is_none() {
            self.own_variables(stmt);
        }
        if self.init(stmt.init) == Flow::Next {
            self.optional(stmt.cond);
            let _ = self.init(stmt.post);
            self.list(stmt.body.stmts);
        }
    }

    /// Walks for each variable of a loop.
    fn own_variables(&mut self, stmt: &'a ast::ForStmt<'a>) {
        let Some(StmtKind::Assign(assign)) = stmt.init.map(|init| init.kind) else { return };
        if assign.op != AssignOp::Define {
            return;
        }
        for e in assign.lhs {
            let ExprKind::Ident(name) = e.kind else { continue };
            if name == "_" {
                continue;
            }
            self.mark(e.span);
            let mut walk = Walk { file: self.file, target: Some(name), found: self.found, refused: self.refused };
            walk.optional(stmt.cond);
            let _ = walk.init(stmt.post);
            walk.list(stmt.body.stmts);
        }
    }

    fn range_stmt(&mut self, stmt: &'a ast::RangeStmt<'a>) {
        if self.target.is_none() {
            if stmt.define {
                self.own_range_variables(stmt);
            }
            self.expr(stmt.x);
            self.list(stmt.body.stmts);
            return;
        }
        self.expr(stmt.x);
        let targets = [stmt.key, stmt.value];
        if stmt.define && targets.into_iter().flatten().any(|e| self.defines(e)) {
            return;
        }
        if !stmt.define {
            targets.into_iter().flatten().for_each(|e| self.expr(e));
        }
        self.list(stmt.body.stmts);
    }

    /// Walks for key and value; a blank key ends the procedure.
    fn own_range_variables(&mut self, stmt: &'a ast::RangeStmt<'a>) {
        for e in [stmt.key, stmt.value].into_iter().flatten() {
            let ExprKind::Ident(name) = e.kind else { return };
            if name == "_" {
                return;
            }
            self.mark(e.span);
            let mut walk = Walk { file: self.file, target: Some(name), found: self.found, refused: self.refused };
            walk.list(stmt.body.stmts);
        }
    }

    fn group(&mut self, specs: &Specs<'a>) {
        visit::specs(specs, &mut |e| self.expr(e));
    }

    /// Whether a parameter or result has the name that is looked for.
    fn hides(&self, ty: &FuncType<'a>) -> bool {
        let names = |list: &FieldList<'a>| {
            list.fields.iter().flat_map(|field| field.names).any(|name| self.target == Some(name.name))
        };
        self.target.is_some() && (names(ty.params) || ty.results.is_some_and(names))
    }

    fn expr(&mut self, e: &'a Expr<'a>) {
        deep(|| self.expr_kind(e));
    }

    fn expr_kind(&mut self, e: &'a Expr<'a>) {
        match e.kind {
            ExprKind::Ident(name) if self.target == Some(name) => self.mark(e.span),
            ExprKind::FuncLit(literal) if self.hides(literal.ty) => return,
            ExprKind::Index(index) if index.indices.len() > 1 => {
                self.refuse(e.span, VmError::ManyIndices);
            }
            _ => {}
        }
        visit::children(e, &mut |child| self.expr(child));
        if let ExprKind::FuncLit(literal) = e.kind {
            self.list(literal.body.stmts);
        }
    }
}
