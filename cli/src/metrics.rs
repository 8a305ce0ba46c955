//! The `--metrics` report.

use regno_conformance::execute::Execution;
use std::fmt::Write;
use std::time::Duration;

/// Gas by category, cycles, bytes, peak and time, one line each.
pub fn render(execution: &Execution, compile: Duration, run: Duration) -> String {
    let mut text = String::new();
    let total = &execution.total;
    let main = execution.main_report();
    let mut line = |name: &str, value: String| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{name:<24}{value:>20}");
    };
    line("gas", total.gas.to_string());
    for (category, gas) in total.by_category().filter(|(_, gas)| *gas != 0) {
        line(&format!("  {category}"), gas.to_string());
    }
    line("gas of main()", main.gas.to_string());
    line("cycles", total.cycles.to_string());
    line("allocated bytes", total.alloc_bytes.to_string());
    line("peak bytes", total.alloc_peak.to_string());
    line("compile time", format!("{:.3} ms", compile.as_secs_f64() * 1e3));
    line("run time", format!("{:.3} ms", run.as_secs_f64() * 1e3));
    text
}
