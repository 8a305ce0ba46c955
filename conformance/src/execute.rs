//! One program run to its end, with every observable.

use crate::compile::CompileError;
use crate::keep::{Keep, Memory};
use regno_bytecode::event::GasSchedule;
use regno_bytecode::module::Module;
use regno_bytecode::path::is_realm;
use regno_runtime::{
    Coin, Collection, Config, Context, Descriptor, Environment, Event, LoadError, Machine, Metering, Program, Report,
    RunError, TestBanker, package_address,
};
use regno_store::StoreError;
use std::fmt;

/// How to run a program.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Settings {
    /// Gas limit; `None` only counts.
    pub gas_limit: Option<u64>,
    /// Allocation limit in bytes; `None` is the reference's nil allocator: nothing is counted or charged.
    pub max_alloc: Option<u64>,
    /// Metering mode.
    pub metering: Metering,
    /// When the heap frees dead objects.
    pub collection: Collection,
    /// Which natives there are.
    pub environment: Environment,
}

/// What a program did.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Execution {
    /// What it printed.
    pub output: Vec<u8>,
    /// Text of the uncaught panic, fatal error or compile error.
    pub error: Option<String>,
    /// Figures at the end.
    pub total: Report,
    /// Figures when the package was loaded and initialised, before `main`; zero if it never was.
    pub loaded: Report,
    /// Whether `main` was reached.
    pub main_started: bool,
    /// Events that it emitted.
    pub events: Vec<Event>,
    /// Stack trace of the error.
    pub stacktrace: String,
    /// Operation log of the store since `main` began; empty where the main package is no realm.
    pub realm: String,
    /// Bytes that each realm's finalizations have added, as the `Storage` directive shows it.
    pub storage: String,
}

/// What a filetest finds in its context (spec/05 §10.2).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Scene {
    /// Path of the package.
    pub path: String,
    /// Coins that were sent with the call.
    pub send: Vec<Coin>,
}

/// The caller in filetests (spec/05 §8.1).
const CALLER: &str = "g1wymu47drhr0kuq2098m792lytgtj2nyx77yrsm";

impl Scene {
    /// The context before anything runs. The banker has what was sent at the address of the package.
    fn context(&self) -> Context {
        let mut banker = TestBanker::default();
        banker.credit(&package_address(&self.path), &self.send);
        let caller = if is_realm(&self.path) { String::new() } else { CALLER.to_owned() };
        Context {
            origin_caller: caller,
            origin_send: self.send.clone(),
            banker: Box::new(banker),
            ..Context::default()
        }
    }
}

impl Execution {
    /// The figures of `main` alone, by category; everything if the package never got there.
    pub fn main_report(&self) -> Report {
        self.total.since(&self.loaded)
    }
}

/// Why a module cannot run at all.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ExecuteError {
    /// The module was refused.
    Load(LoadError),
}

impl fmt::Display for ExecuteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ExecuteError::Load(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ExecuteError {}

/// Initialises the package and runs `main`.
///
/// # Errors
///
/// Only if the module is not acceptable; whatever the program itself does wrong is in the result.
pub fn execute(module: Module, settings: Settings) -> Result<Execution, ExecuteError> {
    execute_main(module, None, settings)
}

/// Initialises the package and runs `main`, unless it cannot be called: `no_main` says why.
///
/// # Errors
///
/// Only if the module is not acceptable; whatever the program itself does wrong is in the result.
pub fn execute_main(module: Module, no_main: Option<String>, settings: Settings) -> Result<Execution, ExecuteError> {
    execute_linked(vec![module], no_main, settings)
}

/// Initialises a package and those that it imports and runs its `main`, as [`execute_main`]. The imported packages come before it in
/// `modules`, each after those that it imports itself; what they charge and print does not count.
///
/// # Errors
///
/// Only if the modules are not acceptable; whatever the program itself does wrong is in the result.
pub fn execute_linked(
    modules: Vec<Module>,
    no_main: Option<String>,
    settings: Settings,
) -> Result<Execution, ExecuteError> {
    execute_scene(modules, no_main, settings, &Scene::default())
}

/// As [`execute_linked`], in the context of a filetest if the scene has a path.
///
/// # Errors
///
/// As [`execute_linked`].
pub fn execute_scene(
    modules: Vec<Module>,
    no_main: Option<String>,
    settings: Settings,
    scene: &Scene,
) -> Result<Execution, ExecuteError> {
    execute_kept(modules, no_main, settings, scene, &mut Memory::default())
}

/// As [`execute_scene`], with the packages kept by `keep` between making them and `main`.
///
/// # Errors
///
/// As [`execute_linked`].
pub fn execute_kept(
    modules: Vec<Module>,
    no_main: Option<String>,
    settings: Settings,
    scene: &Scene,
    keep: &mut dyn Keep,
) -> Result<Execution, ExecuteError> {
    let program = Program::link(modules, &GasSchedule::reference(), settings.environment);
    let program = program.map_err(ExecuteError::Load)?;
    let config = Config {
        gas_limit: settings.gas_limit,
        max_alloc: settings.max_alloc,
        metering: settings.metering,
        collection: settings.collection,
        ..Config::default()
    };
    let mut machine = Machine::new(&program, config);
    if !scene.path.is_empty() {
        *machine.context_mut() = scene.context();
    }
    let mut execution = Execution::default();
    let text = |error: RunError| error.to_string();
    let result = initialise(&mut machine, &program, settings.environment, keep).map_err(text).and_then(|()| {
        execution.loaded = machine.report();
        if let Some(text) = no_main {
            return Err(text);
        }
        execution.main_started = true;
        if !scene.path.is_empty() {
            machine.context_mut().origin_caller = CALLER.to_owned();
        }
        machine.run_main().map_err(text)
    });
    execution.realm = machine.take_log();
    for (path, diff) in machine.storage() {
        execution.storage.push_str(&format!("{path}: {diff}\n"));
    }
    execution.total = machine.report();
    execution.error = result.err();
    execution.output = machine.take_output();
    execution.events = std::mem::take(&mut machine.context_mut().events);
    execution.stacktrace = machine.take_stacktrace();
    Ok(execution)
}

/// Makes all packages. In tests and where realms take part they are put into a store, and the machine goes on with what it loads from
/// there. A main package that is a realm is made together with the realms that it imports, stored and loaded too, and its
/// initialisation does not pay for the store (spec/05 §10.2).
fn initialise(
    machine: &mut Machine,
    program: &Program,
    environment: Environment,
    keep: &mut dyn Keep,
) -> Result<(), RunError> {
    let stored = environment == Environment::Testing || program.packages().any(is_realm);
    if !stored || !machine.has_realms() {
        return machine.run_init();
    }
    machine.set_store_free(true);
    let paths: Vec<&str> = program.packages().collect();
    let Some(main) = paths.len().checked_sub(1).map(|main| main as u32) else { return Ok(()) };
    let is_realm = |package: u32| paths.get(package as usize).is_some_and(|path| is_realm(path));
    let one_transaction = is_realm(main) || environment != Environment::Testing;
    let (together, before): (Vec<u32>, Vec<u32>) = (0..main).partition(|&package| one_transaction && is_realm(package));
    before.into_iter().try_for_each(|package| machine.init_package(package, false))?;
    reopen(machine, keep)?;
    machine.set_store_free(true);
    for package in together {
        machine.make_package(package);
        machine.init_package(package, false)?;
    }
    machine.set_store_free(is_realm(main));
    machine.make_package(main);
    machine.init_package(main, true)?;
    if !is_realm(main) {
        return Ok(());
    }
    reopen(machine, keep)?;
    if let Some(program) = keep.program() {
        machine.replace_program(&program)?;
    }
    machine.load_package(main)?;
    machine.start_log();
    Ok(())
}

fn reopen(machine: &mut Machine, keep: &mut dyn Keep) -> Result<(), RunError> {
    let failed = |error: StoreError| RunError::Fatal(error.to_string());
    let below = keep.reopen(&machine.close_store()).map_err(failed)?;
    machine.reopen(below)
}

/// The execution of a package that was refused before it was made: the gas of its parse, which can run out.
pub fn refused(error: &CompileError, settings: Settings) -> Execution {
    let mut report = Report::default();
    let mut text = error.text.clone();
    for &gas in &error.parse_charges {
        report.parse_gas += u64::from(gas);
        report.gas = report.parse_gas;
        if report.gas > settings.gas_limit.unwrap_or(u64::MAX) {
            text = format!("out of gas in location: {}", Descriptor::Parsing.name());
            break;
        }
    }
    Execution { error: Some(text), total: report, ..Execution::default() }
}

/// The execution of something that never became a package.
pub fn unusable(text: String) -> Execution {
    Execution { error: Some(text), ..Execution::default() }
}
