//! Processes that are killed while they work: a test of the same binary, started again with a variable that names a directory.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// Names the directory that the killed process works in.
const DIRECTORY: &str = "REGNO_KILLED_DIRECTORY";

/// The directory to work in, in the process that is going to be killed. It prints the numbers of what it has done on standard error.
pub fn directory() -> Option<PathBuf> {
    std::env::var_os(DIRECTORY).map(PathBuf::from)
}

/// Starts the test `name` in the directory as often as `REGNO_CRASHES` says (20 if it says nothing), and kills it each time after 5
/// milliseconds up to `longest` more. `check` gets the last number that it has printed. Returns how often.
pub fn run(name: &str, directory: &Path, longest: u64, mut check: impl FnMut(u64)) -> u64 {
    let kills = std::env::var("REGNO_CRASHES").ok().and_then(|text| text.parse().ok()).unwrap_or(20);
    let mut random = 12_345_u64;
    for _ in 0..kills {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut child = Command::new(std::env::current_exe().expect("this binary"))
            .args(["--exact", name, "--nocapture"])
            .env(DIRECTORY, directory)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let lines = BufReader::new(child.stderr.take().expect("standard error")).lines();
        let numbers = lines.map_while(Result::ok).filter_map(|line| line.parse().ok());
        let reader = std::thread::spawn(move || numbers.last().unwrap_or(0));
        std::thread::sleep(Duration::from_millis(5 + (random >> 33) % longest));
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
        check(reader.join().expect("its numbers"));
    }
    kills
}
