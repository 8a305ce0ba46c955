//! The word store: the only place of the heap with unchecked access.
//!
//! An allocation is a bump of the length, and zeroes what it takes. Growing doubles the capacity through the host's
//! reallocation, which for large blocks moves page tables instead of words; so no host address of a word survives an
//! allocation, and everything outside refers to words by index.
#![allow(unsafe_code)]

/// 64-bit words, growing up to a limit.
pub(crate) struct Memory {
    words: Vec<u64>,
    max: usize,
}

impl Memory {
    /// An empty store of at most `max` words.
    pub(crate) fn new(max: usize) -> Memory {
        Memory { words: Vec::new(), max }
    }

    /// Words handed out.
    pub(crate) fn used(&self) -> usize {
        self.words.len()
    }

    /// Address of word 0, valid until the next [`Memory::take`].
    pub(crate) fn base(&mut self) -> *mut u64 {
        self.words.as_mut_ptr()
    }

    /// Hands out `count` zero words and gives the index of the first; `None` beyond the limit.
    #[inline]
    pub(crate) fn take(&mut self, count: usize) -> Option<usize> {
        let first = self.room(count)?;
        if count > 16 {
            // SAFETY: `room` made the capacity at least `first + count`, and the words before `first` are initialised.
            unsafe {
                self.words.as_mut_ptr().add(first).write_bytes(0, count);
                self.words.set_len(first + count);
            }
        } else {
            for index in first..first + count {
                // SAFETY: as above; the loop initialises every word up to the new length.
                unsafe { self.words.as_mut_ptr().add(index).write(0) }
            }
            // SAFETY: as above.
            unsafe { self.words.set_len(first + count) }
        }
        Some(first)
    }

    /// Hands out `count` words that repeat the ones from `source` on; `None` beyond the limit.
    #[inline]
    pub(crate) fn duplicate(&mut self, source: usize, count: usize) -> Option<usize> {
        let first = self.room(count)?;
        if count > 16 {
            self.words.extend_from_within(source..source + count);
            return Some(first);
        }
        // Small objects: cheaper than a call that copies memory.
        for index in 0..count {
            let word = self.get(source + index);
            // SAFETY: `room` made the capacity at least `first + count`.
            unsafe { self.words.as_mut_ptr().add(first + index).write(word) }
        }
        // SAFETY: as above; the loop initialised every word up to the new length.
        unsafe { self.words.set_len(first + count) }
        Some(first)
    }

    /// Makes room for `count` words after the present ones; the index of the first.
    #[inline(always)]
    fn room(&mut self, count: usize) -> Option<usize> {
        let first = self.words.len();
        if count > self.words.capacity() - first {
            self.grow(count)?;
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
        self.words.try_reserve_exact(capacity - used).ok()
    }

    /// The word at `index`.
    #[inline(always)]
    pub(crate) fn get(&self, index: usize) -> u64 {
        self.check(index);
        // SAFETY: the caller's reference is to a live object and the slot is inside it (type soundness of verified code,
        // checked here in debug builds), so `index < self.words.len()`.
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
        debug_assert!(index < self.used(), "word {index} of {}", self.used());
    }

    /// The words from `first` on.
    #[inline]
    pub(crate) fn slice(&self, first: usize, count: usize) -> &[u64] {
        &self.words[first..first + count]
    }

    /// The words from `first` on, to be written.
    #[inline]
    pub(crate) fn slice_mut(&mut self, first: usize, count: usize) -> &mut [u64] {
        &mut self.words[first..first + count]
    }

    /// Copies words; the ranges may overlap.
    #[inline]
    pub(crate) fn copy(&mut self, from: usize, to: usize, count: usize) {
        self.words.copy_within(from..from + count, to);
    }

    /// All words as bytes; byte `8 * i` is the first of word `i`.
    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        let words = &self.words;
        // SAFETY: any initialised u64s are valid as eight times as many u8s, of weaker alignment, under the same borrow.
        unsafe { core::slice::from_raw_parts(words.as_ptr().cast::<u8>(), words.len() * 8) }
    }

    /// All words as bytes, to be written.
    #[inline]
    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        let words = &mut self.words;
        // SAFETY: as in `bytes`; every byte pattern is a valid u64, and the borrow is exclusive.
        unsafe { core::slice::from_raw_parts_mut(words.as_mut_ptr().cast::<u8>(), words.len() * 8) }
    }
}
