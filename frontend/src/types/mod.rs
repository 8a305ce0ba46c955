//! Gno types: representation, identity, text, and the rules of assignability and selection.
//!
//! A type is a [`TypeId`], an index into a [`TypeTable`]; nothing here recurses on drop, clone, hash or print. Unnamed
//! types are interned by *shape* (parameter names, tags and the variadic mark included, because they are printed), and
//! every type also has an [`IdentityId`]: two types are identical exactly when their identities are equal
//! (spec/01 §4.7). Interface literals are never shared between two occurrences, because the reference sorts the methods
//! of one literal in place when its identity is first asked for, and the printed form shows it (spec/01 §4.6).
//!
//! | question | ask |
//! |---|---|
//! | make a type | [`TypeTable::pointer`], [`slice`](TypeTable::slice), [`array`](TypeTable::array), [`func`](TypeTable::func), … |
//! | declare a type | [`TypeTable::declare`], then [`set_underlying`](TypeTable::set_underlying) and [`add_method`](TypeTable::add_method) |
//! | shape of a type | [`TypeTable::get`], [`underlying`](TypeTable::underlying), [`kind`](TypeTable::kind), [`elem`](TypeTable::elem) |
//! | identity | [`TypeTable::identical`], [`type_id_string`](TypeTable::type_id_string) |
//! | text | [`TypeTable::type_string`], [`Kind::name`] |
//! | categories | [`is_untyped`](TypeTable::is_untyped), [`is_numeric`](TypeTable::is_numeric), [`is_named`](TypeTable::is_named), [`comparable`](TypeTable::comparable), … |
//! | `x.name` | [`TypeTable::lookup`] gives a [`Selection`] or a [`LookupError`] |
//! | `T implements I` | [`TypeTable::implements`] |
//! | run-time dispatch tables | [`TypeTable::method_set`] |
//! | `x` assigned to `d` | [`TypeTable::check_assignable`] |
//! | which operand is converted | [`TypeTable::should_swap`], [`specificity`](TypeTable::specificity), [`default_type`](TypeTable::default_type) |
//! | recursive declarations | [`TypeTable::value_cycle`] |
//!
//! "No type" (the type of `nil`, the target of `_`) is `None` where a function takes `Option<TypeId>`;
//! [`TypeId::UNTYPED_NIL`] is accepted as a synonym there.

mod assign;
mod cycle;
mod display;
mod identity;
mod implements;
mod kind;
mod lookup;
mod method_set;
mod predicates;
mod repr;
mod specificity;
mod table;
#[cfg(test)]
mod tests;
mod universe;

pub use assign::{AssignError, NilContext};
pub use identity::IdentityId;
pub use implements::ImplementsError;
pub use kind::Kind;
pub use lookup::{LookupError, PathStep, ReceiverAdjust, Selection, Target};
pub use method_set::MethodSetEntry;
pub use predicates::Incomparable;
pub use repr::{
    Basic, ChanDir, Field, FuncType, InterfaceEntry, InterfaceType, Method, NamedId, NamedType, Param, StructType,
    Type, TypeId,
};
pub use table::TypeTable;

/// Whether a name is exported: its first rune is upper case by Unicode (spec/01 §4.6).
#[must_use]
pub fn is_exported(name: &str) -> bool {
    name.chars().next().is_some_and(char::is_uppercase)
}

/// Runs `f` with enough stack for another level of recursion over types.
pub(crate) fn deeper<R>(f: impl FnOnce() -> R) -> R {
    stacker::maybe_grow(64 * 1024, 1024 * 1024, f)
}
