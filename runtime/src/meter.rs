//! Gas and allocation counters (spec/02 §1, spec/03 §1; `docs/metering.md`).
//!
//! The interpreter charges a segment at its entry out of what the meter lends it (`allowance`), and comes back where that does not
//! cover it. Where budget or limit do not either, the meter is *exact*: events are charged one by one before each instruction. A charge between segments (a dynamic one, or one of a panic)
//! needs the counters as the reference has them at that moment, so it first gives back what of the segment lies ahead.
//!
//! The counters of gas are one number, the budget left; categories follow from it: memory gas is the peak (every raise is
//! paid), collections and printing are counted on their own, the rest is CPU.

use crate::allowance;
use crate::config::{Config, Metering};
use crate::heap::Trap;
use crate::load::Linked;
use crate::recount::Reached;
use crate::report::Report;
use regno_bytecode::event::{Event, OpClass, size};
use std::sync::Arc;

/// Budget of a machine that only counts.
const UNLIMITED: i64 = i64::MAX / 4;

/// What a charge belongs to (spec/02 §1.9).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Descriptor {
    /// Operations and printing.
    CpuCycles,
    /// Bytes above the peak.
    MemoryAllocation,
    /// Collections.
    Gc,
    /// Scanning of sources.
    Parsing,
    /// Access to the store.
    Store(StoreOp),
}

/// Accesses to the store that cost gas (spec/04 §6).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum StoreOp {
    GetObject,
    SetObject,
    DeleteObject,
    GetType,
    SetType,
    GetRealm,
    SetRealm,
    AddSource,
    GetSource,
}

impl StoreOp {
    /// All of them, in the order of their codes.
    pub const ALL: [StoreOp; 9] = [
        StoreOp::GetObject,
        StoreOp::SetObject,
        StoreOp::DeleteObject,
        StoreOp::GetType,
        StoreOp::SetType,
        StoreOp::GetRealm,
        StoreOp::SetRealm,
        StoreOp::AddSource,
        StoreOp::GetSource,
    ];

    /// The reference's name.
    pub const fn name(self) -> &'static str {
        match self {
            StoreOp::GetObject => "GetObjectPerByte",
            StoreOp::SetObject => "SetObjectPerByte",
            StoreOp::DeleteObject => "DeleteObjectFlat",
            StoreOp::GetType => "GetTypePerByte",
            StoreOp::SetType => "SetTypePerByte",
            StoreOp::GetRealm => "GetPackageRealmPerByte",
            StoreOp::SetRealm => "SetPackageRealmPerByte",
            StoreOp::AddSource => "AddMemPackagePerByte",
            StoreOp::GetSource => "GetMemPackagePerByte",
        }
    }

    /// Gas of an access to `bytes` bytes; of a deletion, whatever the bytes.
    pub const fn gas(self, bytes: usize) -> i64 {
        let per_byte = match self {
            StoreOp::GetObject | StoreOp::SetObject => 16,
            StoreOp::DeleteObject => return 3715,
            StoreOp::GetType => 5,
            StoreOp::SetType => 52,
            StoreOp::GetRealm | StoreOp::SetRealm => 524,
            StoreOp::AddSource | StoreOp::GetSource => 8,
        };
        (bytes as i64).saturating_mul(per_byte)
    }
}

impl Descriptor {
    /// The reference's name.
    pub const fn name(self) -> &'static str {
        match self {
            Descriptor::CpuCycles => "CPUCycles",
            Descriptor::MemoryAllocation => "memory allocation",
            Descriptor::Gc => "GC",
            Descriptor::Parsing => "parsing",
            Descriptor::Store(op) => op.name(),
        }
    }
}

/// Why a charge ended the machine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Stop {
    /// This charge crossed the gas limit.
    OutOfGas(Descriptor),
    /// The allocation limit, also after a collection (spec/03 §1 step 5).
    AllocationLimit,
}

/// The meter of a machine.
#[derive(Debug)]
pub(crate) struct Meter {
    /// Peak of the allocation counter less the counter and what is lent; huge without allocator.
    slack: i64,
    /// What the interpreter may spend (`allowance`): not in `slack` and `budget`. Nothing in exact mode.
    pub lent: i64,
    /// Allocation limit less the peak, which may be raised ahead of the counter.
    room: i64,
    /// Allocation limit less the peak when the counter last fell. Since then it only grows, so this tells what was raised ahead.
    room_before: i64,
    /// Gas of a byte above the peak.
    gas_per_byte: i64,
    /// Gas left; behind the limit, negative.
    budget: i64,
    /// Charging event by event.
    pub exact: bool,
    /// Never leave exact mode.
    always_exact: bool,
    /// Nothing is charged.
    off: bool,
    /// There is an allocator.
    counts_bytes: bool,
    /// Allocation limit.
    max: i64,
    /// Word index of the instruction that charges.
    pub pc: u32,
    /// Next event in exact mode.
    cursor: u32,
    /// Current segment in exact mode.
    segment: usize,
    start_budget: i64,
    gc_gas: i64,
    print_gas: i64,
    parse_gas: i64,
    /// By [`StoreOp`].
    store_gas: [i64; StoreOp::ALL.len()],
    /// Memory gas paid for a peak that was not reached, and an operation paid but not completed, at the end of a run.
    crossing_memory: i64,
    crossing_cycles: i64,
    /// Bytes of the peak that were not paid for.
    unpaid: i64,
    /// Why the machine has stopped.
    pub stopped: Option<Stop>,
    /// A bit for each word of the heap at which the latest recount found an object, until the realms have taken note.
    pub reached: Option<Reached>,
    linked: Arc<Linked>,
}

/// What the parse has consumed when it ends: all its charges, or those up to the one that crosses the limit.
pub(crate) fn parse_gas(charges: &[u32], limit: i64) -> i64 {
    let mut consumed = 0_i64;
    for &gas in charges {
        consumed = consumed.saturating_add(i64::from(gas)).min(UNLIMITED);
        if consumed > limit {
            break;
        }
    }
    consumed
}

/// Nothing that is allocated counts: the comparison build that shows what accounting costs (`docs/performance.md`).
pub(crate) const UNACCOUNTED: bool = cfg!(feature = "unaccounted");

/// Text of the failure at the allocation limit (spec/03 §9).
pub(crate) const ALLOCATION_LIMIT: &str = "allocation limit exceeded";

/// Bytes by which the peak is raised ahead of the counter.
const AHEAD: i64 = 1 << 22;

/// How far the counters are from what bounds them.
struct Distances {
    budget: i64,
    slack: i64,
    room: i64,
}

impl Meter {
    /// A meter that has charged the parse gas.
    pub fn new(linked: Arc<Linked>, config: &Config) -> Meter {
        let off = config.metering == Metering::Off;
        let limit = config.gas_limit.filter(|_| !off).map_or(UNLIMITED, |gas| gas.min(UNLIMITED as u64) as i64);
        let max = config.max_alloc.filter(|_| !off).map(|max| max.min(i64::MAX as u64 / 2) as i64);
        let charges = linked.main().filter(|_| !off).map_or(&[][..], |main| main.parse_charges.as_slice());
        let parse_gas = parse_gas(charges, limit);
        let mut meter = Meter {
            slack: if max.is_some() { 0 } else { i64::MAX },
            lent: 0,
            room: max.unwrap_or(0),
            room_before: max.unwrap_or(0),
            max: max.unwrap_or(0),
            gas_per_byte: i64::from(linked.schedule.gas_per_byte),
            budget: limit - parse_gas,
            exact: false,
            always_exact: config.metering == Metering::Exact,
            off,
            counts_bytes: max.is_some(),
            pc: 0,
            cursor: 0,
            segment: 0,
            start_budget: limit,
            gc_gas: 0,
            print_gas: 0,
            parse_gas,
            store_gas: [0; StoreOp::ALL.len()],
            crossing_memory: 0,
            crossing_cycles: 0,
            unpaid: 0,
            stopped: None,
            reached: None,
            linked,
        };
        if meter.budget < 0 {
            meter.stopped = Some(Stop::OutOfGas(Descriptor::Parsing));
        }
        meter
    }

    /// A meter for what is not measured: no limits, no allocator, no parse gas.
    pub fn free(linked: Arc<Linked>) -> Meter {
        Meter::new(linked, &Config::default()).without_parse()
    }

    /// The meter without the parse gas that it was made with.
    pub fn without_parse(mut self) -> Meter {
        self.forget_parse();
        self
    }

    /// Gives back the parse gas; nothing else has been charged.
    pub fn forget_parse(&mut self) {
        self.budget = self.start_budget;
        self.parse_gas = 0;
        self.stopped = None;
    }

    /// Whether the gas limit has been crossed.
    pub fn is_out_of_gas(&self) -> bool {
        self.distances().budget < 0
    }

    /// Charges scanning beside that of the main package. The limit is the caller's to look at.
    pub fn charge_parse(&mut self, gas: i64) {
        if !self.off {
            self.budget -= gas;
            self.parse_gas += gas;
        }
    }

    /// From now on bytes raise the peak for nothing, or cost gas again (spec/03 §6 rule 4).
    pub fn set_unpaid(&mut self, unpaid: bool) {
        self.take_back();
        self.gas_per_byte = if unpaid { 0 } else { i64::from(self.linked.schedule.gas_per_byte) };
        self.unpaid = if self.counts_bytes { self.max - self.room } else { 0 };
    }

    /// Goes on with a program of which the current one is the beginning.
    pub fn replace_program(&mut self, linked: Arc<Linked>) {
        self.linked = linked;
    }

    /// Limit and counter of the allocator, if there is one.
    pub fn allocator(&self) -> Option<(i64, i64)> {
        self.counts_bytes.then(|| (self.max, self.bytes()))
    }

    /// The figures so far.
    pub fn report(&self) -> Report {
        if self.off {
            return Report::default();
        }
        let Distances { budget, slack, room } = self.distances();
        let gas = self.start_budget - budget;
        let peak = self.max - room;
        let memory =
            if self.counts_bytes { (peak - self.unpaid) * self.gas_per_byte + self.crossing_memory } else { 0 };
        let store = self.store_gas.iter().sum::<i64>();
        let cpu = gas - memory - self.gc_gas - self.parse_gas - store;
        let unsigned = |value: i64| u64::try_from(value).unwrap_or(0);
        Report {
            gas: unsigned(gas),
            cpu_gas: unsigned(cpu),
            memory_gas: unsigned(memory),
            parse_gas: unsigned(self.parse_gas),
            gc_gas: unsigned(self.gc_gas),
            store_gas: self.store_gas.map(unsigned),
            cycles: unsigned(cpu - self.print_gas - self.crossing_cycles),
            alloc_bytes: if self.counts_bytes { peak - slack } else { 0 },
            alloc_peak: if self.counts_bytes { peak } else { 0 },
        }
    }

    /// The distances as they are with nothing lent and nothing raised ahead.
    fn distances(&self) -> Distances {
        let (budget, slack) = (self.budget + allowance::gas(self.lent), self.slack + allowance::bytes(self.lent));
        // The counter stands above the peak where an allocation has failed.
        let ahead = slack.min(self.room_before - self.room).max(0);
        Distances { budget: budget + ahead * self.gas_per_byte, slack: slack - ahead, room: self.room + ahead }
    }

    /// Takes back what the interpreter was lent and has not spent, and lowers the peak to what the counter has reached.
    fn take_back(&mut self) {
        Distances { budget: self.budget, slack: self.slack, room: self.room } = self.distances();
        self.lent = 0;
    }

    /// Lends to the interpreter, and raises the peak ahead so that it need not come back for a while.
    fn lend(&mut self) {
        if self.counts_bytes && self.slack < allowance::MAX_BYTES {
            let affordable = self.budget / 2 / self.gas_per_byte.max(1);
            let ahead = AHEAD.min(self.room).min(affordable);
            self.room -= ahead;
            self.slack += ahead;
            self.budget -= ahead * self.gas_per_byte;
        }
        let (gas, bytes) = (self.budget.min(allowance::MAX_GAS), self.slack.min(allowance::MAX_BYTES));
        self.budget -= gas;
        self.slack -= bytes;
        self.lent = allowance::of(gas, bytes);
    }

    /// Fast mode: enters a segment that what is left of what was lent does not cover; `false` if budget or limit do not either, or its
    /// charges must be looked up.
    pub fn enter_beyond(&mut self, left: i64, segment: u64) -> bool {
        if self.exact {
            return false;
        }
        self.lent = left;
        self.take_back();
        let (gas, bytes) = (allowance::gas(segment as i64), allowance::bytes(segment as i64));
        let enters = gas != allowance::UNKNOWN && self.enter_whole(gas as u64, 0, bytes as u64);
        if enters {
            self.lend();
        }
        enters
    }

    /// Enters the segment whose word is at `pc`: charges it whole if the budget covers it, else becomes exact.
    pub fn enter(&mut self, pc: u32) {
        let index = self.linked.segment_at(pc);
        let segment = self.linked.segments.get(index).copied().unwrap_or_default();
        (self.segment, self.cursor) = (index, segment.start);
        self.take_back();
        self.exact = self.always_exact || !self.enter_whole(segment.gas, segment.print_gas, segment.bytes);
    }

    fn enter_whole(&mut self, gas: u64, print_gas: u64, bytes: u64) -> bool {
        if self.off {
            return true;
        }
        // The sums of a segment are bounded by 2^32 events of 2^31 each.
        let (gas, bytes) = (gas as i64, bytes as i64);
        let raise = (bytes - self.slack).max(0);
        let Some(left) =
            raise.checked_mul(self.gas_per_byte).and_then(|memory| (self.budget - gas).checked_sub(memory))
        else {
            return false;
        };
        if left < 0 || raise > self.room {
            return false;
        }
        self.budget = left;
        self.slack += raise - bytes;
        self.room -= raise;
        self.print_gas += print_gas as i64;
        true
    }

    /// End of the events that are charged by the instruction at `pc`.
    pub fn events_end(&self, pc: u32) -> u32 {
        self.linked.event_ends.get(pc as usize).copied().unwrap_or(0)
    }

    /// End of the current segment's events, in exact mode.
    pub fn segment_end(&self) -> u32 {
        self.linked.segments.get(self.segment).map_or(0, |segment| segment.end)
    }

    /// Exact mode: charges operations up to the next allocation before `end`; its event and bytes, for the caller to charge.
    pub fn next_allocation(&mut self, end: u32) -> Result<Option<(u32, i64)>, Trap> {
        while self.cursor < end {
            let at = self.cursor;
            self.cursor += 1;
            match self.linked.events.get(at as usize).copied().and_then(Event::unpack) {
                Some(Event::Op(class)) => self.op(class)?,
                Some(Event::Alloc(bytes)) => return Ok(Some((at, i64::from(bytes)))),
                Some(Event::State(_)) | None => {}
            }
        }
        Ok(None)
    }

    /// Fast mode: gives back the charges of the current segment that lie behind the instruction at [`Meter::pc`].
    /// The segment must then be left, or continued exactly.
    pub fn settle(&mut self) {
        if self.exact || self.off {
            return;
        }
        self.take_back();
        let pc = self.pc;
        let index = self.linked.segment_at(pc);
        let segment = self.linked.segments.get(index).copied().unwrap_or_default();
        let paid = self.linked.event_ends.get(pc as usize).copied().unwrap_or(0).clamp(segment.start, segment.end);
        (self.segment, self.cursor) = (index, paid);
        for &event in self.linked.events.get(paid as usize..segment.end as usize).unwrap_or(&[]) {
            match Event::unpack(event) {
                Some(Event::Op(class)) => {
                    let gas = self.linked.gas(class);
                    self.budget += gas;
                    self.print_gas -= if class.counts_cycles() { 0 } else { gas };
                }
                Some(Event::Alloc(count)) => self.slack += i64::from(count),
                Some(Event::State(_)) | None => {}
            }
        }
        // The peak falls to what the counter has reached.
        self.take_back();
    }

    /// Leaves the current segment at the instruction at [`Meter::pc`]: what comes next is charged singly, up to the next
    /// segment that is entered.
    pub fn leave_segment(&mut self) {
        self.settle();
        self.exact = true;
    }

    /// Charges an operation at the current event.
    pub fn op(&mut self, class: OpClass) -> Result<(), Trap> {
        let gas = self.linked.gas(class);
        self.cpu(gas, class.counts_cycles())
    }

    /// Gives back an operation that the code charges where the reference does not come to it, or comes to it later.
    pub fn refund(&mut self, class: OpClass) {
        if !self.off {
            self.budget += self.linked.gas(class);
        }
    }

    fn cpu(&mut self, gas: i64, counts_cycles: bool) -> Result<(), Trap> {
        if self.off {
            return Ok(());
        }
        self.take_back();
        self.budget -= gas;
        self.print_gas += if counts_cycles { 0 } else { gas };
        if self.budget < 0 {
            self.crossing_cycles = if counts_cycles { gas } else { 0 };
            return Err(self.stop(Stop::OutOfGas(Descriptor::CpuCycles)));
        }
        Ok(())
    }

    /// Charges the length of printed text (spec/02 §3), from inside an instruction.
    pub fn print_length(&mut self, bytes: usize) -> Result<(), Trap> {
        let unit = u64::from(self.linked.schedule.print_bytes_per_gas.max(1));
        let gas = i64::try_from(bytes as u64 / unit).unwrap_or(i64::MAX / 8);
        self.take_back();
        if !self.exact && self.budget < gas {
            self.settle();
            self.exact = true;
        }
        self.cpu(gas, false)
    }

    /// Charges an access to the store, from inside an instruction.
    #[allow(dead_code)]
    pub fn store(&mut self, op: StoreOp, bytes: usize) -> Result<(), Trap> {
        if self.off {
            return Ok(());
        }
        let gas = op.gas(bytes);
        self.take_back();
        if !self.exact && self.budget < gas {
            self.settle();
            self.exact = true;
        }
        self.budget = self.budget.saturating_sub(gas);
        if let Some(total) = self.store_gas.get_mut(op as usize) {
            *total = total.saturating_add(gas);
        }
        if self.budget < 0 { Err(self.stop(Stop::OutOfGas(Descriptor::Store(op)))) } else { Ok(()) }
    }

    /// Whether an allocation passes the limit, so that a collection must come first (spec/03 §1 steps 2 to 4).
    ///
    /// # Errors
    ///
    /// Fatal `addition overflow`.
    pub fn exceeds(&self, count: i64) -> Result<bool, Trap> {
        if !self.counts_bytes {
            return Ok(false);
        }
        if self.bytes().checked_add(count).is_none() {
            return Err(Trap::abort("addition overflow"));
        }
        let Distances { slack, room, .. } = self.distances();
        Ok(count.saturating_sub(slack) > room)
    }

    /// The allocation counter.
    fn bytes(&self) -> i64 {
        let Distances { slack, room, .. } = self.distances();
        self.max - room - slack
    }

    /// There is a limit, so that collections can happen.
    pub fn collects(&self) -> bool {
        self.counts_bytes
    }

    /// The program that the meter charges.
    pub fn linked(&self) -> Arc<Linked> {
        Arc::clone(&self.linked)
    }

    /// The main package is being created: there is no machine yet that could collect (spec/00 addendum 3).
    pub fn no_collector_yet(&self) -> bool {
        self.bytes() < i64::from(size::PACKAGE + size::BLOCK)
    }

    /// A collection starts: the counter is 0.
    pub fn start_recount(&mut self) {
        self.take_back();
        self.slack = self.max - self.room;
        self.room_before = self.room;
    }

    /// Counts what a visit found. The error says whether memory gas has run out, else the limit is exceeded.
    pub fn recount(&mut self, bytes: u64) -> Result<(), bool> {
        let count = i64::try_from(bytes).unwrap_or(i64::MAX);
        if count.saturating_sub(self.slack) > self.room {
            return Err(false);
        }
        self.raise(count).map_err(|_| true)
    }

    /// A collection ends: charges its visits.
    pub fn end_recount(&mut self, visits: u64, failed: bool) -> Result<(), Trap> {
        let gas =
            i64::try_from(visits).unwrap_or(i64::MAX).saturating_mul(i64::from(self.linked.schedule.gas_per_visit));
        self.budget = self.budget.saturating_sub(gas);
        self.gc_gas = self.gc_gas.saturating_add(gas);
        if self.budget < 0 {
            return Err(self.stop(Stop::OutOfGas(Descriptor::Gc)));
        }
        if failed {
            return Err(Trap::abort("should not happen, allocation limit exceeded while gc."));
        }
        Ok(())
    }

    /// Raises the counter at the current event (spec/03 §1 steps 5 and 6).
    pub fn raise(&mut self, count: i64) -> Result<(), Trap> {
        if !self.counts_bytes {
            return Ok(());
        }
        self.slack = self.slack.saturating_sub(count);
        if count < 0 {
            self.room_before = self.room;
        }
        if self.slack >= 0 {
            return Ok(());
        }
        let raise = -self.slack;
        if raise > self.room {
            return Err(self.stop(Stop::AllocationLimit));
        }
        let gas = raise.saturating_mul(self.gas_per_byte);
        self.budget = self.budget.saturating_sub(gas);
        if self.budget < 0 {
            self.crossing_memory = gas;
            return Err(self.stop(Stop::OutOfGas(Descriptor::MemoryAllocation)));
        }
        self.room -= raise;
        self.slack = 0;
        Ok(())
    }

    /// Whether an allocation of so many bytes, or several of so many together, stays below the peak: then charging them, with
    /// [`Meter::alloc_below_peak`], needs nothing but the counter, in both modes.
    #[inline(always)]
    pub fn fits_below_peak(&self, count: i64) -> bool {
        UNACCOUNTED || self.slack >= count
    }

    /// Charges an allocation that fits below the peak.
    #[inline(always)]
    pub fn alloc_below_peak(&mut self, count: i64) {
        self.slack -= if UNACCOUNTED { 0 } else { count };
    }

    /// A dynamic charge in fast mode, if it fits; exact mode takes it if there is no allocator.
    #[inline]
    pub fn try_alloc(&mut self, count: i64) -> bool {
        if self.exact {
            return !self.counts_bytes;
        }
        if count >= 0 {
            if self.slack >= count {
                self.slack -= count;
                return true;
            }
            return self.alloc_above_peak(count);
        }
        false
    }

    /// As [`Meter::try_alloc`] in fast mode, for what may raise the peak.
    #[cold]
    #[inline(never)]
    fn alloc_above_peak(&mut self, count: i64) -> bool {
        self.take_back();
        let fits = self.enter_whole(0, 0, count as u64);
        if fits {
            self.lend();
        }
        fits
    }

    fn stop(&mut self, stop: Stop) -> Trap {
        self.stopped = Some(stop);
        Trap::Stop
    }
}
