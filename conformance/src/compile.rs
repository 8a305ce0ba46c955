//! Source text to a compiled module, through all compiler crates.

use crate::session::Session;
use bumpalo::Bump;
use regno_bytecode::module::Module;
use regno_frontend::golayer;
use regno_frontend::limits::Limits;
use regno_frontend::package::{NoPackages, Packages, expected_name};
use regno_frontend::source::SourceFile;
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
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CompileError {
    /// The reference's text: `path/file.gno:L:C: message`, or a message without position.
    pub text: String,
    /// Gas of the parse, token by token, which comes before every other finding.
    pub parse_charges: Vec<u32>,
    /// The sources parsed and the package was made; a check failed.
    pub parsed: bool,
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

/// Compiles a package of one or more files that imports nothing.
///
/// # Errors
///
/// The first finding of the parser, the checker or the code generator.
pub fn compile_package(path: &str, sources: &[Source]) -> Result<Module, CompileError> {
    Session::new(&NoPackages).compile(path, None, sources).map(|program| program.module)
}

/// Compiles a package that is going to be run by calling its `main`, with what it imports. Its name must be the last element of the
/// path, versions left out.
///
/// # Errors
///
/// The first finding of the parser, the checker or the code generator.
pub fn compile_program(path: &str, sources: &[Source], packages: &dyn Packages) -> Result<Program, CompileError> {
    Session::new(packages).compile(path, Some(expected_name(path)), sources)
}

/// What Go's type checker says about a package (spec/01 §3.1); `None` if it is fine, or if loading stops before it is asked.
pub fn type_check(path: &str, sources: &[Source]) -> Option<String> {
    let limits = Limits::default();
    let arena = Bump::new();
    let files: Vec<SourceFile> = sources.iter().map(|s| SourceFile::new(&s.name, s.text.as_slice())).collect();
    let parsed: Vec<_> = files.iter().map(|file| regno_frontend::syntax::parse_file(&arena, file, &limits)).collect();
    let findings = golayer::check_package(path, &parsed, &files, &limits);
    golayer::render(path, &findings, &files)
}
