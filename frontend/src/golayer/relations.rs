//! Identity and comparability of types.

use super::object::{ObjId, ObjKind, is_exported};
use super::types::{Basic, Ty, Type};
use super::{Checker, deep};
use std::collections::HashSet;

impl<'a> Checker<'a> {
    /// Whether two types are identical.
    pub(super) fn identical(&self, x: Ty, y: Ty) -> bool {
        deep(|| self.identical_with(x, y, false))
    }

    pub(super) fn identical_with(&self, x: Ty, y: Ty, ignore_tags: bool) -> bool {
        let (x, y) = (self.types.unalias(x), self.types.unalias(y));
        if x == y {
            return true;
        }
        let same = |a, b| deep(|| self.identical_with(a, b, ignore_tags));
        match (self.types.get(x), self.types.get(y)) {
            (Type::Basic(a), Type::Basic(b)) => a.plain() == b.plain(),
            (Type::Pointer(a), Type::Pointer(b)) | (Type::Slice(a), Type::Slice(b)) => same(*a, *b),
            (Type::Array(a, len_a), Type::Array(b, len_b)) => {
                (len_a.is_none() || len_b.is_none() || len_a == len_b) && same(*a, *b)
            }
            (Type::Map(key_a, value_a), Type::Map(key_b, value_b)) => same(*key_a, *key_b) && same(*value_a, *value_b),
            (Type::Chan(dir_a, a), Type::Chan(dir_b, b)) => dir_a == dir_b && same(*a, *b),
            (Type::Struct(a), Type::Struct(b)) => {
                a.len() == b.len()
                    && a.iter().zip(b.iter()).all(|((field_a, tag_a), (field_b, tag_b))| {
                        let (a, b) = (&self.objs[*field_a], &self.objs[*field_b]);
                        let embedded = |kind: &ObjKind| matches!(kind, ObjKind::Field { embedded: true });
                        a.name == b.name
                            && (a.home == b.home || is_exported(&a.name))
                            && embedded(&a.kind) == embedded(&b.kind)
                            && (ignore_tags || tag_a == tag_b)
                            && same(self.obj_type(*field_a), self.obj_type(*field_b))
                    })
            }
            (Type::Signature(a), Type::Signature(b)) => {
                let lists = |a: &[ObjId], b: &[ObjId]| {
                    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(self.obj_type(*a), self.obj_type(*b)))
                };
                a.variadic == b.variadic
                    && a.type_params.len() == b.type_params.len()
                    && lists(&a.params, &b.params)
                    && lists(&a.results, &b.results)
            }
            (Type::Interface(a), Type::Interface(b)) => {
                if a.comparable != b.comparable {
                    return false;
                }
                let (a, b) = (self.method_set(x), self.method_set(y));
                a.len() == b.len()
                    && a.iter().zip(&b).all(|(a, b)| {
                        self.objs[*a].name == self.objs[*b].name && same(self.obj_type(*a), self.obj_type(*b))
                    })
                    && {
                        let (a, b) = (self.types.terms(x), self.types.terms(y));
                        a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| same(*a, *b))
                    }
            }
            (Type::Named(a), Type::Named(b)) => match (&a.instance, &b.instance) {
                (Some((origin_a, args_a)), Some((origin_b, args_b))) => {
                    origin_a == origin_b
                        && args_a.len() == args_b.len()
                        && args_a.iter().zip(args_b.iter()).all(|(a, b)| same(*a, *b))
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// All methods of an interface, embedded ones included: exported names first, each group by name.
    pub(super) fn method_set(&self, ty: Ty) -> Vec<ObjId> {
        let mut out: Vec<ObjId> = Vec::new();
        let mut names: HashSet<&str> = HashSet::new();
        let mut seen = Vec::new();
        let mut work = vec![ty];
        while let Some(ty) = work.pop() {
            let under = self.types.under(ty);
            if seen.contains(&under) {
                continue;
            }
            seen.push(under);
            let Type::Interface(interface) = self.types.get(under) else { continue };
            for &method in interface.methods.iter() {
                if names.insert(&self.objs[method].name) {
                    out.push(method);
                }
            }
            work.extend(interface.embedded.iter().rev().map(|(ty, _)| *ty));
        }
        out.sort_by(|&a, &b| {
            let (a, b) = (&self.objs[a].name, &self.objs[b].name);
            is_exported(b).cmp(&is_exported(a)).then_with(|| a.cmp(b))
        });
        out
    }

    /// Whether an interface lists types or demands comparability, so that only constraints may use it.
    pub(super) fn is_constraint_only(&self, ty: Ty) -> bool {
        self.demands_comparable(ty, 0) || !self.types.terms(ty).is_empty()
    }

    pub(super) fn demands_comparable(&self, ty: Ty, depth: u32) -> bool {
        match self.types.base(ty) {
            Type::Interface(interface) if depth < 50 => {
                interface.comparable || interface.embedded.iter().any(|(ty, _)| self.demands_comparable(*ty, depth + 1))
            }
            _ => false,
        }
    }

    // --------------------------------------------------------------------------------------------- comparability

    pub(super) fn comparable(&self, ty: Ty) -> bool {
        self.incomparable(ty).is_none()
    }

    /// Why values of a type cannot be compared: the innermost reason, empty if there are no words for it.
    pub(super) fn incomparable(&self, ty: Ty) -> Option<String> {
        deep(|| self.incomparable_within(ty, &mut Vec::new()))
    }

    fn incomparable_within(&self, ty: Ty, seen: &mut Vec<Ty>) -> Option<String> {
        let ty = self.types.unalias(ty);
        if seen.contains(&ty) {
            return None;
        }
        seen.push(ty);
        if self.types.is_param(ty) {
            let terms = self.types.terms(ty);
            let fine = self.demands_comparable(ty, 0)
                || (!terms.is_empty() && terms.iter().all(|&term| self.comparable(term)));
            return (!fine).then(|| "incomparable types in type set".to_owned());
        }
        match self.types.base(ty) {
            Type::Basic(basic) => (*basic == Basic::UntypedNil).then(String::new),
            Type::Pointer(_) | Type::Interface(_) | Type::Chan(..) => None,
            Type::Struct(fields) => fields.iter().find_map(|(field, _)| {
                let field = self.obj_type(*field);
                deep(|| self.incomparable_within(field, seen))?;
                Some(format!("struct containing {} cannot be compared", self.type_text(field)))
            }),
            Type::Array(elem, _) => {
                deep(|| self.incomparable_within(*elem, seen))?;
                Some(format!("{} cannot be compared", self.type_text(ty)))
            }
            _ => Some(String::new()),
        }
    }
}
