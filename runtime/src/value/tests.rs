#![expect(clippy::unwrap_used)]

use super::select::{Satisfied, Selected, bind_receiver, find, missing, take};
use super::testing::{Builder, Recorder, heap};
use super::{TypeIndex, Types, copy, equal, iface, slot, zero};
use crate::heap::{BOUND_RECEIVER, Charge, Heap, NoCharge, Ref, SlotClass, Trap};
use regno_bytecode::event::size;
use regno_bytecode::types::{MethodReceiver, PathStep, Repr, TypeKind};

/// Selects a method as a machine does that has its package.
fn select(heap: &mut Heap, types: &Types, value: u64, name: u32, charge: &mut impl Charge) -> Result<Selected, Trap> {
    let found = find(heap, types, value, name)?;
    charge.alloc(heap, i64::from(size::FUNC))?;
    take(heap, types, found, charge)
}

/// Types of the measured rows of spec/03 §13.
struct World {
    types: Types,
    heap: Heap,
    s2: TypeIndex,
    sa: TypeIndex,
    sn: TypeIndex,
    sb: TypeIndex,
    si: TypeIndex,
    pairs: TypeIndex,
    grid: TypeIndex,
}

fn world() -> World {
    let mut b = Builder::new();
    let (int, byte, any) = (b.int(), b.basic("uint8", Repr::U8), b.any());
    let s2 = b.structure(&[("a", int), ("b", int)]);
    let four = b.array(int, 4);
    let sa = b.structure(&[("a", int), ("arr", four)]);
    let sn = b.structure(&[("a", int), ("s", s2)]);
    let bytes = b.array(byte, 32);
    let sb = b.structure(&[("h", bytes)]);
    let si = b.structure(&[("a", int), ("i", any)]);
    let pairs = b.array(s2, 2);
    let three = b.array(int, 3);
    let grid = b.array(three, 2);
    World { types: b.types(), heap: heap(), s2, sa, sn, sb, si, pairs, grid }
}

impl World {
    fn zero(&mut self, ty: TypeIndex) -> (u64, Vec<i64>) {
        let mut charge = Recorder::default();
        let value = zero::zero(&mut self.heap, &self.types, ty, &mut charge).unwrap();
        (value, charge.0)
    }

    fn copy(&mut self, ty: TypeIndex, value: u64) -> (u64, Vec<i64>) {
        let mut charge = Recorder::default();
        let value = copy::copy(&mut self.heap, &self.types, ty, value, &mut charge).unwrap();
        (value, charge.0)
    }

    fn field(&self, object: u64, index: u32) -> u64 {
        self.heap.slot(Ref::of(object), index)
    }
}

#[test]
fn zero_values_and_copies_charge_the_measured_amounts() {
    let mut w = world();
    let rows = [
        (w.s2, vec![80, 184], vec![80, 184]),
        (w.sn, vec![80, 80, 184, 184], vec![80, 80, 184, 184]),
        (w.sa, vec![80, 368, 184], vec![80, 368, 184]),
        (w.sb, vec![40, 240, 184], vec![40, 240, 184]),
        (w.si, vec![80, 184], vec![80, 184]),
        (w.pairs, vec![288, 80, 184, 80, 184], vec![288]),
        (w.grid, vec![288, 328, 328], vec![288]),
    ];
    for (ty, zeroed, copied) in rows {
        let (value, charges) = w.zero(ty);
        assert_eq!(charges, zeroed, "{}", w.types.get(ty).name);
        let (again, charges) = w.copy(ty, value);
        assert_eq!(charges, copied, "{}", w.types.get(ty).name);
        assert_ne!(value, again);
        assert!(equal::equal(&w.heap, &w.types, ty, value, again));
    }
}

#[test]
fn struct_copies_are_deep_and_array_copies_shallow() {
    let mut w = world();
    let (sn, pairs) = (w.sn, w.pairs);
    let (value, _) = w.zero(sn);
    let (copied, _) = w.copy(sn, value);
    assert_ne!(w.field(value, 1), w.field(copied, 1));
    w.heap.set_slot(Ref::of(w.field(copied, 1)), 0, 7);
    assert!(!equal::equal(&w.heap, &w.types, sn, value, copied));
    let (value, _) = w.zero(pairs);
    let (copied, _) = w.copy(pairs, value);
    assert_eq!(w.field(value, 1), w.field(copied, 1));
}

#[test]
fn interfaces_copy_the_structs_they_hold_at_any_depth() {
    let mut w = world();
    let si = w.si;
    let mut value = w.zero(si).0;
    for _ in 0..20_000 {
        let outer = w.zero(si).0;
        let held = iface::pack(&mut w.heap, &w.types, si, value).unwrap();
        w.heap.set_slot(Ref::of(outer), 1, held);
        value = outer;
    }
    let (copied, charges) = w.copy(si, value);
    assert_eq!(charges.len(), 2 * 20_001);
    assert!(charges.iter().take(20_001).all(|&bytes| bytes == 80));
    assert!(equal::equal(&w.heap, &w.types, si, value, copied));
    let inner = Ref::of(w.field(copied, 1));
    assert_ne!(inner, Ref::of(w.field(value, 1)));
    w.heap.set_slot(inner, 0, 1);
    assert!(!equal::equal(&w.heap, &w.types, si, value, copied));
}

#[test]
fn interfaces_compare_dynamic_types_and_values() {
    let mut b = Builder::new();
    let (int, float) = (b.int(), b.basic("float64", Repr::F64));
    let (string, slice) = (b.string(), b.slice(int));
    let types = b.types();
    let mut heap = heap();
    let nan = iface::pack(&mut heap, &types, float, f64::NAN.to_bits()).unwrap();
    let (plus, minus) = (iface::pack(&mut heap, &types, float, 0), iface::pack(&mut heap, &types, float, 1 << 63));
    let (large, same) = (iface::pack(&mut heap, &types, int, u64::MAX), iface::pack(&mut heap, &types, int, u64::MAX));
    let one = iface::pack(&mut heap, &types, int, 1).unwrap();
    let header = crate::ops::slice::new_slice(&mut heap, SlotClass::Scalars, 1).unwrap();
    let held = iface::pack(&mut heap, &types, slice, header).unwrap();
    let (a, b) = (heap.new_string(b"x").unwrap(), heap.new_string(b"x").unwrap());
    let (a, b) = (iface::pack(&mut heap, &types, string, a), iface::pack(&mut heap, &types, string, b));
    let same_as = |a: u64, b: u64| equal::equal_iface(&heap, &types, a, b);
    assert!(!same_as(nan, nan));
    assert!(same_as(plus.unwrap(), minus.unwrap()));
    assert!(same_as(large.unwrap(), same.unwrap()));
    assert!(same_as(a.unwrap(), b.unwrap()));
    assert!(same_as(held, held) && same_as(0, 0));
    assert!(!same_as(one, 0) && !same_as(one, held));
}

/// `type S struct{a int}; func (S) M() int; func (*S) P(); type E struct{*S}`, `type I interface{M() int}`.
fn methods() -> (Types, [TypeIndex; 5]) {
    let mut b = Builder::new();
    let int = b.int();
    let (signature, plain) = (b.func("func() int", &[int]), b.func("func()", &[]));
    let s = b.structure(&[("a", int)]);
    let s = b.declared("main.S", s);
    let ps = b.pointer(s);
    let e = b.structure(&[("S", ps)]);
    let (m, p) = (b.name("M"), b.name("P"));
    b.method(s, m, 0, MethodReceiver::Value, s, signature);
    b.method(ps, m, 0, MethodReceiver::ValueThroughPointer, s, signature);
    b.method(ps, p, 1, MethodReceiver::Pointer, ps, plain);
    b.method(e, m, 0, MethodReceiver::ValueThroughPointer, s, signature);
    b.module.types[e as usize].methods[0].path = vec![PathStep { through_pointer: false, field: 0 }];
    let i = super::testing::type_ref(signature);
    let i = b.add("interface {M func() int}", Repr::Iface, TypeKind::Interface { methods: vec![(m, i)] });
    let j = super::testing::type_ref(plain);
    let j = b.add("interface {P func()}", Repr::Iface, TypeKind::Interface { methods: vec![(p, j)] });
    (b.types(), [s, ps, e, i, j])
}

#[test]
fn satisfaction_names_the_first_missing_method() {
    let (types, [s, ps, e, i, j]) = methods();
    assert_eq!(missing(&types, s, i), None);
    assert_eq!(missing(&types, s, j).as_deref(), Some("method P has pointer receiver"));
    assert_eq!(missing(&types, e, j).as_deref(), Some("missing method P"));
    let mut satisfied = Satisfied::default();
    assert!(satisfied.implements(&types, ps, j) && satisfied.implements(&types, ps, j));
    assert!(!satisfied.implements(&types, s, j));
}

#[test]
fn selection_copies_value_receivers_and_follows_paths() {
    let (types, [s, ps, e, ..]) = methods();
    let mut heap = heap();
    let name = types.name_index("M").unwrap();
    let object = zero::zero(&mut heap, &types, s, &mut NoCharge).unwrap();
    heap.set_slot(Ref::of(object), 0, 42);
    let pointer = heap.new_cell(SlotClass::Refs, object).unwrap().slot();
    let outer = zero::zero(&mut heap, &types, e, &mut NoCharge).unwrap();
    heap.set_slot(Ref::of(outer), 0, pointer);
    for (ty, value) in [(s, object), (ps, pointer), (e, outer)] {
        let packed = iface::pack(&mut heap, &types, ty, value).unwrap();
        let mut charge = Recorder::default();
        let Selected { func, receiver, receiver_type } = select(&mut heap, &types, packed, name, &mut charge).unwrap();
        assert_eq!((func, receiver_type), (0, s));
        assert!(receiver != object && heap.slot(Ref::of(receiver), 0) == 42);
        assert_eq!(charge.0, [344, 40, 184, 208]);
        let bound = bind_receiver(&mut heap, &types, func, receiver_type, receiver).unwrap();
        let bound = Ref::of(bound);
        assert_eq!(heap.slot(Ref::of(heap.slot(bound, BOUND_RECEIVER)), 0), 42);
    }
    let pointer_method = types.name_index("P").unwrap();
    let packed = iface::pack(&mut heap, &types, ps, pointer).unwrap();
    let mut charge = Recorder::default();
    assert_eq!(select(&mut heap, &types, packed, pointer_method, &mut charge).unwrap().receiver, pointer);
    assert_eq!(charge.0, [344, 208]);
    let nil = iface::pack(&mut heap, &types, ps, 0).unwrap();
    assert_eq!(select(&mut heap, &types, nil, name, &mut NoCharge), Err(Trap::nil_pointer()));
    let undefined = Trap::abort("interface method call on undefined value");
    assert_eq!(select(&mut heap, &types, 0, name, &mut NoCharge), Err(undefined));
}

#[test]
fn pointers_compare_without_taint() {
    let mut b = Builder::new();
    let int = b.int();
    let pointer = b.pointer(int);
    let types = b.types();
    let heap = heap();
    assert!(equal::equal(&heap, &types, pointer, 9, 9 | slot::TAINT));
    assert!(!equal::equal(&heap, &types, pointer, 9, slot::pointer(Ref::of(9), 1)));
}
