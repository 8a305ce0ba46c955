//! Types and expressions as messages print them (spec/01 §3.6).

use super::object::{Home, ObjId};
use super::types::{Basic, Named, Signature, Ty, Type};
use super::{Checker, deep};
use crate::constant::quote;
use crate::syntax::ast::{self, ChanDir, Expr, ExprKind};
use std::fmt::Write;

impl Checker<'_> {
    /// A type.
    pub(super) fn type_text(&self, ty: Ty) -> String {
        let mut out = String::new();
        self.write_type(&mut out, ty, true);
        out
    }

    /// Parameters and results without `func`, as lists of missing methods show them.
    pub(super) fn method_text(&self, name: &str, ty: Ty) -> String {
        let mut out = name.to_owned();
        if let Type::Signature(signature) = self.types.base(ty) {
            self.write_signature(&mut out, &signature.clone(), false);
        }
        out
    }

    fn write_type(&self, out: &mut String, ty: Ty, names: bool) {
        // Types that repeat their parts can have texts of any length.
        const MAX_TEXT: usize = 1 << 20;
        if out.len() < MAX_TEXT {
            deep(|| self.write_type_kind(out, ty, names));
        }
    }

    fn write_type_kind(&self, out: &mut String, ty: Ty, names: bool) {
        match self.types.get(ty) {
            Type::Basic(basic) => out.push_str(basic.name()),
            Type::Named(named) => self.write_named(out, named, names),
            Type::Alias { obj, .. } => self.write_name(out, *obj),
            Type::Param { obj, .. } => out.push_str(&self.objs[*obj].name),
            Type::Pointer(base) => {
                out.push('*');
                self.write_type(out, *base, names);
            }
            Type::Slice(elem) => {
                out.push_str("[]");
                self.write_type(out, *elem, names);
            }
            Type::Array(elem, len) => {
                let _ = write!(out, "[{}]", len.unwrap_or(-1));
                self.write_type(out, *elem, names);
            }
            Type::Map(key, value) => {
                out.push_str("map[");
                self.write_type(out, *key, names);
                out.push(']');
                self.write_type(out, *value, names);
            }
            Type::Chan(dir, elem) => self.write_chan(out, *dir, *elem, names),
            Type::Struct(fields) => {
                out.push_str("struct{");
                for (index, (field, tag)) in fields.iter().enumerate() {
                    if index > 0 {
                        out.push_str("; ");
                    }
                    let object = &self.objs[*field];
                    if !matches!(object.kind, super::object::ObjKind::Field { embedded: true }) {
                        out.push_str(&object.name);
                        out.push(' ');
                    }
                    self.write_type(out, object.ty.unwrap_or(super::types::INVALID), names);
                    if let Some(tag) = tag {
                        out.push(' ');
                        out.push_str(&quote(tag.as_bytes()));
                    }
                }
                out.push('}');
            }
            Type::Signature(signature) => {
                out.push_str("func");
                self.write_signature(out, signature, names);
            }
            Type::Interface(interface) => {
                if interface.comparable {
                    out.push_str("comparable");
                    return;
                }
                out.push_str("interface{");
                let mut first = true;
                for method in interface.methods.iter() {
                    if !std::mem::take(&mut first) {
                        out.push_str("; ");
                    }
                    let object = &self.objs[*method];
                    out.push_str(&object.name);
                    if let Some(Type::Signature(signature)) = object.ty.map(|ty| self.types.base(ty)) {
                        self.write_signature(out, signature, names);
                    }
                }
                for (embedded, _) in interface.embedded.iter() {
                    if !std::mem::take(&mut first) {
                        out.push_str("; ");
                    }
                    self.write_type(out, *embedded, names);
                }
                out.push('}');
            }
            Type::Tuple(results) => self.write_params(out, results, false, names),
            Type::Union(terms) => {
                for (index, (tilde, ty)) in terms.iter().enumerate() {
                    if index > 0 {
                        out.push_str(" | ");
                    }
                    if *tilde {
                        out.push('~');
                    }
                    self.write_type(out, *ty, names);
                }
            }
        }
    }

    fn write_named(&self, out: &mut String, named: &Named, names: bool) {
        self.write_name(out, named.obj);
        if !named.params.is_empty() {
            self.write_type_params(out, &named.params, names);
        }
        if let Some((_, args)) = &named.instance {
            out.push('[');
            for (index, arg) in args.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                self.write_type(out, *arg, names);
            }
            out.push(']');
        }
    }

    /// `[P, Q any, R C]`
    fn write_type_params(&self, out: &mut String, params: &[Ty], names: bool) {
        let bound = |ty: Ty| match self.types.get(ty) {
            Type::Param { bound, .. } => *bound,
            _ => None,
        };
        out.push('[');
        for (index, &param) in params.iter().enumerate() {
            self.write_type(out, param, names);
            let next = params.get(index.saturating_add(1)).copied();
            if next.is_none_or(|next| bound(next) != bound(param))
                && let Some(bound) = bound(param)
            {
                out.push(' ');
                self.write_type(out, bound, names);
            }
            if next.is_some() {
                out.push_str(", ");
            }
        }
        out.push(']');
    }

    fn write_name(&self, out: &mut String, obj: ObjId) {
        let object = &self.objs[obj];
        match object.home {
            Home::Realm => out.push_str("gno0p9."),
            Home::Package(unit) if unit != 0 => {
                if let Some(unit) = self.units.get(unit as usize) {
                    // Two packages of one name are told apart by their paths.
                    match self.units.iter().filter(|other| other.name == unit.name).count() {
                        1 => out.push_str(&unit.name),
                        _ => out.push_str(&quote(unit.path.as_bytes())),
                    }
                    out.push('.');
                }
            }
            _ => {}
        }
        out.push_str(&object.name);
    }

    fn write_chan(&self, out: &mut String, dir: ChanDir, elem: Ty, names: bool) {
        out.push_str(match dir {
            ChanDir::Both => "chan ",
            ChanDir::Send => "chan<- ",
            ChanDir::Recv => "<-chan ",
        });
        let nested = dir == ChanDir::Both && matches!(self.types.get(elem), Type::Chan(ChanDir::Recv, _));
        if nested {
            out.push('(');
        }
        self.write_type(out, elem, names);
        if nested {
            out.push(')');
        }
    }

    fn write_signature(&self, out: &mut String, signature: &Signature, names: bool) {
        self.write_params(out, &signature.params, signature.variadic, names);
        match &*signature.results {
            [] => {}
            [single] if !names || self.objs[*single].name.is_empty() => {
                out.push(' ');
                self.write_type(out, self.obj_type(*single), names);
            }
            results => {
                out.push(' ');
                self.write_params(out, results, false, names);
            }
        }
    }

    fn write_params(&self, out: &mut String, params: &[ObjId], variadic: bool, names: bool) {
        out.push('(');
        for (index, &param) in params.iter().enumerate() {
            if index > 0 {
                out.push_str(", ");
            }
            let object = &self.objs[param];
            if names && !object.name.is_empty() {
                out.push_str(&object.name);
                out.push(' ');
            }
            let ty = self.obj_type(param);
            match self.types.get(ty) {
                Type::Slice(elem) if variadic && index + 1 == params.len() => {
                    out.push_str("...");
                    self.write_type(out, *elem, names);
                }
                _ => self.write_type(out, ty, names),
            }
        }
        out.push(')');
    }

    /// What a list of arguments, parameters or results consists of (spec/01 §3.6, `have` and `want`).
    pub(super) fn summary(&self, types: &[Ty], variadic: bool, spread: bool) -> String {
        let mut parts = Vec::new();
        for (index, &ty) in types.iter().enumerate() {
            let last = index + 1 == types.len();
            let mut text = match self.types.get(ty) {
                Type::Basic(Basic::Invalid) => "unknown type".to_owned(),
                Type::Basic(basic) if basic.is_untyped() && basic.is_numeric() => "number".to_owned(),
                Type::Basic(basic) => basic.name().replace("untyped ", ""),
                Type::Slice(elem) if last && variadic => format!("...{}", self.type_text(*elem)),
                _ if !self.types.is_valid(ty) => "unknown type".to_owned(),
                _ => self.type_text(ty),
            };
            if last && spread {
                text.push_str("...");
            }
            parts.push(text);
        }
        format!("({})", parts.join(", "))
    }

    /// The word that describes a type in the error of an undefined operator.
    pub(super) fn kind_text(&self, ty: Ty) -> String {
        let kind = self.types.composite_kind(ty);
        if kind.is_empty() { self.type_text(ty) } else { kind.to_owned() }
    }

    /// The description of a type before it: the structure of a type with a name of its own.
    pub(super) fn described_type(&self, ty: Ty) -> String {
        let text = self.type_text(ty);
        let kind = match self.types.get(ty) {
            Type::Named(_) | Type::Alias { .. } => match self.types.base(ty) {
                Type::Basic(Basic::Invalid) => "",
                Type::Basic(basic) => basic.name(),
                _ => self.types.composite_kind(ty),
            },
            _ => "",
        };
        if self.types.is_param(ty) {
            let bound = match self.types.get(self.types.unalias(ty)) {
                Type::Param { bound: Some(bound), .. } => *bound,
                _ => self.types.empty_interface,
            };
            return format!("type {text} constrained by {}", self.type_text(bound));
        }
        if kind.is_empty() { format!("type {text}") } else { format!("{kind} type {text}") }
    }
}

/// An expression as written, with the bodies of literals elided.
pub(super) fn expr_text(expr: &Expr<'_>) -> String {
    let mut out = String::new();
    write_expr(&mut out, expr);
    out
}

fn write_expr(out: &mut String, expr: &Expr<'_>) {
    deep(|| write_expr_kind(out, expr));
}

fn write_expr_kind(out: &mut String, expr: &Expr<'_>) {
    match expr.kind {
        ExprKind::Bad => out.push_str("BadExpr"),
        ExprKind::Ident(name) => out.push_str(name),
        ExprKind::Literal(literal) => out.push_str(literal.text),
        ExprKind::CompositeLit(literal) => {
            if let Some(ty) = literal.ty {
                write_expr(out, ty);
            }
            out.push('{');
            if !literal.elements.is_empty() {
                out.push('…');
            }
            out.push('}');
        }
        ExprKind::FuncLit(literal) => {
            out.push_str("(func");
            write_func(out, literal.ty);
            out.push_str(" literal)");
        }
        ExprKind::Paren(inner) => {
            out.push('(');
            write_expr(out, inner);
            out.push(')');
        }
        ExprKind::Selector(selector) => {
            write_expr(out, selector.x);
            out.push('.');
            out.push_str(selector.sel.name);
        }
        ExprKind::Index(index) => {
            write_expr(out, index.x);
            out.push('[');
            write_list(out, index.indices);
            out.push(']');
        }
        ExprKind::Slice(slice) => {
            write_expr(out, slice.x);
            out.push('[');
            let bounds = [slice.lo, slice.hi, slice.max];
            for (index, bound) in bounds.iter().enumerate().take(if slice.three_index { 3 } else { 2 }) {
                if index > 0 {
                    out.push(':');
                }
                if let Some(bound) = bound {
                    write_expr(out, bound);
                }
            }
            out.push(']');
        }
        ExprKind::TypeAssert(assert) => {
            write_expr(out, assert.x);
            out.push_str(".(");
            match assert.ty {
                Some(ty) => write_expr(out, ty),
                None => out.push_str("type"),
            }
            out.push(')');
        }
        ExprKind::Call(call) => {
            write_expr(out, call.fun);
            out.push('(');
            write_list(out, call.args);
            if call.ellipsis.is_some() {
                out.push_str("...");
            }
            out.push(')');
        }
        ExprKind::Star(inner) => {
            out.push('*');
            write_expr(out, inner);
        }
        ExprKind::Unary(op, inner) => {
            out.push_str(op.text());
            write_expr(out, inner);
        }
        ExprKind::Binary(binary) => {
            write_expr(out, binary.x);
            let _ = write!(out, " {} ", binary.op.text());
            write_expr(out, binary.y);
        }
        ExprKind::KeyValue(pair) => {
            write_expr(out, pair.key);
            out.push_str(": ");
            write_expr(out, pair.value);
        }
        ExprKind::ArrayType(array) => {
            out.push('[');
            if let Some(len) = array.len {
                write_expr(out, len);
            }
            out.push(']');
            write_expr(out, array.elem);
        }
        ExprKind::Ellipsis(elem) => {
            out.push_str("...");
            if let Some(elem) = elem {
                write_expr(out, elem);
            }
        }
        ExprKind::StructType(fields) => {
            out.push_str("struct{");
            write_fields(out, fields, "; ", false);
            out.push('}');
        }
        ExprKind::FuncType(ty) => {
            out.push_str("func");
            write_func(out, ty);
        }
        ExprKind::InterfaceType(fields) => {
            out.push_str("interface{");
            write_fields(out, fields, "; ", true);
            out.push('}');
        }
        ExprKind::MapType(map) => {
            out.push_str("map[");
            write_expr(out, map.key);
            out.push(']');
            write_expr(out, map.value);
        }
        ExprKind::ChanType(dir, elem) => {
            out.push_str(match dir {
                ChanDir::Both => "chan ",
                ChanDir::Send => "chan<- ",
                ChanDir::Recv => "<-chan ",
            });
            write_expr(out, elem);
        }
    }
}

fn write_list(out: &mut String, exprs: &[ast::ExprRef<'_>]) {
    for (index, expr) in exprs.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        write_expr(out, expr);
    }
}

fn write_func(out: &mut String, ty: &ast::FuncType<'_>) {
    out.push('(');
    write_fields(out, ty.params, ", ", false);
    out.push(')');
    let Some(results) = ty.results else { return };
    out.push(' ');
    match results.fields {
        [single] if single.names.is_empty() => write_expr(out, single.ty),
        _ => {
            out.push('(');
            write_fields(out, results, ", ", false);
            out.push(')');
        }
    }
}

fn write_fields(out: &mut String, list: &ast::FieldList<'_>, separator: &str, interface: bool) {
    for (index, field) in list.fields.iter().enumerate() {
        if index > 0 {
            out.push_str(separator);
        }
        for (index, name) in field.names.iter().enumerate() {
            if index > 0 {
                out.push_str(", ");
            }
            out.push_str(name.name);
        }
        match field.ty.kind {
            ExprKind::FuncType(ty) if interface && !field.names.is_empty() => write_func(out, ty),
            _ => {
                if !field.names.is_empty() {
                    out.push(' ');
                }
                write_expr(out, field.ty);
            }
        }
    }
}
