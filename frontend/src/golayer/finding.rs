//! Findings of the Go layer: a stable code, a place and typed arguments; the words are rendered from them.

use crate::source::Span;

/// An argument of a finding: what it is, and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arg {
    /// A declared or used name.
    Name(String),
    /// A type as messages print it.
    Type(String),
    /// An expression as written, long parts elided.
    Expr(String),
    /// An expression with what it denotes: `x (variable of type int)`.
    Operand(String),
    /// A constant.
    Value(String),
    /// A number.
    Number(i64),
    /// Fixed words: a context, an operator, a reason.
    Text(String),
}

impl Arg {
    /// The text of the argument.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Name(text)
            | Self::Type(text)
            | Self::Expr(text)
            | Self::Operand(text)
            | Self::Value(text)
            | Self::Text(text) => text.clone(),
            Self::Number(value) => value.to_string(),
        }
    }
}

/// Where a finding stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// Index of the file; `None` for the file of predeclared names that the reference adds.
    pub file: Option<u32>,
    /// The range; its start is the position that is printed.
    pub span: Span,
}

/// One entry of the verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What kind.
    pub code: Code,
    /// Where.
    pub place: Place,
    /// The arguments of the words, in order.
    pub args: Vec<Arg>,
}

impl Finding {
    /// The message without position.
    #[must_use]
    pub fn message(&self) -> String {
        let mut out = String::new();
        let mut args = self.args.iter();
        let mut rest = self.code.template();
        while let Some((head, tail)) = rest.split_once("{}") {
            out.push_str(head);
            if let Some(arg) = args.next() {
                out.push_str(&arg.text());
            }
            rest = tail;
        }
        out.push_str(rest);
        out
    }

    /// Whether the entry adds a place to the one before.
    #[must_use]
    pub fn is_continuation(&self) -> bool {
        self.code.template().starts_with('\t')
    }
}

macro_rules! codes {
    ($($name:ident $id:literal $template:literal)*) => {
        /// Stable identity of a kind of finding; the words may change, these do not.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $(#[doc = $template] $name,)*
        }

        impl Code {
            /// The code as printed, e.g. `G001`.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)* }
            }

            /// The words; `{}` stands for an argument (spec/01 §3.6).
            #[must_use]
            pub const fn template(self) -> &'static str {
                match self { $(Self::$name => $template,)* }
            }

            /// Every code, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];
        }
    };
}

codes! {
    Syntax "G001" "{}"
    PackageMismatch "G002" "package {}; expected package {}"
    BlankPackage "G003" "invalid package name _"
    ImportMissing "G004" "could not import {} ({})"
    UnusedImport "G005" "{} imported and not used"
    UnusedNamedImport "G006" "{} imported as {} and not used"
    ImportConflict "G007" "{} already declared through import of package {} ({})"
    UnusedVar "G008" "declared and not used: {}"
    UnusedSwitchVar "G009" "{} declared and not used"
    UnusedLabel "G010" "label {} declared and not used"
    Redeclared "G011" "{} redeclared in this block"
    OtherDeclaration "G012" "\tother declaration of {}"
    RedeclaredMember "G013" "{} redeclared"
    DuplicateMethod "G014" "duplicate method {}"
    MethodDeclaredTwice "G015" "method {}.{} already declared at {}"
    FieldAndMethod "G016" "field and method with the same name {}"
    InitNotFunc "G017" "cannot declare {} - must be func"
    EntrySignature "G018" "func {} must have no arguments and no return values"
    EntryTypeParams "G019" "func {} must have no type parameters"
    MissingBody "G020" "missing function body"
    NoReceiver "G021" "method has no receiver"
    ManyReceivers "G022" "method has multiple receivers"
    ForeignMethod "G023" "cannot define new methods on non-local type {}"
    BadReceiver "G024" "invalid receiver type {}"
    BadReceiverBase "G025" "invalid receiver type {} (pointer or interface type)"
    Undefined "G026" "undefined: {}"
    BlankUse "G027" "cannot use _ as value or type"
    PackageUse "G028" "use of package {} not in selector"
    NotExported "G029" "name {} not exported by package {}"
    IotaOutside "G030" "cannot use iota outside constant declaration"
    NotType "G031" "{} is not a type"
    NotExpression "G032" "{} is not an expression"
    UsedAsType "G033" "{} used as type"
    UsedAsValue "G034" "{} used as value"
    MustBeCalled "G035" "{} must be called"
    MultiValue "G036" "multiple-value {} in single-value context"
    NotUsed "G037" "{} is not used"
    RecursiveType "G038" "invalid recursive type {}"
    SelfRecursiveType "G039" "invalid recursive type: {} refers to itself"
    DeclCycle "G040" "invalid cycle in declaration of {}"
    SelfDeclCycle "G041" "invalid cycle in declaration: {} refers to itself"
    RefersTo "G042" "\t{} refers to {}"
    InitCycle "G043" "initialization cycle for {}"
    SelfInitCycle "G044" "initialization cycle: {} refers to itself"
    ArrayEllipsis "G045" "invalid use of [...] array (outside a composite literal)"
    UndefinedLength "G046" "undefined array length {} or missing type constraint"
    BadLength "G047" "invalid array length {}"
    LengthNotConstant "G048" "array length {} must be constant"
    LengthNotInteger "G049" "array length {} must be integer"
    BadMapKey "G050" "invalid map key type {}"
    EmbeddedPointer "G051" "embedded field type cannot be a pointer"
    EmbeddedInterfacePointer "G052" "embedded field type cannot be a pointer to an interface"
    ConstraintOutside "G053" "cannot use type {} outside a type constraint: interface {}"
    VariadicNotFinal "G054" "can only use ... with final parameter in list"
    ParameterTypeDefinition "G055" "cannot use a type parameter as RHS in type declaration"
    BlankMethod "G056" "methods must have a unique non-blank name"
    NotConstant "G057" "{} is not constant"
    BadConstantType "G058" "invalid constant type {}"
    MissingInit "G059" "missing init expr for {}"
    ExtraInit "G060" "extra init expr {}"
    ExtraInitAt "G061" "extra init expr at {}"
    Overflows "G062" "{} overflows {}"
    Truncated "G063" "{} truncated to {}"
    ConstantOverflows "G064" "constant {} overflows {}"
    ConstantOverflow "G065" "constant {}overflow"
    DivisionByZero "G066" "invalid operation: division by zero"
    MalformedConstant "G067" "malformed constant: {}"
    LongConstant "G068" "excessively long constant: {}... ({} chars)"
    NotRepresentable "G069" "constant result is not representable"
    CannotConvert "G070" "cannot convert {} to type {}"
    CannotConvertBecause "G071" "cannot convert {} to type {}: {}"
    MissingConversionArg "G072" "missing argument in conversion to {}"
    ManyConversionArgs "G073" "too many arguments in conversion to {}"
    SpreadConversion "G074" "invalid use of ... in conversion to {}"
    CannotUse "G075" "cannot use {} as {} value in {}"
    CannotUseBecause "G076" "cannot use {} as {} value in {}: {}"
    CannotUseFit "G077" "cannot use {} as {} value in {} ({})"
    UntypedNil "G078" "use of untyped nil in {}"
    Mismatch "G079" "assignment mismatch: {} but {}"
    MismatchCall "G080" "assignment mismatch: {} but {} returns {}"
    SingleValued "G081" "assignment operation {} requires single-valued expressions"
    NotAssignable "G082" "cannot assign to {} (neither addressable nor a map index expression)"
    MapFieldAssign "G083" "cannot assign to struct field {} in map"
    CannotAssign "G084" "cannot assign to {}"
    NonName "G085" "non-name {} on left side of :="
    RepeatedName "G086" "{} repeated on left side of :="
    NoNewVars "G087" "no new variables on left side of :="
    NoNewVar "G088" "no new variable on left side of :="
    CannotAddress "G089" "invalid operation: cannot take address of {}"
    CannotIndirect "G090" "invalid operation: cannot indirect {}"
    FewArgs "G091" "not enough arguments in call to {}\n\thave {}\n\twant {}"
    ManyArgs "G092" "too many arguments in call to {}\n\thave {}\n\twant {}"
    FewReturns "G093" "not enough return values\n\thave {}\n\twant {}"
    ManyReturns "G094" "too many return values\n\thave {}\n\twant {}"
    NotFunction "G095" "invalid operation: cannot call non-function {}"
    SpreadCall "G096" "cannot use ... in call to non-variadic {}"
    SpreadMulti "G097" "cannot use ... with {}-valued {}"
    SpreadBuiltin "G098" "invalid operation: invalid use of ... with built-in {}"
    BuiltinCount "G099" "invalid operation: {} arguments for {} (expected {}, found {})"
    BuiltinArgument "G100" "invalid argument: {} for built-in {}"
    AppendSlice "G101" "first argument to append must be a slice; have {}"
    CopySlices "G102" "invalid argument: copy expects slice arguments; found {} and {}"
    CopyElements "G103" "invalid argument: arguments to copy {} and {} have different element types {} and {}"
    NotMap "G104" "invalid argument: {} is not a map"
    CannotMake "G105" "invalid argument: cannot make {}; type must be slice, map, or channel"
    MakeCount "G106" "invalid operation: {} expects {} or {} arguments; found {}"
    SwappedSizes "G107" "invalid argument: length and capacity swapped"
    CannotOrder "G108" "invalid argument: {} cannot be ordered"
    CloseChannel "G109" "invalid operation: cannot close {} {}"
    ClearArgument "G110" "invalid argument: clear {} must be a map or slice"
    Mismatched "G111" "invalid operation: {} (mismatched types {} and {})"
    Compare "G112" "invalid operation: {} {} {} ({})"
    BadCase "G113" "invalid case {} in switch on {} ({})"
    OperatorUndefined "G114" "invalid operation: operator {} not defined on {}"
    NonNumeric "G115" "invalid operation: {}{} (non-numeric type {})"
    CannotIndex "G116" "invalid operation: cannot index {}"
    ManyIndices "G117" "invalid operation: more than one index"
    BadIndex "G118" "invalid argument: index {} must be integer"
    NegativeIndex "G119" "invalid argument: index {} must not be negative"
    IndexRange "G120" "invalid argument: index {} out of bounds [0:{}]"
    CannotSlice "G121" "invalid operation: cannot slice {}"
    CannotSliceValue "G122" "invalid operation: cannot slice {} (value not addressable)"
    SliceString3 "G123" "invalid operation: 3-index slice of string"
    SliceOrder "G124" "invalid slice indices: {} < {}"
    NotInterface "G125" "invalid operation: {} is not an interface"
    TypeOutsideSwitch "G126" "use of .(type) outside type switch"
    ImpossibleAssertion "G127" "impossible type assertion: {}\n\t{} does not implement {} {}"
    ImpossibleCase "G128" "impossible type switch case: {}\n\t{} cannot have dynamic type {} {}"
    ShiftedOperand "G129" "invalid operation: shifted operand {} must be integer"
    ShiftedType "G130" "invalid operation: shifted operand {} (type {}) must be integer"
    NegativeShift "G131" "invalid operation: negative shift count {}"
    ShiftCount "G132" "invalid operation: shift count {} must be integer"
    InvalidShift "G133" "invalid operation: invalid shift count {}"
    Receive "G134" "invalid operation: cannot receive from {} {}"
    Send "G135" "invalid operation: cannot send to {} {}"
    TildeOutside "G136" "cannot use ~ outside of interface or type constraint"
    UndefinedMember "G137" "{}.{} undefined ({})"
    Ambiguous "G138" "ambiguous selector {}.{}"
    PointerMethod "G139" "cannot call pointer method {} on {}"
    MethodExpression "G140" "invalid method expression {}.{} (needs pointer receiver (*{}).{})"
    BuiltinSelector "G141" "invalid use of {} in selector expression"
    BlankSelector "G142" "cannot refer to blank field or method"
    MissingLiteralType "G143" "missing type in composite literal"
    LiteralType "G144" "invalid composite literal type {}"
    LiteralElement "G145" "invalid composite literal element type {}"
    MixedLiteral "G146" "mixture of field:value and value elements in struct literal"
    BadFieldName "G147" "invalid field name {} in struct literal"
    UnknownField "G148" "{}"
    DuplicateField "G149" "duplicate field name {} in struct literal"
    ManyValues "G150" "too many values in struct literal of type {}"
    FewValues "G151" "too few values in struct literal of type {}"
    UnexportedField "G152" "implicit assignment to unexported field {} in struct literal of type {}"
    LiteralIndex "G153" "index {} must be integer constant"
    LiteralBounds "G154" "index {} is out of bounds (>= {})"
    DuplicateIndex "G155" "duplicate index {} in array or slice literal"
    MissingKey "G156" "missing key in map literal"
    DuplicateKey "G157" "duplicate key {} in map literal"
    DuplicateCase "G158" "duplicate case {} in expression switch"
    DuplicateTypeCase "G159" "duplicate case {} in type switch"
    PreviousCase "G160" "\tprevious case"
    ManyDefaults "G161" "multiple defaults (first at {})"
    CannotSwitch "G162" "cannot switch on {}"
    SwitchInterface "G163" "{} is not an interface"
    Break "G164" "break not in for, switch, or select statement"
    Continue "G165" "continue not in for statement"
    Fallthrough "G166" "fallthrough statement out of place"
    FallthroughLast "G167" "cannot fallthrough final case in switch"
    FallthroughType "G168" "cannot fallthrough in type switch"
    BreakLabel "G169" "invalid break label {}"
    ContinueLabel "G170" "invalid continue label {}"
    LabelUndeclared "G171" "label {} not declared"
    LabelDeclared "G172" "label {} already declared"
    JumpIntoBlock "G173" "goto {} jumps into block"
    JumpOverVar "G174" "goto {} jumps over variable declaration at line {}"
    Condition "G175" "non-boolean condition in {} statement"
    PostDeclaration "G176" "cannot declare in post statement"
    CannotRange "G177" "cannot range over {}"
    CannotRangeBecause "G178" "cannot range over {}: {}"
    RangeVars "G179" "range over {} permits {}"
    RangeVarType "G180" "cannot use iteration variable of type {}"
    Suspended "G181" "{} {} {}"
    ResultShadowed "G182" "result parameter {} not in scope at return"
    InnerDeclaration "G183" "\tinner declaration of {}"
    MissingReturn "G184" "missing return"
    SelectCase "G185" "select case must be receive, send or assign recv"
    GenericFunction "G186" "cannot use generic function {} without instantiation"
    GenericType "G187" "cannot use generic type {} without instantiation"
    NotGeneric "G188" "{} is not a generic type"
    TypeArgCount "G189" "{} type arguments for type {}: have {}, want {}"
    CannotInfer "G190" "in call to {}, cannot infer {}"
    NotSatisfied "G191" "{}"
    InferMismatch "G192" "type {} of {} does not match {}"
    ParamTypeSwitch "G193" "cannot use {} in type switch"
    ManyInstances "G194" "too many instances of generic types"
}

#[cfg(test)]
mod tests {
    use super::Code;
    use std::collections::HashSet;

    #[test]
    fn codes_are_unique_and_in_order() {
        let ids: Vec<_> = Code::ALL.iter().map(|code| code.id()).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
    }
}
