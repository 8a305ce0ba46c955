//! `break`, `continue`, `goto`, `fallthrough` (spec/01 §1.6).

use super::scope::TargetKind;
use super::{CheckError, Checker, Result};
use crate::finding::VmError;
use crate::source::Span;
use crate::syntax::ast;
use crate::typed::BranchKind;

impl<'a> Checker<'a> {
    /// A branch statement. `fallthrough` is checked where clauses are.
    pub(super) fn branch(&mut self, branch: &'a ast::BranchStmt<'a>, span: Span) -> Result<BranchKind> {
        let label = branch.label.map(|label| label.name);
        match branch.kind {
            ast::BranchKind::Break => self.break_to(label, span),
            ast::BranchKind::Continue => self.continue_at(label, span),
            ast::BranchKind::Goto => self.goto(label, span),
            ast::BranchKind::Fallthrough => Err(self.out_of_place("fallthrough", span)),
        }
    }

    fn out_of_place(&self, keyword: &str, span: Span) -> CheckError {
        self.error(span, VmError::BranchOutside { keyword: keyword.into() })
    }

    fn break_to(&self, label: Option<&str>, span: Span) -> Result<BranchKind> {
        let targets = self.at.frames.last().map_or(&[][..], |frame| &frame.targets);
        let found = targets.iter().rev().find(|target| match label {
            Some(_) => target.label == label,
            None => target.kind != TargetKind::Other,
        });
        match (found, label) {
            (Some(target), _) if target.kind == TargetKind::Other => {
                Ok(BranchKind::Abort("runtime error: index out of range [-1]"))
            }
            (Some(target), _) => Ok(BranchKind::Break(target.stmt)),
            (None, Some(label)) => Err(self.error(span, VmError::UnknownLabel { label: label.into() })),
            (None, None) => Err(self.out_of_place("break", span)),
        }
    }

    fn continue_at(&self, label: Option<&str>, span: Span) -> Result<BranchKind> {
        let targets = self.at.frames.last().map_or(&[][..], |frame| &frame.targets);
        let found = targets.iter().rev().find(|target| match label {
            Some(_) => target.label == label,
            None => target.kind == TargetKind::Loop,
        });
        match (found, label) {
            (Some(target), _) if target.kind == TargetKind::Loop => Ok(BranchKind::Continue(target.stmt)),
            (Some(_), _) => Err(self.error(span, VmError::ContinueLabel { label: label.unwrap_or_default().into() })),
            (None, Some(label)) => Err(self.error(span, VmError::UnknownLabel { label: label.into() })),
            (None, None) => Err(self.out_of_place("continue", span)),
        }
    }

    fn goto(&self, label: Option<&str>, span: Span) -> Result<BranchKind> {
        let label = label.unwrap_or_default();
        let bodies = self.at.frames.last().map_or(&[][..], |frame| &frame.bodies);
        let found = bodies.iter().rev().flatten().find(|(name, _)| *name == label);
        match found {
            Some(&(_, stmt)) => Ok(BranchKind::Goto(stmt)),
            None => Err(self.error(span, VmError::GotoLabel { label: label.into() })),
        }
    }
}
