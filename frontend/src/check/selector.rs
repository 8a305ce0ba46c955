//! Selectors: promotion, automatic address-of, method values and method expressions (spec/02 §5.6, spec/01 §4.6).

use super::expr::Operand;
use super::{Checker, Result};
use crate::finding::VmError;
use crate::source::Span;
use crate::syntax::ast;
use crate::typed::{Builtin, ExprId, ExprKind, FuncId, MethodRef, Receiver};
use crate::types::{FuncType, Param, ReceiverAdjust, Selection, Target, Type, TypeId};

/// A selected method, not yet called.
pub(super) struct SelectedMethod {
    /// The operand after promotion and automatic address-of.
    pub(super) operand: ExprId,
    /// The method.
    pub(super) method: MethodRef,
    /// Its type without the receiver.
    pub(super) signature: TypeId,
}

/// What a selector expression names.
pub(super) enum Selected {
    /// A field or a method expression: a finished node.
    Value(Operand),
    /// A method of a value.
    Method(SelectedMethod),
}

impl<'a> Checker<'a> {
    /// `x.name` that is not called.
    pub(super) fn selector(&mut self, selector: &'a ast::SelectorExpr<'a>, span: Span) -> Result<Operand> {
        match self.select(selector, span)? {
            Selected::Value(operand) => Ok(operand),
            Selected::Method(selected) => {
                let t = self.without_names(selected.signature);
                let kind = ExprKind::MethodValue { operand: selected.operand, method: selected.method };
                let id = self.add_node(kind, t, Some(t), span);
                Ok(Operand { id, ty: Some(t) })
            }
        }
    }

    /// Resolves `x.name`, leaving open whether a method is called.
    pub(super) fn select(&mut self, selector: &'a ast::SelectorExpr<'a>, span: Span) -> Result<Selected> {
        if let Some(t) = self.type_of_expr(selector.x)? {
            return self.method_expr(selector, t, span).map(Selected::Value);
        }
        let name = selector.sel.name;
        if let Some(package) = self.names_package(selector.x)? {
            return self.package_member(package, name, span).map(Selected::Value);
        }
        let operand = self.single(selector.x)?;
        let Some(t) = operand.ty else {
            return Err(self.error(span, VmError::FieldOfNil { name: name.into() }));
        };
        if !matches!(
            self.types.get(t),
            Type::Named(_) | Type::Pointer(_) | Type::Struct(_) | Type::Interface(_) | Type::Package
        ) {
            return Err(self.error(span, VmError::SelectorBase { shape: self.host_type_name(t).into() }));
        }
        let selection = match self.types.lookup(t, name, &self.path) {
            Ok(selection) => selection,
            Err(error) => {
                return Err(self.error(span, error.finding(&self.types, t, name, &self.path)));
            }
        };
        let base = self.walk(operand.id, &selection, span);
        match selection.target {
            Target::Field(field) => {
                let kind = ExprKind::Field { operand: base, field, through_pointer: selection.deref };
                let id = self.add_node(kind, selection.ty, Some(selection.ty), span);
                Ok(Selected::Value(Operand { id, ty: Some(selection.ty) }))
            }
            Target::Method { named, index, .. } => {
                let func = self.method_func(named, index);
                let adjust = selection.receiver_adjust();
                let method = self.concrete_method(func, name, &selection, adjust);
                let operand = if adjust == ReceiverAdjust::Address { self.address(base, span) } else { base };
                Ok(Selected::Method(SelectedMethod { operand, method, signature: selection.ty }))
            }
            Target::InterfaceMethod { .. } => {
                let method = MethodRef::Interface { name: name.to_owned() };
                Ok(Selected::Method(SelectedMethod { operand: base, method, signature: selection.ty }))
            }
        }
    }

    fn concrete_method(
        &self,
        func: Option<FuncId>,
        name: &str,
        selection: &Selection,
        adjust: ReceiverAdjust,
    ) -> MethodRef {
        let Some(func) = func else {
            let builtin = if name == "IsValid" { Builtin::AddressIsValid } else { Builtin::AddressString };
            return MethodRef::Native(builtin);
        };
        let pointer = matches!(selection.target, Target::Method { ptr_receiver: true, .. });
        let receiver = match (pointer, adjust) {
            (true, _) => Receiver::Pointer,
            (false, ReceiverAdjust::Deref) => Receiver::ValueThroughPointer,
            (false, _) => Receiver::Value,
        };
        MethodRef::Concrete { func, receiver }
    }

    /// Explicit selectors for the embedded fields on the way.
    fn walk(&mut self, operand: ExprId, selection: &Selection, span: Span) -> ExprId {
        let mut at = operand;
        for step in &selection.path {
            let kind = ExprKind::Field { operand: at, field: step.field, through_pointer: step.deref };
            at = self.add_node(kind, step.ty, Some(step.ty), span);
        }
        at
    }

    /// `&operand`, inserted for a method with pointer receiver.
    fn address(&mut self, operand: ExprId, span: Span) -> ExprId {
        let place = self.addressed_place(operand);
        let t = self.types.pointer(self.exprs[operand].ty);
        self.add_node(ExprKind::AddressOf(place), t, Some(t), span)
    }

    /// `T.M`, `(*T).M`: methods declared on the type itself only.
    fn method_expr(&mut self, selector: &'a ast::SelectorExpr<'a>, t: TypeId, span: Span) -> Result<Operand> {
        let name = selector.sel.name;
        let declared = match self.types.get(t) {
            Type::Pointer(elem) => *elem,
            _ => t,
        };
        let found = self.types.as_named(declared).and_then(|named| {
            let methods = &self.types.named(named).methods;
            let index = methods.iter().position(|method| *method.name == *name)?;
            let method = methods.get(index)?;
            Some((named, index as u32, method.ptr_receiver, method.signature))
        });
        let found = found.and_then(|(named, index, ptr_receiver, signature)| {
            Some((self.method_func(named, index)?, ptr_receiver, signature))
        });
        let Some((func, ptr_receiver, signature)) = found else {
            return Err(self.error(span, VmError::UnknownMethod { name: name.into() }));
        };
        let receiver = if ptr_receiver { self.types.pointer(declared) } else { declared };
        let mut ty = self.types.as_func(signature).cloned().unwrap_or_default();
        ty.params.insert(0, Param { name: "".into(), ty: receiver });
        let ty = self.types.func(ty);
        let target = self.type_expr(selector.x)?;
        let id = self.add_node(ExprKind::MethodExpr { target, func }, ty, Some(ty), span);
        Ok(Operand { id, ty: Some(ty) })
    }

    /// The type of a method value: the signature as it is.
    fn without_names(&mut self, signature: TypeId) -> TypeId {
        let ty: FuncType = self.types.as_func(signature).cloned().unwrap_or_default();
        self.types.func(ty)
    }
}
