//! `regno mod`

use crate::error::Error;
use crate::input;
use crate::list;
use crate::packages::PackageArgs;
use clap::{Subcommand, ValueEnum};
use regno_conformance::listing::{Follow, Listed};
use regno_conformance::modfile::{self, ModFileError};
use std::collections::HashSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Look after module files.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write the gnomod.toml of a new package in the current folder
    Init {
        /// Import path of the package, for instance gno.land/r/me/counter
        path: String,
    },
    /// Bring gnomod.toml in its standard form; a gno.mod becomes one
    Tidy {
        /// Also those in all folders below
        #[arg(long)]
        recursive: bool,
    },
    /// Print who imports whom, one import a line
    Graph {
        /// Folder or import path; with `/...` all below
        #[arg(default_value = ".")]
        pattern: String,
        #[command(flatten)]
        packages: PackageArgs,
        /// As a graph for Graphviz
        #[arg(long)]
        format: Option<Format>,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Dot,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<ExitCode, Error> {
    match &args.command {
        Command::Init { path } => done(Path::new("."), modfile::init(Path::new("."), path)),
        Command::Tidy { recursive: false } => done(Path::new("."), modfile::tidy(Path::new("."))),
        Command::Tidy { recursive: true } => tidy_below(),
        Command::Graph { pattern, packages, format } => {
            let listed = list::load(std::slice::from_ref(pattern), packages, Follow::TestImports)?;
            input::say(graph(&listed, format.is_some()).as_bytes())?;
            Ok(list::outcome(&listed))
        }
    }
}

fn done(folder: &Path, result: Result<(), ModFileError>) -> Result<ExitCode, Error> {
    match result {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(ModFileError::File(name, error)) => Err(Error::File(folder.join(name), error)),
        Err(error) => {
            // A closed standard error leaves nobody to tell.
            let _ = writeln!(std::io::stderr(), "{error}");
            Ok(ExitCode::FAILURE)
        }
    }
}

fn tidy_below() -> Result<ExitCode, Error> {
    let mut code = ExitCode::SUCCESS;
    for folder in module_folders()? {
        if done(&folder, modfile::tidy(&folder))? != ExitCode::SUCCESS {
            code = ExitCode::FAILURE;
        }
    }
    Ok(code)
}

/// The current folder and those below that have a module file, in the order of their names.
fn module_folders() -> Result<Vec<PathBuf>, Error> {
    let mut folders = Vec::new();
    let mut pending = vec![PathBuf::from(".")];
    while let Some(folder) = pending.pop() {
        if folder.join("gnomod.toml").is_file() || folder.join("gno.mod").is_file() {
            folders.push(folder.clone());
        }
        let entries = std::fs::read_dir(&folder).map_err(|error| Error::File(folder.clone(), error))?;
        let below = entries.flatten().filter(|entry| {
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            !hidden && entry.file_type().is_ok_and(|kind| kind.is_dir())
        });
        pending.extend(below.map(|entry| entry.path()));
    }
    folders.sort();
    Ok(folders)
}

fn graph(listed: &[Listed], dot: bool) -> String {
    let mut text = String::new();
    let mut seen = HashSet::new();
    for package in listed {
        for import in package.all_imports() {
            let line = if dot {
                format!("    {:?} -> {import:?};\n", package.import_path)
            } else {
                format!("{} {import}\n", package.import_path)
            };
            if seen.insert(line.clone()) {
                text.push_str(&line);
            }
        }
    }
    if dot { format!("digraph gno {{\n{text}}}\n") } else { text }
}
