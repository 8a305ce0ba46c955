//! Types of structs (spec/04 §3.4).
//!
//! A stored struct has the types of its values and not its own, so it comes from the slot that refers to the struct. Two ways into a struct do not
//! know it: a pointer to one of its fields, and the object's owner. Then a type is taken that its values fit. It may be
//! wrong where a field of an interface type looks like one of its value's type, so the first who knows the type puts it right.
//! What is stored again is the same with both.

use super::load::Expected;
use crate::heap::{Kind, Ref, Trap};
use crate::interp::Cx;
use crate::value::types::{Field, Kind as TypeKind};
use crate::value::{TypeIndex, iface, slot};
use regno_bytecode::types::Repr;
use regno_store::TypedValue;
use regno_store::typeid::type_id;

impl Cx {
    /// A struct type that values fit; one that a pointer to a field may point into, and without interfaces if there is one.
    pub(super) fn struct_like(&self, fields: &[TypedValue], expected: Expected) -> Result<TypeIndex, Trap> {
        let ids: Vec<Option<String>> = fields.iter().map(|field| field.ty.as_ref().map(type_id)).collect();
        let types = &self.linked.types;
        let fits = |index: TypeIndex, interfaces: bool| match &types.get(index).kind {
            TypeKind::Struct { fields } if fields.len() == ids.len() => {
                let pointed = fields.get(expected.extent.saturating_sub(1) as usize).map(|field| field.ty);
                let values = fields.iter().zip(&ids).all(|(field, id)| {
                    interfaces && field.repr == Repr::Iface || id.as_deref() == Some(types.get(field.ty).id.as_str())
                });
                values && (expected.content == 0 || pointed == Some(expected.content))
            }
            _ => false,
        };
        let all = || 1..types.len() as TypeIndex;
        let found = all().find(|&index| fits(index, false)).or_else(|| all().find(|&index| fits(index, true)));
        found.ok_or_else(|| Trap::abort("unexpected struct"))
    }

    /// An object that is loaded is referred to from a slot that may know its type better.
    pub(super) fn settle_shape(&mut self, object: Ref, expected: Expected) -> Result<(), Trap> {
        let header = self.heap.header(object);
        if !header.is(Kind::Struct) || expected.own == 0 || header.aux() == expected.own {
            return Ok(());
        }
        // The object may say more than the slot: in which form its type was written.
        let types = &self.linked.types;
        if types.by_id(&types.get(header.aux()).id) == Some(expected.own) {
            return Ok(());
        }
        let linked = std::sync::Arc::clone(&self.linked);
        let (old, new) = (linked.types.get(header.aux()), linked.types.get(expected.own));
        let (TypeKind::Struct { fields: old }, TypeKind::Struct { fields }) = (&old.kind, &new.kind) else {
            return Ok(());
        };
        let like = |(old, new): (&Field, &Field)| {
            old.repr == Repr::Iface || new.repr == Repr::Iface || self.alike(old.ty, new.ty)
        };
        if old.len() != fields.len() || !old.iter().zip(fields).all(like) {
            return Ok(());
        }
        for (index, (old, new)) in (0..).zip(old.iter().zip(fields)) {
            if old.repr == new.repr {
                continue;
            }
            let value = self.heap.slot(object, index);
            let (ty, raw) = match old.repr {
                Repr::Iface if slot::iface_is_nil(value) => continue,
                Repr::Iface => iface::unpack(&self.heap, &linked.types, value),
                _ => (old.ty, value),
            };
            if new.repr != Repr::Iface && !self.alike(ty, new.ty) {
                return Ok(());
            }
            let settled = match new.repr {
                Repr::Iface => iface::pack(&mut self.heap, &linked.types, ty, raw)?,
                _ => raw,
            };
            self.heap.set_slot(object, index, settled);
        }
        self.heap.set_struct_type(object, new.class, expected.own);
        Ok(())
    }

    /// Whether an object is what the slot that refers to it says. The program's own code has written both, so only damage makes a
    /// difference: code is typed by the slot.
    pub(super) fn fits(&self, object: Ref, expected: Expected) -> bool {
        let header = self.heap.header(object);
        if expected.own != 0 {
            return self.fits_type(object, expected.own);
        }
        if expected.content == 0 {
            return true;
        }
        let last = expected.extent.saturating_sub(1);
        match header.kind() {
            Kind::Cell => !expected.elements && last == 0 && self.holds(object, expected.content),
            Kind::List => expected.extent <= header.len() && self.holds(object, expected.content),
            Kind::Data => {
                let repr = self.linked.types.get(expected.content).repr;
                expected.extent <= header.len() && repr == Repr::U8
            }
            Kind::Struct if !expected.elements => match &self.linked.types.get(header.aux()).kind {
                TypeKind::Struct { fields } => {
                    fields.get(last as usize).is_some_and(|field| self.alike(field.ty, expected.content))
                }
                _ => false,
            },
            _ => false,
        }
    }

    fn fits_type(&self, object: Ref, own: TypeIndex) -> bool {
        let header = self.heap.header(object);
        let types = &self.linked.types;
        match (&types.get(own).kind, header.kind()) {
            (TypeKind::Struct { .. }, Kind::Struct) | (TypeKind::Map { .. }, Kind::Map) => {
                self.alike(header.aux(), own)
            }
            (TypeKind::Func { params, .. }, Kind::Func | Kind::Bound) => {
                let func = self.heap.func_index(object);
                let Some(func) = types.func(func) else { return false };
                let signature = func.signature.unwrap_or(0);
                match &types.get(signature).kind {
                    // A method as a function has its receiver first.
                    TypeKind::Func { params: known, .. } if header.is(Kind::Func) && func.receiver.is_some() => {
                        params.len() == known.len() + 1
                    }
                    TypeKind::Func { .. } => self.alike(signature, own),
                    _ => false,
                }
            }
            _ => false,
        }
    }

    fn holds(&self, object: Ref, content: TypeIndex) -> bool {
        let record = self.roots.realm.as_deref().and_then(|realm| realm.objects.get(object));
        record.is_none_or(|record| record.content == 0 || self.alike(record.content, content))
    }

    /// Whether values of both types are read alike: one type, types of one structure, or plain bits.
    fn alike(&self, a: TypeIndex, b: TypeIndex) -> bool {
        if a == b {
            return true;
        }
        let (a, b) = (self.linked.types.get(a), self.linked.types.get(b));
        a.underlying == b.underlying || a.repr == b.repr && matches!(a.repr, Repr::Iface | Repr::Str) || {
            a.repr == b.repr && !a.repr.is_owned()
        }
    }
}
