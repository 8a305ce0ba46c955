//! The rules of the language that the checker's findings belong to.

/// A rule, or a group of them: the stable identity of a finding of the checker. Its words are the reference's, which has many words
/// for few rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// A name means nothing where it is used.
    Undeclared,
    /// A name is declared twice in a block, or a method twice for a type.
    Redeclared,
    /// Two fields, parameters or methods of a list have one name.
    DuplicateName,
    /// A predeclared name cannot be declared.
    Reserved,
    /// As many values as variables.
    CountMismatch,
    /// `:=` declares at least one new name, and names only.
    Define,
    /// The left side of an assignment is no variable.
    NotAssignable,
    /// A value has not the type that is required.
    TypeMismatch,
    /// `nil` where it has no meaning.
    Nil,
    /// A constant of a suitable type, within its range.
    NotConstant,
    /// Division by a constant zero.
    DivisionByZero,
    /// Operands of different types.
    MismatchedTypes,
    /// The operator does not exist for the type.
    Operator,
    /// Operands of shifts.
    Shift,
    /// `*x` of what is no pointer.
    Indirect,
    /// `x.(T)` of what is no interface.
    NotInterface,
    /// What can be indexed or sliced, and by what.
    Index,
    /// A type where a value is required, or the other way round.
    TypeOrValue,
    /// Exactly one value is required.
    SingleValue,
    /// Arguments fit the parameters.
    Arguments,
    /// As many values as results.
    ReturnCount,
    /// A function with results can reach its end.
    MissingReturn,
    /// No such field, method or member, or a private one.
    Member,
    /// Form of composite literals.
    CompositeLiteral,
    /// A type lacks methods of an interface.
    NotImplemented,
    /// Statements that jump need a target.
    Branch,
    /// A clause of a switch occurs twice.
    SwitchClause,
    /// What `range` runs over.
    Range,
    /// Form and type of receivers.
    Receiver,
    /// A type or constant contains itself.
    RecursiveType,
    /// Package-level variables need each other's values.
    InitializationLoop,
    /// Parts of Go that Gno leaves out.
    LeftOut,
    /// Functions that cross realms and their calls.
    Crossing,
    /// Imports.
    Import,
    /// A function without body.
    NoBody,
    /// Limits.
    Limit,
    /// Form of statements.
    Form,
    /// Internal errors of the reference, and what no other rule covers.
    Other,
}

impl Rule {
    /// All rules, by code.
    pub const ALL: &'static [Self] = &[
        Self::Undeclared,
        Self::Redeclared,
        Self::DuplicateName,
        Self::Reserved,
        Self::CountMismatch,
        Self::Define,
        Self::NotAssignable,
        Self::TypeMismatch,
        Self::Nil,
        Self::NotConstant,
        Self::DivisionByZero,
        Self::MismatchedTypes,
        Self::Operator,
        Self::Shift,
        Self::Indirect,
        Self::NotInterface,
        Self::Index,
        Self::TypeOrValue,
        Self::SingleValue,
        Self::Arguments,
        Self::ReturnCount,
        Self::MissingReturn,
        Self::Member,
        Self::CompositeLiteral,
        Self::NotImplemented,
        Self::Branch,
        Self::SwitchClause,
        Self::Range,
        Self::Receiver,
        Self::RecursiveType,
        Self::InitializationLoop,
        Self::LeftOut,
        Self::Crossing,
        Self::Import,
        Self::NoBody,
        Self::Limit,
        Self::Form,
        Self::Other,
    ];

    /// The code as printed, e.g. `V001`.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Undeclared => "V001",
            Self::Redeclared => "V002",
            Self::DuplicateName => "V003",
            Self::Reserved => "V004",
            Self::CountMismatch => "V005",
            Self::Define => "V006",
            Self::NotAssignable => "V007",
            Self::TypeMismatch => "V008",
            Self::Nil => "V009",
            Self::NotConstant => "V010",
            Self::DivisionByZero => "V011",
            Self::MismatchedTypes => "V012",
            Self::Operator => "V013",
            Self::Shift => "V014",
            Self::Indirect => "V015",
            Self::NotInterface => "V016",
            Self::Index => "V017",
            Self::TypeOrValue => "V018",
            Self::SingleValue => "V019",
            Self::Arguments => "V020",
            Self::ReturnCount => "V021",
            Self::MissingReturn => "V022",
            Self::Member => "V023",
            Self::CompositeLiteral => "V024",
            Self::NotImplemented => "V025",
            Self::Branch => "V026",
            Self::SwitchClause => "V027",
            Self::Range => "V028",
            Self::Receiver => "V029",
            Self::RecursiveType => "V030",
            Self::InitializationLoop => "V031",
            Self::LeftOut => "V032",
            Self::Crossing => "V033",
            Self::Import => "V034",
            Self::NoBody => "V035",
            Self::Limit => "V036",
            Self::Form => "V038",
            Self::Other => "V099",
        }
    }

    /// The usual wording, `…` standing for what differs; empty where there is none.
    #[must_use]
    pub const fn wording(self) -> &'static str {
        match self {
            Self::Undeclared => "name … not declared",
            Self::Redeclared => "… redeclared in this block…",
            Self::DuplicateName => "duplicate name found in field list: …",
            Self::Reserved => "builtin identifiers cannot be shadowed: …",
            Self::CountMismatch => "assignment mismatch: …",
            Self::Define => "no new variables on left side of :=",
            Self::NotAssignable => "cannot assign to …",
            Self::TypeMismatch => "cannot use … as …",
            Self::Nil => "use of untyped nil…",
            Self::NotConstant => "… is not constant",
            Self::DivisionByZero => "invalid operation: division by zero",
            Self::MismatchedTypes => "invalid operation: …(mismatched types … and …)",
            Self::Operator => "operator … not defined on: …",
            Self::Shift => "invalid operation: shifted operand …",
            Self::Indirect => "invalid operation: cannot indirect …",
            Self::NotInterface => "invalid operation: … is not an interface",
            Self::Index => "invalid operation: more than one index",
            Self::TypeOrValue => "… is not a type",
            Self::SingleValue => "… (no value) used as value",
            Self::Arguments => "not enough arguments in call…",
            Self::ReturnCount => "expected … return values; got …",
            Self::MissingReturn => "function … does not terminate",
            Self::Member => "struct type … has no field …",
            Self::CompositeLiteral => "mixed keyed and unkeyed elements",
            Self::NotImplemented => "… does not implement …",
            Self::Branch => "… statement out of place",
            Self::SwitchClause => "duplicate … in type switch",
            Self::Range => "range iteration …",
            Self::Receiver => "invalid receiver type …",
            Self::RecursiveType => "invalid recursive …",
            Self::InitializationLoop => "loop in variable initialization: …",
            Self::LeftOut => "goroutines are not permitted",
            Self::Crossing => "crossing function …",
            Self::Import => "unknown import path …",
            Self::NoBody => "function … does not have a body…",
            Self::Limit => "exceeded maximum VPBlock depth…",
            Self::Form => "expression in defer must be function call",
            Self::Other => "",
        }
    }
}
