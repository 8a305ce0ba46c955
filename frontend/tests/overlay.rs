//! Library packages as tests see them: what replaces a declaration has its slot (spec/05 §9.1, spec/04 §9).

use bumpalo::Bump;
use regno_frontend::check::{Options, World};
use regno_frontend::limits::Limits;
use regno_frontend::package::apply_overlay;
use regno_frontend::source::SourceFile;
use regno_frontend::syntax::parse_file;
use regno_frontend::typed::Slot;

/// Names of the functions and variables in the slots of a package of these files; the last one lies over the others.
fn slots(texts: &[&str]) -> Vec<String> {
    let (arena, limits) = (Bump::new(), Limits::default());
    let sources: Vec<SourceFile> = texts
        .iter()
        .enumerate()
        .map(|(number, text)| SourceFile::new(format!("f{number}.gno"), text.as_bytes()))
        .collect();
    let mut files: Vec<_> = sources.iter().map(|source| parse_file(&arena, source, &limits)).collect();
    let overlay: Vec<bool> = (1..=texts.len()).map(|number| number == texts.len()).collect();
    apply_overlay(&arena, &mut files, &overlay);
    let options = Options { limits, natives: true };
    let package = World::new().check("lib", &files, &sources, options).unwrap_or_else(|error| panic!("{error}"));
    let name = |slot: &Slot| match slot {
        Slot::Func(func) => package.funcs[*func].name.clone(),
        Slot::Global(global) => package.globals[*global].name.clone(),
        _ => String::new(),
    };
    package.package_slots.iter().map(name).collect()
}

#[test]
fn replaced_declarations_keep_their_slots() {
    let first = "package lib\n\nvar V = 1\n\nfunc A() int\n\nfunc B() int { return 1 }\n\nfunc C() int\n";
    let overlay = "package lib\n\nfunc D() int\n\nfunc C() int { return 2 }\n\nvar V = 3\n\nfunc A() int\n";
    assert_eq!(slots(&[first, overlay]), ["V", "A", "B", "C", "D"]);
}

#[test]
fn a_method_has_no_slot() {
    let first = "package lib\n\ntype T int\n\nfunc (T) M() int\n\nfunc A() int\n";
    assert_eq!(slots(&[first, "package lib\n\nfunc B() {}\n\nfunc (t T) M() int { return 1 }\n"]), ["", "A", "B"]);
}
