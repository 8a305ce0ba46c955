//! Packages of the library as tests see them: some declarations are replaced (spec/05 §9.1).

use crate::syntax::ParsedFile;
use crate::syntax::ast::{Decl, ExprKind, FuncDecl, Specs};
use bumpalo::Bump;
use std::collections::HashSet;

/// Leaves out the declarations of a package that its overlay declares too. `is_overlay` tells for each file, index by index, whether
/// it belongs to the overlay. What is declared instead takes the slots of what is left out, in the order of the package
/// ([`File::replaced`](crate::syntax::ast::File::replaced)).
pub fn apply_overlay<'a>(arena: &'a Bump, files: &mut [ParsedFile<'a>], is_overlay: &[bool]) {
    if !is_overlay.contains(&true) {
        return;
    }
    let mut replaced: HashSet<String> = HashSet::new();
    for (file, _) in files.iter().zip(is_overlay).filter(|(_, overlay)| **overlay) {
        for decl in file.file.decls {
            replaced.extend(names(decl));
        }
    }
    for (file, _) in files.iter_mut().zip(is_overlay).filter(|(_, overlay)| !**overlay) {
        let (mut kept, mut left_out) = (Vec::new(), Vec::new());
        for decl in file.file.decls {
            let names = names(decl);
            if !names.iter().any(|name| replaced.contains(name)) {
                kept.push(*decl);
                continue;
            }
            let slots = names.iter().filter(|name| !name.contains('.'));
            left_out.extend(slots.map(|name| (kept.len(), &*arena.alloc_str(name))));
        }
        file.file.decls = arena.alloc_slice_fill_iter(kept);
        file.file.replaced = arena.alloc_slice_fill_iter(left_out);
    }
}

/// What a declaration declares: `F`, `T.M`.
fn names(decl: &Decl<'_>) -> Vec<String> {
    match decl {
        Decl::Func(func) => func_name(func).into_iter().collect(),
        Decl::Gen(group) => match group.specs {
            Specs::Import(_) => Vec::new(),
            Specs::Const(specs) | Specs::Var(specs) => {
                let all = specs.iter().flat_map(|spec| spec.names).map(|name| name.name);
                all.filter(|&name| name != "_").map(str::to_owned).collect()
            }
            Specs::Type(specs) => specs.iter().map(|spec| spec.name.name.to_owned()).collect(),
        },
        Decl::Bad(_) => Vec::new(),
    }
}

fn func_name(func: &FuncDecl<'_>) -> Option<String> {
    let name = func.name.name;
    let Some(receiver) = func.receiver else { return (!matches!(name, "init" | "_")).then(|| name.to_owned()) };
    let mut ty = receiver.fields.first()?.ty;
    while let ExprKind::Star(inner) | ExprKind::Paren(inner) = ty.kind {
        ty = inner;
    }
    match ty.kind {
        ExprKind::Ident(base) => Some(format!("{base}.{name}")),
        _ => None,
    }
}
