//! What can go wrong: limits of the encoding, and functions that break the rules of the IR.

use regno_ir::function::Function;
use std::fmt;

/// Why a function cannot be compiled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CodegenError {
    /// The function needs more than 65,535 registers, parameters, results, or has an index beyond 16 bits.
    TooMany {
        /// Of what.
        what: &'static str,
        /// Name of the function; empty for a literal.
        function: String,
        /// Line of its declaration.
        line: u32,
    },
    /// The code exceeds 2^31 words.
    TooLong {
        /// Name of the function; empty for a literal.
        function: String,
        /// Line of its declaration.
        line: u32,
    },
    /// The IR is not well-formed; the IR verifier names the rule.
    Malformed {
        /// Name of the function.
        function: String,
        /// What was found.
        detail: &'static str,
    },
}

impl CodegenError {
    pub(crate) fn too_many(what: &'static str, function: &Function) -> CodegenError {
        CodegenError::TooMany { what, function: function.name.clone(), line: function.position.line }
    }

    pub(crate) fn too_long(function: &Function) -> CodegenError {
        CodegenError::TooLong { function: function.name.clone(), line: function.position.line }
    }

    pub(crate) fn malformed(detail: &'static str, function: &Function) -> CodegenError {
        CodegenError::Malformed { function: function.name.clone(), detail }
    }
}

impl fmt::Display for CodegenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named =
            |name: &str| if name.is_empty() { "function literal".to_owned() } else { format!("function {name}") };
        match self {
            CodegenError::TooMany { what, function, line } => {
                write!(f, "{} at line {line} needs too many {what}", named(function))
            }
            CodegenError::TooLong { function, line } => write!(f, "{} at line {line} is too long", named(function)),
            CodegenError::Malformed { function, detail } => {
                write!(f, "internal error: malformed code for {}: {detail}", named(function))
            }
        }
    }
}

impl std::error::Error for CodegenError {}
