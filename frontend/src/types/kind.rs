//! Kinds: the coarse classification that operator checks and messages use.

use std::fmt;

/// The kind of a type, by the kind of its underlying type. Untyped bool, string and rune have the kinds `Bool`,
/// `String` and `Int32` (spec/01 §3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the variants are the names of the language")]
pub enum Kind {
    /// No type, or a type whose declaration failed or is not complete.
    Invalid,
    Bool,
    String,
    Int,
    Int8,
    Int16,
    Int32,
    Int64,
    Uint,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
    Float32,
    Float64,
    /// Untyped integer constants.
    Bigint,
    /// Untyped decimal constants.
    Bigdec,
    Array,
    Slice,
    Pointer,
    Struct,
    /// The type of a package name.
    Package,
    Interface,
    Chan,
    Func,
    Map,
    /// The type of a type used as a value.
    Type,
    /// Several results of one call.
    Tuple,
}

impl Kind {
    /// The name used in messages, such as `IntKind` (spec/01 §3.4).
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Invalid => "InvalidKind",
            Self::Bool => "BoolKind",
            Self::String => "StringKind",
            Self::Int => "IntKind",
            Self::Int8 => "Int8Kind",
            Self::Int16 => "Int16Kind",
            Self::Int32 => "Int32Kind",
            Self::Int64 => "Int64Kind",
            Self::Uint => "UintKind",
            Self::Uint8 => "Uint8Kind",
            Self::Uint16 => "Uint16Kind",
            Self::Uint32 => "Uint32Kind",
            Self::Uint64 => "Uint64Kind",
            Self::Float32 => "Float32Kind",
            Self::Float64 => "Float64Kind",
            Self::Bigint => "BigintKind",
            Self::Bigdec => "BigdecKind",
            Self::Array => "ArrayKind",
            Self::Slice => "SliceKind",
            Self::Pointer => "PointerKind",
            Self::Struct => "StructKind",
            Self::Package => "PackageKind",
            Self::Interface => "InterfaceKind",
            Self::Chan => "ChanKind",
            Self::Func => "FuncKind",
            Self::Map => "MapKind",
            Self::Type => "TypeKind",
            Self::Tuple => "TupleKind",
        }
    }

    /// Whether values are fixed-width integers.
    #[must_use]
    pub const fn is_fixed_integer(self) -> bool {
        self.is_signed() || self.is_unsigned()
    }

    /// Whether values are fixed-width signed integers.
    #[must_use]
    pub const fn is_signed(self) -> bool {
        matches!(self, Self::Int | Self::Int8 | Self::Int16 | Self::Int32 | Self::Int64)
    }

    /// Whether values are fixed-width unsigned integers.
    #[must_use]
    pub const fn is_unsigned(self) -> bool {
        matches!(self, Self::Uint | Self::Uint8 | Self::Uint16 | Self::Uint32 | Self::Uint64)
    }

    /// Whether values are integers: fixed-width or untyped.
    #[must_use]
    pub const fn is_integer(self) -> bool {
        self.is_fixed_integer() || matches!(self, Self::Bigint)
    }

    /// Whether values are `float32` or `float64`.
    #[must_use]
    pub const fn is_float(self) -> bool {
        matches!(self, Self::Float32 | Self::Float64)
    }

    /// Whether values are numbers, untyped ones included.
    #[must_use]
    pub const fn is_numeric(self) -> bool {
        self.is_integer() || self.is_float() || matches!(self, Self::Bigdec)
    }

    /// Whether `<` and its like apply: numbers and strings (spec/01 §1.11).
    #[must_use]
    pub const fn is_ordered(self) -> bool {
        self.is_numeric() || matches!(self, Self::String)
    }

    /// Whether a constant may have this kind.
    #[must_use]
    pub const fn is_primitive(self) -> bool {
        self.is_ordered() || matches!(self, Self::Bool)
    }

    /// Whether `nil` is a value: slice, pointer, func, map, interface, chan.
    #[must_use]
    pub const fn is_nilable(self) -> bool {
        matches!(self, Self::Slice | Self::Pointer | Self::Func | Self::Map | Self::Interface | Self::Chan)
    }

    /// Width in bits of a fixed-width number; `int` and `uint` have 64 (spec/01 §1.7).
    #[must_use]
    pub const fn bits(self) -> Option<u32> {
        match self {
            Self::Int8 | Self::Uint8 => Some(8),
            Self::Int16 | Self::Uint16 => Some(16),
            Self::Int32 | Self::Uint32 | Self::Float32 => Some(32),
            Self::Int | Self::Int64 | Self::Uint | Self::Uint64 | Self::Float64 => Some(64),
            _ => None,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
