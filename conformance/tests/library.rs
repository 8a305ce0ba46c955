//! Programs that use the standard library against the reference's recorded output and error: one named test each. Their gas is that of
//! the built-in library's own code, so it is not compared.

use libtest_mimic::{Arguments, Failed, Trial};
use regno_conformance::corpus::MAX_ALLOC;
use regno_conformance::execute::Settings;
use regno_conformance::filetest::run;
use regno_conformance::packages::PackageFolders;
use regno_conformance::session::Session;
use regno_conformance::store::SourceStore;
use serde::Deserialize;
use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};

/// What the reference gave for a program.
#[derive(Deserialize)]
struct Recorded {
    file: String,
    #[serde(default)]
    output: String,
    #[serde(default)]
    error: String,
}

thread_local! {
    /// The library is compiled once a thread, and kept to the end.
    static SESSION: RefCell<Session<'static>> = RefCell::new(session());
}

fn session() -> Session<'static> {
    let packages = PackageFolders::new(None, &[], true).unwrap_or_default();
    Session::new(Box::leak(Box::new(SourceStore::default())), Box::leak(Box::new(packages)))
}

fn main() {
    let corpora = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpora");
    let rows =
        fs::read_to_string(corpora.join("library.jsonl")).unwrap_or_else(|error| panic!("library.jsonl: {error}"));
    let trials = rows.lines().map(|line| {
        let row: Recorded = serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        let path = corpora.join("library").join(&row.file);
        Trial::test(row.file.clone(), move || compare(&row, &path))
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit();
}

fn compare(recorded: &Recorded, path: &PathBuf) -> Result<(), Failed> {
    let text = fs::read(path)?;
    let settings = Settings { gas_limit: Some(200_000_000), max_alloc: Some(MAX_ALLOC), ..Settings::default() };
    let row = SESSION.with_borrow_mut(|session| run(session, &recorded.file, &text, settings));
    for (what, expected, got) in [("error", &recorded.error, &row.error), ("output", &recorded.output, &row.output)] {
        if expected != got {
            let at = expected.lines().zip(got.lines()).position(|(expected, got)| expected != got);
            let line = at.unwrap_or_else(|| expected.lines().count().min(got.lines().count()));
            let show = |text: &str| text.lines().nth(line).unwrap_or("(end)").to_owned();
            return Err(format!("{what}, line {}: expected {:?}, got {:?}", line + 1, show(expected), show(got)).into());
        }
    }
    Ok(())
}
