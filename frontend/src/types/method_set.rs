//! The method set of a type, promoted methods included: what interface dispatch needs per concrete type.

use super::{Selection, Target, Type, TypeId, TypeTable, is_exported};
use indexmap::IndexSet;
use std::collections::HashSet;
use std::rc::Rc;

/// One method that a value of a type can be asked for through an interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MethodSetEntry {
    /// Its name.
    pub name: Rc<str>,
    /// The package whose interfaces can ask for it; `None` for an exported method.
    pub pkg_path: Option<Rc<str>>,
    /// The way from the value to the method.
    pub selection: Selection,
}

impl TypeTable {
    /// All methods in the method set of `ty` (spec/01 §4.6), sorted by name and then by package. Methods with pointer
    /// receiver are in it only where the way to them goes through a pointer. For an interface type, its methods.
    #[must_use]
    pub fn method_set(&self, ty: TypeId) -> Vec<MethodSetEntry> {
        let mut names: Vec<_> = self.method_names(ty).into_iter().collect();
        names.sort();
        let entry = |(name, pkg_path): (Rc<str>, Option<Rc<str>>)| {
            let selection = self.lookup(ty, &name, pkg_path.as_deref().unwrap_or("")).ok()?;
            let callable = match selection.target {
                Target::Field(_) => false,
                Target::Method { ptr_receiver, .. } => !ptr_receiver || selection.indirect,
                Target::InterfaceMethod { .. } => true,
            };
            callable.then_some(MethodSetEntry { name, pkg_path, selection })
        };
        names.into_iter().filter_map(entry).collect()
    }

    /// Names of all methods that are anywhere below a type, with their package if they are not exported.
    fn method_names(&self, ty: TypeId) -> IndexSet<(Rc<str>, Option<Rc<str>>)> {
        let mut names = IndexSet::new();
        let mut add = |name: &Rc<str>, pkg_path: &Rc<str>| {
            let owner = if is_exported(name) { None } else { Some(pkg_path.clone()) };
            names.insert((name.clone(), owner));
        };
        let mut seen = HashSet::new();
        let mut pending = vec![ty];
        while let Some(ty) = pending.pop() {
            if !seen.insert(ty) {
                continue;
            }
            match self.get(ty) {
                Type::Pointer(elem) if matches!(self.get(*elem), Type::Named(_) | Type::Struct(_)) => {
                    pending.push(*elem)
                }
                Type::Named(named) => {
                    let declared = self.named(*named);
                    declared.methods.iter().for_each(|method| add(&method.name, &declared.pkg_path));
                    pending.push(self.underlying(ty));
                }
                Type::Struct(structure) => {
                    pending.extend(structure.fields.iter().filter(|field| field.embedded).map(|field| field.ty));
                }
                Type::Interface(interface) => {
                    for entry in &interface.entries {
                        if self.as_func(entry.ty).is_some() {
                            add(&entry.name, &interface.pkg_path);
                        } else {
                            pending.push(entry.ty);
                        }
                    }
                }
                _ => {}
            }
        }
        names
    }
}
