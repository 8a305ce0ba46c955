//! What the reference's eight bytes of a constant hold behind the width of its type (spec/04 Q20): what was there before it was
//! converted to the type. Only stored values show it.

use super::{Constant, FixedInt, convert_untyped};
use crate::types::{Basic, Kind};

/// A constant with what its word has behind the width of its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Value.
    pub value: Constant,
    /// The bytes of its word behind its width, zeros before; 0 where the word has none.
    pub upper: u64,
}

impl Held {
    /// A constant without anything behind its width.
    #[must_use]
    pub fn plain(value: Constant) -> Held {
        Held { value, upper: 0 }
    }

    /// All eight bytes, the lowest first; 0 for what is no number of a fixed width.
    #[must_use]
    pub fn word(&self) -> u64 {
        let bits = match &self.value {
            Constant::Bool(value) => u64::from(*value),
            Constant::Rune(value) => i64::from(*value) as u64,
            Constant::Fixed(value) => FixedInt::bits(*value),
            Constant::Float32(bits) => u64::from(*bits),
            Constant::Float64(bits) => *bits,
            Constant::Nil | Constant::Str(_) | Constant::Int(_) | Constant::Dec(_) => return 0,
        };
        let upper = behind(self.value.kind());
        bits & !upper | self.upper & upper
    }

    /// What is behind the width of a result of the kind that was computed in the place of this constant.
    #[must_use]
    pub fn left_behind(&self, kind: Kind) -> u64 {
        self.word() & behind(kind)
    }

    /// What `T(x)` leaves: an untyped constant takes its default type on the way to a type of another sort (spec/01 §1.8).
    #[must_use]
    pub fn left_by_conversion(&self, to: Basic) -> u64 {
        let through = match self.value {
            _ if to.kind().is_fixed_integer() => None,
            Constant::Int(_) => Some(Basic::Int),
            Constant::Dec(_) => Some(Basic::Float64),
            _ => None,
        };
        let value = through.and_then(|through| convert_untyped(&self.value, through).ok());
        match value {
            Some(value) => Held::plain(value).left_behind(to.kind()),
            None => self.left_behind(to.kind()),
        }
    }
}

/// The bits of a word behind the width of a kind; none where all are the number's, or the word is not used.
fn behind(kind: Kind) -> u64 {
    match kind {
        Kind::Bool => !0xff,
        Kind::Float32 => !0xffff_ffff,
        _ if kind.is_fixed_integer() => kind.bits().filter(|&bits| bits < 64).map_or(0, |bits| u64::MAX << bits),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conversions_keep_what_is_behind_the_width() {
        let int = |value| Held::plain(Constant::Fixed(FixedInt::wrap(Kind::Int64, value)));
        assert_eq!(int(-1).left_behind(Kind::Int8), !0xff);
        assert_eq!(int(0x1122_3344_5566_7788).left_behind(Kind::Bool), 0x1122_3344_5566_7700);
        assert_eq!(int(-1).left_behind(Kind::Uint64), 0);
        assert_eq!(Held::plain(Constant::int(-1)).left_behind(Kind::Int8), 0);
        let narrow = Held { value: Constant::Fixed(FixedInt::wrap(Kind::Int8, -2)), upper: !0xff };
        assert_eq!(narrow.word(), u64::MAX - 1);
        assert_eq!(narrow.left_behind(Kind::Int16), !0xffff);
    }

    #[test]
    fn untyped_decimals_pass_through_float64() {
        let half = Held::plain(super::super::parse_float("5.5").unwrap_or(Constant::Nil));
        assert_eq!(half.left_by_conversion(Basic::Float32), 5.5f64.to_bits() & !0xffff_ffff);
        assert_eq!(half.left_behind(Kind::Float32), 0);
    }
}
