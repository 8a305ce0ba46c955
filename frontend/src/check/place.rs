//! Places: left sides of assignments and operands of `&` (spec/02 §6.3).

use super::expr::PlaceOperand;
use super::expr::unparen;
use super::{Checker, Result};
use crate::syntax::ast::{self, ExprRef};
use crate::typed::{ExprId, ExprKind, IndexKind, Place};
use crate::types::TypeId;

impl<'a> Checker<'a> {
    /// A left side of `=`, `op=`, `++`, `range … =`.
    pub(super) fn place(&mut self, e: ExprRef<'a>) -> Result<PlaceOperand> {
        let e = unparen(e);
        if let ast::ExprKind::Ident("_") = e.kind {
            return Ok(PlaceOperand { place: Place::Blank, recorded: None, ty: TypeId::INVALID });
        }
        let operand = self.single(e)?;
        let ty = self.exprs[operand.id].ty;
        let place = self.place_of_node(operand.id);
        let text = match (&place, &self.exprs[operand.id].kind) {
            (_, ExprKind::Func { .. }) => "not assignable".to_owned(),
            (_, ExprKind::MethodValue { .. }) => return Ok(PlaceOperand { place, recorded: operand.ty, ty }),
            (Place::Unaddressable(..), ExprKind::Const(_)) if matches!(e.kind, ast::ExprKind::Ident(_)) => {
                format!("cannot assign to const {}", self.render(operand.id))
            }
            (Place::Unaddressable(..) | Place::Literal(_), _) | (Place::Index { kind: IndexKind::String, .. }, _) => {
                format!("cannot assign to {}", self.render(operand.id))
            }
            _ => return Ok(PlaceOperand { place, recorded: operand.ty, ty }),
        };
        Err(self.error(self.nodes.stmt, text))
    }

    /// The operand of `++` and `--`: a constant is accepted, and aborts.
    pub(super) fn updated_place(&mut self, e: ExprRef<'a>) -> Result<PlaceOperand> {
        let e = unparen(e);
        if let ast::ExprKind::Ident(name) = e.kind {
            if name == "_" {
                return Err(self.error(e.span, "cannot use _ as value or type".to_owned()));
            }
            let operand = self.single(e)?;
            if self.is_const(operand.id) {
                self.settle(operand.id);
                let (place, ty) = (self.place_of_node(operand.id), self.exprs[operand.id].ty);
                return Ok(PlaceOperand { place, recorded: self.recorded(operand.id), ty });
            }
        }
        self.place(e)
    }

    /// The place that a node reads from, if it reads from one.
    pub(super) fn place_of_node(&self, id: ExprId) -> Place {
        match &self.exprs[id].kind {
            ExprKind::Local(var) => Place::Local(*var),
            ExprKind::Global { global, via_package } => Place::Global { global: *global, via_package: *via_package },
            ExprKind::Index { kind, operand, index, comma_ok: false } => {
                Place::Index { kind: *kind, operand: *operand, index: *index }
            }
            ExprKind::Field { operand, field, through_pointer } => {
                Place::Field { operand: *operand, field: *field, through_pointer: *through_pointer }
            }
            ExprKind::Deref(operand) => Place::Deref(*operand),
            ExprKind::Composite { .. } => Place::Literal(id),
            kind => {
                let node = match kind {
                    ExprKind::Call { .. } | ExprKind::Convert { .. } => "CallExpr",
                    ExprKind::Slice { .. } => "SliceExpr",
                    ExprKind::TypeAssert { .. } => "TypeAssertExpr",
                    ExprKind::FuncLit { .. } => "FuncLitExpr",
                    ExprKind::Binary { .. } => "BinaryExpr",
                    ExprKind::Unary { .. } => "UnaryExpr",
                    ExprKind::AddressOf(_) => "RefExpr",
                    ExprKind::MethodValue { .. } | ExprKind::MethodExpr { .. } => "SelectorExpr",
                    ExprKind::Func { .. } => "NameExpr",
                    _ => "ConstExpr",
                };
                Place::Unaddressable(id, format!("illegal assignment X expression type *gnolang.{node}"))
            }
        }
    }

    /// The operand of `&`, written or inserted: its root variable becomes heap-defined. Only one selector or index step is
    /// looked through (spec/03 §3 (b)).
    pub(super) fn addressed_place(&mut self, id: ExprId) -> Place {
        let place = self.place_of_node(id);
        let root = match &place {
            Place::Local(var) => Some(*var),
            Place::Index { operand, .. } | Place::Field { operand, .. } => match self.exprs[*operand].kind {
                ExprKind::Local(var) => Some(var),
                _ => None,
            },
            _ => None,
        };
        if let Some(var) = root {
            self.mark_addressed(var);
        }
        place
    }
}
