//! The programs of messages: what is compiled, and what is linked for a message.

use super::{Chain, ChainError, sources};
use crate::compile::{Program as Compiled, Source};
use bumpalo::Bump;
use regno_bytecode::event::GasSchedule;
use regno_bytecode::module::Module;
use regno_frontend::golayer::Purpose;
use regno_frontend::source::SourceFile;
use regno_runtime::{Environment, Missing, Program};
use regno_store::{Store, StoreError, Type};

/// What a program needs beyond the imports of its packages.
#[derive(Clone, Default)]
pub(super) struct Extras {
    /// Packages by path.
    pub paths: Vec<String>,
    /// Types that scripts have made.
    pub types: Vec<Type>,
}

impl Extras {
    /// Notes what is missing; `false` if that does not help.
    pub fn learn(&mut self, store: &dyn Store, missing: &Missing) -> Result<bool, StoreError> {
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

impl Chain<'_> {
    /// Compiles a package of a message; Go's rules come first.
    pub(super) fn checked(
        &self,
        path: &str,
        name: Option<&str>,
        purpose: Purpose,
        sources: &[Source],
    ) -> Result<Compiled, ChainError> {
        let mut session = self.session.borrow_mut();
        let arena = Bump::new();
        let files: Vec<SourceFile> = sources.iter().map(|s| SourceFile::new(&s.name, s.text.as_slice())).collect();
        let unit = session.parse(&arena, &files);
        if let Some(text) = session.type_check_for(path, purpose, &unit) {
            return Err(ChainError::Compile(text.trim_end().to_owned()));
        }
        Ok(session.compile_unit(path, name, &unit)?)
    }

    /// Links packages, what else is needed, and a package that is not one of the session or stands in for one.
    pub(super) fn link(
        &self,
        paths: &[String],
        extras: &Extras,
        package: Option<&Module>,
    ) -> Result<Program, ChainError> {
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
    pub(super) fn target(&self, path: &str, extras: &Extras) -> Result<Program, ChainError> {
        if let Some((known, program)) = self.targets.borrow().get(path)
            && (known.paths.len(), known.types.len()) == (extras.paths.len(), extras.types.len())
        {
            return Ok(program.clone());
        }
        let program = self.link(&[path.to_owned()], extras, None)?;
        self.targets.borrow_mut().insert(path.to_owned(), (extras.clone(), program.clone()));
        Ok(program)
    }
}
