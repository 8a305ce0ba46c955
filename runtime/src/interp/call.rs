//! Calls, returns, closures, method selection, defers, and the operations that leave to the driver.

use super::drive::{leave_grow, leave_nil_call};
use super::{Cx, Deferred, Exit};
use crate::frame::Frame;
use crate::heap::{BOUND_FUNC, BOUND_RECEIVER, Charge, FUNC_CAPTURES, Kind, Ref, Trap};
use crate::load::Code;
use crate::natives::{Body, Call};
use crate::ops;
use crate::recount::charger;
use crate::value::{iface, select, slot};
use regno_bytecode::event::size;
use regno_bytecode::op::{field_a, field_b, field_c};

/// Pushes a frame for a call whose callee needs `$size` registers from `$window` on, and enters the callee at `$entry`;
/// leaves where the stacks are too small.
macro_rules! call {
    ($cx:ident, $ip:ident, $regs:ident, $allowance:ident, $table:ident, $word:ident, $window:ident, $size:expr, $words:expr, $entry:expr) => {{
        let frame = (*$cx).roots.frame.wrapping_add(1);
        if $window.wrapping_add($size) > (*$cx).regs_end || frame >= (*$cx).frame_end {
            return leave_grow($cx, $ip, $regs, $allowance, $table, $word);
        }
        // Fields a and b of every call are the window and the packed flag; there are no defers yet.
        let meta = (($word >> 16) as u32, 0_u32);
        let exception = (*$cx).roots.exception;
        *frame = Frame { return_ip: $ip.add($words), meta: meta.0, defers: meta.1, exception };
        (*$cx).roots.frame = frame;
        enter!($cx, $entry, $window, $allowance, $table)
    }};
}

handler! {
    Call(cx, ip, regs, allowance, table, word) {
        let ext = *ip.add(1);
        let window = regs.wrapping_add(field_a(word) as usize);
        call!(cx, ip, regs, allowance, table, word, window, (ext >> 32) as usize, 2, ip.offset(ext as i32 as isize))
    }
    CallValue(cx, ip, regs, allowance, table, word) {
        let func = reg!(regs, word, c);
        if func as u32 == 0 {
            return leave_nil_call(cx, ip, regs, allowance, table, word);
        }
        let object = (*cx).heap.base().add(func as u32 as usize);
        let callee = *object.add(1);
        let code = &*(*cx).entries.add(callee as u32 as usize);
        if *object & 31 == Kind::Bound as u64 {
            return call_bound(cx, ip, regs, allowance, table, word);
        }
        (*cx).callee = func;
        let window = regs.wrapping_add(field_a(word) as usize);
        let entry = (*cx).roots.code.add((callee >> 32) as usize);
        call!(cx, ip, regs, allowance, table, word, window, code.frame_size as usize, 1, entry)
    }
    CallSelected(cx, ip, regs, allowance, table, word) {
        let callee = reg!(regs, word, c);
        let code = &*(*cx).entries.add(callee as u32 as usize);
        let window = regs.wrapping_add(field_a(word) as usize);
        let entry = (*cx).roots.code.add((callee >> 32) as usize);
        call!(cx, ip, regs, allowance, table, word, window, code.frame_size as usize, 1, entry)
    }
    CheckFunc(cx, ip, regs, allowance, table, word) {
        if reg!(regs, word, a) as u32 == 0 {
            return leave_nil_call(cx, ip, regs, allowance, table, word);
        }
        next!(cx, ip, regs, allowance, table, 1)
    }
    Return0(cx, _ip, regs, allowance, table, _word) {
        let frame = (*cx).roots.frame;
        let (back, base) = ((*frame).return_ip, (*frame).base());
        (*cx).roots.frame = frame.wrapping_sub(1);
        enter!(cx, back, regs.sub(base), allowance, table)
    }
    Return1(cx, _ip, regs, allowance, table, word) {
        let frame = (*cx).roots.frame;
        let (back, base) = ((*frame).return_ip, (*frame).base());
        *regs = reg!(regs, word, a);
        (*cx).roots.frame = frame.wrapping_sub(1);
        enter!(cx, back, regs.sub(base), allowance, table)
    }
    ReturnN(cx, _ip, regs, allowance, table, word) {
        let frame = (*cx).roots.frame;
        let (back, base) = ((*frame).return_ip, (*frame).base());
        let (first, count) = (field_a(word) as usize, field_b(word) as usize);
        // Results stand at or above their places, so an ascending copy never overwrites one that is still to be read.
        for index in 0..count {
            *regs.add(index) = *regs.add(first + index);
        }
        (*cx).roots.frame = frame.wrapping_sub(1);
        enter!(cx, back, regs.sub(base), allowance, table)
    }
    MarkCross(cx, ip, regs, allowance, table, _word) {
        (*cx).defer_crosses = true;
        next!(cx, ip, regs, allowance, table, 1)
    }
    Revived(cx, ip, regs, allowance, table, word) {
        reg!(regs, word, a) = std::mem::take(&mut (*cx).revived);
        next!(cx, ip, regs, allowance, table, 1)
    }
    CheckConvert(cx, ip, regs, allowance, table, _word) {
        next!(cx, ip, regs, allowance, table, 2)
    }
    UsePackage(cx, ip, regs, allowance, table, _word) {
        next!(cx, ip, regs, allowance, table, 2)
    }
    HasDefers(cx, ip, regs, allowance, table, word) {
        reg!(regs, word, a) = u64::from((*(*cx).roots.frame).defers != 0);
        next!(cx, ip, regs, allowance, table, 1)
    }
    LoadFunc(cx, ip, regs, allowance, table, word) {
        reg!(regs, word, a) = named!(cx, ip, roots.functions);
        next!(cx, ip, regs, allowance, table, 2)
    }
    NativeResolved(cx, ip, regs, allowance, table, word) {
        let function = *ip.add(1) as u32;
        reg!(regs, word, a) = u64::from((*cx).native_resolved(function));
        next!(cx, ip, regs, allowance, table, 2)
    }
    LoadCapture(cx, ip, regs, allowance, table, word) {
        let closure = (*cx).heap.base().add((*cx).callee as u32 as usize + 1 + FUNC_CAPTURES as usize);
        reg!(regs, word, a) = *closure.add(field_b(word) as usize);
        next!(cx, ip, regs, allowance, table, 1)
    }
}

/// Calls a bound method: the arguments move up by one, the receiver becomes the first.
#[inline(never)]
unsafe extern "C" fn call_bound(
    cx: *mut Cx,
    ip: *const u64,
    regs: *mut u64,
    allowance: i64,
    table: *const super::Handler,
    word: u64,
) {
    let object = Ref::of(reg!(regs, word, c));
    let code: Code = *(*cx).entries.add((*cx).heap.slot(object, BOUND_FUNC) as u32 as usize);
    let window = regs.wrapping_add(field_a(word) as usize);
    if window.wrapping_add(code.frame_size as usize) > (*cx).regs_end {
        return leave_grow(cx, ip, regs, allowance, table, word);
    }
    let frame = (*cx).roots.frame.wrapping_add(1);
    if frame >= (*cx).frame_end {
        return leave_grow(cx, ip, regs, allowance, table, word);
    }
    // The callee's frame, all of it on the stack, has room for its parameters.
    std::ptr::copy(window, window.add(1), (code.params as usize).saturating_sub(1));
    *window = (*cx).heap.slot(object, BOUND_RECEIVER);
    let entry = (*cx).roots.code.add(code.entry as usize);
    call!(cx, ip, regs, allowance, table, word, window, code.frame_size as usize, 1, entry)
}

/// Handlers that leave to the driver, which does the work.
macro_rules! leaving {
    ($($name:ident => $exit:expr;)*) => {
        handler! { $($name(cx, ip, regs, allowance, _table, _word) {
            let cx = &mut *cx;
            cx.save(ip, regs, allowance);
            cx.exit = $exit;
        })* }
    };
}

leaving! {
    RunDefers => Exit::RunDefers;
    Recover => Exit::Recover;
    Halt => Exit::Halt;
    DeferReturned => Exit::DeferReturned;
    StringReturned => Exit::StringReturned;
    RunReturned => Exit::RunReturned;
    SwitchReturned => Exit::SwitchReturned;
}

handler! {
    Panic(cx, ip, regs, allowance, _table, word) {
        let cx = &mut *cx;
        cx.save(ip, regs, allowance);
        cx.value = reg!(regs, word, a);
        cx.exit = Exit::Panic;
    }
    Stringify(cx, ip, regs, allowance, table, word) {
        let context = &mut *cx;
        let ty = slot::iface_type(reg!(regs, word, a));
        if context.linked.types.printer(ty).is_none() {
            return enter!(cx, ip.add(1), regs, allowance, table);
        }
        context.save(ip, regs, allowance);
        context.exit = Exit::Stringify;
    }
}

making! {
    MakeClosure(cx, regs, word, ext) {
        let closure = cx.new_func(ext as u32, regs.slice(field_b(word), field_c(word)))?;
        regs.set(field_a(word), closure);
        Ok(())
    }
    BindMethod(cx, regs, word, ext) {
        let func = ext as u32;
        let types = &cx.linked.types;
        let receiver = types.func(func).and_then(|func| func.receiver).unwrap_or(0);
        let bound = select::bind_receiver(&mut cx.heap, types, func, receiver, regs.get(field_b(word)))?;
        regs.set(field_a(word), bound);
        Ok(())
    }
}

/// Bytes that a method value costs: the function and the pair with its receiver.
const METHOD_VALUE: i64 = size::FUNC as i64 + size::BOUND_METHOD as i64;

handler! {
    SelectIface(cx, ip, regs, allowance, table, word) {
        let value = reg!(regs, word, c);
        let method = (*cx).methods.cached(slot::iface_type(value), *ip.add(1) as u32);
        match method {
            Some(method) if (*cx).meter.fits_below_peak(METHOD_VALUE) => {
                (*cx).meter.alloc_below_peak(METHOD_VALUE);
                reg!(regs, word, a) = method.callee;
                reg!(regs, word, b) = iface::unpack_repr(&(*cx).heap, method.repr, value);
                next!(cx, ip, regs, allowance, table, 2)
            }
            _ => select_iface::<N>(cx, ip, regs, allowance, table, word),
        }
    }
}

slow! {
    select_iface of SelectIface(cx, regs, word, ext) {
        let (callee, receiver) = cx.select_method(regs.get(field_c(word)), ext as u32)?;
        regs.set(field_a(word), callee);
        regs.set(field_b(word), receiver);
        Ok(())
    }
}

slow! {
    Defer(cx, regs, word, ext) {
        cx.defer(ext as u32, 0, regs.slice(field_a(word), field_b(word)), None)
    }
    DeferSelected(cx, regs, word, _ext) {
        cx.defer(regs.get(field_c(word)) as u32, 0, regs.slice(field_a(word), field_b(word)), None)
    }
    DeferValue(cx, regs, word, _ext) {
        let func = regs.get(field_c(word));
        let args = regs.slice(field_a(word), field_b(word));
        let object = Ref::of(func);
        if object.is_nil() {
            return cx.defer(Deferred::NIL, 0, args, None);
        }
        let index = cx.heap.func_index(object);
        let receiver = cx.heap.header(object).is(Kind::Bound).then(|| cx.heap.slot(object, BOUND_RECEIVER));
        cx.defer(index, func, args, receiver)
    }
    BindIface(cx, regs, word, ext) {
        let bound = cx.bind_selected(regs.get(field_b(word)), ext as u32)?;
        regs.set(field_a(word), bound);
        Ok(())
    }
    EnterVariadic(cx, regs, word, ext) {
        if cx.top().meta & Frame::PACKED == 0 {
            return Ok(());
        }
        let slice = regs.get(field_a(word));
        ops::slice::enter_variadic(&mut cx.heap, &cx.linked.types, ext as u32, slice, &mut charger!(cx))
    }
}

/// What a call of a nil function value aborts with (spec/05 §6.3).
pub(super) fn nil_call() -> Trap {
    Trap::abort("runtime error: invalid memory address or nil pointer dereference")
}

impl Cx {
    /// A function's index with the word index of its entry in the upper half: what calls of function values read, so that they
    /// need not wait for the function table to know where to go on.
    fn callee_of(&self, func: u32) -> u64 {
        self.linked.callee(func)
    }

    /// A function value; its first slot is the function as calls read it.
    #[inline(never)]
    pub fn new_func(&mut self, func: u32, captures: &[u64]) -> Result<u64, Trap> {
        let object = self.heap.new_func(func, captures)?;
        self.heap.set_slot(object, 0, self.callee_of(func));
        Ok(object.slot())
    }

    /// The method of an interface value, as calls read it, and its receiver; charges FN, the copy of a value receiver, BM.
    pub(super) fn select_method(&mut self, value: u64, name: u32) -> Result<(u64, u64), Trap> {
        if let Some(method) = self.methods.find(&self.linked, slot::iface_type(value), name) {
            charger!(self).alloc(&mut self.heap, i64::from(size::FUNC))?;
            self.load_package_of(method.callee as u32)?;
            charger!(self).alloc(&mut self.heap, i64::from(size::BOUND_METHOD))?;
            return Ok((method.callee, iface::unpack_repr(&self.heap, method.repr, value)));
        }
        let selected = self.select_any(value, name)?;
        Ok((self.callee_of(selected.func), selected.receiver))
    }

    /// A method of an interface value: charges FN, the copy of a value receiver, BM. The method's function is taken from its package, which
    /// is loaded for that (spec/03 §5.2).
    pub fn select_any(&mut self, value: u64, name: u32) -> Result<select::Selected, Trap> {
        let found = select::find(&self.heap, &self.linked.types, value, name)?;
        charger!(self).alloc(&mut self.heap, i64::from(size::FUNC))?;
        self.load_package_of(found.func)?;
        select::take(&mut self.heap, &self.linked.types, found, &mut charger!(self))
    }

    /// Loads the package of a function that a selector names.
    fn load_package_of(&mut self, func: u32) -> Result<(), Trap> {
        match self.linked.functions.get(func as usize) {
            Some(code) if !code.synthetic => self.ensure_package(code.package),
            _ => Ok(()),
        }
    }

    /// A method value of an interface value; charges as [`Cx::select_method`].
    pub(super) fn bind_selected(&mut self, value: u64, name: u32) -> Result<u64, Trap> {
        let select::Selected { func, receiver, receiver_type } = self.select_any(value, name)?;
        select::bind_receiver(&mut self.heap, &self.linked.types, func, receiver_type, receiver)
    }

    /// Registers a deferred call of the current frame.
    fn defer(&mut self, func: u32, closure: u64, args: &[u64], receiver: Option<u64>) -> Result<(), Trap> {
        let first = self.roots.defer_args.len();
        self.roots.defer_args.extend(receiver);
        self.roots.defer_args.extend_from_slice(args);
        let previous = self.top().defers;
        let crosses = std::mem::take(&mut self.defer_crosses);
        self.roots.defers.push(Deferred { previous, func, closure, args: first, crosses, pc: self.meter.pc });
        let Ok(number) = u32::try_from(self.roots.defers.len()) else {
            return Err(Trap::abort(crate::frame::STACK_EXHAUSTED));
        };
        self.top().defers = number;
        self.keep_defer_blocks(number);
        Ok(())
    }
}

handler! {
    CallNative(cx, ip, regs, allowance, table, word) {
        let linked = &(*cx).linked;
        if let Some(native) = linked.natives.get(*ip.add(1) as usize)
            && let Body::Bits(run) = native.body
            && (*cx).roots.stored.has_called(native.function)
        {
            reg!(regs, word, a) = run(reg!(regs, word, a));
            next!(cx, ip, regs, allowance, table, 2)
        } else {
            call_native::<N>(cx, ip, regs, allowance, table, word)
        }
    }
}

slow! {
    call_native of CallNative(cx, regs, word, ext) {
        let Some(native) = cx.linked.natives.get(ext as usize).copied() else {
            return Err(Trap::abort("no such native"));
        };
        cx.resolve_native(native.function);
        let run = match native.body {
            Body::Call(run) => run,
            Body::Bits(run) => {
                regs.set(field_a(word), run(regs.get(field_a(word))));
                return Ok(());
            }
        };
        if cx.roots.realm.is_some() {
            cx.fill_arguments(native.function, regs, field_a(word), field_b(word))?;
        }
        let mut call = Call::new(cx, native.function, regs.slice(field_a(word), field_b(word)));
        run(&mut call)?;
        let results = call.finish();
        for index in 0..field_c(word) {
            regs.set(field_a(word) + index, results.get(usize::from(index)).copied().unwrap_or(0));
        }
        Ok(())
    }
}
