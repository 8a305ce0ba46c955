#![expect(clippy::unwrap_used)]

use super::slice::Bounds;
use super::{append, assert, index, maps, slice, string};
use crate::heap::{Heap, NoCharge, Ref, SlotClass, Trap};
use crate::value::select::Satisfied;
use crate::value::testing::{Builder, Recorder, heap};
use crate::value::{TypeIndex, Types, iface, zero};
use regno_bytecode::types::{Repr, TypeKind};

struct World {
    types: Types,
    heap: Heap,
    int: TypeIndex,
    string: TypeIndex,
    any: TypeIndex,
    pair: TypeIndex,
    ints: TypeIndex,
    bytes: TypeIndex,
    pairs: TypeIndex,
    by_string: TypeIndex,
    by_pair: TypeIndex,
    show: TypeIndex,
}

fn world() -> World {
    let mut b = Builder::new();
    let (int, string, byte, any) = (b.int(), b.string(), b.basic("uint8", Repr::U8), b.any());
    let pair = b.structure(&[("a", int), ("b", int)]);
    let (ints, bytes, pairs) = (b.slice(int), b.slice(byte), b.slice(pair));
    let (by_string, by_pair) = (b.map(string, pair), b.map(pair, int));
    let (method, signature) = (b.name("Show"), b.func("func()", &[]));
    let methods = vec![(method, crate::value::testing::type_ref(signature))];
    let show = b.add("interface {Show func()}", Repr::Iface, TypeKind::Interface { methods });
    let show = b.declared("main.Shower", show);
    World { types: b.types(), heap: heap(), int, string, any, pair, ints, bytes, pairs, by_string, by_pair, show }
}

impl World {
    fn pack(&mut self, ty: TypeIndex, values: &[u64]) -> u64 {
        let class = self.types.get(ty).class;
        let slice = slice::new_slice(&mut self.heap, class, values.len() as u64).unwrap();
        for (index, &value) in values.iter().enumerate() {
            slice::init_elem(&mut self.heap, slice, index as u64, value);
        }
        slice
    }

    fn append(&mut self, ty: TypeIndex, to: u64, values: &[u64]) -> (u64, Vec<i64>) {
        let more = self.pack(ty, values);
        let mut charge = Recorder::default();
        let result = append::append(&mut self.heap, &self.types, ty, (to, more), &mut charge).unwrap();
        (result, charge.0)
    }

    fn make(&mut self, ty: TypeIndex, len: i64, cap: Option<i64>) -> Result<(u64, Vec<i64>), Trap> {
        let mut charge = Recorder::default();
        let sizes = (len, cap.unwrap_or(0));
        slice::make(&mut self.heap, &self.types, ty, sizes, cap.is_none(), &mut charge).map(|slice| (slice, charge.0))
    }

    fn list(&self, slice: u64) -> Vec<u64> {
        let header = self.heap.slice(Ref::of(slice));
        (0..header.count()).map(|index| self.heap.element(header.base, header.offset + index)).collect()
    }

    fn cut(&mut self, slice: u64, bounds: Bounds) -> Result<u64, Trap> {
        slice::slice_slice(&mut self.heap, slice, bounds, &mut NoCharge)
    }

    fn pair(&mut self, a: u64) -> u64 {
        let pair = zero::zero(&mut self.heap, &self.types, self.pair, &mut NoCharge).unwrap();
        self.heap.set_slot(Ref::of(pair), 0, a);
        pair
    }
}

fn bounds(low: impl Into<Option<i64>>, high: impl Into<Option<i64>>) -> Bounds {
    Bounds { low: low.into(), high: high.into(), max: None }
}

#[test]
fn append_charges_and_grows_exactly() {
    let mut w = world();
    let ints = w.ints;
    assert_eq!(w.append(ints, 0, &[]), (0, vec![]));
    let (first, charges) = w.append(ints, 0, &[1, 2, 3]);
    assert_eq!((w.list(first), charges), (vec![1, 2, 3], vec![328, 72]));
    let (second, charges) = w.append(ints, first, &[4]);
    assert_eq!((w.list(second), charges), (vec![1, 2, 3, 4], vec![368, 72]));
    assert_eq!(w.heap.slice(Ref::of(second)).cap, 4);
    let short = w.cut(second, bounds(0, 2)).unwrap();
    let (third, charges) = w.append(ints, short, &[9]);
    assert_eq!((w.list(third), charges), (vec![1, 2, 9], vec![72]));
    assert_eq!(w.list(second), [1, 2, 9, 4]);
    let whole = append::append(&mut w.heap, &w.types, ints, (short, second), &mut NoCharge).unwrap();
    assert_eq!(w.list(whole), [1, 2, 1, 2, 9, 4]);
}

#[test]
fn append_copies_struct_elements() {
    let mut w = world();
    let pairs = w.pairs;
    let (a, b) = (w.pair(1), w.pair(2));
    let (first, charges) = w.append(pairs, 0, &[a]);
    assert!(!w.list(first).contains(&a) && charges == [248, 80, 184, 72]);
    let (second, charges) = w.append(pairs, first, &[b]);
    assert_eq!(charges, [288, 80, 184, 80, 184, 72]);
    assert!(!w.list(second).contains(&a) && !w.list(second).contains(&b));
}

#[test]
fn bytes_become_data_when_they_grow() {
    let mut w = world();
    let bytes = w.bytes;
    let literal = w.pack(bytes, &[1, 2]);
    let (grown, charges) = w.append(bytes, literal, &[3]);
    assert_eq!((w.list(grown), charges), (vec![1, 2, 3], vec![211, 72]));
    assert!(index::is_data(&w.heap, w.heap.slice(Ref::of(grown)).base));
    index::store_index(&mut w.heap, grown, 1, 0x1ff).unwrap();
    assert_eq!(index::load_index(&w.heap, grown, 1), Ok(0xff));
    let text = string::from_bytes(&mut w.heap, literal, &mut NoCharge).unwrap();
    assert_eq!(w.heap.string(text), [1, 2]);
}

#[test]
fn make_has_the_reference_errors_and_charges() {
    let mut w = world();
    let (ints, bytes, pairs) = (w.ints, w.bytes, w.pairs);
    assert_eq!(w.make(ints, 3, None).unwrap().1, [328, 72]);
    assert_eq!(w.make(bytes, 3, Some(10)).unwrap().1, [218, 72]);
    assert_eq!(w.make(pairs, 0, Some(2)).unwrap().1, [288, 80, 184, 80, 184, 72]);
    assert_eq!(w.make(ints, -1, None), Err(Trap::raise("len out of range")));
    assert_eq!(w.make(ints, 2, Some(-1)), Err(Trap::raise("makeslice: cap out of range")));
    assert_eq!(w.make(ints, -5, Some(-3)), Err(Trap::raise("len out of range")));
    assert_eq!(w.make(ints, 1 << 62, None), Err(Trap::abort("multiplication overflow")));
    assert_eq!(w.make(bytes, i64::MAX, None), Err(Trap::abort("addition overflow")));
    let odd = w.make(ints, -1, Some(3)).unwrap().0;
    assert_eq!(w.heap.slice(Ref::of(odd)).len, -1);
    assert_eq!(index::load_index(&w.heap, odd, 0), Err(Trap::raise("slice index out of bounds: 0 (len=-1)")));
}

#[test]
fn slice_expressions_check_bounds() {
    let mut w = world();
    let ints = w.ints;
    let slice = w.pack(ints, &[1, 2, 3]);
    let part = w.cut(slice, bounds(1, 2)).unwrap();
    assert_eq!(w.list(part), [2]);
    let all = w.cut(part, bounds(None, 2)).unwrap();
    assert_eq!(w.list(all), [2, 3]);
    let beyond = Trap::raise("slice bounds out of range [0:3] with capacity 2");
    assert_eq!(w.cut(part, bounds(None, 3)), Err(beyond));
    assert_eq!(w.cut(0, bounds(None, None)), Ok(0));
    assert_eq!(w.cut(0, bounds(0, 1)), Err(Trap::raise("slice bounds out of range [0:1] with capacity 0")));
    let three = |low, high, max| Bounds { low: Some(low), high: Some(high), max: Some(max) };
    let capped = w.cut(slice, three(0, 1, 2)).unwrap();
    assert_eq!(w.heap.slice(Ref::of(capped)).cap, 2);
    assert_eq!(w.cut(slice, three(0, 2, 1)), Err(Trap::abort("invalid slice index 2 > 1")));
    assert_eq!(w.cut(slice, three(0, -2, 1)), Err(Trap::abort("invalid slice index -2 (index must be non-negative)")));
    let beyond = "slice bounds out of range [0:1:9] with capacity 3";
    assert_eq!(w.cut(slice, three(0, 1, 9)), Err(Trap::abort(beyond)));
}

#[test]
fn copy_is_safe_for_overlaps() {
    let mut w = world();
    let (ints, pairs) = (w.ints, w.pairs);
    let slice = w.pack(ints, &[1, 2, 3, 4]);
    let (head, tail) = (w.cut(slice, bounds(0, 3)).unwrap(), w.cut(slice, bounds(1, 4)).unwrap());
    assert_eq!(slice::copy(&mut w.heap, &w.types, ints, (tail, head), &mut NoCharge), Ok(3));
    assert_eq!(w.list(slice), [1, 1, 2, 3]);
    let structs = [w.pair(1), w.pair(2), w.pair(3)];
    let slice = w.pack(pairs, &structs);
    let (head, tail) = (w.cut(slice, bounds(0, 2)).unwrap(), w.cut(slice, bounds(1, 3)).unwrap());
    let mut charge = Recorder::default();
    slice::copy(&mut w.heap, &w.types, pairs, (tail, head), &mut charge).unwrap();
    let firsts: Vec<u64> = w.list(slice).iter().map(|&pair| w.heap.slot(Ref::of(pair), 0)).collect();
    assert_eq!((firsts, charge.0), (vec![1, 1, 2], vec![80, 184, 80, 184]));
}

#[test]
fn variadic_entry_copies_the_packed_arguments() {
    let mut w = world();
    let (a, pairs) = (w.pair(5), w.pairs);
    let packed = w.pack(pairs, &[a]);
    let mut charge = Recorder::default();
    slice::enter_variadic(&mut w.heap, &w.types, pairs, packed, &mut charge).unwrap();
    assert_eq!(charge.0, [80, 184, 72, 248]);
    assert_ne!(w.list(packed), [a]);
}

#[test]
fn index_errors_have_the_reference_texts() {
    let mut w = world();
    let ints = w.ints;
    let slice = w.pack(ints, &[1]);
    let at = |index: i64| index::load_index(&w.heap, slice, index as u64).unwrap_err();
    assert_eq!(at(1), Trap::raise("slice index out of bounds: 1 (len=1)"));
    assert_eq!(at(-2), Trap::raise("slice index out of bounds: -2"));
    assert_eq!(index::load_index(&w.heap, 0, 0), Err(Trap::abort("nil slice index (out of bounds)")));
    let array = w.heap.slice(Ref::of(slice)).base.slot();
    let at = |index: i64| index::load_elem(&w.heap, array, index as u64).unwrap_err();
    assert_eq!(at(3), Trap::abort("runtime error: index out of range [3] with length 1"));
    assert_eq!(at(-3), Trap::abort("runtime error: index out of range [-3]"));
    let text = w.heap.new_string(b"ab").unwrap();
    assert_eq!(index::load_str_byte(&w.heap, text, 1), Ok(u64::from(b'b')));
    let at = |index: i64| index::load_str_byte(&w.heap, text, index as u64).unwrap_err();
    assert_eq!(at(2), Trap::raise("index out of range [2] with length 2"));
    assert_eq!(at(-1), Trap::raise("invalid slice index -1 (index must be non-negative)"));
    assert_eq!(index::load_ptr(&w.heap, 0), Err(Trap::nil_pointer()));
}

#[test]
fn map_stores_charge_key_item_value() {
    let mut w = world();
    let (by_string, by_pair) = (w.by_string, w.by_pair);
    let map = maps::new(&mut w.heap, &w.types, by_string).unwrap();
    let (key, value) = (w.heap.new_string(b"a").unwrap(), w.pair(1));
    let mut charge = Recorder::default();
    assert!(!maps::load_ok(&mut w.heap, &w.types, by_string, (map, key), &mut charge).unwrap().1);
    maps::store(&mut w.heap, &w.types, by_string, (map, key, value), &mut charge).unwrap();
    let stored = maps::load(&mut w.heap, &w.types, by_string, (map, key), &mut charge).unwrap();
    assert!(stored != value && w.heap.slot(Ref::of(stored), 0) == 1);
    assert_eq!(charge.0, [80, 184, 120, 80, 184]);

    let map = maps::new(&mut w.heap, &w.types, by_pair).unwrap();
    let mut charge = Recorder::default();
    for _ in 0..2 {
        let pointer = maps::addr(&mut w.heap, &w.types, by_pair, (map, value), &mut charge).unwrap();
        let count = index::load_ptr(&w.heap, pointer).unwrap();
        index::store_ptr(&mut w.heap, pointer, count + 1).unwrap();
    }
    assert_eq!(charge.0, [80, 184, 120, 80, 184]);
    assert_eq!((maps::len(&w.heap, map), maps::len(&w.heap, 0)), (1, 0));
    assert_eq!(maps::load(&mut w.heap, &w.types, by_pair, (map, value), &mut NoCharge), Ok(2));
    maps::delete(&mut w.heap, &w.types, map, value).unwrap();
    assert_eq!(maps::len(&w.heap, map), 0);
    let mut charge = Recorder::default();
    maps::make(&mut w.heap, &w.types, by_pair, -1000, &mut charge).unwrap();
    assert_eq!(charge.0, [176 - 120_000]);
}

#[test]
fn nil_maps_read_as_empty_and_refuse_writes() {
    let mut w = world();
    let ty = w.by_pair;
    let key = w.pair(1);
    assert_eq!(maps::load_ok(&mut w.heap, &w.types, ty, (0, key), &mut NoCharge), Ok((0, false)));
    let store = maps::store(&mut w.heap, &w.types, ty, (0, key, 1), &mut NoCharge);
    assert_eq!(store, Err(Trap::raise("uninitialized map index")));
    let text = "interface conversion: gnolang.Value is nil, not *gnolang.MapValue";
    assert_eq!(maps::delete(&mut w.heap, &w.types, 0, key), Err(Trap::abort(text)));
}

#[test]
fn assertions_have_the_reference_texts() {
    let mut w = world();
    let (int, string, any, show, pair) = (w.int, w.string, w.any, w.show, w.pair);
    let one = iface::pack(&mut w.heap, &w.types, int, 1).unwrap();
    let mut satisfied = Satisfied::default();
    let mut assert = |value, ty| assert::assert(&w.heap, &w.types, &mut satisfied, value, ty);
    assert_eq!(assert(one, int), Ok(1));
    assert_eq!(assert(one, any), Ok(one));
    assert_eq!(assert(one, string), Err(Trap::raise("int is not of type string")));
    assert_eq!(assert(0, string), Err(Trap::raise("nil is not of type string")));
    assert_eq!(assert(0, any), Err(Trap::raise("interface conversion: interface is nil, not interface {}")));
    let text = "int doesn't implement interface {Show func()} (missing method Show)";
    assert_eq!(assert(one, show), Err(Trap::raise(text)));
    let mut charge = Recorder::default();
    let failed = assert::assert_ok(&mut w.heap, &w.types, &mut satisfied, one, pair, &mut charge).unwrap();
    assert!(!failed.1 && charge.0 == [80, 184]);
    let list = slice::new_slice(&mut w.heap, SlotClass::Scalars, 0).unwrap();
    assert_eq!(slice::slice_slice(&mut w.heap, list, bounds(0, 0), &mut NoCharge).map(|slice| slice != list), Ok(true));
}
