//! Hand-assembled programs: loops, calls, closures, defers, panics, limits. Every outcome must be the same charged by segment
//! and event by event, at every gas and allocation limit.

mod asm;

use asm::{Asm, INT, module, run_everywhere};
use regno_bytecode::event::OpClass::*;
use regno_bytecode::module::Function;
use regno_bytecode::op::Op;
use regno_runtime::RunError;

/// Prints register `r` (an int) through register `r + 1`, and ends.
fn print_int(asm: Asm, r: i32) -> Asm {
    asm.ext(Op::MakeIface, r, r, 0, INT).gas(&[CallNativeBody, Print]).op(Op::Print, r, 1, 1)
}

/// A bottom function that calls function 1 and ends.
fn bottom(params: &[i32]) -> Function {
    let mut asm = Asm::new("run", 0, 0, 8).synthetic();
    for (at, &value) in params.iter().enumerate() {
        asm = asm.gas(&[Eval]).op(Op::LoadImm, at as i32, value, 0);
    }
    asm.gas(&[Exec, Eval, Precall, Call])
        .ext(Op::Call, 0, 0, 0, 1)
        .gas(&[PopResults, Halt])
        .op(Op::Halt, 0, 0, 0)
        .done()
}

#[test]
fn loops_and_arithmetic() {
    let main = Asm::new("main", 0, 0, 4)
        .alloc(504)
        .op(Op::LoadImm, 0, 0, 0)
        .op(Op::LoadImm, 1, 0, 0)
        .label("loop")
        .gas(&[ForLoop, Lss])
        .op(Op::MulI64Imm, 2, 0, 3)
        .gas(&[AddAssign])
        .op(Op::AddI64, 1, 1, 2)
        .gas(&[Inc])
        .op(Op::AddI64Imm, 0, 0, 1)
        .jump(Op::JumpLtI64Imm, 0, 50, "loop")
        .gas(&[Eval]);
    let main = print_int(main, 1).gas(&[ReturnFromBlock]).op(Op::Return0, 0, 0, 0).done();
    let outcome = run_everywhere(module(vec![bottom(&[]), main], &[]));
    assert_eq!(outcome.output, "3675\n");
    assert_eq!(outcome.result, Ok(()));
    assert_eq!(outcome.report.alloc_peak, 504);
    assert_eq!(outcome.report.gas, outcome.report.cpu_gas + outcome.report.memory_gas);
    assert_eq!(outcome.report.cpu_gas - outcome.report.cycles, 1376);
}

fn fib() -> Function {
    Asm::new("fib", 1, 1, 4)
        .alloc(584)
        .gas(&[Body, Lss])
        .jump(Op::JumpGeI64Imm, 0, 2, "more")
        .gas(&[Return])
        .op(Op::Return1, 0, 0, 0)
        .label("more")
        .gas(&[Eval, Sub, Precall, Call])
        .op(Op::AddI64Imm, 1, 0, -1)
        .ext(Op::Call, 1, 0, 0, 2)
        .gas(&[Eval, Sub, Precall, Call])
        .op(Op::AddI64Imm, 2, 0, -2)
        .ext(Op::Call, 2, 0, 0, 2)
        .gas(&[Add])
        .op(Op::AddI64, 1, 1, 2)
        .gas(&[Return])
        .op(Op::Return1, 1, 0, 0)
        .done()
}

#[test]
fn recursive_calls() {
    let main = Asm::new("main", 0, 0, 4).op(Op::LoadImm, 0, 10, 0).gas(&[Call]).ext(Op::Call, 0, 0, 0, 2);
    let main = print_int(main, 0).op(Op::Return0, 0, 0, 0).done();
    let outcome = run_everywhere(module(vec![bottom(&[]), main, fib()], &[]));
    assert_eq!(outcome.output, "55\n");
    assert_eq!(outcome.report.alloc_bytes, 584 * 177);
}

#[test]
fn deep_recursion_moves_the_stacks() {
    // sum(n) = n == 0 ? 0 : n + sum(n - 1)
    let sum = Asm::new("sum", 1, 1, 3)
        .alloc(544)
        .jump(Op::JumpNeI64Imm, 0, 0, "more")
        .op(Op::Return1, 0, 0, 0)
        .label("more")
        .op(Op::AddI64Imm, 1, 0, -1)
        .gas(&[Call])
        .ext(Op::Call, 1, 0, 0, 2)
        .op(Op::AddI64, 0, 0, 1)
        .op(Op::Return1, 0, 0, 0)
        .done();
    let main = Asm::new("main", 0, 0, 4).op(Op::LoadImm, 0, 5000, 0).ext(Op::Call, 0, 0, 0, 2);
    let main = print_int(main, 0).op(Op::Return0, 0, 0, 0).done();
    assert_eq!(run_everywhere(module(vec![bottom(&[]), main, sum], &[])).output, "12502500\n");
}

#[test]
fn closures_see_their_cells() {
    let inc = Asm::new("", 0, 1, 3)
        .alloc(504)
        .op(Op::LoadCapture, 0, 0, 0)
        .op(Op::LoadCell, 1, 0, 0)
        .gas(&[Inc])
        .op(Op::AddI64Imm, 1, 1, 1)
        .op(Op::StoreCell, 0, 1, 0)
        .gas(&[Return])
        .op(Op::Return1, 1, 0, 0)
        .done();
    let main = Asm::new("main", 0, 0, 6)
        .op(Op::LoadImm, 0, 7, 0)
        .op(Op::NewCell, 1, 0, 4)
        .gas(&[FuncLit])
        .alloc(344)
        .ext(Op::MakeClosure, 2, 1, 1, 2)
        .gas(&[Precall])
        .op(Op::CheckFunc, 2, 0, 0)
        .gas(&[Call])
        .op(Op::CallValue, 3, 0, 2)
        .gas(&[Precall, Call])
        .op(Op::CallValue, 3, 0, 2)
        .op(Op::LoadCell, 3, 1, 0);
    let main = print_int(main, 3).op(Op::Return0, 0, 0, 0).done();
    let outcome = run_everywhere(module(vec![bottom(&[]), main, inc], &[]));
    assert_eq!(outcome.output, "9\n");
    assert_eq!(outcome.report.alloc_bytes, 344 + 2 * 504);
}

/// `f` defers `handler` (function 3) and then runs `body`; `main` prints what `f` returns.
fn deferring(handler: Function, body: impl FnOnce(Asm) -> Asm) -> Vec<Function> {
    let main = Asm::new("main", 0, 0, 4).gas(&[Call]).ext(Op::Call, 0, 0, 0, 2);
    let main = print_int(main, 0).gas(&[ReturnFromBlock]).op(Op::Return0, 0, 0, 0).done();
    let f = Asm::new("f", 0, 1, 8).alloc(544).op(Op::LoadImm, 0, 1, 0).op(Op::NewCell, 1, 0, 4).op(Op::Move, 2, 1, 0);
    let f = f.gas(&[Eval, Defer]).ext(Op::Defer, 2, 1, 0, 3);
    let mut f = body(f).recovery().gas(&[ReturnFromBlock]).op(Op::LoadCell, 0, 1, 0).op(Op::Return1, 0, 0, 0).done();
    f.has_defers = true;
    vec![bottom(&[]), main, f, handler]
}

/// Deferred: sets the cell in its argument to 42, after `recover()` if wanted.
fn handler(recovers: bool) -> Function {
    let asm = Asm::new("handler", 1, 0, 3).alloc(544);
    let asm = if recovers { asm.gas(&[Eval, CallNativeBody]).op(Op::Recover, 1, 0, 0) } else { asm };
    asm.op(Op::LoadImm, 2, 42, 0).op(Op::StoreCell, 0, 2, 0).gas(&[ReturnFromBlock]).op(Op::Return0, 0, 0, 0).done()
}

#[test]
fn defers_run_on_return() {
    let functions = deferring(handler(false), |f| {
        f.op(Op::HasDefers, 3, 0, 0)
            .jump(Op::JumpIf, 3, 0, "deferred")
            .op(Op::Halt, 0, 0, 0)
            .label("deferred")
            .gas(&[ReturnToBlock])
            .op(Op::RunDefers, 0, 0, 0)
    });
    let outcome = run_everywhere(module(functions, &[]));
    assert_eq!((outcome.output.as_str(), outcome.result), ("42\n", Ok(())));
}

fn panicking(f: Asm) -> Asm {
    f.op(Op::LoadImm, 3, 5, 0).ext(Op::MakeIface, 3, 3, 0, INT).gas(&[Eval, Precall, Call, CallNativeBody]).op(
        Op::Panic,
        3,
        0,
        0,
    )
}

#[test]
fn recovered_panics_return_the_results() {
    let outcome = run_everywhere(module(deferring(handler(true), panicking), &[]));
    assert_eq!((outcome.output.as_str(), outcome.result), ("42\n", Ok(())));
    // 78 + 21 for the built-in, 78 for the defer, 78 for none left (spec/02 §10).
    let f_to_end = 29 + 207 + 256 + 424 + 78 + 21 + 78 + (29 + 424 + 36) + 78 + 36;
    let start = 25 + 29 + 207 + 256 + 256 + 29 + 64;
    let rest = 424 + 1376 + 36 + 1 + 1;
    assert_eq!(outcome.report.cpu_gas, start + f_to_end + rest);
}

#[test]
fn uncaught_panics_report_their_chain() {
    let outcome = run_everywhere(module(deferring(handler(false), panicking), &[]));
    assert_eq!(outcome.result, Err(RunError::Panic("5".to_owned())));
    // The handler ends in a panic of its own.
    let second = Asm::new("handler", 1, 0, 3)
        .op(Op::LoadImm, 1, 0, 0)
        .gas(&[Quo])
        .op(Op::DivI64, 2, 1, 1)
        .op(Op::Return0, 0, 0, 0)
        .done();
    let outcome = run_everywhere(module(deferring(second, panicking), &[]));
    assert_eq!(outcome.result, Err(RunError::Panic("5\n\tdivision by zero".to_owned())));
}

#[test]
fn traps_give_back_the_rest_of_the_segment() {
    let functions = deferring(handler(true), |f| {
        f.op(Op::LoadImm, 3, 0, 0)
            .gas(&[Eval, Quo])
            .alloc(100)
            .op(Op::DivI64, 3, 3, 3)
            .gas(&[Eval, MapLit])
            .alloc(10_000)
            .op(Op::Move, 3, 3, 0)
            .op(Op::Return1, 3, 0, 0)
    });
    let outcome = run_everywhere(module(functions, &[]));
    assert_eq!((outcome.output.as_str(), outcome.result), ("42\n", Ok(())));
    assert_eq!(outcome.report.alloc_peak, 544 + 100 + 544);
}

#[test]
fn dynamic_charges_inside_a_segment() {
    // Concatenates and slices between static events.
    let main = Asm::new("main", 0, 0, 6)
        .alloc(504)
        .ext(Op::LoadStr, 0, 0, 0, 0)
        .gas(&[Eval, Add])
        .op(Op::ConcatStr, 1, 0, 0)
        .alloc(1000)
        .gas(&[Eval, Slice])
        .op(Op::LoadImm, 2, 2, 0)
        .ext(Op::SliceStr, 3, 1, 0, 2 | 1 << 48)
        .gas(&[Define])
        .alloc(72)
        .ext(Op::MakeIface, 3, 3, 0, asm::STRING)
        .gas(&[CallNativeBody, Print])
        .op(Op::Print, 3, 1, 0)
        .gas(&[ReturnFromBlock])
        .op(Op::Return0, 0, 0, 0)
        .done();
    let outcome = run_everywhere(module(vec![bottom(&[]), main], &["hello, world"]));
    assert_eq!(outcome.output, "llo, worldhello, world");
    assert_eq!(outcome.report.alloc_bytes, 504 + 24 + 24 + 1000 + 24 + 22 + 72);
}

#[test]
fn bound_methods_shift_their_arguments() {
    // sub(receiver, x) = receiver - x
    let mut sub = Asm::new("sub", 2, 1, 3).op(Op::SubI64, 0, 0, 1).op(Op::Return1, 0, 0, 0).done();
    sub.kind = regno_bytecode::module::FunctionKind::Method(regno_bytecode::types::TypeRef::from_u32(INT as u32));
    let main = Asm::new("main", 0, 0, 6)
        .op(Op::LoadImm, 0, 50, 0)
        .ext(Op::BindMethod, 1, 0, 0, 2)
        .op(Op::LoadImm, 2, 8, 0)
        .op(Op::CallValue, 2, 0, 1);
    let main = print_int(main, 2).op(Op::Return0, 0, 0, 0).done();
    assert_eq!(run_everywhere(module(vec![bottom(&[]), main, sub], &[])).output, "42\n");
}

#[test]
fn fatal_conditions_run_no_defers() {
    let functions = deferring(handler(true), |f| {
        f.op(Op::LoadImm, 3, 0, 0).gas(&[Precall]).op(Op::CheckFunc, 3, 0, 0).op(Op::Return1, 3, 0, 0)
    });
    let outcome = run_everywhere(module(functions, &[]));
    let text = "runtime error: invalid memory address or nil pointer dereference";
    assert_eq!(outcome.result, Err(RunError::Fatal(text.to_owned())));
}

/// A module whose type 3 is `type T int` with `String() string` (function 2); type 4 is its signature.
fn with_printing_method(functions: Vec<Function>, strings: &[&str]) -> regno_bytecode::module::Module {
    use regno_bytecode::types::{FuncRef, MethodEntry, MethodReceiver, Repr, StrRef, TypeKind, TypeRef};
    let mut strings = strings.to_vec();
    strings.push("String");
    let name = StrRef::from_u32(strings.len() as u32 - 1);
    let mut module = module(functions, &strings);
    let mut signature = asm::basic("func() string", Repr::Func, 4);
    signature.kind = TypeKind::Func { params: vec![], results: vec![TypeRef::from_u32(1)], variadic: false };
    let mut named = asm::basic("main.T", Repr::I64, 2);
    named.declared = true;
    named.methods = vec![MethodEntry {
        name,
        func: Some(FuncRef::from_u32(2)),
        native: false,
        path: vec![],
        receiver: MethodReceiver::Value,
        receiver_type: TypeRef::from_u32(3),
        signature: TypeRef::from_u32(4),
    }];
    module.types.extend([named, signature]);
    module.functions[2].kind = regno_bytecode::module::FunctionKind::Method(TypeRef::from_u32(3));
    module
}

/// `println(T(3), 4)`
fn print_two(asm: Asm) -> Asm {
    asm.op(Op::LoadImm, 0, 3, 0)
        .ext(Op::MakeIface, 0, 0, 0, 3)
        .op(Op::LoadImm, 1, 4, 0)
        .ext(Op::MakeIface, 1, 1, 0, INT)
        .gas(&[CallNativeBody, Print])
        .op(Op::Stringify, 0, 0, 0)
        .op(Op::Stringify, 1, 0, 0)
        .op(Op::Print, 0, 2, 1)
        .gas(&[Return])
}

#[test]
fn printing_methods_run_as_frames() {
    let string = Asm::new("String", 1, 1, 2)
        .alloc(584)
        .gas(&[Body, Return])
        .ext(Op::LoadStr, 1, 0, 0, 0)
        .op(Op::Return1, 1, 0, 0)
        .done();
    let main = print_two(Asm::new("main", 0, 0, 4)).op(Op::Return0, 0, 0, 0).done();
    let outcome = run_everywhere(with_printing_method(vec![bottom(&[]), main, string], &["three"]));
    assert_eq!(outcome.output, "three 4\n");
    assert_eq!(outcome.report.alloc_bytes, 344 + 208 + 584);
    let call = 3 * 29 + 32 + 207 + 256 + 43 + 38 + 1;
    assert_eq!(outcome.report.cpu_gas, 25 + 29 + 207 + 256 + 424 + 1376 + call + 38 + 1 + 1);
}

#[test]
fn a_panic_out_of_a_printing_method_breaks_the_machine() {
    let string = Asm::new("String", 1, 1, 3).op(Op::LoadImm, 1, 0, 0).gas(&[Quo]).op(Op::DivI64, 1, 1, 1);
    let string = string.op(Op::Return1, 1, 0, 0).done();
    let main = Asm::new("main", 0, 0, 4).op(Op::NewCell, 0, 0, 4).ext(Op::Defer, 0, 1, 0, 3);
    let main = print_two(main).op(Op::RunDefers, 0, 0, 0).recovery().op(Op::Return0, 0, 0, 0).done();
    let outcome = run_everywhere(with_printing_method(vec![bottom(&[]), main, string.clone(), handler(true)], &[]));
    assert_eq!(outcome.result, Err(RunError::Fatal("runtime error: makeslice: len out of range".to_owned())));
    assert_eq!(outcome.output, "");
    let main = print_two(Asm::new("main", 0, 0, 4)).op(Op::Return0, 0, 0, 0).done();
    let outcome = run_everywhere(with_printing_method(vec![bottom(&[]), main, string], &[]));
    assert_eq!(outcome.result, Err(RunError::Panic("division by zero".to_owned())));
    let unwound = 78 + 21 + 78 + 21 + 78;
    let call = 3 * 29 + 32 + 207 + 256 + 16;
    assert_eq!(outcome.report.cpu_gas, 25 + 29 + 207 + 256 + 424 + 1376 + call + unwound);
}

#[test]
fn uncaught_values_print_themselves() {
    let string =
        Asm::new("String", 1, 1, 2).gas(&[Return]).ext(Op::LoadStr, 1, 0, 0, 0).op(Op::Return1, 1, 0, 0).done();
    let main =
        Asm::new("main", 0, 0, 4).op(Op::LoadImm, 0, 3, 0).ext(Op::MakeIface, 0, 0, 0, 3).op(Op::Panic, 0, 0, 0).done();
    let outcome = run_everywhere(with_printing_method(vec![bottom(&[]), main, string], &["three"]));
    assert_eq!(outcome.result, Err(RunError::Panic("three".to_owned())));
}

#[test]
fn recover_works_only_in_the_deferred_function_itself() {
    // The deferred function calls another one, which calls recover.
    let helper = Asm::new("helper", 0, 0, 2).op(Op::Recover, 0, 0, 0).op(Op::Return0, 0, 0, 0).done();
    let outer = Asm::new("outer", 1, 0, 3).ext(Op::Call, 1, 0, 0, 4).op(Op::Return0, 0, 0, 0).done();
    let mut functions = deferring(outer, panicking);
    functions.push(helper);
    let outcome = run_everywhere(module(functions, &[]));
    assert_eq!(outcome.result, Err(RunError::Panic("5".to_owned())));
}

#[test]
fn defers_of_a_function_called_while_panicking_resume_the_panic() {
    // spec/01 §1.3 row 26: the handler calls a function that has a defer of its own, and never reaches its recover.
    let nested = Asm::new("nested", 0, 0, 4)
        .op(Op::NewCell, 0, 0, 4)
        .ext(Op::Defer, 0, 1, 0, 5)
        .op(Op::RunDefers, 0, 0, 0)
        .recovery()
        .op(Op::Return0, 0, 0, 0)
        .done();
    let plain = handler(false);
    let recovering =
        Asm::new("handler", 1, 0, 3).ext(Op::Call, 1, 0, 0, 4).op(Op::Recover, 1, 0, 0).op(Op::Return0, 0, 0, 0).done();
    let mut functions = deferring(recovering, panicking);
    functions.extend([nested, plain]);
    let outcome = run_everywhere(module(functions, &[]));
    assert_eq!(outcome.result, Err(RunError::Panic("5".to_owned())));
}

#[test]
fn machines_end_at_their_limits() {
    use regno_runtime::{Config, Limits};
    let forever = Asm::new("main", 0, 0, 1).alloc(504).ext(Op::Call, 0, 0, 0, 1).op(Op::Return0, 0, 0, 0).done();
    let program = asm::load(module(vec![bottom(&[]), forever], &[]));
    let run = |limits| asm::run_with(&program, Config { limits, ..Config::default() }).result;
    let text = Err(RunError::Fatal("call stack limit exceeded".to_owned()));
    assert_eq!(run(Limits { max_frames: 1 << 20, ..Limits::default() }), text);
    assert_eq!(run(Limits { max_registers: 1 << 20, max_frames: 1 << 12, ..Limits::default() }), text);
    // Each heap item holds the one before, so that none can be freed.
    let cell = regno_bytecode::types::Repr::Cell as i32;
    let main = Asm::new("main", 0, 0, 1).op(Op::LoadImm, 0, 0, 0).label("again").op(Op::NewCell, 0, 0, cell);
    let main = main.jump(Op::Jump, 0, 0, "again").done();
    let program = asm::load(module(vec![bottom(&[]), main], &[]));
    let limits = Limits { max_heap_words: 1 << 16, ..Limits::default() };
    let outcome = asm::run_with(&program, Config { limits, ..Config::default() });
    assert_eq!(outcome.result, Err(RunError::Fatal("heap size limit exceeded".to_owned())));
}
