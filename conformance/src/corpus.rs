//! Recorded results of the reference and comparison with them.
//!
//! A corpus is a folder of programs and a `.jsonl` of the same name beside it, one result a line (`corpora/README.md`).

use crate::execute::Settings;
use crate::filetest::{Row, run};
use crate::session::Session;
use crate::store::SourceStore;
use regno_frontend::package::NoPackages;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// The keys that must be equal.
pub const COMPARED: &[&str] = &["output", "error", "main_gas_by", "alloc_peak", "alloc_bytes"];

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
}

/// The corpora of this crate.
pub const CORPORA: &[Corpus] = &[
    Corpus { name: "meter", gas_limit: None },
    Corpus { name: "random", gas_limit: Some(20_000_000) },
    Corpus { name: "apps", gas_limit: Some(3_000_000_000) },
    Corpus { name: "memory", gas_limit: Some(200_000_000) },
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

/// Runs a recorded program and compares the keys; the error lists every difference.
///
/// # Errors
///
/// A readable list of the differing keys with both values.
pub fn compare(recorded: &Recorded, settings: Settings) -> Result<(), String> {
    let text = fs::read(&recorded.path).map_err(|error| error.to_string())?;
    let store = SourceStore::default();
    let row = run(&mut Session::new(&store, &NoPackages), &recorded.file, &text, settings);
    let differences = differences(recorded, &row);
    if differences.is_empty() { Ok(()) } else { Err(differences.join("\n")) }
}

fn differences(recorded: &Recorded, row: &Row) -> Vec<String> {
    let got = serde_json::to_value(row).unwrap_or(Value::Null);
    // Keys with empty texts may be left out.
    let value = |row: &Value, key: &str| match row.get(key) {
        Some(Value::String(text)) if text.is_empty() => Value::Null,
        value => value.cloned().unwrap_or(Value::Null),
    };
    COMPARED
        .iter()
        .filter_map(|&key| {
            let (want, have) = (value(&recorded.row, key), value(&got, key));
            (want != have).then(|| format!("{key}\n  recorded {want}\n  measured {have}"))
        })
        .collect()
}
