//! Where the words of new objects come from.
//!
//! A collection gives two bitmaps: where survivors start, and which words they cover. Everything else is free; nothing is written to
//! the dead and no list is kept. Gaps are found when they are needed, by walking the second bitmap upwards, 64 words at a step where
//! survivors are dense or dead objects many, without a look at the objects themselves. What is handed out is covered, too.
//!
//! Small objects are cut from runs, gaps of up to [`RUN`] words that are cleared at once. An object of more than [`SMALL`] words
//! that does not fit the rest of the run gets the first gap that holds it; each power of two has its own place in the
//! walk, so that a request for a large gap does not use up the small ones before it. It begins where smaller requests have come to. When
//! the walk is at the end, the heap grows.

use super::memory::Memory;
use super::{Collection, FIRST};

/// Words of a run: cleared shortly before they are used, so they are in the first-level cache then.
const RUN: usize = 512;
/// Largest object that opens a new run where the old one is too short.
const SMALL: usize = 8;
const CLASSES: usize = 30;
/// Place in the walk behind the last gap.
const DONE: usize = usize::MAX;

/// Memory with the state of the walk.
pub(super) struct Space {
    pub(super) memory: Memory,
    /// One bit a word, up to where the store ended when it was collected last: it is not free.
    covered: Vec<u64>,
    /// Words that `covered` tells about.
    walked: usize,
    /// Next word to look at, for each class of sizes.
    places: [usize; CLASSES],
    /// Words handed out since the last collection, or cleared for it.
    taken: usize,
    /// What `taken` may be until a collection is due.
    allowance: usize,
    /// A collection is due at the next safe point.
    pub(super) due: bool,
    collection: Collection,
}

/// Class of a size: 0 for small ones, then one for each power of two.
fn class_of(count: usize) -> usize {
    if count <= SMALL {
        return 0;
    }
    let bits = usize::BITS - (count - 1).leading_zeros();
    (bits as usize - 3).min(CLASSES - 1)
}

impl Space {
    pub(super) fn new(max: usize, collection: Collection) -> Space {
        let mut space = Space {
            memory: Memory::new(max),
            covered: Vec::new(),
            walked: 0,
            places: [DONE; CLASSES],
            taken: 0,
            allowance: 0,
            due: false,
            collection,
        };
        space.plan(0);
        space
    }

    /// Sets when the next collection is due: after as many words as the last one had to visit.
    fn plan(&mut self, visited: usize) {
        self.taken = 0;
        self.due = false;
        // Half of the room that is left, so that garbage alone does not exhaust the limit.
        let room = self.memory.max().saturating_sub(visited) / 2;
        self.allowance = match self.collection {
            Collection::AfterWords(least) => least.max(visited).min(room),
            Collection::Always => 0,
        };
    }

    /// Begins with the words of another that was never collected; `None` beyond the limit.
    pub(super) fn begin_as(&mut self, other: &Space) -> Option<()> {
        self.memory.begin_as(&other.memory)?;
        self.taken = other.taken;
        self.due = self.taken > self.allowance;
        if self.collection == Collection::Always {
            (self.memory.cursor, self.memory.limit) = (0, 0);
        }
        Some(())
    }

    /// Hands out `count` zero words; `None` beyond the limit.
    #[inline(always)]
    pub(super) fn take(&mut self, count: usize) -> Option<usize> {
        match self.memory.take(count) {
            Some(first) => Some(first),
            None => self.take_elsewhere(count),
        }
    }

    #[cold]
    #[inline(never)]
    fn take_elsewhere(&mut self, count: usize) -> Option<usize> {
        let class = class_of(count);
        // Without runs every allocation comes here, and every safe point after one collects.
        let run = class == 0 && self.collection != Collection::Always;
        let most = if run { RUN } else { count };
        let (first, end) = match self.find(class, count, most) {
            Some((first, end)) => {
                self.memory.slice_mut(first, end - first).fill(0);
                (first, end)
            }
            None => {
                let most = most.min(self.memory.max() - self.memory.end()).max(count);
                let first = self.memory.add(most)?;
                (first, first + most)
            }
        };
        self.taken += end - first;
        self.due |= self.taken > self.allowance;
        let (cursor, limit) = (self.memory.cursor, self.memory.limit);
        (self.memory.cursor, self.memory.limit) = (first, end);
        let taken = self.memory.take(count);
        if !run {
            (self.memory.cursor, self.memory.limit) = (cursor, limit);
        }
        taken
    }

    /// The next gap of at least `least` words; at most `most` of it.
    fn find(&mut self, class: usize, least: usize, most: usize) -> Option<(usize, usize)> {
        // What smaller requests have passed was too small for them already.
        let mut at = self.places.get(..=class)?.iter().copied().max()?;
        let found = loop {
            let Some((first, end)) = gap(&self.covered, at, self.walked, most) else { break None };
            if end - first >= least {
                break Some((first, end));
            }
            at = end;
        };
        if let Some((first, end)) = found {
            cover(&mut self.covered, first, end - first);
        }
        if let Some(place) = self.places.get_mut(class) {
            *place = found.map_or(DONE, |(_, end)| end);
        }
        found
    }

    /// Whether an object starts at a word.
    #[inline]
    pub(super) fn is_start(&self, index: usize) -> bool {
        index < self.memory.end()
            && self.memory.starts.get(index / 64).is_some_and(|bits| bits >> (index % 64) & 1 != 0)
    }

    /// Frees everything but the objects whose bits are given: where they start, and all their words. The bitmaps come back to be used
    /// again. `visited` is the number of words that the collection had to look at.
    pub(super) fn keep(&mut self, [starts, covered]: [Vec<u64>; 2], visited: usize) -> [Vec<u64>; 2] {
        let starts = core::mem::replace(&mut self.memory.starts, starts);
        let covered = core::mem::replace(&mut self.covered, covered);
        (self.memory.cursor, self.memory.limit) = (0, 0);
        let last = self.covered.iter().rposition(|&bits| bits != 0).map_or(FIRST, |index| {
            let bits = self.covered.get(index).copied().unwrap_or(0);
            index * 64 + 64 - bits.leading_zeros() as usize
        });
        self.memory.truncate(last.max(FIRST));
        self.walked = self.memory.end();
        self.places = [FIRST; CLASSES];
        if cfg!(debug_assertions) {
            self.poison();
        }
        self.plan(visited);
        [starts, covered]
    }

    /// Debug builds: makes what a dangling reference reads useless.
    fn poison(&mut self) {
        let mut at = FIRST;
        loop {
            let first = next_bit(&self.covered, at, self.walked, u64::MAX);
            at = next_bit(&self.covered, first, self.walked, 0);
            if first == at {
                break;
            }
            self.memory.slice_mut(first, at - first).fill(u64::from_ne_bytes([0xdb; 8]));
        }
    }
}

/// The first clear bits from `at` on, at most `most` of them; `None` if there are none before `end`.
#[inline]
fn gap(bits: &[u64], at: usize, end: usize, most: usize) -> Option<(usize, usize)> {
    let mut index = at / 64;
    let mut free = !*bits.get(index)? & u64::MAX << (at % 64);
    while free == 0 {
        index += 1;
        free = !*bits.get(index)?;
    }
    let shift = free.trailing_zeros() as usize;
    let (first, count) = (index * 64 + shift, (free >> shift).trailing_ones() as usize);
    if first >= end {
        return None;
    }
    // Where a long gap ends does not matter.
    let limit = first.saturating_add(most).min(end);
    let last = if shift + count < 64 { first + count } else { next_bit(bits, index * 64 + 64, limit, 0) };
    Some((first, last.min(limit)))
}

/// First position from `at` on whose bit is set, or clear if `flip` has all bits; `end` if there is none before it.
#[inline]
fn next_bit(bits: &[u64], at: usize, end: usize, flip: u64) -> usize {
    let mut index = at / 64;
    let mut mask = u64::MAX << (at % 64);
    while index * 64 < end {
        let word = (bits.get(index).copied().unwrap_or(0) ^ flip) & mask;
        if word != 0 {
            return (index * 64 + word.trailing_zeros() as usize).min(end);
        }
        index += 1;
        mask = u64::MAX;
    }
    end
}

/// Sets `count` bits from `first` on.
#[inline]
pub(super) fn cover(bits: &mut [u64], first: usize, count: usize) {
    let (mut index, mut shift, mut left) = (first / 64, first % 64, count);
    while left > 0 {
        let now = left.min(64 - shift);
        if let Some(word) = bits.get_mut(index) {
            *word |= u64::MAX >> (64 - now) << shift;
        }
        (index, shift, left) = (index + 1, 0, left - now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_lie_between_covered_words() {
        let mut bits = vec![0; 4];
        cover(&mut bits, 3, 2);
        cover(&mut bits, 60, 140);
        assert_eq!(next_bit(&bits, 0, 256, 0), 3);
        assert_eq!(next_bit(&bits, 3, 256, u64::MAX), 5);
        assert_eq!(next_bit(&bits, 5, 256, 0), 60);
        assert_eq!(next_bit(&bits, 60, 256, u64::MAX), 200);
        assert_eq!(next_bit(&bits, 200, 230, 0), 230);
        assert_eq!(next_bit(&bits, 60, 100, u64::MAX), 100);
    }
}
