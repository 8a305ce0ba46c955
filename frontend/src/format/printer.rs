//! The walk over the tree: what all nodes share.
//!
//! | file | what it prints |
//! |---|---|
//! | `lists` | comma-separated lists, parameters |
//! | `expr` | expressions and types |
//! | `operators` | the spacing of operators |
//! | `fields` | bodies of structs and interfaces |
//! | `stmt`, `decl` | statements, declarations |

use std::collections::HashMap;

use super::shape::Shape;
use super::text::Text;
use super::writer::Writer;
use crate::syntax::ast::{ExprRef, NodeId, StmtRef};

/// Enough host stack for one step down the tree, and how much to add where it is short.
const RED_ZONE: usize = 64 * 1024;
const STACK_CHUNK: usize = 1024 * 1024;

/// What was found out about nodes, so that nested questions stay linear.
#[derive(Default)]
pub(super) struct Memo {
    /// Size on one line; `None` if the node does not fit on one.
    sizes: HashMap<NodeId, Option<usize>>,
    /// Operators of binary expressions.
    pub(super) shapes: HashMap<NodeId, Shape>,
}

/// Prints nodes to a writer.
pub(super) struct Printer<'t> {
    pub(super) out: Writer<'t>,
    pub(super) memo: Memo,
}

impl<'t> Printer<'t> {
    pub(super) fn new(text: &'t Text<'t>) -> Self {
        Self { out: Writer::new(text), memo: Memo::default() }
    }

    /// Line of a source offset.
    pub(super) fn line(&self, offset: u32) -> u32 {
        self.out.text.line(offset)
    }

    /// Runs `print` with enough stack for one more level of the tree.
    pub(super) fn deeper<R>(&mut self, print: impl FnOnce(&mut Self) -> R) -> R {
        stacker::maybe_grow(RED_ZONE, STACK_CHUNK, || print(self))
    }

    /// Bytes of an expression on one line without comments, if it fits there within `limit`.
    pub(super) fn expr_size(&mut self, x: ExprRef<'_>, limit: usize) -> Option<usize> {
        self.size(x.id, limit, |printer| printer.expr(x))
    }

    /// Bytes of a statement on one line without comments, if it fits there within `limit`.
    pub(super) fn stmt_size(&mut self, stmt: StmtRef<'_>, limit: usize) -> Option<usize> {
        self.size(stmt.id, limit, |printer| printer.stmt(stmt, false))
    }

    fn size(&mut self, id: NodeId, limit: usize, print: impl FnOnce(&mut Self)) -> Option<usize> {
        if self.out.overflow {
            return None;
        }
        if let Some(&known) = self.memo.sizes.get(&id) {
            return known;
        }
        let measuring = Writer::measuring(self.out.text, limit);
        let out = std::mem::replace(&mut self.out, measuring);
        print(self);
        let size = self.out.size();
        self.out = out;
        self.memo.sizes.insert(id, size);
        size
    }
}
