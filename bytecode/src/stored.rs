//! What the store needs to know of a package beside what running it needs (spec/04 §3): types as they are written, names of
//! parameters, extents in the source, the constants and types in the slots of the package block.

use crate::types::{FuncRef, TypeRef};
use cranelift_entity::entity_impl;

/// A type as it is written: identical types whose parameters have other names are different forms.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FormRef(u32);
entity_impl!(FormRef, "form");

/// Names, extents and forms of a package for its stored objects. Empty in modules that are never stored.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Stored {
    /// Extents of the files, in order.
    pub files: Vec<Extent>,
    /// Types as they are written, by [`FormRef`].
    pub forms: Vec<StoredType>,
    /// By [`TypeRef`]: one of the forms of the type.
    pub types: Vec<FormRef>,
    /// By [`crate::types::GlobalRef`]: the form that the variable was declared with.
    pub globals: Vec<FormRef>,
    /// By [`FuncRef`].
    pub functions: Vec<StoredFunc>,
    /// Contents of the package block's slots, where a slot is no variable or function.
    pub slots: Vec<StoredSlot>,
}

/// Lines and columns from the first character to the one after the last; columns count bytes, everything counts from 1.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Extent {
    /// Line of the start.
    pub line: u32,
    /// Column of the start.
    pub column: u32,
    /// Line of the end.
    pub end_line: u32,
    /// Column of the end.
    pub end_column: u32,
}

/// A field, parameter, result or method.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredField {
    /// Name; unnamed parameters have the hidden names of spec/01 §4.3.
    pub name: String,
    /// Type.
    pub ty: FormRef,
    /// Embedded.
    pub embedded: bool,
    /// Tag without quotes.
    pub tag: String,
}

/// A type as it is written.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum StoredType {
    /// The type of no value that is stored.
    None,
    /// A primitive by its identity string.
    Basic {
        id: String,
    },
    Pointer {
        elem: FormRef,
    },
    Slice {
        elem: FormRef,
    },
    Array {
        elem: FormRef,
        len: u64,
        /// Written `[...]elem`.
        open: bool,
    },
    Map {
        key: FormRef,
        elem: FormRef,
    },
    Struct {
        /// Package that wrote the type.
        package: String,
        fields: Vec<StoredField>,
    },
    Interface {
        /// Package that wrote the type.
        package: String,
        /// Methods and embedded types.
        methods: Vec<StoredField>,
    },
    Func {
        params: Vec<StoredField>,
        results: Vec<StoredField>,
        /// The last parameter is variadic.
        variadic: bool,
    },
    Chan {
        elem: FormRef,
        /// 1 to send, 2 to receive, 3 for both.
        direction: u8,
    },
    Declared {
        /// Identity string.
        id: String,
        package: String,
        name: String,
        /// It is declared in a function: there is no record of it (spec/04 Q16).
        local: bool,
        base: FormRef,
        /// Methods in the order of their declarations.
        methods: Vec<FuncRef>,
    },
}

/// What is stored of a function.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct StoredFunc {
    /// Name of its value: `init.N` and `._N` for functions of those names.
    pub name: String,
    /// File.
    pub file: u32,
    /// Extent of the declaration or literal.
    pub extent: Extent,
    /// Parameters; of a method with the receiver first.
    pub params: Vec<StoredField>,
    /// Results.
    pub results: Vec<StoredField>,
    /// The last parameter is variadic.
    pub variadic: bool,
    /// Its first parameter is a realm.
    pub crossing: bool,
    /// It has no body.
    pub native: bool,
    /// Types of the variables that it captures.
    pub captures: Vec<TypeRef>,
    /// Type of a method's receiver.
    pub receiver: Option<TypeRef>,
}

/// Content of a slot of the package block.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum StoredSlot {
    /// A variable or function.
    Object,
    /// A type.
    Type(TypeRef),
    /// A typed constant.
    Const(TypeRef, StoredConst),
    /// A constant of an untyped type, by its identity string.
    Untyped(String, StoredConst),
    /// A name without value.
    Undefined,
}

/// Value of a constant.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum StoredConst {
    /// All eight bytes that the reference keeps of a number or bool.
    Bits(u64),
    Text(Vec<u8>),
    /// Decimal text of an untyped integer.
    Int(String),
    /// Text of an untyped decimal.
    Dec(String),
    Nil,
}
