//! The artifact cache: hits, damaged and foreign entries, the bound.

use regno_conformance::cache::{Cache, Entry};
use regno_conformance::compile::Source;
use regno_conformance::session::{Cached, PackageState, Session};
use regno_conformance::store::SourceStore;
use regno_frontend::package::{PackageFile, PackageSource, Packages};
use std::fs;
use std::path::PathBuf;
use std::rc::Rc;

/// Packages `one`, and `two` that imports it; the text is that of `one`.
struct Library(&'static str);

impl Packages for Library {
    fn package(&self, path: &str) -> Option<Rc<PackageSource>> {
        let text = match path {
            "one" => self.0,
            "two" => "package two\n\nimport \"one\"\n\nfunc Twice() int { return 2 * one.N() }\n",
            _ => return None,
        };
        let file = PackageFile { name: format!("{path}.gno"), text: text.as_bytes().into(), overlay: false };
        let path = path.to_owned();
        Some(Rc::new(PackageSource { path, files: vec![file], library: true, private: false, draft: false }))
    }
}

const ONE: &str = "package one\n\nfunc N() int { return 21 }\n";

fn compile(text: &'static str, cache: &Cache) -> Vec<PackageState> {
    let (library, store) = (Library(text), SourceStore::default());
    let mut session = Session::new(&store, &library).with_cache(Some(cache));
    let text = b"package main\n\nimport \"two\"\n\nfunc main() { println(two.Twice()) }\n".to_vec();
    let program = session.compile("main", None, &[Source { name: "main.gno".to_owned(), text }]);
    assert_eq!(program.map(|program| program.dependencies.len()), Ok(2));
    session.states()
}

fn states(text: &'static str, cache: &Cache) -> Vec<Cached> {
    compile(text, cache).into_iter().map(|state| state.cached).collect()
}

fn files(cache: &Cache) -> Vec<PathBuf> {
    let groups = fs::read_dir(cache.folder()).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> =
        groups.flat_map(|group| fs::read_dir(group.path()).into_iter().flatten().flatten()).map(|e| e.path()).collect();
    files.sort();
    files
}

fn in_folder(test: impl FnOnce(Cache)) {
    let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
    test(Cache::new(folder.path().join("cache"), 1 << 20));
}

#[test]
fn packages_are_compiled_once_for_the_same_sources() {
    in_folder(|cache| {
        assert_eq!(states(ONE, &cache), [Cached::Miss, Cached::Miss]);
        assert_eq!(states(ONE, &cache), [Cached::Hit, Cached::Hit]);
        // What a package imports is part of its address.
        assert_eq!(states("package one\n\nfunc N() int { return 4 }\n", &cache), [Cached::Miss, Cached::Miss]);
        assert_eq!(states(ONE, &cache), [Cached::Hit, Cached::Hit]);
        assert_eq!(cache.stats().map(|stats| stats.entries).ok(), Some(4));
        assert_eq!(cache.clean().map(|stats| stats.entries).ok(), Some(4));
        assert_eq!(states(ONE, &cache), [Cached::Miss, Cached::Miss]);
    });
}

#[test]
fn damaged_and_foreign_entries_are_replaced() {
    in_folder(|cache| {
        let packages = compile(ONE, &cache);
        for file in files(&cache) {
            let mut bytes = fs::read(&file).unwrap_or_default();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            fs::write(&file, bytes).unwrap_or_else(|error| panic!("{error}"));
        }
        assert_eq!(cache.damaged().map(|found| found.len()).ok(), Some(2));
        assert!(states(ONE, &cache).iter().all(|state| matches!(state, Cached::Replaced(_))));
        assert_eq!(states(ONE, &cache), [Cached::Hit, Cached::Hit]);
        // The entry of one package in the place of another.
        let [first, second] = files(&cache).try_into().unwrap_or_else(|files| panic!("{files:?}"));
        fs::copy(&first, &second).unwrap_or_else(|error| panic!("{error}"));
        let unusable = packages.iter().filter(|state| matches!(cache.get(state.key, &state.path), Entry::Unusable(_)));
        assert_eq!(unusable.count(), 1);
        fs::write(&first, b"").unwrap_or_else(|error| panic!("{error}"));
        assert!(states(ONE, &cache).iter().all(|state| matches!(state, Cached::Replaced(_))));
        assert_eq!(cache.damaged().map(|found| found.len()).ok(), Some(0));
    });
}

#[test]
fn entries_used_longest_ago_make_room() {
    in_folder(|cache| {
        assert_eq!(states(ONE, &cache), [Cached::Miss, Cached::Miss]);
        let sizes: Vec<u64> = files(&cache).iter().filter_map(|file| Some(file.metadata().ok()?.len())).collect();
        let bytes: u64 = sizes.iter().sum();
        let exact = Cache::new(cache.folder().to_owned(), bytes);
        assert_eq!(exact.trim().ok().and_then(|()| exact.stats().ok()).map(|stats| stats.entries), Some(2));
        let small = Cache::new(cache.folder().to_owned(), bytes - 1);
        assert_eq!(small.trim().ok().and_then(|()| small.stats().ok()).map(|stats| stats.entries), Some(1));
    });
}

#[test]
fn a_folder_that_cannot_be_written_is_no_failure() {
    let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
    let file = folder.path().join("file");
    fs::write(&file, b"").unwrap_or_else(|error| panic!("{error}"));
    let cache = Cache::new(file, 1 << 20);
    let found = states(ONE, &cache);
    assert!(found.iter().all(|state| *state != Cached::Hit && *state != Cached::Off));
}
