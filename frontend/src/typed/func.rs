//! Functions, scopes, variables, package-level variables and initialisation.

use super::{DeclSpec, FuncId, GlobalId, ScopeId, StmtId, TypeExprId, VarId};
use crate::constant::Held;
use crate::source::Span;
use crate::types::TypeId;

/// What a slot of a block is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum VarKind {
    /// A variable; also range, loop and type-switch variables.
    Variable,
    /// Parameter `n`, the receiver included.
    Param(u32),
    /// Result `n`.
    Result(u32),
    /// A captured outer variable (`~name`): shares the heap item of the outer one, capture number `n` of the literal.
    Capture(u32),
    /// A local constant.
    Const {
        /// Still untyped numeric: 232 bytes at every collection (spec/00 addendum 2).
        untyped_numeric: bool,
        /// A string constant's length in bytes.
        string_len: Option<u64>,
    },
    /// A local type.
    Type,
}

/// A name that occupies a slot.
#[derive(Clone, Debug)]
pub struct Var {
    /// Name as written; hidden names as in spec/01 §4.3.
    pub name: String,
    /// Type as represented at run time.
    pub ty: TypeId,
    /// Kind.
    pub kind: VarKind,
    /// Heap-defined: captured or address taken (spec/03 §3). Always true for captures.
    pub boxed: bool,
    /// The scope that owns it.
    pub scope: ScopeId,
}

/// One slot of a block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Slot {
    /// A local name.
    Var(VarId),
    /// A package-level variable.
    Global(GlobalId),
    /// A package-level function.
    Func(FuncId),
    /// A package-level constant: bytes that a collection counts for it and whether it is visited (spec/00 addendum 2).
    Const {
        /// Bytes beside the slot.
        bytes: u64,
        /// It counts one visit.
        visited: bool,
    },
    /// A package-level type: a visit of size 0.
    Type,
}

/// What the value of a slot of the package block is, as far as it is known at compile time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SlotValue {
    /// A variable or function.
    Object,
    /// A type.
    Type(TypeId),
    /// A constant and its type, which may be untyped.
    Const(Held, TypeId),
    /// A constant without value.
    Undefined,
}

/// Which construct a scope belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ScopeKind {
    /// Function or literal.
    Func,
    /// `{ ... }`
    Block,
    /// `if` statement: the init names.
    If,
    /// Then or else part of an `if`: grows the block of its parent scope.
    IfPart,
    /// `for`
    For,
    /// `range`
    Range,
    /// Switch or type switch: the init names.
    Switch,
    /// Clause: grows the block of its parent scope.
    Clause,
}

/// A block of the reference (spec/03 §3).
#[derive(Clone, Debug)]
pub struct Scope {
    /// Construct.
    pub kind: ScopeKind,
    /// Enclosing scope within the same function.
    pub parent: Option<ScopeId>,
    /// All slots in the reference's order. For [`ScopeKind::IfPart`] and [`ScopeKind::Clause`]: the slots of the parent
    /// first, then the added ones, so `504 + 40 * slots.len()` is the grown block.
    pub slots: Vec<VarId>,
}

/// Kind of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FuncKind {
    /// Package-level function.
    Declared,
    /// Method; the receiver is parameter 0.
    Method {
        /// Name of the receiver's declared type.
        receiver_type: TypeId,
        /// Pointer receiver.
        pointer: bool,
    },
    /// A function or method of another package, which is linked: signature and parameters only.
    Imported(ImportedName),
    /// Function literal: `captures[i]` is the variable of the enclosing function whose heap item becomes capture `i`.
    Literal {
        /// Enclosing function.
        parent: Option<FuncId>,
        /// Captured variables of the enclosing function, in slot order of the captures.
        captures: Vec<VarId>,
    },
}

/// A function, method or function literal.
#[derive(Clone, Debug)]
pub struct Func {
    /// Bare name; empty for literals.
    pub name: String,
    /// Kind.
    pub kind: FuncKind,
    /// Function type without the receiver.
    pub signature: TypeId,
    /// Scope of the body: receiver, parameters, results, body names, captures (spec/01 §4.3).
    pub scope: ScopeId,
    /// Parameters in order, the receiver first.
    pub params: Vec<VarId>,
    /// Results in order; each has a slot, also when unnamed.
    pub results: Vec<VarId>,
    /// The results are named, `_` included: `return x` copies into them (`ReturnAfterCopy`).
    pub named_results: bool,
    /// The last parameter is variadic (its type is the slice type).
    pub variadic: bool,
    /// The function has `cur realm` as first parameter.
    pub crossing: bool,
    /// Statements.
    pub body: Vec<StmtId>,
    /// Declared without body: implemented by the runtime (spec/06 §4).
    pub native: bool,
    /// Index of the file it is declared in.
    pub file: u32,
    /// Source range of the declaration or literal.
    pub span: Span,
}

/// What something is called in another package.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ImportedName {
    /// Import path of the package.
    pub package: String,
    /// `F` for functions and variables, `T.M` for methods.
    pub name: String,
}

/// A package-level variable. Always boxed (spec/03 §3).
#[derive(Clone, Debug)]
pub struct Global {
    /// Name; `_` never has a global.
    pub name: String,
    /// Type.
    pub ty: TypeId,
    /// It is a variable of another package.
    pub imported: Option<ImportedName>,
}

/// One top-level run of the package's initialisation (spec/02 §11.1).
#[derive(Clone, Debug)]
pub enum InitStep {
    /// A variable declaration: `Exec`, values, type, `ValueDecl`, `Halt`. `names` of the spec are unused.
    Var {
        /// Targets in order; `None` for `_`.
        globals: Vec<Option<GlobalId>>,
        /// Values and types.
        spec: DeclSpec,
        /// Index of the file.
        file: u32,
    },
    /// A constant declaration; evaluated for its gas.
    Const(DeclSpec),
    /// A type declaration: `Exec`, `Eval`, `TypeDecl`, `Halt`. That of a blank name evaluates its type, as nothing keeps it.
    Type(Option<TypeExprId>),
    /// The end of the initialisation: an abort with this text, before the next declaration is begun.
    Abort(String),
}

/// What is called as `main()`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Main {
    /// `func main()`
    Func(FuncId),
    /// `var main = func() {…}` (**Quirk**)
    Variable(GlobalId),
}
