//! The worked examples of spec/04 §3.6: bytes that the reference produced.
#![expect(clippy::unwrap_used)]

use super::*;
use crate::decode;
use crate::ids::PkgId;
use crate::model::{
    Block, Declared, Elements, FieldType, Func, Location, ObjectInfo, Pos, RefValue, Span, TypedValue, Value, primitive,
};

const P: &str = "a8ada09dee16d791fd406d629fe29bb0ed084a30";
const F: &str = "f5d859863ab66f1d4d7f74cb78f744fdd7d43e62";

/// Hexadecimal digits, texts in quotes, and `P:n`, `F:n`, `0*n` for identities and zeros in quotes.
fn bytes(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for (index, part) in text.split('"').enumerate() {
        if index % 2 == 1 {
            let part = part.replace("P:", &format!("{P}:")).replace("F:", &format!("{F}:"));
            let part = if part == "P" { P.to_owned() } else { part.replace("0*40", &"0".repeat(40)) };
            out.extend_from_slice(part.as_bytes());
        } else {
            let digits: String = part.split_whitespace().collect();
            out.extend((0..digits.len() / 2).map(|i| u8::from_str_radix(&digits[2 * i..2 * i + 2], 16).unwrap()));
        }
    }
    out
}

fn id(pkg: &str, time: u64) -> ObjectId {
    ObjectId { pkg: PkgId::parse(pkg).unwrap(), time }
}

fn info(pkg: &str, time: u64, owner: u64) -> ObjectInfo {
    ObjectInfo { id: id(pkg, time), owner: id(pkg, owner), ref_count: 1, ..ObjectInfo::default() }
}

fn typed(number: i64, value: Option<Value>, n: u64) -> TypedValue {
    TypedValue { ty: Some(Type::Primitive(number)), value, n: n.to_le_bytes() }
}

fn check_object(value: &Object, want: &str) {
    let got = object(value);
    assert_eq!(got, bytes(want), "\n{}\n{}", String::from_utf8_lossy(&got), String::from_utf8_lossy(&bytes(want)));
    assert_eq!(decode::object(&got).unwrap(), *value);
    // No prefix is a whole object, and none makes the decoder fail badly.
    (0..got.len()).for_each(|end| drop(decode::object(&got[..end])));
}

fn check_type(value: &Type, want: &str) {
    let got = ty(value);
    assert_eq!(got, bytes(want));
    assert_eq!(decode::ty(&got).unwrap(), *value);
}

const INFO: &str = r#"0a8401 0a2a"P:6" 1228"0*40" 1a2a"P:4" 2802"#;

#[test]
fn e1_heap_item() {
    let item = Object::HeapItem { info: info(F, 3, 2), value: typed(primitive::INT, None, 7) };
    assert_eq!(PkgId::of_path("gno.land/r/aaa").to_string(), F);
    check_object(
        &item,
        r#"0a12"/gno.HeapItemValue" 12ad01 0a8401 0a2a"F:3" 1228"0*40" 1a2a"F:2" 2802
           1224 0a18 0a12"/gno.PrimitiveType" 12020840 1a080700000000000000"#,
    );
    assert_eq!(object(&item).len() + 20, 216);
    assert_eq!(Hash::of(&object(&item)).to_string(), "2af5836c3c84190f15263bf94d4a5598a770ccea");
}

#[test]
fn e2_undefined_heap_item() {
    check_object(
        &Object::HeapItem { info: info(P, 6, 4), value: TypedValue::default() },
        &format!(r#"0a12"/gno.HeapItemValue" 129301 {INFO} 120a 1a080000000000000000"#),
    );
}

#[test]
fn e3_struct() {
    let fields =
        vec![typed(primitive::STRING, Some(Value::String(b"hi".to_vec())), 0), typed(primitive::BOOL, None, 0)];
    let value = Object::Struct { info: info(P, 5, 4), fields };
    check_object(
        &value,
        r#"0a10"/gno.StructValue" 12ed01 0a8401 0a2a"P:5" 1228"0*40" 1a2a"P:4" 2802
           123e 0a18 0a12"/gno.PrimitiveType" 12020820 1218 0a10"/gno.StringValue" 12040a02"hi" 1a080000000000000000
           1224 0a18 0a12"/gno.PrimitiveType" 12020808 1a080000000000000000"#,
    );
    assert_eq!(Hash::of(&object(&value)).to_string(), "735c117f700c542662e07aafec1f1deb9327299c");
}

#[test]
fn e4_arrays() {
    let info = INFO.replace("P:4", "P:5");
    let data = Object::Array { info: self::info(P, 6, 5), elements: Elements::Data(vec![1, 2, 3]) };
    check_object(&data, &format!(r#"0a0f"/gno.ArrayValue" 128c01 {info} 1a03010203"#));
    assert_eq!(Hash::of(&object(&data)).to_string(), "5b6b6d4287814a0a64348c93dd6388389aeff6f8");
    let empty = Object::Array { info: self::info(P, 6, 5), elements: Elements::List(Vec::new()) };
    check_object(&empty, &format!(r#"0a0f"/gno.ArrayValue" 128701 {info}"#));
}

#[test]
fn e5_maps() {
    let map = |items| Object::Map { info: info(P, 6, 4), items };
    check_object(&map(Vec::new()), &format!(r#"0a0d"/gno.MapValue" 128901 {INFO} 1200"#));
    let key = typed(primitive::STRING, Some(Value::String(b"k".to_vec())), 0);
    check_object(
        &map(vec![(key, typed(primitive::INT, None, u64::MAX))]),
        &format!(
            r#"0a0d"/gno.MapValue" 12f001 {INFO} 1267 0a65
               0a3d 0a18 0a12"/gno.PrimitiveType" 12020820 1217 0a10"/gno.StringValue" 12030a016b 1a080000000000000000
               1224 0a18 0a12"/gno.PrimitiveType" 12020840 1a08ffffffffffffffff"#
        ),
    );
}

fn value_bytes(value: Value) -> Vec<u8> {
    encode_any(Any::Value(&value))
}

#[test]
fn e6_references() {
    let hash = Hash([0xab; 20]);
    let hashed = RefValue { id: id(P, 7), hash, ..RefValue::default() };
    let want = format!(r#"0a0d"/gno.RefValue" 1256 0a2a"P:7" 2228"{hash}""#);
    assert_eq!(value_bytes(Value::Ref(hashed)), bytes(&want));
    let escaped = RefValue { id: id(P, 7), escaped: true, ..RefValue::default() };
    assert_eq!(value_bytes(Value::Ref(escaped)), bytes(r#"0a0d"/gno.RefValue" 1258 0a2a"P:7" 1001 2228"0*40""#));
    let package = RefValue { pkg_path: "fmt".to_owned(), ..RefValue::default() };
    assert_eq!(
        value_bytes(Value::Ref(package)),
        bytes(r#"0a0d"/gno.RefValue" 125b 0a2a"0*40:0" 1a03"fmt" 2228"0*40""#)
    );
}

#[test]
fn e7_pointers_and_slices() {
    let base = || RefValue { id: id(P, 7), escaped: true, ..RefValue::default() };
    let reference = r#"0a0d"/gno.RefValue" 1258 0a2a"P:7" 1001 2228"0*40""#;
    for (index, size, tail) in [(2, "6d", "1804"), (-1, "6d", "1801"), (0, "6b", "")] {
        let want = format!(r#"0a11"/gno.PointerValue" 12{size} 1269 {reference} {tail}"#);
        assert_eq!(value_bytes(Value::Pointer { base: base(), index }), bytes(&want));
    }
    let want = format!(r#"0a0f"/gno.SliceValue" 1272 0a69 {reference} 1002 1804 20d804"#);
    assert_eq!(value_bytes(Value::Slice { base: base(), offset: 1, len: 2, cap: 300 }), bytes(&want));
}

#[test]
fn e8_closure() {
    let int = || Some(Type::Primitive(primitive::INT));
    let field = |name: &str| FieldType { name: name.to_owned(), ty: int(), ..FieldType::default() };
    let func = Func {
        info: ObjectInfo { ref_count: 1, id: id(F, 20), owner: id(F, 19), ..ObjectInfo::default() },
        ty: Some(Type::Func { params: vec![field("a")], results: vec![field(".res.0")] }),
        source: Some(Location {
            pkg_path: "gno.land/r/aaa".to_owned(),
            file: "a.gno".to_owned(),
            span: Span { pos: Pos { line: 18, column: 10 }, end: Pos { line: 18, column: 42 }, num: 0 },
        }),
        pkg_path: "gno.land/r/aaa".to_owned(),
        ..Func::default()
    };
    let object_bytes = object(&Object::Func(Box::new(func.clone())));
    assert_eq!(object_bytes.len() + 20, 335);
    check_object(
        &Object::Func(Box::new(func)),
        r#"0a0e"/gno.FuncValue" 12a802 0a8601 0a2b"F:20" 1228"0*40" 1a2b"F:19" 2802
           1254 0a0d"/gno.FuncType" 1243 0a1d 0a0161 1218 0a12"/gno.PrimitiveType" 12020840
           1222 0a06".res.0" 1218 0a12"/gno.PrimitiveType" 12020840
           2a37 0a0c"/gno.RefNode" 1227 0a25 0a0e"gno.land/r/aaa" 1205"a.gno" 1a0c 0a04 0824 1014 1204 0824 1054
           520e"gno.land/r/aaa""#,
    );
}

#[test]
fn e9_types() {
    let byte = || Some(Box::new(Type::Primitive(primitive::UINT8)));
    check_type(&Type::Primitive(primitive::INT), r#"0a12"/gno.PrimitiveType"12020840"#);
    check_type(&Type::Primitive(primitive::UINT8), r#"0a12"/gno.PrimitiveType"1203088040"#);
    check_type(
        &Type::Slice { elem: byte(), variadic: false },
        r#"0a0e"/gno.SliceType"121b0a19 0a12"/gno.PrimitiveType"1203088040"#,
    );
    check_type(
        &Type::Array { len: 3, elem: byte(), variadic: false },
        r#"0a0e"/gno.ArrayType"121d0806 1219 0a12"/gno.PrimitiveType"1203088040"#,
    );
    let any = Type::Interface { pkg_path: String::new(), methods: Vec::new(), generic: String::new() };
    check_type(&any, r#"0a12"/gno.InterfaceType""#);
    check_type(&Type::HeapItem, r#"0a11"/gno.heapItemType""#);
    let declared = Declared {
        pkg_path: "a".to_owned(),
        name: "X".to_owned(),
        base: Some(Type::Primitive(primitive::INT)),
        ..Declared::default()
    };
    check_type(
        &Type::Declared(Box::new(declared)),
        r#"0a11"/gno.DeclaredType" 1220 0a0161 120158 2218 0a12"/gno.PrimitiveType"12020840"#,
    );
}

#[test]
fn e10_records() {
    let record =
        Realm { id: PkgId::parse(P).unwrap(), path: "gno.land/r/test".to_owned(), time: 300, deposit: 5, storage: 7 };
    assert_eq!(realm(&record), bytes(r#"0a28"P" 120f"gno.land/r/test" 18ac02 2005 2807"#));
    assert_eq!(decode::realm(&realm(&record)).unwrap(), record);
    let source = MemPackage {
        name: "x".to_owned(),
        path: "gno.land/r/x".to_owned(),
        files: vec![("a.gno".to_owned(), b"package x".to_vec()), ("b.gno".to_owned(), Vec::new())],
        kind: "MPUserAll".to_owned(),
    };
    let want = r#"0a0178 120c"gno.land/r/x" 1a12 0a05"a.gno" 1209"package x" 1a07 0a05"b.gno"
                  2222 0a13"/gno.MemPackageType" 120b 0a09"MPUserAll""#;
    assert_eq!(mem_package(&source), bytes(want));
    assert_eq!(decode::mem_package(&bytes(want)).unwrap(), source);
}

#[test]
fn e11_package_block() {
    let block = Block {
        info: info(P, 6, 4),
        source: Some(Location { pkg_path: "gno.land/r/bbb".to_owned(), ..Location::default() }),
        ..Block::default()
    };
    check_object(
        &Object::Block(block),
        &format!(
            r#"0a0a"/gno.Block" 12b701 {INFO} 1222 0a0c"/gno.RefNode" 1212 0a10 0a0e"gno.land/r/bbb" 2a0a1a080000000000000000"#
        ),
    );
}
