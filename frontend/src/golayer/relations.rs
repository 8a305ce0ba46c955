//! Relations between types: identity, comparability, members, interfaces, assignability, conversion.

use super::finding::Code;
use super::object::{Home, ObjId, ObjKind, is_exported};
use super::operand::{Mode, Operand};
use super::types::{Basic, INVALID, Interface, Named, Signature, Ty, Type};
use super::{Checker, deep};
use crate::syntax::ast::ChanDir;
use std::rc::Rc;

/// The outcome of looking for a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Member {
    Missing,
    /// Found, and whether a pointer was followed on the way.
    Found(ObjId, bool),
    /// Several at the same depth.
    Ambiguous,
    /// A method that needs an addressable receiver.
    NeedsPointer,
}

impl<'a> Checker<'a> {
    // -------------------------------------------------------------------------------------------------- identity

    /// Whether two types are identical.
    pub(super) fn identical(&self, x: Ty, y: Ty) -> bool {
        deep(|| self.identical_with(x, y, false))
    }

    fn identical_with(&self, x: Ty, y: Ty, ignore_tags: bool) -> bool {
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
                if !out.iter().any(|&other| self.objs[other].name == self.objs[method].name) {
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

    fn demands_comparable(&self, ty: Ty, depth: u32) -> bool {
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

    // --------------------------------------------------------------------------------------------------- members

    /// Looks for a field or method (spec/01 §4.6 tells where the virtual machine differs). `fold` ignores case.
    pub(super) fn lookup_member(&mut self, ty: Ty, addressable: bool, name: &str, fold: bool) -> Member {
        self.lookup_from(self.home(), ty, addressable, name, fold)
    }

    /// Looks for a member whose name is used in the package `home`.
    fn lookup_from(&mut self, home: Home, ty: Ty, addressable: bool, name: &str, fold: bool) -> Member {
        // A defined pointer type has fields but no methods.
        let plain = self.types.unalias(ty);
        if matches!(self.types.get(plain), Type::Named(_))
            && let Type::Pointer(_) = self.types.base(plain)
        {
            let under = self.types.under(plain);
            let found = self.lookup_in(home, under, false, name, fold);
            return match found {
                Member::Found(obj, _) if matches!(self.objs[obj].kind, ObjKind::Func) => Member::Missing,
                _ => found,
            };
        }
        self.lookup_in(home, ty, addressable, name, fold)
    }

    fn lookup_in(&mut self, home: Home, ty: Ty, addressable: bool, name: &str, fold: bool) -> Member {
        if name == "_" {
            return Member::Missing;
        }
        let (start, pointer) = self.types.deref(ty);
        if pointer && matches!(self.types.base(start), Type::Interface(_)) {
            return Member::Missing;
        }
        let lower = if fold { name.to_lowercase() } else { String::new() };
        let matches = |checker: &Self, obj: ObjId| {
            let other = &checker.objs[obj].name;
            if fold { other.to_lowercase() == lower } else { &**other == name && checker.is_visible(obj, home) }
        };
        // Type, whether a pointer was followed, whether the type occurs several times at this depth.
        let mut current = vec![(start, pointer, false)];
        let mut seen: Vec<Ty> = Vec::new();
        while !current.is_empty() {
            let mut next: Vec<(Ty, bool, bool)> = Vec::new();
            let mut found: Option<(ObjId, bool)> = None;
            for (ty, indirect, multiple) in current {
                let plain = self.types.unalias(ty);
                if let Type::Named(named) = self.types.get(plain) {
                    if seen.contains(&plain) {
                        continue;
                    }
                    seen.push(plain);
                    let origin = named.instance.as_ref().map_or(plain, |(origin, _)| *origin);
                    if let Some(method) = self.find_method(origin, name, |obj| matches(self, obj), fold) {
                        if found.is_some() || multiple {
                            return Member::Ambiguous;
                        }
                        let method = self.instance_method(plain, method);
                        found = Some((method, indirect));
                        continue;
                    }
                }
                match self.types.base(plain) {
                    Type::Struct(fields) => {
                        let fields = fields.clone();
                        let direct = self.direct_field(plain, &fields, name, fold);
                        let direct = direct.filter(|(field, _)| self.is_visible(*field, home));
                        let list = direct.as_ref().map_or(&*fields, std::slice::from_ref);
                        for (field, _) in list {
                            let object = &self.objs[*field];
                            if matches(self, *field) {
                                if found.is_some() || multiple {
                                    return Member::Ambiguous;
                                }
                                found = Some((*field, indirect));
                            } else if found.is_none() && matches!(object.kind, ObjKind::Field { embedded: true }) {
                                let (inner, pointer) = self.types.deref(object.ty.unwrap_or(INVALID));
                                next.push((inner, indirect || pointer, multiple));
                            }
                        }
                    }
                    Type::Interface(_) => {
                        let set = self.method_set(plain);
                        if let Some(&method) = set.iter().find(|&&method| matches(self, method)) {
                            if found.is_some() || multiple {
                                return Member::Ambiguous;
                            }
                            found = Some((method, indirect));
                        }
                    }
                    _ => {}
                }
            }
            if let Some((obj, indirect)) = found {
                if self.objs[obj].pointer_receiver && !indirect && !addressable {
                    return Member::NeedsPointer;
                }
                return Member::Found(obj, indirect);
            }
            // The same type twice at one depth makes everything in it ambiguous.
            let mut merged: Vec<(Ty, bool, bool)> = Vec::new();
            for entry in next {
                match merged.iter_mut().find(|(ty, ..)| self.identical(*ty, entry.0)) {
                    Some(existing) => existing.2 = true,
                    None => merged.push(entry),
                }
            }
            current = merged;
        }
        Member::Missing
    }

    /// A method of a defined type.
    fn find_method(&self, ty: Ty, name: &str, matches: impl Fn(ObjId) -> bool, fold: bool) -> Option<ObjId> {
        if !fold {
            return self.method_index.get(&(ty, name.into())).copied().filter(|&method| matches(method));
        }
        match self.types.get(ty) {
            Type::Named(named) => named.methods.iter().copied().find(|&method| matches(method)),
            _ => None,
        }
    }

    /// The field of that name in a struct with many fields.
    fn direct_field(
        &mut self,
        ty: Ty,
        fields: &Rc<[(ObjId, Option<String>)]>,
        name: &str,
        fold: bool,
    ) -> Option<(ObjId, Option<String>)> {
        const MANY: usize = 32;
        if fold || fields.len() < MANY {
            return None;
        }
        let under = self.types.under(ty);
        let objs = &self.objs;
        let index = self
            .field_index
            .entry(under)
            .or_insert_with(|| fields.iter().rev().map(|(field, _)| (objs[*field].name.clone(), *field)).collect());
        index.get(name).map(|&field| (field, None))
    }

    /// The method of an instance of a generic type.
    fn instance_method(&mut self, ty: Ty, method: ObjId) -> ObjId {
        let Type::Named(Named { instance: Some((origin, args)), .. }) = self.types.get(ty) else { return method };
        let (origin, args) = (*origin, args.clone());
        let Type::Named(named) = self.types.get(origin) else { return method };
        let params = named.params.clone();
        self.obj_decl(method);
        let signature = self.obj_type(method);
        let signature = self.substitute(signature, &params, &args);
        let mut object = self.objs[method].clone();
        object.ty = Some(signature);
        object.progress = super::object::Progress::Done;
        self.objs.push(object)
    }

    // ------------------------------------------------------------------------------------------------ interfaces

    /// The first method of the interface `target` that `ty` lacks, with the reason. With `dynamic`, methods that an
    /// interface `ty` does not list may still exist.
    pub(super) fn missing_method(&mut self, ty: Ty, target: Ty, dynamic: bool) -> Option<String> {
        for method in self.method_set(target) {
            let (name, home) = (self.objs[method].name.clone(), self.objs[method].home);
            self.obj_decl(method);
            let wanted = self.obj_type(method);
            if self.types.is_interface(ty) {
                let set = self.method_set(ty);
                match set.iter().find(|&&other| self.objs[other].name == name && self.is_visible(other, home)) {
                    None if dynamic => {}
                    None => return Some(format!("(missing method {name})")),
                    Some(&other) => {
                        let have = self.obj_type(other);
                        if !self.identical(have, wanted) {
                            return Some(self.wrong_method(&name, &name, have, wanted, "wrong type for method"));
                        }
                    }
                }
                continue;
            }
            match self.lookup_from(home, ty, false, &name, false) {
                Member::Found(obj, _) if matches!(self.objs[obj].kind, ObjKind::Func) => {
                    self.obj_decl(obj);
                    let have = self.obj_type(obj);
                    if !self.identical(have, wanted) {
                        return Some(self.wrong_method(&name, &name, have, wanted, "wrong type for method"));
                    }
                }
                Member::Found(..) => return Some(format!("({}.{name} is a field, not a method)", self.type_text(ty))),
                Member::Ambiguous => return Some(format!("(ambiguous selector {}.{name})", self.type_text(ty))),
                Member::NeedsPointer => return Some(format!("(method {name} has pointer receiver)")),
                Member::Missing => return Some(self.explain_missing(ty, &name, wanted)),
            }
        }
        None
    }

    fn explain_missing(&mut self, ty: Ty, name: &str, wanted: Ty) -> String {
        if let Member::Found(obj, _) = self.lookup_member(ty, false, name, true)
            && matches!(self.objs[obj].kind, ObjKind::Func)
        {
            self.obj_decl(obj);
            let (have_name, have) = (self.objs[obj].name.clone(), self.obj_type(obj));
            if &*have_name == name {
                // The name belongs to another package.
                return format!("(unexported method {name})");
            }
            return self.wrong_method(name, &have_name, have, wanted, "missing method");
        }
        if self.types.is_interface_pointer(ty) {
            return format!("(type {} is pointer to interface, not interface)", self.type_text(ty));
        }
        format!("(missing method {name})")
    }

    fn wrong_method(&self, name: &str, have_name: &str, have: Ty, wanted: Ty, what: &str) -> String {
        let (have, wanted) = (self.method_text(have_name, have), self.method_text(name, wanted));
        format!("({what} {name})\n\t\thave {have}\n\t\twant {wanted}")
    }

    /// Whether `ty` implements the interface `target`; else the reason, without parentheses around it.
    pub(super) fn implements(&mut self, ty: Ty, target: Ty, constraint: bool) -> Result<(), String> {
        if !self.types.is_valid(self.types.under(ty)) || !self.types.is_valid(self.types.under(target)) {
            return Ok(());
        }
        if matches!(self.types.base(ty), Type::Pointer(base) if !self.types.is_valid(self.types.under(*base))) {
            return Ok(());
        }
        let verb = if constraint { "satisfy" } else { "implement" };
        let fail = |checker: &Self, reason: &str| {
            Err(format!("{} does not {verb} {} {reason}", checker.type_text(ty), checker.type_text(target)))
        };
        let Type::Interface(interface) = self.types.base(target) else {
            let detail = if self.types.is_interface_pointer(target) {
                format!("(type {} is pointer to interface, not interface)", self.type_text(target))
            } else {
                format!("({} is not an interface)", self.type_text(target))
            };
            return fail(self, &detail);
        };
        let trivial = interface.methods.is_empty() && interface.embedded.is_empty() && !interface.comparable;
        if trivial {
            return Ok(());
        }
        if let Some(reason) = self.missing_method(ty, target, false) {
            return fail(self, &reason);
        }
        if self.demands_comparable(target, 0) && !self.comparable(ty) {
            return Err(format!("{} does not {verb} comparable", self.type_text(ty)));
        }
        let terms = self.term_list(target, 0);
        if !terms.is_empty() && !self.types.is_interface(ty) {
            let accepted = |ty: Ty| {
                terms.iter().any(|&(tilde, term)| {
                    if tilde {
                        self.identical(self.types.under(ty), self.types.under(term))
                    } else {
                        self.identical(ty, term)
                    }
                })
            };
            let fits = if self.types.is_param(ty) {
                let own = self.types.terms(ty);
                !own.is_empty() && own.iter().all(|&term| accepted(term))
            } else {
                accepted(ty)
            };
            if !fits {
                let target_text = self.type_text(self.types.under(target));
                let list = target_text.trim_start_matches("interface{").trim_end_matches('}').to_owned();
                return fail(self, &format!("({} missing in {list})", self.type_text(ty)));
            }
        }
        Ok(())
    }

    fn term_list(&self, ty: Ty, depth: u32) -> Vec<(bool, Ty)> {
        if depth > 50 {
            return Vec::new();
        }
        match self.types.base(ty) {
            Type::Interface(interface) => {
                interface.embedded.iter().flat_map(|(ty, _)| self.term_list(*ty, depth + 1)).collect()
            }
            Type::Union(terms) => terms
                .iter()
                .flat_map(|&(tilde, ty)| {
                    if matches!(self.types.base(ty), Type::Interface(_)) {
                        self.term_list(ty, depth + 1)
                    } else {
                        vec![(tilde, ty)]
                    }
                })
                .collect(),
            _ if depth > 0 => vec![(false, ty)],
            _ => Vec::new(),
        }
    }

    // --------------------------------------------------------------------------------- assignability, conversion

    /// Whether `x` may be assigned to `target`; else the reason, which may be empty.
    pub(super) fn assignable(&mut self, x: &Operand<'a>, target: Ty) -> Result<(), String> {
        if x.mode == Mode::Invalid || !self.types.is_valid(x.ty) || !self.types.is_valid(target) {
            return Ok(());
        }
        let (from, to) = (self.types.unalias(x.ty), self.types.unalias(target));
        if self.identical(from, to) {
            return Ok(());
        }
        let (from_under, to_under) = (self.types.under(from), self.types.under(to));
        if self.types.is_untyped(from_under) {
            return if self.implicit_type(x, to).is_ok() { Ok(()) } else { Err(String::new()) };
        }
        let params = self.types.is_param(from) || self.types.is_param(to);
        if !params && self.identical(from_under, to_under) && (!self.types.has_name(from) || !self.types.has_name(to)) {
            return Ok(());
        }
        if self.types.is_interface(to) || self.types.is_interface_pointer(to_under) {
            match self.implements(from, to, false) {
                Ok(()) => return Ok(()),
                Err(reason) if !self.types.is_param(from) => return Err(reason),
                Err(_) => {}
            }
        }
        if self.types.is_interface(from) && self.implements(to, from, false).is_ok() {
            return Err("need type assertion".to_owned());
        }
        if let (Type::Chan(ChanDir::Both, a), Type::Chan(_, b)) = (self.types.get(from_under), self.types.get(to_under))
            && self.identical(*a, *b)
            && (!self.types.has_name(from) || !self.types.has_name(to))
        {
            return Ok(());
        }
        Err(String::new())
    }

    /// Whether a value may be converted to `target`; else the reason, which may be empty.
    pub(super) fn convertible(&mut self, x: &Operand<'a>, target: Ty) -> Result<(), String> {
        let reason = match self.assignable(x, target) {
            Ok(()) => return Ok(()),
            Err(reason) => reason,
        };
        let (from, to) = (x.ty, target);
        if self.types.is_param(from) || self.types.is_param(to) {
            // Every type of the type sets must convert.
            let list = |checker: &Self, ty: Ty| {
                if checker.types.is_param(ty) { checker.types.terms(ty) } else { vec![ty] }
            };
            let (from_list, to_list) = (list(self, from), list(self, to));
            if from_list.is_empty() || to_list.is_empty() {
                return Err(String::new());
            }
            for &a in &from_list {
                for &b in &to_list {
                    let operand = Operand { ty: a, mode: Mode::Value, ..x.clone() };
                    self.convertible(&operand, b)?;
                }
            }
            return Ok(());
        }
        let (from_under, to_under) = (self.types.under(from), self.types.under(to));
        if self.identical_with(from_under, to_under, true) {
            return Ok(());
        }
        let unalias = |ty| self.types.unalias(ty);
        if let (Type::Pointer(a), Type::Pointer(b)) = (self.types.get(unalias(from)), self.types.get(unalias(to)))
            && self.identical_with(self.types.under(*a), self.types.under(*b), true)
        {
            return Ok(());
        }
        let (a, b) = (self.types.basic_of(from), self.types.basic_of(to));
        let real = |basic: Option<Basic>| basic.is_some_and(|basic| basic.is_integer() || basic.is_float());
        let complex = |basic: Option<Basic>| basic.is_some_and(Basic::is_complex);
        if (real(a) && real(b)) || (complex(a) && complex(b)) {
            return Ok(());
        }
        let text = |basic: Option<Basic>| basic.is_some_and(Basic::is_string);
        let bytes = |under: Ty| match self.types.get(under) {
            Type::Slice(elem) => {
                self.types.basic_of(*elem).is_some_and(|basic| matches!(basic.plain(), Basic::Uint8 | Basic::Int32))
            }
            _ => false,
        };
        if text(b) && (a.is_some_and(Basic::is_integer) || bytes(from_under)) || text(a) && bytes(to_under) {
            return Ok(());
        }
        if let Type::Slice(elem) = self.types.get(from_under) {
            let array = match self.types.get(to_under) {
                Type::Array(inner, _) => Some(*inner),
                Type::Pointer(base) => match self.types.base(*base) {
                    Type::Array(inner, _) => Some(*inner),
                    _ => None,
                },
                _ => None,
            };
            if array.is_some_and(|inner| self.identical(*elem, inner)) {
                return Ok(());
            }
        }
        Err(reason)
    }

    // ---------------------------------------------------------------------------------------------- substitution

    /// `ty` with type parameters replaced.
    pub(super) fn substitute(&mut self, ty: Ty, params: &[Ty], args: &[Ty]) -> Ty {
        if params.is_empty() {
            return ty;
        }
        deep(|| self.substitute_in(ty, params, args))
    }

    fn substitute_in(&mut self, ty: Ty, params: &[Ty], args: &[Ty]) -> Ty {
        if let Some(index) = params.iter().position(|&param| param == ty) {
            return args.get(index).copied().unwrap_or(INVALID);
        }
        let list = |checker: &mut Self, objs: &[ObjId]| -> (Rc<[ObjId]>, bool) {
            let mut changed = false;
            let new = objs
                .iter()
                .map(|&obj| {
                    let old = checker.obj_type(obj);
                    let ty = checker.substitute(old, params, args);
                    if ty == old {
                        return obj;
                    }
                    changed = true;
                    let mut object = checker.objs[obj].clone();
                    object.ty = Some(ty);
                    checker.objs.push(object)
                })
                .collect();
            (new, changed)
        };
        let new = match self.types.get(ty).clone() {
            Type::Basic(_) | Type::Param { .. } => return ty,
            Type::Alias { actual, .. } => {
                let new = self.substitute(actual, params, args);
                return if new == actual { ty } else { new };
            }
            Type::Named(named) => {
                let Some((origin, old)) = named.instance else { return ty };
                let new: Rc<[Ty]> = old.iter().map(|&arg| self.substitute(arg, params, args)).collect();
                return if new == old { ty } else { self.instantiate(origin, new) };
            }
            Type::Pointer(base) => {
                let new = self.substitute(base, params, args);
                if new == base {
                    return ty;
                }
                Type::Pointer(new)
            }
            Type::Slice(elem) => {
                let new = self.substitute(elem, params, args);
                if new == elem {
                    return ty;
                }
                Type::Slice(new)
            }
            Type::Array(elem, len) => {
                let new = self.substitute(elem, params, args);
                if new == elem {
                    return ty;
                }
                Type::Array(new, len)
            }
            Type::Map(key, value) => {
                let new = (self.substitute(key, params, args), self.substitute(value, params, args));
                if new == (key, value) {
                    return ty;
                }
                Type::Map(new.0, new.1)
            }
            Type::Chan(dir, elem) => {
                let new = self.substitute(elem, params, args);
                if new == elem {
                    return ty;
                }
                Type::Chan(dir, new)
            }
            Type::Struct(fields) => {
                let objs: Vec<ObjId> = fields.iter().map(|(obj, _)| *obj).collect();
                let (new, changed) = list(self, &objs);
                if !changed {
                    return ty;
                }
                Type::Struct(new.iter().zip(fields.iter()).map(|(obj, (_, tag))| (*obj, tag.clone())).collect())
            }
            Type::Signature(signature) => {
                let (new_params, a) = list(self, &signature.params);
                let (results, b) = list(self, &signature.results);
                if !a && !b {
                    return ty;
                }
                let type_params = signature.type_params.clone();
                Type::Signature(Rc::new(Signature {
                    type_params,
                    params: new_params,
                    results,
                    variadic: signature.variadic,
                }))
            }
            Type::Interface(interface) => {
                let (methods, a) = list(self, &interface.methods);
                let embedded: Rc<[_]> =
                    interface.embedded.iter().map(|&(ty, span)| (self.substitute(ty, params, args), span)).collect();
                if !a && embedded.iter().zip(interface.embedded.iter()).all(|(a, b)| a.0 == b.0) {
                    return ty;
                }
                Type::Interface(Rc::new(Interface { methods, embedded, comparable: interface.comparable }))
            }
            Type::Tuple(_) => return ty,
            Type::Union(terms) => {
                Type::Union(terms.iter().map(|&(tilde, ty)| (tilde, self.substitute(ty, params, args))).collect())
            }
        };
        self.types.add(new)
    }

    /// The instance of a generic type.
    pub(super) fn instantiate(&mut self, origin: Ty, args: Rc<[Ty]>) -> Ty {
        let known = self.instances.iter().copied().find(|&instance| match self.types.get(instance) {
            Type::Named(Named { instance: Some((other, old)), .. }) => {
                *other == origin
                    && old.len() == args.len()
                    && old.iter().zip(args.iter()).all(|(a, b)| self.identical(*a, *b))
            }
            _ => false,
        });
        if let Some(known) = known {
            return known;
        }
        let Type::Named(named) = self.types.get(origin) else { return INVALID };
        if named.params.len() != args.len() {
            return INVALID;
        }
        // A type whose instances need ever larger ones has no end.
        const MAX_NESTING: u32 = 100;
        if self.instances.len() >= self.limits.type_instances || self.instance_nesting >= MAX_NESTING {
            let place = self.place_of(named.obj);
            if !self.findings.iter().any(|finding| finding.code == Code::ManyInstances) {
                self.report_at(Code::ManyInstances, place, Vec::new());
            }
            return INVALID;
        }
        let (obj, params, rhs) = (named.obj, named.params.clone(), named.rhs);
        let instance =
            Named { obj, rhs: None, methods: Vec::new(), params: Rc::new([]), instance: Some((origin, args.clone())) };
        let ty = self.types.add(Type::Named(instance));
        self.instances.push(ty);
        if let Some(rhs) = rhs {
            self.instance_nesting += 1;
            let rhs = self.substitute(rhs, &params, &args);
            self.instance_nesting -= 1;
            if let Some(named) = self.types.named_mut(ty) {
                named.rhs = Some(rhs);
            }
        }
        ty
    }

    /// Completes the instances of a generic type that were made before its right side was known.
    pub(super) fn complete_instances(&mut self, origin: Ty) {
        let mut index = 0;
        while let Some(&ty) = self.instances.get(index) {
            index += 1;
            let Type::Named(Named { instance: Some((from, args)), rhs: None, .. }) = self.types.get(ty) else {
                continue;
            };
            if *from != origin {
                continue;
            }
            let args = args.clone();
            let Type::Named(named) = self.types.get(origin) else { continue };
            let (params, Some(rhs)) = (named.params.clone(), named.rhs) else { continue };
            let rhs = self.substitute(rhs, &params, &args);
            if let Some(named) = self.types.named_mut(ty) {
                named.rhs = Some(rhs);
            }
        }
    }

    /// Matches a parameter type with an argument type and records what the type parameters stand for.
    pub(super) fn unify(&self, param: Ty, arg: Ty, params: &[Ty], found: &mut [Option<Ty>]) -> bool {
        deep(|| self.unify_in(param, arg, params, found))
    }

    fn unify_in(&self, param: Ty, arg: Ty, params: &[Ty], found: &mut [Option<Ty>]) -> bool {
        let param = self.types.unalias(param);
        if let Some(index) = params.iter().position(|&candidate| candidate == param) {
            return match found.get_mut(index) {
                Some(slot @ None) => {
                    *slot = Some(arg);
                    true
                }
                Some(Some(known)) => self.identical(*known, arg),
                None => false,
            };
        }
        let plain = self.types.unalias(arg);
        let lists = |a: &[ObjId], b: &[ObjId], found: &mut [Option<Ty>]| {
            a.len() == b.len()
                && a.iter().zip(b).all(|(&a, &b)| self.unify(self.obj_type(a), self.obj_type(b), params, found))
        };
        let structure = match (self.types.get(param), self.types.get(plain)) {
            // Assignability lets an unnamed type match a defined one.
            (Type::Named(_), Type::Named(_)) | (Type::Basic(_), _) => self.types.get(plain),
            (Type::Named(_), _) => return true,
            _ => self.types.base(plain),
        };
        match (self.types.get(param), structure) {
            (Type::Pointer(a), Type::Pointer(b))
            | (Type::Slice(a), Type::Slice(b))
            | (Type::Chan(_, a), Type::Chan(_, b)) => self.unify(*a, *b, params, found),
            (Type::Array(a, _), Type::Array(b, _)) => self.unify(*a, *b, params, found),
            (Type::Map(a, c), Type::Map(b, d)) => {
                self.unify(*a, *b, params, found) && self.unify(*c, *d, params, found)
            }
            (Type::Signature(a), Type::Signature(b)) => {
                a.variadic == b.variadic && lists(&a.params, &b.params, found) && lists(&a.results, &b.results, found)
            }
            (Type::Named(a), Type::Named(b)) => match (&a.instance, &b.instance) {
                (Some((origin_a, args_a)), Some((origin_b, args_b))) if origin_a == origin_b => {
                    args_a.iter().zip(args_b.iter()).all(|(a, b)| self.unify(*a, *b, params, found))
                }
                _ => true,
            },
            _ => true,
        }
    }

    /// Whether an object was declared in the package of predeclared realm types.
    pub(super) fn is_foreign(&self, obj: ObjId) -> bool {
        self.objs[obj].home != self.home()
    }
}
