//! `runtime` (spec/06 §5.7).

use super::{Call, NativeFn, Outcome};
use crate::recount::charger;

pub(super) const NATIVES: &[(&str, NativeFn)] = &[("GC", gc), ("MemStats", mem_stats)];

/// Runs the virtual collector now.
fn gc(call: &mut Call<'_>) -> Outcome {
    charger!(call.cx).collect(&call.cx.heap)
}

fn mem_stats(call: &mut Call<'_>) -> Outcome {
    call.settle();
    let text = match call.cx.meter.allocator() {
        Some((max, bytes)) => format!("Allocator{{maxBytes:{max}, bytes:{bytes}}}"),
        None => "nil allocator".to_owned(),
    };
    call.give_string(text)
}
