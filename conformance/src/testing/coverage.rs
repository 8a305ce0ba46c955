//! Line coverage: which lines of a package ran, and how often.
//!
//! Counting needs metering event by event, which passes every instruction; runs without coverage pay nothing. A line counts as
//! often as the most executed of the places on it. The reports are Go's profile (`mode: count`, one block a line) and lcov's.

use indexmap::IndexMap;
use regno_bytecode::module::{FunctionKind, Module};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Counts by file, as reports name it, and line.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Coverage {
    files: IndexMap<String, BTreeMap<u32, u32>>,
}

impl Coverage {
    /// Adds what `hits` says of the functions of a module that have code of their own; `name` is how a file is called, `None` leaves it
    /// out.
    pub(super) fn add(&mut self, module: &Module, hits: &[&[u32]], name: impl Fn(&str) -> Option<String>) {
        let own = module.functions.iter().filter(|function| !matches!(function.kind, FunctionKind::Imported(_)));
        for (function, hits) in own.zip(hits) {
            for entry in &function.lines {
                let Some(file) = module.files.get(entry.file as usize).and_then(|file| name(file)) else { continue };
                let hit = hits.get(entry.pc as usize).copied().unwrap_or(0);
                let count = self.files.entry(file).or_default().entry(entry.line).or_default();
                *count = (*count).max(hit);
            }
        }
    }

    /// Adds the counts of another run.
    pub fn merge(&mut self, other: &Coverage) {
        for (file, lines) in &other.files {
            let all = self.files.entry(file.clone()).or_default();
            for (&line, &count) in lines {
                let sum = all.entry(line).or_default();
                *sum = sum.saturating_add(count);
            }
        }
    }

    /// Percentage of the lines that ran; `None` if there are no lines.
    pub fn percent(&self) -> Option<f64> {
        let counts = || self.files.values().flat_map(BTreeMap::values);
        let all = counts().count();
        (all > 0).then(|| counts().filter(|&&count| count > 0).count() as f64 * 100.0 / all as f64)
    }

    /// A profile as `go tool cover` reads it.
    pub fn go_profile(&self) -> String {
        let mut text = String::from("mode: count\n");
        for (file, lines) in &self.files {
            for (line, count) in lines {
                // Writing to a string cannot fail.
                let _ = writeln!(text, "{file}:{line}.1,{}.1 1 {count}", line + 1);
            }
        }
        text
    }

    /// A tracefile of lcov.
    pub fn lcov(&self) -> String {
        let mut text = String::new();
        for (file, lines) in &self.files {
            let _ = writeln!(text, "TN:\nSF:{file}");
            for (line, count) in lines {
                let _ = writeln!(text, "DA:{line},{count}");
            }
            let hit = lines.values().filter(|&&count| count > 0).count();
            let _ = writeln!(text, "LF:{}\nLH:{hit}\nend_of_record", lines.len());
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_merged_and_written() {
        let one =
            |count| Coverage { files: IndexMap::from([("p/a.gno".to_owned(), BTreeMap::from([(3, count), (4, 0)]))]) };
        let mut all = one(1);
        all.merge(&one(2));
        assert_eq!(all.percent(), Some(50.0));
        assert_eq!(all.go_profile(), "mode: count\np/a.gno:3.1,4.1 1 3\np/a.gno:4.1,5.1 1 0\n");
        assert!(all.lcov().contains("DA:3,3\nDA:4,0\nLF:2\nLH:1\n"));
    }
}
