//! The driver: runs handlers, single-steps where needed, and what hot handlers leave to.

use super::table::{GUARDED, HANDLERS, STEPS};
use super::{Cx, Dispatch, Exit, Handler, Next};
use crate::frame::STACK_EXHAUSTED;
use crate::heap::{Ref, Trap};
use crate::ops::index::{array_trap, slice_trap, string_trap};
use crate::panic::Activation;
use crate::realm::RealmState;
use crate::recount::charger;
use regno_bytecode::op::{Op, code_of, field_a};

/// Table to go on with after an operation that may have made the meter exact.
#[inline(always)]
pub(super) fn table_after(cx: &Cx, table: *const Handler) -> *const Handler {
    if cx.meter.exact { STEPS.as_ptr() } else { table }
}

/// Cold exits of hot handlers. They have the signature of a handler, so that leaving is a jump; the word is not theirs to read.
macro_rules! leaves {
    ($($(#[$doc:meta])* $name:ident($cx:ident, $ip:ident, $regs:ident) $body:block)*) => { $(
        $(#[$doc])*
        #[cold]
        #[inline(never)]
        pub(super) unsafe extern "C" fn $name(
            cx: *mut Cx,
            $ip: *const u64,
            $regs: *mut u64,
            allowance: i64,
            _table: *const Handler,
            _word: u64,
        ) {
            let $cx = &mut *cx;
            $cx.save($ip, $regs, allowance);
            $body
        }
    )* };
}

leaves! {
    /// Single steps: the entry of every table that is not run threaded.
    step(cx, ip, regs) { cx.exit = Exit::Step; }
    /// The driver switches the realm and makes the call.
    leave_switch(cx, ip, regs) { cx.exit = Exit::Switch; }
    /// The segment at `ip` does not fit.
    leave_segment(cx, ip, regs) { cx.exit = Exit::Segment; }
    /// The stacks do not hold the callee's frame.
    leave_grow(cx, ip, regs) { cx.exit = Exit::Grow; }
    /// A collection is due.
    leave_collect(cx, ip, regs) { cx.exit = Exit::Collect; }
    /// Integer division by zero.
    leave_division(cx, ip, regs) { cx.fail(Trap::raise("division by zero")); }
    /// Access through a nil pointer.
    leave_nil(cx, ip, regs) { cx.fail(Trap::nil_pointer()); }
    /// Call of a nil function value.
    leave_nil_call(cx, ip, regs) { cx.fail(super::call::nil_call()); }
    /// The array of the slice is not an object yet, and the instruction needs one.
    leave_pending(cx, ip, regs) {
        // Every instruction that leaves here has the slice in field `a` if it stores, else in `b`.
        let word = cx.word_at(cx.pc_of(ip));
        let stores = matches!(Op::from_code(code_of(word)), Some(Op::StoreIndex | Op::StoreIndexByte));
        let slice = if stores { reg!(regs, word, a) } else { reg!(regs, word, b) };
        match cx.heap.own_array(Ref::of(slice)) {
            Ok(()) => cx.exit = Exit::Step,
            Err(trap) => cx.fail(trap),
        }
    }
    /// An index out of range.
    leave_index(cx, ip, regs) {
        let word = cx.word_at(cx.pc_of(ip));
        let trap = index_trap(cx, word, [reg!(regs, word, a), reg!(regs, word, b), reg!(regs, word, c)]);
        cx.fail(trap);
    }
}

/// Enters a segment that `allowance` does not cover; `segment` is its word.
#[cold]
#[inline(never)]
pub(super) unsafe extern "C" fn enter_beyond(
    cx: *mut Cx,
    ip: *const u64,
    regs: *mut u64,
    allowance: i64,
    table: *const Handler,
    segment: u64,
) {
    if (*cx).meter.enter_beyond(allowance, segment) {
        return Dispatch::go(cx, ip.add(1), regs, (*cx).meter.lent, table);
    }
    // The meter has taken back what was left.
    leave_segment(cx, ip, regs, 0, table, segment)
}

/// The failure of an element access, from its word and operands.
fn index_trap(cx: &Cx, word: u64, [a, b, c]: [u64; 3]) -> Trap {
    match Op::from_code(code_of(word)) {
        Some(Op::LoadElem | Op::RangeElem | Op::LoadElemByte | Op::AddrElem) => array_trap(&cx.heap, b, c),
        Some(Op::StoreElem | Op::StoreElemByte) => array_trap(&cx.heap, a, b),
        Some(Op::StoreIndex | Op::StoreIndexByte) => slice_trap(&cx.heap, a, b),
        Some(Op::LoadStrByte) => string_trap(b, c),
        _ => slice_trap(&cx.heap, b, c),
    }
}

impl Cx {
    /// Runs from `ip` until something happens that is not the interpreter's own business; `ip`, registers and meter
    /// are then as the instruction at `ip` left them.
    pub fn resume(&mut self) -> Exit {
        loop {
            if self.meter.exact {
                match self.charge_instruction() {
                    Ok(true) => {}
                    Ok(false) => continue,
                    Err(trap) => {
                        self.fail(trap);
                        return Exit::Trap;
                    }
                }
            }
            self.dispatch();
            match self.exit {
                Exit::Step => {}
                Exit::Segment => self.enter_at_ip(),
                Exit::Collect => self.collect(),
                Exit::Grow => {
                    if let Err(trap) = self.grow() {
                        self.fail(trap);
                        return Exit::Trap;
                    }
                }
                exit => return exit,
            }
        }
    }

    /// Exact mode: charges the events before the instruction at `ip`; `false` if it is a segment that is entered by falling
    /// into it, and `ip` is now behind its word.
    fn charge_instruction(&mut self) -> Result<bool, Trap> {
        let pc = self.pc_of(self.ip);
        self.hit(pc);
        if self.word_at(pc) as u16 == Op::Segment as u16 {
            charger!(self).finish_segment(&self.heap, pc)?;
            self.enter_at_ip();
            return Ok(false);
        }
        charger!(self).before(&self.heap, pc)?;
        Ok(true)
    }

    /// Counts an execution of the word, where that is done.
    fn hit(&mut self, pc: u32) {
        if let Some(count) = self.hits.as_mut().and_then(|hits| hits.get_mut(pc as usize)) {
            *count = count.saturating_add(1);
        }
    }

    /// Enters the segment at `ip`.
    fn enter_at_ip(&mut self) {
        let pc = self.pc_of(self.ip);
        self.hit(pc);
        self.meter.enter(pc);
        self.ip = self.ip.wrapping_add(1);
    }

    /// Goes on at a segment.
    pub fn go_to(&mut self, pc: u32) {
        self.ip = self.ip_of(pc);
        self.enter_at_ip();
    }

    fn word_at(&self, pc: u32) -> u64 {
        self.linked.code.get(pc as usize).copied().unwrap_or(0)
    }

    /// The word as handlers read it, perhaps fused.
    fn fast_word_at(&self, pc: u32) -> u64 {
        let code = self.own_code.as_ref().unwrap_or(&self.linked.fast);
        code.get(pc as usize).copied().unwrap_or(0)
    }

    /// Runs the instruction at `ip`: all that follow too, if dispatch is threaded and the meter is not exact.
    fn dispatch(&mut self) {
        let pc = self.pc_of(self.ip);
        // In exact mode a fused instruction runs part by part.
        let word = if self.meter.exact { self.word_at(pc) } else { self.fast_word_at(pc) };
        let handlers = if self.guarded { &GUARDED } else { &HANDLERS };
        let Some(&handler) = handlers.get(code_of(word) as usize) else { return };
        // Builds without optimisation have no tail calls.
        let threaded = !self.meter.exact && cfg!(not(debug_assertions));
        let table = if threaded { handlers.as_ptr() } else { STEPS.as_ptr() };
        let (ip, regs, allowance) = (self.ip, self.roots.regs, self.allowance());
        // SAFETY: `ip` is an instruction of verified code and `regs` its frame's window; see the module documentation.
        unsafe { (handler.0)(self, ip, regs, allowance, table, word) }
    }

    /// Frees what the program cannot reach any more, at the instruction at `ip`, which has not begun.
    ///
    /// The registers of all frames are scanned without knowing what they hold, so a number may keep an object (`docs/heap.md`).
    fn collect(&mut self) {
        let pc = self.pc_of(self.ip);
        let function = self.linked.function_at(pc).and_then(|index| self.linked.functions.get(index as usize));
        let frame_size = function.map_or(self.linked.max_frame, |function| function.frame_size) as usize;
        let (bottom, _) = self.roots.stacks.registers();
        let window = (self.roots.regs as usize).wrapping_sub(bottom as usize) / size_of::<u64>();
        let registers = self.roots.stacks.lowest(window + frame_size);
        let (strings, globals, functions) = (&self.strings, &self.roots.globals, &self.roots.functions);
        let (exceptions, remembered) = (&self.roots.exceptions, &self.roots.remembered);
        let activations = &self.roots.activations;
        let realm = self.roots.realm.as_deref();
        let (defers, defer_args, callee, revived) =
            (&self.roots.defers, &self.roots.defer_args, self.callee, self.revived);
        self.heap.collect(&self.linked.types, |marker| {
            for table in [strings, globals, functions] {
                table.iter().for_each(|&slot| marker.reference(slot));
            }
            marker.reference(callee);
            marker.iface(revived);
            realm.into_iter().flat_map(RealmState::roots).for_each(|object| marker.reference(object.slot()));
            activations.iter().for_each(|activation| marker.reference(activation.callee()));
            defers.iter().for_each(|deferred| marker.reference(deferred.closure));
            exceptions.iter().for_each(|exception| marker.iface(exception.value));
            for activation in activations {
                if let Activation::Defer { callee, .. } = *activation {
                    marker.unknown(callee);
                }
            }
            remembered.held().for_each(|slot| marker.unknown(slot));
            marker.unknowns(defer_args);
            marker.unknowns(registers);
        });
    }

    /// Makes room for the frame of the call at `ip`.
    fn grow(&mut self) -> Result<(), Trap> {
        let base = field_a(self.word_at(self.pc_of(self.ip))) as usize;
        self.reserve(base + self.linked.max_frame as usize)
    }

    /// Grows the stacks for one more frame and `registers` registers from the current window on.
    pub fn reserve(&mut self, registers: usize) -> Result<(), Trap> {
        let depth = self.depth();
        let (bottom, _) = self.roots.stacks.registers();
        let window = (self.roots.regs as usize).wrapping_sub(bottom as usize) / size_of::<u64>();
        if !self.roots.stacks.reserve(depth + 1, window + registers) {
            return Err(Trap::abort(STACK_EXHAUSTED));
        }
        let (frames, frame_end) = self.roots.stacks.frames();
        let (bottom, regs_end) = self.roots.stacks.registers();
        self.roots.frame = frames.wrapping_add(depth).wrapping_sub(1);
        self.roots.regs = bottom.wrapping_add(window);
        (self.frame_end, self.regs_end) = (frame_end, regs_end);
        Ok(())
    }
}
