//! `if`, `for`, `switch` and `select`.

use super::Parser;
use super::stmt::{Simple, SimpleMode};
use crate::finding::SyntaxError;
use crate::source::Span;
use crate::syntax::ast::{
    AssignOp, CaseClause, CommClause, ExprKind, ExprRef, ForStmt, Ident, IfStmt, RangeStmt, SelectStmt, StmtKind,
    StmtRef, SwitchStmt, TypeSwitchStmt,
};
use crate::syntax::token::TokenKind;

/// The guard of a type switch.
struct Guard<'a> {
    binding: Option<Ident<'a>>,
    x: ExprRef<'a>,
    span: Span,
}

impl<'a> Parser<'a, '_> {
    /// Runs `parse` between a control keyword and its block.
    fn header<R>(&mut self, parse: impl FnOnce(&mut Self) -> R) -> R {
        let outer = std::mem::replace(&mut self.expr_level, -1);
        let result = parse(self);
        self.expr_level = outer;
        result
    }

    /// The expression of a header in which `stmt` was read.
    fn header_expr(&mut self, stmt: StmtRef<'a>, wanted: &str) -> ExprRef<'a> {
        if let StmtKind::Expr(x) = stmt.kind {
            return x;
        }
        let expected = wanted.into();
        let error = match stmt.kind {
            StmtKind::Assign(_) => SyntaxError::HeaderAssignment { expected },
            _ => SyntaxError::HeaderStatement { expected },
        };
        self.error(Span::at(stmt.span.start), error);
        self.expr_node(stmt.span, ExprKind::Bad)
    }

    // ---------------------------------------------------------------------------------------------------------- if

    /// The current token is `if`. An `else if` is one level deeper than the `if` it belongs to.
    pub(super) fn if_stmt(&mut self) -> StmtRef<'a> {
        self.nested(|parser| {
            let start = parser.expect(TokenKind::If);
            let (init, cond) = parser.if_header();
            let then = parser.block();
            let mut els = None;
            if parser.accept(TokenKind::Else) {
                els = Some(parser.else_branch());
            } else {
                parser.expect_semicolon();
            }
            let span = start.to(els.map_or(then.span, |els| els.span));
            let stmt = &*parser.arena.alloc(IfStmt { init, cond, then, els });
            parser.stmt_node(span, StmtKind::If(stmt))
        })
    }

    fn else_branch(&mut self) -> StmtRef<'a> {
        match self.token.kind {
            TokenKind::If => self.if_stmt(),
            TokenKind::Lbrace => {
                let block = self.block();
                self.expect_semicolon();
                self.stmt_node(block.span, StmtKind::Block(block))
            }
            _ => {
                self.expected_construct("if statement or block");
                self.stmt_node(Span::at(self.position()), StmtKind::Bad)
            }
        }
    }

    fn if_header(&mut self) -> (Option<StmtRef<'a>>, ExprRef<'a>) {
        if self.at(TokenKind::Lbrace) {
            self.error_here(SyntaxError::MissingCondition);
            return (None, self.expr_node(Span::at(self.position()), ExprKind::Bad));
        }
        let (init, cond, semicolon) = self.header(|parser| {
            let mut first = None;
            if !parser.token.kind.is_semicolon() {
                if parser.accept(TokenKind::Var) {
                    parser.error_here(SyntaxError::VarInHeader);
                }
                first = Some(parser.basic());
            }
            if parser.at(TokenKind::Lbrace) {
                return (None, first, None);
            }
            let mut semicolon = None;
            if parser.token.kind.is_semicolon() {
                semicolon = Some(parser.token);
                parser.advance();
            } else {
                parser.expect(TokenKind::Semicolon);
            }
            let cond = (!parser.at(TokenKind::Lbrace)).then(|| parser.basic());
            (first, cond, semicolon)
        });
        let cond = match cond {
            Some(stmt) => self.header_expr(stmt, "boolean expression"),
            None => {
                if let Some(semicolon) = semicolon {
                    let error = match semicolon.kind {
                        TokenKind::AutoSemicolon => SyntaxError::HeaderNewline,
                        _ => SyntaxError::MissingCondition,
                    };
                    self.error(semicolon.span, error);
                }
                self.expr_node(Span::at(self.position()), ExprKind::Bad)
            }
        };
        (init, cond)
    }

    // --------------------------------------------------------------------------------------------------------- for

    /// The current token is `for`.
    pub(super) fn for_stmt(&mut self) -> StmtRef<'a> {
        let start = self.expect(TokenKind::For);
        let (mut init, mut cond, mut post) = (None, None, None);
        if !self.at(TokenKind::Lbrace) {
            let range = self.header(|parser| parser.for_header(&mut init, &mut cond, &mut post));
            if let Some((lhs, define, op_span, x)) = range {
                return self.range_stmt(start, &lhs, define, op_span, x);
            }
        }
        let body = self.block();
        self.expect_semicolon();
        let cond = cond.map(|stmt| self.header_expr(stmt, "boolean or range expression"));
        let stmt = &*self.arena.alloc(ForStmt { init, cond, post, body });
        self.stmt_node(start.to(body.span), StmtKind::For(stmt))
    }

    /// The header up to the block. Returns the parts of a `range` header, or fills the parts of any other.
    fn for_header(
        &mut self,
        init: &mut Option<StmtRef<'a>>,
        cond: &mut Option<StmtRef<'a>>,
        post: &mut Option<StmtRef<'a>>,
    ) -> Option<(Vec<ExprRef<'a>>, bool, Span, ExprRef<'a>)> {
        let mut first = None;
        if self.at(TokenKind::Range) {
            let op_span = Span::at(self.position());
            self.advance();
            return Some((Vec::new(), false, op_span, self.right_side()));
        }
        if !self.token.kind.is_semicolon() {
            match self.simple(SimpleMode::Range) {
                Simple::Range { lhs, define, op_span, x } => return Some((lhs, define, op_span, x)),
                Simple::Stmt(stmt) => first = Some(stmt),
            }
        }
        if !self.token.kind.is_semicolon() {
            *cond = first;
            return None;
        }
        self.advance();
        *init = first;
        if !self.token.kind.is_semicolon() {
            if self.at(TokenKind::Lbrace) {
                let (expected, found) = ("for loop condition".into(), self.found());
                self.error_here(SyntaxError::ExpectedCondition { expected, found });
                return None;
            }
            *cond = Some(self.basic());
        }
        self.expect_semicolon();
        if !self.at(TokenKind::Lbrace) {
            *post = Some(self.basic());
        }
        None
    }

    fn range_stmt(
        &mut self,
        start: Span,
        lhs: &[ExprRef<'a>],
        define: bool,
        op_span: Span,
        x: ExprRef<'a>,
    ) -> StmtRef<'a> {
        let body = self.block();
        self.expect_semicolon();
        let span = start.to(body.span);
        if let [_, _, .., last] = lhs {
            self.error(Span::at(last.span.start), SyntaxError::RangeVariables);
            return self.stmt_node(span, StmtKind::Bad);
        }
        let (key, value) = (lhs.first().copied(), lhs.get(1).copied());
        let stmt = &*self.arena.alloc(RangeStmt { key, value, define, op_span, x, body });
        self.stmt_node(span, StmtKind::Range(stmt))
    }

    // ------------------------------------------------------------------------------------------------------ switch

    /// The current token is `switch`.
    pub(super) fn switch(&mut self) -> StmtRef<'a> {
        let start = self.expect(TokenKind::Switch);
        let (init, subject) = if self.at(TokenKind::Lbrace) { (None, None) } else { self.header(Self::switch_header) };
        let guard = subject.and_then(|subject| self.guard(subject));
        let lbrace = self.expect(TokenKind::Lbrace);
        let mut clauses = Vec::new();
        while matches!(self.token.kind, TokenKind::Case | TokenKind::Default) {
            clauses.push(self.case_clause());
        }
        let rbrace = self.expect(TokenKind::Rbrace);
        self.expect_semicolon();
        let clauses = self.list(clauses);
        let body_span = lbrace.to(rbrace);
        let kind = if let Some(Guard { binding, x, span }) = guard {
            let stmt = TypeSwitchStmt { init, binding, x, guard_span: span, body_span, clauses };
            StmtKind::TypeSwitch(self.arena.alloc(stmt))
        } else {
            let tag = subject.map(|subject| self.header_expr(subject, "switch expression"));
            StmtKind::Switch(self.arena.alloc(SwitchStmt { init, tag, body_span, clauses }))
        };
        self.stmt_node(start.to(rbrace), kind)
    }

    fn switch_header(&mut self) -> (Option<StmtRef<'a>>, Option<StmtRef<'a>>) {
        let first = (!self.token.kind.is_semicolon()).then(|| self.basic());
        if !self.token.kind.is_semicolon() {
            return (None, first);
        }
        self.advance();
        (first, (!self.at(TokenKind::Lbrace)).then(|| self.basic()))
    }

    /// The parts of `x.(type)` and `name := x.(type)`.
    fn guard(&mut self, subject: StmtRef<'a>) -> Option<Guard<'a>> {
        let operand = |e: ExprRef<'a>| match e.kind {
            ExprKind::TypeAssert(assertion) if assertion.ty.is_none() => Some(assertion.x),
            _ => None,
        };
        let span = subject.span;
        match subject.kind {
            StmtKind::Expr(e) => Some(Guard { binding: None, x: operand(e)?, span }),
            StmtKind::Assign(assign) => {
                let ([left], [right]) = (assign.lhs, assign.rhs) else { return None };
                let x = operand(right)?;
                match assign.op {
                    AssignOp::Define => {}
                    AssignOp::Assign => self.error(assign.op_span, SyntaxError::AssignInTypeSwitch),
                    AssignOp::Op(_) => return None,
                }
                let ExprKind::Ident(name) = left.kind else {
                    self.error(Span::at(left.span.start), SyntaxError::TypeSwitchName);
                    return Some(Guard { binding: None, x, span });
                };
                Some(Guard { binding: Some(Ident { name, span: left.span }), x, span })
            }
            _ => None,
        }
    }

    fn case_clause(&mut self) -> CaseClause<'a> {
        let start = self.token.span;
        let exprs = if self.accept(TokenKind::Case) {
            let exprs = self.expr_list(true);
            Some(self.list(exprs))
        } else {
            self.expect(TokenKind::Default);
            None
        };
        let colon = self.expect(TokenKind::Colon);
        let body = self.stmt_list();
        CaseClause { span: clause_span(start, colon, body), exprs, colon: colon.start, body }
    }

    // ------------------------------------------------------------------------------------------------------ select

    /// The current token is `select`.
    pub(super) fn select(&mut self) -> StmtRef<'a> {
        let start = self.expect(TokenKind::Select);
        let lbrace = self.expect(TokenKind::Lbrace);
        let mut clauses = Vec::new();
        while matches!(self.token.kind, TokenKind::Case | TokenKind::Default) {
            clauses.push(self.comm_clause());
        }
        let rbrace = self.expect(TokenKind::Rbrace);
        self.expect_semicolon();
        let clauses = self.list(clauses);
        let stmt = &*self.arena.alloc(SelectStmt { body_span: lbrace.to(rbrace), clauses });
        self.stmt_node(start.to(rbrace), StmtKind::Select(stmt))
    }

    fn comm_clause(&mut self) -> CommClause<'a> {
        let start = self.token.span;
        let comm = if self.accept(TokenKind::Case) {
            Some(self.comm())
        } else {
            self.expect(TokenKind::Default);
            None
        };
        let colon = self.expect(TokenKind::Colon);
        let body = self.stmt_list();
        CommClause { span: clause_span(start, colon, body), comm, colon: colon.start, body }
    }

    fn comm(&mut self) -> StmtRef<'a> {
        let mut lhs = self.expr_list(false);
        let op_span = self.token.span;
        let (op, max, wanted) = match self.token.kind {
            TokenKind::Assign => (Some(AssignOp::Assign), 2, "1 or 2 expressions"),
            TokenKind::Define => (Some(AssignOp::Define), 2, "1 or 2 expressions"),
            _ => (None, 1, "1 expression"),
        };
        let Some(&first) = lhs.first() else { return self.stmt_node(op_span, StmtKind::Bad) };
        if lhs.len() > max {
            self.error(Span::at(first.span.start), SyntaxError::ExpectedExpressions { expected: wanted.into() });
            lhs.truncate(max);
        }
        if let Some(op) = op {
            self.advance();
            let value = self.right_side();
            return self.assign_node(lhs, op, op_span, vec![value]);
        }
        if self.accept(TokenKind::Arrow) {
            let value = self.right_side();
            return self.send_node(first, op_span, value);
        }
        self.stmt_node(first.span, StmtKind::Expr(first))
    }
}

fn clause_span(start: Span, colon: Span, body: &[StmtRef<'_>]) -> Span {
    start.to(body.last().map_or(colon, |last| last.span))
}
