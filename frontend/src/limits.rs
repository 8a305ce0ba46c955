//! The limits of the front end, in one place. Every limit is the largest accepted value, and `frontend/tests/limits.rs` shows each at that
//! value and one beyond.

/// What the front end refuses to process. The fields can be set by an embedder; what the language or a representation fixes is a constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one source file. Ours: the reference has none.
    pub source_bytes: usize,
    /// Nesting levels of the parser (spec/01 §A.1).
    pub nesting: u32,
    /// Lexical errors that are recorded for one file; further ones are dropped. Ours: the reference has none.
    pub lexical_errors: usize,
    /// Errors after which the next syntax error stops the parse, or the resolution of names that follows it (spec/01 §A.1).
    pub syntax_errors: usize,
    /// Scopes inside one another while names are resolved, that of the package included (spec/01 §A.1).
    pub scope_depth: u32,
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

impl Limits {
    /// Bits of an untyped integer, and of the integer part of a literal. Ours: the reference has none beyond memory.
    pub const INTEGER_BITS: u64 = 1 << 20;
    /// Bytes of a constant string. Ours.
    pub const STRING_BYTES: usize = 64 << 20;
    /// Digits of the mantissa of a floating-point literal. Exponents reach ±100000 (spec/01 §1.8), so a decimal literal with
    /// more is out of range.
    pub const MANTISSA_DIGITS: usize = 200_001;
    /// The decimal exponent of an untyped decimal, either way (spec/01 §1.8).
    pub const DECIMAL_EXPONENT: i64 = 100_000;
    /// Bits of an untyped integer in the Go layer (spec/01 §3.1).
    pub const GO_INTEGER_BITS: u64 = 512;
    /// The count of a constant shift in the Go layer (spec/01 §3.1).
    pub const GO_SHIFT_COUNT: i64 = 1023 - 1 + 52;
    /// Characters of a number in the Go layer (spec/01 §3.6).
    pub const GO_NUMBER_LENGTH: usize = 10_000;
    /// Bytes of the name and of the path of a package that is deployed, and of the names of its files (spec/01 §2.2).
    pub const PACKAGE_NAME_BYTES: usize = 256;
    /// Bytes of the printed form of a type, which is cut there. Ours.
    pub const TYPE_TEXT_BYTES: usize = 1 << 20;
    /// Arrays and inline tables inside one another in a module file. Ours.
    pub const MODULE_FILE_DEPTH: u32 = 64;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            source_bytes: 64 << 20,
            nesting: 100_000,
            lexical_errors: 1000,
            syntax_errors: 11,
            scope_depth: 1_000,
            names_per_block: 65_535,
            block_depth: 254,
            path_depth: 127,
            type_depth: 1_000,
            type_instances: 2_000,
            instance_nesting: 100,
        }
    }
}
