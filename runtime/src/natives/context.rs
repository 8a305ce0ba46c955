//! What a machine knows of the world: chain, caller, coins, parameters, events (spec/05 §8-9). The embedder supplies it.

use std::collections::BTreeMap;
use std::fmt::Debug;

/// An amount of one denomination.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Coin {
    /// Denomination.
    pub denom: String,
    /// Amount.
    pub amount: i64,
}

/// An event that a program has emitted (spec/05 §8.4).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    /// Type.
    pub ty: String,
    /// Keys and values in order.
    pub attributes: Vec<(String, String)>,
    /// Package whose code emitted it.
    pub pkg_path: String,
}

/// Where coins are.
pub trait Banker: Debug + Send {
    /// The coins of an address, by denomination.
    fn coins(&self, address: &str) -> Vec<Coin>;

    /// Moves coins.
    ///
    /// # Errors
    ///
    /// The text of the reference's fatal error.
    fn send(&mut self, from: &str, to: &str, coins: &[Coin]) -> Result<(), String>;

    /// Creates coins.
    ///
    /// # Errors
    ///
    /// The text of the reference's fatal error.
    fn issue(&mut self, address: &str, denom: &str, amount: i64) -> Result<(), String>;

    /// Destroys coins.
    ///
    /// # Errors
    ///
    /// The text of the reference's fatal error.
    fn remove(&mut self, address: &str, denom: &str, amount: i64) -> Result<(), String>;
}

/// A value of a parameter.
#[derive(Clone, PartialEq, Debug)]
pub enum ParamValue {
    /// `SetString`
    String(String),
    /// `SetBool`
    Bool(bool),
    /// `SetInt64`
    Int64(i64),
    /// `SetUint64`
    Uint64(u64),
    /// `SetBytes`; `None` deletes the key.
    Bytes(Option<Vec<u8>>),
    /// `SetStrings`
    Strings(Vec<String>),
}

/// Where parameters are stored.
pub trait Params: Debug + Send {
    /// Sets a parameter.
    ///
    /// # Errors
    ///
    /// The text of the reference's fatal error.
    fn set(&mut self, key: &str, value: ParamValue) -> Result<(), String>;

    /// Adds strings to a list, or removes them.
    ///
    /// # Errors
    ///
    /// The text of the reference's fatal error.
    fn update_strings(&mut self, key: &str, values: &[String], add: bool) -> Result<(), String>;
}

/// Parameters of tests: nothing is stored.
#[derive(Clone, Copy, Default, Debug)]
pub struct NoParams;

impl Params for NoParams {
    fn set(&mut self, _key: &str, _value: ParamValue) -> Result<(), String> {
        Ok(())
    }

    fn update_strings(&mut self, _key: &str, _values: &[String], _add: bool) -> Result<(), String> {
        Ok(())
    }
}

/// The banker of tests: a table in memory (spec/05 §8.3).
#[derive(Clone, Default, Debug)]
pub struct TestBanker {
    table: BTreeMap<String, BTreeMap<String, i64>>,
}

impl TestBanker {
    /// Gives coins to an address.
    pub fn credit(&mut self, address: &str, coins: &[Coin]) {
        self.table.entry(address.to_owned()).or_default();
        for coin in coins {
            self.add(address, &coin.denom, coin.amount);
        }
    }

    fn add(&mut self, address: &str, denom: &str, amount: i64) {
        let balance = self.table.entry(address.to_owned()).or_default();
        let sum = balance.get(denom).copied().unwrap_or(0).wrapping_add(amount);
        if sum == 0 {
            balance.remove(denom);
        } else {
            balance.insert(denom.to_owned(), sum);
        }
    }
}

/// Coins as the reference prints them: `10a,5b`.
pub(crate) fn coins_text(coins: &[Coin]) -> String {
    let text: Vec<String> = coins.iter().map(|coin| format!("{}{}", coin.amount, coin.denom)).collect();
    text.join(",")
}

impl Banker for TestBanker {
    fn coins(&self, address: &str) -> Vec<Coin> {
        let balance = self.table.get(address).into_iter().flatten();
        balance.map(|(denom, &amount)| Coin { denom: denom.clone(), amount }).collect()
    }

    fn send(&mut self, from: &str, to: &str, coins: &[Coin]) -> Result<(), String> {
        let Some(balance) = self.table.get(from) else { return Err(format!("source address {from} does not exist")) };
        let enough = coins.iter().all(|coin| balance.get(&coin.denom).copied().unwrap_or(0) >= coin.amount);
        if !enough {
            let has = coins_text(&self.coins(from));
            return Err(format!("source address {from} has {has}; cannot send {}", coins_text(coins)));
        }
        for coin in coins {
            self.add(from, &coin.denom, coin.amount.wrapping_neg());
            self.add(to, &coin.denom, coin.amount);
        }
        Ok(())
    }

    fn issue(&mut self, address: &str, denom: &str, amount: i64) -> Result<(), String> {
        self.add(address, denom, amount);
        Ok(())
    }

    fn remove(&mut self, address: &str, denom: &str, amount: i64) -> Result<(), String> {
        self.add(address, denom, amount.wrapping_neg());
        Ok(())
    }
}

/// The execution context (spec/05 §8.1).
#[derive(Debug)]
pub struct Context {
    /// Chain id.
    pub chain_id: String,
    /// Chain domain.
    pub chain_domain: String,
    /// Block height.
    pub height: i64,
    /// Block time in Unix seconds.
    pub timestamp: i64,
    /// Nanoseconds of the block time.
    pub timestamp_nano: i64,
    /// Who signed the transaction, as bech32.
    pub origin_caller: String,
    /// Coins sent with it.
    pub origin_send: Vec<Coin>,
    /// Part of them that has been spent.
    pub origin_send_spent: Vec<Coin>,
    /// Coins of everybody.
    pub banker: Box<dyn Banker>,
    /// Parameters.
    pub params: Box<dyn Params>,
    /// Events emitted so far.
    pub events: Vec<Event>,
}

impl Default for Context {
    /// The context of tests and `run`.
    fn default() -> Context {
        Context {
            chain_id: "dev".to_owned(),
            chain_domain: "gno.land".to_owned(),
            height: 123,
            timestamp: 1_234_567_890,
            timestamp_nano: 0,
            origin_caller: String::new(),
            origin_send: Vec::new(),
            origin_send_spent: Vec::new(),
            banker: Box::new(TestBanker::default()),
            params: Box::new(NoParams),
            events: Vec::new(),
        }
    }
}
