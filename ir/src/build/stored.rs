//! What the store needs to know of a package ([`regno_bytecode::stored`]).

use super::Context;
use crate::entity::{FuncRef, TypeRef};
use cranelift_entity::EntityRef;
use regno_bytecode::stored::{Extent, FormRef, StoredConst, StoredField, StoredFunc, StoredSlot, StoredType};
use regno_frontend::constant::{Constant, Held};
use regno_frontend::source::{SourceFile, Span};
use regno_frontend::typed::{FuncId, FuncKind, Slot, SlotValue, VarId};
use regno_frontend::types::{Basic, ChanDir, Param, Type, TypeId};

fn extent(file: &SourceFile, span: Span) -> Extent {
    let (start, end) = (file.position(span.start), file.position(span.end));
    Extent { line: start.line, column: start.column, end_line: end.line, end_column: end.column }
}

/// A name, or the hidden name of an unnamed parameter or result (spec/01 §4.3).
fn named(name: &str, number: usize, result: bool) -> String {
    match (name, result) {
        ("" | "_", false) => format!(".arg_{number}"),
        ("", true) => format!(".res.{number}"),
        ("_", true) => format!(".res_{number}"),
        _ => name.to_owned(),
    }
}

impl Context<'_> {
    /// Fills in everything that does not grow with types that are still to be described.
    pub(super) fn build_stored(&mut self) {
        let package = self.package;
        self.module.stored.files =
            self.files.iter().zip(&package.file_spans).map(|(file, &span)| extent(file, span)).collect();
        for global in package.globals.values() {
            let form = self.form(global.ty);
            self.module.stored.globals.push(form);
        }
        for (id, func) in &package.funcs {
            let stored = self.stored_func(id, func);
            self.module.stored.functions.push(stored);
        }
        let slots = package.package_slots.iter().zip(&package.slot_values);
        for (index, (slot, value)) in slots.enumerate() {
            if let Slot::Func(func) = *slot
                && let Some(stored) = self.module.stored.functions.get_mut(func.index())
            {
                match stored.name.as_str() {
                    "init" => stored.name = format!("init.{index}"),
                    "_" => stored.name = format!("._{index}"),
                    _ => {}
                }
            }
            let value = match value {
                SlotValue::Object => StoredSlot::Object,
                SlotValue::Type(ty) => StoredSlot::Type(self.type_ref(*ty)),
                SlotValue::Const(value, ty) => self.stored_const(value, *ty),
                SlotValue::Undefined => StoredSlot::Undefined,
            };
            self.module.stored.slots.push(value);
        }
    }

    fn stored_func(&mut self, id: FuncId, func: &regno_frontend::typed::Func) -> StoredFunc {
        let package = self.package;
        let fields = |cx: &mut Self, vars: &[VarId]| -> Vec<StoredField> {
            let field = |&var: &VarId| {
                let var = &package.vars[var];
                StoredField { name: var.name.clone(), ty: cx.form(var.ty), embedded: false, tag: String::new() }
            };
            vars.iter().map(field).collect()
        };
        let captures = match &func.kind {
            FuncKind::Literal { captures, .. } => {
                captures.iter().map(|&var| self.type_ref(package.vars[var].ty)).collect()
            }
            _ => Vec::new(),
        };
        let extent = match self.files.get(func.file as usize) {
            Some(file) if !matches!(func.kind, FuncKind::Imported(_)) => extent(file, func.span),
            _ => Extent::default(),
        };
        debug_assert!(id.index() == self.module.stored.functions.len());
        if func.crossing {
            // What a call from outside gives it.
            self.type_ref(TypeId::GREALM);
        }
        StoredFunc {
            name: func.name.clone(),
            file: func.file,
            extent,
            params: fields(self, &func.params),
            results: fields(self, &func.results),
            variadic: func.variadic,
            crossing: func.crossing,
            native: func.native,
            captures,
            receiver: match func.kind {
                FuncKind::Method { .. } => func.params.first().map(|&param| self.type_ref(package.vars[param].ty)),
                _ => None,
            },
        }
    }

    fn stored_const(&mut self, held: &Held, ty: TypeId) -> StoredSlot {
        let stored = match &held.value {
            Constant::Nil => StoredConst::Nil,
            Constant::Str(text) => StoredConst::Text(text.to_vec()),
            Constant::Int(value) => StoredConst::Int(value.to_string()),
            Constant::Dec(value) => StoredConst::Dec(value.to_string()),
            _ => StoredConst::Bits(held.word()),
        };
        match self.package.types.get(ty) {
            Type::Basic(basic) if basic.is_untyped() => StoredSlot::Untyped(basic.identity_name().to_owned(), stored),
            _ => StoredSlot::Const(self.type_ref(ty), stored),
        }
    }

    /// The form in which a type is stored.
    pub(super) fn stored_type(&mut self, ty: TypeId) -> StoredType {
        let package = self.package;
        match package.types.get(ty) {
            Type::Invalid | Type::Tuple(_) | Type::Type | Type::Package | Type::Basic(Basic::UntypedNil) => {
                StoredType::None
            }
            Type::Basic(basic) => StoredType::Basic { id: basic.identity_name().to_owned() },
            Type::Named(named) => {
                let named = package.types.named(*named);
                let own = *named.pkg_path == *package.path;
                let method = |method: &regno_frontend::types::Method| FuncRef::new(method.func as usize);
                StoredType::Declared {
                    id: package.types.type_id_string(ty),
                    package: named.pkg_path.to_string(),
                    name: named.name.to_string(),
                    local: named.location.is_some(),
                    base: self.form(package.types.underlying(ty)),
                    methods: if own { named.methods.iter().map(method).collect() } else { Vec::new() },
                }
            }
            Type::Pointer(elem) => StoredType::Pointer { elem: self.form(*elem) },
            Type::Slice { elem, .. } => StoredType::Slice { elem: self.form(*elem) },
            Type::Array { len, elem, open } => {
                StoredType::Array { elem: self.form(*elem), len: u64::try_from(*len).unwrap_or(0), open: *open }
            }
            Type::Map { key, value } => StoredType::Map { key: self.form(*key), elem: self.form(*value) },
            Type::Chan { dir, elem } => StoredType::Chan {
                elem: self.form(*elem),
                direction: match dir {
                    ChanDir::Send => 1,
                    ChanDir::Receive => 2,
                    ChanDir::Both => 3,
                },
            },
            Type::Func(func) => StoredType::Func {
                params: self.stored_params(&func.params, false),
                results: self.stored_params(&func.results, true),
                variadic: func.variadic,
            },
            Type::Struct(structure) => StoredType::Struct {
                package: structure.pkg_path.to_string(),
                fields: structure
                    .fields
                    .iter()
                    .map(|field| StoredField {
                        name: field.name.to_string(),
                        ty: self.form(field.ty),
                        embedded: field.embedded,
                        tag: field.tag.as_deref().unwrap_or_default().to_owned(),
                    })
                    .collect(),
            },
            Type::Interface(interface) => StoredType::Interface {
                package: interface.pkg_path.to_string(),
                methods: package
                    .types
                    .interface_entries(ty)
                    .iter()
                    .map(|entry| StoredField {
                        embedded: !matches!(package.types.get(entry.ty), Type::Func(_)),
                        ..self.stored_field(entry.name.to_string(), entry.ty)
                    })
                    .collect(),
            },
        }
    }

    fn stored_params(&mut self, params: &[Param], results: bool) -> Vec<StoredField> {
        let field = |(number, param): (usize, &Param)| self.stored_field(named(&param.name, number, results), param.ty);
        params.iter().enumerate().map(field).collect()
    }

    fn stored_field(&mut self, name: String, ty: TypeId) -> StoredField {
        StoredField { name, ty: self.form(ty), embedded: false, tag: String::new() }
    }

    /// The form of a type; filled in by [`Context::finish_types`].
    pub(super) fn form(&mut self, ty: TypeId) -> FormRef {
        let ty = self.package.types.default_type(ty);
        if let Some(&known) = self.forms.get(&ty) {
            return known;
        }
        let new = FormRef::new(self.module.stored.forms.len());
        self.module.stored.forms.push(StoredType::None);
        self.forms.insert(ty, new);
        self.unfilled_forms.push((new, ty));
        new
    }

    /// Notes the form of the type with this descriptor.
    pub(super) fn store_type(&mut self, at: TypeRef, ty: TypeId) {
        let form = self.form(ty);
        let types = &mut self.module.stored.types;
        if types.len() <= at.index() {
            types.resize(at.index() + 1, FormRef::new(0));
        }
        if let Some(place) = types.get_mut(at.index()) {
            *place = form;
        }
    }

    /// Fills in the next form that is referred to; `false` if there is none.
    pub(super) fn finish_form(&mut self) -> bool {
        let Some((at, ty)) = self.unfilled_forms.pop() else { return false };
        let form = self.stored_type(ty);
        if let Some(place) = self.module.stored.forms.get_mut(at.index()) {
            *place = form;
        }
        true
    }
}
