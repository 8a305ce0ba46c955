//! IR to register bytecode.
//!
//! [`compile_module`] takes each function through the same steps; each is a module:
//!
//! | module | step |
//! |---|---|
//! | [`lower`] | instruction selection: IR blocks in layout order become bytecode operations on virtual registers |
//! | [`liveness`] | the interval of positions in which each virtual register must keep its value |
//! | [`allocate`] | linear scan: registers of variables and ordinary temporaries |
//! | [`window`] | outgoing windows of calls above everything that is live, arguments and results placed in them |
//! | [`emit`] | code words, metering segments and events, branch offsets, line and scope tables |
//!
//! [`code`] holds the form between lowering and emission, [`registers`] where virtual registers are. The result of a step is never changed by a later one. In debug
//! builds [`check`] proves each allocation independently.

pub mod allocate;
pub mod check;
pub mod code;
pub mod emit;
mod error;
pub mod liveness;
pub mod lower;
pub mod registers;
pub mod window;

pub use error::CodegenError;

use regno_bytecode::module as bytecode;
use regno_ir::function::{Function, FunctionKind};
use regno_ir::module::Module;

/// Compiles a package.
///
/// # Errors
///
/// When a function exceeds a limit of the instruction encoding, or is malformed.
pub fn compile_module(module: &Module) -> Result<bytecode::Module, CodegenError> {
    let functions = module.functions.values().map(compile_function).collect::<Result<_, _>>()?;
    Ok(bytecode::Module {
        path: module.path.clone(),
        name: module.name.clone(),
        imports: module.imports.values().cloned().collect(),
        files: module.files.clone(),
        parse_charges: module.parse_charges.clone(),
        types: module.types.values().cloned().collect(),
        strings: module.strings.values().cloned().collect(),
        functions,
        globals: module.globals.values().cloned().collect(),
        package_slots: module.package_slots.clone(),
        file_imports: module.file_imports.clone(),
        init: module.init,
        inits: module.inits,
        main: module.main,
        well_known: module.well_known,
        stored: module.stored.clone(),
    })
}

/// Compiles one function.
///
/// # Errors
///
/// As [`compile_module`].
pub fn compile_function(function: &Function) -> Result<bytecode::Function, CodegenError> {
    let header = header(function)?;
    if let FunctionKind::Imported(_) = function.kind {
        return Ok(bytecode::Function { frame_size: u32::from(header.params.max(header.results)), ..header });
    }
    let code = lower::lower(function)?;
    let intervals = liveness::intervals(function, &code);
    let plan = window::plan(&code, &intervals);
    let mut registers = allocate::allocate(function, &code, &intervals, &plan);
    let bases = window::place(&code, &intervals, &plan, &mut registers);
    if cfg!(debug_assertions) && check::conflict(&code, &intervals, &registers, &bases).is_some() {
        return Err(CodegenError::malformed("two values share a register", function));
    }
    emit::emit(&header, function, &code, &registers, &bases)
}

/// What callers and the linker know of a function.
fn header(function: &Function) -> Result<bytecode::Function, CodegenError> {
    let count =
        |n: usize| u16::try_from(n).map_err(|_| CodegenError::too_many("parameters, results or captures", function));
    Ok(bytecode::Function {
        signature: function.signature,
        params: count(function.params.len())?,
        results: count(function.results.len())?,
        captures: count(usize::try_from(function.captures).unwrap_or(usize::MAX))?,
        has_defers: function.has_defers,
        declared_at: (function.position.file, function.position.line),
        ..bytecode::Function::new(&function.name, function.kind)
    })
}
