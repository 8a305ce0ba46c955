//! Places: left sides of assignments and operands of `&` (spec/02 §6.3).

use super::CheckError;
use super::expr::unparen;
use super::expr::{Operand, PlaceOperand};
use super::{Checker, Result};
use crate::finding::VmError;
use crate::source::Span;
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
        let (place, error) = self.place_or_error(operand, e);
        error.map_or(Ok(place), Err)
    }

    /// A checked expression as a left side, and what is wrong with it as such.
    pub(super) fn place_or_error(&self, operand: Operand, e: ExprRef<'a>) -> (PlaceOperand, Option<CheckError>) {
        let e = unparen(e);
        let ty = self.exprs[operand.id].ty;
        let place = self.place_of_node(operand.id);
        let name = match e.kind {
            ast::ExprKind::Ident(name) => name,
            _ => "",
        };
        let error = match (&place, &self.exprs[operand.id].kind) {
            (_, ExprKind::Func { .. }) => VmError::AssignToFunction,
            (_, ExprKind::MethodValue { .. }) => return (PlaceOperand { place, recorded: operand.ty, ty }, None),
            (Place::Unaddressable(..), ExprKind::Const(_)) if !name.is_empty() => {
                let what = if matches!(name, "true" | "false" | "nil" | "iota") { "uverse" } else { "const" };
                VmError::AssignToName { what: what.into(), name: name.into() }
            }
            (Place::Unaddressable(..) | Place::Literal(_), _) | (Place::Index { kind: IndexKind::String, .. }, _) => {
                VmError::AssignTo { target: self.expr_arg(operand.id) }
            }
            _ => return (PlaceOperand { place, recorded: operand.ty, ty }, None),
        };
        (PlaceOperand { place, recorded: operand.ty, ty }, Some(self.error(self.nodes.stmt, error)))
    }

    /// The operand of `++` and `--`: a constant is accepted, and aborts.
    pub(super) fn updated_place(&mut self, e: ExprRef<'a>, increment: bool, at: Span) -> Result<PlaceOperand> {
        let e = unparen(e);
        if let ast::ExprKind::Ident(name) = e.kind {
            if name == "_" {
                return Err(self.error(e.span, VmError::BlankUse));
            }
            let operand = self.single(e)?;
            if self.is_const(operand.id) {
                self.settle(operand.id);
                let (place, ty) = (self.place_of_node(operand.id), self.exprs[operand.id].ty);
                let place = PlaceOperand { place, recorded: self.recorded(operand.id), ty };
                self.inc_dec(&place, increment, at)?;
                return Ok(place);
            }
        }
        let operand = self.single(e)?;
        let (place, error) = self.place_or_error(operand, e);
        self.inc_dec(&place, increment, at)?;
        error.map_or(Ok(place), Err)
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
            _ => {
                let text = format!("illegal assignment X expression type *gnolang.{}", self.node_name(id));
                Place::Unaddressable(id, text)
            }
        }
    }

    /// The reference's name for a kind of node.
    pub(super) fn node_name(&self, id: ExprId) -> &'static str {
        match self.exprs[id].kind {
            ExprKind::Local(_) | ExprKind::Global { .. } | ExprKind::Func { .. } => "NameExpr",
            ExprKind::Call { .. } | ExprKind::Convert { .. } => "CallExpr",
            ExprKind::Index { .. } => "IndexExpr",
            ExprKind::Slice { .. } => "SliceExpr",
            ExprKind::Deref(_) => "StarExpr",
            ExprKind::TypeAssert { .. } => "TypeAssertExpr",
            ExprKind::FuncLit { .. } => "FuncLitExpr",
            ExprKind::Binary { .. } => "BinaryExpr",
            ExprKind::Unary { .. } => "UnaryExpr",
            ExprKind::AddressOf(_) => "RefExpr",
            ExprKind::Field { .. } | ExprKind::MethodValue { .. } | ExprKind::MethodExpr { .. } => "SelectorExpr",
            _ => "ConstExpr",
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
