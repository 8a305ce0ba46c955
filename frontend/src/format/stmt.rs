//! Statements and function bodies.

use super::lists::{ListStyle, without_parens};
use super::operators::assignment;
use super::printer::Printer;
use super::writer::{Space, Tight};
use crate::syntax::ast::{
    AssignOp, AssignStmt, Block, BranchKind, CaseClause, ExprKind, ExprRef, IfStmt, LabeledStmt, RangeStmt, SelectStmt,
    Specs, StmtKind, StmtRef, SwitchStmt, TypeSwitchStmt,
};
use crate::syntax::token::TokenKind;

/// The longest function on one line, braces not counted.
const ONE_LINE_FUNC: usize = 100;
/// The most statements of one.
const ONE_LINE_STMTS: usize = 5;

impl Printer<'_> {
    /// Prints a statement without what ends it.
    pub(super) fn stmt(&mut self, stmt: StmtRef<'_>, before_brace: bool) {
        if !self.out.overflow {
            self.deeper(|printer| printer.stmt_kind(stmt, before_brace));
        }
    }

    fn stmt_kind(&mut self, stmt: StmtRef<'_>, before_brace: bool) {
        use TokenKind as T;
        self.out.at(stmt.span.start);
        match stmt.kind {
            StmtKind::Bad => self.out.name("BadStmt"),
            StmtKind::Empty => {}
            StmtKind::Decl(decl) => self.gen_decl(decl),
            StmtKind::Expr(x) => self.expr(x),
            StmtKind::Send(send) => {
                self.expr(send.channel);
                self.out.blank();
                self.out.token_at(send.op_span.start, T::Arrow);
                self.out.blank();
                self.expr(send.value);
            }
            StmtKind::IncDec(step) => {
                self.expr_at(step.x, 2);
                self.out.token_at(step.op_span.start, if step.increment { T::Inc } else { T::Dec });
            }
            StmtKind::Assign(assign) => self.assign(assign, stmt.span.start),
            StmtKind::Go(call) | StmtKind::Defer(call) => {
                self.out.token(if matches!(stmt.kind, StmtKind::Go(_)) { T::Go } else { T::Defer });
                self.out.blank();
                self.expr(call);
            }
            StmtKind::Return(values) => self.return_values(values),
            StmtKind::Branch(branch) => {
                self.out.token(match branch.kind {
                    BranchKind::Break => T::Break,
                    BranchKind::Continue => T::Continue,
                    BranchKind::Goto => T::Goto,
                    BranchKind::Fallthrough => T::Fallthrough,
                });
                if let Some(label) = branch.label {
                    self.out.blank();
                    self.ident(label);
                }
            }
            StmtKind::Block(block) => self.block(block),
            StmtKind::If(branch) => self.if_stmt(branch, before_brace),
            StmtKind::Switch(switch) => self.switch(switch),
            StmtKind::TypeSwitch(switch) => self.type_switch(switch),
            StmtKind::Select(select) => self.select(select),
            StmtKind::For(for_stmt) => {
                self.out.token(T::For);
                self.header(true, for_stmt.init, for_stmt.cond, for_stmt.post);
                self.block(for_stmt.body);
            }
            StmtKind::Range(range) => self.range(range),
            StmtKind::Labeled(labeled) => self.labeled(labeled, before_brace),
        }
    }

    fn assign(&mut self, assign: &AssignStmt<'_>, start: u32) {
        let depth = if assign.lhs.len() > 1 && assign.rhs.len() > 1 { 2 } else { 1 };
        let operator = assign.op_span.start;
        self.expr_list(Some(start), assign.lhs, depth, ListStyle::default(), Some(operator));
        self.out.blank();
        let token = match assign.op {
            AssignOp::Assign => TokenKind::Assign,
            AssignOp::Define => TokenKind::Define,
            AssignOp::Op(op) => assignment(op),
        };
        self.out.token_at(operator, token);
        self.out.blank();
        self.expr_list(Some(operator), assign.rhs, depth, ListStyle::default(), None);
    }

    fn return_values(&mut self, values: &[ExprRef<'_>]) {
        self.out.token(TokenKind::Return);
        if values.is_empty() {
            return;
        }
        self.out.blank();
        if self.needs_common_indentation(values) {
            self.out.space(Space::Indent);
            self.expr_list(None, values, 1, ListStyle { indented: true, ..ListStyle::default() }, None);
            self.out.space(Space::Dedent);
        } else {
            self.expr_list(None, values, 1, ListStyle::default(), None);
        }
    }

    /// Whether results look better with all their lines indented: one starts below the end of the one before, or several
    /// of them take more than one line.
    fn needs_common_indentation(&self, values: &[ExprRef<'_>]) -> bool {
        let [first, .., last] = values else { return false };
        let mut line = self.line(first.span.start);
        if line >= self.line(last.span.end) {
            return false;
        }
        let mut tall = 0;
        for value in values {
            let (start, end) = (self.line(value.span.start), self.line(value.span.end));
            if line < start {
                return true;
            }
            tall += usize::from(start < end);
            line = end;
        }
        tall > 1
    }

    fn if_stmt(&mut self, branch: &IfStmt<'_>, before_brace: bool) {
        self.out.token(TokenKind::If);
        self.header(false, branch.init, Some(branch.cond), None);
        self.block(branch.then);
        if let Some(els) = branch.els {
            self.out.blank();
            self.out.token(TokenKind::Else);
            self.out.blank();
            self.stmt(els, before_brace);
        }
    }

    /// Prints what stands between the keyword of `if`, `for` or `switch` and the brace, with the blanks around it.
    fn header(
        &mut self,
        is_for: bool,
        init: Option<StmtRef<'_>>,
        expr: Option<ExprRef<'_>>,
        post: Option<StmtRef<'_>>,
    ) {
        self.out.blank();
        let mut needs_blank = expr.is_some();
        if init.is_none() && post.is_none() {
            if let Some(expr) = expr {
                self.expr(without_needless_parens(expr));
            }
        } else {
            if let Some(init) = init {
                self.stmt(init, false);
            }
            self.out.token(TokenKind::Semicolon);
            self.out.blank();
            if let Some(expr) = expr {
                self.expr(without_needless_parens(expr));
            }
            if is_for {
                self.out.token(TokenKind::Semicolon);
                self.out.blank();
                needs_blank = post.is_some();
                if let Some(post) = post {
                    self.stmt(post, false);
                }
            }
        }
        if needs_blank {
            self.out.blank();
        }
    }

    fn range(&mut self, range: &RangeStmt<'_>) {
        self.out.token(TokenKind::For);
        self.out.blank();
        if let Some(key) = range.key {
            self.expr(key);
            if let Some(value) = range.value {
                self.out.token_at(value.span.start, TokenKind::Comma);
                self.out.blank();
                self.expr(value);
            }
            self.out.blank();
            let token = if range.define { TokenKind::Define } else { TokenKind::Assign };
            self.out.token_at(range.op_span.start, token);
            self.out.blank();
        }
        self.out.token(TokenKind::Range);
        self.out.blank();
        self.expr(without_needless_parens(range.x));
        self.out.blank();
        self.block(range.body);
    }

    fn switch(&mut self, switch: &SwitchStmt<'_>) {
        self.out.token(TokenKind::Switch);
        self.header(false, switch.init, switch.tag, None);
        self.clauses(switch.body_span.start, switch.body_span.end, switch.clauses);
    }

    fn type_switch(&mut self, switch: &TypeSwitchStmt<'_>) {
        self.out.token(TokenKind::Switch);
        if let Some(init) = switch.init {
            self.out.blank();
            self.stmt(init, false);
            self.out.token(TokenKind::Semicolon);
        }
        self.out.blank();
        self.out.at(switch.guard_span.start);
        if let Some(binding) = switch.binding {
            self.ident(binding);
            self.out.blank();
            let define = self.out.text.token_after(binding.span.end);
            self.out.token_at(define, TokenKind::Define);
            self.out.blank();
        }
        self.expr(switch.x);
        self.out.token(TokenKind::Period);
        let lparen = self.out.text.find_after(switch.x.span.end, TokenKind::Lparen);
        self.out.token_at(lparen, TokenKind::Lparen);
        self.out.token(TokenKind::Type);
        self.out.token_at(switch.guard_span.end.saturating_sub(1), TokenKind::Rparen);
        self.out.blank();
        self.clauses(switch.body_span.start, switch.body_span.end, switch.clauses);
    }

    fn clauses(&mut self, start: u32, end: u32, clauses: &[CaseClause<'_>]) {
        self.out.token_at(start, TokenKind::Lbrace);
        for (index, clause) in clauses.iter().enumerate() {
            self.clause_line(clause.span.start);
            match clause.exprs {
                None => self.out.token(TokenKind::Default),
                Some(list) => {
                    self.out.token(TokenKind::Case);
                    self.out.blank();
                    self.expr_list(Some(clause.span.start), list, 1, ListStyle::default(), Some(clause.colon));
                }
            }
            self.out.token_at(clause.colon, TokenKind::Colon);
            self.stmt_list(clause.body, index + 1 == clauses.len());
        }
        self.close_block(end);
    }

    fn clause_line(&mut self, start: u32) {
        let line = self.line(start);
        self.out.line_break(line, 1, Space::None, true);
        self.out.at(start);
    }

    fn select(&mut self, select: &SelectStmt<'_>) {
        self.out.token(TokenKind::Select);
        self.out.blank();
        self.out.token_at(select.body_span.start, TokenKind::Lbrace);
        for (index, clause) in select.clauses.iter().enumerate() {
            self.clause_line(clause.span.start);
            match clause.comm {
                Some(comm) => {
                    self.out.token(TokenKind::Case);
                    self.out.blank();
                    self.stmt(comm, false);
                }
                None => self.out.token(TokenKind::Default),
            }
            self.out.token_at(clause.colon, TokenKind::Colon);
            self.stmt_list(clause.body, index + 1 == select.clauses.len());
        }
        if select.clauses.is_empty() {
            self.out.token_at(select.body_span.end.saturating_sub(1), TokenKind::Rbrace);
        } else {
            self.close_block(select.body_span.end);
        }
    }

    /// A label stands one level further left, on a line of its own.
    fn labeled(&mut self, labeled: &LabeledStmt<'_>, before_brace: bool) {
        self.out.space(Space::Dedent);
        self.ident(labeled.label);
        self.out.token_at(labeled.colon, TokenKind::Colon);
        self.out.space(Space::Indent);
        if matches!(labeled.stmt.kind, StmtKind::Empty) {
            if !before_brace {
                self.out.space(Space::Line);
                self.out.token_at(labeled.stmt.span.start, TokenKind::Semicolon);
            }
            return;
        }
        let line = self.line(labeled.stmt.span.start);
        self.out.line_break(line, 1, Space::None, true);
        self.stmt(labeled.stmt, before_brace);
    }

    // ------------------------------------------------------------------------------------------------------ blocks

    /// Prints `{ … }` on several lines.
    pub(super) fn block(&mut self, block: &Block<'_>) {
        self.out.token_at(block.span.start, TokenKind::Lbrace);
        self.stmt_list(block.stmts, true);
        self.close_block(block.span.end);
    }

    fn close_block(&mut self, end: u32) {
        let closing = end.saturating_sub(1);
        let line = self.line(closing);
        self.out.line_break(line, 1, Space::None, true);
        self.out.token_at(closing, TokenKind::Rbrace);
    }

    fn stmt_list(&mut self, stmts: &[StmtRef<'_>], before_brace: bool) {
        self.out.space(Space::Indent);
        let mut previous: Option<(super::writer::Mark, u32)> = None;
        for (index, stmt) in stmts.iter().enumerate() {
            if self.out.overflow {
                return;
            }
            if matches!(stmt.kind, StmtKind::Empty) {
                continue;
            }
            let section = previous.is_none_or(|(mark, labels)| self.out.lines_since(mark) > labels);
            let line = self.line(stmt.span.start);
            self.out.line_break(line, 1, Space::None, section);
            let mark = self.out.mark();
            self.stmt(stmt, before_brace && index + 1 == stmts.len());
            // Labels have lines of their own, which do not make a statement tall.
            let mut labels = 0;
            let mut inner = *stmt;
            while let StmtKind::Labeled(labeled) = inner.kind {
                labels += 1;
                inner = labeled.stmt;
            }
            previous = Some((mark, labels));
        }
        self.out.space(Space::Dedent);
    }

    /// Width of the output since column `start`, if it is still on the line of the token at `offset`.
    pub(super) fn width_since(&self, offset: u32, start: usize) -> Option<usize> {
        (self.line(offset) == self.out.cursor.line).then(|| self.out.column().saturating_sub(start))
    }

    /// Prints the body of a function after a header of the given width. A short body that the source has on one line stays
    /// there, `before` separating it from the header.
    pub(super) fn func_body(&mut self, header: Option<usize>, before: Space, body: &Block<'_>) {
        let outer = std::mem::take(&mut self.out.literal_depth);
        let fits = header.is_some_and(|header| self.body_size(body).is_some_and(|size| header + size <= ONE_LINE_FUNC));
        if fits {
            let closing = body.span.end.saturating_sub(1);
            self.out.space(before);
            self.out.token_at(body.span.start, TokenKind::Lbrace);
            if !body.stmts.is_empty() {
                self.out.blank();
                for (index, stmt) in body.stmts.iter().enumerate() {
                    if index > 0 {
                        self.out.token(TokenKind::Semicolon);
                        self.out.blank();
                    }
                    self.stmt(stmt, index + 1 == body.stmts.len());
                }
                self.out.blank();
            }
            self.out.tight = Tight { line: true, blank: false };
            self.out.token_at(closing, TokenKind::Rbrace);
            self.out.tight = Tight::default();
        } else {
            self.out.blank();
            self.block(body);
        }
        self.out.literal_depth = outer;
    }

    /// The size of a body on one line, if it can be there.
    fn body_size(&mut self, body: &Block<'_>) -> Option<usize> {
        let closing = body.span.end.saturating_sub(1);
        if self.line(body.span.start) != self.line(closing) || body.stmts.len() > ONE_LINE_STMTS {
            return None;
        }
        let mut size = self.out.comment_size_before(self.out.text.place(closing));
        for (index, stmt) in body.stmts.iter().enumerate() {
            if size > ONE_LINE_FUNC {
                return None;
            }
            size += if index > 0 { 2 } else { 0 };
            size += self.stmt_size(stmt, ONE_LINE_FUNC)?;
        }
        Some(size)
    }
}

/// Without the parentheses around the expression of a header, unless a composite literal in it needs them.
fn without_needless_parens(x: ExprRef<'_>) -> ExprRef<'_> {
    let ExprKind::Paren(inner) = x.kind else { return x };
    if has_bare_literal(inner) { x } else { without_needless_parens(without_parens(inner)) }
}

/// Whether a composite literal that starts with a type name stands outside of parentheses.
fn has_bare_literal(x: ExprRef<'_>) -> bool {
    let mut work = vec![x];
    while let Some(x) = work.pop() {
        match x.kind {
            ExprKind::CompositeLit(literal) => {
                let mut ty = literal.ty;
                while let Some(ExprKind::Selector(selector)) = ty.map(|ty| ty.kind) {
                    ty = Some(selector.x);
                }
                if matches!(ty.map(|ty| ty.kind), Some(ExprKind::Ident(_))) {
                    return true;
                }
            }
            ExprKind::Selector(selector) => work.push(selector.x),
            ExprKind::Index(index) => {
                work.push(index.x);
                work.extend(index.indices);
            }
            ExprKind::Slice(slice) => {
                work.push(slice.x);
                work.extend([slice.lo, slice.hi, slice.max].into_iter().flatten());
            }
            ExprKind::TypeAssert(assert) => work.push(assert.x),
            ExprKind::Call(call) => {
                work.push(call.fun);
                work.extend(call.args);
            }
            ExprKind::Star(x) | ExprKind::Unary(_, x) => work.push(x),
            ExprKind::Binary(binary) => work.extend([binary.x, binary.y]),
            ExprKind::KeyValue(pair) => work.extend([pair.key, pair.value]),
            // A statement inside would have to be looked at as well; keeping the parentheses is always right.
            ExprKind::FuncLit(_) => return true,
            _ => {}
        }
    }
    false
}

/// Number of specs.
pub(super) fn spec_count(specs: Specs<'_>) -> usize {
    match specs {
        Specs::Import(specs) => specs.len(),
        Specs::Const(specs) | Specs::Var(specs) => specs.len(),
        Specs::Type(specs) => specs.len(),
    }
}
