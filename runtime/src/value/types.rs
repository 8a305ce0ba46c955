//! The machine's type table.
//!
//! Descriptors of modules are entered by identity string, so a type has one index in a machine however many modules
//! mention it. Index 0 is the internal nil type and never the type of a value. Everything that operations ask per value
//! (class of its slots, whether a copy is a plain memory copy, which printing method it has) is worked out here once.

use super::plan::{Plan, Purpose};
use crate::heap::{Blank, SlotClass};
use crate::value::slot::MAX_TYPE;
use cranelift_entity::EntityRef;
use indexmap::IndexMap;
use regno_bytecode::module::{FunctionKind, Module};
use regno_bytecode::types::{MethodEntry, MethodReceiver, PathStep, Repr, TypeDesc, TypeKind, TypeRef};

/// Index of a type in the table of a machine.
pub type TypeIndex = u32;
/// Index of an interned method name.
pub type NameIndex = u32;
/// Index of a function in the table of a machine.
pub type FuncIndex = u32;

/// A field of a struct type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Field {
    /// Name.
    pub name: String,
    /// Type.
    pub ty: TypeIndex,
    /// Representation of its slot.
    pub repr: Repr,
}

/// A method of the values of a type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Method {
    /// Name.
    pub name: NameIndex,
    /// Function; `None` where the path ends at an interface, and for predeclared methods.
    pub func: Option<FuncIndex>,
    /// A predeclared method instead of a function of a module.
    pub native: bool,
    /// Path to the receiver.
    pub path: Vec<PathStep>,
    /// Receiver passing.
    pub receiver: MethodReceiver,
    /// Type of the receiver parameter.
    pub receiver_type: TypeIndex,
    /// Signature without receiver.
    pub signature: TypeIndex,
}

/// What kind of type it is.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Kind {
    Basic,
    Pointer {
        elem: TypeIndex,
    },
    /// `bytes`: the element kind is uint8.
    Slice {
        elem: TypeIndex,
        bytes: bool,
    },
    /// `bytes`: the element kind is uint8, so the array is data.
    Array {
        elem: TypeIndex,
        len: u64,
        bytes: bool,
    },
    Map {
        key: TypeIndex,
        elem: TypeIndex,
    },
    Struct {
        fields: Vec<Field>,
    },
    Interface {
        methods: Vec<(NameIndex, TypeIndex)>,
    },
    Func {
        params: Vec<TypeIndex>,
        results: Vec<TypeIndex>,
        variadic: bool,
    },
    Chan {
        elem: TypeIndex,
    },
    Nil,
}

/// A type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Type {
    /// Identity string.
    pub id: String,
    /// Printed form.
    pub name: String,
    /// A declared type.
    pub declared: bool,
    /// For a declared type the index of its underlying type.
    pub underlying: TypeIndex,
    /// Slot representation.
    pub repr: Repr,
    /// Structure of the underlying type.
    pub kind: Kind,
    /// Methods of its values, by name index.
    pub methods: Vec<Method>,
    /// Class of the slots of an object of this struct, array or slice type.
    pub class: SlotClass,
    /// A struct whose copy is a plain copy of its slots: no field is a struct, array or interface.
    pub flat: bool,
    /// Objects of a zero value.
    pub(super) zero: Option<Plan>,
    /// A zero value, if that is one object.
    pub(crate) blank: Option<Blank>,
    /// Objects of a copy.
    pub(super) copy: Option<Plan>,
    /// Method that printing calls: `String() string`, else `Error() string`, as an index into `methods`.
    pub printer: Option<u32>,
}

/// What printing and dispatch know of a function.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Func {
    /// Bare name; empty for literals.
    pub name: String,
    /// Signature without receiver.
    pub signature: Option<TypeIndex>,
    /// Receiver type of a method.
    pub receiver: Option<TypeIndex>,
}

/// Indices that a module's own references have in the machine.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ModuleTypes {
    /// By `TypeRef`.
    pub types: Vec<TypeIndex>,
    /// By `StrRef`: name index of every string that a method is called.
    pub names: Vec<Option<NameIndex>>,
    /// By `FuncRef`.
    pub funcs: Vec<FuncIndex>,
}

/// The type table of a machine.
#[derive(Clone, Default, Debug)]
pub struct Types {
    types: IndexMap<String, Type>,
    names: IndexMap<String, ()>,
    funcs: Vec<Func>,
}

/// Why the types of a module could not be entered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TypesError {
    /// More than 2^24 types.
    TooMany,
    /// A descriptor refers to a type or string that the module does not have.
    BadReference,
}

impl Types {
    /// A table with the nil type only.
    pub fn new() -> Types {
        let mut types = Types::default();
        types.types.insert(String::new(), nil_type());
        types
    }

    /// Enters the types and functions of a module whose functions have these indices: those of its own follow the functions
    /// entered so far, in order.
    ///
    /// # Errors
    ///
    /// [`TypesError`]; the table must not be used afterwards.
    pub fn add_linked(&mut self, module: &Module, funcs: Vec<FuncIndex>) -> Result<ModuleTypes, TypesError> {
        let first_new = self.types.len();
        let mut map = ModuleTypes { funcs, ..ModuleTypes::default() };
        for (index, desc) in module.types.iter().enumerate() {
            let nil = index == 0 && matches!(desc.kind, TypeKind::Nil);
            let id = if nil { String::new() } else { desc.id.clone() };
            let entry = self.types.entry(id);
            map.types.push(entry.index() as TypeIndex);
            entry.or_insert_with(nil_type);
        }
        if self.types.len() > MAX_TYPE as usize {
            return Err(TypesError::TooMany);
        }
        self.intern_names(module, &mut map)?;
        for (desc, &index) in module.types.iter().zip(&map.types) {
            if index as usize >= first_new {
                let ty = self.resolve(module, desc, &map)?;
                if let Some((_, place)) = self.types.get_index_mut(index as usize) {
                    *place = ty;
                }
            }
        }
        self.derive(first_new);
        for function in &module.functions {
            if matches!(function.kind, FunctionKind::Imported(_)) {
                continue;
            }
            let signature = function.signature.map(|ty| lookup(&map, ty)).transpose()?;
            let receiver = match function.kind {
                FunctionKind::Method(ty) => Some(lookup(&map, ty)?),
                _ => None,
            };
            self.funcs.push(Func { name: function.name.clone(), signature, receiver });
        }
        Ok(map)
    }

    /// Enters an unnamed type once more, with the identity that it has: as `package` writes it (`docs/realms.md`). What depends on
    /// other types is still to be derived.
    pub(crate) fn add_written(&mut self, package: u32, ty: TypeIndex) -> TypeIndex {
        let written = self.get(ty).clone();
        let key = format!("{}\0{package}", written.id);
        self.insert(key, written)
    }

    /// Enters a type that has no descriptor in a module.
    pub(super) fn insert(&mut self, id: String, ty: Type) -> TypeIndex {
        self.types.insert_full(id, ty).0 as TypeIndex
    }

    /// Index of a method name, entered if it is new.
    pub(super) fn intern(&mut self, name: &str) -> NameIndex {
        self.names.insert_full(name.to_owned(), ()).0 as NameIndex
    }

    fn intern_names(&mut self, module: &Module, map: &mut ModuleTypes) -> Result<(), TypesError> {
        map.names = vec![None; module.strings.len()];
        let methods = module.types.iter().flat_map(|desc| {
            let own = desc.methods.iter().map(|method| method.name);
            let wanted = match &desc.kind {
                TypeKind::Interface { methods } => methods.as_slice(),
                _ => &[],
            };
            own.chain(wanted.iter().map(|&(name, _)| name))
        });
        for name in methods {
            let bytes = module.strings.get(name.index()).ok_or(TypesError::BadReference)?;
            let text = String::from_utf8_lossy(bytes).into_owned();
            let (index, _) = self.names.insert_full(text, ());
            if let Some(place) = map.names.get_mut(name.index()) {
                *place = Some(index as NameIndex);
            }
        }
        Ok(())
    }

    fn resolve(&self, module: &Module, desc: &TypeDesc, map: &ModuleTypes) -> Result<Type, TypesError> {
        let bytes = |elem: TypeRef| module.types.get(elem.index()).is_some_and(|ty| ty.repr == Repr::U8);
        let kind = match &desc.kind {
            TypeKind::Basic => Kind::Basic,
            TypeKind::Nil => Kind::Nil,
            &TypeKind::Pointer { elem } => Kind::Pointer { elem: lookup(map, elem)? },
            &TypeKind::Slice { elem } => Kind::Slice { elem: lookup(map, elem)?, bytes: bytes(elem) },
            &TypeKind::Array { elem, len } => Kind::Array { elem: lookup(map, elem)?, len, bytes: bytes(elem) },
            &TypeKind::Map { key, elem } => Kind::Map { key: lookup(map, key)?, elem: lookup(map, elem)? },
            &TypeKind::Chan { elem } => Kind::Chan { elem: lookup(map, elem)? },
            TypeKind::Struct { fields } => {
                let field = |field: &regno_bytecode::types::FieldDesc| {
                    let repr = module.types.get(field.ty.index()).ok_or(TypesError::BadReference)?.repr;
                    Ok(Field { name: field.name.clone(), ty: lookup(map, field.ty)?, repr })
                };
                Kind::Struct { fields: fields.iter().map(field).collect::<Result<_, _>>()? }
            }
            TypeKind::Interface { methods } => {
                let method = |&(name, ty): &(regno_bytecode::types::StrRef, TypeRef)| {
                    Ok((name_of(map, name)?, lookup(map, ty)?))
                };
                Kind::Interface { methods: methods.iter().map(method).collect::<Result<_, _>>()? }
            }
            TypeKind::Func { params, results, variadic } => {
                let all = |types: &[TypeRef]| types.iter().map(|&ty| lookup(map, ty)).collect::<Result<Vec<_>, _>>();
                Kind::Func { params: all(params)?, results: all(results)?, variadic: *variadic }
            }
        };
        let mut methods = desc.methods.iter().map(|entry| method(map, entry)).collect::<Result<Vec<_>, _>>()?;
        methods.sort_by_key(|method| method.name);
        Ok(Type {
            id: desc.id.clone(),
            name: desc.name.clone(),
            declared: desc.declared,
            underlying: lookup(map, desc.underlying)?,
            repr: desc.repr,
            kind,
            methods,
            class: SlotClass::Scalars,
            flat: false,
            zero: None,
            blank: None,
            copy: None,
            printer: None,
        })
    }

    /// Fills in what depends on other types.
    pub(crate) fn derive(&mut self, first: usize) {
        for index in first..self.types.len() {
            let ty = self.get(index as TypeIndex);
            let (class, flat) = self.layout(ty);
            let printer = self.printing_method(ty);
            if let Some((_, ty)) = self.types.get_index_mut(index) {
                (ty.class, ty.flat, ty.printer) = (class, flat, printer);
            }
        }
        // Plans ask for the classes of all types.
        for index in first..self.types.len() {
            let plan = |purpose| Plan::of(self, index as TypeIndex, purpose);
            let (zero, copy) = (plan(Purpose::Zero), plan(Purpose::Copy));
            if let Some((_, ty)) = self.types.get_index_mut(index) {
                ty.blank = zero.as_ref().and_then(Plan::blank);
                (ty.zero, ty.copy) = (zero, copy);
            }
        }
    }

    fn layout(&self, ty: &Type) -> (SlotClass, bool) {
        match &ty.kind {
            Kind::Struct { fields } => {
                let mut classes = fields.iter().map(|field| SlotClass::of(field.repr));
                let first = classes.next().unwrap_or(SlotClass::Scalars);
                let deep = |field: &Field| matches!(field.repr, Repr::Struct | Repr::Array | Repr::Iface);
                (classes.fold(first, SlotClass::join), !fields.iter().any(deep))
            }
            &Kind::Array { elem, .. } | &Kind::Slice { elem, .. } => (SlotClass::of(self.get(elem).repr), false),
            _ => (SlotClass::Scalars, false),
        }
    }

    fn printing_method(&self, ty: &Type) -> Option<u32> {
        if ty.repr == Repr::Iface {
            return None;
        }
        ["String", "Error"].iter().find_map(|name| {
            let name = self.name_index(name)?;
            let at = ty.methods.binary_search_by_key(&name, |method| method.name).ok()?;
            let signature = self.get(ty.methods.get(at)?.signature);
            let plain = match &signature.kind {
                Kind::Func { params, results, .. } => {
                    params.is_empty() && matches!(results.as_slice(), [result] if self.get(*result).id == "string")
                }
                _ => false,
            };
            plain.then_some(at as u32)
        })
    }

    /// The type with this index.
    ///
    /// # Panics
    ///
    /// If the index is not of this table.
    #[inline]
    pub fn get(&self, index: TypeIndex) -> &Type {
        &self.types[index as usize]
    }

    /// Number of types.
    pub fn len(&self) -> usize {
        self.types.len()
    }

    /// Whether the table has no type at all.
    pub fn is_empty(&self) -> bool {
        self.types.is_empty()
    }

    /// The type with this identity string.
    pub fn by_id(&self, id: &str) -> Option<TypeIndex> {
        self.types.get_index_of(id).map(|index| index as TypeIndex)
    }

    /// Index of a method name, if any type or interface has such a method.
    pub fn name_index(&self, name: &str) -> Option<NameIndex> {
        self.names.get_index_of(name).map(|index| index as NameIndex)
    }

    /// Text of a method name.
    pub fn name(&self, name: NameIndex) -> &str {
        self.names.get_index(name as usize).map_or("", |(text, ())| text)
    }

    /// The method of values of a type.
    pub fn method(&self, ty: TypeIndex, name: NameIndex) -> Option<&Method> {
        let methods = &self.get(ty).methods;
        methods.binary_search_by_key(&name, |method| method.name).ok().and_then(|at| methods.get(at))
    }

    /// The method that printing a value of the type calls (spec/01 §1.12).
    pub fn printer(&self, ty: TypeIndex) -> Option<&Method> {
        let ty = self.get(ty);
        ty.printer.and_then(|at| ty.methods.get(at as usize))
    }

    /// What is known of a function.
    pub fn func(&self, func: FuncIndex) -> Option<&Func> {
        self.funcs.get(func as usize)
    }
}

fn nil_type() -> Type {
    Type {
        id: String::new(),
        name: "nil".to_owned(),
        declared: false,
        underlying: 0,
        repr: Repr::Raw,
        kind: Kind::Nil,
        methods: Vec::new(),
        class: SlotClass::Scalars,
        flat: false,
        zero: None,
        blank: None,
        copy: None,
        printer: None,
    }
}

fn lookup(map: &ModuleTypes, ty: TypeRef) -> Result<TypeIndex, TypesError> {
    map.types.get(ty.index()).copied().ok_or(TypesError::BadReference)
}

fn name_of(map: &ModuleTypes, name: regno_bytecode::types::StrRef) -> Result<NameIndex, TypesError> {
    map.names.get(name.index()).copied().flatten().ok_or(TypesError::BadReference)
}

fn method(map: &ModuleTypes, entry: &MethodEntry) -> Result<Method, TypesError> {
    Ok(Method {
        name: name_of(map, entry.name)?,
        func: entry
            .func
            .map(|func| map.funcs.get(func.index()).copied().ok_or(TypesError::BadReference))
            .transpose()?,
        native: entry.native,
        path: entry.path.clone(),
        receiver: entry.receiver,
        receiver_type: lookup(map, entry.receiver_type)?,
        signature: lookup(map, entry.signature)?,
    })
}
