//! Operations on strings, slices, maps and interfaces: operands from the instruction, work in `ops`.

use super::Window;
use crate::heap::{ITEM_VALUE, Kind, Ref, SlotClass, Trap};
use crate::map::{self, Search};
use crate::ops::{self, slice::Bounds};
use crate::recount::charger;
use crate::value::types::Kind as TypeKind;
use crate::value::{Types, copy, equal, iface, slot};
use regno_bytecode::op::{field_a, field_b, field_c};
use regno_bytecode::types::Repr;
use std::cmp::Ordering;

reading! {
    EqStr(heap, b, c) => u64::from(equal::equal_string(heap, b, c));
    NeStr(heap, b, c) => u64::from(!equal::equal_string(heap, b, c));
    LtStr(heap, b, c) => u64::from(ops::string::compare(heap, b, c) == Ordering::Less);
    LeStr(heap, b, c) => u64::from(ops::string::compare(heap, b, c) != Ordering::Greater);
}

reading! {
    LenMap(heap, b) => ops::maps::len(heap, b);
    StartMapIter(heap, b) => map::start(heap, Ref::of(b));
}

/// Bounds of a slice expression: three registers, and which are present in bits 48..51.
pub(super) fn bounds(regs: Window, ext: u64) -> Bounds {
    let bound = |shift: u32, bit: u64| (ext >> 48 & bit != 0).then(|| regs.get((ext >> shift) as u16) as i64);
    Bounds { low: bound(0, 1), high: bound(16, 2), max: bound(32, 4) }
}

/// Representation of the type in an extension word; the loader puts its code behind the type.
#[inline(always)]
pub(super) fn repr_of(ext: u64) -> Repr {
    Repr::from_code((ext >> 32) as u8).unwrap_or(Repr::Raw)
}

/// Operations of one operand and bounds.
macro_rules! sliced {
    ($($name:ident => $function:path;)*) => {
        slow! { $($name(cx, regs, word, ext) {
            let value = $function(&mut cx.heap, regs.get(field_b(word)), bounds(regs, ext), &mut charger!(cx))?;
            regs.set(field_a(word), value);
            Ok(())
        })* }
    };
}

slow! {
    IsAddress(cx, regs, word, _ext) {
        let text = Ref::of(regs.get(field_b(word)));
        let valid = !text.is_nil() && ops::address::is_address(cx.heap.bytes(text))?;
        regs.set(field_a(word), u64::from(valid));
        Ok(())
    }
    IsTypedNil(cx, regs, word, _ext) {
        let value = regs.get(field_b(word));
        let holds_nil = !slot::iface_is_nil(value) && {
            let (ty, held) = iface::unpack(&cx.heap, &cx.linked.types, value);
            let repr = cx.linked.types.get(ty).repr;
            matches!(repr, Repr::Ptr | Repr::Slice | Repr::Map | Repr::Func | Repr::Chan) && held as u32 == 0
        };
        regs.set(field_a(word), u64::from(holds_nil));
        Ok(())
    }
    FreezeIface(cx, regs, word, _ext) {
        let view = ops::view::freeze(&mut cx.heap, regs.get(field_b(word)))?;
        regs.set(field_a(word), view);
        Ok(())
    }
    LoadPtrIface(cx, regs, word, _ext) {
        regs.set(field_a(word), ops::view::load(&cx.heap, regs.get(field_b(word)))?);
        Ok(())
    }
    StorePtrIface(cx, regs, word, _ext) {
        ops::view::store(&mut cx.heap, regs.get(field_a(word)), regs.get(field_b(word)))
    }
}

sliced! {
    SliceStr => ops::string::slice;
    SliceSlice => ops::slice::slice_slice;
    SliceArray => ops::slice::slice_array;
    SlicePtr => ops::slice::slice_ptr;
}

/// Charging operations of one operand.
macro_rules! converted {
    ($($name:ident => $function:path;)*) => {
        slow! { $($name(cx, regs, word, _ext) {
            let value = $function(&mut cx.heap, regs.get(field_b(word)), &mut charger!(cx))?;
            regs.set(field_a(word), value);
            Ok(())
        })* }
    };
}

converted! {
    BytesFromStr => ops::string::to_bytes;
    RunesFromStr => ops::string::to_runes;
    StrFromBytes => ops::string::from_bytes;
    StrFromRunes => ops::string::from_runes;
    StrFromInt => ops::string::from_int;
}

/// Charging operations of a type and two operands.
macro_rules! typed {
    ($($name:ident => $function:path;)*) => {
        slow! { $($name(cx, regs, word, ext) {
            let operands = (regs.get(field_b(word)), regs.get(field_c(word)));
            let value = $function(&mut cx.heap, &cx.linked.types, ext as u32, operands, &mut charger!(cx))?;
            regs.set(field_a(word), value);
            Ok(())
        })* }
    };
}

typed! {
    Append => ops::append::append;
    CopySlice => ops::slice::copy;
}

/// The type table.
#[inline(always)]
pub(super) unsafe fn types<'a>(cx: *const super::Cx) -> &'a Types {
    &(&*cx).linked.types
}

/// Reads of maps: what is found by its bits or bytes, and what is missing and would be no object, is given at once. Integers are
/// looked for in the handler itself, texts out of line, as that needs a stack frame.
macro_rules! map_reads {
    ($($name:ident, $text:ident, $rest:ident => ($regs:ident, $ext:ident, $found:ident) $give_found:block;)*) => { $(
        handler! { inline(always) $name(cx, ip, regs, allowance, table, word) {
            if !ops::maps::has_integer_keys(&(*cx).heap, reg!(regs, word, b)) {
                return $text::<N>(cx, ip, regs, allowance, table, word);
            }
            map_reads!(@read $rest, cx, ip, regs, allowance, table, word, ($regs, $ext, $found) $give_found)
        } }
        handler! { inline(never) $text(cx, ip, regs, allowance, table, word) {
            map_reads!(@read $rest, cx, ip, regs, allowance, table, word, ($regs, $ext, $found) $give_found)
        } }
    )* };
    (@read $rest:ident, $cx:ident, $ip:ident, $registers:ident, $allowance:ident, $table:ident, $word:ident,
     ($regs:ident, $ext:ident, $found:ident) $give_found:block) => {{
        let ($regs, $ext) = ($registers, *$ip.add(1));
        let (value, $found) = match ops::maps::look(&(*$cx).heap, reg!($registers, $word, b), reg!($registers, $word, c)) {
            Search::Found(item) => (map::value(&(*$cx).heap, item), true),
            Search::Missing(_) if !ops::maps::holds_objects(types($cx), $ext as u32) => (0, false),
            _ => return $rest::<N>($cx, $ip, $registers, $allowance, $table, $word),
        };
        reg!($registers, $word, a) = value;
        $give_found
        next!($cx, $ip, $registers, $allowance, $table, 2)
    }};
}

map_reads! {
    LoadMap, load_map_text, load_map => (_regs, _ext, _found) {};
    LoadMapOk, load_map_ok_text, load_map_ok => (regs, ext, found) {
        *regs.add((ext >> 32) as u16 as usize) = u64::from(found);
    };
}

handler! {
    AddrMap(cx, ip, regs, allowance, table, word) {
        let map = reg!(regs, word, b);
        if ops::maps::has_integer_keys(&(*cx).heap, map)
            && let Search::Found(item) = ops::maps::look(&(*cx).heap, map, reg!(regs, word, c))
        {
            reg!(regs, word, a) = slot::pointer(item, ITEM_VALUE);
            next!(cx, ip, regs, allowance, table, 2)
        } else {
            addr_map::<N>(cx, ip, regs, allowance, table, word)
        }
    }
    CopyIface(cx, ip, regs, allowance, table, word) {
        let value = reg!(regs, word, b);
        if copy::copies_content(types(cx), value) {
            return copy_iface::<N>(cx, ip, regs, allowance, table, word);
        }
        reg!(regs, word, a) = value;
        next!(cx, ip, regs, allowance, table, 1)
    }
}

slow! {
    load_map of LoadMap(cx, regs, word, ext) {
        let operands = (regs.get(field_b(word)), regs.get(field_c(word)));
        let value = ops::maps::load(&mut cx.heap, &cx.linked.types, ext as u32, operands, &mut charger!(cx))?;
        regs.set(field_a(word), value);
        Ok(())
    }
    load_map_ok of LoadMapOk(cx, regs, word, ext) {
        let operands = (regs.get(field_b(word)), regs.get(field_c(word)));
        let (value, found) =
            ops::maps::load_ok(&mut cx.heap, &cx.linked.types, ext as u32, operands, &mut charger!(cx))?;
        regs.set(field_a(word), value);
        regs.set((ext >> 32) as u16, u64::from(found));
        Ok(())
    }
    addr_map of AddrMap(cx, regs, word, ext) {
        let operands = (regs.get(field_b(word)), regs.get(field_c(word)));
        let value = ops::maps::addr(&mut cx.heap, &cx.linked.types, ext as u32, operands, &mut charger!(cx))?;
        regs.set(field_a(word), value);
        Ok(())
    }
    copy_iface of CopyIface(cx, regs, word, _ext) {
        let value = copy::copy_iface(&mut cx.heap, &cx.linked.types, regs.get(field_b(word)), &mut charger!(cx))?;
        regs.set(field_a(word), value);
        Ok(())
    }
}

light! {
    EqIface(cx, regs, word, _ext) {
        let equal = equal::equal_iface(&cx.heap, &cx.linked.types, regs.get(field_b(word)), regs.get(field_c(word)));
        regs.set(field_a(word), u64::from(equal));
        Ok(())
    }
    NeIface(cx, regs, word, _ext) {
        let equal = equal::equal_iface(&cx.heap, &cx.linked.types, regs.get(field_b(word)), regs.get(field_c(word)));
        regs.set(field_a(word), u64::from(!equal));
        Ok(())
    }
    EqValue(cx, regs, word, ext) {
        let (b, c) = (regs.get(field_b(word)), regs.get(field_c(word)));
        regs.set(field_a(word), u64::from(equal::equal(&cx.heap, &cx.linked.types, ext as u32, b, c)));
        Ok(())
    }
    NeValue(cx, regs, word, ext) {
        let (b, c) = (regs.get(field_b(word)), regs.get(field_c(word)));
        regs.set(field_a(word), u64::from(!equal::equal(&cx.heap, &cx.linked.types, ext as u32, b, c)));
        Ok(())
    }
    DecodeRune(cx, regs, word, ext) {
        let (rune, width) = ops::string::decode_rune(&cx.heap, regs.get(field_c(word)), regs.get(ext as u16));
        regs.set(field_a(word), rune);
        regs.set(field_b(word), width);
        Ok(())
    }
    InitElem(cx, regs, word, ext) {
        ops::slice::init_elem(&mut cx.heap, regs.get(field_a(word)), ext, regs.get(field_b(word)));
        Ok(())
    }
    DeleteMap(cx, regs, word, _ext) {
        ops::maps::delete(&mut cx.heap, &cx.linked.types, regs.get(field_a(word)), regs.get(field_b(word)))
    }
    NextMapIter(cx, regs, word, ext) {
        let entry = map::next(&cx.heap, regs.get(field_a(word)));
        regs.set(field_c(word), u64::from(entry.is_some()));
        if let Some(entry) = entry {
            regs.set(field_a(word), entry.iterator);
            regs.set(ext as u16, entry.key);
            regs.set((ext >> 16) as u16, entry.value);
        }
        Ok(())
    }
    AssertIface(cx, regs, word, ext) {
        let (value, repr) = (regs.get(field_b(word)), repr_of(ext));
        let content = if repr != Repr::Iface && slot::iface_type(value) == ext as u32 {
            iface::unpack_repr(&cx.heap, repr, value)
        } else {
            ops::assert::assert(&cx.heap, &cx.linked.types, &mut cx.satisfied, value, ext as u32)?
        };
        regs.set(field_a(word), content);
        Ok(())
    }
    IsIface(cx, regs, word, ext) {
        let value = regs.get(field_b(word));
        let is = match repr_of(ext) {
            Repr::Iface => ops::assert::is(&cx.linked.types, &mut cx.satisfied, value, ext as u32),
            _ => slot::iface_type(value) == ext as u32,
        };
        regs.set(field_a(word), u64::from(is));
        Ok(())
    }
    WordOf(cx, regs, word, _ext) {
        let (value, repr) = (regs.get(field_b(word)), Repr::from_code(field_c(word) as u8).unwrap_or(Repr::Raw));
        regs.set(field_a(word), word_of(cx, repr, value));
        Ok(())
    }
    UnboxIface(cx, regs, word, ext) {
        let value = iface::unpack_repr(&cx.heap, repr_of(ext), regs.get(field_b(word)));
        regs.set(field_a(word), value);
        Ok(())
    }
    CheckShift(cx, regs, word, ext) {
        let count = regs.get(field_a(word)) as i64;
        if count >= 0 {
            return Ok(());
        }
        Err(negative_shift(cx, count, ext as u32))
    }
    CheckRevive(cx, _regs, _word, _ext) {
        if cx.linked.environment == crate::natives::Environment::Testing {
            return Ok(());
        }
        Err(Trap::raise("revive() not enabled"))
    }
    Abort(cx, _regs, _word, ext) {
        Err(Trap::abort(cx.constant_text(ext)))
    }
    Raise(cx, _regs, _word, ext) {
        Err(Trap::raise(cx.constant_text(ext)))
    }
}

/// Handlers that give the dynamic type of a slot of what operand `b` holds.
macro_rules! slot_types {
    ($($name:ident by $find:ident;)*) => {
        light! {
            $($name(cx, regs, word, ext) {
                let index = regs.get(field_c(word)) as u32;
                let ty = ops::dynamic::$find(&cx.heap, regs.get(field_b(word)), index, ext as u32);
                regs.set(field_a(word), ty);
                Ok(())
            })*
        }
    };
}

slot_types! {
    SlotType by of_slot;
    PointedType by of_pointed;
    IndexType by of_element;
}

light! {
    TypeNumber(cx, regs, word, ext) {
        regs.set(field_a(word), ext & 0xffff_ffff);
        Ok(())
    }
    SetSlotType(cx, regs, word, ext) {
        let ty = match (regs.get(field_b(word)) as u32, field_c(word)) {
            (0, 0) => None,
            (0, _) => Some(ext as u32),
            (ty, _) => Some(ty),
        };
        let pointer = regs.get(field_a(word));
        cx.heap.set_dynamic_type(Ref::of(pointer), slot::pointer_index(pointer), ty);
        Ok(())
    }
    PassType(cx, regs, word, _ext) {
        if let Some(passed) = cx.passed_types.get_mut(usize::from(field_b(word))) {
            *passed = regs.get(field_a(word)) as u32;
        }
        Ok(())
    }
    TakeType(cx, regs, word, _ext) {
        let passed = cx.passed_types.get_mut(usize::from(field_b(word))).map_or(0, std::mem::take);
        regs.set(field_a(word), u64::from(passed));
        Ok(())
    }
    CheckUnset(cx, regs, word, _ext) {
        ops::slice::check_unset(&cx.heap, regs.get(field_a(word)), regs.get(field_b(word)))
    }
    RetypeIface(cx, regs, word, _ext) {
        let value = slot::retyped(regs.get(field_b(word)), regs.get(field_c(word)) as u32);
        regs.set(field_a(word), value);
        Ok(())
    }
}

making! {
    NewSlice(cx, regs, word, ext) {
        let slice = ops::slice::new_slice(&mut cx.heap, SlotClass::of_code(field_c(word)), ext)?;
        regs.set(field_a(word), slice);
        Ok(())
    }
    NewMap(cx, regs, word, ext) {
        let map = ops::maps::new(&mut cx.heap, &cx.linked.types, ext as u32)?;
        regs.set(field_a(word), map);
        Ok(())
    }
    MakeIface(cx, regs, word, ext) {
        let value = iface::pack_repr(&mut cx.heap, repr_of(ext), ext as u32, regs.get(field_b(word)))?;
        regs.set(field_a(word), value);
        Ok(())
    }
}

slow! {
    BoxElements(cx, regs, word, _ext) {
        let slice = cx.box_elements(regs.get(field_b(word)))?;
        regs.set(field_a(word), slice);
        Ok(())
    }
    ConcatStr(cx, regs, word, _ext) {
        let value = ops::string::concat(&mut cx.heap, regs.get(field_b(word)), regs.get(field_c(word)), &mut charger!(cx))?;
        regs.set(field_a(word), value);
        Ok(())
    }
    MakeSlice(cx, regs, word, ext) {
        let sizes = (regs.get(field_b(word)) as i64, regs.get(field_c(word)) as i64);
        let one_size = ext >> 32 & 1 != 0;
        let slice = ops::slice::make(&mut cx.heap, &cx.linked.types, ext as u32, sizes, one_size, &mut charger!(cx))?;
        regs.set(field_a(word), slice);
        Ok(())
    }
    NewKeyedSlice(cx, regs, word, ext) {
        let keys = regs.slice(field_b(word), field_c(word));
        let slice = ops::slice::new_keyed(&mut cx.heap, SlotClass::of_code(ext as u16), keys, &mut charger!(cx))?;
        regs.set(field_a(word), slice);
        Ok(())
    }
    MakeMap(cx, regs, word, ext) {
        let hint = regs.get(field_b(word)) as i64;
        let map = ops::maps::make(&mut cx.heap, &cx.linked.types, ext as u32, hint, &mut charger!(cx))?;
        regs.set(field_a(word), map);
        Ok(())
    }
    StoreMap(cx, regs, word, ext) {
        let operands = (regs.get(field_a(word)), regs.get(field_b(word)), regs.get(field_c(word)));
        ops::maps::store(&mut cx.heap, &cx.linked.types, ext as u32, operands, &mut charger!(cx))
    }
    KeepKey(cx, regs, word, _ext) {
        let map = Ref::of(regs.get(field_a(word)));
        if !map.is_nil() {
            let (key, kept) = (regs.get(field_b(word)), regs.get(field_c(word)));
            map::keep_key(&mut cx.heap, &cx.linked.types, map, key, kept);
        }
        Ok(())
    }
    AssertIfaceOk(cx, regs, word, ext) {
        let (types, value) = (&cx.linked.types, regs.get(field_b(word)));
        let (value, ok) =
            ops::assert::assert_ok(&mut cx.heap, types, &mut cx.satisfied, value, ext as u32, &mut charger!(cx))?;
        regs.set(field_a(word), value);
        regs.set(field_c(word), u64::from(ok));
        Ok(())
    }
    Print(cx, regs, word, _ext) {
        let line = field_c(word) & 1 != 0;
        match regs.slice(field_a(word), field_b(word)) {
            &[slice] if field_c(word) & 2 != 0 => cx.print_slice(slice, line),
            values => cx.print(values, line),
        }
    }
    LoadPackage(cx, _regs, _word, ext) {
        cx.load_package(ext as u32)
    }
    ChargeAlloc(cx, _regs, _word, ext) {
        crate::heap::Charge::alloc(&mut charger!(cx), &mut cx.heap, ext as i64)
    }
}

/// What a negative shift count aborts with (spec/05 §6.3).
#[cold]
#[inline(never)]
fn negative_shift(cx: &super::Cx, count: i64, ty: u32) -> Trap {
    let name = &cx.linked.types.get(ty).name;
    Trap::abort(format!("runtime error: negative shift amount: ({count} {name})"))
}

impl super::Cx {
    /// Text of a string constant.
    fn constant_text(&self, index: u64) -> String {
        let bytes = self.linked.strings.get(index as usize).map_or(&[][..], Vec::as_slice);
        String::from_utf8_lossy(bytes).into_owned()
    }

    /// A new slice of interfaces: the elements of the slice that an interface holds.
    fn box_elements(&mut self, value: u64) -> Result<u64, Trap> {
        let (ty, slice) = match slot::iface_is_nil(value) {
            true => (0, 0),
            false => iface::unpack(&self.heap, &self.linked.types, value),
        };
        let (&TypeKind::Slice { elem, .. }, false) = (&self.linked.types.get(ty).kind, Ref::of(slice).is_nil()) else {
            return ops::slice::new_slice(&mut self.heap, SlotClass::Ifaces, 0);
        };
        let base = self.own_base(Ref::of(slice))?;
        let header = self.heap.slice(Ref::of(slice));
        let bytes = self.heap.header(base).is(Kind::Data);
        let boxed = ops::slice::new_slice(&mut self.heap, SlotClass::Ifaces, u64::from(header.count()))?;
        for index in 0..header.count() {
            let at = header.offset + index;
            let (element, ty) = match bytes {
                true => (u64::from(self.heap.bytes(base).get(at as usize).copied().unwrap_or(0)), elem),
                false => (self.heap.slot(base, at), self.heap.dynamic_type(base, at).unwrap_or(elem)),
            };
            let element = iface::pack(&mut self.heap, &self.linked.types, ty, element)?;
            ops::slice::init_elem(&mut self.heap, boxed, u64::from(index), element);
        }
        Ok(boxed)
    }

    /// Prints the elements of a slice of interfaces.
    fn print_slice(&mut self, slice: u64, line: bool) -> Result<(), Trap> {
        let mut text = Vec::new();
        crate::print::sprint_elements(&self.heap, &self.linked.types, slice, &mut text, self.max_output)?;
        self.print_text(text, line)
    }

    /// Prints interfaces that hold no more values with printing methods, and charges the length (spec/01 §1.12, spec/02 §3).
    fn print(&mut self, values: &[u64], line: bool) -> Result<(), Trap> {
        let mut text = Vec::new();
        for (index, &value) in values.iter().enumerate() {
            if index != 0 {
                text.push(b' ');
            }
            self.sprint(value, &mut text)?;
        }
        self.print_text(text, line)
    }

    fn print_text(&mut self, mut text: Vec<u8>, line: bool) -> Result<(), Trap> {
        if line {
            text.push(b'\n');
        }
        self.meter.print_length(text.len())?;
        self.write_output(&text)
    }

    /// Appends to the error output, which is part of the output unless it is kept apart.
    pub fn write_error_output(&mut self, text: &[u8]) -> Result<(), Trap> {
        match &mut self.error_output {
            None => self.write_output(text),
            Some(errors) if errors.len() + text.len() > self.max_output => Err(Trap::abort("output limit exceeded")),
            Some(errors) => {
                errors.extend_from_slice(text);
                Ok(())
            }
        }
    }

    /// Appends to the output.
    pub fn write_output(&mut self, text: &[u8]) -> Result<(), Trap> {
        if self.output.len() + text.len() > self.max_output {
            return Err(Trap::abort("output limit exceeded"));
        }
        self.output.extend_from_slice(text);
        Ok(())
    }
}

/// The word that the reference has for a value (spec/04 §3.5, Q21).
fn word_of(cx: &super::Cx, repr: Repr, value: u64) -> u64 {
    let (repr, value) = match repr {
        Repr::Iface if slot::iface_is_nil(value) => return 0,
        Repr::Iface => {
            let (ty, content) = iface::unpack(&cx.heap, &cx.linked.types, value);
            (cx.linked.types.get(ty).repr, content)
        }
        _ => (repr, value),
    };
    match repr {
        Repr::Ptr | Repr::Slice | Repr::Map | Repr::Struct | Repr::Array => {
            if value & slot::TAINT != 0 && value as u32 != 0 { slot::READ_ONLY } else { 0 }
        }
        Repr::Str | Repr::Func | Repr::Chan | Repr::Cell | Repr::Raw | Repr::Iface => 0,
        _ => value,
    }
}
