//! Type identity (spec/01 §4.7): identities are interned when a type is made, from the identities of its parts, so
//! comparing two types is comparing two numbers and needs no recursion.

use super::display::Writer;
use super::{Basic, ChanDir, Type, TypeId, TypeTable, is_exported};
use cranelift_entity::{PrimaryMap, entity_impl};
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// What identical types have in common.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IdentityId(u32);
entity_impl!(IdentityId, "identity");

/// A field or interface method by what its identity depends on: the owning package only if it is unexported.
type MemberKey = (Option<Rc<str>>, Rc<str>, IdentityId);

/// What the identity of a type depends on.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum IdentityKey {
    Invalid,
    Basic(Basic),
    Named(Rc<str>, Option<Rc<str>>, Rc<str>),
    Pointer(IdentityId),
    Slice(IdentityId),
    Array(i64, IdentityId),
    Map(IdentityId, IdentityId),
    Chan(ChanDir, IdentityId),
    Func(Vec<IdentityId>, Vec<IdentityId>),
    Struct(Vec<MemberKey>),
    Interface(Vec<MemberKey>),
    Tuple(Vec<IdentityId>),
    Type,
    Package,
}

/// The identities of all types of a table.
#[derive(Clone, Default)]
pub(super) struct Identities {
    of: PrimaryMap<TypeId, IdentityId>,
    known: HashMap<IdentityKey, IdentityId>,
    /// Types whose TypeID the reference has computed by now.
    taken: RefCell<HashSet<TypeId>>,
}

impl Identities {
    pub(super) fn assign(&mut self, ty: TypeId, key: IdentityKey) {
        let next = IdentityId(u32::try_from(self.known.len()).unwrap_or(u32::MAX));
        let id = *self.known.entry(key).or_insert(next);
        let assigned = self.of.push(id);
        debug_assert_eq!(assigned, ty);
    }

    pub(super) fn of(&self, ty: TypeId) -> IdentityId {
        self.of[ty]
    }

    pub(super) fn is_taken(&self, ty: TypeId) -> bool {
        self.taken.borrow().contains(&ty)
    }
}

impl TypeTable {
    pub(super) fn identity_key(&self, ty: &Type) -> IdentityKey {
        let of = |ty: &TypeId| self.identity(*ty);
        let member = |path: &Rc<str>, name: &Rc<str>, ty: TypeId| {
            let owner = if is_exported(name) { None } else { Some(path.clone()) };
            (owner, name.clone(), self.identity(ty))
        };
        match ty {
            Type::Invalid => IdentityKey::Invalid,
            Type::Basic(basic) => IdentityKey::Basic(*basic),
            Type::Named(named) => {
                let named = self.named(*named);
                IdentityKey::Named(named.pkg_path.clone(), named.location.clone(), named.name.clone())
            }
            Type::Pointer(elem) => IdentityKey::Pointer(of(elem)),
            Type::Slice { elem, .. } => IdentityKey::Slice(of(elem)),
            Type::Array { len, elem, .. } => IdentityKey::Array(*len, of(elem)),
            Type::Map { key, value } => IdentityKey::Map(of(key), of(value)),
            Type::Chan { dir, elem } => IdentityKey::Chan(*dir, of(elem)),
            Type::Func(func) => IdentityKey::Func(
                func.params.iter().map(|param| of(&param.ty)).collect(),
                func.results.iter().map(|result| of(&result.ty)).collect(),
            ),
            Type::Struct(structure) => IdentityKey::Struct(
                structure.fields.iter().map(|field| member(&structure.pkg_path, &field.name, field.ty)).collect(),
            ),
            Type::Interface(interface) => {
                let mut members: Vec<_> =
                    interface.entries.iter().map(|entry| member(&interface.pkg_path, &entry.name, entry.ty)).collect();
                members.sort_by(|a, b| a.1.cmp(&b.1));
                IdentityKey::Interface(members)
            }
            Type::Tuple(elems) => IdentityKey::Tuple(elems.iter().map(of).collect()),
            Type::Type => IdentityKey::Type,
            Type::Package => IdentityKey::Package,
        }
    }

    /// Whether two types are identical (spec/01 §4.7). Counts as asking for both TypeIDs: see
    /// [`take_identity`](Self::take_identity).
    #[must_use]
    pub fn identical(&self, a: TypeId, b: TypeId) -> bool {
        self.take_identity(a);
        self.take_identity(b);
        self.identity(a) == self.identity(b)
    }

    /// Records that the reference computes the TypeID of a type here, which sorts the methods of the interface types
    /// in it (spec/01 §4.6).
    pub fn take_identity(&self, ty: TypeId) {
        let mut taken = self.identities.taken.borrow_mut();
        let mut pending = vec![ty];
        while let Some(ty) = pending.pop() {
            if !taken.insert(ty) {
                continue;
            }
            match self.get(ty) {
                Type::Pointer(elem) | Type::Slice { elem, .. } | Type::Array { elem, .. } | Type::Chan { elem, .. } => {
                    pending.push(*elem);
                }
                Type::Map { key, value } => pending.extend([*key, *value]),
                Type::Func(func) => pending.extend(func.params.iter().chain(&func.results).map(|param| param.ty)),
                Type::Struct(structure) => pending.extend(structure.fields.iter().map(|field| field.ty)),
                Type::Interface(interface) => pending.extend(interface.entries.iter().map(|entry| entry.ty)),
                Type::Tuple(elems) => pending.extend(elems),
                Type::Invalid | Type::Basic(_) | Type::Named(_) | Type::Type | Type::Package => {}
            }
        }
    }

    /// The TypeID of a type (spec/01 §4.7, spec/04 §4), cut at [`TYPE_TEXT_BYTES`](crate::limits::Limits::TYPE_TEXT_BYTES) bytes.
    #[must_use]
    pub fn type_id_string(&self, ty: TypeId) -> String {
        self.take_identity(ty);
        Writer::new(self, true).render(ty)
    }
}
