//! Adding packages (spec/07 §5).

use super::link::Extras;
use super::{Chain, ChainError, DOMAIN, Message, Outcome, rules, source_of, sources};
use crate::compile::Source;
use crate::session::Session;
use bumpalo::Bump;
use regno_frontend::golayer::Purpose;
use regno_frontend::limits::Limits;
use regno_frontend::package::{GnoMod, is_production_file};
use regno_frontend::source::SourceFile;
use regno_frontend::syntax::parse_file;
use regno_runtime::package_address;
use regno_store::model::MemPackage;

impl Chain<'_> {
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
        let gno: Vec<Source> = files.iter().filter(|file| file.name.ends_with(".gno")).cloned().collect();
        self.check_syntax(path, &gno)?;
        let purpose = if message.height > 0 { Purpose::Deploy } else { Purpose::Files };
        let crate::compile::Program { module: main, dependencies, .. } = self.checked(path, None, purpose, &sources)?;
        let is_private = private(&package);
        self.check_tests(path, &gno, is_private)?;
        let reads = self.source_sizes(&sources)?;
        let module = rules::check_module(&package, stored.as_ref(), message.height).map_err(refuse)?;
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
                reads.iter().try_for_each(|&bytes| machine.charge_source(bytes))?;
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
}

/// The name in a package clause; empty if there is none.
fn package_name(source: &Source) -> String {
    let arena = Bump::new();
    let file = SourceFile::new(&source.name, source.text.as_slice());
    parse_file(&arena, &file, &Limits::default()).file.package.name.to_owned()
}
