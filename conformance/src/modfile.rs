//! Module files in a folder: writing a new one, bringing an existing one in its standard form (spec/05 §12.1).

use crate::whole_file;
use regno_frontend::finding::PackageError;
use regno_frontend::package::{GNO_VERSION, GnoMod, PathKind, check_import_path};
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

/// The file's name.
pub const NAME: &str = "gnomod.toml";

/// The name of the file's predecessor.
const OLD_NAME: &str = "gno.mod";

/// Why a module file is not written.
#[derive(Debug)]
pub enum ModFileError {
    /// There is one.
    Exists,
    /// There is none.
    Missing,
    /// The path cannot be a module's.
    Path(String),
    /// The file has a mistake.
    Mistake(PackageError),
    /// The predecessor has a mistake: line, and what.
    OldMistake(usize, String),
    /// A file cannot be read or written.
    File(&'static str, io::Error),
}

impl fmt::Display for ModFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exists => write!(f, "create {NAME}: file already exists"),
            Self::Missing => write!(f, "{NAME} doesn't exist"),
            Self::Path(reason) => write!(f, "create {NAME}: {reason}"),
            Self::Mistake(error) => write!(f, "{error}"),
            Self::OldMistake(line, what) => write!(f, "{OLD_NAME}:{line}: {what}"),
            Self::File(name, error) => write!(f, "{name}: {error}"),
        }
    }
}

impl std::error::Error for ModFileError {}

/// Writes the module file of a new package.
///
/// # Errors
///
/// There is one already, the path is not one of a user's package, or the file cannot be written.
pub fn init(folder: &Path, module: &str) -> Result<(), ModFileError> {
    let file = folder.join(NAME);
    if file.exists() {
        return Err(ModFileError::Exists);
    }
    check_import_path(module).map_err(|error| ModFileError::Path(error.to_string()))?;
    if matches!(PathKind::of(module), PathKind::Library | PathKind::Invalid) {
        return Err(ModFileError::Path(format!("{module:?} is not a valid package path URL")));
    }
    let module = GnoMod { module: module.to_owned(), gno: GNO_VERSION.to_owned(), ..GnoMod::default() };
    write(folder, &module)
}

/// Writes the module file of a folder in its standard form; a `gno.mod` becomes one and is removed.
///
/// # Errors
///
/// There is none, or it cannot be read or written.
pub fn tidy(folder: &Path) -> Result<(), ModFileError> {
    let (file, old) = (folder.join(NAME), folder.join(OLD_NAME));
    let read = |name, path: &Path| fs::read(path).map_err(|error| ModFileError::File(name, error));
    if !file.is_file() && !old.is_file() {
        return Err(ModFileError::Missing);
    }
    let mut module = None;
    if file.is_file() {
        module = Some(GnoMod::parse(&read(NAME, &file)?).map_err(ModFileError::Mistake)?);
    }
    if old.is_file() {
        // Of two files the older one counts: it is written last.
        module = Some(parse_old(&String::from_utf8_lossy(&read(OLD_NAME, &old)?))?);
    }
    if let Some(module) = module {
        write(folder, &module)?;
    }
    if old.is_file() {
        fs::remove_file(&old).map_err(|error| ModFileError::File(OLD_NAME, error))?;
    }
    Ok(())
}

fn write(folder: &Path, module: &GnoMod) -> Result<(), ModFileError> {
    let text = module.to_toml();
    whole_file::write(&folder.join(NAME), text.as_bytes()).map_err(|error| ModFileError::File(NAME, error))
}

/// Reads a `gno.mod`: module, version, and `// Ignore` in the first line. Replacements do not carry over.
fn parse_old(text: &str) -> Result<GnoMod, ModFileError> {
    let mut module = GnoMod::default();
    let mut in_block = String::new();
    for (index, line) in text.lines().enumerate() {
        let mistake = |what: String| Err(ModFileError::OldMistake(index + 1, what));
        let (code, comment) = line.split_once("//").map_or((line, None), |(code, comment)| (code, Some(comment)));
        if index == 0 && code.trim().is_empty() {
            module.ignore = comment.is_some_and(|comment| comment.trim() == "Ignore");
        }
        let mut words: Vec<&str> = code.split_whitespace().collect();
        match words.as_slice() {
            [] => continue,
            [")"] => {
                in_block.clear();
                continue;
            }
            [verb @ ("module" | "replace"), "("] => {
                in_block = (*verb).to_owned();
                continue;
            }
            _ if !in_block.is_empty() => words.insert(0, &in_block),
            _ => {}
        }
        match words.as_slice() {
            ["module", _] if !module.module.is_empty() => return mistake("repeated module statement".to_owned()),
            ["module", path] => {
                let path = path.trim_matches(['"', '`']);
                if let Err(error) = check_import_path(path) {
                    return mistake(format!("invalid module path: {error}"));
                }
                module.module = path.to_owned();
            }
            ["module", ..] => return mistake("usage: module module/path".to_owned()),
            ["gno", _] if !module.gno.is_empty() => return mistake("repeated gno statement".to_owned()),
            ["gno", version] => module.gno = (*version).to_owned(),
            ["gno", ..] => return mistake("gno directive expects exactly one argument".to_owned()),
            ["replace", ..] => {}
            [verb, ..] => return mistake(format!("unknown directive: {verb}")),
            [] => {}
        }
    }
    if module.module.is_empty() {
        return Err(ModFileError::Mistake(PackageError::NoModule));
    }
    Ok(module)
}
