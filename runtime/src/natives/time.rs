//! `time` (spec/06 §5.9).

use super::{Call, NativeFn, Outcome};

pub(super) const NATIVES: &[(&str, NativeFn)] = &[("now", now)];

const NANOS: i64 = 1_000_000_000;

fn now(call: &mut Call<'_>) -> Outcome {
    let (seconds, nanos) = (call.context().timestamp, call.context().timestamp_nano);
    call.give_int(seconds);
    call.give_int(i64::from(nanos as i32));
    call.give_int(seconds.wrapping_mul(NANOS).wrapping_add(nanos));
    Ok(())
}
