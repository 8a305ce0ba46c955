//! Findings of the Go layer (spec/01 §3.6).

use super::arg::{
    Construct, Count, Described, Expr, List, Measure, Name, Operator, Path, Position, Type, Value, Words,
};
use super::table::findings;

findings! {
    /// What Go's type checker says against a package.
    pub enum GoError;

    "G001" "The file has syntax errors; nothing else of the package is checked before they are mended." {
        Syntax { error: Words } "{error}"
    }

    "G002" "All files of a package name the same package in their first clause. Only tests may use the name with _test \
         appended." {
        PackageMismatch { name: Name, expected: Name } "package {name}; expected package {expected}"
    }

    "G003" "A package cannot be called _." {
        BlankPackage "invalid package name _"
    }

    "G004" "The imported package does not exist, or is broken itself. Check the path; packages are found in the \
         standard library, below --packages folders and in the package's own folder." {
        UnknownImport { path: Path } "could not import {path} (unknown import path {path:#})"
        PrivateImport { path: Path } "could not import {path} (import path {path:#} is private and cannot be imported)"
        DraftImport { path: Path }
            "could not import {path} (import path {path:#} is a draft package and can only be imported at genesis)"
    }

    "G005" "Every import has to be used. Remove it, or import it as _ if only its initialisation is wanted." {
        UnusedImport { path: Path } "\"{path}\" imported and not used"
    }

    "G006" "Every import has to be used. Remove it, or import it as _ if only its initialisation is wanted." {
        UnusedNamedImport { path: Path, name: Name } "\"{path}\" imported as {name} and not used"
    }

    "G007" "A declaration of the package has the name of an import in one of its files. Rename the declaration, or \
         give the import another name." {
        ImportConflict { name: Name, package: Name, path: Path }
            "{name} already declared through import of package {package} (\"{path}\")"
    }

    "G008" "Every variable of a function has to be used; assigning to it is no use. Remove it, or write _ where a \
         value has to be received." {
        UnusedVar { name: Name } "declared and not used: {name}"
    }

    "G009" "The variable of a type switch is used in none of its clauses. Leave it out: switch x.(type)." {
        UnusedSwitchVar { name: Name } "{name} declared and not used"
    }

    "G010" "A label that nothing jumps to. Remove it." {
        UnusedLabel { name: Name } "label {name} declared and not used"
    }

    "G011" "The name is declared twice in the same block. Rename one of them, or assign with = if the same variable is \
         meant." {
        Redeclared { name: Name } "{name} redeclared in this block"
    }

    "G012" "Shows the other declaration that the finding before speaks of." {
        OtherDeclaration { name: Name } "\tother declaration of {name}"
        OtherMethod { name: Name } "\tother declaration of method {name}"
    }

    "G013" "Two fields, or two methods, have the same name." {
        RedeclaredMember { name: Name } "{name} redeclared"
    }

    "G014" "An interface or type has two methods of the same name." {
        DuplicateMethod { name: Name } "duplicate method {name}"
    }

    "G015" "The type has this method already; methods cannot be overloaded." {
        MethodDeclaredTwice { receiver: Type, name: Name, other: Position }
            "method {receiver}.{name} already declared at {other}"
    }

    "G016" "A struct type cannot have a field and a method of the same name, because x.name would mean both." {
        FieldAndMethod { name: Name } "field and method with the same name {name}"
    }

    "G017" "init and main are names of functions: nothing else can be declared with them at the top level." {
        InitNotFunc { name: Name } "cannot declare {name} - must be func"
    }

    "G018" "main and init are called by the system, without arguments, and their results would go nowhere." {
        EntrySignature { name: Name } "func {name} must have no arguments and no return values"
    }

    "G019" "main and init are called by the system, which knows no types to put in for type parameters." {
        EntryTypeParams { name: Name } "func {name} must have no type parameters"
    }

    "G020" "Only the standard library declares functions without a body. Write the body." {
        MissingBody "missing function body"
    }

    "G021" "The parentheses before a method's name have to contain its receiver." {
        NoReceiver "method has no receiver"
    }

    "G022" "A method has exactly one receiver." {
        ManyReceivers "method has multiple receivers"
    }

    "G023" "Methods can only be declared in the package that declares the type. Declare a type of your own, or write a \
         function." {
        ForeignMethod { of: Type } "cannot define new methods on non-local type {of}"
    }

    "G024" "The receiver has to be a declared type or a pointer to one." {
        BadReceiver { of: Type } "invalid receiver type {of}"
    }

    "G025" "A type that is itself a pointer or an interface cannot have methods." {
        BadReceiverBase { of: Type } "invalid receiver type {of} (pointer or interface type)"
    }

    "G026" "Nothing of this name is declared here. Check the spelling, declare it, or import the package." {
        Undefined { name: Name } "undefined: {name}"
    }

    "G027" "_ throws a value away; it has none that could be used." {
        BlankUse "cannot use _ as value or type"
    }

    "G028" "A package is no value: use one of its members, as in pkg.Name." {
        PackageUse { name: Name } "use of package {name} not in selector"
    }

    "G029" "Only names that start with a capital letter can be used from other packages." {
        NotExported { name: Name, package: Name } "name {name} not exported by package {package}"
    }

    "G030" "iota counts the lines of a const group and exists only there." {
        IotaOutside "cannot use iota outside constant declaration"
    }

    "G031" "A type is required here, and the name means something else: a variable, a function, a package or a constant." {
        NotType { value: Expr } "{value} is not a type"
    }

    "G032" "A type stands where a value is required. To make a value of it, convert (T(x)) or write a literal (T{})." {
        NotExpression { operand: Described } "{operand} is not an expression"
    }

    "G033" "A value stands where a type is required." {
        UsedAsType { operand: Described } "{operand} used as type"
    }

    "G034" "The call has no result that could be used as a value." {
        UsedAsValue { operand: Described } "{operand} used as value"
    }

    "G035" "A built-in function can only be called; it is no value." {
        MustBeCalled { operand: Described } "{operand} must be called"
    }

    "G036" "The call has several results and only one value can stand here. Assign them to variables first." {
        MultiValue { operand: Described } "multiple-value {operand} in single-value context"
    }

    "G037" "The statement computes a value and drops it. Only calls and receive operations can stand alone; perhaps an \
         assignment is missing." {
        NotUsed { operand: Described } "{operand} is not used"
    }

    "G038" "A value of the type would contain a value of the same type, and so on without end. A pointer, slice or map \
         in between makes it possible." {
        RecursiveType { name: Name } "invalid recursive type {name}"
    }

    "G039" "A value of the type would contain a value of itself. A pointer, slice or map in between makes it possible." {
        SelfRecursiveType { name: Name } "invalid recursive type: {name} refers to itself"
    }

    "G040" "Declarations depend on each other in a circle, so that none of them can be worked out first." {
        DeclCycle { name: Name } "invalid cycle in declaration of {name}"
    }

    "G041" "The declaration depends on itself." {
        SelfDeclCycle { name: Name } "invalid cycle in declaration: {name} refers to itself"
    }

    "G042" "One step of the circle that the finding before speaks of." {
        RefersTo { name: Name, other: Name } "\t{name} refers to {other}"
    }

    "G043" "Package-level variables need each other's values to be initialised. Break the circle, perhaps in an init \
         function." {
        InitCycle { name: Name } "initialization cycle for {name}"
    }

    "G044" "The value of the variable depends on the variable. Initialise it in an init function." {
        SelfInitCycle { name: Name } "initialization cycle: {name} refers to itself"
    }

    "G045" "[...] takes the length from the elements of a literal and can stand only before one." {
        ArrayEllipsis "invalid use of [...] array (outside a composite literal)"
    }

    "G046" "The length of an array type is a constant, and nothing of this name is declared." {
        UndefinedLength { name: Name } "undefined array length {name} or missing type constraint"
    }

    "G047" "The length of an array type has to be a constant integer that is not negative and fits into int." {
        BadLength { operand: Described } "invalid array length {operand}"
    }

    "G048" "The length of an array is part of its type and has to be known when the program is compiled. Use a slice \
         for a length that is computed." {
        LengthNotConstant { operand: Described } "array length {operand} must be constant"
    }

    "G049" "The length of an array type has to be an integer." {
        LengthNotInteger { operand: Described } "array length {operand} must be integer"
    }

    "G050" "Keys of maps have to be comparable with ==: slices, maps, functions and what contains them are not." {
        BadMapKey { of: Type } "invalid map key type {of}"
    }

    "G051" "A pointer type cannot be embedded by a name that hides the pointer." {
        EmbeddedPointer "embedded field type cannot be a pointer"
    }

    "G052" "A pointer to an interface has no methods, so that embedding it would have no use." {
        EmbeddedInterfacePointer "embedded field type cannot be a pointer to an interface"
    }

    "G053" "An interface that lists types can only constrain type parameters; variables cannot have it as type." {
        ConstraintOutside { of: Type, reason: Words }
            "cannot use type {of} outside a type constraint: interface {reason}"
        ConstraintConversion { of: Type }
            "cannot use interface {of} in conversion (contains specific type constraints or is comparable)"
    }

    "G054" "Only the last parameter can be variadic." {
        VariadicNotFinal "can only use ... with final parameter in list"
    }

    "G055" "A declared type cannot be a bare type parameter." {
        ParameterTypeDefinition "cannot use a type parameter as RHS in type declaration"
    }

    "G056" "A method of an interface has to have a name that can be called." {
        BlankMethod "methods must have a unique non-blank name"
    }

    "G057" "A constant needs a value that is known when the program is compiled: literals, other constants and \
         operations on them. Use var." {
        NotConstant { operand: Described } "{operand} is not constant"
    }

    "G058" "Constants are numbers, strings or booleans; other types have no constants." {
        BadConstantType { of: Type } "invalid constant type {of}"
    }

    "G059" "The declaration has more names than values." {
        MissingInit { name: Name } "missing init expr for {name}"
    }

    "G060" "The declaration has more values than names." {
        ExtraInit { value: Expr } "extra init expr {value}"
    }

    "G061" "A constant group repeats a line with more values than this line has names." {
        ExtraInitAt { other: Position } "extra init expr at {other}"
    }

    "G062" "The constant is outside the range of the type." {
        Overflows { operand: Described, to: Type } "{operand} overflows {to}"
    }

    "G063" "The constant has a fraction that the integer type cannot hold." {
        Truncated { operand: Described, to: Type } "{operand} truncated to {to}"
    }

    "G064" "The constant is outside the range of the type. Conversions of constants never wrap around." {
        ConstantOverflows { value: Value, to: Type } "constant {value} overflows {to}"
    }

    "G065" "The result of the constant operation is too large to be represented." {
        ConstantOverflow { operation: Words } "constant {operation}overflow"
    }

    "G066" "Division by a constant zero is never meaningful." {
        DivisionByZero "invalid operation: division by zero"
    }

    "G067" "The literal is no number that can be represented." {
        MalformedConstant { literal: Value } "malformed constant: {literal}"
    }

    "G068" "The literal is longer than the checker reads." {
        LongConstant { literal: Value, length: Count } "excessively long constant: {literal}... ({length} chars)"
    }

    "G069" "The result of the constant operation cannot be represented in its type." {
        NotRepresentable "constant result is not representable"
    }

    "G070" "There is no conversion between these types." {
        CannotConvert { operand: Described, to: Type } "cannot convert {operand} to type {to}"
    }

    "G071" "There is no conversion between these types, for the reason given." {
        CannotConvertBecause { operand: Described, to: Type, reason: Words }
            "cannot convert {operand} to type {to}: {reason}"
    }

    "G072" "A conversion takes exactly one value." {
        MissingConversionArg { of: Type } "missing argument in conversion to {of}"
    }

    "G073" "A conversion takes exactly one value." {
        ManyConversionArgs { of: Type } "too many arguments in conversion to {of}"
    }

    "G074" "... passes the elements of a slice to a variadic function; a conversion has no use for it." {
        SpreadConversion { of: Type } "invalid use of ... in conversion to {of}"
    }

    "G075" "The value does not have the type that is required here. Convert it if the types allow it, or change one of \
         them." {
        CannotUse { operand: Described, to: Type, context: Words } "cannot use {operand} as {to} value in {context}"
    }

    "G076" "The value does not have the type that is required here, for the reason given: often a missing method, or \
         one with another signature or receiver." {
        CannotUseBecause { operand: Described, to: Type, context: Words, reason: Words }
            "cannot use {operand} as {to} value in {context}: {reason}"
    }

    "G077" "The constant does not fit the type that is required here." {
        CannotUseFit { operand: Described, to: Type, context: Words, reason: Words }
            "cannot use {operand} as {to} value in {context} ({reason})"
    }

    "G078" "nil has no type of its own; write var x T, or a conversion such as (*T)(nil)." {
        UntypedNil { context: Words } "use of untyped nil in {context}"
    }

    "G079" "The number of values differs from the number of variables." {
        Mismatch { variables: Measure, values: Measure } "assignment mismatch: {variables} but {values}"
    }

    "G080" "The function returns another number of values than there are variables. Use _ for those that are not needed." {
        MismatchCall { variables: Measure, callee: Expr, values: Measure }
            "assignment mismatch: {variables} but {callee} returns {values}"
    }

    "G081" "Assignments such as += have one variable on the left and one value on the right." {
        SingleValued { op: Operator } "assignment operation {op} requires single-valued expressions"
    }

    "G082" "Only variables, fields, elements of slices and maps, and what pointers point to can be assigned to." {
        NotAssignable { value: Expr } "cannot assign to {value} (neither addressable nor a map index expression)"
    }

    "G083" "An element of a map is a copy: changing one of its fields would be lost. Take the element out, change it, \
         and store it back, or let the map hold pointers." {
        MapFieldAssign { value: Expr } "cannot assign to struct field {value} in map"
    }

    "G084" "The left side is no variable: a constant, a function, a result or a part of a string cannot be changed." {
        CannotAssign { target: Expr } "cannot assign to {target}"
    }

    "G085" ":= declares variables and takes plain names only. Assign to fields and elements with =." {
        NonName { value: Expr } "non-name {value} on left side of :="
        NonNameInRange { value: Expr } "invalid syntax tree: cannot declare {value}"
    }

    "G086" "The same name stands twice on the left side of :=." {
        RepeatedName { name: Name } "{name} repeated on left side of :="
    }

    "G087" ":= has to declare at least one new variable in this block. Use = to assign to those that exist." {
        NoNewVars "no new variables on left side of :="
    }

    "G088" ":= has to declare a new variable. Use = to assign." {
        NoNewVar "no new variable on left side of :="
    }

    "G089" "Only variables, fields of variables and elements have addresses; composite literals as well. Results of \
         calls and constants do not: store them in a variable first." {
        CannotAddress { operand: Described } "invalid operation: cannot take address of {operand}"
    }

    "G090" "Only pointers can be dereferenced with *." {
        CannotIndirect { operand: Described } "invalid operation: cannot indirect {operand}"
    }

    "G091" "The call has fewer arguments than the function has parameters." {
        FewArgs { callee: Expr, have: List, want: List }
            "not enough arguments in call to {callee}\n\thave {have}\n\twant {want}"
    }

    "G092" "The call has more arguments than the function has parameters." {
        ManyArgs { callee: Expr, have: List, want: List }
            "too many arguments in call to {callee}\n\thave {have}\n\twant {want}"
    }

    "G093" "A return statement gives fewer values than the function has results." {
        FewReturns { have: List, want: List } "not enough return values\n\thave {have}\n\twant {want}"
    }

    "G094" "A return statement gives more values than the function has results." {
        ManyReturns { have: List, want: List } "too many return values\n\thave {have}\n\twant {want}"
    }

    "G095" "Only functions can be called, and the value is none." {
        NotFunction { operand: Described } "invalid operation: cannot call non-function {operand}"
    }

    "G096" "... after an argument passes a slice to a variadic parameter, and the function has none." {
        SpreadCall { callee: Expr } "cannot use ... in call to non-variadic {callee}"
    }

    "G097" "... applies to a single slice, not to a call with several results." {
        SpreadMulti { count: Count, call: Expr } "cannot use ... with {count}-valued {call}"
    }

    "G098" "Of the built-in functions only append takes ... after an argument." {
        SpreadBuiltin { name: Name } "invalid operation: invalid use of ... with built-in {name}"
    }

    "G099" "The built-in function takes another number of arguments." {
        BuiltinCount { fault: Words, call: Expr, want: Count, got: Count }
            "invalid operation: {fault} arguments for {call} (expected {want}, found {got})"
    }

    "G100" "The built-in function does not work on values of this type." {
        BuiltinArgument { operand: Described, name: Name } "invalid argument: {operand} for built-in {name}"
    }

    "G101" "append extends a slice: its first argument has to be one. Slice an array first, as in a[:]." {
        AppendSlice { operand: Described } "first argument to append must be a slice; have {operand}"
    }

    "G102" "copy copies between slices, or from a string to a slice of bytes." {
        CopySlices { to: Described, from: Described }
            "invalid argument: copy expects slice arguments; found {to} and {from}"
    }

    "G103" "copy does not convert: both slices have to have the same element type." {
        CopyElements { to: Described, from: Described, to_element: Type, from_element: Type }
            "invalid argument: arguments to copy {to} and {from} have different element types {to_element} and {from_element}"
    }

    "G104" "delete removes from a map." {
        NotMap { operand: Described } "invalid argument: {operand} is not a map"
    }

    "G105" "make makes slices, maps and channels. Use new or a literal for other types." {
        CannotMake { value: Expr } "invalid argument: cannot make {value}; type must be slice, map, or channel"
    }

    "G106" "make takes a length and, for slices, a capacity." {
        MakeCount { call: Expr, least: Count, most: Count, got: Count }
            "invalid operation: {call} expects {least} or {most} arguments; found {got}"
    }

    "G107" "The length of a slice cannot be larger than its capacity." {
        SwappedSizes "invalid argument: length and capacity swapped"
    }

    "G108" "min and max compare: their arguments have to be numbers or strings." {
        CannotOrder { operand: Described } "invalid argument: {operand} cannot be ordered"
    }

    "G109" "Only channels that can be sent to can be closed." {
        CloseChannel { fault: Words, operand: Described } "invalid operation: cannot close {fault} {operand}"
    }

    "G110" "clear empties maps and sets the elements of slices to zero." {
        ClearArgument { operand: Described } "invalid argument: clear {operand} must be a map or slice"
    }

    "G111" "Both operands have to have the same type; there are no implicit conversions between numeric types. Convert \
         one of them." {
        Mismatched { operation: Expr, left: Type, right: Type }
            "invalid operation: {operation} (mismatched types {left} and {right})"
    }

    "G112" "The values cannot be compared with this operator, for the reason given." {
        Compare { left: Expr, op: Operator, right: Expr, reason: Words }
            "invalid operation: {left} {op} {right} ({reason})"
    }

    "G113" "The value of the case cannot be compared with that of the switch." {
        BadCase { case: Expr, tag: Expr, reason: Words } "invalid case {case} in switch on {tag} ({reason})"
    }

    "G114" "The operator does not exist for operands of this type." {
        OperatorUndefined { op: Operator, operand: Described }
            "invalid operation: operator {op} not defined on {operand}"
    }

    "G115" "++ and -- change numbers." {
        NonNumeric { operand: Expr, op: Operator, of: Type } "invalid operation: {operand}{op} (non-numeric type {of})"
    }

    "G116" "Values of this type have no elements: only arrays, slices, strings, maps and pointers to arrays do." {
        CannotIndex { operand: Described } "invalid operation: cannot index {operand}"
    }

    "G117" "An index expression has one index. For tables of several dimensions write a[i][j]." {
        ManyIndices "invalid operation: more than one index"
    }

    "G118" "The index has to be an integer." {
        BadIndex { operand: Described } "invalid argument: index {operand} must be integer"
    }

    "G119" "An index counts from 0." {
        NegativeIndex { operand: Described } "invalid argument: index {operand} must not be negative"
    }

    "G120" "The constant index is beyond the end." {
        IndexRange { index: Value, length: Count } "invalid argument: index {index} out of bounds [0:{length}]"
    }

    "G121" "Only arrays, slices, strings and pointers to arrays can be sliced." {
        CannotSlice { operand: Described } "invalid operation: cannot slice {operand}"
    }

    "G122" "Slicing an array needs a variable, since the slice refers to it. Store the array in one first." {
        CannotSliceValue { operand: Described } "invalid operation: cannot slice {operand} (value not addressable)"
    }

    "G123" "Strings have no capacity, so that the third index has no meaning for them." {
        SliceString3 "invalid operation: 3-index slice of string"
    }

    "G124" "The bounds of a slice have to be in order." {
        SliceOrder { high: Count, low: Count } "invalid slice indices: {high} < {low}"
    }

    "G125" "x.(T) asks for the type inside an interface; x is none, its type is known already." {
        NotInterface { operand: Described } "invalid operation: {operand} is not an interface"
    }

    "G126" "x.(type) can stand only in the header of a type switch." {
        TypeOutsideSwitch "use of .(type) outside type switch"
    }

    "G127" "The interface can never hold a value of this type, because the type lacks a method." {
        ImpossibleAssertion { assertion: Expr, of: Type, interface: Type, reason: Words }
            "impossible type assertion: {assertion}\n\t{of} does not implement {interface} {reason}"
    }

    "G128" "The case can never apply: the type lacks a method of the interface that is switched on." {
        ImpossibleCase { case: Expr, operand: Described, of: Type, reason: Words }
            "impossible type switch case: {case}\n\t{operand} cannot have dynamic type {of} {reason}"
    }

    "G129" "Only integers can be shifted." {
        ShiftedOperand { operand: Described } "invalid operation: shifted operand {operand} must be integer"
    }

    "G130" "Only integers can be shifted. An untyped constant takes the type that the whole expression has, here one \
         that is no integer." {
        ShiftedType { operand: Expr, of: Type }
            "invalid operation: shifted operand {operand} (type {of}) must be integer"
    }

    "G131" "A shift count cannot be negative." {
        NegativeShift { operand: Described } "invalid operation: negative shift count {operand}"
    }

    "G132" "A shift count has to be an integer." {
        ShiftCount { operand: Described } "invalid operation: shift count {operand} must be integer"
    }

    "G133" "The constant shift count is too large." {
        InvalidShift { operand: Described } "invalid operation: invalid shift count {operand}"
    }

    "G134" "Only channels can be received from, and Gno has none." {
        Receive { fault: Words, operand: Described } "invalid operation: cannot receive from {fault} {operand}"
    }

    "G135" "Only channels can be sent to, and Gno has none." {
        Send { fault: Words, operand: Described } "invalid operation: cannot send to {fault} {operand}"
    }

    "G136" "~T stands for all types with the underlying type T, in constraints only." {
        TildeOutside "cannot use ~ outside of interface or type constraint"
    }

    "G137" "The value or package has no field, method or member of this name. Names from other packages need a capital \
         letter." {
        UndefinedMember { operand: Expr, name: Name, reason: Words } "{operand}.{name} undefined ({reason})"
    }

    "G138" "Two embedded types at the same depth offer this name. Say which one, as in x.Embedded.Name." {
        Ambiguous { operand: Expr, name: Name } "ambiguous selector {operand}.{name}"
    }

    "G139" "The method changes its receiver and needs a variable; the value has no address. Store it in a variable \
         first." {
        PointerMethod { name: Name, of: Type } "cannot call pointer method {name} on {of}"
    }

    "G140" "The method belongs to the pointer type: write (*T).Method." {
        MethodExpression { of: Type, name: Name }
            "invalid method expression {of}.{name} (needs pointer receiver (*{of}).{name})"
    }

    "G141" "A built-in function is no value and has no members." {
        BuiltinSelector { operand: Described } "invalid use of {operand} in selector expression"
    }

    "G142" "_ is no name that could be selected." {
        BlankSelector "cannot refer to blank field or method"
    }

    "G143" "A composite literal needs a type, unless it is an element of another literal whose type says it." {
        MissingLiteralType "missing type in composite literal"
    }

    "G144" "Composite literals exist for structs, arrays, slices and maps." {
        LiteralType { of: Type } "invalid composite literal type {of}"
    }

    "G145" "The type of an element that leaves out its type has no literals." {
        LiteralElement { of: Type } "invalid composite literal element type {of}"
    }

    "G146" "The elements of a struct literal all have field names, or none has." {
        MixedLiteral "mixture of field:value and value elements in struct literal"
    }

    "G147" "The key of an element of a struct literal has to be the name of a field." {
        BadFieldName { value: Expr } "invalid field name {value} in struct literal"
    }

    "G148" "The struct has no field of this name. If it belongs to an embedded struct, write a literal of that." {
        UnknownField { fault: Words } "{fault}"
    }

    "G149" "A field is given twice." {
        DuplicateField { name: Name } "duplicate field name {name} in struct literal"
    }

    "G150" "A struct literal without names gives every field exactly once; this one gives more." {
        ManyValues { of: Type } "too many values in struct literal of type {of}"
    }

    "G151" "A struct literal without names gives every field exactly once; this one gives fewer." {
        FewValues { of: Type } "too few values in struct literal of type {of}"
    }

    "G152" "A literal without names would set a field that is private to another package. Use names." {
        UnexportedField { name: Name, of: Type }
            "implicit assignment to unexported field {name} in struct literal of type {of}"
    }

    "G153" "Indices in literals are constant integers." {
        LiteralIndex { value: Expr } "index {value} must be integer constant"
    }

    "G154" "The index of the element is outside of the array." {
        LiteralBounds { index: Count, length: Count } "index {index} is out of bounds (>= {length})"
    }

    "G155" "Two elements have the same index." {
        DuplicateIndex { index: Count } "duplicate index {index} in array or slice literal"
    }

    "G156" "Elements of map literals are key: value." {
        MissingKey "missing key in map literal"
    }

    "G157" "Two elements of the map literal have the same key." {
        DuplicateKey { key: Value } "duplicate key {key} in map literal"
    }

    "G158" "Two cases of the switch have the same constant; the second could never apply." {
        DuplicateCase { operand: Described } "duplicate case {operand} in expression switch"
    }

    "G159" "Two cases of the type switch name the same type; the second could never apply." {
        DuplicateTypeCase { of: Type } "duplicate case {of} in type switch"
    }

    "G160" "Shows the case that the finding before speaks of." {
        PreviousCase "\tprevious case"
    }

    "G161" "A switch has at most one default clause." {
        ManyDefaults { other: Position } "multiple defaults (first at {other})"
    }

    "G162" "Values of this type cannot be compared, so that no case could apply." {
        CannotSwitch { operand: Described } "cannot switch on {operand}"
    }

    "G163" "A type switch looks into an interface; the value is none." {
        SwitchInterface { operand: Described } "{operand} is not an interface"
    }

    "G164" "break leaves a loop, a switch or a select, and there is none around it." {
        Break "break not in for, switch, or select statement"
    }

    "G165" "continue belongs in a loop." {
        Continue "continue not in for statement"
    }

    "G166" "fallthrough has to be the last statement of a switch clause." {
        Fallthrough "fallthrough statement out of place"
    }

    "G167" "After the last clause of a switch there is nothing to fall through to." {
        FallthroughLast "cannot fallthrough final case in switch"
    }

    "G168" "The clauses of a type switch cannot fall through: the variable would change its type." {
        FallthroughType "cannot fallthrough in type switch"
    }

    "G169" "The label does not belong to a loop, switch or select around the break." {
        BreakLabel { name: Name } "invalid break label {name}"
    }

    "G170" "The label does not belong to a loop around the continue." {
        ContinueLabel { name: Name } "invalid continue label {name}"
    }

    "G171" "The function has no label of this name." {
        LabelUndeclared { name: Name } "label {name} not declared"
    }

    "G172" "A label has to be unique in its function." {
        LabelDeclared { name: Name } "label {name} already declared"
    }

    "G173" "goto cannot jump into a block from outside." {
        JumpIntoBlock { name: Name } "goto {name} jumps into block"
    }

    "G174" "goto cannot jump over the declaration of a variable that is visible at the label." {
        JumpOverVar { name: Name, line: Count } "goto {name} jumps over variable declaration at line {line}"
    }

    "G175" "A condition has to be boolean; numbers and pointers have to be compared with something." {
        Condition { statement: Construct } "non-boolean condition in {statement} statement"
    }

    "G176" "The last part of a for header runs after every turn and cannot declare variables." {
        PostDeclaration "cannot declare in post statement"
    }

    "G177" "range runs over arrays, slices, strings, maps, integers and functions of a certain shape." {
        CannotRange { operand: Described } "cannot range over {operand}"
    }

    "G178" "range does not run over this, for the reason given." {
        CannotRangeBecause { operand: Described, reason: Words } "cannot range over {operand}: {reason}"
    }

    "G179" "This kind of range gives fewer values." {
        RangeVars { operand: Described, permitted: Words } "range over {operand} permits {permitted}"
    }

    "G180" "The variable cannot take the values of the range." {
        RangeVarType { of: Type } "cannot use iteration variable of type {of}"
    }

    "G181" "The call would run at another time, and its result would be lost." {
        Suspended { keyword: Construct, fault: Words, operand: Described } "{keyword} {fault} {operand}"
    }

    "G182" "A bare return would give the result variable, which an inner declaration hides. Name the value." {
        ResultShadowed { name: Name } "result parameter {name} not in scope at return"
    }

    "G183" "Shows the declaration that hides the result." {
        InnerDeclaration { declaration: Words } "\tinner declaration of {declaration}"
    }

    "G184" "The function has results and can reach its end. Add a return, or a panic if the end is never reached." {
        MissingReturn "missing return"
    }

    "G185" "A case of select sends or receives. Gno has no channels." {
        SelectCase "select case must be receive, send or assign recv"
    }

    "G186" "A generic function needs its type arguments before it is a value." {
        GenericFunction { value: Expr } "cannot use generic function {value} without instantiation"
    }

    "G187" "A generic type needs its type arguments." {
        GenericType { value: Expr } "cannot use generic type {value} without instantiation"
    }

    "G188" "The type has no type parameters." {
        NotGeneric { of: Type } "{of} is not a generic type"
        NotGenericInstance { value: Expr, of: Type } "invalid operation: {value} ({of} is not a generic type)"
    }

    "G189" "The number of type arguments differs from the number of type parameters." {
        TypeArgCount { fault: Words, of: Type, have: Count, want: Count }
            "{fault} type arguments for type {of}: have {have}, want {want}"
        FuncTypeArgCount { have: Count, want: Count } "got {have} type arguments but want {want}"
    }

    "G190" "The type argument does not follow from the arguments of the call; write it." {
        CannotInfer { callee: Expr, parameter: Type, declared: Position }
            "in call to {callee}, cannot infer {parameter} (declared at {declared})"
    }

    "G191" "The type argument does not satisfy the constraint." {
        NotSatisfied { reason: Words } "{reason}"
    }

    "G192" "The type of the argument does not match that of the parameter." {
        InferMismatch { of: Type, argument: Expr, parameter: Type } "type {of} of {argument} does not match {parameter}"
    }

    "G193" "A type parameter has no dynamic type; convert the value to an interface first." {
        ParamTypeSwitch { operand: Described } "cannot use {operand} in type switch"
    }

    "G194" "Generic types make more instances of each other than are accepted for one package; most likely without end." {
        ManyInstances "too many instances of generic types"
    }
}
