//! `regno explain`

use crate::error::Error;
use crate::input;
use regno_frontend::explain;
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
        let list: String = explain::entries().map(|(code, text)| format!("{code}  {text}\n")).collect();
        input::say(list.as_bytes())?;
        return Ok(ExitCode::SUCCESS);
    };
    let Some(text) = explain::explanation(code) else {
        let _ = writeln!(std::io::stderr(), "regno: there is no code {code}; `regno explain` lists them all");
        return Ok(ExitCode::from(2));
    };
    let wording = explain::wording(code).map_or_else(String::new, |wording| format!(": {wording}"));
    input::say(format!("{}{wording}\n\n{text}\n", code.to_ascii_uppercase()).as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
