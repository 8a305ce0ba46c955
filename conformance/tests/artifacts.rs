//! Artifacts: the same bytes every time, the same behaviour as the module they came from, and nothing but an error from
//! anything else.

use regno_bytecode::artifact::{decode, encode};
use regno_conformance::compile::Source;
use regno_conformance::corpus::CORPORA;
use regno_conformance::execute::execute;
use regno_conformance::session::compile_package;
use std::path::{Path, PathBuf};
use std::{fs, thread};

fn corpora() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpora")
}

fn source_at(path: &Path) -> Source {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let text = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Source { name, text }
}

fn bytes_of(source: Source) -> Option<Vec<u8>> {
    compile_package("main", &[source]).ok().map(|module| encode(&module))
}

/// A program of each sort: small, large, with every table filled.
fn samples() -> Vec<PathBuf> {
    ["meter/call_closure_nested.gno", "meter/typeswitch_iface.gno", "apps/avl_tree.gno"]
        .map(|name| corpora().join(name))
        .into()
}

#[test]
fn the_same_bytes_from_two_folders_and_many_threads() {
    for path in samples() {
        let folders = [tempfile::tempdir(), tempfile::tempdir()];
        let copies = folders.iter().map(|folder| {
            let folder = folder.as_ref().unwrap_or_else(|error| panic!("{error}"));
            let copy = folder.path().join(path.file_name().unwrap_or_default());
            fs::copy(&path, &copy).unwrap_or_else(|error| panic!("{error}"));
            bytes_of(source_at(&copy))
        });
        let mut all: Vec<Option<Vec<u8>>> = copies.collect();
        let threads: Vec<_> = (0..4)
            .map(|_| {
                thread::spawn({
                    let path = path.clone();
                    move || bytes_of(source_at(&path))
                })
            })
            .collect();
        all.extend(threads.into_iter().map(|thread| thread.join().unwrap_or_default()));
        assert!(all.windows(2).all(|pair| pair.first() == pair.last()) && all.first().is_some_and(Option::is_some));
    }
}

#[test]
fn a_decoded_artifact_behaves_like_its_module() {
    for corpus in CORPORA {
        let rows = corpus.load(&corpora()).unwrap_or_else(|error| panic!("{error}"));
        for row in rows {
            let Ok(module) = compile_package("main", &[source_at(&row.path)]) else { continue };
            let decoded = decode(&encode(&module)).unwrap_or_else(|error| panic!("{}: {error}", row.file));
            assert_eq!(decoded, module, "{}", row.file);
            assert_eq!(execute(decoded, corpus.settings()), execute(module, corpus.settings()), "{}", row.file);
        }
    }
}

#[test]
fn a_flipped_byte_is_an_error() {
    for path in samples() {
        let bytes = bytes_of(source_at(&path)).unwrap_or_default();
        for at in 0..bytes.len() {
            for bit in [0x01, 0x80, 0xff] {
                let mut damaged = bytes.clone();
                if let Some(byte) = damaged.get_mut(at) {
                    *byte ^= bit;
                }
                assert!(decode(&damaged).is_err(), "byte {at} of {}", path.display());
            }
        }
    }
}

#[test]
fn a_truncated_artifact_is_an_error() {
    for path in samples() {
        let bytes = bytes_of(source_at(&path)).unwrap_or_default();
        for length in 0..bytes.len() {
            assert!(decode(bytes.get(..length).unwrap_or_default()).is_err(), "{length} bytes of {}", path.display());
        }
    }
}

#[test]
fn other_bytes_are_an_error() {
    assert!(decode(b"").is_err());
    assert!(decode(&[0; 4096]).is_err());
    assert!(decode(b"package main").is_err());
}
