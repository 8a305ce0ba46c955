//! What an expression evaluates to, and how that is described in messages.

use super::Checker;
use super::display::expr_text;
use super::object::Builtin;
use super::types::{Basic, INVALID, Ty, Type, Types};
use super::value::Value;
use crate::finding::{self, Described, GoError};
use crate::source::Span;
use crate::syntax::ast::ExprRef;

/// How an operand may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// An error was reported.
    Invalid,
    /// A call without results.
    NoValue,
    Builtin(Builtin),
    TypeExpr,
    Constant,
    /// Addressable.
    Variable,
    MapIndex,
    Value,
    /// A value that may be taken with a second, boolean one.
    CommaOk,
}

/// An evaluated expression.
#[derive(Clone)]
pub(super) struct Operand<'a> {
    pub(super) mode: Mode,
    /// The expression; `None` for operands that the checker makes up.
    pub(super) expr: Option<ExprRef<'a>>,
    /// Text instead of that of the expression.
    pub(super) text: Option<&'static str>,
    pub(super) span: Span,
    pub(super) ty: Ty,
    pub(super) value: Value,
}

impl<'a> Operand<'a> {
    pub(super) fn invalid(expr: ExprRef<'a>) -> Self {
        Self { mode: Mode::Invalid, expr: Some(expr), text: None, span: expr.span, ty: INVALID, value: Value::Unknown }
    }

    /// A value of a type, standing for an expression.
    pub(super) fn value(expr: ExprRef<'a>, ty: Ty) -> Self {
        Self { mode: Mode::Value, ty, ..Self::invalid(expr) }
    }

    pub(super) fn is_valid(&self) -> bool {
        self.mode != Mode::Invalid
    }

    pub(super) fn is_constant(&self) -> bool {
        self.mode == Mode::Constant
    }

    /// Whether this is `nil`.
    pub(super) fn is_nil(&self) -> bool {
        self.mode == Mode::Value && self.ty == Types::basic(Basic::UntypedNil)
    }

    pub(super) fn expr_text(&self) -> String {
        match (self.text, self.expr) {
            (Some(text), _) => text.to_owned(),
            (None, Some(expr)) => expr_text(expr),
            (None, None) => String::new(),
        }
    }

    pub(super) fn set_expr(&mut self, expr: ExprRef<'a>) {
        self.expr = Some(expr);
        self.text = None;
        self.span = expr.span;
    }
}

impl<'a> Checker<'a> {
    /// `x (variable of type int)` and so on (spec/01 §3.6).
    pub(super) fn describe(&self, x: &Operand<'a>) -> String {
        if x.is_nil() {
            return "nil".to_owned();
        }
        let expr = x.expr_text();
        let mut inner = String::new();
        let mut typed = false;
        if !matches!(x.mode, Mode::Invalid | Mode::NoValue | Mode::Builtin(_) | Mode::TypeExpr) {
            match self.types.get(x.ty) {
                Type::Basic(basic) if basic.is_untyped() => {
                    inner.push_str(basic.name());
                    inner.push(' ');
                }
                _ => typed = true,
            }
        }
        inner.push_str(match x.mode {
            Mode::Invalid => "invalid operand",
            Mode::NoValue => "no value",
            Mode::Builtin(_) => "built-in",
            Mode::TypeExpr => "type",
            Mode::Constant => "constant",
            Mode::Variable => "variable",
            Mode::MapIndex => "map index expression",
            Mode::Value => "value",
            Mode::CommaOk => "comma, ok expression",
        });
        if x.is_constant() {
            let value = x.value.text();
            if value != expr {
                inner.push(' ');
                inner.push_str(&value);
            }
        }
        if typed {
            if !self.types.is_valid(x.ty) {
                inner.push_str(" with invalid type");
            } else if matches!(self.types.get(x.ty), Type::Tuple(_)) {
                inner.push_str(&format!(" of type {}", self.type_text(x.ty)));
            } else {
                inner.push_str(&format!(" of {}", self.described_type(x.ty)));
            }
        }
        if expr.is_empty() { inner } else { format!("{expr} ({inner})") }
    }

    pub(super) fn operand_arg(&self, x: &Operand<'a>) -> Described {
        self.describe(x).into()
    }

    pub(super) fn type_arg(&self, ty: Ty) -> finding::Type {
        self.type_text(ty).into()
    }

    /// Reports an operand that is not allowed to be a type, a builtin or nothing. Marks it invalid.
    pub(super) fn require_value(&mut self, x: &mut Operand<'a>) {
        let fault: fn(Described) -> GoError = match x.mode {
            Mode::NoValue => |operand| GoError::UsedAsValue { operand },
            Mode::Builtin(_) => |operand| GoError::MustBeCalled { operand },
            Mode::TypeExpr => |operand| GoError::NotExpression { operand },
            _ => return,
        };
        self.report(x.span, fault(self.operand_arg(x)));
        x.mode = Mode::Invalid;
    }

    /// Reports several values where one is needed. Marks the operand invalid.
    pub(super) fn require_single(&mut self, x: &mut Operand<'a>) {
        if x.mode == Mode::Value && matches!(self.types.get(x.ty), Type::Tuple(_)) {
            self.report(x.span, GoError::MultiValue { operand: self.operand_arg(x) });
            x.mode = Mode::Invalid;
        }
    }
}
