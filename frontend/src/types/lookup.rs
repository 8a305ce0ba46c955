//! Selector lookup (spec/01 §4.6): `x.name` on a type, through pointers and embedded fields.
//!
//! The rule differs from Go's: fields are searched in order, embedded ones in depth, and two embedded fields that both
//! lead to the name cancel each other whatever their depths (**Quirk**). A declared type is entered once per
//! lookup, so recursive embeddings end, and one reached twice does not conflict with itself.

use super::{NamedId, Type, TypeId, TypeTable, deeper, is_exported};
use crate::finding::VmError;
use smallvec::SmallVec;
use std::collections::HashSet;

/// One embedded field on the way to a selected field or method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathStep {
    /// Index of the embedded field in the struct.
    pub field: u32,
    /// Whether the operand of this step is a pointer to the struct.
    pub deref: bool,
    /// Type of the embedded field: the operand of the next step.
    pub ty: TypeId,
}

/// What a selector finally names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A field, by its index.
    Field(u32),
    /// A method of a declared type.
    Method {
        /// The declared type that has the method.
        named: NamedId,
        /// Index in [`NamedType::methods`](super::NamedType::methods).
        index: u32,
        /// Whether its receiver is a pointer.
        ptr_receiver: bool,
    },
    /// A method of an interface, dispatched on the dynamic type.
    InterfaceMethod {
        /// The interface type of the operand, declared or not.
        interface: TypeId,
    },
}

/// What is done to the final operand to make it the receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceiverAdjust {
    /// Nothing; also for fields and interface methods.
    None,
    /// Its address is taken: the operand must be addressable.
    Address,
    /// The pointer is followed.
    Deref,
}

/// The result of a lookup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// Embedded fields to walk through first, outermost first.
    pub path: SmallVec<[PathStep; 2]>,
    /// Whether the operand of the final selection is a pointer.
    pub deref: bool,
    /// Whether that operand or one before it is a pointer: then methods with pointer receiver need no addressable operand.
    pub indirect: bool,
    /// What is selected.
    pub target: Target,
    /// Type of the field, or signature of the method without the receiver.
    pub ty: TypeId,
}

impl Selection {
    /// What is done to the final operand before the call of a method.
    #[must_use]
    pub fn receiver_adjust(&self) -> ReceiverAdjust {
        match self.target {
            Target::Method { ptr_receiver: true, .. } if !self.deref => ReceiverAdjust::Address,
            Target::Method { ptr_receiver: false, .. } if self.deref => ReceiverAdjust::Deref,
            _ => ReceiverAdjust::None,
        }
    }

    /// Whether a method is selected, of a declared type or an interface.
    #[must_use]
    pub fn is_method(&self) -> bool {
        !matches!(self.target, Target::Field(_))
    }
}

/// Why a lookup failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LookupError {
    /// Nothing has the name, or two embedded fields lead to it.
    Missing,
    /// The name is not exported and belongs to another package.
    Access,
    /// A pointer to an interface or to a declared pointer was reached: an internal failure of the reference.
    ShouldNotHappen,
}

impl LookupError {
    /// What it is as a finding, for `x.name` with `x` of type `ty`, written in package `from` (spec/01 §4.6).
    #[must_use]
    pub fn finding(&self, table: &TypeTable, ty: TypeId, name: &str, from: &str) -> VmError {
        let of = table.type_string(ty).into();
        match self {
            Self::Missing => VmError::MissingField { of, name: name.into() },
            Self::Access => VmError::FieldAccess { of, name: name.into(), from: from.into() },
            Self::ShouldNotHappen => VmError::ShouldNotHappen,
        }
    }
}

/// `Ok(None)` is "not found here".
type Found = Result<Option<Selection>, LookupError>;

struct Search<'a> {
    table: &'a TypeTable,
    name: &'a str,
    from: &'a str,
    entered: HashSet<TypeId>,
}

impl TypeTable {
    /// Finds what `x.name` means for an `x` of type `ty` in a package with path `from` (spec/01 §4.6).
    ///
    /// # Errors
    ///
    /// The name is absent, ambiguous or not accessible.
    pub fn lookup(&self, ty: TypeId, name: &str, from: &str) -> Result<Selection, LookupError> {
        let mut search = Search { table: self, name, from, entered: HashSet::new() };
        search.find(ty)?.ok_or(LookupError::Missing)
    }
}

impl Search<'_> {
    fn find(&mut self, ty: TypeId) -> Found {
        deeper(|| match self.table.get(ty) {
            Type::Pointer(elem) => self.pointer(*elem),
            Type::Named(named) => self.named(ty, *named),
            Type::Struct(_) => self.structure(ty),
            Type::Interface(_) => self.interface(ty, ty),
            _ => Ok(None),
        })
    }

    fn pointer(&mut self, elem: TypeId) -> Found {
        if !matches!(self.table.get(elem), Type::Named(_) | Type::Struct(_)) {
            return Ok(None);
        }
        let Some(mut found) = self.find(elem)? else { return Ok(None) };
        let through_pointer = match found.path.first_mut() {
            Some(step) => std::mem::replace(&mut step.deref, true),
            None => std::mem::replace(&mut found.deref, true),
        };
        let interface = found.path.is_empty() && matches!(found.target, Target::InterfaceMethod { .. });
        if through_pointer || interface {
            return Err(LookupError::ShouldNotHappen);
        }
        found.indirect = true;
        Ok(Some(found))
    }

    fn named(&mut self, ty: TypeId, named: NamedId) -> Found {
        if !self.entered.insert(ty) {
            return Ok(None);
        }
        let table = self.table;
        let declared = table.named(named);
        if let Some(index) = declared.methods.iter().position(|method| *method.name == *self.name) {
            let method = &declared.methods[index];
            self.accessible(&declared.pkg_path)?;
            let target = Target::Method { named, index: index as u32, ptr_receiver: method.ptr_receiver };
            return Ok(Some(Selection {
                path: SmallVec::new(),
                deref: false,
                indirect: false,
                target,
                ty: method.signature,
            }));
        }
        let base = table.underlying(ty);
        match table.get(base) {
            Type::Struct(_) => self.structure(base),
            Type::Interface(_) => self.interface(base, ty),
            Type::Pointer(elem) => {
                let found = self.pointer(*elem)?;
                match &found {
                    Some(found) if found.path.is_empty() && found.is_method() => Err(LookupError::ShouldNotHappen),
                    _ => Ok(found),
                }
            }
            _ => Ok(None),
        }
    }

    fn structure(&mut self, ty: TypeId) -> Found {
        let table = self.table;
        let Some(structure) = table.as_struct(ty) else { return Ok(None) };
        let mut remembered: Option<Selection> = None;
        for (index, field) in structure.fields.iter().enumerate() {
            if *field.name == *self.name {
                self.accessible(&structure.pkg_path)?;
                return Ok(Some(Selection {
                    path: SmallVec::new(),
                    deref: false,
                    indirect: false,
                    target: Target::Field(index as u32),
                    ty: field.ty,
                }));
            }
            if !field.embedded {
                continue;
            }
            let Some(mut found) = self.find(field.ty)? else { continue };
            if remembered.is_some() {
                return Ok(None);
            }
            found.path.insert(0, PathStep { field: index as u32, deref: false, ty: field.ty });
            remembered = Some(found);
        }
        Ok(remembered)
    }

    /// Methods of an interface type, then those of the types it embeds. `operand` is what is dispatched on.
    fn interface(&mut self, ty: TypeId, operand: TypeId) -> Found {
        let table = self.table;
        let Some(interface) = table.as_interface(ty) else { return Ok(None) };
        for entry in &interface.entries {
            if *entry.name == *self.name {
                self.accessible(&interface.pkg_path)?;
                // **Quirk**: the name of an embedded type hides what it and the later ones provide.
                if table.as_func(entry.ty).is_none() {
                    return Ok(None);
                }
                return Ok(Some(Selection {
                    path: SmallVec::new(),
                    deref: false,
                    indirect: false,
                    target: Target::InterfaceMethod { interface: operand },
                    ty: entry.ty,
                }));
            }
        }
        for entry in &interface.entries {
            if table.is_interface(entry.ty)
                && self.entered.insert(entry.ty)
                && let Some(found) = deeper(|| self.interface(entry.ty, operand))?
            {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn accessible(&self, owner: &str) -> Result<(), LookupError> {
        if is_exported(self.name) || owner == self.from { Ok(()) } else { Err(LookupError::Access) }
    }
}
