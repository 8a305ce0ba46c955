//! Declaration statements, and what they share with package-level declarations (spec/01 §4.3, spec/02 §8).

use super::assign::miscounted;
use super::expr::{Operand, Values, unparen};
use super::scope::Entity;
use super::{Checker, Result};
use crate::finding::{Count, VmError};
use crate::source::Span;
use crate::syntax::ast::{self, ExprKind, ExprRef};
use crate::typed::{self, DeclSpec, ExprId, ScopeKind, StmtKind, TypeExprId, VarId, VarKind};
use crate::types::{Type, TypeId};

impl<'a> Checker<'a> {
    /// `const`, `var` or `type` in a body.
    pub(super) fn declaration(&mut self, group: &'a ast::GenDecl<'a>) -> Result<StmtKind> {
        match group.specs {
            ast::Specs::Import(_) => Err(self.error(group.span, VmError::MisplacedImport)),
            ast::Specs::Var(specs) => {
                let specs = specs.iter().map(|spec| self.local_vars(spec)).collect::<Result<Vec<_>>>()?;
                Ok(StmtKind::Var(specs))
            }
            ast::Specs::Const(specs) => {
                let mut source = None;
                let mut checked = Vec::with_capacity(specs.len());
                for &spec in specs {
                    if !spec.values.is_empty() || source.is_none() {
                        source = Some(spec);
                    }
                    checked.push(self.local_consts(spec, source.unwrap_or(spec))?);
                }
                Ok(StmtKind::Const(checked))
            }
            ast::Specs::Type(specs) => {
                let specs = specs.iter().map(|spec| {
                    self.local_type(spec)?;
                    self.blank_type(spec)
                });
                Ok(StmtKind::Type(specs.collect::<Result<Vec<_>>>()?))
            }
        }
    }

    fn local_vars(&mut self, spec: &'a ast::ValueSpec<'a>) -> Result<DeclSpec> {
        self.check_local_count(spec, spec.values)?;
        let outer = std::mem::replace(&mut self.nodes.stmt, spec.span);
        let value_of = self.at.value_of.replace(spec.span);
        let checked = self.local_values(spec);
        self.at.value_of = value_of;
        self.nodes.stmt = outer;
        checked
    }

    fn local_values(&mut self, spec: &'a ast::ValueSpec<'a>) -> Result<DeclSpec> {
        let ty = spec.ty.map(|ty| self.declared_type(ty, spec.span)).transpose()?;
        let mut values = Vec::with_capacity(spec.values.len());
        let mut types = Vec::with_capacity(spec.names.len());
        let mut recorded = Vec::with_capacity(spec.names.len());
        if spec.values.len() == spec.names.len() {
            let Values::Each(operands) = self.values_for(spec.names.len(), spec.values)? else {
                return Err(self.error(spec.span, VmError::MissingValues));
            };
            self.refuse_several(&operands, spec.span)?;
            for operand in operands {
                let (id, t, record) = self.variable_value(operand, ty, spec.span)?;
                values.push(id);
                types.push(t);
                recorded.push(record);
            }
        } else {
            (values, types) = self.spec_values(spec, ty)?;
            recorded.clone_from(&types);
        }
        let target = spec.ty.map(|ty| self.type_expr(ty)).transpose()?;
        let mut names = Vec::with_capacity(spec.names.len());
        for ((name, &t), &record) in spec.names.iter().zip(&types).zip(&recorded) {
            names.push(self.local_var(name, t, record, spec.span)?);
        }
        Ok(DeclSpec { names, target, types, values })
    }

    /// Declares one name of a `var` statement. In a merged block it may be declared already; it keeps its slot then.
    fn local_var(&mut self, name: &ast::Ident<'a>, t: TypeId, recorded: TypeId, at: Span) -> Result<Option<VarId>> {
        if name.name == "_" {
            return Ok(None);
        }
        self.refuse_predeclared(name.name, at)?;
        if let Some(var) = self.redefined(name.name, recorded, at)? {
            return Ok(Some(var));
        }
        self.declare(name.name, t, recorded, VarKind::Variable).map(Some)
    }

    /// The variable of this name that the block already has; its type must be the same.
    pub(super) fn redefined(&self, name: &str, recorded: TypeId, at: Span) -> Result<Option<VarId>> {
        match self.in_this_block(name) {
            None => Ok(None),
            Some(Entity::Local(var)) => {
                let was = self.var_static(var).unwrap_or(TypeId::INVALID);
                if self.types.identical(was, recorded) {
                    return Ok(Some(var));
                }
                let (was, new) = (self.type_arg(was), self.type_arg(recorded));
                Err(self.error(at, VmError::RetypedName { name: name.into(), was, new }))
            }
            Some(_) => Err(self.error(at, VmError::RedefinedConstant { name: name.into() })),
        }
    }

    /// Values of a `var` spec whose number is not that of the names: none, or one node for all.
    pub(super) fn spec_values(
        &mut self,
        spec: &'a ast::ValueSpec<'a>,
        ty: Option<TypeId>,
    ) -> Result<(Vec<ExprId>, Vec<TypeId>)> {
        let count = spec.names.len();
        if spec.values.is_empty() {
            let Some(t) = ty else {
                return Err(self.error(spec.span, VmError::MissingTypeAndValues));
            };
            return Ok((Vec::new(), vec![t; count]));
        }
        match self.values_for(count, spec.values)? {
            Values::Tuple(id, found) => {
                let Some(t) = ty else { return Ok((vec![id], found)) };
                for from in found {
                    if self.types.check_assignable(Some(from), Some(t)).is_err() {
                        let (from, to) = (self.type_arg(from), self.type_arg(t));
                        let value = self.expr_arg(id);
                        return Err(self.error(spec.span, VmError::ValueAs { value, from, to }));
                    }
                }
                Ok((vec![id], vec![t; count]))
            }
            Values::Each(_) => Err(self.error(spec.span, VmError::MissingValues)),
            Values::Mismatch(operands) => match (operands.as_slice(), spec.values) {
                ([operand], [e]) if count > 1 => Err(self.one_for_declared(count, *operand, e, spec.span)),
                _ => {
                    self.check_value_count(spec, spec.values.len(), false)?;
                    Err(self.error(spec.span, VmError::MissingValues))
                }
            },
        }
    }

    /// [`one_for_many`](Self::one_for_many) in a declaration, where calls are named with their arguments.
    fn one_for_declared(&self, count: usize, operand: Operand, e: ExprRef<'a>, at: Span) -> super::CheckError {
        if !matches!(unparen(e).kind, ExprKind::Call(_)) {
            return self.one_for_many(count, operand, e, at);
        }
        let (names, values) = (count.into(), self.result_count(operand).into());
        self.error(at, VmError::DeclaredCall { names, call: self.expr_arg(operand.id), values })
    }

    /// How many values a call gives.
    pub(super) fn result_count(&self, operand: Operand) -> usize {
        match operand.ty.map(|t| self.types.get(t)) {
            Some(Type::Tuple(elems)) => elems.len(),
            _ => 1,
        }
    }

    /// The error of a call that does not give as many values as there are targets.
    pub(super) fn call_for_many(&self, count: usize, operand: Operand, at: Span) -> super::CheckError {
        let error = match self.exprs[operand.id].kind {
            typed::ExprKind::Const(_) => VmError::OneValue { value: self.expr_arg(operand.id) },
            typed::ExprKind::Convert { .. } => return self.error_bare(VmError::ConversionForMany),
            _ => {
                let (targets, values) = (count.into(), self.result_count(operand).into());
                VmError::AssignedCall { targets, callee: self.render_callee_of(operand.id).into(), values }
            }
        };
        self.error(at, error)
    }

    /// The error of one right side that does not give as many values as there are targets.
    pub(super) fn one_for_many(&self, count: usize, operand: Operand, e: ExprRef<'a>, at: Span) -> super::CheckError {
        let error = match unparen(e).kind {
            ExprKind::Call(_) => return self.call_for_many(count, operand, at),
            ExprKind::Index(_) if count == 2 => VmError::OneElement,
            _ => VmError::CountMismatch { names: count.into(), values: Count(1) },
        };
        self.error(at, error)
    }

    /// Refuses a declaration in a body whose number of values cannot fit; the values are not looked at.
    fn check_local_count(&mut self, spec: &'a ast::ValueSpec<'a>, values: &'a [ExprRef<'a>]) -> Result<()> {
        let count = spec.names.len();
        if !miscounted(count, values) {
            return Ok(());
        }
        let error = match (values, spec.names.get(values.len()), values.get(count)) {
            ([value], ..) if matches!(unparen(value).kind, ExprKind::TypeAssert(_) | ExprKind::Index(_)) => {
                VmError::CountMismatch { names: count.into(), values: Count(1) }
            }
            (_, Some(name), _) => VmError::MissingValue { name: name.name.into() },
            (_, None, Some(extra)) => VmError::ExtraInit { value: self.raw_expr(extra).into() },
            (_, None, None) => return Ok(()),
        };
        Err(self.error(spec.span, error))
    }

    /// Refuses a spec with fewer or more values than names.
    fn check_value_count(&self, spec: &ast::ValueSpec<'a>, values: usize, constant: bool) -> Result<()> {
        let count = spec.names.len();
        if !constant && values > 1 && values < count {
            let (names, values) = (count.into(), values.into());
            return Err(self.error(spec.span, VmError::CountMismatch { names, values }));
        }
        if let Some(name) = spec.names.get(values) {
            return Err(self.error(spec.span, VmError::MissingValue { name: name.name.into() }));
        }
        if values > count {
            let source = self.sources.get(self.at.file as usize);
            let extra = spec.values.get(count).and_then(|e| source.and_then(|source| source.text(e.span)));
            return Err(self.error(spec.span, VmError::ExtraInit { value: extra.unwrap_or_default().into() }));
        }
        Ok(())
    }

    /// Refuses a constant spec with fewer or more values than names.
    pub(super) fn check_const_count(&mut self, spec: &'a ast::ValueSpec<'a>, values: &'a [ExprRef<'a>]) -> Result<()> {
        let count = spec.names.len();
        if let Some(&extra) = values.get(count) {
            let value = self.raw_expr(extra).into();
            return Err(self.error(spec.span, VmError::ExtraValue { value }));
        }
        if let ([value], true) = (values, count > 1) {
            let operand = self.single(value)?;
            if self.is_const(operand.id) {
                return Err(self.error(spec.span, VmError::ConstantForMany));
            }
        }
        self.check_value_count(spec, values.len(), true)
    }

    /// Names of a constant spec without values.
    fn local_undefined(&mut self, spec: &'a ast::ValueSpec<'a>) -> Result<DeclSpec> {
        let mut names = Vec::with_capacity(spec.names.len());
        for name in spec.names {
            let kind = VarKind::Const { untyped_numeric: false, string_len: None };
            names.push(Some(self.slot(name.name.to_owned(), TypeId::INVALID, TypeId::INVALID, kind)?));
            self.bind(name.name, Entity::Undefined);
        }
        Ok(DeclSpec { names, target: None, types: Vec::new(), values: Vec::new() })
    }

    fn local_consts(&mut self, spec: &'a ast::ValueSpec<'a>, source: &'a ast::ValueSpec<'a>) -> Result<DeclSpec> {
        if repeats_wrongly(spec, source) {
            return self.local_undefined(spec);
        }
        self.check_local_count(spec, source.values)?;
        if source.values.is_empty() {
            // **Quirk**: accepted, the names stand for nothing.
            return self.local_undefined(spec);
        }
        let ty = source.ty.map(|ty| self.declared_type(ty, spec.span)).transpose()?;
        let outer = self.at.iota.replace(spec.iota);
        let value_of = self.at.value_of.replace(spec.span);
        let mut values = Vec::with_capacity(spec.names.len());
        let mut types = Vec::with_capacity(spec.names.len());
        for value in source.values.iter().take(spec.names.len()) {
            let operand = self.constant_value(value, ty, spec.span)?;
            values.push(operand.id);
            types.push(operand.ty.unwrap_or(TypeId::INVALID));
        }
        self.at.iota = outer;
        self.at.value_of = value_of;
        let target = source.ty.map(|ty| self.type_expr(ty)).transpose()?;
        let mut names = Vec::with_capacity(spec.names.len());
        for ((name, &id), &t) in spec.names.iter().zip(&values).zip(&types) {
            if name.name == "_" {
                names.push(None);
                continue;
            }
            self.refuse_predeclared(name.name, spec.span)?;
            self.redefined(name.name, t, spec.span)?;
            let Some(value) = self.constant_of(id).cloned() else { continue };
            let (untyped_numeric, string_len) = self.constant_cost(&value, t);
            let kind = VarKind::Const { untyped_numeric, string_len };
            let var = self.slot(name.name.to_owned(), t, t, kind)?;
            self.bind(name.name, Entity::Const(self.held(id), t));
            names.push(Some(var));
        }
        Ok(DeclSpec { names, target, types, values })
    }

    /// A type declared in a body. Only the outermost block of a function may have one (spec/01 §1.1).
    fn local_type(&mut self, spec: &'a ast::TypeSpec<'a>) -> Result<()> {
        let name = spec.name.name;
        if let Some(node) = self.enclosing_node() {
            return Err(self.error(spec.span, VmError::TypeInBlock { node: node.into() }));
        }
        self.refuse_predeclared(name, spec.span)?;
        self.refuse_nil_type(spec)?;
        if self.in_this_block(name).is_some() {
            return Err(self.error(spec.span, VmError::RedefinedName { name: name.into() }));
        }
        if spec.alias {
            let t = self.declared_type(spec.ty, spec.span)?;
            self.slot(name.to_owned(), t, t, VarKind::Type)?;
            self.bind(name, Entity::Type(t));
            return Ok(());
        }
        let location = self.at.frames.last().map(|frame| frame.span).map(|span| self.location(span));
        let t = self.declare_type(name, location);
        if name != "_" {
            self.slot(name.to_owned(), t, t, VarKind::Type)?;
            self.bind(name, Entity::Type(t));
        }
        let outer = self.at.type_of.replace(spec.span);
        let right = self.resolve_type(spec.ty);
        self.at.type_of = outer;
        let right = right?;
        self.complete_type(t, right, spec.span)
    }

    /// The evaluation of a blank type's expression.
    pub(super) fn blank_type(&mut self, spec: &'a ast::TypeSpec<'a>) -> Result<Option<TypeExprId>> {
        (spec.name.name == "_").then(|| self.type_expr(spec.ty)).transpose()
    }

    /// The reference's node type of the innermost block, if that is not a function.
    fn enclosing_node(&self) -> Option<&'static str> {
        match self.scopes[self.at.blocks.last()?.scope].kind {
            ScopeKind::Func => None,
            ScopeKind::Block => Some("BlockStmt"),
            ScopeKind::If => Some("IfStmt"),
            ScopeKind::IfPart => Some("IfCaseStmt"),
            ScopeKind::For => Some("ForStmt"),
            ScopeKind::Range => Some("RangeStmt"),
            ScopeKind::Switch => Some("SwitchStmt"),
            ScopeKind::Clause => Some("SwitchClauseStmt"),
        }
    }
}

/// Whether a constant spec without values repeats one with another number of names: its names get no value.
pub(super) fn repeats_wrongly(spec: &ast::ValueSpec<'_>, source: &ast::ValueSpec<'_>) -> bool {
    spec.values.is_empty() && !source.values.is_empty() && spec.names.len() != source.names.len()
}
