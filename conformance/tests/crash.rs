//! A process that is killed at any moment of a busy series of messages loses none that it has reported, and leaves no half of one.
//!
//! `REGNO_CRASHES` sets the number of kills (default 20).
#![expect(clippy::unwrap_used)]

#[path = "../../store/tests/killed/mod.rs"]
mod killed;

use regno_conformance::chain::{self, Chain, Message, Options, StoredPackages};
use regno_conformance::compile::Source;
use regno_conformance::store::SourceStore;
use regno_frontend::package::NoPackages;
use regno_store::Store;
use regno_store::disk::DiskStore;
use std::io::Write as _;

const PATH: &str = "gno.land/r/test/busy";

/// Every message changes variables, a slice, a map and a chain of structs, makes objects and drops others; all of them say the same.
const SOURCE: &str = r#"package busy

type Item struct {
	number int
	before *Item
}

var (
	count  int
	all    []int
	recent = map[int]*Item{}
	last   *Item
)

func Step(cur realm) int {
	count++
	all = append(all, count)
	last = &Item{count, last}
	recent[count%10] = last
	if count >= 10 {
		recent[(count+1)%10].before = nil
	}
	return count
}

func Check() int {
	if len(all) != count {
		panic("slice")
	}
	for i, n := range all {
		if n != i+1 {
			panic("element")
		}
	}
	item := last
	for i := count; i > 0 && i > count-9; i-- {
		if item.number != i || recent[i%10] != item {
			panic("item")
		}
		item = item.before
	}
	return count
}
"#;

fn with_chain<T>(store: &dyn Store, act: impl FnOnce(&Chain<'_>) -> T) -> T {
    let (packages, sources) = (StoredPackages::new(store, &NoPackages), SourceStore::default());
    act(&Chain::new(&packages, &sources, Options::default()))
}

fn count(store: &dyn Store) -> u64 {
    with_chain(store, |chain| number(&chain.query(PATH, "Check()", &Message::default()).unwrap().results[0]))
}

/// The number in the text of a result.
fn number(result: &str) -> u64 {
    result.strip_prefix('(').unwrap().strip_suffix(" int)").unwrap().parse().unwrap()
}

/// Not a test of its own: what the killed process does.
#[test]
fn sender() {
    let Some(directory) = killed::directory() else { return };
    let store = DiskStore::open(&directory).unwrap();
    with_chain(&store, |chain| {
        loop {
            let outcome = chain.call(PATH, "Step", &[], &Message::default()).unwrap();
            writeln!(std::io::stderr().lock(), "{}", number(&outcome.results[0])).unwrap();
        }
    });
}

#[test]
fn killed_senders_lose_nothing() {
    if killed::directory().is_some() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let store = DiskStore::open(directory.path()).unwrap();
    let file = |name: &str, text: &str| Source { name: name.to_owned(), text: text.as_bytes().to_vec() };
    let module = format!("module = {PATH:?}\ngno = \"0.9\"\n");
    let files = [file("busy.gno", SOURCE), file("gnomod.toml", &module)];
    with_chain(&store, |chain| chain.add(PATH, &files, &Message::default())).unwrap();
    drop(store);
    let mut done = 0;
    let kills = killed::run("sender", directory.path(), 150, |reported| {
        let store = DiskStore::open_existing(directory.path()).unwrap();
        let count = count(&store);
        assert!(count >= reported.max(done), "{count} messages are in the state, {reported} were reported");
        let (_, damage) = chain::verify(&store).unwrap();
        assert_eq!(damage, []);
        done = count;
    });
    assert!(kills < 20 || done > kills, "{done} messages in {kills} runs");
}
