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
}
