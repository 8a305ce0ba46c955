//! The check that formatting changed nothing but layout: the tokens are the same but for those that layout adds and drops.

use crate::source::SourceFile;
use crate::syntax::ast::LiteralKind;
use crate::syntax::lexer::Lexer;
use crate::syntax::token::{Token, TokenKind};

/// Whether two files have the same tokens, apart from empty statements, semicolons and commas before closing brackets,
/// parentheses, the spelling of numbers and the order of imports, and as many letters and digits in their comments.
pub(super) fn same(before: &SourceFile, after: &SourceFile) -> bool {
    let (mut a, mut b) = (Tokens::new(before), Tokens::new(after));
    loop {
        match (a.next(), b.next()) {
            (None, None) => return a.commented == b.commented,
            (Some((x, x_text)), Some((y, y_text))) if x == y && (is_number(x) || x_text == y_text) => {}
            _ => return false,
        }
    }
}

fn is_number(kind: TokenKind) -> bool {
    use LiteralKind::{Float, Imaginary, Int};
    matches!(kind, TokenKind::Literal(Int | Float | Imaginary))
}

/// The tokens of a file that layout must keep.
struct Tokens<'s> {
    source: &'s SourceFile,
    lexer: Lexer<'s>,
    ahead: Option<Token>,
    /// The last token, and whether a semicolon separates it from the next one.
    last: TokenKind,
    separated: bool,
    /// Letters and digits in the comments so far.
    commented: usize,
}

impl<'s> Tokens<'s> {
    fn new(source: &'s SourceFile) -> Self {
        Self {
            source,
            lexer: Lexer::new(source.bytes(), 0),
            ahead: None,
            last: TokenKind::Eof,
            separated: false,
            commented: 0,
        }
    }

    fn next(&mut self) -> Option<(TokenKind, String)> {
        use TokenKind as T;
        loop {
            let token = self.read();
            if token.kind.is_semicolon() {
                self.separated |= !matches!(self.last, T::Lbrace | T::Colon | T::For | T::Eof);
                continue;
            }
            let separated = std::mem::take(&mut self.separated);
            if separated && !matches!(token.kind, T::Rbrace | T::Rparen | T::Lbrace | T::Eof | T::Import) {
                self.ahead = Some(token);
                self.last = T::Eof;
                return Some((T::Semicolon, String::new()));
            }
            self.last = token.kind;
            match token.kind {
                T::Eof => return None,
                T::Import => self.skip_import(),
                T::Comma => {
                    let after = self.read();
                    self.ahead = Some(after);
                    if !matches!(after.kind, T::Rparen | T::Rbrack | T::Rbrace) {
                        return Some((T::Comma, String::new()));
                    }
                }
                T::Lparen | T::Rparen => {}
                kind => return Some((kind, self.text(token))),
            }
        }
    }

    /// The next token, comments counted and skipped.
    fn read(&mut self) -> Token {
        if let Some(token) = self.ahead.take() {
            return token;
        }
        loop {
            let token = self.lexer.next_token();
            if token.kind != TokenKind::Comment {
                return token;
            }
            self.commented += self.text(token).chars().filter(|c| c.is_alphanumeric()).count();
        }
    }

    /// Skips the rest of an import declaration.
    fn skip_import(&mut self) {
        let mut grouped = false;
        loop {
            match self.read().kind {
                TokenKind::Lparen => grouped = true,
                TokenKind::Rparen | TokenKind::Eof => return,
                kind if kind.is_semicolon() && !grouped => return,
                _ => {}
            }
        }
    }

    fn text(&self, token: Token) -> String {
        let bytes = self.source.bytes().get(token.span.start as usize..token.span.end as usize).unwrap_or_default();
        String::from_utf8_lossy(bytes).replace('\r', "")
    }
}
