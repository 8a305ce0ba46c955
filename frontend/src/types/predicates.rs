//! Categories of types, and comparability (spec/01 §1.11, spec/02 §5.3).

use super::{Basic, Kind, Type, TypeId, TypeTable, deeper};
use crate::finding::VmError;
use std::collections::HashSet;

/// Why values of a type cannot be compared with `==`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Incomparable {
    /// Slices, functions and maps compare to `nil` only.
    OnlyToNil(TypeId),
    /// The type cannot be compared at all; it is the offending type, not always the operand's.
    Never(TypeId),
    /// Both operands are `nil`.
    Nil,
}

impl Incomparable {
    /// What it is as a finding (spec/01 §3.4).
    #[must_use]
    pub fn finding(&self, table: &TypeTable) -> VmError {
        match *self {
            Self::OnlyToNil(ty) => VmError::OnlyToNil { of: table.type_string(ty).into() },
            Self::Never(ty) => VmError::NotComparable { of: table.type_string(ty).into() },
            Self::Nil => VmError::NotComparable { of: "<nil>".into() },
        }
    }
}

impl TypeTable {
    /// Whether the type is one of the five of untyped values.
    #[must_use]
    pub fn is_untyped(&self, ty: TypeId) -> bool {
        matches!(self.get(ty), Type::Basic(basic) if basic.is_untyped())
    }

    /// Whether the type is declared or primitive, as the insertion of conversions sees it (spec/02 §5.3).
    #[must_use]
    pub fn is_named(&self, ty: TypeId) -> bool {
        matches!(self.get(ty), Type::Named(_) | Type::Basic(_))
    }

    /// Whether the type is a primitive type itself, not a declared one.
    #[must_use]
    pub fn is_primitive(&self, ty: TypeId) -> bool {
        matches!(self.get(ty), Type::Basic(basic) if *basic != Basic::UntypedNil)
    }

    /// Whether the base is a fixed-width or untyped integer, untyped runes included.
    #[must_use]
    pub fn is_integer(&self, ty: TypeId) -> bool {
        self.kind(ty).is_integer()
    }

    /// Whether the base is a number, untyped ones included.
    #[must_use]
    pub fn is_numeric(&self, ty: TypeId) -> bool {
        self.kind(ty).is_numeric()
    }

    /// Whether `<` and its like apply.
    #[must_use]
    pub fn is_ordered(&self, ty: TypeId) -> bool {
        self.kind(ty).is_ordered()
    }

    /// Whether the base is an interface type.
    #[must_use]
    pub fn is_interface(&self, ty: TypeId) -> bool {
        self.kind(ty) == Kind::Interface
    }

    /// Whether the base is an interface type without entries.
    #[must_use]
    pub fn is_empty_interface(&self, ty: TypeId) -> bool {
        self.as_interface(ty).is_some_and(|interface| interface.entries.is_empty())
    }

    /// Whether values are struct or array objects, which are copied when stored (spec/01 §1.16).
    #[must_use]
    pub fn is_object(&self, ty: TypeId) -> bool {
        matches!(self.kind(ty), Kind::Struct | Kind::Array)
    }

    /// Whether the type is a slice of bytes, by the kinds.
    #[must_use]
    pub fn is_byte_slice(&self, ty: TypeId) -> bool {
        self.slice_elem_kind(ty) == Some(Kind::Uint8)
    }

    /// Whether the type is a slice of runes, by the kinds.
    #[must_use]
    pub fn is_rune_slice(&self, ty: TypeId) -> bool {
        self.slice_elem_kind(ty) == Some(Kind::Int32)
    }

    fn slice_elem_kind(&self, ty: TypeId) -> Option<Kind> {
        match self.base(ty) {
            Type::Slice { elem, .. } => Some(self.kind(*elem)),
            _ => None,
        }
    }

    /// Whether a value of the type contains, in itself, a struct or array: it is one whose parts include one.
    #[must_use]
    pub fn contains_object(&self, ty: TypeId) -> bool {
        match self.base(ty) {
            Type::Struct(structure) => structure.fields.iter().any(|field| self.is_object(field.ty)),
            Type::Array { elem, .. } => self.is_object(*elem),
            _ => false,
        }
    }

    /// Checks one operand of `==` against a value that is not `nil` (spec/01 §1.11).
    ///
    /// # Errors
    ///
    /// The offending type and how it is reported.
    pub fn comparable(&self, ty: TypeId) -> Result<(), Incomparable> {
        match self.kind(ty) {
            Kind::Slice | Kind::Func | Kind::Map => Err(Incomparable::OnlyToNil(ty)),
            Kind::Chan => Err(Incomparable::Never(ty)),
            _ => self.parts_comparable(ty, &mut HashSet::new()),
        }
    }

    /// Checks an operand of `== nil` or `!= nil`: everything but channels (**Quirk**) may be compared to `nil` if nil
    /// is assignable to it.
    ///
    /// # Errors
    ///
    /// The offending type: a channel type or no type at all.
    pub fn comparable_to_nil(&self, ty: Option<TypeId>) -> Result<(), Incomparable> {
        match super::specificity::typed(ty) {
            None => Err(Incomparable::Nil),
            Some(ty) if matches!(self.kind(ty), Kind::Slice | Kind::Func | Kind::Map) => Ok(()),
            Some(ty) => self.comparable(ty),
        }
    }

    fn parts_comparable(&self, ty: TypeId, seen: &mut HashSet<TypeId>) -> Result<(), Incomparable> {
        if !seen.insert(ty) {
            return Ok(());
        }
        deeper(|| match self.base(ty) {
            Type::Array { elem, .. } => match self.kind(*elem) {
                Kind::Slice | Kind::Func | Kind::Map => Err(Incomparable::Never(ty)),
                Kind::Chan => Err(Incomparable::Never(*elem)),
                _ => self.parts_comparable(*elem, seen),
            },
            Type::Struct(structure) => structure.fields.iter().try_for_each(|field| match self.kind(field.ty) {
                Kind::Slice | Kind::Func | Kind::Map | Kind::Chan => Err(Incomparable::Never(ty)),
                Kind::Struct => self.parts_comparable(self.underlying(field.ty), seen),
                _ => self.parts_comparable(field.ty, seen),
            }),
            _ => Ok(()),
        })
    }
}
