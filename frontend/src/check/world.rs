//! The packages that have been checked, and what other packages see of them.
//!
//! A [`World`] is one table of types and the exports of every package checked so far. Checking a package adds to both, so that a
//! type means the same wherever it is named. Cloning a world is cheap: the table is copied when a clone is added to.

use super::scope::Entity;
use super::{CheckError, Checker};
use crate::constant::Held;
use crate::limits::Limits;
use crate::source::SourceFile;
use crate::syntax::ParsedFile;
use crate::syntax::ast;
use crate::typed;
use crate::types::{TypeId, TypeTable};
use indexmap::IndexMap;
use std::rc::Rc;

/// What a package-level name means to other packages.
#[derive(Clone, Debug)]
pub(super) enum Export {
    /// A constant and its type.
    Const(Held, TypeId),
    /// A type.
    Type(TypeId),
    /// A variable: its type at run time and its recorded static type (spec/02 Q5, Q6).
    Var(TypeId, TypeId),
    /// A function of this signature.
    Func(TypeId),
}

/// What other packages see of a checked package.
#[derive(Debug)]
pub struct Exports {
    /// Import path.
    pub(super) path: Rc<str>,
    /// Package name.
    pub(super) name: Rc<str>,
    /// All package-level names, also those that are not exported: messages tell them apart.
    pub(super) names: IndexMap<Rc<str>, Export>,
}

impl Exports {
    /// Import path.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Package name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// All packages checked so far.
#[derive(Clone, Default)]
pub struct World {
    types: Rc<TypeTable>,
    packages: IndexMap<Rc<str>, Rc<Exports>>,
}

impl World {
    /// A world without packages.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The exports of a package, if it has been checked.
    #[must_use]
    pub fn package(&self, path: &str) -> Option<&Rc<Exports>> {
        self.packages.get(path)
    }

    /// All types of all packages.
    #[must_use]
    pub fn types(&self) -> &Rc<TypeTable> {
        &self.types
    }

    /// Checks a package and adds it. Its imports must be in the world already: one that is not is unknown.
    ///
    /// `files` are the parsed files in the reference's order (by name) and `sources` their texts, index by index. Files with
    /// syntax errors must have been refused before.
    ///
    /// # Errors
    ///
    /// The first error of the reference's preprocessor layer. The package is not in the world then.
    pub fn check(
        &mut self,
        path: &str,
        files: &[ParsedFile<'_>],
        sources: &[SourceFile],
        options: Options,
    ) -> Result<typed::Package, CheckError> {
        let files: Vec<&ast::File<'_>> = files.iter().map(|parsed| &parsed.file).collect();
        self.check_files(path, &files, sources, options)
    }

    /// The package `main` as far as it has come when the reference refuses it with this text: it has its imports, if they were all
    /// found. It is not added.
    #[must_use]
    pub fn refused<'a>(
        &self,
        files: &[ParsedFile<'a>],
        sources: &[SourceFile],
        imported: bool,
        refusal: String,
    ) -> Option<typed::Package> {
        let is_kept = |decl: &ast::Decl<'a>| {
            imported && matches!(decl, ast::Decl::Gen(group) if matches!(group.specs, ast::Specs::Import(_)))
        };
        let kept = |file: &ParsedFile<'a>| file.file.decls.iter().copied().filter(is_kept).collect();
        let decls: Vec<Vec<ast::Decl<'_>>> = files.iter().map(kept).collect();
        let bare: Vec<ast::File<'_>> =
            files.iter().zip(&decls).map(|(parsed, decls)| parsed.file.with_decls(decls)).collect();
        let bare: Vec<&ast::File<'_>> = bare.iter().collect();
        let package = self.clone().check_files("main", &bare, sources, Options::default()).ok()?;
        Some(typed::Package { name: "main".to_owned(), refusal: Some(refusal), ..package })
    }

    fn check_files(
        &mut self,
        path: &str,
        files: &[&ast::File<'_>],
        sources: &[SourceFile],
        options: Options,
    ) -> Result<typed::Package, CheckError> {
        let types = std::mem::take(&mut self.types);
        // Types that a failed check leaves behind would do no harm, but the table is lost with it: keep the old one.
        let table = match Rc::try_unwrap(types) {
            Ok(table) => table,
            Err(shared) => TypeTable::clone(&shared),
        };
        let mut checker = Checker::new(path, files, sources, options, table);
        let result = checker.package(&self.packages);
        match result {
            Ok(steps) => {
                let exports = Rc::new(checker.exports());
                let package = checker.into_package(steps);
                self.types = package.types.clone();
                self.packages.insert(exports.path.clone(), exports);
                Ok(package)
            }
            Err(error) => {
                self.types = Rc::new(checker.types);
                Err(error)
            }
        }
    }
}

/// How a package is checked.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Sizes that are refused.
    pub limits: Limits,
    /// Functions without body are natives (spec/06 §4): for packages of the library.
    pub natives: bool,
}

impl Checker<'_> {
    /// What other packages see of this one.
    fn exports(&self) -> Exports {
        let export = |entity: &Entity| {
            Some(match entity {
                Entity::Const(value, t) => Export::Const(value.clone(), *t),
                Entity::Type(t) => Export::Type(*t),
                Entity::Global(global) => {
                    let ty = self.globals[*global].ty;
                    Export::Var(ty, self.global_static(*global).unwrap_or(ty))
                }
                Entity::Func(func) => Export::Func(self.funcs[*func].signature),
                _ => return None,
            })
        };
        let names = self.visible_names().filter_map(|(name, entity)| Some((name.into(), export(entity)?))).collect();
        Exports { path: self.path.clone(), name: self.package_name().into(), names }
    }
}
