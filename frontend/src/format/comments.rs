//! Where comments go, and what whitespace they take from or leave to the token that follows.
//!
//! A comment keeps its place between the same two tokens. On the line of the token before it, it becomes a cell of its own
//! so that comments of neighbouring lines align; else it starts a line, indented as the pending changes of indentation
//! before it say. Empty lines of the source stay, at most one.

use super::align::Stop;
use super::doc;
use super::text::{Comment, Group, Place};
use super::writer::{Space, Writer};
use crate::syntax::token::TokenKind;

impl Writer<'_> {
    /// Whether a comment group is to be written before a token at `next`. One with a line end has to wait where the line
    /// end would end the statement.
    pub(super) fn has_comment_before(&self, next: Place) -> bool {
        let group = self.text.groups.get(self.group);
        group.is_some_and(|group| group.start < next.offset && !(self.line_ends_statement && group.has_line_end))
    }

    /// Bytes of the comments that would be written before `next`.
    pub(super) fn comment_size_before(&self, next: Place) -> usize {
        let groups = self.text.groups.get(self.group..).unwrap_or_default();
        let before =
            groups.iter().take_while(|g| g.start < next.offset && !(self.line_ends_statement && g.has_line_end));
        let comments = before.flat_map(|group| self.text.comments.get(group.comments.clone()).unwrap_or_default());
        comments.map(|comment| comment.text.len()).sum()
    }

    /// Writes the comments and the pending whitespace before a token; see `Writer::flush` for the result.
    pub(super) fn write_comments(&mut self, next: Place, kind: TokenKind) -> (bool, bool) {
        let text = self.text;
        let mut last: Option<Comment> = None;
        while self.has_comment_before(next) {
            let Some(group) = text.groups.get(self.group) else { break };
            let comments = text.comments.get(group.comments.clone()).unwrap_or_default();
            let Some(formatted) = self.formatted_doc(group, comments, next, kind) else {
                for comment in comments {
                    self.write_comment_prefix(comment, next, last.as_ref(), kind);
                    self.write_comment(comment);
                    last = Some(comment.clone());
                }
                self.group += 1;
                continue;
            };
            if formatted.is_empty()
                && let Some(first) = comments.first()
            {
                // The comment had no text.
                self.write_comment_prefix(first, next, last.as_ref(), kind);
                self.cursor = next;
                self.last = next;
                self.group += 1;
                return self.write_comment_suffix(false);
            }
            for comment in &formatted {
                self.write_comment_prefix(comment, next, last.as_ref(), kind);
                self.write_comment(comment);
                last = Some(comment.clone());
            }
            if let Some(original) = comments.last() {
                self.cursor = text.place(original.end);
                self.last = self.cursor;
                last = Some(original.clone());
            }
            self.group += 1;
        }
        let Some(last) = last else { return (false, false) };
        let closing = self.separate_from(&last, next, kind);
        let needs_line =
            last.is_line() || closing || kind == TokenKind::Eof || (kind == TokenKind::Rbrace && !self.tight.line);
        self.write_comment_suffix(needs_line)
    }

    /// The comments of a documentation comment of a top-level declaration in their standard form; `None` for any other.
    fn formatted_doc(&self, group: &Group, comments: &[Comment], next: Place, kind: TokenKind) -> Option<Vec<Comment>> {
        let (first, last) = (comments.first()?, comments.last()?);
        let abuts = self.text.place(last.end.saturating_add(1)) == next;
        if kind == TokenKind::Import || first.start.column != 1 || !abuts || group.comments.is_empty() {
            return None;
        }
        let texts: Vec<&str> = comments.iter().map(|comment| comment.text.as_str()).collect();
        let lines = doc::format(&texts)?;
        Some(lines.into_iter().map(|text| Comment { text, start: first.start, end: first.end }).collect())
    }

    /// Separates the last comment, if it is a `/* */` on the line of the next token, from that token. Says whether a line
    /// end is needed for that.
    fn separate_from(&mut self, last: &Comment, next: Place, kind: TokenKind) -> bool {
        let wanted = !self.tight.blank
            && !last.is_line()
            && last.start.line == next.line
            && kind != TokenKind::Comma
            && (kind != TokenKind::Rparen || self.opening == Some(TokenKind::Lparen))
            && (kind != TokenKind::Rbrack || self.opening == Some(TokenKind::Lbrack));
        if !wanted {
            return false;
        }
        let line_pending = self.pending.iter().any(|space| matches!(space, Space::Line | Space::Section));
        if line_pending && !self.tight.line && self.literal_depth == 0 {
            return true;
        }
        self.write_blank();
        false
    }

    fn write_comment_prefix(&mut self, comment: &Comment, next: Place, previous: Option<&Comment>, kind: TokenKind) {
        if !self.started {
            return;
        }
        if comment.start.line == self.last.line && previous.is_none_or(|previous| !previous.is_line()) {
            self.comment_beside(comment, next, previous.is_none());
        } else {
            self.comment_below(comment, next, previous, kind);
        }
    }

    /// The whitespace before a comment on the line of what was written last.
    fn comment_beside(&mut self, comment: &Comment, next: Place, first: bool) {
        let mut separated = false;
        if first {
            // What stands before a line end is used here. Without a line end it is left to the token.
            let mut count = 0;
            for (index, space) in self.pending.iter_mut().enumerate() {
                match space {
                    Space::Blank => *space = Space::None,
                    Space::Cell => separated = true,
                    Space::Indent => {}
                    _ => {
                        count = index;
                        break;
                    }
                }
            }
            self.write_pending(count);
        }
        if separated {
            return;
        }
        if comment.start.line == next.line { self.write_blank() } else { self.write_stop(Stop::Hard) }
    }

    /// The whitespace before a comment that starts a line.
    fn comment_below(&mut self, comment: &Comment, next: Place, previous: Option<&Comment>, kind: TokenKind) {
        let mut dropped_line = false;
        let mut count = 0;
        for index in 0..self.pending.len() {
            let following = self.pending.get(index + 1).copied();
            let Some(space) = self.pending.get_mut(index) else { break };
            match space {
                Space::Blank | Space::Cell => *space = Space::None,
                Space::Indent => {}
                // Belongs to something that ended before the comment.
                Space::Dedent if following == Some(Space::Dedent) => {}
                // The comment stands where the next token does, as before a case label.
                Space::Dedent if kind != TokenKind::Rbrace && comment.start.column == next.column => {}
                Space::Dedent | Space::None => {
                    count = index;
                    break;
                }
                Space::Line | Space::Section => {
                    *space = Space::None;
                    dropped_line = previous.is_none();
                    count = index;
                    break;
                }
            }
        }
        self.write_pending(count);
        let mut lines = comment.start.line.saturating_sub(self.last.line);
        // Keeps the empty line before the documentation of a top-level declaration.
        if self.indent == 0 && dropped_line {
            lines += 1;
        }
        if lines == 0 && previous.is_some_and(Comment::is_line) {
            lines = 1;
        }
        if lines > 0 {
            self.end_lines(Space::Section, lines);
        }
    }

    fn write_comment(&mut self, comment: &Comment) {
        let trimmed = |line: &str| line.trim_end_matches([' ', '\t', '\n', '\r', '\u{b}', '\u{c}']).to_owned();
        if comment.is_line() {
            // A line directive has a meaning only at the start of a line.
            let directive = comment.text.starts_with("//line ") && comment.start.column == 1;
            let indent = if directive { std::mem::take(&mut self.indent) } else { self.indent };
            self.write(Some(comment.start), &trimmed(&comment.text), true);
            self.indent = indent;
            return;
        }
        let mut lines: Vec<String> = comment.text.split('\n').map(str::to_owned).collect();
        if comment.start.column == 1 && self.indent > 0 {
            // As if it had been indented before, so that a second pass sees the same common indentation.
            for line in lines.iter_mut().skip(1) {
                line.insert_str(0, "   ");
            }
        }
        strip_common_indentation(&mut lines);
        for (index, line) in lines.iter().enumerate() {
            if index > 0 {
                self.end_lines(Space::Section, 1);
            }
            if !line.is_empty() {
                let place = if index == 0 { comment.start } else { self.cursor };
                self.write(Some(place), &trimmed(line), true);
            }
        }
    }

    /// Uses the pending whitespace after the last comment: changes of indentation, and one line end if one is needed.
    fn write_comment_suffix(&mut self, needs_line: bool) -> (bool, bool) {
        let (mut needs_line, mut wrote_line, mut dropped_section) = (needs_line, false, false);
        for space in &mut self.pending {
            match space {
                Space::Blank | Space::Cell => *space = Space::None,
                Space::Line | Space::Section => {
                    if needs_line {
                        needs_line = false;
                        wrote_line = true;
                    } else {
                        dropped_section |= *space == Space::Section;
                        *space = Space::None;
                    }
                }
                _ => {}
            }
        }
        let count = self.pending.len();
        self.write_pending(count);
        if needs_line {
            self.end_lines(Space::Line, 1);
            wrote_line = true;
        }
        (wrote_line, dropped_section)
    }
}

/// Removes from the lines of a `/* */` comment the indentation that they share, so that it can be indented anew: the
/// indentation of the inner lines, or of the last one if there are no others. A column of stars on the left stays aligned
/// with the one that opens the comment, and text after `/*` counts as two columns further.
fn strip_common_indentation(lines: &mut [String]) {
    let [first, rest @ ..] = lines else { return };
    let Some((last, inner)) = rest.split_last_mut() else { return };
    let mut prefix: Option<String> = None;
    for line in inner.iter_mut() {
        if is_blank(line) {
            line.clear();
            continue;
        }
        prefix = Some(common_prefix(prefix.as_deref().unwrap_or(line), line).to_owned());
    }
    let mut prefix = prefix.unwrap_or_else(|| common_prefix(last, last).to_owned());
    let stars = match prefix.find('*') {
        Some(star) => {
            prefix.truncate(star);
            if prefix.ends_with(' ') {
                prefix.pop();
            }
            true
        }
        None => {
            shorten_by_opening(&mut prefix, first);
            false
        }
    };
    let before_close = last.split("*/").next().unwrap_or_default();
    if is_blank(before_close) {
        *last = format!("{prefix}{}", if stars { " */" } else { "*/" });
    } else {
        prefix = common_prefix(&prefix, last).to_owned();
    }
    for line in rest.iter_mut().filter(|line| !line.is_empty()) {
        line.drain(..prefix.len().min(line.len()));
    }
}

/// Leaves to the text the part of the common indentation that mirrors `/*` and what follows it on the first line.
fn shorten_by_opening(prefix: &mut String, first: &str) {
    let after = first.get(2..).unwrap_or_default();
    if is_blank(after) {
        let kept = prefix.trim_end_matches(' ').len().max(prefix.len().saturating_sub(3));
        if kept < prefix.len() {
            prefix.truncate(kept);
        } else if prefix.ends_with('\t') {
            prefix.pop();
        }
        return;
    }
    let blanks = after.bytes().take_while(|&byte| byte <= b' ').count();
    let blanks = after.get(..blanks).unwrap_or_default();
    let mirrored = if blanks.starts_with('\t') { blanks.to_owned() } else { format!("  {blanks}") };
    if let Some(kept) = prefix.strip_suffix(&mirrored).map(str::len) {
        prefix.truncate(kept);
    }
}

fn common_prefix<'l>(a: &'l str, b: &str) -> &'l str {
    let shared = a.bytes().zip(b.bytes()).take_while(|(x, y)| x == y && (*x <= b' ' || *x == b'*')).count();
    a.get(..shared).unwrap_or_default()
}

fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| byte <= b' ')
}

#[cfg(test)]
mod tests {
    use super::strip_common_indentation;

    fn stripped(text: &str) -> String {
        let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
        strip_common_indentation(&mut lines);
        lines.join("\n")
    }

    #[test]
    fn text_keeps_its_distance_to_the_opening() {
        assert_eq!(stripped("/*\n\t\ta\n\t\t\tb\n\t*/"), "/*\n\ta\n\t\tb\n*/");
        assert_eq!(stripped("/* a\n\t   b */"), "/* a\n   b */");
    }

    #[test]
    fn a_column_of_stars_stays_aligned() {
        assert_eq!(stripped("/*\n\t * a\n\n\t * b\n\t */"), "/*\n * a\n\n * b\n */");
    }
}
