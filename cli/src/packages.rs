//! The options that say where imported packages are found.

use crate::error::Error;
use regno_conformance::cache::{Cache, DEFAULT_LIMIT};
use regno_conformance::packages::{PackageFolders, workspace_of};
use std::path::{Path, PathBuf};

/// Where imports are found.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct PackageArgs {
    /// A folder below which packages are found by the module path in their `gnomod.toml`; can be given several times
    #[arg(long, value_name = "DIR")]
    packages: Vec<PathBuf>,
    /// Use the standard library in this folder, one folder a package, instead of the built-in one
    #[arg(long, value_name = "DIR")]
    stdlibs: Option<PathBuf>,
    #[command(flatten)]
    pub cache: CacheArgs,
}

/// Where compiled packages are kept.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct CacheArgs {
    /// Keep compiled packages in this folder [default: regno in the user's cache folder]
    #[arg(long, value_name = "DIR", env = "REGNO_CACHE")]
    cache: Option<PathBuf>,
    /// Bound on the bytes of all kept packages; those used longest ago go first
    #[arg(long, value_name = "BYTES", env = "REGNO_CACHE_BYTES", default_value_t = DEFAULT_LIMIT)]
    cache_bytes: u64,
    /// Compile everything and keep nothing
    #[arg(long)]
    no_cache: bool,
}

impl CacheArgs {
    /// The cache; none if it is turned off, or if nobody says where it could be.
    pub fn open(&self) -> Option<Cache> {
        let folder = self.cache.clone().or_else(user_folder).filter(|_| !self.no_cache)?;
        Some(Cache::new(folder, self.cache_bytes))
    }

    /// The cache, for commands about it.
    pub fn required(&self) -> Result<Cache, Error> {
        self.open().ok_or(Error::NoCache)
    }
}

/// The folder for files that can be made again (XDG base directory specification).
fn user_folder() -> Option<PathBuf> {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let caches = set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(".cache")))?;
    Some(caches.join("regno"))
}

impl PackageArgs {
    /// The folder of the library, if it is not the built-in one.
    pub fn library(&self) -> Option<PathBuf> {
        self.stdlibs.clone()
    }

    /// Looks for the packages. With `testing`, the library is the one that tests see.
    pub fn folders(&self, testing: bool) -> Result<PackageFolders, Error> {
        self.folders_and(&[], testing)
    }

    /// Like [`Self::folders`], with more folders to look below, and their workspaces.
    pub fn folders_and(&self, more: &[PathBuf], testing: bool) -> Result<PackageFolders, Error> {
        self.folders_with(self.stdlibs.as_deref(), more, testing)
    }

    /// Like [`Self::folders_and`], with this library or the built-in one.
    pub fn folders_with(
        &self,
        library: Option<&Path>,
        more: &[PathBuf],
        testing: bool,
    ) -> Result<PackageFolders, Error> {
        let mut workspaces: Vec<PathBuf> = more.iter().filter_map(|folder| workspace_of(folder)).collect();
        workspaces.dedup();
        let roots: Vec<PathBuf> = more.iter().chain(&workspaces).chain(&self.packages).cloned().collect();
        PackageFolders::new(library.map(Path::to_owned), &roots, testing)
            .map_err(|(path, error)| Error::File(path, error))
    }
}
