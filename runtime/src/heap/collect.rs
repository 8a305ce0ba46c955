//! Marking (`docs/heap.md`): which objects can still be reached.
//!
//! Headers say where references are; `Mixed` structs and maps name their type, whose layout is worked out once. There is no
//! recursion: objects to be scanned stand on a stack of their own, long arrays piece by piece, so its depth does not
//! follow the length of anything.
//!
//! What a program finds when it begins, the variables, constants and functions of its libraries, is looked at once: objects of that time
//! that the first collection reaches are *settled*, and every later one starts with their bits set. They can refer to newer
//! objects, so those with references are scanned each time; but their references to each other end at a set bit. Items of maps are not
//! settled: a deleted item keeps its successor (`map`), and so would keep a chain of them for good.

use super::runs::{Space, cover};
use super::{FUNC_CAPTURES, Header, Heap, ITEM_KEY, ITEM_VALUE, Kind, SlotClass};
use crate::map;
use crate::value::types::Kind as TypeKind;
use crate::value::{TypeIndex, Types, slot};

/// Slots of an array that are scanned before others.
const PIECE: u32 = 256;

/// Where references are in values of a type.
#[derive(Clone, Copy, Default)]
struct Shape {
    /// The payload of an interface of this type is a reference even if it is not boxed.
    payload: bool,
    /// First and last of the slot classes of a struct's fields, or of a map's key and value.
    first: u32,
    end: u32,
}

/// [`Shape`] of every type of a table.
#[derive(Default)]
pub(super) struct Shapes {
    shapes: Vec<Shape>,
    classes: Vec<SlotClass>,
}

impl Shapes {
    /// Follows the growth of the table.
    fn update(&mut self, types: &Types) {
        for index in self.shapes.len()..types.len() {
            let ty = types.get(index as TypeIndex);
            let first = self.classes.len() as u32;
            match &ty.kind {
                TypeKind::Struct { fields } => {
                    self.classes.extend(fields.iter().map(|field| SlotClass::of(field.repr)));
                }
                &TypeKind::Map { key, elem } => {
                    self.classes.extend([key, elem].map(|ty| SlotClass::of(types.get(ty).repr)));
                }
                _ => {}
            }
            let payload = SlotClass::of(ty.repr) == SlotClass::Refs;
            self.shapes.push(Shape { payload, first, end: self.classes.len() as u32 });
        }
    }

    fn payload(&self, ty: u32) -> bool {
        self.shapes.get(ty as usize).is_some_and(|shape| shape.payload)
    }

    fn classes(&self, ty: u32) -> &[SlotClass] {
        let shape = self.shapes.get(ty as usize).copied().unwrap_or_default();
        self.classes.get(shape.first as usize..shape.end as usize).unwrap_or(&[])
    }
}

/// A collection in progress; roots are handed to it.
pub(crate) struct Marker<'a> {
    space: &'a Space,
    shapes: &'a Shapes,
    marks: &'a mut Vec<u64>,
    /// One bit for each word of a marked object.
    covered: &'a mut Vec<u64>,
    /// Objects to be scanned, each with the first slot that is left.
    stack: &'a mut Vec<u64>,
    /// Words of marked objects, and of roots looked at.
    visited: usize,
}

impl Marker<'_> {
    /// A root: a slot whose low half is a reference.
    #[inline(always)]
    pub fn reference(&mut self, slot: u64) {
        let object = slot as u32 as usize;
        if object == 0 {
            return;
        }
        debug_assert!(self.space.is_start(object), "reference {object} to no object");
        let Some(bits) = self.marks.get_mut(object / 64) else { return };
        let bit = 1 << (object % 64);
        if *bits & bit != 0 {
            return;
        }
        *bits |= bit;
        self.mark(object);
    }

    /// An object that has just got its bit.
    #[inline(never)]
    fn mark(&mut self, object: usize) {
        let header = Header(self.space.memory.get(object));
        let words = header.words();
        self.visited += words;
        cover(self.covered, object, words);
        if refers(header) {
            self.stack.push(object as u64);
        }
    }

    /// A root: an interface slot.
    #[inline]
    pub fn iface(&mut self, value: u64) {
        let payload = slot::iface_payload(value);
        if payload != 0 && (value & slot::BOXED != 0 || self.shapes.payload(slot::iface_type(value))) {
            self.reference(u64::from(payload));
        }
    }

    /// A slot of unknown type: a root if its low half is where an object starts.
    #[inline]
    pub fn unknown(&mut self, slot: u64) {
        let object = slot as u32 as usize;
        if object != 0 && self.space.is_start(object) {
            self.reference(slot);
        }
    }

    /// Slots of unknown types; they count as work, so that a deep stack does not make collections frequent.
    pub fn unknowns(&mut self, slots: &[u64]) {
        self.visited += slots.len();
        for &slot in slots {
            self.unknown(slot);
        }
    }

    #[inline]
    fn classed(&mut self, class: SlotClass, slot: u64) {
        match class {
            SlotClass::Refs => self.reference(slot),
            SlotClass::Ifaces => self.iface(slot),
            SlotClass::Scalars | SlotClass::Mixed => {}
        }
    }

    fn run(&mut self) {
        while let Some(entry) = self.stack.pop() {
            let (object, first) = (entry as u32 as usize, (entry >> 32) as u32);
            let header = Header(self.space.memory.get(object));
            self.scan(object, header, first);
        }
    }

    fn scan(&mut self, object: usize, header: Header, first: u32) {
        let space = self.space;
        let slot = |index: u32| space.memory.get(object + 1 + index as usize);
        match header.kind() {
            Kind::Slice | Kind::View => self.reference(slot(0)),
            Kind::Cell | Kind::Box => self.classed(header.class(), slot(0)),
            Kind::Bound => self.classed(header.class(), slot(1)),
            Kind::Func => {
                for index in 0..header.len() {
                    self.reference(slot(FUNC_CAPTURES + index));
                }
            }
            Kind::Struct if header.class() == SlotClass::Mixed => {
                let shapes = self.shapes;
                for (index, &class) in shapes.classes(header.aux()).iter().enumerate() {
                    self.classed(class, slot(index as u32));
                }
            }
            Kind::Struct | Kind::List => {
                let end = header.len().min(first.saturating_add(PIECE));
                if end < header.len() {
                    self.stack.push(object as u64 | u64::from(end) << 32);
                }
                for index in first..end {
                    self.classed(header.class(), slot(index));
                }
            }
            Kind::Map => {
                let [item, index] = map::references(slot(0), slot(1));
                self.reference(index);
                self.reference(item);
            }
            Kind::MapItem => {
                let shapes = self.shapes;
                if let &[key, value] = shapes.classes(header.aux()) {
                    self.classed(key, slot(ITEM_KEY));
                    self.classed(value, slot(ITEM_VALUE));
                }
                self.reference(map::successor(slot(2)));
            }
            Kind::None | Kind::String | Kind::Data | Kind::MapIndex | Kind::Stub | Kind::Package | Kind::Block => {}
        }
    }
}

/// Whether the bit of an object is set.
fn is_marked(marks: &[u64], object: usize) -> bool {
    marks.get(object / 64).is_some_and(|bits| bits >> (object % 64) & 1 != 0)
}

/// Whether an object has to be scanned. A map's index holds nothing that the chain of its items does not.
fn refers(header: Header) -> bool {
    header.class() != SlotClass::Scalars && !header.is(Kind::MapIndex)
}

/// Objects that stay for good.
#[derive(Default)]
struct Settled {
    /// Where objects started when the program began.
    early: Option<Vec<u64>>,
    /// Bits of the settled objects and of their words; empty before the first collection after that.
    starts: Vec<u64>,
    covered: Vec<u64>,
    /// Those to be scanned, as entries of the marker's stack.
    referring: Vec<u64>,
}

impl Settled {
    /// Settles the marked objects, if it is time.
    fn update(&mut self, space: &Space, marks: &[u64]) {
        let Some(early) = self.early.as_mut().filter(|early| !early.is_empty()) else { return };
        let early = core::mem::take(early);
        self.starts.resize(early.len(), 0);
        self.covered.resize(marks.len(), 0);
        for (index, (&bits, &early)) in marks.iter().zip(&early).enumerate() {
            let mut rest = bits & early;
            while rest != 0 {
                let object = index * 64 + rest.trailing_zeros() as usize;
                rest &= rest - 1;
                let header = Header(space.memory.get(object));
                let size = header.words();
                if header.is(Kind::MapItem) {
                    continue;
                }
                cover(&mut self.starts, object, 1);
                cover(&mut self.covered, object, size);
                if refers(header) {
                    self.referring.push(object as u64);
                }
            }
        }
    }
}

/// What collections keep from one to the next.
#[derive(Default)]
pub(super) struct Collector {
    shapes: Shapes,
    marks: Vec<u64>,
    covered: Vec<u64>,
    stack: Vec<u64>,
    settled: Settled,
}

impl Heap {
    /// The program begins: objects made so far are its libraries'. Only the first call counts.
    pub(crate) fn settle(&mut self) {
        if self.collector.settled.early.is_none() {
            self.collector.settled.early = Some(self.space.memory.starts.clone());
        }
    }

    /// Whether a collection should be made before the next operation that allocates. Nothing observable depends on it.
    #[inline(always)]
    pub(crate) fn collection_due(&self) -> bool {
        self.space.due
    }

    /// Frees every object that the roots do not reach; `roots` hands all of them to the marker.
    ///
    /// No reference outside the roots is valid afterwards, so it must not be called inside an operation.
    #[cold]
    #[inline(never)]
    pub(crate) fn collect(&mut self, types: &Types, roots: impl FnOnce(&mut Marker<'_>)) {
        let Collector { shapes, marks, covered, stack, settled } = &mut self.collector;
        shapes.update(types);
        for (bits, settled) in [(&mut *marks, &settled.starts), (&mut *covered, &settled.covered)] {
            bits.clear();
            bits.extend_from_slice(settled);
            bits.resize(self.space.memory.starts.len().max(settled.len()), 0);
        }
        stack.extend_from_slice(&settled.referring);
        let mut marker = Marker { space: &self.space, shapes, marks, covered, stack, visited: 0 };
        marker.reference(self.empty.slot());
        roots(&mut marker);
        marker.run();
        let visited = marker.visited;
        settled.update(&self.space, marks);
        self.dynamic.retain(|&(object, _), _| is_marked(marks, object as usize));
        let bitmaps = [core::mem::take(&mut self.collector.marks), core::mem::take(&mut self.collector.covered)];
        [self.collector.marks, self.collector.covered] = self.space.keep(bitmaps, visited);
        self.collections += 1;
    }

    /// Collections so far.
    pub fn collections(&self) -> u64 {
        self.collections
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used)]

    use super::super::{Collection, Ref, SliceHeader};
    use super::*;

    fn heap() -> (Heap, Types) {
        (Heap::new(1 << 22), Types::new())
    }

    #[test]
    fn what_roots_reach_stays_where_it_is() {
        let (mut heap, types) = heap();
        let text = heap.new_string(b"kept by a list").unwrap();
        let list = heap.new_list(SlotClass::Refs, 1000).unwrap();
        heap.set_slot(list, 999, text);
        let slice = heap.new_slice(SliceHeader::whole(list, 1000)).unwrap();
        let cell = heap.new_cell(SlotClass::Refs, slice.slot()).unwrap();
        let dead = heap.new_cell(SlotClass::Refs, cell.slot()).unwrap();
        heap.collect(&types, |marker| marker.reference(cell.slot()));
        assert_eq!(heap.string(heap.slot(list, 999)), b"kept by a list");
        assert_eq!(heap.slot(cell, 0), slice.slot());
        // The freed words come back, cleared.
        let again = heap.new_cell(SlotClass::Scalars, 7).unwrap();
        assert_eq!(again, dead);
    }

    #[test]
    fn numbers_keep_only_objects_that_exist() {
        let (mut heap, types) = heap();
        let cell = heap.new_cell(SlotClass::Scalars, 1).unwrap();
        let other = heap.new_cell(SlotClass::Scalars, 2).unwrap();
        // The word inside an object, one past the end, and the object itself.
        heap.collect(&types, |marker| marker.unknowns(&[cell.slot() + 1, u64::from(u32::MAX), other.slot() | 5 << 32]));
        assert_eq!(heap.slot(other, 0), 2);
        assert_eq!(heap.new_cell(SlotClass::Scalars, 3).unwrap(), cell);
    }

    #[test]
    fn a_chain_of_any_length_is_marked_without_recursion() {
        let mut heap = Heap::new(1 << 24);
        let mut last = Ref::NIL;
        for _ in 0..1_000_000 {
            last = heap.new_cell(SlotClass::Refs, last.slot()).unwrap();
        }
        let types = Types::new();
        heap.collect(&types, |marker| marker.reference(last.slot()));
        let mut length = 0;
        while !last.is_nil() {
            last = Ref::of(heap.slot(last, 0));
            length += 1;
        }
        assert_eq!(length, 1_000_000);
    }

    #[test]
    fn garbage_of_every_size_is_reused() {
        let mut heap = Heap::collected(1 << 16, Collection::AfterWords(1 << 12));
        let types = Types::new();
        let keep: Vec<Ref> = (0..100)
            .map(|number| {
                let _ = heap.new_list(SlotClass::Scalars, number as usize * 3 % 50);
                heap.new_cell(SlotClass::Scalars, number).unwrap()
            })
            .collect();
        let mut state = 1_u32;
        for _ in 0..20_000 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let size = if state >> 28 == 0 { 1000 } else { state >> 24 & 31 };
            let list = heap.new_list(SlotClass::Scalars, size as usize).unwrap();
            assert!(heap.slots(list, 0, size).iter().all(|&slot| slot == 0));
            heap.slots_mut(list, 0, size).fill(u64::MAX);
            if heap.collection_due() {
                heap.collect(&types, |marker| keep.iter().for_each(|cell| marker.reference(cell.slot())));
            }
        }
        assert!(keep.iter().zip(0..).all(|(&cell, number)| heap.slot(cell, 0) == number));
        assert!(heap.collections() > 10 && heap.used_words() < 1 << 15);
    }

    #[test]
    fn objects_of_all_sizes_keep_what_they_hold() {
        let mut heap = Heap::collected(1 << 18, Collection::AfterWords(1 << 12));
        let types = Types::new();
        let mut live: Vec<(Ref, u32, u64)> = Vec::new();
        let mut state = 1_u64;
        for step in 0..40_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let (kind, place) = (state >> 60, (state >> 40) as usize % 200);
            let size = match kind {
                0 => (state >> 32) as u32 % 700,
                1..4 => (state >> 32) as u32 % 100,
                _ => (state >> 32) as u32 % 8,
            };
            if heap.collection_due() {
                heap.collect(&types, |marker| live.iter().for_each(|(list, ..)| marker.reference(list.slot())));
                for &(list, size, value) in &live {
                    assert!(heap.slots(list, 0, size).iter().all(|&slot| slot == value), "step {step}");
                }
            }
            let list = heap.new_list(SlotClass::Scalars, size as usize).unwrap();
            heap.slots_mut(list, 0, size).fill(step);
            match live.get_mut(place) {
                Some(old) => *old = (list, size, step),
                None => live.push((list, size, step)),
            }
        }
        assert!(heap.collections() > 100);
    }
}
