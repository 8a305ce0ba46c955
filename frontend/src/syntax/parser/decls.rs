//! Files and declarations.

use super::Parser;
use crate::source::Span;
use crate::syntax::ast::{
    Decl, ExprKind, ExprRef, Field, FieldList, File, FuncDecl, FuncType, GenDecl, Ident, ImportSpec, Specs, TypeSpec,
    ValueSpec,
};
use crate::syntax::token::Token;

impl<'a> Parser<'a, '_> {
    /// The whole file.
    pub(super) fn file(&mut self) -> File<'a> {
        let start = self.current.span.start;
        self.expect(Token::Package);
        let package = self.ident();
        if package.name == "_" && self.errors.is_empty() {
            self.fail_at(package.span, "invalid package name _".to_owned());
        }
        self.expect_semicolon();
        let mut decls = Vec::new();
        let mut imports = Vec::new();
        if self.errors.is_empty() {
            self.top_level(&mut decls, &mut imports);
        }
        let end = decls.last().map_or(package.span.end, decl_end);
        File {
            span: Span::new(start, end.max(start)),
            package,
            imports: self.slice(&imports),
            decls: self.slice(&decls),
            comments: self.slice(&self.comments),
            node_count: self.nodes,
        }
    }

    fn top_level(&mut self, decls: &mut Vec<Decl<'a>>, imports: &mut Vec<&'a ImportSpec<'a>>) {
        let mut imports_over = false;
        while !self.at(Token::Eof) {
            if self.at(Token::Import) && imports_over {
                self.fail("imports must appear before other declarations".to_owned());
            }
            imports_over |= !self.at(Token::Import);
            let decl = self.declaration();
            if let Decl::Gen(GenDecl { specs: Specs::Import(specs), .. }) = decl {
                imports.extend(specs.iter());
            }
            decls.push(decl);
        }
    }

    fn declaration(&mut self) -> Decl<'a> {
        match self.current.token {
            Token::Import | Token::Const | Token::Var | Token::Type => {
                let decl = self.gen_decl();
                self.expect_semicolon();
                Decl::Gen(decl)
            }
            Token::Func => self.func_decl(),
            _ => {
                let start = self.current.span;
                self.expected("declaration");
                while !matches!(
                    self.current.token,
                    Token::Eof | Token::Import | Token::Const | Token::Var | Token::Type | Token::Func
                ) {
                    self.next();
                }
                Decl::Bad(start)
            }
        }
    }

    /// `import`, `const`, `var`, `type` without the final semicolon.
    pub(super) fn gen_decl(&mut self) -> &'a GenDecl<'a> {
        let keyword = self.current.token;
        let start = self.current.span.start;
        self.next();
        let grouped = self.accept(Token::LParen);
        let specs = match keyword {
            Token::Import => {
                let specs = self.specs(grouped, |parser, _| parser.import_spec());
                Specs::Import(self.slice(&specs))
            }
            Token::Const => {
                let specs = self.specs(grouped, |parser, iota| parser.value_spec(iota, true));
                Specs::Const(self.slice(&specs))
            }
            Token::Var => {
                let specs = self.specs(grouped, |parser, iota| parser.value_spec(iota, false));
                Specs::Var(self.slice(&specs))
            }
            _ => {
                let specs = self.specs(grouped, |parser, _| parser.type_spec());
                Specs::Type(self.slice(&specs))
            }
        };
        if grouped {
            self.expect(Token::RParen);
        }
        self.arena.alloc(GenDecl { span: self.since(start), grouped, specs })
    }

    /// The specs of a declaration; in a group each ends with a semicolon.
    fn specs<T>(&mut self, grouped: bool, mut spec: impl FnMut(&mut Self, u32) -> T) -> Vec<T> {
        if !grouped {
            return vec![spec(self, 0)];
        }
        let mut specs = Vec::new();
        let mut iota = 0;
        while !self.at(Token::RParen) && !self.at(Token::Eof) {
            specs.push(spec(self, iota));
            iota += 1;
            self.expect_semicolon();
        }
        specs
    }

    fn import_spec(&mut self) -> &'a ImportSpec<'a> {
        let start = self.current.span.start;
        let name = match self.current.token {
            Token::Ident => Some(self.ident()),
            Token::Period => {
                let span = self.current.span;
                self.next();
                Some(Ident { name: ".", span })
            }
            _ => None,
        };
        let path_span = self.current.span;
        let mut path = "";
        if self.at(Token::String) {
            let text = self.arena_text(path_span);
            path = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
            self.next();
        } else if self.current.token.is_literal() {
            self.fail("import path must be a string".to_owned());
            self.next();
        } else {
            self.fail("missing import path; require quoted string".to_owned());
            self.next();
        }
        self.arena.alloc(ImportSpec { span: self.since(start), name, path, path_span })
    }

    fn value_spec(&mut self, iota: u32, constant: bool) -> &'a ValueSpec<'a> {
        let start = self.current.span.start;
        let names = self.ident_list();
        let mut ty = None;
        let mut values = Vec::new();
        if constant {
            if !matches!(self.current.token, Token::Eof | Token::Semicolon | Token::RParen) {
                ty = self.try_type();
                if self.accept(Token::Assign) {
                    values = self.expr_list();
                }
            }
        } else {
            if !self.at(Token::Assign) {
                ty = Some(self.parse_type());
            }
            if self.accept(Token::Assign) {
                values = self.expr_list();
            }
        }
        let end = values.last().or(ty.as_ref()).map(|expr| expr.span.end);
        let end = end.or(names.last().map(|name| name.span.end)).unwrap_or(start);
        self.arena.alloc(ValueSpec {
            span: Span::new(start, end),
            names: self.slice(&names),
            ty,
            values: self.slice(&values),
            iota,
        })
    }

    fn type_spec(&mut self) -> &'a TypeSpec<'a> {
        let name = self.ident();
        let mut type_params = None;
        let mut alias = false;
        let ty = if self.at(Token::LBrack) {
            let lbrack = self.current.span.start;
            self.next();
            if self.at(Token::Ident) {
                let (params, ty) = self.type_params_or_array(lbrack, &mut alias);
                type_params = params;
                ty
            } else {
                self.array_type(lbrack, None)
            }
        } else {
            alias = self.accept(Token::Assign);
            self.parse_type()
        };
        let span = name.span.to(ty.span);
        self.arena.alloc(TypeSpec { span, name, type_params, alias, ty })
    }

    /// After `type T [` and at an identifier: `[N]E`, or type parameters and the type.
    fn type_params_or_array(&mut self, lbrack: u32, alias: &mut bool) -> (Option<&'a FieldList<'a>>, ExprRef<'a>) {
        let ident = self.ident();
        let mut x = self.ident_expr(ident);
        if !self.at(Token::LBrack) {
            self.expr_level += 1;
            let primary = self.primary_suffixes(x);
            x = self.binary_rest(primary, 1);
            self.expr_level -= 1;
        }
        let is_name = matches!(x.kind, ExprKind::Ident(_));
        if is_name && !self.at(Token::RBrack) {
            let params = self.type_param_list(lbrack, ident);
            *alias = self.accept(Token::Assign);
            return (Some(params), self.parse_type());
        }
        (None, self.array_type(lbrack, Some(x)))
    }

    /// `[P, Q constraint, R constraint]` from its first name on.
    fn type_param_list(&mut self, lbrack: u32, first: Ident<'a>) -> &'a FieldList<'a> {
        let mut fields: Vec<&'a Field<'a>> = Vec::new();
        let mut names = vec![first];
        loop {
            while self.accept(Token::Comma) {
                names.push(self.ident());
            }
            let ty = self.constraint();
            let start = names.first().map_or(ty.span.start, |name| name.span.start);
            fields.push(self.arena.alloc(Field {
                span: Span::new(start, ty.span.end),
                names: self.slice(&names),
                ty,
                tag: None,
            }));
            if !self.accept(Token::Comma) || self.at(Token::RBrack) || self.at(Token::Eof) {
                break;
            }
            names = vec![self.ident()];
        }
        self.expect(Token::RBrack);
        self.field_list(self.since(lbrack), &fields)
    }

    fn constraint(&mut self) -> ExprRef<'a> {
        self.embedded_element(None)
    }

    fn func_decl(&mut self) -> Decl<'a> {
        let start = self.current.span.start;
        self.next();
        let receiver = if self.at(Token::LParen) { Some(self.params()) } else { None };
        let name = self.ident();
        let mut type_params = None;
        if self.at(Token::LBrack) {
            let lbrack = self.current.span.start;
            self.next();
            let first = self.ident();
            type_params = Some(self.type_param_list(lbrack, first));
        }
        let params = self.params();
        let results = self.results();
        let signature_end = results.map_or(params.span.end, |list| list.span.end);
        let ty = self.arena.alloc(FuncType { span: Span::new(start, signature_end), type_params, params, results });
        let mut body = None;
        if self.at(Token::LBrace) {
            body = Some(self.body());
            self.expect_semicolon();
        } else if self.at(Token::Semicolon) {
            self.next();
            if self.at(Token::LBrace) {
                self.fail("unexpected semicolon or newline before {".to_owned());
                body = Some(self.body());
                self.expect_semicolon();
            }
        } else {
            self.expect_semicolon();
        }
        let end = body.map_or(signature_end, |block| block.span.end);
        Decl::Func(self.arena.alloc(FuncDecl { span: Span::new(start, end), receiver, name, ty, body }))
    }

    /// A list from references to its fields.
    pub(super) fn field_list(&self, span: Span, fields: &[&'a Field<'a>]) -> &'a FieldList<'a> {
        let copies = fields.iter().map(|f| Field { span: f.span, names: f.names, ty: f.ty, tag: f.tag });
        self.arena.alloc(FieldList { span, fields: self.arena.alloc_slice_fill_iter(copies.collect::<Vec<_>>()) })
    }
}

fn decl_end(decl: &Decl<'_>) -> u32 {
    match decl {
        Decl::Gen(decl) => decl.span.end,
        Decl::Func(decl) => decl.span.end,
        Decl::Bad(span) => span.end,
    }
}
