//! Constants, zero values, copies, and conversions of concrete values to interfaces.

use super::Context;
use super::charge::CopyPlan;
use super::emit::FunctionBuilder;
use crate::function::{Arg, Entity};
use crate::op::Op;
use regno_bytecode::types::Repr;
use regno_frontend::constant::Constant;
use regno_frontend::types::TypeId;

/// An evaluated operand.
#[derive(Clone, Copy)]
pub(super) struct Value {
    /// Slot bits or register.
    pub arg: Arg,
    /// Its type at run time.
    pub ty: TypeId,
    /// A struct or array that nobody else refers to: a copy of it would be the same.
    pub fresh: bool,
    /// The number of its type where that may not be `ty`: 0 if it is.
    pub dynamic: Option<Arg>,
}

impl Value {
    /// A value that may be shared.
    pub fn shared(arg: impl Into<Arg>, ty: TypeId) -> Value {
        Value { arg: arg.into(), ty, fresh: false, dynamic: None }
    }

    /// A value that nobody else refers to.
    pub fn fresh(arg: impl Into<Arg>, ty: TypeId) -> Value {
        Value { arg: arg.into(), ty, fresh: true, dynamic: None }
    }
}

/// The slot bits of a constant that is no string.
pub(super) fn constant_bits(constant: &Constant, repr: Repr) -> u64 {
    if repr.is_float() {
        let double = match constant {
            Constant::Float32(bits) => return float_bits(f64::from(f32::from_bits(*bits)), repr),
            Constant::Float64(bits) => f64::from_bits(*bits),
            Constant::Dec(value) => value.to_f64(),
            _ => constant.to_int().map_or(0.0, |value| value.to_string().parse().unwrap_or(0.0)),
        };
        return float_bits(double, repr);
    }
    match constant {
        Constant::Bool(value) => u64::from(*value),
        Constant::Fixed(value) => value.bits(),
        Constant::Rune(value) => i64::from(*value) as u64,
        Constant::Float32(bits) => u64::from(*bits),
        Constant::Float64(bits) => *bits,
        Constant::Nil | Constant::Str(_) => 0,
        Constant::Int(_) | Constant::Dec(_) => match constant.to_int() {
            Some(value) => low_bits(&value.to_signed_bytes_le(), repr),
            None => 0,
        },
    }
}

fn float_bits(value: f64, repr: Repr) -> u64 {
    if repr == Repr::F32 { u64::from((value as f32).to_bits()) } else { value.to_bits() }
}

/// The low bits of a two's complement number, normalised to the width of the representation.
fn low_bits(bytes: &[u8], repr: Repr) -> u64 {
    let fill = if bytes.last().is_some_and(|&top| top >= 0x80) { 0xff } else { 0 };
    let mut low = [fill; 8];
    low.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    normalise(u64::from_le_bytes(low), repr)
}

/// Sign- or zero-extends the low bits of an integer representation.
fn normalise(bits: u64, repr: Repr) -> u64 {
    let unused = 64 - repr.bits();
    if repr.is_signed() { (((bits << unused) as i64) >> unused) as u64 } else { (bits << unused) >> unused }
}

/// The slot bits of the number 1.
pub(super) fn one(repr: Repr) -> u64 {
    if repr.is_float() { float_bits(1.0, repr) } else { 1 }
}

impl Context<'_> {
    /// A value of type `from` must be boxed to be used where `to` is wanted.
    pub(super) fn needs_interface(&self, from: TypeId, to: TypeId) -> bool {
        self.is_interface(to) && !self.is_interface(from) && !self.is_nil_type(from)
    }
}

impl FunctionBuilder<'_, '_> {
    /// A constant of a type; `upper` is what its word has behind its width.
    pub fn constant(&mut self, constant: &Constant, ty: TypeId, upper: u64) -> Value {
        if let Constant::Str(bytes) = constant {
            let text = self.cx.string(bytes);
            let arg = self.value_of(Op::StrConst, Repr::Str, Repr::Str, &[], Entity::Str(text), 0);
            let ty = if self.cx.is_interface(ty) { TypeId::STRING } else { ty };
            return Value::shared(arg, ty);
        }
        if matches!(constant, Constant::Nil) {
            return Value::shared(Arg::Bits(0), ty);
        }
        let repr = self.cx.repr(ty);
        let number = Arg::Bits(constant_bits(constant, repr));
        Value::shared(self.with_word(number, repr, upper), ty)
    }

    /// A constant number with its word. Operands of calls do not say how wide they are, so a number that its word does not extend to
    /// gets a register.
    fn with_word(&mut self, number: Arg, repr: Repr, upper: u64) -> Arg {
        match number {
            Arg::Bits(bits) if repr.is_narrow() && (upper != 0 || repr.word(bits) != bits) => {
                self.over(number, Arg::Bits(upper), repr)
            }
            _ => number,
        }
    }

    /// The zero value of a type, without its charges.
    pub fn zero(&mut self, ty: TypeId) -> Arg {
        match self.cx.repr(ty) {
            repr @ (Repr::Struct | Repr::Array) => {
                let desc = self.cx.type_ref(ty);
                self.typed(Op::Zero, repr, repr, &[], desc).into()
            }
            _ => Arg::Bits(0),
        }
    }

    /// `value` where `to` is wanted, not copied.
    pub fn converted(&mut self, value: Value, to: TypeId) -> Arg {
        if !self.cx.needs_interface(value.ty, to) {
            return value.arg;
        }
        let repr = self.cx.repr(value.ty);
        let desc = self.cx.type_ref(value.ty);
        let iface = self.typed(Op::MakeIface, repr, Repr::Iface, &[value.arg], desc);
        self.retyped(iface, value).into()
    }

    /// A copy of `value`, charged, as it is stored where `to` is wanted (spec/03 §4).
    pub fn copied(&mut self, value: Value, to: TypeId) -> Arg {
        let copy = self.copy(value, true);
        self.converted(copy, to)
    }

    /// A copy of `value`, charged, still of its own type.
    pub fn copied_value(&mut self, value: Value) -> Value {
        self.copy(value, true)
    }

    /// The charges of a copy that nobody can tell from the original; the original, unless only the copying operation knows the
    /// charges.
    pub fn charge_copy(&mut self, value: Value) -> Value {
        self.copy(value, false)
    }

    /// Whether storing a value of the type charges or copies anything.
    pub fn has_copy(&mut self, ty: TypeId) -> bool {
        self.cx.is_interface(ty) || *self.cx.copy_plan(ty) != CopyPlan::None
    }

    fn copy(&mut self, value: Value, effect: bool) -> Value {
        if self.cx.is_nil_type(value.ty) {
            return value;
        }
        if self.cx.is_interface(value.ty) {
            if matches!(value.arg, Arg::Bits(_)) {
                return value;
            }
            let copy = self.value(Op::CopyIface, Repr::Iface, Repr::Iface, &[value.arg]);
            return Value::fresh(copy, value.ty);
        }
        let plan = self.cx.copy_plan(value.ty);
        let op = match &*plan {
            CopyPlan::None => return value,
            CopyPlan::Static(charges) => {
                charges.iter().for_each(|&bytes| self.alloc(bytes));
                if value.fresh || !effect {
                    return value;
                }
                Op::CopyValue
            }
            CopyPlan::Dynamic => Op::CopyValueDyn,
        };
        let repr = self.cx.repr(value.ty);
        let desc = self.cx.type_ref(value.ty);
        let copy = self.typed(op, repr, repr, &[value.arg], desc);
        Value { dynamic: value.dynamic, ..Value::fresh(copy, value.ty) }
    }
}
