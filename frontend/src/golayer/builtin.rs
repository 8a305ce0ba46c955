//! Calls of the predeclared functions.

use super::Checker;
use super::display::expr_text;
use super::object::Builtin;
use super::operand::{Mode, Operand};
use super::types::{Basic, Ty, Type, Types};
use super::value::{Value, compare};
use crate::finding::GoError;
use crate::source::Span;
use crate::syntax::ast::{BinaryOp, CallExpr, ChanDir, ExprRef};
use std::rc::Rc;

impl<'a> Checker<'a> {
    /// A call of a predeclared function; nothing if it is wrong.
    pub(super) fn builtin(
        &mut self,
        expr: ExprRef<'a>,
        call: &'a CallExpr<'a>,
        builtin: Builtin,
    ) -> Option<Operand<'a>> {
        let (name, least, variadic, _) = builtin.facts();
        if let (Some(at), true) = (call.ellipsis, builtin != Builtin::Append) {
            self.report(at, GoError::SpreadBuiltin { name: name.into() });
            self.use_exprs(call.args);
            return None;
        }
        // Whether the argument contains a call decides if a length is constant.
        let outer_call = std::mem::replace(&mut self.env.has_call, false);
        let result = self.builtin_call(expr, call, builtin, least, variadic);
        self.env.has_call |= outer_call;
        result
    }

    fn builtin_call(
        &mut self,
        expr: ExprRef<'a>,
        call: &'a CallExpr<'a>,
        builtin: Builtin,
        least: usize,
        variadic: bool,
    ) -> Option<Operand<'a>> {
        let special = matches!(builtin, Builtin::Make | Builtin::New);
        let mut args = if special { Vec::new() } else { self.arguments(call.args) };
        if args.iter().any(|arg| !arg.is_valid()) {
            return None;
        }
        let count = if special { call.args.len() } else { args.len() };
        if count < least || (!variadic && count > least) {
            let what = if count < least { "not enough" } else { "too many" };
            self.report(
                Span::at(call.rparen),
                GoError::BuiltinCount {
                    fault: what.into(),
                    call: expr_text(expr).into(),
                    want: least.into(),
                    got: count.into(),
                },
            );
            return None;
        }
        let no_value = Operand { mode: Mode::NoValue, ..Operand::invalid(expr) };
        match builtin {
            Builtin::Append => self.append(expr, call, &mut args),
            Builtin::Len | Builtin::Cap => self.length(expr, builtin, args.first()?),
            Builtin::Copy => self.copy(expr, args.first()?, args.get(1)?),
            Builtin::Delete => {
                let map = args.first()?;
                let Some(Type::Map(key, _)) = self.types.core(map.ty).map(|core| self.types.get(core)) else {
                    self.report(map.span, GoError::NotMap { operand: self.operand_arg(map) });
                    return None;
                };
                let key = *key;
                let arg = args.get_mut(1)?;
                self.assign_to(arg, Some(key), "argument to delete");
                arg.is_valid().then_some(no_value)
            }
            Builtin::Make => self.make(expr, call),
            Builtin::New => {
                let ty = self.var_type(call.args.first()?);
                if !self.types.is_valid(ty) {
                    return None;
                }
                let ty = self.types.add(Type::Pointer(ty));
                Some(Operand::value(expr, ty))
            }
            Builtin::Panic => {
                self.panics.insert(std::ptr::from_ref(call).addr());
                let empty = self.types.empty_interface;
                let arg = args.first_mut()?;
                self.assign_to(arg, Some(empty), "argument to panic");
                arg.is_valid().then_some(no_value)
            }
            Builtin::Print | Builtin::Println => {
                let context = format!("argument to built-in {}", builtin.facts().0);
                for arg in &mut args {
                    self.assign_to(arg, None, &context);
                    if !arg.is_valid() {
                        return None;
                    }
                }
                Some(no_value)
            }
            Builtin::Recover => Some(Operand::value(expr, self.types.empty_interface)),
            Builtin::Min | Builtin::Max => self.extreme(expr, builtin, args),
            Builtin::Clear => {
                let arg = args.first()?;
                match self.types.core(arg.ty).map(|core| self.types.get(core)) {
                    Some(Type::Map(..) | Type::Slice(_)) => Some(no_value),
                    _ => {
                        self.report(arg.span, GoError::ClearArgument { operand: self.operand_arg(arg) });
                        None
                    }
                }
            }
            Builtin::Close => {
                let arg = args.first()?;
                let what = match self.types.core(arg.ty).map(|core| self.types.get(core)) {
                    Some(Type::Chan(ChanDir::Recv, _)) => "receive-only channel",
                    Some(Type::Chan(..)) => return Some(no_value),
                    _ => "non-channel",
                };
                let shown = self.operand_arg(arg);
                self.report(arg.span, GoError::CloseChannel { fault: what.into(), operand: shown });
                None
            }
            Builtin::Complex => Some(Operand::value(expr, Types::basic(Basic::Complex128))),
            Builtin::Real | Builtin::Imag => Some(Operand::value(expr, Types::basic(Basic::Float64))),
        }
    }

    fn append(&mut self, expr: ExprRef<'a>, call: &'a CallExpr<'a>, args: &mut [Operand<'a>]) -> Option<Operand<'a>> {
        let first = args.first()?.clone();
        let slice = first.ty;
        let elem = match self.types.core(slice).map(|core| self.types.get(core)) {
            Some(Type::Slice(elem)) if !first.is_nil() => *elem,
            _ => {
                let have = if first.is_nil() { "untyped nil".to_owned() } else { self.describe(&first) };
                self.report(first.span, GoError::AppendSlice { operand: have.into() });
                return None;
            }
        };
        if let (2, Some(_), Some(second)) = (args.len(), call.ellipsis, args.get(1)) {
            let bytes = self.types.basic_of(elem).is_some_and(|basic| basic.plain() == Basic::Uint8);
            if bytes && self.types.all_basic(second.ty, Basic::is_string) {
                if self.types.is_untyped(second.ty) {
                    let (second, string) = (second.clone(), Types::basic(Basic::String));
                    self.update_type(&second, string, true);
                }
                return Some(Operand::value(expr, slice));
            }
        }
        let rest = self.types.add(Type::Slice(elem));
        let object = |checker: &mut Self, ty: Ty| {
            let name = crate::syntax::ast::Ident { name: "", span: expr.span };
            checker.new_object(super::object::ObjKind::Var, name, Some(ty))
        };
        let params = Rc::new([object(self, slice), object(self, rest)]);
        let results = Rc::new([object(self, slice)]);
        let signature = super::types::Signature { type_params: Rc::new([]), params, results, variadic: true };
        self.pass_arguments(call, &Rc::new(signature), args, "append");
        Some(Operand::value(expr, slice))
    }

    fn length(&mut self, expr: ExprRef<'a>, builtin: Builtin, x: &Operand<'a>) -> Option<Operand<'a>> {
        let len = builtin == Builtin::Len;
        let mut base = self.types.core(x.ty).map(|core| self.types.get(core));
        if let Some(Type::Pointer(inner)) = base {
            base = Some(self.types.base(*inner)).filter(|inner| matches!(inner, Type::Array(..)));
        }
        let ty = Types::basic(Basic::Int);
        let result = Operand::value(expr, ty);
        let constant = |value: Value| Operand { mode: Mode::Constant, value, ..result.clone() };
        let found = match base {
            Some(Type::Basic(basic)) if basic.is_string() && len => match (x.mode, &x.value) {
                (Mode::Constant, Value::Str(bytes)) => {
                    Some(constant(Value::int(i64::try_from(bytes.len()).unwrap_or(i64::MAX))))
                }
                _ => Some(result.clone()),
            },
            Some(Type::Array(_, length)) if !self.env.has_call => {
                Some(constant(length.map_or(Value::Unknown, Value::int)))
            }
            Some(Type::Array(..) | Type::Slice(_) | Type::Chan(..)) => Some(result.clone()),
            Some(Type::Map(..)) if len => Some(result.clone()),
            _ => None,
        };
        if found.is_none() && self.types.is_valid(self.types.under(x.ty)) {
            self.report(
                x.span,
                GoError::BuiltinArgument { operand: self.operand_arg(x), name: builtin.facts().0.into() },
            );
        }
        found
    }

    fn copy(&mut self, expr: ExprRef<'a>, to: &Operand<'a>, from: &Operand<'a>) -> Option<Operand<'a>> {
        let elem = |checker: &Self, ty: Ty| match checker.types.core(ty).map(|core| checker.types.get(core)) {
            Some(Type::Slice(elem)) => Some(*elem),
            _ => None,
        };
        let source = if self.types.all_basic(from.ty, Basic::is_string) {
            Some(Types::basic(Basic::Byte))
        } else {
            elem(self, from.ty)
        };
        let (Some(a), Some(b)) = (elem(self, to.ty), source) else {
            self.report(to.span, GoError::CopySlices { to: self.operand_arg(to), from: self.operand_arg(from) });
            return None;
        };
        if !self.identical(a, b) {
            self.report(
                to.span,
                GoError::CopyElements {
                    to: self.operand_arg(to),
                    from: self.operand_arg(from),
                    to_element: self.type_arg(a),
                    from_element: self.type_arg(b),
                },
            );
            return None;
        }
        Some(Operand::value(expr, Types::basic(Basic::Int)))
    }

    fn make(&mut self, expr: ExprRef<'a>, call: &'a CallExpr<'a>) -> Option<Operand<'a>> {
        let (&first, sizes) = call.args.split_first()?;
        let ty = self.var_type(first);
        if !self.types.is_valid(ty) {
            return None;
        }
        let least = match self.types.core(ty).map(|core| self.types.get(core)) {
            Some(Type::Slice(_)) => 2,
            Some(Type::Map(..) | Type::Chan(..)) => 1,
            _ => {
                if self.types.is_valid(self.types.under(ty)) {
                    self.report(first.span, GoError::CannotMake { value: expr_text(first).into() });
                }
                return None;
            }
        };
        let count = call.args.len();
        if count < least || count > least + 1 {
            self.report(
                expr.span,
                GoError::MakeCount {
                    call: expr_text(expr).into(),
                    least: least.into(),
                    most: (least + 1).into(),
                    got: count.into(),
                },
            );
            return None;
        }
        let values: Vec<i64> = sizes.iter().filter_map(|size| self.index(size, None).1).collect();
        if let ([len, cap], Some(at)) = (&*values, sizes.first())
            && len > cap
        {
            self.report(at.span, GoError::SwappedSizes);
        }
        Some(Operand::value(expr, ty))
    }

    fn extreme(&mut self, expr: ExprRef<'a>, builtin: Builtin, args: Vec<Operand<'a>>) -> Option<Operand<'a>> {
        for arg in &args {
            if !self.types.all_basic(arg.ty, Basic::is_ordered) {
                self.report(arg.span, GoError::CannotOrder { operand: self.operand_arg(arg) });
                return None;
            }
        }
        let op = if builtin == Builtin::Min { BinaryOp::Less } else { BinaryOp::Greater };
        let mut args = args.into_iter();
        let mut x = args.next()?;
        for mut y in args {
            let mut left = x.clone();
            if self.types.is_untyped(left.ty) != self.types.is_untyped(y.ty) || self.types.is_untyped(y.ty) {
                let target = y.ty;
                self.convert_untyped(&mut left, target);
                if !left.is_valid() {
                    return None;
                }
                let target = left.ty;
                self.convert_untyped(&mut y, target);
                if !y.is_valid() {
                    return None;
                }
            }
            if !self.identical(left.ty, y.ty) {
                self.report(
                    left.span,
                    GoError::Mismatched {
                        operation: expr_text(expr).into(),
                        left: self.type_arg(left.ty),
                        right: self.type_arg(y.ty),
                    },
                );
                return None;
            }
            if left.is_constant() && y.is_constant() {
                if compare(op, &y.value, &left.value) == Some(true) {
                    left.value = y.value;
                }
            } else {
                left.mode = Mode::Value;
            }
            x = left;
        }
        if x.mode != Mode::Constant {
            x.mode = Mode::Value;
        }
        x.set_expr(expr);
        Some(x)
    }
}
