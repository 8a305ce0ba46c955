//! `chain`: addresses of packages and events (spec/06 §5.1, §7).

use super::{Call, Event, NativeFn, Outcome};
use crate::heap::Trap;
use regno_bytecode::path::PathKind;
use sha2::{Digest, Sha256};

pub(super) const NATIVES: &[(&str, NativeFn)] =
    &[("packageAddress", package_address), ("deriveStorageDepositAddr", storage_deposit_address), ("emit", emit)];

/// Human-readable part of addresses.
const PREFIX: &str = "g";

fn package_address(call: &mut Call<'_>) -> Outcome {
    let path = call.string(0);
    if path.is_empty() {
        return Err(Trap::abort("pkgpath cannot be empty"));
    }
    let text = address_of_package(&path);
    call.give_string(text)
}

fn storage_deposit_address(call: &mut Call<'_>) -> Outcome {
    let path = call.string(0);
    if path.is_empty() {
        return Err(Trap::abort("pkgpath cannot be empty in DeriveStorageDepositBech32Addr()"));
    }
    call.give_string(deposit_address_of(&path))
}

fn emit(call: &mut Call<'_>) -> Outcome {
    let (ty, attributes) = (call.string(0), call.strings(1));
    if attributes.len() % 2 != 0 {
        return Err(Trap::raise("cannot pair attributes due to odd count"));
    }
    let pkg_path = call.caller_package(2);
    let attributes = attributes.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect();
    call.context().events.push(Event { ty, attributes, pkg_path });
    Ok(())
}

/// Address of a package: that of the user in the path of a user's script, else a hash of the path (spec/06 §7.1).
pub fn address_of_package(path: &str) -> String {
    match PathKind::run_address(path) {
        Some(user) => user.to_owned(),
        None => hashed(&format!("pkgPath:{path}")),
    }
}

/// Address that holds the deposit for what a package stores (spec/06 §7).
pub fn deposit_address_of(path: &str) -> String {
    hashed(&format!("pkgPath:{path}.storageDeposit"))
}

/// Whether a text is an address: 20 bytes in bech32.
pub fn is_address(text: &str) -> bool {
    bech32::decode(text).is_ok_and(|(prefix, bytes)| {
        prefix.as_str() == PREFIX && bytes.len() == 20 && text.bytes().all(|byte| !byte.is_ascii_uppercase())
    })
}

/// The first 20 bytes of a SHA-256 as an address.
fn hashed(preimage: &str) -> String {
    let digest = Sha256::digest(preimage.as_bytes());
    let address = digest.get(..20).unwrap_or(&[]);
    let prefix = bech32::Hrp::parse_unchecked(PREFIX);
    bech32::encode::<bech32::Bech32>(prefix, address).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_specification() {
        assert_eq!(address_of_package("gno.land/r/demo/foo"), "g1m5920e2mxfawvp8tljyga94s2jtpj69rxf8y4h");
        assert_eq!(address_of_package("strings"), "g133hh4v2r99mxej4393z8g85cuc5lfxzzqadrjj");
        assert_eq!(address_of_package("gno.land/e/g1abc/run"), "g1abc");
        assert_eq!(address_of_package("gno.land/e/foo/run"), "g1cum36yv37h6g0ldxs8uqtpzpxpesjd99xdmhjx");
        assert_eq!(hashed("pkgPath:gno.land/r/foo.storageDeposit"), "g1nln0nrcd20s6a2736n864ma8lac0zep8hw7th9");
    }
}
