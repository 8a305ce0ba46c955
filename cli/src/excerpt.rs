//! Findings with excerpts of the source, for terminals.

use annotate_snippets::{AnnotationKind, Group, Level, Patch, Renderer, Snippet};
use regno_conformance::lint::{Issue, Place, Report};
use regno_frontend::source::{SourceFile, Span};
use std::ops::Range;

/// Width that texts are made for.
const WIDTH: usize = 120;

/// A finding as text, with colours on request.
pub fn render(issue: &Issue, report: &Report, colours: bool) -> String {
    let renderer = if colours { Renderer::styled() } else { Renderer::plain() };
    let mut groups = vec![finding(issue, report)];
    groups.extend(suggestion(issue, report));
    format!("{}\n", renderer.term_width(WIDTH).render(&groups))
}

fn finding<'r>(issue: &'r Issue, report: &'r Report) -> Group<'r> {
    let mut group = Group::with_title(Level::ERROR.primary_title(issue.title()).id(issue.finding.code()));
    match issue.place.and_then(|place| excerpt(report, place)) {
        Some((source, text, range)) => {
            let mut snippet = Snippet::source(text).path(source.name()).annotation(AnnotationKind::Primary.span(range));
            let mut others = Vec::new();
            for (place, words) in &issue.related {
                let Some((other, text, range)) = excerpt(report, *place) else { continue };
                let note = AnnotationKind::Context.span(range).label(words.as_str());
                if issue.place.is_some_and(|first| first.file == place.file) {
                    snippet = snippet.annotation(note);
                } else {
                    others.push(Snippet::source(text).path(other.name()).annotation(note));
                }
            }
            group = group.element(snippet).elements(others);
        }
        None => group = group.element(Level::NOTE.message(format!("in {}", issue.location))),
    }
    for note in issue.notes() {
        group = group.element(Level::NOTE.message(note));
    }
    if let Some(suggestion) = issue.suggestion.as_ref().filter(|suggestion| suggestion.edit.is_none()) {
        group = group.element(Level::HELP.message(suggestion.message.as_str()));
    }
    group
}

fn suggestion<'r>(issue: &'r Issue, report: &'r Report) -> Option<Group<'r>> {
    let suggestion = issue.suggestion.as_ref()?;
    let (span, replacement) = suggestion.edit.as_ref()?;
    let source = report.files.get(issue.place?.file)?;
    let text = std::str::from_utf8(source.bytes()).ok()?;
    let patch = Patch::new(span.start as usize..span.end as usize, replacement.as_str());
    let snippet = Snippet::source(text).path(source.name()).patch(patch);
    Some(Level::HELP.secondary_title(suggestion.message.as_str()).element(snippet))
}

/// The file of a place with its text and the range to mark; `None` if it cannot be shown.
fn excerpt(report: &Report, place: Place) -> Option<(&SourceFile, &str, Range<usize>)> {
    let source = report.files.get(place.file)?;
    let text = std::str::from_utf8(source.bytes()).ok()?;
    Some((source, text, marked(text, place.span)))
}

/// The range of a span within its first line; a position alone marks the word that stands there.
fn marked(text: &str, span: Span) -> Range<usize> {
    let start = (span.start as usize).min(text.len());
    let start = (0..=start).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    let rest = text.get(start..).unwrap_or_default();
    let line = rest.find('\n').unwrap_or(rest.len());
    let word = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len()).max(1);
    let length = match (span.end as usize).saturating_sub(start) {
        0 => word.min(line),
        length => length.min(line),
    };
    let end = (start + length..=text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len());
    start..end
}
