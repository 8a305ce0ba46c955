//! `crypto/sha256` (spec/06 §5.5).

use super::{Call, NativeFn, Outcome};
use sha2::{Digest, Sha256};

pub(super) const NATIVES: &[(&str, NativeFn)] = &[("sum256", sum256)];

fn sum256(call: &mut Call<'_>) -> Outcome {
    let digest: [u8; 32] = Sha256::digest(call.bytes(0)).into();
    call.give_byte_array(&digest)
}
