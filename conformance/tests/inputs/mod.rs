//! Runs a property over numbered inputs: `REGNO_FUZZ_INPUTS` says how many, `REGNO_FUZZ_START` which is the first, `REGNO_FUZZ_THREADS` how
//! many threads. An input is a function of its number; none may panic or take long.
#![allow(clippy::print_stderr, reason = "the long mode shows its progress")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use std::{env, thread};

/// Far above what any of these needs.
const LONGEST: Duration = Duration::from_secs(10);

fn setting(name: &str, default: u64) -> u64 {
    env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// Runs the inputs; `run` says whether an input got to the end of the way.
pub fn all(default: u64, run: impl Fn(u64) -> bool + Sync) {
    let (start, count) = (setting("REGNO_FUZZ_START", 0), setting("REGNO_FUZZ_INPUTS", default));
    let (next, accepted, found) = (AtomicU64::new(start), AtomicU64::new(0), AtomicU64::new(0));
    thread::scope(|scope| {
        for _ in 0..setting("REGNO_FUZZ_THREADS", 1) {
            let work = || {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= start + count {
                        break;
                    }
                    let began = Instant::now();
                    match catch_unwind(AssertUnwindSafe(|| run(number))) {
                        Ok(reached) => accepted.fetch_add(u64::from(reached), Ordering::Relaxed),
                        Err(_) => {
                            eprintln!("input {number} panics");
                            found.fetch_add(1, Ordering::Relaxed)
                        }
                    };
                    if began.elapsed() > LONGEST {
                        eprintln!("input {number} takes {:?}", began.elapsed());
                        found.fetch_add(1, Ordering::Relaxed);
                    }
                }
            };
            thread::Builder::new().stack_size(256 * 1024).spawn_scoped(scope, work).expect("thread");
        }
    });
    let accepted = accepted.load(Ordering::Relaxed);
    eprintln!("{count} inputs, {} % accepted", accepted * 100 / count.max(1));
    assert_eq!(found.load(Ordering::Relaxed), 0, "inputs with trouble are printed above");
    assert!(accepted > 0 || count < 100, "every input is refused: the damage is too great");
}
