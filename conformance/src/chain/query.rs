//! Queries: expressions with the names of a package, evaluated without effect (spec/07 §13).

use super::execute::open;
use super::link::Extras;
use super::{Chain, ChainError, Failure, Ledger, Message, Options, Outcome, source_of, sources};
use regno_bytecode::module::Module;
use regno_frontend::package::PackageFile;
use regno_store::model::MemPackage;
use std::borrow::Cow;

/// Limits of a query: gas, bytes (spec/07 §6.3).
const QUERY_GAS: u64 = 3_000_000_000;
const QUERY_BYTES: u64 = 1_500_000_000;

impl Chain<'_> {
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
}
