//! `math` (spec/06 §5.6).
//!
//! Bits of `float64` move unchanged. A `float32` passes through the reference's conversions, which make every NaN the canonical one.

use super::{Call, NativeFn, Outcome};

pub(super) const NATIVES: &[(&str, NativeFn)] =
    &[("Float32bits", float32), ("Float32frombits", float32), ("Float64bits", float64), ("Float64frombits", float64)];

const NAN: u32 = 0x7fc0_0000;

fn float32(call: &mut Call<'_>) -> Outcome {
    let bits = call.bits(0) as u32;
    let bits = if f32::from_bits(bits).is_nan() { NAN } else { bits };
    call.give(u64::from(bits));
    Ok(())
}

fn float64(call: &mut Call<'_>) -> Outcome {
    let bits = call.bits(0);
    call.give(bits);
    Ok(())
}
