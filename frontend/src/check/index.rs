//! Index and slice expressions, type assertions.

use super::expr::{Operand, Static};
use super::{Checker, Result};
use crate::finding::VmError;
use crate::source::Span;
use crate::syntax::ast::{self, ExprRef};
use crate::typed::{ExprId, ExprKind, IndexKind, SliceKind};
use crate::types::{Kind, Type, TypeId};

impl<'a> Checker<'a> {
    /// `x[i]`.
    pub(super) fn index(&mut self, e: &'a ast::IndexExpr<'a>, span: Span) -> Result<Operand> {
        let [index] = e.indices else {
            return Err(self.error(span, VmError::ManyIndices));
        };
        let operand = self.single(e.x)?;
        let Some(t) = operand.ty else {
            return Err(self.error(span, VmError::CannotIndex { of: "untyped nil".into() }));
        };
        let mut id = operand.id;
        let mut indexed = t;
        if let Type::Pointer(elem) = *self.types.base(t) {
            id = self.add_node(ExprKind::Deref(id), elem, Some(elem), self.exprs[id].span);
            indexed = elem;
        }
        let kind = match self.types.kind(indexed) {
            Kind::Array => IndexKind::Array,
            Kind::Slice => IndexKind::Slice,
            Kind::String => IndexKind::String,
            Kind::Map => IndexKind::Map,
            _ => {
                return Err(self.error(span, VmError::CannotIndex { of: self.type_arg(t) }));
            }
        };
        self.settle(id);
        let index = self.single(index)?.id;
        let index = if kind == IndexKind::Map {
            let key = self.types.key(indexed);
            self.coerce(index, key, span)?
        } else {
            self.integer_index(index, span)?
        };
        let elem = self.types.elem(indexed).unwrap_or(TypeId::INVALID);
        let kind = ExprKind::Index { kind, operand: id, index, comma_ok: false };
        let id = self.add_node(kind, elem, Some(elem), span);
        Ok(Operand { id, ty: Some(elem) })
    }

    /// An index of anything but a map, or a slice bound: constants become `int`, an untyped expression gets `int` pushed
    /// into its operands without a conversion of its own (spec/02 §5.5).
    fn integer_index(&mut self, id: ExprId, at: Span) -> Result<ExprId> {
        if self.is_const(id) {
            self.convert_constant_to_int(id, at)?;
            return Ok(id);
        }
        let t: Static = self.recorded(id);
        if t.is_some_and(|t| self.types.is_untyped(t)) {
            self.coerce(id, Some(TypeId::INT), at)?;
            return Ok(id);
        }
        if !t.is_some_and(|t| self.types.kind(t).is_integer()) {
            return Err(self.error(at, VmError::IndexKind { got: self.kind_name(t).into() }));
        }
        Ok(id)
    }

    /// `x[low:high:max]`.
    pub(super) fn slice(&mut self, e: &'a ast::SliceExpr<'a>, span: Span) -> Result<Operand> {
        let operand = self.single(e.x)?;
        let low = self.slice_bound(e.lo)?;
        let high = self.slice_bound(e.hi)?;
        let max = self.slice_bound(e.max)?;
        let mut bounds = [low, high, max];
        for bound in bounds.iter_mut().flatten() {
            *bound = self.integer_index(*bound, span)?;
        }
        let kind = operand.ty.and_then(|t| match self.types.base(t) {
            Type::Slice { elem, .. } => Some((SliceKind::Slice, *elem)),
            Type::Array { elem, .. } => Some((SliceKind::Array, *elem)),
            Type::Pointer(array) if self.types.kind(*array) == Kind::Array => {
                self.types.elem(*array).map(|elem| (SliceKind::ArrayPointer, elem))
            }
            Type::Basic(_) if self.types.kind(t) == Kind::String => Some((SliceKind::String, TypeId::STRING)),
            _ => None,
        });
        let Some((kind, elem)) = kind else {
            let of = self.types.type_string_or_nil(operand.ty).into();
            return Err(self.error(span, VmError::CannotSlice { of }));
        };
        self.settle(operand.id);
        let t = if kind == SliceKind::String { TypeId::STRING } else { self.types.slice(elem) };
        // The value keeps a declared slice type that the static type forgets.
        let ty = operand.ty.filter(|_| kind == SliceKind::Slice).unwrap_or(t);
        let [low, high, max] = bounds;
        let id = self.add_node(ExprKind::Slice { kind, operand: operand.id, low, high, max }, ty, Some(t), span);
        Ok(Operand { id, ty: Some(t) })
    }

    fn slice_bound(&mut self, e: Option<ExprRef<'a>>) -> Result<Option<ExprId>> {
        e.map(|e| self.single(e).map(|operand| operand.id)).transpose()
    }

    /// `x.(T)`.
    pub(super) fn type_assert(&mut self, e: &'a ast::TypeAssertExpr<'a>, span: Span) -> Result<Operand> {
        let operand = self.interface_operand(e.x, span)?;
        let Some(written) = e.ty else {
            return Err(self.error(span, VmError::ShouldNotHappen));
        };
        let to = self.resolve_type(written)?;
        let target = self.type_expr(written)?;
        let kind = ExprKind::TypeAssert { operand: operand.id, to, target, comma_ok: false };
        let id = self.add_node(kind, to, Some(to), span);
        Ok(Operand { id, ty: Some(to) })
    }

    /// The operand of a type assertion or type switch.
    pub(super) fn interface_operand(&mut self, e: ExprRef<'a>, at: Span) -> Result<Operand> {
        let operand = self.single(e)?;
        if !operand.ty.is_some_and(|t| self.types.is_interface(t)) {
            let (of, operand) = (self.types.type_string_or_nil(operand.ty).into(), self.expr_arg(operand.id));
            return Err(self.error(at, VmError::NotInterface { operand, of }));
        }
        Ok(operand)
    }
}
