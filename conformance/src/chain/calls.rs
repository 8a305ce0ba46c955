//! Calls and scripts (spec/07 §4, §7).

use super::link::Extras;
use super::{Chain, ChainError, DOMAIN, Message, Outcome, source_of};
use crate::compile::Source;
use regno_bytecode::path::is_realm;
use regno_frontend::golayer::Purpose;
use regno_runtime::package_address;

impl Chain<'_> {
    /// Runs the `main` of a package that is not kept.
    ///
    /// # Errors
    ///
    /// [`ChainError`]; then nothing has happened.
    pub fn run(&self, sources: &[Source], message: &Message) -> Result<Outcome, ChainError> {
        message.check()?;
        let path = format!("{DOMAIN}/e/{}/run", message.caller);
        let crate::compile::Program { module: main, dependencies, no_main } =
            self.checked(&path, Some("main"), Purpose::Files, sources)?;
        if let Some(text) = no_main {
            return Err(ChainError::Compile(text));
        }
        let reads = self.source_sizes(sources)?;
        let imports: Vec<String> = dependencies.iter().map(|module| module.path.clone()).collect();
        self.execute(
            message,
            &message.caller,
            Extras::default(),
            |extras| self.link(&imports, extras, Some(&main)),
            |machine, program| {
                reads.iter().try_for_each(|&bytes| machine.charge_source(bytes))?;
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
}
