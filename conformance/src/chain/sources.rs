//! The packages that are stored, as sources.

use super::{Chain, ChainError};
use crate::compile::Source;
use bumpalo::Bump;
use regno_bytecode::module::{FunctionKind, Module};
use regno_bytecode::types::{TypeKind, TypeRef};
use regno_frontend::limits::Limits;
use regno_frontend::package::{GnoMod, PackageFile, PackageSource, Packages, PathKind, is_production_file};
use regno_frontend::source::SourceFile;
use regno_frontend::syntax::parse_file;
use regno_store::model::{MemPackage, Realm};
use regno_store::{Object, ObjectId, PkgId, Space, Store, StoreError, decode, encode, keys};
use std::borrow::Cow;
use std::collections::HashSet;
use std::rc::Rc;

/// Packages of a store, and below them those of a library: what is not stored is stored with the first message that needs it.
pub struct StoredPackages<'c> {
    pub(super) store: &'c dyn Store,
    library: &'c dyn Packages,
}

impl std::fmt::Debug for StoredPackages<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredPackages").finish_non_exhaustive()
    }
}

impl<'c> StoredPackages<'c> {
    /// The packages of a store over those of a library.
    #[must_use]
    pub fn new(store: &'c dyn Store, library: &'c dyn Packages) -> StoredPackages<'c> {
        StoredPackages { store, library }
    }
}

impl Packages for StoredPackages<'_> {
    fn package(&self, path: &str) -> Option<Rc<PackageSource>> {
        match source_of(self.store, path).ok().flatten() {
            Some(source) => Some(Rc::new(as_source(source))),
            None => self.library.package(path),
        }
    }
}

pub(super) fn is_library(path: &str) -> bool {
    PathKind::of(path) == PathKind::Library
}

/// The production files of a stored package.
pub(super) fn as_source(source: MemPackage) -> PackageSource {
    let module = module_file(&source.files);
    let (private, draft) = module.map_or((false, false), |module| (module.private, module.draft));
    let files = source.files.into_iter().filter(|(name, _)| is_production_file(name));
    let files = files.map(|(name, text)| PackageFile { name, text: Cow::Owned(text), overlay: false });
    PackageSource { library: is_library(&source.path), path: source.path, files: files.collect(), private, draft }
}

/// What the module file among some files says.
pub(super) fn module_file(files: &[(String, Vec<u8>)]) -> Option<GnoMod> {
    let (_, text) = files.iter().find(|(name, _)| name == "gnomod.toml")?;
    GnoMod::parse(text).ok()
}

/// The source of a stored package.
///
/// # Errors
///
/// [`StoreError`].
pub fn source_of(store: &dyn Store, path: &str) -> Result<Option<MemPackage>, StoreError> {
    let key = keys::source(path, is_library(path));
    let Some(bytes) = store.snapshot()?.get(Space::Merkle, &key)? else { return Ok(None) };
    match decode::mem_package(&bytes) {
        Ok(package) => Ok(Some(package)),
        Err(error) => Err(StoreError::Damaged { key, reason: error.to_string() }),
    }
}

/// Paths of the stored packages, in the order in which they were added; the standard library only if `library`.
///
/// # Errors
///
/// [`StoreError`].
pub fn packages(store: &dyn Store, library: bool) -> Result<Vec<String>, StoreError> {
    let mut paths: Vec<String> = Vec::new();
    store.snapshot()?.scan(Space::Base, keys::PACKAGE_INDEX, &mut |_, path| {
        let path = String::from_utf8_lossy(path).into_owned();
        if library || !is_library(&path) {
            paths.push(path);
        }
        true
    })?;
    let mut seen = HashSet::new();
    // A private package that was replaced is in the index once more.
    paths.retain(|path| seen.insert(path.clone()));
    Ok(paths)
}

/// The record of a package's realm: what it stores, and the deposit for it.
///
/// # Errors
///
/// [`StoreError`].
pub fn record_of(store: &dyn Store, path: &str) -> Result<Option<Realm>, StoreError> {
    let key = keys::realm(PkgId::of_path(path));
    let Some(bytes) = store.snapshot()?.get(Space::Base, &key)? else { return Ok(None) };
    decode::realm(&bytes).map(Some).map_err(|error| StoreError::Damaged { key, reason: error.to_string() })
}

/// The path of the stored package with this identity.
pub(super) fn path_of(store: &dyn Store, id: PkgId) -> Result<Option<String>, StoreError> {
    let key = keys::object(ObjectId::package(id));
    let Some(bytes) = store.snapshot()?.get(Space::Base, &key)? else { return Ok(None) };
    match decode::object(bytes.get(20..).unwrap_or_default()) {
        Ok(Object::Package(package)) => Ok(Some(package.path)),
        Ok(_) => Err(StoreError::Damaged { key, reason: "no package".to_owned() }),
        Err(error) => Err(StoreError::Damaged { key, reason: error.to_string() }),
    }
}

/// The exported functions of a module, as their declarations begin, in source order.
pub(super) fn functions(module: &Module) -> Result<Vec<String>, ChainError> {
    let name = |ty: TypeRef| module.types.get(ty.as_u32() as usize).map_or("?", |desc| desc.name.as_str());
    let mut found = Vec::new();
    for (index, function) in module.functions.iter().enumerate() {
        let exported = function.name.starts_with(char::is_uppercase) && function.kind == FunctionKind::Declared;
        let ty = function.signature.and_then(|ty| module.types.get(ty.as_u32() as usize));
        let Some(TypeKind::Func { params, results, variadic }) = ty.map(|ty| &ty.kind).filter(|_| exported) else {
            continue;
        };
        let stored = module.stored.functions.get(index);
        let params: Vec<String> = params
            .iter()
            .enumerate()
            .map(|(at, &ty)| {
                let field = stored.and_then(|stored| stored.params.get(at)).map_or("", |field| field.name.as_str());
                let mut ty = name(ty).replace(".uverse.", "");
                if *variadic && at + 1 == params.len() {
                    ty = ty.replacen("[]", "...", 1);
                }
                let crossing = at == 0 && stored.is_some_and(|stored| stored.crossing);
                let ty = if crossing { "realm".to_owned() } else { ty };
                format!("{} {ty}", if field.is_empty() { "_" } else { field })
            })
            .collect();
        let results: Vec<String> = results.iter().map(|&ty| name(ty).replace(".uverse.", "")).collect();
        let results = match results.as_slice() {
            [] => String::new(),
            [one] => format!(" {one}"),
            more => format!(" ({})", more.join(", ")),
        };
        found.push(format!("func {}({}){results}", function.name, params.join(", ")));
    }
    Ok(found)
}

/// What the production files of a package import, in order.
fn imports_of<'s>(files: impl Iterator<Item = (&'s str, &'s [u8])>) -> Vec<String> {
    let arena = Bump::new();
    let mut imports = Vec::new();
    for (name, text) in files.filter(|(name, _)| is_production_file(name)) {
        let file = SourceFile::new(name, text);
        let parsed = parse_file(&arena, &file, &Limits::default());
        imports.extend(parsed.file.imports.iter().map(|spec| spec.path.to_owned()));
    }
    imports
}

impl Chain<'_> {
    /// Bytes of the sources that a type check of files reads from the store, in order: those of the packages that they import, directly or
    /// through others, each once and without the library, which every node has checked before (spec/07 §5.3).
    pub(super) fn source_sizes(&self, files: &[Source]) -> Result<Vec<usize>, StoreError> {
        let mut todo = imports_of(files.iter().map(|file| (file.name.as_str(), file.text.as_slice())));
        todo.reverse();
        let (mut seen, mut sizes) = (HashSet::new(), Vec::new());
        while let Some(path) = todo.pop() {
            if is_library(&path) || !seen.insert(path.clone()) {
                continue;
            }
            // Those that are not stored yet are not read, but made with the message as at genesis.
            let Some(source) = source_of(self.store(), &path)? else { continue };
            sizes.push(encode::mem_package(&source).len());
            let imports = imports_of(source.files.iter().map(|(name, text)| (name.as_str(), text.as_slice())));
            todo.extend(imports.into_iter().rev());
        }
        Ok(sizes)
    }
}
