//! Fused instructions: one dispatch for a frequent sequence of operations.
//!
//! Fusing happens when a program is loaded and is the runtime's own business: artifacts, the verifier and the metering tables
//! know only the parts. The code of the first part's word is replaced by that of the sequence, and nothing else: the words of
//! the other parts stay where they are and are read there, so every part has its own position, events and trap. Exact mode
//! runs the parts from the code without fusing.
//!
//! A part that may make the meter exact (any that charges) can only stand last: after it the table decides what runs.
//!
//! To add a sequence, add a line to the table below. Longer sequences stand before their own prefixes.

use super::{Cx, Dispatch, Handler, Next};
use super::{branch::*, call::*, data::*, memory::*, scalar::*};
use regno_bytecode::op::{Op, code_of};

/// Number of operations; the codes from here on are fused instructions.
pub(super) const PLAIN: usize = Op::COUNT;

/// A fused instruction.
pub(super) struct Fused {
    /// Its parts.
    parts: &'static [Op],
    /// Runs them.
    pub(super) handler: Handler,
}

macro_rules! fused {
    ($($first:ident $second:ident $($third:ident)?;)*) => {
        /// All of them; the index is the code less [`PLAIN`].
        pub(in crate::interp) const FUSED: &[Fused] = &[$(fused!(@one $first $second $($third)?)),*];
    };
    (@one $first:ident $second:ident) => {{
        struct Then;
        impl Next for Then {
            #[inline(always)]
            unsafe fn go(cx: *mut Cx, ip: *const u64, regs: *mut u64, allowance: i64, table: *const Handler) {
                $second::<Dispatch>(cx, ip, regs, allowance, table, *ip)
            }
        }
        Fused { parts: &[Op::$first, Op::$second], handler: Handler($first::<Then>) }
    }};
    (@one $first:ident $second:ident $third:ident) => {{
        struct Last;
        impl Next for Last {
            #[inline(always)]
            unsafe fn go(cx: *mut Cx, ip: *const u64, regs: *mut u64, allowance: i64, table: *const Handler) {
                $third::<Dispatch>(cx, ip, regs, allowance, table, *ip)
            }
        }
        struct Then;
        impl Next for Then {
            #[inline(always)]
            unsafe fn go(cx: *mut Cx, ip: *const u64, regs: *mut u64, allowance: i64, table: *const Handler) {
                $second::<Last>(cx, ip, regs, allowance, table, *ip)
            }
        }
        Fused { parts: &[Op::$first, Op::$second, Op::$third], handler: Handler($first::<Then>) }
    }};
}

/// Calls a macro with all sequences.
macro_rules! sequences {
    ($m:ident) => {
        $m! {
            // Ends of loops.
            AddI64Imm LenSlice JumpLtI64;
            AddI64Imm LenStr JumpLtI64;
            StoreIndex AddI64Imm JumpLtI64;
            StoreElem AddI64Imm JumpLtI64;
            StoreIndex AddI64 JumpLeI64;
            AddI64 AddI64Imm JumpLtI64;
            AddI64Imm JumpLtI64;
            AddI64Imm JumpLtI64Imm;
            AddI64Imm JumpLeI64;
            AddI64 JumpLeI64;
            LenSlice JumpLtI64;
            // Elements.
            LoadIndex LoadIndex JumpLtI64;
            LoadIndex LoadIndex JumpLeI64;
            AddI64Imm LoadIndex JumpLtI64;
            LoadIndex LoadIndex;
            LoadIndex JumpLtI64;
            LoadIndex JumpLeI64;
            LoadIndex JumpIf;
            LoadIndex JumpIfNot;
            LoadIndex AddI64;
            LoadIndex CheckFunc;
            LoadIndex LoadField;
            LoadIndex LoadPtrField;
            StoreIndex StoreIndex;
            LoadPtrField LoadElem JumpIfNot;
            LoadElem LoadElem;
            LoadElem JumpIf;
            LoadElem JumpIfNot;
            LoadElem AddU32;
            StoreElem StoreElem;
            AddI64 LoadElem JumpIf;
            AddI64 LoadElem JumpIfNot;
            AddI64Imm LoadElem;
            AddI64Imm LoadIndex;
            AddI64Imm LoadIndexByte;
            // Fields.
            LoadPtrField LoadPtrField MulI64;
            LoadPtrField AddI64Imm StorePtrField;
            LoadPtrField LoadPtrField;
            LoadPtrField JumpLtI64;
            LoadPtrField JumpNeI64Imm;
            LoadPtrField JumpEqI64Imm;
            LoadPtrField LoadField;
            LoadPtrField LoadIndex;
            LoadPtrField LenSlice;
            LoadField LoadField AddI64;
            LoadField LoadField;
            LoadField AddI64;
            LoadField RemI64;
            StoreField StoreField StoreField;
            StoreField StoreField;
            StoreField Return1;
            LoadCell LoadPtrField;
            LoadCell LoadCell;
            LoadPtr AddI64 StorePtr;
            AddI64 StoreCell;
            LoadCapture LoadCapture;
            // Arithmetic.
            MulF64 MulF64 AddF64;
            MulF64 AddF64;
            AddF64 JumpNotLtF64;
            SubF64 AddF64;
            AddI64Imm AddI64Imm;
            MulI64 RemI64Imm;
            MulI64Imm RemI64;
            RotlU32Imm RotlU32Imm Xor64;
            RotlU32Imm Xor64;
            And64 And64 Xor64;
            And64 Xor64;
            Xor64 Xor64;
            AddU32 AddU32;
            ShlU32Imm Or64;
            // Calls and moves.
            Move Move Move;
            Move Move Call;
            Move LoadImm Call;
            Move AddI64Imm JumpLtI64;
            Move AddI64Imm JumpLtI64Imm;
            CheckFunc Move CallValue;
            CheckFunc CallValue;
            Move Move;
            Move Call;
            Move CallValue;
            Move CallSelected;
            Move JumpLtI64;
            LoadImm Call;
            AddI64Imm Call;
            AddI64Imm Move;
            AddI64 Return1;
            LoadImm Return1;
            MakeIface MakeIface;
            LoadStr MakeIface;
        }
    };
}

sequences!(fused);

/// The sequences out of guarded handlers. One that is not done at once goes on with the next word by dispatch: the words of the other
/// parts are there.
pub(super) mod guarded {
    use super::super::guard::{
        Call, CallSelected, CallValue, LoadCell, LoadElem, LoadField, LoadIndex, LoadIndexByte, LoadPtr, LoadPtrField,
        StoreCell, StoreElem, StoreField, StoreIndex, StorePtr, StorePtrField,
    };
    use super::super::{Cx, Dispatch, Handler, Next};
    use super::super::{branch::*, call::*, data::*, memory::*, scalar::*};
    use super::Fused;
    use regno_bytecode::op::Op;

    sequences!(fused);
}

/// The code with frequent sequences fused.
pub(crate) fn fuse(code: &[u64]) -> Vec<u64> {
    let mut fused = code.to_vec();
    let mut at = 0;
    while let Some(op) = op_at(code, at) {
        let found = FUSED.iter().position(|fused| fused.parts.first() == Some(&op) && stands_at(code, at, fused.parts));
        if let (Some(index), Some(word)) = (found, fused.get_mut(at)) {
            *word = *word >> 16 << 16 | (PLAIN + index) as u64;
            let parts = FUSED.get(index).map_or(&[][..], |fused| fused.parts);
            at += parts.iter().map(|part| part.words()).sum::<usize>();
        } else {
            at += op.words();
        }
    }
    fused
}

fn op_at(code: &[u64], at: usize) -> Option<Op> {
    Op::from_code(code_of(*code.get(at)?))
}

fn stands_at(code: &[u64], at: usize, parts: &[Op]) -> bool {
    let mut at = at;
    parts.iter().all(|part| {
        let same = op_at(code, at) == Some(*part);
        at += part.words();
        same
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_last_parts_charge_or_transfer_control() {
        for fused in FUSED {
            let Some((_, front)) = fused.parts.split_last() else { panic!("no parts") };
            for part in front {
                let properties = part.properties();
                assert!(
                    !(properties.charges || properties.calls || properties.branches || properties.terminates),
                    "{part:?} in {:?}",
                    fused.parts
                );
            }
        }
    }

    #[test]
    fn no_sequence_hides_behind_its_prefix() {
        for (index, fused) in FUSED.iter().enumerate() {
            assert!(FUSED[..index].iter().all(|earlier| !fused.parts.starts_with(earlier.parts)), "{:?}", fused.parts);
        }
    }

    #[test]
    fn fusing_changes_nothing_but_the_first_code() {
        use regno_bytecode::op::encode;
        let code = [encode(Op::AddI64Imm, 1, 2, 3), encode(Op::JumpLtI64Imm, 1, 7, 9), encode(Op::Return0, 0, 0, 0)];
        let fused = fuse(&code);
        assert_eq!((fused[0] >> 16, &fused[1..]), (code[0] >> 16, &code[1..]));
        assert!(fused[0] as u16 as usize >= PLAIN);
    }
}
