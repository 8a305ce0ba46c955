//! Which files have had a name of their package read: that resolves the parent of the file's block (spec/03 §8.3).
//!
//! Guarded programs note each instruction that names something of a package. Function literals have no part in it: they find the names of
//! their package through the package itself.

use crate::load::Linked;
use crate::realm::IMPORTED;
use regno_bytecode::module::FunctionKind;
use regno_bytecode::op::call::METHOD;
use regno_bytecode::op::{Op, code_of, field_b};

/// By package and file.
#[derive(Debug)]
pub(super) struct Reads {
    files: Vec<Vec<Read>>,
}

/// What has read a name through the block of a file.
#[derive(Clone, Copy, Default, Debug)]
struct Read {
    functions: bool,
    methods: bool,
}

impl Reads {
    /// The files whose functions have run a noted instruction; `noted` has a bit for each word of the code.
    pub fn of(linked: &Linked, noted: &[u64]) -> Reads {
        let files = linked.packages.iter().map(|package| vec![Read::default(); package.files.len()]).collect();
        let mut reads = Reads { files };
        for (index, &bits) in (0..).zip(noted) {
            let mut bits = bits;
            while bits != 0 {
                reads.add(linked, index * 64 + bits.trailing_zeros());
                bits &= bits - 1;
            }
        }
        reads
    }

    /// Whether a name has been read through the block of a file; `methods`: only by methods, or only by other functions.
    pub fn any(&self, package: u32, file: u32, methods: Option<bool>) -> bool {
        let read = self.files.get(package as usize).and_then(|files| files.get(file as usize)).copied();
        let Read { functions, methods: of_methods } = read.unwrap_or_default();
        match methods {
            None => functions || of_methods,
            Some(true) => of_methods,
            Some(false) => functions,
        }
    }

    fn add(&mut self, linked: &Linked, word: u32) {
        let (Some(pc), Some(index)) = (word.checked_sub(1), linked.function_at(word)) else { return };
        let (Some(code), Some(table)) = (linked.functions.get(index as usize), linked.tables.get(index as usize))
        else {
            return;
        };
        if word == code.entry || pc < code.start || !names_own(linked, code.package, pc) {
            return;
        }
        let files = self.files.get_mut(code.package as usize);
        let Some(read) = files.and_then(|files| files.get_mut(table.declared_at.0 as usize)) else { return };
        match table.kind {
            FunctionKind::Declared => read.functions = true,
            FunctionKind::Method(_) => read.methods = true,
            _ => {}
        }
    }
}

/// Whether the instruction names something of the package that it belongs to.
fn names_own(linked: &Linked, package: u32, pc: u32) -> bool {
    let word = |pc: u32| linked.code.get(pc as usize).copied().unwrap_or(0);
    let ext = word(pc + 1);
    let function = match Op::from_code(code_of(word(pc))) {
        Some(Op::LoadGlobal | Op::StoreGlobal | Op::AddrGlobal) => return ext & IMPORTED == 0,
        Some(Op::LoadFunc) => Some(ext as u32),
        Some(Op::Call) if field_b(word(pc)) & METHOD == 0 => {
            linked.function_at(pc.wrapping_add_signed(ext as u32 as i32))
        }
        _ => None,
    };
    function.is_some_and(|function| {
        linked.functions.get(function as usize).is_some_and(|code| code.package == package)
            && linked
                .tables
                .get(function as usize)
                .is_some_and(|table| matches!(table.kind, FunctionKind::Declared | FunctionKind::Native))
    })
}
