//! Declarations and the file.

use super::lists::ListStyle;
use super::printer::Printer;
use super::stmt::spec_count;
use super::writer::Space;
use crate::syntax::ast::{Decl, File, FuncDecl, GenDecl, ImportSpec, LiteralKind, Specs, TypeSpec, ValueSpec};
use crate::syntax::token::TokenKind;

impl Printer<'_> {
    /// Prints a file.
    pub(super) fn file(&mut self, file: &File<'_>) {
        self.out.token_at(file.span.start, TokenKind::Package);
        self.out.blank();
        self.ident(file.package);
        let mut previous = None;
        for &decl in file.decls {
            let (keyword, start, end) = match decl {
                Decl::Gen(decl) => (keyword(decl.specs), decl.span.start, decl.span.end),
                Decl::Func(decl) => (TokenKind::Func, decl.span.start, decl.span.end),
                // Files with errors are not printed.
                Decl::Bad(_) => continue,
            };
            // An empty line where the kind of declaration changes and above documentation.
            let apart = previous != Some(keyword) || self.out.text.is_documented(start);
            let line = self.line(start);
            let tall = keyword == TokenKind::Func && line < self.line(end);
            self.out.line_break(line, if apart { 2 } else { 1 }, Space::None, tall);
            previous = Some(keyword);
            match decl {
                Decl::Gen(decl) => self.gen_decl(decl),
                Decl::Func(decl) => self.func_decl(decl),
                Decl::Bad(_) => {}
            }
        }
        self.out.space(Space::Line);
    }

    /// Prints an `import`, `const`, `var` or `type` declaration.
    pub(super) fn gen_decl(&mut self, decl: &GenDecl<'_>) {
        let keyword = keyword(decl.specs);
        self.out.token_at(decl.span.start, keyword);
        self.out.blank();
        if !decl.grouped {
            return match decl.specs {
                Specs::Import(specs) => specs.iter().for_each(|spec| self.import(spec)),
                Specs::Const(specs) | Specs::Var(specs) => specs.iter().for_each(|spec| self.single_value(spec, false)),
                Specs::Type(specs) => specs.iter().for_each(|spec| self.type_spec(spec, Space::Blank)),
            };
        }
        let keyword_end = decl.span.start.saturating_add(u32::try_from(keyword.text().len()).unwrap_or(0));
        let lparen = self.out.text.token_after(keyword_end);
        self.out.token_at(lparen, TokenKind::Lparen);
        if spec_count(decl.specs) > 0 {
            self.out.space(Space::Indent);
            self.out.space(Space::Section);
            self.specs(decl.specs);
            self.out.space(Space::Dedent);
            self.out.space(Space::Section);
        }
        self.out.token_at(decl.span.end.saturating_sub(1), TokenKind::Rparen);
    }

    fn specs(&mut self, specs: Specs<'_>) {
        let mut mark = None;
        match specs {
            Specs::Import(specs) => {
                for spec in specs {
                    self.next_line(spec.span.start, mark);
                    mark = Some(self.out.mark());
                    self.import(spec);
                }
            }
            Specs::Const([spec]) | Specs::Var([spec]) => self.single_value(spec, true),
            Specs::Const(specs) | Specs::Var(specs) => {
                for (spec, type_column) in specs.iter().zip(type_columns(specs)) {
                    self.next_line(spec.span.start, mark);
                    mark = Some(self.out.mark());
                    self.value_row(spec, type_column);
                }
            }
            Specs::Type(specs) => {
                let stop = if specs.len() == 1 { Space::Blank } else { Space::Cell };
                for spec in specs {
                    self.next_line(spec.span.start, mark);
                    mark = Some(self.out.mark());
                    self.type_spec(spec, stop);
                }
            }
        }
    }

    fn import(&mut self, spec: &ImportSpec<'_>) {
        if let Some(name) = spec.name {
            self.ident(name);
            self.out.blank();
        }
        self.out.at(spec.path_span.start);
        let path = self.out.text.slice(spec.path_span);
        self.out.literal(&import_path(&path), LiteralKind::String);
    }

    /// A `const` or `var` that stands alone.
    fn single_value(&mut self, spec: &ValueSpec<'_>, indented: bool) {
        self.names(spec.names, indented);
        if let Some(ty) = spec.ty {
            self.out.blank();
            self.expr(ty);
        }
        if !spec.values.is_empty() {
            self.out.blank();
            self.out.token(TokenKind::Assign);
            self.out.blank();
            self.expr_list(None, spec.values, 1, ListStyle::default(), None);
        }
    }

    /// A line of a group: names, type, values and comment in columns.
    fn value_row(&mut self, spec: &ValueSpec<'_>, type_column: bool) {
        self.names(spec.names, true);
        let mut stops_to_comment = 3;
        if spec.ty.is_some() || type_column {
            self.out.space(Space::Cell);
            stops_to_comment -= 1;
        }
        if let Some(ty) = spec.ty {
            self.expr(ty);
        }
        if !spec.values.is_empty() {
            self.out.space(Space::Cell);
            self.out.token(TokenKind::Assign);
            self.out.blank();
            self.expr_list(None, spec.values, 1, ListStyle::default(), None);
            stops_to_comment -= 1;
        }
        if self.out.text.has_remark(spec.span.end) {
            for _ in 0..stops_to_comment {
                self.out.space(Space::Cell);
            }
        }
    }

    fn type_spec(&mut self, spec: &TypeSpec<'_>, stop: Space) {
        self.ident(spec.name);
        if let Some(type_params) = spec.type_params {
            self.params(type_params, TokenKind::Lbrack, TokenKind::Rbrack);
        }
        self.out.space(stop);
        if spec.alias {
            self.out.token(TokenKind::Assign);
            self.out.blank();
        }
        self.expr(spec.ty);
    }

    fn func_decl(&mut self, decl: &FuncDecl<'_>) {
        self.out.token_at(decl.span.start, TokenKind::Func);
        // The blank is not written yet, but counts.
        let start = self.out.column().saturating_sub("func ".len());
        self.out.blank();
        if let Some(receiver) = decl.receiver {
            self.params(receiver, TokenKind::Lparen, TokenKind::Rparen);
            self.out.blank();
        }
        self.ident(decl.name);
        self.signature(decl.ty);
        if let Some(body) = decl.body {
            let header = self.width_since(decl.span.start, start);
            self.func_body(header, Space::Cell, body);
        }
    }
}

fn keyword(specs: Specs<'_>) -> TokenKind {
    match specs {
        Specs::Import(_) => TokenKind::Import,
        Specs::Const(_) => TokenKind::Const,
        Specs::Var(_) => TokenKind::Var,
        Specs::Type(_) => TokenKind::Type,
    }
}

/// For each spec whether its type column stays although it has no type: where a neighbour in an unbroken run of specs with
/// values has one.
fn type_columns(specs: &[&ValueSpec<'_>]) -> Vec<bool> {
    let runs = specs.chunk_by(|a, b| a.values.is_empty() == b.values.is_empty());
    runs.flat_map(|run| {
        let valued = run.first().is_some_and(|spec| !spec.values.is_empty());
        let keep = valued && run.iter().any(|spec| spec.ty.is_some());
        std::iter::repeat_n(keep, run.len())
    })
    .collect()
}

/// The path in double quotes where that needs no escapes.
fn import_path(path: &str) -> String {
    match path.strip_prefix('`').and_then(|rest| rest.strip_suffix('`')) {
        Some(inner) if !inner.is_empty() && inner.chars().all(|c| c.is_ascii_graphic() && !"\"\\".contains(c)) => {
            format!("\"{inner}\"")
        }
        _ => path.to_owned(),
    }
}
