//! Random functions behave the same as IR and as bytecode.
//!
//! [`program`] makes IR with nested calls, loops, block variables and values that cross blocks; [`ir`] executes it directly;
//! [`machine`] executes what codegen made of it, with register contents destroyed wherever a call may destroy them. Output, results
//! and the sequence of metering events must agree, and the bytecode must pass the runtime's verifier.

mod ir;
mod machine;
mod program;

use regno_bytecode::event::Event;
use regno_codegen::compile_module;

/// What an execution can be seen to do.
#[derive(PartialEq, Eq, Debug, Default)]
pub struct Trace {
    /// Metering events in order.
    pub events: Vec<Event>,
    /// Values printed.
    pub printed: Vec<u64>,
    /// Results of the first function.
    pub results: Vec<u64>,
    /// Instructions left; both sides stop at none, so that only finished runs compare.
    pub fuel: usize,
}

#[test]
fn random_programs_agree() {
    let rounds = std::env::var("REGNO_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(400);
    let mut finished = 0;
    for seed in 0..rounds {
        let module = program::random_module(seed);
        for function in module.functions.values() {
            if let Err(error) = regno_ir::verify::verify_function(function) {
                panic!("seed {seed}: {error}\n{}", regno_ir::text::print_function(function));
            }
        }
        let compiled = match compile_module(&module) {
            Ok(compiled) => compiled,
            Err(error) => panic!("seed {seed}: {error}"),
        };
        if let Err(error) = regno_runtime::verify::verify(&compiled) {
            panic!("seed {seed}: {error}");
        }
        let args = [seed, seed.wrapping_mul(0x9e37_79b9_7f4a_7c15), 7];
        let Some(want) = ir::run(&module, 0, &args, 200_000) else { continue };
        let got = machine::run(&compiled, 0, &args, 2_000_000);
        finished += 1;
        if got.as_ref() != Some(&want) {
            let function = &module.functions[regno_ir::entity::FuncRef::from_u32(0)];
            let schedule = regno_bytecode::event::GasSchedule::reference();
            panic!(
                "seed {seed}:\n{}\n{}\nwant {:?} {:?}\ngot {:?}",
                regno_ir::text::print_function(function),
                regno_bytecode::disasm::function(&compiled, &compiled.functions[0], &schedule),
                want.results,
                want.printed,
                got.map(|got| (got.results, got.printed, got.events == want.events)),
            );
        }
    }
    assert!(finished * 2 > rounds, "too many programs ran out of fuel: {finished} of {rounds} finished");
}
