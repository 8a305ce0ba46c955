//! Suggestions: only where what was meant is certain enough that applying them is right.

use super::{Issue, Place, Suggestion};
use regno_frontend::finding::{Finding, GoError, PackageError, SyntaxError, VmError};
use regno_frontend::source::{SourceFile, Span};
use regno_frontend::syntax::lexer::Lexer;
use regno_frontend::syntax::token::{Token, TokenKind};
use std::collections::BTreeSet;

/// Names that exist everywhere.
const PREDECLARED: &[&str] = &[
    "bool", "byte", "error", "false", "float32", "float64", "int", "int16", "int32", "int64", "int8", "iota", "nil",
    "realm", "address", "rune", "string", "true", "uint", "uint16", "uint32", "uint64", "uint8", "append", "cap",
    "copy", "delete", "len", "make", "new", "panic", "print", "println", "recover", "any", "cross",
];

/// The suggestion for an issue.
pub(super) fn suggestion(issue: &Issue, files: &[SourceFile]) -> Option<Suggestion> {
    let place = issue.place?;
    let file = files.get(place.file)?;
    let tokens = tokens(file);
    let at = tokens.partition_point(|token| token.span.start < place.span.start);
    match &issue.finding {
        Finding::Go(GoError::Undefined { name })
        | Finding::Vm(
            VmError::NotDeclared { name } | VmError::NotDefined { name } | VmError::NotInFiles { name, .. },
        ) => undefined(&name.0, files, place, &tokens, at),
        Finding::Go(GoError::NoNewVars) | Finding::Vm(VmError::NoNewVariables) => {
            let define = tokens.get(at..)?.iter().find(|token| token.kind == TokenKind::Define)?;
            Some(edit("all variables on the left exist: assign with `=`", define.span, "="))
        }
        Finding::Syntax(SyntaxError::HeaderAssignment { .. }) => {
            let assign = tokens.get(at..)?.iter().find(|token| token.kind == TokenKind::Assign)?;
            Some(edit("`=` assigns; compare with `==`", assign.span, "=="))
        }
        Finding::Go(GoError::UnusedImport { .. } | GoError::UnusedNamedImport { .. }) => {
            words("remove the import, or import it as `_` for its initialisation only")
        }
        Finding::Go(GoError::UnusedVar { .. }) => words("remove the variable, or receive the value with `_`"),
        Finding::Go(GoError::UnusedSwitchVar { .. }) => words("leave the variable out: `switch x.(type)`"),
        Finding::Go(GoError::MissingReturn) | Finding::Vm(VmError::MissingReturn { .. }) => {
            words("end the function with `return`, or with `panic` where that point is never reached")
        }
        Finding::Package(PackageError::RenderSignature) => words("write `func Render(path string) string`"),
        _ => None,
    }
}

fn words(message: &str) -> Option<Suggestion> {
    Some(Suggestion { message: message.to_owned(), edit: None })
}

fn edit(message: &str, span: Span, text: &str) -> Suggestion {
    Suggestion { message: message.to_owned(), edit: Some((span, text.to_owned())) }
}

/// A name that nothing declares: another spelling, a missing import, a missing declaration.
fn undefined(name: &str, files: &[SourceFile], place: Place, tokens: &[Token], at: usize) -> Option<Suggestion> {
    let file = files.get(place.file)?;
    let token = tokens.get(at).filter(|token| token.kind == TokenKind::Ident && file.text(token.span) == Some(name))?;
    let next = tokens.get(at + 1).map(|token| token.kind);
    if next == Some(TokenKind::Period)
        && let Some(path) = library_package(name)
    {
        return Some(import(file, tokens, path));
    }
    if let Some(similar) = similar_name(name, files, place) {
        return Some(edit(&format!("there is `{similar}`, spelled similarly"), token.span, &similar));
    }
    let starts = at.checked_sub(1).and_then(|before| tokens.get(before)).is_some_and(|before| {
        before.kind.is_semicolon() || matches!(before.kind, TokenKind::Lbrace | TokenKind::Colon)
    });
    if starts && next == Some(TokenKind::Assign) {
        let assign = tokens.get(at + 1)?;
        return Some(edit("`=` assigns to a variable that exists; declare one with `:=`", assign.span, ":="));
    }
    None
}

/// The one package of the library whose last element is `name`.
fn library_package(name: &str) -> Option<&'static str> {
    let all = regno_stdlibs::packages().iter().chain(regno_stdlibs::overlay_packages()).map(|&(path, _)| path);
    let mut found: Vec<&str> = all.filter(|path| path.rsplit('/').next() == Some(name)).collect();
    found.retain(|path| !path.contains("internal"));
    found.dedup();
    match found.as_slice() {
        [path] => Some(path),
        _ => None,
    }
}

fn import(file: &SourceFile, tokens: &[Token], path: &str) -> Suggestion {
    let message = format!("import the package `{path}` of the standard library");
    let import = tokens.iter().position(|token| token.kind == TokenKind::Import);
    let open = import.and_then(|at| tokens.get(at + 1)).filter(|token| token.kind == TokenKind::Lparen);
    let (offset, text) = match (open, import.and_then(|at| tokens.get(at))) {
        (Some(open), _) => (open.span.end, format!("\n\t\"{path}\"")),
        (None, Some(import)) => (import.span.start, format!("import \"{path}\"\n")),
        (None, None) => {
            let clause = tokens.iter().find(|token| token.kind == TokenKind::Ident);
            (clause.map_or(0, |name| name.span.end), format!("\n\nimport \"{path}\""))
        }
    };
    let _ = file;
    edit(&message, Span::at(offset), &text)
}

/// The one declared name that differs from `name` by one letter, or by two in a long name.
fn similar_name(name: &str, files: &[SourceFile], place: Place) -> Option<String> {
    let most = match name.chars().count() {
        0..=2 => return None,
        3..=6 => 1,
        _ => 2,
    };
    let mut known: BTreeSet<String> = PREDECLARED.iter().map(|&name| name.to_owned()).collect();
    for (index, file) in files.iter().enumerate() {
        declared_names(file, (index == place.file).then_some(place.span.start), &mut known);
    }
    let mut candidates: Vec<(usize, String)> = known
        .into_iter()
        .filter(|known| known != name)
        .map(|known| (distance(name, &known), known))
        .filter(|(distance, _)| *distance <= most)
        .collect();
    candidates.sort();
    match candidates.as_slice() {
        [(_, only)] => Some(only.clone()),
        [(first, best), (second, _), ..] if first < second => Some(best.clone()),
        _ => None,
    }
}

/// Adds the names that a file declares at the top level and, around the offset, in a function.
fn declared_names(file: &SourceFile, around: Option<u32>, names: &mut BTreeSet<String>) {
    let tokens = tokens(file);
    let (mut depth, mut start) = (0_u32, 0);
    for (index, token) in tokens.iter().enumerate() {
        match token.kind {
            TokenKind::Lbrace | TokenKind::Lparen | TokenKind::Lbrack => depth += 1,
            TokenKind::Rbrace | TokenKind::Rparen | TokenKind::Rbrack => depth = depth.saturating_sub(1),
            TokenKind::Func if depth == 0 => start = index,
            _ => {}
        }
        let before = index.checked_sub(1).and_then(|before| tokens.get(before)).map(|token| token.kind);
        let declares = matches!(before, Some(TokenKind::Func | TokenKind::Type | TokenKind::Var | TokenKind::Const));
        if depth == 0 && declares && token.kind == TokenKind::Ident {
            names.extend(file.text(token.span).map(str::to_owned));
        }
        let ends = depth == 0 && token.kind == TokenKind::Rbrace;
        let inside =
            |offset: u32| tokens.get(start).is_some_and(|first| first.span.start < offset) && offset < token.span.end;
        if ends && around.is_some_and(inside) {
            local_names(file, tokens.get(start..index).unwrap_or_default(), names);
        }
    }
}

/// Adds the names that a function declares: before `:=`, after `var`, and parameters.
fn local_names(file: &SourceFile, tokens: &[Token], names: &mut BTreeSet<String>) {
    let mut add = |token: &Token| names.extend(file.text(token.span).map(str::to_owned));
    for (index, token) in tokens.iter().enumerate().filter(|(_, token)| token.kind == TokenKind::Ident) {
        let before = index.checked_sub(1).and_then(|before| tokens.get(before)).map(|token| token.kind);
        // Everything from here to `:=` is a list of names.
        let rest = tokens.get(index + 1..).unwrap_or_default();
        let defined = rest
            .iter()
            .take_while(|token| matches!(token.kind, TokenKind::Ident | TokenKind::Comma | TokenKind::Define))
            .any(|token| token.kind == TokenKind::Define);
        let parameter = matches!(before, Some(TokenKind::Lparen | TokenKind::Comma))
            && rest.first().is_some_and(|next| {
                matches!(
                    next.kind,
                    TokenKind::Ident | TokenKind::Lbrack | TokenKind::Map | TokenKind::Mul | TokenKind::Func
                )
            });
        if defined || parameter || matches!(before, Some(TokenKind::Var | TokenKind::Const)) {
            add(token);
        }
    }
}

fn tokens(file: &SourceFile) -> Vec<Token> {
    let mut lexer = Lexer::new(file.bytes(), 0);
    let mut tokens = Vec::new();
    loop {
        let token = lexer.next_token();
        match token.kind {
            TokenKind::Eof => return tokens,
            TokenKind::Comment => {}
            _ => tokens.push(token),
        }
    }
}

/// Letters inserted, removed, replaced or swapped with their neighbour to make `b` of `a`.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows: [Vec<usize>; 3] = [Vec::new(), (0..=b.len()).collect(), Vec::new()];
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let above = |row: &Vec<usize>, at: usize| row.get(at).copied().unwrap_or(usize::MAX / 2);
            let mut best = above(&rows[1], j) + usize::from(x != y);
            best = best.min(above(&rows[1], j + 1) + 1).min(above(&row, j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if swapped {
                best = best.min(above(&rows[0], j - 1) + 1);
            }
            row.push(best);
        }
        rows[2] = row;
        rows.rotate_left(1);
    }
    rows[1].last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn distances_count_changes() {
        assert_eq!(distance("count", "count"), 0);
        assert_eq!(distance("cuont", "count"), 1);
        assert_eq!(distance("cont", "count"), 1);
        assert_eq!(distance("abc", "xyz"), 3);
    }
}
