//! What Regno does in the cases of `DIVERGENCES.md` that no other test shows: each program compares itself with its directives.

use regno_conformance::execute::Settings;
use regno_conformance::packages::PackageFolders;
use regno_conformance::session::Session;
use regno_conformance::store::SourceStore;
use regno_conformance::verdict;

fn passes(text: &str) {
    let folders = PackageFolders::new(None, &[], true).unwrap_or_else(|(path, error)| panic!("{path:?}: {error}"));
    let store = SourceStore::default();
    let mut session = Session::new(&store, &folders);
    let found = verdict::run_checked(&mut session, "main.gno", text.as_bytes(), Settings::default()).mismatch;
    assert!(found.is_empty(), "{found:?}");
}

/// As in the reference: the type goes where the value goes within a function.
#[test]
fn places_have_the_type_of_the_value_stored_last() {
    passes(
        r#"package main

type celsius float64

func (c celsius) String() string { return "warm" }

type label string

type verdict bool

type sample struct {
	value float64
	name  string
	good  verdict
}

var global = "g"

func main() {
	x := 1.5
	*(*celsius)(&x) = 2
	y := x + 1
	println(x, y, 1+x, x == 2, float64(x) == 2)
	x += 1
	println(x)
	x = 3
	println(x, x == 3)

	s := &sample{value: 1}
	name := (*label)(&s.name)
	*name = "n"
	s.good = x == 3
	println(s.name, s.good, s.good == true, *s)
	s.name, s.good = "m", true
	println(s.name, s.good)

	names := []string{"a", "b"}
	*(*label)(&names[1]) = "c"
	*(*label)(&global) = "h"
	for _, name := range names {
		println(name)
	}
	names = append(names, global)
	println(names[1], names[2], global)
	var held any = global
	_, isLabel := held.(label)
	println(isLabel)

	good := x != 3
	named := verdict(good)
	named = x < 9
	println(named, sample{good: x < 9}.good)
}

// Output:
// warm warm 3 false false
// warm
// 3 true
// ("n" main.label) true false (struct{(1 float64),("n" main.label),(true bool)} main.sample)
// m (true main.verdict)
// a
// ("c" main.label)
// c h ("h" main.label)
// true
// true true
"#,
    );
}

#[test]
fn calls_and_copies_give_values_the_type_of_their_place() {
    passes(
        r#"package main

type celsius float64

type pair struct{ a, b float64 }

func same(x float64) float64 { return x }

func main() {
	x := 1.5
	p := (*celsius)(&x)
	println(p)
	*p = 2
	m := map[string]float64{"x": x}
	println(x, same(x), m["x"], append([]float64{x}, x)[0])
	v := pair{a: x}
	w := v
	println(v.a, w.a)
}

// Output:
// &(1.5 main.celsius)
// (2 main.celsius) 2 2 2
// (2 main.celsius) 2
"#,
    );
}
