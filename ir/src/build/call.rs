//! Calls, method selection, variadic packing (spec/02 §9.1, spec/03 §4.1, §4.4).

use super::emit::FunctionBuilder;
use super::place::Target;
use super::value::Value;
use crate::entity::FuncRef;
use crate::function::{Arg, Entity, Function, FunctionKind, InstData};
use crate::op::Op;
use cranelift_entity::EntityRef;
use regno_bytecode::event::{OpClass, size};
use regno_bytecode::op::{call, new_slice};
use regno_bytecode::types::Repr;
use regno_frontend::constant::Constant;
use regno_frontend::typed::{
    Builtin, Callee, ExprId, ExprKind, FuncId, FuncKind, FuncUse, MethodRef, Receiver, Spread,
};
use regno_frontend::types::TypeId;

/// What a call runs, its operands evaluated.
#[derive(Clone, Copy)]
pub(super) enum Callable {
    /// A function of the package.
    Func(FuncRef),
    /// A function value.
    Value(Arg),
    /// A method found by name, and its receiver.
    Selected(Arg, Arg),
    /// A predeclared function.
    Builtin(Builtin),
}

/// Fields of a realm value: address, path, previous.
const REALM_FIELDS: u64 = 3;

/// An evaluated callee.
pub(super) struct Called {
    pub callable: Callable,
    /// The receiver of a bound method, copied.
    pub receiver: Option<Value>,
    /// Parameter types without the receiver; the last one of a variadic function is the slice.
    pub params: Vec<TypeId>,
    pub results: Vec<TypeId>,
    /// Its first parameter is the realm.
    pub crossing: bool,
    /// Called with `cross`, not `cur`.
    pub crosses: bool,
}

/// A selected method.
pub(super) enum Selected {
    Concrete(FuncId, Value),
    Interface { function: Arg, receiver: Arg, signature: TypeId },
    Native(Builtin, Value),
}

impl FunctionBuilder<'_, '_> {
    /// A call whose own `Eval` is charged.
    pub(super) fn call(&mut self, callee: &Callee, args: &[ExprId], spread: Spread, ty: TypeId) -> Vec<Value> {
        let mut called = self.callee(callee);
        called.crosses = called.crossing && self.is_cross(args);
        let values = self.eval_list(args);
        if let Callable::Builtin(builtin) = called.callable {
            let text = self.call_text(callee, args);
            let before = std::mem::replace(&mut self.native_text, text);
            let results = self.native_call(builtin, called.receiver, values, spread, ty);
            self.native_text = before;
            return results;
        }
        let expressions = args;
        let args = self.arguments(&values, &called.params, spread);
        self.op(OpClass::Precall);
        if let Callable::Value(function) = called.callable {
            self.effect(Op::CheckFunc, Repr::Func, &[function]);
        }
        if called.crossing {
            // What `cross` gives.
            self.cx.type_ref(TypeId::GREALM);
            if called.crosses {
                // The new realm value is copied to its place; the callee copies it again (spec/03 §4.1).
                self.alloc(u64::from(size::SLOT) * REALM_FIELDS);
                self.alloc(u64::from(size::STRUCT));
            }
            self.op(OpClass::EnterCrossing);
        }
        self.op(OpClass::Call);
        let known = self.is_known(called.callable);
        if !matches!(called.callable, Callable::Value(_)) {
            let fixed = if let Spread::Pack(from) = spread { from as usize } else { values.len() };
            self.pass_argument_types(values.get(..fixed).unwrap_or(&values), &called.params, known);
        }
        let mut data = self.call_data([Op::Call, Op::CallValue, Op::CallSelected], &called, &args, spread);
        let mut results = Vec::new();
        for &ty in &called.results {
            let reg = self.temp(self.cx.repr(ty));
            data.results.push(reg);
            results.push(Value::shared(reg, ty));
        }
        data.text = self.call_text(callee, expressions);
        self.push(data);
        for (result, index) in results.iter_mut().zip(0..) {
            result.dynamic = self.result_type(index, result.ty, known);
        }
        results
    }

    /// Whether the callee is a function of this package with a body.
    fn is_known(&self, callable: Callable) -> bool {
        let Callable::Func(func) = callable else { return false };
        let declared = self.cx.package.funcs.get(FuncId::from_u32(func.as_u32()));
        declared.is_some_and(|func| !func.native && !matches!(func.kind, FuncKind::Imported(_)))
    }

    /// The instruction that calls or defers: one of the three ops, for functions, function values and selected methods.
    pub(super) fn call_data(&mut self, ops: [Op; 3], called: &Called, args: &[Arg], spread: Spread) -> InstData {
        let [func_op, value_op, selected_op] = ops;
        let mut operands: Vec<Arg> = Vec::new();
        let (op, entity) = match called.callable {
            Callable::Func(func) => (func_op, Entity::Func(func)),
            Callable::Value(function) => {
                operands.push(function);
                (value_op, Entity::None)
            }
            Callable::Selected(function, receiver) => {
                operands.extend([function, receiver]);
                (selected_op, Entity::None)
            }
            Callable::Builtin(_) => (func_op, Entity::None),
        };
        operands.extend(called.receiver.map(|receiver| receiver.arg));
        operands.extend_from_slice(args);
        let mut data = self.data(op, Repr::Raw, &operands);
        data.entity = entity;
        let packed = if matches!(spread, Spread::Pack(_)) { call::PACKED } else { 0 };
        // What the call may borrow: a receiver that is a reference.
        let borrowed = called.receiver.is_some_and(|receiver| self.cx.repr(receiver.ty).is_owned());
        let method = borrowed || matches!(called.callable, Callable::Selected(..));
        let method = if method { call::METHOD } else { 0 };
        let crossing = match (called.crossing, called.crosses) {
            (true, true) => call::CROSS,
            (true, false) => call::CUR,
            _ => 0,
        };
        data.index = u64::from(packed | method | crossing);
        data
    }

    /// Evaluates a callee.
    pub(super) fn callee(&mut self, callee: &Callee) -> Called {
        let package = self.cx.package;
        match callee {
            Callee::Func { func, named } => {
                self.op(OpClass::Eval);
                self.package_name(*named == FuncUse::Member);
                self.use_package(*func);
                let callable = Callable::Func(self.cx.func(*func));
                self.called(callable, None, package.funcs[*func].signature, package.funcs[*func].crossing)
            }
            Callee::Method { operand, method } => {
                let position = self.position;
                self.op(OpClass::Eval);
                let called = match self.select_method(*operand, method) {
                    Selected::Concrete(func, receiver) => {
                        let callable = Callable::Func(self.cx.func(func));
                        let declared = &package.funcs[func];
                        self.called(callable, Some(receiver), declared.signature, declared.crossing)
                    }
                    Selected::Interface { function, receiver, signature } => {
                        let crossing = self.is_crossing(signature);
                        self.called(Callable::Selected(function, receiver), None, signature, crossing)
                    }
                    Selected::Native(builtin, receiver) => {
                        self.called(Callable::Builtin(builtin), Some(receiver), TypeId::INVALID, false)
                    }
                };
                self.position = position;
                called
            }
            Callee::Builtin(builtin) => {
                self.op(OpClass::Eval);
                self.called(Callable::Builtin(*builtin), None, TypeId::INVALID, false)
            }
            Callee::Value(function) => {
                let function = self.eval(*function);
                let crossing = self.is_crossing(function.ty);
                self.called(Callable::Value(function.arg), None, function.ty, crossing)
            }
        }
    }

    /// The selector of a function or method of another package loads that package (spec/03 §5.2).
    fn use_package(&mut self, func: FuncId) {
        let FuncKind::Imported(imported) = &self.cx.package.funcs[func].kind else { return };
        let package = self.cx.import(&imported.package);
        let mut data = self.data(Op::UsePackage, Repr::Raw, &[]);
        data.index = package.index() as u64;
        self.push(data);
    }

    fn called(&self, callable: Callable, receiver: Option<Value>, signature: TypeId, crossing: bool) -> Called {
        let (mut params, mut results) = (Vec::new(), Vec::new());
        if let Some(func) = self.cx.package.types.as_func(signature) {
            params.extend(func.params.iter().map(|param| param.ty));
            results.extend(func.results.iter().map(|result| result.ty));
        }
        Called { callable, receiver, params, results, crossing, crosses: false }
    }

    /// Whether the first argument is `cross`, an untyped nil.
    pub(super) fn is_cross(&self, args: &[ExprId]) -> bool {
        let first = args.first().map(|&arg| &self.cx.package.exprs[arg].kind);
        matches!(first, Some(ExprKind::Const(Constant::Nil)))
    }

    /// A function type whose first parameter is a realm (spec/05 §2.1).
    fn is_crossing(&self, signature: TypeId) -> bool {
        let types = &self.cx.package.types;
        types.as_func(signature).and_then(|func| func.params.first()).is_some_and(|param| param.ty == TypeId::REALM)
    }

    /// `x.M` after its own `Eval`: a new function value, the receiver's copy, a bound method (spec/03 §4.4).
    pub(super) fn select_method(&mut self, operand: ExprId, method: &MethodRef) -> Selected {
        let value = self.eval(operand);
        self.op(OpClass::Selector);
        match method {
            MethodRef::Concrete { func, receiver } => {
                let value = match receiver {
                    Receiver::Value | Receiver::Pointer => value,
                    Receiver::ValueThroughPointer => self.pointed(value),
                };
                self.alloc(u64::from(size::FUNC));
                self.use_package(*func);
                let value = self.copied_value(value);
                self.alloc(u64::from(size::BOUND_METHOD));
                Selected::Concrete(*func, value)
            }
            MethodRef::Native(builtin) => {
                // Methods of a string type; another type is a pointer to it.
                let value = if self.cx.repr(value.ty) == Repr::Ptr { self.pointed(value) } else { value };
                self.allocs(&[size::FUNC, size::BOUND_METHOD]);
                Selected::Native(*builtin, value)
            }
            MethodRef::Interface { name } => {
                let signature = self.interface_method(value.ty, name);
                let (function, receiver) = (self.temp(Repr::Raw), self.temp(Repr::Raw));
                let mut data = self.data(Op::SelectIface, Repr::Iface, &[value.arg]);
                data.results.extend([function, receiver]);
                data.entity = Entity::Str(self.cx.name(name));
                self.push(data);
                Selected::Interface { function: function.into(), receiver: receiver.into(), signature }
            }
        }
    }

    /// What a pointer points to, as a receiver.
    fn pointed(&mut self, pointer: Value) -> Value {
        let elem = self.cx.package.types.elem(pointer.ty).unwrap_or(pointer.ty);
        let repr = self.cx.repr(elem);
        Value::shared(self.value(Op::LoadPtr, repr, repr, &[pointer.arg]), elem)
    }

    fn interface_method(&self, interface: TypeId, name: &str) -> TypeId {
        let package = self.cx.package;
        package.types.lookup(interface, name, &package.path).map_or(TypeId::INVALID, |selection| selection.ty)
    }

    /// `x.M` as a value.
    pub(super) fn method_value(&mut self, operand: ExprId, method: &MethodRef, ty: TypeId) -> Value {
        if let MethodRef::Interface { name } = method {
            let value = self.eval(operand);
            self.op(OpClass::Selector);
            let entity = Entity::Str(self.cx.name(name));
            let bound = self.value_of(Op::BindIface, Repr::Iface, Repr::Func, &[value.arg], entity, 0);
            return Value::shared(bound, ty);
        }
        let (func, receiver) = match self.select_method(operand, method) {
            Selected::Concrete(func, receiver) => (self.cx.func(func), receiver),
            Selected::Native(builtin, receiver) => (self.cx.native_method(builtin), receiver),
            Selected::Interface { .. } => return Value::shared(Arg::Bits(0), ty),
        };
        let repr = self.cx.repr(receiver.ty);
        let bound = self.value_of(Op::BindMethod, repr, Repr::Func, &[receiver.arg], Entity::Func(func), 0);
        Value::shared(bound, ty)
    }

    /// A function whose first argument is the receiver.
    pub(super) fn method_expr(&mut self, func: FuncId) -> FuncRef {
        let package = self.cx.package;
        let receiver = package.funcs[func].params.first().map(|&param| package.vars[param].ty);
        if !receiver.is_some_and(|ty| self.has_copy(ty)) {
            return self.cx.func(func);
        }
        if let Some(&known) = self.cx.method_exprs.get(&func) {
            return known;
        }
        let new = self.cx.add_function(Function::new("", FunctionKind::Synthetic));
        self.cx.method_exprs.insert(func, new);
        new
    }

    /// The arguments as the callee takes them: boxed for interface parameters, the variadic ones packed, nothing copied.
    fn arguments(&mut self, values: &[Value], params: &[TypeId], spread: Spread) -> Vec<Arg> {
        let fixed = match spread {
            Spread::Pack(from) => (from as usize).min(values.len()),
            _ => values.len(),
        };
        let (fixed, packed) = values.split_at(fixed);
        let mut args: Vec<Arg> = fixed
            .iter()
            .enumerate()
            .map(|(index, &value)| self.converted(value, params.get(index).copied().unwrap_or(value.ty)))
            .collect();
        if let Spread::Pack(_) = spread {
            let slice_ty = params.last().copied().unwrap_or(TypeId::ANY);
            let elem = self.cx.package.types.elem(slice_ty).unwrap_or(TypeId::ANY);
            let contents: Vec<Arg> = packed.iter().map(|&value| self.converted(value, elem)).collect();
            args.push(self.pack(packed, &contents, elem, new_slice::VARIADIC));
        }
        args
    }

    /// A new slice of the contents that the values give, uncharged; `form` is 0 or [`new_slice::VARIADIC`].
    pub(super) fn pack(&mut self, values: &[Value], contents: &[Arg], elem: TypeId, form: u64) -> Arg {
        let repr = self.cx.repr(elem);
        let len = contents.len() as u64 | form;
        let slice = self.value_of(Op::NewSlice, repr, Repr::Slice, &[], Entity::None, len).into();
        for ((&value, &content), index) in values.iter().zip(contents).zip(0..) {
            if content != Arg::Bits(0) {
                self.effect_of(Op::InitElem, repr, &[slice, content], Entity::None, index);
            }
            self.init_type(&Target::Slice { slice, index: Arg::Bits(index), ty: elem }, value);
        }
        slice
    }
}
