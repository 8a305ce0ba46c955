//! The end of a realm's transaction (spec/04 §2.6), step by step.

use super::children::Child;
use super::{ObjectRecord, PackageIndex};
use crate::heap::{Kind, Ref, Trap};
use crate::interp::Cx;
use std::collections::HashSet;

/// Objects marked since the last finalization, each list in the order of marking.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    /// Attached.
    pub new_created: Vec<Ref>,
    /// Not referred to any more.
    pub new_deleted: Vec<Ref>,
    /// Referred to more than once.
    pub new_escaped: Vec<Ref>,
    /// With a new identity.
    pub created: Vec<Ref>,
    /// To be stored again.
    pub updated: Vec<Ref>,
    /// To be deleted.
    pub deleted: Vec<Ref>,
}

enum Step {
    Enter(Ref),
    Save(Ref),
}

impl Cx {
    fn copied(&mut self, object: Ref) -> Result<ObjectRecord, Trap> {
        self.realm_state()?.known(object).copied()
    }

    /// Finalizes the transaction of a package's realm.
    ///
    /// # Errors
    ///
    /// Fatal conditions of spec/04 §2.10; gas and the heap limit.
    pub fn finalize(&mut self, package: PackageIndex) -> Result<(), Trap> {
        let realm = self.realm_state()?;
        let path = realm.realm(package)?.realm.path.clone();
        if let Some(log) = &mut realm.log {
            log.finalize(&path);
        }
        self.process_new_created(package)?;
        self.process_new_deleted(package)?;
        self.process_new_escaped(package)?;
        self.mark_dirty_ancestors(package)?;
        self.save_unsaved(package)?;
        self.remove_deleted(package)?;
        let realm = self.realm_state()?;
        let state = realm.realm(package)?;
        state.marks = Marks::default();
        let diff = std::mem::take(&mut state.sum_diff);
        *realm.diffs.entry(path).or_default() += diff;
        Ok(())
    }

    fn process_new_created(&mut self, package: PackageIndex) -> Result<(), Trap> {
        let mut index = 0;
        while let Some(&object) = self.realm_state()?.realm(package)?.marks.new_created.get(index) {
            index += 1;
            if self.copied(object)?.info.ref_count != 0 {
                self.inc_ref_created(package, object)?;
            }
        }
        if index > 0 { self.set_realm(package) } else { Ok(()) }
    }

    /// Gives an object and what it refers to identities, depth first.
    fn inc_ref_created(&mut self, package: PackageIndex, object: Ref) -> Result<(), Trap> {
        let mut stack: Vec<(Ref, std::vec::IntoIter<Child>)> = Vec::new();
        stack.extend(self.enter_created(package, object)?);
        while let Some((owner, children)) = stack.last_mut() {
            let (owner, next) = (*owner, children.next());
            let Some(child) = next else {
                stack.pop();
                continue;
            };
            let object = child.object;
            if self.heap.header(object).is(Kind::Package) {
                continue;
            }
            let record = self.record(object)?;
            if record.content == 0 {
                record.content = child.content;
            }
            record.info.ref_count += 1;
            let (count, real, escaped) = (record.info.ref_count, record.is_real(), record.info.escaped);
            if count == 1 {
                let id = self.copied(owner)?.info.id;
                let record = self.record(object)?;
                (record.owner, record.info.owner) = (owner, id);
                if real {
                    self.realm_state()?.mark_dirty(package, object)?;
                } else {
                    record.new_real = true;
                    stack.extend(self.enter_created(package, object)?);
                }
            } else if count > 1 {
                let realm = self.realm_state()?;
                realm.mark_dirty(package, object)?;
                if !escaped {
                    realm.mark_new_escaped(package, object)?;
                }
            } else {
                return Err(Trap::abort("child reference count should be greater than zero after increasing"));
            }
        }
        Ok(())
    }

    fn enter_created(
        &mut self,
        package: PackageIndex,
        object: Ref,
    ) -> Result<Option<(Ref, std::vec::IntoIter<Child>)>, Trap> {
        if self.copied(object)?.is_real() {
            return Ok(None);
        }
        let realm = self.realm_state()?;
        let state = realm.realm(package)?;
        state.realm.time += 1;
        let id = regno_store::ObjectId { pkg: state.realm.id, time: state.realm.time };
        state.marks.created.push(object);
        realm.known(object)?.info.id = id;
        Ok(Some((object, self.loaded_children(object)?.into_iter())))
    }

    fn process_new_deleted(&mut self, package: PackageIndex) -> Result<(), Trap> {
        let mut index = 0;
        while let Some(&object) = self.realm_state()?.realm(package)?.marks.new_deleted.get(index) {
            index += 1;
            let record = self.realm_state()?.known(object)?;
            if record.info.ref_count > 0 {
                record.new_deleted = false;
            } else {
                self.dec_ref_deleted(package, object)?;
            }
        }
        Ok(())
    }

    fn dec_ref_deleted(&mut self, package: PackageIndex, object: Ref) -> Result<(), Trap> {
        let mut stack: Vec<std::vec::IntoIter<Child>> = Vec::new();
        stack.extend(self.enter_deleted(package, object)?);
        while let Some(children) = stack.last_mut() {
            let Some(child) = children.next() else {
                stack.pop();
                continue;
            };
            let object = child.object;
            let record = self.record(object)?;
            if record.content == 0 {
                record.content = child.content;
            }
            record.info.ref_count -= 1;
            let count = record.info.ref_count;
            if count == 0 {
                stack.extend(self.enter_deleted(package, object)?);
            } else if count > 0 {
                self.realm_state()?.mark_dirty(package, object)?;
            } else {
                return Err(Trap::abort("deleted descendants should not have a reference count of less than zero"));
            }
        }
        Ok(())
    }

    fn enter_deleted(&mut self, package: PackageIndex, object: Ref) -> Result<Option<std::vec::IntoIter<Child>>, Trap> {
        let realm = self.realm_state()?;
        let record = realm.known(object)?;
        if record.deleted {
            return Ok(None);
        }
        (record.new_deleted, record.new_real, record.new_escaped) = (false, false, false);
        record.deleted = true;
        realm.realm(package)?.marks.deleted.push(object);
        Ok(Some(self.loaded_children(object)?.into_iter()))
    }

    /// The children, all loaded before the first of them is looked at (spec/04 §2.7).
    fn loaded_children(&mut self, object: Ref) -> Result<Vec<Child>, Trap> {
        let mut children = self.children(object)?;
        for child in &mut children {
            child.object = self.load(child.object)?;
        }
        Ok(children)
    }

    fn process_new_escaped(&mut self, package: PackageIndex) -> Result<(), Trap> {
        let mut index = 0;
        // Grows while it is worked through.
        while let Some(&object) = self.realm_state()?.realm(package)?.marks.new_escaped.get(index) {
            index += 1;
            let realm = self.realm_state()?;
            let record = realm.known(object)?;
            if record.info.ref_count <= 1 {
                record.new_escaped = false;
                continue;
            }
            let (owner, real) = (record.owner, record.is_real());
            if owner.is_nil() {
                continue;
            }
            let owner_record = *realm.known(owner)?;
            if owner_record.info.ref_count != 0 && !owner_record.new_real {
                realm.mark_dirty(package, owner)?;
            }
            if !real {
                self.inc_ref_created(package, object)?;
                self.realm_state()?.known(object)?.new_real = true;
            }
            let record = self.realm_state()?.known(object)?;
            (record.owner, record.info.owner) = (Ref::NIL, regno_store::ObjectId::ZERO);
        }
        Ok(())
    }

    fn mark_dirty_ancestors(&mut self, package: PackageIndex) -> Result<(), Trap> {
        let marks = &self.realm_state()?.realm(package)?.marks;
        let objects: Vec<Ref> = marks.updated.iter().chain(&marks.created).copied().collect();
        for object in objects {
            if self.copied(object)?.deleted {
                continue;
            }
            let mut object = object;
            loop {
                let record = self.copied(object)?;
                if self.heap.header(object).is(Kind::Package) || record.info.ref_count > 1 || record.owner.is_nil() {
                    break;
                }
                let owner = self.copied(record.owner)?;
                if owner.new_real || owner.dirty || owner.deleted {
                    break;
                }
                self.realm_state()?.mark_dirty(package, record.owner)?;
                object = record.owner;
            }
        }
        Ok(())
    }

    fn save_unsaved(&mut self, package: PackageIndex) -> Result<(), Trap> {
        let mut visited = HashSet::new();
        // Looking at every object's types is only for what that would find.
        let open = self.nothing_is_private()?;
        let mut index = 0;
        while let Some(&object) = self.realm_state()?.realm(package)?.marks.created.get(index) {
            index += 1;
            let record = self.copied(object)?;
            if record.new_real && !record.deleted {
                self.save_recursively(package, object, open, &mut visited)?;
            }
        }
        let mut index = 0;
        while let Some(&object) = self.realm_state()?.realm(package)?.marks.updated.get(index) {
            index += 1;
            let record = self.copied(object)?;
            if record.dirty && !record.deleted {
                if !open {
                    self.assert_public(package, object, &mut visited)?;
                }
                self.save_object(package, object)?;
                self.realm_state()?.known(object)?.dirty = false;
            }
        }
        Ok(())
    }

    fn save_recursively(
        &mut self,
        package: PackageIndex,
        object: Ref,
        open: bool,
        visited: &mut HashSet<String>,
    ) -> Result<(), Trap> {
        let mut stack = vec![Step::Enter(object)];
        while let Some(step) = stack.pop() {
            match step {
                Step::Enter(object) => {
                    if !open {
                        self.assert_public(package, object, visited)?;
                    }
                    stack.push(Step::Save(object));
                    let children = self.children(object)?;
                    for child in children.into_iter().rev() {
                        if self.is_unsaved(child.object)? {
                            stack.push(Step::Enter(child.object));
                        }
                    }
                }
                Step::Save(object) => {
                    self.save_object(package, object)?;
                    let record = self.realm_state()?.known(object)?;
                    if record.new_real {
                        record.new_real = false;
                    } else {
                        record.dirty = false;
                    }
                }
            }
        }
        Ok(())
    }

    /// An object to be saved with the object that refers to it.
    fn is_unsaved(&mut self, object: Ref) -> Result<bool, Trap> {
        if matches!(self.heap.header(object).kind(), Kind::Stub | Kind::Package) {
            return Ok(false);
        }
        let Some(record) = self.realm_state()?.objects.get(object) else { return Ok(false) };
        Ok((record.new_real || record.dirty) && !record.info.escaped && !record.new_escaped)
    }

    fn remove_deleted(&mut self, package: PackageIndex) -> Result<(), Trap> {
        let mut index = 0;
        while let Some(&object) = self.realm_state()?.realm(package)?.marks.deleted.get(index) {
            index += 1;
            let size = self.delete_object(object)?;
            self.realm_state()?.realm(package)?.sum_diff -= size;
        }
        Ok(())
    }
}
