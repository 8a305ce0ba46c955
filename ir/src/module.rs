//! A package of the IR.

use crate::entity::{FuncRef, GlobalRef, PackageRef, StrRef, TypeRef};
use crate::function::Function;
use cranelift_entity::PrimaryMap;
use regno_bytecode::module::{GlobalDesc, PackageSlot, WellKnownTypes};
use regno_bytecode::stored::Stored;
use regno_bytecode::types::TypeDesc;

/// A package: what the builder makes and codegen consumes.
#[derive(Debug, Default)]
pub struct Module {
    /// Import path.
    pub path: String,
    /// Package name.
    pub name: String,
    /// Paths of the packages that it refers to.
    pub imports: PrimaryMap<PackageRef, String>,
    /// Names of the source files.
    pub files: Vec<String>,
    /// Parse gas of all files, token by token.
    pub parse_charges: Vec<u32>,
    /// Type descriptors.
    pub types: PrimaryMap<TypeRef, TypeDesc>,
    /// String constants.
    pub strings: PrimaryMap<StrRef, Vec<u8>>,
    /// Functions.
    pub functions: PrimaryMap<FuncRef, Function>,
    /// Package-level variables.
    pub globals: PrimaryMap<GlobalRef, GlobalDesc>,
    /// Slots of the package block.
    pub package_slots: Vec<PackageSlot>,
    /// For each file the packages in the slots of its block.
    pub file_imports: Vec<Vec<PackageRef>>,
    /// Runs the package's initialisation.
    pub init: Option<FuncRef>,
    /// Calls the `init` functions.
    pub inits: Option<FuncRef>,
    /// Evaluates `main()`.
    pub main: Option<FuncRef>,
    /// Types the runtime needs.
    pub well_known: WellKnownTypes,
    /// What its stored objects need.
    pub stored: Stored,
}
