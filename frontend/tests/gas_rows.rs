//! The rewritten tree decides the gas (spec/02 §5-§8). This test prices the typed tree of straight-line programs by the
//! formulas and compares with what the reference was measured to charge (spec/02 §15).

use regno_frontend::constant::Constant;
use regno_frontend::typed::{
    BinaryOp, Callee, CompositeKind, DeclSpec, ExprId, ExprKind, FuncUse, InitStep, Main, Package, Place, StmtId,
    StmtKind, TypeExpr, TypeExprId, TypeField, UnaryOp,
};

const EVAL: u64 = 29;
const BODY: u64 = 43;

struct Price<'p>(&'p Package);

impl Price<'_> {
    fn exprs(&self, ids: &[ExprId]) -> u64 {
        ids.iter().map(|&id| self.expr(id)).sum()
    }

    fn expr(&self, id: ExprId) -> u64 {
        let via = |via: bool| if via { 90 - EVAL } else { 0 };
        EVAL + match &self.0.exprs[id].kind {
            ExprKind::Const(_) | ExprKind::Local(_) | ExprKind::Abort(_) => 0,
            ExprKind::Type(t) | ExprKind::TypeText(t, _) => self.type_expr(*t) - EVAL,
            ExprKind::Global { via_package, .. } => via(*via_package),
            ExprKind::Func { named, .. } => via(*named == FuncUse::Member),
            ExprKind::Unary { op, operand } => {
                self.expr(*operand)
                    + match op {
                        UnaryOp::Plus => 7,
                        UnaryOp::Neg => 25,
                        UnaryOp::Not => 6,
                        UnaryOp::Xor => 14,
                    }
            }
            ExprKind::Binary { op, left, right } | ExprKind::FailingBinary { op, left, right, .. } => {
                self.expr(*left) + self.expr(*right) + binary(*op)
            }
            ExprKind::Convert { target, operand } => self.type_expr(*target) + self.expr(*operand) + 207 + 16,
            ExprKind::Call { callee, args, .. } => self.call(callee, args),
            ExprKind::Index { operand, index, comma_ok, .. } => {
                self.expr(*operand) + self.expr(*index) + if *comma_ok { 195 } else { 77 }
            }
            ExprKind::Slice { operand, low, high, max, .. } => {
                let bounds: u64 = [low, high, max].into_iter().flatten().map(|&id| self.expr(id)).sum();
                self.expr(*operand) + bounds + 103
            }
            ExprKind::Field { operand, .. } | ExprKind::MethodValue { operand, .. } => self.expr(*operand) + 32,
            ExprKind::MethodExpr { target, .. } => self.type_expr(*target) + 32,
            ExprKind::Deref(operand) => self.expr(*operand) + 40,
            ExprKind::AddressOf(place) => self.place(place) + 125,
            ExprKind::TypeAssert { operand, target, comma_ok, .. } => {
                self.expr(*operand) + self.type_expr(*target) + if *comma_ok { 25 } else { 30 }
            }
            ExprKind::Composite { kind, elements, .. } => {
                let keyed =
                    matches!(kind, CompositeKind::Map | CompositeKind::SliceKeyed | CompositeKind::SliceComputed);
                let parts: u64 = elements
                    .iter()
                    .map(|e| self.expr(e.value) + e.key.filter(|_| keyed).map_or(0, |key| self.expr(key)))
                    .sum();
                let close = match kind {
                    CompositeKind::StructPositional | CompositeKind::StructKeyed => 179,
                    CompositeKind::Array => 137,
                    CompositeKind::Slice => 183,
                    CompositeKind::SliceKeyed | CompositeKind::SliceComputed => 467,
                    CompositeKind::Map => 475,
                };
                EVAL + 50 + parts + close
            }
            ExprKind::FuncLit { signature, .. } => self.type_expr(*signature) + 61,
        }
    }

    fn call(&self, callee: &Callee, args: &[ExprId]) -> u64 {
        let native = 424 + 38;
        let (callee, body) = match callee {
            Callee::Func { func, named } => (if *named == FuncUse::Member { 90 } else { EVAL }, self.body(*func)),
            Callee::Method { operand, method } => {
                let body = match method {
                    regno_frontend::typed::MethodRef::Concrete { func, .. } => self.body(*func),
                    regno_frontend::typed::MethodRef::Native(_) => native,
                    // All interface rows have empty methods.
                    regno_frontend::typed::MethodRef::Interface { .. } => BODY + 25 + 36,
                };
                (EVAL + self.expr(*operand) + 32, body)
            }
            Callee::Builtin(_) => (EVAL, native),
            Callee::Value(id) => {
                let body = match &self.0.exprs[*id].kind {
                    ExprKind::FuncLit { func, .. } | ExprKind::MethodExpr { func, .. } => self.body(*func),
                    // A variable: the rows have one literal, or an empty method.
                    _ => self
                        .0
                        .funcs
                        .iter()
                        .find(|(_, f)| f.name.is_empty())
                        .map_or(BODY + 25 + 36, |(id, _)| self.body(id)),
                };
                (self.expr(*id), body)
            }
        };
        callee + self.exprs(args) + 207 + 256 + body
    }

    fn body(&self, func: regno_frontend::typed::FuncId) -> u64 {
        let func = &self.0.funcs[func];
        let mut total = 0;
        for &stmt in &func.body {
            total += BODY;
            if let StmtKind::Return { values } = &self.0.stmts[stmt].kind {
                return total + self.exprs(values) + if values.is_empty() { 36 } else { 38 };
            }
            total += self.stmt(stmt);
        }
        total + BODY + 25 + 36
    }

    fn place(&self, place: &Place) -> u64 {
        match place {
            Place::Blank | Place::Local(_) => 0,
            Place::Global { via_package, .. } => {
                if *via_package {
                    EVAL
                } else {
                    0
                }
            }
            Place::Index { operand, index, .. } => self.expr(*operand) + self.expr(*index),
            Place::Field { operand, .. } => self.expr(*operand),
            Place::Deref(id) | Place::Literal(id) | Place::Unaddressable(id, _) => self.expr(*id),
        }
    }

    fn fields(&self, fields: &[TypeField]) -> u64 {
        fields.iter().map(|f| EVAL + if f.tagged { EVAL } else { 0 } + self.type_expr(f.ty) + 59).sum()
    }

    fn type_expr(&self, id: TypeExprId) -> u64 {
        EVAL + match &self.0.type_exprs[id] {
            TypeExpr::Name => 0,
            TypeExpr::Pointer(t) => self.type_expr(*t) + 40,
            TypeExpr::Slice(t) => self.type_expr(*t) + 55,
            TypeExpr::Array(t) => self.type_expr(*t) + EVAL + 57,
            TypeExpr::OpenArray(t) => self.type_expr(*t) + 57,
            TypeExpr::Map(k, v) => self.type_expr(*k) + self.type_expr(*v) + 59,
            TypeExpr::Chan(t) => self.type_expr(*t) + 57,
            TypeExpr::Func(fields) => self.fields(fields) + 81,
            TypeExpr::Struct(fields) => self.fields(fields) + 174,
            TypeExpr::Interface(fields) => self.fields(fields) + 75,
        }
    }

    fn specs(&self, specs: &[DeclSpec]) -> u64 {
        specs
            .iter()
            .map(|spec| 25 + self.exprs(&spec.values) + spec.target.map_or(0, |t| self.type_expr(t)) + 113)
            .sum()
    }

    fn stmts(&self, ids: &[StmtId]) -> u64 {
        ids.iter().map(|&id| BODY + self.stmt(id)).sum::<u64>() + BODY
    }

    fn stmt(&self, id: StmtId) -> u64 {
        match &self.0.stmts[id].kind {
            StmtKind::Empty => 0,
            StmtKind::Call(id) => self.expr(*id) + 1,
            StmtKind::Define { values, .. } => self.exprs(values) + 111,
            StmtKind::Assign { targets, values } => {
                targets.iter().map(|t| self.place(t)).sum::<u64>() + self.exprs(values) + 79
            }
            StmtKind::OpAssign { op, target, value, .. } => {
                let c = match op {
                    BinaryOp::Add => 85,
                    BinaryOp::Sub => 57,
                    BinaryOp::Mul => 55,
                    BinaryOp::Quo => 50,
                    BinaryOp::Rem => 46,
                    BinaryOp::And => 54,
                    BinaryOp::AndNot => 44,
                    BinaryOp::Or => 55,
                    BinaryOp::Xor => 48,
                    BinaryOp::Shl => 68,
                    BinaryOp::Shr => 76,
                    _ => 0,
                };
                self.place(target) + self.expr(*value) + c
            }
            StmtKind::IncDec { target, increment, .. } => self.place(target) + if *increment { 76 } else { 46 },
            StmtKind::Var(specs) | StmtKind::Const(specs) => self.specs(specs),
            StmtKind::Type(specs) => specs.len() as u64 * 154,
            StmtKind::Block { body, .. } => self.stmts(body) + 3,
            StmtKind::If { init, condition, then_body, else_body, .. } => {
                let taken = match &self.0.exprs[*condition].kind {
                    ExprKind::Const(Constant::Bool(false)) => else_body,
                    _ => then_body,
                };
                let init = init.map_or(0, |id| 25 + self.stmt(id));
                init + self.expr(*condition) + 38 + if taken.is_empty() { 0 } else { self.stmts(taken) } + 3
            }
            other => panic!("not priced: {other:?}"),
        }
    }
}

fn binary(op: BinaryOp) -> u64 {
    match op {
        BinaryOp::Add | BinaryOp::Rem => 18,
        BinaryOp::Sub => 6,
        BinaryOp::Mul => 19,
        BinaryOp::Quo => 16,
        BinaryOp::And => 9,
        BinaryOp::Or => 23,
        BinaryOp::Xor => 13,
        BinaryOp::AndNot => 15,
        BinaryOp::Shl => 22,
        BinaryOp::Shr => 20,
        BinaryOp::Equal => 160,
        BinaryOp::NotEqual => 95,
        BinaryOp::Less => 13,
        BinaryOp::LessEqual => 19,
        BinaryOp::Greater => 20,
        BinaryOp::GreaterEqual => 26,
        // The rows have left operands that are true.
        BinaryOp::LogicalAnd => 19 + 24,
        BinaryOp::LogicalOr => panic!("not priced"),
    }
}

fn price(source: &str) -> Result<u64, String> {
    let text = format!("package main\n\n{source}\n");
    let package = common::check(&text)?;
    let price = Price(&package);
    let mut total = 0;
    for step in &package.init_steps {
        total += 1 + match step {
            InitStep::Var { spec, .. } | InitStep::Const(spec) => price.specs(std::slice::from_ref(spec)),
            InitStep::Type(_) => 154,
            InitStep::Abort(_) => 0,
        };
    }
    let Some(Main::Func(main)) = package.main else { return Err("no main".into()) };
    for &stmt in &package.funcs[main].body {
        total += BODY + price.stmt(stmt);
    }
    Ok(total)
}

#[path = "common/mod.rs"]
mod common;

#[test]
fn straight_line_programs_cost_what_was_measured() {
    let rows = include_str!("gas_rows.txt");
    let mut failures = Vec::new();
    for row in rows.split("--- ").skip(1) {
        let (head, source) = row.split_once('\n').unwrap_or((row, ""));
        let (number, delta) = head.split_once(' ').unwrap_or((head, "0"));
        let delta: u64 = delta.trim().parse().unwrap_or(0);
        match price(source.trim()) {
            Ok(total) if total == delta => {}
            Ok(total) => failures.push(format!("row {number}: {total}, measured {delta}: {source}")),
            Err(error) => failures.push(format!("row {number}: {error}: {source}")),
        }
    }
    assert!(failures.is_empty(), "{} rows differ\n{}", failures.len(), failures.join("\n"));
}
