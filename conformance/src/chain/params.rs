//! Which parameters realms can set, and to what (spec/07 §10).
//!
//! A key is `MODULE:NAME`. Names that start with `p:` are the modules' own and checked, all others of the module `vm` are free. Bytes are
//! never checked. Most of what the modules `auth` and `bank` have is without effect on a chain without fees and transactions.

use super::rules::well_formed;
use crate::coins::{is_denom, parse_coins};
use regno_runtime::{ParamValue, is_address};

/// The name of a value's type in errors.
fn type_name(value: &ParamValue) -> &'static str {
    match value {
        ParamValue::String(_) => "string",
        ParamValue::Bool(_) => "bool",
        ParamValue::Int64(_) => "int64",
        ParamValue::Uint64(_) => "uint64",
        ParamValue::Bytes(_) => "[]uint8",
        ParamValue::Strings(_) => "[]string",
    }
}

fn wrong_type(name: &str, expected: &str, value: &ParamValue) -> String {
    format!("invalid type for {name} param: expected {expected}, got {}", type_name(value))
}

fn text<'v>(name: &str, value: &'v ParamValue) -> Result<&'v str, String> {
    match value {
        ParamValue::String(text) => Ok(text),
        other => Err(wrong_type(name, "string", other)),
    }
}

fn strings<'v>(name: &str, value: &'v ParamValue) -> Result<&'v [String], String> {
    match value {
        ParamValue::Strings(list) => Ok(list),
        other => Err(wrong_type(name, "[]string", other)),
    }
}

fn number(name: &str, value: &ParamValue) -> Result<i64, String> {
    match value {
        ParamValue::Int64(number) => Ok(*number),
        other => Err(wrong_type(name, "int64", other)),
    }
}

fn address(name: &str, value: &ParamValue) -> Result<(), String> {
    let text = text(name, value)?;
    if is_address(text) { Ok(()) } else { Err(format!("invalid {name} address: {text:?}")) }
}

fn invalid(reason: impl std::fmt::Display) -> Result<(), String> {
    Err(format!("invalid param: {reason}"))
}

/// Domain of a chain: at least two parts of letters, digits and inner hyphens, the last of letters.
fn is_domain(text: &str) -> bool {
    let part = |part: &str| {
        (1..=63).contains(&part.len())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    let last = |part: &str| part.len() >= 2 && part.bytes().all(|byte| byte.is_ascii_alphabetic());
    text.rsplit_once('.').is_some_and(|(rest, end)| last(end) && rest.split('.').all(part))
}

/// The pattern of domains, as the reference's error shows it.
const DOMAIN_PATTERN: &str = r"^(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,}$";

fn check_vm(key: &str, value: &ParamValue) -> Result<(), String> {
    let Some(name) = key.strip_prefix("p:") else { return Ok(()) };
    let package = |what: &str| {
        let path = text(name, value)?;
        if path.is_empty() || well_formed(path) {
            Ok(())
        } else {
            invalid(format!("invalid {what} package path {path:?}"))
        }
    };
    let coins = |what: &str| {
        let coins = text(name, value)?;
        if parse_coins(coins).is_ok_and(|list| !list.is_empty()) {
            Ok(())
        } else {
            invalid(format!("invalid {what} {coins:?}"))
        }
    };
    match name {
        "sysnames_pkgpath" => package("user"),
        "syscla_pkgpath" => package("CLA"),
        "chain_domain" => {
            let domain = text(name, value)?;
            if domain.is_empty() || is_domain(domain) {
                Ok(())
            } else {
                invalid(format!("invalid chain domain {domain:?}, failed to match {DOMAIN_PATTERN:?}"))
            }
        }
        "default_deposit" => coins("default storage deposit"),
        "storage_price" => coins("storage price"),
        "storage_fee_collector" => address(name, value),
        _ => Err(format!("unknown vm param key: {key:?}")),
    }
}

fn check_bank(key: &str, value: &ParamValue) -> Result<(), String> {
    if key != "p:restricted_denoms" {
        return Err(format!("unknown bank param key: {key:?}"));
    }
    match strings("restricted_denoms", value)?.iter().find(|denom| !is_denom(denom)) {
        Some(denom) => invalid(format!("invalid restricted denom: {denom}")),
        None => Ok(()),
    }
}

fn check_auth(key: &str, value: &ParamValue) -> Result<(), String> {
    let name = key.strip_prefix("p:").unwrap_or_default();
    let positive = |what: &str, more: &str| match number(name, value)? {
        1.. => Ok(()),
        number => invalid(format!("invalid {what}: {number}{more}")),
    };
    match name {
        "max_memo_bytes" => positive("max memo bytes", ""),
        "tx_sig_limit" => positive("tx signature limit", ""),
        "tx_size_cost_per_byte" => positive("tx size cost per byte", ""),
        "sig_verify_cost_ed25519" => positive("ED25519 signature verification cost", ""),
        "sig_verify_cost_secp256k1" => positive("SECK256k1 signature verification cost", ""),
        "gas_price_change_compressor" => {
            positive("gas prices change compressor", ", it should be larger or equal to 1")
        }
        "target_gas_ratio" => match number(name, value)? {
            0..=100 => Ok(()),
            number => invalid(format!(
                "invalid target block gas ratio: {number}, it should be between 0 and 100, 0 is unlimited"
            )),
        },
        "fee_collector" => address(name, value),
        "initial_gasprice" => text(name, value).map(drop),
        "unrestricted_addrs" => match strings(name, value)?.iter().find(|text| !is_address(text)) {
            Some(text) => Err(format!("invalid address: {text:?}")),
            None => Ok(()),
        },
        _ => Err(format!("unknown auth param key: {key:?}")),
    }
}

/// Refuses keys that name no module, and values that the module does not take.
///
/// # Errors
///
/// What the reference says.
pub(super) fn check(key: &str, value: &ParamValue) -> Result<(), String> {
    let (module, name) = check_key(key)?;
    match (module, value) {
        (_, ParamValue::Bytes(_)) => Ok(()),
        ("vm", _) => check_vm(name, value),
        ("bank", _) => check_bank(name, value),
        _ => check_auth(name, value),
    }
}

/// Module and name of a key.
///
/// # Errors
///
/// The key names no module.
pub(super) fn check_key(key: &str) -> Result<(&str, &str), String> {
    match key.split_once(':') {
        Some((module, name)) if !module.is_empty() => match module {
            "auth" | "bank" | "vm" => Ok((module, name)),
            _ => Err(format!("module name <{module}> not registered")),
        },
        _ => Err(format!("SDKParams encountered invalid param key format: {key}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_of_modules_are_checked_and_others_are_free() {
        let text = |text: &str| ParamValue::String(text.to_owned());
        let list = |text: &str| ParamValue::Strings(vec![text.to_owned()]);
        let good = [
            ("vm:q:nope", ParamValue::Bool(true)),
            ("vm:gno.land/r/x:key", list("x")),
            ("vm:p:chain_domain", text("test.gno.land")),
            ("vm:p:chain_domain", text("")),
            ("vm:p:sysnames_pkgpath", text("gno.land/r/sys/users")),
            ("vm:p:storage_price", text("5ugnot")),
            ("bank:p:restricted_denoms", list("ugnot")),
            ("auth:p:tx_sig_limit", ParamValue::Int64(1)),
            ("auth:anything", ParamValue::Bytes(None)),
        ];
        for (key, value) in good {
            assert_eq!(check(key, &value), Ok(()), "{key}");
        }
        let bad = [
            ("key", text("x"), "SDKParams encountered invalid param key format: key"),
            ("x:key", text("x"), "module name <x> not registered"),
            ("vm:p:nope", text("x"), "unknown vm param key: \"p:nope\""),
            (
                "vm:p:storage_price",
                ParamValue::Int64(1),
                "invalid type for storage_price param: expected string, got int64",
            ),
            ("vm:p:storage_price", text(""), "invalid param: invalid storage price \"\""),
            ("vm:p:default_deposit", text("many"), "invalid param: invalid default storage deposit \"many\""),
            ("vm:p:sysnames_pkgpath", text("fmt"), "invalid param: invalid user package path \"fmt\""),
            ("vm:p:syscla_pkgpath", text("fmt"), "invalid param: invalid CLA package path \"fmt\""),
            ("bank:denoms", list("x"), "unknown bank param key: \"denoms\""),
            (
                "bank:p:restricted_denoms",
                text("x"),
                "invalid type for restricted_denoms param: expected []string, got string",
            ),
            ("bank:p:restricted_denoms", list("X"), "invalid param: invalid restricted denom: X"),
            ("auth:p:nope", text("x"), "unknown auth param key: \"p:nope\""),
            ("auth:p:tx_sig_limit", ParamValue::Int64(0), "invalid param: invalid tx signature limit: 0"),
        ];
        for (key, value, error) in bad {
            assert_eq!(check(key, &value), Err(error.to_owned()), "{key}");
        }
        for domain in ["land", "-a.land", "a-.land", "a..land", "a.l", "a.land1", "a b.land"] {
            assert!(check("vm:p:chain_domain", &text(domain)).is_err(), "{domain}");
        }
    }
}
