//! A file run as a filetest (spec/05 §10): its result row. How it compares with the directives: [`crate::verdict`].

use crate::coins::parse_coins;
use crate::compile::CompileError;
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
    run_with(session, file, text, &Directives::parse(&String::from_utf8_lossy(text)), settings, GoCheck::Made)
}

/// What Go's type checker says about a filetest: a part of its result, or asked before the run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum GoCheck {
    /// It goes into the row.
    Made,
    /// The row does without.
    LeftOut,
}

/// [`run`] with directives that are parsed already.
pub(crate) fn run_with(
    session: &mut Session<'_>,
    file: &str,
    text: &[u8],
    directives: &Directives,
    settings: Settings,
    go: GoCheck,
) -> Row {
    let prepared = prepare(session, file, text, directives, settings, |session, unit, scene, settings| {
        let execution = run_unit(session, scene, unit, settings, &mut Memory::default());
        let checked = (go == GoCheck::Made).then(|| session.type_check(&scene.path, unit)).flatten();
        Row { typecheck_error: checked.unwrap_or_default(), ..row_of(file, &execution) }
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
    let mut program = match session.compile_unit(path, Some(expected_name(path)), unit) {
        Ok(program) => program,
        Err(CompileError { program: Some(program), .. }) => *program,
        Err(error) => return refused(&error, settings),
    };
    let settings = Settings { environment: Environment::Testing, ..settings };
    let no_main = program.no_main.take();
    let execution = execute_kept(program.into_modules(), no_main, settings, scene, keep);
    execution.unwrap_or_else(|error| unusable(error.to_string()))
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
pub(crate) fn event_json(event: &Event) -> Value {
    let attributes = event.attributes.iter().map(|(key, value)| json!({ "key": key, "value": value }));
    json!({ "type": event.ty, "attrs": attributes.collect::<Vec<_>>(), "pkg_path": event.pkg_path })
}

/// Gas by category, zero categories left out.
fn categories(report: &Report) -> Map<String, Value> {
    report.by_category().filter(|(_, gas)| *gas != 0).map(|(name, gas)| (name.to_owned(), Value::from(gas))).collect()
}
