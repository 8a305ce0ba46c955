//! `time` (spec/06 §5.9) and the tz database 2023d.
//!
//! `zoneinfo.bin` is written by `stdlibs/generate/zoneinfo.py`, which describes its source and format.

use super::{Call, NativeFn, Outcome};

pub(super) const NATIVES: &[(&str, NativeFn)] = &[("now", now), ("loadFromEmbeddedTZData", load_from_embedded_tz_data)];

const NANOS: i64 = 1_000_000_000;

static ZONES: &[u8] = include_bytes!("zoneinfo.bin");

fn now(call: &mut Call<'_>) -> Outcome {
    let (seconds, nanos) = (call.context().timestamp, call.context().timestamp_nano);
    call.give_int(seconds);
    call.give_int(i64::from(nanos as i32));
    call.give_int(seconds.wrapping_mul(NANOS).wrapping_add(nanos));
    Ok(())
}

fn load_from_embedded_tz_data(call: &mut Call<'_>) -> Outcome {
    let data = zone(&call.bytes_of_string(0));
    call.give_bytes(data.unwrap_or(&[]), size_class(data.map_or(0, <[u8]>::len)))?;
    call.give_bool(data.is_some());
    Ok(())
}

/// Capacity of a fresh Go byte slice of a length: the allocator's size class (spec/06 §5.9).
fn size_class(len: usize) -> usize {
    const CLASSES: &[usize] = &[
        0, 8, 16, 24, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 288, 320, 352, 384, 416,
        448, 480, 512, 576, 640, 704, 768, 896, 1024, 1152, 1280, 1408, 1536, 1792, 2048, 2304, 2688, 3072, 3200, 3456,
        4096,
    ];
    CLASSES.iter().copied().find(|&class| class >= len).unwrap_or(len)
}

/// The file of a zone.
fn zone(name: &[u8]) -> Option<&'static [u8]> {
    let mut reader = Reader(ZONES);
    let mut number = None;
    for _ in 0..reader.short()? {
        let len = reader.take(1)?.first().copied()?;
        let known = reader.take(usize::from(len))?;
        let content = reader.short()?;
        if known == name {
            number = Some(content);
        }
    }
    let number = number?;
    let lengths = (0..reader.short()?).map(|_| reader.short()).collect::<Option<Vec<_>>>()?;
    reader.take(lengths.iter().take(number).sum())?;
    reader.take(*lengths.get(number)?)
}

/// Takes from the front of the data.
struct Reader(&'static [u8]);

impl Reader {
    fn take(&mut self, len: usize) -> Option<&'static [u8]> {
        let (taken, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(taken)
    }

    fn short(&mut self) -> Option<usize> {
        self.take(2).map(|bytes| bytes.iter().rev().fold(0, |number, &byte| number << 8 | usize::from(byte)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_have_the_sizes_of_the_release() {
        let sizes = ["UTC", "America/New_York", "Nowhere/City", ""].map(|name| zone(name.as_bytes()).map(<[u8]>::len));
        assert_eq!(sizes, [Some(111), Some(1744), None, None]);
        assert!(zone(b"Asia/Almaty").is_some_and(|data| data.ends_with(b"\n<+06>-6\n")));
        assert_eq!([0, 111, 609, 1105, 1744, 2986].map(size_class), [0, 112, 640, 1152, 1792, 3072]);
    }
}
