//! The standard form of documentation comments.
//!
//! The text of a comment is a sequence of blocks: paragraphs, headings (`# Heading`), lists and code (both indented).
//! Blocks are separated by one empty line; code is indented by a tab, list items by `  - ` or ` 1. ` with four blanks on
//! their further lines; directives such as `//go:noinline` come last, as do the targets of links.

/// The lines of a documentation comment in standard form, each a comment of its own; `None` if the comment keeps its form.
/// Empty if it has no text at all.
pub(super) fn format(comments: &[&str]) -> Option<Vec<String>> {
    let first = *comments.first()?;
    if let Some(block) = first.strip_prefix("/*") {
        if comments.len() > 1 || !first.contains('\n') || is_starred(first) {
            return None;
        }
        let text = reformat(block.strip_suffix("*/")?);
        return Some(vec![format!("/*\n{text}*/")]);
    }
    let mut directives = Vec::new();
    let mut text = String::new();
    for comment in comments {
        let line = comment.strip_prefix("//")?;
        if is_directive(line) {
            directives.push(*comment);
        } else {
            text.push_str(line.strip_prefix(' ').unwrap_or(line));
            text.push('\n');
        }
    }
    if text.is_empty() {
        return None;
    }
    let mut lines: Vec<String> = reformat(&text)
        .lines()
        .map(|line| match line.as_bytes().first() {
            None => "//".to_owned(),
            Some(b'\t') => format!("//{line}"),
            Some(_) => format!("// {line}"),
        })
        .collect();
    if !directives.is_empty() {
        if !lines.is_empty() {
            lines.push("//".to_owned());
        }
        lines.extend(directives.into_iter().map(str::to_owned));
    }
    Some(lines)
}

/// Whether every line of a `/* */` comment after the first starts with a star.
fn is_starred(comment: &str) -> bool {
    comment.lines().skip(1).all(|line| line.trim_start_matches([' ', '\t']).starts_with('*'))
}

/// Whether what follows `//` is an instruction to a tool: `word:word`, or one of the old forms.
fn is_directive(line: &str) -> bool {
    if ["line ", "extern ", "export "].iter().any(|word| line.starts_with(word)) {
        return true;
    }
    let is_word = |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    match line.split_once(':') {
        Some((tool, rest)) if !tool.is_empty() => is_word(tool) && rest.get(..1).is_some_and(is_word),
        _ => false,
    }
}

// ------------------------------------------------------------------------------------------------------------- blocks

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Paragraph,
    Heading,
    /// A heading without `#`.
    BareHeading,
    List,
    Code,
}

struct Span {
    kind: Kind,
    start: usize,
    end: usize,
}

struct Link<'l> {
    text: &'l str,
    url: &'l str,
}

fn reformat(text: &str) -> String {
    let all: Vec<&str> = text.split('\n').collect();
    let lines = unindent(&all);
    let mut out = String::new();
    let mut links: Vec<Link<'_>> = Vec::new();
    let mut previous_end = None;
    for Span { kind, start, end } in spans(&lines) {
        let block = lines.get(start..end).unwrap_or_default();
        let first = block.first().copied().unwrap_or_default();
        let apart = previous_end.is_none_or(|end| end < start);
        previous_end = Some(end);
        let (written, blank_before) = match kind {
            Kind::Heading => (format!("# {}\n", quotes(first.get(1..).unwrap_or_default().trim())), true),
            Kind::BareHeading => (format!("# {}\n", quotes(first.trim())), true),
            Kind::Code => (code(block), true),
            Kind::List => {
                let (list, loose) = list(block);
                (list, apart || loose)
            }
            Kind::Paragraph => match block.iter().map(|line| link(line)).collect::<Option<Vec<_>>>() {
                Some(targets) => {
                    links.extend(targets);
                    continue;
                }
                None => (format!("{}\n", quotes(&block.join("\n"))), true),
            },
        };
        if blank_before && !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&written);
    }
    let used: Vec<bool> = links.iter().map(|link| out.contains(&format!("[{}]", link.text))).collect();
    for wanted in [true, false] {
        let mut first = true;
        for (Link { text, url }, _) in links.iter().zip(&used).filter(|(_, used)| **used == wanted) {
            if std::mem::take(&mut first) {
                out.push('\n');
            }
            out.push_str(&format!("[{text}]: {url}\n"));
        }
    }
    out
}

/// The lines without surrounding empty ones and without the indentation they share; blank ones become empty.
fn unindent<'l>(lines: &[&'l str]) -> Vec<&'l str> {
    let is_blank = |line: &&&str| line.trim().is_empty();
    let start = lines.iter().take_while(is_blank).count();
    let end = lines.len() - lines.iter().rev().take_while(is_blank).count();
    let lines = lines.get(start..end).unwrap_or_default();
    let mut prefix = lines.first().map_or("", |line| leading_space(line));
    for line in lines.iter().filter(|line| !line.trim().is_empty()) {
        let shared = prefix.bytes().zip(leading_space(line).bytes()).take_while(|(a, b)| a == b).count();
        prefix = prefix.get(..shared).unwrap_or_default();
    }
    let strip = |line: &&'l str| if line.trim().is_empty() { "" } else { line.strip_prefix(prefix).unwrap_or(line) };
    lines.iter().map(strip).collect()
}

fn leading_space(line: &str) -> &str {
    let text = line.trim_start_matches([' ', '\t']);
    line.get(..line.len() - text.len()).unwrap_or_default()
}

fn is_indented(line: &str) -> bool {
    line.starts_with([' ', '\t'])
}

/// Cuts the lines into blocks.
fn spans(lines: &[&str]) -> Vec<Span> {
    let line = |index: usize| lines.get(index).copied().unwrap_or_default();
    let mut spans = Vec::new();
    let mut at = 0;
    // Lines before this one count as indented: they belong to the indented block that follows.
    let mut force_indent = 0;
    loop {
        while at < lines.len() && line(at).is_empty() {
            at += 1;
        }
        if at >= lines.len() {
            return spans;
        }
        let start = at;
        if at < force_indent || is_indented(line(at)) {
            let mut loose_items = list_marker(line(at)).is_some() && at < force_indent;
            at += 1;
            while at < lines.len()
                && (line(at).is_empty()
                    || at < force_indent
                    || is_indented(line(at))
                    || (loose_items && list_marker(line(at)).is_some()))
            {
                loose_items &= !line(at).is_empty();
                at += 1;
            }
            let mut end = at;
            while end > start && line(end - 1).is_empty() {
                end -= 1;
            }
            // The closing brace of code whose first and last line were not indented.
            if end < lines.len() && line(end).starts_with('}') {
                end += 1;
            }
            let kind = if list_marker(line(start)).is_some() { Kind::List } else { Kind::Code };
            spans.push(Span { kind, start, end });
            at = end;
            continue;
        }
        at += 1;
        while at < lines.len() && !line(at).is_empty() && !is_indented(line(at)) {
            at += 1;
        }
        let mut end = at;
        // Indented lines directly below: the last lines above may belong to them.
        if at < lines.len() && !line(at).is_empty() && list_marker(line(at)).is_none() {
            let last = line(at - 1);
            if list_marker(last).is_some() {
                force_indent = end;
                end -= 1;
                while end > start && list_marker(line(end - 1)).is_some() {
                    end -= 1;
                }
            } else if last.ends_with('{') || last.ends_with('\\') {
                force_indent = end;
                end -= 1;
            }
            if start == end && force_indent > start {
                at = start;
                continue;
            }
        }
        let kind = match end - start {
            1 if is_heading(line(start)) => Kind::Heading,
            1 if is_bare_heading(lines, start) => Kind::BareHeading,
            _ => Kind::Paragraph,
        };
        spans.push(Span { kind, start, end });
        at = end;
    }
}

fn is_heading(line: &str) -> bool {
    line.starts_with("# ") || line.starts_with("#\t")
}

/// Whether a line alone between a block and a paragraph reads like a heading: a capital first, no punctuation.
fn is_bare_heading(lines: &[&str], at: usize) -> bool {
    let around = at.checked_sub(1).and_then(|before| lines.get(before)).zip(lines.get(at + 1)).zip(lines.get(at + 2));
    let Some(((before, after), following)) = around else { return false };
    if !before.is_empty() || !after.is_empty() || !leading_space(following).is_empty() {
        return false;
    }
    let line = lines.get(at).copied().unwrap_or_default().trim();
    let capital = line.chars().next().is_some_and(char::is_uppercase);
    if !capital || !line.chars().last().is_some_and(char::is_alphanumeric) {
        return false;
    }
    if line.contains([
        ';', ':', '!', '?', '+', '*', '/', '=', '[', ']', '{', '}', '_', '^', '°', '&', '§', '~', '%', '#', '@', '<',
        '"', '>', '\\',
    ]) {
        return false;
    }
    let possessive = line.split('\'').skip(1).all(|after| after == "s" || after.starts_with("s "));
    possessive && line.split('.').skip(1).all(|after| !after.is_empty() && !after.starts_with(' '))
}

/// The number (empty for a bullet) and the text of a list item.
fn list_marker(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    let (number, rest) = match line.strip_prefix(['•', '*', '+', '-']) {
        Some(rest) => ("", rest),
        None => {
            let digits = line.bytes().take_while(u8::is_ascii_digit).count();
            let rest = line.get(digits..)?.strip_prefix(['.', ')']).filter(|_| digits > 0)?;
            (line.get(..digits)?, rest)
        }
    };
    (is_indented(rest) && !rest.trim().is_empty()).then_some((number, rest))
}

/// A list in standard form, and whether empty lines stand between its items.
fn list(lines: &[&str]) -> (String, bool) {
    let numbered = lines.first().and_then(|line| list_marker(line)).is_some_and(|(number, _)| !number.is_empty());
    // Items of paragraphs of lines.
    let mut items: Vec<(&str, Vec<Vec<&str>>)> = Vec::new();
    let mut loose = false;
    let mut new_paragraph = true;
    for &line in lines {
        let mut text = line;
        if let Some((number, rest)) = list_marker(line).filter(|(number, _)| number.is_empty() != numbered) {
            items.push((number, Vec::new()));
            text = rest;
            new_paragraph = true;
        }
        let text = text.trim();
        if text.is_empty() {
            loose = true;
            new_paragraph = true;
            continue;
        }
        let Some((_, paragraphs)) = items.last_mut() else { continue };
        match paragraphs.last_mut().filter(|_| !new_paragraph) {
            Some(paragraph) => paragraph.push(text),
            None => paragraphs.push(vec![text]),
        }
        new_paragraph = false;
    }
    loose |= items.iter().any(|(_, paragraphs)| paragraphs.len() != 1);
    let mut out = String::new();
    for (index, (number, paragraphs)) in items.iter().enumerate() {
        if index > 0 && loose {
            out.push('\n');
        }
        out.push_str(&if number.is_empty() { "  - ".to_owned() } else { format!(" {number}. ") });
        let paragraphs: Vec<String> = paragraphs.iter().map(|lines| quotes(&lines.join("\n    "))).collect();
        out.push_str(&paragraphs.join("\n\n    "));
        out.push('\n');
    }
    (out, loose)
}

fn code(lines: &[&str]) -> String {
    let indent = |line: &str| if line.is_empty() { "\n".to_owned() } else { format!("\t{line}\n") };
    unindent(lines).into_iter().map(indent).collect()
}

/// `[text]: url` with a known kind of address.
fn link(line: &str) -> Option<Link<'_>> {
    let (text, rest) = line.strip_prefix('[')?.split_once("]:")?;
    let url = Some(rest).filter(|rest| is_indented(rest))?.trim();
    let (scheme, _) = url.split_once("://")?;
    let known = ["file", "ftp", "gopher", "http", "https", "mailto", "nntp"].contains(&scheme);
    known.then_some(Link { text, url })
}

/// Typographic quotes for doubled ones.
fn quotes(text: &str) -> String {
    if !text.contains("``") && !text.contains("''") {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let run = rest.len() - rest.trim_start_matches(c).len();
        let taken = match c {
            // Three and more are someone's code.
            '`' if run > 2 => run,
            '`' | '\'' if run >= 2 => {
                out.push(if c == '`' { '\u{201c}' } else { '\u{201d}' });
                rest = rest.get(2..).unwrap_or_default();
                continue;
            }
            _ => c.len_utf8(),
        };
        out.push_str(rest.get(..taken).unwrap_or_default());
        rest = rest.get(taken..).unwrap_or_default();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::format;

    fn formatted(text: &str) -> String {
        let lines: Vec<&str> = text.lines().collect();
        format(&lines).map_or_else(|| text.to_owned(), |lines| lines.join("\n"))
    }

    #[test]
    fn lists_and_code_get_their_indentation() {
        assert_eq!(formatted("// Uses:\n//  * a\n//  * b\n//    more"), "// Uses:\n//   - a\n//   - b\n//     more");
        assert_eq!(formatted("// Run\n//   x()"), "// Run\n//\n//\tx()");
        assert_eq!(formatted("// 1. no list"), "// 1. no list");
    }

    #[test]
    fn directives_go_last_and_text_is_set_off_by_a_blank() {
        assert_eq!(formatted("//go:embed x\n//text"), "// text\n//\n//go:embed x");
        assert_eq!(formatted("//"), "");
    }

    #[test]
    fn a_bare_heading_gets_its_mark() {
        assert_eq!(formatted("// A.\n//\n// The heading\n//\n// More."), "// A.\n//\n// # The heading\n//\n// More.");
    }

    #[test]
    fn starred_blocks_stay() {
        let starred = ["/*\n * a\n * b\n */"];
        assert_eq!(format(&starred), None);
        assert_eq!(format(&["/*\na\n  code\n*/"]), Some(vec!["/*\na\n\n\tcode\n*/".to_owned()]));
    }
}
