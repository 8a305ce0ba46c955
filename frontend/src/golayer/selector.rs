//! Selectors: fields, methods, method expressions, members of imported packages.

use super::display::expr_text;
use super::member::Member;
use super::object::{ObjId, ObjKind, is_exported};
use super::operand::{Mode, Operand};
use super::types::{Signature, Ty, Type};
use super::{Checker, ast};
use crate::finding::GoError;
use crate::syntax::ast::{ExprKind, ExprRef, Ident, SelectorExpr};
use std::rc::Rc;

impl<'a> Checker<'a> {
    /// With `want_type`, only a member of a package can be meant.
    pub(super) fn selector(&mut self, expr: ExprRef<'a>, e: &'a SelectorExpr<'a>, want_type: bool) -> Operand<'a> {
        let invalid = Operand::invalid(expr);
        if let ExprKind::Ident(name) = e.x.kind
            && let Some(import) = self.lookup(name)
            && let ObjKind::Package(_, unit) = self.objs[import].kind
        {
            self.objs[import].used = true;
            return self.package_member(expr, e, name, unit);
        }
        let mut x = self.expr_or_type(e.x, false);
        match x.mode {
            Mode::Invalid => return invalid,
            Mode::Builtin(_) => {
                self.report(e.sel.span, GoError::BuiltinSelector { operand: self.operand_arg(&x) });
                return invalid;
            }
            _ => {}
        }
        if x.mode == Mode::TypeExpr && self.selects_from_itself(&x) {
            return invalid;
        }
        let name = e.sel.name;
        if name == "_" {
            self.report(e.sel.span, GoError::BlankSelector);
            return invalid;
        }
        if want_type {
            self.report(e.sel.span, GoError::NotType { value: expr_text(expr).into() });
            return invalid;
        }
        let addressable = x.mode == Mode::Variable;
        let (obj, indirect) = match self.lookup_member(x.ty, addressable, name, false) {
            Member::Found(obj, indirect) => (obj, indirect),
            fault => {
                self.report_member(&x, e.sel, fault);
                return invalid;
            }
        };
        if matches!(self.objs[obj].kind, ObjKind::Func) {
            self.obj_decl(obj);
        }
        let ty = self.obj_type(obj);
        if x.mode == Mode::TypeExpr {
            return self.method_expr(expr, &x, e.sel, obj);
        }
        match self.objs[obj].kind {
            ObjKind::Func => {
                self.add_use(obj);
                x.mode = Mode::Value;
            }
            _ => {
                x.mode = if x.mode == Mode::Variable || indirect { Mode::Variable } else { Mode::Value };
            }
        }
        x.ty = ty;
        x.set_expr(expr);
        if !self.types.is_valid(ty) {
            x.mode = Mode::Invalid;
        }
        x
    }

    /// A member of an imported package.
    fn package_member(
        &mut self,
        expr: ExprRef<'a>,
        e: &'a SelectorExpr<'a>,
        name: &str,
        unit: Option<u32>,
    ) -> Operand<'a> {
        let mut x = Operand::invalid(expr);
        let sel = e.sel;
        let Some(scope) = unit.and_then(|unit| self.units.get(unit as usize)).map(|unit| unit.scope) else { return x };
        let Some(&obj) = self.scopes[scope].names.get(sel.name) else {
            self.report(sel.span, GoError::Undefined { name: expr_text(expr).into() });
            return x;
        };
        if !is_exported(sel.name) {
            self.report(sel.span, GoError::NotExported { name: sel.name.into(), package: name.into() });
        }
        if self.objs[obj].ty.is_none() {
            self.obj_decl(obj);
        }
        x.ty = self.obj_type(obj);
        if !self.types.is_valid(x.ty) {
            return x;
        }
        x.mode = match self.objs[obj].kind {
            ObjKind::Const(_) => {
                x.value = self.constant_value(obj);
                Mode::Constant
            }
            ObjKind::Type => Mode::TypeExpr,
            ObjKind::Var => Mode::Variable,
            ObjKind::Func => Mode::Value,
            _ => Mode::Invalid,
        };
        x
    }

    /// Reports `type T T.x`.
    fn selects_from_itself(&mut self, x: &Operand<'a>) -> bool {
        let Type::Named(named) = self.types.get(self.types.unalias(x.ty)) else { return false };
        let obj = named.obj;
        let open = named.rhs.is_none() && named.instance.is_none();
        if open && self.path_of_decls.last() == Some(&obj) {
            self.report_cycle(&[obj], 0);
            return true;
        }
        false
    }

    /// `T.m`: a function whose first parameter is the receiver.
    fn method_expr(&mut self, expr: ExprRef<'a>, x: &Operand<'a>, sel: Ident<'a>, obj: ObjId) -> Operand<'a> {
        let invalid = Operand::invalid(expr);
        let Type::Signature(signature) = self.types.get(self.obj_type(obj)) else { return invalid };
        if !matches!(self.objs[obj].kind, ObjKind::Func) {
            let ty = self.type_text(x.ty);
            let why = format!("type {ty} has no method {}", sel.name);
            self.report(
                sel.span,
                GoError::UndefinedMember { operand: x.expr_text().into(), name: sel.name.into(), reason: why.into() },
            );
            return invalid;
        }
        let signature = signature.clone();
        self.add_use(obj);
        // Unnamed unless the other parameters have names.
        let named = signature.params.first().is_some_and(|&param| !self.objs[param].name.is_empty());
        let name = self.receivers.get(&obj).copied().filter(|name| !name.is_empty()).unwrap_or("_");
        let receiver = Ident { name: if named { name } else { "" }, span: sel.span };
        let receiver = self.new_object(ObjKind::Var, receiver, Some(x.ty));
        let params: Rc<[ObjId]> = std::iter::once(receiver).chain(signature.params.iter().copied()).collect();
        let signature = Signature { params, ..(*signature).clone() };
        let ty = self.types.add(Type::Signature(Rc::new(signature)));
        Operand::value(expr, ty)
    }

    fn report_member(&mut self, x: &Operand<'a>, sel: Ident<'a>, fault: Member) {
        if !self.types.is_valid(self.types.under(x.ty)) {
            return;
        }
        let name = sel.name.into();
        match fault {
            Member::Ambiguous => {
                self.report(sel.span, GoError::Ambiguous { operand: x.expr_text().into(), name });
            }
            Member::NeedsPointer => {
                let of = self.type_arg(x.ty);
                if x.mode == Mode::TypeExpr {
                    self.report(sel.span, GoError::MethodExpression { of, name });
                } else {
                    self.report(sel.span, GoError::PointerMethod { name, of });
                }
            }
            Member::Missing | Member::Found(..) => {
                let why = if self.types.is_interface_pointer(x.ty) {
                    format!("type {} is pointer to interface, not interface", self.type_text(x.ty))
                } else {
                    self.explain_member(x.ty, x.mode == Mode::Variable, sel.name)
                };
                self.report(
                    sel.span,
                    GoError::UndefinedMember { operand: x.expr_text().into(), name, reason: why.into() },
                );
            }
        }
    }

    /// Why a type has no such field or method.
    fn explain_member(&mut self, ty: Ty, addressable: bool, name: &str) -> String {
        let text = self.type_text(ty);
        if let Member::Found(obj, _) = self.lookup_member(ty, addressable, name, true) {
            let what = if matches!(self.objs[obj].kind, ObjKind::Func) { "method" } else { "field" };
            let other = self.objs[obj].name.clone();
            return match similarity(name, &other, self.is_foreign(obj)) {
                Similar::No => format!("type {text} has no field or method {name}"),
                Similar::Spelling => format!("type {text} has no field or method {name}, but does have {what} {other}"),
                Similar::Unexported => {
                    format!("type {text} has no field or method {name}, but does have unexported {what} {other}")
                }
                Similar::Inaccessible => format!("cannot refer to unexported {what} {other}"),
            };
        }
        format!("type {text} has no field or method {name}")
    }

    /// Why a struct has no such field, for a literal.
    pub(super) fn explain_field(&self, ty: Ty, name: &str, fields: &[(ObjId, Option<String>)]) -> String {
        let text = self.type_text(ty);
        let lower = name.to_lowercase();
        let similar =
            fields.iter().map(|(field, _)| *field).find(|&field| self.objs[field].name.to_lowercase() == lower);
        let unknown = format!("unknown field {name} in struct literal of type {text}");
        let Some(field) = similar else { return unknown };
        let other = &self.objs[field].name;
        match similarity(name, other, self.is_foreign(field)) {
            Similar::No => unknown,
            Similar::Spelling => format!("{unknown}, but does have {other}"),
            Similar::Unexported => format!("{unknown}, but does have unexported {other}"),
            Similar::Inaccessible => {
                format!("cannot refer to unexported field {other} in struct literal of type {text}")
            }
        }
    }

    /// Whether an expression is a selector whose operand is an element of a map.
    pub(super) fn selects_from_map(&mut self, expr: ExprRef<'a>) -> bool {
        match expr.kind {
            ExprKind::Selector(selector) => self.expr(selector.x).mode == Mode::MapIndex,
            _ => false,
        }
    }

    /// The callee as messages show it.
    pub(super) fn callee_text(call: &ast::CallExpr<'_>) -> String {
        expr_text(call.fun)
    }
}

/// How a member that differs at most in case relates to the name that was written.
enum Similar {
    No,
    Spelling,
    Unexported,
    Inaccessible,
}

fn similarity(written: &str, other: &str, foreign: bool) -> Similar {
    let tail = |name: &str| name.chars().skip(1).collect::<String>();
    if !foreign {
        return Similar::Spelling;
    }
    let same_tail = tail(written) == tail(other);
    match (is_exported(written), is_exported(other)) {
        (true, true) => Similar::Spelling,
        (true, false) if same_tail => Similar::Unexported,
        (false, true) if same_tail => Similar::Spelling,
        (false, false) if written == other => Similar::Inaccessible,
        _ => Similar::No,
    }
}
