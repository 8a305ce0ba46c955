//! What the sender of a message pays for the bytes that it adds to realms, and gets back for those that it frees (spec/04 §10).

use super::accounts::{Ledger, UGNOT};
use regno_runtime::{Coin, Event, Machine, RunError, storage_address};
use regno_store::model::Realm;

/// Price of a byte in ugnot, unless the parameter says otherwise.
const PRICE: u64 = 100;
/// What a message may pay in all, unless it says otherwise.
const DEFAULT_DEPOSIT: u64 = 600_000_000;

fn amount(text: Option<String>) -> Option<u64> {
    text?.strip_suffix(UGNOT)?.parse().ok()
}

fn ugnot(amount: u64) -> Result<Vec<Coin>, String> {
    let amount = i64::try_from(amount).map_err(|_| "addition overflow".to_owned())?;
    Ok(vec![Coin { denom: UGNOT.to_owned(), amount }])
}

/// Settles the bytes of every realm that a message has finalized, in the order of their paths.
///
/// # Errors
///
/// The sender cannot or does not want to pay; a realm gives back more than it has; the gas limit.
pub(super) fn settle(
    machine: &mut Machine,
    ledger: &Ledger,
    sender: &str,
    limit: Option<u64>,
) -> Result<Vec<Event>, RunError> {
    let price = amount(ledger.text_param("vm:p:storage_price")).unwrap_or(PRICE);
    let default = amount(ledger.text_param("vm:p:default_deposit")).unwrap_or(DEFAULT_DEPOSIT);
    let mut left = limit.filter(|&limit| limit != 0).unwrap_or(default);
    let (mut events, mut errors) = (Vec::new(), Vec::new());
    for (path, diff) in machine.storage().into_iter().filter(|(_, diff)| *diff != 0) {
        let bytes = diff.unsigned_abs();
        let fee = bytes.saturating_mul(price);
        let holder = storage_address(&path);
        if diff > 0 && left < fee {
            errors.push(format!(
                "not enough deposit to cover the storage usage: requires {fee}{UGNOT} for {bytes} bytes"
            ));
            continue;
        }
        let mut refused = None;
        machine.change_realm(&path, |record| {
            if diff < 0 {
                return release(record, &path, bytes, fee, price);
            }
            if ugnot(fee).and_then(|coins| ledger.transfer(sender, &holder, &coins)).is_err() {
                refused = Some(format!(
                    "lockStorageDeposit failed for realm {path}: unable to transfer deposit {path}, insufficient coins error"
                ));
                return Ok(());
            }
            record.deposit = record.deposit.saturating_add(fee);
            record.storage = record.storage.saturating_add(bytes);
            Ok(())
        })?;
        if let Some(text) = refused {
            errors.push(text);
            continue;
        }
        if diff < 0 {
            ugnot(fee)
                .and_then(|coins| ledger.transfer(&holder, sender, &coins))
                .map_err(|error| RunError::Fatal(format!("unable to return deposit {path}, {error}")))?;
        } else {
            left -= fee;
        }
        let name = if diff > 0 { ("StorageDepositEvent", "fee_delta") } else { ("StorageUnlockEvent", "fee_refund") };
        let attributes =
            vec![("bytes_delta".to_owned(), diff.to_string()), (name.1.to_owned(), format!("{fee}{UGNOT}"))];
        events.push(Event { ty: name.0.to_owned(), attributes, pkg_path: path });
    }
    if errors.is_empty() {
        return Ok(events);
    }
    let errors = errors.join("\n");
    Err(RunError::Fatal(format!("storage deposit processing encountered one or more errors: {errors}")))
}

fn release(record: &mut Realm, path: &str, bytes: u64, fee: u64, price: u64) -> Result<(), String> {
    let (storage, deposit) = (record.storage, record.deposit);
    record.storage = storage.checked_sub(bytes).ok_or_else(|| {
        format!(
            "not enough storage to be released for realm {path}, realm storage {storage} bytes; requested release: {bytes} bytes"
        )
    })?;
    record.deposit = deposit.checked_sub(fee).ok_or_else(|| {
        let required = bytes.saturating_mul(price);
        format!(
            "not enough deposit to be unlocked for realm {path}, realm deposit {deposit}{UGNOT}; required to unlock: {required}{UGNOT}"
        )
    })?;
    Ok(())
}
