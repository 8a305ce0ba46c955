//! Where the bytes behind the width of a result come from, and which operands are taken as words.

use crate::entity::Reg;
use crate::function::{Arg, Function, InstData};
use crate::op::Op;
use regno_bytecode::types::Repr;

/// What is behind the width of a narrow result.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Source {
    /// Zeros.
    Nothing,
    /// What is behind an operand, a word where it is as wide as a word.
    Operand(Arg),
    /// The operation gives a word.
    Word,
}

/// The source of result `index` of an instruction.
pub(super) fn source(data: &InstData, index: usize) -> Source {
    let operand = |at: usize| data.args.get(at).map_or(Source::Nothing, |&arg| Source::Operand(arg));
    match data.op {
        op if op.is_arithmetic() || matches!(op, Op::Copy | Op::Not) => match data.args.first() {
            // A constant of the representation.
            Some(Arg::Bits(_)) | None => Source::Nothing,
            Some(&arg) => Source::Operand(arg),
        },
        op if op.is_comparison() || op == Op::Convert => match data.args.first() {
            Some(Arg::Bits(_)) if !is_wide(data.repr) => Source::Nothing,
            _ => operand(0),
        },
        Op::EqIface | Op::NeIface | Op::EqValue | Op::NeValue => operand(0),
        Op::Over => operand(1),
        // Arrays of bytes hold numbers.
        Op::LoadElem if data.repr == Repr::U8 => Source::Nothing,
        Op::LoadCell
        | Op::LoadGlobal
        | Op::LoadPtr
        | Op::LoadField
        | Op::LoadPtrField
        | Op::LoadElem
        | Op::RangeElem
        | Op::LoadIndex
        | Op::RangeIndex
        | Op::LoadMap
        | Op::AssertIface
        | Op::UnboxIface
        | Op::Call
        | Op::CallValue
        | Op::CallSelected => Source::Word,
        Op::LoadMapOk | Op::AssertIfaceOk if index == 0 => Source::Word,
        Op::NextMapIter if index >= 2 => Source::Word,
        _ => Source::Nothing,
    }
}

/// A number of 64 bits, which is its word.
pub(super) fn is_wide(repr: Repr) -> bool {
    matches!(repr, Repr::I64 | Repr::U64 | Repr::F64)
}

/// Whether operand `index` is taken as a word.
pub(super) fn takes_word(data: &InstData, index: usize) -> bool {
    match data.op {
        Op::Call
        | Op::CallValue
        | Op::CallSelected
        | Op::Defer
        | Op::DeferValue
        | Op::DeferSelected
        | Op::Return
        | Op::NewCell
        | Op::DefineGlobal
        | Op::StoreGlobal
        | Op::MakeIface
        | Op::BindMethod => true,
        Op::StoreCell | Op::StorePtr | Op::StoreField | Op::StorePtrField | Op::InitElem => index == 1,
        Op::StoreElem => index == 2 && data.repr != Repr::U8,
        Op::StoreIndex | Op::StoreMap => index == 2,
        _ => false,
    }
}

/// Whether operand `index` is a key that the map keeps.
pub(super) fn is_kept_key(data: &InstData, index: usize) -> bool {
    matches!(data.op, Op::StoreMap | Op::AddrMap) && index == 1
}

/// Whether the register holds a narrow number.
pub(super) fn is_narrow(function: &Function, reg: Reg) -> bool {
    function.regs[reg].repr.is_narrow()
}
