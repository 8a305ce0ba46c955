//! `defer` (spec/02 §9.4, spec/03 §4.1): arguments are copied and packed at the statement.

use super::builtin::slots;
use super::call::{Callable, Called};
use super::emit::FunctionBuilder;
use super::value::Value;
use crate::entity::FuncRef;
use crate::function::{Arg, FunctionKind};
use crate::op::Op;
use regno_bytecode::event::{OpClass, size};
use regno_bytecode::op::new_slice;
use regno_bytecode::types::Repr;
use regno_frontend::typed::{Builtin, ExprId, ExprKind, Spread};
use regno_frontend::types::TypeId;

impl FunctionBuilder<'_, '_> {
    pub(super) fn defer_statement(&mut self, call: ExprId) {
        let package = self.cx.package;
        let expr = &package.exprs[call];
        let ExprKind::Call { callee, args, spread } = &expr.kind else {
            self.eval_multi(call);
            return;
        };
        let mut called = self.callee(callee);
        called.crosses = called.crossing && self.is_cross(args);
        let values = self.eval_list(args);
        self.op(OpClass::Defer);
        let expressions = args;
        let args: Vec<Arg> = match called.callable {
            Callable::Builtin(builtin) => {
                let values: Vec<Value> = called.receiver.take().into_iter().chain(values).collect();
                let values = self.native_arguments(builtin, &values, *spread, true);
                called.callable = Callable::Func(self.thunk(builtin, &values, *spread, expr.ty));
                values.iter().map(|value| value.arg).collect()
            }
            _ => self.deferred_arguments(&called, &values, *spread),
        };
        let mut data = self.call_data([Op::Defer, Op::DeferValue, Op::DeferSelected], &called, &args, *spread);
        data.text = self.call_text(callee, expressions);
        if called.crosses {
            self.effect(Op::MarkCross, Repr::Raw, &[]);
        }
        self.push(data);
    }

    /// Copies and packing as of a call.
    fn deferred_arguments(&mut self, called: &Called, values: &[Value], spread: Spread) -> Vec<Arg> {
        let fixed = match spread {
            Spread::Pack(from) => (from as usize).min(values.len()),
            _ => values.len(),
        };
        let (fixed, packed) = values.split_at(fixed);
        let mut slice = None;
        if let Spread::Pack(_) = spread {
            let slice_ty = called.params.last().copied().unwrap_or(TypeId::ANY);
            let elem = self.cx.package.types.elem(slice_ty).unwrap_or(TypeId::ANY);
            let contents: Vec<Arg> = packed.iter().map(|&value| self.copied(value, elem)).collect();
            self.alloc(u64::from(size::SLICE));
            self.alloc(u64::from(size::ARRAY) + u64::from(size::SLOT) * contents.len() as u64);
            slice = Some(self.pack(packed, &contents, elem, new_slice::VARIADIC));
        }
        let mut args: Vec<Arg> = Vec::new();
        for (index, &value) in fixed.iter().enumerate() {
            args.push(self.copied(value, called.params.get(index).copied().unwrap_or(value.ty)));
        }
        args.extend(slice);
        args
    }

    /// The function that runs a deferred predeclared function.
    fn thunk(&mut self, builtin: Builtin, values: &[Value], spread: Spread, ty: TypeId) -> FuncRef {
        let file = self.file;
        let mut b = FunctionBuilder::new(&mut *self.cx, builtin.name(), FunctionKind::Synthetic, file);
        b.native_state(None, None, &[]);
        let mut params = Vec::new();
        for value in values {
            let reg = b.temp(b.cx.repr(value.ty));
            b.function.params.push(reg);
            params.push(Value::shared(reg, value.ty));
        }
        b.native_block(builtin);
        b.native_state(None, Some(slots(builtin)), &[]);
        b.op(OpClass::CallDeferNativeBody);
        b.native_body(builtin, &params, spread);
        b.native_effect(builtin, &params, spread, ty, true);
        b.ops(&[OpClass::Exec, OpClass::ReturnFromBlock]);
        b.end(Op::Return, Repr::Raw, &[], &[]);
        let function = b.finish();
        self.cx.add_function(function)
    }
}
