//! `regno test`

use crate::error::Error;
use crate::input;
use crate::limits::Limits;
use crate::packages::PackageArgs;
use regno_conformance::packages::workspace_of;
use regno_conformance::testing::{self, Coverage, Options, PackageReport, Snapshot, Unit};
use std::io::{IsTerminal, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex};
use std::time::Duration;
use std::{fs, thread};

/// Run the tests and filetests of packages.
#[derive(clap::Args)]
pub struct Args {
    /// Folders of packages; `folder/...` for all below
    #[arg(default_value = ".")]
    patterns: Vec<String>,
    #[command(flatten)]
    limits: Limits,
    #[command(flatten)]
    packages: PackageArgs,
    /// Report every test, and logs at once; show what tests print
    #[arg(short, long)]
    verbose: bool,
    /// Run only tests whose name matches; elements separated by slashes, alternatives by bars
    #[arg(long, value_name = "PATTERN", default_value = "")]
    run: String,
    /// Stop after the first failure
    #[arg(long)]
    failfast: bool,
    /// End with exit code 2 if the tests take longer, for instance 90s or 5m
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    timeout: Option<Duration>,
    /// Write the results of filetests into their directives
    #[arg(long)]
    update_golden_tests: bool,
    /// One JSON object a test: package, test, kind, outcome, elapsed, gas, alloc_peak, output
    #[arg(long)]
    json: bool,
    /// Test this many packages at a time; the order of the results stays that of the folders
    #[arg(long, value_name = "N", default_value = "1")]
    jobs: NonZeroUsize,
    /// After each test function, show the events that it emitted as JSON
    #[arg(long)]
    print_events: bool,
    /// After each test function, show its cycles and the bytes that it allocated
    #[arg(long)]
    print_runtime_metrics: bool,
    /// Count which lines of the packages run, and print the percentage
    #[arg(long)]
    cover: bool,
    /// Write the counts to a file: as Go's profile, or as lcov's tracefile if its name ends in `.info`
    #[arg(long, value_name = "FILE")]
    coverprofile: Option<PathBuf>,
    /// Write gas and peak bytes of each test to a file, or with --check compare with it
    #[arg(long, value_name = "FILE")]
    snapshot: Option<PathBuf>,
    /// Compare with the snapshot; exit code 1 if a test differs
    #[arg(long, requires = "snapshot")]
    check: bool,
    /// How far figures may differ from the snapshot, in percent
    #[arg(long, value_name = "PERCENT", default_value_t = 0.0)]
    tolerance: f64,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<ExitCode, Error> {
    if let Some(timeout) = args.timeout {
        watch(timeout);
    }
    // Tests of a library's own folder see that library.
    let library = args.packages.library().or_else(|| testing::library_of(&args.patterns));
    let (units, warnings) = match testing::discover(&args.patterns, library.as_deref()) {
        Ok(found) => found,
        Err(error) => {
            complain(&error.to_string());
            return Ok(ExitCode::FAILURE);
        }
    };
    warnings.iter().for_each(|warning| complain(warning));
    if units.is_empty() {
        complain("no packages to test");
        return Ok(ExitCode::SUCCESS);
    }
    let reports = run_all(args, library.as_deref(), &units)?;
    let (builds, tests) = (
        reports.iter().map(|report| report.build_errors).sum::<usize>(),
        reports.iter().map(PackageReport::failures).sum::<usize>(),
    );
    let figures = snapshot(args, &reports)?;
    if let Some(path) = &args.coverprofile {
        let mut all = Coverage::default();
        reports.iter().for_each(|report| all.merge(&report.coverage));
        let lcov = path.extension().is_some_and(|extension| extension == "info");
        let text = if lcov { all.lcov() } else { all.go_profile() };
        input::write_atomically(path, text.as_bytes())?;
    }
    if builds + tests > 0 {
        complain("FAIL");
        complain(&format!("FAIL: {builds} build errors, {tests} test errors"));
    }
    Ok(if builds + tests > 0 || !figures { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Tests the packages; what each reports is written when all before it have reported.
fn run_all(args: &Args, library: Option<&Path>, units: &[Unit]) -> Result<Vec<PackageReport>, Error> {
    let options = Options {
        run: args.run.clone(),
        verbose: args.verbose,
        failfast: args.failfast,
        update: args.update_golden_tests,
        cover: args.cover || args.coverprofile.is_some(),
        events: args.print_events,
        metrics: args.print_runtime_metrics,
        settings: args.limits.settings(),
    };
    let mut workspaces: Vec<PathBuf> = units.iter().filter_map(|unit| workspace_of(&unit.folder)).collect();
    workspaces.dedup();
    let packages = args.packages.folders_with(library, &workspaces, true)?;
    let production = args.packages.folders_with(library, &workspaces, false)?;
    let cache = args.packages.cache.open();
    let cache = cache.as_ref();
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<Option<PackageReport>>> = Mutex::new(units.iter().map(|_| None).collect());
    let ready = Condvar::new();
    let mut reports = Vec::new();
    thread::scope(|scope| {
        for _ in 0..args.jobs.get().min(units.len()) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(unit) = units.get(index) else { break };
                    let report = testing::run_package(unit, &packages, &production, cache, &options);
                    if let Ok(mut done) = done.lock()
                        && let Some(place) = done.get_mut(index)
                    {
                        *place = Some(report);
                    }
                    ready.notify_all();
                }
            });
        }
        let progress = Progress::new(args, units);
        for index in 0..units.len() {
            progress.at(index);
            let Ok(done) = done.lock() else { break };
            let waiting = |done: &mut Vec<Option<PackageReport>>| done.get(index).is_some_and(Option::is_none);
            let Ok(mut done) = ready.wait_while(done, waiting) else { break };
            let Some(report) = done.get_mut(index).and_then(Option::take) else { break };
            drop(done);
            progress.clear();
            show(args, &report)?;
            let failed = report.failed;
            reports.push(report);
            if failed && args.failfast {
                next.store(units.len(), Ordering::Relaxed);
                break;
            }
        }
        Ok(())
    })?;
    Ok(reports)
}

/// A line on a terminal that says which package is being waited for.
struct Progress<'u> {
    /// The packages; none if nobody would see it.
    units: &'u [Unit],
}

impl<'u> Progress<'u> {
    fn new(args: &Args, units: &'u [Unit]) -> Progress<'u> {
        let seen = std::io::stderr().is_terminal() && !args.verbose && units.len() > 1;
        Progress { units: if seen { units } else { &[] } }
    }

    fn at(&self, index: usize) {
        if let Some(unit) = self.units.get(index) {
            Progress::write(&format!("[{}/{}] {}", index + 1, self.units.len(), unit.label));
        }
    }

    fn clear(&self) {
        if !self.units.is_empty() {
            Progress::write("");
        }
    }

    /// Puts a text in place of the line.
    fn write(text: &str) {
        let mut terminal = std::io::stderr();
        // A closed standard error leaves nobody to tell.
        let _ = write!(terminal, "\r\x1b[K{text}").and_then(|()| terminal.flush());
    }
}

fn show(args: &Args, report: &PackageReport) -> Result<(), Error> {
    if args.json {
        for test in &report.tests {
            let line = serde_json::to_string(test).unwrap_or_default();
            input::say(format!("{line}\n").as_bytes())?;
        }
        if report.build_errors == 0 {
            return Ok(());
        }
    } else {
        input::say(&report.output)?;
    }
    // A closed standard error leaves nobody to tell.
    let _ = std::io::stderr().write_all(&report.errors);
    Ok(())
}

/// Writes the snapshot, or compares with it; whether that was fine.
fn snapshot(args: &Args, reports: &[PackageReport]) -> Result<bool, Error> {
    let Some(path) = &args.snapshot else { return Ok(true) };
    let now = Snapshot::of(reports.iter().flat_map(|report| &report.tests));
    if !args.check {
        input::write_atomically(path, now.render().as_bytes())?;
        return Ok(true);
    }
    let text = fs::read_to_string(path).map_err(|error| Error::File(path.clone(), error))?;
    let Some(recorded) = Snapshot::parse(&text) else {
        complain(&format!("{}: not a snapshot", path.display()));
        return Ok(false);
    };
    let differences = now.differences(&recorded, args.tolerance);
    for difference in &differences {
        complain(&format!("{}: {}", difference.test, difference.text));
    }
    Ok(differences.is_empty())
}

/// Ends the process if it runs longer.
fn watch(timeout: Duration) {
    thread::spawn(move || {
        thread::sleep(timeout);
        complain(&format!("panic: test timed out after {}", shown(timeout)));
        std::process::exit(2);
    });
}

fn complain(text: &str) {
    // A closed standard error leaves nobody to tell.
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// A number with `ms`, `s`, `m` or `h`.
fn duration(text: &str) -> Result<Duration, String> {
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let unit = match unit {
        "ms" => 0.001,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return Err("expected a number with ms, s, m or h".to_owned()),
    };
    let seconds = number.parse::<f64>().map_err(|error| error.to_string())? * unit;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

/// A duration as Go prints it: `1h0m0s`, `1.5s`, `20ms`.
fn shown(duration: Duration) -> String {
    let (seconds, millis) = (duration.as_secs(), duration.subsec_millis());
    if seconds == 0 {
        return format!("{millis}ms");
    }
    let rest = if millis == 0 {
        format!("{}s", seconds % 60)
    } else {
        format!("{}.{}s", seconds % 60, format!("{millis:03}").trim_end_matches('0'))
    };
    match (seconds / 3600, seconds / 60 % 60) {
        (0, 0) => rest,
        (0, minutes) => format!("{minutes}m{rest}"),
        (hours, minutes) => format!("{hours}h{minutes}m{rest}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_shown() {
        for (text, again) in [("90s", "1m30s"), ("1.5s", "1.5s"), ("20ms", "20ms"), ("1h", "1h0m0s")] {
            assert_eq!(duration(text).map(shown), Ok(again.to_owned()));
        }
        assert!(duration("5").is_err() && duration("x").is_err());
    }
}
