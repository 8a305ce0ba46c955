#![expect(clippy::unwrap_used)]

use super::*;
use crate::typed::{BinaryOp, UnaryOp};
use crate::types::{Basic, Kind};
use num_bigint::BigInt;
use num_integer::Integer;
use proptest::prelude::*;

fn int(text: &str) -> Constant {
    parse_int(text).unwrap()
}

fn dec(text: &str) -> Constant {
    parse_float(text).unwrap()
}

fn decimal(text: &str) -> Decimal {
    match dec(text) {
        Constant::Dec(value) => value,
        _ => unreachable!(),
    }
}

fn rune(text: &str) -> Constant {
    parse_char(text).unwrap()
}

fn fixed(kind: Kind, value: i128) -> Constant {
    Constant::Fixed(FixedInt::exact(kind, value).unwrap())
}

fn f64_of(value: f64) -> Constant {
    Constant::Float64(value.to_bits())
}

fn shown(result: Result<Constant, ConstError>) -> String {
    result.map_or_else(|error| format!("error: {}", error.finding("X".into())), |value| value.text())
}

#[test]
fn integer_literals() {
    for (text, value) in [
        ("0", "0"),
        ("1_000", "1000"),
        ("0755", "493"),
        ("0o17", "15"),
        ("0b1_01", "5"),
        ("0XfF", "255"),
        ("0x_1", "1"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("09", "error: invalid integer constant: 09"),
        ("0x", "error: invalid integer constant: 0x"),
    ] {
        assert_eq!(shown(parse_int(text)), value, "{text}");
    }
    let long = "9".repeat(10 << 20);
    assert_eq!(parse_int(&long), Err(ConstError::TooLarge));
    let digits = usize::try_from(crate::limits::Limits::INTEGER_BITS / 3).unwrap();
    assert!(parse_int(&"7".repeat(digits)).is_ok());
    assert_eq!(parse_int(&"7".repeat(digits + 1)), Err(ConstError::TooLarge));
}

#[test]
fn float_literals() {
    for (text, value) in [
        ("1.2", "1.2"),
        ("1.0", "1.0"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1e3", "1E+3"),
        ("1_0.5e+2", "1.05E+3"),
        ("0.00000012", "1.2E-7"),
        ("0.000001", "0.000001"),
        ("1e100000", "1E+100000"),
        ("1e100001", "error: invalid decimal constant: 1e100001"),
        ("1e-100001", "error: invalid decimal constant: 1e-100001"),
        ("10e100000", "error: invalid decimal constant: 10e100000"),
        ("1e99999999999999999999", "error: invalid decimal constant: 1e99999999999999999999"),
        ("0x1p4", "16"),
        ("0x1.8p1", "24"),
        ("0x1p400000", "error: error computing exponent: exponent out of range"),
    ] {
        let text_of = shown(parse_float(text));
        assert!(text_of == value, "{text}: {text_of}");
    }
    let long = format!("0.{}1", "0".repeat(10 << 20));
    assert!(parse_float(&long).is_err());
}

#[test]
fn character_and_string_literals() {
    for (text, value) in [
        ("'a'", 97),
        ("'世'", 0x4e16),
        (r"'\n'", 10),
        (r"'\''", 39),
        (r"'\\'", 92),
        (r"'\xff'", 255),
        (r"'\377'", 255),
        (r"'\u00e9'", 0xe9),
        (r"'\U0001F600'", 0x1f600),
    ] {
        assert_eq!(parse_char(text), Ok(Constant::Rune(value)), "{text}");
    }
    for bad in [r"'\400'", r"'\ud800'", r"'\U00110000'", "'ab'", "''", r#"'\"'"#, r"'\q'", r"'\x1'", "'"] {
        assert!(parse_char(bad).is_err(), "{bad}");
    }
    for (text, value) in [
        (r#""""#, &b""[..]),
        (r#""a\tb""#, b"a\tb"),
        (r#""\xff\377\u00e9""#, b"\xff\xff\xc3\xa9"),
        (r#""'\"""#, b"'\""),
        ("`a\\n\r\n\"`", b"a\\n\n\""),
    ] {
        let parsed = parse_string(text);
        assert_eq!(parsed.as_deref(), Ok(value), "{text}");
    }
    for bad in [r#""\'""#, "\"a\nb\"", r#""\u12""#, r#""a"b""#, r#"""#] {
        assert!(parse_string(bad).is_err(), "{bad}");
    }
}

#[test]
fn folding_untyped() {
    use BinaryOp::{AndNot, Equal, Greater, Mul, Quo, Rem};
    for (op, x, y, value) in [
        (Quo, int("7"), int("2"), "3"),
        (Rem, unary(UnaryOp::Neg, &int("7")).unwrap(), int("2"), "-1"),
        (AndNot, int("7"), int("2"), "5"),
        (Quo, int("7"), int("0"), "error: invalid operation: division by zero"),
        (Quo, dec("1.0"), dec("0.0"), "error: invalid operation: division by zero"),
        (Mul, dec("1.50"), dec("2.0"), "3.000"),
        (Rem, dec("1.5"), dec("1.0"), "error: operator % not defined on: BigdecKind"),
        (Mul, dec("1e99999"), dec("1e99999"), "error: bigdec multiplication error: exponent out of range"),
        (Mul, rune("'\\U0010FFFF'"), rune("'\\U0010FFFF'"), "-2228223"),
        (Greater, dec("1.10"), dec("1.1"), "false"),
        (Equal, dec("1.10"), dec("1.1"), "true"),
    ] {
        assert_eq!(shown(binary(op, &x, &y)), value, "{op:?} {x:?} {y:?}");
    }
    let third = binary(Quo, &dec("1.0"), &dec("3.0")).unwrap();
    let one = binary(Mul, &third, &dec("3.0")).unwrap();
    assert_eq!(binary(Equal, &one, &dec("1.0")), Ok(Constant::Bool(false)));
    assert_eq!(shown(unary(UnaryOp::Neg, &rune("'a'"))), "error: unexpected type <untyped> int32 in operation");
    assert_eq!(shown(unary(UnaryOp::Plus, &rune("'a'"))), "97");
    assert_eq!(shown(unary(UnaryOp::Xor, &int("5"))), "-6");
    assert_eq!(shown(binary(BinaryOp::Add, &Constant::str("a"), &Constant::str("b"))), "\"ab\"");
}

#[test]
fn folding_typed_wraps() {
    use BinaryOp::{Add, Mul, Quo};
    let min = i128::from(i64::MIN);
    for (op, x, y, value) in [
        (Add, fixed(Kind::Int8, 100), fixed(Kind::Int8, 100), "-56"),
        (Add, fixed(Kind::Uint8, 255), fixed(Kind::Uint8, 1), "0"),
        (Mul, fixed(Kind::Uint64, u64::MAX.into()), fixed(Kind::Uint64, u64::MAX.into()), "1"),
        (Quo, fixed(Kind::Int64, min), fixed(Kind::Int64, -1), "-9223372036854775808"),
        (Quo, f64_of(1.0), f64_of(3.0), "0.3333333333333333"),
        (Add, fixed(Kind::Int8, 1), fixed(Kind::Int16, 1), "error: mismatched constants"),
    ] {
        assert_eq!(shown(binary(op, &x, &y)), value);
    }
    assert_eq!(shown(unary(UnaryOp::Neg, &fixed(Kind::Int64, min))), "-9223372036854775808");
    assert_eq!(shown(unary(UnaryOp::Xor, &fixed(Kind::Uint8, 1))), "254");
    assert_eq!(shown(unary(UnaryOp::Neg, &f64_of(0.0))), "-0");
}

#[test]
fn shifts() {
    use BinaryOp::{Shl, Shr};
    let overflow = "error: constant overflows";
    for (op, x, count, value) in [
        (Shl, int("1"), 100, "1267650600228229401496703205376"),
        (Shr, int("5"), 1, "2"),
        (Shr, unary(UnaryOp::Neg, &int("5")).unwrap(), 1, "-3"),
        (Shr, int("5"), u64::MAX, "0"),
        (Shl, int("1"), 1 << 20, "error: constant is too large"),
        (Shl, int("0"), u64::MAX, "0"),
        (Shl, dec("2.0"), 3, "16"),
        (Shl, dec("2.5"), 3, "error: operator << not defined on: BigdecKind"),
        (Shl, rune("'a'"), 30, "1073741824"),
        (Shl, fixed(Kind::Int8, 1), 7, overflow),
        (Shl, fixed(Kind::Int8, 1), 6, "64"),
        (Shl, fixed(Kind::Uint8, 1), 7, "128"),
        (Shl, fixed(Kind::Uint8, 1), 8, overflow),
        (Shl, fixed(Kind::Int8, -1), 8, "0"),
        (Shl, fixed(Kind::Int8, -65), 1, "126"),
        (Shl, fixed(Kind::Uint64, 1), u64::MAX, overflow),
        (Shr, fixed(Kind::Int8, -128), 200, "-1"),
        (Shl, Constant::str("a"), 1, "error: operator << not defined on: StringKind"),
    ] {
        assert_eq!(shown(shift(op, &x, count)), value, "{x:?} {count}");
    }
    assert_eq!(shift_count(&dec("2.0")), Ok(2));
    assert_eq!(shift_count(&dec("1.5")), Err(ShiftCountError::NotIntegral));
    assert_eq!(shift_count(&Constant::int(-1)), Err(ShiftCountError::Negative));
    assert_eq!(shift_count(&Constant::str("a")), Err(ShiftCountError::NotNumeric));
    assert_eq!(shift_count(&int("0x1_0000_0000_0000_0000")), Ok(u64::MAX));
}

#[test]
fn conversion_of_untyped_constants() {
    let minus = |x: &Constant| unary(UnaryOp::Neg, x).unwrap();
    for (x, to, value) in [
        (rune("'a'"), Basic::Uint8, "97"),
        (rune("'世'"), Basic::Uint8, "error: rune overflows target kind"),
        (Constant::Rune(-1), Basic::Uint8, "error: rune underflows target kind"),
        (Constant::Rune(-1), Basic::Uint64, "18446744073709551615"),
        (rune("'a'"), Basic::String, "error: cannot use untyped rune as StringKind"),
        (rune("'a'"), Basic::Float64, "error: cannot convert untyped rune type to Float64Kind"),
        (int("255"), Basic::Uint8, "255"),
        (int("256"), Basic::Uint8, "error: bigint overflows target kind"),
        (minus(&int("1")), Basic::Uint, "error: bigint underflows target kind"),
        (int("9007199254740993"), Basic::Float64, "9.007199254740992e+15"),
        (int("16777217"), Basic::Float32, "1.6777216e+07"),
        (int("1"), Basic::Bool, "error: not yet implemented"),
        (int("1"), Basic::String, "error: not yet implemented"),
        (dec("2.0"), Basic::Int8, "2"),
        (dec("200.0"), Basic::Int8, "error: bigint overflows target kind"),
        (dec("1.2"), Basic::Int, "error: cannot convert untyped bigdec to integer -- 1.2 not an exact integer"),
        (dec("0.1"), Basic::Float64, "0.1"),
        (dec("1e-5000"), Basic::Float64, "0"),
        (
            dec("1e1000"),
            Basic::Float64,
            "error: cannot convert untyped bigdec to float64: strconv.ParseFloat: parsing \"1E+1000\": value out of range",
        ),
        (dec("1e39"), Basic::Float32, "error: cannot convert untyped bigdec to float32 -- too close to +-Inf"),
        (dec("1.5"), Basic::Bool, "error: cannot convert untyped bigdec to bool"),
        (dec("1.5"), Basic::String, "error: cannot convert untyped bigdec type to StringKind"),
        (Constant::str("a"), Basic::Int, "error: cannot convert StringKind to IntKind"),
        (Constant::Bool(true), Basic::Bool, "true"),
        (int("3"), Basic::UntypedBigdec, "3"),
        (rune("'a'"), Basic::UntypedBigint, "97"),
        (dec("3.0"), Basic::UntypedBigint, "3"),
    ] {
        assert_eq!(shown(convert_untyped(&x, to)), value, "{x:?} to {to:?}");
    }
    let huge = shift(BinaryOp::Shl, &int("1"), 1024).unwrap();
    assert_eq!(shown(convert_untyped(&huge, Basic::Float64)), "error: bigint overflows float64");
    assert_eq!(shown(convert_untyped(&huge, Basic::Float32)), "error: bigint overflows float32");
    assert!(!convert_untyped(&dec("1e1000"), Basic::Float64).unwrap_err().has_location());
}

#[test]
fn explicit_and_typed_conversions() {
    for (x, to, value) in [
        (dec("3.7"), Basic::Int, "error: cannot convert X to integer type"),
        (dec("3.0"), Basic::Int, "3"),
        (int("300"), Basic::Uint8, "error: bigint overflows target kind"),
        (rune("'a'"), Basic::Float64, "97"),
        (rune("'a'"), Basic::String, "\"a\""),
        (int("65"), Basic::String, "\"A\""),
        (int("0x110000"), Basic::String, "\"\u{fffd}\""),
        (int("3"), Basic::Float32, "3"),
        (fixed(Kind::Int, 300), Basic::Uint8, "error: cannot convert constant of type IntKind to Uint8Kind"),
        (fixed(Kind::Int, -1), Basic::Uint, "error: cannot convert constant of type IntKind to UintKind"),
        (fixed(Kind::Int, 1), Basic::Float64, "1"),
        (f64_of(1.5), Basic::Int, "error: cannot convert constant of type Float64Kind to IntKind"),
        (f64_of(2.0), Basic::Int, "2"),
        (f64_of(1e300), Basic::Float32, "+Inf"),
        (f64_of(0.1), Basic::Float32, "0.1"),
        (Constant::str("a"), Basic::String, "\"a\""),
        (Constant::str("12"), Basic::Int, "error: cannot convert StringKind to IntKind"),
    ] {
        assert_eq!(shown(convert_explicit(&x, to)), value, "{x:?} to {to:?}");
    }
}

#[test]
fn texts() {
    for (value, text) in [
        (123_456.0, "123456"),
        (1e6, "1e+06"),
        (1_234_567.0, "1.234567e+06"),
        (0.0001, "0.0001"),
        (9e-5, "9e-05"),
        (999_999.5, "999999.5"),
        (1.5e-300, "1.5e-300"),
        (f64::INFINITY, "+Inf"),
        (f64::NAN, "NaN"),
        (-2.5, "-2.5"),
    ] {
        assert_eq!(f64_of(value).text(), text);
    }
    assert_eq!(quote(b"a\"\\\n\x00\x7f\xff\xc3\xa9"), r#""a\"\\\n\x00\x7f\xff"#.to_string() + "é\"");
    assert_eq!(quote("\u{301}\u{200b}\u{a0}\u{1f600}\u{10ffff}".as_bytes()), "\"\u{301}\\u200b\\u00a0😀\\U0010ffff\"");
}

/// The value × 10^`scale` as an integer, for exact comparison.
fn scaled(value: &Decimal, scale: i32) -> BigInt {
    value.coefficient() * BigInt::from(10).pow(u32::try_from(value.exponent() + scale).unwrap())
}

#[test]
fn quotients_and_negative_powers_of_two_have_all_their_digits() {
    let quotient = |x, y| shown(binary(BinaryOp::Quo, &dec(x), &dec(y)));
    let zeros = |text: &str, count: usize| format!("{text}{}", "0".repeat(count));
    assert_eq!(quotient("1.0", "4.0"), zeros("0.25", 1022));
    assert_eq!(quotient("10.0", "2.5"), zeros("4.", 1023));
    assert_eq!(shown(parse_float("0x1p-2")), zeros("0.25", 1022));
    assert_eq!(shown(parse_float("0x.8p0")), zeros("4.", 1023));
}

prop_compose! {
    fn any_decimal()(digits in "[1-9][0-9]{0,60}", exponent in -40i32..40, negative: bool) -> Decimal {
        let value = decimal(&format!("{digits}.0e{exponent}"));
        if negative { value.negate() } else { value }
    }
}

proptest! {
    #[test]
    fn sums_and_products_are_exact(x in any_decimal(), y in any_decimal()) {
        let sum = x.add(&y).unwrap();
        prop_assert_eq!(scaled(&sum, 100), scaled(&x, 100) + scaled(&y, 100));
        let product = x.mul(&y).unwrap();
        prop_assert_eq!(scaled(&product, 200), scaled(&x, 100) * scaled(&y, 100));
        prop_assert_eq!(x.compare(&y), scaled(&x, 100).cmp(&scaled(&y, 100)));
        prop_assert!(x.sub(&x).unwrap().is_zero());
    }

    #[test]
    fn quotients_are_half_an_ulp_off_at_most(x in any_decimal(), y in any_decimal()) {
        let quotient = x.div(&y).unwrap();
        let back = quotient.clone().add(&decimal("0.0")).unwrap();
        prop_assert_eq!(back.compare(&quotient), std::cmp::Ordering::Equal);
        // |x - q·y| · 2 <= |y| · 10^exponent(q), all scaled to integers.
        let scale = 4000;
        let q = &scaled(&quotient, scale) * scaled(&y, 100);
        let error = scaled(&x, scale + 100) - q;
        let ulp = scaled(&y, 100) * BigInt::from(10).pow(u32::try_from(quotient.exponent() + scale).unwrap());
        prop_assert!(error.magnitude() * 2u32 <= *ulp.magnitude());
        prop_assert!(quotient.coefficient().magnitude().to_string().len() <= 1024);
    }

    #[test]
    fn decimals_round_trip_through_text(x in any_decimal()) {
        let text = x.to_string();
        let back = decimal(text.trim_start_matches('-'));
        prop_assert_eq!(back, if x.is_negative() { x.negate() } else { x });
    }

    #[test]
    fn float_literals_round_as_the_library_does(digits in "[0-9]{1,40}", fraction in "[0-9]{0,40}", exponent in -350i32..310) {
        let text = format!("{digits}.{fraction}e{exponent}");
        let wanted: f64 = text.parse().unwrap();
        prop_assume!(wanted.is_finite());
        prop_assert_eq!(convert_untyped(&dec(&text), Basic::Float64), Ok(f64_of(wanted)));
    }

    #[test]
    fn integer_literals_agree_with_the_library(value: u128, radix in prop::sample::select(vec![2u32, 8, 10, 16])) {
        let wanted = BigInt::from(value);
        let digits = wanted.to_str_radix(radix);
        let prefix = match radix { 2 => "0b", 8 => "0o", 16 => "0x", _ => "" };
        prop_assert_eq!(parse_int(&format!("{prefix}{digits}")), Ok(Constant::Int(wanted)));
    }

    #[test]
    fn long_integer_literals_agree_with_the_library(text in "[1-9][0-9]{2000,9000}") {
        prop_assert_eq!(parse_int(&text), Ok(Constant::Int(text.parse().unwrap())));
    }

    #[test]
    fn integers_become_floats_with_one_rounding(value: i128, shift in 0u32..900) {
        let exact = BigInt::from(value) << shift;
        let wanted: f64 = exact.to_string().parse().unwrap();
        prop_assume!(wanted.is_finite());
        prop_assert_eq!(convert_untyped(&Constant::Int(exact), Basic::Float64), Ok(f64_of(wanted)));
        let exact = BigInt::from(value);
        let wanted: f32 = exact.to_string().parse().unwrap();
        prop_assert_eq!(convert_untyped(&Constant::Int(exact), Basic::Float32), Ok(Constant::Float32(wanted.to_bits())));
    }

    #[test]
    fn typed_arithmetic_is_modular(x: i64, y: i64, kind in prop::sample::select(vec![
        Kind::Int8, Kind::Int16, Kind::Int32, Kind::Int64, Kind::Uint8, Kind::Uint16, Kind::Uint32, Kind::Uint64,
    ])) {
        let operand = |value: i64| FixedInt::wrap(kind, value.into());
        let modulus = BigInt::from(1) << kind.bits().unwrap();
        for op in [BinaryOp::Add, BinaryOp::Sub, BinaryOp::Mul] {
            let (a, b) = (operand(x), operand(y));
            let exact = match op {
                BinaryOp::Add => BigInt::from(a.value()) + b.value(),
                BinaryOp::Sub => BigInt::from(a.value()) - b.value(),
                _ => BigInt::from(a.value()) * b.value(),
            };
            let result = binary(op, &Constant::Fixed(a), &Constant::Fixed(b)).unwrap().to_int().unwrap();
            prop_assert!((exact - &result).is_multiple_of(&modulus));
        }
    }

    #[test]
    fn quoted_bytes_unquote_to_themselves(bytes: Vec<u8>) {
        let parsed = parse_string(&quote(&bytes));
        prop_assert_eq!(parsed.as_deref(), Ok(&bytes[..]));
    }

    #[test]
    fn literal_parsers_accept_any_text(text in ".{0,40}") {
        let _ = (parse_int(&text), parse_float(&text), parse_char(&text), parse_string(&text));
        let _ = parse_float(&format!("0x{text}"));
    }
}
