//! Composite literals (spec/02 §6.2, spec/03 §4.3).

use super::emit::FunctionBuilder;
use super::place::{Access, Target};
use super::value::Value;
use crate::function::{Arg, Entity};
use crate::op::Op;
use regno_bytecode::event::{OpClass, size};
use regno_bytecode::types::Repr;
use regno_frontend::typed::{CompositeElement, CompositeKind, ExprKind};
use regno_frontend::types::TypeId;
use std::collections::HashSet;

/// Holes of a slice literal up to this number are filled one by one, longer runs by a loop.
const MAX_UNROLLED_HOLES: u64 = 16;

fn duplicate(index: u64) -> String {
    format!("duplicate index {index} in array or slice literal")
}

impl FunctionBuilder<'_, '_> {
    /// A literal whose first `Eval` is charged.
    pub(super) fn composite(
        &mut self,
        kind: CompositeKind,
        elements: &[CompositeElement],
        len: u64,
        ty: TypeId,
    ) -> Value {
        self.ops(&[OpClass::Eval, OpClass::CompositeLit]);
        let keyed = elements.iter().filter(|element| element.key.is_some()).count();
        let slice = matches!(kind, CompositeKind::Slice | CompositeKind::SliceKeyed | CompositeKind::SliceComputed);
        if slice && keyed != 0 && keyed != elements.len() {
            self.abort("slice composite literal cannot mix keyed and unkeyed elements");
            return Value::fresh(Arg::Bits(0), ty);
        }
        match kind {
            CompositeKind::StructPositional => self.struct_literal(elements, ty, false),
            CompositeKind::StructKeyed => self.struct_literal(elements, ty, true),
            CompositeKind::Array => self.array_literal(elements, ty),
            CompositeKind::Slice => self.slice_literal(elements, len, ty, OpClass::SliceLit),
            CompositeKind::SliceKeyed => self.slice_literal(elements, len, ty, OpClass::SliceLit2),
            CompositeKind::SliceComputed => self.computed_slice_literal(elements, ty),
            CompositeKind::Map => self.map_literal(elements, ty),
        }
    }

    fn values(&mut self, elements: &[CompositeElement]) -> Vec<Value> {
        elements.iter().map(|element| self.eval(element.value)).collect()
    }

    fn struct_literal(&mut self, elements: &[CompositeElement], ty: TypeId, keyed: bool) -> Value {
        let package = self.cx.package;
        let values = self.values(elements);
        self.op(OpClass::StructLit);
        let fields = package.types.fields(ty);
        if !keyed && elements.len() < fields.len() {
            let given = elements.len();
            self.abort(&format!("runtime error: index out of range [{given}] with length {given}"));
            return Value::fresh(Arg::Bits(0), ty);
        }
        if keyed {
            self.charge_zero_fields(ty);
        } else {
            self.alloc(u64::from(size::SLOT) * fields.len() as u64);
        }
        let mut seen = HashSet::new();
        if let Some(twice) = elements.iter().find(|element| !seen.insert(element.index)) {
            let name = fields.get(twice.index as usize).map_or("", |field| &*field.name);
            self.abort(&format!("duplicate field name {name} in struct literal"));
            return Value::fresh(Arg::Bits(0), ty);
        }
        let object = self.zero(ty);
        for (element, value) in elements.iter().zip(values) {
            let Some(field) = fields.get(element.index as usize) else { continue };
            let content = self.copied(value, field.ty);
            let repr = self.cx.repr(field.ty);
            if content != Arg::Bits(0) {
                self.effect_of(Op::StoreField, repr, &[object, content], Entity::None, element.index);
            }
            if let Ok(field_index) = u32::try_from(element.index) {
                let place = Target::Field { base: object, field: field_index, access: Access::Direct, ty: field.ty };
                self.init_type(&place, value);
            }
        }
        self.alloc(u64::from(size::STRUCT));
        Value::fresh(object, ty)
    }

    fn array_literal(&mut self, elements: &[CompositeElement], ty: TypeId) -> Value {
        let elem = self.cx.package.types.elem(ty).unwrap_or(TypeId::ANY);
        let values = self.values(elements);
        self.op(OpClass::ArrayLit);
        self.charge_zero(ty);
        let object = self.zero(ty);
        let repr = self.cx.repr(elem);
        let len = self.cx.package.types.array_len(ty).map_or(0, |len| len.max(0) as u64);
        let mut seen = HashSet::new();
        for (element, value) in elements.iter().zip(values) {
            if let Some(text) = self.refused_index(element, &mut seen, len) {
                self.abort(&text);
                return Value::fresh(Arg::Bits(0), ty);
            }
            let content = self.copied(value, elem);
            if content != Arg::Bits(0) {
                self.effect(Op::StoreElem, repr, &[object, Arg::Bits(element.index), content]);
            }
            self.init_type(&Target::Array { array: object, index: Arg::Bits(element.index), ty: elem }, value);
        }
        Value::fresh(object, ty)
    }

    fn slice_literal(&mut self, elements: &[CompositeElement], len: u64, ty: TypeId, close: OpClass) -> Value {
        let elem = self.cx.package.types.elem(ty).unwrap_or(TypeId::ANY);
        let mut values = Vec::new();
        for element in elements {
            if let Some(key) = element.key {
                self.eval(key);
            }
            values.push(self.eval(element.value));
        }
        self.op(close);
        self.alloc(u64::from(size::ARRAY).saturating_add(u64::from(size::SLOT).saturating_mul(len)));
        let repr = self.cx.repr(elem);
        // An element that is a nil interface is not seen by one that follows (spec/01 §1.4).
        if repr != Repr::Iface && self.duplicate_index(elements) {
            return Value::shared(Arg::Bits(0), ty);
        }
        let slice = self.value_of(Op::NewSlice, repr, Repr::Slice, &[], Entity::None, len);
        let mut seen = HashSet::new();
        for (element, value) in elements.iter().zip(values) {
            if !seen.insert(element.index) {
                self.effect(Op::CheckUnset, repr, &[slice.into(), Arg::Bits(element.index)]);
            }
            let content = self.copied(value, elem);
            if content != Arg::Bits(0) {
                self.effect_of(Op::InitElem, repr, &[slice.into(), content], Entity::None, element.index);
            }
            self.init_type(&Target::Slice { slice: slice.into(), index: Arg::Bits(element.index), ty: elem }, value);
        }
        if matches!(repr, Repr::Struct | Repr::Array) {
            self.fill_holes(elements, len, elem, slice.into());
        }
        self.alloc(u64::from(size::SLICE));
        Value::shared(slice, ty)
    }

    /// Zero values where a slice literal gives none.
    fn fill_holes(&mut self, elements: &[CompositeElement], len: u64, elem: TypeId, slice: Arg) {
        let mut given: Vec<u64> = elements.iter().map(|element| element.index).collect();
        given.sort_unstable();
        given.push(len);
        let repr = self.cx.repr(elem);
        let mut from = 0;
        for to in given {
            let count = to.saturating_sub(from);
            if count > MAX_UNROLLED_HOLES {
                let counter = self.counting_loop(Arg::Bits(count));
                self.charge_zero(elem);
                let zero = self.zero(elem);
                let index = self.value(Op::Add, Repr::I64, Repr::I64, &[counter.index.into(), Arg::Bits(from)]);
                self.effect(Op::StoreIndex, repr, &[slice, index.into(), zero]);
                self.end_counting_loop(counter);
            } else {
                for index in from..to {
                    self.charge_zero(elem);
                    let zero = self.zero(elem);
                    self.effect_of(Op::InitElem, repr, &[slice, zero], Entity::None, index);
                }
            }
            from = to.saturating_add(1);
        }
    }

    /// A slice literal whose keys are evaluated.
    fn computed_slice_literal(&mut self, elements: &[CompositeElement], ty: TypeId) -> Value {
        let elem = self.cx.package.types.elem(ty).unwrap_or(TypeId::ANY);
        let (mut keys, mut values) = (Vec::new(), Vec::new());
        for element in elements {
            keys.push(match element.key {
                Some(key) => {
                    let key = self.eval(key);
                    self.as_int(key)
                }
                None => Arg::Bits(element.index),
            });
            values.push(self.eval(element.value));
        }
        self.op(OpClass::SliceLit2);
        let repr = self.cx.repr(elem);
        let slice = self.value(Op::NewKeyedSlice, repr, Repr::Slice, &keys);
        for (&key, value) in keys.iter().zip(values) {
            if repr == Repr::Iface {
                self.effect(Op::CheckUnset, repr, &[slice.into(), key]);
            }
            let content = self.copied(value, elem);
            self.effect(Op::StoreIndex, repr, &[slice.into(), key, content]);
            self.init_type(&Target::Slice { slice: slice.into(), index: key, ty: elem }, value);
        }
        if matches!(repr, Repr::Struct | Repr::Array) {
            self.fill_computed_holes(&keys, elem, slice.into());
        }
        self.alloc(u64::from(size::SLICE));
        Value::shared(slice, ty)
    }

    /// Zero values where a slice literal with evaluated keys gives none.
    fn fill_computed_holes(&mut self, keys: &[Arg], elem: TypeId, slice: Arg) {
        let len = self.value(Op::Len, Repr::Slice, Repr::I64, &[slice]);
        let counter = self.counting_loop(len.into());
        let given = self.block();
        for &key in keys {
            let next = self.block();
            self.end(Op::BranchEq, Repr::I64, &[counter.index.into(), key], &[given, next]);
            self.switch_to(next);
        }
        self.charge_zero(elem);
        let zero = self.zero(elem);
        self.effect(Op::StoreIndex, self.cx.repr(elem), &[slice, counter.index.into(), zero]);
        self.jump(given);
        self.switch_to(given);
        self.end_counting_loop(counter);
    }

    /// How an array literal ends at an element with a key that is no index, an index outside the array or one given before.
    fn refused_index(&self, element: &CompositeElement, seen: &mut HashSet<u64>, len: u64) -> Option<String> {
        if let Some(key) = element.key
            && let ExprKind::Abort(text) = &self.cx.package.exprs[key].kind
        {
            return Some(text.clone());
        }
        let index = element.index;
        if index >= len {
            return Some(format!("runtime error: index out of range [{index}] with length {len}"));
        }
        (!seen.insert(index)).then(|| duplicate(index))
    }

    /// Aborts at an index that is given twice (spec/01 §1.4).
    fn duplicate_index(&mut self, elements: &[CompositeElement]) -> bool {
        let mut seen = HashSet::new();
        let Some(twice) = elements.iter().find(|element| !seen.insert(element.index)) else { return false };
        self.abort(&duplicate(twice.index));
        true
    }

    fn map_literal(&mut self, elements: &[CompositeElement], ty: TypeId) -> Value {
        let types = &self.cx.package.types;
        let (key_ty, elem_ty) = (types.key(ty).unwrap_or(TypeId::ANY), types.elem(ty).unwrap_or(TypeId::ANY));
        let mut entries = Vec::new();
        for element in elements {
            let key = match element.key {
                Some(key) => self.eval_as(key, key_ty),
                None => Arg::Bits(0),
            };
            let value = self.eval_as(element.value, elem_ty);
            entries.push((key, value));
        }
        self.op(OpClass::MapLit);
        self.alloc(u64::from(size::MAP));
        let desc = self.cx.type_ref(ty);
        let map = self.typed(Op::NewMap, Repr::Map, Repr::Map, &[], desc);
        let repr = self.cx.repr(elem_ty);
        for (key, value) in entries {
            self.effect_of(Op::StoreMap, repr, &[map.into(), key, value], Entity::Type(desc), 0);
        }
        Value::shared(map, ty)
    }
}
