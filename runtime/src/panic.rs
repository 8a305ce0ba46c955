//! Panics, deferred calls, `recover` and the methods that printing calls (spec/05 §6, spec/02 §9.4, §10).
//!
//! Everything here happens between segments: handlers leave to the driver, which settles the meter, charges what the reference
//! charges, and goes on at some segment. Frames that the machine pushes itself return to stub code; for each of them there is
//! an [`Activation`] that says where its caller goes on, so no guest call is a host call.

use crate::heap::{Charge, NoCharge, Trap};
use crate::interp::Deferred;
use crate::load::{Code, DEFER_RETURNED, RUN_RETURNED, STRING_RETURNED, SWITCH_RETURNED};
use crate::machine::{Machine, RunError};
use crate::recount::charger;
use crate::value::{NameIndex, copy::copy_iface, select, slot};
use regno_bytecode::event::{OpClass, size};
use regno_bytecode::op::field_a;

/// A panic.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exception {
    /// The value, an interface.
    pub value: u64,
    /// The panic that was in flight when this one was raised, one-based; 0 for none.
    pub previous: u32,
}

/// A frame that the machine pushed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Activation {
    /// A deferred call; `pc` is in the function whose defers run. `native`: the predeclared functions' package was the current
    /// one, because a panic left one of them. `callee`: the function
    /// value, 0 for a plain function.
    /// `call_pc`: the `defer`; `last`: the realm that was active; `crosses`: deferred with `cross`.
    Defer { pc: u32, native: bool, callee: u64, call_pc: u32, last: Option<u32>, crosses: bool },
    /// A call at `pc` that switched the realm from `last` and goes on at `resume`.
    /// `revive`: called by `revive`, when so many defers and arguments of them were pending.
    /// `bottom`: called by the initialisation of a package, with no frame of the reference below.
    Switch {
        pc: u32,
        resume: u32,
        last: Option<u32>,
        with_cross: bool,
        did_crossing: bool,
        callee: u64,
        revive: Option<(u32, u32)>,
        bottom: bool,
    },
    /// A printing method called by the `Stringify` at `pc`.
    Stringify { pc: u32 },
    /// A printing method called for the text of an uncaught panic; `pc` is in the function that is still on the stack, if any.
    Describe { pc: Option<u32> },
}

impl Activation {
    /// The function value that was called, 0 for none.
    pub fn callee(self) -> u64 {
        match self {
            Activation::Defer { callee, .. } | Activation::Switch { callee, .. } => callee,
            Activation::Stringify { .. } | Activation::Describe { .. } => 0,
        }
    }
}

/// How an event leaves the machine.
pub(crate) enum Next {
    /// Go on at the context's instruction.
    Run,
    /// The value of a printing method called by [`Activation::Describe`].
    Described(u64),
}

impl Machine {
    fn function_at(&self, pc: u32) -> Option<Code> {
        let index = self.cx.linked.function_at(pc)?;
        self.cx.linked.functions.get(index as usize).copied()
    }

    /// `panic(value)`: also unwinds the frame of the built-in itself.
    pub(crate) fn panic(&mut self, pc: u32, value: u64) -> Result<Next, RunError> {
        // The block of `panic` holds one copy, the panic another.
        let cx = &mut *self.cx;
        let value = if cx.meter.collects() {
            copy_iface(&mut cx.heap, &cx.linked.types, value, &mut NoCharge).map_err(|trap| self.end(trap))?
        } else {
            value
        };
        // The built-in's own frame saw none begin, unless it is the one that is deferred.
        let previous = if self.is_synthetic(pc) { self.in_flight() } else { self.cx.roots.exception };
        self.raise(value, previous);
        self.cx.roots.remembered.native = true;
        self.leave_native(pc)?;
        self.run_defers(pc)
    }

    /// A panic raised by the machine at an instruction of the current function.
    pub(crate) fn panic_text(&mut self, pc: u32, text: &str) -> Result<Next, RunError> {
        if self.cx.depth() <= 1 {
            // In an initialiser of a package-level variable: the reference finds no frame to unwind.
            return Err(RunError::Fatal("runtime error: invalid memory address or nil pointer dereference".to_owned()));
        }
        self.stage_run = self.stage_run_at_start;
        if self.fails_in_native(pc) {
            // Raised inside a built-in, whose frame comes first.
            let value = self.string_value(text.as_bytes())?;
            return self.panic(pc, value);
        }
        self.raise_text(text)?;
        self.run_defers(pc)
    }

    /// Whether the instruction is that of a predeclared function with a frame of its own. A deferred one has none here: the
    /// compiler's function stands for it.
    fn fails_in_native(&self, pc: u32) -> bool {
        crate::trace::fails_in_native(self.word_at(pc)) && !self.is_synthetic(pc)
    }

    /// Whether the instruction is in a function that the compiler has made.
    fn is_synthetic(&self, pc: u32) -> bool {
        self.function_at(pc).is_some_and(|code| code.synthetic)
    }

    fn word_at(&self, pc: u32) -> u64 {
        self.cx.linked.code.get(pc as usize).copied().unwrap_or(0)
    }

    fn raise_text(&mut self, text: &str) -> Result<(), RunError> {
        let value = self.string_value(text.as_bytes())?;
        let previous = self.in_flight();
        self.raise(value, previous);
        Ok(())
    }

    /// The panic in flight, or that which the current function was called during.
    fn in_flight(&mut self) -> u32 {
        let current = self.cx.roots.exception;
        if current == 0 && self.cx.depth() > 0 { self.cx.top().exception } else { current }
    }

    fn raise(&mut self, value: u64, previous: u32) {
        self.cx.roots.exceptions.push(Exception { value, previous });
        // Each panic charges bytes or gas, so their number stays far below 2^32; a saturated number is a lost link at worst.
        self.cx.roots.exception = u32::try_from(self.cx.roots.exceptions.len()).unwrap_or(u32::MAX);
        self.keep_trace();
    }

    fn string_value(&mut self, bytes: &[u8]) -> Result<u64, RunError> {
        let string = self.cx.heap.new_string(bytes).map_err(|trap| self.end(trap))?;
        Ok(slot::iface(self.string_type, string as u32))
    }

    /// One step of running the current frame's defers, and of leaving frames while a panic is in flight; `pc` is in the current function.
    pub(crate) fn run_defers(&mut self, mut pc: u32) -> Result<Next, RunError> {
        loop {
            if self.cx.depth() <= 1 {
                // Only the synthetic bottom function is left: the reference has no call frame.
                return Err(self.uncaught());
            }
            self.charge(OpClass::ReturnCallDefers)?;
            if self.cx.top().defers != 0 {
                if self.start_deferred(pc)? {
                    return Ok(Next::Run);
                }
                continue;
            }
            if self.cx.roots.exception == 0 {
                return self.recovered(pc);
            }
            if self.cx.depth() == 2 && self.stage_run && self.bottom_is_boundary() || self.at_boundary() {
                if self.revive()? {
                    return Ok(Next::Run);
                }
                self.cx.roots.remembered.uncaught = Some(pc);
                // The bottom frame of a package with a realm: a panic does not cross it.
                return Err(self.uncaught());
            }
            self.charge(OpClass::Panic2)?;
            self.cx.keep_blocks(pc);
            pc = self.leave_frame()?;
        }
    }

    /// Starts the last pending deferred call; `false` if that raised a panic instead.
    fn start_deferred(&mut self, pc: u32) -> Result<bool, RunError> {
        let number = self.cx.top().defers as usize;
        let Some(deferred) = number.checked_sub(1).and_then(|index| self.cx.roots.defers.get(index).copied()) else {
            return Ok(false);
        };
        self.cx.roots.defers.truncate(number - 1);
        self.cx.roots.remembered.forget_defer(number);
        let args = self.cx.roots.defer_args.split_off(deferred.args);
        self.cx.top().defers = deferred.previous;
        if deferred.func == Deferred::NIL {
            if !args.is_empty() {
                return Err(RunError::Fatal("runtime error: index out of range [-1]".to_owned()));
            }
            self.raise_text("defer called a nil function")?;
            return Ok(false);
        }
        let Some(code) = self.cx.linked.functions.get(deferred.func as usize).copied() else { return Ok(false) };
        self.cx.ensure_package_of(&code).map_err(|trap| self.end(trap))?;
        let base = self.function_at(pc).map_or(0, |caller| caller.frame_size);
        let last = self.cx.roots.exception;
        let hidden = if last == self.cx.top().exception { 0 } else { last };
        let native = std::mem::take(&mut self.cx.roots.remembered.native);
        let (last, crosses) = (self.cx.active_realm(), deferred.crosses);
        let activation =
            Activation::Defer { pc, native, callee: deferred.closure, call_pc: deferred.pc, last, crosses };
        self.cx.roots.activations.push(activation);
        if crosses {
            let target = self.cx.linked.realm_of(deferred.func);
            self.cx.set_active_realm(target);
        }
        self.cx.callee = deferred.closure;
        self.cx.push(DEFER_RETURNED, base, &code, code.defer_entry, &args).map_err(|trap| self.end(trap))?;
        self.cx.roots.exception = hidden;
        Ok(true)
    }

    /// A deferred call has returned normally; its frame is gone.
    pub(crate) fn defer_returned(&mut self) -> Result<Next, RunError> {
        let Some(Activation::Defer { pc, native, last, crosses, .. }) = self.cx.roots.activations.pop() else {
            return Err(RunError::Fatal("deferred call without caller".to_owned()));
        };
        self.cx.roots.remembered.native = native;
        self.leave_realm(last, crosses)?;
        if self.cx.roots.exception == 0 {
            self.cx.roots.exception = self.cx.top().exception;
        }
        self.run_defers(pc)
    }

    /// All defers have run and no panic is in flight: the function returns its result variables.
    fn recovered(&mut self, pc: u32) -> Result<Next, RunError> {
        if self.cx.roots.activations.is_empty() {
            // No frame can hold an older panic.
            self.cx.roots.exceptions.clear();
        }
        self.cx.roots.remembered.forget_unwound(self.cx.roots.activations.len());
        let Some(recovery) = self.function_at(pc).and_then(|function| function.recovery) else {
            return Err(RunError::Fatal("function without recovery point".to_owned()));
        };
        self.cx.go_to(recovery);
        Ok(Next::Run)
    }

    /// Drops the current frame of a panicking function; gives a place in its caller.
    fn leave_frame(&mut self) -> Result<u32, RunError> {
        let mut return_pc = self.cx.pop();
        if return_pc == STRING_RETURNED {
            return_pc = match self.cx.roots.activations.pop() {
                Some(Activation::Stringify { pc }) => {
                    self.leave_print(pc)?;
                    pc
                }
                _ => return Err(self.uncaught()),
            };
        } else if return_pc == DEFER_RETURNED {
            return_pc = match self.cx.roots.activations.pop() {
                Some(Activation::Defer { pc, .. }) => pc,
                _ => return Err(self.uncaught()),
            };
        } else if return_pc == SWITCH_RETURNED {
            return_pc = match self.cx.roots.activations.pop() {
                Some(Activation::Switch { pc, revive, .. }) => {
                    if revive.is_some() {
                        self.leave_native(pc)?;
                    }
                    pc
                }
                _ => return Err(self.uncaught()),
            };
        } else if return_pc == RUN_RETURNED {
            return Err(self.uncaught());
        }
        Ok(return_pc)
    }

    /// `recover()` at `pc`, for a destination register.
    pub(crate) fn recover(&mut self, pc: u32) -> Next {
        let return_ip = self.cx.top().return_ip;
        let deferred = self.cx.pc_of(return_ip) == DEFER_RETURNED;
        let native = self.is_synthetic(pc);
        let mut value = 0;
        if deferred
            && !native
            && let Some(exception) = self.exception(self.cx.roots.exception)
        {
            value = exception.value;
            self.cx.roots.exception = 0;
        }
        let word = self.word_at(pc);
        self.cx.set_register(field_a(word), value);
        self.cx.go_to(pc + 1);
        Next::Run
    }

    fn exception(&self, number: u32) -> Option<Exception> {
        (number as usize).checked_sub(1).and_then(|index| self.cx.roots.exceptions.get(index).copied())
    }

    /// `Stringify` at `pc` of a value with a printing method: calls it.
    pub(crate) fn stringify(&mut self, pc: u32) -> Result<Next, RunError> {
        let word = self.word_at(pc);
        let value = self.cx.register(field_a(word));
        let base = self.function_at(pc).map_or(0, |caller| caller.frame_size);
        match self.call_printer(value, base) {
            Ok(()) => {
                self.cx.roots.activations.push(Activation::Stringify { pc });
                Ok(Next::Run)
            }
            Err(Trap::Raise(text)) => {
                self.stage_run = self.stage_run_at_start;
                self.raise_text(&text)?;
                self.leave_print(pc)?;
                self.run_defers(pc)
            }
            Err(trap) => Err(self.end(trap)),
        }
    }

    /// A panic leaves the printing at `pc`, and with it the frame of the built-in.
    fn leave_print(&mut self, pc: u32) -> Result<(), RunError> {
        self.nested_broken = true;
        self.leave_native(pc)
    }

    /// A panic leaves the frame of the predeclared function at `pc`.
    fn leave_native(&mut self, pc: u32) -> Result<(), RunError> {
        // A deferred built-in has no frame of its own: the compiler's function stands for it.
        if !self.is_synthetic(pc) {
            self.charge(OpClass::ReturnCallDefers)?;
            self.charge(OpClass::Panic2)?;
        }
        Ok(())
    }

    /// Charges the evaluation of `x.String()` as a top-level run and starts the method (spec/02 §11.1, spec/03 §4.1).
    fn call_printer(&mut self, value: u64, base: u32) -> Result<(), Trap> {
        self.stage_run = true;
        let ty = slot::iface_type(value);
        let Some((name, func)) = self.cx.linked.types.printer(ty).map(|method| (method.name, method.func)) else {
            return Err(Trap::abort("value without printing method"));
        };
        if let Some(code) = func.and_then(|func| self.cx.linked.functions.get(func as usize).copied()) {
            self.cx.ensure_package_of(&code)?;
        }
        if let Some(text) = select::printer_error(&self.cx.linked.types, ty) {
            return Err(Trap::abort(text));
        }
        self.charge_selectors(value, name)?;
        let cx = &mut *self.cx;
        let selected = cx.select_any(value, name)?;
        cx.meter.op(OpClass::Precall)?;
        cx.meter.op(OpClass::Call)?;
        let Some(code) = cx.linked.functions.get(selected.func as usize).copied() else {
            return Err(Trap::abort("not yet implemented"));
        };
        cx.push(STRING_RETURNED, base, &code, code.entry, &[selected.receiver])
    }

    /// Charges `x.String` up to the selection of the method: every embedded field on the way is a selector of its own, and
    /// the one whose address is taken stands behind `&`.
    fn charge_selectors(&mut self, value: u64, name: NameIndex) -> Result<(), Trap> {
        let cx = &mut *self.cx;
        let path = select::path(&cx.heap, &cx.linked.types, value, name);
        for _ in 0..path.steps + 3 {
            cx.meter.op(OpClass::Eval)?;
        }
        for step in 1..=path.steps.min(path.reached + 1) {
            let addressed = path.by_address && step == path.steps;
            cx.meter.op(if addressed { OpClass::Ref } else { OpClass::Selector })?;
        }
        if path.reached < path.steps {
            return Err(Trap::nil_pointer());
        }
        if path.by_address {
            for bytes in [size::POINTER, size::TYPE] {
                charger!(cx).alloc(&mut cx.heap, i64::from(bytes))?;
            }
        }
        cx.meter.op(OpClass::Selector)
    }

    /// A printing method has returned; its frame is gone.
    pub(crate) fn string_returned(&mut self) -> Result<Next, RunError> {
        let activation = self.cx.roots.activations.pop();
        let caller = match activation {
            Some(Activation::Stringify { pc }) => self.function_at(pc),
            _ => None,
        };
        let base = caller.map_or(self.describe_base, |caller| caller.frame_size);
        let result = self.cx.register(u16::try_from(base).unwrap_or(0));
        self.charge(OpClass::Halt)?;
        let value = slot::iface(self.string_type, result as u32);
        match activation {
            Some(Activation::Stringify { pc }) => {
                let word = self.word_at(pc);
                self.cx.set_register(field_a(word), value);
                self.cx.go_to(pc + 1);
                Ok(Next::Run)
            }
            _ => Ok(Next::Described(value)),
        }
    }

    /// The error of the panic in flight; its text is still to be made.
    fn uncaught(&self) -> RunError {
        RunError::Panic(String::new())
    }

    /// Numbers and texts of the panic in flight and those before it, oldest first (spec/05 §6.6). Runs printing methods on this
    /// machine.
    pub(crate) fn describe(&mut self) -> Result<Vec<(u32, String)>, RunError> {
        let mut values = Vec::new();
        let mut next = self.cx.roots.exception;
        while let Some(exception) = self.exception(next) {
            values.push((next, exception.value));
            next = exception.previous;
        }
        let mut texts = Vec::new();
        for &(number, value) in values.iter().rev() {
            let mut text = Vec::new();
            let value = self.printed(value)?;
            self.cx.sprint(value, &mut text).map_err(|trap| self.end(trap))?;
            texts.push((number, String::from_utf8_lossy(&text).into_owned()));
        }
        Ok(texts)
    }

    /// The value, or what its printing method gives.
    fn printed(&mut self, value: u64) -> Result<u64, RunError> {
        if self.cx.linked.types.printer(slot::iface_type(value)).is_none() {
            return Ok(value);
        }
        self.describe_base = self.cx.linked.max_frame;
        self.call_printer(value, self.describe_base).map_err(|trap| self.end(trap))?;
        self.cx.roots.activations.push(Activation::Describe { pc: self.cx.roots.remembered.uncaught });
        self.run_until_described()
    }

    /// The bottom frame is that of a package with a realm.
    fn bottom_is_boundary(&self) -> bool {
        !self.cx.guarded || self.cx.active_realm().is_some()
    }

    /// Charges an operation between segments.
    fn charge(&mut self, class: OpClass) -> Result<(), RunError> {
        self.cx.meter.op(class).map_err(|trap| self.end(trap))
    }
}
