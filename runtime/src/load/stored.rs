//! Types and functions of a program in the form in which they are stored (spec/04 §3.4).

use super::Linked;
use crate::value::TypeIndex;
use cranelift_entity::EntityRef;
use regno_bytecode::module::{FunctionKind, Module};
use regno_bytecode::stored::{Extent, Stored, StoredField, StoredFunc, StoredType};
use regno_bytecode::types::TypeRef;
use regno_store::model::{Declared, FieldType, Func, Location, Pos, Span, primitive};
use regno_store::{Type, TypedValue, Value};
use std::collections::HashMap;

/// Deepest nesting of a written type.
const MAX_DEPTH: u32 = 200;

/// A function as it is stored, apart from what belongs to one value of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct FunctionForm {
    /// The value without identity, parent and captures.
    pub func: Func,
    /// Its file, if values of it refer to the file's block.
    pub file: Option<u32>,
    /// Types of the variables that it captures.
    pub captures: Vec<TypeIndex>,
}

/// Stored forms by program-wide indices.
#[derive(Clone, Debug, Default)]
pub(crate) struct StoredTable {
    /// By type index: as in a value, so declared types are references.
    pub types: Vec<Option<Type>>,
    /// By type index: records of declared types.
    pub records: HashMap<TypeIndex, Type>,
    /// By function index.
    pub functions: Vec<FunctionForm>,
    /// Functions by package, file and extent.
    pub places: HashMap<(u32, u32, Extent), u32>,
}

impl StoredTable {
    /// The stored form of a type.
    pub fn ty(&self, ty: TypeIndex) -> Option<Type> {
        self.types.get(ty as usize).cloned().flatten()
    }

    /// The form of a function.
    pub fn function(&self, function: u32) -> Option<&FunctionForm> {
        self.functions.get(function as usize)
    }
}

/// Makes the stored forms of one module's types.
struct Forms<'a> {
    stored: &'a Stored,
    /// Identity strings of the module's types.
    ids: Vec<&'a str>,
}

impl Forms<'_> {
    fn form(&self, ty: TypeRef, depth: u32) -> Option<Type> {
        if depth > MAX_DEPTH {
            return None;
        }
        let part = |ty: TypeRef| self.form(ty, depth + 1).map(Box::new);
        let fields = |fields: &[StoredField]| self.fields(fields, depth);
        Some(match self.stored.types.get(ty.index())? {
            StoredType::None => return None,
            StoredType::Basic { id } => Type::Primitive(primitive::of_name(id)?),
            StoredType::Pointer { elem } => Type::Pointer(part(*elem)),
            StoredType::Slice { elem } => Type::Slice { elem: part(*elem), variadic: false },
            StoredType::Array { elem, len } => {
                Type::Array { len: i64::try_from(*len).unwrap_or(i64::MAX), elem: part(*elem), variadic: false }
            }
            StoredType::Map { key, elem } => Type::Map { key: part(*key), elem: part(*elem) },
            StoredType::Struct { package, fields: parts } => {
                Type::Struct { pkg_path: package.clone(), fields: fields(parts) }
            }
            StoredType::Interface { package, methods } => {
                Type::Interface { pkg_path: package.clone(), methods: fields(methods), generic: String::new() }
            }
            StoredType::Func { params, results, variadic } => {
                let mut params = fields(params);
                mark_variadic(&mut params, *variadic);
                Type::Func { params, results: fields(results) }
            }
            StoredType::Chan { elem, direction } => Type::Chan { dir: i64::from(*direction), elem: part(*elem) },
            StoredType::Declared { .. } => Type::Ref((*self.ids.get(ty.index())?).to_owned()),
        })
    }

    fn fields(&self, fields: &[StoredField], depth: u32) -> Vec<FieldType> {
        let field = |field: &StoredField| FieldType {
            name: field.name.clone(),
            ty: self.form(field.ty, depth + 1),
            embedded: field.embedded,
            tag: field.tag.clone(),
        };
        fields.iter().map(field).collect()
    }
}

fn mark_variadic(params: &mut [FieldType], is: bool) {
    if let Some(Type::Slice { variadic, .. }) = params.last_mut().and_then(|param| param.ty.as_mut()) {
        *variadic = is;
    }
}

fn span(extent: Extent) -> Span {
    let pos = |line, column| Pos { line: i64::from(line), column: i64::from(column) };
    Span { pos: pos(extent.line, extent.column), end: pos(extent.end_line, extent.end_column), num: 0 }
}

impl Linked {
    /// Enters the stored forms of a module that has just been linked as `package`.
    pub(super) fn add_stored(&mut self, package: u32, module: &Module, kinds: &[FunctionKind]) {
        let forms = Forms { stored: &module.stored, ids: module.types.iter().map(|desc| desc.id.as_str()).collect() };
        let Some(linked) = self.packages.get(package as usize) else { return };
        let table = &mut self.stored;
        table.functions.resize_with(self.functions.len(), FunctionForm::default);
        for (at, (stored, kind)) in module.stored.functions.iter().zip(kinds).enumerate() {
            let Some(&index) = linked.map.funcs.get(at).filter(|_| !matches!(kind, FunctionKind::Imported(_))) else {
                continue;
            };
            let literal = *kind == FunctionKind::Literal;
            table.places.entry((package, stored.file, stored.extent)).or_insert(index);
            let file = linked.file_names.get(stored.file as usize).map_or("", String::as_str);
            if let Some(place) = table.functions.get_mut(index as usize) {
                *place = FunctionForm {
                    func: func(&forms, stored, kind, &linked.path, file),
                    file: (!literal).then_some(stored.file),
                    captures: stored
                        .captures
                        .iter()
                        .map(|ty| linked.map.types.get(ty.index()).copied().unwrap_or(0))
                        .collect(),
                };
            }
        }
        table.types.resize(self.types.len(), None);
        for (at, stored) in module.stored.types.iter().enumerate() {
            let Some(&index) = linked.map.types.get(at) else { continue };
            if let Some(place @ None) = table.types.get_mut(index as usize) {
                *place = forms.form(TypeRef::new(at), 0);
            }
            if let StoredType::Declared { package, name, local: false, base, methods } = stored
                && *package == linked.path
            {
                let methods = methods.iter().filter_map(|method| {
                    let index = *linked.map.funcs.get(method.index())?;
                    let func = table.functions.get(index as usize)?.func.clone();
                    Some(TypedValue { ty: func.ty.clone(), value: Some(Value::Func(Box::new(func))), n: [0; 8] })
                });
                let record = Declared {
                    pkg_path: package.clone(),
                    name: name.clone(),
                    parent_loc: Location::default(),
                    base: forms.form(*base, 0),
                    methods: methods.collect(),
                };
                table.records.insert(index, Type::Declared(Box::new(record)));
            }
        }
    }
}

fn func(forms: &Forms<'_>, stored: &StoredFunc, kind: &FunctionKind, path: &str, file: &str) -> Func {
    let mut params = forms.fields(&stored.params, 0);
    mark_variadic(&mut params, stored.variadic);
    let literal = *kind == FunctionKind::Literal;
    let native = |text: &str| if stored.native { text.to_owned() } else { String::new() };
    Func {
        ty: Some(Type::Func { params, results: forms.fields(&stored.results, 0) }),
        is_method: matches!(kind, FunctionKind::Method(_)),
        source: Some(Location { pkg_path: path.to_owned(), file: file.to_owned(), span: span(stored.extent) }),
        name: stored.name.clone(),
        file: if literal { String::new() } else { file.to_owned() },
        pkg_path: path.to_owned(),
        native_pkg: native(path),
        native_name: native(&stored.name),
        crossing: stored.crossing,
        ..Func::default()
    }
}
