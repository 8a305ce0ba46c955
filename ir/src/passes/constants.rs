//! Constant and copy propagation: uses of a temporary that only names a constant or another temporary read that directly.
//!
//! Variables are left alone: a later assignment could change what the use reads.

use super::{is_temporary, replace_uses};
use crate::entity::Reg;
use crate::function::{Arg, Function};
use crate::op::Op;
use cranelift_entity::SecondaryMap;

/// Runs the pass.
pub fn run(function: &mut Function) -> bool {
    let mut replacement: SecondaryMap<Reg, Option<Arg>> = SecondaryMap::new();
    let mut found = false;
    for &block in &function.layout {
        for &inst in &function.blocks[block].insts {
            let data = &function.insts[inst];
            let [result] = data.results.as_slice() else { continue };
            if !is_temporary(function, *result) {
                continue;
            }
            let value = match (data.op, data.args.as_slice()) {
                (Op::Const, _) => Arg::Bits(data.index),
                (Op::Copy, [Arg::Bits(bits)]) => Arg::Bits(*bits),
                (Op::Copy, [Arg::Reg(source)]) if is_temporary(function, *source) => Arg::Reg(*source),
                _ => continue,
            };
            replacement[*result] = Some(value);
            found = true;
        }
    }
    if found {
        replace_uses(function, &replacement);
    }
    found
}
