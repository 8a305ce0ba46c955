//! Expressions, places and run-time type expressions.

use super::{ExprId, FuncId, GlobalId, TypeExprId, VarId};
use crate::constant::Constant;
use crate::source::Span;
pub use crate::syntax::ast::BinaryOp;
use crate::types::TypeId;

/// One evaluated node: one `Eval` (29 gas) plus what its kind adds (spec/02 §6).
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it computes.
    pub kind: ExprKind,
    /// The type of the value *as represented at run time*: never an untyped type except untyped nil, a tuple for
    /// multi-value calls and comma-ok forms. Where the reference's recorded static type differs (spec/02 Q5, Q6), the
    /// checker has resolved the consequences (a comparison against an unconverted big constant is a typed constant 0).
    pub ty: TypeId,
    /// Source range.
    pub span: Span,
}

/// Unary operators.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UnaryOp {
    /// `+x`
    Plus,
    /// `-x`
    Neg,
    /// `!x`
    Not,
    /// `^x`
    Xor,
}

/// Predeclared functions (spec/01 §6).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Builtin {
    Append,
    Cap,
    Copy,
    Delete,
    Len,
    Make,
    New,
    Panic,
    Print,
    Println,
    Recover,
    IsTypedNil,
    Revive,
    /// Method of `address`; its receiver is argument 0 of the call.
    AddressString,
    /// Method of `address`; its receiver is argument 0 of the call.
    AddressIsValid,
    /// Reserved: every use is refused (spec/01 §6.1).
    Reserved(Reserved),
}

/// A predeclared function that nothing can be done with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reserved {
    /// `crossing`
    Crossing,
    /// `_cross_gno0p0`
    Cross,
    /// `attach`
    Attach,
}

impl Builtin {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Builtin::Append => "append",
            Builtin::Cap => "cap",
            Builtin::Copy => "copy",
            Builtin::Delete => "delete",
            Builtin::Len => "len",
            Builtin::Make => "make",
            Builtin::New => "new",
            Builtin::Panic => "panic",
            Builtin::Print => "print",
            Builtin::Println => "println",
            Builtin::Recover => "recover",
            Builtin::IsTypedNil => "istypednil",
            Builtin::Revive => "revive",
            Builtin::AddressString => "String",
            Builtin::AddressIsValid => "IsValid",
            Builtin::Reserved(Reserved::Crossing) => "crossing",
            Builtin::Reserved(Reserved::Cross) => "_cross_gno0p0",
            Builtin::Reserved(Reserved::Attach) => "attach",
        }
    }
}

/// How a method gets its receiver, after automatic address-of and promotion have become explicit nodes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Receiver {
    /// Value receiver, operand is a value: the receiver is copied.
    Value,
    /// Value receiver, operand is a pointer: dereferenced (recoverable nil panic), then copied.
    ValueThroughPointer,
    /// Pointer receiver, operand is a pointer.
    Pointer,
}

/// A selected method.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MethodRef {
    /// A declared method of a concrete type.
    Concrete {
        /// The method's function; its first parameter is the receiver.
        func: FuncId,
        /// How the receiver is passed.
        receiver: Receiver,
    },
    /// A method of the predeclared `address`.
    Native(Builtin),
    /// A method of an interface, found by name at run time.
    Interface {
        /// Method name.
        name: String,
    },
}

/// What a function's name is to the reference where it is used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FuncUse {
    /// The name.
    Name,
    /// A member of its package: named inside a function literal, or behind a package name. Costs 90 instead of 29 (spec/02 §5.7).
    Member,
    /// A constant: a block around the use declares the name as a constant or type further down.
    Constant,
}

/// What a call calls.
#[derive(Clone, PartialEq, Debug)]
pub enum Callee {
    /// A declared function named directly.
    Func {
        /// The function.
        func: FuncId,
        /// As what.
        named: FuncUse,
    },
    /// A method selected and called at once: `x.M(...)`.
    Method {
        /// The operand of the selector after rewriting.
        operand: ExprId,
        /// The method.
        method: MethodRef,
    },
    /// A predeclared function; costs one `Eval` like a name.
    Builtin(Builtin),
    /// Any other expression of function type (variable, field, literal, call result, method expression ...).
    Value(ExprId),
}

/// How arguments meet a variadic parameter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Spread {
    /// The function is not variadic.
    None,
    /// Arguments from this index on are packed into a new slice (possibly none).
    Pack(u32),
    /// `f(s...)`: the last argument is the slice itself.
    Slice,
}

/// What is indexed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum IndexKind {
    /// An array value (abort when out of range).
    Array,
    /// A slice (recoverable panic when out of range, abort when nil).
    Slice,
    /// A string.
    String,
    /// A map. Missing keys give the zero value.
    Map,
}

/// What a slice expression slices.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SliceKind {
    /// A string.
    String,
    /// A slice.
    Slice,
    /// An array value (the current array object).
    Array,
    /// A pointer to an array, not rewritten to `(*p)[...]`.
    ArrayPointer,
}

/// Kind of a composite literal; decides the closing op (spec/02 §6.2).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CompositeKind {
    /// Struct literal with positional values; with fewer than fields it aborts.
    StructPositional,
    /// Struct literal with field names, or empty.
    StructKeyed,
    /// Array literal; with an index outside the array it aborts.
    Array,
    /// Slice literal whose first element has no key, or empty.
    Slice,
    /// Slice literal whose first element has a key.
    SliceKeyed,
    /// Keyed slice literal with keys that are known only when they are evaluated: the largest decides the length.
    SliceComputed,
    /// Map literal.
    Map,
}

/// One element of a composite literal, in source order.
#[derive(Clone, Copy, Debug)]
pub struct CompositeElement {
    /// Field index, or array/slice index (constant); 0 for maps.
    pub index: u64,
    /// An evaluated key: map keys, and the (constant) keys of keyed slice literals. `None` in a keyed slice literal
    /// marks an unkeyed element: such a mix aborts at run time (spec/02 §6.2). Of an array, an [`ExprKind::Abort`] where the
    /// key is no index.
    pub key: Option<ExprId>,
    /// The value.
    pub value: ExprId,
}

/// What an expression computes.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// A folded constant, converted to the type of the expression. Untyped nil has the type it is used as where the
    /// checker knows it, else untyped nil.
    Const(Constant),
    /// A type used as an argument (`make`, `new`): its run-time evaluation.
    Type(TypeExprId),
    /// A type as an argument of `print`, which prints as `typeval{T}`: its run-time evaluation, and the type. The expression's type
    /// is `string`.
    TypeText(TypeExprId, TypeId),
    /// A local variable, parameter, result or capture.
    Local(VarId),
    /// A package-level variable.
    Global {
        /// The variable.
        global: GlobalId,
        /// Named inside a function literal: costs 90 instead of 29 (spec/02 §5.7).
        via_package: bool,
    },
    /// A declared function used as a value.
    Func {
        /// The function.
        func: FuncId,
        /// As what.
        named: FuncUse,
    },
    /// A name read as the reference would, whose evaluation always aborts with this host error text.
    Abort(String),
    /// Unary operation.
    Unary {
        /// Operator.
        op: UnaryOp,
        /// Operand.
        operand: ExprId,
    },
    /// Binary operation, comparison or short-circuit operation. For comparisons the operand types may differ where one
    /// is an interface; for shifts the right operand has its own (unsigned or converted) type.
    Binary {
        /// Operator.
        op: BinaryOp,
        /// Left operand.
        left: ExprId,
        /// Right operand.
        right: ExprId,
    },
    /// A binary operation that passes the checks and aborts once both operands are evaluated and the operation is charged.
    FailingBinary {
        /// Operator.
        op: BinaryOp,
        /// Left operand.
        left: ExprId,
        /// Right operand.
        right: ExprId,
        /// Text of the abort.
        text: &'static str,
    },
    /// A run-time conversion, explicit or inserted: `29 + GT + G(x) + 207 + 16`.
    Convert {
        /// The target's evaluation.
        target: TypeExprId,
        /// Operand.
        operand: ExprId,
    },
    /// A call; its type is the result type, a tuple for several results, an empty tuple for none.
    Call {
        /// What is called.
        callee: Callee,
        /// Arguments in order (without the method receiver). One argument of tuple type is `f(g())`.
        args: Vec<ExprId>,
        /// Treatment of a variadic parameter.
        spread: Spread,
    },
    /// `x[i]`; pointer-to-array operands have been rewritten to a [`ExprKind::Deref`].
    Index {
        /// What is indexed.
        kind: IndexKind,
        /// Operand.
        operand: ExprId,
        /// Index or key.
        index: ExprId,
        /// The two-result form on maps; the type is then a tuple (value, bool).
        comma_ok: bool,
    },
    /// `x[low:high:max]`.
    Slice {
        /// What is sliced.
        kind: SliceKind,
        /// Operand.
        operand: ExprId,
        /// Lower bound.
        low: Option<ExprId>,
        /// Upper bound.
        high: Option<ExprId>,
        /// Capacity bound.
        max: Option<ExprId>,
    },
    /// Field of a struct value or, through one pointer, of the struct it points to.
    Field {
        /// Operand: a struct value or a pointer to a struct.
        operand: ExprId,
        /// Index of the field in the struct's field list.
        field: u32,
        /// The operand is a pointer (nil: recoverable panic; for unnamed struct types an abort, spec/05 §6.3).
        through_pointer: bool,
    },
    /// `x.M` not called: a bound method value.
    MethodValue {
        /// The operand of the selector after rewriting.
        operand: ExprId,
        /// The method.
        method: MethodRef,
    },
    /// `T.M` or `(*T).M`: a function whose first parameter is the receiver.
    MethodExpr {
        /// Evaluation of the type operand.
        target: TypeExprId,
        /// The method's function.
        func: FuncId,
    },
    /// `*p`.
    Deref(ExprId),
    /// `&place`.
    AddressOf(Place),
    /// `x.(T)`; with comma-ok the type is a tuple (T, bool).
    TypeAssert {
        /// Operand of interface type.
        operand: ExprId,
        /// Asserted type.
        to: TypeId,
        /// Its evaluation.
        target: TypeExprId,
        /// The two-result form.
        comma_ok: bool,
    },
    /// Composite literal of the expression's type.
    Composite {
        /// Which closing op.
        kind: CompositeKind,
        /// Elements in source order.
        elements: Vec<CompositeElement>,
        /// Length of the array or slice (largest index + 1; an array's full length), number of fields or entries.
        len: u64,
    },
    /// A function literal; the captured variables are in its [`super::Func`].
    FuncLit {
        /// The literal's function.
        func: FuncId,
        /// Evaluation of its signature.
        signature: TypeExprId,
        /// It aborts once the function is allocated, with this text (spec/00 addendum 26).
        aborts: Option<&'static str>,
    },
}

/// An assignable or addressable expression, evaluated for its operands only (spec/02 §6.3): no `Eval` of its own.
#[derive(Clone, Debug)]
pub enum Place {
    /// `_`
    Blank,
    /// A local variable, parameter, result or capture.
    Local(VarId),
    /// A package-level variable.
    Global {
        /// The variable.
        global: GlobalId,
        /// Named inside a function literal: the operand costs 29.
        via_package: bool,
    },
    /// `x[i]` of an array value (element of the current array object), slice or map.
    Index {
        /// What is indexed; never a string.
        kind: IndexKind,
        /// Operand, after pointer-to-array rewriting.
        operand: ExprId,
        /// Index or key.
        index: ExprId,
    },
    /// `x.f`.
    Field {
        /// Operand: struct value or pointer to struct.
        operand: ExprId,
        /// Field index.
        field: u32,
        /// The operand is a pointer.
        through_pointer: bool,
    },
    /// `*p`.
    Deref(ExprId),
    /// A composite literal; only under `&`.
    Literal(ExprId),
    /// `&f()` and other operands that pass the checks and abort when the address is taken (spec/01 §1.4): the operand,
    /// and the abort's text.
    Unaddressable(ExprId, String),
}

/// A field, parameter, result, method or embedded type inside a run-time type expression (spec/02 §7).
#[derive(Clone, Copy, Debug)]
pub struct TypeField {
    /// It has a struct tag: one more `Eval`, before the type.
    pub tagged: bool,
    /// Its type.
    pub ty: TypeExprId,
}

/// A type expression evaluated at run time, for its metering events only; order as in spec/02 §7.
#[derive(Clone, Debug)]
pub enum TypeExpr {
    /// A name, a resolved type: 29.
    Name,
    /// `*T`
    Pointer(TypeExprId),
    /// `[]T`, `...T`
    Slice(TypeExprId),
    /// `[N]T`
    Array(TypeExprId),
    /// `[...]T`: no length is evaluated.
    OpenArray(TypeExprId),
    /// `map[K]V`
    Map(TypeExprId, TypeExprId),
    /// `chan T`
    Chan(TypeExprId),
    /// `func(...) ...`: parameters, then results.
    Func(Vec<TypeField>),
    /// `struct{...}`
    Struct(Vec<TypeField>),
    /// `interface{...}`
    Interface(Vec<TypeField>),
}
