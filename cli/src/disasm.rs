//! `regno disasm`

use crate::error::Error;
use crate::input;
use crate::packages::PackageArgs;
use regno_bytecode::disasm;
use regno_bytecode::event::GasSchedule;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// Show the bytecode of a program or artifact.
#[derive(clap::Args)]
pub struct Args {
    /// A `.gno` file, a folder of them, or an artifact
    program: PathBuf,
    /// Only functions with this name
    #[arg(long, value_name = "NAME")]
    function: Option<String>,
    #[command(flatten)]
    packages: PackageArgs,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<ExitCode, Error> {
    let module = if input::is_artifact(&args.program) {
        input::artifact(&args.program)?
    } else {
        match input::compile(&args.program, &args.packages)? {
            Ok(program) => program.module,
            Err(error) => {
                let _ = writeln!(std::io::stderr(), "{error}");
                return Ok(ExitCode::FAILURE);
            }
        }
    };
    let schedule = GasSchedule::reference();
    for function in &module.functions {
        if args.function.as_ref().is_none_or(|name| *name == function.name) {
            input::say(disasm::function(&module, function, &schedule).as_bytes())?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
