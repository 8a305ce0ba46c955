//! Metering events (spec/02 §2, spec/03 §1) and gas schedules.
//!
//! The compiler attaches to each operation the events of the reference that it stands for. An artifact stores event
//! *classes*, never amounts; binding a [`GasSchedule`] turns them into gas.

/// One row of [`for_each_op_class`].
macro_rules! op_classes {
    ($( $(#[$doc:meta])* $name:ident = $gas:literal, $text:literal; )*) => {
        /// A class of reference operations; every execution of a class costs the same (spec/02 §2).
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        #[repr(u8)]
        pub enum OpClass { $( $(#[$doc])* $name, )* }

        impl OpClass {
            /// All classes in code order.
            pub const ALL: &'static [OpClass] = &[ $(OpClass::$name,)* ];
            /// Gas of each class in the reference's own schedule.
            const REFERENCE_GAS: &'static [u32] = &[ $($gas,)* ];
            /// The reference's name without the `Op` prefix.
            pub const fn name(self) -> &'static str { match self { $(OpClass::$name => $text,)* } }
        }
    };
}

op_classes! {
    /// Ends each top-level run.
    Halt = 1, "Halt";
    /// Starts a statement that is not the next of a body.
    Exec = 25, "Exec";
    /// Callee and arguments are evaluated; also conversions.
    Precall = 207, "Precall";
    /// Call of a crossing function.
    EnterCrossing = 100, "EnterCrossing";
    /// Enters a function.
    Call = 256, "Call";
    /// Runs a native body.
    CallNativeBody = 424, "CallNativeBody";
    /// Registers a deferred call.
    Defer = 64, "Defer";
    /// Runs a deferred native.
    CallDeferNativeBody = 33, "CallDeferNativeBody";
    /// Start of an expression-switch clause, and the end if none matches.
    SwitchClause = 38, "SwitchClause";
    /// One case expression tried.
    SwitchClauseCase = 143, "SwitchClauseCase";
    /// A whole type switch.
    TypeSwitch = 171, "TypeSwitch";
    /// Condition of an `if`.
    IfCond = 38, "IfCond";
    /// End of a call statement.
    PopResults = 1, "PopResults";
    /// Normal end of a block.
    PopBlock = 3, "PopBlock";
    /// Normal end of a switch.
    PopFrameAndReset = 15, "PopFrameAndReset";
    /// Panic propagation to the next call frame.
    Panic2 = 21, "Panic2";
    /// Return with unnamed results.
    Return = 38, "Return";
    /// Return with expressions into named results.
    ReturnAfterCopy = 38, "ReturnAfterCopy";
    /// Bare return, return after defers, recovery.
    ReturnFromBlock = 36, "ReturnFromBlock";
    /// Return with expressions when defers are pending.
    ReturnToBlock = 23, "ReturnToBlock";
    /// Unary plus.
    Upos = 7, "Upos";
    /// Unary minus.
    Uneg = 25, "Uneg";
    /// Logical not.
    Unot = 6, "Unot";
    /// Bitwise not.
    Uxor = 14, "Uxor";
    /// Right operand of `||`.
    Lor = 26, "Lor";
    /// Right operand of `&&`.
    Land = 24, "Land";
    /// `==`
    Eql = 160, "Eql";
    /// `!=`
    Neq = 95, "Neq";
    /// `<`
    Lss = 13, "Lss";
    /// `<=`
    Leq = 19, "Leq";
    /// `>`
    Gtr = 20, "Gtr";
    /// `>=`
    Geq = 26, "Geq";
    /// `+`
    Add = 18, "Add";
    /// `-`
    Sub = 6, "Sub";
    /// `|`
    Bor = 23, "Bor";
    /// `^`
    Xor = 13, "Xor";
    /// `*`
    Mul = 19, "Mul";
    /// `/`
    Quo = 16, "Quo";
    /// `%`
    Rem = 18, "Rem";
    /// `<<`
    Shl = 22, "Shl";
    /// `>>`
    Shr = 20, "Shr";
    /// `&`
    Band = 9, "Band";
    /// `&^`
    Bandn = 15, "Bandn";
    /// One expression node.
    Eval = 29, "Eval";
    /// Short-circuit test.
    Binary1 = 19, "Binary1";
    /// `x[i]`
    Index1 = 77, "Index1";
    /// `v, ok = m[k]`
    Index2 = 195, "Index2";
    /// `x.f`
    Selector = 32, "Selector";
    /// `x[a:b]`
    Slice = 103, "Slice";
    /// `*x`, pointer types
    Star = 40, "Star";
    /// `&x`
    Ref = 125, "Ref";
    /// `x.(T)`
    TypeAssert1 = 30, "TypeAssert1";
    /// `v, ok = x.(T)`
    TypeAssert2 = 25, "TypeAssert2";
    /// Start of a composite literal.
    CompositeLit = 50, "CompositeLit";
    /// End of an array literal.
    ArrayLit = 137, "ArrayLit";
    /// End of a slice literal without keys.
    SliceLit = 183, "SliceLit";
    /// End of a slice literal with keys.
    SliceLit2 = 467, "SliceLit2";
    /// End of a map literal.
    MapLit = 475, "MapLit";
    /// End of a struct literal.
    StructLit = 179, "StructLit";
    /// Function literal.
    FuncLit = 61, "FuncLit";
    /// Conversion.
    Convert = 16, "Convert";
    /// Field, parameter or result of a type expression.
    FieldType = 59, "FieldType";
    /// Array type expression.
    ArrayType = 57, "ArrayType";
    /// Slice type expression.
    SliceType = 55, "SliceType";
    /// Interface type expression.
    InterfaceType = 75, "InterfaceType";
    /// Channel type expression.
    ChanType = 57, "ChanType";
    /// Function type expression.
    FuncType = 81, "FuncType";
    /// Map type expression.
    MapType = 59, "MapType";
    /// Struct type expression.
    StructType = 174, "StructType";
    /// `=`
    Assign = 79, "Assign";
    /// `+=`
    AddAssign = 85, "AddAssign";
    /// `-=`
    SubAssign = 57, "SubAssign";
    /// `*=`
    MulAssign = 55, "MulAssign";
    /// `/=`
    QuoAssign = 50, "QuoAssign";
    /// `%=`
    RemAssign = 46, "RemAssign";
    /// `&=`
    BandAssign = 54, "BandAssign";
    /// `&^=`
    BandnAssign = 44, "BandnAssign";
    /// `|=`
    BorAssign = 55, "BorAssign";
    /// `^=`
    XorAssign = 48, "XorAssign";
    /// `<<=`
    ShlAssign = 68, "ShlAssign";
    /// `>>=`
    ShrAssign = 76, "ShrAssign";
    /// `:=`
    Define = 111, "Define";
    /// `++`
    Inc = 76, "Inc";
    /// `--`
    Dec = 46, "Dec";
    /// A `var` or `const` spec.
    ValueDecl = 113, "ValueDecl";
    /// A `type` spec.
    TypeDecl = 100, "TypeDecl";
    /// One step of a body.
    Body = 43, "Body";
    /// One step of a `for`.
    ForLoop = 27, "ForLoop";
    /// One step of a range over an array or slice.
    RangeIter = 105, "RangeIter";
    /// One step of a range over a string.
    RangeIterString = 55, "RangeIterString";
    /// One step of a range over a map.
    RangeIterMap = 48, "RangeIterMap";
    /// One step of a range over a pointer to an array.
    RangeIterArrayPtr = 46, "RangeIterArrayPtr";
    /// One step of running defers.
    ReturnCallDefers = 78, "ReturnCallDefers";
    /// Not an op: the base charge inside `print` and `println` (spec/02 §3). CPU gas, but no cycles.
    Print = 1376, "Print";
}

impl OpClass {
    /// Number of classes.
    pub const COUNT: usize = Self::ALL.len();

    /// The class with this code.
    pub fn from_code(code: u8) -> Option<OpClass> {
        Self::ALL.get(usize::from(code)).copied()
    }

    /// Whether the class counts in `Machine.Cycles` (spec/02 §1.3).
    pub const fn counts_cycles(self) -> bool {
        !matches!(self, OpClass::Print)
    }
}

/// One event in the reference's order.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Event {
    /// An operation is dispatched: CPU gas of its class.
    Op(OpClass),
    /// `Allocate(bytes)` (spec/03 §1).
    Alloc(u32),
    /// No charge: from here on the reference's block stack is as this state of the function says. Only in the compiler, which
    /// turns these into [`crate::module::Function::state_map`].
    State(u32),
}

impl Event {
    /// Packs the event into 32 bits: allocations up to 2^31 - 1 bytes, ops with the top bit set.
    ///
    /// Larger static allocations never become events: the builder emits a charging instruction for them.
    pub const fn pack(self) -> u32 {
        match self {
            Event::Op(class) => (1 << 31) | class as u32,
            Event::Alloc(bytes) => bytes & MAX_ALLOC_EVENT,
            Event::State(_) => 0,
        }
    }

    /// The inverse of [`Event::pack`]; `None` for an unknown class.
    pub fn unpack(word: u32) -> Option<Event> {
        if word >> 31 == 0 {
            return Some(Event::Alloc(word));
        }
        let code = u8::try_from(word & MAX_ALLOC_EVENT).ok()?;
        OpClass::from_code(code).map(Event::Op)
    }
}

/// Largest allocation that an [`Event::Alloc`] can express, in bytes.
pub const MAX_ALLOC_EVENT: u32 = (1 << 31) - 1;

/// Gas per event class: the amounts that a module is bound to when it is loaded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GasSchedule {
    /// Stable id, recorded in artifacts and pinned by nodes.
    pub id: String,
    /// Gas of each class, indexed by its code.
    pub op_gas: Vec<u32>,
    /// One unit of `print` output length gas per this many bytes.
    pub print_bytes_per_gas: u32,
    /// Gas per byte above the previous peak.
    pub gas_per_byte: u32,
    /// Gas per value visited by a collection.
    pub gas_per_visit: u32,
}

impl GasSchedule {
    /// The reference's schedule (spec/02 §2-3).
    pub fn reference() -> GasSchedule {
        GasSchedule {
            id: "gno-1.1.0".to_owned(),
            op_gas: OpClass::REFERENCE_GAS.to_vec(),
            print_bytes_per_gas: 10,
            gas_per_byte: 1,
            gas_per_visit: 8,
        }
    }

    /// Gas of one operation of the class.
    pub fn op(&self, class: OpClass) -> u32 {
        self.op_gas.get(class as usize).copied().unwrap_or(0)
    }
}

/// Byte sizes of the reference's allocator (spec/03 §2).
pub mod size {
    /// Base of a string, plus its length.
    pub const STRING: u32 = 24;
    /// A pointer value.
    pub const POINTER: u32 = 24;
    /// Base of an array, plus 40 per element or 1 per data byte.
    pub const ARRAY: u32 = 208;
    /// A slice header.
    pub const SLICE: u32 = 72;
    /// A struct, beside 40 per field charged before it.
    pub const STRUCT: u32 = 184;
    /// A function value.
    pub const FUNC: u32 = 344;
    /// Base of a map.
    pub const MAP: u32 = 176;
    /// A map entry.
    pub const MAP_ITEM: u32 = 120;
    /// A bound method.
    pub const BOUND_METHOD: u32 = 208;
    /// Base of a block, plus 40 per slot.
    pub const BLOCK: u32 = 504;
    /// A heap item.
    pub const HEAP_ITEM: u32 = 72;
    /// A type.
    pub const TYPE: u32 = 232;
    /// A package.
    pub const PACKAGE: u32 = 272;
    /// A slot, field or element.
    pub const SLOT: u32 = 40;
}
