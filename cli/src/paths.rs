//! Source files named on the command line: files, folders, and `folder/...` for everything below.

use crate::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

/// All `.gno` files that the patterns name, each once, folders in the order of names.
pub fn gno_files(patterns: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    for pattern in patterns {
        match deep_root(pattern) {
            Some(root) => walk(&root, &mut files)?,
            None if pattern.is_dir() => files.extend(sources_in(pattern)?),
            None => files.push(pattern.clone()),
        }
    }
    let mut seen = std::collections::HashSet::new();
    files.retain(|file| seen.insert(file.clone()));
    Ok(files)
}

/// All packages that the patterns name, each once: folders with `.gno` files, and single files.
pub fn packages(patterns: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    let mut packages: Vec<PathBuf> = Vec::new();
    for pattern in patterns {
        match deep_root(pattern) {
            Some(root) => {
                let mut files = Vec::new();
                walk(&root, &mut files)?;
                packages.extend(files.iter().filter_map(|file| file.parent()).map(Path::to_owned));
            }
            None => packages.push(pattern.clone()),
        }
    }
    let mut seen = std::collections::HashSet::new();
    packages.retain(|package| seen.insert(package.clone()));
    Ok(packages)
}

/// The folder of a pattern `folder/...`.
fn deep_root(pattern: &Path) -> Option<PathBuf> {
    let root = pattern.to_str()?.strip_suffix("...")?;
    match root.strip_suffix('/') {
        Some("") => Some(PathBuf::from("/")),
        Some(root) => Some(PathBuf::from(root)),
        None if root.is_empty() => Some(PathBuf::from(".")),
        None => None,
    }
}

fn walk(root: &Path, files: &mut Vec<PathBuf>) -> Result<(), Error> {
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        files.extend(sources_in(&folder)?);
        let below = entries(&folder)?.into_iter().rev().filter(|path| {
            let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
            !hidden && path.is_dir() && !path.is_symlink()
        });
        open.extend(below);
    }
    Ok(())
}

/// The `.gno` files of a folder in the order of their names.
pub fn sources_in(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let is_source = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "gno") && path.is_file();
    Ok(entries(folder)?.into_iter().filter(is_source).collect())
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let failed = |error| Error::File(folder.to_owned(), error);
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        paths.push(entry.map_err(failed)?.path());
    }
    paths.sort();
    Ok(paths)
}
