//! Artifact reader and verifier, interpreter, heap, metering, embedding API.
//!
//! ```text
//! Module ──Program::load──> Program ──Machine::new──> Machine ──run_init, run_main──> output, Report
//! ```
//!
//! A [`Program`] is a module that has passed the verifier (`verify`) and is bound to a gas schedule (`load`). A [`Machine`] owns
//! the mutable state: objects (`heap`), call frames and registers (`frame`), counters (`meter`). The interpreter (`interp`)
//! runs the code; what does not happen within a segment, such as panics and deferred calls, is done by the machine itself (`panic`).

mod allowance;
mod config;
mod frame;
pub mod heap;
mod interp;
mod load;
mod machine;
pub mod map;
mod meter;
mod natives;
pub mod ops;
mod panic;
pub mod print;
#[allow(dead_code)] // Used by guarded code.
mod realm;
mod recount;
mod report;
mod stored;
mod testing;
mod trace;
pub mod value;
pub mod verify;

pub use config::{Collection, Config, Limits, Metering};
pub use load::{ImportProblem, LoadError, Program};
pub use machine::{Machine, RunError};
pub use meter::{Descriptor, StoreOp};
pub use natives::{Banker, Coin, Context, Environment, Event, NoParams, ParamValue, Params, TestBanker};
pub use natives::{is_address, package_address, storage_address};
pub use realm::Missing;
pub use report::Report;
pub use testing::{TestOptions, TestResult};
