//! `regno cache`

use crate::error::Error;
use crate::input;
use crate::packages::{CacheArgs, PackageArgs};
use regno_conformance::cache::{Cache, Entry};
use regno_conformance::packages::PackageFolders;
use regno_conformance::session::{Cached, PackageState, Session};
use regno_conformance::store::SourceStore;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

/// Look after the cache of compiled packages.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Print folder, number of entries, bytes and bound
    Stats {
        #[command(flatten)]
        cache: CacheArgs,
    },
    /// Remove all entries
    Clean {
        #[command(flatten)]
        cache: CacheArgs,
    },
    /// Read every entry, and compile the library again and compare; exit 1 if anything differs
    Verify {
        #[command(flatten)]
        cache: CacheArgs,
    },
    /// Print the content address of each package that a program imports, and what the cache has of it
    Explain {
        /// A file or folder
        program: PathBuf,
        #[command(flatten)]
        packages: PackageArgs,
    },
}

/// Runs the command.
pub fn run(args: &Args) -> Result<ExitCode, Error> {
    match &args.command {
        Command::Stats { cache } => stats(&cache.required()?),
        Command::Clean { cache } => clean(&cache.required()?),
        Command::Verify { cache } => verify(&cache.required()?),
        Command::Explain { program, packages } => explain(program, packages),
    }
}

fn failed(cache: &Cache) -> impl FnOnce(io::Error) -> Error {
    let folder = cache.folder().to_owned();
    move |error| Error::File(folder, error)
}

fn stats(cache: &Cache) -> Result<ExitCode, Error> {
    let stats = cache.stats().map_err(failed(cache))?;
    let folder = cache.folder().display();
    input::say(
        format!(
            "folder   {folder}\nentries  {}\nbytes    {}\nbound    {}\n",
            stats.entries,
            stats.bytes,
            cache.limit()
        )
        .as_bytes(),
    )?;
    Ok(ExitCode::SUCCESS)
}

fn clean(cache: &Cache) -> Result<ExitCode, Error> {
    let removed = cache.clean().map_err(failed(cache))?;
    input::say(format!("removed {} entries, {} bytes\n", removed.entries, removed.bytes).as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn verify(cache: &Cache) -> Result<ExitCode, Error> {
    let stats = cache.stats().map_err(failed(cache))?;
    let mut findings = Vec::new();
    for (file, reason) in cache.damaged().map_err(failed(cache))? {
        findings.push(format!("{}: {reason}\n", file.display()));
    }
    let mut compared = 0_u64;
    for testing in [false, true] {
        let packages = PackageFolders::new(None, &[], testing).map_err(|(path, error)| Error::File(path, error))?;
        let store = SourceStore::default();
        let mut session = Session::new(&store, &packages);
        let overlay = if testing { regno_stdlibs::overlay_packages() } else { &[] };
        for (path, _) in regno_stdlibs::packages().iter().chain(overlay) {
            // A package that does not compile is in no cache.
            let _ = session.modules(&[(*path).to_owned()]);
        }
        for state in session.states() {
            if let Entry::Found(module) = cache.get(state.key, &state.path) {
                compared += 1;
                if Some(&*module) != session.module(&state.path) {
                    findings.push(format!("{}: {} is not what its sources compile to\n", state.key, state.path));
                }
            }
        }
    }
    input::say(findings.concat().as_bytes())?;
    let text = format!("{} entries read, {compared} compiled again, {} findings\n", stats.entries, findings.len());
    input::say(text.as_bytes())?;
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn explain(program: &std::path::Path, args: &PackageArgs) -> Result<ExitCode, Error> {
    let sources = input::sources(program)?;
    let (packages, cache) = (args.folders(false)?, args.cache.open());
    let store = SourceStore::default();
    let mut session = Session::new(&store, &packages).with_cache(cache.as_ref());
    let result = session.compile("main", None, &sources);
    for PackageState { path, key, cached } in session.states() {
        let what = match cached {
            Cached::Off => "no cache".to_owned(),
            Cached::Hit => "hit".to_owned(),
            Cached::Miss => "miss, written".to_owned(),
            Cached::Replaced(reason) => format!("replaced: {reason}"),
        };
        input::say(format!("{key} {path}: {what}\n").as_bytes())?;
    }
    match result {
        Ok(_) => Ok(ExitCode::SUCCESS),
        Err(error) => {
            input::say(format!("{}\n", error.text).as_bytes())?;
            Ok(ExitCode::FAILURE)
        }
    }
}
