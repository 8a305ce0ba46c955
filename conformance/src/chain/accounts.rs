//! Coins and parameters in the state: who has what, and what realms have set (spec/07 §6.2, §10).
//!
//! | entry, in the merkle space | value |
//! |---|---|
//! | `/a/ADDRESS` | the coins of an address as text, `10atom,5ugnot` |
//! | `/pv/KEY` | a parameter as JSON |
//!
//! A message sees them through a [`Ledger`], which keeps its changes until they are written with those of the machine.

use super::params;
use crate::coins::coins_text;
use regno_runtime::{Banker, Coin, ParamValue, Params};
use regno_store::{Snapshot, Space, StoreError, Write};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What the keys of accounts start with.
pub const ACCOUNTS: &str = "/a/";
/// What the keys of parameters start with.
pub const PARAMETERS: &str = "/pv/";
/// What an address has when it sends its first message, as the signers of genesis transactions (spec/07 §6.1).
pub const FIRST_COINS: i64 = 10_000_000_000;
/// The denomination that storage is paid in.
pub const UGNOT: &str = "ugnot";

/// The text of the reference's error for a payer without enough coins.
const INSUFFICIENT: &str = "insufficient coins error";
const INVALID: &str = "invalid coins error";
const RESTRICTED: &str = "restricted token transfer error";

type Coins = BTreeMap<String, i64>;

struct Accounts {
    below: Box<dyn Snapshot>,
    /// What was read, and whether it has changed.
    coins: BTreeMap<String, (Option<Coins>, bool)>,
    params: BTreeMap<String, Option<Value>>,
    /// The first failure of the store: the message must not be written.
    failed: Option<StoreError>,
}

/// Coins and parameters as one message sees them. Clones are the same ledger.
#[derive(Clone)]
pub struct Ledger(Arc<Mutex<Accounts>>);

impl std::fmt::Debug for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ledger").finish_non_exhaustive()
    }
}

fn read_coins(text: &[u8]) -> Option<Coins> {
    let text = std::str::from_utf8(text).ok()?;
    let coins = crate::coins::parse_coins(text).ok()?;
    Some(coins.into_iter().map(|coin| (coin.denom, coin.amount)).collect())
}

fn list(coins: &Coins) -> Vec<Coin> {
    coins.iter().map(|(denom, &amount)| Coin { denom: denom.clone(), amount }).collect()
}

impl Accounts {
    /// The coins of an address; `None` if it has never had an account.
    fn account(&mut self, address: &str) -> &mut (Option<Coins>, bool) {
        if !self.coins.contains_key(address) {
            let key = format!("{ACCOUNTS}{address}");
            let read = match self.below.get(Space::Merkle, &key) {
                Ok(Some(text)) => match read_coins(&text) {
                    Some(coins) => Ok(Some(coins)),
                    None => Err(StoreError::Damaged { key, reason: "no coins".to_owned() }),
                },
                Ok(None) => Ok(None),
                Err(error) => Err(error),
            };
            let coins = read.unwrap_or_else(|error| {
                self.failed.get_or_insert(error);
                None
            });
            self.coins.insert(address.to_owned(), (coins, false));
        }
        self.coins.entry(address.to_owned()).or_default()
    }

    /// Adds to what an address has, which may be less than nothing.
    fn add(&mut self, address: &str, denom: &str, amount: i64) -> Result<(), String> {
        let (coins, changed) = self.account(address);
        let coins = coins.get_or_insert_default();
        let sum = coins.get(denom).copied().unwrap_or(0).checked_add(amount).ok_or("addition overflow")?;
        if sum < 0 {
            return Err(INSUFFICIENT.to_owned());
        }
        *changed = true;
        if sum == 0 {
            coins.remove(denom)
        } else {
            coins.insert(denom.to_owned(), sum)
        };
        Ok(())
    }

    fn send(&mut self, from: &str, to: &str, coins: &[Coin]) -> Result<(), String> {
        if coins.iter().any(|coin| coin.amount <= 0) {
            return Err(INVALID.to_owned());
        }
        let has = self.account(from).0.clone().unwrap_or_default();
        if coins.iter().any(|coin| has.get(&coin.denom).copied().unwrap_or(0) < coin.amount) {
            return Err(INSUFFICIENT.to_owned());
        }
        for coin in coins {
            self.add(from, &coin.denom, -coin.amount)?;
            self.add(to, &coin.denom, coin.amount)?;
        }
        // Receiving nothing makes an account, too.
        let (coins, changed) = self.account(to);
        *changed |= coins.is_none();
        coins.get_or_insert_default();
        Ok(())
    }

    fn param(&mut self, key: &str) -> Option<Value> {
        if let Some(value) = self.params.get(key) {
            return value.clone();
        }
        match self.below.get(Space::Merkle, &format!("{PARAMETERS}{key}")) {
            Ok(text) => text.and_then(|text| serde_json::from_slice(&text).ok()),
            Err(error) => {
                self.failed.get_or_insert(error);
                None
            }
        }
    }

    /// Whether coins of a denomination cannot be sent.
    fn is_restricted(&mut self, denom: &str) -> bool {
        self.lists("bank:p:restricted_denoms", denom)
    }

    /// Whether a parameter is a list with this in it.
    fn lists(&mut self, key: &str, text: &str) -> bool {
        self.param(key).as_ref().and_then(Value::as_array).is_some_and(|list| list.iter().any(|known| known == text))
    }
}

impl Ledger {
    /// The ledger of a state.
    #[must_use]
    pub fn over(below: Box<dyn Snapshot>) -> Ledger {
        Ledger(Arc::new(Mutex::new(Accounts { below, coins: BTreeMap::new(), params: BTreeMap::new(), failed: None })))
    }

    fn accounts(&self) -> MutexGuard<'_, Accounts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives an address that has no account yet [`FIRST_COINS`].
    pub fn open_account(&self, address: &str) {
        let mut accounts = self.accounts();
        let (coins, changed) = accounts.account(address);
        if coins.is_none() {
            *coins = Some(Coins::from([(UGNOT.to_owned(), FIRST_COINS)]));
            *changed = true;
        }
    }

    /// Gives coins to an address.
    ///
    /// # Errors
    ///
    /// It cannot have so many.
    pub fn credit(&self, address: &str, coins: &[Coin]) -> Result<(), String> {
        let mut accounts = self.accounts();
        coins.iter().try_for_each(|coin| accounts.add(address, &coin.denom, coin.amount))
    }

    /// Moves coins for a sender, who can be forbidden to send those of some denominations (spec/07 §6.2).
    ///
    /// # Errors
    ///
    /// As [`Ledger::transfer`], and a denomination is restricted for the payer.
    pub fn send_coins(&self, from: &str, to: &str, coins: &[Coin]) -> Result<(), String> {
        let mut accounts = self.accounts();
        let restricted = coins.iter().any(|coin| accounts.is_restricted(&coin.denom));
        if restricted && !accounts.lists("auth:p:unrestricted_addrs", from) {
            return Err(RESTRICTED.to_owned());
        }
        accounts.send(from, to, coins)
    }

    /// Moves coins; an empty list makes the account of the receiver.
    ///
    /// # Errors
    ///
    /// The payer does not have them, or an amount is not positive.
    pub fn transfer(&self, from: &str, to: &str, coins: &[Coin]) -> Result<(), String> {
        self.accounts().send(from, to, coins)
    }

    /// The text value of a parameter.
    #[must_use]
    pub fn text_param(&self, key: &str) -> Option<String> {
        self.accounts().param(key)?.as_str().map(str::to_owned)
    }

    /// Whether coins of a denomination cannot be sent (spec/07 §10).
    #[must_use]
    pub fn is_restricted(&self, denom: &str) -> bool {
        self.accounts().is_restricted(denom)
    }

    /// The changes, to be written.
    ///
    /// # Errors
    ///
    /// The store failed while it was read.
    pub fn writes(&self) -> Result<Vec<Write>, StoreError> {
        let accounts = self.accounts();
        if let Some(error) = &accounts.failed {
            return Err(error.clone());
        }
        let write = |key: String, value| Write::new(Space::Merkle, key, value);
        let changed = accounts.coins.iter().filter(|(_, (_, changed))| *changed);
        let mut writes: Vec<Write> = changed
            .map(|(address, (coins, _))| {
                let text = coins_text(&list(coins.as_ref().unwrap_or(&Coins::new())));
                write(format!("{ACCOUNTS}{address}"), Some(text.into_bytes()))
            })
            .collect();
        writes.extend(accounts.params.iter().map(|(key, value)| {
            let text = value.as_ref().map(|value| value.to_string().into_bytes());
            write(format!("{PARAMETERS}{key}"), text)
        }));
        Ok(writes)
    }
}

impl Banker for Ledger {
    fn coins(&self, address: &str) -> Vec<Coin> {
        list(self.accounts().account(address).0.as_ref().unwrap_or(&Coins::new()))
    }

    fn send(&mut self, from: &str, to: &str, coins: &[Coin]) -> Result<(), String> {
        self.send_coins(from, to, coins)
    }

    fn issue(&mut self, address: &str, denom: &str, amount: i64) -> Result<(), String> {
        if amount < 0 { Err(INVALID.to_owned()) } else { self.accounts().add(address, denom, amount) }
    }

    fn remove(&mut self, address: &str, denom: &str, amount: i64) -> Result<(), String> {
        if amount < 0 { Err(INVALID.to_owned()) } else { self.accounts().add(address, denom, -amount) }
    }
}

impl Params for Ledger {
    fn set(&mut self, key: &str, value: ParamValue) -> Result<(), String> {
        params::check(key, &value)?;
        let value = match value {
            ParamValue::String(text) => Some(json!(text)),
            ParamValue::Bool(value) => Some(json!(value)),
            // As the reference writes numbers of 64 bits.
            ParamValue::Int64(value) => Some(json!(value.to_string())),
            ParamValue::Uint64(value) => Some(json!(value.to_string())),
            ParamValue::Bytes(bytes) => bytes.map(|bytes| json!(regno_store::base64::encode(&bytes))),
            ParamValue::Strings(list) => Some(json!(list)),
        };
        self.accounts().params.insert(key.to_owned(), value);
        Ok(())
    }

    fn update_strings(&mut self, key: &str, values: &[String], add: bool) -> Result<(), String> {
        params::check_key(key)?;
        let known = self.accounts().param(key);
        let mut list: Vec<String> = known.and_then(|known| serde_json::from_value(known).ok()).unwrap_or_default();
        if add {
            for value in values {
                if !list.contains(value) {
                    list.push(value.clone());
                }
            }
        } else {
            list.retain(|known| !values.contains(known));
        }
        self.set(key, ParamValue::Strings(list))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use regno_store::Store;
    use regno_store::memory::MemoryStore;

    fn coins(amount: i64) -> Vec<Coin> {
        vec![Coin { denom: UGNOT.to_owned(), amount }]
    }

    #[test]
    fn coins_move_stay_and_are_never_less_than_nothing() -> Result<(), StoreError> {
        let store = MemoryStore::new();
        let mut ledger = Ledger::over(store.snapshot()?);
        ledger.open_account("a");
        ledger.open_account("a");
        assert_eq!(ledger.transfer("a", "b", &coins(FIRST_COINS - 1)), Ok(()));
        assert_eq!(ledger.transfer("a", "b", &coins(2)), Err(INSUFFICIENT.to_owned()));
        assert_eq!(ledger.transfer("a", "b", &coins(-1)), Err(INVALID.to_owned()));
        assert_eq!(ledger.issue("b", "x", i64::MAX), Ok(()));
        assert!(ledger.issue("b", "x", 1).is_err());
        assert_eq!(ledger.update_strings("vm:l", &["p".to_owned(), "q".to_owned()], true), Ok(()));
        store.write(&ledger.writes()?)?;
        let mut ledger = Ledger::over(store.snapshot()?);
        assert_eq!(ledger.coins("a"), coins(1));
        assert_eq!(ledger.coins("b").len(), 2);
        assert_eq!(ledger.remove("b", "x", i64::MAX), Ok(()));
        assert_eq!(ledger.coins("b"), coins(FIRST_COINS - 1));
        assert_eq!(ledger.update_strings("vm:l", &["p".to_owned()], false), Ok(()));
        assert_eq!(ledger.accounts().param("vm:l"), Some(json!(["q"])));
        assert!(
            ledger.set("nothing", ParamValue::Bool(true)).is_err()
                && ledger.set("vm:p:storage_price", ParamValue::Bool(true)).is_err()
        );
        Ok(())
    }
}
