//! What an expression or a declaration consists of, for walks that care for few kinds of nodes.

use super::ast::{Expr, ExprKind, FieldList, FuncType, Specs};

/// Calls `f` for each expression that stands directly in `e`, in source order: operands, elements, types of fields, parameters and
/// results. The body of a function literal is left to the caller.
pub fn children<'a>(e: &Expr<'a>, f: &mut impl FnMut(&'a Expr<'a>)) {
    match e.kind {
        ExprKind::Bad | ExprKind::Ident(_) | ExprKind::Literal(_) | ExprKind::Ellipsis(None) => {}
        ExprKind::Paren(x)
        | ExprKind::Star(x)
        | ExprKind::Unary(_, x)
        | ExprKind::ChanType(_, x)
        | ExprKind::Ellipsis(Some(x)) => f(x),
        ExprKind::CompositeLit(literal) => literal.ty.iter().chain(literal.elements).for_each(|x| f(x)),
        ExprKind::FuncLit(literal) => signature(literal.ty, f),
        ExprKind::Selector(selector) => f(selector.x),
        ExprKind::Index(index) => {
            f(index.x);
            index.indices.iter().for_each(|x| f(x));
        }
        ExprKind::Slice(slice) => {
            f(slice.x);
            [slice.lo, slice.hi, slice.max].into_iter().flatten().for_each(f);
        }
        ExprKind::TypeAssert(assert) => {
            f(assert.x);
            assert.ty.into_iter().for_each(f);
        }
        ExprKind::Call(call) => {
            f(call.fun);
            call.args.iter().for_each(|x| f(x));
        }
        ExprKind::Binary(binary) => {
            f(binary.x);
            f(binary.y);
        }
        ExprKind::KeyValue(pair) => {
            f(pair.key);
            f(pair.value);
        }
        ExprKind::ArrayType(array) => {
            array.len.into_iter().for_each(&mut *f);
            f(array.elem);
        }
        ExprKind::StructType(list) | ExprKind::InterfaceType(list) => fields(list, f),
        ExprKind::FuncType(ty) => signature(ty, f),
        ExprKind::MapType(map) => {
            f(map.key);
            f(map.value);
        }
    }
}

/// The types and values of declarations, spec by spec.
pub fn specs<'a>(specs: &Specs<'a>, f: &mut impl FnMut(&'a Expr<'a>)) {
    match specs {
        Specs::Import(_) => {}
        Specs::Const(specs) | Specs::Var(specs) => {
            for spec in *specs {
                spec.ty.iter().chain(spec.values).for_each(|x| f(x));
            }
        }
        Specs::Type(specs) => specs.iter().for_each(|spec| f(spec.ty)),
    }
}

fn signature<'a>(ty: &'a FuncType<'a>, f: &mut impl FnMut(&'a Expr<'a>)) {
    fields(ty.params, f);
    ty.results.into_iter().for_each(|results| fields(results, f));
}

fn fields<'a>(list: &'a FieldList<'a>, f: &mut impl FnMut(&'a Expr<'a>)) {
    list.fields.iter().for_each(|field| f(field.ty));
}
