//! Assignability (spec/01 §4.5): rules of the preprocessor, which differ from Go's.

use super::specificity::typed;
use super::{Basic, ImplementsError, Kind, Type, TypeId, TypeTable, deeper};
use crate::finding::{self, VmError};

/// Where a value is used, for the text of a misplaced `nil` (spec/01 §3.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NilContext {
    /// `var x T = nil`
    VariableDeclaration,
    /// `x = nil`
    Assignment,
    /// An element, key or value of an array, slice or map literal.
    CompositeLiteral,
    /// An argument; the rendering of the callee.
    Argument(String),
    /// Anywhere else.
    Other,
}

/// Why a value of one type cannot be used as another type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AssignError {
    /// `nil` for a type that has no nil.
    Nil {
        /// The destination.
        dest: TypeId,
    },
    /// The destination is an interface and the source lacks a method.
    NotImplemented {
        /// The source.
        source: TypeId,
        /// The destination.
        dest: TypeId,
        /// The method.
        reason: ImplementsError,
    },
    /// Two declared types, or a declared and a primitive one.
    NeedsConversion {
        /// The source.
        source: TypeId,
        /// The destination.
        dest: TypeId,
    },
    /// An untyped value for another kind.
    Untyped {
        /// The source's type.
        source: Basic,
        /// The destination's kind.
        dest: Kind,
    },
    /// Anything else. The types are those that were compared last, so a declared type may stand as its base.
    Mismatch {
        /// The source.
        source: TypeId,
        /// The destination.
        dest: TypeId,
    },
}

impl AssignError {
    /// What it is as a finding (spec/01 §3.4); `nil` as outside any special place.
    #[must_use]
    pub fn finding(&self, table: &TypeTable) -> VmError {
        self.finding_in(table, &NilContext::Other)
    }

    /// What it is as a finding, which for `nil` depends on where it stands.
    #[must_use]
    pub fn finding_in(&self, table: &TypeTable, context: &NilContext) -> VmError {
        let arg = |ty: &TypeId| finding::Type::from(table.type_string(*ty));
        match self {
            Self::Nil { dest } => {
                let place = match context {
                    NilContext::VariableDeclaration => " in variable declaration".into(),
                    NilContext::Assignment => " in assignment".into(),
                    NilContext::CompositeLiteral => " in array, slice literal or map literal".into(),
                    NilContext::Argument(callee) => format!(" in argument to {callee}").into(),
                    NilContext::Other => "".into(),
                };
                VmError::NilAs { to: arg(dest), place }
            }
            Self::NotImplemented { source, dest, reason } => reason.finding(arg(source), arg(dest)),
            Self::NeedsConversion { source, dest } => VmError::NeedsConversion { from: arg(source), to: arg(dest) },
            Self::Untyped { source, dest } => {
                let from = match source {
                    Basic::UntypedBool => "bool",
                    Basic::UntypedString => "string",
                    Basic::UntypedRune => "rune",
                    Basic::UntypedBigdec => "Bigdec",
                    _ => "Bigint",
                };
                VmError::UntypedAs { from: from.into(), to: dest.into() }
            }
            Self::Mismatch { source, dest } => VmError::CannotUse { from: arg(source), to: arg(dest) },
        }
    }
}

impl TypeTable {
    /// Checks that a value of type `x` can be used where type `d` is wanted (spec/01 §4.5). `None` as source is `nil`,
    /// as destination `_`. Whether an untyped constant fits is left to its conversion.
    ///
    /// # Errors
    ///
    /// The first rule that is broken.
    pub fn check_assignable(&self, x: Option<TypeId>, d: Option<TypeId>) -> Result<(), AssignError> {
        match (typed(x), typed(d)) {
            (_, None) => Ok(()),
            (None, Some(dest)) if self.kind(dest).is_nilable() => Ok(()),
            (None, Some(dest)) => Err(AssignError::Nil { dest }),
            (Some(source), Some(dest)) => self.assignable(source, dest),
        }
    }

    fn assignable(&self, mut source: TypeId, mut dest: TypeId) -> Result<(), AssignError> {
        if self.is_interface(dest) {
            return match self.implements(source, dest) {
                Ok(()) => Ok(()),
                Err(reason) => Err(AssignError::NotImplemented { source, dest, reason }),
            };
        }
        let is_declared = |ty: TypeId| self.as_named(ty).is_some();
        if is_declared(source) && is_declared(dest) {
            let same = self.identical(source, dest);
            return if same { Ok(()) } else { Err(AssignError::NeedsConversion { source, dest }) };
        }
        if is_declared(source) {
            if self.is_primitive(dest) {
                return Err(AssignError::NeedsConversion { source, dest });
            }
            source = self.underlying(source);
        } else if is_declared(dest) {
            if self.is_primitive(source) && !self.is_untyped(source) {
                return Err(AssignError::NeedsConversion { source, dest });
            }
            dest = self.underlying(dest);
        }
        deeper(|| self.assignable_shapes(source, dest))
    }

    /// Rules 7 to 13, on types that are not declared.
    fn assignable_shapes(&self, source: TypeId, dest: TypeId) -> Result<(), AssignError> {
        let check = |ok: bool| if ok { Ok(()) } else { Err(AssignError::Mismatch { source, dest }) };
        match (self.get(source), self.get(dest)) {
            (Type::Basic(from), Type::Basic(_)) if from.is_untyped() => self.untyped_to_primitive(*from, dest),
            (Type::Pointer(from), Type::Pointer(to)) => self.check_assignable(Some(*from), Some(*to)),
            (Type::Array { len, elem, .. }, Type::Array { len: wanted_len, elem: wanted, .. }) => {
                check(len == wanted_len && self.identical(*elem, *wanted))
            }
            (Type::Slice { elem, .. }, Type::Slice { elem: wanted, variadic: true }) => {
                self.check_assignable(Some(*elem), Some(*wanted))
            }
            (Type::Slice { elem, .. }, Type::Slice { elem: wanted, variadic: false }) => {
                check(self.identical(*elem, *wanted))
            }
            (Type::Map { key, .. }, Type::Map { key: wanted, .. }) => check(self.identical(*key, *wanted)),
            _ => check(self.identical(source, dest)),
        }
    }

    fn untyped_to_primitive(&self, source: Basic, dest: TypeId) -> Result<(), AssignError> {
        let kind = self.kind(dest);
        let ok = match source {
            Basic::UntypedBool => kind == Kind::Bool,
            Basic::UntypedString => kind == Kind::String,
            Basic::UntypedBigdec => kind.is_numeric() && kind != Kind::Bigint,
            _ => kind.is_numeric(),
        };
        if ok { Ok(()) } else { Err(AssignError::Untyped { source, dest: kind }) }
    }
}
