//! Moves, constants, arithmetic, comparisons and numeric conversions.
//!
//! 64-bit operations serve all integer widths: narrow values stand sign- or zero-extended in their slots.

use crate::ops::float;

#[inline(always)]
fn signed(value: u64) -> i64 {
    value as i64
}

#[inline(always)]
fn sext32(value: u32) -> u64 {
    value as i32 as i64 as u64
}

#[inline(always)]
fn f64_of(bits: u64) -> f64 {
    f64::from_bits(bits)
}

#[inline(always)]
fn f32_of(bits: u64) -> f32 {
    f32::from_bits(bits as u32)
}

handler! {
    Segment(cx, ip, regs, allowance, table, _word) {
        enter!(cx, ip, regs, allowance, table)
    }
    LoadImm(cx, ip, regs, allowance, table, word) {
        reg!(regs, word, a) = imm!(word, b) as u64;
        next!(cx, ip, regs, allowance, table, 1)
    }
    LoadBits(cx, ip, regs, allowance, table, word) {
        reg!(regs, word, a) = *ip.add(1);
        next!(cx, ip, regs, allowance, table, 2)
    }
    LoadStr(cx, ip, regs, allowance, table, word) {
        reg!(regs, word, a) = named!(cx, ip, strings);
        next!(cx, ip, regs, allowance, table, 2)
    }
}

pure! {
    Move(b) => b;
    NegI64(b) => b.wrapping_neg();
    Not64(b) => !b;
    NotBool(b) => b ^ 1;
    NotU32(b) => u64::from(!(b as u32));
    Sext8(b) => b as i8 as i64 as u64;
    Sext16(b) => b as i16 as i64 as u64;
    Sext32(b) => sext32(b as u32);
    Zext8(b) => u64::from(b as u8);
    Zext16(b) => u64::from(b as u16);
    Zext32(b) => u64::from(b as u32);
    NegF64(b) => float::neg_f64(b);
    NegF32(b) => float::neg_f32(b);
    ConvI64F64(b) => float::f64_of_i64(b);
    ConvU64F64(b) => float::f64_of_u64(b);
    ConvI64F32(b) => float::f32_of_i64(b);
    ConvU64F32(b) => float::f32_of_u64(b);
    ConvF64I64(b) => float::i64_of_f64(b);
    ConvF64U64(b) => float::u64_of_f64(b);
    ConvF64F32(b) => float::f32_of_f64(b);
    ConvF32F64(b) => float::f64_of_f32(b);
}

pure! {
    AddI64(b, c) => b.wrapping_add(c);
    SubI64(b, c) => b.wrapping_sub(c);
    MulI64(b, c) => b.wrapping_mul(c);
    And64(b, c) => b & c;
    Or64(b, c) => b | c;
    Xor64(b, c) => b ^ c;
    AndNot64(b, c) => b & !c;
    Shl64(b, c) => if c < 64 { b << c } else { 0 };
    ShrI64(b, c) => (signed(b) >> c.min(63)) as u64;
    ShrU64(b, c) => if c < 64 { b >> c } else { 0 };
    AddI32(b, c) => sext32((b as u32).wrapping_add(c as u32));
    SubI32(b, c) => sext32((b as u32).wrapping_sub(c as u32));
    MulI32(b, c) => sext32((b as u32).wrapping_mul(c as u32));
    AddU32(b, c) => u64::from((b as u32).wrapping_add(c as u32));
    SubU32(b, c) => u64::from((b as u32).wrapping_sub(c as u32));
    MulU32(b, c) => u64::from((b as u32).wrapping_mul(c as u32));
    ShlU32(b, c) => if c < 32 { u64::from((b as u32) << c) } else { 0 };
    Merge8(b, c) => c & !0xff | b & 0xff;
    Merge16(b, c) => c & !0xffff | b & 0xffff;
    Merge32(b, c) => c & !0xffff_ffff | b & 0xffff_ffff;
    EqI64(b, c) => u64::from(b == c);
    NeI64(b, c) => u64::from(b != c);
    LtI64(b, c) => u64::from(signed(b) < signed(c));
    LeI64(b, c) => u64::from(signed(b) <= signed(c));
    LtU64(b, c) => u64::from(b < c);
    LeU64(b, c) => u64::from(b <= c);
    EqF64(b, c) => u64::from(f64_of(b) == f64_of(c));
    NeF64(b, c) => u64::from(f64_of(b) != f64_of(c));
    LtF64(b, c) => u64::from(f64_of(b) < f64_of(c));
    LeF64(b, c) => u64::from(f64_of(b) <= f64_of(c));
    EqF32(b, c) => u64::from(f32_of(b) == f32_of(c));
    NeF32(b, c) => u64::from(f32_of(b) != f32_of(c));
    LtF32(b, c) => u64::from(f32_of(b) < f32_of(c));
    LeF32(b, c) => u64::from(f32_of(b) <= f32_of(c));
    EqPtr(b, c) => u64::from((b ^ c) << 1 == 0);
    NePtr(b, c) => u64::from((b ^ c) << 1 != 0);
}

pure! {
    AddI64Imm(b, imm c) => b.wrapping_add(c as u64);
    MulI64Imm(b, imm c) => b.wrapping_mul(c as u64);
    DivI64Imm(b, imm c) => signed(b).checked_div(c).map_or(b, |quotient| quotient as u64);
    RemI64Imm(b, imm c) => signed(b).checked_rem(c).map_or(0, |rest| rest as u64);
    And64Imm(b, imm c) => b & c as u64;
    Or64Imm(b, imm c) => b | c as u64;
    Xor64Imm(b, imm c) => b ^ c as u64;
    EqI64Imm(b, imm c) => u64::from(signed(b) == c);
    NeI64Imm(b, imm c) => u64::from(signed(b) != c);
    LtI64Imm(b, imm c) => u64::from(signed(b) < c);
    LeI64Imm(b, imm c) => u64::from(signed(b) <= c);
    GtI64Imm(b, imm c) => u64::from(signed(b) > c);
    GeI64Imm(b, imm c) => u64::from(signed(b) >= c);
}

pure! {
    Shl64Imm(b, num c) => b.wrapping_shl(c);
    ShrI64Imm(b, num c) => signed(b).wrapping_shr(c) as u64;
    ShrU64Imm(b, num c) => b.wrapping_shr(c);
    ShlU32Imm(b, num c) => b.wrapping_shl(c) & 0xffff_ffff;
    RotlU32Imm(b, num c) => u64::from((b as u32).rotate_left(c));
}

/// Float arithmetic. NaN results are made canonical in an arm of their own: a select would be waited for by what follows.
macro_rules! floating {
    ($($name:ident => $operator:tt, $of:ident, $canonical:expr;)*) => {
        $(handler! { $name(cx, ip, regs, allowance, table, word) {
            let value = $of(reg!(regs, word, b)) $operator $of(reg!(regs, word, c));
            if value.is_nan() {
                separate!();
                reg!(regs, word, a) = $canonical;
                next!(cx, ip, regs, allowance, table, 1)
            } else {
                reg!(regs, word, a) = u64::from(value.to_bits());
                next!(cx, ip, regs, allowance, table, 1)
            }
        } })*
    };
}

floating! {
    AddF64 => +, f64_of, float::NAN_64;
    SubF64 => -, f64_of, float::NAN_64;
    MulF64 => *, f64_of, float::NAN_64;
    DivF64 => /, f64_of, float::NAN_64;
    AddF32 => +, f32_of, u64::from(float::NAN_32);
    SubF32 => -, f32_of, u64::from(float::NAN_32);
    MulF32 => *, f32_of, u64::from(float::NAN_32);
    DivF32 => /, f32_of, u64::from(float::NAN_32);
}

/// Integer divisions: `Name(b, c) => value` with `c` not 0.
macro_rules! division {
    ($($name:ident($b:ident, $c:ident) => $value:expr;)*) => {
        $(handler! { $name(cx, ip, regs, allowance, table, word) {
            let ($b, $c) = (reg!(regs, word, b), reg!(regs, word, c));
            if $c == 0 {
                return super::drive::leave_division(cx, ip, regs, allowance, table, word);
            }
            reg!(regs, word, a) = $value;
            next!(cx, ip, regs, allowance, table, 1)
        } })*
    };
}

division! {
    DivI64(b, c) => signed(b).wrapping_div(signed(c)) as u64;
    RemI64(b, c) => signed(b).wrapping_rem(signed(c)) as u64;
    DivU64(b, c) => b / c;
    RemU64(b, c) => b % c;
}
