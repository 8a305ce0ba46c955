//! Type expressions: to types, and to what their evaluation at run time costs (spec/02 §7).

use super::scope::Entity;
use super::{Checker, Result, deep};
use crate::constant::Constant;
use crate::finding::VmError;
use crate::source::Span;
use crate::syntax::ast::{self, ExprKind, ExprRef};
use crate::typed::{TypeExpr, TypeExprId, TypeField};
use crate::types::{ChanDir, Field, FuncType, InterfaceEntry, InterfaceType, Param, StructType, Type, TypeId};
use std::collections::HashSet;
use std::rc::Rc;

impl<'a> Checker<'a> {
    /// The type that an expression denotes. One occurrence always gives the same type.
    pub(super) fn resolve_type(&mut self, e: ExprRef<'a>) -> Result<TypeId> {
        let key = (self.at.file, e.id);
        if let Some(&t) = self.resolved.get(&key) {
            return Ok(t);
        }
        if self.type_depth >= self.limits.type_depth {
            return Err(self.error(e.span, VmError::TypeDepth { limit: self.limits.type_depth.into() }));
        }
        self.type_depth += 1;
        let t = deep(|| self.resolve_kind(e));
        self.type_depth -= 1;
        let t = t?;
        self.resolved.insert(key, t);
        Ok(t)
    }

    fn resolve_kind(&mut self, e: ExprRef<'a>) -> Result<TypeId> {
        match e.kind {
            ExprKind::Paren(x) => self.resolve_type(x),
            ExprKind::Ident(name) => self.named_type(name, e.span, self.at.whole_type == Some(e.id)),
            ExprKind::Star(x) => {
                if let ExprKind::Ident(name) = super::expr::unparen(x).kind
                    && self.names_value(name, x.span)?
                {
                    self.single(e)?;
                }
                let elem = self.resolve_type(x)?;
                Ok(self.types.pointer(elem))
            }
            ExprKind::ArrayType(array) => self.array_type(array, e.span),
            ExprKind::MapType(map) => {
                let key = self.resolve_type(map.key)?;
                let value = self.resolve_type(map.value)?;
                Ok(self.types.map(key, value))
            }
            ExprKind::ChanType(dir, elem) => {
                let elem = self.resolve_type(elem)?;
                let dir = match dir {
                    ast::ChanDir::Both => ChanDir::Both,
                    ast::ChanDir::Send => ChanDir::Send,
                    ast::ChanDir::Recv => ChanDir::Receive,
                };
                Ok(self.types.chan(dir, elem))
            }
            ExprKind::FuncType(func) => {
                let func = self.signature(func)?;
                Ok(self.types.func(func))
            }
            ExprKind::StructType(fields) => self.struct_type(fields),
            ExprKind::InterfaceType(elements) => self.interface_type(elements),
            ExprKind::Ellipsis(Some(elem)) => {
                let elem = self.resolve_type(elem)?;
                Ok(self.types.variadic(elem))
            }
            ExprKind::Binary(binary) if binary.op == ast::BinaryOp::Or => {
                self.resolve_type(binary.x)?;
                self.resolve_type(binary.y)?;
                Err(self.error(e.span, VmError::OperatorUndefined { op: "|".into(), on: "TypeKind".into() }))
            }
            ExprKind::Unary(ast::UnaryOp::Tilde, _) => {
                Err(self.error(e.span, VmError::OperatorUnknown { op: "ILLEGAL".into() }))
            }
            ExprKind::Selector(selector) => {
                if let Some(t) = self.member_type(selector, e.span)? {
                    return Ok(t);
                }
                if let ExprKind::Ident(name) = selector.x.kind
                    && let Entity::Type(t) = self.lookup(name, selector.x.span)?
                    && let Some(decl) = self.unfinished(t)
                {
                    return Err(self.recursive(decl));
                }
                Err(self.not_a_type(e.span))
            }
            _ => Err(self.not_a_type(e.span)),
        }
    }

    /// The type of a declaration: errors in it are located at the declaration.
    pub(super) fn declared_type(&mut self, e: ExprRef<'a>, declaration: Span) -> Result<TypeId> {
        let outer = self.at.type_of.replace(declaration);
        let t = self.resolve_whole(e);
        self.at.type_of = outer;
        t
    }

    /// An error in a type.
    fn type_error(&self, span: Span, error: VmError) -> super::CheckError {
        let outside = if self.at.frames.is_empty() { self.at.span } else { span };
        self.error(self.at.type_of.or(self.at.case).unwrap_or(outside), error)
    }

    fn not_a_type(&self, span: Span) -> super::CheckError {
        let text = self.sources.get(self.at.file as usize).and_then(|source| source.text(span)).unwrap_or_default();
        self.type_error(span, VmError::NotType { what: text.into() })
    }

    /// Whether a name stands for a value that can be named outside of a call.
    fn names_value(&mut self, name: &str, span: Span) -> Result<bool> {
        if name == "_" {
            return Ok(false);
        }
        let entity = self.lookup(name, span)?;
        Ok(matches!(
            entity,
            Entity::Local(_)
                | Entity::Global(_)
                | Entity::Func(_)
                | Entity::Const(..)
                | Entity::Nil
                | Entity::Builtin(_)
        ))
    }

    /// A name where a type is expected. Only where it is all of a declaration's or a case's type is it asked what it stands for.
    fn named_type(&mut self, name: &'a str, span: Span, whole: bool) -> Result<TypeId> {
        if name == "_" {
            return Err(self.type_error(span, VmError::BlankUse));
        }
        let value = match self.lookup(name, span)? {
            Entity::Type(t) => return Ok(t),
            Entity::Builtin(_) => return Err(self.error(span, VmError::BuiltinUse { name: name.into() })),
            Entity::Iota if self.at.iota.is_none() => return Err(self.error_bare(VmError::IotaOutside)),
            entity if whole && !(self.at.case.is_some() && matches!(entity, Entity::Const(..))) => {
                let what = match entity {
                    Entity::Nil => "(const (undefined))".to_owned(),
                    Entity::Local(var) => self.render_local(var),
                    Entity::Global(_) | Entity::Func(_) => self.render_package_name(name),
                    Entity::Const(constant, t) => {
                        let id = self.held_constant(constant, t, span).id;
                        self.render(id)
                    }
                    _ => return Err(self.not_a_type(span)),
                };
                return Err(self.type_error(span, VmError::NotType { what: what.into() }));
            }
            Entity::Nil | Entity::Local(_) | Entity::Global(_) => "nil",
            Entity::Func(_) => "*gnolang.FuncValue",
            Entity::Const(constant, t) => {
                let id = self.held_constant(constant, t, span).id;
                match self.constant_of(id) {
                    Some(Constant::Int(_)) => "gnolang.BigintValue",
                    Some(Constant::Dec(_)) => "gnolang.BigdecValue",
                    Some(Constant::Str(_)) => "gnolang.StringValue",
                    _ => "nil",
                }
            }
            _ => return Err(self.not_a_type(span)),
        };
        Err(self.error_bare(VmError::ValueAsType { value: value.into() }))
    }

    /// [`Self::resolve_type`] of all that a declaration or a case has as its type.
    pub(super) fn resolve_whole(&mut self, e: ExprRef<'a>) -> Result<TypeId> {
        let outer = self.at.whole_type.replace(super::expr::unparen(e).id);
        let t = self.resolve_type(e);
        self.at.whole_type = outer;
        t
    }

    fn array_type(&mut self, array: &'a ast::ArrayType<'a>, span: Span) -> Result<TypeId> {
        let elem = self.resolve_type(array.elem)?;
        let Some(len) = array.len else { return Ok(self.types.slice(elem)) };
        if let ExprKind::Ellipsis(_) = len.kind {
            // **Quirk**: outside a literal the length is 0.
            return Ok(self.types.array(0, elem));
        }
        let len = self.constant_length(len, span)?;
        Ok(self.types.array(len, elem))
    }

    /// The type of a signature, without receiver.
    pub(super) fn signature(&mut self, func: &'a ast::FuncType<'a>) -> Result<FuncType> {
        let params = self.params(func.params)?;
        let results = match func.results {
            Some(results) => self.params(results)?,
            None => Vec::new(),
        };
        self.check_realm_params(func)?;
        Ok(FuncType { params, results, variadic: is_variadic(func) })
    }

    fn params(&mut self, list: &'a ast::FieldList<'a>) -> Result<Vec<Param>> {
        let mut params = Vec::new();
        for field in list.fields {
            let ty = self.resolve_type(field.ty)?;
            if field.names.is_empty() {
                params.push(Param { name: "".into(), ty });
            }
            params.extend(field.names.iter().map(|name| Param { name: name.name.into(), ty }));
        }
        Ok(params)
    }

    fn struct_type(&mut self, list: &'a ast::FieldList<'a>) -> Result<TypeId> {
        let mut fields: Vec<Field> = Vec::new();
        let mut seen: HashSet<Rc<str>> = HashSet::new();
        for field in list.fields {
            let ty = self.resolve_type(field.ty)?;
            let tag = field.tag.and_then(|tag| match crate::constant::parse_string(tag.name) {
                Ok(text) => Some(Rc::from(String::from_utf8_lossy(&text))),
                Err(_) => None,
            });
            let embedded = field.names.is_empty();
            let names: Vec<Rc<str>> = if embedded {
                vec![self.embedded_name(ty, field.ty.span)?]
            } else {
                field.names.iter().map(|name| name.name.into()).collect()
            };
            for name in names {
                if &*name != "_" && !seen.insert(name.clone()) {
                    return Err(self.error(list.span, VmError::DuplicateField { name: (&name).into() }));
                }
                fields.push(Field { name, ty, embedded, tag: tag.clone() });
            }
        }
        let pkg_path = self.path.clone();
        Ok(self.types.structure(StructType { pkg_path, fields }))
    }

    /// The name of an embedded field: that of its type, aliases seen through.
    fn embedded_name(&mut self, ty: TypeId, span: Span) -> Result<Rc<str>> {
        match self.types.get(ty) {
            Type::Named(named) => Ok(self.types.named(*named).name.clone()),
            Type::Basic(basic) => Ok(basic.name().into()),
            Type::Pointer(elem) => match self.types.get(*elem) {
                Type::Named(named) => Ok(self.types.named(*named).name.clone()),
                _ => Err(self.error(span, VmError::ShouldNotHappen)),
            },
            _ => Err(self.error(span, VmError::EmbeddedType { of: self.type_arg(ty) })),
        }
    }

    fn interface_type(&mut self, list: &'a ast::FieldList<'a>) -> Result<TypeId> {
        let mut entries = Vec::new();
        for element in list.fields {
            let ty = self.resolve_type(element.ty)?;
            match element.names {
                [] => {
                    if let Some(decl) = self.unfinished(ty) {
                        return Err(self.recursive(decl));
                    }
                    entries.push(InterfaceEntry { name: written_name(element.ty).into(), ty });
                }
                names => entries.extend(names.iter().map(|name| InterfaceEntry { name: name.name.into(), ty })),
            }
        }
        let pkg_path = self.path.clone();
        Ok(self.types.interface(InterfaceType { pkg_path, entries }))
    }

    /// The run-time evaluation of a type expression.
    pub(super) fn type_expr(&mut self, e: ExprRef<'a>) -> Result<TypeExprId> {
        deep(|| self.type_expr_kind(e))
    }

    fn type_expr_kind(&mut self, e: ExprRef<'a>) -> Result<TypeExprId> {
        let node = match e.kind {
            ExprKind::Paren(x) => return self.type_expr(x),
            ExprKind::Star(x) => TypeExpr::Pointer(self.type_expr(x)?),
            ExprKind::ArrayType(array) => {
                let elem = self.type_expr(array.elem)?;
                match array.len {
                    None => TypeExpr::Slice(elem),
                    Some(ast::Expr { kind: ExprKind::Ellipsis(_), .. }) => TypeExpr::OpenArray(elem),
                    Some(_) => TypeExpr::Array(elem),
                }
            }
            ExprKind::Ellipsis(Some(elem)) => TypeExpr::Slice(self.type_expr(elem)?),
            ExprKind::MapType(map) => {
                let key = self.type_expr(map.key)?;
                TypeExpr::Map(key, self.type_expr(map.value)?)
            }
            ExprKind::ChanType(_, elem) => TypeExpr::Chan(self.type_expr(elem)?),
            ExprKind::FuncType(func) => return self.signature_expr(func),
            ExprKind::StructType(fields) => TypeExpr::Struct(self.type_fields(fields)?),
            ExprKind::InterfaceType(elements) => TypeExpr::Interface(self.type_fields(elements)?),
            _ => return Ok(self.resolved_name()),
        };
        Ok(self.type_exprs.push(node))
    }

    /// The run-time evaluation of a signature: parameters, then results.
    pub(super) fn signature_expr(&mut self, func: &'a ast::FuncType<'a>) -> Result<TypeExprId> {
        let mut fields = self.type_fields(func.params)?;
        if let Some(results) = func.results {
            fields.extend(self.type_fields(results)?);
        }
        Ok(self.type_exprs.push(TypeExpr::Func(fields)))
    }

    fn type_fields(&mut self, list: &'a ast::FieldList<'a>) -> Result<Vec<TypeField>> {
        let mut fields = Vec::new();
        for field in list.fields {
            let ty = self.type_expr(field.ty)?;
            let tagged = field.tag.is_some();
            fields.extend(std::iter::repeat_n(TypeField { tagged, ty }, field.names.len().max(1)));
        }
        Ok(fields)
    }
}

/// Whether the last parameter is written `...T`.
pub(super) fn is_variadic(func: &ast::FuncType<'_>) -> bool {
    func.params.fields.last().is_some_and(|field| matches!(field.ty.kind, ExprKind::Ellipsis(_)))
}

/// The name of an embedded interface as written.
fn written_name<'a>(e: ExprRef<'a>) -> &'a str {
    match super::expr::unparen(e).kind {
        ExprKind::Ident(name) => name,
        ExprKind::Selector(selector) => selector.sel.name,
        _ => "",
    }
}
