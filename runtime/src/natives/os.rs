//! `os` of the test overlay (spec/06 §5.10).

use super::{Call, NativeFn, Outcome};

pub(super) const NATIVES: &[(&str, NativeFn)] = &[("write", write), ("sleep", sleep)];

const NANOS: i64 = 1_000_000_000;

/// Filetests capture both outputs as one stream (spec/05 §10.1).
fn write(call: &mut Call<'_>) -> Outcome {
    let bytes = call.bytes(0);
    match call.bool(1) {
        true => call.cx.write_error_output(&bytes)?,
        false => call.cx.write_output(&bytes)?,
    }
    call.give_int(bytes.len() as i64);
    Ok(())
}

/// Moves the clock; one carry, as the reference has it.
fn sleep(call: &mut Call<'_>) -> Outcome {
    let duration = call.int(0);
    let context = call.context();
    context.timestamp = context.timestamp.wrapping_add(duration / NANOS);
    context.timestamp_nano = context.timestamp_nano.wrapping_add(duration % NANOS);
    if context.timestamp_nano >= NANOS {
        context.timestamp = context.timestamp.wrapping_add(1);
        context.timestamp_nano -= NANOS;
    }
    Ok(())
}
