//! Run-time conversions `T(x)` (spec/01 §1.10, spec/03 §4.6).

use super::emit::FunctionBuilder;
use super::range::mutable;
use super::value::Value;
use crate::function::{Arg, Entity};
use crate::op::Op;
use regno_bytecode::event::OpClass;
use regno_bytecode::op::convert;
use regno_bytecode::types::Repr;
use regno_frontend::typed::{ExprId, TypeExprId};
use regno_frontend::types::{Kind, TypeId};

impl FunctionBuilder<'_, '_> {
    /// A conversion whose `Eval` is charged. `shift` marks a shift count, whose sign the reference checks before the conversion.
    pub(super) fn convert(&mut self, target: TypeExprId, operand: ExprId, to: TypeId, shift: bool) -> Value {
        self.type_expr(target);
        let value = self.eval(operand);
        self.op(OpClass::Precall);
        if shift {
            self.check_shift(value);
        }
        self.op(OpClass::Convert);
        let value = self.copied_value(value);
        self.check_convert(value, to);
        self.converted_to(value, to)
    }

    /// The rules of realms for conversions (spec/05 §5.5). Only packages that realms can take part in ask for them.
    fn check_convert(&mut self, value: Value, to: TypeId) {
        if !self.cx.guarded || self.cx.is_nil_type(value.ty) {
            return;
        }
        if mutable(self.cx.repr(value.ty)) && value.arg.reg().is_some() {
            let from = Entity::Type(self.cx.type_ref(value.ty));
            self.effect_of(Op::CheckConvert, self.cx.repr(value.ty), &[value.arg], from, u64::from(convert::FROM));
        }
        let types = &self.cx.package.types;
        if types.as_named(to).is_some() && mutable(self.cx.repr(to)) && value.arg.reg().is_some() {
            let target = Entity::Type(self.cx.type_ref(to));
            self.effect_of(Op::CheckConvert, self.cx.repr(value.ty), &[value.arg], target, u64::from(convert::TO));
        }
    }

    fn converted_to(&mut self, value: Value, to: TypeId) -> Value {
        if self.cx.is_nil_type(value.ty) {
            return Value::shared(value.arg, to);
        }
        if self.cx.is_interface(to) {
            return Value { fresh: value.fresh, ..Value::shared(self.converted(value, to), to) };
        }
        let (from_repr, to_repr) = (self.cx.repr(value.ty), self.cx.repr(to));
        if let Some(op) = self.text_conversion(value.ty, to) {
            return Value::shared(self.value(op, from_repr, to_repr, &[value.arg]), to);
        }
        let numeric = |repr: Repr| repr.is_int() || repr.is_float();
        if from_repr != to_repr && numeric(from_repr) && numeric(to_repr) {
            let code = to_repr as u64;
            let arg = self.value_of(Op::Convert, from_repr, to_repr, &[value.arg], Entity::None, code);
            return Value::shared(arg, to);
        }
        Value { ty: to, dynamic: None, ..value }
    }

    /// The operation of a conversion between strings, integers, and byte and rune slices.
    fn text_conversion(&self, from: TypeId, to: TypeId) -> Option<Op> {
        let types = &self.cx.package.types;
        let elem_kind = |ty| types.elem(ty).map(|elem| types.kind(elem));
        match (types.kind(from), types.kind(to)) {
            (kind, Kind::String) if kind.is_integer() => Some(Op::StrFromInt),
            (Kind::Slice, Kind::String) => match elem_kind(from) {
                Some(Kind::Int32) => Some(Op::StrFromRunes),
                _ => Some(Op::StrFromBytes),
            },
            (Kind::String, Kind::Slice) => match elem_kind(to) {
                Some(Kind::Int32) => Some(Op::RunesFromStr),
                _ => Some(Op::BytesFromStr),
            },
            _ => None,
        }
    }

    /// A size or bound of any numeric type as `int`.
    pub(super) fn as_int(&mut self, value: Value) -> Arg {
        let repr = self.cx.repr(value.ty);
        if repr.is_float() {
            return self.converted_to(value, TypeId::INT).arg;
        }
        value.arg
    }
}
