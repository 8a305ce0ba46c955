//! Statements.

use super::{BinaryOp, ExprId, Place, ScopeId, StmtId, TypeExprId, VarId};
use crate::source::Span;
use crate::types::TypeId;

/// One statement of a body. Empty statements are kept: they count (spec/02 §4).
#[derive(Clone, Debug)]
pub struct Stmt {
    /// What it does.
    pub kind: StmtKind,
    /// Source range.
    pub span: Span,
}

/// One spec of a `var` or `const` declaration statement.
#[derive(Clone, Debug)]
pub struct DeclSpec {
    /// Target of each name in order; `None` for `_`. Constants have targets only for their slot.
    pub names: Vec<Option<VarId>>,
    /// The declared type's evaluation, after the values (spec/02 Q21).
    pub target: Option<TypeExprId>,
    /// Type of each name.
    pub types: Vec<TypeId>,
    /// Values: as many as names, or one of tuple type, or none (zero values).
    pub values: Vec<ExprId>,
}

/// Where a branch goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BranchKind {
    /// Leave the `for`, `range`, `switch` or type switch statement.
    Break(StmtId),
    /// Next iteration of the `for` or `range` statement.
    Continue(StmtId),
    /// Continue with the dispatch of this statement, which is in the body of the same or an enclosing block.
    Goto(StmtId),
    /// Continue with the body of the next clause of the enclosing expression switch.
    Fallthrough,
    /// A branch that the reference accepts and that aborts with this text when executed.
    Abort(&'static str),
}

/// A clause of an expression switch; `default` is last.
#[derive(Clone, Debug)]
pub struct Clause {
    /// Case expressions; empty for `default`.
    pub cases: Vec<ExprId>,
    /// It is the `default` clause.
    pub is_default: bool,
    /// Scope of the body: shares the slots of the switch (spec/03 §3).
    pub scope: ScopeId,
    /// Statements.
    pub body: Vec<StmtId>,
}

/// A clause of a type switch; `default` is last.
#[derive(Clone, Debug)]
pub struct TypeClause {
    /// Types in order; `None` is `nil`. Empty for `default`.
    pub types: Vec<Option<TypeId>>,
    /// It is the `default` clause.
    pub is_default: bool,
    /// The switch variable in this clause, if the switch has one.
    pub var: Option<VarId>,
    /// Scope of the body.
    pub scope: ScopeId,
    /// Statements.
    pub body: Vec<StmtId>,
}

/// What is ranged over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RangeKind {
    /// An array value: copied first.
    Array,
    /// A slice.
    Slice,
    /// A pointer to an array.
    ArrayPointer,
    /// A string.
    String,
    /// A map.
    Map,
}

/// A `range` statement.
#[derive(Clone, Debug)]
pub struct RangeStmt {
    /// What is ranged over.
    pub kind: RangeKind,
    /// The operand.
    pub operand: ExprId,
    /// Key target; `None` when absent.
    pub key: Option<Place>,
    /// Value target; `None` when absent.
    pub value: Option<Place>,
    /// `:=`: the targets are new variables of the scope, fresh per iteration when boxed.
    pub define: bool,
    /// With `=` and targets that are not plain names the reference aborts on the first dispatch (spec/02 §8.2).
    pub aborts: Option<String>,
    /// Scope of the statement: key, value and the names of the body.
    pub scope: ScopeId,
    /// Statements.
    pub body: Vec<StmtId>,
}

/// What a statement does.
#[derive(Clone, Debug)]
pub enum StmtKind {
    /// `;`, or the statement a label before `}` stands on.
    Empty,
    /// A call as a statement.
    Call(ExprId),
    /// `a, b := values`: stores left to right.
    Define {
        /// Targets: variables, new or redefined (`Place::Local`), or `Place::Blank`.
        targets: Vec<Place>,
        /// For each target whether this statement creates the variable anew: a boxed one then gets a fresh heap item.
        fresh: Vec<bool>,
        /// As many as targets, or one of tuple type.
        values: Vec<ExprId>,
        /// Executing it aborts after its right sides with this text (spec/01 §1.3 row 27).
        aborts: Option<&'static str>,
    },
    /// `a, b = values`: operands of the targets left to right, values, then stores right to left.
    Assign {
        /// Targets.
        targets: Vec<Place>,
        /// As many as targets, or one of tuple type.
        values: Vec<ExprId>,
    },
    /// `place op= value`. For shifts the value has its own type.
    OpAssign {
        /// Operator.
        op: BinaryOp,
        /// Target.
        target: Place,
        /// Type of the target.
        ty: TypeId,
        /// Operand.
        value: ExprId,
    },
    /// `place++`, `place--`.
    IncDec {
        /// Target.
        target: Place,
        /// Type of the target.
        ty: TypeId,
        /// `++`
        increment: bool,
    },
    /// `var` declaration statement: one `Exec` and `ValueDecl` per spec.
    Var(Vec<DeclSpec>),
    /// `const` declaration statement: values are evaluated (and charged) on every execution.
    Const(Vec<DeclSpec>),
    /// `type` declaration statement: of each spec the evaluation of its type, as of [`InitStep::Type`](super::InitStep::Type).
    Type(Vec<Option<TypeExprId>>),
    /// `{ ... }`
    Block {
        /// Scope.
        scope: ScopeId,
        /// Statements.
        body: Vec<StmtId>,
    },
    /// `if`
    If {
        /// Scope of the statement: names of the init part.
        scope: ScopeId,
        /// Init statement, run under `Exec`.
        init: Option<StmtId>,
        /// Condition.
        condition: ExprId,
        /// Scope of the then part: init names plus its own.
        then_scope: ScopeId,
        /// Then part.
        then_body: Vec<StmtId>,
        /// Scope of the else part: init names plus its own.
        else_scope: ScopeId,
        /// Else part; `else if` is a single `If`.
        else_body: Vec<StmtId>,
    },
    /// `for`
    For {
        /// Scope: init names and names of the body.
        scope: ScopeId,
        /// Init statement, run under `Exec`.
        init: Option<StmtId>,
        /// Condition.
        condition: Option<ExprId>,
        /// Post statement; part of the loop's own dispatch.
        post: Option<StmtId>,
        /// Statements.
        body: Vec<StmtId>,
        /// Boxed variables of the init part that get a fresh copy at the end of each iteration, before the post
        /// statement (uncharged).
        per_iteration: Vec<VarId>,
    },
    /// `range`
    Range(RangeStmt),
    /// Expression switch.
    Switch {
        /// Scope: names of the init part.
        scope: ScopeId,
        /// Init statement, run under `Exec`.
        init: Option<StmtId>,
        /// Tag; the constant `true` if absent in the source.
        tag: ExprId,
        /// Clauses, default last.
        clauses: Vec<Clause>,
    },
    /// Type switch.
    TypeSwitch {
        /// Scope: names of the init part.
        scope: ScopeId,
        /// Init statement, run under `Exec`.
        init: Option<StmtId>,
        /// Operand of interface type.
        operand: ExprId,
        /// Clauses, default last.
        clauses: Vec<TypeClause>,
    },
    /// `return`
    Return {
        /// As many as results, or one of tuple type, or none.
        values: Vec<ExprId>,
    },
    /// `defer f(args)`: the expression is a `Call`; the call node itself is not evaluated.
    Defer(ExprId),
    /// `break`, `continue`, `goto`, `fallthrough`.
    Branch(BranchKind),
    /// A statement that passes the checks and always aborts when executed, after its operands, with this text.
    Abort {
        /// Operands, evaluated in order.
        operands: Vec<ExprId>,
        /// Text of the abort.
        text: String,
    },
}
