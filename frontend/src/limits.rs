//! The limits of the front end, in one place: what an embedder can set, and below it what is fixed.

/// Bits of an untyped integer, and of the integer part of a literal. Ours: the reference has none beyond memory.
pub const MAX_INT_BITS: u64 = 1 << 20;

/// Bytes of a constant string. Ours.
pub const MAX_STRING_BYTES: usize = 64 << 20;

/// Digits of the mantissa of a floating-point literal. Exponents reach ±100000 (spec/01 §1.8), so a decimal literal with
/// more is out of range.
pub const MAX_MANTISSA_DIGITS: usize = 200_001;

/// Depth of arrays and inline tables in a module file. Ours.
pub const MAX_TOML_DEPTH: u32 = 64;

/// What the front end refuses to process. Every limit is the largest accepted value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one source file. Ours: the reference has none.
    pub source_bytes: usize,
    /// Nesting levels of the parser (spec/01 §A.1).
    pub nesting: u32,
    /// Lexical errors that are recorded for one file; further ones are dropped. Ours: the reference has none.
    pub lexical_errors: usize,
    /// Errors after which the next syntax error stops the parse (spec/01 §A.1).
    pub syntax_errors: usize,
    /// Names of one block: the width of an index in a value path (spec/01 §4.3).
    pub names_per_block: u32,
    /// Blocks inside one another.
    pub block_depth: u32,
    /// Blocks between a use of a name and its declaration (spec/01 §1.1).
    pub path_depth: u32,
    /// Type expressions inside one another, written out. The identity of a type is a text, so that n levels cost n² bytes. Ours: the
    /// reference has none.
    pub type_depth: u32,
    /// Instances of generic types that the Go layer makes for one package. Ours: the reference has none.
    pub type_instances: usize,
    /// Instances of generic types that the Go layer makes for one another: a type whose instances need ever larger ones has no end.
    /// Ours.
    pub instance_nesting: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            source_bytes: 64 << 20,
            nesting: 100_000,
            lexical_errors: 1000,
            syntax_errors: 11,
            names_per_block: 65_535,
            block_depth: 254,
            path_depth: 127,
            type_depth: 1_000,
            type_instances: 2_000,
            instance_nesting: 100,
        }
    }
}
