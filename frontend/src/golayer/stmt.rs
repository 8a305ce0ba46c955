//! Statements.

use super::decl::Decl;
use super::display::expr_text;
use super::expr::Kind;
use super::object::{ObjId, ObjKind, Progress, ScopeId};
use super::operand::{Mode, Operand};
use super::package::unparen;
use super::types::{Basic, Signature, Ty, Type, Types};
use super::value::Value;
use super::{Checker, deep};
use crate::finding::{Described, GoError};
use crate::source::Span;
use crate::syntax::ast::{
    AssignOp, Block, BranchKind, BranchStmt, ChanDir, ExprKind, ExprRef, ForStmt, GenDecl, Ident, RangeStmt,
    SelectStmt, SendStmt, Specs, Stmt, StmtKind, StmtRef,
};
use std::rc::Rc;

/// What jumps a statement may contain.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Context {
    pub(super) breaks: bool,
    pub(super) continues: bool,
    pub(super) fallthrough: bool,
    pub(super) last_case: bool,
    pub(super) type_switch: bool,
}

impl<'a> Checker<'a> {
    /// The body of a function.
    pub(super) fn func_body(&mut self, signature: Ty, scope: ScopeId, body: &'a Block<'a>) {
        self.env.scope = scope;
        self.env.signature = Some(signature);
        self.env.has_label = false;
        self.env.has_call = false;
        self.env.error_span = None;
        self.stmt_list(Context::default(), body.stmts);
        if self.env.has_label {
            self.check_labels(body);
        }
        let results = matches!(self.types.get(signature), Type::Signature(signature) if !signature.results.is_empty());
        if results && !self.terminates_list(body.stmts) {
            let at = Span::at(body.span.end.saturating_sub(1));
            self.report(at, GoError::MissingReturn);
        }
        self.unused_vars(scope);
    }

    /// Variables that nothing reads, block by block; inner functions report their own.
    fn unused_vars(&mut self, scope: ScopeId) {
        let mut work = vec![scope];
        while let Some(scope) = work.pop() {
            let mut unused: Vec<ObjId> = self.scopes[scope]
                .order
                .iter()
                .copied()
                .filter(|&obj| matches!(self.objs[obj].kind, ObjKind::Var) && !self.objs[obj].used)
                .collect();
            unused.sort_by_key(|&obj| self.objs[obj].span.start);
            for obj in unused {
                let name = self.objs[obj].name.to_string();
                self.report_at(self.place_of(obj), GoError::UnusedVar { name: name.into() });
            }
            let children: Vec<ScopeId> = self.scopes[scope].children.clone();
            work.extend(children.into_iter().rev().filter(|&child| !self.scopes[child].function));
        }
    }

    pub(super) fn stmt_list(&mut self, context: Context, stmts: &[StmtRef<'a>]) {
        let count = stmts.iter().rposition(|stmt| !matches!(stmt.kind, StmtKind::Empty)).map_or(0, |last| last + 1);
        for (index, stmt) in stmts.iter().take(count).enumerate() {
            let fallthrough = context.fallthrough && index + 1 == count;
            self.stmt(Context { fallthrough, ..context }, stmt);
        }
    }

    pub(super) fn stmt(&mut self, context: Context, stmt: &'a Stmt<'a>) {
        let top = self.delayed.len();
        deep(|| self.stmt_kind(context, stmt));
        // Function literals see the names that were known in their statement.
        self.run_delayed(top);
    }

    fn stmt_kind(&mut self, context: Context, stmt: &'a Stmt<'a>) {
        let inner = Context { fallthrough: false, last_case: false, type_switch: false, ..context };
        match stmt.kind {
            StmtKind::Bad | StmtKind::Empty => {}
            StmtKind::Decl(decl) => self.decl_stmt(decl),
            StmtKind::Expr(expr) => self.expr_stmt(expr),
            StmtKind::Send(send) => self.send(send),
            StmtKind::IncDec(s) => self.inc_dec(s),
            StmtKind::Assign(s) => self.assign_stmt(s),
            StmtKind::Go(call) => self.suspended("go", call),
            StmtKind::Defer(call) => self.suspended("defer", call),
            StmtKind::Return(exprs) => self.return_stmt(stmt.span, exprs),
            StmtKind::Branch(s) => self.branch(context, s, stmt.span),
            StmtKind::Block(block) => {
                self.open_scope();
                self.stmt_list(inner, block.stmts);
                self.close_scope();
            }
            StmtKind::If(s) => {
                self.open_scope();
                self.simple(s.init);
                self.condition(s.cond, "if");
                self.open_scope();
                self.stmt_list(inner, s.then.stmts);
                self.close_scope();
                if let Some(els) = s.els {
                    self.stmt(inner, els);
                }
                self.close_scope();
            }
            StmtKind::Switch(s) => self.switch(inner, s),
            StmtKind::TypeSwitch(s) => self.type_switch(inner, s),
            StmtKind::Select(s) => self.select(inner, s),
            StmtKind::For(s) => self.for_stmt(inner, s),
            StmtKind::Range(s) => self.range(inner, s),
            StmtKind::Labeled(s) => {
                self.env.has_label = true;
                self.stmt(context, s.stmt);
            }
        }
    }

    pub(super) fn simple(&mut self, stmt: Option<StmtRef<'a>>) {
        if let Some(stmt) = stmt {
            self.stmt(Context::default(), stmt);
        }
    }

    fn condition(&mut self, cond: ExprRef<'a>, what: &str) {
        let x = self.expr(cond);
        if x.is_valid() && !self.types.all_basic(x.ty, Basic::is_boolean) {
            self.report(cond.span, GoError::Condition { statement: what.into() });
        }
    }

    fn expr_stmt(&mut self, expr: ExprRef<'a>) {
        let (x, kind) = self.raw_expr(expr, None, false);
        let fault: fn(Described) -> GoError = match x.mode {
            Mode::Invalid => return,
            Mode::Builtin(_) => |operand| GoError::MustBeCalled { operand },
            Mode::TypeExpr => |operand| GoError::NotExpression { operand },
            _ if kind == Kind::Statement => return,
            _ => |operand| GoError::NotUsed { operand },
        };
        self.report(x.span, fault(self.operand_arg(&x)));
    }

    fn suspended(&mut self, keyword: &str, expr: ExprRef<'a>) {
        let (x, kind) = self.raw_expr(expr, None, false);
        let text = match kind {
            Kind::Statement => return,
            Kind::Conversion => "requires function call, not conversion",
            Kind::Expression => "discards result of",
        };
        if !x.is_valid() {
            return;
        }
        self.report(
            x.span,
            GoError::Suspended { keyword: keyword.into(), fault: text.into(), operand: self.operand_arg(&x) },
        );
    }

    fn send(&mut self, s: &'a SendStmt<'a>) {
        let channel = self.expr(s.channel);
        let mut value = self.expr(s.value);
        if !channel.is_valid() || !value.is_valid() {
            return;
        }
        let what = match self.types.base(channel.ty) {
            Type::Chan(ChanDir::Recv, _) => "receive-only channel",
            Type::Chan(_, elem) => {
                let elem = *elem;
                self.assign_to(&mut value, Some(elem), "send");
                return;
            }
            _ => "non-channel",
        };
        self.report(s.op_span, GoError::Send { fault: what.into(), operand: self.operand_arg(&channel) });
    }

    fn return_stmt(&mut self, span: Span, exprs: &'a [ExprRef<'a>]) {
        let signature: Rc<Signature> = match self.env.signature.map(|ty| self.types.get(ty)) {
            Some(Type::Signature(signature)) => signature.clone(),
            _ => return,
        };
        let results = &signature.results;
        let named = results.first().is_some_and(|&result| !self.objs[result].name.is_empty());
        if exprs.is_empty() && named {
            for &result in results.iter() {
                let name = self.objs[result].name.clone();
                let Some(other) = self.lookup(&name).filter(|&other| other != result && &*name != "_") else {
                    continue;
                };
                self.report(span, GoError::ResultShadowed { name: name.to_string().into() });
                let text = self.object_text(other);
                self.report_at(self.place_of(other), GoError::InnerDeclaration { declaration: text.into() });
            }
        } else if !exprs.is_empty() || !results.is_empty() {
            self.init_vars(results, exprs, Some(span));
        }
    }

    /// `var x int` and so on.
    fn object_text(&self, obj: ObjId) -> String {
        let object = &self.objs[obj];
        let what = match object.kind {
            ObjKind::Const(_) => "const",
            ObjKind::Type => "type",
            ObjKind::Func => "func",
            _ => "var",
        };
        format!("{what} {} {}", object.name, self.type_text(self.obj_type(obj)))
    }

    fn branch(&mut self, context: Context, s: &'a BranchStmt<'a>, span: Span) {
        if s.label.is_some() {
            self.env.has_label = true;
            return;
        }
        let error = match s.kind {
            BranchKind::Break if !context.breaks => GoError::Break,
            BranchKind::Continue if !context.continues => GoError::Continue,
            BranchKind::Fallthrough if !context.fallthrough => {
                if context.last_case {
                    GoError::FallthroughLast
                } else if context.type_switch {
                    GoError::FallthroughType
                } else {
                    GoError::Fallthrough
                }
            }
            _ => return,
        };
        self.report(span, error);
    }

    fn for_stmt(&mut self, inner: Context, s: &'a ForStmt<'a>) {
        self.open_scope();
        self.simple(s.init);
        if let Some(cond) = s.cond {
            self.condition(cond, "for");
        }
        self.simple(s.post);
        if let Some(post) = s.post
            && let StmtKind::Assign(assign) = post.kind
            && assign.op == AssignOp::Define
        {
            self.report(post.span, GoError::PostDeclaration);
            self.use_exprs(assign.lhs);
        }
        self.open_scope();
        self.stmt_list(Context { breaks: true, continues: true, ..inner }, s.body.stmts);
        self.close_scope();
        self.close_scope();
    }

    fn select(&mut self, inner: Context, s: &'a SelectStmt<'a>) {
        for clause in s.clauses {
            self.open_scope();
            if let Some(comm) = clause.comm {
                if !is_communication(comm) {
                    self.report(comm.span, GoError::SelectCase);
                } else {
                    self.stmt(inner, comm);
                }
            }
            self.stmt_list(Context { breaks: true, ..inner }, clause.body);
            self.close_scope();
        }
    }

    // ---------------------------------------------------------------------------------------------- declarations

    fn decl_stmt(&mut self, decl: &'a GenDecl<'a>) {
        match decl.specs {
            Specs::Import(_) => {}
            Specs::Const(specs) => {
                let mut last: Option<&crate::syntax::ast::ValueSpec<'a>> = None;
                for spec in specs {
                    let top = self.delayed.len();
                    let inherited = spec.ty.is_none() && spec.values.is_empty();
                    if !inherited {
                        last = Some(spec);
                    }
                    self.check_arity(spec, last, true);
                    let mut objs = Vec::new();
                    for (index, name) in spec.names.iter().enumerate() {
                        let obj = self.new_object(ObjKind::Const(Value::Unknown), *name, None);
                        let init = last.and_then(|last| last.values.get(index).copied());
                        self.const_decl(obj, last.and_then(|last| last.ty), init, inherited, i64::from(spec.iota));
                        objs.push(obj);
                    }
                    self.run_delayed(top);
                    for obj in objs {
                        self.objs[obj].progress = Progress::Done;
                        self.declare(self.env.scope, obj);
                    }
                }
            }
            Specs::Var(specs) => specs.iter().for_each(|spec| self.local_vars(spec)),
            Specs::Type(specs) => {
                for spec in specs {
                    let obj = self.new_object(ObjKind::Type, spec.name, None);
                    self.declare(self.env.scope, obj);
                    self.decls.insert(obj, Decl::Type { file: self.env.file, spec });
                    self.objs[obj].progress = Progress::Active(self.path_of_decls.len());
                    self.path_of_decls.push(obj);
                    self.type_decl(obj, spec);
                    self.path_of_decls.pop();
                    self.objs[obj].progress = Progress::Done;
                }
            }
        }
    }

    fn local_vars(&mut self, spec: &'a crate::syntax::ast::ValueSpec<'a>) {
        if spec.ty.is_none() || !spec.values.is_empty() {
            self.check_arity(spec, Some(spec), false);
        }
        let top = self.delayed.len();
        let objs: Vec<ObjId> = spec.names.iter().map(|name| self.new_object(ObjKind::Var, *name, None)).collect();
        for (index, &obj) in objs.iter().enumerate() {
            let shared = spec.values.len() == 1 && objs.len() > 1;
            let init = if shared { spec.values.first() } else { spec.values.get(index) };
            self.var_decl(obj, if shared { &objs } else { &[] }, spec.ty, init.copied());
            if shared {
                break;
            }
        }
        self.run_delayed(top);
        for obj in objs {
            self.objs[obj].progress = Progress::Done;
            self.declare(self.env.scope, obj);
        }
    }

    // ----------------------------------------------------------------------------------------------------- range

    fn range(&mut self, inner: Context, s: &'a RangeStmt<'a>) {
        let mut x = self.expr(s.x);
        let mut types = [None, None];
        let integer = x.is_valid() && self.types.all_basic(x.ty, Basic::is_integer);
        if x.is_valid() {
            match self.range_types(&x) {
                Ok(found) => {
                    types = found;
                    self.check_range_count(&x, s, found);
                }
                Err(reason) => {
                    let operand = self.operand_arg(&x);
                    let error = if reason.is_empty() {
                        GoError::CannotRange { operand }
                    } else {
                        GoError::CannotRangeBecause { operand, reason: reason.into() }
                    };
                    self.report(x.span, error);
                }
            }
        }
        self.open_scope();
        let left = [s.key, s.value];
        if s.define {
            self.range_define(s, left, types, integer.then_some(&mut x));
        } else if s.key.is_some() {
            for (expr, ty) in left.into_iter().zip(types) {
                let (Some(expr), Some(ty)) = (expr, ty.filter(|&ty| self.types.is_valid(ty))) else { continue };
                if integer {
                    self.assign_var(expr, None, Some(&mut x), "range");
                    if x.is_valid() && !self.types.all_basic(x.ty, Basic::is_integer) {
                        self.report(expr.span, GoError::RangeVarType { of: self.type_arg(x.ty) });
                    }
                } else {
                    let mut y = Operand::value(expr, ty);
                    self.assign_var(expr, None, Some(&mut y), "assignment");
                }
            }
        } else if integer {
            self.assign_to(&mut x, None, "range clause");
        }
        self.open_scope();
        self.stmt_list(Context { breaks: true, continues: true, ..inner }, s.body.stmts);
        self.close_scope();
        self.close_scope();
    }

    fn range_define(
        &mut self,
        s: &'a RangeStmt<'a>,
        left: [Option<ExprRef<'a>>; 2],
        types: [Option<Ty>; 2],
        mut integer: Option<&mut Operand<'a>>,
    ) {
        let mut vars = Vec::new();
        for (expr, ty) in left.into_iter().zip(types) {
            let Some(expr) = expr else { continue };
            let name = match expr.kind {
                ExprKind::Ident(name) => name,
                _ => {
                    self.report(expr.span, GoError::NonNameInRange { value: expr_text(expr).into() });
                    "_"
                }
            };
            let obj = self.new_object(ObjKind::Var, Ident { name, span: expr.span }, None);
            if name != "_" {
                vars.push(obj);
            }
            match (ty.filter(|&ty| self.types.is_valid(ty)), integer.as_deref_mut()) {
                (None, _) => {
                    self.objs[obj].ty = Some(super::types::INVALID);
                    self.objs[obj].used = true;
                }
                (Some(_), Some(x)) => self.init_var(obj, x, "range clause"),
                (Some(ty), None) => {
                    let mut y = Operand::value(expr, ty);
                    self.init_var(obj, &mut y, "assignment");
                }
            }
            self.objs[obj].progress = Progress::Done;
        }
        if vars.is_empty() {
            self.report(s.op_span, GoError::NoNewVars);
        }
        for obj in vars {
            self.declare(self.env.scope, obj);
        }
    }

    fn check_range_count(&mut self, x: &Operand<'a>, s: &'a RangeStmt<'a>, types: [Option<Ty>; 2]) {
        let (at, what) = match (s.key, s.value, types) {
            (Some(key), _, [None, _]) => (key.span, "no iteration variables"),
            (_, Some(value), [Some(_), None]) => (value.span, "only one iteration variable"),
            _ => return,
        };
        self.report(at, GoError::RangeVars { operand: self.operand_arg(x), permitted: what.into() });
    }

    /// The types of the iteration variables.
    fn range_types(&self, x: &Operand<'a>) -> Result<[Option<Ty>; 2], &'static str> {
        let int = Some(Types::basic(Basic::Int));
        let Some(core) = self.types.core(x.ty) else { return Err("no core type") };
        match self.types.get(core) {
            Type::Basic(basic) if basic.is_string() => Ok([int, Some(Types::basic(Basic::Rune))]),
            Type::Basic(basic) if basic.is_integer() => Ok([Some(x.ty), None]),
            Type::Array(elem, _) | Type::Slice(elem) => Ok([int, Some(*elem)]),
            Type::Pointer(base) => match self.types.base(*base) {
                Type::Array(elem, _) => Ok([int, Some(*elem)]),
                _ => Err(""),
            },
            Type::Map(key, value) => Ok([Some(*key), Some(*value)]),
            Type::Chan(ChanDir::Send, _) => Err("receive from send-only channel"),
            Type::Chan(_, elem) => Ok([Some(*elem), None]),
            Type::Signature(signature) => self.yield_types(signature),
            _ => Err(""),
        }
    }

    /// The types that an iterator function passes to its body.
    fn yield_types(&self, signature: &Signature) -> Result<[Option<Ty>; 2], &'static str> {
        let [param] = *signature.params else {
            return Err("func must be func(yield func(...) bool): wrong argument count");
        };
        if !signature.results.is_empty() {
            return Err("func must be func(yield func(...) bool): unexpected results");
        }
        let Some(Type::Signature(body)) = self.types.core(self.obj_type(param)).map(|core| self.types.get(core)) else {
            return Err("func must be func(yield func(...) bool): argument is not func");
        };
        let boolean =
            matches!(*body.results, [result] if self.types.basic_of(self.obj_type(result)) == Some(Basic::Bool));
        if body.params.len() > 2 {
            return Err("func must be func(yield func(...) bool): yield func has too many parameters");
        }
        if !boolean {
            return Err("func must be func(yield func(...) bool): yield func does not return bool");
        }
        let ty = |index: usize| body.params.get(index).map(|&param| self.obj_type(param));
        Ok([ty(0), ty(1)])
    }
}

fn is_communication(stmt: StmtRef<'_>) -> bool {
    let receive =
        |expr: ExprRef<'_>| matches!(unparen(expr).kind, ExprKind::Unary(crate::syntax::ast::UnaryOp::Recv, _));
    match stmt.kind {
        StmtKind::Send(_) => true,
        StmtKind::Expr(expr) => receive(expr),
        StmtKind::Assign(assign) => matches!(assign.rhs, [single] if receive(single)),
        _ => false,
    }
}
