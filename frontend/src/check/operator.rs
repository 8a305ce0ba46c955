//! Unary and binary operators: constant folding, operand unification (spec/02 §5.5), shifts, operator checks (spec/01 §3.4).

use super::expr::{Operand, Static};
use super::{CheckError, Checker, Result, Rule};
use crate::constant;
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
            return Err(self.error(Rule::DivisionByZero, span, "invalid operation: division by zero".to_owned()));
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
        let (left, right) = (self.types.type_id_string(left), self.types.type_id_string(right));
        let text = format!("incompatible types in binary expression: {left} {} {right}", op.word());
        self.error(Rule::MismatchedTypes, at, text)
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
            if let Err((rule, text)) = self.check_equality(lt, rt, source, destination) {
                return Err(self.error(rule, at, text));
            }
            return Ok(());
        }
        let defined = destination.is_some_and(|t| self.operator_defined(op, t));
        if !defined {
            let text = format!("operator {} not defined on: {}", op.text(), self.kind_name(destination));
            return Err(self.error(Rule::Operator, at, text));
        }
        let typed = |c: &Self, t: Static| t.is_some_and(|t| !c.types.is_untyped(t));
        if typed(self, source) && typed(self, destination) && self.types.check_assignable(source, destination).is_err()
        {
            let text = self.mismatched(op, left, right, lt, rt);
            return Err(self.error(Rule::MismatchedTypes, at, text));
        }
        if source.is_none() {
            let text = self.mismatched(op, left, right, lt, rt);
            return Err(self.error(Rule::MismatchedTypes, at, text));
        }
        Ok(())
    }

    fn mismatched(&self, op: BinaryOp, left: ExprId, right: ExprId, lt: Static, rt: Static) -> String {
        let name = |t: Static| t.map_or_else(|| "untyped nil".to_owned(), |t| self.types.type_string(t));
        format!(
            "invalid operation: {} {} {} (mismatched types {} and {})",
            self.render(left),
            op.text(),
            self.render(right),
            name(lt),
            name(rt)
        )
    }

    /// `==` and `!=` (spec/01 §1.11).
    fn check_equality(
        &mut self,
        lt: Static,
        rt: Static,
        source: Static,
        destination: Static,
    ) -> std::result::Result<(), (Rule, String)> {
        let name = |c: &Self, t: Static| t.map_or_else(|| "<nil>".to_owned(), |t| c.types.type_string(t));
        let checked = match (lt, rt, destination) {
            (Some(_), Some(_), Some(t)) => self.types.comparable(t),
            (lt, rt, _) => self.types.comparable_to_nil(lt.or(rt)),
        };
        checked.map_err(|error| (Rule::Operator, error.text(&self.types)))?;
        if self.types.check_assignable(source, destination).is_err() {
            let (source, destination) = (name(self, source), name(self, destination));
            let text = format!("invalid operation: (mismatched types {source} and {destination})");
            return Err((Rule::MismatchedTypes, text));
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
            let text = format!("operator {} not defined on: {}", op.text(), self.kind_name(t));
            return Err(self.error(Rule::Operator, span, text));
        }
        let bigdec = lt.is_some_and(|t| self.types.kind(t) == Kind::Bigdec);
        if bigdec && constant::convert_untyped(&self.value(left), Basic::UntypedBigint).is_ok() {
            return Ok(());
        }
        let t = lt.map_or_else(|| "<nil>".to_owned(), |t| self.types.type_string(t));
        let text = format!("invalid operation: shifted operand {} ({t}) must be integer", self.render(left));
        Err(self.error(Rule::Shift, span, text))
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
            return Err(self.error(Rule::Nil, at, "cannot convert nil to type uint".to_owned()));
        };
        let kind = self.types.kind(t);
        if !kind.is_numeric() {
            let text = format!("cannot convert {} to type uint", self.render(right));
            return Err(self.error(Rule::TypeMismatch, at, text));
        }
        if !kind.is_integer() {
            let text = format!("invalid operation: invalid shift count: {}", self.render(right));
            return Err(self.error(Rule::Shift, at, text));
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
                return Err(self.error(Rule::Operator, span, "checker for ARROW does not exist".to_owned()));
            }
            ast::UnaryOp::Tilde => {
                return Err(self.error(Rule::Operator, span, "checker for ILLEGAL does not exist".to_owned()));
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
            let text = format!("operator {text} not defined on: {}", self.kind_name(t));
            return Err(self.error(Rule::Operator, span, text));
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
                let text = "illegal assignment X expression type *gnolang.ConstExpr".to_owned();
                return Err(self.error(Rule::NotAssignable, span, text));
            }
        };
        let t = self.types.pointer(elem);
        let id = self.add_node(ExprKind::AddressOf(place), t, Some(t), span);
        Ok(Operand { id, ty: Some(t) })
    }
}
