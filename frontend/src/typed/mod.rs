//! The checked, typed syntax tree: what the front end hands to the IR builder.
//!
//! The tree is the *rewritten* program of spec/02 §5: implicit conversions are explicit [`ExprKind::Convert`] nodes,
//! promoted selectors are chains of explicit selectors, constants are folded, `default` clauses come last, automatic
//! address-of is an explicit [`ExprKind::AddressOf`]. Each [`Expr`] stands for exactly one node that the reference
//! evaluates (one `Eval`), so the builder derives all metering events from the tree alone. Parentheses are gone.
//!
//! All nodes are entities in tables ([`Package`]); nothing here recurses on drop, clone or print.
//!
//! | table | holds |
//! |---|---|
//! | `exprs`, `stmts`, `type_exprs` | nodes |
//! | `scopes` | one per block that the reference materialises (spec/03 §3), with its slots in order |
//! | `vars` | everything that occupies a slot: variables, parameters, results, local constants and types, captures |
//! | `funcs` | declared functions, methods and function literals |
//! | `globals` | package-level variables |

mod expr;
mod func;
mod stmt;

pub use expr::{
    BinaryOp, Builtin, Callee, CompositeElement, CompositeKind, Expr, ExprKind, FuncUse, IndexKind, MethodRef, Place,
    Receiver, Reserved, SliceKind, Spread, TypeExpr, TypeField, UnaryOp,
};
pub use func::{Func, FuncKind, Global, ImportedName, InitStep, Main, Scope, ScopeKind, Slot, SlotValue, Var, VarKind};
pub use stmt::{BranchKind, Clause, DeclSpec, RangeKind, RangeStmt, Stmt, StmtKind, TypeClause};

use crate::source::Span;
use crate::types::{NamedId, TypeTable};
use cranelift_entity::{PrimaryMap, entity_impl};
use std::collections::HashMap;
use std::rc::Rc;

/// An expression node.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExprId(u32);
entity_impl!(ExprId, "expr");

/// A statement node.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StmtId(u32);
entity_impl!(StmtId, "stmt");

/// A type expression that is evaluated at run time, kept for its metering events (spec/02 §7).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypeExprId(u32);
entity_impl!(TypeExprId, "texpr");

/// A name that occupies a slot of a block.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VarId(u32);
entity_impl!(VarId, "var");

/// A block of the reference.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ScopeId(u32);
entity_impl!(ScopeId, "scope");

/// A function, method or function literal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FuncId(u32);
entity_impl!(FuncId, "func");

/// A package-level variable.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GlobalId(u32);
entity_impl!(GlobalId, "global");

/// A checked package.
pub struct Package {
    /// Import path, `main` for a program.
    pub path: String,
    /// Package name of the package clause.
    pub name: String,
    /// All types of this package and of those that were checked before it in the same world.
    pub types: Rc<TypeTable>,
    /// Expression nodes.
    pub exprs: PrimaryMap<ExprId, Expr>,
    /// What words of constants have behind the width of the constant ([`Held`](crate::constant::Held)); 0 for all others.
    pub uppers: HashMap<ExprId, u64>,
    /// Statement nodes.
    pub stmts: PrimaryMap<StmtId, Stmt>,
    /// Type expressions evaluated at run time.
    pub type_exprs: PrimaryMap<TypeExprId, TypeExpr>,
    /// Names with slots.
    pub vars: PrimaryMap<VarId, Var>,
    /// Blocks.
    pub scopes: PrimaryMap<ScopeId, Scope>,
    /// Functions, methods, literals.
    pub funcs: PrimaryMap<FuncId, Func>,
    /// Package-level variables in slot order, then variables of other packages in the order of their first use.
    pub globals: PrimaryMap<GlobalId, Global>,
    /// What runs when the package is initialised, in execution order, repeated executions included
    /// (spec/02 §11.2); `init` functions are not in it.
    pub init_steps: Vec<InitStep>,
    /// `init` functions in the order in which they run.
    pub inits: Vec<FuncId>,
    /// What the initialisation ends in after the `init` functions: an abort, or nothing.
    pub init_abort: Option<String>,
    /// What the reference refuses once it has loaded the imports: the package has nothing else then, and its initialisation ends there.
    pub refusal: Option<String>,
    /// What a run calls, if it is there.
    pub main: Option<Main>,
    /// Why there is no `main()` to call: the reference's message, with the location of a call that has no source.
    pub no_main: Option<String>,
    /// Package-level names in slot order: constants, variables, types, functions (spec/03 §3, row "package").
    pub package_slots: Vec<Slot>,
    /// What is in them.
    pub slot_values: Vec<SlotValue>,
    /// Extent of each file, from the package clause to the end of the last declaration.
    pub file_spans: Vec<Span>,
    /// For each file the packages that occupy a slot of its block, in slot order, as indices in `imports` (spec/03 §5.1).
    pub file_imports: Vec<Vec<u32>>,
    /// Paths of the imported packages in the order of their first import.
    pub imports: Vec<String>,
    /// Where each of them is imported first, as errors name places (spec/01 §3.3).
    pub import_locations: Vec<String>,
    /// Stand-ins of methods of types of other packages, as far as the package names them; see [`Self::method`].
    pub imported_methods: HashMap<(NamedId, u32), FuncId>,
}

impl Package {
    /// The function of a declared type's method, by its index. `None` for a method of a predeclared type, and for one of another
    /// package that no expression of this package names: [`NamedType::pkg_path`](crate::types::NamedType::pkg_path) and the names
    /// of type and method tell them apart.
    #[must_use]
    pub fn method(&self, named: NamedId, index: u32) -> Option<FuncId> {
        let declared = self.types.named(named);
        if *declared.pkg_path != *self.path {
            return self.imported_methods.get(&(named, index)).copied();
        }
        declared.methods.get(index as usize).map(|method| FuncId::from_u32(method.func))
    }
}
