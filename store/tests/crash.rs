//! A writer that is killed at any moment loses nothing that it had reported as written, and leaves no half of a batch.
//!
//! `REGNO_CRASHES` sets the number of kills (default 20).
#![expect(clippy::unwrap_used)]

mod killed;

use regno_store::disk::DiskStore;
use regno_store::{Space, Store, Write};
use std::io::Write as _;

fn number(store: &DiskStore, key: &str) -> u64 {
    let value = store.snapshot().unwrap().get(Space::Base, key).unwrap();
    value.map_or(0, |bytes| u64::from_le_bytes(bytes.get(..8).unwrap().try_into().unwrap()))
}

/// Not a test of its own: what the killed process does.
#[test]
fn writer() {
    let Some(directory) = killed::directory() else { return };
    let store = DiskStore::open(&directory).unwrap();
    let mut count = number(&store, "first");
    loop {
        count += 1;
        let value = |size: usize| {
            let mut bytes = count.to_le_bytes().to_vec();
            bytes.resize(size, count as u8);
            Some(bytes)
        };
        let write = |space, key: &str, value| Write::new(space, key, value);
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
    if killed::directory().is_some() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    killed::run("writer", directory.path(), 60, |reported| {
        let store = DiskStore::open(directory.path()).unwrap();
        let (first, second) = (number(&store, "first"), number(&store, "second"));
        assert_eq!(first, second);
        let third = store.snapshot().unwrap().get(Space::Merkle, "third").unwrap();
        assert_eq!(third.map_or(0, |bytes| u64::from_le_bytes(bytes.try_into().unwrap())), first);
        assert!(first >= reported, "{first} is in the store, {reported} was reported");
    });
}
