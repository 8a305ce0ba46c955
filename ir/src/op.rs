//! The operations of the IR.
//!
//! An operation is generic over the representation in [`crate::function::InstData::repr`] (`add.i64`, `load_ptr.struct`); codegen chooses
//! the bytecode operation from it and from which operands are constants. Semantics, traps and data-dependent charges are
//! those of the bytecode operations of the same family ([`regno_bytecode::op`]), so they are stated there once.

/// What the `index` field of an instruction means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Index {
    /// Unused.
    None,
    /// An unsigned number: field index, element index, capture number, bit pattern, count or flag, as the operation says.
    Number,
}

/// What the `entity` field of an instruction refers to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refers {
    /// Nothing.
    None,
    /// A type descriptor.
    Type,
    /// A function.
    Func,
    /// A string constant.
    Str,
    /// A package-level variable.
    Global,
}

/// Static facts about an operation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OpInfo {
    /// Name in the text form.
    pub name: &'static str,
    /// Number of results; `None`: any number.
    pub results: Option<u8>,
    /// Number of register or constant operands; `None`: any number.
    pub args: Option<u8>,
    /// Meaning of `index`.
    pub index: Index,
    /// Meaning of `entity`.
    pub refers: Refers,
    /// Number of successor blocks.
    pub targets: u8,
    /// No effect but its results: removable when they are unused, and freely movable within its block.
    pub pure_: bool,
    /// Reads the heap, no other effect: removable when unused.
    pub reads: bool,
    /// Can raise a panic or abort: never removable.
    pub traps: bool,
    /// Charges gas or bytes that depend on data: never removable.
    pub charges: bool,
    /// Can run guest code: ends a metering segment.
    pub calls: bool,
    /// Ends its block.
    pub terminates: bool,
}

/// `Variant "name" results args index refers targets {flags} "doc"`; `*` is any number.
/// Flags: `p` pure, `r` reads, `t` traps, `d` charges, `c` calls, `x` terminates.
macro_rules! count {
    (*) => {
        None
    };
    ($n:literal) => {
        Some($n)
    };
}

macro_rules! has {
    ($want:ident; ) => { false };
    (p; p $($rest:ident)*) => { true };
    (r; r $($rest:ident)*) => { true };
    (t; t $($rest:ident)*) => { true };
    (d; d $($rest:ident)*) => { true };
    (c; c $($rest:ident)*) => { true };
    (x; x $($rest:ident)*) => { true };
    ($want:ident; $other:ident $($rest:ident)*) => { has!($want; $($rest)*) };
}

macro_rules! ops {
    ($( $variant:ident $name:literal $results:tt $args:tt $index:ident $refers:ident $targets:literal {$($flag:ident)*} $doc:literal; )*) => {
        /// An operation.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        pub enum Op { $( #[doc = $doc] $variant, )* }

        impl Op {
            /// All operations.
            pub const ALL: &'static [Op] = &[ $(Op::$variant,)* ];

            /// Static facts.
            pub const fn info(self) -> OpInfo {
                match self {
                    $(Op::$variant => OpInfo {
                        name: $name,
                        results: count!($results),
                        args: count!($args),
                        index: Index::$index,
                        refers: Refers::$refers,
                        targets: $targets,
                        pure_: has!(p; $($flag)*),
                        reads: has!(r; $($flag)*),
                        traps: has!(t; $($flag)*),
                        charges: has!(d; $($flag)*),
                        calls: has!(c; $($flag)*),
                        terminates: has!(x; $($flag)*),
                    },)*
                }
            }
        }
    };
}

ops! {
    // Values.
    Const "const" 1 0 Number None 0 {p} "r = the bits `index` of the representation";
    StrConst "str_const" 1 0 None Str 0 {p} "r = string constant";
    Copy "copy" 1 1 None None 0 {p} "r = a";
    // Words of narrow numbers (`residue`).
    Over "over" 1 2 None None 0 {p} "r = a; its word has what b leaves behind its width. Only until words are explicit";
    FromWord "from_word" 1 1 None None 0 {p} "r = number in the word a";
    ToWord "to_word" 1 2 None None 0 {p} "r = word of the number a over the bytes of the word b";
    WordOf "word_of" 1 1 None None 0 {r} "r = the word that the reference has for a";
    KeepKey "keep_key" 0 3 None Type 0 {} "c becomes the word of key b in map a, which has it";
    // Arithmetic; `add.str` is concatenation and charges.
    Add "add" 1 2 None None 0 {p} "r = a + b; integers wrap to the width of the representation";
    Concat "concat" 1 2 None None 0 {d} "r = a + b of strings";
    Sub "sub" 1 2 None None 0 {p} "r = a - b";
    Mul "mul" 1 2 None None 0 {p} "r = a * b";
    Div "div" 1 2 None None 0 {t} "r = a / b; integers trap on 0, floats do not";
    Rem "rem" 1 2 None None 0 {t} "r = a % b";
    And "and" 1 2 None None 0 {p} "r = a & b";
    Or "or" 1 2 None None 0 {p} "r = a | b";
    Xor "xor" 1 2 None None 0 {p} "r = a ^ b";
    AndNot "and_not" 1 2 None None 0 {p} "r = a &^ b";
    Shl "shl" 1 2 None None 0 {p} "r = a << b; b is an unsigned 64-bit count";
    Shr "shr" 1 2 None None 0 {p} "r = a >> b, arithmetic for signed representations";
    Neg "neg" 1 1 None None 0 {p} "r = -a";
    Complement "complement" 1 1 None None 0 {p} "r = ^a";
    Not "not" 1 1 None None 0 {p} "r = !a of a bool";
    // Comparisons: `repr` is that of the operands, the result is a bool.
    Eq "eq" 1 2 None None 0 {p} "r = a == b; scalars, strings, pointers, nil tests of references";
    Ne "ne" 1 2 None None 0 {p} "r = a != b";
    Lt "lt" 1 2 None None 0 {p} "r = a < b";
    Le "le" 1 2 None None 0 {p} "r = a <= b";
    Gt "gt" 1 2 None None 0 {p} "r = a > b";
    Ge "ge" 1 2 None None 0 {p} "r = a >= b";
    EqIface "eq_iface" 1 2 None None 0 {t r} "r = a == b of interfaces";
    NeIface "ne_iface" 1 2 None None 0 {t r} "r = a != b of interfaces";
    EqValue "eq_value" 1 2 None Type 0 {t r} "r = a == b of structs or arrays of the type";
    NeValue "ne_value" 1 2 None Type 0 {t r} "r = a != b of structs or arrays of the type";
    // Conversions: `repr` is the operand's, `index` the code of the result's `Repr`.
    Convert "convert" 1 1 Number None 0 {p} "r = a converted between integer and float representations (spec/01 §1.10)";
    StrFromInt "str_from_int" 1 1 None None 0 {d} "r = string(a)";
    StrFromBytes "str_from_bytes" 1 1 None None 0 {d} "r = string(a) of a byte slice";
    StrFromRunes "str_from_runes" 1 1 None None 0 {d} "r = string(a) of a rune slice";
    BytesFromStr "bytes_from_str" 1 1 None None 0 {d} "r = []byte(a)";
    RunesFromStr "runes_from_str" 1 1 None None 0 {d} "r = []rune(a)";
    CheckShift "check_shift" 0 1 None Type 0 {t} "abort if the signed count a is negative; the type is for the text";
    CheckConvert "check_convert" 0 1 Number Type 0 {t} "abort if realms forbid the conversion of a: `index` 0: from the type, 1: to the type; 2: load the array of a, which a variable gets";
    // Boxed variables, package variables, pointers.
    NewCell "new_cell" 1 1 None None 0 {} "r = new heap item holding a";
    LoadCell "load_cell" 1 1 None None 0 {r} "r = content of heap item a";
    StoreCell "store_cell" 0 2 None None 0 {} "content of heap item a = b";
    AddrCell "addr_cell" 1 1 None None 0 {p} "r = pointer to the content of heap item a";
    LoadGlobal "load_global" 1 0 None Global 0 {r} "r = content of the variable";
    StoreGlobal "store_global" 0 1 None Global 0 {} "content of the variable = a";
    DefineGlobal "define_global" 0 1 None Global 0 {} "the variable gets a new heap item holding a";
    AddrGlobal "addr_global" 1 0 None Global 0 {r} "r = pointer to the variable";
    FreezeIface "freeze_iface" 1 1 None None 0 {} "r = pointer a to an interface as `&` makes it: it keeps the dynamic type of this moment";
    TypeNumber "type_number" 1 0 None Type 0 {p} "r = number of the type";
    SlotType "slot_type" 1 2 None Type 0 {r} "r = number of the dynamic type of slot b of object a, 0 if it is the type";
    PointedType "pointed_type" 1 2 None Type 0 {r} "slot_type of the object that pointer a points to";
    IndexType "index_type" 1 2 None Type 0 {r} "slot_type of element b of slice a";
    SetSlotType "set_slot_type" 0 2 Number Type 0 {} "the slot that pointer a points to has the dynamic type of number b; for 0 its own (`index` 0) or the type (1)";
    PassType "pass_type" 0 1 Number None 0 {} "argument `index` or result `index` - 16, which is passed next, has the dynamic type of number a";
    TakeType "take_type" 1 0 Number None 0 {} "r = number passed last for argument `index` or result `index` - 16, 0 if none; it is forgotten";
    RetypeIface "retype_iface" 1 2 None None 0 {p} "r = interface a, its dynamic type that of number b unless 0";
    LoadPtr "load_ptr" 1 1 None None 0 {t r} "r = *a; `repr` u8 or i8: also data arrays";
    StorePtr "store_ptr" 0 2 None None 0 {t} "*a = b";
    // Structs.
    LoadField "load_field" 1 1 Number None 0 {r} "r = field `index` of struct a";
    StoreField "store_field" 0 2 Number None 0 {} "field `index` of struct a = b";
    LoadPtrField "load_ptr_field" 1 1 Number None 0 {t r} "r = field `index` of the struct that pointer a points to";
    StorePtrField "store_ptr_field" 0 2 Number None 0 {t} "field `index` of the struct that pointer a points to = b";
    AddrField "addr_field" 1 1 Number None 0 {p} "r = pointer to field `index` of struct a";
    AddrPtrField "addr_ptr_field" 1 1 Number None 0 {t r} "r = pointer to field `index` of the struct that pointer a points to";
    Zero "zero" 1 0 None Type 0 {} "r = new zero struct or array, uncharged";
    CopyValue "copy_value" 1 1 None Type 0 {r} "r = Copy(a) of a struct or array without interface content, uncharged";
    CopyValueDyn "copy_value_dyn" 1 1 None Type 0 {d} "r = Copy(a), charging everything in order";
    CopyIface "copy_iface" 1 1 None None 0 {d} "r = Copy(a) of an interface";
    // Arrays, slices, strings.
    LoadElem "load_elem" 1 2 None None 0 {t r} "r = element b of array a; `repr` is the element's, arrays of u8 are data";
    RangeElem "range_elem" 1 2 None None 0 {t r} "load_elem of a range loop over elements of a reference-like type";
    StoreElem "store_elem" 0 3 None None 0 {t} "element b of array a = c";
    AddrElem "addr_elem" 1 2 None None 0 {t} "r = pointer to element b of array a";
    LoadIndex "load_index" 1 2 None None 0 {t r} "r = element b of slice a; `repr` u8: data or list";
    RangeIndex "range_index" 1 2 None None 0 {t r} "load_index of a range loop over elements of a reference-like type";
    StoreIndex "store_index" 0 3 None None 0 {t} "element b of slice a = c";
    AddrIndex "addr_index" 1 2 None None 0 {t r} "r = pointer to element b of slice a";
    LoadStrByte "load_str_byte" 1 2 None None 0 {t r} "r = byte b of string a";
    Len "len" 1 1 None None 0 {r} "r = len(a); `repr` str, slice or map";
    Cap "cap" 1 1 None None 0 {r} "r = cap(a) of a slice";
    // Bounds: args are a and the present ones of low, high, max; `index` bits 0..3 say which are present.
    SliceStr "slice_str" 1 * Number None 0 {t d} "r = a[low:high] of a string";
    SliceSlice "slice_slice" 1 * Number None 0 {t d} "r = a[low:high:max] of a slice";
    SliceArray "slice_array" 1 * Number None 0 {t d} "r = a[low:high:max] of an array";
    SlicePtr "slice_ptr" 1 * Number None 0 {t d} "r = a[low:high:max] of a pointer to an array";
    NewSlice "new_slice" 1 0 Number None 0 {} "r = new slice of `index` zero elements over a list array, uncharged";
    NewKeyedSlice "new_keyed_slice" 1 * None None 0 {t d} "r = new slice of zero elements up to the largest of the indices; charges its array; abort at an index below 0 or, but for interfaces, given twice";
    CheckUnset "check_unset" 0 2 None None 0 {t r} "abort if element b of slice a of interfaces is not nil: its index was given before";
    InitElem "init_elem" 0 2 Number None 0 {} "element `index` under slice a = b";
    MakeSlice "make_slice" 1 2 Number Type 0 {t d} "r = make(type, a, b); `index` 1: one size was given (b repeats a)";
    NewMap "new_map" 1 0 None Type 0 {} "r = new empty map, uncharged";
    MakeMap "make_map" 1 1 None Type 0 {d} "r = make(type, a)";
    Append "append" 1 2 None Type 0 {d} "r = append(a, b...)";
    CopySlice "copy_slice" 1 2 None Type 0 {d} "r = copy(a, b)";
    DecodeRune "decode_rune" 2 2 None None 0 {p} "rune, width = character of string a at byte position b";
    // Maps.
    LoadMap "load_map" 1 2 None Type 0 {t d} "r = a[b]";
    LoadMapOk "load_map_ok" 2 2 None Type 0 {t d} "r, ok = a[b]";
    StoreMap "store_map" 0 3 None Type 0 {t d} "a[b] = c";
    AddrMap "addr_map" 1 2 None Type 0 {t d} "r = pointer to the slot of a[b], made if new; valid until the next map operation";
    DeleteMap "delete_map" 0 2 None Type 0 {t} "delete(a, b)";
    StartMapIter "start_map_iter" 1 1 None None 0 {r} "r = iterator at the first item of map a";
    NextMapIter "next_map_iter" 4 2 None None 0 {t} "iterator', ok, key, value = advance iterator a over map b";
    // Interfaces.
    MakeIface "make_iface" 1 1 None Type 0 {p} "r = interface holding a of the concrete type";
    AssertIface "assert_iface" 1 1 None Type 0 {t r} "r = a.(type)";
    AssertIfaceOk "assert_iface_ok" 2 1 None Type 0 {d} "r, ok = a.(type)";
    IsIface "is_iface" 1 1 None Type 0 {r} "r = a's dynamic type is, or implements, the type";
    IsTypedNil "is_typed_nil" 1 1 None None 0 {r} "r = interface a holds a nil pointer, slice, map, func or chan";
    UnboxIface "unbox_iface" 1 1 None Type 0 {r} "r = payload of a, known to be of the concrete type";
    // Functions.
    FuncConst "func_const" 1 0 None Func 0 {p} "r = function value of a declared function";
    MakeClosure "make_closure" 1 * None Func 0 {} "r = closure over the heap items";
    LoadCapture "load_capture" 1 0 Number None 0 {r} "r = captured heap item `index`; only in the entry blocks, before any call";
    BindMethod "bind_method" 1 1 None Func 0 {} "r = bound method with receiver a";
    BindIface "bind_iface" 1 1 None Str 0 {t d} "r = method value of interface a";
    SelectIface "select_iface" 2 1 None Str 0 {t d} "function, receiver = method of interface a";
    CheckFunc "check_func" 0 1 None None 0 {t} "abort if function value a is nil";
    EnterVariadic "enter_variadic" 0 1 None Type 0 {d} "prologue of a variadic function: if the caller packed slice a, replace its elements by charged copies, then charge SL, A(k)";
    // Calls; `index` bits: 1: the last argument is a slice packed by the caller; 2: the callee is a method; 4: called with `cross`; 8: with `cur`; 16: by `revive`.
    Call "call" * * Number Func 0 {t c} "results = function(args)";
    CallValue "call_value" * * Number None 0 {t c} "results = a(args)";
    CallSelected "call_selected" * * Number None 0 {t c} "results = function a of select_iface(receiver b, args)";
    CallNative "call_native" * * None Func 0 {t d} "results = native of the function (args); the function is the one that contains this";
    NativeResolved "native_resolved" 1 0 None Func 0 {r} "r = the native of the function is resolved";
    Defer "defer" 0 * Number Func 0 {} "register a deferred call";
    DeferValue "defer_value" 0 * Number None 0 {} "register a deferred call of function value a";
    DeferSelected "defer_selected" 0 * Number None 0 {} "register a deferred call of function a of select_iface";
    CheckRevive "check_revive" 0 0 None None 0 {t} "raise a panic if revive is not enabled";
    Revived "revived" 1 0 None None 0 {} "r = value of the panic that the call before was left by at a boundary, nil if it returned";
    MarkCross "mark_cross" 0 0 None None 0 {} "the call that is deferred next is called with `cross`";
    HasDefers "has_defers" 1 0 None None 0 {} "r = the frame has pending defers";
    Recover "recover" 1 0 None None 0 {c} "r = recover()";
    Stringify "stringify" 1 1 None None 0 {t c} "r = interface a, or the string its String or Error method gives";
    Print "print" 0 * Number None 0 {d} "print the interfaces; `index` bit 0: println; bit 1: the one operand is a slice of them (`print(xs...)`)";
    BoxElements "box_elements" 1 1 None None 0 {t} "r = new slice of interfaces: the elements of the slice that interface a holds, uncharged";
    IsAddress "is_address" 1 1 None None 0 {t r} "r = string a is an address (spec/01 §6.3)";
    ChargeAlloc "charge_alloc" 0 0 Number None 0 {d} "Allocate(index), for sizes beyond a static event";
    LoadPackage "load_package" 0 0 Number None 0 {d} "import package `index`";
    UsePackage "use_package" 0 0 Number None 0 {t d} "load package `index`, which a selector names, if it is not loaded";
    // Terminators.
    Jump "jump" 0 0 None None 1 {x} "go to the target";
    Branch "branch" 0 1 None None 2 {x} "a ? first target : second target";
    BranchEq "branch_eq" 0 2 None None 2 {x} "a == b ? first : second; `repr` is the operands'";
    BranchNe "branch_ne" 0 2 None None 2 {x} "a != b ? first : second";
    BranchLt "branch_lt" 0 2 None None 2 {x} "a < b ? first : second";
    BranchLe "branch_le" 0 2 None None 2 {x} "a <= b ? first : second";
    BranchGt "branch_gt" 0 2 None None 2 {x} "a > b ? first : second";
    BranchGe "branch_ge" 0 2 None None 2 {x} "a >= b ? first : second";
    Return "return" 0 * None None 0 {x} "return the values";
    RunDefers "run_defers" 0 0 None None 0 {x} "run pending defers, then continue at the function's recovery block";
    Panic "panic" 0 1 None None 0 {x} "panic(a), an interface, out of the frame of the native `panic`: this function's frame, if it is the thunk of a deferred one";
    Abort "abort" 0 0 None Str 0 {x} "end the machine with the fatal text";
    Raise "raise" 0 0 None Str 0 {x} "raise a recoverable panic with the text";
    Halt "halt" 0 0 None None 0 {x} "end the top-level run";
}

impl Op {
    /// The operation with this text name.
    pub fn from_name(name: &str) -> Option<Op> {
        Op::ALL.iter().copied().find(|op| op.info().name == name)
    }

    /// Computes a number of its representation from numbers of the same one, shift counts excepted.
    pub const fn is_arithmetic(self) -> bool {
        matches!(
            self,
            Op::Add
                | Op::Sub
                | Op::Mul
                | Op::Div
                | Op::Rem
                | Op::And
                | Op::Or
                | Op::Xor
                | Op::AndNot
                | Op::Shl
                | Op::Shr
                | Op::Neg
                | Op::Complement
        )
    }

    /// Compares two values of its representation and gives a bool.
    pub const fn is_comparison(self) -> bool {
        matches!(self, Op::Eq | Op::Ne | Op::Lt | Op::Le | Op::Gt | Op::Ge)
    }

    /// Removable when none of its results is used: no effect, no trap, no charge.
    pub const fn removable(self) -> bool {
        let info = self.info();
        (info.pure_ || info.reads) && !info.traps && !info.charges && !info.calls
    }
}
