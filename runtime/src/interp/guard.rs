//! Guarded handlers: what operations on heap slots do in programs that realms take part in (`docs/realms.md`).
//!
//! Each tests the taint of the reference that it was given and the *tracked* bit of the object it touches; with neither it is the
//! plain handler. The rest is done out of line: loading what a slot refers to, the read-only rules, the ownership guard.

use super::data::repr_of;
use super::drive::leave_switch;
use super::{Cx, Dispatch};
use super::{call, data, memory};
use crate::heap::{Header, ITEM_KEY, ITEM_VALUE, Kind, Ref, SlotClass, Trap};
use crate::map;
use crate::ops;
use crate::realm::IMPORTED;
use crate::recount::charger;
use crate::value::slot::{self, TAINT};
use crate::value::types::Kind as TypeKind;
use crate::value::{equal, iface};
use regno_bytecode::op::call::{METHOD, SWITCHES};
use regno_bytecode::op::convert;
use regno_bytecode::op::{field_a, field_b, field_c};
use regno_bytecode::types::{MethodReceiver, Repr};

/// The mark in a header word.
const TRACKED: u64 = Header::TRACKED;

/// Header word of the object that a slot refers to; that of nil is 0.
macro_rules! header {
    ($cx:expr, $slot:expr) => {
        *(*$cx).heap.base().add($slot as u32 as usize)
    };
}

/// The reference is tainted, or its object is tracked.
macro_rules! touched {
    ($cx:expr, $slot:expr) => {{
        let slot = $slot;
        (slot as i64) < 0 || header!($cx, slot) & TRACKED != 0
    }};
}

/// As [`touched`] for a pointer: also what it points to, where that is a reference to a struct or array.
macro_rules! pointer_touched {
    ($cx:expr, $pointer:expr) => {{
        let pointer = $pointer;
        touched!($cx, pointer) || {
            // A heap item makes a pointer read-only by its content.
            let object = (*$cx).heap.base().add(pointer as u32 as usize);
            *object & 31 == Kind::Cell as u64 && *object >> 5 & 3 != 0 && {
                let content = *object.add(1);
                (content as i64) < 0 || header!($cx, inner($cx, *object, content)) & TRACKED != 0
            }
        }
    }};
}

/// As [`touched`] for a slice: also its array.
macro_rules! slice_touched {
    ($cx:expr, $slice:expr) => {{
        let slice = $slice;
        (slice as i64) < 0 || {
            let object = (*$cx).heap.base().add(slice as u32 as usize);
            *object & 31 == Kind::Slice as u64 && header!($cx, *object.add(1)) & TRACKED != 0
        }
    }};
}

/// The reference in the content of a heap item of references; for interfaces nothing is known here.
#[inline(always)]
unsafe fn inner(cx: *mut Cx, header: u64, content: u64) -> u64 {
    if header >> 5 & 3 == SlotClass::Refs as u64 {
        return content;
    }
    (*cx).iface_reference(content)
}

/// Guarded handlers: `Name if condition => out_of_line else plain`.
macro_rules! guarded {
    ($($name:ident = $($plain:ident)::+, ($cx:ident, $ip:ident, $regs:ident, $word:ident) $condition:expr => $slow:ident;)*) => {
        handler! { $($name($cx, $ip, $regs, allowance, table, $word) {
            if $condition {
                // What it loads may make the meter exact, so nothing fused follows.
                return $slow::<Dispatch>($cx, $ip, $regs, allowance, table, $word);
            }
            $($plain)::+::<N>($cx, $ip, $regs, allowance, table, $word)
        })* }
    };
}

guarded! {
    LoadCell = memory::LoadCell, (cx, ip, regs, word) touched!(cx, reg!(regs, word, b)) => load_cell;
    StoreCell = memory::StoreCell, (cx, ip, regs, word) touched!(cx, reg!(regs, word, a)) => store_cell;
    LoadGlobal = memory::LoadGlobal, (cx, ip, regs, word)
        *ip.add(1) & IMPORTED != 0 || touched!(cx, named!(cx, ip, roots.globals)) => load_global;
    StoreGlobal = memory::StoreGlobal, (cx, ip, regs, word) touched!(cx, named!(cx, ip, roots.globals)) => store_global;
    AddrGlobal = memory::AddrGlobal, (cx, ip, regs, word)
        *ip.add(1) & IMPORTED != 0 || touched!(cx, named!(cx, ip, roots.globals)) => addr_global;
    LoadPtr = memory::LoadPtr, (cx, ip, regs, word) pointer_touched!(cx, reg!(regs, word, b)) => load_ptr;
    StorePtr = memory::StorePtr, (cx, ip, regs, word) pointer_touched!(cx, reg!(regs, word, a)) => store_ptr;
    LoadPtrByte = memory::LoadPtrByte, (cx, ip, regs, word) pointer_touched!(cx, reg!(regs, word, b)) => load_ptr;
    StorePtrByte = memory::StorePtrByte, (cx, ip, regs, word) pointer_touched!(cx, reg!(regs, word, a)) => store_ptr;
    LoadField = memory::LoadField, (cx, ip, regs, word) touched!(cx, reg!(regs, word, b)) => load_field;
    StoreField = memory::StoreField, (cx, ip, regs, word) touched!(cx, reg!(regs, word, a)) => store_field;
    AddrField = memory::AddrField, (cx, ip, regs, word) touched!(cx, reg!(regs, word, b)) => addr_field;
    LoadPtrField = memory::LoadPtrField, (cx, ip, regs, word) struct_touched(cx, reg!(regs, word, b)) => load_ptr_field;
    StorePtrField = memory::StorePtrField, (cx, ip, regs, word) struct_touched(cx, reg!(regs, word, a)) => store_ptr_field;
    AddrPtrField = memory::AddrPtrField, (cx, ip, regs, word) struct_touched(cx, reg!(regs, word, b)) => addr_ptr_field;
    LoadElem = memory::LoadElem, (cx, ip, regs, word) touched!(cx, reg!(regs, word, b)) => load_elem;
    LoadElemByte = memory::LoadElemByte, (cx, ip, regs, word) touched!(cx, reg!(regs, word, b)) => load_elem;
    RangeElem = memory::LoadElem, (cx, ip, regs, word) touched!(cx, reg!(regs, word, b)) => range_elem;
    StoreElem = memory::StoreElem, (cx, ip, regs, word) touched!(cx, reg!(regs, word, a)) => store_elem;
    StoreElemByte = memory::StoreElemByte, (cx, ip, regs, word) touched!(cx, reg!(regs, word, a)) => store_elem;
    AddrElem = memory::AddrElem, (cx, ip, regs, word) touched!(cx, reg!(regs, word, b)) => addr_elem;
    LoadIndex = memory::LoadIndex, (cx, ip, regs, word) slice_touched!(cx, reg!(regs, word, b)) => load_index;
    LoadIndexByte = memory::LoadIndexByte, (cx, ip, regs, word) slice_touched!(cx, reg!(regs, word, b)) => load_byte;
    LoadIndexWord = memory::LoadIndexWord, (cx, ip, regs, word) slice_touched!(cx, reg!(regs, word, b)) => load_index;
    RangeIndex = memory::LoadIndex, (cx, ip, regs, word) slice_touched!(cx, reg!(regs, word, b)) => range_index;
    StoreIndex = memory::StoreIndex, (cx, ip, regs, word) slice_touched!(cx, reg!(regs, word, a)) => store_index;
    StoreIndexByte = memory::StoreIndexByte, (cx, ip, regs, word) slice_touched!(cx, reg!(regs, word, a)) => store_index;
    AddrIndex = memory::AddrIndex, (cx, ip, regs, word) slice_touched!(cx, reg!(regs, word, b)) => addr_index;
    LoadMap = data::LoadMap, (cx, ip, regs, word) touched!(cx, reg!(regs, word, b)) => load_map;
    LoadMapOk = data::LoadMapOk, (cx, ip, regs, word) touched!(cx, reg!(regs, word, b)) => load_map_ok;
    StoreMap = data::StoreMap, (cx, ip, regs, word) touched!(cx, reg!(regs, word, a)) => store_map;
    AddrMap = data::AddrMap, (cx, ip, regs, word) touched!(cx, reg!(regs, word, b)) => addr_map;
    DeleteMap = data::DeleteMap, (cx, ip, regs, word) touched!(cx, reg!(regs, word, a)) => delete_map;
    NextMapIter = data::NextMapIter, (cx, ip, regs, word) touched!(cx, reg!(regs, word, b)) => next_map_iter;
    LoadPtrIface = data::LoadPtrIface, (cx, ip, regs, word) viewed(cx, reg!(regs, word, b)) => load_ptr_iface;
    StorePtrIface = data::StorePtrIface, (cx, ip, regs, word) viewed(cx, reg!(regs, word, a)) => store_ptr_iface;
    Append = data::Append, (cx, ip, regs, word)
        slice_touched!(cx, reg!(regs, word, b)) || slice_touched!(cx, reg!(regs, word, c)) => append;
    CopySlice = data::CopySlice, (cx, ip, regs, word)
        slice_touched!(cx, reg!(regs, word, b)) || slice_touched!(cx, reg!(regs, word, c)) => copy_slice;
    SliceSlice = data::SliceSlice, (cx, ip, regs, word) slice_touched!(cx, reg!(regs, word, b)) => slice_slice;
    SliceArray = data::SliceArray, (cx, ip, regs, word) touched!(cx, reg!(regs, word, b)) => slice_array;
    SlicePtr = data::SlicePtr, (cx, ip, regs, word) struct_touched(cx, reg!(regs, word, b)) => slice_ptr;
    StrFromBytes = data::StrFromBytes, (cx, ip, regs, word) slice_touched!(cx, reg!(regs, word, b)) => own_slice;
    StrFromRunes = data::StrFromRunes, (cx, ip, regs, word) slice_touched!(cx, reg!(regs, word, b)) => own_slice_runes;
    UsePackage = call::UsePackage, (cx, ip, _regs, _word) (*cx).lacks_package(*ip.add(1) as usize) => use_package;
    LoadFunc = call::LoadFunc, (cx, ip, _regs, _word) {
        (*cx).note_read(ip.offset_from((*cx).roots.code) as usize);
        (*cx).is_unloaded(*ip.add(1) as u32)
    } => load_func;
    EqIface = data::EqIface, (_cx, ip, regs, _word) true => eq_iface;
    NeIface = data::NeIface, (_cx, ip, regs, _word) true => ne_iface;
    EqValue = data::EqValue, (_cx, ip, regs, _word) true => eq_value;
    NeValue = data::NeValue, (_cx, ip, regs, _word) true => ne_value;
    BindMethod = call::BindMethod, (_cx, ip, regs, word) true => bind_method;
    SelectIface = call::SelectIface, (cx, ip, regs, word)
        (*cx)
            .methods
            .cached(slot::iface_type(reg!(regs, word, c)), *ip.add(1) as u32)
            .is_none_or(|method| (*cx).is_unloaded(method.callee as u32)) => select_iface;
    BindIface = call::BindIface, (_cx, ip, regs, word) true => bind_iface;
    CheckConvert = call::CheckConvert, (cx, ip, regs, word) convert_touched(cx, word, *ip.add(1), reg!(regs, word, a)) => check_convert;
}

/// A pointer to a struct or array: tainted, or its object or what it refers to there is tracked or tainted.
#[inline(always)]
unsafe fn struct_touched(cx: *mut Cx, pointer: u64) -> bool {
    if pointer as u32 == 0 {
        return false;
    }
    if touched!(cx, pointer) {
        return true;
    }
    let content = *(*cx).heap.base().add(pointer as u32 as usize + 1 + slot::pointer_index(pointer) as usize);
    touched!(cx, content)
}

/// Whether a conversion has to be looked at: all but those from slices that are neither tainted nor tracked, and of nil interfaces.
#[inline(always)]
unsafe fn convert_touched(cx: *mut Cx, word: u64, ext: u64, value: u64) -> bool {
    if field_b(word) == convert::TO {
        return true;
    }
    match repr_of(ext) {
        Repr::Slice => slice_touched!(cx, value),
        Repr::Iface => value != 0,
        _ => true,
    }
}

/// A pointer to an interface, seen through a view.
unsafe fn viewed(cx: *mut Cx, pointer: u64) -> bool {
    let context = &*cx;
    let object = Ref::of(pointer);
    if object.is_nil() || !context.heap.header(object).is(Kind::View) {
        return pointer_touched!(cx, pointer);
    }
    (pointer as i64) < 0 || pointer_touched!(cx, context.heap.slot(object, 0))
}

slow! {
    load_cell of LoadCell(cx, regs, word, _ext) {
        let value = cx.read_variable(Ref::of(regs.get(field_b(word))))?;
        regs.set(field_a(word), value);
        Ok(())
    }
    store_cell of StoreCell(cx, regs, word, _ext) {
        cx.write_slot(Ref::of(regs.get(field_a(word))), 0, regs.get(field_b(word)))
    }
    load_global of LoadGlobal(cx, regs, word, ext) {
        let cell = Ref::of(cx.global_cell(ext)?);
        let value = if cx.is_tracked(cell) { cx.read_variable(cell)? } else { cx.heap.slot(cell, 0) };
        let taints = ext & IMPORTED != 0 && cx.active_realm().is_some();
        let value = if taints { cx.tainted(cell, 0, value) } else { value };
        regs.set(field_a(word), value);
        Ok(())
    }
    store_global of StoreGlobal(cx, regs, word, ext) {
        let cell = Ref::of(cx.global_cell(ext)?);
        if let Some(text) = cx.target_text()
            && cx.is_foreign(cell)
        {
            return Err(Trap::raise(text));
        }
        if cx.is_tracked(cell) {
            cx.read_variable(cell)?;
        }
        cx.write_slot(cell, 0, regs.get(field_a(word)))
    }
    addr_global of AddrGlobal(cx, regs, word, ext) {
        let cell = cx.global_cell(ext)?;
        if cx.is_tracked(Ref::of(cell)) {
            cx.read_variable(Ref::of(cell))?;
        }
        let taint = if cx.is_foreign(Ref::of(cell)) { TAINT } else { 0 };
        regs.set(field_a(word), cell | taint);
        Ok(())
    }
    load_ptr of LoadPtr(cx, regs, word, _ext) {
        let pointer = regs.get(field_b(word));
        let (object, index) = cx.pointer_target(pointer)?;
        cx.refuse_readonly(pointer)?;
        let readonly = cx.is_readonly(pointer);
        let value = cx.read_any(object, index)?;
        let value = if readonly { cx.tainted(object, index, value) } else { value };
        regs.set(field_a(word), value);
        Ok(())
    }
    store_ptr of StorePtr(cx, regs, word, _ext) {
        let pointer = regs.get(field_a(word));
        let (object, index) = cx.pointer_target(pointer)?;
        cx.refuse_readonly(pointer)?;
        cx.write_any(object, index, regs.get(field_b(word)))
    }
    load_field of LoadField(cx, regs, word, _ext) {
        let container = regs.get(field_b(word));
        let value = cx.read_element(container, Ref::of(container), u32::from(field_c(word)))?;
        regs.set(field_a(word), value);
        Ok(())
    }
    store_field of StoreField(cx, regs, word, _ext) {
        let container = regs.get(field_a(word));
        cx.fill_place(Ref::of(container), u32::from(field_b(word)))?;
        cx.refuse_readonly(container)?;
        cx.write_any(Ref::of(container), u32::from(field_b(word)), regs.get(field_c(word)))
    }
    addr_field of AddrField(cx, regs, word, _ext) {
        let container = regs.get(field_b(word));
        cx.fill_place(Ref::of(container), u32::from(field_c(word)))?;
        cx.refuse_readonly(container)?;
        cx.read_any(Ref::of(container), u32::from(field_c(word)))?;
        let pointer = slot::pointer(Ref::of(container), u32::from(field_c(word)));
        regs.set(field_a(word), pointer | cx.readonly_bit(container));
        Ok(())
    }
    load_ptr_field of LoadPtrField(cx, regs, word, _ext) {
        let pointer = regs.get(field_b(word));
        let structure = cx.pointed_struct(pointer)?;
        let value = cx.read_element(pointer, structure, u32::from(field_c(word)))?;
        regs.set(field_a(word), value);
        Ok(())
    }
    store_ptr_field of StorePtrField(cx, regs, word, _ext) {
        let pointer = regs.get(field_a(word));
        let structure = cx.pointed_struct(pointer)?;
        cx.fill_place(structure, u32::from(field_b(word)))?;
        cx.refuse_readonly(pointer)?;
        cx.write_any(structure, u32::from(field_b(word)), regs.get(field_c(word)))
    }
    addr_ptr_field of AddrPtrField(cx, regs, word, _ext) {
        let pointer = regs.get(field_b(word));
        let structure = cx.pointed_struct(pointer)?;
        cx.fill_place(structure, u32::from(field_c(word)))?;
        cx.refuse_readonly(pointer)?;
        cx.read_any(structure, u32::from(field_c(word)))?;
        let taint = cx.readonly_bit(pointer);
        regs.set(field_a(word), slot::pointer(structure, u32::from(field_c(word))) | taint);
        Ok(())
    }
    load_elem of LoadElem(cx, regs, word, _ext) {
        let (array, index) = (regs.get(field_b(word)), regs.get(field_c(word)));
        let index = cx.array_index(array, index)?;
        let value = cx.read_element(array, Ref::of(array), index)?;
        regs.set(field_a(word), value);
        Ok(())
    }
    range_elem of RangeElem(cx, regs, word, _ext) {
        let (array, index) = (regs.get(field_b(word)), regs.get(field_c(word)));
        let index = cx.array_index(array, index)?;
        let value = cx.read_any(Ref::of(array), index)?;
        regs.set(field_a(word), value);
        Ok(())
    }
    store_elem of StoreElem(cx, regs, word, _ext) {
        let (array, index) = (regs.get(field_a(word)), regs.get(field_b(word)));
        let index = cx.array_index(array, index)?;
        cx.fill_place(Ref::of(array), index)?;
        cx.refuse_readonly(array)?;
        cx.write_any(Ref::of(array), index, regs.get(field_c(word)))
    }
    addr_elem of AddrElem(cx, regs, word, _ext) {
        let (array, index) = (regs.get(field_b(word)), regs.get(field_c(word)));
        let index = cx.array_index(array, index)?;
        cx.fill_place(Ref::of(array), index)?;
        cx.refuse_readonly(array)?;
        cx.read_any(Ref::of(array), index)?;
        let taint = cx.readonly_bit(array);
        regs.set(field_a(word), slot::pointer(Ref::of(array), index) | taint);
        Ok(())
    }
    load_index of LoadIndex(cx, regs, word, _ext) {
        let (slice, index) = (regs.get(field_b(word)), regs.get(field_c(word)));
        let (array, index) = cx.slice_index(slice, index)?;
        let value = cx.read_element(slice, array, index)?;
        regs.set(field_a(word), value);
        Ok(())
    }
    load_byte of LoadIndexByte(cx, regs, word, _ext) {
        let (slice, index) = (regs.get(field_b(word)), regs.get(field_c(word)));
        let (array, index) = cx.slice_index(slice, index)?;
        let value = cx.read_element(slice, array, index)?;
        regs.set(field_a(word), value & 0xff);
        Ok(())
    }
    range_index of RangeIndex(cx, regs, word, _ext) {
        let (slice, index) = (regs.get(field_b(word)), regs.get(field_c(word)));
        let (array, index) = cx.slice_index(slice, index)?;
        let value = cx.read_any(array, index)?;
        regs.set(field_a(word), value);
        Ok(())
    }
    store_index of StoreIndex(cx, regs, word, _ext) {
        let (slice, index) = (regs.get(field_a(word)), regs.get(field_b(word)));
        let (array, index) = cx.slice_index(slice, index)?;
        cx.fill_place(array, index)?;
        cx.refuse_readonly(slice)?;
        cx.write_any(array, index, regs.get(field_c(word)))
    }
    addr_index of AddrIndex(cx, regs, word, _ext) {
        let (slice, index) = (regs.get(field_b(word)), regs.get(field_c(word)));
        let (array, index) = cx.slice_index(slice, index)?;
        cx.fill_place(array, index)?;
        cx.refuse_readonly(slice)?;
        cx.read_any(array, index)?;
        let taint = cx.readonly_bit(slice);
        regs.set(field_a(word), slot::pointer(array, index) | taint);
        Ok(())
    }
    load_map of LoadMap(cx, regs, word, ext) {
        let (value, _) = cx.read_map(ext as u32, regs.get(field_b(word)), regs.get(field_c(word)))?;
        regs.set(field_a(word), value);
        Ok(())
    }
    load_map_ok of LoadMapOk(cx, regs, word, ext) {
        let (value, found) = cx.read_map(ext as u32, regs.get(field_b(word)), regs.get(field_c(word)))?;
        regs.set(field_a(word), value);
        regs.set((ext >> 32) as u16, u64::from(found));
        Ok(())
    }
    store_map of StoreMap(cx, regs, word, ext) {
        cx.write_map(ext as u32, (regs.get(field_a(word)), regs.get(field_b(word)), regs.get(field_c(word))))
    }
    addr_map of AddrMap(cx, regs, word, ext) {
        let operands = (regs.get(field_b(word)), regs.get(field_c(word)));
        cx.refuse_readonly(operands.0)?;
        let pointer = cx.map_place(ext as u32, operands)?;
        regs.set(field_a(word), pointer);
        Ok(())
    }
    delete_map of DeleteMap(cx, regs, word, ext) {
        cx.delete_map(ext as u32, regs.get(field_a(word)), regs.get(field_b(word)))
    }
    next_map_iter of NextMapIter(cx, regs, word, ext) {
        let entry = map::next(&cx.heap, regs.get(field_a(word)));
        regs.set(field_c(word), u64::from(entry.is_some()));
        if let Some(entry) = entry {
            let item = Ref::of(entry.iterator);
            let (key, value) = (cx.read_item(item, ITEM_KEY)?, cx.read_item(item, ITEM_VALUE)?);
            regs.set(field_a(word), entry.iterator);
            regs.set(ext as u16, key);
            regs.set((ext >> 16) as u16, value);
        }
        Ok(())
    }
    load_ptr_iface of LoadPtrIface(cx, regs, word, _ext) {
        let pointer = regs.get(field_b(word));
        let target = cx.through_view(pointer);
        let (object, index) = cx.pointer_target(target)?;
        cx.refuse_readonly(target | pointer & TAINT)?;
        let readonly = pointer & TAINT != 0 || cx.is_readonly(target);
        cx.read_any(object, index)?;
        let value = ops::view::load(&cx.heap, pointer)?;
        let value = if readonly { cx.tainted(object, index, value) } else { value };
        regs.set(field_a(word), value);
        Ok(())
    }
    store_ptr_iface of StorePtrIface(cx, regs, word, _ext) {
        let pointer = regs.get(field_a(word));
        let target = cx.through_view(pointer) | pointer & TAINT;
        let (object, index) = cx.pointer_target(target)?;
        cx.refuse_readonly(target)?;
        cx.write_any(object, index, regs.get(field_b(word)))
    }
    append of Append(cx, regs, word, ext) {
        let value = cx.append_guarded(ext as u32, regs.get(field_b(word)), regs.get(field_c(word)))?;
        regs.set(field_a(word), value);
        Ok(())
    }
    copy_slice of CopySlice(cx, regs, word, ext) {
        let value = cx.copy_guarded(ext as u32, regs.get(field_b(word)), regs.get(field_c(word)))?;
        regs.set(field_a(word), value);
        Ok(())
    }
    slice_slice of SliceSlice(cx, regs, word, ext) {
        let slice = regs.get(field_b(word));
        let readonly = cx.readonly_bit(slice);
        cx.own_base(Ref::of(slice))?;
        let bounds = data::bounds(regs, ext);
        let value = ops::slice::slice_slice(&mut cx.heap, slice, bounds, &mut charger!(cx))?;
        regs.set(field_a(word), if value == 0 { 0 } else { value | readonly });
        Ok(())
    }
    slice_array of SliceArray(cx, regs, word, ext) {
        let array = regs.get(field_b(word));
        let readonly = cx.readonly_bit(array);
        let bounds = data::bounds(regs, ext);
        let value = ops::slice::slice_array(&mut cx.heap, array, bounds, &mut charger!(cx))?;
        regs.set(field_a(word), value | readonly);
        Ok(())
    }
    slice_ptr of SlicePtr(cx, regs, word, ext) {
        let pointer = regs.get(field_b(word));
        let readonly = cx.readonly_bit(pointer);
        cx.pointed_struct(pointer)?;
        let bounds = data::bounds(regs, ext);
        let value = ops::slice::slice_ptr(&mut cx.heap, pointer, bounds, &mut charger!(cx))?;
        regs.set(field_a(word), if value == 0 { 0 } else { value | readonly });
        Ok(())
    }
    own_slice of StrFromBytes(cx, regs, word, _ext) {
        let slice = regs.get(field_b(word));
        cx.own_base(Ref::of(slice))?;
        let value = ops::string::from_bytes(&mut cx.heap, slice, &mut charger!(cx))?;
        regs.set(field_a(word), value);
        Ok(())
    }
    own_slice_runes of StrFromRunes(cx, regs, word, _ext) {
        let slice = regs.get(field_b(word));
        cx.own_base(Ref::of(slice))?;
        let value = ops::string::from_runes(&mut cx.heap, slice, &mut charger!(cx))?;
        regs.set(field_a(word), value);
        Ok(())
    }
    use_package of UsePackage(cx, regs, word, ext) {
        cx.ensure_package(ext as u32)
    }
    load_func of LoadFunc(cx, regs, word, ext) {
        if let Some(code) = cx.linked.functions.get(ext as usize).copied().filter(|code| !code.synthetic) {
            cx.ensure_package(code.package)?;
        }
        let value = cx.roots.functions.get(ext as usize).copied().unwrap_or(0);
        regs.set(field_a(word), value);
        Ok(())
    }
    eq_iface of EqIface(cx, regs, word, _ext) {
        let (b, c) = cx.deep(SlotClass::Ifaces, (regs.get(field_b(word)), regs.get(field_c(word))))?;
        regs.set(field_a(word), u64::from(equal::equal_iface(&cx.heap, &cx.linked.types, b, c)));
        Ok(())
    }
    ne_iface of NeIface(cx, regs, word, _ext) {
        let (b, c) = cx.deep(SlotClass::Ifaces, (regs.get(field_b(word)), regs.get(field_c(word))))?;
        regs.set(field_a(word), u64::from(!equal::equal_iface(&cx.heap, &cx.linked.types, b, c)));
        Ok(())
    }
    eq_value of EqValue(cx, regs, word, ext) {
        let (b, c) = cx.deep(SlotClass::Refs, (regs.get(field_b(word)), regs.get(field_c(word))))?;
        regs.set(field_a(word), u64::from(equal::equal(&cx.heap, &cx.linked.types, ext as u32, b, c)));
        Ok(())
    }
    ne_value of NeValue(cx, regs, word, ext) {
        let (b, c) = cx.deep(SlotClass::Refs, (regs.get(field_b(word)), regs.get(field_c(word))))?;
        regs.set(field_a(word), u64::from(!equal::equal(&cx.heap, &cx.linked.types, ext as u32, b, c)));
        Ok(())
    }
    bind_method of BindMethod(cx, regs, word, ext) {
        let func = ext as u32;
        let receiver = cx.linked.types.func(func).and_then(|func| func.receiver).unwrap_or(0);
        let value = cx.untainted(receiver, regs.get(field_b(word)));
        let types = &cx.linked.types;
        let bound = crate::value::select::bind_receiver(&mut cx.heap, types, func, receiver, value)?;
        regs.set(field_a(word), bound);
        Ok(())
    }
    select_iface of SelectIface(cx, regs, word, ext) {
        let value = cx.load_path(regs.get(field_c(word)), ext as u32)?;
        let (callee, receiver) = cx.select_method(value, ext as u32)?;
        regs.set(field_a(word), callee);
        regs.set(field_b(word), receiver);
        Ok(())
    }
    bind_iface of BindIface(cx, regs, word, ext) {
        let value = cx.load_path(regs.get(field_b(word)), ext as u32)?;
        let bound = cx.bind_selected(value, ext as u32)?;
        regs.set(field_a(word), bound);
        Ok(())
    }
    check_convert of CheckConvert(cx, regs, word, ext) {
        match field_b(word) {
            convert::ASSIGNED => cx.load_assigned(regs.get(field_a(word)), ext as u32),
            to => cx.check_convert(regs.get(field_a(word)), ext as u32, to == convert::TO),
        }
    }
}

/// Whether a call of a method with this receiver, a reference, may switch the realm.
macro_rules! may_borrow {
    ($cx:expr, $receiver:expr) => {{
        let receiver = $receiver;
        header!($cx, receiver) & TRACKED != 0 || slice_touched!($cx, receiver & !TAINT)
    }};
}

handler! {
    Call(cx, ip, regs, allowance, table, word) {
        if field_b(word) & (METHOD | SWITCHES) != 0 || field_c(word) != 0 {
            let package = field_c(word) as usize;
            if field_b(word) & SWITCHES != 0 || package != 0 && (*cx).lacks_package(package - 1) {
                return leave_switch(cx, ip, regs, allowance, table, word);
            }
            if field_b(word) & METHOD != 0 {
                // The receiver of a method loses its taint.
                let receiver = regs.add(field_a(word) as usize);
                *receiver &= !TAINT;
                if may_borrow!(cx, *receiver) {
                    return leave_switch(cx, ip, regs, allowance, table, word);
                }
            }
        }
        let place = ip.offset_from((*cx).roots.code) + *ip.add(1) as i32 as isize;
        if (*cx).is_let_go(place as usize) {
            return leave_switch(cx, ip, regs, allowance, table, word);
        }
        (*cx).note_call(place as usize);
        (*cx).note_read(ip.offset_from((*cx).roots.code) as usize);
        call::Call::<N>(cx, ip, regs, allowance, table, word)
    }
    CallSelected(cx, ip, regs, allowance, table, word) {
        let callee = reg!(regs, word, c) as u32;
        if field_b(word) & SWITCHES != 0 || (*cx).is_unloaded(callee) {
            return leave_switch(cx, ip, regs, allowance, table, word);
        }
        if (*cx).has_reference_receiver(callee) {
            let receiver = regs.add(field_a(word) as usize);
            *receiver &= !TAINT;
            if may_borrow!(cx, *receiver) {
                return leave_switch(cx, ip, regs, allowance, table, word);
            }
        }
        let entry = (reg!(regs, word, c) >> 32) as usize;
        if (*cx).is_let_go(entry) {
            return leave_switch(cx, ip, regs, allowance, table, word);
        }
        (*cx).note_call(entry);
        call::CallSelected::<N>(cx, ip, regs, allowance, table, word)
    }
    CallValue(cx, ip, regs, allowance, table, word) {
        let func = reg!(regs, word, c);
        let lazy = header!(cx, func) & TRACKED != 0 || (*cx).roots.stored.has_let_go();
        let unloaded = lazy && func as u32 != 0 && (*cx).is_unloaded((*cx).heap.func_index(Ref::of(func)));
        let known = func as u32 != 0;
        let switches = known && (field_b(word) & SWITCHES != 0 || unloaded || (*cx).is_crossing_method(func));
        if switches || header!(cx, func) & 31 == Kind::Bound as u64 {
            return leave_switch(cx, ip, regs, allowance, table, word);
        }
        if known {
            let entry = ((*cx).heap.slot(Ref::of(func), 0) >> 32) as usize;
            if (*cx).is_let_go(entry) {
                return leave_switch(cx, ip, regs, allowance, table, word);
            }
            (*cx).note_call(entry);
        }
        call::CallValue::<N>(cx, ip, regs, allowance, table, word)
    }
}

impl Cx {
    /// Loads what the arguments of a native consist of (spec/04 §7.5).
    pub(super) fn fill_arguments(
        &mut self,
        function: u32,
        regs: super::Window,
        first: u16,
        count: u16,
    ) -> Result<(), Trap> {
        let types = std::sync::Arc::clone(&self.linked);
        let signature = types.types.func(function).and_then(|func| func.signature);
        let Some(TypeKind::Func { params, .. }) = signature.map(|ty| &types.types.get(ty).kind) else { return Ok(()) };
        for (number, &ty) in params.iter().enumerate().take(usize::from(count)) {
            let class = SlotClass::of(types.types.get(ty).repr);
            if class != SlotClass::Scalars {
                let register = first + number as u16;
                let value = self.fill_deep(class, regs.get(register))?;
                regs.set(register, value);
            }
        }
        Ok(())
    }

    /// An interface value with everything loaded that the selection of a method passes on its way to the receiver; the receiver itself
    /// is shared if it is not loaded.
    fn load_path(&mut self, value: u64, name: u32) -> Result<u64, Trap> {
        let linked = std::sync::Arc::clone(&self.linked);
        let mut at = value;
        let mut first = None;
        while let Some(method) = linked.types.method(slot::iface_type(at), name) {
            if method.path.is_empty() && method.receiver == MethodReceiver::Value {
                break;
            }
            let filled = self.fill_iface(at)?;
            first.get_or_insert(filled);
            let mut operand = iface::unpack(&self.heap, &linked.types, filled).1;
            for step in &method.path {
                let object = match step.through_pointer {
                    true if Ref::of(operand).is_nil() => return Ok(first.unwrap_or(value)),
                    true => self.pointed_struct(operand)?,
                    false => self.loaded(Ref::of(operand))?,
                };
                operand = self.read_any(object, step.field)?;
            }
            if method.receiver != MethodReceiver::Interface {
                break;
            }
            at = operand;
        }
        Ok(first.unwrap_or(value))
    }

    /// Two values of one class with all that they consist of loaded, to be compared.
    fn deep(&mut self, class: SlotClass, (b, c): (u64, u64)) -> Result<(u64, u64), Trap> {
        Ok((self.fill_deep(class, b)?, self.fill_deep(class, c)?))
    }

    /// The reference in an interface slot; 0 if it holds none.
    pub(crate) fn iface_reference(&self, value: u64) -> u64 {
        let ty = slot::iface_type(value);
        if ty == 0 {
            return 0;
        }
        match self.linked.types.get(ty).repr {
            Repr::Slice | Repr::Map | Repr::Func | Repr::Struct | Repr::Array => u64::from(slot::iface_payload(value)),
            Repr::Ptr => slot::untaint(iface::unpack_repr(&self.heap, Repr::Ptr, value)),
            _ => 0,
        }
    }

    /// The heap item of the variable that an extension word names.
    fn global_cell(&mut self, ext: u64) -> Result<u64, Trap> {
        if ext & IMPORTED != 0
            && let Some(package) = self.linked.globals.get(ext as u32 as usize).map(|global| global.package)
        {
            self.ensure_package(package)?;
        }
        self.note_read(self.meter.pc as usize);
        self.roots.globals.get(ext as u32 as usize).copied().ok_or_else(|| Trap::abort("no such variable"))
    }

    /// Whether the function value is that of a method that crosses.
    fn is_crossing_method(&self, func: u64) -> bool {
        let index = self.heap.func_index(Ref::of(func)) as usize;
        self.linked.functions.get(index).is_some_and(|code| code.crossing_method)
    }

    /// Whether the function is a method whose receiver can be read-only.
    #[inline]
    pub(crate) fn has_reference_receiver(&self, func: u32) -> bool {
        let types = &self.linked.types;
        let receiver = types.func(func).and_then(|func| func.receiver);
        receiver.is_some_and(|ty| crate::realm::is_reference(types.get(ty).repr))
    }

    /// A receiver without its taint.
    pub(crate) fn untainted(&self, ty: u32, value: u64) -> u64 {
        if crate::realm::is_reference(self.linked.types.get(ty).repr) { slot::untaint(value) } else { value }
    }

    /// Object and slot that a pointer points to.
    fn pointer_target(&mut self, pointer: u64) -> Result<(Ref, u32), Trap> {
        if Ref::of(pointer).is_nil() {
            return Err(Trap::nil_pointer());
        }
        Ok((self.loaded(Ref::of(pointer))?, slot::pointer_index(pointer)))
    }

    /// The struct or array that a pointer points to.
    fn pointed_struct(&mut self, pointer: u64) -> Result<Ref, Trap> {
        let (object, index) = self.pointer_target(pointer)?;
        self.read_any(object, index).map(Ref::of)
    }

    /// The pointer that a view of an interface variable stands for.
    fn through_view(&self, pointer: u64) -> u64 {
        let object = Ref::of(pointer);
        let view = !object.is_nil() && self.heap.header(object).is(Kind::View);
        if view { self.heap.slot(object, 0) } else { pointer }
    }

    fn array_index(&self, array: u64, index: u64) -> Result<u32, Trap> {
        let len = self.heap.header(Ref::of(array)).len();
        if index < u64::from(len) {
            return Ok(index as u32);
        }
        Err(ops::index::array_trap(&self.heap, array, index))
    }

    /// Array and index of a slice's element.
    fn slice_index(&mut self, slice: u64, index: u64) -> Result<(Ref, u32), Trap> {
        let object = Ref::of(slice);
        if object.is_nil() || index >= u64::from(self.heap.slice(object).count()) {
            return Err(ops::index::slice_trap(&self.heap, slice, index));
        }
        self.own_base(object)?;
        self.heap.own_array(object)?;
        let header = self.heap.slice(object);
        Ok((header.base, header.offset + index as u32))
    }

    /// The kinds of a map type's keys and values.
    pub(crate) fn map_parts(&self, ty: u32) -> (u32, u32) {
        match self.linked.types.get(ty).kind {
            TypeKind::Map { key, elem } => (key, elem),
            _ => (0, 0),
        }
    }
}
