//! Strings: concatenation, slicing, conversions, decoding (spec/01 §1.10, spec/03 §4.4, §4.6).

use super::slice::Bounds;
use crate::heap::{Charge, Heap, Kind, Ref, SliceHeader, SlotClass, Trap};
use crate::value::slot;
use crate::value::zero::{data_bytes, list_bytes};
use core::cmp::Ordering;
use regno_bytecode::event::size;

/// The character that stands for invalid UTF-8.
pub const INVALID_RUNE: char = char::REPLACEMENT_CHARACTER;

fn string_bytes(len: usize) -> i64 {
    i64::from(size::STRING) + len as i64
}

/// `a + b`: charges a string.
///
/// # Errors
///
/// [`Trap::Stop`] from the charge, fatal at the heap limit; so for everything here that charges.
pub fn concat(heap: &mut Heap, a: u64, b: u64, charge: &mut impl Charge) -> Result<u64, Trap> {
    let (first, second) = (slot::string_len(a) as usize, slot::string_len(b) as usize);
    charge.alloc(heap, string_bytes(first + second))?;
    let result = heap.new_string_uninit(first + second)?;
    if first != 0 {
        heap.copy_bytes((Ref::of(a), 0), (result, 0), first);
    }
    if second != 0 {
        heap.copy_bytes((Ref::of(b), 0), (result, first), second);
    }
    Ok(slot::string(result, (first + second) as u32))
}

/// `s[low:high]`: charges a string.
///
/// # Errors
///
/// Recoverable bound errors (spec/01 §1.4); a third index aborts.
pub fn slice(heap: &mut Heap, string: u64, bounds: Bounds, charge: &mut impl Charge) -> Result<u64, Trap> {
    if bounds.max.is_some() {
        return Err(Trap::abort("unexpected type for cap(): string"));
    }
    let len = slot::string_len(string);
    let (low, high) =
        bounds.two(len, |low, high| format!("slice bounds out of range [{low}:{high}] with string length {len}"))?;
    let count = (high - low) as usize;
    charge.alloc(heap, string_bytes(count))?;
    let result = heap.new_string_uninit(count)?;
    if count != 0 {
        heap.copy_bytes((Ref::of(string), low as usize), (result, 0), count);
    }
    Ok(slot::string(result, count as u32))
}

/// Order of two strings, bytewise.
#[inline]
pub fn compare(heap: &Heap, a: u64, b: u64) -> Ordering {
    heap.string(a).cmp(heap.string(b))
}

/// Character and width at the start of some bytes; invalid UTF-8 gives U+FFFD and width 1, nothing gives width 0.
pub fn decode(bytes: &[u8]) -> (u32, usize) {
    let Some(&first) = bytes.first() else { return (INVALID_RUNE as u32, 0) };
    if first < 0x80 {
        return (u32::from(first), 1);
    }
    let width = match first {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return (INVALID_RUNE as u32, 1),
    };
    let valid = bytes.get(..width).and_then(|bytes| core::str::from_utf8(bytes).ok());
    valid.and_then(|text| text.chars().next()).map_or((INVALID_RUNE as u32, 1), |c| (c as u32, width))
}

/// Character and width at byte `position` of a string, as for [`decode`].
#[inline]
pub fn decode_rune(heap: &Heap, string: u64, position: u64) -> (u64, u64) {
    let bytes = heap.string(string);
    let rest = usize::try_from(position).ok().and_then(|at| bytes.get(at..)).unwrap_or(&[]);
    let (rune, width) = decode(rest);
    (u64::from(rune), width as u64)
}

/// The character of a code point; invalid ones give U+FFFD.
pub fn char_of(code: i32) -> char {
    u32::try_from(code).ok().and_then(char::from_u32).unwrap_or(INVALID_RUNE)
}

fn charged(heap: &mut Heap, bytes: &[u8], charge: &mut impl Charge) -> Result<u64, Trap> {
    charge.alloc(heap, string_bytes(bytes.len()))?;
    heap.new_string(bytes)
}

/// `string(n)`: UTF-8 of the low 32 bits as a code point; charges a string.
///
/// # Errors
///
/// As [`concat`].
pub fn from_int(heap: &mut Heap, value: u64, charge: &mut impl Charge) -> Result<u64, Trap> {
    let mut buffer = [0; 4];
    let text = char_of(value as i32).encode_utf8(&mut buffer);
    charged(heap, text.as_bytes(), charge)
}

/// `string(b)` of a byte slice; charges a string.
///
/// # Errors
///
/// As [`concat`].
pub fn from_bytes(heap: &mut Heap, slice: u64, charge: &mut impl Charge) -> Result<u64, Trap> {
    let Some(header) = heap.slice_or_nil(slice) else { return charged(heap, &[], charge) };
    let count = header.count() as usize;
    charge.alloc(heap, string_bytes(count))?;
    let result = heap.new_string_uninit(count)?;
    if count != 0 && heap.header(header.base).is(Kind::Data) {
        heap.copy_bytes((header.base, header.offset as usize), (result, 0), count);
    } else if count != 0 {
        let bytes: Vec<u8> =
            heap.slots(header.base, header.offset, count as u32).iter().map(|&slot| slot as u8).collect();
        heap.bytes_mut(result).copy_from_slice(&bytes);
    }
    Ok(slot::string(result, count as u32))
}

/// `string(r)` of a rune slice; charges a string.
///
/// # Errors
///
/// As [`concat`].
pub fn from_runes(heap: &mut Heap, slice: u64, charge: &mut impl Charge) -> Result<u64, Trap> {
    let Some(header) = heap.slice_or_nil(slice) else { return charged(heap, &[], charge) };
    let runes = heap.slots(header.base, header.offset, header.count());
    let text: String = runes.iter().map(|&rune| char_of(rune as i32)).collect();
    charged(heap, text.as_bytes(), charge)
}

/// `[]byte(s)`: data-backed; charges SL, D(len).
///
/// # Errors
///
/// As [`concat`].
pub fn to_bytes(heap: &mut Heap, string: u64, charge: &mut impl Charge) -> Result<u64, Trap> {
    let len = slot::string_len(string);
    charge.alloc(heap, i64::from(size::SLICE))?;
    charge.alloc(heap, data_bytes(i64::from(len))?)?;
    let base = heap.new_data(len as usize)?;
    if len != 0 {
        heap.copy_bytes((Ref::of(string), 0), (base, 0), len as usize);
    }
    Ok(heap.new_slice(SliceHeader::whole(base, len))?.slot())
}

/// `[]rune(s)`: charges SL, A(count).
///
/// # Errors
///
/// As [`concat`].
pub fn to_runes(heap: &mut Heap, string: u64, charge: &mut impl Charge) -> Result<u64, Trap> {
    let mut runes = Vec::new();
    let mut rest = heap.string(string);
    while !rest.is_empty() {
        let (rune, width) = decode(rest);
        runes.push(u64::from(rune));
        rest = rest.get(width..).unwrap_or(&[]);
    }
    let count = runes.len() as u32;
    charge.alloc(heap, i64::from(size::SLICE))?;
    charge.alloc(heap, list_bytes(i64::from(count))?)?;
    let base = heap.new_list(SlotClass::Scalars, runes.len())?;
    heap.slots_mut(base, 0, count).copy_from_slice(&runes);
    Ok(heap.new_slice(SliceHeader::whole(base, count))?.slot())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used)]

    use super::*;
    use crate::value::testing::{Recorder, heap};

    #[test]
    fn texts_are_built_and_charged() {
        let mut heap = heap();
        let mut charge = Recorder::default();
        let hello = heap.new_string("héllo".as_bytes()).unwrap();
        let twice = concat(&mut heap, hello, hello, &mut charge).unwrap();
        assert_eq!(heap.string(twice), "héllohéllo".as_bytes());
        let nothing = concat(&mut heap, 0, 0, &mut charge).unwrap();
        assert_eq!(nothing, heap.empty_string());
        let bytes = to_bytes(&mut heap, hello, &mut charge).unwrap();
        let again = from_bytes(&mut heap, bytes, &mut charge).unwrap();
        assert_eq!(heap.string(again), "héllo".as_bytes());
        let runes = to_runes(&mut heap, hello, &mut charge).unwrap();
        assert_eq!(heap.slice(Ref::of(runes)).len, 5);
        let again = from_runes(&mut heap, runes, &mut charge).unwrap();
        assert_eq!(heap.string(again), "héllo".as_bytes());
        assert_eq!(charge.0, [36, 24, 72, 214, 30, 72, 408, 30]);
    }

    #[test]
    fn invalid_text_decodes_byte_by_byte() {
        assert_eq!(decode(b"\xff"), (0xfffd, 1));
        assert_eq!(decode(b"\xed\xa0\x80"), (0xfffd, 1));
        assert_eq!(decode("€x".as_bytes()), (0x20ac, 3));
        assert_eq!(decode(b"\xe2\x82"), (0xfffd, 1));
        assert_eq!(decode(b""), (0xfffd, 0));
        assert_eq!([char_of(-1), char_of(0xd800), char_of(65)], [INVALID_RUNE, INVALID_RUNE, 'A']);
    }

    #[test]
    fn string_bounds_have_the_reference_texts() {
        let mut heap = heap();
        let text = heap.new_string(b"abc").unwrap();
        let mut cut = |low: Option<i64>, high: Option<i64>| {
            let bounds = Bounds { low, high, max: None };
            slice(&mut heap, text, bounds, &mut Recorder::default()).map(|slot| heap.string(slot).to_vec())
        };
        assert_eq!(cut(Some(1), None).unwrap(), b"bc");
        assert_eq!(cut(None, Some(2)).unwrap(), b"ab");
        assert_eq!(cut(Some(-1), None), Err(Trap::raise("invalid slice index -1 (index must be non-negative)")));
        assert_eq!(cut(Some(1), Some(-7)), Err(Trap::raise("invalid slice index 1 (index must be non-negative)")));
        assert_eq!(cut(Some(2), Some(1)), Err(Trap::raise("invalid slice index 2 > 1")));
        let long = "slice bounds out of range [1:4] with string length 3";
        assert_eq!(cut(Some(1), Some(4)), Err(Trap::raise(long)));
    }
}
