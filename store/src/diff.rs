//! The difference of two texts, as the operation log shows it (spec/04 §8.3): Ratcliff-Obershelp matching, lines that are
//! very frequent do not start a match, three lines of context.

use std::collections::HashMap;
use std::fmt::Write;
use std::ops::Range;

const CONTEXT: usize = 3;
/// Lines of the second text from which frequent ones are not looked up.
const LONG: usize = 200;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Match {
    a: usize,
    b: usize,
    len: usize,
}

struct Matcher<'t> {
    a: &'t [&'t str],
    b: &'t [&'t str],
    places: HashMap<&'t str, Vec<usize>>,
}

impl<'t> Matcher<'t> {
    fn new(a: &'t [&'t str], b: &'t [&'t str]) -> Self {
        let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
        for (index, line) in b.iter().enumerate() {
            places.entry(line).or_default().push(index);
        }
        if b.len() >= LONG {
            places.retain(|_, places| places.len() <= b.len() / 100 + 1);
        }
        Matcher { a, b, places }
    }

    /// The longest run of equal lines in both ranges, the first of several.
    fn longest(&self, a: Range<usize>, b: Range<usize>) -> Match {
        let mut best = Match { a: a.start, b: b.start, len: 0 };
        let mut lengths: HashMap<usize, usize> = HashMap::new();
        for i in a.clone() {
            let mut next = HashMap::new();
            for &j in self.a.get(i).and_then(|line| self.places.get(line)).map_or(&[] as &[usize], Vec::as_slice) {
                if j < b.start {
                    continue;
                }
                if j >= b.end {
                    break;
                }
                let len = 1 + j.checked_sub(1).and_then(|before| lengths.get(&before)).copied().unwrap_or(0);
                next.insert(j, len);
                if len > best.len {
                    best = Match { a: i + 1 - len, b: j + 1 - len, len };
                }
            }
            lengths = next;
        }
        while best.a > a.start && best.b > b.start && self.a.get(best.a - 1) == self.b.get(best.b - 1) {
            best = Match { a: best.a - 1, b: best.b - 1, len: best.len + 1 };
        }
        while best.a + best.len < a.end
            && best.b + best.len < b.end
            && self.a.get(best.a + best.len) == self.b.get(best.b + best.len)
        {
            best.len += 1;
        }
        best
    }

    /// All matches in order, neighbours joined, and an empty one at the end.
    fn matches(&self) -> Vec<Match> {
        let mut found = Vec::new();
        let mut ranges = vec![(0..self.a.len(), 0..self.b.len())];
        while let Some((a, b)) = ranges.pop() {
            let hit = self.longest(a.clone(), b.clone());
            if hit.len > 0 {
                found.push(hit);
                if a.start < hit.a && b.start < hit.b {
                    ranges.push((a.start..hit.a, b.start..hit.b));
                }
                if hit.a + hit.len < a.end && hit.b + hit.len < b.end {
                    ranges.push((hit.a + hit.len..a.end, hit.b + hit.len..b.end));
                }
            }
        }
        found.sort_by_key(|hit| (hit.a, hit.b));
        let mut joined: Vec<Match> = Vec::new();
        for hit in found {
            match joined.last_mut() {
                Some(last) if last.a + last.len == hit.a && last.b + last.len == hit.b => last.len += hit.len,
                _ => joined.push(hit),
            }
        }
        joined.push(Match { a: self.a.len(), b: self.b.len(), len: 0 });
        joined
    }
}

/// A piece of both texts: equal, or replaced (either side may be empty).
#[derive(Clone, PartialEq, Eq, Debug)]
struct Step {
    equal: bool,
    a: Range<usize>,
    b: Range<usize>,
}

fn steps(matches: &[Match]) -> Vec<Step> {
    let (mut steps, mut a, mut b) = (Vec::new(), 0, 0);
    for hit in matches {
        if a < hit.a || b < hit.b {
            steps.push(Step { equal: false, a: a..hit.a, b: b..hit.b });
        }
        (a, b) = (hit.a + hit.len, hit.b + hit.len);
        if hit.len > 0 {
            steps.push(Step { equal: true, a: hit.a..a, b: hit.b..b });
        }
    }
    steps
}

/// Groups of steps with their context.
fn groups(mut steps: Vec<Step>) -> Vec<Vec<Step>> {
    if let Some(first) = steps.first_mut().filter(|step| step.equal) {
        let cut = first.a.len().saturating_sub(CONTEXT);
        (first.a.start, first.b.start) = (first.a.start + cut, first.b.start + cut);
    }
    if let Some(last) = steps.last_mut().filter(|step| step.equal) {
        let keep = last.a.len().min(CONTEXT);
        (last.a.end, last.b.end) = (last.a.start + keep, last.b.start + keep);
    }
    let (mut groups, mut group) = (Vec::new(), Vec::new());
    for step in steps {
        if step.equal && step.a.len() > 2 * CONTEXT {
            let (a, b) = (step.a.clone(), step.b.clone());
            group.push(Step { equal: true, a: a.start..a.start + CONTEXT, b: b.start..b.start + CONTEXT });
            groups.push(std::mem::take(&mut group));
            group.push(Step { equal: true, a: a.end - CONTEXT..a.end, b: b.end - CONTEXT..b.end });
        } else {
            group.push(step);
        }
    }
    groups.push(group);
    groups.retain(|group| group.iter().any(|step| !step.equal));
    groups
}

fn range_text(range: Range<usize>) -> String {
    match range.len() {
        1 => (range.start + 1).to_string(),
        0 => format!("{},0", range.start),
        len => format!("{},{len}", range.start + 1),
    }
}

/// The unified difference without file names, each line with its line end; empty if the texts are equal.
pub fn unified(a: &str, b: &str) -> String {
    let (a, b): (Vec<&str>, Vec<&str>) = (a.split('\n').collect(), b.split('\n').collect());
    let matcher = Matcher::new(&a, &b);
    let mut out = String::new();
    for group in groups(steps(&matcher.matches())) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        let (before, after) = (first.a.start..last.a.end, first.b.start..last.b.end);
        let _ = writeln!(out, "@@ -{} +{} @@", range_text(before), range_text(after));
        for step in &group {
            let mut put = |mark: char, lines: &[&str]| {
                for line in lines {
                    let _ = writeln!(out, "{mark}{line}");
                }
            };
            let (old, new) = (a.get(step.a.clone()).unwrap_or(&[]), b.get(step.b.clone()).unwrap_or(&[]));
            if step.equal {
                put(' ', old);
            } else {
                put('-', old);
                put('+', new);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::unified;

    #[test]
    fn equal_texts_have_none() {
        assert_eq!(unified("a\nb", "a\nb"), "");
    }

    #[test]
    fn context_and_ranges() {
        let old = (1..=20).map(|n| n.to_string()).collect::<Vec<_>>().join("\n");
        let new = old.replace("\n3\n", "\n").replace("\n15\n", "\nx\ny\n");
        let want =
            "@@ -1,6 +1,5 @@\n 1\n 2\n-3\n 4\n 5\n 6\n@@ -12,7 +11,8 @@\n 12\n 13\n 14\n-15\n+x\n+y\n 16\n 17\n 18\n";
        assert_eq!(unified(&old, &new), want);
        assert_eq!(unified("a", "b"), "@@ -1 +1 @@\n-a\n+b\n");
    }
}
