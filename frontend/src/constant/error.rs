//! Failures of literals, folding and conversion (spec/01 §1.8, §3.4).

use super::DecimalError;
use crate::finding::{Expr, VmError};
use crate::types::{Basic, Kind};

/// Why a constant has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConstError {
    /// An integer literal that has no value; its text.
    InvalidInteger(String),
    /// A decimal literal with a malformed or too large exponent; its text.
    InvalidDecimal(String),
    /// A hexadecimal floating-point literal that has no value; its text and why.
    InvalidHexFloat(String, &'static str),
    /// The power of a hexadecimal floating-point literal is out of range.
    HexExponent(DecimalError),
    /// The product of mantissa and power of a hexadecimal floating-point literal is out of range.
    HexProduct(DecimalError),
    /// A character or string literal that does not follow the rules of quoting.
    InvalidQuoted,
    /// Decimal arithmetic left its range; `addition`, `subtraction`, `multiplication` or `division`.
    Decimal(&'static str, DecimalError),
    /// `/` or `%` with a zero on the right.
    DivisionByZero,
    /// The operator is not defined on the kind of the operands; its spelling.
    Undefined(&'static str, Kind),
    /// Unary `-` or `^` on an untyped rune.
    RuneOperation,
    /// The operands have different representations: the caller has not converted them to one type.
    Mismatched,
    /// A typed shift whose result exceeds its type.
    Overflows,
    /// An untyped integer or rune above (`true`) or below the range of the target.
    OutOfRange {
        /// `bigint` or `rune`.
        what: &'static str,
        /// Whether the value is too large rather than too small.
        above: bool,
    },
    /// An untyped integer too large for a float.
    IntOverflowsFloat(Kind),
    /// An untyped decimal that is not an integer; its text.
    NotExactInteger(String),
    /// `T(x)` with an integer `T` and a decimal `x` that is not an integer. The text needs the rendered operand.
    NotIntegerOperand,
    /// An untyped decimal too large for `float64`; its text.
    DecOverflowsFloat64(String),
    /// An untyped decimal too large for `float32`.
    DecOverflowsFloat32,
    /// An untyped rune for a string, without explicit conversion.
    RuneAsString(Kind),
    /// An untyped constant cannot have the target's kind.
    Unconvertible(Basic, Kind),
    /// A combination that the reference does not implement.
    NotImplemented,
    /// A typed constant whose value the target cannot hold.
    NotRepresentable(Kind, Kind),
    /// The result exceeds [`limits`](crate::limits): Regno's own refusal.
    TooLarge,
}

impl ConstError {
    /// What it is as a finding. `operand` is the converted expression, needed by
    /// [`NotIntegerOperand`](Self::NotIntegerOperand) only.
    #[must_use]
    pub fn finding(&self, operand: Expr) -> VmError {
        match self {
            Self::InvalidInteger(text) => VmError::InvalidInteger { literal: text.into() },
            Self::InvalidDecimal(text) => VmError::InvalidDecimal { literal: text.into() },
            Self::InvalidHexFloat(text, why) => {
                let reason = if why.is_empty() { String::new() } else { format!(": {why}") };
                VmError::InvalidHexFloat { literal: text.into(), reason: reason.into() }
            }
            Self::HexExponent(error) => VmError::HexExponent { reason: error.text().into() },
            Self::HexProduct(error) => VmError::HexProduct { reason: error.text().into() },
            Self::InvalidQuoted => VmError::InvalidQuoted,
            Self::Decimal(operation, error) => {
                VmError::Decimal { operation: (*operation).into(), reason: error.text().into() }
            }
            Self::DivisionByZero => VmError::DivisionByZero,
            Self::Undefined(operator, kind) => {
                let on = if *kind == Kind::Invalid { "nil".into() } else { kind.into() };
                VmError::OperatorUndefined { op: (*operator).into(), on }
            }
            Self::RuneOperation => VmError::RuneOperation,
            Self::Mismatched => VmError::MismatchedConstants,
            Self::Overflows => VmError::ConstantOverflows,
            Self::OutOfRange { what, above: true } => VmError::AboveRange { value: (*what).into() },
            Self::OutOfRange { what, above: false } => VmError::BelowRange { value: (*what).into() },
            Self::IntOverflowsFloat(kind) => {
                VmError::FloatRange { to: if *kind == Kind::Float32 { "float32" } else { "float64" }.into() }
            }
            Self::NotExactInteger(text) => VmError::InexactInteger { value: text.into() },
            Self::NotIntegerOperand => VmError::NotInteger { value: operand },
            Self::DecOverflowsFloat64(text) => VmError::Float64Range { value: text.into() },
            Self::DecOverflowsFloat32 => VmError::Float32Range,
            Self::RuneAsString(kind) => VmError::UntypedAs { from: "rune".into(), to: kind.into() },
            Self::Unconvertible(basic, kind) => unconvertible(*basic, *kind),
            Self::NotImplemented => VmError::NotImplemented,
            Self::NotRepresentable(from, to) => VmError::ConvertConstant { from: from.into(), to: to.into() },
            Self::TooLarge => VmError::ConstantTooLarge,
        }
    }

    /// Whether the message carries a location: failures that the reference raises as error values do not
    /// (spec/01 §3.3 rule 3).
    #[must_use]
    pub fn has_location(&self) -> bool {
        !matches!(self, Self::DecOverflowsFloat64(_))
    }
}

fn unconvertible(basic: Basic, kind: Kind) -> VmError {
    let to = (&kind).into();
    match (basic, kind) {
        (Basic::UntypedBigdec, Kind::Bool) => VmError::DecimalToBool,
        (Basic::UntypedBigdec, _) => VmError::ConvertUntyped { from: "bigdec".into(), to },
        (Basic::UntypedBigint, _) => VmError::ConvertUntyped { from: "bigint".into(), to },
        (Basic::UntypedRune, _) => VmError::ConvertUntyped { from: "rune".into(), to },
        (Basic::UntypedBool, _) => VmError::ConvertKind { from: (&Kind::Bool).into(), to },
        (_, _) => VmError::ConvertKind { from: (&Kind::String).into(), to },
    }
}
