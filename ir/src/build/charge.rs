//! What zero values and copies of a type charge (spec/03 §4).

use super::Context;
use super::emit::FunctionBuilder;
use crate::function::Arg;
use crate::op::Op;
use regno_bytecode::event::size;
use regno_bytecode::types::Repr;
use regno_frontend::types::{Type, TypeId};
use std::rc::Rc;

/// Copies with more charges than this are left to the charging operation.
const MAX_COPY_EVENTS: usize = 64;
/// Zero values of arrays with at most this many charges are spelled out; larger ones charge in a loop.
const MAX_UNROLLED: u64 = 48;
/// Charges of one zero value, loops counted once.
const MAX_ZERO_EVENTS: u64 = 10_000;

/// How a value of a type is copied.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum CopyPlan {
    /// Shared or scalar: nothing to do.
    None,
    /// Allocations in order.
    Static(Vec<u64>),
    /// A struct that holds interfaces or what may not be loaded, or is large: the operation charges.
    Dynamic,
}

impl Context<'_> {
    /// The copy plan of a concrete type.
    pub(super) fn copy_plan(&mut self, ty: TypeId) -> Rc<CopyPlan> {
        if let Some(plan) = self.copies.get(&ty) {
            return plan.clone();
        }
        let mut charges = Vec::new();
        let plan = match self.package.types.base(ty) {
            Type::Struct(_) | Type::Array { .. } if self.copy_charges(ty, &mut charges) => CopyPlan::Static(charges),
            Type::Struct(_) | Type::Array { .. } => CopyPlan::Dynamic,
            _ => CopyPlan::None,
        };
        let plan = Rc::new(plan);
        self.copies.insert(ty, plan.clone());
        plan
    }

    /// Appends the charges of a copy; false if they are not static.
    fn copy_charges(&self, ty: TypeId, charges: &mut Vec<u64>) -> bool {
        if charges.len() > MAX_COPY_EVENTS {
            return false;
        }
        match self.package.types.base(ty) {
            Type::Struct(structure) => {
                charges.push(u64::from(size::SLOT) * structure.fields.len() as u64);
                // A struct or array that is not loaded is shared, not copied (spec/04 Q25).
                if self.guarded && structure.fields.iter().any(|field| self.is_object(field.ty)) {
                    return false;
                }
                if !super::deeper(|| structure.fields.iter().all(|field| self.copy_charges(field.ty, charges))) {
                    return false;
                }
                charges.push(u64::from(size::STRUCT));
                true
            }
            Type::Array { len, elem, .. } => match self.array_bytes(*len, *elem) {
                Some(bytes) => {
                    charges.push(bytes);
                    true
                }
                None => false,
            },
            Type::Interface(_) => false,
            _ => true,
        }
    }

    fn is_object(&self, ty: TypeId) -> bool {
        matches!(self.package.types.base(ty), Type::Struct(_) | Type::Array { .. })
    }

    /// Bytes of an array object; `None` if they overflow.
    pub(super) fn array_bytes(&self, len: i64, elem: TypeId) -> Option<u64> {
        let unit = if self.is_byte(elem) { 1 } else { i64::from(size::SLOT) };
        let bytes = len.checked_mul(unit)?.checked_add(i64::from(size::ARRAY))?;
        u64::try_from(bytes).ok()
    }

    /// What the zero value of a type charges.
    fn zero_cost(&mut self, ty: TypeId) -> ZeroCost {
        if let Some(&known) = self.zero_costs.get(&ty) {
            return known;
        }
        let package = self.package;
        let cost = match package.types.base(ty) {
            Type::Struct(structure) => super::deeper(|| {
                structure.fields.iter().fold(ZeroCost { events: 2, code: 2 }, |sum, field| {
                    let field = self.zero_cost(field.ty);
                    ZeroCost {
                        events: sum.events.saturating_add(field.events),
                        code: sum.code.saturating_add(field.code),
                    }
                })
            }),
            Type::Array { len, elem, .. } => {
                let elem = super::deeper(|| self.zero_cost(*elem));
                let len = u64::try_from(*len).unwrap_or(0);
                let events = len.saturating_mul(elem.events).saturating_add(1);
                let code = if events > MAX_UNROLLED { elem.code.saturating_add(8) } else { events };
                ZeroCost { events, code }
            }
            _ => ZeroCost { events: 0, code: 0 },
        };
        self.zero_costs.insert(ty, cost);
        cost
    }
}

/// Size of the charges of a zero value.
#[derive(Clone, Copy)]
pub(super) struct ZeroCost {
    /// Number of charges.
    events: u64,
    /// Number of charges in code, loops counted once.
    code: u64,
}

impl FunctionBuilder<'_, '_> {
    /// Charges the zero value of a type (`zero(T)`).
    pub(super) fn charge_zero(&mut self, ty: TypeId) {
        if self.cx.zero_cost(ty).code > MAX_ZERO_EVENTS {
            self.cx.too_large(ty);
            return;
        }
        self.charge_zero_parts(ty, true);
    }

    /// Charges the fields of a zero struct without the struct itself, as literals do (spec/03 §4.3).
    pub(super) fn charge_zero_fields(&mut self, ty: TypeId) {
        if self.cx.zero_cost(ty).code > MAX_ZERO_EVENTS {
            self.cx.too_large(ty);
            return;
        }
        self.charge_zero_parts(ty, false);
    }

    fn charge_zero_parts(&mut self, ty: TypeId, close: bool) {
        let package = self.cx.package;
        match package.types.base(ty) {
            Type::Struct(structure) => {
                self.alloc(u64::from(size::SLOT) * structure.fields.len() as u64);
                super::deeper(|| structure.fields.iter().for_each(|field| self.charge_zero_parts(field.ty, true)));
                if close {
                    self.alloc(u64::from(size::STRUCT));
                }
            }
            Type::Array { len, elem, .. } => self.charge_zero_array(ty, *len, *elem),
            _ => {}
        }
    }

    fn charge_zero_array(&mut self, ty: TypeId, len: i64, elem: TypeId) {
        if len < 0 {
            self.raise("len out of range");
            return;
        }
        match self.cx.array_bytes(len, elem) {
            Some(bytes) => self.alloc(bytes),
            None => {
                let unit = if self.cx.is_byte(elem) { 1 } else { i64::from(size::SLOT) };
                let text =
                    if len.checked_mul(unit).is_none() { "multiplication overflow" } else { "addition overflow" };
                self.abort(text);
                return;
            }
        }
        if self.cx.zero_cost(elem).events == 0 {
            return;
        }
        if self.cx.zero_cost(ty).events <= MAX_UNROLLED {
            super::deeper(|| (0..len).for_each(|_| self.charge_zero_parts(elem, true)));
            return;
        }
        let counter = self.counting_loop(Arg::Bits(len as u64));
        super::deeper(|| self.charge_zero_parts(elem, true));
        self.end_counting_loop(counter);
    }

    /// Starts a loop of the compiler's own that runs `count` times, at least once.
    pub(super) fn counting_loop(&mut self, count: Arg) -> CountingLoop {
        let index = self.hidden(Repr::I64);
        self.copy_to(index, Arg::Bits(0), Repr::I64);
        let body = self.block();
        self.jump(body);
        self.switch_to(body);
        CountingLoop { index, count, body }
    }

    /// Ends the loop.
    pub(super) fn end_counting_loop(&mut self, counter: CountingLoop) {
        let next = self.value(Op::Add, Repr::I64, Repr::I64, &[counter.index.into(), Arg::Bits(1)]);
        self.copy_to(counter.index, next.into(), Repr::I64);
        let done = self.block();
        let args = [counter.index.into(), counter.count];
        self.end(Op::BranchLt, Repr::I64, &args, &[counter.body, done]);
        self.switch_to(done);
    }
}

/// A loop made by [`FunctionBuilder::counting_loop`].
pub(super) struct CountingLoop {
    /// The counter, from 0.
    pub index: crate::entity::Reg,
    count: Arg,
    body: crate::entity::Block,
}
