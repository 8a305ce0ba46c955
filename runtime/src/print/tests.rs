#![expect(clippy::unwrap_used)]

use super::*;
use crate::heap::NoCharge;
use crate::heap::{SliceHeader, SlotClass};
use crate::value::testing::{Builder, heap};
use crate::value::{iface, zero};

fn show(heap: &mut Heap, types: &Types, ty: TypeIndex, value: u64) -> String {
    let packed = iface::pack(heap, types, ty, value).unwrap();
    let mut out = Vec::new();
    sprint(heap, types, packed, &mut out, usize::MAX).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn scalars_and_strings() {
    let mut builder = Builder::new();
    let (int, string, any) = (builder.int(), builder.string(), builder.any());
    let (byte, float) = (builder.basic("uint8", Repr::U8), builder.basic("float64", Repr::F64));
    let boolean = builder.basic("bool", Repr::Bool);
    let (number, word) = (builder.declared("main.N", int), builder.declared("main.S", string));
    let strings = builder.slice(string);
    let types = builder.types();
    let mut heap = heap();
    let hello = heap.new_string(b"hi\n").unwrap();
    assert_eq!(show(&mut heap, &types, int, -5i64 as u64), "-5");
    assert_eq!(show(&mut heap, &types, byte, 200), "200");
    assert_eq!(show(&mut heap, &types, boolean, 1), "true");
    assert_eq!(show(&mut heap, &types, float, 2.5f64.to_bits()), "2.5");
    assert_eq!(show(&mut heap, &types, string, hello), "hi\n");
    assert_eq!(show(&mut heap, &types, any, 0), "undefined");
    assert_eq!(show(&mut heap, &types, number, 3), "(3 main.N)");
    assert_eq!(show(&mut heap, &types, word, hello), "(\"hi\\n\" main.S)");
    assert_eq!(show(&mut heap, &types, word, 0), "( main.S)");
    let slice = crate::ops::slice::new_slice(&mut heap, SlotClass::Refs, 3).unwrap();
    crate::ops::slice::init_elem(&mut heap, slice, 0, hello);
    let empty = heap.empty_string();
    crate::ops::slice::init_elem(&mut heap, slice, 1, empty);
    assert_eq!(show(&mut heap, &types, strings, slice), r#"slice[("hi\n" string),("" string),( string)]"#);
    assert_eq!(show(&mut heap, &types, strings, 0), "(nil []string)");
}

#[test]
fn composites_guard_against_cycles_and_depth() {
    let mut builder = Builder::new();
    let (int, any) = (builder.int(), builder.any());
    let node = builder.structure(&[("value", int), ("next", any)]);
    let node = builder.declared("main.Node", node);
    let pointer = builder.pointer(node);
    let slice = builder.slice(any);
    let types = builder.types();
    let mut heap = heap();
    let object = zero::zero(&mut heap, &types, node, &mut NoCharge).unwrap();
    let cell = heap.new_cell(SlotClass::Refs, object).unwrap().slot();
    assert_eq!(show(&mut heap, &types, pointer, cell), "&(struct{(0 int),(undefined)} main.Node)");
    let link = iface::pack(&mut heap, &types, pointer, cell).unwrap();
    heap.set_slot(Ref::of(object), 1, link);
    assert_eq!(show(&mut heap, &types, pointer, cell), "&(struct{(0 int),(ref@0 *main.Node)} main.Node)");
    assert_eq!(show(&mut heap, &types, pointer, 0), "typed-nil");

    let mut inner = 0;
    for _ in 0..12 {
        let outer = crate::ops::slice::new_slice(&mut heap, SlotClass::Ifaces, 1).unwrap();
        let content = iface::pack(&mut heap, &types, slice, inner).unwrap();
        crate::ops::slice::init_elem(&mut heap, outer, 0, content);
        inner = outer;
    }
    let text = show(&mut heap, &types, slice, inner);
    assert_eq!(text.matches("slice[").count(), 10);
    assert!(text.contains("slice[(... []interface {})]"), "{text}");
}

#[test]
fn bytes_maps_and_functions() {
    let mut builder = Builder::new();
    let (int, byte) = (builder.int(), builder.basic("uint8", Repr::U8));
    let (bytes, array) = (builder.slice(byte), builder.array(byte, 3));
    let map_type = builder.map(int, int);
    let func = builder.func("func() int", &[int]);
    let types = builder.types();
    let mut heap = heap();
    let data = zero::zero(&mut heap, &types, array, &mut NoCharge).unwrap();
    heap.set_byte(Ref::of(data), 1, 0xab);
    assert_eq!(show(&mut heap, &types, array, data), "array[0x00AB00]");
    let base = heap.new_data(300).unwrap();
    let slice = heap.new_slice(SliceHeader::whole(base, 300)).unwrap().slot();
    let text = show(&mut heap, &types, bytes, slice);
    assert!(text.starts_with("slice[0x0000") && text.ends_with("00...(300)]"), "{text}");
    let map = crate::ops::maps::new(&mut heap, &types, map_type).unwrap();
    assert_eq!(show(&mut heap, &types, map_type, map), "map{}");
    for (key, value) in [(2, 3), (1, 4)] {
        crate::ops::maps::store(&mut heap, &types, map_type, (map, key, value), &mut NoCharge).unwrap();
    }
    assert_eq!(show(&mut heap, &types, map_type, map), "map{(2 int):(3 int),(1 int):(4 int)}");
    assert_eq!(show(&mut heap, &types, func, 0), "nil func() int");
    let closure = heap.new_func(0, &[]).unwrap().slot();
    assert_eq!(show(&mut heap, &types, func, closure), "func() int{...}");
}
