//! Identities of packages and objects, and hashes (spec/04 §1.3, §5.1).

use sha2::{Digest, Sha256};
use std::fmt;

macro_rules! twenty_bytes {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
        pub struct $name(pub [u8; 20]);

        impl $name {
            /// All bytes zero: none.
            pub const ZERO: $name = $name([0; 20]);

            /// Whether it is none.
            pub fn is_zero(&self) -> bool {
                *self == Self::ZERO
            }

            /// Reads 40 lower-case hexadecimal digits.
            pub fn parse(text: &str) -> Option<$name> {
                let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
                let pairs: &[[u8; 2]; 20] = pairs.try_into().ok()?;
                let (mut bytes, mut seen) = ([0; 20], 0);
                for (byte, &[high, low]) in bytes.iter_mut().zip(pairs) {
                    let (high, low) = (nibble(high), nibble(low));
                    seen |= high | low;
                    *byte = high << 4 | low & 15;
                }
                (seen & !15 == 0).then_some($name(bytes))
            }

            /// 40 lower-case hexadecimal digits.
            pub fn digits(&self) -> [u8; 40] {
                let mut digits = [0; 40];
                for (pair, byte) in digits.chunks_exact_mut(2).zip(self.0) {
                    if let [high, low] = pair {
                        (*high, *low) = (digit(byte >> 4), digit(byte & 15));
                    }
                }
                digits
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(std::str::from_utf8(&self.digits()).map_err(|_| fmt::Error)?)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    };
}

twenty_bytes! {
    /// Identity of a package: the first 20 bytes of the SHA-256 of its path.
    PkgId
}

twenty_bytes! {
    /// Hash of an object's bytes: the first 20 bytes of their SHA-256.
    Hash
}

/// The digit of a value below 16.
const fn digit(value: u8) -> u8 {
    if value < 10 { b'0' + value } else { b'a' + value - 10 }
}

/// Not a digit.
const NO_DIGIT: u8 = 0xf0;

/// The value of each byte as a digit.
const NIBBLES: [u8; 256] = {
    let mut values = [NO_DIGIT; 256];
    let mut value = 0;
    while value < 16 {
        values[digit(value) as usize] = value;
        value += 1;
    }
    values
};

fn nibble(digit: u8) -> u8 {
    NIBBLES.get(usize::from(digit)).copied().unwrap_or(NO_DIGIT)
}

fn digest(bytes: &[u8]) -> [u8; 20] {
    let mut out = [0; 20];
    out.iter_mut().zip(Sha256::digest(bytes)).for_each(|(to, from)| *to = from);
    out
}

impl PkgId {
    /// The identity of the package with this path.
    pub fn of_path(path: &str) -> PkgId {
        PkgId(digest(path.as_bytes()))
    }
}

impl Hash {
    /// The hash of an object's bytes.
    pub fn of(bytes: &[u8]) -> Hash {
        Hash(digest(bytes))
    }
}

/// Identity of an object: the package whose realm gave it, and that realm's time then.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct ObjectId {
    /// Package.
    pub pkg: PkgId,
    /// The realm's time when the identity was given; never 0 in a real one.
    pub time: u64,
}

impl ObjectId {
    /// No object.
    pub const ZERO: ObjectId = ObjectId { pkg: PkgId::ZERO, time: 0 };

    /// The package value of a package.
    pub fn package(pkg: PkgId) -> ObjectId {
        ObjectId { pkg, time: 1 }
    }

    /// Whether it is none.
    pub fn is_zero(&self) -> bool {
        *self == ObjectId::ZERO
    }

    /// Writes it as its text.
    pub fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.pkg.digits());
        out.push(b':');
        let start = out.len();
        let mut rest = self.time;
        loop {
            out.push(b'0' + (rest % 10) as u8);
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        if let Some(digits) = out.get_mut(start..) {
            digits.reverse();
        }
    }

    /// Reads `<40 hexadecimal digits>:<decimal>`.
    pub fn parse(text: &str) -> Option<ObjectId> {
        let (pkg, time) = text.split_once(':')?;
        let canonical = time == "0" || (!time.starts_with('0') && time.bytes().all(|byte| byte.is_ascii_digit()));
        if !canonical {
            return None;
        }
        Some(ObjectId { pkg: PkgId::parse(pkg)?, time: time.parse().ok()? })
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.pkg, self.time)
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_identities() {
        let id = ObjectId::package(PkgId::of_path("gno.land/r/test"));
        assert_eq!(id.to_string(), "a8ada09dee16d791fd406d629fe29bb0ed084a30:1");
        for time in [0, 1, 10, 907, u64::MAX] {
            let (id, mut text) = (ObjectId { time, ..id }, Vec::new());
            id.put(&mut text);
            assert_eq!(text, id.to_string().into_bytes());
            assert_eq!(ObjectId::parse(&id.to_string()), Some(id));
        }
        assert_eq!(ObjectId::parse(&id.to_string()), Some(id));
        assert_eq!(ObjectId::parse(&ObjectId::ZERO.to_string()), Some(ObjectId::ZERO));
        for bad in [
            "",
            ":",
            "a8:1",
            "a8ada09dee16d791fd406d629fe29bb0ed084a30:01",
            "a8ada09dee16d791fd406d629fe29bb0ed084a30:",
            "A8ada09dee16d791fd406d629fe29bb0ed084a30:1",
            "a8ada09dee16d791fd406d629fe29bb0ed084a3g:1",
        ] {
            assert_eq!(ObjectId::parse(bad), None);
        }
    }
}
