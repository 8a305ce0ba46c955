//! Order and repetition of package initialisation (spec/01 §4.2, spec/02 §11.2).
//!
//! Declarations run in the order of files and source; before each, the declarations that it depends on and that have not
//! run. Nothing asks whether a declaration has run at its own turn, so one that ran as a dependency runs twice. The reference
//! visits the dependencies of one declaration in unspecified order; here it is their order of occurrence.

use super::package::DeclKind;
use super::{CheckError, Checker, Result, deep};
use crate::finding::VmError;
use crate::typed::InitStep;

/// A declaration that runs by itself: index of the declaration and of its part.
type Unit = (usize, usize);

struct Order {
    /// By package-level name: the declaration that it is in.
    home: Vec<Option<Unit>>,
    /// By package-level name: its declaration has run.
    declared: Vec<bool>,
    /// Names whose declarations are being visited, with those.
    trail: Vec<(usize, Unit)>,
    steps: Vec<InitStep>,
}

impl Checker<'_> {
    /// All runs of the package's initialisation in order.
    pub(super) fn init_steps(&mut self) -> Vec<InitStep> {
        let count = self.package.names.len();
        let mut order =
            Order { home: vec![None; count], declared: vec![false; count], trail: Vec::new(), steps: Vec::new() };
        for (decl, entry) in self.package.decls.iter().enumerate() {
            for (part, names) in entry.parts.iter().enumerate() {
                for &name in &names.names {
                    if let Some(home) = order.home.get_mut(name) {
                        *home = Some((decl, part));
                    }
                }
            }
        }
        for decl in 0..self.package.decls.len() {
            for part in 0..self.package.decls[decl].parts.len() {
                if let Err(error) = self.run(&mut order, (decl, part)) {
                    // Found while the declarations run.
                    order.steps.push(InitStep::Abort(error.to_string()));
                    return order.steps;
                }
            }
        }
        order.steps
    }

    fn run(&self, order: &mut Order, unit: Unit) -> Result<()> {
        let Some(part) = self.package.decls.get(unit.0).and_then(|decl| decl.parts.get(unit.1)) else { return Ok(()) };
        for &name in &part.deps {
            if order.declared.get(name).copied().unwrap_or(true) {
                continue;
            }
            let Some(home) = order.home.get(name).copied().flatten() else { continue };
            if order.trail.iter().any(|&(_, visited)| visited == home) {
                if matches!(self.package.decls[home.0].kind, DeclKind::Func(..)) {
                    continue;
                }
                return Err(self.initialisation_loop(order, unit, home, name));
            }
            order.trail.push((name, home));
            deep(|| self.run(order, home))?;
            order.trail.pop();
        }
        if let Some(step) = &part.step {
            order.steps.push(step.clone());
        }
        for &name in &part.names {
            if let Some(declared) = order.declared.get_mut(name) {
                *declared = true;
            }
        }
        Ok(())
    }

    fn initialisation_loop(&self, order: &Order, unit: Unit, home: Unit, name: usize) -> CheckError {
        let text = |index: usize| self.package.names.get_index(index).map_or("", |(name, _)| name.as_str());
        let trail: Vec<&str> = order.trail.iter().map(|&(name, _)| text(name)).collect();
        let span = self.package.decls[unit.0].span;
        let file = self.package.decls[home.0].file;
        let location = self
            .sources
            .get(file as usize)
            .map(|source| format!("{}/{}:{}", self.path, source.name(), source.position(span.start)));
        let (trail, name) = (trail.join(" ").into(), text(name).into());
        CheckError { location, file, ..CheckError::new(VmError::InitializationLoop { trail, name }, span) }
    }
}
