//! Damaged exports and damaged states: refused with what is wrong, or harmless.
//!
//! Over a fixed number of inputs (`inputs`):
//!
//! 1. *Exports.* Bytes of an export are changed, with its hash made right again or not: it is refused and the store stays empty, or it
//!    is an export of another whole state.
//! 2. *Objects.* Objects of a state get other bytes and the hash that fits them, or refer to other objects of the state: calls and
//!    queries fail or do something else.
#![expect(clippy::unwrap_used)]

mod inputs;

use inputs::all;
use regno_conformance::chain::{self, Chain, Message, Options, StoredPackages};
use regno_conformance::compile::Source;
use regno_conformance::fuzz::Random;
use regno_conformance::store::SourceStore;
use regno_frontend::package::NoPackages;
use regno_store::memory::MemoryStore;
use regno_store::{Hash, Space, Store, Write, export, keys};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

const EXPORTS: u64 = 2_000;
const OBJECTS: u64 = 2_000;
const PATH: &str = "gno.land/r/test/kinds";

/// Every kind of object, and functions that read and change all of them.
const SOURCE: &str = r#"package kinds

type Shape interface{ Area() int }

type Square struct{ side int }

func (s *Square) Area() int { return s.side * s.side }

type Pair struct {
	a, b   any
	inner  Square
	next   *Pair
	values [3]int16
}

var (
	number  = 5
	text    = "text"
	list    = []string{"a", "b", "c"}
	data    = []byte("bytes")
	pairs   = map[string]*Pair{}
	shapes  = map[Square]Shape{}
	first   = &Pair{a: 1, b: "x", next: &Pair{}}
	field   = &first.inner
	element = &list[1]
	method  = first.inner.Area
	array   = [2]Pair{}
	count   func() int
	either  any = first
)

func init() {
	n := 0
	count = func() int {
		n++
		return n
	}
	pairs["first"], pairs["other"] = first, &Pair{a: list, b: count}
	shapes[Square{2}] = &Square{3}
}

func Change(cur realm) int {
	sum := count() + method() + field.side + len(*element) + first.next.inner.side
	for _, pair := range pairs {
		pair.values[1]++
		pair.inner.side++
		pair.next = &Pair{a: pair.a, b: pair.next}
		sum += int(pair.values[1])
	}
	for key, shape := range shapes {
		sum += shape.Area() + key.side
	}
	for i := range array {
		array[i].a = text
		sum += array[i].inner.Area()
	}
	list = append(list, text)
	data[0]++
	*element += "!"
	delete(pairs, "other")
	number += sum
	if pair, ok := either.(*Pair); ok {
		pair.next = nil
	}
	return number
}

func Sum() int {
	sum := number + len(text) + int(data[1]) + len(list[0]) + field.side
	for _, pair := range pairs {
		sum += pair.inner.Area() + int(pair.values[2])
	}
	return sum
}
"#;

fn with_chain<T>(store: &dyn Store, act: impl FnOnce(&Chain<'_>) -> T) -> T {
    let (packages, sources) = (StoredPackages::new(store, &NoPackages), SourceStore::default());
    let options = Options { gas_limit: Some(200_000_000), max_alloc: Some(10_000_000), simulate: false };
    act(&Chain::new(&packages, &sources, options))
}

/// A state with one realm, as its export.
fn exported() -> Vec<u8> {
    let store = MemoryStore::new();
    let file = |name: &str, text: &str| Source { name: name.to_owned(), text: text.as_bytes().to_vec() };
    let module = format!("module = {PATH:?}\ngno = \"0.9\"\n");
    let files = [file("gnomod.toml", &module), file("kinds.gno", SOURCE)];
    with_chain(&store, |chain| {
        chain.add(PATH, &files, &Message::default()).unwrap();
        chain.call(PATH, "Change", &[], &Message::default()).unwrap();
    });
    let mut text = Vec::new();
    export::export(&*store.snapshot().unwrap(), &mut text).unwrap();
    text
}

/// Gives an export the last line that fits its entries.
fn seal(text: &mut Vec<u8>) {
    let end = text.windows(5).rposition(|window| window == b"\nend ").map_or(text.len(), |at| at + 1);
    text.truncate(end);
    let count = text.iter().filter(|&&byte| byte == b'\n').count().saturating_sub(1);
    let digest = Sha256::digest(&text).iter().fold(String::new(), |mut digits, byte| {
        let _ = write!(digits, "{byte:02x}");
        digits
    });
    text.extend(format!("end {count} {digest}\n").into_bytes());
}

#[test]
fn damaged_exports_are_refused_and_leave_nothing() {
    let whole = exported();
    all(EXPORTS, |number| {
        let random = &mut Random::new(number);
        let mut text = whole.clone();
        for _ in 0..=random.below(2) {
            let (at, other) = (random.below(text.len()), random.below(text.len()));
            match random.below(6) {
                0 => text[at] = random.below(256) as u8,
                1 => drop(text.remove(at)),
                2 => text.insert(at, b" %+=\n0aB"[random.below(8)]),
                3 => text.truncate(at),
                4 => text.swap(at, other),
                _ => text[at] ^= 1 << random.below(8),
            }
        }
        if random.below(4) != 0 {
            seal(&mut text);
        }
        let store = MemoryStore::new();
        if export::import(&mut text.as_slice(), &store).is_err() {
            assert_eq!(chain::verify(&store).unwrap().0, 0, "half of it is there");
            return false;
        }
        let mut again = Vec::new();
        export::export(&*store.snapshot().unwrap(), &mut again).unwrap();
        assert!(again == text, "another spelling");
        assert_eq!(chain::verify(&store).unwrap().1, []);
        true
    });
}

/// Objects of a state by key, without their hashes.
fn objects(store: &MemoryStore) -> Vec<(String, Vec<u8>)> {
    let mut objects = Vec::new();
    let view = store.snapshot().unwrap();
    let each = &mut |key: &str, value: &[u8]| {
        if keys::object_of(key).is_some() {
            objects.push((key.to_owned(), value[20..].to_vec()));
        }
        true
    };
    view.scan(Space::Base, keys::OBJECTS, each).unwrap();
    objects
}

/// Damages one object.
fn damage(random: &mut Random, objects: &[(String, Vec<u8>)]) -> Write {
    let (key, bytes) = &objects[random.below(objects.len())];
    let mut bytes = bytes.clone();
    let (at, other) = (random.below(bytes.len()), random.below(bytes.len()));
    match random.below(8) {
        0 => bytes[at] ^= 1 << random.below(8),
        1 => bytes.swap(at, other),
        2 => bytes[at] = random.below(256) as u8,
        // Another object, of its own or another kind, under this one's identity.
        3 => {
            let (from, content) = &objects[random.below(objects.len())];
            bytes = replace(content, &from[keys::OBJECTS.len()..], &key[keys::OBJECTS.len()..], 1);
        }
        _ => {
            let (from, to) = (&objects[random.below(objects.len())].0, &objects[random.below(objects.len())].0);
            let (from, to) = (&from[keys::OBJECTS.len()..], &to[keys::OBJECTS.len()..]);
            // The first mention is the identity of the object itself.
            bytes = replace(&bytes, from, to, usize::from(key.ends_with(from)));
        }
    }
    let entry = [Hash::of(&bytes).0.as_slice(), &bytes].concat();
    Write::new(Space::Base, key.as_str(), Some(entry))
}

/// Replaces a text of the same length, from the mention `skip` on or, for the last, everywhere.
fn replace(bytes: &[u8], from: &str, to: &str, skip: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    if from.len() != to.len() {
        return bytes;
    }
    let places: Vec<usize> = (0..bytes.len()).filter(|&at| bytes[at..].starts_with(from.as_bytes())).collect();
    let places = if skip == 1 && places.len() == 1 { &places[..] } else { places.get(skip..).unwrap_or_default() };
    for &at in places {
        bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
    }
    bytes
}

#[test]
fn calls_on_damaged_objects_fail_or_do_something_else() {
    let text = exported();
    let whole = MemoryStore::new();
    export::import(&mut text.as_slice(), &whole).unwrap();
    let objects = objects(&whole);
    assert!(objects.len() > 30, "{} objects", objects.len());
    all(OBJECTS, |number| {
        let random = &mut Random::new(number);
        let store = MemoryStore::new();
        export::import(&mut text.as_slice(), &store).unwrap();
        let writes: Vec<Write> = (0..=random.below(2)).map(|_| damage(random, &objects)).collect();
        store.write(&writes).unwrap();
        with_chain(&store, |chain| {
            let query = chain.query(PATH, "Sum()", &Message::default());
            let call = chain.call(PATH, "Change", &[], &Message::default());
            let again = chain.call(PATH, "Change", &[], &Message::default());
            query.is_ok() || call.is_ok() || again.is_ok()
        })
    });
}
