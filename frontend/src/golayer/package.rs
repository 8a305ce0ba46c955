//! Collecting the names of a package, and what can be said about them without types.

use super::decl::{Decl, strips_parameters};
use super::object::{Home, ObjId, ObjKind, Object, Progress, Scope, ScopeId, is_exported};
use super::types::{INVALID, Type};
use super::{Checker, Place, Purpose, deep};
use crate::finding::GoError;
use crate::package::{expected_name, is_production_file};
use crate::source::{SourceFile, Span};
use crate::syntax::ParsedFile;
use crate::syntax::ast::{self, ExprKind, ExprRef, Ident, Specs};
use std::collections::HashSet;
use std::rc::Rc;

/// A package: its path and name, its block, its files.
pub(super) struct Unit {
    pub(super) path: String,
    pub(super) name: String,
    pub(super) scope: ScopeId,
    pub(super) first: usize,
    pub(super) last: usize,
}

/// A method and the receiver type that was written.
struct Method<'a> {
    obj: ObjId,
    file: u32,
    base: &'a str,
    pointer: bool,
}

impl<'a> Checker<'a> {
    pub(super) fn new_object(&mut self, kind: ObjKind, name: Ident<'a>, ty: Option<super::types::Ty>) -> ObjId {
        let home = self.home();
        self.objs.push(Object {
            kind,
            name: name.name.into(),
            home,
            ty,
            file: Some(self.env.file),
            span: name.span,
            used: false,
            progress: if ty.is_some() { Progress::Done } else { Progress::Untouched },
            order: 0,
            pointer_receiver: false,
        })
    }

    /// Adds a package; its number.
    pub(super) fn add_unit(&mut self, path: &str, files: &'a [ParsedFile<'a>], sources: &'a [SourceFile]) -> u32 {
        let number = u32::try_from(self.units.len()).unwrap_or(u32::MAX);
        let scope = self.scopes.push(Scope { parent: Some(self.universe), ..Scope::default() });
        let first = self.files.len();
        for (file, source) in files.iter().zip(sources) {
            self.files.push(&file.file);
            self.sources.push(source);
            self.file_units.push(number);
            let scope = self.scopes.push(Scope::default());
            self.file_scopes.push(scope);
        }
        let name = files.first().map_or("", |file| file.file.package.name).to_owned();
        self.units.push(Unit { path: path.to_owned(), name, scope, first, last: self.files.len() });
        number
    }

    /// The package of a path, if it can be imported; collected on first demand.
    fn import(&mut self, path: &str) -> Option<u32> {
        if let Some(known) = self.units.iter().skip(1).position(|unit| unit.path == path) {
            return u32::try_from(known + 1).ok();
        }
        let dependency = self.dependencies?.iter().find(|dependency| dependency.path == path)?;
        let number = self.add_unit(path, dependency.files, dependency.sources);
        let outer = self.env.clone();
        deep(|| self.collect(number));
        self.env = outer;
        Some(number)
    }

    /// Enters all package-level names of a package. False if there is nothing to check.
    pub(super) fn collect(&mut self, unit: u32) -> bool {
        let Some(found) = self.units.get(unit as usize) else { return false };
        let (name, first, last) = (found.name.clone(), found.first, found.last);
        if first == last {
            return false;
        }
        let mut methods = Vec::new();
        let mut functions = HashSet::new();
        for index in first..last {
            let Some(file) = self.files.get(index).copied() else { continue };
            self.env.file = u32::try_from(index).unwrap_or(u32::MAX);
            self.env.scope = self.package_scope();
            if file.package.name == "_" {
                self.report(file.package.span, GoError::BlankPackage);
                continue;
            }
            if file.package.name != name {
                self.report(
                    Span::at(file.span.start),
                    GoError::PackageMismatch { name: file.package.name.into(), expected: name.clone().into() },
                );
                continue;
            }
            // A second function of a name in production files never reaches the checker.
            let production = self.sources.get(index).is_none_or(|source| is_production_file(source.name()));
            for decl in file.decls {
                match decl {
                    ast::Decl::Gen(decl) => self.collect_specs(decl),
                    ast::Decl::Func(decl) => {
                        let plain = decl.receiver.is_none() && decl.name.name != "init";
                        if !production || !plain || functions.insert(decl.name.name) {
                            self.collect_func(decl, &name, &mut methods);
                        }
                    }
                    ast::Decl::Bad(_) => {}
                }
            }
        }
        // The injected file comes last and takes its package name from the path, unless the package has one of its own.
        self.env.file = u32::try_from(first).unwrap_or(u32::MAX);
        let expected = expected_name(&self.path);
        if unit != 0 || self.purpose != Purpose::Run || expected == name {
            self.declare_injected();
        } else {
            self.report_at(
                Place { file: None, span: Span::default() },
                GoError::PackageMismatch { name: expected.into(), expected: name.into() },
            );
        }
        if unit == 0 {
            self.check_import_conflicts();
        }
        for method in methods {
            self.env.file = method.file;
            if let Some(base) = self.receiver_base(method.base, method.pointer) {
                self.objs[method.obj].pointer_receiver = base.1;
                self.methods.entry(base.0).or_default().push(method.obj);
            }
        }
        true
    }

    fn collect_specs(&mut self, decl: &'a ast::GenDecl<'a>) {
        match decl.specs {
            Specs::Import(specs) => specs.iter().for_each(|spec| self.collect_import(spec)),
            Specs::Const(specs) => {
                let mut last: Option<&ast::ValueSpec<'a>> = None;
                for spec in specs {
                    let inherited = spec.ty.is_none() && spec.values.is_empty();
                    if !inherited {
                        last = Some(spec);
                    }
                    self.check_arity(spec, last, true);
                    for (index, name) in spec.names.iter().enumerate() {
                        let obj = self.new_object(ObjKind::Const(super::value::Value::Unknown), *name, None);
                        let decl = Decl::Const {
                            file: self.env.file,
                            ty: last.and_then(|last| last.ty),
                            init: last.and_then(|last| last.values.get(index).copied()),
                            inherited,
                            iota: i64::from(spec.iota),
                        };
                        self.declare_package(*name, obj, decl);
                    }
                }
            }
            Specs::Var(specs) => {
                for spec in specs {
                    if spec.ty.is_none() || !spec.values.is_empty() {
                        self.check_arity(spec, Some(spec), false);
                    }
                    let objs: Rc<[ObjId]> =
                        spec.names.iter().map(|name| self.new_object(ObjKind::Var, *name, None)).collect();
                    let shared = spec.values.len() == 1 && spec.names.len() > 1;
                    for (index, (&obj, name)) in objs.iter().zip(spec.names).enumerate() {
                        let init = if shared { spec.values.first() } else { spec.values.get(index) };
                        let decl = Decl::Var {
                            file: self.env.file,
                            lhs: if shared { objs.clone() } else { Rc::new([]) },
                            ty: spec.ty,
                            init: init.copied(),
                        };
                        self.declare_package(*name, obj, decl);
                    }
                }
            }
            Specs::Type(specs) => {
                for spec in specs {
                    let obj = self.new_object(ObjKind::Type, spec.name, None);
                    self.declare_package(spec.name, obj, Decl::Type { file: self.env.file, spec });
                }
            }
        }
    }

    /// Compares the numbers of names and values of a declaration.
    pub(super) fn check_arity(
        &mut self,
        spec: &ast::ValueSpec<'a>,
        source: Option<&ast::ValueSpec<'a>>,
        constant: bool,
    ) {
        let values = source.map_or(&[][..], |source| source.values);
        let (names, count) = (spec.names.len(), values.len());
        if names < count {
            match (spec.values.get(names), source) {
                (Some(extra), _) => {
                    let text = super::display::expr_text(extra);
                    self.report(extra.span, GoError::ExtraInit { value: text.into() });
                }
                (None, Some(source)) => {
                    let at = self.position_text(Place { file: Some(self.env.file), span: source.span });
                    self.report(spec.span, GoError::ExtraInitAt { other: at.into() });
                }
                (None, None) => {}
            }
        } else if names > count
            && (constant || count != 1)
            && let Some(name) = spec.names.get(count)
        {
            self.report(name.span, GoError::MissingInit { name: name.name.into() });
        }
    }

    fn collect_import(&mut self, spec: &'a ast::ImportSpec<'a>) {
        let refused = self.refused_import(spec.path);
        let found = if refused.is_some() { None } else { self.import(spec.path) };
        let missing = found.is_none() && self.is_missing(spec.path);
        if missing {
            let unknown = || GoError::UnknownImport { path: spec.path.into() };
            self.report(spec.path_span, refused.unwrap_or_else(unknown));
        }
        let default = spec.path.rsplit('/').next().unwrap_or(spec.path);
        let default: &'a str = match found.and_then(|number| self.units.get(number as usize)) {
            Some(unit) => self.files.get(unit.first).map_or(default, |file| file.package.name),
            None => default,
        };
        let name = Ident { name: spec.name.map_or(default, |name| name.name), span: spec.span };
        if name.name == "init" {
            self.report(name.span, GoError::InitNotFunc { name: "init".into() });
            return;
        }
        let obj = self.new_object(ObjKind::Package(spec.path.to_owned(), found), name, Some(INVALID));
        self.objs[obj].used = missing;
        self.objs[obj].progress = Progress::Done;
        if self.unit() == 0 {
            self.imports.push(obj);
        }
        let Some(&scope) = self.file_scopes.get(self.env.file as usize) else { return };
        if name.name == "." { self.dot_import(scope, obj, found) } else { self.declare(scope, obj) }
    }

    /// `import . "p"`: the exported names of `p` are names of the file.
    fn dot_import(&mut self, scope: ScopeId, import: ObjId, found: Option<u32>) {
        let Some((number, members)) = found.and_then(|number| Some((number, self.units.get(number as usize)?.scope)))
        else {
            return;
        };
        self.dot_imports.push((self.env.file, number, import));
        for obj in self.scopes[members].order.clone() {
            let name = self.objs[obj].name.clone();
            if is_exported(&name) {
                self.scopes[scope].names.entry(name).or_insert(obj);
            }
        }
    }

    /// A name was used that may come from a dot import.
    pub(super) fn use_dot_import(&mut self, obj: ObjId) {
        let Home::Package(unit) = self.objs[obj].home else { return };
        let file = self.env.file;
        let import = self.dot_imports.iter().find(|import| (import.0, import.1) == (file, unit)).map(|import| import.2);
        if let Some(import) = import {
            self.objs[import].used = true;
        }
    }

    fn declare_package(&mut self, name: Ident<'a>, obj: ObjId, decl: Decl<'a>) {
        let main = name.name == "main" && self.units.get(self.unit() as usize).is_some_and(|unit| unit.name == "main");
        if name.name == "init" || main {
            self.report(name.span, GoError::InitNotFunc { name: name.name.into() });
            return;
        }
        self.declare(self.package_scope(), obj);
        self.record_decl(obj, decl);
    }

    fn record_decl(&mut self, obj: ObjId, decl: Decl<'a>) {
        self.decls.insert(obj, decl);
        if self.unit() != 0 {
            return;
        }
        self.declared.push(obj);
        self.objs[obj].order = u32::try_from(self.declared.len()).unwrap_or(u32::MAX);
    }

    fn collect_func(&mut self, decl: &'a ast::FuncDecl<'a>, package: &str, methods: &mut Vec<Method<'a>>) {
        let name = decl.name.name;
        let obj = self.new_object(ObjKind::Func, decl.name, None);
        match decl.receiver {
            Some(receiver) if !receiver.fields.is_empty() => {
                if let Some(name) = receiver.fields.first().and_then(|field| field.names.first()) {
                    self.receivers.insert(obj, name.name);
                }
                if let Some((base, pointer)) = receiver.fields.first().and_then(|field| receiver_name(field.ty))
                    && name != "_"
                {
                    methods.push(Method { obj, file: self.env.file, base, pointer });
                }
            }
            receiver => {
                if let Some(receiver) = receiver {
                    self.report(receiver.span, GoError::NoReceiver);
                }
                self.collect_plain_func(decl, package, obj);
            }
        }
        self.record_decl(obj, Decl::Func { file: self.env.file, decl });
    }

    fn collect_plain_func(&mut self, decl: &'a ast::FuncDecl<'a>, package: &str, obj: ObjId) {
        let name = decl.name.name;
        if name == "init" || (name == "main" && package == "main") {
            if let Some(field) = decl.ty.type_params.and_then(|list| list.fields.first()) {
                self.report(field.span, GoError::EntryTypeParams { name: name.into() });
            }
            let params = if strips_parameters(decl) { 0 } else { decl.ty.params.fields.len() };
            if params != 0 || decl.ty.results.is_some() {
                self.report(decl.name.span, GoError::EntrySignature { name: name.into() });
            }
        }
        if name == "init" {
            if decl.body.is_none() {
                self.report(decl.name.span, GoError::MissingBody);
            }
        } else {
            self.declare(self.package_scope(), obj);
        }
    }

    /// Names of imports and of package-level declarations must differ.
    fn check_import_conflicts(&mut self) {
        let own = self.units.first().map_or(0, |unit| unit.last);
        for scope in self.file_scopes.iter().take(own).copied().collect::<Vec<_>>() {
            for import in self.scopes[scope].order.clone() {
                let name = self.objs[import].name.clone();
                let Some(&other) = self.scopes[self.package_scope()].names.get(&name) else { continue };
                let ObjKind::Package(path, unit) = &self.objs[import].kind else { continue };
                let known = unit.and_then(|unit| self.units.get(unit as usize)).map(|unit| unit.name.as_str());
                let package = known.or(path.rsplit('/').next()).unwrap_or(path).to_owned();
                self.report_at(
                    self.place_of(other),
                    GoError::ImportConflict {
                        name: name.to_string().into(),
                        package: package.into(),
                        path: path.into(),
                    },
                );
                self.report_other(import);
            }
        }
    }

    /// The declared type that a receiver names, through aliases, and whether a pointer was seen.
    fn receiver_base(&self, name: &str, mut pointer: bool) -> Option<(ObjId, bool)> {
        let mut name = name;
        let mut seen = HashSet::new();
        loop {
            let file = self.file_scopes.get(self.env.file as usize)?;
            if self.scopes[*file].names.contains_key(name) {
                return None;
            }
            let &obj = self.scopes[self.package_scope()].names.get(name)?;
            if !self.objs[obj].is_type() || !seen.insert(obj) {
                return None;
            }
            let Some(Decl::Type { spec, .. }) = self.decls.get(&obj) else { return None };
            if !spec.alias {
                return Some((obj, pointer));
            }
            let (base, star) = receiver_name(spec.ty)?;
            if star && pointer {
                return None;
            }
            pointer |= star;
            name = base;
        }
    }

    /// Works out all package-level declarations: types, then aliases, then the rest.
    pub(super) fn declare_all(&mut self) {
        let all = self.declared.clone();
        let (types, others): (Vec<ObjId>, Vec<ObjId>) = all.into_iter().partition(|&obj| self.objs[obj].is_type());
        let alias =
            |checker: &Self, obj: ObjId| matches!(checker.decls.get(&obj), Some(Decl::Type { spec, .. }) if spec.alias);
        let (aliases, defined): (Vec<ObjId>, Vec<ObjId>) = types.into_iter().partition(|&obj| alias(self, obj));
        for obj in defined.into_iter().chain(aliases).chain(others) {
            deep(|| self.obj_decl(obj));
        }
    }

    /// Fields and methods of a type must have different names.
    pub(super) fn check_field_names(&mut self, obj: ObjId) {
        let ty = self.obj_type(obj);
        let Type::Named(named) = self.types.get(ty) else { return };
        let methods = named.methods.clone();
        let Type::Struct(fields) = self.types.base(ty) else { return };
        let fields = fields.clone();
        for method in methods {
            let name = self.objs[method].name.clone();
            if let Some((field, _)) = fields.iter().find(|(field, _)| self.objs[*field].name == name) {
                self.report_at(self.place_of(method), GoError::FieldAndMethod { name: name.to_string().into() });
                self.report_other(*field);
            }
        }
    }

    /// Imports that nothing refers to.
    pub(super) fn unused_imports(&mut self) {
        for import in self.imports.clone() {
            let object = &self.objs[import];
            let ObjKind::Package(path, _) = &object.kind else { continue };
            if object.used || &*object.name == "_" {
                continue;
            }
            let name = &*object.name;
            let error = if name == "." || path.rsplit('/').next() == Some(name) {
                GoError::UnusedImport { path: path.into() }
            } else {
                GoError::UnusedNamedImport { path: path.into(), name: name.into() }
            };
            self.report_at(self.place_of(import), error);
        }
    }

    /// Why a package that is there cannot be imported, if so.
    fn refused_import(&self, path: &str) -> Option<GoError> {
        let package = self.dependencies?.iter().find(|package| package.path == path)?;
        if package.private {
            return Some(GoError::PrivateImport { path: path.into() });
        }
        (package.draft && self.purpose == Purpose::Deploy).then(|| GoError::DraftImport { path: path.into() })
    }

    /// Whether an import leads nowhere. If the packages are not known, those of the library are taken to exist.
    fn is_missing(&self, path: &str) -> bool {
        self.dependencies.is_some() || path.split('/').next().is_some_and(|domain| domain.contains('.')) || path == "C"
    }

    /// Whether a name that is declared in `home` can be used in the current file.
    pub(super) fn is_visible(&self, obj: ObjId, home: Home) -> bool {
        let object = &self.objs[obj];
        is_exported(&object.name) || object.home == home
    }
}

/// The name in a receiver type `T`, `*T`, `T[P]` or `*T[P]`, and whether it has a star.
pub(super) fn receiver_name<'a>(ty: ExprRef<'a>) -> Option<(&'a str, bool)> {
    let mut ty = unparen(ty);
    let mut pointer = false;
    if let ExprKind::Star(base) = ty.kind {
        pointer = true;
        ty = unparen(base);
    }
    if let ExprKind::Index(index) = ty.kind {
        ty = unparen(index.x);
    }
    match ty.kind {
        ExprKind::Ident(name) => Some((name, pointer)),
        _ => None,
    }
}

/// An expression without the parentheses around it.
pub(super) fn unparen(mut expr: ExprRef<'_>) -> ExprRef<'_> {
    while let ExprKind::Paren(inner) = expr.kind {
        expr = inner;
    }
    expr
}
