//! The persisted form of objects, values and types (spec/04 §3.3-3.4).
//!
//! Field order is the order of the encoding. Lists that are absent in an encoding and lists without elements are the same
//! here; the JSON form tells them apart by where an object comes from ([`crate::json`]).

use crate::ids::{Hash, ObjectId, PkgId};

/// What every object carries (spec/04 §1.2).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ObjectInfo {
    /// Identity.
    pub id: ObjectId,
    /// Hash; zero in nearly every encoding (spec/04 §5.1).
    pub hash: Hash,
    /// Owner when it was set last.
    pub owner: ObjectId,
    /// Time of the marking realm at the last change; 0 for an object that was never changed.
    pub mod_time: u64,
    /// References from stored objects.
    pub ref_count: i64,
    /// It was referred to more than once.
    pub escaped: bool,
    /// Size of the version stored before.
    pub last_size: i64,
}

/// A reference to an object that is stored on its own.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RefValue {
    /// The object; zero for a package given by path.
    pub id: ObjectId,
    /// The object is not owned by what refers to it.
    pub escaped: bool,
    /// Path of a package; empty for other objects.
    pub pkg_path: String,
    /// Hash of the object when the reference was written.
    pub hash: Hash,
}

/// A value with its type.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TypedValue {
    /// Type; none for a nil interface.
    pub ty: Option<Type>,
    /// Content; none for zero values of reference types and for values that fit `n`.
    pub value: Option<Value>,
    /// Numeric payload, little-endian.
    pub n: [u8; 8],
}

/// Content of a [`TypedValue`].
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Value {
    String(Vec<u8>),
    /// Decimal text.
    Bigint(String),
    /// Text as in spec/04 §3.1 A8.
    Bigdec(String),
    Pointer {
        base: RefValue,
        index: i64,
    },
    Slice {
        base: RefValue,
        offset: i64,
        len: i64,
        cap: i64,
    },
    Type(Type),
    Ref(RefValue),
    /// Only in the methods of a declared type and in bound methods.
    Func(Box<Func>),
}

/// A function value.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Func {
    /// Identity and so on; all zero for methods inside a declared type.
    pub info: ObjectInfo,
    /// Type; none in a damaged encoding only.
    pub ty: Option<Type>,
    /// A method.
    pub is_method: bool,
    /// Never set in an encoding (spec/04 Q19).
    pub is_closure: bool,
    /// Declaration or literal.
    pub source: Option<Location>,
    /// Name; empty for literals.
    pub name: String,
    /// Block of the file.
    pub parent: Option<RefValue>,
    /// Captured heap items.
    pub captures: Vec<TypedValue>,
    /// File.
    pub file: String,
    /// Package.
    pub pkg_path: String,
    /// Package of a native function.
    pub native_pkg: String,
    /// Name of a native function.
    pub native_name: String,
    /// Its first parameter is a realm.
    pub crossing: bool,
}

/// A place in a source file: line and column.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash, PartialOrd, Ord)]
pub struct Pos {
    /// 1-based line; 0 for none.
    pub line: i64,
    /// Column in bytes, 1-based.
    pub column: i64,
}

/// An extent in a source file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash, PartialOrd, Ord)]
pub struct Span {
    /// Start.
    pub pos: Pos,
    /// One past the end.
    pub end: Pos,
    /// Distinguishes nodes with the same extent.
    pub num: i64,
}

/// A syntax node of a package.
#[derive(Clone, PartialEq, Eq, Debug, Default, Hash)]
pub struct Location {
    /// Package.
    pub pkg_path: String,
    /// File; empty for the package itself.
    pub file: String,
    /// Extent.
    pub span: Span,
}

/// A field, parameter, result or method.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FieldType {
    /// Name.
    pub name: String,
    /// Type.
    pub ty: Option<Type>,
    /// Embedded.
    pub embedded: bool,
    /// Tag without quotes.
    pub tag: String,
}

/// A type.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Type {
    /// Number of spec/04 §3.3.
    Primitive(i64),
    Pointer(Option<Box<Type>>),
    Array {
        len: i64,
        elem: Option<Box<Type>>,
        variadic: bool,
    },
    Slice {
        elem: Option<Box<Type>>,
        variadic: bool,
    },
    Struct {
        pkg_path: String,
        fields: Vec<FieldType>,
    },
    Func {
        params: Vec<FieldType>,
        results: Vec<FieldType>,
    },
    Map {
        key: Option<Box<Type>>,
        elem: Option<Box<Type>>,
    },
    Interface {
        pkg_path: String,
        methods: Vec<FieldType>,
        generic: String,
    },
    TypeType,
    Declared(Box<Declared>),
    Package,
    Chan {
        dir: i64,
        elem: Option<Box<Type>>,
    },
    Block,
    Tuple(Vec<Option<Type>>),
    /// A declared type by its identity string.
    Ref(String),
    HeapItem,
}

/// A declared type in full.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Declared {
    /// Package.
    pub pkg_path: String,
    /// Name.
    pub name: String,
    /// Never set in an encoding (spec/04 Q16).
    pub parent_loc: Location,
    /// Underlying type.
    pub base: Option<Type>,
    /// Methods: their type and a function value.
    pub methods: Vec<TypedValue>,
}

/// An object.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Object {
    Package(Package),
    Block(Block),
    HeapItem { info: ObjectInfo, value: TypedValue },
    Struct { info: ObjectInfo, fields: Vec<TypedValue> },
    Array { info: ObjectInfo, elements: Elements },
    Map { info: ObjectInfo, items: Vec<(TypedValue, TypedValue)> },
    Func(Box<Func>),
    BoundMethod { info: ObjectInfo, func: Box<Func>, receiver: TypedValue },
}

/// Elements of an array.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Elements {
    List(Vec<TypedValue>),
    Data(Vec<u8>),
}

/// A package.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Package {
    /// Identity and so on.
    pub info: ObjectInfo,
    /// Its block.
    pub block: Option<RefValue>,
    /// Name.
    pub name: String,
    /// Path.
    pub path: String,
    /// Files by name.
    pub files: Vec<String>,
    /// Their blocks.
    pub file_blocks: Vec<Option<RefValue>>,
    /// Its objects and types must not be kept by other realms.
    pub private: bool,
}

/// The block of a package or file.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Block {
    /// Identity and so on.
    pub info: ObjectInfo,
    /// The package or file.
    pub source: Option<Location>,
    /// Slots.
    pub values: Vec<TypedValue>,
    /// Enclosing block.
    pub parent: Option<RefValue>,
    /// Always empty.
    pub blank: TypedValue,
}

/// The record of a realm (spec/04 §1.4).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Realm {
    /// Identity of its package.
    pub id: PkgId,
    /// Path of its package.
    pub path: String,
    /// Number of identities given.
    pub time: u64,
    /// Deposit held for its storage, in ugnot.
    pub deposit: u64,
    /// Bytes that the deposit is held for.
    pub storage: u64,
}

/// The source of a package.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct MemPackage {
    /// Name.
    pub name: String,
    /// Path.
    pub path: String,
    /// Files: name and text.
    pub files: Vec<(String, Vec<u8>)>,
    /// Kind, such as `MPUserAll`; empty for none.
    pub kind: String,
}

impl Object {
    /// What every object carries.
    pub fn info(&self) -> &ObjectInfo {
        match self {
            Object::Package(package) => &package.info,
            Object::Block(block) => &block.info,
            Object::Func(func) => &func.info,
            Object::HeapItem { info, .. }
            | Object::Struct { info, .. }
            | Object::Array { info, .. }
            | Object::Map { info, .. }
            | Object::BoundMethod { info, .. } => info,
        }
    }

    /// What every object carries, to be changed.
    pub fn info_mut(&mut self) -> &mut ObjectInfo {
        match self {
            Object::Package(package) => &mut package.info,
            Object::Block(block) => &mut block.info,
            Object::Func(func) => &mut func.info,
            Object::HeapItem { info, .. }
            | Object::Struct { info, .. }
            | Object::Array { info, .. }
            | Object::Map { info, .. }
            | Object::BoundMethod { info, .. } => info,
        }
    }
}

/// Numbers of primitive types (spec/04 §3.3).
#[allow(missing_docs)]
pub mod primitive {
    pub const INVALID: i64 = 1;
    pub const UNTYPED_BOOL: i64 = 1 << 1;
    pub const BOOL: i64 = 1 << 2;
    pub const UNTYPED_STRING: i64 = 1 << 3;
    pub const STRING: i64 = 1 << 4;
    pub const INT: i64 = 1 << 5;
    pub const INT8: i64 = 1 << 6;
    pub const INT16: i64 = 1 << 7;
    pub const UNTYPED_RUNE: i64 = 1 << 8;
    pub const INT32: i64 = 1 << 9;
    pub const INT64: i64 = 1 << 10;
    pub const UINT: i64 = 1 << 11;
    pub const UINT8: i64 = 1 << 12;
    pub const DATA_BYTE: i64 = 1 << 13;
    pub const UINT16: i64 = 1 << 14;
    pub const UINT32: i64 = 1 << 15;
    pub const UINT64: i64 = 1 << 16;
    pub const FLOAT32: i64 = 1 << 17;
    pub const FLOAT64: i64 = 1 << 18;
    pub const UNTYPED_BIGINT: i64 = 1 << 19;
    pub const UNTYPED_BIGDEC: i64 = 1 << 20;

    /// The number of a primitive type given by its identity string.
    pub fn of_name(id: &str) -> Option<i64> {
        Some(match id {
            "bool" => BOOL,
            "string" => STRING,
            "int" => INT,
            "int8" => INT8,
            "int16" => INT16,
            "int32" => INT32,
            "int64" => INT64,
            "uint" => UINT,
            "uint8" => UINT8,
            "uint16" => UINT16,
            "uint32" => UINT32,
            "uint64" => UINT64,
            "float32" => FLOAT32,
            "float64" => FLOAT64,
            "<untyped> bool" => UNTYPED_BOOL,
            "<untyped> string" => UNTYPED_STRING,
            "<untyped> rune" => UNTYPED_RUNE,
            "<untyped> bigint" => UNTYPED_BIGINT,
            "<untyped> bigdec" => UNTYPED_BIGDEC,
            _ => return None,
        })
    }
}
