//! What every machine of a program begins with: string constants, function values and zero variables.

use super::Linked;
use crate::heap::{Heap, NoCharge, SlotClass, Trap};
use crate::value::zero::zero;
use std::sync::OnceLock;

/// The tables that code refers to by index.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    /// String constants.
    pub strings: Vec<u64>,
    /// Values of the declared functions.
    pub functions: Vec<u64>,
    /// Heap items of the package-level variables.
    pub globals: Vec<u64>,
}

/// Adds what a program has and the tables do not have yet.
pub(crate) fn fill(
    linked: &Linked,
    heap: &mut Heap,
    strings: &mut Vec<u64>,
    functions: &mut Vec<u64>,
    globals: &mut Vec<u64>,
) -> Result<(), Trap> {
    for string in linked.strings.get(strings.len()..).unwrap_or_default() {
        strings.push(heap.new_string(string)?);
    }
    for func in functions.len() as u32..linked.functions.len() as u32 {
        let object = heap.new_func(func, &[])?;
        heap.set_slot(object, 0, linked.callee(func));
        functions.push(object.slot());
    }
    for global in linked.globals.get(globals.len()..).unwrap_or_default() {
        let value = zero(heap, &linked.types, global.ty, &mut NoCharge)?;
        let class = SlotClass::of(linked.types.get(global.ty).repr);
        globals.push(heap.new_cell(class, value)?.slot());
    }
    Ok(())
}

/// The tables as they are at the beginning with the heap that they refer to, made once for a program whose packages are in a store: each
/// message begins with a copy.
#[derive(Debug, Default)]
pub(crate) struct Start(OnceLock<Option<(Heap, Tables)>>);

/// A program that is about to get more packages begins differently.
impl Clone for Start {
    fn clone(&self) -> Start {
        Start::default()
    }
}

impl Start {
    /// Heap and tables; none if they are larger than any heap.
    pub fn of(linked: &Linked) -> Option<&(Heap, Tables)> {
        let make = || {
            let (mut heap, mut tables) = (Heap::new(u64::MAX), Tables::default());
            let Tables { strings, functions, globals } = &mut tables;
            fill(linked, &mut heap, strings, functions, globals).ok()?;
            Some((heap, tables))
        };
        linked.start.0.get_or_init(make).as_ref()
    }
}
