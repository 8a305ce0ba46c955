//! A single user's chain on a store: packages added, functions called, scripts run, each as one message that happens as a whole
//! or not at all (spec/07 in its local form).
//!
//! A message runs on a machine over a snapshot of the store, with a program of the packages that it names and all that they import.
//! Packages that are stored are loaded when they are used; packages that are not are made and stored with the message that first needs
//! them, without charges, as at a chain's genesis. Where a stored value needs a package or type that nothing imports, the machine
//! says so and the message starts again with it. What the machine and the ledger have changed becomes one batch.
//!
//! | file | what |
//! |---|---|
//! | `add`, `calls`, `query` | the messages: packages, calls and scripts, expressions |
//! | `link` | programs of messages |
//! | `execute` | the machine of a message, and its batch |
//! | `sources` | stored packages as sources, their functions and records |
//! | `rules`, `test_files` | what a package and its tests must be to be added |
//! | `accounts` | coins and parameters |
//! | `params` | which parameters can be set to what |
//! | `deposit` | what storage costs |
//! | `outcome` | what a message did, or why it failed |

mod accounts;
mod add;
mod calls;
mod deposit;
mod execute;
mod link;
mod outcome;
mod params;
mod query;
mod rules;
mod sources;
mod test_files;

pub use accounts::{FIRST_COINS, Ledger};
pub use outcome::{ChainError, ChainEvent, Failure, Outcome};
pub use sources::{StoredPackages, packages, record_of, source_of};

use crate::cache::Cache;
use crate::coins::check_coins;
use crate::session::Session;
use crate::store::SourceStore;
use link::Extras;
use regno_frontend::package::Packages;
use regno_runtime::{Coin, Context, Program, is_address};
use regno_store::{Store, StoreError};
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;

/// The sender of messages that say no other.
pub const CALLER: &str = "g1wymu47drhr0kuq2098m792lytgtj2nyx77yrsm";
/// Domain of the chain.
const DOMAIN: &str = "gno.land";

/// How messages are executed.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Gas limit; `None` only counts.
    pub gas_limit: Option<u64>,
    /// Allocation limit in bytes.
    pub max_alloc: Option<u64>,
    /// Execute, but write nothing.
    pub simulate: bool,
}

/// Who sends a message, what with, and when it arrives.
#[derive(Clone, PartialEq, Debug)]
pub struct Message {
    /// Address of the sender.
    pub caller: String,
    /// Coins that are sent to the package.
    pub send: Vec<Coin>,
    /// What storage may cost, in ugnot; 0 or `None` for the default.
    pub max_deposit: Option<u64>,
    /// Chain id.
    pub chain_id: String,
    /// Block height.
    pub height: i64,
    /// Block time in Unix seconds.
    pub time: i64,
}

impl Default for Message {
    fn default() -> Message {
        let context = Context::default();
        Message {
            caller: CALLER.to_owned(),
            send: Vec::new(),
            max_deposit: None,
            chain_id: context.chain_id,
            height: context.height,
            time: context.timestamp,
        }
    }
}

impl Message {
    fn check(&self) -> Result<(), ChainError> {
        if !is_address(&self.caller) {
            return Err(ChainError::Message(format!("invalid address: {:?}", self.caller)));
        }
        check_coins(&self.send).map_err(ChainError::Message)
    }

    fn context(&self, ledger: &Ledger) -> Context {
        Context {
            chain_id: self.chain_id.clone(),
            height: self.height,
            timestamp: self.time,
            origin_caller: self.caller.clone(),
            origin_send: self.send.clone(),
            banker: Box::new(ledger.clone()),
            params: Box::new(ledger.clone()),
            ..Context::default()
        }
    }
}

/// A chain: a store, the packages that can be used, and what was compiled of them.
pub struct Chain<'c> {
    packages: &'c StoredPackages<'c>,
    sources: &'c SourceStore,
    session: RefCell<Session<'c>>,
    /// Programs that were linked for calls of the package with this path.
    targets: RefCell<HashMap<String, (Extras, Program)>>,
    cache: Option<&'c Cache>,
    /// The library that tests see.
    test_library: Option<&'c dyn Packages>,
    options: Options,
}

impl fmt::Debug for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chain").field("options", &self.options).finish_non_exhaustive()
    }
}

impl<'c> Chain<'c> {
    /// A chain on a store and its packages. What it compiles lives in `sources`.
    #[must_use]
    pub fn new(packages: &'c StoredPackages<'c>, sources: &'c SourceStore, options: Options) -> Chain<'c> {
        let session = RefCell::new(Session::new(sources, packages));
        Chain { packages, sources, session, targets: RefCell::default(), cache: None, test_library: None, options }
    }

    /// The chain takes compiled packages from a cache, and puts those there that it compiles itself.
    #[must_use]
    pub fn with_cache(self, cache: Option<&'c Cache>) -> Chain<'c> {
        let session = RefCell::new(Session::new(self.sources, self.packages).with_cache(cache));
        Chain { session, cache, ..self }
    }

    /// The chain checks the test files of packages, too; they see this library.
    #[must_use]
    pub fn with_tests(self, library: &'c dyn Packages) -> Chain<'c> {
        Chain { test_library: Some(library), ..self }
    }

    fn store(&self) -> &'c dyn Store {
        self.packages.store
    }

    /// The exported functions of a stored package, as their declarations begin.
    ///
    /// # Errors
    ///
    /// [`ChainError`]: there is no such package, or it cannot be compiled any more.
    pub fn functions(&self, path: &str) -> Result<Vec<String>, ChainError> {
        if source_of(self.store(), path)?.is_none() {
            return Err(ChainError::Message(format!("package not found: {path}")));
        }
        let mut session = self.session.borrow_mut();
        session.modules(&[path.to_owned()])?;
        session.module(path).map_or(Ok(Vec::new()), sources::functions)
    }

    /// The coins of an address.
    ///
    /// # Errors
    ///
    /// [`ChainError::Store`].
    pub fn coins(&self, address: &str) -> Result<Vec<Coin>, ChainError> {
        let ledger = Ledger::over(self.store().snapshot()?);
        let coins = regno_runtime::Banker::coins(&ledger, address);
        ledger.writes()?;
        Ok(coins)
    }

    /// Gives coins to an address.
    ///
    /// # Errors
    ///
    /// [`ChainError`]: no address, no coins, or more than an address can have.
    pub fn credit(&self, address: &str, coins: &[Coin]) -> Result<(), ChainError> {
        if !is_address(address) {
            return Err(ChainError::Message(format!("invalid address: {address:?}")));
        }
        check_coins(coins).map_err(ChainError::Message)?;
        let ledger = Ledger::over(self.store().snapshot()?);
        ledger.credit(address, coins).map_err(ChainError::Message)?;
        Ok(self.store().write(&ledger.writes()?)?)
    }
}

/// What is wrong with a stored state: each entry that cannot be what was written, and each reference that leads nowhere.
///
/// # Errors
///
/// The store cannot be read.
pub fn verify(store: &dyn Store) -> Result<(u64, Vec<StoreError>), StoreError> {
    regno_store::verify::verify(&*store.snapshot()?)
}
