//! Switches over values and types.

use super::object::ObjKind;
use super::operand::{Mode, Operand};
use super::package::unparen;
use super::stmt::Context;
use super::types::{Basic, INVALID, Ty, Types};
use super::value::Value;
use super::{Checker, Place};
use crate::finding::GoError;
use crate::source::Span;
use crate::syntax::ast::{BinaryOp, CaseClause, ExprKind, ExprRef, SwitchStmt, TypeSwitchStmt};
use std::collections::HashMap;

impl<'a> Checker<'a> {
    pub(super) fn switch(&mut self, inner: Context, s: &'a SwitchStmt<'a>) {
        self.open_scope();
        self.simple(s.init);
        let mut tag = match s.tag {
            Some(tag) => {
                let mut x = self.expr(tag);
                self.assign_to(&mut x, None, "switch expression");
                if x.is_valid() && !self.comparable(x.ty) && !self.types.has_nil(x.ty) {
                    self.report(x.span, GoError::CannotSwitch { operand: self.operand_arg(&x) });
                    x.mode = Mode::Invalid;
                }
                x
            }
            None => Operand {
                mode: Mode::Constant,
                expr: None,
                text: Some("true"),
                span: Span::at(s.body_span.start),
                ty: Types::basic(Basic::Bool),
                value: Value::Bool(true),
            },
        };
        self.check_defaults(s.clauses);
        let mut seen: HashMap<Value, Vec<(Ty, Span)>> = HashMap::new();
        let count = s.clauses.len();
        for (index, clause) in s.clauses.iter().enumerate() {
            let top = self.delayed.len();
            self.case_values(&mut tag, clause.exprs.unwrap_or_default(), &mut seen);
            self.run_delayed(top);
            self.open_scope();
            let last_case = index + 1 == count;
            let context = Context { breaks: true, fallthrough: !last_case, last_case, ..inner };
            self.stmt_list(context, clause.body);
            self.close_scope();
        }
        self.close_scope();
    }

    fn check_defaults(&mut self, clauses: &'a [CaseClause<'a>]) {
        let mut first: Option<Span> = None;
        for clause in clauses.iter().filter(|clause| clause.exprs.is_none()) {
            match first {
                None => first = Some(clause.span),
                Some(first) => {
                    let at = self.position_text(Place { file: Some(self.env.file), span: first });
                    self.report(clause.span, GoError::ManyDefaults { other: at.into() });
                }
            }
        }
    }

    fn case_values(
        &mut self,
        tag: &mut Operand<'a>,
        values: &[ExprRef<'a>],
        seen: &mut HashMap<Value, Vec<(Ty, Span)>>,
    ) {
        for expr in values {
            let mut value = self.expr(expr);
            if !tag.is_valid() || !value.is_valid() {
                continue;
            }
            self.convert_untyped(&mut value, tag.ty);
            if !value.is_valid() {
                continue;
            }
            let mut result = value.clone();
            let mut right = tag.clone();
            self.comparison(&mut result, &mut right, BinaryOp::Equal, true);
            // Booleans may be repeated.
            if !result.is_valid() || !value.is_constant() || matches!(value.value, Value::Unknown | Value::Bool(_)) {
                continue;
            }
            let known = seen.entry(value.value.clone()).or_default();
            let earlier = known.clone().into_iter().find(|(ty, _)| self.identical(*ty, value.ty));
            if let Some((_, earlier)) = earlier {
                self.report(value.span, GoError::DuplicateCase { operand: self.operand_arg(&value) });
                self.report(earlier, GoError::PreviousCase);
                continue;
            }
            seen.entry(value.value.clone()).or_default().push((value.ty, value.span));
        }
    }

    pub(super) fn type_switch(&mut self, inner: Context, s: &'a TypeSwitchStmt<'a>) {
        self.open_scope();
        self.simple(s.init);
        let mut binding = s.binding;
        if let Some(name) = binding.filter(|name| name.name == "_") {
            self.report(name.span, GoError::NoNewVar);
            binding = None;
        }
        let x = self.expr(s.x);
        let operand = if !x.is_valid() {
            None
        } else if self.types.is_param(x.ty) {
            self.report(x.span, GoError::ParamTypeSwitch { operand: self.operand_arg(&x) });
            None
        } else if self.types.is_interface(x.ty) {
            Some(x)
        } else {
            self.report(x.span, GoError::SwitchInterface { operand: self.operand_arg(&x) });
            None
        };
        self.check_defaults(s.clauses);
        let mut vars = Vec::new();
        let mut seen: Vec<(Option<Ty>, Span)> = Vec::new();
        for clause in s.clauses {
            let exprs = clause.exprs.unwrap_or_default();
            let single = self.case_types(operand.as_ref(), exprs, &mut seen);
            self.open_scope();
            if let Some(name) = binding {
                let whole = operand.as_ref().map_or(INVALID, |x| x.ty);
                let ty = if exprs.len() == 1 { single.unwrap_or(whole) } else { whole };
                let obj = self.new_object(ObjKind::Var, name, Some(ty));
                self.declare(self.env.scope, obj);
                vars.push(obj);
            }
            self.stmt_list(Context { breaks: true, type_switch: true, ..inner }, clause.body);
            self.close_scope();
        }
        if let Some(name) = binding {
            let used = vars.iter().any(|&var| self.objs[var].used);
            for &var in &vars {
                self.objs[var].used = true;
            }
            if !used {
                self.report(name.span, GoError::UnusedSwitchVar { name: name.name.into() });
            }
        }
        self.close_scope();
    }

    /// The last type of a clause; nothing for `nil`.
    fn case_types(
        &mut self,
        x: Option<&Operand<'a>>,
        exprs: &[ExprRef<'a>],
        seen: &mut Vec<(Option<Ty>, Span)>,
    ) -> Option<Ty> {
        let mut last = None;
        for expr in exprs {
            let ty = if self.is_nil(expr) {
                self.expr(expr);
                None
            } else {
                let ty = self.var_type(expr);
                if !self.types.is_valid(ty) {
                    last = Some(INVALID);
                    continue;
                }
                Some(ty)
            };
            last = ty;
            let earlier = seen.iter().find(|(other, _)| match (ty, *other) {
                (None, None) => true,
                (Some(a), Some(b)) => self.identical(a, b),
                _ => false,
            });
            if let Some(&(_, earlier)) = earlier {
                let text = ty.map_or_else(|| "nil".to_owned(), |ty| self.type_text(ty));
                self.report(expr.span, GoError::DuplicateTypeCase { of: text.into() });
                self.report(earlier, GoError::PreviousCase);
                continue;
            }
            seen.push((ty, expr.span));
            if let (Some(x), Some(ty)) = (x, ty) {
                self.check_assertion(expr, x, ty, true);
            }
        }
        last
    }

    fn is_nil(&self, expr: ExprRef<'a>) -> bool {
        match unparen(expr).kind {
            ExprKind::Ident(name) => {
                name == "nil" && self.lookup(name).is_some_and(|obj| matches!(self.objs[obj].kind, ObjKind::Nil))
            }
            _ => false,
        }
    }
}
