//! `regno state`

use crate::call::{self, ContextArgs};
use crate::input::{self, Error};
use crate::packages::PackageArgs;
use regno_conformance::chain::{self, Chain};
use regno_store::disk::DiskStore;
use regno_store::store::Snapshot;
use regno_store::{Space, Store, decode, export, json, keys};
use std::fs::File;
use std::io::{BufReader, BufWriter, Write as _};
use std::path::PathBuf;
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
        /// A `.gno` file, or a folder of them
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
            let (folders, sources, message) = (packages.folders(false)?, input::sources(sources)?, context.context()?);
            let store = DiskStore::open(state).map_err(failed)?;
            let chain = Chain::new(&store, &folders, context.options());
            call::show(chain.add(path, &sources, message), context)
        }
        Command::Run { state, program, context, packages } => {
            let store = existing(state)?;
            let folders = packages.folders(false)?;
            let sources = input::sources(program)?;
            let chain = Chain::new(&store, &folders, context.options());
            call::show(chain.run(&sources, context.context()?), context)
        }
        Command::List { state, path, file } => list(&existing(state)?, path.as_deref(), file.as_deref()),
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
            let store = DiskStore::open(state).map_err(failed)?;
            let source = File::open(file).map_err(|error| Error::File(file.clone(), error))?;
            let count = export::import(&mut BufReader::new(source), &store).map_err(failed)?;
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

fn list(store: &DiskStore, path: Option<&str>, file: Option<&str>) -> Result<ExitCode, Error> {
    let Some(path) = path else {
        let paths = chain::packages(store).map_err(failed)?;
        return say(&paths.iter().map(|path| format!("{path}\n")).collect::<String>());
    };
    let source = chain::source_of(store, path).map_err(failed)?.ok_or_else(|| failed(format!("no package {path}")))?;
    let Some(file) = file else {
        return say(&source.files.iter().map(|(name, _)| format!("{name}\n")).collect::<String>());
    };
    let found = source.files.iter().find(|(name, _)| name == file);
    let (_, text) = found.ok_or_else(|| failed(format!("no file {file} in {path}")))?;
    input::say(text).map(|()| ExitCode::SUCCESS)
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
