//! `crypto/ed25519` (spec/06 §5.5, §6.6).
//!
//! The acceptance rule is that of Go's library: the scalar must be canonical; the public key may be encoded non-canonically and may be of
//! small order; the equation has no cofactor, and the recomputed point must have the very bytes of the signature.

use super::{Call, NativeFn, Outcome};
use crate::heap::Trap;
use ed25519_dalek::{Signature, Verifier, VerifyingKey};

pub(super) const NATIVES: &[(&str, NativeFn)] = &[("verify", verify)];

fn verify(call: &mut Call<'_>) -> Outcome {
    let key = call.bytes(0);
    let Ok(key) = <[u8; 32]>::try_from(key.as_slice()) else {
        return Err(Trap::abort(format!("ed25519: bad public key length: {}", key.len())));
    };
    let accepted = accepts(&key, &call.bytes(1), &call.bytes(2));
    call.give_bool(accepted);
    Ok(())
}

/// Whether a signature is accepted.
fn accepts(key: &[u8; 32], message: &[u8], signature: &[u8]) -> bool {
    let (Ok(signature), Ok(key)) = (Signature::from_slice(signature), VerifyingKey::from_bytes(key)) else {
        return false;
    };
    key.verify(message, &signature).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex<const N: usize>(text: &str) -> [u8; N] {
        std::array::from_fn(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap_or(0))
    }

    #[test]
    fn published_signatures() {
        // RFC 8032 §7.1, tests 1 and 2.
        let key = hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
        let signature: [u8; 64] = hex(concat!(
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155",
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ));
        assert!(accepts(&key, b"", &signature));
        assert!(!accepts(&key, b"x", &signature));
        assert!(!accepts(&key, b"", &signature[..63]));
        let key = hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
        let signature: [u8; 64] = hex(concat!(
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da",
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ));
        assert!(accepts(&key, &[0x72], &signature));
    }

    #[test]
    fn small_order_keys_in_every_encoding() {
        // With the neutral element as key and as R, and S = 0, the equation holds for every message.
        let mut signature = [0; 64];
        signature[0] = 1;
        let mut neutral = [0; 32];
        neutral[0] = 1;
        assert!(accepts(&neutral, b"anything", &signature));
        // x = 0 with the sign bit.
        neutral[31] = 0x80;
        assert!(accepts(&neutral, b"anything", &signature));
        // y = p + 1.
        let mut encoding = [0xff; 32];
        (encoding[0], encoding[31]) = (0xee, 0x7f);
        assert!(accepts(&encoding, b"anything", &signature));
        // The recomputed point is compared byte by byte.
        signature[31] = 0x80;
        assert!(!accepts(&neutral, b"anything", &signature));
    }

    #[test]
    fn scalars_beyond_the_order_are_refused() {
        let mut neutral = [0; 32];
        neutral[0] = 1;
        let mut signature = [0; 64];
        signature[0] = 1;
        let order: [u8; 32] = hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
        signature[32..].copy_from_slice(&order);
        assert!(!accepts(&neutral, b"", &signature));
    }
}
