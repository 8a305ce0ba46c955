//! A writer that is killed at any moment loses nothing that it had reported as written, and leaves no half of a batch.
//!
//! `REGNO_CRASHES` sets the number of kills (default 20).
#![expect(clippy::unwrap_used)]

use regno_store::disk::DiskStore;
use regno_store::{Space, Store, Write};
use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

const DIRECTORY: &str = "REGNO_CRASH_DIRECTORY";

fn number(store: &DiskStore, key: &str) -> u64 {
    let value = store.snapshot().unwrap().get(Space::Base, key).unwrap();
    value.map_or(0, |bytes| u64::from_le_bytes(bytes.get(..8).unwrap().try_into().unwrap()))
}

/// Not a test of its own: what the killed process does.
#[test]
fn writer() {
    let Some(directory) = std::env::var_os(DIRECTORY) else { return };
    let store = DiskStore::open(Path::new(&directory)).unwrap();
    let mut count = number(&store, "first");
    loop {
        count += 1;
        let value = |size: usize| {
            let mut bytes = count.to_le_bytes().to_vec();
            bytes.resize(size, count as u8);
            Some(bytes)
        };
        let write = |space, key: &str, value| Write { space, key: key.to_owned(), value };
        store
            .write(&[
                write(Space::Base, "first", value(8)),
                write(Space::Base, &format!("entry{}", count % 50), value(3000)),
                write(Space::Base, "second", value(8)),
                write(Space::Merkle, "third", value(8)),
            ])
            .unwrap();
        let mut out = std::io::stderr().lock();
        writeln!(out, "{count}").unwrap();
    }
}

#[test]
fn killed_writers_lose_nothing() {
    if std::env::var_os(DIRECTORY).is_some() {
        return;
    }
    let kills: u64 = std::env::var("REGNO_CRASHES").ok().and_then(|text| text.parse().ok()).unwrap_or(20);
    let directory = tempfile::tempdir().unwrap();
    let mut random = 12_345_u64;
    for _ in 0..kills {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "writer", "--nocapture"])
            .env(DIRECTORY, directory.path())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let reader = std::thread::spawn(move || {
            lines.map_while(Result::ok).filter_map(|line| line.parse::<u64>().ok()).last().unwrap_or(0)
        });
        std::thread::sleep(Duration::from_millis(5 + (random >> 33) % 60));
        child.kill().unwrap();
        child.wait().unwrap();
        let reported = reader.join().unwrap();
        let store = DiskStore::open(directory.path()).unwrap();
        let (first, second) = (number(&store, "first"), number(&store, "second"));
        assert_eq!(first, second);
        let third = store.snapshot().unwrap().get(Space::Merkle, "third").unwrap();
        assert_eq!(third.map_or(0, |bytes| u64::from_le_bytes(bytes.try_into().unwrap())), first);
        assert!(first >= reported, "{first} is in the store, {reported} was reported");
    }
}
