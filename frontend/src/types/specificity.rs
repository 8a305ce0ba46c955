//! Which operand takes the other's type: defaults, specificity and the swap rule (spec/02 §5.3, spec/01 §4.5).

use super::{Basic, Type, TypeId, TypeTable};

impl TypeTable {
    /// The type that an untyped value takes without a context (spec/01 §1.8); other types are their own default.
    #[must_use]
    pub fn default_type(&self, ty: TypeId) -> TypeId {
        match self.get(ty) {
            Type::Basic(Basic::UntypedBool) => TypeId::BOOL,
            Type::Basic(Basic::UntypedString) => TypeId::STRING,
            Type::Basic(Basic::UntypedRune) => TypeId::INT32,
            Type::Basic(Basic::UntypedBigint) => TypeId::INT,
            Type::Basic(Basic::UntypedBigdec) => TypeId::FLOAT64,
            _ => ty,
        }
    }

    /// How specific a type is; the lower number wins (spec/01 §1.8).
    #[must_use]
    pub fn specificity(&self, ty: TypeId) -> u8 {
        match self.get(ty) {
            Type::Basic(Basic::UntypedBigdec) => 1,
            Type::Basic(Basic::UntypedString | Basic::UntypedBigint) => 2,
            Type::Basic(Basic::UntypedRune) => 3,
            Type::Basic(Basic::UntypedBool) => 4,
            _ => 0,
        }
    }

    /// Whether the right operand is converted to the type of the left one, instead of left to right: `swap(t1, t2)`
    /// of spec/02 §5.3. `None` is the type of `nil`.
    #[must_use]
    pub fn should_swap(&self, left: Option<TypeId>, right: Option<TypeId>) -> bool {
        let Some(left) = typed(left) else { return false };
        let Some(right) = typed(right) else { return true };
        if let Some(left) = self.as_interface(left) {
            if left.entries.is_empty() {
                return true;
            }
            return match self.as_interface(right) {
                Some(right) if right.entries.is_empty() => false,
                Some(right) => left.entries.len() < right.entries.len(),
                None => true,
            };
        }
        if matches!(self.get(right), Type::Interface(_)) {
            return false;
        }
        self.specificity(left) < self.specificity(right)
    }
}

/// The type if there is one: [`TypeId::UNTYPED_NIL`] is none.
pub(super) fn typed(ty: Option<TypeId>) -> Option<TypeId> {
    ty.filter(|&ty| ty != TypeId::UNTYPED_NIL)
}
