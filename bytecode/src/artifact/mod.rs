//! The artifact: a module as bytes.
//!
//! ```text
//! magic                8 bytes
//! format version       u32, little-endian
//! content digest       SHA-256 of the domain tag and everything after the digest
//! compatibility        compiler version, semantics id, natives digest
//! sections             package types strings globals functions code metering tables, each preceded by its length
//! source               0, or 1 and the canonical source files
//! ```
//!
//! The same module always gives the same bytes. [`decode`] accepts any input: it gives the module or the first thing that is
//! wrong, checks the digest before it looks at anything behind it, and never allocates more than a small multiple of the input.
//! A decoded module still has to pass the runtime's verifier; here only the form is checked.
//!
//! [`mod@layout`] says what the sections contain, once for both directions; [`wire`] has the primitive encodings.

mod layout;
#[cfg(test)]
mod tests;
mod wire;

pub use layout::SourceFile;

use crate::event::OpClass;
use crate::module::Module;
use crate::op::Op;
use layout::Sections;
use sha2::{Digest, Sha256};
use std::fmt;
use wire::{Reader, Wire, Writer};

/// The first bytes of every artifact.
pub const MAGIC: [u8; 8] = *b"\x7fregno\r\n";

/// Version of the format; every change of the layout or of the operation table's meaning increases it.
pub const FORMAT_VERSION: u32 = 9;

/// The compiler version that artifacts record.
pub const COMPILER_VERSION: &str = env!("CARGO_PKG_VERSION");

/// The semantics that the compiler implements (design.md §6).
pub const SEMANTICS: &str = "gno-1.1.0";

const DOMAIN: &[u8] = b"regno artifact v1\0";
const DIGEST_BYTES: usize = 32;

/// What is wrong with a part of an artifact.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Problem {
    /// It ends too early.
    Truncated,
    /// Bytes follow its end.
    Excess,
    /// A length exceeds what is left.
    Length,
    /// A number is out of range or not in its shortest form.
    Number,
    /// An unknown variant.
    Tag,
    /// A name is not UTF-8.
    Text,
    /// An unknown metering event.
    Event,
    /// The function sections have different numbers of functions.
    Functions,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Problem::Truncated => "it ends too early",
            Problem::Excess => "bytes follow its end",
            Problem::Length => "a length exceeds what is left",
            Problem::Number => "a number is out of range or not in its shortest form",
            Problem::Tag => "unknown variant",
            Problem::Text => "a name is not UTF-8",
            Problem::Event => "unknown metering event",
            Problem::Functions => "the sections disagree on the number of functions",
        })
    }
}

/// Why bytes are not a usable artifact.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ArtifactError {
    /// They do not start like an artifact.
    NotAnArtifact,
    /// Another version of the format.
    FormatVersion(u32),
    /// The content does not have the recorded digest: the bytes are damaged.
    Digest,
    /// A field of the compatibility header disagrees.
    Incompatible {
        /// The field.
        field: &'static str,
        /// What this build expects.
        expected: String,
        /// What the artifact has.
        found: String,
    },
    /// The content has the recorded digest but is not well-formed.
    Malformed {
        /// The section.
        section: &'static str,
        /// Offset in the artifact, in bytes.
        offset: usize,
        /// What is wrong there.
        problem: Problem,
    },
}

impl fmt::Display for ArtifactError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ArtifactError::NotAnArtifact => f.write_str("not a regno artifact"),
            ArtifactError::FormatVersion(found) => write!(f, "format version {found}, expected {FORMAT_VERSION}"),
            ArtifactError::Digest => f.write_str("damaged: the content does not have the recorded digest"),
            ArtifactError::Incompatible { field, expected, found } => {
                write!(f, "made with another {field}: {found}, expected {expected}")
            }
            ArtifactError::Malformed { section, offset, problem } => {
                write!(f, "section {section}, offset {offset}: {problem}")
            }
        }
    }
}

impl std::error::Error for ArtifactError {}

/// An artifact's content.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Artifact {
    /// The module.
    pub module: Module,
    /// The canonical source, unless stripped.
    pub source: Option<Vec<SourceFile>>,
}

/// The artifact of a module, without source.
pub fn encode(module: &Module) -> Vec<u8> {
    seal(&body(module, None))
}

/// The artifact of a module with its canonical source.
pub fn encode_with_source(module: &Module, source: &[SourceFile]) -> Vec<u8> {
    seal(&body(module, Some(source)))
}

/// The module of an artifact.
///
/// # Errors
///
/// If the bytes are not an artifact of this format and compiler, or are damaged.
pub fn decode(bytes: &[u8]) -> Result<Module, ArtifactError> {
    decode_artifact(bytes).map(|artifact| artifact.module)
}

/// The module and source of an artifact.
///
/// # Errors
///
/// As [`decode`].
pub fn decode_artifact(bytes: &[u8]) -> Result<Artifact, ArtifactError> {
    let (body, offset) = unseal(bytes)?;
    let mut input = Reader::new(body, "header", offset);
    compatible("compiler version", &COMPILER_VERSION.to_owned(), &String::read(&mut input)?)?;
    compatible("semantics version", &SEMANTICS.to_owned(), &String::read(&mut input)?)?;
    compatible("natives digest", &hex(&natives_digest()), &hex(input.take(DIGEST_BYTES)?))?;
    let sections = Sections::read(|name| {
        let length = input.length()?;
        let at = bytes.len().saturating_sub(input.remaining());
        Ok(Reader::new(input.take(length)?, name, at))
    })?;
    let source = Option::read(&mut input)?;
    let module = sections.into_module().ok_or_else(|| input.error(Problem::Functions))?;
    input.finish()?;
    Ok(Artifact { module, source })
}

/// The content digest that an artifact records, without checking it: its address.
///
/// # Errors
///
/// If the bytes do not start like an artifact of this format.
pub fn recorded_digest(bytes: &[u8]) -> Result<[u8; DIGEST_BYTES], ArtifactError> {
    split(bytes).map(|(digest, ..)| digest)
}

/// Digest of what the runtime must agree on with the compiler beyond the format: operations and event classes.
pub fn natives_digest() -> [u8; DIGEST_BYTES] {
    let mut hash = Sha256::new();
    hash.update(b"regno operations\0");
    for op in Op::ALL {
        hash.update(format!("{} {:?} {:?}\n", op.name(), op.format(), op.properties()));
    }
    for class in OpClass::ALL {
        hash.update(format!("{}\n", class.name()));
    }
    hash.finalize().into()
}

/// Everything after the digest.
fn body(module: &Module, source: Option<&[SourceFile]>) -> Vec<u8> {
    let mut out = Writer::default();
    COMPILER_VERSION.to_owned().write(&mut out);
    SEMANTICS.to_owned().write(&mut out);
    out.bytes.extend_from_slice(&natives_digest());
    Sections::of(module.clone()).write(|section| {
        out.length(section.len());
        out.bytes.extend_from_slice(section);
    });
    source.map(<[SourceFile]>::to_vec).write(&mut out);
    out.bytes
}

/// Puts magic, version and digest before the content.
fn seal(body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend_from_slice(&MAGIC);
    bytes.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
    bytes.extend_from_slice(&digest(body));
    bytes.extend_from_slice(body);
    bytes
}

fn digest(body: &[u8]) -> [u8; DIGEST_BYTES] {
    let mut hash = Sha256::new();
    hash.update(DOMAIN);
    hash.update(body);
    hash.finalize().into()
}

/// Checks magic, version and digest; gives the content and its offset.
fn unseal(bytes: &[u8]) -> Result<(&[u8], usize), ArtifactError> {
    let (recorded, body) = split(bytes)?;
    if digest(body) != recorded {
        return Err(ArtifactError::Digest);
    }
    Ok((body, bytes.len().saturating_sub(body.len())))
}

fn split(bytes: &[u8]) -> Result<([u8; DIGEST_BYTES], &[u8]), ArtifactError> {
    let rest = bytes.strip_prefix(&MAGIC).ok_or(ArtifactError::NotAnArtifact)?;
    let (version, rest) = rest.split_first_chunk::<4>().ok_or(ArtifactError::NotAnArtifact)?;
    let version = u32::from_le_bytes(*version);
    if version != FORMAT_VERSION {
        return Err(ArtifactError::FormatVersion(version));
    }
    let (digest, body) = rest.split_first_chunk::<DIGEST_BYTES>().ok_or(ArtifactError::NotAnArtifact)?;
    Ok((*digest, body))
}

fn compatible(field: &'static str, expected: &String, found: &String) -> Result<(), ArtifactError> {
    if expected == found {
        return Ok(());
    }
    Err(ArtifactError::Incompatible { field, expected: expected.clone(), found: found.clone() })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
