//! Unary and binary operators: constant folding, operand unification (spec/02 §5.5), shifts, operator checks (spec/01 §3.4).

use super::expr::{Operand, Static};
use super::{CheckError, Checker, Result};
use crate::constant;
use crate::finding::VmError;
use crate::source::Span;
use crate::syntax::ast;
use crate::typed::{BinaryOp, ExprId, ExprKind, UnaryOp};
use crate::types::{Basic, Kind, TypeId};

impl BinaryOp {
    /// `< <= > >=`
    #[must_use]
    pub const fn is_ordering(self) -> bool {
        matches!(self, Self::Less | Self::LessEqual | Self::Greater | Self::GreaterEqual)
    }

    /// The operator as a word, for messages about constants of different kinds.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Add => "ADD",
            Self::Sub => "SUB",
            Self::Mul => "MUL",
            Self::Quo => "QUO",
            Self::Rem => "REM",
            Self::And => "BAND",
            Self::Or => "BOR",
            Self::Xor => "XOR",
            Self::AndNot => "BAND_NOT",
            Self::Shl => "SHL",
            Self::Shr => "SHR",
            Self::LogicalAnd => "LAND",
            Self::LogicalOr => "LOR",
            Self::Equal => "EQL",
            Self::NotEqual => "NEQ",
            Self::Less => "LSS",
            Self::LessEqual => "LEQ",
            Self::Greater => "GTR",
            Self::GreaterEqual => "GEQ",
        }
    }
}

impl<'a> Checker<'a> {
    /// `x op y`.
    pub(super) fn binary(&mut self, b: &'a ast::BinaryExpr<'a>, span: Span) -> Result<Operand> {
        // Calls without or with several results fall to the operator check.
        let left = self.expr(b.x)?.id;
        let right = self.expr(b.y)?.id;
        let op = b.op;
        if op.is_shift() { self.shift(op, left, right, span) } else { self.plain_binary(op, left, right, span) }
    }

    /// Every binary operator but the shifts.
    fn plain_binary(&mut self, op: BinaryOp, left: ExprId, right: ExprId, span: Span) -> Result<Operand> {
        let (lc, rc) = (self.is_const(left), self.is_const(right));
        self.check_operator(op, left, right, span)?;
        if matches!(op, BinaryOp::Quo | BinaryOp::Rem) && rc && self.constant_is_zero(right) {
            return Err(self.error(span, VmError::DivisionByZero));
        }
        let (left, right) = self.unify(op, left, right, span)?;
        let (lt, rt) = (self.recorded(left), self.recorded(right));
        if lc && rc {
            if let (Some(l), Some(r)) = (lt, rt)
                && l != r
                && self.types.is_untyped(l)
                && self.types.is_untyped(r)
            {
                return Err(self.incompatible(op, l, r, span));
            }
            return self.fold_binary(op, left, right, span);
        }
        let (recorded, ty) = if op.is_comparison() {
            (Some(TypeId::UNTYPED_BOOL), TypeId::BOOL)
        } else {
            (self.static_type(left), self.exprs[left].ty)
        };
        let id = self.add_node(ExprKind::Binary { op, left, right }, ty, recorded, span);
        self.nodes.watch(id);
        if !op.is_comparison() {
            self.note_leftmost(id, left, recorded);
        }
        Ok(Operand { id, ty: recorded })
    }

    /// Two untyped operands of different kinds.
    fn incompatible(&self, op: BinaryOp, left: TypeId, right: TypeId, at: Span) -> CheckError {
        let (left, right) = (self.types.type_id_string(left).into(), self.types.type_id_string(right).into());
        self.error(at, VmError::MismatchedUntyped { left, op: op.word().into(), right })
    }

    /// Remembers the leftmost operand of a chain of operators, so that its static type is found without walking down the
    /// chain. Only for nodes with a typed result: the operands of untyped ones can still be replaced.
    fn note_leftmost(&mut self, id: ExprId, left: ExprId, recorded: Static) {
        if recorded.is_none_or(|t| self.types.is_untyped(t)) {
            return;
        }
        let chained = matches!(self.exprs[left].kind, ExprKind::Binary { op, .. } if !op.is_comparison());
        let leaf = if chained { self.nodes.leftmost(left) } else { Some(left) };
        if let Some(leaf) = leaf {
            self.nodes.set_leftmost(id, leaf);
        }
    }

    /// Operand conversion by the table of spec/02 §5.5.
    fn unify(&mut self, op: BinaryOp, left: ExprId, right: ExprId, at: Span) -> Result<(ExprId, ExprId)> {
        let (lt, rt) = (self.recorded(left), self.recorded(right));
        let equality = matches!(op, BinaryOp::Equal | BinaryOp::NotEqual);
        let untyped = |c: &Self, t: Static| t.is_some_and(|t| c.types.is_untyped(t));
        match (self.is_const(left), self.is_const(right)) {
            (true, true) => {
                if self.types.should_swap(lt, rt) {
                    Ok((left, self.coerce(right, lt, at)?))
                } else {
                    Ok((self.coerce(left, rt, at)?, right))
                }
            }
            (true, false) => {
                if untyped(self, lt) {
                    if !untyped(self, rt) {
                        return Ok((self.coerce(left, rt, at)?, right));
                    }
                    return self.unify_untyped(equality, left, right, at);
                }
                if lt.is_none() {
                    return Ok((self.coerce(left, rt, at)?, right));
                }
                if untyped(self, rt) { Ok((left, self.coerce(right, lt, at)?)) } else { Ok((left, right)) }
            }
            (false, true) => {
                if untyped(self, rt) {
                    if !untyped(self, lt) {
                        return Ok((left, self.coerce(right, lt, at)?));
                    }
                    return self.unify_untyped(equality, left, right, at);
                }
                if rt.is_none() {
                    return Ok((left, self.coerce(right, lt, at)?));
                }
                if untyped(self, lt) { Ok((self.coerce(left, rt, at)?, right)) } else { Ok((left, right)) }
            }
            (false, false) => match (untyped(self, lt), untyped(self, rt)) {
                (true, true) => {
                    let (ld, rd) = (self.default_of(lt), self.default_of(rt));
                    if let (Some(l), Some(r)) = (lt, rt)
                        && l != r
                    {
                        return Err(self.incompatible(op, l, r, at));
                    }
                    Ok((self.coerce(left, ld, at)?, self.coerce(right, rd, at)?))
                }
                (true, false) => Ok((self.coerce(left, rt, at)?, right)),
                (false, true) => Ok((left, self.coerce(right, lt, at)?)),
                (false, false) => {
                    if self.types.should_swap(lt, rt) {
                        Ok((left, self.coerce(right, lt, at)?))
                    } else {
                        Ok((self.coerce(left, rt, at)?, right))
                    }
                }
            },
        }
    }

    /// One constant and one other operand, both untyped: `==` and `!=` take the default type, the others stay.
    fn unify_untyped(&mut self, equality: bool, left: ExprId, right: ExprId, at: Span) -> Result<(ExprId, ExprId)> {
        if !equality {
            return Ok((left, right));
        }
        let (lt, rt) = (self.recorded(left), self.recorded(right));
        let d = if self.types.should_swap(lt, rt) { self.default_of(lt) } else { self.default_of(rt) };
        let right = self.coerce(right, d, at)?;
        let left = self.coerce(left, d, at)?;
        Ok((left, right))
    }

    fn default_of(&self, t: Static) -> Static {
        t.map(|t| self.types.default_type(t))
    }

    /// Whether the operator is defined on the destination operand and typed operands agree.
    fn check_operator(&mut self, op: BinaryOp, left: ExprId, right: ExprId, at: Span) -> Result<()> {
        let (lt, rt) = (self.recorded(left), self.recorded(right));
        let swapped = self.types.should_swap(lt, rt);
        let (source, destination) = if swapped { (rt, lt) } else { (lt, rt) };
        if matches!(op, BinaryOp::Equal | BinaryOp::NotEqual) {
            if let Err(error) = self.check_equality(lt, rt, source, destination) {
                return Err(self.error(at, error));
            }
            return Ok(());
        }
        let defined = destination.is_some_and(|t| self.operator_defined(op, t));
        if !defined {
            return Err(self.operator_undefined(op.text(), destination, at));
        }
        let typed = |c: &Self, t: Static| t.is_some_and(|t| !c.types.is_untyped(t));
        if typed(self, source) && typed(self, destination) && self.types.check_assignable(source, destination).is_err()
        {
            return Err(self.error(at, self.mismatched(op, left, right, lt, rt)));
        }
        if source.is_none() {
            return Err(self.error(at, self.mismatched(op, left, right, lt, rt)));
        }
        Ok(())
    }

    /// The error of an operator that is not defined for values of a type.
    pub(super) fn operator_undefined(&self, op: &str, t: Static, at: Span) -> CheckError {
        self.error(at, VmError::OperatorUndefined { op: op.into(), on: self.kind_name(t).into() })
    }

    fn mismatched(&self, op: BinaryOp, left: ExprId, right: ExprId, lt: Static, rt: Static) -> VmError {
        let name = |t: Static| t.map_or_else(|| "untyped nil".into(), |t| self.type_arg(t));
        VmError::Mismatched {
            left: self.expr_arg(left),
            op: op.text().into(),
            right: self.expr_arg(right),
            left_type: name(lt),
            right_type: name(rt),
        }
    }

    /// `==` and `!=` (spec/01 §1.11).
    fn check_equality(
        &mut self,
        lt: Static,
        rt: Static,
        source: Static,
        destination: Static,
    ) -> std::result::Result<(), VmError> {
        let name = |c: &Self, t: Static| t.map_or_else(|| "<nil>".into(), |t| c.type_arg(t));
        let checked = match (lt, rt, destination) {
            (Some(_), Some(_), Some(t)) => self.types.comparable(t),
            (lt, rt, _) => self.types.comparable_to_nil(lt.or(rt)),
        };
        checked.map_err(|error| error.finding(&self.types))?;
        if self.types.check_assignable(source, destination).is_err() {
            let (left, right) = (name(self, source), name(self, destination));
            return Err(VmError::MismatchedEquality { left, right });
        }
        Ok(())
    }

    /// Operator categories of spec/01 §3.4.
    pub(super) fn operator_defined(&self, op: BinaryOp, t: TypeId) -> bool {
        let kind = self.types.kind(t);
        match op {
            BinaryOp::Add | BinaryOp::Less | BinaryOp::LessEqual | BinaryOp::Greater | BinaryOp::GreaterEqual => {
                kind.is_numeric() || kind == Kind::String
            }
            BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Quo => kind.is_numeric(),
            BinaryOp::Rem
            | BinaryOp::And
            | BinaryOp::Or
            | BinaryOp::Xor
            | BinaryOp::AndNot
            | BinaryOp::Shl
            | BinaryOp::Shr => kind.is_integer(),
            BinaryOp::LogicalAnd | BinaryOp::LogicalOr => kind == Kind::Bool,
            BinaryOp::Equal | BinaryOp::NotEqual => true,
        }
    }

    /// `x << y`, `x >> y`.
    fn shift(&mut self, op: BinaryOp, left: ExprId, right: ExprId, span: Span) -> Result<Operand> {
        let (lc, rc) = (self.is_const(left), self.is_const(right));
        let right = self.shift_count(right, span)?;
        if lc && rc {
            return self.fold_shift(op, left, right, span);
        }
        let lt = self.static_type(left);
        let untyped_left = lt.is_some_and(|t| self.types.is_untyped(t));
        if !lt.is_some_and(|t| self.operator_defined(op, t)) {
            self.check_shifted(op, left, lt, span)?;
        }
        let ty = self.exprs[left].ty;
        let id = self.add_node(ExprKind::Binary { op, left, right }, ty, lt, span);
        if untyped_left {
            self.nodes.watch(id);
        }
        Ok(Operand { id, ty: lt })
    }

    /// The left side of a shift by a variable count, which has no integer type: it must be a constant that is an integer.
    fn check_shifted(&self, op: BinaryOp, left: ExprId, lt: Static, span: Span) -> Result<()> {
        if !self.is_const(left) {
            let t = lt.map(|t| if self.types.is_untyped(t) { self.types.default_type(t) } else { t });
            return Err(self.operator_undefined(op.text(), t, span));
        }
        let bigdec = lt.is_some_and(|t| self.types.kind(t) == Kind::Bigdec);
        if bigdec && constant::convert_untyped(&self.value(left), Basic::UntypedBigint).is_ok() {
            return Ok(());
        }
        let of = lt.map_or_else(|| "<nil>".into(), |t| self.type_arg(t));
        Err(self.error(span, VmError::ShiftedOperand { operand: self.expr_arg(left), of }))
    }

    /// The count of a `<<` or `>>` expression: converted to `uint` unless its base type is `uint` already.
    fn shift_count(&mut self, right: ExprId, at: Span) -> Result<ExprId> {
        let uint = TypeId::UINT;
        let rt = self.recorded(right);
        if self.is_const(right) {
            self.convert_shift_count(right, at)?;
            return Ok(right);
        }
        let Some(t) = rt else {
            return Err(self.error(at, VmError::NilToUint));
        };
        let kind = self.types.kind(t);
        if !kind.is_numeric() {
            return Err(self.error(at, VmError::CountToUint { count: self.expr_arg(right) }));
        }
        if !kind.is_integer() {
            return Err(self.error(at, VmError::ShiftCount { count: self.expr_arg(right) }));
        }
        if self.types.underlying(t) == uint { Ok(right) } else { self.wrap(right, uint, at) }
    }

    /// `op x`.
    pub(super) fn unary(&mut self, op: ast::UnaryOp, x: ast::ExprRef<'a>, span: Span) -> Result<Operand> {
        let op = match op {
            ast::UnaryOp::Plus => UnaryOp::Plus,
            ast::UnaryOp::Minus => UnaryOp::Neg,
            ast::UnaryOp::Not => UnaryOp::Not,
            ast::UnaryOp::Xor => UnaryOp::Xor,
            ast::UnaryOp::Addr => return self.address_of(x, span),
            ast::UnaryOp::Recv => {
                return Err(self.error(span, VmError::OperatorUnknown { op: "ARROW".into() }));
            }
            ast::UnaryOp::Tilde => {
                return Err(self.error(span, VmError::OperatorUnknown { op: "ILLEGAL".into() }));
            }
        };
        let operand = self.single(x)?.id;
        let t = self.static_type(operand);
        let kind = t.map(|t| self.types.kind(t));
        let (defined, text) = match op {
            UnaryOp::Plus => (kind.is_some_and(|k| k.is_numeric()), "+"),
            UnaryOp::Neg => (kind.is_some_and(|k| k.is_numeric()), "-"),
            UnaryOp::Xor => (kind.is_some_and(|k| k.is_integer()), "^"),
            UnaryOp::Not => (kind.is_some_and(|k| k == Kind::Bool), "!"),
        };
        if !defined {
            return Err(self.operator_undefined(text, t, span));
        }
        if self.is_const(operand) {
            return self.fold_unary(op, operand, span);
        }
        let ty = self.exprs[operand].ty;
        let id = self.add_node(ExprKind::Unary { op, operand }, ty, t, span);
        Ok(Operand { id, ty: t })
    }

    /// `&x`.
    fn address_of(&mut self, x: ast::ExprRef<'a>, span: Span) -> Result<Operand> {
        let operand = self.value_or_values(x)?;
        let operand = self.refuse_tuple(operand, self.nodes.stmt)?;
        self.settle(operand.id);
        let operand = Operand { id: operand.id, ty: self.recorded(operand.id) };
        let place = self.addressed_place(operand.id);
        let elem = match (operand.ty, &place) {
            (Some(t), _) if !self.types.is_untyped(t) => t,
            (Some(_), _) => self.exprs[operand.id].ty,
            (None, _) => {
                return Err(self.error(span, VmError::AddressOfNil));
            }
        };
        let t = self.types.pointer(elem);
        let id = self.add_node(ExprKind::AddressOf(place), t, Some(t), span);
        Ok(Operand { id, ty: Some(t) })
    }
}
