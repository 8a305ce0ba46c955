//! A write that is refused charges nothing for what it would have stored (spec/05 §5.5): the place is looked at before a value is
//! copied, a string made or an array grown.

use regno_conformance::execute::Settings;
use regno_conformance::filetest::{Row, run};
use regno_conformance::packages::PackageFolders;
use regno_conformance::session::Session;
use regno_conformance::store::SourceStore;
use std::path::Path;

/// A realm that reaches for another one's objects, once.
fn program(statement: &str) -> String {
    format!(
        "// PKGPATH: gno.land/r/test/refused\n\npackage refused\n\nimport \"gno.land/r/golden/vault\"\n\n\
         func main(cur realm) {{\n\tdefer func() {{ println(recover() != nil) }}()\n\tin := vault.Inner{{}}\n\tp := vault.Shared\n\
         \t{statement}\n\tprintln(\"written\", in.X, p.N)\n}}\n"
    )
}

/// Gas of `main` by category, and the operations' gas.
fn measure(session: &mut Session<'_>, statement: &str) -> Row {
    let settings = Settings { max_alloc: Some(500_000_000), ..Settings::default() };
    let row = run(session, "refused.gno", program(statement).as_bytes(), settings);
    assert_eq!((row.error.as_str(), row.output.as_str()), ("", "true\n"), "{statement}");
    row
}

fn memory(row: &Row) -> u64 {
    row.main_gas_by.get("memory allocation").and_then(serde_json::Value::as_u64).unwrap_or(0)
}

fn with_session<T>(body: impl FnOnce(&mut Session<'_>) -> T) -> T {
    let deps = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpora/realm/deps");
    let packages = PackageFolders::new(None, &[deps], true).unwrap_or_else(|(path, error)| panic!("{path:?}: {error}"));
    body(&mut Session::new(&SourceStore::default(), &packages))
}

#[test]
fn neither_copies_nor_strings_are_charged() {
    with_session(|session| {
        let plain = memory(&measure(session, "p.N = 1"));
        for statement in ["p.Name += \"more\"", "p.N++"] {
            assert_eq!(memory(&measure(session, statement)), plain, "{statement}");
        }
        // What stands in the place is loaded, as for a read: a struct of two fields.
        let loaded = 2 * 40 + 184;
        assert_eq!(memory(&measure(session, "p.In = in")), plain + loaded);
    });
}

/// The value is made before the place is looked at: a struct of eight fields, one of them a struct of two, one an array of two.
#[test]
fn literals_are() {
    with_session(|session| {
        let plain = memory(&measure(session, "p.N = 1"));
        let literal = (8 * 40 + 184) + (2 * 40 + 184) + (208 + 2 * 40);
        assert_eq!(memory(&measure(session, "*p = vault.Item{}")), plain + literal);
    });
}

/// A predeclared function fails in its own frame, which the panic leaves first: one more `Panic2` and `ReturnCallDefers`.
#[test]
fn predeclared_functions_fail_in_their_own_frame() {
    with_session(|session| {
        let cpu = |row: &Row| row.main_gas_by.get("CPUCycles").and_then(serde_json::Value::as_u64).unwrap_or(0);
        let refused = cpu(&measure(session, "delete(p.M, \"a\")"));
        let aborted = cpu(&measure(session, "panic(p.M)"));
        // The same call with an argument more.
        assert_eq!(refused, aborted + 29);
    });
}
