//! Type expressions, signatures, and the checks that wait until types are complete.

use super::display::expr_text;
use super::object::{ObjId, ObjKind, Scope, ScopeId};
use super::operand::Mode;
use super::package::unparen;
use super::types::{Basic, INVALID, Interface, Signature, Ty, Type};
use super::{Checker, Delayed, deep};
use crate::finding::GoError;
use crate::source::Span;
use crate::syntax::ast::{self, ExprKind, ExprRef, Ident};
use std::collections::HashMap;
use std::rc::Rc;

impl<'a> Checker<'a> {
    /// The type of a variable: not an interface that only constraints may use.
    pub(super) fn var_type(&mut self, expr: ExprRef<'a>) -> Ty {
        let ty = self.typ(expr);
        self.later(Delayed::VarType { env: self.env.clone(), ty, span: expr.span });
        ty
    }

    pub(super) fn check_var_type(&mut self, ty: Ty, span: Span) {
        if !self.types.is_interface(ty) || !self.is_constraint_only(ty) {
            return;
        }
        let terms = !self.types.terms(ty).is_empty();
        let reason = if terms { "contains type constraints" } else { "is (or embeds) comparable" };
        self.report(span, GoError::ConstraintOutside { of: self.type_arg(ty), reason: reason.into() });
    }

    /// The type that an expression denotes.
    pub(super) fn typ(&mut self, expr: ExprRef<'a>) -> Ty {
        let ty = self.generic_typ(expr);
        if let Type::Named(named) = self.types.get(self.types.unalias(ty))
            && !named.params.is_empty()
        {
            self.report(expr.span, GoError::GenericType { value: self.type_text(ty).into() });
            return INVALID;
        }
        ty
    }

    /// Like [`Self::typ`]; generic types are allowed.
    fn generic_typ(&mut self, expr: ExprRef<'a>) -> Ty {
        deep(|| self.typ_kind(expr))
    }

    fn typ_kind(&mut self, expr: ExprRef<'a>) -> Ty {
        match expr.kind {
            ExprKind::Bad => INVALID,
            ExprKind::Ident(_) | ExprKind::Selector(_) => {
                let x = self.raw_type_operand(expr);
                match x.mode {
                    Mode::TypeExpr => x.ty,
                    Mode::Invalid => INVALID,
                    Mode::NoValue => {
                        self.report(expr.span, GoError::UsedAsType { operand: self.operand_arg(&x) });
                        INVALID
                    }
                    _ => self.not_a_type(expr),
                }
            }
            ExprKind::Paren(inner) => self.generic_typ(inner),
            ExprKind::Index(index) => self.instance_type(expr, index),
            ExprKind::ArrayType(array) => self.array_type(array),
            ExprKind::Ellipsis(elem) => {
                self.report(expr.span, GoError::VariadicNotFinal);
                if let Some(elem) = elem {
                    self.typ(elem);
                }
                INVALID
            }
            ExprKind::StructType(fields) => self.struct_type(fields),
            ExprKind::Star(base) => {
                let base = self.var_type(base);
                if base == INVALID { INVALID } else { self.types.add(Type::Pointer(base)) }
            }
            ExprKind::FuncType(ty) => self.func_type(None, ty, false).0,
            ExprKind::InterfaceType(fields) => self.interface_type(fields),
            ExprKind::MapType(map) => {
                let key = self.var_type(map.key);
                let value = self.var_type(map.value);
                self.later(Delayed::MapKey { env: self.env.clone(), key, span: map.key.span });
                self.types.add(Type::Map(key, value))
            }
            ExprKind::ChanType(dir, elem) => {
                let elem = self.var_type(elem);
                self.types.add(Type::Chan(dir, elem))
            }
            _ => {
                self.not_a_type(expr);
                self.use_exprs(&[expr]);
                INVALID
            }
        }
    }

    fn not_a_type(&mut self, expr: ExprRef<'a>) -> Ty {
        self.report(expr.span, GoError::NotType { value: expr_text(expr).into() });
        INVALID
    }

    fn array_type(&mut self, array: &'a ast::ArrayType<'a>) -> Ty {
        let Some(len) = array.len else {
            let elem = self.var_type(array.elem);
            return self.types.add(Type::Slice(elem));
        };
        if let ExprKind::Ellipsis(None) = len.kind {
            self.report(len.span, GoError::ArrayEllipsis);
            self.var_type(array.elem);
            return INVALID;
        }
        let len = self.array_length(len);
        let elem = self.var_type(array.elem);
        if len.is_none() { INVALID } else { self.types.add(Type::Array(elem, len)) }
    }

    fn array_length(&mut self, expr: ExprRef<'a>) -> Option<i64> {
        if let ExprKind::Ident(name) = expr.kind {
            let error = match self.lookup(name) {
                None => Some(GoError::UndefinedLength { name: name.into() }),
                Some(obj) if !matches!(self.objs[obj].kind, ObjKind::Const(_) | ObjKind::Iota) => {
                    Some(GoError::BadLength { operand: name.into() })
                }
                Some(_) => None,
            };
            if let Some(error) = error {
                self.report(expr.span, error);
                return None;
            }
        }
        let x = self.expr(expr);
        if !x.is_constant() {
            if x.is_valid() {
                self.report(x.span, GoError::LengthNotConstant { operand: self.operand_arg(&x) });
            }
            return None;
        }
        let integer = self.types.basic_of(x.ty).is_some_and(Basic::is_integer);
        if (integer || self.types.is_untyped(x.ty))
            && let Some(len) = x.value.to_i64().filter(|&len| len >= 0)
        {
            return Some(len);
        }
        let operand = self.operand_arg(&x);
        self.report(
            x.span,
            if integer { GoError::BadLength { operand } } else { GoError::LengthNotInteger { operand } },
        );
        None
    }

    // ------------------------------------------------------------------------------------------------- structure

    fn struct_type(&mut self, list: &'a ast::FieldList<'a>) -> Ty {
        let mut fields: Vec<(ObjId, Option<String>)> = Vec::new();
        let mut names: HashMap<Rc<str>, ObjId> = HashMap::new();
        for field in list.fields {
            let ty = self.var_type(field.ty);
            let tag = field.tag.and_then(|tag| match crate::constant::parse_string(tag.name) {
                Ok(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
                _ => None,
            });
            if field.names.is_empty() {
                let Some(name) = embedded_name(field.ty) else { continue };
                let obj = self.new_object(ObjKind::Field { embedded: true }, name, Some(ty));
                self.later(Delayed::Embedded { env: self.env.clone(), ty, span: field.ty.span });
                self.note_field(&mut names, obj);
                fields.push((obj, tag));
            } else {
                for name in field.names {
                    let obj = self.new_object(ObjKind::Field { embedded: false }, *name, Some(ty));
                    self.note_field(&mut names, obj);
                    fields.push((obj, tag.clone()));
                }
            }
        }
        self.types.add(Type::Struct(fields.into()))
    }

    /// Reports a field whose name an earlier one has.
    fn note_field(&mut self, names: &mut HashMap<Rc<str>, ObjId>, obj: ObjId) {
        let name = self.objs[obj].name.clone();
        if &*name == "_" {
            return;
        }
        let other = *names.entry(name.clone()).or_insert(obj);
        if other != obj {
            self.report_at(self.place_of(obj), GoError::RedeclaredMember { name: name.to_string().into() });
            self.report_other(other);
        }
    }

    pub(super) fn check_embedded(&mut self, ty: Ty, span: Span) {
        let (base, pointer) = self.types.deref(ty);
        match self.types.base(base) {
            Type::Pointer(_) => self.report(span, GoError::EmbeddedPointer),
            Type::Interface(_) if pointer => self.report(span, GoError::EmbeddedInterfacePointer),
            _ => {}
        }
    }

    pub(super) fn check_map_key(&mut self, key: Ty, span: Span) {
        if self.types.is_valid(self.types.under(key)) && !self.comparable(key) {
            self.report(span, GoError::BadMapKey { of: self.type_arg(key) });
        }
    }

    fn interface_type(&mut self, list: &'a ast::FieldList<'a>) -> Ty {
        let mut methods = Vec::new();
        let mut embedded = Vec::new();
        for field in list.fields {
            match (field.names, field.ty.kind) {
                ([], _) => {
                    let ty = self.constraint_element(field.ty);
                    if ty != INVALID {
                        embedded.push((ty, field.ty.span));
                    }
                }
                (names, ExprKind::FuncType(ty)) => {
                    for name in names {
                        if name.name == "_" {
                            self.report(name.span, GoError::BlankMethod);
                            continue;
                        }
                        let (signature, _) = self.func_type(None, ty, false);
                        methods.push(self.new_object(ObjKind::Func, *name, Some(signature)));
                    }
                }
                _ => {}
            }
        }
        let interface = Interface { methods: methods.into(), embedded: embedded.into(), comparable: false };
        let ty = self.types.add(Type::Interface(Rc::new(interface)));
        self.later(Delayed::Interface { env: self.env.clone(), ty });
        ty
    }

    /// An embedded type, a union, or `~T`.
    fn constraint_element(&mut self, expr: ExprRef<'a>) -> Ty {
        let mut terms = Vec::new();
        let mut work = vec![expr];
        while let Some(expr) = work.pop() {
            match expr.kind {
                ExprKind::Binary(binary) if binary.op == ast::BinaryOp::Or => {
                    work.push(binary.y);
                    work.push(binary.x);
                }
                ExprKind::Unary(ast::UnaryOp::Tilde, inner) => terms.push((true, self.typ(inner))),
                _ => terms.push((false, self.typ(expr))),
            }
        }
        match &*terms {
            [(false, ty)] => *ty,
            _ if terms.iter().any(|(_, ty)| *ty == INVALID) => INVALID,
            _ => self.types.add(Type::Union(terms.into())),
        }
    }

    pub(super) fn check_interface(&mut self, ty: Ty) {
        let Type::Interface(interface) = self.types.get(ty) else { return };
        let interface = interface.clone();
        let mut seen: HashMap<Rc<str>, ObjId> = HashMap::new();
        for &method in interface.methods.iter() {
            let name = self.objs[method].name.clone();
            if let Some(&other) = seen.get(&name) {
                self.report_at(self.place_of(method), GoError::DuplicateMethod { name: name.to_string().into() });
                self.report_other_method(other);
                continue;
            }
            seen.insert(name, method);
        }
        for &(embedded, span) in interface.embedded.iter() {
            for method in self.method_set(embedded) {
                let name = self.objs[method].name.clone();
                match seen.get(&name).copied() {
                    Some(other) if other == method => {}
                    Some(other) if self.identical(self.obj_type(other), self.obj_type(method)) => {}
                    Some(other) => {
                        self.report(span, GoError::DuplicateMethod { name: name.to_string().into() });
                        self.report_other_method(other);
                    }
                    None => {
                        seen.insert(name, method);
                    }
                }
            }
        }
    }

    // ------------------------------------------------------------------------------------------------ signatures

    pub(super) fn empty_signature(&mut self) -> Ty {
        let signature =
            Signature { type_params: Rc::new([]), params: Rc::new([]), results: Rc::new([]), variadic: false };
        self.types.add(Type::Signature(Rc::new(signature)))
    }

    /// A signature and the block with its names. With `strip`, the parameters are left out.
    pub(super) fn func_type(
        &mut self,
        receiver: Option<&'a ast::FieldList<'a>>,
        ty: &'a ast::FuncType<'a>,
        strip: bool,
    ) -> (Ty, ScopeId) {
        let outer = self.env.scope;
        let scope = self.scopes.push(Scope { parent: Some(outer), function: true, ..Scope::default() });
        self.scopes[outer].children.push(scope);
        self.env.scope = scope;
        let mut names = Vec::new();
        if let Some(receiver) = receiver {
            self.receiver(receiver, &mut names);
        }
        let type_params = ty.type_params.map_or_else(|| Rc::from([]), |list| self.type_params(list));
        let (params, variadic) = if strip { (Vec::new(), false) } else { self.params(ty.params, true) };
        let results = ty.results.map_or_else(Vec::new, |list| self.params(list, false).0);
        names.extend(params.iter().chain(&results).copied());
        for name in names {
            self.declare(scope, name);
        }
        self.env.scope = outer;
        let signature = Signature { type_params, params: params.into(), results: results.into(), variadic };
        (self.types.add(Type::Signature(Rc::new(signature))), scope)
    }

    fn receiver(&mut self, list: &'a ast::FieldList<'a>, names: &mut Vec<ObjId>) {
        let Some(first) = list.fields.first() else { return };
        let extra = list.fields.get(1..).and_then(<[_]>::last).map(|field| field.span);
        let extra = extra.or_else(|| first.names.get(1..).and_then(<[_]>::last).map(|name| name.span));
        if let Some(extra) = extra {
            self.report(extra, GoError::ManyReceivers);
        }
        let mut base = unparen(first.ty);
        let mut pointer = false;
        if let ExprKind::Star(inner) = base.kind {
            base = unparen(inner);
            pointer = true;
        }
        let ty = match base.kind {
            ExprKind::Index(index) => {
                let generic = self.generic_receiver(index);
                if pointer && generic != INVALID { self.types.add(Type::Pointer(generic)) } else { generic }
            }
            _ => self.var_type(first.ty),
        };
        let name = first.names.first().copied().unwrap_or(Ident { name: "", span: first.span });
        let obj = self.new_object(ObjKind::Var, name, Some(ty));
        self.objs[obj].used = true;
        names.push(obj);
        self.later(Delayed::Receiver { env: self.env.clone(), ty, base: base.span });
    }

    /// `T[P, Q]` as a receiver: the names stand for the parameters of `T`.
    fn generic_receiver(&mut self, index: &'a ast::IndexExpr<'a>) -> Ty {
        let origin = self.generic_typ(index.x);
        let plain = self.types.unalias(origin);
        let Type::Named(named) = self.types.get(plain) else { return INVALID };
        let params = named.params.clone();
        if params.is_empty() {
            if self.types.is_valid(origin) {
                self.report(index.x.span, GoError::NotGeneric { of: self.type_arg(origin) });
            }
            return INVALID;
        }
        for (name, &param) in index.indices.iter().zip(params.iter()) {
            if let ExprKind::Ident(text) = name.kind {
                let ident = Ident { name: text, span: name.span };
                let obj = self.new_object(ObjKind::Type, ident, Some(param));
                self.declare(self.env.scope, obj);
            }
        }
        self.instantiate(plain, params)
    }

    pub(super) fn check_receiver(&mut self, ty: Ty, span: Span) {
        let (base, _) = self.types.deref(ty);
        let plain = self.types.unalias(base);
        if plain == INVALID {
            return;
        }
        let error = match self.types.get(plain) {
            Type::Named(named) if self.is_foreign(named.obj) => GoError::ForeignMethod { of: self.type_arg(base) },
            Type::Named(_) => match self.types.base(plain) {
                Type::Pointer(_) | Type::Interface(_) => GoError::BadReceiverBase { of: self.type_arg(base) },
                _ => return,
            },
            Type::Basic(_) => GoError::ForeignMethod { of: self.type_arg(base) },
            _ => GoError::BadReceiver { of: self.type_arg(ty) },
        };
        self.report(span, error);
    }

    /// Parameters or results; whether the last one is variadic.
    fn params(&mut self, list: &'a ast::FieldList<'a>, variadic_allowed: bool) -> (Vec<ObjId>, bool) {
        let mut out = Vec::new();
        let mut variadic = false;
        let count = list.fields.len();
        for (index, field) in list.fields.iter().enumerate() {
            let mut ty_expr = field.ty;
            if let ExprKind::Ellipsis(Some(elem)) = field.ty.kind {
                ty_expr = elem;
                if variadic_allowed && index + 1 == count && field.names.len() <= 1 {
                    variadic = true;
                } else {
                    self.report(field.ty.span, GoError::VariadicNotFinal);
                }
            }
            let ty = self.var_type(ty_expr);
            if field.names.is_empty() {
                out.push(self.param_object(Ident { name: "", span: field.ty.span }, ty));
            }
            for name in field.names {
                out.push(self.param_object(*name, ty));
            }
        }
        if let (true, Some(&last)) = (variadic, out.last()) {
            let elem = self.obj_type(last);
            self.objs[last].ty = Some(self.types.add(Type::Slice(elem)));
        }
        (out, variadic)
    }

    fn param_object(&mut self, name: Ident<'a>, ty: Ty) -> ObjId {
        let obj = self.new_object(ObjKind::Var, name, Some(ty));
        // Parameters need no use.
        self.objs[obj].used = true;
        obj
    }

    // -------------------------------------------------------------------------------------------------- generics

    /// Declares type parameters in the current block.
    pub(super) fn type_params(&mut self, list: &'a ast::FieldList<'a>) -> Rc<[Ty]> {
        let mut out = Vec::new();
        let mut groups = Vec::new();
        for field in list.fields {
            let start = out.len();
            for name in field.names {
                let obj = self.new_object(ObjKind::Type, *name, None);
                let ty = self.types.add(Type::Param { obj, bound: None });
                self.objs[obj].ty = Some(ty);
                self.objs[obj].progress = super::object::Progress::Done;
                self.declare(self.env.scope, obj);
                out.push(ty);
            }
            groups.push((start, out.len(), field.ty));
        }
        for (start, end, bound) in groups {
            let element = self.constraint_element(bound);
            let interface = self.types.is_interface(element);
            let bound = if interface || element == INVALID {
                element
            } else {
                let embedded = Rc::from([(element, bound.span)]);
                let interface = Interface { methods: Rc::new([]), embedded, comparable: false };
                self.types.add(Type::Interface(Rc::new(interface)))
            };
            for &ty in out.get(start..end).unwrap_or_default() {
                if let Type::Param { obj, .. } = *self.types.get(ty) {
                    self.types.set(ty, Type::Param { obj, bound: Some(bound) });
                }
            }
        }
        out.into()
    }

    /// `T[A, B]`.
    fn instance_type(&mut self, expr: ExprRef<'a>, index: &'a ast::IndexExpr<'a>) -> Ty {
        let origin = self.generic_typ(index.x);
        if !self.types.is_valid(origin) {
            for arg in index.indices {
                self.typ(arg);
            }
            return INVALID;
        }
        if !self.is_generic(expr, origin) {
            return INVALID;
        }
        let args: Vec<Ty> = index.indices.iter().map(|arg| self.typ(arg)).collect();
        self.instance_of(expr, index, origin, &args)
    }

    /// Whether a type has type parameters; reports the instance `expr` of one that has none.
    pub(super) fn is_generic(&mut self, expr: ExprRef<'a>, origin: Ty) -> bool {
        if let Type::Named(named) = self.types.get(self.types.unalias(origin))
            && !named.params.is_empty()
        {
            return true;
        }
        let (value, of) = (expr_text(expr).into(), self.type_arg(origin));
        self.report(expr.span, GoError::NotGenericInstance { value, of });
        false
    }

    /// The instance of a generic type for checked arguments.
    pub(super) fn instance_of(
        &mut self,
        expr: ExprRef<'a>,
        index: &'a ast::IndexExpr<'a>,
        origin: Ty,
        args: &[Ty],
    ) -> Ty {
        let plain = self.types.unalias(origin);
        let params = match self.types.get(plain) {
            Type::Named(named) => named.params.clone(),
            _ => Rc::new([]),
        };
        if args.contains(&INVALID) {
            return INVALID;
        }
        if params.len() != args.len() {
            let what = if args.len() < params.len() { "not enough" } else { "too many" };
            let of = match self.types.get(plain) {
                Type::Named(named) => self.objs[named.obj].name.to_string().into(),
                _ => self.type_arg(origin),
            };
            let (have, want) = (args.len().into(), params.len().into());
            self.report(expr.span, GoError::TypeArgCount { fault: what.into(), of, have, want });
            return INVALID;
        }
        let ty = self.instantiate(plain, args.into());
        let span = index.indices.first().map_or(expr.span, |arg| arg.span);
        self.later(Delayed::Instance { env: self.env.clone(), ty, span });
        ty
    }

    /// Type arguments must satisfy their constraints.
    pub(super) fn check_instance(&mut self, ty: Ty, span: Span) {
        let Type::Named(super::types::Named { instance: Some((origin, args)), .. }) = self.types.get(ty) else {
            return;
        };
        let (origin, args) = (*origin, args.clone());
        let Type::Named(named) = self.types.get(origin) else { return };
        let params = named.params.clone();
        self.check_constraints(&params, &args, span);
    }

    /// Reports the first argument that does not satisfy the constraint of its parameter.
    pub(super) fn check_constraints(&mut self, params: &[Ty], args: &[Ty], span: Span) -> bool {
        for (&param, &arg) in params.iter().zip(args) {
            let Type::Param { bound: Some(bound), .. } = *self.types.get(param) else { continue };
            let bound = self.substitute(bound, params, args);
            if let Err(reason) = self.implements(arg, bound, true) {
                self.report(span, GoError::NotSatisfied { reason: reason.into() });
                return false;
            }
        }
        true
    }
}

/// The name of an embedded field.
fn embedded_name<'a>(ty: ExprRef<'a>) -> Option<Ident<'a>> {
    let ty = unparen(ty);
    match ty.kind {
        ExprKind::Ident(name) => Some(Ident { name, span: ty.span }),
        ExprKind::Star(base) => match unparen(base).kind {
            ExprKind::Star(_) => None,
            _ => embedded_name(base),
        },
        ExprKind::Selector(selector) => Some(selector.sel),
        ExprKind::Index(index) => embedded_name(index.x),
        _ => None,
    }
}
