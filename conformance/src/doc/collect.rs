//! From syntax trees to what can be shown.

use super::members::{chunk, members, type_name};
use super::{DocError, Function, Options, Package, Text, Type, Values, comment, is_exported};
use crate::compile::Source;
use bumpalo::Bump;
use regno_frontend::format::format_file;
use regno_frontend::limits::Limits;
use regno_frontend::source::{SourceFile, Span};
use regno_frontend::syntax::ast::{
    Decl, Expr, ExprKind, File, FuncDecl, FuncType, GenDecl, Specs, TypeSpec, ValueSpec,
};
use regno_frontend::syntax::parse_file;
use std::collections::HashSet;

/// Columns of a value that is shown in one line.
const VALUE_WIDTH: usize = 60;

/// Collects what can be shown of a package, in the order of names; values stay in the order of the sources.
pub(super) fn package(path: &str, sources: &[Source], options: Options) -> Result<Package, DocError> {
    let arena = Bump::new();
    let mut files = Vec::new();
    for source in sources {
        let source = SourceFile::new(source.name.as_str(), source.text.as_slice());
        let parsed = parse_file(&arena, &source, &Limits::default());
        if let Some(error) = parsed.errors.first() {
            return Err(DocError::Syntax(error.render(&source)));
        }
        files.push((source, parsed.file));
    }
    let mut package = Package { path: path.to_owned(), ..Package::default() };
    let types = files.iter().flat_map(|(_, file)| type_names(file)).collect();
    for (source, file) in &files {
        package.name = file.package.name.to_owned();
        let collector = Collector { source, comments: file.comments, types: &types, options };
        let above = collector.comment(file.span.start);
        if !above.is_empty() {
            let gap = if package.comment.is_empty() { "" } else { "\n\n" };
            package.comment.push_str(&format!("{gap}{above}"));
        }
        for decl in file.decls {
            match decl {
                Decl::Gen(decl) => collector.declaration(decl, &mut package),
                Decl::Func(decl) => package.functions.push(collector.function(decl)),
                Decl::Bad(_) => {}
            }
        }
    }
    package.functions.sort_by(|a, b| a.name.cmp(&b.name));
    package.types.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(package)
}

fn type_names<'a>(file: &File<'a>) -> Vec<&'a str> {
    let specs = file.decls.iter().filter_map(|decl| match decl {
        Decl::Gen(GenDecl { specs: Specs::Type(specs), .. }) => Some(*specs),
        _ => None,
    });
    specs.flatten().map(|spec| spec.name.name).collect()
}

/// Collects from one file.
struct Collector<'s, 'a> {
    source: &'s SourceFile,
    comments: &'s [Span],
    types: &'s HashSet<&'a str>,
    options: Options,
}

impl Collector<'_, '_> {
    fn text(&self, span: Span) -> &str {
        self.source.text(span).unwrap_or_default()
    }

    fn comment(&self, offset: u32) -> String {
        let above = comment::above(self.source, self.comments, offset);
        above.map(|span| comment::text(self.text(span))).unwrap_or_default()
    }

    fn shows(&self, name: &str) -> bool {
        self.options.unexported || is_exported(name)
    }

    fn declaration(&self, decl: &GenDecl<'_>, package: &mut Package) {
        match decl.specs {
            Specs::Import(_) => {}
            Specs::Const(specs) => package.values.push(self.values(decl, specs, true)),
            Specs::Var(specs) => package.values.push(self.values(decl, specs, false)),
            Specs::Type(specs) => package.types.extend(specs.iter().map(|spec| self.ty(decl, spec))),
        }
    }

    fn values(&self, decl: &GenDecl<'_>, specs: &[&ValueSpec<'_>], constants: bool) -> Values {
        let keyword = if constants { "const" } else { "var" };
        let mut names = Vec::new();
        let (mut carried, mut typed): (Option<&Expr<'_>>, Vec<&str>) = (None, Vec::new());
        for spec in specs {
            if spec.ty.is_some() || !spec.values.is_empty() {
                carried = spec.ty;
            }
            let ty = carried.and_then(type_name).filter(|name| self.types.contains(name));
            for (index, name) in spec.names.iter().enumerate() {
                typed.extend(ty);
                let shown = carried.map(|ty| format!(" {}", one_line(self.text(ty.span)))).unwrap_or_default();
                let value = spec.values.get(index).map(|value| self.value(value)).unwrap_or_default();
                names.push((name.name.to_owned(), format!("{keyword} {}{shown}{value}", name.name)));
            }
        }
        let first = typed.first().copied();
        let same = typed.iter().filter(|&&name| Some(name) == first).count();
        let of = first.filter(|_| same * 4 >= names.len() * 3).map(str::to_owned);
        let declaration = self.values_text(decl, specs, keyword);
        Values { text: self.described(decl.span, decl.span, &declaration), constants, names, of }
    }

    /// A value as it stands in one line.
    fn value(&self, value: &Expr<'_>) -> String {
        let text = self.text(value.span);
        let short = !text.contains('\n') && text.chars().count() <= VALUE_WIDTH;
        format!(" = {}", if short { text } else { "..." })
    }

    /// The declaration without specs that have no name to show. One whose value others repeat stays.
    fn values_text(&self, decl: &GenDecl<'_>, specs: &[&ValueSpec<'_>], keyword: &str) -> String {
        let repeats = |spec: &ValueSpec<'_>| keyword == "const" && spec.values.is_empty();
        let mut kept = Vec::new();
        let mut needed = false;
        for spec in specs.iter().rev() {
            let shown = needed || spec.names.iter().any(|name| self.shows(name.name));
            if shown {
                kept.push(chunk(self.source, self.comments, spec.span));
            }
            needed = shown && repeats(spec);
        }
        if kept.len() == specs.len() || !decl.grouped || kept.is_empty() {
            return self.text(decl.span).to_owned();
        }
        kept.reverse();
        let what = if keyword == "const" { "constants" } else { "variables" };
        format!("{keyword} (\n{}\n\n// Has unexported {what}.\n)", kept.join("\n"))
    }

    fn function(&self, decl: &FuncDecl<'_>) -> Function {
        let head = Span::new(decl.span.start, decl.ty.span.end);
        let receiver = decl.receiver.and_then(|list| list.fields.first());
        let receiver = receiver.and_then(|field| base_name(field.ty)).map(str::to_owned);
        let makes = if receiver.is_none() { self.made(decl.ty) } else { None };
        let name = decl.name.name.to_owned();
        Function { text: self.described(decl.span, decl.span, self.text(head)), name, receiver, makes }
    }

    /// The one local type among the results.
    fn made(&self, ty: &FuncType<'_>) -> Option<String> {
        let results = ty.results.map(|list| list.fields).unwrap_or_default();
        let mut local: Vec<&str> = results.iter().filter_map(|field| base_name(field.ty)).collect();
        local.retain(|name| self.types.contains(name) && self.shows(name));
        match local.as_slice() {
            [name] => Some((*name).to_owned()),
            _ => None,
        }
    }

    fn ty(&self, decl: &GenDecl<'_>, spec: &TypeSpec<'_>) -> Type {
        let (keyword, members) = match spec.ty.kind {
            ExprKind::StructType(list) => ("struct", members(self.source, self.comments, list)),
            ExprKind::InterfaceType(list) => ("interface", members(self.source, self.comments, list)),
            _ => ("", Vec::new()),
        };
        let head = self.text(Span::new(spec.span.start, spec.ty.span.start)).trim_end();
        let body = match (keyword, members.as_slice()) {
            ("", _) => one_line(self.text(spec.ty.span)),
            (keyword, []) => format!("{keyword}{{}}"),
            (keyword, _) => format!("{keyword}{{ ... }}"),
        };
        let line = format!("type {head} {body}");
        let shown: Vec<&str> = members
            .iter()
            .filter(|member| self.options.unexported || member.is_exported())
            .map(|member| member.text.as_str())
            .collect();
        let declaration = if shown.len() == members.len() {
            format!("type {}", self.text(spec.span))
        } else {
            let what = if keyword == "struct" { "fields" } else { "methods" };
            let gap = if shown.is_empty() { "" } else { "\n\n" };
            format!("type {head} {keyword} {{\n{}{gap}// Has unexported {what}.\n}}", shown.join("\n"))
        };
        let span = if decl.grouped { spec.span } else { decl.span };
        let mut text = self.described(span, decl.span, &declaration);
        if decl.grouped {
            let start = text.source.len().saturating_sub(self.text(spec.span).len());
            text.source.insert_str(start, "type ");
        }
        Type { text, name: spec.name.name.to_owned(), line, keyword, members }
    }

    /// The texts of a declaration; the comment of the group stands for one that has none itself.
    fn described(&self, span: Span, group: Span, declaration: &str) -> Text {
        let own = self.comment(span.start);
        let comment = if own.is_empty() { self.comment(group.start) } else { own };
        let above = comment::above(self.source, self.comments, span.start).map_or(span.start, |above| above.start);
        let source = self.text(Span::new(above, span.end)).to_owned();
        Text { comment, declaration: formatted(declaration), source }
    }
}

/// The name of the type that a receiver or result is or is made of.
fn base_name<'a>(mut ty: &Expr<'a>) -> Option<&'a str> {
    loop {
        ty = match ty.kind {
            ExprKind::Ident(name) => return Some(name),
            ExprKind::Star(inner) | ExprKind::Paren(inner) => inner,
            ExprKind::ArrayType(array) => array.elem,
            ExprKind::Index(index) => index.x,
            _ => return None,
        };
    }
}

/// A declaration in the formatter's layout.
pub(super) fn formatted(declaration: &str) -> String {
    let head = "package p\n\n";
    let source = SourceFile::new("", format!("{head}{declaration}\n"));
    let text = format_file(&source, &Limits::default()).ok();
    let text = text.as_deref().and_then(|text| text.strip_prefix(head)).unwrap_or(declaration);
    text.trim_end().to_owned()
}

/// A declaration in one line.
pub(super) fn one_line(text: &str) -> String {
    let joined: Vec<&str> = text.split_whitespace().collect();
    joined.join(" ").replace("( ", "(").replace(", )", ")")
}
