//! Working out declarations on demand.

use super::object::{ObjId, ObjKind, Progress};
use super::operand::{Mode, Operand};
use super::types::{INVALID, Named, Ty, Type};
use super::value::Value;
use super::{Checker, Delayed};
use crate::finding::GoError;
use crate::source::Span;
use crate::syntax::ast::{self, ExprRef};
use std::rc::Rc;

/// The source of a package-level or local declaration.
#[derive(Clone)]
pub(super) enum Decl<'a> {
    Const {
        file: u32,
        ty: Option<ExprRef<'a>>,
        init: Option<ExprRef<'a>>,
        inherited: bool,
        iota: i64,
    },
    /// `lhs` lists all variables if they share one initial value.
    Var {
        file: u32,
        lhs: Rc<[ObjId]>,
        ty: Option<ExprRef<'a>>,
        init: Option<ExprRef<'a>>,
    },
    Type {
        file: u32,
        spec: &'a ast::TypeSpec<'a>,
    },
    Func {
        file: u32,
        decl: &'a ast::FuncDecl<'a>,
    },
}

impl Decl<'_> {
    /// The file.
    fn file(&self) -> u32 {
        match self {
            Decl::Const { file, .. } | Decl::Var { file, .. } | Decl::Type { file, .. } | Decl::Func { file, .. } => {
                *file
            }
        }
    }
}

impl<'a> Checker<'a> {
    /// Works out the type of an object, if that has not been done.
    pub(super) fn obj_decl(&mut self, obj: ObjId) {
        match self.objs[obj].progress {
            Progress::Done => return,
            Progress::Active(start) => {
                self.declared_again(obj, start);
                return;
            }
            Progress::Untouched if self.objs[obj].ty.is_some() => {
                self.objs[obj].progress = Progress::Done;
                return;
            }
            Progress::Untouched => {}
        }
        let Some(decl) = self.decls.get(&obj).cloned() else { return };
        self.objs[obj].progress = Progress::Active(self.path_of_decls.len());
        self.path_of_decls.push(obj);
        let outer = self.env.clone();
        self.env.iota = None;
        self.env.error_span = None;
        self.env.signature = None;
        self.env.has_call = false;
        self.env.decl = None;
        self.env.file = decl.file();
        self.env.scope = self.package_scope();
        super::deep(|| match decl {
            Decl::Const { file: _, ty, init, inherited, iota } => {
                self.env.decl = Some(obj);
                self.const_decl(obj, ty, init, inherited, iota);
            }
            Decl::Var { file: _, lhs, ty, init } => {
                self.env.decl = Some(obj);
                self.var_decl(obj, &lhs, ty, init);
            }
            Decl::Type { file: _, spec } => {
                self.type_decl(obj, spec);
            }
            Decl::Func { file: _, decl } => {
                self.env.decl = Some(obj);
                self.func_decl(obj, decl);
            }
        });
        self.env = outer;
        self.path_of_decls.pop();
        self.objs[obj].progress = Progress::Done;
    }

    /// A declaration was reached again while it is being worked out.
    fn declared_again(&mut self, obj: ObjId, start: usize) {
        let valid = self.check_cycle(start);
        match self.objs[obj].kind {
            ObjKind::Const(_) | ObjKind::Var if (!valid || self.objs[obj].ty.is_none()) => {
                self.objs[obj].ty = Some(INVALID);
            }
            ObjKind::Type if !valid => self.objs[obj].ty = Some(INVALID),
            _ => {}
        }
    }

    /// A constant: its type, its value.
    pub(super) fn const_decl(
        &mut self,
        obj: ObjId,
        ty: Option<ExprRef<'a>>,
        init: Option<ExprRef<'a>>,
        inherited: bool,
        iota: i64,
    ) {
        let (outer_iota, outer_span) = (self.env.iota, self.env.error_span);
        self.env.iota = Some(iota);
        if let Some(written) = ty {
            let ty = self.typ(written);
            if !self.types.is_constant_type(ty) {
                if self.types.is_valid(self.types.under(ty)) {
                    self.report(written.span, GoError::BadConstantType { of: self.type_arg(ty) });
                }
                self.objs[obj].ty = Some(INVALID);
                self.env.iota = outer_iota;
                return;
            }
            self.objs[obj].ty = Some(ty);
        }
        let x = init.map(|init| {
            if inherited {
                self.env.error_span = Some(self.objs[obj].span);
            }
            self.expr(init)
        });
        self.init_const(obj, x);
        self.env.iota = outer_iota;
        self.env.error_span = outer_span;
    }

    fn init_const(&mut self, obj: ObjId, x: Option<Operand<'a>>) {
        let declared = self.objs[obj].ty;
        let Some(mut x) = x.filter(|x| x.is_valid() && self.types.is_valid(x.ty)) else {
            self.objs[obj].ty = Some(declared.unwrap_or(INVALID));
            return;
        };
        if declared.is_some_and(|ty| !self.types.is_valid(ty)) {
            return;
        }
        if x.mode != Mode::Constant {
            self.report(x.span, GoError::NotConstant { operand: self.operand_arg(&x) });
            self.objs[obj].ty = Some(declared.unwrap_or(INVALID));
            return;
        }
        let ty = declared.unwrap_or(x.ty);
        self.objs[obj].ty = Some(ty);
        self.assign_to(&mut x, Some(ty), "constant declaration");
        if x.is_valid() {
            self.objs[obj].kind = ObjKind::Const(x.value);
        }
    }

    /// A variable: its type, its initial value.
    pub(super) fn var_decl(&mut self, obj: ObjId, lhs: &[ObjId], ty: Option<ExprRef<'a>>, init: Option<ExprRef<'a>>) {
        if let Some(ty) = ty {
            let ty = self.var_type(ty);
            self.objs[obj].ty = Some(ty);
        }
        let Some(init) = init else {
            if ty.is_none() {
                self.objs[obj].ty = Some(INVALID);
            }
            return;
        };
        if lhs.len() <= 1 {
            let mut x = self.expr(init);
            self.init_var(obj, &mut x, "variable declaration");
            return;
        }
        if ty.is_some() {
            let ty = self.objs[obj].ty;
            for &other in lhs {
                self.objs[other].ty = ty;
            }
        }
        self.init_vars(lhs, &[init], None);
    }

    /// A type declaration or alias.
    pub(super) fn type_decl(&mut self, obj: ObjId, spec: &'a ast::TypeSpec<'a>) {
        if spec.alias {
            let ty = self.types.add(Type::Alias { obj, actual: INVALID });
            let actual = self.typ(spec.ty);
            self.types.set(ty, Type::Alias { obj, actual });
            if self.objs[obj].ty.is_none() {
                self.objs[obj].ty = Some(if self.types.is_valid(actual) { ty } else { INVALID });
            }
            return;
        }
        let named = self.named(obj, None);
        self.objs[obj].ty = Some(named);
        let outer = self.env.scope;
        if let Some(list) = spec.type_params {
            self.open_scope();
            let params = self.type_params(list);
            if let Some(named) = self.types.named_mut(named) {
                named.params = params;
            }
        }
        self.later(Delayed::ValidType(obj));
        let mut rhs = self.typ(spec.ty);
        self.env.scope = outer;
        if self.types.is_param(rhs) {
            self.report(spec.ty.span, GoError::ParameterTypeDefinition);
            rhs = INVALID;
        }
        if let Some(named) = self.types.named_mut(named) {
            named.rhs = Some(rhs);
        }
        self.complete_instances(named);
        self.collect_methods(obj, named);
    }

    fn collect_methods(&mut self, obj: ObjId, ty: Ty) {
        let Some(methods) = self.methods.get(&obj).cloned() else { return };
        self.later(Delayed::FieldNames(obj));
        let mut kept: Vec<ObjId> = Vec::new();
        for method in methods {
            let name = self.objs[method].name.clone();
            if let Some(&other) = self.method_index.get(&(ty, name.clone())) {
                let at = self.position_text(self.place_of(other));
                let type_name = self.objs[obj].name.to_string();
                self.report_at(
                    self.place_of(method),
                    GoError::MethodDeclaredTwice {
                        receiver: type_name.into(),
                        name: name.to_string().into(),
                        other: at.into(),
                    },
                );
                continue;
            }
            self.method_index.insert((ty, name), method);
            kept.push(method);
        }
        if let Some(Named { methods, .. }) = self.types.named_mut(ty) {
            *methods = kept;
        }
    }

    /// A function or method: its signature now, its body later.
    fn func_decl(&mut self, obj: ObjId, decl: &'a ast::FuncDecl<'a>) {
        let placeholder = self.empty_signature();
        self.objs[obj].ty = Some(placeholder);
        self.objs[obj].progress = Progress::Done;
        let strip = strips_parameters(decl);
        let receiver = decl.receiver.filter(|list| !list.fields.is_empty());
        let (signature, scope) = self.func_type(receiver, decl.ty, strip);
        self.types.set(placeholder, self.types.get(signature).clone());
        // The bodies of imported packages are not looked at.
        let Some(body) = decl.body.filter(|_| self.unit() == 0) else { return };
        let mut cross = None;
        if strip {
            // The reference starts the body with a use of this variable.
            let realm = self.scopes[self.package_scope()].names.get("cross").map(|&cross| self.obj_type(cross));
            let name = ast::Ident { name: "cur", span: Span::at(body.span.start) };
            let cur = self.new_object(ObjKind::Var, name, Some(realm.unwrap_or(INVALID)));
            self.objs[cur].used = true;
            self.declare(scope, cur);
            if realm.is_none() {
                cross = Some(Span::at(decl.ty.params.span.end));
            }
        }
        let mut env = self.env.clone();
        env.iota = None;
        self.later(Delayed::Body { env, signature: placeholder, scope, body, cross });
    }

    /// Records that the declaration under way uses a package-level object.
    pub(super) fn add_use(&mut self, obj: ObjId) {
        let Some(decl) = self.env.decl else { return };
        if self.objs[obj].order != 0 {
            self.uses.entry(decl).or_default().insert(obj);
        }
    }

    /// The value of a constant object.
    pub(super) fn constant_value(&self, obj: ObjId) -> Value {
        match &self.objs[obj].kind {
            ObjKind::Const(value) => value.clone(),
            _ => Value::Unknown,
        }
    }
}

/// Whether the reference removes the parameters of an entry function before the check (spec/01 §3.1).
pub(super) fn strips_parameters(decl: &ast::FuncDecl<'_>) -> bool {
    decl.receiver.is_none() && matches!(decl.name.name, "main" | "init") && decl.ty.params.fields.len() == 1
}
