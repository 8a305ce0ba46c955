//! Standard base64 with padding, as JSON shows bytes.

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The text of the bytes.
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0_u32, |word, &byte| word << 8 | u32::from(byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = DIGITS.get((word >> (18 - 6 * place) & 63) as usize).copied().unwrap_or(b'=');
            text.push(if place <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

/// The bytes of a text; none if it is not the text of any bytes.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    for chunk in text.as_bytes().chunks(4) {
        let digits = chunk.iter().take_while(|&&digit| digit != b'=').count();
        let mut word = 0_u32;
        for &digit in chunk.iter().take(digits) {
            word = word << 6 | DIGITS.iter().position(|&known| known == digit)? as u32;
        }
        word <<= 6 * (4 - digits.min(4));
        let [_, three @ ..] = word.to_be_bytes();
        bytes.extend(three.iter().take(digits.saturating_sub(1)));
    }
    // Only the canonical text.
    (encode(&bytes) == text).then_some(bytes)
}

#[cfg(test)]
mod tests {
    #[test]
    fn padding() {
        let texts = ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"];
        for (len, text) in texts.iter().enumerate() {
            assert_eq!(super::encode(&b"foobar"[..len]), *text);
            assert_eq!(super::decode(text).as_deref(), Some(&b"foobar"[..len]));
        }
        assert_eq!(super::encode(b"ReaDoNLY"), "UmVhRG9OTFk=");
        for bad in ["Zg", "Zg=", "Zh==", "Z", "Zm9v=", "Zm 9"] {
            assert_eq!(super::decode(bad), None);
        }
    }
}
