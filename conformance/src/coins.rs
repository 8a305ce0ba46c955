//! Coins in text: `10atom,5ugnot`.

use regno_runtime::Coin;

/// Reads coins; an empty text is none. They come out sorted by denomination.
///
/// # Errors
///
/// A text that is no list of amounts and denominations.
pub fn parse_coins(text: &str) -> Result<Vec<Coin>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let mut coins = Vec::new();
    for part in text.split(',').map(str::trim) {
        let invalid = || format!("invalid coin expression: {part}");
        let digits = part.find(|c: char| !c.is_ascii_digit()).ok_or_else(invalid)?;
        let (amount, denom) = part.split_at(digits);
        let amount = amount.parse().map_err(|_| invalid())?;
        coins.push(Coin { denom: denom.trim().to_owned(), amount });
    }
    coins.sort_by(|a, b| a.denom.cmp(&b.denom));
    Ok(coins)
}

/// Coins as text, as [`parse_coins`] reads them.
#[must_use]
pub fn coins_text(coins: &[Coin]) -> String {
    let text: Vec<String> = coins.iter().map(|coin| format!("{}{}", coin.amount, coin.denom)).collect();
    text.join(",")
}

/// Whether a text can name coins (spec/07 §2).
#[must_use]
pub fn is_denom(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"/_.:".contains(&byte);
    let first = text.bytes().next().unwrap_or(b'0');
    text.len() >= 3 && (first.is_ascii_lowercase() || first == b'/') && text.bytes().all(inner)
}

/// Refuses coins that cannot be sent: amounts must be positive, denominations sorted, different and well-formed (spec/07 §2).
///
/// # Errors
///
/// Which coin is wrong.
pub fn check_coins(coins: &[Coin]) -> Result<(), String> {
    let valid = |coin: &Coin| coin.amount > 0 && is_denom(&coin.denom);
    let invalid = |coin: &Coin| format!("invalid coins: {}", coins_text(std::slice::from_ref(coin)));
    if let Some(coin) = coins.iter().find(|coin| !valid(coin)) {
        return Err(invalid(coin));
    }
    match coins.windows(2).find(|pair| pair[0].denom >= pair[1].denom) {
        Some(pair) => Err(invalid(&pair[1])),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coins_are_sorted_and_checked() {
        let text =
            |coins: &[Coin]| coins.iter().map(|coin| format!("{}{}", coin.amount, coin.denom)).collect::<Vec<_>>();
        assert_eq!(
            parse_coins("5ugnot,10atom").map(|coins| text(&coins)),
            Ok(vec!["10atom".to_owned(), "5ugnot".to_owned()])
        );
        assert_eq!(parse_coins("  "), Ok(Vec::new()));
        assert!(parse_coins("ugnot").is_err() && parse_coins("5").is_err());
    }

    #[test]
    fn coins_that_cannot_be_sent() {
        let check = |text: &str| parse_coins(text).and_then(|coins| check_coins(&coins));
        assert_eq!(check("10/gno.land/r/x:token,5ugnot"), Ok(()));
        for text in ["0ugnot", "5ug", "5Ugnot", "5ugnot,6ugnot", "5u-gnot"] {
            assert!(check(text).is_err(), "{text}");
        }
    }
}
