//! Assignments and initial values.

use super::Checker;
use super::display::expr_text;
use super::expr::Misfit;
use super::object::{ObjId, ObjKind};
use super::operand::{Mode, Operand};
use super::operator::Written;
use super::package::unparen;
use super::types::{Basic, INVALID, Ty, Type, Types};
use crate::finding::{GoError, Measure};
use crate::source::Span;
use crate::syntax::ast::{AssignOp, AssignStmt, BinaryOp, ExprKind, ExprRef, Ident, IncDecStmt};
use std::collections::HashSet;

impl<'a> Checker<'a> {
    /// Checks that `x` may be assigned to a place of type `target` (`None`: the blank identifier) and gives it that
    /// type; `context` names the place.
    pub(super) fn assign_to(&mut self, x: &mut Operand<'a>, target: Option<Ty>, context: &str) {
        self.require_single(x);
        if !x.is_valid() {
            return;
        }
        if matches!(x.mode, Mode::NoValue | Mode::TypeExpr | Mode::Builtin(_)) {
            self.require_value(x);
            return;
        }
        if self.types.is_untyped(x.ty) && !self.assign_untyped(x, target, context) {
            return;
        }
        let generic = matches!(self.types.get(x.ty), Type::Signature(signature) if !signature.type_params.is_empty());
        if generic {
            let text = format!("{} without instantiation in {context}", x.expr_text());
            self.report(x.span, GoError::CannotAssign { target: text.into() });
            x.mode = Mode::Invalid;
            return;
        }
        let Some(target) = target else { return };
        if let Err(reason) = self.assignable(x, target) {
            let (operand, to, context) = (self.operand_arg(x), self.type_arg(target), context.into());
            let error = if reason.is_empty() {
                GoError::CannotUse { operand, to, context }
            } else {
                GoError::CannotUseBecause { operand, to, context, reason: reason.into() }
            };
            self.report(x.span, error);
            x.mode = Mode::Invalid;
        }
    }

    /// The untyped part of an assignment. False if nothing more is to be checked.
    fn assign_untyped(&mut self, x: &mut Operand<'a>, target: Option<Ty>, context: &str) -> bool {
        if x.is_nil() {
            match target {
                None => {
                    self.report(x.span, GoError::UntypedNil { context: context.into() });
                    x.mode = Mode::Invalid;
                }
                Some(target) if !self.types.has_nil(target) => {
                    if self.types.is_valid(self.types.under(target)) {
                        self.report(
                            x.span,
                            GoError::CannotUse {
                                operand: self.operand_arg(x),
                                to: self.type_arg(target),
                                context: context.into(),
                            },
                        );
                    }
                    x.mode = Mode::Invalid;
                }
                Some(_) => {}
            }
            return false;
        }
        let wanted = match target {
            Some(target) if !self.types.is_interface(target) => target,
            _ => Types::default(x.ty),
        };
        match self.implicit_type(x, wanted) {
            Ok((ty, value)) => {
                self.adopt(x, ty, value);
                true
            }
            Err(misfit) => {
                let (operand, to, context) = (self.operand_arg(x), self.type_arg(wanted), context.into());
                let error = match misfit {
                    Misfit::Truncated => GoError::CannotUseFit { operand, to, context, reason: "truncated".into() },
                    Misfit::Overflows => GoError::CannotUseFit { operand, to, context, reason: "overflows".into() },
                    Misfit::Other => GoError::CannotUse { operand, to, context },
                };
                self.report(x.span, error);
                x.mode = Mode::Invalid;
                false
            }
        }
    }

    /// Gives a variable its initial value, and its type if it has none.
    pub(super) fn init_var(&mut self, obj: ObjId, x: &mut Operand<'a>, context: &str) {
        let declared = self.objs[obj].ty;
        if !x.is_valid() || !self.types.is_valid(x.ty) || declared.is_some_and(|ty| !self.types.is_valid(ty)) {
            self.objs[obj].ty = Some(declared.unwrap_or(INVALID));
            x.mode = Mode::Invalid;
            return;
        }
        let ty = match declared {
            Some(ty) => ty,
            None if x.is_nil() => {
                self.report(x.span, GoError::UntypedNil { context: context.into() });
                self.objs[obj].ty = Some(INVALID);
                x.mode = Mode::Invalid;
                return;
            }
            None => {
                let ty = Types::default(x.ty);
                self.objs[obj].ty = Some(ty);
                ty
            }
        };
        self.assign_to(x, Some(ty), context);
    }

    /// Gives several variables their initial values; `returning` is the statement if they are results.
    pub(super) fn init_vars(&mut self, vars: &[ObjId], exprs: &[ExprRef<'a>], returning: Option<Span>) {
        let context = if returning.is_some() { "return statement" } else { "assignment" };
        let call = matches!(exprs, [single] if is_call(single));
        if vars.len() == exprs.len() && !call {
            for (&var, expr) in vars.iter().zip(exprs) {
                let mut x = self.expr(expr);
                self.init_var(var, &mut x, context);
            }
            return;
        }
        let [single] = exprs else {
            if self.use_exprs(exprs) {
                match returning {
                    Some(at) => {
                        let values: Vec<Operand<'a>> = exprs.iter().map(|expr| self.expr(expr)).collect();
                        self.report_returns(at, vars, &values);
                    }
                    None => self.report_mismatch(exprs, vars.len(), exprs.len()),
                }
            }
            self.settle_types(vars);
            return;
        };
        let mut values = self.multi_expr(single, vars.len() == 2 && returning.is_none());
        if values.len() == vars.len() {
            for (&var, x) in vars.iter().zip(&mut values) {
                self.init_var(var, x, context);
            }
            return;
        }
        if values.first().is_some_and(Operand::is_valid) {
            match returning {
                Some(at) => self.report_returns(at, vars, &values),
                None => self.report_mismatch(exprs, vars.len(), values.len()),
            }
        }
        self.settle_types(vars);
    }

    fn settle_types(&mut self, vars: &[ObjId]) {
        for &var in vars {
            let object = &mut self.objs[var];
            object.ty = Some(object.ty.unwrap_or(INVALID));
        }
    }

    fn report_mismatch(&mut self, exprs: &[ExprRef<'a>], left: usize, right: usize) {
        let Some(&first) = exprs.first() else { return };
        let (variables, values) = (Measure::of(left, "variable"), Measure::of(right, "value"));
        match (exprs.len(), unparen(first).kind) {
            (1, ExprKind::Call(call)) => {
                let callee = expr_text(call.fun).into();
                self.report(first.span, GoError::MismatchCall { variables, callee, values });
            }
            _ => self.report(first.span, GoError::Mismatch { variables, values }),
        }
    }

    fn report_returns(&mut self, at: Span, vars: &[ObjId], values: &[Operand<'a>]) {
        let have: Vec<Ty> = values.iter().map(|x| x.ty).collect();
        let want: Vec<Ty> = vars.iter().map(|&var| self.obj_type(var)).collect();
        let have = self.summary(&have, false, false).into();
        let want = self.summary(&want, false, false).into();
        let (at, error) = match (values.get(vars.len()), values.last()) {
            (Some(extra), _) => (extra.span, GoError::ManyReturns { have, want }),
            (None, last) => (last.map_or(at, |last| last.span), GoError::FewReturns { have, want }),
        };
        self.report(at, error);
    }

    // ------------------------------------------------------------------------------------------------ statements

    /// The type of the left side of an assignment: `None` for the blank identifier, invalid after an error.
    fn left_side(&mut self, left: ExprRef<'a>) -> Option<Ty> {
        let ident = match unparen(left).kind {
            ExprKind::Ident("_") => return None,
            ExprKind::Ident(name) => self.lookup(name).filter(|&obj| matches!(self.objs[obj].kind, ObjKind::Var)),
            _ => None,
        };
        // Assigning is no use.
        let used = ident.map(|obj| self.objs[obj].used);
        let x = self.expr(left);
        if let (Some(obj), Some(used)) = (ident, used) {
            self.objs[obj].used = used;
        }
        match x.mode {
            Mode::Invalid => Some(INVALID),
            Mode::Variable | Mode::MapIndex => Some(x.ty),
            _ => {
                let value = x.expr_text().into();
                let error = if self.selects_from_map(left) {
                    GoError::MapFieldAssign { value }
                } else {
                    GoError::NotAssignable { value }
                };
                self.report(x.span, error);
                Some(INVALID)
            }
        }
    }

    /// Assigns a value, or an expression that is still to be evaluated.
    pub(super) fn assign_var(
        &mut self,
        left: ExprRef<'a>,
        right: Option<ExprRef<'a>>,
        x: Option<&mut Operand<'a>>,
        context: &str,
    ) {
        let target = self.left_side(left);
        if target.is_some_and(|ty| !self.types.is_valid(ty)) {
            match (x, right) {
                (Some(x), _) => x.mode = Mode::Invalid,
                (None, Some(right)) => {
                    self.use_exprs(&[right]);
                }
                (None, None) => {}
            }
            return;
        }
        let context = if target.is_none() && context == "assignment" { "assignment to _ identifier" } else { context };
        match (x, right) {
            (Some(x), _) => self.assign_to(x, target, context),
            (None, Some(right)) => {
                let mut x = self.expr(right);
                self.assign_to(&mut x, target, context);
            }
            (None, None) => {}
        }
    }

    fn assign_vars(&mut self, left: &[ExprRef<'a>], right: &[ExprRef<'a>]) {
        let call = matches!(right, [single] if is_call(single));
        if left.len() == right.len() && !call {
            for (left, right) in left.iter().zip(right) {
                self.assign_var(left, Some(right), None, "assignment");
            }
            return;
        }
        let [single] = right else {
            let fine = self.use_left(left);
            if self.use_exprs(right) && fine {
                self.report_mismatch(right, left.len(), right.len());
            }
            return;
        };
        let mut values = self.multi_expr(single, left.len() == 2);
        if values.len() == left.len() {
            for (left, x) in left.iter().zip(&mut values) {
                self.assign_var(left, None, Some(x), "assignment");
            }
            return;
        }
        if values.first().is_some_and(Operand::is_valid) {
            self.report_mismatch(right, left.len(), values.len());
        }
        self.use_left(left);
    }

    pub(super) fn assign_stmt(&mut self, s: &'a AssignStmt<'a>) {
        match s.op {
            AssignOp::Define => self.define(s.lhs, s.rhs, s.op_span),
            AssignOp::Assign => self.assign_vars(s.lhs, s.rhs),
            AssignOp::Op(op) => {
                let ([left], [right]) = (s.lhs, s.rhs) else {
                    let text = format!("{}=", op.text());
                    self.report(s.op_span, GoError::SingleValued { op: text.into() });
                    return;
                };
                let x = self.expr(left);
                let y = self.expr(right);
                let mut x = self.binary(Written::Assign(left, Some(right)), x, y, op, s.op_span);
                if x.is_valid() {
                    self.assign_var(left, None, Some(&mut x), "assignment operation");
                }
            }
        }
    }

    pub(super) fn inc_dec(&mut self, s: &'a IncDecStmt<'a>) {
        let x = self.expr(s.x);
        if !x.is_valid() {
            return;
        }
        let (text, op) = if s.increment { ("++", BinaryOp::Add) } else { ("--", BinaryOp::Sub) };
        if !self.types.all_basic(x.ty, Basic::is_numeric) {
            self.report(
                s.x.span,
                GoError::NonNumeric { operand: expr_text(s.x).into(), op: text.into(), of: self.type_arg(x.ty) },
            );
            return;
        }
        let one = Operand {
            mode: Mode::Constant,
            expr: None,
            text: Some("1"),
            span: s.x.span,
            ty: Types::basic(Basic::UntypedInt),
            value: super::value::Value::int(1),
        };
        let mut x = self.binary(Written::Assign(s.x, None), x, one, op, s.op_span);
        if x.is_valid() {
            self.assign_var(s.x, None, Some(&mut x), "assignment");
        }
    }

    /// `left := right`.
    fn define(&mut self, left: &[ExprRef<'a>], right: &[ExprRef<'a>], op_span: Span) {
        let top = self.delayed.len();
        let scope = self.env.scope;
        let mut seen = HashSet::new();
        let mut vars = Vec::new();
        let mut new_vars = Vec::new();
        let mut fault = false;
        for expr in left {
            let mut var = None;
            if let ExprKind::Ident(name) = expr.kind {
                let existing = self.scopes[scope].names.get(name).copied();
                if name != "_" && !seen.insert(name) {
                    self.report(expr.span, GoError::RepeatedName { name: name.into() });
                    fault = true;
                } else if let Some(existing) = existing {
                    if matches!(self.objs[existing].kind, ObjKind::Var) {
                        var = Some(existing);
                    } else {
                        self.report(expr.span, GoError::CannotAssign { target: name.into() });
                        fault = true;
                    }
                } else {
                    let obj = self.new_object(ObjKind::Var, Ident { name, span: expr.span }, None);
                    if name != "_" {
                        new_vars.push(obj);
                    }
                    var = Some(obj);
                }
            } else {
                self.use_left(&[*expr]);
                self.report(expr.span, GoError::NonName { value: expr_text(expr).into() });
                fault = true;
            }
            // A place for the value of a faulty left side.
            let blank = Ident { name: "_", span: expr.span };
            vars.push(var.unwrap_or_else(|| self.new_object(ObjKind::Var, blank, None)));
        }
        self.init_vars(&vars, right, None);
        self.run_delayed(top);
        if new_vars.is_empty() && !fault {
            self.report(op_span, GoError::NoNewVars);
            return;
        }
        for obj in new_vars {
            self.declare(scope, obj);
        }
    }
}

fn is_call(expr: ExprRef<'_>) -> bool {
    matches!(unparen(expr).kind, ExprKind::Call(_))
}
