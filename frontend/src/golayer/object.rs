//! Declared things and the blocks they are declared in.

use cranelift_entity::entity_impl;
use std::collections::HashMap;
use std::rc::Rc;

use super::types::Ty;
use super::value::Value;
use crate::source::Span;

/// A declared thing.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ObjId(u32);
entity_impl!(ObjId, "obj");

/// A block.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ScopeId(u32);
entity_impl!(ScopeId, "scope");

/// What a name stands for.
#[derive(Clone, Debug)]
pub(super) enum ObjKind {
    /// An import: its path, and the number of the package if it is known.
    Package(String, Option<u32>),
    Const(Value),
    Type,
    Var,
    Field {
        embedded: bool,
    },
    Func,
    Builtin(Builtin),
    Nil,
    Iota,
}

/// Where an object comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Home {
    /// Predeclared.
    Universe,
    /// A package, by its number; 0 is the one that is checked.
    Package(u32),
    /// The package of predeclared realm types (spec/01 §3.1).
    Realm,
}

/// How far the declaration of an object has been worked out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    Untouched,
    /// Under way, at this place of the path of declarations.
    Active(usize),
    Done,
}

/// A declared thing.
#[derive(Clone, Debug)]
pub(super) struct Object {
    pub(super) kind: ObjKind,
    pub(super) name: Rc<str>,
    pub(super) home: Home,
    pub(super) ty: Option<Ty>,
    /// The file; `None` outside the sources.
    pub(super) file: Option<u32>,
    pub(super) span: Span,
    pub(super) used: bool,
    pub(super) progress: Progress,
    /// Position in the order of declarations; 0 for everything that is not declared at package level.
    pub(super) order: u32,
    /// For a method, whether its receiver is a pointer.
    pub(super) pointer_receiver: bool,
}

impl Object {
    pub(super) fn is_type(&self) -> bool {
        matches!(self.kind, ObjKind::Type)
    }
}

/// Whether a name starts with an upper-case letter.
pub(super) fn is_exported(name: &str) -> bool {
    name.chars().next().is_some_and(char::is_uppercase)
}

/// A block: its names, in the order of their declaration.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    pub(super) parent: Option<ScopeId>,
    pub(super) names: HashMap<Rc<str>, ObjId>,
    pub(super) order: Vec<ObjId>,
    pub(super) children: Vec<ScopeId>,
    /// The outermost block of a function: its variables are reported on their own.
    pub(super) function: bool,
}

/// The predeclared functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Builtin {
    Append,
    Cap,
    Clear,
    Close,
    Complex,
    Copy,
    Delete,
    Imag,
    Len,
    Make,
    Max,
    Min,
    New,
    Panic,
    Print,
    Println,
    Real,
    Recover,
}

impl Builtin {
    pub(super) const ALL: [Self; 18] = [
        Self::Append,
        Self::Cap,
        Self::Clear,
        Self::Close,
        Self::Complex,
        Self::Copy,
        Self::Delete,
        Self::Imag,
        Self::Len,
        Self::Make,
        Self::Max,
        Self::Min,
        Self::New,
        Self::Panic,
        Self::Print,
        Self::Println,
        Self::Real,
        Self::Recover,
    ];

    /// Name, number of arguments, whether more are allowed, whether a call may stand as a statement.
    pub(super) const fn facts(self) -> (&'static str, usize, bool, bool) {
        match self {
            Self::Append => ("append", 1, true, false),
            Self::Cap => ("cap", 1, false, false),
            Self::Clear => ("clear", 1, false, true),
            Self::Close => ("close", 1, false, true),
            Self::Complex => ("complex", 2, false, false),
            Self::Copy => ("copy", 2, false, true),
            Self::Delete => ("delete", 2, false, true),
            Self::Imag => ("imag", 1, false, false),
            Self::Len => ("len", 1, false, false),
            Self::Make => ("make", 1, true, false),
            Self::Max => ("max", 1, true, false),
            Self::Min => ("min", 1, true, false),
            Self::New => ("new", 1, false, false),
            Self::Panic => ("panic", 1, false, true),
            Self::Print => ("print", 0, true, true),
            Self::Println => ("println", 0, true, true),
            Self::Real => ("real", 1, false, false),
            Self::Recover => ("recover", 0, false, true),
        }
    }
}
