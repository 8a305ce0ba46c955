//! Package paths (spec/05 §1).

/// What a path says about its package.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct UserPath<'p> {
    letter: &'p str,
    user: &'p str,
    repo: &'p str,
}

/// `DOMAIN/LETTER/USER[/REPO]`
fn user_path(path: &str) -> Option<UserPath<'_>> {
    let (domain, rest) = path.split_once('/')?;
    let (letter, rest) = rest.split_once('/')?;
    let (user, repo) = rest.split_once('/').unwrap_or((rest, ""));
    let one_letter = letter.len() == 1 && letter.bytes().all(|b| b.is_ascii_lowercase());
    let valid = is_domain(domain)
        && one_letter
        && is_name(user)
        && (repo.is_empty() && !rest.ends_with('/') || !repo.is_empty() && repo.split('/').all(is_name));
    valid.then_some(UserPath { letter, user, repo })
}

/// `[a-z0-9-]+.` once or more and a top level of 2 to 63 letters.
pub(crate) fn is_domain(domain: &str) -> bool {
    let Some((labels, top)) = domain.rsplit_once('.') else { return false };
    let label = |label: &str| !label.is_empty() && label.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    labels.split('.').all(label) && (2..=63).contains(&top.len()) && top.bytes().all(|b| b.is_ascii_lowercase())
}

/// `_?[a-z][a-z0-9_]*`
fn is_name(name: &str) -> bool {
    let name = name.strip_prefix('_').unwrap_or(name);
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_'))
}

/// A realm's path: letter `r`, and the part behind the user does not end in `_test`.
pub fn is_realm(path: &str) -> bool {
    user_path(path).is_some_and(|path| path.letter == "r" && !path.repo.ends_with("_test"))
}

/// The address in the path of a `MsgRun` package.
pub(crate) fn run_address(path: &str) -> Option<&str> {
    let path = user_path(path).filter(|path| path.letter == "e" && path.repo == "run")?;
    let digits = path.user.strip_prefix("g1")?;
    let valid = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    valid.then_some(path.user)
}

/// Whether a package with this path has a realm (spec/05 §1.2).
pub(crate) fn has_realm(path: &str) -> bool {
    path == "main" || is_realm(path) || run_address(path).is_some()
}

/// The package of a declared type, from its identity.
pub(crate) fn of_type(id: &str) -> Option<&str> {
    let unnamed = id.starts_with(['[', '*', '(']) || id.starts_with("map[") || id.starts_with("func(");
    let (package, _) = id.rsplit_once('.').filter(|_| !unnamed)?;
    Some(package.split('[').next().unwrap_or(package))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_paths() {
        assert!(is_realm("gno.land/r/demo/users") && is_realm("gno.land/r/x_test"));
        assert!(!is_realm("gno.land/r/demo/users_test") && !is_realm("gno.land/p/demo/avl") && !is_realm("main"));
        assert_eq!(run_address("gno.land/e/g1abc/run"), Some("g1abc"));
        assert!(has_realm("main") && !has_realm("gno.land/p/demo/avl") && !has_realm("strings"));
        assert_eq!(of_type("gno.land/r/x.T"), Some("gno.land/r/x"));
        assert_eq!(of_type("[]gno.land/r/x.T"), None);
        assert_eq!(of_type("int"), None);
    }
}
