//! No text makes a reader of source panic or hang.
//!
//! The test runs a fixed number of inputs. `REGNO_FUZZ_INPUTS` sets another number, `REGNO_FUZZ_START` the first, and
//! `REGNO_FUZZ_THREADS` the number of threads: the long mode, which prints its progress. Inputs that were found this way stand in
//! `corpora/fuzz` and are run first.

#![allow(clippy::print_stderr, reason = "the long mode shows its progress")]

use regno_conformance::fuzz::{Pieces, Reach, read};
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

/// Inputs of an ordinary run: well under a minute.
const INPUTS: u64 = 40_000;
/// No input of this size may take longer, with room for a busy machine.
const LONGEST: Duration = Duration::from_secs(5);
const STACK: usize = 2 << 20;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpora")
}

fn files(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(folder)).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "gno"));
    paths.sort();
    paths
}

fn pieces() -> Pieces {
    let mut programs: Vec<String> = ["meter", "memory", "random", "apps"]
        .iter()
        .flat_map(|suite| files(suite))
        .filter_map(|path| fs::read_to_string(path).ok())
        .collect();
    // Programs that break one rule each.
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../frontend/tests/golayer/programs.txt");
    let rules = fs::read_to_string(rules).unwrap_or_default();
    let texts = rules.split("\n== ").filter_map(|entry| entry.split("\n-- verdict").next()?.split_once('\n'));
    programs.extend(texts.map(|(_, program)| program.to_owned()));
    Pieces::of(programs.iter().map(String::as_str))
}

/// What is wrong with an input, if anything. What takes long is tried again: a busy machine stops threads for seconds.
fn trouble(text: &[u8]) -> Result<Reach, String> {
    let mut taken = Duration::ZERO;
    for _ in 0..5 {
        let start = Instant::now();
        let reach = catch_unwind(|| read(text)).map_err(|_| "panics".to_owned())?;
        taken = start.elapsed();
        if taken <= LONGEST {
            return Ok(reach);
        }
    }
    Err(format!("takes {taken:?}"))
}

fn setting(name: &str, default: u64) -> u64 {
    env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

#[test]
fn inputs_found_before_stay_harmless() {
    for path in files("fuzz") {
        let text = fs::read(&path).expect("input");
        assert!(trouble(&text).is_ok(), "{}: {:?}", path.display(), trouble(&text));
    }
}

#[test]
fn damaged_programs_are_refused_or_compiled() {
    let (start, count) = (setting("REGNO_FUZZ_START", 0), setting("REGNO_FUZZ_INPUTS", INPUTS));
    let threads = setting("REGNO_FUZZ_THREADS", 1);
    let long = count > INPUTS;
    let pieces = pieces();
    let (next, found) = (AtomicU64::new(start), AtomicU64::new(0));
    let reached = [const { AtomicU64::new(0) }; 3];
    let began = Instant::now();
    thread::scope(|scope| {
        let work = || loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= start + count {
                break;
            }
            let text = pieces.input(number);
            match trouble(&text) {
                Ok(reach) => {
                    for (counter, reached) in reached.iter().zip([reach.parses, reach.checks_as_go, reach.compiles]) {
                        counter.fetch_add(u64::from(reached), Ordering::Relaxed);
                    }
                }
                Err(what) => {
                    found.fetch_add(1, Ordering::Relaxed);
                    eprintln!("input {number} {what}:\n{}\n", String::from_utf8_lossy(&text));
                }
            }
            if long && (number + 1).is_multiple_of(100_000) {
                let rate = (number + 1 - start) as f64 / began.elapsed().as_secs_f64();
                eprintln!("{} inputs, {rate:.0} a second", number + 1);
            }
        };
        for _ in 0..threads {
            thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).expect("thread");
        }
    });
    let [parse, check, compile] =
        reached.each_ref().map(|counter| counter.load(Ordering::Relaxed) * 100 / count.max(1));
    eprintln!("{count} inputs: {parse} % parse, {check} % pass Go's checker, {compile} % compile");
    assert_eq!(found.load(Ordering::Relaxed), 0, "inputs with trouble are printed above");
}
