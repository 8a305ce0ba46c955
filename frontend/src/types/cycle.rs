//! Declared types that contain themselves by value.

use super::{NamedId, Type, TypeId, TypeTable};
use std::collections::HashSet;

impl TypeTable {
    /// Whether a declared type is declared to be another declared type, and so on back to itself.
    #[must_use]
    pub fn names_itself(&self, named: NamedId) -> bool {
        let mut at = named;
        for step in 0..=self.named_count() {
            match self.get(self.named(at).underlying) {
                Type::Named(next) if *next == named => return step > 0,
                Type::Named(next) => at = *next,
                _ => return false,
            }
        }
        false
    }

    /// A chain of declared types from `named` back to itself by value (through declarations, array elements and struct
    /// fields); the first and the last element are the same. Types that are not declared yet end the search there.
    #[must_use]
    pub fn value_cycle(&self, named: NamedId) -> Option<Vec<NamedId>> {
        let mut seen = HashSet::new();
        let mut trail = vec![named];
        // Each frame: the types still to visit, and whether leaving it pops the trail.
        let mut frames = vec![(vec![self.named(named).underlying], false)];
        while let Some((todo, pops)) = frames.last_mut() {
            let pops = *pops;
            let Some(ty) = todo.pop() else {
                frames.pop();
                if pops {
                    trail.pop();
                }
                continue;
            };
            match self.get(ty) {
                Type::Named(inner) if *inner == named => {
                    trail.push(named);
                    return Some(trail);
                }
                Type::Named(inner) if seen.insert(*inner) => {
                    trail.push(*inner);
                    frames.push((vec![self.named(*inner).underlying], true));
                }
                Type::Array { elem, .. } => frames.push((vec![*elem], false)),
                Type::Struct(structure) => {
                    let parts: Vec<TypeId> = structure.fields.iter().rev().map(|field| field.ty).collect();
                    frames.push((parts, false));
                }
                _ => {}
            }
        }
        None
    }
}
