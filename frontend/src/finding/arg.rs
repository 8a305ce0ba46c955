//! Arguments of findings: each kind of thing that a message can speak of has a type of its own.

use std::fmt;

/// An argument of any kind, as those see it who look at findings without knowing each of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Arg {
    /// A text, and what it is: `name`, `type`, ….
    Text(&'static str, String),
    /// A number.
    Count(i64),
}

impl Arg {
    /// What the argument is, e.g. `name`, `type`, `count`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Text(kind, _) => kind,
            Self::Count(_) => Count::KIND,
        }
    }
}

impl fmt::Display for Arg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(_, text) => f.write_str(text),
            Self::Count(value) => value.fmt(f),
        }
    }
}

macro_rules! texts {
    ($( $(#[$doc:meta])* $Name:ident $kind:literal )*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, PartialEq, Eq, Hash)]
            pub struct $Name(pub String);

            impl $Name {
                /// What [`Arg::kind`] gives for it.
                pub const KIND: &'static str = $kind;
            }

            /// The text; with `#` in quotation marks, with escapes.
            impl fmt::Display for $Name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    if f.alternate() { write!(f, "{:?}", self.0) } else { f.write_str(&self.0) }
                }
            }

            impl<T: ToString + ?Sized> From<&T> for $Name {
                fn from(text: &T) -> Self {
                    Self(text.to_string())
                }
            }

            impl From<String> for $Name {
                fn from(text: String) -> Self {
                    Self(text)
                }
            }

            impl From<$Name> for Arg {
                fn from(arg: $Name) -> Self {
                    Self::Text($kind, arg.0)
                }
            }
        )*
    };
}

texts! {
    /// A declared or used name.
    Name "name"
    /// A type as the layer prints it.
    Type "type"
    /// A kind of types, e.g. `IntKind`.
    TypeKind "type kind"
    /// An expression as the layer prints it.
    Expr "expression"
    /// An expression with what it denotes: `x (variable of type int)`.
    Described "operand"
    /// A constant or its text.
    Value "constant"
    /// An operator.
    Operator "operator"
    /// A token, or a construct of the syntax.
    Construct "construct"
    /// The path of a package.
    Path "path"
    /// A place in the source: `FILE:L:C`.
    Position "position"
    /// Types or names in a row.
    List "list"
    /// Fixed words: a context, a reason.
    Words "words"
}

/// A number of things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Count(pub i64);

impl Count {
    /// What [`Arg::kind`] gives for it.
    pub const KIND: &'static str = "count";
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<i64> for Count {
    fn from(count: i64) -> Self {
        Self(count)
    }
}

impl From<u32> for Count {
    fn from(count: u32) -> Self {
        Self(i64::from(count))
    }
}

impl From<usize> for Count {
    fn from(count: usize) -> Self {
        Self(i64::try_from(count).unwrap_or(i64::MAX))
    }
}

impl From<Count> for Arg {
    fn from(arg: Count) -> Self {
        Self::Count(arg.0)
    }
}

/// A number of things with their name: `1 value`, `2 values`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Measure {
    /// How many.
    pub count: Count,
    /// Of what, for one of them.
    pub noun: &'static str,
}

impl Measure {
    /// What [`Arg::kind`] gives for it: the noun follows from the place.
    pub const KIND: &'static str = Count::KIND;

    /// `count` things.
    pub fn of(count: usize, noun: &'static str) -> Self {
        Self { count: count.into(), noun }
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.count == Count(1) { "" } else { "s" };
        write!(f, "{} {}{plural}", self.count, self.noun)
    }
}

impl From<Measure> for Arg {
    fn from(arg: Measure) -> Self {
        arg.count.into()
    }
}
