//! Running test functions through package `testing` (spec/05 §11.2).
//!
//! The bottom frame of a test is the one of `testing.RunTest`, as in the reference: what its natives say about callers
//! counts frames from there.

use crate::config::Config;
use crate::heap::{NoCharge, Ref};
use crate::load::Export;
use crate::machine::{Machine, RunError};
use crate::meter::Meter;
use crate::natives::Context;
use crate::report::Report;
use crate::value::types::Kind;
use crate::value::zero::zero;
use std::sync::Arc;

/// How a test function is run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct TestOptions<'a> {
    /// Pattern of the names to run; empty runs all.
    pub run: &'a str,
    /// Report lines and logs at once.
    pub verbose: bool,
    /// No further sub-tests after a failure.
    pub failfast: bool,
}

/// What a test function did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TestResult {
    /// `{"Failed":false,"Skipped":false}`, or why the machine stopped: then it cannot run any more.
    pub outcome: Result<String, RunError>,
    /// Gas and bytes of this test alone.
    pub report: Report,
}

/// Package and names of the functions that run tests.
const TESTING: &str = "testing";
const RUN_TEST: &str = "RunTest";
const RUN_TEST_CROSSING: &str = "runTest_cur";

impl Machine {
    /// Runs the function `name` of the package at `path`, which must be linked and initialised, in a fresh context and with a fresh meter.
    /// A function with two parameters gets the realm of its package as the first.
    pub fn run_test(&mut self, path: &str, name: &str, options: TestOptions<'_>, config: &Config) -> TestResult {
        self.cx.meter = Meter::new(Arc::clone(&self.cx.linked), config).without_parse();
        self.cx.context = Context::default();
        let outcome = self.start_test(path, name, options).and_then(|()| {
            self.finish_run()?;
            if let Some(realm) = self.cx.active_realm() {
                self.cx.finalize(realm).map_err(|trap| self.end(trap))?;
            }
            let report = self.cx.register(0);
            Ok(String::from_utf8_lossy(self.cx.heap.string(report)).into_owned())
        });
        TestResult { outcome, report: self.report() }
    }

    /// Pushes the frame of `testing.RunTest`.
    fn start_test(&mut self, path: &str, name: &str, options: TestOptions<'_>) -> Result<(), RunError> {
        let missing = |what: String| RunError::Fatal(format!("no function {what}"));
        let test = self.function(path, name).ok_or_else(|| missing(format!("{path}.{name}")))?;
        let crossing = self.cx.linked.functions.get(test as usize).is_some_and(|code| code.params == 2);
        let runner = if crossing { RUN_TEST_CROSSING } else { RUN_TEST };
        let runner = self.function(TESTING, runner).ok_or_else(|| missing(format!("{TESTING}.{runner}")))?;
        let failed = |machine: &Machine, trap| machine.end(trap);
        let (run, test_name) = (self.new_text(options.run)?, self.new_text(name)?);
        let ty =
            self.cx.linked.types.by_id("testing.InternalTest").ok_or_else(|| missing("testing.InternalTest".into()))?;
        let linked = Arc::clone(&self.cx.linked);
        let value = zero(&mut self.cx.heap, &linked.types, ty, &mut NoCharge).map_err(|trap| failed(self, trap))?;
        let field = |wanted: &str| match &linked.types.get(ty).kind {
            Kind::Struct { fields } => fields.iter().position(|field| field.name == wanted),
            _ => None,
        };
        let function = self.cx.roots.functions.get(test as usize).copied().unwrap_or(0);
        let package = linked.functions.get(test as usize).map_or(0, |code| code.package);
        let cur = match crossing {
            true => self.cx.new_realm_value(package).map_err(|trap| failed(self, trap))?,
            false => 0,
        };
        let target = if crossing { "F_cur" } else { "F" };
        for (index, slot) in [(field("Name"), test_name), (field(target), function), (field("Cur"), cur)] {
            if let Some(index) = index {
                self.cx.heap.set_slot(Ref::of(value), index as u32, slot);
            }
        }
        self.cx.set_active_realm(linked.realm_of(test));
        self.cx.tested = Some(package);
        (self.stage_run, self.stage_run_at_start) = (true, true);
        self.start_with(runner, &[run, u64::from(options.verbose), u64::from(options.failfast), value])
    }

    fn new_text(&mut self, text: &str) -> Result<u64, RunError> {
        self.cx.heap.new_string(text.as_bytes()).map_err(|trap| self.end(trap))
    }

    /// Index of a function of a linked package.
    pub(crate) fn function(&self, path: &str, name: &str) -> Option<u32> {
        let package = self.cx.linked.packages.iter().rfind(|package| package.path == path)?;
        match package.exports.get(name)? {
            Export::Func(index, _) => Some(*index),
            Export::Global(_) => None,
        }
    }

    /// Counts from now on how often each word of the code is executed. Needs [`Metering::Exact`](crate::Metering::Exact): otherwise
    /// words are executed that nobody sees.
    pub fn count_hits(&mut self) {
        let words = self.cx.linked.code.len();
        self.cx.hits.get_or_insert_default().resize(words, 0);
    }

    /// How often the words of each function of a package were executed, functions in the order of its module, those without code of
    /// their own left out. The package linked last counts of those with this path.
    pub fn hits(&self, path: &str) -> Vec<&[u32]> {
        let linked = &self.cx.linked;
        let package = linked.packages.iter().rposition(|package| package.path == path);
        let hits = self.cx.hits.as_deref().unwrap_or_default();
        let starts: Vec<(u32, u32)> = linked.functions.iter().map(|code| (code.start, code.package)).collect();
        let mut found = Vec::new();
        for (index, &(start, owner)) in starts.iter().enumerate() {
            if Some(owner as usize) == package {
                let end = starts.get(index + 1).map_or(hits.len(), |&(next, _)| next as usize);
                found.push(hits.get(start as usize..end).unwrap_or_default());
            }
        }
        found
    }

    /// What tests have written to the error output since this was called last.
    pub fn take_error_output(&mut self) -> Vec<u8> {
        self.cx.error_output.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Keeps the error output apart from the output from now on.
    pub fn separate_error_output(&mut self) {
        self.cx.error_output.get_or_insert_default();
    }
}
