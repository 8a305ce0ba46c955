//! What is known about variables only when all uses have been seen (spec/03 §3, spec/01 §1.3 rows 27 and 28).
//!
//! A variable is *boxed* as soon as a literal captures it or its address is taken, before or after a statement that depends
//! on it; such statements are noted while they are checked and completed here.

use super::Checker;
use crate::typed::StmtKind;

/// What a redefinition of a boxed variable ends in.
const REDEFINES_BOXED: &str = "unexpected NameExpr type for GetPointerToMaybeHeapDefine";

impl Checker<'_> {
    /// Completes the statements that depend on which variables are boxed.
    pub(super) fn finish_variables(&mut self) {
        for (stmt, vars) in std::mem::take(&mut self.redefinitions) {
            if vars.iter().any(|&var| self.vars[var].boxed)
                && let StmtKind::Define { aborts, .. } = &mut self.stmts[stmt].kind
            {
                *aborts = Some(REDEFINES_BOXED);
            }
        }
        for (stmt, mut vars) in std::mem::take(&mut self.loops) {
            vars.retain(|&var| self.vars[var].boxed);
            if let StmtKind::For { per_iteration, .. } = &mut self.stmts[stmt].kind {
                *per_iteration = vars;
            }
        }
    }
}
