//! What can be wrong with a program, as data.
//!
//! There is one table for each who finds something. A row of a table is a rule: a stable code, what it means for people,
//! and its wordings, each with typed arguments and the reference's words. To add a finding is to add a wording to its rule, or a rule with
//! its first wording; code, arguments, text, explanation and JSON follow from that.
//!
//! | codes | table | findings of |
//! |---|---|---|
//! | `S…` | [`SyntaxError`] | lexer and parser |
//! | `G…` | [`GoError`] | the Go layer ([`crate::golayer`]) |
//! | `V…` | [`VmError`] | the checker, which decides what runs ([`crate::check`]) |
//! | `I…`, `M…`, `L…` | [`PackageError`] | imports, module files, conventions of realms |

mod arg;
mod go;
mod package;
mod syntax;
mod table;
mod vm;

pub use arg::{
    Arg, Construct, Count, Described, Expr, List, Measure, Name, Operator, Path, Position, Type, TypeKind, Value, Words,
};
pub use go::GoError;
pub use package::PackageError;
pub use syntax::SyntaxError;
pub use table::{Rule, Wording};
pub use vm::VmError;

use std::fmt;

/// A finding of any table.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Finding {
    /// Of lexer and parser.
    Syntax(SyntaxError),
    /// Of Go's rules.
    Go(GoError),
    /// Of the checker.
    Vm(VmError),
    /// Of imports, module files, conventions.
    Package(PackageError),
}

macro_rules! each {
    ($finding:expr, $inner:ident => $result:expr) => {
        match $finding {
            Finding::Syntax($inner) => $result,
            Finding::Go($inner) => $result,
            Finding::Vm($inner) => $result,
            Finding::Package($inner) => $result,
        }
    };
}

impl Finding {
    /// The stable code of the rule, e.g. `G026`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        each!(self, finding => finding.code())
    }

    /// The name of the wording, unique in its table, e.g. `Undefined`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        each!(self, finding => finding.kind())
    }

    /// The arguments with their names, in order.
    #[must_use]
    pub fn args(&self) -> Vec<(&'static str, Arg)> {
        each!(self, finding => finding.args())
    }
}

/// The reference's words, without place.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        each!(self, finding => finding.fmt(f))
    }
}

macro_rules! from {
    ($($Table:ident $Variant:ident)*) => {
        $(
            impl From<$Table> for Finding {
                fn from(finding: $Table) -> Self {
                    Self::$Variant(finding)
                }
            }
        )*
    };
}

from! { SyntaxError Syntax GoError Go VmError Vm PackageError Package }

/// All rules of all tables, in a fixed order.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    [SyntaxError::RULES, GoError::RULES, VmError::RULES, PackageError::RULES].into_iter().flatten()
}

/// The rule of a code; capital and small letters are the same.
#[must_use]
pub fn rule(code: &str) -> Option<&'static Rule> {
    rules().find(|rule| rule.code.eq_ignore_ascii_case(code))
}

#[cfg(test)]
mod tests {
    use super::{Arg, GoError, Name, Type, VmError, rule, rules};
    use std::collections::HashSet;

    #[test]
    fn codes_are_unique_and_in_order_and_each_has_an_explanation() {
        let codes: Vec<_> = rules().map(|rule| rule.code).collect();
        assert_eq!(codes.len(), codes.iter().collect::<HashSet<_>>().len());
        assert!(codes.windows(2).all(|pair| pair[0] < pair[1] || pair[0].as_bytes()[0] != pair[1].as_bytes()[0]));
        assert!(rules().all(|rule| rule.explanation.ends_with('.')));
        assert!(rule("g026").is_some() && rule("G999").is_none());
    }

    #[test]
    fn kinds_are_unique_in_their_table() {
        for table in [GoError::RULES, VmError::RULES] {
            let kinds: Vec<_> = table.iter().flat_map(|rule| rule.wordings).map(|wording| wording.kind).collect();
            assert_eq!(kinds.len(), kinds.iter().collect::<HashSet<_>>().len());
        }
    }

    #[test]
    fn code_arguments_words_and_outline_follow_from_the_table() {
        let error = VmError::UnknownField { of: Type::from("struct{a int}"), name: Name::from("b") };
        assert_eq!((error.code(), error.kind()), ("V023", "UnknownField"));
        assert_eq!(error.args()[1], ("name", Arg::Text("name", "b".to_owned())));
        assert_eq!(error.to_string(), "struct type struct{a int} has no field b");
        let wording = rule("V023").and_then(|rule| rule.wordings.first()).map(super::Wording::outline);
        assert_eq!(wording.as_deref(), Some("struct type <of> has no field <name>"));
    }
}
