//! What a message did, or why it failed.

use crate::compile::CompileError;
use regno_runtime::{Coin, Event, Machine, Report, RunError};
use regno_store::StoreError;
use std::fmt;

/// What a message did.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Outcome {
    /// What the program printed.
    pub output: Vec<u8>,
    /// Text of the results of a call (spec/07 §3.2).
    pub results: Vec<String>,
    /// Figures.
    pub report: Report,
    /// Bytes added to the storage of each realm.
    pub storage: Vec<(String, i64)>,
    /// Events emitted, then those of storage deposits.
    pub events: Vec<ChainEvent>,
}

impl Outcome {
    pub(super) fn of(machine: &mut Machine, results: Vec<String>) -> Outcome {
        let events = std::mem::take(&mut machine.context_mut().events);
        Outcome {
            output: machine.take_output(),
            results,
            report: machine.report(),
            storage: machine.storage(),
            events: events.into_iter().map(ChainEvent::Emitted).collect(),
        }
    }
}

/// An event of a message (spec/07 §12).
#[derive(Clone, PartialEq, Debug)]
pub enum ChainEvent {
    /// A realm has emitted it.
    Emitted(Event),
    /// The sender has paid for bytes of a realm.
    StorageDeposit {
        /// Bytes added.
        bytes_delta: i64,
        /// What they cost.
        fee_delta: Coin,
        /// Path of the realm.
        pkg_path: String,
    },
    /// A realm has given back what bytes had cost.
    StorageUnlock {
        /// Bytes freed, as a negative number.
        bytes_delta: i64,
        /// What they had cost.
        fee_refund: Coin,
        /// Path of the realm.
        pkg_path: String,
        /// The collector of fees has got it, because coins of this denomination are locked.
        refund_withheld: bool,
    },
}

/// A program's failure.
#[derive(Clone, PartialEq, Debug)]
pub struct Failure {
    /// Why.
    pub error: RunError,
    /// The calls that led there; empty for a fatal condition without a trace.
    pub stacktrace: String,
    /// What the program printed before.
    pub output: Vec<u8>,
    /// Figures.
    pub report: Report,
}

impl Failure {
    pub(super) fn of(machine: &mut Machine, error: RunError) -> Failure {
        Failure {
            error,
            stacktrace: machine.take_stacktrace(),
            output: machine.take_output(),
            report: machine.report(),
        }
    }
}

/// Why a message failed; nothing of it is in the store.
#[derive(Clone, PartialEq, Debug)]
pub enum ChainError {
    /// The store.
    Store(StoreError),
    /// A package is refused at compile time.
    Compile(String),
    /// The program failed.
    Run(Box<Failure>),
    /// The program cannot be opened on the store.
    Open(RunError),
    /// The message itself makes no sense.
    Message(String),
}

impl fmt::Display for ChainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ChainError::Store(error) => error.fmt(f),
            ChainError::Compile(text) | ChainError::Message(text) => f.write_str(text),
            ChainError::Run(failure) => failure.error.fmt(f),
            ChainError::Open(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ChainError {}

impl From<StoreError> for ChainError {
    fn from(error: StoreError) -> ChainError {
        ChainError::Store(error)
    }
}

impl From<CompileError> for ChainError {
    fn from(error: CompileError) -> ChainError {
        ChainError::Compile(error.text)
    }
}

impl From<Failure> for ChainError {
    fn from(failure: Failure) -> ChainError {
        ChainError::Run(Box::new(failure))
    }
}
