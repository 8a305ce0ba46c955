//! `chain/banker` (spec/06 §5.2, spec/05 §8.3). Permissions are checked by the package; failures of the banker are fatal.

use super::context::coins_text;
use super::{Call, Coin, NativeFn, Outcome};
use crate::heap::Trap;

pub(super) const NATIVES: &[(&str, NativeFn)] = &[
    ("bankerGetCoins", get_coins),
    ("bankerSendCoins", send_coins),
    ("bankerTotalCoin", total_coin),
    ("bankerIssueCoin", issue_coin),
    ("bankerRemoveCoin", remove_coin),
    ("assertCallerIsRealm", assert_caller_is_realm),
    ("originSend", origin_send),
];

/// `BankerTypeOriginSend`
const ORIGIN_SEND: u64 = 1;

fn get_coins(call: &mut Call<'_>) -> Outcome {
    let address = call.string(1);
    let coins = call.context().banker.coins(&address);
    give_coins(call, &coins)
}

fn send_coins(call: &mut Call<'_>) -> Outcome {
    let kind = call.bits(0);
    let (from, to, coins) = (call.string(1), call.string(2), coins_of(call, 3));
    let context = call.context();
    match kind {
        ORIGIN_SEND => {
            let spent = added(&context.origin_send_spent, &coins);
            if !covers(&context.origin_send, &spent) {
                return Err(Trap::raise(format!(
                    "cannot send \"{}\", limit \"{}\" exceeded with \"{}\" already spent",
                    coins_text(&coins),
                    coins_text(&context.origin_send),
                    coins_text(&context.origin_send_spent),
                )));
            }
            context.banker.send(&from, &to, &coins).map_err(Trap::abort)?;
            context.origin_send_spent = spent;
        }
        2 | 3 => context.banker.send(&from, &to, &coins).map_err(Trap::abort)?,
        _ => return Err(Trap::abort(format!("invalid banker type {kind} in bankerSendCoins"))),
    }
    Ok(())
}

fn total_coin(_call: &mut Call<'_>) -> Outcome {
    Err(Trap::abort("not yet implemented"))
}

fn issue_coin(call: &mut Call<'_>) -> Outcome {
    let (address, denom, amount) = (call.string(1), call.string(2), call.int(3));
    call.context().banker.issue(&address, &denom, amount).map_err(Trap::abort)
}

fn remove_coin(call: &mut Call<'_>) -> Outcome {
    let (address, denom, amount) = (call.string(1), call.string(2), call.int(3));
    call.context().banker.remove(&address, &denom, amount).map_err(Trap::abort)
}

fn assert_caller_is_realm(call: &mut Call<'_>) -> Outcome {
    match regno_bytecode::path::is_realm(&call.caller_package(2)) {
        true => Ok(()),
        false => Err(Trap::raise("caller is not a realm")),
    }
}

fn origin_send(call: &mut Call<'_>) -> Outcome {
    let coins = call.context().origin_send.clone();
    give_coins(call, &coins)
}

/// The coins in two arguments: denominations and amounts.
pub(super) fn coins_of(call: &Call<'_>, first: usize) -> Vec<Coin> {
    let pairs = call.strings(first).into_iter().zip(call.ints(first + 1));
    pairs.map(|(denom, amount)| Coin { denom, amount }).collect()
}

/// Coins as two results.
pub(super) fn give_coins(call: &mut Call<'_>, coins: &[Coin]) -> Outcome {
    let denoms: Vec<&str> = coins.iter().map(|coin| coin.denom.as_str()).collect();
    let amounts: Vec<i64> = coins.iter().map(|coin| coin.amount).collect();
    call.give_strings(&denoms)?;
    call.give_ints(&amounts)
}

/// Both lists added up, by denomination; what cancels out is left out.
fn added(a: &[Coin], b: &[Coin]) -> Vec<Coin> {
    let mut sums = std::collections::BTreeMap::new();
    for coin in a.iter().chain(b) {
        let sum: &mut i64 = sums.entry(coin.denom.clone()).or_default();
        *sum = sum.saturating_add(coin.amount);
    }
    sums.into_iter().filter(|&(_, amount)| amount != 0).map(|(denom, amount)| Coin { denom, amount }).collect()
}

/// Whether `limit` is at least `coins` in every denomination.
fn covers(limit: &[Coin], coins: &[Coin]) -> bool {
    let of = |denom: &str| limit.iter().find(|coin| coin.denom == denom).map_or(0, |coin| coin.amount);
    coins.iter().all(|coin| of(&coin.denom) >= coin.amount)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coins(text: &[(&str, i64)]) -> Vec<Coin> {
        text.iter().map(|&(denom, amount)| Coin { denom: denom.to_owned(), amount }).collect()
    }

    #[test]
    fn sums_and_limits() {
        let sum = added(&coins(&[("b", 2), ("a", 1)]), &coins(&[("b", -2), ("c", 3)]));
        assert_eq!(sum, coins(&[("a", 1), ("c", 3)]));
        assert!(covers(&coins(&[("a", 1), ("c", 5)]), &sum) && !covers(&coins(&[("a", 1)]), &sum));
    }
}
