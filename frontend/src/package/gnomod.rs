//! `gnomod.toml` (spec/01 §2.3).

use super::toml::{self, At, Table, TomlError, Value};
use crate::finding::PackageError;
use std::fmt;

/// The version of the language that is supported.
pub const GNO_VERSION: &str = "0.9";

/// The version of a module file that names none.
pub const GNO_VERSION_MISSING: &str = "0.0";

/// A module file.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct GnoMod {
    /// Path of the package.
    pub module: String,
    /// Version of the language; empty if none is written.
    pub gno: String,
    /// Tools leave the package out.
    pub ignore: bool,
    /// It can be imported and deployed at genesis only.
    pub draft: bool,
    /// No other package may import it.
    pub private: bool,
    /// Packages that stand for others: old path, new path or folder. Not allowed on chain.
    pub replace: Vec<(String, String)>,
    /// Who deployed it and in which block; written by the chain.
    pub addpkg: (String, i64),
}

/// Why a text is no import path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PathError {
    path: String,
    reason: String,
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "malformed import path {:?}: {}", self.path, self.reason)
    }
}

impl std::error::Error for PathError {}

impl GnoMod {
    /// Reads and validates a module file.
    ///
    /// # Errors
    ///
    /// The first mistake, in the reference's words.
    pub fn parse(text: &[u8]) -> Result<Self, PackageError> {
        let text = String::from_utf8_lossy(text);
        let table = toml::parse(&text).map_err(|error| PackageError::ModuleSyntax { reason: (&error).into() })?;
        let module =
            Self::from_table(&table).map_err(|error| PackageError::ModuleSyntax { reason: (&error).into() })?;
        module.validate()?;
        Ok(module)
    }

    fn from_table(table: &Table) -> Result<Self, TomlError> {
        let mut module = Self {
            module: string(table, "module")?,
            gno: string(table, "gno")?,
            ignore: boolean(table, "ignore")?,
            draft: boolean(table, "draft")?,
            private: boolean(table, "private")?,
            ..Self::default()
        };
        match table.get("replace") {
            Some((_, Value::Tables(tables))) => {
                for entry in tables {
                    module.replace.push((string(entry, "old")?, string(entry, "new")?));
                }
            }
            Some((_, Value::Array(values))) if values.is_empty() => {}
            Some((at, value)) => return Err(mismatch(at, value, "a slice")),
            None => {}
        }
        match table.get("addpkg") {
            Some((_, Value::Table(entry))) => {
                module.addpkg = (string(entry, "creator")?, integer(entry, "height")?);
            }
            Some((at, value)) => return Err(mismatch(at, value, "gnomod.AddPkg")),
            None => {}
        }
        Ok(module)
    }

    fn validate(&self) -> Result<(), PackageError> {
        if self.module.is_empty() {
            return Err(PackageError::NoModule);
        }
        check_import_path(&self.module).map_err(|error| {
            let (path, reason) = (error.path.into(), error.reason.into());
            PackageError::ModulePath { path, reason }
        })
    }

    /// The version of the language that the file asks for.
    #[must_use]
    pub fn version(&self) -> &str {
        if self.gno.is_empty() { GNO_VERSION_MISSING } else { &self.gno }
    }

    /// Refuses versions of the language that are not supported.
    ///
    /// # Errors
    ///
    /// A version is written and is not [`GNO_VERSION`].
    pub fn check_version(&self) -> Result<(), PackageError> {
        if self.gno.is_empty() || self.gno == GNO_VERSION {
            return Ok(());
        }
        Err(PackageError::GnoVersion { gno: (&self.gno).into(), module: (&self.module).into() })
    }

    /// The file as the chain writes it.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let mut text = format!("module = {}\n", quoted(&self.module));
        text.push_str(&format!("gno = {}\n", quoted(self.version())));
        for (name, set) in [("ignore", self.ignore), ("draft", self.draft), ("private", self.private)] {
            if set {
                text.push_str(&format!("{name} = true\n"));
            }
        }
        for (old, new) in &self.replace {
            text.push_str(&format!("\n[[replace]]\n  old = {}\n  new = {}\n", quoted(old), quoted(new)));
        }
        let (creator, height) = &self.addpkg;
        if !creator.is_empty() || *height != 0 {
            text.push_str(&format!("\n[addpkg]\n  creator = {}\n", quoted(creator)));
            if *height != 0 {
                text.push_str(&format!("  height = {height}\n"));
            }
        }
        text
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn mismatch(at: At, value: &Value, wanted: &str) -> TomlError {
    TomlError { at, message: format!("Can't convert {} to {wanted}", value.describe()) }
}

fn string(table: &Table, key: &str) -> Result<String, TomlError> {
    match table.get(key) {
        Some((_, Value::String(text))) => Ok(text.clone()),
        Some((at, value)) => Err(mismatch(at, value, "string")),
        None => Ok(String::new()),
    }
}

fn boolean(table: &Table, key: &str) -> Result<bool, TomlError> {
    match table.get(key) {
        Some((_, Value::Bool(value))) => Ok(*value),
        Some((at, value)) => Err(mismatch(at, value, "bool")),
        None => Ok(false),
    }
}

fn integer(table: &Table, key: &str) -> Result<i64, TomlError> {
    match table.get(key) {
        Some((_, Value::Integer(value))) => Ok(*value),
        Some((at, value)) => Err(mismatch(at, value, "int")),
        None => Ok(0),
    }
}

/// Whether a text can be the path of a package: the rules of Go's module paths for imports.
///
/// # Errors
///
/// The first rule that it breaks.
pub fn check_import_path(path: &str) -> Result<(), PathError> {
    let reason = |reason: &str| Err(PathError { path: path.to_owned(), reason: reason.to_owned() });
    if path.is_empty() {
        return reason("empty string");
    }
    if path.starts_with('-') {
        return reason("leading dash");
    }
    if path.contains("//") {
        return reason("double slash");
    }
    if path.ends_with('/') {
        return reason("trailing slash");
    }
    for element in path.split('/') {
        check_element(element).map_err(|reason| PathError { path: path.to_owned(), reason })?;
    }
    Ok(())
}

/// Names that a file cannot have on Windows.
const RESERVED: [&str; 22] = [
    "CON", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "lpt1", "lpt2", "lpt3", "lpt4",
    "lpt5", "lpt6", "lpt7", "lpt8", "lpt9", "NUL", "PRN", "AUX",
];

fn check_element(element: &str) -> Result<(), String> {
    if element.is_empty() {
        return Err("empty path element".to_owned());
    }
    if element.bytes().all(|b| b == b'.') {
        return Err(format!("invalid path element {element:?}"));
    }
    if element.ends_with('.') {
        return Err("trailing dot in path element".to_owned());
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~' | '+');
    if let Some(c) = element.chars().find(|&c| !allowed(c)) {
        return Err(format!("invalid char {c:?}"));
    }
    let short = element.split('.').next().unwrap_or(element);
    if RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(short)) {
        return Err(format!("{short:?} disallowed as path element component on Windows"));
    }
    if let Some((_, digits)) = short.rsplit_once('~')
        && !digits.is_empty()
        && digits.bytes().all(|b| b.is_ascii_digit())
    {
        return Err("trailing tilde and digits in path element".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::GnoMod;

    fn error(text: &str) -> String {
        GnoMod::parse(text.as_bytes()).err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn a_module_file_says_what_the_package_is() {
        let text = "# mine\nmodule = \"gno.land/r/a/b\"\ngno = '0.9'\nprivate = true\nother = [1, 2]\n\n[[replace]]\nold = \"a\"\nnew = \"../b\"\n\n[addpkg]\n  creator = \"g1x\"\n  height = 12\n";
        let module = GnoMod::parse(text.as_bytes()).unwrap_or_default();
        assert_eq!(module.module, "gno.land/r/a/b");
        assert!(module.private && !module.draft);
        assert_eq!(module.replace, [("a".to_owned(), "../b".to_owned())]);
        assert_eq!(module.addpkg, ("g1x".to_owned(), 12));
        assert_eq!(GnoMod::parse(module.to_toml().as_bytes()), Ok(module));
    }

    #[test]
    fn mistakes_in_a_module_file_have_the_reference_s_words() {
        let prefix = "error parsing gnomod.toml file at \"gnomod.toml\": ";
        assert_eq!(
            error("module = \"a\"\ngno = 0.9\n"),
            format!("{prefix}(2, 1): Can't convert 0.9(float64) to string")
        );
        assert_eq!(
            error("module = \"a\"\nmodule = \"b\"\n"),
            format!("{prefix}(2, 1): The following key was defined twice: module")
        );
        assert_eq!(error(""), "invalid gnomod.toml: 'module' is required");
        for (path, reason) in [
            ("-a", "leading dash"),
            ("a//b", "double slash"),
            ("a/", "trailing slash"),
            ("/a", "empty path element"),
            ("a b", "invalid char ' '"),
            ("a.", "trailing dot in path element"),
            ("a/nul.x", "\"nul\" disallowed as path element component on Windows"),
            ("a~1", "trailing tilde and digits in path element"),
        ] {
            let text = format!("invalid gnomod.toml: malformed import path {path:?}: {reason}");
            assert_eq!(error(&format!("module = {path:?}\n")), text);
        }
    }
}
