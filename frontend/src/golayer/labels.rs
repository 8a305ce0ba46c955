//! Labels and the jumps to them (spec/01 §1.6).

use super::finding::{Arg, Code, Place};
use super::{Checker, deep};
use crate::source::Span;
use crate::syntax::ast::{AssignOp, Block, BranchKind, BranchStmt, Ident, LabeledStmt, Specs, Stmt, StmtKind, StmtRef};
use indexmap::IndexMap;

/// A label: where it is declared, and whether something jumps to it.
struct Label {
    span: Span,
    used: bool,
}

/// A block that is being looked at: its labelled statements so far, and the label of the statement that it belongs to.
#[derive(Default)]
struct Frame<'a> {
    labels: Vec<&'a LabeledStmt<'a>>,
    owner: Option<&'a LabeledStmt<'a>>,
}

/// The walk over one function body.
struct Walk<'a> {
    all: IndexMap<&'a str, Label>,
    frames: Vec<Frame<'a>>,
}

/// The jumps of one block that have not found their label.
#[derive(Default)]
struct Jumps<'a> {
    forward: Vec<&'a BranchStmt<'a>>,
    /// Those before the last variable declaration, and where that stands.
    over: Vec<&'a BranchStmt<'a>>,
    declaration: Option<Span>,
    /// The label of the statement under way.
    label: Option<&'a LabeledStmt<'a>>,
}

impl<'a> Checker<'a> {
    pub(super) fn check_labels(&mut self, body: &'a Block<'a>) {
        let mut walk = Walk { all: IndexMap::new(), frames: Vec::new() };
        let open = self.block_jumps(&mut walk, None, body.stmts);
        for jump in open {
            let Some(label) = jump.label else { continue };
            let code = match walk.all.get_mut(label.name) {
                Some(found) => {
                    found.used = true;
                    Code::JumpIntoBlock
                }
                None => Code::LabelUndeclared,
            };
            self.report(code, label.span, vec![Arg::Name(label.name.to_owned())]);
        }
        for (name, label) in walk.all {
            if !label.used {
                self.report(Code::UnusedLabel, label.span, vec![Arg::Name(name.to_owned())]);
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
        walk.frames.push(Frame { labels: Vec::new(), owner });
        let mut jumps = Jumps { label: owner, ..Jumps::default() };
        for stmt in stmts {
            deep(|| self.stmt_jumps(walk, &mut jumps, stmt));
        }
        walk.frames.pop();
        jumps.forward
    }

    fn nested(&mut self, walk: &mut Walk<'a>, jumps: &mut Jumps<'a>, stmts: &[StmtRef<'a>]) {
        let open = self.block_jumps(walk, jumps.label, stmts);
        jumps.forward.extend(open);
    }

    fn stmt_jumps(&mut self, walk: &mut Walk<'a>, jumps: &mut Jumps<'a>, stmt: &'a Stmt<'a>) {
        match stmt.kind {
            StmtKind::Decl(decl) if matches!(decl.specs, Specs::Var(_)) => declares(jumps, decl.span),
            StmtKind::Assign(assign) if assign.op == AssignOp::Define => declares(jumps, stmt.span),
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
        let arg = || vec![Arg::Name(name.to_owned())];
        if let Some(other) = walk.all.get(name) {
            let other = other.span;
            self.report(Code::LabelDeclared, labeled.label.span, arg());
            self.report_at(Code::OtherDeclaration, Place { file: Some(self.env.file), span: other }, arg());
        } else {
            walk.all.insert(name, Label { span: labeled.label.span, used: false });
            if let Some(frame) = walk.frames.last_mut() {
                frame.labels.push(labeled);
            }
        }
        let (matching, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut jumps.forward)
            .into_iter()
            .partition(|jump| jump.label.is_some_and(|label| label.name == name));
        jumps.forward = rest;
        for jump in matching {
            if let Some(label) = walk.all.get_mut(name) {
                label.used = true;
            }
            let over = jumps.over.iter().any(|&other| std::ptr::eq(other, jump));
            if let (true, Some(declaration), Some(label)) = (over, jumps.declaration, jump.label) {
                let line = self.sources.get(self.env.file as usize).map_or(0, |source| source.line(declaration.start));
                self.report(
                    Code::JumpOverVar,
                    label.span,
                    vec![Arg::Name(name.to_owned()), Arg::Number(i64::from(line))],
                );
            }
        }
        jumps.label = Some(labeled);
    }

    fn jump(&mut self, walk: &mut Walk<'a>, jumps: &mut Jumps<'a>, branch: &'a BranchStmt<'a>, label: Ident<'a>) {
        let target =
            walk.frames.iter().rev().find_map(|frame| frame.owner.filter(|owner| owner.label.name == label.name));
        // A statement's own label encloses it too.
        let arg = vec![Arg::Name(label.name.to_owned())];
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
                    self.report(Code::BreakLabel, label.span, arg);
                    return;
                }
            }
            BranchKind::Continue => {
                let valid =
                    target.is_some_and(|target| matches!(target.stmt.kind, StmtKind::For(_) | StmtKind::Range(_)));
                if !valid {
                    self.report(Code::ContinueLabel, label.span, arg);
                    return;
                }
            }
            BranchKind::Goto => {
                let known =
                    walk.frames.iter().any(|frame| frame.labels.iter().any(|other| other.label.name == label.name));
                if !known {
                    jumps.forward.push(branch);
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

/// A variable declaration: jumps so far lead over it.
fn declares<'a>(jumps: &mut Jumps<'a>, span: Span) {
    jumps.declaration = Some(span);
    jumps.over = jumps.forward.clone();
}
