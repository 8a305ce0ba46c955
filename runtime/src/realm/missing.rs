//! What a message finds in the store that its program does not have.
//!
//! A program links what its packages import. A stored value can be of a type of any other package, belong to it or be a function of
//! it. The machine stops then and says what is missing; whoever runs the message links it and runs the message again, which
//! gives what it would have given at once: nothing that a message does is seen before it ends.

use crate::heap::Trap;
use crate::interp::Cx;
use regno_bytecode::path::package_of_type;
use regno_store::stored::types_of;
use regno_store::{PkgId, Type};

/// Something that is stored and not linked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Missing {
    /// A package by its path.
    Path(String),
    /// A package by its identity.
    Package(PkgId),
    /// A type, and the packages of declared types that it consists of, as far as they are missing.
    Type {
        /// The type.
        ty: Type,
        /// Their paths.
        packages: Vec<String>,
    },
}

impl Cx {
    /// Stops the machine because of something that is missing.
    #[cold]
    pub(super) fn lacks(&mut self, missing: Missing, text: String) -> Trap {
        if let Some(realm) = self.roots.realm.as_deref_mut() {
            realm.missing = Some(missing);
        }
        Trap::abort(text)
    }

    /// Stops the machine because of a type that is missing.
    #[cold]
    pub(super) fn lacks_type(&mut self, ty: &Type, id: &str) -> Trap {
        let mut ids = Vec::new();
        types_of(ty, &mut ids);
        let mut packages: Vec<String> = ids.iter().filter_map(|id| package_of_type(id)).map(str::to_owned).collect();
        packages.retain(|path| !self.linked.paths.contains_key(path));
        self.lacks(Missing::Type { ty: ty.clone(), packages }, format!("unexpected type with id {id}"))
    }

    /// The package with this identity.
    ///
    /// # Errors
    ///
    /// It is not linked.
    pub(super) fn linked_package(&mut self, id: PkgId) -> Result<u32, Trap> {
        match self.realm_state()?.package_of(id) {
            Some(package) => Ok(package),
            None => Err(self.lacks(Missing::Package(id), format!("unexpected package with id {id}"))),
        }
    }
}
