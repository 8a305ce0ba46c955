//! Every program of the `meter` corpus under allocation limits below what it needs (spec/03 §8, §9).
//!
//! Each limit makes the virtual collector count at another allocation. Whatever it finds, the metering modes and the real collector
//! must agree in every figure, and a program that fails says so in one of the reference's texts.

use libtest_mimic::{Arguments, Failed, Trial};
use regno_bytecode::module::Module;
use regno_conformance::compile::Source;
use regno_conformance::corpus::{CORPORA, MAX_ALLOC, Recorded};
use regno_conformance::execute::{Execution, Settings, execute};
use regno_conformance::session::compile_package;
use regno_runtime::{Collection, Metering};
use std::fs;
use std::path::Path;

/// Bytes of a package and its block: below them the reference cannot make package `main`.
const LEAST: u64 = 776;
/// Limits between that and what the program needs.
const LIMITS: u64 = 40;
/// A program may collect for ever: its gas is bounded.
const GAS: u64 = 2_000_000;

fn main() {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpora");
    let meter = CORPORA.iter().find(|corpus| corpus.name == "meter");
    let rows = meter.map(|corpus| corpus.load(&root)).transpose();
    let trials = match rows {
        Ok(Some(rows)) => rows
            .into_iter()
            .map(|row| Trial::test(row.file.clone(), move || check(&row).map_err(Failed::from)))
            .collect(),
        other => vec![Trial::test("meter", move || Err(Failed::from(format!("{other:?}"))))],
    };
    libtest_mimic::run(&arguments, trials).exit();
}

fn check(recorded: &Recorded) -> Result<(), String> {
    let text = fs::read(&recorded.path).map_err(|error| error.to_string())?;
    let source = Source { name: recorded.file.clone(), text };
    let Ok(module) = compile_package("main", &[source]) else { return Ok(()) };
    let peak = run(&module, MAX_ALLOC, Metering::default(), Collection::default())?.total.alloc_peak;
    let peak = u64::try_from(peak).map_err(|error| error.to_string())?;
    let room = peak.saturating_sub(LEAST);
    for limit in (0..LIMITS).map(|part| LEAST + room * part / LIMITS).chain([peak - 1, peak]) {
        let block = run(&module, limit, Metering::default(), Collection::default())?;
        let exact = run(&module, limit, Metering::Exact, Collection::Always)?;
        if block != exact {
            return Err(format!("limit {limit}: {block:?} and, event by event, {exact:?}"));
        }
        let bytes = u64::try_from(block.total.alloc_peak).map_err(|error| error.to_string())?;
        if bytes > limit {
            return Err(format!("limit {limit}: {bytes} bytes counted"));
        }
    }
    Ok(())
}

fn run(module: &Module, limit: u64, metering: Metering, collection: Collection) -> Result<Execution, String> {
    let settings =
        Settings { gas_limit: Some(GAS), max_alloc: Some(limit), metering, collection, ..Settings::default() };
    execute(module.clone(), settings).map_err(|error| error.to_string())
}
