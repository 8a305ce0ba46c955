//! What the sender of a message pays for the bytes that it adds to realms, and gets back for those that it frees (spec/04 §10).

use super::accounts::{Ledger, UGNOT};
use super::{ChainEvent, Message};
use regno_runtime::{Coin, Machine, RunError, storage_address};
use regno_store::model::Realm;

/// Price of a byte in ugnot, unless the parameter says otherwise.
const PRICE: u64 = 100;
/// What a message may pay in all, unless it or the parameter says otherwise.
const DEFAULT_DEPOSIT: u64 = 600_000_000;
/// Who gets what realms give back while coins are locked, unless the parameter says otherwise.
const COLLECTOR: &str = "g1c9stkafpvcwez2efq3qtfuezw4zpaux3tvxggk";

/// What storage costs (spec/07 §10).
pub(super) struct Terms {
    /// Price of a byte in ugnot.
    price: u64,
    /// What a message may pay in all, if it does not say.
    default: u64,
    collector: String,
}

impl Terms {
    /// The terms that a message finds.
    pub(super) fn of(ledger: &Ledger) -> Terms {
        Terms {
            price: amount(ledger.text_param("vm:p:storage_price")).unwrap_or(PRICE),
            default: amount(ledger.text_param("vm:p:default_deposit")).unwrap_or(DEFAULT_DEPOSIT),
            collector: ledger.text_param("vm:p:storage_fee_collector").unwrap_or_else(|| COLLECTOR.to_owned()),
        }
    }
}

fn amount(text: Option<String>) -> Option<u64> {
    text?.strip_suffix(UGNOT)?.parse().ok()
}

fn ugnot(amount: u64) -> Result<Coin, String> {
    let amount = i64::try_from(amount).map_err(|_| "addition overflow".to_owned())?;
    Ok(Coin { denom: UGNOT.to_owned(), amount })
}

/// Settles the bytes of every realm that a message has finalized, in the order of their paths.
///
/// # Errors
///
/// The sender cannot or does not want to pay; a realm gives back more than it has; the gas limit.
pub(super) fn settle(
    machine: &mut Machine,
    ledger: &Ledger,
    terms: &Terms,
    message: &Message,
) -> Result<Vec<ChainEvent>, RunError> {
    let mut left = message.max_deposit.filter(|&limit| limit != 0).unwrap_or(terms.default);
    let locked = ledger.is_restricted(UGNOT);
    let (mut events, mut errors) = (Vec::new(), Vec::new());
    for (path, bytes_delta) in machine.storage().into_iter().filter(|(_, diff)| *diff != 0) {
        let bytes = bytes_delta.unsigned_abs();
        let fee = bytes.saturating_mul(terms.price);
        let coin = ugnot(fee).map_err(RunError::Fatal)?;
        if bytes_delta < 0 {
            machine.change_realm(&path, |record| release(record, &path, bytes, fee))?;
            let receiver = if locked { &terms.collector } else { &message.caller };
            ledger
                .transfer(&storage_address(&path), receiver, std::slice::from_ref(&coin))
                .map_err(|error| RunError::Fatal(format!("unable to return deposit {path}, {error}")))?;
            let event =
                ChainEvent::StorageUnlock { bytes_delta, fee_refund: coin, pkg_path: path, refund_withheld: locked };
            events.push(event);
            continue;
        }
        if left < fee {
            errors.push(format!(
                "not enough deposit to cover the storage usage: requires {fee}{UGNOT} for {bytes} bytes"
            ));
            continue;
        }
        let mut refused = false;
        machine.change_realm(&path, |record| {
            refused = ledger.transfer(&message.caller, &storage_address(&path), std::slice::from_ref(&coin)).is_err();
            if !refused {
                record.deposit = record.deposit.saturating_add(fee);
                record.storage = record.storage.saturating_add(bytes);
            }
            Ok(())
        })?;
        if refused {
            errors.push(format!(
                "lockStorageDeposit failed for realm {path}: unable to transfer deposit {path}, insufficient coins error"
            ));
            continue;
        }
        left -= fee;
        events.push(ChainEvent::StorageDeposit { bytes_delta, fee_delta: coin, pkg_path: path });
    }
    if errors.is_empty() {
        return Ok(events);
    }
    let errors = errors.join("\n");
    Err(RunError::Fatal(format!("storage deposit processing encountered one or more errors: {errors}")))
}

fn release(record: &mut Realm, path: &str, bytes: u64, fee: u64) -> Result<(), String> {
    let (storage, deposit) = (record.storage, record.deposit);
    record.storage = storage.checked_sub(bytes).ok_or_else(|| {
        format!(
            "not enough storage to be released for realm {path}, realm storage {storage} bytes; requested release: {bytes} bytes"
        )
    })?;
    record.deposit = deposit.checked_sub(fee).ok_or_else(|| {
        format!(
            "not enough deposit to be unlocked for realm {path}, realm deposit {deposit}{UGNOT}; required to unlock: {fee}{UGNOT}"
        )
    })?;
    Ok(())
}
