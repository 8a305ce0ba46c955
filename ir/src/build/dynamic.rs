//! Dynamic types of places that are not interfaces.
//!
//! **Quirk.** In the reference a variable, field or element has the type of the value stored last. That can differ from the type of the
//! place in two ways: `p := (*T)(&x); *p = v` leaves a `T` in `x`, and `b = x == y` leaves a `bool` in a variable of a
//! named bool type. It shows where the place is read for an interface, and in `==`. The machine keeps what differs in a table
//! by the address of the slot (`runtime/src/heap/dynamic.rs`); a variable that lives in a register has a second register for the number of its
//! dynamic type. Both exist only for types of which it can happen in the package. Calls pass the types of
//! arguments and results in a row of numbers beside them. Arguments of function values and entries of maps have the types of their places (`conformance/DIVERGENCES.md`).

use super::Context;
use super::emit::FunctionBuilder;
use super::place::Target;
use super::value::Value;
use crate::entity::{Block, Reg};
use crate::function::{Arg, Entity};
use crate::op::Op;
use regno_bytecode::types::Repr;
use regno_frontend::typed::{ExprKind, Func, FuncKind, Package, VarId};
use regno_frontend::types::{IdentityId, Kind, TypeId};
use std::collections::HashSet;

/// `Repr` of numbers of types.
const NUMBER: Repr = Repr::I64;
/// Arguments or results of a call whose dynamic types are passed.
const PASSED: u64 = 16;
/// Number of the first result in the row of passed types, after the arguments. What is passed for an argument is always taken, so that one
/// for which nothing is passed finds 0.
const RESULTS: u64 = PASSED;

/// The element types of conversions between pointers to different types.
pub(super) fn retyped(package: &Package) -> HashSet<IdentityId> {
    let types = &package.types;
    let elem = |ty: TypeId| match types.kind(ty) {
        Kind::Pointer => types.elem(ty).filter(|&elem| types.kind(elem) != Kind::Interface),
        _ => None,
    };
    let mut found = HashSet::new();
    for expr in package.exprs.values() {
        let ExprKind::Convert { operand, .. } = expr.kind else { continue };
        let Some(operand) = package.exprs.get(operand) else { continue };
        if let (Some(to), Some(from)) = (elem(expr.ty), elem(operand.ty)) {
            let ids = [types.identity(to), types.identity(from)];
            if ids[0] != ids[1] {
                found.extend(ids);
            }
        }
    }
    found
}

impl Context<'_> {
    /// Whether places of the type may hold values of another one.
    pub(super) fn is_retyped(&self, ty: TypeId) -> bool {
        self.is_passed(ty, true)
    }

    /// Whether a call gives dynamic types of values of the type on; `known`: to and from a function of this package.
    fn is_passed(&self, ty: TypeId, known: bool) -> bool {
        let types = &self.package.types;
        types.kind(ty) == Kind::Bool && types.as_named(ty).is_some()
            || known && self.retyped.contains(&types.identity(ty))
    }
}

impl FunctionBuilder<'_, '_> {
    /// The number of the dynamic type of a variable.
    pub fn variable_type(&mut self, var: VarId) -> Option<Arg> {
        let ty = self.cx.package.vars[var].ty;
        if !self.cx.is_retyped(ty) {
            return None;
        }
        let home = self.home(var);
        if home.boxed {
            self.slot_type(Op::SlotType, home.reg.into(), Arg::Bits(0), ty)
        } else {
            Some(self.type_register(var).into())
        }
    }

    /// The number of the dynamic type of a package-level variable.
    pub fn global_type(&mut self, global: Entity, ty: TypeId) -> Option<Arg> {
        if !self.cx.is_retyped(ty) {
            return None;
        }
        let pointer = self.value_of(Op::AddrGlobal, Repr::Ptr, Repr::Ptr, &[], global, 0);
        self.slot_type(Op::SlotType, pointer.into(), Arg::Bits(0), ty)
    }

    /// The number of the dynamic type of slot `index`, as the operation finds it; none for types that have no other ones.
    pub fn slot_type(&mut self, op: Op, base: Arg, index: Arg, ty: TypeId) -> Option<Arg> {
        if !self.cx.is_retyped(ty) {
            return None;
        }
        let desc = self.cx.type_ref(ty);
        Some(self.typed(op, NUMBER, NUMBER, &[base, index], desc).into())
    }

    /// The register for the dynamic type of a variable that lives in a register.
    fn type_register(&mut self, var: VarId) -> Reg {
        if let Some(&known) = self.type_registers.get(&var) {
            return known;
        }
        let new = self.hidden(NUMBER);
        self.type_registers.insert(var, new);
        new
    }

    /// A value has been stored: the place has its dynamic type.
    pub fn store_type(&mut self, target: &Target, value: Value) {
        let Some(ty) = self.target_type(target).filter(|&ty| self.cx.is_retyped(ty)) else { return };
        let number = self.number(value, ty);
        let through = match *target {
            Target::Blank | Target::Map { .. } => return,
            Target::Local(var) if !self.home(var).boxed => {
                let reg = self.type_register(var);
                self.copy_to(reg, number, NUMBER);
                return;
            }
            Target::Pointer { .. } => 1,
            _ => 0,
        };
        let pointer = self.address(target);
        let desc = Entity::Type(self.cx.type_ref(ty));
        self.effect_of(Op::SetSlotType, NUMBER, &[pointer, number], desc, through);
    }

    /// As [`FunctionBuilder::store_type`] for a place of a new object.
    pub fn init_type(&mut self, target: &Target, value: Value) {
        let differs = |ty| {
            value.dynamic.is_some() || self.cx.package.types.identity(value.ty) != self.cx.package.types.identity(ty)
        };
        if self.target_type(target).is_some_and(differs) {
            self.store_type(target, value);
        }
    }

    /// The number of a value's type where it is stored in a place of type `ty`.
    fn number(&mut self, value: Value, ty: TypeId) -> Arg {
        let types = &self.cx.package.types;
        if let Some(number) = value.dynamic {
            return number;
        }
        if types.identity(value.ty) == types.identity(ty) || self.cx.repr(value.ty) != self.cx.repr(ty) {
            return Arg::Bits(0);
        }
        let desc = self.cx.type_ref(value.ty);
        self.typed(Op::TypeNumber, NUMBER, NUMBER, &[], desc).into()
    }

    /// An interface made of a value, with its dynamic type.
    pub fn retyped(&mut self, iface: Reg, value: Value) -> Reg {
        match value.dynamic {
            Some(number) => self.value(Op::RetypeIface, Repr::Iface, Repr::Iface, &[iface.into(), number]),
            None => iface,
        }
    }

    /// The result of comparing two values, where they are also of the same dynamic type.
    pub fn of_same_type(&mut self, equal: Arg, left: Value, right: Value, negate: bool) -> Arg {
        if left.dynamic.is_none() && right.dynamic.is_none() {
            return equal;
        }
        let numbers = [left, right].map(|value| value.dynamic.unwrap_or(Arg::Bits(0)));
        let (op, join) = if negate { (Op::Ne, Op::Or) } else { (Op::Eq, Op::And) };
        let same = self.value(op, NUMBER, Repr::Bool, &numbers);
        self.value(join, Repr::Bool, Repr::Bool, &[equal, same.into()]).into()
    }

    /// Passes the dynamic types of arguments, receivers not counted, where the callee takes them: it takes those of named bool types wherever
    /// it is, and others if it is `known`, a function of this package.
    pub fn pass_argument_types(&mut self, values: &[Value], params: &[TypeId], known: bool) {
        for ((&value, &ty), index) in values.iter().zip(params).zip(0..PASSED) {
            if self.cx.is_passed(ty, known) {
                let number = self.number(value, ty);
                if number != Arg::Bits(0) {
                    self.pass_type(index, number);
                }
            }
        }
    }

    /// Passes the dynamic types of results. A 0 is passed, too: not every caller takes what is passed.
    pub fn pass_result_types(&mut self, values: &[Value]) {
        for (&value, index) in values.iter().zip(RESULTS..RESULTS + PASSED) {
            if self.cx.is_retyped(value.ty) {
                self.pass_type(index, value.dynamic.unwrap_or(Arg::Bits(0)));
            }
        }
    }

    fn pass_type(&mut self, index: u64, number: Arg) {
        self.effect_of(Op::PassType, NUMBER, &[number], Entity::None, index);
    }

    /// The dynamic type of a result; `known`: of a function of this package.
    pub fn result_type(&mut self, result: u64, ty: TypeId, known: bool) -> Option<Arg> {
        (result < PASSED && self.cx.is_passed(ty, known)).then(|| self.take_type(RESULTS + result))
    }

    fn take_type(&mut self, index: u64) -> Arg {
        self.value_of(Op::TakeType, NUMBER, NUMBER, &[], Entity::None, index).into()
    }

    /// Parameters get the dynamic types that the caller has passed.
    pub fn take_argument_types(&mut self, func: &Func) {
        let receivers = usize::from(matches!(func.kind, FuncKind::Method { .. }));
        for (&param, index) in func.params.iter().skip(receivers).zip(0..PASSED) {
            let ty = self.cx.package.vars[param].ty;
            if self.cx.is_retyped(ty) {
                let dynamic = Some(self.take_type(index));
                let value = Value { dynamic, ..Value::shared(Arg::Bits(0), ty) };
                self.store_type(&Target::Local(param), value);
            }
        }
    }

    /// A value as a result of type `ty`, not copied.
    pub fn as_result(&mut self, value: Value, ty: TypeId) -> Value {
        let dynamic = self.cx.is_retyped(ty).then(|| self.number(value, ty));
        Value { fresh: value.fresh, dynamic, ..Value::shared(self.converted(value, ty), ty) }
    }

    /// Registers of dynamic types hold 0 from the start of the function.
    pub fn define_type_registers(&mut self) {
        let mut registers: Vec<Reg> = self.type_registers.values().copied().collect();
        registers.sort_unstable();
        let entries = [self.function.entry, self.function.defer_entry];
        let entries: &[Block] = if entries[0] == entries[1] { &entries[..1] } else { &entries };
        for &entry in entries {
            for &reg in &registers {
                let mut data = self.data(Op::Const, NUMBER, &[]);
                data.results.push(reg);
                let inst = self.function.insts.push(data);
                self.function.blocks[entry].insts.insert(0, inst);
            }
        }
    }
}
