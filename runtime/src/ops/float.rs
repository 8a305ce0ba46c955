//! Float arithmetic and conversions (spec/01 §1.9-1.10, spec/06 §6.1).
//!
//! The definition is IEEE-754 in software, round to nearest even. Host arithmetic gives the same bits except for NaN, which
//! is made canonical here; a test compares with `rustc_apfloat` (last run with 10^8 cases an operation: `REGNO_FLOAT_CASES`). Slots hold the bits of float64, or of float32 zero-extended.

/// The NaN that arithmetic gives, of a float64.
pub const NAN_64: u64 = 0x7ff8_0000_0000_0000;
/// The NaN that arithmetic gives, of a float32.
pub const NAN_32: u32 = 0x7fc0_0000;

#[inline(always)]
fn slot_64(value: f64) -> u64 {
    if value.is_nan() { NAN_64 } else { value.to_bits() }
}

#[inline(always)]
fn slot_32(value: f32) -> u64 {
    u64::from(if value.is_nan() { NAN_32 } else { value.to_bits() })
}

#[inline(always)]
fn f32_of(slot: u64) -> f32 {
    f32::from_bits(slot as u32)
}

macro_rules! arithmetic {
    ($( $name64:ident $name32:ident $op:tt $doc:literal; )*) => { $(
        #[doc = $doc]
        ///
        /// float64.
        #[inline(always)]
        pub fn $name64(a: u64, b: u64) -> u64 {
            slot_64(f64::from_bits(a) $op f64::from_bits(b))
        }

        #[doc = $doc]
        ///
        /// float32.
        #[inline(always)]
        pub fn $name32(a: u64, b: u64) -> u64 {
            slot_32(f32_of(a) $op f32_of(b))
        }
    )* };
}

arithmetic! {
    add_f64 add_f32 + "`a + b`";
    sub_f64 sub_f32 - "`a - b`";
    mul_f64 mul_f32 * "`a * b`";
    div_f64 div_f32 / "`a / b`; division by zero gives an infinity or NaN";
}

/// `-a` of a float64: the sign flips, also of NaN.
#[inline(always)]
pub fn neg_f64(a: u64) -> u64 {
    a ^ 1 << 63
}

/// `-a` of a float32.
#[inline(always)]
pub fn neg_f32(a: u64) -> u64 {
    a ^ 1 << 31
}

/// float64 of an int64.
#[inline(always)]
pub fn f64_of_i64(a: u64) -> u64 {
    (a as i64 as f64).to_bits()
}

/// float64 of a uint64.
#[inline(always)]
pub fn f64_of_u64(a: u64) -> u64 {
    (a as f64).to_bits()
}

/// float32 of an int64.
#[inline(always)]
pub fn f32_of_i64(a: u64) -> u64 {
    u64::from((a as i64 as f32).to_bits())
}

/// float32 of a uint64.
#[inline(always)]
pub fn f32_of_u64(a: u64) -> u64 {
    u64::from((a as f32).to_bits())
}

/// float32 of a float64.
#[inline(always)]
pub fn f32_of_f64(a: u64) -> u64 {
    slot_32(f64::from_bits(a) as f32)
}

/// float64 of a float32.
#[inline(always)]
pub fn f64_of_f32(a: u64) -> u64 {
    slot_64(f64::from(f32_of(a)))
}

/// int64 of a float64: truncated; wraps for magnitudes from 2^63, 0 from 2^64 and for NaN and infinities.
#[inline(always)]
pub fn i64_of_f64(a: u64) -> u64 {
    let value = f64::from_bits(a);
    if value.abs() < 9_223_372_036_854_775_808.0 { value as i64 as u64 } else { i64_of_large(value) }
}

#[cold]
fn i64_of_large(value: f64) -> u64 {
    let magnitude = value.abs();
    if !magnitude.is_finite() || magnitude >= 18_446_744_073_709_551_616.0 {
        return 0;
    }
    let bits = magnitude as u64;
    if value < 0.0 { bits.wrapping_neg() } else { bits }
}

/// uint64 of a float64: as [`i64_of_f64`] below 2^63, else its bits with the top bit set.
#[inline(always)]
pub fn u64_of_f64(a: u64) -> u64 {
    let converted = i64_of_f64(a);
    if f64::from_bits(a) < 9_223_372_036_854_775_808.0 { converted } else { converted | 1 << 63 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustc_apfloat::ieee::{Double, Single};
    use rustc_apfloat::{Float, FloatConvert};

    /// A sequence that favours special patterns: zeros, subnormals, infinities, NaNs, neighbours of powers of two.
    struct Bits(u64);

    impl Bits {
        fn step(&mut self) -> u64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            self.0
        }

        fn f64(&mut self) -> u64 {
            let bits = self.step();
            match self.step() % 8 {
                0 => bits & (1 << 63),
                1 => bits & (1 << 63 | 0x000f_ffff_ffff_ffff),
                2 => 0x7ff0_0000_0000_0000 | (bits & (1 << 63 | 1 << 51 | 1)),
                3 => (bits & 0xfff0_0000_0000_0000).wrapping_add(bits & 3).wrapping_sub(1),
                4 => ((bits % 2001) as f64 - 1000.0).to_bits(),
                5 => (bits & 0x800f_ffff_ffff_ffff) | (1023 + self.step() % 70) << 52,
                _ => bits,
            }
        }

        fn f32(&mut self) -> u64 {
            let bits = self.step() & 0xffff_ffff;
            match self.step() % 6 {
                0 => bits & (1 << 31),
                1 => bits & 0x807f_ffff,
                2 => 0x7f80_0000 | (bits & (1 << 31 | 1 << 22)),
                3 => (bits & 0x807f_ffff) | (127 + self.step() % 30) << 23,
                _ => bits,
            }
        }
    }

    fn double(bits: u64) -> Double {
        Double::from_bits(u128::from(bits))
    }

    fn single(bits: u64) -> Single {
        Single::from_bits(u128::from(bits))
    }

    fn bits_64(value: Double) -> u64 {
        if value.is_nan() { NAN_64 } else { value.to_bits() as u64 }
    }

    fn bits_32(value: Single) -> u64 {
        if value.is_nan() { u64::from(NAN_32) } else { value.to_bits() as u64 }
    }

    /// `REGNO_FLOAT_CASES` raises the number of cases a operation.
    fn cases() -> u64 {
        std::env::var("REGNO_FLOAT_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(200_000)
    }

    #[test]
    fn arithmetic_agrees_with_the_definition() {
        let mut bits = Bits(0x1234_5678_9abc_def1);
        for _ in 0..cases() {
            let (a, b) = (bits.f64(), bits.f64());
            let (x, y) = (double(a), double(b));
            assert_eq!(add_f64(a, b), bits_64((x + y).value), "{a:#x} + {b:#x}");
            assert_eq!(sub_f64(a, b), bits_64((x - y).value), "{a:#x} - {b:#x}");
            assert_eq!(mul_f64(a, b), bits_64((x * y).value), "{a:#x} * {b:#x}");
            assert_eq!(div_f64(a, b), bits_64((x / y).value), "{a:#x} / {b:#x}");
            let (a, b) = (bits.f32(), bits.f32());
            let (x, y) = (single(a), single(b));
            assert_eq!(add_f32(a, b), bits_32((x + y).value), "{a:#x} + {b:#x}");
            assert_eq!(sub_f32(a, b), bits_32((x - y).value), "{a:#x} - {b:#x}");
            assert_eq!(mul_f32(a, b), bits_32((x * y).value), "{a:#x} * {b:#x}");
            assert_eq!(div_f32(a, b), bits_32((x / y).value), "{a:#x} / {b:#x}");
        }
    }

    #[test]
    fn conversions_agree_with_the_definition() {
        let mut bits = Bits(77);
        let mut lost = false;
        for _ in 0..cases() {
            let a = bits.f64();
            let narrowed: Single = double(a).convert(&mut lost).value;
            assert_eq!(f32_of_f64(a), bits_32(narrowed), "{a:#x}");
            let b = bits.f32();
            let widened: Double = single(b).convert(&mut lost).value;
            assert_eq!(f64_of_f32(b), bits_64(widened), "{b:#x}");
            let shift = bits.step() % 64;
            let n = bits.step() >> shift;
            assert_eq!(f64_of_u64(n), bits_64(Double::from_u128(u128::from(n)).value));
            assert_eq!(f32_of_u64(n), bits_32(Single::from_u128(u128::from(n)).value));
            assert_eq!(f64_of_i64(n), bits_64(Double::from_i128(i128::from(n as i64)).value));
            assert_eq!(f32_of_i64(n), bits_32(Single::from_i128(i128::from(n as i64)).value));
        }
    }

    #[test]
    fn out_of_range_floats_convert_as_specified() {
        let i = |x: f64| i64_of_f64(x.to_bits()) as i64;
        let u = |x: f64| u64_of_f64(x.to_bits());
        assert_eq!([i(f64::NAN), i(f64::INFINITY), i(1e30), i(-1e30), i(-0.9)], [0; 5]);
        assert_eq!(i(9_223_372_036_854_775_808.0), i64::MIN);
        assert_eq!(i(-9_223_372_036_854_775_808.0), i64::MIN);
        assert_eq!(i(-1e19), 8_446_744_073_709_551_616);
        assert_eq!(i(300.7), 300);
        assert_eq!(u(-300.7), 18_446_744_073_709_551_316);
        assert_eq!(u(f64::NEG_INFINITY), 0);
        assert_eq!([u(1e30), u(f64::NAN), u(f64::INFINITY)], [1 << 63; 3]);
        assert_eq!(u(9_223_372_036_854_777_856.0), (1 << 63) + 2048);
    }
}
