//! Calls of predeclared functions (spec/01 §6.2, spec/02 Q8-Q9).

use super::expr::Operand;
use super::{Checker, Result};
use crate::constant::{Constant, FixedInt};
use crate::finding::VmError;
use crate::source::Span;
use crate::syntax::ast::{self, ExprRef};
use crate::typed::{Builtin, Callee, ExprId, ExprKind, Reserved, Spread};
use crate::types::{Kind, NilContext, Type, TypeId};

impl<'a> Checker<'a> {
    /// A call of a predeclared function.
    pub(super) fn builtin_call(
        &mut self,
        builtin: Builtin,
        call: &'a ast::CallExpr<'a>,
        span: Span,
    ) -> Result<Operand> {
        match builtin {
            Builtin::Append => self.append_call(call, span),
            Builtin::Copy => self.copy_call(call, span),
            Builtin::Delete => self.delete_call(call, span),
            Builtin::Len | Builtin::Cap => self.len_call(builtin, call, span),
            Builtin::Make | Builtin::New => self.type_call(builtin, call, span),
            Builtin::Print | Builtin::Println => self.print_call(builtin, call, span),
            Builtin::Panic | Builtin::IsTypedNil => {
                let arg = self.only_argument(builtin, call, span)?;
                let arg = self.coerce_argument(arg, Some(TypeId::ANY), builtin, span)?;
                let result = if builtin == Builtin::Panic { None } else { Some(TypeId::BOOL) };
                Ok(self.finish_builtin(builtin, vec![arg], Spread::None, result, span))
            }
            Builtin::Recover => {
                self.exact_count(builtin, call, 0, span)?;
                Ok(self.finish_builtin(builtin, Vec::new(), Spread::None, Some(TypeId::ANY), span))
            }
            Builtin::Revive => {
                let arg = self.only_argument(builtin, call, span)?;
                let func = self.types.func(crate::types::FuncType::default());
                let arg = self.coerce_argument(arg, Some(func), builtin, span)?;
                Ok(self.finish_builtin(builtin, vec![arg], Spread::None, Some(TypeId::ANY), span))
            }
            Builtin::Reserved(reserved) => {
                let error = match reserved {
                    Reserved::Crossing => VmError::CrossingReserved,
                    Reserved::Cross => VmError::CrossReserved,
                    Reserved::Attach => VmError::Attach,
                };
                Err(self.error(span, error))
            }
            Builtin::AddressString | Builtin::AddressIsValid => Err(self.error(span, VmError::AddressMethod)),
        }
    }

    fn finish_builtin(
        &mut self,
        builtin: Builtin,
        args: Vec<ExprId>,
        spread: Spread,
        result: Option<TypeId>,
        span: Span,
    ) -> Operand {
        let t = match result {
            Some(t) => t,
            None => self.types.tuple(Vec::new()),
        };
        let kind = ExprKind::Call { callee: Callee::Builtin(builtin), args, spread };
        let id = self.add_node(kind, t, Some(t), span);
        Operand { id, ty: Some(t) }
    }

    fn coerce_argument(&mut self, arg: Operand, t: Option<TypeId>, builtin: Builtin, span: Span) -> Result<ExprId> {
        let callee = self.render_builtin(builtin, None);
        self.coerce_in(arg.id, t, span, NilContext::Argument(callee))
    }

    fn exact_count(&mut self, builtin: Builtin, call: &ast::CallExpr<'a>, want: usize, span: Span) -> Result<()> {
        let got = call.args.len();
        if got != want || call.ellipsis.is_some() {
            let (callee, form) = (self.render_builtin(builtin, None).into(), "".into());
            let (want, got) = (want.into(), got.into());
            return Err(self.error(span, VmError::ArgumentCount { callee, want, got, form }));
        }
        Ok(())
    }

    fn only_argument(&mut self, builtin: Builtin, call: &'a ast::CallExpr<'a>, span: Span) -> Result<Operand> {
        self.exact_count(builtin, call, 1, span)?;
        match call.args {
            [arg] => self.argument(arg).and_then(|operand| self.refuse_tuple(operand, arg.span)),
            _ => Err(self.error(span, VmError::OneArgument)),
        }
    }

    fn not_enough(&mut self, builtin: Builtin, call: &ast::CallExpr<'a>, want: usize, span: Span) -> super::CheckError {
        let (callee, form) = (self.render_builtin(builtin, None).into(), "".into());
        let (want, got) = (want.into(), call.args.len().into());
        self.error(span, VmError::FewVariadic { callee, want, got, form })
    }

    fn argument_kind(&self, expected: &str, got: Option<TypeId>, span: Span) -> super::CheckError {
        self.error(span, VmError::ArgumentKind { expected: expected.into(), got: self.kind_name(got).into() })
    }

    /// `append(x, e...)`, also of an array, where the call aborts: elements take the element type; the slice itself is converted only where it is spread (Q8).
    fn append_call(&mut self, call: &'a ast::CallExpr<'a>, span: Span) -> Result<Operand> {
        let builtin = Builtin::Append;
        let Some((first, rest)) = call.args.split_first() else {
            return Err(self.not_enough(builtin, call, 1, span));
        };
        let first = self.single(first)?;
        let elem = first.ty.and_then(|t| self.types.elem(t));
        let (Some(t), Some(elem)) = (first.ty, elem) else {
            return Err(self.error(span, VmError::NoElements));
        };
        let mut args = vec![first.id];
        if call.ellipsis.is_some() {
            let [spread] = rest else {
                return Err(self.error(span, VmError::ManySpread));
            };
            let operand = self.single(spread)?;
            let Some(st) = operand.ty else {
                return Err(self.error_bare(VmError::NilDereference));
            };
            let wanted = self.types.variadic(elem);
            let spread = if self.types.kind(st) == Kind::String {
                let bytes = self.types.slice(TypeId::UINT8);
                let id = self.wrap(operand.id, bytes, span)?;
                Operand { id, ty: Some(bytes) }
            } else {
                operand
            };
            args.push(self.coerce_argument(spread, Some(wanted), builtin, span)?);
            return Ok(self.finish_builtin(builtin, args, Spread::Slice, Some(t), span));
        }
        let mut operands = Vec::with_capacity(rest.len());
        for e in rest {
            operands.push(self.single(e)?);
        }
        let mut common = None;
        for operand in &operands {
            // Untyped constants and nil are converted like `T(c)`, by a node without span.
            if operand.ty.is_none() && self.types.kind(elem).is_primitive() {
                let (value, to) = (self.expr_arg(operand.id), self.types.kind(elem).name().into());
                return Err(self.error_at_block(VmError::ConvertExprTo { value, to }));
            }
            let untyped = operand.ty.is_some_and(|t| self.types.is_untyped(t));
            let t = if untyped && self.is_const(operand.id) {
                let at = self.block_span();
                self.convert_constant(operand.id, Some(elem), at)?;
                elem
            } else {
                operand.ty.unwrap_or(elem)
            };
            // **Quirk**: all elements must have one type, also where the element type is an interface; an untyped element, as a
            // comparison is one, may follow one of its default type, but not the other way round.
            let first = *common.get_or_insert(t);
            let default = self.types.is_untyped(t) && self.types.identical(first, self.types.default_type(t));
            if !default && !self.types.identical(first, t) {
                let (expected, got) = (self.type_arg(first), self.type_arg(t));
                return Err(self.error(span, VmError::MixedElements { expected, got }));
            }
        }
        for operand in operands {
            args.push(self.coerce_argument(operand, Some(elem), builtin, span)?);
        }
        Ok(self.finish_builtin(builtin, args, Spread::Pack(1), Some(t), span))
    }

    /// `copy(dst, src)`: a string is converted to `[]byte` first.
    fn copy_call(&mut self, call: &'a ast::CallExpr<'a>, span: Span) -> Result<Operand> {
        let builtin = Builtin::Copy;
        self.exact_count(builtin, call, 2, span)?;
        let [dst, src] = call.args else { return Err(self.not_enough(builtin, call, 2, span)) };
        let dst = self.single(dst)?;
        let src = self.single(src)?;
        let kind = |c: &Self, operand: Operand| operand.ty.map(|t| c.types.kind(t));
        if !matches!(kind(self, dst), Some(Kind::Slice | Kind::Array)) {
            return Err(self.argument_kind("slice", dst.ty, span));
        }
        let src = match kind(self, src) {
            Some(Kind::String) => {
                let bytes = self.types.slice(TypeId::UINT8);
                self.wrap(src.id, bytes, span)?
            }
            Some(Kind::Slice | Kind::Array) => src.id,
            _ => {
                return Err(self.argument_kind("slice", src.ty, span));
            }
        };
        Ok(self.finish_builtin(builtin, vec![dst.id, src], Spread::None, Some(TypeId::INT), span))
    }

    /// `delete(m, k)`: the parameter is an unnamed map type (Q8).
    fn delete_call(&mut self, call: &'a ast::CallExpr<'a>, span: Span) -> Result<Operand> {
        let builtin = Builtin::Delete;
        self.exact_count(builtin, call, 2, span)?;
        let [map, key] = call.args else { return Err(self.not_enough(builtin, call, 2, span)) };
        let map = self.single(map)?;
        let key = self.single(key)?;
        let parts = map.ty.and_then(|t| match self.types.base(t) {
            Type::Map { key, value } => Some((*key, *value)),
            _ => None,
        });
        let Some((key_type, value_type)) = parts else {
            return Err(self.argument_kind("map", map.ty, span));
        };
        let unnamed = self.types.map(key_type, value_type);
        let map = self.coerce_argument(map, Some(unnamed), builtin, span)?;
        let key = self.coerce_argument(key, Some(key_type), builtin, span)?;
        Ok(self.finish_builtin(builtin, vec![map, key], Spread::None, None, span))
    }

    /// `len(x)`, `cap(x)`: run-time calls even of constants (Q9), except in constant declarations.
    fn len_call(&mut self, builtin: Builtin, call: &'a ast::CallExpr<'a>, span: Span) -> Result<Operand> {
        let arg = self.only_argument(builtin, call, span)?;
        if self.nodes.in_const
            && let Some(len) = self.constant_len(builtin, arg)
        {
            let value = Constant::Fixed(FixedInt::wrap(Kind::Int, i128::from(len)));
            return Ok(self.constant(value, TypeId::INT, span));
        }
        let arg = self.coerce_argument(arg, Some(TypeId::ANY), builtin, span)?;
        Ok(self.finish_builtin(builtin, vec![arg], Spread::None, Some(TypeId::INT), span))
    }

    fn constant_len(&self, builtin: Builtin, arg: Operand) -> Option<i64> {
        if let ExprKind::Const(Constant::Str(text)) = &self.exprs[arg.id].kind {
            return if builtin == Builtin::Len { i64::try_from(text.len()).ok() } else { None };
        }
        let t = arg.ty?;
        self.types.array_len(t).or_else(|| match self.types.base(t) {
            Type::Pointer(elem) => self.types.array_len(*elem),
            _ => None,
        })
    }

    /// `make(T, …)`, `new(T)`.
    fn type_call(&mut self, builtin: Builtin, call: &'a ast::CallExpr<'a>, span: Span) -> Result<Operand> {
        if builtin == Builtin::New {
            self.exact_count(builtin, call, 1, span)?;
        }
        let Some((first, sizes)) = call.args.split_first() else {
            return Err(self.not_enough(builtin, call, 1, span));
        };
        let Some(t) = self.type_of_expr(first)? else {
            let operand = self.single(first)?;
            return Err(self.error(span, VmError::TypeArgument { got: self.kind_name(operand.ty).into() }));
        };
        let target = self.type_expr(first)?;
        let type_node = self.add_node(ExprKind::Type(target), t, Some(t), first.span);
        let mut args = vec![type_node];
        let mut operands = Vec::with_capacity(sizes.len());
        for e in sizes {
            operands.push(self.single(e)?);
        }
        for operand in operands {
            args.push(self.coerce_argument(operand, Some(TypeId::ANY), builtin, span)?);
        }
        if builtin == Builtin::New {
            let pointer = self.types.pointer(t);
            return Ok(self.finish_builtin(builtin, args, Spread::None, Some(pointer), span));
        }
        let spread = if call.ellipsis.is_some() { Spread::Slice } else { Spread::Pack(1) };
        Ok(self.finish_builtin(builtin, args, spread, Some(t), span))
    }

    /// `print(…)`, `println(…)`.
    fn print_call(&mut self, builtin: Builtin, call: &'a ast::CallExpr<'a>, span: Span) -> Result<Operand> {
        if let ([only], None) = (call.args, call.ellipsis) {
            let operand = self.printed(only, 0)?;
            if operand.ty.is_some_and(|t| self.types.kind(t) == Kind::Tuple) {
                return Ok(self.finish_builtin(builtin, vec![operand.id], Spread::Pack(0), None, span));
            }
            let arg = self.coerce_argument(operand, Some(TypeId::ANY), builtin, span)?;
            return Ok(self.finish_builtin(builtin, vec![arg], Spread::Pack(0), None, span));
        }
        let mut operands = Vec::with_capacity(call.args.len());
        for (index, e) in call.args.iter().enumerate() {
            let operand = self.printed(e, index)?;
            operands.push(self.refuse_tuple(operand, e.span)?);
        }
        let spread = if call.ellipsis.is_some() { Spread::Slice } else { Spread::Pack(0) };
        if spread == Spread::Slice && operands.len() != 1 {
            return Err(self.error(span, VmError::ManySpread));
        }
        let target = if spread == Spread::Slice { self.types.variadic(TypeId::ANY) } else { TypeId::ANY };
        let mut args = Vec::with_capacity(operands.len());
        for operand in operands {
            args.push(self.coerce_argument(operand, Some(target), builtin, span)?);
        }
        Ok(self.finish_builtin(builtin, args, spread, None, span))
    }

    /// An argument of `print`: also a type (**Quirk**), which prints as `typeval{T}`.
    fn printed(&mut self, e: ExprRef<'a>, index: usize) -> Result<Operand> {
        if let Some(t) = self.type_of_expr(e)? {
            let target = self.type_expr(e)?;
            let id = self.add_node(ExprKind::TypeText(target, t), TypeId::STRING, Some(TypeId::STRING), e.span);
            return Ok(Operand { id, ty: Some(TypeId::STRING) });
        }
        if index == 0 { self.first_argument(e) } else { self.expr(e) }
    }
}
