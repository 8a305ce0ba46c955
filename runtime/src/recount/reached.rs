//! What a recount has reached: the reference keeps only that in memory (spec/03 §8.2 step 8, spec/04 Q29).

use crate::heap::Ref;

/// Words in a page of marks.
const PAGE: usize = 16_384;

/// A mark for each word of the heap, in pages that are made when they are needed: a recount costs what it visits, however large the heap is.
#[derive(Debug)]
pub(crate) struct Marks {
    pages: Vec<Option<Box<[u64; PAGE / 64]>>>,
}

impl Marks {
    /// No marks, for a heap of so many words.
    pub fn new(words: usize) -> Marks {
        Marks { pages: vec![None; words / PAGE + 1] }
    }

    /// Marks a word; `false` if it has its mark, or is none of the heap's.
    #[inline]
    pub fn set(&mut self, word: usize) -> bool {
        let Some(page) = self.pages.get_mut(word / PAGE) else { return false };
        let page = page.get_or_insert_with(|| Box::new([0; PAGE / 64]));
        let bits = &mut page[word % PAGE / 64];
        let bit = 1 << (word % 64);
        let new = *bits & bit == 0;
        *bits |= bit;
        new
    }

    /// Whether a word has its mark; all words do that the heap has got since.
    fn has(&self, word: usize) -> bool {
        match self.pages.get(word / PAGE) {
            Some(Some(page)) => page[word % PAGE / 64] >> (word % 64) & 1 != 0,
            Some(None) => false,
            None => true,
        }
    }

    /// Keeps the marks that others have, too.
    fn and(&mut self, others: &Marks) {
        for (page, other) in self.pages.iter_mut().zip(&others.pages) {
            match (page.as_deref_mut(), other) {
                (Some(page), Some(other)) => page.iter_mut().zip(other.iter()).for_each(|(bits, other)| *bits &= other),
                _ => *page = None,
            }
        }
    }
}

/// What is still in memory after one or more recounts.
#[derive(Debug)]
pub(crate) struct Reached {
    /// Words at which objects start.
    pub marks: Marks,
    /// By package.
    pub packages: Vec<bool>,
    /// Blocks of packages.
    pub blocks: Vec<bool>,
    /// Blocks of files by package, as they are looked up by their identity.
    pub files: Vec<Vec<bool>>,
}

impl Reached {
    /// Whether an object was reached; one that is newer than the recount was.
    pub fn object(&self, object: Ref) -> bool {
        self.marks.has(object.slot() as usize)
    }

    /// Whether a package was.
    pub fn package(&self, package: u32) -> bool {
        self.packages.get(package as usize) != Some(&false)
    }

    /// Whether a block of a package was: `number` is 0 for its own, else one more than that of a file.
    pub fn block(&self, package: u32, number: u32) -> bool {
        let block = match number.checked_sub(1) {
            None => self.blocks.get(package as usize),
            Some(file) => self.files.get(package as usize).and_then(|files| files.get(file as usize)),
        };
        block != Some(&false)
    }

    /// What an earlier recount has not reached is gone, too.
    pub fn and(&mut self, earlier: &Reached) {
        self.marks.and(&earlier.marks);
        let and = |now: &mut Vec<bool>, before: &[bool]| {
            now.iter_mut().zip(before).for_each(|(now, &before)| *now &= before);
        };
        and(&mut self.packages, &earlier.packages);
        and(&mut self.blocks, &earlier.blocks);
        for (files, before) in self.files.iter_mut().zip(&earlier.files) {
            and(files, before);
        }
    }
}
