//! Calls that switch the realm, the boundaries of realms, and the walk over frames that finds the current realm
//! (spec/05 §2.2, §3.2, §4.1, §6.5).

use super::Resident;
use crate::frame::Frame;
use crate::heap::{BOUND_RECEIVER, Kind, Ref, Trap};
use crate::interp::Cx;
use crate::load::{Code, DEFER_RETURNED, RUN_RETURNED, STRING_RETURNED, SWITCH_RETURNED};
use crate::machine::{Machine, RunError};
use crate::panic::{Activation, Next};
use crate::recount::charger;
use crate::value::copy::copy_iface;
use crate::value::slot;
use regno_bytecode::event::OpClass;
use regno_bytecode::op::call::{BOTTOM, CROSS, CUR, METHOD, PACKED, REVIVE};
use regno_bytecode::op::{Op, code_of, field_a, field_b, field_c};
use regno_bytecode::path;

/// What a call calls.
struct Callee {
    func: u32,
    code: Code,
    /// The function value, 0 for none.
    value: u64,
    /// The receiver of a bound method, which is not yet among the arguments.
    bound: Option<u64>,
}

/// A call on the stack.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallFrame {
    /// Index of the frame.
    pub index: usize,
    /// Its function.
    pub func: u32,
    /// `for`, `range` and `switch` statements it is in, each of which is a frame of the reference.
    pub statements: usize,
    /// Where the caller called it; `None` if the machine did.
    pub call_pc: Option<u32>,
    /// Called with `cross`.
    pub with_cross: bool,
    /// `cur` was entered.
    pub did_crossing: bool,
    /// Called by running a deferred call.
    pub deferred: bool,
    /// The realm that was active when it was called.
    pub last_realm: Option<u32>,
    /// The test context has replaced what it says of the current realm.
    pub overridden: bool,
    /// A panic had left a predeclared function when it was called: their package was the current one.
    pub native: bool,
}

impl Machine {
    /// The guarded call at `pc` switches the realm, or has to be looked at.
    pub(crate) fn switch(&mut self, pc: u32) -> Result<Next, RunError> {
        self.switch_call(pc).map_err(|error| match error {
            Switch::Trap(trap) => self.end(trap),
            Switch::Run(error) => error,
        })
    }

    fn switch_call(&mut self, pc: u32) -> Result<Next, Switch> {
        let cx = &mut *self.cx;
        let word = cx.code_word(pc);
        let op = Op::from_code(code_of(word));
        let words = op.map_or(1, Op::words) as u32;
        let (base, flags) = (u32::from(field_a(word)), field_b(word));
        let Some(callee) = cx.callee_at(pc, op) else {
            return Err(Trap::abort("runtime error: invalid memory address or nil pointer dereference").into());
        };
        cx.ensure_package_of(&callee.code)?;
        if op == Some(Op::Call) {
            cx.note_read(pc as usize);
        }
        cx.reserve(base as usize + cx.linked.max_frame as usize + 1)?;
        // A method expression is a function: its receiver is an argument like any other.
        let mut method = cx.linked.is_method(callee.func)
            && (op != Some(Op::Call) || flags & METHOD != 0)
            && op != Some(Op::CallValue);
        if let Some(receiver) = callee.bound {
            cx.find_parent(callee.value);
            cx.insert_receiver(field_a(word), &callee, receiver);
            method = true;
        }
        if method && cx.has_reference_receiver(callee.func) {
            let receiver = cx.register(field_a(word));
            cx.set_register(field_a(word), slot::untaint(receiver));
        }
        let target = cx.linked.realm_of(callee.func);
        let active = cx.active_realm();
        let mut switched = None;
        // The type of a method expression does not say that the method crosses, so the call does not either.
        let expression = callee.code.crossing_method && callee.bound.is_none() && op == Some(Op::CallValue);
        if flags & CROSS != 0 {
            cx.check_crossing(callee.func)?;
            let place = field_a(word) + u16::from(method);
            cx.give_realm(place, callee.code.package)?;
            switched = Some((target, true));
        } else if flags & CUR != 0 || expression {
            if active != target {
                let text = cx.cur_call_text(callee.func, target, active);
                if flags & CUR != 0 {
                    cx.meter.refund(OpClass::EnterCrossing);
                }
                self.fail_entered(pc, &callee)?;
                return Err(Trap::abort(text).into());
            }
            if expression {
                cx.meter.op(OpClass::EnterCrossing)?;
            }
            if !cx.enters_crossing(pc) {
                self.fail_entered(pc, &callee)?;
                return Err(Trap::abort("crossing could not find corresponding cross(fn)(...) call").into());
            }
            let place = field_a(word) + u16::from(method);
            if cx.register(place) == 0 && cx.is_made(pc) {
                cx.give_realm(place, callee.code.package)?;
            }
        } else if method {
            let receiver = cx.register(field_a(word));
            let receiver = cx.receiver_object(callee.func, receiver);
            if let Resident::In(id) = cx.resident(receiver)
                && active.and_then(|active| cx.package_id(active)) != Some(id)
            {
                let package = cx.linked_package(id)?;
                cx.ensure_package(package)?;
                switched = Some((cx.realm_with_id(id), false));
            }
        }
        let revive = (flags & REVIVE != 0).then_some((cx.roots.defers.len() as u32, cx.roots.defer_args.len() as u32));
        if revive.is_some() {
            switched = Some((active, false));
        }
        let bottom = flags & BOTTOM != 0;
        if bottom && switched.is_none() {
            switched = Some((active, false));
        }
        let return_pc = match switched {
            Some((realm, with_cross)) => {
                cx.roots.activations.push(Activation::Switch {
                    pc,
                    resume: pc + words,
                    last: active,
                    with_cross,
                    did_crossing: with_cross || bottom && flags & CUR != 0,
                    callee: callee.value,
                    revive,
                    bottom,
                });
                cx.set_active_realm(realm);
                SWITCH_RETURNED
            }
            None => pc + words,
        };
        cx.callee = callee.value;
        cx.push(return_pc, base, &callee.code, callee.code.entry, &[])?;
        if flags & PACKED != 0 {
            cx.top().meta |= Frame::PACKED;
        }
        Ok(Next::Run)
    }

    /// Puts the frame of a call on the stack that is going to fail before it enters its function, as the reference does.
    fn fail_entered(&mut self, pc: u32, callee: &Callee) -> Result<(), Trap> {
        let cx = &mut *self.cx;
        let word = cx.code_word(pc);
        let words = Op::from_code(code_of(word)).map_or(1, Op::words) as u32;
        cx.meter.refund(OpClass::Call);
        cx.push(pc + words, u32::from(field_a(word)), &callee.code, callee.code.entry, &[])?;
        cx.meter.pc = callee.code.entry;
        cx.meter.leave_segment();
        self.failed_call = Some(pc);
        Ok(())
    }

    /// A call that switched the realm has returned normally; its frame is gone.
    pub(crate) fn switch_returned(&mut self) -> Result<Next, RunError> {
        let Some(Activation::Switch { resume, last, with_cross, bottom, .. }) = self.cx.roots.activations.pop() else {
            return Err(RunError::Fatal("switched call without caller".to_owned()));
        };
        // **Quirk**: a printing method that ran has ended the stage of initialisation (spec/05 §0.1).
        self.leave_realm(last, with_cross || bottom && self.stage_run)?;
        if bottom {
            self.stage_run = self.stage_run_at_start;
        }
        self.cx.go_to(resume);
        Ok(Next::Run)
    }

    /// A panic is at a boundary: the nearest `revive` ends with its value. The defers of the frames in between do not run
    /// (spec/05 §6.5). `false` if there is none.
    pub(crate) fn revive(&mut self) -> Result<bool, RunError> {
        let revives = |activation: &Activation| matches!(activation, Activation::Switch { revive: Some(_), .. });
        let cx = &mut *self.cx;
        let Some(index) = cx.roots.activations.iter().rposition(revives) else { return Ok(false) };
        while cx.roots.activations.len() > index {
            if matches!(cx.pop(), SWITCH_RETURNED | DEFER_RETURNED | STRING_RETURNED)
                && let Some(Activation::Switch { resume, last, revive: Some((defers, args)), .. }) =
                    cx.roots.activations.pop()
            {
                cx.roots.defers.truncate(defers as usize);
                cx.roots.defer_args.truncate(args as usize);
                cx.roots.remembered.forget_defer(defers as usize + 1);
                cx.roots.remembered.forget_unwound(cx.roots.activations.len());
                let value = (cx.roots.exception as usize)
                    .checked_sub(1)
                    .and_then(|at| cx.roots.exceptions.get(at))
                    .map_or(0, |exception| exception.value);
                cx.roots.exception = 0;
                cx.set_active_realm(last);
                cx.revive_at(resume, value).map_err(|trap| self.end(trap))?;
                return Ok(true);
            }
        }
        Ok(true)
    }

    /// Finalizes the active realm where its boundary is passed, and makes `last` the active one (spec/05 §4.1).
    pub(crate) fn leave_realm(&mut self, last: Option<u32>, with_cross: bool) -> Result<(), RunError> {
        let active = self.cx.active_realm();
        if let Some(realm) = active.filter(|_| with_cross || active != last) {
            self.cx.finalize(realm).map_err(|trap| self.end(trap))?;
        }
        self.cx.set_active_realm(last);
        Ok(())
    }

    /// Whether a panic may not leave the current frame (spec/05 §6.5).
    pub(crate) fn at_boundary(&mut self) -> bool {
        let return_ip = self.cx.top().return_ip;
        let return_pc = self.cx.pc_of(return_ip);
        let active = self.cx.active_realm();
        match (return_pc, self.cx.roots.activations.last()) {
            (SWITCH_RETURNED, Some(&Activation::Switch { last, with_cross, .. })) => {
                active.is_some() && (with_cross || active != last)
            }
            (DEFER_RETURNED, Some(&Activation::Defer { last, crosses, .. })) => {
                active.is_some() && (crosses || active != last)
            }
            _ => false,
        }
    }
}

/// Why a switch failed.
enum Switch {
    Trap(Trap),
    Run(RunError),
}

impl From<Trap> for Switch {
    fn from(trap: Trap) -> Switch {
        Switch::Trap(trap)
    }
}

impl From<RunError> for Switch {
    fn from(error: RunError) -> Switch {
        Switch::Run(error)
    }
}

impl Cx {
    /// Goes on behind a `revive` with the value of a panic. Its frame was dropped, so it does not return as the code charges it.
    fn revive_at(&mut self, resume: u32, value: u64) -> Result<(), Trap> {
        self.revived = copy_iface(&mut self.heap, &self.linked.types, value, &mut charger!(self))?;
        let returns: &[OpClass] = match self.is_made(resume) {
            true => &[OpClass::Exec, OpClass::ReturnFromBlock],
            false => &[OpClass::Return],
        };
        returns.iter().for_each(|&class| self.meter.refund(class));
        self.go_to(resume);
        Ok(())
    }

    /// A word of the code.
    pub(crate) fn code_word(&self, pc: u32) -> u64 {
        self.linked.code.get(pc as usize).copied().unwrap_or(0)
    }

    /// What the call at `pc` calls; `None` for a nil function value.
    fn callee_at(&mut self, pc: u32, op: Option<Op>) -> Option<Callee> {
        let word = self.code_word(pc);
        let (func, value, bound) = match op? {
            Op::Call => {
                let distance = self.code_word(pc + 1) as u32 as i32;
                let entry = pc.wrapping_add_signed(distance);
                (self.linked.function_at(entry)?, 0, None)
            }
            Op::CallSelected => (self.register(field_c(word)) as u32, 0, None),
            _ => {
                let value = self.register(field_c(word));
                let object = self.loaded(Ref::of(value)).ok().filter(|object| !object.is_nil())?;
                let bound = self.heap.header(object).is(Kind::Bound);
                let receiver = bound.then(|| self.heap.slot(object, BOUND_RECEIVER));
                (self.heap.func_index(object), object.slot(), receiver)
            }
        };
        let code = self.linked.functions.get(func as usize).copied()?;
        Some(Callee { func, code, value, bound })
    }

    /// Puts the receiver of a bound method before the arguments.
    fn insert_receiver(&mut self, window: u16, callee: &Callee, receiver: u64) {
        let params = callee.code.params;
        for index in (1..params).rev() {
            let value = self.register(window + index - 1);
            self.set_register(window + index, value);
        }
        self.set_register(window, receiver);
    }

    /// First object of a receiver.
    fn receiver_object(&self, func: u32, receiver: u64) -> Ref {
        let ty = self.linked.types.func(func).and_then(|func| func.receiver);
        ty.map_or(Ref::NIL, |ty| self.first_object(ty, receiver))
    }

    /// The realm of the package with this id; none if the package has no realm.
    fn realm_with_id(&self, id: regno_store::PkgId) -> Option<u32> {
        let package = self.roots.realm.as_ref()?.package_of(id)? as usize;
        let has = self.linked.packages.get(package).is_some_and(|package| path::has_realm(&package.path));
        has.then_some(package as u32)
    }

    fn check_crossing(&self, func: u32) -> Result<(), Trap> {
        match self.linked.package_of(func) {
            Some(package) if path::is_realm(&package.path) => Ok(()),
            _ => Err(Trap::abort("expected crossing function in a realm package")),
        }
    }

    /// Whether a call with `cur` finds the crossing that made it: no frame between them has borrowed a realm (spec/05 §2.3 rule 3).
    fn enters_crossing(&mut self, pc: u32) -> bool {
        let switches = |activation: &&Activation| matches!(activation, Activation::Switch { .. });
        match self.roots.activations.iter().rev().find(switches) {
            None | Some(Activation::Switch { with_cross: true, .. }) => return true,
            Some(_) => {}
        }
        let active = self.active_realm();
        for frame in self.call_frames(pc) {
            if frame.with_cross || frame.did_crossing {
                return true;
            }
            if frame.last_realm != active {
                return false;
            }
        }
        true
    }

    /// Puts a realm value, as `cross` gives it, into a register.
    fn give_realm(&mut self, place: u16, package: u32) -> Result<(), Trap> {
        let value = self.new_realm_value(package)?;
        self.set_register(place, value);
        Ok(())
    }

    /// `.grealm{zero address, path, nil}` (spec/05 §2.3); nil in programs that do not know the type.
    pub(crate) fn new_realm_value(&mut self, package: u32) -> Result<u64, Trap> {
        let Some(ty) = self.linked.types.by_id(".uverse..grealm") else { return Ok(0) };
        let path = self.linked.packages.get(package as usize).map_or("", |package| package.path.as_str()).to_owned();
        let object = self.heap.new_struct(self.linked.types.get(ty).class, ty, 3)?;
        let text = self.heap.new_string(path.as_bytes())?;
        self.heap.set_slot(object, 1, text);
        Ok(slot::iface(ty, object.slot() as u32))
    }

    /// The function at `pc` was made by the compiler.
    fn is_made(&self, pc: u32) -> bool {
        let function = self.linked.function_at(pc).and_then(|index| self.linked.functions.get(index as usize));
        function.is_some_and(|function| function.synthetic)
    }

    fn cur_call_text(&self, func: u32, target: Option<u32>, active: Option<u32>) -> String {
        let path = |realm: Option<u32>| {
            let package = realm.and_then(|realm| self.linked.packages.get(realm as usize));
            package.map_or("<no realm>", |package| package.path.as_str())
        };
        let name = self.linked.tables.get(func as usize).map_or("", |function| function.name.as_str());
        format!("cannot cur-call to external realm function {}.{name} from {}", path(target), path(active))
    }

    /// The calls of the program on the stack, top to bottom; functions made by the compiler are left out. `pc` is in the top one.
    pub(crate) fn call_frames(&mut self, pc: u32) -> Vec<CallFrame> {
        self.top_frames(pc, usize::MAX)
    }

    /// At most `limit` frames from the top, and where there are more, those at the bottom, with the number of all.
    pub(crate) fn end_frames(&mut self, pc: u32, limit: usize) -> (Vec<CallFrame>, Vec<CallFrame>, usize) {
        let top = self.top_frames(pc, limit.saturating_mul(2));
        let depth = self.depth();
        if depth <= limit.saturating_mul(2) {
            return (top, Vec::new(), depth);
        }
        let bottom = self.bottom_frames(limit);
        // The functions that the compiler made are at the very bottom.
        (top, bottom, depth.saturating_sub(1))
    }

    /// The calls of at most `limit` frames at the bottom, top to bottom.
    fn bottom_frames(&mut self, limit: usize) -> Vec<CallFrame> {
        let mut found = Vec::new();
        let mut activations = 0;
        for index in 0..limit.min(self.depth()) {
            let (Some(frame), Some(above)) = (self.roots.stacks.frame(index), self.roots.stacks.frame(index + 1))
            else {
                break;
            };
            let place = |cx: &Cx, frame: Frame, activation: usize| match cx.pc_of(frame.return_ip) {
                RUN_RETURNED => (None, None, false),
                SWITCH_RETURNED | DEFER_RETURNED | STRING_RETURNED => match cx.roots.activations.get(activation) {
                    Some(&Activation::Switch { pc, .. }) => (Some(pc), Some(pc), false),
                    Some(&Activation::Defer { pc, call_pc, .. }) => (Some(pc), Some(call_pc), true),
                    Some(&Activation::Stringify { pc }) => (Some(pc), None, false),
                    _ => (None, None, false),
                },
                pc => (Some(pc.saturating_sub(1)), cx.linked.call_before(pc), false),
            };
            let made = |cx: &Cx, frame: Frame| {
                let return_pc = cx.pc_of(frame.return_ip);
                usize::from(matches!(return_pc, SWITCH_RETURNED | DEFER_RETURNED | STRING_RETURNED))
            };
            let (_, call_pc, deferred) = place(self, frame, activations);
            activations += made(self, frame);
            let (at, ..) = place(self, above, activations);
            let Some(func) = at.and_then(|pc| self.linked.function_at(pc)) else { continue };
            if self.linked.functions.get(func as usize).is_none_or(|code| code.synthetic) {
                continue;
            }
            found.push(CallFrame {
                index,
                func,
                statements: 0,
                call_pc,
                with_cross: false,
                did_crossing: false,
                deferred,
                last_realm: None,
                overridden: false,
                native: false,
            });
        }
        found.reverse();
        found
    }

    fn top_frames(&mut self, pc: u32, limit: usize) -> Vec<CallFrame> {
        let mut found = Vec::new();
        let mut index = self.depth();
        let mut activation = self.roots.activations.len();
        let mut at = Some(pc);
        let mut realm = self.active_realm();
        while let Some(next) = index.checked_sub(1).filter(|_| found.len() < limit) {
            index = next;
            let Some(frame) = self.roots.stacks.frame(index) else { break };
            let func = at.and_then(|pc| self.linked.function_at(pc));
            let return_pc = self.pc_of(frame.return_ip);
            let mut call = CallFrame {
                index,
                func: func.unwrap_or(0),
                statements: at.map_or(0, |pc| self.linked.statement_frames(pc)),
                call_pc: None,
                with_cross: false,
                did_crossing: false,
                deferred: false,
                last_realm: realm,
                overridden: frame.meta & Frame::OVERRIDDEN != 0,
                native: false,
            };
            at = match return_pc {
                RUN_RETURNED => None,
                SWITCH_RETURNED | DEFER_RETURNED | STRING_RETURNED => {
                    activation = activation.saturating_sub(1);
                    match self.roots.activations.get(activation) {
                        Some(&Activation::Switch { pc, last, with_cross, did_crossing, .. }) => {
                            (call.call_pc, call.last_realm) = (Some(pc), last);
                            (call.with_cross, call.did_crossing) = (with_cross, did_crossing);
                            Some(pc)
                        }
                        Some(&Activation::Defer { pc, call_pc, last, crosses, native, .. }) => {
                            call.native = native;
                            (call.call_pc, call.last_realm) = (Some(call_pc), last);
                            (call.with_cross, call.deferred) = (crosses, true);
                            Some(pc)
                        }
                        Some(&Activation::Stringify { pc }) => Some(pc),
                        Some(&Activation::Describe { pc }) => pc,
                        None => None,
                    }
                }
                pc => {
                    // The call stands before the segment that it returns to, with one word or two.
                    call.call_pc = self.linked.call_before(pc);
                    Some(pc.saturating_sub(1))
                }
            };
            realm = call.last_realm;
            let synthetic =
                func.and_then(|func| self.linked.functions.get(func as usize)).is_none_or(|code| code.synthetic);
            if !synthetic {
                found.push(call);
            }
        }
        found
    }

    /// Where the program called the function that the compiler made for a predeclared method, if `pc` is in one.
    pub(crate) fn caller_of_made(&mut self, pc: u32) -> Option<u32> {
        if self.depth() <= 1 || !self.is_made(pc) {
            return None;
        }
        let return_ip = self.top().return_ip;
        self.linked.call_before(self.pc_of(return_ip))
    }

    /// The package that the machine runs: that of the function at the bottom, which the compiler made, or the one that is tested.
    pub(crate) fn bottom_package(&mut self, pc: u32) -> String {
        if self.tested.is_some() {
            return self.package_path(self.tested);
        }
        // A call from outside stands in no package.
        if self.roots.stacks.frame(0).is_some_and(|frame| self.pc_of(frame.return_ip) == SWITCH_RETURNED) {
            return String::new();
        }
        let mut at = Some(pc);
        if self.depth() > 1
            && let Some(frame) = self.roots.stacks.frame(1)
        {
            at = match self.pc_of(frame.return_ip) {
                SWITCH_RETURNED | DEFER_RETURNED | STRING_RETURNED => match self.roots.activations.first() {
                    Some(&Activation::Switch { pc, .. } | &Activation::Defer { pc, .. }) => Some(pc),
                    Some(&Activation::Stringify { pc }) => Some(pc),
                    Some(&Activation::Describe { pc }) => pc,
                    None => None,
                },
                pc => Some(pc.saturating_sub(1)),
            };
        }
        let function = at.and_then(|pc| self.linked.function_at(pc));
        self.package_path(
            function.and_then(|function| self.linked.functions.get(function as usize)).map(|code| code.package),
        )
    }

    /// Path of a package; empty if there is none.
    pub(crate) fn package_path(&self, package: Option<u32>) -> String {
        let package = package.and_then(|package| self.linked.packages.get(package as usize));
        package.map_or_else(String::new, |package| package.path.clone())
    }

    /// Package of the caller of a frame: `LastPackage` of the reference.
    pub(crate) fn last_package(&self, frame: &CallFrame) -> String {
        if frame.native {
            return ".uverse".to_owned();
        }
        let function = frame.call_pc.and_then(|pc| self.linked.function_at(pc));
        let package = function.and_then(|function| self.linked.package_of(function));
        package.map_or_else(String::new, |package| package.path.clone())
    }
}
