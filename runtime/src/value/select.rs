//! Dynamic dispatch: interface satisfaction and method selection (spec/01 §4.6, spec/03 §4.4).

use super::types::{Kind, Method};
use super::{FuncIndex, NameIndex, TypeIndex, Types, copy, iface, slot};
use crate::heap::{Charge, Heap, Ref, SlotClass, Trap};
use regno_bytecode::event::size;
use regno_bytecode::types::{MethodReceiver, Repr};
use std::collections::HashMap;

/// Answers to `implements` that a machine has already worked out. Only a cache: never observable.
#[derive(Clone, Default, Debug)]
pub struct Satisfied {
    known: HashMap<(TypeIndex, TypeIndex), bool>,
}

impl Satisfied {
    /// Whether values of a concrete type implement an interface type.
    #[inline]
    pub fn implements(&mut self, types: &Types, ty: TypeIndex, interface: TypeIndex) -> bool {
        if let Kind::Interface { methods } = &types.get(interface).kind
            && methods.is_empty()
        {
            return true;
        }
        *self.known.entry((ty, interface)).or_insert_with(|| missing(types, ty, interface).is_none())
    }
}

/// Why a concrete type does not implement an interface; `None` if it does.
pub fn missing(types: &Types, ty: TypeIndex, interface: TypeIndex) -> Option<String> {
    let Kind::Interface { methods } = &types.get(interface).kind else { return None };
    for &(name, signature) in methods {
        let text = types.name(name);
        match types.method(ty, name) {
            Some(method) if types.get(method.signature).id == types.get(signature).id => {}
            Some(_) => return Some(format!("wrong type for method {text}")),
            None => {
                let pointer = types.by_id(&format!("*{}", types.get(ty).id));
                let found = pointer.is_some_and(|pointer| types.method(pointer, name).is_some());
                let reason = if found {
                    format!("method {text} has pointer receiver")
                } else {
                    format!("missing method {text}")
                };
                return Some(reason);
            }
        }
    }
    None
}

/// A method found for an operand, with its receiver ready to be passed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Selected {
    /// The function.
    pub func: FuncIndex,
    /// The receiver: copied if it is a value.
    pub receiver: u64,
    /// Type of the receiver.
    pub receiver_type: TypeIndex,
}

/// A method that has been found, nothing charged yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Found {
    /// The function.
    pub func: FuncIndex,
    receiver: u64,
    receiver_type: TypeIndex,
    by_value: bool,
}

/// Finds a method of the dynamic value of an interface.
///
/// # Errors
///
/// Fatal `interface method call on undefined value`; recoverable nil dereference on the path.
pub fn find(heap: &Heap, types: &Types, value: u64, name: NameIndex) -> Result<Found, Trap> {
    let mut value = value;
    loop {
        let ty = slot::iface_type(value);
        if ty == 0 {
            return Err(Trap::abort("interface method call on undefined value"));
        }
        let info = types.get(ty);
        let Some(method) = types.method(ty, name) else {
            return Err(Trap::abort(format!("missing method {} in {}", types.name(name), info.name)));
        };
        let operand = iface::unpack_repr(heap, info.repr, value);
        let (holder, last) = walk(heap, method, operand)?;
        let (receiver, by_value) = match method.receiver {
            MethodReceiver::Interface => {
                value = last;
                continue;
            }
            // Unlike in a selector written for a variable, taking the address is not an expression of its own: no charge.
            MethodReceiver::AddressOfField => (holder, false),
            MethodReceiver::Pointer => (last, false),
            MethodReceiver::Value => (last, true),
            MethodReceiver::ValueThroughPointer if Ref::of(last).is_nil() => return Err(Trap::nil_pointer()),
            MethodReceiver::ValueThroughPointer => (load_pointer(heap, last), true),
        };
        let Some(func) = method.func else { return Err(Trap::abort("not yet implemented")) };
        return Ok(Found { func, receiver, receiver_type: method.receiver_type, by_value });
    }
}

/// Binds a method that has been found: charges the copy of a value receiver, then BM. FN is charged before that, and the package of the
/// method is loaded in between.
///
/// # Errors
///
/// [`Trap::Stop`].
pub fn take(heap: &mut Heap, types: &Types, found: Found, charge: &mut impl Charge) -> Result<Selected, Trap> {
    let Found { func, receiver, receiver_type, by_value } = found;
    let receiver = if by_value { copy::copy(heap, types, receiver_type, receiver, charge)? } else { receiver };
    charge.alloc(heap, i64::from(size::BOUND_METHOD))?;
    Ok(Selected { func, receiver, receiver_type })
}

/// What a pointer that is not nil points to.
#[inline]
pub fn load_pointer(heap: &Heap, pointer: u64) -> u64 {
    heap.element(Ref::of(pointer), slot::pointer_index(pointer))
}

/// The way through embedded fields to a method.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Path {
    /// Fields on it.
    pub steps: usize,
    /// How many of them are reached before a nil pointer.
    pub reached: usize,
    /// Whether the receiver is the address of the last one.
    pub by_address: bool,
}

/// The way to a method of the dynamic type of an interface.
pub fn path(heap: &Heap, types: &Types, value: u64, name: NameIndex) -> Path {
    let ty = slot::iface_type(value);
    let Some(method) = types.method(ty, name) else { return Path::default() };
    let operand = iface::unpack_repr(heap, types.get(ty).repr, value);
    let (mut value, mut reached) = (operand, 0);
    for step in &method.path {
        let object = match step.through_pointer {
            true if Ref::of(value).is_nil() => break,
            true => load_pointer(heap, value),
            false => value,
        };
        value = heap.slot(Ref::of(object), step.field);
        reached += 1;
    }
    Path { steps: method.path.len(), reached, by_address: method.receiver == MethodReceiver::AddressOfField }
}

/// Follows the path of embedded fields: pointer to the last field selected, and the value there.
fn walk(heap: &Heap, method: &Method, operand: u64) -> Result<(u64, u64), Trap> {
    let (mut holder, mut value) = (0, operand);
    for step in &method.path {
        let object = if step.through_pointer {
            if Ref::of(value).is_nil() {
                return Err(Trap::nil_pointer());
            }
            load_pointer(heap, value)
        } else {
            value
        };
        holder = slot::pointer(Ref::of(object), step.field);
        value = heap.slot(Ref::of(object), step.field);
    }
    Ok((holder, value))
}

/// A bound method object for a receiver that is already copied, uncharged.
///
/// # Errors
///
/// Fatal at the heap limit.
pub fn bind_receiver(
    heap: &mut Heap,
    types: &Types,
    func: FuncIndex,
    receiver_type: TypeIndex,
    receiver: u64,
) -> Result<u64, Trap> {
    let class = SlotClass::of(types.get(receiver_type).repr);
    Ok(heap.new_bound(func, class, receiver)?.slot())
}

/// Why printing a value with the method that it has aborts: the method is promoted through an unexported field, which the
/// printer cannot name (spec/01 §1.12).
pub fn printer_error(types: &Types, ty: TypeIndex) -> Option<String> {
    let method = types.printer(ty)?;
    let mut holder = ty;
    for step in &method.path {
        if step.through_pointer
            && let Kind::Pointer { elem } = types.get(holder).kind
        {
            holder = elem;
        }
        let info = types.get(holder);
        let Kind::Struct { fields } = &info.kind else { return None };
        let field = fields.get(step.field as usize)?;
        if !field.name.chars().next().is_some_and(char::is_uppercase) {
            return Some(format!(":0:0: cannot access {}.{} from .uverse", info.name, field.name));
        }
        holder = field.ty;
    }
    None
}

/// Whether a type is an interface.
pub fn is_interface(types: &Types, ty: TypeIndex) -> bool {
    types.get(ty).repr == Repr::Iface
}
