//! Composite literals.

use super::Checker;
use super::display::expr_text;
use super::object::ObjId;
use super::operand::{Mode, Operand};
use super::types::{Ty, Type};
use super::value::Value;
use crate::finding::GoError;
use crate::source::Span;
use crate::syntax::ast::{CompositeLit, ExprKind, ExprRef};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

impl<'a> Checker<'a> {
    pub(super) fn composite(&mut self, expr: ExprRef<'a>, e: &'a CompositeLit<'a>, hint: Option<Ty>) -> Operand<'a> {
        let invalid = Operand::invalid(expr);
        let mut open_array = None;
        let (ty, base) = match (e.ty, hint) {
            (Some(written), _) => match written.kind {
                ExprKind::ArrayType(array)
                    if array.len.is_some_and(|len| matches!(len.kind, ExprKind::Ellipsis(None))) =>
                {
                    let elem = self.var_type(array.elem);
                    open_array = Some(elem);
                    let ty = self.types.add(Type::Array(elem, None));
                    (ty, ty)
                }
                _ => {
                    let ty = self.typ(written);
                    (ty, ty)
                }
            },
            (None, Some(hint)) => {
                let base = match self.types.core(hint).map(|core| self.types.get(core)) {
                    Some(Type::Pointer(base)) => *base,
                    _ => hint,
                };
                (hint, base)
            }
            (None, None) => {
                self.report(expr.span, GoError::MissingLiteralType);
                return invalid;
            }
        };
        match self.types.core(base).map(|core| self.types.get(core)) {
            Some(Type::Struct(fields)) => {
                let fields = fields.clone();
                self.struct_literal(e, base, &fields);
            }
            Some(&Type::Array(elem, len)) => {
                let count = self.elements(e.elements, elem, len);
                if open_array.is_some() {
                    self.types.set(ty, Type::Array(elem, Some(count)));
                }
            }
            Some(&Type::Slice(elem)) => {
                self.elements(e.elements, elem, None);
            }
            Some(&Type::Map(key, value)) => self.map_literal(e, key, value),
            other => {
                let valid = !matches!(other, Some(Type::Basic(super::types::Basic::Invalid)));
                self.use_exprs(e.elements);
                if valid {
                    let of = self.type_arg(ty);
                    let elided = e.ty.is_none();
                    let error = if elided { GoError::LiteralElement { of } } else { GoError::LiteralType { of } };
                    self.report(expr.span, error);
                }
                return invalid;
            }
        }
        Operand { mode: Mode::Value, ty, ..invalid }
    }

    fn struct_literal(&mut self, e: &'a CompositeLit<'a>, base: Ty, fields: &Rc<[(ObjId, Option<String>)]>) {
        let Some(first) = e.elements.first() else { return };
        if matches!(first.kind, ExprKind::KeyValue(_)) {
            self.keyed_fields(e.elements, base, fields);
            return;
        }
        for (index, element) in e.elements.iter().enumerate() {
            if matches!(element.kind, ExprKind::KeyValue(_)) {
                self.report(element.span, GoError::MixedLiteral);
                continue;
            }
            let mut x = self.expr(element);
            let Some((field, _)) = fields.get(index) else {
                self.report(x.span, GoError::ManyValues { of: self.type_arg(base) });
                break;
            };
            if !self.is_visible(*field, self.home()) {
                self.report(
                    x.span,
                    GoError::UnexportedField {
                        name: self.objs[*field].name.to_string().into(),
                        of: self.type_arg(base),
                    },
                );
                continue;
            }
            let ty = self.obj_type(*field);
            self.assign_to(&mut x, Some(ty), "struct literal");
        }
        if e.elements.len() < fields.len() {
            self.report(Span::at(e.rbrace), GoError::FewValues { of: self.type_arg(base) });
        }
    }

    fn keyed_fields(&mut self, elements: &[ExprRef<'a>], base: Ty, fields: &Rc<[(ObjId, Option<String>)]>) {
        let mut seen = HashSet::new();
        for element in elements {
            let ExprKind::KeyValue(pair) = element.kind else {
                self.report(element.span, GoError::MixedLiteral);
                continue;
            };
            let mut x = self.expr(pair.value);
            let ExprKind::Ident(name) = pair.key.kind else {
                self.report(element.span, GoError::BadFieldName { value: expr_text(pair.key).into() });
                continue;
            };
            let index = fields.iter().position(|(field, _)| {
                name != "_" && &*self.objs[*field].name == name && self.is_visible(*field, self.home())
            });
            let Some((index, field)) = index.and_then(|index| Some((index, fields.get(index)?.0))) else {
                let why = self.explain_field(base, name, fields);
                self.report(pair.key.span, GoError::UnknownField { fault: why.into() });
                continue;
            };
            let ty = self.obj_type(field);
            self.assign_to(&mut x, Some(ty), "struct literal");
            if !seen.insert(index) {
                self.report(element.span, GoError::DuplicateField { name: name.into() });
            }
        }
    }

    /// Elements of an array or slice; the number of elements that they need.
    fn elements(&mut self, elements: &[ExprRef<'a>], elem: Ty, length: Option<i64>) -> i64 {
        let mut seen = HashSet::new();
        let (mut index, mut count) = (0i64, 0i64);
        for element in elements {
            let mut valid = false;
            let mut value = *element;
            if let ExprKind::KeyValue(pair) = element.kind {
                value = pair.value;
                let (ty, key) = self.index(pair.key, length);
                if self.types.is_valid(ty) {
                    match key {
                        Some(key) => {
                            index = key;
                            valid = true;
                        }
                        None => {
                            let text = expr_text(pair.key);
                            self.report(element.span, GoError::LiteralIndex { value: text.into() });
                        }
                    }
                }
            } else if let Some(length) = length.filter(|&length| index >= length) {
                self.report(element.span, GoError::LiteralBounds { index: index.into(), length: length.into() });
            } else {
                valid = true;
            }
            if valid && !seen.insert(index) {
                self.report(element.span, GoError::DuplicateIndex { index: index.into() });
            }
            index = index.saturating_add(1);
            count = count.max(index);
            let mut x = self.expr_hint(value, Some(elem));
            self.assign_to(&mut x, Some(elem), "array or slice literal");
        }
        count
    }

    fn map_literal(&mut self, e: &'a CompositeLit<'a>, key: Ty, value: Ty) {
        let by_type = self.types.is_interface(key);
        let mut seen: HashMap<Value, Vec<Ty>> = HashMap::new();
        for element in e.elements {
            let ExprKind::KeyValue(pair) = element.kind else {
                self.report(element.span, GoError::MissingKey);
                continue;
            };
            let mut x = self.expr_hint(pair.key, Some(key));
            self.assign_to(&mut x, Some(key), "map literal");
            if !x.is_valid() {
                continue;
            }
            if x.is_constant() && x.value != Value::Unknown {
                let types = seen.get(&x.value);
                let duplicate = types.is_some_and(|types| !by_type || types.iter().any(|&ty| self.identical(ty, x.ty)));
                seen.entry(x.value.clone()).or_default().push(x.ty);
                if duplicate {
                    self.report(x.span, GoError::DuplicateKey { key: x.value.text().into() });
                    continue;
                }
            }
            let mut x = self.expr_hint(pair.value, Some(value));
            self.assign_to(&mut x, Some(value), "map literal");
        }
    }
}
