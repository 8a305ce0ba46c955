//! Packages with their files and imports, for `regno list` and `regno mod graph` (spec/05 §12.1).

use crate::packages::PackageFolders;
use crate::testing::{self, DiscoverError};
use bumpalo::Bump;
use regno_frontend::limits::Limits;
use regno_frontend::package::{GnoMod, Packages, PathKind};
use regno_frontend::source::SourceFile;
use regno_frontend::syntax::parse_file;
use serde::Serialize;
use std::collections::{BTreeMap, HashSet, VecDeque};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

/// A package as it is listed; in JSON with the reference's names.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Listed {
    /// Its folder, absolute; empty for the built-in library.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub dir: String,
    /// Import path.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub import_path: String,
    /// The name in its package clauses.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The patterns that mean it; none for what is only imported.
    #[serde(rename = "Match", skip_serializing_if = "Vec::is_empty")]
    pub matched: Vec<String>,
    /// What is wrong with its files and imports.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Problem>,
    /// Its module file says that tools leave it out.
    #[serde(skip_serializing_if = "is_false")]
    pub ignore: bool,
    /// Names of files by kind.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub files: BTreeMap<FileKind, Vec<String>>,
    /// Imported paths, sorted, by the kind of the files that import them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub imports: BTreeMap<FileKind, Vec<String>>,
}

// The signature is serde's.
#[allow(clippy::trivially_copy_pass_by_ref)]
const fn is_false(value: &bool) -> bool {
    !*value
}

/// What is wrong with a package.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Problem {
    /// Where: file, line and column, or empty.
    pub pos: String,
    /// What.
    pub msg: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.pos.is_empty() { f.write_str(&self.msg) } else { write!(f, "{}: {}", self.pos, self.msg) }
    }
}

/// What a file of a package is for. The order is that of the names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub enum FileKind {
    /// A filetest.
    Filetest,
    /// No Gno source.
    Other,
    /// What importers see.
    PackageSource,
    /// A test of the package's own name.
    Test,
    /// A test beside the package.
    XTest,
}

/// Why nothing is listed.
#[derive(Debug)]
pub enum ListError {
    /// A pattern is wrong, or a folder cannot be read.
    Discover(DiscoverError),
    /// No package has this import path.
    NotFound(String),
    /// The patterns mean no package.
    Empty,
}

impl fmt::Display for ListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Discover(error) => write!(f, "{error}"),
            Self::NotFound(path) => write!(f, "package not found: {path:?}"),
            Self::Empty => f.write_str("no packages"),
        }
    }
}

impl std::error::Error for ListError {}

/// How far a listing follows imports.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Follow {
    /// Only what the patterns mean.
    Nothing,
    /// What production files import, and so on.
    Imports,
    /// The same, and what the tests of packages that the patterns mean import.
    TestImports,
}

/// The packages that the patterns mean, and after them what they import; warnings about patterns that mean none. A pattern is a
/// folder, an import path, or one of them with `/...` for all below. What begins with `.` or `/` is a folder; of the rest import paths
/// come first.
///
/// # Errors
///
/// [`ListError`]: which pattern is wrong, or that there are no packages.
pub fn list(
    patterns: &[String],
    packages: &PackageFolders,
    follow: Follow,
) -> Result<(Vec<Listed>, Vec<String>), ListError> {
    let mut found: Vec<Listed> = Vec::new();
    let mut warnings = Vec::new();
    for pattern in patterns {
        for package in matches(pattern, packages, &mut warnings)? {
            match found.iter_mut().find(|other| other.import_path == package.import_path && other.dir == package.dir) {
                Some(other) => other.matched.push(pattern.clone()),
                None => found.push(Listed { matched: vec![pattern.clone()], ..package }),
            }
        }
    }
    if found.is_empty() {
        return Err(ListError::Empty);
    }
    if follow != Follow::Nothing {
        found = with_imports(found, packages, follow == Follow::TestImports);
    }
    Ok((found, warnings))
}

fn matches(pattern: &str, packages: &PackageFolders, warnings: &mut Vec<String>) -> Result<Vec<Listed>, ListError> {
    let is_folder = pattern.starts_with(['.', '/']);
    if !is_folder {
        let below = pattern.strip_suffix("/...");
        let means = |path: &str| match below {
            Some(root) => path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
            None => path == pattern,
        };
        let listed: Vec<Listed> =
            packages.paths().iter().filter(|path| means(path)).filter_map(|path| by_path(path, packages)).collect();
        if !listed.is_empty() {
            return Ok(listed);
        }
        if below.is_none() && !Path::new(pattern).is_dir() {
            return Err(ListError::NotFound(pattern.to_owned()));
        }
    }
    let (units, warned) = testing::discover(&[pattern.to_owned()], None).map_err(ListError::Discover)?;
    warnings.extend(warned);
    Ok(units.into_iter().map(|unit| in_folder(&unit.folder, &unit.path)).collect())
}

/// Appends what is imported, in the order in which it is met.
fn with_imports(found: Vec<Listed>, packages: &PackageFolders, tests: bool) -> Vec<Listed> {
    let mut known: HashSet<String> = found.iter().map(|package| package.import_path.clone()).collect();
    let mut pending = VecDeque::from(found);
    let mut listed = Vec::new();
    while let Some(mut package) = pending.pop_front() {
        let with_tests = tests && !package.matched.is_empty();
        let imports = package.imports.iter().filter(|(kind, _)| with_tests || **kind == FileKind::PackageSource);
        let mut paths: Vec<String> = imports.flat_map(|(_, paths)| paths).cloned().collect();
        paths.sort();
        for path in paths {
            // Part of the library of tests only; the reference leaves it out, too.
            let injected = regno_stdlibs::files(&path).is_none() && regno_stdlibs::overlay_files(&path).is_some();
            if injected || !known.insert(path.clone()) {
                continue;
            }
            match by_path(&path, packages) {
                Some(dependency) => pending.push_back(dependency),
                None => {
                    let library = PathKind::of(&path) == PathKind::Library;
                    let msg = if library {
                        format!("package {path} is not in std")
                    } else {
                        format!("package {path} is not found")
                    };
                    package.errors.push(Problem { pos: String::new(), msg });
                }
            }
        }
        listed.push(package);
    }
    listed
}

/// The package of an import path.
fn by_path(path: &str, packages: &PackageFolders) -> Option<Listed> {
    if let Some(folder) = packages.folder(path) {
        return Some(in_folder(&folder, path));
    }
    let source = packages.package(path)?;
    let mut listed = Listed { import_path: path.to_owned(), ..Listed::default() };
    for file in &source.files {
        listed.add(&file.name, &file.text);
    }
    listed.finish();
    Some(listed)
}

fn in_folder(folder: &Path, path: &str) -> Listed {
    let dir = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    let mut listed =
        Listed { import_path: path.to_owned(), dir: dir.to_string_lossy().into_owned(), ..Listed::default() };
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .map(|entries| entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file()).collect())
        .unwrap_or_default();
    files.sort();
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        match fs::read(&file) {
            Ok(text) => listed.add(&name, &text),
            Err(error) => listed.errors.push(Problem { pos: name, msg: error.to_string() }),
        }
    }
    listed.finish();
    listed
}

impl Listed {
    fn add(&mut self, name: &str, text: &[u8]) {
        if name == crate::modfile::NAME {
            self.ignore = GnoMod::parse(text).is_ok_and(|module| module.ignore);
        }
        if !name.ends_with(".gno") {
            self.files.entry(FileKind::Other).or_default().push(name.to_owned());
            return;
        }
        let arena = Bump::new();
        let source = SourceFile::new(name, text);
        let parsed = parse_file(&arena, &source, &Limits::default());
        let kind = match name {
            name if name.ends_with("_filetest.gno") => FileKind::Filetest,
            name if !name.ends_with("_test.gno") => FileKind::PackageSource,
            _ if parsed.file.package.name.ends_with("_test") => FileKind::XTest,
            _ => FileKind::Test,
        };
        self.files.entry(kind).or_default().push(name.to_owned());
        if let Some(error) = parsed.errors.first() {
            let pos = format!("{name}:{}", source.position(error.span.start));
            self.errors.push(Problem { pos, msg: error.error.to_string() });
        }
        if self.name.is_empty() && matches!(kind, FileKind::PackageSource | FileKind::Test) {
            self.name = parsed.file.package.name.to_owned();
        }
        let imports = parsed.file.imports.iter().map(|import| import.path.to_owned());
        self.imports.entry(kind).or_default().extend(imports);
    }

    fn finish(&mut self) {
        self.imports.retain(|_, paths| {
            paths.sort();
            paths.dedup();
            !paths.is_empty()
        });
    }

    /// Everything that any of its files imports, sorted.
    #[must_use]
    pub fn all_imports(&self) -> Vec<&str> {
        let mut paths: Vec<&str> = self.imports.values().flatten().map(String::as_str).collect();
        paths.sort_unstable();
        paths.dedup();
        paths
    }

    /// As JSON, indented by tabs.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = Vec::new();
        let layout = serde_json::ser::PrettyFormatter::with_indent(b"\t");
        // Strings, lists and maps with names as keys always serialise.
        let _ = self.serialize(&mut serde_json::Serializer::with_formatter(&mut text, layout));
        String::from_utf8_lossy(&text).into_owned()
    }
}
