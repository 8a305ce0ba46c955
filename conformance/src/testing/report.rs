//! What running the tests of a package gave.

use super::coverage::Coverage;
use regno_runtime::Report;
use serde::Serialize;
use std::time::Duration;

/// What kind of test it was.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TestKind {
    /// A test function.
    Function,
    /// A filetest.
    Filetest,
}

/// One test.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct TestRow {
    /// Import path of the package.
    pub package: String,
    /// Name of the function, or `FOLDER/FILE`.
    pub test: String,
    /// What it is.
    pub kind: TestKind,
    /// `pass`, `fail`, `skip`, or `none` if `-run` left it out.
    pub outcome: &'static str,
    /// Seconds of host time.
    pub elapsed: f64,
    /// Gas.
    pub gas: u64,
    /// Largest number of bytes in use at once, by the reference's count.
    pub alloc_peak: i64,
    /// What it wrote to the error output: log, failures.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub output: String,
}

impl TestRow {
    /// Whether it failed.
    pub fn failed(&self) -> bool {
        self.outcome == "fail"
    }

    pub(super) fn figures(&mut self, report: &Report, elapsed: Duration) {
        (self.gas, self.alloc_peak, self.elapsed) = (report.gas, report.alloc_peak, elapsed.as_secs_f64());
    }
}

/// A package.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct PackageReport {
    /// Lines for the error output, in the order of events.
    pub errors: Vec<u8>,
    /// What the tests printed.
    pub output: Vec<u8>,
    /// The tests.
    pub tests: Vec<TestRow>,
    /// Packages that did not compile.
    pub build_errors: usize,
    /// Which lines of the package ran, if that was asked for.
    pub coverage: Coverage,
    /// Something went wrong.
    pub failed: bool,
}

impl PackageReport {
    /// Adds a line to the error output.
    pub fn line(&mut self, text: impl AsRef<str>) {
        self.errors.extend_from_slice(text.as_ref().as_bytes());
        self.errors.push(b'\n');
    }

    /// Number of tests that failed.
    pub fn failures(&self) -> usize {
        self.tests.iter().filter(|test| test.failed()).count()
    }
}

/// Seconds with two decimals, cut off, as tests show them.
pub(super) fn seconds(duration: Duration) -> String {
    let centis = duration.as_millis() / 10;
    format!("{}.{:02}s", centis / 100, centis % 100)
}
