//! The word store: the only place of the heap with unchecked access.
//!
//! Words above [`Memory::used`] are always zero: growth takes zeroed memory from the host, and nothing writes there. An
//! allocation is therefore a bump of one counter. Growing doubles the store and moves it, so no host address of a word
//! survives an allocation; everything outside refers to words by index.
#![allow(unsafe_code)]

/// Zero-initialised 64-bit words, growing up to a limit.
pub(crate) struct Memory {
    /// All words there are; those from `used` on are zero.
    words: Vec<u64>,
    used: usize,
    max: usize,
}

impl Memory {
    /// An empty store of at most `max` words.
    pub(crate) fn new(max: usize) -> Memory {
        Memory { words: Vec::new(), used: 0, max }
    }

    /// Words handed out.
    pub(crate) fn used(&self) -> usize {
        self.used
    }

    /// Address of word 0, valid until the next [`Memory::take`].
    pub(crate) fn base(&mut self) -> *mut u64 {
        self.words.as_mut_ptr()
    }

    /// Hands out `count` zero words and gives the index of the first; `None` beyond the limit.
    #[inline]
    pub(crate) fn take(&mut self, count: usize) -> Option<usize> {
        let end = self.used.checked_add(count)?;
        if end > self.words.len() {
            self.grow(end)?;
        }
        let first = self.used;
        self.used = end;
        Some(first)
    }

    /// Hands out `count` words that repeat the ones from `first` on; `None` beyond the limit.
    #[inline]
    pub(crate) fn duplicate(&mut self, first: usize, count: usize) -> Option<usize> {
        let copy = self.take(count)?;
        if count > 16 {
            self.copy(first, copy, count);
        } else {
            // Small objects: cheaper than a call that copies memory.
            for index in 0..count {
                self.set(copy + index, self.get(first + index));
            }
        }
        Some(copy)
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, end: usize) -> Option<()> {
        if end > self.max {
            return None;
        }
        let doubled = self.words.len().saturating_mul(2).max(1 << 12);
        let mut words = vec![0; doubled.max(end).min(self.max)];
        words.get_mut(..self.used)?.copy_from_slice(self.words.get(..self.used)?);
        self.words = words;
        Some(())
    }

    /// The word at `index`.
    #[inline(always)]
    pub(crate) fn get(&self, index: usize) -> u64 {
        self.check(index);
        // SAFETY: the caller's reference is to a live object and the slot is inside it (type soundness of verified code,
        // checked here in debug builds), so `index < self.used <= self.words.len()`.
        unsafe { *self.words.get_unchecked(index) }
    }

    /// Replaces the word at `index`.
    #[inline(always)]
    pub(crate) fn set(&mut self, index: usize, value: u64) {
        self.check(index);
        // SAFETY: as in `get`.
        unsafe { *self.words.get_unchecked_mut(index) = value }
    }

    #[inline(always)]
    fn check(&self, index: usize) {
        debug_assert!(index < self.used, "word {index} of {}", self.used);
    }

    /// The words from `first` on.
    #[inline]
    pub(crate) fn slice(&self, first: usize, count: usize) -> &[u64] {
        &self.words[..self.used][first..first + count]
    }

    /// The words from `first` on, to be written.
    #[inline]
    pub(crate) fn slice_mut(&mut self, first: usize, count: usize) -> &mut [u64] {
        &mut self.words[..self.used][first..first + count]
    }

    /// Copies words; the ranges may overlap.
    #[inline]
    pub(crate) fn copy(&mut self, from: usize, to: usize, count: usize) {
        self.words[..self.used].copy_within(from..from + count, to);
    }

    /// All words as bytes; byte `8 * i` is the first of word `i`.
    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        let words = &self.words[..self.used];
        // SAFETY: any initialised u64s are valid as eight times as many u8s, of weaker alignment, under the same borrow.
        unsafe { core::slice::from_raw_parts(words.as_ptr().cast::<u8>(), words.len() * 8) }
    }

    /// All words as bytes, to be written.
    #[inline]
    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        let words = &mut self.words[..self.used];
        // SAFETY: as in `bytes`; every byte pattern is a valid u64, and the borrow is exclusive.
        unsafe { core::slice::from_raw_parts_mut(words.as_mut_ptr().cast::<u8>(), words.len() * 8) }
    }
}
