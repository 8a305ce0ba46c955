//! Text columns by elastic tab stops.
//!
//! A line is a row of cells. A cell that is ended by a stop belongs to a column: the column reaches over all directly
//! following lines that also have a stop at that index, and is as wide as its widest cell plus one blank. The last cell of
//! a line has no stop and no influence. A column whose cells are all empty and end in soft stops disappears. Empty cells
//! at the start of a line are indentation and become tabs; all other padding is blanks.
//!
//! Lines are collected into a *section*; columns end with it. Everything is linear in the number of cells.

/// Columns count as this wide where indentation takes part in one.
const TAB_WIDTH: usize = 8;

/// How a cell ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// Its column stays even if it is empty.
    Hard,
    /// An empty column of such cells disappears.
    Soft,
}

struct Cell {
    /// End of its text in `Aligner::text`; it starts where the previous cell ends.
    end: usize,
    /// Width in characters.
    width: usize,
    /// How it ends; `None` for the last cell of a line.
    stop: Option<Stop>,
    /// The column, once known.
    column: usize,
}

#[derive(Clone, Copy)]
struct Column {
    width: usize,
    keep: bool,
}

/// Collects lines of cells and turns them into text, section by section.
#[derive(Default)]
pub(super) struct Aligner {
    out: String,
    text: String,
    cells: Vec<Cell>,
    /// For every finished line of the section, the end of its cells.
    lines: Vec<usize>,
    /// Where the text of the open cell starts.
    cell_start: usize,
}

impl Aligner {
    /// Adds text to the open cell. It may contain line ends, which have no influence on columns.
    pub(super) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Ends the open cell.
    pub(super) fn stop(&mut self, stop: Stop) {
        self.close(Some(stop));
    }

    /// Ends the open line.
    pub(super) fn end_line(&mut self) {
        self.close(None);
        self.lines.push(self.cells.len());
    }

    /// Ends the open line and the section.
    pub(super) fn end_section(&mut self) {
        self.end_line();
        self.render();
        self.cells.clear();
        self.lines.clear();
        self.text.clear();
        self.cell_start = 0;
    }

    /// The text of all sections, with the open line as the last one unless it is empty.
    pub(super) fn finish(mut self) -> String {
        self.end_section();
        // The open line that `end_section` closed was empty if the text ended in a line end.
        while self.out.ends_with("\n\n") {
            self.out.pop();
        }
        self.out
    }

    fn close(&mut self, stop: Option<Stop>) {
        let width = self.text.get(self.cell_start..).map_or(0, |text| text.chars().count());
        self.cells.push(Cell { end: self.text.len(), width, stop, column: usize::MAX });
        self.cell_start = self.text.len();
    }

    fn assign_columns(&mut self) -> Vec<Column> {
        let mut columns: Vec<Column> = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        let mut start = 0;
        for &end in &self.lines {
            let Some(line) = self.cells.get_mut(start..end) else { break };
            start = end;
            open.truncate(line.len().saturating_sub(1));
            for (index, cell) in line.iter_mut().enumerate() {
                let Some(stop) = cell.stop else { break };
                let id = match open.get(index) {
                    Some(&id) => id,
                    None => {
                        columns.push(Column { width: 0, keep: false });
                        open.push(columns.len() - 1);
                        columns.len() - 1
                    }
                };
                cell.column = id;
                if let Some(column) = columns.get_mut(id) {
                    column.width = column.width.max(cell.width + 1);
                    column.keep |= cell.width > 0 || stop == Stop::Hard;
                }
            }
        }
        columns
    }

    fn render(&mut self) {
        let columns = self.assign_columns();
        let (mut cell, mut from) = (0, 0);
        for &end in &self.lines {
            let line_start = self.out.len();
            let mut indentation = true;
            while let Some(Cell { end: to, width, column, .. }) = self.cells.get(cell).filter(|_| cell < end) {
                let column = columns.get(*column).filter(|column| column.keep).map_or(0, |column| column.width);
                if *to == from && indentation {
                    self.out.extend(std::iter::repeat_n('\t', column.div_ceil(TAB_WIDTH)));
                } else {
                    indentation &= *to == from;
                    self.out.push_str(self.text.get(from..*to).unwrap_or_default());
                    self.out.extend(std::iter::repeat_n(' ', column.saturating_sub(*width)));
                }
                from = *to;
                cell += 1;
            }
            let kept = self.out.get(line_start..).unwrap_or_default().trim_end_matches([' ', '\t']).len();
            self.out.truncate(line_start + kept);
            self.out.push('\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Aligner, Stop};

    /// `|` is a soft stop, `\t` a hard one, a form feed ends the section.
    fn aligned(text: &str) -> String {
        let mut aligner = Aligner::default();
        for c in text.chars() {
            match c {
                '|' => aligner.stop(Stop::Soft),
                '\t' => aligner.stop(Stop::Hard),
                '\n' => aligner.end_line(),
                '\u{c}' => aligner.end_section(),
                _ => aligner.push(c.encode_utf8(&mut [0; 4])),
            }
        }
        aligner.finish()
    }

    #[test]
    fn a_column_is_as_wide_as_its_widest_cell() {
        assert_eq!(aligned("a|b\nccc|d\n"), "a   b\nccc d\n");
        assert_eq!(aligned("é|b\nccc|d\n"), "é   b\nccc d\n");
    }

    #[test]
    fn a_line_without_the_cell_and_a_section_end_a_column() {
        assert_eq!(aligned("a|b\nxxxxxx\nccc|d\n"), "a b\nxxxxxx\nccc d\n");
        assert_eq!(aligned("a|b\u{c}ccc|d\n"), "a b\nccc d\n");
    }

    #[test]
    fn empty_soft_columns_vanish_and_hard_ones_stay() {
        assert_eq!(aligned("a||b\ncc||d\n"), "a  b\ncc d\n");
        assert_eq!(aligned("a\t\tb\n"), "a  b\n");
    }

    #[test]
    fn leading_stops_are_tabs_and_trailing_blanks_go() {
        assert_eq!(aligned("\t\ta|b\n\t\tcc|\n\t\n"), "\t\ta  b\n\t\tcc\n");
    }
}
