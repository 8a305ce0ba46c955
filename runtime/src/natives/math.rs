//! `math` (spec/06 §5.6).
//!
//! Bits of `float64` move unchanged. A `float32` passes through the reference's conversions, which make every NaN the canonical one.

use super::BitsFn;

pub(super) const BITS: &[(&str, BitsFn)] =
    &[("Float32bits", float32), ("Float32frombits", float32), ("Float64bits", float64), ("Float64frombits", float64)];

const NAN: u32 = 0x7fc0_0000;

fn float32(bits: u64) -> u64 {
    let bits = bits as u32;
    u64::from(if f32::from_bits(bits).is_nan() { NAN } else { bits })
}

fn float64(bits: u64) -> u64 {
    bits
}
