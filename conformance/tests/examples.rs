//! The worked examples of memory accounting (spec/03 §11): what each charge leaves in the counter, what each collection visits, and
//! the totals.

use regno_conformance::execute::Settings;
use regno_conformance::filetest::{Row, run};
use regno_conformance::packages::PackageFolders;
use regno_conformance::session::Session;
use regno_conformance::store::SourceStore;

/// What the example states.
struct Example {
    text: &'static str,
    /// Values of the allocation counter, in this order, others between them. Where a collection starts it is what is counted.
    moments: &'static [i64],
    /// Values visited by each collection.
    visits: &'static [u64],
    memory_gas: u64,
    /// Allocation counter at the end.
    bytes: i64,
    output: &'static str,
}

/// Gas of a visit (spec/03 §8.2).
const VISIT: u64 = 8;

fn with_session<T>(body: impl FnOnce(&mut Session<'_>) -> T) -> T {
    let packages = PackageFolders::new(None, &[], true).unwrap_or_else(|(path, error)| panic!("{path:?}: {error}"));
    body(&mut Session::new(&SourceStore::default(), &packages))
}

fn measure(session: &mut Session<'_>, text: &str, gas_limit: Option<u64>) -> Row {
    run(session, "example.gno", text.as_bytes(), Settings { gas_limit, ..Settings::default() })
}

fn gas_of(row: &Row, category: &str) -> u64 {
    row.gas_by.get(category).and_then(serde_json::Value::as_u64).unwrap_or(0)
}

/// The program's states at every charge of gas: it stops there under a limit that rises from charge to charge.
fn trace(session: &mut Session<'_>, text: &str, full: &Row) -> Vec<Row> {
    let mut states = Vec::new();
    let mut limit = 0;
    while limit < full.gas {
        let state = measure(session, text, Some(limit));
        assert!(state.gas > limit, "the limit of {limit} is not crossed");
        limit = state.gas;
        states.push(state);
    }
    states
}

fn check(example: &Example) {
    with_session(|session| {
        let full = measure(session, example.text, None);
        assert_eq!((full.error.as_str(), full.output.as_str()), ("", example.output));
        let states = trace(session, example.text, &full);
        let mut bytes = states.iter().map(|state| state.alloc_bytes).chain([full.alloc_bytes]);
        for &moment in example.moments {
            assert!(bytes.any(|bytes| bytes == moment), "the counter never has {moment} after the moments before it");
        }
        // A collection that passes the peak charges memory on the way, so there can be states within it.
        let mut collected = states.iter().map(|state| gas_of(state, "GC"));
        let mut expected = 0;
        for visits in example.visits {
            expected += visits * VISIT;
            assert!(collected.any(|gas| gas == expected), "collections never stand at {expected} gas");
        }
        assert_eq!(gas_of(&full, "GC"), expected);
        assert_eq!((gas_of(&full, "memory allocation"), full.alloc_bytes), (example.memory_gas, example.bytes));
    });
}

/// §11.1
#[test]
fn byte_buffers_in_a_loop() {
    check(&Example {
        text: include_str!("examples/buffers.gno"),
        moments: &[
            1624, 2672, 4896, 7120, 9344, 9968, 3336, 4936, 7160, 9384, 2712, 4936, 7160, 9384, 2712, 4936, 7160,
        ],
        visits: &[10, 8, 8, 8, 8, 8],
        memory_gas: 9968,
        bytes: 7160,
        output: "",
    });
}

/// §11.2
#[test]
fn method_calls_and_strings() {
    check(&Example {
        text: include_str!("examples/rename.gno"),
        moments: &[1624, 2168, 2760, 3344, 5642, 7948, 3276, 5990, 3812, 4396, 4796, 7526, 3324, 3532, 5718],
        visits: &[12, 15, 12],
        memory_gas: 7948,
        bytes: 5718,
        output: "",
    });
}

/// §11.3: strings that many variables hold are counted for each.
#[test]
fn a_recount_above_the_peak() {
    check(&Example {
        text: include_str!("examples/shared.gno"),
        moments: &[4800, 9456, 11048, 11592, 11655, 12519],
        visits: &[36],
        memory_gas: 12519,
        bytes: 12519,
        output: "Allocator{maxBytes:100000, bytes:11592}\n",
    });
}

/// §11.4: after a collection the file of an imported package is loaded again.
#[test]
fn a_growing_global() {
    check(&Example {
        text: include_str!("examples/grow.gno"),
        moments: &[6768, 49239, 6629, 7458, 16188, 6453, 6997],
        visits: &[17, 16],
        memory_gas: 49239,
        bytes: 7922,
        output: "Allocator{maxBytes:50000, bytes:17428}\nAllocator{maxBytes:50000, bytes:6997}\n",
    });
}

/// §11.5: the realm value and its copy for the parameter, the callee's block; nothing for the body.
#[test]
fn a_crossing_call() {
    with_session(|session| {
        let mut bytes = |calls: usize| {
            let text = include_str!("examples/crossing.gno").replace("\t// calls\n", &"\tIncr(cross)\n".repeat(calls));
            let row = measure(session, &text, None);
            assert_eq!(row.error, "");
            row.alloc_bytes
        };
        let [none, one, two] = [bytes(0), bytes(1), bytes(2)];
        assert_eq!((one - none, two - one), (1152, 1152));
    });
}
