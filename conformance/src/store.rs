//! Where the sources and syntax trees of packages live as long as they are needed.

use bumpalo::Bump;
use regno_frontend::source::SourceFile;
use std::cell::{Cell, OnceCell};

/// Owner of sources and syntax trees. Things are added through a shared reference and stay where they are.
#[derive(Default)]
pub struct SourceStore {
    /// Syntax trees.
    pub(crate) trees: Bump,
    sources: AppendList<Vec<SourceFile>>,
}

impl SourceStore {
    /// Keeps the sources of a package.
    pub(crate) fn keep(&self, files: Vec<SourceFile>) -> &[SourceFile] {
        self.sources.push(files).map_or(&[], Vec::as_slice)
    }
}

/// Number of chunks: together they hold 2^32 - 1 values.
const CHUNKS: usize = 32;

/// A list that only grows, so that its values can be borrowed while it does: chunk `i` holds `2^i` values.
struct AppendList<T> {
    chunks: [OnceCell<Box<[OnceCell<T>]>>; CHUNKS],
    len: Cell<usize>,
}

impl<T> Default for AppendList<T> {
    fn default() -> Self {
        Self { chunks: [const { OnceCell::new() }; CHUNKS], len: Cell::new(0) }
    }
}

impl<T> AppendList<T> {
    /// Adds a value; `None` if the list is full.
    fn push(&self, value: T) -> Option<&T> {
        let position = self.len.get().checked_add(1)?;
        let chunk = position.ilog2();
        let size = 1_usize.checked_shl(chunk)?;
        let cells = self.chunks.get(chunk as usize)?.get_or_init(|| (0..size).map(|_| OnceCell::new()).collect());
        self.len.set(position);
        Some(cells.get(position - size)?.get_or_init(|| value))
    }
}

#[cfg(test)]
mod tests {
    use super::AppendList;

    #[test]
    fn values_stay_where_they_are() {
        let list = AppendList::default();
        let all: Vec<&String> = (0..100).filter_map(|i| list.push(format!("{i}"))).collect();
        assert_eq!(all.len(), 100);
        assert!(all.iter().enumerate().all(|(i, text)| **text == format!("{i}")));
    }
}
