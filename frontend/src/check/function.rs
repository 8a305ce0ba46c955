//! Functions, methods and literals: their slots and bodies (spec/01 §4.3).

use super::crossing::is_crossing;
use super::{Checker, Result};
use crate::finding::VmError;
use crate::source::Span;
use crate::syntax::ast;
use crate::typed::{Func, FuncId, FuncKind, ScopeId, Stmt, StmtKind, TypeExprId, VarId, VarKind};
use crate::types::{FuncType, Type, TypeId};
use cranelift_entity::packed_option::ReservedValue;

/// A literal in a package-level initialiser. The reference looks at its body after all declarations.
pub(super) struct Deferred<'a> {
    func: FuncId,
    literal: &'a ast::FuncLit<'a>,
    span: Span,
    /// The declaration and its part.
    pub(super) decl: usize,
    pub(super) part: usize,
}

/// The syntax of a function.
#[derive(Clone, Copy)]
struct Parts<'a> {
    receiver: Option<&'a ast::FieldList<'a>>,
    literal: Option<&'a ast::FuncLit<'a>>,
    ty: &'a ast::FuncType<'a>,
    body: &'a [ast::StmtRef<'a>],
}

impl<'a> Parts<'a> {
    fn of(literal: &'a ast::FuncLit<'a>) -> Self {
        Self { receiver: None, literal: Some(literal), ty: literal.ty, body: literal.body.stmts }
    }
}

impl<'a> Checker<'a> {
    /// A function that is not checked yet.
    pub(super) fn new_function(&mut self, name: &str, span: Span) -> FuncId {
        self.funcs.push(Func {
            name: name.to_owned(),
            kind: FuncKind::Declared,
            signature: TypeId::INVALID,
            scope: ScopeId::reserved_value(),
            params: Vec::new(),
            results: Vec::new(),
            named_results: false,
            variadic: false,
            crossing: false,
            body: Vec::new(),
            native: false,
            file: self.at.file,
            span,
        })
    }

    /// The declared type of a method's receiver, and whether the receiver is a pointer to it.
    pub(super) fn receiver(&mut self, list: &'a ast::FieldList<'a>, span: Span) -> Result<(TypeId, bool)> {
        let [field] = list.fields else {
            let got = if list.fields.is_empty() { "no receiver" } else { "multiple receivers" };
            return Err(self.error(span, VmError::ReceiverCount { got: got.into() }));
        };
        let t = self.resolve_type(field.ty)?;
        let (base, pointer) = match *self.types.get(t) {
            Type::Pointer(elem) => (elem, true),
            _ => (t, false),
        };
        let shape = match self.types.base(base) {
            Type::Pointer(_) => Some("pointer"),
            Type::Interface(_) => Some("interface"),
            _ => None,
        };
        if let Some(shape) = shape {
            return Err(self.error(span, VmError::ReceiverBase { of: self.type_arg(t), base: shape.into() }));
        }
        Ok((base, pointer))
    }

    /// The body of a declared function or method.
    pub(super) fn function(&mut self, decl: &'a ast::FuncDecl<'a>, func: FuncId) -> Result<()> {
        let Some(body) = decl.body else {
            if self.natives {
                self.funcs[func].native = true;
                let parts = Parts { receiver: decl.receiver, literal: None, ty: decl.ty, body: &[] };
                self.function_body(func, parts, decl.span)?;
                return Ok(());
            }
            if decl.receiver.is_some() {
                return self.bodiless_method(decl, func);
            }
            let function = self.reserved_name(func, decl.name.name).into();
            return Err(self.error(decl.span, VmError::NoBody { function }));
        };
        self.check_crossing_declaration(decl, func)?;
        self.check_termination(decl, body)?;
        let parts = Parts { receiver: decl.receiver, literal: None, ty: decl.ty, body: body.stmts };
        self.function_body(func, parts, decl.span)?;
        Ok(())
    }

    /// A method without body is accepted as long as nothing calls it.
    fn bodiless_method(&mut self, decl: &'a ast::FuncDecl<'a>, func: FuncId) -> Result<()> {
        let parts = Parts { receiver: decl.receiver, literal: None, ty: decl.ty, body: &[] };
        self.function_body(func, parts, decl.span)?;
        let text = "runtime error: invalid memory address or nil pointer dereference".to_owned();
        let kind = StmtKind::Abort { operands: Vec::new(), text };
        let stmt = self.stmts.push(Stmt { kind, span: decl.span });
        self.funcs[func].body = vec![stmt];
        Ok(())
    }

    /// A literal: its function, type, and the evaluation of its signature.
    pub(super) fn func_lit(
        &mut self,
        literal: &'a ast::FuncLit<'a>,
        span: Span,
    ) -> Result<(FuncId, TypeId, TypeExprId)> {
        let signature = self.signature(literal.ty)?;
        self.check_crossing_literal(literal, &signature, span)?;
        let ty = self.types.func(signature);
        let expr = self.signature_expr(literal.ty)?;
        let func = self.new_function("", span);
        let parent = self.at.frames.last().map(|frame| frame.func);
        self.funcs[func].kind = FuncKind::Literal { parent, captures: Vec::new() };
        self.funcs[func].signature = ty;
        if parent.is_none() {
            let (decl, part) = (self.at.decl, self.at.part);
            self.deferred.push(Deferred { func, literal, span, decl, part });
            return Ok((func, ty, expr));
        }
        let captures = self.function_body(func, Parts::of(literal), span)?;
        self.funcs[func].kind = FuncKind::Literal { parent, captures };
        Ok((func, ty, expr))
    }

    /// The body of a literal that was put off.
    pub(super) fn deferred_body(&mut self, deferred: &Deferred<'a>) -> Result<()> {
        self.at.part = deferred.part;
        let Deferred { func, literal, span, .. } = *deferred;
        self.function_body(func, Parts::of(literal), span)?;
        Ok(())
    }

    fn function_body(&mut self, func: FuncId, parts: Parts<'a>, span: Span) -> Result<Vec<VarId>> {
        let Parts { receiver, literal, ty, body } = parts;
        let signature = self.types.as_func(self.funcs[func].signature).cloned().unwrap_or_default();
        let results = signature.results.iter().map(|result| result.ty).collect();
        let in_const = std::mem::replace(&mut self.nodes.in_const, false);
        let iota = self.at.iota.take();
        let value_of = self.at.value_of.take();
        let scope = self.enter_function(func, literal, results, span)?;
        self.funcs[func].scope = scope;
        self.declare_receiver(func, receiver)?;
        self.declare_params(func, &signature)?;
        self.declare_results(func, &signature)?;
        self.funcs[func].named_results =
            ty.results.is_some_and(|results| results.fields.iter().any(|field| !field.names.is_empty()));
        self.funcs[func].variadic = signature.variadic;
        self.funcs[func].crossing = is_crossing(&signature);
        let body = self.body(body)?;
        self.funcs[func].body = body;
        self.at.iota = iota;
        self.at.value_of = value_of;
        self.nodes.in_const = in_const;
        Ok(self.leave_function())
    }

    fn declare_receiver(&mut self, func: FuncId, receiver: Option<&'a ast::FieldList<'a>>) -> Result<()> {
        let (Some(field), FuncKind::Method { receiver_type, pointer }) =
            (receiver.and_then(|list| list.fields.first()), self.funcs[func].kind.clone())
        else {
            return Ok(());
        };
        let t = if pointer { self.types.pointer(receiver_type) } else { receiver_type };
        let name = match field.names {
            [name] => name.name,
            _ => "_",
        };
        let var = self.declare_hidden_or(name, ".recv", t, VarKind::Param(0))?;
        self.funcs[func].params.push(var);
        Ok(())
    }

    fn declare_params(&mut self, func: FuncId, signature: &FuncType) -> Result<()> {
        for (index, param) in signature.params.iter().enumerate() {
            let number = u32::try_from(self.funcs[func].params.len()).unwrap_or(u32::MAX);
            let hidden = format!(".arg_{index}");
            let var = self.declare_hidden_or(&param.name, &hidden, param.ty, VarKind::Param(number))?;
            self.funcs[func].params.push(var);
        }
        Ok(())
    }

    fn declare_results(&mut self, func: FuncId, signature: &FuncType) -> Result<()> {
        for (index, result) in signature.results.iter().enumerate() {
            let number = u32::try_from(index).unwrap_or(u32::MAX);
            let hidden = if result.name.is_empty() { format!(".res.{index}") } else { format!(".res_{index}") };
            let var = self.declare_hidden_or(&result.name, &hidden, result.ty, VarKind::Result(number))?;
            self.funcs[func].results.push(var);
        }
        Ok(())
    }

    fn declare_hidden_or(&mut self, name: &str, hidden: &str, ty: TypeId, kind: VarKind) -> Result<VarId> {
        let name = if name.is_empty() || name == "_" { hidden } else { name };
        self.declare(name, ty, ty, kind)
    }
}
