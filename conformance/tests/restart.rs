//! A realm is the same after a restart: every program of the realm corpus gives what it gives in one go, gas and bytes included, when its
//! state is on disk and everything is closed and opened again between making its packages and `main`.
//!
//! | mode | state and program |
//! |---|---|
//! | `cold` | the file opened anew, every package compiled anew |
//! | `warm` | every entry in the cache before `main` begins, compiled packages from a cache |
//! | `evicting` | every entry evicted as soon as it is read, the heap collected at every safe point |
//!
//! A run takes one program of eight; `REGNO_RESTART=all` takes all.

use libtest_mimic::{Arguments, Failed, Trial};
use regno_bytecode::event::GasSchedule;
use regno_conformance::cache::Cache;
use regno_conformance::corpus::{Corpus, RESULT_CORPORA};
use regno_conformance::execute::{Execution, Settings};
use regno_conformance::filetest;
use regno_conformance::keep::{Keep, Memory};
use regno_conformance::packages::PackageFolders;
use regno_conformance::session::Session;
use regno_conformance::store::SourceStore;
use regno_runtime::{Collection, Environment, Program};
use regno_store::cache::CachedStore;
use regno_store::disk::DiskStore;
use regno_store::{Snapshot, Store, StoreError, Write};
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Without the variable one program in this many is taken.
const SAMPLE: usize = 8;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Cold,
    Warm,
    Evicting,
}

/// A state in a file that is closed after every write.
struct Disk {
    folder: TempDir,
    mode: Mode,
    program: Option<Program>,
}

impl Keep for Disk {
    fn reopen(&mut self, writes: &[Write]) -> Result<Box<dyn Snapshot>, StoreError> {
        DiskStore::open(self.folder.path())?.write(writes)?;
        let store = DiskStore::open_existing(self.folder.path())?;
        match self.mode {
            Mode::Cold => store.snapshot(),
            Mode::Warm => {
                let store = CachedStore::new(store, usize::MAX);
                store.warm()?;
                store.snapshot()
            }
            Mode::Evicting => CachedStore::new(store, 0).snapshot(),
        }
    }

    fn program(&mut self) -> Option<Program> {
        self.program.take()
    }
}

/// What a thread keeps to its end.
struct Compilers {
    packages: &'static PackageFolders,
    /// Compiles everything itself.
    first: Session<'static>,
    /// What others than `first` compiled.
    cache: Cache,
    _folder: TempDir,
}

thread_local! {
    static COMPILERS: RefCell<Result<Compilers, String>> = RefCell::new(compilers());
}

fn corpora() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpora")
}

fn compilers() -> Result<Compilers, String> {
    let packages = PackageFolders::new(None, &[corpora().join("realm/deps")], true)
        .map_err(|(path, error)| format!("{}: {error}", path.display()))?;
    let packages: &'static PackageFolders = Box::leak(Box::new(packages));
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    Ok(Compilers {
        packages,
        first: Session::new(Box::leak(Box::new(SourceStore::default())), packages),
        cache: Cache::new(folder.path().to_owned(), u64::MAX),
        _folder: folder,
    })
}

fn main() {
    let all = std::env::var("REGNO_RESTART").is_ok_and(|value| value == "all");
    let mut trials = Vec::new();
    for corpus in RESULT_CORPORA.iter().filter(|corpus| corpus.name == "realm") {
        match corpus.load(&corpora()) {
            Ok(rows) => {
                let rows = rows.into_iter().enumerate().filter(|(number, _)| all || number % SAMPLE == 0);
                trials.extend(rows.map(|(_, row)| {
                    let name = format!("realm/{}", row.file);
                    Trial::test(name, move || check(corpus, &row.file, &row.path).map_err(Failed::from))
                }));
            }
            Err(error) => trials.push(Trial::test("realm", move || Err(Failed::from(error.to_string())))),
        }
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn check(corpus: &Corpus, file: &str, path: &Path) -> Result<(), String> {
    let text = std::fs::read(path).map_err(|error| error.to_string())?;
    let settings = corpus.settings();
    COMPILERS.with_borrow_mut(|compilers| {
        let compilers = compilers.as_mut().map_err(|error| error.clone())?;
        let want = filetest::execution(&mut compilers.first, file, &text, settings, &mut Memory::default());
        for (mode, name) in [(Mode::Cold, "cold"), (Mode::Warm, "warm"), (Mode::Evicting, "evicting")] {
            let got = run(compilers, mode, file, &text, settings)?;
            if got != want {
                return Err(format!("{name}\n{got:#?}\n\nin one go\n{want:#?}"));
            }
        }
        Ok(())
    })
}

fn run(
    compilers: &mut Compilers,
    mode: Mode,
    file: &str,
    text: &[u8],
    settings: Settings,
) -> Result<Execution, String> {
    let modules = match mode {
        // Once to fill the cache, once to read it.
        Mode::Warm => {
            let read = || {
                let store = SourceStore::default();
                let mut session = Session::new(&store, compilers.packages).with_cache(Some(&compilers.cache));
                filetest::modules(&mut session, file, text)
            };
            read().and_then(|_| read())
        }
        Mode::Cold | Mode::Evicting => filetest::modules(&mut compilers.first, file, text),
    };
    let link = |modules| Program::link(modules, &GasSchedule::reference(), Environment::Testing);
    let program = modules.map(link).transpose().map_err(|error| error.to_string())?;
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let collection = if mode == Mode::Evicting { Collection::Always } else { Collection::default() };
    let mut disk = Disk { folder, mode, program };
    Ok(filetest::execution(&mut compilers.first, file, text, Settings { collection, ..settings }, &mut disk))
}
