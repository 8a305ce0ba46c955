//! The primitives of the encoding (spec/04 §3.1): varints and field keys.

/// How a field's value is delimited.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// A varint.
    Varint,
    /// A length and as many bytes.
    Bytes,
}

/// Writes an unsigned varint.
pub(crate) fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Writes a field's key.
pub(crate) fn put_key(out: &mut Vec<u8>, number: u32, kind: Kind) {
    put_varint(out, u64::from(number) << 3 | if kind == Kind::Varint { 0 } else { 2 });
}

/// Writes a field of bytes.
pub(crate) fn put_bytes(out: &mut Vec<u8>, number: u32, bytes: &[u8]) {
    put_key(out, number, Kind::Bytes);
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// The varint of a signed integer.
pub(crate) fn zigzag(value: i64) -> u64 {
    (value as u64) << 1 ^ (value >> 63) as u64
}

/// The signed integer of a varint.
pub(crate) fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

/// A field as it stands in the bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Content<'a> {
    /// Of [`Kind::Varint`].
    Varint(u64),
    /// Of [`Kind::Bytes`].
    Bytes(&'a [u8]),
}

/// Reads fields from bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

/// The bytes end early, or a varint or key is malformed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Malformed;

impl<'a> Reader<'a> {
    /// A reader of the fields of a structure.
    pub fn new(bytes: &'a [u8]) -> Self {
        Reader { rest: bytes }
    }

    fn varint(&mut self) -> Result<u64, Malformed> {
        let mut value = 0_u64;
        for place in 0..10 {
            let (&byte, rest) = self.rest.split_first().ok_or(Malformed)?;
            self.rest = rest;
            let bits = u64::from(byte & 0x7f);
            if place == 9 && bits > 1 {
                return Err(Malformed);
            }
            value |= bits << (7 * place);
            if byte & 0x80 == 0 {
                // One spelling only: no padding by zero groups.
                return if byte == 0 && place > 0 { Err(Malformed) } else { Ok(value) };
            }
        }
        Err(Malformed)
    }

    /// The next field; `None` at the end.
    pub fn next(&mut self) -> Result<Option<(u32, Content<'a>)>, Malformed> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let key = self.varint()?;
        let number = u32::try_from(key >> 3).map_err(|_| Malformed)?;
        let content = match key & 7 {
            0 => Content::Varint(self.varint()?),
            2 => {
                let len = usize::try_from(self.varint()?).map_err(|_| Malformed)?;
                let (bytes, rest) = self.rest.split_at_checked(len).ok_or(Malformed)?;
                self.rest = rest;
                Content::Bytes(bytes)
            }
            _ => return Err(Malformed),
        };
        Ok(Some((number, content)))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn varints() {
        for value in [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX] {
            let mut out = Vec::new();
            put_varint(&mut out, value);
            assert_eq!(Reader::new(&out).varint().unwrap(), value);
            assert!(Reader::new(&out[..out.len() - 1]).varint().is_err());
        }
        for value in [0, 1, -1, i64::MAX, i64::MIN] {
            assert_eq!(unzigzag(zigzag(value)), value);
        }
        assert_eq!(Reader::new(&[0x80, 0]).varint(), Err(Malformed));
    }
}
