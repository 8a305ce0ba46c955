//! The representation of constant values.

use super::{Decimal, float};
use crate::types::{Basic, Kind};
use num_bigint::BigInt;
use num_traits::{One, Signed, ToPrimitive, Zero};
use std::rc::Rc;

/// The value of a constant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Constant {
    /// `nil`
    Nil,
    /// A boolean, typed or not.
    Bool(bool),
    /// A string, typed or not: any bytes.
    Str(Rc<[u8]>),
    /// An untyped integer.
    Int(BigInt),
    /// An untyped decimal.
    Dec(Decimal),
    /// An untyped rune.
    Rune(i32),
    /// A typed integer.
    Fixed(FixedInt),
    /// A `float32`, by its bits.
    Float32(u32),
    /// A `float64`, by its bits.
    Float64(u64),
}

/// A typed integer: a kind and a value in its range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FixedInt {
    kind: Kind,
    /// The value, sign-extended for signed kinds.
    bits: u64,
}

impl FixedInt {
    /// The value reduced to the width of the kind (two's complement). Kinds other than fixed-width integers count as
    /// `int`.
    #[must_use]
    pub fn wrap(kind: Kind, value: i128) -> Self {
        let kind = if kind.is_fixed_integer() { kind } else { Kind::Int };
        let unused = 64 - kind.bits().unwrap_or(64).min(64);
        let low = (value as u64) << unused;
        let bits = if kind.is_signed() { ((low as i64) >> unused) as u64 } else { low >> unused };
        Self { kind, bits }
    }

    /// The value, if it is in the range of the kind.
    #[must_use]
    pub fn exact(kind: Kind, value: i128) -> Option<Self> {
        let wrapped = Self::wrap(kind, value);
        (wrapped.value() == value).then_some(wrapped)
    }

    /// The kind.
    #[must_use]
    pub fn kind(self) -> Kind {
        self.kind
    }

    /// The value.
    #[must_use]
    pub fn value(self) -> i128 {
        if self.kind.is_signed() { i128::from(self.bits as i64) } else { i128::from(self.bits) }
    }

    /// The 64-bit pattern: sign-extended for signed kinds, zero-extended for unsigned ones.
    #[must_use]
    pub fn bits(self) -> u64 {
        self.bits
    }
}

impl Constant {
    /// An untyped integer.
    #[must_use]
    pub fn int(value: i64) -> Self {
        Self::Int(BigInt::from(value))
    }

    /// A string.
    #[must_use]
    pub fn str(value: &str) -> Self {
        Self::Str(value.as_bytes().into())
    }

    /// The value 1 in the representation of a numeric type, for `++` and `--`.
    #[must_use]
    pub fn one(basic: Basic) -> Option<Self> {
        Some(match basic {
            Basic::UntypedBigint => Self::Int(BigInt::one()),
            Basic::UntypedBigdec => Self::Dec(Decimal::from_int(BigInt::one())),
            Basic::UntypedRune => Self::Rune(1),
            Basic::Float32 => Self::Float32(1f32.to_bits()),
            Basic::Float64 => Self::Float64(1f64.to_bits()),
            _ if basic.kind().is_fixed_integer() => Self::Fixed(FixedInt::wrap(basic.kind(), 1)),
            _ => return None,
        })
    }

    /// The kind of the value.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Nil => Kind::Invalid,
            Self::Bool(_) => Kind::Bool,
            Self::Str(_) => Kind::String,
            Self::Int(_) => Kind::Bigint,
            Self::Dec(_) => Kind::Bigdec,
            Self::Rune(_) => Kind::Int32,
            Self::Fixed(value) => value.kind(),
            Self::Float32(_) => Kind::Float32,
            Self::Float64(_) => Kind::Float64,
        }
    }

    /// The untyped type of the value, taking booleans and strings as untyped; `None` for typed numbers and `nil`.
    #[must_use]
    pub fn untyped(&self) -> Option<Basic> {
        match self {
            Self::Bool(_) => Some(Basic::UntypedBool),
            Self::Str(_) => Some(Basic::UntypedString),
            Self::Int(_) => Some(Basic::UntypedBigint),
            Self::Dec(_) => Some(Basic::UntypedBigdec),
            Self::Rune(_) => Some(Basic::UntypedRune),
            Self::Nil | Self::Fixed(_) | Self::Float32(_) | Self::Float64(_) => None,
        }
    }

    /// The truth value of a boolean.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The bytes of a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&Rc<[u8]>> {
        match self {
            Self::Str(value) => Some(value),
            _ => None,
        }
    }

    /// The value of an integer, rune or integral number, as an unbounded integer.
    #[must_use]
    pub fn to_int(&self) -> Option<BigInt> {
        match self {
            Self::Int(value) => Some(value.clone()),
            Self::Dec(value) => value.to_int(),
            Self::Rune(value) => Some(BigInt::from(*value)),
            Self::Fixed(value) => Some(BigInt::from(value.value())),
            Self::Float32(bits) => float::to_int(f64::from(f32::from_bits(*bits))),
            Self::Float64(bits) => float::to_int(f64::from_bits(*bits)),
            Self::Nil | Self::Bool(_) | Self::Str(_) => None,
        }
    }

    /// The value of an integral number that fits in 64 bits, signed.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Fixed(value) => i64::try_from(value.value()).ok(),
            Self::Rune(value) => Some(i64::from(*value)),
            _ => self.to_int()?.to_i64(),
        }
    }

    /// Whether the value is a number.
    #[must_use]
    pub fn is_numeric(&self) -> bool {
        self.kind().is_numeric()
    }

    /// Whether the value is a number equal to zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        match self {
            Self::Int(value) => value.is_zero(),
            Self::Dec(value) => value.is_zero(),
            Self::Rune(value) => *value == 0,
            Self::Fixed(value) => value.value() == 0,
            Self::Float32(bits) => f32::from_bits(*bits) == 0.0,
            Self::Float64(bits) => f64::from_bits(*bits) == 0.0,
            Self::Nil | Self::Bool(_) | Self::Str(_) => false,
        }
    }

    /// Whether the value is a number below zero.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        match self {
            Self::Int(value) => value.is_negative(),
            Self::Dec(value) => value.is_negative(),
            Self::Rune(value) => *value < 0,
            Self::Fixed(value) => value.value() < 0,
            Self::Float32(bits) => f32::from_bits(*bits) < 0.0,
            Self::Float64(bits) => f64::from_bits(*bits) < 0.0,
            Self::Nil | Self::Bool(_) | Self::Str(_) => false,
        }
    }
}
