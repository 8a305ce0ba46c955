//! Findings of the checker, which decides what runs (spec/01 §3.4).

use super::arg::{Construct, Count, Expr, List, Name, Operator, Path, Position, Type, TypeKind, Value, Words};
use super::table::findings;

findings! {
    /// What is wrong with a package in the eyes of the checker.
    pub enum VmError;

    "V001" "Nothing of this name is declared where it is used. Check the spelling, declare it, or import the package." {
        NotDeclared { name: Name } "name {name} not declared"
        NotDefined { name: Name } "name not defined: {name}"
        NotInFiles { name: Name, files: List } "name {name} not defined in fileset with files [{files}]"
    }

    "V002" "The name is declared twice in the same block, or the method twice for the same type." {
        RedeclaredInBlock { name: Name, previous: Position }
            "{name} redeclared in this block\n\tprevious declaration at {previous}"
        RedeclaredInPackage { package: Path, names: List }
            "running package \"{package}\": redeclarations for identifiers: {names}"
        MethodRedeclared { receiver: Type, name: Name } "redeclaration of method {receiver}.{name}"
        RetypedName { name: Name, was: Type, new: Type }
            "StaticBlock.Define2({name}) cannot change .T; was {was}, new {new}"
        RedefinedConstant { name: Name } "StaticBlock.Define2({name}) cannot change const status"
        RedefinedName { name: Name } "StaticBlock.Define2({name}) cannot change .V"
    }

    "V003" "Two fields, parameters or methods of a list have the same name." {
        DuplicateField { name: Name } "duplicate name found in field list: {name}"
    }

    "V004" "The names of built-in types and functions are reserved in Gno: nothing can be declared with them." {
        ShadowsBuiltin { name: Name } "builtin identifiers cannot be shadowed: {name}"
        ShadowedLater "expected block value path type; check this is not shadowing a builtin type"
        CrossReserved "_cross_gno0p0 is reserved"
    }

    "V005" "The number of values differs from the number of variables." {
        CountMismatch { names: Count, values: Count } "assignment mismatch: {names} variable(s) but {values} value(s)"
        AssignedCount { targets: Count, values: Count } "assignment mismatch: {targets} variables but {values} values"
        AssignedCall { targets: Count, callee: Expr, values: Count }
            "assignment mismatch: {targets} variables but {callee} returns {values} values"
        DeclaredCall { names: Count, call: Expr, values: Count }
            "assignment mismatch: {names} variable(s) but {call} returns {values} value(s)"
        OneValue { value: Expr } "RHS should not be {value} when len(Lhs) > len(Rhs)"
        OneElement "invalid index expression on *gnolang.SliceType"
        ExtraValue { value: Expr } "Machine.EvalStaticTypeOf(x) expression not yet preprocessed: {value}"
        MissingValues "missing init expr"
        MissingValue { name: Name } "missing init expr for {name}<!VPInvalid(0)>"
        ExtraInit { value: Expr } "extra init expr {value}"
        MissingTypeAndValues "missing type and values"
        OperatorOperands { op: Operator } "assignment operator {op}= requires only one expression on lhs and rhs"
    }

    "V006" ":= declares at least one new variable, and takes plain names only. Use = to assign." {
        NoNewVariables "no new variables on left side of :="
        NonName { node: Construct } "interface conversion: gnolang.Expr is *gnolang.{node}, not *gnolang.NameExpr"
    }

    "V007" "The left side cannot be assigned to: a constant, a result, a part of a string, or _ where a value is read." {
        AssignToFunction "not assignable"
        AssignToName { what: Words, name: Name } "cannot assign to {what} {name}"
        AssignTo { target: Expr } "cannot assign to {target}"
        AddressOfNil "illegal assignment X expression type *gnolang.ConstExpr"
    }

    "V008" "The value does not have the type that is required here, and there is no conversion." {
        BlankUse "cannot use _ as value or type"
        CannotUse { from: Type, to: Type } "cannot use {from} as {to}"
        NeedsConversion { from: Type, to: Type } "cannot use {from} as {to} without explicit conversion"
        UntypedAs { from: Words, to: TypeKind } "cannot use untyped {from} as {to}"
        ValueAs { value: Expr, from: Type, to: Type }
            "cannot use {value} (value of type {from}) as {to} value in assignment"
        CannotConvert { value: Expr, from: Type, to: Type } "cannot convert {value} (of type {from}) to type {to}"
        ConvertExprTo { value: Expr, to: TypeKind } "cannot convert {value} to {to}"
        ConvertKind { from: TypeKind, to: TypeKind } "cannot convert {from} to {to}"
        ConvertKindTo { from: TypeKind, to: Type } "cannot convert {from} to {to}"
        ConvertConstant { from: TypeKind, to: TypeKind } "cannot convert constant of type {from} to {to}"
        ConvertUntyped { from: Words, to: TypeKind } "cannot convert untyped {from} type to {to}"
        DecimalToBool "cannot convert untyped bigdec to bool"
        InexactInteger { value: Value } "cannot convert untyped bigdec to integer -- {value} not an exact integer"
        NotInteger { value: Expr } "cannot convert {value} to integer type"
        Float64Range { value: Value }
            "cannot convert untyped bigdec to float64: strconv.ParseFloat: parsing \"{value}\": value out of range"
        Float32Range "cannot convert untyped bigdec to float32 -- too close to +-Inf"
        UndefinedTo { to: Words } "cannot convert (undefined) to {to}"
        CountToUint { count: Expr } "cannot convert {count} to type uint"
        NeedsAssertion { from: Type, to: Type } "cannot convert {from} to {to}: need type assertion"
        NonNumeric { from: Type, to: Type } "cannot convert {from} to {to}: non-numeric to numeric"
        ConversionOperands "type conversion requires single argument"
        ExpectedBool { got: TypeKind } "expected typed bool kind, but got {got}"
        CommaOkBool { got: Type } "want bool type got {got}"
        RangeValue { got: Type } "value type should be int32, but got {got}"
    }

    "V009" "nil stands for the absence of a pointer, slice, map, function or interface. It has no type of its own and \
         no members." {
        NilAs { to: Type, place: Words } "cannot use nil as {to} value{place}"
        UntypedNil { place: Words } "use of untyped nil in {place}"
        IndirectNil "invalid operation: cannot indirect nil"
        FieldOfNil { name: Name } "missing field {name} in untyped nil"
        NilToUint "cannot convert nil to type uint"
        RangeOverNil "cannot range over nil"
        NilIsNoType "nil is not a type"
        CalledNil "expected function or bound method but got <nil>"
    }

    "V010" "The value has to be a constant of a suitable type, within its range." {
        NotConstant { value: Expr } "{value} is not constant"
        VariableNotConstant { value: Expr, of: Type } "{value} (variable of type {of}) is not constant"
        ResultNotConstant { value: Expr, of: Type } "{value} (value of type {of}) is not constant"
        AssertionNotConstant { value: Expr, of: Type }
            "{value} (comma, ok expression of type (const-type {of})) is not constant"
        IndexNotConstant { index: Expr } "index {index} must be integer constant"
        ConstantType { of: Type } "invalid constant type {of}"
        InvalidInteger { literal: Value } "invalid integer constant: {literal}"
        InvalidDecimal { literal: Value } "invalid decimal constant: {literal}"
        InvalidHexFloat { literal: Value, reason: Words } "can't convert {literal} to decimal{reason}"
        HexExponent { reason: Words } "error computing exponent: {reason}"
        HexProduct { reason: Words } "canot calculate hexadecimal: {reason}"
        InvalidQuoted "invalid syntax"
        Decimal { operation: Words, reason: Words } "bigdec {operation} error: {reason}"
        ConstantOverflows "constant overflows"
        AboveRange { value: Words } "{value} overflows target kind"
        BelowRange { value: Words } "{value} underflows target kind"
        FloatRange { to: Words } "bigint overflows {to}"
        ConstantTooLarge "constant is too large"
    }

    "V011" "Division by a constant zero is never meaningful." {
        DivisionByZero "invalid operation: division by zero"
    }

    "V012" "Both operands have to have the same type; there are no implicit conversions between numeric types." {
        Mismatched { left: Expr, op: Operator, right: Expr, left_type: Type, right_type: Type }
            "invalid operation: {left} {op} {right} (mismatched types {left_type} and {right_type})"
        MismatchedUpdate { left: Type, right: Type } "invalid operation: mismatched types {left} and {right}"
        MismatchedEquality { left: Type, right: Type } "invalid operation: (mismatched types {left} and {right})"
        MismatchedUntyped { left: Type, op: Operator, right: Type }
            "incompatible types in binary expression: {left} {op} {right}"
        MismatchedConstants "mismatched constants"
    }

    "V013" "The operator does not exist for operands of this type." {
        OperatorUndefined { op: Operator, on: TypeKind } "operator {op} not defined on: {on}"
        OperatorUnknown { op: Operator } "checker for {op} does not exist"
        RuneOperation "unexpected type <untyped> int32 in operation"
        OnlyToNil { of: Type } "{of} can only be compared to nil"
        NotComparable { of: Type } "{of} is not comparable"
    }

    "V014" "Only integers can be shifted, by an integer that is not negative." {
        ShiftedOperand { operand: Expr, of: Type } "invalid operation: shifted operand {operand} ({of}) must be integer"
        NegativeShift { count: Expr } "invalid operation: negative shift count: {count}"
        ShiftCount { count: Expr } "invalid operation: invalid shift count: {count}"
    }

    "V015" "Only pointers can be dereferenced with *." {
        CannotIndirect { operand: Expr, of: Type }
            "invalid operation: cannot indirect {operand} (variable of type {of})"
    }

    "V016" "x.(T) asks for the type inside an interface; x is none." {
        NotInterface { operand: Expr, of: Type }
            "invalid operation: {operand} (variable of type {of}) is not an interface"
    }

    "V017" "Only arrays, slices, strings, maps and pointers to arrays have elements; indices are integers within the \
         bounds." {
        ManyIndices "invalid operation: more than one index"
        CannotIndex { of: Type } "unexpected index base kind for type {of}"
        CannotSlice { of: Type } "cannot slice variable of type {of}"
        IndexKind { got: TypeKind } "expected typed integer kind, but got {got}"
        RangeIndex { got: Type } "index type should be int, but got {got}"
        ManyFields { index: Count, length: Count } "runtime error: index out of range [{index}] with length {length}"
    }

    "V018" "A type is required where a value stands, or the other way round." {
        NotType { what: Expr } "{what} is not a type"
        NotExpression { of: Type } "{of} (type) is not an expression"
        TypeInBlock { node: Construct } "expected type expr but got *gnolang.{node}"
    }

    "V019" "Exactly one value is required here. A call without results, a call with several, a package, a built-in \
         function and _ are none." {
        NoValue { callee: Expr } "{callee} (no value) used as value"
        ManyValues { callee: Expr, results: List }
            "multiple-value {callee} (value of type [{results}]) in single-value context"
        NotOneResult { got: Type } "getTypeOf() only supports *CallExpr with 1 result, got {got}"
        PackageUse { name: Name } "package {name} cannot only be referred to in a selector expression"
        BuiltinUse { name: Name } "use of builtin {name} not in function call"
    }

    "V020" "The arguments of a call have to fit the parameters in number and type." {
        ArgumentCount { callee: Expr, want: Count, got: Count, form: Words }
            "wrong argument count in call to {callee}; want {want} got {got}{form}"
        FewVariadic { callee: Expr, want: Count, got: Count, form: Words }
            "not enough arguments in call to {callee}; want {want} (besides variadic) got {got}{form}"
        FewSpread { callee: Expr, want: Count, got: Count }
            "not enough arguments in call to {callee}; want {want} (including variadic) got {got}"
        ManySpread "expected final vargs slice but got many"
        OneArgument "wrong argument count"
        NotFunction { of: Type, shape: Words } "unexpected func type {of} ({shape})"
        NoElements "non-string primitive types have no elements"
        MixedElements { expected: Type, got: Type } "incompatible varg types: expected {expected}, got {got}"
        ArgumentKind { expected: Words, got: TypeKind } "expected {expected} kind but got {got}"
        TypeArgument { got: TypeKind } "generic <T.(type)> requires type kind, got {got}"
    }

    "V021" "A return statement gives as many values as the function has results." {
        ReturnCount { want: Count, got: Count } "expected {want} return values; got {got}"
    }

    "V022" "The function has results and can reach its end. Add a return, or a panic if the end is never reached." {
        MissingReturn { functions: List } "[{functions}]\n"
    }

    "V023" "The value or package has no field, method or member of this name, or it is private to another package." {
        UnknownField { of: Type, name: Name } "struct type {of} has no field {name}"
        MissingField { of: Type, name: Name } "missing field {name} in {of}"
        FieldAccess { of: Type, name: Name, from: Path } "cannot access {of}.{name} from {from}"
        MemberAccess { package: Path, name: Name, from: Path } "cannot access {package}.{name} from {from}"
        MemberMutation { package: Path, name: Name, from: Path } "cannot directly mutate {package}.{name} from {from}"
        SelectorBase { shape: Words } "unexpected selector expression type {shape}"
        UnknownMethod { name: Name } "unknown *DeclaredType method named {name}"
        AddressMethod "unexpected method of address"
    }

    "V024" "A composite literal names all its fields or none, gives each once, and writes the type of struct elements." {
        ElidedStruct "types cannot be elided in composite literals for struct types"
        LiteralType { of: Type } "unexpected composite lit type {of}"
        MixedLiteral "mixed keyed and unkeyed elements"
        KeyOrder "array lit key out of order"
    }

    "V025" "The type lacks a method of the interface, or has it with another signature or for the pointer only." {
        MissingMethod { of: Type, interface: Type, method: Name }
            "{of} does not implement {interface} (missing method {method})"
        PointerMethod { of: Type, interface: Type, method: Name }
            "{of} does not implement {interface} (method {method} has pointer receiver)"
        MethodType { of: Type, interface: Type, method: Name }
            "{of} does not implement {interface} (wrong type for method {method})"
    }

    "V026" "break, continue, goto and fallthrough need a statement or label around them that they apply to." {
        BranchOutside { keyword: Construct } "{keyword} statement out of place"
        UnknownLabel { label: Name } "cannot find branch label \"{label}\""
        ContinueLabel { label: Name } "invalid continue label \"{label}\"\n"
        GotoLabel { label: Name } "cannot find GOTO label \"{label}\" within current function"
        UndefinedLabel { label: Name } "label {label} undefined"
        FallthroughLast "cannot fallthrough final case in switch"
        FallthroughType "cannot fallthrough in type switch"
    }

    "V027" "A clause of the switch occurs twice." {
        TwoDefaults "duplicate default clause"
        DuplicateNilCase "duplicate type nil in type switch"
        DuplicateTypeCase { of: Type } "duplicate type {of} in type switch"
    }

    "V028" "range runs over maps, strings, arrays, slices and pointers to arrays. Go's ranges over integers and \
         functions are not supported." {
        RangeKind { got: TypeKind } "range iteration requires map, string, array, slice, or pointer to array; got {got}"
        RangePointer "range iteration over pointer requires array elem type"
    }

    "V029" "A method has exactly one receiver: a type declared in the package, or a pointer to one, that is itself \
         neither pointer nor interface." {
        ReceiverCount { got: Words } "method has {got}"
        ReceiverBase { of: Type, base: Words } "invalid receiver type {of} (base type is {base} type)"
    }

    "V030" "A value of the type would contain a value of the same type, and so on without end. A pointer, slice or map \
         in between makes it possible." {
        Recursive { what: Words, trail: List } "invalid recursive {what}: {trail}"
    }

    "V031" "Package-level variables need each other's values to be initialised. Break the circle, perhaps in an init \
         function." {
        InitializationLoop { trail: List, name: Name }
            "loop in variable initialization: dependency trail [{trail}] circularly depends on {name}"
    }

    "V032" "Go has it and Gno has not: goroutines, channels, select, complex numbers, dot imports." {
        Goroutine "goroutines are not permitted"
        Unsupported { node: Construct } "unknown Go type *ast.{node}"
        Imaginary "imaginaries are not supported"
        DotImport "dot imports not allowed in gno"
        NotImplemented "not yet implemented"
        Attach "attach() not yet supported"
    }

    "V033" "A function whose first parameter is cur realm crosses into its realm. It can be declared in realms only, \
         and a call has to pass cross (into the realm) or its own cur (within the realm)." {
        RealmName "a crossing function's first realm argument must have name `cur`"
        LaterCur "only the first realm type argument of a crossing function may have name `cur`"
        MisplacedCross "cross can only be used as the first argument to a crossing function (since gno 0.9)"
        CrossingFunction { function: Expr }
            "crossing function (realm first argument) declared in non-realm package: {function}"
        CrossingLiteral { literal: Expr }
            "crossing function literal (realm first argument) declared in non-realm package: {literal}"
        MissingRealm { callee: Expr }
            "missing realm argument in calling crossing function call {callee}() (expected cur or cross)"
        RealmArgument { got: Expr }
            "only `cur` and `cross` are allowed as the first argument to a crossing function but got {got}"
        ExternalCurCall { callee: Expr, from: Path } "cannot cur-call to external realm function {callee} from {from}"
        ForeignCur "only the `cur` argument of a containing crossing function maybe passed by cross-call"
        CapturedCur { literal: Expr } "`cur realm` cannot be used as a closure capture, but found {literal}"
        CrossingReserved "crossing() is reserved and deprecated"
    }

    "V034" "The import leads nowhere, in a circle, or where the package may not go: pure packages import no realms, \
         and internal packages are for their neighbours." {
        UnknownImport { path: Path } "unknown import path {path}"
        ImportName { path: Path, name: Name, expected: Name }
            "package name for {path:#} ({name:#}) doesn't match its expected identifier {expected:#}; the import declaration must specify an identifier"
        MisplacedImport "unexpected import declaration"
    }

    "V035" "Only the standard library declares functions without a body." {
        NoBody { function: Expr }
            "function {function} does not have a body but is not natively defined (did you build after pulling from the repository?)"
    }

    "V036" "The package exceeds a limit of the interpreter: names in a block, blocks within each other, or types \
         within each other." {
        PathDepth { limit: Count } "exceeded maximum VPBlock depth ({limit})"
        ScopeDepth "exceeded max scope depth during object resolution"
        BlockDepth "block node depth reached maximum MaxUint8"
        BlockNames "too many variables in block"
        TypeDepth { limit: Count } "type is nested deeper than {limit} levels"
    }

    "V038" "The statement has a form that the interpreter does not accept." {
        DeferredValue "expression in defer must be function call"
        BadSyntax "syntax error"
    }

    "V099" "The interpreter stops at this construct with an internal error; Go's checker may have accepted it. Write \
         it in another way." {
        ShouldNotHappen "should not happen"
        UnexpectedExpression "unexpected expression"
        EmbeddedType { of: Type } "unexpected field type {of}"
        IotaOutside "interface conversion: interface {{}} is nil, not int"
        ArrayConversion "interface conversion: gnolang.Expr is *gnolang.StarExpr, not *gnolang.ConstExpr"
        ArrayConversionNamed "interface conversion: gnolang.Value is gnolang.TypeValue, not *gnolang.FuncValue"
        ValueAsType { value: Construct } "interface conversion: gnolang.Value is {value}, not gnolang.TypeValue"
        DeferredConstant "interface conversion: gnolang.Node is *gnolang.ConstExpr, not *gnolang.CallExpr"
        LiteralContext { expected: Construct }
            "interface conversion: interface {{}} is *gnolang.FuncLitContext, not *gnolang.{expected}"
        ConversionForMany "interface conversion: gnolang.Type is *gnolang.TypeType, not *gnolang.FuncType"
        ConstantForMany "unexpected value expression type *gnolang.ConstExpr"
        NilDereference "runtime error: invalid memory address or nil pointer dereference"
    }
}
