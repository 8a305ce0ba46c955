//! What compiling takes, and what it gives.

use regno_bytecode::module::Module;
use std::fmt;
use std::rc::Rc;

/// A source file of a package: name and text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Source {
    /// File name without directories, e.g. `prog.gno`.
    pub name: String,
    /// Text; UTF-8 unless the file is broken.
    pub text: Vec<u8>,
}

/// Why a package was refused, and what had been spent by then.
#[derive(Clone, PartialEq, Debug)]
pub struct CompileError {
    /// The reference's text: `path/file.gno:L:C: message`, or a message without position.
    pub text: String,
    /// Gas of the parse, token by token, which comes before every other finding.
    pub parse_charges: Vec<u32>,
    /// The package `main` as far as it came, if it parsed: running it costs what the reference spends, and ends with the text.
    pub program: Option<Box<Program>>,
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for CompileError {}

/// A compiled program.
#[derive(Clone, PartialEq, Debug)]
pub struct Program {
    /// The package.
    pub module: Module,
    /// The packages that it imports, directly or through others, each after those that it needs itself: the order in which they
    /// are initialised.
    pub dependencies: Vec<Rc<Module>>,
    /// Why `main()` cannot be called, if so. The package is initialised all the same.
    pub no_main: Option<String>,
}

impl Program {
    /// All modules, each after those that it imports; the program comes last.
    #[must_use]
    pub fn into_modules(self) -> Vec<Module> {
        let mut modules: Vec<Module> = self.dependencies.into_iter().map(Rc::unwrap_or_clone).collect();
        modules.push(self.module);
        modules
    }
}
