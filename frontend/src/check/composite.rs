//! Composite literals (spec/02 §5.6, §6.2; spec/01 §3.4).

use super::expr::{Operand, unparen};
use super::{Checker, Result};
use crate::finding::VmError;
use crate::source::Span;
use crate::syntax::ast::{self, ExprRef};
use crate::typed::{CompositeElement, CompositeKind, ExprId, ExprKind, Place};
use crate::types::{Kind, NilContext, Type, TypeId};

/// How an array literal with a negative index ends.
const NEGATIVE_INDEX: &str = "runtime error: index out of range [-1]";

/// Elements of an array or slice literal.
enum Indexed {
    /// With their indices, and the length that they need.
    Constant(Vec<CompositeElement>, u64),
    /// Some keys are negative or not constant: what the literal is shows when they are evaluated.
    Computed(Vec<CompositeElement>),
}

impl<'a> Checker<'a> {
    /// `T{…}`.
    pub(super) fn composite(&mut self, literal: &'a ast::CompositeLit<'a>, span: Span) -> Result<Operand> {
        let Some(written) = literal.ty else {
            return Err(self.error(self.nodes.literal_type, VmError::ElidedStruct));
        };
        let outer = std::mem::replace(&mut self.nodes.literal_type, written.span);
        let operand = self.written_literal(literal, written, span);
        self.nodes.literal_type = outer;
        operand
    }

    fn written_literal(
        &mut self,
        literal: &'a ast::CompositeLit<'a>,
        written: ExprRef<'a>,
        span: Span,
    ) -> Result<Operand> {
        match unparen(written).kind {
            ast::ExprKind::ArrayType(ast::ArrayType { len: Some(len), elem })
                if matches!(len.kind, ast::ExprKind::Ellipsis(None)) =>
            {
                let elem = self.resolve_type(elem)?;
                return self.array_literal(literal, None, elem, span);
            }
            ast::ExprKind::Ident(name) if !self.names_type(name, written.span)? => {
                let what = match self.lookup(name, written.span) {
                    Ok(_) => name.into(),
                    Err(error) if self.in_declaration() => return Err(error),
                    Err(_) => format!("{name}<VPInvalid(0)>").into(),
                };
                return Err(self.error(written.span, VmError::NotType { what }));
            }
            _ => {}
        }
        let t = self.resolve_type(written)?;
        self.literal_of(literal, t, span)
    }

    /// A literal whose type is known: written, or the element type of the literal around it.
    fn literal_of(&mut self, literal: &'a ast::CompositeLit<'a>, t: TypeId, span: Span) -> Result<Operand> {
        match self.types.base(t) {
            Type::Struct(_) => self.struct_literal(literal, t, span),
            Type::Array { len, elem, .. } => {
                let (len, elem) = (*len, *elem);
                self.array_literal(literal, Some((t, len)), elem, span)
            }
            Type::Slice { elem, .. } => {
                let elem = *elem;
                self.slice_literal(literal, t, elem, span)
            }
            Type::Map { key, value } => {
                let (key, value) = (*key, *value);
                self.map_literal(literal, t, key, value, span)
            }
            _ => {
                let of = self.type_arg(self.types.underlying(t));
                Err(self.error(self.nodes.literal_type, VmError::LiteralType { of }))
            }
        }
    }

    /// A literal that is accepted but aborts when it is evaluated.
    fn aborting_literal(&mut self, text: String, t: TypeId, span: Span) -> Operand {
        let id = self.add_node(ExprKind::Abort(text), t, Some(t), span);
        Operand { id, ty: Some(t) }
    }

    fn finish_literal(
        &mut self,
        kind: CompositeKind,
        elements: Vec<CompositeElement>,
        len: u64,
        t: TypeId,
        span: Span,
    ) -> Operand {
        let id = self.add_node(ExprKind::Composite { kind, elements, len }, t, Some(t), span);
        Operand { id, ty: Some(t) }
    }

    fn struct_literal(&mut self, literal: &'a ast::CompositeLit<'a>, t: TypeId, span: Span) -> Result<Operand> {
        let fields: Vec<(std::rc::Rc<str>, TypeId)> =
            self.types.fields(t).iter().map(|field| (field.name.clone(), field.ty)).collect();
        let keyed = literal.elements.first().is_none_or(|e| matches!(e.kind, ast::ExprKind::KeyValue(_)));
        let mut elements = Vec::with_capacity(literal.elements.len());
        for (position, e) in literal.elements.iter().enumerate() {
            let (index, value) = match (e.kind, keyed) {
                (ast::ExprKind::KeyValue(pair), true) => (self.field_key(pair.key, &fields, t)?, pair.value),
                (ast::ExprKind::KeyValue(_), false) | (_, true) => {
                    return Err(self.error(span, VmError::MixedLiteral));
                }
                (_, false) => (position, *e),
            };
            let Some((_, field)) = fields.get(index) else {
                let (index, length) = (fields.len().into(), fields.len().into());
                return Err(self.error_bare(VmError::ManyFields { index, length }));
            };
            let value = self.single(value)?.id;
            elements.push((index, value, *field));
        }
        let mut finished = Vec::with_capacity(elements.len());
        for (index, value, field) in elements {
            let value = self.coerce(value, Some(field), span)?;
            finished.push(CompositeElement { index: index as u64, key: None, value });
        }
        let kind = if keyed { CompositeKind::StructKeyed } else { CompositeKind::StructPositional };
        Ok(self.finish_literal(kind, finished, fields.len() as u64, t, span))
    }

    fn field_key(&mut self, key: ExprRef<'a>, fields: &[(std::rc::Rc<str>, TypeId)], t: TypeId) -> Result<usize> {
        let span = key.span;
        let name = match unparen(key).kind {
            ast::ExprKind::Ident(name) => name,
            _ => "",
        };
        if self.is_loop_name(key.span) {
            return Err(self.unknown_field(t, &self.renamed(name, key.span), span));
        }
        let found = fields.iter().position(|(field, _)| !name.is_empty() && **field == *name);
        match found.filter(|&index| !self.hidden_field(fields, index)) {
            Some(index) => Ok(index),
            None => Err(self.unknown_field(t, name, span)),
        }
    }

    fn unknown_field(&self, t: TypeId, name: &str, span: Span) -> super::CheckError {
        self.error(span, VmError::UnknownField { of: self.type_arg(self.types.underlying(t)), name: name.into() })
    }

    /// **Quirk**: the fields after one of an unnamed struct type cannot be named, as many as that type has fields
    /// (spec/01 §1.2).
    fn hidden_field(&self, fields: &[(std::rc::Rc<str>, TypeId)], index: usize) -> bool {
        fields.iter().take(index).enumerate().any(|(at, (_, t))| match self.types.get(*t) {
            Type::Struct(structure) => index <= at + structure.fields.len(),
            _ => false,
        })
    }

    /// An element or key: a literal without type takes the element type, behind `&` if that is a pointer type.
    fn element(&mut self, e: ExprRef<'a>, t: TypeId) -> Result<ExprId> {
        let ast::ExprKind::CompositeLit(literal) = e.kind else { return Ok(self.single(e)?.id) };
        if literal.ty.is_some() {
            return Ok(self.single(e)?.id);
        }
        super::deep(|| match *self.types.base(t) {
            Type::Pointer(elem) => {
                let literal = self.literal_of(literal, elem, e.span)?;
                let pointer = self.types.pointer(elem);
                let kind = ExprKind::AddressOf(Place::Literal(literal.id));
                Ok(self.add_node(kind, pointer, Some(pointer), e.span))
            }
            _ => Ok(self.literal_of(literal, t, e.span)?.id),
        })
    }

    /// Indices, optional key nodes and values of an array or slice literal, and the length it needs.
    fn indexed_elements(
        &mut self,
        literal: &'a ast::CompositeLit<'a>,
        elem: TypeId,
        ordered: bool,
        span: Span,
    ) -> Result<Indexed> {
        let mut elements = Vec::with_capacity(literal.elements.len());
        let (mut next, mut len) = (0u64, 0u64);
        let mut computed = false;
        for e in literal.elements {
            let (key, value) = match e.kind {
                ast::ExprKind::KeyValue(pair) => (Some(self.index_key(pair.key, span)?), pair.value),
                _ => (None, *e),
            };
            if let Some(key) = key {
                let index = if self.is_const(key) { self.constant_as_i64(key) } else { None };
                match index.and_then(|index| u64::try_from(index).ok()) {
                    Some(index) if ordered && index < next => {
                        return Err(self.error(span, VmError::KeyOrder));
                    }
                    Some(index) => next = index,
                    None => computed = true,
                }
            }
            let value = self.element(value, elem)?;
            elements.push(CompositeElement { index: next, key, value });
            next = next.saturating_add(1);
            len = len.max(next);
        }
        for element in &mut elements {
            element.value = self.coerce_in(element.value, Some(elem), span, NilContext::CompositeLiteral)?;
        }
        Ok(if computed { Indexed::Computed(elements) } else { Indexed::Constant(elements, len) })
    }

    /// A key of an array or slice literal: an `int`, or any number where it is not constant.
    fn index_key(&mut self, e: ExprRef<'a>, span: Span) -> Result<ExprId> {
        let key = self.single(e)?.id;
        if self.is_const(key) {
            self.convert_constant_to_int(key, span)?;
            return Ok(key);
        }
        let Some(t) = self.recorded(key).filter(|&t| self.types.kind(t).is_numeric()) else {
            return Err(self.error(span, VmError::IndexNotConstant { index: self.expr_arg(key) }));
        };
        if self.types.is_untyped(t) || self.types.is_named(t) != self.types.is_named(TypeId::INT) {
            return self.wrap(key, TypeId::INT, span);
        }
        Ok(key)
    }

    /// `[N]T{…}`, and `[...]T{…}` where `declared` is absent.
    fn array_literal(
        &mut self,
        literal: &'a ast::CompositeLit<'a>,
        declared: Option<(TypeId, i64)>,
        elem: TypeId,
        span: Span,
    ) -> Result<Operand> {
        // More elements than the length are accepted; the literal aborts.
        let (mut elements, needed) = match self.indexed_elements(literal, elem, declared.is_none(), span)? {
            Indexed::Constant(elements, needed) => (elements, needed),
            Indexed::Computed(elements) => {
                let variable = elements.iter().filter_map(|element| element.key).find(|&key| !self.is_const(key));
                match (declared, variable) {
                    (None, Some(key)) => {
                        return Err(self.error(span, VmError::NotConstant { value: self.expr_arg(key) }));
                    }
                    (None, None) => {
                        let t = self.types.open_array(0, elem);
                        return Ok(self.aborting_literal(NEGATIVE_INDEX.to_owned(), t, span));
                    }
                    (Some(_), _) => (elements, 0),
                }
            }
        };
        for element in &mut elements {
            element.key = element.key.and_then(|key| self.refused_key(key));
        }
        let (t, len) = match declared {
            Some((t, len)) => (t, u64::try_from(len).unwrap_or(0)),
            None => (self.types.open_array(i64::try_from(needed).unwrap_or(i64::MAX), elem), needed),
        };
        Ok(self.finish_literal(CompositeKind::Array, elements, len, t, span))
    }

    /// What the key of an element of an array does when the element gets its value: nothing if it is an index.
    fn refused_key(&mut self, key: ExprId) -> Option<ExprId> {
        let (t, span) = (self.exprs[key].ty, self.exprs[key].span);
        let text = if self.is_const(key) {
            if self.constant_as_i64(key).is_some_and(|index| index >= 0) {
                return None;
            }
            NEGATIVE_INDEX.to_owned()
        } else {
            let node = self.node_name(key);
            format!("interface conversion: gnolang.Expr is *gnolang.{node}, not *gnolang.ConstExpr")
        };
        Some(self.add_node(ExprKind::Abort(text), t, Some(t), span))
    }

    fn slice_literal(
        &mut self,
        literal: &'a ast::CompositeLit<'a>,
        t: TypeId,
        elem: TypeId,
        span: Span,
    ) -> Result<Operand> {
        let (kind, elements, len) = match self.indexed_elements(literal, elem, false, span)? {
            Indexed::Computed(elements) => (CompositeKind::SliceComputed, elements, 0),
            Indexed::Constant(elements, len) if elements.first().is_some_and(|element| element.key.is_some()) => {
                (CompositeKind::SliceKeyed, elements, len)
            }
            Indexed::Constant(elements, len) => (CompositeKind::Slice, elements, len),
        };
        Ok(self.finish_literal(kind, elements, len, t, span))
    }

    fn map_literal(
        &mut self,
        literal: &'a ast::CompositeLit<'a>,
        t: TypeId,
        key_type: TypeId,
        value_type: TypeId,
        span: Span,
    ) -> Result<Operand> {
        let mut pairs = Vec::with_capacity(literal.elements.len());
        for e in literal.elements {
            let ast::ExprKind::KeyValue(pair) = e.kind else {
                let text = "runtime error: invalid memory address or nil pointer dereference";
                return Ok(self.aborting_literal(text.to_owned(), t, span));
            };
            let key = self.element(pair.key, key_type)?;
            let value = self.element(pair.value, value_type)?;
            pairs.push((key, value));
        }
        let mut elements = Vec::with_capacity(pairs.len());
        for (key, value) in pairs {
            let key = self.coerce_in(key, Some(key_type), span, NilContext::CompositeLiteral)?;
            let value = self.coerce_in(value, Some(value_type), span, NilContext::CompositeLiteral)?;
            elements.push(CompositeElement { index: 0, key: Some(key), value });
        }
        let len = elements.len() as u64;
        debug_assert_eq!(self.types.kind(t), Kind::Map);
        Ok(self.finish_literal(CompositeKind::Map, elements, len, t, span))
    }
}
