//! A file run as a filetest (spec/05 §10): its result row, and the check against its own directives.

use crate::coins::parse_coins;
use crate::directives::Directives;
use crate::execute::{Execution, Scene, Settings, execute_kept, refused, unusable};
use crate::keep::{Keep, Memory};
use crate::session::Session;
use crate::unit::Unit;
use bumpalo::Bump;
use regno_bytecode::module::Module;
use regno_frontend::package::expected_name;
use regno_frontend::source::SourceFile;
use regno_runtime::{Environment, Event, Report};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// The result of one file, with the keys of the recorded corpora. Empty keys are left out of the JSON.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct Row {
    /// The file as it was named.
    pub file: String,
    /// What the program printed.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub output: String,
    /// Run-time or compile error.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub error: String,
    /// What Go's type checker says; it does not stop the run.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub typecheck_error: String,
    /// Stack trace of the error.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub stacktrace: String,
    /// Events emitted, as in their directive.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<Value>,
    /// Operation log of the store since `main` began.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub realm: String,
    /// Bytes added to the storage of each realm.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub storage: String,
    /// Total gas.
    pub gas: u64,
    /// Total gas by category.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub gas_by: Map<String, Value>,
    /// Gas spent in `main()`.
    #[serde(skip_serializing_if = "is_zero")]
    pub main_gas: u64,
    /// Gas spent in `main()` by category.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub main_gas_by: Map<String, Value>,
    /// Allocation counter at the end.
    #[serde(skip_serializing_if = "is_zero_signed")]
    pub alloc_bytes: i64,
    /// Its peak.
    #[serde(skip_serializing_if = "is_zero_signed")]
    pub alloc_peak: i64,
    /// Cycles: operation constants only.
    #[serde(skip_serializing_if = "is_zero")]
    pub cycles: u64,
    /// With a check: whether all directives match.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ok: Option<bool>,
    /// With a check: the directives that differ.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mismatch: Vec<String>,
}

fn is_zero(value: &u64) -> bool {
    *value == 0
}

fn is_zero_signed(value: &i64) -> bool {
    *value == 0
}

/// Runs a source text as a filetest, with the packages of the session.
///
/// The file's `MAXALLOC` directive, if any, overrides the allocation limit of the settings.
pub fn run(session: &mut Session<'_>, file: &str, text: &[u8], settings: Settings) -> Row {
    run_with(session, file, text, &Directives::parse(&String::from_utf8_lossy(text)), settings)
}

/// Runs a source text and compares the result with the file's directives.
pub fn run_checked(session: &mut Session<'_>, file: &str, text: &[u8], settings: Settings) -> Row {
    let directives = Directives::parse(&String::from_utf8_lossy(text));
    let mut row = run_with(session, file, text, &directives, settings);
    row.mismatch = mismatches(&directives, &row);
    row.ok = Some(row.mismatch.is_empty());
    row
}

fn run_with(session: &mut Session<'_>, file: &str, text: &[u8], directives: &Directives, settings: Settings) -> Row {
    let prepared = prepare(session, file, text, directives, settings, |session, unit, scene, settings| {
        let execution = run_unit(session, scene, unit, settings, &mut Memory::default());
        let typecheck_error = session.type_check(&scene.path, unit).unwrap_or_default();
        Row { typecheck_error, ..row_of(file, &execution) }
    });
    prepared.unwrap_or_else(|execution| row_of(file, &execution))
}

/// Runs a source text as a filetest whose packages `keep` keeps between making them and `main`.
pub fn execution(
    session: &mut Session<'_>,
    file: &str,
    text: &[u8],
    settings: Settings,
    keep: &mut dyn Keep,
) -> Execution {
    let directives = Directives::parse(&String::from_utf8_lossy(text));
    let prepared = prepare(session, file, text, &directives, settings, |session, unit, scene, settings| {
        run_unit(session, scene, unit, settings, keep)
    });
    prepared.unwrap_or_else(|execution| *execution)
}

/// The modules of a filetest, with those that it imports; none if it is refused.
pub fn modules(session: &mut Session<'_>, file: &str, text: &[u8]) -> Option<Vec<Module>> {
    let directives = Directives::parse(&String::from_utf8_lossy(text));
    let prepared = prepare(session, file, text, &directives, Settings::default(), |session, unit, scene, _| {
        session.compile_unit(&scene.path, Some(expected_name(&scene.path)), unit).ok()
    });
    Some(prepared.ok()??.into_modules())
}

/// Loads what a filetest imports and reads its directives for `run`, or gives the execution that ends with it.
fn prepare<R>(
    session: &mut Session<'_>,
    file: &str,
    text: &[u8],
    directives: &Directives,
    settings: Settings,
    run: impl FnOnce(&mut Session<'_>, &Unit<'_>, &Scene, Settings) -> R,
) -> Result<R, Box<Execution>> {
    let path = directives.get("PKGPATH").unwrap_or("main").to_owned();
    let settings = settings_for(directives, settings).map_err(|message| Box::new(unusable(message)))?;
    // Once its imports are loaded, the file is called without the suffix of a filetest.
    let name = base_name(file);
    let sources = [SourceFile::new(name.replace("_filetest", ""), text)];
    let arena = Bump::new();
    let unit = session.parse(&arena, &sources);
    session.load_imports(&unit, name).map_err(|error| Box::new(refused(&error, settings)))?;
    let send = parse_coins(directives.get("SEND").unwrap_or_default());
    let send = send.map_err(|message| Box::new(unusable(message)))?;
    Ok(run(session, &unit, &Scene { path, send }, settings))
}

/// What differs between a file's directives and its result, as `gno test` shows it (spec/05 §10.1).
#[must_use]
pub fn explain(text: &str, row: &Row) -> String {
    let directives = Directives::parse(text);
    if !row.error.is_empty() && directives.get("Error").is_none() {
        return format!("unexpected panic: {}\noutput:\n{}", row.error, row.output);
    }
    if !row.output.is_empty() && directives.get("Output").is_none() && row.error.is_empty() {
        return format!("unexpected output:\n{}", row.output);
    }
    let mut parts = Vec::new();
    for name in &row.mismatch {
        let got = match name.as_str() {
            "Error" => row.error.clone(),
            "Output" => row.output.clone(),
            "TypeCheckError" => row.typecheck_error.clone(),
            "Realm" => row.realm.clone(),
            "Storage" => row.storage.clone(),
            "Events" => events_text(&row.events),
            "Stacktrace" => row.stacktrace.clone(),
            _ => row.gas.to_string(),
        };
        parts.push(format!("{name} diff:\n{}", diff(directives.get(name).unwrap_or_default(), got.trim_end())));
    }
    parts.join("\n")
}

/// Lines that only one of two texts has: `-` of the first, `+` of the second.
fn diff(want: &str, got: &str) -> String {
    let (want, got): (Vec<&str>, Vec<&str>) = (want.lines().collect(), got.lines().collect());
    let start = want.iter().zip(&got).take_while(|(a, b)| a == b).count();
    let end = want[start..].iter().rev().zip(got[start..].iter().rev()).take_while(|(a, b)| a == b).count();
    let mut text = String::from("--- Expected\n+++ Actual\n");
    let side = |sign: char, lines: &[&str]| {
        lines[start..lines.len() - end].iter().map(|line| format!("{sign}{line}\n")).collect::<String>()
    };
    text.push_str(&format!("@@ line {} @@\n", start + 1));
    text.push_str(&side('-', &want));
    text.push_str(&side('+', &got));
    text
}

fn settings_for(directives: &Directives, settings: Settings) -> Result<Settings, String> {
    let Some(text) = directives.get("MAXALLOC") else { return Ok(settings) };
    match text.trim().parse::<u64>() {
        Ok(0) => Ok(Settings { max_alloc: None, ..settings }),
        Ok(limit) => Ok(Settings { max_alloc: Some(limit), ..settings }),
        Err(error) => Err(format!("could not parse MAXALLOC directive: {error}")),
    }
}

/// The file's name without folders.
fn base_name(file: &str) -> &str {
    file.rsplit(['/', '\\']).next().unwrap_or(file)
}

fn run_unit(
    session: &mut Session<'_>,
    scene: &Scene,
    unit: &Unit<'_>,
    settings: Settings,
    keep: &mut dyn Keep,
) -> Execution {
    let path = &scene.path;
    match session.compile_unit(path, Some(expected_name(path)), unit) {
        Ok(mut program) => {
            let settings = Settings { environment: Environment::Testing, ..settings };
            let no_main = program.no_main.take();
            let execution = execute_kept(program.into_modules(), no_main, settings, scene, keep);
            execution.unwrap_or_else(|error| unusable(error.to_string()))
        }
        Err(error) => refused(&error, settings),
    }
}

fn row_of(file: &str, execution: &Execution) -> Row {
    let main = execution.main_report();
    Row {
        file: file.to_owned(),
        output: String::from_utf8_lossy(&execution.output).into_owned(),
        error: execution.error.clone().unwrap_or_default(),
        typecheck_error: String::new(),
        stacktrace: execution.stacktrace.clone(),
        events: execution.events.iter().map(event_json).collect(),
        realm: execution.realm.clone(),
        storage: execution.storage.clone(),
        gas: execution.total.gas,
        gas_by: categories(&execution.total),
        main_gas: main.gas,
        main_gas_by: categories(&main),
        alloc_bytes: execution.total.alloc_bytes,
        alloc_peak: execution.total.alloc_peak,
        cycles: execution.total.cycles,
        ok: None,
        mismatch: Vec::new(),
    }
}

/// An event as the reference encodes it (spec/05 §8.4).
fn event_json(event: &Event) -> Value {
    let attributes = event.attributes.iter().map(|(key, value)| json!({ "key": key, "value": value }));
    json!({ "type": event.ty, "attrs": attributes.collect::<Vec<_>>(), "pkg_path": event.pkg_path })
}

/// Events as their directive has them: indented, what HTML could take for markup as escapes (spec/05 §8.4).
fn events_text(events: &[Value]) -> String {
    if events.is_empty() {
        return "null".to_owned();
    }
    let text = serde_json::to_string_pretty(events).unwrap_or_default();
    let escapes = [('<', "u003c"), ('>', "u003e"), ('&', "u0026"), ('\u{2028}', "u2028"), ('\u{2029}', "u2029")];
    escapes.iter().fold(text, |text, (char, escape)| text.replace(*char, &format!("\\{escape}")))
}

/// Gas by category, zero categories left out.
fn categories(report: &Report) -> Map<String, Value> {
    report.by_category().filter(|(_, gas)| *gas != 0).map(|(name, gas)| (name.to_owned(), Value::from(gas))).collect()
}

/// Names of the directives that the row does not satisfy.
fn mismatches(directives: &Directives, row: &Row) -> Vec<String> {
    let mut found = Vec::new();
    let mut compare = |name: &str, got: &str, required: bool| {
        let want = directives.get(name);
        let equal = want.unwrap_or("").trim_end_matches('\n') == got.trim_end_matches('\n');
        if (want.is_some() || required) && !equal {
            found.push(name.to_owned());
        }
    };
    let output: Vec<&str> = row.output.lines().map(|line| line.trim_end_matches(' ')).collect();
    compare("Error", &row.error, true);
    compare("Output", &output.join("\n"), row.error.is_empty());
    compare("TypeCheckError", &row.typecheck_error, false);
    compare("Realm", &row.realm, false);
    compare("Storage", &row.storage, false);
    compare("Events", &events_text(&row.events), false);
    compare("Stacktrace", row.stacktrace.trim_end(), false);
    compare("Gas", &row.gas.to_string(), false);
    found
}
