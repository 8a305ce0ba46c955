//! temp
use bumpalo::Bump;
use regno_frontend::check::check_package;
use regno_frontend::limits::Limits;
use regno_frontend::source::SourceFile;
use regno_frontend::syntax::parse_file;
use regno_frontend::typed::*;
use std::path::Path;
fn gt(p: &Package, t: TypeExprId) -> u64 {
    match &p.type_exprs[t] {
        TypeExpr::Name => 29,
        TypeExpr::Pointer(x) => 69 + gt(p, *x),
        TypeExpr::Slice(x) => 84 + gt(p, *x),
        TypeExpr::Array(x) => 29 + 29 + 57 + gt(p, *x),
        TypeExpr::Map(k, v) => 29 + 59 + gt(p, *k) + gt(p, *v),
        TypeExpr::Func(f) => 29 + 81 + f.iter().map(|f| gt(p, f.ty) + 59).sum::<u64>(),
        TypeExpr::Interface(f) => 29 + 75 + f.iter().map(|f| gt(p, f.ty) + 59).sum::<u64>(),
        TypeExpr::Struct(f) => 29 + 174 + f.iter().map(|f| gt(p, f.ty) + 59).sum::<u64>(),
        _ => 0,
    }
}
fn g(p: &Package, e: ExprId) -> Option<u64> {
    match &p.exprs[e].kind {
        ExprKind::Const(_) => Some(29),
        ExprKind::Global { via_package: false, .. } | ExprKind::Func { via_package: false, .. } => Some(29),
        _ => None,
    }
}
#[test]
fn tmp() {
    let dir = std::env::var("DIR").unwrap();
    let mut files: Vec<_> = std::fs::read_dir(Path::new(&dir)).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    for file in files.iter().filter(|f| f.extension().is_some_and(|e| e == "gno")) {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        let source = SourceFile::new(name.clone(), std::fs::read(file).unwrap());
        let arena = Bump::new();
        let parsed = parse_file(&arena, &source, &Limits::default());
        if !parsed.errors.is_empty() { println!("RES {name} PARSE {}", parsed.errors[0].render(&source).replace('\n', "\\n")); continue; }
        let p = match check_package("main", &[parsed], &[source], &Limits::default()) { Ok(p) => p, Err(e) => { println!("RES {name} ERR {}", e.to_string().replace('\n', "\\n")); continue } };
        let mut total = Some(0u64);
        let mut nt = 0; let mut nc = 0; let mut nv = 0;
        for s in &p.init_steps {
            let cost = match s {
                InitStep::Type => { nt += 1; Some(155) }
                InitStep::Const(spec) | InitStep::Var { spec, .. } => {
                    if matches!(s, InitStep::Const(_)) { nc += 1 } else { nv += 1 }
                    let v: Option<u64> = spec.values.iter().map(|&e| g(&p, e)).sum();
                    v.map(|v| v + 25 + 113 + 1 + spec.target.map_or(0, |t| gt(&p, t)))
                }
            };
            total = match (total, cost) { (Some(a), Some(b)) => Some(a + b), _ => None };
        }
        println!("RES {name} INIT {} {nt} {nc} {nv}", total.map_or("-".into(), |t| t.to_string()));
    }
}
