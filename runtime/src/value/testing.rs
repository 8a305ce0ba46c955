//! A type table for unit tests.
#![expect(clippy::unwrap_used)]

use super::types::Types;
use crate::heap::{Charge, Heap, Trap};
use cranelift_entity::EntityRef;
use regno_bytecode::module::Module;
use regno_bytecode::types::{FieldDesc, MethodEntry, MethodReceiver, Repr, StrRef, TypeDesc, TypeKind, TypeRef};

/// Builds a module's descriptors; every method returns the index of the new type.
pub(crate) struct Builder {
    pub(crate) module: Module,
}

pub(crate) fn type_ref(index: u32) -> TypeRef {
    TypeRef::new(index as usize)
}

impl Builder {
    pub(crate) fn new() -> Builder {
        let mut builder = Builder { module: Module::default() };
        builder.add("nil", Repr::Raw, TypeKind::Nil);
        builder
    }

    pub(crate) fn add(&mut self, name: &str, repr: Repr, kind: TypeKind) -> u32 {
        let index = self.module.types.len() as u32;
        self.module.types.push(TypeDesc {
            id: name.to_owned(),
            name: name.to_owned(),
            declared: false,
            underlying: type_ref(index),
            repr,
            kind,
            methods: Vec::new(),
        });
        index
    }

    pub(crate) fn basic(&mut self, name: &str, repr: Repr) -> u32 {
        self.add(name, repr, TypeKind::Basic)
    }

    pub(crate) fn int(&mut self) -> u32 {
        self.basic("int", Repr::I64)
    }

    pub(crate) fn string(&mut self) -> u32 {
        self.basic("string", Repr::Str)
    }

    fn name_of(&self, ty: u32) -> String {
        self.module.types[ty as usize].name.clone()
    }

    pub(crate) fn any(&mut self) -> u32 {
        self.add("interface {}", Repr::Iface, TypeKind::Interface { methods: Vec::new() })
    }

    pub(crate) fn pointer(&mut self, elem: u32) -> u32 {
        self.add(&format!("*{}", self.name_of(elem)), Repr::Ptr, TypeKind::Pointer { elem: type_ref(elem) })
    }

    pub(crate) fn slice(&mut self, elem: u32) -> u32 {
        self.add(&format!("[]{}", self.name_of(elem)), Repr::Slice, TypeKind::Slice { elem: type_ref(elem) })
    }

    pub(crate) fn array(&mut self, elem: u32, len: u64) -> u32 {
        let name = format!("[{len}]{}", self.name_of(elem));
        self.add(&name, Repr::Array, TypeKind::Array { elem: type_ref(elem), len })
    }

    pub(crate) fn map(&mut self, key: u32, elem: u32) -> u32 {
        let name = format!("map[{}]{}", self.name_of(key), self.name_of(elem));
        self.add(&name, Repr::Map, TypeKind::Map { key: type_ref(key), elem: type_ref(elem) })
    }

    pub(crate) fn func(&mut self, name: &str, results: &[u32]) -> u32 {
        let results = results.iter().map(|&ty| type_ref(ty)).collect();
        self.add(name, Repr::Func, TypeKind::Func { params: Vec::new(), results, variadic: false })
    }

    pub(crate) fn structure(&mut self, fields: &[(&str, u32)]) -> u32 {
        let parts: Vec<String> = fields.iter().map(|&(name, ty)| format!("{name} {}", self.name_of(ty))).collect();
        let fields = fields
            .iter()
            .map(|&(name, ty)| FieldDesc { name: name.to_owned(), ty: type_ref(ty), embedded: false })
            .collect();
        self.add(&format!("struct{{{}}}", parts.join("; ")), Repr::Struct, TypeKind::Struct { fields })
    }

    pub(crate) fn declared(&mut self, name: &str, underlying: u32) -> u32 {
        let mut desc = self.module.types[underlying as usize].clone();
        desc.id = name.to_owned();
        desc.name = name.to_owned();
        desc.declared = true;
        self.module.types.push(desc);
        self.module.types.len() as u32 - 1
    }

    pub(crate) fn name(&mut self, text: &str) -> StrRef {
        self.module.strings.push(text.as_bytes().to_vec());
        StrRef::new(self.module.strings.len() - 1)
    }

    pub(crate) fn method(&mut self, ty: u32, name: StrRef, func: usize, receiver: MethodReceiver, of: u32, sig: u32) {
        self.module.types[ty as usize].methods.push(MethodEntry {
            name,
            func: Some(regno_bytecode::types::FuncRef::new(func)),
            native: false,
            path: Vec::new(),
            receiver,
            receiver_type: type_ref(of),
            signature: type_ref(sig),
        });
    }

    pub(crate) fn types(&self) -> Types {
        let mut types = Types::new();
        // Methods name functions that nothing here calls.
        types.add_linked(&self.module, (0..8).collect()).unwrap();
        types
    }
}

/// Records every charge.
#[derive(Default)]
pub(crate) struct Recorder(pub(crate) Vec<i64>);

impl Charge for Recorder {
    fn alloc(&mut self, _heap: &mut Heap, bytes: i64) -> Result<(), Trap> {
        self.0.push(bytes);
        Ok(())
    }
}

pub(crate) fn heap() -> Heap {
    Heap::new(1 << 24)
}
