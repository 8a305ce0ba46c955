//! Executes IR.

use crate::Trace;
use regno_bytecode::types::Repr;
use regno_ir::entity::FuncRef;
use regno_ir::function::{Arg, Entity, InstData};
use regno_ir::module::Module;
use regno_ir::op::Op;

pub fn run(module: &Module, function: u32, args: &[u64], fuel: usize) -> Option<Trace> {
    let mut trace = Trace { fuel, ..Trace::default() };
    let results = call(module, FuncRef::from_u32(function), args, &mut trace)?;
    Some(Trace { results, fuel: 0, ..trace })
}

pub fn normalize(repr: Repr, bits: u64) -> u64 {
    match repr {
        Repr::I8 => bits as i8 as u64,
        Repr::I16 => bits as i16 as u64,
        Repr::I32 => bits as i32 as u64,
        Repr::U8 => bits as u8 as u64,
        Repr::U16 => bits as u16 as u64,
        Repr::U32 => bits as u32 as u64,
        _ => bits,
    }
}

fn call(module: &Module, func: FuncRef, args: &[u64], trace: &mut Trace) -> Option<Vec<u64>> {
    let function = &module.functions[func];
    let mut regs = vec![0; function.regs.len()];
    for (&param, &arg) in function.params.iter().zip(args) {
        regs[param.as_u32() as usize] = arg;
    }
    let mut block = function.entry;
    loop {
        for &inst in &function.blocks[block].insts {
            let data = &function.insts[inst];
            trace.fuel = trace.fuel.checked_sub(1)?;
            trace.events.extend(data.events.iter().copied());
            let values: Vec<u64> = data
                .args
                .iter()
                .map(|arg| match *arg {
                    Arg::Reg(reg) => regs[reg.as_u32() as usize],
                    Arg::Bits(bits) => bits,
                })
                .collect();
            let results = match data.op {
                Op::Jump => {
                    block = data.targets[0];
                    break;
                }
                Op::Branch => {
                    block = data.targets[usize::from(values[0] == 0)];
                    break;
                }
                Op::BranchEq | Op::BranchNe | Op::BranchLt | Op::BranchLe | Op::BranchGt | Op::BranchGe => {
                    block = data.targets[usize::from(!compare(data, values[0], values[1]))];
                    break;
                }
                Op::Return => return Some(values),
                Op::Print => {
                    trace.printed.extend(values);
                    Vec::new()
                }
                Op::Call => match data.entity {
                    Entity::Func(callee) => call(module, callee, &values, trace)?,
                    _ => Vec::new(),
                },
                _ => vec![evaluate(data, &values)],
            };
            for (&reg, value) in data.results.iter().zip(results) {
                regs[reg.as_u32() as usize] = value;
            }
        }
    }
}

fn evaluate(data: &InstData, values: &[u64]) -> u64 {
    let a = values.first().copied().unwrap_or(0);
    let b = values.get(1).copied().unwrap_or(0);
    let signed = data.repr.is_signed();
    let bits = match data.op {
        Op::Const => data.index,
        Op::Copy => a,
        Op::Add => a.wrapping_add(b),
        Op::Sub => a.wrapping_sub(b),
        Op::Mul => a.wrapping_mul(b),
        Op::Div if signed => (a as i64).wrapping_div(b as i64) as u64,
        Op::Div => a / b,
        Op::Rem if signed => (a as i64).wrapping_rem(b as i64) as u64,
        Op::Rem => a % b,
        Op::And => a & b,
        Op::Or => a | b,
        Op::Xor => a ^ b,
        Op::AndNot => a & !b,
        Op::Shl => u32::try_from(b).ok().and_then(|count| a.checked_shl(count)).unwrap_or(0),
        Op::Shr if signed => ((a as i64) >> b.min(63)) as u64,
        Op::Shr => u32::try_from(b).ok().and_then(|count| a.checked_shr(count)).unwrap_or(0),
        Op::Neg => a.wrapping_neg(),
        Op::Complement => !a,
        Op::Convert => return normalize(Repr::from_code(data.index as u8).unwrap_or(Repr::I64), a),
        _ => return u64::from(compare(data, a, b)),
    };
    normalize(data.repr, bits)
}

fn compare(data: &InstData, a: u64, b: u64) -> bool {
    let order = if data.repr.is_signed() { (a as i64).cmp(&(b as i64)) } else { a.cmp(&b) };
    match data.op {
        Op::Eq | Op::BranchEq => order.is_eq(),
        Op::Ne | Op::BranchNe => order.is_ne(),
        Op::Lt | Op::BranchLt => order.is_lt(),
        Op::Le | Op::BranchLe => order.is_le(),
        Op::Gt | Op::BranchGt => order.is_gt(),
        _ => order.is_ge(),
    }
}
