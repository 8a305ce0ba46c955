//! Damaged bytes end in an error, and what is accepted is written back the same.

use proptest::prelude::*;
use regno_store::model::{Elements, ObjectInfo, Type};
use regno_store::{Object, ObjectId, PkgId, TypedValue, Value, decode, encode};

fn value() -> impl Strategy<Value = TypedValue> {
    let content = prop_oneof![
        Just(None),
        prop::collection::vec(any::<u8>(), 0..20).prop_map(|text| Some(Value::String(text))),
        (any::<u64>(), any::<bool>(), -1_i64..9).prop_map(|(time, escaped, index)| {
            let id = ObjectId { pkg: PkgId::of_path("p"), time };
            let base = regno_store::RefValue { id, escaped, ..Default::default() };
            Some(Value::Pointer { base, index })
        }),
    ];
    let ty = prop_oneof![
        Just(None),
        (0_i64..20).prop_map(|bit| Some(Type::Primitive(1 << bit))),
        "[a-z.]{1,9}".prop_map(|id| Some(Type::Ref(id))),
    ];
    (ty, content, any::<[u8; 8]>()).prop_map(|(ty, value, n)| TypedValue { ty, value, n })
}

fn object() -> impl Strategy<Value = Object> {
    let info = (any::<u64>(), any::<i64>(), any::<bool>()).prop_map(|(mod_time, ref_count, escaped)| ObjectInfo {
        mod_time,
        ref_count,
        escaped,
        ..ObjectInfo::default()
    });
    let values = || prop::collection::vec(value(), 0..6);
    (info, values(), values(), 0_u8..5).prop_map(|(info, a, b, kind)| match kind {
        0 => Object::Struct { info, fields: a },
        1 => Object::Array { info, elements: Elements::List(a) },
        2 => Object::Map { info, items: a.into_iter().zip(b).collect() },
        3 => Object::HeapItem { info, value: a.into_iter().next().unwrap_or_default() },
        _ => Object::Array { info, elements: Elements::Data(vec![info.mod_time as u8, 1]) },
    })
}

proptest! {
    #[test]
    fn objects_come_back(object in object()) {
        let bytes = encode::object(&object);
        prop_assert_eq!(decode::object(&bytes), Ok(object));
    }

    #[test]
    fn damage_is_an_error_or_another_object(object in object(), at in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let mut bytes = encode::object(&object);
        let at = at.index(bytes.len());
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= 1 << bit;
        }
        let _ = decode::object(&bytes);
        let _ = decode::ty(&bytes);
        let _ = decode::realm(&bytes);
        let _ = decode::mem_package(&bytes);
    }

    #[test]
    fn any_bytes_end_cleanly(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = decode::object(&bytes);
        let _ = decode::ty(&bytes);
    }
}
