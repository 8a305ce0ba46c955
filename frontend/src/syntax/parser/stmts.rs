//! Statements.

use super::Parser;
use super::exprs::binary_op;
use crate::source::Span;
use crate::syntax::ast::{
    AssignOp, AssignStmt, Block, BranchKind, BranchStmt, CaseClause, CommClause, ExprKind, ExprRef, ForStmt, IfStmt,
    IncDecStmt, LabeledStmt, RangeStmt, SelectStmt, SendStmt, StmtKind, StmtRef, SwitchStmt, TypeAssertExpr,
    TypeSwitchStmt,
};
use crate::syntax::token::Token;

/// What a simple statement may be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Basic,
    Label,
    Range,
}

/// A simple statement, or the head of a `range` loop.
enum Simple<'a> {
    Stmt(StmtRef<'a>),
    Range { key: Option<ExprRef<'a>>, value: Option<ExprRef<'a>>, define: bool, op_span: Span, x: ExprRef<'a> },
}

impl<'a> Parser<'a, '_> {
    /// A function body or block: braces at the current level.
    pub(super) fn body(&mut self) -> &'a Block<'a> {
        let start = self.expect(Token::LBrace).start;
        let stmts = self.stmt_list();
        self.expect(Token::RBrace);
        self.arena.alloc(Block { span: self.since(start), stmts: self.slice(&stmts) })
    }

    fn stmt_list(&mut self) -> Vec<StmtRef<'a>> {
        let mut stmts = Vec::new();
        while !matches!(self.current.token, Token::Case | Token::Default | Token::RBrace | Token::Eof) {
            stmts.push(self.statement());
        }
        stmts
    }

    fn statement(&mut self) -> StmtRef<'a> {
        self.nested(Self::statement_here)
    }

    fn statement_here(&mut self) -> StmtRef<'a> {
        let span = self.current.span;
        match self.current.token {
            Token::Const | Token::Type | Token::Var => {
                let decl = self.gen_decl();
                self.expect_semicolon();
                self.stmt(decl.span, StmtKind::Decl(decl))
            }
            Token::Go | Token::Defer => self.deferred(),
            Token::Return => self.return_stmt(),
            Token::Break | Token::Continue | Token::Goto | Token::Fallthrough => self.branch_stmt(),
            Token::LBrace => {
                let block = self.body();
                self.expect_semicolon();
                self.stmt(block.span, StmtKind::Block(block))
            }
            Token::If => self.if_stmt(),
            Token::Switch => self.switch_stmt(),
            Token::Select => self.select_stmt(),
            Token::For => self.for_stmt(),
            Token::Semicolon => {
                let automatic = self.current.automatic;
                self.next();
                let span = if automatic { Span::at(span.start) } else { span };
                self.stmt(span, StmtKind::Empty)
            }
            // The statement of a label before the end of the block.
            Token::RBrace => self.stmt(Span::at(span.start), StmtKind::Empty),
            Token::Ident
            | Token::Int
            | Token::Float
            | Token::Imag
            | Token::Char
            | Token::String
            | Token::Func
            | Token::LParen
            | Token::LBrack
            | Token::Struct
            | Token::Map
            | Token::Chan
            | Token::Interface
            | Token::Add
            | Token::Sub
            | Token::Mul
            | Token::And
            | Token::Xor
            | Token::Arrow
            | Token::Not
            | Token::Tilde => self.simple_stmt_line(),
            _ => {
                self.expected("statement");
                self.next();
                self.skip_to_statement();
                self.stmt(span, StmtKind::Bad)
            }
        }
    }

    fn simple_stmt_line(&mut self) -> StmtRef<'a> {
        let Simple::Stmt(stmt) = self.simple_stmt(Mode::Label) else {
            let span = self.current.span;
            return self.stmt(span, StmtKind::Bad);
        };
        // A labelled statement has consumed its own semicolon.
        if !matches!(stmt.kind, StmtKind::Labeled(_)) {
            self.expect_semicolon();
        }
        stmt
    }

    fn simple_stmt(&mut self, mode: Mode) -> Simple<'a> {
        let start = self.current.span.start;
        if mode == Mode::Range && self.at(Token::Range) {
            let op_span = Span::at(start);
            self.next();
            let x = self.expression();
            return Simple::Range { key: None, value: None, define: false, op_span, x };
        }
        let lhs = self.expr_list();
        let op_span = self.current.span;
        if let Some(op) = assign_op(self.current.token) {
            return self.assignment(mode, lhs, op, op_span);
        }
        let Some(&first) = lhs.first() else {
            return Simple::Stmt(self.stmt(op_span, StmtKind::Bad));
        };
        if lhs.len() > 1 {
            self.fail_at(first.span, "expected 1 expression".to_owned());
        }
        Simple::Stmt(match self.current.token {
            Token::Colon if mode == Mode::Label => self.labeled(first),
            Token::Arrow => {
                self.next();
                let value = self.expression();
                let send = self.arena.alloc(SendStmt { channel: first, op_span, value });
                self.stmt(first.span.to(value.span), StmtKind::Send(send))
            }
            Token::Inc | Token::Dec => {
                let increment = self.at(Token::Inc);
                self.next();
                let stmt = self.arena.alloc(IncDecStmt { x: first, increment, op_span });
                self.stmt(first.span.to(op_span), StmtKind::IncDec(stmt))
            }
            _ => self.stmt(first.span, StmtKind::Expr(first)),
        })
    }

    fn assignment(&mut self, mode: Mode, lhs: Vec<ExprRef<'a>>, op: AssignOp, op_span: Span) -> Simple<'a> {
        let start = lhs.first().map_or(op_span.start, |first| first.span.start);
        self.next();
        let plain = !matches!(op, AssignOp::Op(_));
        if mode == Mode::Range && plain && self.at(Token::Range) {
            self.next();
            let x = self.expression();
            if let Some(extra) = lhs.get(2) {
                self.fail_at(extra.span, "expected at most 2 expressions".to_owned());
            }
            let define = op == AssignOp::Define;
            return Simple::Range { key: lhs.first().copied(), value: lhs.get(1).copied(), define, op_span, x };
        }
        let rhs = self.expr_list();
        let end = rhs.last().map_or(op_span.end, |last| last.span.end);
        let assign = self.arena.alloc(AssignStmt { lhs: self.slice(&lhs), op, op_span, rhs: self.slice(&rhs) });
        Simple::Stmt(self.stmt(Span::new(start, end), StmtKind::Assign(assign)))
    }

    fn labeled(&mut self, label: ExprRef<'a>) -> StmtRef<'a> {
        let colon = self.current.span.start;
        self.next();
        let ExprKind::Ident(name) = label.kind else {
            self.fail_at(Span::at(colon), "illegal label declaration".to_owned());
            return self.stmt(label.span, StmtKind::Bad);
        };
        let label = crate::syntax::ast::Ident { name, span: label.span };
        let stmt = self.statement();
        let labeled = self.arena.alloc(LabeledStmt { label, colon, stmt });
        self.stmt(label.span.to(stmt.span), StmtKind::Labeled(labeled))
    }

    fn deferred(&mut self) -> StmtRef<'a> {
        let start = self.current.span.start;
        let go = self.at(Token::Go);
        let word = if go { "go" } else { "defer" };
        self.next();
        let mut call = self.expression();
        if let ExprKind::Paren(_) = call.kind {
            self.fail_at(call.span, format!("expression in {word} must not be parenthesized"));
            while let ExprKind::Paren(inner) = call.kind {
                call = inner;
            }
        }
        if !matches!(call.kind, ExprKind::Call(_) | ExprKind::Bad) {
            self.fail_at(Span::at(call.span.end), format!("expression in {word} must be function call"));
        }
        self.expect_semicolon();
        let kind = if go { StmtKind::Go(call) } else { StmtKind::Defer(call) };
        self.stmt(Span::new(start, call.span.end), kind)
    }

    fn return_stmt(&mut self) -> StmtRef<'a> {
        let span = self.current.span;
        self.next();
        let mut values = Vec::new();
        if !matches!(self.current.token, Token::Semicolon | Token::RBrace) {
            values = self.expr_list();
        }
        self.expect_semicolon();
        let end = values.last().map_or(span.end, |last| last.span.end);
        let values = self.slice(&values);
        self.stmt(Span::new(span.start, end), StmtKind::Return(values))
    }

    fn branch_stmt(&mut self) -> StmtRef<'a> {
        let span = self.current.span;
        let kind = match self.current.token {
            Token::Break => BranchKind::Break,
            Token::Continue => BranchKind::Continue,
            Token::Goto => BranchKind::Goto,
            _ => BranchKind::Fallthrough,
        };
        self.next();
        let label = (kind != BranchKind::Fallthrough && self.at(Token::Ident)).then(|| self.ident());
        self.expect_semicolon();
        let end = label.map_or(span.end, |label| label.span.end);
        let branch = self.arena.alloc(BranchStmt { kind, label });
        self.stmt(Span::new(span.start, end), StmtKind::Branch(branch))
    }

    // ---------------------------------------------------------------------------------------------- if, switch, for

    /// `if`, one level deeper than its statement.
    fn if_stmt(&mut self) -> StmtRef<'a> {
        self.nested(Self::if_here)
    }

    fn if_here(&mut self) -> StmtRef<'a> {
        let start = self.current.span.start;
        self.next();
        let (init, cond) = self.if_header();
        let then = self.body();
        let mut els = None;
        if self.accept(Token::Else) {
            els = match self.current.token {
                Token::If => Some(self.if_stmt()),
                Token::LBrace => {
                    let block = self.body();
                    self.expect_semicolon();
                    Some(self.stmt(block.span, StmtKind::Block(block)))
                }
                _ => {
                    self.expected("if statement or block");
                    self.skip_to_statement();
                    None
                }
            };
        } else {
            self.expect_semicolon();
        }
        let end = els.map_or(then.span.end, |els| els.span.end);
        let stmt = self.arena.alloc(IfStmt { init, cond, then, els });
        self.stmt(Span::new(start, end), StmtKind::If(stmt))
    }

    fn if_header(&mut self) -> (Option<StmtRef<'a>>, ExprRef<'a>) {
        if self.at(Token::LBrace) {
            let span = self.current.span;
            self.fail("missing condition in if statement".to_owned());
            return (None, self.expr(span, ExprKind::Bad));
        }
        let before = std::mem::replace(&mut self.expr_level, -1);
        let mut init = None;
        if !self.at(Token::Semicolon) {
            if self.at(Token::Var) {
                self.next();
                self.fail("var declaration not allowed in if initializer".to_owned());
            }
            init = self.basic_stmt();
        }
        let mut cond = None;
        if self.at(Token::LBrace) {
            cond = init.take();
        } else {
            let automatic = self.current.automatic;
            let semicolon = self.expect(Token::Semicolon);
            if self.at(Token::LBrace) {
                let message = if automatic {
                    "unexpected newline, expecting { after if clause"
                } else {
                    "missing condition in if statement"
                };
                self.fail_at(semicolon, message.to_owned());
            } else {
                cond = self.basic_stmt();
            }
        }
        self.expr_level = before;
        let cond = self.condition(cond, "boolean expression");
        (init, cond)
    }

    fn basic_stmt(&mut self) -> Option<StmtRef<'a>> {
        match self.simple_stmt(Mode::Basic) {
            Simple::Stmt(stmt) => Some(stmt),
            Simple::Range { .. } => None,
        }
    }

    /// The expression of a statement that stands where a condition must.
    fn condition(&mut self, stmt: Option<StmtRef<'a>>, want: &str) -> ExprRef<'a> {
        let span = self.current.span;
        let Some(stmt) = stmt else { return self.expr(span, ExprKind::Bad) };
        if let StmtKind::Expr(expr) = stmt.kind {
            return expr;
        }
        let found = if matches!(stmt.kind, StmtKind::Assign(_)) { "assignment" } else { "simple statement" };
        let message = format!("expected {want}, found {found} (missing parentheses around composite literal?)");
        self.fail_at(stmt.span, message);
        self.expr(stmt.span, ExprKind::Bad)
    }

    fn switch_stmt(&mut self) -> StmtRef<'a> {
        let start = self.current.span.start;
        self.next();
        let (mut init, mut tag) = (None, None);
        if !self.at(Token::LBrace) {
            let before = std::mem::replace(&mut self.expr_level, -1);
            if !self.at(Token::Semicolon) {
                tag = self.basic_stmt();
            }
            if self.at(Token::Semicolon) {
                self.next();
                init = tag.take();
                if !self.at(Token::LBrace) {
                    tag = self.basic_stmt();
                }
            }
            self.expr_level = before;
        }
        let lbrace = self.expect(Token::LBrace).start;
        let mut clauses = Vec::new();
        while matches!(self.current.token, Token::Case | Token::Default) {
            clauses.push(self.case_clause());
        }
        self.expect(Token::RBrace);
        let body_span = self.since(lbrace);
        let clauses = &*self.arena.alloc_slice_fill_iter(clauses);
        let span = self.since(start);
        self.expect_semicolon();
        if let Some((guard, binding, x)) = tag.and_then(|tag| self.type_guard(tag)) {
            let guard_span = guard.span;
            let stmt = self.arena.alloc(TypeSwitchStmt { init, binding, x, guard_span, body_span, clauses });
            return self.stmt(span, StmtKind::TypeSwitch(stmt));
        }
        let tag = tag.map(|tag| self.condition(Some(tag), "switch expression"));
        let stmt = self.arena.alloc(SwitchStmt { init, tag, body_span, clauses });
        self.stmt(span, StmtKind::Switch(stmt))
    }

    /// `x.(type)` or `name := x.(type)`.
    #[allow(clippy::type_complexity)]
    fn type_guard(
        &mut self,
        stmt: StmtRef<'a>,
    ) -> Option<(StmtRef<'a>, Option<crate::syntax::ast::Ident<'a>>, ExprRef<'a>)> {
        let operand = |expr: ExprRef<'a>| match expr.kind {
            ExprKind::TypeAssert(TypeAssertExpr { x, ty: None }) => Some(*x),
            _ => None,
        };
        match stmt.kind {
            StmtKind::Expr(expr) => operand(expr).map(|x| (stmt, None, x)),
            StmtKind::Assign(AssignStmt { lhs: [name], op, op_span, rhs: [value] }) => {
                let x = operand(value)?;
                if *op != AssignOp::Define {
                    self.fail_at(*op_span, "expected ':=', found '='".to_owned());
                }
                let ExprKind::Ident(text) = name.kind else { return None };
                Some((stmt, Some(crate::syntax::ast::Ident { name: text, span: name.span }), x))
            }
            _ => None,
        }
    }

    fn case_clause(&mut self) -> CaseClause<'a> {
        let start = self.current.span.start;
        let exprs = if self.accept(Token::Case) {
            let list = self.expr_list();
            Some(self.slice(&list))
        } else {
            self.expect(Token::Default);
            None
        };
        let colon = self.expect(Token::Colon).start;
        let body = self.stmt_list();
        let end = body.last().map_or(colon + 1, |last| last.span.end);
        CaseClause { span: Span::new(start, end), exprs, colon, body: self.slice(&body) }
    }

    fn select_stmt(&mut self) -> StmtRef<'a> {
        let start = self.current.span.start;
        self.next();
        let lbrace = self.expect(Token::LBrace).start;
        let mut clauses = Vec::new();
        while matches!(self.current.token, Token::Case | Token::Default) {
            clauses.push(self.comm_clause());
        }
        self.expect(Token::RBrace);
        let clauses = &*self.arena.alloc_slice_fill_iter(clauses);
        let stmt = self.arena.alloc(SelectStmt { body_span: self.since(lbrace), clauses });
        let span = self.since(start);
        self.expect_semicolon();
        self.stmt(span, StmtKind::Select(stmt))
    }

    fn comm_clause(&mut self) -> CommClause<'a> {
        let start = self.current.span.start;
        let comm = if self.accept(Token::Case) {
            self.basic_stmt()
        } else {
            self.expect(Token::Default);
            None
        };
        let colon = self.expect(Token::Colon).start;
        let body = self.stmt_list();
        let end = body.last().map_or(colon + 1, |last| last.span.end);
        CommClause { span: Span::new(start, end), comm, colon, body: self.slice(&body) }
    }

    fn for_stmt(&mut self) -> StmtRef<'a> {
        let start = self.current.span.start;
        self.next();
        let (mut init, mut cond, mut post) = (None, None, None);
        let mut range = None;
        if !self.at(Token::LBrace) {
            let before = std::mem::replace(&mut self.expr_level, -1);
            if !self.at(Token::Semicolon) {
                match self.simple_stmt(Mode::Range) {
                    Simple::Stmt(stmt) => cond = Some(stmt),
                    head => range = Some(head),
                }
            }
            if range.is_none() && self.at(Token::Semicolon) {
                self.next();
                init = cond.take();
                if !self.at(Token::Semicolon) {
                    if self.at(Token::LBrace) {
                        self.expected("for loop condition");
                    } else {
                        cond = self.basic_stmt();
                    }
                }
                self.expect_semicolon();
                if !self.at(Token::LBrace) {
                    post = self.basic_stmt();
                }
            }
            self.expr_level = before;
        }
        let body = self.body();
        let span = Span::new(start, body.span.end);
        self.expect_semicolon();
        if let Some(Simple::Range { key, value, define, op_span, x }) = range {
            let stmt = self.arena.alloc(RangeStmt { key, value, define, op_span, x, body });
            return self.stmt(span, StmtKind::Range(stmt));
        }
        let cond = cond.map(|cond| self.condition(Some(cond), "boolean or range expression"));
        let stmt = self.arena.alloc(ForStmt { init, cond, post, body });
        self.stmt(span, StmtKind::For(stmt))
    }
}

fn assign_op(token: Token) -> Option<AssignOp> {
    match token {
        Token::Assign => Some(AssignOp::Assign),
        Token::Define => Some(AssignOp::Define),
        Token::AddAssign
        | Token::SubAssign
        | Token::MulAssign
        | Token::QuoAssign
        | Token::RemAssign
        | Token::AndAssign
        | Token::OrAssign
        | Token::XorAssign
        | Token::ShlAssign
        | Token::ShrAssign
        | Token::AndNotAssign => binary_op(token).map(AssignOp::Op),
        _ => None,
    }
}
