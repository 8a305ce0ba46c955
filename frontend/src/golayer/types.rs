//! Types of the Go layer, in an arena, and the questions about a single type.
//!
//! Unlike [`crate::types`], aliases and type parameters exist, variadic functions differ from slices, and a type keeps
//! the names that messages print.

use cranelift_entity::{PrimaryMap, entity_impl};
use std::rc::Rc;

use super::object::ObjId;
use crate::source::Span;
use crate::syntax::ast::ChanDir;

/// A type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Ty(u32);
entity_impl!(Ty, "ty");

/// Predeclared types, untyped kinds included. `Byte` and `Rune` are `Uint8` and `Int32` under the names that were written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Basic {
    Invalid,
    Bool,
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
    Uintptr,
    Float32,
    Float64,
    Complex64,
    Complex128,
    String,
    UntypedBool,
    UntypedInt,
    UntypedRune,
    UntypedFloat,
    UntypedComplex,
    UntypedString,
    UntypedNil,
    Byte,
    Rune,
}

impl Basic {
    /// All, in the order of their fixed [`Ty`] numbers.
    pub(super) const ALL: [Self; 27] = [
        Self::Invalid,
        Self::Bool,
        Self::Int,
        Self::Int8,
        Self::Int16,
        Self::Int32,
        Self::Int64,
        Self::Uint,
        Self::Uint8,
        Self::Uint16,
        Self::Uint32,
        Self::Uint64,
        Self::Uintptr,
        Self::Float32,
        Self::Float64,
        Self::Complex64,
        Self::Complex128,
        Self::String,
        Self::UntypedBool,
        Self::UntypedInt,
        Self::UntypedRune,
        Self::UntypedFloat,
        Self::UntypedComplex,
        Self::UntypedString,
        Self::UntypedNil,
        Self::Byte,
        Self::Rune,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Invalid => "invalid type",
            Self::Bool => "bool",
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
            Self::Uintptr => "uintptr",
            Self::Float32 => "float32",
            Self::Float64 => "float64",
            Self::Complex64 => "complex64",
            Self::Complex128 => "complex128",
            Self::String => "string",
            Self::UntypedBool => "untyped bool",
            Self::UntypedInt => "untyped int",
            Self::UntypedRune => "untyped rune",
            Self::UntypedFloat => "untyped float",
            Self::UntypedComplex => "untyped complex",
            Self::UntypedString => "untyped string",
            Self::UntypedNil => "untyped nil",
            Self::Byte => "byte",
            Self::Rune => "rune",
        }
    }

    /// The same type under its own name.
    pub(super) const fn plain(self) -> Self {
        match self {
            Self::Byte => Self::Uint8,
            Self::Rune => Self::Int32,
            other => other,
        }
    }

    pub(super) const fn is_untyped(self) -> bool {
        matches!(
            self,
            Self::UntypedBool
                | Self::UntypedInt
                | Self::UntypedRune
                | Self::UntypedFloat
                | Self::UntypedComplex
                | Self::UntypedString
                | Self::UntypedNil
        )
    }

    pub(super) const fn is_boolean(self) -> bool {
        matches!(self, Self::Bool | Self::UntypedBool)
    }

    pub(super) const fn is_string(self) -> bool {
        matches!(self, Self::String | Self::UntypedString)
    }

    pub(super) const fn is_integer(self) -> bool {
        matches!(
            self,
            Self::Int
                | Self::Int8
                | Self::Int16
                | Self::Int32
                | Self::Int64
                | Self::Rune
                | Self::UntypedInt
                | Self::UntypedRune
        ) || self.is_unsigned()
    }

    pub(super) const fn is_unsigned(self) -> bool {
        matches!(
            self,
            Self::Uint | Self::Uint8 | Self::Byte | Self::Uint16 | Self::Uint32 | Self::Uint64 | Self::Uintptr
        )
    }

    pub(super) const fn is_float(self) -> bool {
        matches!(self, Self::Float32 | Self::Float64 | Self::UntypedFloat)
    }

    pub(super) const fn is_complex(self) -> bool {
        matches!(self, Self::Complex64 | Self::Complex128 | Self::UntypedComplex)
    }

    pub(super) const fn is_numeric(self) -> bool {
        self.is_integer() || self.is_float() || self.is_complex()
    }

    pub(super) const fn is_ordered(self) -> bool {
        self.is_integer() || self.is_float() || self.is_string()
    }

    /// Width in bits and signedness of an integer type with a width.
    pub(super) const fn integer_range(self) -> Option<(u32, bool)> {
        Some(match self {
            Self::Int8 => (8, true),
            Self::Int16 => (16, true),
            Self::Int32 | Self::Rune => (32, true),
            Self::Int | Self::Int64 => (64, true),
            Self::Uint8 | Self::Byte => (8, false),
            Self::Uint16 => (16, false),
            Self::Uint32 => (32, false),
            Self::Uint | Self::Uint64 | Self::Uintptr => (64, false),
            _ => return None,
        })
    }
}

/// What a type is made of.
#[derive(Clone, Debug)]
pub(super) enum Type {
    Basic(Basic),
    Named(Named),
    /// `type A = B`, as written; `actual` is B.
    Alias {
        obj: ObjId,
        actual: Ty,
    },
    Pointer(Ty),
    Slice(Ty),
    /// The length is `None` if it is unknown after an error.
    Array(Ty, Option<i64>),
    Map(Ty, Ty),
    Chan(ChanDir, Ty),
    /// Fields with their tags.
    Struct(Rc<[(ObjId, Option<String>)]>),
    Signature(Rc<Signature>),
    Interface(Rc<Interface>),
    /// The results of a call.
    Tuple(Rc<[ObjId]>),
    /// A type parameter and its constraint.
    Param {
        obj: ObjId,
        bound: Option<Ty>,
    },
    /// A union of a constraint: types with whether `~` stands before.
    Union(Rc<[(bool, Ty)]>),
}

/// A defined type.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub(super) obj: ObjId,
    /// The right side of the declaration, once it is known.
    pub(super) rhs: Option<Ty>,
    pub(super) methods: Vec<ObjId>,
    pub(super) params: Rc<[Ty]>,
    /// The generic type and the arguments of an instance.
    pub(super) instance: Option<(Ty, Rc<[Ty]>)>,
}

/// A function type.
#[derive(Clone, Debug)]
pub(super) struct Signature {
    pub(super) type_params: Rc<[Ty]>,
    pub(super) params: Rc<[ObjId]>,
    pub(super) results: Rc<[ObjId]>,
    pub(super) variadic: bool,
}

/// An interface type.
#[derive(Clone, Debug)]
pub(super) struct Interface {
    pub(super) methods: Rc<[ObjId]>,
    pub(super) embedded: Rc<[(Ty, Span)]>,
    /// The predeclared constraint `comparable`.
    pub(super) comparable: bool,
}

/// All types. The numbers of the basic types are those of [`Basic::ALL`].
pub(super) struct Types {
    all: PrimaryMap<Ty, Type>,
    pub(super) empty_interface: Ty,
}

impl Types {
    pub(super) fn new() -> Self {
        let mut all = PrimaryMap::new();
        for basic in Basic::ALL {
            all.push(Type::Basic(basic));
        }
        let empty = Interface { methods: Rc::new([]), embedded: Rc::new([]), comparable: false };
        let empty_interface = all.push(Type::Interface(Rc::new(empty)));
        Self { all, empty_interface }
    }

    pub(super) fn add(&mut self, ty: Type) -> Ty {
        self.all.push(ty)
    }

    pub(super) fn get(&self, ty: Ty) -> &Type {
        &self.all[ty]
    }

    pub(super) fn set(&mut self, ty: Ty, value: Type) {
        self.all[ty] = value;
    }

    pub(super) fn named_mut(&mut self, ty: Ty) -> Option<&mut Named> {
        match &mut self.all[ty] {
            Type::Named(named) => Some(named),
            _ => None,
        }
    }

    pub(super) fn basic(basic: Basic) -> Ty {
        Ty::from_u32(Basic::ALL.iter().position(|&b| b == basic).map_or(0, |index| index as u32))
    }

    /// The type behind aliases.
    pub(super) fn unalias(&self, mut ty: Ty) -> Ty {
        for _ in 0..1000 {
            match self.get(ty) {
                Type::Alias { actual, .. } => ty = *actual,
                _ => return ty,
            }
        }
        INVALID
    }

    /// The underlying type; invalid for a defined type whose right side is unknown or circular. The underlying type of a
    /// type parameter is its constraint.
    pub(super) fn under(&self, ty: Ty) -> Ty {
        let mut ty = self.unalias(ty);
        // More steps than types are a cycle.
        for _ in 0..self.all.len() {
            match self.get(ty) {
                Type::Named(named) => match named.rhs {
                    Some(rhs) => ty = self.unalias(rhs),
                    None => return INVALID,
                },
                Type::Param { bound, .. } => match bound {
                    Some(bound) => ty = self.unalias(*bound),
                    None => return self.empty_interface,
                },
                _ => return ty,
            }
        }
        INVALID
    }

    /// What the underlying type is made of.
    pub(super) fn base(&self, ty: Ty) -> &Type {
        self.get(self.under(ty))
    }

    pub(super) fn is_valid(&self, ty: Ty) -> bool {
        self.unalias(ty) != INVALID
    }

    /// The basic type under `ty`, if it is one; not for type parameters.
    pub(super) fn basic_of(&self, ty: Ty) -> Option<Basic> {
        match self.base(ty) {
            Type::Basic(basic) => Some(*basic),
            _ => None,
        }
    }

    pub(super) fn is_untyped(&self, ty: Ty) -> bool {
        matches!(self.get(ty), Type::Basic(basic) if basic.is_untyped())
    }

    pub(super) fn is_param(&self, ty: Ty) -> bool {
        matches!(self.get(self.unalias(ty)), Type::Param { .. })
    }

    /// Whether `test` holds for the basic type under `ty`, or for every type of its type set.
    pub(super) fn all_basic(&self, ty: Ty, test: impl Fn(Basic) -> bool + Copy) -> bool {
        if self.is_param(ty) {
            let terms = self.terms(ty);
            return !terms.is_empty() && terms.iter().all(|&term| self.basic_of(term).is_some_and(test));
        }
        self.basic_of(ty).is_some_and(test)
    }

    /// The types that a constraint lists; empty if it lists none.
    pub(super) fn terms(&self, ty: Ty) -> Vec<Ty> {
        let mut out = Vec::new();
        self.collect_terms(ty, &mut out, 0);
        out
    }

    fn collect_terms(&self, ty: Ty, out: &mut Vec<Ty>, depth: u32) {
        if depth > 50 {
            return;
        }
        match self.base(ty) {
            Type::Interface(interface) => {
                for (embedded, _) in interface.embedded.iter() {
                    self.collect_terms(*embedded, out, depth + 1);
                }
            }
            Type::Union(terms) => {
                for (_, term) in terms.iter() {
                    self.collect_terms(*term, out, depth + 1);
                }
            }
            _ if depth > 0 => out.push(ty),
            _ => {}
        }
    }

    /// The single underlying type: of a type parameter, that of all types it stands for.
    pub(super) fn core(&self, ty: Ty) -> Option<Ty> {
        if !self.is_param(ty) {
            return Some(self.under(ty));
        }
        let terms = self.terms(ty);
        let first = self.under(*terms.first()?);
        terms.iter().all(|&term| self.under(term) == first).then_some(first)
    }

    /// An interface that is no type parameter.
    pub(super) fn is_interface(&self, ty: Ty) -> bool {
        !self.is_param(ty) && matches!(self.base(ty), Type::Interface(_))
    }

    pub(super) fn is_interface_pointer(&self, ty: Ty) -> bool {
        matches!(self.base(ty), Type::Pointer(base) if self.is_interface(*base))
    }

    /// Whether `nil` is a value of the type.
    pub(super) fn has_nil(&self, ty: Ty) -> bool {
        match self.base(ty) {
            Type::Basic(basic) => *basic == Basic::UntypedNil,
            Type::Pointer(_) | Type::Slice(_) | Type::Map(..) | Type::Chan(..) | Type::Signature(_) => true,
            Type::Interface(_) => !self.is_param(ty),
            _ => false,
        }
    }

    /// Whether the type has a name: basic, defined, or a type parameter.
    pub(super) fn has_name(&self, ty: Ty) -> bool {
        matches!(self.get(self.unalias(ty)), Type::Basic(_) | Type::Named(_) | Type::Param { .. })
    }

    /// The type that an untyped value gets without context.
    pub(super) fn default(ty: Ty) -> Ty {
        let basic = match Basic::ALL.get(ty.as_u32() as usize) {
            Some(Basic::UntypedBool) => Basic::Bool,
            Some(Basic::UntypedInt) => Basic::Int,
            Some(Basic::UntypedRune) => Basic::Rune,
            Some(Basic::UntypedFloat) => Basic::Float64,
            Some(Basic::UntypedComplex) => Basic::Complex128,
            Some(Basic::UntypedString) => Basic::String,
            _ => return ty,
        };
        Self::basic(basic)
    }

    /// Whether constants may have the type.
    pub(super) fn is_constant_type(&self, ty: Ty) -> bool {
        self.basic_of(ty)
            .is_some_and(|basic| !self.is_param(ty) && (basic.is_boolean() || basic.is_numeric() || basic.is_string()))
    }

    /// The element type behind a pointer, and whether there was one.
    pub(super) fn deref(&self, ty: Ty) -> (Ty, bool) {
        match self.get(self.unalias(ty)) {
            Type::Pointer(base) => (*base, true),
            _ => (ty, false),
        }
    }

    /// The word for the structure of a composite type.
    pub(super) fn composite_kind(&self, ty: Ty) -> &'static str {
        match self.base(ty) {
            Type::Array(..) => "array",
            Type::Slice(_) => "slice",
            Type::Struct(_) => "struct",
            Type::Pointer(_) => "pointer",
            Type::Signature(_) => "func",
            Type::Interface(_) => "interface",
            Type::Map(..) => "map",
            Type::Chan(..) => "chan",
            Type::Tuple(_) => "tuple",
            _ => "",
        }
    }
}

/// The invalid type.
pub(super) const INVALID: Ty = Ty(0);
