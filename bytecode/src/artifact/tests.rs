//! Round trips, damage and truncation.

use super::*;
use crate::event::Event;
use crate::module::{
    BlockKind, BlockState, FallsFrom, Function, FunctionKind, GlobalDesc, LineEntry, PackageSlot, ScopeDesc, Segment,
    SlotDesc, SlotPlace, StateEntry, TextEntry, WellKnownTypes,
};
use crate::op::{encode as instruction, encode_long};
use crate::stored::{Extent, FormRef, Stored, StoredConst, StoredFunc, StoredSlot, StoredType};
use crate::types::{
    FieldDesc, FuncRef, GlobalRef, MethodEntry, MethodReceiver, PackageRef, PathStep, Repr, StrRef, TypeDesc, TypeKind,
    TypeRef,
};

fn ty(index: u32) -> TypeRef {
    TypeRef::from_u32(index)
}

fn desc(id: &str, repr: Repr, kind: TypeKind) -> TypeDesc {
    TypeDesc { id: id.into(), name: id.into(), declared: false, underlying: ty(0), repr, kind, methods: Vec::new() }
}

/// A module in which every kind of entry occurs.
fn sample() -> Module {
    let mut point = desc(
        "main.P",
        Repr::Struct,
        TypeKind::Struct { fields: vec![FieldDesc { name: "x".into(), ty: ty(0), embedded: true }] },
    );
    point.methods.push(MethodEntry {
        name: StrRef::from_u32(1),
        func: Some(FuncRef::from_u32(0)),
        native: false,
        path: vec![PathStep { through_pointer: true, field: 3 }],
        receiver: MethodReceiver::AddressOfField,
        receiver_type: ty(1),
        signature: ty(2),
    });
    Module {
        path: "gno.land/r/test".into(),
        name: "main".into(),
        files: vec!["a.gno".into(), "b.gno".into()],
        parse_charges: vec![1, 2, u32::MAX],
        types: vec![
            desc("int", Repr::I64, TypeKind::Basic),
            point,
            desc("func(int)", Repr::Func, TypeKind::Func { params: vec![ty(0)], results: vec![], variadic: true }),
            desc("[3]int", Repr::Array, TypeKind::Array { elem: ty(0), len: 3 }),
            desc("map[int]int", Repr::Map, TypeKind::Map { key: ty(0), elem: ty(0) }),
            desc("any", Repr::Iface, TypeKind::Interface { methods: vec![(StrRef::from_u32(1), ty(2))] }),
        ],
        strings: vec![vec![0xff, 0x00], b"String".to_vec()],
        functions: vec![Function {
            name: "f".into(),
            kind: FunctionKind::Method(ty(1)),
            signature: Some(ty(2)),
            params: 1,
            results: 0,
            frame_size: 300,
            captures: 0,
            has_defers: true,
            code: vec![
                encode_long(Op::Segment, 0, 0),
                instruction(Op::LoadImm, 1, 0xffff, 0),
                instruction(Op::Return0, 0, 0, 0),
            ],
            entry: 0,
            defer_entry: 0,
            recovery: Some(0),
            segments: vec![Segment { pc: 0, events_start: 0, events_end: 2 }],
            events: vec![Event::Op(OpClass::Eval).pack(), Event::Alloc(544).pack()],
            event_ends: vec![0, 1, 2],
            lines: vec![LineEntry { pc: 0, file: 0, line: 7, column: 2 }],
            texts: vec![TextEntry { pc: 1, text: "f()".to_owned(), in_place: true }],
            scopes: vec![ScopeDesc {
                parent: None,
                grows_parent: false,
                has_frame: true,
                falls_from: Some(FallsFrom { clause: 0, depth: 5 }),
                slots: vec![
                    SlotDesc { name: "p".into(), ty: Some(ty(1)), place: SlotPlace::Register(0) },
                    SlotDesc { name: "q".into(), ty: None, place: SlotPlace::Static { bytes: 232, visited: true } },
                    SlotDesc { name: "r".into(), ty: None, place: SlotPlace::Never },
                ],
            }],
            scope_map: vec![(0, 0)],
            states: vec![
                BlockState { outer: None, block: BlockKind::Called },
                BlockState {
                    outer: None,
                    block: BlockKind::Scope { scope: 0, from: 0, to: 2, entering: true, repeats: false },
                },
                BlockState {
                    outer: Some(1),
                    block: BlockKind::Native { slots: Some(3), bytes: 280, visits: 2, args: Vec::new(), copies: true },
                },
            ],
            state_map: vec![StateEntry { pc: 0, event: 1, state: 2 }],
            declared_at: (0, 7),
        }],
        globals: vec![GlobalDesc { name: "g".into(), ty: ty(0), import: None }],
        package_slots: vec![
            PackageSlot::Global(GlobalRef::from_u32(0)),
            PackageSlot::Func(FuncRef::from_u32(0)),
            PackageSlot::Static { bytes: 232, visited: true },
        ],
        imports: vec!["strings".into()],
        file_imports: vec![Vec::new(), vec![PackageRef::from_u32(0)]],
        init: Some(FuncRef::from_u32(0)),
        inits: Some(FuncRef::from_u32(0)),
        main: None,
        well_known: WellKnownTypes { string: None, int: Some(ty(0)) },
        stored: Stored {
            files: vec![Extent { line: 1, column: 1, end_line: 9, end_column: 2 }],
            types: vec![FormRef::from_u32(1)],
            globals: vec![FormRef::from_u32(0)],
            forms: vec![
                StoredType::Basic { id: "int".into() },
                StoredType::Declared {
                    id: "main.P".into(),
                    package: "main".into(),
                    name: "P".into(),
                    local: false,
                    base: FormRef::from_u32(0),
                    methods: vec![FuncRef::from_u32(0)],
                },
            ],
            functions: vec![StoredFunc { name: "f".into(), captures: vec![ty(0)], ..StoredFunc::default() }],
            slots: vec![
                StoredSlot::Object,
                StoredSlot::Const(ty(0), StoredConst::Bits(7)),
                StoredSlot::Untyped("<untyped> bigint".into(), StoredConst::Int("7".into())),
            ],
        },
    }
}

#[test]
fn a_module_survives_the_round_trip() {
    let module = sample();
    let bytes = encode(&module);
    assert_eq!(bytes, encode(&module.clone()));
    assert_eq!(decode(&bytes), Ok(module.clone()));
    let source = vec![SourceFile { name: "a.gno".into(), text: "package main".into() }];
    let bytes = encode_with_source(&module, &source);
    assert_eq!(decode_artifact(&bytes), Ok(Artifact { module, source: Some(source) }));
    assert_eq!(decode(&encode(&Module::default())), Ok(Module::default()));
}

#[test]
fn every_flipped_byte_is_noticed() {
    let bytes = encode(&sample());
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x40;
        assert!(decode(&damaged).is_err(), "byte {at}");
    }
}

#[test]
fn every_truncation_is_noticed() {
    let bytes = encode(&sample());
    for length in 0..bytes.len() {
        assert!(decode(&bytes[..length]).is_err(), "length {length}");
    }
}

#[test]
fn damage_under_a_valid_digest_is_an_error_or_another_module() {
    let content = body(&sample(), None);
    for at in 0..content.len() {
        for bit in 0..8 {
            let mut damaged = content.clone();
            damaged[at] ^= 1 << bit;
            let sealed = seal(&damaged);
            if let Ok(artifact) = decode_artifact(&sealed) {
                // One module has one spelling.
                assert_eq!(seal(&body(&artifact.module, artifact.source.as_deref())), sealed, "byte {at}");
            }
        }
        assert!(decode(&seal(&content[..at])).is_err(), "length {at}");
    }
}

#[test]
fn incompatible_fields_are_named() {
    let mut bytes = encode(&Module::default());
    bytes[8] = FORMAT_VERSION as u8 + 1;
    assert_eq!(decode(&bytes), Err(ArtifactError::FormatVersion(FORMAT_VERSION + 1)));
    let mut content = body(&Module::default(), None);
    content[1] ^= 1;
    let error = decode(&seal(&content));
    assert!(matches!(error, Err(ArtifactError::Incompatible { field: "compiler version", .. })), "{error:?}");
}

#[test]
fn a_huge_length_allocates_nothing() {
    let mut content = body(&Module::default(), None);
    let header = 1 + COMPILER_VERSION.len() + 1 + SEMANTICS.len() + DIGEST_BYTES;
    content.truncate(header);
    content.extend_from_slice(&[0xff; 9]);
    content.push(1);
    let error = decode(&seal(&content));
    assert!(matches!(error, Err(ArtifactError::Malformed { problem: Problem::Length, .. })), "{error:?}");
}
