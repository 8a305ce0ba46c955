//! Every kind of object, value, type and record comes back from its bytes, and bytes that nothing encodes to end in an error.
//!
//! `REGNO_FUZZ_INPUTS` sets the number of damaged inputs of the decoder fuzz target (default 100,000), `REGNO_FUZZ_START` the first.
#![expect(clippy::unwrap_used)]

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use regno_store::model::{
    Block, Declared, Elements, FieldType, Func, Location, MemPackage, ObjectInfo, Package, Pos, Realm, Span, Type,
};
use regno_store::{Hash, Object, ObjectId, PkgId, RefValue, TypedValue, Value, decode, encode, json};

fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z./]{0,12}", Just("gno.land/r/x".to_owned()), "\\PC{0,3}"]
}

fn id() -> impl Strategy<Value = ObjectId> {
    prop_oneof![
        Just(ObjectId::default()),
        (any::<[u8; 20]>(), any::<u64>()).prop_map(|(pkg, time)| ObjectId { pkg: PkgId(pkg), time })
    ]
}

fn info() -> impl Strategy<Value = ObjectInfo> {
    (id(), any::<[u8; 20]>(), id(), any::<u64>(), any::<i64>(), any::<bool>(), any::<i64>()).prop_map(
        |(id, hash, owner, mod_time, ref_count, escaped, last_size)| ObjectInfo {
            id,
            hash: Hash(hash),
            owner,
            mod_time,
            ref_count,
            escaped,
            last_size,
        },
    )
}

fn reference() -> impl Strategy<Value = RefValue> {
    (id(), any::<bool>(), name(), any::<[u8; 20]>()).prop_map(|(id, escaped, pkg_path, hash)| RefValue {
        id,
        escaped,
        pkg_path,
        hash: Hash(hash),
    })
}

fn location() -> impl Strategy<Value = Location> {
    let pos = || (any::<i64>(), any::<i64>()).prop_map(|(line, column)| Pos { line, column });
    (name(), name(), pos(), pos(), any::<i64>()).prop_map(|(pkg_path, file, pos, end, num)| Location {
        pkg_path,
        file,
        span: Span { pos, end, num },
    })
}

fn fields(ty: BoxedStrategy<Type>) -> impl Strategy<Value = Vec<FieldType>> {
    let field = (name(), option::of(ty), any::<bool>(), name());
    vec(field.prop_map(|(name, ty, embedded, tag)| FieldType { name, ty, embedded, tag }), 0..3)
}

/// Every kind of type.
fn ty() -> BoxedStrategy<Type> {
    let leaf = prop_oneof![
        any::<i64>().prop_map(Type::Primitive),
        (0_i64..20).prop_map(|bit| Type::Primitive(1 << bit)),
        name().prop_map(Type::Ref),
        Just(Type::TypeType),
        Just(Type::Package),
        Just(Type::Block),
        Just(Type::HeapItem),
    ];
    leaf.prop_recursive(3, 16, 3, |inner| {
        let boxed = || option::of(inner.clone().prop_map(Box::new));
        let fields = || fields(inner.clone().boxed());
        let methods = (option::of(inner.clone()), option::of(inner.clone()), name()).prop_map(|(ty, func, name)| {
            let func = Func { ty: func, name, is_method: true, ..Func::default() };
            TypedValue { ty, value: Some(Value::Func(Box::new(func))), n: [0; 8] }
        });
        prop_oneof![
            boxed().prop_map(Type::Pointer),
            (any::<i64>(), boxed(), any::<bool>()).prop_map(|(len, elem, variadic)| Type::Array {
                len,
                elem,
                variadic
            }),
            (boxed(), any::<bool>()).prop_map(|(elem, variadic)| Type::Slice { elem, variadic }),
            (boxed(), boxed()).prop_map(|(key, elem)| Type::Map { key, elem }),
            (any::<i64>(), boxed()).prop_map(|(dir, elem)| Type::Chan { dir, elem }),
            (name(), fields()).prop_map(|(pkg_path, fields)| Type::Struct { pkg_path, fields }),
            (fields(), fields()).prop_map(|(params, results)| Type::Func { params, results }),
            (name(), fields(), name()).prop_map(|(pkg_path, methods, generic)| Type::Interface {
                pkg_path,
                methods,
                generic
            }),
            vec(option::of(inner.clone()), 0..3).prop_map(Type::Tuple),
            (name(), name(), location(), option::of(inner.clone()), vec(methods, 0..2)).prop_map(
                |(pkg_path, name, parent_loc, base, methods)| {
                    Type::Declared(Box::new(Declared { pkg_path, name, parent_loc, base, methods }))
                }
            ),
        ]
    })
    .boxed()
}

fn func() -> BoxedStrategy<Func> {
    let flags = (any::<bool>(), any::<bool>(), any::<bool>());
    let names = (name(), name(), name(), name(), name());
    (info(), option::of(ty()), flags, option::of(location()), names, option::of(reference()), vec(value(), 0..2))
        .prop_map(|(info, ty, flags, source, names, parent, captures)| {
            let (is_method, is_closure, crossing) = flags;
            let (name, file, pkg_path, native_pkg, native_name) = names;
            Func {
                info,
                ty,
                is_method,
                is_closure,
                source,
                name,
                parent,
                captures,
                file,
                pkg_path,
                native_pkg,
                native_name,
                crossing,
            }
        })
        .boxed()
}

/// Every kind of value but functions, which only types and bound methods hold.
fn value() -> BoxedStrategy<TypedValue> {
    let number = || prop_oneof![Just(0_i64), any::<i64>()];
    let content = prop_oneof![
        vec(any::<u8>(), 0..20).prop_map(Value::String),
        "-?[0-9]{1,30}".prop_map(Value::Bigint),
        "-?[0-9.E]{1,30}".prop_map(Value::Bigdec),
        (reference(), number()).prop_map(|(base, index)| Value::Pointer { base, index }),
        (reference(), number(), number(), number()).prop_map(|(base, offset, len, cap)| Value::Slice {
            base,
            offset,
            len,
            cap
        }),
        ty().prop_map(Value::Type),
        reference().prop_map(Value::Ref),
    ];
    (option::of(ty()), option::of(content), any::<[u8; 8]>())
        .prop_map(|(ty, value, n)| TypedValue { ty, value, n })
        .boxed()
}

/// Every kind of object.
fn object() -> BoxedStrategy<Object> {
    let values = || vec(value(), 0..4);
    let package = (info(), option::of(reference()), name(), name(), vec(name(), 0..3), any::<bool>());
    let package = (package, vec(option::of(reference()), 0..3)).prop_map(|(package, file_blocks)| {
        let (info, block, name, path, files, private) = package;
        Object::Package(Package { info, block, name, path, files, file_blocks, private })
    });
    let block = (info(), option::of(location()), values(), option::of(reference()), value());
    prop_oneof![
        package,
        block.prop_map(|(info, source, values, parent, blank)| {
            Object::Block(Block { info, source, values, parent, blank })
        }),
        (info(), value()).prop_map(|(info, value)| Object::HeapItem { info, value }),
        (info(), values()).prop_map(|(info, fields)| Object::Struct { info, fields }),
        (info(), values()).prop_map(|(info, list)| Object::Array { info, elements: Elements::List(list) }),
        (info(), vec(any::<u8>(), 1..40))
            .prop_map(|(info, data)| Object::Array { info, elements: Elements::Data(data) }),
        (info(), vec((value(), value()), 0..3)).prop_map(|(info, items)| Object::Map { info, items }),
        func().prop_map(|func| Object::Func(Box::new(func))),
        (info(), func(), value()).prop_map(|(info, func, receiver)| Object::BoundMethod {
            info,
            func: Box::new(func),
            receiver
        }),
    ]
    .boxed()
}

proptest! {
    #[test]
    fn objects_come_back(object in object()) {
        let bytes = encode::object(&object);
        let back = decode::object(&bytes);
        prop_assert_eq!(back.as_ref(), Ok(&object));
        // Their JSON form takes any object, too.
        prop_assert!(!json::object(&object, json::Origin::Decoded).is_empty());
    }

    #[test]
    fn types_come_back(ty in ty()) {
        prop_assert_eq!(decode::ty(&encode::ty(&ty)), Ok(ty));
    }

    #[test]
    fn records_come_back(
        pkg in any::<[u8; 20]>(), path in name(), numbers in any::<[u64; 3]>(),
        kind in name(), files in vec((name(), vec(any::<u8>(), 0..30)), 0..4),
    ) {
        let [time, deposit, storage] = numbers;
        let realm = Realm { id: PkgId(pkg), path: path.clone(), time, deposit, storage };
        prop_assert_eq!(decode::realm(&encode::realm(&realm)), Ok(realm));
        let source = MemPackage { name: path.clone(), path, files, kind };
        prop_assert_eq!(decode::mem_package(&encode::mem_package(&source)), Ok(source));
    }

    #[test]
    fn any_bytes_end_cleanly(bytes in vec(any::<u8>(), 0..200)) {
        all(&bytes);
    }
}

/// Every decoder; what one accepts must be stable: encoded again and decoded it is the same.
fn all(bytes: &[u8]) -> usize {
    let mut accepted = 0;
    if let Ok(object) = decode::object(bytes) {
        assert_eq!(decode::object(&encode::object(&object)).as_ref(), Ok(&object));
        accepted += 1;
    }
    if let Ok(ty) = decode::ty(bytes) {
        assert_eq!(decode::ty(&encode::ty(&ty)).as_ref(), Ok(&ty));
        accepted += 1;
    }
    if let Ok(realm) = decode::realm(bytes) {
        assert_eq!(decode::realm(&encode::realm(&realm)), Ok(realm));
        accepted += 1;
    }
    if let Ok(source) = decode::mem_package(bytes) {
        assert_eq!(decode::mem_package(&encode::mem_package(&source)), Ok(source));
        accepted += 1;
    }
    accepted
}

/// The next number of a sequence that depends on its state only.
fn below(state: &mut u64, bound: usize) -> usize {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) as usize % bound.max(1)
}

/// One change: a bit, a byte, a piece removed, doubled, or taken from another input.
fn damage(bytes: &mut Vec<u8>, other: &[u8], state: &mut u64) {
    let at = below(state, bytes.len());
    let end = (at + 1 + below(state, 12)).min(bytes.len());
    match below(state, 6) {
        0 => bytes[at] ^= 1 << below(state, 8),
        1 => bytes[at] = below(state, 256) as u8,
        2 => drop(bytes.drain(at..end)),
        3 => {
            let piece = bytes[at..end].to_vec();
            bytes.splice(at..at, piece);
        }
        4 => bytes.truncate(at),
        _ => {
            let from = below(state, other.len());
            let to = (from + 1 + below(state, 60)).min(other.len());
            bytes.splice(at..end, other[from..to].iter().copied());
        }
    }
}

/// The fuzz target: inputs are a function of their number; damaged encodings of generated objects, types and records.
#[test]
fn damaged_encodings_are_refused_or_stable() {
    let setting =
        |name: &str, default: u64| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    let (start, count) = (setting("REGNO_FUZZ_START", 0), setting("REGNO_FUZZ_INPUTS", 100_000));
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let seeds: Vec<Vec<u8>> = (0..400)
        .map(|number| match number % 4 {
            0 => encode::ty(&ty().new_tree(&mut runner).unwrap().current()),
            _ => encode::object(&object().new_tree(&mut runner).unwrap().current()),
        })
        .collect();
    let mut accepted = 0;
    for number in start..start + count {
        let state = &mut number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut bytes = seeds[below(state, seeds.len())].clone();
        let other = &seeds[below(state, seeds.len())];
        for _ in 0..=below(state, 3) {
            if !bytes.is_empty() {
                damage(&mut bytes, other, state);
            }
        }
        let result = std::panic::catch_unwind(|| all(&bytes));
        assert!(result.is_ok(), "input {number}: {bytes:02x?}");
        accepted += usize::from(result.unwrap_or_default() > 0);
    }
    // Inputs that are all refused at once would test little.
    assert!(count < 1000 || accepted as u64 > count / 50, "{accepted} of {count} accepted");
}

/// Bytes that nest as deep as their length allows are refused before the stack is.
#[test]
fn deep_nesting_is_refused() {
    let mut ty = Type::Primitive(1);
    for _ in 0..decode::MAX_DEPTH / 4 {
        ty = Type::Pointer(Some(Box::new(ty)));
    }
    assert_eq!(decode::ty(&encode::ty(&ty)), Ok(ty.clone()));
    for _ in 0..decode::MAX_DEPTH {
        ty = Type::Pointer(Some(Box::new(ty)));
    }
    assert_eq!(decode::ty(&encode::ty(&ty)), Err(decode::DecodeError::TooDeep));
}
