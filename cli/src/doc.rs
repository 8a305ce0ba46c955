//! `regno doc`

use crate::error::Error;
use crate::input;
use crate::packages::PackageArgs;
use crate::paths;
use regno_conformance::compile::Source;
use regno_conformance::doc::{DocError, Options, document};
use regno_frontend::package::{GnoMod, Packages, is_production_file};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

/// Show the documentation of a package or of one of its names.
#[derive(clap::Args)]
pub struct Args {
    /// An import path or a folder; after it, with a dot, a name of the package, and of its type: `strings.Builder.Len`
    #[arg(value_name = "PKG[.NAME]", default_value = ".")]
    target: String,
    #[command(flatten)]
    packages: PackageArgs,
    /// Show everything with its comments
    #[arg(long)]
    all: bool,
    /// Show the source text
    #[arg(long)]
    src: bool,
    /// Also show what other packages cannot use
    #[arg(short, long)]
    unexported: bool,
}

/// A package to show.
struct Found {
    path: String,
    sources: Vec<Source>,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<ExitCode, Error> {
    let (package, name) = resolve(args)?;
    let options = Options { all: args.all, source: args.src, unexported: args.unexported };
    match document(&package.path, &package.sources, name, options) {
        Ok(text) => {
            input::say(text.as_bytes())?;
            Ok(ExitCode::SUCCESS)
        }
        Err(error @ DocError::NoSymbol { .. }) => Err(Error::Usage(error.to_string())),
        Err(DocError::Syntax(error)) => {
            // A closed standard error leaves nobody to tell.
            let _ = writeln!(std::io::stderr(), "{error}");
            Ok(ExitCode::FAILURE)
        }
    }
}

/// The package, and the name in it: the longest start of the target that is a package.
fn resolve(args: &Args) -> Result<(Found, Option<&str>), Error> {
    let target = args.target.as_str();
    let folders = [args.packages.folders(false)?, args.packages.folders(true)?];
    let last = target.rfind('/').map_or(0, |slash| slash + 1);
    let dots = target.match_indices('.').map(|(at, _)| at).filter(|&at| at >= last && at > 0);
    let mut ends: Vec<usize> = dots.collect();
    ends.push(target.len());
    for end in ends.into_iter().rev() {
        let Some((package, rest)) = target.split_at_checked(end) else { continue };
        let name = rest.strip_prefix('.').filter(|name| !name.is_empty());
        if !package.starts_with(['.', '/'])
            && let Some(source) = folders.iter().find_map(|folders| folders.package(package))
        {
            let file = |file: &regno_frontend::package::PackageFile| Source {
                name: file.name.clone(),
                text: file.text.to_vec(),
            };
            return Ok((Found { path: package.to_owned(), sources: source.files.iter().map(file).collect() }, name));
        }
        if Path::new(package).is_dir()
            && let Some(found) = in_folder(Path::new(package))?
        {
            return Ok((found, name));
        }
    }
    Err(Error::Usage(format!("package not found: {target:?}")))
}

/// The package in a folder, if there is one.
fn in_folder(folder: &Path) -> Result<Option<Found>, Error> {
    let module = fs::read(folder.join("gnomod.toml")).ok().and_then(|text| GnoMod::parse(&text).ok());
    let mut sources = Vec::new();
    for file in paths::sources_in(folder)? {
        if is_production_file(&file.file_name().unwrap_or_default().to_string_lossy()) {
            sources.push(input::source(&file)?);
        }
    }
    let path = module.map(|module| module.module).unwrap_or_default();
    Ok((!sources.is_empty()).then_some(Found { path, sources }))
}
