//! Package-level declarations (spec/01 §4.1, phases 1 to 3).
//!
//! [`Checker::collect`] gives every name its place in the slot order; [`Checker::predefine`] works out types, then
//! signatures, then constants and variables, each in file order. A name that is needed before its turn is worked out at
//! once; a declaration of several names that is reached that way is not split into single ones (spec/02 §5.8).
//!
//! While a declaration is worked out, the names it depends on are noted for the initialisation order (`init`).

use super::import::Known;
use super::scope::{Entity, Position};
use super::{CheckError, Checker, Result, deep};
use crate::constant::Constant;
use crate::finding::VmError;
use crate::source::Span;
use crate::syntax::ast;
use crate::typed::{ExprId, ExprKind, FuncId, Global, InitStep, Slot, SlotValue};
use crate::types::{Kind, Method, NamedType, TypeId};
use indexmap::{IndexMap, IndexSet};
use std::collections::HashSet;

/// Progress of a declaration.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Untouched,
    Running,
    Done,
}

/// A package-level declaration: one spec, function or method.
pub(super) struct PackageDecl<'a> {
    /// Index of the file.
    pub(super) file: u32,
    /// Source range.
    pub(super) span: Span,
    /// What is declared.
    pub(super) kind: DeclKind<'a>,
    state: State,
    /// Its written type is being resolved.
    pub(super) in_type: bool,
    /// It stays one declaration although it has as many values as names.
    pub(super) unsplit: bool,
    /// The declarations that it is run as.
    pub(super) parts: Vec<Part>,
}

/// A declaration as it is run: one name of a split declaration, or all of it.
#[derive(Default)]
pub(super) struct Part {
    /// Package-level names that it declares, by their index.
    pub(super) names: Vec<usize>,
    /// Package-level names that it depends on, by their index, in order of occurrence.
    pub(super) deps: IndexSet<usize>,
    /// What its run is; nothing for functions.
    pub(super) step: Option<InitStep>,
}

/// What a package-level declaration declares.
#[derive(Clone, Copy)]
pub(super) enum DeclKind<'a> {
    /// A spec of a constant declaration; `source` is the spec that has its type and values.
    Const { spec: &'a ast::ValueSpec<'a>, source: &'a ast::ValueSpec<'a> },
    /// A spec of a variable declaration.
    Var(&'a ast::ValueSpec<'a>),
    /// A type; the declared type, not set for aliases.
    Type(&'a ast::TypeSpec<'a>, Option<TypeId>),
    /// A function or method.
    Func(&'a ast::FuncDecl<'a>, FuncId),
}

impl DeclKind<'_> {
    /// The first name that is declared.
    fn name(&self) -> &str {
        match self {
            Self::Const { spec, .. } | Self::Var(spec) => spec.names.first().map_or("", |name| name.name),
            Self::Type(spec, _) => spec.name.name,
            Self::Func(func, _) => func.name.name,
        }
    }
}

/// Stands for the declaration of a name that another file of the package declares: see [`ast::File::replaced`].
const REPLACED: usize = usize::MAX;

/// A package-level name.
pub(super) struct PackageName {
    /// Index of its declaration.
    pub(super) decl: usize,
    /// Its meaning, once known.
    pub(super) entity: Option<Entity>,
    /// It has no meaning that a program can refer to: `init` and blank functions.
    hidden: bool,
}

/// Package-level names and declarations.
#[derive(Default)]
pub(super) struct PackageScope<'a> {
    /// Declarations in the order of files and source.
    pub(super) decls: Vec<PackageDecl<'a>>,
    /// Names in slot order.
    pub(super) names: IndexMap<String, PackageName>,
    /// Declarations that are being worked out, the first one first.
    running: Vec<usize>,
    /// `init` functions in order.
    pub(super) inits: Vec<FuncId>,
    /// Receiver and name of each method, as written.
    methods: HashSet<String>,
}

impl<'a> Checker<'a> {
    // --------------------------------------------------------------------------------------------------------- names

    /// Collects all declarations and reserves their names in source order.
    pub(super) fn collect(&mut self, known: &Known) -> Result<()> {
        let mut repeated = Vec::new();
        for (index, file) in self.files.clone().into_iter().enumerate() {
            self.at.file = u32::try_from(index).unwrap_or(u32::MAX);
            self.collect_imports(file, known)?;
            let mut replaced = file.replaced.iter().peekable();
            for (number, decl) in file.decls.iter().enumerate() {
                self.reserve_replaced(&mut replaced, number);
                self.collect_decl(decl, &mut repeated)?;
            }
            self.reserve_replaced(&mut replaced, usize::MAX);
        }
        if repeated.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = repeated.iter().map(|name| format!("\"{name}\"")).collect();
        let (package, names) = ((&self.path).into(), names.join(", ").into());
        Err(self.error_bare(VmError::RedeclaredInPackage { package, names }))
    }

    fn collect_decl(&mut self, decl: &ast::Decl<'a>, repeated: &mut Vec<String>) -> Result<()> {
        match decl {
            ast::Decl::Gen(group) => match group.specs {
                ast::Specs::Import(_) => Ok(()),
                ast::Specs::Const(specs) => {
                    let mut source = None;
                    for &spec in specs {
                        if !spec.values.is_empty() || source.is_none() {
                            source = Some(spec);
                        }
                        let kind = DeclKind::Const { spec, source: source.unwrap_or(spec) };
                        self.collect_values(spec, kind, repeated)?;
                    }
                    Ok(())
                }
                ast::Specs::Var(specs) => {
                    specs.iter().try_for_each(|&spec| self.collect_values(spec, DeclKind::Var(spec), repeated))
                }
                ast::Specs::Type(specs) => specs.iter().try_for_each(|&spec| self.collect_type(spec, repeated)),
            },
            ast::Decl::Func(func) => self.collect_func(func, repeated),
            ast::Decl::Bad(span) => Err(self.error(*span, VmError::BadSyntax)),
        }
    }

    fn collect_values(
        &mut self,
        spec: &'a ast::ValueSpec<'a>,
        kind: DeclKind<'a>,
        repeated: &mut Vec<String>,
    ) -> Result<()> {
        let decl = self.push_decl(spec.span, kind);
        for name in spec.names {
            if name.name == "_" {
                continue;
            }
            self.refuse_predeclared(name.name, spec.span)?;
            let entity = if let DeclKind::Var(_) = kind {
                let global =
                    self.globals.push(Global { name: name.name.to_owned(), ty: TypeId::INVALID, imported: None });
                Some(Entity::Global(global))
            } else {
                None
            };
            self.reserve(name.name.to_owned(), decl, entity, false, repeated);
        }
        Ok(())
    }

    fn collect_type(&mut self, spec: &'a ast::TypeSpec<'a>, repeated: &mut Vec<String>) -> Result<()> {
        let name = spec.name.name;
        self.refuse_predeclared(name, spec.span)?;
        let declared = if spec.alias { None } else { Some(self.declare_type(name, None)) };
        let decl = self.push_decl(spec.span, DeclKind::Type(spec, declared));
        if name != "_" {
            self.reserve(name.to_owned(), decl, declared.map(Entity::Type), false, repeated);
        }
        Ok(())
    }

    /// A new declared type without right side.
    pub(super) fn declare_type(&mut self, name: &str, location: Option<String>) -> TypeId {
        self.types.declare(NamedType {
            pkg_path: self.path.clone(),
            name: name.into(),
            location: location.map(Into::into),
            underlying: TypeId::INVALID,
            methods: Vec::new(),
        })
    }

    fn collect_func(&mut self, func: &'a ast::FuncDecl<'a>, repeated: &mut Vec<String>) -> Result<()> {
        let name = func.name.name;
        let id = self.new_function(func.name.name, func.span);
        let decl = self.push_decl(func.span, DeclKind::Func(func, id));
        if let Some(receiver) = func.receiver {
            if self.path.as_ref() != "main"
                && let Some(field) = receiver.fields.first()
            {
                let method = format!("{}.{name}", self.raw_expr(field.ty));
                if !self.package.methods.insert(method.clone()) && !repeated.contains(&method) {
                    repeated.push(method);
                }
            }
            return Ok(());
        }
        self.refuse_predeclared(name, func.span)?;
        match name {
            "init" => {
                self.package.inits.push(id);
                let hidden = format!("init.{}", self.package.names.len());
                self.reserve(hidden, decl, Some(Entity::Func(id)), true, repeated);
            }
            "_" => {
                let hidden = format!("._{}", self.package.names.len());
                self.reserve(hidden, decl, Some(Entity::Func(id)), true, repeated);
            }
            _ => self.reserve(name.to_owned(), decl, Some(Entity::Func(id)), false, repeated),
        }
        Ok(())
    }

    fn push_decl(&mut self, span: Span, kind: DeclKind<'a>) -> usize {
        self.package.decls.push(PackageDecl {
            file: self.at.file,
            span,
            kind,
            state: State::Untouched,
            in_type: false,
            unsplit: false,
            parts: vec![Part::default()],
        });
        self.package.decls.len() - 1
    }

    /// Keeps the slots of names that stood before a declaration and are declared in another file instead.
    fn reserve_replaced(
        &mut self,
        names: &mut std::iter::Peekable<std::slice::Iter<'_, (usize, &str)>>,
        before: usize,
    ) {
        while let Some((_, name)) = names.next_if(|(at, _)| *at <= before) {
            let place = PackageName { decl: REPLACED, entity: None, hidden: true };
            self.package.names.entry((*name).to_owned()).or_insert(place);
        }
    }

    fn reserve(&mut self, name: String, decl: usize, entity: Option<Entity>, hidden: bool, repeated: &mut Vec<String>) {
        if self.package.names.get(&name).is_some_and(|found| found.decl != REPLACED) {
            if !repeated.contains(&name) {
                repeated.push(name);
            }
            return;
        }
        self.package.names.insert(name, PackageName { decl, entity, hidden });
    }

    /// The package-level names that a program can refer to, with their meanings.
    pub(super) fn visible_names(&self) -> impl Iterator<Item = (&str, &Entity)> {
        let visible = self.package.names.iter().filter(|(_, name)| !name.hidden);
        visible.filter_map(|(name, found)| Some((name.as_str(), found.entity.as_ref()?)))
    }

    /// The meaning of a package-level name, worked out now if need be.
    pub(super) fn package_entity(&mut self, name: &str) -> Result<Option<Entity>> {
        let Some((index, _, found)) = self.package.names.get_full(name) else { return Ok(None) };
        if found.hidden {
            return Ok(None);
        }
        let decl = found.decl;
        let known = matches!(self.package.decls[decl].kind, DeclKind::Type(_, Some(_)) | DeclKind::Func(..));
        match self.package.decls[decl].state {
            State::Untouched => self.work_out(decl, true)?,
            State::Running if !known && !self.has_type(name) => return Err(self.recursive(decl)),
            _ => {}
        }
        let entity = self.package.names.get(name).and_then(|found| found.entity.clone());
        if let Some(entity) = &entity {
            self.note_dependency(index, decl, entity);
        }
        Ok(entity)
    }

    /// A variable of a split declaration whose own value has been worked out.
    fn has_type(&self, name: &str) -> bool {
        let Some(found) = self.package.names.get(name) else { return false };
        let split = self.package.decls[found.decl].parts.len() > 1;
        matches!(found.entity, Some(Entity::Global(global)) if split && self.global_statics[global].is_some())
    }

    /// Inside functions every package-level name counts, outside only what is not folded into the tree.
    fn note_dependency(&mut self, name: usize, decl: usize, entity: &Entity) {
        let in_function = !self.at.frames.is_empty();
        if !in_function && !matches!(entity, Entity::Global(_) | Entity::Func(_)) {
            return;
        }
        let own = self.at.decl;
        if own == decl && matches!(self.package.decls.get(own).map(|decl| decl.kind), Some(DeclKind::Func(..))) {
            return;
        }
        let part = self.at.part;
        if let Some(part) = self.package.decls.get_mut(own).and_then(|decl| decl.parts.get_mut(part)) {
            part.deps.insert(name);
        }
    }

    /// The error of a declaration that needs itself; located at the declaration that was begun first.
    pub(super) fn recursive(&self, decl: usize) -> CheckError {
        let entry = &self.package.decls[decl];
        let what = if entry.in_type || matches!(entry.kind, DeclKind::Type(..)) { "type" } else { "value" };
        let chain = self.package.running.iter().skip_while(|&&running| running != decl).chain([&decl]);
        let names: Vec<&str> = chain.map(|&decl| self.package.decls[decl].kind.name()).collect();
        let (what, trail) = (what.into(), names.join(" -> ").into());
        let mut error = self.error(entry.span, VmError::Recursive { what, trail });
        error.file = entry.file;
        error
    }

    // -------------------------------------------------------------------------------------------------------- phases

    /// Types of all files, then functions and methods, then the rest.
    pub(super) fn predefine(&mut self) -> Result<()> {
        for phase in 0..3 {
            for decl in 0..self.package.decls.len() {
                let turn = match self.package.decls[decl].kind {
                    DeclKind::Type(..) => 0,
                    DeclKind::Func(..) => 1,
                    DeclKind::Const { .. } | DeclKind::Var(_) => 2,
                };
                if turn == phase && self.package.decls[decl].state == State::Untouched {
                    self.work_out(decl, false)?;
                }
            }
        }
        Ok(())
    }

    /// Bodies of functions and methods in source order.
    pub(super) fn bodies(&mut self) -> Result<()> {
        for decl in 0..self.package.decls.len() {
            if let DeclKind::Func(func, id) = self.package.decls[decl].kind {
                self.inside(decl, |checker| checker.function(func, id))?;
                continue;
            }
            let (own, others) =
                std::mem::take(&mut self.deferred).into_iter().partition(|literal| literal.decl == decl);
            self.deferred = others;
            for literal in own {
                self.inside(decl, |checker| checker.deferred_body(&literal))?;
            }
        }
        Ok(())
    }

    fn work_out(&mut self, decl: usize, early: bool) -> Result<()> {
        self.package.decls[decl].state = State::Running;
        self.package.running.push(decl);
        self.package.decls[decl].unsplit = early;
        let kind = self.package.decls[decl].kind;
        deep(|| {
            self.inside(decl, |checker| match kind {
                DeclKind::Const { spec, source } => checker.package_const(decl, spec, source),
                DeclKind::Var(spec) => checker.package_var(decl, spec),
                DeclKind::Type(spec, declared) => checker.package_type(decl, spec, declared),
                DeclKind::Func(func, id) => checker.package_func(func, id),
            })
        })?;
        self.package.running.pop();
        self.package.decls[decl].state = State::Done;
        Ok(())
    }

    /// Runs `f` at a package-level declaration, outside all blocks.
    fn inside<R>(&mut self, decl: usize, f: impl FnOnce(&mut Self) -> R) -> R {
        let entry = &self.package.decls[decl];
        let position = Position { file: entry.file, decl, span: entry.span, ..Position::default() };
        let outer = std::mem::replace(&mut self.at, position);
        let in_const = std::mem::replace(&mut self.nodes.in_const, false);
        let type_depth = std::mem::take(&mut self.type_depth);
        let result = f(self);
        // An error has been located; where the check stands no longer matters.
        self.at = outer;
        self.nodes.in_const = in_const;
        self.type_depth = type_depth;
        result
    }

    /// The declaration of a package-level type whose right side is being resolved.
    pub(super) fn unfinished(&self, ty: TypeId) -> Option<usize> {
        let named = self.types.as_named(ty)?;
        if self.types.named(named).underlying != TypeId::INVALID {
            return None;
        }
        let is_it = |&&decl: &&usize| matches!(self.package.decls[decl].kind, DeclKind::Type(_, Some(t)) if t == ty);
        self.package.running.iter().find(is_it).copied()
    }

    /// Sets the meaning of a name.
    pub(super) fn set_entity(&mut self, name: &str, entity: Entity) {
        if let Some(found) = self.package.names.get_mut(name) {
            found.entity = Some(entity);
        }
    }

    /// The name under which the package block has a function: `init` and blank functions are renamed.
    pub(super) fn reserved_name(&self, func: FuncId, written: &str) -> String {
        let reserved = self.package.names.iter().find_map(|(name, found)| match found.entity {
            Some(Entity::Func(other)) if other == func => Some(name.clone()),
            _ => None,
        });
        reserved.unwrap_or_else(|| written.to_owned())
    }

    /// Index of a name in slot order.
    pub(super) fn name_index(&self, name: &str) -> Option<usize> {
        self.package.names.get_index_of(name)
    }

    fn package_type(&mut self, decl: usize, spec: &'a ast::TypeSpec<'a>, declared: Option<TypeId>) -> Result<()> {
        let name = spec.name.name;
        let names = self.name_index(name).into_iter().collect();
        self.package.decls[decl].parts = vec![Part { names, ..Part::default() }];
        self.refuse_nil_type(spec)?;
        let right = self.resolve_whole(spec.ty)?;
        let evaluated = self.blank_type(spec)?;
        self.set_step(decl, 0, InitStep::Type(evaluated));
        let Some(declared) = declared else {
            self.set_entity(name, Entity::Type(right));
            return Ok(());
        };
        self.complete_type(declared, right, spec.span)
    }

    /// Refuses `type T nil`.
    pub(super) fn refuse_nil_type(&mut self, spec: &'a ast::TypeSpec<'a>) -> Result<()> {
        match super::expr::unparen(spec.ty).kind {
            ast::ExprKind::Ident(name) if matches!(self.meaning(name, spec.ty.span)?, Some((Entity::Nil, _))) => {
                Err(self.error(spec.span, VmError::NilIsNoType))
            }
            _ => Ok(()),
        }
    }

    /// Sets the right side of a declared type.
    pub(super) fn complete_type(&mut self, declared: TypeId, right: TypeId, span: Span) -> Result<()> {
        let Some(named) = self.types.as_named(declared) else { return Ok(()) };
        self.types.set_underlying(named, right);
        if self.types.names_itself(named) {
            return Err(self.error(span, VmError::ShouldNotHappen));
        }
        if let Some(cycle) = self.types.value_cycle(named) {
            let names: Vec<&str> = cycle.iter().map(|&named| &*self.types.named(named).name).collect();
            let (what, trail) = ("type".into(), names.join(" -> ").into());
            return Err(self.error(span, VmError::Recursive { what, trail }));
        }
        Ok(())
    }

    /// The signature of a function; a method is added to its type.
    fn package_func(&mut self, func: &'a ast::FuncDecl<'a>, id: FuncId) -> Result<()> {
        let signature = self.signature(func.ty)?;
        let signature = self.types.func(signature);
        self.funcs[id].signature = signature;
        let Some(receiver) = func.receiver else {
            let names = self.name_index(func.name.name).into_iter().collect();
            self.package.decls[self.at.decl].parts = vec![Part { names, ..Part::default() }];
            return Ok(());
        };
        let (base, pointer) = self.receiver(receiver, func.span)?;
        let Some(named) = self.types.as_named(base) else {
            return Err(self.error(func.span, VmError::ShouldNotHappen));
        };
        self.funcs[id].kind = crate::typed::FuncKind::Method { receiver_type: base, pointer };
        let name = func.name.name;
        if self.types.named(named).methods.iter().any(|method| *method.name == *name) {
            let receiver = (&self.types.named(named).name).into();
            return Err(self.error(func.span, VmError::MethodRedeclared { receiver, name: name.into() }));
        }
        let method = Method { name: name.into(), func: id.as_u32(), ptr_receiver: pointer, signature };
        let index = self.types.add_method(named, method);
        if self.types.named(named).pkg_path != self.path {
            // The reference allows methods on types of other packages.
            self.imports.methods.insert((named, index), id);
        }
        Ok(())
    }

    // --------------------------------------------------------------------------------------------------------- slots

    /// Index of a package-level name's slot.
    pub(super) fn package_slot_index(&self, name: &str) -> u32 {
        u32::try_from(self.name_index(name).unwrap_or(0)).unwrap_or(u32::MAX)
    }

    /// The slots of the package block.
    pub(super) fn package_slots(&self) -> Vec<Slot> {
        let slot = |name: &PackageName| match &name.entity {
            Some(Entity::Global(global)) => Slot::Global(*global),
            Some(Entity::Func(func)) => Slot::Func(*func),
            Some(Entity::Const(value, t)) => {
                let (untyped, string_len) = self.constant_cost(&value.value, *t);
                let bytes = if untyped { 232 } else { string_len.map_or(0, |len| 24 + len) };
                Slot::Const { bytes, visited: bytes > 0 }
            }
            _ => Slot::Type,
        };
        self.package.names.values().map(slot).collect()
    }

    /// What is in the slots of the package block.
    pub(super) fn slot_values(&self) -> Vec<SlotValue> {
        let value = |name: &PackageName| match &name.entity {
            Some(Entity::Global(_) | Entity::Func(_)) => SlotValue::Object,
            Some(Entity::Const(value, t)) => SlotValue::Const(value.clone(), *t),
            Some(Entity::Type(t)) => SlotValue::Type(*t),
            _ => SlotValue::Undefined,
        };
        self.package.names.values().map(value).collect()
    }

    /// Whether a constant stays an untyped number, and its length if it is a string (spec/00 addendum 2).
    pub(super) fn constant_cost(&self, value: &Constant, t: TypeId) -> (bool, Option<u64>) {
        let untyped = matches!(self.types.kind(t), Kind::Bigint | Kind::Bigdec);
        (untyped, value.as_str().map(|text| text.len() as u64))
    }

    /// The value of a node that is known to be constant.
    pub(super) fn constant_of(&self, id: ExprId) -> Option<&Constant> {
        match &self.exprs[id].kind {
            ExprKind::Const(value) => Some(value),
            _ => None,
        }
    }
}
