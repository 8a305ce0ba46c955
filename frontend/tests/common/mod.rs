//! Source text to typed tree, for the tests of this crate.

#![allow(dead_code)] // Each test file uses what it needs.

use bumpalo::Bump;
use regno_frontend::check::check_package;
use regno_frontend::limits::Limits;
use regno_frontend::source::SourceFile;
use regno_frontend::syntax::parse_file;
use regno_frontend::typed::Package;

/// Checks one file as package `main`; errors are rendered as the reference prints them.
pub fn check(text: &str) -> Result<Package, String> {
    check_at("main", text)
}

/// Checks one file as the package of a path.
pub fn check_at(path: &str, text: &str) -> Result<Package, String> {
    let arena = Bump::new();
    let limits = Limits::default();
    let sources = [SourceFile::new("a.gno", text)];
    let files = [parse_file(&arena, &sources[0], &limits)];
    if let Some(error) = files[0].errors.first() {
        return Err(format!("{error:?}"));
    }
    check_package(path, &files, &sources, &limits).map_err(|error| error.to_string())
}
