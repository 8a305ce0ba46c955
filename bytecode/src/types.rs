//! Type descriptors: what the runtime knows of types, for printing, equality, assertions, dispatch and zero values.
//!
//! A module's descriptors form one table; a [`TypeRef`] is an index into it. Two descriptors of one module never have
//! the same `id`, so identity inside a module is index equality; across modules it is equality of `id`.

use cranelift_entity::entity_impl;

/// A type of the module.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypeRef(u32);
entity_impl!(TypeRef, "type");

/// A function of the module.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FuncRef(u32);
entity_impl!(FuncRef, "fn");

/// A string constant of the module. Method names for dynamic dispatch are string constants too.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StrRef(u32);
entity_impl!(StrRef, "str");

/// A package-level variable of the module.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GlobalRef(u32);
entity_impl!(GlobalRef, "global");

/// A package that the module imports.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PackageRef(u32);
entity_impl!(PackageRef, "package");

/// How a value of the type is represented in a 64-bit slot (`docs/values.md`), and the operating type of instructions.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum Repr {
    /// 0 or 1.
    Bool,
    /// Sign-extended.
    I8,
    I16,
    I32,
    I64,
    /// Zero-extended.
    U8,
    U16,
    U32,
    U64,
    /// The 32 bits of the float, zero-extended.
    F32,
    F64,
    /// Reference to a string object and length; 0 for a string never assigned.
    Str,
    /// Reference to the object that owns the slot, and slot index; 0 for nil.
    Ptr,
    /// Reference to a slice header object; 0 for nil.
    Slice,
    /// Reference to a map object; 0 for nil.
    Map,
    /// Reference to a function value; 0 for nil.
    Func,
    /// Reference to a struct object, never 0 in a defined slot.
    Struct,
    /// Reference to an array object, never 0 in a defined slot.
    Array,
    /// Dynamic type and payload; 0 for nil.
    Iface,
    /// Channels exist only as nil.
    Chan,
    /// Reference to a heap item; compiler-internal.
    Cell,
    /// Opaque bits that are no reference (iterator positions, selected functions); compiler-internal.
    Raw,
}

impl Repr {
    /// All representations in code order.
    pub const ALL: &'static [Repr] = &[
        Repr::Bool,
        Repr::I8,
        Repr::I16,
        Repr::I32,
        Repr::I64,
        Repr::U8,
        Repr::U16,
        Repr::U32,
        Repr::U64,
        Repr::F32,
        Repr::F64,
        Repr::Str,
        Repr::Ptr,
        Repr::Slice,
        Repr::Map,
        Repr::Func,
        Repr::Struct,
        Repr::Array,
        Repr::Iface,
        Repr::Chan,
        Repr::Cell,
        Repr::Raw,
    ];

    /// The representation with this code.
    pub fn from_code(code: u8) -> Option<Repr> {
        Self::ALL.get(usize::from(code)).copied()
    }

    /// Lower-case name used in IR text and disassembly.
    pub const fn name(self) -> &'static str {
        match self {
            Repr::Bool => "bool",
            Repr::I8 => "i8",
            Repr::I16 => "i16",
            Repr::I32 => "i32",
            Repr::I64 => "i64",
            Repr::U8 => "u8",
            Repr::U16 => "u16",
            Repr::U32 => "u32",
            Repr::U64 => "u64",
            Repr::F32 => "f32",
            Repr::F64 => "f64",
            Repr::Str => "str",
            Repr::Ptr => "ptr",
            Repr::Slice => "slice",
            Repr::Map => "map",
            Repr::Func => "func",
            Repr::Struct => "struct",
            Repr::Array => "array",
            Repr::Iface => "iface",
            Repr::Chan => "chan",
            Repr::Cell => "cell",
            Repr::Raw => "raw",
        }
    }

    /// An integer representation.
    pub const fn is_int(self) -> bool {
        matches!(self, Repr::I8 | Repr::I16 | Repr::I32 | Repr::I64 | Repr::U8 | Repr::U16 | Repr::U32 | Repr::U64)
    }

    /// A signed integer representation.
    pub const fn is_signed(self) -> bool {
        matches!(self, Repr::I8 | Repr::I16 | Repr::I32 | Repr::I64)
    }

    /// A float representation.
    pub const fn is_float(self) -> bool {
        matches!(self, Repr::F32 | Repr::F64)
    }

    /// A number or bool of less than 64 bits: in slots of the heap its word can have other bytes behind its width (spec/04 Q20).
    pub const fn is_narrow(self) -> bool {
        self.width() < 64
    }

    /// Bits that a number or bool has, 64 for everything else.
    pub const fn width(self) -> u32 {
        match self {
            Repr::Bool => 8,
            _ => self.bits(),
        }
    }

    /// The number in a word of this representation, extended to 64 bits.
    #[inline]
    pub const fn number(self, word: u64) -> u64 {
        let unused = 64 - self.width();
        if self.is_signed() { ((word << unused) as i64 >> unused) as u64 } else { word << unused >> unused }
    }

    /// The word of a number without anything behind its width.
    #[inline]
    pub const fn word(self, number: u64) -> u64 {
        let unused = 64 - self.width();
        number << unused >> unused
    }

    /// The low 32 bits are a heap reference (0: none).
    pub const fn is_ref(self) -> bool {
        matches!(
            self,
            Repr::Str | Repr::Ptr | Repr::Slice | Repr::Map | Repr::Func | Repr::Struct | Repr::Array | Repr::Cell
        )
    }

    /// Values of it as receivers refer to an object that a realm can own (spec/05 §4.2).
    pub const fn is_owned(self) -> bool {
        matches!(self, Repr::Ptr | Repr::Slice | Repr::Map | Repr::Func | Repr::Struct | Repr::Array)
    }

    /// Width of an integer in bits, 64 for everything else.
    pub const fn bits(self) -> u32 {
        match self {
            Repr::I8 | Repr::U8 => 8,
            Repr::I16 | Repr::U16 => 16,
            Repr::I32 | Repr::U32 | Repr::F32 => 32,
            _ => 64,
        }
    }
}

/// A field of a struct type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FieldDesc {
    /// Name.
    pub name: String,
    /// Type.
    pub ty: TypeRef,
    /// Embedded.
    pub embedded: bool,
}

/// One step from an operand to the receiver of a promoted method: select an embedded field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PathStep {
    /// The current value is a pointer to the struct: dereference first.
    pub through_pointer: bool,
    /// Field index.
    pub field: u32,
}

/// How the final method of a [`MethodEntry`] gets its receiver from the value that the path leads to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum MethodReceiver {
    /// Value receiver, the value itself: copied.
    Value,
    /// Value receiver through a pointer: dereferenced (recoverable nil panic), then copied.
    ValueThroughPointer,
    /// Pointer receiver, the value is a pointer.
    Pointer,
    /// Pointer receiver, the value is the addressable field the path ended at: its address (no charge, unlike a written `&`).
    AddressOfField,
    /// The path leads to an embedded interface: dispatch again on its dynamic value.
    Interface,
}

/// A method that a value of the type has, promoted ones included.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MethodEntry {
    /// Name.
    pub name: StrRef,
    /// The method's function; meaningless for [`MethodReceiver::Interface`].
    pub func: Option<FuncRef>,
    /// A predeclared method of `address` instead of a function of the module: its name says which.
    pub native: bool,
    /// Path to the receiver.
    pub path: Vec<PathStep>,
    /// Receiver passing.
    pub receiver: MethodReceiver,
    /// Type of the receiver parameter (for the copy charge and for printing bound methods).
    pub receiver_type: TypeRef,
    /// Signature without receiver, for interface satisfaction.
    pub signature: TypeRef,
}

/// What kind of type it is, and its parts.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum TypeKind {
    /// A primitive: bool, integer, float, string by `repr`.
    Basic,
    Pointer {
        elem: TypeRef,
    },
    Slice {
        elem: TypeRef,
    },
    Array {
        elem: TypeRef,
        len: u64,
    },
    Map {
        key: TypeRef,
        elem: TypeRef,
    },
    Struct {
        fields: Vec<FieldDesc>,
    },
    /// Methods by name with their signatures, flattened; `id` of two interface types may differ nevertheless.
    Interface {
        methods: Vec<(StrRef, TypeRef)>,
    },
    Func {
        params: Vec<TypeRef>,
        results: Vec<TypeRef>,
        variadic: bool,
    },
    Chan {
        elem: TypeRef,
    },
    /// Untyped nil and other types that have no values with a payload.
    Nil,
}

/// A type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TypeDesc {
    /// Identity string (spec/01 §4.7).
    pub id: String,
    /// Printed form (spec/01 §1.12).
    pub name: String,
    /// A declared type: printed values carry the type name.
    pub declared: bool,
    /// For a declared type the descriptor with the underlying type, else itself.
    pub underlying: TypeRef,
    /// Slot representation.
    pub repr: Repr,
    /// Structure of the underlying type (repeated for declared types).
    pub kind: TypeKind,
    /// All methods that a value of this type has when stored in an interface, sorted by name.
    pub methods: Vec<MethodEntry>,
}
