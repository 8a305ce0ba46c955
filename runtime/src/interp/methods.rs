//! Methods selected lately on interface values.
//!
//! A direct-mapped cache of the selections that need no walk and no copy: the dynamic value itself is the receiver, and only
//! FN and BM are charged. It saves the search of the type's method table; nothing observable depends on it.

use crate::load::Linked;
use crate::value::{NameIndex, TypeIndex, copy::copies};
use regno_bytecode::types::{MethodReceiver, Repr};

const ENTRIES: usize = 256;

/// A method whose receiver is the dynamic value as it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Direct {
    /// The function with its entry, as calls read it.
    pub callee: u64,
    /// Representation of the dynamic type.
    pub repr: Repr,
}

/// The cache of a machine. Type 0 has no methods, so an empty entry never matches.
#[derive(Debug)]
pub(crate) struct Methods {
    entries: Vec<(TypeIndex, NameIndex, Direct)>,
}

impl Methods {
    /// An empty cache.
    pub(super) fn new() -> Methods {
        Methods { entries: vec![(0, 0, Direct { callee: 0, repr: Repr::Raw }); ENTRIES] }
    }

    /// The method of a dynamic type, if it is in the cache.
    #[inline(always)]
    pub(super) fn cached(&self, ty: TypeIndex, name: NameIndex) -> Option<Direct> {
        let entry = self.entries.get(place(ty, name))?;
        (ty != 0 && (entry.0, entry.1) == (ty, name)).then_some(entry.2)
    }

    /// The method of a dynamic type, if its selection is that simple.
    pub(super) fn find(&mut self, linked: &Linked, ty: TypeIndex, name: NameIndex) -> Option<Direct> {
        if let Some(direct) = self.cached(ty, name) {
            return Some(direct);
        }
        let direct = work_out(linked, ty, name)?;
        *self.entries.get_mut(place(ty, name))? = (ty, name, direct);
        Some(direct)
    }
}

#[inline(always)]
fn place(ty: TypeIndex, name: NameIndex) -> usize {
    (ty as usize ^ (name as usize).wrapping_mul(29)) % ENTRIES
}

#[inline(never)]
fn work_out(linked: &Linked, ty: TypeIndex, name: NameIndex) -> Option<Direct> {
    let types = &linked.types;
    if ty == 0 {
        return None;
    }
    let method = types.method(ty, name)?;
    let as_it_is = match method.receiver {
        MethodReceiver::Pointer => true,
        MethodReceiver::Value => !copies(types.get(method.receiver_type).repr),
        _ => false,
    };
    let func = method.func.filter(|_| as_it_is && method.path.is_empty())?;
    Some(Direct { callee: linked.callee(func), repr: types.get(ty).repr })
}
