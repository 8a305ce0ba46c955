//! Where the words of new objects come from.
//!
//! After a collection the start bitmap has the survivors' bits only, and everything between them is free; nothing is written to
//! the dead and no list is kept. Gaps are found when they are needed, by walking the bitmap upwards and over each survivor by the
//! size in its header: a pass over the survivors per collection at most.
//!
//! Small objects are cut from runs, gaps of up to [`RUN`] words that are cleared at once. An object of more than [`SMALL`] words
//! that does not fit the rest of the run gets the first gap that holds it; each power of two has its own place in the
//! walk, so that a request for a large gap does not use up the small ones before it. When the walk is at the end, the heap grows.

use super::memory::Memory;
use super::{Collection, FIRST, Header};

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
        let mut space =
            Space { memory: Memory::new(max), places: [DONE; CLASSES], taken: 0, allowance: 0, due: false, collection };
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
        let mut at = *self.places.get(class)?;
        let end = self.memory.end();
        let found = loop {
            if at >= end {
                break None;
            }
            // Where a long gap ends does not matter.
            let next = self.next_start(at, at.saturating_add(most).min(end));
            let (cursor, limit) = (self.memory.cursor, self.memory.limit);
            // The rest of the current run is not free.
            if cursor < limit && at <= cursor && cursor < next {
                if cursor - at >= least {
                    break Some((at, cursor.min(at + most)));
                }
                at = limit;
            }
            if next - at >= least {
                break Some((at, next.min(at + most)));
            }
            if next == end {
                break None;
            }
            at = next + Header(self.memory.get(next)).words();
        };
        if let Some(place) = self.places.get_mut(class) {
            *place = found.map_or(DONE, |(_, end)| end);
        }
        found
    }

    /// First object start at or after a word, or `end`.
    fn next_start(&self, at: usize, end: usize) -> usize {
        let mut index = at / 64;
        let mut mask = u64::MAX << (at % 64);
        while let Some(&bits) = self.memory.starts.get(index) {
            let bits = bits & mask;
            if bits != 0 {
                return (index * 64 + bits.trailing_zeros() as usize).min(end);
            }
            if index * 64 >= end {
                break;
            }
            index += 1;
            mask = u64::MAX;
        }
        end
    }

    /// Whether an object starts at a word.
    #[inline]
    pub(super) fn is_start(&self, index: usize) -> bool {
        index < self.memory.end()
            && self.memory.starts.get(index / 64).is_some_and(|bits| bits >> (index % 64) & 1 != 0)
    }

    /// Frees everything but the objects whose bits are given; the bitmap comes back to be used again. `visited` is the
    /// number of words that the collection had to look at.
    pub(super) fn keep(&mut self, marks: Vec<u64>, visited: usize) -> Vec<u64> {
        let old = core::mem::replace(&mut self.memory.starts, marks);
        (self.memory.cursor, self.memory.limit) = (0, 0);
        let last = self.memory.starts.iter().rposition(|&bits| bits != 0).map_or(FIRST, |index| {
            let bits = self.memory.starts.get(index).copied().unwrap_or(0);
            let start = index * 64 + 63 - bits.leading_zeros() as usize;
            start + Header(self.memory.get(start)).words()
        });
        self.memory.truncate(last.max(FIRST));
        self.places = [FIRST; CLASSES];
        if cfg!(debug_assertions) {
            self.poison();
        }
        self.plan(visited);
        old
    }

    /// Debug builds: makes what a dangling reference reads useless.
    fn poison(&mut self) {
        let mut at = FIRST;
        while at < self.memory.end() {
            let next = self.next_start(at, self.memory.end());
            self.memory.slice_mut(at, next - at).fill(u64::from_ne_bytes([0xdb; 8]));
            if next == self.memory.end() {
                break;
            }
            at = next + Header(self.memory.get(next)).words();
        }
    }
}
