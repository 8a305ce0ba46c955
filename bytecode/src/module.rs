//! A compiled package: what an artifact contains and what the runtime executes.

use crate::stored::Stored;
use crate::types::{FuncRef, GlobalRef, PackageRef, StrRef, TypeDesc, TypeRef};

/// A compiled package.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Module {
    /// Import path.
    pub path: String,
    /// Package name.
    pub name: String,
    /// Paths of the packages that functions, variables and file blocks refer to; indexed by [`PackageRef`].
    pub imports: Vec<String>,
    /// Names of the source files, in order.
    pub files: Vec<String>,
    /// Parse gas of all files, token by token (spec/02 §12): charged in this order before anything else.
    pub parse_charges: Vec<u32>,
    /// Type descriptors; indexed by [`TypeRef`].
    pub types: Vec<TypeDesc>,
    /// String constants; indexed by [`StrRef`].
    pub strings: Vec<Vec<u8>>,
    /// Functions; indexed by [`FuncRef`].
    pub functions: Vec<Function>,
    /// Package-level variables, imported ones included.
    pub globals: Vec<GlobalDesc>,
    /// Slots of the package block in the reference's order.
    pub package_slots: Vec<PackageSlot>,
    /// For each file the packages that the slots of its block hold.
    pub file_imports: Vec<Vec<PackageRef>>,
    /// Synthetic function that initialises the package's variables, its allocation charges included.
    pub init: Option<FuncRef>,
    /// Synthetic function that calls the package's `init` functions, if it has any.
    pub inits: Option<FuncRef>,
    /// Synthetic function that evaluates `main()`, if the package has one.
    pub main: Option<FuncRef>,
    /// Types the runtime needs whatever the program mentions.
    pub well_known: WellKnownTypes,
    /// What its stored objects need.
    pub stored: Stored,
}

/// Types that the runtime itself creates values of.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct WellKnownTypes {
    /// `string`: panic values raised by the machine, results of `Stringify`.
    pub string: Option<TypeRef>,
    /// `int`.
    pub int: Option<TypeRef>,
}

/// A package-level variable.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GlobalDesc {
    /// Name.
    pub name: String,
    /// Type; the variable holds its zero value before initialisation.
    pub ty: TypeRef,
    /// The variable is the one of this name in another package.
    pub import: Option<PackageRef>,
}

/// A slot of the package block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PackageSlot {
    /// A variable: a heap item.
    Global(GlobalRef),
    /// A function.
    Func(FuncRef),
    /// A constant or type: bytes that a collection counts for it, and whether it visits it.
    Static {
        /// Bytes.
        bytes: u64,
        /// Counted as a visit.
        visited: bool,
    },
}

/// A compiled function.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Function {
    /// Bare name; empty for literals; of imported methods `T.M`.
    pub name: String,
    /// What it is.
    pub kind: FunctionKind,
    /// Type without receiver; absent for synthetic functions.
    pub signature: Option<TypeRef>,
    /// Number of parameters, receiver included; they arrive in registers 0...
    pub params: u16,
    /// Number of results.
    pub results: u16,
    /// Registers of the frame, the largest outgoing window included.
    pub frame_size: u32,
    /// Heap items it captures.
    pub captures: u16,
    /// It contains `defer`.
    pub has_defers: bool,
    /// Code words (see [`crate::op`]).
    pub code: Vec<u64>,
    /// Word of the entry segment for ordinary calls.
    pub entry: u32,
    /// Word of the entry segment for deferred calls, which charge neither zero results nor argument copies.
    pub defer_entry: u32,
    /// Word of the segment at which the function continues after its defers ran, on return or after a recovered panic.
    pub recovery: Option<u32>,
    /// Metering segments in order of `pc`.
    pub segments: Vec<Segment>,
    /// Packed events ([`crate::event::Event::pack`]) of all segments.
    pub events: Vec<u32>,
    /// For each code word: end of the prefix of `events` that is charged before the instruction takes effect
    /// (an index into `events`). Segment words and extension words repeat the value before them.
    pub event_ends: Vec<u32>,
    /// Source positions: `pc` of the first word, file index, line, column; in order of `pc`.
    pub lines: Vec<LineEntry>,
    /// Texts of instructions, in order of `pc`; only in packages that realms can take part in.
    pub texts: Vec<TextEntry>,
    /// Blocks of the reference with their slots (design.md §3.5); index 0 is the function's own.
    pub scopes: Vec<ScopeDesc>,
    /// Innermost scope from a `pc` on; in order of `pc`.
    pub scope_map: Vec<(u32, u32)>,
    /// What the reference's block stack holds for a call of the function; see [`StateEntry`].
    pub states: Vec<BlockState>,
    /// Which state holds where, in order of `pc` and `event`.
    pub state_map: Vec<StateEntry>,
    /// Source position of the declaration: file index and line.
    pub declared_at: (u32, u32),
}

impl Function {
    /// A function without code, parameters and results.
    #[must_use]
    pub fn new(name: &str, kind: FunctionKind) -> Function {
        Function {
            name: name.to_owned(),
            kind,
            signature: None,
            params: 0,
            results: 0,
            frame_size: 0,
            captures: 0,
            has_defers: false,
            code: Vec::new(),
            entry: 0,
            defer_entry: 0,
            recovery: None,
            segments: Vec::new(),
            events: Vec::new(),
            event_ends: Vec::new(),
            lines: Vec::new(),
            texts: Vec::new(),
            scopes: Vec::new(),
            scope_map: Vec::new(),
            states: Vec::new(),
            state_map: Vec::new(),
            declared_at: (0, 0),
        }
    }
}

/// From where on a [`BlockState`] holds: for dynamic charges and calls of instructions at `pc` and later, and for charges of
/// [`Function::events`] from index `event` on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StateEntry {
    /// Word index.
    pub pc: u32,
    /// Event index.
    pub event: u32,
    /// Index in [`Function::states`].
    pub state: u32,
}

/// The blocks that the reference's block stack holds for a call, at one moment (spec/03 §8.4).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BlockState {
    /// State of the enclosing blocks; `None` for the function's own block.
    pub outer: Option<u32>,
    /// The innermost block.
    pub block: BlockKind,
}

/// A block on the reference's block stack, with what names a scope and tells an argument: the compiler has its own until registers are
/// allocated.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum BlockKind<Scope = u32, Arg = SlotDesc> {
    /// The call has its frame, the block is still to come.
    Called,
    /// The block of a scope; it has the slots of the scope.
    Scope {
        /// Index in [`Function::scopes`].
        scope: Scope,
        /// First slot that has its value.
        from: u32,
        /// One past the last slot that has its value. Boxed variables have their heap item before that; constants and types always count.
        to: u32,
        /// Arguments and results are still being put in: boxed slots without value have an empty heap item that no register holds.
        entering: bool,
        /// A loop: one block for all iterations.
        repeats: bool,
    },
    /// A predeclared function is called; it has its frame.
    Native {
        /// Slots of its block; `None` if the block is still to come.
        slots: Option<u32>,
        /// Bytes of arguments that exist in the reference only, such as the slice of variadic ones.
        bytes: u64,
        /// Visits of them.
        visits: u32,
        /// Arguments.
        args: Vec<Arg>,
        /// The last argument is a slice of copies that only the reference makes.
        copies: bool,
    },
    /// The package is being made: its block has no slots yet (spec/03 §5.1).
    Package {
        /// How many of its files have their block.
        files: u32,
    },
}

/// What a function is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FunctionKind {
    /// Package-level function.
    Declared,
    /// Method whose receiver, the first parameter, has this type.
    Method(TypeRef),
    /// Function literal.
    Literal,
    /// Made by the compiler: package initialisation, the call of `main`, thunks of deferred natives.
    Synthetic,
    /// Package-level function without body: its code calls the native of its name (spec/06 §4).
    Native,
    /// The function or method of this name in another package. It has no code.
    Imported(PackageRef),
}

/// A metering segment: instructions from `pc` (a `Segment` word) up to the next segment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Segment {
    /// Word index of the `Segment` word.
    pub pc: u32,
    /// First event.
    pub events_start: u32,
    /// One past the last event.
    pub events_end: u32,
}

/// A source position.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LineEntry {
    /// First word.
    pub pc: u32,
    /// File index.
    pub file: u32,
    /// Line, 1-based.
    pub line: u32,
    /// Column, 1-based.
    pub column: u32,
}

/// How the reference shows an instruction: the call expression of a call in a stack trace (spec/05 §7.3), the target of a write that
/// is refused (spec/05 §5.5).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TextEntry {
    /// Word of the instruction.
    pub pc: u32,
    /// Text.
    pub text: String,
    /// The write is part of an assignment operation, `++` or `--`: the reference changes the place itself (spec/04 §2.4).
    pub in_place: bool,
}

/// A block of the reference.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ScopeDesc {
    /// Enclosing scope of the same function.
    pub parent: Option<u32>,
    /// It grows the block of its parent instead of being a block of its own (`if` part, switch clause).
    pub grows_parent: bool,
    /// It is that of a `for`, `range` or `switch` statement, which has a frame in the reference (spec/05 §0.2).
    pub has_frame: bool,
    /// A clause that the clause before may lead to by `fallthrough`.
    pub falls_from: Option<FallsFrom>,
    /// Slots in the reference's order.
    pub slots: Vec<SlotDesc>,
}

/// How a switch clause is entered by `fallthrough`: its block is that of the clause before, whose values stay in the slots until the
/// clause's own names get theirs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FallsFrom {
    /// Scope of the clause before. Its variables keep their registers in this clause, too.
    pub clause: u32,
    /// Register of the number of clauses that the block has been through before this one.
    pub depth: u16,
}

/// A slot of a block.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SlotDesc {
    /// Name.
    pub name: String,
    /// Type.
    pub ty: Option<TypeRef>,
    /// Where the value is.
    pub place: SlotPlace,
}

/// Where a slot's value is while its scope is active.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SlotPlace {
    /// In this register.
    Register(u16),
    /// In the heap item that this register refers to.
    Cell(u16),
    /// Nowhere: a constant or type; bytes that a collection counts for it, and whether it visits it.
    Static {
        /// Bytes.
        bytes: u64,
        /// Counted as a visit.
        visited: bool,
    },
    /// The compiler removed the variable: it is never defined.
    Never,
}

/// Name table helper: a string constant as text for messages.
pub fn text_of(strings: &[Vec<u8>], name: StrRef) -> String {
    use cranelift_entity::EntityRef;
    strings.get(name.index()).map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default()
}
