//! Calls: conversions, functions, methods, variadic parameters (spec/02 §5.5, §9.1; spec/01 §3.4).

use super::crossing::is_crossing;
use super::expr::{Operand, unparen};
use super::scope::Later;
use super::selector::Selected;
use super::{Checker, Result};
use crate::finding::VmError;
use crate::source::Span;
use crate::syntax::ast::{self, ExprRef};
use crate::typed::{Callee, ExprId, ExprKind, Spread};
use crate::types::{FuncType, NilContext, Type, TypeId};

impl<'a> Checker<'a> {
    /// `f(args)`: a conversion, a predeclared function or a call.
    pub(super) fn call(&mut self, call: &'a ast::CallExpr<'a>, span: Span) -> Result<Operand> {
        let fun = unparen(call.fun);
        if let Some(t) = self.type_of_expr(fun)? {
            if let ast::ExprKind::Ident(name) = fun.kind
                && self.declared_later(name) == Some(Later::Variable)
            {
                // **Quirk**: under a variable of the same name a type is no longer one.
                return Err(self.not_a_function(t, span));
            }
            return self.explicit_conversion(call, t, span);
        }
        if let ast::ExprKind::Ident(name) = fun.kind
            && let Some(builtin) = self.names_builtin(name, fun.span)?
        {
            return self.builtin_call(builtin, call, span);
        }
        let (callee, signature, text) = self.callee(fun, span)?;
        let Some(signature) = self.types.as_func(signature).cloned() else {
            return Err(self.not_a_function(signature, span));
        };
        let (args, spread) = self.arguments(call, &signature, &text, span)?;
        Ok(self.finish_call(callee, args, spread, &signature, span))
    }

    fn not_a_function(&self, t: TypeId, span: Span) -> super::CheckError {
        self.error(span, VmError::NotFunction { of: self.type_arg(t), shape: self.host_type_name(t).into() })
    }

    /// Adds the call node; its type is that of the results.
    pub(super) fn finish_call(
        &mut self,
        callee: Callee,
        args: Vec<ExprId>,
        spread: Spread,
        signature: &FuncType,
        span: Span,
    ) -> Operand {
        let t = match signature.results.as_slice() {
            [result] => result.ty,
            results => {
                let elems = results.iter().map(|result| result.ty).collect();
                self.types.tuple(elems)
            }
        };
        let id = self.add_node(ExprKind::Call { callee, args, spread }, t, Some(t), span);
        Operand { id, ty: Some(t) }
    }

    /// `T(x)`.
    fn explicit_conversion(&mut self, call: &'a ast::CallExpr<'a>, t: TypeId, span: Span) -> Result<Operand> {
        let ([arg], None) = (call.args, call.ellipsis) else {
            return Err(self.error(span, VmError::ConversionOperands));
        };
        let operand = self.argument(arg)?;
        let target = self.type_expr(call.fun)?;
        let id = self.conversion(operand.id, t, target, Some(span), span)?;
        Ok(Operand { id, ty: self.recorded(id) })
    }

    /// An argument 0: `cross` there is an untyped nil (spec/00 addendum 5).
    pub(super) fn argument(&mut self, e: ExprRef<'a>) -> Result<Operand> {
        match unparen(e).kind {
            ast::ExprKind::Ident("cross") => Ok(self.nil(e.span)),
            _ => self.single(e),
        }
    }

    /// The callee, the type it has, and its rendering for messages.
    fn callee(&mut self, fun: ExprRef<'a>, span: Span) -> Result<(Callee, TypeId, String)> {
        if let ast::ExprKind::Selector(selector) = fun.kind {
            return Ok(match self.select(selector, fun.span)? {
                Selected::Method(selected) => {
                    let text = format!("{}.{}", self.render(selected.operand), selector.sel.name);
                    let callee = Callee::Method { operand: selected.operand, method: selected.method };
                    (callee, selected.signature, text)
                }
                Selected::Value(operand) => {
                    let text = self.render(operand.id);
                    let callee = self.named_callee(operand.id);
                    (callee, operand.ty.unwrap_or(TypeId::INVALID), text)
                }
            });
        }
        let operand = self.single(fun)?;
        let Some(t) = operand.ty else {
            return Err(self.error(span, VmError::NotFunction { of: "untyped nil".into(), shape: "<nil>".into() }));
        };
        let text = self.render(operand.id);
        Ok((self.named_callee(operand.id), t, text))
    }

    /// The function that an expression names, or its value.
    fn named_callee(&self, id: ExprId) -> Callee {
        match self.exprs[id].kind {
            ExprKind::Func { func, named } => Callee::Func { func, named },
            _ => Callee::Value(id),
        }
    }

    /// Arguments against parameters, converted.
    fn arguments(
        &mut self,
        call: &'a ast::CallExpr<'a>,
        signature: &FuncType,
        callee: &str,
        span: Span,
    ) -> Result<(Vec<ExprId>, Spread)> {
        let params: Vec<TypeId> = signature.params.iter().map(|param| param.ty).collect();
        let fixed = if signature.variadic { params.len().saturating_sub(1) } else { params.len() };
        if let [only] = call.args
            && call.ellipsis.is_none()
        {
            let operand = if params.is_empty() { self.expr(only)? } else { self.first_argument(only)? };
            if is_crossing(signature) {
                self.check_crossing_call(call, callee, Some(operand), span)?;
            }
            if let Some(t) = operand.ty
                && let Type::Tuple(elems) = self.types.get(t)
                && elems.len() != 1
            {
                let elems = elems.clone();
                return self.embedded_call(operand.id, &elems, &params, signature.variadic, callee, span);
            }
            self.check_count(1, &params, signature.variadic, callee, "", span)?;
            let target = if fixed == 0 { self.variadic_elem(&params) } else { params.first().copied() };
            let id = self.coerce_in(operand.id, target, span, NilContext::Argument(callee.to_owned()))?;
            let spread = if signature.variadic { Spread::Pack(fixed as u32) } else { Spread::None };
            return Ok((vec![id], spread));
        }
        let mut args = Vec::with_capacity(call.args.len());
        for (index, e) in call.args.iter().enumerate() {
            args.push(if index == 0 { self.first_argument(e)? } else { self.expr(e)? });
        }
        if is_crossing(signature) {
            self.check_crossing_call(call, callee, args.first().copied(), span)?;
        }
        if call.ellipsis.is_some() {
            if args.len() != params.len() {
                let (callee, want, got) = (callee.into(), params.len().into(), args.len().into());
                return Err(self.error(span, VmError::FewSpread { callee, want, got }));
            }
        } else {
            self.check_count(args.len(), &params, signature.variadic, callee, "", span)?;
        }
        for (arg, e) in args.iter().zip(call.args) {
            self.refuse_tuple(*arg, e.span)?;
        }
        let spread = match (signature.variadic, call.ellipsis) {
            (true, Some(_)) => Spread::Slice,
            (true, None) => Spread::Pack(fixed as u32),
            (false, _) => Spread::None,
        };
        let mut converted = Vec::with_capacity(args.len());
        for (index, arg) in args.into_iter().enumerate() {
            let target = match spread {
                Spread::Pack(_) if index >= fixed => self.variadic_elem(&params),
                _ => params.get(index).copied(),
            };
            converted.push(self.coerce_in(arg.id, target, span, NilContext::Argument(callee.to_owned()))?);
        }
        Ok((converted, spread))
    }

    /// The single argument: several values are allowed.
    pub(super) fn first_argument(&mut self, e: ExprRef<'a>) -> Result<Operand> {
        match unparen(e).kind {
            ast::ExprKind::Call(_) => {
                // A call without results passes for a call with as many results as it has (**Quirk**).
                self.expr(e)
            }
            _ => self.argument(e),
        }
    }

    fn variadic_elem(&self, params: &[TypeId]) -> Option<TypeId> {
        params.last().and_then(|&last| self.types.elem(last))
    }

    /// `f(g())` with several results: checked, not converted.
    fn embedded_call(
        &mut self,
        id: ExprId,
        elems: &[TypeId],
        params: &[TypeId],
        variadic: bool,
        callee: &str,
        span: Span,
    ) -> Result<(Vec<ExprId>, Spread)> {
        self.check_count(elems.len(), params, variadic, callee, " (with embedded call expr as arg)", span)?;
        let fixed = if variadic { params.len().saturating_sub(1) } else { params.len() };
        for (index, &elem) in elems.iter().enumerate() {
            let target =
                if variadic && index >= fixed { self.variadic_elem(params) } else { params.get(index).copied() };
            self.assignable(Some(elem), target, span)?;
        }
        Ok((vec![id], if variadic { Spread::Pack(fixed as u32) } else { Spread::None }))
    }

    fn check_count(
        &mut self,
        got: usize,
        params: &[TypeId],
        variadic: bool,
        callee: &str,
        form: &str,
        span: Span,
    ) -> Result<()> {
        if !variadic && got != params.len() {
            let (callee, want, got, form) = (callee.into(), params.len().into(), got.into(), form.into());
            return Err(self.error(span, VmError::ArgumentCount { callee, want, got, form }));
        }
        let fixed = params.len().saturating_sub(1);
        if variadic && got < fixed {
            let (callee, want, got, form) = (callee.into(), fixed.into(), got.into(), form.into());
            return Err(self.error(span, VmError::FewVariadic { callee, want, got, form }));
        }
        Ok(())
    }

    /// The reference's own name for the shape of a type.
    pub(super) fn host_type_name(&self, t: TypeId) -> &'static str {
        match self.types.get(t) {
            Type::Named(_) => "*gnolang.DeclaredType",
            Type::Basic(_) => "gnolang.PrimitiveType",
            Type::Pointer(_) => "*gnolang.PointerType",
            Type::Slice { .. } => "*gnolang.SliceType",
            Type::Array { .. } => "*gnolang.ArrayType",
            Type::Map { .. } => "*gnolang.MapType",
            Type::Chan { .. } => "*gnolang.ChanType",
            Type::Func(_) => "*gnolang.FuncType",
            Type::Struct(_) => "*gnolang.StructType",
            Type::Interface(_) => "*gnolang.InterfaceType",
            Type::Tuple(_) => "*gnolang.tupleType",
            Type::Type => "*gnolang.TypeType",
            Type::Package => "*gnolang.PackageType",
            Type::Invalid => "<nil>",
        }
    }

    /// An expression statement. Any expression is accepted: what is not a call is evaluated and dropped, at the same cost.
    pub(super) fn call_statement(&mut self, e: ExprRef<'a>) -> Result<ExprId> {
        Ok(self.expr(e)?.id)
    }

    /// The call of a `defer`.
    pub(super) fn defer_call(&mut self, e: ExprRef<'a>, at: Span) -> Result<ExprId> {
        let operand = self.expr(e)?;
        match self.exprs[operand.id].kind {
            ExprKind::Call { .. } => Ok(operand.id),
            ExprKind::Const(_) => Err(self.error_bare(VmError::DeferredConstant)),
            _ => Err(self.error(at, VmError::DeferredValue)),
        }
    }
}
