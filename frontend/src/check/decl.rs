//! Declaration statements, and what they share with package-level declarations (spec/01 §4.3, spec/02 §8).

use super::assign::miscounted;
use super::expr::{Operand, Values, unparen};
use super::scope::Entity;
use super::{Checker, Result, Rule};
use crate::source::Span;
use crate::syntax::ast::{self, ExprKind, ExprRef};
use crate::typed::{DeclSpec, ExprId, ScopeKind, StmtKind, VarId, VarKind};
use crate::types::{Type, TypeId};

impl<'a> Checker<'a> {
    /// `const`, `var` or `type` in a body.
    pub(super) fn declaration(&mut self, group: &'a ast::GenDecl<'a>) -> Result<StmtKind> {
        match group.specs {
            ast::Specs::Import(_) => {
                Err(self.error(Rule::Import, group.span, "unexpected import declaration".to_owned()))
            }
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
                for spec in specs {
                    self.local_type(spec)?;
                }
                Ok(StmtKind::Type(u32::try_from(specs.len()).unwrap_or(u32::MAX)))
            }
        }
    }

    fn local_vars(&mut self, spec: &'a ast::ValueSpec<'a>) -> Result<DeclSpec> {
        self.check_local_count(spec, spec.values)?;
        let outer = std::mem::replace(&mut self.nodes.stmt, spec.span);
        let checked = self.local_values(spec);
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
                return Err(self.error(Rule::CountMismatch, spec.span, "missing init expr".to_owned()));
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
                let (was, new) = (self.types.type_string(was), self.types.type_string(recorded));
                Err(self.error(
                    Rule::Redeclared,
                    at,
                    format!("StaticBlock.Define2({name}) cannot change .T; was {was}, new {new}"),
                ))
            }
            Some(_) => {
                Err(self.error(Rule::Redeclared, at, format!("StaticBlock.Define2({name}) cannot change const status")))
            }
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
                return Err(self.error(Rule::CountMismatch, spec.span, "missing type and values".to_owned()));
            };
            return Ok((Vec::new(), vec![t; count]));
        }
        match self.values_for(count, spec.values)? {
            Values::Tuple(id, found) => {
                let Some(t) = ty else { return Ok((vec![id], found)) };
                for from in found {
                    if self.types.check_assignable(Some(from), Some(t)).is_err() {
                        let (from, to) = (self.types.type_string(from), self.types.type_string(t));
                        let value = self.render(id);
                        let text = format!("cannot use {value} (value of type {from}) as {to} value in assignment");
                        return Err(self.error(Rule::TypeMismatch, spec.span, text));
                    }
                }
                Ok((vec![id], vec![t; count]))
            }
            Values::Each(_) => Err(self.error(Rule::CountMismatch, spec.span, "missing init expr".to_owned())),
            Values::Mismatch(operands) => match (operands.as_slice(), spec.values) {
                ([operand], [e]) if count > 1 => Err(self.one_for_declared(count, *operand, e, spec.span)),
                _ => {
                    self.check_value_count(spec, spec.values.len(), false)?;
                    Err(self.error(Rule::CountMismatch, spec.span, "missing init expr".to_owned()))
                }
            },
        }
    }

    /// [`one_for_many`](Self::one_for_many) in a declaration, where calls are named with their arguments.
    fn one_for_declared(&self, count: usize, operand: Operand, e: ExprRef<'a>, at: Span) -> super::CheckError {
        if !matches!(unparen(e).kind, ExprKind::Call(_)) {
            return self.one_for_many(count, operand, e, at);
        }
        let got = self.result_count(operand);
        let call = self.render(operand.id);
        self.error(
            Rule::CountMismatch,
            at,
            format!("assignment mismatch: {count} variable(s) but {call} returns {got} value(s)"),
        )
    }

    /// How many values a call gives.
    fn result_count(&self, operand: Operand) -> usize {
        match operand.ty.map(|t| self.types.get(t)) {
            Some(Type::Tuple(elems)) => elems.len(),
            _ => 1,
        }
    }

    /// The error of one right side that does not give as many values as there are targets.
    pub(super) fn one_for_many(&self, count: usize, operand: Operand, e: ExprRef<'a>, at: Span) -> super::CheckError {
        let text = match unparen(e).kind {
            ExprKind::Call(_) => {
                let got = self.result_count(operand);
                let (noun, values) = (plural(count, "variable"), plural(got, "value"));
                let callee = self.callee_text(operand.id);
                format!("assignment mismatch: {count} {noun} but {callee} returns {got} {values}")
            }
            ExprKind::Index(_) if count == 2 => "invalid index expression on *gnolang.SliceType".to_owned(),
            _ => format!("assignment mismatch: {count} variable(s) but 1 value(s)"),
        };
        self.error(Rule::CountMismatch, at, text)
    }

    /// Refuses a declaration in a body whose number of values cannot fit; the values are not looked at.
    fn check_local_count(&mut self, spec: &'a ast::ValueSpec<'a>, values: &'a [ExprRef<'a>]) -> Result<()> {
        let count = spec.names.len();
        if !miscounted(count, values) {
            return Ok(());
        }
        let text = match (values, spec.names.get(values.len()), values.get(count)) {
            ([value], ..) if matches!(unparen(value).kind, ExprKind::TypeAssert(_) | ExprKind::Index(_)) => {
                format!("assignment mismatch: {count} variable(s) but 1 value(s)")
            }
            (_, Some(name), _) => format!("missing init expr for {}<!VPInvalid(0)>", name.name),
            (_, None, Some(extra)) => format!("extra init expr {}", self.raw_expr(extra)),
            (_, None, None) => return Ok(()),
        };
        Err(self.error(Rule::CountMismatch, spec.span, text))
    }

    /// Refuses a spec with fewer or more values than names.
    fn check_value_count(&self, spec: &ast::ValueSpec<'a>, values: usize, constant: bool) -> Result<()> {
        let count = spec.names.len();
        if !constant && values > 1 && values < count {
            let text = format!("assignment mismatch: {count} variable(s) but {values} value(s)");
            return Err(self.error(Rule::CountMismatch, spec.span, text));
        }
        if let Some(name) = spec.names.get(values) {
            return Err(self.error(
                Rule::CountMismatch,
                spec.span,
                format!("missing init expr for {}<!VPInvalid(0)>", name.name),
            ));
        }
        if values > count {
            let source = self.sources.get(self.at.file as usize);
            let extra = spec.values.get(count).and_then(|e| source.and_then(|source| source.text(e.span)));
            return Err(self.error(
                Rule::CountMismatch,
                spec.span,
                format!("extra init expr {}", extra.unwrap_or_default()),
            ));
        }
        Ok(())
    }

    /// Refuses a constant spec with fewer or more values than names.
    pub(super) fn check_const_count(&mut self, spec: &'a ast::ValueSpec<'a>, values: &'a [ExprRef<'a>]) -> Result<()> {
        let count = spec.names.len();
        if let Some(&extra) = values.get(count) {
            let text = self.raw_expr(extra);
            let text = format!("Machine.EvalStaticTypeOf(x) expression not yet preprocessed: {text}");
            return Err(self.error(Rule::Other, spec.span, text));
        }
        if let ([value], true) = (values, count > 1) {
            let operand = self.single(value)?;
            if self.is_const(operand.id) {
                return Err(self.error(
                    Rule::Other,
                    spec.span,
                    "unexpected value expression type *gnolang.ConstExpr".to_owned(),
                ));
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
        let mut values = Vec::with_capacity(spec.names.len());
        let mut types = Vec::with_capacity(spec.names.len());
        for value in source.values.iter().take(spec.names.len()) {
            let operand = self.constant_value(value, ty, spec.span)?;
            values.push(operand.id);
            types.push(operand.ty.unwrap_or(TypeId::INVALID));
        }
        self.at.iota = outer;
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
            self.bind(name.name, Entity::Const(value, t));
            names.push(Some(var));
        }
        Ok(DeclSpec { names, target, types, values })
    }

    /// A type declared in a body. Only the outermost block of a function may have one (spec/01 §1.1).
    fn local_type(&mut self, spec: &'a ast::TypeSpec<'a>) -> Result<()> {
        let name = spec.name.name;
        if let Some(node) = self.enclosing_node() {
            return Err(self.error(
                Rule::TypeOrValue,
                spec.span,
                format!("expected type expr but got *gnolang.{node}"),
            ));
        }
        self.refuse_predeclared(name, spec.span)?;
        self.refuse_nil_type(spec)?;
        if self.in_this_block(name).is_some() {
            return Err(self.error(
                Rule::Redeclared,
                spec.span,
                format!("StaticBlock.Define2({name}) cannot change .V"),
            ));
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
        let right = self.declared_type(spec.ty, spec.span)?;
        self.complete_type(t, right, spec.span)
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

/// The noun with the ending that the number asks for.
pub(super) fn plural(count: usize, noun: &str) -> String {
    if count == 1 { noun.to_owned() } else { format!("{noun}s") }
}
