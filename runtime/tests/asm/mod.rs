//! A small assembler for hand-written bytecode.
#![allow(dead_code, missing_docs, clippy::unwrap_used)] // Not every test file uses all of it; a failure is a failed test.

use regno_bytecode::event::{Event, GasSchedule, OpClass};
use regno_bytecode::module::{Function, FunctionKind, GlobalDesc, Module, Segment};
use regno_bytecode::op::{Op, Operand, encode, encode_long};
use regno_bytecode::types::{FuncRef, Repr, TypeDesc, TypeKind, TypeRef};
use regno_runtime::{Config, Machine, Metering, Program, Report, RunError};
use std::collections::HashMap;

/// A function under construction.
pub struct Asm {
    function: Function,
    pending: Vec<Event>,
    labels: HashMap<&'static str, usize>,
    branches: Vec<(usize, &'static str)>,
}

impl Asm {
    pub fn new(name: &str, params: u16, results: u16, frame_size: u32) -> Asm {
        let function = Function { params, results, frame_size, ..Function::new(name, FunctionKind::Declared) };
        Asm { function, pending: Vec::new(), labels: HashMap::new(), branches: Vec::new() }.seg()
    }

    pub fn synthetic(mut self) -> Asm {
        self.function.kind = FunctionKind::Synthetic;
        self
    }

    fn word(&mut self, word: u64) {
        self.function.code.push(word);
        self.function.event_ends.push(self.function.events.len() as u32);
    }

    /// Starts a segment.
    pub fn seg(mut self) -> Asm {
        assert!(self.pending.is_empty(), "events before a segment");
        let (pc, at) = (self.function.code.len() as u32, self.function.events.len() as u32);
        let index = self.function.segments.len() as u32;
        self.function.segments.push(Segment { pc, events_start: at, events_end: at });
        self.word(encode_long(Op::Segment, 0, index));
        self
    }

    pub fn label(mut self, name: &'static str) -> Asm {
        self = self.seg();
        self.labels.insert(name, self.function.code.len() - 1);
        self
    }

    pub fn recovery(mut self) -> Asm {
        self = self.seg();
        self.function.recovery = Some(self.function.code.len() as u32 - 1);
        self
    }

    /// Events before the next instruction.
    pub fn gas(mut self, classes: &[OpClass]) -> Asm {
        self.pending.extend(classes.iter().map(|&class| Event::Op(class)));
        self
    }

    pub fn alloc(mut self, bytes: u32) -> Asm {
        self.pending.push(Event::Alloc(bytes));
        self
    }

    fn charge(&mut self) {
        self.function.events.extend(self.pending.drain(..).map(Event::pack));
        if let Some(segment) = self.function.segments.last_mut() {
            segment.events_end = self.function.events.len() as u32;
        }
    }

    pub fn op(mut self, op: Op, a: i32, b: i32, c: i32) -> Asm {
        assert_eq!(op.words(), 1, "{op:?}");
        self.charge();
        self.word(encode(op, a as u16, b as u16, c as u16));
        self.after(op)
    }

    pub fn ext(mut self, op: Op, a: i32, b: i32, c: i32, ext: u64) -> Asm {
        assert_eq!(op.words(), 2, "{op:?}");
        self.charge();
        self.word(encode(op, a as u16, b as u16, c as u16));
        self.word(ext);
        self.after(op)
    }

    fn after(self, op: Op) -> Asm {
        let properties = op.properties();
        if (properties.calls || properties.branches) && !properties.terminates { self.seg() } else { self }
    }

    pub fn jump(mut self, op: Op, a: i32, b: i32, label: &'static str) -> Asm {
        self.charge();
        self.branches.push((self.function.code.len(), label));
        self.word(encode(op, a as u16, b as u16, 0));
        self.after(op)
    }

    pub fn done(mut self) -> Function {
        for &(pc, label) in &self.branches {
            let word = self.function.code[pc];
            let offset = self.labels[label] as i64 - pc as i64 - 1;
            let op = Op::from_code(word as u16).unwrap();
            self.function.code[pc] = if op.format().c == Operand::Off {
                (word & 0xffff_ffff_ffff) | (offset as u16 as u64) << 48
            } else {
                (word & 0xffff_ffff) | (offset as u32 as u64) << 32
            };
        }
        self.function
    }
}

/// Descriptor 0, `string` and `int`.
pub const STRING: u64 = 1;
pub const INT: u64 = 2;

pub fn basic(name: &str, repr: Repr, index: u32) -> TypeDesc {
    TypeDesc {
        id: name.to_owned(),
        name: name.to_owned(),
        declared: false,
        underlying: TypeRef::from_u32(index),
        repr,
        kind: if index == 0 { TypeKind::Nil } else { TypeKind::Basic },
        methods: Vec::new(),
    }
}

pub fn module(functions: Vec<Function>, strings: &[&str]) -> Module {
    let main = functions.iter().position(|function| function.name == "run").unwrap();
    let mut module = Module {
        path: "main".to_owned(),
        name: "main".to_owned(),
        types: vec![basic("", Repr::Raw, 0), basic("string", Repr::Str, 1), basic("int", Repr::I64, 2)],
        strings: strings.iter().map(|text| text.as_bytes().to_vec()).collect(),
        functions,
        globals: vec![GlobalDesc { name: "result".to_owned(), ty: TypeRef::from_u32(2), import: None }],
        main: Some(FuncRef::from_u32(main as u32)),
        ..Module::default()
    };
    module.well_known.string = Some(TypeRef::from_u32(1));
    module.well_known.int = Some(TypeRef::from_u32(2));
    module
}

/// What a run did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outcome {
    pub result: Result<(), RunError>,
    pub output: String,
    pub report: Report,
}

pub fn run_with(program: &Program, config: Config) -> Outcome {
    let mut machine = Machine::new(program, config);
    let result = machine.run_init().and_then(|()| machine.run_main());
    let output = String::from_utf8(machine.take_output()).unwrap();
    Outcome { result, output, report: machine.report() }
}

pub fn load(module: Module) -> Program {
    Program::load(module, &GasSchedule::reference()).unwrap()
}

/// Runs in both modes without limits, requires equal outcomes, then at gas limits from 0 to the cost, and at allocation
/// limits up to the peak.
pub fn run_everywhere(module: Module) -> Outcome {
    let program = load(module);
    let both = |gas_limit, max_alloc| {
        let config = |metering| Config { gas_limit, max_alloc, metering, ..Config::default() };
        let (auto, exact) = (run_with(&program, config(Metering::Auto)), run_with(&program, config(Metering::Exact)));
        assert_eq!(auto, exact, "gas limit {gas_limit:?}, allocation limit {max_alloc:?}");
        auto
    };
    let plain = both(None, None);
    let full = both(None, Some(500_000_000));
    let step = (full.report.gas / 3000).max(1);
    for limit in (0..=full.report.gas + 1).step_by(step as usize) {
        let limited = both(Some(limit), Some(500_000_000));
        let enough = limit >= full.report.gas;
        assert_eq!(limited.report == full.report, enough, "limit {limit} of {}: {:?}", full.report.gas, limited);
        assert!(enough || matches!(limited.result, Err(RunError::OutOfGas(_))), "{limit}: {limited:?}");
        both(Some(limit), None);
    }
    let step = (full.report.alloc_peak / 1000).max(1);
    for limit in (1..=full.report.alloc_peak + 1).step_by(step as usize) {
        both(None, Some(limit as u64));
    }
    let off = run_with(&program, Config { metering: Metering::Off, ..Config::default() });
    assert_eq!((&off.result, &off.output), (&plain.result, &plain.output));
    assert_eq!(off.report, Report::default());
    full
}
