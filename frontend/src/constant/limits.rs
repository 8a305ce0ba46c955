//! Limits on constants. The reference has none of its own beyond memory; these keep the work of folding bounded.

/// Bits of an untyped integer, and of the integer part of a literal.
pub const MAX_INT_BITS: u64 = 1 << 20;

/// Bytes of a constant string.
pub const MAX_STRING_BYTES: usize = 64 << 20;

/// Digits of the mantissa of a floating-point literal. Exponents reach ±100000 (spec/01 §1.8), so a decimal literal with
/// more is out of range.
pub const MAX_MANTISSA_DIGITS: usize = 200_001;
