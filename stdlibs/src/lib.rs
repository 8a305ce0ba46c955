//! The standard library of Gno, embedded: sources by import path.
//!
//! Each folder beside this crate is a package. `testing_overlay` holds packages that exist for tests only (`fmt`, `os`, `testing`) and files
//! that replace functions of production packages there (spec/06 §3, spec/05 §9.1).

/// A file: name without folders, and content.
pub type File = (&'static str, &'static [u8]);

/// A package: import path, and files in the order of their names; no tests.
pub type Package = (&'static str, &'static [File]);

include!(concat!(env!("OUT_DIR"), "/packages.rs"));

/// The files of a production package.
pub fn files(path: &str) -> Option<&'static [File]> {
    find(PACKAGES, path)
}

/// The files that tests see in addition to [`files`], whose functions replace those of the same name.
pub fn overlay_files(path: &str) -> Option<&'static [File]> {
    find(OVERLAY, path)
}

/// All production packages in the order of their paths.
pub fn packages() -> &'static [Package] {
    PACKAGES
}

/// All packages of the test overlay in the order of their paths.
pub fn overlay_packages() -> &'static [Package] {
    OVERLAY
}

fn find(packages: &'static [Package], path: &str) -> Option<&'static [File]> {
    let at = packages.binary_search_by_key(&path, |(path, _)| path).ok()?;
    packages.get(at).map(|&(_, files)| files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_package_is_found_by_its_path() {
        assert!(!packages().is_empty());
        assert!(packages().iter().all(|&(path, list)| files(path) == Some(list) && !list.is_empty()));
        assert!(overlay_packages().iter().all(|&(path, list)| overlay_files(path) == Some(list)));
        assert_eq!(files("no/such/package"), None);
    }
}
