//! The table of types: construction, interning and access to shapes.

use super::identity::{Identities, IdentityId};
use super::{
    Basic, ChanDir, Field, FuncType, InterfaceEntry, InterfaceType, Kind, Method, NamedId, NamedType, StructType, Type,
    TypeId, universe,
};
use cranelift_entity::PrimaryMap;
use std::borrow::Cow;
use std::collections::HashMap;
use std::rc::Rc;

/// All types of a compilation, predeclared ones first.
#[derive(Clone)]
pub struct TypeTable {
    types: PrimaryMap<TypeId, Type>,
    named: PrimaryMap<NamedId, NamedType>,
    named_types: PrimaryMap<NamedId, TypeId>,
    interned: HashMap<Type, TypeId>,
    pub(super) identities: Identities,
}

impl Default for TypeTable {
    fn default() -> Self {
        Self::new()
    }
}

impl TypeTable {
    /// A table that holds the predeclared types.
    #[must_use]
    pub fn new() -> Self {
        let mut table = Self {
            types: PrimaryMap::new(),
            named: PrimaryMap::new(),
            named_types: PrimaryMap::new(),
            interned: HashMap::new(),
            identities: Identities::default(),
        };
        universe::install(&mut table);
        table
    }

    /// Adds a type without looking for an equal one.
    pub(super) fn push(&mut self, ty: Type) -> TypeId {
        let key = self.identity_key(&ty);
        let id = self.types.push(ty);
        self.identities.assign(id, key);
        id
    }

    fn intern(&mut self, ty: Type) -> TypeId {
        if let Some(&id) = self.interned.get(&ty) {
            return id;
        }
        let id = self.push(ty.clone());
        self.interned.insert(ty, id);
        id
    }

    /// `*elem`
    pub fn pointer(&mut self, elem: TypeId) -> TypeId {
        self.intern(Type::Pointer(elem))
    }

    /// `[]elem`
    pub fn slice(&mut self, elem: TypeId) -> TypeId {
        self.intern(Type::Slice { elem, variadic: false })
    }

    /// `...elem`, identical to `[]elem` but printed as written.
    pub fn variadic(&mut self, elem: TypeId) -> TypeId {
        self.intern(Type::Slice { elem, variadic: true })
    }

    /// `[len]elem`
    pub fn array(&mut self, len: i64, elem: TypeId) -> TypeId {
        self.intern(Type::Array { len, elem, open: false })
    }

    /// `[...]elem` with that many elements, identical to `[len]elem` but stored as written (spec/04 §3.3).
    pub fn open_array(&mut self, len: i64, elem: TypeId) -> TypeId {
        self.intern(Type::Array { len, elem, open: true })
    }

    /// `map[key]value`
    pub fn map(&mut self, key: TypeId, value: TypeId) -> TypeId {
        self.intern(Type::Map { key, value })
    }

    /// A channel type.
    pub fn chan(&mut self, dir: ChanDir, elem: TypeId) -> TypeId {
        self.intern(Type::Chan { dir, elem })
    }

    /// A function type. With `variadic`, the last parameter's type must be made by [`variadic`](Self::variadic).
    pub fn func(&mut self, ty: FuncType) -> TypeId {
        self.intern(Type::Func(ty))
    }

    /// A struct type.
    pub fn structure(&mut self, ty: StructType) -> TypeId {
        self.intern(Type::Struct(ty))
    }

    /// An interface type: a new id for each call, except that a package has one empty one. It is identical to `any`
    /// ([`TypeId::ANY`]), but stored with the package that wrote it (spec/04 §3.3).
    pub fn interface(&mut self, ty: InterfaceType) -> TypeId {
        if ty.entries.is_empty() { self.intern(Type::Interface(ty)) } else { self.push(Type::Interface(ty)) }
    }

    /// The type of several results.
    pub fn tuple(&mut self, elems: Vec<TypeId>) -> TypeId {
        self.intern(Type::Tuple(elems))
    }

    /// Declares a type; its underlying type and methods may follow later.
    pub fn declare(&mut self, named: NamedType) -> TypeId {
        let id = self.named.push(named);
        let ty = self.push(Type::Named(id));
        self.named_types.push(ty);
        ty
    }

    /// Sets the right side of a type declaration. It may be a declared type itself, complete or not.
    pub fn set_underlying(&mut self, named: NamedId, ty: TypeId) {
        self.named[named].underlying = ty;
    }

    /// Adds a method and gives its index. The caller refuses a second method of the same name.
    pub fn add_method(&mut self, named: NamedId, method: Method) -> u32 {
        let methods = &mut self.named[named].methods;
        methods.push(method);
        u32::try_from(methods.len() - 1).unwrap_or(u32::MAX)
    }

    /// A method by its index, to complete a signature or function that was not known when it was added.
    pub fn method_mut(&mut self, named: NamedId, index: u32) -> Option<&mut Method> {
        self.named[named].methods.get_mut(index as usize)
    }

    /// What the id stands for.
    #[must_use]
    pub fn get(&self, ty: TypeId) -> &Type {
        &self.types[ty]
    }

    /// A declared type.
    #[must_use]
    pub fn named(&self, named: NamedId) -> &NamedType {
        &self.named[named]
    }

    /// The type that a declared type is.
    #[must_use]
    pub fn named_type(&self, named: NamedId) -> TypeId {
        self.named_types[named]
    }

    /// All types in the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = (TypeId, &Type)> {
        self.types.iter()
    }

    /// All declared types in the order of their ids, predeclared ones first.
    pub fn iter_named(&self) -> impl Iterator<Item = (NamedId, &NamedType)> {
        self.named.iter()
    }

    /// The declared type that the id stands for, not looking through pointers.
    #[must_use]
    pub fn as_named(&self, ty: TypeId) -> Option<NamedId> {
        match self.types[ty] {
            Type::Named(named) => Some(named),
            _ => None,
        }
    }

    /// The base of a type: what its declaration, or the declarations it goes through, finally name. A type that is not
    /// declared is its own base. [`TypeId::INVALID`] while a declaration is incomplete, and for a declaration that
    /// names only itself.
    #[must_use]
    pub fn underlying(&self, ty: TypeId) -> TypeId {
        let mut at = ty;
        for _ in 0..=self.named.len() {
            match self.types[at] {
                Type::Named(named) => at = self.named[named].underlying,
                _ => return at,
            }
        }
        TypeId::INVALID
    }

    /// Number of declared types.
    pub(super) fn named_count(&self) -> usize {
        self.named.len()
    }

    /// What the base of the type stands for.
    #[must_use]
    pub fn base(&self, ty: TypeId) -> &Type {
        self.get(self.underlying(ty))
    }

    /// The kind of a type, by its base.
    #[must_use]
    pub fn kind(&self, ty: TypeId) -> Kind {
        match self.base(ty) {
            Type::Invalid | Type::Named(_) => Kind::Invalid,
            Type::Basic(basic) => basic.kind(),
            Type::Pointer(_) => Kind::Pointer,
            Type::Slice { .. } => Kind::Slice,
            Type::Array { .. } => Kind::Array,
            Type::Map { .. } => Kind::Map,
            Type::Chan { .. } => Kind::Chan,
            Type::Func(_) => Kind::Func,
            Type::Struct(_) => Kind::Struct,
            Type::Interface(_) => Kind::Interface,
            Type::Tuple(_) => Kind::Tuple,
            Type::Type => Kind::Type,
            Type::Package => Kind::Package,
        }
    }

    /// The primitive type at the base of a type.
    #[must_use]
    pub fn basic(&self, ty: TypeId) -> Option<Basic> {
        match self.base(ty) {
            Type::Basic(basic) => Some(*basic),
            _ => None,
        }
    }

    /// Element type by the base: of a pointer, slice, array, channel, the value type of a map, `uint8` for strings.
    #[must_use]
    pub fn elem(&self, ty: TypeId) -> Option<TypeId> {
        match self.base(ty) {
            Type::Pointer(elem) | Type::Slice { elem, .. } | Type::Array { elem, .. } | Type::Chan { elem, .. } => {
                Some(*elem)
            }
            Type::Map { value, .. } => Some(*value),
            Type::Basic(Basic::String | Basic::UntypedString) => Some(TypeId::UINT8),
            _ => None,
        }
    }

    /// Key type of a map, by its base.
    #[must_use]
    pub fn key(&self, ty: TypeId) -> Option<TypeId> {
        match self.base(ty) {
            Type::Map { key, .. } => Some(*key),
            _ => None,
        }
    }

    /// Length of an array, by its base.
    #[must_use]
    pub fn array_len(&self, ty: TypeId) -> Option<i64> {
        match self.base(ty) {
            Type::Array { len, .. } => Some(*len),
            _ => None,
        }
    }

    /// The function type at the base of a type.
    #[must_use]
    pub fn as_func(&self, ty: TypeId) -> Option<&FuncType> {
        match self.base(ty) {
            Type::Func(func) => Some(func),
            _ => None,
        }
    }

    /// The struct type at the base of a type.
    #[must_use]
    pub fn as_struct(&self, ty: TypeId) -> Option<&StructType> {
        match self.base(ty) {
            Type::Struct(structure) => Some(structure),
            _ => None,
        }
    }

    /// Fields of the struct type at the base of a type; none for other types.
    #[must_use]
    pub fn fields(&self, ty: TypeId) -> &[Field] {
        self.as_struct(ty).map_or(&[], |structure| &structure.fields)
    }

    /// The interface type at the base of a type.
    #[must_use]
    pub fn as_interface(&self, ty: TypeId) -> Option<&InterfaceType> {
        match self.base(ty) {
            Type::Interface(interface) => Some(interface),
            _ => None,
        }
    }

    /// Methods and embedded types of an interface type in the reference's present order: as declared until the
    /// identity of that interface type is first asked for, sorted by name from then on (spec/01 §4.6).
    #[must_use]
    pub fn interface_entries(&self, ty: TypeId) -> Cow<'_, [InterfaceEntry]> {
        let base = self.underlying(ty);
        let Type::Interface(interface) = &self.types[base] else {
            return Cow::Borrowed(&[]);
        };
        if !self.identities.is_taken(base) {
            return Cow::Borrowed(&interface.entries);
        }
        let mut entries = interface.entries.clone();
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Cow::Owned(entries)
    }

    /// The identity of a type, without the side effect of [`identical`](Self::identical).
    #[must_use]
    pub fn identity(&self, ty: TypeId) -> IdentityId {
        self.identities.of(ty)
    }

    /// The package that owns a declared, struct or interface type, or that of a pointer to one.
    #[must_use]
    pub fn pkg_path(&self, ty: TypeId) -> Option<Rc<str>> {
        match &self.types[ty] {
            Type::Named(named) => Some(self.named[*named].pkg_path.clone()),
            Type::Struct(structure) => Some(structure.pkg_path.clone()),
            Type::Interface(interface) => Some(interface.pkg_path.clone()),
            Type::Pointer(elem) => match &self.types[*elem] {
                Type::Pointer(_) => None,
                _ => self.pkg_path(*elem),
            },
            _ => None,
        }
    }
}
