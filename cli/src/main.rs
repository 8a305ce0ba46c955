//! The `regno` command: one file a subcommand, no logic of its own.
//!
//! Exit codes: 0 success, 1 the program or a test failed, 2 usage or unreadable input.

mod build;
mod cache;
mod call;
mod disasm;
mod doc;
mod error;
mod excerpt;
mod exec;
mod explain;
mod filetest;
mod fmt;
mod gas;
mod input;
mod limits;
mod lint;
mod list;
mod metrics;
mod module;
mod packages;
mod paths;
mod run;
mod state;
mod test;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Compile and run Gno programs with the reference's gas.
#[derive(Parser)]
#[command(
    name = "regno",
    version,
    about = "Compile and run Gno programs with the gas, memory figures, output and errors of the reference interpreter",
    long_about = "Regno compiles Gno packages ahead of time to a deterministic register bytecode and runs it in a compact \
                  runtime that charges exactly the gas, and counts exactly the memory, of gnolang/gno v1.1.0.\n\n\
                  Start with:  regno run prog.gno --metrics",
    after_help = "Exit codes: 0 success, 1 the program or a test failed, 2 usage or unreadable input."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Compile a program and run its main function
    Run(run::Args),
    /// Compile a program to an artifact file
    Build(build::Args),
    /// Run an artifact made by `build`
    Exec(exec::Args),
    /// Show the bytecode of a program or artifact, with the reference operations each segment pays for
    Disasm(disasm::Args),
    /// Run files as the reference's filetests and report every observable
    Filetest(filetest::Args),
    /// Look after the cache of compiled packages
    Cache(cache::Args),
    /// Run the tests of packages
    Test(test::Args),
    /// Format Gno source
    Fmt(fmt::Args),
    /// Report everything that is wrong with packages
    Lint(lint::Args),
    /// Explain the code of a finding
    Explain(explain::Args),
    /// Show the documentation of a package or of one of its names
    Doc(doc::Args),
    /// List packages with their files and imports
    List(list::Args),
    /// Look after module files
    Mod(module::Args),
    /// Call a function of a realm in a state, or evaluate an expression
    Call(call::Args),
    /// Add packages to a state, look at it, check, export and import it
    State(state::Args),
    /// Print the gas schedule
    Gas(gas::Args),
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Run(args) => run::run(&args),
        Command::Build(args) => build::run(&args),
        Command::Exec(args) => exec::run(&args),
        Command::Disasm(args) => disasm::run(&args),
        Command::Filetest(args) => filetest::run(&args),
        Command::Cache(args) => cache::run(&args),
        Command::Test(args) => test::run(&args),
        Command::Fmt(args) => fmt::run(&args),
        Command::Lint(args) => lint::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Doc(args) => doc::run(&args),
        Command::List(args) => list::run(&args),
        Command::Mod(args) => module::run(&args),
        Command::Call(args) => call::run(&args),
        Command::State(args) => state::run(&args),
        Command::Gas(args) => gas::run(&args),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            input::complain(&error);
            ExitCode::from(2)
        }
    }
}
