//! The library's conversions between floats and text against Rust's own: shortest and rounded digits of random floats, and values
//! of random decimal texts, in both sizes.
//!
//! `REGNO_PROPERTY_CASES` sets the number of cases; the default is for every day.

use regno_conformance::execute::Settings;
use regno_conformance::filetest;
use regno_conformance::packages::PackageFolders;
use regno_conformance::session::Session;
use regno_conformance::store::SourceStore;
use std::env;

const DEFAULT_CASES: u64 = 20_000;

/// Cases that share a line of output.
const BLOCK: u64 = 500;

fn cases() -> u64 {
    env::var("REGNO_PROPERTY_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(DEFAULT_CASES)
}

/// Random numbers and the checksum, which the programs below have too.
struct State {
    seed: u64,
    sum: u64,
}

impl State {
    fn next(&mut self) -> u64 {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        self.seed
    }

    fn mix(&mut self, text: &str) {
        for byte in text.bytes() {
            self.sum = (self.sum ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        }
    }
}

const COMMON: &str = "
var seed uint64 = 0x9e3779b97f4a7c15
var sum uint64 = 14695981039346656037

func next() uint64 {
	seed ^= seed << 13
	seed ^= seed >> 7
	seed ^= seed << 17
	return seed
}

func mix(s string) {
	for i := 0; i < len(s); i++ {
		sum = (sum ^ uint64(s[i])) * 0x100000001b3
	}
}
";

fn state() -> State {
    State { seed: 0x9e37_79b9_7f4a_7c15, sum: 14_695_981_039_346_656_037 }
}

/// Runs a program, in a package that belongs to no realm, and returns its output.
fn output(body: &str) -> String {
    let text = format!(
        "// PKGPATH: gno.land/p/property/floats\n\npackage floats\n\nimport (\n\t\"math\"\n\t\"strconv\"\n)\n\nfunc main() {{{body}}}\n{COMMON}"
    );
    let store = SourceStore::default();
    let packages =
        PackageFolders::new(None, &[], false).unwrap_or_else(|(path, error)| panic!("{}: {error}", path.display()));
    let mut session = Session::new(&store, &packages);
    let row = filetest::run(&mut session, "floats.gno", text.as_bytes(), Settings::default());
    assert_eq!(row.error, "");
    row.output
}

/// The digits of Rust's `{:e}` in the form of Go's `e`: a sign and at least two digits in the exponent.
fn scientific(text: &str) -> String {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let (sign, digits) = exponent.strip_prefix('-').map_or(('+', exponent), |digits| ('-', digits));
    format!("{mantissa}e{sign}{digits:0>2}")
}

/// The shortest digits of a value: the number of digits is that of Rust's, which does not say how it breaks ties between two texts
/// that are equally near, and the digits are the rounded ones.
macro_rules! shortest {
    ($value:expr) => {{
        let text = format!("{:e}", $value);
        let digits = text.split('e').next().unwrap_or_default().bytes().filter(u8::is_ascii_digit).count();
        scientific(&format!("{:.*e}", digits.saturating_sub(1), $value))
    }};
}

/// Compares checksums line by line with those of what `case` mixes in.
fn compare(output: &str, mut case: impl FnMut(&mut State)) {
    let mut state = state();
    let mut lines = output.lines();
    for number in 1..=cases() {
        case(&mut state);
        if number % BLOCK == 0 {
            let expected = state.sum.to_string();
            assert_eq!(lines.next(), Some(expected.as_str()), "within {BLOCK} cases up to {number}");
        }
    }
}

#[test]
fn digits_of_float64() {
    let program = format!(
        "
	for i := 1; i <= {}; i++ {{
		f := math.Float64frombits(next())
		prec := int(next() % 18)
		if f == f && f-f == 0 {{
			s := strconv.FormatFloat(f, 'e', -1, 64)
			g, err := strconv.ParseFloat(s, 64)
			if f != g || err != nil {{
				println(s, math.Float64bits(f), math.Float64bits(g))
			}}
			mix(s)
			mix(strconv.FormatFloat(f, 'e', prec, 64))
		}}
		if i%{BLOCK} == 0 {{
			println(sum)
		}}
	}}
",
        cases()
    );
    compare(&output(&program), |state| {
        let value = f64::from_bits(state.next());
        let precision = usize::try_from(state.next() % 18).unwrap_or(0);
        if value.is_finite() {
            state.mix(&shortest!(value));
            state.mix(&scientific(&format!("{value:.precision$e}")));
        }
    });
}

#[test]
fn digits_of_float32() {
    let program = format!(
        "
	for i := 1; i <= {}; i++ {{
		f := float64(math.Float32frombits(uint32(next())))
		prec := int(next() % 12)
		if f == f && f-f == 0 {{
			s := strconv.FormatFloat(f, 'e', -1, 32)
			g, err := strconv.ParseFloat(s, 32)
			if f != g || err != nil {{
				println(s, math.Float64bits(f), math.Float64bits(g))
			}}
			mix(s)
			mix(strconv.FormatFloat(f, 'e', prec, 32))
		}}
		if i%{BLOCK} == 0 {{
			println(sum)
		}}
	}}
",
        cases()
    );
    compare(&output(&program), |state| {
        let value = f32::from_bits(u32::try_from(state.next() & 0xffff_ffff).unwrap_or(0));
        let precision = usize::try_from(state.next() % 12).unwrap_or(0);
        if value.is_finite() {
            state.mix(&shortest!(value));
            state.mix(&scientific(&format!("{value:.precision$e}")));
        }
    });
}

#[test]
fn values_of_decimal_texts() {
    let program = format!(
        "
	for i := 1; i <= {}; i++ {{
		s := \"\"
		for n := next()%4 + 1; n > 0; n-- {{
			s += strconv.FormatUint(next()>>(next()%64), 10)
		}}
		s = s[:1] + \".\" + s[1:] + \"e\" + strconv.FormatInt(int64(next()%700)-350, 10)
		f, _ := strconv.ParseFloat(s, 64)
		g, _ := strconv.ParseFloat(s, 32)
		mix(strconv.FormatUint(math.Float64bits(f), 10))
		mix(strconv.FormatUint(uint64(math.Float32bits(float32(g))), 10))
		if i%{BLOCK} == 0 {{
			println(sum)
		}}
	}}
",
        cases()
    );
    compare(&output(&program), |state| {
        let mut text = String::new();
        for _ in 0..state.next() % 4 + 1 {
            let value = state.next();
            text += &(value >> (state.next() % 64)).to_string();
        }
        let exponent = i64::try_from(state.next() % 700).unwrap_or(0) - 350;
        let (first, rest) = text.split_at(1);
        let text = format!("{first}.{rest}e{exponent}");
        let (wide, narrow) = (text.parse::<f64>().unwrap_or(0.0), text.parse::<f32>().unwrap_or(0.0));
        state.mix(&wide.to_bits().to_string());
        state.mix(&narrow.to_bits().to_string());
    });
}
