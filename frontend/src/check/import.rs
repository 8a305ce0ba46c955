//! Imports: names of packages in files, and the stand-ins of what is used from them (spec/01 §2.4).
//!
//! A function, method or variable of another package gets an entity of its own in this package's tables when it is first used,
//! so that the rest of the compiler numbers them like the package's own.

use super::crossing::is_crossing;
use super::expr::Operand;
use super::scope::Entity;
use super::world::{Export, Exports};
use super::{Checker, Result};
use crate::finding::VmError;
use crate::package::expected_name;
use crate::source::Span;
use crate::syntax::ast;
use crate::typed::{
    ExprKind, FuncId, FuncKind, FuncUse, Global, GlobalId, ImportedName, Scope, ScopeKind, Var, VarKind,
};
use crate::types::{NamedId, TypeId, is_exported};
use cranelift_entity::EntityRef;
use indexmap::{IndexMap, IndexSet};
use regno_bytecode::path::is_realm;
use std::collections::HashMap;
use std::rc::Rc;

/// Packages that can be imported.
pub(super) type Known = IndexMap<Rc<str>, Rc<Exports>>;

/// The number of the package itself.
const SELF: u32 = u32::MAX;

/// What the files of a package import, and the stand-ins.
#[derive(Default)]
pub(super) struct Imports {
    /// Paths in the order of their first import.
    pub(super) paths: IndexSet<String>,
    /// Where each path is imported first.
    pub(super) locations: Vec<String>,
    /// Imported packages by number.
    packages: Vec<Rc<Exports>>,
    /// For each file the names of packages.
    pub(super) files: Vec<IndexMap<String, u32>>,
    funcs: HashMap<(u32, Rc<str>), FuncId>,
    globals: HashMap<(u32, Rc<str>), GlobalId>,
    /// Methods of types of other packages.
    pub(super) methods: HashMap<(NamedId, u32), FuncId>,
}

impl Imports {
    /// For each file the packages in the slots of its block, as indices of paths.
    pub(super) fn file_slots(&self) -> Vec<Vec<u32>> {
        let path_index = |&number: &u32| {
            let package = self.packages.get(number as usize)?;
            self.paths.get_index_of(&*package.path).and_then(|index| u32::try_from(index).ok())
        };
        self.files.iter().map(|names| names.values().filter_map(path_index).collect()).collect()
    }
}

impl<'a> Checker<'a> {
    /// Works out the imports of a file.
    pub(super) fn collect_imports(&mut self, file: &'a ast::File<'a>, known: &Known) -> Result<()> {
        self.imports.files.push(IndexMap::new());
        file.imports.iter().try_for_each(|spec| self.import(spec, known))
    }

    fn import(&mut self, spec: &'a ast::ImportSpec<'a>, known: &Known) -> Result<()> {
        if spec.name.is_some_and(|name| name.name == ".") {
            return Err(self.error(spec.span, VmError::DotImport));
        }
        if *spec.path == *self.path && is_realm(&self.path) {
            return self.import_self(spec);
        }
        let Some(exports) = known.get(spec.path) else {
            return Err(self.error(spec.span, VmError::UnknownImport { path: spec.path.into() }));
        };
        if self.imports.paths.insert(spec.path.to_owned()) {
            let location = self.location(spec.span);
            self.imports.locations.push(location);
        }
        let name = match spec.name.map(|name| name.name) {
            Some("_") => return Ok(()),
            Some(name) => name.to_owned(),
            None => {
                let expected = expected_name(spec.path);
                if *exports.name != *expected {
                    let (path, name, expected) = (spec.path.into(), (&exports.name).into(), expected.into());
                    return Err(self.error(spec.span, VmError::ImportName { path, name, expected }));
                }
                exports.name.to_string()
            }
        };
        self.refuse_predeclared(&name, spec.span)?;
        let packages = &mut self.imports.packages;
        let number = packages.iter().position(|package| package.path == exports.path).unwrap_or_else(|| {
            packages.push(exports.clone());
            packages.len() - 1
        });
        self.name_import(name, u32::try_from(number).unwrap_or(u32::MAX), spec.span)
    }

    /// A realm that imports itself: its own names behind a package name.
    fn import_self(&mut self, spec: &'a ast::ImportSpec<'a>) -> Result<()> {
        match spec.name.map(|name| name.name) {
            Some("_") => Ok(()),
            name => {
                let name = name.unwrap_or(expected_name(spec.path));
                self.name_import(name.to_owned(), SELF, spec.span)
            }
        }
    }

    fn name_import(&mut self, name: String, number: u32, span: Span) -> Result<()> {
        let names = self.imports.files.last_mut();
        let other = names.and_then(|names| names.insert(name.clone(), number)).filter(|&other| other != number);
        match other {
            Some(_) => Err(self.error(span, VmError::RedefinedName { name: name.into() })),
            None => Ok(()),
        }
    }

    /// The package that a name means in the current file.
    pub(super) fn imported_package(&self, name: &str) -> Option<u32> {
        self.imports.files.get(self.at.file as usize)?.get(name).copied()
    }

    /// The package that an expression names, if it is the name of one.
    pub(super) fn names_package(&mut self, e: ast::ExprRef<'a>) -> Result<Option<u32>> {
        let ast::ExprKind::Ident(name) = super::expr::unparen(e).kind else { return Ok(None) };
        if self.imported_package(name).is_none() {
            return Ok(None);
        }
        Ok(match self.meaning(name, e.span)? {
            Some((Entity::Package(package), _)) => Some(package),
            _ => None,
        })
    }

    /// The error of a package name that stands alone.
    pub(super) fn misplaced_package(&self, name: &str, span: Span) -> super::CheckError {
        self.error(span, VmError::PackageUse { name: name.into() })
    }

    /// The name of an imported package in the current file, and its place in the file's block.
    pub(super) fn import_name(&self, path: &str) -> (String, usize) {
        let number = self.imports.packages.iter().position(|package| *package.path == *path);
        let names = self.imports.files.get(self.at.file as usize);
        let found = names.and_then(|names| {
            let (index, (name, _)) =
                names.iter().enumerate().find(|(_, (_, package))| Some(**package as usize) == number)?;
            Some((name.clone(), index))
        });
        found.unwrap_or_else(|| (expected_name(path).to_owned(), 0))
    }

    /// Refuses `package.name` as the left side of an assignment.
    pub(super) fn refuse_foreign_target(&mut self, e: ast::ExprRef<'a>) -> Result<()> {
        let e = super::expr::unparen(e);
        let ast::ExprKind::Selector(selector) = e.kind else { return Ok(()) };
        let Some(package) = self.names_package(selector.x)? else { return Ok(()) };
        let name = selector.sel.name;
        if package == SELF {
            return Ok(());
        }
        let (package, from) = (self.import_path(package).into(), (&self.path).into());
        let error = match is_exported(name) {
            true => VmError::MemberMutation { package, name: name.into(), from },
            false => VmError::MemberAccess { package, name: name.into(), from },
        };
        Err(self.error(e.span, error))
    }

    /// What `package.name` means.
    fn member(&self, package: u32, name: &str, span: Span) -> Result<Export> {
        let Some(exports) = self.imports.packages.get(package as usize) else {
            return Err(self.error(span, VmError::ShouldNotHappen));
        };
        if !is_exported(name) {
            let (package, from) = ((&exports.path).into(), (&self.path).into());
            return Err(self.error(span, VmError::MemberAccess { package, name: name.into(), from }));
        }
        match exports.names.get(name) {
            Some(export) => Ok(export.clone()),
            None => Err(self.error(span, VmError::NotDeclared { name: name.into() })),
        }
    }

    /// The type that `package.name` denotes, if it denotes one.
    pub(super) fn member_type(&mut self, selector: &'a ast::SelectorExpr<'a>, span: Span) -> Result<Option<TypeId>> {
        let Some(package) = self.names_package(selector.x)? else { return Ok(None) };
        if package == SELF {
            return Ok(match self.package_entity(selector.sel.name)? {
                Some(Entity::Type(t)) => Some(t),
                _ => None,
            });
        }
        Ok(match self.member(package, selector.sel.name, span)? {
            Export::Type(t) => Some(t),
            _ => None,
        })
    }

    /// `package.name` as a value: a constant, or what a package-level name inside a literal costs (spec/02 §5.6).
    pub(super) fn package_member(&mut self, package: u32, name: &str, span: Span) -> Result<Operand> {
        if package == SELF {
            return self.own_member(name, span);
        }
        let via_package = true;
        let (kind, ty, recorded) = match self.member(package, name, span)? {
            Export::Const(value, t) => return Ok(self.held_constant(value, t, span)),
            Export::Type(t) => {
                return Err(self.error(span, VmError::NotExpression { of: self.type_arg(t) }));
            }
            Export::Var(ty, recorded) => {
                let global = self.imported_global(package, name, ty, recorded);
                (ExprKind::Global { global, via_package }, ty, recorded)
            }
            Export::Func(signature) => {
                let func = self.imported_func(package, name, signature);
                (ExprKind::Func { func, named: FuncUse::Member }, signature, signature)
            }
        };
        let id = self.add_node(kind, ty, Some(recorded), span);
        Ok(Operand { id, ty: Some(recorded) })
    }

    /// A name of the package itself behind its package name.
    fn own_member(&mut self, name: &str, span: Span) -> Result<Operand> {
        let via_package = true;
        let (kind, ty, recorded) = match self.package_entity(name)? {
            Some(Entity::Const(value, t)) => return Ok(self.held_constant(value, t, span)),
            Some(Entity::Global(global)) => {
                let recorded = self.global_static(global);
                (ExprKind::Global { global, via_package }, self.globals[global].ty, recorded)
            }
            Some(Entity::Func(func)) => {
                let t = self.func_type(func);
                (ExprKind::Func { func, named: FuncUse::Member }, t, Some(t))
            }
            Some(Entity::Type(t)) => {
                return Err(self.error(span, VmError::NotExpression { of: self.type_arg(t) }));
            }
            _ => return Err(self.error(span, VmError::NotDeclared { name: name.into() })),
        };
        let id = self.add_node(kind, ty, recorded, span);
        Ok(Operand { id, ty: recorded })
    }

    fn imported_global(&mut self, package: u32, name: &str, ty: TypeId, recorded: TypeId) -> GlobalId {
        let key = (package, Rc::from(name));
        if let Some(&known) = self.imports.globals.get(&key) {
            return known;
        }
        let imported = Some(ImportedName { package: self.import_path(package), name: name.to_owned() });
        let global = self.globals.push(Global { name: name.to_owned(), ty, imported });
        self.global_statics[global] = Some(recorded);
        self.imports.globals.insert(key, global);
        global
    }

    fn imported_func(&mut self, package: u32, name: &str, signature: TypeId) -> FuncId {
        let key = (package, Rc::from(name));
        if let Some(&known) = self.imports.funcs.get(&key) {
            return known;
        }
        let imported = ImportedName { package: self.import_path(package), name: name.to_owned() };
        let func = self.stand_in(name, imported, signature, None);
        self.imports.funcs.insert(key, func);
        func
    }

    /// The function of a method in this package's table; `None` for methods of predeclared types.
    pub(super) fn method_func(&mut self, named: NamedId, index: u32) -> Option<FuncId> {
        let declared = self.types.named(named);
        let method = declared.methods.get(index as usize)?;
        if method.func >= u32::MAX - 1 {
            return None;
        }
        if declared.pkg_path == self.path {
            return Some(FuncId::from_u32(method.func));
        }
        if let Some(&known) = self.imports.methods.get(&(named, index)) {
            return Some(known);
        }
        let (name, signature, pointer) = (method.name.clone(), method.signature, method.ptr_receiver);
        let imported =
            ImportedName { package: declared.pkg_path.to_string(), name: format!("{}.{name}", declared.name) };
        let base = self.types.named_type(named);
        let receiver = if pointer { self.types.pointer(base) } else { base };
        let func = self.stand_in(&name, imported, signature, Some(receiver));
        self.imports.methods.insert((named, index), func);
        Some(func)
    }

    /// Path of an imported package.
    pub(super) fn import_path(&self, package: u32) -> String {
        self.imports.packages.get(package as usize).map_or_else(String::new, |exports| exports.path.to_string())
    }

    /// A function of another package: signature and parameters, no body.
    fn stand_in(&mut self, name: &str, imported: ImportedName, signature: TypeId, receiver: Option<TypeId>) -> FuncId {
        let func = self.new_function(name, Span::default());
        let shape = self.types.as_func(signature).cloned().unwrap_or_default();
        let scope = self.scopes.push(Scope { kind: ScopeKind::Func, parent: None, slots: Vec::new() });
        let crossing = is_crossing(&shape);
        let params = shape.params.into_iter().map(|param| (param.name.to_string(), param.ty));
        let params: Vec<(String, TypeId)> =
            receiver.into_iter().map(|t| (".recv".to_owned(), t)).chain(params).collect();
        for (index, (name, ty)) in params.into_iter().enumerate() {
            let kind = VarKind::Param(u32::try_from(index).unwrap_or(u32::MAX));
            let var = self.vars.push(Var { name, ty, kind, boxed: false, scope });
            self.scopes[scope].slots.push(var);
            self.funcs[func].params.push(var);
        }
        for (index, result) in shape.results.into_iter().enumerate() {
            let kind = VarKind::Result(u32::try_from(index).unwrap_or(u32::MAX));
            let var = Var { name: result.name.to_string(), ty: result.ty, kind, boxed: false, scope };
            let var = self.vars.push(var);
            self.scopes[scope].slots.push(var);
            self.funcs[func].results.push(var);
        }
        let entry = &mut self.funcs[func];
        entry.kind = FuncKind::Imported(imported);
        entry.signature = signature;
        entry.scope = scope;
        entry.variadic = shape.variadic;
        entry.crossing = crossing;
        debug_assert!(func.index() < u32::MAX as usize);
        func
    }
}
