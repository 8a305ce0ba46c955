//! Jumps and compare-and-branch operations. Each outcome enters its own segment. A bool may be a word: only its low byte counts.
#![allow(clippy::neg_cmp_op_on_partial_ord)] // `!(a < b)` is not `a >= b` for NaN.

#[inline(always)]
fn f64_of(bits: u64) -> f64 {
    f64::from_bits(bits)
}

handler! {
    Jump(cx, ip, regs, allowance, table, word) {
        enter!(cx, ip.offset(1 + (word as i64 >> 32) as isize), regs, allowance, table)
    }
    JumpIf(cx, ip, regs, allowance, table, word) {
        if reg!(regs, word, a) as u8 != 0 {
            separate!();
            enter!(cx, ip.offset(1 + (word as i64 >> 32) as isize), regs, allowance, table)
        } else {
            enter!(cx, ip.add(1), regs, allowance, table)
        }
    }
    JumpIfNot(cx, ip, regs, allowance, table, word) {
        if reg!(regs, word, a) as u8 == 0 {
            separate!();
            enter!(cx, ip.offset(1 + (word as i64 >> 32) as isize), regs, allowance, table)
        } else {
            enter!(cx, ip.add(1), regs, allowance, table)
        }
    }
}

branch! {
    JumpEqI64(a, b) => a == b;
    JumpNeI64(a, b) => a != b;
    JumpLtI64(a, b) => (a as i64) < b as i64;
    JumpLeI64(a, b) => a as i64 <= b as i64;
    JumpLtU64(a, b) => a < b;
    JumpLeU64(a, b) => a <= b;
    JumpEqF64(a, b) => f64_of(a) == f64_of(b);
    JumpNeF64(a, b) => f64_of(a) != f64_of(b);
    JumpLtF64(a, b) => f64_of(a) < f64_of(b);
    JumpLeF64(a, b) => f64_of(a) <= f64_of(b);
    JumpNotLtF64(a, b) => !(f64_of(a) < f64_of(b));
    JumpNotLeF64(a, b) => !(f64_of(a) <= f64_of(b));
}

branch! {
    JumpEqI64Imm(a, imm b) => a as i64 == b;
    JumpNeI64Imm(a, imm b) => a as i64 != b;
    JumpLtI64Imm(a, imm b) => (a as i64) < b;
    JumpLeI64Imm(a, imm b) => a as i64 <= b;
    JumpGtI64Imm(a, imm b) => a as i64 > b;
    JumpGeI64Imm(a, imm b) => a as i64 >= b;
}
