//! `regno exec`

use crate::error::Error;
use crate::input;
use crate::limits::Limits;
use crate::packages::PackageArgs;
use crate::run::{failed, run_program};
use regno_conformance::compile::Program;
use regno_conformance::session::Session;
use regno_conformance::store::SourceStore;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

/// Run an artifact made by `build`. Packages that it imports are compiled from source.
#[derive(clap::Args)]
pub struct Args {
    /// The artifact file
    artifact: PathBuf,
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
    let module = input::artifact(&args.artifact)?;
    let packages = args.packages.folders(false)?;
    let (store, cache) = (SourceStore::default(), args.packages.cache.open());
    let dependencies = Session::new(&store, &packages).with_cache(cache.as_ref()).modules(&module.imports);
    let dependencies = match dependencies {
        Ok(dependencies) => dependencies,
        Err(error) => return Ok(failed(&error.text)),
    };
    let program = Program { module, dependencies, no_main: None };
    run_program(program, args.limits, args.metrics, start.elapsed())
}
