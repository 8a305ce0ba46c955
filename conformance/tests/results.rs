//! Every program of the result corpora against what the reference printed, refused, emitted and stored: one named test each.
//! Where library code runs, gas is that of the built-in library's own code and is not compared.

use libtest_mimic::{Arguments, Failed, Trial};
use regno_conformance::corpus::{Corpus, RESULT_CORPORA, Recorded};
use regno_conformance::execute::Settings;
use regno_conformance::packages::PackageFolders;
use regno_conformance::session::Session;
use regno_conformance::store::SourceStore;
use regno_runtime::Collection;
use std::cell::RefCell;
use std::path::{Path, PathBuf};

/// One program in this many runs once more with the heap collected at every safe point, which takes long where realms are made.
const COLLECTED_EVERY: usize = 12;

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
    let mut trials = Vec::new();
    for corpus in RESULT_CORPORA {
        match corpus.load(&corpora()) {
            Ok(rows) => trials.extend(rows.into_iter().enumerate().flat_map(|(number, row)| {
                let collected = (number % COLLECTED_EVERY == 0).then(|| trial(corpus, row.clone(), true));
                [Some(trial(corpus, row, false)), collected].into_iter().flatten()
            })),
            Err(error) => trials.push(Trial::test(corpus.name, move || Err(Failed::from(error.to_string())))),
        }
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn trial(corpus: &'static Corpus, row: Recorded, collected: bool) -> Trial {
    let (collection, mode) = if collected { (Collection::Always, "/collected") } else { (Collection::default(), "") };
    let settings = Settings { collection, ..corpus.settings() };
    Trial::test(format!("{}/{}{mode}", corpus.name, row.file), move || {
        SESSION.with_borrow_mut(|session| match session {
            Ok(session) => row.compare(session, corpus, settings).map_err(Failed::from),
            Err(error) => Err(Failed::from(error.as_str())),
        })
    })
}
