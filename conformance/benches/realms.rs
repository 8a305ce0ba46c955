//! Calls a second of realms, and what a call costs in large states.
//!
//! `cargo bench -p regno-conformance --bench realms [-- quick] [calls] [objects] [realms]`: a counter, a token transfer and an insertion
//! into a tree, on a state in memory and in a file, each without and with a cache (`memory`, `memory-cached`, `file`, `file-cached` name
//! one of them); then states of 1,000 to 100,000 objects in a tree and a map, and of up to 10,000 realms.
//! Times are those that the thread has run, so that waiting for the disk is not in them. `docs/performance.md` has the figures.
#![expect(clippy::unwrap_used, clippy::print_stdout)]

use regno_conformance::chain::{Chain, Message, Options, StoredPackages};
use regno_conformance::compile::Source;
use regno_conformance::packages::PackageFolders;
use regno_conformance::store::SourceStore;
use regno_store::Store;
use regno_store::cache::CachedStore;
use regno_store::disk::DiskStore;
use regno_store::memory::MemoryStore;
use std::time::{Duration, Instant};

const PATH: &str = "gno.land/r/bench/bank";
/// Bytes that a cache may take.
const CACHE: usize = 1 << 28;
const STORES: [&str; 4] = ["memory", "memory-cached", "file", "file-cached"];
const SOURCE: &str = include_str!("../programs/realms/bank.gno");

fn with_chain<T>(store: &dyn Store, act: impl FnOnce(&Chain<'_>) -> T) -> T {
    let library = PackageFolders::new(None, &[], false).unwrap();
    let (packages, sources) = (StoredPackages::new(store, &library), SourceStore::default());
    act(&Chain::new(&packages, &sources, Options { max_alloc: Some(500_000_000), ..Options::default() }))
}

/// Storage is paid for, so that the large states need a rich sender.
fn message() -> Message {
    Message { max_deposit: Some(u64::MAX / 4), ..Message::default() }
}

fn add(chain: &Chain<'_>, path: &str, source: &str) {
    let file = |name: &str, text: &str| Source { name: name.to_owned(), text: text.as_bytes().to_vec() };
    let module = format!("module = {path:?}\ngno = \"0.9\"\n");
    chain.add(path, &[file("a.gno", source), file("gnomod.toml", &module)], &message()).unwrap();
}

fn call(chain: &Chain<'_>, func: &str, args: &[usize]) -> u64 {
    let args: Vec<String> = args.iter().map(usize::to_string).collect();
    let outcome = chain.call(PATH, func, &args, &message());
    outcome.unwrap_or_else(|error| panic!("{func}: {error}")).report.gas
}

fn new_bank(chain: &Chain<'_>) {
    let rich = regno_conformance::coins::parse_coins("1000000000000000000ugnot").unwrap();
    chain.credit(regno_conformance::chain::CALLER, &rich).unwrap();
    add(chain, PATH, SOURCE);
}

/// Time that the thread has run, where the system tells; it does not depend on what else runs. Else time that has passed.
fn now(start: Instant) -> Duration {
    let spent = std::fs::read_to_string("/proc/thread-self/schedstat");
    let spent = spent.ok().and_then(|text| text.split(' ').next()?.parse().ok());
    spent.map_or_else(|| start.elapsed(), Duration::from_nanos)
}

/// Time and gas of one call, over as many as fit into the time.
fn measure(limit: Duration, mut each: impl FnMut(usize) -> u64) -> (Duration, u64) {
    let (start, mut calls, mut gas) = (Instant::now(), 0, 0);
    let before = now(start);
    while start.elapsed() < limit {
        gas += each(calls);
        calls += 1;
    }
    ((now(start) - before) / calls as u32, gas / calls as u64)
}

fn show(what: &str, (time, gas): (Duration, u64)) {
    println!("{what:<44} {:>9.0} calls/s {:>9.1} µs {gas:>12} gas", 1.0 / time.as_secs_f64(), time.as_secs_f64() * 1e6);
}

/// The three workloads on one store.
fn workloads(name: &str, store: &dyn Store, limit: Duration, accounts: usize) {
    with_chain(store, |chain| {
        new_bank(chain);
        call(chain, "Mint", &[0, accounts]);
        call(chain, "Fill", &[0, accounts]);
        show(&format!("{name}: counter"), measure(limit, |_| call(chain, "Count", &[])));
        let transfer = |n: usize| call(chain, "Transfer", &[n % accounts, (n * 31 + 7) % accounts, 1]);
        show(&format!("{name}: transfer among {accounts}"), measure(limit, transfer));
        let insert = |n: usize| call(chain, "Insert", &[accounts + n]);
        show(&format!("{name}: insert into a tree of {accounts}"), measure(limit, insert));
    });
}

fn growing(limit: Duration, sizes: &[usize]) {
    for table in [false, true] {
        let store = CachedStore::new(MemoryStore::new(), CACHE);
        with_chain(&store, |chain| {
            new_bank(chain);
            let mut filled = 0;
            for &size in sizes {
                while filled < size {
                    // A map is loaded whole each time.
                    let next = (filled + if table { 10_000 } else { 2_000 }).min(size);
                    call(chain, if table { "FillTable" } else { "Fill" }, &[filled, next]);
                    filled = next;
                }
                let what = if table { "map" } else { "tree" };
                let find = if table { "Look" } else { "Find" };
                show(
                    &format!("{size} objects in a {what}: {find}"),
                    measure(limit, |n| call(chain, find, &[n * 37 % size])),
                );
                if !table {
                    let insert = |n: usize| call(chain, "Insert", &[size + n]);
                    show(&format!("{size} objects in a {what}: Insert"), measure(limit, insert));
                }
                show(&format!("{size} objects in a {what}: Count"), measure(limit, |_| call(chain, "Count", &[])));
            }
        });
    }
}

fn realms(limit: Duration, sizes: &[usize]) {
    let directory = tempfile::tempdir().unwrap();
    let store = DiskStore::open(directory.path()).unwrap();
    with_chain(&store, new_bank);
    let mut made = 0;
    for &size in sizes {
        // A chain keeps what it compiles: a new one now and then.
        while made < size {
            let next = (made + 500).min(size);
            with_chain(&store, |chain| {
                let start = Instant::now();
                let before = now(start);
                for number in made..next {
                    let text = format!(
                        "package small\n\nvar count int\n\nfunc Count(cur realm) int {{\n\tcount += {number}\n\treturn count\n}}\n"
                    );
                    add(chain, &format!("gno.land/r/bench/small{number}"), &text);
                }
                if next == size {
                    let each = (now(start) - before) / (next - made) as u32;
                    println!(
                        "{:<44} {:>29.1} µs",
                        format!("adding a realm, {size} are there"),
                        each.as_secs_f64() * 1e6
                    );
                }
            });
            made = next;
        }
        with_chain(&store, |chain| {
            let start = Instant::now();
            let before = now(start);
            call(chain, "Count", &[]);
            let first = (now(start) - before).as_secs_f64() * 1e6;
            println!("{:<44} {first:>29.1} µs", format!("{size} realms: first call of a process"));
            show(&format!("{size} realms: counter"), measure(limit, |_| call(chain, "Count", &[])));
        });
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let given = |name: &str| arguments.iter().any(|argument| argument == name);
    let quick = given("quick");
    let one_of = |names: &[&str], name: &str| given(name) || !names.iter().any(|name| given(name));
    let part = |name: &str| one_of(&["calls", "objects", "realms"], name);
    let limit = Duration::from_millis(if quick { 200 } else { 1000 });
    if part("calls") {
        for name in STORES.into_iter().filter(|name| one_of(&STORES, name)) {
            let directory = tempfile::tempdir().unwrap();
            let file = || DiskStore::open(directory.path()).unwrap();
            match name {
                "memory" => workloads(name, &MemoryStore::new(), limit, 1000),
                "memory-cached" => workloads(name, &CachedStore::new(MemoryStore::new(), CACHE), limit, 1000),
                "file" => workloads(name, &file(), limit, 1000),
                _ => workloads(name, &CachedStore::new(file(), CACHE), limit, 1000),
            }
        }
    }
    if part("objects") {
        growing(limit, if quick { &[1_000, 10_000] } else { &[1_000, 10_000, 100_000] });
    }
    if part("realms") {
        realms(limit, if quick { &[100, 500] } else { &[100, 1_000, 10_000] });
    }
}
