//! Index and slice expressions, instantiation of functions.

use super::Checker;
use super::operand::{Mode, Operand};
use super::types::{Basic, INVALID, Ty, Type, Types};
use super::value::Value;
use crate::finding::GoError;
use crate::syntax::ast::{ExprRef, IndexExpr, SliceExpr};

impl<'a> Checker<'a> {
    pub(super) fn index_expr(&mut self, expr: ExprRef<'a>, e: &'a IndexExpr<'a>) -> Operand<'a> {
        let mut x = self.expr_or_type(e.x, true);
        let invalid = Operand::invalid(expr);
        match x.mode {
            Mode::Invalid => {
                self.use_exprs(e.indices);
                return invalid;
            }
            Mode::TypeExpr => {
                if !self.is_generic(expr, x.ty) {
                    return invalid;
                }
                let args: Vec<Ty> = e.indices.iter().map(|arg| self.typ(arg)).collect();
                let ty = self.instance_of(expr, e, x.ty, &args);
                return Operand { mode: if ty == INVALID { Mode::Invalid } else { Mode::TypeExpr }, ty, ..invalid };
            }
            Mode::Value => {
                if let Type::Signature(signature) = self.types.get(self.types.under(x.ty))
                    && !signature.type_params.is_empty()
                {
                    return self.instance_func(expr, e, x.ty);
                }
            }
            _ => {}
        }
        let mut length = None;
        let element = match self.types.core(x.ty).map(|core| self.types.get(core)) {
            Some(Type::Basic(basic)) if basic.is_string() => {
                if let (Mode::Constant, Value::Str(bytes)) = (x.mode, &x.value) {
                    length = i64::try_from(bytes.len()).ok();
                }
                x.mode = Mode::Value;
                Some(Types::basic(Basic::Byte))
            }
            Some(Type::Array(elem, len)) => {
                length = *len;
                if x.mode != Mode::Variable {
                    x.mode = Mode::Value;
                }
                Some(*elem)
            }
            Some(Type::Pointer(base)) => match self.types.base(*base) {
                Type::Array(elem, len) => {
                    length = *len;
                    x.mode = Mode::Variable;
                    Some(*elem)
                }
                _ => None,
            },
            Some(Type::Slice(elem)) => {
                x.mode = Mode::Variable;
                Some(*elem)
            }
            Some(Type::Map(key, value)) => {
                let (key, value) = (*key, *value);
                let Some(index) = self.single_index(e) else { return invalid };
                let mut index = self.expr(index);
                self.assign_to(&mut index, Some(key), "map index");
                return Operand { mode: Mode::MapIndex, ty: value, ..invalid };
            }
            _ => None,
        };
        let Some(element) = element else {
            self.report(x.span, GoError::CannotIndex { operand: self.operand_arg(&x) });
            self.use_exprs(e.indices);
            return invalid;
        };
        let Some(index) = self.single_index(e) else { return invalid };
        self.index(index, length);
        Operand { mode: x.mode, ty: element, ..invalid }
    }

    fn single_index(&mut self, e: &'a IndexExpr<'a>) -> Option<ExprRef<'a>> {
        if let Some(second) = e.indices.get(1) {
            self.report(second.span, GoError::ManyIndices);
            return None;
        }
        e.indices.first().copied()
    }

    /// A generic function with explicit type arguments, all or the first of them.
    fn instance_func(&mut self, expr: ExprRef<'a>, e: &'a IndexExpr<'a>, ty: Ty) -> Operand<'a> {
        let invalid = Operand::invalid(expr);
        let args: Vec<Ty> = e.indices.iter().map(|arg| self.typ(arg)).collect();
        let Type::Signature(signature) = self.types.get(self.types.under(ty)) else { return invalid };
        let signature = signature.clone();
        let params = signature.type_params.clone();
        if args.contains(&INVALID) {
            return invalid;
        }
        if args.len() > params.len() {
            let at = e.indices.get(params.len()).map_or(expr.span, |arg| arg.span);
            self.report(at, GoError::FuncTypeArgCount { have: args.len().into(), want: params.len().into() });
            return invalid;
        }
        let (given, rest) = params.split_at(args.len());
        let span = e.indices.first().map_or(expr.span, |arg| arg.span);
        if rest.is_empty() && !self.check_constraints(given, &args, span) {
            return invalid;
        }
        let mut open = (*signature).clone();
        open.type_params = rest.into();
        let plain = super::types::Signature { type_params: std::rc::Rc::new([]), ..open.clone() };
        let plain = self.types.add(Type::Signature(std::rc::Rc::new(plain)));
        let done = self.substitute(plain, given, &args);
        let ty = match self.types.get(done) {
            Type::Signature(done) if !rest.is_empty() => {
                let mut signature = (**done).clone();
                signature.type_params = rest.into();
                self.types.add(Type::Signature(std::rc::Rc::new(signature)))
            }
            _ => done,
        };
        Operand::value(expr, ty)
    }

    /// Checks an index; its type, and its value if it is constant and in order. `max` is the first index that is too
    /// large.
    pub(super) fn index(&mut self, expr: ExprRef<'a>, max: Option<i64>) -> (Ty, Option<i64>) {
        let mut x = self.expr(expr);
        if !self.valid_index(&mut x) {
            return (INVALID, None);
        }
        if !x.is_constant() {
            return (x.ty, None);
        }
        let Some(value) = x.value.to_i64() else { return (INVALID, None) };
        if let Some(max) = max.filter(|&max| value >= max) {
            self.report(x.span, GoError::IndexRange { index: value.to_string().into(), length: max.into() });
            return (INVALID, None);
        }
        (x.ty, Some(value))
    }

    fn valid_index(&mut self, x: &mut Operand<'a>) -> bool {
        if !x.is_valid() {
            return false;
        }
        self.convert_untyped(x, Types::basic(Basic::Int));
        if !x.is_valid() {
            return false;
        }
        if !self.types.all_basic(x.ty, Basic::is_integer) {
            self.report(x.span, GoError::BadIndex { operand: self.operand_arg(x) });
            return false;
        }
        if x.is_constant() && x.value.is_negative() {
            self.report(x.span, GoError::NegativeIndex { operand: self.operand_arg(x) });
            return false;
        }
        true
    }

    pub(super) fn slice_expr(&mut self, expr: ExprRef<'a>, e: &'a SliceExpr<'a>) -> Operand<'a> {
        let x = self.expr(e.x);
        let invalid = Operand::invalid(expr);
        let bounds = [e.lo, e.hi, e.max];
        if !x.is_valid() {
            let bounds: Vec<ExprRef<'a>> = bounds.into_iter().flatten().collect();
            self.use_exprs(&bounds);
            return invalid;
        }
        let mut length = None;
        let mut ty = x.ty;
        let mut fault = Some(false);
        match self.types.core(x.ty).map(|core| self.types.get(core)) {
            Some(Type::Basic(basic)) if basic.is_string() => {
                if e.three_index {
                    let at = e.max.map_or(expr.span, |max| max.span);
                    self.report(at, GoError::SliceString3);
                    return invalid;
                }
                fault = None;
                if let (Mode::Constant, Value::Str(bytes)) = (x.mode, &x.value) {
                    length = i64::try_from(bytes.len()).ok();
                }
                if self.types.is_untyped(x.ty) {
                    ty = Types::basic(Basic::String);
                }
            }
            Some(&Type::Array(elem, len)) => {
                length = len;
                fault = (x.mode != Mode::Variable).then_some(true);
                ty = self.types.add(Type::Slice(elem));
            }
            Some(&Type::Pointer(base)) => {
                if let Type::Array(elem, len) = *self.types.base(base) {
                    length = len;
                    fault = None;
                    ty = self.types.add(Type::Slice(elem));
                }
            }
            Some(Type::Slice(_)) => fault = None,
            _ => {}
        }
        if let Some(sliceable) = fault {
            let operand = self.operand_arg(&x);
            let error =
                if sliceable { GoError::CannotSliceValue { operand } } else { GoError::CannotSlice { operand } };
            self.report(x.span, error);
            return invalid;
        }
        let mut values = [None; 3];
        for (at, bound) in bounds.into_iter().enumerate() {
            values[at] = match bound {
                Some(bound) => self.index(bound, length.map(|length| length.saturating_add(1))).1,
                None if at == 0 => Some(0),
                None => length,
            };
        }
        self.check_bounds(&bounds, values);
        Operand::value(expr, ty)
    }

    /// Constant bounds must not decrease.
    fn check_bounds(&mut self, bounds: &[Option<ExprRef<'a>>; 3], values: [Option<i64>; 3]) {
        for first in 0..2 {
            let Some(low) = values[first].filter(|&low| low > 0) else { continue };
            for second in first + 1..3 {
                let (Some(high), Some(at)) = (values[second].filter(|&high| high < low), bounds[second]) else {
                    continue;
                };
                self.report(at.span, GoError::SliceOrder { high: high.into(), low: low.into() });
                return;
            }
        }
    }
}
