//! Expressions (spec/02 §6): `Eval`, operands left to right, the closing op, the effect.

use super::emit::FunctionBuilder;
use super::value::Value;
use crate::function::{Arg, Entity};
use crate::op::Op;
use regno_bytecode::event::{OpClass, size};
use regno_bytecode::types::Repr;
use regno_frontend::constant::Constant;
use regno_frontend::typed::{ExprId, ExprKind, FuncKind, FuncUse, IndexKind, Place, SliceKind};
use regno_frontend::types::TypeId;

impl FunctionBuilder<'_, '_> {
    /// Evaluates an expression with one value.
    pub fn eval(&mut self, id: ExprId) -> Value {
        let ty = self.cx.package.exprs[id].ty;
        self.eval_multi(id).first().copied().unwrap_or(Value::shared(Arg::Bits(0), ty))
    }

    /// Evaluates expressions in order; one of tuple type gives all its values.
    pub fn eval_list(&mut self, ids: &[ExprId]) -> Vec<Value> {
        match *ids {
            [only] => self.eval_multi(only),
            _ => ids.iter().map(|&id| self.eval(id)).collect(),
        }
    }

    /// Evaluates an expression with any number of values.
    pub fn eval_multi(&mut self, id: ExprId) -> Vec<Value> {
        let position = self.position;
        self.at(self.cx.package.exprs[id].span);
        let values = super::deeper(|| self.eval_node(id));
        self.position = position;
        values
    }

    fn eval_node(&mut self, id: ExprId) -> Vec<Value> {
        let package = self.cx.package;
        let expr = &package.exprs[id];
        let ty = expr.ty;
        if let ExprKind::Type(target) = &expr.kind {
            self.type_expr(*target);
            return vec![Value::shared(Arg::Bits(0), ty)];
        }
        if let ExprKind::TypeText(target, of) = &expr.kind {
            self.type_expr(*target);
            let text = format!("typeval{{{}}}", package.types.type_string(*of));
            return vec![self.constant(&Constant::str(&text), ty, 0)];
        }
        self.op(OpClass::Eval);
        match &expr.kind {
            ExprKind::Call { callee, args, spread } => return self.call(callee, args, *spread, ty),
            ExprKind::Index { kind: IndexKind::Map, operand, index, comma_ok } => {
                return self.map_index(*operand, *index, *comma_ok);
            }
            ExprKind::TypeAssert { operand, to, target, comma_ok } => {
                return self.type_assert(*operand, *to, *target, *comma_ok);
            }
            _ => {}
        }
        if let ExprKind::Const(constant) = &expr.kind {
            let upper = package.uppers.get(&id).copied().unwrap_or(0);
            return vec![self.constant(constant, ty, upper)];
        }
        vec![self.eval_single(&expr.kind, ty)]
    }

    fn eval_single(&mut self, kind: &ExprKind, ty: TypeId) -> Value {
        match kind {
            ExprKind::Local(var) => {
                let var_ty = self.cx.package.vars[*var].ty;
                Value { dynamic: self.variable_type(*var), ..Value::shared(self.read_var(*var), var_ty) }
            }
            ExprKind::Global { global, via_package } => {
                self.package_name(*via_package);
                let repr = self.cx.repr(ty);
                let entity = Entity::Global(self.cx.global(*global));
                let value = self.value_of(Op::LoadGlobal, repr, repr, &[], entity, 0);
                Value { dynamic: self.global_type(entity, ty), ..Value::shared(value, ty) }
            }
            ExprKind::Func { func, named } => {
                self.package_name(*named == FuncUse::Member);
                let entity = Entity::Func(self.cx.func(*func));
                Value::shared(self.value_of(Op::FuncConst, Repr::Func, Repr::Func, &[], entity, 0), ty)
            }
            ExprKind::Abort(text) => {
                self.abort(text);
                Value::shared(Arg::Bits(0), ty)
            }
            ExprKind::Unary { op, operand } => self.unary(*op, *operand),
            ExprKind::Binary { op, left, right } => self.binary(*op, *left, *right, ty),
            ExprKind::FailingBinary { op, left, right, text } => {
                self.eval(*left);
                self.eval(*right);
                self.op(super::operator::class(*op));
                self.abort(text);
                Value::shared(Arg::Bits(0), ty)
            }
            ExprKind::Convert { target, operand } => self.convert(*target, *operand, ty, false),
            ExprKind::Index { kind, operand, index, .. } => self.index(*kind, *operand, *index),
            ExprKind::Slice { kind, operand, low, high, max } => self.slice(*kind, *operand, [*low, *high, *max], ty),
            ExprKind::Field { operand, field, through_pointer } => self.field(*operand, *field, *through_pointer, ty),
            ExprKind::MethodValue { operand, method } => self.method_value(*operand, method, ty),
            ExprKind::MethodExpr { target, func } => {
                self.type_expr(*target);
                self.op(OpClass::Selector);
                self.alloc(u64::from(size::FUNC));
                let entity = Entity::Func(self.method_expr(*func));
                Value::shared(self.value_of(Op::FuncConst, Repr::Func, Repr::Func, &[], entity, 0), ty)
            }
            ExprKind::Deref(operand) => {
                let pointer = self.eval(*operand);
                self.op(OpClass::Star);
                let repr = self.cx.repr(ty);
                Value::shared(self.value(Op::LoadPtr, repr, repr, &[pointer.arg]), ty)
            }
            ExprKind::AddressOf(place) => self.address_of(place, ty),
            ExprKind::Composite { kind, elements, len } => self.composite(*kind, elements, *len, ty),
            ExprKind::FuncLit { func, signature, aborts } => self.func_lit(*func, *signature, *aborts, ty),
            ExprKind::Const(_)
            | ExprKind::Type(_)
            | ExprKind::TypeText(..)
            | ExprKind::Call { .. }
            | ExprKind::TypeAssert { .. } => Value::shared(Arg::Bits(0), ty),
        }
    }

    /// The rest of a package-level name inside a function literal, a selector on the package (spec/02 §5.7).
    pub fn package_name(&mut self, via_package: bool) {
        if via_package {
            self.ops(&[OpClass::Eval, OpClass::Selector]);
        }
    }

    /// The operand where `to` is wanted, evaluated and boxed if need be, not copied.
    pub fn eval_as(&mut self, id: ExprId, to: TypeId) -> Arg {
        let value = self.eval(id);
        self.converted(value, to)
    }

    fn index(&mut self, kind: IndexKind, operand: ExprId, index: ExprId) -> Value {
        let operand = self.eval(operand);
        let index = self.eval(index);
        self.op(OpClass::Index1);
        let elem = self.cx.package.types.elem(operand.ty).unwrap_or(TypeId::UINT8);
        let op = match kind {
            IndexKind::Array => Op::LoadElem,
            IndexKind::Slice | IndexKind::Map => Op::LoadIndex,
            IndexKind::String => Op::LoadStrByte,
        };
        let repr = self.cx.repr(elem);
        let value = self.value(op, repr, repr, &[operand.arg, index.arg]);
        let dynamic = match kind {
            IndexKind::Array => self.slot_type(Op::SlotType, operand.arg, index.arg, elem),
            IndexKind::Slice => self.slot_type(Op::IndexType, operand.arg, index.arg, elem),
            IndexKind::Map | IndexKind::String => None,
        };
        Value { dynamic, ..Value::shared(value, elem) }
    }

    fn map_index(&mut self, operand: ExprId, index: ExprId, comma_ok: bool) -> Vec<Value> {
        let types = &self.cx.package.types;
        let map_ty = self.cx.package.exprs[operand].ty;
        let (key, elem) = (types.key(map_ty).unwrap_or(TypeId::ANY), types.elem(map_ty).unwrap_or(TypeId::ANY));
        let map = self.eval(operand);
        let index = self.eval_as(index, key);
        self.op(if comma_ok { OpClass::Index2 } else { OpClass::Index1 });
        let desc = self.cx.type_ref(map.ty);
        let repr = self.cx.repr(elem);
        if !comma_ok {
            return vec![Value::shared(self.typed(Op::LoadMap, repr, repr, &[map.arg, index], desc), elem)];
        }
        let (value, found) = self.pair(Op::LoadMapOk, repr, repr, &[map.arg, index], Entity::Type(desc));
        vec![Value::shared(value, elem), Value::shared(found, TypeId::BOOL)]
    }

    /// An instruction that gives a value and a bool.
    fn pair(
        &mut self,
        op: Op,
        repr: Repr,
        result: Repr,
        args: &[Arg],
        entity: Entity,
    ) -> (crate::entity::Reg, crate::entity::Reg) {
        let (value, ok) = (self.temp(result), self.temp(Repr::Bool));
        let mut data = self.data(op, repr, args);
        data.results.extend([value, ok]);
        data.entity = entity;
        self.push(data);
        (value, ok)
    }

    fn type_assert(
        &mut self,
        operand: ExprId,
        to: TypeId,
        target: regno_frontend::typed::TypeExprId,
        comma_ok: bool,
    ) -> Vec<Value> {
        let operand = self.eval(operand);
        self.type_expr(target);
        self.op(if comma_ok { OpClass::TypeAssert2 } else { OpClass::TypeAssert1 });
        let operand = self.converted(operand, TypeId::ANY);
        let desc = self.cx.type_ref(to);
        let repr = self.cx.repr(to);
        if comma_ok {
            let (value, ok) = self.pair(Op::AssertIfaceOk, repr, repr, &[operand], Entity::Type(desc));
            return vec![Value::shared(value, to), Value::shared(ok, TypeId::BOOL)];
        }
        vec![Value::shared(self.typed(Op::AssertIface, repr, repr, &[operand], desc), to)]
    }

    fn slice(&mut self, kind: SliceKind, operand: ExprId, bounds: [Option<ExprId>; 3], ty: TypeId) -> Value {
        let operand = self.eval(operand);
        let mut args = vec![operand.arg];
        let mut present = 0;
        for (bit, bound) in bounds.into_iter().enumerate() {
            if let Some(bound) = bound {
                args.push(self.eval(bound).arg);
                present |= 1 << bit;
            }
        }
        self.op(OpClass::Slice);
        let (op, result) = match kind {
            SliceKind::String => (Op::SliceStr, Repr::Str),
            SliceKind::Slice => (Op::SliceSlice, Repr::Slice),
            SliceKind::Array => (Op::SliceArray, Repr::Slice),
            SliceKind::ArrayPointer => (Op::SlicePtr, Repr::Slice),
        };
        let repr = self.cx.repr(operand.ty);
        Value::shared(self.value_of(op, repr, result, &args, Entity::None, present), ty)
    }

    fn field(&mut self, operand: ExprId, field: u32, through_pointer: bool, ty: TypeId) -> Value {
        let operand = self.eval(operand);
        self.op(OpClass::Selector);
        let repr = self.cx.repr(ty);
        let access = self.access(operand.ty, through_pointer);
        let op = self.through(access, operand.arg, Op::LoadField, Op::LoadPtrField);
        let value = self.value_of(op, repr, repr, &[operand.arg], Entity::None, u64::from(field));
        let find = if through_pointer { Op::PointedType } else { Op::SlotType };
        let dynamic = self.slot_type(find, operand.arg, Arg::Bits(u64::from(field)), ty);
        Value { dynamic, ..Value::shared(value, ty) }
    }

    fn address_of(&mut self, place: &Place, ty: TypeId) -> Value {
        if let Place::Literal(literal) = place {
            let literal = self.eval(*literal);
            self.op(OpClass::Ref);
            self.allocs(&[size::HEAP_ITEM, size::POINTER, size::TYPE]);
            let repr = self.cx.repr(literal.ty);
            let cell = self.value(Op::NewCell, repr, Repr::Cell, &[literal.arg]);
            return Value::shared(self.value(Op::AddrCell, Repr::Ptr, Repr::Ptr, &[cell.into()]), ty);
        }
        if let Place::Unaddressable(_, text) = place {
            self.abort(text);
            return Value::shared(Arg::Bits(0), ty);
        }
        let target = self.place(place);
        self.op(OpClass::Ref);
        let mut pointer = self.address(&target);
        if self.target_type(&target).is_some_and(|ty| self.cx.repr(ty) == Repr::Iface) {
            pointer = self.value(Op::FreezeIface, Repr::Iface, Repr::Ptr, &[pointer]).into();
        }
        self.allocs(&[size::POINTER, size::TYPE]);
        Value::shared(pointer, ty)
    }

    fn func_lit(
        &mut self,
        func: regno_frontend::typed::FuncId,
        signature: regno_frontend::typed::TypeExprId,
        aborts: Option<&str>,
        ty: TypeId,
    ) -> Value {
        let package = self.cx.package;
        self.type_expr(signature);
        self.op(OpClass::FuncLit);
        self.alloc(u64::from(size::FUNC));
        if let Some(text) = aborts {
            self.abort(text);
            return Value::shared(Arg::Bits(0), ty);
        }
        let captures: Vec<Arg> = match &package.funcs[func].kind {
            FuncKind::Literal { captures, .. } => captures.iter().map(|&var| self.home(var).reg.into()).collect(),
            _ => Vec::new(),
        };
        let entity = Entity::Func(self.cx.func(func));
        Value::shared(self.value_of(Op::MakeClosure, Repr::Func, Repr::Func, &captures, entity, 0), ty)
    }
}
