//! Go's rules for the test files of a package that is added (spec/07 §5.3): errors in them refuse the package, too.

use super::{Chain, ChainError, StoredPackages, sources};
use crate::compile::Source;
use crate::lint::{FileKind, file_kind};
use crate::session::Session;
use crate::store::SourceStore;
use bumpalo::Bump;
use regno_frontend::package::{PackageFile, PackageSource, Packages};
use regno_frontend::source::SourceFile;
use std::borrow::Cow;
use std::rc::Rc;

/// What tests can import: the package that they test with its own test files, and what the library has for tests.
struct Tested<'c> {
    package: Rc<PackageSource>,
    below: StoredPackages<'c>,
}

impl Packages for Tested<'_> {
    fn package(&self, path: &str) -> Option<Rc<PackageSource>> {
        if path == self.package.path { Some(Rc::clone(&self.package)) } else { self.below.package(path) }
    }
}

/// The files that `wanted` names, as one package.
fn select(files: &[Source], wanted: impl Fn(FileKind) -> bool) -> Vec<Source> {
    files.iter().filter(|file| wanted(file_kind(file))).cloned().collect()
}

fn check(session: &mut Session<'_>, path: &str, shown: &str, files: &[Source]) -> Option<String> {
    let arena = Bump::new();
    let files: Vec<SourceFile> = files.iter().map(|file| SourceFile::new(&file.name, file.text.as_slice())).collect();
    let unit = session.parse(&arena, &files);
    session.type_check_part(path, shown, &unit).map(|text| text.trim_end().to_owned())
}

impl Chain<'_> {
    /// Refuses a package for errors of syntax in any of its files, which come before all others.
    ///
    /// # Errors
    ///
    /// [`ChainError::Compile`].
    pub(super) fn check_syntax(&self, path: &str, files: &[Source]) -> Result<(), ChainError> {
        let arena = Bump::new();
        let sources: Vec<SourceFile> =
            files.iter().map(|file| SourceFile::new(&file.name, file.text.as_slice())).collect();
        let mut session = self.session.borrow_mut();
        let unit = session.parse(&arena, &sources);
        match unit.has_syntax_errors().then(|| session.type_check_part(path, path, &unit)).flatten() {
            Some(text) => Err(ChainError::Compile(text.trim_end().to_owned())),
            None => Ok(()),
        }
    }

    /// Checks the `.gno` files of a package with its tests; its production files alone are fine. Tests of the package itself come first,
    /// then those beside it and each filetest together.
    ///
    /// # Errors
    ///
    /// [`ChainError::Compile`].
    pub(super) fn check_tests(&self, path: &str, files: &[Source], private: bool) -> Result<(), ChainError> {
        let Some(library) = self.test_library else { return Ok(()) };
        if files.iter().all(|file| file_kind(file) == FileKind::Production) {
            return Ok(());
        }
        let own = select(files, |kind| matches!(kind, FileKind::Production | FileKind::Test));
        let file = |file: &Source| PackageFile {
            name: file.name.clone(),
            text: Cow::Owned(file.text.clone()),
            overlay: false,
        };
        let package = PackageSource {
            library: sources::is_library(path),
            path: path.to_owned(),
            files: own.iter().map(file).collect(),
            private,
            draft: false,
        };
        let packages = Tested { package: Rc::new(package), below: StoredPackages::new(self.store(), library) };
        let store = SourceStore::default();
        let mut session = Session::new(&store, &packages).with_cache(self.cache);
        if files.iter().any(|file| file_kind(file) == FileKind::Test)
            && let Some(text) = check(&mut session, path, path, &own)
        {
            return Err(ChainError::Compile(text));
        }
        let beside = select(files, |kind| kind == FileKind::TestBeside);
        let mut found = Vec::new();
        if !beside.is_empty() {
            found.extend(check(&mut session, &format!("{path}_test"), path, &beside));
        }
        for filetest in select(files, |kind| kind == FileKind::Filetest) {
            found.extend(check(&mut session, &format!("{path}_filetest"), path, &[filetest]));
        }
        if found.is_empty() { Ok(()) } else { Err(ChainError::Compile(found.join("; "))) }
    }
}
