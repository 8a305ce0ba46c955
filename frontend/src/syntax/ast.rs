//! The syntax tree.
//!
//! Nodes live in a `bumpalo` arena and refer to each other by `&'a`; nothing here has a destructor, so dropping a tree of
//! any depth frees memory in one step and no code recurses. The tree is what was written: parentheses, grouped
//! declarations, const specs without values and the source order of `default` are all kept; giving them meaning is the
//! checker's work.
//!
//! **Spans** are exact. Each node covers the bytes from its first to its last token as the reference's tree defines it,
//! because errors, stack traces and storage locations print them. Where that is not obvious the field says so.
//!
//! **Types are expressions**: `[]int`, `func(int)`, `struct{}` and so on are [`ExprKind`]s.
//!
//! **Depth.** A chain `a + b + c + …` or `a.b.c…` is a left-deep tree of up to 100,000 levels. Code that walks expressions
//! recursively does so under `stacker::maybe_grow`.
//!
//! **Identity.** Every expression and statement has a [`NodeId`], unique in its file and dense from 0, so that a
//! consumer's side tables can be plain vectors ([`File::node_count`]).

use std::fmt;

use cranelift_entity::entity_impl;

use crate::source::Span;

/// Number of an expression or statement in its file: dense, from 0, in the order in which nodes were finished.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(u32);
entity_impl!(NodeId, "node");

/// A reference to an expression.
pub type ExprRef<'a> = &'a Expr<'a>;
/// A reference to a statement.
pub type StmtRef<'a> = &'a Stmt<'a>;

/// A name where it is declared or selected. A name that is used as an expression is [`ExprKind::Ident`].
#[derive(Clone, Copy, Debug)]
pub struct Ident<'a> {
    /// The name; `_` for the blank identifier.
    pub name: &'a str,
    /// The bytes of the name.
    pub span: Span,
}

/// A source file.
#[derive(Debug)]
pub struct File<'a> {
    /// From `package` to the end of the last declaration (of the package name if there is none).
    pub span: Span,
    /// The name in the package clause.
    pub package: Ident<'a>,
    /// All imports in source order. They also stand in `decls`, in their declarations.
    pub imports: &'a [&'a ImportSpec<'a>],
    /// All top-level declarations in source order.
    pub decls: &'a [Decl<'a>],
    /// Names that were declared before the declaration of that index and are declared elsewhere instead; their slots stay here.
    pub replaced: &'a [(usize, &'a str)],
    /// All comments in source order; each `//` line and each `/* */` is one.
    pub comments: &'a [Span],
    /// Number of [`NodeId`]s that were given out.
    pub node_count: u32,
}

// ---------------------------------------------------------------------------------------------------- declarations

impl<'a> File<'a> {
    /// The file with other declarations, of which the imports are those that stand among them.
    pub(crate) fn with_decls(&self, decls: &'a [Decl<'a>]) -> File<'a> {
        let imports = if decls.is_empty() { &[] } else { self.imports };
        let File { span, package, comments, node_count, .. } = *self;
        File { span, package, imports, decls, replaced: &[], comments, node_count }
    }
}

/// A top-level declaration.
#[derive(Clone, Copy, Debug)]
pub enum Decl<'a> {
    /// `import`, `const`, `var` or `type`, one spec or a parenthesised group.
    Gen(&'a GenDecl<'a>),
    /// A function or method.
    Func(&'a FuncDecl<'a>),
    /// Something that did not parse; an error was reported.
    Bad(Span),
}

/// `import`, `const`, `var` or `type` with its specs. Also a statement ([`StmtKind::Decl`]; never `import` there).
#[derive(Debug)]
pub struct GenDecl<'a> {
    /// From the keyword to the closing parenthesis, or to the end of the one spec.
    pub span: Span,
    /// Whether the specs stand in parentheses.
    pub grouped: bool,
    /// The specs.
    pub specs: Specs<'a>,
}

/// The specs of one declaration, by keyword.
#[derive(Clone, Copy, Debug)]
pub enum Specs<'a> {
    /// `import`
    Import(&'a [&'a ImportSpec<'a>]),
    /// `const`: a spec's index in the slice is its `iota`. A spec without values repeats an earlier one; the tree leaves
    /// its `values` empty.
    Const(&'a [&'a ValueSpec<'a>]),
    /// `var`
    Var(&'a [&'a ValueSpec<'a>]),
    /// `type`
    Type(&'a [&'a TypeSpec<'a>]),
}

/// `name "path"`.
#[derive(Debug)]
pub struct ImportSpec<'a> {
    /// From the name, or the path if there is none, to the end of the path.
    pub span: Span,
    /// The local name: an identifier, `_` or `.`.
    pub name: Option<Ident<'a>>,
    /// The path, unquoted.
    pub path: &'a str,
    /// The path's string literal.
    pub path_span: Span,
}

/// One line of a `const` or `var` declaration.
#[derive(Debug)]
pub struct ValueSpec<'a> {
    /// From the first name to the end of the last value, else of the type, else of the last name.
    pub span: Span,
    /// The declared names, at least one.
    pub names: &'a [Ident<'a>],
    /// The type, if written.
    pub ty: Option<ExprRef<'a>>,
    /// The values; empty if there is no `=`.
    pub values: &'a [ExprRef<'a>],
    /// Index of the spec in its group: the value of `iota`. Also counted in `var` groups, where it has no use.
    pub iota: u32,
}

/// One line of a `type` declaration.
#[derive(Debug)]
pub struct TypeSpec<'a> {
    /// From the name to the end of the type.
    pub span: Span,
    /// The declared name.
    pub name: Ident<'a>,
    /// Type parameters. The VM layer ignores them (spec/01 §1.1).
    pub type_params: Option<&'a FieldList<'a>>,
    /// Whether this is `type A = B`.
    pub alias: bool,
    /// The type.
    pub ty: ExprRef<'a>,
}

/// A function or method declaration.
#[derive(Debug)]
pub struct FuncDecl<'a> {
    /// From `func` to the end of the body, or of the signature if there is no body.
    pub span: Span,
    /// The receiver list; a well-formed one has exactly one field with at most one name.
    pub receiver: Option<&'a FieldList<'a>>,
    /// The declared name.
    pub name: Ident<'a>,
    /// The signature; its span starts at `func`.
    pub ty: &'a FuncType<'a>,
    /// The body; `None` for a function that is only declared.
    pub body: Option<&'a Block<'a>>,
}

/// Parameters, results, receivers, struct fields, interface elements or type parameters.
#[derive(Debug)]
pub struct FieldList<'a> {
    /// From the opening to the closing bracket inclusive; the type itself for a single unparenthesised result.
    pub span: Span,
    /// The groups, each with its own type.
    pub fields: &'a [Field<'a>],
}

/// Names that share a type: `a, b int`; or a type alone: an unnamed parameter, an embedded field or interface element.
#[derive(Debug)]
pub struct Field<'a> {
    /// From the first name (or the type) to the end of the tag, else of the type.
    pub span: Span,
    /// The names. Empty for an unnamed parameter and for an embedded field or element.
    pub names: &'a [Ident<'a>],
    /// The type: [`ExprKind::Ellipsis`] for the `...T` of a variadic parameter; for an interface method, its
    /// [`ExprKind::FuncType`], whose span starts at the parameters. In an interface an element without names is an embedded
    /// type, a union (binary `|`) or `~T` (unary).
    pub ty: ExprRef<'a>,
    /// A struct field's tag as written, quotes included.
    pub tag: Option<Ident<'a>>,
}

/// The signature of a function, function literal, function type or interface method.
#[derive(Debug)]
pub struct FuncType<'a> {
    /// From `func` (the parameters, in an interface method) to the end of the results, else of the parameters.
    pub span: Span,
    /// Type parameters of a declaration. The VM layer ignores them (spec/01 §1.1).
    pub type_params: Option<&'a FieldList<'a>>,
    /// The parameters.
    pub params: &'a FieldList<'a>,
    /// The results, if any are written; `func() ()` has an empty list.
    pub results: Option<&'a FieldList<'a>>,
}

// ------------------------------------------------------------------------------------------------------ statements

/// `{ … }`.
#[derive(Debug)]
pub struct Block<'a> {
    /// Both braces included.
    pub span: Span,
    /// The statements. An explicit `;` alone is an [`StmtKind::Empty`]; nothing stands for the implicit ones, except after
    /// a label at the end of a block.
    pub stmts: &'a [StmtRef<'a>],
}

/// A statement.
pub struct Stmt<'a> {
    /// The statement's number.
    pub id: NodeId,
    /// The statement without the semicolon that ends it.
    pub span: Span,
    /// What it is.
    pub kind: StmtKind<'a>,
}

/// The kinds of statements.
#[derive(Clone, Copy, Debug)]
pub enum StmtKind<'a> {
    /// Something that did not parse; an error was reported.
    Bad,
    /// Nothing: `;`, or implied between a label and `}`.
    Empty,
    /// `const`, `var` or `type`.
    Decl(&'a GenDecl<'a>),
    /// An expression as a statement.
    Expr(ExprRef<'a>),
    /// `ch <- value`; no Gno program may contain it.
    Send(&'a SendStmt<'a>),
    /// `x++` or `x--`.
    IncDec(&'a IncDecStmt<'a>),
    /// `=`, `:=` or an operation with assignment.
    Assign(&'a AssignStmt<'a>),
    /// `go call`; no Gno program may contain it.
    Go(ExprRef<'a>),
    /// `defer call`. The expression is a call in every file without errors.
    Defer(ExprRef<'a>),
    /// `return a, b`.
    Return(&'a [ExprRef<'a>]),
    /// `break`, `continue`, `goto`, `fallthrough`.
    Branch(&'a BranchStmt<'a>),
    /// `{ … }`.
    Block(&'a Block<'a>),
    /// `if`.
    If(&'a IfStmt<'a>),
    /// `switch` over values.
    Switch(&'a SwitchStmt<'a>),
    /// `switch` over types.
    TypeSwitch(&'a TypeSwitchStmt<'a>),
    /// `select`; no Gno program may contain it.
    Select(&'a SelectStmt<'a>),
    /// `for` without `range`.
    For(&'a ForStmt<'a>),
    /// `for … range`.
    Range(&'a RangeStmt<'a>),
    /// `label: statement`.
    Labeled(&'a LabeledStmt<'a>),
}

/// `ch <- value`.
#[derive(Debug)]
pub struct SendStmt<'a> {
    /// The channel.
    pub channel: ExprRef<'a>,
    /// The arrow.
    pub op_span: Span,
    /// The value.
    pub value: ExprRef<'a>,
}

/// `x++` or `x--`.
#[derive(Debug)]
pub struct IncDecStmt<'a> {
    /// The operand.
    pub x: ExprRef<'a>,
    /// True for `++`.
    pub increment: bool,
    /// The operator.
    pub op_span: Span,
}

/// `lhs op rhs`.
#[derive(Debug)]
pub struct AssignStmt<'a> {
    /// The left side, at least one.
    pub lhs: &'a [ExprRef<'a>],
    /// The operator.
    pub op: AssignOp,
    /// The operator's bytes.
    pub op_span: Span,
    /// The right side, at least one.
    pub rhs: &'a [ExprRef<'a>],
}

/// What an assignment does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssignOp {
    /// `=`
    Assign,
    /// `:=`
    Define,
    /// `op=`
    Op(BinaryOp),
}

/// `break`, `continue`, `goto`, `fallthrough`.
#[derive(Debug)]
pub struct BranchStmt<'a> {
    /// Which of them.
    pub kind: BranchKind,
    /// The label; always present for `goto`, never for `fallthrough`.
    pub label: Option<Ident<'a>>,
}

/// The kinds of branch statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BranchKind {
    /// `break`
    Break,
    /// `continue`
    Continue,
    /// `goto`
    Goto,
    /// `fallthrough`
    Fallthrough,
}

/// `if init; cond { then } else { els }`.
#[derive(Debug)]
pub struct IfStmt<'a> {
    /// The statement before the condition.
    pub init: Option<StmtRef<'a>>,
    /// The condition.
    pub cond: ExprRef<'a>,
    /// The body.
    pub then: &'a Block<'a>,
    /// What follows `else`: a [`StmtKind::Block`] or a [`StmtKind::If`].
    pub els: Option<StmtRef<'a>>,
}

/// `switch init; tag { clauses }`.
#[derive(Debug)]
pub struct SwitchStmt<'a> {
    /// The statement before the tag.
    pub init: Option<StmtRef<'a>>,
    /// The tag; `None` means `true`.
    pub tag: Option<ExprRef<'a>>,
    /// The braces and all between.
    pub body_span: Span,
    /// The clauses in source order.
    pub clauses: &'a [CaseClause<'a>],
}

/// `switch init; name := x.(type) { clauses }`.
#[derive(Debug)]
pub struct TypeSwitchStmt<'a> {
    /// The statement before the guard.
    pub init: Option<StmtRef<'a>>,
    /// The variable of the guard.
    pub binding: Option<Ident<'a>>,
    /// `x` of `x.(type)`.
    pub x: ExprRef<'a>,
    /// The whole guard, `name :=` included.
    pub guard_span: Span,
    /// The braces and all between.
    pub body_span: Span,
    /// The clauses in source order.
    pub clauses: &'a [CaseClause<'a>],
}

/// One clause of a switch.
#[derive(Debug)]
pub struct CaseClause<'a> {
    /// From `case` or `default` to the end of the last statement, else to the colon.
    pub span: Span,
    /// Values or types; `None` for `default`.
    pub exprs: Option<&'a [ExprRef<'a>]>,
    /// Offset of the colon.
    pub colon: u32,
    /// The statements.
    pub body: &'a [StmtRef<'a>],
}

/// `select { clauses }`.
#[derive(Debug)]
pub struct SelectStmt<'a> {
    /// The braces and all between.
    pub body_span: Span,
    /// The clauses in source order.
    pub clauses: &'a [CommClause<'a>],
}

/// One clause of a `select`.
#[derive(Debug)]
pub struct CommClause<'a> {
    /// From `case` or `default` to the end of the last statement, else to the colon.
    pub span: Span,
    /// The communication; `None` for `default`.
    pub comm: Option<StmtRef<'a>>,
    /// Offset of the colon.
    pub colon: u32,
    /// The statements.
    pub body: &'a [StmtRef<'a>],
}

/// `for init; cond; post { body }`.
#[derive(Debug)]
pub struct ForStmt<'a> {
    /// The first statement.
    pub init: Option<StmtRef<'a>>,
    /// The condition; `None` means `true`.
    pub cond: Option<ExprRef<'a>>,
    /// The last statement.
    pub post: Option<StmtRef<'a>>,
    /// The body.
    pub body: &'a Block<'a>,
}

/// `for key, value := range x { body }`.
#[derive(Debug)]
pub struct RangeStmt<'a> {
    /// The first left operand.
    pub key: Option<ExprRef<'a>>,
    /// The second left operand; only with a first one.
    pub value: Option<ExprRef<'a>>,
    /// True for `:=`, false for `=` and where there is no left side.
    pub define: bool,
    /// `=` or `:=`; empty at `range` where there is no left side.
    pub op_span: Span,
    /// The operand.
    pub x: ExprRef<'a>,
    /// The body.
    pub body: &'a Block<'a>,
}

/// `label: stmt`.
#[derive(Debug)]
pub struct LabeledStmt<'a> {
    /// The label.
    pub label: Ident<'a>,
    /// Offset of the colon.
    pub colon: u32,
    /// The statement.
    pub stmt: StmtRef<'a>,
}

// ----------------------------------------------------------------------------------------------------- expressions

/// An expression or type.
pub struct Expr<'a> {
    /// The expression's number.
    pub id: NodeId,
    /// From the first to the last token.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind<'a>,
}

/// The kinds of expressions and types.
#[derive(Clone, Copy, Debug)]
pub enum ExprKind<'a> {
    /// Something that did not parse; an error was reported.
    Bad,
    /// A name.
    Ident(&'a str),
    /// A number, rune or string as written.
    Literal(Literal<'a>),
    /// `T{…}`, or `{…}` inside another composite literal.
    CompositeLit(&'a CompositeLit<'a>),
    /// `func(…) … { … }`.
    FuncLit(&'a FuncLit<'a>),
    /// `(x)`.
    Paren(ExprRef<'a>),
    /// `x.name`.
    Selector(&'a SelectorExpr<'a>),
    /// `x[i]`, or `x[T, U]`.
    Index(&'a IndexExpr<'a>),
    /// `x[lo:hi:max]`.
    Slice(&'a SliceExpr<'a>),
    /// `x.(T)`; `x.(type)` where it is not the guard of a type switch.
    TypeAssert(&'a TypeAssertExpr<'a>),
    /// `f(a, b...)`. Conversions look the same.
    Call(&'a CallExpr<'a>),
    /// `*x`: dereference or pointer type.
    Star(ExprRef<'a>),
    /// `op x`; `&x` is [`UnaryOp::Addr`].
    Unary(UnaryOp, ExprRef<'a>),
    /// `x op y`.
    Binary(&'a BinaryExpr<'a>),
    /// `key: value` in a composite literal.
    KeyValue(&'a KeyValueExpr<'a>),
    /// `[len]T`, `[...]T` (length is an [`ExprKind::Ellipsis`] without type) and, without length, `[]T`.
    ArrayType(&'a ArrayType<'a>),
    /// `...T` of a variadic parameter, or `...` alone as an array length.
    Ellipsis(Option<ExprRef<'a>>),
    /// `struct { … }`.
    StructType(&'a FieldList<'a>),
    /// `func(…) …`.
    FuncType(&'a FuncType<'a>),
    /// `interface { … }`.
    InterfaceType(&'a FieldList<'a>),
    /// `map[K]V`.
    MapType(&'a MapType<'a>),
    /// `chan T`, `<-chan T`, `chan<- T`.
    ChanType(ChanDir, ExprRef<'a>),
}

/// A number, rune or string literal. Its text was validated by the lexer.
#[derive(Clone, Copy, Debug)]
pub struct Literal<'a> {
    /// Which kind.
    pub kind: LiteralKind,
    /// The source text with quotes, prefixes and `_`; carriage returns inside raw strings are already removed.
    pub text: &'a str,
}

/// The kinds of literals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LiteralKind {
    /// `12`, `0x1f`, `0b1`, `0o7`, `017`
    Int,
    /// `1.5`, `1e3`, `0x1p-2`
    Float,
    /// `1i`
    Imaginary,
    /// `'a'`
    Rune,
    /// `"a"` and raw strings
    String,
}

/// `T{elements}`.
#[derive(Debug)]
pub struct CompositeLit<'a> {
    /// The type; `None` where it is elided.
    pub ty: Option<ExprRef<'a>>,
    /// Offset of `{`.
    pub lbrace: u32,
    /// Offset of `}`.
    pub rbrace: u32,
    /// Values, [`ExprKind::KeyValue`]s, or [`ExprKind::CompositeLit`]s without type.
    pub elements: &'a [ExprRef<'a>],
}

/// `func(…) … { … }`.
#[derive(Debug)]
pub struct FuncLit<'a> {
    /// The signature; its span starts at `func`.
    pub ty: &'a FuncType<'a>,
    /// The body.
    pub body: &'a Block<'a>,
}

/// `x.sel`.
#[derive(Debug)]
pub struct SelectorExpr<'a> {
    /// The operand.
    pub x: ExprRef<'a>,
    /// The selected name.
    pub sel: Ident<'a>,
}

/// `x[indices]`.
#[derive(Debug)]
pub struct IndexExpr<'a> {
    /// The operand.
    pub x: ExprRef<'a>,
    /// Offset of `[`.
    pub lbrack: u32,
    /// The indices: one, or more for an instantiation.
    pub indices: &'a [ExprRef<'a>],
}

/// `x[lo:hi:max]`.
#[derive(Debug)]
pub struct SliceExpr<'a> {
    /// The operand.
    pub x: ExprRef<'a>,
    /// First bound.
    pub lo: Option<ExprRef<'a>>,
    /// Second bound.
    pub hi: Option<ExprRef<'a>>,
    /// Third bound; present exactly if `three_index`, in a file without errors.
    pub max: Option<ExprRef<'a>>,
    /// Whether two colons were written.
    pub three_index: bool,
}

/// `x.(T)`.
#[derive(Debug)]
pub struct TypeAssertExpr<'a> {
    /// The operand.
    pub x: ExprRef<'a>,
    /// The type; `None` for `x.(type)`.
    pub ty: Option<ExprRef<'a>>,
}

/// `fun(args)`.
#[derive(Debug)]
pub struct CallExpr<'a> {
    /// The callee or type.
    pub fun: ExprRef<'a>,
    /// The arguments.
    pub args: &'a [ExprRef<'a>],
    /// The `...` after the last argument.
    pub ellipsis: Option<Span>,
    /// Offset of `)`.
    pub rparen: u32,
}

/// `x op y`.
#[derive(Debug)]
pub struct BinaryExpr<'a> {
    /// Left operand.
    pub x: ExprRef<'a>,
    /// The operator.
    pub op: BinaryOp,
    /// The operator's bytes.
    pub op_span: Span,
    /// Right operand.
    pub y: ExprRef<'a>,
}

/// `key: value`.
#[derive(Debug)]
pub struct KeyValueExpr<'a> {
    /// The key.
    pub key: ExprRef<'a>,
    /// Offset of the colon.
    pub colon: u32,
    /// The value.
    pub value: ExprRef<'a>,
}

/// `[len]elem`.
#[derive(Debug)]
pub struct ArrayType<'a> {
    /// The length; `None` for a slice type.
    pub len: Option<ExprRef<'a>>,
    /// The element type.
    pub elem: ExprRef<'a>,
}

/// `map[key]value`.
#[derive(Debug)]
pub struct MapType<'a> {
    /// The key type.
    pub key: ExprRef<'a>,
    /// The value type.
    pub value: ExprRef<'a>,
}

/// Direction of a channel type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChanDir {
    /// `chan T`
    Both,
    /// `chan<- T`
    Send,
    /// `<-chan T`
    Recv,
}

/// Unary operators; `*x` is [`ExprKind::Star`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `!`
    Not,
    /// `^`
    Xor,
    /// `&`
    Addr,
    /// `<-`
    Recv,
    /// `~`, in interfaces
    Tilde,
}

impl UnaryOp {
    /// The operator as written.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Plus => "+",
            Self::Minus => "-",
            Self::Not => "!",
            Self::Xor => "^",
            Self::Addr => "&",
            Self::Recv => "<-",
            Self::Tilde => "~",
        }
    }
}

/// Binary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Quo,
    /// `%`
    Rem,
    /// `&`
    And,
    /// `|`
    Or,
    /// `^`
    Xor,
    /// `&^`
    AndNot,
    /// `<<`
    Shl,
    /// `>>`
    Shr,
    /// `&&`
    LogicalAnd,
    /// `||`
    LogicalOr,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
}

impl BinaryOp {
    /// The operator as written.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Quo => "/",
            Self::Rem => "%",
            Self::And => "&",
            Self::Or => "|",
            Self::Xor => "^",
            Self::AndNot => "&^",
            Self::Shl => "<<",
            Self::Shr => ">>",
            Self::LogicalAnd => "&&",
            Self::LogicalOr => "||",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
        }
    }

    /// Whether the result is boolean whatever the operands are: `== != < <= > >=`.
    #[must_use]
    pub const fn is_comparison(self) -> bool {
        matches!(self, Self::Equal | Self::NotEqual | Self::Less | Self::LessEqual | Self::Greater | Self::GreaterEqual)
    }

    /// Whether this is `<<` or `>>`.
    #[must_use]
    pub const fn is_shift(self) -> bool {
        matches!(self, Self::Shl | Self::Shr)
    }

    /// Whether this is `&&` or `||`.
    #[must_use]
    pub const fn is_logical(self) -> bool {
        matches!(self, Self::LogicalAnd | Self::LogicalOr)
    }
}

/// Shows number and span only: a tree may be deeper than the host stack.
impl fmt::Debug for Expr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expression {}@{:?}", self.id, self.span)
    }
}

/// Shows number and span only: a tree may be deeper than the host stack.
impl fmt::Debug for Stmt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "statement {}@{:?}", self.id, self.span)
    }
}

#[cfg(test)]
mod tests {
    use super::{Expr, Stmt};

    #[test]
    fn hot_nodes_stay_small() {
        assert!(size_of::<Expr<'_>>() <= 48, "{}", size_of::<Expr<'_>>());
        assert!(size_of::<Stmt<'_>>() <= 40, "{}", size_of::<Stmt<'_>>());
    }
}
