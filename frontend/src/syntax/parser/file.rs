//! Files and declarations.

use super::{Parser, starts_declaration};
use crate::constant::parse_string;
use crate::finding::SyntaxError;
use crate::source::Span;
use crate::syntax::ast::{
    BinaryExpr, BinaryOp, Block, Decl, ExprKind, ExprRef, FieldList, File, FuncDecl, FuncType, GenDecl, Ident,
    ImportSpec, LiteralKind, Specs, TypeSpec, UnaryOp, ValueSpec,
};
use crate::syntax::token::TokenKind;

impl<'a> Parser<'a, '_> {
    pub(super) fn file(&mut self) -> File<'a> {
        let mut decls = Vec::new();
        let mut imports = Vec::new();
        let mut package = Ident { name: "_", span: Span::default() };
        let mut start = Span::default();
        // An error in the package clause most likely means that this is no source file at all.
        if self.lexer.errors.is_empty() {
            start = self.expect(TokenKind::Package);
            package = self.ident();
            if package.name == "_" {
                self.error_here(SyntaxError::BlankPackageName);
            }
            self.expect_semicolon();
        }
        if self.lexer.errors.is_empty() {
            self.decls(&mut decls, &mut imports);
        } else {
            self.header_errors = self.lexer.errors.len();
        }
        let end = decls.last().map_or(package.span, |decl| decl_span(*decl));
        let comments = std::mem::take(&mut self.comments);
        File {
            span: start.to(end),
            package,
            imports: self.list(imports),
            decls: self.list(decls),
            comments: self.list(comments),
            replaced: &[],
            node_count: self.next_node,
        }
    }

    fn decls(&mut self, decls: &mut Vec<Decl<'a>>, imports: &mut Vec<&'a ImportSpec<'a>>) {
        let mut previous = TokenKind::Import;
        let mut header = true;
        while !self.at(TokenKind::Eof) {
            if header && !self.at(TokenKind::Import) {
                header = false;
                self.header_errors = self.lexer.errors.len();
            }
            if self.at(TokenKind::Import) && previous != TokenKind::Import {
                self.error_here(SyntaxError::LateImport);
            }
            previous = self.token.kind;
            let decl = self.decl();
            if let Decl::Gen(&GenDecl { specs: Specs::Import(specs), .. }) = decl {
                imports.extend_from_slice(specs);
            }
            decls.push(decl);
        }
        if header {
            self.header_errors = self.lexer.errors.len();
        }
    }

    fn decl(&mut self) -> Decl<'a> {
        match self.token.kind {
            TokenKind::Import | TokenKind::Const | TokenKind::Var | TokenKind::Type => Decl::Gen(self.gen_decl()),
            TokenKind::Func => Decl::Func(self.func_decl()),
            _ => {
                let start = self.position();
                self.expected_construct("declaration");
                self.recover(starts_declaration);
                Decl::Bad(Span::new(start, self.position()))
            }
        }
    }

    /// `import`, `const`, `var` or `type`; the current token is one of them.
    pub(super) fn gen_decl(&mut self) -> &'a GenDecl<'a> {
        let keyword = self.token.kind;
        let start = self.token.span;
        self.advance();
        let (span, grouped, specs) = match keyword {
            TokenKind::Import => {
                let (end, grouped, specs) = self.specs(|parser, _| parser.import_spec(), |spec| spec.span);
                (end, grouped, Specs::Import(specs))
            }
            TokenKind::Const => {
                let (end, grouped, specs) = self.specs(|parser, iota| parser.value_spec(true, iota), |spec| spec.span);
                (end, grouped, Specs::Const(specs))
            }
            TokenKind::Var => {
                let (end, grouped, specs) = self.specs(|parser, iota| parser.value_spec(false, iota), |spec| spec.span);
                (end, grouped, Specs::Var(specs))
            }
            _ => {
                let (end, grouped, specs) = self.specs(|parser, _| parser.type_spec(), |spec| spec.span);
                (end, grouped, Specs::Type(specs))
            }
        };
        self.arena.alloc(GenDecl { span: start.to(span), grouped, specs })
    }

    /// One spec or a group of them; also returns the span that ends the declaration and whether it is a group.
    fn specs<T>(
        &mut self,
        parse: impl Fn(&mut Self, u32) -> &'a T,
        span: impl Fn(&T) -> Span,
    ) -> (Span, bool, &'a [&'a T]) {
        if !self.accept(TokenKind::Lparen) {
            let spec = parse(self, 0);
            return (span(spec), false, self.list(vec![spec]));
        }
        let mut specs = Vec::new();
        let mut iota = 0;
        while !matches!(self.token.kind, TokenKind::Rparen | TokenKind::Eof) {
            specs.push(parse(self, iota));
            iota = iota.saturating_add(1);
        }
        let end = self.expect(TokenKind::Rparen);
        self.expect_semicolon();
        (end, true, self.list(specs))
    }

    fn import_spec(&mut self) -> &'a ImportSpec<'a> {
        let start = self.token.span;
        let name = match self.token.kind {
            TokenKind::Ident => Some(self.ident()),
            TokenKind::Period => {
                self.advance();
                Some(Ident { name: ".", span: start })
            }
            _ => None,
        };
        let path_span = self.token.span;
        let mut path: &'a str = "";
        match self.token.kind {
            TokenKind::Literal(LiteralKind::String) => {
                path = self.unquoted();
                self.advance();
            }
            TokenKind::Ident | TokenKind::Literal(_) => {
                self.error_here(SyntaxError::ImportPathNotString);
                self.advance();
            }
            _ => {
                self.error_here(SyntaxError::MissingImportPath);
                self.recover(super::ends_expression);
            }
        }
        self.expect_semicolon();
        self.arena.alloc(ImportSpec { span: start.to(path_span), name, path, path_span })
    }

    /// The value of the current string token; empty if it is malformed, which was reported.
    fn unquoted(&self) -> &'a str {
        let value = parse_string(self.token_text()).unwrap_or_else(|_| [].into());
        self.arena.alloc_str(&String::from_utf8_lossy(&value))
    }

    fn value_spec(&mut self, constant: bool, iota: u32) -> &'a ValueSpec<'a> {
        let first = self.ident();
        let mut span = first.span;
        let mut names = vec![first];
        while self.accept(TokenKind::Comma) {
            let name = self.ident();
            span = span.to(name.span);
            names.push(name);
        }
        let ty = if constant {
            self.try_type()
        } else if self.at(TokenKind::Assign) {
            None
        } else {
            Some(self.ty())
        };
        let values = if self.accept(TokenKind::Assign) { self.expr_list(true) } else { Vec::new() };
        self.expect_semicolon();
        if let Some(last) = values.last().copied().or(ty) {
            span = span.to(last.span);
        }
        let spec = ValueSpec { span, names: self.list(names), ty, values: self.list(values), iota };
        self.arena.alloc(spec)
    }

    // ------------------------------------------------------------------------------------------------------- types

    fn type_spec(&mut self) -> &'a TypeSpec<'a> {
        let name = self.ident();
        let lbrack = self.token.span;
        let (type_params, alias, ty) = if self.accept(TokenKind::Lbrack) {
            self.type_spec_after_bracket(lbrack)
        } else {
            let alias = self.accept(TokenKind::Assign);
            (None, alias, self.ty())
        };
        self.expect_semicolon();
        self.arena.alloc(TypeSpec { span: name.span.to(ty.span), name, type_params, alias, ty })
    }

    /// After `type T [`: the rest of an array or slice type, or type parameters and the type.
    fn type_spec_after_bracket(&mut self, lbrack: Span) -> (Option<&'a FieldList<'a>>, bool, ExprRef<'a>) {
        if !self.at(TokenKind::Ident) {
            return (None, false, self.array_type_after_bracket(lbrack, None));
        }
        let name = self.ident();
        let mut x = self.expr_node(name.span, ExprKind::Ident(name.name));
        if !self.at(TokenKind::Lbrack) {
            // A length that starts with a name. The name was read outside of any operand, which its gas shows.
            x = self.bracketed(|parser| {
                let operand = parser.suffixes(x);
                parser.operators(operand, 1)
            });
        }
        match self.as_type_param(x) {
            Some((name, constraint)) if constraint.is_some() || !self.at(TokenKind::Rbrack) => {
                let fields = self.params_after(name, constraint, TokenKind::Rbrack);
                let rbrack = self.expect(TokenKind::Rbrack);
                let list = self.field_list(lbrack.to(rbrack), fields);
                let alias = self.accept(TokenKind::Assign);
                (Some(list), alias, self.ty())
            }
            _ => (None, false, self.array_type_after_bracket(lbrack, Some(x))),
        }
    }

    /// Splits what was read as a length into the name of a type parameter and the start of its constraint: `P`, `P *C`,
    /// `P (C)`. A product or call is only taken for that if the rest cannot be a value, or if a comma follows.
    fn as_type_param(&mut self, x: ExprRef<'a>) -> Option<(Ident<'a>, Option<ExprRef<'a>>)> {
        let force = self.at(TokenKind::Comma);
        match x.kind {
            ExprKind::Ident(name) => Some((Ident { name, span: x.span }, None)),
            ExprKind::Binary(&BinaryExpr { x: left, op, op_span, y }) => match (op, left.kind) {
                (BinaryOp::Mul, ExprKind::Ident(name)) if force || is_type_element(y) => {
                    let star = self.expr_node(op_span.to(y.span), ExprKind::Star(y));
                    Some((Ident { name, span: left.span }, Some(star)))
                }
                (BinaryOp::Or, _) => {
                    let (name, first) = self.as_type_param_operand(left, force || is_type_element(y))?;
                    let first = first?;
                    let binary = &*self.arena.alloc(BinaryExpr { x: first, op, op_span, y });
                    Some((name, Some(self.expr_node(first.span.to(y.span), ExprKind::Binary(binary)))))
                }
                _ => None,
            },
            ExprKind::Call(call) => match (call.fun.kind, call.args) {
                (ExprKind::Ident(name), [arg]) if call.ellipsis.is_none() && (force || is_type_element(arg)) => {
                    let span = Span::new(call.fun.span.end, x.span.end);
                    let constraint = self.expr_node(span, ExprKind::Paren(arg));
                    Some((Ident { name, span: call.fun.span }, Some(constraint)))
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// The left end of a union in a constraint: a chain of `|` over `P *C`.
    fn as_type_param_operand(&mut self, x: ExprRef<'a>, force: bool) -> Option<(Ident<'a>, Option<ExprRef<'a>>)> {
        // Walks down a chain that can be as long as the file, then builds it up again.
        let mut chain = Vec::new();
        let mut innermost = x;
        let mut force = force;
        while let ExprKind::Binary(binary @ &BinaryExpr { op: BinaryOp::Or, x, y, .. }) = innermost.kind {
            force |= is_type_element(y);
            chain.push(binary);
            innermost = x;
        }
        let ExprKind::Binary(&BinaryExpr { x: left, op: BinaryOp::Mul, op_span, y }) = innermost.kind else {
            return None;
        };
        let ExprKind::Ident(name) = left.kind else { return None };
        if !(force || is_type_element(y)) {
            return None;
        }
        let mut constraint = self.expr_node(op_span.to(y.span), ExprKind::Star(y));
        for &BinaryExpr { op, op_span, y, .. } in chain.into_iter().rev() {
            let binary = &*self.arena.alloc(BinaryExpr { x: constraint, op, op_span, y });
            constraint = self.expr_node(constraint.span.to(y.span), ExprKind::Binary(binary));
        }
        Some((Ident { name, span: left.span }, Some(constraint)))
    }

    // --------------------------------------------------------------------------------------------------- functions

    fn func_decl(&mut self) -> &'a FuncDecl<'a> {
        let start = self.token.span;
        self.advance();
        let receiver = self.at(TokenKind::Lparen).then(|| self.params());
        let name = self.ident();
        let mut type_params = self.type_params();
        let params = self.params();
        if let (Some(_), Some(list)) = (receiver, type_params) {
            self.error(Span::at(list.span.start), SyntaxError::TypeParameters { of: "method".into() });
            type_params = None;
        }
        let results = self.results();
        let signature = start.to(results.unwrap_or(params).span);
        let body = self.func_decl_body();
        let span = body.map_or(signature, |body| start.to(body.span));
        let ty = &*self.arena.alloc(FuncType { span: signature, type_params, params, results });
        self.arena.alloc(FuncDecl { span, receiver, name, ty, body })
    }

    fn func_decl_body(&mut self) -> Option<&'a Block<'a>> {
        if self.token.kind.is_semicolon() {
            self.advance();
            if !self.at(TokenKind::Lbrace) {
                return None;
            }
            self.error_here(SyntaxError::SemicolonBeforeBody);
        }
        let body = self.at(TokenKind::Lbrace).then(|| self.block());
        self.expect_semicolon();
        body
    }
}

/// Whether an expression can only be (part of) a constraint, never of an array length. Walks down the left sides, because
/// chains of operators are long; a right side is looked at without its own parts.
fn is_type_element(mut x: ExprRef<'_>) -> bool {
    loop {
        match x.kind {
            ExprKind::Paren(inner) => x = inner,
            ExprKind::Binary(binary) if !is_type_literal(binary.y) => x = binary.x,
            ExprKind::Binary(_) => return true,
            _ => return is_type_literal(x),
        }
    }
}

fn is_type_literal(x: ExprRef<'_>) -> bool {
    matches!(
        x.kind,
        ExprKind::ArrayType(_)
            | ExprKind::StructType(_)
            | ExprKind::FuncType(_)
            | ExprKind::InterfaceType(_)
            | ExprKind::MapType(_)
            | ExprKind::ChanType(..)
            | ExprKind::Unary(UnaryOp::Tilde, _)
    )
}

fn decl_span(decl: Decl<'_>) -> Span {
    match decl {
        Decl::Gen(decl) => decl.span,
        Decl::Func(decl) => decl.span,
        Decl::Bad(span) => span,
    }
}
