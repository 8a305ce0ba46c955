//! Typed tree to IR, one function at a time, with the metering events of the reference.
//!
//! Events and effects are emitted by one walk in the reference's order (spec/02 §6-11, spec/03 §4): [`emit`] keeps the events
//! that were charged since the last instruction pending, and the next instruction of the block takes them. So "charge precedes
//! effect" holds by construction, and what a pass may move is an instruction, never an event.
//!
//! | file | concept |
//! |---|---|
//! | `types` | type descriptors, method tables |
//! | `charge` | what zero values and copies of a type charge |
//! | `emit` | the function under construction: blocks, registers, pending events |
//! | `scope` | scopes, their slots, and where variables live |
//! | `state` | which blocks the reference has at each charge |
//! | `function` | prologue, return, recovery |
//! | `value` | constants, copies, conversions to interfaces |
//! | `expr`, `operator`, `condition`, `convert`, `composite`, `type_expr` | expressions |
//! | `place`, `dynamic` | assignable places, dynamic types of what they hold |
//! | `imports` | functions and variables of other packages, natives |
//! | `call`, `builtin`, `defer` | calls, predeclared functions, deferred calls |
//! | `stmt`, `assign`, `flow`, `range`, `switch` | statements |
//! | `text` | texts of write targets and calls |
//! | `package` | initialisation of the package and the call of `main` |
//!
//! Functions of the typed tree keep their numbers; synthetic functions follow. The same typed function is built twice only for a
//! method with a value receiver of struct or array type that is used as a method expression: called through it the receiver is an
//! argument and copied by the callee, bound it was copied by the caller (spec/03 §4.1).

mod assign;
mod builtin;
mod call;
mod charge;
mod composite;
mod condition;
mod convert;
mod defer;
mod dynamic;
mod emit;
mod expr;
mod flow;
mod function;
mod imports;
mod operator;
mod package;
mod place;
mod range;
mod scope;
mod state;
mod stmt;
mod stored;
mod switch;
mod text;
mod type_expr;
mod types;
mod value;

use crate::entity::{FuncRef, GlobalRef, PackageRef, StrRef, TypeRef};
use crate::function::{Function, FunctionKind};
use crate::module::Module;
use charge::{CopyPlan, ZeroCost};
use cranelift_entity::EntityRef;
use indexmap::IndexMap;
use regno_bytecode::module::{GlobalDesc, PackageSlot, WellKnownTypes};
use regno_bytecode::stored::FormRef;
use regno_frontend::source::SourceFile;
use regno_frontend::typed::{Builtin, FuncId, GlobalId, Package, Slot};
use regno_frontend::types::{IdentityId, TypeId};
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::rc::Rc;

/// A limit of the compiler that a program exceeds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum BuildError {
    /// The zero value of a type consists of more objects than the builder spells out.
    TypeTooLarge {
        /// The type as printed.
        ty: String,
    },
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BuildError::TypeTooLarge { ty } => write!(f, "type {ty} has too many parts"),
        }
    }
}

impl std::error::Error for BuildError {}

/// Runs `f` with enough stack for another level of recursion over the program.
fn deeper<R>(f: impl FnOnce() -> R) -> R {
    stacker::maybe_grow(128 * 1024, 2 * 1024 * 1024, f)
}

/// Builds the module of a checked package. `files` are its sources in the order of the file indices in the tree; `parse_charges` is what
/// parsing them cost (spec/02 §12).
///
/// # Errors
///
/// The package exceeds a limit of the compiler.
pub fn build_package(package: &Package, files: &[SourceFile], parse_charges: Vec<u32>) -> Result<Module, BuildError> {
    let mut cx = Context::new(package, files);
    cx.module.parse_charges = parse_charges;
    cx.declare();
    function::build_all(&mut cx);
    package::build_runners(&mut cx);
    cx.build_stored();
    cx.finish_types();
    match cx.error.take() {
        Some(error) => Err(error),
        None => Ok(cx.module),
    }
}

/// What building a package shares between its functions.
struct Context<'a> {
    package: &'a Package,
    files: &'a [SourceFile],
    module: Module,
    strings: HashMap<Rc<[u8]>, StrRef>,
    types: HashMap<IdentityId, TypeRef>,
    /// Descriptors that are referred to and not filled in yet.
    unfilled: Vec<(TypeRef, TypeId)>,
    forms: HashMap<TypeId, FormRef>,
    /// Written types that are referred to and not filled in yet.
    unfilled_forms: Vec<(FormRef, TypeId)>,
    copies: HashMap<TypeId, Rc<CopyPlan>>,
    zero_costs: HashMap<TypeId, ZeroCost>,
    /// Methods used as method expressions whose receiver needs a copy.
    method_exprs: IndexMap<FuncId, FuncRef>,
    /// Functions of predeclared methods that values or dispatch need.
    native_methods: Vec<(Builtin, FuncRef)>,
    /// Realms can take part in running the package.
    guarded: bool,
    /// Functions and methods of other packages by name.
    imported: HashMap<(PackageRef, String), FuncRef>,
    /// Element types of conversions between pointers.
    retyped: HashSet<IdentityId>,
    error: Option<BuildError>,
}

impl<'a> Context<'a> {
    fn new(package: &'a Package, files: &'a [SourceFile]) -> Context<'a> {
        Context {
            package,
            files,
            module: Module::default(),
            strings: HashMap::new(),
            types: HashMap::new(),
            unfilled: Vec::new(),
            forms: HashMap::new(),
            unfilled_forms: Vec::new(),
            copies: HashMap::new(),
            zero_costs: HashMap::new(),
            method_exprs: IndexMap::new(),
            native_methods: Vec::new(),
            guarded: package.path != "main" || !package.imports.is_empty(),
            imported: HashMap::new(),
            retyped: dynamic::retyped(package),
            error: None,
        }
    }

    /// Gives every function and variable of the package its entity.
    fn declare(&mut self) {
        self.module.path.clone_from(&self.package.path);
        self.module.name.clone_from(&self.package.name);
        self.module.files = self.files.iter().map(|file| file.name().to_owned()).collect();
        self.reserve_types();
        self.module.well_known =
            WellKnownTypes { string: Some(self.type_ref(TypeId::STRING)), int: Some(self.type_ref(TypeId::INT)) };
        self.declare_imports();
        for func in self.package.funcs.values() {
            self.module.functions.push(Function::new(&func.name, FunctionKind::Declared));
        }
        self.module.package_slots = self.package.package_slots.iter().map(|slot| self.package_slot(slot)).collect();
        for global in self.package.globals.values() {
            let ty = self.type_ref(global.ty);
            let import = global.imported.as_ref().map(|imported| self.import(&imported.package));
            let name = global.imported.as_ref().map_or(&global.name, |imported| &imported.name).clone();
            self.module.globals.push(GlobalDesc { name, ty, import });
        }
    }

    fn package_slot(&self, slot: &Slot) -> PackageSlot {
        match slot {
            Slot::Global(global) => PackageSlot::Global(self.global(*global)),
            Slot::Func(func) => PackageSlot::Func(self.func(*func)),
            Slot::Const { bytes, visited } => PackageSlot::Static { bytes: *bytes, visited: *visited },
            Slot::Type => PackageSlot::Static { bytes: 0, visited: true },
            Slot::Var(_) => PackageSlot::Static { bytes: 0, visited: false },
        }
    }

    /// The entity of a function of the tree.
    fn func(&self, func: FuncId) -> FuncRef {
        FuncRef::new(func.index())
    }

    /// The entity of a package-level variable.
    fn global(&self, global: GlobalId) -> GlobalRef {
        GlobalRef::new(global.index())
    }

    /// A string constant.
    fn string(&mut self, bytes: &[u8]) -> StrRef {
        if let Some(&known) = self.strings.get(bytes) {
            return known;
        }
        let new = self.module.strings.push(bytes.to_vec());
        self.strings.insert(bytes.into(), new);
        new
    }

    /// Adds a function made by the compiler.
    fn add_function(&mut self, function: Function) -> FuncRef {
        self.module.functions.push(function)
    }

    fn too_large(&mut self, ty: TypeId) {
        let ty = self.package.types.type_string(ty);
        self.error.get_or_insert(BuildError::TypeTooLarge { ty });
    }
}
