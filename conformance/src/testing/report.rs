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

/// What `gno test -print-runtime-metrics` says of a test (spec/05 §11.3). Its allocator has a limit that no test comes near.
pub(super) fn metrics(report: &Report) -> String {
    let (cycles, bytes) = (report.cycles, u64::try_from(report.alloc_bytes).unwrap_or(0));
    let share = bytes as f64 / i64::MAX as f64 * 100.0;
    format!("---       runtime: cycle={} allocs={}({share:.2}%)", scaled(cycles), scaled(bytes))
}

/// A number in thousands, millions, … with one decimal.
fn scaled(number: u64) -> String {
    if number < 1000 {
        return number.to_string();
    }
    let (mut value, mut suffixes) = (number as f64, "kMGTPE".chars());
    let mut suffix = ' ';
    // The next unit begins where whole units reach it, so that 999,999 is 1000.0k.
    let mut whole = number;
    while whole >= 1000 {
        (whole, value) = (whole / 1000, value / 1000.0);
        suffix = suffixes.next().unwrap_or(suffix);
    }
    format!("{value:.1}{suffix}")
}

#[cfg(test)]
mod tests {
    use super::scaled;

    #[test]
    fn numbers_are_scaled_by_thousands() {
        let cases = [(0, "0"), (999, "999"), (1000, "1.0k"), (1_250_000, "1.2M"), (999_999, "1000.0k")];
        for (number, text) in cases {
            assert_eq!(scaled(number), text);
        }
    }
}
