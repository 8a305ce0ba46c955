//! What a change of an object does to owners, reference counts and marks (spec/04 §2.1-2.2).

use super::{ObjectRecord, PackageIndex, PackageState, RealmState};
use crate::heap::{Ref, Trap};
use crate::interp::Cx;

/// Text of the panic of a change by a realm that does not own the object.
pub(crate) const NOT_OWNED: &str = "cannot modify external-realm or non-realm object";

impl RealmState {
    /// The realm of a package.
    pub(super) fn realm(&mut self, package: PackageIndex) -> Result<&mut PackageState, Trap> {
        self.packages.get_mut(package as usize).ok_or_else(|| Trap::abort("no such package"))
    }

    /// An object's record. The object must have one.
    pub(super) fn known(&mut self, object: Ref) -> Result<&mut ObjectRecord, Trap> {
        self.objects.get_mut(object).ok_or_else(|| Trap::abort("unexpected unreal object"))
    }

    /// It is attached and not stored yet.
    pub(super) fn mark_new_real(&mut self, package: PackageIndex, object: Ref) -> Result<(), Trap> {
        let record = self.known(object)?;
        if !std::mem::replace(&mut record.new_real, true) {
            self.realm(package)?.marks.new_created.push(object);
        }
        Ok(())
    }

    /// It must be stored again.
    pub(super) fn mark_dirty(&mut self, package: PackageIndex, object: Ref) -> Result<(), Trap> {
        let time = self.realm(package)?.realm.time;
        let record = self.known(object)?;
        if record.dirty || record.new_real {
            return Ok(());
        }
        record.dirty = true;
        record.info.hash = regno_store::Hash::ZERO;
        record.info.mod_time = time;
        self.realm(package)?.marks.updated.push(object);
        Ok(())
    }

    /// Nothing refers to it any more.
    pub(super) fn mark_new_deleted(&mut self, package: PackageIndex, object: Ref) -> Result<(), Trap> {
        let record = self.known(object)?;
        if !std::mem::replace(&mut record.new_deleted, true) {
            self.realm(package)?.marks.new_deleted.push(object);
        }
        Ok(())
    }

    /// More than one object refers to it.
    pub(super) fn mark_new_escaped(&mut self, package: PackageIndex, object: Ref) -> Result<(), Trap> {
        let record = self.known(object)?;
        if !std::mem::replace(&mut record.new_escaped, true) {
            self.realm(package)?.marks.new_escaped.push(object);
        }
        Ok(())
    }
}

impl Cx {
    /// A tracked object is changed: it loses `old` and gets `new`, first objects or [`Ref::NIL`] (spec/04 §2.1).
    ///
    /// # Errors
    ///
    /// Recoverable [`NOT_OWNED`] if the object lives in another realm than the active one.
    pub fn did_update(&mut self, object: Ref, old: Ref, new: Ref) -> Result<(), Trap> {
        let realm = self.realm_state()?;
        let Some(active) = realm.active else { return Ok(()) };
        let Some(id) = realm.objects.get(object).map(|record| record.info.id).filter(|id| !id.pkg.is_zero()) else {
            return Ok(());
        };
        if id.pkg != realm.realm(active)?.realm.id {
            return Err(Trap::raise(NOT_OWNED));
        }
        realm.mark_dirty(active, object)?;
        if !new.is_nil() {
            self.record(new)?;
            let realm = self.realm_state()?;
            let record = realm.known(new)?;
            record.info.ref_count += 1;
            let (count, escaped, real) = (record.info.ref_count, record.info.escaped, record.is_real());
            if count > 1 && !escaped {
                realm.mark_new_escaped(active, new)?;
            }
            if real {
                realm.mark_dirty(active, new)?;
            } else {
                let record = realm.known(new)?;
                (record.owner, record.info.owner) = (object, id);
                realm.mark_new_real(active, new)?;
            }
        }
        if !old.is_nil() {
            self.record(old)?;
            let realm = self.realm_state()?;
            let record = realm.known(old)?;
            record.info.ref_count -= 1;
            let (count, real) = (record.info.ref_count, record.is_real());
            match (count, real) {
                (0, true) => realm.mark_new_deleted(active, old)?,
                (0, false) | (_, false) => {}
                (_, true) => realm.mark_dirty(active, old)?,
            }
        }
        Ok(())
    }
}
