//! A machine: one program in execution.

use crate::config::Config;
use crate::heap::{Heap, Trap};
use crate::interp::{Cx, Exit};
use crate::load::{Program, RUN_RETURNED, Start, Tables, fill};
use crate::meter::{ALLOCATION_LIMIT, Descriptor, Meter, Stop};
use crate::natives::Context;
use crate::panic::Next;
use crate::report::Report;
use crate::trace::Traces;
use regno_bytecode::event::OpClass;
use regno_bytecode::path::has_realm;
use std::fmt;
use std::sync::Arc;

/// How a run failed. The text of each is what the reference reports (spec/05 §6.7).
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RunError {
    /// An uncaught panic, with the text of the whole chain.
    Panic(String),
    /// A fatal condition: no deferred call ran.
    Fatal(String),
    /// This charge crossed the gas limit.
    OutOfGas(Descriptor),
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RunError::Panic(text) | RunError::Fatal(text) => f.write_str(text),
            RunError::OutOfGas(descriptor) => write!(f, "out of gas in location: {}", descriptor.name()),
        }
    }
}

impl std::error::Error for RunError {}

/// A program in execution: its heap, stacks, meter and output.
///
/// Run [`Machine::run_init`] first, then [`Machine::run_main`]. After an error the machine only reports.
pub struct Machine {
    pub(crate) cx: Box<Cx>,
    /// Index of `string` in the type table.
    pub(crate) string_type: u32,
    /// The run is one of a package with a realm, so that the bottom frame is a boundary (spec/05 §4.1).
    pub(crate) stage_run: bool,
    pub(crate) stage_run_at_start: bool,
    /// A panic has left a printing method, which the reference runs in a nested machine loop (spec/05 §6.6).
    pub(crate) nested_broken: bool,
    pub(crate) describe_base: u32,
    /// Which packages have been initialised, or have begun to be.
    initialised: Vec<bool>,
    /// Place of a call that failed when its frame was pushed.
    pub(crate) failed_call: Option<u32>,
    /// The expression that the bottom frame stands for, if no function of the program has it.
    pub(crate) bottom_call: Option<String>,
    /// Stack traces of panics.
    pub(crate) traces: Traces,
    /// Stack trace of the failure.
    stacktrace: String,
    /// Why the machine cannot run any more.
    failed: Option<RunError>,
}

impl fmt::Debug for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Machine").field("report", &self.report()).field("failed", &self.failed).finish_non_exhaustive()
    }
}

impl Machine {
    /// A machine that has charged the parse gas and run nothing.
    pub fn new(program: &Program, config: Config) -> Machine {
        let mut machine = Machine::empty(program, config);
        if let Err(trap) = machine.fill_tables() {
            machine.failed = Some(machine.end(trap));
        }
        machine.fail_if_stopped();
        machine
    }

    /// The gas limit may be less than the parse has cost.
    pub(crate) fn fail_if_stopped(&mut self) {
        if self.cx.meter.stopped.is_some() {
            self.failed = Some(self.end(Trap::Stop));
        }
    }

    /// What runs is not the main package: it has cost nothing yet.
    pub(crate) fn forget_parse(&mut self) {
        self.cx.meter.forget_parse();
        self.failed = None;
    }

    /// A machine whose tables are not filled.
    pub(crate) fn empty(program: &Program, config: Config) -> Machine {
        let linked = Arc::clone(&program.linked);
        let string_type = linked.types.by_id("string").unwrap_or(0);
        Machine {
            cx: Box::new(Cx::new(linked, &config)),
            string_type,
            stage_run: false,
            stage_run_at_start: false,
            nested_broken: false,
            describe_base: 0,
            failed_call: None,
            bottom_call: None,
            traces: Traces::default(),
            stacktrace: String::new(),
            failed: None,
            initialised: vec![false; program.linked.packages.len()],
        }
    }

    /// String constants, function values and zero variables that the tables do not have yet.
    fn fill_tables(&mut self) -> Result<(), Trap> {
        let Cx { linked, heap, strings, roots, .. } = &mut *self.cx;
        fill(linked, heap, strings, &mut roots.functions, &mut roots.globals)
    }

    /// The tables anew, after all objects have been forgotten.
    pub(crate) fn refill_tables(&mut self) -> Result<(), RunError> {
        let filled = match Start::of(&self.cx.linked.clone()) {
            Some((heap, tables)) => self.copy_tables(heap, tables),
            None => self.fill_tables(),
        };
        filled.map_err(|trap| {
            let error = self.end(trap);
            self.failed = Some(error.clone());
            error
        })
    }

    fn copy_tables(&mut self, heap: &Heap, tables: &Tables) -> Result<(), Trap> {
        let Cx { heap: own, strings, roots, .. } = &mut *self.cx;
        own.begin_as(heap)?;
        strings.extend_from_slice(&tables.strings);
        roots.functions.extend_from_slice(&tables.functions);
        roots.globals.extend_from_slice(&tables.globals);
        Ok(())
    }

    /// Every package is taken for initialised: it is in the store.
    pub(crate) fn all_initialised(&mut self) {
        self.initialised.fill(true);
    }

    /// A package is to be made here although others are in the store.
    pub fn make_package(&mut self, package: u32) {
        if let Some(done) = self.initialised.get_mut(package as usize) {
            *done = false;
        }
    }

    /// Goes on with a program that [`Program::extend`] made of the machine's own: the machine then has its new packages, not yet
    /// initialised. Between runs only, not while one is in progress.
    ///
    /// # Errors
    ///
    /// The heap limit; then the machine cannot run any more.
    pub fn extend(&mut self, program: &Program) -> Result<(), RunError> {
        self.cx.replace_program(Arc::clone(&program.linked));
        self.initialised.resize(program.linked.packages.len(), false);
        self.string_type = program.linked.types.by_id("string").unwrap_or(0);
        self.fill_tables().map_err(|trap| {
            let error = self.end(trap);
            self.failed = Some(error.clone());
            error
        })
    }

    /// The execution context.
    pub fn context(&self) -> &Context {
        &self.cx.context
    }

    /// The execution context, to be changed.
    pub fn context_mut(&mut self) -> &mut Context {
        &mut self.cx.context
    }

    /// Initialises all packages that are not initialised yet: libraries without metering and output (spec/05 §10.2), then the
    /// main package.
    ///
    /// # Errors
    ///
    /// How the program failed; then the machine cannot run any more.
    pub fn run_init(&mut self) -> Result<(), RunError> {
        self.load_libraries()?;
        match self.initialised.len().checked_sub(1) {
            Some(main) => self.init_package(main as u32, true),
            None => Ok(()),
        }
    }

    /// Initialises the packages before the main package, those that are not initialised yet, as [`Machine::run_init`] does.
    ///
    /// # Errors
    ///
    /// As [`Machine::run_init`].
    pub fn load_libraries(&mut self) -> Result<(), RunError> {
        let main = self.initialised.len().saturating_sub(1) as u32;
        (0..main).try_for_each(|package| self.init_package(package, false))?;
        self.cx.heap.settle();
        Ok(())
    }

    /// Initialises a package, unless that has been done. If not `measured`, nothing is charged, no limit of gas or bytes holds, and
    /// what it prints is lost.
    ///
    /// # Errors
    ///
    /// As [`Machine::run_init`].
    pub fn init_package(&mut self, package: u32, measured: bool) -> Result<(), RunError> {
        let Some(done @ false) = self.initialised.get_mut(package as usize) else { return Ok(()) };
        *done = true;
        if measured {
            return self.initialise(package);
        }
        let free = Meter::free(Arc::clone(&self.cx.linked));
        let meter = std::mem::replace(&mut self.cx.meter, free);
        let output = self.cx.output.len();
        let result = self.initialise(package);
        self.cx.output.truncate(output);
        self.cx.meter = meter;
        result
    }

    /// Initialises a package's variables, then calls its `init` functions. In a machine with realms it is stored after each of both
    /// (spec/04 §9).
    fn initialise(&mut self, package: u32) -> Result<(), RunError> {
        let linked = Arc::clone(&self.cx.linked);
        let Some(own) = linked.packages.get(package as usize) else { return Ok(()) };
        let stored = self.cx.made_here(package);
        // Variables of a package without realm are initialised with no realm active; its `init` functions have one if it is
        // going to be stored (spec/05 §4.3).
        let realm = Some(package).filter(|_| has_realm(&own.path));
        self.cx.set_active_realm(realm);
        self.run_function(own.init, false)?;
        if stored {
            self.cx.save_package(package, false).map_err(|trap| self.end(trap))?;
        }
        self.cx.set_active_realm(realm.or(Some(package).filter(|_| stored)));
        self.run_function(own.inits, false)?;
        if stored {
            self.cx.save_package(package, true).map_err(|trap| self.end(trap))?;
        }
        Ok(())
    }

    /// Runs `main()`, if the main package has it.
    ///
    /// # Errors
    ///
    /// As [`Machine::run_init`].
    pub fn run_main(&mut self) -> Result<(), RunError> {
        let main = self.cx.linked.main().and_then(|package| package.main);
        let realm = main.and_then(|main| self.cx.linked.realm_of(main));
        self.cx.set_active_realm(realm);
        self.run_function(main, true)?;
        if let Some(realm) = self.cx.active_realm() {
            // `main` finalizes as it returns, before the end of the run is charged (spec/05 §4.1).
            const END: [OpClass; 2] = [OpClass::PopResults, OpClass::Halt];
            END.into_iter().for_each(|class| self.cx.meter.refund(class));
            self.cx.finalize(realm).map_err(|trap| self.end(trap))?;
            END.into_iter().try_for_each(|class| self.cx.meter.op(class)).map_err(|trap| self.end(trap))?;
        }
        Ok(())
    }

    /// The figures so far.
    pub fn report(&self) -> Report {
        self.cx.meter.report()
    }

    /// How often the heap has been collected.
    pub fn collections(&self) -> u64 {
        self.cx.heap.collections()
    }

    /// What the program has printed since this was called last.
    pub fn take_output(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.cx.output)
    }

    /// Stack trace of the failure (spec/05 §7); empty if there was none.
    pub fn take_stacktrace(&mut self) -> String {
        std::mem::take(&mut self.stacktrace)
    }

    fn run_function(&mut self, function: Option<u32>, main: bool) -> Result<(), RunError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        let Some(function) = function else { return Ok(()) };
        (self.stage_run, self.stage_run_at_start) = (main, main);
        self.start_with(function, &[])?;
        self.finish_run()
    }

    /// Runs what [`Machine::start_with`] has started.
    pub(crate) fn finish_run(&mut self) -> Result<(), RunError> {
        let mut result = self.drive().map(|_| ());
        // A printing method that panics starts over with the newer panic, as in the reference; gas bounds it.
        while matches!(result, Err(RunError::Panic(_))) {
            // The methods run for the text and once more for the stack trace (spec/05 §6.6).
            result = match self.describe().and_then(|texts| Ok((texts, self.describe()?))) {
                Ok((texts, again)) => {
                    self.stacktrace = self.show_panics(&again);
                    let texts: Vec<String> = texts.into_iter().map(|(_, text)| text).collect();
                    result = Err(RunError::Panic(texts.join("\n\t")));
                    break;
                }
                Err(error) => Err(error),
            };
        }
        if result.is_ok() && self.nested_broken {
            result = Err(RunError::Fatal("runtime error: makeslice: len out of range".to_owned()));
        }
        if let Err(error) = &result {
            if !matches!(error, RunError::Panic(_)) {
                let trace = self.trace(self.cx.pc_of(self.cx.ip));
                self.stacktrace = self.show_trace(&trace);
            }
            self.failed = Some(error.clone());
        }
        result
    }

    /// Pushes the bottom frame: a function with its arguments.
    pub(crate) fn start_with(&mut self, function: u32, args: &[u64]) -> Result<(), RunError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        self.cx.clear();
        let code = self.cx.linked.functions.get(function as usize).copied();
        let Some(code) = code else { return Err(RunError::Fatal("no such function".to_owned())) };
        self.cx.push(RUN_RETURNED, 0, &code, code.entry, args).map_err(|trap| self.end(trap))
    }

    /// The error of a trap that no guest code can catch.
    pub(crate) fn end(&self, trap: Trap) -> RunError {
        match trap {
            Trap::Raise(text) | Trap::Abort(text) => RunError::Fatal(*text),
            Trap::Stop => match self.cx.meter.stopped {
                Some(Stop::OutOfGas(descriptor)) => RunError::OutOfGas(descriptor),
                _ => RunError::Fatal(ALLOCATION_LIMIT.to_owned()),
            },
        }
    }

    /// Runs until the bottom frame is done.
    fn drive(&mut self) -> Result<Option<u64>, RunError> {
        loop {
            let exit = self.cx.resume();
            let pc = self.cx.pc_of(self.cx.ip);
            // What the segment charged ahead of this instruction is given back; whatever comes next is charged singly.
            self.cx.meter.leave_segment();
            let next = match exit {
                Exit::Halt | Exit::RunReturned => return Ok(None),
                Exit::Trap => match self.cx.trap.take() {
                    Some(Trap::Raise(text)) => self.panic_text(pc, &text),
                    trap => Err(self.end(trap.unwrap_or(Trap::Stop))),
                },
                Exit::Panic => self.panic(pc, self.cx.value),
                Exit::RunDefers => self.run_defers(pc),
                Exit::DeferReturned => self.defer_returned(),
                Exit::StringReturned => self.string_returned(),
                Exit::Recover => Ok(self.recover(pc)),
                Exit::Switch => self.switch(pc),
                Exit::SwitchReturned => self.switch_returned(),
                Exit::Stringify => self.stringify(pc),
                Exit::Step | Exit::Segment | Exit::Grow | Exit::Collect => Ok(Next::Run),
            };
            if let Next::Described(value) = next? {
                return Ok(Some(value));
            }
        }
    }

    /// Runs until the printing method that describes a panic has returned.
    pub(crate) fn run_until_described(&mut self) -> Result<u64, RunError> {
        self.drive().map(Option::unwrap_or_default)
    }
}
