//! Tokens to syntax tree, by recursive descent.
//!
//! The parser never backtracks: every token is read once. Each read costs `1 + nesting level` gas (spec/02 §12), so the
//! level is part of the observable behaviour. The functions that raise it are [`Parser::nested`] (types, unary operands,
//! statements, `if`, brace lists) and the loops over operators and suffixes, which raise it once a turn.
//!
//! Two flags steer what a token means. `expr_level` is negative between the keyword of `if`, `for` or `switch` and its
//! block, where `T {` starts the block and no composite literal. `on_right_side` makes `=` in an operand an error for a
//! mistyped `==`.
//!
//! After too many errors, or too deep a nesting, the parse is *aborted*: the current token becomes the end of the file for
//! good and everything unwinds by ordinary returns.
//!
//! | file | what it parses |
//! |---|---|
//! | `file` | the file and its declarations |
//! | `types`, `fields`, `params` | types, struct and interface bodies, parameter lists |
//! | `stmt`, `control` | simple statements and blocks; `if`, `for`, `switch`, `select` |
//! | `expr`, `primary` | operators; operands and suffixes |

mod control;
mod expr;
mod fields;
mod file;
mod params;
mod primary;
mod stmt;
mod types;

use bumpalo::Bump;

use super::ast::{Expr, ExprKind, ExprRef, File, Ident, NodeId, Stmt, StmtKind, StmtRef};
use super::lexer::Lexer;
use super::token::{Token, TokenKind};
use crate::diagnostic::Diagnostic;
use crate::finding::{Construct, SyntaxError};
use crate::limits::Limits;
use crate::source::{SourceFile, Span};

/// The result of parsing one file.
#[derive(Debug)]
pub struct ParsedFile<'a> {
    /// The tree; partial if there are errors.
    pub file: File<'a>,
    /// What the reference charges for parsing (spec/02 §12). Not meaningful if there are errors.
    pub gas: u64,
    /// The charges that `gas` is the sum of, in order: one per token or comment scanned.
    pub charges: Vec<u32>,
    /// The errors, sorted by position.
    pub errors: Vec<Diagnostic>,
    /// How the errors came up.
    pub(crate) record: ErrorRecord,
}

/// What the order in which errors were found decides.
#[derive(Debug, Default)]
pub(crate) struct ErrorRecord {
    /// The parse stopped: names are not resolved then.
    pub(crate) aborted: bool,
    /// The line of the error that was found last: another one there is dropped.
    pub(crate) last_line: Option<u32>,
    /// Those found up to the end of the imports, sorted by position: what a reader of the imports alone meets.
    pub(crate) header: Vec<Diagnostic>,
}

/// Whether the first error is in the package clause or in the comments that follow it: where a reader of the package name
/// alone meets it.
#[must_use]
pub fn fails_before_declarations(parsed: &ParsedFile<'_>, source: &SourceFile) -> bool {
    let Some(first) = parsed.errors.first() else { return false };
    let clause = parsed.file.package.span;
    let no_clause = matches!(first.error, SyntaxError::ExpectedToken { .. }) && first.span.start <= clause.start;
    if no_clause || clause == Span::default() {
        return true;
    }
    if !first.error.is_lexical() {
        return false;
    }
    let Some(mut between) = source.bytes().get(clause.end as usize..first.span.start as usize) else { return false };
    loop {
        between = between.trim_ascii_start();
        let skipped = match between {
            [] => return true,
            [b';', ..] => Some(1),
            [b'/', b'/', ..] => Some(between.iter().position(|&b| b == b'\n').unwrap_or(between.len())),
            [b'/', b'*', ..] => between.windows(2).skip(2).position(|pair| pair == b"*/").map(|at| at + 4),
            _ => return false,
        };
        let Some(rest) = skipped.and_then(|skipped| between.get(skipped..)) else { return true };
        between = rest;
    }
}

/// Parses one file into `arena`.
#[must_use]
pub fn parse_file<'a>(arena: &'a Bump, source: &SourceFile, limits: &Limits) -> ParsedFile<'a> {
    let too_large = source.bytes().len() > limits.source_bytes.min(u32::MAX as usize);
    let bytes = if too_large { &[] } else { source.bytes() };
    let mut parser = Parser::new(arena, source, bytes, limits);
    if too_large {
        let error = SyntaxError::SourceTooLarge { limit: limits.source_bytes.into() };
        parser.lexer.errors.push(Diagnostic { error, span: Span::default() });
    }
    let file = parser.file();
    let mut errors = std::mem::take(&mut parser.lexer.errors);
    let last_line = errors.last().map(|last| source.line(last.span.start));
    let mut header: Vec<_> = errors.iter().take(parser.header_errors).cloned().collect();
    sort(&mut header);
    sort(&mut errors);
    let record = ErrorRecord { aborted: parser.aborted, last_line, header };
    let gas = parser.charges.iter().map(|&gas| u64::from(gas)).sum();
    ParsedFile { file, gas, charges: parser.charges, errors, record }
}

fn sort(errors: &mut [Diagnostic]) {
    errors.sort_by(|a, b| a.span.start.cmp(&b.span.start).then_with(|| a.error.to_string().cmp(&b.error.to_string())));
}

struct Parser<'a, 's> {
    arena: &'a Bump,
    source: &'s SourceFile,
    lexer: Lexer<'s>,
    /// The token that is looked at; all before it are consumed.
    token: Token,
    comments: Vec<Span>,
    next_node: u32,
    charges: Vec<u32>,
    level: u32,
    max_level: u32,
    max_errors: usize,
    aborted: bool,
    /// The errors found when the imports ended.
    header_errors: usize,
    /// Negative in the header of a control statement, else the depth of brackets.
    expr_level: i32,
    on_right_side: bool,
    /// Where error recovery last stopped, and how often it stopped there: the guard against endless recovery.
    recovery: (u32, u32),
}

impl<'a, 's> Parser<'a, 's> {
    fn new(arena: &'a Bump, source: &'s SourceFile, bytes: &'s [u8], limits: &Limits) -> Self {
        let mut parser = Self {
            arena,
            source,
            lexer: Lexer::new(bytes, limits.lexical_errors),
            token: Token { kind: TokenKind::Eof, span: Span::default() },
            comments: Vec::new(),
            next_node: 0,
            charges: Vec::new(),
            level: 0,
            max_level: limits.nesting,
            max_errors: limits.syntax_errors,
            aborted: false,
            header_errors: 0,
            expr_level: 0,
            on_right_side: false,
            recovery: (0, 0),
        };
        parser.advance();
        // The first token and the comments before it are free (spec/02 Q23).
        parser.charges.clear();
        parser
    }

    // ------------------------------------------------------------------------------------------------------ tokens

    /// Consumes the current token.
    fn advance(&mut self) {
        if self.aborted {
            return;
        }
        loop {
            self.charges.push(self.level.saturating_add(1));
            self.token = self.lexer.next_token();
            if self.token.kind != TokenKind::Comment {
                break;
            }
            self.comments.push(self.token.span);
        }
    }

    fn at(&self, kind: TokenKind) -> bool {
        self.token.kind == kind
    }

    /// Offset of the current token.
    fn position(&self) -> u32 {
        self.token.span.start
    }

    /// Consumes the current token if it is `kind`.
    fn accept(&mut self, kind: TokenKind) -> bool {
        let found = self.at(kind);
        if found {
            self.advance();
        }
        found
    }

    /// Consumes the current token, which should be `kind`, and returns its span.
    fn expect(&mut self, kind: TokenKind) -> Span {
        let span = self.token.span;
        if !self.at(kind) {
            self.expected_token(&format!("'{}'", kind.text()));
        }
        self.advance();
        span
    }

    /// Like [`Self::expect`] for the bracket that closes a list, where a line end is most likely a forgotten comma.
    fn expect_closing(&mut self, kind: TokenKind, list: &str) -> Span {
        if !self.at(kind) && self.at(TokenKind::AutoSemicolon) {
            let (before, list) = (" before newline".into(), list.into());
            self.error_here(SyntaxError::MissingComma { before, list });
            self.advance();
        }
        self.expect(kind)
    }

    /// Whether another list element may follow. A token that is neither a comma nor `closing` is reported and then treated
    /// as the comma.
    fn at_comma(&mut self, list: &str, closing: TokenKind) -> bool {
        if self.at(TokenKind::Comma) {
            return true;
        }
        if self.at(closing) {
            return false;
        }
        let before = if self.at(TokenKind::AutoSemicolon) { " before newline" } else { "" };
        self.error_here(SyntaxError::MissingComma { before: before.into(), list: list.into() });
        true
    }

    /// Consumes the semicolon after a statement or declaration; none is needed before `)` and `}`.
    fn expect_semicolon(&mut self) {
        match self.token.kind {
            TokenKind::Rparen | TokenKind::Rbrace => {}
            TokenKind::Semicolon | TokenKind::AutoSemicolon => self.advance(),
            TokenKind::Comma => {
                self.expected_token("';'");
                self.advance();
            }
            _ => {
                self.expected_token("';'");
                self.recover(starts_statement);
            }
        }
    }

    fn ident(&mut self) -> Ident<'a> {
        if !self.at(TokenKind::Ident) {
            let span = self.expect(TokenKind::Ident);
            return Ident { name: "_", span: Span::new(span.start, span.start.saturating_add(1)) };
        }
        let ident = Ident { name: self.token_text(), span: self.token.span };
        self.advance();
        ident
    }

    /// The current token's text in the arena.
    fn token_text(&self) -> &'a str {
        let Token { span, .. } = self.token;
        let bytes = self.source.bytes().get(span.start as usize..span.end as usize).unwrap_or_default();
        match std::str::from_utf8(bytes) {
            Ok(text) => self.arena.alloc_str(text),
            // Reported by the lexer.
            Err(_) => self.arena.alloc_str(&String::from_utf8_lossy(bytes)),
        }
    }

    // ------------------------------------------------------------------------------------------------------- nodes

    fn node_id(&mut self) -> NodeId {
        let id = NodeId::from_u32(self.next_node);
        self.next_node = self.next_node.saturating_add(1);
        id
    }

    fn expr_node(&mut self, span: Span, kind: ExprKind<'a>) -> ExprRef<'a> {
        let id = self.node_id();
        self.arena.alloc(Expr { id, span, kind })
    }

    fn stmt_node(&mut self, span: Span, kind: StmtKind<'a>) -> StmtRef<'a> {
        let id = self.node_id();
        self.arena.alloc(Stmt { id, span, kind })
    }

    fn list<T>(&self, items: Vec<T>) -> &'a [T] {
        self.arena.alloc_slice_fill_iter(items)
    }

    // ----------------------------------------------------------------------------------------------------- nesting

    /// Runs `parse` one level deeper, with enough stack for it.
    fn nested<R>(&mut self, parse: impl FnOnce(&mut Self) -> R) -> R {
        let outer = self.level;
        self.deepen();
        let result = stacker::maybe_grow(64 * 1024, 1024 * 1024, || parse(self));
        self.level = outer;
        result
    }

    /// Raises the level by one; whoever calls this restores it.
    fn deepen(&mut self) {
        self.level = self.level.saturating_add(1);
        if self.level > self.max_level {
            self.error_here(SyntaxError::TooDeep);
            self.abort();
        }
    }

    /// Runs `parse` inside brackets: composite literals are unambiguous there.
    fn bracketed<R>(&mut self, parse: impl FnOnce(&mut Self) -> R) -> R {
        self.expr_level = self.expr_level.saturating_add(1);
        let result = parse(self);
        self.expr_level = self.expr_level.saturating_sub(1);
        result
    }

    // ------------------------------------------------------------------------------------------------------ errors

    fn abort(&mut self) {
        self.aborted = true;
        self.token = Token { kind: TokenKind::Eof, span: Span::at(self.position()) };
    }

    /// Records an error, unless the last one is on the same line; aborts when there are too many.
    fn error(&mut self, span: Span, error: SyntaxError) {
        if self.aborted {
            return;
        }
        let line = self.source.line(span.start);
        let errors = &mut self.lexer.errors;
        if errors.last().is_some_and(|last| self.source.line(last.span.start) == line) {
            return;
        }
        if errors.len() >= self.max_errors {
            self.abort();
            return;
        }
        errors.push(Diagnostic { error, span });
    }

    fn error_here(&mut self, error: SyntaxError) {
        self.error(self.token.span, error);
    }

    /// Reports that a token was expected in place of the current one.
    fn expected_token(&mut self, expected: &str) {
        if !self.aborted {
            self.error_here(SyntaxError::ExpectedToken { expected: expected.into(), found: self.found() });
        }
    }

    /// Reports that a construct was expected where the current token stands.
    fn expected_construct(&mut self, expected: &str) {
        if !self.aborted {
            self.error_here(SyntaxError::ExpectedConstruct { expected: expected.into(), found: self.found() });
        }
    }

    /// The current token as messages show it.
    fn found(&self) -> Construct {
        match self.token.kind {
            TokenKind::AutoSemicolon => "newline".into(),
            TokenKind::Ident | TokenKind::Literal(_) => self.token_text().replace('\r', "").into(),
            kind => format!("'{}'", kind.text()).into(),
        }
    }

    /// Skips tokens up to one where parsing can go on. Stops at the same token a few times only, so that every recovery
    /// makes progress in the end.
    fn recover(&mut self, resume: fn(TokenKind) -> bool) {
        const MAX_STOPS: u32 = 10;
        while !self.at(TokenKind::Eof) {
            if resume(self.token.kind) {
                let (position, stops) = self.recovery;
                if self.position() > position {
                    self.recovery = (self.position(), 0);
                    return;
                }
                if self.position() == position && stops < MAX_STOPS {
                    self.recovery.1 += 1;
                    return;
                }
            }
            self.advance();
        }
    }
}

/// Keywords at which a statement can be resumed after an error.
fn starts_statement(kind: TokenKind) -> bool {
    use TokenKind as T;
    matches!(
        kind,
        T::Break
            | T::Const
            | T::Continue
            | T::Defer
            | T::Fallthrough
            | T::For
            | T::Go
            | T::Goto
            | T::If
            | T::Return
            | T::Select
            | T::Switch
            | T::Type
            | T::Var
    )
}

/// Keywords at which a declaration can be resumed after an error.
fn starts_declaration(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Import | TokenKind::Const | TokenKind::Type | TokenKind::Var)
}

/// Tokens that end an expression, where its context can be resumed after an error.
fn ends_expression(kind: TokenKind) -> bool {
    use TokenKind as T;
    matches!(kind, T::Comma | T::Colon | T::Rparen | T::Rbrack | T::Rbrace | T::Semicolon | T::AutoSemicolon)
}
