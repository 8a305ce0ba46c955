//! The options that every executing command shares.

use clap::ValueEnum;
use regno_conformance::execute::Settings;
use regno_runtime::Metering;

/// Limits and metering of an execution.
#[derive(clap::Args, Clone, Copy, Debug)]
pub struct Limits {
    /// Stop with `out of gas` beyond this much gas; without it gas is only counted
    #[arg(long, value_name = "GAS")]
    gas_limit: Option<u64>,
    /// Allocation limit in bytes of the reference's allocator; without it nothing is counted or charged for memory
    #[arg(long, value_name = "BYTES")]
    max_alloc: Option<u64>,
    /// How gas is charged: by block, event by event (same figures, slower), or not at all (for comparison only)
    #[arg(long, value_enum, default_value_t = Mode::Block, env = "REGNO_METERING")]
    metering: Mode,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum Mode {
    Block,
    Exact,
    Off,
}

impl Limits {
    /// As settings of an execution; a limit of 0 bytes means none, as in the reference.
    pub fn settings(self) -> Settings {
        let metering = match self.metering {
            Mode::Block => Metering::Auto,
            Mode::Exact => Metering::Exact,
            Mode::Off => Metering::Off,
        };
        Settings {
            gas_limit: self.gas_limit,
            max_alloc: self.max_alloc.filter(|&bytes| bytes != 0),
            metering,
            ..Settings::default()
        }
    }
}
