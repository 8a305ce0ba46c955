//! `unicode` of the test overlay: predicates by tables of the host instead of interpreted code (spec/06 §5.10).
//!
//! The tables are those of `regex-syntax`, cut to the characters that Unicode 15.0 knows, the version of the library.

use super::{Call, NativeFn, Outcome};
use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, HirKind};
use std::sync::LazyLock;

pub(super) const NATIVES: &[(&str, NativeFn)] = &[
    ("IsPrint", |call| give(call, &PRINTABLE)),
    ("IsGraphic", |call| give(call, &GRAPHIC)),
    ("IsUpper", |call| give(call, &UPPER)),
    ("SimpleFold", simple_fold),
];

static PRINTABLE: LazyLock<ClassUnicode> = LazyLock::new(|| class(r"[[\p{L}\p{M}\p{N}\p{P}\p{S}\x20]&&\p{age=15.0}]"));
static GRAPHIC: LazyLock<ClassUnicode> = LazyLock::new(|| class(r"[[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}]&&\p{age=15.0}]"));
static UPPER: LazyLock<ClassUnicode> = LazyLock::new(|| class(r"[\p{Lu}&&\p{age=15.0}]"));
static KNOWN: LazyLock<ClassUnicode> = LazyLock::new(|| class(r"\p{age=15.0}"));

/// The characters of a class expression; none if it is not well-formed.
fn class(expression: &str) -> ClassUnicode {
    match regex_syntax::parse(expression).map(|parsed| parsed.into_kind()) {
        Ok(HirKind::Class(Class::Unicode(class))) => class,
        _ => ClassUnicode::empty(),
    }
}

fn contains(class: &ClassUnicode, c: char) -> bool {
    let ranges = class.ranges();
    let after = ranges.partition_point(|range| range.end() < c);
    ranges.get(after).is_some_and(|range| range.start() <= c)
}

fn rune(call: &Call<'_>) -> Option<char> {
    u32::try_from(call.int(0)).ok().and_then(char::from_u32)
}

fn give(call: &mut Call<'_>, class: &ClassUnicode) -> Outcome {
    let found = rune(call).is_some_and(|c| contains(class, c));
    call.give_bool(found);
    Ok(())
}

/// The next character with the same simple case folding, or the first one; the character itself if it is alone.
fn simple_fold(call: &mut Call<'_>) -> Outcome {
    let folded = match rune(call) {
        Some(c) => i64::from(u32::from(next_folding(c))),
        None => call.int(0),
    };
    call.give_int(folded);
    Ok(())
}

fn next_folding(c: char) -> char {
    if !contains(&KNOWN, c) {
        return c;
    }
    let mut same = ClassUnicode::new([ClassUnicodeRange::new(c, c)]);
    if same.try_case_fold_simple().is_err() {
        return c;
    }
    let all = same.ranges().iter().flat_map(|range| range.start()..=range.end());
    let mut known = all.filter(|&other| contains(&KNOWN, other));
    let first = known.next().unwrap_or(c);
    if first > c { first } else { known.find(|&other| other > c).unwrap_or(first) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn predicates() {
        assert!(contains(&PRINTABLE, ' ') && !contains(&PRINTABLE, '\u{a0}') && contains(&GRAPHIC, '\u{a0}'));
        assert!(contains(&PRINTABLE, '日') && !contains(&PRINTABLE, '\u{200b}') && !contains(&PRINTABLE, '\n'));
        assert!(contains(&UPPER, 'É') && !contains(&UPPER, 'é') && !contains(&UPPER, 'Ⅷ'));
    }

    #[test]
    fn folding_goes_round() {
        for orbit in ["Aa", "Kk\u{212a}", "Ssſ", "İ", "ı", "1", "Ρρϱ"] {
            for pair in orbit.chars().chain(orbit.chars().take(1)).collect::<Vec<_>>().windows(2) {
                assert_eq!(next_folding(pair[0]), pair[1], "{orbit}");
            }
        }
    }
}
