//! From a module to a program that machines can run: verification, binding to a gas schedule, resolved operands.
//!
//! All code of a program stands in one vector, so that a word index says everything: the function, the segment, the events
//! charged by then. The loader rewrites what is cheaper to read resolved:
//!
//! | word | becomes |
//! |---|---|
//! | `Segment` | bytes in `a`, gas in the long field; where either does not fit, or printing is charged in the segment, `a` is [`LOOKUP`] and the long field the segment's index |
//! | extension of `Call` | distance to the callee's entry in words (bits 0..32, signed) and its frame size (bits 32..64) |
//! | other function extensions | function index |
//! | type extensions | index in the machine's type table; for operations on interfaces also the representation's code in bits 32..40 |
//! | `BindIface`, `SelectIface` | index of the method name |

use crate::interp::fuse;
use crate::value::types::{ModuleTypes, TypesError};
use crate::value::{NameIndex, Types};
use crate::verify::{self, VerifyError};
use cranelift_entity::EntityRef;
use regno_bytecode::event::{Event, GasSchedule, OpClass};
use regno_bytecode::module::{Function, FunctionKind, Module};
use regno_bytecode::op::{Ext, Op, code_of, encode, encode_long};
use regno_bytecode::types::{FuncRef, TypeRef};
use std::fmt;
use std::sync::Arc;

/// Bytes field of a `Segment` word whose amounts are in the table.
pub(crate) const LOOKUP: u16 = u16::MAX;

/// Code that only the runtime enters, at the start of every program: where frames pushed by the machine return to.
const STUBS: [u64; 6] = [
    encode(Op::Segment, 0, 0, 0),
    encode(Op::DeferReturned, 0, 0, 0),
    encode(Op::Segment, 0, 0, 0),
    encode(Op::StringReturned, 0, 0, 0),
    encode(Op::Segment, 0, 0, 0),
    encode(Op::RunReturned, 0, 0, 0),
];
/// Return address of deferred calls.
pub(crate) const DEFER_RETURNED: u32 = 0;
/// Return address of `String` and `Error` calls.
pub(crate) const STRING_RETURNED: u32 = 2;
/// Return address of the bottom frame.
pub(crate) const RUN_RETURNED: u32 = 4;

/// A module that is verified and bound to a gas schedule. Cheap to clone; machines share it.
#[derive(Clone, Debug)]
pub struct Program {
    pub(crate) linked: Arc<Linked>,
}

/// Why a module cannot be run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LoadError {
    /// A rule of the verifier is broken.
    Verify(VerifyError),
    /// The type tables cannot be entered.
    Types(TypesError),
    /// The code or its tables exceed 2^31 words.
    TooLarge,
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::Verify(error) => error.fmt(f),
            LoadError::Types(error) => write!(f, "type tables: {error:?}"),
            LoadError::TooLarge => f.write_str("the program is too large"),
        }
    }
}

impl std::error::Error for LoadError {}

/// A segment with its amounts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Segment {
    /// Word index of the `Segment` word.
    pub pc: u32,
    /// First event.
    pub start: u32,
    /// One past the last event.
    pub end: u32,
    /// Gas of its operations, printing included.
    pub gas: u64,
    /// Gas of its printing.
    pub print_gas: u64,
    /// Bytes it allocates.
    pub bytes: u64,
}

/// A function with the places of its code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Code {
    /// First word.
    pub start: u32,
    /// Entry of ordinary calls.
    pub entry: u32,
    /// Entry of deferred calls.
    pub defer_entry: u32,
    /// Where it goes on after its defers.
    pub recovery: Option<u32>,
    /// Registers.
    pub frame_size: u32,
    /// Parameters, receiver included.
    pub params: u16,
    /// Results.
    pub results: u16,
    /// Made by the compiler.
    pub synthetic: bool,
}

/// Everything of a program that does not change while it runs.
#[derive(Debug)]
pub(crate) struct Linked {
    pub module: Module,
    pub schedule: GasSchedule,
    pub types: Types,
    pub map: ModuleTypes,
    pub code: Vec<u64>,
    /// What the interpreter runs in fast mode: `code` with instructions fused.
    pub fast: Vec<u64>,
    pub functions: Vec<Code>,
    pub segments: Vec<Segment>,
    pub events: Vec<u32>,
    /// Largest frame of any function.
    pub max_frame: u32,
    /// For each code word: end of the prefix of `events` charged before it takes effect.
    pub event_ends: Vec<u32>,
}

impl Program {
    /// Verifies a module and binds it to a gas schedule.
    ///
    /// # Errors
    ///
    /// [`LoadError`]; any module whatever gives either a program or an error.
    pub fn load(module: Module, schedule: &GasSchedule) -> Result<Program, LoadError> {
        verify::verify(&module).map_err(LoadError::Verify)?;
        let mut types = Types::new();
        let map = types.add_module(&module).map_err(LoadError::Types)?;
        let mut linked = Linked {
            schedule: schedule.clone(),
            types,
            map,
            code: STUBS.to_vec(),
            fast: Vec::new(),
            functions: Vec::with_capacity(module.functions.len()),
            segments: [DEFER_RETURNED, STRING_RETURNED, RUN_RETURNED]
                .map(|pc| Segment { pc, ..Segment::default() })
                .to_vec(),
            events: Vec::new(),
            max_frame: 0,
            event_ends: vec![0; STUBS.len()],
            module,
        };
        let functions = std::mem::take(&mut linked.module.functions);
        functions.iter().try_for_each(|function| linked.append(function))?;
        linked.resolve(&functions);
        linked.fast = fuse(&linked.code);
        linked.module.functions = functions;
        Ok(Program { linked: Arc::new(linked) })
    }

    /// The module as it was loaded.
    pub fn module(&self) -> &Module {
        &self.linked.module
    }
}

impl Linked {
    /// Function that the word belongs to; `None` for the runtime's own code.
    pub fn function_at(&self, pc: u32) -> Option<u32> {
        let after = self.functions.partition_point(|function| function.start <= pc);
        after.checked_sub(1).map(|index| index as u32)
    }

    /// Index of the segment that the word belongs to.
    pub fn segment_at(&self, pc: u32) -> usize {
        self.segments.partition_point(|segment| segment.pc <= pc).saturating_sub(1)
    }

    /// A function's index with the word index of its entry in the upper half.
    pub fn callee(&self, func: u32) -> u64 {
        let entry = self.functions.get(func as usize).map_or(0, |code| code.entry);
        u64::from(func) | u64::from(entry) << 32
    }

    /// Gas of an operation of the class.
    pub fn gas(&self, class: OpClass) -> i64 {
        i64::from(self.schedule.op(class))
    }

    /// Index of the method name with this string reference.
    fn name(&self, index: usize) -> NameIndex {
        self.map.names.get(index).copied().flatten().unwrap_or(NameIndex::MAX)
    }

    /// Appends a function's code and tables, still with the module's references.
    fn append(&mut self, function: &Function) -> Result<(), LoadError> {
        let (start, events) = (self.code.len() as u32, self.events.len() as u32);
        let large = self.code.len() + function.code.len() > i32::MAX as usize
            || self.events.len() + function.events.len() > i32::MAX as usize
            || function.frame_size > u32::from(u16::MAX);
        if large {
            return Err(LoadError::TooLarge);
        }
        self.max_frame = self.max_frame.max(function.frame_size);
        self.functions.push(Code {
            start,
            entry: start + function.entry,
            defer_entry: start + function.defer_entry,
            recovery: function.recovery.map(|at| start + at),
            frame_size: function.frame_size,
            params: function.params,
            results: function.results,
            synthetic: function.kind == FunctionKind::Synthetic,
        });
        self.code.extend_from_slice(&function.code);
        self.events.extend_from_slice(&function.events);
        self.event_ends.extend(function.event_ends.iter().map(|&end| events + end));
        for segment in &function.segments {
            let range = segment.events_start as usize..segment.events_end as usize;
            let mut bound = Segment {
                pc: start + segment.pc,
                start: events + segment.events_start,
                end: events + segment.events_end,
                ..Segment::default()
            };
            for &event in function.events.get(range).unwrap_or(&[]) {
                match Event::unpack(event) {
                    Some(Event::Op(class)) => {
                        let gas = u64::from(self.schedule.op(class));
                        bound.gas += gas;
                        bound.print_gas += if class.counts_cycles() { 0 } else { gas };
                    }
                    Some(Event::Alloc(bytes)) => bound.bytes += u64::from(bytes),
                    Some(Event::State(_)) | None => {}
                }
            }
            self.segments.push(bound);
        }
        Ok(())
    }

    /// Rewrites words as the module documentation says.
    fn resolve(&mut self, functions: &[Function]) {
        let mut segment = 3_usize;
        for (index, function) in functions.iter().enumerate() {
            let start = self.functions.get(index).map_or(0, |code| code.start as usize);
            let mut pc = start;
            while pc < start + function.code.len() {
                let word = self.code.get(pc).copied().unwrap_or(0);
                let Some(op) = Op::from_code(code_of(word)) else { break };
                if op == Op::Segment {
                    let bound = self.segments.get(segment).copied().unwrap_or_default();
                    self.set(pc, segment_word(segment, &bound));
                    segment += 1;
                } else if op.words() == 2 {
                    let ext = self.code.get(pc + 1).copied().unwrap_or(0);
                    let resolved = self.extension(op, pc, ext);
                    self.set(pc + 1, resolved);
                }
                pc += op.words();
            }
        }
    }

    fn set(&mut self, pc: usize, word: u64) {
        if let Some(place) = self.code.get_mut(pc) {
            *place = word;
        }
    }

    fn extension(&self, op: Op, pc: usize, ext: u64) -> u64 {
        let low = ext as u32;
        let ty = || self.map.types.get(TypeRef::from_u32(low).index()).copied().map_or(0, u64::from);
        match (op, op.format().ext) {
            (Op::Call, _) => {
                let Some(callee) = self.functions.get(FuncRef::from_u32(low).index()) else { return 0 };
                let distance = callee.entry as i64 - pc as i64;
                u64::from(distance as i32 as u32) | u64::from(callee.frame_size) << 32
            }
            (Op::BindIface | Op::SelectIface, _) => u64::from(self.name(low as usize)),
            (Op::MakeIface | Op::UnboxIface | Op::IsIface | Op::AssertIface, _) => {
                let repr = self.module.types.get(TypeRef::from_u32(low).index()).map_or(0, |desc| desc.repr as u64);
                repr << 32 | ty()
            }
            (_, Ext::Type | Ext::TypeDst) => (ext >> 32 << 32) | ty(),
            _ => ext,
        }
    }
}

fn segment_word(index: usize, segment: &Segment) -> u64 {
    let small = segment.print_gas == 0 && segment.bytes < u64::from(LOOKUP) && segment.gas <= i32::MAX as u64;
    if small {
        encode_long(Op::Segment, segment.bytes as u16, segment.gas as u32)
    } else {
        encode_long(Op::Segment, LOOKUP, index as u32)
    }
}

/// The code with every charge removed, for [`crate::Metering::Off`].
pub(crate) fn unmetered(linked: &Linked) -> Vec<u64> {
    let mut code = linked.fast.clone();
    for segment in &linked.segments {
        if let Some(word) = code.get_mut(segment.pc as usize) {
            *word = encode(Op::Segment, 0, 0, 0);
        }
    }
    code
}
