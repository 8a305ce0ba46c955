//! `regno fmt`

use crate::error::Error;
use crate::input;
use crate::paths;
use regno_frontend::format::format_file;
use regno_frontend::limits::Limits;
use regno_frontend::source::SourceFile;
use similar::TextDiff;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{fs, io};

/// Format Gno source.
#[derive(clap::Args)]
pub struct Args {
    /// Files, folders, or `folder/...` for all folders below; standard input if there are none
    paths: Vec<PathBuf>,
    /// Write the result back to the files that change
    #[arg(short, long)]
    write: bool,
    /// Print a unified diff instead of the result; exit 1 if there is one
    #[arg(short, long)]
    diff: bool,
    /// Print the names of the files that change; exit 1 if there are any
    #[arg(short, long)]
    list: bool,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<ExitCode, Error> {
    if args.paths.is_empty() {
        let text = io::read_to_string(io::stdin()).map_err(|error| Error::File("standard input".into(), error))?;
        return format_one(args, Path::new("<stdin>"), text.into_bytes(), false);
    }
    let mut code = ExitCode::SUCCESS;
    for path in paths::gno_files(&args.paths)? {
        let bytes = fs::read(&path).map_err(|error| Error::File(path.clone(), error))?;
        if format_one(args, &path, bytes, true)? != ExitCode::SUCCESS {
            code = ExitCode::FAILURE;
        }
    }
    Ok(code)
}

fn format_one(args: &Args, path: &Path, bytes: Vec<u8>, is_file: bool) -> Result<ExitCode, Error> {
    let source = SourceFile::new(path.to_string_lossy(), bytes);
    let formatted = match format_file(&source, &Limits::default()) {
        Ok(formatted) => formatted,
        Err(errors) => {
            for error in errors {
                // A closed standard error leaves nobody to tell.
                let _ = writeln!(io::stderr(), "{}", error.render(&source));
            }
            return Ok(ExitCode::FAILURE);
        }
    };
    let changed = formatted.as_bytes() != source.bytes();
    if args.list && changed {
        input::say(format!("{}\n", path.display()).as_bytes())?;
    }
    if args.diff && changed {
        input::say(diff(path, &String::from_utf8_lossy(source.bytes()), &formatted).as_bytes())?;
    }
    if args.write && changed && is_file {
        input::write_atomically(path, formatted.as_bytes())?;
    }
    if !(args.list || args.diff || (args.write && is_file)) {
        input::say(formatted.as_bytes())?;
    }
    Ok(if changed && (args.list || args.diff) { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn diff(path: &Path, before: &str, after: &str) -> String {
    let diff = TextDiff::from_lines(before, after);
    let name = path.display().to_string();
    diff.unified_diff().context_radius(3).header(&format!("{name}.orig"), &name).to_string()
}
