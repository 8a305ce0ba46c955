//! `math` (spec/06 §5.6).
//!
//! Bits of `float64` move unchanged. A `float32` passes through the reference's conversions, which make every NaN the canonical one.

use super::BitsFn;

pub(super) const BITS: &[(&str, BitsFn)] = &[
    ("Float32bits", float32),
    ("Float32frombits", float32),
    ("Float64bits", float64),
    ("Float64frombits", float64),
    ("Sqrt", sqrt),
];

const NAN: u32 = 0x7fc0_0000;
/// What `NaN()` of the library gives.
const LIBRARY_NAN: u64 = 0x7ff8_0000_0000_0001;

fn float32(bits: u64) -> u64 {
    let bits = bits as u32;
    u64::from(if f32::from_bits(bits).is_nan() { NAN } else { bits })
}

fn float64(bits: u64) -> u64 {
    bits
}

/// The square root, of which IEEE 754 fixes every bit but those of a NaN: that of a number below 0 is the library's, and a NaN stays as it is.
fn sqrt(bits: u64) -> u64 {
    let x = f64::from_bits(bits);
    if x.is_nan() {
        bits
    } else if x < 0.0 {
        LIBRARY_NAN
    } else {
        x.sqrt().to_bits()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn square_roots_are_rounded_and_keep_zeros_and_nans() {
        let root = |x: f64| f64::from_bits(sqrt(x.to_bits()));
        assert_eq!(
            [root(2.0), root(5e-324), root(f64::INFINITY)],
            [std::f64::consts::SQRT_2, 2.222_758_749_485_077_5e-162, f64::INFINITY]
        );
        assert_eq!(sqrt((-0.0_f64).to_bits()), (-0.0_f64).to_bits());
        assert_eq!([sqrt((-1.0_f64).to_bits()), sqrt(0x7ff8_0000_0000_0042)], [LIBRARY_NAN, 0x7ff8_0000_0000_0042]);
    }
}
