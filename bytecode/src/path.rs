//! What the path of a package says about it (spec/05 §1.1); compiler and runtime go by the same rules.

/// Kind of a package by its path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PathKind {
    /// A path without domain: the library. `main` and `foo/bar` are in here too.
    Library,
    /// `/r/`: a realm.
    Realm,
    /// `/p/`: a pure package.
    Pure,
    /// `/e/USER/run`: a script; USER is its address.
    Run,
    /// `/e/`: never stored.
    Ephemeral,
    /// A path with domain and another letter, or a realm or pure package whose repository ends in `_test`.
    Other,
    /// Neither a path with domain nor one of the library.
    Invalid,
}

impl PathKind {
    /// The kind of a path.
    #[must_use]
    pub fn of(path: &str) -> Self {
        if path.split('/').all(is_name) {
            return Self::Library;
        }
        let Some(parts) = user_path(path) else { return Self::Invalid };
        let test = parts.repo.is_some_and(|repo| repo.ends_with("_test"));
        match parts.letter {
            b'r' if !test => Self::Realm,
            b'p' if !test => Self::Pure,
            b'e' if parts.repo == Some("run") && is_address(parts.user) => Self::Run,
            b'e' => Self::Ephemeral,
            _ => Self::Other,
        }
    }

    /// The address text of a script's path.
    #[must_use]
    pub fn run_address(path: &str) -> Option<&str> {
        match Self::of(path) {
            Self::Run => user_path(path).map(|parts| parts.user),
            _ => None,
        }
    }
}

/// Whether a package with this path is a realm.
#[must_use]
pub fn is_realm(path: &str) -> bool {
    PathKind::of(path) == PathKind::Realm
}

/// Whether the package with this path has an active realm of its own while its code is entered, if only one that is never stored
/// (spec/05 §1.2).
#[must_use]
pub fn has_realm(path: &str) -> bool {
    path == "main" || matches!(PathKind::of(path), PathKind::Realm | PathKind::Run)
}

struct UserPath<'a> {
    letter: u8,
    user: &'a str,
    repo: Option<&'a str>,
}

/// `DOMAIN/LETTER/USER[/REPO]`
fn user_path(path: &str) -> Option<UserPath<'_>> {
    let (domain, rest) = path.split_once('/')?;
    let (letter, rest) = rest.split_once('/')?;
    let &[letter @ b'a'..=b'z'] = letter.as_bytes() else { return None };
    let (user, repo) = match rest.split_once('/') {
        Some((user, repo)) => (user, Some(repo)),
        None => (rest, None),
    };
    let named = is_name(user) && repo.is_none_or(|repo| repo.split('/').all(is_name));
    (is_domain(domain) && named).then_some(UserPath { letter, user, repo })
}

/// `([a-z0-9-]+\.)+[a-z]{2,63}`
#[must_use]
pub fn is_domain(text: &str) -> bool {
    let Some((labels, top)) = text.rsplit_once('.') else { return false };
    let label = |label: &str| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    labels.split('.').all(label) && (2..=63).contains(&top.len()) && top.bytes().all(|b| b.is_ascii_lowercase())
}

/// `_?[a-z][a-z0-9_]*`
fn is_name(text: &str) -> bool {
    let text = text.strip_prefix('_').unwrap_or(text);
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// `^g1[a-z0-9]+$`
fn is_address(text: &str) -> bool {
    text.strip_prefix("g1")
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
}

/// The name that the package of a path is expected to have: the last element, a version left out (spec/01 §2.4).
#[must_use]
pub fn expected_name(path: &str) -> &str {
    let versioned = |element: &str| {
        element.strip_prefix('v').is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
    };
    let mut elements = path.rsplit('/');
    let last = elements.next().unwrap_or(path);
    elements.next().filter(|_| versioned(last)).unwrap_or(last)
}

/// The package of a declared type, from the type's identity; `None` for other types.
#[must_use]
pub fn package_of_type(id: &str) -> Option<&str> {
    let unnamed = id.starts_with(['[', '*', '(']) || id.starts_with("map[") || id.starts_with("func(");
    let (package, _) = id.rsplit_once('.').filter(|_| !unnamed)?;
    Some(package.split('[').next().unwrap_or(package))
}

#[cfg(test)]
mod tests {
    use super::{PathKind, has_realm, is_realm, package_of_type};

    #[test]
    fn the_package_of_a_type_is_in_its_identity() {
        assert_eq!(package_of_type("gno.land/r/x.T"), Some("gno.land/r/x"));
        assert_eq!(package_of_type("[]gno.land/r/x.T"), None);
        assert_eq!(package_of_type("int"), None);
    }

    #[test]
    fn the_kind_of_a_path_is_in_its_letter() {
        let cases = [
            ("strings", PathKind::Library),
            ("main", PathKind::Library),
            ("crypto/sha256", PathKind::Library),
            ("gno.land/r/demo/users", PathKind::Realm),
            ("gno.land/r/foo_test", PathKind::Realm),
            ("a.b-c.land/r/_foo/x_y", PathKind::Realm),
            ("gno.land/r/foo/v2/bar", PathKind::Realm),
            ("gno.land/r/user/foo_test", PathKind::Other),
            ("gno.land/p/nt/avl", PathKind::Pure),
            ("gno.land/e/g1abc/run", PathKind::Run),
            ("gno.land/e/user/run", PathKind::Ephemeral),
            ("gno.land/e/g1abc/other", PathKind::Ephemeral),
            ("gno.land/x/user", PathKind::Other),
            ("github.com/user/repo", PathKind::Invalid),
            ("gno.land/r", PathKind::Invalid),
            ("gno.land/r/", PathKind::Invalid),
            ("gno.land/r/Foo", PathKind::Invalid),
            ("gno.land/r/foo/", PathKind::Invalid),
            ("land/r/foo", PathKind::Library),
            ("Strings", PathKind::Invalid),
            ("", PathKind::Invalid),
        ];
        for (path, kind) in cases {
            assert_eq!(PathKind::of(path), kind, "{path}");
        }
        assert_eq!(PathKind::run_address("gno.land/e/g1abc/run"), Some("g1abc"));
        assert!(is_realm("gno.land/r/foo_test") && !is_realm("main"));
        assert!(has_realm("main") && has_realm("gno.land/e/g1abc/run") && !has_realm("gno.land/p/demo/avl"));
    }
}
