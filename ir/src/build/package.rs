//! What runs without a caller: the initialisation of the package and the call of `main` (spec/02 §11, spec/03 §5.1).

use super::Context;
use super::assign::Declared;
use super::emit::FunctionBuilder;
use crate::entity::FuncRef;
use crate::function::{Arg, BlockKind, Entity, FunctionKind};
use crate::op::Op;
use cranelift_entity::EntityRef;
use regno_bytecode::event::{OpClass, size};
use regno_bytecode::op::call;
use regno_bytecode::types::Repr;
use regno_frontend::typed::{FuncId, GlobalId, InitStep, Main, Slot};
use regno_frontend::types::TypeId;

/// Adds the three functions to the module.
pub(super) fn build_runners(cx: &mut Context<'_>) {
    cx.module.init = Some(build_init(cx));
    cx.module.inits = build_inits(cx);
    cx.module.main = cx.package.main.map(|main| build_main(cx, main));
}

fn build_main(cx: &mut Context<'_>, main: Main) -> FuncRef {
    let file = match main {
        Main::Func(func) => cx.package.funcs[func].file,
        Main::Variable(_) => 0,
    };
    let mut b = FunctionBuilder::new(cx, "", FunctionKind::Synthetic, file);
    match main {
        Main::Func(func) => b.top_level_call(func, 0),
        Main::Variable(global) => b.top_level_value_call(global),
    }
    b.end(Op::Halt, Repr::Raw, &[], &[]);
    let function = b.finish();
    cx.add_function(function)
}

fn build_init(cx: &mut Context<'_>) -> FuncRef {
    let package = cx.package;
    let mut b = FunctionBuilder::new(cx, "", FunctionKind::Synthetic, 0);
    b.charge_package();
    for step in &package.init_steps {
        b.init_step(step);
        b.op(OpClass::Halt);
    }
    b.end(Op::Halt, Repr::Raw, &[], &[]);
    let function = b.finish();
    cx.add_function(function)
}

/// The calls of the `init` functions: between them and the variables the package is stored (spec/04 §9).
fn build_inits(cx: &mut Context<'_>) -> Option<FuncRef> {
    let package = cx.package;
    if package.inits.is_empty() && package.init_abort.is_none() {
        return None;
    }
    let mut b = FunctionBuilder::new(cx, "", FunctionKind::Synthetic, 0);
    for &init in &package.inits {
        b.file = package.funcs[init].file;
        b.top_level_call(init, call::BOTTOM);
    }
    if let Some(text) = &package.init_abort {
        b.abort(text);
    }
    b.end(Op::Halt, Repr::Raw, &[], &[]);
    let function = b.finish();
    Some(cx.add_function(function))
}

impl FunctionBuilder<'_, '_> {
    /// Package, file blocks, functions, variables.
    fn charge_package(&mut self) {
        let package = self.cx.package;
        let running = self.state;
        self.set_state(None, BlockKind::Package { files: 0 });
        if package.name == "main" {
            self.allocs(&[size::PACKAGE, size::BLOCK]);
            for (path, location) in package.imports.iter().zip(&package.import_locations) {
                let mut data = self.data(Op::LoadPackage, Repr::Raw, &[]);
                data.index = self.cx.import(path).index() as u64;
                data.text = self.add_text(location.clone(), false);
                self.push(data);
            }
        }
        if let Some(text) = &package.refusal {
            self.abort(text);
            return;
        }
        for (files, imports) in (1..).zip(&package.file_imports) {
            self.alloc(u64::from(size::BLOCK) + u64::from(size::SLOT) * imports.len() as u64);
            self.set_state(None, BlockKind::Package { files });
        }
        let slots = &package.package_slots;
        for _ in slots.iter().filter(|slot| matches!(slot, Slot::Func(_))) {
            self.alloc(u64::from(size::FUNC));
        }
        for _ in slots.iter().filter(|slot| matches!(slot, Slot::Global(_))) {
            self.alloc(u64::from(size::HEAP_ITEM));
        }
        self.go_to_state(running);
    }

    fn init_step(&mut self, step: &InitStep) {
        match step {
            InitStep::Var { globals, spec, file } => {
                self.file = *file;
                let names: Vec<Declared> =
                    globals.iter().map(|global| global.map_or(Declared::Blank, Declared::Global)).collect();
                self.var_spec(spec, &names);
            }
            InitStep::Const(spec) => self.const_spec(spec),
            InitStep::Abort(text) => self.abort(text),
            InitStep::Type(evaluated) => self.type_declaration(*evaluated),
        }
    }

    /// The call of a function value as a top-level run.
    fn top_level_value_call(&mut self, global: GlobalId) {
        self.ops(&[OpClass::Exec, OpClass::Eval, OpClass::Eval]);
        let global = Entity::Global(self.cx.global(global));
        let function: Arg = self.value_of(Op::LoadGlobal, Repr::Func, Repr::Func, &[], global, 0).into();
        self.op(OpClass::Precall);
        self.effect(Op::CheckFunc, Repr::Func, &[function]);
        self.op(OpClass::Call);
        self.effect(Op::CallValue, Repr::Raw, &[function]);
        self.ops(&[OpClass::PopResults, OpClass::Halt]);
    }

    /// A call as a top-level run, with flags.
    fn top_level_call(&mut self, func: FuncId, flags: u16) {
        let package = self.cx.package;
        self.at(package.funcs[func].span);
        let params = package.funcs[func].params.len();
        self.ops(&[OpClass::Exec, OpClass::Eval, OpClass::Eval]);
        (0..params).for_each(|_| self.op(OpClass::Eval));
        self.op(OpClass::Precall);
        if package.funcs[func].crossing {
            self.op(OpClass::EnterCrossing);
        }
        self.op(OpClass::Call);
        let args = vec![Arg::Bits(0); params];
        let mut data = self.data(Op::Call, Repr::Raw, &args);
        data.entity = Entity::Func(self.cx.func(func));
        // The machine gives the realm itself.
        let crossing = if package.funcs[func].crossing { call::CUR } else { 0 };
        data.index = u64::from(flags | crossing);
        if package.funcs[func].crossing {
            self.cx.type_ref(TypeId::GREALM);
        }
        let realm = format!("struct{{( .uverse.address),(\"{}\" string),(nil .uverse..grealm)}}", package.path);
        let shown = if package.funcs[func].crossing { realm } else { String::new() };
        data.text = self.named_call_text(func, &shown);
        self.push(data);
        self.ops(&[OpClass::PopResults, OpClass::Halt]);
    }
}
