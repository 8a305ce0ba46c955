//! Rendering of values by `print`, `println` and uncaught panics (spec/01 §1.12).
//!
//! `Sprint` without its method calls: the machine calls `String` or `Error` first and passes the result here. Nested values
//! never use methods. Recursion is bounded: composite values register themselves, and the eleventh prints `...`.

mod float;
mod quote;

pub use float::{format_f32, format_f64};
pub use quote::quote;

use crate::heap::{Heap, ITEM_KEY, Kind as ObjectKind, Ref, Trap};
use crate::map;
use crate::ops::view;
use crate::value::types::Kind;
use crate::value::{TypeIndex, Types, iface, select, slot};
use regno_bytecode::types::Repr;

/// Composite values that may be open at once.
const MAX_OPEN: usize = 10;
/// Bytes of a data array that are shown.
const MAX_BYTES: usize = 256;

/// Appends the text of an interface value.
///
/// Rendering stops soon after `out` exceeds `limit` bytes: the caller's charge for the length will not be met then.
///
/// # Errors
///
/// Fatal `not yet implemented` for channels.
pub fn sprint(heap: &Heap, types: &Types, value: u64, out: &mut Vec<u8>, limit: usize) -> Result<(), Trap> {
    if slot::iface_is_nil(value) {
        out.extend_from_slice(b"undefined");
        return Ok(());
    }
    let (ty, value) = iface::unpack(heap, types, value);
    let mut printer = Printer { heap, types, out, limit, open: Vec::new() };
    if types.get(ty).declared { printer.typed(ty, value) } else { printer.top(ty, value, false) }
}

/// Appends the text of a value with its type, `(value type)`; of an interface, with that of its content.
///
/// # Errors
///
/// As [`sprint`].
pub fn sprint_typed(
    heap: &Heap,
    types: &Types,
    ty: TypeIndex,
    value: u64,
    out: &mut Vec<u8>,
    limit: usize,
) -> Result<(), Trap> {
    Printer { heap, types, out, limit, open: Vec::new() }.typed(ty, value)
}

/// Appends the elements of a slice of interfaces, separated by spaces.
///
/// # Errors
///
/// An element cannot be printed.
pub fn sprint_elements(heap: &Heap, types: &Types, slice: u64, out: &mut Vec<u8>, limit: usize) -> Result<(), Trap> {
    let header = heap.slice(Ref::of(slice));
    for (number, &value) in heap.slots(header.base, header.offset, header.count()).iter().enumerate() {
        if number != 0 {
            out.push(b' ');
        }
        sprint(heap, types, value, out, limit)?;
    }
    Ok(())
}

struct Printer<'a> {
    heap: &'a Heap,
    types: &'a Types,
    out: &'a mut Vec<u8>,
    limit: usize,
    /// Composite values being rendered, by representation and reference.
    open: Vec<(Repr, u64)>,
}

impl Printer<'_> {
    fn text(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn full(&self) -> bool {
        self.out.len() > self.limit
    }

    /// `(body type)`.
    fn typed(&mut self, ty: TypeIndex, value: u64) -> Result<(), Trap> {
        let info = self.types.get(ty);
        if info.repr == Repr::Iface {
            if slot::iface_is_nil(value) {
                self.text("(undefined)");
                return Ok(());
            }
            let (ty, value) = iface::unpack(self.heap, self.types, value);
            return self.typed(ty, value);
        }
        self.text("(");
        match info.repr {
            Repr::Str if Ref::of(value).is_nil() => {}
            Repr::Ptr | Repr::Slice | Repr::Map | Repr::Func | Repr::Chan if Ref::of(value).is_nil() => {
                self.text("nil")
            }
            _ => self.top(ty, value, true)?,
        }
        self.text(" ");
        match info.name.strip_prefix("[]") {
            Some(elem) if self.is_variadic(info.repr, value) => {
                self.text("...");
                self.text(elem);
            }
            _ => self.text(&info.name),
        }
        self.text(")");
        Ok(())
    }

    /// Whether a slice has the type `...T`.
    fn is_variadic(&self, repr: Repr, value: u64) -> bool {
        repr == Repr::Slice && self.heap.slice_or_nil(value).is_some_and(|slice| slice.variadic)
    }

    /// The value without its type; `quoted`: strings are quoted.
    fn top(&mut self, ty: TypeIndex, value: u64, quoted: bool) -> Result<(), Trap> {
        let info = self.types.get(ty);
        let value = info.repr.number(value);
        match info.repr {
            Repr::Bool => self.text(if value == 0 { "false" } else { "true" }),
            Repr::F64 => self.text(&format_f64(f64::from_bits(value))),
            Repr::F32 => self.text(&format_f32(f32::from_bits(value as u32))),
            Repr::Str if quoted => {
                let text = quote(self.heap.string(value));
                self.text(&text);
            }
            Repr::Str => self.out.extend_from_slice(self.heap.string(value)),
            Repr::Func => self.func(ty, value),
            Repr::Chan => return Err(Trap::abort("not yet implemented")),
            Repr::Ptr | Repr::Slice | Repr::Map | Repr::Struct | Repr::Array => self.composite(ty, value)?,
            repr if repr.is_signed() => self.text(&(value as i64).to_string()),
            _ => self.text(&value.to_string()),
        }
        Ok(())
    }

    /// A composite value; one that is read-only says so.
    fn composite(&mut self, ty: TypeIndex, value: u64) -> Result<(), Trap> {
        let info = self.types.get(ty);
        if Ref::of(value).is_nil() {
            let text = if info.repr == Repr::Ptr { "typed-nil".to_owned() } else { format!("(nil {})", info.name) };
            self.text(&text);
            return Ok(());
        }
        if value & slot::TAINT != 0 {
            self.text("readonly(");
            self.content(ty, slot::untaint(value))?;
            self.text(")");
            return Ok(());
        }
        self.content(ty, value)
    }

    /// A composite value that is not nil.
    fn content(&mut self, ty: TypeIndex, value: u64) -> Result<(), Trap> {
        let (types, info) = (self.types, self.types.get(ty));
        let array = match info.repr {
            Repr::Slice => self.heap.slice(Ref::of(value)).base,
            _ => Ref::of(value),
        };
        if let Some(id) = self.heap.stub_id(array) {
            // What is not loaded is printed as a reference (spec/07 §3.2).
            let text = if info.repr == Repr::Slice { format!("slice[ref({id})]") } else { format!("ref({id})") };
            self.text(&text);
            return Ok(());
        }
        let identity = (info.repr, value);
        if let Some(position) = self.open.iter().position(|&other| other == identity) {
            self.text(&format!("ref@{position}"));
            return Ok(());
        }
        if self.open.len() == MAX_OPEN {
            self.text("...");
            return Ok(());
        }
        // A struct or array that is printed itself is a copy that nothing in it refers to.
        let copy = self.open.is_empty() && matches!(info.repr, Repr::Struct | Repr::Array);
        self.open.push(if copy { (info.repr, u64::MAX) } else { identity });
        match &types.get(ty).kind {
            &Kind::Pointer { elem } => {
                self.text("&");
                let target = match types.get(elem).repr {
                    Repr::Iface => view::load(self.heap, value)?,
                    _ => select::load_pointer(self.heap, value),
                };
                if self.heap.header(array).is(ObjectKind::Data) {
                    // One byte of an array of data has a type of its own.
                    self.text(&format!("({} <databyte> uint8)", target & 0xff));
                } else {
                    self.typed(self.type_at(Ref::of(value), slot::pointer_index(value), elem), target)?;
                }
            }
            &Kind::Slice { elem, .. } => self.slice(elem, value)?,
            &Kind::Array { elem, .. } => self.array(elem, value)?,
            Kind::Struct { fields } => {
                self.text("struct{");
                self.slots(array, (0..).zip(fields.iter().map(|field| field.ty)))?;
                self.text("}");
            }
            &Kind::Map { key, elem } => self.map(key, elem, value)?,
            _ => {}
        }
        self.open.pop();
        Ok(())
    }

    /// The type of what a slot of an object holds.
    fn type_at(&self, object: Ref, index: u32, place: TypeIndex) -> TypeIndex {
        self.heap.dynamic_type(object, index).unwrap_or(place)
    }

    /// Slots of an object, with the types of the places, separated by commas.
    fn slots(&mut self, object: Ref, slots: impl Iterator<Item = (u32, TypeIndex)>) -> Result<(), Trap> {
        for (count, (index, ty)) in slots.enumerate() {
            if self.full() {
                break;
            }
            if count != 0 {
                self.text(",");
            }
            self.typed(self.type_at(object, index, ty), self.heap.slot(object, index))?;
        }
        Ok(())
    }

    fn slice(&mut self, elem: TypeIndex, value: u64) -> Result<(), Trap> {
        let (heap, header) = (self.heap, self.heap.slice(Ref::of(value)));
        let (base, count) = (header.base, header.count());
        self.text("slice[");
        if heap.header(base).is(ObjectKind::Data) {
            let bytes = heap.bytes(base).get(header.offset as usize..).unwrap_or(&[]);
            self.hex(bytes.get(..count as usize).unwrap_or(&[]));
            if count as usize > MAX_BYTES {
                self.text(&format!("...({count})"));
            }
        } else {
            self.slots(base, (0..count).map(|index| (header.offset + index, elem)))?;
        }
        self.text("]");
        Ok(())
    }

    fn array(&mut self, elem: TypeIndex, value: u64) -> Result<(), Trap> {
        let (heap, array) = (self.heap, Ref::of(value));
        let header = heap.header(array);
        self.text("array[");
        if header.is(ObjectKind::Data) {
            self.hex(heap.bytes(array));
            if header.len() as usize > MAX_BYTES {
                self.text("...");
            }
        } else {
            self.slots(array, (0..header.len()).map(|index| (index, elem)))?;
        }
        self.text("]");
        Ok(())
    }

    fn hex(&mut self, bytes: &[u8]) {
        self.text("0x");
        for byte in bytes.iter().take(MAX_BYTES) {
            self.text(&format!("{byte:02X}"));
        }
    }

    fn map(&mut self, key: TypeIndex, elem: TypeIndex, value: u64) -> Result<(), Trap> {
        self.text("map{");
        let mut iterator = map::start(self.heap, Ref::of(value));
        let mut first = true;
        while let Some(entry) = map::next(self.heap, iterator) {
            if self.full() {
                break;
            }
            if !first {
                self.text(",");
            }
            first = false;
            self.typed(key, self.heap.slot(Ref::of(entry.iterator), ITEM_KEY))?;
            self.text(":");
            self.typed(elem, entry.value)?;
            iterator = entry.iterator;
        }
        self.text("}");
        Ok(())
    }

    fn func(&mut self, ty: TypeIndex, value: u64) {
        let (types, object) = (self.types, Ref::of(value));
        if object.is_nil() {
            self.text(&format!("nil {}", types.get(ty).name));
            return;
        }
        if let Some(id) = self.heap.stub_id(object) {
            self.text(&format!("ref({id})"));
            return;
        }
        let func = types.func(self.heap.func_index(object));
        let name = func.map_or("", |func| func.name.as_str());
        if self.heap.header(object).is(ObjectKind::Bound) {
            let receiver =
                func.and_then(|func| func.receiver).map_or("?", |ty| types.get(ty).name.trim_start_matches('*'));
            let signature = func.and_then(|func| func.signature);
            let text = bound_text(types, receiver, name, signature);
            self.text(&text);
        } else if name.is_empty() {
            let text = format!("{}{{...}}", types.get(types.get(ty).underlying).name);
            self.text(&text);
        } else {
            self.text(name);
        }
    }
}

fn bound_text(types: &Types, receiver: &str, name: &str, signature: Option<TypeIndex>) -> String {
    let (params, results) = match signature.map(|ty| &types.get(ty).kind) {
        Some(Kind::Func { params, results, .. }) => (params.as_slice(), results.as_slice()),
        _ => (&[][..], &[][..]),
    };
    let names = |list: &[TypeIndex]| list.iter().map(|&ty| types.get(ty).name.as_str()).collect::<Vec<_>>().join(", ");
    let mut all = receiver.to_owned();
    if !params.is_empty() {
        all = format!("{all}, {}", names(params));
    }
    format!("<{receiver}>.{name}({all})({})", names(results))
}

#[cfg(test)]
mod tests;
