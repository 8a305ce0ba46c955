//! Functions and variables of other packages, and functions without body.
//!
//! An imported function is an entry without blocks: the linker puts the other package's own function in its place. A function without
//! body is an ordinary function whose code calls the native of its name, so that calls, function values and deferred calls of it need
//! nothing of their own (spec/06 §4.2).

use super::Context;
use super::emit::FunctionBuilder;
use super::value::Value;
use crate::entity::{FuncRef, PackageRef, ScopeRef};
use crate::function::{Arg, Entity, Function, FunctionKind, SlotData, SlotPlace};
use crate::op::Op;
use cranelift_entity::EntityRef;
use regno_bytecode::event::OpClass;
use regno_bytecode::types::Repr;
use regno_frontend::typed::{Func, FuncId, FuncKind, ImportedName};
use regno_frontend::types::{NamedId, TypeId};

/// Path of the package of predeclared types.
const UNIVERSE: &str = ".uverse";

impl Context<'_> {
    /// Gives the packages that the tree imports their entities.
    pub(super) fn declare_imports(&mut self) {
        let package = self.package;
        let imports: Vec<PackageRef> = package.imports.iter().map(|path| self.import(path)).collect();
        let slots = |file: &Vec<u32>| file.iter().filter_map(|&at| imports.get(at as usize).copied()).collect();
        self.module.file_imports = package.file_imports.iter().map(slots).collect();
        for (id, func) in &package.funcs {
            if let FuncKind::Imported(imported) = &func.kind {
                let package = self.import(&imported.package);
                self.imported.insert((package, imported.name.clone()), self.func(id));
            }
        }
    }

    /// The entity of a package.
    pub(super) fn import(&mut self, path: &str) -> PackageRef {
        let known = self.module.imports.iter().find(|(_, known)| *known == path);
        known.map(|(package, _)| package).unwrap_or_else(|| self.module.imports.push(path.to_owned()))
    }

    /// The entry of a function that the tree imports.
    pub(super) fn imported(&mut self, id: FuncId, imported: &ImportedName) -> Function {
        let tree = self.package;
        let func = &tree.funcs[id];
        let package = self.import(&imported.package);
        let params: Vec<TypeId> = func.params.iter().map(|&param| tree.vars[param].ty).collect();
        let results: Vec<TypeId> = func.results.iter().map(|&result| tree.vars[result].ty).collect();
        self.import_entry(package, &imported.name, func.signature, &params, &results)
    }

    fn import_entry(
        &mut self,
        package: PackageRef,
        name: &str,
        signature: TypeId,
        params: &[TypeId],
        results: &[TypeId],
    ) -> Function {
        let mut function = Function::new(name, FunctionKind::Imported(package));
        function.layout.clear();
        function.signature = Some(self.type_ref(signature));
        let reg = |&ty: &TypeId| crate::function::RegData { repr: self.repr(ty), variable: None };
        let params: Vec<_> = params.iter().map(reg).collect();
        function.params = params.into_iter().map(|param| function.regs.push(param)).collect();
        function.results = results.iter().map(|&ty| self.repr(ty)).collect();
        function
    }

    /// A declared type of another package: its methods are imports.
    pub(super) fn is_foreign(&self, named: NamedId) -> bool {
        let path = &*self.package.types.named(named).pkg_path;
        path != self.package.path && path != UNIVERSE
    }

    /// A method of a declared type of another package.
    pub(super) fn foreign_method(&mut self, named: NamedId, name: &str, pointer: bool, signature: TypeId) -> FuncRef {
        let tree = self.package;
        let declared = tree.types.named(named);
        let package = self.import(&declared.pkg_path);
        let name = format!("{}.{name}", declared.name);
        if let Some(&known) = self.imported.get(&(package, name.clone())) {
            return known;
        }
        let (mut params, mut results) = (vec![TypeId::INVALID], Vec::new());
        if let Some(func) = tree.types.as_func(signature) {
            params.extend(func.params.iter().map(|param| param.ty));
            results.extend(func.results.iter().map(|result| result.ty));
        }
        let mut function = self.import_entry(package, &name, signature, &params, &results);
        if let Some(&receiver) = function.params.first() {
            function.regs[receiver].repr = if pointer { Repr::Ptr } else { self.repr(declared.underlying) };
        }
        let func = self.add_function(function);
        self.imported.insert((package, name), func);
        func
    }

    /// A method of another package as a function whose first argument is the receiver, which is copied as any argument: a function
    /// that copies it and calls the method.
    pub(super) fn imported_method_expr(&mut self, id: FuncId) -> Function {
        let package = self.package;
        let func = &package.funcs[id];
        let signature = self.type_ref(func.signature);
        let method = self.func(id);
        let mut b = FunctionBuilder::new(self, &func.name, FunctionKind::Synthetic, func.file);
        b.function.signature = Some(signature);
        let mut args: Vec<Arg> = Vec::new();
        for &param in &func.params {
            let ty = package.vars[param].ty;
            let reg = b.temp(b.cx.repr(ty));
            b.function.params.push(reg);
            let arg = if args.is_empty() { b.copied(Value::shared(reg, ty), ty) } else { reg.into() };
            args.push(arg);
        }
        let mut data = b.data(Op::Call, Repr::Raw, &args);
        data.entity = Entity::Func(method);
        let mut values: Vec<Arg> = Vec::new();
        for &result in &func.results {
            let reg = b.temp(b.cx.repr(package.vars[result].ty));
            b.function.results.push(b.function.regs[reg].repr);
            data.results.push(reg);
            values.push(reg.into());
        }
        b.push(data);
        b.end(Op::Return, Repr::Raw, &values, &[]);
        b.finish()
    }

    /// A function without body. Called, it charges its block and copies of its arguments as any function, but no zero results;
    /// deferred, its block only.
    pub(super) fn native(&mut self, id: FuncId) -> Function {
        let package = self.package;
        let func = &package.funcs[id];
        let signature = self.type_ref(func.signature);
        let this = self.func(id);
        let mut b = FunctionBuilder::new(self, &func.name, FunctionKind::Native, func.file);
        b.at(func.span);
        b.function.position = b.position;
        b.function.signature = Some(signature);
        let results: Vec<TypeId> = func.results.iter().map(|&result| package.vars[result].ty).collect();
        b.function.results = results.iter().map(|&ty| b.cx.repr(ty)).collect();
        let slots = b.native_slots(func);
        b.function.scopes[ScopeRef::new(0)].slots = slots;
        let vars = package.scopes[func.scope].slots.clone();
        b.incoming(func);
        let incoming: Vec<Arg> = b.function.params.iter().map(|&reg| reg.into()).collect();

        b.charge_block(&vars);
        b.block_state(None, 0, 0, true);
        let args = b.copy_arguments(func, false);
        b.install(func, &args);
        b.enter_block(None, func.params.len());
        b.op(OpClass::CallNativeBody);
        let values = b.call_native(this, &args, &results);
        b.op(OpClass::Return);
        b.end(Op::Return, Repr::Raw, &values, &[]);

        let deferred = b.block();
        b.function.defer_entry = deferred;
        b.state = 0;
        b.switch_to(deferred);
        b.charge_block(&vars);
        b.enter_block(None, func.params.len());
        let resolved = b.value_of(Op::NativeResolved, Repr::Bool, Repr::Bool, &[], Entity::Func(this), 0);
        let (native, nothing) = (b.block(), b.block());
        b.branch(resolved.into(), native, nothing);
        let state = b.state;
        b.switch_to(native);
        b.op(OpClass::CallDeferNativeBody);
        let values = b.call_native(this, &incoming, &results);
        b.ops(&[OpClass::Exec, OpClass::ReturnFromBlock]);
        b.end(Op::Return, Repr::Raw, &values, &[]);
        // The reference runs the missing body of an unresolved native (spec/06 §4.1 quirk).
        b.switch_to(nothing);
        b.go_to_state(state);
        b.ops(&[OpClass::Body, OpClass::Exec, OpClass::ReturnFromBlock]);
        let zeros: Vec<Arg> = results.iter().map(|&ty| b.zero(ty)).collect();
        b.end(Op::Return, Repr::Raw, &zeros, &[]);
        b.finish()
    }
}

impl FunctionBuilder<'_, '_> {
    /// Slots of a native's block: its results are never in it.
    fn native_slots(&mut self, func: &Func) -> Vec<SlotData> {
        let mut slots = self.slots(func.scope);
        for slot in slots.iter_mut().skip(func.params.len()) {
            slot.place = SlotPlace::Static { bytes: 0, visited: false };
        }
        slots
    }

    fn call_native(&mut self, native: FuncRef, args: &[Arg], results: &[TypeId]) -> Vec<Arg> {
        let mut data = self.data(Op::CallNative, Repr::Raw, args);
        data.entity = Entity::Func(native);
        let mut values = Vec::new();
        for &ty in results {
            let reg = self.temp(self.cx.repr(ty));
            data.results.push(reg);
            values.push(reg.into());
        }
        self.push(data);
        values
    }
}
