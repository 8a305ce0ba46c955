//! The rules that the checker's messages belong to.
//!
//! The checker words its findings as the reference does, and the reference has many words for few rules. A rule is found by the
//! words, the first of the table that fits.

/// A rule of the language, or a group of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its stable code, e.g. `V001`.
    pub id: &'static str,
    /// The messages that belong to it; `{}` stands for any text.
    pub patterns: &'static [&'static str],
}

/// The rule of a message of the checker.
#[must_use]
pub fn rule_of(message: &str) -> &'static Rule {
    Rule::ALL.iter().find(|rule| rule.patterns.iter().any(|pattern| fits(pattern, message))).unwrap_or(&Rule::OTHER)
}

/// Whether a text is the pattern with some text for each `{}`.
fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split("{}");
    let Some(mut rest) = parts.next().and_then(|head| text.strip_prefix(head)) else { return false };
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    rest.is_empty()
}

impl Rule {
    /// What no other rule covers.
    const OTHER: Self = Self { id: "V099", patterns: &[] };

    /// All rules in the order in which they are tried.
    pub const ALL: &'static [Self] = &[
        Self {
            id: "V001",
            patterns: &["name {} not declared", "name {} not defined in fileset{}", "name not defined: {}"],
        },
        Self {
            id: "V002",
            patterns: &[
                "{} redeclared in this block{}",
                "redeclaration of method {}",
                "running package {}: redeclarations for identifiers: {}",
                "StaticBlock.Define2({}",
            ],
        },
        Self { id: "V003", patterns: &["duplicate name found in field list: {}"] },
        Self {
            id: "V004",
            patterns: &[
                "builtin identifiers cannot be shadowed: {}",
                "{} is reserved",
                "{}check this is not shadowing a builtin type",
            ],
        },
        Self {
            id: "V005",
            patterns: &[
                "assignment mismatch: {}",
                "assignment operator {} requires only one expression{}",
                "missing init expr{}",
                "extra init expr{}",
                "RHS should not be {}",
                "missing type and values",
            ],
        },
        Self { id: "V006", patterns: &["no new variables on left side of :=", "non-name on left side of :="] },
        Self {
            id: "V009",
            patterns: &[
                "use of untyped nil{}",
                "untyped nil",
                "nil is not a type",
                "cannot convert nil to {}",
                "missing field {} in untyped nil",
                "cannot range over nil",
                "expected function or bound method but got <nil>",
                "invalid operation: cannot indirect nil",
            ],
        },
        Self { id: "V025", patterns: &["{} does not implement {}"] },
        Self {
            id: "V033",
            patterns: &[
                "crossing function {}",
                "crossing function literal{}",
                "cross can only be used{}",
                "cross is a virtual function",
                "crossing() is reserved{}",
                "missing realm argument in calling{}",
                "only `cur` and `cross` are allowed{}",
                "only the `cur` argument{}",
                "only the first realm type argument{}",
                "a crossing function's first realm argument{}",
                "`cur realm` cannot be used as a closure capture{}",
            ],
        },
        Self { id: "V007", patterns: &["cannot assign to {}", "not assignable", "illegal assignment X expression{}"] },
        Self {
            id: "V010",
            patterns: &[
                "{} is not constant",
                "invalid constant type {}",
                "{} overflows {}",
                "{} truncated{}",
                "index {} must be integer constant",
            ],
        },
        Self {
            id: "V008",
            patterns: &["cannot use {} as {}", "cannot convert {}", "type conversion requires single argument"],
        },
        Self { id: "V011", patterns: &["invalid operation: division by zero", "division by zero"] },
        Self {
            id: "V012",
            patterns: &[
                "invalid operation: {}(mismatched types {} and {})",
                "invalid operation: mismatched types {}",
                "incompatible types in binary expression: {}",
            ],
        },
        Self {
            id: "V013",
            patterns: &[
                "operator {} not defined on: {}",
                "comparison operator {} not defined for {}",
                "checker for {} does not exist",
            ],
        },
        Self {
            id: "V014",
            patterns: &["invalid operation: shifted operand {}", "invalid operation: invalid shift count: {}"],
        },
        Self { id: "V015", patterns: &["invalid operation: cannot indirect {}"] },
        Self { id: "V016", patterns: &["invalid operation: {} is not an interface"] },
        Self {
            id: "V017",
            patterns: &[
                "invalid operation: more than one index",
                "invalid index expression on {}",
                "index type should be {}",
                "cannot slice variable of type {}",
                "unexpected index base kind{}",
                "runtime error: index out of range{}",
            ],
        },
        Self {
            id: "V019",
            patterns: &[
                "{} (no value) used as value",
                "multiple-value {} in single-value context",
                "cannot use _ as value or type",
                "package {} cannot only be referred to in a selector expression",
                "use of builtin {} not in function call",
            ],
        },
        Self {
            id: "V018",
            patterns: &["{} is not a type", "{} (type) is not an expression", "expected type expr but got {}"],
        },
        Self {
            id: "V020",
            patterns: &[
                "not enough arguments in call{}",
                "wrong argument count{}",
                "incompatible varg types{}",
                "expected final vargs slice but got many",
            ],
        },
        Self { id: "V021", patterns: &["expected {} return values; got {}"] },
        Self { id: "V022", patterns: &["function {} does not terminate", "lambda at {} does not terminate"] },
        Self {
            id: "V023",
            patterns: &[
                "struct type {} has no field {}",
                "missing field {} in {}",
                "cannot access {}",
                "unknown *DeclaredType method named {}",
                "unexpected selector expression type {}",
                "unexpected method of address",
            ],
        },
        Self {
            id: "V024",
            patterns: &[
                "mixed keyed and unkeyed elements",
                "types cannot be elided in composite literals{}",
                "unexpected composite lit type {}",
                "array lit key out of order",
            ],
        },
        Self {
            id: "V026",
            patterns: &[
                "{} statement out of place",
                "cannot fallthrough {}",
                "cannot find {} label {}",
                "invalid continue label {}",
                "label {} undefined",
            ],
        },
        Self {
            id: "V027",
            patterns: &["duplicate {} in type switch", "duplicate default clause", "duplicate case {}"],
        },
        Self { id: "V028", patterns: &["range iteration {}", "cannot range over {}"] },
        Self {
            id: "V029",
            patterns: &["invalid receiver type {}", "method has {}", "multiple receivers", "no receiver"],
        },
        Self { id: "V030", patterns: &["invalid recursive {}"] },
        Self { id: "V031", patterns: &["loop in variable initialization: {}"] },
        Self {
            id: "V032",
            patterns: &[
                "goroutines are not permitted",
                "imaginaries are not supported",
                "unknown Go type *ast.SelectStmt",
                "unknown Go type *ast.SendStmt",
                "dot imports not allowed in gno",
                "attach() {}",
                "not yet implemented",
            ],
        },
        Self {
            id: "V034",
            patterns: &[
                "unknown import path {}",
                "package name for {} doesn't match{}",
                "import cycle detected{}",
                "cannot import {}",
                "internal/ packages can only{}",
                "pure package path {}",
                "unexpected import declaration",
            ],
        },
        Self { id: "V035", patterns: &["function {} does not have a body{}"] },
        Self {
            id: "V036",
            patterns: &[
                "exceeded maximum VPBlock depth{}",
                "too many variables in block",
                "block node depth reached maximum{}",
                "type is nested deeper than {}",
            ],
        },
        Self { id: "V037", patterns: &["expected package name {} but got {}"] },
        Self { id: "V038", patterns: &["expression in defer must be function call", "syntax error"] },
        Self::OTHER,
    ];
}
