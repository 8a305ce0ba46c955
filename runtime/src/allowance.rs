//! What the interpreter may spend before it asks the meter again: gas and bytes in one word, placed as in a `Segment` word, so that
//! entering a segment is one subtraction and one test (`docs/metering.md`).
//!
//! | bits | content |
//! |---|---|
//! | 63 | the gas has run out |
//! | 37..63 | gas |
//! | 36 | the bytes have run out |
//! | 16..36 | bytes |
//! | 0..16 | 0, the code of `Segment` |

use regno_bytecode::op::Op;

/// First bit of the bytes: the low ones of a `Segment` word are its code.
const BYTES: u32 = 16;

/// First bit of the gas.
const GAS: u32 = 37;

/// Most bytes at a time, and in a `Segment` word.
pub(crate) const MAX_BYTES: i64 = (1 << (GAS - BYTES - 1)) - 1;

/// Gas in the word of a segment that must be looked up.
pub(crate) const UNKNOWN: i64 = (1 << (63 - GAS)) - 1;

/// Most gas at a time: no allowance covers [`UNKNOWN`].
pub(crate) const MAX_GAS: i64 = UNKNOWN / 2;

/// No segment is covered.
pub(crate) const NONE: i64 = of(-1, MAX_BYTES);

const _: () = assert!(Op::Segment as u16 == 0);

/// So much gas and so many bytes.
pub(crate) const fn of(gas: i64, bytes: i64) -> i64 {
    gas << GAS | bytes << BYTES
}

/// Gas of an allowance or a `Segment` word.
pub(crate) const fn gas(allowance: i64) -> i64 {
    allowance >> GAS
}

/// Bytes of an allowance or a `Segment` word.
pub(crate) const fn bytes(allowance: i64) -> i64 {
    allowance >> BYTES & MAX_BYTES
}

/// What is left behind the charge of a segment; [`is_exceeded`] if the allowance does not cover it.
#[inline(always)]
pub(crate) const fn less(allowance: i64, segment: u64) -> i64 {
    allowance.wrapping_sub(segment as i64)
}

/// Whether gas or bytes have run out.
#[inline(always)]
pub(crate) const fn is_exceeded(allowance: i64) -> bool {
    allowance | allowance << (64 - GAS) < 0
}

/// The word of a segment with these charges; `None`: they must be looked up.
pub(crate) fn segment_word(charges: Option<(u64, u64)>) -> u64 {
    let fits = |&(gas, bytes): &(u64, u64)| gas < UNKNOWN as u64 && bytes <= MAX_BYTES as u64;
    match charges.filter(fits) {
        Some((gas, bytes)) => of(gas as i64, bytes as i64) as u64,
        None => of(UNKNOWN, 0) as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn covers_what_it_has_of_both() {
        let extremes = |most: i64| [0, 1, most / 2, most - 1, most];
        for (gas, bytes) in extremes(MAX_GAS).into_iter().flat_map(|gas| extremes(MAX_BYTES).map(|bytes| (gas, bytes)))
        {
            let allowance = of(gas, bytes);
            assert!(!is_exceeded(allowance));
            assert_eq!((super::gas(allowance), super::bytes(allowance)), (gas, bytes));
            for (used, allocated) in
                extremes(UNKNOWN - 1).into_iter().flat_map(|used| extremes(MAX_BYTES).map(|bytes| (used, bytes)))
            {
                let left = less(allowance, segment_word(Some((used as u64, allocated as u64))));
                let covered = used <= gas && allocated <= bytes;
                assert_eq!(!is_exceeded(left), covered, "{gas} {bytes} {used} {allocated}");
                if covered {
                    assert_eq!((super::gas(left), super::bytes(left)), (gas - used, bytes - allocated));
                }
            }
            assert!(is_exceeded(less(allowance, segment_word(None))));
        }
    }

    #[test]
    fn none_covers_nothing() {
        for charges in [None, Some((0, 0)), Some((1, MAX_BYTES as u64)), Some((UNKNOWN as u64 - 1, MAX_BYTES as u64))] {
            assert!(is_exceeded(less(NONE, segment_word(charges))), "{charges:?}");
        }
    }

    #[test]
    fn large_charges_are_looked_up() {
        let unknown = segment_word(None);
        assert_eq!(segment_word(Some((UNKNOWN as u64, 0))), unknown);
        assert_eq!(segment_word(Some((0, MAX_BYTES as u64 + 1))), unknown);
        assert_eq!(gas(unknown as i64), UNKNOWN);
    }
}
