//! The operation table and the instruction encoding.
//!
//! # Encoding
//!
//! Code is a sequence of 64-bit words. An instruction is one word, or two where its operation has an extension word:
//!
//! ```text
//! bits   0..16   16..32   32..48   48..64      next word
//!        op      a        b        c           extension
//! ```
//!
//! `a`, `b`, `c` are registers of the frame, 16-bit immediates, or branch offsets, as the operation's [`Format`] says.
//! A *long* offset is 32 bits wide and takes `b` (low) and `c` (high). Offsets count words from the word after the
//! instruction. Every branch target, the word after every branch, after every call, and every function entry is a
//! [`Op::Segment`] word: the instruction that transfers control charges it (`docs/metering.md`), so reaching a segment
//! costs no dispatch unless code falls into it.
//!
//! # Names
//!
//! `{verb}{representation}{variant}`: `AddI64`, `AddI64Imm`, `JumpLtU64`. 64-bit integer operations serve all widths:
//! narrow results are re-normalised by `Sext*`/`Zext*`, except where a fused 32-bit form exists. Destination first.
//!
//! # Adding an operation
//!
//! One line in [`for_each_op`], one handler in the runtime. Encoder, decoder, disassembler and the operand checks of the
//! verifier are expansions of the table.

/// Role of an operand field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operand {
    /// Unused, zero.
    None,
    /// Register written.
    Dst,
    /// Register read.
    Src,
    /// Register read, then written.
    Mut,
    /// Signed 16-bit immediate.
    Imm,
    /// Unsigned 16-bit immediate (field index, count, flags).
    Num,
    /// First register of the outgoing window of a call: arguments from it on, results from it on.
    Base,
    /// 16-bit branch offset.
    Off,
    /// Part of a 32-bit branch offset or of another 32-bit field.
    Long,
}

/// What the extension word holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ext {
    /// No extension word.
    None,
    /// 64 immediate bits.
    Bits,
    /// A `TypeRef` in bits 0..32.
    Type,
    /// A `TypeRef` in bits 0..32, a destination register in bits 32..48.
    TypeDst,
    /// A `FuncRef` in bits 0..32.
    Func,
    /// A `StrRef` in bits 0..32.
    Str,
    /// A `GlobalRef` in bits 0..32.
    Global,
    /// Slice bounds: three registers (low, high, max) and in bits 48..51 which are present.
    Bounds,
    /// Two destination registers in bits 0..16 and 16..32.
    DstDst,
    /// A source register in bits 0..16.
    Src,
}

/// How an operation uses its fields.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Format {
    /// Field `a`.
    pub a: Operand,
    /// Field `b`.
    pub b: Operand,
    /// Field `c`.
    pub c: Operand,
    /// The extension word.
    pub ext: Ext,
}

/// Properties that the compiler and the verifier ask for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Properties {
    /// It can raise a recoverable panic or abort.
    pub traps: bool,
    /// It charges gas or bytes that depend on data, inside its segment.
    pub charges: bool,
    /// It can run guest code; a segment starts after it.
    pub calls: bool,
    /// Control never falls through to the next word.
    pub terminates: bool,
    /// It can transfer control to its offset.
    pub branches: bool,
}

/// Calls the macro `$m` with one row per operation:
/// `Name [a b c ext] {properties} "description";`
///
/// Properties: `t` traps, `d` data-dependent charge, `c` calls, `x` terminates, `j` branches.
#[macro_export]
macro_rules! for_each_op {
    ($m:path) => {
        $m! {
            // Metering.
            Segment        [Num Long Long None] {} "start of a metering segment: static bytes (a), gas or segment index (b,c)";

            // Moves and constants.
            Move           [Dst Src None None] {} "a = b";
            LoadImm        [Dst Imm None None] {} "a = sign-extended b";
            LoadBits       [Dst None None Bits] {} "a = ext";
            LoadStr        [Dst None None Str] {} "a = string constant";

            // Integers, 64 bits wide.
            AddI64         [Dst Src Src None] {} "a = b + c";
            AddI64Imm      [Dst Src Imm None] {} "a = b + imm";
            SubI64         [Dst Src Src None] {} "a = b - c";
            MulI64         [Dst Src Src None] {} "a = b * c";
            MulI64Imm      [Dst Src Imm None] {} "a = b * imm";
            DivI64         [Dst Src Src None] {t} "a = b / c, signed, truncating; wraps on overflow";
            RemI64         [Dst Src Src None] {t} "a = b % c, signed";
            DivU64         [Dst Src Src None] {t} "a = b / c, unsigned";
            RemU64         [Dst Src Src None] {t} "a = b % c, unsigned";
            DivI64Imm      [Dst Src Imm None] {} "a = b / imm, signed; imm is not 0";
            RemI64Imm      [Dst Src Imm None] {} "a = b % imm, signed; imm is not 0";
            And64          [Dst Src Src None] {} "a = b & c";
            And64Imm       [Dst Src Imm None] {} "a = b & imm";
            Or64           [Dst Src Src None] {} "a = b | c";
            Or64Imm        [Dst Src Imm None] {} "a = b | imm";
            Xor64          [Dst Src Src None] {} "a = b ^ c";
            Xor64Imm       [Dst Src Imm None] {} "a = b ^ imm";
            AndNot64       [Dst Src Src None] {} "a = b &^ c";
            Shl64          [Dst Src Src None] {} "a = b << c; 0 for counts of 64 and more";
            Shl64Imm       [Dst Src Num None] {} "a = b << imm, imm < 64";
            ShrI64         [Dst Src Src None] {} "a = b >> c, arithmetic; saturating count";
            ShrI64Imm      [Dst Src Num None] {} "a = b >> imm, arithmetic, imm < 64";
            ShrU64         [Dst Src Src None] {} "a = b >> c, logical; 0 for counts of 64 and more";
            ShrU64Imm      [Dst Src Num None] {} "a = b >> imm, logical, imm < 64";
            NegI64         [Dst Src None None] {} "a = -b";
            Not64          [Dst Src None None] {} "a = ^b";
            NotBool        [Dst Src None None] {} "a = !b";

            // Integers, 32 bits wide, normalised.
            AddI32         [Dst Src Src None] {} "a = int32(b + c)";
            SubI32         [Dst Src Src None] {} "a = int32(b - c)";
            MulI32         [Dst Src Src None] {} "a = int32(b * c)";
            AddU32         [Dst Src Src None] {} "a = uint32(b + c)";
            SubU32         [Dst Src Src None] {} "a = uint32(b - c)";
            MulU32         [Dst Src Src None] {} "a = uint32(b * c)";
            ShlU32         [Dst Src Src None] {} "a = uint32(b << c)";
            ShlU32Imm      [Dst Src Num None] {} "a = uint32(b << imm), imm < 64";
            RotlU32Imm     [Dst Src Num None] {} "a = rotate left of the 32-bit b by imm, 0 < imm < 32";
            NotU32         [Dst Src None None] {} "a = uint32(^b)";

            // Normalisation.
            Sext8          [Dst Src None None] {} "a = int8(b)";
            Sext16         [Dst Src None None] {} "a = int16(b)";
            Sext32         [Dst Src None None] {} "a = int32(b)";
            Zext8          [Dst Src None None] {} "a = uint8(b)";
            Zext16         [Dst Src None None] {} "a = uint16(b)";
            Zext32         [Dst Src None None] {} "a = uint32(b)";

            // Words of narrow numbers: all eight bytes that the reference keeps (spec/04 Q20).
            Merge8         [Dst Src Src None] {} "a = the low 8 bits of b under the others of c";
            Merge16        [Dst Src Src None] {} "a = the low 16 bits of b under the others of c";
            Merge32        [Dst Src Src None] {} "a = the low 32 bits of b under the others of c";
            WordOf         [Dst Src Num None] {} "a = the word that the reference has for b, whose representation has code c: a scalar itself, of an interface that of its content, READ_ONLY of a read-only reference, else 0";

            // Floats.
            AddF64         [Dst Src Src None] {} "a = b + c";
            SubF64         [Dst Src Src None] {} "a = b - c";
            MulF64         [Dst Src Src None] {} "a = b * c";
            DivF64         [Dst Src Src None] {} "a = b / c";
            NegF64         [Dst Src None None] {} "a = -b";
            AddF32         [Dst Src Src None] {} "a = b + c";
            SubF32         [Dst Src Src None] {} "a = b - c";
            MulF32         [Dst Src Src None] {} "a = b * c";
            DivF32         [Dst Src Src None] {} "a = b / c";
            NegF32         [Dst Src None None] {} "a = -b";

            // Numeric conversions (spec/01 §1.10); narrow integers are normalised by a following operation.
            ConvI64F64     [Dst Src None None] {} "a = float64 of signed b";
            ConvU64F64     [Dst Src None None] {} "a = float64 of unsigned b";
            ConvI64F32     [Dst Src None None] {} "a = float32 of signed b";
            ConvU64F32     [Dst Src None None] {} "a = float32 of unsigned b";
            ConvF64I64     [Dst Src None None] {} "a = int64 of float64 b";
            ConvF64U64     [Dst Src None None] {} "a = uint64 of float64 b";
            ConvF64F32     [Dst Src None None] {} "a = float32 of float64 b";
            ConvF32F64     [Dst Src None None] {} "a = float64 of float32 b";

            // Comparisons giving a bool.
            EqI64          [Dst Src Src None] {} "a = b == c, bitwise";
            EqI64Imm       [Dst Src Imm None] {} "a = b == imm";
            NeI64          [Dst Src Src None] {} "a = b != c, bitwise";
            NeI64Imm       [Dst Src Imm None] {} "a = b != imm";
            LtI64          [Dst Src Src None] {} "a = b < c, signed";
            LtI64Imm       [Dst Src Imm None] {} "a = b < imm, signed";
            LeI64          [Dst Src Src None] {} "a = b <= c, signed";
            LeI64Imm       [Dst Src Imm None] {} "a = b <= imm, signed";
            GtI64Imm       [Dst Src Imm None] {} "a = b > imm, signed";
            GeI64Imm       [Dst Src Imm None] {} "a = b >= imm, signed";
            LtU64          [Dst Src Src None] {} "a = b < c, unsigned";
            LeU64          [Dst Src Src None] {} "a = b <= c, unsigned";
            EqF64          [Dst Src Src None] {} "a = b == c";
            NeF64          [Dst Src Src None] {} "a = b != c";
            LtF64          [Dst Src Src None] {} "a = b < c";
            LeF64          [Dst Src Src None] {} "a = b <= c";
            EqF32          [Dst Src Src None] {} "a = b == c";
            NeF32          [Dst Src Src None] {} "a = b != c";
            LtF32          [Dst Src Src None] {} "a = b < c";
            LeF32          [Dst Src Src None] {} "a = b <= c";
            EqStr          [Dst Src Src None] {} "a = b == c";
            NeStr          [Dst Src Src None] {} "a = b != c";
            LtStr          [Dst Src Src None] {} "a = b < c, bytewise";
            LeStr          [Dst Src Src None] {} "a = b <= c, bytewise";
            EqIface        [Dst Src Src None] {t} "a = b == c, dynamic types and values";
            NeIface        [Dst Src Src None] {t} "a = b != c";
            EqValue        [Dst Src Src Type] {t} "a = b == c for structs and arrays of the type, elementwise";
            NeValue        [Dst Src Src Type] {t} "a = b != c for structs and arrays of the type";
            EqPtr          [Dst Src Src None] {} "a = b == c for pointers, taint ignored";
            NePtr          [Dst Src Src None] {} "a = b != c for pointers, taint ignored";

            // Branches. All but Jump fall through when the condition does not hold.
            Jump           [None Long Long None] {x j} "go to the offset";
            JumpIf         [Src Long Long None] {j} "if a";
            JumpIfNot      [Src Long Long None] {j} "if !a";
            JumpEqI64      [Src Src Off None] {j} "if a == b";
            JumpNeI64      [Src Src Off None] {j} "if a != b";
            JumpLtI64      [Src Src Off None] {j} "if a < b, signed";
            JumpLeI64      [Src Src Off None] {j} "if a <= b, signed";
            JumpLtU64      [Src Src Off None] {j} "if a < b, unsigned";
            JumpLeU64      [Src Src Off None] {j} "if a <= b, unsigned";
            JumpEqI64Imm   [Src Imm Off None] {j} "if a == imm";
            JumpNeI64Imm   [Src Imm Off None] {j} "if a != imm";
            JumpLtI64Imm   [Src Imm Off None] {j} "if a < imm, signed";
            JumpLeI64Imm   [Src Imm Off None] {j} "if a <= imm, signed";
            JumpGtI64Imm   [Src Imm Off None] {j} "if a > imm, signed";
            JumpGeI64Imm   [Src Imm Off None] {j} "if a >= imm, signed";
            JumpEqF64      [Src Src Off None] {j} "if a == b";
            JumpNeF64      [Src Src Off None] {j} "if a != b";
            JumpLtF64      [Src Src Off None] {j} "if a < b";
            JumpLeF64      [Src Src Off None] {j} "if a <= b";
            JumpNotLtF64   [Src Src Off None] {j} "if !(a < b)";
            JumpNotLeF64   [Src Src Off None] {j} "if !(a <= b)";

            // Heap items (boxed variables), package-level variables, pointers.
            NewCell        [Dst Src Num None] {} "a = new heap item holding b, whose representation has code c, uncharged";
            LoadCell       [Dst Src None None] {} "a = content of heap item b";
            StoreCell      [Src Src None None] {} "content of heap item a = b";
            LoadGlobal     [Dst None None Global] {} "a = content of the variable";
            StoreGlobal    [Src None None Global] {} "content of the variable = a";
            DefineGlobal   [Src None None Global] {} "the variable gets a new heap item holding a";
            AddrGlobal     [Dst None None Global] {} "a = pointer to the variable";
            LoadPtr        [Dst Src None None] {t} "a = *b";
            StorePtr       [Src Src None None] {t} "*a = b";
            LoadPtrByte    [Dst Src None None] {t} "a = *b for a pointee of representation u8 or i8-sized byte arrays";
            StorePtrByte   [Src Src None None] {t} "*a = b, as LoadPtrByte";

            FreezeIface    [Dst Src None None] {} "a = pointer b to an interface slot as `&` makes it: reading through it gives the dynamic type of this moment";
            LoadPtrIface   [Dst Src None None] {t} "a = *b for a pointee of representation iface";
            StorePtrIface  [Src Src None None] {t} "*a = b, as LoadPtrIface";

            // Dynamic types of variables, fields and elements; a number is that of a type, or 0 for the type of the place.
            TypeNumber     [Dst None None Type] {} "a = number of the type";
            SlotType       [Dst Src Src Type] {} "a = number of the dynamic type of slot c of object b, 0 if it is the type";
            PointedType    [Dst Src Src Type] {} "a = as SlotType, of the object that pointer b points to";
            IndexType      [Dst Src Src Type] {} "a = as SlotType, of element c of slice b";
            SetSlotType    [Src Src Num Type] {} "the slot that pointer a points to has the dynamic type of number b; for 0 its own (c = 0) or the type (c = 1)";
            PassType       [Src Num None None] {} "argument b or result b - 16, which is passed next, has the dynamic type of number a";
            TakeType       [Dst Num None None] {} "a = number passed last for argument b or result b - 16, 0 if none; it is forgotten";
            RetypeIface    [Dst Src Src None] {} "a = interface b, its dynamic type that of number c unless 0";

            // Structs.
            LoadField      [Dst Src Num None] {} "a = field c of struct b";
            StoreField     [Src Num Src None] {} "field b of struct a = c";
            LoadPtrField   [Dst Src Num None] {t} "a = field c of the struct that pointer b points to";
            StorePtrField  [Src Num Src None] {t} "field b of the struct that pointer a points to = c";
            AddrField      [Dst Src Num None] {} "a = pointer to field c of struct b";
            AddrPtrField   [Dst Src Num None] {t} "a = pointer to field c of the struct that pointer b points to";
            Zero           [Dst None None Type] {} "a = new zero struct or array, uncharged";
            CopyValue      [Dst Src None Type] {} "a = Copy(b) of a struct or array without interface content, uncharged";
            CopyValueDyn   [Dst Src None Type] {d} "a = Copy(b), charging everything in order";
            CopyIface      [Dst Src None None] {d} "a = Copy(b) of an interface value: structs and arrays in it are copied and charged";

            // Arrays, slices, strings.
            LoadElem       [Dst Src Src None] {t} "a = element c of array b (8-byte elements)";
            RangeElem      [Dst Src Src None] {t} "LoadElem of a range loop: a read-only array does not make the element read-only";
            StoreElem      [Src Src Src None] {t} "element b of array a = c";
            LoadElemByte   [Dst Src Src None] {t} "a = element c of byte array b";
            StoreElemByte  [Src Src Src None] {t} "element b of byte array a = c";
            AddrElem       [Dst Src Src None] {t} "a = pointer to element c of array b";
            LoadIndex      [Dst Src Src None] {t} "a = element c of slice b (8-byte elements)";
            RangeIndex     [Dst Src Src None] {t} "LoadIndex of a range loop: a read-only slice does not make the element read-only";
            StoreIndex     [Src Src Src None] {t} "element b of slice a = c";
            LoadIndexByte  [Dst Src Src None] {t} "a = element c of slice b of element kind uint8, data or list";
            LoadIndexWord  [Dst Src Src None] {t} "a = word of element c of such a slice b";
            StoreIndexByte [Src Src Src None] {t} "element b of such a slice a = c";
            AddrIndex      [Dst Src Src None] {t} "a = pointer to element c of slice b";
            LoadStrByte    [Dst Src Src None] {t} "a = byte c of string b";
            LenStr         [Dst Src None None] {} "a = len(b)";
            LenSlice       [Dst Src None None] {} "a = len(b)";
            CapSlice       [Dst Src None None] {} "a = cap(b)";
            LenMap         [Dst Src None None] {} "a = len(b)";
            ConcatStr      [Dst Src Src None] {d} "a = b + c; charges a string";
            SliceStr       [Dst Src None Bounds] {t d} "a = b[low:high]; charges a string";
            SliceSlice     [Dst Src None Bounds] {t d} "a = b[low:high:max]; charges a slice header unless b is nil";
            SliceArray     [Dst Src None Bounds] {t d} "a = b[low:high:max] of an array object; charges TY, SL";
            SlicePtr       [Dst Src None Bounds] {t d} "a = b[low:high:max] of a pointer to an array; charges TY, SL";
            NewSlice       [Dst None Num Bits] {} "a = new slice over a new list array of ext zero elements of the representation with code c, uncharged";
            NewKeyedSlice  [Dst Base Num Bits] {t d} "a = new slice over a new list array of zero elements of the representation with code ext, up to the largest of the c indices in registers from b on; charges the array";
            CheckUnset     [Src Src None None] {t} "abort if element b of slice a of interfaces is not nil: its index was given before";
            InitElem       [Src Src None Bits] {} "element ext of the array under slice a = b";
            MakeSlice      [Dst Src Src Type] {t d} "a = make(type, b, c); charges spec/03 §4.5; ext bit 32: one size only";
            NewMap         [Dst None None Type] {} "a = new empty map, uncharged";
            MakeMap        [Dst Src None Type] {d} "a = make(type, b); charges MP + 120 b";
            Append         [Dst Src Src Type] {d} "a = append(b, c...), types as the slice type; charges spec/03 §4.5";
            CopySlice      [Dst Src Src Type] {d} "a = copy(b, c); charges element copies";
            BytesFromStr   [Dst Src None None] {d} "a = []byte(b), data-backed; charges SL, D(len)";
            RunesFromStr   [Dst Src None None] {d} "a = []rune(b); charges SL, A(count)";
            StrFromBytes   [Dst Src None None] {d} "a = string(b) of a byte slice; charges a string";
            StrFromRunes   [Dst Src None None] {d} "a = string(b) of a rune slice; charges a string";
            StrFromInt     [Dst Src None None] {d} "a = string(b) of an integer; charges a string";
            DecodeRune     [Dst Dst Src Src] {} "a = rune, b = width of the character of string c at byte position ext";

            // Maps.
            LoadMap        [Dst Src Src Type] {t d} "a = b[c]; a missing key gives a charged zero value";
            LoadMapOk      [Dst Src Src TypeDst] {t d} "a, ext register = b[c]";
            StoreMap       [Src Src Src Type] {t d} "a[b] = c: copies and charges key, item, value in order";
            AddrMap        [Dst Src Src Type] {t d} "a = pointer to the slot of b[c], made if new; valid until the next map operation";
            KeepKey        [Src Src Src Type] {} "c becomes the word of key b in map a, which has it";
            DeleteMap      [Src Src None Type] {t} "delete(a, b)";
            StartMapIter   [Dst Src None None] {} "a = iterator at the first item of map b";
            NextMapIter    [Mut Src Dst DstDst] {} "c = whether iterator a of map b has an item; then ext registers = key, value";

            // Interfaces.
            MakeIface      [Dst Src None Type] {} "a = interface holding b of the type";
            AssertIface    [Dst Src None Type] {t} "a = b.(type)";
            AssertIfaceOk  [Dst Src Dst Type] {d} "a, c = b.(type); a failing concrete type gives a charged zero value";
            IsIface        [Dst Src None Type] {} "a = whether b's dynamic type is, or implements, the type";
            IsTypedNil     [Dst Src None None] {} "a = whether interface b holds a nil pointer, slice, map, func or chan";
            UnboxIface     [Dst Src None Type] {} "a = payload of b, whose dynamic type is the concrete type";

            // Functions.
            LoadFunc       [Dst None None Func] {} "a = function value of a declared function";
            MakeClosure    [Dst Base Num Func] {} "a = closure over the c heap items in registers from b on, uncharged";
            LoadCapture    [Dst Num None None] {} "a = captured heap item b; only before the first call of the function";
            BindMethod     [Dst Src None Func] {} "a = bound method with receiver b, uncharged";
            BindIface      [Dst Src None Str] {t d} "a = method value of interface b; charges FN, receiver copy, BM";
            SelectIface    [Dst Dst Src Str] {t d} "a, b = function and receiver of the method of interface c; charges FN, receiver copy, BM";
            CheckFunc      [Src None None None] {t} "abort if function value a is nil";
            Call           [Base Num None Func] {t c} "call; b = 1: the last argument is a packed variadic slice";
            CallValue      [Base Num Src None] {t c} "call function value c; b as Call";
            CallSelected   [Base Num Src None] {t c} "call function c of SelectIface; b as Call";
            EnterVariadic  [Src None None Type] {d} "prologue: if the call packed its arguments into slice a, replace each element by its charged copy, then charge SL, A(k)";
            CallNative     [Base Num Num Func] {t d} "run the native of this function, which is FuncRef: b arguments from a on, replaced by c results";
            NativeResolved [Dst None None Func] {} "a = whether the native is resolved: not so after its package came from the store, until its first direct call";
            Return0        [None None None None] {x c} "return without results";
            Return1        [Src None None None] {x c} "return a";
            ReturnN        [Base Num None None] {x c} "return the b registers from a on";
            Defer          [Base Num None Func] {} "register a deferred call with b arguments from a on";
            DeferValue     [Base Num Src None] {} "register a deferred call of function value c";
            DeferSelected  [Base Num Src None] {} "register a deferred call of function c of SelectIface";
            CheckRevive    [None None None None] {t} "raise a panic if revive is not enabled";
            Revived        [Dst None None None] {} "a = value of the panic that the call before was left by at a boundary, nil if it returned";
            MarkCross      [None None None None] {} "the call that is deferred next is called with `cross`";
            HasDefers      [Dst None None None] {} "a = whether the frame has pending defers";
            RunDefers      [None None None None] {x c} "run the pending defers, then continue at the recovery point";
            Panic          [Src None None None] {t x c} "panic(a)";
            Recover        [Dst None None None] {c} "a = recover()";
            Stringify      [Mut None None None] {t c} "if interface a has a String or Error method, call it; a = the result in an interface";
            Print          [Base Num Num None] {d} "print b interfaces from a on; bit 0 of c: println, bit 1: a is a slice of interfaces, whose elements are printed, b = 1; charges length/10";
            BoxElements    [Dst Src None None] {t} "a = new slice of interfaces: the elements of the slice that interface b holds, none for nil, uncharged";
            CheckConvert   [Src Num None Type] {t} "abort if realms forbid the conversion of a: b = 0: from the type, b = 1: to the type (spec/05 §5.5); b = 2: load the array of a, which a variable gets (spec/04 §2.4)";
            CheckShift     [Src None None Type] {t} "abort if shift count a of the signed type is negative";
            Abort          [None None None Str] {t x} "end the machine with the fatal text";
            Raise          [None None None Str] {t x c} "raise a recoverable panic with the text";
            IsAddress      [Dst Src None None] {t} "a = whether string b is a bech32 address with prefix g; aborts where its payload is not 20 bytes";
            ChargeAlloc    [None None None Bits] {d} "Allocate(ext), for sizes beyond a static event";
            LoadPackage    [None None None Bits] {t d} "import PackageRef ext: in tests, charges the objects that loading it from the store loads";
            UsePackage     [None None None Bits] {t d} "load PackageRef ext, which a selector names, if it is not loaded";
            Halt           [None None None None] {x} "end the top-level run";

            // Only in the runtime's own code, never in artifacts.
            DeferReturned  [None None None None] {x c} "a deferred call has returned";
            StringReturned [None None None None] {x c} "a String or Error method called by Stringify has returned";
            RunReturned    [None None None None] {x c} "the bottom frame of a top-level run has returned";
            SwitchReturned [None None None None] {x c} "a call that switched the realm has returned";
        }
    };
}

macro_rules! operand_ext {
    (Src) => {
        Ext::Src
    };
    ($name:ident) => {
        Ext::$name
    };
}

macro_rules! has {
    ($want:ident; ) => { false };
    (t; t $($rest:ident)*) => { true };
    (d; d $($rest:ident)*) => { true };
    (c; c $($rest:ident)*) => { true };
    (x; x $($rest:ident)*) => { true };
    (j; j $($rest:ident)*) => { true };
    ($want:ident; $other:ident $($rest:ident)*) => { has!($want; $($rest)*) };
}

macro_rules! define_ops {
    ($( $name:ident [$a:ident $b:ident $c:ident $ext:ident] {$($prop:ident)*} $doc:literal; )*) => {
        /// An operation. See the module documentation for encoding and naming.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        #[repr(u16)]
        pub enum Op { $( #[doc = $doc] $name, )* }

        impl Op {
            /// All operations in code order.
            pub const ALL: &'static [Op] = &[ $(Op::$name,)* ];

            /// Name.
            pub const fn name(self) -> &'static str { match self { $(Op::$name => stringify!($name),)* } }

            /// One-line description.
            pub const fn description(self) -> &'static str { match self { $(Op::$name => $doc,)* } }

            /// Use of the operand fields.
            pub const fn format(self) -> Format {
                match self {
                    $(Op::$name => Format {
                        a: Operand::$a, b: Operand::$b, c: Operand::$c, ext: operand_ext!($ext),
                    },)*
                }
            }

            /// Properties.
            pub const fn properties(self) -> Properties {
                match self {
                    $(Op::$name => Properties {
                        traps: has!(t; $($prop)*),
                        charges: has!(d; $($prop)*),
                        calls: has!(c; $($prop)*),
                        terminates: has!(x; $($prop)*),
                        branches: has!(j; $($prop)*),
                    },)*
                }
            }
        }
    };
}

for_each_op!(define_ops);

impl Op {
    /// Number of operations.
    pub const COUNT: usize = Self::ALL.len();

    /// The operation with this code.
    pub fn from_code(code: u16) -> Option<Op> {
        Self::ALL.get(usize::from(code)).copied()
    }

    /// Words of the instruction: 1, or 2 with an extension word.
    pub const fn words(self) -> usize {
        match self.format().ext {
            Ext::None => 1,
            _ => 2,
        }
    }
}

/// What `CheckConvert` asks, in field `b`.
pub mod convert {
    /// Whether realms forbid the conversion from the type (spec/05 §5.5).
    pub const FROM: u16 = 0;
    /// Whether realms forbid the conversion to the type.
    pub const TO: u16 = 1;
    /// Nothing: it loads the array of a slice that a variable gets (spec/04 §2.4).
    pub const ASSIGNED: u16 = 2;
}

/// Flag of `NewSlice`, with the number of elements.
pub mod new_slice {
    /// The slice holds the variadic arguments of a call: it has the type `...T`.
    pub const VARIADIC: u64 = 1 << 63;
}

/// Flags of calls, in field `b`.
pub mod call {
    /// The last argument is a packed variadic slice.
    pub const PACKED: u16 = 1;
    /// The callee is a method whose receiver refers to an object ([`Repr::is_owned`](crate::types::Repr::is_owned)).
    pub const METHOD: u16 = 2;
    /// Called with `cross`: the machine gives the realm parameter.
    pub const CROSS: u16 = 4;
    /// Called with the caller's `cur`.
    pub const CUR: u16 = 8;
    /// The call of a function literal by `revive`.
    pub const REVIVE: u16 = 16;
    /// The call of an `init` function: nothing of the reference is below it on the stack.
    pub const BOTTOM: u16 = 32;
    /// All flags.
    pub const ALL: u16 = 63;
    /// Flags of calls that the guarded machine makes itself whatever their receiver is.
    pub const SWITCHES: u16 = CROSS | CUR | REVIVE | BOTTOM;
}

/// Packs the first word of an instruction.
pub const fn encode(op: Op, a: u16, b: u16, c: u16) -> u64 {
    op as u64 | (a as u64) << 16 | (b as u64) << 32 | (c as u64) << 48
}

/// Packs an instruction with a 32-bit field in `b` and `c`.
pub const fn encode_long(op: Op, a: u16, long: u32) -> u64 {
    op as u64 | (a as u64) << 16 | (long as u64) << 32
}

/// Operation code of a word.
#[inline(always)]
pub const fn code_of(word: u64) -> u16 {
    word as u16
}

/// Field `a` of a word.
#[inline(always)]
pub const fn field_a(word: u64) -> u16 {
    (word >> 16) as u16
}

/// Field `b` of a word.
#[inline(always)]
pub const fn field_b(word: u64) -> u16 {
    (word >> 32) as u16
}

/// Field `c` of a word.
#[inline(always)]
pub const fn field_c(word: u64) -> u16 {
    (word >> 48) as u16
}

/// The 32-bit field in `b` and `c` of a word.
#[inline(always)]
pub const fn field_long(word: u64) -> u32 {
    (word >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_survive_encoding() {
        let word = encode(Op::AddI64, 1, 2, 0xffff);
        assert_eq!(code_of(word), Op::AddI64 as u16);
        assert_eq!((field_a(word), field_b(word), field_c(word)), (1, 2, 0xffff));
        assert_eq!(field_long(encode_long(Op::Jump, 0, 0xfffe_0001)), 0xfffe_0001);
    }

    #[test]
    fn properties_come_from_the_table() {
        assert!(Op::DivI64.properties().traps);
        assert!(Op::Return1.properties().terminates && Op::Return1.properties().calls);
        assert!(!Op::JumpIf.properties().terminates && Op::JumpIf.properties().branches);
        assert_eq!(Op::LoadMapOk.words(), 2);
        assert!(Op::ALL.iter().enumerate().all(|(i, &op)| op as usize == i));
    }
}
