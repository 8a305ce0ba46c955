//! Limits of the encoding: long branches, register numbers, and compile time of large functions.

use regno_bytecode::op::{Op, code_of};
use regno_codegen::{CodegenError, compile_function};
use regno_ir::function::Function;
use regno_ir::text::parse_function;

fn parse(text: &str) -> Function {
    match parse_function(text) {
        Ok(function) => function,
        Err(error) => panic!("{error}"),
    }
}

/// A function whose branches skip `words` instructions, forwards and backwards.
fn distant(words: usize) -> Function {
    let body = "  v0 = add.i64 v0, 1\n".repeat(words);
    parse(&format!(
        "function f {{\n  params v0\n  results i64\n  reg v0: i64 = n\n  reg v1: f64 = x\n  scope scope0 (n v0) (x v1)\n  \
         entry block0\nblock0:\n  v1 = const.f64 #0\n  branch_lt.i64 v0, 5 -> block3, block1\nblock1:\n  \
         branch_lt.f64 v1, v1 -> block3, block2\nblock2:\n{body}  branch_eq.i64 v0, 9 -> block1, block3\nblock3:\n  \
         return.i64 v0\n}}"
    ))
}

fn count(function: &Function, op: Op) -> usize {
    match compile_function(function) {
        Ok(compiled) => compiled.code.iter().filter(|&&word| code_of(word) == op as u16).count(),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn distant_branches_go_through_jumps() {
    let near = distant(32_700);
    assert_eq!((count(&near, Op::Jump), count(&near, Op::JumpLtI64Imm)), (0, 1));
    let far = distant(33_000);
    assert_eq!((count(&far, Op::Jump), count(&far, Op::JumpLtI64Imm), count(&far, Op::JumpGeI64Imm)), (3, 0, 1));
    assert_eq!((count(&far, Op::JumpNotLtF64), count(&far, Op::JumpNeI64Imm)), (1, 1));
}

/// A function with `count` variables that are all live at once.
fn crowded(count: usize) -> Function {
    let regs: String = (0..count).map(|reg| format!("  reg v{reg}: i64 = x\n")).collect();
    let slots: String = (0..count).map(|reg| format!(" (x v{reg})")).collect();
    let code: String = (0..count).map(|reg| format!("  v{reg} = const.i64 #{reg}\n")).collect();
    parse(&format!(
        "function f {{\n  results i64\n{regs}  scope scope0{slots}\n  entry block0\nblock0:\n{code}  return.i64 v0\n}}"
    ))
}

#[test]
fn registers_are_counted_to_the_last_one() {
    assert!(compile_function(&crowded(65_536)).is_ok_and(|function| function.frame_size == 65_536));
    let error = compile_function(&crowded(65_537));
    assert!(matches!(error, Err(CodegenError::TooMany { what: "registers", .. })), "{error:?}");
}

#[test]
fn a_call_with_many_nested_calls_compiles_in_reasonable_time() {
    let arguments = 3_000;
    let regs: String = (0..=arguments * 2).map(|reg| format!("  reg v{reg}: i64\n")).collect();
    let calls: String = (0..arguments).map(|reg| format!("  v{reg} = call.i64 {reg} @fn0\n")).collect();
    let args: Vec<String> = (0..arguments).map(|reg| format!("v{reg}")).collect();
    let text = format!(
        "function f {{\n  results\n{regs}  entry block0\nblock0:\n{calls}  call.i64 {} @fn0\n  return.raw\n}}",
        args.join(", ")
    );
    let compiled = compile_function(&parse(&text));
    let moves = |code: &[u64]| code.iter().filter(|&&word| code_of(word) == Op::Move as u16).count();
    assert!(compiled.is_ok_and(|function| moves(&function.code) == 0));
}
