//! Assignments and definitions (spec/02 §5.5, spec/01 §1.3).

use super::expr::{Operand, PlaceOperand, Values, unparen};
use super::{CheckError, Checker, Result};
use crate::finding::VmError;
use crate::source::Span;
use crate::syntax::ast::{self, AssignOp, ExprKind, ExprRef};
use crate::typed::{self, ExprId, Place, StmtId, StmtKind, VarKind};
use crate::types::{Kind, NilContext, Type, TypeId};

/// A checked statement, and the one that follows it where the reference splits it in two.
pub(super) type Checked = (StmtKind, Option<StmtKind>);

impl<'a> Checker<'a> {
    /// `=`, `:=`, `op=`.
    pub(super) fn assignment(&mut self, assign: &'a ast::AssignStmt<'a>, id: StmtId, span: Span) -> Result<Checked> {
        match assign.op {
            AssignOp::Assign => self.assign(assign, span),
            AssignOp::Define => Ok((self.define(assign, id, span)?, None)),
            AssignOp::Op(op) => {
                let ([target], [value]) = (assign.lhs, assign.rhs) else {
                    for (index, target) in assign.lhs.iter().enumerate() {
                        assign.rhs.get(index).map(|value| self.expr(value)).transpose()?;
                        self.expr(target)?;
                    }
                    return Err(self.error(span, VmError::OperatorOperands { op: op.text().into() }));
                };
                // What the operator says comes before what the place says.
                let (target, error) = match self.operated_place(target) {
                    Ok(found) => found,
                    Err(error) => return Err(self.earlier_value(assign.rhs, 0).unwrap_or(error)),
                };
                let value = self.op_assign_value(op, &target, value, span)?;
                if let Some(error) = error {
                    return Err(error);
                }
                Ok((StmtKind::OpAssign { op, target: target.place, ty: target.ty, value }, None))
            }
        }
    }

    /// The target of `op=`, and what is wrong with it as a place.
    fn operated_place(&mut self, target: ExprRef<'a>) -> Result<(PlaceOperand, Option<CheckError>)> {
        self.refuse_foreign_target(target)?;
        if let ExprKind::Ident("_") = unparen(target).kind {
            return Ok((self.place(target)?, None));
        }
        let operand = self.single(target)?;
        Ok(self.place_or_error(operand, target))
    }

    /// `x++`, `x--`.
    pub(super) fn step(&mut self, step: &'a ast::IncDecStmt<'a>, span: Span) -> Result<StmtKind> {
        let target = self.updated_place(step.x, step.increment, span)?;
        Ok(StmtKind::IncDec { target: target.place, ty: target.ty, increment: step.increment })
    }

    /// Refuses what is no name left of `:=`, before anything else of the statement is looked at.
    fn refuse_non_names(&self, targets: &[ExprRef<'a>]) -> Result<()> {
        match targets.iter().find(|target| !matches!(unparen(target).kind, ExprKind::Ident(_))) {
            Some(target) => Err(self.non_name(target)),
            None => Ok(()),
        }
    }

    /// The error of a target of `:=` that is no name: it tells the reference's kind of node.
    pub(super) fn non_name(&self, target: ExprRef<'a>) -> CheckError {
        let node = match unparen(target).kind {
            ExprKind::Literal(_) => "BasicLitExpr",
            ExprKind::CompositeLit(_) => "CompositeLitExpr",
            ExprKind::FuncLit(_) => "FuncLitExpr",
            ExprKind::Selector(_) => "SelectorExpr",
            ExprKind::Index(_) => "IndexExpr",
            ExprKind::Slice(_) => "SliceExpr",
            ExprKind::TypeAssert(_) => "TypeAssertExpr",
            ExprKind::Call(_) => "CallExpr",
            ExprKind::Star(_) => "StarExpr",
            ExprKind::Unary(ast::UnaryOp::Addr, _) => "RefExpr",
            ExprKind::Unary(..) => "UnaryExpr",
            ExprKind::Binary(_) => "BinaryExpr",
            ExprKind::ArrayType(array) if array.len.is_none() => "SliceTypeExpr",
            ExprKind::ArrayType(_) => "ArrayTypeExpr",
            ExprKind::MapType(_) => "MapTypeExpr",
            ExprKind::FuncType(_) => "FuncTypeExpr",
            ExprKind::StructType(_) => "StructTypeExpr",
            ExprKind::InterfaceType(_) => "InterfaceTypeExpr",
            _ => "ChanTypeExpr",
        };
        self.error_bare(VmError::NonName { node: node.into() })
    }

    fn define(&mut self, assign: &'a ast::AssignStmt<'a>, id: StmtId, span: Span) -> Result<StmtKind> {
        let count = assign.lhs.len();
        self.refuse_non_names(assign.lhs)?;
        if miscounted(count, assign.rhs) {
            let (names, values) = (count.into(), assign.rhs.len().into());
            return Err(self.error(span, VmError::CountMismatch { names, values }));
        }
        let mut values = Vec::with_capacity(assign.rhs.len());
        let mut types = Vec::with_capacity(count);
        match self.values_for(count, assign.rhs)? {
            Values::Each(operands) => {
                self.refuse_several(&operands, span)?;
                for operand in operands {
                    let defined = self.default_operand(operand, span, &NilContext::Assignment)?;
                    values.push(defined.id);
                    types.push((defined.ty, defined.recorded));
                }
            }
            Values::Tuple(value, found) => {
                values.push(value);
                types.extend(found.into_iter().map(|t| (t, t)));
            }
            Values::Mismatch(operands) => return Err(self.define_mismatch(count, &operands, assign.rhs, span)),
        }
        let mut targets = Vec::with_capacity(count);
        let mut fresh = Vec::with_capacity(count);
        let mut redefined = Vec::new();
        for (target, (t, recorded)) in assign.lhs.iter().zip(types) {
            let ExprKind::Ident(name) = unparen(target).kind else {
                return Err(self.error(span, VmError::UnexpectedExpression));
            };
            if name == "_" {
                targets.push(Place::Blank);
                fresh.push(false);
                continue;
            }
            if name == "cross" {
                return Err(self.misplaced_cross(target.span));
            }
            let name = self.renamed(name, target.span);
            self.refuse_predeclared(&name, target.span)?;
            let (var, new) = match self.redefined(&name, recorded, span)? {
                Some(var) => (var, false),
                None => (self.declare(&name, t, recorded, VarKind::Variable)?, true),
            };
            if !new {
                redefined.push(var);
            }
            targets.push(Place::Local(var));
            fresh.push(new);
        }
        if !redefined.is_empty() {
            self.redefinitions.push((id, redefined));
        }
        Ok(StmtKind::Define { targets, fresh, values, aborts: None })
    }

    /// Refuses calls with several results among single values.
    pub(super) fn refuse_several(&self, operands: &[Operand], at: Span) -> Result<()> {
        for operand in operands {
            if let Some(t) = operand.ty
                && let Type::Tuple(elems) = self.types.get(t)
            {
                let types: Vec<String> = elems.iter().map(|&t| self.types.type_string(t)).collect();
                let (callee, results) = (self.render_callee_of(operand.id).into(), types.join(" ").into());
                return Err(self.error(at, VmError::ManyValues { callee, results }));
            }
        }
        Ok(())
    }

    fn define_mismatch(&self, count: usize, operands: &[Operand], rhs: &'a [ExprRef<'a>], at: Span) -> CheckError {
        if let ([operand], [e]) = (operands, rhs)
            && count > 1
        {
            return self.one_for_many(count, *operand, e, at);
        }
        self.error(at, VmError::CountMismatch { names: count.into(), values: rhs.len().into() })
    }

    fn assign(&mut self, assign: &'a ast::AssignStmt<'a>, span: Span) -> Result<Checked> {
        let count = assign.lhs.len();
        let mut places = Vec::with_capacity(count);
        for (index, target) in assign.lhs.iter().enumerate() {
            let place = self.refuse_foreign_target(target).and_then(|()| self.place(target));
            places.push(place.map_err(|error| self.earlier_value(assign.rhs, index).unwrap_or(error))?);
        }
        match self.values_for(count, assign.rhs)? {
            Values::Each(operands) => {
                for (operand, place) in operands.iter().zip(&places) {
                    // Before any conversion: an untyped shift can become an interface's dynamic value, but is none.
                    if let Err(error) = self.types.check_assignable(self.recorded(operand.id), place.recorded) {
                        return Err(self.error(span, error.finding_in(&self.types, &NilContext::Assignment)));
                    }
                }
                let mut values = Vec::with_capacity(count);
                for (operand, place) in operands.into_iter().zip(&places) {
                    values.push(self.coerce_in(operand.id, place.recorded, span, NilContext::Assignment)?);
                }
                let targets = places.into_iter().map(|place| place.place).collect();
                Ok((StmtKind::Assign { targets, values }, None))
            }
            Values::Tuple(value, types) => self.assign_tuple(places, value, &types, assign, span),
            Values::Mismatch(operands) => Err(self.assign_mismatch(count, &operands, assign.rhs, span)),
        }
    }

    /// The first error in the values up to one: the reference looks at each of them before the target in its place.
    fn earlier_value(&mut self, values: &'a [ExprRef<'a>], index: usize) -> Option<CheckError> {
        values.iter().take(index.saturating_add(1)).find_map(|value| self.expr(value).err())
    }

    fn assign_mismatch(&mut self, count: usize, operands: &[Operand], rhs: &'a [ExprRef<'a>], at: Span) -> CheckError {
        let targets = count.into();
        let error = match (operands, rhs) {
            ([operand], [e]) if count > 1 => match unparen(e).kind {
                ExprKind::Call(_) => return self.call_for_many(count, *operand, at),
                _ => VmError::OneValue { value: self.expr_arg(operand.id) },
            },
            _ => match rhs.get(count) {
                Some(&extra) => VmError::ExtraValue { value: self.raw_expr(extra).into() },
                None => VmError::AssignedCount { targets, values: rhs.len().into() },
            },
        };
        self.error(at, error)
    }

    /// `a, b = f()`, and the comma-ok forms. A call is split into a definition of hidden variables and an assignment where a
    /// result changes between a named and an unnamed type.
    fn assign_tuple(
        &mut self,
        places: Vec<PlaceOperand>,
        value: ExprId,
        types: &[TypeId],
        assign: &'a ast::AssignStmt<'a>,
        span: Span,
    ) -> Result<Checked> {
        let call = assign.rhs.first().is_some_and(|e| matches!(unparen(e).kind, ExprKind::Call(_)));
        let changes = places.iter().zip(types).any(|(place, &from)| {
            place.recorded.is_some_and(|to| {
                !matches!(self.types.get(to), Type::Interface(_))
                    && self.types.is_named(to) != self.types.is_named(from)
            })
        });
        if call && changes {
            return self.split_assignment(places, value, types, span);
        }
        for (index, (place, &from)) in places.iter().zip(types).enumerate() {
            if let (false, 1, Some(to)) = (call, index, place.recorded) {
                // The second value of a comma-ok form.
                if self.types.kind(to) != Kind::Bool {
                    return Err(self.error(span, VmError::CommaOkBool { got: self.type_arg(to) }));
                }
                continue;
            }
            if let Err(error) = self.types.check_assignable(Some(from), place.recorded) {
                return Err(self.error(span, error.finding_in(&self.types, &NilContext::Assignment)));
            }
        }
        let targets = places.into_iter().map(|place| place.place).collect();
        Ok((StmtKind::Assign { targets, values: vec![value] }, None))
    }

    fn split_assignment(
        &mut self,
        places: Vec<PlaceOperand>,
        value: ExprId,
        types: &[TypeId],
        span: Span,
    ) -> Result<Checked> {
        let mut hidden = Vec::with_capacity(types.len());
        for (index, &t) in types.iter().enumerate() {
            let name = format!(".decompose_{}_{index}", value.as_u32());
            hidden.push(self.hidden(name, t, t, VarKind::Variable)?);
        }
        let define = StmtKind::Define {
            targets: hidden.iter().map(|&var| Place::Local(var)).collect(),
            fresh: vec![true; hidden.len()],
            values: vec![value],
            aborts: None,
        };
        let mut values = Vec::with_capacity(hidden.len());
        for ((&var, &t), place) in hidden.iter().zip(types).zip(&places) {
            let id = self.add_node(typed::ExprKind::Local(var), t, Some(t), span);
            values.push(self.coerce_in(id, place.recorded, span, NilContext::Assignment)?);
        }
        let targets = places.into_iter().map(|place| place.place).collect();
        Ok((define, Some(StmtKind::Assign { targets, values })))
    }
}

/// Whether the number of values cannot fit, whatever they are: one call, and one type assertion or index expression for two
/// names, may give several.
pub(super) fn miscounted(names: usize, values: &[ExprRef<'_>]) -> bool {
    match values {
        [] => false,
        [value] if names > 1 => match unparen(value).kind {
            ExprKind::Call(_) => false,
            ExprKind::TypeAssert(_) | ExprKind::Index(_) => names != 2,
            _ => true,
        },
        _ => values.len() != names,
    }
}
