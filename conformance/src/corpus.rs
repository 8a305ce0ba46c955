//! Recorded results of the reference and comparison with them.
//!
//! A corpus is a folder of programs and a `.jsonl` of the same name beside it, one result a line (`corpora/README.md`).

use crate::execute::Settings;
use crate::filetest::{Row, run};
use crate::session::Session;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// What must be equal where the program's own code is all that runs.
const METERED: &[&str] = &["output", "error", "main_gas_by", "alloc_peak", "alloc_bytes"];
/// What does not depend on how a library is written.
const LIBRARY: &[&str] = &["output", "error"];
/// Both layers that refuse a program.
const STATIC: &[&str] = &["output", "error", "typecheck_error"];
/// What a realm stores and says.
const REALM: &[&str] = &["output", "error", "events", "realm", "storage"];
/// What a realm stores, says and costs.
const REALM_METERED: &[&str] =
    &["output", "error", "events", "realm", "storage", "gas_by", "main_gas_by", "alloc_peak", "alloc_bytes"];

/// One recorded program.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// File name within the corpus.
    pub file: String,
    /// Path of the program.
    pub path: PathBuf,
    /// The recorded row.
    pub row: Value,
}

/// A corpus and how it was recorded.
#[derive(Clone, Copy, Debug)]
pub struct Corpus {
    /// Folder name.
    pub name: &'static str,
    /// Gas limit of the recording.
    pub gas_limit: Option<u64>,
    /// The keys that must be equal.
    pub keys: &'static [&'static str],
    /// Those of programs that import nothing, so that no code but their own is measured.
    pub keys_alone: &'static [&'static str],
}

/// Corpora of programs that are measured.
pub const CORPORA: &[Corpus] = &[
    Corpus { name: "meter", gas_limit: None, keys: METERED, keys_alone: METERED },
    Corpus { name: "random", gas_limit: Some(20_000_000), keys: METERED, keys_alone: METERED },
    Corpus { name: "apps", gas_limit: Some(3_000_000_000), keys: METERED, keys_alone: METERED },
    Corpus { name: "memory", gas_limit: Some(200_000_000), keys: METERED, keys_alone: METERED },
];

/// Corpora of programs whose results count, not what they cost.
pub const RESULT_CORPORA: &[Corpus] = &[
    Corpus { name: "static", gas_limit: Some(200_000_000), keys: STATIC, keys_alone: STATIC },
    Corpus { name: "library", gas_limit: Some(200_000_000), keys: LIBRARY, keys_alone: LIBRARY },
    Corpus { name: "realm", gas_limit: Some(200_000_000), keys: REALM, keys_alone: REALM_METERED },
];

/// Allocation limit of the recordings in bytes, unless a program states its own (`MAXALLOC`).
pub const MAX_ALLOC: u64 = 500_000_000;

impl Corpus {
    /// The settings of the recording.
    pub fn settings(&self) -> Settings {
        Settings { gas_limit: self.gas_limit, max_alloc: Some(MAX_ALLOC), ..Settings::default() }
    }

    /// Reads the recorded rows under a folder of corpora.
    ///
    /// # Errors
    ///
    /// If the recording cannot be read or a line is no JSON object with a `file`.
    pub fn load(&self, root: &Path) -> io::Result<Vec<Recorded>> {
        let text = fs::read_to_string(root.join(format!("{}.jsonl", self.name)))?;
        text.lines().map(|line| self.parse_line(root, line)).collect()
    }

    fn parse_line(&self, root: &Path, line: &str) -> io::Result<Recorded> {
        let row: Value = serde_json::from_str(line).map_err(io::Error::other)?;
        let file = row.get("file").and_then(Value::as_str).ok_or_else(|| io::Error::other("a row without file"))?;
        Ok(Recorded { file: file.to_owned(), path: root.join(self.name).join(file), row: row.clone() })
    }
}

impl Recorded {
    /// Runs the program with the packages of a session and compares the keys of its corpus; the error lists every difference.
    ///
    /// # Errors
    ///
    /// A readable list of the differing keys with both values.
    pub fn compare(&self, session: &mut Session<'_>, corpus: &Corpus, settings: Settings) -> Result<(), String> {
        let text = fs::read(&self.path).map_err(|error| error.to_string())?;
        let imports = String::from_utf8_lossy(&text).lines().any(|line| line.starts_with("import"));
        let keys = if imports { corpus.keys } else { corpus.keys_alone };
        let row = run(session, &self.file, &text, settings);
        let differences = differences(self, &row, keys);
        if differences.is_empty() { Ok(()) } else { Err(differences.join("\n")) }
    }
}

fn differences(recorded: &Recorded, row: &Row, keys: &[&str]) -> Vec<String> {
    let got = serde_json::to_value(row).unwrap_or(Value::Null);
    // Keys without content may be left out.
    let value = |row: &Value, key: &str| match row.get(key) {
        Some(Value::String(text)) if text.is_empty() => Value::Null,
        Some(Value::Array(items)) if items.is_empty() => Value::Null,
        value => value.cloned().unwrap_or(Value::Null),
    };
    keys.iter()
        .filter_map(|&key| {
            let (want, have) = (value(&recorded.row, key), value(&got, key));
            (want != have).then(|| format!("{key}\n  recorded {want}\n  measured {have}"))
        })
        .collect()
}
