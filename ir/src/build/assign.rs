//! Definitions, assignments, declarations (spec/02 §8, spec/03 §4.2).

use super::emit::FunctionBuilder;
use super::operator::assign_class;
use super::place::Target;
use super::value::{Value, one};
use crate::function::{Arg, Entity};
use crate::op::Op;
use regno_bytecode::event::OpClass;
use regno_bytecode::op::convert;
use regno_bytecode::types::Repr;
use regno_frontend::package::PathKind;
use regno_frontend::typed::{BinaryOp, DeclSpec, ExprId, GlobalId, Place, TypeExprId, VarId};
use regno_frontend::types::TypeId;

/// A name that a declaration defines.
#[derive(Clone, Copy)]
pub(super) enum Declared {
    Blank,
    Local(VarId),
    Global(GlobalId),
}

impl FunctionBuilder<'_, '_> {
    /// Several values of one statement are read before any of its stores.
    fn read_all(&mut self, values: Vec<Value>) -> Vec<Value> {
        if values.len() < 2 {
            return values;
        }
        values
            .into_iter()
            .map(|value| Value {
                arg: self.snapshot(value.arg),
                dynamic: value.dynamic.map(|number| self.snapshot(number)),
                ..value
            })
            .collect()
    }

    pub(super) fn define_statement(
        &mut self,
        targets: &[Place],
        fresh: &[bool],
        values: &[ExprId],
        aborts: Option<&'static str>,
    ) {
        let values = self.eval_list(values);
        self.op(OpClass::Define);
        if let Some(text) = aborts {
            self.abort(text);
            return;
        }
        let values = self.read_all(values);
        for (index, (place, value)) in targets.iter().zip(values).enumerate() {
            match place {
                Place::Local(var) => {
                    self.load_assigned(value);
                    let content = self.copied(value, self.cx.package.vars[*var].ty);
                    self.write_var(*var, content, fresh.get(index).copied().unwrap_or(false));
                    self.store_type(&Target::Local(*var), value);
                }
                _ => {
                    self.charge_copy(value);
                }
            }
        }
    }

    /// Operands of the places left to right, then the values, then the stores right to left (spec/01 §1.14).
    pub(super) fn assign_statement(&mut self, targets: &[Place], values: &[ExprId]) {
        let several = targets.len() > 1;
        let places: Vec<Target> = targets.iter().map(|target| self.place(target)).collect();
        let values = self.eval_list(values);
        self.op(OpClass::Assign);
        let values = self.read_all(values);
        let places: Vec<Target> =
            if several { places.into_iter().map(|place| self.snapshot_target(place)).collect() } else { places };
        for ((place, value), target) in places.iter().zip(values).zip(targets).rev() {
            let before = self.show_target(target, false);
            self.store(place, value);
            self.target_text = before;
        }
    }

    pub(super) fn op_assign(&mut self, op: BinaryOp, place: &Place, value: ExprId) {
        let target = self.place(place);
        let value = self.eval(value);
        self.op(assign_class(op));
        if matches!(op, BinaryOp::Shl | BinaryOp::Shr) {
            self.check_shift(value);
        }
        let before = self.show_target(place, true);
        self.update(&target, |b, present| b.combine(op, present, value).arg);
        self.target_text = before;
    }

    pub(super) fn inc_dec(&mut self, place: &Place, increment: bool) {
        let target = self.place(place);
        self.op(if increment { OpClass::Inc } else { OpClass::Dec });
        let before = self.show_target(place, true);
        self.update(&target, |b, present| {
            let repr = b.cx.repr(present.ty);
            let op = if increment { Op::Add } else { Op::Sub };
            b.value(op, repr, repr, &[present.arg, Arg::Bits(one(repr))]).into()
        });
        self.target_text = before;
    }

    /// A variable gets a value while a realm is active: the value's array is loaded (spec/04 §2.4). Only packages that realms can take
    /// part in do so, and the library does not: it gets stored slices as arguments, which are not loaded.
    pub(super) fn load_assigned(&mut self, value: Value) {
        let repr = self.cx.repr(value.ty);
        let path = &self.cx.package.path;
        let library = path != "main" && PathKind::of(path) == PathKind::Library;
        if self.cx.guarded && !library && matches!(repr, Repr::Slice | Repr::Iface) && value.arg.reg().is_some() {
            let ty = Entity::Type(self.cx.type_ref(value.ty));
            self.effect_of(Op::CheckConvert, repr, &[value.arg], ty, u64::from(convert::ASSIGNED));
        }
    }

    /// One spec of a `var` declaration, its dispatch included.
    pub(super) fn var_spec(&mut self, spec: &DeclSpec, names: &[Declared]) {
        let values = self.declaration(spec);
        let values = match values.len() {
            0 => spec.types.iter().map(|&ty| self.zero_declared(ty)).collect(),
            _ => values,
        };
        let values = if spec.values.is_empty() { values } else { self.read_all(values) };
        for (index, (&name, &value)) in names.iter().zip(&values).enumerate() {
            let ty = spec.types.get(index).copied().unwrap_or(value.ty);
            self.declare_name(name, value, ty, spec.values.is_empty());
        }
    }

    /// A value for a variable declared without one; charged when it is stored.
    fn zero_declared(&mut self, ty: TypeId) -> Value {
        Value::fresh(Arg::Bits(0), ty)
    }

    fn declare_name(&mut self, name: Declared, value: Value, ty: TypeId, zero: bool) {
        let value = if zero {
            // The zero value is made, then copied (spec/03 Q2).
            self.charge_zero(ty);
            Value::fresh(self.zero(ty), ty)
        } else {
            value
        };
        match name {
            Declared::Blank => {
                self.charge_copy(value);
            }
            Declared::Local(var) => {
                self.load_assigned(value);
                let content = self.copied(value, ty);
                self.write_var(var, content, true);
                self.store_type(&Target::Local(var), value);
            }
            Declared::Global(global) => {
                let content = self.copied(value, ty);
                let repr = self.cx.repr(ty);
                let entity = Entity::Global(self.cx.global(global));
                self.effect_of(Op::DefineGlobal, repr, &[content], entity, 0);
                self.store_type(&Target::Global(self.cx.global(global), ty), value);
            }
        }
    }

    /// A constant declaration: evaluated for its charges.
    pub(super) fn const_spec(&mut self, spec: &DeclSpec) {
        self.declaration(spec);
    }

    /// A type declaration; the type of a blank one is evaluated.
    pub(super) fn type_declaration(&mut self, evaluated: Option<TypeExprId>) {
        self.op(OpClass::Exec);
        match evaluated {
            Some(target) => self.type_expr(target),
            None => self.op(OpClass::Eval),
        }
        self.op(OpClass::TypeDecl);
    }

    /// `Exec`, values, type, `ValueDecl`.
    fn declaration(&mut self, spec: &DeclSpec) -> Vec<Value> {
        self.op(OpClass::Exec);
        let values = self.eval_list(&spec.values);
        if let Some(target) = spec.target {
            self.type_expr(target);
        }
        self.op(OpClass::ValueDecl);
        values
    }
}
