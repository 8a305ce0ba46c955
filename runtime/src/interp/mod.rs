//! The interpreter.
//!
//! Every operation is one function, a *handler*. Handlers have one signature and end by calling the handler of the next word in tail
//! position through the table that they were given, which an optimising build turns into a jump: the arguments stay in
//! machine registers from instruction to instruction, and nothing grows the host stack. In builds that do not, and while
//! the meter is exact, the driver passes the *step* table, whose entries save the state and return, so handlers run one by one.
//!
//! Frequent sequences of operations are *fused* when a program is loaded (`fused`): one dispatch runs several handlers.
//!
//! A handler that needs more than a plain effect leaves: it saves the state in [`Cx`], says why in [`Cx::exit`] and returns to
//! the driver (`drive`): traps, segments that do not fit the allowance, panics, deferred calls, growth of the stacks. So everything
//! difficult is ordinary safe code outside the hot loop.
//!
//! # Why the unsafe code here is sound
//!
//! This module and `heap::memory` are the only ones of the crate with unsafe code. Handlers rely on:
//!
//! 1. *Code.* `ip` points into the program's fast code at an instruction start; it differs from the verified code in the codes of
//!    fused instructions only, whose handlers run those of the parts, each at its own word. The verifier has checked that every word is an instruction of
//!    the table or its extension, that branches and entries are `Segment` words, and that no path runs off the end.
//! 2. *Registers.* `regs..regs + frame_size` lies in the register stack: calls check it, and the verifier has checked that all
//!    register operands and windows are below `frame_size`.
//! 3. *Frames.* `cx.roots.frame` is the current frame. Returns come from frames that calls pushed; the bottom frame's return address is
//!    the runtime's own code, which leaves the loop.
//! 4. *Tables.* References to strings, globals, functions and types in code are below the table lengths (verifier), and the
//!    machine makes its tables as long as the module's.
//! 5. *Heap.* A reference read from a slot is of the kind that the instruction expects: code comes from the compiler, whose types are
//!    sound. Objects never move except when the heap grows, and no host address of an object is kept across an allocation.
//! 6. *Context.* `cx` is the only live pointer to the context while a handler runs; references made from it end before the next handler.
#![allow(unsafe_code, unsafe_op_in_unsafe_fn, non_snake_case, clippy::missing_safety_doc)]

#[macro_use]
mod macros;
mod branch;
mod call;
mod data;
mod drive;
mod fused;
mod guard;
mod memory;
mod methods;
mod scalar;
mod table;

pub(crate) use fused::fuse;

use crate::allowance;
use crate::config::Config;
use crate::frame::{Frame, Stacks};
use crate::heap::{Heap, Trap};
use crate::load::{Code, Linked, unmetered};
use crate::meter::Meter;
use crate::natives::Context;
use crate::panic::{Activation, Exception};
use crate::print;
use crate::realm::RealmState;
use crate::recount::Remembered;
use crate::stored::Stored;
use crate::value::select::Satisfied;
use std::cell::Cell;
use std::sync::Arc;

/// A handler: context, instruction, registers, allowance, table, the instruction's first word.
pub(crate) type HandlerFn = unsafe extern "C" fn(*mut Cx, *const u64, *mut u64, i64, *const Handler, u64);

/// What runs after a handler's effect, if the handler does not branch or leave.
pub(crate) trait Next {
    /// Goes on at `ip`.
    unsafe fn go(cx: *mut Cx, ip: *const u64, regs: *mut u64, allowance: i64, table: *const Handler);
}

/// The handler of the word at `ip`, through the table.
pub(crate) struct Dispatch;

impl Next for Dispatch {
    #[inline(always)]
    unsafe fn go(cx: *mut Cx, ip: *const u64, regs: *mut u64, allowance: i64, table: *const Handler) {
        let word = *ip;
        let handler = *table.add(word as u16 as usize);
        (handler.0)(cx, ip, regs, allowance, table, word)
    }
}

/// An entry of a dispatch table.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(crate) struct Handler(HandlerFn);

/// Why handlers returned to the driver.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Exit {
    /// The step table: go on at `ip`.
    Step,
    /// The segment at `ip` does not fit, or the meter is exact.
    Segment,
    /// The stacks are too small for the instruction at `ip`.
    Grow,
    /// A collection is due before the instruction at `ip`.
    Collect,
    /// The instruction at `ip` failed with `trap`.
    Trap,
    /// `panic` with the value in `value`.
    Panic,
    /// `RunDefers`
    RunDefers,
    /// A deferred call returned.
    DeferReturned,
    /// A `String` or `Error` call returned.
    StringReturned,
    /// The bottom frame returned.
    RunReturned,
    /// `Recover`
    Recover,
    /// `Stringify` of a value with a printing method.
    Stringify,
    /// A call that switched the realm returned.
    SwitchReturned,
    /// The guarded call at `ip` switches the realm, or may not.
    Switch,
    /// `Halt`
    Halt,
}

/// A pending deferred call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deferred {
    /// The previous one of the same frame, one-based; 0 for none.
    pub previous: u32,
    /// Function index, or [`Deferred::NIL`].
    pub func: u32,
    /// Closure object, 0 if it is a plain function.
    pub closure: u64,
    /// First argument in `defer_args`.
    pub args: usize,
    /// Called with `cross`.
    pub crosses: bool,
    /// Word of the `defer`.
    pub pc: u32,
}

impl Deferred {
    /// A nil function was deferred.
    pub const NIL: u32 = u32::MAX;
}

/// Arguments and results of a call whose dynamic types are passed.
const PASSED_TYPES: usize = 32;

/// Everything that handlers work on.
#[repr(C)]
pub(crate) struct Cx {
    pub meter: Meter,
    pub roots: Roots,
    /// One past the last usable frame.
    pub frame_end: *mut Frame,
    /// One past the last register.
    pub regs_end: *mut u64,
    /// Function 0 of the program's functions.
    pub entries: *const Code,
    /// Function value that was called last; for `LoadCapture`.
    pub callee: u64,
    pub exit: Exit,
    /// Where the loop was left.
    pub ip: *const u64,
    /// Value of `Exit::Panic`.
    pub value: u64,
    pub trap: Option<Trap>,
    pub heap: Heap,
    pub linked: Arc<Linked>,
    /// Slots of the string constants.
    pub strings: Vec<u64>,
    /// Value of the panic that `revive` stopped, until it is read.
    pub revived: u64,
    /// The call that is deferred next crosses.
    pub defer_crosses: bool,
    /// Numbers of the dynamic types of arguments or results that are passed (`heap/dynamic.rs`).
    pub passed_types: [u32; PASSED_TYPES],
    pub satisfied: Satisfied,
    pub methods: methods::Methods,
    pub output: Vec<u8>,
    /// What goes to the error output, where it is kept apart.
    pub error_output: Option<Vec<u8>>,
    /// Stack trace of the latest panic, where tests run.
    pub last_trace: String,
    pub max_output: usize,
    pub max_heap_words: u64,
    pub collection: crate::heap::Collection,
    /// How often each word has been executed, where that is counted. Only exact metering passes every word.
    pub hits: Option<Vec<u32>>,
    pub context: Context,
    /// The package whose test runs: it is what the machine runs then, although the function at the bottom is one of `testing`.
    pub tested: Option<u32>,
    /// Realms can take part (`docs/realms.md`).
    pub guarded: bool,
    /// Replaces the program's code where nothing is metered.
    own_code: Option<Vec<u64>>,
}

/// What a recount reads of the machine: the stacks, and what else refers to objects. They stand together so that every
/// operation that charges passes them on as one reference.
#[repr(C)]
pub(crate) struct Roots {
    /// Current frame.
    pub frame: *mut Frame,
    /// Registers of the current frame.
    pub regs: *mut u64,
    /// Word 0 of the code.
    pub code: *const u64,
    /// Panic in flight, one-based index into the machine's exceptions; 0 for none.
    pub exception: u32,
    pub stacks: Stacks,
    /// Heap items of the package-level variables.
    pub globals: Vec<u64>,
    /// Function values of the declared functions.
    pub functions: Vec<u64>,
    pub defers: Vec<Deferred>,
    pub defer_args: Vec<u64>,
    pub exceptions: Vec<Exception>,
    pub activations: Vec<Activation>,
    pub remembered: Remembered,
    pub stored: Stored,
    /// Of a guarded program, a bit for each word: a function with this entry has been called, or the instruction with this extension
    /// has read a name of a package (spec/03 §8.3).
    pub called: Vec<u64>,
    /// By package: its objects stand in the machine; false only where packages are loaded from a store.
    pub loaded: Vec<Cell<bool>>,
    /// What realms keep, in machines that have them.
    pub realm: Option<Box<RealmState>>,
}

// SAFETY: the pointers in a context point into vectors that it owns itself (stacks) or shares immutably (code, functions),
// and are used only through `&mut` access to it.
unsafe impl Send for Cx {}

/// The registers of the current frame.
#[derive(Clone, Copy)]
pub(crate) struct Window(*mut u64);

impl Window {
    /// Register `index`, which must be one of the frame's.
    #[inline(always)]
    pub fn get(self, index: u16) -> u64 {
        // SAFETY: windows are made of the `regs` of a handler; operands are below the frame size (module documentation, 2).
        unsafe { *self.0.add(index as usize) }
    }

    /// Replaces register `index`.
    #[inline(always)]
    pub fn set(self, index: u16, value: u64) {
        // SAFETY: as in `get`.
        unsafe { *self.0.add(index as usize) = value }
    }

    /// Registers `first..first + count`; nothing may write to them while the slice is in use.
    #[inline(always)]
    fn slice<'a>(self, first: u16, count: u16) -> &'a [u64] {
        // SAFETY: as in `get`; operations read their operands before they write results.
        unsafe { std::slice::from_raw_parts(self.0.add(first as usize), count as usize) }
    }
}

impl Cx {
    /// A context at no instruction.
    pub fn new(linked: Arc<Linked>, config: &Config) -> Cx {
        let meter = Meter::new(Arc::clone(&linked), config);
        let own_code = (config.metering == crate::Metering::Off).then(|| unmetered(&linked));
        let guarded = linked.guarded();
        let realm = guarded.then(|| RealmState::of(&linked));
        let code = own_code.as_ref().unwrap_or(&linked.fast).as_ptr();
        let roots = Roots {
            frame: std::ptr::null_mut(),
            regs: std::ptr::null_mut(),
            code,
            exception: 0,
            stacks: Stacks::new(config.limits),
            globals: Vec::new(),
            functions: Vec::new(),
            defers: Vec::new(),
            defer_args: Vec::new(),
            exceptions: Vec::new(),
            activations: Vec::new(),
            remembered: Remembered::default(),
            stored: Stored::default(),
            called: Vec::new(),
            loaded: Vec::new(),
            realm,
        };
        let mut cx = Cx {
            meter,
            roots,
            frame_end: std::ptr::null_mut(),
            regs_end: std::ptr::null_mut(),
            entries: linked.functions.as_ptr(),
            passed_types: [0; PASSED_TYPES],
            callee: 0,
            exit: Exit::Halt,
            ip: code,
            value: 0,
            trap: None,
            heap: Heap::collected(config.limits.max_heap_words as u64, config.collection),
            linked,
            strings: Vec::new(),
            revived: 0,
            defer_crosses: false,
            satisfied: Satisfied::default(),
            methods: methods::Methods::new(),
            output: Vec::new(),
            error_output: None,
            last_trace: String::new(),
            max_output: config.limits.max_output,
            max_heap_words: config.limits.max_heap_words as u64,
            collection: config.collection,
            hits: None,
            context: Context::default(),
            tested: None,
            guarded,
            own_code,
        };
        cx.forget_calls();
        cx.clear();
        cx
    }

    /// Goes on with a program of which the current one is the beginning. No frame refers to code then.
    pub fn replace_program(&mut self, linked: Arc<Linked>) {
        if let Some(code) = &mut self.own_code {
            *code = unmetered(&linked);
        }
        self.roots.code = self.own_code.as_ref().unwrap_or(&linked.fast).as_ptr();
        self.entries = linked.functions.as_ptr();
        self.meter.replace_program(Arc::clone(&linked));
        self.guarded = linked.guarded();
        if self.guarded {
            self.roots.realm.get_or_insert_with(|| RealmState::of(&linked)).learn(&linked);
        }
        self.linked = linked;
        self.roots.called.resize(self.called_words(), 0);
        self.ip = self.roots.code;
        self.clear();
    }

    fn called_words(&self) -> usize {
        if self.guarded { self.linked.code.len() / 64 + 1 } else { 0 }
    }

    /// No function counts as called any more.
    pub fn forget_calls(&mut self) {
        self.roots.called = vec![0; self.called_words()];
    }

    /// The function with this entry is called.
    #[inline(always)]
    fn note_call(&mut self, entry: usize) {
        if let Some(bits) = self.roots.called.get_mut(entry / 64) {
            *bits |= 1 << (entry % 64);
        }
    }

    /// The instruction at this word, which has an extension, reads a name of a package.
    #[inline(always)]
    pub fn note_read(&mut self, pc: usize) {
        self.note_call(pc + 1);
    }

    /// What functions of the words have read counts as not read.
    pub fn forget_reads(&mut self, words: std::ops::Range<usize>, entry: usize) {
        let called = self.has_called(entry);
        words.for_each(|word| self.forget_call(word));
        if called {
            self.note_call(entry);
        }
    }

    /// Whether the function with this entry has been called.
    #[inline(always)]
    pub fn has_called(&self, entry: usize) -> bool {
        self.roots.called.get(entry / 64).is_none_or(|bits| bits >> (entry % 64) & 1 != 0)
    }

    /// The function with this entry counts as not called.
    pub fn forget_call(&mut self, entry: usize) {
        if let Some(bits) = self.roots.called.get_mut(entry / 64) {
            *bits &= !(1 << (entry % 64));
        }
    }

    /// Whether a call of the function with this entry may have to load what a collection has let go.
    #[inline(always)]
    pub fn is_let_go(&self, entry: usize) -> bool {
        self.roots.stored.has_let_go() && !self.has_called(entry)
    }

    /// Whether a package must be loaded before anything of it is used.
    #[inline(always)]
    pub fn lacks_package(&self, package: usize) -> bool {
        self.roots.loaded.get(package).is_some_and(|loaded| !loaded.get())
    }

    /// Whether the package of a function must be loaded before it is called.
    #[inline(always)]
    pub fn is_unloaded(&self, function: u32) -> bool {
        let code = self.linked.functions.get(function as usize);
        code.is_some_and(|code| self.lacks_package(code.package as usize) && !code.synthetic)
    }

    /// Drops all frames: the next one pushed is frame 0.
    pub fn clear(&mut self) {
        let ((frames, frame_end), (registers, regs_end)) = (self.roots.stacks.frames(), self.roots.stacks.registers());
        self.roots.frame = frames.wrapping_sub(1);
        self.roots.regs = registers;
        (self.frame_end, self.regs_end) = (frame_end, regs_end);
        self.passed_types = [0; PASSED_TYPES];
    }

    /// Number of frames.
    pub fn depth(&mut self) -> usize {
        let (frames, _) = self.roots.stacks.frames();
        (self.roots.frame as usize).wrapping_sub(frames as usize).wrapping_add(size_of::<Frame>()) / size_of::<Frame>()
    }

    /// The current frame. There must be one.
    pub fn top(&mut self) -> &mut Frame {
        debug_assert!(self.depth() > 0);
        // SAFETY: `frame` is the frame pushed last (module documentation, 3).
        unsafe { &mut *self.roots.frame }
    }

    /// Register `index` of the current frame.
    pub fn register(&mut self, index: u16) -> u64 {
        Window(self.roots.regs).get(index)
    }

    /// Replaces register `index` of the current frame.
    pub fn set_register(&mut self, index: u16, value: u64) {
        Window(self.roots.regs).set(index, value);
    }

    /// Pushes a frame whose window stands `base` registers above the current one and starts the callee at a segment.
    pub fn push(&mut self, return_pc: u32, base: u32, code: &Code, entry: u32, args: &[u64]) -> Result<(), Trap> {
        self.reserve(base as usize + (code.frame_size as usize).max(args.len()))?;
        self.roots.frame = self.roots.frame.wrapping_add(1);
        let (return_ip, exception) = (self.ip_of(return_pc), self.roots.exception);
        self.roots.regs = self.roots.regs.wrapping_add(base as usize);
        // SAFETY: the stacks have just been grown for one more frame and its registers.
        unsafe {
            *self.roots.frame = Frame { return_ip, meta: base, defers: 0, exception };
            std::ptr::copy_nonoverlapping(args.as_ptr(), self.roots.regs, args.len());
        }
        self.note_call(code.entry as usize);
        self.roots.stored.calling = None;
        self.go_to(entry);
        Ok(())
    }

    /// The current frame returns to another place.
    pub fn returns_to(&mut self, return_pc: u32) {
        let return_ip = self.ip_of(return_pc);
        self.top().return_ip = return_ip;
    }

    /// Drops the current frame and gives the word index of its return address.
    pub fn pop(&mut self) -> u32 {
        let frame = *self.top();
        self.roots.frame = self.roots.frame.wrapping_sub(1);
        self.roots.regs = self.roots.regs.wrapping_sub(frame.base());
        self.pc_of(frame.return_ip)
    }

    /// Appends the text of a value without calling its methods.
    pub fn sprint(&self, value: u64, out: &mut Vec<u8>) -> Result<(), Trap> {
        print::sprint(&self.heap, &self.linked.types, value, out, self.max_output)
    }

    /// Word index of an instruction.
    pub fn pc_of(&self, ip: *const u64) -> u32 {
        ((ip as usize).wrapping_sub(self.roots.code as usize) / 8) as u32
    }

    /// Address of a word.
    pub fn ip_of(&self, pc: u32) -> *const u64 {
        self.roots.code.wrapping_add(pc as usize)
    }

    /// Saves the interpreter's registers. In exact mode the allowance in registers means nothing.
    #[inline]
    fn save(&mut self, ip: *const u64, regs: *mut u64, allowance: i64) {
        (self.ip, self.roots.regs) = (ip, regs);
        self.meter.pc = self.pc_of(ip);
        if !self.meter.exact {
            self.meter.lent = allowance;
        }
    }

    /// Allowance to go on with.
    #[inline]
    fn allowance(&self) -> i64 {
        if self.meter.exact { allowance::NONE } else { self.meter.lent }
    }

    /// Leaves the loop because the instruction failed.
    #[cold]
    fn fail(&mut self, trap: Trap) {
        self.trap = Some(trap);
        self.exit = Exit::Trap;
    }
}
