//! Expressions: syntax tree -> rewritten typed nodes.
//!
//! Each written expression becomes one [`typed::Expr`](crate::typed::Expr) in the table, after its operands. Beside its
//! run-time type every node has a *recorded static type* (spec/02 §5.3), which decides the implicit conversions and may be
//! untyped for a node that is not constant. Later contexts change nodes in place ([`Checker::coerce`]).
//!
//! | file | holds |
//! |---|---|
//! | `expr` | dispatch, names, literals, the small forms |
//! | `coerce` | implicit and explicit conversions |
//! | `fold` | constants: literals, folding, retyping |
//! | `operator` | unary, binary, shifts |
//! | `selector` | fields, methods, promotion |
//! | `index` | index and slice expressions, type assertions |
//! | `composite` | composite literals |
//! | `call`, `builtin` | calls |
//! | `place` | left sides and operands of `&` |
//! | `context` | what statements ask for: conditions, tags, right sides, `op=` |
//! | `render` | text of nodes in messages |

use super::scope::{Entity, InnerLiteral, Later};
use super::{Checker, Result};
use crate::finding::VmError;
use crate::source::Span;
use crate::syntax::ast::{self, ExprRef};
use crate::typed::{ExprId, ExprKind, FuncId, FuncUse, Place};
use crate::types::{Kind, NilContext, Type, TypeId};
use cranelift_entity::SecondaryMap;
use cranelift_entity::packed_option::PackedOption;
use std::collections::{HashMap, HashSet};

/// A recorded static type: `None` for `nil` and the blank target.
pub(super) type Static = Option<TypeId>;

/// A checked expression.
#[derive(Clone, Copy, Debug)]
pub(super) struct Operand {
    /// The rewritten node.
    pub(super) id: ExprId,
    /// Its recorded static type.
    pub(super) ty: Static,
}

/// What `:=` and `var x = e` define.
#[derive(Clone, Copy, Debug)]
pub(super) struct Defined {
    /// The value.
    pub(super) id: ExprId,
    /// The recorded static type of the variable: untyped for Q5, Q6.
    pub(super) recorded: TypeId,
    /// Its type at run time.
    pub(super) ty: TypeId,
}

/// A checked left side.
#[derive(Clone, Debug)]
pub(super) struct PlaceOperand {
    /// The place.
    pub(super) place: Place,
    /// Its recorded static type; `None` for `_`.
    pub(super) recorded: Static,
    /// Its type at run time; [`TypeId::INVALID`] for `_`.
    pub(super) ty: TypeId,
}

/// Right sides against a number of targets.
#[derive(Clone, Debug)]
pub(super) enum Values {
    /// One value per target.
    Each(Vec<Operand>),
    /// One node that yields all values (call with several results, comma-ok form), and their types.
    Tuple(ExprId, Vec<TypeId>),
    /// The counts do not fit.
    Mismatch(Vec<Operand>),
}

/// What the checker remembers of expression nodes beside the typed tree.
pub(super) struct Nodes {
    recorded: SecondaryMap<ExprId, Static>,
    /// Of operator nodes with a typed result, the leftmost operand that is no such node.
    leftmost: SecondaryMap<ExprId, PackedOption<ExprId>>,
    big: SecondaryMap<ExprId, bool>,
    watched: Vec<ExprId>,
    unfolded: HashSet<ExprId>,
    /// What words of constants have behind the width of the constant.
    pub(super) uppers: HashMap<ExprId, u64>,
    /// Literals whose evaluation aborts.
    broken: HashSet<FuncId>,
    /// Where a misplaced `nil` would stand.
    pub(super) nil_context: NilContext,
    /// The statement that is being checked; errors about conditions, operands of `range` and values that are missing
    /// stand there.
    pub(super) stmt: Span,
    /// The type of the innermost literal that has one written.
    pub(super) literal_type: Span,
    /// Inside the values of a `const` declaration, where `len` and `cap` fold.
    pub(super) in_const: bool,
}

impl Default for Nodes {
    fn default() -> Self {
        Self {
            recorded: SecondaryMap::new(),
            leftmost: SecondaryMap::new(),
            big: SecondaryMap::new(),
            watched: Vec::new(),
            unfolded: HashSet::new(),
            uppers: HashMap::new(),
            broken: HashSet::new(),
            nil_context: NilContext::Other,
            stmt: Span::default(),
            literal_type: Span::default(),
            in_const: false,
        }
    }
}

impl Nodes {
    /// Sets the recorded static type of a node.
    pub(super) fn record(&mut self, id: ExprId, ty: Static) {
        self.recorded[id] = ty;
    }

    /// The leftmost operand of a chain of operators, where it is known.
    pub(super) fn leftmost(&self, id: ExprId) -> Option<ExprId> {
        self.leftmost[id].expand()
    }

    /// Notes the leftmost operand of a chain of operators.
    pub(super) fn set_leftmost(&mut self, id: ExprId, leaf: ExprId) {
        self.leftmost[id] = leaf.into();
    }

    /// The recorded static type of a node.
    pub(super) fn recorded(&self, id: ExprId) -> Static {
        self.recorded[id]
    }

    /// Notes a binary node that may keep untyped constants as operands.
    pub(super) fn watch(&mut self, id: ExprId) {
        self.watched.push(id);
    }

    /// Notes a constant that the reference reads as a variable.
    pub(super) fn leave_unfolded(&mut self, id: ExprId) {
        self.unfolded.insert(id);
    }

    /// Whether a constant is read as a variable.
    pub(super) fn is_unfolded(&self, id: ExprId) -> bool {
        !self.unfolded.is_empty() && self.unfolded.contains(&id)
    }

    /// Notes a literal whose evaluation aborts.
    pub(super) fn break_literal(&mut self, func: FuncId) {
        self.broken.insert(func);
    }

    /// The noted nodes, in order of creation.
    pub(super) fn take_watched(&mut self) -> Vec<ExprId> {
        std::mem::take(&mut self.watched)
    }

    /// Notes that a node is a big number at run time.
    pub(super) fn mark_big(&mut self, id: ExprId) {
        self.big[id] = true;
    }

    /// Whether a node was noted as a big number at run time.
    pub(super) fn was_big(&self, id: ExprId) -> bool {
        self.big[id]
    }
}

/// The expression without its parentheses.
pub(super) fn unparen<'a>(e: ExprRef<'a>) -> ExprRef<'a> {
    let mut e = e;
    while let ast::ExprKind::Paren(inner) = e.kind {
        e = inner;
    }
    e
}

impl<'a> Checker<'a> {
    /// Any value expression. A call with several results or none has a tuple type; a type is an error.
    pub(super) fn expr(&mut self, e: ExprRef<'a>) -> Result<Operand> {
        super::deep(|| self.expr_kind(e))
    }

    /// An expression with exactly one value.
    pub(super) fn single(&mut self, e: ExprRef<'a>) -> Result<Operand> {
        let operand = self.value_or_values(e)?;
        self.refuse_tuple(operand, e.span)
    }

    /// An expression with at least one value.
    pub(super) fn value_or_values(&mut self, e: ExprRef<'a>) -> Result<Operand> {
        let operand = self.expr(e)?;
        if let Some(t) = operand.ty
            && matches!(self.types.get(t), Type::Tuple(elems) if elems.is_empty())
        {
            let callee = self.render_callee_of(operand.id).into();
            return Err(self.error(self.nodes.stmt, VmError::NoValue { callee }));
        }
        Ok(operand)
    }

    /// Refuses a call with other than one result.
    pub(super) fn refuse_tuple(&self, operand: Operand, at: Span) -> Result<Operand> {
        match operand.ty {
            Some(t) if self.types.kind(t) == Kind::Tuple => {
                Err(self.error(at, VmError::NotOneResult { got: self.type_arg(t) }))
            }
            _ => Ok(operand),
        }
    }

    fn expr_kind(&mut self, e: ExprRef<'a>) -> Result<Operand> {
        match e.kind {
            ast::ExprKind::Paren(x) => self.expr(x),
            ast::ExprKind::Ident(name) => self.name(name, e.span),
            ast::ExprKind::Literal(literal) => self.literal(literal, e.span),
            ast::ExprKind::CompositeLit(literal) => self.composite(literal, e.span),
            ast::ExprKind::FuncLit(literal) => self.func_literal(literal, e.span),
            ast::ExprKind::Selector(selector) => self.selector(selector, e.span),
            ast::ExprKind::Index(index) => self.index(index, e.span),
            ast::ExprKind::Slice(slice) => self.slice(slice, e.span),
            ast::ExprKind::TypeAssert(assert) => self.type_assert(assert, e.span),
            ast::ExprKind::Call(call) => self.call(call, e.span),
            ast::ExprKind::Star(x) if self.denotes_type(x)? => self.refuse_type(e),
            ast::ExprKind::Star(x) => self.deref(x, e.span),
            ast::ExprKind::Unary(op, x) => self.unary(op, x, e.span),
            ast::ExprKind::Binary(binary) => self.binary(binary, e.span),
            ast::ExprKind::ArrayType(_)
            | ast::ExprKind::StructType(_)
            | ast::ExprKind::FuncType(_)
            | ast::ExprKind::InterfaceType(_)
            | ast::ExprKind::MapType(_)
            | ast::ExprKind::ChanType(..) => self.refuse_type(e),
            ast::ExprKind::Bad | ast::ExprKind::KeyValue(_) | ast::ExprKind::Ellipsis(_) => {
                Err(self.error(e.span, VmError::UnexpectedExpression))
            }
        }
    }

    /// The error of a type where a value is wanted.
    fn refuse_type(&mut self, e: ExprRef<'a>) -> Result<Operand> {
        let t = self.resolve_type(e)?;
        Err(self.error(self.nodes.stmt, VmError::NotExpression { of: self.type_arg(t) }))
    }

    /// A name in an expression. Package-level variables and functions named inside a literal cost more (spec/02 §5.7).
    fn name(&mut self, name: &'a str, span: Span) -> Result<Operand> {
        if name == "_" {
            return Err(self.error(span, VmError::BlankUse));
        }
        if name == "cross" {
            return Err(self.misplaced_cross(span));
        }
        let entity = self.lookup(name, span)?;
        let via_package = self.in_literal();
        let (kind, ty, recorded) = match entity {
            Entity::Local(var) => {
                let recorded = self.var_static(var);
                (ExprKind::Local(var), self.vars[var].ty, recorded)
            }
            Entity::Global(global) => {
                let recorded = self.global_static(global);
                (ExprKind::Global { global, via_package }, self.globals[global].ty, recorded)
            }
            Entity::Func(func) => {
                let named = match self.declared_later(name) {
                    Some(Later::Constant) => FuncUse::Constant,
                    _ if via_package => FuncUse::Member,
                    _ => FuncUse::Name,
                };
                let t = self.func_type(func);
                (ExprKind::Func { func, named }, t, Some(t))
            }
            Entity::Const(constant, t) => {
                let operand = self.held_constant(constant, t, span);
                if self.declared_later(name) == Some(Later::Variable) {
                    self.nodes.leave_unfolded(operand.id);
                }
                return Ok(operand);
            }
            Entity::Nil => return Ok(self.nil(span)),
            Entity::Undefined => return Err(self.error(span, VmError::NotDefined { name: name.into() })),
            Entity::Iota => return self.iota(span),
            Entity::Package(_) => return Err(self.misplaced_package(name, span)),
            Entity::Builtin(_) => {
                return Err(self.error(span, VmError::BuiltinUse { name: name.into() }));
            }
            Entity::Type(t) => {
                return Err(self.error(self.nodes.stmt, VmError::NotExpression { of: self.type_arg(t) }));
            }
        };
        let id = self.add_node(kind, ty, recorded, span);
        Ok(Operand { id, ty: recorded })
    }

    /// A func literal.
    fn func_literal(&mut self, literal: &'a ast::FuncLit<'a>, span: Span) -> Result<Operand> {
        let first_var = u32::try_from(self.vars.len()).unwrap_or(u32::MAX);
        let (func, t, signature) = self.func_lit(literal, span)?;
        if let Some(frame) = self.at.frames.last_mut() {
            frame.literals.push(InnerLiteral { func, span, first_var });
        }
        let broken = self.nodes.broken.contains(&func);
        let aborts = broken.then_some("runtime error: invalid memory address or nil pointer dereference");
        let id = self.add_node(ExprKind::FuncLit { func, signature, aborts }, t, Some(t), span);
        Ok(Operand { id, ty: Some(t) })
    }

    /// `*x` as a value.
    fn deref(&mut self, x: ExprRef<'a>, span: Span) -> Result<Operand> {
        let operand = self.single(x)?;
        let Some(t) = operand.ty else {
            return Err(self.error(span, VmError::IndirectNil));
        };
        let Type::Pointer(elem) = *self.types.base(t) else {
            let (operand, of) = (self.expr_arg(operand.id), self.type_arg(t));
            return Err(self.error(span, VmError::CannotIndirect { operand, of }));
        };
        let id = self.add_node(ExprKind::Deref(operand.id), elem, Some(elem), span);
        Ok(Operand { id, ty: Some(elem) })
    }

    /// The type that an expression denotes, if it denotes one.
    pub(super) fn type_of_expr(&mut self, e: ExprRef<'a>) -> Result<Option<TypeId>> {
        if self.denotes_type(e)? { Ok(Some(self.resolve_type(e)?)) } else { Ok(None) }
    }

    /// The type that a name denotes.
    pub(super) fn denoted_type(&mut self, e: ExprRef<'a>) -> Result<Option<TypeId>> {
        let name = match unparen(e).kind {
            ast::ExprKind::Ident(name) => name,
            ast::ExprKind::Selector(selector) => return self.member_type(selector, e.span),
            _ => return Ok(None),
        };
        Ok(match self.meaning(name, e.span)? {
            Some((Entity::Type(t), _)) => Some(t),
            _ => None,
        })
    }

    fn denotes_type(&mut self, e: ExprRef<'a>) -> Result<bool> {
        let mut e = e;
        loop {
            match e.kind {
                ast::ExprKind::Paren(x) | ast::ExprKind::Star(x) => e = x,
                ast::ExprKind::Ident(name) => return self.names_type(name, e.span),
                ast::ExprKind::Selector(selector) => return Ok(self.member_type(selector, e.span)?.is_some()),
                ast::ExprKind::ArrayType(_)
                | ast::ExprKind::StructType(_)
                | ast::ExprKind::FuncType(_)
                | ast::ExprKind::InterfaceType(_)
                | ast::ExprKind::MapType(_)
                | ast::ExprKind::ChanType(..) => return Ok(true),
                _ => return Ok(false),
            }
        }
    }
}
