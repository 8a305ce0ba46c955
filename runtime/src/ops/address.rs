//! Addresses: bech32 texts with prefix `g` and a payload of 20 bytes (spec/01 §6.3).

use crate::heap::Trap;
use bech32::Bech32;
use bech32::primitives::decode::CheckedHrpstring;

/// Bytes of an address.
const PAYLOAD: usize = 20;

/// Whether a text is an address.
///
/// # Errors
///
/// Fatal where it decodes with the right prefix to a payload of another length.
pub fn is_address(text: &[u8]) -> Result<bool, Trap> {
    let Ok(text) = std::str::from_utf8(text) else { return Ok(false) };
    let Ok(decoded) = CheckedHrpstring::new::<Bech32>(text) else { return Ok(false) };
    if !decoded.hrp().as_str().eq_ignore_ascii_case("g") {
        return Ok(false);
    }
    match decoded.byte_iter().count() {
        PAYLOAD => Ok(true),
        length => Err(Trap::abort(format!("unexpected address byte length. expected {PAYLOAD}, got {length}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_the_prefix_and_twenty_bytes() {
        let valid = bech32::encode::<Bech32>(bech32::Hrp::parse_unchecked("g"), &[7; 20]).unwrap_or_default();
        assert_eq!(is_address(valid.as_bytes()), Ok(true));
        assert_eq!(is_address(valid.to_uppercase().as_bytes()), Ok(true));
        assert_eq!(is_address(b""), Ok(false));
        assert_eq!(is_address(b"g1qqqq"), Ok(false));
        let other = bech32::encode::<Bech32>(bech32::Hrp::parse_unchecked("cosmos"), &[7; 20]).unwrap_or_default();
        assert_eq!(is_address(other.as_bytes()), Ok(false));
        let short = bech32::encode::<Bech32>(bech32::Hrp::parse_unchecked("g"), &[7; 19]).unwrap_or_default();
        assert!(matches!(is_address(short.as_bytes()), Err(Trap::Abort(_))));
    }
}
