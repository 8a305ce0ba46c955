//! Damaged artifacts, with their digest made right again: the reader, the verifier, the linker, and the machine.
//!
//! Two properties, each over a fixed number of inputs; `REGNO_FUZZ_INPUTS`, `REGNO_FUZZ_START` and `REGNO_FUZZ_THREADS` as in the fuzz
//! test. An input is a function of its number.
//!
//! 1. *Any damage.* Bytes are changed, moved, added and removed anywhere: an error, or a module that links.
//! 2. *Damaged tables.* What the verifier does not claim to prove is that code is well typed (`docs/artifact.md`), so here code and
//!    types stay and everything else is changed: events, segments, prefixes, scopes, states, positions, texts, package slots, stored
//!    forms. The module is refused, or runs to an end, with collections at every allocation and the virtual collector at work.

mod inputs;

use inputs::all;
use regno_bytecode::artifact::{Artifact, decode, decode_artifact, encode, encode_with_source};
use regno_bytecode::event::{Event, GasSchedule, OpClass};
use regno_bytecode::module::{BlockKind, Function, Module, PackageSlot, SlotPlace};
use regno_conformance::compile::Source;
use regno_conformance::execute::{Settings, execute};
use regno_conformance::fuzz::Random;
use regno_conformance::session::compile_package;
use regno_runtime::{Collection, Environment, Metering, Program};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;

/// Inputs of an ordinary run.
const BYTES: u64 = 20_000;
const TABLES: u64 = 3_000;
/// Programs that take longer than the others.
const LARGE: usize = 12_000;

/// Start of the content digest in an artifact, and of what it covers.
const DIGEST: usize = 12;
const CONTENT: usize = 44;

fn modules() -> Vec<Module> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpora");
    let mut modules = Vec::new();
    for suite in ["meter", "memory", "apps"] {
        let mut paths: Vec<_> =
            fs::read_dir(root.join(suite)).into_iter().flatten().flatten().map(|e| e.path()).collect();
        paths.sort();
        for path in paths.iter().step_by(5) {
            let Ok(text) = fs::read(path) else { continue };
            let source = Source { name: "damage.gno".to_owned(), text };
            modules.extend(compile_package("main", &[source]).ok());
        }
    }
    assert!(modules.len() > 80, "{} programs", modules.len());
    modules
}

fn seal(bytes: &mut [u8]) {
    let Some(content) = bytes.get(CONTENT..) else { return };
    let digest = Sha256::new().chain_update(b"regno artifact v1\0").chain_update(content).finalize();
    if let Some(place) = bytes.get_mut(DIGEST..CONTENT) {
        place.copy_from_slice(&digest);
    }
}

fn damage_bytes(random: &mut Random, bytes: &mut Vec<u8>) {
    for _ in 0..=random.below(3) {
        let at = CONTENT + random.below(bytes.len().saturating_sub(CONTENT));
        let other = CONTENT + random.below(bytes.len().saturating_sub(CONTENT));
        let (value, length) = (random.below(256) as u8, random.below(9));
        match random.below(8) {
            0 => bytes.insert(at, value),
            1 => {
                bytes.remove(at);
            }
            2 => bytes.swap(at, other),
            3 => {
                let end = (other + length).min(bytes.len());
                let piece = bytes[other.min(end)..end].to_vec();
                bytes.splice(at..at, piece);
            }
            4 => bytes[at] = value,
            5 => bytes[at] = bytes[at].wrapping_add(1),
            _ => bytes[at] ^= 1 << random.below(8),
        }
    }
}

#[test]
fn any_damage_is_an_error_or_another_program() {
    let artifacts: Vec<Vec<u8>> = modules().iter().map(encode).collect();
    all(BYTES, |number| {
        let random = &mut Random::new(number);
        let mut bytes = artifacts[random.below(artifacts.len())].clone();
        damage_bytes(random, &mut bytes);
        seal(&mut bytes);
        let Ok(Artifact { module, source }) = decode_artifact(&bytes) else { return false };
        let again = source.map_or_else(|| encode(&module), |source| encode_with_source(&module, &source));
        assert!(again == bytes, "another spelling");
        Program::link(vec![module], &GasSchedule::reference(), Environment::Testing).is_ok()
    });
}

/// A number near another, or any.
fn near(random: &mut Random, value: u32) -> u32 {
    match random.below(6) {
        0 => value.wrapping_add(1),
        1 => value.wrapping_sub(1),
        2 => random.below(8) as u32,
        3 => u32::MAX - random.below(3) as u32,
        _ => value ^ 1 << random.below(12),
    }
}

fn place(random: &mut Random, frame: u32) -> SlotPlace {
    let register = random.below(frame as usize + 2) as u16;
    match random.below(4) {
        0 => SlotPlace::Register(register),
        1 => SlotPlace::Cell(register),
        2 => SlotPlace::Static { bytes: u64::from(near(random, 232)), visited: random.below(2) == 0 },
        _ => SlotPlace::Never,
    }
}

/// An element of a vector, if it has any.
fn any_of<'v, T>(random: &mut Random, items: &'v mut [T]) -> Option<&'v mut T> {
    let at = random.below(items.len());
    items.get_mut(at)
}

fn damage_tables(random: &mut Random, module: &mut Module) -> Option<()> {
    let types = module.types.len();
    if random.below(6) == 0 {
        return damage_package(random, module);
    }
    let function = any_of(random, &mut module.functions)?;
    let frame = function.frame_size;
    match random.below(14) {
        0 => {
            let event = match random.below(3) {
                0 => Event::Alloc(near(random, 504) & 0x7fff_ffff),
                1 => Event::Op(OpClass::ALL[random.below(OpClass::ALL.len())]),
                _ => Event::State(random.below(9) as u32),
            };
            *any_of(random, &mut function.events)? = event.pack();
        }
        1 => *any_of(random, &mut function.events)? = near(random, 77),
        2 => {
            let end = any_of(random, &mut function.event_ends)?;
            *end = near(random, *end);
        }
        3 => {
            let segment = any_of(random, &mut function.segments)?;
            segment.events_end = near(random, segment.events_end);
        }
        4 => {
            let line = any_of(random, &mut function.lines)?;
            (line.pc, line.file) = (near(random, line.pc), near(random, line.file));
        }
        5 => any_of(random, &mut function.scope_map)?.1 = random.below(9) as u32,
        6 => {
            let entry = any_of(random, &mut function.state_map)?;
            (entry.pc, entry.event) = (near(random, entry.pc), near(random, entry.event));
        }
        7 => any_of(random, &mut function.state_map)?.state = random.below(12) as u32,
        8 => {
            let scope = any_of(random, &mut function.scopes)?;
            any_of(random, &mut scope.slots)?.place = place(random, frame);
        }
        9 => {
            let scope = any_of(random, &mut function.scopes)?;
            any_of(random, &mut scope.slots)?.ty =
                Some(regno_bytecode::types::TypeRef::from_u32(random.below(types) as u32));
        }
        10 => damage_state(random, function, frame)?,
        11 => any_of(random, &mut function.scopes)?.parent = Some(random.below(5) as u32),
        12 => function.declared_at = (near(random, function.declared_at.0), near(random, function.declared_at.1)),
        _ => function.name = "\u{0}%s\n".repeat(random.below(3)),
    }
    Some(())
}

fn damage_state(random: &mut Random, function: &mut Function, frame: u32) -> Option<()> {
    let state = any_of(random, &mut function.states)?;
    match (random.below(3), &mut state.block) {
        (0, _) => state.outer = Some(random.below(6) as u32),
        (_, BlockKind::Scope { scope, from, to, entering, repeats }) => {
            (*scope, *from, *to) = (near(random, *scope), near(random, *from), near(random, *to));
            (*entering, *repeats) = (random.below(2) == 0, random.below(2) == 0);
        }
        (1, BlockKind::Native { bytes, visits, .. }) => {
            (*bytes, *visits) = (u64::MAX >> random.below(64), near(random, *visits));
        }
        (_, BlockKind::Native { args, .. }) => any_of(random, args)?.place = place(random, frame),
        (_, block) => *block = BlockKind::Package { files: random.below(4) as u32 },
    }
    Some(())
}

fn damage_package(random: &mut Random, module: &mut Module) -> Option<()> {
    match random.below(7) {
        0 => {
            *any_of(random, &mut module.package_slots)? =
                PackageSlot::Static { bytes: u64::MAX >> random.below(64), visited: random.below(2) == 0 };
        }
        1 => {
            let slot = *any_of(random, &mut module.package_slots)?;
            module.package_slots.insert(0, slot);
        }
        2 => *any_of(random, &mut module.parse_charges)? = near(random, 5),
        3 => module.files.clear(),
        4 => module.file_imports.push(Vec::new()),
        5 => {
            let string = any_of(random, &mut module.strings)?;
            string.push(0xff);
        }
        _ => {
            module.stored.functions.pop();
            module.stored.types.pop();
        }
    }
    Some(())
}

#[test]
fn damaged_tables_are_refused_or_harmless() {
    let modules: Vec<Module> = modules().into_iter().filter(|module| encode(module).len() < LARGE).collect();
    all(TABLES, |number| {
        let random = &mut Random::new(number);
        let mut module = modules[random.below(modules.len())].clone();
        for _ in 0..=random.below(3) {
            let _ = damage_tables(random, &mut module);
        }
        let Ok(module) = decode(&encode(&module)) else { return false };
        let settings = Settings {
            gas_limit: Some(500_000),
            max_alloc: Some(1_000 + random.below(20_000) as u64),
            metering: if random.below(2) == 0 { Metering::Auto } else { Metering::Exact },
            collection: if random.below(2) == 0 { Collection::Always } else { Collection::default() },
            ..Settings::default()
        };
        execute(module, settings).is_ok()
    });
}
