//! Generic types: substitution, instances, inference.

use super::object::ObjId;
use super::types::{INVALID, Interface, Named, Signature, Ty, Type};
use super::{Checker, deep};
use crate::finding::GoError;
use std::rc::Rc;

impl<'a> Checker<'a> {
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
        let limits = self.limits;
        if self.instances.len() >= limits.type_instances || self.instance_nesting >= limits.instance_nesting {
            let place = self.place_of(named.obj);
            if !self.findings.iter().any(|finding| finding.error == GoError::ManyInstances) {
                self.report_at(place, GoError::ManyInstances);
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
