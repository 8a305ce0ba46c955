//! Trees as text, for comparison.

use std::cell::Cell;

use bumpalo::Bump;
use regno_frontend::limits::Limits;
use regno_frontend::source::{SourceFile, Span};
use regno_frontend::syntax::ast::{
    Block, CaseClause, Decl, ExprKind, ExprRef, FieldList, File, FuncType, GenDecl, Specs, StmtKind, StmtRef,
};
use regno_frontend::syntax::parse_file;

/// Parses `text` and gives the tree to `look`; errors fail the test.
pub fn with_file<R>(text: &str, look: impl FnOnce(&SourceFile, &File<'_>) -> R) -> R {
    let (arena, source) = (Bump::new(), SourceFile::new("a.gno", text));
    let parsed = parse_file(&arena, &source, &Limits::default());
    assert!(parsed.errors.is_empty(), "{text}\n{:?}", parsed.errors);
    look(&source, &parsed.file)
}

/// The rendered errors of `text`.
pub fn errors(text: &[u8]) -> Vec<String> {
    let (arena, source) = (Bump::new(), SourceFile::new("a.gno", text));
    let parsed = parse_file(&arena, &source, &Limits::default());
    parsed.errors.iter().map(|error| error.render(&source)).collect()
}

/// The first statement of `main`, as an S-expression.
pub fn stmt(text: &str) -> String {
    with_file(&format!("package main\nfunc main() {{\n{text}\n}}\n"), |_, file| {
        let Some(Decl::Func(func)) = file.decls.first() else { panic!("no function") };
        show_stmt(func.body.expect("body").stmts[0])
    })
}

/// The operand of `_ = text`.
pub fn expr(text: &str) -> String {
    let shown = stmt(&format!("_ = {text}"));
    shown.strip_prefix("(= _ ").and_then(|rest| rest.strip_suffix(')')).unwrap_or(&shown).to_owned()
}

thread_local! {
    /// Whether trees are shown without parentheses.
    static BARE: Cell<bool> = const { Cell::new(false) };
}

/// A whole file, but for parentheses, empty statements and the order of imports.
pub fn file(source: &SourceFile) -> String {
    let arena = Bump::new();
    let parsed = parse_file(&arena, source, &Limits::default());
    assert!(parsed.errors.is_empty(), "{:?}", parsed.errors);
    BARE.set(true);
    let mut imports: Vec<&str> = parsed.file.imports.iter().map(|spec| spec.path).collect();
    imports.sort_unstable();
    imports.dedup();
    let decls = parsed.file.decls.iter().filter_map(|decl| match *decl {
        Decl::Gen(GenDecl { specs: Specs::Import(_), .. }) => None,
        Decl::Gen(decl) => Some(gen_decl(decl)),
        Decl::Func(decl) => {
            let receiver = decl.receiver.map_or(String::new(), fields);
            let body = decl.body.map_or("-".to_owned(), block);
            Some(format!("(func ({receiver}) {} {} {body})", decl.name.name, signature(decl.ty)))
        }
        Decl::Bad(_) => Some("bad".to_owned()),
    });
    let shown = join(&imports.join(" "), decls);
    BARE.set(false);
    shown
}

/// The first declaration.
pub fn decl(text: &str) -> String {
    with_file(&format!("package main\n{text}\n"), |_, file| match file.decls[0] {
        Decl::Gen(decl) => gen_decl(decl),
        Decl::Func(func) => {
            let receiver = func.receiver.map_or(String::new(), |list| format!("({}) ", fields(list)));
            format!("(func {receiver}{} {})", func.name.name, signature(func.ty))
        }
        Decl::Bad(_) => "bad".to_owned(),
    })
}

fn join(head: &str, items: impl Iterator<Item = String>) -> String {
    let mut text = format!("({head}");
    for item in items {
        text.push(' ');
        text.push_str(&item);
    }
    text.push(')');
    text
}

fn list(before: &str, exprs: &[ExprRef<'_>]) -> String {
    if exprs.is_empty() {
        return String::new();
    }
    format!("{before}{}", exprs.iter().map(|e| show(e)).collect::<Vec<_>>().join(" "))
}

fn gen_decl(decl: &GenDecl<'_>) -> String {
    match decl.specs {
        Specs::Import(specs) => join("import", specs.iter().map(|spec| spec.path.to_owned())),
        Specs::Const(specs) | Specs::Var(specs) => join(
            "values",
            specs.iter().map(|spec| {
                let names: Vec<&str> = spec.names.iter().map(|name| name.name).collect();
                let ty = spec.ty.map_or(String::new(), |ty| format!(" {}", show(ty)));
                format!("({}{ty}{}){}", names.join(" "), list(" = ", spec.values), spec.iota)
            }),
        ),
        Specs::Type(specs) => join(
            "type",
            specs.iter().map(|spec| {
                let params = spec.type_params.map_or(String::new(), |params| format!("[{}]", fields(params)));
                format!("{}{params}{} {}", spec.name.name, if spec.alias { " =" } else { "" }, show(spec.ty))
            }),
        ),
    }
}

fn fields(list: &FieldList<'_>) -> String {
    let shown: Vec<String> = list
        .fields
        .iter()
        .map(|field| {
            let names: Vec<&str> = field.names.iter().map(|name| name.name).collect();
            let tag = field.tag.map_or(String::new(), |tag| format!(" {}", tag.name));
            if names.is_empty() {
                show(field.ty) + &tag
            } else {
                format!("{}: {}{tag}", names.join(" "), show(field.ty))
            }
        })
        .collect();
    shown.join(", ")
}

fn signature(ty: &FuncType<'_>) -> String {
    let type_params = ty.type_params.map_or(String::new(), |params| format!("[{}]", fields(params)));
    let results = ty.results.map_or(String::new(), |results| format!(" -> ({})", fields(results)));
    format!("{type_params}({}){results}", fields(ty.params))
}

fn optional(e: Option<ExprRef<'_>>) -> String {
    e.map_or("-".to_owned(), show)
}

pub fn show(e: ExprRef<'_>) -> String {
    match e.kind {
        ExprKind::Bad => "bad".to_owned(),
        ExprKind::Ident(name) => name.to_owned(),
        ExprKind::Literal(literal) => literal.text.to_owned(),
        ExprKind::CompositeLit(literal) => format!("(lit {}{})", optional(literal.ty), list(" ", literal.elements)),
        ExprKind::FuncLit(literal) => format!("(func {} {})", signature(literal.ty), block(literal.body)),
        ExprKind::Paren(x) if BARE.get() => show(x),
        ExprKind::Paren(x) => format!("(paren {})", show(x)),
        ExprKind::Selector(selector) => format!("(. {} {})", show(selector.x), selector.sel.name),
        ExprKind::Index(index) => format!("(index {}{})", show(index.x), list(" ", index.indices)),
        ExprKind::Slice(slice) => {
            let max = if slice.three_index { format!(" {}", optional(slice.max)) } else { String::new() };
            format!("(slice {} {} {}{max})", show(slice.x), optional(slice.lo), optional(slice.hi))
        }
        ExprKind::TypeAssert(assertion) => format!("(assert {} {})", show(assertion.x), optional(assertion.ty)),
        ExprKind::Call(call) => {
            let dots = if call.ellipsis.is_some() { "..." } else { "" };
            format!("(call {}{}{dots})", show(call.fun), list(" ", call.args))
        }
        ExprKind::Star(x) => format!("(* {})", show(x)),
        ExprKind::Unary(op, x) => format!("({} {})", op.text(), show(x)),
        ExprKind::Binary(binary) => format!("({} {} {})", binary.op.text(), show(binary.x), show(binary.y)),
        ExprKind::KeyValue(pair) => format!("{}: {}", show(pair.key), show(pair.value)),
        ExprKind::ArrayType(array) => format!("[{}]{}", array.len.map_or(String::new(), show), show(array.elem)),
        ExprKind::Ellipsis(ty) => format!("...{}", ty.map_or(String::new(), show)),
        ExprKind::StructType(list) => format!("struct{{{}}}", fields(list)),
        ExprKind::FuncType(ty) => format!("func{}", signature(ty)),
        ExprKind::InterfaceType(list) => format!("interface{{{}}}", fields(list)),
        ExprKind::MapType(map) => format!("map[{}]{}", show(map.key), show(map.value)),
        ExprKind::ChanType(dir, value) => format!("({dir:?} {})", show(value)),
    }
}

fn block(block: &Block<'_>) -> String {
    let shown = |s: &&StmtRef<'_>| !(BARE.get() && matches!(s.kind, StmtKind::Empty));
    join("block", block.stmts.iter().filter(shown).map(|s| show_stmt(s)))
}

fn optional_stmt(s: Option<StmtRef<'_>>) -> String {
    s.map_or("-".to_owned(), show_stmt)
}

fn clauses(clauses: &[CaseClause<'_>]) -> String {
    let clause = |clause: &CaseClause<'_>| {
        let head = clause.exprs.map_or(" default".to_owned(), |exprs| list(" ", exprs));
        let shown = |s: &&StmtRef<'_>| !(BARE.get() && matches!(s.kind, StmtKind::Empty));
        join(&format!("case{head}"), clause.body.iter().filter(shown).map(|s| show_stmt(s)))
    };
    clauses.iter().map(clause).collect::<Vec<_>>().join(" ")
}

pub fn show_stmt(s: StmtRef<'_>) -> String {
    match s.kind {
        StmtKind::Bad => "bad".to_owned(),
        StmtKind::Empty => "empty".to_owned(),
        StmtKind::Decl(decl) if BARE.get() => gen_decl(decl),
        StmtKind::Decl(_) => "decl".to_owned(),
        StmtKind::Expr(x) => show(x),
        StmtKind::Send(send) => format!("(send {} {})", show(send.channel), show(send.value)),
        StmtKind::IncDec(stmt) => format!("({} {})", if stmt.increment { "++" } else { "--" }, show(stmt.x)),
        StmtKind::Assign(assign) => {
            use regno_frontend::syntax::ast::AssignOp;
            let op = match assign.op {
                AssignOp::Assign => "=".to_owned(),
                AssignOp::Define => ":=".to_owned(),
                AssignOp::Op(op) => format!("{}=", op.text()),
            };
            format!("({op}{}{})", list(" ", assign.lhs), list(" ", assign.rhs))
        }
        StmtKind::Go(x) => format!("(go {})", show(x)),
        StmtKind::Defer(x) => format!("(defer {})", show(x)),
        StmtKind::Return(values) => format!("(return{})", list(" ", values)),
        StmtKind::Branch(branch) => {
            format!("({:?}{})", branch.kind, branch.label.map_or(String::new(), |label| format!(" {}", label.name)))
        }
        StmtKind::Block(b) => block(b),
        StmtKind::If(stmt) => {
            let els = stmt.els.map_or(String::new(), |els| format!(" {}", show_stmt(els)));
            format!("(if {} {} {}{els})", optional_stmt(stmt.init), show(stmt.cond), block(stmt.then))
        }
        StmtKind::Switch(stmt) => {
            format!("(switch {} {} {})", optional_stmt(stmt.init), optional(stmt.tag), clauses(stmt.clauses))
        }
        StmtKind::TypeSwitch(stmt) => {
            let binding = stmt.binding.map_or("-", |binding| binding.name);
            format!("(typeswitch {} {binding} {} {})", optional_stmt(stmt.init), show(stmt.x), clauses(stmt.clauses))
        }
        StmtKind::Select(stmt) => {
            let clause = |comm: Option<StmtRef<'_>>| comm.map_or("default".to_owned(), show_stmt);
            join("select", stmt.clauses.iter().map(|c| clause(c.comm)))
        }
        StmtKind::For(stmt) => {
            let (init, post) = (optional_stmt(stmt.init), optional_stmt(stmt.post));
            format!("(for {init} {} {post} {})", optional(stmt.cond), block(stmt.body))
        }
        StmtKind::Range(stmt) => {
            let op = if stmt.define { ":=" } else { "=" };
            let (key, value) = (optional(stmt.key), optional(stmt.value));
            format!("(range {op} {key} {value} {} {})", show(stmt.x), block(stmt.body))
        }
        StmtKind::Labeled(stmt) => format!("({}: {})", stmt.label.name, show_stmt(stmt.stmt)),
    }
}

/// The text of a span.
pub fn at(source: &SourceFile, span: Span) -> &str {
    source.text(span).expect("span inside the file")
}
