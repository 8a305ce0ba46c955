//! Times of hand-assembled loops and calls: `cargo test --release -p regno-runtime --test timing -- --ignored --nocapture`.
#![allow(clippy::print_stdout)]

mod asm;

use asm::{Asm, load, module, run_with};
use regno_bytecode::event::OpClass::*;
use regno_bytecode::module::Module;
use regno_bytecode::op::Op;
use regno_runtime::{Config, Metering};

/// Seconds that this thread has run, waiting for a processor not included.
fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0) / 1e9
}

fn fib() -> Module {
    let fib = Asm::new("fib", 1, 1, 4)
        .alloc(584)
        .gas(&[Body, Lss])
        .jump(Op::JumpGeI64Imm, 0, 2, "more")
        .gas(&[Return])
        .op(Op::Return1, 0, 0, 0)
        .label("more")
        .gas(&[Eval, Sub, Precall, Call])
        .op(Op::AddI64Imm, 1, 0, -1)
        .ext(Op::Call, 1, 0, 0, 1)
        .gas(&[Eval, Sub, Precall, Call])
        .op(Op::AddI64Imm, 2, 0, -2)
        .ext(Op::Call, 2, 0, 0, 1)
        .gas(&[Add])
        .op(Op::AddI64, 1, 1, 2)
        .gas(&[Return])
        .op(Op::Return1, 1, 0, 0)
        .done();
    let run = Asm::new("run", 0, 0, 4).synthetic().op(Op::LoadImm, 0, 35, 0).ext(Op::Call, 0, 0, 0, 1);
    module(vec![run.op(Op::Halt, 0, 0, 0).done(), fib], &[])
}

fn nested_loop() -> Module {
    let run = Asm::new("run", 0, 0, 8)
        .synthetic()
        .op(Op::LoadImm, 0, 0, 0)
        .op(Op::LoadImm, 2, 0, 0)
        .label("outer")
        .op(Op::LoadImm, 1, 0, 0)
        .label("inner")
        .gas(&[ForLoop, Lss, AddAssign])
        .op(Op::MulI64, 3, 0, 1)
        .op(Op::AddI64, 2, 2, 3)
        .op(Op::Xor64Imm, 2, 2, 5)
        .gas(&[Inc])
        .op(Op::AddI64Imm, 1, 1, 1)
        .jump(Op::JumpLtI64Imm, 1, 10_000, "inner")
        .op(Op::AddI64Imm, 0, 0, 1)
        .jump(Op::JumpLtI64Imm, 0, 10_000, "outer")
        .op(Op::Halt, 0, 0, 0)
        .done();
    module(vec![run], &[])
}

fn sieve() -> Module {
    // The inner loop of a sieve: a[j] = false, over and over.
    let run = Asm::new("run", 0, 0, 8)
        .synthetic()
        .ext(Op::NewSlice, 0, 0, 0, 10_000)
        .op(Op::LoadImm, 2, 0, 0)
        .op(Op::LoadImm, 3, 1, 0)
        .label("outer")
        .op(Op::LoadImm, 1, 0, 0)
        .label("inner")
        .gas(&[ForLoop, Lss, Eval, Eval, Index1, Assign, Inc])
        .op(Op::StoreIndex, 0, 1, 3)
        .op(Op::AddI64, 1, 1, 3)
        .jump(Op::JumpLtI64Imm, 1, 10_000, "inner")
        .op(Op::AddI64Imm, 2, 2, 1)
        .jump(Op::JumpLtI64Imm, 2, 10_000, "outer")
        .op(Op::Halt, 0, 0, 0)
        .done();
    module(vec![run], &[])
}

#[test]
#[ignore = "a measurement"]
fn times() {
    // 29,860,703 calls; 10^8 iterations of 5 and of 3 instructions.
    for (name, module, units) in [
        ("fib, per call", fib(), 29_860_703.0),
        ("nested loop, per instruction", nested_loop(), 5e8),
        ("sieve inner loop, per iteration", sieve(), 1e8),
    ] {
        let program = load(module);
        let config = |metering, max_alloc| Config { metering, max_alloc, ..Config::default() };
        for (mode, config) in [
            ("block", config(Metering::Auto, None)),
            ("block, bytes counted", config(Metering::Auto, Some(1 << 40))),
            ("off", config(Metering::Off, None)),
        ] {
            let best = (0..5)
                .map(|_| {
                    let start = cpu_seconds();
                    assert_eq!(run_with(&program, config).result, Ok(()));
                    cpu_seconds() - start
                })
                .fold(f64::MAX, f64::min);
            println!("{name}: {mode}: {:.2} ns", best * 1e9 / units);
        }
    }
}
