//! Which packages a command line means (spec/05 §11.1).

use crate::packages::WORKSPACE;
use regno_frontend::package::GnoMod;
use std::fmt;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// A package in a folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unit {
    /// The folder as reports show it: relative, starting with `./`; `.` for the current one.
    pub label: String,
    /// The folder.
    pub folder: PathBuf,
    /// Import path.
    pub path: String,
    /// It belongs to the library.
    pub library: bool,
    /// `ignore = true` in its module file.
    pub ignored: bool,
}

/// Why the command line names no packages.
#[derive(Debug)]
pub enum DiscoverError {
    /// `...` stands somewhere else than at the end.
    PartialGlob(String),
    /// A folder cannot be read.
    Folder(PathBuf, io::Error),
    /// A single file.
    File(PathBuf),
    /// The module file of a folder has a mistake.
    Module(PathBuf, String),
}

impl fmt::Display for DiscoverError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DiscoverError::PartialGlob(pattern) => write!(f, "{pattern}: partial globs are not supported"),
            DiscoverError::Folder(folder, error) => write!(f, "{}: {error}", folder.display()),
            DiscoverError::File(_) => write!(f, "command-line-arguments package not supported yet"),
            DiscoverError::Module(file, error) => write!(f, "{}: {error}", file.display()),
        }
    }
}

impl std::error::Error for DiscoverError {}

/// The packages that the patterns name, each once, in the order of their folders; warnings about patterns without any. `library` is
/// the folder of the library in use, if it is not the built-in one.
///
/// # Errors
///
/// [`DiscoverError`]: which pattern or folder is wrong.
pub fn discover(patterns: &[String], library: Option<&Path>) -> Result<(Vec<Unit>, Vec<String>), DiscoverError> {
    let mut folders: Vec<PathBuf> = Vec::new();
    let mut warnings = Vec::new();
    for pattern in patterns {
        let found = match pattern.strip_suffix("...") {
            Some(root) => below(Path::new(match root {
                "" => ".",
                "/" => "/",
                root => root.trim_end_matches('/'),
            }))?,
            None if pattern.contains("...") => return Err(DiscoverError::PartialGlob(pattern.clone())),
            None => vec![single(Path::new(pattern), library)?],
        };
        if found.is_empty() {
            warnings.push(format!("gno: warning: {pattern:?} matched no packages"));
        }
        folders.extend(found);
    }
    folders.sort();
    folders.dedup();
    let units = folders.iter().map(|folder| unit(folder, library)).collect::<Result<_, _>>()?;
    Ok((units, warnings))
}

/// The folder that a pattern names: of the library for a bare path that is not there.
fn single(pattern: &Path, library: Option<&Path>) -> Result<PathBuf, DiscoverError> {
    if pattern.is_file() {
        return Err(DiscoverError::File(pattern.to_owned()));
    }
    let in_library = library.map(|root| root.join(pattern)).filter(|folder| !pattern.exists() && folder.is_dir());
    let folder = in_library.unwrap_or_else(|| pattern.to_owned());
    match fs::read_dir(&folder) {
        Ok(_) => Ok(folder),
        Err(error) => Err(DiscoverError::Folder(folder, error)),
    }
}

/// All folders with Gno files at and below a folder.
fn below(root: &Path) -> Result<Vec<PathBuf>, DiscoverError> {
    let mut found = Vec::new();
    let mut pending = vec![root.to_owned()];
    while let Some(folder) = pending.pop() {
        let entries = fs::read_dir(&folder).map_err(|error| DiscoverError::Folder(folder.clone(), error))?;
        let mut has_source = false;
        for entry in entries.flatten() {
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            if path.is_dir() {
                let skipped = name.starts_with('.') || name == "filetests" || path.join(WORKSPACE).exists();
                if !skipped && !path.is_symlink() {
                    pending.push(path);
                }
            } else {
                has_source |= name.ends_with(".gno") && !name.starts_with('.');
            }
        }
        if has_source {
            found.push(folder);
        }
    }
    Ok(found)
}

fn unit(folder: &Path, library: Option<&Path>) -> Result<Unit, DiscoverError> {
    let label = label(folder);
    let file = folder.join("gnomod.toml");
    if let Some(path) = library_path(folder, library) {
        return Ok(Unit { label, folder: folder.to_owned(), path, library: true, ignored: false });
    }
    let (path, ignored) = match fs::read(&file) {
        Ok(text) => {
            let module = GnoMod::parse(&text).map_err(|error| DiscoverError::Module(file, error.to_string()))?;
            (module.module, module.ignore)
        }
        Err(_) => ("gno.land/r/test".to_owned(), false),
    };
    Ok(Unit { label, folder: folder.to_owned(), path, library: false, ignored })
}

/// The folder of the library that the first pattern lies in, if it lies in one.
#[must_use]
pub fn library_of(patterns: &[String]) -> Option<PathBuf> {
    let first = patterns.first()?.trim_end_matches("...").trim_end_matches('/');
    let first = Path::new(if first.is_empty() { "." } else { first });
    // The folder itself counts for `stdlibs/...`.
    enclosing_library(&first.join("."))
}

/// The folder of the library that a folder lies in: one named `stdlibs`.
fn enclosing_library(folder: &Path) -> Option<PathBuf> {
    let absolute = fs::canonicalize(folder).ok()?;
    absolute.ancestors().find(|above| above.file_name().is_some_and(|name| name == "stdlibs")).map(Path::to_owned)
}

/// Import path of a folder of the library.
fn library_path(folder: &Path, library: Option<&Path>) -> Option<String> {
    let folder = fs::canonicalize(folder).ok()?;
    let root = match library {
        Some(root) => fs::canonicalize(root).ok()?,
        None => enclosing_library(&folder)?,
    };
    let path = folder.strip_prefix(&root).ok()?.to_string_lossy().into_owned();
    let path = path.strip_prefix("testing_overlay/").unwrap_or(&path).to_owned();
    (!path.is_empty()).then_some(path)
}

fn label(folder: &Path) -> String {
    let text = folder.to_string_lossy();
    let text = text.trim_end_matches('/');
    match text {
        "" | "." => ".".to_owned(),
        text if text.starts_with(['.', '/']) => text.to_owned(),
        text => format!("./{text}"),
    }
}
