//! Assignability and conversion.

use super::Checker;
use super::operand::{Mode, Operand};
use super::types::{Basic, Ty, Type};
use crate::syntax::ast::ChanDir;

impl<'a> Checker<'a> {
    /// Whether `x` may be assigned to `target`; else the reason, which may be empty.
    pub(super) fn assignable(&mut self, x: &Operand<'a>, target: Ty) -> Result<(), String> {
        if x.mode == Mode::Invalid || !self.types.is_valid(x.ty) || !self.types.is_valid(target) {
            return Ok(());
        }
        let (from, to) = (self.types.unalias(x.ty), self.types.unalias(target));
        if self.identical(from, to) {
            return Ok(());
        }
        let (from_under, to_under) = (self.types.under(from), self.types.under(to));
        if self.types.is_untyped(from_under) {
            return if self.implicit_type(x, to).is_ok() { Ok(()) } else { Err(String::new()) };
        }
        let params = self.types.is_param(from) || self.types.is_param(to);
        if !params && self.identical(from_under, to_under) && (!self.types.has_name(from) || !self.types.has_name(to)) {
            return Ok(());
        }
        if self.types.is_interface(to) || self.types.is_interface_pointer(to_under) {
            match self.implements(from, to, false) {
                Ok(()) => return Ok(()),
                Err(reason) if !self.types.is_param(from) => return Err(reason),
                Err(_) => {}
            }
        }
        if self.types.is_interface(from) && self.implements(to, from, false).is_ok() {
            return Err("need type assertion".to_owned());
        }
        if let (Type::Chan(ChanDir::Both, a), Type::Chan(_, b)) = (self.types.get(from_under), self.types.get(to_under))
            && self.identical(*a, *b)
            && (!self.types.has_name(from) || !self.types.has_name(to))
        {
            return Ok(());
        }
        Err(String::new())
    }

    /// Whether a value may be converted to `target`; else the reason, which may be empty.
    pub(super) fn convertible(&mut self, x: &Operand<'a>, target: Ty) -> Result<(), String> {
        let reason = match self.assignable(x, target) {
            Ok(()) => return Ok(()),
            Err(reason) => reason,
        };
        let (from, to) = (x.ty, target);
        if self.types.is_param(from) || self.types.is_param(to) {
            // Every type of the type sets must convert.
            let list = |checker: &Self, ty: Ty| {
                if checker.types.is_param(ty) { checker.types.terms(ty) } else { vec![ty] }
            };
            let (from_list, to_list) = (list(self, from), list(self, to));
            if from_list.is_empty() || to_list.is_empty() {
                return Err(String::new());
            }
            for &a in &from_list {
                for &b in &to_list {
                    let operand = Operand { ty: a, mode: Mode::Value, ..x.clone() };
                    self.convertible(&operand, b)?;
                }
            }
            return Ok(());
        }
        let (from_under, to_under) = (self.types.under(from), self.types.under(to));
        if self.identical_with(from_under, to_under, true) {
            return Ok(());
        }
        let unalias = |ty| self.types.unalias(ty);
        if let (Type::Pointer(a), Type::Pointer(b)) = (self.types.get(unalias(from)), self.types.get(unalias(to)))
            && self.identical_with(self.types.under(*a), self.types.under(*b), true)
        {
            return Ok(());
        }
        let (a, b) = (self.types.basic_of(from), self.types.basic_of(to));
        let real = |basic: Option<Basic>| basic.is_some_and(|basic| basic.is_integer() || basic.is_float());
        let complex = |basic: Option<Basic>| basic.is_some_and(Basic::is_complex);
        if (real(a) && real(b)) || (complex(a) && complex(b)) {
            return Ok(());
        }
        let text = |basic: Option<Basic>| basic.is_some_and(Basic::is_string);
        let bytes = |under: Ty| match self.types.get(under) {
            Type::Slice(elem) => {
                self.types.basic_of(*elem).is_some_and(|basic| matches!(basic.plain(), Basic::Uint8 | Basic::Int32))
            }
            _ => false,
        };
        if text(b) && (a.is_some_and(Basic::is_integer) || bytes(from_under)) || text(a) && bytes(to_under) {
            return Ok(());
        }
        if let Type::Slice(elem) = self.types.get(from_under) {
            let array = match self.types.get(to_under) {
                Type::Array(inner, _) => Some(*inner),
                Type::Pointer(base) => match self.types.base(*base) {
                    Type::Array(inner, _) => Some(*inner),
                    _ => None,
                },
                _ => None,
            };
            if array.is_some_and(|inner| self.identical(*elem, inner)) {
                return Ok(());
            }
        }
        Err(reason)
    }
}
