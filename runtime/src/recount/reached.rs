//! What a recount has reached: the reference keeps only that in memory (spec/03 §8.2 step 8, spec/04 Q29).

use crate::heap::Ref;

/// What is still in memory after one or more recounts.
#[derive(Debug)]
pub(crate) struct Reached {
    /// A bit for each word at which an object starts.
    pub marks: Vec<u64>,
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
        let at = object.slot() as usize;
        self.marks.get(at / 64).is_none_or(|bits| bits >> (at % 64) & 1 != 0)
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
        for (bits, &before) in self.marks.iter_mut().zip(&earlier.marks) {
            *bits &= before;
        }
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
