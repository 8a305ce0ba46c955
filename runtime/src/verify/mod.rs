//! The verifier: what must hold of a module before any of it runs.
//!
//! Time is linear in the size of the module. Each check has a stable id ([`Check::id`]) that appears here, in
//! `docs/artifact.md` and in a test.
//!
//! | module | checks |
//! |---|---|
//! | [`tables`] | references between types, strings, functions, globals |
//! | [`code`] | instruction encoding, operands, control flow |
//! | [`metering`] | segments, events, positions |

mod code;
mod metering;
mod tables;

use regno_bytecode::module::{FunctionKind, Module};
use std::fmt;

/// One rule of the verifier.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Check {
    /// A type descriptor refers to types, strings and functions of the module.
    TypeReference,
    /// A type descriptor's parts agree: its structure fits its representation, its underlying type has the same structure.
    TypeShape,
    /// A package-level variable has a type of the module.
    GlobalType,
    /// `init` and `main` are functions without parameters and results.
    EntryFunction,
    /// A function's signature and receiver are types of the module, and its counts are consistent.
    FunctionHeader,
    /// Every word sequence decodes: known operation, extension word present.
    Encoding,
    /// The operation is one that artifacts may contain.
    Operation,
    /// Registers and windows lie in the frame.
    Register,
    /// Unused fields are zero, shift immediates and flags are in range.
    Immediate,
    /// References to types, functions, strings and variables exist, and types have the structure the operation needs.
    Entity,
    /// Branches lead to segment words of the function; a segment word follows every branch and call.
    Branch,
    /// Execution cannot run off the end of the code.
    FallOff,
    /// Entry points are segment words.
    EntryPoint,
    /// Segments are in order, one for each segment word.
    SegmentTable,
    /// Events are known and lie in their segment; segments cover the events without gap.
    EventTable,
    /// Event prefixes grow along each segment and stay inside it.
    EventPrefix,
    /// Source positions and scopes are in order and in range.
    DebugTable,
    /// Imports and file blocks refer to packages of the module's list; imported functions have no code.
    Import,
    /// The flags of a direct call are ones that its callee can have.
    CallFlags,
}

impl Check {
    /// Stable id.
    pub const fn id(self) -> &'static str {
        match self {
            Check::TypeReference => "V01",
            Check::TypeShape => "V02",
            Check::GlobalType => "V03",
            Check::EntryFunction => "V04",
            Check::FunctionHeader => "V05",
            Check::Encoding => "V06",
            Check::Operation => "V07",
            Check::Register => "V08",
            Check::Immediate => "V09",
            Check::Entity => "V10",
            Check::Branch => "V11",
            Check::FallOff => "V12",
            Check::EntryPoint => "V13",
            Check::SegmentTable => "V14",
            Check::EventTable => "V15",
            Check::EventPrefix => "V16",
            Check::DebugTable => "V17",
            Check::Import => "V18",
            Check::CallFlags => "V19",
        }
    }
}

/// A module that breaks a rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VerifyError {
    /// The rule.
    pub check: Check,
    /// Index of the function, if the finding is in one.
    pub function: Option<usize>,
    /// Word index in the function's code, if it is about an instruction.
    pub pc: Option<usize>,
    /// What is wrong.
    pub detail: String,
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.check.id())?;
        if let Some(function) = self.function {
            write!(f, ": function {function}")?;
        }
        if let Some(pc) = self.pc {
            write!(f, " at {pc}")?;
        }
        write!(f, ": {}", self.detail)
    }
}

impl std::error::Error for VerifyError {}

impl VerifyError {
    pub(crate) fn new(check: Check, detail: impl Into<String>) -> VerifyError {
        VerifyError { check, function: None, pc: None, detail: detail.into() }
    }

    fn at(self, pc: usize) -> VerifyError {
        VerifyError { pc: Some(pc), ..self }
    }

    fn in_function(self, function: usize) -> VerifyError {
        VerifyError { function: Some(function), ..self }
    }
}

/// Verifies a module as it comes from an artifact: segment words hold indices, not yet amounts.
///
/// # Errors
///
/// The first rule that is broken, in order of tables, then functions.
pub fn verify(module: &Module) -> Result<(), VerifyError> {
    tables::verify(module)?;
    for (index, function) in module.functions.iter().enumerate() {
        if matches!(function.kind, FunctionKind::Imported(_)) {
            continue;
        }
        code::verify(module, function)
            .and_then(|starts| metering::verify(module, function, &starts))
            .map_err(|error| error.in_function(index))?;
    }
    Ok(())
}

/// Fails with the rule unless the condition holds.
fn ensure(condition: bool, check: Check, detail: impl FnOnce() -> String) -> Result<(), VerifyError> {
    if condition { Ok(()) } else { Err(VerifyError::new(check, detail())) }
}
