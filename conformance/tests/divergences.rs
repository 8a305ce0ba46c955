//! What Regno does in the cases of `DIVERGENCES.md` that no other test shows: each program compares itself with its directives.

use regno_conformance::execute::Settings;
use regno_conformance::filetest::Row;
use regno_conformance::packages::PackageFolders;
use regno_conformance::session::Session;
use regno_conformance::store::SourceStore;
use regno_conformance::verdict;

fn run(text: &str) -> Row {
    let folders = PackageFolders::new(None, &[], true).unwrap_or_else(|(path, error)| panic!("{path:?}: {error}"));
    let store = SourceStore::default();
    let mut session = Session::new(&store, &folders);
    verdict::run_checked(&mut session, "main.gno", text.as_bytes(), Settings::default())
}

fn passes(text: &str) {
    let row = run(text);
    assert!(row.mismatch.is_empty(), "{:?} differ: {} {}", row.mismatch, row.output, row.error);
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
	t := *s
	*(*label)(&t.name) = "o"
	u := t
	println(u.name, append([]sample{t}, u)[1].name)
	var held any = global
	_, isLabel := held.(label)
	println(isLabel)

	good := x != 3
	named := verdict(good)
	named = x < 9
	println(named, sample{good: x < 9}.good)
	var judge judge = sample{value: x}
	println(judge.above(2), judge.above(9) == false, opposite(x < 9), opposite(named))
	println(both(x < 9, verdict(true)))
	println(recovered(x))
}

type judge interface{ above(limit float64) verdict }

func (s sample) above(limit float64) verdict { return s.value > limit }

func opposite(v verdict) verdict { return !v }

func both(a, b verdict) (verdict, verdict) { return b, a }

func recovered(x float64) (v verdict) {
	defer func() {
		recover()
		v = x > 0
	}()
	panic("")
}

// Output:
// warm warm 3 false false
// warm
// 3 true
// ("n" main.label) true false (struct{(1 float64),("n" main.label),(true bool)} main.sample)
// m (true main.verdict)
// a
// ("c" main.label)
// ("c" main.label) ("h" main.label) ("h" main.label)
// ("o" main.label) ("o" main.label)
// true
// true true
// true false false false
// (true main.verdict) true
// true
"#,
    );
}

#[test]
fn maps_and_calls_of_values_give_values_the_type_of_their_place() {
    passes(
        r#"package main

type celsius float64

func same(x float64) float64 { return x }

func main() {
	x := 1.5
	p := (*celsius)(&x)
	println(p)
	*p = 2
	m := map[string]float64{"x": x}
	f := same
	println(x, same(x), f(x), m["x"])
}

// Output:
// &(1.5 main.celsius)
// (2 main.celsius) (2 main.celsius) 2 2
"#,
    );
}

#[test]
fn a_pointer_to_an_interface_reads_the_value_itself() {
    passes(
        r#"package main

func main() {
	var x any = 1
	p := &x
	x = "text"
	println(*p)
	x = nil
	println(*p)
}

// Output:
// text
// undefined
"#,
    );
}

/// As in the reference; but there pointers that were taken while the variable was nil end the machine, and pointers are equal as keys of maps.
#[test]
fn pointers_to_an_interface_are_equal_if_its_type_was() {
    passes(
        r#"package main

func main() {
	var x, y any = 1, 1
	p, q := &x, &x
	println(p == q, any(p) == any(q), p != q, p == &y, p == nil)
	x = "text"
	println(p == &x)
	x = nil
	println(&x == &x)
	m := map[*any]int{p: 1}
	println(m[p], m[q])
}

// Output:
// true true false false false
// false
// true
// 1 0
"#,
    );
}

/// As in the reference.
#[test]
fn elements_of_a_printed_slice_have_their_methods_called() {
    passes(
        r#"package main

type name string

func (n name) String() string { return "<" + string(n) + ">" }

type failure struct{}

func (failure) Error() string { return "failure" }

func main() {
	println([]any{name("a"), 1, failure{}, nil, "s"}...)
	println([]error{failure{}, nil}...)
	println([]name{"b", "c"}...)
	println([]byte("d")...)
	println([]any{}...)
}

// Output:
// <a> 1 failure undefined s
// failure undefined
// <b> <c>
// 100
//

// TypeCheckError:
// main/main.gno:12:50: invalid operation: invalid use of ... with built-in println; main/main.gno:13:33: invalid operation: invalid use of ... with built-in println; main/main.gno:14:26: invalid operation: invalid use of ... with built-in println; main/main.gno:15:21: invalid operation: invalid use of ... with built-in println; main/main.gno:16:17: invalid operation: invalid use of ... with built-in println
"#,
    );
}

/// As in the reference.
#[test]
fn elements_of_an_array_are_evaluated_before_a_key_that_is_no_constant() {
    passes(
        r#"package main

func show(n int) int {
	println(n)
	return n
}

func main() {
	k := 1
	println([3]int{show(5), k: show(6), show(7)})
}

// Output:
// 5
// 6
// 7

// Error:
// interface conversion: gnolang.Expr is *gnolang.NameExpr, not *gnolang.ConstExpr

// TypeCheckError:
// main/main.gno:10:26: index k must be integer constant
"#,
    );
}

/// As in the reference, also where keys are not constant.
#[test]
fn a_nil_element_of_a_slice_literal_may_be_given_again() {
    passes(
        r#"package main

func main() {
	k := 0
	println([]any{0: nil, 0: 1, 2: nil}, []any{k: nil, k + 1: nil, k: 2})
	println([]any{0: 1, 0: nil})
}

// Output:
// slice[(1 int),(undefined),(undefined)] slice[(2 int),(undefined)]

// Error:
// duplicate index 0 in array or slice literal

// TypeCheckError:
// main/main.gno:5:24: duplicate index 0 in array or slice literal; main/main.gno:5:45: index k must be integer constant; main/main.gno:5:53: index k + 1 must be integer constant; main/main.gno:5:65: index k must be integer constant; main/main.gno:6:22: duplicate index 0 in array or slice literal
"#,
    );
}

#[test]
fn independent_variables_of_a_package_are_initialised_in_source_order() {
    passes(
        r#"package main

func say(s string) string {
	println(s)
	return s
}

var sum = second + first

var (
	first  = say("first")
	second = say("second")
	third  = say("third")
)

func main() { println(sum) }

// Output:
// second
// first
// first
// second
// third
// secondfirst
"#,
    );
}

#[test]
fn a_block_in_a_loop_may_have_a_variable_named_as_that_of_the_loop() {
    passes(
        r#"package main

func main() {
	total := 10
	for i := 0; i < 2; i++ {
		{
			i := i * 100
			total += i
		}
		total++
		println(i, total)
	}
}

// Output:
// 0 11
// 1 112
"#,
    );
}

#[test]
fn a_limit_failure_while_arguments_are_copied_is_the_plain_failure() {
    passes(
        r#"// MAXALLOC: 3400
package main

type wide struct{ a, b, c, d, e, f, g, h, i, j, k, l int }

func f(x, y, z wide, n int) { println("called") }

func main() {
	var v wide
	f(v, v, v, 1)
}

// Error:
// allocation limit exceeded
"#,
    );
}

#[test]
fn the_tree_of_a_program_is_not_compared() {
    passes(
        r#"package main

func main() { println("here") }

// Output:
// here

// Preprocessed:
// file{ package other }
"#,
    );
}

#[test]
fn parameters_in_the_stored_type_of_a_nil_function_are_named_as_in_an_identical_type() {
    let row = run(r#"// PKGPATH: gno.land/r/test/names
package names

var named func(first int)

var list [1]func(second int)

func main(cur realm) { list = [1]func(second int){} }

// Realm:
"#);
    assert_eq!(row.error, "");
    assert!(row.realm.contains(r#""Name": "first""#) && !row.realm.contains("second"), "{}", row.realm);
}

#[test]
fn a_failure_in_the_operand_of_range_is_the_plain_failure() {
    passes(
        r#"package main

func main() {
	defer func() { println(recover()) }()
	rows := [][]int{}
	for range rows[0] {
	}
}

// Output:
// slice index out of bounds: 0 (len=0)
"#,
    );
}

#[test]
fn a_comparison_converted_to_an_interface_is_a_bool() {
    passes(
        r#"package main

func is(x any) bool {
	_, ok := x.(bool)
	return ok
}

func main() {
	a, b := 1, 2
	println(is(any(a == b)), is(a == b), is(any(!(a == b))))
}

// Output:
// true true true
"#,
    );
}

/// As in the reference where they are not nil and not read through a pointer.
#[test]
fn slices_of_variadic_arguments_say_so() {
    passes(
        r#"package main

func pack(items ...int) []any { return []any{items} }

func main() {
	println(pack(1), pack([]int{2}...), pack(nil...))
	held := func(items ...int) []int { return items }(3)
	println([]any{*&held})
}

// Output:
// slice[(slice[(1 int)] ...int)] slice[(slice[(2 int)] []int)] slice[(nil []int)]
// slice[(slice[(3 int)] ...int)]
"#,
    );
}
