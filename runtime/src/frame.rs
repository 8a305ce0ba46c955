//! The two stacks of a machine: call frames and registers.
//!
//! A frame's registers are a window on the register stack; the caller's window starts `base` registers below, so a frame
//! needs no absolute place and both stacks can move when they grow. Nothing outside holds a pointer into them but the
//! interpreter's own registers, which are rebased then.

use crate::config::Limits;

/// A call in progress.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(C)]
pub(crate) struct Frame {
    /// Word at which the caller goes on: a `Segment`.
    pub return_ip: *const u64,
    /// Bits 0..16: distance of its window from the caller's; bit 16: the call packed its variadic arguments.
    pub meta: u32,
    /// Its last pending defer: one-based index into the machine's defers; 0 for none.
    pub defers: u32,
    /// The panic in flight when it was called (spec/05 §6.4 `LastException`): one-based; 0 for none.
    pub exception: u32,
}

impl Frame {
    /// Bit of `meta`: the last argument is a slice that the caller packed.
    pub const PACKED: u32 = 1 << 16;
    /// Bit of `meta`: the test context says which realm is current in it (spec/05 §9.3).
    pub const OVERRIDDEN: u32 = 1 << 24;

    /// Distance of its window from the caller's.
    #[inline(always)]
    pub const fn base(&self) -> usize {
        (self.meta & 0xffff) as usize
    }
}

const _: () = assert!(size_of::<Frame>() == 24);

/// Frames and registers. The pointers that the interpreter uses are derived from them after every growth.
#[derive(Debug)]
pub(crate) struct Stacks {
    frames: Vec<Frame>,
    registers: Vec<u64>,
    limits: Limits,
}

/// Text of the fatal error of a machine whose stacks are exhausted.
pub(crate) const STACK_EXHAUSTED: &str = "call stack limit exceeded";

const NO_FRAME: Frame = Frame { return_ip: std::ptr::null(), meta: 0, defers: 0, exception: 0 };

impl Stacks {
    /// Small stacks that can grow to the limits.
    pub fn new(limits: Limits) -> Stacks {
        Stacks { frames: vec![NO_FRAME; 64], registers: vec![0; 1 << 10], limits }
    }

    /// First frame and one past the last.
    pub fn frames(&mut self) -> (*mut Frame, *mut Frame) {
        let start = self.frames.as_mut_ptr();
        (start, start.wrapping_add(self.frames.len()))
    }

    /// First register and one past the last.
    pub fn registers(&mut self) -> (*mut u64, *mut u64) {
        let start = self.registers.as_mut_ptr();
        (start, start.wrapping_add(self.registers.len()))
    }

    /// Number of frames up to and with `frame`, which is the current one.
    pub fn depth(&self, frame: *const Frame) -> usize {
        (frame as usize).wrapping_sub(self.frames.as_ptr() as usize).wrapping_add(size_of::<Frame>())
            / size_of::<Frame>()
    }

    /// Index of a frame's first register.
    pub fn window(&self, registers: *const u64) -> usize {
        (registers as usize).wrapping_sub(self.registers.as_ptr() as usize) / size_of::<u64>()
    }

    /// A frame.
    pub fn frame(&self, index: usize) -> Option<Frame> {
        self.frames.get(index).copied()
    }

    /// Sets a bit of a frame's `meta`.
    pub fn mark(&mut self, index: usize, bit: u32) {
        if let Some(frame) = self.frames.get_mut(index) {
            frame.meta |= bit;
        }
    }

    /// A register; 0 outside the stack.
    pub fn register(&self, index: usize) -> u64 {
        self.registers.get(index).copied().unwrap_or(0)
    }

    /// The lowest `count` registers, or all.
    pub fn lowest(&self, count: usize) -> &[u64] {
        self.registers.get(..count).unwrap_or(&self.registers)
    }

    /// Grows the stacks so that `frames` frames and `registers` registers fit; `false` beyond the limits.
    pub fn reserve(&mut self, frames: usize, registers: usize) -> bool {
        grow(&mut self.frames, frames, self.limits.max_frames, NO_FRAME)
            && grow(&mut self.registers, registers, self.limits.max_registers, 0)
    }
}

fn grow<T: Copy>(stack: &mut Vec<T>, needed: usize, max: usize, fill: T) -> bool {
    if needed <= stack.len() {
        return true;
    }
    if needed > max {
        return false;
    }
    stack.resize(stack.len().saturating_mul(2).clamp(needed, max), fill);
    true
}
