//! Calls and conversions.

use super::Checker;
use super::display::expr_text;
use super::expr::Kind;
use super::operand::{Mode, Operand};
use super::types::{Basic, INVALID, Signature, Ty, Type, Types};
use super::value::Value;
use crate::finding::GoError;
use crate::source::Span;
use crate::syntax::ast::{CallExpr, ExprRef};
use std::rc::Rc;

impl<'a> Checker<'a> {
    pub(super) fn call(&mut self, expr: ExprRef<'a>, call: &'a CallExpr<'a>) -> (Operand<'a>, Kind) {
        let x = self.expr_or_type(call.fun, true);
        let invalid = Operand::invalid(expr);
        match x.mode {
            Mode::Invalid => {
                self.use_exprs(call.args);
                return (invalid, Kind::Statement);
            }
            Mode::TypeExpr => return (self.conversion_call(expr, call, &x), Kind::Conversion),
            Mode::Builtin(builtin) => {
                let kind = if builtin.facts().3 { Kind::Statement } else { Kind::Expression };
                let result = self.builtin(expr, call, builtin).unwrap_or(invalid);
                // A result that is not constant means a call.
                if result.is_valid() && !result.is_constant() {
                    self.env.has_call = true;
                }
                return (result, kind);
            }
            _ => {}
        }
        let signature = match self.types.core(x.ty).map(|core| self.types.get(core)) {
            Some(Type::Signature(signature)) => signature.clone(),
            _ => {
                // The arguments are not looked at.
                self.report(x.span, GoError::NotFunction { operand: self.operand_arg(&x) });
                return (invalid, Kind::Statement);
            }
        };
        let mut args = self.arguments(call.args);
        let signature = self.pass_arguments(call, &signature, &mut args, &expr_text(call.fun));
        self.env.has_call = true;
        let Some(signature) = signature else {
            return (invalid, Kind::Statement);
        };
        let result = match &*signature.results {
            [] => Operand { mode: Mode::NoValue, ..invalid.clone() },
            [single] => Operand::value(expr, self.obj_type(*single)),
            results => {
                let tuple = self.types.add(Type::Tuple(results.into()));
                Operand::value(expr, tuple)
            }
        };
        let broken = result.mode == Mode::Value && !self.types.is_valid(result.ty);
        (if broken { invalid } else { result }, Kind::Statement)
    }

    fn conversion_call(&mut self, expr: ExprRef<'a>, call: &'a CallExpr<'a>, x: &Operand<'a>) -> Operand<'a> {
        let invalid = Operand::invalid(expr);
        let ty = x.ty;
        match call.args {
            [] => {
                self.report(Span::at(call.rparen), GoError::MissingConversionArg { of: self.type_arg(ty) });
                invalid
            }
            [arg] => {
                let mut x = self.expr(arg);
                if !x.is_valid() {
                    return invalid;
                }
                if call.ellipsis.is_some() {
                    self.report(arg.span, GoError::SpreadConversion { of: self.type_arg(ty) });
                    return invalid;
                }
                if self.types.is_interface(ty) && self.is_constraint_only(ty) {
                    self.report(expr.span, GoError::ConstraintConversion { of: self.type_arg(ty) });
                    return invalid;
                }
                self.convert(&mut x, ty);
                x.set_expr(expr);
                x
            }
            args => {
                self.use_exprs(args);
                let shown = self.type_arg(ty);
                let at = args.last().map_or(expr.span, |arg| arg.span);
                self.report(at, GoError::ManyConversionArgs { of: shown });
                invalid
            }
        }
    }

    /// `T(x)`.
    pub(super) fn convert(&mut self, x: &mut Operand<'a>, ty: Ty) {
        if !self.types.is_valid(self.types.under(ty)) {
            x.mode = Mode::Invalid;
            return;
        }
        let constant = x.is_constant();
        let to_constant = self.types.is_constant_type(ty);
        let integer = |checker: &Self, ty: Ty| checker.types.all_basic(ty, Basic::is_integer);
        let outcome = if constant && to_constant {
            match self.convert_constant(x, ty) {
                Some(value) => {
                    x.value = value;
                    Ok(())
                }
                None if integer(self, x.ty) && integer(self, ty) => {
                    self.report(
                        x.span,
                        GoError::ConstantOverflows { value: x.value.text().into(), to: self.type_arg(ty) },
                    );
                    x.mode = Mode::Invalid;
                    return;
                }
                None => {
                    // A whole number is one from here on.
                    if integer(self, ty)
                        && let Some(whole) = x.value.to_int()
                    {
                        x.value = Value::Int(whole);
                    }
                    Err(String::new())
                }
            }
        } else {
            self.convertible(x, ty).map(|()| x.mode = Mode::Value)
        };
        if let Err(reason) = outcome {
            let (operand, to) = (self.operand_arg(x), self.type_arg(ty));
            let error = if reason.is_empty() {
                GoError::CannotConvert { operand, to }
            } else {
                GoError::CannotConvertBecause { operand, to, reason: reason.into() }
            };
            self.report(x.span, error);
            x.mode = Mode::Invalid;
            return;
        }
        if self.types.is_untyped(x.ty) {
            let last = if self.types.is_interface(ty) || constant && !to_constant || x.is_nil() {
                Types::default(x.ty)
            } else if x.is_constant() && integer(self, x.ty) && self.types.all_basic(ty, Basic::is_string) {
                x.ty
            } else {
                ty
            };
            self.update_type(x, last, true);
        }
        x.ty = ty;
    }

    fn convert_constant(&self, x: &Operand<'a>, ty: Ty) -> Option<Value> {
        let basic = self.types.basic_of(ty)?;
        if let Some(value) = x.value.represent(basic) {
            return Some(value);
        }
        if self.types.all_basic(x.ty, Basic::is_integer) && basic.is_string() {
            let code = x.value.to_i64().and_then(|code| u32::try_from(code).ok()).and_then(char::from_u32);
            let text = code.unwrap_or(char::REPLACEMENT_CHARACTER).to_string();
            return Some(Value::Str(text.as_bytes().into()));
        }
        None
    }

    // ------------------------------------------------------------------------------------------------- arguments

    /// The arguments of a call: a single call may give several.
    pub(super) fn arguments(&mut self, exprs: &[ExprRef<'a>]) -> Vec<Operand<'a>> {
        if let [single] = exprs {
            let (mut x, _) = self.raw_expr(single, None, true);
            self.require_value(&mut x);
            if x.is_valid()
                && let Type::Tuple(types) = self.types.get(x.ty)
            {
                return types.clone().iter().map(|&obj| Operand::value(single, self.obj_type(obj))).collect();
            }
            return vec![x];
        }
        exprs.iter().map(|expr| self.generic_expr(expr)).collect()
    }

    /// Checks arguments against parameters. Gives the signature without type parameters; nothing if it cannot be told.
    pub(super) fn pass_arguments(
        &mut self,
        call: &'a CallExpr<'a>,
        signature: &Rc<Signature>,
        args: &mut [Operand<'a>],
        name: &str,
    ) -> Option<Rc<Signature>> {
        let generic = !signature.type_params.is_empty();
        let fallback = |signature: &Rc<Signature>| (!generic).then(|| signature.clone());
        let mut params: Vec<Ty> = signature.params.iter().map(|&param| self.obj_type(param)).collect();
        let mut wanted = params.len();
        if signature.variadic {
            if call.ellipsis.is_some() {
                if call.args.len() == 1 && args.len() > 1 {
                    let at = call.ellipsis.unwrap_or_default();
                    let count = i64::try_from(args.len()).unwrap_or(i64::MAX);
                    let text = call.args.first().map_or_else(String::new, |arg| expr_text(arg));
                    self.report(at, GoError::SpreadMulti { count: count.into(), call: text.into() });
                    return fallback(signature);
                }
            } else if args.len() + 1 >= params.len() {
                if let Some(last) = params.pop() {
                    let elem = match self.types.get(self.types.unalias(last)) {
                        Type::Slice(elem) => *elem,
                        _ => last,
                    };
                    params.resize(args.len().max(params.len()), elem);
                }
                wanted = args.len();
            } else {
                wanted -= 1;
            }
        } else if let Some(at) = call.ellipsis {
            self.report(at, GoError::SpreadCall { callee: Self::callee_text(call).into() });
            return fallback(signature);
        }
        if args.len() != wanted {
            self.report_count(call, signature, args, wanted, name);
            return fallback(signature);
        }
        let mut done = signature.clone();
        if generic {
            let inferred = self.infer(call, signature, &params, args)?;
            let plain = Signature { type_params: Rc::new([]), ..(**signature).clone() };
            let plain = self.types.add(Type::Signature(Rc::new(plain)));
            let ty = self.substitute(plain, &signature.type_params, &inferred);
            params = params.iter().map(|&ty| self.substitute(ty, &signature.type_params, &inferred)).collect();
            if let Type::Signature(signature) = self.types.get(ty) {
                done = signature.clone();
            }
        }
        let context = format!("argument to {name}");
        for (arg, &ty) in args.iter_mut().zip(&params) {
            self.assign_to(arg, Some(ty), &context);
        }
        Some(done)
    }

    fn report_count(
        &mut self,
        call: &'a CallExpr<'a>,
        signature: &Signature,
        args: &[Operand<'a>],
        wanted: usize,
        name: &str,
    ) {
        let have: Vec<Ty> = args.iter().map(|arg| arg.ty).collect();
        let want: Vec<Ty> = signature.params.iter().map(|&param| self.obj_type(param)).collect();
        let have = self.summary(&have, false, call.ellipsis.is_some());
        let want = self.summary(&want, signature.variadic, false);
        let (callee, have, want) = (name.into(), have.into(), want.into());
        match args.get(wanted) {
            Some(extra) => self.report(extra.span, GoError::ManyArgs { callee, have, want }),
            None => self.report(Span::at(call.rparen), GoError::FewArgs { callee, have, want }),
        }
    }

    /// The type arguments of a call of a generic function.
    fn infer(
        &mut self,
        call: &'a CallExpr<'a>,
        signature: &Signature,
        params: &[Ty],
        args: &[Operand<'a>],
    ) -> Option<Vec<Ty>> {
        if args.iter().any(|arg| !arg.is_valid()) {
            return None;
        }
        let type_params = signature.type_params.clone();
        let mut found = vec![None; type_params.len()];
        let mut untyped: Vec<(usize, Ty)> = Vec::new();
        for (arg, &param) in args.iter().zip(params) {
            if self.types.is_untyped(arg.ty) {
                if let Some(index) = type_params.iter().position(|&candidate| candidate == param)
                    && !arg.is_nil()
                {
                    untyped.push((index, arg.ty));
                }
                continue;
            }
            if !self.unify(param, arg.ty, &type_params, &mut found) {
                let known: Vec<Ty> =
                    type_params.iter().zip(&found).map(|(&param, known)| known.unwrap_or(param)).collect();
                let shown = self.substitute(param, &type_params, &known);
                self.report(
                    arg.span,
                    GoError::InferMismatch {
                        of: self.type_arg(arg.ty),
                        argument: arg.expr_text().into(),
                        parameter: self.type_arg(shown),
                    },
                );
                return None;
            }
        }
        // Untyped constants count only where nothing else decides; the largest kind wins.
        let mut defaults: Vec<Option<Ty>> = vec![None; found.len()];
        for (index, ty) in untyped {
            if found.get(index).is_some_and(Option::is_none)
                && let Some(slot) = defaults.get_mut(index)
            {
                *slot = Some(slot.map_or(ty, |known| known.max(ty)));
            }
        }
        let mut out = Vec::new();
        for ((&param, known), default) in type_params.iter().zip(&found).zip(&defaults) {
            let single = {
                let terms = self.types.terms(param);
                match &*terms {
                    [single] => Some(*single),
                    _ => None,
                }
            };
            match known.or(default.map(Types::default)).or(single) {
                Some(ty) => out.push(ty),
                None => {
                    let declared = match self.types.get(param) {
                        Type::Param { obj, .. } => self.position_text(self.place_of(*obj)),
                        _ => String::new(),
                    };
                    let (callee, parameter) = (Self::callee_text(call).into(), self.type_arg(param));
                    let error = GoError::CannotInfer { callee, parameter, declared: declared.into() };
                    self.report(call.fun.span, error);
                    return None;
                }
            }
        }
        let at = call.args.first().map_or(Span::at(call.rparen), |arg| arg.span);
        if out.contains(&INVALID) || !self.check_constraints(&type_params, &out, at) {
            return None;
        }
        Some(out)
    }
}
