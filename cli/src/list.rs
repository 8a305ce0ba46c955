//! `regno list`

use crate::error::Error;
use crate::input;
use crate::packages::PackageArgs;
use regno_conformance::listing::{Follow, Listed, list};
use std::io::Write;
use std::process::ExitCode;

/// List packages.
#[derive(clap::Args)]
pub struct Args {
    /// Folders or import paths; with `/...` all below
    #[arg(default_value = ".")]
    patterns: Vec<String>,
    #[command(flatten)]
    packages: PackageArgs,
    /// One JSON object a package: folder, path, name, files and imports by kind
    #[arg(long)]
    json: bool,
    /// Also list everything that they import
    #[arg(long)]
    deps: bool,
    /// With --deps, also follow the imports of their tests
    #[arg(long, requires = "deps")]
    test: bool,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<ExitCode, Error> {
    let follow = match (args.deps, args.test) {
        (false, _) => Follow::Nothing,
        (true, false) => Follow::Imports,
        (true, true) => Follow::TestImports,
    };
    let listed = load(&args.patterns, &args.packages, follow)?;
    for package in &listed {
        let line = if args.json { package.to_json() } else { package.import_path.clone() };
        input::say(format!("{line}\n").as_bytes())?;
    }
    Ok(outcome(&listed))
}

/// The packages that patterns of a command line mean, and what they import. Warnings are told.
pub fn load(patterns: &[String], packages: &PackageArgs, follow: Follow) -> Result<Vec<Listed>, Error> {
    let (listed, warnings) =
        list(patterns, &packages.folders(false)?, follow).map_err(|error| Error::Usage(error.to_string()))?;
    for warning in warnings {
        // A closed standard error leaves nobody to tell.
        let _ = writeln!(std::io::stderr(), "{warning}");
    }
    Ok(listed)
}

/// Tells what is wrong with the packages; failure if anything is.
pub fn outcome(listed: &[Listed]) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for package in listed {
        for error in &package.errors {
            // A closed standard error leaves nobody to tell.
            let _ = writeln!(std::io::stderr(), "{}: {error}", package.import_path);
            code = ExitCode::FAILURE;
        }
    }
    code
}
