//! Labels and the jumps to them (spec/01 §1.6).

use super::{Checker, Place, deep};
use crate::finding::{GoError, Name};
use crate::source::Span;
use crate::syntax::ast::{AssignOp, Block, BranchKind, BranchStmt, Ident, LabeledStmt, Specs, Stmt, StmtKind, StmtRef};
use indexmap::IndexMap;
use std::collections::HashMap;

/// A label: where it is declared, and whether something jumps to it.
struct Label {
    span: Span,
    used: bool,
    /// Whether its block is still being looked at, so that `goto` may lead back to it.
    open: bool,
}

/// The walk over one function body.
struct Walk<'a> {
    all: IndexMap<&'a str, Label>,
    /// For each block under way, the labelled statement that it belongs to.
    owners: Vec<Option<&'a LabeledStmt<'a>>>,
}

/// What is known of one block.
#[derive(Default)]
struct Jumps<'a> {
    /// The jumps that have not found their label, by its name, with the time at which they were met.
    forward: HashMap<&'a str, Vec<(u32, &'a BranchStmt<'a>)>>,
    /// Counts jumps and declarations.
    clock: u32,
    /// The last variable declaration: earlier jumps lead over it.
    declaration: Option<(u32, Span)>,
    /// The labels that the block declares.
    labels: Vec<&'a str>,
    /// The label of the statement under way.
    label: Option<&'a LabeledStmt<'a>>,
}

impl<'a> Jumps<'a> {
    fn tick(&mut self) -> u32 {
        self.clock = self.clock.saturating_add(1);
        self.clock
    }

    fn add(&mut self, jump: &'a BranchStmt<'a>) {
        let (time, name) = (self.tick(), jump.label.map_or("", |label| label.name));
        self.forward.entry(name).or_default().push((time, jump));
    }

    /// A variable declaration.
    fn declares(&mut self, span: Span) {
        self.declaration = Some((self.tick(), span));
    }
}

impl<'a> Checker<'a> {
    pub(super) fn check_labels(&mut self, body: &'a Block<'a>) {
        let mut walk = Walk { all: IndexMap::new(), owners: Vec::new() };
        let open = self.block_jumps(&mut walk, None, body.stmts);
        for jump in open {
            let Some(label) = jump.label else { continue };
            let name = label.name.into();
            let error = match walk.all.get_mut(label.name) {
                Some(found) => {
                    found.used = true;
                    GoError::JumpIntoBlock { name }
                }
                None => GoError::LabelUndeclared { name },
            };
            self.report(label.span, error);
        }
        for (name, label) in walk.all {
            if !label.used {
                self.report(label.span, GoError::UnusedLabel { name: name.into() });
            }
        }
    }

    /// The forward jumps that leave a block.
    fn block_jumps(
        &mut self,
        walk: &mut Walk<'a>,
        owner: Option<&'a LabeledStmt<'a>>,
        stmts: &[StmtRef<'a>],
    ) -> Vec<&'a BranchStmt<'a>> {
        walk.owners.push(owner);
        let mut jumps = Jumps { label: owner, ..Jumps::default() };
        for stmt in stmts {
            deep(|| self.stmt_jumps(walk, &mut jumps, stmt));
        }
        walk.owners.pop();
        for name in jumps.labels {
            if let Some(label) = walk.all.get_mut(name) {
                label.open = false;
            }
        }
        let mut open: Vec<_> = jumps.forward.into_values().flatten().map(|(_, jump)| jump).collect();
        open.sort_by_key(|jump| jump.label.map_or(0, |label| label.span.start));
        open
    }

    fn nested(&mut self, walk: &mut Walk<'a>, jumps: &mut Jumps<'a>, stmts: &[StmtRef<'a>]) {
        let open = self.block_jumps(walk, jumps.label, stmts);
        open.into_iter().for_each(|jump| jumps.add(jump));
    }

    fn stmt_jumps(&mut self, walk: &mut Walk<'a>, jumps: &mut Jumps<'a>, stmt: &'a Stmt<'a>) {
        match stmt.kind {
            StmtKind::Decl(decl) if matches!(decl.specs, Specs::Var(_)) => jumps.declares(decl.span),
            StmtKind::Assign(assign) if assign.op == AssignOp::Define => jumps.declares(stmt.span),
            StmtKind::Labeled(labeled) => {
                self.declare_label(walk, jumps, labeled);
                deep(|| self.stmt_jumps(walk, jumps, labeled.stmt));
            }
            StmtKind::Branch(branch) => {
                if let Some(label) = branch.label {
                    self.jump(walk, jumps, branch, label);
                }
            }
            StmtKind::Block(block) => self.nested(walk, jumps, block.stmts),
            StmtKind::If(s) => {
                self.nested(walk, jumps, s.then.stmts);
                if let Some(els) = s.els {
                    deep(|| self.stmt_jumps(walk, jumps, els));
                }
            }
            StmtKind::Switch(s) => {
                for clause in s.clauses {
                    self.nested(walk, jumps, clause.body);
                }
            }
            StmtKind::TypeSwitch(s) => {
                for clause in s.clauses {
                    self.nested(walk, jumps, clause.body);
                }
            }
            StmtKind::Select(s) => {
                for clause in s.clauses {
                    self.nested(walk, jumps, clause.body);
                }
            }
            StmtKind::For(s) => self.nested(walk, jumps, s.body.stmts),
            StmtKind::Range(s) => self.nested(walk, jumps, s.body.stmts),
            _ => {}
        }
    }

    fn declare_label(&mut self, walk: &mut Walk<'a>, jumps: &mut Jumps<'a>, labeled: &'a LabeledStmt<'a>) {
        let name = labeled.label.name;
        if name == "_" {
            return;
        }
        if let Some(other) = walk.all.get(name) {
            let other = Place { file: Some(self.env.file), span: other.span };
            self.report(labeled.label.span, GoError::LabelDeclared { name: name.into() });
            self.report_at(other, GoError::OtherDeclaration { name: name.into() });
        } else {
            walk.all.insert(name, Label { span: labeled.label.span, used: false, open: true });
            jumps.labels.push(name);
        }
        for (time, jump) in jumps.forward.remove(name).unwrap_or_default() {
            if let Some(label) = walk.all.get_mut(name) {
                label.used = true;
            }
            let over = jumps.declaration.filter(|&(declared, _)| time < declared);
            if let (Some((_, declaration)), Some(label)) = (over, jump.label) {
                let line = self.sources.get(self.env.file as usize).map_or(0, |source| source.line(declaration.start));
                self.report(label.span, GoError::JumpOverVar { name: name.into(), line: i64::from(line).into() });
            }
        }
        jumps.label = Some(labeled);
    }

    fn jump(&mut self, walk: &mut Walk<'a>, jumps: &mut Jumps<'a>, branch: &'a BranchStmt<'a>, label: Ident<'a>) {
        let target = walk.owners.iter().rev().find_map(|owner| owner.filter(|owner| owner.label.name == label.name));
        // A statement's own label encloses it too.
        let name = Name::from(label.name);
        match branch.kind {
            BranchKind::Break => {
                let valid = target.is_some_and(|target| {
                    matches!(
                        target.stmt.kind,
                        StmtKind::Switch(_)
                            | StmtKind::TypeSwitch(_)
                            | StmtKind::Select(_)
                            | StmtKind::For(_)
                            | StmtKind::Range(_)
                    )
                });
                if !valid {
                    self.report(label.span, GoError::BreakLabel { name });
                    return;
                }
            }
            BranchKind::Continue => {
                let valid =
                    target.is_some_and(|target| matches!(target.stmt.kind, StmtKind::For(_) | StmtKind::Range(_)));
                if !valid {
                    self.report(label.span, GoError::ContinueLabel { name });
                    return;
                }
            }
            BranchKind::Goto => {
                if !walk.all.get(label.name).is_some_and(|label| label.open) {
                    jumps.add(branch);
                    return;
                }
            }
            BranchKind::Fallthrough => return,
        }
        if let Some(found) = walk.all.get_mut(label.name) {
            found.used = true;
        }
    }
}
