//! The word store: the only place of the heap with unchecked access.
//!
//! Words are handed out from the current *run*, a stretch of zero words that belongs to nobody: an allocation advances the
//! cursor and sets the object's bit in the start bitmap. Where runs come from is decided in `runs`. Growing doubles the
//! capacity through the host's reallocation, which for large blocks moves page tables instead of words; so no host address of
//! a word survives an allocation, and everything outside refers to words by index.
#![allow(unsafe_code)]

/// 64-bit words, growing up to a limit.
pub(super) struct Memory {
    /// Every word below the length is initialised.
    words: Vec<u64>,
    max: usize,
    /// The current run: zero words that nobody owns.
    pub(super) cursor: usize,
    pub(super) limit: usize,
    /// One bit a word: an object starts here. Covers the capacity of `words`.
    pub(super) starts: Vec<u64>,
}

impl Memory {
    /// An empty store of at most `max` words.
    pub(super) fn new(max: usize) -> Memory {
        Memory { words: Vec::new(), max, cursor: 0, limit: 0, starts: Vec::new() }
    }

    /// Begins with the words of another; `None` beyond the limit.
    pub(super) fn begin_as(&mut self, other: &Memory) -> Option<()> {
        (self.cursor, self.limit) = (0, 0);
        self.words.clear();
        self.starts.clear();
        if other.words.len() > self.max {
            return None;
        }
        if self.words.capacity() < other.words.len() {
            self.grow(other.words.len())?;
        }
        self.words.extend_from_slice(&other.words);
        self.starts.resize(self.words.capacity() / 64 + 1, 0);
        let used = self.words.len() / 64 + 1;
        if let (Some(to), Some(from)) = (self.starts.get_mut(..used), other.starts.get(..used)) {
            to.copy_from_slice(from);
        }
        (self.cursor, self.limit) = (other.cursor, other.limit);
        Some(())
    }

    /// One past the last word that is or was in use.
    pub(super) fn end(&self) -> usize {
        self.words.len()
    }

    /// The most words there can be.
    pub(super) fn max(&self) -> usize {
        self.max
    }

    /// Address of word 0, valid until the next allocation.
    pub(super) fn base(&mut self) -> *mut u64 {
        self.words.as_mut_ptr()
    }

    /// Hands out `count` zero words of the current run and gives the index of the first; `None` if it is too short.
    #[inline(always)]
    pub(super) fn take(&mut self, count: usize) -> Option<usize> {
        let first = self.cursor;
        if count > self.limit - first {
            return None;
        }
        self.cursor = first + count;
        debug_assert!(self.cursor <= self.words.len() && first / 64 < self.starts.len());
        // SAFETY: the run lies within `words`, and the bitmap covers its capacity (`add`).
        unsafe { *self.starts.get_unchecked_mut(first / 64) |= 1 << (first % 64) }
        Some(first)
    }

    /// Adds `count` zero words at the end and gives the index of the first; `None` beyond the limit.
    pub(super) fn add(&mut self, count: usize) -> Option<usize> {
        let first = self.words.len();
        if count > self.words.capacity() - first {
            self.grow(count)?;
        }
        // SAFETY: the capacity is at least `first + count`, and the new words are initialised here.
        unsafe {
            self.words.as_mut_ptr().add(first).write_bytes(0, count);
            self.words.set_len(first + count);
        }
        Some(first)
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, count: usize) -> Option<()> {
        let used = self.words.len();
        let end = used.checked_add(count).filter(|&end| end <= self.max)?;
        let doubled = self.words.capacity().saturating_mul(2).max(1 << 12);
        let capacity = doubled.max(end).min(self.max);
        self.words.try_reserve_exact(capacity - used).ok()?;
        let bits = self.words.capacity() / 64 + 1;
        self.starts.try_reserve_exact(bits.saturating_sub(self.starts.len())).ok()?;
        self.starts.resize(bits.max(self.starts.len()), 0);
        Some(())
    }

    /// Forgets the words from `end` on.
    pub(super) fn truncate(&mut self, end: usize) {
        self.words.truncate(end);
    }

    /// The word at `index`.
    #[inline(always)]
    pub(super) fn get(&self, index: usize) -> u64 {
        self.check(index);
        // SAFETY: the caller's reference is to a live object and the slot is inside it (type soundness of verified code,
        // checked here in debug builds), so `index < self.words.len()`.
        unsafe { *self.words.get_unchecked(index) }
    }

    /// Replaces the word at `index`.
    #[inline(always)]
    pub(super) fn set(&mut self, index: usize, value: u64) {
        self.check(index);
        // SAFETY: as in `get`.
        unsafe { *self.words.get_unchecked_mut(index) = value }
    }

    #[inline(always)]
    fn check(&self, index: usize) {
        debug_assert!(index < self.words.len(), "word {index} of {}", self.words.len());
    }

    /// The words from `first` on.
    #[inline]
    pub(super) fn slice(&self, first: usize, count: usize) -> &[u64] {
        &self.words[first..first + count]
    }

    /// The words from `first` on, to be written.
    #[inline]
    pub(super) fn slice_mut(&mut self, first: usize, count: usize) -> &mut [u64] {
        &mut self.words[first..first + count]
    }

    /// Copies words; the ranges may overlap.
    #[inline]
    pub(super) fn copy(&mut self, from: usize, to: usize, count: usize) {
        self.words.copy_within(from..from + count, to);
    }

    /// All words as bytes; byte `8 * i` is the first of word `i`.
    #[inline]
    pub(super) fn bytes(&self) -> &[u8] {
        let words = &self.words;
        // SAFETY: any initialised u64s are valid as eight times as many u8s, of weaker alignment, under the same borrow.
        unsafe { core::slice::from_raw_parts(words.as_ptr().cast::<u8>(), words.len() * 8) }
    }

    /// All words as bytes, to be written.
    #[inline]
    pub(super) fn bytes_mut(&mut self) -> &mut [u8] {
        let words = &mut self.words;
        // SAFETY: as in `bytes`; every byte pattern is a valid u64, and the borrow is exclusive.
        unsafe { core::slice::from_raw_parts_mut(words.as_mut_ptr().cast::<u8>(), words.len() * 8) }
    }
}
