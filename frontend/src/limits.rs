//! The limits of the front end, in one place.

/// What a source may ask of the front end; beyond a limit the result is a clean error.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Largest source file in bytes.
    pub source_bytes: usize,
    /// Nesting levels of the parser (spec/02 §12): beyond, `exceeded max nesting depth`.
    pub nesting: u64,
    /// Nested blocks of a function (spec/01 §4.3).
    pub block_depth: u32,
    /// Names in one block (spec/03 §3 rule 7).
    pub names_per_block: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { source_bytes: 64 << 20, nesting: 100_000, block_depth: 254, names_per_block: 65_535 }
    }
}
