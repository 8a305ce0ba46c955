//! Damaged programs for fuzzing, and the run of all that reads source over them.
//!
//! An input is a function of a seed number: the same number always gives the same text, so that a failure is found again by
//! its number alone. Inputs are single declarations of known programs, damaged token by token or byte by byte, or sequences of
//! tokens from a list.

use crate::session::Session;
use crate::store::SourceStore;
use bumpalo::Bump;
use regno_frontend::format::format_file;
use regno_frontend::limits::Limits;
use regno_frontend::package::NoPackages;
use regno_frontend::source::SourceFile;
use regno_frontend::syntax::lexer::Lexer;
use regno_frontend::syntax::token::TokenKind;
use std::ops::Range;

/// A small generator of random numbers (xorshift64*).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// A generator; equal seeds give equal numbers.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        // Neighbouring seeds must not give similar sequences.
        Self((seed ^ 0x9e37_79b9_7f4a_7c15).wrapping_mul(0xbf58_476d_1ce4_e5b9) | 1)
    }

    /// A number below `bound`; 0 for a bound of 0.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(number).unwrap_or(0).checked_rem(bound).unwrap_or(0)
    }

    fn pick<'t, T>(&mut self, items: &'t [T]) -> Option<&'t T> {
        items.get(self.below(items.len()))
    }
}

/// Pieces of programs that inputs are made of.
#[derive(Clone, Debug, Default)]
pub struct Pieces {
    /// Whole programs.
    programs: Vec<String>,
    /// Top-level declarations.
    declarations: Vec<String>,
    /// Texts of tokens, each with the blanks or line end after it.
    tokens: Vec<String>,
}

/// Texts that programs rarely contain and readers of programs stumble over.
const ODD: &[&str] = &[
    "",
    "\n",
    ";",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "[...]",
    "...",
    "<-",
    "~",
    "|",
    "_",
    "iota",
    "nil",
    "x",
    "T",
    "chan",
    "select",
    "go",
    "goto",
    "fallthrough",
    "realm",
    "cross",
    "cur",
    "crossing()",
    "func",
    "func()",
    "struct{}",
    "interface{",
    "map[",
    "type T[P any]",
    "type",
    "const",
    "var",
    "range",
    "switch",
    "case",
    "default:",
    "import \"x\"",
    "9223372036854775808",
    "1e1000",
    "0x1p-2",
    "1i",
    "1<<63",
    "1<<100",
    "'\\''",
    "\"\\xff\"",
    "`r\n`",
    "/*",
    "*/",
    "// c\n",
    "\u{e9}",
    "\u{feff}",
    "\0",
    ".",
    ":=",
    "++",
    "<<=",
    "&^",
    "L:",
    "unsafe.Pointer",
    "append",
    "copy",
    "make",
    "new",
    "len",
    "panic",
    "recover()",
    "defer",
    "return",
    "break L",
];

impl Pieces {
    /// Takes programs apart. Long declarations are left out: many small inputs find more than few large ones.
    #[must_use]
    pub fn of<'t>(programs: impl Iterator<Item = &'t str>) -> Self {
        const LONGEST: usize = 700;
        let mut pieces = Self::default();
        for program in programs {
            if program.len() <= 3 * LONGEST {
                pieces.programs.push(program.to_owned());
            }
            for part in program.split("\n}\n") {
                let part = part.trim_start_matches("package main\n");
                if part.len() <= LONGEST {
                    pieces.declarations.push(format!("{part}\n}}\n"));
                }
            }
            pieces.tokens.extend(tokens(program).into_iter().map(|range| program[range].to_owned()));
        }
        pieces.tokens.sort_unstable();
        pieces.tokens.dedup();
        pieces
    }

    /// The input of a number.
    #[must_use]
    pub fn input(&self, number: u64) -> Vec<u8> {
        let random = &mut Random::new(number);
        let mut text = String::from("package main\n");
        match random.below(8) {
            0 => {
                text.push_str(
                    ["func main() {\n", "var x = ", "type T ", ""].get(random.below(4)).copied().unwrap_or_default(),
                );
                for _ in 0..random.below(40) {
                    text.push_str(&self.token(random));
                    text.push(' ');
                }
            }
            // One program, with exchanges that its syntax survives: what the checkers see.
            1..=5 => {
                text = random.pick(&self.programs).cloned().unwrap_or_default();
                for _ in 0..=random.below(4) {
                    text = self.exchange(&text, random);
                }
            }
            _ => {
                for _ in 0..=random.below(3) {
                    text.push_str(random.pick(&self.declarations).map_or("", String::as_str));
                }
                for _ in 0..=random.below(3) {
                    text = self.damage(&text, random);
                }
            }
        }
        let mut bytes = text.into_bytes();
        if random.below(64) == 0 {
            for _ in 0..=random.below(3) {
                let at = random.below(bytes.len());
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = u8::try_from(random.below(256)).unwrap_or(0);
                }
            }
        }
        bytes
    }

    fn token(&self, random: &mut Random) -> String {
        if random.below(3) == 0 {
            return random.pick(ODD).copied().unwrap_or_default().to_owned();
        }
        random.pick(&self.tokens).cloned().unwrap_or_default()
    }

    /// A token replaced by another one of its kind. Mostly it is a name, a literal or an operator: what the program's form does not
    /// hang on.
    fn exchange(&self, text: &str, random: &mut Random) -> String {
        let ranges = tokens(text);
        let mut one = None;
        for _ in 0..8 {
            one = random.pick(&ranges).cloned();
            let kind = one.clone().and_then(|range| text.get(range)).map_or(Kind::Other, kind_of);
            if kind != Kind::Other {
                break;
            }
        }
        let Some(one) = one else { return text.to_owned() };
        let piece = text.get(one.clone()).unwrap_or_default();
        let mut kind = kind_of(piece);
        if kind == Kind::Name && random.below(8) == 0 {
            kind = Kind::Literal;
        }
        let other = (0..20).find_map(|_| {
            // Mostly a token of the same program: its names exist.
            let other = match random.below(8) {
                0 => self.token(random),
                _ => text.get(random.pick(&ranges)?.clone())?.to_owned(),
            };
            (other != piece && kind_of(&other) == kind).then_some(other)
        });
        let other = other.unwrap_or_else(|| piece.to_owned());
        format!("{}{other}{}", &text[..one.start], &text[one.end..])
    }

    /// One change: a token replaced, removed, doubled or swapped, or a new one inserted.
    fn damage(&self, text: &str, random: &mut Random) -> String {
        let ranges = tokens(text);
        let at = random.below(ranges.len());
        let (Some(one), Some(other)) = (ranges.get(at).cloned(), random.pick(&ranges).cloned()) else {
            return text.to_owned();
        };
        let piece = text.get(one.clone()).unwrap_or_default();
        let (before, after) = (&text[..one.start], &text[one.end..]);
        match random.below(6) {
            0 => format!("{before}{} {after}", self.token(random)),
            1 => format!("{before}{after}"),
            2 => format!("{before}{piece} {piece}{after}"),
            3 => format!("{before}{piece} {} {after}", self.token(random)),
            4 => format!("{before}{} {after}", text.get(other).unwrap_or_default()),
            _ => {
                // A whole range repeated or removed.
                let range = one.start.min(other.start)..one.end.max(other.end);
                let inner = text.get(range.clone()).unwrap_or_default();
                match (random.below(2), inner.len() < 300) {
                    (0, true) => format!("{}{inner} {inner}{}", &text[..range.start], &text[range.end..]),
                    _ => format!("{}{}", &text[..range.start], &text[range.end..]),
                }
            }
        }
    }
}

/// Tokens of one kind can mostly stand for each other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Name,
    Literal,
    Assignment,
    Step,
    Jump,
    Operator,
    Other,
}

fn kind_of(text: &str) -> Kind {
    use TokenKind as T;
    let mut lexer = Lexer::new(text.as_bytes(), 0);
    let kind = lexer.next_token().kind;
    match kind {
        T::Ident => Kind::Name,
        T::Literal(_) => Kind::Literal,
        T::Assign | T::Define => Kind::Assignment,
        T::Inc | T::Dec => Kind::Step,
        T::Break | T::Continue | T::Fallthrough | T::Return => Kind::Jump,
        kind if kind.compound_assignment().is_some() => Kind::Assignment,
        kind if kind.binary().is_some() => Kind::Operator,
        _ => Kind::Other,
    }
}

fn tokens(text: &str) -> Vec<Range<usize>> {
    let mut lexer = Lexer::new(text.as_bytes(), 0);
    let mut ranges = Vec::new();
    loop {
        let token = lexer.next_token();
        let range = token.span.start as usize..token.span.end as usize;
        match token.kind {
            TokenKind::Eof => return ranges,
            TokenKind::AutoSemicolon => {}
            _ if text.get(range.clone()).is_some() => ranges.push(range),
            _ => {}
        }
    }
}

/// How far an input gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// It has no syntax errors.
    pub parses: bool,
    /// Go's checker accepts it.
    pub checks_as_go: bool,
    /// It compiles.
    pub compiles: bool,
}

/// Runs lexer, parser, Go layer, checker, compiler and formatter over a text. Any text gives a result.
#[must_use]
pub fn read(text: &[u8]) -> Reach {
    let file = SourceFile::new("main.gno", text);
    let formatted = format_file(&file, &Limits::default());
    let (arena, sources) = (Bump::new(), [file]);
    let store = SourceStore::default();
    let mut session = Session::new(&store, &NoPackages);
    let unit = session.parse(&arena, &sources);
    let checks_as_go = session.type_check("main", &unit).is_none() && formatted.is_ok();
    let compiles = session.compile_unit("main", None, &unit).is_ok();
    Reach { parses: formatted.is_ok(), checks_as_go, compiles }
}
