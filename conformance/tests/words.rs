//! The eight bytes that are stored of narrow numbers and bools: what the operand held in whose place they were computed (spec/04 Q20).
#![allow(clippy::unwrap_used)] // A failure is a failed test.

use base64::Engine;
use regno_conformance::execute::Settings;
use regno_conformance::filetest::run;
use regno_conformance::packages::PackageFolders;
use regno_conformance::session::Session;
use regno_conformance::store::SourceStore;

/// The words of the elements that `main` puts into the slice `out`, in hex; elements that are all zeros have none. `n` is
/// 0x1122334455667788.
fn words(head: &str, body: &str) -> Vec<String> {
    let text = format!(
        "// PKGPATH: gno.land/r/test/x\npackage x\n\nvar out []any\n{head}\n\nfunc main(cur realm) {{\n\tn := 0x1122334455667788\n{body}\n}}\n"
    );
    let packages = PackageFolders::new(None, &[], true).unwrap();
    let store = SourceStore::default();
    let row = run(&mut Session::new(&store, &packages), "x.gno", text.as_bytes(), Settings::default());
    assert_eq!(row.error, "");
    // The slice's array is the last object that is created.
    let created =
        row.realm.split("\nc[").last().unwrap_or_default().split("\nu[").next().unwrap_or_default().to_owned();
    let bytes = |text: &str| base64::engine::general_purpose::STANDARD.decode(text).unwrap();
    let texts = created.split("\"N\": \"").skip(1).filter_map(|rest| rest.split('"').next());
    texts.map(|text| bytes(text).iter().map(|byte| format!("{byte:02x}")).collect()).collect()
}

fn stored(head: &str, elements: &str) -> Vec<String> {
    words(head, &format!("\tout = []any{{{elements}}}"))
}

#[test]
fn operations_are_computed_in_the_place_of_their_left_operand() {
    assert_eq!(
        stored(
            "",
            "uint8(n), uint8(n) + 1, 1 + uint8(n), -int16(n), ^uint8(n), uint8(n) << 1, n > 5, !(n > 5), n > 5 || n < 3"
        ),
        [
            "8877665544332211",
            "8977665544332211",
            "8900000000000000",
            "7888665544332211",
            "7777665544332211",
            "1077665544332211",
            "0177665544332211",
            "0077665544332211",
            "0177665544332211"
        ]
    );
}

#[test]
fn calls_copies_and_changes_in_place_move_words() {
    let head = "
type small uint8

func (s small) twice() small { return s * 2 }

type pair struct{ a uint8; b bool }

func same(b uint8) uint8 { return b }

func second(all ...uint8) uint8 { return all[1] }

func both(n int) (uint8, bool) { return uint8(n), n > 3 }

func later(n int) (r int16) {
\tdefer func() { r++ }()
\tr = int16(n)
\treturn
}";
    let body = "
\tb, ok := both(n)
\tp := pair{b, ok}
\tq := p
\tq.a++
\tq.a -= 3
\tr := int8(n)
\tat := &r
\t*at = -*at
\tf := func() uint8 { return b }
\tcounts := map[string]uint8{\"a\": b}
\tcounts[\"a\"]++
\tlist := append([]uint8{7}, b, 7+b)
\tdata := append(make([]uint8, 0, 3), b)
\tout = []any{
\t\tsame(b), ok, second(1, b), later(n), q.a, q.b, r, f(), counts[\"a\"], small(n).twice(), list[1], list[2], data[0],
\t}";
    assert_eq!(
        words(head, body),
        [
            "8877665544332211",
            "0177665544332211",
            "8877665544332211",
            "8977665544332211",
            "8677665544332211",
            "0177665544332211",
            "7877665544332211",
            "8877665544332211",
            "8977665544332211",
            "1077665544332211",
            "8800000000000000",
            "8f00000000000000",
            "8800000000000000"
        ]
    );
}

#[test]
fn interfaces_and_map_keys_hold_words_and_compare_numbers() {
    let body = "
\tvar i any = uint8(n)
\tvar clean any = uint8(0x88)
\tkeys := map[uint8]bool{uint8(n): true}
\tkeys[0x88] = n == 0
\tkinds := map[any]int{i: 1}
\tkinds[clean]++
\tif i != clean || len(keys) != 1 || len(kinds) != 1 || kinds[i] != 2 || keys[uint8(n)] {
\t\tpanic(\"not equal\")
\t}
\tkeys[uint8(n)] = true
\tvar key, value any
\tfor k, v := range keys {
\t\tkey, value = k, v
\t}
\tout = []any{key, value, i, i == clean, i.(uint8) + 1}";
    assert_eq!(
        words("", body),
        ["8877665544332211", "0100000000000000", "8877665544332211", "0177665544332211", "8977665544332211"]
    );
}

#[test]
fn constants_keep_what_was_converted() {
    assert_eq!(
        stored(
            "const half, far = float32(5.5), int64(-1)",
            "half, half * 2, int8(far), int8(far) + 3, int8(-1), far < 3, 'a', 1 < 2"
        ),
        [
            "0000b04000001640",
            "0000304100001640",
            "ffffffffffffffff",
            "02ffffffffffffff",
            "ff00000000000000",
            "01ffffffffffffff",
            "6100000000000000",
            "0100000000000000"
        ]
    );
}

#[test]
fn floats_and_new_bools_have_words_of_their_own() {
    let body = "
\tx := 3.75
\tvar p *int
\tm := map[string]uint8{\"a\": uint8(n)}
\tv, ok := m[\"a\"]
\tout = []any{float32(x), uint8(x), float32(n), ok, v, istypednil(p), \"ab\" == \"ab\", p == nil, len(m) == 1}";
    assert_eq!(
        words("", body),
        [
            "0000704000000e40",
            "0300000000000e40",
            "9a11895d44332211",
            "0100000000000000",
            "8877665544332211",
            "0100000000000000",
            "0100000000000000",
            "0100000000000000",
            "0100000000000000"
        ]
    );
}

/// The word that one call gives is passed to others, the first of which must not destroy it for those that follow.
#[test]
fn words_outlive_the_calls_that_they_are_passed_to() {
    let head = "type kind byte\n\ntype room struct{ number int }\n\nfunc (r room) kind() kind { return kind(r.number) }\n\nfunc (r room) as(k kind) float64 { return float64(k) }";
    let body = "\trooms := []room{{n}, {n}, {n}}\n\tfirst := rooms[0]\n\tk := first.kind()\n\tx := first.as(k)\n\tprintln(x)\n\tfor i, r := range rooms {\n\t\tif i == 1 {\n\t\t\tcontinue\n\t\t}\n\t\tprintln(i)\n\t\ty := r.as(k)\n\t\tout = append(out, y)\n\t}";
    // 136.0
    assert_eq!(words(head, body), ["0000000000006140"; 2]);
}
