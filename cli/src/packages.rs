//! The options that say where imported packages are found.

use crate::input::Error;
use regno_conformance::packages::PackageFolders;
use std::path::PathBuf;

/// Where imports are found.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct PackageArgs {
    /// A folder below which packages are found by the module path in their `gnomod.toml`; can be given several times
    #[arg(long, value_name = "DIR")]
    packages: Vec<PathBuf>,
    /// Use the standard library in this folder, one folder a package, instead of the built-in one
    #[arg(long, value_name = "DIR")]
    stdlibs: Option<PathBuf>,
}

impl PackageArgs {
    /// Looks for the packages. With `testing`, the library is the one that tests see.
    pub fn folders(&self, testing: bool) -> Result<PackageFolders, Error> {
        PackageFolders::new(self.stdlibs.clone(), &self.packages, testing)
            .map_err(|(path, error)| Error::File(path, error))
    }
}
