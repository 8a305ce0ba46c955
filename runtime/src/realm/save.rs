//! Objects, types and records into the store (spec/04 §5, §6), and what accesses cost.

use super::{PackageIndex, store_failed};
use crate::heap::{Charge, Ref, Trap};
use crate::interp::Cx;
use crate::meter::StoreOp;
use crate::recount::charger;
use regno_store::decode::{self, DecodeError};
use regno_store::{Hash, Object, ObjectId, Space, StoreError, Type, encode, keys};

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

    /// Bytes of a stored object, with its hash checked; none if there is no such object.
    pub(super) fn fetch_object(&mut self, id: ObjectId) -> Result<Option<(Hash, Vec<u8>)>, Trap> {
        let key = keys::object(id);
        let Some(mut stored) = self.fetch(Space::Base, &key)? else { return Ok(None) };
        if stored.len() < 20 {
            return Err(damaged(key, "too short"));
        }
        let bytes = stored.split_off(20);
        let hash = Hash::of(&bytes);
        if hash.0 != *stored { Err(damaged(key, "the hash does not fit")) } else { Ok(Some((hash, bytes))) }
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
        let mut form = self.encode_object(object)?;
        let bytes = encode::object(&form);
        self.charge_store(StoreOp::SetObject, bytes.len())?;
        let hash = Hash::of(&bytes);
        let size = bytes.len() as i64 + 20;
        let info = *form.info();
        let (id, diff) = (info.id, size - info.last_size);
        if self.realm_state()?.log.is_some() {
            self.log_save(&mut form, created, diff, size)?;
        }
        let realm = self.realm_state()?;
        let mut stored = Vec::with_capacity(bytes.len() + 20);
        stored.extend_from_slice(&hash.0);
        stored.extend_from_slice(&bytes);
        realm.tx.set(Space::Base, keys::object(id), stored);
        if info.escaped {
            realm.tx.set(Space::Merkle, keys::escaped(id), hash.0.to_vec());
        }
        realm.objects.set_instance(id, object);
        let record = realm.known(object)?;
        (record.info.hash, record.info.last_size) = (hash, size);
        realm.realm(package)?.sum_diff += diff;
        Ok(())
    }

    fn log_save(&mut self, form: &mut Object, created: bool, diff: i64, size: i64) -> Result<(), Trap> {
        let id = form.info().id;
        let old = if created { None } else { self.fetch_object(id)? };
        let malformed = |error: DecodeError| damaged(keys::object(id), error);
        let old = match old {
            Some((_, bytes)) => {
                let mut old = decode::object(&bytes).map_err(malformed)?;
                let info = old.info_mut();
                (info.hash, info.last_size) = (Hash::ZERO, bytes.len() as i64 + 20);
                Some(old)
            }
            None if created => None,
            None => return Err(Trap::abort("runtime error: invalid memory address or nil pointer dereference")),
        };
        let Some(log) = &mut self.realm_state()?.log else { return Ok(()) };
        match old {
            Some(old) => log.updated(&old, form, diff),
            None => {
                form.info_mut().last_size = size;
                log.created(form, diff);
            }
        }
        Ok(())
    }

    /// Deletes an object; the bytes it had taken.
    pub(super) fn delete_object(&mut self, object: Ref) -> Result<i64, Trap> {
        self.charge_store(StoreOp::DeleteObject, 0)?;
        let realm = self.realm_state()?;
        let info = realm.known(object)?.info;
        realm.tx.delete(Space::Base, keys::object(info.id));
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
        let mut todo = vec![id.to_owned()];
        while let Some(id) = todo.pop() {
            if id.starts_with(".uverse.") || !self.realm_state()?.types.insert(id.clone()) {
                continue;
            }
            let key = keys::ty(&id);
            let Some(bytes) = self.fetch(Space::Base, &key)? else {
                return Err(Trap::abort(format!("unexpected type with id {id}")));
            };
            self.charge_store(StoreOp::GetType, bytes.len())?;
            let ty = decode::ty(&bytes).map_err(|error| damaged(key, error))?;
            let mut needed = Vec::new();
            super::load::type_references(&ty, &mut needed);
            todo.extend(needed.into_iter().rev());
        }
        Ok(())
    }
}
