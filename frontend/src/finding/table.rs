//! The form of the tables.

/// A rule: the stable identity of a kind of finding.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The code as printed, e.g. `G026`. Words may change, codes do not.
    pub code: &'static str,
    /// What it means and what to do about it, for people.
    pub explanation: &'static str,
    /// The words that findings of the rule have.
    pub wordings: &'static [Wording],
}

/// One of the texts of a rule.
#[derive(Clone, Copy, Debug)]
pub struct Wording {
    /// Its name, unique in its table.
    pub kind: &'static str,
    /// The words; `{name}` stands for the argument of that name, `{name:#}` for it in quotation marks, `{{` for a brace.
    pub template: &'static str,
    /// Names and kinds of the arguments.
    pub args: &'static [(&'static str, &'static str)],
}

impl Wording {
    /// The words with `<name>` for the arguments, on one line.
    #[must_use]
    pub fn outline(&self) -> String {
        let mut text = self.template.trim().replace("{{", "\u{1}").replace("}}", "\u{2}");
        for (name, _) in self.args {
            text = text.replace(&format!("{{{name}}}"), &format!("<{name}>"));
            text = text.replace(&format!("{{{name}:#}}"), &format!("\"<{name}>\""));
        }
        text.replace('\u{1}', "{").replace('\u{2}', "}").replace("\n\t", " / ")
    }
}

/// Declares the findings of a layer: an enum with a variant for each wording. A rule is a code, its explanation and, in braces, its
/// wordings: `Kind { argument: Type } "the words with {argument}"`. An argument that the words do not use, and the other way
/// round, does not compile.
macro_rules! findings {
    (
        $(#[$doc:meta])*
        pub enum $Table:ident;
        $( $code:literal $explanation:literal { $( $kind:ident $({ $($arg:ident : $Arg:ident),+ $(,)? })? $words:literal )+ } )+
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub enum $Table {
            $($( #[doc = concat!("`", $words, "`")] $kind $({ $( #[doc = stringify!($Arg)] $arg: $Arg ),+ })?, )+)+
        }

        impl $Table {
            /// All rules, by code.
            pub const RULES: &'static [$crate::finding::Rule] = &[$(
                $crate::finding::Rule {
                    code: $code,
                    explanation: $explanation,
                    wordings: &[$(
                        $crate::finding::Wording {
                            kind: stringify!($kind),
                            template: $words,
                            args: &[$($((stringify!($arg), $Arg::KIND)),+)?],
                        },
                    )+],
                },
            )+];

            /// The stable code of the rule, e.g. `G026`.
            #[must_use]
            pub const fn code(&self) -> &'static str {
                match self { $($( Self::$kind { .. } => $code, )+)+ }
            }

            /// The name of the wording.
            #[must_use]
            pub const fn kind(&self) -> &'static str {
                match self { $($( Self::$kind { .. } => stringify!($kind), )+)+ }
            }

            /// The arguments with their names, in order.
            #[must_use]
            pub fn args(&self) -> Vec<(&'static str, $crate::finding::Arg)> {
                match self {
                    $($( Self::$kind $({ $($arg),+ })? => vec![$($((stringify!($arg), $arg.clone().into())),+)?], )+)+
                }
            }
        }

        /// The reference's words, without place.
        impl std::fmt::Display for $Table {
            #[deny(unused_variables)]
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self { $($( Self::$kind $({ $($arg),+ })? => write!(f, $words), )+)+ }
            }
        }
    };
}

pub(crate) use findings;
