//! The reference's virtual collector (spec/03 §8, spec/00 addenda 1 to 4; `docs/metering.md`).
//!
//! It reclaims nothing: where an allocation passes the limit, the allocation counter becomes the size of what the
//! *reference* would find reachable, at gas for each value visited. So the recount walks our heap from the reference's roots: its
//! block stack and frames, which the block states of functions ([`block`]) and our own frames reconstruct, its packages
//! and its exceptions. Temporaries are no roots.
//!
//! It runs in exact mode only, so registers and heap are those of the moment at which the reference collects. Nothing recurses:
//! [`visit`] keeps its own stack.

pub(crate) mod block;
mod reached;
mod reads;
mod visit;

use crate::frame::Frame;
use crate::heap::{Charge, Heap, Ref, Trap};
use crate::interp::{Cx, Deferred, Roots};
use crate::load::{DEFER_RETURNED, Linked, RUN_RETURNED, STRING_RETURNED, SWITCH_RETURNED};
use crate::meter::{Meter, UNACCOUNTED};
use crate::panic::Activation;
use block::{At, Block, CallBlocks, blocks_of};
pub(crate) use reached::Reached;
use regno_bytecode::module::FunctionKind;
use regno_bytecode::op::{Op, code_of, field_c};
use visit::{Abort, Tally, Visitor};

/// A block that is off the block stack of its call but still counted.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    /// The block.
    pub block: Block,
    /// Number of machine-made calls below it.
    pub activations: usize,
}

/// A block in which `defer` ran that is not the function's own.
#[derive(Clone, Debug)]
pub(crate) struct DeferBlock {
    /// One-based number of the pending defer.
    pub number: u32,
    /// Place of the `defer`.
    pub pc: u32,
    /// Depth of the frame.
    pub depth: usize,
    /// The scope has been entered again: the registers are those of another block.
    pub frozen: bool,
    /// Block as it was.
    pub block: Block,
}

/// What the machine keeps for recounts only; empty unless there is a limit.
#[derive(Debug, Default)]
pub(crate) struct Remembered {
    /// Blocks of calls that a panic has unwound.
    pub unwound: Vec<Kept>,
    /// Blocks of pending defers.
    pub deferred: Vec<DeferBlock>,
    /// A panic has left a predeclared function, whose package stays the current one.
    pub native: bool,
    /// Place in the function that is still on the stack after an uncaught panic.
    pub uncaught: Option<u32>,
}

impl Remembered {
    /// Slots of values and heap items in the blocks: they must outlive collections of the heap.
    pub fn held(&self) -> impl Iterator<Item = u64> {
        let unwound = self.unwound.iter().map(|kept| &kept.block);
        let blocks = unwound.chain(self.deferred.iter().map(|deferred| &deferred.block));
        blocks.flat_map(|block| &block.held).map(|held| match *held {
            block::Held::Value(_, slot) | block::Held::Cell(_, slot) | block::Held::Copies(_, slot) => slot,
        })
    }

    /// The deferred call with this one-based number is no longer pending.
    pub fn forget_defer(&mut self, number: usize) {
        while self.deferred.last().is_some_and(|last| last.number as usize >= number) {
            self.deferred.pop();
        }
    }

    /// A function above `activations` machine-made calls returns after a panic: the blocks above its own are gone.
    pub fn forget_unwound(&mut self, activations: usize) {
        self.native = false;
        self.unwound.retain(|kept| kept.activations < activations);
    }
}

/// The meter with what a recount reads of the machine.
pub(crate) struct Charger<'a> {
    pub meter: &'a mut Meter,
    pub roots: &'a Roots,
}

/// The charger of a context, out of disjoint fields of it.
macro_rules! charger {
    ($cx:expr) => {
        $crate::recount::Charger { meter: &mut $cx.meter, roots: &$cx.roots }
    };
}
pub(crate) use charger;

impl Charge for Charger<'_> {
    const FREE: bool = UNACCOUNTED;

    /// A dynamic charge of the instruction that runs.
    #[inline]
    fn alloc(&mut self, heap: &mut Heap, count: i64) -> Result<(), Trap> {
        if UNACCOUNTED || self.meter.try_alloc(count) {
            return Ok(());
        }
        self.alloc_exactly(heap, count)
    }
}

impl Charger<'_> {
    #[cold]
    #[inline(never)]
    fn alloc_exactly(&mut self, heap: &Heap, count: i64) -> Result<(), Trap> {
        if !self.meter.exact {
            self.meter.settle();
            self.meter.exact = true;
        }
        let at = At::Pc(self.meter.pc);
        self.allocate(heap, at, count)
    }

    /// `runtime.GC()`: a collection at the current instruction.
    pub fn collect(&mut self, heap: &Heap) -> Result<(), Trap> {
        if !self.meter.exact {
            self.meter.settle();
            self.meter.exact = true;
        }
        if !self.meter.collects() {
            self.meter.end_recount(1, false)?;
            return Err(Trap::abort("runtime error: invalid memory address or nil pointer dereference"));
        }
        let at = At::Pc(self.meter.pc);
        self.recount(heap, at)
    }

    /// Exact mode: charges the events between the previous instruction and the one at `pc`.
    pub fn before(&mut self, heap: &Heap, pc: u32) -> Result<(), Trap> {
        let end = self.meter.events_end(pc);
        self.charge_to(heap, pc, end)
    }

    /// Exact mode: charges what is left of the segment that ends at `pc` without a branch.
    pub fn finish_segment(&mut self, heap: &Heap, pc: u32) -> Result<(), Trap> {
        let end = self.meter.segment_end();
        self.charge_to(heap, pc.saturating_sub(1), end)
    }

    fn charge_to(&mut self, heap: &Heap, pc: u32, end: u32) -> Result<(), Trap> {
        while let Some((event, bytes)) = self.meter.next_allocation(end)? {
            self.allocate(heap, At::Event { pc, event }, bytes)?;
        }
        Ok(())
    }

    /// `Allocate(n)` (spec/03 §1).
    fn allocate(&mut self, heap: &Heap, at: At, count: i64) -> Result<(), Trap> {
        if self.meter.exceeds(count)? {
            if self.meter.no_collector_yet() {
                return Err(Trap::abort("runtime error: invalid memory address or nil pointer dereference"));
            }
            self.recount(heap, at)?;
        }
        self.meter.raise(count)
    }

    fn recount(&mut self, heap: &Heap, at: At) -> Result<(), Trap> {
        let linked = self.meter.linked();
        let roots = self.roots;
        self.meter.start_recount();
        let counter = Counter { meter: &mut *self.meter, off: false };
        let mut visitor = Visitor::new(heap, &linked, roots, counter);
        let result = Walk { roots, linked: &linked, visitor: &mut visitor }.run(at);
        let visits = visitor.visits;
        if roots.realm.is_some() {
            visitor.tally.off = true;
            let mut reached = visitor.into_reached();
            roots.stored.let_go(&reached, &roots.loaded);
            if let Some(earlier) = self.meter.reached.take() {
                reached.and(&earlier);
            }
            self.meter.reached = Some(reached);
        }
        self.meter.end_recount(visits, result.is_err())
    }
}

struct Counter<'a> {
    meter: &'a mut Meter,
    /// Visits are not counted any more.
    off: bool,
}

impl Tally for Counter<'_> {
    fn count(&mut self, bytes: u64) -> Result<(), Abort> {
        if self.off {
            return Ok(());
        }
        self.meter.recount(bytes).map_err(|gas| if gas { Abort::Gas } else { Abort::Limit })
    }
}

/// A call on the machine's stack, as the recount sees it.
struct Call {
    blocks: CallBlocks,
    /// Word of the call's current place.
    pc: u32,
    /// First register of the window.
    window: usize,
    frame: Frame,
    /// How the caller called it: the place of the call instruction, if a program's instruction did.
    caller: Option<u32>,
    caller_window: usize,
    /// The machine made the call.
    activation: Option<usize>,
}

struct Walk<'w, 'a> {
    roots: &'a Roots,
    linked: &'w Linked,
    visitor: &'w mut Visitor<'a, Counter<'a>>,
}

impl<'a> Walk<'_, 'a> {
    fn run(&mut self, at: At) -> Result<(), Abort> {
        let calls = self.calls(at);
        let active = calls.iter().filter_map(|call| self.linked.function_at(call.pc));
        self.visitor.called.extend(active);
        if let Some(files) = calls.first().and_then(|call| call.blocks.blocks.first()).and_then(|block| block.making) {
            self.visitor.making = Some((self.bottom_package(&calls), files));
        }
        self.visitor.package_block(self.bottom_package(&calls))?;
        let mut unwound = self.roots.remembered.unwound.iter().peekable();
        let mut activations = 0;
        for call in &calls {
            activations += usize::from(call.activation.is_some());
            while let Some(kept) = unwound.next_if(|kept| kept.activations < activations) {
                self.visitor.block(&kept.block)?;
            }
            self.call_blocks(call)?;
        }
        for kept in unwound {
            self.visitor.block(&kept.block)?;
        }
        let mut native = false;
        for (number, call) in calls.iter().enumerate() {
            // Of a call that a panic passes only the blocks are left.
            let passed = calls
                .get(number + 1)
                .and_then(|above| self.activation(above))
                .is_some_and(|above| matches!(above, Activation::Defer { .. } | Activation::Describe { .. }));
            let previous = number.checked_sub(1).and_then(|below| calls.get(below)).map(|below| self.package(below));
            native = self.frame(call, previous, native, passed)?;
        }
        let describing = matches!(self.roots.activations.first(), Some(Activation::Describe { .. }));
        if native || self.roots.remembered.native && !describing {
            self.visitor.native_package()?
        } else {
            let current = calls.last().map_or_else(|| self.bottom_package(&calls), |call| self.package(call));
            self.visitor.package(current)?
        }
        if let Some(package) = self.roots.stored.calling {
            self.visitor.package(package)?;
        }
        if let Some((package, objects)) = self.roots.stored.loading() {
            self.visitor.staged(package, objects)?;
        }
        self.exceptions()
    }

    /// Package of the function of a call.
    fn package(&self, call: &Call) -> u32 {
        let function = self.linked.function_at(call.pc).and_then(|at| self.linked.functions.get(at as usize));
        function.map_or(0, |code| code.package)
    }

    /// The package that the machine runs.
    fn bottom_package(&self, calls: &[Call]) -> u32 {
        let main = self.linked.packages.len().saturating_sub(1) as u32;
        calls.first().map_or(main, |call| self.package(call))
    }

    fn is_runner(&self, call: &Call) -> bool {
        let function = self.linked.function_at(call.pc).and_then(|at| self.linked.tables.get(at as usize));
        function.is_none_or(|function| function.kind == FunctionKind::Synthetic)
            && !call.blocks.blocks.last().is_some_and(|block| block.native)
    }

    /// The calls, bottom to top.
    fn calls(&self, at: At) -> Vec<Call> {
        let mut calls = Vec::new();
        let (mut depth, mut window) =
            (self.roots.stacks.depth(self.roots.frame), self.roots.stacks.window(self.roots.regs));
        let mut place = Some(at);
        let mut activation = self.roots.activations.len();
        while let Some(frame) = depth.checked_sub(1).and_then(|index| self.roots.stacks.frame(index)) {
            let caller_window = window.wrapping_sub(frame.base());
            let return_pc = self.pc_of(frame.return_ip);
            let mut made = None;
            let mut caller = None;
            let next = match return_pc {
                RUN_RETURNED => None,
                SWITCH_RETURNED => {
                    activation = activation.saturating_sub(1);
                    match self.roots.activations.get(activation) {
                        Some(Activation::Switch { pc, resume, .. }) => {
                            caller = Some(resume.saturating_sub(1));
                            Some(At::Pc(*pc))
                        }
                        _ => None,
                    }
                }
                DEFER_RETURNED | STRING_RETURNED => {
                    activation = activation.saturating_sub(1);
                    made = Some(activation);
                    match self.roots.activations.get(activation) {
                        Some(Activation::Defer { pc, .. } | Activation::Stringify { pc }) => Some(At::Pc(*pc)),
                        Some(Activation::Describe { pc }) => pc.map(At::Pc),
                        Some(Activation::Switch { .. }) | None => None,
                    }
                }
                _ => {
                    caller = Some(return_pc.saturating_sub(1));
                    Some(At::Pc(return_pc.saturating_sub(1)))
                }
            };
            if let Some(at) = place {
                let (At::Pc(pc) | At::Event { pc, .. }) = at;
                let blocks = blocks_of(self.linked, at, |register| {
                    self.roots.stacks.register(window.wrapping_add(usize::from(register)))
                });
                calls.push(Call { blocks, pc, window, frame, caller, caller_window, activation: made });
            }
            place = next;
            (depth, window) = (depth - 1, caller_window);
        }
        calls.reverse();
        calls
    }

    fn pc_of(&self, ip: *const u64) -> u32 {
        ((ip as usize).wrapping_sub(self.roots.code as usize) / 8) as u32
    }

    fn call_blocks(&mut self, call: &Call) -> Result<(), Abort> {
        for block in call.blocks.blocks.iter().rev() {
            self.visitor.block(block)?;
        }
        Ok(())
    }

    /// How the machine made a call itself.
    fn activation(&self, call: &Call) -> Option<Activation> {
        call.activation.and_then(|at| self.roots.activations.get(at)).copied()
    }

    /// The frame of a call, and that of a predeclared function it is calling; gives whether the latter's package is current
    /// then. `native`: it was before; `previous`: else the package that was.
    fn frame(&mut self, call: &Call, previous: Option<u32>, native: bool, passed: bool) -> Result<bool, Abort> {
        let mut native = match self.activation(call) {
            Some(Activation::Defer { native, .. }) => native,
            Some(Activation::Describe { .. }) => self.roots.remembered.native,
            _ => native,
        };
        if !self.is_runner(call) {
            self.callee(call)?;
            self.defers(call)?;
            if native {
                self.visitor.native_package()?
            } else {
                self.visitor.package(previous.unwrap_or_else(|| self.package(call)))?
            }
            native = call.blocks.blocks.last().is_some_and(|block| block.native);
        }
        if call.blocks.in_native() && call.blocks.blocks.len() > 1 && !passed {
            self.visitor.native_func()?;
            self.visitor.package(self.package(call))?;
            native = true;
        }
        Ok(native)
    }

    /// Receiver and function value of a frame.
    fn callee(&mut self, call: &Call) -> Result<(), Abort> {
        let Some(index) = self.linked.function_at(call.pc) else { return Ok(()) };
        if self.visitor.is_native(index) {
            return match self.activation(call) {
                Some(Activation::Defer { call_pc, .. }) => self.visitor.deferred_native(call_pc),
                _ => self.visitor.native_func(),
            };
        }
        let Some(function) = self.linked.tables.get(index as usize) else { return Ok(()) };
        let value = self.called_value(call);
        let bound = value.filter(|value| self.visitor.is_bound(*value));
        match function.kind {
            FunctionKind::Method(_) if matches!(self.activation(call), Some(Activation::Defer { .. })) => {
                // The receiver of a deferred method is an argument.
                match bound {
                    Some(bound) => self.visitor.bound_copy(Ref::of(bound)),
                    None => self.visitor.method_copy(index),
                }
            }
            FunctionKind::Method(_) => {
                self.visitor.tally.count(40)?;
                let ty = self.visitor.parameter(index, 0);
                let receiver = match bound {
                    Some(bound) => self.visitor.receiver_of(bound),
                    None => self.roots.stacks.register(call.window),
                };
                self.visitor.value(ty, receiver)?;
                match bound {
                    Some(bound) => self.visitor.bound_copy(Ref::of(bound)),
                    None => self.visitor.method_copy(index),
                }
            }
            FunctionKind::Literal => match value {
                Some(value) => self.visitor.object_func(value),
                None => self.visitor.method_copy(index),
            },
            _ => self.visitor.declared(index),
        }
    }

    /// The function value that a call went through.
    fn called_value(&self, call: &Call) -> Option<u64> {
        if let Some(Activation::Defer { callee, .. }) = self.activation(call) {
            return Some(callee).filter(|&value| value != 0);
        }
        let word = self.call_word(call.caller?)?;
        (Op::from_code(code_of(word)) == Some(Op::CallValue))
            .then(|| self.roots.stacks.register(call.caller_window.wrapping_add(usize::from(field_c(word)))))
    }

    /// A word of the program.
    fn call_word(&self, pc: u32) -> Option<u64> {
        self.linked.code.get(pc as usize).copied()
    }

    /// Pending deferred calls in the order in which they were registered.
    fn defers(&mut self, call: &Call) -> Result<(), Abort> {
        let mut numbers = Vec::new();
        let mut number = call.frame.defers;
        while let Some(deferred) = (number as usize).checked_sub(1).and_then(|at| self.roots.defers.get(at)) {
            numbers.push(number);
            number = deferred.previous;
        }
        for &number in numbers.iter().rev() {
            self.deferred(number)?;
        }
        self.defer_blocks(call, &numbers)
    }

    fn deferred(&mut self, number: u32) -> Result<(), Abort> {
        let at = number as usize - 1;
        let Some(deferred) = self.roots.defers.get(at).copied() else { return Ok(()) };
        if deferred.func == Deferred::NIL {
            return Ok(());
        }
        let end = self.roots.defers.get(at + 1).map_or(self.roots.defer_args.len(), |next| next.args);
        let args = self.roots.defer_args.get(deferred.args..end).unwrap_or_default();
        let function = self.linked.tables.get(deferred.func as usize);
        let native = self.visitor.is_native(deferred.func);
        let bound = Some(deferred.closure).filter(|&value| value != 0 && self.visitor.is_bound(value));
        match bound {
            Some(bound) => self.visitor.bound_copy(Ref::of(bound))?,
            None if native => self.visitor.deferred_native(deferred.pc)?,
            None if deferred.closure != 0 => self.visitor.object_func(deferred.closure)?,
            None if function.is_some_and(|function| matches!(function.kind, FunctionKind::Method(_))) => {
                self.visitor.method_copy(deferred.func)?;
            }
            None => self.visitor.declared(deferred.func)?,
        }
        if native {
            return self.native_args(deferred.func, args);
        }
        for (number, &arg) in args.iter().enumerate() {
            self.visitor.tally.count(40)?;
            self.visitor.value(self.visitor.parameter(deferred.func, number), arg)?;
        }
        Ok(())
    }

    /// Arguments of a deferred predeclared function: the variadic ones are one slice.
    fn native_args(&mut self, function: u32, values: &[u64]) -> Result<(), Abort> {
        let Some(body) = block::native_body(self.linked, function, |register| {
            values.get(usize::from(register)).copied().unwrap_or(0)
        }) else {
            return Ok(());
        };
        let packed = body.bytes != 0;
        let count = if packed { 1 } else { values.len() };
        for _ in 0..count {
            self.visitor.tally.count(40)?;
        }
        self.visitor.contents(&body)
    }

    /// The blocks in which `defer` ran, unless they are still on the block stack. Their variables keep their registers until the
    /// function ends, so only blocks whose scope was entered again are counted as they were at the `defer`.
    fn defer_blocks(&mut self, call: &Call, numbers: &[u32]) -> Result<(), Abort> {
        let kept: Vec<&DeferBlock> =
            self.roots.remembered.deferred.iter().filter(|kept| numbers.contains(&kept.number)).collect();
        for (at, block) in kept.iter().enumerate() {
            let scope = block.block.scope;
            let on_stack = !block.frozen && call.blocks.blocks.iter().any(|active| active.is_of(scope));
            let same = |other: &&&DeferBlock| other.block.scope != scope || block.block.repeats || other.pc > block.pc;
            let mut later = kept.iter().skip(at + 1).take_while(same);
            let again = later.any(|other| other.block.is_of(scope) && other.frozen == block.frozen);
            if on_stack || again {
                continue;
            }
            if block.frozen {
                self.visitor.block(&block.block)?;
                continue;
            }
            let now = blocks_of(self.linked, At::Pc(block.pc), |register| {
                self.roots.stacks.register(call.window.wrapping_add(usize::from(register)))
            });
            if let Some(now) = now.blocks.iter().find(|now| now.scope == scope) {
                self.visitor.block(now)?;
            }
        }
        Ok(())
    }

    /// The panics in flight.
    fn exceptions(&mut self) -> Result<(), Abort> {
        let mut number = self.roots.exception;
        while let Some(exception) = (number as usize).checked_sub(1).and_then(|at| self.roots.exceptions.get(at)) {
            self.visitor.tally.count(40)?;
            self.visitor.interface(exception.value)?;
            number = exception.previous;
        }
        Ok(())
    }
}

impl Cx {
    /// The blocks of the current call at a place.
    pub fn blocks_at(&self, at: At) -> CallBlocks {
        let window = self.roots.stacks.window(self.roots.regs);
        blocks_of(&self.linked, at, |register| self.roots.stacks.register(window.wrapping_add(usize::from(register))))
    }

    /// Keeps the blocks around the `defer` at the current instruction that are not the function's own.
    pub fn keep_defer_blocks(&mut self, number: u32) {
        let pc = self.meter.pc;
        if !self.meter.collects() || !block::nested(&self.linked, pc) {
            return;
        }
        let mut blocks = self.blocks_at(At::Pc(pc)).blocks;
        blocks.pop();
        let depth = self.depth();
        for kept in self.roots.remembered.deferred.iter_mut().filter(|kept| kept.depth == depth) {
            let entered = |block: &Block| kept.block.is_of(block.scope) && !block.repeats && pc <= kept.pc;
            kept.frozen |= blocks.iter().any(entered);
        }
        let kept = |block| DeferBlock { number, pc, depth, frozen: false, block };
        self.roots.remembered.deferred.extend(blocks.into_iter().map(kept));
    }

    /// Keeps the blocks of the current call, which a panic leaves at `pc`: they stay on the reference's block stack.
    pub fn keep_blocks(&mut self, pc: u32) {
        if !self.meter.collects() {
            return;
        }
        let activations = self.roots.activations.len();
        let blocks = self.blocks_at(At::Pc(pc)).blocks;
        self.roots.remembered.unwound.extend(blocks.into_iter().map(|block| Kept { block, activations }));
    }
}
