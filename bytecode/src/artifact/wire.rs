//! Primitive encodings, and the trait that gives each type one definition for writing and reading.
//!
//! Integers are LEB128 varints in their shortest form, strings and sequences are preceded by their length. Every element of a
//! sequence takes at least one byte, so a length beyond the remaining input is refused before anything is allocated for it.

use super::{ArtifactError, Problem};
use cranelift_entity::EntityRef;

/// Bytes being written.
#[derive(Default)]
pub(super) struct Writer {
    pub(super) bytes: Vec<u8>,
}

impl Writer {
    pub(super) fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    pub(super) fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            // The low seven bits, and the mark that more follow.
            self.byte(value.to_le_bytes()[0] | 0x80);
            value >>= 7;
        }
        self.byte(value.to_le_bytes()[0]);
    }

    pub(super) fn length(&mut self, length: usize) {
        self.varint(u64::try_from(length).unwrap_or(u64::MAX));
    }
}

/// Bytes being read: one section of an artifact.
pub(super) struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
    /// Name of the section and its offset in the artifact, for errors.
    section: &'static str,
    offset: usize,
}

impl<'b> Reader<'b> {
    pub(super) fn new(bytes: &'b [u8], section: &'static str, offset: usize) -> Reader<'b> {
        Reader { bytes, at: 0, section, offset }
    }

    /// Bytes not yet read.
    pub(super) fn remaining(&self) -> usize {
        self.bytes.len().saturating_sub(self.at)
    }

    pub(super) fn error(&self, problem: Problem) -> ArtifactError {
        ArtifactError::Malformed { section: self.section, offset: self.offset.saturating_add(self.at), problem }
    }

    pub(super) fn byte(&mut self) -> Result<u8, ArtifactError> {
        self.take(1).map(|bytes| bytes.first().copied().unwrap_or(0))
    }

    pub(super) fn take(&mut self, count: usize) -> Result<&'b [u8], ArtifactError> {
        let end = self.at.checked_add(count);
        let taken = end.and_then(|end| self.bytes.get(self.at..end));
        let taken = taken.ok_or_else(|| self.error(Problem::Truncated))?;
        self.at = self.at.saturating_add(count);
        Ok(taken)
    }

    pub(super) fn varint(&mut self) -> Result<u64, ArtifactError> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7f);
            let shifted = part << shift;
            if shifted >> shift != part || (byte == 0 && shift != 0) {
                return Err(self.error(Problem::Number));
            }
            value |= shifted;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(self.error(Problem::Number))
    }

    /// The length of a sequence whose elements take at least one byte each.
    pub(super) fn length(&mut self) -> Result<usize, ArtifactError> {
        let length = self.varint()?;
        match usize::try_from(length) {
            Ok(length) if length <= self.remaining() => Ok(length),
            _ => Err(self.error(Problem::Length)),
        }
    }

    /// Fails unless everything was read.
    pub(super) fn finish(self) -> Result<(), ArtifactError> {
        if self.remaining() == 0 { Ok(()) } else { Err(self.error(Problem::Excess)) }
    }
}

/// A type with a binary form of at least one byte.
pub(super) trait Wire: Sized {
    fn write(&self, out: &mut Writer);
    fn read(input: &mut Reader<'_>) -> Result<Self, ArtifactError>;
}

macro_rules! integers {
    ($($ty:ty)*) => {
        $(impl Wire for $ty {
            fn write(&self, out: &mut Writer) {
                out.varint(u64::from(*self));
            }

            fn read(input: &mut Reader<'_>) -> Result<Self, ArtifactError> {
                let value = input.varint()?;
                <$ty>::try_from(value).map_err(|_| input.error(Problem::Number))
            }
        })*
    };
}

integers!(u8 u16 u32 u64);

impl Wire for bool {
    fn write(&self, out: &mut Writer) {
        out.byte(u8::from(*self));
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, ArtifactError> {
        match input.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(input.error(Problem::Tag)),
        }
    }
}

impl Wire for String {
    fn write(&self, out: &mut Writer) {
        out.length(self.len());
        out.bytes.extend_from_slice(self.as_bytes());
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, ArtifactError> {
        let length = input.length()?;
        let bytes = input.take(length)?.to_vec();
        String::from_utf8(bytes).map_err(|_| input.error(Problem::Text))
    }
}

impl<T: Wire> Wire for Option<T> {
    fn write(&self, out: &mut Writer) {
        self.is_some().write(out);
        if let Some(value) = self {
            value.write(out);
        }
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, ArtifactError> {
        if bool::read(input)? { T::read(input).map(Some) } else { Ok(None) }
    }
}

impl<T: Wire> Wire for Vec<T> {
    fn write(&self, out: &mut Writer) {
        out.length(self.len());
        self.iter().for_each(|element| element.write(out));
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, ArtifactError> {
        let length = input.length()?;
        // Elements can be much larger in memory than in the artifact: grow as they turn out to exist.
        let mut elements = Vec::new();
        for _ in 0..length {
            elements.push(T::read(input)?);
        }
        Ok(elements)
    }
}

impl<A: Wire, B: Wire> Wire for (A, B) {
    fn write(&self, out: &mut Writer) {
        self.0.write(out);
        self.1.write(out);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, ArtifactError> {
        Ok((A::read(input)?, B::read(input)?))
    }
}

/// Typed indices are their number; whether they refer to something is the verifier's question.
pub(super) fn write_entity(entity: impl EntityRef, out: &mut Writer) {
    out.length(entity.index());
}

/// Reads a typed index.
pub(super) fn read_entity<E: EntityRef>(input: &mut Reader<'_>) -> Result<E, ArtifactError> {
    let number = u32::read(input)?;
    // The largest number is reserved by the entity types.
    match usize::try_from(number) {
        Ok(index) if number != u32::MAX => Ok(E::new(index)),
        _ => Err(input.error(Problem::Number)),
    }
}

/// Implements [`Wire`] for a struct: its fields in this order.
macro_rules! record {
    ($ty:ident { $($field:ident),* $(,)? }) => {
        impl $crate::artifact::wire::Wire for $ty {
            fn write(&self, out: &mut $crate::artifact::wire::Writer) {
                $($crate::artifact::wire::Wire::write(&self.$field, out);)*
            }

            fn read(input: &mut $crate::artifact::wire::Reader<'_>) -> Result<Self, $crate::artifact::ArtifactError> {
                $(let $field = $crate::artifact::wire::Wire::read(input)?;)*
                Ok($ty { $($field),* })
            }
        }
    };
}

/// Implements [`Wire`] for an enum: a tag, then the variant's fields in this order.
macro_rules! variants {
    ($ty:ident { $($tag:literal => $name:ident $({ $($field:ident),* })? $(( $($part:ident),* ))?),* $(,)? }) => {
        impl $crate::artifact::wire::Wire for $ty {
            fn write(&self, out: &mut $crate::artifact::wire::Writer) {
                match self {
                    $($ty::$name $({ $($field),* })? $(( $($part),* ))? => {
                        out.byte($tag);
                        $($($crate::artifact::wire::Wire::write($field, out);)*)?
                        $($($crate::artifact::wire::Wire::write($part, out);)*)?
                    })*
                }
            }

            fn read(input: &mut $crate::artifact::wire::Reader<'_>) -> Result<Self, $crate::artifact::ArtifactError> {
                match input.byte()? {
                    $($tag => {
                        $($(let $field = $crate::artifact::wire::Wire::read(input)?;)*)?
                        $($(let $part = $crate::artifact::wire::Wire::read(input)?;)*)?
                        Ok($ty::$name $({ $($field),* })? $(( $($part),* ))?)
                    })*
                    _ => Err(input.error($crate::artifact::Problem::Tag)),
                }
            }
        }
    };
}

pub(super) use {record, variants};
