//! Functions: prologue, return, recovery after a panic.

use super::Context;
use super::emit::FunctionBuilder;
use super::place::Target;
use super::scope::Home;
use super::value::Value;
use crate::entity::ScopeRef;
use crate::function::{Arg, Function, FunctionKind};
use crate::op::Op;
use cranelift_entity::EntityRef;
use regno_bytecode::event::{OpClass, size};
use regno_bytecode::types::Repr;
use regno_frontend::typed::{BranchKind, ExprId, Func, FuncId, FuncKind, Package, StmtId, StmtKind, VarId, VarKind};
use std::collections::HashSet;

/// Builds all functions of the package, and the variants that they ask for.
pub(super) fn build_all(cx: &mut Context<'_>) {
    for id in cx.package.funcs.keys() {
        let built = match &cx.package.funcs[id] {
            Func { kind: FuncKind::Imported(imported), .. } => cx.imported(id, imported),
            Func { native: true, .. } => cx.native(id),
            _ => build(cx, id, false),
        };
        let at = cx.func(id);
        cx.module.functions[at] = built;
    }
    // Building a variant may ask for another one.
    let mut next = 0;
    while let Some((&id, &at)) = cx.method_exprs.get_index(next) {
        let built = match cx.package.funcs[id].kind {
            FuncKind::Imported(_) => cx.imported_method_expr(id),
            _ => build(cx, id, true),
        };
        cx.module.functions[at] = built;
        next += 1;
    }
}

/// Builds a function. With `copy_receiver` the receiver is an ordinary argument.
fn build(cx: &mut Context<'_>, id: FuncId, copy_receiver: bool) -> Function {
    let package = cx.package;
    let func = &package.funcs[id];
    let (kind, captures) = match &func.kind {
        FuncKind::Declared | FuncKind::Imported(_) => (FunctionKind::Declared, 0),
        // The value of a method expression takes the receiver as an argument like any other.
        FuncKind::Method { .. } if copy_receiver => (FunctionKind::Declared, 0),
        FuncKind::Method { receiver_type, .. } => {
            let receiver = func.params.first().map_or(*receiver_type, |&receiver| package.vars[receiver].ty);
            (FunctionKind::Method(cx.type_ref(receiver)), 0)
        }
        FuncKind::Literal { captures, .. } => (FunctionKind::Literal, captures.len() as u32),
    };
    let signature = cx.type_ref(func.signature);
    let traits = scan(package, &func.body);
    let mut b = FunctionBuilder::new(cx, &func.name, kind, func.file);
    b.at(func.span);
    b.function.position = b.position;
    b.function.signature = Some(signature);
    b.function.captures = captures;
    b.function.has_defers = traits.has_defers;
    b.goto_targets = traits.goto_targets;
    b.initialise = !b.goto_targets.is_empty();
    b.named_results = func.named_results;
    b.results.clone_from(&func.results);
    b.result_types = func.results.iter().map(|&result| package.vars[result].ty).collect();
    b.function.results = b.result_types.iter().map(|&ty| b.cx.repr(ty)).collect();
    b.scope_ids.insert(ScopeRef::new(0), func.scope);
    let slots = b.slots(func.scope);
    b.function.scopes[ScopeRef::new(0)].slots = slots;
    b.prologue(func, copy_receiver);
    b.statements(&func.body, OpClass::Body, true);
    if b.is_open() {
        b.ops(&[OpClass::Body, OpClass::Exec]);
        b.return_from_block();
    }
    b.recovery();
    b.finish()
}

/// What a function body contains, function literals excluded.
struct Traits {
    has_defers: bool,
    goto_targets: HashSet<StmtId>,
}

fn scan(package: &Package, body: &[StmtId]) -> Traits {
    let mut traits = Traits { has_defers: false, goto_targets: HashSet::new() };
    let mut pending = body.to_vec();
    while let Some(id) = pending.pop() {
        match &package.stmts[id].kind {
            StmtKind::Defer(_) => traits.has_defers = true,
            StmtKind::Branch(BranchKind::Goto(target)) => {
                traits.goto_targets.insert(*target);
            }
            StmtKind::Block { body, .. } => pending.extend(body),
            StmtKind::If { init, then_body, else_body, .. } => {
                pending.extend(init);
                pending.extend(then_body);
                pending.extend(else_body);
            }
            StmtKind::For { init, post, body, .. } => {
                pending.extend(init);
                pending.extend(post);
                pending.extend(body);
            }
            StmtKind::Range(range) => pending.extend(&range.body),
            StmtKind::Switch { init, clauses, .. } => {
                pending.extend(init);
                clauses.iter().for_each(|clause| pending.extend(&clause.body));
            }
            StmtKind::TypeSwitch { init, clauses, .. } => {
                pending.extend(init);
                clauses.iter().for_each(|clause| pending.extend(&clause.body));
            }
            _ => {}
        }
    }
    traits
}

impl FunctionBuilder<'_, '_> {
    /// The entry blocks. An ordinary call charges its block, heap items, zero results and argument copies (spec/03 §4.1); a
    /// deferred one only block and heap items.
    fn prologue(&mut self, func: &Func, copy_receiver: bool) {
        let vars = self.cx.package.scopes[func.scope].slots.clone();
        self.incoming(func);
        self.load_captures(&vars);
        self.charge_block(&vars);
        let params = func.params.len();
        self.block_state(None, params, params, true);
        let charged = self.charged_entry(func, copy_receiver);
        let incoming: Vec<Arg> = self.function.params.iter().map(|&reg| reg.into()).collect();
        self.results_zero(charged);
        let params = if charged { self.copy_arguments(func, copy_receiver) } else { incoming.clone() };
        self.install(func, &params);
        self.take_argument_types(func);
        self.define_slots(&vars);
        let defined = if self.initialise { vars.len() } else { func.params.len() + func.results.len() };
        self.enter_block(None, defined);
        if charged {
            let body = self.block();
            self.jump(body);
            let deferred = self.block();
            self.function.defer_entry = deferred;
            let inside = std::mem::replace(&mut self.state, 0);
            self.switch_to(deferred);
            self.load_captures(&vars);
            self.charge_block(&vars);
            self.state = inside;
            self.results_zero(false);
            self.install(func, &incoming);
            self.define_slots(&vars);
            self.jump(body);
            self.switch_to(body);
        }
    }

    /// The registers in which arguments arrive: that of the variable, or a temporary for a boxed one.
    pub(super) fn incoming(&mut self, func: &Func) {
        for &param in &func.params {
            let Home { reg, boxed } = self.home(param);
            let repr = self.cx.repr(self.cx.package.vars[param].ty);
            let reg = if boxed { self.temp(repr) } else { reg };
            self.function.params.push(reg);
        }
    }

    fn load_captures(&mut self, vars: &[VarId]) {
        for &var in vars {
            if let VarKind::Capture(index) = self.cx.package.vars[var].kind {
                let home = self.home(var);
                let mut data = self.data(Op::LoadCapture, Repr::Cell, &[]);
                data.index = u64::from(index);
                data.results.push(home.reg);
                self.push(data);
            }
        }
    }

    pub(super) fn charge_block(&mut self, vars: &[VarId]) {
        self.alloc(u64::from(size::BLOCK) + u64::from(size::SLOT) * vars.len() as u64);
        self.charge_cells(vars);
    }

    /// Whether an ordinary call charges more than a deferred one.
    fn charged_entry(&mut self, func: &Func, copy_receiver: bool) -> bool {
        let package = self.cx.package;
        func.variadic
            || func
                .results
                .iter()
                .any(|&result| matches!(self.cx.repr(package.vars[result].ty), Repr::Struct | Repr::Array))
            || self.copied_params(func, copy_receiver).into_iter().any(|param| self.has_copy(package.vars[param].ty))
    }

    /// Parameters that the callee copies: not the receiver, which was copied when the method was selected.
    fn copied_params(&self, func: &Func, copy_receiver: bool) -> Vec<VarId> {
        let bound = matches!(func.kind, FuncKind::Method { .. }) && !copy_receiver;
        let last = func.params.len() - usize::from(func.variadic && !func.params.is_empty());
        let params = func.params.get(usize::from(bound)..last).unwrap_or_default();
        params.to_vec()
    }

    /// Results hold their zero values from the start.
    fn results_zero(&mut self, charged: bool) {
        for id in self.results.clone() {
            let ty = self.cx.package.vars[id].ty;
            if charged {
                self.charge_zero(ty);
            }
            if self.homes.contains_key(&id) {
                let zero = self.zero(ty);
                self.write_var(id, zero, true);
            }
            if charged && let Some(&slot) = self.slot_numbers.get(&id) {
                self.block_state(None, self.function.params.len(), slot + 1, true);
            }
        }
    }

    /// Charges variadic packing and argument copies in the reference's order; returns what each parameter holds.
    pub(super) fn copy_arguments(&mut self, func: &Func, copy_receiver: bool) -> Vec<Arg> {
        let mut args: Vec<Arg> = self.function.params.iter().map(|&reg| reg.into()).collect();
        if let (true, Some(&last), Some(&arg)) = (func.variadic, func.params.last(), args.last()) {
            let desc = self.cx.type_ref(self.cx.package.vars[last].ty);
            self.effect_of(Op::EnterVariadic, Repr::Slice, &[arg], crate::function::Entity::Type(desc), 0);
        }
        for param in self.copied_params(func, copy_receiver) {
            let ty = self.cx.package.vars[param].ty;
            let Some(index) = func.params.iter().position(|&other| other == param) else { continue };
            if let Some(arg) = args.get_mut(index) {
                *arg = self.copied(Value::shared(*arg, ty), ty);
            }
        }
        args
    }

    /// Puts the arguments where the parameters live.
    pub(super) fn install(&mut self, func: &Func, args: &[Arg]) {
        for (&param, &arg) in func.params.iter().zip(args) {
            let home = self.home(param);
            if home.boxed || arg != Arg::Reg(home.reg) {
                self.write_var(param, arg, true);
            }
        }
    }

    /// Return with the results that the function's block holds; pending defers run first (spec/02 §9.3-9.4).
    pub fn return_from_block(&mut self) {
        self.defers_first(|b, _| b.run_defers(), &[]);
        self.op(OpClass::ReturnFromBlock);
        self.return_results();
    }

    fn run_defers(&mut self) {
        self.end(Op::RunDefers, Repr::Raw, &[], &[]);
    }

    /// In a function with `defer` statements: where defers are pending, does `deferred` (which ends its block) and continues here
    /// otherwise.
    fn defers_first(&mut self, deferred: impl FnOnce(&mut Self, &[Value]), values: &[Value]) {
        if !self.function.has_defers {
            return;
        }
        let pending = self.value(Op::HasDefers, Repr::Bool, Repr::Bool, &[]);
        let (run, plain) = (self.block(), self.block());
        self.branch(pending.into(), run, plain);
        self.switch_to(run);
        deferred(self, values);
        self.switch_to(plain);
    }

    fn return_results(&mut self) {
        let mut values = Vec::new();
        for id in self.results.clone() {
            let ty = self.cx.package.vars[id].ty;
            let held = self.homes.contains_key(&id);
            let content = if held { self.read_var(id) } else { Arg::Bits(0) };
            let dynamic = if held { self.variable_type(id) } else { None };
            values.push(Value { dynamic, ..Value::shared(content, ty) });
        }
        self.pass_result_types(&values);
        let results: Vec<Arg> = values.iter().map(|value| value.arg).collect();
        self.end(Op::Return, Repr::Raw, &results, &[]);
    }

    /// `return values`
    pub fn return_statement(&mut self, exprs: &[ExprId]) {
        if exprs.is_empty() {
            self.return_from_block();
            return;
        }
        let values = self.eval_list(exprs);
        let types = self.result_types.clone();
        let values: Vec<Value> = values.into_iter().zip(&types).map(|(value, &ty)| self.as_result(value, ty)).collect();
        self.defers_first(Self::return_to_block, &values);
        if self.named_results {
            self.op(OpClass::ReturnAfterCopy);
            let copies: Vec<Arg> = values.iter().map(|&value| self.copied(value, value.ty)).collect();
            for (id, &copy) in self.results.clone().into_iter().zip(&copies) {
                // Unboxed results are gone with the frame.
                if self.cx.package.vars[id].boxed {
                    self.write_var(id, copy, false);
                }
            }
            self.pass_result_types(&values);
            self.end(Op::Return, Repr::Raw, &copies, &[]);
        } else {
            self.op(OpClass::Return);
            let args: Vec<Arg> = values.iter().map(|value| value.arg).collect();
            self.pass_result_types(&values);
            self.end(Op::Return, Repr::Raw, &args, &[]);
        }
    }

    /// Puts results into their variables, where deferred functions find them, and runs the defers.
    fn return_to_block(&mut self, values: &[Value]) {
        self.op(OpClass::ReturnToBlock);
        let several = values.len() > 1;
        let args: Vec<Arg> =
            values.iter().map(|value| if several { self.snapshot(value.arg) } else { value.arg }).collect();
        for ((id, arg), &value) in self.results.clone().into_iter().zip(args).zip(values) {
            self.write_var(id, arg, false);
            self.store_type(&Target::Local(id), value);
        }
        self.run_defers();
    }

    /// Where the function continues after its defers ran.
    fn recovery(&mut self) {
        if !self.function.has_defers {
            return;
        }
        let block = self.block();
        self.function.recovery = Some(block);
        self.switch_to(block);
        self.close_scope(ScopeRef::new(0));
        self.op(OpClass::ReturnFromBlock);
        self.return_results();
    }
}
