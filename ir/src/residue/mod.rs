//! Makes the words of narrow numbers explicit: what the reference keeps behind the width of a number (spec/04 Q20).
//!
//! The reference computes numbers and bools in place, in the eight bytes of their left operand, and an operation writes only as many bytes
//! as its type has. What it stores are all eight. The builder knows numbers only: a register of a narrow representation holds the number
//! extended to 64 bits. In code that realms can take part in, this rewriting gives each narrow register whose word is wanted a second one,
//! the *upper* register, whose bytes behind the width are those of the word; the others mean nothing.
//!
//! | where | what is there |
//! |---|---|
//! | registers of narrow representation | the number |
//! | slots of the heap, payloads of interfaces, arguments, results | the word |
//! | elements of byte arrays, operands and results of natives | the number |
//!
//! So a load gives a word, from which [`Op::FromWord`] takes the number; a store, call or return takes a word, which [`Op::ToWord`] makes of
//! the number and the upper register: the loaded word itself where nothing came between, the number where nothing is behind it.
//! Operations keep the upper bytes of their first operand ([`source`]). Words that nobody wants cost nothing ([`needs`]): a comparison
//! that only decides a branch has none.

mod needs;
mod rewrite;
mod source;

use crate::function::Function;

/// Runs the rewriting on a function as the builder made it.
pub(crate) fn run(function: &mut Function) {
    let needs = needs::Needs::of(function);
    rewrite::Rewrite::new(function, needs).run();
}
