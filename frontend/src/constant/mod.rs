//! Constant values: literals, folding and conversion (spec/01 §1.8, §1.10).
//!
//! A [`Constant`] is a value without its type; the checker keeps the type beside it. Folding follows the reference:
//! untyped integers are unbounded, untyped decimals are decimal with 1024 digits in products and quotients, typed
//! integers wrap (spec/00 addendum 19), floats are IEEE-754 with `float32` computed through `float64` (spec/01 §1.9).
//!
//! | question | ask |
//! |---|---|
//! | value of a literal | [`parse_int`], [`parse_float`], [`parse_char`], [`parse_string`] |
//! | `op x` | [`unary`] |
//! | `x op y`, comparisons and `&&`, `\|\|` included, shifts not | [`binary`] |
//! | `x << n`, `x >> n` | [`shift_count`], then [`shift`] |
//! | an untyped constant becomes typed, or changes its untyped kind | [`convert_untyped`] |
//! | `T(x)` | [`convert_explicit`] |
//! | a typed constant becomes another type | [`convert_typed`] |
//! | text in messages | [`Constant::text`], [`quote`] |
//! | what its eight bytes hold | [`Held`] |
//! | an index, length or `iota` | [`Constant::as_i64`], [`Constant::int`] |
//!
//! Both operands of [`binary`] must have been converted to one type first. Failures are a [`ConstError`]: data, with
//! the reference's text, and whether that text stands without location (spec/01 §3.3 rule 3). Work is bounded: a result
//! beyond [`limits`](crate::limits) is [`ConstError::TooLarge`].

mod arith;
mod convert;
mod decimal;
mod error;
mod float;
mod literal;
mod shift;
#[cfg(test)]
mod tests;
mod text;
mod unquote;
mod value;
mod word;

pub use arith::{binary, unary};
pub use convert::{convert_explicit, convert_typed, convert_untyped, not_primitive};
pub use decimal::{Decimal, DecimalError};
pub use error::ConstError;
pub use literal::{parse_char, parse_float, parse_int, parse_string};
pub use shift::{ShiftCountError, shift, shift_count};
pub use text::quote;
pub use value::{Constant, FixedInt};
pub use word::Held;
