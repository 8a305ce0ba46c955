//! Types and functions of a program in the form in which they are stored (spec/04 §3.4).

use super::Linked;
use crate::value::TypeIndex;
use crate::value::types::Kind as TypeKind;
use cranelift_entity::EntityRef;
use foldhash::fast::FixedState;
use indexmap::{Equivalent, IndexMap};
use regno_bytecode::module::{FunctionKind, Module};
use regno_bytecode::path::PathKind;
use regno_bytecode::stored::{Extent, FormRef, Stored, StoredField, StoredFunc, StoredType};
use regno_store::model::{Declared, FieldType, Func, Location, Pos, Span, primitive};
use regno_store::{Type, TypedValue, Value};
use std::collections::{HashMap, HashSet};

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
    /// Type of a method's receiver.
    pub receiver: TypeIndex,
}

/// Where a function is declared or written: two files of a package can have one name where one lies over another.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Place {
    /// Package.
    package: u32,
    /// Name of the file.
    file: String,
    /// Name of the function.
    name: String,
    /// Extent.
    extent: Extent,
}

/// A [`Place`] to be looked up.
#[derive(Clone, Copy, Hash, Debug)]
pub(crate) struct PlaceOf<'a> {
    /// Package.
    pub package: u32,
    /// Name of the file.
    pub file: &'a str,
    /// Name of the function.
    pub name: &'a str,
    /// Extent.
    pub extent: Extent,
}

impl Equivalent<Place> for PlaceOf<'_> {
    fn equivalent(&self, place: &Place) -> bool {
        let Place { package, file, name, extent } = place;
        (self.package, self.file, self.name, self.extent) == (*package, file, name, *extent)
    }
}

/// Stored forms by program-wide indices.
#[derive(Clone, Debug, Default)]
pub(crate) struct StoredTable {
    /// By type index: as in a value, so declared types are references.
    pub types: Vec<Option<Type>>,
    /// By package and type index: forms in programs' own packages that differ from those in `types`.
    pub own: HashMap<(u32, TypeIndex), Type>,
    /// By package and type index: the index of an unnamed struct or map type under which the package makes objects, so that
    /// they say in which form their type was written.
    pub written: HashMap<(u32, TypeIndex), TypeIndex>,
    /// The values of `written` by type index.
    pub variants: HashMap<TypeIndex, Vec<TypeIndex>>,
    /// By type index: records of declared types.
    pub records: HashMap<TypeIndex, Type>,
    /// Types of variables as they were declared, by global index, where they differ from [`StoredTable::ty_in`].
    pub globals: HashMap<u32, Type>,
    /// The types of those variables.
    pub varied: HashSet<TypeIndex>,
    /// Function types of fields as they were declared, by struct type and field.
    pub fields: HashMap<(TypeIndex, u32), Type>,
    /// By function index.
    pub functions: Vec<FunctionForm>,
    /// Functions by package, file and extent.
    places: IndexMap<Place, u32, FixedState>,
}

impl StoredTable {
    /// The stored form of a type in an object of a package: as the package writes it, if it does.
    pub fn ty_in(&self, package: u32, ty: TypeIndex) -> Option<Type> {
        self.own.get(&(package, ty)).cloned().or_else(|| self.ty(ty))
    }

    /// The stored form of a type.
    pub fn ty(&self, ty: TypeIndex) -> Option<Type> {
        self.types.get(ty as usize).cloned().flatten()
    }

    /// The index for objects that a package makes of a type.
    pub fn made_by(&self, package: u32, ty: TypeIndex) -> TypeIndex {
        self.written.get(&(package, ty)).copied().unwrap_or(ty)
    }

    /// The index for an object whose type is stored in this form.
    pub fn made_as(&self, ty: TypeIndex, form: &Type) -> TypeIndex {
        let variants = self.variants.get(&ty).map_or(&[][..], Vec::as_slice);
        let same = |index: &&TypeIndex| self.types.get(**index as usize).and_then(Option::as_ref) == Some(form);
        variants.iter().find(same).copied().unwrap_or(ty)
    }

    /// The function that is written at a place.
    pub fn function_at(&self, place: PlaceOf<'_>) -> Option<u32> {
        self.places.get(&place).copied()
    }

    /// The form of a function.
    pub fn function(&self, function: u32) -> Option<&FunctionForm> {
        self.functions.get(function as usize)
    }
}

/// Makes the stored forms of one module's types.
struct Forms<'a> {
    stored: &'a Stored,
}

impl Forms<'_> {
    fn form(&self, ty: FormRef, depth: u32) -> Option<Type> {
        if depth > MAX_DEPTH {
            return None;
        }
        let part = |ty: FormRef| self.form(ty, depth + 1).map(Box::new);
        let fields = |fields: &[StoredField]| self.fields(fields, depth);
        Some(match self.stored.forms.get(ty.index())? {
            StoredType::None => return None,
            StoredType::Basic { id } => Type::Primitive(primitive::of_name(id)?),
            StoredType::Pointer { elem } => Type::Pointer(part(*elem)),
            StoredType::Slice { elem } => Type::Slice { elem: part(*elem), variadic: false },
            StoredType::Array { elem, len, open } => {
                Type::Array { len: i64::try_from(*len).unwrap_or(i64::MAX), elem: part(*elem), variadic: *open }
            }
            StoredType::Map { key, elem } => Type::Map { key: part(*key), elem: part(*elem) },
            StoredType::Struct { package, fields: parts } => {
                Type::Struct { pkg_path: package.clone(), fields: fields(parts) }
            }
            // `any` belongs to no package.
            StoredType::Interface { package, methods } => {
                let package = if package == ".uverse" { String::new() } else { package.clone() };
                Type::Interface { pkg_path: package, methods: fields(methods), generic: String::new() }
            }
            StoredType::Func { params, results, variadic } => {
                let mut params = fields(params);
                mark_variadic(&mut params, *variadic);
                Type::Func { params, results: fields(results) }
            }
            StoredType::Chan { elem, direction } => Type::Chan { dir: i64::from(*direction), elem: part(*elem) },
            StoredType::Declared { id, .. } => Type::Ref(id.clone()),
        })
    }

    /// The form if it is a function type that is written out.
    fn function(&self, ty: FormRef) -> Option<Type> {
        matches!(self.stored.forms.get(ty.index())?, StoredType::Func { .. }).then(|| self.form(ty, 0))?
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
    /// Enters the unnamed struct and map types that a module writes and whose form depends on the package. Its code refers to them.
    pub(super) fn add_written(&mut self, package: u32, module: &Module) {
        let forms = Forms { stored: &module.stored };
        let Some(linked) = self.packages.get(package as usize) else { return };
        let first = self.types.len();
        let (types, table) = (&mut self.types, &mut self.stored);
        for (&form, &ty) in module.stored.types.iter().zip(&linked.map.types) {
            let unnamed = !types.get(ty).declared && !table.written.contains_key(&(package, ty));
            if !unnamed || !matches!(types.get(ty).kind, TypeKind::Struct { .. } | TypeKind::Map { .. }) {
                continue;
            }
            let Some(form) = forms.form(form, 0).filter(names_package) else { continue };
            let index = types.add_written(package, ty);
            table.written.insert((package, ty), index);
            table.variants.entry(ty).or_default().push(index);
            table.types.resize(types.len(), None);
            if let Some(place) = table.types.get_mut(index as usize) {
                *place = Some(form);
            }
        }
        types.derive(first);
    }

    /// Enters the stored forms of a module that has just been linked as `package`.
    pub(super) fn add_stored(&mut self, package: u32, module: &Module, kinds: &[FunctionKind]) {
        let forms = Forms { stored: &module.stored };
        let Some(linked) = self.packages.get(package as usize) else { return };
        let library = linked.path != "main" && PathKind::of(&linked.path) == PathKind::Library;
        let table = &mut self.stored;
        table.functions.resize_with(self.functions.len(), FunctionForm::default);
        for (at, (stored, kind)) in module.stored.functions.iter().zip(kinds).enumerate() {
            let Some(&index) = linked.map.funcs.get(at).filter(|_| !matches!(kind, FunctionKind::Imported(_))) else {
                continue;
            };
            let literal = *kind == FunctionKind::Literal;
            let file = linked.file_names.get(stored.file as usize).map_or("", String::as_str);
            let place = Place { package, file: file.to_owned(), name: stored.name.clone(), extent: stored.extent };
            table.places.entry(place).or_insert(index);
            if let Some(code) = self.functions.get_mut(index as usize) {
                code.crossing_method = stored.crossing && matches!(kind, FunctionKind::Method(_));
            }
            if let Some(place) = table.functions.get_mut(index as usize) {
                *place = FunctionForm {
                    func: func(&forms, stored, kind, &linked.path, file),
                    file: (!literal).then_some(stored.file),
                    receiver: stored.receiver.and_then(|ty| linked.map.types.get(ty.index()).copied()).unwrap_or(0),
                    captures: stored
                        .captures
                        .iter()
                        .map(|ty| linked.map.types.get(ty.index()).copied().unwrap_or(0))
                        .collect(),
                };
            }
        }
        table.types.resize(self.types.len(), None);
        for (at, &form) in module.stored.types.iter().enumerate() {
            let Some(&index) = linked.map.types.get(at) else { continue };
            match table.types.get_mut(index as usize) {
                Some(place @ None) => *place = forms.form(form, 0),
                Some(Some(known)) if !library => {
                    let form = forms.form(form, 0);
                    if let Some(form) = form.filter(|form| form != known) {
                        table.own.insert((package, index), form);
                    }
                }
                _ => {}
            }
            let base = match module.stored.forms.get(form.index()) {
                Some(StoredType::Declared { base, .. }) => *base,
                _ => form,
            };
            if let Some(StoredType::Struct { fields, .. }) = module.stored.forms.get(base.index()) {
                for (number, field) in fields.iter().enumerate() {
                    if let Some(ty) = forms.function(field.ty) {
                        table.fields.entry((index, number as u32)).or_insert(ty);
                    }
                }
            }
            if let Some(StoredType::Declared { package, name, local: false, base, methods, .. }) =
                module.stored.forms.get(form.index())
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
        for (at, &form) in module.stored.globals.iter().enumerate() {
            let Some(&index) = linked.globals.get(at) else { continue };
            let content = self.globals.get(index as usize).map_or(0, |global| global.ty);
            let usual = table.ty_in(package, content);
            if let Some(ty) = forms.form(form, 0)
                && usual.as_ref() != Some(&ty)
            {
                table.varied.insert(content);
                table.globals.entry(index).or_insert(ty);
            }
        }
    }
}

/// Whether a written type says in which package.
fn names_package(form: &Type) -> bool {
    let mut todo = vec![form];
    while let Some(form) = todo.pop() {
        match form {
            Type::Struct { .. } => return true,
            Type::Interface { methods, .. } if !methods.is_empty() => return true,
            Type::Pointer(elem) | Type::Slice { elem, .. } | Type::Array { elem, .. } => todo.extend(elem.as_deref()),
            Type::Map { key, elem } => todo.extend(key.as_deref().into_iter().chain(elem.as_deref())),
            _ => {}
        }
    }
    false
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
