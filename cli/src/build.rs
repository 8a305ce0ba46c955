//! `regno build`

use crate::error::Error;
use crate::input;
use crate::packages::PackageArgs;
use regno_bytecode::artifact;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Compile a program to an artifact file.
#[derive(clap::Args)]
pub struct Args {
    /// A `.gno` file of package main, or a folder of them
    program: PathBuf,
    /// Where to write the artifact; by default the program's name with `.regno`
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    packages: PackageArgs,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<ExitCode, Error> {
    let module = match input::compile(&args.program, &args.packages)? {
        Ok(program) => program.module,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "{error}");
            return Ok(ExitCode::FAILURE);
        }
    };
    let output = args.output.clone().unwrap_or_else(|| default_output(&args.program));
    input::write_atomically(&output, &artifact::encode(&module))?;
    Ok(ExitCode::SUCCESS)
}

fn default_output(program: &Path) -> PathBuf {
    Path::new(program.file_name().unwrap_or(program.as_os_str())).with_extension("regno")
}
