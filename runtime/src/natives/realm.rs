//! Realms as natives see them: who is at which height of the crossings.

use super::Call;
use super::chain::address_of_package;
use crate::heap::Trap;

/// Address and path of the realm `height` crossings up: 0 is the current one.
///
/// # Errors
///
/// Recoverable `frame not found` beyond the transaction's origin.
pub(super) fn realm_at(call: &mut Call<'_>, height: i64) -> Result<(String, String), Trap> {
    match height {
        0 => {
            let path = call.cx.linked.packages.last().map_or_else(String::new, |package| package.path.clone());
            Ok((address_of_package(&path), path))
        }
        1 => Ok((call.context().origin_caller.clone(), String::new())),
        _ => Err(Trap::raise("frame not found")),
    }
}

/// The function that called the caller of `testing.SetContext` is in this realm until it returns (spec/05 §9.3).
pub(super) fn override_realm(_call: &mut Call<'_>, _address: String, _path: String) {}

/// Whether a path is that of a realm: `DOMAIN/r/USER[/REPO]` where REPO does not end in `_test` (spec/06 §7.1).
pub(super) fn is_realm(path: &str) -> bool {
    let Some((domain, rest)) = path.split_once('/') else { return false };
    let Some(names) = rest.strip_prefix("r/") else { return false };
    let (user, repo) = match names.split_once('/') {
        Some((user, repo)) => (user, Some(repo)),
        None => (names, None),
    };
    is_domain(domain)
        && is_name(user)
        && repo.is_none_or(|repo| !repo.ends_with("_test") && repo.split('/').all(is_name))
}

/// `[a-z0-9-]+.` once or more and a top level of 2 to 63 letters.
pub(super) fn is_domain(domain: &str) -> bool {
    let Some((labels, top)) = domain.rsplit_once('.') else { return false };
    let in_label = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (2..=63).contains(&top.len())
        && top.bytes().all(|byte| byte.is_ascii_lowercase())
        && labels.split('.').all(|label| !label.is_empty() && label.bytes().all(in_label))
}

/// `_?[a-z][a-z0-9_]*`
fn is_name(name: &str) -> bool {
    let name = name.strip_prefix('_').unwrap_or(name);
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_realms() {
        for path in ["gno.land/r/a/b", "gno.land/r/foo_test", "a.b-c.de/r/_x"] {
            assert!(is_realm(path), "{path}");
        }
        for path in [
            "",
            "main",
            "gno.land/p/a",
            "gno.land/r/a/foo_test",
            "gno.land/r/",
            "gno.land/r/A",
            "land/r/a",
            "gno.land/r/a/",
        ] {
            assert!(!is_realm(path), "{path}");
        }
    }
}
