//! Handlers end in tail calls: in an optimised build loops over every operation need no more host stack the longer they run, in both
//! dispatch tables. A handler that calls the next one would need eight bytes or more an iteration, and overflow this stack.
//!
//! Builds with debug assertions step through the program from the driver, where nothing can grow.

use regno_bytecode::module::Module;
use regno_bytecode::op::{Op, code_of};
use regno_conformance::compile::Source;
use regno_conformance::execute::{Execution, Scene, Settings, execute_scene};
use regno_conformance::packages::PackageFolders;
use regno_conformance::session::Session;
use regno_conformance::stack::on_small_stack;
use regno_conformance::store::SourceStore;
use regno_runtime::{Collection, Environment};
use std::collections::BTreeSet;

const LOOPS: &str = include_str!("dispatch/ops.gno");
const REALM: &str = "gno.land/r/test/dispatch";
/// Iterations of each loop: at eight bytes for each, a multiple of the stack.
const ITERATIONS: usize = 60_000;

/// Operations that return to the driver whenever they run, end the run, or run once at the start of a function.
const NOT_IN_LOOPS: &[Op] = &[
    Op::Segment,
    Op::RunDefers,
    Op::Recover,
    Op::Halt,
    Op::Panic,
    Op::Abort,
    Op::Raise,
    Op::DeferReturned,
    Op::StringReturned,
    Op::RunReturned,
    Op::SwitchReturned,
    // Printing is charged by the driver; so are values with printing methods.
    Op::Print,
    Op::Stringify,
    // Before or after a call that the driver makes.
    Op::Revived,
    Op::CheckRevive,
    Op::MarkCross,
    Op::HasDefers,
    Op::Defer,
    Op::DeferValue,
    Op::DeferSelected,
    // Initialisation.
    Op::LoadPackage,
    Op::ChargeAlloc,
    Op::DefineGlobal,
    // Functions of other packages, and those without body: the loops import nothing, so that one of their programs is unguarded.
    Op::UsePackage,
    Op::CallNative,
    Op::NativeResolved,
    Op::IsAddress,
];

fn program(package: &str, main: &str, iterations: usize) -> String {
    format!("{}\n{main} {{ run({iterations}) }}\n", LOOPS.replacen("PACKAGE", package, 1))
}

fn modules(path: &str, package: &str, text: String) -> Vec<Module> {
    let packages = PackageFolders::new(None, &[], true).unwrap_or_else(|(path, error)| panic!("{path:?}: {error}"));
    let store = SourceStore::default();
    let mut session = Session::new(&store, &packages);
    let source = Source { name: "ops.gno".to_owned(), text: text.into_bytes() };
    match session.compile(path, Some(package), std::slice::from_ref(&source)) {
        Ok(program) => program.into_modules(),
        Err(error) => panic!("refused: {}", error.text),
    }
}

fn run(path: &str, package: &str, text: String) -> Execution {
    let modules = modules(path, package, text);
    let settings = Settings {
        max_alloc: Some(1 << 40),
        environment: Environment::Testing,
        // A collection starts the handlers again from the driver.
        collection: Collection::AfterWords(1 << 40),
        ..Settings::default()
    };
    let scene = Scene { path: path.to_owned(), send: Vec::new() };
    let execution = on_small_stack(move || execute_scene(modules, None, settings, &scene));
    match execution {
        Ok(Ok(execution)) => execution,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_loops_have_every_operation() {
    let plain = modules("main", "main", program("main", "func main()", 1));
    let guarded = modules(REALM, "dispatch", program("dispatch", "func main(cur realm)", 1));
    let mut found: BTreeSet<Op> = NOT_IN_LOOPS.iter().copied().collect();
    for function in plain.iter().chain(&guarded).flat_map(|module| &module.functions) {
        let mut at = 0;
        while let Some(op) = function.code.get(at).and_then(|&word| Op::from_code(code_of(word))) {
            found.insert(op);
            at += op.words();
        }
    }
    let missing: Vec<&Op> = Op::ALL.iter().filter(|op| !found.contains(op)).collect();
    assert!(missing.is_empty(), "no loop has {missing:?}");
}

#[test]
fn plain_handlers_end_in_tail_calls() {
    let execution = run("main", "main", program("main", "func main()", ITERATIONS));
    assert_eq!(execution.error, None);
}

#[test]
fn guarded_handlers_end_in_tail_calls() {
    let text = program("dispatch", "func main(cur realm)", ITERATIONS);
    let execution = run(REALM, "dispatch", text);
    assert_eq!(execution.error, None);
}
