//! Static rules of crossing functions: those whose first parameter is of the predeclared type `realm` (spec/01 §5).

use super::expr::{Operand, unparen};
use super::scope::Entity;
use super::{Checker, Result};
use crate::finding::VmError;
use crate::source::Span;
use crate::syntax::ast::{self, ExprKind, ExprRef};
use crate::typed::{FuncId, FuncKind};
use crate::types::{FuncType, TypeId};
use regno_bytecode::path::is_realm;

/// Whether a function type is crossing (spec/01 §5.1).
pub(super) fn is_crossing(signature: &FuncType) -> bool {
    signature.params.first().is_some_and(|param| param.ty == TypeId::REALM)
}

impl<'a> Checker<'a> {
    /// The names of parameters whose type is written `realm` (spec/01 §5.1, spec/00 addendum 6).
    pub(super) fn check_realm_params(&self, func: &ast::FuncType<'a>) -> Result<()> {
        if &*self.path == "testing" {
            return Ok(());
        }
        let written = |ty: ExprRef<'a>| matches!(unparen(ty).kind, ExprKind::Ident("realm"));
        let mut first = true;
        for field in func.params.fields {
            let realm = written(field.ty);
            for name in field.names.iter().map(|name| Some(name.name)).chain(field.names.is_empty().then_some(None)) {
                match name {
                    Some(name) if realm && first && !matches!(name, "cur" | "_") => {
                        return Err(self.error(func.span, VmError::RealmName));
                    }
                    Some("cur") if realm && !first => return Err(self.error(func.span, VmError::LaterCur)),
                    _ => {}
                }
                first = false;
            }
        }
        Ok(())
    }

    /// The error of a `cross` that is not the first argument of a call.
    pub(super) fn misplaced_cross(&self, at: Span) -> super::CheckError {
        self.error(at, VmError::MisplacedCross)
    }

    /// Refuses the declaration of a crossing function outside realms (spec/01 §5.2).
    pub(super) fn check_crossing_declaration(&mut self, decl: &'a ast::FuncDecl<'a>, func: FuncId) -> Result<()> {
        let crossing = self.types.as_func(self.funcs[func].signature).is_some_and(is_crossing);
        if !crossing || is_realm(&self.path) {
            return Ok(());
        }
        let function = self.raw_function(decl, func).into();
        Err(self.error(decl.span, VmError::CrossingFunction { function }))
    }

    /// Refuses a crossing literal outside realms (spec/01 §5.2).
    pub(super) fn check_crossing_literal(
        &mut self,
        literal: &'a ast::FuncLit<'a>,
        signature: &FuncType,
        span: Span,
    ) -> Result<()> {
        if !is_crossing(signature) || is_realm(&self.path) {
            return Ok(());
        }
        let literal = self.raw_literal(literal, signature, 0).into();
        Err(self.error(span, VmError::CrossingLiteral { literal }))
    }

    /// The first argument of a call of a crossing function; `text` renders callee and arguments (spec/01 §5.3).
    pub(super) fn check_crossing_call(
        &mut self,
        call: &'a ast::CallExpr<'a>,
        callee: &str,
        first: Option<Operand>,
        span: Span,
    ) -> Result<()> {
        if &*self.path == "testing" {
            return Ok(());
        }
        let (Some(&written), Some(first)) = (call.args.first(), first) else {
            return Err(self.error(span, VmError::MissingRealm { callee: callee.into() }));
        };
        let written = self.without_realm_conversions(written)?;
        match written.kind {
            ExprKind::Ident("cross") => Ok(()),
            ExprKind::Ident("cur") => self.check_cur(call.fun, written.span, span),
            _ => Err(self.error(span, VmError::RealmArgument { got: self.expr_arg(first.id) })),
        }
    }

    /// Conversions of a `realm` to `realm` leave no trace.
    fn without_realm_conversions(&mut self, e: ExprRef<'a>) -> Result<ExprRef<'a>> {
        let mut e = unparen(e);
        while let ExprKind::Call(ast::CallExpr { fun, args: [arg], .. }) = e.kind {
            let to_realm = self.denoted_type(fun)? == Some(TypeId::REALM);
            let inner = unparen(arg);
            if !to_realm || matches!(inner.kind, ExprKind::Ident("cross")) {
                break;
            }
            e = inner;
        }
        Ok(e)
    }

    /// `f(cur, …)`: what may be called, and which `cur` may be passed on.
    fn check_cur(&mut self, callee: ExprRef<'a>, cur: Span, span: Span) -> Result<()> {
        let callee = unparen(callee);
        if let ExprKind::Selector(selector) = callee.kind
            && let Some(package) = self.names_package(selector.x)?
        {
            let path = self.import_path(package);
            if path != *self.path {
                let (name, slot) = self.import_name(&path);
                let depth = self.package_value_path("").0.saturating_sub(1);
                let callee = format!("{path}.{name}<VPBlock({depth},{slot})>.{}", selector.sel.name).into();
                return Err(self.error(span, VmError::ExternalCurCall { callee, from: (&self.path).into() }));
            }
        }
        let variable = match callee.kind {
            ExprKind::Ident(name) => {
                matches!(self.meaning(name, callee.span)?, Some((Entity::Local(_) | Entity::Global(_), _)))
            }
            ExprKind::Index(_) => true,
            _ => false,
        };
        if variable {
            // **Quirk**: its value is looked for before the program runs.
            return Err(self.error(span, VmError::CalledNil));
        }
        let frame = match self.meaning("cur", cur)? {
            Some((Entity::Local(var), block)) => {
                let frame = self.at.frames.iter().position(|frame| frame.base == block);
                frame.filter(|&frame| {
                    let func = &self.funcs[self.at.frames[frame].func];
                    let first = usize::from(matches!(func.kind, FuncKind::Method { .. }));
                    func.crossing && func.params.get(first) == Some(&var)
                })
            }
            _ => None,
        };
        let Some(frame) = frame else {
            return Err(self.error(span, VmError::ForeignCur));
        };
        if frame + 1 == self.at.frames.len() {
            return Ok(());
        }
        let literal = match self.at.frames.last().and_then(|frame| frame.literal.map(|literal| (literal, frame.func))) {
            Some((literal, func)) => {
                let signature = self.types.as_func(self.funcs[func].signature).cloned().unwrap_or_default();
                self.raw_literal(literal, &signature, span.end)
            }
            None => String::new(),
        };
        Err(self.error(span, VmError::CapturedCur { literal: literal.into() }))
    }
}
