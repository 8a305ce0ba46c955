//! The form of a realm's `Render`.

use bumpalo::Bump;
use regno_frontend::limits::Limits;
use regno_frontend::source::{SourceFile, Span};
use regno_frontend::syntax::ast::{Decl, ExprKind, FieldList};
use regno_frontend::syntax::parse_file;

/// Where a file declares a function `Render` that is not `func Render(string) string`.
pub(super) fn malformed(file: &SourceFile) -> Option<Span> {
    let arena = Bump::new();
    let parsed = parse_file(&arena, file, &Limits::default());
    parsed.file.decls.iter().find_map(|decl| match decl {
        Decl::Func(func) if func.receiver.is_none() && func.name.name == "Render" => {
            let fits = is_one_string(func.ty.params) && func.ty.results.is_some_and(is_one_string);
            (!fits).then_some(func.name.span)
        }
        _ => None,
    })
}

fn is_one_string(list: &FieldList<'_>) -> bool {
    match list.fields {
        [field] => field.names.len() <= 1 && matches!(field.ty.kind, ExprKind::Ident("string")),
        _ => false,
    }
}
