//! Objects, types and records into the store (spec/04 §5, §6), and what accesses cost.

use super::{PackageIndex, store_failed};
use crate::heap::{Charge, Ref, Trap};
use crate::interp::Cx;
use crate::meter::StoreOp;
use crate::recount::charger;
use regno_store::{Hash, ObjectInfo, Space, StoreError, StoredObject, StoredType, Type, encode, keys};
use std::sync::Arc;

/// The bytes of an entry are not what was written.
#[cold]
pub(super) fn damaged(key: String, reason: impl ToString) -> Trap {
    store_failed(&StoreError::Damaged { key, reason: reason.to_string() })
}

impl Cx {
    /// Charges an access to the store.
    pub(super) fn charge_store(&mut self, op: StoreOp, bytes: usize) -> Result<(), Trap> {
        if self.realm_state()?.free { Ok(()) } else { self.meter.store(op, bytes) }
    }

    /// Counts what a load allocates.
    pub(super) fn charge_load(&mut self, bytes: i64) -> Result<(), Trap> {
        if self.realm_state()?.free { Ok(()) } else { charger!(self).alloc(&mut self.heap, bytes) }
    }

    /// An entry of the store.
    pub(super) fn fetch(&mut self, space: Space, key: &str) -> Result<Option<Vec<u8>>, Trap> {
        self.realm_state()?.tx.get(space, key).map_err(|error| store_failed(&error))
    }

    /// Whether objects have to be written: a program that is only run and has no realm shows their identities at most.
    pub(super) fn stores_objects(&self) -> bool {
        self.linked.stores_objects() || self.roots.realm.as_deref().is_some_and(|realm| realm.tx.is_on_store())
    }

    /// Stores an object that is new or has changed (spec/04 §2.6 save).
    pub(super) fn save_object(&mut self, package: PackageIndex, object: Ref) -> Result<(), Trap> {
        self.forget_unreached();
        let record = self.realm_state()?.known(object)?;
        if record.info.id.is_zero() {
            return Err(Trap::abort("unexpected zero object id"));
        }
        if std::mem::take(&mut record.new_escaped) {
            record.info.escaped = true;
        }
        let (created, id) = (record.new_real, record.info.id);
        if !self.stores_objects() {
            self.realm_state()?.objects.set_instance(id, object);
            return Ok(());
        }
        let form = self.encode_object(object)?;
        let info = *form.info();
        let (stored, entry) = StoredObject::write(form);
        debug_assert_eq!(Ok(&stored), StoredObject::read(id, &entry).as_ref());
        self.charge_store(StoreOp::SetObject, stored.size)?;
        let diff = entry.len() as i64 - info.last_size;
        if self.realm_state()?.log.is_some() {
            self.log_save(&stored, info, created, diff)?;
        }
        let realm = self.realm_state()?;
        let saved = *stored.object.info();
        if info.escaped {
            realm.tx.set(Space::Merkle, keys::escaped(id), saved.hash.0.to_vec());
        }
        realm.tx.set_object(id, Arc::new(stored), entry);
        realm.objects.set_instance(id, object);
        let record = realm.known(object)?;
        (record.info.hash, record.info.last_size) = (saved.hash, saved.last_size);
        realm.realm(package)?.sum_diff += diff;
        Ok(())
    }

    /// The line of the operation log; `info` is what the object says of itself in its bytes.
    fn log_save(&mut self, stored: &StoredObject, info: ObjectInfo, created: bool, diff: i64) -> Result<(), Trap> {
        let realm = self.realm_state()?;
        let old = if created { None } else { realm.tx.object(info.id).map_err(|error| store_failed(&error))? };
        if old.is_none() && !created {
            return Err(Trap::abort("runtime error: invalid memory address or nil pointer dereference"));
        }
        let Some(log) = &mut realm.log else { return Ok(()) };
        let with = |stored: &StoredObject, info| {
            let mut object = stored.object.clone();
            *object.info_mut() = info;
            object
        };
        match old {
            Some(old) => {
                let before = with(&old, ObjectInfo { hash: Hash::ZERO, ..*old.object.info() });
                log.updated(&before, &with(stored, info), diff);
            }
            None => {
                let last_size = stored.object.info().last_size;
                log.created(&with(stored, ObjectInfo { last_size, ..info }), diff);
            }
        }
        Ok(())
    }

    /// Deletes an object; the bytes it had taken.
    pub(super) fn delete_object(&mut self, object: Ref) -> Result<i64, Trap> {
        self.charge_store(StoreOp::DeleteObject, 0)?;
        let realm = self.realm_state()?;
        let info = realm.known(object)?.info;
        realm.tx.delete_object(info.id);
        realm.objects.forget_instance(info.id);
        if let Some(log) = &mut realm.log {
            log.deleted(info.id, info.last_size);
        }
        Ok(info.last_size)
    }

    /// Stores the record of a package's realm.
    pub(super) fn set_realm(&mut self, package: PackageIndex) -> Result<(), Trap> {
        let record = &self.realm_state()?.realm(package)?.realm;
        let (key, bytes) = (keys::realm(record.id), encode::realm(record));
        self.charge_store(StoreOp::SetRealm, bytes.len())?;
        self.realm_state()?.tx.set(Space::Base, key, bytes);
        Ok(())
    }

    /// Stores the record of a declared type (spec/04 §6.1).
    pub(super) fn set_type(&mut self, id: &str, ty: &Type) -> Result<(), Trap> {
        let bytes = encode::ty(ty);
        self.charge_store(StoreOp::SetType, bytes.len())?;
        let realm = self.realm_state()?;
        realm.types.insert(id.to_owned());
        realm.tx.set(Space::Base, keys::ty(id), bytes);
        Ok(())
    }

    /// Reads the record of a declared type, and those that it needs, unless that was done before (spec/04 §7.3).
    pub(super) fn get_type(&mut self, id: &str) -> Result<(), Trap> {
        let mut todo: Vec<(Arc<StoredType>, usize)> = Vec::new();
        self.touch_type(id, &mut todo)?;
        while let Some((ty, next)) = todo.last_mut() {
            let (ty, at) = (Arc::clone(ty), *next);
            *next += 1;
            match ty.types.get(at) {
                Some(id) => self.touch_type(id, &mut todo)?,
                None => drop(todo.pop()),
            }
        }
        Ok(())
    }

    fn touch_type(&mut self, id: &str, todo: &mut Vec<(Arc<StoredType>, usize)>) -> Result<(), Trap> {
        let realm = self.realm_state()?;
        if id.starts_with(".uverse.") || realm.types.contains(id) {
            return Ok(());
        }
        realm.types.insert(id.to_owned());
        let Some(ty) = realm.tx.ty(id).map_err(|error| store_failed(&error))? else {
            return Err(Trap::abort(format!("unexpected type with id {id}")));
        };
        self.charge_store(StoreOp::GetType, ty.size)?;
        todo.push((ty, 0));
        Ok(())
    }
}
