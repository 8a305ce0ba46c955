//! Fields of structs and methods of interfaces.

use super::{comment, is_exported};
use regno_frontend::source::{SourceFile, Span};
use regno_frontend::syntax::ast::{Expr, ExprKind, Field, FieldList};

/// A field, or an element of an interface.
#[derive(Debug)]
pub(super) struct Member {
    /// Its names; that of the type for an embedded one.
    pub names: Vec<String>,
    /// Its text with its comments.
    pub text: String,
}

impl Member {
    /// Whether other packages can use one of the names. What has no name, such as a union, counts as usable.
    pub fn is_exported(&self) -> bool {
        self.names.is_empty() || self.names.iter().any(|name| is_exported(name))
    }
}

/// The members of a list.
pub(super) fn members(source: &SourceFile, comments: &[Span], list: &FieldList<'_>) -> Vec<Member> {
    list.fields.iter().map(|field| member(source, comments, field)).collect()
}

fn member(source: &SourceFile, comments: &[Span], field: &Field<'_>) -> Member {
    let names = match field.names {
        [] => type_name(field.ty).map(str::to_owned).into_iter().collect(),
        names => names.iter().map(|name| name.name.to_owned()).collect(),
    };
    Member { names, text: chunk(source, comments, field.span) }
}

/// A piece of a list with the comments above and beside it.
pub(super) fn chunk(source: &SourceFile, comments: &[Span], span: Span) -> String {
    let start = comment::above(source, comments, span.start).map_or(span.start, |above| above.start);
    let end = comment::beside(source, comments, span.end).map_or(span.end, |beside| beside.end);
    source.text(Span::new(start, end)).unwrap_or_default().to_owned()
}

/// The name of a type that is a name, a pointer to one or one of another package.
pub(super) fn type_name<'a>(ty: &Expr<'a>) -> Option<&'a str> {
    match ty.kind {
        ExprKind::Ident(name) => Some(name),
        ExprKind::Selector(selector) => Some(selector.sel.name),
        ExprKind::Star(inner) => match inner.kind {
            ExprKind::Ident(name) => Some(name),
            ExprKind::Selector(selector) => Some(selector.sel.name),
            _ => None,
        },
        _ => None,
    }
}
