//! The order of imports: sorted by path, then name, then comment, within runs of specs on successive lines.
//!
//! Works on the text before it is printed: the lines of a run change places, their comments with them. An import that is
//! repeated with the same name is dropped.

use crate::source::SourceFile;
use crate::syntax::ast::{Decl, File, GenDecl, ImportSpec, Specs};

/// The source with its imports sorted; `None` if they are already.
pub(super) fn sorted(source: &SourceFile, file: &File<'_>) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut copied = 0;
    for decl in file.decls {
        let Decl::Gen(decl @ GenDecl { grouped, specs: Specs::Import(specs), .. }) = decl else { break };
        if !grouped {
            continue;
        }
        for run in runs(source, specs) {
            let Some(lines) = run_lines(source, run, decl.span.end.saturating_sub(1)) else { continue };
            let Some((from, to, text)) = sort_lines(source, lines) else { continue };
            out.extend_from_slice(source.bytes().get(copied..from)?);
            out.extend_from_slice(&text);
            copied = to;
        }
    }
    if copied == 0 {
        return None;
    }
    out.extend_from_slice(source.bytes().get(copied..)?);
    Some(out)
}

/// Specs on successive lines.
fn runs<'r, 'a>(
    source: &SourceFile,
    specs: &'r [&'a ImportSpec<'a>],
) -> impl Iterator<Item = &'r [&'a ImportSpec<'a>]> {
    specs.chunk_by(|a, b| source.line(b.span.start) <= source.line(a.span.end).saturating_add(1))
}

/// A spec with the rest of its line.
struct Line<'a> {
    spec: &'a ImportSpec<'a>,
    start: usize,
    end: usize,
}

/// The lines of a run; `None` if specs share a line or a comment does not end with it.
fn run_lines<'a>(source: &SourceFile, run: &[&'a ImportSpec<'a>], rparen: u32) -> Option<Vec<Line<'a>>> {
    let mut lines: Vec<Line<'a>> = Vec::new();
    for &spec in run {
        let start = spec.span.start as usize;
        if lines.last().is_some_and(|previous| previous.end > start) {
            return None;
        }
        let rest = source.bytes().get(spec.span.end as usize..rparen as usize)?;
        let length = rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len());
        let tail = rest.get(..length)?;
        let opens = tail.windows(2).filter(|pair| pair == b"/*").count();
        if opens != tail.windows(2).filter(|pair| pair == b"*/").count() {
            return None;
        }
        lines.push(Line { spec, start, end: spec.span.end as usize + length });
    }
    Some(lines)
}

/// The byte range of the run and its text in order, if that differs.
fn sort_lines(source: &SourceFile, lines: Vec<Line<'_>>) -> Option<(usize, usize, Vec<u8>)> {
    let bytes = source.bytes();
    let (from, to) = (lines.first()?.start, lines.last()?.end);
    let comment = |line: &Line<'_>| bytes.get(line.spec.span.end as usize..line.end).unwrap_or_default();
    let key = |line: &Line<'_>| (line.spec.path.to_owned(), line.spec.name.map(|name| name.name.to_owned()));
    let slots: Vec<(usize, usize)> = lines.iter().map(|line| (line.start, line.end)).collect();
    let mut sorted = lines;
    sorted.sort_by(|a, b| key(a).cmp(&key(b)).then_with(|| comment(a).cmp(comment(b))));
    let mut kept: Vec<Line<'_>> = Vec::new();
    for line in sorted {
        let bare = |previous: &Line<'_>| comment(previous).iter().all(|byte| b" \t\r;".contains(byte));
        if kept.last().is_some_and(|previous| key(previous) == key(&line) && bare(previous)) {
            kept.pop();
        }
        kept.push(line);
    }
    if kept.iter().map(|line| (line.start, line.end)).eq(slots.iter().copied()) {
        return None;
    }
    let mut text = Vec::new();
    let mut previous_end = None;
    for (line, &(start, end)) in kept.iter().zip(&slots) {
        // What stands between two slots stays: the line end and the indentation.
        text.extend_from_slice(bytes.get(previous_end.unwrap_or(start)..start)?);
        text.extend_from_slice(bytes.get(line.start..line.end)?);
        previous_end = Some(end);
    }
    Some((from, to, text))
}
