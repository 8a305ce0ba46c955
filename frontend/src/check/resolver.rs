//! Errors that the reference's parser finds while it resolves names: second declarations in one block, `:=` that declares
//! nothing, labels that do not exist (spec/01 §1.6, §4.9). They come before every other error of the file and have no
//! package path in their location. A file that does not parse is resolved as far as its tree goes.

use super::{CheckError, Result, deep};
use crate::finding::VmError;
use crate::limits::Limits;
use crate::source::{SourceFile, Span};
use crate::syntax::ast::{self, AssignOp, Decl, Expr, ExprKind, FieldList, Ident, Specs, Stmt, StmtKind, StmtRef};
use crate::syntax::{ParsedFile, visit};
use std::collections::HashMap;

/// Labels of a function body.
#[derive(Default)]
struct Labels<'a> {
    declared: HashMap<&'a str, Span>,
    used: Vec<Ident<'a>>,
}

/// An error at an offset.
struct Found {
    offset: u32,
    error: VmError,
    /// The declaration before.
    previous: Option<Span>,
}

struct Resolver<'s, 'a> {
    source: &'s SourceFile,
    scopes: Vec<HashMap<&'a str, Span>>,
    labels: Vec<Labels<'a>>,
    errors: Vec<Found>,
    /// The line of the error found last: another one there is dropped.
    last_line: Option<u32>,
    /// How many errors are recorded before the next one ends the search.
    max_errors: usize,
    /// Scopes inside one another, that of the package included.
    max_depth: usize,
    /// There were more: nothing else is looked at.
    stopped: bool,
}

/// The errors of a file in the order in which they are found. `recorded` are those of its syntax, `last_line` the line of the last.
fn resolve(
    file: &ast::File<'_>,
    source: &SourceFile,
    limits: &Limits,
    recorded: usize,
    last_line: Option<u32>,
) -> Vec<Found> {
    let mut resolver = Resolver {
        source,
        scopes: vec![HashMap::new()],
        labels: Vec::new(),
        errors: Vec::new(),
        last_line,
        max_errors: limits.syntax_errors.saturating_sub(recorded),
        max_depth: limits.scope_depth as usize,
        stopped: false,
    };
    for decl in file.decls {
        resolver.top_level(decl);
    }
    for decl in file.decls {
        resolver.inside(decl);
    }
    resolver.errors
}

/// The error of a file, if it has one: the first in order of position, and how many more there are.
pub(super) fn resolve_file(file: &ast::File<'_>, source: &SourceFile, index: u32, limits: &Limits) -> Result<()> {
    let mut errors = resolve(file, source, limits, 0, None);
    errors.sort_by_key(|found| found.offset);
    let more = errors.len().saturating_sub(1);
    let Some(Found { offset, error, previous }) = errors.into_iter().next() else { return Ok(()) };
    let location = Some(format!("{}:{}", source.name(), source.position(offset)));
    let related = previous.map(|span| (span, "previous declaration"));
    let error = CheckError::new(error, Span::at(offset));
    Err(CheckError { location, file: index, related, more, while_reading: true, ..error })
}

/// The text of the error of a file that does not parse: the first in order of position, and how many more there are. What can be resolved of
/// its names is, unless the parse stopped, and what that finds counts as well (spec/01 §3.3). `None` if the file parses.
#[must_use]
pub fn syntax_failure(parsed: &ParsedFile<'_>, source: &SourceFile, limits: &Limits) -> Option<String> {
    let (first, rest) = parsed.errors.split_first()?;
    let record = &parsed.record;
    let names = match record.aborted {
        true => Vec::new(),
        false => resolve(&parsed.file, source, limits, parsed.errors.len(), record.last_line),
    };
    let (offset, message) = names
        .iter()
        .map(|found| (found.offset, found.error.to_string()))
        .chain([(first.span.start, first.error.to_string())])
        .min()?;
    let text = format!("{}:{}: {message}", source.name(), source.position(offset));
    Some(match rest.len().saturating_add(names.len()) {
        0 => text,
        more => format!("{text} (and {more} more errors)"),
    })
}

impl<'a> Resolver<'_, 'a> {
    fn error(&mut self, at: Span, error: VmError) {
        self.found(Found { offset: at.start, error, previous: None });
    }

    fn found(&mut self, found: Found) {
        let line = Some(self.source.line(found.offset));
        if self.stopped || self.last_line == line {
            return;
        }
        if self.errors.len() >= self.max_errors {
            self.stopped = true;
            return;
        }
        self.last_line = line;
        self.errors.push(found);
    }

    fn redeclared(&mut self, name: Ident<'a>, previous: Span) {
        let at = format!("{}:{}", self.source.name(), self.source.position(previous.start));
        let error = VmError::RedeclaredInBlock { name: name.name.into(), previous: at.into() };
        self.found(Found { offset: name.span.start, error, previous: Some(previous) });
    }

    fn declare(&mut self, name: Ident<'a>) {
        if name.name == "_" {
            return;
        }
        let Some(scope) = self.scopes.last_mut() else { return };
        match scope.get(name.name) {
            Some(&previous) => self.redeclared(name, previous),
            None => {
                scope.insert(name.name, name.span);
            }
        }
    }

    fn scoped(&mut self, at: Span, f: impl FnOnce(&mut Self)) {
        if self.scopes.len() >= self.max_depth {
            self.error(at, VmError::ScopeDepth);
            self.stopped = true;
        }
        if self.stopped {
            return;
        }
        self.scopes.push(HashMap::new());
        f(self);
        self.scopes.pop();
    }

    fn top_level(&mut self, decl: &Decl<'a>) {
        match decl {
            Decl::Gen(group) => match group.specs {
                Specs::Import(_) => {}
                Specs::Const(specs) | Specs::Var(specs) => {
                    specs.iter().flat_map(|spec| spec.names).for_each(|&name| self.declare(name));
                }
                Specs::Type(specs) => specs.iter().for_each(|spec| self.declare(spec.name)),
            },
            Decl::Func(func) if func.receiver.is_none() && func.name.name != "init" => self.declare(func.name),
            Decl::Func(_) | Decl::Bad(_) => {}
        }
    }

    fn inside(&mut self, decl: &Decl<'a>) {
        match decl {
            Decl::Gen(group) => visit::specs(&group.specs, &mut |e| self.expr(e)),
            Decl::Func(func) => self.function(func.receiver, func.ty, func.body),
            Decl::Bad(_) => {}
        }
    }

    /// Parameters, results and the names of the body are in one scope.
    fn function(
        &mut self,
        receiver: Option<&'a FieldList<'a>>,
        ty: &'a ast::FuncType<'a>,
        body: Option<&'a ast::Block<'a>>,
    ) {
        self.scoped(ty.span, |resolver| {
            for list in [receiver, Some(ty.params), ty.results].into_iter().flatten() {
                resolver.fields(list);
            }
            let Some(body) = body else { return };
            resolver.labels.push(Labels::default());
            resolver.list(body.stmts);
            let labels = resolver.labels.pop().unwrap_or_default();
            for label in labels.used {
                if !labels.declared.contains_key(label.name) {
                    resolver.error(label.span, VmError::UndefinedLabel { label: label.name.into() });
                }
            }
        });
    }

    fn list(&mut self, list: &'a [StmtRef<'a>]) {
        for stmt in list {
            deep(|| self.stmt(stmt));
        }
    }

    fn optional(&mut self, stmt: Option<StmtRef<'a>>) {
        if let Some(stmt) = stmt {
            deep(|| self.stmt(stmt));
        }
    }

    fn block(&mut self, block: &'a ast::Block<'a>) {
        self.scoped(block.span, |resolver| resolver.list(block.stmts));
    }

    fn stmt(&mut self, stmt: &'a Stmt<'a>) {
        match stmt.kind {
            StmtKind::Bad | StmtKind::Empty | StmtKind::Select(_) => {}
            StmtKind::Decl(group) => self.local(&group.specs),
            StmtKind::Expr(e) | StmtKind::Go(e) | StmtKind::Defer(e) => self.expr(e),
            StmtKind::Send(send) => {
                self.expr(send.channel);
                self.expr(send.value);
            }
            StmtKind::IncDec(step) => self.expr(step.x),
            StmtKind::Assign(assign) => {
                self.exprs(assign.rhs);
                if assign.op == AssignOp::Define { self.define(assign.lhs) } else { self.exprs(assign.lhs) }
            }
            StmtKind::Return(values) => self.exprs(values),
            StmtKind::Branch(branch) => {
                if let (Some(label), Some(labels)) = (branch.label, self.labels.last_mut()) {
                    labels.used.push(label);
                }
            }
            StmtKind::Labeled(labeled) => self.labeled(labeled),
            StmtKind::Block(block) => self.block(block),
            StmtKind::If(inner) => self.scoped(stmt.span, |resolver| {
                resolver.optional(inner.init);
                resolver.expr(inner.cond);
                resolver.block(inner.then);
                resolver.optional(inner.els);
            }),
            StmtKind::For(inner) => self.scoped(stmt.span, |resolver| {
                resolver.optional(inner.init);
                inner.cond.into_iter().for_each(|e| resolver.expr(e));
                resolver.optional(inner.post);
                resolver.block(inner.body);
            }),
            StmtKind::Range(range) => self.range(range, stmt.span),
            StmtKind::Switch(inner) => self.scoped(stmt.span, |resolver| {
                resolver.optional(inner.init);
                inner.tag.into_iter().for_each(|e| resolver.expr(e));
                resolver.clauses(inner.clauses);
            }),
            StmtKind::TypeSwitch(inner) if inner.init.is_none() => self.type_switch(inner),
            StmtKind::TypeSwitch(inner) => self.scoped(stmt.span, |resolver| {
                resolver.optional(inner.init);
                resolver.type_switch(inner);
            }),
        }
    }

    fn type_switch(&mut self, stmt: &'a ast::TypeSwitchStmt<'a>) {
        self.scoped(stmt.binding.map_or(stmt.x.span, |name| name.span), |resolver| {
            resolver.expr(stmt.x);
            match stmt.binding {
                Some(name) if name.name == "_" => resolver.nothing_new(name.span),
                Some(name) => resolver.declare(name),
                None => {}
            }
            resolver.clauses(stmt.clauses);
        });
    }

    fn labeled(&mut self, labeled: &'a ast::LabeledStmt<'a>) {
        let label = labeled.label;
        let previous = self.labels.last().and_then(|labels| labels.declared.get(label.name)).copied();
        match previous {
            Some(previous) => self.redeclared(label, previous),
            None if label.name != "_" => {
                if let Some(labels) = self.labels.last_mut() {
                    labels.declared.insert(label.name, label.span);
                }
            }
            None => {}
        }
        self.stmt(labeled.stmt);
    }

    fn range(&mut self, stmt: &'a ast::RangeStmt<'a>, at: Span) {
        self.expr(stmt.x);
        self.scoped(at, |resolver| {
            let targets: Vec<&'a Expr<'a>> = [stmt.key, stmt.value].into_iter().flatten().collect();
            for target in targets {
                match target.kind {
                    ExprKind::Ident(name) if stmt.define => resolver.declare(Ident { name, span: target.span }),
                    _ => resolver.expr(target),
                }
            }
            resolver.block(stmt.body);
        });
    }

    fn clauses(&mut self, clauses: &'a [ast::CaseClause<'a>]) {
        for clause in clauses {
            self.exprs(clause.exprs.unwrap_or_default());
            self.scoped(clause.span, |resolver| resolver.list(clause.body));
        }
    }

    /// `:=` must declare at least one name.
    fn define(&mut self, targets: &'a [&'a Expr<'a>]) {
        let mut new = false;
        for target in targets {
            let ExprKind::Ident(name) = target.kind else { continue };
            let Some(scope) = self.scopes.last_mut() else { continue };
            if name != "_" && !scope.contains_key(name) {
                scope.insert(name, target.span);
                new = true;
            }
        }
        if let (false, Some(first)) = (new, targets.first()) {
            self.nothing_new(first.span);
        }
    }

    fn nothing_new(&mut self, at: Span) {
        self.error(at, VmError::NoNewVariables);
    }

    fn local(&mut self, specs: &Specs<'a>) {
        match specs {
            Specs::Import(_) => {}
            Specs::Const(specs) | Specs::Var(specs) => {
                for spec in *specs {
                    spec.ty.into_iter().for_each(|ty| self.expr(ty));
                    self.exprs(spec.values);
                    spec.names.iter().for_each(|&name| self.declare(name));
                }
            }
            Specs::Type(specs) => specs.iter().for_each(|spec| {
                self.declare(spec.name);
                self.expr(spec.ty);
            }),
        }
    }

    fn exprs(&mut self, list: &'a [&'a Expr<'a>]) {
        for e in list {
            self.expr(e);
        }
    }

    /// Types of a list of fields, then its names.
    fn fields(&mut self, list: &'a FieldList<'a>) {
        list.fields.iter().for_each(|field| self.expr(field.ty));
        list.fields.iter().flat_map(|field| field.names).for_each(|&name| self.declare(name));
    }

    /// Func literals, struct, interface and func types declare names inside an expression.
    fn expr(&mut self, e: &'a Expr<'a>) {
        deep(|| match e.kind {
            ExprKind::FuncLit(literal) => self.function(None, literal.ty, Some(literal.body)),
            ExprKind::FuncType(func) => self.function(None, func, None),
            ExprKind::StructType(fields) | ExprKind::InterfaceType(fields) => {
                self.scoped(e.span, |resolver| resolver.fields(fields));
            }
            _ => visit::children(e, &mut |child| self.expr(child)),
        });
    }
}
