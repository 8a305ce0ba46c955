//! The dispatch tables. An operation without handler does not compile.

use super::Handler;
use super::drive::step;
use super::fused::{FUSED, PLAIN, guarded as fused_guarded};
use super::memory::{LoadElem as RangeElem, LoadIndex as RangeIndex};
use super::{Dispatch, branch::*, call::*, data::*, memory::*, scalar::*};

macro_rules! handlers {
    ($( $name:ident [$($format:ident)*] {$($property:ident)*} $doc:literal; )*) => {
        /// Every operation's handler.
        pub(super) const OPERATIONS: [Handler; PLAIN] = [$(Handler($name::<Dispatch>)),*];
    };
}
regno_bytecode::for_each_op!(handlers);

/// Number of codes: the operations and the fused instructions.
const CODES: usize = PLAIN + FUSED.len();

/// Threaded dispatch: every operation's handler, then those of the fused instructions.
pub(super) static HANDLERS: [Handler; CODES] = {
    let mut handlers = [Handler(step); CODES];
    let mut code = 0;
    while code < CODES {
        handlers[code] = if code < PLAIN { OPERATIONS[code] } else { FUSED[code - PLAIN].handler };
        code += 1;
    }
    handlers
};

/// The handlers of guarded programs.
pub(super) static GUARDED: [Handler; CODES] = {
    let mut handlers = [Handler(step); CODES];
    let mut code = 0;
    while code < CODES {
        handlers[code] =
            if code < PLAIN { guarded::OPERATIONS[code] } else { fused_guarded::FUSED[code - PLAIN].handler };
        code += 1;
    }
    handlers
};

/// Names that guarded handlers take over.
mod guarded {
    use super::super::guard::{
        AddrElem, AddrField, AddrGlobal, AddrIndex, AddrMap, AddrPtrField, Append, BindIface, BindMethod, Call,
        CallSelected, CallValue, CheckConvert, CopySlice, DeleteMap, EqIface, EqValue, LoadCell, LoadElem,
        LoadElemByte, LoadField, LoadFunc, LoadGlobal, LoadIndex, LoadIndexByte, LoadIndexWord, LoadMap, LoadMapOk,
        LoadPtr, LoadPtrByte, LoadPtrField, LoadPtrIface, NeIface, NeValue, NextMapIter, RangeElem, RangeIndex,
        SelectIface, SliceArray, SlicePtr, SliceSlice, StoreCell, StoreElem, StoreElemByte, StoreField, StoreGlobal,
        StoreIndex, StoreIndexByte, StoreMap, StorePtr, StorePtrByte, StorePtrField, StorePtrIface, StrFromBytes,
        StrFromRunes, UsePackage,
    };
    use super::super::{Dispatch, Handler, branch::*, call::*, data::*, memory::*, scalar::*};
    use super::PLAIN;

    regno_bytecode::for_each_op!(handlers);
}

/// Single steps: every entry saves the state and returns to the driver.
pub(super) static STEPS: [Handler; CODES] = [Handler(step); CODES];
