//! A state as a file of text, to be moved, compared and kept.
//!
//! ```text
//! regno-state 1
//! base KEY BASE64      every entry, in the order of the keys
//! merkle KEY BASE64
//! end COUNT SHA256     number of entries, hash of all lines before
//! ```
//!
//! In keys, `%`, spaces and control characters are written as `%` and two hexadecimal digits. The same state gives the same bytes.

use crate::base64;
use crate::memory::MemoryStore;
use crate::store::{Snapshot, Space, Store, StoreError, Write};
use crate::verify::verify;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::io;

const HEADER: &str = "regno-state 1";

fn escape(key: &str) -> String {
    let mut text = String::with_capacity(key.len());
    for character in key.chars() {
        if character == '%' || character == ' ' || character.is_control() {
            let mut bytes = [0; 4];
            for byte in character.encode_utf8(&mut bytes).bytes() {
                let _ = write!(text, "%{byte:02x}");
            }
        } else {
            text.push(character);
        }
    }
    text
}

fn unescape(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte == b'%' {
            let (digits, after) = rest.split_at_checked(2)?;
            bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
            rest = after;
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

fn space_name(space: Space) -> &'static str {
    match space {
        Space::Base => "base",
        Space::Merkle => "merkle",
    }
}

fn hex(digest: &[u8]) -> String {
    digest.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Writes all entries.
///
/// # Errors
///
/// [`StoreError::Io`] of either side.
pub fn export(state: &dyn Snapshot, out: &mut dyn io::Write) -> Result<u64, StoreError> {
    let failed = |error: io::Error| StoreError::Io(error.to_string());
    let (mut digest, mut count, mut error) = (Sha256::new(), 0, None);
    let mut line = |text: String, out: &mut dyn io::Write| {
        digest.update(text.as_bytes());
        out.write_all(text.as_bytes())
    };
    line(format!("{HEADER}\n"), out).map_err(failed)?;
    for space in [Space::Base, Space::Merkle] {
        state.scan(space, "", &mut |key, value| {
            count += 1;
            let text = format!("{} {} {}\n", space_name(space), escape(key), base64::encode(value));
            error = line(text, out).err();
            error.is_none()
        })?;
    }
    if let Some(error) = error {
        return Err(failed(error));
    }
    writeln!(out, "end {count} {}", hex(&digest.finalize())).map_err(failed)?;
    Ok(count)
}

/// Reads an export into a store without entries, all at once.
///
/// # Errors
///
/// As [`read`]; [`StoreError::Io`] of the store, and if it has entries.
pub fn import(text: &mut dyn io::BufRead, store: &dyn Store) -> Result<u64, StoreError> {
    import_entries(&read(text)?, store)
}

/// Writes the entries of an export into a store without entries, all at once.
///
/// # Errors
///
/// [`StoreError::Io`], also if the store has entries.
pub fn import_entries(entries: &[Write], store: &dyn Store) -> Result<u64, StoreError> {
    let mut empty = true;
    let view = store.snapshot()?;
    for space in [Space::Base, Space::Merkle] {
        view.scan(space, "", &mut |_, _| {
            empty = false;
            false
        })?;
    }
    drop(view);
    if !empty {
        return Err(StoreError::Io("the state has entries already".to_owned()));
    }
    store.write(entries)?;
    Ok(entries.len() as u64)
}

/// The entries of an export. Only the bytes that [`export`] writes are one, and only of a state without damage.
///
/// # Errors
///
/// [`StoreError::Io`] if the text cannot be read or is not a whole export; [`StoreError::Damaged`], with the key of the first entry that
/// cannot be what was written.
pub fn read(text: &mut dyn io::BufRead) -> Result<Vec<Write>, StoreError> {
    let bad = |number: usize, what: &str| StoreError::Io(format!("line {number} of the export: {what}"));
    let (mut digest, mut writes, mut number) = (Sha256::new(), Vec::new(), 0);
    loop {
        let mut line = String::new();
        number += 1;
        if text.read_line(&mut line).map_err(|error| bad(number, &error.to_string()))? == 0 {
            return Err(bad(number, "the end is missing"));
        }
        let content = line.strip_suffix('\n').ok_or_else(|| bad(number, "cut off"))?;
        if number == 1 {
            if content != HEADER {
                return Err(StoreError::Version { found: content.to_owned(), expected: HEADER.to_owned() });
            }
        } else if let Some(rest) = content.strip_prefix("end ") {
            let want = format!("{} {}", writes.len(), hex(&digest.finalize()));
            if rest != want {
                return Err(bad(number, "count or hash do not fit the entries"));
            }
            if !text.fill_buf().map_err(|error| bad(number, &error.to_string()))?.is_empty() {
                return Err(bad(number + 1, "more after the end"));
            }
            break;
        } else {
            let mut parts = content.split(' ');
            let (Some(space), Some(key), Some(value), None) = (parts.next(), parts.next(), parts.next(), parts.next())
            else {
                return Err(bad(number, "not an entry"));
            };
            let space = match space {
                "base" => Space::Base,
                "merkle" => Space::Merkle,
                _ => return Err(bad(number, "not an entry")),
            };
            let text = key;
            let key = unescape(text).filter(|key| escape(key) == text).ok_or_else(|| bad(number, "malformed key"))?;
            let bytes = base64::decode(value).filter(|bytes| base64::encode(bytes) == value);
            let bytes = bytes.ok_or_else(|| bad(number, "malformed value"))?;
            if writes.last().is_some_and(|last: &Write| (last.space, last.key.as_str()) >= (space, key.as_str())) {
                return Err(bad(number, "not in the order of the keys"));
            }
            writes.push(Write::new(space, key, Some(bytes)));
        }
        digest.update(line.as_bytes());
    }
    let state = MemoryStore::new();
    state.write(&writes)?;
    if let Some(damage) = verify(&*state.snapshot()?)?.1.into_iter().next() {
        return Err(damage);
    }
    Ok(writes)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used)]

    use super::*;
    use crate::encode;
    use crate::model::{MemPackage, Type};

    #[test]
    fn a_state_comes_back_the_same_and_damage_is_refused() {
        let store = MemoryStore::new();
        let entry = |space, key: &str, value: &[u8]| Write::new(space, key, Some(value.to_vec()));
        store
            .write(&[
                entry(Space::Base, "tid:map[string] %\u{7f}int", &encode::ty(&Type::TypeType)),
                entry(Space::Merkle, "pkg:x", &encode::mem_package(&MemPackage::default())),
            ])
            .unwrap();
        let mut text = Vec::new();
        assert_eq!(export(&*store.snapshot().unwrap(), &mut text).unwrap(), 2);
        let copy = MemoryStore::new();
        assert_eq!(import(&mut text.as_slice(), &copy).unwrap(), 2);
        let mut again = Vec::new();
        export(&*copy.snapshot().unwrap(), &mut again).unwrap();
        assert_eq!(text, again);
        assert!(import(&mut text.as_slice(), &copy).is_err());
        for end in 0..text.len() {
            assert!(import(&mut &text[..end], &MemoryStore::new()).is_err());
        }
        text[20] ^= 1;
        assert!(import(&mut text.as_slice(), &MemoryStore::new()).is_err());
    }
}
