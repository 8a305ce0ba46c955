//! Type descriptors and method tables from the front end's types.

use super::Context;
use crate::entity::{StrRef, TypeRef};
use cranelift_entity::EntityRef;
use regno_bytecode::types::{FieldDesc, MethodEntry, MethodReceiver, PathStep, Repr, TypeDesc, TypeKind};
use regno_frontend::typed::Builtin;
use regno_frontend::types::{Basic, Kind, MethodSetEntry, NamedId, Target, Type, TypeId};

impl Context<'_> {
    /// Takes descriptor 0, so that the type of a non-nil interface is never 0 (docs/values.md).
    pub(super) fn reserve_types(&mut self) {
        self.module.types.push(placeholder("nil", TypeRef::new(0)));
    }

    /// The descriptor of a type; filled in by [`Context::finish_types`].
    pub(super) fn type_ref(&mut self, ty: TypeId) -> TypeRef {
        if matches!(self.package.types.kind(ty), Kind::Invalid | Kind::Tuple | Kind::Package | Kind::Type) {
            return TypeRef::new(0);
        }
        let ty = self.package.types.default_type(ty);
        let identity = self.package.types.identity(ty);
        if let Some(&known) = self.types.get(&identity) {
            return known;
        }
        let new = TypeRef::new(self.module.types.len());
        self.module.types.push(placeholder("", new));
        self.types.insert(identity, new);
        self.unfilled.push((new, ty));
        new
    }

    /// The slot representation of a type.
    pub(super) fn repr(&self, ty: TypeId) -> Repr {
        let types = &self.package.types;
        match types.kind(ty) {
            Kind::Bool => Repr::Bool,
            Kind::String => Repr::Str,
            Kind::Int | Kind::Int64 | Kind::Bigint => Repr::I64,
            Kind::Int8 => Repr::I8,
            Kind::Int16 => Repr::I16,
            Kind::Int32 => Repr::I32,
            Kind::Uint | Kind::Uint64 => Repr::U64,
            Kind::Uint8 => Repr::U8,
            Kind::Uint16 => Repr::U16,
            Kind::Uint32 => Repr::U32,
            Kind::Float32 => Repr::F32,
            Kind::Float64 | Kind::Bigdec => Repr::F64,
            Kind::Array => Repr::Array,
            Kind::Slice => Repr::Slice,
            Kind::Pointer => Repr::Ptr,
            Kind::Struct => Repr::Struct,
            Kind::Chan => Repr::Chan,
            Kind::Func => Repr::Func,
            Kind::Map => Repr::Map,
            Kind::Interface | Kind::Invalid | Kind::Tuple => Repr::Iface,
            Kind::Type | Kind::Package => Repr::Raw,
        }
    }

    /// A value of the type is stored by its bytes in arrays: element kind `uint8` (spec/03 §2).
    pub(super) fn is_byte(&self, ty: TypeId) -> bool {
        self.package.types.kind(ty) == Kind::Uint8
    }

    pub(super) fn is_interface(&self, ty: TypeId) -> bool {
        self.package.types.kind(ty) == Kind::Interface
    }

    /// The untyped nil, and whatever has no type.
    pub(super) fn is_nil_type(&self, ty: TypeId) -> bool {
        matches!(self.package.types.base(ty), Type::Basic(Basic::UntypedNil) | Type::Invalid)
    }

    /// The text of a name as a string constant.
    pub(super) fn name(&mut self, name: &str) -> StrRef {
        self.string(name.as_bytes())
    }

    /// Fills in all descriptors that are referred to, those they refer to included.
    pub(super) fn finish_types(&mut self) {
        loop {
            if let Some((at, ty)) = self.unfilled.pop() {
                let desc = self.describe(ty);
                self.module.types[at] = desc;
                self.store_type(at, ty);
            } else if !self.finish_form() {
                break;
            }
        }
    }

    fn describe(&mut self, ty: TypeId) -> TypeDesc {
        let package = self.package;
        let types = &package.types;
        // `...T` is a mark of slices, not a type of its own.
        let name = match types.get(ty) {
            Type::Slice { elem, variadic: true } => format!("[]{}", types.type_string(*elem)),
            _ => types.type_string(ty),
        };
        let kind = self.describe_kind(ty);
        let methods = if types.is_interface(ty) { Vec::new() } else { self.method_table(ty) };
        TypeDesc {
            id: types.type_id_string(ty),
            name,
            declared: types.as_named(ty).is_some(),
            underlying: self.type_ref(types.underlying(ty)),
            repr: self.repr(ty),
            kind,
            methods,
        }
    }

    fn describe_kind(&mut self, ty: TypeId) -> TypeKind {
        let package = self.package;
        match package.types.base(ty) {
            Type::Basic(Basic::UntypedNil) | Type::Invalid | Type::Named(_) => TypeKind::Nil,
            Type::Tuple(_) | Type::Type | Type::Package => TypeKind::Nil,
            Type::Basic(_) => TypeKind::Basic,
            Type::Pointer(elem) => TypeKind::Pointer { elem: self.type_ref(*elem) },
            Type::Slice { elem, .. } => TypeKind::Slice { elem: self.type_ref(*elem) },
            Type::Array { len, elem, .. } => {
                TypeKind::Array { elem: self.type_ref(*elem), len: u64::try_from(*len).unwrap_or(0) }
            }
            Type::Map { key, value } => TypeKind::Map { key: self.type_ref(*key), elem: self.type_ref(*value) },
            Type::Chan { elem, .. } => TypeKind::Chan { elem: self.type_ref(*elem) },
            Type::Func(func) => TypeKind::Func {
                params: func.params.iter().map(|param| self.type_ref(param.ty)).collect(),
                results: func.results.iter().map(|result| self.type_ref(result.ty)).collect(),
                variadic: func.variadic,
            },
            Type::Struct(structure) => TypeKind::Struct {
                fields: structure
                    .fields
                    .iter()
                    .map(|field| FieldDesc {
                        name: field.name.to_string(),
                        ty: self.type_ref(field.ty),
                        embedded: field.embedded,
                    })
                    .collect(),
            },
            Type::Interface(_) => TypeKind::Interface {
                methods: package
                    .types
                    .method_set(ty)
                    .iter()
                    .map(|entry| (self.name(&entry.name), self.type_ref(entry.selection.ty)))
                    .collect(),
            },
        }
    }

    /// The methods that a value of the type has when it is held by an interface, promoted ones included.
    fn method_table(&mut self, ty: TypeId) -> Vec<MethodEntry> {
        let package = self.package;
        package.types.method_set(ty).iter().filter_map(|entry| self.method_entry(ty, entry)).collect()
    }

    fn method_entry(&mut self, ty: TypeId, entry: &MethodSetEntry) -> Option<MethodEntry> {
        let selection = &entry.selection;
        let operand = selection.path.last().map_or(ty, |step| step.ty);
        let (receiver, func, native, receiver_type) = match selection.target {
            Target::Field(_) => return None,
            Target::InterfaceMethod { .. } => (MethodReceiver::Interface, None, false, operand),
            Target::Method { named, index, ptr_receiver } => {
                let receiver = match (ptr_receiver, selection.deref) {
                    (true, true) => MethodReceiver::Pointer,
                    (true, false) => MethodReceiver::AddressOfField,
                    (false, true) => MethodReceiver::ValueThroughPointer,
                    (false, false) => MethodReceiver::Value,
                };
                let id = self.package.method(named, index).filter(|&id| self.package.funcs.is_valid(id));
                match id {
                    Some(id) => {
                        let param = self.package.funcs[id].params.first();
                        let receiver_type = param.map_or(operand, |&param| self.package.vars[param].ty);
                        (receiver, Some(self.func(id)), false, receiver_type)
                    }
                    None if self.is_foreign(named) => {
                        let signature = self.package.types.named(named).methods.get(index as usize)?.signature;
                        let func = self.foreign_method(named, &entry.name, ptr_receiver, signature);
                        // What the method takes; for an address the field itself stands for the pointer, which needs no copy either.
                        let through = matches!(receiver, MethodReceiver::ValueThroughPointer);
                        let elem = self.package.types.elem(operand).filter(|_| through);
                        (receiver, Some(func), false, elem.unwrap_or(operand))
                    }
                    None if self.package.types.as_named(TypeId::GREALM) == Some(named) => {
                        (receiver, Some(self.realm_method(&entry.name, selection.ty)), false, operand)
                    }
                    None => match self.address_method(named, &entry.name) {
                        Some(builtin) => (receiver, Some(self.native_method(builtin)), false, operand),
                        None => (receiver, None, true, operand),
                    },
                }
            }
        };
        let path =
            selection.path.iter().map(|step| PathStep { through_pointer: step.deref, field: step.field }).collect();
        Some(MethodEntry {
            name: self.name(&entry.name),
            func,
            native,
            path,
            receiver,
            receiver_type: self.type_ref(receiver_type),
            signature: self.type_ref(selection.ty),
        })
    }

    /// A predeclared method of `address`.
    fn address_method(&self, named: NamedId, name: &str) -> Option<Builtin> {
        match name {
            _ if self.package.types.as_named(TypeId::ADDRESS) != Some(named) => None,
            "String" => Some(Builtin::AddressString),
            "IsValid" => Some(Builtin::AddressIsValid),
            _ => None,
        }
    }

    /// Printing a value of the type may call one of its methods (spec/03 §4.1).
    pub(super) fn may_stringify(&self, ty: TypeId) -> bool {
        let types = &self.package.types;
        types.is_interface(ty)
            || types.method_set(ty).iter().any(|entry| {
                let text = |func: &regno_frontend::types::FuncType| {
                    func.params.is_empty()
                        && matches!(func.results.as_slice(), [result] if self.repr(result.ty) == Repr::Str)
                };
                matches!(&*entry.name, "String" | "Error") && types.as_func(entry.selection.ty).is_some_and(text)
            })
    }
}

fn placeholder(name: &str, at: TypeRef) -> TypeDesc {
    TypeDesc {
        id: name.to_owned(),
        name: name.to_owned(),
        declared: false,
        underlying: at,
        repr: Repr::Raw,
        kind: TypeKind::Nil,
        methods: Vec::new(),
    }
}
