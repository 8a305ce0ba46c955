//! What a collection counts in the block of a switch that `fallthrough` has brought to its next clause: the slots keep the values of the
//! clause before until the next one's names get theirs (spec/03 §3, §4.2, §8.4).
//!
//! Each program collects between its steps; compared is by how much the counted bytes change from one to the next.

use regno_conformance::execute::Settings;
use regno_conformance::filetest::{Row, run};
use regno_conformance::packages::PackageFolders;
use regno_conformance::session::Session;
use regno_conformance::store::SourceStore;
use regno_runtime::{Collection, Metering};

fn execute(body: &str, metering: Metering, collection: Collection) -> Row {
    let text = format!(
        "// MAXALLOC: 10000000\npackage main\n\nimport \"runtime\"\n\nfunc stat() {{\n\truntime.GC()\n\t\
         println(runtime.MemStats())\n}}\n\n{body}\n"
    );
    let packages = PackageFolders::new(None, &[], true).unwrap_or_else(|(path, error)| panic!("{path:?}: {error}"));
    let store = SourceStore::default();
    let settings = Settings { metering, collection, ..Settings::default() };
    let row = run(&mut Session::new(&store, &packages), "x.gno", text.as_bytes(), settings);
    assert_eq!(row.error, "", "{text}");
    row
}

/// Bytes at each `stat()` of the program, as differences from the one before.
fn changes(body: &str) -> Vec<i64> {
    // The first collections find natives that have not been called.
    let body = &body.replace("func main() {", "func main() { stat(); stat();");
    let row = execute(body, Metering::default(), Collection::default());
    for (metering, collection) in [(Metering::Exact, Collection::default()), (Metering::Auto, Collection::Always)] {
        let other = execute(body, metering, collection);
        assert_eq!((&row.output, row.gas), (&other.output, other.gas), "{body}");
    }
    let bytes: Vec<i64> =
        row.output.lines().filter_map(|line| line.split("bytes:").nth(1)?.trim_end_matches('}').parse().ok()).collect();
    bytes.windows(2).skip(2).map(|pair| pair[1] - pair[0]).collect()
}

/// A slice of 100 ints.
const SLICE: i64 = 72 + 208 + 4000;

#[test]
fn a_value_stays_until_the_slot_is_written() {
    let body = "func f(k int) {\n\tswitch k {\n\tcase 0:\n\t\ta := make([]int, 100)\n\t\t_ = a\n\t\tstat()\n\t\tfallthrough\n\t\
                case 1:\n\t\tstat()\n\t\tb := 1\n\t\t_ = b\n\t\tstat()\n\t}\n}\n\nfunc main() { f(0); f(1) }";
    assert_eq!(changes(body), [0, -SLICE, 0, 0]);
}

#[test]
fn slots_are_written_one_by_one_and_new_ones_are_empty() {
    let body = "func f(k int) {\n\tswitch k {\n\tcase 0:\n\t\ta, b := \"0123456789\", \"01234567890123456789\"\n\t\t_, _ = a, b\n\t\t\
                stat()\n\t\tfallthrough\n\tcase 1:\n\t\tstat()\n\t\tc := 1\n\t\t_ = c\n\t\tstat()\n\t\td := 2\n\t\t_ = d\n\t\tstat()\n\t\t\
                e := \"x\"\n\t\t_ = e\n\t\tstat()\n\t}\n}\n\nfunc main() { f(0); f(1) }";
    assert_eq!(changes(body), [40, -34, -44, 25, -25, 0, 0, 25]);
}

#[test]
fn only_the_clause_before_is_kept() {
    let body = "func f(k int) {\n\tswitch k {\n\tcase 0:\n\t\ta := \"0123456789\"\n\t\t_ = a\n\t\tfallthrough\n\tcase 1:\n\t\tstat()\n\t\t\
                b := make([]int, 100)\n\t\t_ = b\n\t\tstat()\n\t\tfallthrough\n\tdefault:\n\t\tstat()\n\t\tc := 1\n\t\t_ = c\n\t\tstat()\n\t}\n}\n\n\
                func main() { f(0); f(1); f(2) }";
    let last = -SLICE;
    assert_eq!(changes(body), [SLICE - 34, 0, last, 0, SLICE, 0, last, 0, 0]);
}

#[test]
fn heap_items_stay_and_are_replaced() {
    let body = "func f(k int) {\n\tswitch k {\n\tcase 0:\n\t\tx := 5\n\t\tg := func() int { return x }\n\t\t_ = g\n\t\tstat()\n\t\tfallthrough\n\t\
                case 1:\n\t\tstat()\n\t\ty := 1\n\t\tstat()\n\t\th := func() int { return y }\n\t\t_ = h\n\t\tstat()\n\t\tfallthrough\n\tdefault:\n\t\t\
                stat()\n\t\tp := 1\n\t\t_ = p\n\t\tstat()\n\t\tq := 1\n\t\t_ = q\n\t\tstat()\n\t}\n}\n\nfunc main() { f(0); f(1) }";
    let chain = [72, -72, 0, 0, -344 - 72];
    let mut expected = vec![0];
    expected.extend(chain);
    // Entered directly, the second clause has an empty heap item for its first name, and nothing in the second slot.
    expected.extend([72, 0, 344, 0, 0, -344 - 72]);
    assert_eq!(changes(body), expected);
}

#[test]
fn a_plain_value_gives_way_to_a_heap_item() {
    let body = "func f() {\n\tswitch 0 {\n\tcase 0:\n\t\ta := \"0123456789\"\n\t\t_ = a\n\t\tstat()\n\t\tfallthrough\n\tcase 1:\n\t\tstat()\n\t\t\
                y := 1\n\t\tstat()\n\t\tp := &y\n\t\t_ = p\n\t}\n}\n\nfunc main() { f() }";
    assert_eq!(changes(body), [40, 72 - 34]);
}

#[test]
fn constants_and_types_take_part() {
    let body = "func f(k int) {\n\tswitch k {\n\tcase 0:\n\t\tconst s = \"0123456789\"\n\t\ta := \"01234567890123456789\"\n\t\t_ = a + s\n\t\tstat()\n\t\t\
                fallthrough\n\tcase 1:\n\t\tstat()\n\t\tb := 1\n\t\t_ = b\n\t\tstat()\n\t\tconst t = \"abc\"\n\t\t_ = t\n\t\tstat()\n\t}\n}\n\n\
                func main() { f(0); f(1) }";
    // A constant has its slot from the start where the slot is new.
    assert_eq!(changes(body), [0, -34, -44 + 27, 0, 0, 0]);
}

#[test]
fn each_entry_has_a_block_of_its_own() {
    let body = "func f() {\n\tfor i := 0; i < 3; i++ {\n\t\tswitch i % 2 {\n\t\tcase 0:\n\t\t\ta := make([]int, 100)\n\t\t\t_ = a\n\t\t\tfallthrough\n\t\t\
                case 1:\n\t\t\tstat()\n\t\t\tb := 1\n\t\t\t_ = b\n\t\t\tstat()\n\t\t}\n\t}\n}\n\nfunc main() { f() }";
    assert_eq!(changes(body), [-SLICE, 0, 0, SLICE, -SLICE]);
}

#[test]
fn a_nested_switch_keeps_its_own_values() {
    let body = "func f(j, k int) {\n\tswitch j {\n\tcase 0:\n\t\ta := \"0123456789\"\n\t\t_ = a\n\t\tswitch k {\n\t\tcase 0:\n\t\t\tb := \"x\"\n\t\t\t_ = b\n\t\t\t\
                fallthrough\n\t\tcase 1:\n\t\t\tstat()\n\t\t\tc := 1\n\t\t\t_ = c\n\t\t\tstat()\n\t\t}\n\t\tfallthrough\n\tcase 1:\n\t\tswitch k {\n\t\t\
                case 0:\n\t\t\tfallthrough\n\t\tcase 1:\n\t\t\tstat()\n\t\t}\n\t\td := 1\n\t\t_ = d\n\t\tstat()\n\t}\n}\n\nfunc main() { f(0, 0); f(0, 1); f(1, 0) }";
    // The inner switch's block of 544 bytes becomes one of 504.
    assert_eq!(changes(body), [-25, -40, -34 - 504, 504 + 40 + 34, 0, -40, -34 - 504, 504, -504]);
}

#[test]
fn jumps_elsewhere_in_the_function_change_nothing() {
    let body = "func f(k int) {\nagain:\n\tswitch k {\n\tcase 0:\n\t\ta := make([]int, 100)\n\t\t_ = a\n\t\tfallthrough\n\tcase 1:\n\t\tstat()\n\t\t\
                b := 1\n\t\t_ = b\n\t\tstat()\n\t}\n\tif k < 1 {\n\t\tk++\n\t\tgoto again\n\t}\n}\n\nfunc main() { f(0) }";
    assert_eq!(changes(body), [-SLICE, 0, 0]);
}

#[test]
fn a_pending_defer_does_not_count_the_block_twice() {
    let body = "func f() {\n\tswitch 0 {\n\tcase 0:\n\t\ta := \"0123456789\"\n\t\t_ = a\n\t\tdefer println(1)\n\t\tstat()\n\t\tfallthrough\n\tcase 1:\n\t\t\
                stat()\n\t\tb := 1\n\t\t_ = b\n\t\tstat()\n\t\tdefer println(2)\n\t\tfallthrough\n\tdefault:\n\t\tc := 1\n\t\t_ = c\n\t}\n}\n\nfunc main() { f() }";
    assert_eq!(changes(body), [0, -34]);
}
