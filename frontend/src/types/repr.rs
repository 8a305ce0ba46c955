//! The representation of types: plain data whose parts are ids.

use super::Kind;
use cranelift_entity::entity_impl;
use std::rc::Rc;

/// A type in a [`TypeTable`](super::TypeTable). Equal ids are identical types; identical types may have different ids.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypeId(pub(super) u32);
entity_impl!(TypeId, "type");

/// A declared type in a [`TypeTable`](super::TypeTable).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NamedId(pub(super) u32);
entity_impl!(NamedId, "named");

/// A primitive type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the variants are the names of the language")]
pub enum Basic {
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
    UntypedBool,
    UntypedString,
    UntypedRune,
    UntypedBigint,
    UntypedBigdec,
    /// The type of `nil` where a type is wanted; has no name in the language.
    UntypedNil,
}

impl Basic {
    /// The kind of the type.
    #[must_use]
    pub const fn kind(self) -> Kind {
        match self {
            Self::Bool | Self::UntypedBool => Kind::Bool,
            Self::String | Self::UntypedString => Kind::String,
            Self::Int => Kind::Int,
            Self::Int8 => Kind::Int8,
            Self::Int16 => Kind::Int16,
            Self::Int32 | Self::UntypedRune => Kind::Int32,
            Self::Int64 => Kind::Int64,
            Self::Uint => Kind::Uint,
            Self::Uint8 => Kind::Uint8,
            Self::Uint16 => Kind::Uint16,
            Self::Uint32 => Kind::Uint32,
            Self::Uint64 => Kind::Uint64,
            Self::Float32 => Kind::Float32,
            Self::Float64 => Kind::Float64,
            Self::UntypedBigint => Kind::Bigint,
            Self::UntypedBigdec => Kind::Bigdec,
            Self::UntypedNil => Kind::Invalid,
        }
    }

    /// Whether the type is the type of untyped constants and of expressions that have not got a type yet.
    #[must_use]
    pub const fn is_untyped(self) -> bool {
        matches!(
            self,
            Self::UntypedBool | Self::UntypedString | Self::UntypedRune | Self::UntypedBigint | Self::UntypedBigdec
        )
    }

    /// The printed name (spec/01 §1.8).
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::String => "string",
            Self::Int => "int",
            Self::Int8 => "int8",
            Self::Int16 => "int16",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::Uint => "uint",
            Self::Uint8 => "uint8",
            Self::Uint16 => "uint16",
            Self::Uint32 => "uint32",
            Self::Uint64 => "uint64",
            Self::Float32 => "float32",
            Self::Float64 => "float64",
            Self::UntypedBool => "<untyped> bool",
            Self::UntypedString => "<untyped> string",
            Self::UntypedRune => "<untyped> int32",
            Self::UntypedBigint => "<untyped> bigint",
            Self::UntypedBigdec => "<untyped> bigdec",
            Self::UntypedNil => "untyped nil",
        }
    }

    /// The name inside a TypeID: as [`name`](Self::name) but for the untyped rune (spec/01 §4.7).
    #[must_use]
    pub const fn identity_name(self) -> &'static str {
        match self {
            Self::UntypedRune => "<untyped> rune",
            other => other.name(),
        }
    }
}

/// Direction of a channel type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChanDir {
    /// `chan T`
    Both,
    /// `chan<- T`
    Send,
    /// `<-chan T`
    Receive,
}

/// A parameter or result.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Param {
    /// Its name as declared; empty if it has none.
    pub name: Rc<str>,
    /// Its type; for the last parameter of a variadic function a slice with the variadic mark.
    pub ty: TypeId,
}

/// A function type; for methods without the receiver.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct FuncType {
    /// Parameters in order.
    pub params: Vec<Param>,
    /// Results in order.
    pub results: Vec<Param>,
    /// Whether the last parameter takes any number of arguments.
    pub variadic: bool,
}

/// A field of a struct type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Field {
    /// Its name; an embedded field has the name of its type.
    pub name: Rc<str>,
    /// Its type.
    pub ty: TypeId,
    /// Whether the field is embedded; not part of the identity (spec/01 §4.7).
    pub embedded: bool,
    /// Its tag without quotes; not part of the identity.
    pub tag: Option<Rc<str>>,
}

/// A struct type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StructType {
    /// The package that wrote the type, which owns its unexported fields.
    pub pkg_path: Rc<str>,
    /// Fields in order.
    pub fields: Vec<Field>,
}

/// A method or an embedded type of an interface type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct InterfaceEntry {
    /// The name of the method, or of the embedded type.
    pub name: Rc<str>,
    /// The signature of the method, or the embedded type.
    pub ty: TypeId,
}

/// An interface type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct InterfaceType {
    /// The package that wrote the type, which owns its unexported methods.
    pub pkg_path: Rc<str>,
    /// Methods and embedded types in declaration order. Ask [`interface_entries`](super::TypeTable::interface_entries) for the
    /// order that the reference has at this moment.
    pub entries: Vec<InterfaceEntry>,
}

/// What a [`TypeId`] stands for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// A type whose declaration failed; also the underlying type of a declared type that has none yet.
    Invalid,
    /// A primitive type.
    Basic(Basic),
    /// A declared type.
    Named(NamedId),
    /// `*elem`
    Pointer(TypeId),
    /// `[]elem`, or `...elem` of a parameter.
    Slice {
        /// Element type.
        elem: TypeId,
        /// Whether it is written `...elem`; printed, but not part of the identity.
        variadic: bool,
    },
    /// `[len]elem`
    Array {
        /// Number of elements; a negative one fails when a value is made (spec/01 §1.4).
        len: i64,
        /// Element type.
        elem: TypeId,
        /// Whether it is written `[...]elem`; stored, but not part of the identity.
        open: bool,
    },
    /// `map[key]value`
    Map {
        /// Key type.
        key: TypeId,
        /// Value type.
        value: TypeId,
    },
    /// `chan elem`
    Chan {
        /// Direction as written.
        dir: ChanDir,
        /// Element type.
        elem: TypeId,
    },
    /// A function type.
    Func(FuncType),
    /// A struct type.
    Struct(StructType),
    /// An interface type.
    Interface(InterfaceType),
    /// The results of a call with other than one result.
    Tuple(Vec<TypeId>),
    /// The type of a type used as a value.
    Type,
    /// The type of a package name.
    Package,
}

/// A method of a declared type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Method {
    /// Its name.
    pub name: Rc<str>,
    /// The function, as the checker numbers functions; [`NATIVE`](Self::NATIVE) for methods of predeclared types.
    pub func: u32,
    /// Whether the receiver is a pointer.
    pub ptr_receiver: bool,
    /// Its type without the receiver.
    pub signature: TypeId,
}

impl Method {
    /// The number in [`func`](Self::func) of the methods of predeclared types: they are natives.
    pub const NATIVE: u32 = u32::MAX - 1;
}

/// A declared type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedType {
    /// Path of the package that declares it; `.uverse` for predeclared ones.
    pub pkg_path: Rc<str>,
    /// Its name.
    pub name: Rc<str>,
    /// For a local type the location of the enclosing function, `PKGPATH/FILE:SPAN`.
    pub location: Option<Rc<str>>,
    /// The type on the right of the declaration, possibly itself declared; [`TypeId::INVALID`] until it is known.
    pub underlying: TypeId,
    /// Methods in the order in which they were added.
    pub methods: Vec<Method>,
}
