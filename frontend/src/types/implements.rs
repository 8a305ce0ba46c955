//! Whether a type implements an interface (spec/01 §4.6).

use super::{Target, Type, TypeId, TypeTable, deeper};
use crate::finding::{self, VmError};
use std::collections::HashSet;
use std::rc::Rc;

/// The first method of an interface that a type fails to provide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImplementsError {
    /// The method is absent, ambiguous or belongs to another package.
    Missing(Rc<str>),
    /// The method has a pointer receiver and the type is not a pointer.
    PointerReceiver(Rc<str>),
    /// The method has another signature.
    WrongType(Rc<str>),
}

impl ImplementsError {
    /// What it is as a finding: `of` does not implement `interface` (spec/01 §3.4).
    #[must_use]
    pub fn finding(&self, of: finding::Type, interface: finding::Type) -> VmError {
        match self {
            Self::Missing(name) => VmError::MissingMethod { of, interface, method: name.into() },
            Self::PointerReceiver(name) => VmError::PointerMethod { of, interface, method: name.into() },
            Self::WrongType(name) => VmError::MethodType { of, interface, method: name.into() },
        }
    }
}

impl TypeTable {
    /// Checks that `ty` has all methods of `interface`, in the order of the interface, and reports the first failure.
    /// A base that is not an interface is implemented by nothing and everything: the caller asks for interfaces only.
    ///
    /// # Errors
    ///
    /// The first method that is missing or does not fit.
    pub fn implements(&self, ty: TypeId, interface: TypeId) -> Result<(), ImplementsError> {
        self.implements_entries(ty, interface, &mut HashSet::new())
    }

    fn implements_entries(
        &self,
        ty: TypeId,
        interface: TypeId,
        seen: &mut HashSet<TypeId>,
    ) -> Result<(), ImplementsError> {
        let base = self.underlying(interface);
        let Type::Interface(shape) = self.get(base) else { return Ok(()) };
        if !seen.insert(base) {
            return Ok(());
        }
        for entry in self.interface_entries(base).iter() {
            if self.as_func(entry.ty).is_none() {
                deeper(|| self.implements_entries(ty, entry.ty, seen))?;
                continue;
            }
            self.has_method(ty, &entry.name, entry.ty, &shape.pkg_path)?;
        }
        Ok(())
    }

    fn has_method(&self, ty: TypeId, name: &Rc<str>, signature: TypeId, from: &str) -> Result<(), ImplementsError> {
        let Ok(found) = self.lookup(ty, name, from) else {
            return Err(ImplementsError::Missing(name.clone()));
        };
        if matches!(found.target, Target::Method { ptr_receiver: true, .. }) && !found.indirect {
            return Err(ImplementsError::PointerReceiver(name.clone()));
        }
        if !self.identical(found.ty, signature) {
            return Err(ImplementsError::WrongType(name.clone()));
        }
        if found.is_method() { Ok(()) } else { Err(ImplementsError::Missing(name.clone())) }
    }
}
