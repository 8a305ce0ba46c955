//! The text form of a function: prints and parses, so that file tests of passes can be written by hand.
//!
//! ```text
//! function fib literal captures=1 defers {
//!   results i64
//!   reg v0: i64 = n
//!   reg v1: bool
//!   scope scope0 { n: v0 }
//!   entry block0
//! block0:
//!   v1 = lt.i64 v0, 2 [Eval Eval Eval Lss]
//!   branch.bool v1 -> block1, block2 [IfCond]
//! block1:
//!   return.i64 v0 [Body Eval Return]
//! }
//! ```
//!
//! An instruction is `results = op.repr args #index @entity -> targets [events] scope`; parts that are absent or zero are
//! left out. Constant operands are written as unsigned decimals of their bits, `Alloc(n)` events as `+n`. Positions are not part of
//! the text.

mod parse;
mod print;

pub use parse::{ParseError, parse_function};
pub use print::print_function;
