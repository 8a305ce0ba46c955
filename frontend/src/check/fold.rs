//! Constants: literals, folding and retyping (spec/02 §5.2, spec/01 §1.8).

use super::expr::{Operand, Static, unparen};
use super::{CheckError, Checker, Result};
use crate::constant::{self, ConstError, Constant, Held};
use crate::finding::{Expr, VmError};
use crate::source::Span;
use crate::syntax::ast::{self, ExprRef, LiteralKind};
use crate::typed::{BinaryOp, Builtin, Callee, ExprId, ExprKind, TypeExprId, UnaryOp};
use crate::types::{Kind, Type, TypeId};

impl<'a> Checker<'a> {
    /// A literal.
    pub(super) fn literal(&mut self, literal: ast::Literal<'a>, span: Span) -> Result<Operand> {
        let (value, t) = match literal.kind {
            LiteralKind::Int => (constant::parse_int(literal.text), TypeId::UNTYPED_BIGINT),
            LiteralKind::Float => (constant::parse_float(literal.text), TypeId::UNTYPED_BIGDEC),
            LiteralKind::Rune => (constant::parse_char(literal.text), TypeId::UNTYPED_RUNE),
            LiteralKind::String => (constant::parse_string(literal.text).map(Constant::Str), TypeId::UNTYPED_STRING),
            LiteralKind::Imaginary => {
                return Err(self.error(span, VmError::Imaginary));
            }
        };
        let value = value.map_err(|error| self.constant_error(&error, None, span))?;
        Ok(self.constant(value, t, span))
    }

    /// A constant node.
    pub(super) fn constant(&mut self, value: Constant, t: TypeId, span: Span) -> Operand {
        let id = self.add_node(ExprKind::Const(value), t, Some(t), span);
        Operand { id, ty: Some(t) }
    }

    /// A constant node with its word.
    pub(super) fn held_constant(&mut self, held: Held, t: TypeId, span: Span) -> Operand {
        let operand = self.constant(held.value, t, span);
        self.set_upper(operand.id, held.upper);
        operand
    }

    /// The constant of a node with its word.
    pub(super) fn held(&self, id: ExprId) -> Held {
        Held { value: self.value(id), upper: self.nodes.uppers.get(&id).copied().unwrap_or(0) }
    }

    fn set_upper(&mut self, id: ExprId, upper: u64) {
        if upper == 0 {
            self.nodes.uppers.remove(&id);
        } else {
            self.nodes.uppers.insert(id, upper);
        }
    }

    /// A result that was computed in the place of the constant `left`.
    fn computed(&mut self, value: Constant, left: ExprId, t: TypeId, span: Span) -> Operand {
        let upper = self.held(left).left_behind(value.kind());
        self.held_constant(Held { value, upper }, t, span)
    }

    /// `nil`.
    pub(super) fn nil(&mut self, span: Span) -> Operand {
        let id = self.add_node(ExprKind::Const(Constant::Nil), TypeId::UNTYPED_NIL, None, span);
        Operand { id, ty: None }
    }

    /// `iota`.
    pub(super) fn iota(&mut self, span: Span) -> Result<Operand> {
        match self.iota_value() {
            Some(value) => Ok(self.constant(Constant::int(i64::from(value)), TypeId::UNTYPED_BIGINT, span)),
            None => Err(self.error_bare(VmError::IotaOutside)),
        }
    }

    fn constant_error(&self, error: &ConstError, operand: Option<ExprId>, at: Span) -> CheckError {
        let finding = error.finding(operand.map_or_else(|| Expr::from(""), |id| self.expr_arg(id)));
        if error.has_location() { self.error(at, finding) } else { self.error_bare(finding) }
    }

    /// The value of a constant node; `Nil` for other nodes, which callers exclude.
    pub(super) fn value(&self, id: ExprId) -> Constant {
        match &self.exprs[id].kind {
            ExprKind::Const(value) => value.clone(),
            _ => Constant::Nil,
        }
    }

    fn set_constant(&mut self, id: ExprId, value: Constant, ty: TypeId, recorded: Static) {
        self.set_upper(id, 0);
        let node = &mut self.exprs[id];
        node.kind = ExprKind::Const(value);
        node.ty = ty;
        self.nodes.record(id, recorded);
    }

    /// Folds `op x`.
    pub(super) fn fold_unary(&mut self, op: UnaryOp, operand: ExprId, span: Span) -> Result<Operand> {
        let t = self.recorded(operand).unwrap_or(TypeId::INVALID);
        let value =
            constant::unary(op, &self.value(operand)).map_err(|error| self.constant_error(&error, None, span))?;
        Ok(self.computed(value, operand, t, span))
    }

    /// Folds `x op y`; both operands have one type.
    pub(super) fn fold_binary(&mut self, op: BinaryOp, left: ExprId, right: ExprId, span: Span) -> Result<Operand> {
        let (x, y) = (self.value(left), self.value(right));
        let boxed = |id: ExprId| self.recorded(id).is_some_and(|t| self.types.is_interface(t));
        let value = match (&x, &y) {
            // `any(nil) == (*T)(nil)`: one has no type, the other has.
            (Constant::Nil, Constant::Nil) => {
                let typed = |id: ExprId| self.recorded(id).is_some_and(|t| !self.types.is_interface(t));
                let same = !(boxed(left) && typed(right) || typed(left) && boxed(right));
                Ok(Constant::Bool(same == (op == BinaryOp::Equal)))
            }
            // Constants converted to an interface type keep their own: equal means the same type and value.
            _ if op.is_comparison() && (boxed(left) || boxed(right)) => {
                let same = self.types.identical(self.exprs[left].ty, self.exprs[right].ty) && x == y;
                Ok(Constant::Bool(same == (op == BinaryOp::Equal)))
            }
            _ => constant::binary(op, &x, &y),
        };
        let value = value.map_err(|error| self.constant_error(&error, None, span))?;
        let t = if op.is_comparison() { TypeId::UNTYPED_BOOL } else { self.recorded(left).unwrap_or(TypeId::INVALID) };
        Ok(self.computed(value, left, t, span))
    }

    /// Folds `x << y`, `x >> y`; the count is a `uint` constant already.
    pub(super) fn fold_shift(&mut self, op: BinaryOp, left: ExprId, right: ExprId, span: Span) -> Result<Operand> {
        let t = self.recorded(left);
        let count = constant::shift_count(&self.value(right)).unwrap_or(0);
        match constant::shift(op, &self.value(left), count) {
            Ok(value) => {
                let t = match value {
                    Constant::Int(_) => TypeId::UNTYPED_BIGINT,
                    _ => t.unwrap_or(TypeId::INVALID),
                };
                Ok(self.computed(value, left, t, span))
            }
            Err(ConstError::Undefined(..)) if t.is_some_and(|t| self.types.is_untyped(t)) => {
                let (operand, of) = (self.expr_arg(left), self.types.type_string_or_nil(t).into());
                Err(self.error(span, VmError::ShiftedOperand { operand, of }))
            }
            Err(error @ ConstError::Overflows) => Err(self.error_at_block(error.finding("".into()))),
            Err(error) => Err(self.constant_error(&error, None, span)),
        }
    }

    /// A constant shift count becomes a `uint`.
    pub(super) fn convert_shift_count(&mut self, id: ExprId, at: Span) -> Result<()> {
        let value = self.value(id);
        match constant::shift_count(&value) {
            Ok(count) => {
                let value = constant::FixedInt::wrap(Kind::Uint, i128::from(count));
                self.set_constant(id, Constant::Fixed(value), TypeId::UINT, Some(TypeId::UINT));
                Ok(())
            }
            Err(error) => Err(self.error(at, error.finding(self.expr_arg(id)))),
        }
    }

    /// Retypes a constant in place for a context of type `t`; without one, or with an interface type, an untyped constant
    /// takes its default type.
    pub(super) fn convert_constant(&mut self, id: ExprId, t: Static, at: Span) -> Result<()> {
        let value = self.value(id);
        let Some(xt) = self.recorded(id) else {
            if let Some(t) = t {
                self.exprs[id].ty = t;
            }
            return Ok(());
        };
        let target = if self.types.is_untyped(xt) {
            self.concrete_or_default(t, xt)
        } else {
            match t {
                Some(t) if !self.types.is_interface(t) && !self.types.identical(xt, t) => t,
                _ => return Ok(()),
            }
        };
        if xt == target || value == Constant::Nil {
            return Ok(());
        }
        let Some(basic) = self.types.basic(target) else {
            return Err(self.error(at, VmError::NotImplemented));
        };
        let converted = if self.types.is_untyped(xt) {
            constant::convert_untyped(&value, basic)
        } else {
            constant::convert_typed(&value, basic)
        };
        let converted = converted.map_err(|error| self.constant_error(&error, Some(id), at))?;
        let upper = self.held(id).left_behind(converted.kind());
        self.set_constant(id, converted, target, Some(target));
        self.set_upper(id, upper);
        Ok(())
    }

    /// A constant index, length or bound becomes an `int`.
    pub(super) fn convert_constant_to_int(&mut self, id: ExprId, at: Span) -> Result<()> {
        if self.recorded(id).is_none() {
            return Err(self.error(at, VmError::UndefinedTo { to: "int".into() }));
        }
        self.convert_constant(id, Some(TypeId::INT), at)
    }

    /// Whether a pointer to an array whose type has no name.
    fn points_to_array(&self, t: TypeId) -> bool {
        match self.types.base(t) {
            Type::Pointer(elem) => matches!(self.types.get(*elem), Type::Array { .. }),
            _ => false,
        }
    }

    /// `T(c)` of a constant: folded, except for byte and rune slices, which are made at run time (spec/01 §1.10, 3).
    pub(super) fn convert_constant_explicitly(
        &mut self,
        id: ExprId,
        t: TypeId,
        target: TypeExprId,
        span: Span,
        at: Span,
    ) -> Result<ExprId> {
        let kind = self.types.kind(t);
        let text_slice = self.types.is_byte_slice(t) || self.types.is_rune_slice(t);
        let Some(xt) = self.recorded(id) else {
            if !kind.is_nilable() {
                let (value, to) = (self.expr_arg(id), (&kind).into());
                return Err(self.error(at, VmError::ConvertExprTo { value, to }));
            }
            if self.points_to_array(t) {
                // **Quirk**: such a call is taken for one of `len`.
                let callee = if self.types.as_named(t).is_some() {
                    VmError::ArrayConversionNamed
                } else {
                    VmError::ArrayConversion
                };
                return Err(self.error_bare(callee));
            }
            self.exprs[id].ty = t;
            if text_slice {
                return Ok(self.add_node(ExprKind::Convert { target, operand: id }, t, Some(t), span));
            }
            self.nodes.record(id, Some(t));
            return Ok(id);
        };
        if text_slice {
            if self.types.kind(xt) != Kind::String {
                // Found where the conversion is evaluated.
                let (from, to) = ((&self.types.kind(xt)).into(), (&kind).into());
                let text = VmError::ConvertKind { from, to }.to_string();
                return Ok(self.add_node(ExprKind::Abort(text), t, Some(t), span));
            }
            self.convert_constant(id, None, at)?;
            return Ok(self.add_node(ExprKind::Convert { target, operand: id }, t, Some(t), span));
        }
        if kind == Kind::Interface {
            // **Quirk**: its methods are not asked for.
            self.convert_constant(id, None, at)?;
            self.nodes.record(id, Some(t));
            return Ok(id);
        }
        if self.types.is_interface(xt) {
            let (from, to) = (self.types.type_id_string(xt).into(), self.types.type_id_string(t).into());
            return Err(self.error(at, VmError::NeedsAssertion { from, to }));
        }
        let value = self.value(id);
        let Some(basic) = self.types.basic(t) else {
            if value == Constant::Nil {
                if let Err(error) = self.convertible(id, xt, t) {
                    return Err(self.error(at, error));
                }
                self.set_constant(id, value, t, Some(t));
                return Ok(id);
            }
            let from = (&self.types.kind(self.types.default_type(xt))).into();
            let error = match (self.types.kind(xt), &kind) {
                (Kind::String, Kind::Slice) => VmError::ConvertKindTo { from, to: self.type_arg(t) },
                _ => VmError::ConvertKind { from, to: (&kind).into() },
            };
            return Err(self.error(at, error));
        };
        if !self.types.is_untyped(xt) && self.convertible(id, xt, t).is_err() {
            let (from, to) = ((&self.types.kind(xt)).into(), (&kind).into());
            return Err(self.error(at, VmError::ConvertKind { from, to }));
        }
        let from_kind = self.types.kind(self.types.default_type(xt));
        if (kind == Kind::Bool) != (from_kind == Kind::Bool)
            || matches!((from_kind, kind), (Kind::Float32 | Kind::Float64, Kind::String))
            || matches!((from_kind, kind), (Kind::String, Kind::Float32 | Kind::Float64))
        {
            let from = self.types.kind(self.types.default_type(xt));
            return Err(self.error(at, VmError::ConvertKind { from: (&from).into(), to: (&kind).into() }));
        }
        let converted =
            constant::convert_explicit(&value, basic).map_err(|error| self.constant_error(&error, Some(id), at))?;
        let upper = self.held(id).left_by_conversion(basic);
        self.set_constant(id, converted, t, Some(t));
        self.set_upper(id, upper);
        self.exprs[id].span = span;
        Ok(id)
    }

    /// Whether a constant node is a number equal to zero.
    pub(super) fn constant_is_zero(&self, id: ExprId) -> bool {
        self.value(id).is_zero()
    }

    /// The value of an integral constant node.
    pub(super) fn constant_as_i64(&self, id: ExprId) -> Option<i64> {
        self.value(id).as_i64()
    }

    /// Makes a constant the zero of a numeric type.
    pub(super) fn zero_constant(&mut self, id: ExprId, ty: TypeId) {
        let zero = match self.types.kind(ty) {
            Kind::Float32 => Constant::Float32(0),
            Kind::Float64 => Constant::Float64(0),
            kind => Constant::Fixed(constant::FixedInt::wrap(kind, 0)),
        };
        self.set_constant(id, zero, ty, Some(ty));
    }

    /// The value of a `const` declaration: a constant node, converted to `t` if given.
    pub(super) fn constant_value(&mut self, e: ExprRef<'a>, t: Option<TypeId>, at: Span) -> Result<Operand> {
        let outer = std::mem::replace(&mut self.nodes.in_const, true);
        let operand = self.expr(e);
        self.nodes.in_const = outer;
        let operand = operand?;
        if let Some(t) = t
            && !self.types.kind(t).is_primitive()
        {
            return Err(self.error(at, VmError::ConstantType { of: self.type_arg(t) }));
        }
        if operand.ty.is_none() && t.is_none() {
            return Err(self.error(at, VmError::UntypedNil { place: "variable declaration".into() }));
        }
        if !self.is_const(operand.id) || self.value(operand.id) == Constant::Nil {
            let error = match (unparen(e).kind, operand.ty) {
                (ast::ExprKind::FuncLit(literal), Some(t)) if self.at.frames.is_empty() => {
                    let signature = self.types.as_func(t).cloned().unwrap_or_default();
                    let value = self.raw_literal(literal, &signature, 0).into();
                    VmError::VariableNotConstant { value, of: self.type_arg(t) }
                }
                _ => self.not_constant(operand),
            };
            return Err(self.error(at, error));
        }
        if let Some(t) = t {
            self.coerce(operand.id, Some(t), at)?;
        }
        Ok(Operand { id: operand.id, ty: self.recorded(operand.id) })
    }

    /// Of a primitive value, the operand that keeps it from being constant.
    fn first_variable(&self, operand: Operand) -> Operand {
        let mut at = operand;
        while let Some(t) = at.ty
            && self.types.kind(t).is_primitive()
        {
            let next = match &self.exprs[at.id].kind {
                ExprKind::Unary { operand, .. } | ExprKind::Convert { operand, .. } => *operand,
                ExprKind::Binary { left, right, .. } if self.is_const(*left) => *right,
                ExprKind::Binary { left, .. } => *left,
                ExprKind::Call { callee: Callee::Builtin(Builtin::Len | Builtin::Cap), args, .. } => {
                    match args.as_slice() {
                        [arg] => *arg,
                        _ => break,
                    }
                }
                _ => break,
            };
            at = Operand { id: next, ty: self.recorded(next) };
        }
        at
    }

    /// The error of the first part of a value that is not constant (spec/01 §3.4).
    fn not_constant(&self, operand: Operand) -> VmError {
        let operand = self.first_variable(operand);
        let value = self.expr_arg(operand.id);
        let Some(t) = operand.ty else { return VmError::VariableNotConstant { value, of: "nil".into() } };
        let of = self.type_arg(t);
        match (&self.exprs[operand.id].kind, self.types.get(t)) {
            (ExprKind::Call { .. }, Type::Tuple(elems)) if elems.is_empty() => {
                VmError::NoValue { callee: self.render_callee_of(operand.id).into() }
            }
            (ExprKind::Call { .. }, Type::Tuple(_)) => VmError::VariableNotConstant { value, of },
            (ExprKind::Call { .. }, _) => VmError::ResultNotConstant { value, of },
            (ExprKind::TypeAssert { .. }, _) => VmError::AssertionNotConstant { value, of },
            _ => VmError::VariableNotConstant { value, of },
        }
    }

    /// An array length.
    pub(super) fn constant_length(&mut self, e: ExprRef<'a>, at: Span) -> Result<i64> {
        let outer = std::mem::replace(&mut self.nodes.in_const, true);
        let operand = self.expr(e);
        self.nodes.in_const = outer;
        let operand = operand?;
        if let ExprKind::Local(_) = self.exprs[operand.id].kind {
            // **Quirk**: read before it is set.
            return Ok(0);
        }
        if !self.is_const(operand.id) {
            return Err(self.error(e.span, self.not_constant(operand)));
        }
        self.convert_constant_to_int(operand.id, at)?;
        Ok(self.constant_as_i64(operand.id).unwrap_or(0))
    }

    /// The name of a kind in messages; `nil` has none.
    pub(super) fn kind_name(&self, t: Static) -> String {
        t.map_or_else(|| "nil".to_owned(), |t| self.types.kind(t).name().to_owned())
    }
}
