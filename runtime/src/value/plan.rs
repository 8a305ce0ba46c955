//! Plans: the objects that a small struct or array value consists of, worked out once per type.
//!
//! Zero values and copies that are charged statically need no order among their objects, only the objects. A plan lists
//! them, parents first, and making them is one pass without a look at any type.

use super::types::Kind;
use super::{TypeIndex, Types, slot};
use crate::heap::{Blank, Header, Heap, Kind as ObjectKind, Ref, SlotClass, Trap};
use regno_bytecode::types::Repr;

/// Values of more objects have no plan.
const MAX_PARTS: usize = 16;
/// Nor have values with larger objects.
const MAX_LEN: u64 = 1 << 16;

/// An object of the value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Part {
    /// Index of the part that refers to it.
    parent: u8,
    /// Slot of the parent that holds the reference.
    slot: u32,
    kind: ObjectKind,
    class: SlotClass,
    aux: TypeIndex,
    len: u32,
    /// Payload in words.
    words: u32,
}

/// The objects of a value of one type; the first is the value itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Plan {
    parts: Box<[Part]>,
}

/// What a plan is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Purpose {
    /// A new zero value: all objects under it are new.
    Zero,
    /// A copy: arrays share their elements; interfaces in it would be copied by their content, so there is no plan.
    Copy,
}

impl Plan {
    /// The plan for a struct or array type, if it is small enough.
    pub(super) fn of(types: &Types, ty: TypeIndex, purpose: Purpose) -> Option<Plan> {
        let mut parts: Vec<Part> = Vec::new();
        let mut pending = vec![(0, 0, ty)];
        while let Some((parent, slot, ty)) = pending.pop() {
            let index = u8::try_from(parts.len()).ok()?;
            if parts.len() == MAX_PARTS {
                return None;
            }
            let info = types.get(ty);
            let (kind, class, aux, len, words) = match &info.kind {
                Kind::Struct { fields } if fields.len() as u64 <= MAX_LEN => {
                    if purpose == Purpose::Copy && fields.iter().any(|field| field.repr == Repr::Iface) {
                        return None;
                    }
                    let deep = fields.iter().enumerate().filter(|(_, field)| is_object(field.repr));
                    pending.extend(deep.map(|(slot, field)| (index, slot as u32, field.ty)));
                    (ObjectKind::Struct, info.class, ty, fields.len() as u64, fields.len() as u64)
                }
                &Kind::Array { len, bytes: true, .. } => {
                    (ObjectKind::Data, SlotClass::Scalars, 0, len, len.div_ceil(8))
                }
                &Kind::Array { elem, len, .. } => {
                    if purpose == Purpose::Zero && is_object(types.get(elem).repr) {
                        if len > MAX_PARTS as u64 {
                            return None;
                        }
                        pending.extend((0..len as u32).map(|slot| (index, slot, elem)));
                    }
                    (ObjectKind::List, info.class, 0, len, len)
                }
                _ => return None,
            };
            if len > MAX_LEN {
                return None;
            }
            parts.push(Part { parent, slot, kind, class, aux, len: len as u32, words: words as u32 });
        }
        Some(Plan { parts: parts.into_boxed_slice() })
    }

    /// The value, if it is one object.
    pub(super) fn blank(&self) -> Option<Blank> {
        let [part] = &*self.parts else { return None };
        Some(Blank { header: Header::new(part.kind, part.class, part.aux, part.len), payload: part.words })
    }

    /// Makes a zero value. Out of line: its table of parts would keep a handler from ending in a jump.
    #[inline(never)]
    pub(super) fn zero(&self, heap: &mut Heap) -> Result<u64, Trap> {
        self.make(heap, |heap, part, _| {
            Ok(heap.alloc(part.kind, part.class, part.aux, part.len, part.words as usize)?.slot())
        })
    }

    /// Copies a value. Out of line as [`Plan::zero`].
    #[inline(never)]
    pub(super) fn copy(&self, heap: &mut Heap, value: u64) -> Result<u64, Trap> {
        self.make(heap, |heap, part, parent| {
            let original = parent.map_or(value, |parent| heap.slot(parent, part.slot));
            // What is not loaded is shared (spec/04 Q25).
            if heap.header(Ref::of(original)).is(ObjectKind::Stub) {
                return Ok(original);
            }
            // The copy of something read-only is read-only (spec/05 §5.4).
            Ok(heap.duplicate(Ref::of(original), part.words as usize)?.slot() | original & slot::TAINT)
        })
    }

    /// Makes every part by `new`, which is given the part's parent, and links it there.
    #[inline(always)]
    fn make(
        &self,
        heap: &mut Heap,
        new: impl Fn(&mut Heap, &Part, Option<Ref>) -> Result<u64, Trap>,
    ) -> Result<u64, Trap> {
        let [first, rest @ ..] = &*self.parts else { return Ok(0) };
        let mut made = [Ref::NIL; MAX_PARTS];
        made[0] = Ref::of(new(heap, first, None)?);
        for (index, part) in rest.iter().enumerate() {
            let parent = made[part.parent as usize % MAX_PARTS];
            if parent.is_nil() || heap.header(parent).is(ObjectKind::Stub) {
                made[(index + 1) % MAX_PARTS] = Ref::NIL;
                continue;
            }
            let value = new(heap, part, Some(parent))?;
            heap.set_slot(parent, part.slot, value);
            made[(index + 1) % MAX_PARTS] = Ref::of(value);
        }
        Ok(made[0].slot())
    }
}

/// Whether a slot of the representation refers to an object that is part of the value.
fn is_object(repr: Repr) -> bool {
    matches!(repr, Repr::Struct | Repr::Array)
}
