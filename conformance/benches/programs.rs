//! The benchmark programs: compile time of each, and run time with metering, in exact mode, and without metering.
//!
//! `cargo bench -p regno-conformance`; absolute times depend on the machine, ratios are what counts (`docs/performance.md`).

// The macro of the benchmark harness makes a public function without documentation.
#![allow(missing_docs)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use regno_conformance::compile::{CompileError, Program, Source};
use regno_conformance::execute::{Settings, execute_linked};
use regno_conformance::packages::PackageFolders;
use regno_conformance::session::Session;
use regno_conformance::store::SourceStore;
use regno_runtime::Metering;
use std::path::{Path, PathBuf};
use std::{fs, io};

fn programs() -> io::Result<Vec<(String, Vec<u8>)>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("programs");
    let mut paths = fs::read_dir(folder)?.map(|entry| entry.map(|e| e.path())).collect::<io::Result<Vec<PathBuf>>>()?;
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            fs::read(&path).map(|text| (name, text))
        })
        .collect()
}

/// The program with what it imports, all compiled from source.
fn compile(sources: &[Source]) -> Result<Program, CompileError> {
    let packages =
        PackageFolders::new(None, &[], false).unwrap_or_else(|(path, error)| panic!("{}: {error}", path.display()));
    let store = SourceStore::default();
    Session::new(&store, &packages).compile("main", None, sources)
}

fn bench(criterion: &mut Criterion) {
    let programs = match programs() {
        Ok(programs) => programs,
        Err(error) => panic!("cannot read the benchmark programs: {error}"),
    };
    for (name, text) in programs {
        let mut group = criterion.benchmark_group(&name);
        group.sample_size(10);
        group.throughput(Throughput::Bytes(text.len() as u64));
        let sources = [Source { name: format!("{name}.gno"), text }];
        group.bench_function("compile", |b| b.iter(|| compile(&sources)));
        group.throughput(Throughput::Elements(1));
        let Ok(program) = compile(&sources) else { panic!("{name} does not compile") };
        let modules = program.into_modules();
        for (mode, metering) in [("block", Metering::Auto), ("exact", Metering::Exact), ("off", Metering::Off)] {
            let settings = Settings { metering, ..Settings::default() };
            group.bench_function(mode, |b| b.iter(|| execute_linked(modules.clone(), None, settings)));
        }
        group.finish();
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
