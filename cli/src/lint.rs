//! `regno lint`

use crate::error::Error;
use crate::input;
use crate::packages::PackageArgs;
use crate::{excerpt, paths};
use regno_conformance::compile::Source;
use regno_conformance::lint::{Issue, Linter, Package, Place, Report};
use regno_conformance::store::SourceStore;
use regno_frontend::finding::Arg;
use serde_json::{Value, json};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

/// Report everything that is wrong with packages.
#[derive(clap::Args)]
pub struct Args {
    /// Folders, `folder/...` for all folders below, or single files
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    packages: PackageArgs,
    /// One line a finding, in the reference's format
    #[arg(long)]
    short: bool,
    /// One JSON object a finding, on standard output
    #[arg(long, conflicts_with = "short")]
    json: bool,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<ExitCode, Error> {
    let mut found = 0_usize;
    let paths = paths::packages(&args.paths)?;
    let own: Vec<PathBuf> = paths.iter().filter(|path| path.join("gnomod.toml").is_file()).cloned().collect();
    let (production, testing) = (args.packages.folders_and(&own, false)?, args.packages.folders_and(&own, true)?);
    let store = SourceStore::default();
    let mut linter = Linter::new(&store, &production, &testing);
    for path in paths {
        let report = linter.lint(&read(&path)?);
        found += report.issues.len();
        show(args, &report)?;
    }
    if found > 0 && !args.short && !args.json {
        let plural = if found == 1 { "" } else { "s" };
        // A closed standard error leaves nobody to tell.
        let _ = writeln!(io::stderr(), "{found} finding{plural}; `regno explain CODE` says more about each");
    }
    Ok(if found > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Reads the package of a folder, or the one that a single file makes.
fn read(path: &Path) -> Result<Package, Error> {
    if !path.is_dir() {
        let source = input::source(path)?;
        let folder = path.parent().map(shown_folder).unwrap_or_default();
        return Ok(Package { folder, sources: vec![source], module: None });
    }
    let mut sources: Vec<Source> = Vec::new();
    for file in paths::sources_in(path)? {
        sources.push(input::source(&file)?);
    }
    if sources.is_empty() {
        return Err(Error::NoSources(path.to_owned()));
    }
    let module = path.join("gnomod.toml");
    let module = if module.is_file() {
        Some(fs::read(&module).map_err(|error| Error::File(module.clone(), error))?)
    } else {
        None
    };
    Ok(Package { folder: shown_folder(path), sources, module })
}

/// A folder as locations show it: without `./`, with a slash at the end.
fn shown_folder(folder: &Path) -> String {
    let text: PathBuf = folder.components().filter(|part| !matches!(part, std::path::Component::CurDir)).collect();
    if text.as_os_str().is_empty() { String::new() } else { format!("{}/", text.display()) }
}

fn show(args: &Args, report: &Report) -> Result<(), Error> {
    let colours = io::stderr().is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    for issue in &report.issues {
        if args.json {
            input::say(format!("{}\n", as_json(issue, report)).as_bytes())?;
            continue;
        }
        let text =
            if args.short { format!("{issue}\n") } else { format!("{}\n", excerpt::render(issue, report, colours)) };
        // A closed standard error leaves nobody to tell.
        let _ = io::stderr().write_all(text.as_bytes());
    }
    Ok(())
}

fn as_json(issue: &Issue, report: &Report) -> Value {
    let place = |place: Place| -> Value {
        let Some(file) = report.files.get(place.file) else { return Value::Null };
        let (start, end) = (file.position(place.span.start), file.position(place.span.end));
        json!({
            "file": file.name(),
            "line": start.line,
            "column": start.column,
            "end_line": end.line,
            "end_column": end.column,
        })
    };
    let related: Vec<Value> =
        issue.related.iter().map(|(at, words)| json!({ "place": place(*at), "message": words })).collect();
    let suggestion = issue.suggestion.as_ref().map(|suggestion| {
        let edit = suggestion
            .edit
            .as_ref()
            .zip(issue.place)
            .map(|((span, text), at)| json!({ "place": place(Place { span: *span, ..at }), "replacement": text }));
        json!({ "message": suggestion.message, "edit": edit })
    });
    let value = |arg: &Arg| match arg {
        Arg::Count(count) => json!(count),
        text => json!(text.to_string()),
    };
    let args = issue.finding.args();
    let arguments = args.iter().map(|(name, arg)| json!({ "name": name, "kind": arg.kind(), "value": value(arg) }));
    json!({
        "code": issue.finding.code(),
        "kind": issue.finding.kind(),
        "arguments": arguments.collect::<Vec<_>>(),
        "category": issue.category.name(),
        "location": issue.location,
        "message": issue.message,
        "place": issue.place.map(place),
        "related": related,
        "suggestion": suggestion,
    })
}
