//! Native functions: the bodies of library functions that are declared without one (spec/06 §4-5).
//!
//! A body-less function compiles to ordinary code that charges the call as any other (block, argument copies, `CallNativeBody`) and runs
//! one `CallNative` instruction, so function values, deferred calls, panics and the virtual collector need to know nothing of natives. When a package
//! is linked, each such function is looked up by (package path, name); the *environment* says in which tables.
//!
//! # Adding a native
//!
//! One file a package; in it a constant `NATIVES` with name and function of each, listed in [`PRODUCTION`] or [`TESTING`]. A native is a
//! function `fn(&mut Call<'_>) -> Outcome`: [`Call`] reads the arguments by their Gno types and gives the results in order, charging what the
//! reference charges for them. `Err(Trap::raise(text))` is a recoverable panic with a string value (the reference's `m.Panic`),
//! `Err(Trap::abort(text))` is fatal (a Go panic of the reference).

mod banker;
mod call;
mod chain;
mod chain_runtime;
mod context;
mod ed25519;
mod fmt;
mod math;
mod os;
mod params;
mod realm;
mod runtime;
mod sha256;
mod testing;
mod time;
mod unicode;

pub(crate) use call::Call;
pub use chain::{address_of_package as package_address, deposit_address_of as storage_address, is_address};
pub use context::{Banker, Coin, Context, Event, NoParams, ParamValue, Params, TestBanker};

use crate::heap::Trap;

/// What a native gives.
pub(crate) type Outcome = Result<(), Trap>;

/// A native.
pub(crate) type NativeFn = fn(&mut Call<'_>) -> Outcome;

/// A native that gives one number for another and needs nothing else.
pub(crate) type BitsFn = fn(u64) -> u64;

/// What a native runs.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Body {
    /// A function of the call.
    Call(NativeFn),
    /// A function of the only argument's slot that gives the only result's.
    Bits(BitsFn),
}

/// Natives of one package by function name.
type Table = &'static [(&'static str, NativeFn)];

/// Which natives a program can use (spec/06 §4.1).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Environment {
    /// Those of the production libraries: chain, `run`, `lint`.
    #[default]
    Production,
    /// Those of the test overlay first: `test` and filetests.
    Testing,
}

/// Packages of the production libraries.
const PRODUCTION: &[(&str, Table)] = &[
    ("chain", chain::NATIVES),
    ("chain/banker", banker::NATIVES),
    ("chain/params", params::NATIVES),
    ("chain/runtime", chain_runtime::NATIVES),
    ("crypto/ed25519", ed25519::NATIVES),
    ("crypto/sha256", sha256::NATIVES),
    ("runtime", runtime::NATIVES),
    ("sys/params", params::SYSTEM),
    ("time", time::NATIVES),
];

/// Packages of the test overlay.
const TESTING: &[(&str, Table)] =
    &[("fmt", fmt::NATIVES), ("os", os::NATIVES), ("testing", testing::NATIVES), ("unicode", unicode::NATIVES)];

/// Natives of numbers, in every environment.
const BITS: &[(&str, &[(&str, BitsFn)])] = &[("math", math::BITS)];

/// The native of a function.
pub(crate) fn find(environment: Environment, package: &str, name: &str) -> Option<Body> {
    find_call(environment, package, name).map(Body::Call).or_else(|| {
        let (_, natives) = BITS.iter().find(|(path, _)| *path == package)?;
        natives.iter().find(|(known, _)| *known == name).map(|&(_, run)| Body::Bits(run))
    })
}

fn find_call(environment: Environment, package: &str, name: &str) -> Option<NativeFn> {
    let tables: &[&[(&str, Table)]] = match environment {
        Environment::Production => &[PRODUCTION],
        Environment::Testing => &[TESTING, PRODUCTION],
    };
    tables.iter().find_map(|packages| {
        let (_, natives) = packages.iter().find(|(path, _)| *path == package)?;
        natives.iter().find(|(known, _)| *known == name).map(|&(_, run)| run)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_package_and_no_function_is_listed_twice() {
        for packages in [PRODUCTION, TESTING] {
            for (at, (path, natives)) in packages.iter().enumerate() {
                assert!(packages[..at].iter().all(|(other, _)| other != path), "{path}");
                for (at, (name, _)) in natives.iter().enumerate() {
                    assert!(natives[..at].iter().all(|(other, _)| other != name), "{path}.{name}");
                }
            }
        }
    }
}
