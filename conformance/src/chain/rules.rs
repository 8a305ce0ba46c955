//! What a package must be to be added (spec/07 §5.1-5.2).

use super::sources::module_file;
use regno_frontend::limits::Limits;
use regno_frontend::package::{GnoMod, PathKind};
use regno_store::model::MemPackage;

/// Longest package name and path, longest file name.
const LONGEST: usize = Limits::PACKAGE_NAME_BYTES;

/// Structure of a package: name, path, files.
///
/// # Errors
///
/// The reference's text of the first rule that is broken.
pub(super) fn check_structure(package: &MemPackage) -> Result<(), String> {
    let MemPackage { name, path, files, .. } = package;
    if files.is_empty() {
        return Err(format!("no files found within package {name:?}"));
    }
    for (what, text) in [("name", name), ("path", path)] {
        if text.len() > LONGEST {
            return Err(format!("{what} length {} exceeds limit {LONGEST}", text.len()));
        }
    }
    let lower = |byte: u8| byte.is_ascii_lowercase();
    let word = |byte: u8| lower(byte) || byte.is_ascii_digit() || byte == b'_';
    if !name.bytes().next().is_some_and(lower) || !name.bytes().all(word) {
        return Err(format!("invalid package name {name:?}"));
    }
    if !well_formed(path) {
        return Err(format!("invalid package path {path:?}"));
    }
    if !files.is_sorted_by(|(a, _), (b, _)| a <= b) {
        return Err(format!("mempackage {path:?} has unsorted files"));
    }
    let mut seen = std::collections::HashSet::new();
    if let Some((twice, _)) = files.iter().find(|(name, _)| !seen.insert(name.to_lowercase())) {
        return Err(format!("duplicate file name {twice:?}"));
    }
    files.iter().try_for_each(|(name, _)| check_file_name(name))?;
    if name.len() < 2 {
        return Err(format!("invalid package name {name:?}"));
    }
    let wrong: Vec<String> = files.iter().filter_map(|(name, _)| wrong_kind(name)).collect();
    if !wrong.is_empty() {
        return Err(wrong.join("; "));
    }
    if !files.iter().any(|(name, _)| name.ends_with(".gno")) {
        return Err("package has no .gno files".to_owned());
    }
    Ok(())
}

/// `DOMAIN(/ELEMENT)+`
pub(super) fn well_formed(path: &str) -> bool {
    let Some((domain, rest)) = path.split_once('/') else { return false };
    let label = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let labels: Vec<&str> = domain.split('.').collect();
    let element = |element: &str| !element.is_empty() && element.bytes().all(|byte| label(byte) || byte == b'_');
    let top = labels.last().is_some_and(|top| top.len() >= 2 && top.bytes().all(|byte| byte.is_ascii_lowercase()));
    labels.len() >= 2
        && top
        && labels.iter().all(|text| !text.is_empty() && text.bytes().all(label))
        && rest.split('/').all(element)
}

fn check_file_name(name: &str) -> Result<(), String> {
    if name.is_empty() {
        return Err("invalid file in package: name cannot be empty".to_owned());
    }
    if name.len() > LONGEST {
        return Err(format!("invalid file in package: name length {} exceeds limit {LONGEST}", name.len()));
    }
    let plain = matches!(name, "LICENSE" | "license" | "LICENCE" | "licence" | "README");
    let part = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    let stem = |stem: &str| {
        let rest = |byte: u8| byte.is_ascii_digit() || byte == b'_' || byte == b'-';
        !stem.is_empty()
            && (stem.bytes().all(|byte| byte.is_ascii_lowercase() || rest(byte))
                || stem.bytes().all(|byte| byte.is_ascii_uppercase() || rest(byte)))
    };
    let mut parts = name.split('.');
    let first = parts.next().unwrap_or_default();
    let parts: Vec<&str> = parts.collect();
    let extension = parts.last().is_some_and(|last| last.len() <= 7);
    if plain || stem(first) && extension && parts.iter().all(|text| part(text)) {
        return Ok(());
    }
    Err(format!("invalid file in package: invalid file name {name:?}"))
}

fn wrong_kind(name: &str) -> Option<String> {
    if name.ends_with(".gen.go") {
        return Some(format!("invalid file {name:?}: illegal file extension"));
    }
    let lower = name.to_lowercase();
    let known = [".gno", ".toml", ".md"].iter().any(|end| name.ends_with(end))
        || matches!(lower.as_str(), "license" | "license.txt" | "licence" | "licence.txt" | "gno.mod");
    (!known).then(|| format!("invalid file {name:?}: unrecognized file type"))
}

/// Whether the path is one that can be added under a domain.
///
/// # Errors
///
/// The reference's text.
pub(super) fn check_path(path: &str, domain: &str) -> Result<(), String> {
    if path.strip_prefix(domain).is_none_or(|rest| !rest.starts_with('/')) {
        return Err(format!("invalid domain: {path}"));
    }
    if path.ends_with("_test") || path.ends_with("_filetest") {
        return Err("package path must not end with _test or _filetest".to_owned());
    }
    if !matches!(PathKind::of(path), PathKind::Realm | PathKind::Pure) {
        return Err("package path must be valid realm or p package path".to_owned());
    }
    Ok(())
}

/// The module file of a package that is added at a height: it may be put there, and may replace what is stored.
///
/// # Errors
///
/// The reference's text.
pub(super) fn check_module(package: &MemPackage, stored: Option<&MemPackage>, height: i64) -> Result<GnoMod, String> {
    let Some((_, text)) = package.files.iter().find(|(name, _)| name == "gnomod.toml") else {
        return Err(format!("gnomod.toml not found for package {:?}", package.path));
    };
    let module = GnoMod::parse(text).map_err(|error| error.to_string())?;
    module.check_version().map_err(|error| error.to_string())?;
    if !module.replace.is_empty() {
        return Err("development packages are not allowed".to_owned());
    }
    let replaced = stored.map(|stored| module_file(&stored.files).is_some_and(|module| module.private));
    if replaced == Some(true) && !module.private {
        return Err("a private package cannot be overridden by a public package".to_owned());
    }
    if module.private && PathKind::of(&package.path) != PathKind::Realm {
        return Err("private packages must be realm packages".to_owned());
    }
    if module.draft && height > 0 {
        return Err("draft packages can only be deployed at genesis time".to_owned());
    }
    if package.files.iter().any(|(name, _)| name == "gno.mod") {
        return Err(
            "gno.mod file is deprecated and not allowed, run 'gno mod tidy' to upgrade to gnomod.toml".to_owned()
        );
    }
    Ok(module)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, path: &str, files: &[&str]) -> MemPackage {
        let files = files.iter().map(|name| ((*name).to_owned(), Vec::new())).collect();
        MemPackage { name: name.to_owned(), path: path.to_owned(), files, kind: String::new() }
    }

    #[test]
    fn names_and_paths_have_a_length() {
        let path = |length: usize| format!("gno.land/r/{}", "x".repeat(length - "gno.land/r/".len()));
        let file = |length: usize| format!("{}.gno", "x".repeat(length - ".gno".len()));
        let checked = |name: usize, at: usize, named: usize| {
            check_structure(&package(&"x".repeat(name), &path(at), &[&file(named)])).err().unwrap_or_default()
        };
        assert_eq!(checked(LONGEST, LONGEST, LONGEST), "");
        assert_eq!(checked(LONGEST + 1, LONGEST, LONGEST), "name length 257 exceeds limit 256");
        assert_eq!(checked(LONGEST, LONGEST + 1, LONGEST), "path length 257 exceeds limit 256");
        let text = "invalid file in package: name length 257 exceeds limit 256";
        assert_eq!(checked(LONGEST, LONGEST, LONGEST + 1), text);
    }

    #[test]
    fn packages_that_can_be_added_and_others() {
        let path = "gno.land/r/x/ab";
        let good = ["LICENSE", "README.md", "a.gno", "a_test.gno", "gnomod.toml"];
        assert_eq!(check_structure(&package("ab", path, &good)), Ok(()));
        let bad: [(&str, &str, &[&str], &str); 10] = [
            ("ab", path, &[], "no files found within package \"ab\""),
            ("Ab", path, &["a.gno"], "invalid package name \"Ab\""),
            ("a", path, &["a.gno"], "invalid package name \"a\""),
            ("ab", "gno.land/r//x", &["a.gno"], "invalid package path \"gno.land/r//x\""),
            ("ab", "r/x", &["a.gno"], "invalid package path \"r/x\""),
            ("ab", path, &["b.gno", "a.gno"], "mempackage \"gno.land/r/x/ab\" has unsorted files"),
            ("ab", path, &["A.md", "a.md"], "duplicate file name \"a.md\""),
            ("ab", path, &["a b.gno"], "invalid file in package: invalid file name \"a b.gno\""),
            ("ab", path, &["a.txt"], "invalid file \"a.txt\": unrecognized file type"),
            ("ab", path, &["README.md"], "package has no .gno files"),
        ];
        for (name, path, files, text) in bad {
            assert_eq!(check_structure(&package(name, path, files)), Err(text.to_owned()));
        }
        assert_eq!(check_path("gno.land/r/x", "gno.land"), Ok(()));
        for path in ["gno.land/e/g1abc/run", "gno.land/x/y", "other.land/r/x", "gno.land/r/x_test"] {
            assert!(check_path(path, "gno.land").is_err(), "{path}");
        }
    }
}
