//! Who may import whom (spec/01 §2.4, spec/05 §1.4).

use super::PathKind;
use std::fmt;

/// Why one package cannot import another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ImportError {
    /// A package of the library's `internal` tree, imported from outside the library.
    LibraryInternal,
    /// A package below `internal`, imported from outside its parent.
    Internal,
    /// A pure package imports a realm.
    PureImportsRealm {
        /// The importing package.
        importer: String,
        /// The realm.
        path: String,
    },
    /// There is no such package.
    Unknown {
        /// The path.
        path: String,
    },
    /// The package is being loaded already.
    Cycle {
        /// The path.
        path: String,
        /// The packages that are being loaded, the outermost first.
        through: Vec<String>,
    },
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LibraryInternal => f.write_str("cannot import stdlib internal/ package outside of standard library"),
            Self::Internal => {
                f.write_str("internal/ packages can only be imported by packages rooted at the parent of \"internal\"")
            }
            Self::PureImportsRealm { importer, path } => {
                write!(f, "pure package path {importer:?} cannot import realm path {path:?}")
            }
            Self::Unknown { path } => write!(f, "unknown import path {path}"),
            Self::Cycle { path, through } => {
                write!(f, "import cycle detected: {path:?} (through [{}])", through.join(" "))
            }
        }
    }
}

impl std::error::Error for ImportError {}

/// Whether the paths allow an import. `file` is the name of the importing file: tests of pure packages may import realms.
///
/// # Errors
///
/// The rule that forbids it.
pub fn check_import(importer: &str, file: &str, path: &str) -> Result<(), ImportError> {
    let kind = PathKind::of(importer);
    if path.starts_with("internal/") && kind != PathKind::Library {
        return Err(ImportError::LibraryInternal);
    }
    if let Some(base) = internal_base(path)
        && !base.is_empty()
        && importer != base
        && !importer.strip_prefix(base).is_some_and(|rest| rest.starts_with('/'))
    {
        return Err(ImportError::Internal);
    }
    let test = file.ends_with("_test.gno") || file.ends_with("_filetest.gno");
    if kind == PathKind::Pure && PathKind::of(path) == PathKind::Realm && !test {
        return Err(ImportError::PureImportsRealm { importer: importer.to_owned(), path: path.to_owned() });
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
