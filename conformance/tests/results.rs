//! Every program of the result corpora against what the reference printed, refused, emitted and stored: one named test each.
//! Where library code runs, gas is that of the built-in library's own code and is not compared.
//!
//! A sample runs in the other modes, too: metered event by event, and with the heap collected at every safe point. With
//! `REGNO_RESULTS=all` in the environment all do, which takes some minutes of CPU time.

use libtest_mimic::{Arguments, Failed, Trial};
use regno_conformance::corpus::{Corpus, RESULT_CORPORA, Recorded};
use regno_conformance::execute::Settings;
use regno_conformance::packages::PackageFolders;
use regno_conformance::session::Session;
use regno_conformance::store::SourceStore;
use regno_runtime::{Collection, Metering};
use std::cell::RefCell;
use std::path::{Path, PathBuf};

/// One program in this many runs once more in each of the other modes, which take long where realms are made.
const SAMPLE: usize = 12;

/// Modes beside the default, by the suffix of the test's name.
const MODES: [(&str, Metering, Collection); 2] =
    [("/collected", Metering::Auto, Collection::Always), ("/exact", Metering::Exact, Collection::AfterWords(1 << 18))];

thread_local! {
    /// The library is compiled once a thread, and kept to the end.
    static SESSION: RefCell<Result<Session<'static>, String>> = RefCell::new(session());
}

fn corpora() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpora")
}

/// A session with the built-in library and the packages that the realm programs import.
fn session() -> Result<Session<'static>, String> {
    let packages = PackageFolders::new(None, &[corpora().join("realm/deps")], true)
        .map_err(|(path, error)| format!("{}: {error}", path.display()))?;
    Ok(Session::new(Box::leak(Box::new(SourceStore::default())), Box::leak(Box::new(packages))))
}

fn main() {
    let every = if std::env::var("REGNO_RESULTS").is_ok_and(|value| value == "all") { 1 } else { SAMPLE };
    let mut trials = Vec::new();
    for corpus in RESULT_CORPORA {
        match corpus.load(&corpora()) {
            Ok(rows) => trials.extend(rows.into_iter().enumerate().flat_map(|(number, row)| {
                let others = if number % every == 0 { &MODES[..] } else { &[] };
                let mut trials: Vec<Trial> = others
                    .iter()
                    .map(|&(name, metering, mode)| trial(corpus, row.clone(), name, metering, mode))
                    .collect();
                trials.push(trial(corpus, row, "", Metering::default(), Collection::default()));
                trials
            })),
            Err(error) => trials.push(Trial::test(corpus.name, move || Err(Failed::from(error.to_string())))),
        }
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn trial(corpus: &'static Corpus, row: Recorded, mode: &str, metering: Metering, collection: Collection) -> Trial {
    let settings = Settings { metering, collection, ..corpus.settings() };
    Trial::test(format!("{}/{}{mode}", corpus.name, row.file), move || {
        SESSION.with_borrow_mut(|session| match session {
            Ok(session) => row.compare(session, corpus, settings).map_err(Failed::from),
            Err(error) => Err(Failed::from(error.as_str())),
        })
    })
}
