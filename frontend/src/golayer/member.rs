//! Fields and methods of types, and the methods that an interface asks for.

use super::Checker;
use super::object::{Home, ObjId, ObjKind};
use super::types::{INVALID, Named, Ty, Type};
use std::collections::HashMap;
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
        let mut own: Option<HashMap<Rc<str>, ObjId>> = None;
        for method in self.method_set(target) {
            let (name, home) = (self.objs[method].name.clone(), self.objs[method].home);
            self.obj_decl(method);
            let wanted = self.obj_type(method);
            if self.types.is_interface(ty) {
                let own = own.get_or_insert_with(|| {
                    let set = self.method_set(ty).into_iter();
                    set.map(|other| (self.objs[other].name.clone(), other)).collect()
                });
                match own.get(&name).filter(|&&other| self.is_visible(other, home)) {
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
}
