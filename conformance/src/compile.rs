//! Source text to a compiled module, through all compiler crates.

use bumpalo::Bump;
use regno_bytecode::module::Module;
use regno_frontend::diagnostic::render_first;
use regno_frontend::golayer;
use regno_frontend::limits::Limits;
use regno_frontend::source::SourceFile;
use std::fmt;

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
    /// Why `main()` cannot be called, if so. The package is initialised all the same.
    pub no_main: Option<String>,
}

/// Compiles a package of one or more files.
///
/// # Errors
///
/// The first finding of the parser, the checker or the code generator.
pub fn compile_package(path: &str, sources: &[Source]) -> Result<Module, CompileError> {
    compile(path, None, sources).map(|program| program.module)
}

/// Compiles a package that is going to be run by calling its `main`. Its name must be the last element of the path, versions left
/// out.
///
/// # Errors
///
/// The first finding of the parser, the checker or the code generator.
pub fn compile_program(path: &str, sources: &[Source]) -> Result<Program, CompileError> {
    let versioned = |element: &str| {
        element.strip_prefix('v').is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
    };
    let mut elements = path.rsplit('/');
    let last = elements.next().unwrap_or(path);
    let name = elements.next().filter(|_| versioned(last)).unwrap_or(last);
    compile(path, Some(name), sources)
}

fn compile(path: &str, name: Option<&str>, sources: &[Source]) -> Result<Program, CompileError> {
    let limits = Limits::default();
    let arena = Bump::new();
    let files: Vec<SourceFile> = sources.iter().map(|s| SourceFile::new(&s.name, s.text.as_slice())).collect();
    let mut parsed = Vec::with_capacity(files.len());
    let mut parse_charges = Vec::new();
    for file in &files {
        let mut result = regno_frontend::syntax::parse_file(&arena, file, &limits);
        parse_charges.append(&mut result.charges);
        if let Some(text) = render_first(&result.errors, file) {
            // The reference looks for the package name first, and charges nothing for that.
            let clause = regno_frontend::syntax::fails_before_declarations(&result, file);
            let parse_charges = if clause { Vec::new() } else { parse_charges };
            return Err(CompileError { text, parse_charges, parsed: false });
        }
        parsed.push(result);
    }
    // Only the package `main` is made in the run that is measured.
    let at = |text: String, parsed: bool| CompileError {
        text,
        parse_charges: parse_charges.clone(),
        parsed: parsed && path == "main",
    };
    let refuse = |text: String| at(text, true);
    let misnamed = |expected: &str| parsed.iter().map(|file| file.file.package.name).find(|&name| name != expected);
    if let Some(expected) = name
        && let Some(got) = misnamed(expected)
    {
        // The reference's package `main` is made before the file is looked at, and that finding ends differently.
        let end = if path == "main" { "!" } else { "" };
        return Err(refuse(format!("expected package name [{expected}] but got [{got}]{end}")));
    }
    let package = regno_frontend::check::check_package(path, &parsed, &files, &limits)
        .map_err(|e| at(e.to_string(), !e.while_reading))?;
    let mut ir =
        regno_ir::build::build_package(&package, &files, parse_charges.clone()).map_err(|e| refuse(e.to_string()))?;
    ir.functions.values_mut().for_each(regno_ir::passes::optimize);
    let module = regno_codegen::compile_module(&ir).map_err(|e| refuse(e.to_string()))?;
    Ok(Program { module, no_main: package.no_main })
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
