//! The parser: tokens to the syntax tree, by recursive descent.
//!
//! It follows the nesting discipline of the reference's parser, because each token costs one gas plus the nesting level at
//! which it is consumed (spec/02 §12): [`Parser::nested`] raises the level, operator and suffix loops raise it once per round.
//! The level is limited, so every tree is at most that deep; recursion runs under `stacker`.
//!
//! | file | parses |
//! |---|---|
//! | `decls` | file, declarations |
//! | `types` | types, parameters, fields |
//! | `exprs` | expressions, literals |
//! | `stmts` | statements |

mod decls;
mod exprs;
mod stmts;
mod types;

use super::ast::{Expr, ExprKind, ExprRef, File, Ident, NodeId, Stmt, StmtKind, StmtRef};
use super::lexer::{Lexeme, Lexer};
use super::token::Token;
use crate::diagnostic::Diagnostic;
use crate::limits::Limits;
use crate::source::{SourceFile, Span};
use bumpalo::Bump;
use cranelift_entity::EntityRef;

/// The reference stops at the error after this many.
const MAX_ERRORS: usize = 10;

/// What a parse gives: always a tree; it is meaningful only if there are no errors.
#[derive(Debug)]
pub struct ParsedFile<'a> {
    /// The tree.
    pub file: File<'a>,
    /// Parse gas (spec/02 §12).
    pub gas: u64,
    /// Errors in order of position.
    pub errors: Vec<Diagnostic>,
}

/// Parses one source file.
///
/// Whatever the bytes are, the result is a tree or errors; time is linear in the source.
pub fn parse_file<'a>(arena: &'a Bump, source: &SourceFile, limits: &Limits) -> ParsedFile<'a> {
    let mut parser = Parser::new(arena, source, limits);
    if source.bytes().len() > limits.source_bytes {
        parser.fail_at(Span::at(0), format!("source is larger than {} bytes", limits.source_bytes));
        parser.stopped = true;
    }
    let file = parser.file();
    parser.finish(file)
}

struct Parser<'a, 's> {
    arena: &'a Bump,
    source: &'s SourceFile,
    lexer: Lexer<'s>,
    limits: &'s Limits,
    current: Lexeme,
    /// End of the last consumed token.
    last_end: u32,
    gas: u64,
    level: u64,
    /// Below zero in a control clause: `{` then starts its block, not a composite literal.
    expr_level: i32,
    comments: Vec<Span>,
    errors: Vec<Diagnostic>,
    nodes: u32,
    /// Nothing more is read: too many errors, or too deep.
    stopped: bool,
}

impl<'a, 's> Parser<'a, 's> {
    fn new(arena: &'a Bump, source: &'s SourceFile, limits: &'s Limits) -> Self {
        let mut lexer = Lexer::new(source.bytes());
        let mut comments = Vec::new();
        // The first token, and the comments before it, are free (spec/02 §12).
        let current = loop {
            let lexeme = lexer.next_token();
            if lexeme.token != Token::Comment {
                break lexeme;
            }
            comments.push(lexeme.span);
        };
        Parser {
            arena,
            source,
            lexer,
            limits,
            current,
            last_end: 0,
            gas: 0,
            level: 0,
            expr_level: 0,
            comments,
            errors: Vec::new(),
            nodes: 0,
            stopped: false,
        }
    }

    fn finish(mut self, file: File<'a>) -> ParsedFile<'a> {
        for error in std::mem::take(&mut self.lexer.errors) {
            self.errors.push(Diagnostic::syntax(Span::at(error.offset), error.message));
        }
        let mut errors = self.errors;
        errors.sort_by_key(|error| error.span.start);
        let mut last_line = 0;
        errors.retain(|error| {
            let line = self.source.line(error.span.start);
            std::mem::replace(&mut last_line, line) != line
        });
        errors.truncate(MAX_ERRORS + 1);
        ParsedFile { file, gas: self.gas, errors }
    }

    // ------------------------------------------------------------------------------------------------------- tokens

    /// Consumes the current token; each scanned token and comment costs one plus the level.
    fn next(&mut self) {
        self.last_end = self.current.span.end;
        if self.stopped {
            self.current.token = Token::Eof;
            return;
        }
        loop {
            self.gas = self.gas.saturating_add(1).saturating_add(self.level);
            self.current = self.lexer.next_token();
            if self.current.token != Token::Comment {
                return;
            }
            self.comments.push(self.current.span);
        }
    }

    fn at(&self, token: Token) -> bool {
        self.current.token == token
    }

    fn accept(&mut self, token: Token) -> bool {
        let found = self.at(token);
        if found {
            self.next();
        }
        found
    }

    /// Consumes a token; the parse goes on after a wrong one.
    fn expect(&mut self, token: Token) -> Span {
        let span = self.current.span;
        if !self.at(token) {
            self.expected(&format!("'{}'", token.text()));
        }
        self.next();
        span
    }

    /// Consumes a closing token, with a hint when a newline took its place.
    fn expect_closing(&mut self, token: Token, context: &str) -> Span {
        if self.at(Token::Semicolon) && self.current.automatic {
            self.fail(format!("missing ',' before newline in {context}"));
            self.next();
        }
        self.expect(token)
    }

    /// The end of a statement or declaration: a semicolon, or nothing before `)` and `}`.
    fn expect_semicolon(&mut self) {
        match self.current.token {
            Token::RParen | Token::RBrace => {}
            Token::Semicolon => self.next(),
            Token::Comma => {
                self.expected("';'");
                self.next();
            }
            _ => {
                self.expected("';'");
                self.skip_to_statement();
            }
        }
    }

    /// After an error: skips to where a statement can start.
    fn skip_to_statement(&mut self) {
        while !matches!(
            self.current.token,
            Token::Eof
                | Token::Break
                | Token::Const
                | Token::Continue
                | Token::Defer
                | Token::Fallthrough
                | Token::For
                | Token::Go
                | Token::Goto
                | Token::If
                | Token::Return
                | Token::Select
                | Token::Switch
                | Token::Type
                | Token::Var
                | Token::RBrace
        ) {
            self.next();
        }
    }

    /// Whether the list goes on after an element: a comma, or an error where one is missing.
    fn at_comma(&mut self, context: &str, closing: Token) -> bool {
        if self.at(Token::Comma) {
            return true;
        }
        if !self.at(closing) && !self.at(Token::Eof) {
            let newline = self.at(Token::Semicolon) && self.current.automatic;
            let place = if newline { " before newline" } else { "" };
            self.fail(format!("missing ','{place} in {context}"));
            return true;
        }
        false
    }

    // ------------------------------------------------------------------------------------------------------- errors

    fn fail(&mut self, message: String) {
        self.fail_at(self.current.span, message);
    }

    fn fail_at(&mut self, span: Span, message: String) {
        if self.stopped {
            return;
        }
        let line = self.source.line(span.start);
        if self.errors.last().is_some_and(|last| self.source.line(last.span.start) == line) {
            return;
        }
        self.errors.push(Diagnostic::syntax(span, message));
        self.stopped |= self.errors.len() > MAX_ERRORS;
        if self.stopped {
            self.current.token = Token::Eof;
        }
    }

    /// `expected X, found Y`.
    fn expected(&mut self, what: &str) {
        let found = match self.current.token {
            Token::Semicolon if self.current.automatic => "newline".to_owned(),
            token if token.is_literal() => self.text(self.current.span).to_owned(),
            token => format!("'{}'", token.text()),
        };
        self.fail(format!("expected {what}, found {found}"));
    }

    // -------------------------------------------------------------------------------------------------- nesting

    /// Runs a part of the grammar one level deeper, on a stack that grows.
    fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.level;
        self.deepen();
        let result = stacker::maybe_grow(64 * 1024, 1024 * 1024, || parse(self));
        self.level = before;
        result
    }

    /// Raises the level by one; beyond the limit the parse stops.
    fn deepen(&mut self) {
        self.level += 1;
        if self.level > self.limits.nesting && !self.stopped {
            self.fail("exceeded max nesting depth".to_owned());
            self.stopped = true;
            self.current.token = Token::Eof;
        }
    }

    // ------------------------------------------------------------------------------------------------------ nodes

    fn node_id(&mut self) -> NodeId {
        let id = NodeId::new(usize::try_from(self.nodes).unwrap_or(usize::MAX));
        self.nodes += 1;
        id
    }

    fn expr(&mut self, span: Span, kind: ExprKind<'a>) -> ExprRef<'a> {
        let id = self.node_id();
        self.arena.alloc(Expr { id, span, kind })
    }

    fn stmt(&mut self, span: Span, kind: StmtKind<'a>) -> StmtRef<'a> {
        let id = self.node_id();
        self.arena.alloc(Stmt { id, span, kind })
    }

    fn slice<T: Copy>(&self, items: &[T]) -> &'a [T] {
        self.arena.alloc_slice_copy(items)
    }

    /// From an offset to the end of the last consumed token.
    fn since(&self, start: u32) -> Span {
        Span::new(start, self.last_end.max(start))
    }

    fn text(&self, span: Span) -> &str {
        self.source.text(span).unwrap_or_default()
    }

    fn arena_text(&self, span: Span) -> &'a str {
        self.arena.alloc_str(self.text(span))
    }

    /// An identifier; where there is none the name is `_`.
    fn ident(&mut self) -> Ident<'a> {
        let span = self.current.span;
        if self.at(Token::Ident) {
            let name = self.arena_text(span);
            self.next();
            Ident { name, span }
        } else {
            self.expect(Token::Ident);
            Ident { name: "_", span }
        }
    }

    fn ident_list(&mut self) -> Vec<Ident<'a>> {
        let mut names = vec![self.ident()];
        while self.accept(Token::Comma) {
            names.push(self.ident());
        }
        names
    }

    fn ident_expr(&mut self, ident: Ident<'a>) -> ExprRef<'a> {
        self.expr(ident.span, ExprKind::Ident(ident.name))
    }
}
