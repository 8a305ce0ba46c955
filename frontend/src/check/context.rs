//! What statements ask of expressions: conditions, tags, right sides, `op=` (spec/02 §5.5).

use super::expr::{Defined, Operand, PlaceOperand, Static, Values, unparen};
use super::{Checker, Result};
use crate::constant::Constant;
use crate::finding::VmError;
use crate::source::Span;
use crate::syntax::ast::{self, ExprRef};
use crate::typed::{ExprId, ExprKind, IndexKind};
use crate::types::{Kind, NilContext, Type, TypeId};

impl<'a> Checker<'a> {
    /// [`coerce`](Checker::coerce) where a misplaced `nil` has its own message.
    pub(super) fn coerce_in(&mut self, id: ExprId, t: Static, at: Span, context: NilContext) -> Result<ExprId> {
        let outer = std::mem::replace(&mut self.nodes.nil_context, context);
        let result = self.coerce(id, t, at);
        self.nodes.nil_context = outer;
        result
    }

    /// A value without target, of `:=` and `var x = e`: the conversion works on a temporary, so that the outermost wrap is
    /// left out of the tree while the type it gives is recorded (spec/02 Q5, Q6).
    pub(super) fn default_operand(&mut self, operand: Operand, at: Span, context: &NilContext) -> Result<Defined> {
        if operand.ty.is_none() {
            let place = match context {
                NilContext::VariableDeclaration => "variable declaration",
                _ => "assignment",
            };
            return Err(self.error(at, VmError::UntypedNil { place: place.into() }));
        }
        let converted = self.coerce(operand.id, None, at)?;
        let ty = self.exprs[operand.id].ty;
        let recorded = self.recorded(converted).unwrap_or(ty);
        let ty = if self.types.is_untyped(recorded) { self.types.default_type(ty) } else { recorded };
        Ok(Defined { id: operand.id, recorded, ty })
    }

    /// The condition of `if` or `for`: not converted unless constant.
    pub(super) fn condition(&mut self, e: ExprRef<'a>) -> Result<ExprId> {
        let operand = self.single(e)?;
        if self.is_const(operand.id) {
            if operand.ty.is_none() {
                return Err(self.error(self.nodes.stmt, VmError::UndefinedTo { to: "bool".into() }));
            }
            if self.value(operand.id).as_bool().is_none() {
                return Err(self.error(self.nodes.stmt, VmError::NotImplemented));
            }
            self.settle(operand.id);
            return Ok(operand.id);
        }
        if operand.ty.is_none_or(|t| self.types.kind(t) != Kind::Bool) {
            let got = self.kind_name(operand.ty).into();
            return Err(self.error(self.nodes.stmt, VmError::ExpectedBool { got }));
        }
        Ok(operand.id)
    }

    /// The right sides for `n` targets, not converted yet: a call with several results among them is refused then.
    pub(super) fn values_for(&mut self, n: usize, exprs: &'a [ExprRef<'a>]) -> Result<Values> {
        if exprs.len() == n {
            let mut operands = Vec::with_capacity(n);
            for e in exprs {
                operands.push(self.value_or_values(e)?);
            }
            return Ok(Values::Each(operands));
        }
        let mut operands = Vec::with_capacity(exprs.len());
        for e in exprs {
            operands.push(self.expr(e)?);
        }
        let ([operand], [e]) = (operands.as_slice(), exprs) else { return Ok(Values::Mismatch(operands)) };
        if let Some(t) = operand.ty
            && let Type::Tuple(elems) = self.types.get(t)
            && elems.len() == n
        {
            return Ok(Values::Tuple(operand.id, elems.clone()));
        }
        if n == 2
            && let Some(types) = self.comma_ok(operand.id, e)
        {
            return Ok(Values::Tuple(operand.id, types));
        }
        Ok(Values::Mismatch(operands))
    }

    /// Turns a map index or type assertion into its two-result form.
    fn comma_ok(&mut self, id: ExprId, e: ExprRef<'a>) -> Option<Vec<TypeId>> {
        if !matches!(unparen(e).kind, ast::ExprKind::Index(_) | ast::ExprKind::TypeAssert(_)) {
            return None;
        }
        match &mut self.exprs[id].kind {
            ExprKind::Index { kind: IndexKind::Map, comma_ok, .. } | ExprKind::TypeAssert { comma_ok, .. } => {
                *comma_ok = true;
            }
            _ => return None,
        }
        let types = vec![self.exprs[id].ty, TypeId::BOOL];
        let tuple = self.types.tuple(types.clone());
        self.exprs[id].ty = tuple;
        self.nodes.record(id, Some(tuple));
        Some(types)
    }

    /// The operand of `place op= e`. A shift count is converted only where it is constant or untyped.
    pub(super) fn op_assign_value(
        &mut self,
        op: ast::BinaryOp,
        target: &PlaceOperand,
        e: ExprRef<'a>,
        at: Span,
    ) -> Result<ExprId> {
        let operand = self.single(e)?;
        let defined = target.recorded.is_some_and(|t| self.operator_defined(op, t));
        if !defined {
            return Err(self.operator_undefined(&format!("{}=", op.text()), target.recorded, at));
        }
        if op.is_shift() {
            return self.op_assign_count(operand, at);
        }
        if let (Some(l), Some(r)) = (target.recorded, operand.ty)
            && !self.types.is_untyped(l)
            && !self.types.is_untyped(r)
            && !self.types.identical(l, r)
        {
            let (left, right) = (self.type_arg(l), self.type_arg(r));
            return Err(self.error(at, VmError::MismatchedUpdate { left, right }));
        }
        let id = self.coerce_in(operand.id, target.recorded, at, NilContext::Assignment)?;
        let stays_untyped =
            self.recorded(id).is_some_and(|t| matches!(self.types.kind(t), Kind::Bigint | Kind::Bigdec));
        if self.is_const(id) && stays_untyped {
            self.zero_constant(id, target.ty);
        }
        Ok(id)
    }

    fn op_assign_count(&mut self, operand: Operand, at: Span) -> Result<ExprId> {
        if self.is_const(operand.id) {
            let negative = self.constant_as_i64(operand.id).is_some_and(|count| count < 0);
            if negative {
                let count = self.render_value(operand.id, &self.value(operand.id)).into();
                return Err(self.error(at, VmError::NegativeShift { count }));
            }
            self.convert_shift_count(operand.id, at)?;
            return Ok(operand.id);
        }
        match operand.ty {
            Some(t) if self.types.is_untyped(t) && self.types.kind(t).is_integer() => {
                self.wrap(operand.id, TypeId::UINT, at)
            }
            Some(t) if self.types.kind(t).is_integer() => Ok(operand.id),
            _ => Err(self.error(at, VmError::ShiftCount { count: self.expr_arg(operand.id) })),
        }
    }

    /// Checks the operand of `++` and `--`.
    pub(super) fn inc_dec(&mut self, target: &PlaceOperand, increment: bool, at: Span) -> Result<()> {
        if target.recorded.is_some_and(|t| self.types.kind(t).is_numeric()) {
            return Ok(());
        }
        let op = if increment { "++" } else { "--" };
        Err(self.operator_undefined(op, target.recorded, at))
    }

    /// The tag of an expression switch; `true` where there is none.
    pub(super) fn switch_tag(&mut self, e: Option<ExprRef<'a>>, at: Span) -> Result<Operand> {
        let operand = match e {
            Some(e) => self.single(e)?,
            None => self.constant(Constant::Bool(true), TypeId::UNTYPED_BOOL, at),
        };
        self.settle(operand.id);
        Ok(Operand { id: operand.id, ty: self.recorded(operand.id) })
    }

    /// A case of an expression switch.
    pub(super) fn switch_case(&mut self, tag: Operand, e: ExprRef<'a>, at: Span) -> Result<ExprId> {
        let operand = self.single(e)?;
        self.coerce(operand.id, tag.ty, at)
    }

    /// The operand of `range`.
    pub(super) fn range_operand(&mut self, e: ExprRef<'a>) -> Result<Operand> {
        let operand = self.single(e)?;
        if operand.ty.is_none() {
            return Err(self.error(self.nodes.stmt, VmError::RangeOverNil));
        }
        if operand.ty == Some(TypeId::UNTYPED_STRING) {
            self.settle(operand.id);
        }
        Ok(Operand { id: operand.id, ty: self.recorded(operand.id) })
    }
}
