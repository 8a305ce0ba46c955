//! The Go layer on recorded programs, on damaged ones, and on deep ones.
//!
//! `programs.txt` holds programs with the reference's verdict: `== NAME`, the text, `-- verdict`, the verdict (empty if the
//! program is accepted). `REGNO_BLESS=1` rewrites the verdicts.

use bumpalo::Bump;
use regno_frontend::golayer::{Dependency, Purpose, check_package, check_package_with, render};
use regno_frontend::limits::Limits;
use regno_frontend::source::SourceFile;
use regno_frontend::syntax::parse_file;
use std::fmt::Write;
use std::path::PathBuf;

struct Case {
    name: String,
    text: String,
    verdict: String,
}

fn file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golayer/programs.txt")
}

fn cases() -> Vec<Case> {
    let all = std::fs::read_to_string(file()).expect("readable");
    let body = all.strip_prefix("== ").expect("starts with a program");
    body.split("\n== ")
        .map(|entry| {
            let (name, rest) = entry.split_once('\n').expect("name");
            let (text, verdict) = rest.split_once("-- verdict\n").expect("verdict");
            Case { name: name.to_owned(), text: text.to_owned(), verdict: verdict.trim_end_matches('\n').to_owned() }
        })
        .collect()
}

fn verdict(name: &str, text: &[u8]) -> Option<String> {
    let first = String::from_utf8_lossy(text);
    let path = first.lines().next().and_then(|line| line.strip_prefix("// PKGPATH: ")).unwrap_or("main");
    let arena = Bump::new();
    let limits = Limits::default();
    let sources = [SourceFile::new(name, text)];
    let files = [parse_file(&arena, &sources[0], &limits)];
    render(path, &check_package(path, &files, &sources, &limits), &sources)
}

#[test]
fn recorded_programs_get_the_recorded_verdict() {
    let cases = cases();
    let bless = std::env::var_os("REGNO_BLESS").is_some();
    let mut failures = String::new();
    let mut blessed = String::new();
    for case in &cases {
        let found = verdict(&case.name, case.text.as_bytes()).unwrap_or_default();
        if found != case.verdict {
            let _ = writeln!(failures, "{}\n  want {}\n  got  {found}", case.name, case.verdict);
        }
        let _ = write!(blessed, "== {}\n{}-- verdict\n{found}\n", case.name, case.text);
    }
    if bless {
        std::fs::write(file(), blessed).expect("writable");
        return;
    }
    assert!(cases.len() > 400, "{} programs", cases.len());
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn programs_of_the_corpora_are_accepted() {
    let corpora = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../conformance/corpora");
    let mut count = 0;
    for folder in ["apps", "meter", "random"] {
        for entry in std::fs::read_dir(corpora.join(folder)).expect("corpus") {
            let path = entry.expect("entry").path();
            if path.extension().is_none_or(|extension| extension != "gno") {
                continue;
            }
            let name = path.file_name().and_then(|name| name.to_str()).expect("name");
            let found = verdict(name, &std::fs::read(&path).expect("readable"));
            let known = (name == "print_values.gno")
                .then(|| "main/print_values.gno:5:48: use of untyped nil in argument to built-in println".to_owned());
            assert_eq!(found, known, "{name}");
            count += 1;
        }
    }
    assert!(count > 600, "{count} programs");
}

/// A linear congruential generator: the same damage in every run.
struct Damage(u64);

impl Damage {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % limit.max(1)
    }

    /// Removes, repeats or swaps words.
    fn damage(&mut self, text: &str) -> String {
        let mut words: Vec<String> = Vec::new();
        let mut last = None;
        for char in text.chars() {
            let class = if char.is_alphanumeric() || char == '_' {
                0
            } else if char.is_whitespace() {
                1
            } else {
                2
            };
            if last != Some(class) || class == 2 {
                words.push(String::new());
            }
            last = Some(class);
            if let Some(word) = words.last_mut() {
                word.push(char);
            }
        }
        for _ in 0..=self.below(3) {
            let (a, b) = (self.below(words.len()), self.below(words.len()));
            match self.below(4) {
                0 => {
                    words.remove(a);
                }
                1 => words.swap(a, b),
                2 => words[a] = words[b].clone(),
                _ => {
                    let word = words[b].clone();
                    words.insert(a, word);
                }
            }
            if words.is_empty() {
                break;
            }
        }
        words.concat()
    }
}

#[test]
fn damaged_programs_never_panic() {
    let rounds: usize = std::env::var("REGNO_DAMAGE").ok().and_then(|text| text.parse().ok()).unwrap_or(20);
    let mut damage = Damage(1);
    for case in cases() {
        for _ in 0..rounds {
            let text = damage.damage(&case.text);
            let outcome = std::panic::catch_unwind(|| verdict(&case.name, text.as_bytes()));
            assert!(outcome.is_ok(), "{}:\n{text}", case.name);
        }
    }
}

#[test]
fn depth_does_not_exhaust_the_stack() {
    let thread = std::thread::Builder::new().stack_size(256 * 1024);
    let work = || {
        let depth = 20_000;
        for (open, close) in [("(", ")"), ("-", ""), ("[]int{", "}[0]"), ("func() int { return ", " }()"), ("1+", "")] {
            let text = format!("package main\n\nvar x = {}1{}\n", open.repeat(depth), close.repeat(depth));
            let _ = verdict("a.gno", text.as_bytes());
        }
        for open in ["*", "[]", "[1]", "map[int]", "func() "] {
            let text =
                format!("package main\n\nvar x {}int\nvar y {}int = x\n", open.repeat(depth), open.repeat(depth));
            assert_eq!(verdict("a.gno", text.as_bytes()), None, "{open}");
        }
        let text = format!("package main\n\nfunc main() {{ {}{} }}\n", "if true { ".repeat(depth), "}".repeat(depth));
        assert_eq!(verdict("a.gno", text.as_bytes()), None);
    };
    thread.spawn(work).expect("thread").join().expect("no panic");
}

/// The verdict on package `main` with other packages to import.
fn verdict_with(text: &str, packages: &[(&str, &str)]) -> Option<String> {
    let arena = Bump::new();
    let limits = Limits::default();
    let texts: Vec<[SourceFile; 1]> = packages.iter().map(|(_, text)| [SourceFile::new("b.gno", *text)]).collect();
    let parsed: Vec<_> = texts.iter().map(|text| [parse_file(&arena, &text[0], &limits)]).collect();
    let dependencies: Vec<Dependency<'_>> = packages
        .iter()
        .zip(texts.iter().zip(&parsed))
        .map(|((path, _), (sources, files))| Dependency { path, files, sources, private: false, draft: false })
        .collect();
    let sources = [SourceFile::new("a.gno", text)];
    let files = [parse_file(&arena, &sources[0], &limits)];
    render("main", &check_package_with("main", Purpose::Run, &files, &sources, &dependencies, &limits), &sources)
}

#[test]
fn imported_packages_are_looked_at() {
    let shape = "package shape\n\nimport \"unit\"\n\ntype Box struct { W, h unit.Length }\n\n\
        func (b Box) Area() unit.Length { return b.W * b.h }\nfunc (b *Box) Grow() { b.W++ }\nvar hidden = 1\n";
    let unit = "package unit\n\ntype Length int\n\nconst One Length = 1\n";
    let packages = [("gno.land/p/x/shape", shape), ("unit", unit)];
    let check = |body: &str| {
        let text = format!("package main\n\nimport \"gno.land/p/x/shape\"\n\nfunc main() {{\n\t{body}\n}}\n");
        verdict_with(&text, &packages)
    };
    assert_eq!(check("b := shape.Box{W: 2}\n\tb.Grow()\n\tprintln(b.Area() + 1)"), None);
    let want = |found: Option<String>, text: &str| assert_eq!(found.as_deref(), Some(text));
    want(
        check("println(shape.Box{}.h)"),
        "main/a.gno:6:22: shape.Box{}.h undefined (cannot refer to unexported field h)",
    );
    want(check("println(shape.Nothing)"), "main/a.gno:6:16: undefined: shape.Nothing");
    want(check("println(shape.hidden)"), "main/a.gno:6:16: name hidden not exported by package shape");
    want(
        check("var s string = shape.Box{}.Area()\n\tprintln(s)"),
        "main/a.gno:6:17: cannot use shape.Box{}.Area() (value of int type unit.Length) as string value in variable declaration",
    );
    want(check("println(1)"), "main/a.gno:3:8: \"gno.land/p/x/shape\" imported and not used");
    let unknown = verdict_with("package main\n\nimport \"gno.land/r/no\"\n\nfunc main() { no.F() }\n", &packages);
    want(unknown, "main/a.gno:3:8: could not import gno.land/r/no (unknown import path \"gno.land/r/no\")");
}

#[test]
fn instances_of_generic_types_are_limited() {
    let text = "package main\n\ntype box[T any] struct{ v T }\n\nvar a box[int]\nvar b box[string]\nvar c = b.v + \"x\"\n\nfunc main() {}\n";
    let check = |type_instances| {
        let limits = Limits { type_instances, ..Limits::default() };
        let arena = Bump::new();
        let sources = [SourceFile::new("a.gno", text)];
        let files = [parse_file(&arena, &sources[0], &limits)];
        check_package("main", &files, &sources, &limits)
    };
    assert!(check(2).is_empty());
    assert!(!check(1).is_empty());
}

#[test]
fn types_that_need_ever_larger_instances_end() {
    for field in ["*t[[]p]", "*t[map[string]p]; g *t[[2]p]"] {
        let text =
            format!("package main\n\ntype t[p any] struct {{ f {field} }}\n\nvar x t[int]\n\nfunc main() {{}}\n");
        let found = verdict("a.gno", text.as_bytes()).unwrap_or_default();
        assert!(found.contains("too many instances of generic types"), "{found}");
    }
}
