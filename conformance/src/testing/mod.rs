//! `regno test`: the tests of packages in folders, with the output of `gno test` (spec/05 §11).
//!
//! | file | holds |
//! |---|---|
//! | `discover` | which folders are meant, what their packages are called |
//! | `files` | the files of a package: production, tests inside and outside of the package, filetests, test functions |
//! | `run` | one package: compile, run the sets, report |
//! | `report` | the lines that a user of `gno test` knows |
//! | `snapshot` | gas and bytes of tests in a file, and the comparison with it |
//! | `coverage` | which lines ran |
//!
//! A package is compiled once with the tests in it, as a package that others import; the tests outside import that one.
//! Package `testing` needs parts of the library itself, so a library package that it depends on exists twice while it is tested: as that
//! dependency, and with its tests.

mod coverage;
mod discover;
mod files;
mod report;
mod run;
mod snapshot;

pub use coverage::Coverage;
pub use discover::{DiscoverError, Unit, discover, library_of};
pub(crate) use files::outline;
pub use report::{PackageReport, TestKind, TestRow};
pub use run::{Options, run_package};
pub use snapshot::{Snapshot, SnapshotDifference};
