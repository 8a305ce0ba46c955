//! Documentation comments: which belongs to what, and their text.

use regno_frontend::source::{SourceFile, Span};

/// Columns of a line of text.
const WIDTH: usize = 80;

/// The comment directly above an offset, which is the first of its line: all `//` lines and `/* */` up to the first gap.
pub(super) fn above(source: &SourceFile, comments: &[Span], offset: u32) -> Option<Span> {
    let mut found: Option<Span> = None;
    let mut next = offset;
    let before = comments.partition_point(|comment| comment.end <= offset);
    for &comment in comments.get(..before)?.iter().rev() {
        let between = source.text(Span::new(comment.end, next))?;
        let adjacent = between.trim().is_empty() && between.matches('\n').count() <= 1;
        if !adjacent || !starts_line(source, comment.start) {
            break;
        }
        found = Some(Span::new(comment.start, found.map_or(comment.end, |found| found.end)));
        next = comment.start;
    }
    found
}

/// The comment that ends the line in which a span ends.
pub(super) fn beside(source: &SourceFile, comments: &[Span], end: u32) -> Option<Span> {
    let comment = *comments.get(comments.partition_point(|comment| comment.start < end))?;
    let between = source.text(Span::new(end, comment.start))?;
    between.chars().all(|c| matches!(c, ' ' | '\t' | ';' | ',')).then_some(comment)
}

fn starts_line(source: &SourceFile, offset: u32) -> bool {
    let before = source.bytes().get(..offset as usize).unwrap_or_default();
    let line = before.iter().rev().take_while(|&&byte| byte != b'\n');
    line.into_iter().all(u8::is_ascii_whitespace)
}

/// The text of comments without their marks; instructions to tools are left out.
pub(super) fn text(comments: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    let mut block = false;
    for line in comments.lines() {
        let trimmed = line.trim_start();
        let (mut line, opened) = match trimmed.strip_prefix("/*") {
            Some(rest) if !block => (rest, true),
            _ => (line, false),
        };
        block |= opened;
        if block {
            if let Some(rest) = line.trim_end().strip_suffix("*/") {
                (line, block) = (rest, false);
            }
            lines.push(if opened { line.trim() } else { line.trim_end() });
        } else if let Some(rest) = trimmed.strip_prefix("//")
            && !is_instruction(rest)
        {
            lines.push(rest.strip_prefix(' ').unwrap_or(rest).trim_end());
        }
    }
    let mut text = String::new();
    for line in lines {
        // No text starts with an empty line or has two of them in a row.
        if !line.is_empty() || (!text.is_empty() && !text.ends_with("\n\n")) {
            text.push_str(line);
            text.push('\n');
        }
    }
    text.truncate(text.trim_end().len());
    text
}

/// `word:word` directly after the slashes.
fn is_instruction(line: &str) -> bool {
    let word = |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    line.split_once(':').is_some_and(|(tool, rest)| {
        !tool.is_empty() && word(tool) && rest.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
    })
}

/// A block of a text.
enum Block<'a> {
    Paragraph(Vec<&'a str>),
    Code(Vec<&'a str>),
    /// Mark and lines.
    Item(String, Vec<&'a str>),
}

/// The text in lines of at most 80 columns after `prefix`; code follows `code_prefix`. Ends with a line feed if there is any.
pub(super) fn laid_out(text: &str, prefix: &str, code_prefix: &str) -> String {
    let mut out = String::new();
    let mut after_item = false;
    for block in blocks(text) {
        let item = matches!(block, Block::Item(..));
        let joined = item && after_item;
        if !out.is_empty() && !joined {
            out.push('\n');
        }
        after_item = item;
        match block {
            Block::Paragraph(lines) => wrap(&mut out, &lines, prefix, prefix),
            Block::Item(mark, lines) => {
                wrap(&mut out, &lines, &format!("{prefix}{mark}"), &format!("{prefix}    "));
            }
            Block::Code(lines) => {
                for line in lines {
                    let line = if line.is_empty() { String::new() } else { format!("{code_prefix}{line}") };
                    out.push_str(&line);
                    out.push('\n');
                }
            }
        }
    }
    out
}

fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if line.is_empty() {
            continue;
        }
        let indented = |line: &str| line.starts_with([' ', '\t']);
        if !indented(line) {
            let mut all = vec![line];
            while let Some(next) = lines.next_if(|next| !next.is_empty() && !indented(next)) {
                all.push(next);
            }
            blocks.push(Block::Paragraph(all));
            continue;
        }
        let mut all = vec![line];
        while let Some(next) = lines.next_if(|next| next.is_empty() || indented(next)) {
            all.push(next);
        }
        while all.last().is_some_and(|line| line.is_empty()) {
            all.pop();
        }
        if item(line).is_some() {
            for line in all {
                match (item(line), blocks.last_mut()) {
                    (Some((mark, rest)), _) => blocks.push(Block::Item(mark, vec![rest])),
                    (None, Some(Block::Item(_, lines))) => lines.push(line),
                    (None, _) => {}
                }
            }
        } else {
            blocks.push(Block::Code(unindented(all)));
        }
    }
    blocks
}

/// Mark and rest of the first line of a list's item.
fn item(line: &str) -> Option<(String, &str)> {
    let line = line.trim_start();
    if let Some(rest) = ["- ", "* ", "+ ", "• "].iter().find_map(|mark| line.strip_prefix(mark)) {
        return Some(("  - ".to_owned(), rest.trim()));
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = line.split_at(digits);
    let rest = rest.strip_prefix(". ").or_else(|| rest.strip_prefix(") "))?;
    (!number.is_empty()).then(|| (format!("{number:>2}. "), rest.trim()))
}

/// Lines without the whitespace that all start with.
fn unindented(lines: Vec<&str>) -> Vec<&str> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let common = lines.iter().filter(|line| !line.is_empty()).map(|line| indent(line)).min().unwrap_or(0);
    lines.into_iter().map(|line| line.get(common..).unwrap_or_default()).collect()
}

fn wrap(out: &mut String, lines: &[&str], first: &str, prefix: &str) {
    let mut column = first.chars().count();
    let mut fresh = true;
    out.push_str(first);
    for word in lines.iter().flat_map(|line| line.split_whitespace()) {
        let width = word.chars().count();
        if !fresh && column + 1 + width > WIDTH {
            out.push('\n');
            out.push_str(prefix);
            column = prefix.chars().count();
            fresh = true;
        }
        if !fresh {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += width;
        fresh = false;
    }
    out.push('\n');
}
