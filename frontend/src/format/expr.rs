//! Expressions and types.

use super::lists::{ListStyle, without_parens};
use super::printer::Printer;
use super::writer::{Space, Tight};
use crate::syntax::ast::{
    CallExpr, ChanDir, CompositeLit, Expr, ExprKind, ExprRef, FuncLit, FuncType, Literal, LiteralKind, SelectorExpr,
    SliceExpr, UnaryOp,
};
use crate::syntax::token::TokenKind;

impl Printer<'_> {
    /// Prints an expression at depth 1.
    pub(super) fn expr(&mut self, x: ExprRef<'_>) {
        self.expr_at(x, 1);
    }

    /// Prints an expression. The depth, from 1, decides about blanks around operators.
    pub(super) fn expr_at(&mut self, x: ExprRef<'_>, depth: usize) {
        if !self.out.overflow {
            self.deeper(|printer| printer.expr_kind(x, depth));
        }
    }

    fn expr_kind(&mut self, x: ExprRef<'_>, depth: usize) {
        use TokenKind as T;
        let closing = x.span.end.saturating_sub(1);
        self.out.at(x.span.start);
        match x.kind {
            ExprKind::Bad => self.out.name("BadExpr"),
            ExprKind::Ident(name) => self.out.name(name),
            ExprKind::Literal(literal) => self.literal(literal),
            ExprKind::CompositeLit(literal) => self.composite(literal, depth),
            ExprKind::FuncLit(literal) => self.func_lit(literal),
            ExprKind::Paren(inner) => self.paren(inner, closing, depth),
            ExprKind::Selector(selector) => {
                self.selector(selector, depth, false);
            }
            ExprKind::Index(index) => {
                self.expr(index.x);
                self.out.token_at(index.lbrack, T::Lbrack);
                match index.indices {
                    [single] => self.expr_at(single, depth + 1),
                    several => {
                        let style = ListStyle { final_comma: true, ..ListStyle::default() };
                        self.expr_list(Some(index.lbrack), several, depth + 1, style, Some(closing));
                    }
                }
                self.out.token_at(closing, T::Rbrack);
            }
            ExprKind::Slice(slice) => self.slice(slice, closing, depth),
            ExprKind::TypeAssert(assert) => {
                self.expr_at(assert.x, depth);
                self.out.token(T::Period);
                let lparen = self.out.text.find_after(assert.x.span.end, T::Lparen);
                self.out.token_at(lparen, T::Lparen);
                match assert.ty {
                    Some(ty) => self.expr(ty),
                    None => self.out.token(T::Type),
                }
                self.out.token_at(closing, T::Rparen);
            }
            ExprKind::Call(call) => self.call(call, depth),
            ExprKind::Star(inner) => {
                self.out.token(T::Mul);
                self.expr(inner);
            }
            ExprKind::Unary(op, inner) => {
                self.out.token(unary(op));
                self.expr_at(inner, depth);
            }
            ExprKind::Binary(binary) => self.binary(x, binary, depth),
            ExprKind::KeyValue(pair) => {
                self.expr(pair.key);
                self.out.token_at(pair.colon, T::Colon);
                self.out.blank();
                self.expr(pair.value);
            }
            _ => self.type_kind(x),
        }
    }

    fn type_kind(&mut self, x: &Expr<'_>) {
        use TokenKind as T;
        match x.kind {
            ExprKind::ArrayType(array) => {
                self.out.token(T::Lbrack);
                let mut before = x.span.start.saturating_add(1);
                if let Some(len) = array.len {
                    self.expr(len);
                    before = len.span.end;
                }
                let rbrack = self.out.text.find_after(before, T::Rbrack);
                self.out.token_at(rbrack, T::Rbrack);
                self.expr(array.elem);
            }
            ExprKind::Ellipsis(elem) => {
                self.out.token(T::Ellipsis);
                if let Some(elem) = elem {
                    self.expr(elem);
                }
            }
            ExprKind::StructType(fields) => {
                self.out.token(T::Struct);
                self.struct_body(fields);
            }
            ExprKind::FuncType(ty) => {
                self.out.token(T::Func);
                self.signature(ty);
            }
            ExprKind::InterfaceType(fields) => {
                self.out.token(T::Interface);
                self.interface_body(fields);
            }
            ExprKind::MapType(map) => {
                self.out.token(T::Map);
                self.out.token(T::Lbrack);
                self.expr(map.key);
                let rbrack = self.out.text.find_after(map.key.span.end, T::Rbrack);
                self.out.token_at(rbrack, T::Rbrack);
                self.expr(map.value);
            }
            ExprKind::ChanType(dir, elem) => {
                match dir {
                    ChanDir::Both => self.out.token(T::Chan),
                    ChanDir::Recv => {
                        self.out.token(T::Arrow);
                        self.out.token(T::Chan);
                    }
                    ChanDir::Send => {
                        self.out.token(T::Chan);
                        self.out.token(T::Arrow);
                    }
                }
                self.out.blank();
                self.expr(elem);
            }
            // The others are printed by the caller.
            _ => {}
        }
    }

    fn literal(&mut self, literal: Literal<'_>) {
        match literal.kind {
            LiteralKind::Int | LiteralKind::Float | LiteralKind::Imaginary => {
                self.out.literal(&number(literal.text), literal.kind);
            }
            LiteralKind::Rune | LiteralKind::String => self.out.literal(literal.text, literal.kind),
        }
    }

    /// Parentheses make room for blanks again; a second pair around them is dropped.
    fn paren(&mut self, inner: ExprRef<'_>, closing: u32, depth: usize) {
        if matches!(inner.kind, ExprKind::Paren(_)) {
            self.expr_at(inner, depth);
            return;
        }
        self.out.token(TokenKind::Lparen);
        self.expr_at(inner, depth.saturating_sub(1).max(1));
        self.out.token_at(closing, TokenKind::Rparen);
    }

    /// Prints `x.name`, the name on a line of its own if the source has it there. Says whether it did that; in a call the
    /// caller ends the indentation.
    fn selector(&mut self, selector: &SelectorExpr<'_>, depth: usize, in_call: bool) -> bool {
        self.expr_at(selector.x, depth);
        self.out.token(TokenKind::Period);
        let breaks = self.out.cursor.line < self.line(selector.sel.span.start);
        if breaks {
            self.out.space(Space::Indent);
            self.out.space(Space::Line);
        }
        self.ident(selector.sel);
        if breaks && !in_call {
            self.out.space(Space::Dedent);
        }
        breaks
    }

    fn slice(&mut self, slice: &SliceExpr<'_>, closing: u32, depth: usize) {
        self.expr(slice.x);
        let lbrack = self.out.text.token_after(slice.x.span.end);
        self.out.token_at(lbrack, TokenKind::Lbrack);
        let all = [slice.lo, slice.hi, slice.max];
        let bounds = if slice.three_index { &all[..] } else { &all[..2] };
        let written = bounds.iter().flatten();
        let binary = written.clone().any(|bound| matches!(bound.kind, ExprKind::Binary(_)));
        let blanks = depth <= 1 && binary && written.count() > 1;
        let mut previous = None;
        for (index, bound) in bounds.iter().enumerate() {
            if index > 0 {
                if blanks && previous.is_some() {
                    self.out.blank();
                }
                self.out.token(TokenKind::Colon);
                if blanks && bound.is_some() {
                    self.out.blank();
                }
            }
            if let Some(bound) = bound {
                self.expr_at(bound, depth + 1);
            }
            previous = *bound;
        }
        self.out.token_at(closing, TokenKind::Rbrack);
    }

    fn call(&mut self, call: &CallExpr<'_>, depth: usize) {
        let depth = if call.args.len() > 1 { depth + 1 } else { depth };
        let lparen = self.out.text.token_after(call.fun.span.end);
        let indented = match call.fun.kind {
            ExprKind::Selector(selector) => {
                self.out.at(call.fun.span.start);
                self.selector(selector, depth, true)
            }
            _ => {
                self.expr_at(call.fun, depth);
                false
            }
        };
        self.out.token_at(lparen, TokenKind::Lparen);
        match call.ellipsis {
            Some(ellipsis) => {
                self.expr_list(Some(lparen), call.args, depth, ListStyle::default(), Some(ellipsis.start));
                self.out.token_at(ellipsis.start, TokenKind::Ellipsis);
                if self.line(ellipsis.start) < self.line(call.rparen) {
                    self.out.token(TokenKind::Comma);
                    self.out.space(Space::Section);
                }
            }
            None => {
                let style = ListStyle { final_comma: true, ..ListStyle::default() };
                self.expr_list(Some(lparen), call.args, depth, style, Some(call.rparen));
            }
        }
        self.out.token_at(call.rparen, TokenKind::Rparen);
        if indented {
            self.out.space(Space::Dedent);
        }
    }

    fn composite(&mut self, literal: &CompositeLit<'_>, depth: usize) {
        if let Some(ty) = literal.ty {
            self.expr_at(ty, depth);
        }
        self.out.literal_depth += 1;
        self.out.token_at(literal.lbrace, TokenKind::Lbrace);
        let style = ListStyle { final_comma: true, ..ListStyle::default() };
        self.expr_list(Some(literal.lbrace), literal.elements, 1, style, Some(literal.rbrace));
        // Comments alone between the braces are indented.
        self.out.space(Space::Indent);
        self.out.space(Space::Dedent);
        // A line end before the brace would need a comma, and a blank looks odd after the last element.
        self.out.tight = Tight { line: true, blank: !literal.elements.is_empty() };
        self.out.token_at(literal.rbrace, TokenKind::Rbrace);
        self.out.tight = Tight::default();
        self.out.literal_depth = self.out.literal_depth.saturating_sub(1);
    }

    fn func_lit(&mut self, literal: &FuncLit<'_>) {
        self.out.token(TokenKind::Func);
        let start = self.out.column().saturating_sub("func".len());
        self.signature(literal.ty);
        let header = self.width_since(literal.ty.span.start, start);
        self.func_body(header, Space::Blank, literal.body);
    }

    /// Prints everything of a signature but `func` and the name.
    pub(super) fn signature(&mut self, ty: &FuncType<'_>) {
        if let Some(type_params) = ty.type_params {
            self.params(type_params, TokenKind::Lbrack, TokenKind::Rbrack);
        }
        self.params(ty.params, TokenKind::Lparen, TokenKind::Rparen);
        match ty.results.map(|results| (results, results.fields)) {
            None | Some((_, [])) => {}
            Some((_, [single])) if single.names.is_empty() => {
                self.out.blank();
                self.expr(without_parens(single.ty));
            }
            Some((results, _)) => {
                self.out.blank();
                self.params(results, TokenKind::Lparen, TokenKind::Rparen);
            }
        }
    }
}

fn unary(op: UnaryOp) -> TokenKind {
    match op {
        UnaryOp::Plus => TokenKind::Add,
        UnaryOp::Minus => TokenKind::Sub,
        UnaryOp::Not => TokenKind::Not,
        UnaryOp::Xor => TokenKind::Xor,
        UnaryOp::Addr => TokenKind::And,
        UnaryOp::Recv => TokenKind::Arrow,
        UnaryOp::Tilde => TokenKind::Tilde,
    }
}

/// A number with prefix and exponent in small letters and, if it is an imaginary integer, without leading zeros.
fn number(text: &str) -> String {
    let hex = matches!(text.get(..2), Some("0x" | "0X"));
    let mut out = String::with_capacity(text.len());
    for (index, c) in text.char_indices() {
        let lower = match c {
            'X' | 'O' | 'B' => index == 1 && text.starts_with('0'),
            'E' => !hex,
            'P' => true,
            _ => false,
        };
        out.push(if lower { c.to_ascii_lowercase() } else { c });
    }
    let prefixed = matches!(out.get(..2), Some("0x" | "0o" | "0b"));
    if out.len() > 1 && out.ends_with('i') && !prefixed && !out.contains(['.', 'e']) {
        let digits = out.trim_start_matches(['0', '_']);
        return if digits == "i" { "0i".to_owned() } else { digits.to_owned() };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn numbers_have_small_letters_but_for_digits() {
        for (written, wanted) in [
            ("0XABp1", "0xABp1"),
            ("0X1P-2", "0x1p-2"),
            ("1E3", "1e3"),
            ("0O17", "0o17"),
            ("007i", "7i"),
            ("0B1", "0b1"),
        ] {
            assert_eq!(number(written), wanted);
        }
        assert_eq!(number("0xEi"), "0xEi");
        assert_eq!(number("00i"), "0i");
    }
}
