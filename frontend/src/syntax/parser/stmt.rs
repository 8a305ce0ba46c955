//! Blocks and statements without a body.

use super::{Parser, starts_statement};
use crate::finding::SyntaxError;
use crate::source::Span;
use crate::syntax::ast::{
    AssignOp, AssignStmt, Block, BranchKind, BranchStmt, ExprKind, ExprRef, Ident, IncDecStmt, LabeledStmt, SendStmt,
    StmtKind, StmtRef,
};
use crate::syntax::token::TokenKind;

/// What may stand beside plain simple statements.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum SimpleMode {
    /// Nothing.
    Basic,
    /// `label: statement`
    Label,
    /// `range` on the right side
    Range,
}

/// A simple statement, or the header of a `range` loop.
pub(super) enum Simple<'a> {
    Stmt(StmtRef<'a>),
    Range { lhs: Vec<ExprRef<'a>>, define: bool, op_span: Span, x: ExprRef<'a> },
}

impl<'a> Parser<'a, '_> {
    /// `{ … }`
    pub(super) fn block(&mut self) -> &'a Block<'a> {
        let start = self.expect(TokenKind::Lbrace);
        let stmts = self.stmt_list();
        let closed = self.at(TokenKind::Rbrace);
        let mut end = self.expect(TokenKind::Rbrace);
        if !closed {
            end = stmts.last().map_or(start, |last| last.span);
        }
        self.arena.alloc(Block { span: start.to(end), stmts })
    }

    /// Statements up to the end of a block or clause.
    pub(super) fn stmt_list(&mut self) -> &'a [StmtRef<'a>] {
        use TokenKind as T;
        let mut stmts = Vec::new();
        while !matches!(self.token.kind, T::Case | T::Default | T::Rbrace | T::Eof) {
            stmts.push(self.stmt());
        }
        self.list(stmts)
    }

    fn stmt(&mut self) -> StmtRef<'a> {
        self.nested(Self::stmt_inner)
    }

    fn stmt_inner(&mut self) -> StmtRef<'a> {
        use TokenKind as T;
        let start = self.token.span;
        match self.token.kind {
            T::Semicolon | T::AutoSemicolon => {
                self.advance();
                self.stmt_node(start, StmtKind::Empty)
            }
            // A label at the end of a block needs a statement after it, and none is written.
            T::Rbrace => self.stmt_node(Span::at(start.start), StmtKind::Empty),
            T::Const | T::Type | T::Var => {
                let decl = self.gen_decl();
                self.stmt_node(decl.span, StmtKind::Decl(decl))
            }
            T::Lbrace => {
                let block = self.block();
                self.expect_semicolon();
                self.stmt_node(block.span, StmtKind::Block(block))
            }
            T::Go => self.go_or_defer("go", StmtKind::Go),
            T::Defer => self.go_or_defer("defer", StmtKind::Defer),
            T::Return => self.return_stmt(),
            T::Break => self.branch(BranchKind::Break),
            T::Continue => self.branch(BranchKind::Continue),
            T::Goto => self.branch(BranchKind::Goto),
            T::Fallthrough => self.branch(BranchKind::Fallthrough),
            T::If => self.if_stmt(),
            T::Switch => self.switch(),
            T::Select => self.select(),
            T::For => self.for_stmt(),
            kind if starts_operand(kind) => {
                let Simple::Stmt(stmt) = self.simple(SimpleMode::Label) else {
                    return self.stmt_node(start, StmtKind::Bad);
                };
                if !matches!(stmt.kind, StmtKind::Labeled(_)) {
                    self.expect_semicolon();
                }
                stmt
            }
            _ => {
                self.expected_construct("statement");
                self.recover(starts_statement);
                self.stmt_node(Span::new(start.start, self.position()), StmtKind::Bad)
            }
        }
    }

    /// A simple statement where `range` cannot stand.
    pub(super) fn basic(&mut self) -> StmtRef<'a> {
        match self.simple(SimpleMode::Basic) {
            Simple::Stmt(stmt) => stmt,
            Simple::Range { x, .. } => self.stmt_node(x.span, StmtKind::Bad),
        }
    }

    pub(super) fn simple(&mut self, mode: SimpleMode) -> Simple<'a> {
        let lhs = self.expr_list(false);
        if let Some(op) = assign_op(self.token.kind) {
            return self.assignment(lhs, op, mode);
        }
        // The list has at least one element.
        let Some(&x) = lhs.first() else {
            return Simple::Stmt(self.stmt_node(Span::at(self.position()), StmtKind::Bad));
        };
        if lhs.len() > 1 {
            self.error(Span::at(x.span.start), SyntaxError::ExpectedExpressions { expected: "1 expression".into() });
        }
        let op_span = self.token.span;
        Simple::Stmt(match self.token.kind {
            TokenKind::Colon => self.labeled(x, mode),
            TokenKind::Arrow => {
                self.advance();
                let value = self.right_side();
                self.send_node(x, op_span, value)
            }
            TokenKind::Inc | TokenKind::Dec => {
                let increment = self.at(TokenKind::Inc);
                self.advance();
                let stmt = &*self.arena.alloc(IncDecStmt { x, increment, op_span });
                self.stmt_node(x.span.to(op_span), StmtKind::IncDec(stmt))
            }
            _ => self.stmt_node(x.span, StmtKind::Expr(x)),
        })
    }

    fn assignment(&mut self, lhs: Vec<ExprRef<'a>>, op: AssignOp, mode: SimpleMode) -> Simple<'a> {
        let op_span = self.token.span;
        self.advance();
        if mode == SimpleMode::Range && self.at(TokenKind::Range) && !matches!(op, AssignOp::Op(_)) {
            self.advance();
            let x = self.right_side();
            return Simple::Range { lhs, define: op == AssignOp::Define, op_span, x };
        }
        let rhs = self.expr_list(true);
        Simple::Stmt(self.assign_node(lhs, op, op_span, rhs))
    }

    pub(super) fn assign_node(
        &mut self,
        lhs: Vec<ExprRef<'a>>,
        op: AssignOp,
        op_span: Span,
        rhs: Vec<ExprRef<'a>>,
    ) -> StmtRef<'a> {
        let (lhs, rhs) = (self.list(lhs), self.list(rhs));
        let start = lhs.first().map_or(op_span, |first| first.span);
        let span = start.to(rhs.last().map_or(op_span, |last| last.span));
        let stmt = &*self.arena.alloc(AssignStmt { lhs, op, op_span, rhs });
        self.stmt_node(span, StmtKind::Assign(stmt))
    }

    pub(super) fn send_node(&mut self, channel: ExprRef<'a>, op_span: Span, value: ExprRef<'a>) -> StmtRef<'a> {
        let stmt = &*self.arena.alloc(SendStmt { channel, op_span, value });
        self.stmt_node(channel.span.to(value.span), StmtKind::Send(stmt))
    }

    /// The rest of `label: statement`; the current token is the colon.
    fn labeled(&mut self, x: ExprRef<'a>, mode: SimpleMode) -> StmtRef<'a> {
        let colon = self.token.span;
        self.advance();
        if let (SimpleMode::Label, ExprKind::Ident(name)) = (mode, x.kind) {
            let label = Ident { name, span: x.span };
            let stmt = self.stmt();
            let labeled = &*self.arena.alloc(LabeledStmt { label, colon: colon.start, stmt });
            return self.stmt_node(label.span.to(stmt.span), StmtKind::Labeled(labeled));
        }
        self.error(colon, SyntaxError::IllegalLabel);
        self.stmt_node(x.span.to(colon), StmtKind::Bad)
    }

    fn go_or_defer(&mut self, keyword: &str, kind: fn(ExprRef<'a>) -> StmtKind<'a>) -> StmtRef<'a> {
        let start = self.token.span;
        self.advance();
        let mut x = self.right_side();
        if matches!(x.kind, ExprKind::Paren(_)) {
            self.error(Span::at(x.span.start), SyntaxError::ParenthesizedCall { keyword: keyword.into() });
            while let ExprKind::Paren(inner) = x.kind {
                x = inner;
            }
        }
        let is_call = matches!(x.kind, ExprKind::Call(_));
        if !is_call && !matches!(x.kind, ExprKind::Bad) {
            self.error(Span::at(x.span.end), SyntaxError::NotACall { keyword: keyword.into() });
        }
        self.expect_semicolon();
        self.stmt_node(start.to(x.span), if is_call { kind(x) } else { StmtKind::Bad })
    }

    fn return_stmt(&mut self) -> StmtRef<'a> {
        let start = self.token.span;
        self.advance();
        let done = self.token.kind.is_semicolon() || self.at(TokenKind::Rbrace);
        let values = if done { Vec::new() } else { self.expr_list(true) };
        self.expect_semicolon();
        let span = start.to(values.last().map_or(start, |last| last.span));
        let values = self.list(values);
        self.stmt_node(span, StmtKind::Return(values))
    }

    fn branch(&mut self, kind: BranchKind) -> StmtRef<'a> {
        let start = self.token.span;
        self.advance();
        let labeled = kind != BranchKind::Fallthrough && self.at(TokenKind::Ident);
        let label = labeled.then(|| self.ident());
        self.expect_semicolon();
        let span = start.to(label.map_or(start, |label| label.span));
        let stmt = &*self.arena.alloc(BranchStmt { kind, label });
        self.stmt_node(span, StmtKind::Branch(stmt))
    }
}

fn assign_op(kind: TokenKind) -> Option<AssignOp> {
    match kind {
        TokenKind::Assign => Some(AssignOp::Assign),
        TokenKind::Define => Some(AssignOp::Define),
        _ => kind.compound_assignment().map(AssignOp::Op),
    }
}

fn starts_operand(kind: TokenKind) -> bool {
    use TokenKind as T;
    matches!(
        kind,
        T::Ident
            | T::Literal(_)
            | T::Func
            | T::Lparen
            | T::Lbrack
            | T::Struct
            | T::Map
            | T::Chan
            | T::Interface
            | T::Add
            | T::Sub
            | T::Mul
            | T::And
            | T::Xor
            | T::Arrow
            | T::Not
    )
}
