//! `regno state`

use crate::call::{self, ContextArgs};
use crate::error::Error;
use crate::input;
use crate::packages::PackageArgs;
use regno_conformance::chain::{self, Chain, ChainError, Options, StoredPackages};
use regno_conformance::coins;
use regno_conformance::compile::Source;
use regno_conformance::packages::PackageFolders;
use regno_conformance::store::SourceStore;
use regno_store::disk::DiskStore;
use regno_store::store::Snapshot;
use regno_store::{Space, Store, decode, export, json, keys};
use std::fs::File;
use std::io::{BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Work with the state that realms persist.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Add a package: its sources are compiled, initialised and stored
    Add {
        /// Folder of the state; made if it is not there
        state: PathBuf,
        /// Import path of the package
        path: String,
        /// A `.gno` file, or the folder of the package; without a `gnomod.toml` one is made
        sources: PathBuf,
        #[command(flatten)]
        context: ContextArgs,
        #[command(flatten)]
        packages: PackageArgs,
    },
    /// Run the main function of a script against the state
    Run {
        /// Folder of the state
        state: PathBuf,
        /// A `.gno` file of package main, or a folder of them
        program: PathBuf,
        #[command(flatten)]
        context: ContextArgs,
        #[command(flatten)]
        packages: PackageArgs,
    },
    /// List the packages, the files of a package, or the text of a file
    List {
        /// Folder of the state
        state: PathBuf,
        /// Import path
        path: Option<String>,
        /// File
        file: Option<String>,
        /// List the packages of the standard library, too
        #[arg(long)]
        library: bool,
    },
    /// List the exported functions of a package
    Functions {
        /// Folder of the state
        state: PathBuf,
        /// Import path
        path: String,
    },
    /// Show what packages store, in bytes, and the deposit for it: of one, or of all
    Storage {
        /// Folder of the state
        state: PathBuf,
        /// Import path
        path: Option<String>,
    },
    /// Show the coins of an address
    Coins {
        /// Folder of the state
        state: PathBuf,
        /// Address
        address: String,
    },
    /// Give coins to an address
    Credit {
        /// Folder of the state; made if it is not there
        state: PathBuf,
        /// Address
        address: String,
        /// Coins, such as 10ugnot
        coins: String,
    },
    /// Show an entry: an object by its identity, or any other by its key; with a path, the record of its realm
    Inspect {
        /// Folder of the state
        state: PathBuf,
        /// Object identity, key, or import path
        entry: String,
    },
    /// Write all entries as text to a file
    Export {
        /// Folder of the state
        state: PathBuf,
        /// File to write
        file: PathBuf,
    },
    /// Read entries that `export` wrote into a new state
    Import {
        /// Folder of the state; it must have no entries
        state: PathBuf,
        /// File to read
        file: PathBuf,
    },
    /// Check the hash, form and references of every entry
    Verify {
        /// Folder of the state
        state: PathBuf,
    },
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::State(error.to_string())
}

/// Runs the command.
pub fn run(args: &Args) -> Result<ExitCode, Error> {
    let existing = |state: &PathBuf| DiskStore::open_existing(state).map_err(failed);
    match &args.command {
        Command::Add { state, path, sources, context, packages } => {
            let (files, message) = (package_files(sources, path)?, context.message()?);
            let store = DiskStore::open(state).map_err(failed)?;
            let tests = packages.folders(true)?;
            let added = context.on_chain(&store, packages, Some(&tests), |chain| chain.add(path, &files, &message))?;
            call::show(added, context)
        }
        Command::Run { state, program, context, packages } => {
            let store = existing(state)?;
            let (sources, message) = (input::sources(program)?, context.message()?);
            call::show(context.on_chain(&store, packages, None, |chain| chain.run(&sources, &message))?, context)
        }
        Command::List { state, path, file, library } => {
            list(&existing(state)?, path.as_deref(), file.as_deref(), *library)
        }
        Command::Functions { state, path } => {
            let functions = on_chain(&existing(state)?, |chain| chain.functions(path))?;
            say(&functions.iter().map(|function| format!("{function}\n")).collect::<String>())
        }
        Command::Storage { state, path } => storage(&existing(state)?, path.as_deref()),
        Command::Coins { state, address } => {
            let found = on_chain(&existing(state)?, |chain| chain.coins(address))?;
            say(&format!("{}\n", coins::coins_text(&found)))
        }
        Command::Credit { state, address, coins } => {
            let coins = coins::parse_coins(coins).map_err(Error::Usage)?;
            let store = DiskStore::open(state).map_err(failed)?;
            on_chain(&store, |chain| chain.credit(address, &coins))?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Inspect { state, entry } => inspect(&existing(state)?, entry),
        Command::Export { state, file } => {
            let view = existing(state)?.snapshot().map_err(failed)?;
            let target = File::create(file).map_err(|error| Error::File(file.clone(), error))?;
            let mut out = BufWriter::new(target);
            let count = export::export(&*view, &mut out).map_err(failed)?;
            out.flush().map_err(|error| Error::File(file.clone(), error))?;
            say(&format!("{count} entries\n"))
        }
        Command::Import { state, file } => {
            // A state is made only for what can be imported.
            let source = File::open(file).map_err(|error| Error::File(file.clone(), error))?;
            let entries = export::read(&mut BufReader::new(source)).map_err(failed)?;
            let store = DiskStore::open(state).map_err(failed)?;
            let count = export::import_entries(&entries, &store).map_err(failed)?;
            say(&format!("{count} entries\n"))
        }
        Command::Verify { state } => {
            let (count, damage) = chain::verify(&existing(state)?).map_err(failed)?;
            for error in &damage {
                say(&format!("{error}\n"))?;
            }
            say(&format!("{count} entries, {} damaged\n", damage.len()))?;
            Ok(if damage.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
    }
}

fn say(text: &str) -> Result<ExitCode, Error> {
    input::say(text.as_bytes()).map(|()| ExitCode::SUCCESS)
}

fn on_chain<T>(store: &DiskStore, act: impl FnOnce(&Chain<'_>) -> Result<T, ChainError>) -> Result<T, Error> {
    let library = PackageFolders::default();
    let (packages, sources) = (StoredPackages::new(store, &library), SourceStore::default());
    act(&Chain::new(&packages, &sources, Options::default())).map_err(failed)
}

/// The files of a package: one source, or all that a folder has, by name; hidden files and folders are left out.
fn package_files(path: &Path, import: &str) -> Result<Vec<Source>, Error> {
    let failed = |error| Error::File(path.to_owned(), error);
    let mut files = Vec::new();
    if path.is_dir() {
        for entry in std::fs::read_dir(path).map_err(failed)? {
            let entry = entry.map_err(failed)?.path();
            let hidden = entry.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
            if entry.is_file() && !hidden {
                files.push(input::source(&entry)?);
            }
        }
        if files.is_empty() {
            return Err(Error::NoSources(path.to_owned()));
        }
    } else {
        files.push(input::source(path)?);
    }
    if !files.iter().any(|file| file.name == "gnomod.toml") {
        let text = format!("module = {import:?}\ngno = \"0.9\"\n");
        files.push(Source { name: "gnomod.toml".to_owned(), text: text.into_bytes() });
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

fn list(store: &DiskStore, path: Option<&str>, file: Option<&str>, library: bool) -> Result<ExitCode, Error> {
    let Some(path) = path else {
        let paths = chain::packages(store, library).map_err(failed)?;
        return say(&paths.iter().map(|path| format!("{path}\n")).collect::<String>());
    };
    let source = chain::source_of(store, path).map_err(failed)?;
    let source = source.ok_or_else(|| failed(format!("package {path:?} is not available")))?;
    let Some(file) = file else {
        return say(&source.files.iter().map(|(name, _)| format!("{name}\n")).collect::<String>());
    };
    let found = source.files.iter().find(|(name, _)| name == file);
    let (_, text) = found.ok_or_else(|| failed(format!("file {file:?} is not available in {path}")))?;
    input::say(text).map(|()| ExitCode::SUCCESS)
}

fn storage(store: &DiskStore, path: Option<&str>) -> Result<ExitCode, Error> {
    if let Some(path) = path {
        let record = chain::record_of(store, path).map_err(failed)?;
        let record = record.ok_or_else(|| failed(format!("realm not found: {path}")))?;
        return say(&format!("storage: {}, deposit: {}\n", record.storage, record.deposit));
    }
    let mut text = String::new();
    for path in chain::packages(store, false).map_err(failed)? {
        if let Some(record) = chain::record_of(store, &path).map_err(failed)? {
            text.push_str(&format!("{path}: storage: {}, deposit: {}\n", record.storage, record.deposit));
        }
    }
    say(&text)
}

fn inspect(store: &DiskStore, entry: &str) -> Result<ExitCode, Error> {
    let view: Box<dyn Snapshot> = store.snapshot().map_err(failed)?;
    let get = |key: &str| view.get(Space::Base, key).map_err(failed);
    if let Some(value) = get(&format!("{}{entry}", keys::OBJECTS))? {
        let bytes = value.get(20..).unwrap_or_default();
        let object = decode::object(bytes).map_err(failed)?;
        return say(&format!("{}\n", json::object(&object, json::Origin::Decoded)));
    }
    let realm = keys::realm(regno_store::PkgId::of_path(entry));
    if let Some(value) = get(&realm)? {
        let record = decode::realm(&value).map_err(failed)?;
        return say(&format!("{record:#?}\n"));
    }
    match get(entry)? {
        Some(value) => say(&format!("{}\n", String::from_utf8_lossy(&value))),
        None => Err(failed(format!("no entry {entry}"))),
    }
}
