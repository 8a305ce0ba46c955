//! Limits on constants. The reference has none of its own beyond memory; these keep the work of folding bounded.

/// Bits of an untyped integer, and of the integer part of a literal.
pub const MAX_INT_BITS: u64 = 1 << 22;

/// Bytes of a constant string.
pub const MAX_STRING_BYTES: usize = 64 << 20;

/// Digits of a decimal literal: exponents reach ±100000 (spec/01 §1.8), so longer ones are out of range or needlessly
/// precise.
pub const MAX_DECIMAL_DIGITS: usize = 1 << 20;
