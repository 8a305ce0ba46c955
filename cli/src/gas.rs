//! `regno gas`

use crate::error::Error;
use crate::input;
use regno_bytecode::event::{GasSchedule, OpClass};
use serde_json::json;
use std::fmt::Write;
use std::process::ExitCode;

/// Print the gas schedule.
#[derive(clap::Args)]
pub struct Args {
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<ExitCode, Error> {
    let schedule = GasSchedule::reference();
    let text = if args.json { as_json(&schedule) } else { as_table(&schedule) };
    input::say(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn as_table(schedule: &GasSchedule) -> String {
    let mut text = format!("schedule {}\n\n{:<24}{:>8}\n", schedule.id, "operation", "gas");
    let mut line = |name: &str, gas: u32, unit: &str| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{name:<24}{gas:>8}{unit}");
    };
    for &class in OpClass::ALL {
        line(class.name(), schedule.op(class), "");
    }
    line("printed text", 1, &format!("  per {} bytes", schedule.print_bytes_per_gas));
    line("memory", schedule.gas_per_byte, "  per byte above the previous peak");
    line("collection", schedule.gas_per_visit, "  per value visited");
    text
}

fn as_json(schedule: &GasSchedule) -> String {
    let ops: serde_json::Map<_, _> =
        OpClass::ALL.iter().map(|&class| (class.name().to_owned(), schedule.op(class).into())).collect();
    let object = json!({
        "schedule": schedule.id,
        "operations": ops,
        "print_bytes_per_gas": schedule.print_bytes_per_gas,
        "gas_per_byte": schedule.gas_per_byte,
        "gas_per_visit": schedule.gas_per_visit,
    });
    format!("{object}\n")
}
