//! Who may import whom (spec/01 §2.4, spec/05 §1.4).

use super::PathKind;
use crate::finding::PackageError;

/// Whether the paths allow an import. `file` is the name of the importing file: tests of pure packages may import realms.
///
/// # Errors
///
/// The rule that forbids it.
pub fn check_import(importer: &str, file: &str, path: &str) -> Result<(), PackageError> {
    let kind = PathKind::of(importer);
    if path.starts_with("internal/") && kind != PathKind::Library {
        return Err(PackageError::LibraryInternal);
    }
    if let Some(base) = internal_base(path)
        && !base.is_empty()
        && importer != base
        && !importer.strip_prefix(base).is_some_and(|rest| rest.starts_with('/'))
    {
        return Err(PackageError::Internal);
    }
    let test = file.ends_with("_test.gno") || file.ends_with("_filetest.gno");
    if kind == PathKind::Pure && PathKind::of(path) == PathKind::Realm && !test {
        return Err(PackageError::PureImportsRealm { importer: importer.into(), path: path.into() });
    }
    Ok(())
}

/// What stands before `/internal` in a path.
fn internal_base(path: &str) -> Option<&str> {
    let at = path.find("/internal/").or_else(|| path.ends_with("/internal").then(|| path.len() - "/internal".len()))?;
    path.get(..at)
}

#[cfg(test)]
mod tests {
    use super::check_import;

    #[test]
    fn internal_packages_are_for_their_neighbours() {
        let text = |importer, path| check_import(importer, "a.gno", path).err().map(|error| error.to_string());
        assert_eq!(text("main", "internal/bytealg"), None);
        assert!(text("gno.land/p/a/b", "internal/bytealg").is_some());
        assert_eq!(text("gno.land/p/a/b/c", "gno.land/p/a/b/internal/x"), None);
        assert_eq!(text("gno.land/p/a/b", "gno.land/p/a/b/internal"), None);
        assert!(text("gno.land/p/a/bc", "gno.land/p/a/b/internal/x").is_some());
        assert_eq!(
            text("gno.land/p/a/b", "gno.land/r/a/b").as_deref(),
            Some("pure package path \"gno.land/p/a/b\" cannot import realm path \"gno.land/r/a/b\"")
        );
        assert_eq!(text("gno.land/r/a/b", "gno.land/r/a/c"), None);
    }
}
