//! One program run to its end, with every observable.

use regno_bytecode::event::{GasSchedule, size};
use regno_bytecode::module::Module;
use regno_runtime::{Config, LoadError, Machine, Metering, Program, Report, RunError};
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
    let program = Program::load(module, &GasSchedule::reference()).map_err(ExecuteError::Load)?;
    let config = Config {
        gas_limit: settings.gas_limit,
        max_alloc: settings.max_alloc,
        metering: settings.metering,
        ..Config::default()
    };
    let mut machine = Machine::new(&program, config);
    let mut execution = Execution::default();
    let text = |error: RunError| error.to_string();
    let result = machine.run_init().map_err(text).and_then(|()| {
        execution.loaded = machine.report();
        if let Some(text) = no_main {
            return Err(text);
        }
        execution.main_started = true;
        machine.run_main().map_err(text)
    });
    execution.total = machine.report();
    execution.error = result.err();
    execution.output = machine.take_output();
    Ok(execution)
}

/// The execution of a package that was refused at compile time. The checks of the reference come after the package value and its
/// block are allocated (spec/03 §5.1), so a checked package has paid for them.
pub fn refused(text: String, parse_gas: u64, checked: bool, settings: Settings) -> Execution {
    let bytes = if checked && settings.max_alloc.is_some() { u64::from(size::PACKAGE + size::BLOCK) } else { 0 };
    let total = Report::refused(parse_gas, bytes);
    Execution { error: Some(text), total, ..Execution::default() }
}
