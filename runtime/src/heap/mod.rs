//! Objects (`docs/values.md`).
//!
//! An object is a header word and payload words in one growing store. A [`Ref`] is the index of the header, so a slot
//! `i` of an object is the word `ref + 1 + i`, for every kind whose payload can be pointed to.
//!
//! ```text
//! header   bits 0..5    5..7          7         8..32                      32..64
//!          kind         SlotClass     tracked   aux: type index or flags   length
//! ```
//!
//! Kind, class and length alone say which payload words hold references, whatever types the compiler saw: a collector needs
//! nothing else, except that a struct of class [`SlotClass::Mixed`] names its type in `aux`.

mod collect;
mod dynamic;
mod memory;
mod object;
mod runs;
mod trap;
pub(crate) mod vector;

pub use object::{BOUND_FUNC, BOUND_RECEIVER, FUNC_CAPTURES, ITEM_KEY, ITEM_VALUE, SliceHeader};
pub use trap::{Charge, NoCharge, Trap};

use collect::Collector;
use regno_bytecode::types::Repr;
use regno_store::ObjectId;
use runs::Space;

/// Reference to an object: the index of its header word. 0 is nil.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Debug)]
pub struct Ref(u32);

impl Ref {
    /// No object.
    pub const NIL: Ref = Ref(0);

    /// The reference in the low half of a slot.
    #[inline(always)]
    pub const fn of(slot: u64) -> Ref {
        Ref(slot as u32)
    }

    /// A slot that holds this reference and nothing else.
    #[inline(always)]
    pub const fn slot(self) -> u64 {
        self.0 as u64
    }

    /// Whether there is no object.
    #[inline(always)]
    pub const fn is_nil(self) -> bool {
        self.0 == 0
    }

    #[inline(always)]
    pub(crate) const fn index(self) -> usize {
        self.0 as usize
    }
}

/// What an object is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum Kind {
    /// No object.
    None,
    /// Bytes of a string; length in bytes.
    String,
    /// Array with one slot per element.
    List,
    /// Array with one byte per element.
    Data,
    /// One slot per field; `aux` is the type index.
    Struct,
    /// Slice header: base, offset, length, capacity.
    Slice,
    /// Map; `aux` is the type index.
    Map,
    /// An entry of a map: key, value, links, hash.
    MapItem,
    /// Hash index of a map.
    MapIndex,
    /// Function index and captured heap items; length is the number of captures.
    Func,
    /// Function index and receiver.
    Bound,
    /// Heap item: one slot.
    Cell,
    /// The 64 bits of an interface payload.
    Box,
    /// What `&` of an interface variable points to: the variable, and its dynamic type at that moment.
    View,
    /// Stands for an object that is in the store and not loaded; its slot is an index into the realms' table of references.
    Stub,
    /// Stands for a package, as an object that others own or refer to; `aux` is the package's index.
    Package,
    /// Stands for the block of a package (length 0) or of its file `length - 1`; `aux` is the package's index.
    Block,
}

impl Kind {
    const ALL: [Kind; 17] = [
        Kind::None,
        Kind::String,
        Kind::List,
        Kind::Data,
        Kind::Struct,
        Kind::Slice,
        Kind::Map,
        Kind::MapItem,
        Kind::MapIndex,
        Kind::Func,
        Kind::Bound,
        Kind::Cell,
        Kind::Box,
        Kind::View,
        Kind::Stub,
        Kind::Package,
        Kind::Block,
    ];
}

/// Where references are among the untyped slots of an object.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum SlotClass {
    /// Nowhere.
    Scalars,
    /// The low half of every slot is a reference.
    Refs,
    /// Every slot is an interface: a reference where its type, or the `boxed` bit, says so.
    Ifaces,
    /// As the fields of the type in `aux` say.
    Mixed,
}

impl SlotClass {
    /// Class of slots that all have this representation.
    pub const fn of(repr: Repr) -> SlotClass {
        match repr {
            Repr::Iface => SlotClass::Ifaces,
            _ if repr.is_ref() => SlotClass::Refs,
            _ => SlotClass::Scalars,
        }
    }

    /// Class of slots of both classes.
    pub const fn join(self, other: SlotClass) -> SlotClass {
        if self as u8 == other as u8 { self } else { SlotClass::Mixed }
    }

    /// Class of the representation with this code (operand `c` of `NewCell` and `NewSlice`).
    #[inline(always)]
    pub fn of_code(code: u16) -> SlotClass {
        CLASSES.get(usize::from(code)).copied().unwrap_or(SlotClass::Scalars)
    }
}

/// Classes by code of the representation.
const CLASSES: [SlotClass; Repr::ALL.len()] = {
    let mut classes = [SlotClass::Scalars; Repr::ALL.len()];
    let mut code = 0;
    while code < classes.len() {
        classes[code] = SlotClass::of(Repr::ALL[code]);
        code += 1;
    }
    classes
};

/// What a new object of zero words is made of: its header and the number of words behind it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Blank {
    pub header: Header,
    pub payload: u32,
}

/// Header word of an object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Header(u64);

impl Header {
    /// Largest value of `aux`.
    pub const MAX_AUX: u32 = (1 << 24) - 1;

    pub(crate) const fn new(kind: Kind, class: SlotClass, aux: u32, len: u32) -> Header {
        Header(kind as u64 | (class as u64) << 5 | ((aux & Header::MAX_AUX) as u64) << 8 | (len as u64) << 32)
    }

    /// Kind.
    #[inline(always)]
    pub fn kind(self) -> Kind {
        Kind::ALL.get((self.0 & 31) as usize).copied().unwrap_or(Kind::None)
    }

    /// Whether the object is of this kind; cheaper than comparing [`Header::kind`].
    #[inline(always)]
    pub const fn is(self, kind: Kind) -> bool {
        self.0 & 31 == kind as u64
    }

    /// Class of its slots.
    pub const fn class(self) -> SlotClass {
        match (self.0 >> 5) & 3 {
            0 => SlotClass::Scalars,
            1 => SlotClass::Refs,
            2 => SlotClass::Ifaces,
            _ => SlotClass::Mixed,
        }
    }

    /// Bit of an object that realms keep a record of, that stands for one, or that may refer to one not loaded
    /// ([`crate::realm`]). Copies of such objects have it too.
    pub const TRACKED: u64 = 1 << 7;

    /// Whether the object has [`Header::TRACKED`].
    #[inline(always)]
    pub const fn is_tracked(self) -> bool {
        self.0 & Header::TRACKED != 0
    }

    /// Type index or flags.
    #[inline(always)]
    pub const fn aux(self) -> u32 {
        (self.0 >> 8) as u32 & Header::MAX_AUX
    }

    /// Length in the kind's units.
    #[inline(always)]
    pub const fn len(self) -> u32 {
        (self.0 >> 32) as u32
    }

    /// Words of the object, header included.
    pub(crate) fn words(self) -> usize {
        let len = self.len() as usize;
        match self.kind() {
            Kind::String | Kind::Data => len.div_ceil(8) + 1,
            Kind::List | Kind::Struct | Kind::MapIndex => len + 1,
            Kind::Func => len + 2,
            Kind::Cell | Kind::Box | Kind::Stub => 2,
            Kind::Slice | Kind::Bound | Kind::View => 3,
            Kind::Map | Kind::MapItem => 4,
            Kind::None | Kind::Package | Kind::Block => 1,
        }
    }

    /// Whether the length is 0.
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }
}

/// Largest length of a string, array or slice: lengths and indices share a slot's upper 31 bits.
pub const MAX_LEN: usize = (1 << 31) - 1;

/// Text of the fatal error of a machine without room for an object.
pub const OUT_OF_MEMORY: &str = "heap size limit exceeded";

/// Word of the first object: those before it are zero, so that nil can be read as an object of length 0.
const FIRST: usize = 3;

/// When the heap frees objects that nothing refers to any more. It has no effect that a program could see.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Collection {
    /// After so many words, or after as many as survived the last collection if these are more.
    AfterWords(usize),
    /// At every safe point that follows an allocation: for tests.
    Always,
}

impl Default for Collection {
    fn default() -> Collection {
        Collection::AfterWords(1 << 18)
    }
}

/// The objects of one machine.
pub struct Heap {
    space: Space,
    collector: Collector,
    collections: u64,
    empty: Ref,
    dynamic: dynamic::DynamicTypes,
    /// What each stub stands for, by the number in its slot.
    pub(crate) stubs: Vec<ObjectId>,
}

impl core::fmt::Debug for Heap {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Heap").field("words", &self.space.memory.end()).finish_non_exhaustive()
    }
}

impl Heap {
    /// An empty heap of at most `max_words` words (8 bytes each), never more than 2^32.
    pub fn new(max_words: u64) -> Heap {
        Heap::collected(max_words, Collection::default())
    }

    /// As [`Heap::new`], with a rule for collections.
    pub fn collected(max_words: u64, collection: Collection) -> Heap {
        let max = usize::try_from(max_words.min(1 << 32)).unwrap_or(usize::MAX);
        let space = Space::new(max.max(16), collection);
        let mut heap = Heap {
            space,
            collector: Collector::default(),
            collections: 0,
            empty: Ref::NIL,
            dynamic: dynamic::DynamicTypes::default(),
            stubs: Vec::new(),
        };
        // Words 0 to 2 are never an object: read as a slice header, nil has length 0, so index checks need no nil check of
        // their own; and an index can use 1 as a mark.
        let _ = heap.space.take(FIRST);
        heap.empty = heap.alloc(Kind::String, SlotClass::Scalars, 0, 0, 0).unwrap_or_default();
        heap
    }

    /// A heap without objects takes over those of another that was never collected.
    ///
    /// # Errors
    ///
    /// Fatal [`OUT_OF_MEMORY`] if they are beyond the size limit.
    pub(crate) fn begin_as(&mut self, other: &Heap) -> Result<(), Trap> {
        self.empty = other.empty;
        self.space.begin_as(&other.space).ok_or_else(out_of_memory)
    }

    /// Words up to the end of the last object, headers and free words included.
    pub fn used_words(&self) -> usize {
        self.space.memory.end()
    }

    /// Address of word 0, for handlers that read objects without a call; valid until the next allocation.
    #[inline(always)]
    pub fn base(&mut self) -> *mut u64 {
        self.space.memory.base()
    }

    /// Makes an object of `payload` zero words.
    ///
    /// # Errors
    ///
    /// Fatal [`OUT_OF_MEMORY`] at the size limit.
    #[inline]
    pub(crate) fn alloc(
        &mut self,
        kind: Kind,
        class: SlotClass,
        aux: u32,
        len: u32,
        payload: usize,
    ) -> Result<Ref, Trap> {
        let Some(first) = self.space.take(payload + 1) else { return Err(out_of_memory()) };
        self.space.memory.set(first, Header::new(kind, class, aux, len).0);
        // The store is limited to 2^32 words.
        Ok(Ref(first as u32))
    }

    /// Makes an object of zero words out of the rest of the current run; `None` if that is too short.
    #[inline(always)]
    pub(crate) fn cut(&mut self, blank: Blank) -> Option<Ref> {
        let first = self.space.memory.take(blank.payload as usize + 1)?;
        self.space.memory.set(first, blank.header.0);
        Some(Ref(first as u32))
    }

    /// Makes an object with the header and the payload of another, whose payload is `payload` words.
    #[inline]
    pub(crate) fn duplicate(&mut self, object: Ref, payload: usize) -> Result<Ref, Trap> {
        let words = payload + 1;
        let Some(first) = self.space.take(words) else { return Err(out_of_memory()) };
        let (memory, from) = (&mut self.space.memory, object.index());
        if words > 16 {
            memory.copy(from, first, words);
        } else {
            // Small objects: cheaper than a call that copies memory.
            for index in 0..words {
                let word = memory.get(from + index);
                memory.set(first + index, word);
            }
        }
        if self.has_dynamic_types() {
            self.copy_dynamic_types((object, 0), (Ref(first as u32), 0), payload as u32);
        }
        Ok(Ref(first as u32))
    }

    /// Header of an object. The reference must not be nil.
    #[inline(always)]
    pub fn header(&self, object: Ref) -> Header {
        Header(self.space.memory.get(object.index()))
    }

    /// Whether an object starts where a reference of unknown origin points to.
    pub(crate) fn is_object(&self, object: Ref) -> bool {
        self.space.is_start(object.index())
    }

    /// Gives an object the mark [`Header::TRACKED`].
    #[allow(dead_code)]
    pub(crate) fn track(&mut self, object: Ref) {
        let header = self.space.memory.get(object.index());
        self.space.memory.set(object.index(), header | Header::TRACKED);
    }

    /// Gives a struct another type and class of slots; what is in its slots must be of that type already.
    pub(crate) fn set_struct_type(&mut self, object: Ref, class: SlotClass, ty: u32) {
        let old = self.header(object);
        let tracked = if old.is_tracked() { Header::TRACKED } else { 0 };
        let header = Header::new(Kind::Struct, class, ty, old.len()).0 | tracked;
        self.space.memory.set(object.index(), header);
    }

    /// What a stub stands for; none for other objects.
    pub(crate) fn stub_id(&self, object: Ref) -> Option<ObjectId> {
        if object.is_nil() || !self.header(object).is(Kind::Stub) {
            return None;
        }
        self.stubs.get(self.slot(object, 0) as usize).copied()
    }

    /// Slot `index` of an object.
    #[inline(always)]
    pub fn slot(&self, object: Ref, index: u32) -> u64 {
        self.space.memory.get(object.index() + 1 + index as usize)
    }

    /// Replaces slot `index` of an object.
    #[inline(always)]
    pub fn set_slot(&mut self, object: Ref, index: u32, value: u64) {
        self.space.memory.set(object.index() + 1 + index as usize, value);
    }
}

#[cold]
pub(crate) fn out_of_memory() -> Trap {
    Trap::abort(OUT_OF_MEMORY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_keep_their_parts() {
        let header = Header::new(Kind::Struct, SlotClass::Mixed, Header::MAX_AUX, u32::MAX);
        assert_eq!(header.kind(), Kind::Struct);
        assert_eq!(header.class(), SlotClass::Mixed);
        assert_eq!((header.aux(), header.len()), (Header::MAX_AUX, u32::MAX));
        assert!(Kind::ALL.iter().enumerate().all(|(i, &kind)| kind as usize == i));
    }

    #[test]
    fn the_limit_ends_cleanly() {
        let mut heap = Heap::new(16);
        assert!(heap.new_list(SlotClass::Scalars, 11).is_ok());
        assert_eq!(heap.new_list(SlotClass::Scalars, 1), Err(out_of_memory()));
        assert!(heap.new_cell(SlotClass::Scalars, 1).is_err());
    }

    #[test]
    fn growth_keeps_content() {
        let mut heap = Heap::new(1 << 20);
        let refs: Vec<Ref> = (0..10_000).map(|i| heap.new_cell(SlotClass::Scalars, i).unwrap_or_default()).collect();
        assert!(refs.iter().zip(0..).all(|(&cell, i)| heap.slot(cell, 0) == i));
    }
}
