//! Every program of the corpora against the reference's recorded results, in both metering modes and with the heap collected at
//! every safe point, on a 256 KiB stack: one named test each.

use libtest_mimic::{Arguments, Failed, Trial};
use regno_conformance::corpus::{CORPORA, Corpus, Recorded};
use regno_conformance::execute::Settings;
use regno_conformance::packages::PackageFolders;
use regno_conformance::session::Session;
use regno_conformance::stack::on_small_stack;
use regno_conformance::store::SourceStore;
use regno_runtime::{Collection, Metering};
use std::path::Path;

fn main() {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpora");
    let mut trials = Vec::new();
    for corpus in CORPORA {
        match corpus.load(&root) {
            Ok(rows) => trials.extend(rows.into_iter().flat_map(|row| trials_of(corpus, row))),
            Err(error) => trials.push(failing(corpus, error.to_string())),
        }
    }
    libtest_mimic::run(&arguments, trials).exit();
}

fn trials_of(corpus: &'static Corpus, row: Recorded) -> [Trial; 3] {
    let modes = [
        ("block", Metering::Auto, Collection::default()),
        ("exact", Metering::Exact, Collection::default()),
        ("collected", Metering::Auto, Collection::Always),
    ];
    modes.map(|(mode, metering, collection)| {
        let row = row.clone();
        let name = format!("{}/{}/{mode}", corpus.name, row.file);
        let settings = Settings { metering, collection, ..corpus.settings() };
        Trial::test(name, move || {
            on_small_stack(move || compare(corpus, &row, settings)).flatten().map_err(Failed::from)
        })
    })
}

fn compare(corpus: &Corpus, row: &Recorded, settings: Settings) -> Result<(), String> {
    let packages =
        PackageFolders::new(None, &[], true).map_err(|(path, error)| format!("{}: {error}", path.display()))?;
    let store = SourceStore::default();
    row.compare(&mut Session::new(&store, &packages), corpus, settings)
}

fn failing(corpus: &Corpus, message: String) -> Trial {
    Trial::test(corpus.name, move || Err(Failed::from(message)))
}
