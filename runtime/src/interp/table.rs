//! The dispatch tables. An operation without handler does not compile.

use super::{Cx, Handler};
use super::{branch::*, call::*, data::*, memory::*, scalar::*};

macro_rules! handlers {
    ($( $name:ident [$($format:ident)*] {$($property:ident)*} $doc:literal; )*) => {
        /// Threaded dispatch: every operation's handler.
        pub(super) static HANDLERS: [Handler; regno_bytecode::op::Op::COUNT] = [$(Handler($name)),*];
    };
}
regno_bytecode::for_each_op!(handlers);

/// Single steps: every entry saves the state and returns to the driver.
pub(super) static STEPS: [Handler; regno_bytecode::op::Op::COUNT] = [Handler(step); regno_bytecode::op::Op::COUNT];

unsafe extern "C" fn step(
    cx: *mut Cx,
    ip: *const u64,
    regs: *mut u64,
    budget: i64,
    _table: *const Handler,
    _word: u64,
) {
    let cx = &mut *cx;
    cx.save(ip, regs, budget);
    cx.exit = super::Exit::Step;
}
