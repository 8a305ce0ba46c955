//! Execution of a message: a machine over a snapshot, and what it and the ledger have changed as one batch.

use super::link::Extras;
use super::{Chain, ChainError, Failure, Ledger, Message, Options, Outcome, deposit};
use regno_frontend::package::{Packages as _, PathKind};
use regno_runtime::{Config, Machine, NoParams, Program, RunError, TestBanker};
use regno_store::model::MemPackage;
use regno_store::{Store, Write};

impl Chain<'_> {
    /// Executes a message, again if something was missing, settles its storage and writes what it did.
    pub(super) fn execute(
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

    /// Makes the packages of a program that are not stored, without charges, but not the one with this path: its index.
    pub(super) fn make_missing(&self, machine: &mut Machine, program: &Program, path: &str) -> Result<u32, RunError> {
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
}

/// A machine on what is stored.
pub(super) fn open(program: &Program, options: &Options, store: &dyn Store) -> Result<Machine, ChainError> {
    let config = Config { gas_limit: options.gas_limit, max_alloc: options.max_alloc, ..Config::default() };
    Machine::open(program, config, store.snapshot()?).map_err(ChainError::Open)
}
