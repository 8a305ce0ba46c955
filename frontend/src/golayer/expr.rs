//! Expressions: the walk, names, literals, and the types of untyped operands.

use super::display::expr_text;
use super::object::{ObjKind, Progress};
use super::operand::{Mode, Operand};
use super::package::unparen;
use super::types::{Basic, INVALID, Ty, Type, Types};
use super::value::{Value, float_literal, int_literal};
use super::{Checker, Delayed, Untyped, deep};
use crate::constant::{self, Constant};
use crate::finding::{Expr, GoError};
use crate::limits::Limits;
use crate::syntax::ast::{self, ExprKind, ExprRef, LiteralKind, UnaryOp};

/// What an expression is good for as a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Conversion,
    Expression,
    Statement,
}

/// Why an untyped operand does not fit a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Misfit {
    Truncated,
    Overflows,
    Other,
}

fn key(expr: ExprRef<'_>) -> usize {
    std::ptr::from_ref(expr).addr()
}

impl<'a> Checker<'a> {
    /// A single value.
    pub(super) fn expr(&mut self, expr: ExprRef<'a>) -> Operand<'a> {
        self.expr_hint(expr, None)
    }

    /// A single value; `hint` is the type of a composite literal without type.
    pub(super) fn expr_hint(&mut self, expr: ExprRef<'a>, hint: Option<Ty>) -> Operand<'a> {
        let (mut x, _) = self.raw_expr(expr, hint, false);
        self.require_value(&mut x);
        self.require_single(&mut x);
        x
    }

    /// A single value; generic functions are allowed.
    pub(super) fn generic_expr(&mut self, expr: ExprRef<'a>) -> Operand<'a> {
        let (mut x, _) = self.raw_expr(expr, None, true);
        self.require_value(&mut x);
        self.require_single(&mut x);
        x
    }

    /// A single value, a type or a predeclared function.
    pub(super) fn expr_or_type(&mut self, expr: ExprRef<'a>, generic: bool) -> Operand<'a> {
        let (mut x, _) = self.raw_expr(expr, None, generic);
        if x.mode == Mode::NoValue {
            self.require_value(&mut x);
        }
        self.require_single(&mut x);
        x
    }

    /// One or more values. With `comma_ok`, an expression that allows it gives two.
    pub(super) fn multi_expr(&mut self, expr: ExprRef<'a>, comma_ok: bool) -> Vec<Operand<'a>> {
        let (mut x, _) = self.raw_expr(expr, None, false);
        self.require_value(&mut x);
        if x.is_valid()
            && let Type::Tuple(types) = self.types.get(x.ty)
        {
            return types.clone().iter().map(|&obj| Operand::value(expr, self.obj_type(obj))).collect();
        }
        if comma_ok && matches!(x.mode, Mode::MapIndex | Mode::CommaOk) {
            let ok = Operand::value(expr, Types::basic(Basic::UntypedBool));
            return vec![x, ok];
        }
        vec![x]
    }

    /// Any expression.
    pub(super) fn raw_expr(&mut self, expr: ExprRef<'a>, hint: Option<Ty>, generic: bool) -> (Operand<'a>, Kind) {
        let (mut x, kind) = deep(|| self.expr_kind(expr, hint));
        x.set_expr(expr);
        if !generic {
            self.require_instance(&mut x);
        }
        if x.is_valid() && self.types.is_untyped(x.ty) && x.mode != Mode::NoValue {
            let untyped = Untyped { shifted: false, mode: x.mode, ty: x.ty, value: x.value.clone() };
            self.untyped.insert(key(expr), untyped);
        }
        (x, kind)
    }

    fn require_instance(&mut self, x: &mut Operand<'a>) {
        let fault: fn(Expr) -> GoError = match (x.mode, self.types.get(x.ty)) {
            (Mode::TypeExpr, Type::Named(named)) if !named.params.is_empty() => |value| GoError::GenericType { value },
            (Mode::Value, Type::Signature(signature)) if !signature.type_params.is_empty() => {
                |value| GoError::GenericFunction { value }
            }
            _ => return,
        };
        self.report(x.span, fault(x.expr_text().into()));
        x.mode = Mode::Invalid;
    }

    fn expr_kind(&mut self, expr: ExprRef<'a>, hint: Option<Ty>) -> (Operand<'a>, Kind) {
        let x = match expr.kind {
            ExprKind::Bad | ExprKind::KeyValue(_) => Operand::invalid(expr),
            ExprKind::Ident(name) => self.name(expr, name, false),
            ExprKind::Literal(literal) => self.literal(expr, literal),
            ExprKind::CompositeLit(literal) => self.composite(expr, literal, hint),
            ExprKind::FuncLit(literal) => self.func_literal(expr, literal),
            ExprKind::Paren(inner) => {
                let (mut x, kind) = self.raw_expr(inner, None, true);
                x.set_expr(expr);
                return (x, kind);
            }
            ExprKind::Selector(selector) => self.selector(expr, selector, false),
            ExprKind::Index(index) => self.index_expr(expr, index),
            ExprKind::Slice(slice) => self.slice_expr(expr, slice),
            ExprKind::TypeAssert(assert) => self.type_assert(expr, assert),
            ExprKind::Call(call) => return self.call(expr, call),
            ExprKind::Star(inner) => self.star(expr, inner),
            ExprKind::Unary(op, inner) => {
                let x = self.unary(expr, op, inner);
                // A receive operation may stand alone.
                let kind = if op == UnaryOp::Recv && x.is_valid() { Kind::Statement } else { Kind::Expression };
                return (x, kind);
            }
            ExprKind::Binary(binary) => self.binary_expr(expr, binary),
            ExprKind::ArrayType(_)
            | ExprKind::Ellipsis(_)
            | ExprKind::StructType(_)
            | ExprKind::FuncType(_)
            | ExprKind::InterfaceType(_)
            | ExprKind::MapType(_)
            | ExprKind::ChanType(..) => {
                let ty = self.typ(expr);
                Operand {
                    mode: if ty == INVALID { Mode::Invalid } else { Mode::TypeExpr },
                    ty,
                    ..Operand::invalid(expr)
                }
            }
        };
        (x, Kind::Expression)
    }

    /// The operand of a name or qualified name where a type is expected.
    pub(super) fn raw_type_operand(&mut self, expr: ExprRef<'a>) -> Operand<'a> {
        match expr.kind {
            ExprKind::Ident(name) => self.name(expr, name, true),
            ExprKind::Selector(selector) => self.selector(expr, selector, true),
            _ => Operand::invalid(expr),
        }
    }

    fn name(&mut self, expr: ExprRef<'a>, name: &'a str, want_type: bool) -> Operand<'a> {
        let mut x = Operand::invalid(expr);
        let Some(obj) = self.lookup(name).filter(|_| name != "_") else {
            if name == "_" {
                self.report(expr.span, GoError::BlankUse);
            } else {
                self.report(expr.span, GoError::Undefined { name: name.into() });
            }
            return x;
        };
        if want_type && !self.objs[obj].is_type() {
            // What it is does not matter, so that no circle through it shows.
            self.report(expr.span, GoError::NotType { value: name.into() });
            self.objs[obj].used = true;
            return x;
        }
        // A type that is being declared is asked again, so that circles of types show.
        if self.objs[obj].ty.is_none() || (want_type && self.objs[obj].progress != Progress::Done) {
            self.obj_decl(obj);
        }
        self.use_dot_import(obj);
        let ty = self.obj_type(obj);
        x.ty = ty;
        match &self.objs[obj].kind {
            ObjKind::Package(..) => {
                self.report(expr.span, GoError::PackageUse { name: name.into() });
                return x;
            }
            ObjKind::Const(_) => {
                self.add_use(obj);
                if !self.types.is_valid(ty) {
                    return x;
                }
                x.value = self.constant_value(obj);
                x.mode = Mode::Constant;
            }
            ObjKind::Iota => match self.env.iota {
                Some(iota) => {
                    x.value = Value::int(iota);
                    x.mode = Mode::Constant;
                }
                None => {
                    self.report(expr.span, GoError::IotaOutside);
                    return x;
                }
            },
            ObjKind::Type => {
                if self.types.is_valid(ty) {
                    x.mode = Mode::TypeExpr;
                }
            }
            ObjKind::Var | ObjKind::Field { .. } => {
                self.objs[obj].used = true;
                self.add_use(obj);
                if self.types.is_valid(ty) {
                    x.mode = Mode::Variable;
                }
            }
            ObjKind::Func => {
                self.add_use(obj);
                if self.types.is_valid(ty) {
                    x.mode = Mode::Value;
                }
            }
            ObjKind::Builtin(builtin) => x.mode = Mode::Builtin(*builtin),
            ObjKind::Nil => x.mode = Mode::Value,
        }
        x
    }

    fn literal(&mut self, expr: ExprRef<'a>, literal: ast::Literal<'a>) -> Operand<'a> {
        let mut x = Operand::invalid(expr);
        let number = matches!(literal.kind, LiteralKind::Int | LiteralKind::Float | LiteralKind::Imaginary);
        if number && literal.text.len() > Limits::GO_NUMBER_LENGTH {
            let head: String = literal.text.chars().take(10).collect();
            let count = i64::try_from(literal.text.len()).unwrap_or(i64::MAX);
            self.report(expr.span, GoError::LongConstant { literal: head.into(), length: count.into() });
            return x;
        }
        let (basic, value) = match literal.kind {
            LiteralKind::Int => (Basic::UntypedInt, int_literal(literal.text)),
            LiteralKind::Float => (Basic::UntypedFloat, float_literal(literal.text)),
            LiteralKind::Imaginary => (Basic::UntypedComplex, Value::Unknown),
            LiteralKind::Rune => match constant::parse_char(literal.text) {
                Ok(Constant::Rune(value)) => (Basic::UntypedRune, Value::int(i64::from(value))),
                _ => (Basic::UntypedRune, Value::Unknown),
            },
            LiteralKind::String => match constant::parse_string(literal.text) {
                Ok(bytes) => (Basic::UntypedString, Value::Str(bytes)),
                _ => (Basic::UntypedString, Value::Unknown),
            },
        };
        if value == Value::Unknown && literal.kind != LiteralKind::Imaginary {
            self.report(expr.span, GoError::MalformedConstant { literal: literal.text.into() });
            return x;
        }
        x.mode = Mode::Constant;
        x.ty = Types::basic(basic);
        x.value = value;
        self.check_overflow(&mut x, expr.span);
        x
    }

    fn func_literal(&mut self, expr: ExprRef<'a>, literal: &'a ast::FuncLit<'a>) -> Operand<'a> {
        let (signature, scope) = self.func_type(None, literal.ty, false);
        let env = self.env.clone();
        self.later(Delayed::Body { env, signature, scope, body: literal.body, cross: None });
        Operand::value(expr, signature)
    }

    fn star(&mut self, expr: ExprRef<'a>, inner: ExprRef<'a>) -> Operand<'a> {
        let mut x = self.expr_or_type(inner, false);
        match x.mode {
            Mode::Invalid => {}
            Mode::TypeExpr => {
                self.later(Delayed::VarType { env: self.env.clone(), ty: x.ty, span: inner.span });
                x.ty = self.types.add(Type::Pointer(x.ty));
            }
            _ => match self.types.core(x.ty).map(|core| self.types.get(core)) {
                Some(Type::Pointer(base)) if !x.is_nil() => {
                    x.ty = *base;
                    x.mode = Mode::Variable;
                }
                _ => {
                    self.report(x.span, GoError::CannotIndirect { operand: self.operand_arg(&x) });
                    x.mode = Mode::Invalid;
                }
            },
        }
        x.set_expr(expr);
        x
    }

    fn type_assert(&mut self, expr: ExprRef<'a>, assert: &'a ast::TypeAssertExpr<'a>) -> Operand<'a> {
        let x = self.expr(assert.x);
        let invalid = Operand::invalid(expr);
        if !x.is_valid() {
            return invalid;
        }
        let Some(written) = assert.ty else {
            self.report(expr.span, GoError::TypeOutsideSwitch);
            return invalid;
        };
        if !self.types.is_interface(x.ty) {
            self.report(x.span, GoError::NotInterface { operand: self.operand_arg(&x) });
            return invalid;
        }
        let ty = self.var_type(written);
        if !self.types.is_valid(ty) {
            return invalid;
        }
        self.check_assertion(expr, &x, ty, false);
        Operand { mode: Mode::CommaOk, ty, ..invalid }
    }

    /// Reports an assertion that cannot succeed.
    pub(super) fn check_assertion(&mut self, at: ExprRef<'a>, x: &Operand<'a>, ty: Ty, case: bool) {
        if self.types.is_interface(ty) || !self.types.is_valid(self.types.under(ty)) {
            return;
        }
        let Some(reason) = self.missing_method(ty, x.ty, false) else { return };
        if case {
            self.report(
                at.span,
                GoError::ImpossibleCase {
                    case: expr_text(at).into(),
                    operand: self.operand_arg(x),
                    of: self.type_arg(ty),
                    reason: reason.into(),
                },
            );
        } else {
            self.report(
                at.span,
                GoError::ImpossibleAssertion {
                    assertion: expr_text(at).into(),
                    of: self.type_arg(ty),
                    interface: self.type_arg(x.ty),
                    reason: reason.into(),
                },
            );
        }
    }

    // --------------------------------------------------------------------------------------------------- untyped

    /// The type and value that `x` gets in a context of type `target`.
    pub(super) fn implicit_type(&self, x: &Operand<'a>, target: Ty) -> Result<(Ty, Option<Value>), Misfit> {
        if !x.is_valid() || !self.types.is_untyped(x.ty) || !self.types.is_valid(target) {
            return Ok((x.ty, None));
        }
        if x.is_nil() {
            return if self.types.has_nil(target) { Ok((x.ty, None)) } else { Err(Misfit::Other) };
        }
        let (Type::Basic(from), plain) = (self.types.get(x.ty), self.types.unalias(target)) else {
            return Err(Misfit::Other);
        };
        let from = *from;
        if let Type::Basic(to) = self.types.get(plain)
            && to.is_untyped()
        {
            return if from == *to {
                Ok((x.ty, None))
            } else if from.is_numeric() && to.is_numeric() {
                Ok((if from > *to { x.ty } else { plain }, None))
            } else {
                Err(Misfit::Other)
            };
        }
        if self.types.is_param(plain) {
            let terms = self.types.terms(plain);
            if terms.is_empty() {
                return Err(Misfit::Other);
            }
            for term in terms {
                self.implicit_type(x, term)?;
            }
            return Ok((target, None));
        }
        match self.types.base(plain) {
            Type::Basic(to) if x.is_constant() => {
                let value = self.representation(x, *to)?;
                Ok((target, Some(value)))
            }
            Type::Basic(to) => {
                let fits = match from {
                    Basic::UntypedBool => to.is_boolean(),
                    Basic::UntypedString => to.is_string(),
                    _ => to.is_numeric(),
                };
                if fits { Ok((target, None)) } else { Err(Misfit::Other) }
            }
            Type::Interface(_) if self.method_set(plain).is_empty() && !self.is_constraint_only(plain) => {
                Ok((Types::default(x.ty), None))
            }
            _ => Err(Misfit::Other),
        }
    }

    /// The value of a constant as a type of kind `to`.
    fn representation(&self, x: &Operand<'a>, to: Basic) -> Result<Value, Misfit> {
        if let Some(value) = x.value.represent(to) {
            return Ok(value);
        }
        let from = self.types.basic_of(x.ty).unwrap_or(Basic::Invalid);
        Err(if !from.is_numeric() || !to.is_numeric() {
            Misfit::Other
        } else if !from.is_integer() && to.is_integer() {
            Misfit::Truncated
        } else {
            Misfit::Overflows
        })
    }

    fn report_misfit(&mut self, x: &mut Operand<'a>, target: Ty, misfit: Misfit) {
        let (operand, to) = (self.operand_arg(x), self.type_arg(target));
        let error = match misfit {
            Misfit::Truncated => GoError::Truncated { operand, to },
            Misfit::Overflows => GoError::Overflows { operand, to },
            Misfit::Other => GoError::CannotConvert { operand, to },
        };
        self.report(x.span, error);
        x.mode = Mode::Invalid;
    }

    /// An untyped operand gets the type and value that [`implicit_type`](Self::implicit_type) gives.
    pub(super) fn adopt(&mut self, x: &mut Operand<'a>, ty: Ty, value: Option<Value>) {
        if let Some(value) = value {
            x.value = value;
            self.update_value(x);
        }
        if ty != x.ty {
            x.ty = ty;
            self.update_type(x, ty, false);
        }
    }

    /// Gives an untyped operand the type of its context.
    pub(super) fn convert_untyped(&mut self, x: &mut Operand<'a>, target: Ty) {
        match self.implicit_type(x, target) {
            Ok((ty, value)) => {
                self.adopt(x, ty, value);
            }
            Err(misfit) => {
                let shown = if self.types.is_param(target) { target } else { self.types.under(target) };
                self.report_misfit(x, shown, misfit);
            }
        }
    }

    /// Reports a constant that a basic type cannot hold, and rounds one that it can.
    pub(super) fn require_representable(&mut self, x: &mut Operand<'a>, basic: Basic, ty: Ty) {
        match self.representation(x, basic) {
            Ok(value) => x.value = value,
            Err(misfit) => self.report_misfit(x, ty, misfit),
        }
    }

    /// Records the new value of an untyped constant.
    pub(super) fn update_value(&mut self, x: &Operand<'a>) {
        if let Some(entry) = x.expr.and_then(|expr| self.untyped.get_mut(&key(expr))) {
            entry.value = x.value.clone();
        }
    }

    /// Records the type that an untyped expression gets, and passes it on to its operands.
    pub(super) fn update_type(&mut self, x: &Operand<'a>, ty: Ty, last: bool) {
        if let (Some(expr), None) = (x.expr, x.text) {
            self.update_expr_type(expr, ty, last);
        }
    }

    fn update_expr_type(&mut self, expr: ExprRef<'a>, ty: Ty, last: bool) {
        let Some(old) = self.untyped.get(&key(expr)).cloned() else { return };
        let constant = old.mode == Mode::Constant;
        match expr.kind {
            ExprKind::Paren(inner) => deep(|| self.update_expr_type(inner, ty, last)),
            ExprKind::Unary(_, inner) if !constant => deep(|| self.update_expr_type(inner, ty, last)),
            ExprKind::Binary(binary) if !constant && !binary.op.is_comparison() => {
                deep(|| self.update_expr_type(binary.x, ty, last));
                if !binary.op.is_shift() {
                    deep(|| self.update_expr_type(binary.y, ty, last));
                }
            }
            _ => {}
        }
        if !last && self.types.is_untyped(ty) {
            if let Some(entry) = self.untyped.get_mut(&key(expr)) {
                entry.ty = ty;
            }
            return;
        }
        self.untyped.remove(&key(expr));
        if old.shifted && !self.types.all_basic(ty, Basic::is_integer) {
            self.report(expr.span, GoError::ShiftedType { operand: expr_text(expr).into(), of: self.type_arg(ty) });
            return;
        }
        if constant && !self.types.is_untyped(ty) {
            let mut x = Operand { mode: old.mode, ty: old.ty, value: old.value, ..Operand::invalid(expr) };
            self.convert_untyped(&mut x, ty);
        }
    }

    /// Marks an untyped constant as the left operand of a non-constant shift.
    pub(super) fn mark_shifted(&mut self, x: &Operand<'a>) {
        if let Some(entry) = x.expr.and_then(|expr| self.untyped.get_mut(&key(expr))) {
            entry.shifted = true;
        }
    }

    /// Evaluates expressions for their errors only; false if there were any.
    pub(super) fn use_exprs(&mut self, exprs: &[ExprRef<'a>]) -> bool {
        let mut fine = true;
        for expr in exprs {
            fine &= self.use_expr(expr);
        }
        fine
    }

    fn use_expr(&mut self, expr: ExprRef<'a>) -> bool {
        let plain = unparen(expr);
        match plain.kind {
            ExprKind::KeyValue(pair) => self.use_expr(pair.value),
            ExprKind::Ident("_") => {
                // Reported where it matters.
                let (x, _) = self.raw_expr(plain, None, true);
                x.is_valid()
            }
            _ => {
                let (x, _) = self.raw_expr(expr, None, true);
                x.is_valid()
            }
        }
    }

    /// Like [`Self::use_exprs`] for the left side of an assignment: variables do not become used.
    pub(super) fn use_left(&mut self, exprs: &[ExprRef<'a>]) -> bool {
        let mut fine = true;
        for expr in exprs {
            if let ExprKind::Ident(name) = unparen(expr).kind {
                if name == "_" {
                    continue;
                }
                let variable = self.lookup(name).filter(|&obj| matches!(self.objs[obj].kind, ObjKind::Var));
                let used = variable.map(|obj| self.objs[obj].used);
                let (x, _) = self.raw_expr(expr, None, true);
                if let (Some(obj), Some(used)) = (variable, used) {
                    self.objs[obj].used = used;
                }
                fine &= x.is_valid();
            } else {
                let (x, _) = self.raw_expr(expr, None, true);
                fine &= x.is_valid();
            }
        }
        fine
    }
}
