//! Predeclared functions, built in line (spec/02 §9.2, spec/03 §4.1, §4.5).
//!
//! A native call is `Eval`, the name, the arguments, `Precall`, `Call`, the block, the argument copies, `CallNativeBody`, the effect,
//! `Return`. A deferred one copies its arguments at the `defer` statement and runs in a function of its own.

use super::Context;
use super::emit::FunctionBuilder;
use super::value::Value;
use crate::entity::FuncRef;
use crate::function::{Arg, Entity, FunctionKind};
use crate::op::Op;
use regno_bytecode::event::{OpClass, size};
use regno_bytecode::types::Repr;
use regno_frontend::typed::{Builtin, Spread};
use regno_frontend::types::{Kind, TypeId};

/// Names in the block of a native function.
pub(super) fn slots(builtin: Builtin) -> u64 {
    match builtin {
        Builtin::Append | Builtin::Copy | Builtin::Make => 3,
        Builtin::Cap | Builtin::Len | Builtin::Delete | Builtin::New | Builtin::IsTypedNil | Builtin::Revive => 2,
        Builtin::AddressString | Builtin::AddressIsValid => 2,
        Builtin::Print | Builtin::Println | Builtin::Panic | Builtin::Recover => 1,
        Builtin::Reserved(_) => 0,
    }
}

/// Number of arguments before the variadic ones; `None` if the function is not variadic.
fn fixed_args(builtin: Builtin) -> Option<usize> {
    match builtin {
        Builtin::Append | Builtin::Make => Some(1),
        Builtin::Print | Builtin::Println => Some(0),
        _ => None,
    }
}

impl FunctionBuilder<'_, '_> {
    /// A native call: everything after the evaluation of callee and arguments.
    pub(super) fn native_call(
        &mut self,
        builtin: Builtin,
        receiver: Option<Value>,
        values: Vec<Value>,
        spread: Spread,
        ty: TypeId,
    ) -> Vec<Value> {
        let values: Vec<Value> = receiver.into_iter().chain(values).collect();
        self.op(OpClass::Precall);
        let caller = self.state;
        self.native_state(Some(caller), None, &[]);
        self.op(OpClass::Call);
        self.native_block(builtin);
        self.native_state(Some(caller), Some(slots(builtin)), &[]);
        let values = self.native_arguments(builtin, &values, spread, false);
        self.op(OpClass::CallNativeBody);
        self.native_body(builtin, &values, spread);
        let results = self.native_effect(builtin, &values, spread, ty, false);
        self.op(OpClass::Return);
        self.go_to_state(caller);
        results
    }

    /// The block of a predeclared function has its arguments.
    pub(super) fn native_body(&mut self, builtin: Builtin, values: &[Value], spread: Spread) {
        let packed =
            fixed_args(builtin).filter(|_| spread != Spread::Slice).map(|fixed| values.len().saturating_sub(fixed));
        match builtin {
            // The slice of its variadic arguments is a real one.
            Builtin::Append => {}
            Builtin::Make => self.native_args(builtin, packed, &[]),
            Builtin::New => self.native_args(builtin, None, &[]),
            _ => self.native_args(builtin, packed, values),
        }
    }

    pub(super) fn native_block(&mut self, builtin: Builtin) {
        self.alloc(u64::from(size::BLOCK) + u64::from(size::SLOT) * slots(builtin));
    }

    /// Charges argument copies and packing. With `keep` the copies live on, else the native only reads them at once.
    pub(super) fn native_arguments(
        &mut self,
        builtin: Builtin,
        values: &[Value],
        spread: Spread,
        keep: bool,
    ) -> Vec<Value> {
        let copy = |b: &mut Self, value: Value| if keep { b.copied_value(value) } else { b.charge_copy(value) };
        let fixed = match fixed_args(builtin) {
            Some(fixed) if spread != Spread::Slice => fixed.min(values.len()),
            // The type that `new` takes is no value.
            _ if builtin == Builtin::New => return values.to_vec(),
            _ => return values.iter().map(|&value| copy(self, value)).collect(),
        };
        let (first, rest) = values.split_at(fixed);
        let rest: Vec<Value> = rest.iter().map(|&value| copy(self, value)).collect();
        self.alloc(u64::from(size::SLICE));
        self.alloc(u64::from(size::ARRAY) + u64::from(size::SLOT) * rest.len() as u64);
        let mut all: Vec<Value> = Vec::with_capacity(values.len());
        for (index, &value) in first.iter().enumerate() {
            let is_type = builtin == Builtin::Make && index == 0;
            all.push(if is_type { value } else { copy(self, value) });
        }
        all.extend(rest);
        all
    }

    /// What the native does, after its own op is charged.
    pub(super) fn native_effect(
        &mut self,
        builtin: Builtin,
        values: &[Value],
        spread: Spread,
        ty: TypeId,
        deferred: bool,
    ) -> Vec<Value> {
        let nothing = Value::shared(Arg::Bits(0), TypeId::UNTYPED_NIL);
        let first = values.first().copied().unwrap_or(nothing);
        let second = values.get(1).copied().unwrap_or(nothing);
        let result = match builtin {
            Builtin::Append => self.append(first, values.get(1..).unwrap_or_default(), spread, ty),
            Builtin::Len | Builtin::Cap => Value::shared(self.length(first, builtin == Builtin::Cap), TypeId::INT),
            Builtin::Copy if self.cx.package.types.kind(first.ty) == Kind::Array => {
                self.abort("should not happen");
                Value::shared(Arg::Bits(0), TypeId::INT)
            }
            Builtin::Copy => {
                let desc = self.cx.type_ref(first.ty);
                let args = [first.arg, second.arg];
                Value::shared(self.typed(Op::CopySlice, Repr::Slice, Repr::I64, &args, desc), TypeId::INT)
            }
            Builtin::Delete => {
                let key = self.cx.package.types.key(first.ty).unwrap_or(second.ty);
                let key = self.converted(second, key);
                let entity = Entity::Type(self.cx.type_ref(first.ty));
                self.effect_of(Op::DeleteMap, Repr::Map, &[first.arg, key], entity, 0);
                return Vec::new();
            }
            Builtin::Make => self.make(values.get(1..).unwrap_or_default(), ty),
            Builtin::New => self.new_pointer(ty),
            Builtin::Panic => {
                let value = self.copied(first, TypeId::ANY);
                self.native_args(builtin, None, &[Value::shared(value, TypeId::ANY)]);
                self.end(Op::Panic, Repr::Iface, &[value], &[]);
                return Vec::new();
            }
            Builtin::Print | Builtin::Println => {
                self.print(values, spread, builtin == Builtin::Println);
                return Vec::new();
            }
            // Deferred directly it sees no panic of its own caller (spec/02 §10).
            Builtin::Recover if deferred => nothing,
            Builtin::Recover => Value::shared(self.value(Op::Recover, Repr::Iface, Repr::Iface, &[]), TypeId::ANY),
            Builtin::IsTypedNil => self.is_typed_nil(first),
            Builtin::Revive => {
                self.effect(Op::CheckRevive, Repr::Raw, &[]);
                self.ops(&[OpClass::Precall]);
                self.effect(Op::CheckFunc, Repr::Func, &[first.arg]);
                self.op(OpClass::Call);
                self.effect_of(Op::CallValue, Repr::Raw, &[first.arg], Entity::None, 16);
                Value::shared(self.value(Op::Revived, Repr::Iface, Repr::Iface, &[]), TypeId::ANY)
            }
            Builtin::AddressString => Value::shared(first.arg, TypeId::STRING),
            Builtin::AddressIsValid => {
                Value::shared(self.value(Op::IsAddress, Repr::Str, Repr::Bool, &[first.arg]), TypeId::BOOL)
            }
            // The checker refuses every use.
            Builtin::Reserved(_) => nothing,
        };
        vec![result]
    }

    fn append(&mut self, slice: Value, values: &[Value], spread: Spread, ty: TypeId) -> Value {
        if self.cx.package.types.kind(slice.ty) == Kind::Array {
            self.abort("should not happen");
            return Value::shared(Arg::Bits(0), ty);
        }
        let ty = if self.cx.package.types.kind(ty) == Kind::Slice { ty } else { slice.ty };
        let elem = self.cx.package.types.elem(ty).unwrap_or(TypeId::ANY);
        let added = if spread == Spread::Slice {
            values.first().map_or(Arg::Bits(0), |value| value.arg)
        } else if values.is_empty() {
            return self.unchanged(slice, ty);
        } else {
            let contents: Vec<Arg> = values.iter().map(|&value| self.converted(value, elem)).collect();
            self.pack(values, &contents, elem, 0)
        };
        if added == Arg::Bits(0) {
            return self.unchanged(slice, ty);
        }
        let desc = self.cx.type_ref(ty);
        let packed = (spread != Spread::Slice).then_some(0);
        self.native_args(Builtin::Append, packed, &[slice, Value::shared(added, ty)]);
        Value::shared(self.typed(Op::Append, Repr::Slice, Repr::Slice, &[slice.arg, added], desc), ty)
    }

    /// `append` of nothing: the slice, which is no longer read-only (spec/05 §5.4).
    fn unchanged(&mut self, slice: Value, ty: TypeId) -> Value {
        if !self.cx.guarded || slice.arg == Arg::Bits(0) {
            return slice;
        }
        let desc = self.cx.type_ref(ty);
        Value::shared(self.typed(Op::Append, Repr::Slice, Repr::Slice, &[slice.arg, Arg::Bits(0)], desc), ty)
    }

    fn length(&mut self, value: Value, capacity: bool) -> Arg {
        let types = &self.cx.package.types;
        let array = match types.kind(value.ty) {
            Kind::Pointer => types.elem(value.ty).and_then(|elem| types.array_len(elem)),
            _ => types.array_len(value.ty),
        };
        if let Some(len) = array {
            self.check_measured(value, capacity);
            return Arg::Bits(len.max(0) as u64);
        }
        let repr = self.cx.repr(value.ty);
        match (repr, capacity) {
            (Repr::Slice, true) => self.value(Op::Cap, repr, Repr::I64, &[value.arg]).into(),
            (Repr::Str | Repr::Slice | Repr::Map, false) => self.value(Op::Len, repr, Repr::I64, &[value.arg]).into(),
            _ => {
                let text = self.no_length(value.ty, capacity);
                self.abort(&text);
                Arg::Bits(0)
            }
        }
    }

    fn no_length(&self, ty: TypeId, capacity: bool) -> String {
        let native = if capacity { "cap" } else { "len" };
        format!("unexpected type for {native}(): {}", self.cx.package.types.type_string(ty))
    }

    /// **Quirk**: a nil pointer has a length only where the array type that it points to has no name.
    fn check_measured(&mut self, value: Value, capacity: bool) {
        let types = &self.cx.package.types;
        let named = types.elem(value.ty).is_some_and(|elem| types.as_named(elem).is_some());
        if types.kind(value.ty) != Kind::Pointer || !named {
            return;
        }
        let is_nil = self.value(Op::Eq, Repr::Ptr, Repr::Bool, &[value.arg, Arg::Bits(0)]);
        let (refused, measured) = (self.block(), self.block());
        self.branch(is_nil.into(), refused, measured);
        self.switch_to(refused);
        let text = self.no_length(value.ty, capacity);
        self.abort(&text);
        self.jump(measured);
        self.switch_to(measured);
    }

    fn make(&mut self, sizes: &[Value], ty: TypeId) -> Value {
        if let Some(text) = self.refuse_make(sizes, ty) {
            self.abort(&text);
            return Value::shared(self.zero(ty), ty);
        }
        let sizes: Vec<Arg> = sizes.iter().map(|&size| self.as_int(size)).collect();
        let desc = self.cx.type_ref(ty);
        match self.cx.package.types.kind(ty) {
            Kind::Slice => {
                let len = sizes.first().copied().unwrap_or(Arg::Bits(0));
                let cap = sizes.get(1).copied().unwrap_or(len);
                let one_size = u64::from(sizes.len() < 2);
                let entity = Entity::Type(desc);
                Value::shared(self.value_of(Op::MakeSlice, Repr::Slice, Repr::Slice, &[len, cap], entity, one_size), ty)
            }
            Kind::Map => {
                let hint = sizes.first().copied().unwrap_or(Arg::Bits(0));
                Value::shared(self.typed(Op::MakeMap, Repr::Map, Repr::Map, &[hint], desc), ty)
            }
            _ => {
                self.abort("not yet implemented");
                Value::shared(Arg::Bits(0), ty)
            }
        }
    }

    /// The abort of a `make` that is accepted but cannot succeed (spec/01 §6.2).
    fn refuse_make(&self, sizes: &[Value], ty: TypeId) -> Option<String> {
        let types = &self.cx.package.types;
        let kind = types.kind(ty);
        match (kind, sizes.len()) {
            (Kind::Slice, 1 | 2) | (Kind::Map | Kind::Chan, 0 | 1) => {}
            (Kind::Slice, _) => return Some("make() of slice type takes 2 or 3 arguments".to_owned()),
            (Kind::Map, _) => return Some("make() of map type takes 1 or 2 arguments".to_owned()),
            (Kind::Chan, _) => return Some("make() of chan type takes 1 or 2 arguments".to_owned()),
            _ => return Some(format!("cannot make type {} kind {kind}", types.type_string(ty))),
        }
        let size = sizes.iter().map(|size| types.kind(size.ty)).find(|kind| !kind.is_numeric())?;
        Some(format!("cannot convert {size} to IntKind"))
    }

    fn new_pointer(&mut self, ty: TypeId) -> Value {
        let elem = self.cx.package.types.elem(ty).unwrap_or(ty);
        self.charge_zero(elem);
        self.allocs(&[size::POINTER, size::HEAP_ITEM, size::TYPE]);
        let zero = self.zero(elem);
        let repr = self.cx.repr(elem);
        let cell = self.value(Op::NewCell, repr, Repr::Cell, &[zero]);
        Value::shared(self.value(Op::AddrCell, Repr::Ptr, Repr::Ptr, &[cell.into()]), ty)
    }

    /// Values whose type has a `String` or `Error` method are replaced by its result first.
    fn print(&mut self, values: &[Value], spread: Spread, line: bool) {
        self.op(OpClass::Print);
        if spread == Spread::Slice {
            let Some(&slice) = values.first() else { return };
            let boxed = self.converted(slice, TypeId::ANY);
            let elements = self.value(Op::BoxElements, Repr::Iface, Repr::Slice, &[boxed]);
            if self.cx.package.types.elem(slice.ty).is_some_and(|elem| self.cx.may_stringify(elem)) {
                self.stringify_elements(elements.into());
            }
            self.effect_of(Op::Print, Repr::Slice, &[elements.into()], Entity::None, 2 | u64::from(line));
            return;
        }
        let mut args = Vec::new();
        for &value in values {
            let boxed = self.converted(value, TypeId::ANY);
            let methods = self.cx.may_stringify(value.ty) || value.dynamic.is_some();
            let text = !self.cx.is_nil_type(value.ty) && methods;
            args.push(if text { self.value(Op::Stringify, Repr::Iface, Repr::Iface, &[boxed]).into() } else { boxed });
        }
        self.effect_of(Op::Print, Repr::Iface, &args, Entity::None, u64::from(line));
    }

    /// Replaces the elements of a slice of interfaces by what their methods give.
    fn stringify_elements(&mut self, slice: Arg) {
        let len = self.value(Op::Len, Repr::Slice, Repr::I64, &[slice]);
        let index = self.hidden(Repr::I64);
        self.copy_to(index, Arg::Bits(0), Repr::I64);
        let (test, body, done) = (self.block(), self.block(), self.block());
        self.jump(test);
        self.switch_to(test);
        self.end(Op::BranchLt, Repr::I64, &[index.into(), len.into()], &[body, done]);
        self.switch_to(body);
        let element = self.value(Op::LoadIndex, Repr::Iface, Repr::Iface, &[slice, index.into()]);
        let text = self.value(Op::Stringify, Repr::Iface, Repr::Iface, &[element.into()]);
        self.effect(Op::StoreIndex, Repr::Iface, &[slice, index.into(), text.into()]);
        let next = self.value(Op::Add, Repr::I64, Repr::I64, &[index.into(), Arg::Bits(1)]);
        self.copy_to(index, next.into(), Repr::I64);
        self.jump(test);
        self.switch_to(done);
    }

    fn is_typed_nil(&mut self, value: Value) -> Value {
        let repr = self.cx.repr(value.ty);
        let nilable = matches!(repr, Repr::Ptr | Repr::Slice | Repr::Map | Repr::Func | Repr::Chan);
        let result: Arg = if nilable && !self.cx.is_nil_type(value.ty) {
            self.value(Op::Eq, repr, Repr::Bool, &[value.arg, Arg::Bits(0)]).into()
        } else if repr == Repr::Iface {
            self.value(Op::IsTypedNil, Repr::Iface, Repr::Bool, &[value.arg]).into()
        } else {
            Arg::Bits(0)
        };
        // A new bool, not the operand's place.
        Value::shared(self.over(result, Arg::Bits(0), Repr::Bool), TypeId::BOOL)
    }
}

impl Context<'_> {
    /// A predeclared method as a function of its receiver, for method values and dispatch.
    pub(super) fn native_method(&mut self, builtin: Builtin) -> FuncRef {
        if let Some(&(_, known)) = self.native_methods.iter().find(|(other, _)| *other == builtin) {
            return known;
        }
        let mut b = FunctionBuilder::new(self, builtin.name(), FunctionKind::Synthetic, 0);
        b.native_state(None, None, &[]);
        let receiver = b.temp(Repr::Str);
        b.function.params.push(receiver);
        b.function.results.push(if builtin == Builtin::AddressString { Repr::Str } else { Repr::Bool });
        b.native_block(builtin);
        b.native_state(None, Some(slots(builtin)), &[]);
        b.op(OpClass::CallNativeBody);
        let value = Value::shared(receiver, TypeId::ADDRESS);
        let results = b.native_effect(builtin, &[value], Spread::None, TypeId::INVALID, false);
        b.op(OpClass::Return);
        let args: Vec<Arg> = results.iter().map(|value| value.arg).collect();
        b.end(Op::Return, Repr::Raw, &args, &[]);
        let function = b.finish();
        let func = self.add_function(function);
        self.native_methods.push((builtin, func));
        func
    }

    /// The function that stands for a method of realm values in method tables: entered as a native, it fails (spec/05 §2.4).
    pub(super) fn realm_method(&mut self, name: &str, signature: TypeId) -> FuncRef {
        let types = &self.package.types;
        let (mut params, mut results) = (vec![Repr::Struct], Vec::new());
        if let Some(func) = types.as_func(signature) {
            params.extend(func.params.iter().map(|param| self.repr(param.ty)));
            results.extend(func.results.iter().map(|result| self.repr(result.ty)));
        }
        let names = (params.len() + results.len()) as u64;
        let mut b = FunctionBuilder::new(self, name, FunctionKind::Synthetic, 0);
        b.native_state(None, None, &[]);
        for repr in params {
            let reg = b.temp(repr);
            b.function.params.push(reg);
        }
        let nothing = vec![Arg::Bits(0); results.len()];
        b.function.results.extend(results);
        b.alloc(u64::from(size::BLOCK) + u64::from(size::SLOT) * names);
        b.native_state(None, Some(names), &[]);
        b.op(OpClass::CallNativeBody);
        b.abort("not yet implemented");
        b.end(Op::Return, Repr::Raw, &nothing, &[]);
        let function = b.finish();
        self.add_function(function)
    }
}
