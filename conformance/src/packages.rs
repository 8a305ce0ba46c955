//! Packages in folders: the roots of `--packages` and a library in place of the built-in one.

use regno_frontend::package::{GnoMod, PackageFile, PackageSource, Packages, PathKind, is_production_file};
use std::borrow::Cow;
use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// The folder of a library that holds what only tests can import, and what replaces parts of other packages there (spec/05 §9.1).
const OVERLAY: &str = "testing_overlay";

/// Where packages are found: folders by module path, and the library.
#[derive(Clone, Debug, Default)]
pub struct PackageFolders {
    library: Option<PathBuf>,
    testing: bool,
    folders: HashMap<String, PathBuf>,
}

impl PackageFolders {
    /// Packages below the roots, each found by the module path in its `gnomod.toml`, and the library: the folder `library`, or the
    /// built-in one. With `testing`, the library is the one that tests see, and of a library in a folder its own tests belong to it.
    ///
    /// # Errors
    ///
    /// A root or the library's folder cannot be read: which one, and why.
    pub fn new(library: Option<PathBuf>, roots: &[PathBuf], testing: bool) -> Result<Self, (PathBuf, io::Error)> {
        let mut folders = HashMap::new();
        for folder in roots.iter().chain(&library) {
            fs::read_dir(folder).map_err(|error| (folder.clone(), error))?;
        }
        for root in roots {
            scan(root, &mut folders);
        }
        // What lies in the library belongs to it, also where it is a workspace that tests are run in.
        if let Some(own) = library.as_ref().and_then(|library| library.canonicalize().ok()) {
            folders.retain(|_, folder| folder.canonicalize().is_ok_and(|folder| !folder.starts_with(&own)));
        }
        Ok(Self { library, testing, folders })
    }

    /// The folder of a package that is found by its module path, or that lies in a library other than the built-in one.
    #[must_use]
    pub fn folder(&self, path: &str) -> Option<PathBuf> {
        if let Some(folder) = self.folders.get(path) {
            return Some(folder.clone());
        }
        let folder = self.library.as_ref()?.join(path);
        (PathKind::of(path) == PathKind::Library && folder.is_dir()).then_some(folder)
    }

    /// The import paths of all packages, in their order; of the library those that programs can import.
    #[must_use]
    pub fn paths(&self) -> Vec<String> {
        let mut paths: Vec<String> = self.folders.keys().cloned().collect();
        match &self.library {
            None => paths.extend(regno_stdlibs::packages().iter().map(|(path, _)| (*path).to_owned())),
            Some(root) => library_paths(root, &mut paths),
        }
        paths.sort();
        paths.dedup();
        paths
    }

    fn library_package(&self, path: &str) -> Option<PackageSource> {
        let Some(root) = &self.library else { return package(path, self.built_in(path), true, None) };
        let folder = root.join(path);
        let mut files = read_files(&folder, false);
        if self.testing {
            let overlay = root.join(OVERLAY).join(path);
            files.extend(read_files(&overlay, true));
            files.extend(own_tests(&folder).chain(own_tests(&overlay)));
        }
        package(path, files, true, None)
    }
}

impl PackageFolders {
    /// The files of a package of the built-in library.
    fn built_in(&self, path: &str) -> Vec<PackageFile> {
        let overlay = if self.testing { regno_stdlibs::overlay_files(path) } else { None };
        let file = |&(name, text): &regno_stdlibs::File, overlay: bool| PackageFile {
            name: name.to_owned(),
            text: Cow::Borrowed(text),
            overlay,
        };
        let production = regno_stdlibs::files(path).unwrap_or_default().iter().map(|entry| file(entry, false));
        production.chain(overlay.unwrap_or_default().iter().map(|entry| file(entry, true))).collect()
    }
}

impl Packages for PackageFolders {
    fn package(&self, path: &str) -> Option<Rc<PackageSource>> {
        if let Some(folder) = self.folders.get(path) {
            let module = fs::read(folder.join("gnomod.toml")).ok();
            let module = module.and_then(|text| GnoMod::parse(&text).ok());
            return package(path, read_files(folder, false), false, module).map(Rc::new);
        }
        // `main` and everything else without domain could name a library package.
        if PathKind::of(path) != PathKind::Library {
            return None;
        }
        self.library_package(path).map(Rc::new)
    }
}

fn package(path: &str, mut files: Vec<PackageFile>, library: bool, module: Option<GnoMod>) -> Option<PackageSource> {
    if files.is_empty() {
        return None;
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    let (private, draft) = module.map_or((false, false), |module| (module.private, module.draft));
    Some(PackageSource { path: path.to_owned(), files, library, private, draft })
}

/// The production files of a folder; none if it cannot be read.
fn read_files(folder: &Path, overlay: bool) -> Vec<PackageFile> {
    read_named(folder, overlay, is_production_file)
}

/// The tests in a folder of the library that belong to the package itself: in tests they are part of it.
fn own_tests(folder: &Path) -> impl Iterator<Item = PackageFile> {
    let tests = read_named(folder, true, |name| name.ends_with("_test.gno") && !name.starts_with('.'));
    tests.into_iter().filter(|file| !crate::testing::outline(file).0.ends_with("_test"))
}

fn read_named(folder: &Path, overlay: bool, is_wanted: impl Fn(&str) -> bool) -> Vec<PackageFile> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files = Vec::new();
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !is_wanted(&name) || entry.path().is_dir() {
            continue;
        }
        if let Ok(text) = fs::read(entry.path()) {
            files.push(PackageFile { name, text: Cow::Owned(text), overlay });
        }
    }
    files
}

/// The import paths of the packages in a library's folder.
fn library_paths(root: &Path, paths: &mut Vec<String>) {
    let mut pending = vec![String::new()];
    while let Some(above) = pending.pop() {
        let Ok(entries) = fs::read_dir(root.join(&above)) else { continue };
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) && !name.starts_with('.') && name != OVERLAY {
                pending.push(if above.is_empty() { name } else { format!("{above}/{name}") });
            } else if is_production_file(&name) && !above.is_empty() {
                paths.push(above.clone());
            }
        }
    }
}

/// The name of the file that makes a folder a workspace (spec/05 §11.1).
pub const WORKSPACE: &str = "gnowork.toml";

/// The workspace that a folder lies in: the nearest folder above or itself that has a `gnowork.toml`.
#[must_use]
pub fn workspace_of(folder: &Path) -> Option<PathBuf> {
    let folder = folder.canonicalize().ok()?;
    folder.ancestors().find(|above| above.join(WORKSPACE).is_file()).map(Path::to_owned)
}

/// Notes every folder below that has a `gnomod.toml`, by its module path; of a workspace without the workspaces in it. Of two with
/// the same path the first in the order of names counts.
fn scan(root: &Path, folders: &mut HashMap<String, PathBuf>) {
    let workspace = root.join(WORKSPACE).is_file();
    let mut pending = vec![root.to_owned()];
    while let Some(folder) = pending.pop() {
        if workspace && folder != *root && folder.join(WORKSPACE).is_file() {
            continue;
        }
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        if let Ok(text) = fs::read(folder.join("gnomod.toml"))
            && let Ok(module) = GnoMod::parse(&text)
        {
            folders.entry(module.module).or_insert_with(|| folder.clone());
        }
        let mut below: Vec<PathBuf> =
            entries.flatten().filter(|entry| entry.file_type().is_ok_and(|t| t.is_dir())).map(|e| e.path()).collect();
        below.sort();
        pending.extend(below.into_iter().rev());
    }
}
