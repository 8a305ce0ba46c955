//! Documentation of packages as text in the form of `go doc` (spec/05 §12.1).
//!
//! ```text
//! sources ── collect ── Package: comments and declarations as text ── render ── text
//! ```
//!
//! | file | holds |
//! |---|---|
//! | `collect` | from syntax trees to what can be shown |
//! | `comment` | documentation comments: which belongs to what, and their text |
//! | `members` | fields and interface methods |
//! | `render` | what is shown for a package, a name, a method |
//!
//! Declarations are shown in the formatter's layout, as they were written but for bodies and, unless asked for, names that
//! other packages cannot use.

mod collect;
mod comment;
mod members;
mod render;

use crate::compile::Source;
use std::fmt;

/// What is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Options {
    /// Everything with its comments, not one line each.
    pub all: bool,
    /// The source text in place of declaration and comment.
    pub source: bool,
    /// Also what other packages cannot use.
    pub unexported: bool,
}

/// Why there is nothing to show.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DocError {
    /// A file does not parse: the first error with its place.
    Syntax(String),
    /// The package has no such name.
    NoSymbol {
        /// The name, a method's with that of its type.
        name: String,
        /// The package.
        package: String,
    },
}

impl fmt::Display for DocError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(error) => f.write_str(error),
            Self::NoSymbol { name, package } => write!(f, "no symbol {name} in package {package}"),
        }
    }
}

impl std::error::Error for DocError {}

/// The documentation of a package, or of one of its names: `NAME`, or `TYPE.MEMBER`. `path` is the import path to show; empty if it
/// is not known. A small letter of a name also stands for the capital one.
///
/// # Errors
///
/// [`DocError`]: a file does not parse, or there is no such name.
pub fn document(path: &str, sources: &[Source], name: Option<&str>, options: Options) -> Result<String, DocError> {
    let package = collect::package(path, sources, options)?;
    match name {
        None => Ok(render::package(&package, options)),
        Some(name) => {
            let shown = if path.is_empty() { package.name.as_str() } else { path };
            render::symbol(&package, name, options)
                .ok_or_else(|| DocError::NoSymbol { name: name.to_owned(), package: shown.to_owned() })
        }
    }
}

/// What can be shown of a package.
#[derive(Debug, Default)]
struct Package {
    name: String,
    path: String,
    comment: String,
    values: Vec<Values>,
    functions: Vec<Function>,
    types: Vec<Type>,
}

/// Text of a declaration.
#[derive(Debug, Default)]
struct Text {
    /// The documentation.
    comment: String,
    /// Without body and hidden parts.
    declaration: String,
    /// With comment and body, as written.
    source: String,
}

/// A declaration of constants or variables.
#[derive(Debug)]
struct Values {
    text: Text,
    constants: bool,
    /// Each name and its one line.
    names: Vec<(String, String)>,
    /// The local type that most of them have.
    of: Option<String>,
}

/// A function or method.
#[derive(Debug)]
struct Function {
    text: Text,
    name: String,
    /// The receiver's type.
    receiver: Option<String>,
    /// The local type that it returns.
    makes: Option<String>,
}

/// A type.
#[derive(Debug)]
struct Type {
    text: Text,
    name: String,
    line: String,
    /// `struct` or `interface`, if it has members.
    keyword: &'static str,
    members: Vec<members::Member>,
}

/// Whether other packages can use a name.
fn is_exported(name: &str) -> bool {
    name.chars().next().is_some_and(char::is_uppercase)
}
