//! `regno exec`

use crate::input::{self, Error};
use crate::limits::Limits;
use crate::run::run_modules;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// Run an artifact made by `build`.
#[derive(clap::Args)]
pub struct Args {
    /// The artifact file
    artifact: PathBuf,
    #[command(flatten)]
    limits: Limits,
    /// Print gas by category, cycles, bytes, peak and time to standard error afterwards
    #[arg(long)]
    metrics: bool,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<ExitCode, Error> {
    let module = input::artifact(&args.artifact)?;
    run_modules(vec![module], args.limits, args.metrics, Duration::ZERO)
}
