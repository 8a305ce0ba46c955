//! Heap items, package-level variables, pointers, fields, elements.
//!
//! Checks that fail leave through cold functions that work out the text from the instruction, so the handlers here need no stack frame.

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

#[inline(always)]
unsafe fn is_data(cx: *mut super::Cx, object: u64) -> bool {
    (*(*cx).heap.base().add(object as u32 as usize)) & 31 == Kind::Data as u64
}

/// Address of byte `index` of a string or data array.
#[inline(always)]
unsafe fn byte_at(cx: *mut super::Cx, object: u64, index: usize) -> *mut u8 {
    (*cx).heap.base().add(object as u32 as usize + 1).cast::<u8>().add(index)
}

handler! {
    LoadCell(cx, ip, regs, budget, table, word) {
        reg!(regs, word, a) = *slot_at!(cx, reg!(regs, word, b), 0);
        next!(cx, ip, regs, budget, table, 1)
    }
    StoreCell(cx, ip, regs, budget, table, word) {
        *slot_at!(cx, reg!(regs, word, a), 0) = reg!(regs, word, b);
        next!(cx, ip, regs, budget, table, 1)
    }
    LoadGlobal(cx, ip, regs, budget, table, word) {
        let cell = named!(cx, ip, roots.globals);
        reg!(regs, word, a) = *slot_at!(cx, cell, 0);
        next!(cx, ip, regs, budget, table, 2)
    }
    StoreGlobal(cx, ip, regs, budget, table, word) {
        let cell = named!(cx, ip, roots.globals);
        *slot_at!(cx, cell, 0) = reg!(regs, word, a);
        next!(cx, ip, regs, budget, table, 2)
    }
    AddrGlobal(cx, ip, regs, budget, table, word) {
        reg!(regs, word, a) = named!(cx, ip, roots.globals);
        next!(cx, ip, regs, budget, table, 2)
    }
    LoadPtr(cx, ip, regs, budget, table, word) {
        let pointer = reg!(regs, word, b);
        if pointer as u32 == 0 {
            return leave_nil(cx, ip, regs, budget, table, word);
        }
        reg!(regs, word, a) = *target!(cx, pointer);
        next!(cx, ip, regs, budget, table, 1)
    }
    StorePtr(cx, ip, regs, budget, table, word) {
        let pointer = reg!(regs, word, a);
        if pointer as u32 == 0 {
            return leave_nil(cx, ip, regs, budget, table, word);
        }
        *target!(cx, pointer) = reg!(regs, word, b);
        next!(cx, ip, regs, budget, table, 1)
    }
    LoadPtrByte(cx, ip, regs, budget, table, word) {
        let pointer = reg!(regs, word, b);
        if pointer as u32 == 0 {
            return leave_nil(cx, ip, regs, budget, table, word);
        }
        reg!(regs, word, a) = if is_data(cx, pointer) {
            u64::from(*byte_at(cx, pointer, slot::pointer_index(pointer) as usize))
        } else {
            *target!(cx, pointer)
        };
        next!(cx, ip, regs, budget, table, 1)
    }
    StorePtrByte(cx, ip, regs, budget, table, word) {
        let pointer = reg!(regs, word, a);
        if pointer as u32 == 0 {
            return leave_nil(cx, ip, regs, budget, table, word);
        }
        if is_data(cx, pointer) {
            *byte_at(cx, pointer, slot::pointer_index(pointer) as usize) = reg!(regs, word, b) as u8;
        } else {
            *target!(cx, pointer) = reg!(regs, word, b);
        }
        next!(cx, ip, regs, budget, table, 1)
    }
    LoadField(cx, ip, regs, budget, table, word) {
        reg!(regs, word, a) = *slot_at!(cx, reg!(regs, word, b), field_c(word));
        next!(cx, ip, regs, budget, table, 1)
    }
    StoreField(cx, ip, regs, budget, table, word) {
        *slot_at!(cx, reg!(regs, word, a), field_b(word)) = reg!(regs, word, c);
        next!(cx, ip, regs, budget, table, 1)
    }
    LoadPtrField(cx, ip, regs, budget, table, word) {
        let pointer = reg!(regs, word, b);
        if pointer as u32 == 0 {
            return leave_nil(cx, ip, regs, budget, table, word);
        }
        let object = *target!(cx, pointer);
        reg!(regs, word, a) = *slot_at!(cx, object, field_c(word));
        next!(cx, ip, regs, budget, table, 1)
    }
    StorePtrField(cx, ip, regs, budget, table, word) {
        let pointer = reg!(regs, word, a);
        if pointer as u32 == 0 {
            return leave_nil(cx, ip, regs, budget, table, word);
        }
        let object = *target!(cx, pointer);
        *slot_at!(cx, object, field_b(word)) = reg!(regs, word, c);
        next!(cx, ip, regs, budget, table, 1)
    }
    AddrField(cx, ip, regs, budget, table, word) {
        reg!(regs, word, a) = slot::pointer(Ref::of(reg!(regs, word, b)), u32::from(field_c(word)));
        next!(cx, ip, regs, budget, table, 1)
    }
    AddrPtrField(cx, ip, regs, budget, table, word) {
        let pointer = reg!(regs, word, b);
        if pointer as u32 == 0 {
            return leave_nil(cx, ip, regs, budget, table, word);
        }
        let object = *target!(cx, pointer);
        reg!(regs, word, a) = slot::pointer(Ref::of(object), u32::from(field_c(word)));
        next!(cx, ip, regs, budget, table, 1)
    }
    LoadElem(cx, ip, regs, budget, table, word) {
        let (array, index) = (reg!(regs, word, b), reg!(regs, word, c));
        if index >= *(*cx).heap.base().add(array as u32 as usize) >> 32 {
            return leave_index(cx, ip, regs, budget, table, index);
        }
        late!(regs, ip, a) = *slot_at!(cx, array, index);
        next!(cx, ip, regs, budget, table, 1)
    }
    StoreElem(cx, ip, regs, budget, table, word) {
        let (array, index) = (reg!(regs, word, a), reg!(regs, word, b));
        if index >= *(*cx).heap.base().add(array as u32 as usize) >> 32 {
            return leave_index(cx, ip, regs, budget, table, index);
        }
        *slot_at!(cx, array, index) = late!(regs, ip, c);
        next!(cx, ip, regs, budget, table, 1)
    }
    LoadElemByte(cx, ip, regs, budget, table, word) {
        let (array, index) = (reg!(regs, word, b), reg!(regs, word, c));
        if index >= *(*cx).heap.base().add(array as u32 as usize) >> 32 {
            return leave_index(cx, ip, regs, budget, table, index);
        }
        late!(regs, ip, a) = u64::from(*byte_at(cx, array, index as usize));
        next!(cx, ip, regs, budget, table, 1)
    }
    StoreElemByte(cx, ip, regs, budget, table, word) {
        let (array, index) = (reg!(regs, word, a), reg!(regs, word, b));
        if index >= *(*cx).heap.base().add(array as u32 as usize) >> 32 {
            return leave_index(cx, ip, regs, budget, table, index);
        }
        *byte_at(cx, array, index as usize) = late!(regs, ip, c) as u8;
        next!(cx, ip, regs, budget, table, 1)
    }
    AddrElem(cx, ip, regs, budget, table, word) {
        let (array, index) = (reg!(regs, word, b), reg!(regs, word, c));
        if index >= *(*cx).heap.base().add(array as u32 as usize) >> 32 {
            return leave_index(cx, ip, regs, budget, table, index);
        }
        late!(regs, ip, a) = slot::pointer(Ref::of(array), index as u32);
        next!(cx, ip, regs, budget, table, 1)
    }
    LoadIndex(cx, ip, regs, budget, table, word) {
        let (slice, index) = (reg!(regs, word, b), reg!(regs, word, c));
        if index >= u64::from(*slot_at!(cx, slice, 1) as u32) {
            return leave_index(cx, ip, regs, budget, table, index);
        }
        let place = *slot_at!(cx, slice, 0);
        late!(regs, ip, a) = *slot_at!(cx, place, (place >> 32) + index);
        next!(cx, ip, regs, budget, table, 1)
    }
    StoreIndex(cx, ip, regs, budget, table, word) {
        let (slice, index) = (reg!(regs, word, a), reg!(regs, word, b));
        let sizes = *slot_at!(cx, slice, 1);
        if index >= u64::from(sizes as u32) {
            return leave_index(cx, ip, regs, budget, table, index);
        }
        if (sizes as i64) < 0 {
            return leave_pending(cx, ip, regs, budget, table, slice);
        }
        let place = *slot_at!(cx, slice, 0);
        *slot_at!(cx, place, (place >> 32) + index) = late!(regs, ip, c);
        next!(cx, ip, regs, budget, table, 1)
    }
    LoadIndexByte(cx, ip, regs, budget, table, word) {
        let (slice, index) = (reg!(regs, word, b), reg!(regs, word, c));
        if index >= u64::from(*slot_at!(cx, slice, 1) as u32) {
            return leave_index(cx, ip, regs, budget, table, index);
        }
        let place = *slot_at!(cx, slice, 0);
        let index = (place >> 32) + index;
        late!(regs, ip, a) = if is_data(cx, place) {
            u64::from(*byte_at(cx, place, index as usize))
        } else {
            u64::from(*slot_at!(cx, place, index) as u8)
        };
        next!(cx, ip, regs, budget, table, 1)
    }
    LoadIndexWord(cx, ip, regs, budget, table, word) {
        let (slice, index) = (reg!(regs, word, b), reg!(regs, word, c));
        if index >= u64::from(*slot_at!(cx, slice, 1) as u32) {
            return leave_index(cx, ip, regs, budget, table, index);
        }
        let place = *slot_at!(cx, slice, 0);
        let index = (place >> 32) + index;
        late!(regs, ip, a) = if is_data(cx, place) {
            u64::from(*byte_at(cx, place, index as usize))
        } else {
            *slot_at!(cx, place, index)
        };
        next!(cx, ip, regs, budget, table, 1)
    }
    StoreIndexByte(cx, ip, regs, budget, table, word) {
        let (slice, index) = (reg!(regs, word, a), reg!(regs, word, b));
        let sizes = *slot_at!(cx, slice, 1);
        if index >= u64::from(sizes as u32) {
            return leave_index(cx, ip, regs, budget, table, index);
        }
        if (sizes as i64) < 0 {
            return leave_pending(cx, ip, regs, budget, table, slice);
        }
        let place = *slot_at!(cx, slice, 0);
        let index = (place >> 32) + index;
        if is_data(cx, place) {
            *byte_at(cx, place, index as usize) = late!(regs, ip, c) as u8;
        } else {
            *slot_at!(cx, place, index) = late!(regs, ip, c);
        }
        next!(cx, ip, regs, budget, table, 1)
    }
    AddrIndex(cx, ip, regs, budget, table, word) {
        let (slice, index) = (reg!(regs, word, b), reg!(regs, word, c));
        let sizes = *slot_at!(cx, slice, 1);
        if index >= u64::from(sizes as u32) {
            return leave_index(cx, ip, regs, budget, table, index);
        }
        if (sizes as i64) < 0 {
            return leave_pending(cx, ip, regs, budget, table, slice);
        }
        let place = *slot_at!(cx, slice, 0);
        late!(regs, ip, a) = slot::pointer(Ref::of(place), (place >> 32) as u32 + index as u32);
        next!(cx, ip, regs, budget, table, 1)
    }
    LoadStrByte(cx, ip, regs, budget, table, word) {
        let (string, index) = (reg!(regs, word, b), reg!(regs, word, c));
        if index >= u64::from(slot::string_len(string)) {
            return leave_index(cx, ip, regs, budget, table, index);
        }
        late!(regs, ip, a) = u64::from(*byte_at(cx, string, index as usize));
        next!(cx, ip, regs, budget, table, 1)
    }
    LenStr(cx, ip, regs, budget, table, word) {
        reg!(regs, word, a) = u64::from(slot::string_len(reg!(regs, word, b)));
        next!(cx, ip, regs, budget, table, 1)
    }
    LenSlice(cx, ip, regs, budget, table, word) {
        // The header word keeps the signed length (spec/03 §4.5); that of nil is 0.
        let header = *(*cx).heap.base().add(reg!(regs, word, b) as u32 as usize);
        reg!(regs, word, a) = (header as i64 >> 32) as u64;
        next!(cx, ip, regs, budget, table, 1)
    }
    CapSlice(cx, ip, regs, budget, table, word) {
        reg!(regs, word, a) = *slot_at!(cx, reg!(regs, word, b), 1) << 1 >> 33;
        next!(cx, ip, regs, budget, table, 1)
    }
}

// What is made most takes its words from the current run, and leaves where that is too short: to collect, if that is due.
handler! {
    NewCell(cx, ip, regs, budget, table, word) {
        let header = Header::new(Kind::Cell, SlotClass::of_code(field_c(word)), 0, 1);
        let Some(cell) = (*cx).heap.cut(Blank { header, payload: 1 }) else {
            return new_cell::<N>(cx, ip, regs, budget, table, word);
        };
        (*cx).heap.set_slot(cell, 0, reg!(regs, word, b));
        reg!(regs, word, a) = cell.slot();
        next!(cx, ip, regs, budget, table, 1)
    }
    Zero(cx, ip, regs, budget, table, word) {
        let blank = (&(*cx).linked).types.get(*ip.add(1) as u32).blank;
        let Some(object) = blank.and_then(|blank| (*cx).heap.cut(blank)) else {
            return zero_value::<N>(cx, ip, regs, budget, table, word);
        };
        reg!(regs, word, a) = object.slot();
        next!(cx, ip, regs, budget, table, 2)
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
fn zero_uncharged(cx: &mut super::Cx, ty: u32) -> Result<u64, Trap> {
    zero(&mut cx.heap, &cx.linked.types, ty, &mut NoCharge)
}

#[inline(never)]
fn copy_uncharged(cx: &mut super::Cx, ty: u32, value: u64) -> Result<u64, Trap> {
    copy(&mut cx.heap, &cx.linked.types, ty, value, &mut NoCharge)
}

slow! {
    CopyValueDyn(cx, regs, word, ext) {
        let value = copy(&mut cx.heap, &cx.linked.types, ext as u32, regs.get(field_b(word)), &mut charger!(cx))?;
        regs.set(field_a(word), value);
        Ok(())
    }
}
