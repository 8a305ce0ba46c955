//! Adding a module to a program: its references become program-wide indices.

use super::{Export, Global, ImportProblem, Linked, LoadError, Native, Package, segment_word};
use crate::interp::fuse;
use crate::natives;
use crate::value::types::ModuleTypes;
use crate::verify;
use cranelift_entity::EntityRef;
use regno_bytecode::module::{Function, FunctionKind, GlobalDesc, Module};
use regno_bytecode::op::{Ext, Op, call, code_of, field_b};
use regno_bytecode::types::{GlobalRef, PackageRef, Repr, StrRef, TypeRef};
use regno_store::PkgId;
use std::collections::HashMap;

impl Linked {
    /// Verifies a module and adds it.
    pub(super) fn add(&mut self, mut module: Module) -> Result<(), LoadError> {
        verify::verify(&module).map_err(LoadError::Verify)?;
        let package = self.packages.len() as u32;
        // A library package that `testing` needs is there a second time while it is tested.
        if self.paths.contains_key(&module.path) && self.environment != natives::Environment::Testing {
            return Err(LoadError::Duplicate { path: module.path });
        }
        let imports = self.import_packages(&module)?;
        let funcs = self.import_functions(&module, &imports)?;
        let map = self.types.add_linked(&module, funcs).map_err(LoadError::Types)?;
        let globals = self.link_globals(&module, &imports, &map, package)?;
        let reprs: Vec<Repr> = module.types.iter().map(|desc| desc.repr).collect();
        let exports = exports(&module, &map, &globals);
        let file = |slots: &Vec<PackageRef>| slots.iter().filter_map(|at| imports.get(at.index()).copied()).collect();
        let func_at = |at: regno_bytecode::types::FuncRef| map.funcs.get(at.index()).copied();
        let (init, main) = (module.init.and_then(func_at), module.main.and_then(func_at));
        let inits = module.inits.and_then(func_at);
        self.packages.push(Package {
            parse_charges: std::mem::take(&mut module.parse_charges),
            globals,
            first_string: self.strings.len() as u32,
            exports,
            slots: std::mem::take(&mut module.package_slots),
            slot_values: std::mem::take(&mut module.stored.slots),
            file_extents: std::mem::take(&mut module.stored.files),
            files: module.file_imports.iter().map(file).collect(),
            file_names: std::mem::take(&mut module.files),
            imports,
            init,
            inits,
            main,
            name: std::mem::take(&mut module.name),
            id: PkgId::of_path(&module.path),
            path: module.path.clone(),
            map,
        });
        self.paths.insert(module.path.clone(), package);
        self.add_written(package, &module);
        self.strings.append(&mut module.strings);
        let functions = std::mem::take(&mut module.functions);
        let kinds: Vec<FunctionKind> = functions.iter().map(|function| function.kind).collect();
        self.add_functions(functions, package, &reprs)?;
        self.add_stored(package, &module, &kinds);
        Ok(())
    }

    fn import_packages(&self, module: &Module) -> Result<Vec<u32>, LoadError> {
        let package = |path: &String| {
            let known = self.paths.get(path).copied();
            known.ok_or_else(|| import_error(module, path, "", ImportProblem::NoPackage))
        };
        module.imports.iter().map(package).collect()
    }

    /// Program-wide indices of all functions of the module.
    fn import_functions(&self, module: &Module, imports: &[u32]) -> Result<Vec<u32>, LoadError> {
        let mut next = self.functions.len() as u32;
        let mut funcs = Vec::with_capacity(module.functions.len());
        for function in &module.functions {
            funcs.push(match function.kind {
                FunctionKind::Imported(package) => self.import_function(module, imports, function, package)?,
                _ => {
                    next += 1;
                    next - 1
                }
            });
        }
        Ok(funcs)
    }

    fn import_function(
        &self,
        module: &Module,
        imports: &[u32],
        function: &Function,
        package: PackageRef,
    ) -> Result<u32, LoadError> {
        let problem = |problem| import_error(module, module_path(module, package), &function.name, problem);
        let Some(&Export::Func(index, params)) = self.export(imports, package, &function.name) else {
            return Err(problem(ImportProblem::NoExport));
        };
        let wanted = function.signature.and_then(|ty| module.types.get(ty.index())).map(|desc| desc.id.as_str());
        let exported = self.types.func(index).and_then(|func| func.signature);
        let same = exported.map(|ty| self.types.get(ty).id.as_str()) == wanted;
        let results = self.functions.get(index as usize).map(|code| code.results);
        if !same || params != function.params || results != Some(function.results) {
            return Err(problem(ImportProblem::OtherType));
        }
        Ok(index)
    }

    fn export(&self, imports: &[u32], package: PackageRef, name: &str) -> Option<&Export> {
        let package = self.packages.get(*imports.get(package.index())? as usize)?;
        package.exports.get(name)
    }

    /// Program-wide indices of all variables of the module; enters its own. A package that is there a second time has the variables of
    /// the first one: values that are compared by identity, such as `io.EOF`, are the same ones then.
    fn link_globals(
        &mut self,
        module: &Module,
        imports: &[u32],
        map: &ModuleTypes,
        package: u32,
    ) -> Result<Vec<u32>, LoadError> {
        let mut globals = Vec::with_capacity(module.globals.len());
        for desc in &module.globals {
            let ty = map.types.get(desc.ty.index()).copied().unwrap_or(0);
            globals.push(match desc.import {
                Some(from) => self.import_global(module, imports, desc, from, ty)?,
                None => self.first_global(module, desc, ty).unwrap_or_else(|| {
                    self.globals.push(Global { ty, package });
                    self.globals.len() as u32 - 1
                }),
            });
        }
        Ok(globals)
    }

    /// The variable of this name in the package of the same path that was linked before.
    fn first_global(&self, module: &Module, desc: &GlobalDesc, ty: u32) -> Option<u32> {
        let first = self.packages.get(*self.paths.get(&module.path)? as usize)?;
        let Some(&Export::Global(index)) = first.exports.get(&desc.name).filter(|_| desc.name != "_") else {
            return None;
        };
        (self.globals.get(index as usize)?.ty == ty).then_some(index)
    }

    fn import_global(
        &self,
        module: &Module,
        imports: &[u32],
        desc: &GlobalDesc,
        package: PackageRef,
        ty: u32,
    ) -> Result<u32, LoadError> {
        let problem = |problem| import_error(module, module_path(module, package), &desc.name, problem);
        let Some(&Export::Global(index)) = self.export(imports, package, &desc.name) else {
            return Err(problem(ImportProblem::NoExport));
        };
        // Types are merged, so equal types have one index.
        if self.globals.get(index as usize).map(|global| global.ty) != Some(ty) {
            return Err(problem(ImportProblem::OtherType));
        }
        Ok(index)
    }

    fn add_functions(&mut self, functions: Vec<Function>, package: u32, reprs: &[Repr]) -> Result<(), LoadError> {
        let (words, first_function) = (self.code.len(), self.functions.len());
        let mut segment = self.segments.len();
        for mut function in functions {
            if matches!(function.kind, FunctionKind::Imported(_)) {
                continue;
            }
            self.append(&mut function, package)?;
            self.tables.push(function);
        }
        for index in first_function..self.functions.len() {
            self.resolve(index, &mut segment, reprs)?;
        }
        let fused = fuse(self.code.get(words..).unwrap_or_default());
        self.fast.extend(fused);
        Ok(())
    }

    /// Rewrites the words of a function as the documentation of the module above says.
    fn resolve(&mut self, index: usize, segment: &mut usize, reprs: &[Repr]) -> Result<(), LoadError> {
        let mut pc = self.functions.get(index).map_or(0, |code| code.start as usize);
        let end = self.functions.get(index + 1).map_or(self.code.len(), |code| code.start as usize);
        while pc < end {
            let word = self.code.get(pc).copied().unwrap_or(0);
            let Some(op) = Op::from_code(code_of(word)) else { break };
            if op == Op::Segment {
                let bound = self.segments.get(*segment).copied().unwrap_or_default();
                self.set(pc, segment_word(&bound));
                *segment += 1;
            } else if op.words() == 2 {
                let ext = self.code.get(pc + 1).copied().unwrap_or(0);
                let resolved = self.extension(index, op, pc, ext, reprs)?;
                self.set(pc + 1, resolved);
                if op == Op::Call {
                    self.check_receiver(index, ext as u32, field_b(word))?;
                    self.set(pc, word | u64::from(self.foreign_package(index, ext as u32)) << 48);
                }
            }
            pc += op.words();
        }
        Ok(())
    }

    /// An imported callee that is called as a method with a receiver that refers to an object is one (check V19).
    fn check_receiver(&self, caller: usize, callee: u32, flags: u16) -> Result<(), LoadError> {
        let Some(own) = self.package_of(caller as u32).filter(|_| flags & call::METHOD != 0) else { return Ok(()) };
        let function = own.map.funcs.get(callee as usize).and_then(|&index| self.types.func(index));
        let receiver = function.and_then(|function| function.receiver);
        if receiver.is_some_and(|ty| self.types.get(ty).repr.is_owned()) {
            return Ok(());
        }
        let error =
            verify::VerifyError::new(verify::Check::CallFlags, "the imported callee has no receiver that refers");
        Err(LoadError::Verify(error))
    }

    /// Package of a called function plus one, if it is not the caller's: for guarded calls, which load packages (field `c`).
    fn foreign_package(&self, caller: usize, callee: u32) -> u16 {
        let package = |function: usize| self.functions.get(function).map(|code| code.package);
        let Some(own) = self.package_of(caller as u32) else { return 0 };
        let callee = own.map.funcs.get(callee as usize).copied().unwrap_or(0);
        match package(callee as usize) {
            Some(other) if Some(other) != package(caller) => u16::try_from(other + 1).unwrap_or(0),
            _ => 0,
        }
    }

    fn set(&mut self, pc: usize, word: u64) {
        if let Some(place) = self.code.get_mut(pc) {
            *place = word;
        }
    }

    fn extension(&mut self, function: usize, op: Op, pc: usize, ext: u64, reprs: &[Repr]) -> Result<u64, LoadError> {
        let low = ext as u32;
        let Some(package) = self.package_of(function as u32) else { return Ok(ext) };
        let ty = || package.map.types.get(TypeRef::from_u32(low).index()).copied().map_or(0, u64::from);
        let func = || package.map.funcs.get(low as usize).copied().unwrap_or(0);
        Ok(match (op, op.format().ext) {
            (Op::Call, _) => {
                let Some(callee) = self.functions.get(func() as usize) else { return Ok(0) };
                let distance = callee.entry as i64 - pc as i64;
                u64::from(distance as i32 as u32) | u64::from(callee.frame_size) << 32
            }
            (Op::CallNative, _) => self.native(func())?,
            (Op::LoadPackage | Op::UsePackage, _) => package.imports.get(low as usize).copied().map_or(0, u64::from),
            (Op::BindIface | Op::SelectIface, _) => {
                let name = package.map.names.get(StrRef::from_u32(low).index()).copied().flatten();
                u64::from(name.unwrap_or(u32::MAX))
            }
            (Op::MakeIface | Op::UnboxIface | Op::IsIface | Op::AssertIface | Op::CheckConvert, _) => {
                let repr = reprs.get(TypeRef::from_u32(low).index()).map_or(0, |&repr| repr as u64);
                repr << 32 | ty()
            }
            (Op::Zero | Op::NewMap | Op::MakeMap, _) => {
                let package = self.functions.get(function).map_or(u32::MAX, |code| code.package);
                (ext >> 32 << 32) | u64::from(self.stored.made_by(package, ty() as u32))
            }
            (_, Ext::Type | Ext::TypeDst) => (ext >> 32 << 32) | ty(),
            (_, Ext::Func) => u64::from(func()),
            (_, Ext::Str) => u64::from(package.first_string + low),
            (_, Ext::Global) => {
                let index = package.globals.get(GlobalRef::from_u32(low).index()).copied().unwrap_or(0);
                let owner = self.globals.get(index as usize).map(|global| global.package);
                let own = self.functions.get(function).map(|code| code.package);
                u64::from(index) | if owner == own { 0 } else { crate::realm::IMPORTED }
            }
            _ => ext,
        })
    }

    /// Index of the native that is the body of a function.
    fn native(&mut self, function: u32) -> Result<u64, LoadError> {
        if let Some(known) = self.natives.iter().rposition(|native| native.function == function) {
            return Ok(known as u64);
        }
        let path = self.package_of(function).map_or("", |package| package.path.as_str());
        let name = self.tables.get(function as usize).map_or("", |function| function.name.as_str());
        let Some(body) = natives::find(self.environment, path, name) else {
            return Err(LoadError::Native { package: path.to_owned(), name: name.to_owned() });
        };
        self.natives.push(Native { function, body });
        Ok(self.natives.len() as u64 - 1)
    }
}

/// What a module offers under which name. Names of `init` functions and `_` mean nothing.
fn exports(module: &Module, map: &ModuleTypes, globals: &[u32]) -> HashMap<String, Export> {
    let mut exports = HashMap::new();
    for (global, &index) in module.globals.iter().zip(globals) {
        if global.import.is_none() {
            exports.insert(global.name.clone(), Export::Global(index));
        }
    }
    for (function, &index) in module.functions.iter().zip(&map.funcs) {
        let name = match function.kind {
            FunctionKind::Declared | FunctionKind::Native => Some(function.name.clone()),
            FunctionKind::Method(receiver) => method_name(module, receiver, &function.name),
            _ => None,
        };
        if let Some(name) = name.filter(|name| name != "init" && name != "_" && !name.is_empty()) {
            exports.entry(name).or_insert(Export::Func(index, function.params));
        }
    }
    exports
}

/// `T.M`
fn method_name(module: &Module, receiver: TypeRef, name: &str) -> Option<String> {
    let id = &module.types.get(receiver.index())?.id;
    let id = id.strip_prefix('*').unwrap_or(id).strip_prefix(&module.path)?.strip_prefix('.')?;
    Some(format!("{id}.{name}"))
}

fn module_path(module: &Module, package: PackageRef) -> &str {
    module.imports.get(package.index()).map_or("", String::as_str)
}

#[cold]
fn import_error(module: &Module, package: &str, name: &str, problem: ImportProblem) -> LoadError {
    LoadError::Import { importer: module.path.clone(), package: package.to_owned(), name: name.to_owned(), problem }
}
