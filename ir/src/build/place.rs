//! Assignable places: operands, address, load and store (spec/02 §6.3).

use super::emit::FunctionBuilder;
use super::value::Value;
use crate::entity::{GlobalRef, TypeRef};
use crate::function::{Arg, Entity};
use crate::op::Op;
use regno_bytecode::event::OpClass;
use regno_bytecode::types::Repr;
use regno_frontend::typed::{IndexKind, Place, VarId};
use regno_frontend::types::TypeId;

/// How a field is reached.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Of a struct.
    Direct,
    /// Of the declared struct that a pointer points to.
    Pointer,
    /// Of the unnamed struct that a pointer points to: nil is fatal (spec/05 §6.3).
    UnnamedPointer,
}

/// A place whose operands are evaluated.
#[derive(Clone, Copy)]
pub(super) enum Target {
    Blank,
    Local(VarId),
    Global(GlobalRef, TypeId),
    /// Element of an array object.
    Array {
        array: Arg,
        index: Arg,
        ty: TypeId,
    },
    /// Element of a slice.
    Slice {
        slice: Arg,
        index: Arg,
        ty: TypeId,
    },
    /// Entry of a map.
    Map {
        map: Arg,
        key: Arg,
        map_ty: TypeRef,
        ty: TypeId,
    },
    /// Field of a struct, or of the struct behind a pointer.
    Field {
        base: Arg,
        field: u32,
        access: Access,
        ty: TypeId,
    },
    /// What a pointer points to.
    Pointer {
        pointer: Arg,
        ty: TypeId,
    },
}

impl FunctionBuilder<'_, '_> {
    /// Evaluates the operands of a place.
    pub fn place(&mut self, place: &Place) -> Target {
        let package = self.cx.package;
        match place {
            Place::Blank => Target::Blank,
            Place::Local(var) => Target::Local(*var),
            Place::Global { global, via_package } => {
                if *via_package {
                    self.op(OpClass::Eval);
                }
                Target::Global(self.cx.global(*global), package.globals[*global].ty)
            }
            Place::Index { kind, operand, index } => {
                let operand = self.eval(*operand);
                let elem = package.types.elem(operand.ty).unwrap_or(TypeId::ANY);
                if *kind == IndexKind::Map {
                    let key = self.eval_as(*index, package.types.key(operand.ty).unwrap_or(TypeId::ANY));
                    let map_ty = self.cx.type_ref(operand.ty);
                    return Target::Map { map: operand.arg, key, map_ty, ty: elem };
                }
                let index = self.eval(*index).arg;
                if *kind == IndexKind::String {
                    // A byte of a string has no place: its address is that of a copy.
                    let byte = self.value(Op::LoadStrByte, Repr::U8, Repr::U8, &[operand.arg, index]);
                    let cell = self.value(Op::NewCell, Repr::U8, Repr::Cell, &[byte.into()]);
                    let pointer = self.value(Op::AddrCell, Repr::Ptr, Repr::Ptr, &[cell.into()]).into();
                    return Target::Pointer { pointer, ty: TypeId::UINT8 };
                }
                match kind {
                    IndexKind::Array => Target::Array { array: operand.arg, index, ty: elem },
                    _ => Target::Slice { slice: operand.arg, index, ty: elem },
                }
            }
            Place::Field { operand, field, through_pointer } => {
                let base = self.eval(*operand);
                let mut owner = base.ty;
                if *through_pointer {
                    owner = package.types.elem(owner).unwrap_or(owner);
                }
                let ty = package.types.fields(owner).get(*field as usize).map_or(TypeId::ANY, |field| field.ty);
                Target::Field { base: base.arg, field: *field, access: self.access(base.ty, *through_pointer), ty }
            }
            Place::Deref(operand) => {
                let pointer = self.eval(*operand);
                let ty = package.types.elem(pointer.ty).unwrap_or(TypeId::ANY);
                Target::Pointer { pointer: pointer.arg, ty }
            }
            Place::Literal(literal) => {
                self.eval(*literal);
                Target::Blank
            }
            Place::Unaddressable(_, text) => {
                self.abort(text);
                Target::Blank
            }
        }
    }

    /// How a field of an operand of type `ty` is reached.
    pub fn access(&self, ty: TypeId, through_pointer: bool) -> Access {
        let types = &self.cx.package.types;
        if !through_pointer {
            return Access::Direct;
        }
        match types.elem(ty).and_then(|elem| types.as_named(elem)) {
            Some(_) => Access::Pointer,
            None => Access::UnnamedPointer,
        }
    }

    /// The operation for a field, after the check that the access needs.
    pub fn through(&mut self, access: Access, base: Arg, direct: Op, pointer: Op) -> Op {
        if access == Access::Direct {
            return direct;
        }
        if access == Access::UnnamedPointer {
            let nil = self.value(Op::Eq, Repr::Ptr, Repr::Bool, &[base, Arg::Bits(0)]);
            let (stop, go) = (self.block(), self.block());
            self.branch(nil.into(), stop, go);
            self.switch_to(stop);
            self.abort("interface conversion: gnolang.Value is nil, not gnolang.PointerValue");
            self.switch_to(go);
        }
        pointer
    }

    /// The type of a place; `None` for `_`.
    pub fn target_type(&self, target: &Target) -> Option<TypeId> {
        match *target {
            Target::Blank => None,
            Target::Local(var) => Some(self.cx.package.vars[var].ty),
            Target::Global(_, ty)
            | Target::Array { ty, .. }
            | Target::Slice { ty, .. }
            | Target::Map { ty, .. }
            | Target::Field { ty, .. }
            | Target::Pointer { ty, .. } => Some(ty),
        }
    }

    /// The operands of the place, kept from what other stores of the same statement assign.
    pub fn snapshot_target(&mut self, target: Target) -> Target {
        match target {
            Target::Blank | Target::Local(_) | Target::Global(..) => target,
            Target::Array { array, index, ty } => {
                Target::Array { array: self.snapshot(array), index: self.snapshot(index), ty }
            }
            Target::Slice { slice, index, ty } => {
                Target::Slice { slice: self.snapshot(slice), index: self.snapshot(index), ty }
            }
            Target::Map { map, key, map_ty, ty } => {
                Target::Map { map: self.snapshot(map), key: self.snapshot(key), map_ty, ty }
            }
            Target::Field { base, field, access, ty } => Target::Field { base: self.snapshot(base), field, access, ty },
            Target::Pointer { pointer, ty } => Target::Pointer { pointer: self.snapshot(pointer), ty },
        }
    }

    /// A pointer to the place. Map entries are made if new; their pointer is valid until the next map operation.
    pub fn address(&mut self, target: &Target) -> Arg {
        match *target {
            Target::Blank => Arg::Bits(0),
            Target::Local(var) => {
                let home = self.home(var);
                self.value(Op::AddrCell, Repr::Ptr, Repr::Ptr, &[home.reg.into()]).into()
            }
            Target::Global(global, _) => {
                self.value_of(Op::AddrGlobal, Repr::Ptr, Repr::Ptr, &[], Entity::Global(global), 0).into()
            }
            Target::Array { array, index, ty } => {
                let repr = self.cx.repr(ty);
                self.value(Op::AddrElem, repr, Repr::Ptr, &[array, index]).into()
            }
            Target::Slice { slice, index, ty } => {
                let repr = self.cx.repr(ty);
                self.value(Op::AddrIndex, repr, Repr::Ptr, &[slice, index]).into()
            }
            Target::Map { map, key, map_ty, .. } => {
                self.typed(Op::AddrMap, Repr::Ptr, Repr::Ptr, &[map, key], map_ty).into()
            }
            Target::Field { base, field, access, .. } => {
                let op = self.through(access, base, Op::AddrField, Op::AddrPtrField);
                self.value_of(op, Repr::Ptr, Repr::Ptr, &[base], Entity::None, u64::from(field)).into()
            }
            Target::Pointer { pointer, .. } => pointer,
        }
    }

    /// Stores a value, copied and charged: first the pointer work of the place, then the copy (spec/03 §4.2).
    pub fn store(&mut self, target: &Target, value: Value) {
        let target = *target;
        let Some(ty) = self.target_type(&target) else {
            self.charge_copy(value);
            return;
        };
        let repr = self.cx.repr(ty);
        self.load_assigned(value);
        self.store_value(&target, value, ty, repr);
        self.store_type(&target, value);
    }

    fn store_value(&mut self, target: &Target, value: Value, ty: TypeId, repr: Repr) {
        let target = *target;
        match target {
            Target::Map { map, key, map_ty, .. } => {
                let content = self.converted(value, ty);
                self.effect_of(Op::StoreMap, repr, &[map, key, content], Entity::Type(map_ty), 0);
            }
            Target::Local(_) | Target::Global(..) => {
                let content = self.copied(value, ty);
                self.store_raw(&target, content, ty);
            }
            _ if self.has_copy(value.ty) => {
                // A place that does not exist stops the statement before anything is copied.
                let pointer = self.address(&target);
                if let Target::Pointer { .. } = target {
                    self.value(Op::LoadPtr, repr, repr, &[pointer]);
                }
                let content = self.copied(value, ty);
                self.effect(Op::StorePtr, repr, &[pointer, content]);
            }
            _ => {
                let content = self.copied(value, ty);
                self.store_raw(&target, content, ty);
            }
        }
    }

    /// Stores slot bits that need no copy.
    fn store_raw(&mut self, target: &Target, content: Arg, ty: TypeId) {
        let repr = self.cx.repr(ty);
        match *target {
            Target::Blank | Target::Map { .. } => {}
            Target::Local(var) => self.write_var(var, content, false),
            Target::Global(global, _) => self.effect_of(Op::StoreGlobal, repr, &[content], Entity::Global(global), 0),
            Target::Array { array, index, .. } => self.effect(Op::StoreElem, repr, &[array, index, content]),
            Target::Slice { slice, index, .. } => self.effect(Op::StoreIndex, repr, &[slice, index, content]),
            Target::Field { base, field, access, .. } => {
                let op = self.through(access, base, Op::StoreField, Op::StorePtrField);
                self.effect_of(op, repr, &[base, content], Entity::None, u64::from(field));
            }
            Target::Pointer { pointer, .. } => self.effect(Op::StorePtr, repr, &[pointer, content]),
        }
    }

    /// Changes a place in place: `change` makes the new content from the present one. Both are scalars or strings.
    pub fn update(&mut self, target: &Target, change: impl FnOnce(&mut Self, Value) -> Arg) {
        let target = *target;
        let Some(ty) = self.target_type(&target) else { return };
        let repr = self.cx.repr(ty);
        // A string that is made must not be charged where the place refuses the write.
        let made = self.cx.guarded && repr == Repr::Str;
        let present = match target {
            Target::Blank => return,
            Target::Local(var) => self.read_var(var),
            Target::Global(global, _) => {
                self.value_of(Op::LoadGlobal, repr, repr, &[], Entity::Global(global), 0).into()
            }
            _ if made || matches!(target, Target::Map { .. }) => {
                let pointer = self.address(&target);
                let present = self.value(Op::LoadPtr, repr, repr, &[pointer]);
                let content = change(self, Value::shared(present, ty));
                self.effect(Op::StorePtr, repr, &[pointer, content]);
                return;
            }
            Target::Map { .. } => return,
            Target::Array { array, index, .. } => self.value(Op::LoadElem, repr, repr, &[array, index]).into(),
            Target::Slice { slice, index, .. } => self.value(Op::LoadIndex, repr, repr, &[slice, index]).into(),
            Target::Field { base, field, access, .. } => {
                let op = self.through(access, base, Op::LoadField, Op::LoadPtrField);
                self.value_of(op, repr, repr, &[base], Entity::None, u64::from(field)).into()
            }
            Target::Pointer { pointer, .. } => self.value(Op::LoadPtr, repr, repr, &[pointer]).into(),
        };
        let content = change(self, Value::shared(present, ty));
        self.store_raw(&target, content, ty);
    }
}
