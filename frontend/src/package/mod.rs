//! Packages as sources: what they consist of, what their paths mean, who may import whom.
//!
//! Pure data and rules. Where packages come from (folders, the built-in library, a chain's store) is the business of the caller,
//! who implements [`Packages`].
//!
//! | file | holds |
//! |---|---|
//! | `path` | kinds of paths (spec/05 §1.1) |
//! | `gnomod`, `toml` | module files (spec/01 §2.3) |
//! | `overlay` | the library as tests see it (spec/05 §9.1) |
//! | `import` | rules between importer and imported package (spec/01 §2.4) |

mod gnomod;
mod import;
mod overlay;
mod toml;

pub use gnomod::{GNO_VERSION, GNO_VERSION_MISSING, GnoMod, PathError, check_import_path};
pub use import::check_import;
pub use overlay::apply_overlay;
pub use regno_bytecode::path::{PathKind, expected_name};

use std::borrow::Cow;
use std::rc::Rc;

/// A file of a package.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PackageFile {
    /// File name without folders.
    pub name: String,
    /// Content.
    pub text: Cow<'static, [u8]>,
    /// It belongs to what replaces parts of a library package in tests (spec/05 §9.1).
    pub overlay: bool,
}

/// A package that can be imported.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PackageSource {
    /// Import path.
    pub path: String,
    /// `.gno` files in the order of their names; no tests.
    pub files: Vec<PackageFile>,
    /// It belongs to the library: functions without body are natives (spec/06 §4).
    pub library: bool,
    /// Its `gnomod.toml` says that no other package may import it.
    pub private: bool,
    /// Its `gnomod.toml` says that it can be imported at genesis only.
    pub draft: bool,
}

/// Whether the reference compiles a file of this name when the package is imported.
#[must_use]
pub fn is_production_file(name: &str) -> bool {
    let hidden = name.starts_with('.');
    name.ends_with(".gno") && !name.ends_with("_test.gno") && !name.ends_with("_filetest.gno") && !hidden
}

/// Where packages are found.
pub trait Packages {
    /// The package of this import path, if there is one.
    fn package(&self, path: &str) -> Option<Rc<PackageSource>>;
}

/// No packages at all.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoPackages;

impl Packages for NoPackages {
    fn package(&self, _: &str) -> Option<Rc<PackageSource>> {
        None
    }
}
