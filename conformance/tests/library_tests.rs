//! The library's own tests pass under `regno test`.

use regno_conformance::packages::PackageFolders;
use regno_conformance::testing::{Options, discover, run_package};
use std::path::PathBuf;

#[test]
fn every_package_passes_its_tests() {
    let library = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../stdlibs"));
    let pattern = format!("{}/...", library.display());
    let (units, warnings) = discover(&[pattern], Some(&library)).expect("the folder is there");
    assert!(units.len() > 40 && warnings.is_empty());
    let folders = |testing| PackageFolders::new(Some(library.clone()), &[], testing).expect("the folder can be read");
    let (testing, production) = (folders(true), folders(false));
    let mut tests = 0;
    for unit in &units {
        let report = run_package(unit, &testing, &production, None, &Options::default());
        assert!(!report.failed, "{}", String::from_utf8_lossy(&report.errors));
        tests += report.tests.len();
    }
    assert!(tests > 100, "only {tests} tests ran");
}
