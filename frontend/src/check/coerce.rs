//! The implicit conversion algorithm (spec/02 §5.3-5.4).
//!
//! The reference rewrites operands in place and remembers a node's static type from the first time it is asked for. Here
//! every node gets its recorded static type when it is made, which is the same thing: a node's operands change only through
//! [`Checker::coerce`], and that asks for the node's type first. What a node's type is computed from is not what is remembered of
//! the nodes below, but their leaves as they are by then: `1<<n + x` has the type of `x`, although `1<<n` stays untyped. `Expr::ty`, the type at run time, is updated as operands
//! change.

use super::expr::{Operand, Static};
use super::{Checker, Result};
use crate::finding::VmError;
use crate::source::Span;
use crate::typed::{Expr, ExprId, ExprKind, FuncKind, TypeExprId, VarId};
use crate::types::{Kind, Type, TypeId};

impl Checker<'_> {
    /// Converts node `id` implicitly for a context of type `t` (`None`: no target, `_` or `:=`), and returns the node that
    /// takes its place. Errors are reported at `at`, the node that asks.
    pub(super) fn coerce(&mut self, id: ExprId, t: Static, at: Span) -> Result<ExprId> {
        super::deep(|| self.coerce_node(id, t, at))
    }

    fn coerce_node(&mut self, id: ExprId, t: Static, at: Span) -> Result<ExprId> {
        let xt = self.recorded(id);
        if self.is_const(id) {
            self.assignable(xt, t, at)?;
            self.convert_constant(id, t, at)?;
            return Ok(id);
        }
        let Some(xt) = xt else { return Ok(id) };
        if self.types.kind(xt) == Kind::Tuple {
            self.assignable(Some(xt), t, at)?;
            self.refuse_tuple(Operand { id, ty: Some(xt) }, at)?;
        }
        if let ExprKind::Binary { op, left, .. } = self.exprs[id].kind
            && op.is_shift()
        {
            if !self.types.is_untyped(xt) {
                self.assignable(Some(xt), t, at)?;
                return Ok(id);
            }
            let t = self.concrete_or_default(t, xt);
            if !self.types.kind(t).is_integer() {
                return Err(self.operator_undefined(op.text(), Some(t), at));
            }
            let left = self.coerce(left, Some(t), at)?;
            self.set_left(id, left);
            return Ok(id);
        }
        self.assignable(Some(xt), t, at)?;
        let mut t = t;
        if self.types.is_untyped(xt) {
            match self.exprs[id].kind {
                ExprKind::Binary { op, .. } if op.is_comparison() => t = Some(TypeId::BOOL),
                ExprKind::Binary { left, right, .. } => {
                    self.coerce_operands(id, left, right, t, at)?;
                    return Ok(id);
                }
                ExprKind::Unary { op, operand } => {
                    let t = self.concrete_or_default(t, xt);
                    let operand = self.coerce(operand, Some(t), at)?;
                    self.exprs[id].kind = ExprKind::Unary { op, operand };
                    self.exprs[id].ty = self.exprs[operand].ty;
                    return Ok(id);
                }
                _ => {}
            }
            let t = self.concrete_or_default(t, xt);
            return self.wrap(id, t, at);
        }
        match t {
            Some(t) if !self.types.is_interface(t) && self.types.is_named(xt) != self.types.is_named(t) => {
                self.wrap(id, t, at)
            }
            _ => Ok(id),
        }
    }

    /// Both operands of an untyped arithmetic, bitwise or logical node.
    fn coerce_operands(&mut self, id: ExprId, left: ExprId, right: ExprId, t: Static, at: Span) -> Result<()> {
        let (left, right) = if t.is_some() {
            (self.coerce(left, t, at)?, self.coerce(right, t, at)?)
        } else {
            let (lt, rt) = (self.recorded(left), self.recorded(right));
            if self.types.should_swap(lt, rt) {
                (self.coerce(left, None, at)?, self.coerce(right, lt, at)?)
            } else {
                (self.coerce(left, rt, at)?, self.coerce(right, None, at)?)
            }
        };
        self.set_operands(id, left, right);
        Ok(())
    }

    /// `t`, or the default type of `xt` where the context has no type or an interface type.
    pub(super) fn concrete_or_default(&self, t: Static, xt: TypeId) -> TypeId {
        match t {
            Some(t) if !self.types.is_interface(t) => t,
            _ => self.types.default_type(xt),
        }
    }

    /// Replaces the operands of a binary node; its run-time type follows the left one unless it is a comparison.
    pub(super) fn set_operands(&mut self, id: ExprId, new_left: ExprId, new_right: ExprId) {
        let ty = self.exprs[new_left].ty;
        let node = &mut self.exprs[id];
        if let ExprKind::Binary { op, left, right } = &mut node.kind {
            *left = new_left;
            *right = new_right;
            if !op.is_comparison() {
                node.ty = ty;
            }
        }
    }

    fn set_left(&mut self, id: ExprId, left: ExprId) {
        if let ExprKind::Binary { right, .. } = self.exprs[id].kind {
            self.set_operands(id, left, right);
        }
    }

    /// An inserted conversion to a resolved type: 281 gas unless it folds or is removed.
    pub(super) fn wrap(&mut self, id: ExprId, t: TypeId, at: Span) -> Result<ExprId> {
        let target = self.resolved_name();
        let wrapped = self.conversion(id, t, target, None, at)?;
        if wrapped != id {
            self.break_captures(id);
        }
        Ok(wrapped)
    }

    /// **Quirk**: what an inserted conversion is put around is looked at twice, and for literals in it without regard to what is
    /// outside the innermost literal C. One that uses a variable from beyond the literal around C has it captured by C only:
    /// the literals around C get no slot for it, and the evaluation of C aborts (spec/00 addendum 26).
    pub(super) fn break_captures(&mut self, id: ExprId) {
        let range = self.exprs[id].span;
        let Some((inner, outer)) = self.at.frames.split_last_mut() else { return };
        let Some((_, around)) = outer.split_first_mut() else { return };
        for literal in inner.literals.iter().rev().take_while(|literal| literal.span.start >= range.start) {
            let FuncKind::Literal { captures, .. } = &self.funcs[literal.func].kind else { continue };
            let beyond = |&var: &VarId| self.captured[var].is_some_and(|outer| self.captured[outer].is_some());
            if literal.span.end > range.end || !captures.iter().any(beyond) {
                continue;
            }
            self.nodes.break_literal(inner.func);
            for frame in around.iter_mut() {
                while frame.captures.last().is_some_and(|(_, var)| var.as_u32() >= literal.first_var) {
                    frame.captures.pop();
                }
            }
        }
    }

    /// A conversion node, explicit (with its span) or inserted (rules C1-C5 of spec/02 §5.4).
    pub(super) fn conversion(
        &mut self,
        id: ExprId,
        t: TypeId,
        target: TypeExprId,
        explicit: Option<Span>,
        at: Span,
    ) -> Result<ExprId> {
        let xt = self.recorded(id);
        if xt.is_some_and(|xt| !self.types.is_untyped(xt) && self.types.identical(xt, t)) {
            return Ok(id);
        }
        let span = explicit.unwrap_or(self.exprs[id].span);
        if self.is_const(id) {
            return self.convert_constant_explicitly(id, t, target, span, at);
        }
        let mut id = id;
        match xt {
            Some(xt) if self.types.is_untyped(xt) => match self.exprs[id].kind {
                ExprKind::Binary { op, .. } if op.is_comparison() => self.assignable(Some(xt), Some(t), at)?,
                ExprKind::Binary { .. } | ExprKind::Unary { .. } => id = self.coerce(id, Some(t), at)?,
                _ if xt == TypeId::UNTYPED_BOOL => {
                    let error = self.cannot_convert(id, xt, t);
                    return Err(self.error(explicit.unwrap_or_else(|| self.block_span()), error));
                }
                _ => {}
            },
            Some(xt) => {
                if let Err(error) = self.convertible(id, xt, t) {
                    return Err(self.error(explicit.unwrap_or_else(|| self.block_span()), error));
                }
            }
            None => {}
        }
        Ok(self.add_node(ExprKind::Convert { target, operand: id }, t, Some(t), span))
    }

    /// `cannot convert X (of type XT) to type T`
    pub(super) fn cannot_convert(&self, id: ExprId, xt: TypeId, t: TypeId) -> VmError {
        VmError::CannotConvert { value: self.expr_arg(id), from: self.type_arg(xt), to: self.type_arg(t) }
    }

    /// Whether a typed value converts (spec/01 §1.10, 5-9); the error if not.
    pub(super) fn convertible(&mut self, id: ExprId, xt: TypeId, t: TypeId) -> std::result::Result<(), VmError> {
        if self.types.is_interface(t) {
            return self.types.check_assignable(Some(xt), Some(t)).map_err(|error| error.finding(&self.types));
        }
        let names = || (self.type_arg(xt), self.type_arg(t));
        if self.types.is_interface(xt) {
            let (from, to) = (self.types.type_id_string(xt).into(), self.types.type_id_string(t).into());
            return Err(VmError::NeedsAssertion { from, to });
        }
        let (xk, tk) = (self.types.kind(xt), self.types.kind(t));
        if tk == Kind::String && xk.is_integer() || xk.is_numeric() && tk.is_numeric() {
            return Ok(());
        }
        if xk.is_numeric() != tk.is_numeric() {
            let (from, to) = names();
            return Err(VmError::NonNumeric { from, to });
        }
        let text_slice = |t: TypeId| self.types.is_byte_slice(t) || self.types.is_rune_slice(t);
        if text_slice(xt) && tk == Kind::String || xk == Kind::String && text_slice(t) {
            return Ok(());
        }
        let same_base = |a: TypeId, b: TypeId| {
            let (a, b) = (self.types.underlying(a), self.types.underlying(b));
            self.types.identical(a, b)
        };
        if let (Type::Pointer(xe), Type::Pointer(te)) = (self.types.base(xt), self.types.base(t)) {
            let ok = same_base(*xe, *te);
            return if ok { Ok(()) } else { Err(self.cannot_convert(id, xt, t)) };
        }
        if same_base(xt, t) { Ok(()) } else { Err(self.cannot_convert(id, xt, t)) }
    }

    /// Adds a node with its recorded static type.
    pub(super) fn add_node(&mut self, kind: ExprKind, ty: TypeId, recorded: Static, span: Span) -> ExprId {
        let id = self.exprs.push(Expr { kind, ty, span });
        self.nodes.record(id, recorded);
        id
    }

    /// The static type of a node as its parent computes it: from the leaves, whatever is recorded for the nodes between.
    pub(super) fn static_type(&self, id: ExprId) -> Static {
        let mut at = id;
        loop {
            match self.exprs[at].kind {
                ExprKind::Binary { op, left, .. } if !op.is_comparison() => {
                    at = self.nodes.leftmost(at).unwrap_or(left)
                }
                ExprKind::Unary { operand, .. } => at = operand,
                _ => return self.recorded(at),
            }
        }
    }

    /// The recorded static type of a node.
    pub(super) fn recorded(&self, id: ExprId) -> Static {
        self.nodes.recorded(id)
    }

    /// Whether a node is a folded constant.
    pub(super) fn is_const(&self, id: ExprId) -> bool {
        matches!(self.exprs[id].kind, ExprKind::Const(_)) && !self.nodes.is_unfolded(id)
    }

    /// Checks `xt` against `t` and reports at `at`.
    pub(super) fn assignable(&mut self, xt: Static, t: Static, at: Span) -> Result<()> {
        match self.types.check_assignable(xt, t) {
            Ok(()) => Ok(()),
            Err(error) => Err(self.error(at, error.finding_in(&self.types, &self.nodes.nil_context))),
        }
    }
}
