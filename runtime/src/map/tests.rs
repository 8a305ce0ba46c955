#![expect(clippy::unwrap_used)]

use super::*;
use crate::heap::Trap;
use crate::value::testing::{Builder, heap};
use crate::value::{iface, zero};

fn put(heap: &mut Heap, types: &Types, map: Ref, key: u64, value: u64) -> Ref {
    let hashed = hashed(heap, types, map, key).unwrap();
    let item = match find(heap, types, map, hashed) {
        Some(item) => item,
        None => insert(heap, map, hashed).unwrap(),
    };
    heap.set_slot(item, ITEM_VALUE, value);
    item
}

fn get(heap: &Heap, types: &Types, map: Ref, key: u64) -> Option<u64> {
    find(heap, types, map, hashed(heap, types, map, key).unwrap()).map(|item| value(heap, item))
}

fn remove(heap: &mut Heap, types: &Types, map: Ref, key: u64) {
    let hashed = hashed(heap, types, map, key).unwrap();
    delete(heap, types, map, hashed);
}

fn keys(heap: &Heap, map: Ref) -> Vec<u64> {
    let mut iterator = start(heap, map);
    let mut keys = Vec::new();
    while let Some(entry) = next(heap, iterator) {
        keys.push(entry.key);
        iterator = entry.iterator;
    }
    keys
}

#[test]
fn agrees_with_a_model_in_insertion_order() {
    let mut builder = Builder::new();
    let int = builder.int();
    let ty = builder.map(int, int);
    let types = builder.types();
    let mut heap = heap();
    let map = new(&mut heap, &types, ty).unwrap();
    let mut model = indexmap::IndexMap::new();
    let mut state = 1u64;
    for step in 0..50_000u64 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let key = (state >> 40) % 3000;
        if (state >> 33).is_multiple_of(3) {
            remove(&mut heap, &types, map, key);
            model.shift_remove(&key);
        } else {
            put(&mut heap, &types, map, key, step);
            model.insert(key, step);
        }
        assert_eq!(get(&heap, &types, map, key), model.get(&key).copied());
    }
    assert_eq!(len(&heap, map) as usize, model.len());
    assert_eq!(keys(&heap, map), model.keys().copied().collect::<Vec<_>>());
    for key in 0..3000 {
        assert_eq!(get(&heap, &types, map, key), model.get(&key).copied());
    }
}

#[test]
fn strings_are_keys_by_content() {
    let mut builder = Builder::new();
    let (int, string) = (builder.int(), builder.string());
    let ty = builder.map(string, int);
    let types = builder.types();
    let mut heap = heap();
    let map = new(&mut heap, &types, ty).unwrap();
    for i in 0..500u64 {
        let key = heap.new_string(format!("key{i}").as_bytes()).unwrap();
        put(&mut heap, &types, map, key, i);
    }
    put(&mut heap, &types, map, 0, 7);
    let empty = heap.empty_string();
    assert_eq!(get(&heap, &types, map, empty), Some(7));
    let key = heap.new_string(b"key321").unwrap();
    assert_eq!(get(&heap, &types, map, key), Some(321));
}

#[test]
fn floats_and_interfaces_follow_equality() {
    let mut builder = Builder::new();
    let (int, float) = (builder.int(), builder.basic("float64", Repr::F64));
    let (any, slice) = (builder.any(), builder.slice(int));
    let func = builder.func("func()", &[]);
    let (floats, anys) = (builder.map(float, int), builder.map(any, int));
    let types = builder.types();
    let mut heap = heap();
    let map = new(&mut heap, &types, floats).unwrap();
    let nan = f64::NAN.to_bits();
    put(&mut heap, &types, map, nan, 1);
    put(&mut heap, &types, map, nan, 2);
    put(&mut heap, &types, map, (-0.0f64).to_bits(), 3);
    assert_eq!(len(&heap, map), 3);
    assert_eq!(get(&heap, &types, map, nan), None);
    assert_eq!(get(&heap, &types, map, 0), Some(3));

    let map = new(&mut heap, &types, anys).unwrap();
    let one = iface::pack(&mut heap, &types, int, 1).unwrap();
    let real = iface::pack(&mut heap, &types, float, 1.0f64.to_bits()).unwrap();
    put(&mut heap, &types, map, one, 1);
    put(&mut heap, &types, map, real, 2);
    put(&mut heap, &types, map, 0, 3);
    let again = iface::pack(&mut heap, &types, float, 1.0f64.to_bits()).unwrap();
    assert_eq!(get(&heap, &types, map, again), Some(2));
    assert_eq!(get(&heap, &types, map, 0), Some(3));
    let bad = iface::pack(&mut heap, &types, slice, 0).unwrap();
    assert_eq!(hashed(&heap, &types, map, bad).unwrap_err(), Trap::abort("slice type cannot be used as map key"));
    let bad = iface::pack(&mut heap, &types, func, 0).unwrap();
    assert_eq!(hashed(&heap, &types, map, bad).unwrap_err(), Trap::abort("unexpected map key type func()"));
}

#[test]
fn structs_and_arrays_are_keys_by_content() {
    let mut builder = Builder::new();
    let (int, string) = (builder.int(), builder.string());
    let pair_type = builder.structure(&[("a", int), ("b", string)]);
    let array = builder.array(pair_type, 2);
    let ty = builder.map(array, int);
    let types = builder.types();
    let mut heap = heap();
    let map = new(&mut heap, &types, ty).unwrap();
    let key = |heap: &mut Heap, n: u64| {
        let array = zero::zero(heap, &types, array, &mut crate::heap::NoCharge).unwrap();
        let second = Ref::of(heap.slot(Ref::of(array), 1));
        heap.set_slot(second, 0, n);
        let text = heap.new_string(format!("{n}").as_bytes()).unwrap();
        heap.set_slot(second, 1, text);
        array
    };
    for n in 0..50 {
        let key = key(&mut heap, n);
        put(&mut heap, &types, map, key, n);
    }
    let wanted = key(&mut heap, 33);
    assert_eq!(get(&heap, &types, map, wanted), Some(33));
    assert_eq!(len(&heap, map), 50);
}

/// Deletes some keys after the first visit, then appends 9, and lists what iteration visits.
fn visited(deleted: &[u64]) -> Vec<u64> {
    let mut builder = Builder::new();
    let int = builder.int();
    let ty = builder.map(int, int);
    let types = builder.types();
    let mut heap = heap();
    let map = new(&mut heap, &types, ty).unwrap();
    for key in 1..=4 {
        put(&mut heap, &types, map, key, key);
    }
    let first = next(&heap, start(&heap, map)).unwrap();
    let mut seen = vec![first.key];
    for &key in deleted {
        remove(&mut heap, &types, map, key);
    }
    put(&mut heap, &types, map, 9, 9);
    let mut iterator = first.iterator;
    while let Some(entry) = next(&heap, iterator) {
        seen.push(entry.key);
        iterator = entry.iterator;
    }
    seen
}

#[test]
fn iteration_follows_stale_links_of_a_deleted_current_item() {
    assert_eq!(visited(&[]), [1, 2, 3, 4, 9]);
    assert_eq!(visited(&[2, 3]), [1, 4, 9]);
    assert_eq!(visited(&[1]), [1, 2, 3, 4, 9]);
    assert_eq!(visited(&[1, 2]), [1, 2, 3, 4, 9]);
    assert_eq!(visited(&[2, 1]), [1, 3, 4, 9]);
    assert_eq!(visited(&[1, 4]), [1, 2, 3, 9]);
}
