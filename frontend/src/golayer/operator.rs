//! Operators.

use super::Checker;
use super::display::expr_text;
use super::operand::{Mode, Operand};
use super::package::unparen;
use super::types::{Basic, Type, Types};
use super::value::{Value, binary, compare};
use crate::finding::GoError;
use crate::limits::Limits;
use crate::source::Span;
use crate::syntax::ast::{BinaryExpr, BinaryOp, ChanDir, ExprKind, ExprRef, UnaryOp};
use num_bigint::BigInt;

/// Both sides of an operation as messages show them.
#[derive(Clone, Copy)]
pub(super) enum Written<'a> {
    /// `x op y`, an expression.
    Expr(ExprRef<'a>),
    /// `x op= y`, a statement.
    Assign(ExprRef<'a>, Option<ExprRef<'a>>),
}

impl<'a> Checker<'a> {
    pub(super) fn unary(&mut self, expr: ExprRef<'a>, op: UnaryOp, inner: ExprRef<'a>) -> Operand<'a> {
        let mut x = self.expr(inner);
        let invalid = Operand::invalid(expr);
        if !x.is_valid() {
            return invalid;
        }
        match op {
            UnaryOp::Addr => {
                let literal = matches!(unparen(inner).kind, ExprKind::CompositeLit(_));
                if !literal && x.mode != Mode::Variable {
                    self.report(x.span, GoError::CannotAddress { operand: self.operand_arg(&x) });
                    return invalid;
                }
                let ty = self.types.add(Type::Pointer(x.ty));
                return Operand::value(expr, ty);
            }
            UnaryOp::Recv => return self.receive(expr, &x),
            UnaryOp::Tilde => {
                self.report(expr.span, GoError::TildeOutside);
                return invalid;
            }
            UnaryOp::Plus | UnaryOp::Minus | UnaryOp::Not | UnaryOp::Xor => {}
        }
        let defined = match op {
            UnaryOp::Xor => self.types.all_basic(x.ty, Basic::is_integer),
            UnaryOp::Not => self.types.all_basic(x.ty, Basic::is_boolean),
            _ => self.types.all_basic(x.ty, Basic::is_numeric),
        };
        if !defined {
            self.report(x.span, GoError::OperatorUndefined { op: op.text().into(), operand: self.operand_arg(&x) });
            return invalid;
        }
        if x.is_constant() {
            x.value = self.fold_unary(op, &x);
            x.set_expr(expr);
            self.check_overflow(&mut x, expr.span);
            return x;
        }
        x.mode = Mode::Value;
        x
    }

    fn fold_unary(&self, op: UnaryOp, x: &Operand<'a>) -> Value {
        match (op, &x.value) {
            (UnaryOp::Plus, value) => value.clone(),
            (UnaryOp::Minus, Value::Int(value)) => Value::Int(-value),
            (UnaryOp::Minus, Value::Float(num, den)) => Value::Float(-num, den.clone()),
            (UnaryOp::Not, Value::Bool(value)) => Value::Bool(!value),
            (UnaryOp::Xor, Value::Int(value)) => {
                let range = self.types.basic_of(x.ty).and_then(Basic::integer_range);
                Value::Int(match range {
                    Some((bits, false)) => ((BigInt::from(1) << bits) - 1) ^ value,
                    _ => !value,
                })
            }
            _ => Value::Unknown,
        }
    }

    fn receive(&mut self, expr: ExprRef<'a>, x: &Operand<'a>) -> Operand<'a> {
        let elem = match self.types.base(x.ty) {
            Type::Chan(ChanDir::Send, _) => Err("send-only channel"),
            Type::Chan(_, elem) => Ok(*elem),
            _ => Err("non-channel"),
        };
        match elem {
            Ok(ty) => {
                self.env.has_call = true;
                Operand { mode: Mode::CommaOk, ty, ..Operand::invalid(expr) }
            }
            Err(what) => {
                self.report(x.span, GoError::Receive { fault: what.into(), operand: self.operand_arg(x) });
                Operand::invalid(expr)
            }
        }
    }

    /// Typed constants must fit their type after each operation; untyped integers are limited.
    pub(super) fn check_overflow(&mut self, x: &mut Operand<'a>, op_span: Span) {
        if !self.types.is_untyped(x.ty) {
            if let Some(basic) = self.types.basic_of(x.ty)
                && x.value != Value::Unknown
            {
                self.require_representable(x, basic, x.ty);
            }
            return;
        }
        if matches!(&x.value, Value::Int(value) if value.bits() > Limits::GO_INTEGER_BITS) {
            let what = x.expr.map_or("", operation_name);
            self.report(op_span, GoError::ConstantOverflow { operation: what.into() });
            x.value = Value::Unknown;
        }
    }

    pub(super) fn binary_expr(&mut self, expr: ExprRef<'a>, e: &'a BinaryExpr<'a>) -> Operand<'a> {
        let x = self.expr(e.x);
        let y = self.expr(e.y);
        self.binary(Written::Expr(expr), x, y, e.op, e.op_span)
    }

    /// `x op y`.
    pub(super) fn binary(
        &mut self,
        written: Written<'a>,
        mut x: Operand<'a>,
        mut y: Operand<'a>,
        op: BinaryOp,
        op_span: Span,
    ) -> Operand<'a> {
        if !x.is_valid() {
            return x;
        }
        if !y.is_valid() {
            x.mode = Mode::Invalid;
            return x;
        }
        if op.is_shift() {
            self.shift(written, &mut x, &mut y, op, op_span);
            return x;
        }
        self.match_operands(&mut x, &mut y);
        if !x.is_valid() {
            return x;
        }
        if op.is_comparison() {
            self.comparison(&mut x, &mut y, op, false);
            return x;
        }
        if !self.identical(x.ty, y.ty) {
            if self.types.is_valid(x.ty) && self.types.is_valid(y.ty) {
                self.report(
                    x.span,
                    GoError::Mismatched {
                        operation: written_text(written, op).into(),
                        left: self.type_arg(x.ty),
                        right: self.type_arg(y.ty),
                    },
                );
            }
            x.mode = Mode::Invalid;
            return x;
        }
        let defined = match op {
            BinaryOp::Add => self.types.all_basic(x.ty, |basic| basic.is_numeric() || basic.is_string()),
            BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Quo => self.types.all_basic(x.ty, Basic::is_numeric),
            BinaryOp::LogicalAnd | BinaryOp::LogicalOr => self.types.all_basic(x.ty, Basic::is_boolean),
            _ => self.types.all_basic(x.ty, Basic::is_integer),
        };
        if !defined {
            self.report(x.span, GoError::OperatorUndefined { op: op.text().into(), operand: self.operand_arg(&x) });
            x.mode = Mode::Invalid;
            return x;
        }
        let integer = self.types.all_basic(x.ty, Basic::is_integer);
        if matches!(op, BinaryOp::Quo | BinaryOp::Rem)
            && (x.is_constant() || integer)
            && y.is_constant()
            && y.value.is_zero()
        {
            self.report(y.span, GoError::DivisionByZero);
            x.mode = Mode::Invalid;
            return x;
        }
        if x.is_constant() && y.is_constant() {
            x.value = if x.value == Value::Unknown || y.value == Value::Unknown {
                Value::Unknown
            } else {
                binary(op, &x.value, &y.value, integer)
            };
            self.whole(&mut x, written);
            self.check_overflow(&mut x, op_span);
            return x;
        }
        x.mode = Mode::Value;
        x
    }

    fn whole(&self, x: &mut Operand<'a>, written: Written<'a>) {
        if let Written::Expr(expr) = written {
            x.set_expr(expr);
        }
    }

    /// Gives untyped operands the type of the other side, where that can work.
    fn match_operands(&mut self, x: &mut Operand<'a>, y: &mut Operand<'a>) {
        if !self.may_match(x, y) {
            return;
        }
        self.convert_untyped(x, y.ty);
        if x.is_valid() {
            self.convert_untyped(y, x.ty);
            if !y.is_valid() {
                x.mode = Mode::Invalid;
            }
        }
    }

    fn may_match(&self, x: &Operand<'a>, y: &Operand<'a>) -> bool {
        let types = &self.types;
        if !types.is_untyped(x.ty) && !types.is_untyped(y.ty) {
            return false;
        }
        if types.is_interface(x.ty) || types.is_interface(y.ty) {
            return true;
        }
        if types.all_basic(x.ty, Basic::is_boolean) != types.all_basic(y.ty, Basic::is_boolean)
            || types.all_basic(x.ty, Basic::is_string) != types.all_basic(y.ty, Basic::is_string)
        {
            return false;
        }
        if x.is_nil() {
            return types.has_nil(y.ty);
        }
        if y.is_nil() {
            return types.has_nil(x.ty);
        }
        !matches!(types.base(x.ty), Type::Pointer(_)) && !matches!(types.base(y.ty), Type::Pointer(_))
    }

    /// A comparison; the result is an untyped boolean. For a switch, `x` is the value of a case and `y` the tag.
    pub(super) fn comparison(&mut self, x: &mut Operand<'a>, y: &mut Operand<'a>, op: BinaryOp, case: bool) {
        if !self.types.is_valid(x.ty) || !self.types.is_valid(y.ty) {
            x.mode = Mode::Invalid;
            return;
        }
        if let Some((second, reason)) = self.comparison_fault(x, y, op) {
            let at = if second { &*y } else { &*x };
            let reason =
                reason.unwrap_or_else(|| format!("operator {} not defined on {}", op.text(), self.kind_text(at.ty)));
            let (left, right) = (x.expr_text().into(), y.expr_text().into());
            if case {
                self.report(x.span, GoError::BadCase { case: left, tag: right, reason: reason.into() });
            } else {
                self.report(at.span, GoError::Compare { left, op: op.text().into(), right, reason: reason.into() });
            }
            x.mode = Mode::Invalid;
            return;
        }
        if x.is_constant() && y.is_constant() {
            x.value = compare(op, &x.value, &y.value).map_or(Value::Unknown, Value::Bool);
        } else {
            x.mode = Mode::Value;
            let (left, right) = (Types::default(x.ty), Types::default(y.ty));
            self.update_type(x, left, true);
            self.update_type(y, right, true);
        }
        x.ty = Types::basic(Basic::UntypedBool);
    }

    /// Why a comparison is not allowed: whether the second operand is to blame, and the reason if it has words of its own.
    fn comparison_fault(&mut self, x: &Operand<'a>, y: &Operand<'a>, op: BinaryOp) -> Option<(bool, Option<String>)> {
        if self.assignable(x, y.ty).is_err() && self.assignable(y, x.ty).is_err() {
            let reason = format!("mismatched types {} and {}", self.type_text(x.ty), self.type_text(y.ty));
            return Some((true, Some(reason)));
        }
        if matches!(op, BinaryOp::Equal | BinaryOp::NotEqual) {
            if x.is_nil() || y.is_nil() {
                let other = if x.is_nil() { y.ty } else { x.ty };
                let fine = self.types.has_nil(other) && !(x.is_nil() && y.is_nil());
                return (!fine).then_some((true, None));
            }
            for (second, operand) in [(false, x), (true, y)] {
                if let Some(reason) = self.incomparable(operand.ty) {
                    let kind = match self.types.base(operand.ty) {
                        Type::Slice(_) | Type::Signature(_) | Type::Map(..) if !self.types.is_param(operand.ty) => {
                            self.types.composite_kind(operand.ty)
                        }
                        _ => "",
                    };
                    let reason = if !kind.is_empty() {
                        Some(format!("{kind} can only be compared to nil"))
                    } else if reason.is_empty() {
                        None
                    } else {
                        Some(reason)
                    };
                    return Some((second, reason));
                }
            }
            return None;
        }
        if !self.types.all_basic(x.ty, Basic::is_ordered) {
            return Some((false, None));
        }
        (!self.types.all_basic(y.ty, Basic::is_ordered)).then_some((true, None))
    }

    fn shift(&mut self, written: Written<'a>, x: &mut Operand<'a>, y: &mut Operand<'a>, op: BinaryOp, op_span: Span) {
        let integral = if x.is_constant() { x.value.to_int() } else { None };
        let integer = self.types.all_basic(x.ty, Basic::is_integer);
        if !(integer || self.types.is_untyped(x.ty) && integral.is_some()) {
            self.shift_operand(x);
            return;
        }
        if y.is_constant() {
            if y.value.to_int().is_some() && y.value.is_negative() {
                self.report(y.span, GoError::NegativeShift { operand: self.operand_arg(y) });
                x.mode = Mode::Invalid;
                return;
            }
            if self.types.is_untyped(y.ty) {
                self.require_representable(y, Basic::Uint, Types::basic(Basic::Uint));
                if !y.is_valid() {
                    x.mode = Mode::Invalid;
                    return;
                }
            }
        }
        if !y.is_constant() {
            // An untyped value is the result of another shift or of a comparison.
            if self.types.is_untyped(y.ty) {
                self.convert_untyped(y, Types::basic(Basic::Uint));
            } else if !self.types.all_basic(y.ty, Basic::is_integer) {
                self.report(y.span, GoError::ShiftCount { operand: self.operand_arg(y) });
                y.mode = Mode::Invalid;
            }
            if !y.is_valid() {
                x.mode = Mode::Invalid;
                return;
            }
        }
        if x.is_constant() {
            if y.is_constant() {
                self.constant_shift(written, x, y, op, op_span);
                return;
            }
            if self.types.is_untyped(x.ty) {
                // The type follows from the context; until then the constant waits.
                self.mark_shifted(x);
                x.mode = Mode::Value;
                return;
            }
        }
        if !integer {
            self.shift_operand(x);
            return;
        }
        x.mode = Mode::Value;
    }

    fn shift_operand(&mut self, x: &mut Operand<'a>) {
        self.report(x.span, GoError::ShiftedOperand { operand: self.operand_arg(x) });
        x.mode = Mode::Invalid;
    }

    fn constant_shift(
        &mut self,
        written: Written<'a>,
        x: &mut Operand<'a>,
        y: &Operand<'a>,
        op: BinaryOp,
        op_span: Span,
    ) {
        let (Some(value), true) = (x.value.to_int(), y.value != Value::Unknown) else {
            x.value = Value::Unknown;
            self.whole(x, written);
            return;
        };
        let Some(count) = y.value.to_i64().filter(|count| (0..=Limits::GO_SHIFT_COUNT).contains(count)) else {
            self.report(y.span, GoError::InvalidShift { operand: self.operand_arg(y) });
            x.mode = Mode::Invalid;
            return;
        };
        if !self.types.all_basic(x.ty, Basic::is_integer) {
            x.ty = Types::basic(Basic::UntypedInt);
        }
        x.value = Value::Int(if op == BinaryOp::Shl { value << count } else { value >> count });
        self.whole(x, written);
        self.check_overflow(x, op_span);
    }
}

fn written_text(written: Written<'_>, op: BinaryOp) -> String {
    match written {
        Written::Expr(expr) => expr_text(expr),
        Written::Assign(x, y) => {
            format!("{} {}= {}", expr_text(x), op.text(), y.map_or_else(|| "1".to_owned(), expr_text))
        }
    }
}

/// The word for an operation in an overflow.
fn operation_name(expr: ExprRef<'_>) -> &'static str {
    match expr.kind {
        ExprKind::Binary(binary) => match binary.op {
            BinaryOp::Add => "addition ",
            BinaryOp::Sub => "subtraction ",
            BinaryOp::Xor => "bitwise XOR ",
            BinaryOp::Mul => "multiplication ",
            BinaryOp::Shl => "shift ",
            _ => "",
        },
        ExprKind::Unary(UnaryOp::Xor, _) => "bitwise complement ",
        _ => "",
    }
}
