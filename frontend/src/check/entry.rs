//! The calls that have no source: of `main` and of `init` functions (spec/01 §3.1, §3.3).

use super::Checker;
use super::crossing::is_crossing;
use super::scope::Entity;
use crate::typed::Main;
use crate::types::{FuncType, TypeId};
use regno_bytecode::path::is_realm;

impl Checker<'_> {
    /// Why `main()` cannot be called.
    pub(super) fn no_main(&self) -> Option<String> {
        let found = self.package.names.get("main").and_then(|name| name.entity.as_ref());
        let text = match found {
            None => "name main not declared".to_owned(),
            Some(Entity::Func(func)) => self.wrong_entry_count("main", 1, self.funcs[*func].signature)?,
            Some(Entity::Global(global)) => {
                let t = self.globals[*global].ty;
                self.not_callable(t).or_else(|| self.wrong_entry_count("main", 1, t))?
            }
            Some(Entity::Const(_, t)) => self.not_callable(*t)?,
            Some(_) => "type conversion requires single argument".to_owned(),
        };
        Some(format!("{}:0:0: {text}", self.path))
    }

    /// What `main()` calls; a variable of function type will do, too (**Quirk**).
    pub(super) fn main(&self) -> Option<Main> {
        match self.package.names.get("main")?.entity.as_ref()? {
            Entity::Func(func) => Some(Main::Func(*func)),
            Entity::Global(global) => Some(Main::Variable(*global)),
            _ => None,
        }
    }

    fn not_callable(&self, t: TypeId) -> Option<String> {
        let callable = self.types.as_func(t).is_some();
        (!callable).then(|| format!("unexpected func type {} ({})", self.types.type_string(t), self.host_type_name(t)))
    }

    /// The error of a call without arguments; realms pass what a crossing function wants themselves.
    fn wrong_entry_count(&self, name: &str, depth: u32, signature: TypeId) -> Option<String> {
        let ty @ FuncType { params, variadic, .. } = self.types.as_func(signature)?;
        let crossing = is_realm(&self.path) && is_crossing(ty);
        let (want, got) = (params.len() - usize::from(*variadic), usize::from(crossing));
        if want == got {
            return None;
        }
        let callee = format!("{name}<VPBlock({depth},{})>", self.package_slot_index(name));
        Some(if *variadic {
            format!("not enough arguments in call to {callee}; want {want} (besides variadic) got {got}")
        } else {
            format!("wrong argument count in call to {callee}; want {} got {got}", params.len())
        })
    }

    /// An `init` function with parameters is accepted; its call aborts. Gives the text, and leaves out the functions that are
    /// not reached.
    pub(super) fn check_inits(&mut self) -> Option<String> {
        let inits = self.package.inits.clone();
        let (index, text) = inits.iter().enumerate().find_map(|(index, &init)| {
            let text = self.wrong_entry_count(&self.reserved_name(init, "init"), 2, self.funcs[init].signature)?;
            Some((index, text))
        })?;
        self.package.inits.truncate(index);
        let func = &self.funcs[*inits.get(index)?];
        self.at.file = func.file;
        let whole = self.files.get(func.file as usize).map_or(func.span, |file| file.span);
        Some(format!("{}: {text}", self.location(whole)))
    }
}
