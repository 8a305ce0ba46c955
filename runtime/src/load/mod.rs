//! From a module to a program that machines can run: verification, binding to a gas schedule, resolved operands.
//!
//! All code of a program stands in one vector, so that a word index says everything: the function, the segment, the events
//! charged by then. The loader rewrites what is cheaper to read resolved:
//!
//! | word | becomes |
//! |---|---|
//! | `Segment` | gas and bytes (`allowance`); where either does not fit, or printing is charged in the segment, the table tells |
//! | extension of `Call` | distance to the callee's entry in words (bits 0..32, signed) and its frame size (bits 32..64) |
//! | other function extensions | function index |
//! | type extensions | index in the machine's type table; for operations on interfaces also the representation's code in bits 32..40 |
//! | `BindIface`, `SelectIface` | index of the method name |

mod link;
mod start;
mod stored;

pub(crate) use start::{Start, Tables, fill};
pub(crate) use stored::{PlaceOf, StoredTable};

use crate::allowance;
use crate::meter::UNACCOUNTED;
use crate::natives::{Body, Environment};
use crate::value::Types;
use crate::value::types::{ModuleTypes, TypesError};
use crate::verify::VerifyError;
use cranelift_entity::EntityRef;
use regno_bytecode::event::{Event, GasSchedule, OpClass};
use regno_bytecode::module::{Function, FunctionKind, Module, PackageSlot, TextEntry};
use regno_bytecode::op::{Op, code_of, encode};
use regno_bytecode::stored::{Extent, StoredSlot};
use regno_bytecode::types::TypeRef;
use regno_store::PkgId;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// Code that only the runtime enters, at the start of every program: where frames pushed by the machine return to.
const STUBS: [u64; 8] = [
    encode(Op::Segment, 0, 0, 0),
    encode(Op::DeferReturned, 0, 0, 0),
    encode(Op::Segment, 0, 0, 0),
    encode(Op::StringReturned, 0, 0, 0),
    encode(Op::Segment, 0, 0, 0),
    encode(Op::RunReturned, 0, 0, 0),
    encode(Op::Segment, 0, 0, 0),
    encode(Op::SwitchReturned, 0, 0, 0),
];
/// Return address of deferred calls.
pub(crate) const DEFER_RETURNED: u32 = 0;
/// Return address of `String` and `Error` calls.
pub(crate) const STRING_RETURNED: u32 = 2;
/// Return address of the bottom frame.
pub(crate) const RUN_RETURNED: u32 = 4;
/// Return address of calls that switched the realm.
pub(crate) const SWITCH_RETURNED: u32 = 6;

/// Modules that are verified, linked with each other and bound to a gas schedule. Cheap to clone; machines share it.
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
    /// A package is linked twice.
    Duplicate {
        /// Its path.
        path: String,
    },
    /// A module imports something that no package linked before it exports with that type.
    Import {
        /// Path of the importing package.
        importer: String,
        /// Path of the package that should have it.
        package: String,
        /// Name of the function, method (`T.M`) or variable; empty if the package itself is missing.
        name: String,
        /// What is wrong.
        problem: ImportProblem,
    },
    /// A function without body that the environment has no native for (spec/06 §4.1).
    Native {
        /// Path of the package.
        package: String,
        /// Name of the function.
        name: String,
    },
}

/// Why an import cannot be linked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ImportProblem {
    /// The package is not linked.
    NoPackage,
    /// The package has no such function or variable.
    NoExport,
    /// It has another type.
    OtherType,
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::Verify(error) => error.fmt(f),
            LoadError::Types(error) => write!(f, "type tables: {error:?}"),
            LoadError::TooLarge => f.write_str("the program is too large"),
            LoadError::Duplicate { path } => write!(f, "package {path} is linked twice"),
            LoadError::Import { importer, package, name, problem } => match problem {
                ImportProblem::NoPackage => write!(f, "{importer}: package {package} is not linked"),
                ImportProblem::NoExport => write!(f, "{importer}: package {package} has no {name}"),
                ImportProblem::OtherType => write!(f, "{importer}: {package}.{name} has another type"),
            },
            // As the reference says when it declares the function.
            LoadError::Native { name, .. } => write!(
                f,
                "function {name} does not have a body but is not natively defined (did you build after pulling from the repository?)"
            ),
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
    /// A method that crosses: as a method expression its type does not say so.
    pub crossing_method: bool,
    /// Index of its package.
    pub package: u32,
}

/// A linked package.
#[derive(Clone, Debug)]
pub(crate) struct Package {
    /// Import path.
    pub path: String,
    /// Its identity in a store.
    pub id: PkgId,
    /// Package name.
    pub name: String,
    /// Parse gas of its files, token by token.
    pub parse_charges: Vec<u32>,
    /// Indices of its references to types, method names and functions.
    pub map: ModuleTypes,
    /// Program-wide indices by `GlobalRef`.
    pub globals: Vec<u32>,
    /// Program-wide index of its string constant 0.
    pub first_string: u32,
    /// What it offers to other packages: functions, methods (`T.M`), variables.
    pub exports: HashMap<String, Export>,
    /// Slots of its block, with its own references.
    pub slots: Vec<PackageSlot>,
    /// What is in the slots that hold no variable or function.
    pub slot_values: Vec<StoredSlot>,
    /// Extents of its files.
    pub file_extents: Vec<Extent>,
    /// For each file the packages in the slots of its block.
    pub files: Vec<Vec<u32>>,
    /// Names of its files.
    pub file_names: Vec<String>,
    /// Indices of the packages it refers to.
    pub imports: Vec<u32>,
    /// Function that initialises its variables.
    pub init: Option<u32>,
    /// Function that calls its `init` functions.
    pub inits: Option<u32>,
    /// Function that evaluates `main()`.
    pub main: Option<u32>,
}

/// Something that other packages can refer to, with its program-wide index.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Export {
    /// A function or method; the number of parameters includes the receiver.
    Func(u32, u16),
    /// A variable.
    Global(u32),
}

/// A package-level variable.
#[derive(Clone, Debug)]
pub(crate) struct Global {
    /// Index of its type.
    pub ty: u32,
    /// Index of its package.
    pub package: u32,
}

/// Everything of a program that does not change while it runs.
///
/// Adding packages only appends: indices of functions, types, strings and variables, and word indices of code stay what they are.
#[derive(Clone, Debug)]
pub(crate) struct Linked {
    pub schedule: GasSchedule,
    pub environment: Environment,
    pub types: Types,
    /// In dependency order.
    pub packages: Vec<Package>,
    /// Indices of the packages by path.
    pub paths: HashMap<String, u32>,
    pub code: Vec<u64>,
    /// What the interpreter runs in fast mode: `code` with instructions fused.
    pub fast: Vec<u64>,
    pub functions: Vec<Code>,
    /// Tables of each function; its code and events are in the vectors of the program.
    pub tables: Vec<Function>,
    pub strings: Vec<Vec<u8>>,
    pub globals: Vec<Global>,
    /// The natives that `CallNative` words refer to.
    pub natives: Vec<Native>,
    pub segments: Vec<Segment>,
    pub events: Vec<u32>,
    /// Largest frame of any function.
    pub max_frame: u32,
    /// For each code word: end of the prefix of `events` charged before it takes effect.
    pub event_ends: Vec<u32>,
    /// What stored objects need of types and functions.
    pub stored: StoredTable,
    /// What its machines begin with.
    pub start: Start,
}

/// A native that code refers to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Native {
    /// The function that it is the body of.
    pub function: u32,
    /// What it does.
    pub body: Body,
}

impl Program {
    /// Verifies a module that imports nothing and binds it to a gas schedule.
    ///
    /// # Errors
    ///
    /// As [`Program::link`].
    pub fn load(module: Module, schedule: &GasSchedule) -> Result<Program, LoadError> {
        Program::link(vec![module], schedule, Environment::Production)
    }

    /// Verifies modules, links them with each other and binds them to a gas schedule. A module comes after those that it
    /// imports; the last one is the program's main package.
    ///
    /// # Errors
    ///
    /// [`LoadError`]; any modules whatever give either a program or an error.
    pub fn link(modules: Vec<Module>, schedule: &GasSchedule, environment: Environment) -> Result<Program, LoadError> {
        let mut linked = Linked::new(schedule, environment);
        modules.into_iter().try_for_each(|module| linked.add(module))?;
        Ok(Program { linked: Arc::new(linked) })
    }

    /// The program with more packages, for [`crate::Machine::extend`]. All indices of this program stay valid in it.
    ///
    /// # Errors
    ///
    /// As [`Program::link`].
    pub fn extend(&self, modules: Vec<Module>) -> Result<Program, LoadError> {
        let mut linked = Linked::clone(&self.linked);
        modules.into_iter().try_for_each(|module| linked.add(module))?;
        Ok(Program { linked: Arc::new(linked) })
    }

    /// The program with types that stored values have and its packages do not mention ([`crate::Missing::Type`]).
    #[must_use]
    pub fn with_types(self, types: &[regno_store::Type]) -> Program {
        if types.is_empty() {
            return self;
        }
        let mut linked = Arc::unwrap_or_clone(self.linked);
        linked.start = Start::default();
        for form in types {
            if let Some(index) = linked.types.add_form(form) {
                linked.stored.types.resize(linked.types.len(), None);
                if let Some(place) = linked.stored.types.get_mut(index as usize) {
                    place.get_or_insert_with(|| form.clone());
                }
            }
        }
        Program { linked: Arc::new(linked) }
    }

    /// Index of the linked package with this path.
    pub fn package(&self, path: &str) -> Option<u32> {
        self.linked.paths.get(path).copied()
    }

    /// Paths of the linked packages, in order.
    pub fn packages(&self) -> impl Iterator<Item = &str> {
        self.linked.packages.iter().map(|package| package.path.as_str())
    }
}

impl Linked {
    /// Nothing but the runtime's own code.
    pub fn new(schedule: &GasSchedule, environment: Environment) -> Linked {
        Linked {
            schedule: schedule.clone(),
            environment,
            types: Types::new(),
            packages: Vec::new(),
            paths: HashMap::new(),
            code: STUBS.to_vec(),
            fast: STUBS.to_vec(),
            functions: Vec::new(),
            tables: Vec::new(),
            strings: Vec::new(),
            globals: Vec::new(),
            natives: Vec::new(),
            segments: [DEFER_RETURNED, STRING_RETURNED, RUN_RETURNED, SWITCH_RETURNED]
                .map(|pc| Segment { pc, ..Segment::default() })
                .to_vec(),
            events: Vec::new(),
            max_frame: 0,
            event_ends: vec![0; STUBS.len()],
            stored: StoredTable::default(),
            start: Start::default(),
        }
    }

    /// The main package: the one linked last.
    pub fn main(&self) -> Option<&Package> {
        self.packages.last()
    }

    /// The package of a function.
    pub fn package_of(&self, function: u32) -> Option<&Package> {
        let package = self.functions.get(function as usize)?.package;
        self.packages.get(package as usize)
    }

    /// Index of a type that a function's tables mention.
    pub fn type_in(&self, function: u32, ty: TypeRef) -> u32 {
        self.package_of(function).and_then(|package| package.map.types.get(ty.index()).copied()).unwrap_or(0)
    }

    /// Whether realms can take part: more than one package, or a realm (`docs/realms.md`).
    pub fn guarded(&self) -> bool {
        self.packages.len() > 1 || self.packages.iter().any(|package| package.path != "main")
    }

    /// Whether the program asks for objects to be written, wherever it runs: it has a realm, or is a test.
    pub fn stores_objects(&self) -> bool {
        let realm = |package: &Package| package.path.contains("/r/");
        self.environment == Environment::Testing || self.packages.iter().any(realm)
    }

    /// The realm of a function's package, if that has one.
    pub fn realm_of(&self, function: u32) -> Option<u32> {
        let index = self.functions.get(function as usize)?.package;
        let package = self.packages.get(index as usize)?;
        regno_bytecode::path::has_realm(&package.path).then_some(index)
    }

    /// Whether a function is a method.
    pub fn is_method(&self, function: u32) -> bool {
        let table = self.tables.get(function as usize);
        table.is_some_and(|function| matches!(function.kind, FunctionKind::Method(_)))
    }

    /// Text of the instruction at a word.
    pub fn text_at(&self, pc: u32) -> Option<&TextEntry> {
        let index = self.function_at(pc)? as usize;
        let (table, start) = (self.tables.get(index)?, self.functions.get(index)?.start);
        let at = table.texts.binary_search_by_key(&(pc - start), |entry| entry.pc).ok()?;
        table.texts.get(at)
    }

    /// Number of `for`, `range` and `switch` statements of its function that a word stands in.
    pub fn statement_frames(&self, pc: u32) -> usize {
        let Some(index) = self.function_at(pc) else { return 0 };
        let (Some(table), Some(code)) = (self.tables.get(index as usize), self.functions.get(index as usize)) else {
            return 0;
        };
        let after = table.scope_map.partition_point(|&(at, _)| at <= pc - code.start);
        let mut next = after.checked_sub(1).and_then(|at| table.scope_map.get(at)).map(|&(_, scope)| scope);
        let mut found = 0;
        while let Some(scope) = next.and_then(|scope| table.scopes.get(scope as usize)) {
            found += usize::from(scope.has_frame);
            next = scope.parent;
        }
        found
    }

    /// Line of the source that a word belongs to.
    pub fn line_at(&self, pc: u32) -> Option<u32> {
        let index = self.function_at(pc)? as usize;
        let (table, start) = (self.tables.get(index)?, self.functions.get(index)?.start);
        let after = table.lines.partition_point(|entry| entry.pc <= pc - start);
        after.checked_sub(1).and_then(|at| table.lines.get(at)).map(|entry| entry.line)
    }

    /// The call that returns to a segment.
    pub fn call_before(&self, segment: u32) -> Option<u32> {
        [1, 2].into_iter().filter_map(|words| segment.checked_sub(words)).find(|&pc| {
            let word = self.code.get(pc as usize).copied().unwrap_or(0);
            let op = Op::from_code(code_of(word));
            let words = segment - pc;
            match op {
                Some(Op::Call) => words == 2,
                Some(Op::CallValue | Op::CallSelected) => words == 1,
                _ => false,
            }
        })
    }

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

    /// Appends a function's code and tables, still with the module's references.
    pub(super) fn append(&mut self, function: &mut Function, package: u32) -> Result<(), LoadError> {
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
            crossing_method: false,
            package,
        });
        self.code.append(&mut function.code);
        self.event_ends.extend(std::mem::take(&mut function.event_ends).iter().map(|&end| events + end));
        for segment in &std::mem::take(&mut function.segments) {
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
        self.events.append(&mut function.events);
        Ok(())
    }
}

pub(super) fn segment_word(segment: &Segment) -> u64 {
    let bytes = if UNACCOUNTED { 0 } else { segment.bytes };
    allowance::segment_word((segment.print_gas == 0).then_some((segment.gas, bytes)))
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
