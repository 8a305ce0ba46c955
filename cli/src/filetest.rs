//! `regno filetest`

use crate::error::Error;
use crate::input;
use crate::limits::Limits;
use crate::packages::PackageArgs;
use regno_conformance::filetest::{self, Row};
use regno_conformance::session::Session;
use regno_conformance::store::SourceStore;
use regno_conformance::verdict;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{fs, io, thread};

/// Run files as the reference's filetests.
#[derive(clap::Args)]
pub struct Args {
    /// The files
    #[arg(required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    limits: Limits,
    #[command(flatten)]
    packages: PackageArgs,
    /// One JSON object a line: output, error, gas by category, bytes, cycles
    #[arg(long)]
    json: bool,
    /// Compare with the file's own directives (`// Output:` and so on); exit 1 on any mismatch
    #[arg(long)]
    check: bool,
    /// Run this many files at a time; the order of the results stays that of the files
    #[arg(long, value_name = "N", default_value = "1")]
    jobs: NonZeroUsize,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<ExitCode, Error> {
    let mut failures = 0_usize;
    for (path, row) in args.files.iter().zip(run_all(args)?) {
        let row = row.map_err(|error| Error::File(path.clone(), error))?;
        failures += usize::from(row.ok == Some(false) || (!args.check && !row.error.is_empty()));
        report(args, &row)?;
    }
    if args.check && !args.json {
        let total = args.files.len();
        input::say(format!("{} of {total} files match their directives\n", total - failures).as_bytes())?;
    }
    // Without a check the rows are the result: an error in one is data.
    Ok(if args.check && failures > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn run_all(args: &Args) -> Result<Vec<io::Result<Row>>, Error> {
    let (packages, cache) = (args.packages.folders(true)?, args.packages.cache.open());
    let cache = cache.as_ref();
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..args.jobs.get().min(args.files.len()) {
            scope.spawn(|| {
                let store = SourceStore::default();
                let mut session = Session::new(&store, &packages).with_cache(cache);
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(path) = args.files.get(index) else { break };
                    let row = run_one(args, &mut session, path);
                    if let Ok(mut done) = done.lock() {
                        done.push((index, row));
                    }
                }
            });
        }
    });
    let mut rows = done.into_inner().unwrap_or_default();
    rows.sort_by_key(|(index, _)| *index);
    Ok(rows.into_iter().map(|(_, row)| row).collect())
}

fn run_one(args: &Args, session: &mut Session<'_>, path: &Path) -> io::Result<Row> {
    let text = fs::read(path)?;
    let name = path.to_string_lossy();
    let settings = args.limits.settings();
    let run = if args.check { verdict::run_checked } else { filetest::run };
    Ok(run(session, &name, &text, settings))
}

fn report(args: &Args, row: &Row) -> Result<(), Error> {
    if args.json {
        let line = serde_json::to_string(row).map_err(|error| Error::Output(io::Error::other(error)))?;
        // Not every reader takes them for part of a line.
        let line = line.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029");
        return input::say(format!("{line}\n").as_bytes());
    }
    if args.check {
        return match row.ok {
            Some(true) => Ok(()),
            _ => input::say(format!("FAIL {}: {}\n", row.file, row.mismatch.join(", ")).as_bytes()),
        };
    }
    let error = if row.error.is_empty() { String::new() } else { format!("error: {}\n", row.error) };
    input::say(format!("== {} (gas {})\n{}{error}", row.file, row.gas, row.output).as_bytes())
}
