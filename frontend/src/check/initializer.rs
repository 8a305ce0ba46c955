//! Package-level constants and variables: values, types, and the runs they become (spec/02 §5.8, §11.1).

use super::decl::repeats_wrongly;
use super::expr::{Operand, Values};
use super::package::Part;
use super::scope::Entity;
use super::{Checker, Result};
use crate::source::Span;
use crate::syntax::ast;
use crate::typed::{DeclSpec, ExprId, GlobalId, InitStep};
use crate::types::{NilContext, TypeId};

impl<'a> Checker<'a> {
    /// A constant declaration.
    pub(super) fn package_const(
        &mut self,
        decl: usize,
        spec: &'a ast::ValueSpec<'a>,
        source: &'a ast::ValueSpec<'a>,
    ) -> Result<()> {
        if repeats_wrongly(spec, source) {
            for name in spec.names {
                self.set_entity(name.name, Entity::Undefined);
            }
            self.prepare_parts(decl, spec, false);
            return Ok(());
        }
        self.check_const_count(spec, source.values)?;
        let split = spec.names.len() > 1 && !self.package.decls[decl].unsplit;
        self.prepare_parts(decl, spec, split);
        self.at.iota = Some(spec.iota);
        self.place_errors(spec, split);
        let ty = source.ty.map(|ty| self.resolve_whole(ty)).transpose()?;
        let at = if split { Span::default() } else { spec.span };
        let mut values = Vec::with_capacity(spec.names.len());
        for (index, (name, &value)) in spec.names.iter().zip(source.values).enumerate() {
            self.at.part = if split { index } else { 0 };
            let operand = self.constant_value(value, ty, at)?;
            let t = operand.ty.unwrap_or(TypeId::INVALID);
            self.set_entity(name.name, Entity::Const(self.held(operand.id), t));
            values.push((operand.id, t));
        }
        let target = |checker: &mut Self| source.ty.map(|ty| checker.type_expr(ty)).transpose();
        if split {
            for (index, (id, t)) in values.into_iter().enumerate() {
                let target = target(self)?;
                let spec = DeclSpec { names: vec![None], target, types: vec![t], values: vec![id] };
                self.set_step(decl, index, InitStep::Const(spec));
            }
        } else {
            let target = target(self)?;
            let (values, types): (Vec<ExprId>, Vec<TypeId>) = values.into_iter().unzip();
            let spec = DeclSpec { names: vec![None; types.len()], target, types, values };
            self.set_step(decl, 0, InitStep::Const(spec));
        }
        Ok(())
    }

    /// Where errors in a declaration are located: the parts that one is split into have no place but the file.
    fn place_errors(&mut self, spec: &ast::ValueSpec<'_>, split: bool) {
        if split {
            self.at.span = self.files.get(self.at.file as usize).map_or(spec.span, |file| file.span);
        } else {
            self.nodes.stmt = spec.span;
        }
    }

    /// One part per name of a split declaration, else one for all.
    fn prepare_parts(&mut self, decl: usize, spec: &'a ast::ValueSpec<'a>, split: bool) {
        let names = spec.names.iter().map(|name| self.name_index(name.name).filter(|_| name.name != "_"));
        let parts = if split {
            names.map(|name| Part { names: name.into_iter().collect(), ..Part::default() }).collect()
        } else {
            vec![Part { names: names.flatten().collect(), ..Part::default() }]
        };
        self.package.decls[decl].parts = parts;
    }

    pub(super) fn set_step(&mut self, decl: usize, part: usize, step: InitStep) {
        if let Some(part) = self.package.decls[decl].parts.get_mut(part) {
            part.step = Some(step);
        }
    }

    /// A variable declaration.
    pub(super) fn package_var(&mut self, decl: usize, spec: &'a ast::ValueSpec<'a>) -> Result<()> {
        let count = spec.names.len();
        let each = spec.values.len() == count;
        let split = each && count > 1 && !self.package.decls[decl].unsplit;
        self.prepare_parts(decl, spec, split);
        self.place_errors(spec, split);
        self.package.decls[decl].in_type = true;
        let ty = spec.ty.map(|ty| self.resolve_whole(ty)).transpose()?;
        self.package.decls[decl].in_type = false;
        if let Some(t) = ty {
            // The type is known before the values are: literals among them may name the variable.
            for name in spec.names {
                self.set_global_type(name.name, t, t);
            }
        }
        let at = if split { Span::default() } else { spec.span };
        let mut values = Vec::with_capacity(count);
        let mut types = Vec::with_capacity(count);
        if each {
            for (index, name) in spec.names.iter().enumerate() {
                self.at.part = if split { index } else { 0 };
                let Values::Each(operands) = self.values_for(1, &spec.values[index..=index])? else { continue };
                for operand in operands {
                    let (id, t, recorded) = self.variable_value(operand, ty, at)?;
                    self.set_global_type(name.name, t, recorded);
                    values.push(id);
                    types.push(t);
                }
            }
        } else {
            let (ids, kinds) = self.spec_values(spec, ty)?;
            for (name, &t) in spec.names.iter().zip(&kinds) {
                self.set_global_type(name.name, t, t);
            }
            values = ids;
            types = kinds;
        }
        let file = self.at.file;
        let globals: Vec<Option<GlobalId>> = spec.names.iter().map(|name| self.global_named(name.name)).collect();
        if split {
            for (index, ((id, t), global)) in values.into_iter().zip(types).zip(globals).enumerate() {
                let target = spec.ty.map(|ty| self.type_expr(ty)).transpose()?;
                let spec = DeclSpec { names: vec![None], target, types: vec![t], values: vec![id] };
                self.set_step(decl, index, InitStep::Var { globals: vec![global], spec, file });
            }
        } else {
            let target = spec.ty.map(|ty| self.type_expr(ty)).transpose()?;
            let spec = DeclSpec { names: vec![None; count], target, types, values };
            self.set_step(decl, 0, InitStep::Var { globals, spec, file });
        }
        Ok(())
    }

    fn global_named(&self, name: &str) -> Option<GlobalId> {
        match self.package.names.get(name)?.entity {
            Some(Entity::Global(global)) => Some(global),
            _ => None,
        }
    }

    fn set_global_type(&mut self, name: &str, ty: TypeId, recorded: TypeId) {
        if let Some(global) = self.global_named(name) {
            self.globals[global].ty = ty;
            self.global_statics[global] = Some(recorded);
        }
    }

    /// A value of a variable declaration: its node, the variable's type and recorded type.
    pub(super) fn variable_value(
        &mut self,
        operand: Operand,
        ty: Option<TypeId>,
        at: Span,
    ) -> Result<(ExprId, TypeId, TypeId)> {
        match ty {
            Some(t) if self.types.is_interface(t) => {
                self.break_captures(operand.id);
                Ok((self.coerce_in(operand.id, Some(t), at, NilContext::VariableDeclaration)?, t, t))
            }
            Some(t) => Ok((self.coerce_in(operand.id, Some(t), at, NilContext::VariableDeclaration)?, t, t)),
            None => {
                let defined = self.default_operand(operand, at, &NilContext::VariableDeclaration)?;
                Ok((defined.id, defined.ty, defined.recorded))
            }
        }
    }
}
