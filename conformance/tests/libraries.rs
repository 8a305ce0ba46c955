//! The built-in library against well-known crates: programs that use a package on random inputs, and what the crate says about them.

use regno_conformance::execute::Settings;
use regno_conformance::filetest;
use regno_conformance::fuzz::Random;
use regno_conformance::packages::PackageFolders;
use regno_conformance::session::Session;
use regno_conformance::store::SourceStore;
use std::fmt::Write;

/// What a program prints.
fn output(program: &str) -> String {
    let packages =
        PackageFolders::new(None, &[], true).unwrap_or_else(|(path, error)| panic!("{}: {error}", path.display()));
    let store = SourceStore::default();
    let mut session = Session::new(&store, &packages);
    let row = filetest::run(&mut session, "main.gno", program.as_bytes(), Settings::default());
    assert_eq!(row.error, "", "{program}");
    row.output
}

/// Bytes as a string literal.
fn literal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::from("\""), |mut text, byte| {
        let _ = write!(text, "\\x{byte:02x}");
        text
    }) + "\""
}

/// Inputs of lengths from zero on.
fn inputs(seed: u64, count: usize) -> Vec<Vec<u8>> {
    let mut random = Random::new(seed);
    (0..count).map(|at| (0..at % 67).map(|_| random.below(256) as u8).collect()).collect()
}

/// Runs `body` for each input `s` in a program that imports the packages, and compares the lines with what is expected.
fn compare(imports: &[&str], body: &str, inputs: &[Vec<u8>], expected: impl Fn(&[u8]) -> String) {
    let imports: String = imports.iter().map(|path| format!("import {path:?}\n")).collect();
    let list: String = inputs.iter().map(|input| literal(input) + ",\n").collect();
    let program =
        format!("package main\n{imports}\nfunc main() {{\nfor _, s := range []string{{\n{list}}} {{\n{body}\n}}\n}}\n");
    let output = output(&program);
    let lines: Vec<&str> = output.lines().collect();
    assert_eq!(lines.len(), inputs.len());
    for (line, input) in lines.iter().zip(inputs) {
        assert_eq!(*line, expected(input), "{input:?}");
    }
}

#[test]
fn base64() {
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    let body = r#"
        std, raw := base64.StdEncoding.EncodeToString([]byte(s)), base64.RawURLEncoding.EncodeToString([]byte(s))
        a, err := base64.StdEncoding.DecodeString(std)
        b, err2 := base64.RawURLEncoding.DecodeString(raw)
        println(std, raw, string(a) == s && string(b) == s && err == nil && err2 == nil)"#;
    compare(&["encoding/base64"], body, &inputs(1, 300), |input| {
        format!("{} {} true", STANDARD.encode(input), URL_SAFE_NO_PAD.encode(input))
    });
}

/// Damaged encodings are accepted or not, and give the same bytes, as the crate has it.
#[test]
fn base64_of_damaged_text() {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    let mut random = Random::new(2);
    let damaged: Vec<Vec<u8>> = inputs(3, 400)
        .iter()
        .map(|input| {
            let mut text = STANDARD.encode(input).into_bytes();
            if !text.is_empty() {
                let at = random.below(text.len());
                text[at] = b"=A!z/+"[random.below(6)];
            }
            text
        })
        .collect();
    let body = r#"
        b, err := base64.StdEncoding.Strict().DecodeString(s)
        if err != nil {
            println("no")
        } else {
            println(hex.EncodeToString(b))
        }"#;
    compare(&["encoding/base64", "encoding/hex"], body, &damaged, |text| {
        STANDARD.decode(text).map_or_else(|_| "no".to_owned(), ::hex::encode)
    });
}

#[test]
fn hex() {
    let body = r#"
        text := hex.EncodeToString([]byte(s))
        b, err := hex.DecodeString(text)
        println(text, string(b) == s, err == nil)"#;
    compare(&["encoding/hex"], body, &inputs(4, 300), |input| format!("{} true true", ::hex::encode(input)));
}

#[test]
fn sha256() {
    use sha2::{Digest, Sha256};
    let body = "sum := sha256.Sum256([]byte(s))\nprintln(hex.EncodeToString(sum[:]))";
    compare(&["crypto/sha256", "encoding/hex"], body, &inputs(5, 300), |input| ::hex::encode(Sha256::digest(input)));
}

#[test]
fn bech32() {
    use ::bech32::{Bech32, Hrp};
    let hrp = Hrp::parse("regno").unwrap_or_else(|error| panic!("{error}"));
    let inputs: Vec<Vec<u8>> = inputs(6, 200).into_iter().filter(|input| input.len() <= 40).collect();
    let body = r#"
        text, err := bech32.EncodeFromBase256("regno", []byte(s))
        _, b, err2 := bech32.DecodeToBase256(text)
        println(text, string(b) == s, err == nil, err2 == nil)"#;
    compare(&["crypto/bech32"], body, &inputs, |input| {
        let text = ::bech32::encode::<Bech32>(hrp, input).unwrap_or_else(|error| panic!("{error}"));
        format!("{text} true true true")
    });
}

/// A number with a random significand, most often of a common size.
fn float(random: &mut Random) -> f64 {
    let exponent = match random.below(8) {
        0 => random.below(2047),
        1 => random.below(3),
        _ => 1023 - 60 + random.below(120),
    } as u64;
    let fraction = match random.below(4) {
        0 => 0,
        1 => 1 << random.below(52),
        _ => (random.below(1 << 26) as u64) << 26 | random.below(1 << 26) as u64,
    };
    f64::from_bits((random.below(2) as u64) << 63 | exponent << 52 | fraction)
}

/// What IEEE 754 defines exactly, bit by bit.
#[test]
fn exact_functions_of_floats() {
    let mut random = Random::new(8);
    let mut list = String::new();
    let mut expected = String::new();
    for _ in 0..1000 {
        let (x, y, z) = (float(&mut random), float(&mut random), float(&mut random));
        let _ = writeln!(list, "{{{}, {}, {}}},", x.to_bits(), y.to_bits(), z.to_bits());
        let results =
            [x.sqrt(), x.floor(), x.ceil(), x.trunc(), x.round(), x.round_ties_even(), x % y, x.mul_add(y, z)];
        for result in results {
            let _ = if result.is_nan() {
                write!(expected, "-1 ")
            } else {
                write!(expected, "{} ", result.to_bits().cast_signed())
            };
        }
        let _ = writeln!(expected, ": {x:e} {y:e} {z:e}");
    }
    let program = format!(
        r#"package main

import (
	"math"
	"strconv"
)

func main() {{
	for _, c := range [][3]uint64{{
{list}}} {{
		x, y, z := math.Float64frombits(c[0]), math.Float64frombits(c[1]), math.Float64frombits(c[2])
		line := ""
		for _, r := range []float64{{
			math.Sqrt(x), math.Floor(x), math.Ceil(x), math.Trunc(x), math.Round(x), math.RoundToEven(x), math.Mod(x, y), math.FMA(x, y, z),
		}} {{
			bits := int64(math.Float64bits(r))
			if r != r {{
				bits = -1
			}}
			line += strconv.FormatInt(bits, 10) + " "
		}}
		println(line)
	}}
}}
"#
    );
    for (ours, theirs) in output(&program).lines().zip(expected.lines()) {
        let (theirs, operands) = theirs.split_once(':').unwrap_or_default();
        assert_eq!(ours.trim(), theirs.trim(), "{operands}");
    }
}

#[test]
fn double_words() {
    let mut random = Random::new(9);
    let mut word = || {
        let shift = random.below(64);
        ((random.below(1 << 32) as u64) << 32 | random.below(1 << 32) as u64) >> shift
    };
    let mut list = String::new();
    let mut expected = String::new();
    for _ in 0..500 {
        let (x, y, z) = (word(), word(), word() | 1);
        let _ = writeln!(list, "{{{x}, {y}, {z}}},");
        let product = u128::from(x) * u128::from(y);
        let (hi, lo) = ((product >> 64) as u64, product as u64);
        let dividend = u128::from(x % z) << 64 | u128::from(y);
        let (quotient, rest) = (dividend / u128::from(z), dividend % u128::from(z));
        let _ = writeln!(
            expected,
            "{hi} {lo} {quotient} {rest} {} {} {}",
            x.count_ones(),
            64 - x.leading_zeros(),
            x.trailing_zeros()
        );
    }
    let program = format!(
        r#"package main

import "math/bits"

func main() {{
	for _, c := range [][3]uint64{{
{list}}} {{
		hi, lo := bits.Mul64(c[0], c[1])
		quo, rem := bits.Div64(c[0]%c[2], c[1], c[2])
		println(hi, lo, quo, rem, bits.OnesCount64(c[0]), bits.Len64(c[0]), bits.TrailingZeros64(c[0]))
	}}
}}
"#
    );
    assert_eq!(output(&program), expected);
}

/// A random expression of what both syntaxes share.
fn expression(random: &mut Random, depth: usize) -> String {
    let mut text = String::new();
    for _ in 0..=random.below(3) {
        let atom = match random.below(if depth == 0 { 6 } else { 9 }) {
            0..=2 => (b"abc"[random.below(3)] as char).to_string(),
            3 => ["[ab]", "[^a]", "[a-c]", "[^bc]"][random.below(4)].to_owned(),
            4 => ".".to_owned(),
            5 => ["^", "$", "\\b", "\\B"][random.below(4)].to_owned(),
            6 => format!("({})", expression(random, depth - 1)),
            7 => format!("(?:{}|{})", expression(random, depth - 1), expression(random, depth - 1)),
            _ => format!("({}|{})", expression(random, depth - 1), expression(random, depth - 1)),
        };
        let repeatable = !matches!(atom.as_str(), "^" | "$" | "\\b" | "\\B");
        text += &atom;
        if repeatable && random.below(3) == 0 {
            text += ["*", "+", "?", "{2}", "{1,2}", "*?", "+?", "??"][random.below(8)];
        }
    }
    text
}

/// Places of the first match and its groups, in texts small and large.
#[test]
fn regular_expressions() {
    let mut random = Random::new(7);
    let mut cases = String::new();
    let mut expected = String::new();
    for _ in 0..400 {
        let pattern = expression(&mut random, 3);
        let text: String = (0..random.below(12)).map(|_| b"abc \n"[random.below(5)] as char).collect();
        let theirs = regex::Regex::new(&pattern).unwrap_or_else(|error| panic!("{error}"));
        let _ = writeln!(cases, "{{{pattern:?}, {text:?}}},");
        match theirs.captures(&text) {
            None => expected += "none",
            Some(groups) => {
                for group in groups.iter() {
                    let _ = match group {
                        Some(found) => write!(expected, "{} {} ", found.start(), found.end()),
                        None => write!(expected, "-1 -1 "),
                    };
                }
            }
        }
        let _ = writeln!(expected, " {pattern}");
    }
    let program = format!(
        r#"package main

import (
	"regexp"
	"strconv"
)

func main() {{
	for _, c := range [][2]string{{
{cases}}} {{
		line := ""
		m := regexp.MustCompile(c[0]).FindStringSubmatchIndex(c[1])
		if m == nil {{
			line = "none"
		}}
		for _, place := range m {{
			line += strconv.Itoa(place) + " "
		}}
		println(line + " " + c[0])
	}}
}}
"#
    );
    assert_eq!(output(&program), expected);
}

/// Texts of every kind of damage: what is valid, where broken bytes are, and what the runes are, as Rust's own library has it.
#[test]
fn utf8() {
    let mut random = Random::new(10);
    let texts: Vec<Vec<u8>> = (0..600)
        .map(|_| {
            let mut text: Vec<u8> = (0..random.below(6))
                .filter_map(|_| char::from_u32((random.below(1 << 21) as u32) >> random.below(20)))
                .collect::<String>()
                .into_bytes();
            for _ in 0..random.below(3) {
                let at = random.below(text.len() + 1);
                match random.below(3) {
                    0 => text.insert(at, [0x80, 0xbf, 0xc0, 0xe0, 0xed, 0xf0, 0xf4, 0xff][random.below(8)]),
                    _ if at == text.len() => {}
                    1 => text[at] = random.below(256) as u8,
                    _ => drop(text.remove(at)),
                }
            }
            text
        })
        .collect();
    let body = r#"
        line := ""
        for i := 0; i < len(s); {
            r, size := utf8.DecodeRuneInString(s[i:])
            line += strconv.Itoa(int(r)) + ":" + strconv.Itoa(size) + " "
            i += size
        }
        println(utf8.ValidString(s), utf8.RuneCountInString(s), line)"#;
    compare(&["unicode/utf8", "strconv"], body, &texts, |text| {
        let (mut line, mut count) = (String::new(), 0);
        for chunk in text.utf8_chunks() {
            for character in chunk.valid().chars() {
                let _ = write!(line, "{}:{} ", u32::from(character), character.len_utf8());
                count += 1;
            }
            for _ in chunk.invalid() {
                line += "65533:1 ";
                count += 1;
            }
        }
        format!("{} {count} {line}", std::str::from_utf8(text).is_ok())
    });
}

/// A stable sort of records by a key of few values.
#[test]
fn stable_sort() {
    let inputs = inputs(11, 200);
    let list: String = inputs.iter().map(|input| literal(input) + ",\n").collect();
    let program = format!(
        r#"package main

import (
	"sort"
	"strconv"
)

type places struct {{
	of []int
	in string
}}

func (p places) Len() int           {{ return len(p.of) }}
func (p places) Less(i, j int) bool {{ return p.in[p.of[i]]%16 < p.in[p.of[j]]%16 }}
func (p places) Swap(i, j int)      {{ p.of[i], p.of[j] = p.of[j], p.of[i] }}

func main() {{
	for _, s := range []string{{
{list}}} {{
		p := places{{make([]int, len(s)), s}}
		for i := range p.of {{
			p.of[i] = i
		}}
		sort.Stable(p)
		line := ""
		for _, place := range p.of {{
			line += strconv.Itoa(place) + " "
		}}
		println(line)
	}}
}}
"#
    );
    let output = output(&program);
    assert_eq!(output.lines().count(), inputs.len());
    for (line, input) in output.lines().zip(&inputs) {
        let mut places: Vec<usize> = (0..input.len()).collect();
        places.sort_by_key(|&place| input[place] % 16);
        let expected: String = places.iter().map(|place| format!("{place} ")).collect();
        assert_eq!(line, expected);
    }
}

/// Year, month and day of a number of days since 1970, counted year by year.
fn date(mut days: i64) -> (i64, usize, i64, [i64; 12]) {
    let leap = |year: i64| (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let months = |year| [31, 28 + i64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut year = 1970;
    loop {
        let length = 365 + i64::from(leap(year));
        if days < 0 {
            year -= 1;
            days += 365 + i64::from(leap(year));
        } else if days >= length {
            days -= length;
            year += 1;
        } else {
            break;
        }
    }
    let mut month = 0;
    while days >= months(year)[month] {
        days -= months(year)[month];
        month += 1;
    }
    (year, month, days + 1, months(year))
}

/// Random moments in zones of fixed offsets, written in every field, and read back.
#[test]
fn times() {
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const DAYS: [&str; 7] = ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"];
    let mut random = Random::new(12);
    let (mut cases, mut expected) = (String::new(), String::new());
    for _ in 0..500 {
        let seconds = random.below(1 << 34) as i64 - (1 << 33);
        let (nanos, offset) = (random.below(1_000_000_000), (random.below(113) as i64 - 56) * 900);
        let _ = writeln!(cases, "{{{seconds}, {nanos}, {offset}}},");
        let local = seconds + offset;
        let (days, clock) = (local.div_euclid(86_400), local.rem_euclid(86_400));
        let (year, month, day, lengths) = date(days);
        let (hour, minute, second) = (clock / 3600, clock / 60 % 60, clock % 60);
        let of_year = lengths[..month].iter().sum::<i64>() + day;
        let (sign, minutes) = if offset < 0 { ('-', -offset / 60) } else { ('+', offset / 60) };
        let (half, twelve) = (if hour < 12 { "AM" } else { "PM" }, (hour + 11) % 12 + 1);
        let name = &MONTHS[3 * month..3 * month + 3];
        let weekday = DAYS[days.rem_euclid(7) as usize];
        let _ = writeln!(
            expected,
            "{year:04}-{:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{nanos:09}{sign}{:02}:{:02} \
             {weekday} {name} {day:>2} {of_year:03} {twelve:02}{half} true",
            month + 1,
            minutes / 60,
            minutes % 60,
        );
    }
    let program = format!(
        r#"package main

import "time"

const layout = "2006-01-02T15:04:05.000000000-07:00"

func main() {{
	for _, c := range [][3]int64{{
{cases}}} {{
		at := time.Unix(c[0], c[1]).In(time.FixedZone("", int(c[2])))
		text := at.Format(layout)
		again, err := time.Parse(layout, text)
		println(text + at.Format(" Monday Jan _2 002 03PM"), err == nil && again.Equal(at))
	}}
}}
"#
    );
    for (ours, theirs) in output(&program).lines().zip(expected.lines()) {
        assert_eq!(ours, theirs);
    }
    assert_eq!(expected.lines().count(), 500);
}
