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
//! [`code`] holds the form between lowering and emission. The result of a step is never changed by a later one. In debug
//! builds [`check`] proves each allocation independently.

pub mod allocate;
pub mod check;
pub mod code;
pub mod emit;
mod error;
pub mod liveness;
pub mod lower;
pub mod window;

pub use error::CodegenError;

use regno_bytecode::module as bytecode;
use regno_ir::entity::PackageRef;
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
    if let FunctionKind::Imported(package) = function.kind {
        return imported(function, package);
    }
    let code = lower::lower(function)?;
    let intervals = liveness::intervals(function, &code);
    let plan = window::plan(&code, &intervals);
    let mut registers = allocate::allocate(function, &code, &intervals, &plan);
    let bases = window::place(&code, &intervals, &plan, &mut registers);
    if cfg!(debug_assertions) && check::conflict(&code, &intervals, &registers, &bases).is_some() {
        return Err(CodegenError::malformed("two values share a register", function));
    }
    let emitted = emit::emit(function, &code, &registers, &bases)?;
    let count =
        |n: usize| u16::try_from(n).map_err(|_| CodegenError::too_many("parameters, results or captures", function));
    Ok(bytecode::Function {
        name: function.name.clone(),
        kind: match function.kind {
            FunctionKind::Declared => bytecode::FunctionKind::Declared,
            FunctionKind::Method(receiver) => bytecode::FunctionKind::Method(receiver),
            FunctionKind::Literal => bytecode::FunctionKind::Literal,
            FunctionKind::Synthetic => bytecode::FunctionKind::Synthetic,
            FunctionKind::Native => bytecode::FunctionKind::Native,
            FunctionKind::Imported(package) => bytecode::FunctionKind::Imported(package),
        },
        signature: function.signature,
        params: count(function.params.len())?,
        results: count(function.results.len())?,
        frame_size: emitted.frame_size,
        captures: count(usize::try_from(function.captures).unwrap_or(usize::MAX))?,
        has_defers: function.has_defers,
        code: emitted.code,
        entry: emitted.entry,
        defer_entry: emitted.defer_entry,
        recovery: emitted.recovery,
        segments: emitted.segments,
        events: emitted.events,
        event_ends: emitted.event_ends,
        lines: emitted.lines,
        texts: emitted.texts,
        scopes: emitted.scopes,
        scope_map: emitted.scope_map,
        states: emitted.states,
        state_map: emitted.state_map,
        declared_at: (function.position.file, function.position.line),
    })
}

/// A function of another package: what the linker compares, and no code.
fn imported(function: &Function, package: PackageRef) -> Result<bytecode::Function, CodegenError> {
    let count = |n: usize| u16::try_from(n).map_err(|_| CodegenError::too_many("parameters or results", function));
    let (params, results) = (count(function.params.len())?, count(function.results.len())?);
    Ok(bytecode::Function {
        name: function.name.clone(),
        kind: bytecode::FunctionKind::Imported(package),
        signature: function.signature,
        params,
        results,
        frame_size: u32::from(params.max(results)),
        captures: 0,
        has_defers: false,
        code: Vec::new(),
        entry: 0,
        defer_entry: 0,
        recovery: None,
        segments: Vec::new(),
        events: Vec::new(),
        event_ends: Vec::new(),
        lines: Vec::new(),
        scopes: Vec::new(),
        scope_map: Vec::new(),
        states: Vec::new(),
        state_map: Vec::new(),
        texts: Vec::new(),
        declared_at: (0, 0),
    })
}
