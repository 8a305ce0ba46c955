//! Declarations that refer to themselves: recursive types, and cycles of initialisation.

use super::decl::Decl;
use super::object::{ObjId, ObjKind};
use super::types::{INVALID, Ty, Type};
use super::{Checker, deep};
use crate::finding::{GoError, Name};
use std::collections::{BTreeSet, HashMap, HashSet};

impl<'a> Checker<'a> {
    /// Whether the declarations from `start` of the path on may refer to each other; reports them if not.
    pub(super) fn check_cycle(&mut self, start: usize) -> bool {
        let cycle: Vec<ObjId> = self.path_of_decls.get(start..).unwrap_or_default().to_vec();
        let values =
            cycle.iter().filter(|&&obj| matches!(self.objs[obj].kind, ObjKind::Const(_) | ObjKind::Var)).count();
        let definitions = cycle
            .iter()
            .filter(|&&obj| {
                self.objs[obj].is_type() && !matches!(self.decls.get(&obj), Some(Decl::Type { spec, .. }) if spec.alias)
            })
            .count();
        // Cycles of values only are found among the initialisers; a defined type breaks a cycle of types.
        if values == cycle.len() || (values == 0 && definitions > 0) {
            return true;
        }
        let start = self.first_in_source(&cycle);
        self.report_cycle(&cycle, start);
        false
    }

    fn first_in_source(&self, cycle: &[ObjId]) -> usize {
        (0..cycle.len())
            .min_by_key(|&index| {
                let object = &self.objs[cycle[index]];
                (object.file, object.span.start)
            })
            .unwrap_or(0)
    }

    pub(super) fn report_cycle(&mut self, cycle: &[ObjId], start: usize) {
        let Some(&first) = cycle.get(start) else { return };
        let name = |checker: &Self, obj: ObjId| Name::from(&checker.objs[obj].name);
        let is_type = self.objs[first].is_type();
        if cycle.len() == 1 {
            let name = name(self, first);
            let error = if is_type { GoError::SelfRecursiveType { name } } else { GoError::SelfDeclCycle { name } };
            self.report_at(self.place_of(first), error);
            return;
        }
        let whole = name(self, first);
        let error = if is_type { GoError::RecursiveType { name: whole } } else { GoError::DeclCycle { name: whole } };
        self.report_at(self.place_of(first), error);
        let mut obj = first;
        for step in 1..=cycle.len() {
            let next = cycle[(start + step) % cycle.len()];
            self.report_at(self.place_of(obj), GoError::RefersTo { name: name(self, obj), other: name(self, next) });
            obj = next;
        }
    }

    /// Reports a type that contains itself without indirection.
    pub(super) fn valid_type(&mut self, obj: ObjId) {
        let ty = self.obj_type(obj);
        self.contains_itself(ty, &mut Vec::new());
    }

    /// False if the type is invalid because of a cycle.
    fn contains_itself(&mut self, ty: Ty, path: &mut Vec<Ty>) -> bool {
        deep(|| self.contains_itself_in(ty, path))
    }

    fn contains_itself_in(&mut self, ty: Ty, path: &mut Vec<Ty>) -> bool {
        const MAX_PATH: usize = 10_000;
        let ty = self.types.unalias(ty);
        match self.types.get(ty).clone() {
            Type::Array(elem, _) => self.contains_itself(elem, path),
            Type::Struct(fields) => fields.iter().all(|(field, _)| {
                let field = self.obj_type(*field);
                self.contains_itself(field, path)
            }),
            Type::Interface(interface) => {
                interface.embedded.iter().all(|(embedded, _)| self.contains_itself(*embedded, path))
            }
            Type::Union(terms) => terms.iter().all(|(_, term)| self.contains_itself(*term, path)),
            Type::Named(named) => {
                if self.sound.contains(&ty) || path.len() > MAX_PATH {
                    return true;
                }
                let Some(rhs) = named.rhs else { return true };
                if rhs == INVALID {
                    return false;
                }
                if let Some(start) = path.iter().position(|&outer| outer == ty) {
                    self.report_type_cycle(&path[start..]);
                    return false;
                }
                path.push(ty);
                let fine = self.contains_itself(rhs, path);
                path.pop();
                if fine {
                    self.sound.insert(ty);
                }
                fine
            }
            _ => true,
        }
    }

    fn report_type_cycle(&mut self, cycle: &[Ty]) {
        let mut objs = Vec::new();
        for &ty in cycle {
            if let Some(named) = self.types.named_mut(ty) {
                named.rhs = Some(INVALID);
                objs.push(named.obj);
            }
        }
        let start = self.first_in_source(&objs);
        self.report_cycle(&objs, start);
    }

    // -------------------------------------------------------------------------------------------- initialisation

    /// Reports constants and variables whose initial values depend on themselves.
    pub(super) fn init_cycles(&mut self) {
        let nodes: Vec<ObjId> = self
            .declared
            .iter()
            .copied()
            .filter(|&obj| !self.objs[obj].is_type() && self.objs[obj].ty.is_some())
            .collect();
        if !self.has_value_cycle(&nodes) {
            return;
        }
        let index: HashMap<ObjId, usize> = nodes.iter().enumerate().map(|(index, &obj)| (obj, index)).collect();
        let mut successors: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); nodes.len()];
        let mut predecessors: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); nodes.len()];
        for (at, obj) in nodes.iter().enumerate() {
            for used in self.uses.get(obj).into_iter().flatten() {
                if let Some(&to) = index.get(used) {
                    successors[at].insert(to);
                    predecessors[to].insert(at);
                }
            }
        }
        // Functions are no values: whoever uses one depends on what it uses.
        for (at, &obj) in nodes.iter().enumerate() {
            if !matches!(self.objs[obj].kind, ObjKind::Func) {
                continue;
            }
            let before = std::mem::take(&mut predecessors[at]);
            let after = std::mem::take(&mut successors[at]);
            for &from in before.iter().filter(|&&from| from != at) {
                for &to in after.iter().filter(|&&to| to != at) {
                    successors[from].insert(to);
                    predecessors[to].insert(from);
                }
                successors[from].remove(&at);
            }
            for &to in after.iter().filter(|&&to| to != at) {
                predecessors[to].remove(&at);
            }
        }
        let mut open: Vec<usize> = successors.iter().map(BTreeSet::len).collect();
        let mut queue: BTreeSet<(usize, usize)> = (0..nodes.len())
            .filter(|&at| !matches!(self.objs[nodes[at]].kind, ObjKind::Func))
            .map(|at| (open[at], at))
            .collect();
        while let Some((count, at)) = queue.pop_first() {
            if count > 0 {
                let mut seen = HashSet::new();
                if let Some(path) = self.path_to_itself(nodes[at], &mut seen) {
                    self.report_init_cycle(&path);
                }
            }
            for &from in &predecessors[at] {
                if queue.remove(&(open[from], from)) {
                    open[from] = open[from].saturating_sub(1);
                    queue.insert((open[from], from));
                }
            }
        }
    }

    /// The objects from `obj` over what it uses back to it; `obj` first.
    fn path_to_itself(&self, obj: ObjId, seen: &mut HashSet<ObjId>) -> Option<Vec<ObjId>> {
        let sorted = |from: ObjId| {
            let mut used: Vec<ObjId> = self.uses.get(&from).into_iter().flatten().copied().collect();
            used.sort_by_key(|&obj| self.objs[obj].order);
            used
        };
        let mut stack = vec![(obj, sorted(obj).into_iter())];
        seen.insert(obj);
        while let Some((_, rest)) = stack.last_mut() {
            match rest.next() {
                None => {
                    stack.pop();
                }
                Some(next) if next == obj => return Some(stack.iter().map(|(obj, _)| *obj).collect()),
                Some(next) => {
                    if seen.insert(next) {
                        let used = sorted(next).into_iter();
                        stack.push((next, used));
                    }
                }
            }
        }
        None
    }

    fn report_init_cycle(&mut self, cycle: &[ObjId]) {
        let Some(&first) = cycle.first() else { return };
        let name = |checker: &Self, obj: ObjId| Name::from(&checker.objs[obj].name);
        if cycle.len() == 1 {
            self.report_at(self.place_of(first), GoError::SelfInitCycle { name: name(self, first) });
            return;
        }
        self.report_at(self.place_of(first), GoError::InitCycle { name: name(self, first) });
        for (at, &obj) in cycle.iter().enumerate() {
            let next = cycle[(at + 1) % cycle.len()];
            self.report_at(self.place_of(obj), GoError::RefersTo { name: name(self, obj), other: name(self, next) });
        }
    }

    /// Whether a constant or variable can be reached from itself: strongly connected components, without recursion.
    fn has_value_cycle(&self, nodes: &[ObjId]) -> bool {
        let mut number: HashMap<ObjId, usize> = HashMap::new();
        let mut low: HashMap<ObjId, usize> = HashMap::new();
        let mut open: Vec<ObjId> = Vec::new();
        let mut closed: HashSet<ObjId> = HashSet::new();
        let is_value = |obj: ObjId| !matches!(self.objs[obj].kind, ObjKind::Func);
        let used = |obj: ObjId| self.uses.get(&obj).into_iter().flatten().copied().collect::<Vec<_>>();
        for &root in nodes {
            if number.contains_key(&root) {
                continue;
            }
            let mut stack = vec![(root, used(root).into_iter())];
            number.insert(root, number.len());
            low.insert(root, number[&root]);
            open.push(root);
            while let Some((obj, rest)) = stack.last_mut() {
                let obj = *obj;
                if let Some(next) = rest.next() {
                    if next == obj && is_value(obj) {
                        return true;
                    }
                    if !number.contains_key(&next) {
                        number.insert(next, number.len());
                        low.insert(next, number[&next]);
                        open.push(next);
                        stack.push((next, used(next).into_iter()));
                    } else if !closed.contains(&next) {
                        let lower = low[&obj].min(number[&next]);
                        low.insert(obj, lower);
                    }
                    continue;
                }
                stack.pop();
                if let Some((outer, _)) = stack.last() {
                    let lower = low[outer].min(low[&obj]);
                    low.insert(*outer, lower);
                }
                if low[&obj] == number[&obj] {
                    let mut size = 0;
                    let mut value = false;
                    while let Some(member) = open.pop() {
                        closed.insert(member);
                        size += 1;
                        value |= is_value(member);
                        if member == obj {
                            break;
                        }
                    }
                    if size > 1 && value {
                        return true;
                    }
                }
            }
        }
        false
    }
}
