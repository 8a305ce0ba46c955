//! Failures of literals, folding and conversion, with the reference's texts (spec/01 §1.8, §3.4).

use super::DecimalError;
use crate::rule::Rule;
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
    /// The message. `operand` is the rendering of the converted expression, needed by
    /// [`NotIntegerOperand`](Self::NotIntegerOperand) only.
    #[must_use]
    pub fn text(&self, operand: &str) -> String {
        match self {
            Self::InvalidInteger(text) => format!("invalid integer constant: {text}"),
            Self::InvalidDecimal(text) => format!("invalid decimal constant: {text}"),
            Self::InvalidHexFloat(text, "") => format!("can't convert {text} to decimal"),
            Self::InvalidHexFloat(text, why) => format!("can't convert {text} to decimal: {why}"),
            Self::HexExponent(error) => format!("error computing exponent: {}", error.text()),
            Self::HexProduct(error) => format!("canot calculate hexadecimal: {}", error.text()),
            Self::InvalidQuoted => "invalid syntax".to_string(),
            Self::Decimal(operation, error) => format!("bigdec {operation} error: {}", error.text()),
            Self::DivisionByZero => "invalid operation: division by zero".to_string(),
            Self::Undefined(operator, Kind::Invalid) => format!("operator {operator} not defined on: nil"),
            Self::Undefined(operator, kind) => format!("operator {operator} not defined on: {kind}"),
            Self::RuneOperation => "unexpected type <untyped> int32 in operation".to_string(),
            Self::Mismatched => "mismatched constants".to_string(),
            Self::Overflows => "constant overflows".to_string(),
            Self::OutOfRange { what, above } => {
                format!("{what} {} target kind", if *above { "overflows" } else { "underflows" })
            }
            Self::IntOverflowsFloat(kind) => format!("bigint overflows {}", float_name(*kind)),
            Self::NotExactInteger(text) => {
                format!("cannot convert untyped bigdec to integer -- {text} not an exact integer")
            }
            Self::NotIntegerOperand => format!("cannot convert {operand} to integer type"),
            Self::DecOverflowsFloat64(text) => {
                let parse = format!("strconv.ParseFloat: parsing \"{text}\": value out of range");
                format!("cannot convert untyped bigdec to float64: {parse}")
            }
            Self::DecOverflowsFloat32 => "cannot convert untyped bigdec to float32 -- too close to +-Inf".to_string(),
            Self::RuneAsString(kind) => format!("cannot use untyped rune as {kind}"),
            Self::Unconvertible(basic, kind) => unconvertible(*basic, *kind),
            Self::NotImplemented => "not yet implemented".to_string(),
            Self::NotRepresentable(from, to) => format!("cannot convert constant of type {from} to {to}"),
            Self::TooLarge => "constant is too large".to_string(),
        }
    }

    /// The rule that is broken.
    #[must_use]
    pub const fn rule(&self) -> Rule {
        match self {
            Self::InvalidInteger(_)
            | Self::InvalidDecimal(_)
            | Self::InvalidHexFloat(..)
            | Self::HexExponent(_)
            | Self::HexProduct(_)
            | Self::InvalidQuoted
            | Self::Decimal(..)
            | Self::Overflows
            | Self::OutOfRange { .. }
            | Self::IntOverflowsFloat(_)
            | Self::TooLarge => Rule::NotConstant,
            Self::DivisionByZero => Rule::DivisionByZero,
            Self::Undefined(..) | Self::RuneOperation => Rule::Operator,
            Self::Mismatched => Rule::MismatchedTypes,
            Self::NotExactInteger(_)
            | Self::NotIntegerOperand
            | Self::DecOverflowsFloat64(_)
            | Self::DecOverflowsFloat32
            | Self::RuneAsString(_)
            | Self::Unconvertible(..)
            | Self::NotRepresentable(..) => Rule::TypeMismatch,
            Self::NotImplemented => Rule::LeftOut,
        }
    }

    /// Whether the message carries a location: failures that the reference raises as error values do not
    /// (spec/01 §3.3 rule 3).
    #[must_use]
    pub fn has_location(&self) -> bool {
        !matches!(self, Self::DecOverflowsFloat64(_))
    }
}

fn float_name(kind: Kind) -> &'static str {
    if kind == Kind::Float32 { "float32" } else { "float64" }
}

fn unconvertible(basic: Basic, kind: Kind) -> String {
    match (basic, kind) {
        (Basic::UntypedBigdec, Kind::Bool) => "cannot convert untyped bigdec to bool".to_string(),
        (Basic::UntypedBigdec, _) => format!("cannot convert untyped bigdec type to {kind}"),
        (Basic::UntypedBigint, _) => format!("cannot convert untyped bigint type to {kind}"),
        (Basic::UntypedRune, _) => format!("cannot convert untyped rune type to {kind}"),
        (Basic::UntypedBool, _) => format!("cannot convert BoolKind to {kind}"),
        (_, _) => format!("cannot convert StringKind to {kind}"),
    }
}
