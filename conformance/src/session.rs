//! Compiling packages together with what they import.
//!
//! A [`Session`] keeps the packages that have been compiled, so that a library package is read, checked and compiled once for any
//! number of programs. Programs themselves leave no trace in it.

use crate::cache::{Cache, Entry, Key};
use crate::compile::{CompileError, Program, Source};
use crate::store::SourceStore;
use crate::unit::Unit;
use bumpalo::Bump;
use indexmap::IndexMap;
use regno_bytecode::module::Module;
use regno_frontend::check::{CheckError, Options, World, check_reading};
use regno_frontend::diagnostic::Diagnostic;
use regno_frontend::finding::{PackageError, VmError};
use regno_frontend::golayer::{self, Dependency, Entry as GoEntry, Purpose};
use regno_frontend::limits::Limits;
use regno_frontend::package::{
    NoPackages, PackageFile, PackageSource, Packages, PathKind, apply_overlay, check_import, expected_name,
};
use regno_frontend::source::{SourceFile, Span};
use regno_frontend::syntax::ParsedFile;
use std::rc::Rc;

/// A compiled package that others import.
struct Compiled {
    module: Rc<Module>,
    /// Paths of its direct imports in the order of their first import.
    imports: Vec<String>,
    /// Its content address.
    key: Key,
    cached: Cached,
}

/// What the cache had of a package.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Cached {
    /// There is no cache.
    Off,
    /// The package.
    Hit,
    /// Nothing; it has been written.
    Miss,
    /// Something else, for this reason; it has been replaced.
    Replaced(String),
}

/// A package of a session and what the cache had of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PackageState {
    /// Import path.
    pub path: String,
    /// Content address.
    pub key: Key,
    /// What the cache had.
    pub cached: Cached,
}

/// Packages that have been compiled, and where others are found.
pub struct Session<'s> {
    packages: &'s dyn Packages,
    store: &'s SourceStore,
    limits: Limits,
    world: World,
    compiled: IndexMap<String, Compiled>,
    /// The compiled packages as the Go layer sees them.
    dependencies: Vec<Dependency<'s>>,
    /// Packages that are being compiled, the outermost first.
    loading: Vec<String>,
    cache: Option<&'s Cache>,
}

/// Why a package cannot be loaded, as far as the importing package's message is concerned.
enum Refusal {
    /// The import itself is not allowed or leads nowhere.
    Import(PackageError),
    /// The imported package is broken: its own finding.
    Package(CompileError),
}

/// A refusal and the import that it is about.
struct Located<'a> {
    refusal: Refusal,
    source: &'a SourceFile,
    span: Span,
}

impl<'s> Session<'s> {
    /// A session that has compiled nothing.
    #[must_use]
    pub fn new(store: &'s SourceStore, packages: &'s dyn Packages) -> Self {
        Self {
            packages,
            store,
            limits: Limits::default(),
            world: World::new(),
            compiled: IndexMap::new(),
            dependencies: Vec::new(),
            loading: Vec::new(),
            cache: None,
        }
    }

    /// The session takes compiled packages from a cache, and puts those there that it compiles itself.
    #[must_use]
    pub fn with_cache(self, cache: Option<&'s Cache>) -> Self {
        Self { cache, ..self }
    }

    /// The packages that have been compiled or found in the cache, in the order in which that was done.
    #[must_use]
    pub fn states(&self) -> Vec<PackageState> {
        let state = |(path, compiled): (&String, &Compiled)| PackageState {
            path: path.clone(),
            key: compiled.key,
            cached: compiled.cached.clone(),
        };
        self.compiled.iter().map(state).collect()
    }

    /// The module that a package of the session has been compiled to.
    #[must_use]
    pub fn module(&self, path: &str) -> Option<&Module> {
        self.compiled.get(path).map(|compiled| &*compiled.module)
    }

    /// Whether a package has been loaded.
    #[must_use]
    pub fn is_loaded(&self, path: &str) -> bool {
        self.compiled.contains_key(path)
    }

    /// Compiles packages of which the first is loaded already a second time, from other sources; the others see that one. Gives their
    /// modules with their imports, which are loaded. The session stays as it was.
    ///
    /// # Errors
    ///
    /// The first finding of the parser, the checker or the code generator.
    pub fn compile_beside(&mut self, sources: &[&PackageSource]) -> Result<Vec<(Module, Vec<String>)>, CompileError> {
        let (world, dependencies) = (self.world.clone(), self.dependencies.len());
        let compiled: Result<Vec<Compiled>, Refusal> =
            sources.iter().map(|source| self.compile_import(source)).collect();
        self.world = world;
        self.dependencies.truncate(dependencies);
        let parts = |compiled: Compiled| (Rc::unwrap_or_clone(compiled.module), compiled.imports);
        match compiled {
            Ok(compiled) => Ok(compiled.into_iter().map(parts).collect()),
            Err(Refusal::Package(error)) => Err(error),
            Err(Refusal::Import(error)) => {
                Err(CompileError { text: checker_words(error), parse_charges: Vec::new(), program: None })
            }
        }
    }

    /// Parses files for several looks at them.
    #[must_use]
    pub fn parse<'a>(&self, arena: &'a Bump, sources: &'a [SourceFile]) -> Unit<'a> {
        Unit::parse(arena, sources, &self.limits)
    }

    /// Loads what a filetest imports, realms excepted, as happens before anything of it is run or checked (spec/05 §10.2). `name` is
    /// what its file is called then.
    ///
    /// # Errors
    ///
    /// An import leads nowhere (`FILE:L:C: unknown import path "p"`, without charges), or the imported package is broken.
    pub fn load_imports(&mut self, unit: &Unit<'_>, name: &str) -> Result<(), CompileError> {
        for (parsed, file) in unit.files.iter().zip(unit.sources) {
            if let Some(text) = golayer::load_failure(parsed, file) {
                return Err(CompileError { text, parse_charges: Vec::new(), program: None });
            }
            let mut imports = golayer::leading_imports(parsed);
            imports.sort_by_key(|spec| spec.path);
            for spec in imports {
                if spec.path.is_empty() {
                    let text = "invalid zero package path in testStore().pkgGetter".to_owned();
                    return Err(CompileError { text, parse_charges: Vec::new(), program: None });
                }
                if PathKind::of(spec.path) == PathKind::Realm {
                    continue;
                }
                let text = match self.require(spec.path) {
                    Ok(()) => continue,
                    Err(Refusal::Import(error @ PackageError::UnknownImport { .. })) => {
                        format!("{name}:{}: {error}", file.position(spec.span.start))
                    }
                    Err(Refusal::Import(error)) => error.to_string(),
                    Err(Refusal::Package(error)) => error.text,
                };
                return Err(CompileError { text, parse_charges: Vec::new(), program: None });
            }
        }
        Ok(())
    }

    /// Compiles a package that is going to be run, with everything it imports. With `name`, its package clause must say so.
    ///
    /// # Errors
    ///
    /// The first finding of the parser, the checker or the code generator.
    pub fn compile(&mut self, path: &str, name: Option<&str>, sources: &[Source]) -> Result<Program, CompileError> {
        let arena = Bump::new();
        let files: Vec<SourceFile> = sources.iter().map(|s| SourceFile::new(&s.name, s.text.as_slice())).collect();
        self.compile_unit(path, name, &self.parse(&arena, &files))
    }

    /// [`Self::compile`] of parsed files.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn compile_unit(&mut self, path: &str, name: Option<&str>, unit: &Unit<'_>) -> Result<Program, CompileError> {
        let (parsed, files) = (&unit.files, unit.sources);
        let parse_charges = unit.charges()?;
        let unread = |text: String| CompileError { text, parse_charges: parse_charges.clone(), program: None };
        // Only the package `main` is made in the run that is measured.
        let refuse = |session: &Self, text: String, imports: Option<&[String]>| CompileError {
            program: (path == "main").then(|| session.refused(unit, &parse_charges, &text, imports)).flatten(),
            ..unread(text)
        };
        let misnamed = |expected: &str| parsed.iter().map(|file| file.file.package.name).find(|&name| name != expected);
        if let Some(expected) = name
            && let Some(got) = misnamed(expected)
        {
            // The reference's package `main` is made before the file is looked at, and that finding ends differently.
            let end = if path == "main" { "!" } else { "" };
            return Err(refuse(self, format!("expected package name [{expected}] but got [{got}]{end}"), None));
        }
        let imports = match self.import_all(path, parsed, files) {
            Ok(imports) => imports,
            Err(located) => {
                // What the reference finds while it reads the file comes before.
                check_reading(path, parsed, files).map_err(|error| unread(error.to_string()))?;
                let text = match located.refusal {
                    Refusal::Import(error) => {
                        format!("{}: {}", location(path, located.source, located.span), checker_words(error))
                    }
                    Refusal::Package(error) => error.text,
                };
                return Err(refuse(self, text, None));
            }
        };
        let options = Options { limits: self.limits, natives: false };
        let package =
            self.world.clone().check(path, parsed, files, options).map_err(|error| match error.while_reading {
                true => unread(error.to_string()),
                false => refuse(self, error.to_string(), Some(&imports)),
            })?;
        let module =
            generate(&package, files, parse_charges.clone()).map_err(|text| refuse(self, text, Some(&imports)))?;
        Ok(Program { module, dependencies: self.closure(&imports), no_main: package.no_main })
    }

    /// The package `main` of a unit that is refused with this text, with its imports if they were found.
    fn refused(
        &self,
        unit: &Unit<'_>,
        charges: &[u32],
        text: &str,
        imports: Option<&[String]>,
    ) -> Option<Box<Program>> {
        let package = self.world.refused(&unit.files, unit.sources, imports.is_some(), text.to_owned())?;
        let module = generate(&package, unit.sources, charges.to_vec()).ok()?;
        Some(Box::new(Program { module, dependencies: self.closure(imports.unwrap_or_default()), no_main: None }))
    }

    /// Modules of packages and of all that they import, each after those that it needs.
    ///
    /// # Errors
    ///
    /// A package does not exist or is broken.
    pub fn modules(&mut self, paths: &[String]) -> Result<Vec<Rc<Module>>, CompileError> {
        for path in paths {
            self.require(path).map_err(|refusal| match refusal {
                Refusal::Import(error) => {
                    CompileError { text: checker_words(error), parse_charges: Vec::new(), program: None }
                }
                Refusal::Package(error) => error,
            })?;
        }
        Ok(self.closure(paths))
    }

    /// What Go's type checker says about a package (spec/01 §3.1); `None` if it is fine, or if loading stops before it is asked.
    /// It looks for the imported packages by itself.
    #[must_use]
    pub fn type_check(&mut self, path: &str, unit: &Unit<'_>) -> Option<String> {
        self.check_as_go(path, path, Purpose::Run, unit)
    }

    /// As [`Session::type_check`], for another purpose.
    #[must_use]
    pub fn type_check_for(&mut self, path: &str, purpose: Purpose, unit: &Unit<'_>) -> Option<String> {
        self.check_as_go(path, path, purpose, unit)
    }

    /// As [`Session::type_check`], for files that stand in the package `shown` and are one of their own.
    #[must_use]
    pub(crate) fn type_check_part(&mut self, path: &str, shown: &str, unit: &Unit<'_>) -> Option<String> {
        self.check_as_go(path, shown, Purpose::Files, unit)
    }

    fn check_as_go(&mut self, path: &str, shown: &str, purpose: Purpose, unit: &Unit<'_>) -> Option<String> {
        for spec in unit.files.iter().flat_map(|file| file.file.imports).filter(|spec| spec.path != path) {
            // One that cannot be loaded is a finding of the checker.
            let _ = self.require(spec.path);
        }
        let findings =
            golayer::check_package_with(path, purpose, &unit.files, unit.sources, &self.dependencies, &self.limits);
        golayer::render(shown, &findings, unit.sources)
    }

    /// Everything that is wrong with a package, in the order in which the reference's tools look: syntax, imports, Go's rules, its own
    /// rules (unless only Go's are asked for). What comes later is looked at only if nothing was found before.
    pub(crate) fn inspect(&mut self, path: &str, unit: &Unit<'_>, only_go: bool) -> Inspection {
        let (parsed, files) = (&unit.files, unit.sources);
        let mut found = Inspection::default();
        for (index, file) in parsed.iter().enumerate() {
            found.syntax.extend(file.errors.iter().map(|error| (index, error.clone())));
        }
        if !found.syntax.is_empty() {
            return found;
        }
        for (index, (file, source)) in parsed.iter().zip(files).enumerate() {
            for spec in file.file.imports.iter().filter(|spec| spec.path != path) {
                let allowed = check_import(path, source.name(), spec.path).map_err(Refusal::Import);
                if let Err(refusal) = allowed.and_then(|()| self.require(spec.path)) {
                    let error = match refusal {
                        Refusal::Import(error) => error,
                        Refusal::Package(error) => PackageError::BrokenImport { finding: error.text.into() },
                    };
                    found.imports.push((index, spec.span, error));
                }
            }
        }
        if !found.imports.is_empty() {
            return found;
        }
        found.go = golayer::check_package_with(path, Purpose::Files, parsed, files, &self.dependencies, &self.limits);
        if found.go.is_empty() && !only_go {
            let options = Options { limits: self.limits, natives: false };
            found.check = self.world.clone().check(path, parsed, files, options).err();
        }
        found
    }

    /// Modules of the packages and of all that they import, each after those that it needs.
    fn closure(&self, imports: &[String]) -> Vec<Rc<Module>> {
        let mut order: IndexMap<&str, &Rc<Module>> = IndexMap::new();
        // A package is entered when all its imports are: it is looked at twice.
        let mut pending: Vec<(&str, bool)> = imports.iter().rev().map(|path| (path.as_str(), false)).collect();
        while let Some((path, ready)) = pending.pop() {
            let Some(compiled) = self.compiled.get(path) else { continue };
            if order.contains_key(path) {
                continue;
            }
            if ready {
                order.insert(path, &compiled.module);
                continue;
            }
            pending.push((path, true));
            pending.extend(compiled.imports.iter().rev().map(|path| (path.as_str(), false)));
        }
        order.into_values().cloned().collect()
    }

    /// Compiles what the files import. Gives the paths in the order of their first import.
    fn import_all<'a>(
        &mut self,
        path: &str,
        parsed: &[ParsedFile<'_>],
        files: &'a [SourceFile],
    ) -> Result<Vec<String>, Located<'a>> {
        let mut imports: Vec<String> = Vec::new();
        for (file, source) in parsed.iter().zip(files) {
            for spec in file.file.imports {
                if spec.path == path && PathKind::of(path) == PathKind::Realm {
                    // A realm is known to the reference before its imports are looked at.
                    continue;
                }
                let allowed = check_import(path, source.name(), spec.path).map_err(Refusal::Import);
                // Without a name in the import the package is asked for its own first.
                let result = match spec.name {
                    None => self.require(spec.path).and(allowed),
                    Some(_) => allowed.and_then(|()| self.require(spec.path)),
                };
                result.map_err(|refusal| Located { refusal, source, span: spec.span })?;
                if !imports.iter().any(|known| known == spec.path) {
                    imports.push(spec.path.to_owned());
                }
            }
        }
        Ok(imports)
    }

    /// Makes sure that a package is compiled.
    fn require(&mut self, path: &str) -> Result<(), Refusal> {
        if self.compiled.contains_key(path) {
            return Ok(());
        }
        if self.loading.iter().any(|loading| loading == path) {
            let (path, through) = (path.into(), self.loading.join(" ").into());
            return Err(Refusal::Import(PackageError::ImportCycle { path, through }));
        }
        let Some(source) = self.packages.package(path) else {
            return Err(Refusal::Import(PackageError::UnknownImport { path: path.into() }));
        };
        self.loading.push(path.to_owned());
        let result = stacker::maybe_grow(128 * 1024, 1024 * 1024, || self.compile_import(&source));
        self.loading.pop();
        self.compiled.insert(path.to_owned(), result?);
        Ok(())
    }

    fn compile_import(&mut self, source: &PackageSource) -> Result<Compiled, Refusal> {
        let file = |file: &PackageFile| SourceFile::new(&file.name, file.text.as_ref());
        let sources = self.store.keep(source.files.iter().map(file).collect());
        let unit = Unit::parse(&self.store.trees, sources, &self.limits);
        let charges = unit.charges().map_err(Refusal::Package)?;
        let mut parsed = unit.files;
        // The trees of packages are kept without being dropped: they own nothing.
        parsed.iter_mut().for_each(|file| file.charges = Vec::new());
        let overlay: Vec<bool> = source.files.iter().map(|file| file.overlay).collect();
        apply_overlay(&self.store.trees, &mut parsed, &overlay);
        let imports = self.import_all(&source.path, &parsed, sources).map_err(|located| match located.refusal {
            Refusal::Import(error) => {
                let location = location(&source.path, located.source, located.span);
                refused(format!("{location}: {}", checker_words(error)))
            }
            package @ Refusal::Package(_) => package,
        })?;
        let options = Options { limits: self.limits, natives: source.library };
        let package =
            self.world.check(&source.path, &parsed, sources, options).map_err(|error| refused(error.to_string()))?;
        let keys: Vec<Key> =
            imports.iter().filter_map(|path| self.compiled.get(path)).map(|import| import.key).collect();
        let key = Key::of(source, &keys);
        let (module, cached) = self.generated(&package, sources, charges, key)?;
        let files = self.store.trees.alloc_slice_fill_iter(parsed);
        let path = self.store.trees.alloc_str(&source.path);
        self.dependencies.push(Dependency { path, files, sources, private: source.private, draft: source.draft });
        Ok(Compiled { module: Rc::new(module), imports, key, cached })
    }

    /// The module of a checked package: from the cache, else generated and put there.
    fn generated(
        &self,
        package: &regno_frontend::typed::Package,
        sources: &[SourceFile],
        charges: Vec<u32>,
        key: Key,
    ) -> Result<(Module, Cached), Refusal> {
        let cached = match self.cache.map(|cache| cache.get(key, &package.path)) {
            Some(Entry::Found(module)) => return Ok((*module, Cached::Hit)),
            Some(Entry::Absent) => Cached::Miss,
            Some(Entry::Unusable(reason)) => Cached::Replaced(reason),
            None => Cached::Off,
        };
        let module = generate(package, sources, charges).map_err(refused)?;
        if let Some(cache) = self.cache {
            cache.put(key, &module);
        }
        Ok((module, cached))
    }
}

/// What is wrong with a package.
#[derive(Default)]
pub(crate) struct Inspection {
    /// Syntax errors with the index of their file.
    pub(crate) syntax: Vec<(usize, Diagnostic)>,
    /// Imports that fail: index of the file, place, why.
    pub(crate) imports: Vec<(usize, Span, PackageError)>,
    /// What Go's type checker says.
    pub(crate) go: Vec<GoEntry>,
    /// What the checker says.
    pub(crate) check: Option<CheckError>,
}

fn refused(text: String) -> Refusal {
    Refusal::Package(CompileError { text, parse_charges: Vec::new(), program: None })
}

/// `PATH/FILE:L:C-C2`
fn location(path: &str, source: &SourceFile, span: Span) -> String {
    let (start, end) = (source.position(span.start), source.position(span.end));
    format!("{path}/{}:{start}-{}", source.name(), end.column)
}

/// What the checker would say about an import that fails.
fn checker_words(error: PackageError) -> String {
    match error {
        PackageError::UnknownImport { path } => VmError::UnknownImport { path }.to_string(),
        other => other.to_string(),
    }
}

/// Typed tree to module. The error is a text without location.
fn generate(
    package: &regno_frontend::typed::Package,
    files: &[SourceFile],
    charges: Vec<u32>,
) -> Result<Module, String> {
    let mut ir = regno_ir::build::build_package(package, files, charges).map_err(|e| e.to_string())?;
    ir.functions.values_mut().for_each(regno_ir::passes::optimize);
    regno_codegen::compile_module(&ir).map_err(|e| e.to_string())
}

/// Compiles a package of one or more files that imports nothing.
///
/// # Errors
///
/// The first finding of the parser, the checker or the code generator.
pub fn compile_package(path: &str, sources: &[Source]) -> Result<Module, CompileError> {
    Session::new(&SourceStore::default(), &NoPackages).compile(path, None, sources).map(|program| program.module)
}

/// Compiles a package that is going to be run by calling its `main`, with what it imports. Its name must be the last element of the
/// path, versions left out.
///
/// # Errors
///
/// The first finding of the parser, the checker or the code generator.
pub fn compile_program(path: &str, sources: &[Source], packages: &dyn Packages) -> Result<Program, CompileError> {
    Session::new(&SourceStore::default(), packages).compile(path, Some(expected_name(path)), sources)
}
