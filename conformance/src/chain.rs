//! A single user's chain on a store: packages added, functions called, scripts run, each as one message that happens as a whole
//! or not at all (spec/07 in its local form).
//!
//! A message is a program: the package that is added or run, with all that it imports, on a machine over a snapshot of the store.
//! Packages that are stored are loaded when they are used; library packages that are not stored yet are made and stored with the
//! message that first needs them. What the machine has written becomes one batch.

use crate::compile::{CompileError, Source};
use crate::session::Session;
use crate::store::SourceStore;
use regno_bytecode::event::GasSchedule;
use regno_bytecode::module::{FunctionKind, Module};
use regno_bytecode::types::TypeKind;
use regno_frontend::package::{PackageFile, PackageSource, Packages};
use regno_runtime::{Config, Context, Environment, Event, Machine, Program, Report, RunError};
use regno_store::model::MemPackage;
use regno_store::{Space, Store, StoreError, decode, keys};
use std::borrow::Cow;
use std::fmt;
use std::rc::Rc;

/// Why a message failed; nothing of it is in the store.
#[derive(Clone, PartialEq, Debug)]
pub enum ChainError {
    /// The store.
    Store(StoreError),
    /// A package is refused at compile time.
    Compile(String),
    /// The program failed.
    Run(RunError),
    /// The message itself makes no sense.
    Message(String),
}

impl fmt::Display for ChainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ChainError::Store(error) => error.fmt(f),
            ChainError::Compile(text) | ChainError::Message(text) => f.write_str(text),
            ChainError::Run(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ChainError {}

impl From<StoreError> for ChainError {
    fn from(error: StoreError) -> ChainError {
        ChainError::Store(error)
    }
}

impl From<CompileError> for ChainError {
    fn from(error: CompileError) -> ChainError {
        ChainError::Compile(error.text)
    }
}

/// How messages are executed.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Gas limit; `None` only counts.
    pub gas_limit: Option<u64>,
    /// Allocation limit in bytes.
    pub max_alloc: Option<u64>,
    /// Execute, but write nothing.
    pub simulate: bool,
}

/// What a message did.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Outcome {
    /// What the program printed.
    pub output: Vec<u8>,
    /// Text of the results of a call (spec/07 §3.2).
    pub results: Vec<String>,
    /// Figures.
    pub report: Report,
    /// Bytes added to the storage of each realm.
    pub storage: Vec<(String, i64)>,
    /// Events emitted.
    pub events: Vec<Event>,
}

/// Packages of a store, and below them those of a library.
struct Stored<'c> {
    store: &'c dyn Store,
    library: &'c dyn Packages,
}

impl Packages for Stored<'_> {
    fn package(&self, path: &str) -> Option<Rc<PackageSource>> {
        if let Some(library) = self.library.package(path) {
            return Some(library);
        }
        let source = source_of(self.store, path).ok().flatten()?;
        let files = source.files.into_iter().filter(|(name, _)| regno_frontend::package::is_production_file(name));
        let files = files.map(|(name, text)| PackageFile { name, text: Cow::Owned(text), overlay: false });
        Some(Rc::new(PackageSource {
            path: path.to_owned(),
            files: files.collect(),
            library: false,
            private: false,
            draft: false,
        }))
    }
}

/// The source of a stored package.
///
/// # Errors
///
/// [`StoreError`].
pub fn source_of(store: &dyn Store, path: &str) -> Result<Option<MemPackage>, StoreError> {
    let key = keys::source(path, false);
    let Some(bytes) = store.snapshot()?.get(Space::Merkle, &key)? else { return Ok(None) };
    match decode::mem_package(&bytes) {
        Ok(package) => Ok(Some(package)),
        Err(error) => Err(StoreError::Damaged { key, reason: error.to_string() }),
    }
}

/// Paths of the stored packages, in the order in which they were added.
///
/// # Errors
///
/// [`StoreError`].
pub fn packages(store: &dyn Store) -> Result<Vec<String>, StoreError> {
    let mut paths = Vec::new();
    store.snapshot()?.scan(Space::Base, keys::PACKAGE_INDEX, &mut |_, path| {
        paths.push(String::from_utf8_lossy(path).into_owned());
        true
    })?;
    Ok(paths)
}

/// A chain: a store, and the library that its packages may import.
pub struct Chain<'c> {
    store: &'c dyn Store,
    packages: Stored<'c>,
    sources: SourceStore,
    options: Options,
}

impl fmt::Debug for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chain").field("options", &self.options).finish_non_exhaustive()
    }
}

/// Marks the results among what a call prints.
const MARK: &str = "\x01result";

impl<'c> Chain<'c> {
    /// A chain on a store.
    #[must_use]
    pub fn new(store: &'c dyn Store, library: &'c dyn Packages, options: Options) -> Chain<'c> {
        Chain { store, packages: Stored { store, library }, sources: SourceStore::default(), options }
    }

    /// Adds a package.
    ///
    /// # Errors
    ///
    /// [`ChainError`]; then it is not added.
    pub fn add(&self, path: &str, sources: &[Source], context: Context) -> Result<Outcome, ChainError> {
        if packages(self.store)?.iter().any(|known| known == path) {
            return Err(ChainError::Message(format!("package already exists: {path}")));
        }
        let mut session = Session::new(&self.sources, &self.packages);
        let program = session.compile(path, None, sources)?;
        let name = program.module.name.clone();
        let source = MemPackage {
            name,
            path: path.to_owned(),
            files: sources.iter().map(|source| (source.name.clone(), source.text.clone())).collect(),
            kind: "MPUserAll".to_owned(),
        };
        let modules = with_library(&mut session, program.into_modules())?;
        let (mut machine, program) = self.machine(modules, context)?;
        self.message(&mut machine, |machine| {
            make_missing(machine, &program)?;
            machine.add_source(&source)
        })
    }

    /// Runs the `main` of a package that is not kept.
    ///
    /// # Errors
    ///
    /// [`ChainError`]; then nothing has happened.
    pub fn run(&self, sources: &[Source], context: Context) -> Result<Outcome, ChainError> {
        let mut session = Session::new(&self.sources, &self.packages);
        let path = format!("gno.land/e/{}/run", context.origin_caller);
        let program = session.compile(&path, None, sources)?;
        if let Some(text) = program.no_main {
            return Err(ChainError::Compile(text));
        }
        let modules = with_library(&mut session, program.into_modules())?;
        let (mut machine, program) = self.machine(modules, context)?;
        self.message(&mut machine, |machine| {
            make_missing(machine, &program)?;
            machine.run_main()
        })
    }

    /// Calls a crossing function of a realm with arguments given as text (spec/07 §3.1).
    ///
    /// # Errors
    ///
    /// [`ChainError`]; then nothing has happened.
    pub fn call(&self, path: &str, func: &str, args: &[String], context: Context) -> Result<Outcome, ChainError> {
        let mut session = Session::new(&self.sources, &self.packages);
        session.modules(&[path.to_owned()])?;
        let signature = session.module(path).and_then(|module| Signature::of(module, func));
        let signature = signature.ok_or_else(|| ChainError::Message(format!("name {func} not declared")))?;
        if !signature.crossing {
            return Err(ChainError::Message(format!(
                "function {func} is non-crossing and cannot be called with MsgCall; query with vm/qeval or use MsgRun"
            )));
        }
        let (want, got) = (signature.params.len() + 1, args.len() + 1);
        if want != got {
            return Err(ChainError::Message(format!(
                "wrong number of arguments in call to {func}: want {want} got {got}"
            )));
        }
        let mut text = String::from("cross");
        for (ty, arg) in signature.params.iter().zip(args) {
            text.push_str(", ");
            text.push_str(&literal(ty, arg).map_err(ChainError::Message)?);
        }
        self.evaluate(path, &format!("{func}({text})"), signature.results, context)
    }

    /// Evaluates an exported name or a call of an exported function that does not cross, as a query: nothing is written.
    ///
    /// # Errors
    ///
    /// [`ChainError`].
    pub fn query(&self, path: &str, expression: &str, context: Context) -> Result<Outcome, ChainError> {
        let mut session = Session::new(&self.sources, &self.packages);
        session.modules(&[path.to_owned()])?;
        let name = expression.split('(').next().unwrap_or_default().trim();
        let signature = session.module(path).and_then(|module| Signature::of(module, name));
        let results = signature.filter(|_| expression.contains('(')).map_or(1, |signature| signature.results);
        let options = Options { simulate: true, ..self.options.clone() };
        let chain = Chain::new(self.store, self.packages.library, options);
        chain.evaluate(path, expression, results, context)
    }

    fn evaluate(&self, path: &str, expression: &str, results: usize, context: Context) -> Result<Outcome, ChainError> {
        let names: Vec<String> = (0..results).map(|result| format!("r{result}")).collect();
        let assign = if names.is_empty() { String::new() } else { format!("{} := ", names.join(", ")) };
        let prints: String =
            names.iter().map(|name| format!("\tprintln(\"\\x01result\", []interface{{}}{{{name}}})\n")).collect();
        let text = format!(
            "package main\n\nimport target {path:?}\n\nfunc main() {{\n\t{assign}target.{expression}\n{prints}}}\n"
        );
        let source = Source { name: "call.gno".to_owned(), text: text.into_bytes() };
        let mut outcome = self.run(std::slice::from_ref(&source), context)?;
        let output = String::from_utf8_lossy(&outcome.output).into_owned();
        let mut printed = String::new();
        for line in output.split_inclusive('\n') {
            match line.strip_prefix(MARK) {
                Some(result) => {
                    let result = result.trim_end_matches('\n').trim_start();
                    let inner = result.strip_prefix("slice[").and_then(|rest| rest.strip_suffix(']'));
                    outcome.results.push(inner.unwrap_or(result).to_owned());
                }
                None => printed.push_str(line),
            }
        }
        outcome.output = printed.into_bytes();
        Ok(outcome)
    }

    fn machine(&self, modules: Vec<Module>, context: Context) -> Result<(Machine, Program), ChainError> {
        let program = Program::link(modules, &GasSchedule::reference(), Environment::Production)
            .map_err(|error| ChainError::Compile(error.to_string()))?;
        let config =
            Config { gas_limit: self.options.gas_limit, max_alloc: self.options.max_alloc, ..Config::default() };
        let mut machine = Machine::new(&program, config);
        *machine.context_mut() = context;
        machine.reopen(self.store.snapshot()?).map_err(ChainError::Run)?;
        Ok((machine, program))
    }

    /// Executes a message and writes what it did.
    fn message(
        &self,
        machine: &mut Machine,
        execute: impl FnOnce(&mut Machine) -> Result<(), RunError>,
    ) -> Result<Outcome, ChainError> {
        execute(machine).map_err(ChainError::Run)?;
        let writes = machine.take_writes();
        if !self.options.simulate {
            self.store.write(&writes)?;
        }
        Ok(Outcome {
            output: machine.take_output(),
            results: Vec::new(),
            report: machine.report(),
            storage: machine.storage(),
            events: std::mem::take(&mut machine.context_mut().events),
        })
    }
}

/// A program of one package has no realms; a library package beside it makes them take part.
fn with_library(session: &mut Session<'_>, modules: Vec<Module>) -> Result<Vec<Module>, ChainError> {
    if modules.len() > 1 {
        return Ok(modules);
    }
    let mut all: Vec<Module> =
        session.modules(&["errors".to_owned()])?.iter().map(|module| Module::clone(module)).collect();
    all.extend(modules);
    Ok(all)
}

/// Makes the packages of a program that are not stored: those it imports without charges, then the package itself.
fn make_missing(machine: &mut Machine, program: &Program) -> Result<(), RunError> {
    let paths: Vec<String> = program.packages().map(str::to_owned).collect();
    let Some(main) = paths.len().checked_sub(1) else { return Ok(()) };
    machine.set_store_free(true);
    for (package, path) in paths.iter().enumerate().take(main) {
        if !machine.is_stored(path)? {
            machine.make_package(package as u32);
            machine.init_package(package as u32, false)?;
        }
    }
    machine.set_store_free(false);
    machine.make_package(main as u32);
    machine.init_package(main as u32, true)
}

/// What a call needs to know of a function.
struct Signature {
    crossing: bool,
    /// Types as written, without the realm.
    params: Vec<String>,
    results: usize,
}

impl Signature {
    fn of(module: &Module, name: &str) -> Option<Signature> {
        let index = |ty: regno_bytecode::types::TypeRef| ty.as_u32() as usize;
        let function = module
            .functions
            .iter()
            .find(|function| function.name == name && function.kind == FunctionKind::Declared)?;
        let ty = module.types.get(index(function.signature?))?;
        let TypeKind::Func { params, results, .. } = &ty.kind else { return None };
        let kind = |ty: regno_bytecode::types::TypeRef| {
            let desc = module.types.get(index(ty))?;
            let base = module.types.get(index(desc.underlying))?;
            Some((desc.id.clone(), base.id.clone()))
        };
        let mut kinds = params.iter().map(|&ty| kind(ty)).collect::<Option<Vec<_>>>()?;
        let crossing = kinds.first().is_some_and(|(id, _)| id == ".uverse.realm");
        if crossing {
            kinds.remove(0);
        }
        Some(Signature { crossing, params: kinds.into_iter().map(|(_, base)| base).collect(), results: results.len() })
    }
}

/// An argument as an expression of its type.
fn literal(ty: &str, text: &str) -> Result<String, String> {
    let number = |signed: bool| {
        if text.starts_with('+') {
            return Err("numbers cannot start with +".to_owned());
        }
        let digits = if signed { text.strip_prefix('-').unwrap_or(text) } else { text };
        let valid = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let parser = if signed { "ParseInt" } else { "ParseUint" };
        let failed =
            |what: &str| Err(format!("error parsing {ty} {text:?}: strconv.{parser}: parsing {text:?}: {what}"));
        if !valid {
            return failed("invalid syntax");
        }
        let bits: u32 = ty.trim_start_matches("uint").trim_start_matches("int").parse().unwrap_or(64);
        let Ok(value) = text.parse::<i128>() else { return failed("value out of range") };
        let (low, high) = if signed { (-(1_i128 << (bits - 1)), (1 << (bits - 1)) - 1) } else { (0, (1 << bits) - 1) };
        if value < low || value > high {
            return failed("value out of range");
        }
        Ok(value.to_string())
    };
    match ty {
        "bool" if text == "true" || text == "false" => Ok(text.to_owned()),
        "bool" => Err(format!("unexpected bool value {text:?}")),
        "string" => Ok(quoted(text.as_bytes())),
        "int" | "int8" | "int16" | "int32" | "int64" => number(true),
        "uint" | "uint8" | "uint16" | "uint32" | "uint64" => number(false),
        "float32" | "float64" => match text.parse::<f64>() {
            Ok(value) if value.is_finite() && !text.starts_with('+') => Ok(format!("{value:?}")),
            _ => Err(format!("error parsing {ty} {text:?}")),
        },
        "[]uint8" => match regno_store::base64::decode(text) {
            Some(bytes) => Ok(format!("[]byte({})", quoted(&bytes))),
            None => Err(format!("error parsing byte array {text:?}: illegal base64 data")),
        },
        _ if ty.starts_with('[') => Err("unexpected slice type in contract arg".to_owned()),
        _ => Err(format!("unexpected type in contract arg: {ty}")),
    }
}

fn quoted(bytes: &[u8]) -> String {
    let mut text = String::from("\"");
    for &byte in bytes {
        match byte {
            b'"' | b'\\' => {
                text.push('\\');
                text.push(char::from(byte));
            }
            b' '..=b'~' => text.push(char::from(byte)),
            _ => text.push_str(&format!("\\x{byte:02x}")),
        }
    }
    text.push('"');
    text
}

/// What is wrong with a stored state: each entry that cannot be what was written, and each reference that leads nowhere.
///
/// # Errors
///
/// The store cannot be read.
pub fn verify(store: &dyn Store) -> Result<(u64, Vec<StoreError>), StoreError> {
    regno_store::verify::verify(&*store.snapshot()?)
}
