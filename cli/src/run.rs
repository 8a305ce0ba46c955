//! `regno run`

use crate::error::Error;
use crate::input;
use crate::limits::Limits;
use crate::metrics;
use crate::packages::PackageArgs;
use regno_conformance::compile::Program;
use regno_conformance::execute::execute_linked;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Compile a program and run its main function.
#[derive(clap::Args)]
pub struct Args {
    /// A `.gno` file of package main, or a folder of them
    program: PathBuf,
    #[command(flatten)]
    limits: Limits,
    #[command(flatten)]
    packages: PackageArgs,
    /// Print gas by category, cycles, bytes, peak and time to standard error afterwards
    #[arg(long)]
    metrics: bool,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<ExitCode, Error> {
    let start = Instant::now();
    match input::compile(&args.program, &args.packages)? {
        Ok(program) => run_program(program, args.limits, args.metrics, start.elapsed()),
        Err(error) => Ok(failed(&error.text)),
    }
}

/// Executes a program, prints its output, its error and the metrics.
pub fn run_program(program: Program, limits: Limits, metrics: bool, compile: Duration) -> Result<ExitCode, Error> {
    let start = Instant::now();
    let no_main = program.no_main.clone();
    let execution = execute_linked(program.into_modules(), no_main, limits.settings())
        .map_err(|error| Error::Module(error.to_string()))?;
    let elapsed = start.elapsed();
    input::say(&execution.output)?;
    let code = match &execution.error {
        Some(error) => failed(&format!("panic running expression main(): {error}")),
        None => ExitCode::SUCCESS,
    };
    if metrics {
        // A closed standard error leaves nobody to tell.
        let _ = write!(std::io::stderr(), "{}", metrics::render(&execution, compile, elapsed));
    }
    Ok(code)
}

/// Prints why the program ended.
pub fn failed(text: &str) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "{text}");
    ExitCode::FAILURE
}
