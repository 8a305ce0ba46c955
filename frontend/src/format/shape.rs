//! Which operators occur in an expression, and which of them get blanks.

/// Which operators a binary expression contains, parentheses and other operands not counted.
#[derive(Clone, Copy, Default)]
pub(super) struct Shape {
    /// One of `+ - | ^`.
    pub(super) additive: bool,
    /// One of `* / % << >> & &^`.
    pub(super) multiplicative: bool,
    /// The strongest operator that would run into the operand after it, as in `a / *p`.
    pub(super) must_separate: u8,
}

impl Shape {
    /// The operators of both.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            additive: self.additive || other.additive,
            multiplicative: self.multiplicative || other.multiplicative,
            must_separate: self.must_separate.max(other.must_separate),
        }
    }

    /// Operators below this precedence get blanks.
    pub(super) fn cutoff(self, depth: usize) -> u8 {
        if self.must_separate > 0 {
            return self.must_separate + 1;
        }
        match (depth <= 1, self.additive && self.multiplicative) {
            (true, true) => 5,
            (true, false) => 6,
            (false, _) => 4,
        }
    }
}
