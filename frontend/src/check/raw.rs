//! Text of functions and literals that are not checked yet, or only up to some point: names without value path
//! (spec/01 §B).

use super::scope::Entity;
use super::{Checker, deep};
use crate::constant::{Constant, Held};
use crate::syntax::ast::{self, BranchKind, ExprKind, ExprRef, FieldList, StmtKind, StmtRef};
use crate::typed::{FuncId, FuncKind};
use crate::types::{FuncType, Param};

/// The rendering of a syntax tree; what ends at or before `checked` has been checked.
struct Raw<'c, 'a> {
    checker: &'c mut Checker<'a>,
    checked: u32,
}

impl<'a> Checker<'a> {
    /// A declared function whose signature is resolved and whose body is not checked.
    pub(super) fn raw_function(&mut self, decl: &'a ast::FuncDecl<'a>, func: FuncId) -> String {
        let signature = self.types.as_func(self.funcs[func].signature).cloned().unwrap_or_default();
        let receiver = match (decl.receiver.and_then(|list| list.fields.first()), &self.funcs[func].kind) {
            (Some(field), &FuncKind::Method { receiver_type, pointer }) => {
                let name = field.names.first().map_or(".recv", |name| name.name);
                let star = if pointer { "*" } else { "" };
                format!("({name} {star}typeval{{{}}}) ", self.types.type_string(receiver_type))
            }
            _ => String::new(),
        };
        let signature = self.signature_text(&signature);
        let body = Raw { checker: self, checked: 0 }.block(decl.body.map_or(&[], |body| body.stmts));
        format!("func {receiver}{}{signature} {body}", decl.name.name)
    }

    /// A literal whose signature is resolved and whose body is checked up to an offset.
    pub(super) fn raw_literal(&mut self, literal: &'a ast::FuncLit<'a>, signature: &FuncType, checked: u32) -> String {
        let signature = self.signature_text(signature);
        format!("func func{signature}{}", Raw { checker: self, checked }.block(literal.body.stmts))
    }

    /// An expression that is not checked.
    pub(super) fn raw_expr(&mut self, e: ExprRef<'a>) -> String {
        Raw { checker: self, checked: 0 }.expr(e)
    }

    /// `(params) results` of resolved types.
    fn signature_text(&self, signature: &FuncType) -> String {
        let field = |param: &Param, hidden: String| {
            let name = if param.name.is_empty() || &*param.name == "_" { hidden } else { param.name.to_string() };
            format!("{name} (const-type {})", self.types.type_string(param.ty))
        };
        let params: Vec<String> =
            signature.params.iter().enumerate().map(|(index, param)| field(param, format!(".arg_{index}"))).collect();
        let results: Vec<String> = signature
            .results
            .iter()
            .enumerate()
            .map(|(index, result)| field(result, format!(".res.{index}")))
            .collect();
        let results = if results.is_empty() { String::new() } else { format!(" {}", results.join(", ")) };
        format!("({}){results}", params.join(", "))
    }
}

impl<'a> Raw<'_, 'a> {
    /// `{ body }`; an empty one leaves both spaces.
    fn block(&mut self, stmts: &'a [StmtRef<'a>]) -> String {
        format!("{{ {} }}", self.stmts(stmts))
    }

    fn stmts(&mut self, stmts: &'a [StmtRef<'a>]) -> String {
        let texts: Vec<String> = stmts.iter().map(|stmt| self.stmt(stmt)).collect();
        texts.join("; ")
    }

    fn exprs(&mut self, exprs: &'a [ExprRef<'a>]) -> String {
        let texts: Vec<String> = exprs.iter().map(|&e| self.expr(e)).collect();
        texts.join(", ")
    }

    fn optional(&mut self, e: Option<ExprRef<'a>>) -> String {
        e.map_or_else(String::new, |e| self.expr(e))
    }

    fn part(&mut self, stmt: Option<StmtRef<'a>>) -> String {
        stmt.map_or_else(String::new, |stmt| self.stmt(stmt))
    }

    fn stmt(&mut self, stmt: StmtRef<'a>) -> String {
        deep(|| self.stmt_kind(stmt))
    }

    fn stmt_kind(&mut self, stmt: StmtRef<'a>) -> String {
        match stmt.kind {
            StmtKind::Bad | StmtKind::Empty => String::new(),
            StmtKind::Decl(group) => self.group(group),
            StmtKind::Expr(e) => self.expr(e),
            StmtKind::Send(send) => format!("{} <- {}", self.expr(send.channel), self.expr(send.value)),
            StmtKind::IncDec(step) => {
                format!("{}{}", self.expr(step.x), if step.increment { "++" } else { "--" })
            }
            StmtKind::Assign(assign) => {
                let op = match assign.op {
                    ast::AssignOp::Assign => "=".to_owned(),
                    ast::AssignOp::Define => ":=".to_owned(),
                    ast::AssignOp::Op(op) => format!("{}=", op.text()),
                };
                let left = if assign.op == ast::AssignOp::Define {
                    let names: Vec<String> = assign.lhs.iter().map(|&e| self.defined(e)).collect();
                    names.join(", ")
                } else {
                    self.exprs(assign.lhs)
                };
                format!("{left} {op} {}", self.exprs(assign.rhs))
            }
            StmtKind::Go(e) => format!("go {}", self.expr(e)),
            StmtKind::Defer(e) => format!("defer {}", self.expr(e)),
            StmtKind::Return([]) => "return".to_owned(),
            StmtKind::Return(values) => format!("return {}", self.exprs(values)),
            StmtKind::Branch(branch) => {
                let word = match branch.kind {
                    BranchKind::Break => "break",
                    BranchKind::Continue => "continue",
                    BranchKind::Goto => "goto",
                    BranchKind::Fallthrough => "fallthrough",
                };
                branch.label.map_or_else(|| word.to_owned(), |label| format!("{word} {}<0,0,0>", label.name))
            }
            StmtKind::Block(block) => self.block(block.stmts),
            StmtKind::If(stmt) => {
                let init = stmt.init.map_or_else(String::new, |init| format!("{}; ", self.stmt(init)));
                let condition = self.expr(stmt.cond);
                let then = self.block(stmt.then.stmts);
                let els = match stmt.els {
                    None => String::new(),
                    Some(ast::Stmt { kind: StmtKind::Block(block), .. }) => {
                        format!(" else {}", self.block(block.stmts))
                    }
                    Some(els) => format!(" else {{ {} }}", self.stmt(els)),
                };
                format!("if {init}{condition} {then}{els}")
            }
            StmtKind::For(stmt) => {
                let (init, condition) = (self.part(stmt.init), self.optional(stmt.cond));
                let post = self.part(stmt.post);
                format!("for {init}; {condition}; {post} {}", self.block(stmt.body.stmts))
            }
            StmtKind::Range(stmt) => {
                let op = if stmt.define { ":=" } else { "=" };
                let targets: Vec<String> = [stmt.key, stmt.value]
                    .into_iter()
                    .flatten()
                    .map(|e| if stmt.define { self.defined(e) } else { self.expr(e) })
                    .collect();
                let targets = if targets.is_empty() { String::new() } else { format!("{} {op} ", targets.join(", ")) };
                format!("for {targets}range {} {}", self.expr(stmt.x), self.block(stmt.body.stmts))
            }
            StmtKind::Switch(stmt) => {
                let init = stmt.init.map_or_else(String::new, |init| format!("{}; ", self.stmt(init)));
                let tag = stmt.tag.map_or_else(|| "true<VPInvalid(0)>".to_owned(), |tag| self.expr(tag));
                format!("switch {init}{tag} {}", self.clauses(stmt.clauses))
            }
            StmtKind::TypeSwitch(stmt) => {
                let init = stmt.init.map_or_else(String::new, |init| format!("{}; ", self.stmt(init)));
                let binding = stmt.binding.map_or_else(String::new, |name| format!("{}:=", name.name));
                format!("switch {init}{binding}{}.(type) {}", self.expr(stmt.x), self.clauses(stmt.clauses))
            }
            StmtKind::Select(_) => "select".to_owned(),
            StmtKind::Labeled(labeled) => self.stmt(labeled.stmt),
        }
    }

    /// Clauses with `default` last.
    fn clauses(&mut self, clauses: &'a [ast::CaseClause<'a>]) -> String {
        let (cases, default): (Vec<_>, Vec<_>) = clauses.iter().partition(|clause| clause.exprs.is_some());
        let texts: Vec<String> = cases
            .into_iter()
            .chain(default)
            .map(|clause| {
                let head = match clause.exprs {
                    Some(exprs) => format!("case {}", self.exprs(exprs)),
                    None => "default".to_owned(),
                };
                format!("{head}: {}", self.stmts(clause.body))
            })
            .collect();
        format!("{{ {} }}", texts.join("; "))
    }

    fn group(&mut self, group: &'a ast::GenDecl<'a>) -> String {
        let texts: Vec<String> = match group.specs {
            ast::Specs::Import(_) => Vec::new(),
            ast::Specs::Var(specs) => specs.iter().map(|spec| self.value_spec("var", spec)).collect(),
            ast::Specs::Const(specs) => specs.iter().map(|spec| self.value_spec("const", spec)).collect(),
            ast::Specs::Type(specs) => specs
                .iter()
                .map(|spec| {
                    let sign = if spec.alias { "= " } else { "" };
                    format!("type {}<VPInvalid(0)> {sign}{}", spec.name.name, self.expr(spec.ty))
                })
                .collect(),
        };
        texts.join("; ")
    }

    fn value_spec(&mut self, word: &str, spec: &'a ast::ValueSpec<'a>) -> String {
        let names: Vec<String> = spec.names.iter().map(|name| format!("{}<!VPInvalid(0)>", name.name)).collect();
        let ty = spec.ty.map_or_else(String::new, |ty| format!(" {}", self.expr(ty)));
        let values = if spec.values.is_empty() { String::new() } else { format!(" = {}", self.exprs(spec.values)) };
        format!("{word} {}{ty}{values}", names.join(", "))
    }

    /// A name on the left of `:=`.
    fn defined(&mut self, e: ExprRef<'a>) -> String {
        let text = self.expr(e);
        text.replacen('<', "<!", 1)
    }

    fn name(&mut self, name: &str, e: ExprRef<'a>) -> String {
        let unknown = format!("{}<VPInvalid(0)>", self.checker.renamed(name, e.span));
        if name == "_" || e.span.end > self.checked {
            return unknown;
        }
        let checker = &mut *self.checker;
        match checker.meaning(name, e.span) {
            Ok(Some((Entity::Local(var), _))) => checker.render_local(var),
            Ok(Some((Entity::Global(_) | Entity::Func(_), _))) => checker.render_package_name(name),
            Ok(Some((Entity::Type(t), _))) => format!("(const-type {})", checker.types.type_string(t)),
            Ok(Some((Entity::Builtin(builtin), _))) => checker.render_builtin(builtin, None),
            Ok(Some((Entity::Nil, _))) => "(const (undefined))".to_owned(),
            Ok(Some((Entity::Const(Held { value, .. }, t), _))) if value != Constant::Nil => {
                format!("(const ({} {}))", value.text(), checker.types.type_string(t))
            }
            _ => unknown,
        }
    }

    fn expr(&mut self, e: ExprRef<'a>) -> String {
        deep(|| self.expr_kind(e))
    }

    fn expr_kind(&mut self, e: ExprRef<'a>) -> String {
        match e.kind {
            ExprKind::Bad => String::new(),
            ExprKind::Ident(name) => self.name(name, e),
            ExprKind::Literal(literal) => literal.text.replace('_', ""),
            ExprKind::CompositeLit(literal) => {
                let ty = literal.ty.map_or_else(|| "<elided>".to_owned(), |ty| self.expr(ty));
                format!("{ty}{{{}}}", self.exprs(literal.elements))
            }
            ExprKind::FuncLit(literal) => {
                let ty = self.func_type(literal.ty);
                format!("func {ty}{}", self.block(literal.body.stmts))
            }
            ExprKind::Paren(x) => self.expr(x),
            ExprKind::Selector(selector) => format!("{}.{}", self.expr(selector.x), selector.sel.name),
            ExprKind::Index(index) => format!("{}[{}]", self.expr(index.x), self.exprs(index.indices)),
            ExprKind::Slice(slice) => {
                let max = slice.max.map_or_else(String::new, |max| format!(":{}", self.expr(max)));
                format!("{}[{}:{}{max}]", self.expr(slice.x), self.optional(slice.lo), self.optional(slice.hi))
            }
            ExprKind::TypeAssert(assert) => {
                let ty = assert.ty.map_or_else(|| "type".to_owned(), |ty| self.expr(ty));
                format!("{}.({ty})", self.expr(assert.x))
            }
            ExprKind::Call(call) => {
                let dots = if call.ellipsis.is_some() { "..." } else { "" };
                format!("{}({}{dots})", self.expr(call.fun), self.exprs(call.args))
            }
            ExprKind::Star(x) => format!("*({})", self.expr(x)),
            ExprKind::Unary(ast::UnaryOp::Addr, x) => format!("&({})", self.expr(x)),
            ExprKind::Unary(op, x) => format!("{}{}", op.text(), self.expr(x)),
            ExprKind::Binary(b) => format!("{} {} {}", self.expr(b.x), b.op.text(), self.expr(b.y)),
            ExprKind::KeyValue(pair) => format!("{}: {}", self.expr(pair.key), self.expr(pair.value)),
            ExprKind::ArrayType(array) => {
                let len = self.optional(array.len);
                format!("[{len}]{}", self.expr(array.elem))
            }
            ExprKind::Ellipsis(elem) => format!("...{}", self.optional(elem)),
            ExprKind::StructType(fields) => format!("struct {{ {} }}", self.fields(fields, ", ")),
            ExprKind::InterfaceType(elements) => format!("interface {{ {} }}", self.fields(elements, ", ")),
            ExprKind::FuncType(func) => self.func_type(func),
            ExprKind::MapType(map) => format!("map[{}] {}", self.expr(map.key), self.expr(map.value)),
            ExprKind::ChanType(dir, elem) => {
                let word = match dir {
                    ast::ChanDir::Both => "chan",
                    ast::ChanDir::Send => "<-chan",
                    ast::ChanDir::Recv => "chan<-",
                };
                format!("{word} {}", self.expr(elem))
            }
        }
    }

    fn func_type(&mut self, func: &'a ast::FuncType<'a>) -> String {
        let params = self.fields(func.params, ", ");
        let results = func.results.map_or_else(String::new, |results| self.fields(results, ", "));
        let results = if results.is_empty() { results } else { format!(" {results}") };
        format!("func({params}){results}")
    }

    fn fields(&mut self, list: &'a FieldList<'a>, separator: &str) -> String {
        let mut texts = Vec::new();
        for field in list.fields {
            let ty = self.expr(field.ty);
            let tag = field.tag.map_or_else(String::new, |tag| format!(" {}", tag.name));
            if field.names.is_empty() {
                texts.push(format!("{ty}{tag}"));
            }
            texts.extend(field.names.iter().map(|name| format!("{} {ty}{tag}", name.name)));
        }
        texts.join(separator)
    }
}
