//! Heap items, package-level variables, pointers, fields, elements.
//!
//! Checks that fail leave through cold functions that work out the text from the instruction, so the handlers here need no stack frame.

use super::Cx;
use super::data::types;
use super::drive::{leave_index, leave_nil, leave_pending};
use crate::heap::{Blank, Header, Kind, NoCharge, Ref, SlotClass, Trap};
use crate::recount::charger;
use crate::value::copy::copy;
use crate::value::slot;
use crate::value::zero::zero;
use regno_bytecode::op::{field_a, field_b, field_c};

/// Address of slot `$index` of the object that slot `$object` refers to.
macro_rules! slot_at {
    ($cx:expr, $object:expr, $index:expr) => {
        (*$cx).heap.base().add($object as u32 as usize + 1 + $index as usize)
    };
}

/// Address of the slot that a pointer points to.
macro_rules! target {
    ($cx:expr, $pointer:expr) => {
        slot_at!($cx, $pointer, slot::pointer_index($pointer))
    };
}

/// How the elements of an object are kept.
trait Form {
    /// Element `index`.
    unsafe fn read(cx: *mut Cx, object: u64, index: u64) -> u64;
    /// Replaces element `index`.
    unsafe fn write(cx: *mut Cx, object: u64, index: u64, value: u64);
}

/// A slot each.
struct Slots;
/// A byte each: strings and data arrays.
struct Bytes;
/// A byte or a slot each, as the object says.
struct BytesOrSlots;

impl Form for Slots {
    #[inline(always)]
    unsafe fn read(cx: *mut Cx, object: u64, index: u64) -> u64 {
        *slot_at!(cx, object, index)
    }

    #[inline(always)]
    unsafe fn write(cx: *mut Cx, object: u64, index: u64, value: u64) {
        *slot_at!(cx, object, index) = value;
    }
}

impl Form for Bytes {
    #[inline(always)]
    unsafe fn read(cx: *mut Cx, object: u64, index: u64) -> u64 {
        u64::from(*slot_at!(cx, object, 0).cast::<u8>().add(index as usize))
    }

    #[inline(always)]
    unsafe fn write(cx: *mut Cx, object: u64, index: u64, value: u64) {
        *slot_at!(cx, object, 0).cast::<u8>().add(index as usize) = value as u8;
    }
}

impl Form for BytesOrSlots {
    #[inline(always)]
    unsafe fn read(cx: *mut Cx, object: u64, index: u64) -> u64 {
        if is_data(cx, object) { Bytes::read(cx, object, index) } else { Slots::read(cx, object, index) }
    }

    #[inline(always)]
    unsafe fn write(cx: *mut Cx, object: u64, index: u64, value: u64) {
        if is_data(cx, object) {
            Bytes::write(cx, object, index, value);
        } else {
            Slots::write(cx, object, index, value);
        }
    }
}

#[inline(always)]
unsafe fn is_data(cx: *mut Cx, object: u64) -> bool {
    (*(*cx).heap.base().add(object as u32 as usize)) & 31 == Kind::Data as u64
}

/// Leaves if a pointer is nil.
macro_rules! check_pointer {
    ($cx:expr, $ip:expr, $regs:expr, $allowance:expr, $table:expr, $word:expr, $pointer:expr) => {
        if $pointer as u32 == 0 {
            return leave_nil($cx, $ip, $regs, $allowance, $table, $word);
        }
    };
}

/// Leaves if an array or string object, whose header has its length, is not longer than an index.
macro_rules! check_array {
    ($cx:expr, $ip:expr, $regs:expr, $allowance:expr, $table:expr, $array:expr, $index:expr) => {
        if $index >= *(*$cx).heap.base().add($array as u32 as usize) >> 32 {
            return leave_index($cx, $ip, $regs, $allowance, $table, $index);
        }
    };
}

/// Leaves if a slice, given by its sizes, is not longer than an index, or if its array is to be written to and no object yet.
macro_rules! check_slice {
    ($cx:expr, $ip:expr, $regs:expr, $allowance:expr, $table:expr, $sizes:expr, $index:expr) => {
        if $index >= u64::from($sizes as u32) {
            return leave_index($cx, $ip, $regs, $allowance, $table, $index);
        }
    };
    ($cx:expr, $ip:expr, $regs:expr, $allowance:expr, $table:expr, $sizes:expr, $index:expr, own $slice:expr) => {
        check_slice!($cx, $ip, $regs, $allowance, $table, $sizes, $index);
        if ($sizes as i64) < 0 {
            return leave_pending($cx, $ip, $regs, $allowance, $table, $slice);
        }
    };
}

/// Reads and writes through pointers.
macro_rules! pointed {
    ($($load:ident $store:ident => $form:ident;)*) => { handler! { $(
        $load(cx, ip, regs, allowance, table, word) {
            let pointer = reg!(regs, word, b);
            check_pointer!(cx, ip, regs, allowance, table, word, pointer);
            reg!(regs, word, a) = $form::read(cx, pointer, u64::from(slot::pointer_index(pointer)));
            next!(cx, ip, regs, allowance, table, 1)
        }
        $store(cx, ip, regs, allowance, table, word) {
            let pointer = reg!(regs, word, a);
            check_pointer!(cx, ip, regs, allowance, table, word, pointer);
            $form::write(cx, pointer, u64::from(slot::pointer_index(pointer)), reg!(regs, word, b));
            next!(cx, ip, regs, allowance, table, 1)
        }
    )* } };
}

pointed! {
    LoadPtr StorePtr => Slots;
    LoadPtrByte StorePtrByte => BytesOrSlots;
}

/// Reads and writes of elements of arrays.
macro_rules! elements {
    ($($load:ident $store:ident => $form:ident;)*) => { handler! { $(
        $load(cx, ip, regs, allowance, table, word) {
            let (array, index) = (reg!(regs, word, b), reg!(regs, word, c));
            check_array!(cx, ip, regs, allowance, table, array, index);
            late!(regs, ip, a) = $form::read(cx, array, index);
            next!(cx, ip, regs, allowance, table, 1)
        }
        $store(cx, ip, regs, allowance, table, word) {
            let (array, index) = (reg!(regs, word, a), reg!(regs, word, b));
            check_array!(cx, ip, regs, allowance, table, array, index);
            $form::write(cx, array, index, late!(regs, ip, c));
            next!(cx, ip, regs, allowance, table, 1)
        }
    )* } };
}

elements! {
    LoadElem StoreElem => Slots;
    LoadElemByte StoreElemByte => Bytes;
}

/// Reads of elements of slices, as numbers of a width.
macro_rules! index_loads {
    ($($name:ident => $form:ident as $number:ty;)*) => { handler! { $(
        $name(cx, ip, regs, allowance, table, word) {
            let (slice, index) = (reg!(regs, word, b), reg!(regs, word, c));
            check_slice!(cx, ip, regs, allowance, table, *slot_at!(cx, slice, 1), index);
            let place = *slot_at!(cx, slice, 0);
            late!(regs, ip, a) = $form::read(cx, place, (place >> 32) + index) as $number as u64;
            next!(cx, ip, regs, allowance, table, 1)
        }
    )* } };
}

index_loads! {
    LoadIndex => Slots as u64;
    LoadIndexByte => BytesOrSlots as u8;
    LoadIndexWord => BytesOrSlots as u64;
}

/// Writes to elements of slices.
macro_rules! index_stores {
    ($($name:ident => $form:ident;)*) => { handler! { $(
        $name(cx, ip, regs, allowance, table, word) {
            let (slice, index) = (reg!(regs, word, a), reg!(regs, word, b));
            let sizes = *slot_at!(cx, slice, 1);
            check_slice!(cx, ip, regs, allowance, table, sizes, index, own slice);
            let place = *slot_at!(cx, slice, 0);
            $form::write(cx, place, (place >> 32) + index, late!(regs, ip, c));
            next!(cx, ip, regs, allowance, table, 1)
        }
    )* } };
}

index_stores! {
    StoreIndex => Slots;
    StoreIndexByte => BytesOrSlots;
}

handler! {
    LoadCell(cx, ip, regs, allowance, table, word) {
        reg!(regs, word, a) = *slot_at!(cx, reg!(regs, word, b), 0);
        next!(cx, ip, regs, allowance, table, 1)
    }
    StoreCell(cx, ip, regs, allowance, table, word) {
        *slot_at!(cx, reg!(regs, word, a), 0) = reg!(regs, word, b);
        next!(cx, ip, regs, allowance, table, 1)
    }
    LoadGlobal(cx, ip, regs, allowance, table, word) {
        let cell = named!(cx, ip, roots.globals);
        reg!(regs, word, a) = *slot_at!(cx, cell, 0);
        next!(cx, ip, regs, allowance, table, 2)
    }
    StoreGlobal(cx, ip, regs, allowance, table, word) {
        let cell = named!(cx, ip, roots.globals);
        *slot_at!(cx, cell, 0) = reg!(regs, word, a);
        next!(cx, ip, regs, allowance, table, 2)
    }
    AddrGlobal(cx, ip, regs, allowance, table, word) {
        reg!(regs, word, a) = named!(cx, ip, roots.globals);
        next!(cx, ip, regs, allowance, table, 2)
    }
    LoadField(cx, ip, regs, allowance, table, word) {
        reg!(regs, word, a) = *slot_at!(cx, reg!(regs, word, b), field_c(word));
        next!(cx, ip, regs, allowance, table, 1)
    }
    StoreField(cx, ip, regs, allowance, table, word) {
        *slot_at!(cx, reg!(regs, word, a), field_b(word)) = reg!(regs, word, c);
        next!(cx, ip, regs, allowance, table, 1)
    }
    LoadPtrField(cx, ip, regs, allowance, table, word) {
        let pointer = reg!(regs, word, b);
        check_pointer!(cx, ip, regs, allowance, table, word, pointer);
        let object = *target!(cx, pointer);
        reg!(regs, word, a) = *slot_at!(cx, object, field_c(word));
        next!(cx, ip, regs, allowance, table, 1)
    }
    StorePtrField(cx, ip, regs, allowance, table, word) {
        let pointer = reg!(regs, word, a);
        check_pointer!(cx, ip, regs, allowance, table, word, pointer);
        let object = *target!(cx, pointer);
        *slot_at!(cx, object, field_b(word)) = reg!(regs, word, c);
        next!(cx, ip, regs, allowance, table, 1)
    }
    AddrField(cx, ip, regs, allowance, table, word) {
        reg!(regs, word, a) = slot::pointer(Ref::of(reg!(regs, word, b)), u32::from(field_c(word)));
        next!(cx, ip, regs, allowance, table, 1)
    }
    AddrPtrField(cx, ip, regs, allowance, table, word) {
        let pointer = reg!(regs, word, b);
        check_pointer!(cx, ip, regs, allowance, table, word, pointer);
        let object = *target!(cx, pointer);
        reg!(regs, word, a) = slot::pointer(Ref::of(object), u32::from(field_c(word)));
        next!(cx, ip, regs, allowance, table, 1)
    }
    AddrElem(cx, ip, regs, allowance, table, word) {
        let (array, index) = (reg!(regs, word, b), reg!(regs, word, c));
        check_array!(cx, ip, regs, allowance, table, array, index);
        late!(regs, ip, a) = slot::pointer(Ref::of(array), index as u32);
        next!(cx, ip, regs, allowance, table, 1)
    }
    AddrIndex(cx, ip, regs, allowance, table, word) {
        let (slice, index) = (reg!(regs, word, b), reg!(regs, word, c));
        let sizes = *slot_at!(cx, slice, 1);
        check_slice!(cx, ip, regs, allowance, table, sizes, index, own slice);
        let place = *slot_at!(cx, slice, 0);
        late!(regs, ip, a) = slot::pointer(Ref::of(place), (place >> 32) as u32 + index as u32);
        next!(cx, ip, regs, allowance, table, 1)
    }
    LoadStrByte(cx, ip, regs, allowance, table, word) {
        let (string, index) = (reg!(regs, word, b), reg!(regs, word, c));
        if index >= u64::from(slot::string_len(string)) {
            return leave_index(cx, ip, regs, allowance, table, index);
        }
        late!(regs, ip, a) = Bytes::read(cx, string, index);
        next!(cx, ip, regs, allowance, table, 1)
    }
    LenStr(cx, ip, regs, allowance, table, word) {
        reg!(regs, word, a) = u64::from(slot::string_len(reg!(regs, word, b)));
        next!(cx, ip, regs, allowance, table, 1)
    }
    LenSlice(cx, ip, regs, allowance, table, word) {
        // The header word keeps the signed length (spec/03 §4.5); that of nil is 0.
        let header = *(*cx).heap.base().add(reg!(regs, word, b) as u32 as usize);
        reg!(regs, word, a) = (header as i64 >> 32) as u64;
        next!(cx, ip, regs, allowance, table, 1)
    }
    CapSlice(cx, ip, regs, allowance, table, word) {
        reg!(regs, word, a) = *slot_at!(cx, reg!(regs, word, b), 1) << 1 >> 33;
        next!(cx, ip, regs, allowance, table, 1)
    }
}

// What is made most takes its words from the current run, and leaves where that is too short: to collect, if that is due.
handler! {
    NewCell(cx, ip, regs, allowance, table, word) {
        let header = Header::new(Kind::Cell, SlotClass::of_code(field_c(word)), 0, 1);
        let Some(cell) = (*cx).heap.cut(Blank { header, payload: 1 }) else {
            return new_cell::<N>(cx, ip, regs, allowance, table, word);
        };
        (*cx).heap.set_slot(cell, 0, reg!(regs, word, b));
        reg!(regs, word, a) = cell.slot();
        next!(cx, ip, regs, allowance, table, 1)
    }
    Zero(cx, ip, regs, allowance, table, word) {
        let blank = types(cx).get(*ip.add(1) as u32).blank;
        let Some(object) = blank.and_then(|blank| (*cx).heap.cut(blank)) else {
            return zero_value::<N>(cx, ip, regs, allowance, table, word);
        };
        reg!(regs, word, a) = object.slot();
        next!(cx, ip, regs, allowance, table, 2)
    }
}

making! {
    new_cell of NewCell(cx, regs, word, _ext) {
        let cell = cx.heap.new_cell(SlotClass::of_code(field_c(word)), regs.get(field_b(word)))?;
        regs.set(field_a(word), cell.slot());
        Ok(())
    }
    zero_value of Zero(cx, regs, word, ext) {
        let value = zero_uncharged(cx, ext as u32)?;
        regs.set(field_a(word), value);
        Ok(())
    }
}

making! {
    DefineGlobal(cx, regs, word, ext) {
        let old = cx.roots.globals.get(ext as u32 as usize).copied().unwrap_or(0);
        let class = cx.heap.header(Ref::of(old)).class();
        let cell = cx.heap.new_cell(class, regs.get(field_a(word)))?;
        if let Some(place) = cx.roots.globals.get_mut(ext as u32 as usize) {
            *place = cell.slot();
        }
        Ok(())
    }
    CopyValue(cx, regs, word, ext) {
        let value = copy_uncharged(cx, ext as u32, regs.get(field_b(word)))?;
        regs.set(field_a(word), value);
        Ok(())
    }
}

// What has a place in memory must not be in a handler's frame: its call of the next handler would then not be in tail position.

#[inline(never)]
fn zero_uncharged(cx: &mut Cx, ty: u32) -> Result<u64, Trap> {
    zero(&mut cx.heap, &cx.linked.types, ty, &mut NoCharge)
}

#[inline(never)]
fn copy_uncharged(cx: &mut Cx, ty: u32, value: u64) -> Result<u64, Trap> {
    copy(&mut cx.heap, &cx.linked.types, ty, value, &mut NoCharge)
}

slow! {
    CopyValueDyn(cx, regs, word, ext) {
        let value = copy(&mut cx.heap, &cx.linked.types, ext as u32, regs.get(field_b(word)), &mut charger!(cx))?;
        regs.set(field_a(word), value);
        Ok(())
    }
}
