//! A single user's chain on a store: packages added, functions called, scripts run, each as one message that happens as a whole
//! or not at all (spec/07 in its local form).
//!
//! A message runs on a machine over a snapshot of the store, with a program of the packages that it names and all that they import.
//! Packages that are stored are loaded when they are used; packages that are not are made and stored with the message that first needs
//! them, without charges, as at a chain's genesis. Where a stored value needs a package or type that nothing imports, the machine
//! says so and the message starts again with it. What the machine and the ledger have changed becomes one batch.
//!
//! | file | what |
//! |---|---|
//! | `sources` | stored packages as sources, their functions and records |
//! | `rules` | what a package must be to be added |
//! | `accounts` | coins and parameters |
//! | `deposit` | what storage costs |
//! | `outcome` | what a message did, or why it failed |

mod accounts;
mod deposit;
mod outcome;
mod rules;
mod sources;

pub use accounts::{FIRST_COINS, Ledger};
pub use outcome::{ChainError, ChainEvent, Failure, Outcome};
pub use sources::{StoredPackages, packages, record_of, source_of};

use crate::cache::Cache;
use crate::coins::check_coins;
use crate::compile::Source;
use crate::session::Session;
use crate::store::SourceStore;
use bumpalo::Bump;
use regno_bytecode::event::GasSchedule;
use regno_bytecode::module::Module;
use regno_bytecode::path::is_realm;
use regno_frontend::limits::Limits;
use regno_frontend::package::{GnoMod, PackageFile, PathKind, is_production_file};
use regno_frontend::source::SourceFile;
use regno_frontend::syntax::parse_file;
use regno_runtime::{
    Coin, Config, Context, Environment, Machine, Missing, NoParams, Program, RunError, TestBanker, is_address,
    package_address,
};
use regno_store::model::MemPackage;
use regno_store::{Store, StoreError, Type, Write};
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;

/// The sender of messages that say no other.
pub const CALLER: &str = "g1wymu47drhr0kuq2098m792lytgtj2nyx77yrsm";
/// Domain of the chain.
const DOMAIN: &str = "gno.land";
/// Limits of a query: gas, bytes (spec/07 §6.3).
const QUERY_GAS: u64 = 3_000_000_000;
const QUERY_BYTES: u64 = 1_500_000_000;

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

/// Who sends a message, what with, and when it arrives.
#[derive(Clone, PartialEq, Debug)]
pub struct Message {
    /// Address of the sender.
    pub caller: String,
    /// Coins that are sent to the package.
    pub send: Vec<Coin>,
    /// What storage may cost, in ugnot; 0 or `None` for the default.
    pub max_deposit: Option<u64>,
    /// Chain id.
    pub chain_id: String,
    /// Block height.
    pub height: i64,
    /// Block time in Unix seconds.
    pub time: i64,
}

impl Default for Message {
    fn default() -> Message {
        let context = Context::default();
        Message {
            caller: CALLER.to_owned(),
            send: Vec::new(),
            max_deposit: None,
            chain_id: context.chain_id,
            height: context.height,
            time: context.timestamp,
        }
    }
}

impl Message {
    fn check(&self) -> Result<(), ChainError> {
        if !is_address(&self.caller) {
            return Err(ChainError::Message(format!("invalid address: {:?}", self.caller)));
        }
        check_coins(&self.send).map_err(ChainError::Message)
    }

    fn context(&self, ledger: &Ledger) -> Context {
        Context {
            chain_id: self.chain_id.clone(),
            height: self.height,
            timestamp: self.time,
            origin_caller: self.caller.clone(),
            origin_send: self.send.clone(),
            banker: Box::new(ledger.clone()),
            params: Box::new(ledger.clone()),
            ..Context::default()
        }
    }
}

/// What a program needs beyond the imports of its packages.
#[derive(Clone, Default)]
struct Extras {
    paths: Vec<String>,
    types: Vec<Type>,
}

impl Extras {
    /// Notes what is missing; `false` if that does not help.
    fn learn(&mut self, store: &dyn Store, missing: &Missing) -> Result<bool, StoreError> {
        let before = self.paths.len();
        let mut add = |path: String| {
            if !self.paths.contains(&path) {
                self.paths.push(path);
            }
        };
        match missing {
            Missing::Path(path) => add(path.clone()),
            Missing::Package(id) => sources::path_of(store, *id)?.into_iter().for_each(&mut add),
            Missing::Type { packages, .. } if !packages.is_empty() => packages.iter().cloned().for_each(&mut add),
            Missing::Type { ty, .. } => {
                let new = !self.types.contains(ty);
                self.types.extend(new.then(|| ty.clone()));
                return Ok(new);
            }
        }
        Ok(self.paths.len() > before)
    }
}

/// A chain: a store, the packages that can be used, and what was compiled of them.
pub struct Chain<'c> {
    packages: &'c StoredPackages<'c>,
    sources: &'c SourceStore,
    session: RefCell<Session<'c>>,
    /// Programs that were linked for calls of the package with this path.
    targets: RefCell<HashMap<String, (Extras, Program)>>,
    cache: Option<&'c Cache>,
    options: Options,
}

impl fmt::Debug for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chain").field("options", &self.options).finish_non_exhaustive()
    }
}

impl<'c> Chain<'c> {
    /// A chain on a store and its packages. What it compiles lives in `sources`.
    #[must_use]
    pub fn new(packages: &'c StoredPackages<'c>, sources: &'c SourceStore, options: Options) -> Chain<'c> {
        let session = RefCell::new(Session::new(sources, packages));
        Chain { packages, sources, session, targets: RefCell::default(), cache: None, options }
    }

    /// The chain takes compiled packages from a cache, and puts those there that it compiles itself.
    #[must_use]
    pub fn with_cache(self, cache: Option<&'c Cache>) -> Chain<'c> {
        let session = RefCell::new(Session::new(self.sources, self.packages).with_cache(cache));
        Chain { session, cache, ..self }
    }

    fn store(&self) -> &'c dyn Store {
        self.packages.store
    }

    /// Adds a package of these files, sorted by name. A private one may be replaced by another.
    ///
    /// # Errors
    ///
    /// [`ChainError`]; then it is not added.
    pub fn add(&self, path: &str, files: &[Source], message: &Message) -> Result<Outcome, ChainError> {
        message.check()?;
        let refuse = ChainError::Message;
        let sources: Vec<Source> = files.iter().filter(|file| is_production_file(&file.name)).cloned().collect();
        let mut package = MemPackage {
            name: sources.first().map(package_name).unwrap_or_default(),
            path: path.to_owned(),
            files: files.iter().map(|source| (source.name.clone(), source.text.clone())).collect(),
            kind: "MPUserAll".to_owned(),
        };
        rules::check_structure(&package).map_err(refuse)?;
        let stored = source_of(self.store(), path)?;
        let private = |package: &MemPackage| sources::module_file(&package.files).is_some_and(|module| module.private);
        if stored.as_ref().is_some_and(|stored| !private(stored)) {
            return Err(refuse(format!("package already exists: {path}")));
        }
        rules::check_path(path, DOMAIN).map_err(refuse)?;
        let crate::compile::Program { module: main, dependencies, .. } = self.checked(path, None, &sources)?;
        let module = rules::check_module(&package, stored.as_ref(), message.height).map_err(refuse)?;
        let is_private = module.private;
        let module = GnoMod { module: path.to_owned(), addpkg: (message.caller.clone(), message.height), ..module };
        for (name, text) in &mut package.files {
            if name == "gnomod.toml" {
                *text = module.to_toml().into_bytes();
            }
        }
        main.name.clone_into(&mut package.name);
        let imports: Vec<String> = dependencies.iter().map(|module| module.path.clone()).collect();
        let outcome = self.execute(
            message,
            &package_address(path),
            Extras::default(),
            |extras| self.link(&imports, extras, Some(&main)),
            |machine, program| {
                let main = self.make_missing(machine, program, path)?;
                if is_private {
                    machine.set_private(main);
                }
                machine.init_package(main, true)?;
                machine.add_source(&package)?;
                Ok(Vec::new())
            },
        )?;
        if stored.is_some() && !self.options.simulate {
            // What was compiled is not what is stored any more.
            *self.session.borrow_mut() = Session::new(self.sources, self.packages).with_cache(self.cache);
            self.targets.borrow_mut().clear();
        }
        Ok(outcome)
    }

    /// Runs the `main` of a package that is not kept.
    ///
    /// # Errors
    ///
    /// [`ChainError`]; then nothing has happened.
    pub fn run(&self, sources: &[Source], message: &Message) -> Result<Outcome, ChainError> {
        message.check()?;
        let path = format!("{DOMAIN}/e/{}/run", message.caller);
        let crate::compile::Program { module: main, dependencies, no_main } =
            self.checked(&path, Some("main"), sources)?;
        if let Some(text) = no_main {
            return Err(ChainError::Compile(text));
        }
        let imports: Vec<String> = dependencies.iter().map(|module| module.path.clone()).collect();
        self.execute(
            message,
            &message.caller,
            Extras::default(),
            |extras| self.link(&imports, extras, Some(&main)),
            |machine, program| {
                let main = self.make_missing(machine, program, &path)?;
                machine.set_private(main);
                machine.init_package(main, true)?;
                machine.run_main()?;
                Ok(Vec::new())
            },
        )
    }

    /// Calls a crossing function of a realm with arguments given as text (spec/07 §3.1).
    ///
    /// # Errors
    ///
    /// [`ChainError`]; then nothing has happened.
    pub fn call(&self, path: &str, func: &str, args: &[String], message: &Message) -> Result<Outcome, ChainError> {
        message.check()?;
        if path.is_empty() {
            return Err(ChainError::Message("missing package path".to_owned()));
        }
        if !is_realm(path) {
            return Err(ChainError::Message("pkgpath must be of a realm".to_owned()));
        }
        if func.is_empty() {
            return Err(ChainError::Message("missing function to call".to_owned()));
        }
        let known = self.targets.borrow().get(path).map(|(extras, _)| extras.clone());
        if known.is_none() && source_of(self.store(), path)?.is_none() {
            return Err(ChainError::Message(format!("package not found: {path}")));
        }
        self.execute(
            message,
            &package_address(path),
            known.unwrap_or_default(),
            |extras| self.target(path, extras),
            |machine, _| machine.call(path, func, args),
        )
    }

    /// Evaluates an expression with the names of a package, also those that are not exported, as a query: nothing is written.
    ///
    /// # Errors
    ///
    /// [`ChainError`].
    pub fn query(&self, path: &str, expression: &str, message: &Message) -> Result<Outcome, ChainError> {
        let source = source_of(self.store(), path)?;
        let source = source.ok_or_else(|| ChainError::Message(format!("package not found: {path}")))?;
        let (module, imports, name) = self.query_module(source, expression)?;
        let message = Message { caller: String::new(), send: Vec::new(), ..message.clone() };
        let options = Options {
            gas_limit: self.options.gas_limit.or(Some(QUERY_GAS)),
            max_alloc: Some(QUERY_BYTES),
            simulate: true,
        };
        let mut extras = Extras::default();
        loop {
            let program = self.link(&imports, &extras, Some(&module))?;
            let ledger = Ledger::over(self.store().snapshot()?);
            let mut machine = open(&program, &options, self.store())?;
            *machine.context_mut() = message.context(&ledger);
            match machine.evaluate(path, &name) {
                Ok(results) => return Ok(Outcome::of(&mut machine, results)),
                Err(error) => match machine.missing() {
                    Some(missing) if extras.learn(self.store(), missing)? => {}
                    _ => return Err(Failure::of(&mut machine, error).into()),
                },
            }
        }
    }

    /// The package with one more file, whose function evaluates the expression: module, imports, name of the function.
    fn query_module(&self, source: MemPackage, expression: &str) -> Result<(Module, Vec<String>, String), ChainError> {
        let mut session = self.session.borrow_mut();
        session.modules(std::slice::from_ref(&source.path))?;
        let package_name = source.name.clone();
        let source = sources::as_source(source);
        let taken = |name: &str| {
            source.files.iter().any(|file| file.text.windows(name.len()).any(|window| window == name.as_bytes()))
        };
        let mut name = "query".to_owned();
        while taken(&name) {
            name.push('_');
        }
        let mut compile = |body: String| {
            let text = format!(
                "package {package_name}\n\nfunc {name}results(values ...any) []any {{ return values }}\n\nfunc {name}() []any {{ {body} }}\n"
            );
            let mut with = source.clone();
            with.files.push(PackageFile {
                name: format!("{name}.gno"),
                text: Cow::Owned(text.into_bytes()),
                overlay: false,
            });
            session.compile_beside(&[&with])
        };
        let value = compile(format!("return {name}results({expression})"));
        // What has no value can be a statement.
        let compiled = value.or_else(|error| compile(format!("{expression}; return nil")).map_err(|_| error))?;
        let (module, imports) = compiled.into_iter().next().ok_or_else(|| ChainError::Message("no module".into()))?;
        Ok((module, imports, name))
    }

    /// The exported functions of a stored package, as their declarations begin.
    ///
    /// # Errors
    ///
    /// [`ChainError`]: there is no such package, or it cannot be compiled any more.
    pub fn functions(&self, path: &str) -> Result<Vec<String>, ChainError> {
        if source_of(self.store(), path)?.is_none() {
            return Err(ChainError::Message(format!("package not found: {path}")));
        }
        let mut session = self.session.borrow_mut();
        session.modules(&[path.to_owned()])?;
        session.module(path).map_or(Ok(Vec::new()), sources::functions)
    }

    /// The coins of an address.
    ///
    /// # Errors
    ///
    /// [`ChainError::Store`].
    pub fn coins(&self, address: &str) -> Result<Vec<Coin>, ChainError> {
        let ledger = Ledger::over(self.store().snapshot()?);
        let coins = regno_runtime::Banker::coins(&ledger, address);
        ledger.writes()?;
        Ok(coins)
    }

    /// Gives coins to an address.
    ///
    /// # Errors
    ///
    /// [`ChainError`]: no address, no coins, or more than an address can have.
    pub fn credit(&self, address: &str, coins: &[Coin]) -> Result<(), ChainError> {
        if !is_address(address) {
            return Err(ChainError::Message(format!("invalid address: {address:?}")));
        }
        check_coins(coins).map_err(ChainError::Message)?;
        let ledger = Ledger::over(self.store().snapshot()?);
        ledger.credit(address, coins).map_err(ChainError::Message)?;
        Ok(self.store().write(&ledger.writes()?)?)
    }

    /// Compiles a package of a message; Go's rules come first.
    fn checked(
        &self,
        path: &str,
        name: Option<&str>,
        sources: &[Source],
    ) -> Result<crate::compile::Program, ChainError> {
        let mut session = self.session.borrow_mut();
        let arena = Bump::new();
        let files: Vec<SourceFile> = sources.iter().map(|s| SourceFile::new(&s.name, s.text.as_slice())).collect();
        let unit = session.parse(&arena, &files);
        if let Some(text) = session.type_check_deployed(path, &unit) {
            return Err(ChainError::Compile(text.trim_end().to_owned()));
        }
        Ok(session.compile_unit(path, name, &unit)?)
    }

    /// Links packages, what else is needed, and a package that is not one of the session or stands in for one.
    fn link(&self, paths: &[String], extras: &Extras, package: Option<&Module>) -> Result<Program, ChainError> {
        let all: Vec<String> = paths.iter().chain(&extras.paths).cloned().collect();
        let modules = self.session.borrow_mut().modules(&all)?;
        let mut modules: Vec<Module> = modules.iter().map(|module| Module::clone(module)).collect();
        if let Some(package) = package {
            match modules.iter_mut().find(|module| module.path == package.path) {
                Some(module) => *module = package.clone(),
                None => modules.push(package.clone()),
            }
        }
        let program = Program::link(modules, &GasSchedule::reference(), Environment::Production)
            .map_err(|error| ChainError::Compile(error.to_string()))?;
        Ok(program.with_types(&extras.types))
    }

    /// The program for calls of a package.
    fn target(&self, path: &str, extras: &Extras) -> Result<Program, ChainError> {
        if let Some((known, program)) = self.targets.borrow().get(path)
            && (known.paths.len(), known.types.len()) == (extras.paths.len(), extras.types.len())
        {
            return Ok(program.clone());
        }
        let program = self.link(&[path.to_owned()], extras, None)?;
        self.targets.borrow_mut().insert(path.to_owned(), (extras.clone(), program.clone()));
        Ok(program)
    }

    /// Makes the packages of a program that are not stored, without charges, but not the one with this path: its index.
    fn make_missing(&self, machine: &mut Machine, program: &Program, path: &str) -> Result<u32, RunError> {
        use regno_frontend::package::Packages as _;
        let main = program.package(path).unwrap_or_default();
        let paths: Vec<String> = program.packages().map(str::to_owned).collect();
        machine.set_store_free(true);
        for (package, path) in paths.iter().enumerate().filter(|&(package, _)| package as u32 != main) {
            if machine.is_stored(path)? {
                continue;
            }
            machine.make_package(package as u32);
            machine.init_package(package as u32, false)?;
            let Some(source) = self.packages.package(path) else { continue };
            let files = source.files.iter().map(|file| (file.name.clone(), file.text.to_vec())).collect();
            let library = PathKind::of(path) == PathKind::Library;
            let kind = if library { "MPStdlibAll" } else { "MPUserAll" }.to_owned();
            let name = self.session.borrow().module(path).map(|module| module.name.clone()).unwrap_or_default();
            machine.add_source(&MemPackage { name, path: path.clone(), files, kind })?;
        }
        machine.set_store_free(false);
        machine.forget_storage();
        machine.make_package(main);
        Ok(main)
    }

    /// Executes a message, again if something was missing, settles its storage and writes what it did.
    fn execute(
        &self,
        message: &Message,
        receiver: &str,
        mut extras: Extras,
        link: impl Fn(&Extras) -> Result<Program, ChainError>,
        run: impl Fn(&mut Machine, &Program) -> Result<Vec<String>, RunError>,
    ) -> Result<Outcome, ChainError> {
        loop {
            let program = link(&extras)?;
            let ledger = Ledger::over(self.store().snapshot()?);
            // What the message itself changes does not count for it (spec/07 §11).
            let terms = deposit::Terms::of(&ledger);
            ledger.open_account(&message.caller);
            ledger.send_coins(&message.caller, receiver, &message.send).map_err(ChainError::Message)?;
            let mut machine = open(&program, &self.options, self.store())?;
            *machine.context_mut() = message.context(&ledger);
            let done = run(&mut machine, &program).and_then(|results| {
                let events = deposit::settle(&mut machine, &ledger, &terms, message)?;
                Ok((results, events))
            });
            let (results, deposits) = match done {
                Ok(done) => done,
                Err(error) => match machine.missing() {
                    Some(missing) if extras.learn(self.store(), missing)? => continue,
                    _ => return Err(Failure::of(&mut machine, error).into()),
                },
            };
            // Both let go of their snapshots: a store in memory copies what one still sees.
            let mut writes: Vec<Write> = machine.close_store();
            writes.extend(ledger.writes()?);
            machine.context_mut().banker = Box::new(TestBanker::default());
            machine.context_mut().params = Box::new(NoParams);
            drop(ledger);
            if !self.options.simulate {
                self.store().write(&writes)?;
            }
            let mut outcome = Outcome::of(&mut machine, results);
            outcome.events.extend(deposits);
            return Ok(outcome);
        }
    }
}

/// A machine on what is stored.
fn open(program: &Program, options: &Options, store: &dyn Store) -> Result<Machine, ChainError> {
    let config = Config { gas_limit: options.gas_limit, max_alloc: options.max_alloc, ..Config::default() };
    Machine::open(program, config, store.snapshot()?).map_err(ChainError::Open)
}

/// The name in a package clause; empty if there is none.
fn package_name(source: &Source) -> String {
    let arena = Bump::new();
    let file = SourceFile::new(&source.name, source.text.as_slice());
    parse_file(&arena, &file, &Limits::default()).file.package.name.to_owned()
}

/// What is wrong with a stored state: each entry that cannot be what was written, and each reference that leads nowhere.
///
/// # Errors
///
/// The store cannot be read.
pub fn verify(store: &dyn Store) -> Result<(u64, Vec<StoreError>), StoreError> {
    regno_store::verify::verify(&*store.snapshot()?)
}
