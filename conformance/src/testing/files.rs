//! The files of a package, sorted by what they are for.

use bumpalo::Bump;
use regno_frontend::limits::Limits;
use regno_frontend::package::{PackageFile, is_production_file};
use regno_frontend::source::SourceFile;
use regno_frontend::syntax::{self, ast::Decl};
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Files of a folder.
#[derive(Clone, Debug, Default)]
pub(super) struct TestFiles {
    /// Files of the package, then its tests, which replace functions of the same name.
    pub inside: Vec<PackageFile>,
    /// Test functions in it.
    pub inside_tests: Vec<String>,
    /// Files of the package `NAME_test`.
    pub outside: Vec<PackageFile>,
    /// Test functions in it.
    pub outside_tests: Vec<String>,
    /// Files that are run as filetests.
    pub filetests: Vec<Filetest>,
}

/// A file that is run as a filetest.
#[derive(Clone, Debug)]
pub(super) struct Filetest {
    /// Where it is.
    pub path: PathBuf,
    /// Where it is below the folder of the package.
    pub name: String,
    /// What stands in it.
    pub text: Vec<u8>,
}

impl Filetest {
    fn read(folder: &Path, path: PathBuf) -> io::Result<Self> {
        let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().into_owned();
        let text = fs::read(&path)?;
        Ok(Self { path, name, text })
    }
}

impl TestFiles {
    /// Reads the folder of a package.
    pub fn read(folder: &Path) -> io::Result<TestFiles> {
        let mut files = TestFiles::default();
        let mut tests = Vec::new();
        for path in sorted(folder)? {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if name.ends_with("_filetest.gno") {
                files.filetests.push(Filetest::read(folder, path)?);
            } else if name.ends_with("_test.gno") {
                tests.push(PackageFile { name, text: Cow::Owned(fs::read(&path)?), overlay: true });
            } else if is_production_file(&name) {
                files.inside.push(PackageFile { name, text: Cow::Owned(fs::read(&path)?), overlay: false });
            }
        }
        if let Ok(below) = sorted(&folder.join("filetests")) {
            for path in below.into_iter().filter(|path| path.to_string_lossy().ends_with("_filetest.gno")) {
                files.filetests.push(Filetest::read(folder, path)?);
            }
        }
        for file in tests {
            let (package, functions) = outline(&file);
            match package.ends_with("_test") {
                true => {
                    files.outside.push(PackageFile { overlay: false, ..file });
                    files.outside_tests.extend(functions);
                }
                false => {
                    files.inside.push(file);
                    files.inside_tests.extend(functions);
                }
            }
        }
        Ok(files)
    }

    /// Whether there is anything to run.
    pub fn has_tests(&self) -> bool {
        !self.filetests.is_empty() || !self.outside.is_empty() || self.inside.iter().any(|file| file.overlay)
    }
}

fn sorted(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)?.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "gno") && path.is_file());
    paths.sort();
    Ok(paths)
}

/// Package name and test functions of a file, in source order.
pub(crate) fn outline(file: &PackageFile) -> (String, Vec<String>) {
    let arena = Bump::new();
    let source = SourceFile::new(&file.name, file.text.as_ref());
    let parsed = syntax::parse_file(&arena, &source, &Limits::default());
    let tests = parsed.file.decls.iter().filter_map(|decl| match decl {
        Decl::Func(func) if func.receiver.is_none() && func.name.name.starts_with("Test") => {
            Some(func.name.name.to_owned())
        }
        _ => None,
    });
    (parsed.file.package.name.to_owned(), tests.collect())
}
