//! `regno explain`

use crate::error::Error;
use crate::input;
use regno_frontend::finding::{self, Wording};
use std::io::Write;
use std::process::ExitCode;

/// Explain the code of a finding.
#[derive(clap::Args)]
pub struct Args {
    /// The code, e.g. `G026`; all codes if there is none
    code: Option<String>,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<ExitCode, Error> {
    let Some(code) = &args.code else {
        let list: String = finding::rules().map(|rule| format!("{}  {}\n", rule.code, rule.explanation)).collect();
        input::say(list.as_bytes())?;
        return Ok(ExitCode::SUCCESS);
    };
    let Some(rule) = finding::rule(code) else {
        let _ = writeln!(std::io::stderr(), "regno: there is no code {code}; `regno explain` lists them all");
        return Ok(ExitCode::from(2));
    };
    let width = rule.wordings.iter().map(|wording| wording.kind.len()).max().unwrap_or(0);
    let wording = |wording: &Wording| format!("    {:width$}  {}\n", wording.kind, wording.outline());
    let wordings: String = rule.wordings.iter().map(wording).collect();
    input::say(format!("{}: {}\n\n{wordings}", rule.code, rule.explanation).as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
