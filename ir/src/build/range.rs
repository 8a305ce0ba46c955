//! `range` (spec/02 §8.2).
//!
//! The first dispatch of an iteration assigns key and value and starts the first statement; the last one advances. Both are one
//! dispatch for an empty body.

use super::emit::{Exits, FunctionBuilder};
use super::place::Target;
use super::value::Value;
use crate::entity::{Block, Reg};
use crate::function::{Arg, Entity};
use crate::op::Op;
use regno_bytecode::event::OpClass;
use regno_bytecode::types::Repr;
use regno_frontend::typed::{Place, RangeKind, RangeStmt, StmtId};
use regno_frontend::types::TypeId;

/// The blocks of a `range` statement.
struct Blocks {
    /// First dispatch of each iteration but the first.
    again: Block,
    /// Assigns key and value.
    assign: Block,
    /// Last dispatch of an iteration.
    next: Block,
    done: Block,
}

/// Whether values of the representation can be read-only (spec/05 §5.1).
pub(super) const fn mutable(repr: Repr) -> bool {
    matches!(repr, Repr::Ptr | Repr::Slice | Repr::Map | Repr::Struct | Repr::Array | Repr::Iface)
}

impl FunctionBuilder<'_, '_> {
    pub(super) fn range_statement(&mut self, id: StmtId, range: &RangeStmt) {
        let outer = self.open_scope(range.scope);
        let operand = self.eval(range.operand);
        let dispatch = match range.kind {
            RangeKind::Array | RangeKind::Slice => OpClass::RangeIter,
            RangeKind::ArrayPointer => OpClass::RangeIterArrayPtr,
            RangeKind::String => OpClass::RangeIterString,
            RangeKind::Map => OpClass::RangeIterMap,
        };
        if let Some(text) = &range.aborts {
            self.op(dispatch);
            self.abort(text);
            self.close_scope(outer);
            return;
        }
        let blocks = Blocks { again: self.block(), assign: self.block(), next: self.block(), done: self.block() };
        self.exits.insert(id, Exits { break_to: blocks.done, continue_to: Some(blocks.next) });
        match range.kind {
            RangeKind::Array => self.range_array(range, operand, &blocks, dispatch),
            RangeKind::Slice => self.range_slice(range, operand, &blocks, dispatch),
            RangeKind::ArrayPointer => self.range_pointer(range, operand, &blocks, dispatch),
            RangeKind::String => self.range_string(range, operand, &blocks, dispatch),
            RangeKind::Map => self.range_map(range, operand, &blocks, dispatch),
        }
        self.switch_to(blocks.done);
        self.close_scope(outer);
    }

    /// The body, up to the last dispatch of the iteration.
    fn range_body(&mut self, range: &RangeStmt, blocks: &Blocks, dispatch: OpClass) {
        self.statements(&range.body, dispatch, false);
        if self.is_open() {
            self.jump(blocks.next);
        }
        self.switch_to(blocks.next);
        if !range.body.is_empty() {
            self.op(dispatch);
        }
    }

    /// The first dispatch of the next iteration.
    fn range_again(&mut self, blocks: &Blocks, dispatch: OpClass) {
        self.switch_to(blocks.again);
        self.op(dispatch);
        self.jump(blocks.assign);
    }

    /// Assigns the key or value variable.
    fn range_target(&mut self, range: &RangeStmt, place: Option<&Place>, value: Value) {
        let Some(place) = place else { return };
        if let (true, Place::Local(var)) = (range.define, place) {
            let content = self.copied(value, self.cx.package.vars[*var].ty);
            self.write_var(*var, content, true);
            self.store_type(&Target::Local(*var), value);
            return;
        }
        let target = self.place(place);
        let before = self.show_target(place, false);
        self.store(&target, value);
        self.target_text = before;
    }

    fn counter(&mut self, start: u64) -> Reg {
        let index = self.hidden(Self::COUNTER);
        self.copy_to(index, Arg::Bits(start), Self::COUNTER);
        index
    }

    /// `index + 1 < len` goes on.
    fn range_advance(&mut self, index: Reg, len: Arg, blocks: &Blocks) {
        let next = self.value(Op::Add, Self::COUNTER, Self::COUNTER, &[index.into(), Arg::Bits(1)]);
        self.copy_to(index, next.into(), Self::COUNTER);
        self.end(Op::BranchLt, Self::COUNTER, &[index.into(), len], &[blocks.again, blocks.done]);
    }

    fn range_slice(&mut self, range: &RangeStmt, operand: Value, blocks: &Blocks, dispatch: OpClass) {
        let elem = self.elem(operand.ty);
        let slice = self.snapshot(operand.arg);
        let len: Arg = match slice {
            Arg::Bits(_) => Arg::Bits(0),
            Arg::Reg(_) => self.value(Op::Len, Repr::Slice, Repr::I64, &[slice]).into(),
        };
        let index = self.counter(0);
        // The dispatch is charged where it leads, which keeps the loop free of an extra jump.
        let empty = self.block();
        self.end(Op::BranchLt, Self::COUNTER, &[index.into(), len], &[blocks.again, empty]);
        self.switch_to(empty);
        self.op(dispatch);
        self.jump(blocks.done);
        self.switch_to(blocks.again);
        self.op(dispatch);
        self.range_element(range, index, (Op::LoadIndex, slice, elem));
        self.range_body(range, blocks, dispatch);
        self.range_advance(index, len, blocks);
    }

    /// The first dispatch copies the array, even if only the key is used (spec/03 Q14).
    fn range_array(&mut self, range: &RangeStmt, operand: Value, blocks: &Blocks, dispatch: OpClass) {
        let elem = self.elem(operand.ty);
        let len = self.array_len(operand.ty);
        let index = self.counter(0);
        self.op(dispatch);
        let array = match range.value {
            Some(_) => self.copied_value(operand).arg,
            None => self.charge_copy(operand).arg,
        };
        self.end(Op::BranchLt, Self::COUNTER, &[index.into(), len], &[blocks.assign, blocks.done]);
        self.range_again(blocks, dispatch);
        self.switch_to(blocks.assign);
        self.range_element(range, index, (Op::LoadElem, array, elem));
        self.range_body(range, blocks, dispatch);
        self.range_advance(index, len, blocks);
    }

    /// Assigns an index and the element at it.
    fn range_element(&mut self, range: &RangeStmt, index: Reg, (load, base, elem): (Op, Arg, TypeId)) {
        self.range_target(range, range.key.as_ref(), Value::shared(index, TypeId::INT));
        if range.value.is_some() {
            let repr = self.cx.repr(elem);
            let load = match load {
                Op::LoadElem if mutable(repr) => Op::RangeElem,
                Op::LoadIndex if mutable(repr) => Op::RangeIndex,
                _ => load,
            };
            let value = self.value(load, repr, repr, &[base, index.into()]);
            let find = if matches!(load, Op::LoadElem | Op::RangeElem) { Op::SlotType } else { Op::IndexType };
            let dynamic = self.slot_type(find, base, index.into(), elem);
            self.range_target(range, range.value.as_ref(), Value { dynamic, ..Value::shared(value, elem) });
        }
    }

    fn range_pointer(&mut self, range: &RangeStmt, operand: Value, blocks: &Blocks, dispatch: OpClass) {
        let array_ty = self.elem(operand.ty);
        let elem = self.elem(array_ty);
        let len = self.array_len(array_ty);
        let pointer = self.snapshot(operand.arg);
        let index = self.counter(0);
        self.op(dispatch);
        // A nil pointer panics in the first dispatch.
        self.value(Op::LoadPtr, Repr::Array, Repr::Array, &[pointer]);
        self.end(Op::BranchLt, Self::COUNTER, &[index.into(), len], &[blocks.assign, blocks.done]);
        self.range_again(blocks, dispatch);
        self.switch_to(blocks.assign);
        self.range_target(range, range.key.as_ref(), Value::shared(index, TypeId::INT));
        if range.value.is_some() {
            let repr = self.cx.repr(elem);
            let array = self.value(Op::LoadPtr, Repr::Array, Repr::Array, &[pointer]);
            let value = self.value(Op::LoadElem, repr, repr, &[array.into(), index.into()]);
            let dynamic = self.slot_type(Op::SlotType, array.into(), index.into(), elem);
            self.range_target(range, range.value.as_ref(), Value { dynamic, ..Value::shared(value, elem) });
        }
        self.range_body(range, blocks, dispatch);
        self.range_advance(index, len, blocks);
    }

    fn range_string(&mut self, range: &RangeStmt, operand: Value, blocks: &Blocks, dispatch: OpClass) {
        let text = self.snapshot(operand.arg);
        let len: Arg = self.value(Op::Len, Repr::Str, Repr::I64, &[text]).into();
        let (position, after) = (self.counter(0), self.counter(0));
        self.op(dispatch);
        self.end(Op::BranchLt, Self::COUNTER, &[position.into(), len], &[blocks.assign, blocks.done]);
        self.range_again(blocks, dispatch);
        self.switch_to(blocks.assign);
        let (rune, width) = (self.temp(Repr::I32), self.temp(Repr::I64));
        let mut data = self.data(Op::DecodeRune, Repr::Str, &[text, position.into()]);
        data.results.extend([rune, width]);
        self.push(data);
        let next = self.value(Op::Add, Self::COUNTER, Self::COUNTER, &[position.into(), width.into()]);
        self.copy_to(after, next.into(), Self::COUNTER);
        self.range_target(range, range.key.as_ref(), Value::shared(position, TypeId::INT));
        self.range_target(range, range.value.as_ref(), Value::shared(rune, TypeId::INT32));
        self.range_body(range, blocks, dispatch);
        self.copy_to(position, after.into(), Self::COUNTER);
        self.end(Op::BranchLt, Self::COUNTER, &[position.into(), len], &[blocks.again, blocks.done]);
    }

    fn range_map(&mut self, range: &RangeStmt, operand: Value, blocks: &Blocks, dispatch: OpClass) {
        let types = &self.cx.package.types;
        let (key_ty, elem) =
            (types.key(operand.ty).unwrap_or(TypeId::ANY), types.elem(operand.ty).unwrap_or(TypeId::ANY));
        let map = self.snapshot(operand.arg);
        let (key_repr, elem_repr) = (self.cx.repr(key_ty), self.cx.repr(elem));
        let iterator = self.hidden(Repr::Raw);
        let (key, value) = (self.hidden(key_repr), self.hidden(elem_repr));
        let start = self.value(Op::StartMapIter, Repr::Map, Repr::Raw, &[map]);
        self.copy_to(iterator, start.into(), Repr::Raw);
        self.op(dispatch);
        self.map_step(iterator, map, key, value, blocks.assign, blocks.done);
        self.range_again(blocks, dispatch);
        self.switch_to(blocks.assign);
        self.range_target(range, range.key.as_ref(), Value::shared(key, key_ty));
        self.range_target(range, range.value.as_ref(), Value::shared(value, elem));
        self.range_body(range, blocks, dispatch);
        self.map_step(iterator, map, key, value, blocks.again, blocks.done);
    }

    fn map_step(&mut self, iterator: Reg, map: Arg, key: Reg, value: Reg, more: Block, done: Block) {
        let found = self.temp(Repr::Bool);
        let mut data = self.data(Op::NextMapIter, Repr::Map, &[iterator.into(), map]);
        data.results.extend([iterator, found, key, value]);
        data.entity = Entity::None;
        self.push(data);
        self.branch(found.into(), more, done);
    }

    fn elem(&self, ty: TypeId) -> TypeId {
        self.cx.package.types.elem(ty).unwrap_or(TypeId::ANY)
    }

    fn array_len(&self, ty: TypeId) -> Arg {
        let len = self.cx.package.types.array_len(ty).unwrap_or(0);
        Arg::Bits(u64::try_from(len).unwrap_or(0))
    }
}
