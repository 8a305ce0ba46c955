//! Gas and bytes of tests in a file.
//!
//! One line a test, sorted: `PACKAGE TEST gas=N alloc=N`. Names have no spaces (spec/05 §11.3).

use super::report::TestRow;
use indexmap::IndexMap;
use std::fmt::Write;

/// Figures by package and test.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Snapshot {
    figures: IndexMap<(String, String), (u64, i64)>,
}

/// A test whose figures are not those of the snapshot.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SnapshotDifference {
    /// The test.
    pub test: String,
    /// What is different.
    pub text: String,
}

impl Snapshot {
    /// The figures of the tests that ran.
    pub fn of<'r>(rows: impl IntoIterator<Item = &'r TestRow>) -> Snapshot {
        let ran = rows.into_iter().filter(|row| row.outcome != "none");
        let mut figures: IndexMap<_, _> =
            ran.map(|row| ((row.package.clone(), row.test.clone()), (row.gas, row.alloc_peak))).collect();
        figures.sort_keys();
        Snapshot { figures }
    }

    /// Reads a snapshot; `None` if a line is not of its form.
    pub fn parse(text: &str) -> Option<Snapshot> {
        let mut figures = IndexMap::new();
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let mut parts = line.split(' ');
            let key = (parts.next()?.to_owned(), parts.next()?.to_owned());
            let gas = parts.next()?.strip_prefix("gas=")?.parse().ok()?;
            let alloc = parts.next()?.strip_prefix("alloc=")?.parse().ok()?;
            figures.insert(key, (gas, alloc));
        }
        Some(Snapshot { figures })
    }

    /// As text.
    pub fn render(&self) -> String {
        let mut text = String::from("# Gas and peak bytes of tests: regno test --snapshot\n");
        for ((package, test), (gas, alloc)) in &self.figures {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{package} {test} gas={gas} alloc={alloc}");
        }
        text
    }

    /// What differs from `recorded` by more than `tolerance` percent. Tests of the snapshot that did not run are not looked for.
    pub fn differences(&self, recorded: &Snapshot, tolerance: f64) -> Vec<SnapshotDifference> {
        let beyond = |now: f64, then: f64| (now - then).abs() > then.abs() * tolerance / 100.0;
        let mut found = Vec::new();
        for (key, &(gas, alloc)) in &self.figures {
            let test = format!("{} {}", key.0, key.1);
            let Some(&(gas_then, alloc_then)) = recorded.figures.get(key) else {
                found.push(SnapshotDifference { test, text: "not in the snapshot".to_owned() });
                continue;
            };
            for (name, now, then) in [("gas", gas as f64, gas_then as f64), ("alloc", alloc as f64, alloc_then as f64)]
            {
                if beyond(now, then) {
                    let percent = if then == 0.0 { 100.0 } else { (now - then) / then * 100.0 };
                    let text = format!("{name} {then} -> {now} ({percent:+.2} %)");
                    found.push(SnapshotDifference { test: test.clone(), text });
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_is_read_as_written_and_compared_with_tolerance() {
        let text = "# x\np TestA gas=100 alloc=5\np TestB gas=1 alloc=0\n";
        let recorded = Snapshot::parse(text).expect("well formed");
        assert_eq!(Snapshot::parse(&recorded.render()), Some(recorded.clone()));
        let now = Snapshot::parse("p TestA gas=104 alloc=5\np TestC gas=1 alloc=0\n").expect("well formed");
        assert_eq!(now.differences(&recorded, 5.0).len(), 1);
        assert_eq!(now.differences(&recorded, 1.0).len(), 2);
        assert_eq!(Snapshot::parse("p TestA gas=x alloc=5"), None);
    }
}
