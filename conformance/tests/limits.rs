//! Every program of the `meter` corpus at every gas limit from 0 to its cost (spec/02 §1).
//!
//! Consumption is a step function of the limit: the first sum of charges that exceeds the limit, unclamped. So for each step the
//! test looks at its first and last limit and one between; programs that cost up to [`EVERY_LIMIT`] are run at every single
//! limit. Both metering modes must agree in everything.

use libtest_mimic::{Arguments, Failed, Trial};
use regno_bytecode::module::Module;
use regno_conformance::compile::Source;
use regno_conformance::corpus::{CORPORA, MAX_ALLOC, Recorded};
use regno_conformance::execute::{Execution, Settings, execute};
use regno_conformance::session::compile_package;
use regno_runtime::{Metering, Report};
use std::fs;
use std::path::Path;

/// Programs up to this cost run at every limit.
const EVERY_LIMIT: u64 = 5_000;

fn main() {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpora");
    let meter = CORPORA.iter().find(|corpus| corpus.name == "meter");
    let rows = meter.map(|corpus| corpus.load(&root)).transpose();
    let trials = match rows {
        Ok(Some(rows)) => rows.into_iter().map(trial).collect(),
        other => vec![Trial::test("meter", move || Err(Failed::from(format!("{other:?}"))))],
    };
    libtest_mimic::run(&arguments, trials).exit();
}

fn trial(recorded: Recorded) -> Trial {
    Trial::test(recorded.file.clone(), move || check(&recorded).map_err(Failed::from))
}

fn check(recorded: &Recorded) -> Result<(), String> {
    let text = fs::read(&recorded.path).map_err(|error| error.to_string())?;
    let source = Source { name: recorded.file.clone(), text };
    // A refused program spends nothing that a limit could cut but the parse.
    let Ok(module) = compile_package("main", &[source]) else { return Ok(()) };
    let full = both_modes(&module, None)?;
    let cost = full.total.gas;
    let mut before = Report::default();
    let mut limit = 0;
    while limit < cost {
        let step = both_modes(&module, Some(limit))?;
        stopped_at(&step, limit, &before, &full)?;
        let next = step.total.gas;
        let inside: Vec<u64> = if cost <= EVERY_LIMIT {
            (limit + 1..next).collect()
        } else {
            [(limit + next) / 2, next - 1].into_iter().filter(|&inner| inner > limit).collect()
        };
        for inner in inside.into_iter().filter(|&inner| inner < cost) {
            if both_modes(&module, Some(inner))? != step {
                return Err(format!("limit {inner} differs from limit {limit} of the same step"));
            }
        }
        before = step.total.clone();
        limit = next;
    }
    if both_modes(&module, Some(cost))? == full { Ok(()) } else { Err("the full limit changes something".to_owned()) }
}

fn both_modes(module: &Module, gas_limit: Option<u64>) -> Result<Execution, String> {
    let run = |metering| {
        let settings = Settings { gas_limit, max_alloc: Some(MAX_ALLOC), metering, ..Settings::default() };
        execute(module.clone(), settings).map_err(|error| error.to_string())
    };
    let (block, exact) = (run(Metering::Auto)?, run(Metering::Exact)?);
    if block == exact { Ok(block) } else { Err(format!("limit {gas_limit:?}: block {block:?}\nexact {exact:?}")) }
}

/// The run ended out of gas: the crossing charge is in, nothing after it, and the named category paid it.
fn stopped_at(step: &Execution, limit: u64, before: &Report, full: &Execution) -> Result<(), String> {
    let error = step.error.as_deref().unwrap_or("none");
    let Some(location) = error.strip_prefix("out of gas in location: ") else {
        return Err(format!("limit {limit}: error {error}"));
    };
    if step.total.gas <= limit {
        return Err(format!("limit {limit}: consumed {} without crossing", step.total.gas));
    }
    let grown: Vec<&str> = step
        .total
        .by_category()
        .zip(before.by_category())
        .filter(|((_, now), (_, then))| now > then)
        .map(|((name, _), _)| name)
        .collect();
    if grown != [location] {
        return Err(format!("limit {limit}: location {location}, but {grown:?} grew"));
    }
    if full.output.starts_with(&step.output) { Ok(()) } else { Err(format!("limit {limit}: output is no prefix")) }
}
